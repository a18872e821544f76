//! A quiz on the page: one question, what an answer earned, and the result of a session.

use super::column_heads;
use super::outcome::cell;
use crate::content::text::{Lang, Text, both};
use crate::practice::card::Listed;
use crate::practice::draft::letter_of as letter;
use crate::practice::exhibit::Measured;
use crate::practice::session::{Ask, Feedback, OptionFeedback, Summary};
use crate::quiz::grade::{Answer, Grade, NumberGrade, Verdict as Judged};
use crate::quiz::question::{
    OpenQuestion, OrderQuestion, Question, QuestionKind, RubricPoint, ScheduledStep,
};
use crate::quiz::schedule::Rating;
use crate::quiz::unit::Unit;
use crate::report::document::{
    Align, Bar, Bars, Block, Check, Column, Document, Row, Span, Table, Tone, Verdict,
};
use crate::store::Attempt;

/// A question that waits for an answer; `exhibit` is what a `diagnose` question shows.
pub(crate) fn question(ask: &Ask<'_>, exhibit: &[Block], lang: Lang) -> Document {
    let mut blocks = question_head(ask, exhibit, lang);
    let options = ask.options.iter().map(|option| &option.text);
    let shown: Vec<&Text> = options.chain(ask.steps.iter().map(|step| &step.text)).collect();
    if !shown.is_empty() {
        let rows = shown.into_iter().enumerate();
        blocks.push(Block::Labelled(
            rows.map(|(at, text)| (letter(at).to_string(), inline(text.get(lang)))).collect(),
        ));
    }
    let how = how_to_answer(&ask.question.kind);
    blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, how.get(lang).to_owned())]));
    Document { title: ask.quiz.slug.clone(), blocks }
}

/// What stands above the options: the place in the session, the question, what it shows.
pub(super) fn question_head(ask: &Ask<'_>, exhibit: &[Block], lang: Lang) -> Vec<Block> {
    let (number, of) = (ask.number, ask.of);
    let place = both!("{number} of {of}", "{of}문제 중 {number}번");
    let mut blocks = vec![
        Block::Paragraph(vec![
            Span::Strong(vec![Span::text(&ask.quiz.slug)]),
            Span::text("   "),
            Span::Toned(Tone::Muted, place.get(lang).to_owned()),
        ]),
        Block::Paragraph(inline(ask.ask.get(lang))),
    ];
    if let QuestionKind::Trace { schedule: steps, .. } = &ask.question.kind {
        blocks.push(schedule(steps));
    }
    blocks.extend_from_slice(exhibit);
    blocks
}

/// Who does what, in the order of time.
pub(crate) fn schedule(steps: &[ScheduledStep]) -> Block {
    let row = |step: &ScheduledStep| {
        let mut text = vec![Span::code(&step.does)];
        if let Some(sees) = &step.sees {
            text.push(Span::Toned(Tone::Muted, format!("  → {sees}")));
        }
        (step.by.clone(), text)
    };
    Block::Labelled(steps.iter().map(row).collect())
}

/// What was measured in the run of a `diagnose` question.
pub(crate) fn measured(rows: &[Measured], lang: Lang) -> Block {
    let column = |head: &Text, align| Column { head: vec![Span::text(head.get(lang))], align };
    let has_beside = rows.iter().any(|row| row.beside.is_some());
    let mut columns = vec![
        column(&both!("measured", "지표"), Align::Left),
        column(&both!("this run", "이 실행"), Align::Right),
    ];
    if has_beside {
        columns.push(column(&both!("the other run", "비교 실행"), Align::Right));
    }
    let rows = rows.iter().map(|row| {
        let mut cells = vec![
            vec![Span::text(column_heads::head(&row.metric, lang))],
            vec![Span::text(cell(Some(&row.run)))],
        ];
        if has_beside {
            cells.push(vec![Span::text(cell(row.beside.as_ref()))]);
        }
        Row::Cells(cells)
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 2 })
}

/// The points of an open question, to be ticked off.
pub(crate) fn rubric(open: &OpenQuestion, lang: Lang) -> Document {
    let heading = both!("Which of these points did you make?", "다음 중 어떤 항목을 말했나요?");
    let row = |(at, point): (usize, &RubricPoint)| {
        let mut text = inline(point.text.get(lang));
        let weight = point.weight;
        text.push(Span::Toned(Tone::Muted, format!("  ×{weight}")));
        (letter(at).to_string(), text)
    };
    let rows = open.points.iter().enumerate().map(row).collect();
    let heading = Block::Paragraph(vec![Span::Strong(vec![Span::text(heading.get(lang))])]);
    Document { title: String::new(), blocks: vec![heading, Block::Labelled(rows)] }
}

