//! What is to be reviewed, and the plan to an interview.

use crate::content::text::{Lang, Text, both};
use crate::practice::day::Day;
use crate::practice::plan::{NEW_MOST, Plan};
use crate::practice::review::{Deck, Studied, Today, Wanted};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table, Tone};

/// Most questions that are listed.
const LISTED_MOST: usize = 30;

/// One line: what is due, and how long it takes.
pub(crate) fn header(deck: &Deck, today: &Today<'_>) -> Text {
    let (due, new) = (today.due.len() + today.leeches.len(), today.new.len());
    let minutes = deck.minutes(if due > 0 { due } else { new });
    headline(due, new, minutes)
}

/// As [`header`], from the numbers.
pub(super) fn headline(due: usize, new: usize, minutes: u64) -> Text {
    let questions = |count: usize| if count == 1 { "question" } else { "questions" };
    let (of_due, of_new) = (questions(due), questions(new));
    match (due, new) {
        (0, 0) => both!("Nothing is due today", "오늘 복습할 문제가 없습니다"),
        (0, _) => both!(
            "Nothing is due; {new} new {of_new} (about {minutes} min)",
            "복습할 문제 없음, 새 문제 {new}개 (약 {minutes}분)"
        ),
        _ => both!(
            "{due} {of_due} due (about {minutes} min)",
            "복습할 문제 {due}개 (약 {minutes}분)"
        ),
    }
}

/// The list of a day.
pub(crate) fn list(
    deck: &Deck,
    today: &Today<'_>,
    wanted: &Wanted,
    day: Day,
    lang: Lang,
) -> Document {
    let mut blocks =
        vec![Block::Paragraph(vec![Span::Strong(vec![Span::text(header(deck, today).get(lang))])])];
    let due: Vec<Vec<Vec<Span>>> =
        today.due.iter().map(|studied| due_row(studied, wanted, day, lang)).collect();
    let heads = [
        both!("question", "문제"),
        both!("section", "절"),
        both!("known", "기억할 확률"),
        both!("last answer", "마지막 답"),
    ];
    blocks.extend(table(&heads, due, lang));
    if !today.leeches.is_empty() {
        let words = both!(
            "Forgotten again and again: read these sections before you answer",
            "자꾸 잊는 문제: 답하기 전에 이 절부터 읽으세요"
        );
        blocks.push(Block::Heading { level: 2, id: None, text: vec![Span::text(words.get(lang))] });
        let row = |studied: &&Studied| {
            let (topic, section) = (&studied.card.topic, &studied.card.section);
            (
                studied.card.question.clone(),
                vec![Span::code(format!("prep topic {topic}#{section}"))],
            )
        };
        blocks.push(Block::Labelled(today.leeches.iter().map(row).collect()));
    }
    if today.due.is_empty() && today.leeches.is_empty() {
        let new = today
            .new
            .iter()
            .map(|card| vec![vec![Span::code(&card.question)], vec![Span::text(&card.section)]]);
        let heads = [both!("new question", "새 문제"), both!("section", "절")];
        blocks.extend(table(&heads, new.collect(), lang));
    }
    let buried = today.buried.len();
    if buried > 0 {
        let words = both!(
            "{buried} more wait for another day: another question of their section is asked today",
            "{buried}개는 다음 날로 미뤘습니다. 오늘 같은 절의 다른 문제를 풉니다"
        );
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, words.get(lang).to_owned())]));
    }
    Document { title: both!("Review", "복습").get(lang).to_owned(), blocks }
}

fn due_row(studied: &Studied, wanted: &Wanted, day: Day, lang: Lang) -> Vec<Vec<Span>> {
    let known = 100.0 * studied.known_on(day, &wanted.schedule);
    let days = day.since(studied.last);
    let ago = both!("{days} days ago", "{days}일 전");
    vec![
        vec![Span::code(&studied.card.question)],
        vec![Span::text(&studied.card.section)],
        vec![Span::text(format!("{known:.0} %"))],
        vec![Span::text(ago.get(lang))],
    ]
}

