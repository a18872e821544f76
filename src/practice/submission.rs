//! A submission: what a student gave, line by line. Each line is signed with the student's own key
//! and carries the digest of the line before it, so that nothing can be changed, removed, inserted
//! or moved afterwards without that key. It has no score: the mentor's program grades the answers.

use serde::{Deserialize, Serialize};

use super::received::{self, Fault, is_hex_64, is_id, is_question_id, is_student};
use super::signing::{self, Secret};
use crate::content::text::both;
use crate::quiz::grade::Answer;

const FORMAT: &str = "prep.submission/1";
const PURPOSE: &str = "prep.submission/1";
/// Most bytes of a submission.
pub(crate) const BYTES_MAX: usize = 16 << 20;
/// Most characters of an answer in words.
pub(crate) const ANSWER_MAX: usize = 20_000;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    format: String,
    /// Id of the assignment.
    pub(crate) assignment: String,
    /// Digest of the paper.
    pub(crate) paper: String,
    pub(crate) student: String,
    /// From 1.
    pub(crate) attempt: u32,
    /// The student's public key.
    pub(crate) key: String,
    /// Version of the program.
    pub(crate) prep: String,
    sig: String,
}

/// One answer; a later one to the same question replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// `topic/question`.
    pub(crate) question: String,
    /// Of a question that a simulation answers: its place in the paper.
    pub(crate) variant: Option<usize>,
    pub(crate) given: Given,
    /// Confidence from 1 to 5.
    pub(crate) sure: Option<u8>,
    /// From the question to the answer.
    pub(crate) ms: u64,
    /// RFC 3339, ending in `Z`, by the student's clock.
    pub(crate) at_utc: String,
    pub(crate) utc_offset_minutes: i32,
    /// Digest of the line before.
    prev: String,
    sig: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Given {
    /// Ids of options as in the paper.
    Options(Vec<String>),
    /// A number as it was typed.
    Number(String),
    /// Ids of all steps as the student put them.
    Order(Vec<String>),
    /// An answer in words.
    Words(String),
}

/// The last line: the student handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    /// Lines between the header and this one.
    answers: usize,
    at_utc: String,
    prev: String,
    sig: String,
}

/// A submission whose lines were all found intact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Submission {
    pub(crate) header: Header,
    /// In the order in which they were given.
    pub(crate) lines: Vec<Line>,
    pub(crate) state: State,
    /// Bytes up to the end of the last whole line.
    pub(crate) whole: usize,
    /// Of the last whole line.
    last: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    HandedIn,
    /// Without a closing line; `torn` if the last line was cut off in the middle, which is what an
    /// interruption while writing leaves.
    Open {
        torn: bool,
    },
}

/// What only the caller knows about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) ms: u64,
    pub(crate) at_utc: String,
    pub(crate) utc_offset_minutes: i32,
}

/// A submission being written: gives the text of each line to append.
pub(crate) struct Writer {
    secret: Secret,
    /// Digest of the last line.
    last: String,
    answers: usize,
}

impl Given {
    /// As it is graded. `points` are those of the rubric that an answer in words makes, as the
    /// mentor says.
    pub(crate) fn answer(&self, points: &[String]) -> Answer {
        match self {
            Given::Options(ids) => Answer::Options(ids.clone()),
            Given::Number(typed) => Answer::Number(typed.clone()),
            Given::Order(ids) => Answer::Order(ids.clone()),
            Given::Words(text) => Answer::Open { text: text.clone(), points: points.to_vec() },
        }
    }

    fn check(&self) -> Result<(), Fault> {
        let wrong = |what| Err(Fault::value("given", what));
        match self {
            Given::Options(ids) | Given::Order(ids)
                if ids.len() > 26 || !ids.iter().all(|id| is_id(id)) =>
            {
                wrong(both!("these are no options", "보기가 아닙니다"))
            }
            Given::Number(typed) | Given::Words(typed) if typed.chars().count() > ANSWER_MAX => {
                wrong(both!("too long", "너무 깁니다"))
            }
            _ => Ok(()),
        }
    }
}

/// A line that is signed: what is signed is the line itself with an empty signature.
trait Signed: Serialize + Clone {
    fn signature(&mut self) -> &mut String;

    fn text(&self) -> String {
        serde_json::to_string(self).expect("its fields are strings and integers")
    }

    /// The whole line without its end.
    fn signed(&self, secret: &Secret) -> String {
        let mut line = self.clone();
        line.signature().clear();
        *line.signature() = secret.sign(PURPOSE, &line.text());
        line.text()
    }

    /// Whether these are the very bytes that `key` signed.
    fn is_signed(&self, text: &str, key: &str) -> bool {
        let mut line = self.clone();
        let signature = std::mem::take(line.signature());
        self.text() == text && signing::is_signed(key, PURPOSE, &line.text(), &signature)
    }
}

impl Signed for Header {
    fn signature(&mut self) -> &mut String {
        &mut self.sig
    }
}

impl Signed for Line {
    fn signature(&mut self) -> &mut String {
        &mut self.sig
    }
}

impl Signed for Close {
    fn signature(&mut self) -> &mut String {
        &mut self.sig
    }
}

impl Writer {
    /// Begins a submission; the text is its first line.
    pub(crate) fn begin(
        secret: &Secret,
        assignment: &str,
        paper: &str,
        student: &str,
        attempt: u32,
    ) -> (Writer, String) {
        let header = Header {
            format: FORMAT.to_owned(),
            assignment: assignment.to_owned(),
            paper: paper.to_owned(),
            student: student.to_owned(),
            attempt,
            key: secret.public(),
            prep: env!("CARGO_PKG_VERSION").to_owned(),
            sig: String::new(),
        };
        let line = header.signed(secret);
        let last = signing::digest(&line);
        (Writer { secret: secret.clone(), last, answers: 0 }, line + "\n")
    }

