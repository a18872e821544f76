//! A lock in Redis, as a service takes it: tried, waited for, kept alive, given back.

use std::cell::Cell;
use std::rc::Rc;

use super::{Failure, Request};
use crate::engine::time::Nanos;
use crate::marketplace::probe::{Event, Stage};
use crate::marketplace::redis::Set;
use crate::marketplace::redis::terms::{Acquisition, Lease, WATCHDOG};

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
    /// [`Failure::RedisLockTimeout`].
    pub(super) async fn lock(
        self: &Rc<Self>,
        key: u64,
        terms: &LockTerms,
    ) -> Result<DistributedLock, Failure> {
        let _stage = self.enter(Stage::RedisLock);
        let clock = self.market.clock;
        let redis = &self.market.redis;
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
                told = Some(redis.subscribe(key, self.instance.number));
            }
            let answer = self.command(|| redis.set_if_absent(key, lease)).await;
            let left = match answer {
                Set::Taken(token) => break Some(token),
                Set::Held(left) => left,
            };
            if first {
                self.market.probe.tell(Event::RedisWaits { request: self.number, key });
            }
            let patience = terms.wait.saturating_sub(clock.now() - asked);
            if patience == 0 {
                break None;
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
                redis.unsubscribe(key, &told);
            }
            first = false;
        };
        if let Some(told) = told.take() {
            redis.unsubscribe(key, &told);
        }
        redis.waits.borrow_mut().record(clock.now() - asked);
        let token = token.ok_or(Failure::RedisLockTimeout)?;
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
        self.command(|| self.market.redis.delete_if_mine(lock.key, lock.token)).await;
    }

    /// One command: there, done, and back.
    pub(super) async fn command<T>(&self, run: impl FnOnce() -> T) -> T {
        let round_trip = self.draw(self.market.redis.round_trip);
        self.travel(round_trip / 2).await;
        let answer = run();
        self.travel(round_trip - round_trip / 2).await;
        answer
    }

    async fn travel(&self, span: Nanos) {
        if span > 0 {
            self.market.clock.sleep(span).await;
        }
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
        if !request.paused.get() && !request.market.redis.renew(key, token, WATCHDOG) {
            return;
        }
    }
}
