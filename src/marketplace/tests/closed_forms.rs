//! Laws that hold whatever the components cost.

use super::*;
use crate::marketplace::config::tables::AUDIT;

/// Up to three retries, each failing with probability f: (1 - f^4) / (1 - f) attempts a request.
#[test]
fn retries_multiply_the_attempts() {
    for (share, exact, variance) in [(0.1, 1.111, 0.1226), (0.5, 1.875, 1.1094)] {
        let fail = Step::Fail { failure: Failure::StationFull, share, condition: None };
        let config = service(vec![fail], &[("load.l.rate", "1000/s"), ("load.l.retry.max", "3")]);
        let seen = observe(&config, &plan(0, 20, 1, Counts::Intended));
        let requests = (seen.all.ok + seen.all.failed()) as f64;
        let attempts = 1.0 + seen.retries as f64 / requests;
        let error = f64::sqrt(variance / requests);
        assert!((attempts - exact).abs() < 3.3 * error, "{share}: {attempts}, {requests} requests");
    }
}

/// HikariCP's rule: three threads that need four connections each at once get stuck with a pool of
/// 9 and never with 10 = 3 * (4 - 1) + 1.
#[test]
fn a_pool_of_one_more_than_all_but_one_needs_cannot_lock_itself() {
    let wait = || Step::Wait(Distribution::Exponential { mean: 1e6 });
    let nested = (0..4).fold(Vec::new(), |inner, _| {
        let mut steps = vec![wait()];
        steps.extend(inner);
        vec![connection(steps)]
    });
    let timeouts = |pool: &str| {
        let settings = [
            ("load.l.kind", "closed"),
            ("load.l.users", "3"),
            ("spring.datasource.hikari.maximum-pool-size", pool),
            ("spring.datasource.hikari.connection-timeout", "250"),
        ];
        let seen = observe(&service(nested.clone(), &settings), &plan(0, 20, 1, Counts::Intended));
        failures(&seen, Failure::PoolTimeout)
    };
    assert!(timeouts("9") > 10);
    assert_eq!(timeouts("10"), 0);
}

/// Gray et al. 1996: at a given rate of transactions deadlocks grow with the fifth power of the rows
/// that each changes, and fall with the square of the rows that there are.
#[test]
fn deadlocks_grow_with_the_fifth_power_of_the_transaction() {
    let deadlocks = |times: u32, rows: u64, seconds: u64| {
        let change = SqlStep {
            verb: Verb::Update,
            row: Pick::Random(rows),
            times,
            wait: Distribution::Constant(10 * MILLISECOND),
            ..row_of(AUDIT)
        };
        let transaction = Step::Connection {
            transaction: true,
            lazy: false,
            on_replica: false,
            retry: None,
            steps: vec![Step::Sql(Box::new(change))],
            after_commit: Vec::new(),
        };
        let settings = [
            ("load.l.rate", "100/s"),
            ("spring.datasource.hikari.maximum-pool-size", "100"),
            ("server.tomcat.threads.max", "unlimited"),
        ];
        let mut config = service(vec![transaction], &settings);
        let columns = Vec::new();
        let (name, parent, unique) = ("audit".to_owned(), None, None);
        config.declared.push(super::super::mysql::table::TableSpec {
            name,
            rows: 100_000,
            columns,
            parent,
            unique,
        });
        let seen = observe(&config, &plan(0, seconds, 5, Counts::Intended));
        (seen.database.deadlocks as f64, seconds as f64)
    };
    // The exponent of a doubling, and 3.3 standard errors of two Poisson counts.
    let exponent = |(few, short): (f64, f64), (many, long): (f64, f64)| {
        let ratio = (many / long) / (few / short);
        (ratio.log2(), 3.3 * (1.0 / few + 1.0 / many).sqrt() / std::f64::consts::LN_2)
    };
    let (few, many) = (deadlocks(4, 1_000, 3_000), deadlocks(8, 1_000, 300));
    let by_rows = exponent(deadlocks(8, 2_000, 600), many);
    let by_actions = exponent(few, many);
    assert!((by_actions.0 - 5.0).abs() < by_actions.1, "actions: {by_actions:?}, {few:?} {many:?}");
    assert!((by_rows.0 - 2.0).abs() < by_rows.1, "rows: {by_rows:?}, {many:?}");
}
