//! The scenarios that were recorded on a real server, played on the model.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Deserialize;

use super::{Alone, alone, config, table};
use crate::engine::executor::Limits;
use crate::engine::time::SECOND;
use crate::marketplace::config::Config;
use crate::marketplace::mysql::table::{TableId, TableSpec, Values};
use crate::marketplace::mysql::{
    Access, Change, Found, Guard, Lock, SqlError, Statement, Transaction, Verb,
};

/// Scenarios that the model plays differently on purpose.
const DIFFERENT: &[(&str, &str)] = &[(
    "upgrade-beside-another-share",
    "the model follows every edge of the wait-for graph, the server one for each waiter: the model \
     finds the deadlock as soon as there is one",
)];

const RECORDED: &str = include_str!("../../../../sims/lab/innodb/behaviours.toml");

const BIDS: TableId = TableId(0);
const ORDERS: TableId = TableId(1);
const STOCK: usize = 0;
const VERSION: usize = 1;
/// What every row starts with.
const NEW: Values = [10, 0, 0, 0, 0, 0];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    recorded: toml::Value,
    behaviour: Vec<Behaviour>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    id: String,
    isolation: String,
    detect: bool,
    rows: Vec<u64>,
    steps: Vec<Step>,
    end: Vec<End>,
    #[serde(rename = "says")]
    _says: String,
    #[serde(rename = "mysql")]
    _mysql: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    row: u64,
    stock: toml::Value,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    trx: String,
    #[serde(rename = "do")]
    ends: Option<String>,
    #[serde(default)]
    sql: String,
    #[serde(default)]
    row: u64,
    #[serde(default)]
    from: u64,
    #[serde(default)]
    to: u64,
    #[serde(default)]
    lock: String,
    add: Option<i64>,
    set: Option<i64>,
    when_stock_at_least: Option<i64>,
    when_version: Option<i64>,
    result: String,
    #[serde(default)]
    then: BTreeMap<String, String>,
    sees: Option<toml::Value>,
    affected: Option<u64>,
}

impl Step {
    fn statement(&self) -> Statement {
        let lock = match self.lock.as_str() {
            "share" => Lock::Share,
            "update" => Lock::Update,
            _ => Lock::None,
        };
        match self.sql.as_str() {
            "select" => Statement::select(BIDS, self.row).lock(lock),
            "range" => {
                let access = Access::Range(self.from, self.to);
                Statement { access, ..Statement::select(BIDS, 0) }.lock(lock)
            }
            "update" => self.update(),
            "insert" => insert(self.row),
            "insert-order" => {
                let mut order = Values::default();
                order[0] = self.row as i64;
                Statement::insert(ORDERS, order)
            }
            "delete" => Statement { verb: Verb::Delete, ..Statement::update(BIDS, self.row) },
            other => panic!("no statement `{other}`"),
        }
    }

    fn update(&self) -> Statement {
        let mut update = Statement::update(BIDS, self.row);
        if let Some(by) = self.add {
            update = update.change(Change::Add { column: STOCK, by });
        }
        if let Some(to) = self.set {
            update = update.change(Change::Set { column: STOCK, to });
        }
        if let Some(value) = self.when_stock_at_least {
            update = update.when(Guard::AtLeast { column: STOCK, value });
        }
        if let Some(value) = self.when_version {
            update = update.when(Guard::Equals { column: VERSION, value });
            update = update.change(Change::Add { column: VERSION, by: 1 });
        }
        update
    }
}

fn insert(key: u64) -> Statement {
    Statement { access: Access::Row(key), ..Statement::insert(BIDS, NEW) }
}

/// What became of a statement or a commit.
type Outcome = Result<Found, SqlError>;

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(SqlError::Deadlock) => "deadlock",
        Err(SqlError::LockWaitTimeout) => "timeout",
        Err(SqlError::DuplicateKey) => "duplicate",
        Err(SqlError::NoParent) => "no-parent",
        Err(SqlError::Down) => "down",
    }
}

/// A scenario while it is played.
struct Play<'p, 'a> {
    alone: &'p Alone<'a>,
    open: BTreeMap<String, Transaction>,
    /// By step, once it is over.
    outcomes: Rc<RefCell<BTreeMap<usize, Outcome>>>,
    /// Steps that are under way, by transaction.
    waiting: BTreeMap<String, usize>,
    differences: Vec<String>,
}

impl Play<'_, '_> {
    fn run(&self, span: u64) {
        let until = self.alone.clock.now() + span;
        self.alone.sim.run(Limits { until, ..Limits::default() }).unwrap();
    }

