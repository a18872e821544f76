//! Stale reads: what a client was shown against what had been committed when it asked.
//!
//! Verifies, row by row: a read that was asked for after a newer version had been committed shows
//! that version or a later one (otherwise it is stale, and this old); a user sees what this user
//! has written; nobody is shown an older version than before. Does not verify reads of several rows
//! against each other, nor the order of writes of different rows.

use std::collections::{BTreeMap, VecDeque};

use super::Commit;
use crate::engine::time::Nanos;
use crate::marketplace::journey::Visitor;
use crate::marketplace::mysql::Write;
use crate::marketplace::mysql::table::TableId;

/// Versions of a row that are remembered; staleness beyond them is understated.
const REMEMBERED: usize = 1_024;

/// What a client was shown of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) table: TableId,
    pub(crate) key: u64,
    /// The version; `None`: that there is no such row.
    pub(crate) version: Option<u64>,
    /// When the client asked.
    pub(crate) asked: Nanos,
}

/// What is to be said about a read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// Since when the version had been replaced, before the client asked.
    pub(crate) stale: Option<Nanos>,
    /// The reader has written the row.
    pub(crate) author: bool,
    /// What the reader has written is not there.
    pub(crate) own_write_missing: bool,
    /// The reader had been shown a newer version.
    pub(crate) backward: bool,
    /// The version that the reader should have been shown.
    pub(crate) missed: Option<Missed>,
}

/// A version that a reader was not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missed {
    /// The request that committed it.
    pub(crate) by: u64,
    /// How long before the client asked.
    pub(crate) age: Nanos,
}

#[derive(Default)]
pub(super) struct StaleRead {
    rows: BTreeMap<(TableId, u64), VecDeque<Committed>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Committed {
    version: u64,
    live: bool,
    at: Nanos,
    /// The request.
    by: u64,
}

impl StaleRead {
    /// Takes the newest version of each row of a commit in.
    pub(super) fn note(&mut self, request: u64, commit: &Commit<'_>, now: Nanos) {
        for write in commit.writes {
            let versions = self.rows.entry((write.table, write.key)).or_default();
            versions.push_back(Committed {
                version: write.version,
                live: write.after.is_some(),
                at: now,
                by: request,
            });
            if versions.len() > REMEMBERED {
                versions.pop_front();
            }
        }
    }

    /// A crash or a failover has taken versions back.
    pub(super) fn take_back(&mut self, undone: &[Write]) {
        for write in undone {
            if let Some(versions) = self.rows.get_mut(&(write.table, write.key)) {
                versions.retain(|committed| committed.version < write.over);
            }
        }
    }

    pub(super) fn judge(&self, shown: &Shown, visitor: &Visitor) -> Judged {
        let row = (shown.table, shown.key);
        let seen = shown.version.unwrap_or(0);
        let own = visitor.wrote.borrow().get(&row).copied();
        let before = visitor.shown.borrow_mut().insert(row, seen);
        if let Some(before) = before
            && before > seen
        {
            visitor.shown.borrow_mut().insert(row, before);
        }
        // Lost commits are forgotten here as well: their loss is another finding.
        let missing = |version: &u64| *version > seen && self.knows(row, *version);
        let (missing_own, newer) = (own.filter(missing), before.filter(missing));
        let replaced = self.replaced(shown);
        let expected = missing_own.or(newer);
        let missed = expected.and_then(|version| self.at_least(row, version)).or(replaced);
        Judged {
            stale: replaced.map(|replaced| shown.asked - replaced.at),
            author: own.is_some(),
            own_write_missing: missing_own.is_some(),
            backward: newer.is_some(),
            missed: missed
                .map(|missed| Missed { by: missed.by, age: shown.asked.saturating_sub(missed.at) }),
        }
    }

    /// Whether the version, or a later one, is among those committed.
    fn knows(&self, row: (TableId, u64), version: u64) -> bool {
        let newest = self.rows.get(&row).and_then(VecDeque::back);
        newest.is_some_and(|newest| newest.version >= version)
    }

    /// The first commit of a version, or of a later one.
    fn at_least(&self, row: (TableId, u64), version: u64) -> Option<&Committed> {
        self.rows.get(&row)?.iter().find(|committed| committed.version >= version)
    }

    /// The commit that replaced what is shown, if it did so before the client asked.
    fn replaced(&self, shown: &Shown) -> Option<&Committed> {
        let versions = self.rows.get(&(shown.table, shown.key))?;
        let known = versions.partition_point(|committed| committed.at <= shown.asked);
        let newest = versions.get(known.checked_sub(1)?)?;
        let seen = match (shown.version, newest.live) {
            (None, false) => return None,
            (None, true) => 0,
            (Some(version), _) => version,
        };
        if seen >= newest.version {
            return None;
        }
        // Since the first version that replaced it.
        versions.iter().find(|committed| match shown.version {
            Some(version) => committed.version > version,
            None => committed.live,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: (TableId, u64) = (TableId(1), 7);

    fn history(versions: &[(u64, bool, Nanos)]) -> StaleRead {
        let mut checker = StaleRead::default();
        for (version, live, at) in versions {
            let write = Write {
                table: ROW.0,
                key: ROW.1,
                before: None,
                after: live.then(Default::default),
                version: *version,
                over: 0,
                computed_from: None,
            };
            checker.note(*version * 10, &Commit { token: None, writes: &[write] }, *at);
        }
        checker
    }

    fn shown(version: Option<u64>, asked: Nanos) -> Shown {
        Shown { table: ROW.0, key: ROW.1, version, asked }
    }

    #[test]
    fn a_read_is_as_stale_as_its_version_was_replaced_long_ago() {
        let checker = history(&[(3, true, 100), (5, true, 200), (9, false, 300)]);
        let stale =
            |version, asked| checker.judge(&shown(version, asked), &Visitor::default()).stale;
        assert_eq!(stale(Some(0), 50), None, "nothing newer yet");
        assert_eq!(stale(Some(0), 150), Some(50), "version 3 had been there for 50");
        assert_eq!(stale(Some(0), 250), Some(150), "counted from the first replacement");
        assert_eq!(stale(Some(3), 250), Some(50));
        assert_eq!(stale(Some(5), 199), None, "newer than what had been committed is fine");
        assert_eq!(stale(None, 150), Some(50), "an inserted row that is not there");
        assert_eq!(stale(None, 350), None, "deleted, and not there");
        assert_eq!(stale(Some(5), 350), Some(50), "deleted, and still there");
    }

    #[test]
    fn authors_miss_their_own_writes_and_readers_go_backwards() {
        let checker = history(&[(3, true, 100), (5, true, 200)]);
        let visitor = Visitor::default();
        visitor.wrote.borrow_mut().insert(ROW, 5);
        let judged = |version, asked| checker.judge(&shown(Some(version), asked), &visitor);
        let author = Judged { author: true, ..Judged::default() };
        assert_eq!(judged(5, 250), author);
        let missed = Some(Missed { by: 50, age: 60 });
        let missing =
            Judged { stale: Some(60), own_write_missing: true, backward: true, missed, ..author };
        assert_eq!(judged(3, 260), missing);
        assert!(judged(3, 270).backward, "the newest that was ever shown counts");
        let mut lost = history(&[(3, true, 100), (5, true, 200)]);
        let undone = Write {
            table: ROW.0,
            key: ROW.1,
            before: None,
            after: None,
            version: 3,
            over: 5,
            computed_from: None,
        };
        lost.take_back(&[undone]);
        let after = lost.judge(&shown(Some(3), 280), &visitor);
        assert_eq!(after, author, "what a failover has lost is not missed here");
    }
}
