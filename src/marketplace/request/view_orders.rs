//! `GET /orders`: what the user has bought, just now included.

use super::{Answer, Request};
use crate::marketplace::mysql::{Statement, Verb};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let mut transaction = request.begin().await?;
    let find_orders = Statement::plain(Verb::Select).cpu(request.draw(&costs.short_cpu));
    transaction.run(find_orders).await?;
    transaction.commit().await?;

    request.render().await;
    Ok(())
}
