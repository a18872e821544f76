//! `prep bench`: how fast the engine is here.

use clap::Args;

use super::{Context, Done, Failure};
use crate::bench::{self, BenchResult};
use crate::content::text::both;
use crate::report::render::terminal;
use crate::report::view;

/// Measure the engine against a bare event loop, in one run
#[derive(Args)]
pub(super) struct BenchArgs {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Multiplies the work: 0.1 for a quick look
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
}

pub(super) fn run(context: &mut Context, args: &BenchArgs) -> Result<Done, Failure> {
    let scale = args.scale.clamp(0.001, 100.0);
    let result = bench::run(scale);
    let Ok(result) = result else {
        return Err(Failure::Words(
            both!("the engine stopped early, which is a bug", "엔진이 일찍 멈췄습니다. 버그입니다"),
            None,
        ));
    };
    let text = if args.json { json(&result) } else { table(context, &result) };
    context.out.print(&text)?;
    let same = result.workloads.iter().all(|workload| workload.same);
    Ok(if same { Done::Fine } else { Done::No })
}

fn json(result: &BenchResult) -> String {
    serde_json::to_string_pretty(result).unwrap_or_default() + "\n"
}

fn table(context: &Context, result: &BenchResult) -> String {
    terminal::render(&view::bench::bench(result, context.lang), context.out.style(None))
}
