//! Endpoints given as data: a list of steps that call the very component API that the built-in
//! scripts call.

mod statement;

use std::rc::Rc;

use super::cached::Looked;
use super::distributed_lock::{DistributedLock, LockTerms};
use super::transaction::Session;
use super::{Answer, Failure, Request};
use crate::engine::distribution::Distribution;
use crate::engine::time::Nanos;
use crate::marketplace::config::Config;
use crate::marketplace::hikari::Connection;
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::mysql::{Access, Found, Guard, Lock, Statement, Verb};
use crate::marketplace::probe::{Event, Stage};
use crate::marketplace::redis::key::Key;
use statement::rows;

/// Purpose of the draws of waits between attempts; they do not count.
const BACKOFF: u64 = 8_000;

/// One step as written. Blocks nest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Occupies a core of the instance.
    Cpu(Distribution),
    /// Remote call or sleep; holds what is held.
    Wait(Distribution),
    /// Occupies one server of a station.
    Use {
        station: String,
        time: Distribution,
    },
    /// Steps with a borrowed connection: in a transaction, or in autocommit.
    Connection {
        transaction: bool,
        lazy: bool,
        /// To a replica, if there is one, instead of the primary.
        on_replica: bool,
        retry: Option<StepRetry>,
        steps: Vec<Step>,
        /// After the commit, with the connection still held.
        after_commit: Vec<Step>,
    },
    /// A look into the cache; what is not there is loaded by the steps, and stored.
    Cached(CachedStep, Vec<Step>),
    /// Steps under a lock in Redis.
    RedisLock {
        key: u64,
        terms: LockTerms,
        steps: Vec<Step>,
    },
    Sql(Box<SqlStep>),
    /// A refusal, with this probability, if the condition holds.
    Fail {
        failure: Failure,
        share: f64,
        condition: Option<(Variable, Guard)>,
    },
    /// The answer goes out now; what follows is done after it.
    Reply,
}

/// What is looked up and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CachedStep {
    /// The name of the cache, as a number.
    pub(crate) name: u64,
    /// Whether each row of the load has an entry of its own.
    pub(crate) by_row: bool,
    pub(crate) ttl: Nanos,
}

/// A row that an earlier statement has read, by order of first use in the endpoint.
pub(crate) type Variable = usize;

/// What is done when a transaction fails in one of these ways.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StepRetry {
    pub(crate) on: Vec<Failure>,
    /// Attempts after the first.
    pub(crate) max: u32,
    pub(crate) backoff: Distribution,
    /// Whether the connection is kept between attempts.
    pub(crate) keep_connection: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SqlStep {
    pub(crate) verb: Verb,
    pub(crate) table: Option<TableId>,
    pub(crate) row: Pick,
    /// How often it is run, each time on a row of its own.
    pub(crate) times: u32,
    /// Rows are taken in the order of their keys.
    pub(crate) ascending: bool,
    pub(crate) lock: Lock,
    pub(crate) into: Option<Variable>,
    pub(crate) set: Vec<(usize, Assigned)>,
    pub(crate) when: Option<(usize, Compared)>,
    /// What it means that no row was found or changed.
    pub(crate) none: Option<Failure>,
    pub(crate) cpu: Distribution,
    pub(crate) wait: Distribution,
}

/// Which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// None in particular; of an insert: the next key.
    None,
    Key(u64),
    /// Any of the first so many.
    Random(u64),
    /// The one that the load's keys name.
    OfRequest,
    /// All with keys in this range, both ends included.
    Range(u64, u64),
}

/// What a column becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assigned {
    Value(i64),
    /// Computed by the database.
    Add(i64),
    /// Computed by the application from what it has read.
    From {
        variable: Variable,
        column: usize,
        add: i64,
    },
}

/// What a column is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    AtLeast(i64),
    AtMost(i64),
    Equals(i64),
    EqualsVariable { variable: Variable, column: usize },
}

impl Compared {
    /// As a condition on a column; a comparison with a row that was read has none yet.
    pub(crate) fn guard(self, column: usize) -> Guard {
        match self {
            Compared::AtLeast(value) => Guard::AtLeast { column, value },
            Compared::AtMost(value) => Guard::AtMost { column, value },
            Compared::Equals(value) => Guard::Equals { column, value },
            Compared::EqualsVariable { .. } => Guard::Equals { column, value: 0 },
        }
    }
}

