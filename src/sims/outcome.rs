//! The outcome of a run: plain data, rounded to 6 significant digits, the contract of `--json`.

pub(crate) mod committed;
pub(crate) mod layout;
pub(super) mod object;
pub(crate) mod translation;
mod warnings;

#[cfg(test)]
mod schema;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::judge;
use super::metric::{Kind, Row};
use super::run::{Measurement, Results, StoppedBy};
use super::spec::{RunKind, Spec};
use super::target::Met;
use super::theory::Queue;
use crate::content::text::{Lang, Text, both};
use crate::engine::time::to_seconds;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::probe::Stage;
use crate::stats::comparison::{self, Better, Verdict};
use crate::stats::interval::{self, Interval};
use crate::stats::six_digits;

/// Raised by every change that lets the same seed give other numbers.
pub(crate) const MODEL: u32 = 1;

/// A word of the format: one of a few when written, any when a file is read.
pub(crate) type Word = Cow<'static, str>;

/// An ordered JSON object.
pub(crate) type Object<T> = Vec<(String, T)>;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) format: Word,
    pub(crate) sim: String,
    pub(crate) title: String,
    pub(crate) lang: Word,
    pub(crate) version: Word,
    pub(crate) model: u32,
    pub(crate) seed: u64,
    /// The line that gives the same numbers again.
    pub(crate) command: String,
    pub(crate) modified: bool,
    pub(crate) run: RunOutcome,
    pub(crate) baseline: String,
    /// What the variants had to meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// What amounts of money rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prices: Option<PricesOutcome>,
    pub(crate) variants: Vec<VariantOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sweep: Option<SweepOutcome>,
    pub(crate) comparisons: Vec<ComparisonOutcome>,
    pub(crate) theory: Vec<TheoryOutcome>,
    pub(crate) claims: Vec<ClaimOutcome>,
    pub(crate) warnings: Vec<Warning>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunOutcome {
    pub(crate) kind: Word,
    /// The most of any variant.
    pub(crate) replications: u32,
    pub(crate) measured_s: f64,
    /// The longest of any variant.
    pub(crate) warmup_s: f64,
    pub(crate) events: u64,
    pub(crate) stopped_by: Word,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VariantOutcome {
    pub(crate) name: String,
    /// What the variant sets.
    #[serde(with = "object")]
    pub(crate) settings: Object<serde_json::Value>,
    /// All that it runs with.
    #[serde(with = "object")]
    pub(crate) knobs: Object<serde_json::Value>,
    pub(crate) steady: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target_met: Option<Met>,
    pub(crate) replications: u32,
    #[serde(with = "object")]
    pub(crate) metrics: Object<Estimate>,
    pub(crate) stages: Stages,
    /// What checkers found, by name.
    pub(crate) violations: Vec<String>,
    pub(crate) audit: AuditOutcome,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) series: Vec<Series>,
}

