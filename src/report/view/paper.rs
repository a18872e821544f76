//! A paper on the page: its head, one question, and what is answered so far.

use super::quiz::{inline, schedule};
use crate::content::text::{Lang, Text, both};
use crate::practice::draft::letter_of as letter;
use crate::practice::paper::{Drawn, Issued, PaperKind, PaperSim};
use crate::practice::signing::fingerprint;
use crate::quiz::unit::Unit;
use crate::report::document::{Block, Check, Document, Span, Tone, Verdict};

/// What a student sees before the first question.
pub(crate) fn head(issued: &Issued, questions: usize, student: &str, lang: Lang) -> Document {
    let paper = &issued.paper;
    let row = |name: Text, words: String| (name.get(lang).to_owned(), vec![Span::text(words)]);
    let (points, attempts) = (shown(points(issued, student)), paper.attempts);
    let asked = both!("{questions}, {points} points", "{questions}문제, {points}점 만점");
    let mut rows = vec![
        row(both!("Class", "반"), paper.class.clone()),
        row(both!("Student", "학생"), student.to_owned()),
        row(both!("Questions", "문제"), asked.get(lang).to_owned()),
    ];
    if let Some(due) = &paper.due {
        rows.push(row(both!("Due", "마감"), due.clone()));
        rows.push(row(both!("Late", "지각"), lateness(issued).get(lang).to_owned()));
    }
    if attempts > 1 {
        rows.push(row(both!("Attempts", "시도"), attempts.to_string()));
    }
    rows.push(row(both!("Fingerprint", "지문"), fingerprint(&issued.digest)));
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&paper.title)] };
    Document { title: paper.title.clone(), blocks: vec![heading, Block::Labelled(rows)] }
}

fn points(issued: &Issued, student: &str) -> f64 {
    let drawn = crate::practice::paper::draw(&issued.paper, &issued.digest, student);
    drawn.iter().map(|drawn| drawn.points).sum()
}

fn lateness(issued: &Issued) -> Text {
    let late = issued.paper.late;
    let (percent, days) = (shown(late.percent_per_day), late.until_days);
    match days {
        0 => both!("does not count", "점수를 받지 못합니다"),
        _ => both!(
            "{percent} % less for each day begun, up to {days} days",
            "하루 늦을 때마다 {percent} %씩 감점, 최대 {days}일까지"
        ),
    }
}

/// A number without digits that say nothing.
pub(crate) fn shown(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// One question. `number` counts from 1.
pub(crate) fn question(drawn: &Drawn<'_>, number: usize, of: usize, lang: Lang) -> Document {
    let points = shown(drawn.points);
    let place = both!("{number} of {of}", "{of}문제 중 {number}번");
    let worth = both!("points: {points}", "배점 {points}점");
    let mut blocks = vec![
        Block::Paragraph(vec![
            Span::Strong(vec![Span::text(place.get(lang))]),
            Span::Toned(Tone::Muted, format!("   {}", worth.get(lang))),
        ]),
        Block::Paragraph(inline(drawn.ask.get(lang))),
    ];
    match &drawn.question.kind {
        PaperKind::Trace { schedule: steps, .. } => blocks.push(schedule(steps)),
        PaperKind::Diagnose { exhibit, .. } => {
            let text = exhibit.get(lang).to_owned();
            blocks.push(Block::Code { language: "text".to_owned(), text });
        }
        PaperKind::Sim(sim) | PaperKind::Predict(sim) => blocks.extend(settings(sim, lang)),
        PaperKind::Choice { .. }
        | PaperKind::Several { .. }
        | PaperKind::Number { .. }
        | PaperKind::Order { .. }
        | PaperKind::Open => {}
    }
    if !drawn.options.is_empty() {
        let rows = drawn.options.iter().enumerate();
        blocks.push(Block::Labelled(
            rows.map(|(at, o)| (letter(at).to_string(), inline(o.text.get(lang)))).collect(),
        ));
    }
    let how = how_to_answer(&drawn.question.kind);
    blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, how.get(lang).to_owned())]));
    Document { title: drawn.question.id.clone(), blocks }
}

/// The mentor's own settings: they are part of the question.
fn settings(sim: &PaperSim, lang: Lang) -> Option<Block> {
    let rows: Vec<_> = sim
        .settings
        .iter()
        .map(|setting| Check {
            verdict: Verdict::Open,
            text: vec![Span::code(format!("{} = {}", setting.name, setting.value))],
        })
        .collect();
    let words = both!("With these settings:", "다음 설정에서:");
    let items = rows.into_iter().map(|row| crate::report::document::Item::of(row.text)).collect();
    let list = Block::List { first: None, items };
    let all = vec![Block::Paragraph(vec![Span::text(words.get(lang))]), list];
    (!sim.settings.is_empty()).then_some(Block::Quote(all))
}

/// What is typed to answer such a question.
fn how_to_answer(kind: &PaperKind) -> Text {
    match kind {
        PaperKind::Choice { .. } | PaperKind::Trace { .. } | PaperKind::Diagnose { .. } => {
            both!("one letter", "글자 하나를 고르세요")
        }
        PaperKind::Several { .. } => {
            both!("every right one: `a c`", "맞는 것을 모두 고르세요: `a c`")
        }
        PaperKind::Order { .. } => {
            both!("all letters in the right order: `c a b`", "순서대로 모두 적으세요: `c a b`")
        }
        PaperKind::Number { unit }
        | PaperKind::Sim(PaperSim { unit, .. })
        | PaperKind::Predict(PaperSim { unit, .. }) => match unit {
            Unit::Count => both!("a number", "숫자로 답하세요"),
            Unit::Share | Unit::Percent => {
                both!("a share: `20 %`", "비율로 답하세요: `20 %`")
            }
            unit => {
                let unit = unit.name();
                both!("a number in {unit}", "{unit} 단위의 숫자로 답하세요")
            }
        },
        PaperKind::Open => both!(
            "in words; an empty line ends the answer",
            "말로 답하세요. 빈 줄을 입력하면 답이 끝납니다"
        ),
    }
}

/// Which questions have an answer, before it is handed in.
pub(crate) fn overview(drawn: &[Drawn<'_>], answered: &[&str], lang: Lang) -> Document {
    let (count, of) = (answered.len(), drawn.len());
    let words = both!("{count} of {of} answered", "{of}문제 중 {count}문제에 답했습니다");
    let checks = (1..).zip(drawn).map(|(number, drawn)| {
        let is_answered = answered.contains(&drawn.question.id.as_str());
        let verdict = if is_answered { Verdict::Yes } else { Verdict::Open };
        let ask: String = drawn.ask.get(lang).chars().take(60).collect();
        let mut text = vec![Span::Strong(vec![Span::text(format!("{number}"))]), Span::text("  ")];
        text.extend(inline(&ask));
        Check { verdict, text }
    });
    let blocks = vec![
        Block::Paragraph(vec![Span::Strong(vec![Span::text(words.get(lang))])]),
        Block::Checks(checks.collect()),
    ];
    Document { title: String::new(), blocks }
}
