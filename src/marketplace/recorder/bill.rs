//! What a run used of the things that are rented.

use crate::engine::time::to_seconds;
use crate::marketplace::Marketplace;
use crate::marketplace::bill::{Bill, Usage, bill};
use crate::marketplace::observations::Observations;

/// Seconds that application instances have been running up to now, of all together.
pub(super) fn instance_seconds(market: &Marketplace<'_>) -> f64 {
    f64::from(market.config.app.instances) * to_seconds(market.clock.now())
}

/// The bill of a month like the window that was observed.
pub(super) fn of_month(market: &Marketplace<'_>, seen: &Observations) -> Option<Bill> {
    let config = market.config;
    let usage = Usage {
        instances: seen.instances_mean,
        extra_instance_hours_per_deploy: seen.extra_instance_hours_per_deploy,
        requests_per_s: seen.all.completed as f64 / seen.seconds.max(1e-9),
        databases: 1 + u32::from(config.has_read_store()),
        replicas: config.replica.count,
    };
    bill(&config.bill, &config.prices, &usage)
}
