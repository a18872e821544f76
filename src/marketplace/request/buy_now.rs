//! `POST /bids/{id}/orders`: orders one unit of a bid, or of several, guarded against other buyers
//! of the same bid in one of the ways that services use.

use std::rc::Rc;

use super::distributed_lock::{DistributedLock, LockTerms};
use super::retry::Attempts;
use super::{Answer, Failure, Request, Transaction};
use crate::marketplace::broker::Fact;
use crate::marketplace::config::tables::{BIDS, ORDERS, bids, orders};
use crate::marketplace::config::{
    BidKnobs, BidStrategy, Fault, LockOrder, LockPlace, PauseKind, RetryPlace, WritePlace,
};
use crate::marketplace::mysql::table::Values;
use crate::marketplace::mysql::{Change, Found, Guard, Lock, Statement};
use crate::marketplace::probe::{Event, Stage};

/// Purposes of the draws that do not count.
const PAUSES: u64 = 2_200;
const PAUSE: u64 = 1_100;

const ONE_LESS: Change = Change::Add { column: bids::STOCK, by: -1 };
const SOME_LEFT: Guard = Guard::AtLeast { column: bids::STOCK, value: 1 };

pub(super) async fn run(request: &Rc<Request<'_>>) -> Answer {
    request.cpu(&request.market.config.endpoints.app_cpu).await;
    // @Retryable around @Transactional
    let mut attempts = Attempts::new(request);
    request.sets_out_to_tell();
    let told = buy_and_tell(request, &mut attempts).await;
    request.has_told();
    told?;
    request.render().await;
    Ok(())
}

async fn buy_and_tell(request: &Rc<Request<'_>>, attempts: &mut Attempts<'_, '_>) -> Answer {
    let orders = loop {
        match buy(request, attempts).await {
            Ok(orders) => break orders,
            Err(failure) => attempts.again(failure).await?,
        }
    };
    request.tell_after(&orders).await
}

/// One attempt, under a lock in Redis where the strategy wants one. Gives the orders.
async fn buy(request: &Rc<Request<'_>>, attempts: &mut Attempts<'_, '_>) -> Bought {
    let knobs = &request.market.config.bid;
    let wanted = wanted(request);
    let redis = knobs.strategy == BidStrategy::RedisLock;
    if !redis || knobs.lock_place == LockPlace::InsideTransaction {
        return order(request, attempts, &wanted, None).await;
    }
    let lock = request.lock(wanted[0], &terms(knobs)).await?;
    let ordered = order(request, attempts, &wanted, Some(lock.token)).await;
    request.unlock(lock).await;
    ordered
}

fn terms(knobs: &BidKnobs) -> LockTerms {
    LockTerms { acquire: knobs.lock_acquire, wait: knobs.lock_wait.0, lease: knobs.lock_lease }
}

/// The bids of this order.
fn wanted(request: &Request<'_>) -> Vec<u64> {
    let knobs = &request.market.config.bid;
    let mut wanted = vec![request.row()];
    wanted.extend((1..u64::from(knobs.items)).map(|number| request.another_row(number)));
    if knobs.lock_order == LockOrder::Ascending {
        wanted.sort_unstable();
    }
    // The same bid picked twice is ordered once.
    let mut seen = Vec::new();
    wanted.retain(|bid| {
        !seen.contains(bid) && {
            seen.push(*bid);
            true
        }
    });
    wanted
}

/// Orders as they were stored.
type Bought = Result<Vec<Fact>, Failure>;

/// The transaction.
async fn order(
    request: &Rc<Request<'_>>,
    attempts: &mut Attempts<'_, '_>,
    wanted: &[u64],
    token: Option<u64>,
) -> Bought {
    let knobs = &request.market.config.bid;
    let mut orders = Vec::new();
    // @Transactional
    let mut transaction = request.begin().await?;
    let mut held: Option<DistributedLock> = None;
    if knobs.strategy == BidStrategy::RedisLock && token.is_none() {
        held = Some(request.lock(wanted[0], &terms(knobs)).await?);
    }
    transaction.fence(token.or(held.as_ref().map(|lock| lock.token)));
    let mut taken = Ok(());
    let mut written: Vec<(u64, Found)> = Vec::new();
    for bid in wanted {
        loop {
            let token = token.or(held.as_ref().map(|lock| lock.token));
            let unit = take_unit(request, &mut transaction, *bid, token).await;
            taken = unit.map(|(row, order)| {
                written.push((*bid, row));
                orders.push(order);
            });
            match taken {
                Err(conflict @ Failure::OptimisticExhausted)
                    if knobs.retry_place == RetryPlace::Inside =>
                {
                    match attempts.again(conflict).await {
                        Ok(()) => {}
                        Err(failure) => {
                            taken = Err(failure);
                            break;
                        }
                    }
                }
                _ => break,
            }
        }
        if taken.is_err() {
            break;
        }
    }
    if taken.is_ok() {
        request.refresh_cache(WritePlace::BeforeCommit, &written).await;
    }
    // With the lock inside the transaction it is free before the commit is done.
    if let Some(lock) = held {
        request.unlock(lock).await;
    }
    match taken {
        Ok(()) => {
            request.survives_until_commit()?;
            transaction.commit().await?;
        }
        Err(failure) => return Err(transaction.refuse(failure).await),
    }
    request.refresh_cache(WritePlace::AfterCommit, &written).await;
    Ok(orders)
}

