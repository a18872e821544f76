//! The record of what a person did: append-only tables of attempts, of those taken back and of
//! settings in a SQLite file, from which everything else is derived.
//!
//! Invariants: an attempt that was appended is on the disk; a file that is not understood (newer,
//! damaged, of another program) is never written; two processes may use the record at once.

mod backup;
mod error;
mod schema;
pub(crate) mod transfer;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, named_params};

use crate::quiz::schedule::Rating;
pub(crate) use error::StoreError;

const FILE: &str = "prep.db";
/// How long one process waits for another; writing an attempt takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// What the record is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Makes the directory and the file where they are missing.
    Write,
    /// Makes nothing: a record that does not exist reads as empty.
    Read,
}

/// One answer that somebody gave to one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attempt {
    /// `topic/question`.
    pub(crate) question: String,
    pub(crate) topic: String,
    /// `choice`, `several`, `number` or `sim`.
    pub(crate) kind: String,
    /// The answer as JSON.
    pub(crate) given: String,
    /// 0 to 1.
    pub(crate) score: f64,
    /// How sure the person was beforehand, 0 to 1, if asked.
    pub(crate) sure: Option<f64>,
    /// How well the person says they knew it, if asked.
    pub(crate) rating: Option<Rating>,
    pub(crate) duration_ms: u64,
    /// Of the session: it fixes order and variant.
    pub(crate) seed: u64,
    /// The settings of a `sim` question as a JSON object.
    pub(crate) variant: Option<String>,
    /// RFC 3339, ending in `Z`.
    pub(crate) at_utc: String,
    pub(crate) utc_offset_minutes: i32,
    /// Version of the program.
    pub(crate) prep: String,
    pub(crate) session: String,
}

/// What a person set for all their practice. The latest value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// `2026-12-15`, or nothing.
    InterviewDate,
    /// `0.9`.
    Retention,
    /// Of the schedule of reviews: 21 numbers, separated by spaces.
    Parameters,
}

impl Setting {
    fn name(self) -> &'static str {
        match self {
            Setting::InterviewDate => "interview-date",
            Setting::Retention => "retention",
            Setting::Parameters => "parameters",
        }
    }
}

/// Which attempts are wanted; a `None` admits all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter<'f> {
    pub(crate) topic: Option<&'f str>,
    pub(crate) question: Option<&'f str>,
    pub(crate) session: Option<&'f str>,
}

#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    file: PathBuf,
}

const COLUMNS: &str = "question, topic, kind, given, score, sure, duration_ms, seed, variant, \
                       at_utc, utc_offset_minutes, prep, session, rating";

/// Attempts that nobody took back.
const STANDING: &str = "not exists (select 1 from retraction where attempt = attempt.id)";

