//! What a crash takes, with every setting of the logs.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Alone, alone, config, table};
use crate::engine::executor::Limits;
use crate::engine::time::MILLISECOND;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::config::Crash;
use crate::marketplace::mysql::table::{TableId, TableSpec, Values};
use crate::marketplace::mysql::{Access, Change, Database, Lock, SqlError, Statement};

const BIDS: TableId = TableId(0);
const ORDERS: TableId = TableId(1);
const STOCK: usize = 0;
const UNITS: i64 = 1_000;

/// Buyers one after the other, one every 20 ms from 7 ms on.
const EVERY: u64 = 20 * MILLISECOND;
const FIRST: u64 = 7 * MILLISECOND;
const WRITE: u64 = MILLISECOND;
const FLUSH: u64 = 4 * MILLISECOND;
const SYNC: u64 = 3 * MILLISECOND;
/// The flusher runs once a second.
const FLUSHER: u64 = 1_000 * MILLISECOND;

fn tables() -> [TableSpec; 2] {
    let orders = table("orders", 0, &[("bid", 0)]);
    [table("bids", 10, &[("stock", UNITS)]), TableSpec { parent: Some((0, BIDS)), ..orders }]
}

/// Orders a unit of a bid.
async fn buy(database: &Database<'_>, bid: u64) -> Result<(), SqlError> {
    let open = database.begin(0);
    let run = async || {
        let take = Statement::update(BIDS, bid).change(Change::Add { column: STOCK, by: -1 });
        database.execute(open, &take, 0, 0).await?;
        let mut order = Values::default();
        order[0] = bid as i64;
        database.execute(open, &Statement::insert(ORDERS, order), 0, 0).await?;
        database.commit(open, 0, 0, 0).await.map(|_| ())
    };
    let bought = run().await;
    if bought.is_err() {
        database.roll_back(open);
    }
    bought.map(|_| ())
}

/// How the logs are set.
#[derive(Clone, Copy, Debug)]
struct Setting {
    flush_log: u64,
    sync_binlog: u64,
    log_bin: bool,
}

impl Setting {
    /// Buyers who were done with something by `at` that takes a commit this long.
    fn past(at: u64, after: u64) -> u64 {
        (at + EVERY).saturating_sub(FIRST + after) / EVERY
    }

    /// How long after it was asked for a commit is answered.
    fn answer(self) -> u64 {
        let redo = match self.flush_log {
            0 => 0,
            1 => WRITE + FLUSH,
            _ => WRITE,
        };
        redo + if self.log_bin && self.sync_binlog == 1 { SYNC } else { 0 }
    }

    /// How many commits survive a crash, and how many were answered before it.
    fn survivors(self, crash: Crash, at: u64) -> (u64, u64) {
        let answered = Setting::past(at, self.answer());
        let process = crash == Crash::Process;
        // Records in the redo log that are kept: prepared, and committed.
        let (prepared, committed) = match self.flush_log {
            2 if process => (answered, answered),
            1 => {
                let flushed = Setting::past(at, WRITE + FLUSH);
                // With a binary log the commit record comes after the flush: the next one takes it.
                (flushed, flushed.saturating_sub(u64::from(self.log_bin)))
            }
            _ if at > FLUSHER + WRITE + FLUSH => {
                (Setting::past(FLUSHER, 0), Setting::past(FLUSHER, self.answer()))
            }
            _ => (0, 0),
        };
        let binlog = match (self.log_bin, process || self.sync_binlog == 1) {
            (true, true) => answered,
            _ => 0,
        };
        (committed.max(prepared.min(binlog)).min(answered), answered)
    }
}

/// What was there after the restart.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    answered: u64,
    survived: u64,
    lost: u64,
    stock: i64,
    broken: u64,
    /// What the open transactions were told: one that waited for a lock, one that held it.
    open: [Option<Result<(), SqlError>>; 2],
    while_down: Option<Result<(), SqlError>>,
    afterwards: Vec<Result<(), SqlError>>,
    locks: usize,
}

fn crashed(setting: Setting, crash: Crash, at: u64) -> Left {
    let config = config(&[
        ("innodb_flush_log_at_trx_commit", &setting.flush_log.to_string()),
        ("sync_binlog", &setting.sync_binlog.to_string()),
        ("log_bin", &setting.log_bin.to_string()),
        ("mysql.redo-write", "1ms"),
        ("mysql.redo-flush", "4ms"),
        ("mysql.binlog-sync", "3ms"),
    ]);
    alone(&config, &tables(), |alone| play(alone, crash, at))
}

