//! The grading of one answer to one question.

use serde::{Deserialize, Serialize};

use crate::content::problem::printable;
use crate::content::text::{Text, both};

use super::question::{Accept, Choice, NumberQuestion, Question, QuestionKind, SimQuestion};
use super::unit::{self, Unit};

/// What a person gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Ids of the chosen options, in any order.
    Options(Vec<String>),
    /// A number as it was typed, with or without a unit.
    Number(String),
}

/// The right value of a `sim` question as the simulator found it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Band {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Of the metric, hence of all three.
    pub(crate) unit: Unit,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grade {
    /// 0 to 1.
    pub(crate) score: f64,
    pub(crate) verdict: Verdict,
    /// For questions that ask for a number.
    pub(crate) number: Option<NumberGrade>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Partly,
    Wrong,
}

/// How a number was judged; all values are in `unit`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NumberGrade {
    pub(crate) given: f64,
    pub(crate) right: f64,
    /// Both ends are still right.
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) unit: Unit,
    /// What leads to exactly this wrong value, where that is known.
    pub(crate) trap: Option<Text>,
}

/// What was typed cannot be graded: the sentence says why. The question stays open, and no attempt
/// was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskAgain(pub(crate) Text);

impl Answer {
    /// The answer as it is kept in the record: `{"options":["pool"]}` or `{"number":"200/s"}`.
    pub(crate) fn to_json(&self) -> String {
        match self {
            Answer::Options(chosen) => serde_json::json!({ "options": chosen }),
            Answer::Number(typed) => serde_json::json!({ "number": typed }),
        }
        .to_string()
    }
}

/// Grades an answer. `band` is needed for `sim` questions only.
///
/// # Errors
/// The answer does not fit the question: no number, another unit, an unknown option, not exactly
/// one option for `choice`, none for `several`, no band for `sim`.
pub(crate) fn grade(
    question: &Question,
    answer: &Answer,
    band: Option<Band>,
) -> Result<Grade, AskAgain> {
    match (&question.kind, answer) {
        (QuestionKind::Choice { options }, Answer::Options(chosen)) => {
            let chosen = known(options, chosen)?;
            let [one] = chosen[..] else {
                return Err(AskAgain(both!("choose one option", "보기를 하나만 고르세요")));
            };
            Ok(Grade::of(if one.right { 1.0 } else { 0.0 }, None))
        }
        (QuestionKind::Several { options }, Answer::Options(chosen)) => {
            let chosen = known(options, chosen)?;
            if chosen.is_empty() {
                return Err(AskAgain(both!(
                    "choose at least one option",
                    "보기를 하나 이상 고르세요"
                )));
            }
            Ok(Grade::of(share_of_right(options, &chosen), None))
        }
        (QuestionKind::Number(asked), Answer::Number(typed)) => grade_number(asked, typed),
        (QuestionKind::Sim(asked), Answer::Number(typed)) => {
            let band = band.ok_or_else(|| {
                AskAgain(both!(
                    "the simulator has not given the right value yet",
                    "시뮬레이터가 아직 정답을 계산하지 않았습니다"
                ))
            })?;
            grade_against(asked, typed, band)
        }
        (QuestionKind::Choice { .. } | QuestionKind::Several { .. }, Answer::Number(_)) => {
            Err(AskAgain(both!("choose from the options", "보기 중에서 고르세요")))
        }
        (QuestionKind::Number(_) | QuestionKind::Sim(_), Answer::Options(_)) => {
            Err(AskAgain(both!("a number was expected", "숫자가 필요합니다")))
        }
    }
}

impl Grade {
    fn of(score: f64, number: Option<NumberGrade>) -> Grade {
        let verdict = if score >= 1.0 {
            Verdict::Right
        } else if score > 0.0 {
            Verdict::Partly
        } else {
            Verdict::Wrong
        };
        Grade { score, verdict, number }
    }
}

