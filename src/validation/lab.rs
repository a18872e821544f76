//! Configurations that were measured on a real stack: `sims/lab/*.toml` beside
//! `sims/lab/measured.csv`.
//!
//! A measured run is one draw of a random window, so it is compared with the band that many
//! simulated windows span, never with a single number.

use super::{Failed, load};
use crate::content::problem::Source;
use crate::content::text::both;
use crate::content::{Kind, Library};
use crate::sims::metric::{self, Metric};
use crate::sims::run::{self, Execution, Measurement};
use crate::sims::spec::{Overrides, Spec};

/// Part of the replications that the band holds.
pub(crate) const BAND: f64 = 0.95;
/// The band is widened by this part of its ends: timer and sampling errors of the measurement.
pub(crate) const WIDER_SHARE: f64 = 0.02;
/// Times are widened by at least this: the costs that are not modelled one by one.
pub(crate) const WIDER_MS: f64 = 0.5;
/// How far throughput may lie below the offered load in a stable run.
pub(crate) const STABLE: f64 = 0.02;
/// A direction also agrees when the model's median is off by at most this factor, or the row lies
/// inside its band.
pub(crate) const FACTOR: f64 = 3.0;
/// `max-connections` below this is a limit that clients feel in these configurations.
const CONNECTIONS_UNLIMITED: u32 = 8192;
/// Of the measured configurations, the one with the same load and no limit of connections.
const WITHOUT_LIMIT: &str = "threads200_accept100_load";

/// What kind of run a row belongs to; the aims differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// No errors, and throughput is that offered.
    Stable,
    Overloaded,
    /// `max-connections` is smaller than the number of clients.
    ConnectionLimited,
}

impl Group {
    pub(crate) const ALL: [Group; 3] = [Group::Stable, Group::Overloaded, Group::ConnectionLimited];

    /// Share of the judged rows that should lie inside the band, or agree in direction.
    pub(crate) fn aim(self) -> Option<f64> {
        match self {
            Group::Stable => Some(0.95),
            Group::Overloaded => Some(0.75),
            Group::ConnectionLimited => None,
        }
    }
}

/// One measured number beside what the simulator gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LabRow {
    pub(crate) experiment: String,
    pub(crate) case: String,
    pub(crate) repeat: u32,
    pub(crate) group: Group,
    /// The laboratory's word.
    pub(crate) measured_metric: String,
    /// Ours; a sum where two of ours are one of the laboratory's.
    pub(crate) metric: String,
    pub(crate) unit: &'static str,
    pub(crate) measured: f64,
    /// Median of the replications; `None` when the model never gave a value.
    pub(crate) median: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// `false`: an input, or a maximum that only describes.
    pub(crate) judged: bool,
    pub(crate) inside: bool,
    /// Of connection-limited rows: whether the model agrees in direction.
    pub(crate) direction: Option<bool>,
}

/// The laboratory's metric, ours, and whether it is judged.
const METRICS: &[(&str, &[&str], bool)] = &[
    ("offered", &["offered_per_s"], true),
    ("completed", &["completed_per_s"], true),
    ("ok", &["ok_count"], true),
    ("mean", &["latency_ms_mean"], true),
    ("p50", &["latency_ms_p50"], true),
    ("p90", &["latency_ms_p90"], true),
    ("p95", &["latency_ms_p95"], true),
    ("p99", &["latency_ms_p99"], true),
    ("max", &["latency_ms_max"], false),
    ("err_pool_timeout", &["error_count@pool_timeout"], true),
    // The laboratory's clients gave up when the run ended.
    ("err_client_timeout", &["error_count@unanswered", "error_count@client_timeout"], true),
    ("err_latency_mean", &["failed_latency_ms_mean"], true),
    ("err_latency_p50", &["failed_latency_ms_p50"], true),
    ("conn_wait_mean", &["pool_wait_ms_mean"], true),
    ("conn_wait_p50", &["pool_wait_ms_p50"], true),
    ("conn_wait_p90", &["pool_wait_ms_p90"], true),
    ("conn_wait_p99", &["pool_wait_ms_p99"], true),
    ("conn_wait_max", &["pool_wait_ms_max"], false),
    ("conn_hold_mean", &["pool_hold_ms_mean"], false),
    ("pool_busy_mean", &["pool_busy_mean"], true),
    ("pool_waiting_mean", &["pool_waiting_mean"], true),
    ("tomcat_busy_mean", &["thread_busy_mean"], true),
    ("tomcat_queue_mean", &["thread_queue_mean"], true),
    ("tomcat_conns_mean", &["connections_mean"], true),
];

