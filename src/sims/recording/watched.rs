//! What others would have written down of a replication: Prometheus' readings of the instances, and
//! a load tester's requests.

use super::Recording;
use crate::engine::time::Nanos;
use crate::marketplace::config::{Config, LoadKind};
use crate::marketplace::monitoring::every_of_replay;
pub(crate) use crate::marketplace::monitoring::scrape::{
    HttpSeen, PoolSeen, Sample, Scrape, TimingSeen,
};
use crate::marketplace::request::http::method_and_uri;

/// Readings and requests, with what the numbers in them are called.
pub(crate) struct Watched {
    /// In order of time.
    pub(crate) scrapes: Vec<Scrape>,
    /// In order of their ends.
    pub(crate) samples: Vec<Sample>,
    /// Upper bounds of the buckets in the readings.
    pub(crate) bounds: Vec<Nanos>,
    /// How far the readings of one instance lie apart.
    pub(crate) every: Nanos,
    endpoints: Vec<Called>,
    loads: Vec<Sender>,
}

/// What an endpoint is called.
pub(crate) struct Called {
    pub(crate) name: String,
    pub(crate) method: &'static str,
    /// The path as a template: `/bids/{id}`.
    pub(crate) uri: String,
}

/// A load as its requests' origin.
pub(crate) struct Sender {
    pub(crate) name: String,
    /// Users who wait for each answer, rather than arrivals that do not.
    pub(crate) closed: bool,
}

impl Watched {
    pub(super) fn new(
        config: &Config,
        endpoints: &[String],
        (scrapes, samples): (Vec<Scrape>, Vec<Sample>),
    ) -> Watched {
        let called = |name: &String| {
            let (method, uri) = method_and_uri(config, name);
            Called { name: name.clone(), method, uri }
        };
        let sender = |(name, knobs): (&String, &crate::marketplace::config::LoadKnobs)| Sender {
            name: name.clone(),
            closed: knobs.kind == LoadKind::Closed,
        };
        Watched {
            scrapes,
            samples,
            bounds: config.monitoring.buckets.0.clone(),
            every: every_of_replay(config),
            endpoints: endpoints.iter().map(called).collect(),
            loads: config.loads.iter().map(sender).collect(),
        }
    }

    pub(crate) fn endpoint(&self, at: usize) -> &Called {
        &self.endpoints[at]
    }

    /// All loads, by the number that samples name them with.
    pub(crate) fn loads(&self) -> &[Sender] {
        &self.loads
    }

    /// Of each load, how many of its clients are active at a moment: users who have begun, or
    /// requests on their way.
    pub(crate) fn active(&self) -> Active {
        let loads = self.loads.iter().enumerate().map(|(load, sender)| {
            let own = || self.samples.iter().filter(move |sample| sample.load == load);
            let (mut begun, mut over) = (Vec::new(), Vec::new());
            if sender.closed {
                let mut users = std::collections::BTreeMap::new();
                for sample in own() {
                    let first = users.entry(sample.user).or_insert(sample.sent);
                    *first = sample.sent.min(*first);
                }
                begun.extend(users.into_values());
            } else {
                begun.extend(own().map(|sample| sample.sent));
                over.extend(own().map(|sample| sample.ended));
                over.sort_unstable();
            }
            begun.sort_unstable();
            (begun, over)
        });
        Active { loads: loads.collect() }
    }
}

/// See [`Watched::active`].
pub(crate) struct Active {
    /// When clients began, and when they were done.
    loads: Vec<(Vec<Nanos>, Vec<Nanos>)>,
}

impl Active {
    /// Of one load.
    pub(crate) fn of(&self, load: usize, at: Nanos) -> usize {
        let (begun, over) = &self.loads[load];
        begun.partition_point(|begin| *begin <= at) - over.partition_point(|end| *end < at)
    }

    /// Of all loads.
    pub(crate) fn all(&self, at: Nanos) -> usize {
        (0..self.loads.len()).map(|load| self.of(load, at)).sum()
    }
}

impl Recording {
    /// When the last request was answered, or the last instance read.
    pub(crate) fn watched_until(&self) -> Nanos {
        let watched = &self.watched;
        let sample = watched.samples.last().map_or(0, |sample| sample.ended);
        sample.max(watched.scrapes.last().map_or(0, |scrape| scrape.at))
    }
}
