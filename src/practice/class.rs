//! The grading of a class: every submission graded again from its answers with the mentor's key.
//! Nothing that a submission says about itself is believed but its answers, and those only as far
//! as its signatures and the student's draw allow.

mod compared;
mod marks;
mod note;
mod questions;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::key::{Key, KeyQuestion};
use super::paper::{Drawn, Late, draw};
use super::received::Fault;
use super::submission::{self, Line, State, Submission};
use crate::content::text::{Text, both};
use crate::quiz::grade::{Grade, grade};
use crate::quiz::question::QuestionKind;

pub(crate) use marks::{BYTES_MAX as MARKS_MAX, Marks, mark_line};
pub(crate) use note::Note;
pub(crate) use questions::QuestionRow;

/// A file of the directory of submissions.
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    /// Its name, for people.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What a class handed in, graded.
#[derive(Clone, Debug)]
pub(crate) struct Class<'k> {
    pub(crate) key: &'k Key,
    /// In order of student.
    pub(crate) rows: Vec<Row<'k>>,
    /// Files that were not graded, with the reason.
    pub(crate) refused: Vec<(String, Text)>,
    /// In order of the paper.
    pub(crate) questions: Vec<QuestionRow<'k>>,
}

/// One student.
#[derive(Clone, Debug)]
pub(crate) struct Row<'k> {
    pub(crate) student: String,
    pub(crate) file: String,
    pub(crate) attempt: u32,
    /// After what lateness costs.
    pub(crate) points: f64,
    pub(crate) of: f64,
    /// Answers in words that nobody has graded yet; they count nothing in `points`.
    pub(crate) ungraded: usize,
    /// Days begun after the due time.
    pub(crate) late_days: u32,
    pub(crate) notes: Vec<Note>,
    /// Every question of the student's draw.
    pub(crate) answers: Vec<Answered<'k>>,
    submission: Submission,
}

/// One question as one student answered it.
#[derive(Clone, Debug)]
pub(crate) struct Answered<'k> {
    pub(crate) drawn: Drawn<'k>,
    pub(crate) key: &'k KeyQuestion,
    /// `None`: left open, or not acceptable.
    pub(crate) line: Option<Line>,
    pub(crate) state: Marked,
    /// Points of the rubric that the mentor found in an answer in words.
    pub(crate) made: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Marked {
    Graded(Grade),
    /// In words, not graded yet.
    Waits,
    Unanswered,
}

impl Answered<'_> {
    /// 0 to 1; an answer that waits counts nothing yet.
    pub(crate) fn score(&self) -> f64 {
        match &self.state {
            Marked::Graded(grade) => grade.score,
            Marked::Waits | Marked::Unanswered => 0.0,
        }
    }
}

/// Grades all files. `marks` are those of answers in words.
pub(crate) fn class<'k>(key: &'k Key, files: &[Handed], marks: &Marks) -> Class<'k> {
    let mut refused = Vec::new();
    let mut read: Vec<(&Handed, Submission)> = Vec::new();
    let mut handed: Vec<&Handed> = files.iter().collect();
    handed.sort_by(|a, b| a.name.cmp(&b.name));
    for file in handed {
        match accept(key, &file.bytes) {
            Ok(submission) => read.push((file, submission)),
            Err(why) => refused.push((file.name.clone(), why)),
        }
    }
    let mut by_student: BTreeMap<String, Vec<(&Handed, Submission)>> = BTreeMap::new();
    for (file, submission) in read {
        by_student.entry(submission.header.student.clone()).or_default().push((file, submission));
    }
    let mut rows = Vec::new();
    for (student, theirs) in by_student {
        let (counted, notes) = match counted(key, theirs) {
            Ok(found) => found,
            Err(beyond) => {
                refused.extend(beyond);
                continue;
            }
        };
        rows.push(row(key, student, counted, notes, marks));
    }
    compared::compare(&mut rows);
    let questions = questions::rows(key, &rows);
    Class { key, rows, refused, questions }
}

