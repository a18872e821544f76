//! A lock in Redis, as a service takes it: tried, waited for, kept alive, given back.

use std::cell::Cell;
use std::rc::Rc;

use super::{Failure, Request};
use crate::engine::time::Nanos;
use crate::marketplace::probe::{Event, Stage};
use crate::marketplace::redis::key::Key;
use crate::marketplace::redis::locks::Set;
use crate::marketplace::redis::terms::{Acquisition, Lease, WATCHDOG};
use crate::marketplace::redis::topology::Access;

/// How a lock is waited for, and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LockTerms {
    pub(crate) acquire: Acquisition,
    /// Longest wait.
    pub(crate) wait: Nanos,
    pub(crate) lease: Lease,
}

/// A lock that was granted, as far as its holder knows.
pub(super) struct DistributedLock {
    key: u64,
    /// Larger than that of every holder before.
    pub(super) token: u64,
    /// Tells the watchdog to stop.
    given_back: Rc<Cell<bool>>,
}

impl<'w> Request<'w> {
    /// Takes the lock on a key.
    ///
    /// # Errors
    /// [`Failure::RedisLockTimeout`], [`Failure::RedisDown`].
    pub(super) async fn lock(
        self: &Rc<Self>,
        key: u64,
        terms: &LockTerms,
    ) -> Result<DistributedLock, Failure> {
        let _stage = self.enter(Stage::RedisLock);
        let clock = self.market.clock;
        let redis = &self.market.redis;
        let locks = &redis.locks;
        let asked = clock.now();
        let lease = match terms.lease {
            Lease::For(span) => span,
            Lease::Watchdog => WATCHDOG,
        };
        let mut told: Option<Rc<_>> = None;
        let mut first = true;
        let token = loop {
            // Whoever wants to be told listens before asking, so that no message is missed.
            if !first && terms.acquire == Acquisition::PubSub {
                told = Some(locks.subscribe(key, self.instance.number));
            }
            let take = |_: &mut _, _| locks.set_if_absent(key, lease);
            let answer = match self.command(&[Key::Lock(key)], Access::Write, take).await {
                Ok(answer) => answer,
                Err(down) => break Err(down),
            };
            let left = match answer {
                Set::Taken(token) => break Ok(token),
                Set::Held(left) => left,
            };
            if first {
                self.market.probe.tell(Event::RedisWaits { request: self.number, key });
            }
            let patience = terms.wait.saturating_sub(clock.now() - asked);
            if patience == 0 {
                break Err(Failure::RedisLockTimeout);
            }
            match (terms.acquire, &told) {
                (Acquisition::Poll(every), _) => clock.sleep(every.min(patience)).await,
                (Acquisition::PubSub, Some(told)) => {
                    let message = clock.timeout(left.min(patience), told.wait()).await;
                    if message.is_some() {
                        self.travel(self.draw(redis.round_trip) / 2).await;
                    }
                }
                (Acquisition::PubSub, None) => {}
            }
            if let Some(told) = told.take() {
                locks.unsubscribe(key, &told);
            }
            first = false;
        };
        if let Some(told) = told.take() {
            locks.unsubscribe(key, &told);
        }
        locks.waits.borrow_mut().record(clock.now() - asked);
        let token = token?;
        self.market.witness.lock_taken(self.number, key);
        self.market.probe.tell(Event::RedisLocked { request: self.number, key, token });
        let lock = DistributedLock { key, token, given_back: Rc::default() };
        if terms.lease == Lease::Watchdog {
            self.sim.spawn("watchdog", renew(Rc::clone(self), key, token, lock.given_back.clone()));
        }
        Ok(lock)
    }

    /// Gives a lock back.
    pub(super) async fn unlock(&self, lock: DistributedLock) {
        let _stage = self.enter(Stage::RedisLock);
        lock.given_back.set(true);
        self.market.witness.lock_given_back(self.number, lock.key);
        self.market.probe.tell(Event::RedisUnlocked { request: self.number, key: lock.key });
        let give = |_: &mut _, _| self.market.redis.locks.delete_if_mine(lock.key, lock.token);
        // A server that does not answer keeps the lock until its lease ends.
        self.command(&[Key::Lock(lock.key)], Access::Write, give).await.ok();
    }
}

/// Redisson's watchdog: renews every third of the lease while the process runs and the lock has not
/// been given back.
async fn renew(request: Rc<Request<'_>>, key: u64, token: u64, given_back: Rc<Cell<bool>>) {
    loop {
        request.market.clock.sleep(WATCHDOG / 3).await;
        if given_back.get() {
            return;
        }
        // A process that stands still renews nothing.
        if !request.paused.get() && !request.market.redis.locks.renew(key, token, WATCHDOG) {
            return;
        }
    }
}
