//! One replication replayed with every event recorded, and the request in it that teaches most.
//!
//! The replay has the seed and the window of the measured replication, so it is that replication.

pub(crate) mod copies;
pub(crate) mod episode;
pub(crate) mod lives;
#[cfg(test)]
mod tests;
pub(crate) mod turns;
pub(crate) mod watched;

use super::run::{self, Execution, RunFailed};
use super::spec::{Spec, Wanted};
use crate::engine::time::Nanos;
use crate::marketplace::observations::{Observations, Window};
use crate::marketplace::probe::Recorded;
use episode::{Episode, Hit};
use lives::{Life, Names};
use watched::Watched;

/// Everything that happened in one replication of one variant.
pub(crate) struct Recording {
    pub(crate) sim: String,
    pub(crate) variant: String,
    pub(crate) seed: u64,
    pub(crate) replication: u64,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a replay is the replication that it replays: tests compare")
    )]
    pub(crate) observations: Observations,
    pub(super) window: Window,
    pub(super) recorded: Vec<Recorded>,
    pub(super) names: Names,
    pub(crate) watched: Watched,
}

impl Recording {
    /// The lives of the requests that were in the system at some time between two moments, by
    /// number.
    pub(crate) fn lives_between(&self, from: Nanos, to: Nanos) -> Vec<Life> {
        let near = self.recorded.partition_point(|recorded| recorded.at <= to);
        let lives = lives::lives(&self.recorded[..near], &self.names, |_| true).into_values();
        let last = |life: &Life| life.spans.iter().map(|span| span.to).fold(life.ended, Nanos::max);
        lives.filter(|life| last(life) >= from).collect()
    }

    /// When the recording ends.
    pub(crate) fn end(&self) -> Nanos {
        self.recorded.last().map_or(0, |last| last.at)
    }
}

/// Replays the measured replication of a variant, the first one being number 0.
///
/// # Errors
/// See [`RunFailed`].
pub(crate) fn replay(
    spec: &Spec,
    variant: usize,
    replication: u64,
    execution: &Execution<'_>,
) -> Result<Recording, RunFailed> {
    let window = run::window_of(spec, variant, execution)?;
    record(spec, variant, replication, window)
}

fn record(
    spec: &Spec,
    variant: usize,
    replication: u64,
    window: Window,
) -> Result<Recording, RunFailed> {
    let done = run::replay(spec, variant, replication, window)?;
    let config = &spec.variants[variant].config;
    let names = Names::of(config);
    let watched = Watched::new(config, names.endpoints(), (done.scrapes, done.samples));
    Ok(Recording {
        sim: spec.name.clone(),
        variant: spec.variants[variant].id.clone(),
        seed: spec.run.seed,
        replication,
        observations: done.observations,
        window,
        recorded: done.recorded,
        names,
        watched,
    })
}

/// The story of a sim: the first episode of the wanted kinds, each looked for in the variants in
/// their order; else the slowest of the baseline. `None` if no request was answered.
///
/// # Errors
/// See [`RunFailed`].
pub(crate) fn story(
    spec: &Spec,
    variant: Option<usize>,
    execution: &Execution<'_>,
) -> Result<(Recording, Option<Episode>), RunFailed> {
    let chosen = match variant.or(spec.story.variant) {
        Some(variant) => variant,
        None => first_with(spec)?.unwrap_or(spec.baseline),
    };
    let recording = replay(spec, chosen, 0, execution)?;
    let hits = spec.story.first.iter().filter(|wanted| **wanted != Wanted::Slowest);
    let hit = hits
        .filter_map(|wanted| episode::first(&recording, *wanted))
        .next()
        .or_else(|| episode::first(&recording, Wanted::Slowest));
    let episode = hit.map(|hit: Hit| episode::around(&recording, hit));
    Ok((recording, episode))
}

/// The variant that has the first of the wanted kinds that any has.
fn first_with(spec: &Spec) -> Result<Option<usize>, RunFailed> {
    let wanted: Vec<Wanted> =
        spec.story.first.iter().copied().take_while(|w| *w != Wanted::Slowest).collect();
    let mut best: Option<(usize, usize)> = None;
    for variant in 0..spec.variants.len() {
        // Only what would come before the best so far is worth a look.
        let open = best.map_or(wanted.len(), |(place, _)| place);
        if open == 0 {
            break;
        }
        // The window begins at the start here: what happens up to its end is the same.
        let recording = record(spec, variant, 0, run::window(spec, 0))?;
        let found = wanted[..open].iter().position(|w| episode::first(&recording, *w).is_some());
        best = found.map(|place| (place, variant)).or(best);
    }
    Ok(best.map(|(_, variant)| variant))
}
