//! Practice: sessions of questions, without an interface, a clock or a simulator.

pub(crate) mod session;
