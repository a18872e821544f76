//! Sums of databases, Redis and the cache up to a moment: what a window saw is the difference between its two ends.

use crate::engine::time::Nanos;
use crate::marketplace::Marketplace;
use crate::marketplace::mysql::buffer_pool::PoolSeen;
use crate::marketplace::mysql::log::LogSeen;
use crate::marketplace::mysql::{Database, Work};
use crate::marketplace::observations::{CacheObservations, Levels};

/// What the database had done by a moment.
#[derive(Clone, Copy, Default)]
pub(super) struct DatabaseTotals {
    pub(super) work: Work,
    pub(super) changes: u64,
    pub(super) redo: LogSeen,
    pub(super) binlog: LogSeen,
    pub(super) pages: Option<PoolSeen>,
    pub(super) unsynced: u128,
}

impl DatabaseTotals {
    /// What all databases did; logs, pages and commits at risk of the first one alone.
    pub(super) fn of(market: &Marketplace<'_>) -> DatabaseTotals {
        let mut totals = DatabaseTotals::default();
        for database in market.all_databases() {
            totals.work.add(&database.work_done());
        }
        totals.changes = market.bid_changes.get();
        if let Some(first) = market.databases.first() {
            totals.redo = first.redo_seen();
            totals.binlog = first.binlog_seen();
            totals.pages = first.pages_seen();
            totals.unsynced = first.unsynced_area();
        }
        totals
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct PartOfSeries {
    pub(super) at: Nanos,
    pub(super) area: u128,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Areas {
    pub(super) inside: u128,
    pub(super) thread_busy: u128,
    pub(super) thread_queue: u128,
    pub(super) connections: u128,
    pub(super) app_cores: u128,
    pub(super) pool_busy: u128,
    pub(super) pool_waiting: u128,
    pub(super) db_cores: u128,
    pub(super) replica_cores: u128,
    pub(super) read_store_cores: u128,
    pub(super) messages: u128,
    pub(super) instances: u128,
}

impl Areas {
    pub(super) fn of(market: &Marketplace<'_>) -> Areas {
        let now = market.clock.now();
        let mut areas =
            Areas { inside: market.recorder.clients.borrow().area(now), ..Areas::default() };
        for instance in market.instances.iter() {
            let threads = instance.tomcat.occupancy();
            areas.thread_busy += threads.busy;
            areas.thread_queue += threads.waiting;
            areas.connections += instance.tomcat.connections_area();
            areas.app_cores += instance.cores.busy_area();
            for pool in instance.pools() {
                areas.pool_busy += pool.occupancy().busy;
                areas.pool_waiting += pool.occupancy().waiting;
            }
        }
        let (primary, replicas) = market.databases.split_first().unzip();
        areas.db_cores = primary.map_or(0, Database::busy_area);
        areas.read_store_cores = market.read_store.as_ref().map_or(0, Database::busy_area);
        areas.messages = market.broker.waiting_area();
        areas.instances = market.instances.running_area();
        areas.replica_cores = replicas.unwrap_or_default().iter().map(Database::busy_area).sum();
        areas
    }

    pub(super) fn means(&self, from: &Areas, span: Nanos) -> Levels {
        let mean = |to: u128, from: u128| (to - from) as f64 / span.max(1) as f64;
        Levels {
            inside: mean(self.inside, from.inside),
            thread_busy: mean(self.thread_busy, from.thread_busy),
            thread_queue: mean(self.thread_queue, from.thread_queue),
            connections: mean(self.connections, from.connections),
            app_cores_busy: mean(self.app_cores, from.app_cores),
            pool_busy: mean(self.pool_busy, from.pool_busy),
            pool_waiting: mean(self.pool_waiting, from.pool_waiting),
            db_cores_busy: mean(self.db_cores, from.db_cores),
            replica_cores_busy: mean(self.replica_cores, from.replica_cores),
            read_store_cores_busy: mean(self.read_store_cores, from.read_store_cores),
        }
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
