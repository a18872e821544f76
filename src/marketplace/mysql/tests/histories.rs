//! Random transactions at the same time, against what each isolation level promises.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Alone, alone, config, table};
use crate::engine::distribution::Distribution;
use crate::engine::executor::{Ended, Limits};
use crate::marketplace::checker::Anomaly;
use crate::marketplace::config::Isolation;
use crate::marketplace::mysql::table::{TableId, Values};
use crate::marketplace::mysql::{
    Access, Change, Found, Guard, Lock, SqlError, Statement, Verb, Work,
};
use crate::random::Stream;

const TABLE: TableId = TableId(0);
/// Rows 1 and 2 are there at the start, the others are one gap.
const ROWS: [u64; 5] = [1, 2, 3, 4, 5];
const START: i64 = 10;
const SEEDS: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Read(Lock),
    Add(i64),
    /// To what this transaction read last of the row, and this much; a plain read if it has not.
    SetFromRead(i64),
    /// Adds if the value is at least the first number.
    AddIf(i64, i64),
    Insert(i64),
    Delete,
    /// Counts the rows from this one on, and locks them with their gaps.
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    pause: u64,
    cpu: u64,
    row: u64,
    action: Action,
}

/// Something that a transaction was told, in the order of events.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    /// The value that was read or written, unless there was no row or none that matched; and the
    /// value that a `SetFromRead` set.
    Did {
        step: Step,
        value: Option<i64>,
        set: Option<i64>,
    },
    Failed(Step, SqlError),
    Committed,
}

#[derive(Debug)]
struct History {
    told: Vec<(usize, Told)>,
    end: BTreeMap<u64, i64>,
    work: Work,
    lost_updates: u64,
    locks: usize,
    kept: (usize, usize),
    /// Whom the run left waiting.
    ended: Ended,
}

fn programs(random: &mut Stream) -> Vec<Vec<Step>> {
    let action = |random: &mut Stream| {
        let by = random.below(9) as i64 - 4;
        match random.below(16) {
            0..=1 => Action::Read(Lock::None),
            2 => Action::Read(Lock::Share),
            3 => Action::Read(Lock::Update),
            4..=5 => Action::Add(by),
            6..=8 => Action::SetFromRead(by),
            9 => Action::AddIf(START + by, -1),
            10..=12 => Action::Insert(by),
            13 => Action::Delete,
            _ => Action::Count,
        }
    };
    let step = |random: &mut Stream| Step {
        pause: random.below(8),
        cpu: random.below(3),
        row: ROWS[random.below(5) as usize],
        action: action(random),
    };
    (0..3 + random.below(4))
        .map(|_| (0..2 + random.below(4)).map(|_| step(random)).collect())
        .collect()
}

/// The statement of a step, and the value that it sets.
fn statement(step: &Step, reads: &BTreeMap<u64, Found>) -> (Statement, Option<i64>) {
    let update = Statement::update(TABLE, step.row);
    let add = |by| Change::Add { column: 0, by };
    let mut set = None;
    let statement = match (step.action, reads.get(&step.row)) {
        (Action::Read(lock), _) => Statement::select(TABLE, step.row).lock(lock),
        (Action::Add(by), _) => update.change(add(by)),
        (Action::SetFromRead(by), Some(read)) => {
            let to = read.values[0] + by;
            set = Some(to);
            update.change(Change::Set { column: 0, to }).computed_from(read)
        }
        (Action::SetFromRead(_), None) => Statement::select(TABLE, step.row),
        (Action::AddIf(value, by), _) => {
            update.change(add(by)).when(Guard::AtLeast { column: 0, value })
        }
        (Action::Insert(value), _) => {
            let mut values = Values::default();
            values[0] = value;
            Statement { access: Access::Row(step.row), ..Statement::insert(TABLE, values) }
        }
        (Action::Delete, _) => Statement { verb: Verb::Delete, ..update },
        (Action::Count, _) => {
            let access = Access::Range(step.row, ROWS[ROWS.len() - 1]);
            Statement { access, ..Statement::select(TABLE, 0) }.lock(Lock::Share)
        }
    };
    (statement.cpu(step.cpu), set)
}

