//! `prep sim`: list the sims, run one, show its knobs.

mod knee;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Context, Done, Failure};
use crate::content::text::both;
use crate::content::{Kind, read_file};
use crate::engine::time::Nanos;
use crate::export;
use crate::marketplace::config::LoadKnobs;
use crate::marketplace::knobs::{self, Raw};
use crate::marketplace::load_shape::Shape;
use crate::report::render::{csv, html, markdown, terminal};
use crate::report::view;
use crate::sims::outcome::{Outcome, outcome};
use crate::sims::prices;
use crate::sims::recording;
use crate::sims::run::{Execution, RunFailed};
use crate::sims::spec::{Overrides, Spec};
use crate::sims::typed::{self, quoted};
use crate::sims::{self};

/// Run a simulation and explain its result
///
/// Without NAME, lists the sims. Everything that can be set is a knob with its product's own name:
/// --knobs lists them with their values.
#[derive(Args)]
#[command(
    group(clap::ArgGroup::new("replay").multiple(true).args(["timeline", "export", "find_max_rate"])),
    after_help = "Examples:\n  prep sim pool-size\n  prep sim pool-size --set load.shoppers.rate=300/s\n  prep sim pool-size --vary spring.datasource.hikari.maximum-pool-size=5,10,20\n  prep sim pool-size --html -o report.html\n  prep sim --file my-service.toml\n  prep sim pool-size --spring application.yml --profile prod\n  prep sim pool-size --timeline --variant 4\n  prep sim pool-size --export trace=trace.json\n  prep sim pool-size --variant 5 --export openmetrics=run.om --export jtl=run.jtl\n  prep sim pool-size --shape spike\n  prep sim pool-size --find-max-rate --slo \"latency_ms_p99 < 300, errors < 0.1%\"\n\nExit codes: 0 fine, 1 a claim fails or no rate meets the target, 2 wrong input"
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
    /// Give every load the shape of a load test and watch it from start to end: smoke, average,
    /// stress, spike, soak, breakpoint
    #[arg(long, value_name = "SHAPE", conflicts_with = "knobs")]
    shape: Option<String>,
    /// Find the highest rate of the open loads that meets the target
    #[arg(long, conflicts_with_all = ["knobs", "csv", "timeline", "export"])]
    find_max_rate: bool,
    /// Target of --find-max-rate; otherwise that of the sim: "latency_ms_p99 < 300, errors < 0.1%"
    #[arg(long, value_name = "TARGET", requires = "find_max_rate")]
    slo: Option<String>,
    /// Prices for the bill: a file as sims/prices/example.toml
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Threads to run replications on; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Show every knob with its value instead of running
    #[arg(long)]
    knobs: bool,
    /// Replay one replication and tell what happened to one request
    #[arg(long, conflicts_with_all = ["knobs", "csv"])]
    timeline: bool,
    /// Variant to replay, otherwise the first with something to tell; for --find-max-rate the
    /// variant whose rate is sought, or all
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
            let own = prices::of_library(&context.library)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            sims::read::read_priced(&name, &source, None, &overrides, own)?
        }
        (None, None) => return list(context, args),
    };
    if let Some(service) = &service {
        super::spring::tell(context, service, &spec, &overrides);
    }
    if args.knobs {
        return show_knobs(context, args, &spec);
    }
    if args.find_max_rate {
        return knee::run(context, args, &spec);
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
        recording::story(spec, variant, &Execution { threads, progress, cancel: None })
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
    let wrong = |what| Failure::Words(what, None);
    overrides.set = typed::set(&args.set).map_err(wrong)?;
    overrides.vary = typed::vary(&args.vary).map_err(wrong)?;
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
    overrides.shape = args.shape.as_deref().map(shape).transpose()?;
    if let Some(path) = &args.prices {
        overrides.prices = Some(prices::read(&read_file(path)?)?);
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

fn shape(text: &str) -> Result<Shape, Failure> {
    let set = |load: &mut LoadKnobs| load.set("shape", &Raw::Word(text.to_owned()));
    let mut load = LoadKnobs::default();
    match set(&mut load) {
        Some(Err(what)) => {
            let (en, ko) = (what.en, what.ko);
            Err(Failure::Words(both!("--shape: {en}", "--shape: {ko}"), None))
        }
        _ => Ok(load.shape),
    }
}

/// Runs with a progress bar where standard error is a terminal.
fn execute(context: &Context, args: &SimArgs, spec: &Spec) -> Result<sims::run::Results, Failure> {
    with_progress(context, spec, |progress| {
        let threads = args.threads.map_or_else(available_threads, usize::from);
        sims::run::run(spec, &Execution { threads, progress, cancel: None })
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
    let (what, hint) = failed.words();
    Failure::Words(what, hint)
}

/// The line that gives the same numbers again.
fn command(args: &SimArgs, slug: &str) -> String {
    let mut line = "prep sim".to_owned();
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
        ("--shape", args.shape.clone()),
        ("--prices", args.prices.as_ref().map(|path| path.display().to_string())),
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
