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
use crate::sims::spec::{Measured, Overrides, Spec};

/// Part of the replications that the band holds.
pub(crate) const BAND: f64 = 0.95;
/// The band is widened by this part of its ends: timer and sampling errors of the measurement.
pub(crate) const WIDER_SHARE: f64 = 0.02;
/// Times are widened by at least this: the costs that are not modelled one by one.
pub(crate) const WIDER_MS: f64 = 0.5;
/// Pages always cost the same in the model, so there is no band: a measured median may differ from
/// the model's by this part of it, and by so many milliseconds at least.
pub(crate) const PAGE_SHARE: f64 = 0.15;
pub(crate) const PAGE_MS: f64 = 0.1;
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
    /// Transactions on one hot row, by how they guard it (E4).
    HotRow,
    /// Of those, what says whether the guard is right: deadlocks, lost updates, oversold units.
    Correctness,
    /// Transactions of ten updates that meet on rows (E9).
    Conflicts,
    /// One statement after the other, each its own commit (E8).
    Commits,
    /// Rows that a replica shows late (E6).
    Replicas,
    /// One cached hot key (E7).
    HotKey,
    /// Pages of a list of 1,000,000 rows, by method and depth (E5).
    Pages,
    /// Constants of the model come from these runs, so they prove nothing.
    Calibration,
}

impl Group {
    pub(crate) const ALL: [Group; 11] = [
        Group::Stable,
        Group::Overloaded,
        Group::ConnectionLimited,
        Group::HotRow,
        Group::Correctness,
        Group::Conflicts,
        Group::Commits,
        Group::Replicas,
        Group::HotKey,
        Group::Pages,
        Group::Calibration,
    ];

    /// Share of the judged rows that should lie inside the band; `None` where none was promised.
    pub(crate) fn aim(self) -> Option<f64> {
        match self {
            Group::Stable => Some(0.95),
            Group::Overloaded | Group::HotRow => Some(0.75),
            Group::ConnectionLimited
            | Group::Correctness
            | Group::Conflicts
            | Group::Commits
            | Group::Replicas
            | Group::HotKey
            | Group::Pages
            | Group::Calibration => None,
        }
    }

