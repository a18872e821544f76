//! A record as lines of JSON, so that it can be carried to another machine and joined with the
//! record there.
//!
//! The first line says what follows, each further line is one row with its id, the last line has
//! the SHA-256 of all lines before it: a file that was cut or changed is noticed.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Store, StoreError};
use crate::content::problem::{Problem, Source};
use crate::content::text::{Text, both};

const FORMAT: &str = "prep.record/1";
/// More faults than this help nobody.
const FAULTS_MOST: usize = 50;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) attempts: u64,
    pub(crate) retractions: u64,
    pub(crate) settings: u64,
}

/// What an import found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Imported {
    /// Rows that were not there before.
    pub(crate) added: Counts,
    /// Rows of the file.
    pub(crate) of: Counts,
}

/// Whether an import changes the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Yes,
    /// Everything is checked, nothing is kept.
    No,
}

/// Why nothing was imported.
#[derive(Debug, PartialEq)]
pub(crate) enum ImportError {
    Problems(Vec<Problem>),
    Store(StoreError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    sha256: String,
}

/// One line; its fields are the columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Attempt(AttemptRow),
    Retraction(RetractionRow),
    Setting(SettingRow),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttemptRow {
    id: String,
    question: String,
    topic: String,
    kind: String,
    /// JSON in a string, so that it comes back to the byte.
    given: String,
    #[serde(with = "exact")]
    score: f64,
    #[serde(with = "exact_if_any")]
    sure: Option<f64>,
    rating: Option<u8>,
    duration_ms: u64,
    seed: String,
    variant: Option<String>,
    at_utc: String,
    utc_offset_minutes: i32,
    prep: String,
    session: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetractionRow {
    id: String,
    attempt: String,
    at_utc: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingRow {
    id: String,
    name: String,
    value: String,
    at_utc: String,
}

impl Store {
    /// All rows as lines of JSON. Two records with the same rows give the same text.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn export(&self) -> Result<String, StoreError> {
        export(&self.connection).map_err(|error| self.failed(&error))
    }

    /// Adds the rows of an exported text that are not there yet: all of them, or none.
    ///
    /// # Errors
    /// Every fault of the text by its line, or the record cannot be written.
    pub(crate) fn import(&mut self, source: &Source, keep: Keep) -> Result<Imported, ImportError> {
        let (counts, lines) = parse(source).map_err(ImportError::Problems)?;
        let file = self.file.clone();
        let failed = |error| ImportError::Store(StoreError::from_sqlite(&file, &error));
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior).map_err(failed)?;
        let mut imported = Imported { added: Counts::default(), of: counts };
        let mut faults = Vec::new();
        for (at, line) in &lines {
            match add(&transaction, line) {
                Ok(Added::New) => match line {
                    Line::Attempt(_) => imported.added.attempts += 1,
                    Line::Retraction(_) => imported.added.retractions += 1,
                    Line::Setting(_) => imported.added.settings += 1,
                },
                Ok(Added::Known) => {}
                Ok(Added::Other) => faults.push(source.problem(
                    at.clone(),
                    both!(
                        "the record has another row with this id",
                        "기록에 같은 id의 다른 행이 있습니다"
                    ),
                )),
                Err(error) if is_constraint(&error) => {
                    faults.push(source.problem(at.clone(), not_a_row(&error.to_string())));
                }
                Err(error) => return Err(failed(error)),
            }
            if faults.len() == FAULTS_MOST {
                break;
            }
        }
        if !faults.is_empty() {
            return Err(ImportError::Problems(faults));
        }
        match keep {
            Keep::Yes => transaction.commit().map_err(failed)?,
            Keep::No => transaction.rollback().map_err(failed)?,
        }
        Ok(imported)
    }
}

fn export(connection: &Connection) -> rusqlite::Result<String> {
    // One view of all tables.
    let view = connection.unchecked_transaction()?;
    let attempts = rows(
        &view,
        "select id, question, topic, kind, given, score, sure, rating, duration_ms, seed, variant,
           at_utc, utc_offset_minutes, prep, session from attempt order by at_utc, id",
        |row| attempt_row(row).map(Line::Attempt),
    )?;
    let retractions =
        rows(&view, "select id, attempt, at_utc from retraction order by at_utc, id", |row| {
            retraction_row(row).map(Line::Retraction)
        })?;
    let settings =
        rows(&view, "select id, name, value, at_utc from setting order by at_utc, id", |row| {
            setting_row(row).map(Line::Setting)
        })?;
    let counts = Counts {
        attempts: attempts.len() as u64,
        retractions: retractions.len() as u64,
        settings: settings.len() as u64,
    };
    let mut text = json(&Header { format: FORMAT.to_owned(), counts });
    for line in attempts.iter().chain(&retractions).chain(&settings) {
        text += &json(line);
    }
    let sha256 = digest(&text);
    text += &json(&Footer { sha256 });
    Ok(text)
}

/// One line of JSON with its end.
fn json(value: &impl Serialize) -> String {
    let line = serde_json::to_string(value);
    let line = line.expect("structs of strings and finite numbers are always JSON");
    format!("{line}\n")
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn rows(
    view: &Transaction<'_>,
    query: &str,
    line: impl Fn(&Row<'_>) -> rusqlite::Result<Line>,
) -> rusqlite::Result<Vec<Line>> {
    view.prepare(query)?.query_map([], line)?.collect()
}

fn attempt_row(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    Ok(AttemptRow {
        id: row.get(0)?,
        question: row.get(1)?,
        topic: row.get(2)?,
        kind: row.get(3)?,
        given: row.get(4)?,
        score: row.get(5)?,
        sure: row.get(6)?,
        rating: row.get(7)?,
        duration_ms: row.get::<_, i64>(8)?.unsigned_abs(),
        seed: row.get(9)?,
        variant: row.get(10)?,
        at_utc: row.get(11)?,
        utc_offset_minutes: row.get(12)?,
        prep: row.get(13)?,
        session: row.get(14)?,
    })
}

fn retraction_row(row: &Row<'_>) -> rusqlite::Result<RetractionRow> {
    Ok(RetractionRow { id: row.get(0)?, attempt: row.get(1)?, at_utc: row.get(2)? })
}

fn setting_row(row: &Row<'_>) -> rusqlite::Result<SettingRow> {
    Ok(SettingRow { id: row.get(0)?, name: row.get(1)?, value: row.get(2)?, at_utc: row.get(3)? })
}

/// A number as text: JSON readers may change the last bit of a number, and then the row would be
/// another one.
mod exact {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

mod exact_if_any {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
    pub(super) fn serialize<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.collect_str(value),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Option<f64>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse()).transpose().map_err(D::Error::custom)
    }
}

type Placed = (std::ops::Range<usize>, Line);

/// The rows of a text, each with the place of its line, once the text is known to be whole.
fn parse(source: &Source) -> Result<(Counts, Vec<Placed>), Vec<Problem>> {
    let lines = lines(&source.text);
    let of_file = |what| vec![source.problem_of_file(what)];
    let header = lines.first().and_then(|at| read::<Header>(source, at));
    let Some(header) = header.filter(|header| header.format == FORMAT) else {
        return Err(of_file(both!(
            "this is no record of prep: the first line must have the format `{FORMAT}`",
            "prep의 기록이 아닙니다. 첫 줄에 형식 `{FORMAT}`이 있어야 합니다"
        )));
    };
    let footer = lines.last().and_then(|at| Some((at, read::<Footer>(source, at)?)));
    let Some((end, footer)) = footer else {
        return Err(of_file(both!(
            "the file was cut: its last line, with the checksum, is missing. Export it again",
            "파일이 잘렸습니다. 체크섬이 있는 마지막 줄이 없습니다. 다시 내보내세요"
        )));
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut counts = Counts::default();
    for at in &lines[1..lines.len() - 1] {
        match serde_json::from_str(&source.text[at.clone()]).map_err(|error| error.to_string()) {
            Ok(line) => match checked(&line) {
                Ok(()) => {
                    match line {
                        Line::Attempt(_) => counts.attempts += 1,
                        Line::Retraction(_) => counts.retractions += 1,
                        Line::Setting(_) => counts.settings += 1,
                    }
                    rows.push((at.clone(), line));
                }
                Err(what) => faults.push(source.problem(at.clone(), what)),
            },
            Err(error) => faults.push(source.problem(at.clone(), not_a_row(&error))),
        }
        if faults.len() == FAULTS_MOST {
            break;
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if counts != header.counts || footer.sha256 != digest(&source.text[..end.start]) {
        return Err(of_file(both!(
            "the file was changed or lines are missing: its checksum does not fit. Export it again",
            "파일이 바뀌었거나 빠진 줄이 있습니다. 체크섬이 맞지 않습니다. 다시 내보내세요"
        )));
    }
    Ok((counts, rows))
}

/// Where the lines of a text are, without their ends.
fn lines(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let at = start..start + line.trim_end().len();
            start += line.len();
            at
        })
        .collect()
}

fn read<'t, T: Deserialize<'t>>(source: &'t Source, at: &std::ops::Range<usize>) -> Option<T> {
    serde_json::from_str(&source.text[at.clone()]).ok()
}

fn not_a_row(reason: &str) -> Text {
    let reason = crate::content::problem::printable(reason);
    both!("this line is no row of a record: {reason}", "기록의 행이 아닙니다: {reason}")
}

/// What the tables do not check themselves.
fn checked(line: &Line) -> Result<(), Text> {
    let (id, at_utc) = match line {
        Line::Attempt(row) => (&row.id, &row.at_utc),
        Line::Retraction(row) => (&row.id, &row.at_utc),
        Line::Setting(row) => (&row.id, &row.at_utc),
    };
    if id.len() != 32 || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(not_a_row("`id` is not 32 hexadecimal digits"));
    }
    if !at_utc.ends_with('Z') || at_utc.parse::<jiff::Timestamp>().is_err() {
        return Err(not_a_row("`at_utc` is not a moment such as 2026-11-22T09:30:00.000Z"));
    }
    if let Line::Attempt(row) = line {
        if row.seed.parse::<u64>().is_err() {
            return Err(not_a_row("`seed` is not a whole number of 64 bits"));
        }
        // The widest offset that a time zone may have.
        if row.utc_offset_minutes.abs() >= 26 * 60 {
            return Err(not_a_row("`utc_offset_minutes` is more than a day"));
        }
        if i64::try_from(row.duration_ms).is_err() {
            return Err(not_a_row("`duration_ms` is too long"));
        }
    }
    Ok(())
}

enum Added {
    New,
    /// The same row is there.
    Known,
    /// A row with this id is there, with another content.
    Other,
}

fn add(transaction: &Transaction<'_>, line: &Line) -> rusqlite::Result<Added> {
    let known = known(transaction, line)?;
    if let Some(known) = known {
        return Ok(if known == *line { Added::Known } else { Added::Other });
    }
    match line {
        Line::Attempt(row) => {
            let insert = "insert into attempt (id, question, topic, kind, given, score, sure,
                rating, duration_ms, seed, variant, at_utc, utc_offset_minutes, prep, session)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
            transaction.prepare_cached(insert)?.execute(params![
                row.id,
                row.question,
                row.topic,
                row.kind,
                row.given,
                row.score,
                row.sure,
                row.rating,
                i64::try_from(row.duration_ms).unwrap_or(i64::MAX),
                row.seed,
                row.variant,
                row.at_utc,
                row.utc_offset_minutes,
                row.prep,
                row.session,
            ])?;
        }
        Line::Retraction(row) => {
            let insert = "insert into retraction (id, attempt, at_utc) values (?1, ?2, ?3)";
            let mut insert = transaction.prepare_cached(insert)?;
            insert.execute(params![row.id, row.attempt, row.at_utc])?;
        }
        Line::Setting(row) => {
            let insert = "insert into setting (id, name, value, at_utc) values (?1, ?2, ?3, ?4)";
            let mut insert = transaction.prepare_cached(insert)?;
            insert.execute(params![row.id, row.name, row.value, row.at_utc])?;
        }
    }
    Ok(Added::New)
}

/// The row of the record that has the id of this line.
fn known(transaction: &Transaction<'_>, line: &Line) -> rusqlite::Result<Option<Line>> {
    let (query, id) = match line {
        Line::Attempt(row) => (
            "select id, question, topic, kind, given, score, sure, rating, duration_ms, seed,
               variant, at_utc, utc_offset_minutes, prep, session from attempt where id = ?1",
            &row.id,
        ),
        Line::Retraction(row) => {
            ("select id, attempt, at_utc from retraction where id = ?1", &row.id)
        }
        Line::Setting(row) => {
            ("select id, name, value, at_utc from setting where id = ?1", &row.id)
        }
    };
    let mut query = transaction.prepare_cached(query)?;
    let row = |row: &Row<'_>| match line {
        Line::Attempt(_) => attempt_row(row).map(Line::Attempt),
        Line::Retraction(_) => retraction_row(row).map(Line::Retraction),
        Line::Setting(_) => setting_row(row).map(Line::Setting),
    };
    query.query_row([id], row).optional()
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{Dir, attempt_at, open, sim_attempt};
    use crate::store::{Filter, Setting};