/// The chosen options in the order of the file, each once.
fn known<'q>(options: &'q [Choice], chosen: &[String]) -> Result<Vec<&'q Choice>, AskAgain> {
    if let Some(unknown) = chosen.iter().find(|id| options.iter().all(|o| o.id != **id)) {
        let unknown = printable(unknown);
        return Err(AskAgain(both!(
            "there is no option `{unknown}`",
            "`{unknown}` 보기는 없습니다"
        )));
    }
    Ok(options.iter().filter(|option| chosen.contains(&option.id)).collect())
}

/// (right chosen − wrong chosen) / right, at least 0: choosing everything is no strategy.
fn share_of_right(options: &[Choice], chosen: &[&Choice]) -> f64 {
    let right = options.iter().filter(|option| option.right).count();
    let right_chosen = chosen.iter().filter(|option| option.right).count();
    let wrong_chosen = chosen.len() - right_chosen;
    right_chosen.saturating_sub(wrong_chosen) as f64 / right.max(1) as f64
}

fn grade_number(asked: &NumberQuestion, typed: &str) -> Result<Grade, AskAgain> {
    let given = unit::parse(typed, asked.unit).map_err(AskAgain)?;
    let (low, high) = accepted(asked.answer, asked.accept);
    let right = is_within(given, low, high);
    let trap = asked.wrong.iter().filter(|_| !right).find(|(value, _)| {
        let (low, high) = accepted(*value, asked.accept);
        is_within(given, low, high)
    });
    let number = NumberGrade {
        given,
        right: asked.answer,
        low,
        high,
        unit: asked.unit,
        trap: trap.map(|(_, why)| why.clone()),
    };
    Ok(Grade::of(if right { 1.0 } else { 0.0 }, Some(number)))
}

fn grade_against(asked: &SimQuestion, typed: &str, band: Band) -> Result<Grade, AskAgain> {
    let given = unit::parse(typed, band.unit).map_err(AskAgain)?;
    let (low, high) = accepted(band.value, asked.accept);
    let (low, high) = (low.min(band.low), high.max(band.high));
    let right = is_within(given, low, high);
    let number = NumberGrade { given, right: band.value, low, high, unit: band.unit, trap: None };
    Ok(Grade::of(if right { 1.0 } else { 0.0 }, Some(number)))
}

/// The lowest and the highest value that count as `value`.
pub(crate) fn accepted(value: f64, accept: Accept) -> (f64, f64) {
    let distance = accept.distance(value);
    (value - distance, value + distance)
}

