//! GIFT, the text format in which Moodle takes and gives questions: reading it, as Moodle's own
//! reader does (`question/format/gift/format.php`), into questions as far as GIFT has them.
//!
//! What a question of ours needs and GIFT lacks (hints, sections, misconceptions) is left to be
//! filled in by whoever reads [`write::files`].

mod answers;
mod block;
mod html;
pub(crate) mod write;

use crate::content::problem::{Problem, Source, is_control};
use crate::content::text::{Text, both};
use crate::content::toml_tree::BYTES_MAX;

use super::read::is_id;
use super::unit::Unit;
use block::{Block, Token};

/// Most questions of one file.
const BLOCKS_MAX: usize = 1000;

/// The class of the line that tells the unit of a number; what follows is the name in [`CLASSES`].
pub(crate) const UNIT_CLASS: &str = "prep-unit-";

/// Units as they are named in a class of HTML.
const CLASSES: [(Unit, &str); 6] = [
    (Unit::PerSecond, "per-second"),
    (Unit::Milliseconds, "ms"),
    (Unit::Seconds, "s"),
    (Unit::Count, "count"),
    (Unit::Percent, "percent"),
    (Unit::Share, "share"),
];

/// The name of a unit in a class of HTML.
pub(crate) fn class_of(unit: Unit) -> &'static str {
    CLASSES.iter().find(|(known, _)| *known == unit).map_or("count", |(_, name)| name)
}