/// One line of `measured.csv`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MeasuredValue {
    pub(crate) experiment: String,
    pub(crate) case: String,
    pub(crate) repeat: u32,
    pub(crate) metric: String,
    pub(crate) value: f64,
}

/// Reads the measurements.
///
/// # Errors
/// The file is missing, or the first line that is not `experiment,case,config,repeat,metric,
/// value,unit`.
pub(crate) fn measurements(library: &Library, file: &str) -> Result<Vec<MeasuredValue>, Failed> {
    let path = format!("sims/lab/{file}");
    let Some(source) = library.file(&path) else {
        let problem =
            Source::new(path, "").problem_of_file(both!("no such file", "파일이 없습니다"));
        return Err(Failed::Content(vec![problem]));
    };
    let lines = source.text.lines().enumerate().skip(1);
    let values = lines.map(|(at, line)| {
        measured_value(line).ok_or_else(|| {
            let number = at + 1;
            Failed::Content(vec![source.problem_of_file(both!(
                "line {number}: experiment,case,config,repeat,metric,value,unit was expected",
                "{number}행: experiment,case,config,repeat,metric,value,unit 형식이어야 합니다"
            ))])
        })
    });
    values.collect()
}

fn measured_value(line: &str) -> Option<MeasuredValue> {
    let [experiment, case, _, repeat, metric, value, _] =
        line.split(',').collect::<Vec<_>>().try_into().ok()?;
    Some(MeasuredValue {
        experiment: experiment.to_owned(),
        case: case.to_owned(),
        repeat: repeat.parse().ok()?,
        metric: metric.to_owned(),
        value: value.parse().ok()?,
    })
}

/// One simulated configuration with the measurements that it stands for.
struct Case {
    spec: Spec,
    found: Measurement,
    measured: Vec<MeasuredValue>,
}

/// Simulates every measured configuration and compares.
///
/// # Errors
/// See [`Failed`].
pub(crate) fn run(
    library: &Library,
    execution: &Execution<'_>,
    overrides: &Overrides,
) -> Result<Vec<LabRow>, Failed> {
    let mut cases = Vec::new();
    for slug in library.slugs(Kind::Lab) {
        cases.extend(case(library, slug, execution, overrides)?);
    }
    Ok(cases.iter().flat_map(|case| rows(case, &cases)).collect())
}

/// `None` when the file stands for no measurement.
fn case(
    library: &Library,
    slug: &str,
    execution: &Execution<'_>,
    overrides: &Overrides,
) -> Result<Option<Case>, Failed> {
    let spec = load(library, Kind::Lab, slug, overrides)?;
    let Some(row) = &spec.measured else { return Ok(None) };
    let mut measured = measurements(library, &row.file)?;
    measured.retain(|value| {
        value.experiment == row.experiment
            && value.case == row.case
            && row.repeat.is_none_or(|repeat| value.repeat == repeat)
    });
    let failed = |why| Failed::Run { file: slug.to_owned(), why };
    let mut results = run::run(&spec, execution).map_err(failed)?;
    let found = results.variants.drain(..).next();
    Ok(found.map(|found| Case { spec, found, measured }))
}

impl Case {
    fn name(&self) -> &str {
        self.spec.measured.as_ref().map_or("", |row| &row.case)
    }

    fn value(&self, metric: &str, repeat: u32) -> Option<f64> {
        let found = self.measured.iter().find(|v| v.metric == metric && v.repeat == repeat);
        found.map(|found| found.value)
    }

