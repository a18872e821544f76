//! What a run used of the things that are rented.

use crate::marketplace::Marketplace;
use crate::marketplace::bill::{Bill, Usage, bill};
use crate::marketplace::observations::Observations;

/// The bill of a month like the window that was observed.
pub(super) fn of_month(market: &Marketplace<'_>, seen: &Observations) -> Option<Bill> {
    let (config, fleet) = (market.config, &seen.fleet);
    // A deployment fills much of a run and little of a month: where there is one, the service is
    // its configured number, and what ran beyond that belongs to the deployment.
    let instances = if fleet.deployments > 0 {
        f64::from(config.app.instances)
    } else {
        fleet.instance_seconds / seen.seconds.max(1e-9)
    };
    let usage = Usage {
        instances,
        extra_instance_hours_per_deploy: fleet.surplus_seconds / 3_600.0,
        requests_per_s: seen.all.completed as f64 / seen.seconds.max(1e-9),
        databases: 1 + u32::from(config.has_read_store()),
        replicas: config.replica.count,
    };
    bill(&config.bill, &config.prices, &usage)
}
