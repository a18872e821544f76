//! Reading the steps of a described endpoint.

use crate::content::text::both;
use crate::content::toml_tree::{Fields, Node, Value, Walk};
use crate::engine::distribution::Distribution;
use crate::marketplace::config::Config;
use crate::marketplace::knobs;
use crate::marketplace::mysql::{Lock, Verb};
use crate::marketplace::request::described::{SqlStep, Step};

/// Reads `steps = [...]` of one endpoint. Stations must have been read before.
pub(super) fn read(walk: &mut Walk<'_>, node: &Node, config: &Config) -> Option<Vec<Step>> {
    let mut fields = walk.fields(node)?;
    let steps = fields.need(walk, "steps")?;
    fields.finish(walk);
    list(walk, steps, config, false)
}

fn list(walk: &mut Walk<'_>, node: &Node, config: &Config, held: bool) -> Option<Vec<Step>> {
    let items = walk.array(node)?;
    let steps: Vec<Option<Step>> =
        items.iter().map(|item| step(walk, item, config, held)).collect();
    steps.into_iter().collect()
}

fn step(walk: &mut Walk<'_>, node: &Node, config: &Config, held: bool) -> Option<Step> {
    let mut fields = walk.fields(node)?;
    let step = if let Some(node) = fields.take("cpu").filter(|_| !is_sql(node)) {
        random_time(walk, node).map(Step::Cpu)
    } else if let Some(node) = fields.take("wait").filter(|_| !is_sql(node)) {
        random_time(walk, node).map(Step::Wait)
    } else if let Some(node) = fields.take("use") {
        station(walk, node, &mut fields, config)
    } else if let Some(steps) = fields.take("connection") {
        let steps = list(walk, steps, config, true);
        steps.map(|steps| Step::Connection { transaction: false, lazy: false, steps })
    } else if let Some(steps) = fields.take("tx") {
        let lazy = match fields.take("begin") {
            None => Some(false),
            Some(node) => match walk.str(node) {
                Some("eager") => Some(false),
                Some("lazy") => Some(true),
                _ => {
                    walk.report(
                        node.span.clone(),
                        both!("\"eager\" or \"lazy\"", "\"eager\" 또는 \"lazy\"를 쓰세요"),
                    );
                    None
                }
            },
        };
        let steps = list(walk, steps, config, true);
        steps.zip(lazy).map(|(steps, lazy)| Step::Connection { transaction: true, lazy, steps })
    } else if let Some(node) = fields.take("sql") {
        if !held {
            walk.report(
                node.span.clone(),
                both!(
                    "a statement needs a connection: put it inside `connection = [..]` or `tx = [..]`",
                    "구문에는 커넥션이 필요합니다. `connection = [..]`이나 `tx = [..]` 안에 쓰세요"
                ),
            );
        }
        sql(walk, node, &mut fields)
    } else if let Some(node) = fields.take("fail") {
        walk.str(node)?;
        let share = match fields.take("share") {
            None => Some(1.0),
            Some(node) => share(walk, node),
        };
        share.map(|share| Step::Fail { share })
    } else if let Some(node) = fields.take("reply") {
        (walk.bool(node)?).then_some(Step::Reply)
    } else {
        let first = fields.span.start..fields.span.start + 1;
        walk.report(
            first,
            both!(
                "no known step here: cpu, wait, use, connection, tx, sql, fail or reply",
                "알 수 없는 단계입니다. cpu, wait, use, connection, tx, sql, fail, reply 중 하나를 쓰세요"
            ),
        );
        fields.rest();
        None
    };
    fields.finish(walk);
    step
}

fn is_sql(node: &Node) -> bool {
    matches!(&node.value, Value::Table(entries) if entries.iter().any(|(key, _)| key.name == "sql"))
}

