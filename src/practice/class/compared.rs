//! Submissions beside each other: one key under two names, answers that were copied with their
//! times.

use super::{Note, Row};

/// Adds the notes to the rows.
pub(super) fn compare(rows: &mut [Row<'_>]) {
    for one in 0..rows.len() {
        for other in 0..rows.len() {
            if one == other {
                continue;
            }
            let (own, theirs) = (&rows[one].submission, &rows[other].submission);
            let student = rows[other].student.clone();
            let same_key = own.header.key == theirs.header.key;
            let is_copied = |line: &&super::Line| {
                theirs.lines.iter().any(|their| {
                    their.question == line.question
                        && their.given == line.given
                        && their.at_utc == line.at_utc
                        && their.ms == line.ms
                })
            };
            let answers = own.lines.iter().filter(is_copied).count();
            if same_key {
                rows[one].notes.push(Note::SameKey { student: student.clone() });
            }
            if answers > 0 {
                rows[one].notes.push(Note::Copy { student, answers });
            }
        }
    }
}