impl Store {
    /// The file of the record in a directory, whether it is there or not.
    pub(crate) fn path(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    /// Opens the record in a directory.
    ///
    /// # Errors
    /// See [`StoreError`]; whatever is wrong, an existing file stays as it is.
    pub(crate) fn open(dir: &Path, mode: Mode) -> Result<Store, StoreError> {
        let file = Store::path(dir);
        let version = if file.exists() { inspect(&file)? } else { Some(0) };
        let sqlite = |error| StoreError::from_sqlite(&file, &error);
        let mut connection = match (mode, version) {
            (Mode::Read, Some(0)) => Connection::open_in_memory().map_err(sqlite)?,
            (Mode::Read, Some(schema::VERSION)) => {
                let connection = open_to_read(&file).map_err(sqlite)?;
                return Ok(Store { connection, file });
            }
            (Mode::Read | Mode::Write, _) => {
                fs::create_dir_all(dir).map_err(|error| StoreError::Unwritable {
                    file: file.clone(),
                    reason: error.to_string(),
                })?;
                let connection = open_to_write(&file).map_err(sqlite)?;
                if version.is_none() {
                    judge(&connection, &file)?;
                }
                make_durable(&connection).map_err(sqlite)?;
                connection
            }
        };
        schema::migrate(&mut connection, &file)?;
        Ok(Store { connection, file })
    }

    /// Adds one attempt and returns its id. It is on the disk when this returns.
    ///
    /// # Errors
    /// The attempt was not kept: disk full, file locked or not writable, or a value out of range.
    pub(crate) fn append(&self, attempt: &Attempt) -> Result<String, StoreError> {
        let statement = "insert into attempt (question, topic, kind, given, score, sure, \
             duration_ms, seed, variant, at_utc, utc_offset_minutes, prep, session, rating) values \
             (:question, :topic, :kind, :given, :score, :sure, :duration_ms, :seed, :variant, \
              :at_utc, :utc_offset_minutes, :prep, :session, :rating) returning id";
        let insert = || -> rusqlite::Result<String> {
            let mut insert = self.connection.prepare_cached(statement)?;
            let values = named_params! {
                ":question": attempt.question,
                ":topic": attempt.topic,
                ":kind": attempt.kind,
                ":given": attempt.given,
                ":score": attempt.score,
                ":sure": attempt.sure,
                ":duration_ms": i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX),
                ":seed": attempt.seed.to_string(),
                ":variant": attempt.variant,
                ":at_utc": attempt.at_utc,
                ":utc_offset_minutes": attempt.utc_offset_minutes,
                ":prep": attempt.prep,
                ":session": attempt.session,
                ":rating": attempt.rating.map(Rating::number),
            };
            // The row is committed when the statement ends, not when it gives its first row.
            let mut rows = insert.query(values)?;
            let id = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?.get(0)?;
            while rows.next()?.is_some() {}
            Ok(id)
        };
        insert().map_err(|error| self.failed(&error))
    }

    /// Takes an attempt back, at this moment (RFC 3339, UTC): no reading shows it any more. Taking
    /// it back once more changes nothing.
    ///
    /// # Errors
    /// There is no such attempt, or the retraction was not kept.
    pub(crate) fn retract(&self, id: &str, at_utc: &str) -> Result<(), StoreError> {
        let statement = "insert into retraction (attempt, at_utc) select ?1, ?2
             where not exists (select 1 from retraction where attempt = ?1)";
        let kept = self.connection.execute(statement, [id, at_utc]);
        kept.map(|_| ()).map_err(|error| self.failed(&error))
    }

    /// Takes an attempt back and adds another in its place, both or neither; returns its id.
    ///
    /// # Errors
    /// Nothing was changed.
    pub(crate) fn replace(
        &self,
        id: &str,
        attempt: &Attempt,
        at_utc: &str,
    ) -> Result<String, StoreError> {
        let sqlite = |error| StoreError::from_sqlite(&self.file, &error);
        let both = self.connection.unchecked_transaction().map_err(sqlite)?;
        self.retract(id, at_utc)?;
        let id = self.append(attempt)?;
        both.commit().map_err(sqlite)?;
        Ok(id)
    }