fn table(heads: &[Text], mut rows: Vec<Vec<Vec<Span>>>, lang: Lang) -> Vec<Block> {
    let count = rows.len();
    if count == 0 {
        return Vec::new();
    }
    rows.truncate(LISTED_MOST);
    let column = |(at, head): (usize, &Text)| Column {
        head: vec![Span::text(head.get(lang))],
        align: if at < 2 { Align::Left } else { Align::Right },
    };
    let columns = heads.iter().enumerate().map(column).collect();
    let rows = rows.into_iter().map(Row::Cells).collect();
    let mut blocks = vec![Block::Table(Table { columns, rows, keep: 1 })];
    if let Some(more) = count.checked_sub(LISTED_MOST).filter(|more| *more > 0) {
        let words = both!("... and {more} more", "... 그 밖에 {more}개");
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, words.get(lang).to_owned())]));
    }
    blocks
}

/// The plan, day by day.
pub(crate) fn plan(plan: &Plan, deck: &Deck, lang: Lang) -> Document {
    let (date, left) = (plan.date, plan.days.len());
    let title = both!("Interview on {date}, in {left} days", "{date} 면접, {left}일 남음");
    let title = title.get(lang).to_owned();
    let mut blocks = vec![Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] }];
    if plan.days.is_empty() {
        let words = both!(
            "The day has come. Nothing new today: read the short answers once more.",
            "면접일입니다. 오늘은 새 문제 없이 짧은 답만 한 번 더 읽으세요."
        );
        blocks.push(Block::Paragraph(vec![Span::text(words.get(lang))]));
    }
    let expected = [
        (both!("If you keep the plan", "계획대로 하면"), plan.kept),
        (both!("If you do nothing more", "더 하지 않으면"), plan.as_is),
    ];
    let rows = expected.into_iter().map(|(label, expected)| {
        let (items, of) = (expected.items.round(), expected.items_of);
        let (questions, all) = (expected.questions.round(), expected.questions_of);
        let words = both!(
            "{items} of {of} interview items answerable, {questions} of {all} questions",
            "면접 항목 {of}개 중 {items}개, 문제 {all}개 중 {questions}개에 답할 수 있습니다"
        );
        (label.get(lang).to_owned(), vec![Span::text(words.get(lang))])
    });
    blocks.push(Block::Labelled(rows.collect()));
    let unseen = plan.unseen;
    if unseen > 0 {
        let words = both!(
            "The days do not suffice: with {NEW_MOST} new questions a day {unseen} stay unseen. \
             The plan takes them in the order of prep topic --path",
            "날이 모자랍니다. 하루에 새 문제 {NEW_MOST}개씩 풀어도 {unseen}개가 남습니다. \
             prep topic --path 순서로 풉니다"
        );
        let words = Span::Toned(Tone::Bad, words.get(lang).to_owned());
        blocks.push(Block::Paragraph(vec![words]));
    }
    let heads = [
        both!("day", "날짜"),
        both!("reviews", "복습"),
        both!("new", "새 문제"),
        both!("minutes", "분"),
    ];
    let column = |(at, head): (usize, Text)| Column {
        head: vec![Span::text(head.get(lang))],
        align: if at == 0 { Align::Left } else { Align::Right },
    };
    let columns = heads.into_iter().enumerate().map(column).collect();
    let rows = plan.days.iter().map(|day| {
        let minutes = match day.reviews + day.new {
            0 => 0,
            answers => deck.minutes(answers),
        };
        let numbers = [day.reviews as u64, day.new as u64, minutes];
        let mut cells = vec![vec![Span::text(day.day.to_string())]];
        cells.extend(numbers.map(|number| vec![Span::text(number.to_string())]));
        Row::Cells(cells)
    });
    if !plan.days.is_empty() {
        blocks.push(Block::Table(Table { columns, rows: rows.collect(), keep: 3 }));
        let words = both!(
            "Reviews are counted as if each were answered right; wrong answers add some.",
            "복습을 모두 맞힌다고 보고 센 수입니다. 틀리면 더 늘어납니다."
        );
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, words.get(lang).to_owned())]));
    }
    Document { title, blocks }
}
