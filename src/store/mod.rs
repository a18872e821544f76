//! The record of what a person did: one append-only table of attempts in a SQLite file, from which
//! everything else is derived.
//!
//! Invariants: an attempt that was appended is on the disk; a file that is not understood (newer,
//! damaged, of another program) is never written; two processes may use the record at once.

mod error;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, named_params};

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

/// Which attempts are wanted; a `None` admits all.
#[cfg(test)]
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
                       at_utc, utc_offset_minutes, prep, session";

impl Store {
    /// Opens the record in a directory.
    ///
    /// # Errors
    /// See [`StoreError`]; whatever is wrong, an existing file stays as it is.
    pub(crate) fn open(dir: &Path, mode: Mode) -> Result<Store, StoreError> {
        let file = dir.join(FILE);
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
        schema::migrate(&mut connection).map_err(sqlite)?;
        Ok(Store { connection, file })
    }

    /// Adds one attempt. It is on the disk when this returns.
    ///
    /// # Errors
    /// The attempt was not kept: disk full, file locked or not writable, or a value out of range.
    pub(crate) fn append(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let statement = "insert into attempt (question, topic, kind, given, score, sure, \
             duration_ms, seed, variant, at_utc, utc_offset_minutes, prep, session) values \
             (:question, :topic, :kind, :given, :score, :sure, :duration_ms, :seed, :variant, \
              :at_utc, :utc_offset_minutes, :prep, :session)";
        self.connection
            .prepare_cached(statement)
            .and_then(|mut insert| {
                insert.execute(named_params! {
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
                })
            })
            .map(|_| ())
            .map_err(|error| StoreError::from_sqlite(&self.file, &error))
    }

    /// Attempts in the order in which they were written.
    #[cfg(test)]
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn attempts(&self, filter: Filter<'_>) -> Result<Vec<Attempt>, StoreError> {
        let rest = "where (:topic is null or topic = :topic)
             and (:question is null or question = :question)
             and (:session is null or session = :session)
             order by seq";
        self.select(
            rest,
            named_params! {
                ":topic": filter.topic,
                ":question": filter.question,
                ":session": filter.session,
            },
        )
    }