    /// The last attempt that stands, with its id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn last(&self) -> Result<Option<(String, Attempt)>, StoreError> {
        let query = format!(
            "select {COLUMNS}, id from attempt where {STANDING} order by at_utc desc, seq desc \
             limit 1"
        );
        self.connection
            .query_row(&query, [], |row| Ok((row.get(14)?, attempt(row)?)))
            .optional()
            .map_err(|error| self.failed(&error))
    }

    /// Sets a value from this moment on (RFC 3339, UTC).
    ///
    /// # Errors
    /// The value was not kept.
    pub(crate) fn set(
        &self,
        setting: Setting,
        value: &str,
        at_utc: &str,
    ) -> Result<(), StoreError> {
        // A clock that was set back must not make the new value older than the one it replaces.
        let statement = "insert into setting (name, value, at_utc)
             select ?1, ?2, case when latest >= ?3
               then strftime('%Y-%m-%dT%H:%M:%fZ', latest, '+0.001 seconds') else ?3 end
             from (select max(at_utc) as latest from setting where name = ?1)";
        let kept = self.connection.execute(statement, [setting.name(), value, at_utc]);
        kept.map(|_| ()).map_err(|error| self.failed(&error))
    }

    /// The latest value of a setting.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn get(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        let query = "select value from setting where name = ?1 order by at_utc desc, id limit 1";
        self.connection
            .query_row(query, [setting.name()], |row| row.get(0))
            .optional()
            .map_err(|error| self.failed(&error))
    }

    /// Attempts that stand, in order of time.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn attempts(&self, filter: Filter<'_>) -> Result<Vec<Attempt>, StoreError> {
        let rest = format!(
            "where (:topic is null or topic = :topic)
             and (:question is null or question = :question)
             and (:session is null or session = :session)
             and {STANDING}
             order by at_utc, seq"
        );
        self.select(
            &rest,
            named_params! {
                ":topic": filter.topic,
                ":question": filter.question,
                ":session": filter.session,
            },
        )
    }

    /// The last attempt that stands at each question, in order of `topic/question`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn latest_by_question(&self) -> Result<Vec<Attempt>, StoreError> {
        let rest = format!(
            "where seq in (select first_value(seq) over
               (partition by question order by at_utc desc, seq desc)
               from attempt where {STANDING})
             order by question"
        );
        self.select(&rest, &[])
    }

    fn select(
        &self,
        rest: &str,
        values: &[(&str, &dyn rusqlite::ToSql)],
    ) -> Result<Vec<Attempt>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Attempt>> {
            let mut query =
                self.connection.prepare_cached(&format!("select {COLUMNS} from attempt {rest}"))?;
            query.query_map(values, attempt)?.collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.file, error)
    }
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    let seed: String = row.get(7)?;
    Ok(Attempt {
        question: row.get(0)?,
        topic: row.get(1)?,
        kind: row.get(2)?,
        given: row.get(3)?,
        score: row.get(4)?,
        sure: row.get(5)?,
        duration_ms: row.get::<_, i64>(6)?.unsigned_abs(),
        seed: seed.parse().map_err(|_| {
            rusqlite::Error::InvalidColumnType(7, "seed".to_owned(), rusqlite::types::Type::Text)
        })?,
        variant: row.get(8)?,
        at_utc: row.get(9)?,
        utc_offset_minutes: row.get(10)?,
        prep: row.get(11)?,
        session: row.get(12)?,
        rating: row.get::<_, Option<u8>>(13)?.and_then(Rating::from_number),
    })
}

/// The version of a file, read without any possibility of changing it; `None` when only a process
/// that writes can open it, because one that was killed left its journal. (SQLite may put an empty
/// `-wal` and `-shm` file beside it.)
fn inspect(file: &Path) -> Result<Option<i64>, StoreError> {
    match open_to_read(file) {
        Ok(connection) => match judge(&connection, file) {
            Err(StoreError::Unwritable { .. }) => Ok(None),
            judged => judged.map(Some),
        },
        Err(error) => Err(StoreError::from_sqlite(file, &error)),
    }
}

/// The version of an open file.
///
/// # Errors
/// The file is not one that this program may write.
fn judge(connection: &Connection, file: &Path) -> Result<i64, StoreError> {
    let look = || -> rusqlite::Result<(i64, i64, bool, String)> {
        // One view for all of it: another process may be making the tables right now.
        let view = connection.unchecked_transaction()?;
        let version = schema::version(&view)?;
        let tables = "select count(*), coalesce(sum(name = 'attempt'), 0) from sqlite_schema";
        let (tables, ours) = view.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sound = view.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
        Ok((version, tables, ours, sound))
    };
    let (version, tables, ours, sound) =
        look().map_err(|error| StoreError::from_sqlite(file, &error))?;
    let file = file.to_owned();
    if sound != "ok" {
        Err(StoreError::Corrupt { file })
    } else if version < 0 || (tables > 0 && (version == 0 || !ours)) {
        Err(StoreError::Foreign { file })
    } else if version > schema::VERSION {
        Err(StoreError::Newer { file, found: version, known: schema::VERSION })
    } else {
        Ok(version)
    }
}

fn open_to_read(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

fn open_to_write(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    // SQLite does not wait here when another process is making the same change.
    let mut pauses = PATIENCE.as_millis() / PAUSE.as_millis();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error)
                if pauses > 0 && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                pauses -= 1;
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    // In WAL mode anything less may lose the last answers at a power cut.
    connection.pragma_update(None, "synchronous", "full")
}

#[cfg(test)]
mod tests;
