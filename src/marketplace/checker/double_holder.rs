//! Two holders of one lock.
//!
//! Verifies: between being told that it holds a lock and giving it back, no client is told the same
//! that another one was told. Does not verify that either of them does harm.

use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct DoubleHolder {
    /// By key, clients that believe to hold it.
    holders: BTreeMap<u64, u64>,
}

impl DoubleHolder {
    /// Others who believe to hold it already, one at most counts.
    pub(super) fn taken(&mut self, key: u64) -> u64 {
        let holders = self.holders.entry(key).or_default();
        *holders += 1;
        u64::from(*holders > 1)
    }

    pub(super) fn given_back(&mut self, key: u64) {
        if let Some(holders) = self.holders.get_mut(&key) {
            *holders -= 1;
            if *holders == 0 {
                self.holders.remove(&key);
            }
        }
    }
}
