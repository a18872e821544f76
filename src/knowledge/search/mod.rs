//! Search over everything that can be read or run, in both languages.
//!
//! Works on plain entries, whoever gathers them. Nothing is indexed beforehand: a query is turned
//! into patterns ([`query`]), one pass over all texts counts them ([`pattern`]), and the counts
//! are ranked ([`rank`]).

mod hangul;
mod pattern;
mod query;
mod rank;
mod snippet;
mod spelling;
pub(crate) mod topic_text;

use crate::content::text::{Lang, Text};
pub(crate) use snippet::Snippet;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EntryKind {
    Topic,
    Sim,
    Question,
    Knob,
}

impl EntryKind {
    /// The word in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            EntryKind::Topic => "topic",
            EntryKind::Sim => "sim",
            EntryKind::Question => "question",
            EntryKind::Knob => "knob",
        }
    }
}

/// One thing that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: EntryKind,
    /// `db-locks`, `deadlock`, `db-locks/victims`, `innodb_lock_wait_timeout`.
    pub(crate) id: String,
    /// What to type, without the leading `prep`; a passage with a section adds `#section`.
    pub(crate) target: String,
    /// The topic that it belongs to.
    pub(crate) topic: Option<String>,
    pub(crate) title: Text,
    pub(crate) aliases: Vec<String>,
    pub(crate) passages: Vec<Passage>,
}

/// A part of an entry in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// `None` for what is the same in every language.
    pub(crate) lang: Lang,
    /// Id of the heading, for topics.
    pub(crate) section: Option<String>,
    /// Heading, or the question that the rest answers.
    pub(crate) heading: String,
    /// Paragraphs on lines.
    pub(crate) text: String,
}

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit<'e> {
    pub(crate) entry: &'e Entry,
    /// The passage that fits best; `None` if only title or alias fit.
    pub(crate) passage: Option<&'e Passage>,
    /// What to type, without the leading `prep`.
    pub(crate) command: String,
    pub(crate) title: Snippet,
    pub(crate) snippet: Snippet,
    /// Comparable within one answer only.
    pub(crate) score: f64,
}

/// What a query finds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer<'e> {
    /// Best first.
    pub(crate) hits: Vec<Hit<'e>>,
    /// What was looked for, where that is not what was typed.
    pub(crate) shown_for: Option<String>,
    /// The nearest name, where nothing was found.
    pub(crate) nearest: Option<String>,
}

/// The entries that fit a query best, at most `count`. Titles and passages are given in `lang`
/// where they fit in that language.
pub(crate) fn search<'e>(
    entries: &'e [Entry],
    typed: &str,
    lang: Lang,
    count: usize,
) -> Answer<'e> {
    let query = query::Query::read(typed);
    if query.words.is_empty() {
        return Answer::default();
    }
    let mut table = rank::Table::count(entries, &query);
    let (query, shown_for) = match spelling::mended(entries, &query, &table) {
        None => (query, None),
        Some(mended) => {
            table = rank::Table::count(entries, &mended);
            let shown = mended.shown();
            (mended, Some(shown))
        }
    };
    let ranked = table.rank(&query, lang, count);
    let hits: Vec<Hit<'e>> =
        ranked.into_iter().map(|ranked| snippet::hit(&query, &ranked, lang)).collect();
    let nearest = if hits.is_empty() { spelling::nearest_name(entries, &query) } else { None };
    Answer { shown_for: shown_for.filter(|_| !hits.is_empty()), hits, nearest }
}

/// Does two halves of a task at the same time, so that an answer is there before one notices: the
/// second on a thread of its own.
pub(crate) fn in_halves<T: Send>(
    first: impl FnOnce() -> Vec<T>,
    second: impl FnOnce() -> Vec<T> + Send,
) -> Vec<T> {
    std::thread::scope(|scope| {
        let second = scope.spawn(second);
        let mut all = first();
        match second.join() {
            Ok(rest) => all.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        all
    })
}

#[cfg(test)]
mod tests;
