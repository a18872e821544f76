//! Clients: loads that make requests arrive, TCP connections that are kept and used again, and
//! waiting for an answer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::config::{ActionKind, Arrivals, LoadKind, LoadKnobs, Reuse};
use super::journey::{Stop, Visitor};
use super::probe::Event;
use super::request::{self, Answer, Endpoint, Failure, Intent, Request};
use super::tomcat::Socket;
use super::{Marketplace, draw_seed};
use crate::engine::executor::Sim;
use crate::engine::time::{MILLISECOND, Nanos, from_seconds};
use crate::random::{Stream, Streams, Zipf};

/// Purposes of the draws that are made before a request exists.
const ENDPOINT: u64 = 2_000;
const ROW: u64 = 2_001;
const THINK: u64 = 2_002;
const BACKOFF: u64 = 2_003;
const JITTER: u64 = 2_004;
const STOP: u64 = 2_005;
const PAUSE: u64 = 2_006;

pub(crate) struct Load<'w> {
    at: usize,
    pub(crate) name: &'w str,
    pub(crate) knobs: &'w LoadKnobs,
    /// Endpoints with their cumulative share.
    mix: Vec<(f64, usize)>,
    rows: Zipf,
    journey: Vec<Leg<'w>>,
    rate: Cell<f64>,
    draws: u64,
    arrivals: RefCell<Stream>,
    pub(crate) connections_opened: Cell<u64>,
    /// First attempts, and retries, of the whole load.
    sent: Cell<u64>,
    retried: Cell<u64>,
}

/// A stop of a journey, with its endpoint found.
struct Leg<'w> {
    endpoint: usize,
    stop: &'w Stop,
}

impl<'w> Load<'w> {
    pub(crate) fn new(
        at: usize,
        name: &'w str,
        knobs: &'w LoadKnobs,
        endpoints: &[Endpoint<'w>],
        streams: Streams,
    ) -> Load<'w> {
        let total: f64 = knobs.mix.0.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        let mix = knobs.mix.0.iter().filter_map(|(name, weight)| {
            sum += weight / total;
            Some((sum, endpoints.iter().position(|endpoint| endpoint.name == *name)?))
        });
        let legs = knobs.journey.0.iter().filter_map(|stop| {
            let endpoint = endpoints.iter().position(|known| known.name == stop.endpoint)?;
            Some(Leg { endpoint, stop })
        });
        Load {
            at,
            name,
            knobs,
            mix: mix.collect(),
            journey: legs.collect(),
            rows: Zipf::new(u64::from(knobs.keys), knobs.skew.0),
            rate: Cell::new(knobs.rate.0),
            draws: streams.stream(&format!("load.{name}.requests")).bits(),
            arrivals: RefCell::new(streams.stream(&format!("load.{name}.arrivals"))),
            connections_opened: Cell::new(0),
            sent: Cell::new(0),
            retried: Cell::new(0),
        }
    }

    pub(crate) fn set_rate(&self, rate: f64) {
        self.rate.set(rate);
    }

    /// The row that a request is about.
    pub(crate) fn row(&self, draws: u64) -> u64 {
        self.rows.sample(&mut Stream::from_seed(draw_seed(draws, 0, ROW)))
    }

    /// Whether the budget has a retry left; takes it if so.
    fn may_retry(&self) -> bool {
        let budget = self.knobs.retry_budget.0;
        if budget > 0.0 && self.retried.get() as f64 + 1.0 > budget * self.sent.get() as f64 {
            return false;
        }
        super::count(&self.retried);
        true
    }

    fn intent(&self, number: u64, intended: Nanos, visitor: &Rc<Visitor>) -> Intent {
        let draws = draw_seed(self.draws, number, 0);
        let endpoint = match self.mix.as_slice() {
            [(_, only)] => *only,
            mix => {
                let point = Stream::from_seed(draw_seed(draws, 0, ENDPOINT)).unit();
                let last = mix.last().map_or(0, |(_, endpoint)| *endpoint);
                mix.iter().find(|(upto, _)| point < *upto).map_or(last, |(_, endpoint)| *endpoint)
            }
        };
        // Users of a closed load number their requests behind their own number.
        let closed = self.knobs.kind == LoadKind::Closed;
        let user = closed.then_some((number >> 32) as u32);
        let visitor = Rc::clone(visitor);
        Intent { load: self.at, user, endpoint, intended, draws, stop: 0, visitor }
    }

