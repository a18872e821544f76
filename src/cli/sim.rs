//! `prep sim`: list the sims, run one, show its knobs.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Context, Done, Failure};
use crate::content::text::both;
use crate::content::{Kind, read_file};
use crate::engine::time::Nanos;
use crate::export;
use crate::marketplace::knobs::{self, Raw};
use crate::report::render::{csv, html, markdown, terminal};
use crate::report::view;
use crate::sims::outcome::{Outcome, outcome};
use crate::sims::recording;
use crate::sims::run::{Execution, RunFailed};
use crate::sims::spec::{Overrides, Spec};
use crate::sims::{self};

/// Run a simulation and explain its result
///
/// Without NAME, lists the sims. Everything that can be set is a knob with its product's own name:
/// --knobs lists them with their values.
#[derive(Args)]
#[command(
    group(clap::ArgGroup::new("replay").multiple(true).args(["timeline", "export"])),
    after_help = "Examples:\n  prep sim pool-size\n  prep sim pool-size --set load.shoppers.rate=300/s\n  prep sim pool-size --vary spring.datasource.hikari.maximum-pool-size=5,10,20\n  prep sim pool-size --html -o report.html\n  prep sim --file my-service.toml\n  prep sim pool-size --spring application.yml --profile prod\n  prep sim pool-size --timeline --variant 4\n  prep sim pool-size --export trace=trace.json\n  prep sim pool-size --variant 5 --export openmetrics=run.om --export jtl=run.jtl\n\nExit codes: 0 fine, 1 a claim fails, 2 wrong input"
)]
pub(super) struct SimArgs {
    /// Name of a sim, or the beginning of it
    name: Option<String>,
    /// Set a knob: load.shoppers.rate=300/s
    #[arg(long, value_name = "KNOB=VALUE")]
    set: Vec<String>,
    /// Compare values of a knob: spring.datasource.hikari.maximum-pool-size=5,10,20
    #[arg(long, value_name = "KNOB=A,B,C")]
    vary: Vec<String>,
    /// Run a sim file of your own
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    file: Option<PathBuf>,
    #[command(flatten)]
    service: super::spring::ServiceArgs,
    /// Base of all random numbers
    #[arg(long)]
    seed: Option<u64>,
    /// Wanted half-width of the interval of the sim's main metric: 5%
    #[arg(long, value_name = "PERCENT")]
    precision: Option<String>,
    /// Replications of each variant
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    replications: Option<u32>,
    /// Simulated time that is measured in each replication: 30s
    #[arg(long, value_name = "TIME")]
    duration: Option<String>,
    /// Threads to run replications on; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Show every knob with its value instead of running
    #[arg(long)]
    knobs: bool,
    /// Replay one replication and tell what happened to one request
    #[arg(long, conflicts_with_all = ["knobs", "csv"])]
    timeline: bool,
    /// Variant to replay; otherwise the first with something to tell
    #[arg(long, value_name = "ID", requires = "replay")]
    variant: Option<String>,
    /// Write a replay to a file for another tool: trace=FILE (that request's neighbourhood),
    /// openmetrics=FILE (Prometheus), jtl=FILE (JMeter), k6=FILE; may be repeated
    #[arg(long, value_name = "KIND=FILE", conflicts_with_all = ["knobs", "csv"])]
    export: Vec<String>,
    /// Print the outcome as JSON; with --timeline the episode
    #[arg(long, group = "format")]
    json: bool,
    /// Print every metric as CSV
    #[arg(long, group = "format")]
    csv: bool,
    /// Print the report as markdown
    #[arg(long, group = "format")]
    markdown: bool,
    /// Print the report as one HTML page
    #[arg(long, group = "format")]
    html: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &SimArgs) -> Result<Done, Failure> {
    let service = super::spring::read(&args.service)?;
    let mut overrides = overrides(args)?;
    if let Some(service) = &service {
        overrides.spring = service.knobs()?;
    }
    let spec = match (&args.name, &args.file) {
        (Some(name), _) => {
            let slug = sims::find(&context.library, name)?.to_owned();
            sims::load(&context.library, &slug, &overrides)?
        }
        (None, Some(path)) => {
            let source = read_file(path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            sims::read::read(&name, &source, None, &overrides)?
        }
        (None, None) => return list(context, args),
    };
    if let Some(service) = &service {
        super::spring::tell(context, service, &spec, &overrides);
    }
    if args.knobs {
        return show_knobs(context, args, &spec);
    }
    if args.timeline || !args.export.is_empty() {
        return story(context, args, &spec);
    }
    let results = execute(context, args, &spec)?;
    let outcome = outcome(&spec, &results, command(args, &spec.name), context.lang);
    let text = render(context, args, &spec, &outcome);
    emit(context, args, &text)?;
    let failed = outcome.claims.iter().any(|claim| claim.holds == Some(false));
    Ok(if failed { Done::No } else { Done::Fine })
}

/// Replays one replication, for `--timeline` and `--export`.
fn story(context: &mut Context, args: &SimArgs, spec: &Spec) -> Result<Done, Failure> {
    let exports = super::export::parse(&args.export)?;
    let variant = args.variant.as_deref().map(|id| variant(spec, id)).transpose()?;
    let (recording, episode) = with_progress(context, spec, |progress| {
        let threads = args.threads.map_or_else(available_threads, usize::from);
        recording::story(spec, variant, &Execution { threads, progress })
    })?;
    for export in &exports {
        export.write(context, &recording, episode.as_ref())?;
    }
    if args.timeline {
        let text = if args.json {
            let episode = export::episode::json(&recording, episode.as_ref());
            serde_json::to_string_pretty(&episode).unwrap_or_default() + "\n"
        } else {
            show(
                context,
                args,
                &view::timeline::timeline(spec, &recording, episode.as_ref(), context.lang),
            )
        };
        emit(context, args, &text)?;
    }
    Ok(Done::Fine)
}

fn variant(spec: &Spec, id: &str) -> Result<usize, Failure> {
    spec.variants.iter().position(|variant| variant.id == id).ok_or_else(|| {
        let shown = crate::content::problem::printable(id);
        let known: Vec<&str> = spec.variants.iter().map(|variant| variant.id.as_str()).collect();
        let known = known.join(", ");
        Failure::Words(
            both!("there is no variant `{shown}`", "`{shown}` 변형은 없습니다"),
            Some(both!("the variants are: {known}", "변형 목록: {known}")),
        )
    })
}

fn overrides(args: &SimArgs) -> Result<Overrides, Failure> {
    let mut overrides = Overrides { seed: args.seed, ..Overrides::default() };
    for pair in &args.set {
        let (name, value) = split(pair, "--set")?;
        overrides.set.push((name.to_owned(), Raw::from_argument(value)));
    }
    for pair in &args.vary {
        let (name, values) = split(pair, "--vary")?;
        let values = values.split(',').map(Raw::from_argument).collect();
        overrides.vary.push((name.to_owned(), values));
    }
    overrides.replications = args.replications;
    if let Some(text) = &args.precision {
        let percent = text.trim().strip_suffix('%').unwrap_or(text).trim().parse::<f64>();
        let relative = percent.ok().map(|percent| percent / 100.0);
        let relative = relative.filter(|relative| (0.001..=1.0).contains(relative));
        overrides.precision = Some(relative.ok_or_else(|| {
            let text = crate::content::problem::printable(text);
            Failure::Words(
                both!(
                    "--precision takes a percentage from 0.1% to 100%, not `{text}`",
                    "--precision에는 0.1%~100%의 백분율을 쓰세요(현재 값: `{text}`)"
                ),
                None,
            )
        })?);
    }
    overrides.duration = args.duration.as_deref().map(duration).transpose()?;
    Ok(overrides)
}

fn duration(text: &str) -> Result<Nanos, Failure> {
    knobs::duration(text).ok_or_else(|| {
        let text = crate::content::problem::printable(text);
        Failure::Words(
            both!(
                "--duration takes a time such as 30s, not `{text}`",
                "--duration에는 30s 같은 시간을 쓰세요(현재 값: `{text}`)"
            ),
            None,
        )
    })
}

fn split<'p>(pair: &'p str, option: &str) -> Result<(&'p str, &'p str), Failure> {
    pair.split_once('=').map(|(name, value)| (name.trim(), value)).ok_or_else(|| {
        let pair = crate::content::problem::printable(pair);
        Failure::Words(
            both!(
                "{option} takes KNOB=VALUE, not `{pair}`",
                "{option}에는 KNOB=VALUE 꼴을 쓰세요(현재 값: `{pair}`)"
            ),
            None,
        )
    })
}

