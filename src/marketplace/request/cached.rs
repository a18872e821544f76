//! Bids behind the cache: who looks, who loads what is not there, and what a write does to the
//! entry of its row.
//!
//! If Redis does not answer, a read goes to the database and nothing is stored; a write that has
//! been committed counts as done, and its entry stays as it was.

use std::rc::Rc;

use super::{Answer, Failure, Request, draw_seed};
use crate::engine::channel::Signal;
use crate::engine::time::Nanos;
use crate::marketplace::config::tables::{BIDS, bids};
use crate::marketplace::config::{CacheGuard, CacheStrategy, OnWrite, WritePlace};
use crate::marketplace::mysql::{Found, Statement};
use crate::marketplace::probe::Stage;
use crate::marketplace::redis::key::Key;
use crate::marketplace::redis::store::{Item, Store, Value};
use crate::marketplace::redis::topology::Access;
use crate::random::Stream;

/// Purposes of the draws of optional parts.
const LOAD_WORK: u64 = 1_300;
const JITTER: u64 = 1_301;
const EARLY: u64 = 1_302;

/// Version of a row that the cache has changed and the database has not got: newer than all of the
/// database's.
const AHEAD: u64 = u64::MAX;

/// Loads after which a write gives up, because the row is gone again each time.
const LOADS_MAX: u32 = 3;

/// What a look-up found.
enum Look {
    Hit(Found),
    /// There, but near its end: this reader loads it anew. With the time of the look.
    Early(Nanos),
    Missed(Nanos),
    Down,
}

impl<'w> Request<'w> {
    /// A bid as readers see it.
    ///
    /// # Errors
    /// Those of a transaction.
    pub(super) async fn cached_bid(self: &Rc<Self>, bid: u64) -> Result<Found, Failure> {
        match self.look_up(bid).await {
            Look::Hit(found) => Ok(found),
            Look::Early(looked) => self.load(bid, looked).await,
            Look::Missed(looked) => match self.market.config.cache.guard {
                CacheGuard::None | CacheGuard::Early => self.load(bid, looked).await,
                CacheGuard::SingleFlight => self.load_in_turn(bid, looked).await,
                CacheGuard::RedisLock => self.load_locked(bid, looked).await,
            },
            Look::Down => self.read_bid(bid).await,
        }
    }

    /// Whether bids are cached at all.
    pub(super) fn caches(&self) -> bool {
        self.market.config.cache.strategy != CacheStrategy::None
    }

    async fn look_up(&self, bid: u64) -> Look {
        let key = Key::Bid(bid);
        let stage = self.enter(Stage::Redis);
        let get = |store: &mut Store, now| (store.get(key, now), now);
        let answer = self.command(&[key], Access::Read, get).await;
        drop(stage);
        let Ok((item, looked)) = answer else { return Look::Down };
        let found = item.as_ref().and_then(|item| row(bid, item));
        let look = match (found, item) {
            (Some(_), Some(item)) if self.renews_early(&item) => Look::Early(looked),
            (Some(found), _) => Look::Hit(found),
            (None, _) => Look::Missed(looked),
        };
        self.market.cache.looked(matches!(look, Look::Hit(_)));
        look
    }

    /// XFetch: now - delta * beta * ln(u) >= expiry.
    fn renews_early(&self, item: &Item) -> bool {
        let knobs = &self.market.config.cache;
        let Some(expires) = item.expires else { return false };
        if knobs.guard != CacheGuard::Early {
            return false;
        }
        let u = 1.0 - Stream::from_seed(draw_seed(self.times, 0, EARLY)).unit();
        let ahead = -(item.recompute as f64) * knobs.beta.0 * libm::log(u);
        self.now().saturating_add(ahead as Nanos) >= expires
    }

    /// Reads a bid from the database, in a transaction of its own.
    async fn read_bid(&self, bid: u64) -> Result<Found, Failure> {
        let cpu = self.draw(&self.market.config.endpoints.short_cpu);
        let mut transaction = self.begin_reading().await?;
        let found = transaction.run(Statement::select(BIDS, bid).cpu(cpu)).await?;
        transaction.commit().await?;
        Ok(found)
    }

    /// Reads a bid from the database and stores it.
    async fn load(&self, bid: u64, looked: Nanos) -> Result<Found, Failure> {
        let since = self.now();
        self.market.cache.loads(Key::Bid(bid), looked);
        let found = self.read_bid(bid).await?;
        self.away(self.draw_for(LOAD_WORK, &self.market.config.cache.load_work)).await;
        if found.rows > 0 {
            self.store(bid, &found, self.now() - since).await;
        }
        Ok(found)
    }

