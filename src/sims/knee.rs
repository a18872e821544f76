//! The knee of a service: the highest rate at which it meets a target, what runs out there, and
//! what that costs. The rates of all open loads are scaled together; every rate sees the same draws.

mod saturation;
mod search;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use serde::Serialize;

use super::outcome::{
    Estimate, MODEL, Object, PricesOutcome, estimate, kind, object, prices_outcome,
};
use super::run::{Execution, Measurement, RunFailed, until_decided};
use super::spec::{Replications, RunKind, Spec};
use super::target::{self, Met, Target};
use crate::content::text::{Lang, Text, both};
use crate::engine::time::{Nanos, SECOND};
use crate::marketplace::config::{ActionKind, Config, LoadKind};
use crate::marketplace::load_shape::{Course, Shape};
use crate::stats::six_digits;
pub(crate) use saturation::{Limits, Resource};
use search::{Ended, Search};

/// The search begins at this part of the sim's own rate.
const FIRST: f64 = 0.125;
/// Replications at one rate: doubled until the intervals decide.
const REPLICATIONS: Replications = Replications { min: 4, max: 64, step: 0 };
/// Requests that one replication should show at least: a p99 rests on the slowest hundredth.
const REQUESTS: f64 = 2_000.0;
/// By how much `measure` may be stretched for that.
const STRETCH: f64 = 16.0;
/// Highest rate of a load that can be simulated: that of the knob.
const RATE_MAX: f64 = 1_000_000.0;

