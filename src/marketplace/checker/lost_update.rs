//! Lost updates.
//!
//! Verifies: no value that the application computed from one version of a row is written over
//! another, newer version that somebody else wrote. What counts is how many changes the newest
//! version no longer contains, so that one stale write can lose several. Does not verify: values
//! that depend on other rows (write skew), or on rows that were not there (phantoms).

use std::collections::{BTreeMap, VecDeque};

use super::Commit;
use crate::marketplace::mysql::Write;
use crate::marketplace::mysql::table::TableId;

/// Versions of a row that are remembered; whoever computes from an older one loses them all.
const REMEMBERED: usize = 4_096;

#[derive(Default)]
pub(super) struct LostUpdate {
    rows: BTreeMap<(TableId, u64), Lineage>,
}

/// The versions of a row, with the number of changes that each contains.
#[derive(Default)]
struct Lineage {
    versions: VecDeque<(u64, u64)>,
    /// Changes that the newest version does not contain.
    lost: u64,
}

impl Lineage {
    fn contained(&self, version: u64) -> u64 {
        let at = self.versions.binary_search_by_key(&version, |(number, _)| *number);
        at.map_or(0, |at| self.versions[at].1)
    }

    /// Takes a change in. Returns how many others are lost by it.
    fn change(&mut self, write: &Write) -> u64 {
        let before = self.contained(write.over);
        let base = write.computed_from.map_or(before, |read| self.contained(read));
        let lost = before.saturating_sub(base);
        // Whoever computed from a version that had been lost itself brings it back.
        let back = base.saturating_sub(before);
        self.lost = (self.lost + lost).saturating_sub(back);
        self.versions.push_back((write.version, base + 1));
        if self.versions.len() > REMEMBERED {
            self.versions.pop_front();
        }
        lost
    }
}

impl LostUpdate {
    /// Updates by others that this commit has overwritten.
    pub(super) fn check(&mut self, commit: &Commit<'_>) -> u64 {
        let mut lost = 0;
        for (at, write) in commit.writes.iter().enumerate() {
            if write.before.is_none() || write.after.is_none() {
                self.rows.remove(&(write.table, write.key));
                continue;
            }
            let row = self.rows.entry((write.table, write.key)).or_default();
            // A transaction may compute from what it found before its own first change.
            let own = || {
                let so_far = commit.writes[..at].iter();
                let mut of_row = so_far.filter(|w| (w.table, w.key) == (write.table, write.key));
                of_row.any(|w| Some(w.over) == write.computed_from)
            };
            let computed_from = write.computed_from.filter(|_| !own());
            lost += row.change(&Write { computed_from, ..*write });
        }
        lost
    }

    /// A crash has taken versions back.
    pub(super) fn take_back(&mut self, undone: &[Write]) {
        for write in undone {
            if let Some(row) = self.rows.get_mut(&(write.table, write.key)) {
                row.versions.retain(|(number, _)| *number < write.over);
            }
        }
    }

    /// Changes that are missing from the newest versions.
    pub(super) fn missing(&self) -> u64 {
        self.rows.values().map(|row| row.lost).sum()
    }
}
