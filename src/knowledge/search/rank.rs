//! Counts of a query's patterns in all entries, and the order that follows from them: BM25F.

use super::hangul;
use super::in_halves;
use super::pattern::Patterns;
use super::query::{Query, Role};
use super::{Entry, EntryKind, Passage};
use crate::content::text::Lang;

/// How soon further occurrences count for less. K1 and B are the usual values: Manning, Raghavan,
/// Schütze, "Introduction to Information Retrieval" (2008), section 11.4.3.
const K1: f64 = 1.2;
/// How much a long text counts for less.
const B: f64 = 0.75;
/// Weights of fields within one term (Robertson, Zaragoza, Taylor, "Simple BM25 extension to
/// multiple weighted fields", 2004). Their sizes are ours: a title says what a page is about, a
/// heading what a part is about.
const TITLE: f64 = 8.0;
const ALIAS: f64 = 8.0;
/// Of an alias that has more words than the term.
const ALIAS_PART: f64 = 4.0;
const HEADING: f64 = 3.0;
const TEXT: f64 = 1.0;
/// Of a line that begins with the term, such as a row of a table of settings: it is about it.
const LINE: f64 = 2.0;
/// Which share of a word's parts speaks for the word, where the word itself does not occur. Ours.
const PARTS_SHARE: f64 = 0.6;
/// A passage in the reader's language against an equal one in the other. Ours.
const OWN_LANGUAGE: f64 = 1.25;
/// What the next two passages of a page add to the best one, each: a page with several is more
/// about it than a page that mentions it once. Ours.
const FURTHER: f64 = 0.1;
/// Which share of the best score a result needs. Ours.
const LEAST_SHARE: f64 = 0.2;
/// Most questions of one topic among the results: they are much alike.
const QUESTIONS_MAX: usize = 3;

/// A question is read after the page that explains it; who means a knob types its name, which is
/// exact. Ours.
fn prior(kind: EntryKind) -> f64 {
    match kind {
        EntryKind::Topic => 1.0,
        EntryKind::Sim => 0.95,
        EntryKind::Question => 0.75,
        EntryKind::Knob => 0.5,
    }
}

/// Weighted occurrences of one term.
type Counts = Vec<f64>;

struct Counted<'e> {
    entry: &'e Entry,
    names: Counts,
    /// For each passage; empty where nothing occurs.
    passages: Vec<Counts>,
}

/// How often each term occurs in which entry.
pub(super) struct Table<'e> {
    entries: Vec<Counted<'e>>,
    /// Inverse document frequency of each term, 0 for one that occurs nowhere.
    rarity: Vec<f64>,
    /// Words that occur somewhere, alone or with a neighbour.
    pub(super) known: Vec<bool>,
}

/// An entry's place in the order.
pub(super) struct Ranked<'e> {
    pub(super) entry: &'e Entry,
    pub(super) passage: Option<&'e Passage>,
    /// The query is a name of the entry: 2 to the letter, 1 but for spaces and hyphens.
    pub(super) exact: u8,
    pub(super) score: f64,
}

/// Where entries are cut into two halves of about as much text.
fn middle(entries: &[Entry]) -> usize {
    let length = |entry: &Entry| -> usize { entry.passages.iter().map(|it| it.text.len()).sum() };
    let half = entries.iter().map(length).sum::<usize>() / 2;
    let mut before = 0;
    let reached = |entry: &Entry| {
        before += length(entry);
        before >= half
    };
    entries.iter().position(reached).unwrap_or(0)
}

