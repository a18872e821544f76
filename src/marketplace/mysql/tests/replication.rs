//! Replicas against a plain list of what was committed, in its order.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{config, table};
use crate::engine::executor::{Clock, Ended, Limits, Sim};
use crate::marketplace::checker::Witness;
use crate::marketplace::config::Config;
use crate::marketplace::mysql::table::{TableId, TableSpec, Values};
use crate::marketplace::mysql::{Change, Database, SqlError, Statement};
use crate::marketplace::probe::Probe;
use crate::random::{Stream, Streams};

const TABLE: TableId = TableId(0);
const ROWS: u64 = 6;

/// A row's value after a commit; `None`: deleted.
type Changes = Vec<(u64, Option<i64>)>;
/// What a reader of a replica saw: the place that was applied, and all rows.
type Seen = (u64, Vec<Option<i64>>);

/// A primary with its replicas, and whatever plays with them.
fn with_replicas<T>(
    config: &Config,
    tables: &[TableSpec],
    play: impl for<'a> FnOnce(&Sim<'a>, &'a Clock, &'a [Database<'a>]) -> T,
) -> T {
    let clock = Clock::new();
    let probe = Rc::new(Probe::new(&clock, false));
    let witness = Rc::new(Witness::new(tables, true, Rc::clone(&probe)));
    let streams = Streams { seed: 1, replication: 0 };
    let new = |number| {
        let seen_by = (Rc::clone(&witness), Rc::clone(&probe));
        Database::new(&clock, config, number, tables, streams, seen_by)
    };
    let databases: Vec<Database<'_>> = (0..=config.replica.count as usize).map(new).collect();
    let sim = Sim::new(&clock);
    for database in &databases {
        database.start(&sim);
        database.start_replication(&sim, &databases);
    }
    let outcome = play(&sim, &clock, &databases);
    sim.close();
    outcome
}

/// One transaction of one to three writes on random rows. Gives its place and its changes.
async fn write(
    clock: &Clock,
    database: &Database<'_>,
    stream: &mut Stream,
) -> Result<(u64, Changes), SqlError> {
    let transaction = database.begin(0);
    let mut changes = BTreeMap::new();
    // In order of keys: deadlocks are tested elsewhere.
    let mut rows: Vec<u64> = (0..1 + stream.below(3)).map(|_| 1 + stream.below(ROWS)).collect();
    rows.sort_unstable();
    for row in rows {
        let value = stream.below(1_000_000) as i64;
        let statement = Statement::update(TABLE, row).change(Change::Set { column: 0, to: value });
        let found = database.execute(transaction, &statement.cpu(stream.below(3)), 0, 0).await;
        match found {
            Ok(found) if found.rows == 1 => changes.insert(row, Some(value)),
            Ok(_) => {
                let mut values = Values::default();
                values[0] = value;
                let insert = Statement::insert(TABLE, values);
                let insert = Statement { access: super::super::Access::Row(row), ..insert };
                match database.execute(transaction, &insert, 0, 0).await {
                    Ok(_) => changes.insert(row, Some(value)),
                    Err(error) => {
                        database.roll_back(transaction);
                        return Err(error);
                    }
                }
            }
            Err(error) => {
                database.roll_back(transaction);
                return Err(error);
            }
        };
        clock.sleep(stream.below(5)).await;
    }
    match database.commit(transaction, 0, stream.below(2), 0).await {
        Ok(position) => Ok((position, changes.into_iter().collect())),
        Err(error) => {
            database.roll_back(transaction);
            Err(error)
        }
    }
}

/// All rows of a replica in one snapshot.
async fn look(database: &Database<'_>) -> Seen {
    let transaction = database.begin(0);
    let mut rows = Vec::new();
    let applied = database.replication.applied.reached();
    for row in 1..=ROWS {
        let found = database.execute(transaction, &Statement::select(TABLE, row), 0, 0).await;
        rows.push(found.ok().filter(|found| found.rows == 1).map(|found| found.values[0]));
    }
    database.roll_back(transaction);
    (applied, rows)
}

/// The rows after the commits up to a place.
fn prefix(log: &BTreeMap<u64, Changes>, upto: u64) -> Vec<Option<i64>> {
    let mut rows: Vec<Option<i64>> = (1..=ROWS).map(|row| (row <= 3).then_some(0)).collect();
    for changes in log.range(..=upto).map(|(_, changes)| changes) {
        for (row, value) in changes {
            rows[*row as usize - 1] = *value;
        }
    }
    rows
}

/// Whatever the number of appliers and their costs: a replica shows the primary's past, whole
/// transactions in the order of the binary log, never goes back, and has everything in the end.
#[test]
fn a_replica_shows_the_primary_as_it_was() {
    for seed in 0..300 {
        let mut stream = Stream::from_seed(seed);
        let workers = (1 + stream.below(6)).to_string();
        let settings = [
            ("replica.count", "2"),
            ("replica_parallel_workers", workers.as_str()),
            ("replica.delay", "uniform 0ns..9ns"),
            ("replica.apply-cpu", "uniform 0ns..7ns"),
            ("replica.cores", "2"),
            ("mysql.redo-flush", "uniform 1ns..6ns"),
            ("mysql.binlog-sync", "uniform 1ns..6ns"),
        ];
        let tables = [table("t", 3, &[("value", 0)])];
        let (log, seen, last) =
            with_replicas(&config(&settings), &tables, |sim, clock, databases| {
                let log: Rc<RefCell<BTreeMap<u64, Changes>>> = Rc::default();
                let seen: Rc<RefCell<Vec<Vec<Seen>>>> = Rc::new(RefCell::new(vec![Vec::new(); 2]));
                for writer in 0..4 {
                    let (log, mut own) = (Rc::clone(&log), Stream::from_seed(seed * 8 + writer));
                    let primary = &databases[0];
                    sim.spawn("writer", async move {
                        for _ in 0..12 {
                            clock.sleep(own.below(12)).await;
                            if let Ok((position, changes)) = write(clock, primary, &mut own).await {
                                assert!(log.borrow_mut().insert(position, changes).is_none());
                            }
                        }
                    });
                }
                for (at, replica) in databases[1..].iter().enumerate() {
                    let seen = Rc::clone(&seen);
                    sim.spawn("reader", async move {
                        for _ in 0..60 {
                            clock.sleep(5).await;
                            let look = look(replica).await;
                            seen.borrow_mut()[at].push(look);
                        }
                    });
                }
                let ended = sim.run(Limits { until: 100_000, ..Limits::default() });
                assert!(
                    matches!(ended, Ok(Ended::Idle { .. } | Ended::Until)),
                    "{seed}: {ended:?}"
                );
                let last: Vec<u64> =
                    databases[1..].iter().map(|d| d.replication.applied.reached()).collect();
                (log.take(), seen.take(), last)
            });
        let newest = log.last_key_value().map_or(0, |(position, _)| *position);
        assert_eq!(last, [newest; 2], "seed {seed}: everything arrives");
        for seen in seen {
            let mut before = 0;
            for (applied, rows) in seen {
                assert!(applied >= before, "seed {seed}: back from {before} to {applied}");
                assert_eq!(rows, prefix(&log, applied), "seed {seed} after {applied}");
                before = applied;
            }
        }
    }
}