/// A submission to this paper whose every line is intact.
fn accept(key: &Key, bytes: &[u8]) -> Result<Submission, Text> {
    let submission = submission::read(bytes).map_err(|fault| match fault {
        Fault::OtherFormat { .. } | Fault::Malformed { line: 1, .. } | Fault::Empty => {
            let why = fault.text();
            let (en, ko) = (why.en, why.ko);
            both!("not a submission: {en}", "답안 파일이 아닙니다: {ko}")
        }
        fault => fault.text(),
    })?;
    if submission.header.paper == key.digest {
        return Ok(submission);
    }
    let (id, own) = (&submission.header.assignment, &key.paper.id);
    Err(if id == own {
        both!(
            "wrong paper: it answers another paper named `{id}`",
            "다른 시험지의 답안입니다: 이름은 같은 `{id}`이지만 내용이 다른 시험지입니다"
        )
    } else {
        both!(
            "wrong paper: it answers `{id}`, this is the key of `{own}`",
            "다른 시험지의 답안입니다: `{id}`의 답안인데, 이 채점 키는 `{own}`의 것입니다"
        )
    })
}

type Files<'h> = Vec<(&'h Handed, Submission)>;

/// A file with what it holds, and notes on the others of the student.
type Counted<'h> = ((&'h Handed, Submission), Vec<Note>);

/// Which of a student's files counts: the last allowed attempt that was handed in, or else the
/// last one begun; of two files of one attempt the one with the later last answer. With notes on
/// the others.
fn counted<'h>(key: &Key, theirs: Files<'h>) -> Result<Counted<'h>, Vec<(String, Text)>> {
    let most = key.paper.attempts;
    let (mut allowed, beyond): (Files<'h>, Files<'h>) =
        theirs.into_iter().partition(|(_, submission)| submission.header.attempt <= most);
    allowed.sort_by_key(|(file, submission)| {
        let handed_in = submission.state == State::HandedIn;
        let header = &submission.header;
        (handed_in, header.attempt, last_answer(submission), submission.lines.len(), &file.name)
    });
    let Some(counted) = allowed.pop() else {
        let refuse = |(file, submission): (&Handed, Submission)| {
            let attempt = submission.header.attempt;
            let why = both!(
                "attempt {attempt}; only {most} are allowed",
                "{attempt}번째 시도입니다. 시도는 {most}번까지 허용됩니다"
            );
            (file.name.clone(), why)
        };
        return Err(beyond.into_iter().map(refuse).collect());
    };
    let mut notes = Vec::new();
    for (file, submission) in allowed {
        let (name, attempt) = (file.name.clone(), submission.header.attempt);
        notes.push(if file.bytes == counted.0.bytes {
            Note::SameFile { file: name }
        } else if attempt == counted.1.header.attempt {
            let other_key = submission.header.key != counted.1.header.key;
            Note::TwoFiles { file: name, other_key }
        } else {
            Note::OtherAttempt { file: name, attempt }
        });
    }
    for (file, submission) in beyond {
        let (file, attempt) = (file.name.clone(), submission.header.attempt);
        notes.push(Note::BeyondAttempts { file, attempt });
    }
    Ok((counted, notes))
}

/// When the last answer was given, by the student's clock.
fn last_answer(submission: &Submission) -> Option<Timestamp> {
    submission.lines.iter().filter_map(|line| moment(&line.at_utc)).max()
}

