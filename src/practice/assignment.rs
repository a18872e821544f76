//! An assignment as a mentor writes it: which questions, when, how often, and settings of the
//! mentor's own.

mod make;
mod read;
mod written;

use std::ops::Range;

use super::paper::{Late, Setting};
use crate::quiz::question::Placed;

pub(crate) use make::{Made, Simulator, make};
pub(crate) use read::read;
pub(crate) use written::{Wish, toml};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) title: String,
    /// RFC 3339 with offset.
    pub(crate) opens: Option<String>,
    pub(crate) due: Option<String>,
    /// At least one.
    pub(crate) items: Vec<Wanted>,
    pub(crate) attempts: u32,
    pub(crate) late: Late,
    pub(crate) scenarios: Vec<Scenario>,
}

/// One entry of `items`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) quiz: Placed<String>,
    pub(crate) choose: Choose,
    /// For each question.
    pub(crate) points: f64,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choose {
    /// So many, drawn for each student from those of these kinds; no kinds means all.
    Pick { count: usize, kinds: Vec<String> },
    /// This one, with the settings of a scenario.
    One { question: Placed<String>, scenario: Option<Placed<String>> },
}

/// Settings that stand in no content: laid under the sim of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) set: Vec<Setting>,
    pub(crate) span: Range<usize>,
}

#[cfg(test)]
pub(in crate::practice) mod tests;
