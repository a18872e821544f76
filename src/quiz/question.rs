//! What a quiz consists of.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::content::text::Text;

use super::formula::Formula;
use super::unit::Unit;

/// A value with its place in the English file, for checks that compare it with other content.
/// Written down, only the value is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Unplaced<T>", into = "Unplaced<T>", bound(serialize = "T: Clone + Serialize"))]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Unplaced<T>(T);

impl<T> From<Unplaced<T>> for Placed<T> {
    fn from(unplaced: Unplaced<T>) -> Placed<T> {
        Placed { value: unplaced.0, span: 0..0 }
    }
}

impl<T> From<Placed<T>> for Unplaced<T> {
    fn from(placed: Placed<T>) -> Unplaced<T> {
        Unplaced(placed.value)
    }
}

/// One quiz file with its translation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quiz {
    /// Name of the file and of the topic that answers the questions.
    pub(crate) slug: String,
    pub(crate) topic: Placed<String>,
    pub(crate) title: Text,
    /// Whether the Korean words come from a Korean file; if not they are the English ones.
    pub(crate) translated: bool,
    pub(crate) misconceptions: Vec<Misconception>,
    pub(crate) questions: Vec<Question>,
}

/// A belief that makes people choose wrong answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Misconception {
    /// Unique in its quiz; wrong answers name it as their `trap`.
    pub(crate) id: String,
    /// As somebody who holds it would say it.
    pub(crate) text: Text,
    #[serde(skip)]
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// Unique in its quiz.
    pub(crate) id: String,
    pub(crate) ask: Text,
    /// Sends the thought the right way; shown when asked for.
    pub(crate) hint: Text,
    /// Section of the topic that answers it.
    pub(crate) section: Placed<String>,
    /// The command that shows it, without the leading `prep`.
    pub(crate) see: Option<Placed<String>>,
    /// Shown after any answer.
    pub(crate) why: Text,
    pub(crate) kind: QuestionKind,
    /// The head of the question in the English file.
    #[serde(skip)]
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub(crate) enum QuestionKind {
    /// Exactly one option is right.
    Choice {
        options: Vec<Choice>,
    },
    /// One option or more are right.
    Several {
        options: Vec<Choice>,
    },
    Number(NumberQuestion),
    Order(OrderQuestion),
    /// What a schedule of interleaved sessions ends in; exactly one option is right.
    Trace {
        schedule: Vec<ScheduledStep>,
        options: Vec<Choice>,
    },
    Sim(SimQuestion),
    /// As `Sim`, but the run is shown, after a guess.
    Predict(SimQuestion),
    Diagnose(DiagnoseQuestion),
    Open(OpenQuestion),
}

/// One option of a question that is answered by choosing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) text: Text,
    pub(crate) why: Text,
    pub(crate) right: bool,
    /// The misconception that leads to it; every wrong option has one.
    pub(crate) trap: Option<Placed<String>>,
    /// Stays at the end when the options are shuffled.
    pub(crate) keep_last: bool,
    #[serde(skip)]
    pub(crate) span: Range<usize>,
}

/// The right value is part of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NumberQuestion {
    /// In `unit`.
    pub(crate) answer: f64,
    pub(crate) unit: Unit,
    pub(crate) accept: Accept,
    pub(crate) wrong: Vec<WrongValue<f64>>,
}

/// A known wrong value and what leads to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WrongValue<V> {
    /// In the unit of the right one.
    pub(crate) value: V,
    pub(crate) trap: Placed<String>,
    pub(crate) why: Text,
}

/// Steps that have one right order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrderQuestion {
    /// In the right order.
    pub(crate) steps: Vec<Worded>,
    pub(crate) wrong: Vec<WrongPair>,
}

/// An id with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Worded {
    pub(crate) id: String,
    pub(crate) text: Text,
}

/// Two steps that people put the wrong way round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WrongPair {
    /// Id of the step that is put first, although it comes after `then`.
    pub(crate) first: String,
    pub(crate) then: String,
    pub(crate) trap: Placed<String>,
    pub(crate) why: Text,
}

/// One line of a schedule: who does what, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScheduledStep {
    /// The session: `A`.
    pub(crate) by: String,
    /// A statement; the same in every language.
    #[serde(rename = "do")]
    pub(crate) does: String,
    /// What it returns, where that gives nothing away.
    pub(crate) sees: Option<String>,
}

/// The right value comes from running the simulator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SimQuestion {
    pub(crate) sim: Placed<String>,
    /// Of the sim; its baseline where none is named.
    pub(crate) variant: Option<Placed<String>>,
    pub(crate) params: Vec<Param>,
    /// A metric of the sim.
    pub(crate) answer: Placed<String>,
    pub(crate) accept: Accept,
    /// A condition on the sim's outcome; a variant that breaks it is never given out.
    pub(crate) guard: Option<Placed<String>>,
    /// A setting where one of them would be accepted as right is never given out.
    pub(crate) wrong: Vec<WrongValue<WrongSource>>,
}

