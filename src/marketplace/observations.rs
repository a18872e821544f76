//! What one replication showed: plain data, taken from a window of its time.

mod events;
mod fleet;
mod monitoring;

use std::cell::Cell;

use super::bill::Bill;
use super::checker::{self, Judged};
use super::mysql::Cost;
use super::mysql::buffer_pool::PoolSeen;
use super::mysql::log::LogSeen;
use super::probe::Stage;
use super::request::Failure;
use crate::engine::time::Nanos;
use crate::stats::histogram::Histogram;
pub(crate) use events::EventObservations;
pub(crate) use fleet::FleetObservations;
pub(crate) use monitoring::MonitoringObservations;

/// Which part of a run is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
    /// The run goes on until here, so that what arrived can be finished.
    pub(crate) until: Nanos,
    pub(crate) counts: Counts,
    /// Length of one step of a series over time, 0 for none.
    pub(crate) step: Nanos,
    /// Nothing arrives after so many requests, and the run ends with the answer to the last.
    pub(crate) requests: Option<u64>,
}

/// Which requests belong to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Those that were finished in it.
    Finished,
    /// Those that were meant to be sent in it; unanswered ones count when the run ends.
    Intended,
}

impl Window {
    /// Nothing arrives after this moment.
    pub(crate) fn arrivals_until(&self) -> Nanos {
        self.to
    }

    pub(super) fn holds(&self, at: Nanos) -> bool {
        at >= self.from && at < self.to
    }

    pub(super) fn step_of<'s>(
        &self,
        at: Nanos,
        series: &'s mut [SeriesStep],
    ) -> Option<&'s mut SeriesStep> {
        if self.step == 0 {
            return None;
        }
        series.get_mut((at / self.step) as usize)
    }
}

/// Sums of one step of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeriesStep {
    pub(crate) arrived: u64,
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    /// Of those that arrived in it, those that failed, whenever that was.
    pub(crate) lost: u64,
    /// Of the completed, nanoseconds.
    pub(crate) latency: u128,
    /// Ready instances at its end.
    pub(crate) ready: u32,
}

/// Share of failed requests from which a step counts as broken, and the least number of them: one
/// failure in a quiet step is no break.
const BROKEN: f64 = 0.01;
const BROKEN_LEAST: u64 = 5;

/// The offered rate in the first step of whose arrivals more than 1 % failed; `None` if there is
/// none. Steps are of `step` seconds.
pub(crate) fn broke_at(series: &[SeriesStep], step: f64) -> Option<f64> {
    let broken = series
        .iter()
        .find(|part| part.lost >= BROKEN_LEAST && part.lost as f64 > BROKEN * part.arrived as f64);
    broken.map(|part| part.arrived as f64 / step)
}

/// Latency buckets with the time spent in each stage: where the slow ones spend theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Breakdown {
    /// By bucket of latency: count, then nanoseconds by stage.
    buckets: Vec<(u64, [u64; Stage::ALL.len()])>,
}

const BUCKETS_AN_OCTAVE: u32 = 16;

impl Breakdown {
    fn bucket(latency: Nanos) -> usize {
        let latency = latency.max(u64::from(BUCKETS_AN_OCTAVE));
        let octave = latency.ilog2();
        let within = (latency >> (octave - BUCKETS_AN_OCTAVE.ilog2())) as u32 - BUCKETS_AN_OCTAVE;
        (octave * BUCKETS_AN_OCTAVE + within) as usize
    }

    pub(super) fn add(&mut self, latency: Nanos, stages: &[Cell<Nanos>; Stage::ALL.len()]) {
        let bucket = Breakdown::bucket(latency);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, Default::default());
        }
        let (count, sums) = &mut self.buckets[bucket];
        *count += 1;
        for (sum, stage) in sums.iter_mut().zip(stages) {
            *sum += stage.get();
        }
    }

    pub(crate) fn merge(&mut self, other: &Breakdown) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), Default::default());
        }
        for ((count, sums), (more, others)) in self.buckets.iter_mut().zip(&other.buckets) {
            *count += more;
            for (sum, other) in sums.iter_mut().zip(others) {
                *sum += other;
            }
        }
    }

    /// Mean milliseconds by stage of the requests whose rank by latency lies between two shares.
    /// `None` without requests. Buckets are 4 to 6 % wide, and whole.
    pub(crate) fn between(&self, low: f64, high: f64) -> Option<[f64; Stage::ALL.len()]> {
        let total: u64 = self.buckets.iter().map(|(count, _)| count).sum();
        let (from, to) = (low * total as f64, high * total as f64);
        let (mut rank, mut count, mut sums) = (0u64, 0u64, [0u64; Stage::ALL.len()]);
        for (here, times) in &self.buckets {
            let next = rank + here;
            if *here > 0 && next as f64 > from && (rank as f64) < to {
                count += here;
                for (sum, time) in sums.iter_mut().zip(times) {
                    *sum += time;
                }
            }
            rank = next;
        }
        (count > 0).then(|| sums.map(|sum| sum as f64 / count as f64 / 1e6))
    }
}