    const AT: &str = "2026-11-22T09:30:00.000Z";

    /// A record with a row in every table; the score has no short decimal form.
    fn record(dir: &Dir, session: &str) -> Store {
        let store = open(dir);
        store.append(&attempt_at("first-wall", 1.0 / 3.0, session)).unwrap();
        let undone = store.append(&sim_attempt()).unwrap();
        store.retract(&undone, AT).unwrap();
        store.set(Setting::Retention, "0.85", AT).unwrap();
        store
    }

    fn imported(store: &mut Store, text: &str) -> Result<Imported, Vec<String>> {
        store.import(&Source::new("r.jsonl", text), Keep::Yes).map_err(|error| match error {
            ImportError::Problems(problems) => problems
                .iter()
                .map(|p| format!("{:?} {}", p.place.as_ref().map(|at| at.line), p.what.en))
                .collect(),
            ImportError::Store(error) => vec![error.text().en],
        })
    }

    /// The same lines with counts and checksum that fit.
    fn sealed(lines: &[String]) -> String {
        let count = |kind: &str| {
            lines.iter().filter(|line| line.starts_with(&format!("{{\"{kind}\""))).count() as u64
        };
        let counts = Counts {
            attempts: count("attempt"),
            retractions: count("retraction"),
            settings: count("setting"),
        };
        let mut text = json(&Header { format: FORMAT.to_owned(), counts });
        text.extend(lines.iter().map(|line| format!("{line}\n")));
        let sha256 = digest(&text);
        text + &json(&Footer { sha256 })
    }

