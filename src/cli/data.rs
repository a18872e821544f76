//! `prep data`: where the record of answers is, and how it gets to another machine.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Context, Done, Failure, output};
use crate::content::read_file_up_to;
use crate::content::text::{Text, both};
use crate::store::transfer::{Counts, ImportError, Imported, Keep};
use crate::store::{Mode, Store};

/// About a million answers.
const IMPORT_MIB: usize = 512;

/// Export, import and find the record of your answers
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep data export -o answers.jsonl\n  prep data import answers.jsonl\n  prep data path\n\nTo join two machines, export on each and import on the other: what is known already is left out."
)]
pub(super) struct DataArgs {
    #[command(subcommand)]
    what: What,
    /// Where answers are kept
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Print the whole record as lines of JSON
    Export {
        /// Write to a file instead
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Add the answers of an exported file: all that are new, or none
    Import {
        file: PathBuf,
        /// Say what would be added, and add nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the path of the record
    Path,
}

pub(super) fn run(context: &mut Context, args: &DataArgs) -> Result<Done, Failure> {
    let dir = directory(args.data.as_deref())?;
    match &args.what {
        What::Export { output } => {
            let text = open(&dir, Mode::Read)?.export()?;
            match output {
                Some(file) => context.out.file(file, &text)?,
                None => context.out.print(&text)?,
            }
        }
        What::Import { file, dry_run } => {
            let source = read_file_up_to(file, IMPORT_MIB)?;
            let keep = if *dry_run { Keep::No } else { Keep::Yes };
            let imported =
                open(&dir, Mode::Write)?.import(&source, keep).map_err(|error| match error {
                    ImportError::Problems(problems) => Failure::Input(problems),
                    ImportError::Store(error) => error.into(),
                })?;
            let words = told(&imported, keep);
            context.out.print(&format!("{}\n", words.get(context.lang)))?;
        }
        What::Path => {
            let file = Store::path(&dir);
            context.out.print(&format!("{}\n", file.display()))?;
        }
    }
    Ok(Done::Fine)
}

/// The directory of the record: the one named, or that of the environment.
///
/// # Errors
/// There is neither.
pub(super) fn directory(named: Option<&Path>) -> Result<PathBuf, Failure> {
    named.map(Path::to_owned).or_else(output::data_dir).ok_or_else(|| {
        Failure::Words(
            both!(
                "no place to keep your answers: neither HOME nor XDG_DATA_HOME is set",
                "답을 저장할 곳이 없습니다. HOME과 XDG_DATA_HOME이 모두 비어 있습니다"
            ),
            Some(both!("name a directory with --data DIR", "--data DIR로 디렉터리를 지정하세요")),
        )
    })
}

/// Opens the record.
///
/// # Errors
/// It cannot be opened.
pub(super) fn open(dir: &Path, mode: Mode) -> Result<Store, Failure> {
    Ok(Store::open(dir, mode)?)
}

fn told(imported: &Imported, keep: Keep) -> Text {
    let Counts { attempts, retractions, settings } = imported.added;
    let known = |added: u64, of: u64| of - added;
    let known = known(attempts, imported.of.attempts)
        + known(retractions, imported.of.retractions)
        + known(settings, imported.of.settings);
    match keep {
        Keep::Yes => both!(
            "added: {attempts} answers, {retractions} taken back, {settings} settings; {known} \
             were there already",
            "추가: 답 {attempts}개, 취소 {retractions}개, 설정 {settings}개. 이미 있던 것: {known}개"
        ),
        Keep::No => both!(
            "would be added: {attempts} answers, {retractions} taken back, {settings} settings; \
             {known} are there already",
            "추가될 것: 답 {attempts}개, 취소 {retractions}개, 설정 {settings}개. 이미 있는 것: {known}개"
        ),
    }
}
