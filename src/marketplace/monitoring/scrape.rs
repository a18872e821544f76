//! One reading of one instance: plain data, under the meanings that Micrometer gives it.

use super::Meters;
use crate::engine::time::{Nanos, SECOND};
use crate::marketplace::hikari::Hikari;
use crate::marketplace::instance::Instance;
use crate::marketplace::request::{Answer, Failure};

/// How long a maximum lives: Micrometer's `TimeWindowMax` with Prometheus' step of a minute and
/// three places.
const MINUTE: Nanos = 60 * SECOND;
const MINUTES: usize = 3;

/// A timer: count, sum, and the longest of the last minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timing {
    count: u64,
    sum: Nanos,
    longest: [Nanos; MINUTES],
    minute: u64,
}

impl Timing {
    pub(crate) fn record(&mut self, now: Nanos, span: Nanos) {
        self.count += 1;
        self.sum += span;
        self.go_to(now / MINUTE);
        let longest = &mut self.longest[(self.minute % MINUTES as u64) as usize];
        *longest = span.max(*longest);
    }

    fn go_to(&mut self, minute: u64) {
        while self.minute < minute {
            // Whatever lies further back than the ring is long forgotten.
            self.minute = (self.minute + 1).max(minute.saturating_sub(MINUTES as u64 - 1));
            self.longest[(self.minute % MINUTES as u64) as usize] = 0;
        }
    }

    pub(crate) fn seen(mut self, now: Nanos) -> TimingSeen {
        self.go_to(now / MINUTE);
        let max = self.longest.into_iter().max().unwrap_or(0);
        TimingSeen { count: self.count, sum: self.sum, max }
    }
}

/// A timer as it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimingSeen {
    pub(crate) count: u64,
    pub(crate) sum: Nanos,
    pub(crate) max: Nanos,
}

/// A timer with a histogram.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpTiming {
    timing: Timing,
    /// One for each bound, and one for what exceeds them all.
    buckets: Vec<u64>,
}

impl HttpTiming {
    pub(crate) fn record(&mut self, now: Nanos, span: Nanos, bounds: &[Nanos]) {
        self.timing.record(now, span);
        self.buckets.resize(bounds.len() + 1, 0);
        self.buckets[bounds.partition_point(|bound| *bound < span)] += 1;
    }

    fn cumulative(&self) -> Vec<u64> {
        let mut sum = 0;
        let add = |count: &u64| {
            sum += count;
            sum
        };
        self.buckets.iter().map(add).collect()
    }
}

/// What a connection pool measures of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PoolMeters {
    pub(crate) acquire: Timing,
    pub(crate) usage: Timing,
    pub(crate) creation: Timing,
    pub(crate) timeouts: u64,
}

