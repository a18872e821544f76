//! Practice: sessions of questions, and the answers that come from the simulator.

pub(crate) mod day;
pub(crate) mod draft;
pub(crate) mod exhibit;
pub(crate) mod session;
pub(crate) mod simulated;
