//! The reference workloads as processes, the way the marketplace is written.

use std::cell::{Cell, RefCell};

use super::{Draws, MmcOut, NestedOut, NestedPools, ns};
use crate::engine::executor::{Clock, Limits, RunError, Sim};
use crate::engine::pool::Pool;

struct Station<'w> {
    clock: &'w Clock,
    servers: Pool<'w>,
    out: RefCell<MmcOut>,
}

async fn customer(station: &Station<'_>, work: u64) {
    let arrived = station.clock.now();
    let _server = station.servers.acquire().await;
    station.out.borrow_mut().record(station.clock.now() - arrived);
    station.clock.sleep(work).await;
}

pub(super) fn mmc(
    n: u64,
    servers: u32,
    interarrival: f64,
    service: f64,
    seed: u64,
) -> Result<MmcOut, RunError> {
    let clock = Clock::new();
    let station =
        Station { clock: &clock, servers: Pool::new(&clock, servers), out: RefCell::default() };
    let sim = Sim::new(&clock);
    let (inner, here) = (sim.clone(), &station);
    sim.spawn("arrivals", async move {
        let mut draws = Draws::new(seed);
        let (interarrival, service) = (ns(interarrival), ns(service));
        for _ in 0..n {
            here.clock.sleep(draws.span(interarrival)).await;
            inner.spawn_now("customer", customer(here, draws.span(service)));
        }
    });
    sim.run(Limits::default())?;
    drop(sim);
    Ok(station.out.take())
}

pub(super) fn hold(n: u64, pending: u64, seed: u64) -> Result<u64, RunError> {
    let clock = Clock::new();
    let draws = RefCell::new(Draws::new(seed));
    let left = Cell::new(n);
    let sim = Sim::new(&clock);
    for _ in 0..pending {
        sim.spawn("holder", async {
            while left.get() > 0 {
                left.set(left.get() - 1);
                let span = draws.borrow_mut().span(1e9);
                clock.sleep(span).await;
            }
        });
    }
    sim.run(Limits::default())?;
    Ok(clock.events())
}

struct Service<'w> {
    clock: &'w Clock,
    threads: Pool<'w>,
    queue_max: u32,
    cores: Pool<'w>,
    connections: Pool<'w>,
    servers: Pool<'w>,
    timeout: u64,
    out: RefCell<NestedOut>,
}

async fn request(service: &Service<'_>, cpu: u64, db: u64) {
    let arrived = service.clock.now();
    if service.threads.free() == 0 && service.threads.waiting() >= service.queue_max {
        service.out.borrow_mut().rejected += 1;
        return;
    }
    let _thread = service.threads.acquire().await;
    {
        let _core = service.cores.acquire().await;
        service.clock.sleep(cpu).await;
    }
    let connection = service.clock.timeout(service.timeout, service.connections.acquire()).await;
    let Some(connection) = connection else {
        service.out.borrow_mut().abandoned += 1;
        return;
    };
    {
        let _server = service.servers.acquire().await;
        service.clock.sleep(db).await;
    }
    drop(connection);
    service.out.borrow_mut().record(service.clock.now() - arrived);
}

pub(super) fn nested(n: u64, model: &NestedPools, seed: u64) -> Result<NestedOut, RunError> {
    let clock = Clock::new();
    let service = Service {
        clock: &clock,
        threads: Pool::new(&clock, model.threads),
        queue_max: model.queue_max,
        cores: Pool::new(&clock, model.cores),
        connections: Pool::new(&clock, model.connections),
        servers: Pool::new(&clock, model.servers),
        timeout: ns(model.timeout) as u64,
        out: RefCell::default(),
    };
    let sim = Sim::new(&clock);
    let (inner, here) = (sim.clone(), &service);
    let (interarrival, cpu, db) = (ns(model.interarrival), ns(model.cpu), ns(model.db));
    sim.spawn("arrivals", async move {
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            here.clock.sleep(draws.span(interarrival)).await;
            let (cpu, db) = (draws.span(cpu), draws.span(db));
            inner.spawn_now("request", request(here, cpu, db));
        }
    });
    sim.run(Limits::default())?;
    drop(sim);
    Ok(service.out.take())
}
