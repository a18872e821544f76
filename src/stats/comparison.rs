//! Paired comparisons of variants on the same random numbers, and the control of many of them.

use super::interval::{Interval, mean_and_error, t_95, t_tail};

/// Which direction of a metric is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Better {
    Less,
    More,
    /// Neither: a level that explains, such as busy cores.
    Neither,
}

/// What a comparison shows, the whole family considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Better,
    Worse,
    /// Different, in a metric that has no good direction.
    Different,
    /// Real perhaps, but certainly smaller than [`NEGLIGIBLE`]: with common random numbers even
    /// differences that nobody could notice become visible.
    Negligible,
    NotShown,
}

/// Part of the baseline's value that is not worth telling.
pub(crate) const NEGLIGIBLE: f64 = 0.01;

/// A paired difference: variant minus baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) interval: Interval,
    /// Probability of a difference this large if there were none.
    pub(crate) p: f64,
}

/// The difference of paired replications, `None` for fewer than two pairs.
pub(crate) fn paired(variant: &[f64], baseline: &[f64]) -> Option<Difference> {
    let differences: Vec<f64> = variant.iter().zip(baseline).map(|(a, b)| a - b).collect();
    let (value, error) = mean_and_error(&differences)?;
    let degrees = differences.len() - 1;
    let half = t_95(degrees) * error;
    let t = if error > 0.0 {
        value / error
    } else if value == 0.0 {
        0.0
    } else {
        f64::INFINITY
    };
    let interval = Interval { value, low: value - half, high: value + half };
    Some(Difference { interval, p: t_tail(t, degrees) })
}

/// Holm's step-down procedure (1979): which of a family of hypotheses are rejected at 5 % for the
/// whole family. In the order given.
pub(crate) fn holm(p_values: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut rejected = vec![false; p_values.len()];
    for (rank, at) in order.into_iter().enumerate() {
        let threshold = 0.05 / (p_values.len() - rank) as f64;
        if p_values[at] > threshold {
            break;
        }
        rejected[at] = true;
    }
    rejected
}

/// The verdict on one difference from a baseline's value, given Holm's decision on it.
pub(crate) fn verdict(
    interval: &Interval,
    baseline: f64,
    rejected: bool,
    better: Better,
) -> Verdict {
    let difference = interval.value;
    let bound = NEGLIGIBLE * baseline.abs();
    if rejected && interval.low > -bound && interval.high < bound {
        return Verdict::Negligible;
    }
    match (rejected, better) {
        (false, _) => Verdict::NotShown,
        (true, Better::Neither) => Verdict::Different,
        (true, Better::Less) if difference < 0.0 => Verdict::Better,
        (true, Better::More) if difference > 0.0 => Verdict::Better,
        (true, _) => Verdict::Worse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    #[test]
    fn holm_matches_the_worked_example() {
        // 0.01 <= 0.05/4, 0.02 > 0.05/3: everything from there on is kept.
        assert_eq!(holm(&[0.04, 0.01, 0.02, 0.03]), [false, true, false, false]);
        assert_eq!(holm(&[0.001, 0.01, 0.02, 0.04]), [true; 4]);
        assert_eq!(holm(&[]), Vec::<bool>::new());
    }

    /// With no true difference anywhere, a family of 18 comparisons shows any at most 5 % of the
    /// time.
    #[test]
    fn a_family_without_differences_stays_quiet() {
        let mut false_alarms = 0;
        let families = 1_000;
        for seed in 0..families {
            let mut stream = Streams { seed, replication: 0 }.stream("family");
            let p: Vec<f64> = (0..18)
                .map(|_| {
                    let a: Vec<f64> = (0..20).map(|_| stream.normal()).collect();
                    let b: Vec<f64> = (0..20).map(|_| stream.normal()).collect();
                    paired(&a, &b).unwrap().p
                })
                .collect();
            false_alarms += u32::from(holm(&p).contains(&true));
        }
        // Binomial(1000, 0.05): mean 50, sd 6.9.
        assert!(false_alarms < 74, "{false_alarms} of {families}");
    }

    #[test]
    fn equal_pairs_differ_by_exactly_nothing_and_constant_shifts_are_certain() {
        let base = [1.0, 2.0, 3.0];
        let same = paired(&base, &base).unwrap();
        assert_eq!((same.interval.value, same.p), (0.0, 1.0));
        let shifted = paired(&[2.0, 3.0, 4.0], &base).unwrap();
        assert_eq!((shifted.interval.value, shifted.p), (1.0, 0.0));
        let say = |baseline, rejected, better| {
            verdict(&Interval { value: 1.0, low: 0.5, high: 1.5 }, baseline, rejected, better)
        };
        assert_eq!(say(10.0, true, Better::Less), Verdict::Worse);
        assert_eq!(say(10.0, true, Better::More), Verdict::Better);
        assert_eq!(say(10.0, false, Better::More), Verdict::NotShown);
        assert_eq!(say(149.0, true, Better::More), Verdict::Better);
        assert_eq!(say(151.0, true, Better::More), Verdict::Negligible);
    }
}
