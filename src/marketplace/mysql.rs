//! The database: connections that it accepts, cores that its statements share, commits.
//!
//! Statements name their table, row, lock and effect already; only their time counts so far.

use std::cell::{Cell, RefCell};

use super::config::Config;
use super::knobs::Limit;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Clock;
use crate::engine::gauge::Census;
use crate::engine::processor::Cores;
use crate::engine::time::Nanos;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Primary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Select,
    Insert,
    Update,
    Delete,
    /// A statement without a table: `DO SLEEP(0.02)`.
    Do,
}

impl Verb {
    pub(crate) const ALL: [(Verb, &'static str); 5] = [
        (Verb::Select, "select"),
        (Verb::Insert, "insert"),
        (Verb::Update, "update"),
        (Verb::Delete, "delete"),
        (Verb::Do, "do"),
    ];

    /// Whether a commit has something to make durable afterwards.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Verb::Insert | Verb::Update | Verb::Delete)
    }
}

/// Which lock a reading statement asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// A consistent read.
    None,
    Share,
    Update,
}

/// What a statement does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect<'a> {
    Read,
    /// Adds to a column.
    Add {
        column: &'a str,
        by: i64,
    },
    Write,
}

/// One statement: what it touches and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statement<'a> {
    pub(crate) verb: Verb,
    pub(crate) table: Option<&'a str>,
    /// Primary key, where one row is meant.
    pub(crate) row: Option<u64>,
    pub(crate) lock: Lock,
    pub(crate) effect: Effect<'a>,
    /// CPU of the database, nanoseconds of one core.
    pub(crate) cpu: Nanos,
    /// Time in the database without CPU.
    pub(crate) wait: Nanos,
}

pub(crate) struct Database<'w> {
    clock: &'w Clock,
    pub(crate) role: Role,
    cores: Cores<'w>,
    pub(crate) round_trip: &'w Distribution,
    pub(crate) commit: &'w Distribution,
    connections_max: u32,
    connections: Cell<u32>,
    /// Pool connections that were refused because max_connections was reached.
    pub(crate) refused: Cell<u64>,
    pub(crate) statements: RefCell<Census>,
}

impl<'w> Database<'w> {
    pub(crate) fn new(clock: &'w Clock, config: &'w Config) -> Database<'w> {
        let knobs = &config.mysql;
        let cores = match knobs.cores {
            Limit::Of(cores) => cores,
            Limit::Unlimited => u32::MAX,
        };
        let cores = Cores::new(clock, cores, knobs.contention.0);
        if knobs.speed.0 != 1.0 {
            cores.set_speed(knobs.speed.0);
        }
        Database {
            clock,
            role: Role::Primary,
            cores,
            round_trip: &knobs.round_trip,
            commit: &knobs.commit,
            connections_max: knobs.max_connections,
            connections: Cell::new(0),
            refused: Cell::new(0),
            statements: RefCell::default(),
        }
    }

    /// Accepts a connection unless `max_connections` is reached.
    pub(crate) fn connect(&self) -> bool {
        if self.connections.get() >= self.connections_max {
            super::count(&self.refused);
            return false;
        }
        self.connections.set(self.connections.get() + 1);
        true
    }

    /// Runs a statement: network and waiting first, then its share of the cores.
    pub(crate) async fn execute(&self, statement: &Statement<'_>, round_trip: Nanos) {
        let visit = Visit::enter(self.clock, &self.statements);
        let away = round_trip.saturating_add(statement.wait);
        if away > 0 {
            self.clock.sleep(away).await;
        }
        self.cores.run(statement.cpu).await;
        drop(visit);
    }

    pub(crate) fn set_speed(&self, share: f64) {
        self.cores.set_speed(share);
    }

    /// Core nanoseconds used so far.
    pub(crate) fn busy_area(&self) -> u128 {
        self.cores.busy_area()
    }
}

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
