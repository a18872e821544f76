//! Drives the `prep` binary as a person would. Everything lower is tested inside `src/`.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests: they read and write files of their own, and a panic is how they fail"
)]

mod assignment;
mod check;
mod content;
mod data;
mod exchange;
mod first_screen;
mod interview;
mod kill;
mod knee;
mod new;
mod quiz;
mod readers;
mod readme;
mod reference;
mod resume;
mod review;
mod sandbox;
mod screen;
mod search;
mod serve;
mod sim;
mod site;
mod spring;
mod target_tps;
mod tidy;
mod timeline;
mod topic;
