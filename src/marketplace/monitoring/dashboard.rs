//! Panels over the whole window, from readings alone: what a team would have seen.

use std::collections::BTreeMap;

use super::scrape::Scrape;
use crate::engine::time::{Nanos, to_seconds};
use crate::marketplace::observations::MonitoringObservations;
use crate::stats::buckets::{histogram_quantile, increase};

/// What was read so far.
#[derive(Default)]
pub(super) struct Dashboard {
    instances: BTreeMap<u32, Readings>,
    pending_max: Option<u32>,
}

/// Of one instance: the last values of its counters, and what they grew by since the first.
#[derive(Default)]
struct Readings {
    last: BTreeMap<(usize, u16), Vec<u64>>,
    /// Cumulative buckets of all requests.
    grown: Vec<u64>,
    errors: u64,
}

impl Dashboard {
    pub(super) fn add(&mut self, scrape: &Scrape) {
        let pending = scrape.pools.iter().map(|pool| pool.pending).max();
        self.pending_max = self.pending_max.max(pending);
        let readings = self.instances.entry(scrape.instance).or_default();
        for http in &scrape.http {
            let series = (http.endpoint, http.status);
            // A series that was not there before has no increase yet: `increase` needs two values.
            if let Some(before) = readings.last.insert(series, http.buckets.clone()) {
                readings.grown.resize(http.buckets.len(), 0);
                let both = before.iter().zip(&http.buckets);
                for (grown, (before, after)) in readings.grown.iter_mut().zip(both) {
                    *grown += increase(*before, *after);
                }
                if http.status >= 500 {
                    let all = |buckets: &[u64]| buckets.last().copied().unwrap_or(0);
                    readings.errors += increase(all(&before), all(&http.buckets));
                }
            }
        }
    }

    pub(super) fn seen(&self, bounds: &[Nanos]) -> MonitoringObservations {
        let bounds: Vec<f64> = bounds.iter().map(|bound| to_seconds(*bound)).collect();
        let p95 = |counts: &[u64]| histogram_quantile(0.95, &bounds, counts);
        let each: Vec<f64> =
            self.instances.values().filter_map(|readings| p95(&readings.grown)).collect();
        let mut merged = vec![0; bounds.len() + 1];
        for readings in self.instances.values() {
            for (sum, grown) in merged.iter_mut().zip(&readings.grown) {
                *sum += grown;
            }
        }
        let ms = |seconds: f64| seconds * 1e3;
        MonitoringObservations {
            dashboard_pool_waiting_max: self.pending_max,
            p95_merged_ms: p95(&merged).map(ms),
            p95_averaged_ms: (!each.is_empty())
                .then(|| ms(each.iter().sum::<f64>() / each.len() as f64)),
            requests: merged.last().copied().unwrap_or(0),
            errors: self.instances.values().map(|readings| readings.errors).sum(),
            ..MonitoringObservations::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::MILLISECOND;
    use crate::marketplace::monitoring::scrape::{CpuSeen, HttpSeen, PoolSeen, TomcatSeen};

    fn scrape(instance: u32, pending: u32, http: &[(u16, [u64; 4])]) -> Scrape {
        let timing = Default::default();
        let pool = PoolSeen {
            total: 1,
            active: 1,
            pending,
            max: 1,
            min: 1,
            timeouts: 0,
            acquire: timing,
            usage: timing,
            creation: timing,
        };
        let seen = |(status, buckets): &(u16, [u64; 4])| HttpSeen {
            endpoint: 0,
            status: *status,
            timing,
            buckets: buckets.to_vec(),
        };
        Scrape {
            at: 0,
            instance,
            tomcat: TomcatSeen {
                threads_busy: 0,
                threads_current: 0,
                threads_max: None,
                connections: 0,
                connections_max: None,
            },
            cpu: CpuSeen { cores: None, time: 0, busy: 0.0 },
            pools: vec![pool],
            http: http.iter().map(seen).collect(),
        }
    }

    /// The instances of the worked example in `stats::buckets`, each read twice.
    #[test]
    fn quantiles_are_of_the_increase_between_the_first_and_the_last_reading() {
        let mut dashboard = Dashboard::default();
        dashboard.add(&scrape(0, 3, &[(200, [7, 7, 7, 9])]));
        dashboard.add(&scrape(1, 0, &[(200, [0, 0, 1, 1])]));
        dashboard.add(&scrape(0, 1, &[(200, [57, 57, 57, 59])]));
        dashboard.add(&scrape(0, 1, &[(200, [107, 107, 107, 109])]));
        dashboard.add(&scrape(1, 2, &[(200, [0, 0, 101, 101])]));
        let seen = dashboard.seen(&[100 * MILLISECOND, 800 * MILLISECOND, 1000 * MILLISECOND]);
        assert_eq!(seen.dashboard_pool_waiting_max, Some(3));
        assert!((seen.p95_merged_ms.unwrap() - 980.0).abs() < 1e-9);
        assert!((seen.p95_averaged_ms.unwrap() - 542.5).abs() < 1e-9);
        assert_eq!((seen.requests, seen.errors), (200, 0));
    }

    /// The first errors bring their counter into being, so they are no increase; later ones are.
    #[test]
    fn errors_of_a_counter_that_is_new_are_not_seen() {
        let mut dashboard = Dashboard::default();
        dashboard.add(&scrape(0, 0, &[(200, [10; 4])]));
        dashboard.add(&scrape(0, 0, &[(200, [20; 4]), (500, [5; 4])]));
        let errors = |dashboard: &Dashboard| dashboard.seen(&[1, 2, 3]).errors;
        assert_eq!(errors(&dashboard), 0);
        dashboard.add(&scrape(0, 0, &[(200, [30; 4]), (500, [8; 4])]));
        assert_eq!(errors(&dashboard), 3);
    }
}