impl<'e> Table<'e> {
    pub(super) fn count(entries: &'e [Entry], query: &Query) -> Table<'e> {
        let patterns = Patterns::new(&query.patterns);
        let terms = query.patterns.len();
        let texts = || entries.iter().flat_map(|entry| &entry.passages).map(|it| it.text.len());
        let mean = texts().sum::<usize>() as f64 / texts().count().max(1) as f64;
        let count = |entries: &'e [Entry]| -> Vec<Counted<'e>> {
            let counted = |entry: &'e Entry| {
                let passages = entry.passages.iter();
                let passages = passages.map(|passage| counts(passage, &patterns, terms, mean));
                let names = names(entry, &patterns, terms);
                Counted { entry, names, passages: passages.collect() }
            };
            entries.iter().map(counted).collect()
        };
        let (first, second) = entries.split_at(middle(entries));
        let counted = in_halves(|| count(first), || count(second));
        let mut occurs = vec![0usize; terms];
        for entry in &counted {
            for (term, occurs) in occurs.iter_mut().enumerate() {
                let all = std::iter::once(&entry.names).chain(&entry.passages);
                *occurs += usize::from(all.into_iter().any(|it| of(it, term) > 0.0));
            }
        }
        let rarity = occurs.iter().map(|occurs| {
            let (all, occurs) = (entries.len() as f64, *occurs as f64);
            if occurs == 0.0 { 0.0 } else { libm::log1p((all - occurs + 0.5) / (occurs + 0.5)) }
        });
        let mut table = Table { rarity: rarity.collect(), known: Vec::new(), entries: counted };
        table.known = (0..query.words.len()).map(|word| table.knows(query, word)).collect();
        table
    }

