//! The grading of one answer to one question.

use serde::{Deserialize, Serialize};

use crate::content::problem::printable;
use crate::content::text::{Text, both};

use super::question::{
    Accept, Choice, NumberQuestion, OpenQuestion, OrderQuestion, Question, QuestionKind,
    SimQuestion, WrongValue,
};
use super::unit::{self, Unit};

/// What a person gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    /// Ids of the chosen options, in any order.
    Options(Vec<String>),
    /// A number as it was typed, with or without a unit.
    Number(String),
    /// Ids of all steps, in the order in which the person put them.
    Order(Vec<String>),
    /// Words, and the ids of the rubric's points that they make.
    Open { text: String, points: Vec<String> },
}

/// The right value of a `sim` question as the simulator found it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Band {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Of the metric, hence of all values.
    pub(crate) unit: Unit,
    /// The question's wrong values with these settings, in its order; `None` where there is none.
    pub(crate) wrong: Vec<Option<f64>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grade {
    /// 0 to 1.
    pub(crate) score: f64,
    pub(crate) verdict: Verdict,
    /// For questions that ask for a number.
    pub(crate) number: Option<NumberGrade>,
    /// The misconceptions that the answer shows.
    pub(crate) traps: Vec<Trap>,
}

/// A misconception that an answer shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trap {
    /// In the quiz of the question.
    pub(crate) id: String,
    pub(crate) why: Text,
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
}

/// What was typed cannot be graded: the sentence says why. The question stays open, and no attempt
/// was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskAgain(pub(crate) Text);

/// Grades an answer. `band` is needed for `sim` and `predict` questions only.
///
/// # Errors
/// The answer does not fit the question: no number, another unit, an unknown option, not exactly
/// one option where one is right, none for `several`, not all steps for `order`, an unknown point,
/// no band for `sim`.
pub(crate) fn grade(
    question: &Question,
    answer: &Answer,
    band: Option<&Band>,
) -> Result<Grade, AskAgain> {
    match (&question.kind, answer) {
        (
            QuestionKind::Choice { options }
            | QuestionKind::Trace { options, .. }
            | QuestionKind::Diagnose(super::question::DiagnoseQuestion { options, .. }),
            Answer::Options(chosen),
        ) => {
            let chosen = known(options, chosen)?;
            let [one] = chosen[..] else {
                return Err(AskAgain(both!("choose one option", "보기를 하나만 고르세요")));
            };
            Ok(Grade::of(if one.right { 1.0 } else { 0.0 }, traps_of(&chosen)))
        }
        (QuestionKind::Several { options }, Answer::Options(chosen)) => {
            let chosen = known(options, chosen)?;
            if chosen.is_empty() {
                return Err(AskAgain(both!(
                    "choose at least one option",
                    "보기를 하나 이상 고르세요"
                )));
            }
            Ok(Grade::of(share_of_right(options, &chosen), traps_of(&chosen)))
        }
        (QuestionKind::Number(asked), Answer::Number(typed)) => grade_number(asked, typed),
        (QuestionKind::Order(asked), Answer::Order(given)) => grade_order(asked, given),
        (QuestionKind::Sim(asked) | QuestionKind::Predict(asked), Answer::Number(typed)) => {
            let band = band.ok_or_else(|| {
                AskAgain(both!(
                    "the simulator has not given the right value yet",
                    "시뮬레이터가 아직 정답을 계산하지 않았습니다"
                ))
            })?;
            grade_against(asked, typed, band)
        }
        (QuestionKind::Open(asked), Answer::Open { points, .. }) => grade_open(asked, points),
        (kind, _) => Err(AskAgain(what_is_expected(kind))),
    }
}

