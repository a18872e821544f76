//! `prep check`: for authors and maintainers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::sim::{available_threads, run_failed};
use super::{Context, Done, Failure};
use crate::check::{self, Judged};
use crate::content::Library;
use crate::content::text::both;
use crate::report::render::{markdown, terminal};
use crate::report::view;
use crate::sims::run::Execution;
use crate::validation;

/// Check all content: links, ids, languages, defaults; with --run every claim too
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep check\n  prep check --content my --watch    again after every save\n  prep check --coverage        where each item of the inventory is answered\n  prep check --run\n  prep check --run --write    renew the committed outcomes\n  prep check --validation      renew docs/validation.md\n\nExit codes: 0 nothing found, 1 faults, 2 wrong input"
)]
pub(super) struct CheckArgs {
    /// Run every sim once, judge its claims and compare with the committed outcomes
    #[arg(long)]
    run: bool,
    /// With --run: write the outcomes to outcomes/ of the content directory (here, or --content)
    #[arg(long, requires = "run")]
    write: bool,
    /// Print the inventory of what interviewers asked, and what answers, drills and shows each
    #[arg(long, conflicts_with = "run")]
    coverage: bool,
    /// Check again whenever a file of the content changes, until interrupted
    #[arg(long, conflicts_with_all = ["run", "validation", "coverage"])]
    watch: bool,
    /// Compare the model with theory and with the measured stack instead, and write the page
    #[arg(long, conflicts_with = "run")]
    validation: bool,
    /// With --validation: the file to write
    #[arg(
        short,
        long,
        value_name = "FILE",
        default_value = "docs/validation.md",
        requires = "validation"
    )]
    output: PathBuf,
}

pub(super) fn run(context: &mut Context, args: &CheckArgs) -> Result<Done, Failure> {
    if args.validation {
        return validate(context, args);
    }
    if args.coverage {
        return coverage(context);
    }
    if args.watch {
        return watch(context);
    }
    let mut problems = check::content(&context.library);
    if args.write {
        // What is about to be written is not missing.
        problems.retain(|problem| !problem.path.starts_with("outcomes/"));
    }
    context.out.problems(&problems);
    let mut count = problems.len();
    if args.run {
        count += runs(context, args)?;
    }
    verdict(context, count)
}

/// Tells how many faults there are.
fn verdict(context: &mut Context, count: usize) -> Result<Done, Failure> {
    let text = match count {
        0 => both!("no faults\n", "문제가 없습니다\n"),
        1 => both!("1 fault\n", "문제 1개\n"),
        _ => both!("{count} faults\n", "문제 {count}개\n"),
    };
    context.out.print(text.get(context.lang))?;
    Ok(if count == 0 { Done::Fine } else { Done::No })
}

/// Prints the inventory; its holes are faults.
fn coverage(context: &mut Context) -> Result<Done, Failure> {
    let (items, holes) = check::coverage::coverage(&context.library)?;
    let document = view::coverage::coverage(&items, context.lang);
    let text = terminal::render(&document, context.out.style(None));
    context.out.print(&text)?;
    context.out.problems(&holes);
    verdict(context, holes.len())
}

/// How often the files are looked at: an editor's save is seen before one looks up.
const WATCH_EVERY: Duration = Duration::from_millis(300);

/// Checks whenever a file of the content has changed. Ends with the process.
fn watch(context: &mut Context) -> Result<Done, Failure> {
    let dir = context.library.overlay().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    if Library::stamps(&dir).is_empty() {
        return Err(Failure::Words(
            both!("there is no content to watch here", "여기에는 지켜볼 콘텐츠가 없습니다"),
            Some(both!(
                "run it in a content directory, name one with --content DIR, or begin with prep new topic NAME",
                "콘텐츠 디렉터리에서 실행하거나 --content DIR로 지정하거나 prep new topic NAME으로 시작하세요"
            )),
        ));
    }
    let mut seen = None;
    loop {
        let state = Library::stamps(&dir);
        if seen.as_ref() != Some(&state) {
            seen = Some(state);
            // A file that is being written may be cut short: the next look mends it.
            match Library::with_overlay(&dir) {
                Err(problems) => context.out.problems(&problems),
                Ok(library) => {
                    let problems = check::content(&library);
                    context.out.problems(&problems);
                    verdict(context, problems.len())?;
                }
            }
        }
        std::thread::sleep(WATCH_EVERY);
    }
}

/// Runs every closed form and every measured row, and writes the page.
fn validate(context: &mut Context, args: &CheckArgs) -> Result<Done, Failure> {
    let execution = Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
    let found = validation::run(&context.library, &execution).map_err(|failed| match failed {
        validation::Failed::Content(problems) => Failure::Input(problems),
        validation::Failed::Run { file, why } => {
            let Failure::Words(what, hint) = run_failed(&why) else { return run_failed(&why) };
            let (en, ko) = (what.en, what.ko);
            Failure::Words(both!("{file}: {en}", "{file}: {ko}"), hint)
        }
    })?;
    let page = view::validation::validation(&found, context.lang);
    context.out.file(&args.output, &markdown::render(&page))?;
    Ok(Done::Fine)
}

/// Runs every sim; the number of faults.
fn runs(context: &mut Context, args: &CheckArgs) -> Result<usize, Failure> {
    let execution = Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
    let mut lines = Vec::new();
    let judged = check::runs(&context.library, &execution, |judged: &Judged| {
        lines.push(judged.slug.clone());
    })?;
    let mut count = 0;
    for judged in judged {
        let faults = if args.write { unwritten(&judged) } else { judged.faults };
        context.out.problems(&faults);
        let (slug, found) = (&judged.slug, faults.len());
        let text = match found {
            0 => both!("sim {slug}: fine\n", "sim {slug}: 이상 없음\n"),
            _ => both!("sim {slug}: {found} faults\n", "sim {slug}: 문제 {found}개\n"),
        };
        context.out.print(text.get(context.lang))?;
        count += found;
        if args.write && !judged.json.is_empty() {
            let path = outcomes_dir(context)?.join(format!("{slug}.json"));
            context.out.file(&path, &judged.json)?;
        }
    }
    Ok(count)
}

/// Faults that writing the outcome does not mend.
fn unwritten(judged: &Judged) -> Vec<crate::content::problem::Problem> {
    let stays = judged.faults.iter().filter(|fault| !fault.path.starts_with("outcomes/"));
    stays.cloned().collect()
}

/// Where the committed outcomes are: beside the sims of the content in use.
fn outcomes_dir(context: &Context) -> Result<PathBuf, Failure> {
    let root = context.library.overlay().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    if !root.join("sims").is_dir() {
        return Err(Failure::Words(
            both!("there is no sims/ here", "여기에 sims/가 없습니다"),
            Some(both!(
                "run it in the content directory, or name one with --content DIR",
                "콘텐츠 디렉터리에서 실행하거나 --content DIR로 지정하세요"
            )),
        ));
    }
    let dir = root.join("outcomes");
    context.out.directory(&dir)?;
    Ok(dir)
}