    /// One of the instance loads; whoever comes meanwhile takes what it gets.
    async fn load_in_turn(&self, bid: u64, looked: Nanos) -> Result<Found, Failure> {
        let flights = &self.market.cache.flights;
        let of = (self.instance.number, bid);
        let under_way = flights.borrow().get(&of).map(Rc::clone);
        if let Some(flight) = under_way {
            let _stage = self.enter(Stage::Redis);
            return flight.wait().await;
        }
        let flight = Rc::new(Signal::new(self.market.clock));
        flights.borrow_mut().insert(of, Rc::clone(&flight));
        let loaded = self.load(bid, looked).await;
        flights.borrow_mut().remove(&of);
        flight.give(loaded);
        loaded
    }

    /// Whoever gets the lock in Redis loads; the others look again and again, until the longest
    /// wait is over.
    async fn load_locked(self: &Rc<Self>, bid: u64, looked: Nanos) -> Result<Found, Failure> {
        let knobs = &self.market.config.cache;
        let lock = Key::Loading(bid);
        let lease = Item { expires: None, ..number(knobs.entry_size.0) };
        let asked = self.now();
        loop {
            let stage = self.enter(Stage::Redis);
            let take = |store: &mut Store, now: Nanos| {
                let expires = Some(now.saturating_add(knobs.lock_lease.0));
                store.set_if_absent(lock, Item { expires, ..lease }, now)
            };
            let taken = self.command(&[lock], Access::Write, take).await;
            drop(stage);
            if taken == Ok(Ok(true)) {
                // Somebody may have stored it between the look and the lock.
                let loaded = match self.look_again(bid).await {
                    Some(found) => Ok(found),
                    None => self.load(bid, looked).await,
                };
                let _stage = self.enter(Stage::Redis);
                let give = |store: &mut Store, _| store.delete(lock);
                self.command(&[lock], Access::Write, give).await.ok();
                return loaded;
            }
            let left = knobs.lock_wait.0.saturating_sub(self.now() - asked);
            if taken != Ok(Ok(false)) || left == 0 {
                return self.load(bid, looked).await;
            }
            let stage = self.enter(Stage::Redis);
            self.market.clock.sleep(knobs.lock_poll.0.min(left)).await;
            drop(stage);
            if let Some(found) = self.look_again(bid).await {
                return Ok(found);
            }
        }
    }

    /// A look that counts neither as a hit nor as a miss: its request has missed already.
    async fn look_again(&self, bid: u64) -> Option<Found> {
        let key = Key::Bid(bid);
        let _stage = self.enter(Stage::Redis);
        let get = |store: &mut Store, now| store.get(key, now);
        // The primary has what the lock's holder has stored; a replica may not.
        let item = self.command(&[key], Access::Write, get).await.ok()??;
        row(bid, &item)
    }

    /// Stores a row that took `recompute` to load.
    async fn store(&self, bid: u64, found: &Found, recompute: Nanos) {
        let keeps_order = matches!(
            self.market.config.cache.strategy,
            CacheStrategy::WriteThrough | CacheStrategy::WriteBehind
        );
        let (key, life) = (Key::Bid(bid), self.life());
        let (values, version) = (found.values, found.version);
        let bytes = self.market.config.cache.entry_size.0;
        let set = |store: &mut Store, now: Nanos| {
            let expires = Some(now.saturating_add(life));
            let value = Value::Row { values, version };
            let item = Item { value, expires, bytes, recompute, written: 0, flushed: 0 };
            if !(keeps_order && is_newer(store.peek(key), version, now)) {
                // Without room the row is not cached.
                store.set(key, item, now).ok();
            }
            self.market.cache.stored(key, now);
        };
        let _stage = self.enter(Stage::Redis);
        self.command(&[key], Access::Write, set).await.ok();
    }

    /// How long an entry lives that this request stores.
    fn life(&self) -> Nanos {
        let knobs = &self.market.config.cache;
        let jitter = knobs.ttl_jitter.0;
        if jitter <= 0.0 {
            return knobs.ttl.0;
        }
        let u = Stream::from_seed(draw_seed(self.times, 0, JITTER)).unit();
        (knobs.ttl.0 as f64 * (1.0 + jitter * (2.0 * u - 1.0))) as Nanos
    }

    /// What a write does to the entries of its rows, before or after its commit.
    pub(super) async fn refresh_cache(&self, place: WritePlace, written: &[(u64, Found)]) {
        let knobs = &self.market.config.cache;
        let own_place = knobs.write_place == place;
        let after = place == WritePlace::AfterCommit;
        for (bid, found) in written {
            match knobs.strategy {
                CacheStrategy::Aside | CacheStrategy::ReadThrough if own_place => {
                    match knobs.on_write {
                        OnWrite::Delete => self.forget(*bid).await,
                        OnWrite::Update => self.store(*bid, found, 0).await,
                        OnWrite::Nothing => {}
                    }
                }
                CacheStrategy::WriteThrough if after => self.store(*bid, found, 0).await,
                CacheStrategy::WriteBehind if after => self.patch(*bid, found).await,
                _ => {}
            }
        }
    }