/// `flush` is how long each log takes for a commit, in nanoseconds.
fn play(isolation: Isolation, detect: bool, flush: u64, programs: &[Vec<Step>]) -> History {
    let level = match isolation {
        Isolation::ReadCommitted => "read-committed",
        Isolation::RepeatableRead => "repeatable-read",
        Isolation::Serializable => "serializable",
    };
    let mut config = config(&[
        ("mysql.isolation", level),
        ("innodb_deadlock_detect", &detect.to_string()),
        ("innodb_lock_wait_timeout", "1"),
    ]);
    config.mysql.redo_flush = Distribution::Constant(flush);
    config.mysql.binlog_sync = Distribution::Constant(flush);
    let rows = table("rows", 2, &[("value", START)]);
    alone(&config, &[rows], |alone| {
        let told = Rc::new(RefCell::new(Vec::new()));
        for (number, program) in programs.iter().enumerate() {
            run_one(alone, number, program.clone(), Rc::clone(&told));
        }
        let ended = alone.sim.run(Limits::default()).unwrap();
        let committed = |key| alone.database.with_table(TABLE, |table| table.newest_committed(key));
        let value = |key: u64| committed(key).map(|values| (key, values[0]));
        History {
            told: told.take(),
            end: ROWS.into_iter().filter_map(value).collect(),
            work: alone.database.work_done(),
            lost_updates: alone.witness.counts(|_, _, _| None, &BTreeSet::new())
                [Anomaly::LostUpdate as usize],
            locks: alone.database.locks(),
            kept: alone.database.state.borrow().kept(),
            ended,
        }
    })
}

fn run_one(
    alone: &Alone<'_>,
    number: usize,
    program: Vec<Step>,
    told: Rc<RefCell<Vec<(usize, Told)>>>,
) {
    let (database, clock) = (alone.database, alone.clock);
    alone.sim.spawn("transaction", async move {
        let open = database.begin(number as u64);
        let mut reads = BTreeMap::new();
        for step in program {
            clock.sleep(step.pause).await;
            let (statement, set) = statement(&step, &reads);
            let done = database.execute(open, &statement, 0, 0).await;
            match done {
                Ok(found) => {
                    let counts = step.action == Action::Count;
                    if statement.verb == Verb::Select && found.rows == 1 && !counts {
                        reads.insert(step.row, found);
                    }
                    let value = (found.rows == 1).then_some(found.values[0]);
                    let value = if counts { Some(found.rows as i64) } else { value };
                    told.borrow_mut().push((number, Told::Did { step, value, set }));
                }
                Err(error) => {
                    database.roll_back(open);
                    told.borrow_mut().push((number, Told::Failed(step, error)));
                    return;
                }
            }
        }
        database.commit(open, 0, 0, 0).await.unwrap();
        told.borrow_mut().push((number, Told::Committed));
    });
}

/// The rows as one transaction after the other would find them. `None`: not as it was told.
fn replayed(rows: &mut BTreeMap<u64, i64>, step: &Step, set: Option<i64>) -> Option<i64> {
    let row = rows.get(&step.row).copied();
    let after = match (step.action, row) {
        (Action::Read(_), _) => return row,
        (Action::Count, _) => return Some(rows.range(step.row..).count() as i64),
        (Action::SetFromRead(_), _) if set.is_none() => return row,
        (Action::Insert(value), None) => Some(value),
        (_, None) => return None,
        (Action::Insert(_), Some(_)) => panic!("a duplicate was not refused"),
        (Action::Add(by), Some(value)) => Some(value + by),
        (Action::SetFromRead(_), Some(_)) => set,
        (Action::AddIf(least, _), Some(value)) if value < least => return None,
        (Action::AddIf(_, by), Some(value)) => Some(value + by),
        (Action::Delete, Some(_)) => None,
    };
    match after {
        Some(value) => rows.insert(step.row, value),
        None => rows.remove(&step.row),
    };
    // A delete tells what it has deleted.
    after.or(row)
}

fn start() -> BTreeMap<u64, i64> {
    [1, 2].map(|row| (row, START)).into_iter().collect()
}

/// Whether some order of the transactions that committed gives all that they were told, and the
/// end.
fn is_serial(history: &History, rows: &BTreeMap<u64, i64>, left: &[usize]) -> bool {
    if left.is_empty() {
        return *rows == history.end;
    }
    left.iter().any(|next| {
        let mut rows = rows.clone();
        let mut told = history.told.iter().filter(|(number, _)| number == next);
        let as_told = told.all(|(_, told)| match told {
            Told::Did { step: Step { action: Action::Insert(_), row, .. }, .. }
                if rows.contains_key(row) =>
            {
                false
            }
            Told::Did { step, value, set } => replayed(&mut rows, step, *set) == *value,
            Told::Failed(..) | Told::Committed => true,
        });
        let others: Vec<usize> = left.iter().copied().filter(|other| other != next).collect();
        as_told && is_serial(history, &rows, &others)
    })
}