    /// The sum of some metrics in each replication that has them.
    fn simulated(&self, ids: &[&str]) -> Vec<f64> {
        let columns: Vec<&Vec<Option<f64>>> = ids
            .iter()
            .filter_map(|id| self.found.rows.iter().position(|row| row.id == *id))
            .map(|at| &self.found.values[at])
            .collect();
        let count = columns.iter().map(|column| column.len()).min().unwrap_or(0);
        (0..count).filter_map(|at| columns.iter().map(|column| column[at]).sum()).collect()
    }

    fn group(&self, repeat: u32) -> Group {
        let limit = self.spec.variants.first().map(|v| v.config.tomcat.max_connections.count());
        if limit.is_some_and(|limit| limit < CONNECTIONS_UNLIMITED) {
            return Group::ConnectionLimited;
        }
        let value = |metric| self.value(metric, repeat).unwrap_or(0.0);
        let errors = self.measured.iter().any(|v| {
            v.repeat == repeat
                && v.metric.starts_with("err_")
                && !v.metric.starts_with("err_latency")
                && v.value > 0.0
        });
        let short = value("completed") < (1.0 - STABLE) * value("offered");
        if errors || short { Group::Overloaded } else { Group::Stable }
    }
}

fn rows(case: &Case, cases: &[Case]) -> Vec<LabRow> {
    let known = |value: &MeasuredValue| {
        let row = METRICS.iter().find(|(name, ..)| *name == value.metric)?;
        Some((value.clone(), *row))
    };
    let rows = case.measured.iter().filter_map(known);
    rows.map(|(value, row)| lab_row(case, cases, value, row)).collect()
}

fn lab_row(
    case: &Case,
    cases: &[Case],
    value: MeasuredValue,
    (_, ids, judged): (&str, &[&str], bool),
) -> LabRow {
    let unit = metric::find(ids[0]).map_or("", |metric: &Metric| metric.unit);
    let simulated = case.simulated(ids);
    let band = band(&simulated, unit);
    let group = case.group(value.repeat);
    let median = quantile(&simulated, 0.5);
    let inside = band.is_some_and(|(low, high)| (low..=high).contains(&value.value));
    let direction = (group == Group::ConnectionLimited)
        .then(|| inside || agrees(case, cases, &value, ids, median).unwrap_or(false));
    LabRow {
        group,
        metric: ids.join(" + "),
        unit,
        measured: value.value,
        median,
        low: band.map(|(low, _)| low),
        high: band.map(|(_, high)| high),
        judged,
        inside,
        direction,
        experiment: value.experiment,
        case: value.case,
        repeat: value.repeat,
        measured_metric: value.metric,
    }
}

/// Whether the limit moves a metric the same way in both worlds, compared with the configuration
/// of the same load without the limit, or the model's median is within [`FACTOR`] of the
/// measurement.
fn agrees(
    case: &Case,
    cases: &[Case],
    value: &MeasuredValue,
    ids: &[&str],
    median: Option<f64>,
) -> Option<bool> {
    let median = median?;
    if median <= FACTOR * value.value && value.value <= FACTOR * median {
        return Some(true);
    }
    let (_, share) = case.name().rsplit_once("_load")?;
    let other = cases.iter().find(|other| other.name() == format!("{WITHOUT_LIMIT}{share}"))?;
    let measured = other.value(&value.metric, 1).unwrap_or(0.0);
    let simulated = quantile(&other.simulated(ids), 0.5).unwrap_or(0.0);
    Some((value.value - measured) * (median - simulated) > 0.0)
}

/// The central part of the replications, widened.
fn band(simulated: &[f64], unit: &str) -> Option<(f64, f64)> {
    let low = quantile(simulated, (1.0 - BAND) / 2.0)?;
    let high = quantile(simulated, (1.0 + BAND) / 2.0)?;
    let wider = |end: f64| {
        let share = WIDER_SHARE * end.abs();
        if unit == "ms" { share.max(WIDER_MS) } else { share }
    };
    Some((low - wider(low), high + wider(high)))
}

/// A quantile of some values, with straight lines between the order statistics.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = share * (sorted.len().checked_sub(1)?) as f64;
    let below = at as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64))
}

/// How many judged rows agree, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) judged: usize,
    pub(crate) agree: usize,
}

