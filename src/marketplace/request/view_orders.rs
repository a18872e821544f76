//! `GET /orders`: what the user has bought, just now included.

use super::{Answer, Request, statement};
use crate::marketplace::mysql::Verb;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let mut transaction = request.begin().await?;
    let user = request.row();
    let find_orders = statement(Verb::Select, "orders", user, request.draw(&costs.short_cpu));
    transaction.run(find_orders).await?;
    transaction.commit().await;

    request.render().await;
    Ok(())
}
