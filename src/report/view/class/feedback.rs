//! One student's page: each question with the answer, the right one, why, and where to go on.

use super::{heading, inline, shown};
use crate::content::text::{Lang, Text, both};
use crate::practice::class::{Answered, Class, Marked, Row};
use crate::practice::submission::{Given, Line};
use crate::quiz::question::{OpenQuestion, QuestionKind};
use crate::quiz::unit::Unit;
use crate::report::document::{Block, Check, Document, Span, Tone, Verdict};
use crate::report::view::quiz::{right_answer, schedule};

/// The page of a student.
pub(crate) fn page(class: &Class<'_>, row: &Row<'_>, lang: Lang) -> Document {
    let title = format!("{}: {}", class.key.paper.title, row.student);
    let (points, of) = (shown(row.points), shown(row.of));
    let result = both!("{points} of {of} points", "{of}점 만점에 {points}점");
    let mut blocks = vec![
        heading(1, &title),
        Block::Paragraph(vec![Span::Strong(vec![Span::text(result.get(lang))])]),
    ];
    let remarks = super::notes(row, lang);
    if !remarks.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, remarks)]));
    }
    for (number, answered) in (1..).zip(&row.answers) {
        blocks.extend(question(number, answered, lang));
    }
    Document { title, blocks }
}

fn question(number: usize, answered: &Answered<'_>, lang: Lang) -> Vec<Block> {
    let got = shown(answered.score() * answered.drawn.points);
    let of = shown(answered.drawn.points);
    let points = match answered.state {
        Marked::Waits => both!("{number}. (waits for a mark)", "{number}. (채점 전)"),
        Marked::Graded(_) | Marked::Unanswered => {
            both!("{number}. {got} of {of} points", "{number}. {of}점 중 {got}점")
        }
    };
    let mut blocks =
        vec![heading(2, points.get(lang)), Block::Paragraph(inline(answered.drawn.ask.get(lang)))];
    if let QuestionKind::Trace { schedule: steps, .. } = &answered.key.question.kind {
        blocks.push(schedule(steps));
    }
    if answered.line.is_none() {
        let none = both!("No answer.", "답이 없습니다.");
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Bad, none.get(lang).to_owned())]));
    }
    blocks.extend(checks(answered, lang));
    blocks.push(Block::Labelled(further(answered, lang)));
    blocks
}

/// What was given and what is right.
fn checks(answered: &Answered<'_>, lang: Lang) -> Vec<Block> {
    let given = answered.line.as_ref().map(|line| &line.given);
    let words = |words: &Text| inline(words.get(lang));
    match &answered.key.question.kind {
        QuestionKind::Number(_) | QuestionKind::Sim(_) | QuestionKind::Predict(_) => {
            vec![Block::Checks(number_checks(answered, lang))]
        }
        QuestionKind::Order(order) => {
            let mut blocks = Vec::new();
            if let Some(Given::Order(ids)) = given {
                let steps = ids.iter().filter_map(|id| order.steps.iter().find(|s| s.id == *id));
                let theirs = both!("Your order", "제출한 순서");
                blocks.extend(listed(&theirs, steps.map(|step| words(&step.text)), lang));
            }
            let right = both!("Right order", "올바른 순서");
            let steps = order.steps.iter().map(|step| words(&step.text));
            blocks.extend(listed(&right, steps, lang));
            blocks.push(Block::Checks(trap_checks(answered, lang)));
            blocks
        }
        QuestionKind::Open(open) => open_blocks(answered, open, lang),
        kind => {
            let chosen = match given {
                Some(Given::Options(ids)) => ids.as_slice(),
                _ => &[],
            };
            let options = kind.options().iter();
            let shown = options.filter(|option| option.right || chosen.contains(&option.id));
            let check = |option: &crate::quiz::question::Choice| {
                let verdict = if option.right { Verdict::Yes } else { Verdict::No };
                let mut text = vec![Span::Strong(words(&option.text))];
                text.push(Span::text("  "));
                text.extend(words(&option.why));
                if option.right && !chosen.contains(&option.id) {
                    let missed = both!("  (right, not chosen)", "  (정답, 고르지 않음)");
                    text.push(Span::Toned(Tone::Muted, missed.get(lang).to_owned()));
                }
                Check { verdict, text }
            };
            vec![Block::Checks(shown.map(check).collect())]
        }
    }
}

