//! Locks as services keep them in Redis: a key with a token and a lease, and clients that wait to
//! be told that it is free.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::engine::channel::Signal;
use crate::engine::executor::Clock;
use crate::engine::time::Nanos;
use crate::stats::histogram::Histogram;

pub(crate) struct Locks<'w> {
    clock: &'w Clock,
    held: RefCell<BTreeMap<u64, Held>>,
    /// Clients that wait to be told, by key and instance: one of each instance is woken.
    listeners: RefCell<BTreeMap<u64, Vec<Listeners<'w>>>>,
    tokens: Cell<u64>,
    grants_twice: bool,
    /// Times that clients waited for a lock, got or not.
    pub(crate) waits: RefCell<Histogram>,
}

/// A lock as Redis has it.
#[derive(Clone, Copy, Debug)]
struct Held {
    token: u64,
    expires: Nanos,
    since: Nanos,
}

/// The clients of one instance.
struct Listeners<'w> {
    instance: u32,
    waiting: VecDeque<Rc<Signal<'w, ()>>>,
}

/// What `SET key token NX PX lease` answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// Taken, with a token larger than all before.
    Taken(u64),
    /// Somebody has it, for this long at most.
    Held(Nanos),
}

impl<'w> Locks<'w> {
    /// With `grants_twice` a lock that is held is granted again: a fault for tests of checkers.
    pub(super) fn new(clock: &'w Clock, grants_twice: bool) -> Locks<'w> {
        Locks {
            clock,
            held: RefCell::default(),
            listeners: RefCell::default(),
            tokens: Cell::new(0),
            grants_twice,
            waits: RefCell::default(),
        }
    }

    /// Takes a lock unless it is held, for `lease`.
    pub(crate) fn set_if_absent(&self, key: u64, lease: Nanos) -> Set {
        let now = self.clock.now();
        let locks = &mut *self.held.borrow_mut();
        if let Some(held) = locks.get(&key)
            && held.expires > now
            && !self.grants_twice
        {
            return Set::Held(held.expires - now);
        }
        let token = self.tokens.get() + 1;
        self.tokens.set(token);
        locks.insert(key, Held { token, expires: now.saturating_add(lease), since: now });
        Set::Taken(token)
    }

    /// Makes a lock last `lease` from now, if it is still the caller's.
    pub(crate) fn renew(&self, key: u64, token: u64, lease: Nanos) -> bool {
        let now = self.clock.now();
        match self.held.borrow_mut().get_mut(&key) {
            Some(held) if held.token == token && held.expires > now => {
                held.expires = now.saturating_add(lease);
                true
            }
            _ => false,
        }
    }

    /// Gives a lock back if it is still the caller's, as the script does that compares first, and
    /// tells who listens.
    pub(crate) fn delete_if_mine(&self, key: u64, token: u64) {
        let mine = self.held.borrow().get(&key).is_some_and(|held| held.token == token);
        if !mine {
            return;
        }
        self.held.borrow_mut().remove(&key);
        if let Some(listeners) = self.listeners.borrow_mut().get_mut(&key) {
            for of_instance in listeners {
                if let Some(signal) = of_instance.waiting.pop_front() {
                    signal.give(());
                }
            }
        }
    }

    /// Listens for the next time that a lock is given back.
    pub(crate) fn subscribe(&self, key: u64, instance: u32) -> Rc<Signal<'w, ()>> {
        let signal = Rc::new(Signal::new(self.clock));
        let listeners = &mut *self.listeners.borrow_mut();
        let of_key = listeners.entry(key).or_default();
        let at = match of_key.iter().position(|listeners| listeners.instance == instance) {
            Some(at) => at,
            None => {
                of_key.push(Listeners { instance, waiting: VecDeque::new() });
                of_key.len() - 1
            }
        };
        of_key[at].waiting.push_back(Rc::clone(&signal));
        signal
    }

    /// Stops listening.
    pub(crate) fn unsubscribe(&self, key: u64, signal: &Rc<Signal<'w, ()>>) {
        let listeners = &mut *self.listeners.borrow_mut();
        let Some(of_key) = listeners.get_mut(&key) else { return };
        for of_instance in of_key.iter_mut() {
            of_instance.waiting.retain(|other| !Rc::ptr_eq(other, signal));
        }
        of_key.retain(|of_instance| !of_instance.waiting.is_empty());
        if of_key.is_empty() {
            listeners.remove(&key);
        }
    }

    /// The server forgets the locks among these that were taken after `received`.
    pub(super) fn forget(&self, received: Nanos, among: impl Fn(u64) -> bool) {
        self.held.borrow_mut().retain(|key, held| !among(*key) || held.since <= received);
    }

    /// The server forgets these locks.
    pub(super) fn forget_all(&self, among: impl Fn(u64) -> bool) {
        self.held.borrow_mut().retain(|key, _| !among(*key));
    }

    /// Locks that have not been given back, expired or not, and clients that listen.
    #[cfg(test)]
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.held.borrow().len(), self.listeners.borrow().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use crate::engine::time::SECOND;

    #[test]
    fn a_lock_is_given_back_by_its_holder_alone_and_expires() {
        let clock = Clock::new();
        let locks = Locks::new(&clock, false);
        let Set::Taken(first) = locks.set_if_absent(1, SECOND) else { panic!("free at the start") };
        assert_eq!(locks.set_if_absent(1, SECOND), Set::Held(SECOND));
        let sim = Sim::new(&clock);
        sim.run(Limits { until: SECOND, ..Limits::default() }).unwrap();
        // Expired: the next one takes it, and the first one's release is not obeyed.
        let Set::Taken(second) = locks.set_if_absent(1, SECOND) else { panic!("expired") };
        assert!(second > first, "tokens grow");
        locks.delete_if_mine(1, first);
        assert!(!locks.renew(1, first, SECOND));
        assert_eq!(locks.set_if_absent(1, SECOND), Set::Held(SECOND));
        locks.delete_if_mine(1, second);
        assert_eq!(locks.count(), (0, 0));
    }
}
