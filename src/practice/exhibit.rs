//! What a `diagnose` question shows of a run.

use crate::content::Library;
use crate::content::problem::{Problem, Source};
use crate::content::text::both;
use crate::quiz::question::{DiagnoseQuestion, Placed, Show};
use crate::sims::outcome::committed;
use crate::sims::outcome::{Estimate, Outcome, VariantOutcome};
use crate::sims::recording::episode::Episode;
use crate::sims::recording::{self, Recording};
use crate::sims::run::{Execution, RunFailed};
use crate::sims::spec::Overrides;

/// What was measured, or one replication of it.
pub(crate) enum Exhibit {
    Metrics(Vec<Measured>),
    Timeline(Box<Replay>),
    Jtl(Box<Replay>),
}

/// One metric of the run, and of the one beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) metric: String,
    pub(crate) run: Estimate,
    pub(crate) beside: Option<Estimate>,
}

/// One replication with every event.
pub(crate) struct Replay {
    pub(crate) recording: Recording,
    pub(crate) episode: Option<Episode>,
}

/// Why there is nothing to show.
#[derive(Debug)]
pub(crate) enum NoExhibit {
    Problems(Vec<Problem>),
    Run(RunFailed),
}

/// What the question shows: out of the committed outcome, or a replay.
///
/// # Errors
/// See [`NoExhibit`].
pub(crate) fn exhibit(
    library: &Library,
    question: &DiagnoseQuestion,
    execution: &Execution<'_>,
) -> Result<Exhibit, NoExhibit> {
    let metrics = match &question.show {
        Show::Metrics(metrics) => metrics,
        Show::Timeline => return replay(library, question, execution).map(Exhibit::Timeline),
        Show::Jtl => return replay(library, question, execution).map(Exhibit::Jtl),
    };
    let found = committed::committed(library, &question.sim.value)
        .and_then(|outcome| measured(&outcome, question, metrics));
    found.map(Exhibit::Metrics).map_err(|problem| NoExhibit::Problems(vec![problem]))
}

/// The values of these metrics in the committed outcome of the question's sim.
///
/// # Errors
/// A variant or a metric that the outcome does not have.
pub(crate) fn measured(
    outcome: &Outcome,
    question: &DiagnoseQuestion,
    metrics: &[Placed<String>],
) -> Result<Vec<Measured>, Problem> {
    let variant = |name: &str| -> Result<&VariantOutcome, Problem> {
        outcome.variant(name).ok_or_else(|| missing(question, name))
    };
    let run = variant(&question.variant.value)?;
    let beside = match &question.beside {
        Some(name) => Some(variant(&name.value)?),
        None => None,
    };
    let row = |name: &Placed<String>| -> Result<Measured, Problem> {
        let of = |variant: &VariantOutcome| {
            variant.metric(&name.value).cloned().ok_or_else(|| missing(question, &name.value))
        };
        let (metric, run) = (name.value.clone(), of(run)?);
        Ok(Measured { metric, run, beside: beside.map(of).transpose()? })
    };
    metrics.iter().map(row).collect()
}

fn missing(question: &DiagnoseQuestion, name: &str) -> Problem {
    let name = crate::content::problem::printable(name);
    let file = Source::new(format!("outcomes/{}.json", question.sim.value), "");
    file.problem_of_file(both!("has no `{name}`", "`{name}`이(가) 없습니다"))
}

fn replay(
    library: &Library,
    question: &DiagnoseQuestion,
    execution: &Execution<'_>,
) -> Result<Box<Replay>, NoExhibit> {
    let spec = crate::sims::load(library, &question.sim.value, &Overrides::default())
        .map_err(NoExhibit::Problems)?;
    let variant = spec.variants.iter().position(|variant| variant.id == question.variant.value);
    let variant = variant
        .ok_or_else(|| NoExhibit::Problems(vec![missing(question, &question.variant.value)]))?;
    let (recording, episode) =
        recording::story(&spec, Some(variant), execution).map_err(NoExhibit::Run)?;
    Ok(Box::new(Replay { recording, episode }))
}
