//! `prep search`: topics, sims, questions and knobs by their words.

mod entries;

use clap::Args;

use super::{Context, Done, Failure};
use crate::content::Library;
use crate::content::text::both;
use crate::knowledge::search::{Answer, EntryKind, search};
use crate::report::render::terminal;
use crate::report::view;
pub(super) use entries::{entries, topics};

/// Find topics, sims, questions and knobs by their words
///
/// In Korean and English, whatever the language of the page. Also understood: aliases, first
/// consonants (ㄷㄷㄹ), the wrong keyboard layout (epemfkr), missing spaces, misspelt words.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep search deadlock\n  prep search 커넥션풀\n  prep search \"Connection is not available, request timed out\"\n  prep search maximumPoolSize --count 3\n  prep search ㅋㄴㅅㅍ --json\n\nExit codes: 0 found, 1 nothing found, 2 wrong input"
)]
pub(super) struct SearchArgs {
    /// What to look for
    #[arg(required = true)]
    words: Vec<String>,
    /// Most results
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    count: u16,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &SearchArgs) -> Result<Done, Failure> {
    let typed = args.words.join(" ");
    if typed.trim().is_empty() {
        return Err(Failure::Words(
            both!("there is nothing to look for", "찾을 말이 없습니다"),
            Some(both!("for example: prep search deadlock", "예: prep search 데드락")),
        ));
    }
    let entries = entries(&context.library);
    let mut answer = search(&entries, &typed, context.lang, usize::from(args.count));
    place_knobs(&context.library, &mut answer);
    if args.json {
        let json = view::search::json(&typed, &answer);
        let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
        context.out.print(&text)?;
    } else {
        let document = view::search::search(&typed, &answer, context.lang);
        let text = terminal::render(&document, context.out.style(args.width));
        context.out.page(&text)?;
    }
    Ok(if answer.hits.is_empty() { Done::No } else { Done::Fine })
}

/// A knob is best seen in a sim that is about it.
fn place_knobs(library: &Library, answer: &mut Answer<'_>) {
    use crate::content::Kind;
    use crate::content::text::Lang;
    let about = |slug: &&str, knob: &str| {
        library.text(Kind::Sim, slug, Lang::En).is_some_and(|text| {
            text.lines().any(|line| line.trim() == format!("knob = \"{knob}\""))
        })
    };
    for hit in answer.hits.iter_mut().filter(|hit| hit.entry.kind == EntryKind::Knob) {
        let knob = &hit.entry.id;
        if let Some(sim) = library.slugs(Kind::Sim).into_iter().find(|slug| about(slug, knob)) {
            hit.command = format!("sim {sim} --knobs");
        }
    }
}

#[cfg(test)]
mod tests;
