//! `GET /products?page=`: one page of what is on offer, newest first, and the next one each time
//! the same user turns the page; or, at one price, a page of products that reads no rows.

use super::{Answer, Request};
use crate::marketplace::config::PageMethod;
use crate::marketplace::config::tables::BIDS;
use crate::marketplace::mysql::{Statement, Verb};

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let config = request.market.config;
    let costs = &config.endpoints;
    request.cpu(&costs.app_cpu).await;

    let mut transaction = request.begin_reading().await?;
    if config.page.method == PageMethod::Flat {
        // A page is no single row: only what it costs counts.
        let page = Statement::plain(Verb::Select).cpu(request.draw(&costs.list_cpu));
        transaction.run(page).await?;
        transaction.commit().await?;
        request.render().await;
        return Ok(());
    }
    let witness = &request.market.witness;
    let since = witness.commits();
    let mut walk = request.walk();
    let page = walk.next_page(&config.page, config.fault);
    let keys = transaction.read_page(Statement::page(BIDS, page)).await?;
    transaction.commit().await?;

    request.render().await;
    // Whoever has gone away is shown nothing.
    if !request.abandoned.get() {
        walk.turn(request.stop, &keys);
        witness.page_shown(request.number, walk.first, since, &keys);
        request.visitor.walk.set(Some(walk));
    }
    Ok(())
}
