//! `GET /products`: one page of products, sorted.

use super::{Answer, Request, statement};
use crate::marketplace::mysql::{Statement, Verb};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let mut transaction = request.begin().await?;
    let page = statement(Verb::Select, "products", 0, request.draw(&costs.list_cpu));
    transaction.run(Statement { row: None, ..page }).await?;
    transaction.commit().await;

    request.render().await;
    Ok(())
}