    /// Arrivals per second at a moment.
    fn rate_at(&self, now: Nanos) -> f64 {
        let stages = &self.knobs.stages.0;
        let after = stages.partition_point(|(at, _)| *at <= now);
        match (after.checked_sub(1).map(|before| stages[before]), stages.get(after)) {
            (None, None) => self.rate.get(),
            (None, Some((_, rate))) => *rate,
            (Some((_, rate)), None) => rate,
            (Some((from, low)), Some((to, high))) => {
                low + (high - low) * (now - from) as f64 / (*to - from) as f64
            }
        }
    }

    /// The highest rate at any time, which open arrivals are thinned from.
    fn rate_max(&self, market: &Marketplace<'_>) -> f64 {
        let stages = self.knobs.stages.0.iter().map(|(_, rate)| *rate);
        let scheduled = market.config.schedule.iter().filter_map(|action| match &action.what {
            ActionKind::LoadRate { load, rate } if load == self.name => Some(*rate),
            _ => None,
        });
        stages.chain(scheduled).fold(self.knobs.rate.0, f64::max)
    }
}

/// Open connections without a request, by instance; the most recently used is last. An open load
/// shares them among its clients, a user of a closed load has its own.
#[derive(Default)]
struct Idle<'w>(RefCell<Vec<VecDeque<Rc<Socket<'w>>>>>);

impl<'w> Idle<'w> {
    fn take(&self, instance: u32, reuse: Reuse) -> Option<Rc<Socket<'w>>> {
        let mut idle = self.0.borrow_mut();
        let idle = idle.get_mut(instance as usize)?;
        match reuse {
            Reuse::Lifo => idle.pop_back(),
            Reuse::Fifo => idle.pop_front(),
        }
    }

    fn keep(&self, instance: u32, socket: Rc<Socket<'w>>) {
        let mut idle = self.0.borrow_mut();
        if idle.len() <= instance as usize {
            idle.resize_with(instance as usize + 1, VecDeque::new);
        }
        idle[instance as usize].push_back(socket);
    }
}

/// Starts the processes of a load.
pub(crate) fn start<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>, load: &'w Load<'w>) {
    match load.knobs.kind {
        LoadKind::Open => sim.spawn("arrivals", arrive(sim.clone(), market, load)),
        LoadKind::Closed => {
            for user in 0..load.knobs.users {
                sim.spawn("user", use_again(sim.clone(), market, load, user));
            }
        }
    }
}

/// Open arrivals, thinned from the highest rate, so that a change of rate leaves the other
/// arrivals where they were.
async fn arrive<'w>(sim: Sim<'w>, market: &'w Marketplace<'w>, load: &'w Load<'w>) {
    let most = load.rate_max(market);
    let idle = Rc::new(Idle::default());
    let mut number = 0;
    loop {
        let now = market.clock.now();
        let rate = load.rate_at(now);
        let (gap, kept) = match load.knobs.arrivals {
            Arrivals::Poisson => {
                let stream = &mut *load.arrivals.borrow_mut();
                let gap = (stream.exponential() * 1e9 / most) as Nanos;
                let rate = load.rate_at(now.saturating_add(gap));
                (gap, rate >= most || stream.unit() * most < rate)
            }
            // While nothing arrives, look again every 10 ms.
            Arrivals::Constant if rate <= 0.0 => (10 * MILLISECOND, false),
            Arrivals::Constant => (from_seconds(1.0 / rate), true),
        };
        market.clock.sleep(gap).await;
        if !market.recorder.accepts(market.clock.now()) {
            return;
        }
        if kept {
            let intent = load.intent(number, market.clock.now(), &Rc::default());
            sim.spawn_now("client", client(sim.clone(), market, load, Rc::clone(&idle), intent));
            number += 1;
        }
    }
}

