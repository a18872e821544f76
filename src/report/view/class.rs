//! A graded class: the table of students, what is to be known about their files, and the
//! questions; the same as CSV and JSON.

mod feedback;

use serde_json::{Value, json};

use super::paper::shown;
use super::quiz::inline;
use crate::content::problem::printable;
use crate::content::text::{Lang, Text, both};
use crate::practice::class::{Class, Note, QuestionRow, Row as Student};
use crate::report::document::{
    Align, Block, Check, Column, Document, Row, Span, Table, Tone, Verdict,
};

pub(crate) use feedback::{answer, page};

/// Everything about a class on one page.
pub(crate) fn class(class: &Class<'_>, lang: Lang) -> Document {
    let paper = &class.key.paper;
    let title = format!("{}: {}", paper.class, paper.title);
    let mut blocks = vec![heading(1, &title), Block::Paragraph(summary(class, lang))];
    if !class.rows.is_empty() {
        blocks.push(students(class, lang));
    }
    if !class.refused.is_empty() {
        blocks.push(heading(2, both!("Not graded", "채점하지 못한 파일").get(lang)));
        blocks.push(refused(class, lang));
    }
    blocks.push(heading(2, both!("Questions", "문제별 결과").get(lang)));
    blocks.push(questions(class, lang));
    let clock = both!(
        "Times are those of the students' clocks. Who answered, and with whose help, no file shows.",
        "시각은 학생의 시계를 따릅니다. 누가 누구의 도움을 받아 답했는지는 파일로 알 수 없습니다."
    );
    blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, clock.get(lang).to_owned())]));
    Document { title, blocks }
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, id: None, text: vec![Span::text(text)] }
}

fn summary(class: &Class<'_>, lang: Lang) -> Vec<Span> {
    let (graded, refused) = (class.rows.len(), class.refused.len());
    let waiting: usize = class.rows.iter().map(|row| row.ungraded).sum();
    let mut words = both!("{graded} students graded", "학생 {graded}명을 채점했습니다");
    if refused > 0 {
        let more = both!(", {refused} files not", ". 채점하지 못한 파일이 {refused}개 있습니다");
        words = Text { en: words.en + &more.en, ko: words.ko + &more.ko };
    }
    if waiting > 0 {
        let more = both!(
            "; {waiting} answers in words wait for a mark and count nothing yet",
            ". 서술형 답 {waiting}개는 아직 채점 전이라 점수에 들어 있지 않습니다"
        );
        words = Text { en: words.en + &more.en, ko: words.ko + &more.ko };
    }
    vec![Span::text(words.get(lang))]
}

fn column(head: &Text, align: Align, lang: Lang) -> Column {
    Column { head: vec![Span::text(head.get(lang))], align }
}

fn students(class: &Class<'_>, lang: Lang) -> Block {
    let columns = vec![
        column(&both!("student", "학생"), Align::Left, lang),
        column(&both!("points", "점수"), Align::Right, lang),
        column(&both!("share", "비율"), Align::Right, lang),
        column(&both!("days late", "지각(일)"), Align::Right, lang),
        column(&both!("notes", "비고"), Align::Left, lang),
    ];
    let rows = class.rows.iter().map(|row| {
        let late = if row.late_days == 0 { "-".to_owned() } else { row.late_days.to_string() };
        Row::Cells(vec![
            vec![Span::text(&row.student)],
            vec![Span::text(points(row))],
            vec![Span::text(percent(share(row)))],
            vec![Span::text(late)],
            vec![Span::text(notes(row, lang))],
        ])
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 5 })
}

fn points(row: &Student<'_>) -> String {
    let waiting = if row.ungraded > 0 { " + ?" } else { "" };
    format!("{}{waiting} / {}", shown(row.points), shown(row.of))
}

