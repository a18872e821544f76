//! `GET /bids/{id}`: one bid, as whoever follows a link to it sees it.

use super::{Answer, Request};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;

    // @Transactional(readOnly = true)
    let mut transaction = request.begin_viewing().await?;
    let bid = request.row();
    let found = transaction.run(request.select_bid(bid)).await?;
    transaction.commit().await?;

    request.render().await;
    request.shows_bid(bid, &found);
    Ok(())
}