/// The four ratings in one line, the one that was derived marked.
pub(crate) fn ratings(derived: Rating, lang: Lang) -> String {
    let one = |rating: Rating| {
        let (number, name) = (rating.number(), rating_name(rating));
        let mark = if rating == derived { "*" } else { "" };
        format!("{number} {}{mark}", name.get(lang))
    };
    Rating::ALL.map(one).join("  ")
}

fn rating_name(rating: Rating) -> Text {
    match rating {
        Rating::Again => both!("again", "다시"),
        Rating::Hard => both!("hard", "어려움"),
        Rating::Good => both!("good", "알맞음"),
        Rating::Easy => both!("easy", "쉬움"),
    }
}

/// The hint of a question.
pub(crate) fn hint(question: &Question, lang: Lang) -> Document {
    let words = inline(question.hint.get(lang));
    let blocks = vec![Block::Labelled(vec![(label("Hint", "힌트", lang), words)])];
    Document { title: question.id.clone(), blocks }
}

/// What is typed to answer such a question.
pub(crate) fn how_to_answer(kind: &QuestionKind) -> Text {
    match kind {
        QuestionKind::Choice { .. } | QuestionKind::Trace { .. } | QuestionKind::Diagnose(_) => {
            both!("one letter", "글자 하나를 고르세요")
        }
        QuestionKind::Several { .. } => {
            both!("every right one: `a c`", "맞는 것을 모두 고르세요: `a c`")
        }
        QuestionKind::Number(number) => match number.unit {
            Unit::Count => both!("a number", "숫자로 답하세요"),
            Unit::Share => both!("a share: `20 %` or `0.2`", "비율로 답하세요: `20 %` 또는 `0.2`"),
            unit => {
                let unit = unit.name();
                both!("a number in {unit}", "{unit} 단위의 숫자로 답하세요")
            }
        },
        QuestionKind::Sim(_) => both!(
            "a number; the simulator gives the right one",
            "숫자로 답하세요. 정답은 시뮬레이터가 계산합니다"
        ),
        QuestionKind::Predict(_) => both!(
            "your guess, a number; then the run is shown",
            "예상하는 값을 숫자로 적으세요. 그다음 실행 결과가 나옵니다"
        ),
        QuestionKind::Order(_) => {
            both!("all letters in the right order: `c a b`", "순서대로 모두 적으세요: `c a b`")
        }
        QuestionKind::Open(_) => both!(
            "in words, as you would say it; you grade it yourself, point by point",
            "면접에서 말하듯 답하세요. 채점은 항목별로 직접 합니다"
        ),
    }
}

/// What an answer earned: wrong ones with their reasons first, then the right ones, then why and
/// where to go on. `section` is the title of the section, where it is known.
pub(crate) fn feedback(feedback: &Feedback<'_>, section: Option<&str>, lang: Lang) -> Document {
    let mut checks = Vec::new();
    let rows = || feedback.options.iter().enumerate();
    for (at, row) in rows().filter(|(_, row)| row.chosen && !row.option.right) {
        checks.push(option_check(at, row, Verdict::No, lang));
    }
    for (at, row) in rows().filter(|(_, row)| row.option.right) {
        checks.push(option_check(at, row, Verdict::Yes, lang));
    }
    let mut blocks = Vec::new();
    if let Some(number) = &feedback.grade.number {
        checks.extend(number_checks(number, &feedback.grade, lang));
        if matches!(feedback.question.kind, QuestionKind::Predict(_)) {
            blocks.push(prediction(number, lang));
        }
    }
    match (&feedback.question.kind, &feedback.answer) {
        (QuestionKind::Order(order), _) => checks.extend(order_checks(order, feedback, lang)),
        (QuestionKind::Open(open), Answer::Open { points, .. }) => {
            checks.extend(point_checks(open, points, lang));
        }
        _ => {}
    }
    blocks.push(Block::Checks(checks));
    let mut labelled = Vec::new();
    if feedback.grade.verdict == Judged::Partly {
        let percent = Unit::Share.show(feedback.grade.score);
        let words = both!("{percent} of the point", "1점의 {percent}");
        labelled.push((label("Score", "점수", lang), vec![Span::text(words.get(lang))]));
    }
    if let QuestionKind::Open(open) = &feedback.question.kind {
        labelled.push((label("Model", "모범 답안", lang), inline(open.model.get(lang))));
    }
    labelled.push((label("Why", "이유", lang), inline(feedback.why.get(lang))));
    if let Some(see) = feedback.see {
        labelled.push((label("See", "실험", lang), vec![Span::code(format!("prep {see}"))]));
    }
    let section = section.unwrap_or(feedback.section);
    let topic = &feedback.quiz.slug;
    labelled.push((label("Read", "읽기", lang), reading(topic, section, lang)));
    blocks.push(Block::Labelled(labelled));
    Document { title: topic.clone(), blocks }
}

