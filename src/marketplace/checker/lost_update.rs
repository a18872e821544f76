//! Lost updates.
//!
//! Verifies: no value that the application computed from one version of a row is written over
//! another, newer version. Does not verify: values that depend on other rows (write skew), or on
//! rows that were not there (phantoms).

use super::Commit;

#[derive(Default)]
pub(super) struct LostUpdate;

impl LostUpdate {
    /// Updates by others that this commit has overwritten.
    pub(super) fn check(&mut self, commit: &Commit<'_>) -> u64 {
        let lost = commit.writes.iter().filter(|write| {
            write.before.is_some() && write.computed_from.is_some_and(|read| read != write.over)
        });
        lost.count() as u64
    }
}
