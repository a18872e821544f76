//! The statistics themselves: coverage of intervals, common random numbers, warm-up.
//!
//! Coverage and warm-up need tens of thousands of replications of M/M/1, so they are simulated
//! directly, not through the marketplace; estimates, intervals and the warm-up rule are those of
//! every run.

use super::TWO_THREADS;
use crate::content::problem::Source;
use crate::marketplace::observations::INSIDE_PARTS;
use crate::random::{Stream, Streams};
use crate::sims::run::{self, Measurement};
use crate::sims::spec::Overrides;
use crate::stats::histogram::Histogram;
use crate::stats::interval;
use crate::stats::theory::Mmc;
use crate::stats::warm_up::mser_5;

/// As many replications as a sim runs at least.
const REPLICATIONS: u64 = 20;
/// About as many requests as one replication of the sim `pool-size` sees.
const REQUESTS: u32 = 10_000;

/// Results of `count` independent runs, in two threads.
fn runs<T: Send>(count: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let half = |from: u64| (from..count).step_by(2).map(&run).collect::<Vec<T>>();
    std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        let mut all = half(0);
        all.extend(odd.join().unwrap());
        all
    })
}

/// Response times of M/M/1 in milliseconds of mean service 1 ms, from the stationary state, by
/// Lindley's recursion.
fn stationary_responses(stream: &mut Stream, rho: f64) -> Histogram {
    let mut histogram = Histogram::default();
    let mut wait = if stream.unit() < rho { stream.exponential() / (1.0 - rho) } else { 0.0 };
    for _ in 0..REQUESTS {
        let response = wait + stream.exponential();
        histogram.record((response * 1e6) as u64);
        wait = (response - stream.exponential() / rho).max(0.0);
    }
    histogram
}

#[test]
fn intervals_of_mean_and_p99_cover_the_exact_value_in_95_of_100_runs() {
    let exact = Mmc { rate: 0.8, servers: 1, service: 1.0 };
    let (mean, p99) = (1e6 * exact.response(), 1e6 * exact.response_quantile(0.99));
    let count = 1_000;
    let covered = runs(count, |seed| {
        let (mut means, mut tails, mut pooled) = (Vec::new(), Vec::new(), Histogram::default());
        for replication in 0..REPLICATIONS {
            let mut stream = Streams { seed, replication }.stream("coverage");
            let own = stationary_responses(&mut stream, 0.8);
            means.push(own.mean().unwrap());
            tails.push(own.quantile(0.99).unwrap());
            pooled.merge(&own);
        }
        let of_mean = interval::of_mean(&means).unwrap();
        let of_tail = interval::of_percentile(pooled.quantile(0.99).unwrap(), &tails).unwrap();
        let holds = |interval: interval::Interval, exact: f64| {
            interval.low <= exact && exact <= interval.high
        };
        (holds(of_mean, mean), holds(of_tail, p99))
    });
    let share = |which: fn(&(bool, bool)) -> bool| {
        covered.iter().filter(|run| which(run)).count() as f64 / count as f64
    };
    let (mean, p99) = (share(|run| run.0), share(|run| run.1));
    assert!((0.93..=0.97).contains(&mean), "mean: {mean}");
    assert!((0.93..=0.97).contains(&p99), "p99: {p99}");
}

/// Mean number inside M/M/1 (mean service 1) in equal parts of a time, from an empty start.
fn inside_from_empty(stream: &mut Stream, rho: f64, part: f64, parts: usize) -> Vec<f64> {
    let mut series = Vec::with_capacity(parts);
    let (mut inside, mut now, mut area) = (0.0, 0.0, 0.0);
    while series.len() < parts {
        let rate = if inside > 0.0 { 1.0 + rho } else { rho };
        let mut next = now + stream.exponential() / rate;
        let arrives = inside == 0.0 || stream.unit() * rate < rho;
        while next >= part * (series.len() + 1) as f64 && series.len() < parts {
            let end = part * (series.len() + 1) as f64;
            series.push((area + inside * (end - now)) / part);
            (now, area) = (end, 0.0);
        }
        next = next.max(now);
        area += inside * (next - now);
        now = next;
        inside += if arrives { 1.0 } else { -1.0 };
    }
    series
}

