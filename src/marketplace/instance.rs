//! One application instance and its life: it waits for a node, boots, is ready, drains, stops.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use super::config::{Config, Platform, Shutdown};
use super::hikari::Hikari;
use super::tomcat::Tomcat;
use super::{Counter, Marketplace};
use crate::engine::channel::Signal;
use crate::engine::executor::{Clock, Sim};
use crate::engine::pool::Pool;
use crate::engine::processor::Cores;
use crate::engine::time::{Nanos, SECOND};
use crate::random::{Stream, Streams};

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifecycle {
    /// No node has room for it.
    Pending,
    /// Its process has started and does not listen yet, or has not been found ready.
    Booting,
    Ready,
    /// Gets no new requests, as far as the balancer knows, and finishes what it has.
    Draining,
    /// Its process has been told to end: it refuses connections.
    Stopping,
    Gone,
}

impl Lifecycle {
    pub(crate) const COUNT: usize = 6;

    /// Neither ending nor gone.
    pub(crate) fn is_wanted(self) -> bool {
        matches!(self, Lifecycle::Pending | Lifecycle::Booting | Lifecycle::Ready)
    }
}

/// Which code an instance runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Old,
    New,
}

impl Version {
    pub(crate) const ALL: [Version; 2] = [Version::Old, Version::New];

    /// The label in `error_share@...`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Version::Old => "v1",
            Version::New => "v2",
        }
    }
}

/// How long a container that cannot start is left alone, doubled each time up to the most:
/// Kubernetes, pod-lifecycle (CrashLoopBackOff).
const BACK_OFF: Nanos = 10 * SECOND;
const BACK_OFF_MOST: Nanos = 300 * SECOND;

pub(crate) struct Instance<'w> {
    pub(crate) number: u32,
    pub(crate) version: Version,
    pub(crate) lifecycle: Cell<Lifecycle>,
    /// Where it stands, if nodes are counted.
    pub(crate) node: Cell<Option<usize>>,
    /// Accepts connections.
    pub(crate) listens: Cell<bool>,
    /// The process is ended: whatever it still does stops here.
    pub(crate) killed: Signal<'w, ()>,
    /// Given when its last request has been answered, if somebody waits for that.
    emptied: RefCell<Option<Rc<Signal<'w, ()>>>>,
    /// Requests over which its code warms up that it still has to see.
    cold: Cell<u32>,
    stream: RefCell<Stream>,
    pub(crate) tomcat: Tomcat<'w>,
    /// The pool of connections to the primary, and one to each replica and to the read store.
    pub(crate) hikari: Hikari<'w>,
    pub(crate) readers: Vec<Hikari<'w>>,
    /// The database that it takes for the primary.
    pub(crate) writer: Cell<usize>,
    /// On the old primary's side of a split network.
    pub(crate) cut_off: Cell<bool>,
    pub(crate) cores: Cores<'w>,
    /// Threads of the executor that repeats failed attempts, where there is one.
    pub(crate) retry_executor: Pool<'w>,
    /// Requests on their way to or inside this instance, for the balancer.
    pub(crate) outstanding: Counter,
}