/// What was found, the contract of `--json`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Knee {
    pub(crate) format: &'static str,
    pub(crate) sim: String,
    pub(crate) title: String,
    pub(crate) lang: &'static str,
    pub(crate) version: &'static str,
    pub(crate) model: u32,
    pub(crate) seed: u64,
    /// The line that gives the same numbers again.
    pub(crate) command: String,
    pub(crate) target: String,
    /// Kind of run: levels of an episode are means over its quiet parts too.
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prices: Option<PricesOutcome>,
    pub(crate) events: u64,
    pub(crate) variants: Vec<VariantKnee>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct VariantKnee {
    pub(crate) name: String,
    /// Highest rate that was decided to meet the target, of all open loads together.
    pub(crate) rate_per_s: Option<f64>,
    /// Lowest rate that was decided to miss it.
    pub(crate) missed_at_per_s: Option<f64>,
    pub(crate) stopped_by: StoppedBy,
    /// Of each open load at `rate_per_s`.
    #[serde(with = "object")]
    pub(crate) loads: Object<f64>,
    /// What was seen at `rate_per_s`; absent where no rate meets the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) there: Option<There>,
    /// The rates that were tried, in order.
    pub(crate) tried: Vec<Tried>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoppedBy {
    /// Both rates are within 2 %, or what lies between them is not decided.
    Precision,
    NeverMet,
    NeverMissed,
    Events,
}

/// The service at its knee.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct There {
    /// The metrics of the target.
    #[serde(with = "object")]
    pub(crate) metrics: Object<Estimate>,
    /// The fullest first.
    pub(crate) resources: Vec<Resource>,
    pub(crate) limits: Limits,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_per_month: Option<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_per_1000_requests: Option<Estimate>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Tried {
    pub(crate) rate_per_s: f64,
    pub(crate) met: Met,
    pub(crate) replications: u32,
}

/// Finds the knee of some variants of a sim.
///
/// # Errors
/// A replication that cannot be run. Where `run.events` is spent the search of a variant ends
/// instead.
pub(crate) fn find(
    spec: &Spec,
    variants: &[usize],
    target: &Target,
    command: String,
    lang: Lang,
    execution: &Execution<'_>,
) -> Result<Knee, RunFailed> {
    let mut events = 0;
    let mut found = Vec::new();
    for at in variants {
        // Each variant has the events of a run, so that none depends on the others.
        let left = spec.run.events;
        found.push(Finder { spec, at: *at, target, lang, execution, left }.run(&mut events)?);
    }
    Ok(Knee {
        format: "prep.knee/1",
        sim: spec.name.clone(),
        title: spec.title.get(lang).to_owned(),
        lang: lang.code(),
        version: env!("CARGO_PKG_VERSION"),
        model: MODEL,
        seed: spec.run.seed,
        command,
        target: target.text.clone(),
        kind: kind(&spec.run.kind),
        prices: prices_outcome(spec),
        events,
        variants: found,
    })
}

/// The target of a search: `slo`, or that of the sim.
///
/// # Errors
/// There is none, it cannot be read, or it has a label that names nothing here and would never be
/// met, in silence; with a hint.
pub(crate) fn target(spec: &Spec, slo: Option<&str>) -> Result<Target, (Text, Text)> {
    let example = || {
        both!(
            "such as --slo \"latency_ms_p99 < 300, errors < 0.1%\"",
            "예: --slo \"latency_ms_p99 < 300, errors < 0.1%\""
        )
    };
    let target = match (slo, &spec.run.target) {
        (Some(text), _) => target::parse(text).map_err(|what| {
            let (en, ko) = (what.en, what.ko);
            (both!("--slo: {en}", "--slo: {ko}"), example())
        })?,
        (None, Some(target)) => target.clone(),
        (None, None) => {
            return Err((
                both!(
                    "--find-max-rate needs a target, and this sim has none in [run]: give --slo",
                    "--find-max-rate에는 목표가 필요한데 이 sim의 [run]에는 없습니다. --slo로 지정하세요"
                ),
                example(),
            ));
        }
    };
    let Some(unknown) = target.bounds.iter().find(|bound| !spec.knows_label(&bound.id)) else {
        return Ok(target);
    };
    let id = &unknown.id;
    let known = spec.labels().join(", ");
    Err((
        both!(
            "--slo: nothing here is called as in `{id}`",
            "--slo: `{id}`의 라벨은 여기에 없습니다"
        ),
        both!("known here: {known}", "여기서 쓸 수 있는 라벨: {known}"),
    ))
}

/// Whether a variant has a rate that can be scaled.
///
/// # Errors
/// Why it has none, and how to mend it.
pub(crate) fn check(spec: &Spec, variant: usize) -> Result<(), (Text, Text)> {
    let variant = &spec.variants[variant];
    if rate(&variant.config) > 0.0 {
        return Ok(());
    }
    let name = &variant.id;
    let load = variant.config.loads.keys().next().map_or("NAME", String::as_str);
    Err((
        both!(
            "variant `{name}` has no open load: the rate of users who wait for answers follows from the answers, and cannot be raised",
            "`{name}` 변형에는 open 부하가 없습니다. 응답을 기다리는 사용자의 요청률은 응답 시간이 정하므로 올릴 수 없습니다"
        ),
        both!(
            "make one open: --set load.{load}.kind=open --set load.{load}.rate=100/s",
            "open으로 바꾸세요: --set load.{load}.kind=open --set load.{load}.rate=100/s"
        ),
    ))
}

/// The highest rate of each open load at any time of the run, before its shape.
fn rates(config: &Config) -> Vec<(&String, f64)> {
    let open = config.loads.iter().filter(|(_, load)| load.kind == LoadKind::Open);
    open.map(|(name, load)| {
        let scheduled = config.schedule.iter().filter_map(|action| match &action.what {
            ActionKind::LoadRate { load, rate } if load == name => Some(*rate),
            _ => None,
        });
        let stages = &load.stages.0;
        let own = if stages.is_empty() { load.rate.0 } else { 0.0 };
        (name, stages.iter().map(|(_, rate)| *rate).chain(scheduled).fold(own, f64::max))
    })
    .collect()
}

fn rate(config: &Config) -> f64 {
    rates(config).iter().map(|(_, rate)| rate).sum()
}

/// The configuration with all open loads `factor` times as high, at every time.
fn scaled(config: &Config, factor: f64) -> Config {
    let mut config = config.clone();
    let open = |load: &&mut crate::marketplace::config::LoadKnobs| load.kind == LoadKind::Open;
    for load in config.loads.values_mut().filter(open) {
        load.rate.0 *= factor;
        for (_, rate) in &mut load.stages.0 {
            *rate *= factor;
        }
    }
    for action in &mut config.schedule {
        if let ActionKind::LoadRate { load, rate } = &mut action.what
            && config.loads.get(load).is_some_and(|load| load.kind == LoadKind::Open)
        {
            *rate *= factor;
        }
    }
    config
}

/// The length of a replication at a rate: as the sim says, longer where hardly anything would
/// arrive and nothing happens at a set time.
fn measure(spec: &Spec, config: &Config) -> Nanos {
    let own = spec.run.measure;
    let timed = !config.schedule.is_empty()
        || config.loads.values().any(|load| {
            !load.stages.0.is_empty()
                || Course::new(load.shape, load.shape_length.0).shape != Shape::None
        });
    if timed || matches!(spec.run.kind, RunKind::Episode { .. }) {
        return own;
    }
    let needed = REQUESTS / rate(config) * SECOND as f64;
    own.max(needed.min(own as f64 * STRETCH) as Nanos)
}

/// The search on one variant.
struct Finder<'f> {
    spec: &'f Spec,
    at: usize,
    target: &'f Target,
    lang: Lang,
    execution: &'f Execution<'f>,
    /// Events that may still be spent.
    left: u64,
}

