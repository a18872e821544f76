//! The projection: a store of its own that holds what readers of bids need, fed by messages.
//!
//! Messages may come late, twice and out of order. A row carries the version of the bid that it
//! shows, and only a newer one replaces it.

use super::Marketplace;
use super::broker::{Event, Fact};
use super::config::tables::{BID_VIEWS, BIDS, bid_views};
use super::mysql::table::Values;
use super::mysql::{Access, Change, Database, Guard, NOBODY, SqlError, Statement, Verb};
use crate::engine::time::Nanos;
use crate::random::Stream;

/// How one statement brings a row of the view to a version: an upsert that goes forward only.
pub(crate) fn upsert(database: &Database<'_>, fact: Fact, cpu: Nanos) -> Statement {
    let known =
        |key| database.with_table(BID_VIEWS, |rows| rows.newest(key).is_some_and(|row| row.live));
    let version = fact.version as i64;
    if known(fact.key) {
        return Statement::update(BID_VIEWS, fact.key)
            .cpu(cpu)
            .change(Change::Set { column: bid_views::VERSION, to: version })
            .when(Guard::AtMost { column: bid_views::VERSION, value: version - 1 });
    }
    let mut row = Values::default();
    row[bid_views::VERSION] = version;
    let insert = Statement::insert(BID_VIEWS, row).cpu(cpu);
    Statement { access: Access::Row(fact.key), ..insert }
}

impl<'w> Marketplace<'w> {
    /// Takes a change of a bid into the projection.
    ///
    /// # Errors
    /// See [`SqlError`]; nothing has changed then.
    pub(crate) async fn project(&self, event: &Event, stream: &mut Stream) -> Result<(), SqlError> {
        let Some(store) = &self.read_store else { return Ok(()) };
        let mut stored = project(self, store, event, stream).await;
        // Somebody else was faster with a new row: now there is one to update.
        if stored == Err(SqlError::DuplicateKey) {
            stored = project(self, store, event, stream).await;
        }
        stored?;
        // A row that is sent once more is no news to anybody.
        if event.request != NOBODY {
            self.has_effect(event);
        }
        Ok(())
    }
}

async fn project(
    market: &Marketplace<'_>,
    store: &Database<'_>,
    event: &Event,
    stream: &mut Stream,
) -> Result<(), SqlError> {
    let cpu = market.config.cqrs.project_cpu.sample(stream);
    let cpu = cpu + store.write_cpu().sample(stream);
    let round_trips = [store.round_trip().sample(stream), store.round_trip().sample(stream)];
    let extra = store.commit_extra().sample(stream);
    let [(there, back), (commit, committed)] = round_trips.map(|span| (span / 2, span - span / 2));
    let mut transaction = store.begin_background(event.request);
    transaction.run(&upsert(store, event.fact, cpu), there, back).await?;
    transaction.commit(commit, extra, committed).await
}

/// Empties the projection and sends every bid that was ever changed once more. The messages are
/// with the broker at once; reading the bids costs the primary nothing here.
pub(crate) async fn rebuild(market: &Marketplace<'_>) {
    let Some(store) = &market.read_store else { return };
    let shown: Vec<u64> =
        store.with_table(BID_VIEWS, |rows| rows.changed().map(|(key, _)| key).collect());
    let mut emptying = store.begin_background(NOBODY);
    for key in shown {
        let delete = Statement { verb: Verb::Delete, ..Statement::update(BID_VIEWS, key) };
        if emptying.run(&delete, 0, 0).await.is_err() {
            return;
        }
    }
    if emptying.commit(0, 0, 0).await.is_err() {
        return;
    }
    let facts: Vec<Fact> = market.primary().with_table(BIDS, |rows| {
        let changed = rows.changed().filter_map(|(key, _)| Some((key, rows.committed(key)?)));
        changed.map(|(key, row)| Fact { table: BIDS, key, version: row.number }).collect()
    });
    for fact in facts {
        market.broker.take_in(Event { fact, request: NOBODY });
    }
}
