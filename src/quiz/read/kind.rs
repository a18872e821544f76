//! What belongs to one kind of question: options, a number, a simulation.

use std::ops::Range;

use crate::content::problem::nearest;
use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node, Value, Walk};
use crate::quiz::grade::{accepted, is_within};
use crate::quiz::question::{
    Accept, Choice, NumberQuestion, Param, ParamValue, Placed, QuestionKind, SimQuestion,
};
use crate::quiz::unit::Unit;

use super::{id_at, placed_words, words_at};

/// Options are labelled with the letters of the alphabet.
const OPTIONS_MAX: usize = 26;
/// Each variant is a run of the simulator that the content check makes.
const VARIANTS_MAX: usize = 64;

/// Reads `type` and the fields that it asks for.
pub(super) fn kind(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<QuestionKind> {
    const KINDS: [&str; 4] = ["choice", "several", "number", "sim"];
    let node = fields.need(walk, "type")?;
    match walk.str(node)? {
        "choice" => {
            let options = options(walk, fields)?;
            let right = options.iter().filter(|option| option.right).count();
            if right != 1 {
                walk.report(
                    node.span.clone(),
                    both!(
                        "a `choice` has exactly one option with `right = true`; here are {right}",
                        "`choice`에는 `right = true`인 보기가 정확히 하나여야 합니다(현재 {right}개)",
                    ),
                );
            }
            Some(QuestionKind::Choice { options })
        }
        "several" => {
            let options = options(walk, fields)?;
            if options.iter().all(|option| !option.right) {
                walk.report(
                    node.span.clone(),
                    both!(
                        "no option has `right = true`: `several` needs at least one",
                        "`right = true`인 보기가 없습니다. `several`에는 하나 이상 필요합니다",
                    ),
                );
            }
            Some(QuestionKind::Several { options })
        }
        "number" => number(walk, fields).map(QuestionKind::Number),
        "sim" => sim(walk, fields).map(QuestionKind::Sim),
        other => {
            let what = both!("unknown type `{other}`", "알 수 없는 유형 `{other}`");
            let hint = match nearest(other, KINDS) {
                Some(near) => both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                None => {
                    let known = KINDS.join(", ");
                    both!("known types: {known}", "쓸 수 있는 유형: {known}")
                }
            };
            walk.report_with(node.span.clone(), what, hint);
            None
        }
    }
}

fn options(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<Vec<Choice>> {
    let node = fields.need(walk, "options")?;
    let items = walk.array(node)?;
    let count = items.len();
    if !(2..=OPTIONS_MAX).contains(&count) {
        walk.report(
            node.span.clone(),
            both!(
                "2 to {OPTIONS_MAX} options were expected, found: {count}",
                "보기는 2~{OPTIONS_MAX}개여야 합니다(현재 {count}개)",
            ),
        );
    }
    let mut options: Vec<Choice> = Vec::new();
    for item in items {
        let Some(option) = option(walk, item) else { continue };
        if options.iter().any(|other| other.id == option.id) {
            let name = &option.id;
            walk.report(
                option.span.clone(),
                both!("two options have the id `{name}`", "id가 `{name}`인 보기가 둘입니다"),
            );
        }
        options.push(option);
    }
    // With a faulty option the number of right ones is unknown.
    (options.len() == count).then_some(options)
}

fn option(walk: &mut Walk<'_>, node: &Node) -> Option<Choice> {
    let mut fields = walk.fields(node)?;
    let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
    let text = words_at(walk, &mut fields, "text");
    let why = words_at(walk, &mut fields, "why");
    let right = match fields.take("right") {
        Some(node) => walk.bool(node),
        None => Some(false),
    };
    let keep = match fields.take("keep").map(|node| (node, walk.str(node))) {
        None => Some(false),
        Some((_, Some("last"))) => Some(true),
        Some((_, None)) => None,
        Some((node, Some(other))) => {
            walk.report(
                node.span.clone(),
                both!(
                    "`keep` can only be `last`, found: `{other}`",
                    "`keep`에는 `last`만 쓸 수 있습니다(현재: `{other}`)"
                ),
            );
            None
        }
    };
    fields.finish(walk);
    Some(Choice {
        id: id?.value,
        text: Text::same(text?.value),
        why: Text::same(why?.value),
        right: right?,
        keep_last: keep?,
        span: node.span.clone(),
    })
}

fn number(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<NumberQuestion> {
    let answer = fields.need(walk, "answer").and_then(|node| walk.number(node));
    let unit = fields.need(walk, "unit").and_then(|node| unit(walk, node));
    let accept = accept(walk, fields);
    let wrong = match fields.take("wrong").map(|node| walk.array(node)) {
        Some(items) => items?.iter().map(|item| trap(walk, item)).collect(),
        None => Vec::new(),
    };
    let (answer, accept) = (answer?, accept?);
    for (value, _, span) in wrong.iter().flatten() {
        let (low, high) = accepted(answer, accept);
        if is_within(*value, low, high) {
            walk.report(
                span.clone(),
                both!(
                    "{value} is accepted as right, so it is no wrong value",
                    "{value}은(는) 정답으로 인정되므로 오답이 될 수 없습니다"
                ),
            );
        }
    }
    let wrong = wrong.into_iter().flatten().map(|(value, why, _)| (value, why)).collect();
    Some(NumberQuestion { answer, unit: unit?, accept, wrong })
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

fn accept(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<Accept> {
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

fn trap(walk: &mut Walk<'_>, node: &Node) -> Option<(f64, Text, Range<usize>)> {
    let mut fields = walk.fields(node)?;
    let value =
        fields.need(walk, "value").and_then(|node| Some((walk.number(node)?, node.span.clone())));
    let why = words_at(walk, &mut fields, "why");
    fields.finish(walk);
    let (value, span) = value?;
    Some((value, Text::same(why?.value), span))
}

fn sim(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<SimQuestion> {
    let sim = fields.need(walk, "sim").and_then(|node| id_at(walk, node));
    let params = match fields.take("params") {
        Some(node) => params(walk, node),
        None => Some(Vec::new()),
    };
    let answer = words_at(walk, fields, "answer");
    let accept = accept(walk, fields);
    let guard = fields.take("guard").map(|node| placed_words(walk, node, "guard"));
    let guard = match guard {
        Some(guard) => Some(guard?),
        None => None,
    };
    Some(SimQuestion { sim: sim?, params: params?, answer: answer?, accept: accept?, guard })
}

fn params(walk: &mut Walk<'_>, node: &Node) -> Option<Vec<Param>> {
    let items = walk.array(node)?;
    let mut params: Vec<Param> = Vec::new();
    for item in items {
        let Some((name, param)) = param(walk, item) else { continue };
        if params.iter().any(|other| other.name == param.name) {
            let shown = &param.name;
            walk.report(
                name,
                both!("two params have the name `{shown}`", "이름이 `{shown}`인 param이 둘입니다"),
            );
        }
        params.push(param);
    }
    let variants =
        params.iter().fold(1, |product: usize, p| product.saturating_mul(p.values.len()));
    if variants > VARIANTS_MAX {
        walk.report(
            node.span.clone(),
            both!(
                "{variants} combinations of values; at most {VARIANTS_MAX} are allowed",
                "값의 조합이 {variants}가지입니다. 최대 {VARIANTS_MAX}가지까지 쓸 수 있습니다",
            ),
        );
    }
    (params.len() == items.len()).then_some(params)
}

/// A param and the place of its name.
fn param(walk: &mut Walk<'_>, node: &Node) -> Option<(Range<usize>, Param)> {
    let mut fields = walk.fields(node)?;
    let name = fields.need(walk, "name").and_then(|node| id_at(walk, node));
    let knob = words_at(walk, &mut fields, "knob");
    let values = fields.need(walk, "values").and_then(|node| {
        let items = walk.array(node)?;
        if items.is_empty() {
            walk.report(
                node.span.clone(),
                both!("at least one value is needed", "값이 하나 이상 필요합니다"),
            );
        }
        items.iter().map(|item| param_value(walk, item)).collect::<Option<Vec<_>>>()
    });
    fields.finish(walk);
    let name = name?;
    Some((name.span, Param { name: name.value, knob: knob?, values: values? }))
}

fn param_value(walk: &mut Walk<'_>, node: &Node) -> Option<Placed<ParamValue>> {
    let value = match &node.value {
        Value::Int(number) => ParamValue::Int(*number),
        Value::Float(number) => ParamValue::Float(*number),
        Value::Bool(yes) => ParamValue::Bool(*yes),
        Value::Str(_) => ParamValue::Word(placed_words(walk, node, "values")?.value),
        Value::Array(_) | Value::Table(_) => {
            walk.report(
                node.span.clone(),
                both!(
                    "a number, a string, true or false was expected",
                    "숫자, 문자열, true, false 중 하나가 필요합니다"
                ),
            );
            return None;
        }
    };
    Some(Placed { value, span: node.span.clone() })
}