async fn client<'w>(
    sim: Sim<'w>,
    market: &'w Marketplace<'w>,
    load: &'w Load<'w>,
    idle: Rc<Idle<'w>>,
    intent: Intent,
) {
    let answer = exchange(&sim, market, load, &idle, &intent).await;
    if answer.is_ok() && !load.journey.is_empty() {
        set_out(&sim, market, load, &idle, &intent).await;
    }
}

/// The journey behind a first request: the stops of the user one after the other, and those of
/// other users beside them.
async fn set_out<'w>(
    sim: &Sim<'w>,
    market: &'w Marketplace<'w>,
    load: &'w Load<'w>,
    idle: &Rc<Idle<'w>>,
    first: &Intent,
) {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for (at, leg) in load.journey.iter().enumerate() {
        for time in 0..leg.stop.times {
            let number = (at as u64) << 32 | u64::from(time);
            if leg.stop.other { others.push((number, leg)) } else { own.push((number, leg)) }
        }
    }
    if !others.is_empty() {
        let visitor = Rc::new(first.visitor.other());
        let (sim_too, idle, first) = (sim.clone(), Rc::clone(idle), first.clone());
        sim.spawn("other user", async move {
            let first = Intent { visitor, ..first };
            travel(&sim_too, market, load, &idle, &first, &others).await;
        });
    }
    travel(sim, market, load, idle, first, &own).await;
}

/// Visits stop after stop; whoever is sent away goes on.
async fn travel<'w>(
    sim: &Sim<'w>,
    market: &'w Marketplace<'w>,
    load: &'w Load<'w>,
    idle: &Rc<Idle<'w>>,
    first: &Intent,
    legs: &[(u64, &'w Leg<'w>)],
) {
    for (at, (number, leg)) in legs.iter().enumerate() {
        let draws = draw_seed(first.draws, *number, STOP);
        let pause = leg.stop.after.sample(&mut Stream::from_seed(draw_seed(draws, 0, PAUSE)));
        market.clock.sleep(pause).await;
        let intended = market.clock.now();
        if !market.recorder.accepts(intended) {
            return;
        }
        let (endpoint, stop) = (leg.endpoint, at as u32 + 1);
        let intent = Intent { endpoint, intended, draws, stop, ..first.clone() };
        let _sent_away = exchange(sim, market, load, idle, &intent).await;
    }
}

/// One user of a closed load: thinks, sends, waits for the answer, and again. With a pace the user
/// means to send at fixed moments, and is late when the answer before was.
async fn use_again<'w>(sim: Sim<'w>, market: &'w Marketplace<'w>, load: &'w Load<'w>, user: u32) {
    let knobs = load.knobs;
    let users = u64::from(knobs.users.max(1));
    let clock = market.clock;
    let idle = Rc::new(Idle::default());
    let visitor = Rc::new(Visitor::default());
    clock.sleep(knobs.ramp_up.0 / users * u64::from(user)).await;
    let pace = knobs.pace.0;
    // Paced users start evenly spread over one interval.
    let first = clock.now() + pace / users * u64::from(user);
    for turn in 0.. {
        let number = u64::from(user) << 32 | turn;
        let intended = if pace > 0 {
            let planned = first + turn * pace;
            if planned > clock.now() {
                clock.sleep(planned - clock.now()).await;
            }
            planned
        } else {
            let seed = draw_seed(load.draws, number, THINK);
            let think = knobs.think.sample(&mut Stream::from_seed(seed));
            clock.sleep(think).await;
            clock.now()
        };
        if !market.recorder.accepts(clock.now()) {
            return;
        }
        let intent = load.intent(number, intended, &visitor);
        let answer = exchange(&sim, market, load, &idle, &intent).await;
        if answer.is_ok() && !load.journey.is_empty() {
            set_out(&sim, market, load, &idle, &intent).await;
        }
    }
}

