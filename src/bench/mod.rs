//! How fast the engine is: reference workloads as processes, beside the same as a bare event loop
//! in the same run. Ratios, never absolute times, are what counts.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

mod processes;
mod raw;

use std::time::Instant;

use serde::Serialize;

use crate::engine::executor::RunError;
use crate::random::{Stream, Streams};

/// Exponential spans from one stream; both engines draw the same numbers in the same order.
struct Draws(Stream);

impl Draws {
    fn new(seed: u64) -> Draws {
        Draws(Streams { seed, replication: 0 }.stream("bench"))
    }

    #[inline]
    fn span(&mut self, mean_ns: f64) -> u64 {
        (self.0.exponential() * mean_ns) as i64 as u64
    }
}

fn ns(seconds: f64) -> f64 {
    seconds * 1e9
}

/// What an M/M/c run found: equal for both engines to the bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct MmcOut {
    served: u64,
    wait_ns: u128,
}

impl MmcOut {
    #[inline]
    fn record(&mut self, wait: u64) {
        self.served += 1;
        self.wait_ns += u128::from(wait);
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct NestedOut {
    done: u64,
    rejected: u64,
    abandoned: u64,
    response_ns: u128,
}

impl NestedOut {
    #[inline]
    fn record(&mut self, response: u64) {
        self.done += 1;
        self.response_ns += u128::from(response);
    }
}

/// Nested pools: Poisson arrivals take a thread (a bounded queue, then rejection), compute on a
/// core, wait for a connection with a timeout, and use a database server. Seconds.
struct NestedPools {
    interarrival: f64,
    threads: u32,
    queue_max: u32,
    cores: u32,
    cpu: f64,
    connections: u32,
    timeout: f64,
    servers: u32,
    db: f64,
}

const W3: NestedPools = NestedPools {
    interarrival: 0.010,
    threads: 200,
    queue_max: 100,
    cores: 2,
    cpu: 0.010,
    connections: 10,
    timeout: 1.0,
    servers: 4,
    db: 0.042,
};

/// The measurement of one workload.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// What is counted: customers, requests, events.
    pub(crate) unit: &'static str,
    pub(crate) count: u64,
    /// Per second, the best of the rounds.
    pub(crate) raw_per_s: f64,
    pub(crate) processes_per_s: f64,
    /// Median over the rounds of processes / raw, each pair measured back to back.
    pub(crate) ratio: f64,
    /// Whether both engines found the same to the bit.
    pub(crate) same: bool,
    /// W1, W2: mean wait in seconds; W3: percent abandoned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) statistic: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct BenchResult {
    pub(crate) workloads: Vec<Workload>,
    /// Two replications on two threads against one on one, nested pools: median of the ratio.
    pub(crate) two_threads: f64,
    /// Peak resident memory in MiB before and after the long runs, where the system tells it.
    pub(crate) peak_mib: Option<f64>,
}

/// What a workload found, as one number to compare with theory.
trait Found {
    fn statistic(&self) -> Option<f64>;
}

impl Found for MmcOut {
    fn statistic(&self) -> Option<f64> {
        Some(self.wait_ns as f64 / 1e9 / self.served as f64)
    }
}

impl Found for NestedOut {
    fn statistic(&self) -> Option<f64> {
        let all = self.done + self.rejected + self.abandoned;
        Some(100.0 * self.abandoned as f64 / all as f64)
    }
}

impl Found for u64 {
    fn statistic(&self) -> Option<f64> {
        None
    }
}

fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn measure<T: PartialEq + Found>(
    (name, what, unit): (&'static str, &'static str, &'static str),
    count: u64,
    rounds: u32,
    raw: impl Fn() -> T,
    processes: impl Fn() -> Result<T, RunError>,
) -> Result<Workload, RunError> {
    let (mut ratios, mut best, mut same) = (Vec::new(), (f64::MAX, f64::MAX), true);
    let mut statistic = None;
    for _ in 0..rounds {
        let (raw_s, expected) = seconds(&raw);
        let (processes_s, found) = seconds(&processes);
        let found = found?;
        statistic = found.statistic();
        same &= found == expected;
        ratios.push(raw_s / processes_s);
        best = (best.0.min(raw_s), best.1.min(processes_s));
    }
    let (raw_per_s, processes_per_s) = (count as f64 / best.0, count as f64 / best.1);
    let ratio = median(ratios);
    Ok(Workload { name, what, unit, count, raw_per_s, processes_per_s, ratio, same, statistic })
}

/// Runs every workload. `scale` multiplies the numbers of customers (1 takes about 20 s).
///
/// # Errors
/// None in practice; the engine's errors are passed on.
pub(crate) fn run(scale: f64) -> Result<BenchResult, RunError> {
    const ROUNDS: u32 = 5;
    let many = |n: f64| ((n * scale) as u64).max(1_000);
    let mut workloads = Vec::new();
    let n = many(2e6);
    workloads.push(measure(
        ("W1", "M/M/1 at 0.8", "customers"),
        n,
        ROUNDS,
        || raw::mmc(n, 1, 1.0, 0.8, 1),
        || processes::mmc(n, 1, 1.0, 0.8, 1),
    )?);
    workloads.push(measure(
        ("W2", "M/M/10 at 0.9", "customers"),
        n,
        ROUNDS,
        || raw::mmc(n, 10, 1.0, 9.0, 1),
        || processes::mmc(n, 10, 1.0, 9.0, 1),
    )?);
    let n = many(1e6);
    workloads.push(measure(
        ("W3", "nested pools with timeouts", "requests"),
        n,
        ROUNDS,
        || raw::nested(n, &W3, 1),
        || processes::nested(n, &W3, 1),
    )?);
    for (name, pending, count) in [("W4-100", 100, 4e6), ("W4-10000", 10_000, 2e6)] {
        let n = many(count);
        let what = "hold model: pending events";
        // The check values differ in kind, so only the counts are compared.
        workloads.push(measure(
            (name, what, "events"),
            n,
            ROUNDS,
            || {
                std::hint::black_box(raw::hold(n, pending, 1));
                n
            },
            || processes::hold(n, pending, 1),
        )?);
    }
    let n = many(1e6);
    let one = |seed| processes::nested(n, &W3, seed);
    let mut gains = Vec::new();
    for _ in 0..ROUNDS {
        let (alone, _) = seconds(|| std::hint::black_box(one(1)));
        let (both, _) = seconds(|| {
            std::thread::scope(|scope| {
                let other = scope.spawn(|| std::hint::black_box(one(2)));
                let mine = std::hint::black_box(one(1));
                (mine, other.join())
            })
        });
        gains.push(2.0 * alone / both);
    }
    Ok(BenchResult { workloads, two_threads: median(gains), peak_mib: peak_mib() })
}

/// Peak resident memory of this process, on Linux.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bare loop is an independent model of the same system: any slip in timers, queues or
    /// hand-off makes the sums differ.
    #[test]
    fn processes_and_the_bare_loop_find_the_same_to_the_nanosecond() {
        for seed in 0..5 {
            assert_eq!(
                processes::mmc(50_000, 1, 1.0, 0.8, seed),
                Ok(raw::mmc(50_000, 1, 1.0, 0.8, seed))
            );
            assert_eq!(
                processes::mmc(50_000, 10, 1.0, 9.0, seed),
                Ok(raw::mmc(50_000, 10, 1.0, 9.0, seed))
            );
            let nested = raw::nested(50_000, &W3, seed);
            assert!(nested.abandoned > 0, "the workload must exercise its timeouts");
            assert_eq!(processes::nested(50_000, &W3, seed), Ok(nested));
        }
    }

    /// With overload the queue of threads is full and requests are rejected.
    #[test]
    fn rejections_agree_too() {
        let model = NestedPools { interarrival: 0.002, timeout: 10.0, ..W3 };
        let expected = raw::nested(20_000, &model, 9);
        assert!(expected.rejected > 1_000, "{expected:?}");
        assert_eq!(processes::nested(20_000, &model, 9), Ok(expected));
    }
}
