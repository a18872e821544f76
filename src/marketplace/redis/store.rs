//! What one Redis server has in its memory: entries with their expiry, size and use.

use std::collections::BTreeMap;

use super::eviction::{self, Candidates};
use super::key::Key;
use crate::engine::time::{MILLISECOND, Nanos};
use crate::marketplace::config::{MemoryPolicy, RedisKnobs};
use crate::marketplace::knobs::Limit;
use crate::marketplace::mysql::table::Values;
use crate::random::Stream;

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A row as it was read, with the number of its version.
    Row {
        values: Values,
        version: u64,
    },
    Number(i64),
}

/// What a client stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) value: Value,
    /// `None`: it stays until it is deleted or evicted.
    pub(crate) expires: Option<Nanos>,
    /// Memory with the key and what Redis keeps beside them.
    pub(crate) bytes: u64,
    /// How long it took to compute.
    pub(crate) recompute: Nanos,
    /// Writes that this entry has taken since it was loaded, and how many of them the database has.
    pub(crate) written: u64,
    pub(crate) flushed: u64,
}

impl Item {
    pub(crate) fn expired(&self, now: Nanos) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// An item in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) item: Item,
    pub(super) used: Nanos,
    pub(super) counter: eviction::Counter,
    /// Its place among the keys that can expire.
    volatile_at: Option<u32>,
}

/// A change that replicas repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Set(Key, Item),
    Delete(Key),
}

/// `maxmemory` is reached and nothing may be evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

/// `hz` is 10: so often some of the expired keys are looked for and dropped.
const CYCLE: Nanos = 100 * MILLISECOND;
/// Keys that are looked at in one go, and the share of expired ones that calls for another go
/// (`ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP`, `..._ACCEPTABLE_STALE`).
const CYCLE_KEYS: u64 = 20;
const CYCLE_STALE: f64 = 0.1;

/// The memory of a server.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// 0: no limit.
    max: u64,
    policy: MemoryPolicy,
    /// `None`: all keys are looked at.
    samples: Option<u32>,
    /// A replica neither expires nor evicts: its primary tells it what is gone.
    replica: bool,
    entries: Vec<Entry>,
    places: BTreeMap<Key, u32>,
    /// Places of the keys that can expire.
    volatile: Vec<u32>,
    bytes: u64,
    candidates: Candidates,
    draws: Stream,
    next_cycle: Nanos,
    changes: Vec<Change>,
    pub(crate) evictions: u64,
    /// Writes that the database had not got when their entry was evicted.
    pub(crate) lost_writes: u64,
}

impl Store {
    pub(crate) fn new(knobs: &RedisKnobs, draws: Stream, replica: bool) -> Store {
        Store {
            max: knobs.maxmemory.0,
            policy: knobs.maxmemory_policy,
            samples: match knobs.maxmemory_samples {
                Limit::Of(count) => Some(count),
                Limit::Unlimited => None,
            },
            replica,
            entries: Vec::new(),
            places: BTreeMap::new(),
            volatile: Vec::new(),
            bytes: 0,
            candidates: Candidates::default(),
            draws,
            next_cycle: CYCLE,
            changes: Vec::new(),
            evictions: 0,
            lost_writes: 0,
        }
    }

    /// What a server does before it runs any command: drops some expired keys, evicts others while
    /// there is too much. Returns whether there is room for more.
    pub(crate) fn before_command(&mut self, now: Nanos) -> bool {
        if self.max == 0 || self.replica {
            return true;
        }
        while now >= self.next_cycle {
            self.next_cycle += CYCLE;
            self.drop_some_expired(now);
        }
        while self.bytes > self.max {
            let Some(place) = self.victim(now) else { return false };
            let item = self.entries[place as usize].item;
            self.lost_writes += item.written - item.flushed;
            self.evictions += 1;
            self.remove(place);
        }
        true
    }

