//! What there was to see, and what a dashboard showed of it.

use crate::stats::histogram::Histogram;

#[derive(Clone, Debug, Default)]
pub(crate) struct MonitoringObservations {
    /// Most requests that waited for a connection in one pool of an instance.
    pub(crate) pool_waiting_max: u32,
    /// The same as readings show it; `None` without a reading.
    pub(crate) dashboard_pool_waiting_max: Option<u32>,
    /// Milliseconds: from the buckets of all instances added up, and the average of each one's own.
    pub(crate) p95_merged_ms: Option<f64>,
    pub(crate) p95_averaged_ms: Option<f64>,
    /// What the counters grew by between readings: requests, and answers with a status of 500 or
    /// more.
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    /// Latency as the service measures it; empty where nobody looks.
    pub(crate) served: Histogram,
}

impl MonitoringObservations {
    pub(crate) fn merge(&mut self, other: &MonitoringObservations) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.served.merge(&other.served);
    }
}
