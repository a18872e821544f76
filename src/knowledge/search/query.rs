//! A query as words, and the words as weighted patterns.

use super::hangul;
use super::pattern::Pattern;

/// Most characters of a query that are read: whole error messages fit.
const CHARS_MAX: usize = 400;
/// Most words of a query that are looked for.
const WORDS_MAX: usize = 24;

/// Words that questions consist of, whatever they are about.
const STOP: &str = " a an the is are was were be been do does did how what why when where which \
    who whose can could should would will i my me we our you your it its this that these those \
    there to of in on for from with by at as and or not no if so than then much many have has had \
    get gets got happens happen \
    왜 어떻게 어떤 어느 무엇 무엇인가요 뭐 뭔가요 뭐예요 뭐가 무슨 언제 어디 안 못 잘 좀 더 다 때 \
    수 것 게 걸 건 등 및 그 이 저 제 내 할 하는 하면 하나요 되나요 있는 없는 있나요 없나요 않으려면 \
    인가요 대해 대한 위해 개 개가 개나 개를 개의 개씩 번 명 ";

/// Particles, and endings that make verbs of nouns; the longer ones first.
const PARTICLES: [&str; 53] = [
    "했습니다",
    "됐습니다",
    "합니다",
    "됩니다",
    "이라는",
    "에서는",
    "으로는",
    "하려면",
    "되려면",
    "하나요",
    "인가요",
    "한가요",
    "했어요",
    "됐어요",
    "됐나요",
    "되나요",
    "되는지",
    "하는지",
    "이라고",
    "에서",
    "에게",
    "까지",
    "부터",
    "처럼",
    "보다",
    "으로",
    "이란",
    "해요",
    "예요",
    "하면",
    "하는",
    "하기",
    "하고",
    "되면",
    "되는",
    "란",
    "할",
    "한",
    "된",
    "이",
    "가",
    "은",
    "는",
    "을",
    "를",
    "의",
    "에",
    "로",
    "와",
    "과",
    "도",
    "만",
    "들",
];

/// Endings of other verbs: what happens says less of a page than what it happens to.
const VERB_ENDINGS: [&str; 7] = ["습니다", "으려면", "려면", "나요", "까요", "어요", "아요"];

/// What a conjugated verb weighs against a noun. Ours.
const VERB: f64 = 0.5;

/// How a pattern speaks for its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the word.
    Whole,
    /// It is a part of it: a pair of syllables, a part of a dotted name.
    Part,
    /// It is the word and the next one, written as one.
    Joint,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    /// Place in [`Query::words`]; of a joint the first of the two.
    pub(super) word: usize,
    pub(super) role: Role,
    pub(super) weight: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// As typed.
    pub(super) raw: String,
    /// Without particle or ending.
    pub(super) stem: String,
    /// 1, or less for a verb.
    weight: f64,
}

impl Word {
    pub(super) fn is_korean(&self) -> bool {
        self.raw.chars().all(hangul::is_syllable)
    }

    /// Letters that stand alone: initials, or the wrong layout.
    pub(super) fn has_letters(&self) -> bool {
        self.raw.chars().any(hangul::is_letter)
    }
}

/// What is looked for. `terms` and `patterns` belong together by their place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Query {
    pub(super) words: Vec<Word>,
    pub(super) terms: Vec<Term>,
    pub(super) patterns: Vec<Pattern>,
    /// What was typed, for names that are compared as a whole.
    pub(super) typed: String,
}

impl Query {
    pub(super) fn read(typed: &str) -> Query {
        let start: String = typed.chars().take(CHARS_MAX).collect();
        let text = hangul::composed(&start);
        let mut words = split(&text);
        if words.iter().any(|word| !is_stop(word)) {
            words.retain(|word| !is_stop(word));
        }
        words.truncate(WORDS_MAX);
        Query { typed: text, ..Query::of(words) }
    }

    /// A query of these words.
    pub(super) fn of(words: Vec<String>) -> Query {
        let typed = words.join(" ");
        let word = |raw: String| {
            let (stem, weight) = stem(&raw);
            Word { stem: stem.to_owned(), raw, weight }
        };
        let words: Vec<Word> = words.into_iter().map(word).collect();
        let mut query = Query { words, typed, ..Query::default() };
        for at in 0..query.words.len() {
            let word = query.words[at].clone();
            if word.has_letters() {
                if let Some(row) = hangul::initials(&word.raw).filter(|row| row.len() > 1) {
                    query.push(at, Role::Whole, 1.0, Pattern::Initials(row));
                }
            } else if word.is_korean() {
                query.korean(at, &word);
            } else {
                query.latin(at, &word.raw);
            }
            query.joint(at);
        }
        query
    }

    fn push(&mut self, word: usize, role: Role, weight: f64, pattern: Pattern) {
        if !self.patterns.contains(&pattern) {
            self.patterns.push(pattern);
            self.terms.push(Term { word, role, weight });
        }
    }

    fn korean(&mut self, at: usize, word: &Word) {
        let row = |text: &str| Pattern::Syllables(text.chars().collect());
        let stem: Vec<char> = word.stem.chars().collect();
        // A single syllable is part of many words.
        let weight = if stem.len() == 1 { 0.4 } else { word.weight };
        self.push(at, Role::Whole, weight, row(&word.stem));
        if word.stem != word.raw {
            self.push(at, Role::Whole, 0.3, row(&word.raw));
        }
        if stem.len() > 2 {
            for pair in stem.windows(2) {
                let pair = Pattern::Syllables(pair.to_vec());
                self.push(at, Role::Part, 0.5 * word.weight, pair);
            }
        }
    }

