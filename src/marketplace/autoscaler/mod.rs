//! Whoever changes the number of instances: looks every so often, and starts or ends some.

mod alarm;
mod hpa;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::config::{AutoscaleKind, AutoscaleKnobs, AutoscaleMetric};
use super::fleet::{end_some, start_some};
use super::instance::{Instance, Lifecycle};
use super::{Counter, Marketplace};
use crate::engine::executor::Sim;
use crate::engine::time::{Nanos, to_seconds};
use alarm::Alarms;
use hpa::Hpa;

/// What is known of the autoscaling of a run.
pub(crate) struct Autoscaler {
    /// Instances that the application is meant to have.
    wanted: Cell<u32>,
    pub(crate) scale_outs: Counter,
    pub(crate) scale_ins: Counter,
}

impl Autoscaler {
    pub(super) fn new(instances: u32) -> Autoscaler {
        Autoscaler {
            wanted: Cell::new(instances),
            scale_outs: Cell::default(),
            scale_ins: Cell::default(),
        }
    }

    pub(crate) fn wanted(&self) -> u32 {
        self.wanted.get()
    }
}

/// The metric at one look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Reading {
    /// Instances whose metric counts.
    counted: u32,
    /// Instances that have been started and do not count yet.
    waiting: u32,
    /// The metric's sum over those that count, in the target's unit.
    sum: f64,
}

impl Reading {
    fn mean(&self) -> Option<f64> {
        (self.counted > 0).then(|| self.sum / f64::from(self.counted))
    }

    /// Instances at which the mean of those that count would be the target.
    fn needed(&self, target: f64) -> u32 {
        ceiling(self.sum / target)
    }
}

/// Rounded up; a billionth is noise of the sum.
fn ceiling(instances: f64) -> u32 {
    libm::ceil(instances - 1e-9) as u32
}

/// Looks every so often, for ever.
pub(super) async fn scale<'w>(sim: Sim<'w>, market: &'w Marketplace<'w>) {
    let knobs = &market.config.autoscale;
    let (every, mut policy) = match knobs.kind {
        AutoscaleKind::None => return,
        AutoscaleKind::Hpa => {
            (knobs.sync.0, Policy::Hpa(Hpa::new(market.clock.now(), market.autoscaler.wanted())))
        }
        AutoscaleKind::TargetTracking => (knobs.period.0, Policy::Tracking(Alarms::default())),
        AutoscaleKind::Simple => (knobs.period.0, Policy::Simple(Alarms::default(), 0)),
    };
    let mut meter = Meter::default();
    meter.read(market);
    loop {
        market.clock.sleep(every).await;
        let reading = meter.read(market);
        if market.deployment.is_under_way() {
            continue;
        }
        let present = market.autoscaler.wanted();
        let wanted = policy.wants(market, &meter, &reading).clamp(knobs.min, knobs.max);
        market.autoscaler.wanted.set(wanted);
        let version = market.deployment.present_version();
        if wanted > present {
            super::count(&market.autoscaler.scale_outs);
            meter.note_start(market);
            start_some(&sim, market, version, wanted - present);
        } else if wanted < present {
            super::count(&market.autoscaler.scale_ins);
            end_some(&sim, market, version, present - wanted);
        }
    }
}

/// Who decides, with what it remembers.
enum Policy {
    Hpa(Hpa),
    Tracking(Alarms),
    /// With the moment until which it rests.
    Simple(Alarms, Nanos),
}

impl Policy {
    fn wants(&mut self, market: &Marketplace<'_>, meter: &Meter, reading: &Reading) -> u32 {
        let (now, knobs) = (market.clock.now(), &market.config.autoscale);
        let (present, target) = (market.autoscaler.wanted(), knobs.target.0);
        match self {
            Policy::Hpa(hpa) => hpa.wants(now, reading, present, knobs),
            Policy::Tracking(alarms) => {
                alarms.note(reading.mean(), knobs);
                if alarms.is_high(knobs) {
                    reading.needed(target).max(present)
                } else if alarms.is_low(knobs) && !meter.warms_up(now, knobs) {
                    reading.needed(target).min(present)
                } else {
                    present
                }
            }
            Policy::Simple(alarms, rests_until) => {
                alarms.note(reading.mean(), knobs);
                let high = alarms.is_high(knobs);
                if now < *rests_until || !(high || alarms.is_low(knobs)) {
                    return present;
                }
                let stepped = if high {
                    present.saturating_add(knobs.step)
                } else {
                    present.saturating_sub(knobs.step)
                };
                let wanted = stepped.clamp(knobs.min, knobs.max);
                if wanted != present {
                    *rests_until = now + knobs.cooldown.0;
                }
                wanted
            }
        }
    }
}

/// What every look reads, and what it read last.
#[derive(Default)]
struct Meter {
    at: Nanos,
    requests: u64,
    /// Busy core nanoseconds of the instances that were ready.
    busy: BTreeMap<u32, u128>,
    /// Each time when it started instances, with the first of them.
    started: Vec<(Nanos, u32)>,
}

impl Meter {
    /// Reads the metric since the last look.
    fn read(&mut self, market: &Marketplace<'_>) -> Reading {
        let (now, knobs) = (market.clock.now(), &market.config.autoscale);
        let span = now - self.at;
        let before = std::mem::take(&mut self.busy);
        let mut reading = Reading::default();
        for instance in market.instances.iter() {
            if !instance.lifecycle.get().is_wanted() {
                continue;
            }
            let busy = instance.cores.busy_area();
            if instance.lifecycle.get() == Lifecycle::Ready {
                self.busy.insert(instance.number, busy);
            }
            match before.get(&instance.number) {
                Some(then) if self.counts(instance, knobs, now) => {
                    reading.counted += 1;
                    reading.sum += share_of_cores(market, busy - then, span);
                }
                _ => reading.waiting += 1,
            }
        }
        let requests = market.instances.requests.get();
        if knobs.metric == AutoscaleMetric::RequestsPerInstance {
            // The balancer's count is there whether instances have warmed up or not.
            let ready = self.busy.len() as u32;
            reading.waiting = reading.counted + reading.waiting - ready;
            reading.counted = ready;
            let rate = (requests - self.requests) as f64 / to_seconds(span);
            reading.sum = if span > 0 { rate } else { 0.0 };
        }
        (self.at, self.requests) = (now, requests);
        reading
    }

    /// Whether an instance that was ready at the last look counts with its CPU.
    fn counts(&self, instance: &Instance<'_>, knobs: &AutoscaleKnobs, now: Nanos) -> bool {
        let mut starts = self.started.iter().rev();
        let warm = starts
            .find(|(_, first)| instance.number >= *first)
            .is_none_or(|(at, _)| now >= at + knobs.warm_up.0);
        knobs.kind != AutoscaleKind::TargetTracking || warm
    }

    fn note_start(&mut self, market: &Marketplace<'_>) {
        self.started.push((market.clock.now(), market.instances.len() as u32));
    }

    /// Whether instances that it started last still warm up.
    fn warms_up(&self, now: Nanos, knobs: &AutoscaleKnobs) -> bool {
        self.started.last().is_some_and(|(at, _)| now < at + knobs.warm_up.0)
    }
}

/// Percent of what an instance asks for, or of its cores where it asks for nothing.
fn share_of_cores(market: &Marketplace<'_>, busy: u128, span: Nanos) -> f64 {
    let app = &market.config.app;
    let asked = if app.cpu_request.0 > 0.0 { app.cpu_request.0 } else { app.cores.count().into() };
    if span == 0 { 0.0 } else { 100.0 * busy as f64 / span as f64 / asked }
}
