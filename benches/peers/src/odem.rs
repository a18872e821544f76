//! The workloads on odem-rs: jobs from its recycling arena (its `Pool`), `fork ... or` for the
//! timeout. Its `Facility` is a resource of one unit; pools of several units are ours, on the
//! wakers that the crate hands out.

use std::cell::RefCell;
use std::pin::pin;

use odem_rs::prelude::*;

use crate::waker_pool;
use crate::workloads::{Draws, MultiServer, NestedPools, Tally};

/// How often the main process looks whether the last customers have left, in seconds of the model.
const LOOK_EVERY: f64 = 10.0;

async fn single_server_customer(
    sim: &Sim,
    server: &Facility,
    tally: &RefCell<Tally>,
    service: f64,
) {
    let arrived = sim.now();
    let server = server.seize().await;
    let wait = sim.now() - arrived;
    sim.advance(service).await;
    server.release();
    tally.borrow_mut().serve(wait);
}

/// M/M/1 at a `Facility`. `None` when the engine finds nothing left to do too early.
pub fn single_server(n: u64, model: MultiServer, seed: u64) -> Option<Tally> {
    let run = Simulator::<()>::default().run(async |sim| {
        let (server, tally) = (Facility::new(), RefCell::<Tally>::default());
        let jobs = pin!(Pool::dynamic().with(Job::new));
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            sim.advance(draws.span(model.interarrival)).await;
            let service = draws.span(model.service);
            jobs.activate(sim, single_server_customer(sim, &server, &tally, service));
        }
        while tally.borrow().gone() < n {
            sim.advance(LOOK_EVERY).await;
        }
        tally.take()
    });
    run.ok()
}

async fn customer(sim: &Sim, servers: &waker_pool::Pool, tally: &RefCell<Tally>, service: f64) {
    let arrived = sim.now();
    let server = servers.acquire().await;
    let wait = sim.now() - arrived;
    sim.advance(service).await;
    drop(server);
    tally.borrow_mut().serve(wait);
}

/// M/M/c. `None` when the engine finds nothing left to do too early.
pub fn multi_server(n: u64, model: MultiServer, seed: u64) -> Option<Tally> {
    let run = Simulator::<()>::default().run(async |sim| {
        let tally = RefCell::<Tally>::default();
        let servers = waker_pool::Pool::new(model.servers);
        let jobs = pin!(Pool::dynamic().with(Job::new));
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            sim.advance(draws.span(model.interarrival)).await;
            let service = draws.span(model.service);
            jobs.activate(sim, customer(sim, &servers, &tally, service));
        }
        while tally.borrow().gone() < n {
            sim.advance(LOOK_EVERY).await;
        }
        tally.take()
    });
    run.ok()
}

struct Service {
    model: NestedPools,
    threads: waker_pool::Pool,
    cores: waker_pool::Pool,
    connections: waker_pool::Pool,
    servers: waker_pool::Pool,
    tally: RefCell<Tally>,
}

async fn request(sim: &Sim, service: &Service, cpu: f64, db: f64) {
    let arrived = sim.now();
    if service.threads.full(service.model.queue_max) {
        service.tally.borrow_mut().rejected += 1;
        return;
    }
    let _thread = service.threads.acquire().await;
    {
        let _core = service.cores.acquire().await;
        sim.advance(cpu).await;
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
        sim.advance(db).await;
    }
    drop(connection);
    service.tally.borrow_mut().serve(sim.now() - arrived);
}

/// Nested pools. `None` when the engine finds nothing left to do too early.
pub fn nested_pools(n: u64, model: NestedPools, seed: u64) -> Option<Tally> {
    let run = Simulator::<()>::default().run(async |sim| {
        let service = Service {
            model,
            threads: waker_pool::Pool::new(model.threads),
            cores: waker_pool::Pool::new(model.cores),
            connections: waker_pool::Pool::new(model.connections),
            servers: waker_pool::Pool::new(model.servers),
            tally: RefCell::default(),
        };
        let jobs = pin!(Pool::dynamic().with(Job::new));
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            sim.advance(draws.span(model.interarrival)).await;
            let (cpu, db) = (draws.span(model.cpu), draws.span(model.db));
            jobs.activate(sim, request(sim, &service, cpu, db));
        }
        while service.tally.borrow().gone() < n {
            sim.advance(LOOK_EVERY).await;
        }
        service.tally.take()
    });
    run.ok()
}
