//! Questions about a run of the simulator.

use std::ops::Range;

use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node, Value, Walk};
use crate::quiz::formula::Formula;
use crate::quiz::question::{
    Choice, DiagnoseQuestion, Param, ParamValue, Placed, Show, SimQuestion, WrongSource, WrongValue,
};

use super::{id_at, number, placed_words, words_at};

/// Each variant is a run of the simulator that the content check makes.
const VARIANTS_MAX: usize = 64;
/// More than fit on one screen of 24 rows beside the question.
const METRICS_MAX: usize = 10;

pub(super) fn sim(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<SimQuestion> {
    let sim = fields.need(walk, "sim").and_then(|node| id_at(walk, node));
    let variant = optional_words(walk, fields, "variant")?;
    let params = match fields.take("params") {
        Some(node) => params(walk, node),
        None => Some(Vec::new()),
    };
    let answer = words_at(walk, fields, "answer");
    let accept = number::accept(walk, fields);
    let guard = optional_words(walk, fields, "guard")?;
    let (params, answer) = (params?, answer?);
    let wrong = match fields.take("wrong") {
        Some(node) => {
            let items = walk.array(node)?;
            items.iter().map(|item| wrong(walk, item, &params)).collect::<Option<Vec<_>>>()?
        }
        None => Vec::new(),
    };
    Some(SimQuestion { sim: sim?, variant, params, answer, accept: accept?, guard, wrong })
}

/// A run with a fault, still without the options.
pub(super) struct FaultyRun {
    sim: Placed<String>,
    variant: Placed<String>,
    beside: Option<Placed<String>>,
    show: Show,
}

impl FaultyRun {
    pub(super) fn with(self, options: Vec<Choice>) -> DiagnoseQuestion {
        let FaultyRun { sim, variant, beside, show } = self;
        DiagnoseQuestion { sim, variant, beside, show, options }
    }
}

pub(super) fn diagnose(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<FaultyRun> {
    let sim = fields.need(walk, "sim").and_then(|node| id_at(walk, node));
    let variant = words_at(walk, fields, "variant");
    let beside = optional_words(walk, fields, "beside");
    let show = fields.need(walk, "show").and_then(|node| show(walk, node));
    Some(FaultyRun { sim: sim?, variant: variant?, beside: beside?, show: show? })
}

fn show(walk: &mut Walk<'_>, node: &Node) -> Option<Show> {
    match &node.value {
        Value::Str(word) if word == "timeline" => Some(Show::Timeline),
        Value::Str(word) if word == "jtl" => Some(Show::Jtl),
        Value::Array(items) if (1..=METRICS_MAX).contains(&items.len()) => {
            let names = items.iter().map(|item| placed_words(walk, item, "show"));
            names.collect::<Option<Vec<_>>>().map(Show::Metrics)
        }
        _ => {
            walk.report(
                node.span.clone(),
                both!(
                    "`show` is a list of 1 to {METRICS_MAX} metrics, \"timeline\" or \"jtl\"",
                    "`show`에는 지표 1~{METRICS_MAX}개의 목록, \"timeline\", \"jtl\" 중 하나를 씁니다",
                ),
            );
            None
        }
    }
}

/// A field that may be absent; `None` when it is there and faulty.
#[expect(clippy::option_option, reason = "a fault, and no field, are different things")]
fn optional_words(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'_>,
    name: &'static str,
) -> Option<Option<Placed<String>>> {
    match fields.take(name) {
        Some(node) => placed_words(walk, node, name).map(Some),
        None => Some(None),
    }
}

fn wrong(walk: &mut Walk<'_>, node: &Node, params: &[Param]) -> Option<WrongValue<WrongSource>> {
    let mut fields = walk.fields(node)?;
    let metric = fields.take("metric").map(|node| placed_words(walk, node, "metric"));
    let value = fields.take("value").map(|node| formula(walk, node, params));
    let trap = fields.need(walk, "trap").and_then(|node| id_at(walk, node));
    let why = words_at(walk, &mut fields, "why");
    fields.finish(walk);
    let value = match (metric, value) {
        (Some(metric), None) => WrongSource::Metric(metric?),
        (None, Some(formula)) => WrongSource::Value(formula?),
        _ => {
            walk.report(
                node.span.clone(),
                both!(
                    "either `metric` or `value` is needed",
                    "`metric`과 `value` 중 하나가 필요합니다"
                ),
            );
            return None;
        }
    };
    Some(WrongValue { value, trap: trap?, why: Text::same(why?.value) })
}

/// A number, or arithmetic over the params.
fn formula(walk: &mut Walk<'_>, node: &Node, params: &[Param]) -> Option<Formula> {
    let text = match &node.value {
        Value::Str(text) => text.clone(),
        _ => walk.number(node)?.to_string(),
    };
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    match Formula::parse(&text, &names) {
        Ok(formula) => Some(formula),
        Err(what) => {
            walk.report(node.span.clone(), what);
            None
        }
    }
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
