//! The workloads on NeXosim: its models are state machines that schedule their own inputs, without
//! processes, resources or timeouts. So each workload is one model with queues written by hand; the
//! timeout is a keyed event that a grant cancels. One thread, as everywhere else.

use std::collections::VecDeque;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{EventKey, Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::workloads::{Draws, MultiServer, NestedPools, Tally};

/// The deadline of an event must lie in the future, so a span is at least a nanosecond.
fn duration(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds).max(Duration::from_nanos(1))
}

fn seconds_between(since: MonotonicTime, now: MonotonicTime) -> f64 {
    now.duration_since(since).as_secs_f64()
}

const IN_THE_FUTURE: &str = "a span of at least a nanosecond ends in the future";

#[derive(Serialize, Deserialize)]
struct Station {
    interarrival: f64,
    service: f64,
    to_arrive: u64,
    free: u32,
    queue: VecDeque<(MonotonicTime, Duration)>,
    draws: Draws,
    tally: Tally,
    finished: Output<Tally>,
}

#[Model]
impl Station {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.schedule_arrival(cx);
    }

    fn schedule_arrival(&mut self, cx: &Context<Self>) {
        if self.to_arrive > 0 {
            self.to_arrive -= 1;
            let span = duration(self.draws.span(self.interarrival));
            cx.schedule_event(span, schedulable!(Self::arrive), ()).expect(IN_THE_FUTURE);
        }
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        let service = duration(self.draws.span(self.service));
        if self.free > 0 {
            self.free -= 1;
            self.tally.serve(0.0);
            cx.schedule_event(service, schedulable!(Self::depart), ()).expect(IN_THE_FUTURE);
        } else {
            self.queue.push_back((cx.time(), service));
        }
        self.schedule_arrival(cx);
    }

    #[nexosim(schedulable)]
    async fn depart(&mut self, _: (), cx: &Context<Self>) {
        if let Some((arrived, service)) = self.queue.pop_front() {
            self.tally.serve(seconds_between(arrived, cx.time()));
            cx.schedule_event(service, schedulable!(Self::depart), ()).expect(IN_THE_FUTURE);
        } else {
            self.free += 1;
            if self.to_arrive == 0 {
                self.finished.send(self.tally).await;
            }
        }
    }
}

/// M/M/c.
///
/// # Errors
/// Those of the engine. `None` when the model never reported.
pub fn multi_server(
    n: u64,
    model: MultiServer,
    seed: u64,
) -> Result<Option<Tally>, SimulationError> {
    let mut station = Station {
        interarrival: model.interarrival,
        service: model.service,
        to_arrive: n,
        free: model.servers,
        queue: VecDeque::new(),
        draws: Draws::new(seed),
        tally: Tally::default(),
        finished: Output::default(),
    };
    let (sink, mut result) = event_slot(SinkState::Enabled);
    station.finished.connect_sink(sink);
    SimInit::with_num_threads(1)
        .add_model(station, Mailbox::new(), "station")
        .init(MonotonicTime::EPOCH)?
        .run()?;
    Ok(result.try_read())
}

#[derive(Serialize, Deserialize)]
struct Request {
    arrived: MonotonicTime,
    cpu: Duration,
    db: Duration,
    timeout: Option<EventKey>,
}

#[derive(Serialize, Deserialize)]
struct Service {
    model: NestedPools,
    timeout: Duration,
    to_arrive: u64,
    inside: u64,
    requests: Vec<Request>,
    unused: Vec<usize>,
    threads: u32,
    cores: u32,
    connections: u32,
    servers: u32,
    thread_queue: VecDeque<usize>,
    cpu_queue: VecDeque<usize>,
    connection_queue: VecDeque<usize>,
    db_queue: VecDeque<usize>,
    draws: Draws,
    tally: Tally,
    finished: Output<Tally>,
}