    /// The last attempt at each question, in order of `topic/question`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn latest_by_question(&self) -> Result<Vec<Attempt>, StoreError> {
        let rest =
            "where seq in (select max(seq) from attempt group by question) order by question";
        self.select(rest, &[])
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
        read().map_err(|error| StoreError::from_sqlite(&self.file, &error))
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
    let look = || -> rusqlite::Result<(i64, i64, String)> {
        // One view for all three: another process may be making the tables right now.
        let view = connection.unchecked_transaction()?;
        let version = schema::version(&view)?;
        let tables = view.query_row("select count(*) from sqlite_schema", [], |r| r.get(0))?;
        let sound = view.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
        Ok((version, tables, sound))
    };
    let (version, tables, sound) = look().map_err(|error| StoreError::from_sqlite(file, &error))?;
    let file = file.to_owned();
    if sound != "ok" {
        Err(StoreError::Corrupt { file })
    } else if version > schema::VERSION {
        Err(StoreError::Newer { file, found: version, known: schema::VERSION })
    } else if version < 0 || (version == 0 && tables > 0) {
        Err(StoreError::Foreign { file })
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
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A directory of its own for a test, removed afterwards.
    struct Dir(PathBuf);

    impl Dir {
        fn new(name: &str) -> Dir {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let unique = format!("prep-store-{name}-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(unique);
            fs::create_dir_all(&path).unwrap();
            Dir(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join(FILE)
        }

        fn put(&self, bytes: &[u8]) {
            use std::io::Write as _;
            fs::File::create(self.file()).unwrap().write_all(bytes).unwrap();
        }

        fn bytes(&self) -> Vec<u8> {
            fs::read(self.file()).unwrap()
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn attempt_at(question: &str, score: f64, session: &str) -> Attempt {
        Attempt {
            question: format!("hikaricp-pool/{question}"),
            topic: "hikaricp-pool".to_owned(),
            kind: "choice".to_owned(),
            given: r#"{"options":["pool"]}"#.to_owned(),
            score,
            sure: Some(0.8),
            duration_ms: 21_400,
            seed: u64::MAX,
            variant: None,
            at_utc: "2026-11-22T09:30:00Z".to_owned(),
            utc_offset_minutes: 540,
            prep: "0.1.0".to_owned(),
            session: session.to_owned(),
        }
    }

    fn sim_attempt() -> Attempt {
        Attempt {
            kind: "sim".to_owned(),
            given: r#"{"number":"120 ms"}"#.to_owned(),
            sure: None,
            seed: 7,
            variant: Some(r#"{"pool":"8"}"#.to_owned()),
            ..attempt_at("p99-of-pool", 0.0, "s2")
        }
    }

    fn open(dir: &Dir) -> Store {
        Store::open(&dir.0, Mode::Write).unwrap()
    }

    #[test]
    fn attempts_come_back_whole_after_reopening() {
        let dir = Dir::new("reopen");
        let first = attempt_at("first-wall", 0.5, "s1");
        let second = attempt_at("first-wall", 1.0, "s2");
        for attempt in [&first, &sim_attempt(), &second] {
            open(&dir).append(attempt).unwrap();
        }
        for mode in [Mode::Write, Mode::Read] {
            let store = Store::open(&dir.0, mode).unwrap();
            let all = store.attempts(Filter::default()).unwrap();
            assert_eq!(all, [first.clone(), sim_attempt(), second.clone()]);
            let filter = Filter { session: Some("s2"), ..Filter::default() };
            assert_eq!(store.attempts(filter).unwrap(), [sim_attempt(), second.clone()]);
            let filter = Filter {
                question: Some("hikaricp-pool/first-wall"),
                session: Some("s1"),
                topic: None,
            };
            assert_eq!(store.attempts(filter).unwrap(), std::slice::from_ref(&first));
            let filter = Filter { topic: Some("redis"), ..Filter::default() };
            assert_eq!(store.attempts(filter).unwrap(), []);
            assert_eq!(store.latest_by_question().unwrap(), [second.clone(), sim_attempt()]);
        }
    }

    #[test]
    fn the_file_is_durable_and_ids_are_random() {
        let dir = Dir::new("pragmas");
        let store = open(&dir);
        store.append(&sim_attempt()).unwrap();
        store.append(&sim_attempt()).unwrap();
        let text = |sql: &str| store.connection.query_row(sql, [], |r| r.get::<_, String>(0));
        let number = |sql: &str| store.connection.query_row(sql, [], |r| r.get::<_, i64>(0));
        assert_eq!(text("pragma journal_mode"), Ok("wal".to_owned()));
        assert_eq!(number("pragma synchronous"), Ok(2));
        assert_eq!(number("pragma busy_timeout"), Ok(5000));
        assert_eq!(number("pragma user_version"), Ok(1));
        let distinct = "select count(distinct id) from attempt where id glob '[0-9a-f]*'";
        assert_eq!(number(distinct), Ok(2));
    }

    #[test]
    fn attempts_are_neither_changed_nor_removed() {
        let dir = Dir::new("append-only");
        let store = open(&dir);
        store.append(&sim_attempt()).unwrap();
        for sql in ["update attempt set score = 1", "delete from attempt"] {
            let error = store.connection.execute(sql, []).unwrap_err().to_string();
            assert_eq!(error, "attempts are only ever added", "{sql}");
        }
        assert_eq!(store.attempts(Filter::default()).unwrap(), [sim_attempt()]);
    }

    #[test]
    fn a_value_out_of_range_is_refused() {
        let dir = Dir::new("range");
        let store = open(&dir);
        for bad in [
            Attempt { score: 1.5, ..sim_attempt() },
            Attempt { score: f64::NAN, ..sim_attempt() },
            Attempt { sure: Some(-0.1), ..sim_attempt() },
            Attempt { given: "{".to_owned(), ..sim_attempt() },
        ] {
            let refused = store.append(&bad);
            assert!(matches!(refused, Err(StoreError::Failed { .. })), "{bad:?}: {refused:?}");
        }
        assert_eq!(store.attempts(Filter::default()).unwrap(), []);
    }

    #[test]
    fn a_full_disk_is_named_and_costs_no_attempt_kept_before() {
        let dir = Dir::new("full");
        let store = open(&dir);
        store.append(&sim_attempt()).unwrap();
        store.connection.pragma_update(None, "max_page_count", 1).unwrap();
        let mut kept = 1;
        let error = loop {
            match store.append(&sim_attempt()) {
                Ok(()) => kept += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error, StoreError::DiskFull { file: dir.file() });
        drop(store);
        assert_eq!(open(&dir).attempts(Filter::default()).unwrap(), vec![sim_attempt(); kept]);
    }

    #[test]
    fn a_newer_file_is_refused_and_stays() {
        let dir = Dir::new("newer");
        open(&dir).append(&sim_attempt()).unwrap();
        Connection::open(dir.file()).unwrap().pragma_update(None, "user_version", 9).unwrap();
        let before = dir.bytes();
        for mode in [Mode::Write, Mode::Read] {
            let error = Store::open(&dir.0, mode).unwrap_err();
            assert_eq!(error, StoreError::Newer { file: dir.file(), found: 9, known: 1 });
            let file = dir.file().display().to_string();
            assert_eq!(
                error.text().en,
                format!(
                    "{file} was written by a newer prep (format 9; this one knows 1). Nothing was \
                     changed: install the newer version"
                )
            );
        }
        assert!(before == dir.bytes(), "the file was changed");
    }

    #[test]
    fn a_damaged_file_is_refused_and_stays() {
        let whole = Dir::new("whole");
        let store = open(&whole);
        for _ in 0..200 {
            store.append(&sim_attempt()).unwrap();
        }
        drop(store);
        let sound = whole.bytes();
        let mut scribbled = sound.clone();
        scribbled[4096..8192].fill(0xa5);
        let cases: [(&str, &[u8]); 3] = [
            ("text", b"these are the notes of somebody, and by no means a database file\n"),
            ("scribbled", &scribbled),
            ("cut", &sound[..sound.len() / 2]),
        ];
        for (name, bytes) in cases {
            let dir = Dir::new(name);
            dir.put(bytes);
            for mode in [Mode::Write, Mode::Read] {
                let error = Store::open(&dir.0, mode).unwrap_err();
                assert_eq!(error, StoreError::Corrupt { file: dir.file() }, "{name}");
                let hint = format!("mv '{0}' '{0}.damaged'", dir.file().display());
                assert!(error.text().en.ends_with(&hint) && error.text().ko.ends_with(&hint));
            }
            assert!(bytes == dir.bytes(), "{name}: the file was changed");
        }
    }

    #[test]
    fn the_file_of_another_program_is_refused_and_stays() {
        let dir = Dir::new("foreign");
        Connection::open(dir.file()).unwrap().execute_batch("create table notes (x)").unwrap();
        let before = dir.bytes();
        let error = Store::open(&dir.0, Mode::Write).unwrap_err();
        assert_eq!(error, StoreError::Foreign { file: dir.file() });
        assert!(before == dir.bytes(), "the file was changed");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        // Permissions do not stop root, so the directory is to lie below a regular file.
        let dir = Dir::new("below-file");
        dir.put(b"");
        let below = dir.file().join("records");
        let error = Store::open(&below, Mode::Write).unwrap_err();
        let StoreError::Unwritable { file, reason } = &error else { panic!("{error:?}") };
        assert_eq!(*file, below.join(FILE));
        assert!(error.text().en.contains(&*file.display().to_string()) && !reason.is_empty());
    }

    #[test]
    fn reading_makes_nothing() {
        let dir = Dir::new("read-only");
        let store = Store::open(&dir.0.join("none"), Mode::Read).unwrap();
        assert_eq!(store.attempts(Filter::default()).unwrap(), []);
        assert_eq!(fs::read_dir(&dir.0).unwrap().count(), 0);
    }

    #[test]
    fn an_empty_file_becomes_the_newest_version() {
        let dir = Dir::new("version-0");
        dir.put(b"");
        assert_eq!(
            Store::open(&dir.0, Mode::Read).unwrap().attempts(Filter::default()),
            Ok(vec![])
        );
        let store = open(&dir);
        store.append(&sim_attempt()).unwrap();
        assert_eq!(schema::version(&store.connection), Ok(schema::VERSION));
        assert_eq!(store.attempts(Filter::default()).unwrap(), [sim_attempt()]);
    }

    #[test]
    fn handles_that_open_a_new_file_at_once_all_succeed() {
        for _ in 0..20 {
            let dir = Dir::new("race");
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| open(&dir).append(&sim_attempt()).unwrap());
                }
            });
            assert_eq!(open(&dir).attempts(Filter::default()).unwrap().len(), 4);
        }
    }

    #[test]
    fn handles_that_append_at_once_lose_nothing() {
        let dir = Dir::new("threads");
        let (writers, each) = (4, 25);
        std::thread::scope(|scope| {
            for writer in 0..writers {
                let dir = &dir;
                scope.spawn(move || {
                    let store = open(dir);
                    for number in 0..each {
                        let session = format!("{writer}-{number}");
                        store.append(&attempt_at("first-wall", 1.0, &session)).unwrap();
                    }
                });
            }
        });
        let mut sessions: Vec<String> = open(&dir)
            .attempts(Filter::default())
            .unwrap()
            .into_iter()
            .map(|a| a.session)
            .collect();
        sessions.sort();
        let mut expected: Vec<String> = (0..writers)
            .flat_map(|writer| (0..each).map(move |number| format!("{writer}-{number}")))
            .collect();
        expected.sort();
        assert_eq!(sessions, expected);
    }

    #[test]
    fn a_locked_file_is_named_as_busy() {
        let file = PathBuf::from("/records/prep.db");
        let busy = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(5), None);
        assert_eq!(StoreError::from_sqlite(&file, &busy), StoreError::Busy { file: file.clone() });
        let full = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(13), None);
        assert_eq!(StoreError::from_sqlite(&file, &full), StoreError::DiskFull { file });
    }
}
