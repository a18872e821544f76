//! Locks as InnoDB keeps them: who holds what, who waits behind whom, and whether that is a cycle.
//!
//! A pure data structure without time: a request is granted at once or joins a queue, a release
//! says whom it lets through. Record locks are shared or exclusive, tables carry intention locks,
//! gap locks stop inserts and nothing else. Queues are first come, first served; whoever already
//! shares a record and asks for it exclusively joins the queue like everybody else.

use std::collections::BTreeMap;

/// What is locked. Gaps are named by the record they lie in front of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) table: u16,
    pub(crate) part: Part,
    /// Primary key, or the packed key of the unique index.
    pub(crate) key: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Table,
    Record,
    /// The gap in front of a record; of [`SUPREMUM`] it is the end of the index.
    Gap,
    /// An entry of the table's unique secondary index.
    Unique,
}

/// Behind every record.
pub(crate) const SUPREMUM: u64 = u64::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    IntentionShared,
    IntentionExclusive,
    Shared,
    Exclusive,
    /// Keeps others from inserting into a gap; any number of transactions may hold it.
    Gap,
    /// Wants to insert into a gap; waits for the gap locks of others and is not kept.
    Insert,
}

impl Mode {
    /// Whether a request in this mode has to wait for a lock of somebody else, held or asked for
    /// earlier.
    fn waits_for(self, other: Mode) -> bool {
        match self {
            Mode::Shared => other == Mode::Exclusive,
            Mode::Exclusive => matches!(other, Mode::Shared | Mode::Exclusive),
            Mode::Insert => other == Mode::Gap,
            // Nobody locks whole tables here, so intentions are announced in vain.
            Mode::IntentionShared | Mode::IntentionExclusive | Mode::Gap => false,
        }
    }

    /// Whether holding this mode makes a request in another one superfluous.
    fn covers(self, other: Mode) -> bool {
        self == other
            || self == Mode::Exclusive && other == Mode::Shared
            || self == Mode::IntentionExclusive && other == Mode::IntentionShared
    }
}

/// A transaction, as the table names it; numbers are used again after [`LockTable::leave`].
pub(crate) type Owner = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requested {
    Granted,
    /// Joined the queue; [`LockTable::release`] of others, or [`LockTable::cancel`], ends it.
    Waits,
}

#[derive(Debug, Default)]
pub(crate) struct LockTable {
    queues: BTreeMap<Target, Queue>,
    owners: Vec<Locks>,
    free: Vec<Owner>,
    /// Empty queues, kept for their memory.
    spare: Vec<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    held: Vec<(Owner, Mode)>,
    waiting: Vec<(Owner, Mode)>,
}

#[derive(Debug, Default)]
struct Locks {
    held: Vec<(Target, Mode)>,
    waits: Option<(Target, Mode)>,
}

impl LockTable {
    /// A new owner without locks.
    pub(crate) fn enter(&mut self) -> Owner {
        match self.free.pop() {
            Some(owner) => owner,
            None => {
                self.owners.push(Locks::default());
                self.owners.len() as Owner - 1
            }
        }
    }

    /// Gives an owner back; it must hold and want nothing any more.
    pub(crate) fn leave(&mut self, owner: Owner) {
        debug_assert!(self.locks(owner).held.is_empty() && self.locks(owner).waits.is_none());
        self.free.push(owner);
    }

    fn locks(&self, owner: Owner) -> &Locks {
        &self.owners[owner as usize]
    }

    /// Locks held, in order of granting.
    pub(crate) fn held(&self, owner: Owner) -> &[(Target, Mode)] {
        &self.locks(owner).held
    }

    /// Whether an owner has any lock on this.
    pub(crate) fn holds(&self, owner: Owner, target: Target) -> bool {
        let queue = self.queues.get(&target);
        queue.is_some_and(|queue| queue.held.iter().any(|(by, _)| *by == owner))
    }

    /// Whether anybody has or wants a lock on this.
    pub(crate) fn is_locked(&self, target: Target) -> bool {
        self.queues.contains_key(&target)
    }

    /// Whether somebody else keeps an owner from inserting into this gap.
    pub(crate) fn is_closed(&self, owner: Owner, gap: Target) -> bool {
        let queue = self.queues.get(&gap);
        queue.is_some_and(|queue| queue.held.iter().any(|(by, _)| *by != owner))
    }

    /// What an owner waits for.
    pub(crate) fn wanted(&self, owner: Owner) -> Option<(Target, Mode)> {
        self.locks(owner).waits
    }

    /// Queues in existence: none once nobody holds a lock.
    pub(crate) fn len(&self) -> usize {
        self.queues.len()
    }

