//! `prep`: interview preparation with runnable simulations of one marketplace backend.

mod bench;
mod content;
mod engine;
mod marketplace;
mod random;
mod report;
mod sims;
mod stats;

use std::process::ExitCode;

/// Runs the command line and returns the process's exit code.
#[allow(clippy::print_stdout)]
pub fn run() -> ExitCode {
    let r = bench::run(1.0, |_| ()).unwrap();
    println!("{}", serde_json::to_string_pretty(&r).unwrap());
    ExitCode::SUCCESS
}
