//! Readers of replicas, semi-synchronous commits, and what a failover costs.

use super::*;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::config::FailoverManager;

/// The built-in endpoints without any cost, one replica, sellers who place bids.
fn sellers(settings: &[(&str, &str)]) -> Config {
    let mut config =
        config(Base::Stack, &[("replica.count", "1"), ("load.sellers.mix", "place_bid 1")]);
    config.built_in = true;
    for (name, value) in settings {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    assert_eq!(config.check(), Ok(()));
    config
}

fn seeded(plan: Plan, seed: u64) -> Plan {
    Plan { streams: Streams { seed, replication: 0 }, ..plan }
}

/// Whether a share of so many lies within 3.3 standard errors of the exact one.
fn is_near(events: u64, trials: u64, exact: f64) -> bool {
    let error = (exact * (1.0 - exact) / trials as f64).sqrt();
    (events as f64 / trials as f64 - exact).abs() <= 3.3 * error
}

/// A read of a key at exp(200 ms) after its write, lag 100 ms: stale with 1 - e^-0.5 if the lag is
/// fixed, and 1/3 if it is exponential.
#[test]
fn reads_are_stale_as_often_as_the_lag_outlasts_the_pause() {
    let cases = [("100ms", "100/s", 100, 0.393_469), ("exp 100ms", "0.5/s", 20_000, 1.0 / 3.0)];
    for (lag, rate, seconds, exact) in cases {
        let config = sellers(&[
            ("load.sellers.rate", rate),
            ("load.sellers.journey", "view_bid after exp 200ms, view_bid after exp 200ms as other"),
            ("read.routing", "replica"),
            ("replica.delay", lag),
        ]);
        let seen = observe(&config, &plan(0, seconds, 10, Counts::Intended));
        let views = seen.endpoints.iter().find(|(name, _)| name == "view_bid");
        let reads = views.map(|(_, group)| group.reads).unwrap();
        assert!(reads.of_authors > 9_000 && reads.reads > 2 * 9_000, "{lag}: {reads:?}");
        assert!(is_near(reads.missing, reads.of_authors, exact), "{lag}: {reads:?}");
        assert!(is_near(reads.stale, reads.reads, exact), "{lag}: {reads:?}");
        let lag_ms = seen.replication.lag.mean().unwrap() / 1e6;
        assert!((lag_ms - 100.0).abs() < 3.5, "{lag}: mean lag {lag_ms} ms");
    }
}

/// Each way of reading one's own writes does so, and what it does for others is as defined.
#[test]
fn authors_see_their_own_writes_where_the_routing_promises_it() {
    let shown = |settings: &[(&str, &str)]| {
        let base = [
            // More would fill the pool: who waits for a position holds a connection.
            ("load.sellers.rate", "20/s"),
            ("load.sellers.journey", "view_bid after 50ms, view_bid after 50ms as other"),
            ("replica.delay", "200ms"),
        ];
        let config = sellers(&[&base, settings].concat());
        let seen = observe(&config, &plan(1, 11, 5, Counts::Intended));
        let views = seen.endpoints.iter().find(|(name, _)| name == "view_bid").unwrap();
        let reads = views.1.reads;
        let share = |events: u64, trials: u64| (events * 100 + trials / 2) / trials.max(1);
        let waits = &seen.replication.position_waits;
        (
            share(reads.missing, reads.of_authors),
            share(reads.stale - reads.missing, reads.reads - reads.of_authors),
            waits.mean().map(|mean| (mean / 1e6).round()),
        )
    };
    assert_eq!(shown(&[("read.routing", "primary")]), (0, 0, None));
    assert_eq!(shown(&[("read.routing", "replica")]), (100, 100, None));
    assert_eq!(shown(&[("read.routing", "pin-writer")]), (0, 100, None));
    let short = [("read.routing", "pin-writer"), ("read.pin", "49ms")];
    assert_eq!(shown(&short), (100, 100, None), "the window is over");
    let wait = [("read.routing", "wait-for-position")];
    assert_eq!(shown(&wait), (0, 100, Some(150.0)), "the rest of the lag is waited for");
    let impatient = [("read.routing", "wait-for-position"), ("read.wait", "20ms")];
    assert_eq!(shown(&impatient), (0, 100, Some(20.0)), "then the primary answers");
    let strict = [("read.routing", "bounded-lag"), ("read.tolerance", "100ms")];
    assert_eq!(shown(&strict), (0, 0, None), "heartbeats are older than that");
    let lax =
        [("read.routing", "bounded-lag"), ("read.tolerance", "400ms"), ("read.heartbeat", "100ms")];
    assert_eq!(shown(&lax), (100, 100, None));
}

/// Acknowledged by a replica before anybody sees it; after the timeout as if nothing had been asked.
#[test]
fn semi_synchronous_commits_wait_for_a_replica_and_not_for_ever() {
    let latency = |settings: &[(&str, &str)]| {
        let base = [("load.sellers.rate", "10/s"), ("rpl_semi_sync_source_enabled", "true")];
        let config = sellers(&[&base, settings].concat());
        let seen = observe(&config, &plan(0, 60, 30, Counts::Intended));
        let ms = |nanos: f64| (nanos / 1e6).round();
        (seen.all.latency.quantile(0.5).map(ms), seen.all.latency.max().map(|max| ms(max as f64)))
    };
    assert_eq!(latency(&[("replica.delay", "30ms")]), (Some(60.0), Some(60.0)), "there and back");
    let timeout = ("rpl_semi_sync_source_timeout", "1000");
    let slow = latency(&[("replica.delay", "20s"), timeout]);
    assert_eq!(slow, (Some(0.0), Some(1_000.0)), "those of the first second, then nobody waits");
}

/// What is on its way to the replica when the primary's machine dies is lost, unless commits waited
/// for it or the old binary log can be read.
#[test]
fn a_failover_loses_what_no_replica_had() {
    let lost = |settings: &[(&str, &str)], seed: u64| {
        let base = [
            ("load.sellers.rate", "500/s"),
            ("replica.delay", "100ms"),
            ("failover.manager", "mha"),
            ("failover.detection", "3s"),
            ("failover.promotion", "1s"),
            ("failover.reconnect", "500ms"),
        ];
        let mut config = sellers(&[&base, settings].concat());
        let at = Span(5 * SECOND);
        config.schedule.push(Action { at, what: ActionKind::MysqlCrash });
        let seen = observe(&config, &seeded(plan(0, 15, 0, Counts::Intended), seed));
        let lost = seen.database.anomalies[Anomaly::LostCommit as usize];
        let unavailable = seen.replication.unavailable.unwrap();
        (lost, unavailable, failures(&seen, Failure::DatabaseDown))
    };
    let seeds = 1..=20;
    let sum: u64 = seeds.clone().map(|seed| lost(&[], seed).0).sum();
    // A Poisson count with mean 20 * 500/s * 100 ms.
    assert!((sum as f64 - 1_000.0).abs() < 3.3 * 1_000_f64.sqrt(), "{sum}");
    for seed in seeds {
        let (lost, unavailable, refused) = lost(&[], seed);
        assert!(lost > 0 && (4.5..4.6).contains(&unavailable), "{lost} lost, {unavailable} s");
        assert!((2_000..2_500).contains(&refused), "{refused} requests refused in 4.5 s");
    }
    assert_eq!(lost(&[("rpl_semi_sync_source_enabled", "true")], 1).0, 0);
    assert_eq!(lost(&[("failover.binlog-reachable", "true")], 1).0, 0);
    assert_eq!(lost(&[("failover.manager", "standby")], 1).0, 0);
}

/// After a failover the others follow the new primary, with what only it had received.
#[test]
fn the_other_replicas_follow_the_promoted_one() {
    let mut config = sellers(&[
        ("replica.count", "3"),
        ("replica.delay", "uniform 50ms..150ms"),
        ("load.sellers.rate", "100/s"),
        ("load.sellers.journey", "view_bid after 3s"),
        ("read.routing", "replica"),
        ("failover.manager", "mha"),
        ("failover.detection", "1s"),
    ]);
    config.schedule.push(Action { at: Span(5 * SECOND), what: ActionKind::MysqlCrash });
    let seen = observe(&config, &plan(8, 18, 5, Counts::Intended));
    let views = seen.endpoints.iter().find(|(name, _)| name == "view_bid").unwrap();
    assert!(views.1.reads.reads > 800, "{:?}", views.1.reads);
    assert_eq!((views.1.reads.stale, seen.all.failed()), (0, 0));
}

/// The new primary writes the heartbeats and is no replica any more: readers go to the one that is
/// left, which does not have what was written 5 ms ago.
#[test]
fn readers_return_to_the_replica_that_is_left_after_a_failover() {
    for routing in ["bounded-lag", "replica"] {
        let mut config = sellers(&[
            ("replica.count", "2"),
            ("replica.delay", "50ms"),
            ("load.sellers.rate", "50/s"),
            ("load.sellers.journey", "view_bid after 5ms"),
            ("read.routing", routing),
            ("read.heartbeat", "100ms"),
            ("failover.manager", "mha"),
            ("failover.detection", "2s"),
        ]);
        config.schedule.push(Action { at: Span(5 * SECOND), what: ActionKind::MysqlCrash });
        let seen = observe(&config, &plan(10, 20, 1, Counts::Intended));
        let reads = seen.all.reads;
        assert!(reads.reads > 400 && reads.stale == reads.reads, "{routing}: {reads:?}");
    }
    let config = |routing| {
        let mut config = sellers(&[
            ("replica.count", "2"),
            ("replica.delay", "50ms"),
            ("load.sellers.rate", "20/s"),
            ("load.sellers.journey", "view_bid after 5ms"),
            ("read.routing", routing),
            ("failover.manager", "mha"),
        ]);
        config.schedule.push(Action { at: Span(5 * SECOND), what: ActionKind::MysqlCrash });
        config
    };
    let seen = observe(&config("wait-for-position"), &plan(10, 20, 1, Counts::Intended));
    assert_eq!((seen.replication.position_timeouts, seen.all.reads.missing), (0, 0));
}

/// A network that splits: who is left with the old primary goes on writing to it, unless it was
/// switched off first, or waits for acknowledgements.
#[test]
fn without_fencing_the_old_primary_goes_on() {
    let split = |settings: &[(&str, &str)]| {
        let base = [
            ("app.instances", "4"),
            ("failover.cut-off-instances", "1"),
            ("load.sellers.rate", "400/s"),
            ("failover.manager", "mha"),
            ("failover.detection", "1s"),
            ("mysql.crash", "partition"),
        ];
        let mut config = sellers(&[&base, settings].concat());
        assert_eq!(config.failover.manager, FailoverManager::Mha);
        let at = Span(5 * SECOND);
        config.schedule.push(Action { at, what: ActionKind::MysqlCrash });
        let seen = observe(&config, &plan(0, 11, 0, Counts::Intended));
        let anomalies = seen.database.anomalies;
        (anomalies[Anomaly::SplitBrain as usize], anomalies[Anomaly::LostCommit as usize])
    };
    let (written, lost) = split(&[]);
    // A quarter of 400/s: 5 s after the promotion, and 1 s before it.
    assert!((400..600).contains(&written) && (60..140).contains(&lost), "{written}, {lost}");
    let (written, lost) = split(&[("failover.power-off", "2s")]);
    assert!(written == 0 && (200..400).contains(&lost), "{written}, {lost}: 3 s until it is off");
    let semi_sync = [("rpl_semi_sync_source_enabled", "true")];
    assert_eq!(split(&semi_sync), (0, 0), "nothing is shown for 10 s");
}

/// A long change holds up whatever is committed behind it, and only after its own commit.
#[test]
fn a_long_transaction_delays_those_behind_it_on_the_replica() {
    let long = |format: &str, workers: &str| {
        let mut config = sellers(&[
            ("load.sellers.rate", "100/s"),
            ("binlog_format", format),
            ("replica_parallel_workers", workers),
        ]);
        let change = SqlStep {
            verb: Verb::Update,
            wait: Distribution::Constant(2 * SECOND),
            ..row_of(PRODUCTS)
        };
        let steps = vec![connection(vec![Step::Sql(Box::new(change))])];
        config.described.insert("reprice".to_owned(), steps);
        for (name, value) in [("mix", "reprice 1"), ("arrivals", "constant"), ("rate", "0.1/s")] {
            let name = format!("load.night.{name}");
            assert_eq!(config.set(&name, &Raw::from_argument(value)), Ok(()), "{name}");
        }
        let seen = observe(&config, &plan(0, 20, 5, Counts::Intended));
        let lag = &seen.replication.lag;
        let seconds = |nanos: u64| nanos as f64 / 1e9;
        (seconds(lag.max().unwrap()), lag.mean().unwrap() / 1e9)
    };
    // Two seconds of twenty are behind it: on average a tenth of the commits waits a second.
    let (max, mean) = long("statement", "1");
    assert!((1.98..2.01).contains(&max) && (0.07..0.13).contains(&mean), "{max}, {mean}");
    assert_eq!(long("row", "1"), (0.0, 0.0), "a row is quickly changed");
    let (max, _) = long("statement", "8");
    assert!((1.98..2.01).contains(&max), "{max}: commits keep their order");
}
