//! `PATCH /bids/{id}`: the seller asks for another price.

use super::{Answer, Failure, Request};
use crate::marketplace::config::tables::{BIDS, bids};
use crate::marketplace::mysql::{Change, Statement};

/// By how much the price rises each time, in won.
const STEP: i64 = 100;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    // @Transactional
    let mut transaction = request.begin().await?;
    let update = Statement::update(BIDS, request.row())
        .cpu(request.draw(&costs.short_cpu))
        .change(Change::Add { column: bids::PRICE, by: STEP })
        .change(Change::Add { column: bids::VERSION, by: 1 });
    if transaction.run(update).await?.rows == 0 {
        return Err(transaction.refuse(Failure::Business).await);
    }
    transaction.commit().await?;

    request.render().await;
    Ok(())
}