#[Model]
impl Service {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.schedule_arrival(cx);
    }

    fn schedule_arrival(&mut self, cx: &Context<Self>) {
        if self.to_arrive > 0 {
            self.to_arrive -= 1;
            let span = duration(self.draws.span(self.model.interarrival));
            cx.schedule_event(span, schedulable!(Self::arrive), ()).expect(IN_THE_FUTURE);
        }
    }

    fn admit(&mut self, request: Request) -> usize {
        self.inside += 1;
        if let Some(slot) = self.unused.pop() {
            self.requests[slot] = request;
            slot
        } else {
            self.requests.push(request);
            self.requests.len() - 1
        }
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        let cpu = duration(self.draws.span(self.model.cpu));
        let db = duration(self.draws.span(self.model.db));
        let request = Request { arrived: cx.time(), cpu, db, timeout: None };
        if self.threads > 0 {
            self.threads -= 1;
            let slot = self.admit(request);
            self.want_core(slot, cx);
        } else if self.thread_queue.len() < self.model.queue_max as usize {
            let slot = self.admit(request);
            self.thread_queue.push_back(slot);
        } else {
            self.tally.rejected += 1;
        }
        self.schedule_arrival(cx);
    }

    fn want_core(&mut self, slot: usize, cx: &Context<Self>) {
        if self.cores > 0 {
            self.cores -= 1;
            self.compute(slot, cx);
        } else {
            self.cpu_queue.push_back(slot);
        }
    }

    fn compute(&mut self, slot: usize, cx: &Context<Self>) {
        let cpu = self.requests[slot].cpu;
        cx.schedule_event(cpu, schedulable!(Self::computed), slot).expect(IN_THE_FUTURE);
    }

    #[nexosim(schedulable)]
    fn computed(&mut self, slot: usize, cx: &Context<Self>) {
        match self.cpu_queue.pop_front() {
            Some(next) => self.compute(next, cx),
            None => self.cores += 1,
        }
        if self.connections > 0 {
            self.connections -= 1;
            self.want_database(slot, cx);
        } else {
            self.connection_queue.push_back(slot);
            let key = cx
                .schedule_keyed_event(self.timeout, schedulable!(Self::abandon), slot)
                .expect(IN_THE_FUTURE);
            self.requests[slot].timeout = Some(key);
        }
    }

    fn want_database(&mut self, slot: usize, cx: &Context<Self>) {
        if self.servers > 0 {
            self.servers -= 1;
            self.query(slot, cx);
        } else {
            self.db_queue.push_back(slot);
        }
    }

    fn query(&mut self, slot: usize, cx: &Context<Self>) {
        let db = self.requests[slot].db;
        cx.schedule_event(db, schedulable!(Self::queried), slot).expect(IN_THE_FUTURE);
    }

    #[nexosim(schedulable)]
    async fn queried(&mut self, slot: usize, cx: &Context<Self>) {
        match self.db_queue.pop_front() {
            Some(next) => self.query(next, cx),
            None => self.servers += 1,
        }
        if let Some(next) = self.connection_queue.pop_front() {
            if let Some(timeout) = self.requests[next].timeout.take() {
                timeout.cancel();
            }
            self.want_database(next, cx);
        } else {
            self.connections += 1;
        }
        self.tally.serve(seconds_between(self.requests[slot].arrived, cx.time()));
        self.leave(slot, cx).await;
    }

    #[nexosim(schedulable)]
    async fn abandon(&mut self, slot: usize, cx: &Context<Self>) {
        // Nearly always at the head: all are equally patient.
        if let Some(at) = self.connection_queue.iter().position(|&waiting| waiting == slot) {
            self.connection_queue.remove(at);
        }
        self.tally.abandoned += 1;
        self.leave(slot, cx).await;
    }

    async fn leave(&mut self, slot: usize, cx: &Context<Self>) {
        self.inside -= 1;
        self.unused.push(slot);
        match self.thread_queue.pop_front() {
            Some(next) => self.want_core(next, cx),
            None => self.threads += 1,
        }
        if self.to_arrive == 0 && self.inside == 0 {
            self.finished.send(self.tally).await;
        }
    }
}

/// Nested pools.
///
/// # Errors
/// Those of the engine. `None` when the model never reported.
pub fn nested_pools(
    n: u64,
    model: NestedPools,
    seed: u64,
) -> Result<Option<Tally>, SimulationError> {
    let mut service = Service {
        model,
        timeout: duration(model.timeout),
        to_arrive: n,
        inside: 0,
        requests: Vec::new(),
        unused: Vec::new(),
        threads: model.threads,
        cores: model.cores,
        connections: model.connections,
        servers: model.servers,
        thread_queue: VecDeque::new(),
        cpu_queue: VecDeque::new(),
        connection_queue: VecDeque::new(),
        db_queue: VecDeque::new(),
        draws: Draws::new(seed),
        tally: Tally::default(),
        finished: Output::default(),
    };
    let (sink, mut result) = event_slot(SinkState::Enabled);
    service.finished.connect_sink(sink);
    SimInit::with_num_threads(1)
        .add_model(service, Mailbox::new(), "service")
        .init(MonotonicTime::EPOCH)?
        .run()?;
    Ok(result.try_read())
}