    /// The entry of a key, used by this look-up; an expired one is gone.
    pub(crate) fn get(&mut self, key: Key, now: Nanos) -> Option<Item> {
        let place = *self.places.get(&key)?;
        if self.entries[place as usize].item.expired(now) {
            if !self.replica {
                self.remove(place);
            }
            return None;
        }
        self.touch(place, now);
        Some(self.entries[place as usize].item)
    }

    /// Stores an item in the place of what the key had.
    ///
    /// # Errors
    /// [`OutOfMemory`], where `before_command` found no room.
    pub(crate) fn set(&mut self, key: Key, item: Item, now: Nanos) -> Result<(), OutOfMemory> {
        if !self.before_command(now) {
            return Err(OutOfMemory);
        }
        self.put(key, item, now);
        self.changes.push(Change::Set(key, item));
        Ok(())
    }

    /// Stores an item unless the key is there (`SET NX`).
    ///
    /// # Errors
    /// See [`Store::set`].
    pub(crate) fn set_if_absent(
        &mut self,
        key: Key,
        item: Item,
        now: Nanos,
    ) -> Result<bool, OutOfMemory> {
        if self.get(key, now).is_some() {
            return Ok(false);
        }
        self.set(key, item, now).map(|()| true)
    }

    /// Whether there was something to delete.
    pub(crate) fn delete(&mut self, key: Key) -> bool {
        let Some(place) = self.places.get(&key).copied() else { return false };
        self.remove(place);
        true
    }

    /// Repeats what the primary did.
    pub(crate) fn repeat(&mut self, change: Change, now: Nanos) {
        match change {
            Change::Set(key, item) => self.put(key, item, now),
            Change::Delete(key) => {
                self.delete(key);
            }
        }
        self.changes.clear();
    }

