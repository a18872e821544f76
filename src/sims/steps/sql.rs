//! Reading one statement.

use super::{Steps, random_time};
use crate::content::problem::{nearest, printable};
use crate::content::text::both;
use crate::content::toml_tree::{Fields, Node, Value, Walk};
use crate::engine::distribution::Distribution;
use crate::marketplace::config::tables;
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::mysql::{Lock, Verb};
use crate::marketplace::request::Failure;
use crate::marketplace::request::described::{Assigned, Compared, Pick, SqlStep, Step};

pub(super) fn read(
    walk: &mut Walk<'_>,
    node: &Node,
    fields: &mut Fields<'_>,
    steps: &mut Steps<'_>,
) -> Option<Step> {
    let verb = verb(walk, node);
    let mut time = |walk: &mut Walk<'_>, name| match fields.take(name) {
        None => Some(Distribution::ZERO),
        Some(node) => random_time(walk, node),
    };
    let (cpu, wait) = (time(walk, "cpu"), time(walk, "wait"));
    let (table, row) = match fields.take("row") {
        None => (None, Pick::None),
        Some(node) => table_and_row(walk, node, steps)?,
    };
    let times = match fields.take("times") {
        None => Some(1),
        Some(node) => walk.int(node, 1..=1_000),
    };
    let ascending = match fields.take("ascending") {
        None => Some(false),
        Some(node) => walk.bool(node),
    };
    let lock = lock(walk, fields);
    let mut set = Vec::new();
    if let Some(node) = fields.take("set") {
        set.extend(assignments(walk, node, table, steps)?);
    }
    if let Some(node) = fields.take("add") {
        for (column, value) in columns(walk, node, table, steps)? {
            set.push((column, Assigned::Add(walk.int(value, i64::MIN..=i64::MAX)?)));
        }
    }
    if set.len() > 3 && verb == Some(Verb::Update) {
        walk.report(
            node.span.clone(),
            both!("an update changes three columns at most", "update는 컬럼을 세 개까지 바꿉니다"),
        );
        return None;
    }
    let when = match fields.take("when") {
        None => None,
        Some(node) => {
            let conditions = columns(walk, node, table, steps)?;
            let [(column, value)] = conditions.as_slice() else {
                walk.report(node.span.clone(), super::one_condition());
                return None;
            };
            Some((*column, compared(walk, value, steps)?))
        }
    };
    let none = match fields.take("none") {
        None => None,
        Some(node) => Some(match walk.str(node)? {
            "retry" => Failure::OptimisticExhausted,
            word => Failure::from_label(word).unwrap_or(Failure::Business),
        }),
    };
    // Last: a statement cannot use the row that it reads itself.
    let into = match (fields.take("into"), table) {
        (Some(node), Some(table)) => {
            let name = walk.str(node)?.to_owned();
            let known = steps.variables.iter().position(|(other, _)| *other == name);
            Some(known.unwrap_or_else(|| {
                steps.variables.push((name, table));
                steps.variables.len() - 1
            }))
        }
        _ => None,
    };
    let (verb, lock, cpu, wait) = (verb?, lock?, cpu?, wait?);
    let (times, ascending) = (times? as u32, ascending?);
    Some(Step::Sql(Box::new(SqlStep {
        verb,
        table,
        row,
        times,
        ascending,
        lock,
        into,
        set,
        when,
        none,
        cpu,
        wait,
    })))
}

fn verb(walk: &mut Walk<'_>, node: &Node) -> Option<Verb> {
    let word = walk.str(node)?;
    let verb = Verb::ALL.into_iter().find(|(_, name)| *name == word).map(|(verb, _)| verb);
    if verb.is_none() {
        let word = printable(word);
        walk.report(
            node.span.clone(),
            both!(
                "unknown statement `{word}`: select, insert, update, delete or do",
                "알 수 없는 구문 `{word}`. select, insert, update, delete, do 중 하나를 쓰세요"
            ),
        );
    }
    verb
}

