//! Lost updates.
//!
//! Verifies: no value that the application computed from one version of a row is written over
//! another, newer version that somebody else wrote. Does not verify: values that depend on other
//! rows (write skew), or on rows that were not there (phantoms).

use super::Commit;

#[derive(Default)]
pub(super) struct LostUpdate;

impl LostUpdate {
    /// Writes of this commit that have overwritten updates by others.
    pub(super) fn check(&mut self, commit: &Commit<'_>) -> u64 {
        let writes = commit.writes.iter().enumerate();
        let lost = writes.filter(|(at, write)| {
            // The version that the transaction found, and those that it has put over it since.
            let known = |read: u64| {
                let so_far = commit.writes[..=*at].iter();
                let mut of_row = so_far.filter(|w| (w.table, w.key) == (write.table, write.key));
                of_row.any(|w| w.before.is_some() && w.over == read)
            };
            write.before.is_some() && write.computed_from.is_some_and(|read| !known(read))
        });
        lost.count() as u64
    }
}
