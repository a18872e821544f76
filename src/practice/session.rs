//! One quiz session: which questions, in which order, with which options and settings; what each
//! answer earned; what to read again.
//!
//! The seed fixes everything that is drawn, so a session can be repeated. The session runs no
//! simulation: for a `sim` question the caller runs [`SimAsk`] and hands in the band.

use crate::content::text::Text;
use crate::quiz::formula::leading_number;
use crate::quiz::grade::{Answer, AskAgain, Band, Grade, grade};
use crate::quiz::order;
use crate::quiz::question::{
    Accept, Choice, Param, Question, QuestionKind, Quiz, SimQuestion, Worded, WrongSource,
};
use crate::store::Attempt;

/// A question of some quiz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Item<'q> {
    pub(crate) quiz: &'q Quiz,
    pub(crate) question: &'q Question,
}

/// Which questions of a quiz a session asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    /// At most this many, drawn from the seed; `None` asks all.
    pub(crate) count: Option<usize>,
    pub(crate) order: Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As in the file.
    File,
    /// Drawn from the seed.
    Shuffled,
}

/// A quiz being answered.
#[derive(Clone, Debug)]
pub(crate) struct Session<'q> {
    seed: u64,
    /// Questions still to be asked; the next one is last.
    left: Vec<Item<'q>>,
    /// All questions of the session.
    of: usize,
    current: Option<Open<'q>>,
    asked: usize,
    points: f64,
    weak: Vec<Weak>,
}

/// The question that waits for an answer.
#[derive(Clone, Debug)]
struct Open<'q> {
    ask: Ask<'q>,
    /// Variants of a `sim` question not tried yet; the next one is last.
    variants: Vec<usize>,
}

/// A question as it is put to a person.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask<'q> {
    pub(crate) quiz: &'q Quiz,
    pub(crate) question: &'q Question,
    /// From 1.
    pub(crate) number: usize,
    pub(crate) of: usize,
    /// With the settings of a `sim` question filled in.
    pub(crate) ask: Text,
    pub(crate) why: Text,
    /// In the order to show; none for questions that are not answered by choosing.
    pub(crate) options: Vec<&'q Choice>,
    /// In the order to show, which is never the right one; none but for `order`.
    pub(crate) steps: Vec<&'q Worded>,
    pub(crate) sim: Option<SimAsk>,
}

/// What the simulator is to be asked for a `sim` question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SimAsk {
    pub(crate) sim: String,
    /// Of the sim; its baseline where none is named.
    pub(crate) variant: Option<String>,
    /// Knob and value, as after `--set`.
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) metric: String,
    pub(crate) accept: Accept,
    /// In the order of the question.
    pub(crate) wrong: Vec<KnownWrong>,
    /// Where the outcome breaks this condition, take [`Session::other_variant`].
    pub(crate) guard: Option<String>,
}

/// A known wrong value with the settings of one variant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum KnownWrong {
    /// The value of this metric of the same run.
    Metric(String),
    /// `None` where the settings give none.
    Value(Option<f64>),
}

/// What an answer earned and what is to be learned from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feedback<'q> {
    pub(crate) quiz: &'q Quiz,
    pub(crate) question: &'q Question,
    pub(crate) answer: Answer,
    pub(crate) grade: Grade,
    /// In the order shown.
    pub(crate) options: Vec<OptionFeedback<'q>>,
    pub(crate) why: Text,
    pub(crate) section: &'q str,
    /// Command without `prep`.
    pub(crate) see: Option<&'q str>,
    pub(crate) sim: Option<SimAsk>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OptionFeedback<'q> {
    pub(crate) option: &'q Choice,
    pub(crate) chosen: bool,
}

/// The result of the questions answered so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// Questions answered.
    pub(crate) asked: usize,
    /// Of `asked` points.
    pub(crate) points: f64,
    pub(crate) weak: Vec<Weak>,
}

/// A question that was not answered in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weak {
    pub(crate) question: String,
    pub(crate) topic: String,
    pub(crate) section: String,
    pub(crate) see: Option<String>,
}

