//! Stale writes: made under a lock that somebody else had taken over.
//!
//! Verifies: commits that change a bid under a lock come in the order of the locks' tokens. Does
//! not verify that the lock was still valid: a late write that nobody overtook is harmless.

use std::collections::BTreeMap;

use super::{Columns, Commit};

#[derive(Default)]
pub(super) struct StaleWrite {
    /// By bid, the newest token that a commit came with.
    newest: BTreeMap<u64, u64>,
}

impl StaleWrite {
    pub(super) fn check(&mut self, columns: &Columns, commit: &Commit<'_>) -> u64 {
        let Some(token) = commit.token else { return 0 };
        let mut stale = 0;
        for write in commit.writes.iter().filter(|write| Some(write.table) == columns.bids) {
            let newest = self.newest.entry(write.key).or_default();
            stale += u64::from(token < *newest);
            *newest = token.max(*newest);
        }
        stale
    }
}
