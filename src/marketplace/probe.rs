//! What happens to requests, as typed events. Components tell the probe; in a normal run it
//! keeps nothing, and the time a request spends in each stage is all that is summed up.

use std::cell::RefCell;

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
}

impl Stage {
    pub(crate) const ALL: [Stage; 7] = [
        Stage::Connect,
        Stage::ThreadQueue,
        Stage::AppCpu,
        Stage::PoolWait,
        Stage::Database,
        Stage::Remote,
        Stage::Station,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A client intends a request of an endpoint.
    Arrives {
        request: u64,
        load: usize,
        endpoint: usize,
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
    /// A statement runs on a row (`None` where none is named).
    Statement {
        request: u64,
        verb: super::mysql::Verb,
        row: Option<u64>,
    },
    Commits {
        request: u64,
    },
    Answered {
        request: u64,
        ok: bool,
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

pub(crate) struct Probe<'w> {
    clock: &'w Clock,
    recorded: Option<RefCell<Vec<Recorded>>>,
}

impl<'w> Probe<'w> {
    pub(crate) fn new(clock: &'w Clock, record: bool) -> Probe<'w> {
        Probe { clock, recorded: record.then(RefCell::default) }
    }

    #[inline]
    pub(crate) fn tell(&self, event: Event) {
        if let Some(recorded) = &self.recorded {
            recorded.borrow_mut().push(Recorded { at: self.clock.now(), event });
        }
    }

    pub(crate) fn take(&self) -> Vec<Recorded> {
        self.recorded.as_ref().map_or_else(Vec::new, RefCell::take)
    }
}