impl Finder<'_> {
    fn run(mut self, events: &mut u64) -> Result<VariantKnee, RunFailed> {
        let variant = &self.spec.variants[self.at];
        let base = rate(&variant.config);
        let most = rates(&variant.config).iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let mut search = Search::new(base * FIRST, base * RATE_MAX / most.max(1e-9));
        let mut best: Option<(f64, Config, Measurement)> = None;
        let mut tried = Vec::new();
        let stopped_by = loop {
            let at = match search.next() {
                Ok(at) => at,
                Err(Ended::Closed) => break StoppedBy::Precision,
                Err(Ended::NeverMet) => break StoppedBy::NeverMet,
                Err(Ended::NeverMissed) => break StoppedBy::NeverMissed,
            };
            let config = scaled(&variant.config, at / base);
            let (found, spent) = match self.probe(&config) {
                Err(RunFailed::Events(_)) => break StoppedBy::Events,
                found => found?,
            };
            *events += spent;
            self.left = self.left.saturating_sub(spent);
            let met = self.target.judge(&found);
            let replications = found.replications;
            tried.push(Tried { rate_per_s: six_digits(at), met, replications });
            search.note(at, met);
            if met == Met::Yes && best.as_ref().is_none_or(|(rate, ..)| at > *rate) {
                best = Some((at, config, found));
            }
        };
        let loads = best.iter().flat_map(|(_, config, _)| {
            rates(config).into_iter().map(|(name, rate)| (name.clone(), six_digits(rate)))
        });
        Ok(VariantKnee {
            name: variant.id.clone(),
            rate_per_s: search.yes.map(six_digits),
            missed_at_per_s: search.no.map(six_digits),
            stopped_by,
            loads: loads.collect(),
            there: best.as_ref().map(|(_, config, found)| self.there(config, found)),
            tried,
        })
    }

    /// Runs one rate until its intervals decide.
    fn probe(&self, config: &Config) -> Result<(Measurement, u64), RunFailed> {
        let mut spec = self.spec.clone();
        (spec.claims, spec.sweep, spec.run.precision) = (Vec::new(), None, None);
        spec.run.replications = REPLICATIONS;
        spec.run.events = self.left;
        spec.run.measure = measure(self.spec, config);
        // Several looks are several chances to be wrong: one alone decides with intervals twice as
        // wide, otherwise two in a row have to agree.
        let last = Cell::new(Met::Undecided);
        let decided = |found: &Measurement| {
            let met = self.target.judge(found);
            let before = last.replace(met);
            let clear = self.target.judge_wider(found, 2.0) != Met::Undecided;
            met != Met::Undecided && (clear || met == before)
        };
        until_decided(&spec, config, &decided, self.execution)
    }

    fn there(&self, config: &Config, found: &Measurement) -> There {
        let of = |id: &str| {
            let at = found.rows.iter().position(|row| row.id == id)?;
            Some(estimate(&found.rows[at], &found.values[at], self.lang))
        };
        let mut metrics: Object<Estimate> = Vec::new();
        for id in self.target.bounds.iter().map(|bound| &bound.id) {
            if let Some(estimate) = of(id)
                && metrics.iter().all(|(known, _)| known != id)
            {
                metrics.push((id.clone(), estimate));
            }
        }
        let resources = saturation::resources(config, found);
        There {
            metrics,
            limits: saturation::limits(&resources),
            resources,
            cost_per_month: of("cost_per_month"),
            cost_per_1000_requests: of("cost_per_1000_requests"),
        }
    }
}
