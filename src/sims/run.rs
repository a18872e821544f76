//! Running a sim: replications in parallel, warm-up, stopping in fixed batches.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::metric::{self, Row};
use super::spec::{RunKind, Spec};
use crate::content::text::{Text, both};
pub(crate) use crate::engine::cancel::Cancel;
use crate::engine::executor::RunError;
use crate::engine::time::Nanos;
use crate::marketplace::config::Config;
use crate::marketplace::observations::{Counts, INSIDE_PARTS, Observations, SeriesStep, Window};
use crate::marketplace::{self, Failed, Plan, Replication};
use crate::random::Streams;
use crate::stats::interval::{self, Interval};
use crate::stats::warm_up::mser_5;

/// Replications from which the warm-up is found; they are not measured.
const PILOTS: u32 = 4;
/// Pilots use numbers far from those of the measured replications.
const PILOT_BASE: u64 = 1 << 32;
/// Part of the arrivals that piles up before a variant is called unsettled.
const GROWTH: f64 = 0.01;

/// How a run is carried out; results do not depend on it.
pub(crate) struct Execution<'a> {
    pub(crate) threads: usize,
    /// Told the number of finished replications and of those planned so far.
    pub(crate) progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Ends the run early, with [`RunFailed::Cancelled`].
    pub(crate) cancel: Option<&'a Cancel>,
}

/// What was found for one configuration.
pub(crate) struct Measurement {
    /// Merged over the replications.
    pub(crate) merged: Observations,
    /// The metrics of the merged observations.
    pub(crate) rows: Vec<Row>,
    /// By metric as in `rows`, by replication.
    pub(crate) values: Vec<Vec<Option<f64>>>,
    pub(crate) series: Vec<Vec<SeriesStep>>,
    pub(crate) replications: u32,
    pub(crate) warm_up: Nanos,
    /// `false` when the number inside grows as long as it was watched: see [`GROWTH`].
    pub(crate) steady: bool,
    /// The warm-up rule found no settled part although nothing piles up.
    pub(crate) slow: bool,
    pub(crate) events: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoppedBy {
    Precision,
    /// All replications that the file allows.
    Replications,
    Events,
}

/// A whole run.
pub(crate) struct Results {
    pub(crate) variants: Vec<Measurement>,
    /// By point of the sweep; `None` where a variant of the table stands for it.
    pub(crate) sweep: Vec<Option<Measurement>>,
    /// By claim: its own configurations, as (index of the variant, measurement).
    pub(crate) claims: Vec<Vec<(usize, Measurement)>>,
    pub(crate) stopped_by: StoppedBy,
    pub(crate) events: u64,
}

/// Why a run could not be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunFailed {
    /// The run would take more events than `run.events` allows.
    Events(u64),
    /// A process went round in circles at one instant.
    Standstill { process: &'static str },
    /// A component's books do not balance: a bug of ours.
    Audit(String),
    /// Given up from outside.
    Cancelled,
}

impl RunFailed {
    /// What happened, and what to do about it.
    pub(crate) fn words(&self) -> (Text, Option<Text>) {
        match self {
            RunFailed::Events(events) => (
                both!(
                    "stopped after {events} events: the run is larger than `run.events` allows",
                    "이벤트 {events}개에서 멈췄습니다. 실행이 `run.events`보다 큽니다"
                ),
                Some(both!(
                    "lower the rate, shorten `measure` (--duration), or raise `events` in the file",
                    "비율을 낮추거나 `measure`(--duration)를 줄이거나 파일의 `events`를 늘리세요"
                )),
            ),
            RunFailed::Standstill { process } => (
                both!(
                    "virtual time stands still: `{process}` goes round in circles without waiting",
                    "가상 시간이 멈췄습니다. `{process}`이(가) 기다리지 않고 맴돕니다"
                ),
                Some(both!(
                    "give the step that repeats some time: think = \"1ms\", or a service above 0ms",
                    "반복되는 단계에 시간을 주세요. 예: think = \"1ms\", 0보다 긴 서비스 시간"
                )),
            ),
            RunFailed::Audit(books) => (
                both!(
                    "the accounting of this run does not add up, which is a bug in prep: {books}",
                    "이 실행의 집계가 맞지 않습니다. prep의 버그입니다: {books}"
                ),
                None,
            ),
            RunFailed::Cancelled => (both!("the run was cancelled", "실행을 취소했습니다"), None),
        }
    }
}

/// One configuration on its way.
struct Job<'s> {
    config: &'s Config,
    /// Counts towards the precision that stops the run.
    judged: bool,
    effort: Effort,
    window: Window,
    steady: bool,
    slow: bool,
    found: Measurement,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    Full,
    /// A point of a sweep: a quarter.
    Quarter,
    /// A claim that needs no more than this.
    AtMost(u32),
}

