//! Rows with values and versions.
//!
//! A table starts with rows that all look alike, so only rows that somebody touched are stored.
//! Each change makes a new version; older ones are kept as long as a snapshot can still see them.

use std::collections::BTreeMap;

use super::lock::SUPREMUM;
use super::session::Write;

/// Columns of a table besides its primary key.
pub(crate) const COLUMNS_MAX: usize = 6;
pub(crate) type Values = [i64; COLUMNS_MAX];

/// A table in the order of [`super::super::config::Config::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TableId(pub(crate) u16);

/// A table as declared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableSpec {
    pub(crate) name: String,
    /// Rows at the start, with keys from 1.
    pub(crate) rows: u64,
    /// Names of the columns and their values in those rows.
    pub(crate) columns: Vec<(String, i64)>,
    /// A column that refers to the primary key of another table.
    pub(crate) parent: Option<(usize, TableId)>,
    /// Two columns whose values together may occur once.
    pub(crate) unique: Option<(usize, usize)>,
}

impl TableSpec {
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column == name)
    }

    fn initial(&self) -> Values {
        let mut values = Values::default();
        for (value, (_, initial)) in values.iter_mut().zip(&self.columns) {
            *value = *initial;
        }
        values
    }
}

/// Who wrote a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Number of the commit; 0 is the start.
    Commit(u64),
    /// A transaction that is still open.
    Open(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) values: Values,
    /// `false`: deleted.
    pub(crate) live: bool,
    pub(crate) writer: Writer,
    /// Unique among all versions of the database.
    pub(crate) number: u64,
}

#[derive(Clone, Debug)]
struct Row {
    newest: Version,
    /// Oldest first.
    older: Vec<Version>,
}

impl Row {
    /// The version that a view shows, unless the row is not there for it.
    fn shown(&self, view: View) -> Option<&Version> {
        let all = std::iter::once(&self.newest).chain(self.older.iter().rev());
        all.into_iter().find(|version| view.shows(version)).filter(|version| version.live)
    }
}

/// A part of a table, newest rows first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Rows in front of it that were passed over.
    pub(crate) skipped: u64,
    pub(crate) keys: Vec<u64>,
}

/// What a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// Commits up to this number.
    pub(crate) commits: u64,
    /// The reader's own transaction, whose changes it sees.
    pub(crate) own: u64,
}

impl View {
    /// Everything that is committed.
    const COMMITTED: View = View { commits: u64::MAX, own: u64::MAX };

    fn shows(&self, version: &Version) -> bool {
        match version.writer {
            Writer::Commit(number) => number <= self.commits,
            Writer::Open(transaction) => transaction == self.own,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) spec: TableSpec,
    initial: Values,
    touched: BTreeMap<u64, Row>,
    /// Entries of the unique index: rows whose newest version has these values.
    unique: BTreeMap<(i64, i64), u64>,
    next_key: u64,
}

impl Table {
    pub(crate) fn new(spec: &TableSpec) -> Table {
        Table {
            spec: spec.clone(),
            initial: spec.initial(),
            touched: BTreeMap::new(),
            unique: BTreeMap::new(),
            next_key: spec.rows + 1,
        }
    }

    fn untouched(&self, key: u64) -> Option<Version> {
        let (values, writer) = (self.initial, Writer::Commit(0));
        let exists = (1..=self.spec.rows).contains(&key);
        exists.then_some(Version { values, live: true, writer, number: 0 })
    }

    /// The newest version, committed or not, deleted or not.
    pub(crate) fn newest(&self, key: u64) -> Option<Version> {
        match self.touched.get(&key) {
            Some(row) => Some(row.newest),
            None => self.untouched(key),
        }
    }

    /// The values of the newest version that was committed.
    pub(crate) fn newest_committed(&self, key: u64) -> Option<Values> {
        self.read(key, View::COMMITTED).map(|version| version.values)
    }

    /// The version that a view shows, unless the row is not there for it.
    pub(crate) fn read(&self, key: u64, view: View) -> Option<Version> {
        match self.touched.get(&key) {
            Some(row) => row.shown(view).copied(),
            None => self.untouched(key),
        }
    }

    /// The rows that a view shows with keys below one, from the largest key down: `skip` are passed
    /// over, then up to `take` follow. Rows that nobody touched are passed over by arithmetic.
    pub(crate) fn newest_first(&self, view: View, below: u64, skip: u64, take: usize) -> Stretch {
        let (mut left, mut keys) = (skip, Vec::new());
        let mut highest = below.saturating_sub(1);
        let touched = self.touched.range(..below).rev().map(|(key, row)| (*key, Some(row)));
        // Below each touched row lies a run of untouched ones, and above the first one, too.
        for (key, row) in touched.chain([(0, None)]) {
            let run = highest.min(self.spec.rows).saturating_sub(key);
            let passed = run.min(left);
            left -= passed;
            let shown = (run - passed).min((take - keys.len()) as u64);
            keys.extend((key + run - passed - shown + 1..=key + run - passed).rev());
            if keys.len() == take {
                break;
            }
            if row.is_some_and(|row| row.shown(view).is_some()) {
                if left > 0 {
                    left -= 1;
                } else {
                    keys.push(key);
                }
            }
            highest = key.saturating_sub(1);
        }
        keys.truncate(take);
        Stretch { skipped: skip - left, keys }
    }