impl<'w> Instance<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        config: &'w Config,
        number: u32,
        version: Version,
        streams: Streams,
    ) -> Instance<'w> {
        Instance {
            number,
            version,
            lifecycle: Cell::new(Lifecycle::Gone),
            node: Cell::new(None),
            listens: Cell::new(false),
            killed: Signal::new(clock),
            emptied: RefCell::default(),
            cold: Cell::new(0),
            stream: RefCell::new(streams.stream(&format!("instance.{number}.life"))),
            tomcat: Tomcat::new(clock, config, number, streams),
            hikari: Hikari::new(clock, config, number, None, streams),
            readers: (1..=config.replica.count + u32::from(config.has_read_store()))
                .map(|replica| Hikari::new(clock, config, number, Some(replica), streams))
                .collect(),
            writer: Cell::new(0),
            cut_off: Cell::new(false),
            cores: Cores::new(clock, config.app.cores.count(), 0.0),
            retry_executor: Pool::new(clock, config.bid.retry_executor),
            outstanding: Cell::new(0),
        }
    }

    /// The pool of connections to a database.
    pub(crate) fn pool(&self, database: usize) -> &Hikari<'w> {
        match database.checked_sub(1).and_then(|replica| self.readers.get(replica)) {
            Some(pool) if database != self.writer.get() => pool,
            _ => &self.hikari,
        }
    }

    /// All its pools.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &Hikari<'w>> {
        std::iter::once(&self.hikari).chain(&self.readers)
    }

    /// How many times as much CPU as usual a request takes that begins now.
    pub(crate) fn cost_factor(&self, config: &Config) -> f64 {
        let version = match self.version {
            Version::Old => 1.0,
            Version::New => config.deploy.new_slow.0,
        };
        let left = self.cold.get();
        if left == 0 {
            return version;
        }
        let share = f64::from(left) / f64::from(config.app.cold_requests);
        version * (1.0 + (config.app.cold_factor.0 - 1.0) * share)
    }

    /// A request has warmed the code up a little.
    pub(crate) fn warm_up(&self) {
        self.cold.set(self.cold.get().saturating_sub(1));
    }

    /// A request has left.
    pub(crate) fn leave(&self) {
        self.outstanding.set(self.outstanding.get() - 1);
        if self.outstanding.get() == 0
            && let Some(emptied) = self.emptied.take()
        {
            emptied.give(());
        }
    }

    /// Waits until no request is inside, at most so long. Whether that was so.
    pub(super) async fn empty(&self, clock: &'w Clock, most: Nanos) -> bool {
        if self.outstanding.get() == 0 {
            return true;
        }
        let emptied = Rc::new(Signal::new(clock));
        *self.emptied.borrow_mut() = Some(Rc::clone(&emptied));
        clock.timeout(most, emptied.wait()).await.is_some()
    }

    /// Runs work of this instance; `None` if the instance is killed before it is done.
    pub(crate) async fn unless_killed<F: Future>(&self, work: F) -> Option<F::Output> {
        let mut work = Box::pin(work);
        let mut killed = self.killed.wait();
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            Pin::new(&mut killed).poll(context).map(|()| None)
        })
        .await
    }

    fn enter(&self, market: &Marketplace<'_>, state: Lifecycle) {
        market.instances.enter(self, state, &market.probe);
    }

    /// Opens the connections that stand from the start. Whether there is one where one was wanted.
    fn fill_pools(&'w self, sim: &Sim<'w>, market: &'w Marketplace<'w>) -> bool {
        if self.hikari.size() == 0 {
            self.hikari.fill(sim, market.primary());
            for (pool, database) in self.readers.iter().zip(market.all_databases().skip(1)) {
                pool.fill(sim, database);
            }
        }
        self.pools().all(Hikari::has_begun)
    }

    fn close_pools(&self) {
        for pool in self.pools() {
            pool.close();
        }
    }
}

/// An instance of the beginning: it has booted, and its code is warm.
pub(crate) fn stands<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>, instance: &'w Instance<'w>) {
    instance.enter(market, Lifecycle::Booting);
    if market.instances.seat(instance) {
        instance.fill_pools(sim, market);
        instance.listens.set(true);
        instance.enter(market, Lifecycle::Ready);
        market.balancer.add(instance);
    } else {
        instance.enter(market, Lifecycle::Pending);
        sim.spawn("instance", start(sim.clone(), market, instance));
    }
}

