//! Walks over the pages of a list: no row twice, none left out.
//!
//! Verifies what each page of a walk has shown: rows that an earlier page of the same walk had
//! shown, and rows that the walk has passed and never shown though they were there from its first
//! page to its last. Rows that came or went while it lasted are nobody's fault, whether they are
//! shown or not. Does not verify the values that are shown, nor where a walk began and ended.

use std::collections::{BTreeMap, BTreeSet};

use super::{Columns, Commit};
use crate::marketplace::mysql::Write;

#[derive(Default)]
pub(super) struct Pages {
    /// Commits that wrote something, so far.
    commits: u64,
    /// Bids that were inserted, by the commit that did.
    born: BTreeMap<u64, u64>,
    gone: BTreeSet<u64>,
    /// By the request that asked for its first page.
    walks: BTreeMap<u64, Walk>,
    turns: u64,
    repeated: u64,
    skipped: u64,
}

/// What a walk has shown.
#[derive(Default)]
struct Walk {
    /// Commits at its start.
    since: u64,
    shown: BTreeSet<u64>,
    /// Rows that it has left out, by now.
    skipped: u64,
}

/// What a page did wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) repeated: u64,
    pub(super) skipped: u64,
}

/// What all pages came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageTurns {
    /// Pages after the first of their walk.
    pub(crate) turns: u64,
    /// Rows shown once more, and rows left out.
    pub(crate) repeated: u64,
    pub(crate) skipped: u64,
}

impl Pages {
    pub(super) fn note(&mut self, columns: &Columns, commit: &Commit<'_>) {
        self.commits += 1;
        for write in commit.writes.iter().filter(|write| Some(write.table) == columns.bids) {
            self.came_or_went(write);
        }
    }

    pub(super) fn take_back(&mut self, columns: &Columns, undone: &[Write]) {
        self.commits += 1;
        for write in undone.iter().filter(|write| Some(write.table) == columns.bids) {
            self.came_or_went(write);
        }
    }

    fn came_or_went(&mut self, write: &Write) {
        match (write.before, write.after) {
            (None, Some(_)) => {
                self.born.insert(write.key, self.commits);
                self.gone.remove(&write.key);
            }
            (Some(_), None) => {
                self.gone.insert(write.key);
            }
            _ => {}
        }
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits
    }

    /// A page was shown, asked for after so many commits.
    pub(super) fn check(
        &mut self,
        columns: &Columns,
        walk: u64,
        since: u64,
        keys: &[u64],
    ) -> Found {
        let first = !self.walks.contains_key(&walk);
        let mut mine = self.walks.remove(&walk).unwrap_or(Walk { since, ..Walk::default() });
        self.turns += u64::from(!first);
        let fresh = keys.iter().filter(|key| mine.shown.insert(**key)).count();
        let repeated = (keys.len() - fresh) as u64;
        self.repeated += repeated;
        // Looked at afresh: a row that was left out may be shown later, or be gone by now.
        let left_out = self.left_out(columns, &mine);
        let before = std::mem::replace(&mut mine.skipped, left_out);
        self.skipped = self.skipped + mine.skipped - before;
        let skipped = mine.skipped.saturating_sub(before);
        self.walks.insert(walk, mine);
        Found { repeated, skipped }
    }

    /// Rows between the first and the last that a walk has shown which it has not shown, of those
    /// that were there all the time.
    fn left_out(&self, columns: &Columns, walk: &Walk) -> u64 {
        let (Some(low), Some(high)) = (walk.shown.first(), walk.shown.last()) else { return 0 };
        let of_start = |key: &u64| *key <= columns.first_bids;
        let stayed = |key: &u64| {
            let came = self.born.get(key).map_or(of_start(key), |came| *came <= walk.since);
            came && !self.gone.contains(key)
        };
        // Bids of the start that nobody took away are not in the books: they are counted.
        let first = (columns.first_bids.min(*high) + 1).saturating_sub(*low);
        let born = || self.born.range(low..=high).map(|(key, _)| key);
        let taken = self.gone.range(low..=high).filter(|key| of_start(key)).count() as u64;
        let back = born().filter(|key| of_start(key) && !self.gone.contains(key) && !stayed(key));
        let new = born().filter(|key| !of_start(key) && stayed(key)).count() as u64;
        let there = first + new - taken - back.count() as u64;
        let shown = walk.shown.iter().filter(|key| stayed(key)).count() as u64;
        there.saturating_sub(shown)
    }

    pub(super) fn turns(&self) -> PageTurns {
        PageTurns { turns: self.turns, repeated: self.repeated, skipped: self.skipped }
    }
}
