//! `prep`: interview preparation with runnable simulations of one marketplace backend.

mod content;
mod random;
mod stats;
mod workload;

mod engine;

mod marketplace;

mod bench;
mod knowledge;
mod quiz;
mod sims;

mod export;
mod spring;

mod store;
mod validation;

mod practice;

mod report;

mod check;

mod web;

mod cli;

/// Runs the command line and returns the process's exit code.
pub use cli::run;
