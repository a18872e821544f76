//! The one simulated backend: clients, balancer, Tomcat, HikariCP, MySQL.
//!
//! ```text
//! clients ─ connection ─► balancer ─► instance ─► Tomcat's backlog ─► thread ─► request script
//!    ▲                                                                 │  app cores, remote calls
//!    └───────────────────────────── answer ◄───────────────────────────┤  HikariCP ─► MySQL cores
//! ```
//!
//! A client and the server's work on its request are separate processes: a client that gives up
//! ends the waiting only. Components emit what happened to [`probe`]; they never judge. Knows no
//! sim and no output format.

mod autoscaler;
mod balancer;
pub(crate) mod bill;
pub(crate) mod broker;
pub(crate) mod cache;
pub(crate) mod checker;
pub(crate) mod clients;
pub(crate) mod config;
mod deployment;
mod failover;
pub(crate) mod fleet;
pub(crate) mod hikari;
pub(crate) mod instance;
pub(crate) mod journey;
pub(crate) mod knobs;
pub(crate) mod load_shape;
pub(crate) mod monitoring;
pub(crate) mod mysql;
pub(crate) mod observations;
mod outbox;
pub(crate) mod probe;
mod projection;
mod recorder;
pub(crate) mod redis;
pub(crate) mod request;
pub(crate) mod rollout;
pub(crate) mod station;
pub(crate) mod tomcat;
pub(crate) mod walk;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::engine::cancel::Cancel;
use crate::engine::executor::{Clock, Limits, RunError, Sim};
use crate::engine::pool::Pool;
use crate::random::{Stream, Streams, split_mix};
use autoscaler::Autoscaler;
use balancer::Balancer;
use broker::{Broker, Topic};
use cache::Cache;
use checker::Witness;
use clients::Load;
use config::{Action, ActionKind, AutoscaleKind, CacheStrategy, Config, Notify, Routing};
use deployment::Deployment;
use fleet::Fleet;
use instance::{Instance, Lifecycle, Version};
use monitoring::Monitoring;
use monitoring::scrape::{Sample, Scrape};
use mysql::{Database, Role};
use observations::{Observations, Window};
use probe::{Probe, Recorded};
use recorder::Recorder;
use redis::Redis;
use request::Endpoint;
use station::Station;

/// The running backend of one replication.
pub(crate) struct Marketplace<'w> {
    pub(crate) clock: &'w Clock,
    pub(crate) config: &'w Config,
    streams: Streams,
    pub(crate) instances: Fleet<'w>,
    pub(crate) balancer: Balancer<'w>,
    pub(crate) deployment: Deployment,
    pub(crate) autoscaler: Autoscaler,
    /// By role; statements are routed among them.
    pub(crate) databases: Vec<Database<'w>>,
    /// The projection's; behind the others where databases are numbered.
    pub(crate) read_store: Option<Database<'w>>,
    pub(crate) broker: Broker<'w>,
    pub(crate) redis: Redis<'w>,
    pub(crate) cache: Cache<'w>,
    pub(crate) witness: Rc<Witness<'w>>,
    /// Issues coupons one after the other, where a queue does it.
    pub(crate) issuer: Pool<'w>,
    pub(crate) loads: Vec<Load<'w>>,
    pub(crate) stations: Vec<Station<'w>>,
    pub(crate) endpoints: Vec<Endpoint<'w>>,
    recorder: Recorder,
    pub(crate) monitoring: Monitoring,
    pub(crate) probe: Rc<Probe<'w>>,
    requests: Cell<u64>,
    /// Reading transactions sent to replicas so far: they take turns.
    turns: Cell<u64>,
    managing: RefCell<Stream>,
    /// Of the outbox's relay.
    relaying: RefCell<Stream>,
    /// Committed transactions of requests that changed a bid.
    pub(crate) bid_changes: Counter,
}

/// How one replication is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) streams: Streams,
    pub(crate) window: Window,
    /// Most calendar entries.
    pub(crate) events: u64,
    /// Whether the probe keeps every event.
    pub(crate) record: bool,
}

/// What one replication gave.
pub(crate) struct Replication {
    pub(crate) observations: Observations,
    pub(crate) events: u64,
    /// Empty unless the plan asked for it.
    pub(crate) recorded: Vec<Recorded>,
    /// What Prometheus would have read, and what a load tester would have written down: likewise.
    pub(crate) scrapes: Vec<Scrape>,
    pub(crate) samples: Vec<Sample>,
}

/// Why a replication could not be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    Engine(RunError),
    /// The books of a component do not balance: a bug of ours, never of the input.
    Audit(String),
}

