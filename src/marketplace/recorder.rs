//! Collects what one replication shows while it runs, and checks its books at the end.

mod bill;
mod totals;

use std::cell::{Cell, RefCell};

use super::Marketplace;
use super::checker::Judged;
use super::config::{ActionKind, Config};
use super::hikari::Hikari;
use super::instance::{Instance, Version};
use super::observations::{
    Counts, FleetObservations, Group, INSIDE_PARTS, Observations, PageObservations, SeriesStep,
    StationObservations, Window, broke_at,
};
use super::probe::Stage;
use super::request::{Answer, Failure, Intent, Request};
use crate::engine::gauge::Census;
use crate::engine::time::{Nanos, to_seconds};
use totals::{Areas, DatabaseTotals, PartOfSeries, RedisTotals};

/// Collects while the replication runs.
pub(crate) struct Recorder {
    window: Window,
    state: RefCell<Observations>,
    clients: RefCell<Census>,
    pub(crate) server: RefCell<Census>,
    /// Areas at the start of the window.
    opened: Cell<Areas>,
    lost_before: Cell<u64>,
    database_before: Cell<DatabaseTotals>,
    redis_before: RefCell<RedisTotals>,
    ended: Cell<bool>,
    /// `None` until the window is open.
    part: Cell<Option<PartOfSeries>>,
}

impl Recorder {
    pub(crate) fn new(
        window: Window,
        loads: Vec<String>,
        endpoints: Vec<String>,
        versions: &[Version],
    ) -> Recorder {
        let groups = |names: Vec<String>| {
            names.into_iter().map(|name| (name, Group::default())).collect::<Vec<_>>()
        };
        let versions = groups(versions.iter().map(|version| version.label().to_owned()).collect());
        let steps = if window.step > 0 { window.to.div_ceil(window.step) as usize } else { 0 };
        let state = Observations {
            seconds: to_seconds(window.to - window.from),
            loads: groups(loads),
            endpoints: groups(endpoints),
            fleet: FleetObservations { versions, ..FleetObservations::default() },
            series: vec![SeriesStep::default(); steps],
            ..Observations::default()
        };
        Recorder {
            window,
            state: RefCell::new(state),
            clients: RefCell::default(),
            server: RefCell::default(),
            opened: Cell::default(),
            lost_before: Cell::new(0),
            database_before: Cell::default(),
            redis_before: RefCell::default(),
            ended: Cell::new(false),
            part: Cell::default(),
        }
    }

    /// The window begins.
    pub(crate) fn open(&self, market: &Marketplace<'_>) {
        self.opened.set(Areas::of(market));
        let inside = self.clients.borrow().inside();
        self.state.borrow_mut().inside.0 = inside;
        self.lost_before.set(lost_races(market));
        market.instances.open();
        let area = self.opened.get().inside;
        self.part.set(Some(PartOfSeries { at: market.clock.now(), area }));
        for pool in market.instances.iter().flat_map(Instance::pools) {
            pool.holds.take();
            pool.take_waiting_max();
        }
        self.database_before.set(DatabaseTotals::of(market));
        market.broker.lag.take();
        for database in market.all_databases() {
            database.open();
            database.lock_waits.take();
            database.commit_times.take();
            database.replication.lag.take();
        }
        market.redis.locks.waits.take();
        market.cache.open();
        *self.redis_before.borrow_mut() = RedisTotals::of(market);
        for station in &market.stations {
            station.waits.take();
            station.responses.take();
        }
    }

    /// The window ends.
    pub(crate) fn close(&self, market: &Marketplace<'_>) {
        self.note_parts(market.clock.now());
        let state = &mut *self.state.borrow_mut();
        let (before, after) = (self.opened.get(), Areas::of(market));
        // Shorter than the window when the run ended with its last request.
        let span = market.clock.now() - self.window.from;
        state.seconds = to_seconds(span);
        state.levels = after.means(&before, span);
        state.fleet.instance_seconds = to_seconds((after.instances - before.instances) as Nanos);
        state.fleet.extremes = market.instances.extremes();
        state.fleet.db_connections_max = market.primary().connections_max.get();
        state.inside.1 = self.clients.borrow().inside();
        state.lost_races = lost_races(market) - self.lost_before.get();
        state.pool_size = market.instances.iter().flat_map(Instance::pools).map(Hikari::size).sum();
        for pool in market.instances.iter().flat_map(Instance::pools) {
            state.pool_hold.merge(&pool.holds.take());
        }
        for instance in market.instances.iter() {
            state.dropped_syns += instance.tomcat.dropped_syns.get();
        }
        for database in market.all_databases() {
            state.refused_connections += database.refused.get();
        }
        self.close_database(market, state, span);
        state.events.lag = market.broker.lag.take();
        state.monitoring = market.monitoring.seen(market);
        let waiting = after.messages - before.messages;
        state.events.waiting = waiting as f64 / span.max(1) as f64;
        for database in &market.databases {
            state.replication.lag.merge(&database.replication.lag.take());
        }
        state.redis_lock_wait = market.redis.locks.waits.take();
        state.cache = self.redis_before.borrow().until(market, span);
        let now = market.clock.now();
        let span = now.max(1) as f64;
        for station in &market.stations {
            // Station levels are means over the whole run: described models start empty too.
            let occupancy = station.occupancy();
            state.stations.push(StationObservations {
                name: station.name.to_owned(),
                busy: occupancy.busy as f64 / span,
                waiting: occupancy.waiting as f64 / span,
                waits: station.waits.take(),
                responses: station.responses.take(),
            });
        }
    }

