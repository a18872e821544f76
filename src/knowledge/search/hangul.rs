//! Syllables and their letters, and what the same keys type in the other layout (two-set Hangul,
//! KS X 5002, against QWERTY).

/// First consonants in the order of Unicode, the keys that type them.
const INITIALS: [(char, &str); 19] = [
    ('ㄱ', "r"),
    ('ㄲ', "R"),
    ('ㄴ', "s"),
    ('ㄷ', "e"),
    ('ㄸ', "E"),
    ('ㄹ', "f"),
    ('ㅁ', "a"),
    ('ㅂ', "q"),
    ('ㅃ', "Q"),
    ('ㅅ', "t"),
    ('ㅆ', "T"),
    ('ㅇ', "d"),
    ('ㅈ', "w"),
    ('ㅉ', "W"),
    ('ㅊ', "c"),
    ('ㅋ', "z"),
    ('ㅌ', "x"),
    ('ㅍ', "v"),
    ('ㅎ', "g"),
];

/// Vowels in the order of Unicode, in syllables and alone.
const VOWELS: [&str; 21] = [
    "k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b",
    "m", "ml", "l",
];

/// Last consonants in the order of Unicode; the first is none.
const FINALS: [&str; 28] = [
    "", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a",
    "q", "qt", "t", "T", "d", "w", "c", "z", "x", "v", "g",
];

/// Compatibility consonants U+3131 to U+314E.
const CONSONANTS: [&str; 30] = [
    "r", "R", "rt", "s", "sw", "sg", "e", "E", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a",
    "q", "Q", "qt", "t", "T", "d", "w", "W", "c", "z", "x", "v", "g",
];

pub(super) fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// A letter that stands alone: ㄱ, ㄳ, ㅏ.
pub(super) fn is_letter(c: char) -> bool {
    ('ㄱ'..='ㅣ').contains(&c)
}

/// The place of a syllable's first consonant among the nineteen.
pub(super) fn initial(syllable: char) -> Option<u32> {
    is_syllable(syllable).then(|| (syllable as u32 - '가' as u32) / (21 * 28))
}

/// First consonants as they are typed; `None` unless there are nothing but consonants. ㄳ is what
/// an input method makes of ㄱ and ㅅ.
pub(super) fn initials(word: &str) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    for c in word.chars() {
        let at = (c as u32).checked_sub('ㄱ' as u32)? as usize;
        for key in CONSONANTS.get(at)?.chars() {
            let is_it = |(_, keys): &(char, &str)| keys.chars().eq([key]);
            found.push(INITIALS.iter().position(is_it)? as u32);
        }
    }
    Some(found)
}

/// The keys that type a word; other characters stay.
pub(super) fn keys(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if is_syllable(c) {
            let at = (c as usize) - '가' as usize;
            out += INITIALS[at / (21 * 28)].1;
            out += VOWELS[at / 28 % 21];
            out += FINALS[at % 28];
        } else if is_letter(c) {
            let at = c as usize - 'ㄱ' as usize;
            out += match at.checked_sub(CONSONANTS.len()) {
                None => CONSONANTS[at],
                Some(vowel) => VOWELS[vowel],
            };
        } else {
            out.push(c);
        }
    }
    out
}

/// The syllables that these keys type; `None` if a letter is left alone.
pub(super) fn typed(keys: &str) -> Option<String> {
    let shifted = |key: char| if "QWERTOP".contains(key) { key } else { key.to_ascii_lowercase() };
    let keys: Vec<char> = keys.chars().map(shifted).collect();
    let is_vowel = |at: usize| keys.get(at).is_some_and(|key| "koiOjpuPhynbml".contains(*key));
    let spelt = |table: &[&str], keys: &[char]| {
        table.iter().position(|row| row.chars().eq(keys.iter().copied()))
    };
    let mut out = String::new();
    let mut at = 0;
    while at < keys.len() {
        let initial = INITIALS.iter().position(|(_, row)| row.chars().eq([keys[at]]))?;
        at += 1;
        let length = if is_vowel(at) && is_vowel(at + 1) { [2, 1] } else { [1, 1] };
        let vowel = length
            .into_iter()
            .find_map(|length| Some((spelt(&VOWELS, keys.get(at..at + length)?)?, length)));
        let (vowel, length) = vowel?;
        at += length;
        // A consonant before a vowel begins the next syllable.
        let last = [2, 1].into_iter().find_map(|length| {
            if is_vowel(at + length) {
                return None;
            }
            Some((spelt(&FINALS, keys.get(at..at + length)?)?, length))
        });
        let (last, length) = last.unwrap_or((0, 0));
        at += length;
        out.push(char::from_u32((0xac00 + (initial * 21 + vowel) * 28 + last) as u32)?);
    }
    Some(out)
}

/// Joins letters as some systems store them (U+1100 to U+11FF) to syllables.
pub(super) fn composed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let before = out.chars().next_back();
        let joined = match (before, c) {
            (Some(first @ '\u{1100}'..='\u{1112}'), '\u{1161}'..='\u{1175}') => {
                let (first, vowel) = (first as u32 - 0x1100, c as u32 - 0x1161);
                char::from_u32(0xac00 + (first * 21 + vowel) * 28)
            }
            (Some(open), '\u{11a8}'..='\u{11c2}')
                if is_syllable(open) && (open as u32 - 0xac00).is_multiple_of(28) =>
            {
                char::from_u32(open as u32 + (c as u32 - 0x11a7))
            }
            _ => None,
        };
        if joined.is_some() {
            out.pop();
        }
        out.push(joined.unwrap_or(c));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_in_both_layouts() {
        let pairs = [
            ("epemfkr", "데드락"),
            ("zjsprtusvnf", "커넥션풀"),
            ("rkqtdl", "값이"),
            ("rkqtl", "갑시"),
            ("Rhrl", "꼬기"),
        ];
        for (keys_of, word) in pairs {
            assert_eq!(typed(keys_of).as_deref(), Some(word), "{keys_of}");
            assert_eq!(keys(word), keys_of, "{word}");
        }
        assert_eq!(typed("dhk"), Some("와".to_owned()));
        assert_eq!(typed("dml"), Some("의".to_owned()));
        assert_eq!(typed("EPEMFKR".to_lowercase().as_str()), Some("데드락".to_owned()));
        for no in ["deadlok", "k", "hikari", "r", "rkE", "redis", "p99", ""] {
            assert_eq!(typed(no).filter(|word| !word.is_empty()), None, "{no}");
        }
        assert_eq!(keys("ㅗㅑㅏㅁ갸"), "hikari");
        assert_eq!(keys("ㅇㄷㅁ이ㅐ차"), "deadlock");
        assert_eq!(keys("ㄳp99"), "rtp99");
    }

    #[test]
    fn first_consonants_are_read_however_they_were_put_together() {
        assert_eq!(initials("ㄷㄷㄹ"), Some(vec![3, 3, 5]));
        assert_eq!(initials("ㄳ"), Some(vec![0, 9]));
        assert_eq!(initials("ㄷㅏ"), None);
        assert_eq!(initials("다"), None);
        assert_eq!(initial('락'), Some(5));
        assert_eq!(
            composed("\u{1103}\u{1166}\u{1103}\u{1173}\u{1105}\u{1161}\u{11a8} x"),
            "데드락 x"
        );
    }
}