impl<'w> Marketplace<'w> {
    fn new(clock: &'w Clock, config: &'w Config, plan: &Plan) -> Marketplace<'w> {
        let streams = plan.streams;
        let probe = Rc::new(Probe::new(clock, plan.record));
        let specs = config.tables();
        let witness = Rc::new(Witness::new(&specs, config.watches_reads(), Rc::clone(&probe)));
        let seen_by = (Rc::clone(&witness), Rc::clone(&probe));
        let database = |number, role| {
            let (witness, probe) = &seen_by;
            let seen_by = (Rc::clone(witness), Rc::clone(probe));
            Database::new(clock, config, (number, role), &specs, streams, seen_by)
        };
        let replicas = config.replica.count as usize;
        let databases = std::iter::once(database(0, Role::Primary))
            .chain((1..=replicas).map(|number| database(number, Role::Replica)))
            .collect();
        let read_store = config.has_read_store().then(|| database(replicas + 1, Role::ReadStore));
        let endpoints = Endpoint::all(config);
        let loads = config
            .loads
            .iter()
            .enumerate()
            .map(|(at, (name, knobs))| Load::new(at, name, knobs, &endpoints, streams))
            .collect();
        let stations =
            config.stations.iter().map(|(name, knobs)| Station::new(clock, name, knobs)).collect();
        let instances = Fleet::new(clock, config);
        for number in 0..config.app.instances {
            instances.add(Instance::new(clock, config, number, Version::Old, streams));
        }
        let recorder = Recorder::new(
            plan.window,
            config.loads.keys().cloned().collect(),
            endpoints.iter().map(|endpoint| endpoint.name.to_owned()).collect(),
            if config.deploys() { &Version::ALL } else { &[] },
        );
        Marketplace {
            clock,
            config,
            streams,
            balancer: Balancer::new(config.balancer.policy, streams),
            deployment: Deployment::default(),
            autoscaler: Autoscaler::new(config.app.instances),
            instances,
            databases,
            read_store,
            broker: Broker::new(clock, &config.broker, config.fault, streams),
            redis: Redis::new(clock, config, streams),
            cache: Cache::new(streams),
            witness,
            issuer: Pool::new(clock, 1),
            loads,
            stations,
            endpoints,
            recorder,
            monitoring: Monitoring::new(config, plan),
            probe,
            requests: Cell::new(0),
            turns: Cell::new(0),
            managing: RefCell::new(failover::stream(streams)),
            relaying: RefCell::new(streams.stream("outbox.relay")),
            bid_changes: Cell::new(0),
        }
    }

    /// A number for each request, in order of arrival over all loads.
    pub(crate) fn next_request(&self) -> u64 {
        let number = self.requests.get();
        self.requests.set(number + 1);
        number
    }

    /// A database by its number: the first primary, the replicas, the read store.
    pub(crate) fn database(&self, number: usize) -> &Database<'w> {
        match &self.read_store {
            Some(store) if number >= self.databases.len() => store,
            _ => &self.databases[number],
        }
    }

    /// Events that somebody has still to deliver: in the outbox, with the broker or a consumer.
    pub(crate) fn held_events(&self) -> BTreeSet<broker::Fact> {
        let mut held = self.broker.held();
        if self.config.has_outbox() {
            held.extend(outbox::unsent(self.primary()));
        }
        held
    }

    /// All of them, in this order.
    pub(crate) fn all_databases(&self) -> impl Iterator<Item = &Database<'w>> {
        self.databases.iter().chain(&self.read_store)
    }

    /// The database that takes the writes.
    pub(crate) fn primary(&self) -> &Database<'w> {
        let primary = |database: &&Database<'_>| database.role.get() == Role::Primary;
        self.databases.iter().find(primary).unwrap_or(&self.databases[0])
    }
}

/// Runs one replication from an empty start.
///
/// # Errors
/// See [`Failed`].
pub(crate) fn run(
    config: &Config,
    plan: &Plan,
    cancel: Option<&Cancel>,
) -> Result<Replication, Failed> {
    let clock = Clock::cancelled_by(cancel);
    let market = Marketplace::new(&clock, config, plan);
    let sim = Sim::new(&clock);
    start(&sim, &market);
    let limits = |until| Limits { until, events: plan.events };
    let window = plan.window;
    let run = || {
        sim.run(limits(window.from))?;
        market.recorder.open(&market);
        sim.run(limits(window.to))?;
        market.recorder.close(&market);
        if window.until > window.to {
            sim.run(limits(window.until))?;
        }
        Ok(())
    };
    let outcome: Result<(), RunError> = run();
    // Who still waits leaves now, so that the books can be checked.
    market.recorder.end(&market);
    sim.close();
    drop(sim);
    outcome.map_err(Failed::Engine)?;
    let observations = market.recorder.finish(&market).map_err(Failed::Audit)?;
    let (scrapes, samples) = market.monitoring.take();
    let (events, recorded) = (clock.events(), market.probe.take());
    Ok(Replication { observations, events, recorded, scrapes, samples })
}