/// A value with the number of the write that it came with.
type Version = (i64, u64);

/// One transaction, as the oracle follows it.
#[derive(Clone, Default)]
struct Followed {
    snapshot: Option<usize>,
    /// Rows that it has written, and what of others it has written them over.
    own: BTreeMap<u64, Option<Version>>,
    over: BTreeMap<u64, Option<Version>>,
    /// Versions that its values were read from, by row; `None`: its own.
    read: BTreeMap<u64, Option<u64>>,
    /// Its writes in order: row, number, and whether it changed a row that stays.
    written: Vec<(u64, u64, bool)>,
}

/// Keeps every state there ever was: follows what each transaction was told and may be told.
struct Oracle {
    isolation: Isolation,
    states: Vec<BTreeMap<u64, Version>>,
    open: Vec<Followed>,
    writes: u64,
    /// By write, the changes that its version contains, itself included.
    contains: BTreeMap<u64, BTreeSet<u64>>,
    /// By row, the changes that were committed since it came into being.
    changes: BTreeMap<u64, BTreeSet<u64>>,
}

impl Oracle {
    /// Committed changes that the newest versions do not contain.
    fn lost(&self) -> u64 {
        let newest = &self.states[self.states.len() - 1];
        let none = BTreeSet::new();
        let lost = newest.iter().map(|(row, (_, write))| {
            let contained = self.contains.get(write).unwrap_or(&none);
            self.changes.get(row).unwrap_or(&none).difference(contained).count()
        });
        lost.sum::<usize>() as u64
    }

    fn follow(&mut self, number: usize, told: &Told) -> Result<(), String> {
        match told {
            // Its rows are read one after the other: only a serial order knows what it must tell.
            Told::Did { step: Step { action: Action::Count, .. }, .. } => {}
            Told::Did { step, value, set } => {
                let expected = self.expected(number, step, *set);
                if expected != *value {
                    return Err(format!("{number} {step:?}: {expected:?} not {value:?}"));
                }
            }
            Told::Failed(step, SqlError::DuplicateKey) => {
                let newest = self.newest(number, step.row);
                if newest.is_none() {
                    return Err(format!("{number} {step:?}: there is no such row"));
                }
            }
            Told::Failed(..) => {}
            Told::Committed => {
                let mut state = self.states[self.states.len() - 1].clone();
                let followed = &self.open[number];
                for (row, version) in &followed.own {
                    match version {
                        Some(version) => state.insert(*row, *version),
                        None => state.remove(row),
                    };
                }
                for (row, write, change) in &followed.written {
                    let changes = self.changes.entry(*row).or_default();
                    if *change {
                        changes.insert(*write);
                    } else {
                        changes.clear();
                    }
                }
                self.states.push(state);
            }
        }
        Ok(())
    }

    fn newest(&self, number: usize, row: u64) -> Option<Version> {
        let last = &self.states[self.states.len() - 1];
        self.open[number].own.get(&row).copied().unwrap_or_else(|| last.get(&row).copied())
    }

