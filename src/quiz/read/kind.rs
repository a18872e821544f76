//! The kinds of question, and those that are answered by choosing.

use crate::content::problem::nearest;
use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node, Walk};
use crate::quiz::question::{Choice, Placed, QuestionKind};

use super::{id_at, number, simulated, steps, words_at};

/// Options are labelled with the letters of the alphabet.
const OPTIONS_MAX: usize = 26;

/// Reads `type` and the fields that it asks for.
pub(super) fn kind(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<QuestionKind> {
    let node = fields.need(walk, "type")?;
    let name = walk.str(node)?;
    match name {
        "choice" => Some(QuestionKind::Choice { options: one_right(walk, fields, node, name)? }),
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
        "number" => number::number(walk, fields).map(QuestionKind::Number),
        "order" => steps::order(walk, fields).map(QuestionKind::Order),
        "trace" => {
            let schedule = steps::schedule(walk, fields);
            let options = one_right(walk, fields, node, name)?;
            Some(QuestionKind::Trace { schedule: schedule?, options })
        }
        "sim" => simulated::sim(walk, fields).map(QuestionKind::Sim),
        "predict" => simulated::sim(walk, fields).map(QuestionKind::Predict),
        "diagnose" => {
            let run = simulated::diagnose(walk, fields);
            let options = one_right(walk, fields, node, name)?;
            run.map(|run| QuestionKind::Diagnose(run.with(options)))
        }
        "open" => steps::open(walk, fields).map(QuestionKind::Open),
        other => {
            let other = crate::content::problem::printable(other);
            let what = both!("unknown type `{other}`", "알 수 없는 유형 `{other}`");
            let hint = match nearest(&other, QuestionKind::NAMES) {
                Some(near) => both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                None => {
                    let known = QuestionKind::NAMES.join(", ");
                    both!("known types: {known}", "쓸 수 있는 유형: {known}")
                }
            };
            walk.report_with(node.span.clone(), what, hint);
            None
        }
    }
}

/// The options of a question that has exactly one right one.
fn one_right(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'_>,
    node: &Node,
    kind: &str,
) -> Option<Vec<Choice>> {
    let options = options(walk, fields)?;
    let right = options.iter().filter(|option| option.right).count();
    if right != 1 {
        walk.report(
            node.span.clone(),
            both!(
                "a `{kind}` has exactly one option with `right = true`; here are {right}",
                "`{kind}`에는 `right = true`인 보기가 정확히 하나여야 합니다(현재 {right}개)",
            ),
        );
    }
    Some(options)
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
    let trap = option_trap(walk, &mut fields, node, right);
    fields.finish(walk);
    Some(Choice {
        id: id?.value,
        text: Text::same(text?.value),
        why: Text::same(why?.value),
        right: right?,
        trap: trap?,
        keep_last: keep?,
        span: node.span.clone(),
    })
}

/// The misconception of a wrong option; a right one has none.
#[expect(clippy::option_option, reason = "a fault, and no trap, are different things")]
fn option_trap(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'_>,
    node: &Node,
    right: Option<bool>,
) -> Option<Option<Placed<String>>> {
    match (fields.take("trap"), right?) {
        (Some(trap), false) => id_at(walk, trap).map(Some),
        (None, true) => Some(None),
        (Some(trap), true) => {
            walk.report(
                trap.span.clone(),
                both!("a right option is no trap", "정답인 보기에는 `trap`을 쓸 수 없습니다"),
            );
            None
        }
        (None, false) => {
            walk.report_with(
                node.span.clone(),
                both!(
                    "a wrong option names its misconception: `trap` is missing",
                    "오답 보기에는 어떤 오해인지 적습니다: `trap`이 없습니다"
                ),
                both!(
                    "write `trap = \"...\"` with an id of the table `[misconceptions]`",
                    "`[misconceptions]` 표의 id로 `trap = \"...\"`을(를) 쓰세요"
                ),
            );
            None
        }
    }
}
