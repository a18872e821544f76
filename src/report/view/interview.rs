//! A mock interview: the drills, a question, its rubric, what the interviewer answers, the debrief
//! and the transcript.

use crate::content::text::{Lang, Text, both};
use crate::practice::draft::letter_of;
use crate::practice::interview::{Asked, Goes, Reaction, Told, results, total};
use crate::quiz::drill::{Drill, Turn};
use crate::quiz::unit::Unit;
use crate::report::document::{
    Align, Block, Check, Column, Document, Row, Span, Table, Tone, Verdict,
};
use crate::store::Attempt;

use super::quiz::inline;

/// What the views need to know of topics: the title of a section, by topic and id.
pub(crate) type SectionTitle<'f> = &'f dyn Fn(&str, &str) -> Option<String>;

/// All drills with the number of their questions, what they take at most, and the last result.
pub(crate) fn list(drills: &[Drill], answered: &[Attempt], lang: Lang) -> Document {
    let title = both!("Mock interviews", "모의 면접").get(lang).to_owned();
    let column = |head: Text, align| Column { head: vec![Span::text(head.get(lang))], align };
    let columns = vec![
        Column { head: vec![Span::text("prep interview")], align: Align::Left },
        column(both!("title", "제목"), Align::Left),
        column(both!("questions", "질문 수"), Align::Right),
        column(both!("answered", "답한 질문"), Align::Right),
        column(both!("last result", "최근 결과"), Align::Right),
    ];
    let rows = drills.iter().map(|drill| {
        let ids: Vec<String> = drill.turns.iter().map(|turn| drill.id(turn)).collect();
        let mine: Vec<f64> = answered
            .iter()
            .filter(|attempt| ids.contains(&attempt.question))
            .map(|attempt| attempt.score)
            .collect();
        let mean = mine.iter().sum::<f64>() / mine.len().max(1) as f64;
        let result = if mine.is_empty() { "–".to_owned() } else { percent(mean) };
        Row::Cells(vec![
            vec![Span::code(&drill.slug)],
            vec![Span::text(drill.title.get(lang))],
            vec![Span::text(drill.turns.len().to_string())],
            vec![Span::text(mine.len().to_string())],
            vec![Span::text(result)],
        ])
    });
    let table = Table { columns, rows: rows.collect(), keep: 2 };
    Document { blocks: vec![heading(1, &title), Block::Table(table)], title }
}

/// The title of a drill, before its first question.
pub(crate) fn opening(drill: &Drill, lang: Lang) -> Document {
    let title = drill.title.get(lang).to_owned();
    Document { blocks: vec![heading(2, &title)], title }
}

/// A question, or the hint of a second try, with its time.
pub(crate) fn question(asked: &Asked<'_>, lang: Lang) -> Document {
    let (number, minutes) = (asked.number, asked.turn.minutes);
    let place = match asked.hint {
        None => both!("question {number} · {minutes} min", "{number}번 질문 · {minutes}분"),
        Some(_) => both!("question {number}, second try", "{number}번 질문, 두 번째 기회"),
    };
    let words = asked.hint.unwrap_or(&asked.turn.ask);
    let blocks = vec![
        Block::Paragraph(vec![Span::Toned(Tone::Muted, place.get(lang).to_owned())]),
        Block::Paragraph(strong(words.get(lang))),
    ];
    Document { title: asked.turn.id.clone(), blocks }
}

/// How long an answer took, and whether that was too long.
pub(crate) fn time(asked: &Asked<'_>, duration_ms: u64, lang: Lang) -> String {
    let limit = u64::from(asked.turn.minutes) * 60_000;
    let (took, of) = (clock(duration_ms), clock(limit));
    let words = match duration_ms.checked_sub(limit).filter(|over| *over >= 1_000) {
        None => both!("{took} of {of}", "{of} 중 {took}"),
        Some(over) => {
            let over = clock(over);
            both!("{took} of {of}: {over} too long", "{of} 중 {took}: {over} 넘겼습니다")
        }
    };
    words.get(lang).to_owned()
}