    /// Asks for a lock. An owner that waits must not ask for another.
    pub(crate) fn request(&mut self, owner: Owner, target: Target, mode: Mode) -> Requested {
        let covered = |(by, held): &(Owner, Mode)| *by == owner && held.covers(mode);
        match self.queues.get(&target) {
            Some(queue) if queue.held.iter().any(covered) => return Requested::Granted,
            None if mode == Mode::Insert => return Requested::Granted,
            _ => {}
        }
        let spare = &mut self.spare;
        let queue = self.queues.entry(target).or_insert_with(|| spare.pop().unwrap_or_default());
        let blocks = |&(other, by): &(Owner, Mode)| other != owner && mode.waits_for(by);
        if queue.held.iter().any(blocks) || queue.waiting.iter().any(blocks) {
            queue.waiting.push((owner, mode));
            self.owners[owner as usize].waits = Some((target, mode));
            return Requested::Waits;
        }
        self.grant(owner, target, mode);
        Requested::Granted
    }

    fn grant(&mut self, owner: Owner, target: Target, mode: Mode) {
        if mode == Mode::Insert {
            return;
        }
        let Some(queue) = self.queues.get_mut(&target) else { return };
        // An upgrade replaces the weaker lock.
        let weaker = |by: Mode| mode.covers(by);
        let own = &mut self.owners[owner as usize].held;
        match queue.held.iter_mut().find(|(by, held)| *by == owner && weaker(*held)) {
            None => {
                queue.held.push((owner, mode));
                own.push((target, mode));
            }
            Some(held) => {
                held.1 = mode;
                if let Some(held) = own.iter_mut().find(|(at, by)| *at == target && weaker(*by)) {
                    held.1 = mode;
                }
            }
        }
    }

