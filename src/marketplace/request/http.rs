//! What an endpoint is called over HTTP: method, and the path as a template.

use super::BuiltIn;
use super::described::Step;
use crate::marketplace::config::Config;

impl BuiltIn {
    fn http(self) -> (&'static str, &'static str) {
        match self {
            BuiltIn::ViewProduct => ("GET", "/products/{id}"),
            BuiltIn::ListProducts => ("GET", "/products"),
            BuiltIn::ViewOrders => ("GET", "/orders"),
            BuiltIn::BuyNow => ("POST", "/bids/{id}/orders"),
            BuiltIn::PlaceBid => ("POST", "/bids"),
            BuiltIn::IssueCoupon => ("POST", "/coupons/{id}/issues"),
            BuiltIn::RedeemCoupon => ("POST", "/coupon-issues/{id}/redemption"),
            BuiltIn::WithdrawBid => ("DELETE", "/bids/{id}"),
            BuiltIn::ViewBid => ("GET", "/bids/{id}"),
            BuiltIn::ChangePrice => ("PATCH", "/bids/{id}"),
            BuiltIn::ViewCart => ("GET", "/cart"),
        }
    }
}

/// Method and path of an endpoint. One that is given as steps has its name for a path, and posts if
/// it writes.
pub(crate) fn method_and_uri(config: &Config, name: &str) -> (&'static str, String) {
    if let Some(steps) = config.described.get(name) {
        let method = if steps.iter().any(writes) { "POST" } else { "GET" };
        return (method, format!("/{name}"));
    }
    let (method, uri) = BuiltIn::from_name(name).map_or(("GET", "/"), BuiltIn::http);
    (method, uri.to_owned())
}

fn writes(step: &Step) -> bool {
    match step {
        Step::Sql(sql) => sql.verb.writes(),
        Step::Connection { steps, after_commit, .. } => {
            steps.iter().chain(after_commit).any(writes)
        }
        Step::Cached(_, steps) | Step::RedisLock { steps, .. } => steps.iter().any(writes),
        Step::Cpu(_) | Step::Wait(_) | Step::Use { .. } | Step::Fail { .. } | Step::Reply => false,
    }
}