/// The points that a person checks an answer against, with their letters.
pub(crate) fn rubric(turn: &Turn, lang: Lang) -> Document {
    let which = both!(
        "Which points did you make? Letters such as `a c`, Enter for none.",
        "어떤 항목을 말했나요? `a c`처럼 글자로, 없으면 Enter."
    );
    let rows = turn.points.iter().map(|point| &point.text);
    lettered(&which, rows, lang)
}

/// What a person may have said that had better not been said.
pub(crate) fn traps(turn: &Turn, lang: Lang) -> Document {
    let which = both!(
        "Did you say any of these? Letters, Enter for none.",
        "이런 말을 했나요? 글자로, 없으면 Enter."
    );
    lettered(&which, turn.traps.iter().map(|trap| &trap.text), lang)
}

fn lettered<'t>(which: &Text, rows: impl Iterator<Item = &'t Text>, lang: Lang) -> Document {
    let rows = rows.enumerate();
    let rows = rows.map(|(at, text)| (letter_of(at).to_string(), inline(text.get(lang))));
    let blocks = vec![Block::Paragraph(inline(which.get(lang))), Block::Labelled(rows.collect())];
    Document { title: String::new(), blocks }
}

/// What the interviewer answers, and the points of the answer.
pub(crate) fn reaction(told: &Told<'_>, reaction: &Reaction<'_>, lang: Lang) -> Document {
    let score = percent(told.score);
    let mut blocks = vec![Block::Paragraph(vec![Span::Toned(
        Tone::Muted,
        both!("{score} of the points", "항목의 {score}").get(lang).to_owned(),
    )])];
    for trap in &reaction.replies {
        blocks.push(Block::Quote(vec![Block::Paragraph(inline(trap.reply.get(lang)))]));
    }
    if reaction.goes == Goes::Again {
        let words = both!("One more chance.", "한 번 더 기회를 드릴게요.");
        blocks.push(Block::Paragraph(vec![Span::text(words.get(lang))]));
    }
    Document { title: String::new(), blocks }
}

