//! Asking line by line: for pipes, screen readers, and whoever likes it.
#![expect(clippy::disallowed_methods, reason = "measures how long an answer took")]

use std::time::Instant;

use super::desk::{Desk, Manner, Ready};
use crate::cli::Failure;
use crate::content::text::{Text, both};
use crate::practice::draft::letter_of;
use crate::practice::session::{Ask, Feedback};
use crate::quiz::grade::{Answer, AskAgain};
use crate::quiz::question::{OpenQuestion, QuestionKind};
use crate::quiz::schedule::Rating;
use crate::report::document::Document;
use crate::report::render::terminal;
use crate::report::view;

enum Went {
    On,
    Away,
}

/// Asks until the questions, the time or the person is at an end.
pub(super) fn ask_all(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    while let Some(ready) = desk.next()? {
        if desk.is_over() {
            say(desk, &both!("The time is over.", "시간이 다 됐습니다."))?;
            break;
        }
        if let Went::Away = ask_one(desk, &ready)? {
            break;
        }
    }
    for document in desk.kept_back() {
        show(desk, &document)?;
    }
    Ok(())
}

/// Asks until there is an answer, a skip or the end.
fn ask_one<'q>(desk: &mut Desk<'_, 'q>, ready: &Ready<'q>) -> Result<Went, Failure> {
    show(desk, &view::quiz::question(&ready.ask, &ready.exhibit, desk.lang()))?;
    let start = Instant::now();
    loop {
        let Some(line) = read(desk, "> ")? else { return Ok(Went::Away) };
        let (typed, mut sure) = confidence(&line);
        match typed {
            "" => return Ok(Went::On),
            "q" | "quit" | "exit" => return Ok(Went::Away),
            "?" if matches!(desk.manner, Manner::Practice | Manner::Review) => {
                show(desk, &view::quiz::hint(ready.ask.question, desk.lang()))?;
                continue;
            }
            "undo" => {
                let said = match desk.undo()? {
                    true => both!(
                        "The answer before this one is taken back.",
                        "앞의 답을 취소했습니다."
                    ),
                    false => both!("There is no answer to take back.", "취소할 답이 없습니다."),
                };
                say(desk, &said)?;
                continue;
            }
            _ => {}
        }
        let took = start.elapsed();
        let answer = match answer(&ready.ask, typed) {
            Ok(Answer::Open { text, .. }) => open_answer(desk, ready, text)?,
            other => other,
        };
        if let (Ok(Answer::Number(_)), QuestionKind::Predict(_), None) =
            (&answer, &ready.ask.question.kind, sure)
        {
            let how = both!("How sure, 1 to 5? ", "얼마나 확신하나요, 1~5? ");
            sure = read(desk, how.get(desk.lang()))?.and_then(|line| level(line.trim()));
        }
        if desk.is_over() {
            // Too late: not an answer of this exam.
            return Ok(Went::On);
        }
        let graded = match answer {
            Ok(answer) => desk.answer(ready, &answer, sure, took)?,
            Err(again) => Err(again),
        };
        match graded {
            Ok(feedback) => return after(desk, &feedback),
            Err(AskAgain(why)) => say(desk, &why)?,
        }
    }
}

/// What is said after an answer, and the rating of a review.
fn after(desk: &mut Desk<'_, '_>, feedback: &Feedback<'_>) -> Result<Went, Failure> {
    if let Manner::Exam { .. } = desk.manner {
        say(desk, &both!("Kept.", "저장했습니다."))?;
        return Ok(Went::On);
    }
    let said = desk.feedback(feedback);
    show(desk, &said)?;
    let (Manner::Review, Some(derived)) = (desk.manner, desk.derived_rating()) else {
        return Ok(Went::On);
    };
    let words = view::quiz::ratings(derived, desk.lang());
    loop {
        let Some(line) = read(desk, &format!("{words} > "))? else { return Ok(Went::Away) };
        match line.trim() {
            "" => return Ok(Went::On),
            "q" | "quit" | "exit" => return Ok(Went::Away),
            "undo" => {
                desk.undo()?;
                say(desk, &both!("The answer is taken back.", "답을 취소했습니다."))?;
                return Ok(Went::On);
            }
            number => match number.parse().ok().and_then(Rating::from_number) {
                Some(rating) if rating == derived => return Ok(Went::On),
                Some(rating) => {
                    desk.rate(rating)?;
                    return Ok(Went::On);
                }
                None => say(desk, &both!("a number from 1 to 4", "1부터 4까지의 숫자를 쓰세요"))?,
            },
        }
    }
}

