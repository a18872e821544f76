//! What happens to requests, as typed events. Components tell the probe; in a normal run it
//! keeps nothing, and the time a request spends in each stage is all that is summed up.

use std::cell::RefCell;

use super::checker::Anomaly;
use super::mysql::lock::{Mode, Target};
use super::mysql::table::TableId;
use super::mysql::{Lock, Verb};
use super::request::Failure;
use crate::engine::executor::Clock;
use crate::engine::time::Nanos;

/// Where a request spends its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Until the server reads the request: balancer, TCP connection, backlog.
    Connect,
    ThreadQueue,
    AppCpu,
    PoolWait,
    Database,
    /// Remote calls and other waiting of the application.
    Remote,
    Station,
    /// For a row lock; not part of [`Stage::Database`].
    LockWait,
    /// For a lock in Redis, the commands included.
    RedisLock,
    /// Between attempts, or for the executor that repeats them.
    Retry,
    /// In the cache: commands, and waiting for somebody else's load.
    Redis,
}

impl Stage {
    pub(crate) const ALL: [Stage; 11] = [
        Stage::Connect,
        Stage::ThreadQueue,
        Stage::AppCpu,
        Stage::PoolWait,
        Stage::Database,
        Stage::Remote,
        Stage::Station,
        Stage::LockWait,
        Stage::RedisLock,
        Stage::Retry,
        Stage::Redis,
    ];

    /// The key in JSON.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Stage::Connect => "connect_ms",
            Stage::ThreadQueue => "thread_queue_ms",
            Stage::AppCpu => "app_cpu_ms",
            Stage::PoolWait => "pool_wait_ms",
            Stage::Database => "database_ms",
            Stage::Remote => "remote_ms",
            Stage::Station => "station_ms",
            Stage::LockWait => "lock_wait_ms",
            Stage::RedisLock => "redis_lock_ms",
            Stage::Retry => "retry_ms",
            Stage::Redis => "redis_ms",
        }
    }
}

/// What a request can wait for, hold and give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Thread {
        instance: u32,
    },
    /// Which one is known once it has been granted.
    Connection {
        instance: u32,
        number: Option<u32>,
    },
}

/// What becomes of the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Dies,
    /// The network splits; the primary is alive on its side.
    CutOff,
    /// The manager believes that it is gone.
    Noticed,
    /// The manager has seen to it that it is gone.
    PoweredOff,
    /// Instances have a primary again: the same, or the one that has been promoted.
    Back,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A client intends a request of an endpoint.
    Arrives {
        request: u64,
        load: usize,
        endpoint: usize,
        /// Which user of a closed load, from 0.
        user: Option<u32>,
    },
    Enters {
        request: u64,
        stage: Stage,
    },
    Leaves {
        request: u64,
        stage: Stage,
    },
    WaitsFor {
        request: u64,
        unit: Unit,
    },
    Granted {
        request: u64,
        unit: Unit,
    },
    Released {
        request: u64,
        unit: Unit,
    },
    /// A transaction or a connection is asked for, of which database: told only where there are
    /// several.
    Begins {
        request: u64,
        database: u32,
    },
    /// A statement sets out (no table and no row where none is named).
    Statement {
        request: u64,
        verb: Verb,
        lock: Lock,
        table: Option<TableId>,
        row: Option<u64>,
    },
    /// A row lock, or another lock of the database, is the request's.
    Locked {
        request: u64,
        target: Target,
        mode: Mode,
    },
    /// It is not yet, because of another request; told once for each.
    WaitsForLock {
        request: u64,
        target: Target,
        mode: Mode,
        by: u64,
    },
    /// `innodb_lock_wait_timeout` passed: error 1205.
    LockTimeout {
        request: u64,
    },
    /// A member of a cycle of waits; the last of the members to be told is not special.
    InDeadlock {
        request: u64,
        victim: bool,
    },
    /// A lock is given up before the end of its transaction.
    Unlocked {
        request: u64,
        target: Target,
    },
    /// A row has a new version; `stale`: computed from an older one than it replaces.
    Wrote {
        request: u64,
        table: TableId,
        key: u64,
        stale: bool,
    },
    /// The application asks for the commit.
    Commits {
        request: u64,
    },
    /// The changes are visible, the locks are gone.
    Committed {
        request: u64,
    },
    /// The changes are undone, the locks are gone.
    RolledBack {
        request: u64,
    },
    /// A client of a lock in Redis begins to wait, has it, gives it back.
    RedisWaits {
        request: u64,
        key: u64,
    },
    RedisLocked {
        request: u64,
        key: u64,
        token: u64,
    },
    RedisUnlocked {
        request: u64,
        key: u64,
    },
    /// The work is done once more.
    Retries {
        request: u64,
        attempt: u32,
    },
    /// The process, or the request alone, stands still.
    Pauses {
        request: u64,
    },
    /// A client was not shown the version of a row that it should have been: who committed that one,
    /// and how long before the client asked. Told before the violations.
    Missed {
        request: u64,
        by: u64,
        table: TableId,
        key: u64,
        age: Nanos,
    },
    /// A checker found something in what this request did.
    Violation {
        request: u64,
        anomaly: Anomaly,
    },
    /// A replica has what this request has committed, or is about to, in its relay log.
    Received {
        request: u64,
        replica: u32,
    },
    /// A replica shows what this request has committed.
    Applied {
        request: u64,
        replica: u32,
    },
    /// A replica has become the primary.
    Promoted {
        database: usize,
    },
    Primary {
        fate: Fate,
    },
    /// The database or Redis dies, or is back.
    Server {
        up: bool,
    },
    Answered {
        request: u64,
        failure: Option<Failure>,
    },
    /// The client went away before the answer.
    GaveUp {
        request: u64,
    },
    Instance {
        number: u32,
        state: super::instance::Lifecycle,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) at: Nanos,
    pub(crate) event: Event,
}

/// Most events that are kept: the memory of a replay has an end. What comes later is not recorded.
const RECORDED_MAX: usize = 8_000_000;

pub(crate) struct Probe<'w> {
    clock: &'w Clock,
    recorded: Option<RefCell<Vec<Recorded>>>,
}

impl<'w> Probe<'w> {
    pub(crate) fn new(clock: &'w Clock, record: bool) -> Probe<'w> {
        Probe { clock, recorded: record.then(RefCell::default) }
    }

    /// Whether it is worth putting an event together.
    #[inline]
    pub(crate) fn records(&self) -> bool {
        self.recorded.is_some()
    }

    #[inline]
    pub(crate) fn tell(&self, event: Event) {
        if let Some(recorded) = &self.recorded {
            let mut recorded = recorded.borrow_mut();
            if recorded.len() < RECORDED_MAX {
                recorded.push(Recorded { at: self.clock.now(), event });
            }
        }
    }

    pub(crate) fn now(&self) -> Nanos {
        self.clock.now()
    }

    pub(crate) fn take(&self) -> Vec<Recorded> {
        self.recorded.as_ref().map_or_else(Vec::new, RefCell::take)
    }
}
