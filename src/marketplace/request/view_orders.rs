//! `GET /orders`: what the user has bought, just now included.

use super::{Answer, Request};
use crate::marketplace::config::tables::ORDERS;
use crate::marketplace::mysql::{Statement, Verb};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let mut transaction = request.begin_reading().await?;
    // Whoever has just bought looks for that order; of others only the cost counts.
    let newest = request.visitor.newest_written(ORDERS);
    let find_orders = match newest {
        Some(order) => Statement::select(ORDERS, order),
        None => Statement::plain(Verb::Select),
    };
    let found = transaction.run(find_orders.cpu(request.draw(&costs.short_cpu))).await?;
    transaction.commit().await?;

    request.render().await;
    if let Some(order) = newest {
        request.shows(ORDERS, order, &found);
    }
    Ok(())
}