    /// What replicas have not been told yet.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// All entries, expired ones included.
    pub(crate) fn items(&self) -> impl Iterator<Item = (Key, Item)> + '_ {
        self.entries.iter().map(|entry| (entry.key, entry.item))
    }

    /// What is stored under a key, without using it.
    pub(crate) fn peek(&self, key: Key) -> Option<Item> {
        self.places.get(&key).map(|place| self.entries[*place as usize].item)
    }

    /// Everything is gone: a server that starts again without persistence.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.places.clear();
        self.volatile.clear();
        self.changes.clear();
        self.candidates = Candidates::default();
        self.bytes = 0;
    }

    /// A replica becomes the primary, or the other way round.
    pub(crate) fn set_replica(&mut self, replica: bool, now: Nanos) {
        self.replica = replica;
        self.next_cycle = now + CYCLE;
    }

    fn put(&mut self, key: Key, item: Item, now: Nanos) {
        match self.places.get(&key).copied() {
            Some(place) => {
                self.touch(place, now);
                let entry = &mut self.entries[place as usize];
                self.bytes = self.bytes + item.bytes - entry.item.bytes;
                entry.item = item;
                self.file_volatile(place);
            }
            None => {
                let place = self.entries.len() as u32;
                let counter = eviction::Counter::new(now);
                self.entries.push(Entry { key, item, used: now, counter, volatile_at: None });
                self.places.insert(key, place);
                self.bytes += item.bytes;
                self.file_volatile(place);
            }
        }
    }

    fn touch(&mut self, place: u32, now: Nanos) {
        let entry = &mut self.entries[place as usize];
        entry.used = now;
        if self.policy.is_lfu() {
            entry.counter.used(now, &mut self.draws);
        }
    }

    /// Keeps the list of keys that can expire.
    fn file_volatile(&mut self, place: u32) {
        let entry = &mut self.entries[place as usize];
        match (entry.item.expires, entry.volatile_at) {
            (Some(_), None) => {
                entry.volatile_at = Some(self.volatile.len() as u32);
                self.volatile.push(place);
            }
            (None, Some(at)) => {
                entry.volatile_at = None;
                self.unfile_volatile(at);
            }
            _ => {}
        }
    }

    fn unfile_volatile(&mut self, at: u32) {
        self.volatile.swap_remove(at as usize);
        if let Some(moved) = self.volatile.get(at as usize) {
            self.entries[*moved as usize].volatile_at = Some(at);
        }
    }

    fn remove(&mut self, place: u32) {
        if let Some(at) = self.entries[place as usize].volatile_at {
            self.unfile_volatile(at);
        }
        let gone = self.entries.swap_remove(place as usize);
        self.places.remove(&gone.key);
        self.bytes -= gone.item.bytes;
        if let Some(moved) = self.entries.get(place as usize) {
            self.places.insert(moved.key, place);
            if let Some(at) = moved.volatile_at {
                self.volatile[at as usize] = place;
            }
        }
        self.changes.push(Change::Delete(gone.key));
    }

    /// The active cycle: looks at some keys that can expire and drops those that have, again while
    /// more than a tenth had.
    fn drop_some_expired(&mut self, now: Nanos) {
        loop {
            let looked = CYCLE_KEYS.min(self.volatile.len() as u64);
            let mut expired = 0;
            for _ in 0..looked {
                if self.volatile.is_empty() {
                    break;
                }
                let at = self.draws.below(self.volatile.len() as u64);
                let place = self.volatile[at as usize];
                if self.entries[place as usize].item.expired(now) {
                    self.remove(place);
                    expired += 1;
                }
            }
            if f64::from(expired) <= CYCLE_STALE * looked as f64 {
                return;
            }
        }
    }

    /// Who is evicted next, by the policy.
    fn victim(&mut self, now: Nanos) -> Option<u32> {
        let policy = self.policy;
        if policy == MemoryPolicy::NoEviction {
            return None;
        }
        let volatile_only = policy.is_volatile();
        let count = if volatile_only { self.volatile.len() } else { self.entries.len() } as u64;
        if count == 0 {
            return None;
        }
        let volatile = &self.volatile;
        let place_of = |at: u64| if volatile_only { volatile[at as usize] } else { at as u32 };
        if policy.is_random() {
            return Some(place_of(self.draws.below(count)));
        }
        let entries = &self.entries;
        let score = |place: u32| eviction::score(policy, &entries[place as usize], now);
        let Some(samples) = self.samples else {
            // The first of the highest: `max_by_key` would give the last.
            return (0..count).map(place_of).rev().max_by_key(|place| score(*place));
        };
        loop {
            for _ in 0..u64::from(samples).min(count) {
                let place = place_of(self.draws.below(count));
                self.candidates.offer(score(place), entries[place as usize].key);
            }
            while let Some(key) = self.candidates.take_worst() {
                let place = self.places.get(&key).copied();
                let eligible =
                    |place: &u32| !volatile_only || entries[*place as usize].volatile_at.is_some();
                if let Some(place) = place.filter(eligible) {
                    return Some(place);
                }
            }
        }
    }

    /// Keys that are there, expired or not, and their memory.
    #[cfg(test)]
    pub(crate) fn size(&self) -> (usize, u64) {
        (self.entries.len(), self.bytes)
    }
}