/// Steps without nesting: blocks have become a begin and an end.
pub(crate) enum Op<'w> {
    Cpu(&'w Distribution),
    Wait(&'w Distribution),
    Use {
        station: usize,
        time: &'w Distribution,
    },
    Begin {
        lazy: bool,
        transaction: bool,
        on_replica: bool,
        retry: Option<&'w StepRetry>,
    },
    /// Commits; the connection stays until the end of the block.
    Commit,
    End,
    Lock {
        key: u64,
        terms: LockTerms,
    },
    Unlock,
    /// Goes on behind the storing if the entry is there.
    LookUp {
        cached: CachedStep,
        behind: usize,
    },
    Store(CachedStep),
    Sql(&'w SqlStep),
    Fail {
        failure: Failure,
        share: f64,
        condition: Option<(Variable, Guard)>,
    },
    Reply,
}

/// Flattens the steps of an endpoint. Stations have been checked to exist.
pub(crate) fn compile<'w>(steps: &'w [Step], config: &'w Config) -> Vec<Op<'w>> {
    let mut ops = Vec::new();
    compile_into(steps, config, &mut ops);
    ops
}

fn compile_into<'w>(steps: &'w [Step], config: &'w Config, ops: &mut Vec<Op<'w>>) {
    for step in steps {
        match step {
            Step::Cpu(time) => ops.push(Op::Cpu(time)),
            Step::Wait(time) => ops.push(Op::Wait(time)),
            Step::Use { station, time } => {
                if let Some(station) = config.stations.keys().position(|name| name == station) {
                    ops.push(Op::Use { station, time });
                }
            }
            Step::Connection { transaction, lazy, on_replica, retry, steps, after_commit } => {
                let (lazy, transaction, on_replica) = (*lazy, *transaction, *on_replica);
                ops.push(Op::Begin { lazy, transaction, on_replica, retry: retry.as_ref() });
                compile_into(steps, config, ops);
                if transaction {
                    ops.push(Op::Commit);
                }
                compile_into(after_commit, config, ops);
                ops.push(Op::End);
            }
            Step::Cached(cached, steps) => {
                let look_up = ops.len();
                ops.push(Op::LookUp { cached: *cached, behind: 0 });
                compile_into(steps, config, ops);
                ops.push(Op::Store(*cached));
                ops[look_up] = Op::LookUp { cached: *cached, behind: ops.len() };
            }
            Step::RedisLock { key, terms, steps } => {
                ops.push(Op::Lock { key: *key, terms: *terms });
                compile_into(steps, config, ops);
                ops.push(Op::Unlock);
            }
            Step::Sql(sql) => ops.push(Op::Sql(sql)),
            Step::Fail { failure, share, condition } => {
                let (failure, share, condition) = (*failure, *share, *condition);
                ops.push(Op::Fail { failure, share, condition });
            }
            Step::Reply => ops.push(Op::Reply),
        }
    }
}

/// An open block.
enum Frame<'w> {
    Connection(Block<'w>),
    Lock(DistributedLock),
}

/// A block of statements: its connection once borrowed, and what it has open in the database. The
/// session comes first: it is rolled back before the connection goes back.
struct Block<'w> {
    session: Session<'w>,
    database: usize,
    connection: Option<Connection<'w>>,
    transaction: bool,
    retry: Option<&'w StepRetry>,
    /// Where it began.
    at: usize,
    attempts: u32,
}

/// Runs the steps for one request.
pub(crate) async fn run<'w>(request: &Rc<Request<'w>>, ops: &'w [Op<'w>]) -> Answer {
    let mut run = Run { request, ops, frames: Vec::new(), read: Vec::new(), missed: Vec::new() };
    let mut at = 0;
    while at < ops.len() {
        at = match run.step(at).await {
            Ok(next) => next,
            Err(failure) => run.unwind(failure).await?,
        };
    }
    Ok(())
}

struct Run<'r, 'w> {
    request: &'r Rc<Request<'w>>,
    ops: &'w [Op<'w>],
    frames: Vec<Frame<'w>>,
    /// Rows read, by variable.
    read: Vec<Found>,
    /// Looks that found nothing, the innermost last: when they began, and whether the cache
    /// answered.
    missed: Vec<(Nanos, bool)>,
}

