//! The database: connections that it accepts, cores that its statements share, rows with versions,
//! locks, and commits that become durable.
//!
//! It behaves like InnoDB where the sims need it to: consistent reads take no lock and see a
//! snapshot; locking reads and writes work on the newest version, take S or X on the record, the
//! gap where there is no record, and S on the parent of a foreign key; a cycle of waits is found
//! the moment it closes. `docs/model.md` says what is left out.

mod background;
pub(crate) mod buffer_pool;
mod durability;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod pages;
pub(crate) mod replication;
mod session;
mod statement;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::checker::Witness;
use super::config::{Config, Isolation, MysqlKnobs, PageKnobs};
use super::knobs::Limit;
use super::probe::{Event, Probe};
use crate::engine::channel::{Channel, Signal};
use crate::engine::distribution::Distribution;
use crate::engine::executor::{Clock, Sim};
use crate::engine::gauge::{Census, Gauge};
use crate::engine::pool::Pool;
use crate::engine::processor::Cores;
use crate::engine::progress::Progress;
use crate::engine::time::{Nanos, SECOND};
use crate::random::{Stream, Streams};
use crate::stats::histogram::Histogram;
pub(crate) use background::NOBODY;
use buffer_pool::{BufferPool, Needs};
use lock::{Mode, Owner, Requested, Target};
use log::{Effort, Log};
use replication::Replication;
use session::{Ended, State};
pub(crate) use session::{Transaction, Write};
pub(crate) use statement::{Access, Change, Effect, Found, Guard, Lock, Statement, Verb};
use table::{TableId, TableSpec};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Primary,
    Replica,
    /// Was the primary, until another one was promoted.
    Replaced,
    /// Holds what is only read; fed by messages, not by a primary.
    ReadStore,
}

/// Why a statement or a commit failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SqlError {
    /// 1213: the whole transaction has been rolled back.
    Deadlock,
    /// 1205: only the statement has been rolled back, the transaction keeps its locks.
    LockWaitTimeout,
    /// 1062.
    DuplicateKey,
    /// 1452: the row that a foreign key names is not there.
    NoParent,
    /// The server is gone, and the transaction with it.
    Down,
}

/// How a wait for a lock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waited {
    Granted,
    Failed(SqlError),
}

/// What the database has done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) commits: u64,
    pub(crate) deadlocks: u64,
    pub(crate) lock_waits: u64,
    pub(crate) lock_timeouts: u64,
    pub(crate) reads: Cost,
    pub(crate) writes: Cost,
    pub(crate) pages: u64,
    /// Rows and entries of an index that were read for them.
    pub(crate) rows_examined: u64,
}

impl Work {
    pub(crate) fn add(&mut self, other: &Work) {
        self.commits += other.commits;
        self.deadlocks += other.deadlocks;
        self.lock_waits += other.lock_waits;
        self.lock_timeouts += other.lock_timeouts;
        self.reads.add(&other.reads);
        self.writes.add(&other.writes);
        self.pages += other.pages;
        self.rows_examined += other.rows_examined;
    }
}

/// What statements of one kind cost, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) statements: u64,
    /// Nanoseconds of a core, of the disk, and of waiting for locks.
    pub(crate) cpu: u64,
    pub(crate) disk: u64,
    pub(crate) locks: u64,
}

impl Cost {
    pub(crate) fn since(&self, before: &Cost) -> Cost {
        Cost {
            statements: self.statements - before.statements,
            cpu: self.cpu - before.cpu,
            disk: self.disk - before.disk,
            locks: self.locks - before.locks,
        }
    }

    pub(crate) fn add(&mut self, other: &Cost) {
        self.statements += other.statements;
        self.cpu += other.cpu;
        self.disk += other.disk;
        self.locks += other.locks;
    }
}

