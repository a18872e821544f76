//! The database by itself, without the backend around it.

mod behaviours;
mod crash;
mod histories;
mod lock_table;
mod pages;
mod replication;

use std::rc::Rc;

use super::super::checker::Witness;
use super::super::config::{Base, Config};
use super::super::knobs::Raw;
use super::super::probe::Probe;
use super::Database;
use super::table::TableSpec;
use crate::engine::executor::{Clock, Sim};
use crate::random::Streams;

/// Components without any cost, with these settings.
fn config(settings: &[(&str, &str)]) -> Config {
    let mut config = Config::of(Base::Stack);
    for (name, value) in settings {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    config
}

fn table(name: &str, rows: u64, columns: &[(&str, i64)]) -> TableSpec {
    let columns = columns.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    TableSpec { name: name.to_owned(), rows, columns, parent: None, unique: None }
}

/// A database with its checkers, and the processes that use it.
struct Alone<'a> {
    sim: Sim<'a>,
    clock: &'a Clock,
    database: &'a Database<'a>,
    witness: &'a Witness<'a>,
}

fn alone<T>(
    config: &Config,
    tables: &[TableSpec],
    play: impl for<'a> FnOnce(&Alone<'a>) -> T,
) -> T {
    let clock = Clock::new();
    let probe = Rc::new(Probe::new(&clock, true));
    let witness = Rc::new(Witness::new(tables, true, Rc::clone(&probe)));
    let streams = Streams { seed: 1, replication: 0 };
    let seen_by = (Rc::clone(&witness), Rc::clone(&probe));
    let database = Database::new(&clock, config, 0, tables, streams, seen_by);
    let sim = Sim::new(&clock);
    database.start(&sim);
    let alone = Alone { sim, clock: &clock, database: &database, witness: &witness };
    let outcome = play(&alone);
    alone.sim.close();
    outcome
}