/// The price file of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PricesOutcome {
    pub(crate) file: String,
    pub(crate) currency: String,
    pub(crate) date: String,
    pub(crate) source: String,
    pub(crate) example: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) value: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) unit: Word,
    /// What it rests on: replications, or chances for shares and counts.
    pub(crate) n: u64,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stages {
    #[serde(with = "object")]
    pub(crate) median: Object<f64>,
    #[serde(rename = "slowest_1%", with = "object")]
    pub(crate) slowest: Object<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuditOutcome {
    pub(crate) arrived: u64,
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    pub(crate) inside_at_end: u64,
    /// `exact`: a run whose books do not balance does not get this far.
    pub(crate) little: Word,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) metric: Word,
    pub(crate) step_s: f64,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) low: Vec<Option<f64>>,
    pub(crate) high: Vec<Option<f64>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SweepOutcome {
    pub(crate) knob: String,
    pub(crate) metric: String,
    pub(crate) unit: Word,
    pub(crate) log: bool,
    pub(crate) points: Vec<SweepPointOutcome>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SweepPointOutcome {
    pub(crate) at: f64,
    /// The variant of the table, if it is one.
    pub(crate) variant: Option<String>,
    pub(crate) steady: bool,
    pub(crate) value: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ComparisonOutcome {
    pub(crate) variant: String,
    pub(crate) against: String,
    pub(crate) metric: String,
    pub(crate) difference: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) unit: Word,
    pub(crate) better: Better,
    pub(crate) verdict: Verdict,
    /// Comparisons that were judged together (Holm).
    pub(crate) family: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TheoryOutcome {
    pub(crate) variant: String,
    pub(crate) metric: String,
    pub(crate) exact: f64,
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Difference in standard errors.
    pub(crate) z: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClaimVerdict {
    Holds,
    Fails,
    Undecided,
    NotJudged,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClaimOutcome {
    pub(crate) id: String,
    pub(crate) says: String,
    pub(crate) control: bool,
    /// `null` when undecided or not judged.
    pub(crate) holds: Option<bool>,
    pub(crate) verdict: ClaimVerdict,
    pub(crate) condition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) evidence: Option<Evidence>,
}

/// Both sides of a claim's comparison, and the interval of their paired difference.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Evidence {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) difference_low: f64,
    pub(crate) difference_high: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Warning {
    pub(crate) kind: Word,
    pub(crate) variant: String,
    pub(crate) text: String,
}

/// The interval of one metric over its replications; `None` without observations.
pub(crate) fn interval_of(row: &Row, values: &[Option<f64>]) -> Option<Interval> {
    let present: Vec<f64> = values.iter().copied().flatten().collect();
    match row.metric.kind {
        Kind::Share => interval::of_share(row.events, row.trials, &present),
        Kind::Count => interval::of_count(&present),
        Kind::Mean => interval::of_mean(&present),
        Kind::Percentile => interval::of_percentile(row.value?, &present)
            .map(|interval| interval.within(0.0, f64::INFINITY)),
    }
}

pub(super) fn estimate(row: &Row, values: &[Option<f64>], lang: Lang) -> Estimate {
    let unit = row.metric.unit;
    let n = match row.metric.kind {
        Kind::Share | Kind::Count => row.trials,
        Kind::Mean | Kind::Percentile => values.iter().flatten().count() as u64,
    };
    match interval_of(row, values) {
        Some(found) => {
            let found = if matches!(row.metric.kind, Kind::Mean) && found.value >= 0.0 {
                found.within(0.0, f64::INFINITY)
            } else {
                found
            };
            let finite = |value: f64| value.is_finite().then(|| six_digits(value));
            Estimate {
                value: finite(found.value),
                low: finite(found.low),
                high: finite(found.high),
                unit: unit.into(),
                n,
                why: None,
            }
        }
        None => {
            let why = Some(nothing_happened().get(lang).to_owned());
            Estimate { value: None, low: None, high: None, unit: unit.into(), n: 0, why }
        }
    }
}

/// Why an estimate has no value.
fn nothing_happened() -> Text {
    both!("nothing of this kind happened", "해당하는 일이 일어나지 않았습니다")
}

/// Builds the outcome of a run.
pub(crate) fn outcome(spec: &Spec, results: &Results, command: String, lang: Lang) -> Outcome {
    let variants: Vec<VariantOutcome> = spec
        .variants
        .iter()
        .zip(&results.variants)
        .map(|(variant, found)| {
            let settings = variant.settings.iter().map(|(name, raw)| {
                let values = variant.config.values();
                let value = values.into_iter().find(|(other, _)| other == name);
                (name.clone(), value.map_or_else(|| raw.show().into(), |(_, value)| value))
            });
            variant_outcome(
                spec,
                variant.id.clone(),
                settings.collect(),
                variant.config.values(),
                found,
                lang,
            )
        })
        .collect();
    Outcome {
        format: "prep.outcome/1".into(),
        sim: spec.name.clone(),
        title: spec.title.get(lang).to_owned(),
        lang: lang.code().into(),
        version: env!("CARGO_PKG_VERSION").into(),
        model: MODEL,
        seed: spec.run.seed,
        command,
        modified: spec.modified,
        run: run_outcome(spec, results),
        baseline: spec.variants[spec.baseline].id.clone(),
        target: spec.run.target.as_ref().map(|target| target.text.clone()),
        prices: prices_outcome(spec),
        sweep: sweep_outcome(spec, results),
        comparisons: comparisons(spec, results),
        theory: theory(spec, results),
        claims: spec
            .claims
            .iter()
            .enumerate()
            .map(|(at, claim)| judge::judge(spec, results, at, claim, lang))
            .collect(),
        warnings: warnings::warnings(spec, results, lang),
        variants,
    }
}

/// The prices of all variants; `None` where there are none.
pub(super) fn prices_outcome(spec: &Spec) -> Option<PricesOutcome> {
    let prices = &spec.variants.first()?.config.prices;
    (!prices.currency.is_empty()).then(|| PricesOutcome {
        file: prices.file.clone(),
        currency: prices.currency.clone(),
        date: prices.date.clone(),
        source: prices.source.clone(),
        example: prices.example,
    })
}

/// The word of a kind of run.
pub(super) fn kind(kind: &RunKind) -> &'static str {
    match kind {
        RunKind::Steady { .. } => "steady",
        RunKind::Window { .. } => "window",
        RunKind::Episode { .. } => "episode",
    }
}

fn run_outcome(spec: &Spec, results: &Results) -> RunOutcome {
    let all = || results.variants.iter();
    RunOutcome {
        kind: kind(&spec.run.kind).into(),
        replications: all().map(|found| found.replications).max().unwrap_or(0),
        measured_s: to_seconds(spec.run.measure),
        warmup_s: six_digits(all().map(|found| to_seconds(found.warm_up)).fold(0.0, f64::max)),
        events: results.events,
        stopped_by: match results.stopped_by {
            StoppedBy::Precision => "precision",
            StoppedBy::Replications => "replications",
            StoppedBy::Events => "events",
        }
        .into(),
    }
}

fn variant_outcome(
    spec: &Spec,
    name: String,
    settings: Object<serde_json::Value>,
    knobs: Object<serde_json::Value>,
    found: &Measurement,
    lang: Lang,
) -> VariantOutcome {
    let metrics = found
        .rows
        .iter()
        .zip(&found.values)
        .map(|(row, values)| (row.id.clone(), estimate(row, values, lang)))
        .collect();
    let stages = |low: f64, high: f64| {
        let times = found.merged.breakdown.between(low, high);
        let times = Stage::ALL.iter().zip(times.unwrap_or_default());
        times.map(|(stage, ms)| (stage.key().to_owned(), six_digits(ms))).collect()
    };
    let audit = found.merged.audit;
    VariantOutcome {
        name,
        settings,
        knobs,
        steady: found.steady,
        target_met: spec.run.target.as_ref().map(|target| target.judge(found)),
        replications: found.replications,
        metrics,
        stages: Stages { median: stages(0.45, 0.55), slowest: stages(0.99, 1.0) },
        violations: Anomaly::ALL
            .into_iter()
            .filter(|anomaly| found.merged.database.anomalies[*anomaly as usize] > 0)
            .map(|anomaly| anomaly.word().to_owned())
            .collect(),
        audit: AuditOutcome {
            arrived: audit.arrived,
            completed: audit.completed,
            failed: audit.failed,
            inside_at_end: audit.inside_at_end,
            little: "exact".into(),
        },
        series: series(spec, found),
    }
}

/// Rates and mean latency over time, with the spread over the replications.
fn series(spec: &Spec, found: &Measurement) -> Vec<Series> {
    let RunKind::Episode { step, .. } = spec.run.kind else { return Vec::new() };
    let seconds = to_seconds(step);
    let steps = found.series.first().map_or(0, Vec::len);
    type Part = crate::marketplace::observations::SeriesStep;
    let over_time = |metric: &'static str, value: &dyn Fn(&Part) -> Option<f64>| {
        let mut series = Series {
            metric: metric.into(),
            step_s: seconds,
            values: Vec::new(),
            low: Vec::new(),
            high: Vec::new(),
        };
        for at in 0..steps {
            let values: Vec<f64> = found.series.iter().filter_map(|own| value(&own[at])).collect();
            let interval = interval::of_mean(&values);
            let finite = |part: fn(&Interval) -> f64| {
                interval.as_ref().map(part).filter(|x| x.is_finite()).map(six_digits)
            };
            series.values.push(finite(|interval| interval.value));
            series.low.push(finite(|interval| interval.low));
            series.high.push(finite(|interval| interval.high));
        }
        series
    };
    vec![
        over_time("offered_per_s", &|part| Some(part.arrived as f64 / seconds)),
        over_time("completed_per_s", &|part| Some(part.completed as f64 / seconds)),
        over_time("failed_per_s", &|part| Some(part.failed as f64 / seconds)),
        over_time("latency_ms_mean", &|part| {
            (part.completed > 0).then(|| part.latency as f64 / part.completed as f64 / 1e6)
        }),
        over_time("ready_instances", &|part| Some(f64::from(part.ready))),
    ]
}

fn sweep_outcome(spec: &Spec, results: &Results) -> Option<SweepOutcome> {
    let sweep = spec.sweep.as_ref()?;
    let metric = super::metric::find(&sweep.metric)?;
    let points = sweep
        .points
        .iter()
        .zip(&results.sweep)
        .map(|(point, own)| {
            let found = match (point.variant, own) {
                (Some(at), _) => &results.variants[at],
                (None, Some(found)) => found,
                (None, None) => &results.variants[0],
            };
            let row = found.rows.iter().position(|row| row.id == sweep.metric);
            let interval = row.and_then(|at| interval_of(&found.rows[at], &found.values[at]));
            let finite = |part: fn(&Interval) -> f64| {
                interval.as_ref().map(part).filter(|x| x.is_finite()).map(six_digits)
            };
            SweepPointOutcome {
                at: point.at,
                variant: point.variant.map(|at| spec.variants[at].id.clone()),
                steady: found.steady,
                value: finite(|interval| interval.value),
                low: finite(|interval| interval.low),
                high: finite(|interval| interval.high),
            }
        })
        .collect();
    Some(SweepOutcome {
        knob: spec.varied.clone().unwrap_or_default(),
        metric: sweep.metric.clone(),
        unit: metric.unit.into(),
        log: sweep.log,
        points,
    })
}

/// The paired values of one metric: by replication, where both have one.
fn pairs(a: &Measurement, b: &Measurement, id: &str) -> Option<(Vec<f64>, Vec<f64>)> {
    let values = |found: &Measurement| {
        let at = found.rows.iter().position(|row| row.id == id)?;
        Some(found.values[at].clone())
    };
    let (left, right) = (values(a)?, values(b)?);
    Some(left.into_iter().zip(right).filter_map(|(a, b)| Some((a?, b?))).unzip())
}

/// Differences from the baseline in the shown columns, as one family.
fn comparisons(spec: &Spec, results: &Results) -> Vec<ComparisonOutcome> {
    let baseline = &results.variants[spec.baseline];
    if !baseline.steady {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (variant, measured) in spec.variants.iter().zip(&results.variants) {
        if variant.id == spec.variants[spec.baseline].id || !measured.steady {
            continue;
        }
        for id in &spec.columns {
            let Some(metric) = super::metric::find(id) else { continue };
            let Some((own, base)) = pairs(measured, baseline, id) else { continue };
            if let Some(difference) = comparison::paired(&own, &base) {
                let base = base.iter().sum::<f64>() / base.len().max(1) as f64;
                found.push((variant.id.clone(), id.clone(), metric, difference, base));
            }
        }
    }
    let p_values: Vec<f64> = found.iter().map(|(.., difference, _)| difference.p).collect();
    let rejected = comparison::holm(&p_values);
    let family = found.len();
    found
        .into_iter()
        .zip(rejected)
        .map(|((variant, metric_id, metric, difference, base), rejected)| ComparisonOutcome {
            variant,
            against: spec.variants[spec.baseline].id.clone(),
            metric: metric_id,
            difference: six_digits(difference.interval.value),
            low: six_digits(difference.interval.low),
            high: six_digits(difference.interval.high),
            unit: metric.unit.into(),
            better: metric.better,
            verdict: comparison::verdict(&difference.interval, base, rejected, metric.better),
            family,
        })
        .collect()
}

/// The closed forms of `[theory]` beside what was found.
pub(crate) fn theory(spec: &Spec, results: &Results) -> Vec<TheoryOutcome> {
    let Some(theory) = &spec.theory else { return Vec::new() };
    let mut rows = Vec::new();
    for (variant, found) in spec.variants.iter().zip(&results.variants) {
        let queue =
            variant.config.stations.keys().next().map_or(Queue::Pool, |name| Queue::Station(name));
        for (metric, exact) in theory.values(queue) {
            let Some(at) = found.rows.iter().position(|row| row.id == metric) else { continue };
            let Some(interval) = interval_of(&found.rows[at], &found.values[at]) else { continue };
            let values: Vec<f64> = found.values[at].iter().copied().flatten().collect();
            let error = interval::error_around(interval.value, &values);
            rows.push(TheoryOutcome {
                variant: variant.id.clone(),
                metric,
                exact: six_digits(exact),
                value: six_digits(interval.value),
                low: six_digits(interval.low),
                high: six_digits(interval.high),
                z: six_digits((interval.value - exact) / error),
            });
        }
    }
    rows
}
