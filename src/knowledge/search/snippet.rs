//! The words of a result that show why it was found.

use std::ops::Range;

use super::pattern::{Pattern, Patterns};
use super::query::{Query, Role};
use super::rank::Ranked;
use super::{EntryKind, Hit};
use crate::content::text::Lang;

/// Most characters of a snippet, Hangul counted twice.
const COLUMNS: usize = 150;

/// A text in pieces.
pub(crate) type Snippet = Vec<Piece>;

/// A part of a text, which matches the query or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) is_match: bool,
}

/// What is shown of a ranked entry.
pub(super) fn hit<'e>(query: &Query, ranked: &Ranked<'e>, lang: Lang) -> Hit<'e> {
    let entry = ranked.entry;
    // Who names a topic wants its page, from the top.
    let is_page = entry.kind == EntryKind::Topic && ranked.exact > 0;
    let first = || entry.passages.iter().find(|passage| passage.lang == lang);
    let passage = match ranked.passage {
        Some(_) if is_page => first().or(ranked.passage),
        Some(passage) => Some(passage),
        None => first(),
    };
    let section = ranked.passage.and_then(|passage| passage.section.as_deref());
    let command = match section.filter(|section| !is_page && *section != FIRST_SECTION) {
        Some(section) => format!("{}#{section}", entry.target),
        None => entry.target.clone(),
    };
    let title = entry.title.get(lang);
    let title = pieces(title, &places(query, title));
    let lines = passage.map(|passage| {
        let heading = Some(passage.heading.as_str()).filter(|_| entry.kind != EntryKind::Topic);
        heading.into_iter().chain(passage.text.lines()).filter(|line| !line.is_empty())
    });
    let snippet = lines.map_or_else(Vec::new, |lines| best(query, lines));
    Hit { entry, passage, command, title, snippet, score: ranked.score }
}

/// The section that a topic begins with, which the page as a whole shows first.
const FIRST_SECTION: &str = "short-answer";

/// The line with most different terms, cut around its first match.
fn best<'t>(query: &Query, lines: impl Iterator<Item = &'t str>) -> Snippet {
    let patterns = Patterns::new(&query.patterns);
    let mut best: Option<(f64, &str)> = None;
    for line in lines {
        let mut seen = vec![false; query.terms.len()];
        patterns.scan(line, |term, _| seen[term] = true);
        let terms = query.terms.iter().zip(&seen).filter(|(_, seen)| **seen);
        let worth: f64 = terms.map(|(term, _)| term.weight).sum();
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, line));
        }
    }
    let Some((_, line)) = best else { return Vec::new() };
    let places = places(query, line);
    let around = window(line, places.first().map_or(0, |place| place.start));
    let inside = places.iter().filter(|place| place.start < around.end && place.end > around.start);
    let inside: Vec<Range<usize>> = inside
        .map(|it| it.start.max(around.start) - around.start..it.end.min(around.end) - around.start)
        .collect();
    let mut shown = pieces(&line[around.clone()], &inside);
    let dots = || Piece { text: "…".to_owned(), is_match: false };
    if around.start > 0 {
        shown.insert(0, dots());
    }
    if around.end < line.len() {
        shown.push(dots());
    }
    shown
}

/// The part of a line around a place, from the beginning of a sentence or a word.
fn window(line: &str, place: usize) -> Range<usize> {
    let columns = |c: char| if c.is_ascii() { 1 } else { 2 };
    let mut start = place;
    let mut room = COLUMNS / 3;
    let mut word = place;
    for (at, c) in line[..place].char_indices().rev() {
        if room < columns(c) {
            break;
        }
        room -= columns(c);
        if c == ' ' {
            word = at + 1;
            if line[..at].ends_with(['.', '?', '!', ':']) {
                break;
            }
        }
        start = at;
    }
    let start = if start == 0 { 0 } else { word };
    let mut room = COLUMNS;
    let mut word = None;
    for (at, c) in line[start..].char_indices() {
        if room < columns(c) {
            return start..word.filter(|word| *word > place).unwrap_or(start + at);
        }
        room -= columns(c);
        if c == ' ' {
            word = Some(start + at);
        }
    }
    start..line.len()
}

/// Where words of the query stand, in order and apart; pairs of syllables only where no word does.
fn places(query: &Query, text: &str) -> Vec<Range<usize>> {
    let patterns = Patterns::new(&query.patterns);
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    patterns.scan(text, |term, place| match query.terms[term].role {
        // A syllable alone is in many words that have nothing to do with it.
        Role::Whole if is_single(&query.patterns[term]) => {
            if query.words.len() == 1 {
                whole.push(place);
            }
        }
        Role::Whole | Role::Joint => whole.push(place),
        Role::Part => parts.push(place),
    });
    let mut places = if whole.is_empty() { parts } else { whole };
    places.sort_by_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for place in places {
        match merged.last_mut().filter(|last| place.start <= last.end) {
            Some(last) => last.end = last.end.max(place.end),
            None => merged.push(place),
        }
    }
    merged
}

fn is_single(pattern: &Pattern) -> bool {
    matches!(pattern, Pattern::Syllables(row) if row.len() == 1)
}

fn pieces(text: &str, places: &[Range<usize>]) -> Snippet {
    let mut shown = Vec::new();
    let mut push = |text: &str, is_match| {
        if !text.is_empty() {
            shown.push(Piece { text: text.to_owned(), is_match });
        }
    };
    let mut at = 0;
    for place in places {
        push(&text[at..place.start], false);
        push(&text[place.clone()], true);
        at = place.end;
    }
    push(&text[at..], false);
    shown
}
