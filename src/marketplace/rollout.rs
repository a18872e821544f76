//! Terms of a deployment as people write them: a number of instances as a count or a share, and
//! the steps of a canary.

use super::knobs::{Knob, KnobValue, Raw, duration, show_duration};
use crate::content::text::{Text, both};
use crate::engine::time::Nanos;

/// A number of instances, or a share of those that are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Portion {
    Count(u32),
    Share(f64),
}

impl Portion {
    /// Of so many, a share rounded up.
    pub(crate) fn rounded_up(self, of: u32) -> u32 {
        match self {
            Portion::Count(count) => count,
            // A thousandth of an instance is noise of the multiplication: 28 % of 25 is 7.
            Portion::Share(share) => libm::ceil(share * f64::from(of) - 1e-9) as u32,
        }
    }

    /// Of so many, a share rounded down.
    pub(crate) fn rounded_down(self, of: u32) -> u32 {
        match self {
            Portion::Count(count) => count,
            Portion::Share(share) => libm::floor(share * f64::from(of) + 1e-9) as u32,
        }
    }
}

impl KnobValue for Portion {
    fn parse(raw: &Raw, _: &Knob) -> Result<Portion, Text> {
        let portion = match raw {
            Raw::Int(count) => u32::try_from(*count).ok().map(Portion::Count),
            Raw::Word(word) => percent(word).map(Portion::Share),
            _ => None,
        };
        let fits = |portion: &Portion| match portion {
            Portion::Count(count) => *count <= 1_000,
            Portion::Share(share) => (0.0..=1.0).contains(share),
        };
        portion.filter(fits).ok_or_else(|| {
            let found = raw.show();
            both!(
                "a number of instances such as 1, or a share such as \"25%\", was expected, found `{found}`",
                "1 같은 인스턴스 수나 \"25%\" 같은 비율이 필요합니다(현재 값: `{found}`)"
            )
        })
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        match self {
            Portion::Count(count) => (*count).into(),
            Portion::Share(share) => show_percent(*share).into(),
        }
    }
}

/// One step of a canary: so much of the traffic, for so long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CanaryStep {
    pub(crate) share: f64,
    pub(crate) bake: Nanos,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CanarySteps(pub(crate) Vec<CanaryStep>);

impl KnobValue for CanarySteps {
    fn parse(raw: &Raw, _: &Knob) -> Result<CanarySteps, Text> {
        let steps = match raw {
            Raw::Word(word) => word.split(',').map(step).collect::<Option<Vec<CanaryStep>>>(),
            _ => None,
        };
        let rising =
            |steps: &Vec<CanaryStep>| steps.windows(2).all(|pair| pair[0].share <= pair[1].share);
        steps.filter(rising).map(CanarySteps).ok_or_else(|| {
            let found = raw.show();
            both!(
                "rising shares and times such as \"5% 30s, 50% 30s\" were expected, found `{found}`",
                "\"5% 30s, 50% 30s\"처럼 커지는 비율과 시간이 필요합니다(현재 값: `{found}`)"
            )
        })
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        let steps = self.0.iter();
        let steps: Vec<String> = steps
            .map(|step| format!("{} {}", show_percent(step.share), show_duration(step.bake)))
            .collect();
        steps.join(", ").into()
    }
}

fn step(text: &str) -> Option<CanaryStep> {
    let (share, bake) = text.trim().split_once(' ')?;
    let share = percent(share).filter(|share| (0.0..=1.0).contains(share))?;
    Some(CanaryStep { share, bake: duration(bake)? })
}

fn percent(text: &str) -> Option<f64> {
    let percent: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    percent.is_finite().then_some(percent / 100.0)
}

fn show_percent(share: f64) -> String {
    let percent = (share * 1e6 + 0.5) as u64 as f64 / 1e4;
    format!("{percent}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marketplace::config::DeployKnobs;

    /// The worked example of the Kubernetes documentation's defaults: 10 replicas stay between 8
    /// and 13.
    #[test]
    fn a_surge_is_rounded_up_and_what_may_be_missing_down() {
        let quarter = Portion::Share(0.25);
        assert_eq!((quarter.rounded_up(10), quarter.rounded_down(10)), (3, 2));
        assert_eq!((quarter.rounded_up(4), quarter.rounded_down(4)), (1, 1));
        assert_eq!((quarter.rounded_up(1), quarter.rounded_down(1)), (1, 0));
        assert_eq!(
            (Portion::Share(0.28).rounded_up(25), Portion::Share(0.07).rounded_down(100)),
            (7, 7)
        );
        assert_eq!((Portion::Count(2).rounded_up(10), Portion::Count(2).rounded_down(10)), (2, 2));
    }

    #[test]
    fn portions_and_steps_are_read_and_shown_alike() {
        let knob = &DeployKnobs::KNOBS[0];
        let portion = |raw: Raw| Portion::parse(&raw, knob);
        assert_eq!(portion(Raw::Int(2)), Ok(Portion::Count(2)));
        assert_eq!(portion(Raw::Word("25%".into())).unwrap().json(knob), "25%");
        for wrong in
            [Raw::Int(-1), Raw::Word("two".into()), Raw::Word("120%".into()), Raw::Flag(true)]
        {
            assert!(portion(wrong.clone()).is_err(), "{wrong:?}");
        }
        let steps = |text: &str| CanarySteps::parse(&Raw::Word(text.into()), knob);
        assert_eq!(steps("5% 30s, 12.5% 1s").unwrap().json(knob), "5% 30s, 12.5% 1s");
        for wrong in ["", "5%", "50% 1s, 5% 1s", "5% soon", "200% 1s"] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }
}