struct Done {
    rows: Vec<Row>,
    seen: Observations,
    events: u64,
}

/// Runs all variants, points of the sweep and claims of a sim.
///
/// # Errors
/// See [`RunFailed`].
pub(crate) fn run(spec: &Spec, execution: &Execution<'_>) -> Result<Results, RunFailed> {
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for variant in &spec.variants {
        jobs.push(Job::new(spec, &variant.config, true, Effort::Full));
    }
    let extra = spec.sweep.iter().flat_map(|sweep| &sweep.points);
    for point in extra.filter(|point| point.variant.is_none()) {
        jobs.push(Job::new(spec, &point.config, false, Effort::Quarter));
    }
    for claim in &spec.claims {
        let effort = claim.replications.map_or(Effort::Full, Effort::AtMost);
        jobs.extend(claim.own.iter().map(|(_, config)| Job::new(spec, config, false, effort)));
    }
    let mut tally = Tally { spent: 0, finished: 0, planned: 0 };
    find_warm_up(spec, &mut jobs, execution, &mut tally)?;
    let stopped_by = measure(spec, &mut jobs, execution, &mut tally)?;
    let mut found = jobs.into_iter().map(Job::finish);
    let variants = found.by_ref().take(spec.variants.len()).collect();
    let sweep = spec.sweep.iter().flat_map(|sweep| &sweep.points);
    let sweep =
        sweep.map(|point| if point.variant.is_none() { found.next() } else { None }).collect();
    let claims = spec
        .claims
        .iter()
        .map(|claim| claim.own.iter().filter_map(|(at, _)| Some((*at, found.next()?))).collect())
        .collect();
    Ok(Results { variants, sweep, claims, stopped_by, events: tally.spent })
}

/// Events spent and replications done so far.
struct Tally {
    spent: u64,
    finished: u64,
    planned: u64,
}

