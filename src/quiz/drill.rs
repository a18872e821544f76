//! Drills: a mock interview as a tree of questions. An answer is graded against points; a trap that
//! was said leads to a reply and a harder question, a point that is missing to a hint.
//!
//! Invariant: a drill that was read has no circle, no question that nothing leads to, and no path of
//! more than [`DEPTH_MAX`] questions.

pub(crate) mod read;
#[cfg(test)]
pub(crate) mod tests;
mod words;

use std::ops::Range;

use crate::content::text::Text;

use super::question::{Placed, RubricPoint};

/// Most questions on one path.
pub(crate) const DEPTH_MAX: usize = 6;

/// A mock interview about one subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drill {
    /// As the file is named.
    pub(crate) slug: String,
    pub(crate) title: Text,
    /// The slug of the topic that it is about.
    pub(crate) topic: Placed<String>,
    /// Whether there is a Korean file.
    pub(crate) translated: bool,
    /// The first question, as an index of `turns`.
    pub(crate) start: usize,
    pub(crate) turns: Vec<Turn>,
}

/// One question of the interviewer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turn {
    pub(crate) id: String,
    pub(crate) ask: Text,
    /// How long an answer may take, in minutes.
    pub(crate) minutes: u32,
    pub(crate) points: Vec<RubricPoint>,
    pub(crate) traps: Vec<Trap>,
    /// In order of importance: the heaviest point first.
    pub(crate) missing: Vec<Missing>,
    /// Where a good answer leads; the end if nowhere.
    pub(crate) next: Option<usize>,
    pub(crate) model: Text,
    /// The section that answers it: `section`, or `topic#section` of another topic.
    pub(crate) section: Placed<String>,
    /// A command without `prep`.
    pub(crate) evidence: Option<Placed<String>>,
    /// Items of the inventory.
    pub(crate) from: Vec<Placed<String>>,
    pub(crate) span: Range<usize>,
}

/// Something that a candidate had better not say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trap {
    pub(crate) id: String,
    /// What the candidate says.
    pub(crate) text: Text,
    /// What the interviewer answers.
    pub(crate) reply: Text,
    /// A harder question.
    pub(crate) goto: Option<usize>,
}

/// What follows when a point was not made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missing {
    /// The id of the point.
    pub(crate) point: String,
    /// Said once, for a second try.
    pub(crate) hint: Text,
    /// Where it leads when the point is missing after the hint too.
    pub(crate) goto: Option<usize>,
}

impl Drill {
    /// The name under which answers to a question are kept.
    pub(crate) fn id(&self, turn: &Turn) -> String {
        format!("drill/{}/{}", self.slug, turn.id)
    }

    /// Topic and section that answer a question.
    pub(crate) fn reading<'d>(&'d self, turn: &'d Turn) -> (&'d str, &'d str) {
        let section = turn.section.value.as_str();
        section.split_once('#').unwrap_or((&self.topic.value, section))
    }

    /// Topics that its questions are about, its own first.
    pub(crate) fn topics(&self) -> Vec<&str> {
        let mut topics = vec![self.topic.value.as_str()];
        for turn in &self.turns {
            let (topic, _) = self.reading(turn);
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        topics
    }
}

impl Turn {
    /// Every question that this one can lead to, in order of the file.
    pub(crate) fn leads_to(&self) -> Vec<usize> {
        let traps = self.traps.iter().filter_map(|trap| trap.goto);
        let missing = self.missing.iter().filter_map(|missing| missing.goto);
        let mut all: Vec<usize> = traps.chain(missing).chain(self.next).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The sum of the weights of its points.
    pub(crate) fn weight(&self) -> u32 {
        self.points.iter().map(|point| point.weight).sum()
    }
}

/// Whether a question that somebody answered is one of a drill.
pub(crate) fn is_of_a_drill(question: &str) -> bool {
    question.starts_with("drill/")
}