/// One instance at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scrape {
    pub(crate) at: Nanos,
    pub(crate) instance: u32,
    pub(crate) tomcat: TomcatSeen,
    pub(crate) cpu: CpuSeen,
    /// The pool of the primary first, then those of replicas and of the read store.
    pub(crate) pools: Vec<PoolSeen>,
    /// By endpoint and status.
    pub(crate) http: Vec<HttpSeen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TomcatSeen {
    pub(crate) threads_busy: u32,
    pub(crate) threads_current: u32,
    /// `None` without limit.
    pub(crate) threads_max: Option<u32>,
    pub(crate) connections: u32,
    pub(crate) connections_max: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CpuSeen {
    /// `None` where cores are not limited.
    pub(crate) cores: Option<u32>,
    /// Core nanoseconds so far.
    pub(crate) time: u128,
    /// Busy cores since the last reading, on average.
    pub(crate) busy: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolSeen {
    pub(crate) total: u32,
    pub(crate) active: u32,
    pub(crate) pending: u32,
    pub(crate) max: u32,
    pub(crate) min: u32,
    pub(crate) timeouts: u64,
    pub(crate) acquire: TimingSeen,
    pub(crate) usage: TimingSeen,
    pub(crate) creation: TimingSeen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpSeen {
    pub(crate) endpoint: usize,
    pub(crate) status: u16,
    pub(crate) timing: TimingSeen,
    /// Cumulative: one for each bound of `monitoring.buckets`, and one for everything.
    pub(crate) buckets: Vec<u64>,
}

/// One request of a client, an attempt counting as one, as a load tester writes it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) sent: Nanos,
    pub(crate) ended: Nanos,
    /// When its connection stood; `None` if it never did.
    pub(crate) connected: Option<Nanos>,
    pub(crate) load: usize,
    /// Which user of a closed load, from 0.
    pub(crate) user: Option<u32>,
    pub(crate) endpoint: usize,
    /// `None` where no instance was to be had.
    pub(crate) instance: Option<u32>,
    /// Its number in the recording.
    pub(crate) request: Option<u64>,
    pub(crate) answer: Answer,
}

impl Sample {
    /// The HTTP status, where the service or the balancer gave one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.answer {
            Err(Failure::ConnectTimeout | Failure::ClientTimeout | Failure::Unanswered) => None,
            // Tomcat closes the connection without a word.
            Err(Failure::Rejected) => None,
            // The balancer's own answer.
            Err(Failure::NoInstance) => Some(503),
            Err(Failure::Refused | Failure::Reset) => Some(502),
            answer => Some(status(answer)),
        }
    }

    /// The label of the failure.
    pub(crate) fn failure(&self) -> Option<&'static str> {
        self.answer.err().map(Failure::label)
    }
}

/// The status that the service answers with: 409 where it refuses for a reason of its own, 500 for
/// an exception that nobody handles.
pub(crate) fn status(answer: Answer) -> u16 {
    let refused = |failure| {
        matches!(
            failure,
            Failure::Business
                | Failure::SoldOut
                | Failure::DuplicateKey
                | Failure::NoParent
                | Failure::OptimisticExhausted
                | Failure::Fenced
        )
    };
    match answer {
        Ok(()) => 200,
        Err(failure) if refused(failure) => 409,
        Err(_) => 500,
    }
}

/// Reads an instance.
pub(super) fn read(now: Nanos, instance: &Instance<'_>, meters: &mut Meters) -> Scrape {
    let time = instance.cores.busy_area();
    let (since, before) = meters.cpu;
    let busy = (time - before) as f64 / (now - since).max(1) as f64;
    meters.cpu = (now, time);
    let http = meters.http.iter().map(|((endpoint, status), timing)| HttpSeen {
        endpoint: *endpoint,
        status: *status,
        timing: timing.timing.seen(now),
        buckets: timing.cumulative(),
    });
    Scrape {
        at: now,
        instance: instance.number,
        tomcat: instance.tomcat.seen(),
        cpu: CpuSeen { cores: limit(instance.cores.count()), time, busy },
        pools: instance.pools().map(Hikari::seen).collect(),
        http: http.collect(),
    }
}

/// `None` where there is no limit.
pub(crate) fn limit(count: u32) -> Option<u32> {
    (count < u32::MAX).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maximum_is_forgotten_after_three_minutes_at_the_latest() {
        let mut timing = Timing::default();
        timing.record(10 * SECOND, 7);
        timing.record(70 * SECOND, 5);
        let max = |second: u64| timing.seen(second * SECOND).max;
        assert_eq!([max(70), max(179), max(180), max(239), max(240)], [7, 7, 5, 5, 0]);
        assert_eq!(max(100_000), 0);
        assert_eq!(timing.seen(0).count, 2);
    }

    #[test]
    fn a_bucket_holds_its_own_bound() {
        let mut http = HttpTiming::default();
        for span in [1, 5, 6, 10, 11] {
            http.record(0, span, &[5, 10]);
        }
        assert_eq!(http.cumulative(), [2, 4, 5]);
    }
}