impl<'s> Job<'s> {
    fn new(spec: &Spec, config: &'s Config, judged: bool, effort: Effort) -> Job<'s> {
        let found = Measurement {
            merged: Observations::default(),
            rows: Vec::new(),
            values: Vec::new(),
            series: Vec::new(),
            replications: 0,
            warm_up: 0,
            steady: true,
            slow: false,
            events: 0,
        };
        let window = window(spec, 0);
        Job { config, judged, effort, window, steady: true, slow: false, found }
    }

    fn replications(&self, count: u32) -> u32 {
        match self.effort {
            Effort::Full => count,
            Effort::Quarter => (count / 4).max(3),
            Effort::AtMost(most) => count.min(most),
        }
    }

    fn add(&mut self, done: Done) {
        let found = &mut self.found;
        if found.replications == 0 {
            found.values = done.rows.iter().map(|row| vec![row.value]).collect();
            found.series.push(done.seen.series.clone());
            found.merged = done.seen;
        } else {
            for (values, row) in found.values.iter_mut().zip(&done.rows) {
                values.push(row.value);
            }
            metric::merge(&mut found.merged, &done.seen);
            found.series.push(done.seen.series);
        }
        found.replications += 1;
        found.events += done.events;
    }

    fn finish(mut self) -> Measurement {
        self.found.rows = metric::rows(&self.found.merged);
        self.found.warm_up = self.window.from;
        self.found.steady = self.steady;
        self.found.slow = self.slow;
        self.found
    }
}

/// The window of a measured replication.
pub(super) fn window(spec: &Spec, found_warm_up: Nanos) -> Window {
    let measure = spec.run.measure;
    match spec.run.kind {
        RunKind::Steady { warm_up } => {
            let from = warm_up.unwrap_or(found_warm_up);
            let to = from + measure;
            Window { from, to, until: to, counts: Counts::Finished, step: 0, requests: None }
        }
        RunKind::Window { warm_up, drain } => {
            let to = warm_up + measure;
            let (until, counts) = (to + drain, Counts::Intended);
            Window { from: warm_up, to, until, counts, step: 0, requests: None }
        }
        RunKind::Episode { step, requests, drain } => {
            let (until, counts) = (measure + drain, Counts::Intended);
            Window { from: 0, to: measure, until, counts, step, requests }
        }
    }
}

/// Runs pilots of steady sims, finds the warm-up by MSER-5 on the mean number inside, and tells
/// which configurations do not settle.
fn find_warm_up(
    spec: &Spec,
    jobs: &mut [Job<'_>],
    execution: &Execution<'_>,
    tally: &mut Tally,
) -> Result<(), RunFailed> {
    let RunKind::Steady { warm_up } = spec.run.kind else { return Ok(()) };
    let pilot = window(spec, 0);
    let pilot = Window { from: 0, to: spec.run.measure, until: spec.run.measure, ..pilot };
    let tasks: Vec<Task<'_>> = jobs
        .iter()
        .enumerate()
        .flat_map(|(job, own)| {
            let config = own.config;
            (0..u64::from(PILOTS)).map(move |number| Task {
                job,
                config,
                window: pilot,
                replication: PILOT_BASE + number,
            })
        })
        .collect();
    let done = run_tasks(spec, &tasks, execution, tally)?;
    for (at, job) in jobs.iter_mut().enumerate() {
        let mine: Vec<&Done> = tasks
            .iter()
            .zip(&done)
            .filter(|(task, _)| task.job == at)
            .map(|(_, done)| done)
            .collect();
        job.steady = settles(&mine);
        if !job.steady {
            // The numbers of the first seconds, from an empty start, are all there is to say.
            job.window = pilot;
            continue;
        }
        if warm_up.is_some() {
            continue;
        }
        let mean: Vec<f64> = (0..INSIDE_PARTS)
            .map(|part| {
                let inside = mine.iter().filter_map(|done| done.seen.inside_series.get(part));
                inside.sum::<f64>() / mine.len() as f64
            })
            .collect();
        let cut = mser_5(&mean);
        // No settled part is no alarm while the level merely wanders about its mean.
        job.slow = cut.is_none() && grows(&mine);
        let parts = cut.unwrap_or(INSIDE_PARTS / 2) as u64;
        job.window = window(spec, parts * (spec.run.measure / INSIDE_PARTS as u64));
    }
    Ok(())
}

/// Whether the number inside stops growing: compares its mean in the last quarter of the pilots
/// with that in the second quarter, relative to what arrives in between.
fn settles(pilots: &[&Done]) -> bool {
    growth(pilots).is_none_or(|growth| !(growth.value > GROWTH && growth.low > 0.0))
}

/// Whether the number inside still rises at the end, however little.
fn grows(pilots: &[&Done]) -> bool {
    growth(pilots).is_some_and(|growth| growth.low > 0.0)
}

fn growth(pilots: &[&Done]) -> Option<Interval> {
    let quarter = INSIDE_PARTS / 4;
    let growth: Vec<f64> = pilots
        .iter()
        .map(|done| {
            let series = &done.seen.inside_series;
            let mean = |from: usize| {
                let part = series.get(from..from + quarter).unwrap_or_default();
                part.iter().sum::<f64>() / quarter as f64
            };
            let arrived = done.seen.all.offered.max(1) as f64 / 2.0;
            (mean(3 * quarter) - mean(quarter)) / arrived
        })
        .collect();
    interval::of_mean(&growth)
}

/// Measures in batches until every settled variant of the table is precise enough.
fn measure(
    spec: &Spec,
    jobs: &mut [Job<'_>],
    execution: &Execution<'_>,
    tally: &mut Tally,
) -> Result<StoppedBy, RunFailed> {
    let plan = spec.run.replications;
    let mut target = plan.min;
    loop {
        let tasks: Vec<Task<'_>> = jobs
            .iter()
            .enumerate()
            .filter(|(_, job)| job.steady || job.found.replications == 0)
            .flat_map(|(at, job)| {
                let wanted = if job.steady { target } else { plan.min };
                let wanted = job.replications(wanted);
                let (config, window) = (job.config, job.window);
                (job.found.replications..wanted).map(move |number| Task {
                    job: at,
                    config,
                    window,
                    replication: u64::from(number),
                })
            })
            .collect();
        let done = run_tasks(spec, &tasks, execution, tally)?;
        let batch_events: u64 = done.iter().map(|done| done.events).sum();
        for (task, done) in tasks.iter().zip(done) {
            jobs[task.job].add(done);
        }
        let Some(precision) = &spec.run.precision else { return Ok(StoppedBy::Replications) };
        let precise = jobs.iter().filter(|job| job.judged && job.steady).all(|job| {
            half_width(&job.found, &precision.of).is_none_or(|half| half <= precision.relative)
        });
        if precise {
            return Ok(StoppedBy::Precision);
        }
        if target >= plan.max {
            return Ok(StoppedBy::Replications);
        }
        let next = (target + plan.step).min(plan.max);
        let per_replication = batch_events / (tasks.len() as u64).max(1);
        let expected = per_replication * u64::from(next - target) * jobs.len() as u64;
        if tally.spent + expected > spec.run.events {
            return Ok(StoppedBy::Events);
        }
        target = next;
    }
}

/// Measures one configuration in doubling batches, from `replications.min` to `max`, until `decided`
/// says so. One that does not settle is not measured at all. With the events that it took.
///
/// # Errors
/// See [`RunFailed`].
pub(super) fn until_decided(
    spec: &Spec,
    config: &Config,
    decided: &dyn Fn(&Measurement) -> bool,
    execution: &Execution<'_>,
) -> Result<(Measurement, u64), RunFailed> {
    let mut jobs = [Job::new(spec, config, true, Effort::Full)];
    let mut tally = Tally { spent: 0, finished: 0, planned: 0 };
    find_warm_up(spec, &mut jobs, execution, &mut tally)?;
    let [mut job] = jobs;
    let mut target = spec.run.replications.min;
    while job.steady {
        let tasks: Vec<Task<'_>> = (job.found.replications..target)
            .map(|number| Task {
                job: 0,
                config,
                window: job.window,
                replication: u64::from(number),
            })
            .collect();
        for done in run_tasks(spec, &tasks, execution, &mut tally)? {
            job.add(done);
        }
        job.found.rows = metric::rows(&job.found.merged);
        if decided(&job.found) || target >= spec.run.replications.max {
            break;
        }
        target = (2 * target).min(spec.run.replications.max);
    }
    Ok((job.finish(), tally.spent))
}

/// Half the width of the interval of a metric over its value; `None` without a value.
fn half_width(found: &Measurement, id: &str) -> Option<f64> {
    let rows = metric::rows(&found.merged);
    let at = rows.iter().position(|row| row.id == id)?;
    let estimate = super::outcome::interval_of(&rows[at], &found.values[at])?;
    (estimate.value != 0.0).then(|| estimate.half_width() / estimate.value.abs())
}

/// One replication to run.
struct Task<'s> {
    job: usize,
    config: &'s Config,
    window: Window,
    replication: u64,
}

/// Runs replications on several threads; the results are in the order of the tasks. The first
/// failure and the last of the allowed events end the batch early.
fn run_tasks(
    spec: &Spec,
    tasks: &[Task<'_>],
    execution: &Execution<'_>,
    tally: &mut Tally,
) -> Result<Vec<Done>, RunFailed> {
    tally.planned += tasks.len() as u64;
    let next = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<Result<Done, RunFailed>>>> =
        tasks.iter().map(|_| Mutex::new(None)).collect();
    let (before, planned) = (tally.finished, tally.planned);
    let (spent, stop) = (AtomicU64::new(tally.spent), AtomicBool::new(false));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            if execution.cancel.is_some_and(Cancel::is_cancelled) {
                break;
            }
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(task), Some(slot)) = (tasks.get(at), slots.get(at)) else { break };
            let result = run_task(spec, task, execution.cancel);
            let events = result.as_ref().map_or(0, |done| done.events);
            let total = spent.fetch_add(events, Ordering::Relaxed) + events;
            if result.is_err() || total > spec.run.events {
                stop.store(true, Ordering::Relaxed);
            }
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(result);
            }
            let done = finished.fetch_add(1, Ordering::Relaxed) as u64 + 1;
            (execution.progress)(before + done, planned);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..execution.threads.min(tasks.len()) {
            scope.spawn(work);
        }
        work();
    });
    // Tasks are begun in order, so whatever comes before the first failure has been finished: the
    // error is the same at any number of threads.
    let mut done = Vec::with_capacity(tasks.len());
    for slot in slots {
        match slot.into_inner().ok().flatten() {
            Some(result) => done.push(result?),
            None => break,
        }
    }
    if execution.cancel.is_some_and(Cancel::is_cancelled) {
        return Err(RunFailed::Cancelled);
    }
    tally.spent = spent.into_inner();
    if tally.spent > spec.run.events {
        return Err(RunFailed::Events(spec.run.events));
    }
    if done.len() < tasks.len() {
        return Err(RunFailed::Audit("a replication did not end".to_owned()));
    }
    tally.finished += tasks.len() as u64;
    Ok(done)
}

