//! Endpoints given as data: a list of steps that call the very component API that the built-in
//! scripts call.

use super::{Answer, Failure, Request};
use crate::engine::distribution::Distribution;
use crate::marketplace::config::Config;
use crate::marketplace::hikari::Connection;
use crate::marketplace::mysql::{Effect, Lock, Statement, Verb};
use crate::marketplace::probe::Stage;

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
        steps: Vec<Step>,
    },
    Sql(SqlStep),
    /// A business refusal with this probability.
    Fail {
        share: f64,
    },
    /// The answer goes out now; what follows is done after it.
    Reply,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SqlStep {
    pub(crate) verb: Verb,
    pub(crate) table: Option<String>,
    pub(crate) row: Option<u64>,
    pub(crate) lock: Lock,
    /// Column and summand of the atomic form.
    pub(crate) add: Option<(String, i64)>,
    pub(crate) cpu: Distribution,
    pub(crate) wait: Distribution,
}

/// Steps without nesting: blocks have become a begin and an end.
pub(crate) enum Op<'w> {
    Cpu(&'w Distribution),
    Wait(&'w Distribution),
    Use { station: usize, time: &'w Distribution },
    Begin { lazy: bool, transaction: bool },
    End { transaction: bool },
    Sql(&'w SqlStep),
    Fail { share: f64 },
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
            Step::Connection { transaction, lazy, steps } => {
                ops.push(Op::Begin { lazy: *lazy, transaction: *transaction });
                compile_into(steps, config, ops);
                ops.push(Op::End { transaction: *transaction });
            }
            Step::Sql(sql) => ops.push(Op::Sql(sql)),
            Step::Fail { share } => ops.push(Op::Fail { share: *share }),
            Step::Reply => ops.push(Op::Reply),
        }
    }
}

/// An open block: its connection once borrowed, and whether it wrote.
struct Block<'w> {
    connection: Option<Connection<'w>>,
    transaction: bool,
    wrote: bool,
}

/// Runs the steps for one request.
pub(crate) async fn run(request: &Request<'_>, ops: &[Op<'_>]) -> Answer {
    let market = request.market;
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for op in ops {
        match op {
            Op::Cpu(time) => request.cpu(time).await,
            Op::Wait(time) => request.remote(time).await,
            Op::Use { station, time } => {
                let station = &market.stations[*station];
                let work = request.draw(time);
                let patience = request.draw(station.patience);
                let _stage = request.enter(Stage::Station);
                station.serve(work, patience).await?;
            }
            Op::Begin { lazy, transaction } => {
                let connection = if *lazy { None } else { Some(request.borrow().await?) };
                blocks.push(Block { connection, transaction: *transaction, wrote: false });
            }
            Op::Sql(sql) => {
                let Some(block) = blocks.last_mut() else { continue };
                if block.connection.is_none() {
                    block.connection = Some(request.borrow().await?);
                }
                let statement = sql.statement(request);
                let database = market.database_for(&statement);
                request.execute(database, &statement).await;
                block.wrote |= sql.verb.writes();
                if !block.transaction && sql.verb.writes() {
                    // In autocommit every write is a transaction of its own.
                    request.commit(database, true).await;
                }
            }
            Op::End { transaction } => {
                let Some(block) = blocks.pop() else { continue };
                if *transaction && block.connection.is_some() {
                    request.commit(&market.databases[0], block.wrote).await;
                }
                drop(block);
            }
            Op::Fail { share } => {
                let point = Distribution::Uniform { low: 0, high: 999_999 };
                if (request.draw(&point) as f64) < share * 1e6 {
                    return Err(Failure::Business);
                }
            }
            Op::Reply => super::respond(request, Ok(())),
        }
    }
    Ok(())
}

impl SqlStep {
    fn statement(&self, request: &Request<'_>) -> Statement<'_> {
        Statement {
            verb: self.verb,
            table: self.table.as_deref(),
            row: self.row,
            lock: self.lock,
            effect: match &self.add {
                Some((column, by)) => Effect::Add { column, by: *by },
                None if self.verb.writes() => Effect::Write,
                None => Effect::Read,
            },
            cpu: request.draw(&self.cpu),
            wait: request.draw_beside(&self.wait),
        }
    }
}