fn what_is_expected(kind: &QuestionKind) -> Text {
    match kind {
        QuestionKind::Choice { .. }
        | QuestionKind::Several { .. }
        | QuestionKind::Trace { .. }
        | QuestionKind::Diagnose(_) => both!("choose from the options", "보기 중에서 고르세요"),
        QuestionKind::Number(_) | QuestionKind::Sim(_) | QuestionKind::Predict(_) => {
            both!("a number was expected", "숫자가 필요합니다")
        }
        QuestionKind::Order(_) => {
            both!("put the steps in order", "단계를 순서대로 놓으세요")
        }
        QuestionKind::Open(_) => both!("answer in words", "말로 답하세요"),
    }
}

impl Grade {
    fn of(score: f64, traps: Vec<Trap>) -> Grade {
        let verdict = if score >= 1.0 {
            Verdict::Right
        } else if score > 0.0 {
            Verdict::Partly
        } else {
            Verdict::Wrong
        };
        Grade { score, verdict, number: None, traps }
    }

    /// All or nothing, for a number.
    fn of_number(right: bool, number: NumberGrade, trap: Option<Trap>) -> Grade {
        let graded = Grade::of(if right { 1.0 } else { 0.0 }, trap.into_iter().collect());
        Grade { number: Some(number), ..graded }
    }
}

fn traps_of(chosen: &[&Choice]) -> Vec<Trap> {
    let wrong = chosen.iter().filter_map(|option| {
        let trap = option.trap.as_ref()?;
        Some(Trap { id: trap.value.clone(), why: option.why.clone() })
    });
    wrong.collect()
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
    let wrong = asked.wrong.iter().map(|wrong| (wrong.value, wrong));
    let trap = if right { None } else { trap_at(given, asked.accept, wrong) };
    let number = NumberGrade { given, right: asked.answer, low, high, unit: asked.unit };
    Ok(Grade::of_number(right, number, trap))
}

fn grade_against(asked: &SimQuestion, typed: &str, band: &Band) -> Result<Grade, AskAgain> {
    let given = unit::parse(typed, band.unit).map_err(AskAgain)?;
    let (low, high) = accepted_of(band, asked.accept);
    let right = is_within(given, low, high);
    let wrong = band.wrong.iter().zip(&asked.wrong);
    let wrong = wrong.filter_map(|(value, wrong)| Some(((*value)?, wrong)));
    let trap = if right { None } else { trap_at(given, asked.accept, wrong) };
    let number = NumberGrade { given, right: band.value, low, high, unit: band.unit };
    Ok(Grade::of_number(right, number, trap))
}

