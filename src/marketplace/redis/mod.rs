//! Redis: commands over the network, and the locks that services keep in it.

pub(crate) mod terms;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::config::{Config, Fault};
use crate::engine::channel::Signal;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Clock;
use crate::engine::time::Nanos;
use crate::stats::histogram::Histogram;

/// One primary; a replica may take over from it.
pub(crate) struct Redis<'w> {
    clock: &'w Clock,
    pub(crate) round_trip: &'w Distribution,
    replication_delay: Nanos,
    locks: RefCell<BTreeMap<u64, Held>>,
    /// Clients that wait to be told, by key and instance: one of each instance is woken.
    listeners: RefCell<BTreeMap<u64, Vec<Listeners<'w>>>>,
    tokens: Cell<u64>,
    /// Counters with the users that they have let in.
    gates: RefCell<BTreeMap<u64, BTreeSet<u64>>>,
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

impl<'w> Redis<'w> {
    pub(crate) fn new(clock: &'w Clock, config: &'w Config) -> Redis<'w> {
        Redis {
            clock,
            round_trip: &config.redis.round_trip,
            replication_delay: config.redis.replication_delay.0,
            locks: RefCell::default(),
            listeners: RefCell::default(),
            tokens: Cell::new(0),
            gates: RefCell::default(),
            grants_twice: config.fault == Fault::DoubleGrant,
            waits: RefCell::default(),
        }
    }

    /// Takes a lock unless it is held, for `lease`.
    pub(crate) fn set_if_absent(&self, key: u64, lease: Nanos) -> Set {
        let now = self.clock.now();
        let locks = &mut *self.locks.borrow_mut();
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
        match self.locks.borrow_mut().get_mut(&key) {
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
        let mine = self.locks.borrow().get(&key).is_some_and(|held| held.token == token);
        if !mine {
            return;
        }
        self.locks.borrow_mut().remove(&key);
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

    /// Lets a user in unless the user is in already or `places` are taken: one script, so nothing
    /// comes between the question and the answer.
    pub(crate) fn enter_gate(&self, key: u64, user: u64, places: u64) -> bool {
        let gates = &mut *self.gates.borrow_mut();
        let inside = gates.entry(key).or_default();
        (inside.len() as u64) < places && inside.insert(user)
    }

    /// Takes a place back that was not used after all.
    pub(crate) fn leave_gate(&self, key: u64, user: u64) {
        if let Some(inside) = self.gates.borrow_mut().get_mut(&key) {
            inside.remove(&user);
        }
    }

    /// The replica takes over: what it had not received is gone.
    pub(crate) fn fail_over(&self) {
        let now = self.clock.now();
        let received = now.saturating_sub(self.replication_delay);
        self.locks.borrow_mut().retain(|_, held| held.since <= received);
    }

    /// Locks that have not been given back, expired or not, and clients that listen.
    #[cfg(test)]
    pub(crate) fn held(&self) -> (usize, usize) {
        (self.locks.borrow().len(), self.listeners.borrow().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use crate::engine::time::SECOND;
    use crate::marketplace::config::Base;

    #[test]
    fn a_lock_is_given_back_by_its_holder_alone_and_expires() {
        let (clock, config) = (Clock::new(), Config::of(Base::Stack));
        let redis = Redis::new(&clock, &config);
        let Set::Taken(first) = redis.set_if_absent(1, SECOND) else { panic!("free at the start") };
        assert_eq!(redis.set_if_absent(1, SECOND), Set::Held(SECOND));
        let sim = Sim::new(&clock);
        sim.run(Limits { until: SECOND, ..Limits::default() }).unwrap();
        // Expired: the next one takes it, and the first one's release is not obeyed.
        let Set::Taken(second) = redis.set_if_absent(1, SECOND) else { panic!("expired") };
        assert!(second > first, "tokens grow");
        redis.delete_if_mine(1, first);
        assert!(!redis.renew(1, first, SECOND));
        assert_eq!(redis.set_if_absent(1, SECOND), Set::Held(SECOND));
        redis.delete_if_mine(1, second);
        assert_eq!(redis.held(), (0, 0));
    }

    #[test]
    fn a_failover_loses_what_the_replica_had_not_received() {
        let clock = Clock::new();
        let mut config = Config::of(Base::Stack);
        config.redis.replication_delay.0 = 50;
        let redis = Redis::new(&clock, &config);
        redis.set_if_absent(1, SECOND);
        let sim = Sim::new(&clock);
        sim.run(Limits { until: 100, ..Limits::default() }).unwrap();
        redis.set_if_absent(2, SECOND);
        redis.fail_over();
        assert_eq!(redis.set_if_absent(1, SECOND), Set::Held(SECOND - 100));
        assert!(matches!(redis.set_if_absent(2, SECOND), Set::Taken(_)), "the lost one is free");
    }

    #[test]
    fn a_gate_lets_each_user_in_once_and_no_more_than_there_are_places() {
        let (clock, config) = (Clock::new(), Config::of(Base::Stack));
        let redis = Redis::new(&clock, &config);
        let entered = [7, 7, 8, 9].map(|user| redis.enter_gate(1, user, 2));
        assert_eq!(entered, [true, false, true, false]);
        redis.leave_gate(1, 7);
        assert!(redis.enter_gate(1, 9, 2));
    }
}