/// The reader of submissions and of papers has checked it.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn row<'k>(
    key: &'k Key,
    student: String,
    (file, submission): (&Handed, Submission),
    mut notes: Vec<Note>,
    marks: &Marks,
) -> Row<'k> {
    if let State::Open { torn } = submission.state {
        notes.push(Note::Unfinished { torn });
    }
    let drawn = draw(&key.paper, &key.digest, &student);
    for line in submission.answers() {
        if drawn.iter().all(|drawn| drawn.question.id != line.question) {
            notes.push(Note::NotDrawn { question: line.question.clone() });
        }
    }
    let mut answers = Vec::new();
    for drawn in drawn {
        let Some(asked) = key.question(&drawn.question.id) else { continue };
        let given = submission.answers().into_iter().find(|line| line.question == asked.id);
        answers.push(answered(drawn, asked, given, marks, &mut notes));
    }
    times(key, &submission, &mut notes);
    let late_days = late_days(key, &submission);
    let share = kept(key.paper.late, late_days);
    if late_days > 0 {
        notes.push(Note::Late { days: late_days, kept: share });
    }
    let raw: f64 = answers.iter().map(|answered| answered.score() * answered.drawn.points).sum();
    let of = answers.iter().map(|answered| answered.drawn.points).sum();
    let ungraded = answers.iter().filter(|answered| answered.state == Marked::Waits).count();
    let (file, attempt) = (file.name.clone(), submission.header.attempt);
    let points = raw * share;
    Row { student, file, attempt, points, of, ungraded, late_days, notes, answers, submission }
}

fn answered<'k>(
    drawn: Drawn<'k>,
    key: &'k KeyQuestion,
    given: Option<&Line>,
    marks: &Marks,
    notes: &mut Vec<Note>,
) -> Answered<'k> {
    let unanswered = |drawn| {
        let (line, made) = (None, Vec::new());
        Answered { drawn, key, line, state: Marked::Unanswered, made }
    };
    let Some(line) = given else { return unanswered(drawn) };
    let question = key.id.clone();
    if line.variant != drawn.variant {
        notes.push(Note::OtherVariant { question });
        return unanswered(drawn);
    }
    let made = marks.get(&line.digest());
    let waits = matches!(key.question.kind, QuestionKind::Open(_)) && made.is_none();
    let made = made.cloned().unwrap_or_default();
    let state = if waits {
        Marked::Waits
    } else {
        let variant = drawn.variant.and_then(|at| key.variants.get(at));
        let answer = line.given.answer(&made);
        match grade(&key.question, &answer, variant.map(|variant| &variant.band)) {
            Ok(grade) => Marked::Graded(grade),
            Err(why) => {
                notes.push(Note::NoAnswer { question, why: why.0 });
                return unanswered(drawn);
            }
        }
    };
    Answered { drawn, key, line: Some(line.clone()), state, made }
}

/// What the times of the answers tell.
fn times(key: &Key, submission: &Submission, notes: &mut Vec<Note>) {
    let given: Vec<Timestamp> =
        submission.lines.iter().filter_map(|line| moment(&line.at_utc)).collect();
    if let Some(opens) = key.paper.opens.as_deref().and_then(moment) {
        let answers = given.iter().filter(|at| **at < opens).count();
        if answers > 0 {
            notes.push(Note::Early { answers });
        }
    }
    if !given.is_sorted() {
        notes.push(Note::ClockBack);
    }
}

/// Days begun between the due time and the last answer.
fn late_days(key: &Key, submission: &Submission) -> u32 {
    let due = key.paper.due.as_deref().and_then(moment);
    let Some((due, last)) = due.zip(last_answer(submission)) else { return 0 };
    const DAY_MS: i64 = 86_400_000;
    let over = last.as_millisecond().saturating_sub(due.as_millisecond()).max(0);
    u32::try_from(over / DAY_MS + i64::from(over % DAY_MS > 0)).unwrap_or(u32::MAX)
}

/// The share of the points that is left after some days.
fn kept(late: Late, days: u32) -> f64 {
    if days == 0 {
        return 1.0;
    }
    if days > late.until_days {
        return 0.0;
    }
    (1.0 - late.percent_per_day / 100.0 * f64::from(days)).max(0.0)
}

#[cfg(test)]
mod tests;
