//! Closed forms beside a simulation: `[theory]` in a sim file.

use crate::stats::theory::{
    Impatience, Mmc, Patience, closed_network, impatient, machine_repairman, mg1_ps_response,
    mg1_wait, mmck, reply_early,
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
    ReplyEarly { users: u32, think: f64, before: f64, after: f64 },
    ClosedNetwork { users: u32, think: f64, demands: Vec<f64> },
    Jackson { rate: f64, stations: Vec<JacksonStation> },
}

/// One station of an open network; `visits` is the mean number of visits of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JacksonStation {
    pub(crate) station: String,
    pub(crate) visits: f64,
    pub(crate) servers: u32,
    pub(crate) service: f64,
}

/// Which queue of the model the formula is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue<'n> {
    /// The described station of this name.
    Station(&'n str),
    /// The connection pool: the model has no station.
    Pool,
}

impl Queue<'_> {
    /// The metric of the time before service; `part` is `mean` or `p99`.
    fn wait(self, part: &str) -> String {
        match self {
            Queue::Station(name) => format!("station_wait_ms_{part}@{name}"),
            Queue::Pool => format!("pool_wait_ms_{part}"),
        }
    }
}

/// Names of the formulas in files.
pub(super) const FORMULAS: &[&str] = &[
    "mmc",
    "mg1",
    "mg1-ps",
    "mmck",
    "impatient",
    "impatient-constant",
    "machine-repairman",
    "reply-early",
    "closed-network",
    "jackson",
];

impl Theory {
    /// What the formula says about our metrics, by name. Metrics of a component that the model
    /// does not use are among them; they have no value in the run.
    pub(crate) fn values(&self, queue: Queue<'_>) -> Vec<(String, f64)> {
        let ms = |name: &str, seconds: f64| (name.to_owned(), 1e3 * seconds);
        let throughput = |(rate, response): (f64, f64)| {
            vec![("completed_per_s".to_owned(), rate), ms("latency_ms_mean", response)]
        };
        let values = match self {
            Theory::Mmc { rate, servers, service } => {
                mmc(&Mmc { rate: *rate, servers: *servers, service: *service }, queue)
            }
            Theory::Mg1 { rate, service, scv } => {
                let wait = mg1_wait(*rate, *service, *scv);
                vec![ms("latency_ms_mean", wait + service), ms(&queue.wait("mean"), wait)]
            }
            Theory::Mg1Sharing { rate, service } => {
                vec![ms("latency_ms_mean", mg1_ps_response(*rate, *service))]
            }
            Theory::Mmck { rate, servers, service, capacity } => {
                let (lost, response) = mmck(*rate, *servers, *service, *capacity);
                vec![("error_share@station_full".to_owned(), lost), ms("latency_ms_mean", response)]
            }
            Theory::Impatient { rate, servers, service, patience } => {
                let exact = impatient(*rate, *servers, *service, *patience);
                impatience(&exact, *rate, *servers, queue)
            }
            Theory::MachineRepairman { users, think, service, servers } => {
                throughput(machine_repairman(*users, *think, *service, *servers))
            }
            Theory::ReplyEarly { users, think, before, after } => {
                throughput(reply_early(*users, *think, *before, *after))
            }
            Theory::ClosedNetwork { users, think, demands } => {
                throughput(closed_network(*users, *think, demands))
            }
            Theory::Jackson { rate, stations } => jackson(*rate, stations),
        };
        values.into_iter().filter(|(_, value)| value.is_finite()).collect()
    }
}

fn mmc(station: &Mmc, queue: Queue<'_>) -> Vec<(String, f64)> {
    let mut values = vec![
        ("latency_ms_mean".to_owned(), 1e3 * station.response()),
        (queue.wait("mean"), 1e3 * station.wait()),
    ];
    if station.utilisation() < 1.0 {
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            values.push((format!("latency_ms_{name}"), 1e3 * station.response_quantile(share)));
        }
        values.push((queue.wait("p99"), 1e3 * station.wait_quantile(0.99)));
    }
    values
}

fn impatience(exact: &Impatience, rate: f64, servers: u32, queue: Queue<'_>) -> Vec<(String, f64)> {
    let wait = (queue.wait("mean"), 1e3 * exact.wait);
    match queue {
        Queue::Station(_) => {
            vec![("error_share@station_timeout".to_owned(), exact.abandoned), wait]
        }
        Queue::Pool => vec![
            ("error_share@pool_timeout".to_owned(), exact.abandoned),
            wait,
            ("pool_busy_mean".to_owned(), f64::from(servers) * exact.utilisation),
            ("pool_waiting_mean".to_owned(), rate * exact.wait),
        ],
    }
}

/// Each station as if it were alone (Jackson 1957).
fn jackson(rate: f64, stations: &[JacksonStation]) -> Vec<(String, f64)> {
    let mut values = Vec::new();
    let mut sum = 0.0;
    for JacksonStation { station, visits, servers, service } in stations {
        let alone = Mmc { rate: rate * visits, servers: *servers, service: *service };
        values.push((format!("station_response_ms_mean@{station}"), 1e3 * alone.response()));
        values.push((format!("station_wait_ms_mean@{station}"), 1e3 * alone.wait()));
        sum += visits * alone.response();
    }
    values.push(("latency_ms_mean".to_owned(), 1e3 * sum));
    values
}
