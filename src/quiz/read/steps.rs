//! Questions made of steps and points: an order, a schedule, a rubric.

use std::ops::RangeInclusive;

use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node, Walk};
use crate::quiz::question::{
    OpenQuestion, OrderQuestion, RubricPoint, ScheduledStep, Worded, WrongPair,
};

use super::{id_at, words_at};

pub(super) fn order(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<OrderQuestion> {
    let steps = listed(walk, fields, "steps", 3..=8, |walk, node| {
        let mut fields = walk.fields(node)?;
        let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
        let text = words_at(walk, &mut fields, "text");
        fields.finish(walk);
        Some(Worded { id: id?.value, text: Text::same(text?.value) })
    });
    let node = fields.need(walk, "wrong")?;
    let items = walk.array(node)?;
    let steps = steps?;
    unique(walk, node, steps.iter().map(|step| step.id.as_str()));
    if items.is_empty() {
        walk.report(
            node.span.clone(),
            both!(
                "at least one pair that people put the wrong way round is needed",
                "흔히 거꾸로 놓는 단계 쌍이 하나 이상 필요합니다"
            ),
        );
    }
    let wrong = items.iter().map(|item| pair(walk, item, &steps)).collect::<Option<Vec<_>>>()?;
    Some(OrderQuestion { steps, wrong })
}

fn pair(walk: &mut Walk<'_>, node: &Node, steps: &[Worded]) -> Option<WrongPair> {
    let mut fields = walk.fields(node)?;
    let first = fields.need(walk, "first").and_then(|node| id_at(walk, node));
    let then = fields.need(walk, "then").and_then(|node| id_at(walk, node));
    let trap = fields.need(walk, "trap").and_then(|node| id_at(walk, node));
    let why = words_at(walk, &mut fields, "why");
    fields.finish(walk);
    let (first, then) = (first?.value, then?.value);
    let place = |id: &str| steps.iter().position(|step| step.id == id);
    match (place(&first), place(&then)) {
        (Some(a), Some(b)) if a > b => {}
        (Some(_), Some(_)) => walk.report(
            node.span.clone(),
            both!(
                "`{first}` does come before `{then}`: that is no wrong order",
                "`{first}`은(는) 원래 `{then}`보다 앞이므로 틀린 순서가 아닙니다"
            ),
        ),
        (a, _) => {
            let missing = if a.is_none() { &first } else { &then };
            walk.report(
                node.span.clone(),
                both!("there is no step `{missing}`", "`{missing}` 단계가 없습니다"),
            );
        }
    }
    Some(WrongPair { first, then, trap: trap?, why: Text::same(why?.value) })
}

pub(super) fn schedule(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<Vec<ScheduledStep>> {
    listed(walk, fields, "schedule", 2..=20, |walk, node| {
        let mut fields = walk.fields(node)?;
        let by = words_at(walk, &mut fields, "by");
        let does = words_at(walk, &mut fields, "do");
        let sees = fields.take("sees").map(|node| super::placed_words(walk, node, "sees"));
        fields.finish(walk);
        let sees = match sees {
            Some(sees) => Some(sees?.value),
            None => None,
        };
        Some(ScheduledStep { by: by?.value, does: does?.value, sees })
    })
}

pub(super) fn open(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<OpenQuestion> {
    let node = fields.need(walk, "points")?;
    let points = items(walk, node, "points", 2..=8, |walk, node| {
        let mut fields = walk.fields(node)?;
        let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
        let text = words_at(walk, &mut fields, "text");
        let weight = match fields.take("weight") {
            Some(node) => walk.int(node, 1..=9),
            None => Some(1),
        };
        fields.finish(walk);
        let weight = u32::try_from(weight?).ok()?;
        Some(RubricPoint { id: id?.value, text: Text::same(text?.value), weight })
    });
    let model = words_at(walk, fields, "model");
    let points = points?;
    unique(walk, node, points.iter().map(|point| point.id.as_str()));
    Some(OpenQuestion { points, model: Text::same(model?.value) })
}

/// A list of things of one shape that must be there.
fn listed<T>(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'_>,
    name: &'static str,
    wanted: RangeInclusive<usize>,
    read: impl FnMut(&mut Walk<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let node = fields.need(walk, name)?;
    items(walk, node, name, wanted, read)
}

fn items<T>(
    walk: &mut Walk<'_>,
    node: &Node,
    name: &str,
    wanted: RangeInclusive<usize>,
    mut read: impl FnMut(&mut Walk<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let given = walk.array(node)?;
    let count = given.len();
    if !wanted.contains(&count) {
        let (least, most) = (wanted.start(), wanted.end());
        walk.report(
            node.span.clone(),
            both!(
                "`{name}` has {least} to {most} entries, found: {count}",
                "`{name}`에는 {least}~{most}개가 필요합니다(현재 {count}개)"
            ),
        );
    }
    // Every entry is read, so that every fault is found.
    let read: Vec<Option<T>> = given.iter().map(|node| read(walk, node)).collect();
    read.into_iter().collect()
}

fn unique<'n>(walk: &mut Walk<'_>, node: &Node, ids: impl Iterator<Item = &'n str>) {
    let mut seen: Vec<&str> = Vec::new();
    for id in ids {
        if seen.contains(&id) {
            walk.report(
                node.span.clone(),
                both!("two entries have the id `{id}`", "id가 `{id}`인 항목이 둘입니다"),
            );
        }
        seen.push(id);
    }
}
