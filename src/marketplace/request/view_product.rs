//! `GET /products/{id}`: the product and its best bid.

use super::{Answer, Request};
use crate::marketplace::config::tables::{BIDS, PRODUCTS};
use crate::marketplace::mysql::Statement;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    // @Transactional(readOnly = true)
    let mut transaction = request.begin_reading().await?;
    let product = request.row();
    let find_product = Statement::select(PRODUCTS, product).cpu(request.draw(&costs.short_cpu));
    transaction.run(find_product).await?;
    let find_best_bid = Statement::select(BIDS, product).cpu(request.draw(&costs.short_cpu));
    let found = transaction.run(find_best_bid).await?;
    transaction.commit().await?;

    request.render().await;
    request.shows(BIDS, product, &found);
    Ok(())
}
