//! `GET /bids/{id}`: one bid, as whoever follows a link to it sees it.

use std::rc::Rc;

use super::{Answer, Request};
use crate::marketplace::config::tables::BIDS;

pub(super) async fn run(request: &Rc<Request<'_>>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let bid = request.row();
    if request.caches() {
        // @Cacheable
        let found = request.cached_bid(bid).await?;
        request.render().await;
        request.shows(BIDS, bid, &found);
        return Ok(());
    }
    // @Transactional(readOnly = true)
    let mut transaction = request.begin_viewing().await?;
    let found = transaction.run(request.select_bid(bid)).await?;
    transaction.commit().await?;

    request.render().await;
    request.shows_bid(bid, &found);
    Ok(())
}
