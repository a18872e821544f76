//! A paper: the questions of an assignment as students get them, signed, without any answer.
//!
//! The types here are made from questions by destructuring them whole ([`public`]), so that a new
//! field of a question is either published on purpose or not at all.

mod draw;
mod public;

use serde::{Deserialize, Serialize};

use super::received::{self, Fault, is_hex_64, is_id, is_question_id};
use super::sealed;
use super::signing::Secret;
use crate::content::text::{Text, both};
use crate::quiz::question::ScheduledStep;
use crate::quiz::unit::Unit;

pub(crate) use draw::{Drawn, draw, filled};
pub(super) use public::{Apart, blinded, published};

pub(super) const FORMAT: &str = "prep.paper/1";
/// Most bytes of a paper, and of a key.
pub(crate) const BYTES_MAX: usize = 4 << 20;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paper {
    pub(super) format: String,
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) title: String,
    /// RFC 3339 with offset, as the mentor wrote it.
    pub(crate) opens: Option<String>,
    pub(crate) due: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) late: Late,
    /// The public key that the file is signed with: part of what the fingerprint covers.
    pub(crate) signer: String,
    /// Version of the program that made it.
    pub(crate) prep: String,
    pub(crate) items: Vec<Item>,
}

/// What lateness costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Late {
    /// Percent of the points lost for each day begun.
    pub(crate) percent_per_day: f64,
    /// Most days late that still count; after them there are no points.
    pub(crate) until_days: u32,
}

/// A part of the assignment: `pick` of its questions are put to each student.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) pick: usize,
    /// For each question.
    pub(crate) points: f64,
    pub(crate) questions: Vec<PaperQuestion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperQuestion {
    /// `topic/question`.
    pub(crate) id: String,
    /// `{name}` stands for a value of the variant.
    pub(crate) ask: Text,
    pub(crate) kind: PaperKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PaperKind {
    Choice {
        options: Vec<PaperOption>,
    },
    Several {
        options: Vec<PaperOption>,
    },
    Number {
        unit: Unit,
    },
    /// To be put in order; listed in no order.
    Order {
        steps: Vec<PaperOption>,
    },
    Trace {
        schedule: Vec<ScheduledStep>,
        options: Vec<PaperOption>,
    },
    Sim(PaperSim),
    Predict(PaperSim),
    /// What was measured, as text.
    Diagnose {
        exhibit: Text,
        options: Vec<PaperOption>,
    },
    Open,
}

/// One option; its id tells nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperOption {
    pub(crate) id: String,
    pub(crate) text: Text,
    pub(crate) keep_last: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperSim {
    pub(crate) unit: Unit,
    /// The mentor's own settings of this question, which no content has.
    pub(crate) settings: Vec<Setting>,
    /// One of them is put to each student; the values by name.
    pub(crate) variants: Vec<Vec<Setting>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A paper that was found intact, with the digest that names it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Issued {
    pub(crate) paper: Paper,
    pub(crate) digest: String,
}

/// The file of a paper.
pub(super) fn seal(paper: &Paper, secret: &Secret) -> String {
    let body = serde_json::to_string(paper).expect("a paper has finite numbers and string keys");
    sealed::seal(&body, secret)
}

/// Reads the file of a paper.
///
/// # Errors
/// Damage, a signature by another key, or a value that a paper cannot have.
pub(crate) fn open(bytes: &[u8]) -> Result<Issued, Fault> {
    let opened = sealed::open(bytes, BYTES_MAX)?;
    let paper: Paper = received::json(opened.body, 1, Some(FORMAT))?;
    paper.check()?;
    if paper.signer != opened.key {
        return Err(Fault::Signature { line: 2 });
    }
    Ok(Issued { paper, digest: opened.digest })
}

impl Paper {
    /// What the types do not say.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let wrong = |field: &str, what| Err(Fault::value(field, what));
        if !is_id(&self.id) {
            return wrong("id", both!("this is no id", "id로 쓸 수 없습니다"));
        }
        if !is_hex_64(&self.signer) {
            return wrong("signer", both!("this is no key", "키가 아닙니다"));
        }
        for (field, moment) in [("opens", &self.opens), ("due", &self.due)] {
            if moment.as_ref().is_some_and(|m| m.parse::<jiff::Timestamp>().is_err()) {
                return wrong(field, both!("this is no moment", "시각이 아닙니다"));
            }
        }
        let late = self.late.percent_per_day;
        if !(1..=100).contains(&self.attempts) || !(0.0..=100.0).contains(&late) {
            return wrong("attempts, late", both!("out of range", "범위를 벗어났습니다"));
        }
        let mut ids: Vec<&str> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let count = item.questions.len();
            let few = count == 0 || item.pick == 0 || item.pick > count;
            if few || !(0.0..=1e6).contains(&item.points) {
                let what = both!("out of range", "범위를 벗어났습니다");
                return wrong(&format!("items[{at}]"), what);
            }
            for question in &item.questions {
                question.check()?;
                ids.push(&question.id);
            }
        }
        if self.items.is_empty() {
            return wrong("items", both!("there is no question", "문제가 없습니다"));
        }
        Ok(())
    }

    /// Every question with its item, each once.
    pub(crate) fn questions(&self) -> Vec<&PaperQuestion> {
        let mut all: Vec<&PaperQuestion> = Vec::new();
        for question in self.items.iter().flat_map(|item| &item.questions) {
            if all.iter().all(|other| other.id != question.id) {
                all.push(question);
            }
        }
        all
    }
}

impl PaperQuestion {
    fn check(&self) -> Result<(), Fault> {
        if !is_question_id(&self.id) {
            let shown: String = self.id.chars().take(40).collect();
            let what = both!("`{shown}` is no id", "`{shown}`은(는) id로 쓸 수 없습니다");
            return Err(Fault::value("items.questions.id", what));
        }
        let options = self.kind.options();
        let bad_id = options.iter().any(|option| !is_id(&option.id));
        let count_fits = match &self.kind {
            PaperKind::Choice { .. }
            | PaperKind::Several { .. }
            | PaperKind::Order { .. }
            | PaperKind::Trace { .. }
            | PaperKind::Diagnose { .. } => (2..=26).contains(&options.len()),
            PaperKind::Sim(sim) | PaperKind::Predict(sim) => !sim.variants.is_empty(),
            PaperKind::Number { .. } | PaperKind::Open => true,
        };
        if bad_id || !count_fits {
            let what =
                both!("its options or variants cannot be", "보기나 변형이 올바르지 않습니다");
            return Err(Fault::value(&self.id, what));
        }
        Ok(())
    }
}

impl PaperKind {
    /// What has a letter, options or steps, in the order of the paper.
    pub(crate) fn options(&self) -> &[PaperOption] {
        match self {
            PaperKind::Choice { options }
            | PaperKind::Several { options }
            | PaperKind::Trace { options, .. }
            | PaperKind::Diagnose { options, .. }
            | PaperKind::Order { steps: options } => options,
            PaperKind::Number { .. }
            | PaperKind::Sim(_)
            | PaperKind::Predict(_)
            | PaperKind::Open => &[],
        }
    }

    pub(crate) fn sim(&self) -> Option<&PaperSim> {
        match self {
            PaperKind::Sim(sim) | PaperKind::Predict(sim) => Some(sim),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
