//! Whoever watches the service: Prometheus reads the metrics of every instance now and then, and
//! what it did not read nobody will ever see.
//!
//! Real about: gauges are samples of a moment; counters and buckets add up between two readings;
//! each target has a moment of its own within the interval; a counter that comes into being between
//! two readings has no increase at the first; latency is what the service itself measures, from its
//! thread's start to the answer, so that waiting in Tomcat's queue or backlog is missing in it, and
//! whoever was turned away before a thread is missing altogether. Not real about: the time a
//! reading takes and costs, readings that fail, staleness after an instance is gone, and native
//! histograms.

mod dashboard;
pub(crate) mod scrape;

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::config::Config;
use super::hikari::Hikari;
use super::instance::{Instance, Lifecycle};
use super::observations::{MonitoringObservations, Window};
use super::request::{Answer, Failure, Intent, Request};
use super::{Marketplace, Plan};
use crate::engine::time::{Nanos, SECOND};
use crate::random::{Streams, split_mix};
use crate::stats::histogram::Histogram;
use dashboard::Dashboard;
use scrape::{HttpTiming, Sample, Scrape};

/// How often a replay is read where nobody looks otherwise.
const REPLAY_EVERY: Nanos = SECOND;
/// Most readings, and most requests of clients, that a replay keeps.
const KEPT_MAX: usize = 2_000_000;

/// The meters of one instance that its components do not keep themselves.
#[derive(Default)]
pub(super) struct Meters {
    /// By endpoint and status.
    pub(super) http: BTreeMap<(usize, u16), HttpTiming>,
    /// When its cores were last read, and how much they had worked by then.
    pub(super) cpu: (Nanos, u128),
}

#[derive(Default)]
struct State {
    meters: BTreeMap<u32, Meters>,
    dashboard: Dashboard,
    /// Of the window, as the service measures it.
    served: Histogram,
    scrapes: Vec<Scrape>,
    samples: Vec<Sample>,
}

pub(crate) struct Monitoring {
    /// 0: nobody looks.
    every: Nanos,
    bounds: Vec<Nanos>,
    /// Whether the panels of a dashboard are wanted.
    judged: bool,
    /// Whether readings and requests are kept.
    kept: bool,
    window: Window,
    /// Where each target stands within the interval.
    spread: u64,
    state: RefCell<State>,
}

impl Monitoring {
    pub(crate) fn new(config: &Config, plan: &Plan) -> Monitoring {
        let every = config.monitoring.scrape.0;
        Monitoring {
            every: if plan.record { every_of_replay(config) } else { every },
            bounds: config.monitoring.buckets.0.clone(),
            judged: every > 0,
            kept: plan.record,
            window: plan.window,
            spread: spread(plan.streams),
            state: RefCell::default(),
        }
    }

    pub(crate) fn watches(&self) -> bool {
        self.every > 0
    }

    /// When a target is read, after the beginning of each interval.
    fn offset(&self, instance: u32) -> Nanos {
        split_mix(self.spread ^ u64::from(instance)) % self.every.max(1)
    }

    /// The service has answered a request that it had a thread for.
    #[inline]
    pub(crate) fn answered(&self, request: &Request<'_>, before_thread: Nanos, answer: Answer) {
        // Whoever is cut off by the end of the process has measured nothing.
        let unseen = matches!(answer, Err(Failure::Rejected | Failure::Reset));
        if !self.watches() || unseen {
            return;
        }
        let now = request.market.clock.now();
        let span = now - request.intended - before_thread;
        let state = &mut *self.state.borrow_mut();
        if self.judged && self.window.holds(now) {
            state.served.record(span);
        }
        let meters = state.meters.entry(request.instance.number).or_default();
        let timing = meters.http.entry((request.endpoint, scrape::status(answer))).or_default();
        timing.record(now, span, &self.bounds);
    }

    /// A client sent something, and has an answer or gave up.
    #[inline]
    pub(crate) fn sampled(
        &self,
        sent: Nanos,
        intent: &Intent,
        request: Option<&Request<'_>>,
        (now, answer): (Nanos, Answer),
    ) {
        if !self.kept {
            return;
        }
        let samples = &mut self.state.borrow_mut().samples;
        if samples.len() < KEPT_MAX {
            samples.push(Sample {
                sent,
                ended: now,
                connected: request.and_then(|request| request.connected.get()),
                load: intent.load,
                user: intent.user,
                endpoint: intent.endpoint,
                instance: request.map(|request| request.instance.number),
                request: request.map(|request| request.number),
                answer,
            });
        }
    }

    /// Reads one target.
    fn scrape(&self, market: &Marketplace<'_>, number: u32) {
        let Some(instance) = market.instances.iter().find(|one| one.number == number) else {
            return;
        };
        let state = &mut *self.state.borrow_mut();
        match instance.lifecycle.get() {
            Lifecycle::Ready | Lifecycle::Draining => {}
            // Its process does not answer yet, or no more.
            Lifecycle::Pending | Lifecycle::Booting | Lifecycle::Stopping => return,
            // With the process its counters are gone.
            Lifecycle::Gone => {
                state.meters.remove(&number);
                return;
            }
        }
        let now = market.clock.now();
        let meters = state.meters.entry(number).or_default();
        let scrape = scrape::read(now, instance, meters);
        if self.judged && self.window.holds(now) {
            state.dashboard.add(&scrape);
        }
        if self.kept && state.scrapes.len() < KEPT_MAX {
            state.scrapes.push(scrape);
        }
    }

    /// What there was to see in the window.
    pub(crate) fn seen(&self, market: &Marketplace<'_>) -> MonitoringObservations {
        let pools = market.instances.iter().flat_map(Instance::pools);
        let waiting = pools.map(Hikari::take_waiting_max).max();
        let state = &mut *self.state.borrow_mut();
        let mut seen = state.dashboard.seen(&self.bounds);
        seen.pool_waiting_max = waiting.unwrap_or(0);
        seen.served = std::mem::take(&mut state.served);
        seen
    }

    /// What a replay has kept.
    pub(crate) fn take(&self) -> (Vec<Scrape>, Vec<Sample>) {
        let state = &mut *self.state.borrow_mut();
        (std::mem::take(&mut state.scrapes), std::mem::take(&mut state.samples))
    }
}

/// How often a replay reads each instance.
pub(crate) fn every_of_replay(config: &Config) -> Nanos {
    match config.monitoring.scrape.0 {
        0 => REPLAY_EVERY,
        every => every,
    }
}

fn spread(streams: Streams) -> u64 {
    streams.stream("monitoring.offsets").bits()
}

/// Reads every target once an interval, for ever.
pub(crate) async fn watch(market: &Marketplace<'_>) {
    let monitoring = &market.monitoring;
    let clock = market.clock;
    for round in 0.. {
        let begin = monitoring.every * round;
        let numbers = market.instances.iter().map(|instance| instance.number);
        let mut targets: Vec<(Nanos, u32)> =
            numbers.map(|number| (begin + monitoring.offset(number), number)).collect();
        targets.sort_unstable();
        for (at, number) in targets {
            clock.sleep(at.saturating_sub(clock.now())).await;
            monitoring.scrape(market, number);
        }
        let next = begin + monitoring.every;
        clock.sleep(next.saturating_sub(clock.now())).await;
    }
}
