//! Which resource is the first to run out: how much of each is in use, and who waits for it.

use serde::Serialize;

use crate::marketplace::config::Config;
use crate::marketplace::knobs::Limit;
use crate::sims::run::Measurement;
use crate::sims::target::interval;
use crate::stats::six_digits;

/// Below this nothing is short, so the target is missed for another reason.
const IN_USE: f64 = 0.5;
/// From this utilisation on, statements wait for the database's cores, and those explain why
/// connections are busy.
const DATABASE_FULL: f64 = 0.85;
/// From this utilisation of the pool on, its part is worth telling.
const POOL_BUSY: f64 = 0.6;

/// Something that requests occupy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Resource {
    /// `threads`, `pool`, `app_cores`, `db_cores`, `replica_cores`, `read_store_cores`, `redis`, or
    /// `station@NAME`.
    pub(crate) name: String,
    /// Part of it in use, on average.
    pub(crate) utilisation: f64,
    /// Who waits for it, on average; `None` where the queue is not counted.
    pub(crate) waiting: Option<f64>,
}

/// What the numbers say about the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Limits {
    /// The first of the resources.
    Resource,
    /// Connections are busy, because the database's cores are.
    DatabaseBehindPool,
    /// Connections are busy with something that is not the database's cores.
    PoolAlone,
    /// Nothing is half in use.
    Nothing,
}

/// The limited resources that were used, the fullest first.
pub(super) fn resources(config: &Config, found: &Measurement) -> Vec<Resource> {
    let mean = |id: &str| interval(found, id).map(|interval| interval.value);
    let instances = mean("instances_mean").unwrap_or(f64::from(config.app.instances));
    let of = |limit: Limit, each: f64| match limit {
        Limit::Of(count) => Some(f64::from(count) * each),
        Limit::Unlimited => None,
    };
    let mut all: Vec<Resource> = Vec::new();
    let mut add = |name: &str, busy: Option<f64>, size: Option<f64>, waiting: Option<f64>| {
        if let (Some(busy), Some(size)) = (busy, size)
            && busy > 0.0
            && size > 0.0
        {
            let waiting = waiting.map(six_digits);
            let utilisation = six_digits(busy / size);
            all.push(Resource { name: name.to_owned(), utilisation, waiting });
        }
    };
    let threads = of(config.tomcat.threads_max, instances);
    add("threads", mean("thread_busy_mean"), threads, mean("thread_queue_mean"));
    add("pool", mean("pool_busy_share_mean"), Some(1.0), mean("pool_waiting_mean"));
    add("app_cores", mean("app_cores_busy_mean"), of(config.app.cores, instances), None);
    add("db_cores", mean("db_cores_busy_mean"), of(config.mysql.cores, 1.0), None);
    let replicas = of(config.replica.cores, f64::from(config.replica.count));
    add("replica_cores", mean("replica_cores_busy_mean"), replicas, None);
    let store = of(config.cqrs.cores, 1.0);
    add("read_store_cores", mean("read_store_cores_busy_mean"), store, None);
    add("redis", mean("redis_busy_mean"), Some(1.0), None);
    for (name, knobs) in &config.stations {
        let (busy, waiting) =
            (format!("station_busy_mean@{name}"), format!("station_waiting_mean@{name}"));
        let size = of(knobs.servers, 1.0);
        add(&format!("station@{name}"), mean(&busy), size, mean(&waiting));
    }
    all.sort_by(|a, b| b.utilisation.total_cmp(&a.utilisation));
    all
}

/// What limits, of resources with the fullest first.
pub(super) fn limits(resources: &[Resource]) -> Limits {
    let of = |name: &str| {
        resources.iter().find(|resource| resource.name == name).map_or(0.0, |r| r.utilisation)
    };
    let Some(first) = resources.first().filter(|first| first.utilisation >= IN_USE) else {
        return Limits::Nothing;
    };
    // Whoever waits for a core of the database has a connection meanwhile.
    match first.name.as_str() {
        "pool" if of("db_cores") >= DATABASE_FULL => Limits::DatabaseBehindPool,
        "pool" => Limits::PoolAlone,
        "db_cores" if of("pool") >= POOL_BUSY => Limits::DatabaseBehindPool,
        _ => Limits::Resource,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[(&str, f64)]) -> Limits {
        let resource = |(name, utilisation): &(&str, f64)| Resource {
            name: (*name).to_owned(),
            utilisation: *utilisation,
            waiting: None,
        };
        limits(&parts.iter().map(resource).collect::<Vec<_>>())
    }

    #[test]
    fn a_full_pool_is_read_beside_the_databases_cores() {
        assert_eq!(of(&[("pool", 0.95), ("db_cores", 0.9)]), Limits::DatabaseBehindPool);
        assert_eq!(of(&[("db_cores", 0.92), ("pool", 0.8)]), Limits::DatabaseBehindPool);
        assert_eq!(of(&[("pool", 0.97), ("db_cores", 0.71)]), Limits::PoolAlone);
        assert_eq!(of(&[("db_cores", 0.9), ("pool", 0.3)]), Limits::Resource);
        assert_eq!(of(&[("threads", 0.9), ("pool", 0.3)]), Limits::Resource);
        assert_eq!(of(&[("pool", 0.4), ("db_cores", 0.4)]), Limits::Nothing);
        assert_eq!(of(&[]), Limits::Nothing);
    }
}