    /// How many rows are committed.
    pub(crate) fn count(&self) -> u64 {
        let gone = self.touched.range(..=self.spec.rows).count() as u64;
        let there =
            self.touched.values().filter(|row| row.shown(View::COMMITTED).is_some()).count();
        self.spec.rows - gone + there as u64
    }

    /// The newest rows that are committed, the newest first.
    pub(crate) fn newest_keys(&self, most: usize) -> Vec<u64> {
        self.newest_first(View::COMMITTED, u64::MAX, 0, most).keys
    }

    /// Puts a new version on top. Returns whether the transaction had not changed this row yet.
    pub(crate) fn write(&mut self, key: u64, version: Version) -> bool {
        let before = self.newest(key);
        if let (Some((a, b)), Some(before)) = (self.spec.unique, before.filter(|v| v.live)) {
            self.unique.remove(&(before.values[a], before.values[b]));
        }
        if let Some((a, b)) = self.spec.unique.filter(|_| version.live) {
            self.unique.insert((version.values[a], version.values[b]), key);
        }
        let untouched = self.untouched(key);
        match self.touched.get_mut(&key) {
            Some(row) if row.newest.writer == version.writer => {
                row.newest = version;
                false
            }
            Some(row) => {
                row.older.push(row.newest);
                row.newest = version;
                true
            }
            None => {
                let row = Row { newest: version, older: untouched.into_iter().collect() };
                self.touched.insert(key, row);
                true
            }
        }
    }

    /// Takes the newest version away, as if it had never been.
    pub(crate) fn undo(&mut self, key: u64) {
        let Some(row) = self.touched.get_mut(&key) else { return };
        let undone = row.newest;
        let before = row.older.pop();
        if let Some(before) = before {
            row.newest = before;
        } else {
            self.touched.remove(&key);
        }
        if let Some((a, b)) = self.spec.unique {
            if undone.live {
                self.unique.remove(&(undone.values[a], undone.values[b]));
            }
            if let Some(before) = before.filter(|before| before.live) {
                self.unique.insert((before.values[a], before.values[b]), key);
            }
        }
    }

    /// The newest version becomes part of a commit. Returns whether it covers older ones.
    pub(crate) fn commit(&mut self, key: u64, number: u64) -> bool {
        let Some(row) = self.touched.get_mut(&key) else { return false };
        row.newest.writer = Writer::Commit(number);
        !row.older.is_empty()
    }

    /// Drops the versions that nobody can see who sees at least the commits up to `horizon`.
    pub(crate) fn prune(&mut self, key: u64, horizon: u64) {
        let Some(row) = self.touched.get_mut(&key) else { return };
        let seen = |version: &Version| matches!(version.writer, Writer::Commit(n) if n <= horizon);
        if seen(&row.newest) {
            row.older.clear();
        } else if let Some(at) = row.older.iter().rposition(seen) {
            row.older.drain(..at);
        }
    }

    /// Undoes these commits, given in order. Only versions that [`Table::prune`] has kept can come
    /// back. Returns the rows as they were and as they are again.
    pub(crate) fn lose(&mut self, id: TableId, lost: &[u64]) -> Vec<Write> {
        let is_lost = |version: &Version| matches!(version.writer, Writer::Commit(n) if lost.binary_search(&n).is_ok());
        let of_lost = self.touched.iter().filter(|(_, row)| is_lost(&row.newest));
        let keys: Vec<u64> = of_lost.map(|(key, _)| *key).collect();
        let mut undone = Vec::new();
        for key in keys {
            while let Some(now) = self.newest(key).filter(is_lost) {
                self.undo(key);
                let back = self.newest(key).filter(|version| version.live);
                undone.push(Write {
                    table: id,
                    key,
                    before: now.live.then_some(now.values),
                    after: back.map(|version| version.values),
                    version: back.map_or(0, |version| version.number),
                    over: now.number,
                    computed_from: None,
                });
            }
        }
        undone
    }

    /// A key for a new row.
    pub(crate) fn take_key(&mut self) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        key
    }

    /// New rows come behind this key.
    pub(crate) fn skip_key(&mut self, key: u64) {
        self.next_key = self.next_key.max(key.saturating_add(1));
    }

    /// The row that has these values in the columns that are unique.
    pub(crate) fn unique_row(&self, values: &Values) -> Option<u64> {
        let (a, b) = self.spec.unique?;
        self.unique.get(&(values[a], values[b])).copied()
    }

    /// The next record behind a key, [`SUPREMUM`] if there is none.
    pub(crate) fn after(&self, key: u64) -> u64 {
        let touched = self.touched.range(key.saturating_add(1)..).next().map(|(key, _)| *key);
        let untouched = (key < self.spec.rows).then(|| key + 1);
        touched.into_iter().chain(untouched).min().unwrap_or(SUPREMUM)
    }

    /// All rows that somebody touched, with their newest versions.
    #[cfg(test)]
    pub(crate) fn changed(&self) -> impl Iterator<Item = (u64, &Version)> {
        self.touched.iter().map(|(key, row)| (*key, &row.newest))
    }

    /// Older versions that are kept.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.touched.values().map(|row| row.older.len()).sum()
    }
}