/// The questions of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gift {
    pub(crate) questions: Vec<GiftQuestion>,
    /// What was not taken over, with its place.
    pub(crate) left_out: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GiftQuestion {
    /// Unique in the file.
    pub(crate) id: String,
    pub(crate) ask: String,
    /// The general feedback.
    pub(crate) why: Option<String>,
    pub(crate) kind: GiftKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum GiftKind {
    /// Exactly one option is right.
    Choice(Vec<GiftOption>),
    /// One option or more are right.
    Several(Vec<GiftOption>),
    Number(GiftNumber),
    /// An essay.
    Open,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GiftOption {
    pub(crate) text: String,
    pub(crate) why: Option<String>,
    pub(crate) right: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GiftNumber {
    pub(crate) answer: f64,
    /// In the unit of the answer, not below 0.
    pub(crate) tolerance: f64,
    /// Known for questions that were exported by `prep` only.
    pub(crate) unit: Option<Unit>,
    /// Wrong values and what is said of them.
    pub(crate) wrong: Vec<(f64, Option<String>)>,
}

/// Reads a file. Question types without a kind of ours are left out and told.
///
/// # Errors
/// Every fault that hides what is meant: braces that do not match, numbers that are none, no right
/// answer, control characters, more than 1 MiB, no question that can be taken.
pub(crate) fn read(source: &Source) -> Result<Gift, Vec<Problem>> {
    if source.text.len() > BYTES_MAX {
        return Err(vec![source.problem_of_file(both!(
            "the file is larger than 1 MiB, the most that is read",
            "파일이 1 MiB를 넘습니다. 그보다 큰 파일은 읽지 않습니다"
        ))]);
    }
    let blocks = block::blocks(&source.text);
    if blocks.len() > BLOCKS_MAX {
        let token = blocks[BLOCKS_MAX].tokens[0];
        return Err(vec![source.problem(
            token.at..token.at,
            both!(
                "the file has more than {BLOCKS_MAX} questions, the most that are read",
                "문제가 {BLOCKS_MAX}개를 넘습니다. 그보다 많으면 읽지 않습니다"
            ),
        )]);
    }
    let mut reader = Reader { source, gift: Gift::default(), faults: Vec::new() };
    for block in &blocks {
        reader.block(block);
    }
    let Reader { gift, mut faults, .. } = reader;
    if faults.is_empty() && gift.questions.is_empty() {
        let nothing =
            both!("there is no question that can be taken over", "가져올 수 있는 문제가 없습니다");
        faults.extend(gift.left_out);
        faults.push(source.problem_of_file(nothing));
        return Err(faults);
    }
    if faults.is_empty() { Ok(gift) } else { Err(faults) }
}

struct Reader<'s> {
    source: &'s Source,
    gift: Gift,
    faults: Vec<Problem>,
}

/// Why a question is not taken.
enum Refused {
    /// GIFT has it, we have not.
    LeftOut(Problem),
    Fault(Problem),
}

/// How the words of a text are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// As they stand.
    Plain,
    Html,
}

impl Reader<'_> {
    fn block(&mut self, block: &Block) {
        if let Some(control) = block.tokens.iter().find(|token| is_forbidden(token.c)) {
            self.faults.push(self.problem(
                &[*control],
                both!("control characters are not allowed here", "제어 문자는 쓸 수 없습니다"),
            ));
            return;
        }
        match self.question(&block.tokens) {
            Ok(Some(question)) => self.gift.questions.push(question),
            Ok(None) => {}
            Err(Refused::LeftOut(problem)) => self.gift.left_out.push(problem),
            Err(Refused::Fault(problem)) => self.faults.push(problem),
        }
    }

    /// `None` for a block that holds no question.
    fn question(&mut self, tokens: &[Token]) -> Result<Option<GiftQuestion>, Refused> {
        let tokens = block::trim(block::without_category(tokens));
        if tokens.is_empty() {
            return Ok(None);
        }
        let (name, rest) = block::name(tokens);
        let (open, close) = match (block::find(rest, '{'), block::find(rest, '}')) {
            (None, None) => {
                return Err(self.left_out(
                    tokens,
                    both!(
                        "left out: a description, which asks nothing",
                        "제외: 묻는 것이 없는 설명입니다"
                    ),
                ));
            }
            (Some(open), Some(close)) if open < close => (open, close),
            (Some(open), _) => return Err(self.unclosed(&rest[open..])),
            (None, Some(close)) => return Err(self.unopened(&rest[close..])),
        };
        let (inside, after) = (&rest[open + 1..close], &rest[close + 1..]);
        if let Some(at) = block::find(inside, '{') {
            return Err(self.unclosed(&inside[at..]));
        }
        if let Some(at) = after.iter().position(|token| token.is('{') || token.is('}')) {
            return Err(self.unopened(&after[at..]));
        }
        let (format, before) = format(block::trim(&rest[..open]));
        let mut asked = before.to_vec();
        if !block::trim(after).is_empty() {
            // As Moodle shows the gap of a missing word.
            asked.extend("_____".chars().map(|c| Token { c, escaped: true, at: 0 }));
            asked.extend_from_slice(after);
        }
        let (ask, unit) = match format {
            Format::Plain => (self.words(&asked, format)?, None),
            Format::Html => {
                let (asked, unit) = html::without_unit(&block::text(&asked));
                (self.checked(tokens, html::words(&asked))?, unit)
            }
        };
        if ask.is_empty() {
            let what = both!("nothing is asked before `{{`", "`{{` 앞에 질문이 없습니다");
            return Err(Refused::Fault(self.problem(&rest[open..=open], what)));
        }
        let (inside, general) = block::general_feedback(inside);
        let why = self.feedback(general, format)?;
        let at = &rest[open..=open];
        let kind = self.answers(block::trim(inside), at, format, unit)?;
        let id = self.id(name, &ask);
        Ok(Some(GiftQuestion { id, ask, why, kind }))
    }

    /// The last part of the name (`topic/question`) where it can be an id, or made of its words.
    fn id(&self, name: Option<&[Token]>, ask: &str) -> String {
        const LONGEST: usize = 60;
        let name = name.map(block::text).unwrap_or_default();
        let last = name.rsplit('/').next().unwrap_or_default().trim();
        let words = if last.is_empty() { ask } else { last };
        let mut id = if is_id(last) { last.to_owned() } else { kebab(words) };
        id.truncate(LONGEST);
        let mut id = id.trim_matches('-').to_owned();
        let count = self.gift.questions.len() + 1;
        if !is_id(&id) {
            id = format!("question-{count}");
        }
        let taken = |id: &str| self.gift.questions.iter().any(|other| other.id == id);
        let mut free = id.clone();
        let mut number = 1;
        while taken(&free) {
            number += 1;
            free = format!("{id}-{number}");
        }
        free
    }

    /// A feedback; `None` where there is none.
    fn feedback(&self, tokens: &[Token], around: Format) -> Result<Option<String>, Refused> {
        let words = self.formatted(tokens, around)?;
        Ok(Some(words).filter(|words| !words.is_empty()))
    }

    /// A text that may name its format; `around` is that of the question.
    fn formatted(&self, tokens: &[Token], around: Format) -> Result<String, Refused> {
        let tokens = block::trim(tokens);
        match named_format(tokens) {
            Some((format, rest)) => self.words(rest, format),
            None => self.words(tokens, around),
        }
    }

    fn words(&self, tokens: &[Token], format: Format) -> Result<String, Refused> {
        let text = block::text(tokens);
        let words = match format {
            Format::Plain => text.trim().split('\n').map(str::trim).collect::<Vec<_>>().join("\n"),
            Format::Html => html::words(&text),
        };
        self.checked(tokens, words)
    }

    /// Refuses control characters that entities stand for.
    fn checked(&self, tokens: &[Token], words: String) -> Result<String, Refused> {
        if words.chars().any(is_forbidden) {
            let what =
                both!("control characters are not allowed here", "제어 문자는 쓸 수 없습니다");
            return Err(Refused::Fault(self.problem(tokens, what)));
        }
        Ok(words)
    }

    fn unclosed(&self, tokens: &[Token]) -> Refused {
        let problem = self.problem(
            &tokens[..1],
            both!(
                "`{{` is not closed before the next `{{` or empty line",
                "`{{`가 다음 `{{`나 빈 줄 앞에서 닫히지 않았습니다"
            ),
        );
        Refused::Fault(problem.hint(both!(
            "close the answers with `}}`; a brace of a text is written `\\{{`",
            "답을 `}}`로 닫으세요. 글 속의 중괄호는 `\\{{`로 씁니다"
        )))
    }

    fn unopened(&self, tokens: &[Token]) -> Refused {
        let problem = self.problem(
            &tokens[..1],
            both!(
                "a question has one pair of braces; this one is too much",
                "문제마다 중괄호는 한 쌍입니다. 이 중괄호가 남습니다"
            ),
        );
        Refused::Fault(problem.hint(both!(
            "separate questions by an empty line; a brace of a text is written `\\}}`",
            "문제 사이에 빈 줄을 두세요. 글 속의 중괄호는 `\\}}`로 씁니다"
        )))
    }

    fn left_out(&self, tokens: &[Token], what: Text) -> Refused {
        Refused::LeftOut(self.problem(tokens, what))
    }

    /// A question is taken, but not all of it.
    fn without(&mut self, tokens: &[Token], what: Text) {
        let problem = self.problem(tokens, what);
        self.gift.left_out.push(problem);
    }

    /// A problem at the line that the tokens begin on.
    fn problem(&self, tokens: &[Token], what: Text) -> Problem {
        let from = tokens.first().map_or(0, |token| token.at);
        let to = tokens.last().map_or(from, |token| token.at + token.c.len_utf8());
        self.source.problem(from..to.max(from), what)
    }
}

/// A tab, and the end of a line, may stand anywhere.
fn is_forbidden(c: char) -> bool {
    is_control(c) && !matches!(c, '\n' | '\t')
}

/// Without a name of its own a text is what the reader of the question makes of it.
fn format(tokens: &[Token]) -> (Format, &[Token]) {
    named_format(tokens).unwrap_or((Format::Plain, tokens))
}

fn named_format(tokens: &[Token]) -> Option<(Format, &[Token])> {
    const NAMES: [(&str, Format); 4] = [
        ("[html]", Format::Html),
        ("[markdown]", Format::Plain),
        ("[plain]", Format::Plain),
        ("[moodle]", Format::Plain),
    ];
    NAMES.into_iter().find_map(|(name, format)| {
        let length = name.chars().count();
        let head = tokens.get(..length)?;
        let fits = head.iter().zip(name.chars()).all(|(token, c)| token.c == c);
        fits.then(|| (format, &tokens[length..]))
    })
}

/// The ASCII words of a text, joined by hyphens.
fn kebab(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id
}

#[cfg(test)]
mod tests;
