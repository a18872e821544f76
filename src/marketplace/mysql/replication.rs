//! The binary log on its way to the replicas, and what they do with it.
//!
//! ```text
//! commit ─ binary log ─► outgoing ─ network ─► relay log ─► appliers ─► visible on the replica
//!    ▲                                  │
//!    └── semi-synchronous: acknowledged ┘
//! ```
//!
//! Transactions arrive and become visible in the order of the binary log. Several appliers work on
//! transactions that share no row, and wait for each other to commit.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::session::Write;
use super::table::TableId;
use super::{Database, Role};
use crate::engine::channel::Channel;
use crate::engine::executor::{Clock, Sim};
use crate::engine::progress::Progress;
use crate::engine::time::Nanos;
use crate::marketplace::config::{BinlogFormat, ReplicaKnobs};
use crate::marketplace::probe::Event;
use crate::random::Stream;
use crate::stats::histogram::Histogram;

/// One transaction in the binary log.
pub(crate) struct Entry {
    /// Its place, counted over all primaries.
    pub(crate) position: u64,
    pub(crate) request: u64,
    pub(crate) writes: Vec<Write>,
    /// What its statements took: CPU, and time without CPU.
    took: (Nanos, Nanos),
    logged: Nanos,
    /// When the primary showed it.
    pub(super) visible: Cell<Option<Nanos>>,
    /// Replicas that have it, a bit each.
    received_by: Cell<u32>,
    /// A crash of the primary has taken it back.
    pub(super) taken_back: Cell<bool>,
    /// Not a transaction: the time that lag is measured by.
    heartbeat: bool,
}

impl Entry {
    /// Whether the primary had shown it.
    pub(crate) fn was_shown(&self) -> bool {
        self.visible.get().is_some()
    }

    pub(crate) fn taken_back(&self) -> bool {
        self.taken_back.get()
    }

    /// Whether a database has received it.
    pub(crate) fn has_reached(&self, database: usize) -> bool {
        self.received_by.get() >> database & 1 == 1
    }
}

/// What a database needs to have replicas, and to be one.
pub(crate) struct Replication<'w> {
    clock: &'w Clock,
    /// Its number among the databases.
    pub(crate) number: usize,
    knobs: &'w ReplicaKnobs,
    stream: RefCell<Stream>,
    /// To each database, by number.
    outgoing: Vec<Channel<'w, Rc<Entry>>>,
    /// Entries that not all replicas have, or that have not been shown.
    unreceived: RefCell<VecDeque<Rc<Entry>>>,
    /// Newest place in the own binary log.
    logged: Cell<u64>,
    /// Newest place that some replica has acknowledged.
    acknowledged: Progress<'w>,
    /// Databases that replicate from this one.
    attached: Cell<usize>,
    /// The timeout of semi-synchronous replication has passed: commits do not wait for now.
    gave_up: Cell<bool>,
    relay: Channel<'w, Relayed>,
    /// Newest place in the relay log, and newest that is visible.
    received: Cell<u64>,
    pub(crate) applied: Progress<'w>,
    /// Entries that have arrived and that have been committed, counted here.
    arrived: Cell<u64>,
    committed: Progress<'w>,
    /// By row, the last arrival that changes it.
    last_change: RefCell<BTreeMap<(TableId, u64), u64>>,
    /// The newest heartbeat that has been applied.
    heartbeat: Cell<Nanos>,
    pub(crate) lag: RefCell<Histogram>,
}

/// An entry of the relay log.
struct Relayed {
    entry: Rc<Entry>,
    /// Its number by arrival, and the last one before it that changes one of its rows.
    arrival: u64,
    after: u64,
}

/// Rows whose last change is remembered before those long applied are dropped.
const REMEMBERED: usize = 65_536;

