//! Events against commits: what others did because of a change, and what they should have done.
//!
//! Verifies, for the requests that set out to tell others about rows of a table: each committed
//! change has its effect, or somebody still holds the message (otherwise it is lost); an order has
//! its effect once (otherwise it is duplicated); no effect is of a change that was never committed,
//! or that a crash took back (a phantom). Does not verify the order of effects, nor that a view
//! shows a change only once: applying a version again changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Commit;
use crate::engine::time::Nanos;
use crate::marketplace::broker::Fact;
use crate::marketplace::config::tables::ORDERS;
use crate::marketplace::mysql::Write;
use crate::marketplace::mysql::table::TableId;

#[derive(Default)]
pub(super) struct Events {
    /// Requests that are at it, with the table whose rows they tell about.
    telling: BTreeSet<(u64, TableId)>,
    /// Committed changes that others are to hear of: by whom, and since when.
    owed: BTreeMap<Fact, (u64, Nanos)>,
    /// Effects so far, with the first request that caused one.
    effects: BTreeMap<Fact, (u64, u64)>,
}

/// What an effect came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    /// Beyond the first.
    pub(super) again: bool,
    /// From the commit; of the first effect alone. An effect before the commit is in time.
    pub(super) lag: Option<Nanos>,
}

impl Events {
    pub(super) fn tells(&mut self, request: u64, table: TableId) {
        self.telling.insert((request, table));
    }

    /// The request has done for it what it is going to do.
    pub(super) fn told(&mut self, request: u64, table: TableId) {
        self.telling.remove(&(request, table));
    }

    pub(super) fn note(&mut self, request: u64, commit: &Commit<'_>, now: Nanos) {
        for (at, write) in commit.writes.iter().enumerate() {
            let row = (write.table, write.key);
            let last = || !commit.writes[at + 1..].iter().any(|w| (w.table, w.key) == row);
            // An order is told of once, when it comes into being.
            let new = write.table != ORDERS || write.before.is_none();
            if self.telling.contains(&(request, write.table)) && new && last() {
                self.owed.insert(Fact::of(write), (request, now));
            }
        }
    }

    pub(super) fn take_back(&mut self, undone: &[Write]) {
        for write in undone {
            let (table, key) = (write.table, write.key);
            self.owed.remove(&Fact { table, key, version: write.over });
        }
    }

    /// Somebody has done what follows from a change.
    pub(super) fn effect(&mut self, request: u64, fact: Fact, now: Nanos) -> Effect {
        let (_, times) = self.effects.entry(fact).or_insert((request, 0));
        *times += 1;
        if *times > 1 {
            return Effect { again: fact.table == ORDERS, lag: None };
        }
        let lag = self.owed.get(&fact).map_or(0, |(_, since)| now - since);
        Effect { again: false, lag: Some(lag) }
    }

    /// Changes without effect that nobody is going to tell of any more.
    pub(super) fn lost(&self, held: &BTreeSet<Fact>) -> u64 {
        let lost = self.owed.iter().filter(|(fact, (request, _))| {
            !self.effects.contains_key(fact)
                && !held.contains(fact)
                && !self.telling.contains(&(*request, fact.table))
        });
        lost.count() as u64
    }

    /// Effects of changes that are not there.
    pub(super) fn phantoms(&self) -> u64 {
        let phantoms = self.effects.iter().filter(|(fact, (request, _))| {
            !self.owed.contains_key(fact) && !self.telling.contains(&(*request, fact.table))
        });
        phantoms.map(|(_, (_, times))| *times).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marketplace::mysql::table::Values;

    fn order(key: u64, version: u64) -> Write {
        Write {
            table: ORDERS,
            key,
            before: None,
            after: Some(Values::default()),
            version,
            over: 0,
            computed_from: None,
        }
    }

    fn commit(events: &mut Events, request: u64, writes: &[Write]) {
        events.note(request, &Commit { token: None, writes }, 100);
    }

    #[test]
    fn effects_are_held_against_commits() {
        let mut events = Events::default();
        let fact = |key, version| Fact { table: ORDERS, key, version };
        // Request 7 stores two orders and tells of them; request 8 tells nobody of its order.
        events.tells(7, ORDERS);
        commit(&mut events, 7, &[order(1, 10), order(2, 11)]);
        commit(&mut events, 8, &[order(3, 12)]);
        assert_eq!(events.lost(&BTreeSet::new()), 0, "it is still at it");
        events.told(7, ORDERS);
        assert_eq!(events.lost(&BTreeSet::new()), 2);
        assert_eq!(events.lost(&BTreeSet::from([fact(2, 11)])), 1, "the second is on its way");
        let first = events.effect(7, fact(1, 10), 130);
        assert_eq!(first, Effect { again: false, lag: Some(30) });
        assert_eq!(events.effect(7, fact(1, 10), 140), Effect { again: true, lag: None });
        assert_eq!((events.lost(&BTreeSet::new()), events.phantoms()), (1, 0));
        // An effect before its commit is none of a phantom's, as long as the commit can come.
        events.tells(9, ORDERS);
        assert_eq!(events.effect(9, fact(4, 20), 150), Effect { again: false, lag: Some(0) });
        assert_eq!(events.phantoms(), 0);
        events.told(9, ORDERS);
        assert_eq!(events.phantoms(), 1);
        // A crash takes order 1 back: what was done for it was done for nothing, twice.
        let back =
            Write { before: order(1, 10).after, after: None, version: 0, over: 10, ..order(1, 10) };
        events.take_back(&[back]);
        assert_eq!(events.phantoms(), 3);
    }
}
