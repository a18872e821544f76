//! The outbox's relay: reads what committed transactions want to be published, publishes it, marks
//! it as sent.
//!
//! A process of its own with its own connection to the primary. A batch costs a statement to read,
//! a publication, and an update of each row. It dies now and then between publishing and marking;
//! then the batch is published again.

use std::collections::{BTreeMap, BTreeSet};

use super::Marketplace;
use super::broker::{Event, Fact};
use super::config::Fault;
use super::config::tables::{OUTBOX, outbox};
use super::mysql::table::{Table, TableId, Values};
use super::mysql::{Change, Database, NOBODY, SqlError, Statement, Verb};
use crate::engine::distribution::Distribution;
use crate::engine::time::{Nanos, SECOND};

/// How long a missing key may still turn into a row: transactions commit out of order, and some
/// never do.
const GAP: Nanos = 120 * SECOND;

/// Rows that are not known to be sent.
#[derive(Default)]
struct Unsent {
    /// The highest key that was seen.
    seen: u64,
    /// Up to there, those not sent yet: with when they were first looked for.
    open: BTreeMap<u64, Nanos>,
}

impl Unsent {
    /// `select ... where sent = 0 order by id limit ...`
    fn select(
        &mut self,
        rows: &Table,
        limit: usize,
        now: Nanos,
        dirty: bool,
    ) -> Vec<(u64, Values)> {
        let mut key = rows.after(self.seen);
        while rows.newest(key).is_some() {
            self.open.extend((self.seen + 1..=key).map(|key| (key, now)));
            self.seen = key;
            key = rows.after(key);
        }
        let mut found = Vec::new();
        self.open.retain(|key, since| {
            let committed = rows.newest_committed(*key);
            let row = if dirty { rows.newest(*key).map(|row| row.values) } else { committed };
            match row {
                Some(values) if values[outbox::SENT] == 0 => {
                    if found.len() < limit {
                        found.push((*key, values));
                    }
                    true
                }
                Some(_) => false,
                None => rows.newest(*key).is_some() || now - *since < GAP,
            }
        });
        found
    }
}

/// The row that asks for a message.
pub(crate) fn row(event: &Event) -> Values {
    let mut row = Values::default();
    row[outbox::TABLE] = i64::from(event.fact.table.0);
    row[outbox::KEY] = event.fact.key as i64;
    row[outbox::VERSION] = event.fact.version as i64;
    row[outbox::REQUEST] = event.request as i64;
    row
}

fn event(row: &Values) -> Event {
    let table = TableId(row[outbox::TABLE] as u16);
    let (key, version) = (row[outbox::KEY] as u64, row[outbox::VERSION] as u64);
    Event { fact: Fact { table, key, version }, request: row[outbox::REQUEST] as u64 }
}

/// Events that stand in the outbox and are not marked as sent.
pub(crate) fn unsent(database: &Database<'_>) -> BTreeSet<Fact> {
    database.with_table(OUTBOX, |rows| {
        let all = Unsent::default().select(rows, usize::MAX, 0, false);
        all.iter().map(|(_, row)| event(row).fact).collect()
    })
}

/// The relay.
pub(crate) async fn relay<'w>(market: &'w Marketplace<'w>) {
    let knobs = &market.config.outbox;
    let mut unsent = Unsent::default();
    loop {
        market.clock.sleep(knobs.poll.0).await;
        let database = market.primary();
        if database.is_down() {
            // After a crash marks may be gone that had been set.
            unsent = Unsent::default();
            continue;
        }
        while let Ok(sent) = send_batch(market, database, &mut unsent).await
            && sent == knobs.batch as usize
        {}
    }
}

/// Why a batch was not sent, or not marked: the next poll tries again.
struct Interrupted;

impl From<SqlError> for Interrupted {
    fn from(_: SqlError) -> Interrupted {
        Interrupted
    }
}

async fn send_batch<'w>(
    market: &'w Marketplace<'w>,
    database: &Database<'w>,
    unsent: &mut Unsent,
) -> Result<usize, Interrupted> {
    let (knobs, costs) = (&market.config.outbox, &market.config.endpoints);
    let draw = |times: &Distribution| times.sample(&mut market.relaying.borrow_mut());
    let halves = |span: Nanos| (span / 2, span - span / 2);
    let select = Statement::plain(Verb::Select).cpu(draw(&costs.short_cpu));
    let (there, back) = halves(draw(database.round_trip()));
    database.begin_background(NOBODY).run(&select, there, back).await?;
    let (now, dirty) = (market.clock.now(), market.config.fault == Fault::RelayUncommitted);
    let limit = knobs.batch as usize;
    let rows = database.with_table(OUTBOX, |rows| unsent.select(rows, limit, now, dirty));
    if rows.is_empty() {
        return Ok(0);
    }
    let events: Vec<Event> = rows.iter().map(|(_, row)| event(row)).collect();
    let published = market.broker.publish(&events, draw(&market.config.broker.publish)).await;
    published.map_err(|_| Interrupted)?;
    let crash_share = knobs.crash_share.0;
    if crash_share > 0.0 && market.relaying.borrow_mut().unit() < crash_share {
        return Err(Interrupted);
    }
    let mut marking = database.begin_background(NOBODY);
    // One statement for all: the network and the search are paid for once.
    let (mut there, back) = halves(draw(database.round_trip()));
    let mut cpu = draw(&costs.short_cpu);
    for (at, (key, _)) in rows.iter().enumerate() {
        let reply = if at + 1 == rows.len() { back } else { 0 };
        let mark = Statement::update(OUTBOX, *key)
            .cpu(cpu + draw(database.write_cpu()))
            .change(Change::Set { column: outbox::SENT, to: 1 });
        marking.run(&mark, there, reply).await?;
        (there, cpu) = (0, 0);
    }
    let (there, back) = halves(draw(database.round_trip()));
    marking.commit(there, draw(database.commit_extra()), back).await?;
    Ok(rows.len())
}