fn lock(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<Lock> {
    let Some(node) = fields.take("lock") else { return Some(Lock::None) };
    match walk.str(node) {
        Some("share") => Some(Lock::Share),
        Some("update") => Some(Lock::Update),
        _ => {
            walk.report(
                node.span.clone(),
                both!("\"share\" or \"update\"", "\"share\" 또는 \"update\"를 쓰세요"),
            );
            None
        }
    }
}

/// `bids/1`: a table, and the primary key of one row; `bids/random`: any row; `bids/key`: the one
/// that the load's keys name; `bids`: the table alone.
fn table_and_row(
    walk: &mut Walk<'_>,
    node: &Node,
    steps: &mut Steps<'_>,
) -> Option<(Option<TableId>, Pick)> {
    let text = walk.str(node)?;
    let (name, row) = match text.split_once('/') {
        None => (text, None),
        Some((table, row)) => (table, Some(row)),
    };
    let mut specs = steps.config.tables();
    let at = match specs.iter().position(|spec| spec.name == name) {
        Some(at) => at,
        None => {
            steps.config.declared.push(tables::undeclared(name));
            specs.push(tables::undeclared(name));
            specs.len() - 1
        }
    };
    let pick = match row {
        None => Pick::None,
        Some("random") => Pick::Random(specs[at].rows),
        Some("key") => Pick::OfRequest,
        Some(key) => match key.parse() {
            Ok(key) if key > 0 => Pick::Key(key),
            _ => {
                walk.report(
                    node.span.clone(),
                    both!(
                        "a row such as \"bids/1\", \"bids/random\" or \"bids/key\" was expected",
                        "\"bids/1\", \"bids/random\", \"bids/key\" 같은 행이 필요합니다"
                    ),
                );
                return None;
            }
        },
    };
    Some((Some(TableId(at as u16)), pick))
}

/// The fields of a table, by column.
fn columns<'n>(
    walk: &mut Walk<'_>,
    node: &'n Node,
    table: Option<TableId>,
    steps: &Steps<'_>,
) -> Option<Vec<(usize, &'n Node)>> {
    let fields = walk.fields(node)?.rest();
    let specs = steps.config.tables();
    let Some(spec) = table.map(|table| &specs[table.0 as usize]) else {
        walk.report(
            node.span.clone(),
            both!(
                "columns need a table: row = \"bids/1\"",
                "컬럼을 쓰려면 row = \"bids/1\"처럼 테이블이 필요합니다"
            ),
        );
        return None;
    };
    let mut found = Vec::new();
    for (key, value) in fields {
        match spec.column(&key.name) {
            Some(column) => found.push((column, value)),
            None => {
                let (table, name) = (spec.name.clone(), printable(&key.name));
                let known: Vec<&str> = spec.columns.iter().map(|(name, _)| name.as_str()).collect();
                let what = both!(
                    "table `{table}` has no column `{name}`",
                    "`{table}` 테이블에는 `{name}` 컬럼이 없습니다"
                );
                match nearest(&name, known.iter().copied()) {
                    Some(near) => walk.report_with(
                        key.span.clone(),
                        what,
                        both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                    ),
                    None => walk.report_with(
                        key.span.clone(),
                        what,
                        both!(
                            "declare it: [table.{table}] columns = {{ {name} = 0 }}",
                            "[table.{table}] columns = {{ {name} = 0 }} 처럼 선언하세요"
                        ),
                    ),
                }
                return None;
            }
        }
    }
    Some(found)
}

/// `{ stock = 5 }`, `{ stock = { from = "b.stock", add = -1 } }`
fn assignments(
    walk: &mut Walk<'_>,
    node: &Node,
    table: Option<TableId>,
    steps: &Steps<'_>,
) -> Option<Vec<(usize, Assigned)>> {
    let mut set = Vec::new();
    for (column, value) in columns(walk, node, table, steps)? {
        let assigned = match &value.value {
            Value::Table(_) => {
                let mut fields = walk.fields(value)?;
                let from = fields.need(walk, "from")?;
                let text = walk.str(from)?.to_owned();
                let add = match fields.take("add") {
                    None => 0,
                    Some(node) => walk.int(node, i64::MIN..=i64::MAX)?,
                };
                fields.finish(walk);
                let (variable, column) = steps.variable(walk, &text, from.span.clone())?;
                Assigned::From { variable, column, add }
            }
            _ => Assigned::Value(walk.int(value, i64::MIN..=i64::MAX)?),
        };
        set.push((column, assigned));
    }
    Some(set)
}

/// `">= 1"`, `"<= 0"`, `5`, or `"b.version"`.
fn compared(walk: &mut Walk<'_>, node: &Node, steps: &Steps<'_>) -> Option<Compared> {
    match &node.value {
        Value::Str(text) if text.contains('.') => {
            let (variable, column) = steps.variable(walk, text, node.span.clone())?;
            Some(Compared::EqualsVariable { variable, column })
        }
        _ => number_compared(walk, node),
    }
}

pub(super) fn number_compared(walk: &mut Walk<'_>, node: &Node) -> Option<Compared> {
    if let Value::Int(value) = node.value {
        return Some(Compared::Equals(value));
    }
    let text = walk.str(node)?;
    let number = |prefix: &str| text.strip_prefix(prefix)?.trim().parse::<i64>().ok();
    let found = number(">=")
        .map(Compared::AtLeast)
        .or_else(|| number("<=").map(Compared::AtMost))
        .or_else(|| number("==").map(Compared::Equals))
        .or_else(|| number(">").map(|value| Compared::AtLeast(value.saturating_add(1))))
        .or_else(|| number("<").map(|value| Compared::AtMost(value.saturating_sub(1))));
    if found.is_none() {
        walk.report(
            node.span.clone(),
            both!(
                "a comparison such as \">= 1\" or \"<= 0\" was expected",
                "\">= 1\"이나 \"<= 0\" 같은 비교가 필요합니다"
            ),
        );
    }
    found
}
