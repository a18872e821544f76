//! What every peer simulates: the parameters, the random draws and the counts, all in seconds.

use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

/// Customers with exponential interarrival and service times at `servers` servers, one FIFO queue.
#[derive(Clone, Copy, Debug)]
pub struct MultiServer {
    pub servers: u32,
    pub interarrival: f64,
    pub service: f64,
}

/// M/M/1 at load 0.8; theory: mean wait 3.2.
pub const W1: MultiServer = MultiServer { servers: 1, interarrival: 1.0, service: 0.8 };

/// M/M/10 at load 0.9; theory: mean wait 6.02.
pub const W2: MultiServer = MultiServer { servers: 10, interarrival: 1.0, service: 9.0 };

/// A request takes a thread (rejected when the queue for threads is full), computes on a core,
/// waits for a connection at most `timeout`, uses a database server and gives everything back.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct NestedPools {
    pub interarrival: f64,
    pub threads: u32,
    pub queue_max: u32,
    pub cores: u32,
    pub cpu: f64,
    pub connections: u32,
    pub timeout: f64,
    pub servers: u32,
    pub db: f64,
}

/// The database is offered 105 % of what it can do, so that at least 1 - 1 / 1.05 = 4.76 % abandon;
/// long runs give 4.80 %.
pub const W3: NestedPools = NestedPools {
    interarrival: 0.010,
    threads: 200,
    queue_max: 100,
    cores: 2,
    cpu: 0.010,
    connections: 10,
    timeout: 1.0,
    servers: 4,
    db: 0.042,
};

/// One seeded stream of exponential spans (Xoshiro256++ and a ziggurat).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draws(Xoshiro256PlusPlus);

impl Draws {
    pub fn new(seed: u64) -> Draws {
        Draws(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The next span, in the unit of `mean`.
    #[inline]
    pub fn span(&mut self, mean: f64) -> f64 {
        let unit: f64 = Exp1.sample(&mut self.0);
        unit * mean
    }
}

/// What became of the customers. `seconds` sums the waits (W1, W2) or the response times (W3) of
/// those served.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    pub served: u64,
    pub rejected: u64,
    pub abandoned: u64,
    pub seconds: f64,
}

impl Tally {
    #[inline]
    pub fn serve(&mut self, seconds: f64) {
        self.served += 1;
        self.seconds += seconds;
    }

    pub fn gone(&self) -> u64 {
        self.served + self.rejected + self.abandoned
    }

    pub fn mean_seconds(&self) -> f64 {
        self.seconds / self.served as f64
    }

    pub fn abandoned_percent(&self) -> f64 {
        100.0 * self.abandoned as f64 / self.gone() as f64
    }
}