    fn close_database(&self, market: &Marketplace<'_>, state: &mut Observations, span: Nanos) {
        let seen = &mut state.database;
        let (before, now) = (self.database_before.get(), DatabaseTotals::of(market));
        seen.commits = now.work.commits - before.work.commits;
        seen.reads = now.work.reads.since(&before.work.reads);
        seen.writes = now.work.writes.since(&before.work.writes);
        state.events.write_cpu = seen.writes.cpu;
        state.events.changes = now.changes - before.changes;
        seen.redo = now.redo.since(&before.redo);
        seen.binlog = now.binlog.since(&before.binlog);
        seen.pages = now.pages.map(|pages| pages.since(&before.pages.unwrap_or_default()));
        seen.unsynced = (now.unsynced - before.unsynced) as f64 / span.max(1) as f64;
        for database in market.all_databases() {
            seen.lock_wait.merge(&database.lock_waits.take());
            seen.commit.merge(&database.commit_times.take());
        }
    }

    /// The run is over; whoever still waits for an answer does not get one.
    pub(crate) fn end(&self, market: &Marketplace<'_>) {
        self.ended.set(true);
        let clients = self.clients.borrow();
        let state = &mut *self.state.borrow_mut();
        state.audit.inside_at_end = clients.inside();
        state.audit.arrived = clients.entered();
        let database = market.primary();
        let work = DatabaseTotals::of(market).work;
        state.replication.unavailable = market.witness.unavailable().map(to_seconds);
        end_fleet(market, &mut state.fleet);
        for (at, step) in state.series.iter_mut().enumerate() {
            step.ready = market.instances.ready_at((at as Nanos + 1) * self.window.step);
        }
        let seen = &mut state.database;
        (seen.deadlocks, seen.lock_waits) = (work.deadlocks, work.lock_waits);
        seen.orders = market.witness.orders();
        state.cache.lost_writes = market.redis.servers.writes_lost();
        let value = |table, column: usize, key| {
            database.with_table(table, |rows| rows.newest_committed(key)).map(|row| row[column])
        };
        seen.anomalies = market.witness.counts(value, &market.held_events());
        state.pages = PageObservations {
            pages: work.pages,
            rows_examined: work.rows_examined,
            turns: market.witness.page_turns(),
        };
        state.events.dead_letters = market.broker.dead_letters();
        market.broker.end();
        state.connections_opened =
            market.loads.iter().map(|load| load.connections_opened.get()).sum();
    }

    /// Checks the books of every component and hands the observations over.
    ///
    /// # Errors
    /// The name of the component whose books do not balance, with both sides.
    pub(crate) fn finish(&self, market: &Marketplace<'_>) -> Result<Observations, String> {
        let now = market.clock.now();
        let mut books = vec![
            ("clients".to_owned(), self.clients.borrow().report(now)),
            ("server".to_owned(), self.server.borrow().report(now)),
        ];
        for instance in &market.instances {
            let name = |part: &str| format!("instance {} {part}", instance.number);
            books.push((name("thread queue"), instance.tomcat.queue.borrow().report(now)));
            for pool in instance.pools() {
                books.push((name("pool"), pool.holders.borrow().report(now)));
            }
        }
        for (topic, book) in ["orders", "bids"].into_iter().zip(market.broker.reports()) {
            books.push((format!("topic {topic}"), book));
        }
        for database in market.all_databases() {
            books.push(("statements".to_owned(), database.statements.borrow().report(now)));
            let locks = database.locks();
            if locks > 0 {
                return Err(format!("{locks} locks are held after the end"));
            }
        }
        for station in &market.stations {
            books
                .push((format!("station {}", station.name), station.visitors.borrow().report(now)));
        }
        for (name, book) in books {
            if !book.holds() {
                return Err(format!("{name}: {book:?}"));
            }
        }
        let mut state = self.state.take();
        state.broke_at = broke_at(&state.series, to_seconds(self.window.step.max(1)));
        state.bill = bill::of_month(market, &state);
        let audit = state.audit;
        if audit.arrived != audit.completed + audit.failed + audit.inside_at_end {
            return Err(format!("requests: {audit:?}"));
        }
        Ok(state)
    }