impl<'w> Replication<'w> {
    pub(super) fn new(
        clock: &'w Clock,
        knobs: &'w ReplicaKnobs,
        (number, role): (usize, Role),
        stream: Stream,
    ) -> Replication<'w> {
        let alone = knobs.count == 0 || role == Role::ReadStore;
        let databases = if alone { 0 } else { knobs.count + 1 };
        Replication {
            clock,
            number,
            knobs,
            stream: RefCell::new(stream),
            outgoing: (0..databases).map(|_| Channel::new(clock)).collect(),
            unreceived: RefCell::default(),
            logged: Cell::new(0),
            acknowledged: Progress::new(clock),
            attached: Cell::new(if number == 0 { databases.saturating_sub(1) as usize } else { 0 }),
            gave_up: Cell::new(false),
            relay: Channel::new(clock),
            received: Cell::new(0),
            applied: Progress::new(clock),
            arrived: Cell::new(0),
            committed: Progress::new(clock),
            last_change: RefCell::default(),
            heartbeat: Cell::new(0),
            lag: RefCell::default(),
        }
    }

    pub(super) fn knobs(&self) -> &'w ReplicaKnobs {
        self.knobs
    }

    pub(super) fn has_replicas(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Sends an entry on its way to every other database.
    pub(super) fn log(
        &self,
        request: u64,
        writes: Vec<Write>,
        took: (Nanos, Nanos),
        heartbeat: bool,
    ) -> Rc<Entry> {
        let position = if heartbeat { self.logged.get() } else { self.logged.get() + 1 };
        self.logged.set(position);
        let logged = self.clock.now();
        let entry = Rc::new(Entry {
            position,
            request,
            writes,
            took,
            logged,
            visible: Cell::new(None),
            received_by: Cell::new(1 << self.number),
            taken_back: Cell::new(false),
            heartbeat,
        });
        if !heartbeat {
            self.unreceived.borrow_mut().push_back(Rc::clone(&entry));
        }
        for (to, channel) in self.outgoing.iter().enumerate() {
            if to != self.number {
                channel.send(Rc::clone(&entry));
            }
        }
        entry
    }

    /// Waits until a replica has the entry, where commits are semi-synchronous.
    pub(super) async fn wait_for_acknowledgement(&self, entry: &Entry) {
        if !self.knobs.semi_sync || self.attached.get() == 0 || self.gave_up.get() {
            return;
        }
        let reached = Box::pin(self.acknowledged.reach(entry.position));
        let waited = self.clock.timeout(self.knobs.semi_sync_timeout.0, reached).await;
        if waited.is_none() {
            self.gave_up.set(true);
        }
    }

    fn acknowledge(&self, position: u64) {
        self.acknowledged.advance(position);
        if position >= self.logged.get() {
            self.gave_up.set(false);
        }
    }

    /// Newest place that this database has received.
    pub(crate) fn received(&self) -> u64 {
        self.received.get()
    }

    /// How old the newest heartbeat is that can be read here.
    pub(crate) fn heartbeat_age(&self) -> Nanos {
        self.clock.now() - self.heartbeat.get()
    }

    /// Entries, in order, that a database has not received.
    pub(crate) fn missing_at(&self, database: usize) -> Vec<Rc<Entry>> {
        let entries = self.unreceived.borrow();
        let missing = entries.iter().filter(|entry| !entry.has_reached(database));
        missing.map(Rc::clone).collect()
    }

    /// Entries that a database has received and that were never shown here.
    pub(crate) fn unshown_at(&self, database: usize) -> Vec<Rc<Entry>> {
        let entries = self.unreceived.borrow();
        let unshown = |entry: &&Rc<Entry>| entry.has_reached(database) && !entry.was_shown();
        entries.iter().filter(unshown).map(Rc::clone).collect()
    }

    /// Puts an entry into the relay log, unless it is there.
    fn relay(&self, entry: Rc<Entry>) {
        entry.received_by.set(entry.received_by.get() | 1 << self.number);
        self.received.set(self.received.get().max(entry.position));
        let arrival = self.arrived.get() + 1;
        self.arrived.set(arrival);
        let changes = &mut *self.last_change.borrow_mut();
        let mut after = 0;
        for write in &entry.writes {
            let before = changes.insert((write.table, write.key), arrival).unwrap_or(0);
            if before != arrival {
                after = after.max(before);
            }
        }
        if changes.len() > REMEMBERED {
            let done = self.committed.reached();
            changes.retain(|_, arrival| *arrival > done);
        }
        self.relay.send(Relayed { entry, arrival, after });
    }

    /// The new primary goes on where its relay log ended.
    fn take_over(&self, before: &Replication<'_>) {
        self.logged.set(self.received.get());
        self.attached.set(before.attached.get().saturating_sub(1));
    }

    fn forget_received(&self) {
        let everybody = (1 << self.outgoing.len()) - 1;
        let entries = &mut *self.unreceived.borrow_mut();
        let done = |entry: &Entry| entry.received_by.get() == everybody && entry.was_shown();
        while entries.front().is_some_and(|first| done(first)) {
            entries.pop_front();
        }
    }
}