/// The result with each question's rubric, what was missed, a model answer, what to read and run.
pub(crate) fn debrief(told: &[Told<'_>], title_of: SectionTitle<'_>, lang: Lang) -> Document {
    let title = both!("Debrief", "돌아보기").get(lang).to_owned();
    let mut blocks = vec![heading(1, &title), Block::Paragraph(result(told, lang))];
    for told in results(told) {
        blocks.push(heading(2, told.asked.turn.ask.get(lang)));
        blocks.push(Block::Checks(checks(told, lang)));
        blocks.push(Block::Labelled(labelled(told, title_of, lang)));
    }
    Document { title, blocks }
}

/// The conversation as it went, then the debrief. `date` is that of the interview.
pub(crate) fn transcript(
    told: &[Told<'_>],
    date: &str,
    title_of: SectionTitle<'_>,
    lang: Lang,
) -> Document {
    let title = both!("Mock interview, {date}", "모의 면접, {date}").get(lang).to_owned();
    let mut blocks = vec![heading(1, &title)];
    let mut drill = "";
    for told in told {
        if told.asked.drill.slug != drill {
            drill = &told.asked.drill.slug;
            blocks.push(heading(2, told.asked.drill.title.get(lang)));
        }
        let question = told.asked.hint.unwrap_or(&told.asked.turn.ask);
        blocks.push(says(&both!("Interviewer", "면접관"), inline(question.get(lang)), lang));
        blocks.push(says(&both!("You", "나"), answer(&told.said.text, lang), lang));
        for trap in told.traps() {
            let reply = inline(trap.reply.get(lang));
            blocks.push(says(&both!("Interviewer", "면접관"), reply, lang));
        }
    }
    blocks.push(Block::Rule);
    let debrief = debrief(told, title_of, lang).blocks;
    blocks.extend(debrief.into_iter().map(|block| match block {
        Block::Heading { level, id, text } => Block::Heading { level: level + 1, id, text },
        other => other,
    }));
    Document { title, blocks }
}

fn says(who: &Text, words: Vec<Span>, lang: Lang) -> Block {
    let who = Span::Strong(vec![Span::text(format!("{}:", who.get(lang)))]);
    Block::Paragraph([vec![who, Span::text(" ")], words].concat())
}

fn answer(text: &str, lang: Lang) -> Vec<Span> {
    if text.is_empty() {
        let words = both!("(not written down)", "(적지 않음)");
        return vec![Span::Emphasis(vec![Span::text(words.get(lang))])];
    }
    let mut spans = Vec::new();
    for line in text.lines() {
        if !spans.is_empty() {
            spans.push(Span::Break);
        }
        spans.push(Span::text(line));
    }
    spans
}

fn result(told: &[Told<'_>], lang: Lang) -> Vec<Span> {
    let Some(total) = total(told) else {
        let nothing = both!("No question was answered.", "답한 질문이 없습니다.");
        return vec![Span::text(nothing.get(lang))];
    };
    let (total, count) = (percent(total), results(told).len());
    let milliseconds = told.iter().map(|told| told.said.duration_ms).sum();
    let time = clock(milliseconds);
    let words = both!(
        "{total} of the points, questions: {count}, speaking time: {time}",
        "항목의 {total}, 질문 {count}개, 말한 시간 {time}"
    );
    vec![Span::Strong(vec![Span::text(words.get(lang))])]
}

/// Points made, made after the hint, and missed; then the traps.
fn checks(told: &Told<'_>, lang: Lang) -> Vec<Check> {
    let is_second = told.asked.hint.is_some();
    let points = told.asked.turn.points.iter().map(|point| {
        let mut text = inline(point.text.get(lang));
        let at_once = told.before.contains(&point.id);
        let verdict = match told.is_made(&point.id) {
            true if is_second && !at_once => {
                let late = both!("  (after a hint: half)", "  (힌트 뒤: 절반)");
                text.push(Span::Toned(Tone::Muted, late.get(lang).to_owned()));
                Verdict::Open
            }
            true => Verdict::Yes,
            false => Verdict::No,
        };
        Check { verdict, text }
    });
    let traps = told.traps().map(|trap| {
        let label = both!("You said: ", "한 말: ").get(lang).to_owned();
        let text = [vec![Span::Toned(Tone::Bad, label)], inline(trap.text.get(lang))].concat();
        Check { verdict: Verdict::No, text }
    });
    points.chain(traps).collect()
}

fn labelled(told: &Told<'_>, title_of: SectionTitle<'_>, lang: Lang) -> Vec<(String, Vec<Span>)> {
    let label = |text: Text| text.get(lang).to_owned();
    let Asked { drill, turn, .. } = told.asked;
    let (topic, section) = drill.reading(turn);
    let mut rows = vec![
        (label(both!("Score", "점수")), vec![Span::text(percent(told.score))]),
        (
            label(both!("Time", "시간")),
            vec![Span::text(time(&told.asked, told.said.duration_ms, lang))],
        ),
        (label(both!("Model", "모범 답안")), inline(turn.model.get(lang))),
    ];
    let mut read = vec![Span::code(format!("prep topic {topic}#{section}"))];
    if let Some(title) = title_of(topic, section) {
        read.push(Span::text(format!("  {title}")));
    }
    rows.push((label(both!("Read", "읽기")), read));
    if let Some(evidence) = &turn.evidence {
        let command = Span::code(format!("prep {}", evidence.value));
        rows.push((label(both!("Run", "실험")), vec![command]));
    }
    rows
}

/// Minutes and seconds: `1:05`.
fn clock(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn percent(share: f64) -> String {
    Unit::Share.show((share * 100.0).round() / 100.0)
}

fn strong(words: &str) -> Vec<Span> {
    vec![Span::Strong(inline(words))]
}

fn heading(level: u8, words: &str) -> Block {
    Block::Heading { level, id: None, text: inline(words) }
}

#[cfg(test)]
mod tests;
