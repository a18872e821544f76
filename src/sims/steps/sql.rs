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
    let set = changes(walk, node, fields, table, verb, steps)?;
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
    if matches!(row, Pick::Range(..)) && verb != Verb::Select {
        walk.report(
            node.span.clone(),
            both!("only a select reads a range", "범위를 읽는 것은 select뿐입니다"),
        );
        return None;
    }
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

/// `set` and `add`, in this order.
fn changes(
    walk: &mut Walk<'_>,
    node: &Node,
    fields: &mut Fields<'_>,
    table: Option<TableId>,
    verb: Option<Verb>,
    steps: &Steps<'_>,
) -> Option<Vec<(usize, Assigned)>> {
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
    Some(set)
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
/// that the load's keys name; `bids/2..5`: a range; `bids`: the table alone.
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
        Some(keys) if keys.contains("..") => match range(keys) {
            Some((from, to)) => Pick::Range(from, to),
            None => {
                walk.report(
                    node.span.clone(),
                    both!(
                        "a range of at most {RANGE_MAX} rows such as \"bids/2..5\" was expected",
                        "\"bids/2..5\" 같은, {RANGE_MAX}행 이하의 범위가 필요합니다"
                    ),
                );
                return None;
            }
        },
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

/// Rows that one range can have.
const RANGE_MAX: u64 = 10_000;

/// `2..5`, both ends included.
fn range(keys: &str) -> Option<(u64, u64)> {
    let (from, to) = keys.split_once("..")?;
    let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
    (from > 0 && to >= from && to - from < RANGE_MAX).then_some((from, to))
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

#[cfg(test)]
mod tests {
    use crate::content::problem::Source;
    use crate::content::text::Lang;
    use crate::marketplace::mysql::table::TableId;
    use crate::marketplace::mysql::{Guard, Lock, Verb};
    use crate::marketplace::request::Failure;
    use crate::marketplace::request::described::{Assigned, Compared, Pick, SqlStep, Step};
    use crate::sims::read::read;
    use crate::sims::spec::Overrides;

    const HEAD: &str = r#"
format = "prep.sim/1"
base = "stack"
title = "t"
[run]
kind = "window"
[set.load.l]
rate = "1/s"
mix = { order = 1 }
[table.bids]
rows = 10
columns = { stock = 5, version = 0 }
[table.orders]
rows = 0
columns = { bid = 0 }
parent = { bid = "bids" }
"#;

    /// The steps of one endpoint, or what is wrong with them: line of the steps, sentence, hint.
    fn steps(text: &str) -> Result<Vec<Step>, Vec<String>> {
        let file = format!("{HEAD}[endpoint.order]\nsteps = [{text}]\n");
        let source = Source::new("s.toml", &file);
        let spec = read("s", &source, None, &Overrides::default()).map_err(|problems| {
            let said = problems.iter().map(|problem| {
                let hint = problem.hint.as_ref().map_or("", |hint| hint.get(Lang::En));
                format!("{} {hint}", problem.what.get(Lang::En)).trim().to_owned()
            });
            said.collect::<Vec<_>>()
        })?;
        Ok(spec.variants[0].config.described["order"].clone())
    }

    fn statements(text: &str) -> Vec<SqlStep> {
        let Ok(steps) = steps(&format!("{{ tx = [{text}] }}")) else { panic!("{text}") };
        let [Step::Connection { steps, .. }] = steps.as_slice() else { panic!("{steps:?}") };
        let of_sql = steps.iter().filter_map(|step| match step {
            Step::Sql(sql) => Some((**sql).clone()),
            _ => None,
        });
        of_sql.collect()
    }

    #[test]
    fn a_statement_says_which_row_it_touches_and_what_it_computes() {
        let read = statements(
            r#"{ sql = "select", row = "bids/3", lock = "update", into = "b" },
               { sql = "update", row = "bids/key", set = { stock = { from = "b.stock", add = -1 } }, add = { version = 1 }, when = { version = "b.version" }, none = "retry" },
               { sql = "insert", row = "orders", set = { bid = 3 } },
               { sql = "update", row = "items/random", times = 10, ascending = true }"#,
        );
        let [select, update, insert, random] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!(
            (select.verb, select.table, select.row),
            (Verb::Select, Some(TableId(1)), Pick::Key(3))
        );
        assert_eq!((select.lock, select.into), (Lock::Update, Some(0)));
        let from = Assigned::From { variable: 0, column: 0, add: -1 };
        assert_eq!(update.set, [(0, from), (1, Assigned::Add(1))]);
        assert_eq!(update.when, Some((1, Compared::EqualsVariable { variable: 0, column: 1 })));
        assert_eq!(
            (update.row, update.none),
            (Pick::OfRequest, Some(Failure::OptimisticExhausted))
        );
        assert_eq!(
            (insert.row, insert.set.as_slice()),
            (Pick::None, [(0, Assigned::Value(3))].as_slice())
        );
        // A table that only a step names comes into being behind the declared ones.
        assert_eq!(random.table, Some(TableId(8)));
        assert_eq!((random.times, random.ascending), (10, true));
    }

    #[test]
    fn a_refusal_can_depend_on_what_was_read() {
        let read = steps(
            r#"{ tx = [{ sql = "select", row = "bids/1", into = "b" }, { fail = "sold_out", if = { "b.stock" = "<= 0" } }] }"#,
        );
        let Ok([Step::Connection { steps, .. }]) = read.as_deref() else { panic!("{read:?}") };
        let at_most = Guard::AtMost { column: 0, value: 0 };
        let condition = Some((0, at_most));
        let expected = Step::Fail { failure: Failure::SoldOut, share: 1.0, condition };
        assert_eq!(steps[1], expected);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_write() {
        let wrong = |text: &str| steps(text).expect_err(text);
        let cases = [
            (
                r#"{ sql = "select", row = "bids/1" }"#,
                "a statement needs a connection: put it inside `connection = [..]` or `tx = [..]`",
            ),
            (
                r#"{ tx = [{ sql = "update", row = "bids/1", add = { stok = -1 } }] }"#,
                "table `bids` has no column `stok` did you mean `stock`?",
            ),
            (
                r#"{ tx = [{ sql = "update", row = "bids/1", set = { stock = { from = "b.stock" } } }] }"#,
                "there is no `b.stock` here name a row with `into = \"b\"` in an earlier statement and a column of its table: \"b.stock\"",
            ),
            (
                r#"{ tx = [{ sql = "update", row = "bids/0" }] }"#,
                "a row such as \"bids/1\", \"bids/random\" or \"bids/key\" was expected",
            ),
            (
                r#"{ tx = [{ sql = "update", row = "bids/1", when = { stock = "many" } }] }"#,
                "a comparison such as \">= 1\" or \"<= 0\" was expected",
            ),
            (
                r#"{ tx = [{ sql = "do" }], retry = { on = ["deadlok"], max = 1 } }"#,
                "`deadlok` is no kind of failure",
            ),
            (r#"{ redis_lock = "bid", lease = 5, do = [] }"#, "expected"),
        ];
        for (text, expected) in cases {
            let problems = wrong(text);
            assert!(problems[0].contains(expected), "{text}: {problems:?}");
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        }
    }

    #[test]
    fn a_table_refers_to_tables_and_columns_that_exist() {
        let declared = |table: &str| {
            let file = HEAD.replace("parent = { bid = \"bids\" }", table);
            let file = format!("{file}[endpoint.order]\nsteps = []\n");
            let source = Source::new("s.toml", &file);
            match read("s", &source, None, &Overrides::default()) {
                Ok(_) => String::new(),
                Err(problems) => problems[0].what.get(Lang::En).to_owned(),
            }
        };
        assert_eq!(declared("parent = { bid = \"bids\" }"), "");
        let parent = "a column and the table that it refers to were expected: { bid = \"bids\" }";
        assert_eq!(declared("parent = { bid = \"bid\" }"), parent);
        assert_eq!(declared("parent = { bids = \"bids\" }"), parent);
        let unique = "two columns of this table were expected: [\"coupon\", \"user\"]";
        assert_eq!(declared("unique = [\"bid\"]"), unique);
        assert_eq!(declared("colums = 1"), "unknown field `colums`");
    }
}
