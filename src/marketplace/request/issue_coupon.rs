//! `POST /coupons/{id}/issues`: first come, first served.

use super::{Answer, Failure, Request, Transaction};
use crate::marketplace::config::CouponStrategy;
use crate::marketplace::config::tables::{COUPON_ISSUES, COUPONS, coupon_issues, coupons};
use crate::marketplace::mysql::table::Values;
use crate::marketplace::mysql::{Change, Guard, Statement};
use crate::marketplace::probe::Stage;
use crate::marketplace::redis::key::Key;
use crate::marketplace::redis::topology::Access;

pub(super) async fn run(request: &Request<'_>) -> Answer {
    let market = request.market;
    request.cpu(&market.config.endpoints.app_cpu).await;
    let coupon = request.row();
    match market.config.coupon.strategy {
        CouponStrategy::CheckThenInsert | CouponStrategy::ConditionalUpdate => {
            issue(request, coupon).await?;
        }
        CouponStrategy::RedisGate => {
            let (user, places) = (request.user() as u64, u64::from(market.config.data.coupons));
            let stage = request.enter(Stage::RedisLock);
            let key = [Key::Gate(coupon)];
            let enter = |_: &mut _, _| market.redis.gates.enter(coupon, user, places);
            let inside = request.command(&key, Access::Write, enter).await;
            drop(stage);
            if !inside? {
                return Err(Failure::SoldOut);
            }
            if let Err(failure) = issue(request, coupon).await {
                let leave = |_: &mut _, _| market.redis.gates.leave(coupon, user);
                request.command(&key, Access::Write, leave).await.ok();
                return Err(failure);
            }
        }
        CouponStrategy::Queue => {
            // The one consumer takes requests in order; whoever asked waits for its answer.
            let waiting = request.enter(Stage::Station);
            let _turn = market.issuer.acquire().await;
            drop(waiting);
            issue(request, coupon).await?;
        }
    }
    request.render().await;
    Ok(())
}

/// The transaction that issues one coupon to the user.
async fn issue(request: &Request<'_>, coupon: u64) -> Answer {
    let knobs = &request.market.config.coupon;
    let cpu = || request.draw(&request.market.config.endpoints.short_cpu);
    // @Transactional
    let mut transaction = request.begin().await?;
    let counted = match knobs.strategy {
        CouponStrategy::CheckThenInsert | CouponStrategy::Queue => {
            let read = transaction.run(Statement::select(COUPONS, coupon).cpu(cpu())).await?;
            request.remote(&knobs.work).await;
            let issued = read.values[coupons::ISSUED];
            if issued >= read.values[coupons::TOTAL] {
                return Err(transaction.refuse(Failure::SoldOut).await);
            }
            let set = Change::Set { column: coupons::ISSUED, to: issued + 1 };
            Statement::update(COUPONS, coupon).change(set).computed_from(&read)
        }
        CouponStrategy::ConditionalUpdate | CouponStrategy::RedisGate => {
            request.remote(&knobs.work).await;
            let total = i64::from(request.market.config.data.coupons);
            let some_left = Guard::AtMost { column: coupons::ISSUED, value: total - 1 };
            let add = Change::Add { column: coupons::ISSUED, by: 1 };
            Statement::update(COUPONS, coupon).change(add).when(some_left)
        }
    };
    if transaction.run(counted.cpu(cpu())).await?.rows == 0 {
        return Err(transaction.refuse(Failure::SoldOut).await);
    }
    store(request, &mut transaction, coupon).await?;
    transaction.commit().await
}

async fn store(
    request: &Request<'_>,
    transaction: &mut Transaction<'_, '_>,
    coupon: u64,
) -> Answer {
    let mut issue = Values::default();
    issue[coupon_issues::COUPON] = coupon as i64;
    issue[coupon_issues::USER] = request.user();
    let cpu = request.draw(&request.market.config.endpoints.short_cpu);
    transaction.run(Statement::insert(COUPON_ISSUES, issue).cpu(cpu)).await?;
    Ok(())
}