fn random_time(walk: &mut Walk<'_>, node: &Node) -> Option<Distribution> {
    let text = walk.str(node)?;
    let found = knobs::distribution(text);
    if found.is_none() {
        let text = crate::content::problem::printable(text);
        walk.report(
            node.span.clone(),
            both!(
                "`{text}` is no random time; examples: \"20ms\", \"exp 20ms\", \"gamma 20ms cv 0.5\"",
                "`{text}`은(는) 확률 시간이 아닙니다. 예: \"20ms\", \"exp 20ms\", \"gamma 20ms cv 0.5\""
            ),
        );
    }
    found
}

fn share(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let text = walk.str(node)?;
    let share = text.strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
    let share = share.filter(|percent| (0.0..=100.0).contains(percent));
    if share.is_none() {
        walk.report(
            node.span.clone(),
            both!("a share such as \"10%\" was expected", "\"10%\" 같은 비율이 필요합니다"),
        );
    }
    share.map(|percent| percent / 100.0)
}

fn station(
    walk: &mut Walk<'_>,
    node: &Node,
    fields: &mut Fields<'_>,
    config: &Config,
) -> Option<Step> {
    let name = walk.str(node)?.to_owned();
    let time = fields.need(walk, "for").and_then(|node| random_time(walk, node));
    if !config.stations.contains_key(&name) {
        let shown = crate::content::problem::printable(&name);
        walk.report_with(
            node.span.clone(),
            both!("there is no station `{shown}`", "`{shown}` 스테이션은 없습니다"),
            both!(
                "declare it: [station.{shown}] with servers = 1",
                "[station.{shown}] servers = 1 처럼 선언하세요"
            ),
        );
        return None;
    }
    Some(Step::Use { station: name, time: time? })
}

fn sql(walk: &mut Walk<'_>, node: &Node, fields: &mut Fields<'_>) -> Option<Step> {
    let word = walk.str(node)?;
    let verb = Verb::ALL.into_iter().find(|(_, name)| *name == word).map(|(verb, _)| verb);
    if verb.is_none() {
        let word = crate::content::problem::printable(word);
        walk.report(
            node.span.clone(),
            both!(
                "unknown statement `{word}`: select, insert, update, delete or do",
                "알 수 없는 구문 `{word}`. select, insert, update, delete, do 중 하나를 쓰세요"
            ),
        );
    }
    let mut time = |walk: &mut Walk<'_>, name| match fields.take(name) {
        None => Some(Distribution::ZERO),
        Some(node) => random_time(walk, node),
    };
    let (cpu, wait) = (time(walk, "cpu"), time(walk, "wait"));
    let (table, row) = match fields.take("row") {
        None => (None, None),
        Some(node) => table_and_row(walk, node)?,
    };
    let lock = match fields.take("lock") {
        None => Some(Lock::None),
        Some(node) => match walk.str(node) {
            Some("share") => Some(Lock::Share),
            Some("update") => Some(Lock::Update),
            _ => {
                walk.report(
                    node.span.clone(),
                    both!("\"share\" or \"update\"", "\"share\" 또는 \"update\"를 쓰세요"),
                );
                None
            }
        },
    };
    let add = match fields.take("add") {
        None => None,
        Some(node) => {
            let mut columns = walk.fields(node)?;
            let column = columns.rest().into_iter().next()?;
            let by = walk.int(&column.1, i64::MIN..=i64::MAX)?;
            Some((column.0.name.clone(), by))
        }
    };
    let (verb, lock, cpu, wait) = (verb?, lock?, cpu?, wait?);
    Some(Step::Sql(SqlStep { verb, table, row, lock, add, cpu, wait }))
}

/// `bids/1`: a table, and the primary key of one row; `bids`: the table alone.
fn table_and_row(walk: &mut Walk<'_>, node: &Node) -> Option<(Option<String>, Option<u64>)> {
    let text = walk.str(node)?;
    let (table, row) = match text.split_once('/') {
        None => (text, None),
        Some((table, row)) => {
            let Ok(row) = row.parse() else {
                walk.report(
                    node.span.clone(),
                    both!(
                        "a row such as \"bids/1\" was expected",
                        "\"bids/1\" 같은 행이 필요합니다"
                    ),
                );
                return None;
            };
            (table, Some(row))
        }
    };
    Some((Some(table.to_owned()), row))
}