/// What readers were shown. Counts of rows shown, within the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReadTally {
    pub(crate) reads: u64,
    pub(crate) stale: u64,
    /// Staler than `read.tolerance`.
    pub(crate) intolerable: u64,
    pub(crate) backward: u64,
    /// Of rows that the reader has written; and how many of them did not show it.
    pub(crate) of_authors: u64,
    pub(crate) missing: u64,
}

impl ReadTally {
    pub(super) fn note(&mut self, judged: &Judged, tolerance: Nanos) {
        self.reads += 1;
        self.stale += u64::from(judged.stale.is_some());
        self.intolerable += u64::from(judged.stale.is_some_and(|age| age > tolerance));
        self.backward += u64::from(judged.backward);
        self.of_authors += u64::from(judged.author);
        self.missing += u64::from(judged.own_write_missing);
    }

    pub(crate) fn add(&mut self, other: &ReadTally) {
        self.reads += other.reads;
        self.stale += other.stale;
        self.intolerable += other.intolerable;
        self.backward += other.backward;
        self.of_authors += other.of_authors;
        self.missing += other.missing;
    }
}

/// How far replicas were behind, and what that meant for readers.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplicationObservations {
    /// How old what was shown was, of stale reads.
    pub(crate) staleness: Histogram,
    /// From a commit's visibility on the primary to that on a replica.
    pub(crate) lag: Histogram,
    /// Waits of readers for a position; and those that gave up.
    pub(crate) position_waits: Histogram,
    pub(crate) position_timeouts: u64,
    /// Seconds from the primary's death to the first commit after it; `None` if there was none.
    pub(crate) unavailable: Option<f64>,
}

impl ReplicationObservations {
    pub(crate) fn merge(&mut self, other: &ReplicationObservations) {
        self.staleness.merge(&other.staleness);
        self.lag.merge(&other.lag);
        self.position_waits.merge(&other.position_waits);
        self.position_timeouts += other.position_timeouts;
    }
}

/// Looks into the cache and loads for it, within the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CacheTally {
    pub(crate) looks: u64,
    pub(crate) hits: u64,
    pub(crate) loads: u64,
    /// Expiries, deletions and losses of entries that somebody then loaded.
    pub(crate) renewals: u64,
    /// Most loads of one of them.
    pub(crate) most_loads: u32,
}

/// What the cache and Redis did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct CacheObservations {
    pub(crate) tally: CacheTally,
    pub(crate) evictions: u64,
    /// Commands sent to a server that had given the slot away.
    pub(crate) moved: u64,
    pub(crate) commands_per_s: f64,
    /// Share of its time that the busiest server's thread was busy.
    pub(crate) busiest: f64,
    /// Writes that were answered and are nowhere, in the whole run.
    pub(crate) lost_writes: u64,
}

impl CacheObservations {
    pub(crate) fn merge(&mut self, other: &CacheObservations) {
        let (mine, theirs) = (&mut self.tally, &other.tally);
        mine.looks += theirs.looks;
        mine.hits += theirs.hits;
        mine.loads += theirs.loads;
        mine.renewals += theirs.renewals;
        mine.most_loads = mine.most_loads.max(theirs.most_loads);
        self.evictions += other.evictions;
        self.moved += other.moved;
        self.lost_writes += other.lost_writes;
    }
}

/// What all requests, or those of one endpoint or load, came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) offered: u64,
    /// Succeeded within the window of time.
    pub(crate) completed: u64,
    /// Succeeded, of those that belong to the window.
    pub(crate) ok: u64,
    pub(crate) failures: [u64; Failure::ALL.len()],
    pub(crate) latency: Histogram,
    pub(crate) reads: ReadTally,
}

impl Group {
    pub(crate) fn failed(&self) -> u64 {
        self.failures.iter().sum()
    }

    pub(crate) fn add(&mut self, other: &Group) {
        self.offered += other.offered;
        self.completed += other.completed;
        self.ok += other.ok;
        for (sum, more) in self.failures.iter_mut().zip(other.failures) {
            *sum += more;
        }
        self.latency.merge(&other.latency);
        self.reads.add(&other.reads);
    }
}