/// Bias of the mean number inside after the cut that a run's four pilots give, in standard errors
/// of a run of 20 replications, and the same without the cut.
fn bias_in_standard_errors(length: f64) -> (f64, f64) {
    let rho = 0.9;
    let exact = rho / (1.0 - rho);
    let part = length / INSIDE_PARTS as f64;
    let count = 1_000;
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let found = runs(count, |seed| {
        let series = |replication: u64, parts: usize| {
            let mut stream = Streams { seed, replication }.stream("warm-up");
            inside_from_empty(&mut stream, rho, part, parts)
        };
        let pilots: Vec<Vec<f64>> = (100..104).map(|pilot| series(pilot, INSIDE_PARTS)).collect();
        let mean: Vec<f64> = (0..INSIDE_PARTS)
            .map(|at| average(&pilots.iter().map(|pilot| pilot[at]).collect::<Vec<f64>>()))
            .collect();
        let cut = mser_5(&mean).unwrap_or(INSIDE_PARTS / 2);
        let measured: Vec<Vec<f64>> =
            (0..REPLICATIONS).map(|own| series(own, cut + INSIDE_PARTS)).collect();
        let window = |from: usize| {
            average(
                &measured
                    .iter()
                    .map(|own| average(&own[from..from + INSIDE_PARTS]))
                    .collect::<Vec<f64>>(),
            )
        };
        (window(cut) - exact, window(0) - exact)
    });
    let (cut, uncut): (Vec<f64>, Vec<f64>) = found.into_iter().unzip();
    let in_errors = |values: &[f64]| {
        let mean = average(values);
        let squares = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
        mean / (squares / (values.len() - 1) as f64).sqrt()
    };
    (in_errors(&cut), in_errors(&uncut))
}

#[test]
fn little_bias_is_left_after_the_cut_from_an_empty_start() {
    for services in [2_000.0, 5_000.0, 11_000.0] {
        let (cut, uncut) = bias_in_standard_errors(services);
        assert!(cut.abs() < 0.5, "{services}: {cut}, without a cut {uncut}");
    }
}

const TWO_POOLS: &str = r#"
format = "prep.sim/1"
base = "stack"
[run]
kind = "steady"
warmup = "5s"
measure = "60s"
replications = { min = 30, max = 30 }
[set.load.calls]
rate = "80/s"
mix = { call = 1 }
[endpoint.call]
steps = [{ connection = [{ sql = "do", wait = "exp 100ms" }] }]
[vary]
knob = "spring.datasource.hikari.maximum-pool-size"
values = [10, 12]
baseline = 10
"#;

fn mean_latencies(found: &Measurement) -> Vec<f64> {
    let at = found.rows.iter().position(|row| row.id == "latency_ms_mean").unwrap();
    found.values[at].iter().map(|value| value.unwrap()).collect()
}

#[test]
fn common_random_numbers_narrow_the_difference_of_two_variants() {
    let source = Source::new("two-pools.toml", TWO_POOLS);
    let [own, other] = [1, 2].map(|seed| {
        let overrides = Overrides { seed: Some(seed), ..Overrides::default() };
        let spec = crate::sims::read::read("two-pools", &source, None, &overrides).unwrap();
        run::run(&spec, &TWO_THREADS).unwrap()
    });
    let variance = |left: &Measurement, right: &Measurement| {
        let pairs = mean_latencies(left).into_iter().zip(mean_latencies(right));
        let differences: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
        let half = interval::of_mean(&differences).unwrap().half_width();
        half * half
    };
    let paired = variance(&own.variants[0], &own.variants[1]);
    let independent = variance(&own.variants[0], &other.variants[1]);
    assert!(paired < 0.75 * independent, "paired {paired}, independent {independent}");
}
