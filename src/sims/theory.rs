//! Closed forms beside a simulation: `[theory]` in a sim file.

use crate::stats::theory::{
    Mmc, Patience, closed_network, impatient, machine_repairman, mg1_ps_response, mg1_wait, mmck,
};

/// A formula with its parameters; times in seconds, rates per second.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Theory {
    Mmc { rate: f64, servers: u32, service: f64 },
    Mg1 { rate: f64, service: f64, scv: f64 },
    Mg1Sharing { rate: f64, service: f64 },
    Mmck { rate: f64, servers: u32, service: f64, capacity: u32 },
    Impatient { rate: f64, servers: u32, service: f64, patience: Patience },
    MachineRepairman { users: u32, think: f64, service: f64, servers: u32 },
    ClosedNetwork { users: u32, think: f64, demands: Vec<f64> },
}

/// Names of the formulas in files.
pub(crate) const FORMULAS: &[&str] = &[
    "mmc",
    "mg1",
    "mg1-ps",
    "mmck",
    "impatient",
    "impatient-constant",
    "machine-repairman",
    "closed-network",
];

impl Theory {
    /// What the formula says about our metrics. `station` is the label of the one station, if the
    /// model has one.
    pub(crate) fn values(&self, station: Option<&str>) -> Vec<(String, f64)> {
        let mut values = Vec::new();
        let mut say = |metric: &str, value: f64| {
            if value.is_finite() {
                values.push((metric.to_owned(), value));
            }
        };
        let at = |name: &str| station.map(|station| format!("{name}@{station}"));
        match self {
            Theory::Mmc { rate, servers, service } => {
                let queue = Mmc { rate: *rate, servers: *servers, service: *service };
                say("latency_ms_mean", 1e3 * queue.response());
                if queue.utilisation() < 1.0 {
                    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
                        say(&format!("latency_ms_{name}"), 1e3 * queue.response_quantile(share));
                    }
                    if let Some(id) = at("station_wait_ms_p99") {
                        say(&id, 1e3 * queue.wait_quantile(0.99));
                    }
                }
                if let Some(id) = at("station_wait_ms_mean") {
                    say(&id, 1e3 * queue.wait());
                }
            }
            Theory::Mg1 { rate, service, scv } => {
                let wait = mg1_wait(*rate, *service, *scv);
                say("latency_ms_mean", 1e3 * (wait + service));
            }
            Theory::Mg1Sharing { rate, service } => {
                say("latency_ms_mean", 1e3 * mg1_ps_response(*rate, *service));
            }
            Theory::Mmck { rate, servers, service, capacity } => {
                let (lost, response) = mmck(*rate, *servers, *service, *capacity);
                say("error_share@station_full", lost);
                say("latency_ms_mean", 1e3 * response);
            }
            Theory::Impatient { rate, servers, service, patience } => {
                let exact = impatient(*rate, *servers, *service, *patience);
                say("error_share@station_timeout", exact.abandoned);
                if let Some(id) = at("station_wait_ms_mean") {
                    say(&id, 1e3 * exact.wait);
                }
            }
            Theory::MachineRepairman { users, think, service, servers } => {
                let (rate, response) = machine_repairman(*users, *think, *service, *servers);
                say("completed_per_s", rate);
                say("latency_ms_mean", 1e3 * response);
            }
            Theory::ClosedNetwork { users, think, demands } => {
                let (rate, response) = closed_network(*users, *think, demands);
                say("completed_per_s", rate);
                say("latency_ms_mean", 1e3 * response);
            }
        }
        values
    }
}
