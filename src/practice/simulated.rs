//! The right answer of a `sim` question: running the simulator with the question's settings.

use super::session::{KnownWrong, SimAsk};
use crate::content::Library;
use crate::content::problem::{Problem, Source};
use crate::content::text::both;
use crate::marketplace::knobs::Raw;
use crate::quiz::grade::{Band, accepted_of, is_within};
use crate::quiz::unit::Unit;
use crate::sims::judge;
use crate::sims::outcome::committed::committed;
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
    let chosen = match &ask.variant {
        None => spec.baseline,
        Some(name) => {
            let found = spec.variants.iter().position(|variant| variant.id == *name);
            found.ok_or_else(|| vec![no_variant(&ask.sim, name, &spec)])?
        }
    };
    let own = spec.variants.swap_remove(chosen);
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

fn no_variant(sim: &str, name: &str, spec: &Spec) -> Problem {
    let known: Vec<&str> = spec.variants.iter().map(|variant| variant.id.as_str()).collect();
    let known = known.join(", ");
    let file = Source::new(format!("sims/{sim}.toml"), "");
    let name = crate::content::problem::printable(name);
    file.problem_of_file(both!(
        "`{sim}` has no variant `{name}`: {known}",
        "`{sim}`에는 `{name}` 변형이 없습니다: {known}"
    ))
}

/// The band of the right answer; `None` when the settings break the question's guard, do not
/// settle, give no value, when it is known less exactly than what is accepted, or when one of the
/// known wrong values would count as right.
///
/// # Errors
/// See [`NoAnswer`].
pub(crate) fn band(
    library: &Library,
    ask: &SimAsk,
    execution: &Execution<'_>,
) -> Result<Option<Band>, NoAnswer> {
    if let Some(band) = committed_band(library, ask) {
        return Ok(Some(band).filter(|band| is_fair(band, ask)));
    }
    let spec = spec(library, ask).map_err(NoAnswer::Problems)?;
    let results = crate::sims::run::run(&spec, execution).map_err(NoAnswer::Run)?;
    let found = &results.variants[0];
    if !found.steady || !guard_holds(&spec, &results, ask) {
        return Ok(None);
    }
    let measured = |metric: &str| {
        let at = found.rows.iter().position(|row| row.id == metric)?;
        outcome::interval_of(&found.rows[at], &found.values[at])
    };
    let unit = metric::find(&ask.metric).and_then(|metric| Unit::from_name(metric.unit));
    let band = measured(&ask.metric).zip(unit).map(|(interval, unit)| Band {
        value: interval.value,
        low: interval.low,
        high: interval.high,
        unit,
        wrong: wrong_values(ask, |metric| Some(measured(metric)?.value)),
    });
    Ok(band.filter(|band| is_fair(band, ask)))
}

/// The band as far as it is known without a run: see [`band`].
pub(crate) fn known_band(library: &Library, ask: &SimAsk) -> Option<Band> {
    committed_band(library, ask).filter(|band| is_fair(band, ask))
}

/// What the committed outcome says, where the question changes nothing of its sim: reading it runs
/// nothing. A guard is judged on a run.
pub(crate) fn committed_band(library: &Library, ask: &SimAsk) -> Option<Band> {
    if !ask.settings.is_empty() || ask.guard.is_some() {
        return None;
    }
    let outcome = committed(library, &ask.sim).ok()?;
    let found = outcome.variant(ask.variant.as_deref().unwrap_or(&outcome.baseline))?;
    let estimate = found.metric(&ask.metric).filter(|_| found.steady)?;
    Some(Band {
        value: estimate.value?,
        low: estimate.low?,
        high: estimate.high?,
        unit: Unit::from_name(&estimate.unit)?,
        wrong: wrong_values(ask, |metric| found.metric(metric)?.value),
    })
}

fn wrong_values(ask: &SimAsk, measured: impl Fn(&str) -> Option<f64>) -> Vec<Option<f64>> {
    let values = ask.wrong.iter().map(|wrong| match wrong {
        KnownWrong::Metric(metric) => measured(metric),
        KnownWrong::Value(value) => *value,
    });
    values.collect()
}

/// Whether the right value is known more exactly than what is accepted, and every known wrong value
/// is told from it.
pub(crate) fn is_fair(band: &Band, ask: &SimAsk) -> bool {
    if (band.high - band.low) / 2.0 > ask.accept.distance(band.value) {
        return false;
    }
    let (low, high) = accepted_of(band, ask.accept);
    band.wrong.iter().flatten().all(|wrong| !is_within(*wrong, low, high))
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
    use crate::practice::session::{Item, Session};

    /// What is given out obeys the guard: whatever the seed, a question of the embedded quizzes is
    /// asked with settings that settle, whose band holds no known wrong value, and whose answer is
    /// sharper than what is accepted. Every setting that 200 seeds draw first is run.
    #[test]
    fn every_question_that_is_given_out_in_200_seeds_obeys_its_guard() {
        const SEEDS: u64 = 200;
        let library = Library::embedded();
        let execution = Execution { threads: 2, progress: &|_, _| (), cancel: None };
        let mut found: Vec<(SimAsk, Option<Band>)> = Vec::new();
        let mut of = |ask: &SimAsk| match found.iter().find(|(known, _)| known == ask) {
            Some((_, band)) => band.clone(),
            None => {
                let band = band(&library, ask, &execution).unwrap();
                found.push((ask.clone(), band.clone()));
                band
            }
        };
        let mut given = 0;
        for slug in library.slugs(Kind::Quiz) {
            let quiz = crate::quiz::read::load(&library, slug).unwrap();
            for question in quiz.questions.iter().filter(|it| it.kind.simulated().is_some()) {
                for seed in 0..SEEDS {
                    let mut session = Session::of(vec![Item { quiz: &quiz, question }], seed);
                    let at = format!("{slug}/{}, seed {seed}", question.id);
                    let mut ask = session.next().and_then(|ask| ask.sim).unwrap();
                    let band = loop {
                        if let Some(band) = of(&ask) {
                            break band;
                        }
                        let other = session.other_variant();
                        ask = other.unwrap_or_else(|| panic!("{at}: no setting")).sim.unwrap();
                    };
                    let half = (band.high - band.low) / 2.0;
                    let accepted = ask.accept.distance(band.value);
                    assert!(
                        half <= accepted,
                        "{at}: ±{half} known, ±{accepted} accepted: {band:?}"
                    );
                    let (low, high) = accepted_of(&band, ask.accept);
                    let wrong = band.wrong.iter().flatten();
                    assert!(wrong.clone().all(|it| !is_within(*it, low, high)), "{at}: {band:?}");
                    given += 1;
                }
            }
        }
        assert!(given >= 40 * SEEDS, "{given}");
    }
}