/// Sends one request, and again if it fails and the client, or the balancer, tries again.
async fn exchange<'w>(
    sim: &Sim<'w>,
    market: &'w Marketplace<'w>,
    load: &'w Load<'w>,
    idle: &Idle<'w>,
    intent: &Intent,
) -> Answer {
    let mut pending = market.recorder.arrives(market, intent);
    let knobs = load.knobs;
    super::count(&load.sent);
    let (mut retries, mut elsewhere) = (0, 0);
    loop {
        let attempt = retries + elsewhere;
        let sent = market.clock.now();
        let (request, answer) = send(sim, market, load, idle, intent, attempt).await;
        let end = (market.clock.now(), answer);
        market.monitoring.sampled(sent, intent, request.as_deref(), end);
        let Err(failure) = answer else {
            pending.finish(request.as_deref(), answer);
            return answer;
        };
        if failure.is_overload() && elsewhere < market.config.balancer.retry_max {
            elsewhere += 1;
        } else if !failure.is_final() && retries < knobs.retry_max && load.may_retry() {
            retries += 1;
            let seed = |purpose| draw_seed(intent.draws, u64::from(retries), purpose);
            let base = knobs.retry_backoff.sample(&mut Stream::from_seed(seed(BACKOFF)));
            let wait = request::grown(base, knobs.retry_multiplier.0, retries);
            let jitter = knobs.retry_jitter.then(|| Stream::from_seed(seed(JITTER)).unit());
            market.clock.sleep((wait as f64 * jitter.unwrap_or(1.0)) as Nanos).await;
        } else {
            pending.finish(request.as_deref(), answer);
            return answer;
        }
        market.recorder.sent_again(market, intent);
    }
}

/// One attempt: the request, unless it never was one, and its answer.
async fn send<'w>(
    sim: &Sim<'w>,
    market: &'w Marketplace<'w>,
    load: &'w Load<'w>,
    idle: &Idle<'w>,
    intent: &Intent,
    attempt: u32,
) -> (Option<Rc<Request<'w>>>, Answer) {
    let delay = &market.config.balancer.delay;
    if !delay.is_zero() {
        let seed = draw_seed(intent.draws, 0, THINK);
        market.clock.sleep(delay.sample(&mut Stream::from_seed(seed))).await;
    }
    let Some(instance) = market.balancer.pick() else {
        return (None, Err(Failure::NoInstance));
    };
    let request = Rc::new(Request::new(sim, market, instance, intent, attempt));
    if !instance.listens.get() {
        return (Some(request), Err(Failure::Refused));
    }
    super::count(&instance.outstanding);
    let patience = load.knobs.timeout.0;
    let deadline = if patience > 0 { market.clock.now() + patience } else { Nanos::MAX };
    let left = |deadline: Nanos| deadline.saturating_sub(market.clock.now());
    let socket = match idle.take(instance.number, load.knobs.reuse) {
        Some(socket) => Ok(socket),
        None => {
            super::count(&load.connections_opened);
            let connecting = Box::pin(instance.tomcat.connect());
            let connected = if patience > 0 {
                market.clock.timeout(left(deadline), connecting).await
            } else {
                Some(connecting.await)
            };
            match connected {
                Some(Ok(socket)) => Ok(Rc::new(socket)),
                Some(Err(_)) => Err(Failure::ConnectTimeout),
                None => Err(Failure::ClientTimeout),
            }
        }
    };
    let socket = match socket {
        Ok(socket) => socket,
        Err(failure) => {
            instance.leave();
            return (Some(request), Err(failure));
        }
    };
    socket.requests.set(socket.requests.get() + 1);
    request.connected.set(Some(market.clock.now()));
    let work = request::serve(Rc::clone(&request), Rc::clone(&socket));
    sim.spawn_now("request", work);
    let answer: Option<Answer> = match request.answer.given() {
        Some(answer) => Some(answer),
        None if patience > 0 => market.clock.timeout(left(deadline), request.answer.wait()).await,
        None => Some(request.answer.wait().await),
    };
    match answer {
        Some(answer) => {
            let most = market.config.tomcat.keep_alive_requests.count();
            if load.knobs.keep_alive && socket.requests.get() < most {
                idle.keep(instance.number, socket);
            }
            (Some(request), answer)
        }
        None => {
            request.abandoned.set(true);
            market.probe.tell(Event::GaveUp { request: request.number });
            (Some(request), Err(Failure::ClientTimeout))
        }
    }
}
