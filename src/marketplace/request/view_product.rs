//! `GET /products/{id}`: the product and its best bid.

use std::rc::Rc;

use super::{Answer, Request};
use crate::marketplace::config::tables::{BIDS, PRODUCTS};
use crate::marketplace::mysql::Statement;

pub(super) async fn run(request: &Rc<Request<'_>>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    // @Transactional(readOnly = true)
    let mut transaction = request.begin_reading().await?;
    let product = request.row();
    let find_product = Statement::select(PRODUCTS, product).cpu(request.draw(&costs.short_cpu));
    transaction.run(find_product).await?;
    let found = if request.caches() {
        transaction.commit().await?;
        // @Cacheable
        request.cached_bid(product).await?
    } else {
        let find_best_bid = Statement::select(BIDS, product).cpu(request.draw(&costs.short_cpu));
        let found = transaction.run(find_best_bid).await?;
        transaction.commit().await?;
        found
    };

    request.render().await;
    request.shows(BIDS, product, &found);
    Ok(())
}
