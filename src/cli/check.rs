//! `prep check`: for authors and maintainers.

use std::path::{Path, PathBuf};

use clap::Args;

use super::sim::{available_threads, run_failed};
use super::{Context, Done, Failure};
use crate::check::{self, Judged};
use crate::content::text::both;
use crate::report::render::markdown;
use crate::report::view;
use crate::sims::run::Execution;
use crate::validation;

/// Check all content: links, ids, languages, defaults; with --run every claim too
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep check\n  prep check --run\n  prep check --run --write    renew the committed outcomes\n  prep check --validation      renew docs/validation.md\n\nExit codes: 0 nothing found, 1 faults, 2 wrong input"
)]
pub(super) struct CheckArgs {
    /// Run every sim once, judge its claims and compare with the committed outcomes
    #[arg(long)]
    run: bool,
    /// With --run: write the outcomes to outcomes/ of the content directory (here, or --content)
    #[arg(long, requires = "run")]
    write: bool,
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
    let text = match count {
        0 => both!("no faults\n", "문제가 없습니다\n"),
        1 => both!("1 fault\n", "문제 1개\n"),
        _ => both!("{count} faults\n", "문제 {count}개\n"),
    };
    context.out.print(text.get(context.lang))?;
    Ok(if count == 0 { Done::Fine } else { Done::No })
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
    std::fs::create_dir_all(&dir).map_err(|error| {
        let shown = crate::content::problem::printable(&dir.display().to_string());
        Failure::Words(
            both!("cannot make `{shown}`: {error}", "`{shown}`을(를) 만들 수 없습니다: {error}"),
            None,
        )
    })?;
    Ok(dir)
}
