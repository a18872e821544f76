//! The workloads on asim: tasks, a timer in microseconds and a loop of our own that drives both.
//! The crate has neither pools nor a timeout: pools are ours, on its wakers, and the timeout is a
//! `select` with a sleep. A sleep that lost stays in the calendar and later wakes in vain.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;

use asim::time::Duration;
use asim::{TaskRunner, Timer};
use futures::future::{Either, select};

use crate::waker_pool::Pool;
use crate::workloads::{Draws, MultiServer, NestedPools, Tally};

struct Engine {
    runner: TaskRunner,
    timer: Timer,
    tally: RefCell<Tally>,
}

impl Engine {
    fn new() -> Engine {
        Engine { runner: TaskRunner::default(), timer: Timer::new(), tally: RefCell::default() }
    }

    async fn sleep(&self, seconds: f64) {
        self.timer.sleep_for(Duration::from_micros((seconds * 1e6) as u64)).await;
    }

    fn now(&self) -> f64 {
        self.timer.now().as_seconds_f64()
    }

    /// Runs until `n` customers have left: the timer panics when it has nothing to wait for.
    fn run(&self, n: u64) -> Tally {
        while self.tally.borrow().gone() < n {
            if !self.runner.execute_tasks() {
                self.timer.advance();
            }
        }
        self.tally.take()
    }
}

struct Station {
    engine: Engine,
    servers: Pool,
}

async fn customer(station: Rc<Station>, service: f64) {
    let arrived = station.engine.now();
    let _server = station.servers.acquire().await;
    let wait = station.engine.now() - arrived;
    station.engine.sleep(service).await;
    station.engine.tally.borrow_mut().serve(wait);
}

/// M/M/c.
pub fn multi_server(n: u64, model: MultiServer, seed: u64) -> Tally {
    let station = Rc::new(Station { engine: Engine::new(), servers: Pool::new(model.servers) });
    let source = station.clone();
    station.engine.runner.spawn(async move {
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            source.engine.sleep(draws.span(model.interarrival)).await;
            let service = draws.span(model.service);
            source.engine.runner.spawn(customer(source.clone(), service));
        }
    });
    station.engine.run(n)
}

struct Service {
    engine: Engine,
    model: NestedPools,
    threads: Pool,
    cores: Pool,
    connections: Pool,
    servers: Pool,
}

async fn request(service: Rc<Service>, cpu: f64, db: f64) {
    let (engine, model) = (&service.engine, &service.model);
    let arrived = engine.now();
    if service.threads.full(model.queue_max) {
        engine.tally.borrow_mut().rejected += 1;
        return;
    }
    let _thread = service.threads.acquire().await;
    {
        let _core = service.cores.acquire().await;
        engine.sleep(cpu).await;
    }
    let connection = {
        let acquire = pin!(service.connections.acquire());
        let patience = pin!(engine.sleep(model.timeout));
        match select(acquire, patience).await {
            Either::Left((connection, _)) => Some(connection),
            Either::Right(_) => None,
        }
    };
    let Some(connection) = connection else {
        engine.tally.borrow_mut().abandoned += 1;
        return;
    };
    {
        let _server = service.servers.acquire().await;
        engine.sleep(db).await;
    }
    drop(connection);
    engine.tally.borrow_mut().serve(engine.now() - arrived);
}

/// Nested pools.
pub fn nested_pools(n: u64, model: NestedPools, seed: u64) -> Tally {
    let service = Rc::new(Service {
        engine: Engine::new(),
        model,
        threads: Pool::new(model.threads),
        cores: Pool::new(model.cores),
        connections: Pool::new(model.connections),
        servers: Pool::new(model.servers),
    });
    let source = service.clone();
    service.engine.runner.spawn(async move {
        let mut draws = Draws::new(seed);
        for _ in 0..n {
            source.engine.sleep(draws.span(model.interarrival)).await;
            let (cpu, db) = (draws.span(model.cpu), draws.span(model.db));
            source.engine.runner.spawn(request(source.clone(), cpu, db));
        }
    });
    service.engine.run(n)
}