    fn latin(&mut self, at: usize, raw: &str) {
        let parts = parts(raw);
        let whole: String = parts.concat();
        self.push(at, Role::Whole, 1.0, Pattern::Word(singular(&whole).into_bytes()));
        for base in bases(&whole) {
            self.push(at, Role::Whole, 0.7, Pattern::Word(base.into_bytes()));
        }
        if parts.len() > 1 {
            for part in parts.iter().filter(|part| part.len() > 1) {
                self.push(at, Role::Part, 0.5, Pattern::Word(singular(part).into_bytes()));
            }
        }
    }

    /// The word and the one before it: "dead lock", "커넥션 풀".
    fn joint(&mut self, at: usize) {
        let Some(before) = at.checked_sub(1) else { return };
        let (first, second) = (&self.words[before], &self.words[at]);
        let joined = format!("{}{}", first.raw, second.stem);
        if first.is_korean() && second.is_korean() {
            let pattern = Pattern::Syllables(joined.chars().collect());
            self.push(before, Role::Joint, 1.0, pattern);
        } else if joined.is_ascii() {
            let pattern = Pattern::Word(singular(&parts(&joined).concat()).into_bytes());
            self.push(before, Role::Joint, 1.0, pattern);
        }
    }

    /// The words without what they carry: "데드락" of "데드락이".
    pub(super) fn stems(&self) -> String {
        self.words.iter().map(|word| word.stem.as_str()).collect()
    }

    /// The words as the reader sees them.
    pub(super) fn shown(&self) -> String {
        self.words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ")
    }
}

fn is_stop(word: &str) -> bool {
    let single = word.len() == 1 && !word.as_bytes()[0].is_ascii_digit();
    single || STOP.contains(&format!(" {} ", word.to_lowercase()))
}

/// Words of a text: runs of Hangul, and names with the hyphens, dots and underscores inside them.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_hangul = |c: char| hangul::is_syllable(c) || hangul::is_letter(c);
        let was_hangul = word.chars().next_back().map(is_hangul);
        let is_joint = matches!(c, '-' | '_' | '.')
            && was_hangul == Some(false)
            && rest.peek().is_some_and(char::is_ascii_alphanumeric);
        let belongs = is_hangul(c) || c.is_ascii_alphanumeric() || is_joint;
        if !word.is_empty() && (!belongs || was_hangul != Some(is_hangul(c))) {
            words.push(std::mem::take(&mut word));
        }
        if belongs {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A word without its particle or ending, if two syllables are left, and what it weighs.
fn stem(word: &str) -> (&str, f64) {
    let without = |endings: &[&str]| {
        let stems = endings.iter().filter_map(|ending| word.strip_suffix(ending));
        stems.filter(|stem| stem.chars().count() > 1).min_by_key(|stem| stem.len())
    };
    let noun = without(&PARTICLES).map(|stem| (stem, 1.0));
    noun.or_else(|| without(&VERB_ENDINGS).map(|stem| (stem, VERB))).unwrap_or((word, 1.0))
}

/// The parts of a dotted or camelCase name in lower case.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = '.';
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            let begins = !before.is_ascii_alphanumeric()
                || c.is_ascii_uppercase() && !before.is_ascii_uppercase();
            match parts.last_mut().filter(|_| !begins) {
                Some(part) => part.push(c.to_ascii_lowercase()),
                None => parts.push(c.to_ascii_lowercase().to_string()),
            }
        }
        before = c;
    }
    parts
}

/// The S-stemmer of Harman, "How effective is suffixing?" (1991).
fn singular(word: &str) -> String {
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    if word.len() < 4 {
        word.to_owned()
    } else if word.ends_with("ies") && !ends(&["eies", "aies"]) {
        format!("{}y", &word[..word.len() - 3])
    } else if word.ends_with('s') && !ends(&["us", "ss", "aes", "ees", "oes"]) {
        word[..word.len() - 1].to_owned()
    } else {
        word.to_owned()
    }
}

/// What `locking` and `cached` may come from.
fn bases(word: &str) -> Vec<String> {
    let base = word.strip_suffix("ing").or_else(|| word.strip_suffix("ed"));
    let base = base.filter(|base| base.len() > 2);
    base.map_or_else(Vec::new, |base| vec![base.to_owned(), format!("{base}e")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_split_where_scripts_and_words_end() {
        assert_eq!(
            split("HikariCP가 max-pool, ㄷㄷㄹ! ㅗㅑㅏㅁ갸 a.b.  \u{1b}[31mx-"),
            ["HikariCP", "가", "max-pool", "ㄷㄷㄹ", "ㅗㅑㅏㅁ갸", "a.b", "31mx"]
        );
        assert_eq!(
            parts("spring.hikari.maximumPoolSize"),
            ["spring", "hikari", "maximum", "pool", "size"]
        );
        assert_eq!(parts("HikariCP-1"), ["hikari", "cp", "1"]);
    }

    #[test]
    fn words_lose_what_they_carry() {
        let stems: Vec<&str> =
            ["데드락이", "서버비를", "커넥션풀에서", "필요한가요", "값이", "락", "재시도하면"]
                .map(|word| stem(word).0)
                .into();
        assert_eq!(stems, ["데드락", "서버비", "커넥션풀", "필요", "값이", "락", "재시도"]);
        assert_eq!(stem("느려지나요"), ("느려지", VERB));
        let words: Vec<String> =
            ["connections", "retries", "class", "redis", "bus"].map(singular).into();
        assert_eq!(words, ["connection", "retry", "class", "redi", "bus"]);
    }

    #[test]
    fn a_long_query_is_cut() {
        let query = Query::read(&"가나 ".repeat(50_000));
        assert_eq!(query.words.len(), WORDS_MAX);
        assert_eq!(Query::read("\u{0}\u{1b} ?!").words, []);
        assert_eq!(Query::read("why").words.len(), 1);
    }
}