fn listed(title: &Text, items: impl Iterator<Item = Vec<Span>>, lang: Lang) -> [Block; 2] {
    let items = items.map(crate::report::document::Item::of).collect();
    [Block::Paragraph(vec![Span::text(title.get(lang))]), Block::List { first: Some(1), items }]
}

fn trap_checks(answered: &Answered<'_>, lang: Lang) -> Vec<Check> {
    let Marked::Graded(grade) = &answered.state else { return Vec::new() };
    let traps = grade.traps.iter();
    traps.map(|trap| Check { verdict: Verdict::No, text: inline(trap.why.get(lang)) }).collect()
}

fn number_checks(answered: &Answered<'_>, lang: Lang) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Marked::Graded(grade) = &answered.state
        && let Some(number) = &grade.number
    {
        let verdict = if grade.score >= 1.0 { Verdict::Yes } else { Verdict::No };
        let given = vec![Span::Strong(vec![Span::text(number.unit.show(number.given))])];
        checks.push(Check { verdict, text: given });
        checks.extend(trap_checks(answered, lang));
        let words = right_answer(number.unit, number.right, number.low, number.high);
        checks.push(Check { verdict: Verdict::Yes, text: inline(words.get(lang)) });
        return checks;
    }
    let band = answered.drawn.variant.and_then(|at| answered.key.variants.get(at));
    let right = match (&answered.key.question.kind, band) {
        (QuestionKind::Number(number), _) => Some((number.unit, number.answer)),
        (_, Some(variant)) => Some((variant.band.unit, variant.band.value)),
        _ => None,
    };
    let words = right.map(|(unit, value): (Unit, f64)| right_answer(unit, value, value, value));
    checks
        .extend(words.map(|words| Check { verdict: Verdict::Yes, text: inline(words.get(lang)) }));
    checks
}

fn open_blocks(answered: &Answered<'_>, open: &OpenQuestion, lang: Lang) -> Vec<Block> {
    let mut blocks: Vec<Block> = answered.line.as_ref().map(answer).into_iter().collect();
    if let Marked::Graded(grade) = &answered.state {
        // The marks are kept by answer; the score tells which share of the points was made.
        let percent = Unit::Share.show(grade.score);
        let words = both!("{percent} of these points:", "다음 항목 중 {percent}:");
        blocks.push(Block::Paragraph(vec![Span::text(words.get(lang))]));
    }
    let check = |point: &crate::quiz::question::RubricPoint| Check {
        verdict: match answered.made.contains(&point.id) {
            true => Verdict::Yes,
            false => Verdict::Open,
        },
        text: inline(point.text.get(lang)),
    };
    blocks.push(Block::Checks(open.points.iter().map(check).collect()));
    blocks
}

/// An answer in words as it was given.
pub(crate) fn answer(line: &Line) -> Block {
    let text = match &line.given {
        Given::Words(text) | Given::Number(text) => text.clone(),
        Given::Options(ids) | Given::Order(ids) => ids.join(" "),
    };
    let lines = text.lines().map(|line| Block::Paragraph(vec![Span::text(line)]));
    Block::Quote(lines.collect())
}

fn further(answered: &Answered<'_>, lang: Lang) -> Vec<(String, Vec<Span>)> {
    let label = |name: Text| name.get(lang).to_owned();
    let mut rows = Vec::new();
    let question = &answered.key.question;
    if let QuestionKind::Open(open) = &question.kind {
        rows.push((label(both!("Model", "모범 답안")), inline(open.model.get(lang))));
    }
    if let Marked::Graded(grade) = &answered.state {
        let beliefs = answered.key.misconceptions.iter();
        let shown = beliefs.filter(|belief| grade.traps.iter().any(|trap| trap.id == belief.id));
        rows.extend(
            shown
                .map(|belief| (label(both!("Belief", "흔한 오해")), inline(belief.text.get(lang)))),
        );
    }
    let why = answered.key.why(answered.drawn.variant);
    rows.push((label(both!("Why", "이유")), inline(why.get(lang))));
    if let Some(see) = &question.see {
        let command = Span::code(format!("prep {}", see.value));
        rows.push((label(both!("See", "실험")), vec![command]));
    }
    let topic = format!("prep topic {}#{}", answered.key.topic(), question.section.value);
    rows.push((label(both!("Read", "읽기")), vec![Span::code(topic)]));
    rows
}