pub(crate) struct Database<'w> {
    clock: &'w Clock,
    pub(crate) role: Cell<Role>,
    knobs: &'w MysqlKnobs,
    page_costs: &'w PageKnobs,
    cores: Cores<'w>,
    connections: Cell<u32>,
    /// Pool connections that were refused because max_connections was reached.
    pub(crate) refused: Cell<u64>,
    pub(crate) statements: RefCell<Census>,
    state: RefCell<State<'w>>,
    redo: Log<'w>,
    binlog: Log<'w>,
    groups: Cell<u64>,
    /// `None` where reading a page costs nothing.
    pages: Option<RefCell<BufferPool>>,
    disk: RefCell<Stream>,
    work: Cell<Work>,
    /// Waits that have begun, with the CPU that each burns.
    burns: Channel<'w, Nanos>,
    pub(crate) lock_waits: RefCell<Histogram>,
    pub(crate) commit_times: RefCell<Histogram>,
    /// Commits that were answered and that a loss of power would take back.
    unsynced: RefCell<Gauge>,
    pub(crate) lost_commits: Cell<u64>,
    down: Cell<bool>,
    /// On the other side of a split network than the replicas.
    cut_off: Cell<bool>,
    /// Passed when the server is back and connected.
    connected: Progress<'w>,
    pub(crate) replication: Replication<'w>,
    witness: Rc<Witness<'w>>,
    probe: Rc<Probe<'w>>,
}