/// The rest of an answer in words, and the points that the person finds in it.
fn open_answer(
    desk: &mut Desk<'_, '_>,
    ready: &Ready<'_>,
    first: String,
) -> Result<Result<Answer, AskAgain>, Failure> {
    let QuestionKind::Open(open) = &ready.ask.question.kind else {
        return Ok(Err(AskAgain(Text::default())));
    };
    let mut text = first;
    while let Some(line) = read(desk, "  ")?.filter(|line| !line.trim().is_empty()) {
        text += "\n";
        text += &line;
    }
    show(desk, &view::quiz::rubric(open, desk.lang()))?;
    loop {
        let how = both!("points made, `a c`, or `-`: ", "말한 항목, `a c` 또는 `-`: ");
        let line = read(desk, how.get(desk.lang()))?;
        match points(open, line.as_deref().unwrap_or("-").trim()) {
            Ok(points) => return Ok(Ok(Answer::Open { text, points })),
            Err(AskAgain(why)) => say(desk, &why)?,
        }
    }
}

fn points(open: &OpenQuestion, line: &str) -> Result<Vec<String>, AskAgain> {
    if matches!(line, "" | "-") {
        return Ok(Vec::new());
    }
    let at = letters(line, open.points.len())?;
    Ok(at.into_iter().map(|at| open.points[at].id.clone()).collect())
}

/// An answer and how sure the person is of it: `b ~4`.
fn confidence(line: &str) -> (&str, Option<f64>) {
    let line = line.trim();
    match line.rsplit_once('~') {
        Some((answer, sure)) if level(sure.trim()).is_some() => {
            (answer.trim_end(), level(sure.trim()))
        }
        _ => (line, None),
    }
}

/// A level from 1 to 5 as a probability.
pub(super) fn level(typed: &str) -> Option<f64> {
    let level: u8 = typed.parse().ok()?;
    (1..=5).contains(&level).then(|| f64::from(2 * level - 1) / 10.0)
}

/// What a person typed: letters for options and steps, anything else for a number or words.
fn answer(ask: &Ask<'_>, line: &str) -> Result<Answer, AskAgain> {
    match &ask.question.kind {
        QuestionKind::Number(_) | QuestionKind::Sim(_) | QuestionKind::Predict(_) => {
            Ok(Answer::Number(line.to_owned()))
        }
        QuestionKind::Open(_) => Ok(Answer::Open { text: line.to_owned(), points: Vec::new() }),
        QuestionKind::Order(_) => {
            let at = letters(line, ask.steps.len())?;
            Ok(Answer::Order(at.into_iter().map(|at| ask.steps[at].id.clone()).collect()))
        }
        QuestionKind::Choice { .. }
        | QuestionKind::Several { .. }
        | QuestionKind::Trace { .. }
        | QuestionKind::Diagnose(_) => {
            let at = letters(line, ask.options.len())?;
            Ok(Answer::Options(at.into_iter().map(|at| ask.options[at].id.clone()).collect()))
        }
    }
}

/// The places of the letters, each once, in the order typed.
fn letters(line: &str, count: usize) -> Result<Vec<usize>, AskAgain> {
    let mut places = Vec::new();
    for letter in line.chars().filter(|c| !c.is_whitespace() && *c != ',') {
        let at = (0..count).find(|at| letter_of(*at) == letter.to_ascii_lowercase());
        let Some(at) = at else {
            let last = letter_of(count.saturating_sub(1));
            return Err(AskAgain(both!(
                "answer with letters from a to {last}",
                "a부터 {last}까지의 글자로 답하세요"
            )));
        };
        if !places.contains(&at) {
            places.push(at);
        }
    }
    Ok(places)
}

/// One line of input after a prompt; `None` at its end.
fn read(desk: &mut Desk<'_, '_>, prompt: &str) -> Result<Option<String>, Failure> {
    desk.context.out.print(prompt)?;
    let line = desk.context.out.read_line()?;
    if line.is_none() {
        desk.context.out.print("\n")?;
    }
    Ok(line)
}

fn say(desk: &mut Desk<'_, '_>, text: &Text) -> Result<(), Failure> {
    let words = text.get(desk.lang()).to_owned();
    desk.context.out.print(&format!("{words}\n"))
}

fn show(desk: &mut Desk<'_, '_>, document: &Document) -> Result<(), Failure> {
    let text = terminal::render(document, desk.context.out.style(None));
    desk.context.out.print(&format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_behind_a_tilde_is_a_confidence() {
        assert_eq!(confidence("b ~4"), ("b", Some(0.7)));
        assert_eq!(confidence(" 200/s~1 "), ("200/s", Some(0.1)));
        assert_eq!(confidence("a c"), ("a c", None));
        assert_eq!(confidence("~6"), ("~6", None));
        assert_eq!(confidence("about ~200"), ("about ~200", None));
    }
}