/// The right order, and what was put the wrong way round.
fn order_checks(order: &OrderQuestion, feedback: &Feedback<'_>, lang: Lang) -> Vec<Check> {
    let traps = feedback.grade.traps.iter();
    let mut checks: Vec<Check> = traps
        .map(|trap| Check { verdict: Verdict::No, text: inline(trap.why.get(lang)) })
        .collect();
    for (number, step) in (1..).zip(&order.steps) {
        let mut text = vec![Span::Strong(vec![Span::text(format!("{number}"))]), Span::text("  ")];
        text.extend(inline(step.text.get(lang)));
        checks.push(Check { verdict: Verdict::Yes, text });
    }
    checks
}

/// The points of the rubric, those that were made first.
fn point_checks(open: &OpenQuestion, made: &[String], lang: Lang) -> Vec<Check> {
    let of = |wanted: bool| open.points.iter().filter(move |it| made.contains(&it.id) == wanted);
    let check = |verdict, text: &Text| Check { verdict, text: inline(text.get(lang)) };
    of(true)
        .map(|point| check(Verdict::Yes, &point.text))
        .chain(of(false).map(|point| check(Verdict::No, &point.text)))
        .collect()
}

/// Guess, truth and what counts as right, drawn to one scale.
fn prediction(number: &NumberGrade, lang: Lang) -> Block {
    let NumberGrade { given, right, low, high, unit } = number;
    let most = given.abs().max(high.abs()).max(f64::MIN_POSITIVE);
    let row = |name: Text, value: f64, shown: String| Bar {
        label: name.get(lang).to_owned(),
        shown,
        share: (value / most).clamp(0.0, 1.0),
    };
    let title = both!("Your guess and the run", "예상과 실행 결과");
    Block::Bars(Bars {
        title: title.get(lang).to_owned(),
        rows: vec![
            row(both!("your guess", "예상"), *given, unit.show(*given)),
            row(both!("the run", "실행"), *right, unit.show(*right)),
            row(both!("right from", "정답 하한"), *low, unit.show(*low)),
            row(both!("right to", "정답 상한"), *high, unit.show(*high)),
        ],
    })
}

fn option_check(at: usize, row: &OptionFeedback<'_>, verdict: Verdict, lang: Lang) -> Check {
    let mut text = vec![Span::Strong(vec![Span::text(letter(at))]), Span::text("  ")];
    text.extend(inline(row.option.why.get(lang)));
    if verdict == Verdict::Yes && !row.chosen {
        let missed = both!("  (right, not chosen)", "  (정답, 고르지 않음)");
        text.push(Span::Toned(Tone::Muted, missed.get(lang).to_owned()));
    }
    Check { verdict, text }
}

/// The right value and the range that counts as it, in words.
pub(crate) fn right_answer(unit: Unit, right: f64, low: f64, high: f64) -> Text {
    let is_exact = low == high;
    let (right, low, high) = (unit.show(right), unit.show(low), unit.show(high));
    if is_exact {
        return both!("The answer is {right}", "정답은 {right}입니다");
    }
    both!(
        "The answer is {right} (right from {low} to {high})",
        "정답은 {right}입니다 (정답 범위: {low}~{high})"
    )
}

fn number_checks(number: &NumberGrade, grade: &Grade, lang: Lang) -> Vec<Check> {
    let show = |value| number.unit.show(value);
    let given = show(number.given);
    let words = right_answer(number.unit, number.right, number.low, number.high);
    let words = words.get(lang).to_owned();
    if grade.verdict == Judged::Right {
        let mut text = vec![Span::Strong(vec![Span::text(given)]), Span::text("  ")];
        text.push(Span::text(words));
        return vec![Check { verdict: Verdict::Yes, text }];
    }
    let mut text = vec![Span::Strong(vec![Span::text(given)])];
    for trap in &grade.traps {
        text.push(Span::text("  "));
        text.extend(inline(trap.why.get(lang)));
    }
    vec![
        Check { verdict: Verdict::No, text },
        Check { verdict: Verdict::Yes, text: vec![Span::text(words)] },
    ]
}

