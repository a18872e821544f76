//! What was meant by words that occur nowhere: typed in the other layout, or misspelt.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::hangul;
use super::query::{Query, Word, parts, split};
use super::rank::Table;
use super::{Entry, EntryKind};

/// The query with its unknown words replaced; `None` if there are none, or none that can be.
pub(super) fn mended(entries: &[Entry], query: &Query, table: &Table<'_>) -> Option<Query> {
    if table.known.iter().all(|known| *known) {
        return None;
    }
    let retyped: Vec<Option<String>> = query
        .words
        .iter()
        .zip(&table.known)
        .map(|(word, known)| if *known { None } else { retyped(word) })
        .collect();
    let tried = words(query, &retyped);
    let known = match retyped.iter().any(Option::is_some) {
        true => Table::count(entries, &Query::of(tried.clone())).known,
        false => vec![false; tried.len()],
    };
    // A syllable alone is known in any language: it needs a neighbour that speaks for it.
    let is_sure = |at: usize| known[at] && (!tried[at].is_ascii() || tried[at].len() > 2);
    let has_long = (0..tried.len())
        .any(|at| retyped[at].is_some() && is_sure(at) && tried[at].chars().count() > 1);
    let mut names = None;
    let replaced: Vec<Option<String>> = (0..tried.len())
        .map(|at| {
            if table.known[at] {
                return None;
            }
            if retyped[at].is_some() && is_sure(at) && has_long {
                return retyped[at].clone();
            }
            let names = names.get_or_insert_with(|| vocabulary(entries));
            let word = &query.words[at];
            let again = retyped[at].as_deref().filter(|_| word.has_letters());
            nearest(names, again.unwrap_or(&word.stem))
        })
        .collect();
    let any = replaced.iter().any(Option::is_some);
    any.then(|| Query::of(words(query, &replaced)))
}

fn words(query: &Query, replaced: &[Option<String>]) -> Vec<String> {
    let pairs = query.words.iter().zip(replaced);
    pairs.map(|(word, other)| other.clone().unwrap_or_else(|| word.raw.clone())).collect()
}

/// The word as the same keys type it in the other layout.
fn retyped(word: &Word) -> Option<String> {
    if word.raw.is_ascii() { hangul::typed(&word.raw) } else { Some(hangul::keys(&word.raw)) }
        .filter(|other| !other.is_empty())
}

/// Words of titles, aliases and headings, and whole names as one word, with how many there are.
fn vocabulary(entries: &[Entry]) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |word: String| *found.entry(word).or_default() += 1;
    // A question has the title of its quiz, and no other name.
    for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Question) {
        let headings = entry.passages.iter().map(|passage| &passage.heading);
        let names = [&entry.title.en, &entry.title.ko, &entry.id];
        for name in names.into_iter().chain(headings) {
            for word in split(name) {
                parts(&word).into_iter().for_each(&mut add);
                add(word.to_lowercase());
            }
        }
        for alias in &entry.aliases {
            let words = split(alias);
            if words.len() > 1 {
                add(words.concat().to_lowercase());
            }
            words.into_iter().for_each(|word| add(word.to_lowercase()));
        }
    }
    found
}

/// The word that differs least, if few enough keys differ.
fn nearest(names: &BTreeMap<String, usize>, word: &str) -> Option<String> {
    let is_korean = !word.is_ascii();
    let keys: Vec<char> = hangul::keys(&word.to_lowercase()).chars().collect();
    // Elasticsearch's fuzziness AUTO for letters. A syllable has two or three keys, so Korean
    // words need about twice as many for the same certainty.
    let most = match (is_korean, keys.len()) {
        (false, 0..3) | (true, 0..6) => return None,
        (false, 3..6) | (true, 6..10) => 1,
        _ => 2,
    };
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    names
        .iter()
        .filter(|(name, _)| name.is_ascii() != is_korean)
        .filter_map(|(name, count)| {
            if !is_korean && name.len().abs_diff(keys.len()) > most {
                return None;
            }
            let other: Vec<char> = hangul::keys(name).chars().collect();
            if other.len().abs_diff(keys.len()) > most {
                return None;
            }
            let distance = distance(&keys, &other);
            (distance <= most).then_some((distance, Reverse(*count), name))
        })
        .min()
        .map(|(_, _, name)| name.clone())
}

/// The name that is nearest to a query that finds nothing.
pub(super) fn nearest_name(entries: &[Entry], query: &Query) -> Option<String> {
    let names = entries.iter().flat_map(|entry| entry.aliases.iter().chain([&entry.id]));
    let near = crate::content::problem::nearest(query.typed.trim(), names.map(String::as_str));
    near.map(str::to_owned)
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_near_by_its_keys() {
        let words = ["deadlock", "데드락", "레플리카", "pool", "lock", "replica", "1213"];
        let names: BTreeMap<String, usize> = words.map(|word| (word.to_owned(), 1)).into();
        let near = |word: &str| nearest(&names, word);
        for (word, meant) in [
            ("deadlok", "deadlock"),
            ("daedlock", "deadlock"),
            ("데드록", "데드락"),
            ("레프리카", "레플리카"),
            ("리플리카", "레플리카"),
            ("replcia", "replica"),
        ] {
            assert_eq!(near(word).as_deref(), Some(meant), "{word}");
        }
        for word in ["zebra", "po", "1205", "얼룩말", "글이", "cook"] {
            assert_eq!(near(word), None, "{word}");
        }
    }
}
