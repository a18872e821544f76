//! The right answer of a `sim` question: running the simulator with the question's settings.

use super::session::SimAsk;
use crate::content::Library;
use crate::content::problem::Problem;
use crate::marketplace::knobs::Raw;
use crate::quiz::grade::Band;
use crate::quiz::unit::Unit;
use crate::sims::judge;
use crate::sims::outcome::{self, ClaimVerdict};
use crate::sims::run::{Execution, Results, RunFailed};
use crate::sims::spec::{Overrides, Replications, Spec};
use crate::sims::{condition, metric};

/// Replications behind an answer: enough for an interval well inside the accepted band.
const REPLICATIONS: u32 = 12;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The settings do not fit the sim, or the condition is malformed.
    Problems(Vec<Problem>),
    Run(RunFailed),
}

/// The sim of a question, reduced to the one variant that it asks about.
///
/// # Errors
/// Every problem of the sim file or of the settings.
pub(crate) fn spec(library: &Library, ask: &SimAsk) -> Result<Spec, Vec<Problem>> {
    let plain = crate::sims::load(library, &ask.sim, &Overrides::default())?;
    let mut overrides = Overrides::default();
    for (knob, value) in &ask.settings {
        let raw = Raw::from_argument(value);
        if plain.varied.as_ref() == Some(knob) {
            overrides.vary.push((knob.clone(), vec![raw]));
        } else {
            overrides.set.push((knob.clone(), raw));
        }
    }
    let mut spec = crate::sims::load(library, &ask.sim, &overrides)?;
    let own = spec.variants.swap_remove(spec.baseline);
    spec.variants = vec![own];
    spec.baseline = 0;
    spec.claims.clear();
    spec.sweep = None;
    spec.theory = None;
    spec.run.precision = None;
    spec.run.replications =
        Replications { min: REPLICATIONS, max: REPLICATIONS, step: REPLICATIONS };
    Ok(spec)
}

/// The band of the right answer; `None` when the settings break the question's guard, do not
/// settle, or give no value.
///
/// # Errors
/// See [`NoAnswer`].
pub(crate) fn band(
    library: &Library,
    ask: &SimAsk,
    execution: &Execution<'_>,
) -> Result<Option<Band>, NoAnswer> {
    let spec = spec(library, ask).map_err(NoAnswer::Problems)?;
    let results = crate::sims::run::run(&spec, execution).map_err(NoAnswer::Run)?;
    let found = &results.variants[0];
    if !found.steady || !guard_holds(&spec, &results, ask) {
        return Ok(None);
    }
    let Some(at) = found.rows.iter().position(|row| row.id == ask.metric) else { return Ok(None) };
    let unit = metric::find(&ask.metric).and_then(|metric| Unit::from_name(metric.unit));
    let interval = outcome::interval_of(&found.rows[at], &found.values[at]);
    Ok(interval.zip(unit).map(|(interval, unit)| Band {
        value: interval.value,
        low: interval.low,
        high: interval.high,
        unit,
    }))
}

fn guard_holds(spec: &Spec, results: &Results, ask: &SimAsk) -> bool {
    let Some(guard) = &ask.guard else { return true };
    condition::parse(guard)
        .is_ok_and(|condition| judge::decide(spec, results, &condition) == ClaimVerdict::Holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Kind;
    use crate::practice::session::{Order, Pick, Session};

    /// Every `sim` question of the embedded quizzes has at least one setting that can be given
    /// out, and its band is narrower than what is accepted: the answer is worth knowing.
    #[test]
    fn every_sim_question_can_be_asked_and_its_answer_is_sharper_than_its_tolerance() {
        let library = Library::embedded();
        let execution = Execution { threads: 2, progress: &|_, _| (), cancel: None };
        let mut asked = 0;
        for slug in library.slugs(Kind::Quiz) {
            let quiz = crate::quiz::read::load(&library, slug).unwrap();
            let pick = Pick { count: None, order: Order::File };
            let mut session = Session::new(&quiz, 1, pick);
            while let Some(mut ask) = session.next() {
                let Some(mut sim) = ask.sim.clone() else { continue };
                let id = format!("{slug}/{}", ask.question.id);
                let found = loop {
                    if let Some(found) = band(&library, &sim, &execution).unwrap() {
                        break found;
                    }
                    ask = session.other_variant().unwrap_or_else(|| panic!("{id}: no setting"));
                    sim = ask.sim.clone().unwrap();
                };
                let half = (found.high - found.low) / 2.0;
                let accepted = sim.accept.distance(found.value);
                assert!(half <= accepted, "{id}: ±{half} known, ±{accepted} accepted: {found:?}");
                asked += 1;
            }
        }
        assert!(asked >= 5, "{asked} sim questions");
    }
}
