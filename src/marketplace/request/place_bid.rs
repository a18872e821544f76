//! `POST /bids`: a seller offers a product. Checks the seller with another service and writes an
//! audit row, each in a place that can be chosen: what is inside the transaction holds its
//! connection.

use super::{Answer, Failure, Request, Transaction};
use crate::marketplace::config::tables::{AUDIT as AUDIT_LOG, BIDS, PRODUCTS, bids};
use crate::marketplace::config::{Audit, CallPlace};
use crate::marketplace::mysql::Statement;
use crate::marketplace::mysql::table::Values;

/// Purposes of the draws of optional parts.
const CALL: u64 = 1_000;
const AUDIT: u64 = 1_001;
/// What a seller asks for, in won.
const PRICE: i64 = 10_000;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;
    call_if(request, CallPlace::BeforeTransaction).await;

    // @Transactional
    let mut transaction = request.begin().await?;
    call_if(request, CallPlace::TransactionStart).await;
    let product = request.row();
    let find_product = Statement::select(PRODUCTS, product).cpu(request.draw(&costs.short_cpu));
    transaction.run(find_product).await?;
    call_if(request, CallPlace::InsideTransaction).await;
    let mut bid = Values::default();
    bid[bids::PRODUCT] = product as i64;
    bid[bids::PRICE] = PRICE;
    bid[bids::STOCK] = i64::from(request.market.config.data.stock);
    let insert = Statement::insert(BIDS, bid).cpu(request.draw(&costs.short_cpu));
    let placed = transaction.run(insert).await?;
    audit(request, &mut transaction).await?;
    transaction.commit().await?;
    request.visitor.set_subject(placed.key);

    call_if(request, CallPlace::AfterCommit).await;
    request.render().await;
    Ok(())
}

async fn call_if(request: &Request<'_>, place: CallPlace) {
    let costs = &request.market.config.endpoints;
    if costs.call == place {
        request.away(request.draw_for(CALL, &costs.call_time)).await;
    }
}

async fn audit(
    request: &Request<'_>,
    transaction: &mut Transaction<'_, '_>,
) -> Result<(), Failure> {
    let costs = &request.market.config.endpoints;
    let row = || {
        let cpu = request.draw_for(AUDIT, &costs.short_cpu);
        Statement::insert(AUDIT_LOG, Values::default()).cpu(cpu)
    };
    match costs.audit {
        Audit::None => Ok(()),
        Audit::SameTransaction => transaction.run(row()).await.map(|_| ()),
        Audit::RequiresNew => {
            let mut own = request.begin_new().await?;
            own.run(row()).await?;
            own.commit().await
        }
    }
}
