//! Oversells.
//!
//! Verifies: no more orders of a bid are stored than it had units, counted here, whatever the
//! column `stock` says. Does not verify that the stock is right.

use std::collections::BTreeMap;

use super::{Columns, Commit};
use crate::marketplace::mysql::Write;

#[derive(Default)]
pub(super) struct Oversell {
    /// Units that bids came with which were placed during the run.
    placed: BTreeMap<u64, i64>,
    sold: BTreeMap<u64, i64>,
    orders: u64,
}

impl Oversell {
    pub(super) fn check(&mut self, columns: &Columns, commit: &Commit<'_>) -> u64 {
        for write in commit.writes {
            if let (true, None, Some(values), Some(stock)) =
                (Some(write.table) == columns.bids, write.before, write.after, columns.stock)
            {
                self.placed.insert(write.key, values[stock]);
            }
        }
        if columns.stock.is_none() {
            return 0;
        }
        let mut oversold = 0;
        for bid in columns.orders(commit) {
            self.orders += 1;
            let sold = self.sold.entry(bid).or_default();
            *sold += 1;
            let units = self.placed.get(&bid).copied().unwrap_or(columns.first_stock);
            oversold += u64::from(*sold > units);
        }
        oversold
    }

    pub(super) fn take_back(&mut self, columns: &Columns, undone: &[Write]) {
        let orders = undone.iter().filter(|write| Some(write.table) == columns.orders);
        for order in orders.filter(|write| write.after.is_none()) {
            self.orders -= 1;
            if let Some(bid) = columns.bid_of(order, undone)
                && let Some(sold) = self.sold.get_mut(&bid)
            {
                *sold -= 1;
            }
        }
    }

    pub(super) fn orders(&self) -> u64 {
        self.orders
    }
}