/// Where a wrong value of a `sim` question comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WrongSource {
    /// Another metric of the same run.
    Metric(Placed<String>),
    /// Arithmetic over the params.
    Value(Formula),
}

/// A knob that a `sim` question turns; `{name}` in the question stands for the value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) knob: Placed<String>,
    /// At least one.
    pub(crate) values: Vec<Placed<ParamValue>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum ParamValue {
    Bool(bool),
    Int(i64),
    Float(f64),
    Word(String),
}

/// A run with one fault, to be found from what was measured; exactly one option is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DiagnoseQuestion {
    pub(crate) sim: Placed<String>,
    /// The run with the fault.
    pub(crate) variant: Placed<String>,
    /// A run without it, shown beside it.
    pub(crate) beside: Option<Placed<String>>,
    pub(crate) show: Show,
    pub(crate) options: Vec<Choice>,
}

/// What of a run a `diagnose` question shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Show {
    /// Values of these metrics.
    Metrics(Vec<Placed<String>>),
    /// The story of one replication.
    Timeline,
    /// Lines of JMeter's log.
    Jtl,
}

/// Answered in words and graded point by point, by the person or a partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OpenQuestion {
    pub(crate) points: Vec<RubricPoint>,
    pub(crate) model: Text,
}

/// What a good answer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RubricPoint {
    pub(crate) id: String,
    pub(crate) text: Text,
    /// At least 1.
    pub(crate) weight: u32,
}

/// How far from the right value an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Accept {
    /// In percent of the right value.
    Percent(f64),
    /// In the unit of the right value.
    Absolute(f64),
}

impl Accept {
    /// The largest distance from `value` that is still right, in the unit of `value`.
    pub(crate) fn distance(self, value: f64) -> f64 {
        match self {
            Accept::Percent(percent) => value.abs() * percent / 100.0,
            Accept::Absolute(distance) => distance,
        }
    }
}

impl Quiz {
    /// What a person believes who falls into a trap; `None` for an id that the file does not have.
    pub(crate) fn misconception(&self, id: &str) -> Option<&Text> {
        self.misconceptions.iter().find(|other| other.id == id).map(|found| &found.text)
    }
}

impl QuestionKind {
    /// The words used in files and in the record of attempts.
    pub(crate) const NAMES: [&str; 9] =
        ["choice", "several", "number", "order", "trace", "sim", "predict", "diagnose", "open"];

    pub(crate) fn name(&self) -> &'static str {
        match self {
            QuestionKind::Choice { .. } => "choice",
            QuestionKind::Several { .. } => "several",
            QuestionKind::Number(_) => "number",
            QuestionKind::Order(_) => "order",
            QuestionKind::Trace { .. } => "trace",
            QuestionKind::Sim(_) => "sim",
            QuestionKind::Predict(_) => "predict",
            QuestionKind::Diagnose(_) => "diagnose",
            QuestionKind::Open(_) => "open",
        }
    }

    /// The options in the order of the file; none for questions that are not answered by choosing.
    pub(crate) fn options(&self) -> &[Choice] {
        match self {
            QuestionKind::Choice { options }
            | QuestionKind::Several { options }
            | QuestionKind::Trace { options, .. }
            | QuestionKind::Diagnose(DiagnoseQuestion { options, .. }) => options,
            QuestionKind::Number(_)
            | QuestionKind::Order(_)
            | QuestionKind::Sim(_)
            | QuestionKind::Predict(_)
            | QuestionKind::Open(_) => &[],
        }
    }

    /// The simulation that a number is asked of.
    pub(crate) fn simulated(&self) -> Option<&SimQuestion> {
        match self {
            QuestionKind::Sim(sim) | QuestionKind::Predict(sim) => Some(sim),
            _ => None,
        }
    }

    /// The traps that wrong answers name, with their places.
    pub(crate) fn traps(&self) -> Vec<&Placed<String>> {
        let chosen = self.options().iter().filter_map(|option| option.trap.as_ref());
        let mut traps: Vec<&Placed<String>> = chosen.collect();
        match self {
            QuestionKind::Number(number) => traps.extend(number.wrong.iter().map(|it| &it.trap)),
            QuestionKind::Order(order) => traps.extend(order.wrong.iter().map(|it| &it.trap)),
            QuestionKind::Sim(sim) | QuestionKind::Predict(sim) => {
                traps.extend(sim.wrong.iter().map(|it| &it.trap));
            }
            _ => {}
        }
        traps
    }
}

/// As it is written after `--set KNOB=` and put in place of `{name}`.
impl fmt::Display for ParamValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamValue::Int(number) => write!(out, "{number}"),
            ParamValue::Float(number) => write!(out, "{number}"),
            ParamValue::Bool(yes) => write!(out, "{yes}"),
            ParamValue::Word(word) => out.write_str(word),
        }
    }
}