impl<'w> Database<'w> {
    /// Starts what makes it a replica: a receiver for each database that may be its primary, and
    /// the appliers.
    pub(crate) fn start_replication(&'w self, sim: &Sim<'w>, databases: &'w [Database<'w>]) {
        for source in databases.iter().filter(|source| !std::ptr::eq(*source, self)) {
            sim.spawn("receiver", receive(sim.clone(), source, self));
        }
        for _ in 0..appliers(self.replication.knobs()) {
            sim.spawn("applier", apply(self));
        }
    }

    /// Writes the time into the binary log.
    pub(crate) fn beat(&self) {
        if !self.down.get() {
            self.replication.log(0, Vec::new(), (0, 0), true);
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        self.down.get()
    }

    /// From now on replicas and most instances do not reach it.
    pub(crate) fn cut_off(&self) {
        self.cut_off.set(true);
    }

    pub(crate) fn is_cut_off(&self) -> bool {
        self.cut_off.get()
    }

    /// Becomes the primary.
    pub(crate) fn promote(&self, before: &Database<'w>) {
        self.role.set(Role::Primary);
        self.replication.take_over(&before.replication);
        self.state.borrow_mut().take_over(&before.state.borrow());
    }

    /// Whether replicas hear from it.
    fn is_connected(&self) -> bool {
        !(self.down.get() || self.cut_off.get() || self.role.get() == Role::Replaced)
    }

    /// Waits until replicas hear from it, for ever if another one has become the primary.
    async fn until_connected(&self) {
        while !self.is_connected() {
            self.connected.reach(self.connected.reached() + 1).await;
        }
    }

    /// Receives an entry, if it does not have it yet.
    pub(crate) fn receive(&self, entry: Rc<Entry>) {
        let replica = self.replication.number;
        if entry.has_reached(replica) {
            return;
        }
        if !entry.heartbeat {
            self.probe.tell(Event::Received { request: entry.request, replica: replica as u32 });
        }
        self.replication.relay(entry);
    }

    fn tell_applied(&self, request: u64) {
        let replica = self.replication.number as u32;
        self.probe.tell(Event::Applied { request, replica });
    }
}

/// The connection between a primary and one of its replicas: receives what is sent, in order,
/// until the primary dies or is cut off. After a restart it goes on where it stopped.
pub(crate) async fn receive<'w>(sim: Sim<'w>, source: &'w Database<'w>, target: &'w Database<'w>) {
    let (from, to) = (&source.replication, &target.replication);
    let mut last = 0;
    loop {
        let entry = from.outgoing[to.number].receive().await;
        let delay = from.knobs.delay.sample(&mut to.stream.borrow_mut());
        let arrives = entry.logged.saturating_add(delay).max(last);
        last = arrives;
        if arrives > from.clock.now() {
            from.clock.sleep(arrives - from.clock.now()).await;
        }
        source.until_connected().await;
        if entry.taken_back.get() {
            continue;
        }
        let position = entry.position;
        target.receive(entry);
        from.forget_received();
        if from.knobs.semi_sync {
            let back = from.knobs.delay.sample(&mut to.stream.borrow_mut());
            sim.spawn("acknowledgement", async move {
                from.clock.sleep(back).await;
                if source.is_connected() {
                    from.acknowledge(position);
                }
            });
        }
    }
}

/// One applier of a replica.
pub(crate) async fn apply<'w>(replica: &'w Database<'w>) {
    let own = &replica.replication;
    loop {
        let Relayed { entry, arrival, after } = own.relay.receive().await;
        own.committed.reach(after).await;
        if !entry.heartbeat {
            let (cpu, wait) = match own.knobs.format {
                BinlogFormat::Statement => entry.took,
                BinlogFormat::Row => {
                    let stream = &mut *own.stream.borrow_mut();
                    let rows = entry.writes.iter();
                    (rows.map(|_| own.knobs.apply_cpu.sample(stream)).sum(), 0)
                }
            };
            replica.cores.run(cpu).await;
            if wait > 0 {
                own.clock.sleep(wait).await;
            }
            replica.flush_applied().await;
        }
        own.committed.reach(arrival - 1).await;
        let now = own.clock.now();
        if entry.heartbeat {
            own.heartbeat.set(entry.logged);
        } else {
            replica.state.borrow_mut().apply(&entry.writes);
            // What the primary has not shown yet is no lag at all.
            let lag = entry.visible.get().map_or(0, |visible| now - visible);
            own.lag.borrow_mut().record(lag);
        }
        own.committed.advance(arrival);
        own.applied.advance(entry.position);
        if !entry.heartbeat {
            replica.tell_applied(entry.request);
        }
    }
}

/// Appliers of a replica.
pub(crate) fn appliers(knobs: &ReplicaKnobs) -> u32 {
    knobs.workers.max(1)
}
