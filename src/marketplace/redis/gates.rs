//! Gates in front of something scarce: a counter of places with the users that were let in, asked
//! in one script.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(crate) struct Gates(RefCell<BTreeMap<u64, BTreeSet<u64>>>);

impl Gates {
    /// Lets a user in unless the user is in already or `places` are taken: one script, so nothing
    /// comes between the question and the answer.
    pub(crate) fn enter(&self, key: u64, user: u64, places: u64) -> bool {
        let gates = &mut *self.0.borrow_mut();
        let inside = gates.entry(key).or_default();
        (inside.len() as u64) < places && inside.insert(user)
    }

    /// Takes a place back that was not used after all.
    pub(crate) fn leave(&self, key: u64, user: u64) {
        if let Some(inside) = self.0.borrow_mut().get_mut(&key) {
            inside.remove(&user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_lets_each_user_in_once_and_no_more_than_there_are_places() {
        let gates = Gates::default();
        let entered = [7, 7, 8, 9].map(|user| gates.enter(1, user, 2));
        assert_eq!(entered, [true, false, true, false]);
        gates.leave(1, 7);
        assert!(gates.enter(1, 9, 2));
    }
}
