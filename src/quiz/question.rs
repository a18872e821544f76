//! What a quiz consists of.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::content::text::Text;

use super::unit::Unit;

/// A value with its place in the English file, for checks that compare it with other content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
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
    pub(crate) questions: Vec<Question>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// Unique in its quiz.
    pub(crate) id: String,
    pub(crate) ask: Text,
    /// Section of the topic that answers it.
    pub(crate) section: Placed<String>,
    /// The command that shows it, without the leading `prep`.
    pub(crate) see: Option<Placed<String>>,
    /// Shown after any answer.
    pub(crate) why: Text,
    pub(crate) kind: QuestionKind,
    /// The head of the question in the English file.
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    Sim(SimQuestion),
}

/// One option of a `choice` or `several` question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) text: Text,
    pub(crate) why: Text,
    pub(crate) right: bool,
    /// Stays at the end when the options are shuffled.
    pub(crate) keep_last: bool,
    pub(crate) span: Range<usize>,
}

/// The right value is part of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NumberQuestion {
    /// In `unit`.
    pub(crate) answer: f64,
    pub(crate) unit: Unit,
    pub(crate) accept: Accept,
    /// Known wrong values, in `unit`, with what led to them.
    pub(crate) wrong: Vec<(f64, Text)>,
}

/// The right value comes from running the simulator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SimQuestion {
    pub(crate) sim: Placed<String>,
    pub(crate) params: Vec<Param>,
    /// A metric of the sim.
    pub(crate) answer: Placed<String>,
    pub(crate) accept: Accept,
    /// A condition on the sim's outcome; a variant that breaks it is never given out.
    pub(crate) guard: Option<Placed<String>>,
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
pub(crate) enum ParamValue {
    Int(i64),
    Float(f64),
    Bool(bool),
    Word(String),
}

/// How far from the right value an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

impl QuestionKind {
    /// The word used for it in files and in the record of attempts.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            QuestionKind::Choice { .. } => "choice",
            QuestionKind::Several { .. } => "several",
            QuestionKind::Number(_) => "number",
            QuestionKind::Sim(_) => "sim",
        }
    }

    /// The options in the order of the file; none for questions that ask for a number.
    pub(crate) fn options(&self) -> &[Choice] {
        match self {
            QuestionKind::Choice { options } | QuestionKind::Several { options } => options,
            QuestionKind::Number(_) | QuestionKind::Sim(_) => &[],
        }
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