    /// By which part the ends of a band are widened, and times by how many milliseconds at least. A
    /// statement of E8 takes a tenth of a millisecond, and nothing of it is left out of the model.
    fn wider(self) -> (f64, f64) {
        match self {
            Group::Commits => (WIDER_SHARE, 0.0),
            Group::Pages => (PAGE_SHARE, PAGE_MS),
            _ => (WIDER_SHARE, WIDER_MS),
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
    /// `false`: an input, a maximum that only describes, something counted otherwise, or a run that
    /// constants come from.
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
    ("throughput", &["completed_per_s"], true),
    ("err_deadlock", &["error_count@deadlock"], true),
    ("err_optimistic_exhausted", &["error_count@optimistic_exhausted"], true),
    ("err_soldout", &["error_count@sold_out"], true),
    ("err_redis_lock_timeout", &["error_count@redis_lock_timeout"], true),
    ("innodb_deadlocks", &["deadlocks"], true),
    ("deadlocks", &["deadlocks"], true),
    ("lost_updates", &["lost_updates"], true),
    ("oversold", &["oversold"], true),
    ("orders_total", &["orders_total"], true),
    ("redis_lock_wait_mean", &["redis_lock_wait_ms_mean"], true),
    ("innodb_fsyncs_per_update", &["redo_flushes_per_commit"], true),
    ("binlog_group_size", &["binlog_group_size"], true),
    ("db_loads", &["cache_loads"], true),
    ("misses", &["cache_misses"], true),
    ("expiries", &["cache_renewals"], true),
    ("hit_ratio", &["cache_hit_share"], true),
    ("loads_per_expiry_mean", &["cache_loads_per_expiry_mean"], true),
    ("loads_per_expiry_max", &["cache_loads_per_expiry_max"], true),
    ("stale_at_0ms", &["stale_read_share@at_0ms"], true),
    ("stale_at_1ms", &["stale_read_share@at_1ms"], true),
    ("stale_at_5ms", &["stale_read_share@at_5ms"], true),
    ("stale_at_10ms", &["stale_read_share@at_10ms"], true),
    ("stale_at_50ms", &["stale_read_share@at_50ms"], true),
    ("stale_at_100ms", &["stale_read_share@at_100ms"], true),
    ("stale_at_500ms", &["stale_read_share@at_500ms"], true),
    ("achieved_rate", &["completed_per_s@insert"], true),
    // From the client's first look there, from the primary's commit here.
    ("visible_p50", &["replica_lag_ms_p50"], false),
    ("visible_p95", &["replica_lag_ms_p95"], false),
    ("visible_p99", &["replica_lag_ms_p99"], false),
    ("visible_max", &["replica_lag_ms_max"], false),
    ("commit_p99", &["commit_ms_p99"], false),
    // Counted over successes there, over all requests here.
    ("attempts_mean", &["attempts_mean"], false),
    // Of the window there, of the whole run here.
    ("row_lock_waits", &["lock_waits"], false),
];

/// What says whether a guard of a hot row is right.
const CORRECTNESS: [&str; 4] = ["innodb_deadlocks", "err_deadlock", "lost_updates", "oversold"];

/// One line of `measured.csv`; the configuration stands on the first line of each run.
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

/// Simulates the measured configurations of the wanted experiments and compares.
///
/// # Errors
/// See [`Failed`].
pub(crate) fn run(
    library: &Library,
    execution: &Execution<'_>,
    overrides: &Overrides,
    wanted: &dyn Fn(&Measured) -> bool,
) -> Result<Vec<LabRow>, Failed> {
    let mut cases = Vec::new();
    for slug in library.slugs(Kind::Lab) {
        let spec = load(library, Kind::Lab, slug, overrides)?;
        if spec.measured.as_ref().is_some_and(wanted) {
            cases.extend(case(library, slug, spec, execution)?);
        }
    }
    Ok(cases.iter().flat_map(|case| rows(case, &cases)).collect())
}

/// `None` when the file stands for no measurement.
fn case(
    library: &Library,
    slug: &str,
    spec: Spec,
    execution: &Execution<'_>,
) -> Result<Option<Case>, Failed> {
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
        let row = self.spec.measured.as_ref();
        match row.map(|row| (row.calibration, row.experiment.as_str())) {
            Some((true, _)) => return Group::Calibration,
            Some((_, "E4")) => return Group::HotRow,
            Some((_, "E6")) => return Group::Replicas,
            Some((_, "E7")) => return Group::HotKey,
            Some((_, "E5")) => return Group::Pages,
            Some((_, "E8")) => return Group::Commits,
            Some((_, "E9")) => return Group::Conflicts,
            _ => {}
        }
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
    // Commits share a synchronisation of the binary log only where there is one.
    let syncs = case.spec.variants.iter().any(|variant| variant.config.mysql.sync_binlog > 0);
    let known = |value: &MeasuredValue| {
        let row = METRICS.iter().find(|(name, ..)| *name == value.metric)?;
        // What varies from page to page is not modelled.
        let other_than_median = value.experiment == "E5" && value.metric != "p50";
        let without_sync = !syncs && value.metric == "binlog_group_size";
        (!other_than_median && !without_sync).then(|| (value.clone(), *row))
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
    let group = match case.group(value.repeat) {
        Group::HotRow if CORRECTNESS.contains(&value.metric.as_str()) => Group::Correctness,
        group => group,
    };
    let band = band(&simulated, unit, group.wider());
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
        judged: judged && group != Group::Calibration,
        low: band.map(|(low, _)| low),
        high: band.map(|(_, high)| high),
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
fn band(simulated: &[f64], unit: &str, (share, ms): (f64, f64)) -> Option<(f64, f64)> {
    let low = quantile(simulated, (1.0 - BAND) / 2.0)?;
    let high = quantile(simulated, (1.0 + BAND) / 2.0)?;
    let wider = |end: f64| {
        let part = share * end.abs();
        if unit == "ms" { part.max(ms) } else { part }
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
    use crate::content::text::Lang;
    use crate::engine::distribution::Distribution;
    use crate::marketplace::config::{
        Base, Config, MysqlKnobs, PageKnobs, WAKE_UP_IDLE, all_knobs,
    };
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

    /// Means over the repeats of a one-connection row of E8, microseconds: elapsed, and CPU of both
    /// cores.
    fn one_connection(case: &str) -> (f64, f64) {
        let case = format!("{case}_c1");
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let values = |metric| calibration("E8", &case, metric);
        let elapsed: Vec<f64> = values("mean").iter().map(|(_, ms)| 1e3 * ms).collect();
        let busy = values("cpu_pct").into_iter().zip(values("throughput"));
        let cpu: Vec<f64> = busy.map(|((_, pct), (_, rate))| 2e4 * pct / rate).collect();
        assert!(!elapsed.is_empty() && elapsed.len() == cpu.len(), "{case}");
        (mean(&elapsed), mean(&cpu))
    }

    /// CPU that a wait for a row lock costs, microseconds: what a transaction costs more where it
    /// meets others, by the waits of a transaction, mean of the repeats.
    fn cpu_of_a_lock_wait() -> f64 {
        let of = |case: &str, metric| calibration("E9", case, metric);
        let cpu = |case: &str| {
            let busy = of(case, "cpu_pct").into_iter().zip(of(case, "completed"));
            busy.map(|((_, pct), (_, rate))| 2e4 * pct / rate).collect::<Vec<f64>>()
        };
        let (meet, alone) = ("closed_wtx_pool128", "closed_wtx1m_pool128");
        let waits = of(meet, "row_lock_waits").into_iter().zip(of(meet, "ok"));
        let waits: Vec<f64> = waits.map(|((_, waits), (_, ok))| waits / ok).collect();
        let more = cpu(meet).into_iter().zip(cpu(alone)).zip(&waits);
        let each: Vec<f64> = more.map(|((meet, alone), waits)| (meet - alone) / waits).collect();
        assert_eq!(each.len(), 2);
        each.iter().sum::<f64>() / 2.0
    }

    #[test]
    fn the_constants_of_the_database_are_those_of_the_calibration_rows() {
        const BUFFERED: &str = "update_flush2_syncbinlog0_logbuffering";
        let elapsed = |case: &str| one_connection(case).0;
        let cpu = |case: &str| one_connection(case).1;
        let (select, read) = one_connection("select");
        let direct = "update_flush2_syncbinlog0";
        let flush = |binlog: &str| {
            elapsed(&format!("update_flush1_syncbinlog0_logbuffering{binlog}"))
                - elapsed(&format!("{BUFFERED}{binlog}"))
        };
        let sync = |log: &str| {
            elapsed(&format!("update_flush1_syncbinlog1{log}"))
                - elapsed(&format!("update_flush1_syncbinlog0{log}"))
        };
        let write = cpu(BUFFERED) - read;
        let write_without_binlog = cpu(&format!("{BUFFERED}_nobinlog")) - read;
        let flush_direct = elapsed("update_flush1_syncbinlog0") - elapsed(direct);
        let files = files_of(&["E4", "E8", "E9"]);
        assert_eq!(files.len(), 24 + 27 + 14);
        for (slug, text, spec) in files {
            let buffered = slug.contains("logbuffering") || slug.ends_with("repeat2");
            let log_bin = !slug.contains("nobinlog");
            let flush = (flush("") + flush("_nobinlog")) / 2.0;
            let wanted = [
                (RoundTrip, select - read),
                (WriteCpu, if log_bin { write } else { write_without_binlog }),
                (RedoWrite, if buffered { 0.0 } else { elapsed(direct) - elapsed(BUFFERED) }),
                (RedoFlush, if buffered { flush } else { flush_direct }),
                (BinlogSync, (sync("") + sync("_logbuffering")) / 2.0),
                (LockWaitCpu, cpu_of_a_lock_wait()),
            ];
            let knobs = &spec.variants[0].config.mysql;
            for (constant, measured) in wanted {
                let found = constant.of(knobs);
                let near = (found - measured).abs() < 0.051;
                assert!(near, "{slug} {constant:?}: {found} us, measured {measured} us");
            }
            assert_eq!(knobs.log_bin, log_bin, "{slug}");
            let said = format!("cpu = \"{read:.1}us\"");
            assert!(text.contains(&said), "{slug}: {said}");
        }
    }

    /// A reader comes `turn` after the answer, and the lag is exponential: two points of the
    /// measured curve, stale at once and after 1 ms, give both.
    #[test]
    fn the_way_to_a_replica_is_that_of_the_idle_rows() {
        let share = |metric: &str| {
            let repeats = calibration("E6", "idle_rate50", metric);
            assert_eq!(repeats.len(), 2, "{metric}");
            repeats.iter().map(|(_, share)| share).sum::<f64>() / 2.0
        };
        let (at_once, later) = (share("stale_at_0ms"), share("stale_at_1ms"));
        let delay = 1.0 / libm::log(at_once / later);
        let files = files_of(&["E6"]);
        assert_eq!(files.len(), 3);
        for (slug, text, spec) in files {
            let config = &spec.variants[0].config;
            let ms = |time: &Distribution| time.mean() / 1e6;
            let replica = ms(&config.replica.apply_cpu)
                + ms(&config.mysql.redo_write)
                + ms(&config.mysql.redo_flush);
            let turn = delay * libm::log(1.0 / at_once) + replica - ms(&config.mysql.round_trip);
            assert!((ms(&config.replica.delay) - delay).abs() < 1e-4, "{slug}: delay {delay} ms");
            let said = format!("at_0ms after {turn:.4}ms as other");
            assert!(text.contains(&said), "{slug}: {said}");
            assert_eq!(spec.measured.unwrap().calibration, slug == "e6-idle-rate50", "{slug}");
        }
    }

    /// A constant of the database that was calibrated.
    #[derive(Clone, Copy, Debug)]
    enum Constant {
        RoundTrip,
        WriteCpu,
        RedoWrite,
        RedoFlush,
        BinlogSync,
        LockWaitCpu,
    }
    use Constant::*;

    impl Constant {
        /// Its mean, microseconds.
        fn of(self, knobs: &MysqlKnobs) -> f64 {
            let distribution = match self {
                RoundTrip => &knobs.round_trip,
                WriteCpu => &knobs.write_cpu,
                RedoWrite => &knobs.redo_write,
                RedoFlush => &knobs.redo_flush,
                BinlogSync => &knobs.binlog_sync,
                LockWaitCpu => &knobs.lock_wait_cpu,
            };
            match distribution {
                Distribution::Constant(nanos) => *nanos as f64 / 1e3,
                Distribution::Exponential { mean } => mean / 1e3,
                other => panic!("{self:?}: {other:?}"),
            }
        }
    }

    /// The lab files of some experiments: slug, text and what it says.
    fn files_of(experiments: &[&str]) -> Vec<(String, String, Spec)> {
        let library = Library::embedded();
        let slugs: Vec<String> = library.slugs(Kind::Lab).iter().map(|s| s.to_string()).collect();
        let files = slugs.into_iter().map(|slug| {
            let spec = load(&library, Kind::Lab, &slug, &Overrides::default()).unwrap();
            let text = library.get(Kind::Lab, &slug, Lang::En).unwrap().text;
            (slug, text, spec)
        });
        let wanted = |spec: &Spec| {
            let row = spec.measured.as_ref().unwrap();
            experiments.contains(&row.experiment.as_str())
        };
        files.filter(|(_, _, spec)| wanted(spec)).collect()
    }

    /// Rows of E5 that set the price of a row, with the rows that it is paid for.
    const PRICES: [(&str, f64); 4] = [
        ("pk_offset", 1e5),
        ("created_offset_covering_only", 1e5),
        ("created_offset_forceindex_lookup", 1e5),
        ("created_offset_optimizer", 1e6),
    ];

    /// What a row costs is the difference between offset 100,000 and 0; the rest of a page is what
    /// the seven rows at offset 0 took besides their 20 rows, their mean.
    #[test]
    fn the_prices_of_rows_are_those_of_the_calibration_rows() {
        let ms = |case: &str, depth: &str| {
            let repeats = calibration("E5", &format!("{case}_k{depth}"), "p50");
            assert_eq!(repeats.len(), 1, "{case}");
            repeats[0].1
        };
        let [clustered, covering, lookup, sort] =
            PRICES.map(|(case, rows)| 1e6 * (ms(case, "100000") - ms(case, "0")) / rows);
        let first_pages = [
            ("pk_offset", clustered),
            ("pk_cursor", clustered),
            ("created_offset_forceindex_lookup", lookup),
            ("created_offset_optimizer", lookup),
            ("created_offset_covering_only", covering),
            ("created_deferred_join", covering + lookup),
            ("created_cursor", lookup),
        ];
        let rest = first_pages.map(|(case, row)| 1e6 * ms(case, "0") - 20.0 * row);
        let base = rest.iter().sum::<f64>() / 7.0;
        let check = |name: &str, knobs: &PageKnobs| {
            let wanted = [
                (knobs.base.0, base, 500.0),
                (knobs.row_clustered.0, clustered, 0.5),
                (knobs.row_covering.0, covering, 0.5),
                (knobs.row_lookup.0, lookup, 0.5),
                (knobs.sort_row.0, sort, 0.5),
            ];
            for (found, measured, near) in wanted {
                let off = (found as f64 - measured).abs();
                assert!(off < near, "{name}: {found} ns, measured {measured} ns");
            }
            // The optimizer looked rows up at offset 10,000 and sorted at 100,000.
            let from = knobs.sort_from.0;
            assert!(from > 0.01 && from < 0.1, "{name}: {from}");
        };
        check("the marketplace", &Config::of(Base::Marketplace).page);
        let files = files_of(&["E5"]);
        assert_eq!(files.len(), 49);
        for (slug, _, spec) in files {
            check(&slug, &spec.variants[0].config.page);
            let measured = spec.measured.as_ref().unwrap();
            let (kind, depth) = measured.case.rsplit_once("_k").unwrap();
            let prices = PRICES.iter().any(|(price, _)| *price == kind) && depth == "100000";
            let knobs = &spec.variants[0].config.page;
            assert_eq!(knobs.depth.to_string(), depth, "{slug}");
            let first = first_pages.iter().any(|(first, _)| *first == kind) && depth == "0";
            assert_eq!(measured.calibration, prices || first, "{slug}");
        }
    }

    /// Whoever stands for a calibration row must say so, and nobody else.
    #[test]
    fn the_rows_that_constants_come_from_are_marked() {
        for (slug, _, spec) in files_of(&["E4", "E8", "E9"]) {
            let one = slug.starts_with("e8-") && slug.ends_with("-c1");
            let waits = ["e9-closed-wtx-pool128", "e9-closed-wtx1m-pool128"];
            let marked = spec.measured.unwrap().calibration;
            assert_eq!(marked, one || waits.contains(&slug.as_str()), "{slug}");
        }
    }

    #[test]
    fn quantiles_and_bands() {
        let values: Vec<f64> = (0..=40).rev().map(f64::from).collect();
        assert_eq!(quantile(&values, 0.5), Some(20.0));
        assert_eq!(quantile(&[], 0.5), None);
        let (low, high) = band(&values, "count", (WIDER_SHARE, WIDER_MS)).unwrap();
        assert!((low - 0.98).abs() < 1e-9 && (high - 39.78).abs() < 1e-9, "{low} {high}");
        let (low, high) = band(&values, "ms", (WIDER_SHARE, WIDER_MS)).unwrap();
        assert!((low - 0.5).abs() < 1e-9 && (high - 39.78).abs() < 1e-9, "{low} {high}");
        let without_least = band(&values, "ms", (WIDER_SHARE, 0.0));
        assert_eq!(without_least, band(&values, "count", (WIDER_SHARE, WIDER_MS)));
    }
}
