//! Patterns, and one pass over a text that finds them all. Texts are looked at as they are: an
//! index of all words would cost more to build than a query costs to answer.

use std::ops::Range;

use super::hangul;

/// What may occur in a text, in whatever way it is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Lower-case letters and digits of one word or of a compound: `maximumpoolsize` occurs in
    /// `maximumPoolSize`, `maximum-pool-size` and "maximum pool size", `pool` in all of them too.
    Word(Vec<u8>),
    /// Syllables in a row, with or without spaces between them.
    Syllables(Vec<char>),
    /// First consonants of syllables in a row, from the beginning of a word on.
    Initials(Vec<u32>),
}

/// Patterns, ordered by what they begin with.
pub(super) struct Patterns<'p> {
    /// For each letter and digit.
    words: [Vec<(usize, &'p [u8])>; 36],
    /// Bytes that begin a word of a pattern, in both cases.
    begins_word: [bool; 256],
    syllables: Vec<(char, usize, &'p [char])>,
    /// A bit for each syllable that begins a pattern: nearly all are passed over by it.
    begins: Vec<u64>,
    initials: Vec<(usize, &'p [u32])>,
}

impl<'p> Patterns<'p> {
    pub(super) fn new(patterns: &'p [Pattern]) -> Patterns<'p> {
        let mut made = Patterns {
            words: std::array::from_fn(|_| Vec::new()),
            begins_word: [false; 256],
            syllables: Vec::new(),
            begins: vec![0; 175],
            initials: Vec::new(),
        };
        for (number, pattern) in patterns.iter().enumerate() {
            match pattern {
                Pattern::Word(letters) => {
                    let Some(first) = letters.first() else { continue };
                    if let Some(place) = place(*first) {
                        made.words[place].push((number, letters));
                        made.begins_word[usize::from(first.to_ascii_lowercase())] = true;
                        made.begins_word[usize::from(first.to_ascii_uppercase())] = true;
                    }
                }
                Pattern::Syllables(row) => {
                    if let Some(first) = row.first().filter(|c| hangul::is_syllable(**c)) {
                        made.syllables.push((*first, number, row));
                        let at = *first as usize - '가' as usize;
                        made.begins[at / 64] |= 1 << (at % 64);
                    }
                }
                Pattern::Initials(row) => made.initials.push((number, row)),
            }
        }
        made
    }

    /// Calls `found` with the number of the pattern and the place of each occurrence.
    pub(super) fn scan(&self, text: &str, mut found: impl FnMut(usize, Range<usize>)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        let (mut before, mut in_hangul) = (b' ', false);
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii() {
                if self.begins_word[usize::from(byte)] && begins_part(before, byte) {
                    for (number, letters) in place(byte).map_or(&[][..], |it| &self.words[it]) {
                        if let Some(end) = word_end(bytes, at, letters) {
                            found(*number, at..end);
                        }
                    }
                }
                (before, in_hangul) = (byte, false);
                at += 1;
                continue;
            }
            before = b' ';
            let syllable = syllable(&bytes[at..]);
            if let Some(c) = syllable {
                self.scan_hangul(text, at, c, in_hangul, &mut found);
            }
            in_hangul = syllable.is_some();
            at += match byte {
                0xf0.. => 4,
                0xe0.. => 3,
                _ => 2,
            };
        }
    }

    /// What begins with this syllable.
    fn scan_hangul(
        &self,
        text: &str,
        at: usize,
        c: char,
        in_hangul: bool,
        found: &mut impl FnMut(usize, Range<usize>),
    ) {
        let index = c as usize - '가' as usize;
        if self.begins[index / 64] & (1 << (index % 64)) != 0 {
            for (_, number, row) in self.syllables.iter().filter(|(first, ..)| *first == c) {
                if let Some(end) = row_end(text, at, row, |c, wanted| c == *wanted) {
                    found(*number, at..end);
                }
            }
        }
        if !in_hangul {
            for (number, row) in &self.initials {
                let fits = |c, wanted: &u32| hangul::initial(c) == Some(*wanted);
                if let Some(end) = row_end(text, at, row, fits) {
                    found(*number, at..end);
                }
            }
        }
    }
}

/// The Hangul syllable that a text begins with.
fn syllable(bytes: &[u8]) -> Option<char> {
    let &[first @ 0xea..=0xed, second, third, ..] = bytes else { return None };
    let code =
        u32::from(first & 0x0f) << 12 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
    char::from_u32(code).filter(|c| hangul::is_syllable(*c))
}

/// The place of a letter or digit in the table.
fn place(byte: u8) -> Option<usize> {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => Some(usize::from(letter - b'a')),
        digit @ b'0'..=b'9' => Some(26 + usize::from(digit - b'0')),
        _ => None,
    }
}

/// Whether a word, or a part of a camelCase name, begins with this letter.
fn begins_part(before: u8, byte: u8) -> bool {
    !before.is_ascii_alphanumeric() || byte.is_ascii_uppercase() && !before.is_ascii_uppercase()
}

/// Whether a part ends before this place.
fn ends_part(bytes: &[u8], at: usize) -> bool {
    let after = bytes.get(at).copied().filter(u8::is_ascii_alphanumeric);
    after.is_none_or(|after| begins_part(bytes[at - 1], after))
}

/// Where the word that begins at `at` ends, if it is this one or its plural.
fn word_end(bytes: &[u8], mut at: usize, letters: &[u8]) -> Option<usize> {
    for (number, letter) in letters.iter().enumerate() {
        if number > 0
            && matches!(bytes.get(at)?, b'-' | b'_' | b'.' | b'/' | b' ' | b'\n')
            && bytes.get(at + 1)?.is_ascii_alphanumeric()
        {
            at += 1;
        }
        let byte = bytes.get(at)?.to_ascii_lowercase();
        if byte != *letter {
            let is_plural = number + 1 == letters.len()
                && *letter == b'y'
                && bytes[at..].starts_with(b"ies")
                && ends_part(bytes, at + 3);
            return is_plural.then_some(at + 3);
        }
        at += 1;
    }
    let endings: [&[u8]; 3] = [b"", b"s", b"es"];
    let fits =
        |ending: &&&[u8]| bytes[at..].starts_with(ending) && ends_part(bytes, at + ending.len());
    endings.iter().find(fits).map(|ending| at + ending.len())
}

/// Where the row of syllables that begins at `at` ends.
fn row_end<T>(text: &str, at: usize, row: &[T], fits: impl Fn(char, &T) -> bool) -> Option<usize> {
    let mut chars = text[at..].char_indices();
    let mut end = at;
    for (number, wanted) in row.iter().enumerate() {
        let (mut place, mut c) = chars.next()?;
        if number > 0 && matches!(c, ' ' | '\n') {
            (place, c) = chars.next()?;
        }
        if !fits(c, wanted) {
            return None;
        }
        end = at + place + c.len_utf8();
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &Pattern, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let patterns = Patterns::new(std::slice::from_ref(pattern));
        patterns.scan(text, |_, place| found.push(text[place].to_owned()));
        found
    }

    fn word(text: &str, letters: &str) -> Vec<String> {
        found(&Pattern::Word(letters.bytes().collect()), text)
    }

    #[test]
    fn a_name_is_found_whole_and_in_its_parts() {
        let text = "maximumPoolSize, maximum-pool-size, maximum pool\nsize; whirlpool, HikariCP";
        assert_eq!(
            word(text, "maximumpoolsize"),
            ["maximumPoolSize", "maximum-pool-size", "maximum pool\nsize"]
        );
        assert_eq!(word(text, "pool"), ["Pool", "pool", "pool"]);
        assert_eq!(word(text, "poolsize").len(), 3);
        assert_eq!(word(text, "hikari"), ["Hikari"]);
        assert_eq!(word(text, "hikaricp"), ["HikariCP"]);
        assert_eq!(word(text, "max"), [""; 0]);
        assert_eq!(word("retries, retry, retryable", "retry"), ["retries", "retry"]);
        assert_eq!(word("Locks, boxes, class, locked", "lock"), ["Locks"]);
        assert_eq!(word("DB락 db는", "db"), ["DB", "db"]);
    }

    #[test]
    fn korean_is_found_with_and_without_spaces() {
        let row = |word: &str| Pattern::Syllables(word.chars().collect());
        let text = "커넥션 풀이 커넥션풀을 커넥  션";
        assert_eq!(found(&row("커넥션풀"), text), ["커넥션 풀", "커넥션풀"]);
        assert_eq!(found(&row("션풀"), text), ["션 풀", "션풀"]);
        let initials = Pattern::Initials(hangul::initials("ㅋㄴㅅㅍ").unwrap());
        assert_eq!(found(&initials, text), ["커넥션 풀", "커넥션풀"]);
        assert_eq!(found(&initials, "새커넥션풀"), [""; 0]);
    }
}