/// What only the caller knows about an answer: the clock, the person's confidence, the session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    /// RFC 3339, ending in `Z`.
    pub(crate) at_utc: String,
    pub(crate) utc_offset_minutes: i32,
    pub(crate) duration_ms: u64,
    pub(crate) sure: Option<f64>,
    pub(crate) session: String,
    pub(crate) prep: String,
}

impl<'q> Session<'q> {
    /// Draws questions of one quiz. Which ones are drawn does not depend on the order they are
    /// asked in.
    pub(crate) fn new(quiz: &'q Quiz, seed: u64, pick: Pick) -> Session<'q> {
        let items = quiz.questions.iter().map(|question| Item { quiz, question });
        Session::drawn(&items.collect::<Vec<_>>(), seed, pick)
    }

    /// Draws from the questions of any quizzes.
    pub(crate) fn drawn(items: &[Item<'q>], seed: u64, pick: Pick) -> Session<'q> {
        let total = items.len();
        let count = pick.count.unwrap_or(total).min(total);
        let mut drawn = order::shuffled(total, order::seed_for(seed, "questions"));
        drawn.truncate(count);
        if pick.order == Order::File {
            drawn.sort_unstable();
        }
        Session::of(drawn.into_iter().map(|at| items[at]).collect(), seed)
    }

    /// Asks exactly these questions, in this order.
    pub(crate) fn of(mut items: Vec<Item<'q>>, seed: u64) -> Session<'q> {
        items.reverse();
        let (of, weak) = (items.len(), Vec::new());
        Session { seed, left: items, of, current: None, asked: 0, points: 0.0, weak }
    }

    /// The next question; `None` at the end. One that was handed out before and not answered is
    /// passed over and counts for nothing.
    pub(crate) fn next(&mut self) -> Option<Ask<'q>> {
        self.current = None;
        let Item { quiz, question } = self.left.pop()?;
        let number = self.of - self.left.len();
        let own = order::seed_for(self.seed, &question.id);
        let shown = question.kind.options();
        let options = order::of_options(shown, order::seed_for(own, "options"));
        let ask = Ask {
            quiz,
            question,
            number,
            of: self.of,
            ask: question.ask.clone(),
            why: question.why.clone(),
            options: options.into_iter().map(|at| &shown[at]).collect(),
            steps: shuffled_steps(&question.kind, order::seed_for(own, "steps")),
            sim: None,
        };
        let mut variants = Vec::new();
        if let Some(sim) = question.kind.simulated() {
            let count = sim.params.iter().map(|param| param.values.len()).product();
            variants = order::shuffled(count, order::seed_for(own, "variant"));
        }
        self.current = Some(Open { ask, variants });
        match question.kind.simulated() {
            Some(_) => self.other_variant(),
            None => self.current.as_ref().map(|open| open.ask.clone()),
        }
    }

    /// The current `sim` question with the next settings, for when the outcome broke the guard;
    /// `None` when it has no others (then [`Session::next`] goes on) or is of another kind.
    pub(crate) fn other_variant(&mut self) -> Option<Ask<'q>> {
        let open = self.current.as_mut()?;
        let sim = open.ask.question.kind.simulated()?;
        let Some(variant) = open.variants.pop() else {
            self.current = None;
            return None;
        };
        let values = values_of(&sim.params, variant);
        open.ask.ask = filled(&open.ask.question.ask, &values);
        open.ask.why = filled(&open.ask.question.why, &values);
        open.ask.sim = Some(SimAsk::new(sim, &values));
        Some(open.ask.clone())
    }

    /// Grades an answer to the current question and closes it. `band` is the simulator's result
    /// for the [`SimAsk`] last handed out.
    ///
    /// # Errors
    /// The answer cannot be graded, or no question is open: nothing is counted, and the question
    /// stays open.
    pub(crate) fn answer(
        &mut self,
        answer: &Answer,
        band: Option<&Band>,
    ) -> Result<Feedback<'q>, AskAgain> {
        let Some(open) = &self.current else {
            return Err(AskAgain(crate::content::text::both!(
                "no question is open",
                "지금 답할 문제가 없습니다"
            )));
        };
        let question = open.ask.question;
        let grade = grade(question, answer, band)?;
        let chosen = |option: &Choice| match answer {
            Answer::Options(ids) => ids.contains(&option.id),
            Answer::Number(_) | Answer::Order(_) | Answer::Open { .. } => false,
        };
        let options = open.ask.options.iter();
        let feedback = Feedback {
            quiz: open.ask.quiz,
            question,
            answer: answer.clone(),
            options: options.map(|o| OptionFeedback { option: o, chosen: chosen(o) }).collect(),
            why: open.ask.why.clone(),
            section: &question.section.value,
            see: question.see.as_ref().map(|see| see.value.as_str()),
            sim: open.ask.sim.clone(),
            grade,
        };
        self.asked += 1;
        self.points += feedback.grade.score;
        if feedback.grade.score < 1.0 {
            self.weak.push(Weak {
                question: question.id.clone(),
                topic: feedback.quiz.slug.clone(),
                section: question.section.value.clone(),
                see: feedback.see.map(str::to_owned),
            });
        }
        self.current = None;
        Ok(feedback)
    }

    /// An answer that was taken back counts for nothing.
    pub(crate) fn take_back(&mut self, question: &str, score: f64) {
        self.asked = self.asked.saturating_sub(1);
        self.points -= score;
        let is_it = |weak: &Weak| format!("{}/{}", weak.topic, weak.question) == question;
        if let Some(at) = self.weak.iter().rposition(is_it) {
            self.weak.remove(at);
        }
    }

    /// What was answered so far.
    pub(crate) fn summary(&self) -> Summary {
        Summary { asked: self.asked, points: self.points, weak: self.weak.clone() }
    }

    /// An answer as it goes into the record.
    pub(crate) fn attempt(&self, feedback: &Feedback<'_>, moment: Moment) -> Attempt {
        let variant = feedback.sim.as_ref().map(|sim| {
            let entries = sim.settings.iter().map(|(k, v)| (k.clone(), v.clone().into()));
            serde_json::Value::Object(entries.collect()).to_string()
        });
        let topic = &feedback.quiz.slug;
        Attempt {
            question: format!("{topic}/{}", feedback.question.id),
            topic: topic.clone(),
            kind: feedback.question.kind.name().to_owned(),
            given: feedback.given(),
            score: feedback.grade.score,
            sure: moment.sure,
            rating: None,
            duration_ms: moment.duration_ms,
            seed: self.seed,
            variant,
            at_utc: moment.at_utc,
            utc_offset_minutes: moment.utc_offset_minutes,
            prep: moment.prep,
            session: moment.session,
        }
    }
}

impl Feedback<'_> {
    /// The answer as it is kept: `{"options":["threads"],"traps":["more-threads"]}`. The traps
    /// stand beside it so that they outlive changes of the question.
    pub(crate) fn given(&self) -> String {
        let mut given = serde_json::to_value(&self.answer).unwrap_or_default();
        let traps: Vec<&str> = self.grade.traps.iter().map(|trap| trap.id.as_str()).collect();
        if let (false, Some(fields)) = (traps.is_empty(), given.as_object_mut()) {
            fields.insert("traps".to_owned(), traps.into());
        }
        given.to_string()
    }
}