    /// What a step must tell.
    fn expected(&mut self, number: usize, step: &Step, set: Option<i64>) -> Option<i64> {
        let newest = self.newest(number, step.row);
        let last = self.states.len() - 1;
        let plain = match step.action {
            Action::Read(lock) => Some(lock == Lock::None),
            Action::SetFromRead(_) if set.is_none() => Some(true),
            _ => None,
        };
        let followed = &mut self.open[number];
        if let Some(plain) = plain {
            let seen = if plain && self.isolation == Isolation::RepeatableRead {
                let at = *followed.snapshot.get_or_insert(last);
                let own = followed.own.get(&step.row).copied();
                own.unwrap_or_else(|| self.states[at].get(&step.row).copied())
            } else {
                newest
            };
            if let Some((_, write)) = seen {
                let own = followed.own.contains_key(&step.row);
                followed.read.insert(step.row, (!own).then_some(write));
            }
            return seen.map(|(value, _)| value);
        }
        let mut rows: BTreeMap<u64, i64> =
            newest.into_iter().map(|(value, _)| (step.row, value)).collect();
        let before = rows.clone();
        let told = replayed(&mut rows, step, set);
        if told.is_some() {
            self.writes += 1;
            let write = self.writes;
            let over = *followed.over.entry(step.row).or_insert(newest);
            let change = newest.is_some() && rows.contains_key(&step.row);
            let base = match followed.read.get(&step.row) {
                // Computed from a version that another one may have replaced since.
                Some(Some(read)) if set.is_some() && over.is_none_or(|(_, over)| over != *read) => {
                    Some(*read)
                }
                _ => newest.map(|(_, write)| write),
            };
            let contained = base.filter(|_| change).and_then(|base| self.contains.get(&base));
            let mut contained = contained.cloned().unwrap_or_default();
            if change {
                contained.insert(write);
            }
            self.contains.insert(write, contained);
            followed.written.push((step.row, write, change));
            followed.own.insert(step.row, rows.get(&step.row).map(|value| (*value, write)));
        } else {
            assert_eq!(rows, before);
        }
        told
    }
}

/// What must hold whatever the isolation level.
fn check(seed: u64, isolation: Isolation, programs: &[Vec<Step>], history: &History) {
    let context = format!("seed {seed} at {isolation:?}: {history:#?}");
    let everybody_left = Ended::Idle { waiting: Vec::new() };
    let left = (&history.ended, history.locks, history.kept);
    assert_eq!(left, (&everybody_left, 0, (0, 0)), "left behind: {context}");
    let first = start().into_iter().map(|(row, value)| (row, (value, 0))).collect();
    let open = vec![Followed::default(); programs.len()];
    let (contains, changes) = (BTreeMap::new(), BTreeMap::new());
    let mut oracle = Oracle { isolation, states: vec![first], open, writes: 0, contains, changes };
    for (number, told) in &history.told {
        let followed = oracle.follow(*number, told);
        assert_eq!(followed, Ok(()), "{context}");
    }
    let last = &oracle.states[oracle.states.len() - 1];
    let end: BTreeMap<u64, i64> = last.iter().map(|(row, (value, _))| (*row, *value)).collect();
    assert_eq!(history.end, end, "the end: {context}");
    assert_eq!(history.lost_updates, oracle.lost(), "lost updates: {context}");
    let failed = |error| {
        let failures = history.told.iter().map(|(_, told)| told);
        failures.filter(|told| matches!(told, Told::Failed(_, other) if *other == error)).count()
    };
    assert_eq!(history.work.deadlocks, failed(SqlError::Deadlock) as u64, "{context}");
    assert_eq!(failed(SqlError::LockWaitTimeout), 0, "nobody waits for ever: {context}");
    if isolation == Isolation::Serializable {
        let committed = history.told.iter().filter(|(_, told)| *told == Told::Committed);
        let committed: Vec<usize> = committed.map(|(number, _)| *number).collect();
        assert!(is_serial(history, &start(), &committed), "no serial order: {context}");
        assert_eq!(history.lost_updates, 0, "{context}");
    }
}

fn check_level(isolation: Isolation, loses: bool) {
    let (mut deadlocks, mut lost) = (0, 0);
    for seed in 0..SEEDS {
        let programs = programs(&mut Stream::from_seed(seed));
        let flush = seed % 4;
        let history = play(isolation, true, flush, &programs);
        check(seed, isolation, &programs, &history);
        // Without detection the same cycle would last until the timeout, a second later.
        let undetected = play(isolation, false, flush, &programs);
        assert_eq!(
            history.work.deadlocks > 0,
            undetected.work.lock_timeouts > 0,
            "seed {seed} at {isolation:?}: a deadlock is found when there is one: {programs:#?}"
        );
        deadlocks += history.work.deadlocks;
        lost += history.lost_updates;
    }
    assert!(deadlocks > SEEDS / 20, "{deadlocks} deadlocks test little");
    assert_eq!(lost > 0, loses, "{lost}");
}

#[test]
fn read_committed_reads_what_is_committed() {
    check_level(Isolation::ReadCommitted, true);
}

#[test]
fn repeatable_read_reads_from_one_snapshot() {
    check_level(Isolation::RepeatableRead, true);
}

#[test]
fn serializable_equals_some_serial_order() {
    check_level(Isolation::Serializable, false);
}