    fn step(&mut self, at: usize, steps: &[Step]) {
        let step = &steps[at];
        let database = self.alone.database;
        let open = *self.open.entry(step.trx.clone()).or_insert_with(|| database.begin(0));
        let outcomes = Rc::clone(&self.outcomes);
        match step.ends.as_deref() {
            Some("commit") => self.alone.sim.spawn("commit", async move {
                let committed = database.commit(open, 0, 0, 0).await;
                outcomes.borrow_mut().insert(at, committed.map(|_| Found::default()));
            }),
            Some(_) => {
                database.roll_back(open);
                outcomes.borrow_mut().insert(at, Ok(Found::default()));
            }
            None => {
                let statement = step.statement();
                self.alone.sim.spawn("statement", async move {
                    let found = database.execute(open, &statement, 0, 0).await;
                    outcomes.borrow_mut().insert(at, found);
                });
            }
        }
        self.run(if step.result == "timeout" { SECOND } else { 0 });
        self.waiting.insert(step.trx.clone(), at);
        self.compare(at, steps);
    }

    /// Compares everything that ended with this step.
    fn compare(&mut self, at: usize, steps: &[Step]) {
        let mut then = BTreeMap::new();
        let mut result = "waits";
        let outcomes = self.outcomes.borrow().clone();
        for (trx, begun) in std::mem::take(&mut self.waiting) {
            let Some(outcome) = outcomes.get(&begun).copied() else {
                self.waiting.insert(trx, begun);
                continue;
            };
            let step = &steps[begun];
            if step.ends.is_some() {
                self.open.remove(&trx);
            } else if outcome == Err(SqlError::Deadlock)
                && let Some(open) = self.open.remove(&trx)
            {
                self.alone.database.roll_back(open);
            }
            if let Ok(found) = outcome {
                let sees = match found.rows {
                    0 => toml::Value::from("none"),
                    _ => toml::Value::from(found.values[STOCK]),
                };
                self.differs(begun, "sees", step.sees.as_ref(), &sees);
                self.differs(begun, "affected", step.affected.as_ref(), &found.rows);
            }
            if begun == at {
                result = word(outcome);
            } else {
                then.insert(trx, word(outcome).to_owned());
            }
        }
        self.differs(at, "result", Some(&steps[at].result), &result.to_owned());
        self.differs(at, "then", Some(&steps[at].then), &then);
    }

    fn differs<T: PartialEq + std::fmt::Debug>(
        &mut self,
        at: usize,
        what: &str,
        expected: Option<&T>,
        got: &T,
    ) {
        if let Some(expected) = expected
            && expected != got
        {
            let number = at + 1;
            self.differences.push(format!("step {number}: {what} {expected:?}, here {got:?}"));
        }
    }
}

fn settings(behaviour: &Behaviour) -> Config {
    config(&[
        ("mysql.isolation", &behaviour.isolation),
        ("innodb_deadlock_detect", if behaviour.detect { "true" } else { "false" }),
        ("innodb_lock_wait_timeout", "1"),
    ])
}

fn tables() -> [TableSpec; 2] {
    let orders = table("orders", 0, &[("bid", 0)]);
    [
        table("bids", 0, &[("stock", 0), ("version", 0)]),
        TableSpec { parent: Some((0, BIDS)), ..orders },
    ]
}

fn played(behaviour: &Behaviour) -> Vec<String> {
    alone(&settings(behaviour), &tables(), |alone| {
        let database = alone.database;
        let rows = behaviour.rows.clone();
        alone.sim.spawn("rows", async move {
            let open = database.begin(0);
            for row in rows {
                database.execute(open, &insert(row), 0, 0).await.unwrap();
            }
            database.commit(open, 0, 0, 0).await.unwrap();
        });
        let mut play = Play {
            alone,
            open: BTreeMap::new(),
            outcomes: Rc::default(),
            waiting: BTreeMap::new(),
            differences: Vec::new(),
        };
        play.run(0);
        for at in 0..behaviour.steps.len() {
            play.step(at, &behaviour.steps);
        }
        for End { row, stock } in &behaviour.end {
            let committed = database.with_table(BIDS, |bids| bids.newest_committed(*row));
            let now = committed.map_or("none".into(), |values| toml::Value::from(values[STOCK]));
            play.differs(behaviour.steps.len(), &format!("row {row}"), Some(stock), &now);
        }
        for (_, open) in std::mem::take(&mut play.open) {
            database.roll_back(open);
        }
        play.run(0);
        play.differs(behaviour.steps.len(), "locks left", Some(&0), &database.locks());
        play.differences
    })
}

#[test]
fn every_scenario_goes_as_it_went_on_the_server() {
    let file: File = toml::from_str(RECORDED).unwrap();
    assert_eq!(file.format, "prep.behaviours/1");
    let passed = file.recorded["passed"].as_integer();
    assert_eq!(passed, Some(file.behaviour.len() as i64));
    let mut differing = Vec::new();
    for behaviour in &file.behaviour {
        let differences = played(behaviour);
        let on_purpose = DIFFERENT.iter().any(|(id, _)| *id == behaviour.id);
        if on_purpose == differences.is_empty() {
            differing.push((behaviour.id.as_str(), on_purpose, differences));
        }
    }
    assert_eq!(differing, [], "(id, whether it is known to differ, differences)");
}