/// The steps of an `order` question, shuffled; the right order would be an answer.
fn shuffled_steps(kind: &QuestionKind, seed: u64) -> Vec<&Worded> {
    let QuestionKind::Order(order) = kind else { return Vec::new() };
    let mut shown = order::shuffled(order.steps.len(), seed);
    if shown.is_sorted() {
        shown.rotate_left(1);
    }
    shown.into_iter().map(|at| &order.steps[at]).collect()
}

impl SimAsk {
    /// A question that changes nothing of its sim.
    pub(crate) fn of(sim: &SimQuestion) -> SimAsk {
        SimAsk::new(sim, &[])
    }

    fn new(sim: &SimQuestion, values: &[(&Param, String)]) -> SimAsk {
        let settings = values.iter().map(|(param, v)| (param.knob.value.clone(), v.clone()));
        let numbers: Vec<(&str, f64)> = values
            .iter()
            .filter_map(|(param, v)| Some((param.name.as_str(), leading_number(v)?)))
            .collect();
        let wrong = sim.wrong.iter().map(|wrong| match &wrong.value {
            WrongSource::Metric(metric) => KnownWrong::Metric(metric.value.clone()),
            WrongSource::Value(formula) => KnownWrong::Value(formula.value(&numbers)),
        });
        SimAsk {
            sim: sim.sim.value.clone(),
            variant: sim.variant.as_ref().map(|variant| variant.value.clone()),
            settings: settings.collect(),
            metric: sim.answer.value.clone(),
            accept: sim.accept,
            wrong: wrong.collect(),
            guard: sim.guard.as_ref().map(|guard| guard.value.clone()),
        }
    }
}

