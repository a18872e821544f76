//! What databases, Redis and the cache had done by a moment, for what they did between two.

use crate::engine::time::Nanos;
use crate::marketplace::Marketplace;
use crate::marketplace::mysql::buffer_pool::PoolSeen;
use crate::marketplace::mysql::log::LogSeen;
use crate::marketplace::mysql::{Database, Work};
use crate::marketplace::observations::CacheObservations;

/// What the database had done by a moment.
#[derive(Clone, Copy, Default)]
pub(super) struct DatabaseTotals {
    pub(super) work: Work,
    pub(super) redo: LogSeen,
    pub(super) binlog: LogSeen,
    pub(super) pages: Option<PoolSeen>,
    pub(super) unsynced: u128,
}

impl DatabaseTotals {
    /// What all databases did; logs, pages and commits at risk of the first one alone.
    pub(super) fn of(databases: &[Database<'_>]) -> DatabaseTotals {
        let mut totals = DatabaseTotals::default();
        for database in databases {
            totals.work.add(&database.work_done());
        }
        if let Some(first) = databases.first() {
            totals.redo = first.redo_seen();
            totals.binlog = first.binlog_seen();
            totals.pages = first.pages_seen();
            totals.unsynced = first.unsynced_area();
        }
        totals
    }
}

/// What Redis had done by a moment.
#[derive(Clone, Default)]
pub(super) struct RedisTotals {
    /// Busy time and commands, by server.
    servers: Vec<(u128, u64)>,
    moved: u64,
    evictions: u64,
}

impl RedisTotals {
    pub(super) fn of(market: &Marketplace<'_>) -> RedisTotals {
        let servers = &market.redis.servers;
        let (evictions, _) = servers.evictions();
        RedisTotals { servers: servers.busy(), moved: servers.moved.get(), evictions }
    }

    /// What has been done since.
    pub(super) fn until(&self, market: &Marketplace<'_>, span: Nanos) -> CacheObservations {
        let now = RedisTotals::of(market);
        let servers = now.servers.iter().zip(&self.servers);
        let busy = servers.clone().map(|(now, before)| now.0 - before.0).max().unwrap_or(0);
        let commands: u64 = servers.map(|(now, before)| now.1 - before.1).sum();
        CacheObservations {
            tally: market.cache.seen(),
            evictions: now.evictions - self.evictions,
            moved: now.moved - self.moved,
            commands_per_s: commands as f64 * 1e9 / span.max(1) as f64,
            busiest: busy as f64 / span.max(1) as f64,
            lost_writes: 0,
        }
    }
}