/// Runs with a progress bar where standard error is a terminal.
fn execute(context: &Context, args: &SimArgs, spec: &Spec) -> Result<sims::run::Results, Failure> {
    with_progress(context, spec, |progress| {
        let threads = args.threads.map_or_else(available_threads, usize::from);
        sims::run::run(spec, &Execution { threads, progress })
    })
}

fn with_progress<T>(
    context: &Context,
    spec: &Spec,
    run: impl FnOnce(&(dyn Fn(u64, u64) + Sync)) -> Result<T, RunFailed>,
) -> Result<T, Failure> {
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(spec.title.get(context.lang).to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    let progress = |done: u64, planned: u64| {
        bar.set_length(planned);
        bar.set_position(done);
    };
    let results = run(&progress);
    bar.finish_and_clear();
    results.map_err(|failed| run_failed(&failed))
}

pub(super) fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

pub(super) fn run_failed(failed: &RunFailed) -> Failure {
    match failed {
        RunFailed::Events(events) => Failure::Words(
            both!(
                "stopped after {events} events: the run is larger than `run.events` allows",
                "이벤트 {events}개에서 멈췄습니다. 실행이 `run.events`보다 큽니다"
            ),
            Some(both!(
                "lower the rate, shorten `measure` (--duration), or raise `events` in the file",
                "비율을 낮추거나 `measure`(--duration)를 줄이거나 파일의 `events`를 늘리세요"
            )),
        ),
        RunFailed::Standstill { process } => Failure::Words(
            both!(
                "virtual time stands still: `{process}` goes round in circles without waiting",
                "가상 시간이 멈췄습니다. `{process}`이(가) 기다리지 않고 맴돕니다"
            ),
            Some(both!(
                "give the step that repeats some time: think = \"1ms\", or a service above 0ms",
                "반복되는 단계에 시간을 주세요. 예: think = \"1ms\", 0보다 긴 서비스 시간"
            )),
        ),
        RunFailed::Audit(books) => Failure::Words(
            both!(
                "the accounting of this run does not add up, which is a bug in prep: {books}",
                "이 실행의 집계가 맞지 않습니다. prep의 버그입니다: {books}"
            ),
            None,
        ),
    }
}

/// The line that gives the same numbers again.
fn command(args: &SimArgs, slug: &str) -> String {
    let mut line = "prep sim".to_owned();
    let quoted = |word: &str| {
        let word = crate::content::problem::printable(word);
        let plain = |c: char| c.is_alphanumeric() || "-_./=,%:".contains(c);
        if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    if args.name.is_some() {
        line += &format!(" {slug}");
    }
    if let Some(path) = &args.file {
        line += &format!(" --file {}", quoted(&path.display().to_string()));
    }
    for (option, value) in args.service.words() {
        line += &format!(" {option} {}", quoted(&value));
    }
    for (option, pairs) in [("--set", &args.set), ("--vary", &args.vary)] {
        for pair in pairs {
            line += &format!(" {option} {}", quoted(pair));
        }
    }
    let options = [
        ("--duration", args.duration.clone()),
        ("--precision", args.precision.clone()),
        ("--replications", args.replications.map(|n| n.to_string())),
        ("--seed", Some(args.seed.unwrap_or(1).to_string())),
    ];
    for (option, value) in options {
        if let Some(value) = value {
            line += &format!(" {option} {}", quoted(&value));
        }
    }
    line
}

fn render(context: &Context, args: &SimArgs, spec: &Spec, outcome: &Outcome) -> String {
    if args.json {
        let mut text = serde_json::to_string_pretty(outcome).unwrap_or_default();
        text.push('\n');
        return text;
    }
    if args.csv {
        return csv::outcome(outcome);
    }
    let document = view::outcome::outcome(spec, outcome, context.lang);
    show(context, args, &document)
}

fn show(context: &Context, args: &SimArgs, document: &crate::report::document::Document) -> String {
    if args.html {
        html::page(document, context.lang)
    } else if args.markdown {
        markdown::render(document)
    } else {
        let mut style = context.out.style(args.width);
        if args.output.is_some() {
            style.color = false;
        }
        terminal::render(document, style)
    }
}

fn emit(context: &mut Context, args: &SimArgs, text: &str) -> Result<(), Failure> {
    match &args.output {
        Some(path) => context.out.file(path, text),
        None => context.out.print(text),
    }
}

fn list(context: &mut Context, args: &SimArgs) -> Result<Done, Failure> {
    let mut specs = Vec::new();
    for slug in context.library.slugs(Kind::Sim) {
        specs.push(sims::load(&context.library, slug, &Overrides::default())?);
    }
    let document = view::sims::list(&specs, context.lang);
    let text = show(context, args, &document);
    emit(context, args, &text)?;
    Ok(Done::Fine)
}

fn show_knobs(context: &mut Context, args: &SimArgs, spec: &Spec) -> Result<Done, Failure> {
    let text = if args.json {
        let knobs = view::sims::knobs_json(spec, context.lang);
        serde_json::to_string_pretty(&knobs).unwrap_or_default() + "\n"
    } else {
        show(context, args, &view::sims::knobs(spec, context.lang))
    };
    match (&args.output, args.json || args.html || args.markdown) {
        (None, false) => context.out.page(&text)?,
        _ => emit(context, args, &text)?,
    }
    Ok(Done::Fine)
}