/// All quizzes with the number of their questions, of those answered, and of those whose last
/// answer was right.
pub(crate) fn list(quizzes: &[Listed], answered: &[Attempt], lang: Lang) -> Document {
    let title = both!("Quizzes", "퀴즈").get(lang).to_owned();
    let column = |head: &str, align| Column { head: vec![Span::text(head)], align };
    let columns = vec![
        column("prep quiz", Align::Left),
        column(both!("title", "제목").get(lang), Align::Left),
        column(both!("questions", "문제 수").get(lang), Align::Right),
        column(both!("answered", "푼 문제").get(lang), Align::Right),
        column(both!("right", "맞힌 문제").get(lang), Align::Right),
    ];
    let rows = quizzes.iter().map(|quiz| {
        let (mine, right) = tally(quiz, answered);
        Row::Cells(vec![
            vec![Span::code(&quiz.slug)],
            vec![Span::text(quiz.title.get(lang))],
            vec![Span::text(quiz.questions.len().to_string())],
            vec![Span::text(mine.to_string())],
            vec![Span::text(right.to_string())],
        ])
    });
    let table = Table { columns, rows: rows.collect(), keep: 2 };
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    Document { title, blocks: vec![heading, Block::Table(table)] }
}

/// How many questions of a quiz were answered, and how many of them right.
pub(super) fn tally(quiz: &Listed, answered: &[Attempt]) -> (usize, usize) {
    let mine = answered.iter().filter(|attempt| quiz.questions.contains(&attempt.question));
    (mine.clone().count(), mine.filter(|attempt| attempt.score >= 1.0).count())
}

/// The points of a session, and what to read again.
pub(crate) fn summary(summary: &Summary, lang: Lang) -> Document {
    let (asked, points) = (summary.asked, Unit::Count.show(summary.points));
    let result = match asked {
        0 => both!("No question was answered.", "답한 문제가 없습니다."),
        _ => both!("{points} of {asked} points", "{asked}점 만점에 {points}점"),
    };
    let mut blocks = vec![Block::Paragraph(vec![Span::Strong(vec![Span::text(result.get(lang))])])];
    if !summary.weak.is_empty() {
        let again = both!("To read again:", "다시 읽을 곳:");
        blocks.push(Block::Paragraph(vec![Span::text(again.get(lang))]));
        let checks = summary.weak.iter().map(|weak| {
            let mut text = vec![Span::text(format!("{}  ", weak.question))];
            text.extend(reading(&weak.topic, &weak.section, lang));
            if let Some(see) = &weak.see {
                text.extend([Span::text(" · "), Span::code(format!("prep {see}"))]);
            }
            Check { verdict: Verdict::No, text }
        });
        blocks.push(Block::Checks(checks.collect()));
    }
    Document { title: result.get(lang).to_owned(), blocks }
}

fn label(en: &str, ko: &str, lang: Lang) -> String {
    both!("{en}", "{ko}").get(lang).to_owned()
}

fn reading(topic: &str, section: &str, lang: Lang) -> Vec<Span> {
    let section = both!(", section \"{section}\"", ", \"{section}\" 절");
    vec![Span::code(format!("prep topic {topic}")), Span::text(section.get(lang))]
}