    /// Owners that a waiting one waits for: who holds what it cannot share, and who asked earlier.
    pub(crate) fn blockers(&self, owner: Owner) -> impl Iterator<Item = Owner> + '_ {
        let wanted = self.locks(owner).waits;
        let queue = wanted.and_then(|(target, mode)| Some((self.queues.get(&target)?, mode)));
        queue
            .into_iter()
            .flat_map(move |(queue, mode)| {
                let ahead = queue.waiting.iter().take_while(move |(by, _)| *by != owner);
                let others = queue.held.iter().chain(ahead);
                others.filter(move |(by, held)| *by != owner && mode.waits_for(*held))
            })
            .map(|(by, _)| *by)
    }

    /// Owners on the shortest cycle of waiting that leads from an owner back to it, that owner
    /// first. Only the last who began to wait can have closed one. The shortest, because a longer
    /// one can go through waiters who hold nothing, and whom it would be no use to roll back.
    pub(crate) fn cycle(&self, owner: Owner) -> Option<Vec<Owner>> {
        // Whom we have come to, and through whom.
        let mut reached = vec![(owner, usize::MAX)];
        let mut at = 0;
        while at < reached.len() {
            for other in self.blockers(reached[at].0) {
                if other == owner {
                    let mut cycle = Vec::new();
                    let mut back = at;
                    while back != usize::MAX {
                        cycle.push(reached[back].0);
                        back = reached[back].1;
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if reached.iter().all(|(known, _)| *known != other) {
                    reached.push((other, at));
                }
            }
            at += 1;
        }
        None
    }

    /// Leaves the queue that an owner waits in.
    pub(crate) fn cancel(&mut self, owner: Owner, granted: &mut Vec<Owner>) {
        let Some((target, _)) = self.owners[owner as usize].waits.take() else { return };
        if let Some(queue) = self.queues.get_mut(&target) {
            queue.waiting.retain(|(by, _)| *by != owner);
        }
        self.pass_on(target, granted);
    }

    /// Gives up all locks of an owner, and its place in a queue. Who is let through is added to
    /// `granted`, in order.
    pub(crate) fn release(&mut self, owner: Owner, granted: &mut Vec<Owner>) {
        self.cancel(owner, granted);
        let mut held = std::mem::take(&mut self.owners[owner as usize].held);
        for (target, _) in held.drain(..) {
            self.let_go(owner, target, granted);
        }
        self.owners[owner as usize].held = held;
    }

    /// Gives up one lock before the end of the transaction.
    pub(crate) fn release_one(&mut self, owner: Owner, target: Target, granted: &mut Vec<Owner>) {
        self.owners[owner as usize].held.retain(|(held, _)| *held != target);
        self.let_go(owner, target, granted);
    }

    fn let_go(&mut self, owner: Owner, target: Target, granted: &mut Vec<Owner>) {
        if let Some(queue) = self.queues.get_mut(&target) {
            queue.held.retain(|(by, _)| *by != owner);
        }
        self.pass_on(target, granted);
    }

    /// Grants what nothing stands in the way of any more, in the order of asking.
    fn pass_on(&mut self, target: Target, granted: &mut Vec<Owner>) {
        let Some(queue) = self.queues.get(&target) else { return };
        if queue.waiting.is_empty() {
            if queue.held.is_empty()
                && let Some(queue) = self.queues.remove(&target)
            {
                self.spare.push(queue);
            }
            return;
        }
        let mut at = 0;
        while let Some(&(owner, mode)) = self.queues.get(&target).and_then(|q| q.waiting.get(at)) {
            if self.blockers(owner).next().is_some() {
                at += 1;
                continue;
            }
            if let Some(queue) = self.queues.get_mut(&target) {
                queue.waiting.remove(at);
            }
            self.owners[owner as usize].waits = None;
            self.grant(owner, target, mode);
            granted.push(owner);
        }
        // A granted insert is not kept.
        if self.queues.get(&target).is_some_and(|q| q.held.is_empty() && q.waiting.is_empty())
            && let Some(queue) = self.queues.remove(&target)
        {
            self.spare.push(queue);
        }
    }

    /// A new record splits a gap: whoever kept others out of the whole keeps them out of both parts.
    pub(crate) fn split_gap(&mut self, table: u16, new: u64, next: u64) {
        let gap = |key| Target { table, part: Part::Gap, key };
        let Some(queue) = self.queues.get(&gap(next)) else { return };
        let holders: Vec<Owner> = queue.held.iter().map(|(owner, _)| *owner).collect();
        for owner in holders {
            self.request(owner, gap(new), Mode::Gap);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: u64) -> Target {
        Target { table: 0, part: Part::Record, key }
    }

    fn gap(key: u64) -> Target {
        Target { table: 0, part: Part::Gap, key }
    }

    fn owners<const N: usize>(table: &mut LockTable) -> [Owner; N] {
        std::array::from_fn(|_| table.enter())
    }

    fn released(table: &mut LockTable, owner: Owner) -> Vec<Owner> {
        let mut granted = Vec::new();
        table.release(owner, &mut granted);
        granted
    }

    #[test]
    fn shared_locks_stand_together_and_an_exclusive_one_waits_its_turn() {
        let mut table = LockTable::default();
        let [a, b, c, d] = owners(&mut table);
        assert_eq!(table.request(a, record(1), Mode::Shared), Requested::Granted);
        assert_eq!(table.request(b, record(1), Mode::Shared), Requested::Granted);
        assert_eq!(table.request(c, record(1), Mode::Exclusive), Requested::Waits);
        // Nobody overtakes who waits.
        assert_eq!(table.request(d, record(1), Mode::Shared), Requested::Waits);
        assert_eq!(table.blockers(c).collect::<Vec<_>>(), [a, b]);
        assert_eq!(table.blockers(d).collect::<Vec<_>>(), [c]);
        assert_eq!(released(&mut table, a), Vec::<Owner>::new());
        assert_eq!(released(&mut table, b), [c]);
        assert_eq!(released(&mut table, c), [d]);
        assert_eq!(released(&mut table, d), Vec::<Owner>::new());
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn two_who_share_and_both_want_more_are_a_cycle() {
        let mut table = LockTable::default();
        let [a, b] = owners(&mut table);
        for owner in [a, b] {
            assert_eq!(table.request(owner, record(1), Mode::Shared), Requested::Granted);
        }
        assert_eq!(table.request(a, record(1), Mode::Exclusive), Requested::Waits);
        assert_eq!(table.cycle(a), None);
        assert_eq!(table.request(b, record(1), Mode::Exclusive), Requested::Waits);
        assert_eq!(table.cycle(b), Some(vec![b, a]));
        assert_eq!(released(&mut table, b), [a]);
        assert_eq!(table.held(a), [(record(1), Mode::Exclusive)]);
    }

    #[test]
    fn alone_a_shared_lock_is_upgraded_at_once() {
        let mut table = LockTable::default();
        let [a, b] = owners(&mut table);
        table.request(a, record(1), Mode::Shared);
        assert_eq!(table.request(a, record(1), Mode::Exclusive), Requested::Granted);
        assert_eq!(table.held(a), [(record(1), Mode::Exclusive)]);
        assert_eq!(table.request(b, record(1), Mode::Shared), Requested::Waits);
    }

    #[test]
    fn gap_locks_coexist_and_stop_only_inserts_of_others() {
        let mut table = LockTable::default();
        let [a, b] = owners(&mut table);
        assert_eq!(table.request(a, gap(9), Mode::Gap), Requested::Granted);
        assert_eq!(table.request(b, gap(9), Mode::Gap), Requested::Granted);
        assert_eq!(table.request(a, gap(9), Mode::Insert), Requested::Waits);
        assert_eq!(table.request(b, gap(9), Mode::Insert), Requested::Waits);
        assert_eq!(table.cycle(b), Some(vec![b, a]));
        assert_eq!(released(&mut table, b), [a]);
        table.split_gap(0, 7, 9);
        assert_eq!(table.request(b, gap(7), Mode::Insert), Requested::Waits);
        assert_eq!(released(&mut table, a), [b]);
        assert_eq!(released(&mut table, b), Vec::<Owner>::new());
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn who_gives_up_waiting_lets_those_behind_through() {
        let mut table = LockTable::default();
        let [a, b, c] = owners(&mut table);
        table.request(a, record(1), Mode::Shared);
        table.request(b, record(1), Mode::Exclusive);
        assert_eq!(table.request(c, record(1), Mode::Shared), Requested::Waits);
        let mut granted = Vec::new();
        table.cancel(b, &mut granted);
        assert_eq!(granted, [c]);
    }
}