/// Whether a value lies in an accepted range; converting a unit may cost the last digits.
pub(crate) fn is_within(given: f64, low: f64, high: f64) -> bool {
    let slack = 1e-9 * low.abs().max(high.abs());
    given >= low - slack && given <= high + slack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::example;

    fn options(ids: &[&str]) -> Answer {
        Answer::Options(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn number(typed: &str) -> Answer {
        Answer::Number(typed.to_owned())
    }

    fn scores(question: &str, answers: &[Answer]) -> Vec<(f64, Verdict)> {
        let quiz = example::quiz();
        let question = example::question(&quiz, question);
        answers
            .iter()
            .map(|answer| grade(question, answer, None).map(|g| (g.score, g.verdict)).unwrap())
            .collect()
    }

    #[test]
    fn a_choice_is_right_or_wrong() {
        assert_eq!(
            scores("first-wall", &[options(&["pool"]), options(&["all"])]),
            [(1.0, Verdict::Right), (0.0, Verdict::Wrong)]
        );
    }

    #[test]
    fn several_gives_part_of_the_points_and_never_less_than_none() {
        // Right: java, heap. Wrong: gc, jit.
        assert_eq!(
            scores(
                "jdk-difference",
                &[
                    options(&["java", "heap"]),
                    options(&["heap"]),
                    options(&["heap", "heap"]),
                    options(&["java", "heap", "gc"]),
                    options(&["java", "gc"]),
                    options(&["gc", "jit"]),
                    options(&["java", "heap", "gc", "jit"]),
                ]
            ),
            [
                (1.0, Verdict::Right),
                (0.5, Verdict::Partly),
                (0.5, Verdict::Partly),
                (0.5, Verdict::Partly),
                (0.0, Verdict::Wrong),
                (0.0, Verdict::Wrong),
                (0.0, Verdict::Wrong),
            ]
        );
    }

    #[test]
    fn a_number_counts_within_its_acceptance_in_any_unit() {
        // 200/s, 2 %.
        let typed = ["200", "196", "204 TPS", "195.9", "204.1", "12,000/min", "0.2k", "20"];
        let answers: Vec<Answer> = typed.iter().map(|t| number(t)).collect();
        let right: Vec<bool> = scores("ceiling", &answers)
            .into_iter()
            .map(|(score, verdict)| {
                assert_eq!(score == 1.0, verdict == Verdict::Right);
                score == 1.0
            })
            .collect();
        assert_eq!(right, [true, true, true, false, false, true, true, false]);
    }

    #[test]
    fn a_known_trap_is_explained() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "ceiling");
        let graded = grade(question, &number("500 TPS"), None).unwrap();
        assert_eq!(
            graded,
            Grade {
                score: 0.0,
                verdict: Verdict::Wrong,
                number: Some(NumberGrade {
                    given: 500.0,
                    right: 200.0,
                    low: 196.0,
                    high: 204.0,
                    unit: Unit::PerSecond,
                    trap: Some(both!(
                        "That is 10 / 20 ms: the hold time here is 50 ms.",
                        "10 / 20 ms를 계산한 값입니다. 점유 시간은 50 ms입니다."
                    )),
                }),
            }
        );
    }

    #[test]
    fn a_sim_question_accepts_the_wider_of_percent_and_band() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "p99-of-pool");
        let judged = |typed: &str, low, high| {
            let band = Band { value: 100.0, low, high, unit: Unit::Milliseconds };
            let graded = grade(question, &number(typed), Some(band)).unwrap();
            let judged = graded.number.unwrap();
            (graded.score, judged.low, judged.high)
        };
        assert_eq!(judged("0.075 s", 98.0, 103.0), (1.0, 75.0, 125.0));
        assert_eq!(judged("126", 98.0, 103.0), (0.0, 75.0, 125.0));
        assert_eq!(judged("126", 98.0, 140.0), (1.0, 75.0, 140.0));
        assert_eq!(judged("61", 60.0, 103.0), (1.0, 60.0, 125.0));
    }

    #[test]
    fn what_does_not_fit_the_question_is_asked_again() {
        let quiz = example::quiz();
        let again = |question: &str, answer: &Answer| {
            grade(example::question(&quiz, question), answer, None).map_err(|again| again.0.en)
        };
        let cases = [
            ("first-wall", options(&["pool", "all"]), "choose one option"),
            ("first-wall", options(&[]), "choose one option"),
            ("first-wall", options(&["pol"]), "there is no option `pol`"),
            ("first-wall", number("1"), "choose from the options"),
            ("jdk-difference", options(&[]), "choose at least one option"),
            ("ceiling", options(&["pool"]), "a number was expected"),
            ("ceiling", number("lots"), "a number was expected, such as `200/s`"),
            ("p99-of-pool", number("20"), "the simulator has not given the right value yet"),
        ];
        for (question, answer, words) in cases {
            assert_eq!(again(question, &answer), Err(words.to_owned()), "{question} {answer:?}");
        }
    }

    #[test]
    fn answers_are_kept_as_json() {
        assert_eq!(options(&["a", "b"]).to_json(), r#"{"options":["a","b"]}"#);
        assert_eq!(number("2\"").to_json(), r#"{"number":"2\""}"#);
    }
}
