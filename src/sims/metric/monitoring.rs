//! Rows of what there was to see, and of what a dashboard showed.

use super::Rows;
use crate::marketplace::observations::Observations;

pub(super) fn rows(rows: &mut Rows, seen: &Observations) {
    let seen = &seen.monitoring;
    rows.mean("pool_waiting_max", f64::from(seen.pool_waiting_max));
    rows.mean("dashboard_pool_waiting_max", seen.dashboard_pool_waiting_max.map(f64::from));
    rows.mean("dashboard_latency_ms_p95_merged", seen.p95_merged_ms);
    rows.mean("dashboard_latency_ms_p95_averaged", seen.p95_averaged_ms);
    rows.share("dashboard_error_share", seen.errors, seen.requests);
    rows.durations("server_latency_ms", "", &seen.served);
}
