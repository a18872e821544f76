//! `POST /bids/{id}/orders`: orders one unit of a bid.

use super::{Answer, Request, statement};
use crate::marketplace::mysql::{Effect, Lock, Statement, Verb};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    // @Transactional
    let mut transaction = request.begin().await?;
    let bid = request.row();
    // select ... for update, so that two buyers cannot both see the last unit.
    let read = statement(Verb::Select, "bids", bid, request.draw(&costs.short_cpu));
    transaction.run(Statement { lock: Lock::Update, ..read }).await?;
    let take = statement(Verb::Update, "bids", bid, request.draw(&costs.short_cpu));
    let effect = Effect::Add { column: "stock", by: -1 };
    transaction.run(Statement { effect, ..take }).await?;
    let order = statement(Verb::Insert, "orders", bid, request.draw(&costs.short_cpu));
    transaction.run(order).await?;
    transaction.commit().await;

    request.render().await;
    Ok(())
}
