//! The file of an assignment, `prep.assignment/1`.

use super::{Assignment, Choose, Scenario, Wanted};
use crate::content::problem::{Problem, Source, nearest};
use crate::content::text::both;
use crate::content::toml_tree::{self, Fields, Node, Value, Walk};
use crate::practice::paper::{Late, Setting};
use crate::practice::received::is_id;
use crate::quiz::question::{Placed, QuestionKind};

pub(super) const FORMAT: &str = "prep.assignment/1";

/// Reads an assignment. Whether its quizzes, questions and knobs exist is said when the paper is
/// made.
///
/// # Errors
/// Every fault, with its place.
pub(crate) fn read(source: &Source) -> Result<Assignment, Vec<Problem>> {
    let root = toml_tree::parse(source)?;
    let mut walk = Walk::new(source);
    let assignment = assignment(&mut walk, &root);
    match assignment {
        Some(assignment) if walk.problems.is_empty() => Ok(assignment),
        _ => Err(walk.problems),
    }
}

fn assignment(walk: &mut Walk<'_>, root: &Node) -> Option<Assignment> {
    let mut fields = walk.fields(root)?;
    format_is(walk, &mut fields);
    let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
    let class = words(walk, &mut fields, "class");
    let title = words(walk, &mut fields, "title");
    let opens = moment(walk, &mut fields, "opens");
    let due = moment(walk, &mut fields, "due");
    if let (Some((_, opens)), Some((node, due))) = (&opens, &due)
        && due <= opens
    {
        walk.report(
            node.span.clone(),
            both!("`due` must be after `opens`", "`due`는 `opens`보다 뒤여야 합니다"),
        );
    }
    let attempts = fields.take("attempts").and_then(|node| walk.int(node, 1..=100));
    let late = late(walk, &mut fields);
    let scenarios = fields.take("scenario").map(|node| scenarios(walk, node));
    let scenarios = scenarios.unwrap_or_default();
    let items = fields.need(walk, "items").and_then(|node| items(walk, node, &scenarios));
    fields.finish(walk);
    Some(Assignment {
        id: id?.value,
        class: class?,
        title: title?,
        opens: opens.map(|(node, _)| text_of(node)),
        due: due.map(|(node, _)| text_of(node)),
        items: items?,
        attempts: attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
        late,
        scenarios,
    })
}

fn format_is(walk: &mut Walk<'_>, fields: &mut Fields<'_>) {
    let Some(node) = fields.need(walk, "format") else { return };
    let Some(found) = walk.str(node).filter(|found| *found != FORMAT) else { return };
    walk.report(
        node.span.clone(),
        both!(
            "unknown format `{found}`: `{FORMAT}` was expected",
            "알 수 없는 형식 `{found}`: `{FORMAT}`이어야 합니다"
        ),
    );
}

fn text_of(node: &Node) -> String {
    match &node.value {
        Value::Str(text) => text.clone(),
        _ => String::new(),
    }
}

fn id_at(walk: &mut Walk<'_>, node: &Node) -> Option<Placed<String>> {
    let id = walk.str(node)?;
    if !is_id(id) {
        walk.report_with(
            node.span.clone(),
            both!("`{id}` is no id", "`{id}`은(는) id로 쓸 수 없습니다"),
            both!(
                "lower-case letters, digits and single hyphens: `week3`",
                "영문 소문자, 숫자, 하이픈 하나씩만 씁니다: `week3`"
            ),
        );
        return None;
    }
    Some(Placed { value: id.to_owned(), span: node.span.clone() })
}

/// A string that must be there, has something in it, and is one line.
fn words(walk: &mut Walk<'_>, fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
    let node = fields.need(walk, name)?;
    let text = walk.str(node)?;
    if text.trim().is_empty() || text.contains('\n') || text.chars().count() > 200 {
        walk.report(
            node.span.clone(),
            both!(
                "`{name}` must be one line of 1 to 200 characters",
                "`{name}`은(는) 1~200자의 한 줄이어야 합니다"
            ),
        );
        return None;
    }
    Some(text.to_owned())
}

fn moment<'n>(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'n>,
    name: &'static str,
) -> Option<(&'n Node, jiff::Timestamp)> {
    let node = fields.take(name)?;
    let text = walk.str(node)?;
    let Ok(moment) = text.parse::<jiff::Timestamp>() else {
        walk.report_with(
            node.span.clone(),
            both!(
                "`{name}` must be a date and time with its offset from UTC",
                "`{name}`에는 날짜와 시각, UTC 오프셋이 모두 필요합니다"
            ),
            both!("write 2026-12-07T23:59:00+09:00", "2026-12-07T23:59:00+09:00처럼 쓰세요"),
        );
        return None;
    };
    Some((node, moment))
}