/// Words of a quiz file: what stands between backticks is code.
pub(crate) fn inline(words: &str) -> Vec<Span> {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![Span::text(words)];
    }
    let spans = parts.iter().enumerate().filter(|(_, part)| !part.is_empty());
    spans
        .map(|(at, part)| if at % 2 == 1 { Span::code(*part) } else { Span::text(*part) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::session::{Order, Pick, Session};
    use crate::quiz::example;
    use crate::quiz::grade::{Answer, Band};
    use crate::quiz::question::Quiz;

    /// The words of a document, one line a row.
    fn lines(document: &Document) -> Vec<String> {
        let mut out = Vec::new();
        for block in &document.blocks {
            match block {
                Block::Paragraph(spans) => out.push(Span::plain(spans)),
                Block::Labelled(rows) => {
                    out.extend(
                        rows.iter().map(|(l, spans)| format!("{l} | {}", Span::plain(spans))),
                    );
                }
                Block::Checks(checks) => out.extend(checks.iter().map(|check| {
                    let mark = match check.verdict {
                        Verdict::Yes => '✓',
                        Verdict::No => '✗',
                        Verdict::Open => '?',
                    };
                    format!("{mark} {}", Span::plain(&check.text))
                })),
                other => panic!("{other:?}"),
            }
        }
        out
    }

    fn session(quiz: &Quiz) -> Session<'_> {
        Session::new(quiz, 1, Pick { count: None, order: Order::File })
    }

    fn chosen(ids: &[&str]) -> Answer {
        Answer::Options(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn shown_for(ids: &[&str], lang: Lang) -> (Vec<String>, Vec<String>) {
        let quiz = example::quiz();
        let mut session = session(&quiz);
        let ask = session.next().unwrap();
        let shown = lines(&question(&ask, &[], lang));
        let given = session.answer(&chosen(ids), None).unwrap();
        (shown, lines(&feedback(&given, Some("How it works"), lang)))
    }

    #[test]
    fn a_choice_shows_the_wrong_reason_then_the_right_one() {
        let (shown, after) = shown_for(&["all"], Lang::En);
        let right = shown.iter().find(|l| l.ends_with("| the pool: pending")).unwrap();
        let right = right.chars().next().unwrap();
        let other = if right == 'a' { 'b' } else { 'a' };
        let mut options = [
            format!("{right} | the pool: pending"),
            format!("{other} | Tomcat threads"),
            "c | all of these".to_owned(),
        ];
        options.sort();
        assert_eq!(shown[0], "hikaricp-pool   1 of 9");
        assert_eq!(shown[2..5], options);
        assert_eq!(shown[5], "one letter");
        assert_eq!(
            after,
            [
                "✗ c  The second makes it worse.".to_owned(),
                format!("✓ {right}  CPU is idle: threads wait.  (right, not chosen)"),
                "Why | Threads that wait for a connection use no CPU.".to_owned(),
                "See | prep sim pool-size".to_owned(),
                "Read | prep topic hikaricp-pool, section \"How it works\"".to_owned(),
            ]
        );
    }

    #[test]
    fn the_korean_page_has_korean_words() {
        let (shown, after) = shown_for(&["all"], Lang::Ko);
        assert_eq!(shown[0], "hikaricp-pool   9문제 중 1번");
        assert_eq!(after[0], "✗ c  두 번째는 악화시킵니다.");
        assert_eq!(
            after[2..4],
            ["이유 | 커넥션을 기다리는 스레드는 CPU를 쓰지 않습니다.", "실험 | prep sim pool-size"]
        );
    }

    #[test]
    fn part_of_the_points_numbers_and_the_sum() {
        let quiz = example::quiz();
        let mut session = session(&quiz);
        session.next();
        session.next();
        let given = session.answer(&chosen(&["java"]), None).unwrap();
        let page = lines(&feedback(&given, None, Lang::En));
        let mut checks = page[..2].to_vec();
        checks.sort_by_key(|line| line.contains("too"));
        assert!(checks[0].ends_with("  It does."), "{page:?}");
        assert!(checks[1].ends_with("  It does too.  (right, not chosen)"), "{page:?}");
        assert_eq!(
            page[2..],
            [
                "Score | 50 % of the point",
                "Why | Two of four differ.",
                "Read | prep topic hikaricp-pool, section \"defaults\"",
            ]
        );
        let ask = session.next().unwrap();
        assert_eq!(lines(&question(&ask, &[], Lang::En))[2..], ["a number in 1/s"]);
        let given = session.answer(&Answer::Number("0.5k".to_owned()), None).unwrap();
        assert_eq!(
            lines(&feedback(&given, None, Lang::En))[..2],
            [
                "✗ 500/s  That is 10 / 20 ms: the hold time here is 50 ms.",
                "✓ The answer is 200/s (right from 196/s to 204/s)",
            ]
        );
        session.next();
        let band = Band {
            value: 41.234,
            low: 40.0,
            high: 44.0,
            unit: crate::quiz::unit::Unit::Milliseconds,
            wrong: Vec::new(),
        };
        let given = session.answer(&Answer::Number("0.04 s".to_owned()), Some(&band)).unwrap();
        assert_eq!(
            lines(&feedback(&given, None, Lang::En))[0],
            "✓ 40 ms  The answer is 41.23 ms (right from 30.93 ms to 51.54 ms)"
        );
        assert_eq!(
            lines(&summary(&session.summary(), Lang::En)),
            [
                "1.5 of 3 points",
                "To read again:",
                "✗ jdk-difference  prep topic hikaricp-pool, section \"defaults\"",
                "✗ ceiling  prep topic hikaricp-pool, section \"mechanism\"",
            ]
        );
    }

    #[test]
    fn backticks_are_code_only_in_pairs() {
        assert_eq!(inline("a `b` c"), [Span::text("a "), Span::code("b"), Span::text(" c")]);
        assert_eq!(inline("`b`"), [Span::code("b")]);
        assert_eq!(inline("a ` c"), [Span::text("a ` c")]);
    }
}