    /// Brings the series of the number inside up to `now`.
    fn note_parts(&self, now: Nanos) {
        let length = (self.window.to - self.window.from) / INSIDE_PARTS as u64;
        let Some(mut part) = self.part.get() else { return };
        if length == 0 || now < part.at + length {
            return;
        }
        let clients = self.clients.borrow();
        let state = &mut *self.state.borrow_mut();
        while now >= part.at + length && state.inside_series.len() < INSIDE_PARTS {
            let end = part.at + length;
            // The level has not changed since the last note, which was before `end`.
            let area = clients.area(now) - u128::from(clients.inside()) * u128::from(now - end);
            state.inside_series.push((area - part.area) as f64 / length as f64);
            part = PartOfSeries { at: end, area };
        }
        self.part.set(Some(part));
    }

    /// Whether clients may still send: the window is not over, nor have all requests been sent.
    pub(crate) fn accepts(&self, now: Nanos) -> bool {
        let sent = || self.clients.borrow().entered();
        now < self.window.arrivals_until() && self.window.requests.is_none_or(|most| sent() < most)
    }

    /// A client means to send a request.
    pub(crate) fn arrives<'w>(&self, market: &'w Marketplace<'w>, intent: &Intent) -> Pending<'w> {
        let now = market.clock.now();
        self.note_parts(now);
        // A paced user may be late: it has been inside since it meant to send.
        self.clients.borrow_mut().enter(now);
        let state = &mut *self.state.borrow_mut();
        if let Some(step) = self.window.step_of(intent.intended, &mut state.series) {
            step.arrived += 1;
        }
        if self.window.holds(intent.intended) {
            state.all.offered += 1;
            state.loads[intent.load].1.offered += 1;
            state.endpoints[intent.endpoint].1.offered += 1;
        }
        Pending {
            market,
            load: intent.load,
            endpoint: intent.endpoint,
            intended: intent.intended,
            sent: now,
            done: false,
        }
    }

    fn belongs(&self, intended: Nanos, now: Nanos) -> bool {
        match self.window.counts {
            Counts::Intended => self.window.holds(intended),
            Counts::Finished => self.window.holds(now),
        }
    }

    fn finished(&self, pending: &Pending<'_>, request: Option<&Request<'_>>, answer: Answer) {
        let now = pending.market.clock.now();
        self.note_parts(now);
        self.clients.borrow_mut().leave(now, pending.sent);
        if let Some(most) = self.window.requests {
            let clients = self.clients.borrow();
            if clients.entered() >= most && clients.inside() == 0 {
                pending.market.clock.stop();
            }
        }
        let state = &mut *self.state.borrow_mut();
        let latency = now - pending.intended;
        if let Some(request) = request {
            let deployment = &pending.market.deployment;
            deployment.note(request.instance.version, now, answer.is_ok(), latency);
        }
        if !self.ended.get() {
            match answer {
                Ok(()) => state.audit.completed += 1,
                Err(_) => state.audit.failed += 1,
            }
        }
        if let Some(step) = self.window.step_of(now, &mut state.series) {
            match answer {
                Ok(()) => {
                    step.completed += 1;
                    step.latency += u128::from(latency);
                }
                Err(_) => step.failed += 1,
            }
        }
        if answer.is_err()
            && let Some(step) = self.window.step_of(pending.intended, &mut state.series)
        {
            step.lost += 1;
        }
        let in_time = self.window.holds(now) && answer.is_ok();
        let belongs = self.belongs(pending.intended, now);
        if !in_time && !belongs {
            return;
        }
        let alone = state.endpoints.len() == 1;
        let one_load = state.loads.len() == 1;
        let version = request.map(|request| request.instance.version as usize);
        let of_version = version.and_then(|version| state.fleet.versions.get_mut(version));
        let groups = [
            Some((&mut state.all, true)),
            of_version.map(|(_, group)| (group, true)),
            state.endpoints.get_mut(pending.endpoint).map(|(_, group)| (group, !alone)),
            state.loads.get_mut(pending.load).map(|(_, group)| (group, !one_load)),
        ];
        for (group, keeps_latency) in groups.into_iter().flatten() {
            group.completed += u64::from(in_time);
            if belongs {
                match answer {
                    Ok(()) => {
                        group.ok += 1;
                        if keeps_latency {
                            group.latency.record(latency);
                        }
                    }
                    Err(failure) => group.failures[failure as usize] += 1,
                }
            }
        }
        if !belongs {
            return;
        }
        if answer.is_err() {
            state.failed_latency.record(latency);
            return;
        }
        state.recorded_latency.record(now - pending.sent);
        if let Some(request) = request {
            state.breakdown.add(latency, &request.stages);
            state.thread_wait.record(request.stages[Stage::ThreadQueue as usize].get());
        }
    }

