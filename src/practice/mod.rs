//! Practice: sessions of questions, what they show, and the answers that come from the simulator;
//! assignments: the paper of a class, what students hand in, and its grading.

pub(crate) mod assignment;
pub(crate) mod card;
pub(crate) mod class;
pub(crate) mod day;
pub(crate) mod draft;
pub(crate) mod exhibit;
pub(crate) mod interview;
pub(crate) mod key;
pub(crate) mod paper;
pub(crate) mod plan;
pub(crate) mod received;
pub(crate) mod resume;
pub(crate) mod review;
mod sealed;
pub(crate) mod session;
pub(crate) mod signing;
pub(crate) mod simulated;
pub(crate) mod statistics;
pub(crate) mod submission;