/// Takes one unit of a bid and stores the order. Returns the bid's row as it is then,
/// and the order.
async fn take_unit(
    request: &Request<'_>,
    transaction: &mut Transaction<'_, '_>,
    bid: u64,
    token: Option<u64>,
) -> Result<(Found, Fact), Failure> {
    let knobs = &request.market.config.bid;
    let cpu = || request.draw(&request.market.config.endpoints.short_cpu);
    let select = || Statement::select(BIDS, bid).cpu(cpu());
    let update = || Statement::update(BIDS, bid).cpu(cpu());
    match knobs.strategy {
        BidStrategy::None | BidStrategy::RedisLock => {
            let read = transaction.run(select()).await?;
            work(request, knobs).await;
            in_stock(&read)?;
            let left = read.values[bids::STOCK] - 1;
            let set = Change::Set { column: bids::STOCK, to: left };
            let write = update().change(set).computed_from(&read);
            let write = fenced(request, write, token);
            let written = transaction.run(write).await?;
            if written.rows == 0 {
                return Err(Failure::Fenced);
            }
            let order = store(request, transaction, bid, &read).await?;
            Ok((written, order))
        }
        BidStrategy::AtomicUpdate => {
            work(request, knobs).await;
            let written = transaction.run(update().change(ONE_LESS).when(SOME_LEFT)).await?;
            in_stock_after(&written)?;
            let order = store(request, transaction, bid, &written).await?;
            Ok((written, order))
        }
        BidStrategy::Share | BidStrategy::ForUpdate => {
            let exclusive = knobs.strategy == BidStrategy::ForUpdate;
            let lock = if exclusive { Lock::Update } else { Lock::Share };
            let read = transaction.run(select().lock(lock)).await?;
            in_stock(&read)?;
            work(request, knobs).await;
            let left = read.values[bids::STOCK] - 1;
            let set = Change::Set { column: bids::STOCK, to: left };
            let written = transaction.run(update().change(set).computed_from(&read)).await?;
            let order = store(request, transaction, bid, &read).await?;
            Ok((written, order))
        }
        BidStrategy::InsertFirst => {
            let read = transaction.run(select()).await?;
            let order = store(request, transaction, bid, &read).await?;
            work(request, knobs).await;
            let written = transaction.run(update().change(ONE_LESS).when(SOME_LEFT)).await?;
            in_stock_after(&written)?;
            Ok((written, order))
        }
        BidStrategy::Optimistic => {
            let read = transaction.run(select()).await?;
            in_stock(&read)?;
            work(request, knobs).await;
            let version = read.values[bids::VERSION];
            let unchanged = Guard::Equals { column: bids::VERSION, value: version };
            let left = read.values[bids::STOCK] - 1;
            let write = update()
                .change(Change::Set { column: bids::STOCK, to: left })
                .change(Change::Add { column: bids::VERSION, by: 1 })
                .when(unchanged)
                .computed_from(&read);
            let written = transaction.run(write).await?;
            if written.rows == 0 {
                return Err(Failure::OptimisticExhausted);
            }
            let order = store(request, transaction, bid, &read).await?;
            Ok((written, order))
        }
    }
}

/// With fencing the row refuses a token that is older than the last one it has seen.
fn fenced(request: &Request<'_>, write: Statement, token: Option<u64>) -> Statement {
    let config = request.market.config;
    match token {
        Some(token) if config.bid.lock_fencing && config.fault != Fault::IgnoreFence => {
            let token = token as i64;
            let newer = Guard::AtMost { column: bids::FENCE, value: token };
            write.when(newer).change(Change::Set { column: bids::FENCE, to: token })
        }
        _ => write,
    }
}

/// The order of one unit, at the price of the bid; others may hear of it here already.
async fn store(
    request: &Request<'_>,
    transaction: &mut Transaction<'_, '_>,
    bid: u64,
    read: &Found,
) -> Result<Fact, Failure> {
    let mut order = Values::default();
    order[orders::BID] = bid as i64;
    order[orders::BUYER] = request.user();
    order[orders::PRICE] = read.values[bids::PRICE];
    order[orders::PAID] = read.values[bids::PRICE];
    let cpu = request.draw(&request.market.config.endpoints.short_cpu);
    let stored = transaction.run(Statement::insert(ORDERS, order).cpu(cpu)).await?;
    let order = Fact { table: ORDERS, key: stored.key, version: stored.version };
    request.tell_inside(transaction, order).await?;
    Ok(order)
}

/// Application work between reading and writing, with the pause that hits some.
async fn work(request: &Request<'_>, knobs: &BidKnobs) {
    request.remote(&knobs.work).await;
    if request.happens(knobs.pause_share.0, PAUSES) {
        request.market.probe.tell(Event::Pauses { request: request.number });
        let _stage = request.enter(Stage::Remote);
        request.paused.set(knobs.pause_kind == PauseKind::Gc);
        let span = request.draw_for(PAUSE, &knobs.pause_time);
        request.market.clock.sleep(span).await;
        request.paused.set(false);
    }
}

fn in_stock(read: &Found) -> Answer {
    if read.values[bids::STOCK] >= 1 { Ok(()) } else { Err(Failure::SoldOut) }
}

/// An update that found no row with stock left changed nothing.
fn in_stock_after(written: &Found) -> Answer {
    if written.rows == 1 { Ok(()) } else { Err(Failure::SoldOut) }
}
