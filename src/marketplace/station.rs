//! A described station: servers with a queue, for users' own services and for the textbook models
//! that the simulator is checked against.

use std::cell::RefCell;

use super::config::{Order, StationKnobs};
use super::mysql::Visit;
use super::request::Failure;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Clock;
use crate::engine::gauge::Census;
use crate::engine::pool::{Occupancy, Pool};
use crate::engine::processor::Cores;
use crate::engine::time::Nanos;
use crate::stats::histogram::Histogram;

pub(crate) struct Station<'w> {
    pub(crate) name: &'w str,
    clock: &'w Clock,
    servers: Servers<'w>,
    queue_max: u32,
    pub(crate) patience: &'w Distribution,
    pub(crate) visitors: RefCell<Census>,
    /// Time before service of all who joined the queue, given up or served.
    pub(crate) waits: RefCell<Histogram>,
    /// From joining to the end of service.
    pub(crate) responses: RefCell<Histogram>,
}

enum Servers<'w> {
    Fifo(Pool<'w>),
    Sharing(Cores<'w>),
}

impl<'w> Station<'w> {
    pub(crate) fn new(clock: &'w Clock, name: &'w str, knobs: &'w StationKnobs) -> Station<'w> {
        let count = knobs.servers.count();
        let servers = match knobs.order {
            Order::Fifo => Servers::Fifo(Pool::new(clock, count)),
            Order::Sharing => Servers::Sharing(Cores::new(clock, count, 0.0)),
        };
        Station {
            name,
            clock,
            servers,
            queue_max: knobs.queue.count(),
            patience: &knobs.patience,
            visitors: RefCell::default(),
            waits: RefCell::default(),
            responses: RefCell::default(),
        }
    }

    /// Occupies one server for `work`, having waited at most `patience` (0 is without limit).
    ///
    /// # Errors
    /// No place to wait, or the patience ran out.
    pub(crate) async fn serve(&self, work: Nanos, patience: Nanos) -> Result<(), Failure> {
        let since = self.clock.now();
        match &self.servers {
            Servers::Sharing(cores) => {
                let visit = Visit::enter(self.clock, &self.visitors);
                cores.run(work).await;
                drop(visit);
            }
            Servers::Fifo(pool) => {
                if pool.free() == 0 && pool.waiting() >= self.queue_max {
                    return Err(Failure::StationFull);
                }
                let visit = Visit::enter(self.clock, &self.visitors);
                let server = if patience > 0 {
                    self.clock.timeout(patience, pool.acquire()).await
                } else {
                    Some(pool.acquire().await)
                };
                self.waits.borrow_mut().record(self.clock.now() - since);
                if server.is_none() {
                    return Err(Failure::StationTimeout);
                }
                self.clock.sleep(work).await;
                drop(server);
                drop(visit);
            }
        }
        self.responses.borrow_mut().record(self.clock.now() - since);
        Ok(())
    }

    /// Busy servers and waiting visitors, integrated over time.
    pub(crate) fn occupancy(&self) -> Occupancy {
        match &self.servers {
            Servers::Fifo(pool) => pool.occupancy(),
            Servers::Sharing(cores) => Occupancy { busy: cores.busy_area(), waiting: 0 },
        }
    }
}
