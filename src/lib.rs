//! `prep`: interview preparation with runnable simulations of one marketplace backend.

mod content;
mod practice;
mod quiz;
mod report;
mod store;

use std::process::ExitCode;

/// Runs the command line and returns the process's exit code.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
