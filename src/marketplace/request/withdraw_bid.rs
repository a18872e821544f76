//! `DELETE /bids/{id}`: a seller takes one of the newest bids back. Taking back what is gone
//! already is no failure.

use super::{Answer, Request, WITHDRAWN};
use crate::marketplace::config::tables::BIDS;
use crate::marketplace::mysql::Statement;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let config = request.market.config;
    let costs = &config.endpoints;
    request.cpu(&costs.app_cpu).await;

    // The sellers know their bids: finding one costs nothing here.
    let among = config.page.withdraw_among as usize;
    let newest = request.market.primary().with_table(BIDS, |bids| bids.newest_keys(among));
    let mut transaction = request.begin().await?;
    if !newest.is_empty() {
        let key = newest[request.pick(newest.len() as u64, WITHDRAWN) as usize];
        let delete = Statement::delete(BIDS, key).cpu(request.draw(&costs.short_cpu));
        transaction.run(delete).await?;
    }
    transaction.commit().await?;

    request.render().await;
    Ok(())
}