impl<'w> Database<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        config: &'w Config,
        (number, role): (usize, Role),
        tables: &[TableSpec],
        streams: Streams,
        (witness, probe): (Rc<Witness<'w>>, Rc<Probe<'w>>),
    ) -> Database<'w> {
        let knobs = &config.mysql;
        let cores = match role {
            Role::Primary | Role::Replaced => knobs.cores,
            Role::Replica => config.replica.cores,
            Role::ReadStore => config.cqrs.cores,
        };
        let cores = match cores {
            Limit::Of(cores) => cores,
            Limit::Unlimited => u32::MAX,
        };
        let cores = Cores::new(clock, cores, knobs.contention.0);
        if knobs.speed.0 != 1.0 {
            cores.set_speed(knobs.speed.0);
        }
        let pages = (!knobs.disk_read.is_zero()).then(|| {
            let capacity = knobs.buffer_pool.0 / PAGE_BYTES;
            RefCell::new(BufferPool::new(capacity as usize, u64::from(knobs.rows_per_page)))
        });
        let flushes = Rc::new(Pool::new(clock, 1));
        let stream = |name: &str| match role {
            Role::Primary | Role::Replaced => streams.stream(&format!("mysql.{name}")),
            Role::Replica => streams.stream(&format!("replica.{number}.{name}")),
            Role::ReadStore => streams.stream(&format!("read-store.{name}")),
        };
        let log = |name: &str, write, sync| {
            Log::new(clock, Rc::clone(&flushes), write, sync, stream(name))
        };
        Database {
            clock,
            role: Cell::new(role),
            knobs,
            page_costs: &config.page,
            cores,
            connections: Cell::new(0),
            refused: Cell::new(0),
            statements: RefCell::default(),
            state: RefCell::new(State::new(tables, u64::from(knobs.rows_per_page), config.fault)),
            redo: log("redo", &knobs.redo_write, &knobs.redo_flush),
            binlog: log("binlog", &Distribution::ZERO, &knobs.binlog_sync),
            groups: Cell::new(0),
            pages,
            disk: RefCell::new(stream("disk")),
            work: Cell::default(),
            burns: Channel::new(clock),
            lock_waits: RefCell::default(),
            commit_times: RefCell::default(),
            unsynced: RefCell::default(),
            lost_commits: Cell::new(0),
            down: Cell::new(false),
            cut_off: Cell::new(false),
            connected: Progress::new(clock),
            replication: Replication::new(
                clock,
                &config.replica,
                (number, role),
                stream("replication"),
            ),
            witness,
            probe,
        }
    }

    /// Starts what goes on in the background: the CPU that waits for locks burn, and the log, which
    /// is brought to the disk once a second where commits do not do it themselves.
    pub(crate) fn start(&'w self, sim: &Sim<'w>) {
        if !self.knobs.lock_wait_cpu.is_zero() {
            let spawner = sim.clone();
            sim.spawn("lock waits", async move {
                loop {
                    // It slows everybody down and holds nobody up: on idle cores a lock is handed
                    // over at once.
                    let cpu = self.burns.receive().await;
                    spawner.spawn("lock wait", self.cores.run(cpu));
                }
            });
        }
        if self.knobs.flush_log == 1 {
            return;
        }
        sim.spawn("log flusher", async move {
            loop {
                self.clock.sleep(SECOND).await;
                if !self.down.get() && self.redo.appended() > self.redo.kept().1 {
                    self.redo.flush(Effort::Sync).await;
                    self.note_durable();
                }
            }
        });
    }

    /// So many connections have been closed.
    pub(crate) fn disconnect(&self, count: u32) {
        self.connections.set(self.connections.get().saturating_sub(count));
    }

    /// Accepts a connection unless `max_connections` is reached.
    pub(crate) fn connect(&self) -> bool {
        if self.connections.get() >= self.knobs.max_connections {
            super::count(&self.refused);
            return false;
        }
        self.connections.set(self.connections.get() + 1);
        true
    }

    pub(crate) fn round_trip(&self) -> &'w Distribution {
        &self.knobs.round_trip
    }

    pub(crate) fn commit_extra(&self) -> &'w Distribution {
        &self.knobs.commit
    }

    pub(crate) fn write_cpu(&self) -> &'w Distribution {
        &self.knobs.write_cpu
    }

    /// Opens a transaction on behalf of a request.
    pub(crate) fn begin(&self, request: u64) -> Transaction {
        self.state.borrow_mut().begin(request)
    }

    /// Tells the checkers which lock's token the transaction's writes come with.
    pub(crate) fn fence(&self, transaction: Transaction, token: Option<u64>) {
        self.state.borrow_mut().open(transaction.owner).token = token;
    }

    /// How long the transaction has waited for locks since this was last asked.
    pub(crate) fn take_lock_wait(&self, transaction: Transaction) -> Nanos {
        std::mem::take(&mut self.state.borrow_mut().open(transaction.owner).waited)
    }

    /// Runs one statement: the network, the page, the locks, its share of the cores, its effect,
    /// and the network again for `reply`.
    ///
    /// # Errors
    /// See [`SqlError`]. After a deadlock the transaction is over but must still be rolled back.
    pub(crate) async fn execute(
        &self,
        transaction: Transaction,
        statement: &Statement,
        travel: Nanos,
        reply: Nanos,
    ) -> Result<Found, SqlError> {
        let visit = Visit::enter(self.clock, &self.statements);
        let result = self.execute_here(transaction, statement, travel, reply).await;
        drop(visit);
        result
    }

    async fn execute_here(
        &self,
        transaction: Transaction,
        statement: &Statement,
        travel: Nanos,
        reply: Nanos,
    ) -> Result<Found, SqlError> {
        let locking = statement.locks() || self.locks_reads(statement);
        // A statement that takes no lock holds nobody up: its time need not be cut in pieces.
        let (before, after) = if locking {
            (travel, reply.saturating_add(statement.wait))
        } else {
            (travel.saturating_add(reply).saturating_add(statement.wait), 0)
        };
        if before > 0 {
            self.clock.sleep(before).await;
        }
        self.check(transaction)?;
        let writes = statement.verb.writes();
        if let Some(pages) = &self.pages {
            self.look_up(pages, statement, writes).await;
        }
        let mut found = Found::default();
        if let (Some(table), Access::Page(page)) = (statement.table, &statement.access) {
            found = self.read_page(transaction, table, page).await?;
        } else if statement.table.is_some() && statement.access != Access::Nothing {
            if locking {
                found = self.run_locking(transaction, statement).await?;
            } else {
                self.cores.run(statement.cpu).await;
                self.check(transaction)?;
                found =
                    self.state.borrow_mut().read(transaction.owner, statement, self.isolation());
            }
        } else {
            self.cores.run(statement.cpu).await;
        }
        self.cost(writes, |cost| {
            cost.statements += 1;
            cost.cpu += statement.cpu;
        });
        if writes && self.replication.has_replicas() {
            let state = &mut *self.state.borrow_mut();
            let took = &mut state.open(transaction.owner).took;
            *took = (took.0 + statement.cpu, took.1 + statement.wait);
        }
        if after > 0 {
            self.clock.sleep(after).await;
        }
        self.check(transaction)?;
        Ok(found)
    }

    fn isolation(&self) -> Isolation {
        self.knobs.isolation
    }

    /// At SERIALIZABLE every read inside a transaction is a locking one.
    fn locks_reads(&self, statement: &Statement) -> bool {
        self.isolation() == Isolation::Serializable
            && statement.verb == Verb::Select
            && statement.table.is_some()
            && !matches!(statement.access, Access::Nothing | Access::Page(_))
    }

    /// Whether the transaction can go on.
    fn check(&self, transaction: Transaction) -> Result<(), SqlError> {
        if self.down.get() {
            return Err(SqlError::Down);
        }
        match self.state.borrow().ended(transaction) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    async fn look_up(&self, pages: &RefCell<BufferPool>, statement: &Statement, write: bool) {
        let (Some(table), Access::Row(key)) = (statement.table, statement.access) else { return };
        let needs = pages.borrow_mut().touch(table, key, write);
        let span = {
            let stream = &mut *self.disk.borrow_mut();
            match needs {
                Needs::Nothing => 0,
                Needs::Read => self.knobs.disk_read.sample(stream),
                Needs::WriteThenRead => {
                    self.knobs.disk_write.sample(stream) + self.knobs.disk_read.sample(stream)
                }
            }
        };
        if span > 0 {
            self.clock.sleep(span).await;
            self.cost(write, |cost| cost.disk += span);
        }
    }

    /// Asks for a lock and waits until it is granted.
    async fn acquire(
        &self,
        transaction: Transaction,
        target: Target,
        mode: Mode,
        writes: bool,
    ) -> Result<(), SqlError> {
        let Some(signal) = self.ask(transaction.owner, target, mode)? else { return Ok(()) };
        let since = self.clock.now();
        let patience = self.knobs.lock_wait_timeout.0;
        let cpu = self.knobs.lock_wait_cpu.sample(&mut self.disk.borrow_mut());
        if cpu > 0 {
            self.burns.send(cpu);
        }
        let outcome = self.clock.timeout(patience, signal.wait()).await;
        let waited = self.clock.now() - since;
        self.lock_waits.borrow_mut().record(waited);
        self.cost(writes, |cost| {
            cost.locks += waited;
            cost.cpu += cpu;
        });
        self.state.borrow_mut().open(transaction.owner).waited += waited;
        match outcome {
            Some(Waited::Granted) => {
                // A crash in this very instant has taken the lock again.
                self.check(transaction)?;
                let request = self.state.borrow_mut().open(transaction.owner).request;
                self.probe.tell(Event::Locked { request, target, mode });
                Ok(())
            }
            Some(Waited::Failed(error)) => Err(error),
            None => {
                self.work(|work| work.lock_timeouts += 1);
                let state = &mut *self.state.borrow_mut();
                let mut granted = Vec::new();
                state.locks.cancel(transaction.owner, &mut granted);
                state.open(transaction.owner).wait = None;
                self.wake(state, &granted);
                let request = state.open(transaction.owner).request;
                self.probe.tell(Event::LockTimeout { request });
                Err(SqlError::LockWaitTimeout)
            }
        }
    }

    /// Asks for a lock; finds and breaks the cycles that the request closes. `None`: granted.
    fn ask(
        &self,
        owner: Owner,
        target: Target,
        mode: Mode,
    ) -> Result<Option<Rc<Signal<'w, Waited>>>, SqlError> {
        let state = &mut *self.state.borrow_mut();
        let request = state.open(owner).request;
        if state.locks.request(owner, target, mode) == Requested::Granted {
            self.probe.tell(Event::Locked { request, target, mode });
            return Ok(None);
        }
        self.work(|work| work.lock_waits += 1);
        self.tell_blockers(state, owner, target, mode);
        while self.knobs.deadlock_detect
            && let Some(cycle) = state.locks.cycle(owner)
        {
            self.work(|work| work.deadlocks += 1);
            let victim = state.victim(&cycle);
            for member in &cycle {
                let request = state.open(*member).request;
                self.probe.tell(Event::InDeadlock { request, victim: *member == victim });
            }
            self.end(state, victim, SqlError::Deadlock);
            if victim == owner {
                return Err(SqlError::Deadlock);
            }
            if state.locks.wanted(owner).is_none() {
                self.probe.tell(Event::Locked { request, target, mode });
                return Ok(None);
            }
        }
        let signal = Rc::new(Signal::new(self.clock));
        state.open(owner).wait = Some(Rc::clone(&signal));
        Ok(Some(signal))
    }

    fn tell_write(
        &self,
        state: &mut State<'w>,
        transaction: Transaction,
        table: TableId,
        key: u64,
    ) {
        if !self.probe.records() {
            return;
        }
        let open = state.open(transaction.owner);
        let (request, write) = (open.request, open.writes.last().copied());
        if let Some(Write { over, computed_from, .. }) = write {
            let stale = computed_from.is_some_and(|read| read != over);
            self.probe.tell(Event::Wrote { request, table, key, stale });
        }
    }

    fn tell_blockers(&self, state: &mut State<'w>, owner: Owner, target: Target, mode: Mode) {
        if !self.probe.records() {
            return;
        }
        let request = state.open(owner).request;
        let blockers: Vec<Owner> = state.locks.blockers(owner).collect();
        for by in blockers {
            let by = state.open(by).request;
            self.probe.tell(Event::WaitsForLock { request, target, mode, by });
        }
    }

    /// The server ends a transaction: undone, its locks given to who waits for them.
    fn end(&self, state: &mut State<'w>, owner: Owner, error: SqlError) {
        let mut granted = Vec::new();
        state.roll_back(owner, &mut granted);
        let open = state.open(owner);
        open.ended = Some(error);
        self.probe.tell(Event::RolledBack { request: open.request });
        if let Some(signal) = open.wait.take() {
            signal.give(Waited::Failed(error));
        }
        self.wake(state, &granted);
    }

    /// Gives one lock up before the end of the transaction.
    fn let_go(&self, transaction: Transaction, target: Target) {
        let state = &mut *self.state.borrow_mut();
        let mut granted = Vec::new();
        state.locks.release_one(transaction.owner, target, &mut granted);
        let request = state.open(transaction.owner).request;
        self.probe.tell(Event::Unlocked { request, target });
        self.wake(state, &granted);
    }

    fn wake(&self, state: &mut State<'w>, granted: &[Owner]) {
        for owner in granted {
            if let Some(signal) = state.open(*owner).wait.take() {
                signal.give(Waited::Granted);
            }
        }
    }

    /// Rolls back what is still open, and forgets the transaction.
    pub(crate) fn roll_back(&self, transaction: Transaction) {
        let state = &mut *self.state.borrow_mut();
        let mut granted = Vec::new();
        if let Ended::Now(request) = state.leave(transaction, &mut granted) {
            self.probe.tell(Event::RolledBack { request });
        }
        self.wake(state, &granted);
    }

    pub(crate) fn set_speed(&self, share: f64) {
        self.cores.set_speed(share);
    }

    /// Core nanoseconds used so far.
    pub(crate) fn busy_area(&self) -> u128 {
        self.cores.busy_area()
    }

    /// Commits at risk so far, times nanoseconds.
    pub(crate) fn unsynced_area(&self) -> u128 {
        self.unsynced.borrow().area(self.clock.now())
    }

    pub(crate) fn work_done(&self) -> Work {
        self.work.get()
    }

    pub(crate) fn redo_seen(&self) -> log::LogSeen {
        self.redo.seen.get()
    }

    pub(crate) fn binlog_seen(&self) -> log::LogSeen {
        self.binlog.seen.get()
    }

    pub(crate) fn pages_seen(&self) -> Option<buffer_pool::PoolSeen> {
        self.pages.as_ref().map(|pages| pages.borrow().seen)
    }

    /// A look at the newest rows, for who checks them from outside.
    pub(crate) fn with_table<T>(&self, id: TableId, look: impl FnOnce(&table::Table) -> T) -> T {
        look(&self.state.borrow().tables[id.0 as usize])
    }

    /// Locks that somebody holds or wants.
    pub(crate) fn locks(&self) -> usize {
        self.state.borrow().locks.len()
    }

    fn work(&self, change: impl FnOnce(&mut Work)) {
        let mut work = self.work.get();
        change(&mut work);
        self.work.set(work);
    }

    fn cost(&self, writes: bool, change: impl FnOnce(&mut Cost)) {
        self.work(|work| change(if writes { &mut work.writes } else { &mut work.reads }));
    }
}

/// InnoDB's page size.
const PAGE_BYTES: u64 = 16 * 1024;

/// Someone inside a component, from construction to drop.
pub(crate) struct Visit<'c> {
    clock: &'c Clock,
    census: &'c RefCell<Census>,
    since: Nanos,
}

impl<'c> Visit<'c> {
    pub(crate) fn enter(clock: &'c Clock, census: &'c RefCell<Census>) -> Visit<'c> {
        let since = clock.now();
        census.borrow_mut().enter(since);
        Visit { clock, census, since }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.census.borrow_mut().leave(self.clock.now(), self.since);
    }
}
