//! `prep stats`: what the answers tell.

use std::path::PathBuf;

use clap::Args;

use super::review::{Study, show};
use super::{Context, Done, Failure, data};
use crate::content::Kind;
use crate::practice::statistics;
use crate::quiz::read;
use crate::report::view;

/// See what stays, how well you know what you know, and where you are weak
#[derive(Args)]
#[command(after_help = "Examples:\n  prep stats\n  prep stats --json")]
pub(super) struct StatsArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Where answers are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(context: &mut Context, args: &StatsArgs) -> Result<Done, Failure> {
    let study = Study::load(context, &data::directory(args.data.as_deref())?)?;
    let mut quizzes = Vec::new();
    for slug in context.library.slugs(Kind::Quiz) {
        quizzes.push(read::load(&context.library, slug)?);
    }
    let stats = statistics::of(&study.deck, &study.attempts, &quizzes, &study.wanted, study.today);
    if args.json {
        let json = serde_json::to_string_pretty(&stats);
        let json = json.expect("structs of strings and finite numbers are always JSON");
        context.out.print(&format!("{json}\n"))?;
        return Ok(Done::Fine);
    }
    let document = view::stats::stats(&stats, context.lang);
    show(context, &document)
}
