//! Questions that ask for a number which the file gives.

use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node, Walk};
use crate::quiz::grade::{accepted, is_within};
use crate::quiz::question::{Accept, NumberQuestion, WrongValue};
use crate::quiz::unit::Unit;

use super::{id_at, words_at};

pub(super) fn number(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<NumberQuestion> {
    let answer = fields.need(walk, "answer").and_then(|node| walk.number(node));
    let unit = fields.need(walk, "unit").and_then(|node| unit(walk, node));
    let accept = accept(walk, fields);
    let given = match fields.take("wrong").map(|node| walk.array(node)) {
        Some(items) => items?,
        None => &[],
    };
    let wrong: Vec<_> = given.iter().map(|item| wrong(walk, item)).collect();
    let (answer, accept) = (answer?, accept?);
    for (known, node) in wrong.iter().zip(given) {
        let Some(WrongValue { value, .. }) = known else { continue };
        let (low, high) = accepted(answer, accept);
        if is_within(*value, low, high) {
            walk.report(
                node.span.clone(),
                both!(
                    "{value} is accepted as right, so it is no wrong value",
                    "{value}은(는) 정답으로 인정되므로 오답이 될 수 없습니다"
                ),
            );
        }
    }
    Some(NumberQuestion {
        answer,
        unit: unit?,
        accept,
        wrong: wrong.into_iter().flatten().collect(),
    })
}

fn wrong(walk: &mut Walk<'_>, node: &Node) -> Option<WrongValue<f64>> {
    let mut fields = walk.fields(node)?;
    let value = fields.need(walk, "value").and_then(|node| walk.number(node));
    let trap = fields.need(walk, "trap").and_then(|node| id_at(walk, node));
    let why = words_at(walk, &mut fields, "why");
    fields.finish(walk);
    Some(WrongValue { value: value?, trap: trap?, why: Text::same(why?.value) })
}

fn unit(walk: &mut Walk<'_>, node: &Node) -> Option<Unit> {
    let name = walk.str(node)?;
    let unit = Unit::from_name(name);
    if unit.is_none() {
        let known = Unit::ALL.map(Unit::name).join(", ");
        walk.report_with(
            node.span.clone(),
            both!("unknown unit `{name}`", "알 수 없는 단위 `{name}`"),
            both!("one of: {known}", "쓸 수 있는 단위: {known}"),
        );
    }
    unit
}

pub(super) fn accept(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<Accept> {
    let node = fields.need(walk, "accept")?;
    let mut inner = walk.fields(node)?;
    let percent = inner.take("percent").map(|node| distance(walk, node));
    let absolute = inner.take("absolute").map(|node| distance(walk, node));
    inner.finish(walk);
    match (percent, absolute) {
        (Some(percent), None) => percent.map(Accept::Percent),
        (None, Some(absolute)) => absolute.map(Accept::Absolute),
        _ => {
            walk.report(
                node.span.clone(),
                both!(
                    "`accept` is either `{{ percent = 2 }}` or `{{ absolute = 1 }}`",
                    "`accept`는 `{{ percent = 2 }}` 또는 `{{ absolute = 1 }}` 중 하나입니다",
                ),
            );
            None
        }
    }
}

fn distance(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let value = walk.number(node)?;
    if value < 0.0 {
        walk.report(node.span.clone(), both!("must not be below 0", "0보다 작을 수 없습니다"));
        return None;
    }
    Some(value)
}
