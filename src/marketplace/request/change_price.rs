//! `PATCH /bids/{id}`: the seller asks for another price.

use std::rc::Rc;

use super::{Answer, Failure, Request};
use crate::marketplace::config::tables::{BIDS, bids};
use crate::marketplace::config::{CacheStrategy, WritePlace};
use crate::marketplace::mysql::{Change, Statement};

/// By how much the price rises each time, in won.
const STEP: i64 = 100;

pub(super) async fn run(request: &Rc<Request<'_>>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let bid = request.row();
    if request.market.config.cache.strategy == CacheStrategy::WriteBehind {
        request.raise_price_in_cache(bid, STEP).await?;
    } else {
        raise_price(request, bid).await?;
    }
    request.render().await;
    Ok(())
}

async fn raise_price(request: &Request<'_>, bid: u64) -> Answer {
    let costs = &request.market.config.endpoints;
    // @Transactional
    let mut transaction = request.begin().await?;
    let update = Statement::update(BIDS, bid)
        .cpu(request.draw(&costs.short_cpu))
        .change(Change::Add { column: bids::PRICE, by: STEP })
        .change(Change::Add { column: bids::VERSION, by: 1 });
    let written = transaction.run(update).await?;
    if written.rows == 0 {
        return Err(transaction.refuse(Failure::Business).await);
    }
    let written = [(bid, written)];
    request.refresh_cache(WritePlace::BeforeCommit, &written).await;
    transaction.commit().await?;
    request.refresh_cache(WritePlace::AfterCommit, &written).await;
    Ok(())
}
