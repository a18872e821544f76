//! Two holders of one lock.
//!
//! Verifies: between being told that it holds a lock and giving it back, no client's lock is granted
//! to somebody else. Each lock that is counts once, however many take it over. Does not verify that
//! anybody does harm.

use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct DoubleHolder {
    /// By key, clients that believe to hold it, and whether somebody else was told the same.
    holders: BTreeMap<u64, Vec<(u64, bool)>>,
}

impl DoubleHolder {
    /// Holders who did not know yet that they are not alone.
    pub(super) fn taken(&mut self, key: u64, request: u64) -> u64 {
        let holders = self.holders.entry(key).or_default();
        let mut newly = 0;
        for (_, doubled) in holders.iter_mut().filter(|(_, doubled)| !doubled) {
            *doubled = true;
            newly += 1;
        }
        holders.push((request, false));
        newly
    }

    pub(super) fn given_back(&mut self, key: u64, request: u64) {
        if let Some(holders) = self.holders.get_mut(&key) {
            holders.retain(|(holder, _)| *holder != request);
            if holders.is_empty() {
                self.holders.remove(&key);
            }
        }
    }
}
