//! `prep`: interview preparation with runnable simulations of one marketplace backend.

mod content;
mod random;
mod stats;

mod engine;

mod marketplace;

mod bench;
mod knowledge;
mod quiz;
mod sims;

mod export;

mod store;
mod validation;

mod practice;

mod report;

mod check;

mod cli;

/// Runs the command line and returns the process's exit code.
pub use cli::run;
