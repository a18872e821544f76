//! The connection pool of one instance.

use std::cell::{Cell, RefCell};

use super::config::Config;
use super::knobs::Limit;
use super::monitoring::scrape::{PoolMeters, PoolSeen};
use super::mysql::{Database, Visit};
use super::probe::{Event, Probe, Unit};
use crate::engine::distribution::Distribution;
use crate::engine::executor::{Clock, Sim};
use crate::engine::gauge::Census;
use crate::engine::pool::Occupancy;
use crate::engine::racing_pool::{RacingPermit, RacingPool};
use crate::engine::time::Nanos;
use crate::random::{Stream, Streams};
use crate::stats::histogram::Histogram;

pub(crate) struct Hikari<'w> {
    clock: &'w Clock,
    pool: RacingPool<'w>,
    size_max: u32,
    minimum_idle: u32,
    /// Connections that are being opened.
    opening: Cell<u32>,
    closed: Cell<bool>,
    timeout: Nanos,
    creation: &'w Distribution,
    stream: RefCell<Stream>,
    pub(crate) holders: RefCell<Census>,
    pub(crate) holds: RefCell<Histogram>,
    /// Whom its connections lead to.
    server: Cell<Option<&'w Database<'w>>>,
    meters: RefCell<PoolMeters>,
}

/// A borrowed connection; returned when dropped.
pub(crate) struct Connection<'w> {
    permit: Option<RacingPermit<'w>>,
    hikari: &'w Hikari<'w>,
    since: Nanos,
    visit: Option<Visit<'w>>,
    holder: Holder<'w>,
    /// Whoever borrowed it never gives it back.
    pub(crate) leaks: Cell<bool>,
}

/// Who borrows, for the probe.
#[derive(Clone, Copy)]
pub(crate) struct Holder<'w> {
    pub(crate) probe: &'w Probe<'w>,
    pub(crate) request: u64,
    pub(crate) instance: u32,
}

/// `connectionTimeout` passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionTimeout;

impl<'w> Hikari<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        config: &'w Config,
        instance: u32,
        replica: Option<u32>,
        streams: Streams,
    ) -> Hikari<'w> {
        let knobs = &config.hikari;
        let name = match replica {
            None => format!("instance.{instance}.hikari"),
            Some(replica) => format!("instance.{instance}.replica.{replica}.hikari"),
        };
        let wake_ups = streams.stream(&format!("{name}.wake-up"));
        let size_max = knobs.pool_max;
        let minimum_idle = match knobs.minimum_idle {
            Limit::Of(count) => count.min(size_max),
            Limit::Unlimited => size_max,
        };
        Hikari {
            clock,
            pool: RacingPool::new(clock, 0, knobs.wake_up.clone(), wake_ups),
            size_max,
            minimum_idle,
            opening: Cell::new(0),
            closed: Cell::new(false),
            timeout: knobs.timeout.0,
            creation: &knobs.creation,
            stream: RefCell::new(streams.stream(&format!("{name}.creation"))),
            holders: RefCell::default(),
            holds: RefCell::default(),
            server: Cell::new(None),
            meters: RefCell::default(),
        }
    }

    /// Whether it has a connection, or one on the way, or is not asked to have any from the start.
    pub(crate) fn has_begun(&self) -> bool {
        self.pool.units() + self.opening.get() > 0 || self.minimum_idle == 0
    }

    /// The process of the instance has ended, and with it every connection, until it is filled
    /// again.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        if let Some(server) = self.server.take() {
            server.disconnect(self.pool.units());
        }
        self.pool.close();
    }

    /// Opens the connections that stand from the start.
    pub(crate) fn fill(&'w self, sim: &Sim<'w>, database: &'w Database<'w>) {
        self.closed.set(false);
        for _ in 0..self.minimum_idle {
            self.grow(sim, database);
        }
    }

    /// Opens one connection, unless the pool is complete with those on the way.
    fn grow(&'w self, sim: &Sim<'w>, database: &'w Database<'w>) {
        if self.closed.get() || self.pool.units() + self.opening.get() >= self.size_max {
            return;
        }
        self.server.set(Some(database));
        let span = self.creation.sample(&mut self.stream.borrow_mut());
        if span == 0 {
            if database.connect() {
                self.pool.add_unit();
            }
            return;
        }
        self.opening.set(self.opening.get() + 1);
        sim.spawn_now("connection opening", async move {
            self.clock.sleep(span).await;
            self.opening.set(self.opening.get() - 1);
            self.meters.borrow_mut().creation.record(self.clock.now(), span);
            // The pool may have been closed meanwhile.
            if !self.closed.get() && database.connect() {
                self.pool.add_unit();
            }
        });
    }

    /// Borrows a connection.
    ///
    /// # Errors
    /// None was to be had within `connection-timeout`.
    pub(crate) async fn borrow(
        &'w self,
        sim: &Sim<'w>,
        database: &'w Database<'w>,
        holder: Holder<'w>,
    ) -> Result<Connection<'w>, ConnectionTimeout> {
        if self.pool.free() == 0 {
            self.grow(sim, database);
        }
        let asked = self.clock.now();
        let permit = self.clock.timeout(self.timeout, self.pool.acquire()).await;
        let now = self.clock.now();
        match &permit {
            Some(_) => self.meters.borrow_mut().acquire.record(now, now - asked),
            None => self.meters.borrow_mut().timeouts += 1,
        }
        let permit = permit.ok_or(ConnectionTimeout)?;
        let visit = Visit::enter(self.clock, &self.holders);
        let (permit, visit) = (Some(permit), Some(visit));
        let leaks = Cell::new(false);
        let connection = Connection { permit, hikari: self, since: now, visit, holder, leaks };
        let (request, unit) = (holder.request, connection.unit());
        holder.probe.tell(Event::Granted { request, unit });
        Ok(connection)
    }

    pub(crate) fn occupancy(&self) -> Occupancy {
        self.pool.occupancy()
    }

    pub(crate) fn lost_races(&self) -> u64 {
        self.pool.lost_races()
    }

    /// Most requests that waited at once since the last call.
    pub(crate) fn take_waiting_max(&self) -> u32 {
        self.pool.take_waiting_max()
    }

    /// What it tells a metrics tracker.
    pub(crate) fn seen(&self) -> PoolSeen {
        let (now, meters) = (self.clock.now(), *self.meters.borrow());
        PoolSeen {
            total: self.pool.units(),
            active: self.pool.busy(),
            pending: self.pool.waiting(),
            max: self.size_max,
            min: self.minimum_idle,
            timeouts: meters.timeouts,
            acquire: meters.acquire.seen(now),
            usage: meters.usage.seen(now),
            creation: meters.creation.seen(now),
        }
    }

    pub(crate) fn size(&self) -> u32 {
        self.pool.units()
    }
}

impl Connection<'_> {
    fn unit(&self) -> Unit {
        let number = self.permit.as_ref().map(RacingPermit::unit);
        Unit::Connection { instance: self.holder.instance, number }
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        if self.leaks.get() {
            // The pool counts it as lent for ever.
            self.visit = None;
            std::mem::forget(self.permit.take());
            return;
        }
        let held = self.hikari.clock.now() - self.since;
        self.hikari.holds.borrow_mut().record(held);
        self.hikari.meters.borrow_mut().usage.record(self.hikari.clock.now(), held);
        let (request, unit) = (self.holder.request, self.unit());
        self.holder.probe.tell(Event::Released { request, unit });
        self.visit = None;
        self.permit = None;
    }
}
