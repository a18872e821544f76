//! The books of each bid: its stock and its orders are what it started with.
//!
//! Verifies at the end of a run: units at the start = stock in the table + orders stored, by bid;
//! of a bid that is withdrawn, when that is committed.
//! Does not verify in between, nor why it is broken: a lost update shows there, too.

use std::collections::BTreeMap;

use super::{Columns, Commit};
use crate::marketplace::mysql::Write;
use crate::marketplace::mysql::table::TableId;

#[derive(Default)]
pub(super) struct Invariant {
    /// Units that must still be there, of bids that somebody touched.
    left: BTreeMap<u64, i64>,
    /// Of bids that are gone: units that had to be there, and units that were.
    gone: BTreeMap<u64, (i64, i64)>,
}

impl Invariant {
    pub(super) fn note(&mut self, columns: &Columns, commit: &Commit<'_>) {
        let Some(stock) = columns.stock else { return };
        for write in commit.writes.iter().filter(|write| Some(write.table) == columns.bids) {
            if let (Some(values), None) = (write.before, write.after) {
                let left = self.left.remove(&write.key).unwrap_or(columns.first_stock);
                self.gone.insert(write.key, (left, values[stock]));
                continue;
            }
            let placed = write.after.filter(|_| write.before.is_none());
            let units = placed.map_or(columns.first_stock, |values| values[stock]);
            self.left.entry(write.key).or_insert(units);
        }
        for bid in columns.orders(commit) {
            *self.left.entry(bid).or_insert(columns.first_stock) -= 1;
        }
    }

    pub(super) fn take_back(&mut self, columns: &Columns, undone: &[Write]) {
        for write in undone.iter().filter(|write| Some(write.table) == columns.bids) {
            if write.before.is_none()
                && let Some((left, _)) = self.gone.remove(&write.key)
            {
                self.left.insert(write.key, left);
            }
        }
        for write in undone.iter().filter(|write| write.after.is_none()) {
            if Some(write.table) == columns.bids {
                self.left.remove(&write.key);
            } else if Some(write.table) == columns.orders
                && let Some(bid) = columns.bid_of(write, undone)
                && let Some(left) = self.left.get_mut(&bid)
            {
                *left += 1;
            }
        }
    }

    /// Bids whose stock is not what must be left.
    pub(super) fn broken(
        &self,
        columns: &Columns,
        stock: impl Fn(TableId, usize, u64) -> Option<i64>,
    ) -> u64 {
        let (Some(table), Some(column)) = (columns.bids, columns.stock) else { return 0 };
        let left = self.left.iter();
        let broken = left.filter(|(bid, left)| stock(table, column, **bid) != Some(**left)).count();
        let gone = self.gone.values().filter(|(left, there)| left != there).count();
        (broken + gone) as u64
    }
}