    fn knows(&self, query: &Query, word: usize) -> bool {
        let whole = query.terms.iter().zip(&self.rarity).any(|(term, rarity)| {
            let is_it = match term.role {
                Role::Whole => term.word == word,
                Role::Joint => term.word == word || term.word + 1 == word,
                Role::Part => false,
            };
            is_it && *rarity > 0.0
        });
        // A compound of words that stand apart in the texts.
        let is_long = !query.words[word].is_korean() || query.words[word].stem.chars().count() > 4;
        let compound = || {
            let evidence = |entry: &Counted<'_>| {
                let all = std::iter::once(&entry.names).chain(&entry.passages);
                all.into_iter().any(|counts| share(query, word, counts) >= PARTS_SHARE)
            };
            self.entries.iter().any(evidence)
        };
        whole || is_long && compound()
    }

    /// Entries that fit, best first.
    pub(super) fn rank(&self, query: &Query, lang: Lang, count: usize) -> Vec<Ranked<'e>> {
        let mut ranked: Vec<Ranked<'e>> =
            self.entries.iter().filter_map(|entry| self.ranked(query, entry, lang)).collect();
        ranked.sort_by(|a, b| {
            let order = b.exact.cmp(&a.exact);
            order
                .then(b.score.total_cmp(&a.score))
                .then(a.entry.kind.cmp(&b.entry.kind))
                .then(a.entry.id.cmp(&b.entry.id))
        });
        let best = ranked.iter().map(|it| it.score).fold(0.0, f64::max);
        ranked.retain(|it| it.exact > 0 || it.score >= LEAST_SHARE * best);
        let mut kept: Vec<Ranked<'e>> = Vec::new();
        for it in ranked {
            let alike = |other: &&Ranked<'_>| {
                other.entry.kind == EntryKind::Question && other.entry.topic == it.entry.topic
            };
            let is_question = it.entry.kind == EntryKind::Question;
            if !(is_question && kept.iter().filter(alike).count() >= QUESTIONS_MAX) {
                kept.push(it);
            }
        }
        kept.truncate(count);
        kept
    }

    fn ranked(&self, query: &Query, counted: &Counted<'e>, lang: Lang) -> Option<Ranked<'e>> {
        let entry = counted.entry;
        let mut fitting: Vec<(f64, &'e Passage)> = Vec::new();
        for (passage, counts) in entry.passages.iter().zip(&counted.passages) {
            if !counts.is_empty() && fits(query, &counted.names, counts) {
                let own = if passage.lang == lang { OWN_LANGUAGE } else { 1.0 };
                fitting.push((own * self.score(query, &counted.names, counts), passage));
            }
        }
        fitting.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let best = fitting.first().copied();
        let alike = |passage: &Passage| best.is_some_and(|(_, best)| best.lang == passage.lang);
        let further = fitting.iter().skip(1).filter(|(_, passage)| alike(passage)).take(2);
        let further: f64 = further.map(|(score, _)| FURTHER * score).sum();
        let by_name = fits(query, &counted.names, &Vec::new());
        let exact = if by_name || query.typed.contains('/') { exact(entry, query) } else { 0 };
        let by_name = by_name || exact > 0;
        if best.is_none() && !by_name {
            return None;
        }
        let names = OWN_LANGUAGE * self.score(query, &counted.names, &Vec::new());
        let score = best.map_or(names, |(score, _)| score.max(names) + further);
        let passage = best.map(|(_, passage)| passage);
        Some(Ranked { entry, passage, exact, score: score * prior(entry.kind) })
    }

    fn score(&self, query: &Query, names: &Counts, passage: &Counts) -> f64 {
        let terms = query.terms.iter().zip(&self.rarity).enumerate();
        terms
            .map(|(at, (term, rarity))| {
                let frequency = of(names, at) + of(passage, at);
                term.weight * rarity * frequency / (K1 + frequency)
            })
            .sum()
    }
}

fn of(counts: &Counts, term: usize) -> f64 {
    counts.get(term).copied().unwrap_or(0.0)
}

/// Occurrences in title, id and aliases.
fn names(entry: &Entry, patterns: &Patterns<'_>, terms: usize) -> Counts {
    let mut counts = vec![0.0f64; terms];
    // The names of a question are those of its quiz: they say nothing of the question.
    if entry.kind == EntryKind::Question {
        return counts;
    }
    let mut raise = |name: &str, whole: f64, part: f64| {
        patterns.scan(name, |term, place| {
            let weight = if place == (0..name.len()) { whole } else { part };
            counts[term] = counts[term].max(weight);
        });
    };
    raise(&entry.title.en, TITLE, TITLE);
    raise(&entry.title.ko, TITLE, TITLE);
    raise(&entry.id, ALIAS, ALIAS_PART);
    for alias in &entry.aliases {
        raise(alias, ALIAS, ALIAS_PART);
    }
    counts
}

fn counts(passage: &Passage, patterns: &Patterns<'_>, terms: usize, mean: f64) -> Counts {
    let mut counts: Counts = Vec::new();
    let mut add = |text: &str, weight: &dyn Fn(usize) -> f64| {
        patterns.scan(text, |term, place| {
            if counts.is_empty() {
                counts.resize(terms, 0.0);
            }
            counts[term] += weight(place.start);
        });
    };
    add(&passage.heading, &|_| HEADING);
    let length = 1.0 - B + B * passage.text.len() as f64 / mean;
    let text = passage.text.as_bytes();
    add(&passage.text, &|at| {
        let begins = at.checked_sub(1).is_none_or(|before| text[before] == b'\n');
        TEXT / length + if begins { LINE } else { 0.0 }
    });
    counts
}

/// Which share of a word's parts occurs.
fn share(query: &Query, word: usize, counts: &Counts) -> f64 {
    let parts = || {
        let terms = query.terms.iter().enumerate();
        terms.filter(|(_, term)| term.word == word && term.role == Role::Part)
    };
    let found = parts().filter(|(at, _)| of(counts, *at) > 0.0).count();
    found as f64 / parts().count().max(1) as f64
}

/// Whether one word at least is there, itself or in enough of its parts.
fn fits(query: &Query, names: &Counts, passage: &Counts) -> bool {
    let whole = query
        .terms
        .iter()
        .enumerate()
        .any(|(at, term)| term.role != Role::Part && of(names, at) + of(passage, at) > 0.0);
    let both = || {
        let sum = |at| of(names, at) + of(passage, at);
        (0..query.terms.len()).map(sum).collect::<Counts>()
    };
    whole || {
        let both = both();
        (0..query.words.len()).any(|word| share(query, word, &both) >= PARTS_SHARE)
    }
}

/// Whether the query is a name of the entry: 2 to the letter, 1 but for spaces and hyphens, or by
/// its first consonants.
fn exact(entry: &Entry, query: &Query) -> u8 {
    let typed = query.typed.trim().to_lowercase();
    let folded = [fold(&typed), fold(&query.stems().to_lowercase())];
    let initials = hangul::initials(&fold(&typed)).filter(|row| row.len() > 1);
    let initials_of = |name: &str| name.chars().map(hangul::initial).collect::<Option<Vec<u32>>>();
    let titles = [&entry.title.en, &entry.title.ko];
    let titles = titles.into_iter().filter(|_| entry.kind != EntryKind::Question);
    let names = titles.chain([&entry.id]).chain(&entry.aliases);
    names
        .map(|name| {
            let name = name.to_lowercase();
            let folded_name = fold(&name);
            let is_it = folded.contains(&folded_name)
                || initials.is_some() && initials_of(&folded_name) == initials;
            u8::from(name == typed) + u8::from(is_it)
        })
        .max()
        .unwrap_or(0)
}

/// Without what is written in more than one way.
fn fold(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).collect()
}