    fn rows_of(text: &str) -> Vec<String> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[1..lines.len() - 1].to_vec()
    }

    #[test]
    fn records_joined_in_both_directions_are_equal() {
        let (here, there) = (Dir::new("here"), Dir::new("there"));
        let (mut one, mut other) = (record(&here, "s1"), record(&there, "s9"));
        let (from_one, from_other) = (one.export().unwrap(), other.export().unwrap());
        let each = Counts { attempts: 2, retractions: 1, settings: 1 };
        let all_new = Ok(Imported { added: each, of: each });
        assert_eq!(imported(&mut one, &from_other), all_new);
        assert_eq!(imported(&mut other, &from_one), all_new);
        assert_eq!(one.export(), other.export());
        let standing = |store: &Store| -> Vec<String> {
            let all = store.attempts(Filter::default()).unwrap();
            let mut sessions: Vec<String> = all.into_iter().map(|a| a.session).collect();
            sessions.sort();
            sessions
        };
        assert_eq!(standing(&one), ["s1", "s9"]);
        assert_eq!(standing(&one), standing(&other));
        assert_eq!(one.get(Setting::Retention), other.get(Setting::Retention));
        // Once more adds nothing.
        let again = one.export().unwrap();
        let of = Counts { attempts: 4, retractions: 2, settings: 2 };
        let known = Imported { added: Counts::default(), of };
        assert_eq!(imported(&mut one, &again), Ok(known));
        assert_eq!(one.export().unwrap(), again);
    }

    #[test]
    fn an_empty_record_can_be_exported_and_imported() {
        let dir = Dir::new("empty");
        let empty = Store::open(&dir.0.join("none"), crate::store::Mode::Read).unwrap();
        let text = empty.export().unwrap();
        assert_eq!(text.lines().count(), 2);
        assert_eq!(imported(&mut open(&dir), &text), Ok(Imported::default()));
    }

    #[test]
    fn a_dry_run_keeps_nothing() {
        let (from, to) = (Dir::new("dry-from"), Dir::new("dry-to"));
        let text = record(&from, "s1").export().unwrap();
        let mut store = open(&to);
        let counts = Counts { attempts: 2, retractions: 1, settings: 1 };
        let found = store.import(&Source::new("r.jsonl", text), Keep::No);
        assert_eq!(found, Ok(Imported { added: counts, of: counts }));
        assert_eq!(store.export().unwrap().lines().count(), 2);
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed_and_nothing_is_imported() {
        let (from, to) = (Dir::new("whole-from"), Dir::new("whole-to"));
        let text = record(&from, "s1").export().unwrap();
        let mut store = open(&to);
        let cuts = (0..text.len() - 1).map(|end| text[..end].to_owned());
        let flips = (0..text.len()).step_by(7).map(|at| {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            String::from_utf8(bytes).unwrap()
        });
        for damaged in cuts.chain(flips).filter(|other| *other != text) {
            let refused = imported(&mut store, &damaged);
            // The end of the last line may be another white space.
            if damaged.trim_end() != text.trim_end() {
                assert!(refused.is_err(), "{damaged}");
            }
        }
        let nothing = "{\"format\":\"prep.record/1\",\"attempts\":0,";
        assert!(store.export().unwrap().starts_with(nothing));
    }

    #[test]
    fn bad_lines_are_named_and_nothing_is_imported() {
        let (from, to) = (Dir::new("bad-from"), Dir::new("bad-to"));
        let good = rows_of(&record(&from, "s1").export().unwrap());
        let mut store = open(&to);
        let mut with = |replace: &[(&str, &str)]| {
            let mut lines = good.clone();
            for (old, new) in replace {
                assert!(lines[0].contains(old), "{old}: {}", lines[0]);
                lines[0] = lines[0].replacen(old, new, 1);
            }
            let refused = imported(&mut store, &sealed(&lines)).unwrap_err();
            assert_eq!(store.export().unwrap().lines().count(), 2, "{replace:?}");
            refused.join("\n")
        };
        let row = "this line is no row of a record";
        assert!(with(&[("\"score\":\"", "\"score\":\"7")]).contains("CHECK constraint failed"));
        assert!(with(&[("T09", "T29")]).starts_with(&format!("Some(2) {row}: `at_utc`")));
        assert!(with(&[("\"id\":\"", "\"id\":\"Z")]).starts_with(&format!("Some(2) {row}: `id`")));
        assert!(with(&[("\"seed\":\"", "\"seed\":\"x")]).contains("`seed`"));
        assert!(with(&[("\"kind\"", "\"kinds\"")]).contains("unknown field `kinds`"));
        assert!(with(&[("{\"attempt\":", "[")]).starts_with(&format!("Some(2) {row}: ")));
        // A retraction of an attempt that neither record has.
        let orphan = sealed(&good[2..]);
        let refused = imported(&mut store, &orphan).unwrap_err();
        assert_eq!(refused, [format!("Some(2) {row}: FOREIGN KEY constraint failed")]);
        // Two faults at once.
        let twice = sealed(&[String::from("{}"), good[0].clone(), String::from("[1]")]);
        let lines: Vec<String> = imported(&mut store, &twice)
            .unwrap_err()
            .into_iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(lines, ["Some(2)", "Some(4)"]);
    }

    #[test]
    fn the_same_id_with_another_content_is_refused() {
        let dir = Dir::new("conflict");
        let mut store = record(&dir, "s1");
        let text = store.export().unwrap();
        let changed: Vec<String> =
            rows_of(&text).iter().map(|line| line.replace("0.85", "0.95")).collect();
        assert_eq!(
            imported(&mut store, &sealed(&changed)),
            Err(vec!["Some(5) the record has another row with this id".to_owned()])
        );
        assert_eq!(store.export().unwrap(), text);
    }

    #[test]
    fn hostile_texts_are_refused() {
        let dir = Dir::new("hostile");
        let mut store = open(&dir);
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let header =
            "{\"format\":\"prep.record/1\",\"attempts\":0,\"retractions\":0,\"settings\":0}";
        for text in ["", "\n", "null", "{}", header, &nested, &format!("{header}\n{nested}\n{{}}")]
        {
            assert!(imported(&mut store, text).is_err(), "{}", &text[..text.len().min(80)]);
        }
    }
}
