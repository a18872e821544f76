//! Quizzes: reading them from content, the order in which options are shown, and the grading of
//! one answer.
//!
//! Invariant: nothing here runs a simulation. The right value of a `sim` question comes in as a
//! [`grade::Band`].

pub(crate) mod drill;
pub(crate) mod formula;
pub(crate) mod gift;
pub(crate) mod grade;
pub(crate) mod order;
pub(crate) mod question;
pub(crate) mod read;
pub(crate) mod schedule;
pub(crate) mod unit;
mod words;

#[cfg(test)]
pub(crate) mod example;