/// Without `late`, nothing counts after the due time.
fn late(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Late {
    let none = Late { percent_per_day: 100.0, until_days: 0 };
    let Some(node) = fields.take("late") else { return none };
    let Some(mut fields) = walk.fields(node) else { return none };
    let percent = fields.need(walk, "per_day").and_then(|node| percent(walk, node));
    let until = fields.need(walk, "until").and_then(|node| walk.int(node, 0..=365));
    fields.finish(walk);
    Late {
        percent_per_day: percent.unwrap_or(100.0),
        until_days: until.and_then(|days| u32::try_from(days).ok()).unwrap_or(0),
    }
}

fn percent(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let text = walk.str(node)?;
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let number = number.filter(|number| (0.0..=100.0).contains(number));
    if number.is_none() {
        walk.report(
            node.span.clone(),
            both!(
                "a percentage from `0%` to `100%` was expected",
                "`0%`부터 `100%`까지의 백분율이 필요합니다"
            ),
        );
    }
    number
}

fn items(walk: &mut Walk<'_>, node: &Node, scenarios: &[Scenario]) -> Option<Vec<Wanted>> {
    let nodes = walk.array(node)?;
    if !(1..=100).contains(&nodes.len()) {
        walk.report(
            node.span.clone(),
            both!("1 to 100 items were expected", "항목은 1~100개여야 합니다"),
        );
    }
    let read: Vec<Wanted> = nodes.iter().filter_map(|node| item(walk, node, scenarios)).collect();
    (!read.is_empty() && read.len() == nodes.len()).then_some(read)
}

fn item(walk: &mut Walk<'_>, node: &Node, scenarios: &[Scenario]) -> Option<Wanted> {
    let mut fields = walk.fields(node)?;
    let quiz = fields.need(walk, "quiz").and_then(|node| id_at(walk, node));
    let points = match fields.take("points") {
        None => Some(1.0),
        Some(node) => points(walk, node),
    };
    let question = fields.take("question");
    let scenario = fields.take("scenario").and_then(|node| known(walk, node, scenarios));
    let kinds = fields.take("kinds").map(|node| kinds(walk, node));
    let pick = fields.take("pick");
    fields.finish(walk);
    let head = node.span.start..node.span.start + 1;
    let choose = match (question, pick) {
        (Some(question), None) if kinds.is_none() => {
            Choose::One { question: id_at(walk, question)?, scenario }
        }
        (None, Some(pick)) if scenario.is_none() => {
            let count = walk.int(pick, 1..=200).and_then(|count| usize::try_from(count).ok());
            Choose::Pick { count: count?, kinds: kinds.unwrap_or_default() }
        }
        _ => {
            walk.report_with(
                head,
                both!(
                    "an item either names one question or picks some",
                    "항목은 문제 하나를 지정하거나 몇 개를 뽑아야 합니다"
                ),
                both!(
                    "write `question = \"id\"` (and `scenario`), or `pick = 3` (and `kinds`)",
                    "`question = \"id\"`(와 `scenario`) 또는 `pick = 3`(과 `kinds`)을 쓰세요"
                ),
            );
            return None;
        }
    };
    Some(Wanted { quiz: quiz?, choose, points: points?, span: node.span.clone() })
}

fn points(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let points = walk.number(node)?;
    if !(points > 0.0 && points <= 1_000.0) {
        walk.report(
            node.span.clone(),
            both!(
                "`points` must be more than 0 and at most 1000",
                "`points`는 0보다 크고 1000 이하여야 합니다"
            ),
        );
        return None;
    }
    Some(points)
}

fn kinds(walk: &mut Walk<'_>, node: &Node) -> Vec<String> {
    let Some(items) = walk.array(node) else { return Vec::new() };
    const KINDS: [&str; 9] = QuestionKind::NAMES;
    let mut found = Vec::new();
    for item in items {
        let Some(kind) = walk.str(item) else { continue };
        if KINDS.contains(&kind) {
            found.push(kind.to_owned());
            continue;
        }
        let what = both!("unknown type `{kind}`", "알 수 없는 유형 `{kind}`");
        let known = KINDS.join(", ");
        let hint = match nearest(kind, KINDS) {
            Some(near) => both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
            None => both!("known types: {known}", "쓸 수 있는 유형: {known}"),
        };
        walk.report_with(item.span.clone(), what, hint);
    }
    found
}

fn known(walk: &mut Walk<'_>, node: &Node, scenarios: &[Scenario]) -> Option<Placed<String>> {
    let name = walk.str(node)?;
    if scenarios.iter().all(|scenario| scenario.name != name) {
        let what = both!("there is no `[scenario.{name}]`", "`[scenario.{name}]`이(가) 없습니다");
        let names = scenarios.iter().map(|scenario| scenario.name.as_str());
        match nearest(name, names) {
            Some(near) => walk.report_with(
                node.span.clone(),
                what,
                both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
            ),
            None => walk.report(node.span.clone(), what),
        }
        return None;
    }
    Some(Placed { value: name.to_owned(), span: node.span.clone() })
}

fn scenarios(walk: &mut Walk<'_>, node: &Node) -> Vec<Scenario> {
    let Some(mut fields) = walk.fields(node) else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in fields.rest() {
        let Some(mut fields) = walk.fields(value) else { continue };
        let set = fields.need(walk, "set").and_then(|node| walk.fields(node));
        fields.finish(walk);
        let Some(mut set) = set else { continue };
        let set = set.rest().into_iter().filter_map(|(knob, value)| {
            let value = setting(walk, value)?;
            Some(Setting { name: knob.name.clone(), value })
        });
        let set = set.collect();
        found.push(Scenario { name: key.name.clone(), set, span: key.span.clone() });
    }
    found
}

/// A value as it is written after `--set KNOB=`.
fn setting(walk: &mut Walk<'_>, node: &Node) -> Option<String> {
    match &node.value {
        Value::Str(word) => Some(word.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Array(_) | Value::Table(_) => {
            walk.report(
                node.span.clone(),
                both!(
                    "a number, a word, true or false was expected",
                    "숫자, 단어, true 또는 false가 필요합니다"
                ),
            );
            None
        }
    }
}