    /// Goes on with one that was begun; `None` if it was handed in, or signed with another key.
    pub(crate) fn resume(secret: &Secret, begun: &Submission) -> Option<Writer> {
        let own = begun.header.key == secret.public() && begun.state != State::HandedIn;
        let (last, answers) = (begun.last.clone(), begun.lines.len());
        own.then(|| Writer { secret: secret.clone(), last, answers })
    }

    /// The line of an answer. Nothing is given until it is on the disk.
    pub(crate) fn answer(
        &mut self,
        question: &str,
        variant: Option<usize>,
        given: Given,
        sure: Option<u8>,
        moment: Moment,
    ) -> String {
        let line = Line {
            question: question.to_owned(),
            variant,
            given,
            sure,
            ms: moment.ms,
            at_utc: moment.at_utc,
            utc_offset_minutes: moment.utc_offset_minutes,
            prev: self.last.clone(),
            sig: String::new(),
        };
        let line = line.signed(&self.secret);
        self.last = signing::digest(&line);
        self.answers += 1;
        line + "\n"
    }

    /// The closing line.
    pub(crate) fn close(self, at_utc: String) -> String {
        let close = Close { answers: self.answers, at_utc, prev: self.last, sig: String::new() };
        close.signed(&self.secret) + "\n"
    }
}

impl Submission {
    /// The last answer to each question, in the order in which they were first given.
    pub(crate) fn answers(&self) -> Vec<&Line> {
        let mut answers: Vec<&Line> = Vec::new();
        for line in &self.lines {
            match answers.iter_mut().find(|other| other.question == line.question) {
                Some(other) => *other = line,
                None => answers.push(line),
            }
        }
        answers
    }
}

/// Reads a submission.
///
/// # Errors
/// The first line that is damaged, was edited, or does not follow the one before. A last line
/// without its end is none: it was never acknowledged, and is left out.
pub(crate) fn read(bytes: &[u8]) -> Result<Submission, Fault> {
    if bytes.len() > BYTES_MAX {
        return Err(Fault::TooLarge { bytes: bytes.len(), most: BYTES_MAX });
    }
    // A character may be cut in two where the last line is.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let torn = whole < bytes.len();
    let text = match received::text(&bytes[..whole], BYTES_MAX) {
        Err(Fault::Empty) if torn => return Err(Fault::Cut),
        text => text?,
    };
    let mut lines = (1..).zip(text.split_terminator('\n'));
    let (_, first) = lines.next().ok_or(Fault::Empty)?;
    let header: Header = received::json(first, 1, Some(FORMAT))?;
    header.check()?;
    if !header.is_signed(first, &header.key) {
        return Err(Fault::Signature { line: 1 });
    }
    let last = signing::digest(first);
    let mut read =
        Submission { header, lines: Vec::new(), state: State::Open { torn }, whole, last };
    for (number, line) in lines {
        if read.state == State::HandedIn {
            return Err(Fault::Beyond { line: number });
        }
        read.follow(number, line)?;
    }
    if torn && read.state == State::HandedIn {
        let line = text.matches('\n').count() + 1;
        return Err(Fault::Beyond { line });
    }
    Ok(read)
}

impl Submission {
    fn follow(&mut self, number: usize, text: &str) -> Result<(), Fault> {
        let key = &self.header.key;
        let (is_signed, prev) = if text.starts_with("{\"answers\":") {
            let close: Close = received::json(text, number, None)?;
            self.state = State::HandedIn;
            if close.answers != self.lines.len() {
                return Err(Fault::Chain { line: number });
            }
            (close.is_signed(text, key), close.prev)
        } else {
            let line: Line = received::json(text, number, None)?;
            line.check()?;
            let is_signed = line.is_signed(text, key);
            let prev = line.prev.clone();
            self.lines.push(line);
            (is_signed, prev)
        };
        if !is_signed {
            return Err(Fault::Signature { line: number });
        }
        if prev != self.last {
            return Err(Fault::Chain { line: number });
        }
        self.last = signing::digest(text);
        Ok(())
    }
}

impl Header {
    fn check(&self) -> Result<(), Fault> {
        let wrong = |field: &str| {
            let what = both!("this cannot stand here", "올 수 없는 값입니다");
            Err(Fault::value(field, what))
        };
        if !is_id(&self.assignment) {
            return wrong("assignment");
        }
        if !is_hex_64(&self.paper) || !is_hex_64(&self.key) {
            return wrong("paper, key");
        }
        if !is_student(&self.student) {
            return wrong("student");
        }
        if self.attempt == 0 {
            return wrong("attempt");
        }
        Ok(())
    }
}

impl Line {
    /// Names this answer: nobody else can have signed the same line.
    pub(crate) fn digest(&self) -> String {
        signing::digest(&self.text())
    }

    fn check(&self) -> Result<(), Fault> {
        let wrong = |field: &str| {
            let what = both!("this cannot stand here", "올 수 없는 값입니다");
            Err(Fault::value(field, what))
        };
        if !is_question_id(&self.question) {
            return wrong("question");
        }
        if self.sure.is_some_and(|sure| !(1..=5).contains(&sure)) {
            return wrong("sure");
        }
        if self.at_utc.parse::<jiff::Timestamp>().is_err() {
            return wrong("at_utc");
        }
        self.given.check()
    }
}

#[cfg(test)]
mod tests;