    /// A request waited this long for a connection, got or not.
    pub(crate) fn pool_wait(&self, request: &Request<'_>, waited: Nanos) {
        if self.belongs(request.intended, request.market.clock.now()) {
            self.state.borrow_mut().pool_wait.record(waited);
        }
    }

    /// A client is shown a row.
    pub(crate) fn read(&self, request: &Request<'_>, judged: &Judged) {
        let market = request.market;
        if !self.belongs(request.intended, market.clock.now()) {
            return;
        }
        let tolerance = market.config.read.tolerance.0;
        let state = &mut *self.state.borrow_mut();
        if let Some(age) = judged.stale {
            state.replication.staleness.record(age);
        }
        state.all.reads.note(judged, tolerance);
        state.endpoints[request.endpoint].1.reads.note(judged, tolerance);
        state.loads[request.load].1.reads.note(judged, tolerance);
    }

    /// A reader waited so long for a position on a replica, which it had in the end or had not.
    pub(crate) fn position_wait(&self, request: &Request<'_>, waited: Nanos, reached: bool) {
        if self.belongs(request.intended, request.market.clock.now()) {
            let replication = &mut self.state.borrow_mut().replication;
            replication.position_waits.record(waited);
            replication.position_timeouts += u64::from(!reached);
        }
    }

    /// The server did something once more.
    pub(crate) fn retried(&self, request: &Request<'_>) {
        if self.belongs(request.intended, request.market.clock.now()) {
            self.state.borrow_mut().retries += 1;
        }
    }

    /// A client, or the balancer for it, sends a request once more.
    pub(crate) fn sent_again(&self, market: &Marketplace<'_>, intent: &Intent) {
        if self.belongs(intent.intended, market.clock.now()) {
            self.state.borrow_mut().retries += 1;
        }
    }

    /// The server finished work that nobody waits for any more.
    pub(crate) fn wasted(&self, request: &Request<'_>) {
        if self.belongs(request.intended, request.market.clock.now()) {
            self.state.borrow_mut().wasted += 1;
        }
    }
}

/// What is known of the fleet once the run is over.
fn end_fleet(market: &Marketplace<'_>, fleet: &mut FleetObservations) {
    let deployment = &market.deployment;
    fleet.failed_starts = market.instances.failed_starts.get();
    fleet.scale_outs = market.autoscaler.scale_outs.get();
    fleet.scale_ins = market.autoscaler.scale_ins.get();
    let since = first_change(market.config);
    let took = market.instances.risen_at().checked_sub(since).filter(|_| fleet.scale_outs > 0);
    fleet.scale_out = took.filter(|took| *took > 0).map(to_seconds);
    fleet.mixed = to_seconds(market.instances.mixed_area() as Nanos);
    fleet.deployments = u64::from(deployment.has_begun());
    fleet.deployed = deployment.took();
    fleet.surplus_seconds = to_seconds(market.instances.surplus_area() as Nanos);
    fleet.unfinished = u64::from(deployment.has_begun() && deployment.took().is_none());
    fleet.rolled_back = u64::from(deployment.was_rolled_back());
}

/// When a load first leaves the rate that it begins with: by a scheduled action, or by its stages.
fn first_change(config: &Config) -> Nanos {
    let scheduled = config.schedule.iter().filter_map(|action| match action.what {
        ActionKind::LoadRate { .. } => Some(action.at.0),
        _ => None,
    });
    let staged = config.loads.values().filter_map(|load| {
        let mut pairs = load.stages.0.windows(2);
        pairs.find(|pair| pair[0].1 != pair[1].1).map(|pair| pair[0].0)
    });
    scheduled.chain(staged).min().unwrap_or(0)
}

fn lost_races(market: &Marketplace<'_>) -> u64 {
    market.instances.iter().flat_map(Instance::pools).map(Hikari::lost_races).sum()
}

/// A client that waits for its answer. If the run ends first, it stays unanswered.
pub(crate) struct Pending<'w> {
    market: &'w Marketplace<'w>,
    load: usize,
    endpoint: usize,
    intended: Nanos,
    /// When it was actually sent.
    sent: Nanos,
    done: bool,
}

impl Pending<'_> {
    pub(crate) fn finish(&mut self, request: Option<&Request<'_>>, answer: Answer) {
        self.done = true;
        self.market.recorder.finished(self, request, answer);
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.market.recorder.finished(self, None, Err(Failure::Unanswered));
        }
    }
}
