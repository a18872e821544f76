//! The workloads on odem-rs: agents that are spawned, `fork ... or` for the timeout. Its `Facility`
//! is a resource of one unit; pools of several are ours, on the wakers that the crate hands out.

use std::cell::{Cell, RefCell};

use odem_rs::prelude::*;

use crate::waker_pool::Pool as UnitPool;
use crate::workloads::{Draws, MultiServer, NestedPools, Tally};

/// How often the main process looks whether the last customers have left, in seconds of the model.
const LOOK_EVERY: f64 = 10.0;

#[derive(Config, Default)]
struct SingleServer {
    server: Facility,
    tally: RefCell<Tally>,
}

struct SingleServerCustomer {
    service: f64,
}

impl Behavior<SingleServer> for SingleServerCustomer {
    type Output = ();

    async fn actions(&self, sim: &Sim<SingleServer>) {
        let arrived = sim.now();
        let server = sim.global().server.seize().await;
        sim.global().tally.borrow_mut().serve(sim.now() - arrived);
        sim.advance(self.service).await;
        server.release();
    }
}

/// M/M/1 at a `Facility`. `None` when the engine finds nothing left to do too early.
pub fn single_server(n: u64, model: MultiServer, seed: u64) -> Option<Tally> {
    let simulator = Simulator::new(SingleServer::default());
    let run = simulator.run(async |sim| {
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            sim.advance(draws.span(model.interarrival)).await;
            sim.spawn(SingleServerCustomer { service: draws.span(model.service) });
        }
        while sim.global().tally.borrow().gone() < n {
            sim.advance(LOOK_EVERY).await;
        }
    });
    run.ok().map(|()| simulator.into_inner().tally.into_inner())
}

#[derive(Config)]
struct Station {
    servers: UnitPool,
    tally: RefCell<Tally>,
}

struct Customer {
    service: f64,
}

impl Behavior<Station> for Customer {
    type Output = ();

    async fn actions(&self, sim: &Sim<Station>) {
        let arrived = sim.now();
        let _server = sim.global().servers.acquire().await;
        sim.global().tally.borrow_mut().serve(sim.now() - arrived);
        sim.advance(self.service).await;
    }
}

/// M/M/c. `None` when the engine finds nothing left to do too early.
pub fn multi_server(n: u64, model: MultiServer, seed: u64) -> Option<Tally> {
    let simulator = Simulator::new(Station {
        servers: UnitPool::new(model.servers),
        tally: RefCell::default(),
    });
    let run = simulator.run(async |sim| {
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            sim.advance(draws.span(model.interarrival)).await;
            sim.spawn(Customer { service: draws.span(model.service) });
        }
        while sim.global().tally.borrow().gone() < n {
            sim.advance(LOOK_EVERY).await;
        }
    });
    run.ok().map(|()| simulator.into_inner().tally.into_inner())
}

#[derive(Config)]
struct Service {
    model: NestedPools,
    threads: UnitPool,
    cores: UnitPool,
    connections: UnitPool,
    servers: UnitPool,
    tally: RefCell<Tally>,
    gone: Cell<u64>,
}

struct Request {
    cpu: f64,
    db: f64,
}

impl Behavior<Service> for Request {
    type Output = ();

    async fn actions(&self, sim: &Sim<Service>) {
        self.handle(sim).await;
        let gone = &sim.global().gone;
        gone.set(gone.get() + 1);
    }
}

impl Request {
    async fn handle(&self, sim: &Sim<Service>) {
        let service = sim.global();
        let arrived = sim.now();
        if service.threads.full(service.model.queue_max) {
            service.tally.borrow_mut().rejected += 1;
            return;
        }
        let _thread = service.threads.acquire().await;
        {
            let _core = service.cores.acquire().await;
            sim.advance(self.cpu).await;
        }
        let connection = sim
            .fork(async { Some(service.connections.acquire().await) })
            .or(async {
                sim.advance(service.model.timeout).await;
                None
            })
            .await;
        let Some(connection) = connection else {
            service.tally.borrow_mut().abandoned += 1;
            return;
        };
        {
            let _server = service.servers.acquire().await;
            sim.advance(self.db).await;
        }
        drop(connection);
        service.tally.borrow_mut().serve(sim.now() - arrived);
    }
}

/// Nested pools. `None` when the engine finds nothing left to do too early.
pub fn nested_pools(n: u64, model: NestedPools, seed: u64) -> Option<Tally> {
    let simulator = Simulator::new(Service {
        model,
        threads: UnitPool::new(model.threads),
        cores: UnitPool::new(model.cores),
        connections: UnitPool::new(model.connections),
        servers: UnitPool::new(model.servers),
        tally: RefCell::default(),
        gone: Cell::new(0),
    });
    let run = simulator.run(async |sim| {
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            sim.advance(draws.span(model.interarrival)).await;
            let (cpu, db) = (draws.span(model.cpu), draws.span(model.db));
            sim.spawn(Request { cpu, db });
        }
        while sim.global().gone.get() < n {
            sim.advance(LOOK_EVERY).await;
        }
    });
    run.ok().map(|()| simulator.into_inner().tally.into_inner())
}