impl<'w> Run<'_, 'w> {
    /// Returns where the run goes on.
    async fn step(&mut self, at: usize) -> Result<usize, Failure> {
        let request = self.request;
        match &self.ops[at] {
            Op::LookUp { cached, behind } => {
                let since = request.now();
                match request.look_up_entry(cached.key(request)).await {
                    Looked::Hit => return Ok(*behind),
                    Looked::Missed => self.missed.push((since, true)),
                    Looked::Down => self.missed.push((since, false)),
                }
            }
            Op::Store(cached) => {
                if let Some((since, true)) = self.missed.pop() {
                    let recompute = request.now() - since;
                    request.store_entry(cached.key(request), cached.ttl, recompute).await;
                }
            }
            Op::Cpu(time) => request.cpu(time).await,
            Op::Wait(time) => request.remote(time).await,
            Op::Use { station, time } => {
                let station = &request.market.stations[*station];
                let work = request.draw(time);
                let patience = request.draw(station.patience);
                let _stage = request.enter(Stage::Station);
                station.serve(work, patience).await?;
            }
            Op::Begin { lazy, transaction, on_replica, retry } => {
                let database = request.database(*on_replica);
                let connection = if *lazy { None } else { Some(request.borrow(database).await?) };
                self.frames.push(Frame::Connection(Block {
                    session: Session::new(request, database),
                    database,
                    connection,
                    transaction: *transaction,
                    retry: *retry,
                    at,
                    attempts: 1,
                }));
            }
            Op::Commit => {
                if let Some(Frame::Connection(block)) = self.frames.last_mut() {
                    block.session.commit(request).await?;
                }
            }
            Op::End => {
                self.frames.pop();
            }
            Op::Lock { key, terms } => {
                let lock = request.lock(*key, terms).await?;
                self.frames.push(Frame::Lock(lock));
            }
            Op::Unlock => {
                if let Some(Frame::Lock(lock)) = self.frames.pop() {
                    request.unlock(lock).await;
                }
            }
            Op::Sql(sql) => self.sql(sql).await?,
            Op::Fail { failure, share, condition } => {
                let met = condition.is_none_or(|(variable, guard)| {
                    self.read.get(variable).is_some_and(|found| guard.holds(&found.values))
                });
                let point = Distribution::Uniform { low: 0, high: 999_999 };
                if met && (*share >= 1.0 || (request.draw(&point) as f64) < share * 1e6) {
                    return Err(*failure);
                }
            }
            Op::Reply => super::respond(request, Ok(())),
        }
        Ok(at + 1)
    }

    async fn sql(&mut self, sql: &SqlStep) -> Answer {
        let request = self.request;
        let token = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Lock(lock) => Some(lock.token),
            Frame::Connection(_) => None,
        });
        let innermost = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Connection(block) => Some(block),
            Frame::Lock(_) => None,
        });
        let Some(block) = innermost else { return Ok(()) };
        if block.connection.is_none() {
            block.connection = Some(request.borrow(block.database).await?);
        }
        block.session.token = token;
        for row in rows(request, sql) {
            let statement = sql.statement(request, row, &self.read);
            let found = block.session.execute(request, statement, !block.transaction).await?;
            tell(request, &statement, &found);
            if let Some(failure) = sql.none.filter(|_| found.rows == 0) {
                return Err(failure);
            }
            if let Some(variable) = sql.into {
                if self.read.len() <= variable {
                    self.read.resize(variable + 1, Found::default());
                }
                self.read[variable] = found;
            }
        }
        Ok(())
    }

    /// A step failed: gives up block after block, until one of them tries again. Returns where the
    /// run goes on.
    async fn unwind(&mut self, mut failure: Failure) -> Result<usize, Failure> {
        let request = self.request;
        loop {
            let mut block = match self.frames.pop() {
                None => return Err(failure),
                Some(Frame::Lock(lock)) => {
                    request.unlock(lock).await;
                    continue;
                }
                Some(Frame::Connection(block)) => block,
            };
            if block.session.is_open() {
                block.session.roll_back(request).await;
            }
            let retry = block
                .retry
                .filter(|retry| retry.on.contains(&failure) && block.attempts <= retry.max);
            let Some(retry) = retry else { continue };
            if !retry.keep_connection {
                block.connection = None;
            }
            let number = u64::from(block.attempts);
            let wait = request.draw_for(BACKOFF + number, &retry.backoff);
            if wait > 0 {
                let _stage = request.enter(Stage::Retry);
                request.market.clock.sleep(wait).await;
            }
            block.attempts += 1;
            request.market.recorder.retried(request);
            let event = Event::Retries { request: request.number, attempt: block.attempts };
            request.market.probe.tell(event);
            if block.connection.is_none() {
                match request.borrow(block.database).await {
                    Ok(connection) => block.connection = Some(connection),
                    Err(timeout) => {
                        failure = timeout;
                        continue;
                    }
                }
            }
            let next = block.at + 1;
            self.frames.push(Frame::Connection(block));
            return Ok(next);
        }
    }
}

/// What a statement means to the journey: an inserted row is what it is about, and what a consistent
/// read finds is what the user is shown.
fn tell(request: &Request<'_>, statement: &Statement, found: &Found) {
    match (statement.verb, statement.table, statement.access) {
        (Verb::Insert, ..) if request.stop == 0 => request.visitor.set_subject(found.key),
        (Verb::Select, Some(table), Access::Row(key)) if statement.lock == Lock::None => {
            request.shows(table, key, found);
        }
        _ => {}
    }
}

impl CachedStep {
    fn key(self, request: &Request<'_>) -> Key {
        Key::Described(self.name, if self.by_row { request.row() } else { 0 })
    }
}