fn play(alone: &Alone<'_>, crash: Crash, at: u64) -> Left {
    let (database, clock) = (alone.database, alone.clock);
    let run = |until| alone.sim.run(Limits { until, ..Limits::default() }).unwrap();
    let answers = Rc::new(RefCell::new(Vec::new()));
    let spawn_buyer = |after: u64, bid: u64| {
        let answers = Rc::clone(&answers);
        alone.sim.spawn("buyer", async move {
            clock.sleep(after).await;
            let answer = buy(database, bid).await;
            answers.borrow_mut().push(answer);
        });
    };
    for buyer in (0..).map(|number| FIRST + number * EVERY).take_while(|asks| *asks < at) {
        spawn_buyer(buyer, 1);
    }
    // One holds a lock and stands still, one waits for it.
    let holder = database.begin(0);
    alone.sim.spawn("holder", async move {
        let take = Statement::update(BIDS, 2).change(Change::Add { column: STOCK, by: -1 });
        database.execute(holder, &take, 0, 0).await.unwrap();
    });
    run(0);
    let waiter = Rc::new(RefCell::new(None));
    let told = Rc::clone(&waiter);
    alone.sim.spawn("waiter", async move { *told.borrow_mut() = Some(buy(database, 2).await) });
    run(at);
    let answered = answers.take().iter().filter(|answer| answer.is_ok()).count() as u64;
    database.crash(crash);
    run(at + MILLISECOND);
    answers.borrow_mut().clear();
    spawn_buyer(0, 1);
    run(at + 2 * MILLISECOND);
    let while_down = answers.borrow_mut().pop();
    // Whatever was being flushed is over by then.
    run(at + 50 * MILLISECOND);
    answers.borrow_mut().clear();
    database.restart();
    let holds = Rc::new(RefCell::new(None));
    let told = Rc::clone(&holds);
    alone.sim.spawn("holder", async move {
        let committed = database.commit(holder, 0, 0, 0).await.map(|_| ());
        database.roll_back(holder);
        *told.borrow_mut() = Some(committed.map(|_| ()));
    });
    let survived = database.with_table(ORDERS, |orders| orders.changed().count()) as u64;
    let committed = |table, column: usize, key| {
        let values = database.with_table(table, |table| table.newest_committed(key));
        values.map(|values| values[column])
    };
    let stock = committed(BIDS, STOCK, 1).unwrap();
    let broken = alone.witness.counts(committed)[Anomaly::BrokenInvariant as usize];
    spawn_buyer(0, 1);
    spawn_buyer(0, 2);
    run(at + 100 * MILLISECOND);
    let broken = broken + alone.witness.counts(committed)[Anomaly::BrokenInvariant as usize];
    let lost = database.lost_commits.get();
    let open = [waiter.take(), holds.take()];
    let (afterwards, locks) = (answers.take(), database.locks());
    Left { answered, survived, lost, stock, broken, open, while_down, afterwards, locks }
}

#[test]
fn a_crash_takes_exactly_what_the_settings_had_not_kept() {
    let settings = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)];
    let settings = settings.into_iter().flat_map(|(flush_log, sync_binlog)| {
        [true, false].map(|log_bin| Setting { flush_log, sync_binlog, log_bin })
    });
    // Between two commits, in the flush of one, in its sync, and around the flusher's work.
    let moments = [500, 509, 513, 999, 1_003, 1_006, 1_008, 1_500]
        .map(|at| at * MILLISECOND + MILLISECOND / 2);
    let mut losses = 0;
    for setting in settings {
        for crash in [Crash::Power, Crash::Process] {
            for at in moments {
                let (survived, answered) = setting.survivors(crash, at);
                let down = Some(Err(SqlError::Down));
                let expected = Left {
                    answered,
                    survived,
                    lost: answered - survived,
                    stock: UNITS - survived as i64,
                    broken: 0,
                    open: [down, down],
                    while_down: down,
                    afterwards: vec![Ok(()), Ok(())],
                    locks: 0,
                };
                assert_eq!(crashed(setting, crash, at), expected, "{setting:?} {crash:?} {at}");
                losses += u64::from(survived < answered);
                let safe = setting.flush_log == 2 && crash == Crash::Process
                    || setting.flush_log == 1 && (setting.sync_binlog == 1 || !setting.log_bin);
                assert!(!safe || survived == answered, "{setting:?} {crash:?} loses");
            }
        }
    }
    assert!(losses > 40, "{losses}");
}

/// The lock was granted, and gone with the server before its owner woke up.
#[test]
fn a_lock_that_was_granted_in_the_instant_of_the_crash_is_not_used() {
    let config = config(&[]);
    let told = alone(&config, &[table("bids", 0, &[("stock", UNITS)])], |alone| {
        let database = alone.database;
        let told = Rc::new(RefCell::new(Vec::new()));
        let insert = |key| {
            let access = Access::Row(key);
            Statement { access, ..Statement::insert(BIDS, Values::default()) }
        };
        let run = || alone.sim.run(Limits { until: 0, ..Limits::default() }).unwrap();
        let holder = database.begin(0);
        alone.sim.spawn("holder", async move {
            let look = Statement::select(BIDS, 3).lock(Lock::Update);
            database.execute(holder, &look, 0, 0).await.unwrap();
        });
        run();
        let waiter = Rc::clone(&told);
        alone.sim.spawn("waiter", async move {
            let open = database.begin(1);
            let inserted = database.execute(open, &insert(3), 0, 0).await;
            database.roll_back(open);
            waiter.borrow_mut().push(("waiter", inserted.map(|_| ())));
        });
        run();
        let next = Rc::clone(&told);
        alone.sim.spawn("crash", async move {
            database.commit(holder, 0, 0, 0).await.unwrap();
            database.crash(Crash::Process);
            database.restart();
            let open = database.begin(2);
            let inserted = database.execute(open, &insert(3), 0, 0).await;
            next.borrow_mut().push(("next", inserted.map(|_| ())));
        });
        run();
        told.take()
    });
    assert_eq!(told, [("next", Ok(())), ("waiter", Err(SqlError::Down))]);
}
