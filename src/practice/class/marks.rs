//! The mentor's marks for answers in words, kept in a file that only grows, so that nothing is
//! asked twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Class;
use crate::practice::received::{self, Fault, is_hex_64, is_question_id};

/// Most bytes of the file of marks.
pub(crate) const BYTES_MAX: usize = 16 << 20;

/// Points of the rubric that an answer makes, by the digest of the answer's line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(BTreeMap<String, Vec<String>>);

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    /// Digest of the line of the submission.
    answer: String,
    student: String,
    question: String,
    /// Ids of the points that it makes.
    points: Vec<String>,
}

/// A line of the file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarkFault(pub(crate) Fault);

impl Marks {
    /// Reads the file. A last line without its end was never acknowledged and is left out; the
    /// number is that of the bytes before it.
    ///
    /// # Errors
    /// The first line that is none.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Marks, usize), MarkFault> {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut marks = Marks::default();
        if whole == 0 {
            return Ok((marks, 0));
        }
        let text = received::text(&bytes[..whole], BYTES_MAX).map_err(MarkFault)?;
        for (number, line) in (1..).zip(text.lines()) {
            let mark: Mark = received::json(line, number, None).map_err(MarkFault)?;
            if !is_hex_64(&mark.answer) || !is_question_id(&mark.question) {
                let why = "no mark".to_owned();
                return Err(MarkFault(Fault::Malformed { line: number, why }));
            }
            marks.0.insert(mark.answer, mark.points);
        }
        Ok((marks, whole))
    }

    pub(super) fn get(&self, answer: &str) -> Option<&Vec<String>> {
        self.0.get(answer)
    }

    /// Adds what [`mark_line`] wrote.
    pub(crate) fn add(&mut self, answer: String, points: Vec<String>) {
        self.0.insert(answer, points);
    }
}

/// The line that keeps a mark.
pub(crate) fn mark_line(answer: &str, student: &str, question: &str, points: &[String]) -> String {
    let mark = Mark {
        answer: answer.to_owned(),
        student: student.to_owned(),
        question: question.to_owned(),
        points: points.to_vec(),
    };
    serde_json::to_string(&mark).expect("strings can be written as JSON") + "\n"
}

impl Class<'_> {
    /// Answers in words that wait for a mark: row and answer, one question after the other, so
    /// that answers to one question are read beside each other.
    pub(crate) fn waiting(&self) -> Vec<(usize, usize)> {
        let mut waiting: Vec<(usize, usize)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let open = row.answers.iter().enumerate();
            let open = open.filter(|(_, answered)| answered.state == super::Marked::Waits);
            waiting.extend(open.map(|(answer, _)| (at, answer)));
        }
        waiting.sort_by_key(|(row, answer)| (&self.rows[*row].answers[*answer].key.id, *row));
        waiting
    }
}
