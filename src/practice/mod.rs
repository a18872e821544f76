//! Practice: sessions of questions, and the answers that come from the simulator.

pub(crate) mod card;
pub(crate) mod day;
pub(crate) mod draft;
pub(crate) mod exhibit;
pub(crate) mod interview;
pub(crate) mod plan;
pub(crate) mod resume;
pub(crate) mod review;
pub(crate) mod session;
pub(crate) mod simulated;
pub(crate) mod statistics;
