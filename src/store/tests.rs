use super::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of its own for a test, removed afterwards.
pub(super) struct Dir(pub(super) PathBuf);

impl Dir {
    pub(super) fn new(name: &str) -> Dir {
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

pub(super) fn attempt_at(question: &str, score: f64, session: &str) -> Attempt {
    Attempt {
        question: format!("hikaricp-pool/{question}"),
        topic: "hikaricp-pool".to_owned(),
        kind: "choice".to_owned(),
        given: r#"{"options":["pool"]}"#.to_owned(),
        score,
        sure: Some(0.8),
        rating: Some(Rating::Hard),
        duration_ms: 21_400,
        seed: u64::MAX,
        variant: None,
        at_utc: "2026-11-22T09:30:00Z".to_owned(),
        utc_offset_minutes: 540,
        prep: "0.1.0".to_owned(),
        session: session.to_owned(),
    }
}

pub(super) fn sim_attempt() -> Attempt {
    Attempt {
        kind: "sim".to_owned(),
        given: r#"{"number":"120 ms"}"#.to_owned(),
        sure: None,
        rating: None,
        seed: 7,
        variant: Some(r#"{"pool":"8"}"#.to_owned()),
        ..attempt_at("p99-of-pool", 0.0, "s2")
    }
}

pub(super) fn open(dir: &Dir) -> Store {
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
        let filter =
            Filter { question: Some("hikaricp-pool/first-wall"), session: Some("s1"), topic: None };
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
    assert_eq!(number("pragma user_version"), Ok(2));
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
            Ok(_) => kept += 1,
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
        assert_eq!(error, StoreError::Newer { file: dir.file(), found: 9, known: 2 });
        let file = dir.file().display().to_string();
        assert_eq!(
            error.text().en,
            format!(
                "{file} was written by a newer prep (format 9; this one knows 2). Nothing was \
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
    assert_eq!(Store::open(&dir.0, Mode::Read).unwrap().attempts(Filter::default()), Ok(vec![]));
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
                scope.spawn(|| drop(open(&dir).append(&sim_attempt()).unwrap()));
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
    let mut sessions: Vec<String> =
        open(&dir).attempts(Filter::default()).unwrap().into_iter().map(|a| a.session).collect();
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

/// A file as a program of that version would have left it, with two attempts.
fn old_file(dir: &Dir, version: usize) {
    let connection = Connection::open(dir.file()).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    for step in &schema::MIGRATIONS[..version] {
        connection.execute_batch(step).unwrap();
    }
    connection.pragma_update(None, "user_version", version as i64).unwrap();
    let insert = "insert into attempt (id, question, topic, kind, given, score, sure, duration_ms,
          seed, variant, at_utc, utc_offset_minutes, prep, session) values
        (printf('%032d', 1), 'hikaricp-pool/first-wall', 'hikaricp-pool', 'choice',
         '{\"options\":[\"pool\"]}', 0.5, 0.8, 21400, '18446744073709551615', null,
         '2026-11-22T09:30:00Z', 540, '0.1.0', 's1'),
        (printf('%032d', 2), 'hikaricp-pool/p99-of-pool', 'hikaricp-pool', 'sim',
         '{\"number\":\"120 ms\"}', 0, null, 21400, '7', '{\"pool\":\"8\"}',
         '2026-11-22T09:30:00Z', 540, '0.1.0', 's2')";
    connection.execute_batch(insert).unwrap();
}

fn old_attempts() -> [Attempt; 2] {
    [Attempt { rating: None, ..attempt_at("first-wall", 0.5, "s1") }, sim_attempt()]
}

/// Names in the directory of the record, but for what SQLite puts there while it is open.
fn names(dir: &Dir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(&dir.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}

/// The ids of a copy, and its version.
fn ids_in(file: &Path) -> (i64, Vec<String>) {
    let connection = open_to_read(file).unwrap();
    let mut query = connection.prepare("select id from attempt order by id").unwrap();
    let ids = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    (schema::version(&connection).unwrap(), ids)
}

#[test]
fn a_file_of_every_earlier_version_is_migrated_whole_after_a_copy_was_made() {
    for version in 1..schema::MIGRATIONS.len() {
        for mode in [Mode::Write, Mode::Read] {
            let dir = Dir::new("earlier");
            old_file(&dir, version);
            let store = Store::open(&dir.0, mode).unwrap();
            assert_eq!(store.attempts(Filter::default()).unwrap(), old_attempts());
            assert_eq!(schema::version(&store.connection), Ok(schema::VERSION));
            let rated = Attempt { rating: Some(Rating::Easy), ..sim_attempt() };
            let id = open(&dir).append(&rated).unwrap();
            assert_eq!(store.last().unwrap(), Some((id, rated)));
            let backup = format!("prep.db.v{version}.backup");
            assert_eq!(names(&dir), ["prep.db", &backup]);
            let ids = ["1", "2"].map(|digit| format!("{digit:0>32}")).to_vec();
            assert_eq!(ids_in(&dir.0.join(backup)), (version as i64, ids));
        }
    }
}

#[test]
fn a_copy_that_is_there_is_never_overwritten() {
    let dir = Dir::new("backups");
    let backup = dir.0.join("prep.db.v1.backup");
    fs::File::create(&backup).unwrap();
    old_file(&dir, 1);
    // As after a migration that was interrupted once the copy was made.
    let (first, again) = (backup::make(&dir.file(), 1), backup::make(&dir.file(), 1));
    assert_eq!((first, again.as_ref()), (again.clone(), Ok(&dir.0.join("prep.db.v1.backup.2"))));
    drop(open(&dir));
    assert_eq!(names(&dir), ["prep.db", "prep.db.v1.backup", "prep.db.v1.backup.2"]);
    assert_eq!(fs::metadata(&backup).unwrap().len(), 0);
}

#[test]
fn handles_that_migrate_at_once_make_one_copy_and_lose_nothing() {
    for _ in 0..10 {
        let dir = Dir::new("race-old");
        old_file(&dir, 1);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(open(&dir).append(&sim_attempt()).unwrap()));
            }
        });
        assert_eq!(open(&dir).attempts(Filter::default()).unwrap().len(), 6);
        assert_eq!(names(&dir), ["prep.db", "prep.db.v1.backup"]);
        assert_eq!(ids_in(&dir.0.join("prep.db.v1.backup")).1.len(), 2);
    }
}

#[test]
fn a_copy_that_cannot_be_made_stops_the_migration() {
    let dir = Dir::new("no-backup");
    old_file(&dir, 1);
    // The copy is first written under this name.
    let temporary = dir.0.join(format!("prep.db.v1.backup.{}.tmp", std::process::id()));
    fs::create_dir(&temporary).unwrap();
    fs::File::create(temporary.join("in the way")).unwrap();
    let before = ids_in(&dir.file());
    let refused = Store::open(&dir.0, Mode::Write);
    assert!(matches!(refused, Err(StoreError::Unwritable { .. })), "{refused:?}");
    assert_eq!((ids_in(&dir.file()), before.0), (before, 1));
}

#[test]
fn a_disk_that_is_full_during_a_migration_leaves_the_old_version() {
    let dir = Dir::new("full-migration");
    old_file(&dir, 1);
    let mut connection = open_to_write(&dir.file()).unwrap();
    connection.pragma_update(None, "max_page_count", 1).unwrap();
    let refused = schema::migrate(&mut connection, &dir.file());
    assert_eq!(refused, Err(StoreError::DiskFull { file: dir.file() }));
    assert_eq!(ids_in(&dir.file()).0, 1);
    drop(connection);
    assert_eq!(open(&dir).attempts(Filter::default()).unwrap(), old_attempts());
}

#[test]
fn an_attempt_that_was_taken_back_is_read_no_more_but_stays() {
    let dir = Dir::new("undo");
    let store = open(&dir);
    let (first, second) =
        (attempt_at("first-wall", 0.0, "s1"), attempt_at("first-wall", 1.0, "s1"));
    store.append(&first).unwrap();
    let id = store.append(&second).unwrap();
    assert_eq!(store.last().unwrap(), Some((id.clone(), second)));
    for _ in 0..2 {
        store.retract(&id, "2026-11-22T09:31:00Z").unwrap();
        let all = store.attempts(Filter::default()).unwrap();
        assert_eq!(all, std::slice::from_ref(&first));
        assert_eq!(store.latest_by_question().unwrap(), all);
    }
    let count = |table: &str| -> i64 {
        let query = format!("select count(*) from {table}");
        store.connection.query_row(&query, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("attempt"), count("retraction")), (2, 1));
    let unknown = store.retract(&"0".repeat(32), "2026-11-22T09:31:00Z");
    assert!(matches!(unknown, Err(StoreError::Failed { .. })), "{unknown:?}");
    for sql in
        ["update retraction set at_utc = ''", "delete from retraction", "delete from setting"]
    {
        store.set(Setting::Retention, "0.8", "2026-11-22T09:31:00Z").unwrap();
        let error = store.connection.execute(sql, []).unwrap_err().to_string();
        assert!(error.ends_with("s are only ever added"), "{sql}: {error}");
    }
}

#[test]
fn the_setting_made_last_holds_even_if_the_clock_was_set_back() {
    let dir = Dir::new("settings");
    let store = open(&dir);
    assert_eq!(store.get(Setting::Retention), Ok(None));
    let moments = ["2026-11-22T09:30:00.000Z", "2026-11-22T09:30:00.000Z", "2020-01-01T00:00:00Z"];
    for (at, value) in moments.into_iter().zip(["0.9", "0.8", "0.95"]) {
        store.set(Setting::Retention, value, at).unwrap();
        assert_eq!(store.get(Setting::Retention), Ok(Some(value.to_owned())));
    }
    store.set(Setting::InterviewDate, "2026-12-15", moments[0]).unwrap();
    assert_eq!(open(&dir).get(Setting::InterviewDate), Ok(Some("2026-12-15".to_owned())));
}

#[test]
fn a_file_with_our_version_but_not_our_tables_is_foreign() {
    let dir = Dir::new("other-tables");
    let connection = Connection::open(dir.file()).unwrap();
    connection.execute_batch("create table notes (x); pragma user_version = 1").unwrap();
    drop(connection);
    let before = dir.bytes();
    for mode in [Mode::Write, Mode::Read] {
        let refused = Store::open(&dir.0, mode).unwrap_err();
        assert_eq!(refused, StoreError::Foreign { file: dir.file() });
    }
    assert!(before == dir.bytes(), "the file was changed");
    assert_eq!(names(&dir), ["prep.db"]);
}