fn share(row: &Student<'_>) -> Option<f64> {
    (row.of > 0.0).then(|| row.points / row.of)
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// All remarks on a row in one cell.
fn notes(row: &Student<'_>, lang: Lang) -> String {
    let mut all: Vec<String> =
        row.notes.iter().map(|note| printable(note.text().get(lang))).collect();
    let waiting = row.ungraded;
    if waiting > 0 {
        let words = both!("{waiting} answers wait for a mark", "채점을 기다리는 답 {waiting}개");
        all.push(words.get(lang).to_owned());
    }
    all.join("; ")
}

fn refused(class: &Class<'_>, lang: Lang) -> Block {
    let check = |(file, why): &(String, Text)| Check {
        verdict: Verdict::No,
        text: vec![
            Span::code(printable(file)),
            Span::text("  "),
            Span::text(printable(why.get(lang))),
        ],
    };
    Block::Checks(class.refused.iter().map(check).collect())
}

fn questions(class: &Class<'_>, lang: Lang) -> Block {
    let columns = vec![
        column(&both!("question", "문제"), Align::Left, lang),
        column(&both!("asked", "출제"), Align::Right, lang),
        column(&both!("right", "정답률"), Align::Right, lang),
        column(&both!("sure (1-5)", "확신(1~5)"), Align::Right, lang),
        column(&both!("discrimination", "변별도"), Align::Right, lang),
        column(&both!("most chosen trap", "가장 흔한 오해"), Align::Left, lang),
    ];
    let rows = class.questions.iter().map(|question| {
        Row::Cells(vec![
            vec![Span::text(&question.key.id)],
            vec![Span::text(question.asked.to_string())],
            vec![Span::text(percent(question.right))],
            vec![Span::text(decimal(question.sure, 1))],
            vec![Span::text(decimal(question.discrimination, 2))],
            trap(question, lang),
        ])
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 6 })
}

fn decimal(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

fn trap(question: &QuestionRow<'_>, lang: Lang) -> Vec<Span> {
    let Some((words, count)) = &question.trap else { return vec![Span::text("-")] };
    let mut spans = vec![Span::text(format!("{count} × "))];
    spans.extend(inline(words.get(lang)));
    spans
}

/// The table of students for a spreadsheet (RFC 4180). A cell that a spreadsheet would take for a
/// formula begins with an apostrophe.
pub(crate) fn csv(class: &Class<'_>, lang: Lang) -> String {
    let head = ["student", "file", "attempt", "points", "of", "percent", "ungraded", "days_late"];
    let mut lines = vec![head.into_iter().chain(["notes"]).map(str::to_owned).collect()];
    for row in &class.rows {
        let percent = share(row).map_or_else(String::new, |share| shown(share * 100.0));
        lines.push(vec![
            row.student.clone(),
            row.file.clone(),
            row.attempt.to_string(),
            shown(row.points),
            shown(row.of),
            percent,
            row.ungraded.to_string(),
            row.late_days.to_string(),
            notes(row, lang),
        ]);
    }
    for (file, why) in &class.refused {
        let mut line = vec![String::new(); 9];
        line[1].clone_from(file);
        why.get(lang).clone_into(&mut line[8]);
        lines.push(line);
    }
    let text = |line: &Vec<String>| line.iter().map(|cell| csv_cell(cell)).collect::<Vec<_>>();
    lines.iter().map(|line| text(line).join(",") + "\r\n").collect()
}

fn csv_cell(text: &str) -> String {
    let text = printable(text);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// The contract of `--json`, `docs/schema/class.schema.json`.
pub(crate) fn json(class: &Class<'_>, lang: Lang) -> Value {
    let paper = &class.key.paper;
    let students: Vec<Value> = class.rows.iter().map(|row| student_json(row, lang)).collect();
    let questions = class.questions.iter().map(|question| {
        let trap = question
            .trap
            .as_ref()
            .map(|(words, count)| json!({ "misconception": words.get(lang), "answers": count }));
        json!({
            "id": question.key.id,
            "asked": question.asked,
            "graded": question.graded,
            "share_right": question.right.map(rounded),
            "most_chosen_trap": trap,
            "mean_confidence": question.sure.map(rounded),
            "discrimination": question.discrimination.map(rounded),
        })
    });
    let refused = class.refused.iter();
    let refused = refused.map(|(file, why)| json!({ "file": file, "why": why.get(lang) }));
    json!({
        "format": "prep.class/1",
        "assignment": paper.id,
        "class": paper.class,
        "title": paper.title,
        "paper": class.key.digest,
        "students": students,
        "questions": questions.collect::<Vec<_>>(),
        "not_graded": refused.collect::<Vec<_>>(),
    })
}

fn student_json(row: &Student<'_>, lang: Lang) -> Value {
    let answers = row.answers.iter().map(|answered| {
        let line = answered.line.as_ref();
        json!({
            "question": answered.key.id,
            "variant": answered.drawn.variant,
            "points": rounded(answered.score() * answered.drawn.points),
            "of": answered.drawn.points,
            "state": state(answered),
            "confidence": line.and_then(|line| line.sure),
            "at_utc": line.map(|line| &line.at_utc),
        })
    });
    let note = |note: &Note| note.text().get(lang).to_owned();
    json!({
        "student": row.student,
        "file": row.file,
        "attempt": row.attempt,
        "points": rounded(row.points),
        "of": row.of,
        "ungraded": row.ungraded,
        "days_late": row.late_days,
        "notes": row.notes.iter().map(note).collect::<Vec<_>>(),
        "answers": answers.collect::<Vec<_>>(),
    })
}

fn state(answered: &crate::practice::class::Answered<'_>) -> &'static str {
    use crate::practice::class::Marked;
    match &answered.state {
        Marked::Graded(_) => "graded",
        Marked::Waits => "waits",
        Marked::Unanswered => "unanswered",
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn no_cell_is_a_formula_for_a_spreadsheet() {
        let cells = [
            ("=1+1", "'=1+1"),
            ("+82", "'+82"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("a,b", "\"a,b\""),
            ("say \"=\"", "\"say \"\"=\"\"\""),
            ("\t=1", "' =1"),
            ("12.5", "12.5"),
            ("김민지", "김민지"),
        ];
        for (text, cell) in cells {
            assert_eq!(csv_cell(text), cell, "{text:?}");
        }
    }
}
