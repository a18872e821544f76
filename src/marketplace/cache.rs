//! What the service keeps beside Redis for its cache: the loads that are under way in each
//! instance, the books of hits and loads, and the process that writes behind.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Marketplace;
use super::config::tables::{BIDS, bids};
use super::mysql::{Change, Database, Found, SqlError, Statement, Transaction};
use super::observations::CacheTally;
use super::redis::key::Key;
use super::redis::store::{Item, Value};
use super::redis::topology::Access;
use super::request::Failure;
use crate::engine::channel::Signal;
use crate::engine::time::Nanos;
use crate::random::{Stream, Streams};

/// A load that others of the instance wait for.
pub(crate) type Flight<'w> = Rc<Signal<'w, Result<Found, Failure>>>;

pub(crate) struct Cache<'w> {
    /// By instance and bid.
    pub(crate) flights: RefCell<BTreeMap<(u32, u64), Flight<'w>>>,
    books: RefCell<Books>,
    /// Draws of the process that writes behind.
    flushing: RefCell<Stream>,
}

/// Who looked, who found, who loaded. A renewal is what one expiry, deletion or loss of an entry
/// causes: all loads that began before the first of them had stored its row.
#[derive(Default)]
struct Books {
    looks: u64,
    hits: u64,
    /// Loads of each renewal, in order.
    renewals: Vec<u32>,
    /// The last renewal of each key, and when it had stored its row.
    latest: BTreeMap<Key, (usize, Option<Nanos>)>,
    /// What had been seen when the window began.
    before: (u64, u64, usize),
}

impl Cache<'_> {
    pub(crate) fn new(streams: Streams) -> Self {
        let flushing = RefCell::new(streams.stream("cache.flush"));
        Cache { flights: RefCell::default(), books: RefCell::default(), flushing }
    }

    /// Somebody has looked an entry up.
    pub(crate) fn looked(&self, hit: bool) {
        let books = &mut *self.books.borrow_mut();
        books.looks += 1;
        books.hits += u64::from(hit);
    }

    /// Somebody who looked at `looked` loads the row of a key.
    pub(crate) fn loads(&self, key: Key, looked: Nanos) {
        let books = &mut *self.books.borrow_mut();
        if let Some((renewal, stored)) = books.latest.get(&key).copied()
            && stored.is_none_or(|stored| looked < stored)
        {
            books.renewals[renewal] += 1;
            return;
        }
        books.latest.insert(key, (books.renewals.len(), None));
        books.renewals.push(1);
    }

    /// The row of a key has been stored.
    pub(crate) fn stored(&self, key: Key, now: Nanos) {
        let books = &mut *self.books.borrow_mut();
        if let Some((_, stored)) = books.latest.get_mut(&key) {
            stored.get_or_insert(now);
        }
    }

    /// The window begins.
    pub(crate) fn open(&self) {
        let books = &mut *self.books.borrow_mut();
        books.before = (books.looks, books.hits, books.renewals.len());
    }

    /// What has been seen since.
    pub(crate) fn seen(&self) -> CacheTally {
        let books = self.books.borrow();
        let (looks, hits, renewals) = books.before;
        let renewals = &books.renewals[renewals..];
        CacheTally {
            looks: books.looks - looks,
            hits: books.hits - hits,
            loads: renewals.iter().map(|loads| u64::from(*loads)).sum(),
            renewals: renewals.len() as u64,
            most_loads: renewals.iter().copied().max().unwrap_or(0),
        }
    }
}

/// Writes behind: every so often, what the cache has taken goes to the database, each row once, in
/// one transaction on a connection of its own.
pub(crate) async fn write_behind(market: &Marketplace<'_>) {
    let mut draws = market.cache.flushing.borrow().clone();
    loop {
        market.clock.sleep(market.config.cache.flush_every.0).await;
        let rows = market.redis.servers.unflushed();
        if rows.is_empty() || market.redis.servers.is_down() {
            continue;
        }
        // A flush that fails is made good by the next one.
        if let Ok(versions) = flush(market, &rows, &mut draws).await {
            mark(market, &rows, &versions);
        }
    }
}

/// Returns the versions that the rows have in the database now, 0 for a row that is not there.
async fn flush(
    market: &Marketplace<'_>,
    rows: &[(Key, Item)],
    draws: &mut Stream,
) -> Result<Vec<u64>, SqlError> {
    let database = market.primary();
    let mut behind = Behind { database, open: Some(database.begin(market.next_request())) };
    let Some(open) = behind.open else { return Err(SqlError::Down) };
    let mut versions = Vec::with_capacity(rows.len());
    for (key, item) in rows {
        let (Key::Bid(bid), Value::Row { values, .. }) = (*key, item.value) else {
            versions.push(0);
            continue;
        };
        let writes = (item.written - item.flushed) as i64;
        let update = Statement::update(BIDS, bid)
            .cpu(market.config.endpoints.short_cpu.sample(draws))
            .change(Change::Set { column: bids::PRICE, to: values[bids::PRICE] })
            .change(Change::Add { column: bids::VERSION, by: writes });
        let round_trip = database.round_trip().sample(draws);
        let there = round_trip / 2;
        versions.push(database.execute(open, &update, there, round_trip - there).await?.version);
    }
    let round_trip = database.round_trip().sample(draws);
    let there = round_trip / 2;
    let extra = database.commit_extra().sample(draws);
    database.commit(open, there, extra, round_trip - there).await?;
    behind.open = None;
    Ok(versions)
}

/// A transaction that is rolled back unless it was committed.
struct Behind<'m, 'w> {
    database: &'m Database<'w>,
    open: Option<Transaction>,
}

impl Drop for Behind<'_, '_> {
    fn drop(&mut self) {
        if let Some(open) = self.open {
            self.database.roll_back(open);
        }
    }
}

/// The cache learns what the database has; the lives of these entries begin again.
fn mark(market: &Marketplace<'_>, rows: &[(Key, Item)], versions: &[u64]) {
    let servers = &market.redis.servers;
    for ((key, flushed), number) in rows.iter().zip(versions) {
        let route = servers.route(0, *key, Access::Write);
        servers.run(route, |store, now| {
            let Some(mut item) = store.peek(*key) else { return };
            if let Value::Row { version, .. } = &mut item.value {
                *version = (*number).max(*version);
            }
            item.flushed = item.flushed.max(flushed.written).min(item.written);
            if item.flushed == item.written {
                item.expires = Some(now.saturating_add(market.config.cache.ttl.0));
            }
            store.set(*key, item, now).ok();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_belong_to_the_renewal_whose_row_was_not_there_when_they_looked() {
        let cache = Cache::new(Streams { seed: 1, replication: 0 });
        let key = Key::Bid(1);
        cache.loads(key, 10);
        cache.loads(key, 15);
        cache.stored(key, 20);
        // Looked before the row was stored, and comes to its load afterwards.
        cache.loads(key, 19);
        cache.stored(key, 25);
        cache.loads(Key::Bid(2), 22);
        cache.open();
        cache.loads(key, 30);
        cache.loads(key, 31);
        cache.looked(true);
        cache.looked(false);
        let tally = CacheTally { looks: 2, hits: 1, loads: 2, renewals: 1, most_loads: 2 };
        assert_eq!(cache.seen(), tally);
        assert_eq!(cache.books.borrow().renewals, [3, 1, 2]);
    }
}