/// An item of which only the memory and the expiry count.
#[cfg(test)]
pub(crate) fn plain(bytes: u64, expires: Option<Nanos>) -> Item {
    let value = Value::Number(0);
    Item { value, expires, bytes, recompute: 0, written: 0, flushed: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::SECOND;
    use crate::random::Streams;

    fn unlimited() -> Store {
        let draws = Streams { seed: 1, replication: 0 }.stream("redis");
        Store::new(&RedisKnobs::default(), draws, false)
    }

    #[test]
    fn an_entry_is_there_until_its_expiry_and_its_memory_until_somebody_looks() {
        let mut store = unlimited();
        store.set(Key::Bid(1), plain(100, Some(SECOND)), 0).unwrap();
        store.set(Key::Bid(2), plain(50, None), 0).unwrap();
        assert_eq!(store.get(Key::Bid(1), SECOND - 1), Some(plain(100, Some(SECOND))));
        assert_eq!(store.size(), (2, 150));
        assert_eq!(store.get(Key::Bid(1), SECOND), None);
        assert_eq!(store.size(), (1, 50));
        assert_eq!(store.get(Key::Bid(2), 1_000 * SECOND), Some(plain(50, None)));
        let taken = store.set_if_absent(Key::Bid(2), plain(9, None), SECOND);
        assert_eq!(
            (taken, store.delete(Key::Bid(2)), store.delete(Key::Bid(2))),
            (Ok(false), true, false)
        );
        assert_eq!(store.size(), (0, 0));
    }

    /// A random sequence of changes against a plain map: places, expiry list and memory agree.
    #[test]
    fn the_books_of_a_store_are_those_of_a_map() {
        let mut store = unlimited();
        let mut map: BTreeMap<Key, Item> = BTreeMap::new();
        let mut draws = Streams { seed: 7, replication: 0 }.stream("changes");
        for now in 0..20_000 {
            let key = Key::Bid(draws.below(30));
            let expires = (draws.below(2) == 0).then(|| now + draws.below(50));
            let item = plain(draws.below(9) + 1, expires);
            match draws.below(4) {
                0 => {
                    store.set(key, item, now).unwrap();
                    map.insert(key, item);
                }
                1 => assert_eq!(store.delete(key), map.remove(&key).is_some()),
                _ => {
                    if map.get(&key).is_some_and(|item| item.expired(now)) {
                        map.remove(&key);
                    }
                    assert_eq!(store.get(key, now), map.get(&key).copied());
                }
            }
            let bytes = map.values().map(|item| item.bytes).sum();
            assert_eq!(store.size(), (map.len(), bytes));
            let mut volatile: Vec<Key> =
                store.volatile.iter().map(|at| store.entries[*at as usize].key).collect();
            volatile.sort();
            let expected = map.iter().filter(|(_, item)| item.expires.is_some());
            assert_eq!(volatile, expected.map(|(key, _)| *key).collect::<Vec<_>>());
        }
    }

    /// Poisson look-ups at rate r of a key that lives T: hit ratio rT / (1 + rT).
    #[test]
    fn the_hit_ratio_of_a_ttl_is_the_textbooks() {
        let mut store = unlimited();
        let mut draws = Streams { seed: 11, replication: 0 }.stream("look-ups");
        let (mut now, mut hits) = (0, 0u32);
        let mut cycles: Vec<u32> = vec![];
        while cycles.len() < 20_000 {
            now += (draws.exponential() * 0.5 * SECOND as f64) as Nanos;
            if store.get(Key::Bid(1), now).is_some() {
                hits += 1;
            } else {
                store.set(Key::Bid(1), plain(1, Some(now + 10 * SECOND)), now).unwrap();
                cycles.push(hits);
                hits = 0;
            }
        }
        // Each cycle is one miss and then Poisson(20) hits; by the delta method the standard error
        // of the ratio is sd(hits) / (1 + mean)^2 / sqrt(cycles).
        let mean = cycles.iter().sum::<u32>() as f64 / cycles.len() as f64;
        let ratio = mean / (1.0 + mean);
        let error = f64::sqrt(20.0) / (21.0 * 21.0) / f64::sqrt(cycles.len() as f64);
        assert!((ratio - 0.952_381).abs() < 3.3 * error, "{ratio} +-{error}");
    }

    #[test]
    fn expired_keys_make_room_before_live_ones_are_evicted() {
        let mut knobs = RedisKnobs::default();
        knobs.maxmemory.0 = 1_000;
        knobs.maxmemory_policy = MemoryPolicy::AllkeysLru;
        let draws = Streams { seed: 1, replication: 0 }.stream("redis");
        let mut store = Store::new(&knobs, draws, false);
        for key in 0..1_000 {
            let expires = if key % 2 == 0 { CYCLE / 2 } else { 10 * SECOND };
            store.set(Key::Bid(key), plain(1, Some(expires)), 0).unwrap();
        }
        // Nobody looks at the expired ones, but in a second the cycle finds most of them: it goes
        // on until a sample has a tenth at most.
        assert!(store.before_command(SECOND));
        let (keys, _) = store.size();
        assert!((500..=600).contains(&keys), "{keys}");
        assert_eq!(store.evictions, 0);
    }
}