/// Every variant of a `sim` question: the values by name, and what the simulator is to be asked.
pub(super) fn variants(sim: &SimQuestion) -> Vec<(Vec<(String, String)>, SimAsk)> {
    let count: usize = sim.params.iter().map(|param| param.values.len()).product();
    let one = |variant| {
        let values = values_of(&sim.params, variant);
        let named = values.iter().map(|(param, value)| (param.name.clone(), value.clone()));
        (named.collect(), SimAsk::new(sim, &values))
    };
    (0..count).map(one).collect()
}

/// The values of a variant, counted through like the digits of a number.
fn values_of(params: &[Param], variant: usize) -> Vec<(&Param, String)> {
    let mut rest = variant;
    params
        .iter()
        .map(|param| {
            let value = &param.values[rest % param.values.len()];
            rest /= param.values.len();
            (param, value.value.to_string())
        })
        .collect()
}

/// The text with each `{name}` replaced by the value.
fn filled(text: &Text, values: &[(&Param, String)]) -> Text {
    let fill = |words: &str| {
        // One pass per name is enough: a value is a number or a setting and has no braces.
        values.iter().fold(words.to_owned(), |words, (param, value)| {
            words.replace(&format!("{{{}}}", param.name), value)
        })
    };
    Text { en: fill(&text.en), ko: fill(&text.ko) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::example;
    use crate::quiz::unit::Unit;

    const ALL: Pick = Pick { count: None, order: Order::File };

    fn options(ids: &[&str]) -> Answer {
        Answer::Options(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn number(typed: &str) -> Answer {
        Answer::Number(typed.to_owned())
    }

    fn ids(quiz: &Quiz, seed: u64, pick: Pick) -> Vec<&str> {
        let mut session = Session::new(quiz, seed, pick);
        std::iter::from_fn(|| session.next().map(|ask| ask.question.id.as_str())).collect()
    }

    #[test]
    fn a_whole_session_adds_up() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 1, ALL);
        let mut steps = Vec::new();
        let unit = Unit::Milliseconds;
        let band = Band { value: 50.0, low: 48.0, high: 52.0, unit, wrong: Vec::new() };
        let answers =
            [options(&["threads"]), options(&["java"]), number("200 TPS"), number("0.5 s")];
        for answer in &answers {
            let ask = session.next().unwrap();
            let feedback = session.answer(answer, ask.sim.is_some().then_some(&band)).unwrap();
            steps.push((ask.number, ask.of, feedback.grade.score));
        }
        assert_eq!(steps, [(1, 9, 0.0), (2, 9, 0.5), (3, 9, 1.0), (4, 9, 0.0)]);
        // Those that are passed over count for nothing.
        while session.next().is_some() {}
        let weak = |question: &str, section: &str, see: Option<&str>| Weak {
            question: question.to_owned(),
            topic: "hikaricp-pool".to_owned(),
            section: section.to_owned(),
            see: see.map(str::to_owned),
        };
        assert_eq!(
            session.summary(),
            Summary {
                asked: 4,
                points: 1.5,
                weak: vec![
                    weak("first-wall", "mechanism", Some("sim pool-size")),
                    weak("jdk-difference", "defaults", None),
                    weak("p99-of-pool", "see-it-run", None),
                ],
            }
        );
    }

    #[test]
    fn an_answer_that_is_taken_back_counts_for_nothing() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 1, ALL);
        session.next();
        session.answer(&options(&["threads"]), None).unwrap();
        session.next();
        session.answer(&options(&["java"]), None).unwrap();
        session.take_back("hikaricp-pool/jdk-difference", 0.5);
        let Summary { asked, points, weak } = session.summary();
        let weak: Vec<&str> = weak.iter().map(|weak| weak.question.as_str()).collect();
        assert_eq!((asked, points, weak), (1, 0.0, vec!["first-wall"]));
    }

    #[test]
    fn the_traps_of_an_answer_are_kept_beside_it() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 1, ALL);
        session.next();
        let feedback = session.answer(&options(&["threads"]), None).unwrap();
        assert_eq!(feedback.given(), r#"{"options":["threads"],"traps":["more-threads"]}"#);
        session.next();
        let feedback = session.answer(&options(&["java", "heap"]), None).unwrap();
        assert_eq!(feedback.given(), r#"{"options":["java","heap"]}"#);
    }

    #[test]
    fn steps_are_never_shown_in_the_right_order() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "steps");
        let right = ["borrow", "begin", "commit", "give-back"];
        for seed in 0..200 {
            let shown: Vec<&str> =
                shuffled_steps(&question.kind, seed).iter().map(|it| it.id.as_str()).collect();
            assert_ne!(shown, right, "seed {seed}");
            assert!(right.iter().all(|id| shown.contains(id)), "seed {seed}: {shown:?}");
        }
    }

    #[test]
    fn the_seed_fixes_questions_options_and_settings() {
        let quiz = example::quiz();
        let asks = |seed| {
            let mut session =
                Session::new(&quiz, seed, Pick { count: Some(3), order: Order::Shuffled });
            std::iter::from_fn(|| session.next()).collect::<Vec<_>>()
        };
        assert_eq!(asks(3), asks(3));
        assert!((0..20).any(|seed| asks(seed) != asks(3)));
    }

    #[test]
    fn fewer_questions_keep_the_order_of_the_file_unless_shuffled() {
        let quiz = example::quiz();
        let all: Vec<&str> = quiz.questions.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids(&quiz, 5, ALL), all);
        assert_eq!(ids(&quiz, 5, Pick { count: Some(9), order: Order::File }), all);
        for seed in 0..20 {
            let drawn = ids(&quiz, seed, Pick { count: Some(2), order: Order::File });
            let in_file: Vec<&str> = all.iter().copied().filter(|id| drawn.contains(id)).collect();
            assert_eq!(drawn, in_file);
            assert_eq!(drawn.len(), 2);
            let mut shuffled = ids(&quiz, seed, Pick { count: Some(2), order: Order::Shuffled });
            shuffled.sort_by_key(|id| all.iter().position(|other| other == id));
            assert_eq!(drawn, shuffled);
        }
        let starts: Vec<&str> = (0..120)
            .map(|seed| ids(&quiz, seed, Pick { count: None, order: Order::Shuffled })[0])
            .collect();
        assert!(all.iter().all(|id| starts.contains(id)), "{starts:?}");
    }

    #[test]
    fn an_answer_that_cannot_be_graded_leaves_the_question_open() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 1, ALL);
        assert_eq!(session.answer(&number("1"), None).unwrap_err().0.en, "no question is open");
        session.next();
        let again = session.answer(&number("1"), None).unwrap_err();
        assert_eq!(again.0.en, "choose from the options");
        assert_eq!(session.summary(), Summary { asked: 0, points: 0.0, weak: vec![] });
        let feedback = session.answer(&options(&["pool"]), None).unwrap();
        assert_eq!(feedback.grade.score, 1.0);
        assert_eq!(session.summary(), Summary { asked: 1, points: 1.0, weak: vec![] });
        assert_eq!(
            session.answer(&options(&["pool"]), None).unwrap_err().0.en,
            "no question is open"
        );
    }

    #[test]
    fn a_question_passed_over_counts_for_nothing() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 1, ALL);
        while session.next().is_some() {}
        assert_eq!(session.summary(), Summary { asked: 0, points: 0.0, weak: vec![] });
    }

    #[test]
    fn every_variant_is_offered_once_with_its_values_in_the_text() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 1, ALL);
        let mut ask = std::iter::from_fn(|| session.next()).last();
        // Only `next` can reach the question, so the last one is open no more: ask again.
        assert_eq!(session.other_variant(), None);
        let mut session = Session::new(&quiz, 1, ALL);
        for _ in 0..4 {
            ask = session.next();
        }
        let mut seen = Vec::new();
        while let Some(shown) = ask {
            let sim = shown.sim.unwrap();
            let [(pool_knob, pool), (rate_knob, rate)] = &sim.settings[..] else {
                panic!("{sim:?}")
            };
            assert_eq!(pool_knob, "spring.datasource.hikari.maximum-pool-size");
            assert_eq!(rate_knob, "load.shoppers.rate");
            assert_eq!(
                shown.ask,
                Text {
                    en: format!(
                        "Pool {pool} on each of two instances, {rate} requests/s in all: p99 in ms?"
                    ),
                    ko: format!(
                        "인스턴스 두 대에 풀 {pool}개씩, 전체 {rate}입니다. p99는 몇 ms인가요?"
                    ),
                }
            );
            assert_eq!(
                shown.why.en,
                format!("Below the ceiling the pool of {pool} hardly queues.")
            );
            assert_eq!((sim.sim.as_str(), sim.metric.as_str()), ("pool-size", "latency_ms_p99"));
            assert_eq!(sim.guard.as_deref(), Some("error_share < 0.01"));
            seen.push((pool.clone(), rate.clone()));
            ask = session.other_variant();
        }
        seen.sort();
        let expected: Vec<(String, String)> = ["12", "6", "8"]
            .iter()
            .flat_map(|pool| ["300/s", "600/s"].map(|rate| ((*pool).to_owned(), rate.to_owned())))
            .collect();
        assert_eq!(seen, expected);
        assert_eq!(session.answer(&number("1"), None).unwrap_err().0.en, "no question is open");
    }

    #[test]
    fn an_answer_becomes_an_attempt() {
        let quiz = example::quiz();
        let mut session = Session::new(&quiz, 7, ALL);
        for _ in 0..4 {
            session.next();
        }
        let settings =
            session.current.as_ref().and_then(|open| open.ask.sim.clone()).unwrap().settings;
        let unit = Unit::Milliseconds;
        let band = Band { value: 50.0, low: 48.0, high: 52.0, unit, wrong: Vec::new() };
        let feedback = session.answer(&number("0.05 s"), Some(&band)).unwrap();
        let moment = Moment {
            at_utc: "2026-11-22T09:30:00Z".to_owned(),
            utc_offset_minutes: 540,
            duration_ms: 900,
            sure: Some(0.5),
            session: "s".to_owned(),
            prep: "0.1.0".to_owned(),
        };
        assert_eq!(
            session.attempt(&feedback, moment),
            Attempt {
                question: "hikaricp-pool/p99-of-pool".to_owned(),
                topic: "hikaricp-pool".to_owned(),
                kind: "sim".to_owned(),
                given: r#"{"number":"0.05 s"}"#.to_owned(),
                score: 1.0,
                sure: Some(0.5),
                rating: None,
                duration_ms: 900,
                seed: 7,
                variant: Some(format!(
                    r#"{{"{}":"{}","{}":"{}"}}"#,
                    settings[0].0, settings[0].1, settings[1].0, settings[1].1
                )),
                at_utc: "2026-11-22T09:30:00Z".to_owned(),
                utc_offset_minutes: 540,
                prep: "0.1.0".to_owned(),
                session: "s".to_owned(),
            }
        );
    }
}
