//! `POST /bids`: a seller offers a product. Checks the seller with another service and writes an
//! audit row, each in a place that can be chosen: what is inside the transaction holds its
//! connection.

use super::{Answer, Failure, Request, Transaction, statement};
use crate::marketplace::config::{Audit, CallPlace};
use crate::marketplace::mysql::Verb;

/// Purposes of the draws of optional parts.
const CALL: u64 = 1_000;
const AUDIT: u64 = 1_001;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let costs = &request.market.config.endpoints;
    request.cpu(&costs.app_cpu).await;
    call_if(request, CallPlace::BeforeTransaction).await;

    // @Transactional
    let mut transaction = request.begin().await?;
    call_if(request, CallPlace::TransactionStart).await;
    let product = request.row();
    let find_product = statement(Verb::Select, "products", product, request.draw(&costs.short_cpu));
    transaction.run(find_product).await?;
    call_if(request, CallPlace::InsideTransaction).await;
    let insert = statement(Verb::Insert, "bids", product, request.draw(&costs.short_cpu));
    transaction.run(insert).await?;
    audit(request, &mut transaction).await?;
    transaction.commit().await;

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
    let row = || statement(Verb::Insert, "audit", 0, request.draw_for(AUDIT, &costs.short_cpu));
    match costs.audit {
        Audit::None => Ok(()),
        Audit::SameTransaction => transaction.run(row()).await,
        Audit::RequiresNew => {
            let mut own = request.begin_new().await?;
            own.run(row()).await?;
            own.commit().await;
            Ok(())
        }
    }
}