/// Levels, averaged over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Levels {
    pub(crate) inside: f64,
    pub(crate) thread_busy: f64,
    pub(crate) thread_queue: f64,
    pub(crate) connections: f64,
    pub(crate) app_cores_busy: f64,
    pub(crate) pool_busy: f64,
    pub(crate) pool_waiting: f64,
    /// Of the first primary, and of all replicas.
    pub(crate) db_cores_busy: f64,
    pub(crate) replica_cores_busy: f64,
    pub(crate) read_store_cores_busy: f64,
}

/// What the database did.
#[derive(Clone, Debug, Default)]
pub(crate) struct DatabaseObservations {
    /// Within the window.
    pub(crate) commits: u64,
    pub(crate) reads: Cost,
    pub(crate) writes: Cost,
    pub(crate) redo: LogSeen,
    pub(crate) binlog: LogSeen,
    /// `None` where everything is in memory.
    pub(crate) pages: Option<PoolSeen>,
    pub(crate) lock_wait: Histogram,
    pub(crate) commit: Histogram,
    /// Commits that a loss of power would take back, on average.
    pub(crate) unsynced: f64,
    /// In the whole run.
    pub(crate) deadlocks: u64,
    pub(crate) lock_waits: u64,
    pub(crate) orders: u64,
    pub(crate) anomalies: checker::Counts,
}

/// Pages of lists, in the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageObservations {
    pub(crate) pages: u64,
    pub(crate) rows_examined: u64,
    pub(crate) turns: checker::PageTurns,
}

impl PageObservations {
    pub(crate) fn merge(&mut self, other: &PageObservations) {
        self.pages += other.pages;
        self.rows_examined += other.rows_examined;
        self.turns.turns += other.turns.turns;
        self.turns.repeated += other.turns.repeated;
        self.turns.skipped += other.turns.skipped;
    }
}

/// One station's share of what was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct StationObservations {
    pub(crate) name: String,
    pub(crate) busy: f64,
    pub(crate) waiting: f64,
    pub(crate) waits: Histogram,
    pub(crate) responses: Histogram,
}

/// The whole replication's books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Audit {
    pub(crate) arrived: u64,
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    /// Neither when the run ended.
    pub(crate) inside_at_end: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Observations {
    pub(crate) seconds: f64,
    pub(crate) all: Group,
    pub(crate) endpoints: Vec<(String, Group)>,
    pub(crate) loads: Vec<(String, Group)>,
    pub(crate) failed_latency: Histogram,
    /// Latency as a tool that waits for answers records it: from the actual sending.
    pub(crate) recorded_latency: Histogram,
    pub(crate) pool_wait: Histogram,
    pub(crate) pool_hold: Histogram,
    pub(crate) thread_wait: Histogram,
    pub(crate) levels: Levels,
    pub(crate) pool_size: u32,
    pub(crate) lost_races: u64,
    pub(crate) dropped_syns: u64,
    pub(crate) refused_connections: u64,
    pub(crate) connections_opened: u64,
    pub(crate) wasted: u64,
    /// Attempts beyond the first, of clients, balancer and services.
    pub(crate) retries: u64,
    pub(crate) database: DatabaseObservations,
    pub(crate) pages: PageObservations,
    pub(crate) replication: ReplicationObservations,
    pub(crate) events: EventObservations,
    pub(crate) fleet: FleetObservations,
    pub(crate) monitoring: MonitoringObservations,
    pub(crate) redis_lock_wait: Histogram,
    pub(crate) cache: CacheObservations,
    pub(crate) stations: Vec<StationObservations>,
    pub(crate) breakdown: Breakdown,
    pub(crate) series: Vec<SeriesStep>,
    /// Of a month like the window; `None` without prices.
    pub(crate) bill: Option<Bill>,
    /// Replications that met the sim's target, of those judged; `None` without a target.
    pub(crate) target_met: Option<(u64, u64)>,
    /// Of a series: see [`broke_at`].
    pub(crate) broke_at: Option<f64>,
    /// Requests inside at the start and the end of the window.
    pub(crate) inside: (u64, u64),
    /// Mean number inside in each of equal parts of the window, for finding the warm-up.
    pub(crate) inside_series: Vec<f64>,
    pub(crate) audit: Audit,
}

/// Parts of the window whose mean number inside is kept.
pub(crate) const INSIDE_PARTS: usize = 500;