    async fn forget(&self, bid: u64) {
        let key = Key::Bid(bid);
        let _stage = self.enter(Stage::Redis);
        self.command(&[key], Access::Write, |store, _| store.delete(key)).await.ok();
    }

    /// Behind: the stock has been changed in the database, the rest of the entry may be ahead of it.
    async fn patch(&self, bid: u64, found: &Found) {
        let key = Key::Bid(bid);
        let patch = |store: &mut Store, now| {
            let Some(mut item) = store.get(key, now) else { return };
            if let Value::Row { values, version } = &mut item.value {
                values[bids::STOCK] = found.values[bids::STOCK];
                *version = found.version.max(*version);
            }
            store.set(key, item, now).ok();
        };
        let _stage = self.enter(Stage::Redis);
        self.command(&[key], Access::Write, patch).await.ok();
    }

    /// Behind: adds to the price of a bid in the cache, which passes it on later. A row that is not
    /// there is loaded first.
    ///
    /// # Errors
    /// [`Failure::RedisDown`], and those of a transaction.
    pub(super) async fn raise_price_in_cache(self: &Rc<Self>, bid: u64, by: i64) -> Answer {
        let key = Key::Bid(bid);
        for _ in 0..LOADS_MAX {
            let write = |store: &mut Store, now: Nanos| {
                let Some(mut item) = store.get(key, now) else { return Err(now) };
                if let Value::Row { values, .. } = &mut item.value {
                    values[bids::PRICE] = values[bids::PRICE].saturating_add(by);
                    values[bids::VERSION] += 1;
                }
                // An entry that the database does not have must not expire.
                item.expires = None;
                item.written += 1;
                Ok(store.set(key, item, now))
            };
            let stage = self.enter(Stage::Redis);
            let answer = self.command(&[key], Access::Write, write).await?;
            drop(stage);
            match answer {
                Ok(Ok(())) => return Ok(()),
                // No room for the change of an entry that is there.
                Ok(Err(_)) => return Err(Failure::RedisDown),
                Err(looked) => {
                    let found = self.load(bid, looked).await?;
                    if found.rows == 0 {
                        return Err(Failure::Business);
                    }
                }
            }
        }
        Err(Failure::RedisDown)
    }
}

/// What a described step found.
pub(super) enum Looked {
    Hit,
    Missed,
    Down,
}

impl Request<'_> {
    /// A described step looks an entry up; on a miss its load begins.
    pub(super) async fn look_up_entry(&self, key: Key) -> Looked {
        let _stage = self.enter(Stage::Redis);
        let get = |store: &mut Store, now| (store.get(key, now).is_some(), now);
        match self.command(&[key], Access::Read, get).await {
            Ok((hit, looked)) => {
                let cache = &self.market.cache;
                cache.looked(hit);
                if hit {
                    return Looked::Hit;
                }
                cache.loads(key, looked);
                Looked::Missed
            }
            Err(_) => Looked::Down,
        }
    }

    /// A described step stores what it has loaded.
    pub(super) async fn store_entry(&self, key: Key, ttl: Nanos, recompute: Nanos) {
        let bytes = self.market.config.cache.entry_size.0;
        let set = |store: &mut Store, now: Nanos| {
            let expires = Some(now.saturating_add(ttl));
            store.set(key, Item { expires, recompute, ..number(bytes) }, now).ok();
            self.market.cache.stored(key, now);
        };
        let _stage = self.enter(Stage::Redis);
        self.command(&[key], Access::Write, set).await.ok();
    }
}

/// The row of an entry, as a statement would have found it.
fn row(bid: u64, item: &Item) -> Option<Found> {
    match item.value {
        Value::Row { values, version } => {
            let version = if item.written > item.flushed { AHEAD } else { version };
            Some(Found { rows: 1, key: bid, values, version })
        }
        Value::Number(_) => None,
    }
}

/// Whether what is stored must not be replaced by this version.
fn is_newer(stored: Option<Item>, version: u64, now: Nanos) -> bool {
    stored.filter(|item| !item.expired(now)).is_some_and(|item| {
        let kept = row(0, &item);
        kept.is_some_and(|kept| kept.version >= version)
    })
}

fn number(bytes: u64) -> Item {
    let value = Value::Number(1);
    Item { value, expires: None, bytes, recompute: 0, written: 0, flushed: 0 }
}
