//! The statements of a described step: which rows, which values.

use super::super::{Request, draw_seed};
use super::{Assigned, Compared, Pick, SqlStep, Variable};
use crate::engine::time::Nanos;
use crate::marketplace::mysql::table::Values;
use crate::marketplace::mysql::{Access, Change, Effect, Found, Guard, Statement, Verb};
use crate::random::Stream;

/// Purpose of the draws of rows picked at random; they do not count.
const ROWS: u64 = 7_000;

/// The rows of a statement, one for each time that it is run.
pub(super) fn rows(request: &Request<'_>, sql: &SqlStep) -> Vec<Access> {
    let mut keys: Vec<u64> = match sql.row {
        Pick::None => {
            let access = if sql.verb == Verb::Insert { Access::Row(0) } else { Access::Nothing };
            return vec![access; sql.times as usize];
        }
        Pick::Range(from, to) => return vec![Access::Range(from, to); sql.times as usize],
        Pick::Key(key) => vec![key; sql.times as usize],
        Pick::OfRequest => vec![request.row(); sql.times as usize],
        Pick::Random(rows) => {
            let seed = draw_seed(request.times, request.drawn.get(), ROWS);
            let mut stream = Stream::from_seed(seed);
            (0..sql.times).map(|_| stream.below(rows.max(1)) + 1).collect()
        }
    };
    if sql.ascending {
        keys.sort_unstable();
    }
    keys.into_iter().map(Access::Row).collect()
}

impl SqlStep {
    pub(super) fn statement(
        &self,
        request: &Request<'_>,
        access: Access,
        read: &[Found],
    ) -> Statement {
        let value = |variable: Variable, column: usize| {
            read.get(variable).map_or(0, |found| found.values[column])
        };
        let mut changes = [None; 3];
        let mut values = Values::default();
        let mut computed_from = None;
        for (at, (column, assigned)) in self.set.iter().copied().enumerate() {
            let change = match assigned {
                Assigned::Add(by) => Change::Add { column, by },
                Assigned::Value(to) => Change::Set { column, to },
                Assigned::From { variable, column: from, add } => {
                    computed_from = read.get(variable).map(|found| found.version);
                    Change::Set { column, to: value(variable, from).saturating_add(add) }
                }
            };
            if let Change::Set { to, .. } = change {
                values[column] = to;
            }
            if let Some(place) = changes.get_mut(at) {
                *place = Some(change);
            }
        }
        let guard = self.when.map(|(column, compared)| match compared {
            Compared::EqualsVariable { variable, column: from } => {
                Guard::Equals { column, value: value(variable, from) }
            }
            number => number.guard(column),
        });
        let cpu: Nanos = request.draw(&self.cpu);
        Statement {
            verb: self.verb,
            table: self.table,
            access,
            lock: self.lock,
            effect: match self.verb {
                Verb::Insert => Effect::Insert(values),
                Verb::Update | Verb::Delete => Effect::Change(changes),
                Verb::Select | Verb::Do => Effect::Read,
            },
            guard,
            computed_from,
            cpu,
            wait: request.draw_beside(&self.wait),
        }
    }
}