fn start<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    for database in &market.databases {
        database.start(sim);
        if market.databases.len() > 1 {
            database.start_replication(sim, &market.databases);
        }
    }
    if market.config.read.routing == Routing::BoundedLag && market.databases.len() > 1 {
        let every = market.config.read.heartbeat.0;
        // Whoever is the primary by then.
        sim.spawn("heartbeat", async move {
            loop {
                market.primary().beat();
                market.clock.sleep(every).await;
            }
        });
    }
    start_messaging(sim, market);
    let every = market.config.redis.failover_every.0;
    if every > 0 {
        sim.spawn("failover", async move {
            loop {
                market.clock.sleep(every).await;
                market.redis.fail_over();
            }
        });
    }
    if market.config.cache.strategy == CacheStrategy::WriteBehind {
        sim.spawn("write-behind", cache::write_behind(market));
    }
    for instance in market.instances.iter() {
        instance::stands(sim, market, instance);
    }
    if market.config.autoscale.kind != AutoscaleKind::None {
        sim.spawn("autoscaler", autoscaler::scale(sim.clone(), market));
    }
    if market.monitoring.watches() {
        sim.spawn("monitoring", monitoring::watch(market));
    }
    for action in &market.config.schedule {
        sim.spawn("schedule", act(sim.clone(), market, action));
    }
    for load in &market.loads {
        clients::start(sim, market, load);
    }
}

/// Starts the relay and the consumers, where there is anything for them.
fn start_messaging<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    let config = market.config;
    if let Some(store) = &market.read_store {
        store.start(sim);
    }
    if config.has_outbox() {
        sim.spawn("relay", outbox::relay(market));
    }
    let orders = matches!(
        config.order.notify,
        Notify::Publish | Notify::PublishBeforeCommit | Notify::Outbox
    );
    for (topic, used) in [(Topic::Orders, orders), (Topic::Bids, config.has_read_store())] {
        for _ in 0..if used { config.broker.consumers } else { 0 } {
            sim.spawn("consumer", broker::consume(sim.clone(), market, topic));
        }
    }
}

async fn act<'w>(sim: Sim<'w>, market: &'w Marketplace<'w>, action: &'w Action) {
    market.clock.sleep(action.at.0).await;
    match &action.what {
        ActionKind::LoadRate { load, rate } => {
            for other in market.loads.iter().filter(|other| other.name == load) {
                other.set_rate(*rate);
            }
        }
        ActionKind::MysqlSpeed(share) => {
            for database in &market.databases {
                database.set_speed(*share);
            }
        }
        ActionKind::MysqlCrash => failover::crash(&sim, market).await,
        ActionKind::RedisFailover => market.redis.fail_over(),
        ActionKind::BrokerDown(span) => market.broker.go_down(span.0),
        ActionKind::Rebuild => projection::rebuild(market).await,
        ActionKind::RedisCrash => market.redis.crash(),
        ActionKind::RedisReshard => market.redis.servers.reshard(),
        ActionKind::Drain(number) => {
            if let Some(instance) = market.instances.get(*number as usize) {
                instance::drain(market, instance).await;
            }
        }
        ActionKind::Start(number) => {
            let instance = market.instances.get(*number as usize);
            if let Some(instance) = instance.filter(|it| it.lifecycle.get() == Lifecycle::Gone) {
                market.instances.enter(instance, Lifecycle::Pending, &market.probe);
                instance::start(sim.clone(), market, instance).await;
            }
        }
        ActionKind::Deploy => deployment::deploy(&sim, market).await,
    }
}

/// The seed of one draw of one request: the same whatever happened before it, so that variants
/// see the same work for the same request.
pub(crate) fn draw_seed(base: u64, request: u64, purpose: u64) -> u64 {
    split_mix(split_mix(base ^ request.wrapping_mul(0x9e37_79b9_7f4a_7c15)) ^ purpose)
}

/// Levels that are shared by components: a cell with the time it was last seen.
pub(crate) type Counter = Cell<u64>;

/// Adds one.
pub(crate) fn count(counter: &Counter) {
    counter.set(counter.get() + 1);
}
