//! `POST /coupon-issues/{id}/redemption`: pays an order with a coupon, which can be done once.

use super::{Answer, Failure, Request};
use crate::marketplace::config::RedeemStrategy;
use crate::marketplace::config::tables::{
    BIDS, COUPON_ISSUES, COUPONS, ORDERS, bids, coupon_issues, coupons, orders,
};
use crate::marketplace::mysql::table::Values;
use crate::marketplace::mysql::{Change, Guard, Statement};

const REDEEMED: Change = Change::Set { column: coupon_issues::REDEEMED, to: 1 };

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let knobs = &request.market.config.coupon;
    let cpu = || request.draw(&request.market.config.endpoints.short_cpu);
    request.cpu(&request.market.config.endpoints.app_cpu).await;

    // @Transactional
    let mut transaction = request.begin().await?;
    let issue = request.row();
    let read = transaction.run(Statement::select(COUPON_ISSUES, issue).cpu(cpu())).await?;
    if read.rows == 0 || read.values[coupon_issues::REDEEMED] != 0 {
        return Err(transaction.refuse(Failure::Business).await);
    }
    let coupon = read.values[coupon_issues::COUPON] as u64;
    let coupon = transaction.run(Statement::select(COUPONS, coupon).cpu(cpu())).await?;
    request.remote(&knobs.work).await;

    let update = Statement::update(COUPON_ISSUES, issue).change(REDEEMED).cpu(cpu());
    let update = match knobs.redeem {
        RedeemStrategy::CheckThenUpdate => update,
        RedeemStrategy::ConditionalUpdate => {
            update.when(Guard::Equals { column: coupon_issues::REDEEMED, value: 0 })
        }
    };
    if transaction.run(update).await?.rows == 0 {
        return Err(transaction.refuse(Failure::Business).await);
    }
    let bid = request.another_row(1);
    let take = Statement::update(BIDS, bid)
        .change(Change::Add { column: bids::STOCK, by: -1 })
        // Whoever holds an older version of the bid must notice.
        .change(Change::Add { column: bids::VERSION, by: 1 })
        .when(Guard::AtLeast { column: bids::STOCK, value: 1 });
    let taken = transaction.run(take.cpu(cpu())).await?;
    if taken.rows == 0 {
        return Err(transaction.refuse(Failure::SoldOut).await);
    }
    let price = taken.values[bids::PRICE];
    let discount = coupon.values[coupons::DISCOUNT].min(price);
    let mut order = Values::default();
    order[orders::BID] = bid as i64;
    order[orders::BUYER] = request.user();
    order[orders::PRICE] = price;
    order[orders::DISCOUNT] = discount;
    order[orders::PAID] = price - discount;
    transaction.run(Statement::insert(ORDERS, order).cpu(cpu())).await?;
    transaction.commit().await?;

    request.render().await;
    Ok(())
}
