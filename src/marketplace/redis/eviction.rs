//! Who has to go when `maxmemory` is reached (Redis' evict.c): the policies, the pool of candidates
//! that sampling fills, and the counter of the LFU policies.
//!
//! Left out: Redis' clock for LRU ticks once a second, here it is exact; a sample is drawn key by
//! key, where Redis takes neighbours in its hash table.

use super::key::Key;
use super::store::Entry;
use crate::engine::time::{Nanos, SECOND};
use crate::marketplace::config::MemoryPolicy;
use crate::random::Stream;

impl MemoryPolicy {
    pub(super) fn is_lfu(self) -> bool {
        matches!(self, MemoryPolicy::AllkeysLfu | MemoryPolicy::VolatileLfu)
    }

    pub(super) fn is_random(self) -> bool {
        matches!(self, MemoryPolicy::AllkeysRandom | MemoryPolicy::VolatileRandom)
    }

    /// Whether only keys that can expire are evicted.
    pub(super) fn is_volatile(self) -> bool {
        use MemoryPolicy::{VolatileLfu, VolatileLru, VolatileRandom, VolatileTtl};
        matches!(self, VolatileLfu | VolatileLru | VolatileRandom | VolatileTtl)
    }
}

/// How much an entry asks to be evicted; the highest goes first.
pub(super) fn score(policy: MemoryPolicy, entry: &Entry, now: Nanos) -> u64 {
    use MemoryPolicy::{
        AllkeysLfu, AllkeysLru, AllkeysRandom, NoEviction, VolatileLfu, VolatileLru,
        VolatileRandom, VolatileTtl,
    };
    match policy {
        AllkeysLru | VolatileLru => now - entry.used,
        AllkeysLfu | VolatileLfu => u64::from(u8::MAX - entry.counter.decayed(now)),
        VolatileTtl => u64::MAX - entry.item.expires.unwrap_or(u64::MAX),
        AllkeysRandom | VolatileRandom | NoEviction => 0,
    }
}

/// `EVPOOL_SIZE`.
const CANDIDATES: usize = 16;

/// The best candidates of all samples so far, the worst last. Keys in it may be gone by now.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates(Vec<(u64, Key)>);

impl Candidates {
    /// Keeps a key if it asks more than the least of those that are kept, or if there is room.
    pub(super) fn offer(&mut self, score: u64, key: Key) {
        let at = self.0.partition_point(|(other, _)| *other < score);
        if at == 0 && self.0.len() == CANDIDATES {
            return;
        }
        self.0.insert(at, (score, key));
        if self.0.len() > CANDIDATES {
            self.0.remove(0);
        }
    }

    pub(super) fn take_worst(&mut self) -> Option<Key> {
        self.0.pop().map(|(_, key)| key)
    }
}

/// Value of a new key, so that it is not the first to go.
const FIRST: u8 = 5;
/// `lfu-log-factor` and `lfu-decay-time`, at their defaults.
const LOG_FACTOR: f64 = 10.0;
const DECAY: Nanos = 60 * SECOND;

/// A logarithmic count of uses that falls by one a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    value: u8,
    /// The minute of its last change.
    minute: u64,
}

impl Counter {
    pub(super) fn new(now: Nanos) -> Counter {
        Counter { value: FIRST, minute: now / DECAY }
    }

    fn decayed(self, now: Nanos) -> u8 {
        let minutes = (now / DECAY).saturating_sub(self.minute);
        self.value.saturating_sub(u8::try_from(minutes).unwrap_or(u8::MAX))
    }

    /// One more use: the higher the count, the rarer it grows.
    pub(super) fn used(&mut self, now: Nanos, draws: &mut Stream) {
        let value = self.decayed(now);
        let above = f64::from(value.saturating_sub(FIRST));
        let grows = draws.unit() < 1.0 / (above * LOG_FACTOR + 1.0);
        let value = if grows { value.saturating_add(1) } else { value };
        *self = Counter { value, minute: now / DECAY };
    }
}

#[cfg(test)]
mod tests;
