//! `GET /products`: one page of products, sorted.

use super::{Answer, Request};
use crate::marketplace::mysql::{Statement, Verb};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let mut transaction = request.begin_reading().await?;
    // A page is no single row: only what it costs counts.
    let page = Statement::plain(Verb::Select).cpu(request.draw(&costs.list_cpu));
    transaction.run(page).await?;
    transaction.commit().await?;

    request.render().await;
    Ok(())
}