/// From the wish for an instance to ready. One that is no longer wanted leaves off.
pub(crate) async fn start<'w>(
    sim: Sim<'w>,
    market: &'w Marketplace<'w>,
    instance: &'w Instance<'w>,
) {
    if instance.lifecycle.get() == Lifecycle::Pending {
        while !market.instances.seat(instance) {
            market.instances.changed().await;
            if instance.lifecycle.get() != Lifecycle::Pending {
                return;
            }
        }
        instance.enter(market, Lifecycle::Booting);
    }
    let config = market.config;
    let mut back_off = BACK_OFF;
    if !config.deploy.readiness {
        admit(market, instance);
    }
    loop {
        let began = market.clock.now();
        let span = config.app.boot.sample(&mut instance.stream.borrow_mut());
        if span > 0 {
            market.clock.sleep(span).await;
        }
        if instance.lifecycle.get() != Lifecycle::Booting {
            return;
        }
        if instance.fill_pools(&sim, market) {
            instance.listens.set(true);
            instance.cold.set(if config.app.cold_factor.0 > 1.0 {
                config.app.cold_requests
            } else {
                0
            });
            wait_for_probe(market, began).await;
            break;
        }
        super::count(&market.instances.failed_starts);
        market.clock.sleep(back_off).await;
        back_off = (2 * back_off).min(BACK_OFF_MOST);
    }
    if instance.lifecycle.get() == Lifecycle::Booting {
        instance.enter(market, Lifecycle::Ready);
        admit(market, instance);
    }
}

/// The probe asks every so often from the start of the instance on.
async fn wait_for_probe(market: &Marketplace<'_>, began: Nanos) {
    let knobs = &market.config.deploy;
    let period = knobs.readiness_period.0;
    if knobs.readiness && period > 0 {
        let since = market.clock.now() - began;
        let wait = since.next_multiple_of(period) - since;
        market.clock.sleep(wait).await;
    }
}

/// The balancer sends to an instance, unless its version is held back.
fn admit<'w>(market: &'w Marketplace<'w>, instance: &'w Instance<'w>) {
    if market.deployment.admits(instance.version) {
        market.balancer.add(instance);
    }
}

/// Takes an instance out of balancing; it is gone once its last request has been answered.
pub(crate) async fn drain<'w>(market: &'w Marketplace<'w>, instance: &'w Instance<'w>) {
    if !instance.lifecycle.get().is_wanted() {
        return;
    }
    market.balancer.remove(instance);
    instance.enter(market, Lifecycle::Draining);
    instance.empty(market.clock, Nanos::MAX).await;
    end(market, instance);
}

/// Ends an instance the way its platform does.
pub(crate) async fn retire<'w>(
    sim: Sim<'w>,
    market: &'w Marketplace<'w>,
    instance: &'w Instance<'w>,
) {
    let before = instance.lifecycle.get();
    if !before.is_wanted() {
        return;
    }
    instance.enter(market, Lifecycle::Draining);
    if before == Lifecycle::Pending {
        return end(market, instance);
    }
    let config = market.config;
    let (clock, knobs) = (market.clock, &config.deploy);
    let began = clock.now();
    let propagation = config.balancer.propagation.0;
    let left = match knobs.platform {
        Platform::Kubernetes => {
            // The balancer hears of it while the process is already being told.
            sim.spawn("propagation", async move {
                clock.sleep(propagation).await;
                market.balancer.remove(instance);
            });
            clock.sleep(knobs.pre_stop.0.min(knobs.grace.0)).await;
            (began + knobs.grace.0).saturating_sub(clock.now())
        }
        Platform::Ec2 => {
            clock.sleep(propagation).await;
            market.balancer.remove(instance);
            instance.empty(clock, config.balancer.deregistration_delay.0).await;
            Nanos::MAX
        }
    };
    instance.listens.set(false);
    instance.enter(market, Lifecycle::Stopping);
    if knobs.shutdown == Shutdown::Graceful {
        instance.empty(clock, knobs.shutdown_phase.0.min(left)).await;
    }
    end(market, instance);
}

fn end(market: &Marketplace<'_>, instance: &Instance<'_>) {
    instance.listens.set(false);
    if instance.outstanding.get() > 0 {
        instance.killed.give(());
    }
    instance.close_pools();
    market.instances.unseat(instance);
    instance.enter(market, Lifecycle::Gone);
}
