//! `--export KIND=FILE`: questions as files for Moodle and Anki.

use std::path::Path;

use crate::cli::sim::available_threads;
use crate::cli::{Context, Done, Failure};
use crate::content::problem::printable;
use crate::content::text::both;
use crate::export::asked::{Asked, NotAsked, Reason};
use crate::export::{anki, gift};
use crate::practice::exhibit::{Exhibit, exhibit};
use crate::practice::session::{Item, Session};
use crate::practice::simulated::known_band;
use crate::quiz::question::{QuestionKind, Show};
use crate::report::document::{Block, Row, Span};
use crate::report::view;
use crate::sims::run::Execution;

use super::exhibit::failed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gift,
    Anki,
}

const KINDS: [(Kind, &str); 2] = [(Kind::Gift, "gift"), (Kind::Anki, "anki")];

/// Writes the questions to every file that is named; `-` is standard output. Runs nothing.
///
/// # Errors
/// An unknown kind, no file, a file that is named twice or cannot be written, or a question whose
/// sim has no such outcome.
pub(super) fn run(
    context: &mut Context,
    pairs: &[String],
    items: &[Item<'_>],
) -> Result<Done, Failure> {
    let files = parse(pairs)?;
    let mut all = Vec::new();
    for item in items {
        all.push(asked(context, *item)?);
    }
    for (kind, path) in files {
        let (text, not_asked) = match kind {
            Kind::Gift => gift::text(&all, context.lang),
            Kind::Anki => anki::text(&all, context.lang),
        };
        if path == "-" {
            context.out.print(&text)?;
        } else {
            context.out.file(Path::new(path), &text)?;
        }
        tell(context, path, all.len() - not_asked.len(), &not_asked);
    }
    Ok(Done::Fine)
}

fn parse(pairs: &[String]) -> Result<Vec<(Kind, &str)>, Failure> {
    let mut files: Vec<(Kind, &str)> = Vec::new();
    for pair in pairs {
        let (word, path) = pair.split_once('=').unwrap_or((pair, ""));
        let Some((kind, word)) = KINDS.into_iter().find(|(_, known)| *known == word) else {
            let kind = printable(word);
            return Err(Failure::Words(
                both!(
                    "questions are not exported as `{kind}`",
                    "문제를 `{kind}` 형식으로 내보낼 수는 없습니다"
                ),
                Some(both!(
                    "known: gift=FILE (Moodle), anki=FILE (Anki); `-` is standard output",
                    "쓸 수 있는 것: gift=FILE (Moodle), anki=FILE (Anki). `-`는 표준 출력입니다"
                )),
            ));
        };
        if path.is_empty() {
            return Err(Failure::Words(
                both!(
                    "--export {word}=FILE needs the name of a file",
                    "--export {word}=FILE에 파일 이름이 필요합니다"
                ),
                None,
            ));
        }
        if files.iter().any(|(_, other)| *other == path) {
            let path = printable(path);
            return Err(Failure::Words(
                both!(
                    "--export would write `{path}` twice",
                    "--export가 `{path}`에 두 번 쓰게 됩니다"
                ),
                None,
            ));
        }
        files.push((kind, path));
    }
    Ok(files)
}

/// A question with what committed outcomes say of it.
fn asked<'q>(context: &Context, item: Item<'q>) -> Result<Asked<'q>, Failure> {
    let Item { quiz, question } = item;
    let measured = match &question.kind {
        QuestionKind::Diagnose(run) if matches!(run.show, Show::Metrics(_)) => {
            let execution =
                Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
            match exhibit(&context.library, run, &execution).map_err(failed)? {
                Exhibit::Metrics(rows) => Some(cells(&view::quiz::measured(&rows, context.lang))),
                Exhibit::Timeline(_) | Exhibit::Jtl(_) => None,
            }
        }
        _ => None,
    };
    let band = match question.kind.simulated() {
        Some(_) => Session::of(vec![item], 0)
            .next()
            .and_then(|ask| known_band(&context.library, &ask.sim?)),
        None => None,
    };
    Ok(Asked { quiz, question, measured, band })
}

/// The words of a table, its head first.
fn cells(block: &Block) -> Vec<Vec<String>> {
    let Block::Table(table) = block else { return Vec::new() };
    let plain = |cells: &[Vec<Span>]| cells.iter().map(|cell| Span::plain(cell)).collect();
    let head: Vec<Vec<Span>> = table.columns.iter().map(|column| column.head.clone()).collect();
    let rows = table.rows.iter().filter_map(|row| match row {
        Row::Cells(cells) => Some(plain(cells)),
        _ => None,
    });
    std::iter::once(plain(&head)).chain(rows).collect()
}

/// How many questions were written, and how many were not for which reason.
fn tell(context: &mut Context, path: &str, count: usize, not_asked: &[NotAsked]) {
    let path = printable(path);
    let mut said = both!("{path}: {count} questions", "{path}: 문제 {count}개");
    let mut reasons: Vec<Reason> = not_asked.iter().map(|left| left.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        let number = not_asked.iter().filter(|left| left.reason == reason).count();
        let why = reason.words();
        let (en, ko) = (why.en, why.ko);
        let more = both!("; {number} left out: {en}", "; {ko} {number}개는 제외");
        said.en += &more.en;
        said.ko += &more.ko;
    }
    context.out.tell(&format!("{}\n", said.get(context.lang)));
}
