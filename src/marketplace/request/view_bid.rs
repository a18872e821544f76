//! `GET /bids/{id}`: one bid, as whoever follows a link to it sees it.

use std::rc::Rc;

use super::{Answer, Request};
use crate::marketplace::config::tables::BIDS;
use crate::marketplace::mysql::Statement;

pub(super) async fn run(request: &Rc<Request<'_>>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let bid = request.row();
    let found = if request.caches() {
        // @Cacheable
        request.cached_bid(bid).await?
    } else {
        // @Transactional(readOnly = true)
        let mut transaction = request.begin_reading().await?;
        let find_bid = Statement::select(BIDS, bid).cpu(request.draw(&costs.short_cpu));
        let found = transaction.run(find_bid).await?;
        transaction.commit().await?;
        found
    };

    request.render().await;
    request.shows(BIDS, bid, &found);
    Ok(())
}