impl Share {
    pub(crate) fn of_all(self) -> f64 {
        self.agree as f64 / self.judged.max(1) as f64
    }
}

/// Rows of a group that are judged, and how many of them agree: lie inside, or, where only the
/// direction counts, have the right one.
pub(crate) fn share(rows: &[LabRow], group: Group) -> Share {
    let of_group = rows.iter().filter(|row| row.group == group);
    count(of_group, |row| row.direction.unwrap_or(row.inside))
}

/// Of the judged rows, how many agree.
pub(crate) fn count<'r>(
    rows: impl Iterator<Item = &'r LabRow>,
    agrees: impl Fn(&LabRow) -> bool,
) -> Share {
    rows.filter(|row| row.judged).fold(Share { judged: 0, agree: 0 }, |share, row| Share {
        judged: share.judged + 1,
        agree: share.agree + usize::from(agrees(row)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::distribution::Distribution;
    use crate::marketplace::config::{WAKE_UP_IDLE, all_knobs};
    use crate::marketplace::knobs;
    use crate::stats::interval;

    fn calibration(experiment: &str, case: &str, metric: &str) -> Vec<(u32, f64)> {
        let all = measurements(&Library::embedded(), "measured.csv").unwrap();
        let mine = all.into_iter().filter(|value| {
            (value.experiment.as_str(), value.case.as_str(), value.metric.as_str())
                == (experiment, case, metric)
        });
        mine.map(|value| (value.repeat, value.value)).collect()
    }

    #[test]
    fn the_wake_up_time_is_the_mean_of_the_measured_quantiles() {
        let Some(Distribution::Quantiles(points)) = knobs::distribution(WAKE_UP_IDLE) else {
            panic!("{WAKE_UP_IDLE}");
        };
        let measured = ["min", "p50", "p90", "p95", "p99", "p999", "max"].map(|metric| {
            let repeats = calibration("E10", "squeue_busy0", metric);
            assert_eq!(repeats.len(), 3, "{metric}");
            repeats.iter().map(|(_, us)| us).sum::<f64>() / 3.0
        });
        for ((share, nanos), us) in points.iter().zip(measured) {
            assert!((nanos / 1e3 - us).abs() < 0.051, "{share}: {nanos} ns, measured {us} us");
        }
        assert_eq!(points.len(), measured.len());
    }

    #[test]
    fn the_contention_of_the_database_is_what_was_measured() {
        let completed =
            |pool: u32| calibration("E9", &format!("closed_bench_pool{pool}"), "completed");
        let two = completed(2);
        let losses: Vec<f64> = [8, 16, 64, 128]
            .into_iter()
            .flat_map(|pool| completed(pool).into_iter().map(move |run| (pool, run)))
            .map(|(pool, (repeat, rate))| {
                let (_, base) = two.iter().find(|(other, _)| *other == repeat).unwrap();
                // At 2 connections nothing is lost, at very many all of it.
                100.0 * (1.0 - rate / base) / (1.0 - 2.0 / f64::from(pool))
            })
            .collect();
        let found = interval::of_mean(&losses).unwrap();
        let said = format!(
            "loss {:.1} % [{:.1}, {:.1}] over {} comparisons",
            found.value,
            found.low,
            found.high,
            losses.len()
        );
        let knobs = all_knobs();
        let (_, knob) = knobs.iter().find(|(name, _)| name == "mysql.contention").unwrap();
        assert!(knob.source.contains(&said), "measured: {said}; written: {}", knob.source);
    }

    #[test]
    fn quantiles_and_bands() {
        let values: Vec<f64> = (0..=40).rev().map(f64::from).collect();
        assert_eq!(quantile(&values, 0.5), Some(20.0));
        assert_eq!(quantile(&[], 0.5), None);
        let (low, high) = band(&values, "count").unwrap();
        assert!((low - 0.98).abs() < 1e-9 && (high - 39.78).abs() < 1e-9, "{low} {high}");
        let (low, high) = band(&values, "ms").unwrap();
        assert!((low - 0.5).abs() < 1e-9 && (high - 39.78).abs() < 1e-9, "{low} {high}");
    }
}