fn run_task(spec: &Spec, task: &Task<'_>, cancel: Option<&Cancel>) -> Result<Done, RunFailed> {
    let replication = simulate(spec, task, false, cancel)?;
    let mut seen = replication.observations;
    let mut rows = metric::rows(&seen);
    if let Some(target) = &spec.run.target {
        seen.target_met = Some((u64::from(target.holds(&rows)), 1));
        rows = metric::rows(&seen);
    }
    Ok(Done { rows, seen, events: replication.events })
}

/// Runs one measured replication of a variant once more, with every event recorded. The window is
/// that of the whole run, or ends as early as any could.
///
/// # Errors
/// See [`RunFailed`].
pub(crate) fn replay(
    spec: &Spec,
    variant: usize,
    replication: u64,
    window: Window,
) -> Result<Replication, RunFailed> {
    let config = &spec.variants[variant].config;
    simulate(spec, &Task { job: 0, config, window, replication }, true, None)
}

/// The window that a run of the whole sim measures a variant in.
///
/// # Errors
/// See [`RunFailed`].
pub(crate) fn window_of(
    spec: &Spec,
    variant: usize,
    execution: &Execution<'_>,
) -> Result<Window, RunFailed> {
    let mut jobs = [Job::new(spec, &spec.variants[variant].config, true, Effort::Full)];
    let mut tally = Tally { spent: 0, finished: 0, planned: 0 };
    find_warm_up(spec, &mut jobs, execution, &mut tally)?;
    Ok(jobs[0].window)
}

fn simulate(
    spec: &Spec,
    task: &Task<'_>,
    record: bool,
    cancel: Option<&Cancel>,
) -> Result<Replication, RunFailed> {
    let plan = Plan {
        streams: Streams { seed: spec.run.seed, replication: task.replication },
        window: task.window,
        events: spec.run.events,
        record,
    };
    marketplace::run(task.config, &plan, cancel).map_err(|failed| match failed {
        Failed::Engine(RunError::TooManyEvents { .. }) => RunFailed::Events(spec.run.events),
        Failed::Engine(RunError::Standstill { process, .. }) => RunFailed::Standstill { process },
        Failed::Engine(RunError::Cancelled) => RunFailed::Cancelled,
        Failed::Engine(RunError::Reentered) => RunFailed::Audit("re-entered".to_owned()),
        Failed::Audit(books) => RunFailed::Audit(books),
    })
}