/// The known wrong value that a number is nearest to, within what is accepted.
fn trap_at<'w, V: 'w>(
    given: f64,
    accept: Accept,
    wrong: impl Iterator<Item = (f64, &'w WrongValue<V>)>,
) -> Option<Trap> {
    let near = wrong.filter(|(value, _)| {
        let (low, high) = accepted(*value, accept);
        is_within(given, low, high)
    });
    let (_, wrong) =
        near.min_by(|(a, _), (b, _)| (a - given).abs().total_cmp(&(b - given).abs()))?;
    Some(Trap { id: wrong.trap.value.clone(), why: wrong.why.clone() })
}

/// 1 for the right order, 0 for one that has no more pairs right than a shuffle has on average.
fn grade_order(asked: &OrderQuestion, given: &[String]) -> Result<Grade, AskAgain> {
    let place = |id: &str| given.iter().position(|other| other == id);
    let places: Option<Vec<usize>> = asked.steps.iter().map(|step| place(&step.id)).collect();
    let count = asked.steps.len();
    let places = places.filter(|_| given.len() == count).ok_or_else(|| {
        AskAgain(both!(
            "each of the {count} steps must be placed once",
            "단계 {count}개를 한 번씩 모두 놓으세요"
        ))
    })?;
    let pairs = count * count.saturating_sub(1) / 2;
    let inverted = |at: usize| places[at + 1..].iter().filter(|after| **after < places[at]).count();
    let inversions: usize = (0..count).map(inverted).sum();
    let score = 1.0 - 2.0 * inversions as f64 / pairs.max(1) as f64;
    let traps = asked.wrong.iter().filter(|pair| place(&pair.first) < place(&pair.then));
    let traps = traps.map(|pair| Trap { id: pair.trap.value.clone(), why: pair.why.clone() });
    Ok(Grade::of(score.max(0.0), traps.collect()))
}

/// The share of the points' weight that the answer makes.
fn grade_open(asked: &OpenQuestion, made: &[String]) -> Result<Grade, AskAgain> {
    if let Some(unknown) = made.iter().find(|id| asked.points.iter().all(|it| it.id != **id)) {
        let unknown = printable(unknown);
        return Err(AskAgain(both!(
            "there is no point `{unknown}`",
            "`{unknown}` 채점 항목은 없습니다"
        )));
    }
    let weight = |made_only: bool| -> u32 {
        let counted = asked.points.iter().filter(|it| !made_only || made.contains(&it.id));
        counted.map(|point| point.weight).sum()
    };
    Ok(Grade::of(f64::from(weight(true)) / f64::from(weight(false).max(1)), Vec::new()))
}

/// What counts as right of a simulated value: what the question accepts, and the whole interval.
pub(crate) fn accepted_of(band: &Band, accept: Accept) -> (f64, f64) {
    let (low, high) = accepted(band.value, accept);
    (low.min(band.low), high.max(band.high))
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

    fn order(ids: &[&str]) -> Answer {
        Answer::Order(ids.iter().map(|id| (*id).to_owned()).collect())
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
                }),
                traps: vec![Trap {
                    id: "other-hold".to_owned(),
                    why: both!(
                        "That is 10 / 20 ms: the hold time here is 50 ms.",
                        "10 / 20 ms를 계산한 값입니다. 점유 시간은 50 ms입니다."
                    ),
                }],
            }
        );
    }

    #[test]
    fn a_sim_question_accepts_the_wider_of_percent_and_band() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "p99-of-pool");
        let judged = |typed: &str, low, high| {
            let wrong = vec![Some(200.0), None];
            let band = Band { value: 100.0, low, high, unit: Unit::Milliseconds, wrong };
            let graded = grade(question, &number(typed), Some(&band)).unwrap();
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
    fn a_wrong_number_of_a_simulation_names_the_nearest_trap() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "p99-of-pool");
        let traps = |typed: &str| -> Vec<String> {
            let wrong = vec![Some(200.0), Some(260.0)];
            let unit = Unit::Milliseconds;
            let band = Band { value: 100.0, low: 98.0, high: 103.0, unit, wrong };
            let graded = grade(question, &number(typed), Some(&band)).unwrap();
            graded.traps.into_iter().map(|trap| trap.id).collect()
        };
        assert_eq!(traps("100"), [""; 0]);
        assert_eq!(traps("215"), ["mean-for-tail"]);
        assert_eq!(traps("250"), ["no-variance"]);
        assert_eq!(traps("5000"), [""; 0]);
    }

    #[test]
    fn an_order_is_worth_the_pairs_that_are_right_beyond_chance() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "steps");
        let graded = |ids: [&str; 4]| {
            let graded = grade(question, &order(&ids), None).unwrap();
            let traps: Vec<String> = graded.traps.into_iter().map(|trap| trap.id).collect();
            (graded.score, traps)
        };
        assert_eq!(graded(["borrow", "begin", "commit", "give-back"]), (1.0, vec![]));
        let late = vec!["commit-releases".to_owned()];
        let (score, traps) = graded(["borrow", "begin", "give-back", "commit"]);
        assert!((score - 2.0 / 3.0).abs() < 1e-12, "{score}");
        assert_eq!(traps, late);
        assert_eq!(graded(["give-back", "commit", "begin", "borrow"]), (0.0, late));
    }

    #[test]
    fn an_open_answer_is_worth_the_weight_of_the_points_it_makes() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "explain");
        let graded = |points: &[&str]| {
            let points = points.iter().map(|id| (*id).to_owned()).collect();
            let answer = Answer::Open { text: "so".to_owned(), points };
            grade(question, &answer, None).map(|graded| graded.score).map_err(|again| again.0.en)
        };
        assert_eq!(graded(&[]), Ok(0.0));
        assert_eq!(graded(&["pending"]), Ok(0.75));
        assert_eq!(graded(&["idle", "pending", "idle"]), Ok(1.0));
        assert_eq!(graded(&["x"]), Err("there is no point `x`".to_owned()));
    }

    /// Whatever is answered, the score is a share, and the order of what has no order is nothing.
    #[test]
    fn scores_are_shares_and_do_not_depend_on_the_order_of_choosing() {
        let seed = 20_261_123;
        let mut stream = crate::random::Stream::from_seed(seed);
        let library = crate::content::Library::embedded();
        for slug in library.slugs(crate::content::Kind::Quiz) {
            let quiz = crate::quiz::read::load(&library, slug).unwrap();
            for question in &quiz.questions {
                let ids = match &question.kind {
                    QuestionKind::Order(order) => {
                        order.steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>()
                    }
                    kind => kind.options().iter().map(|option| option.id.clone()).collect(),
                };
                for _ in 0..20 {
                    let mut shuffled = ids.clone();
                    stream.shuffle(&mut shuffled);
                    let answer = match question.kind {
                        QuestionKind::Order(_) => Answer::Order(shuffled.clone()),
                        _ => {
                            let most = shuffled.len().max(1) as u64;
                            shuffled.truncate((stream.bits() % most) as usize + 1);
                            Answer::Options(shuffled.clone())
                        }
                    };
                    let Ok(first) = grade(question, &answer, None) else { continue };
                    let at = format!("seed {seed}: {slug}/{} {answer:?}", question.id);
                    assert!((0.0..=1.0).contains(&first.score), "{at}: {}", first.score);
                    if let Answer::Options(_) = answer {
                        shuffled.reverse();
                        let again = grade(question, &Answer::Options(shuffled), None);
                        assert_eq!(again, Ok(first), "{at}");
                    }
                }
            }
        }
    }

    /// Of every question in the content: the right answer is right, every wrong one is not, and
    /// it says which misconception it stands for.
    #[test]
    fn every_right_answer_is_right_and_every_wrong_one_names_its_trap() {
        let library = crate::content::Library::embedded();
        let mut wrong_answers = 0;
        for slug in library.slugs(crate::content::Kind::Quiz) {
            let quiz = crate::quiz::read::load(&library, slug).unwrap();
            for question in &quiz.questions {
                let id = format!("{slug}/{}", question.id);
                let graded = |answer: &Answer| grade(question, answer, None).unwrap();
                if let Some(right) = example::right_answer(question) {
                    let found = graded(&right);
                    assert_eq!((found.score, found.traps), (1.0, Vec::new()), "{id} {right:?}");
                }
                for (answer, trap) in example::wrong_answers(question) {
                    let found = graded(&answer);
                    assert_ne!(found.verdict, Verdict::Right, "{id} {answer:?}");
                    assert!(found.traps.iter().any(|it| it.id == trap), "{id} {answer:?}");
                    assert!(quiz.misconception(&trap).is_some(), "{id}: {trap}");
                    wrong_answers += 1;
                }
            }
        }
        assert!(wrong_answers > 1_000, "{wrong_answers}");
    }

    #[test]
    fn answers_are_kept_as_json() {
        let kept = |answer: &Answer| serde_json::to_string(answer).unwrap();
        assert_eq!(kept(&options(&["a", "b"])), r#"{"options":["a","b"]}"#);
        assert_eq!(kept(&number("2\"")), r#"{"number":"2\""}"#);
        assert_eq!(kept(&order(&["b", "a"])), r#"{"order":["b","a"]}"#);
        let open = Answer::Open { text: "so".to_owned(), points: vec!["p".to_owned()] };
        assert_eq!(kept(&open), r#"{"open":{"text":"so","points":["p"]}}"#);
    }
}
