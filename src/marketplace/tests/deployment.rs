//! Deployments: which instance is in which state when, and the requests that each shortcut loses,
//! counted by hand.

use std::collections::BTreeMap;

use super::*;
use crate::marketplace::bill::{Item, Prices};
use crate::marketplace::instance::Lifecycle::{Booting, Draining, Gone, Ready, Stopping};

/// Arrivals each 10 ms, work of 50 ms, a deployment after 5 s.
fn deploying(settings: &[(&str, &str)]) -> Config {
    let wait = |span| vec![Step::Wait(Distribution::Constant(span))];
    let mut config = service(
        wait(50 * MILLISECOND),
        &[
            ("load.l.rate", "100/s"),
            ("load.l.arrivals", "constant"),
            ("app.boot", "2s"),
            ("deploy.readiness-period", "1s"),
        ],
    );
    for (name, value) in settings {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    config.schedule.push(Action { at: Span(5 * SECOND), what: ActionKind::Deploy });
    assert_eq!(config.check(), Ok(()));
    config
}

/// States of an instance, each from a moment (milliseconds) on.
type Life = Vec<(u64, Lifecycle)>;

/// Lives by instance, from the deployment on.
fn lives(config: &Config, until_s: u64) -> (Vec<(u32, Life)>, Observations) {
    let plan = Plan { record: true, ..plan(0, until_s, 5, Counts::Intended) };
    let Ok(done) = run(config, &plan, None) else { panic!("the run failed") };
    let mut lives: Vec<(u32, Life)> = Vec::new();
    for recorded in &done.recorded {
        if let Event::Instance { number, state } = recorded.event
            && recorded.at > 0
        {
            let at = (recorded.at / MILLISECOND, state);
            match lives.iter_mut().find(|(other, _)| *other == number) {
                Some((_, life)) => life.push(at),
                None => lives.push((number, vec![at])),
            }
        }
    }
    lives.sort_by_key(|(number, _)| *number);
    (lives, done.observations)
}

/// Failures by kind, those that occurred.
fn lost(seen: &Observations) -> Vec<(Failure, u64)> {
    let all = Failure::ALL.into_iter().map(|failure| (failure, failures(seen, failure)));
    all.filter(|(_, count)| *count > 0).collect()
}

/// Two instances, one more at a time, none missing: the second new one starts when the first old
/// one no longer counts. Old ones that drain finish their requests of 50 ms.
#[test]
fn a_rolling_update_replaces_one_after_the_other_and_loses_nothing() {
    let config = deploying(&[
        ("app.instances", "2"),
        ("deploy.max-surge", "1"),
        ("deploy.max-unavailable", "0"),
        ("deploy.pre-stop", "500ms"),
        ("balancer.propagation", "300ms"),
    ]);
    let (lives, seen) = lives(&config, 15);
    let boots = |at: u64| vec![(at, Booting), (at + 2_000, Ready)];
    // Of two old ones the younger goes first.
    assert_eq!(lives[2], (2, boots(5_000)));
    assert_eq!(lives[3], (3, boots(7_000)));
    assert_eq!(lives[1].1[..2], [(7_000, Draining), (7_500, Stopping)]);
    assert_eq!(lives[0].1[..2], [(9_000, Draining), (9_500, Stopping)]);
    for (old, stopping) in [(1, 7_500), (0, 9_500)] {
        let (gone, state) = lives[old].1[2];
        assert_eq!(state, Gone);
        assert!((stopping..=stopping + 50).contains(&gone), "{gone}");
    }
    assert_eq!(lost(&seen), []);
    assert_eq!((seen.fleet.extremes.ready_min, seen.fleet.extremes.running_max), (2, 4));
    assert_eq!((seen.fleet.deployments, seen.fleet.rolled_back), (1, 0));
}

/// One instance and its successor share the traffic, 50 requests a second each.
fn one_by_one(settings: &[(&str, &str)]) -> Vec<(Failure, u64)> {
    let mut all = vec![("deploy.max-surge", "1"), ("deploy.max-unavailable", "0")];
    all.extend(settings);
    lost(&lives(&deploying(&all), 15).1)
}

#[test]
fn each_thing_left_out_loses_the_requests_that_a_hand_count_gives() {
    assert_eq!(one_by_one(&[]), []);
    // It counts as ready at once, so that the old one ends, and nobody listens for 2 s.
    assert_eq!(one_by_one(&[("deploy.readiness", "false")]), [(Failure::Refused, 200)]);
    // Stopped at 7 s with what arrived in the last 50 ms.
    assert_eq!(one_by_one(&[("server.shutdown", "immediate")]), [(Failure::Reset, 5)]);
    // The balancer goes on for 2 s, every second request to the one that has stopped listening.
    assert_eq!(one_by_one(&[("balancer.propagation", "2s")]), [(Failure::Refused, 100)]);
    // A preStop sleep as long as that loses none.
    let slept = [("balancer.propagation", "2s"), ("deploy.pre-stop", "2s")];
    assert_eq!(one_by_one(&slept), []);
}

/// Requests of 3 s and a grace of 1 s: those that began in the last 2 s before the end are cut off.
#[test]
fn a_grace_shorter_than_the_requests_cuts_them_off() {
    let mut config = deploying(&[
        ("deploy.max-surge", "1"),
        ("deploy.max-unavailable", "0"),
        ("deploy.grace", "1s"),
        ("server.tomcat.threads.max", "unlimited"),
    ]);
    let long = vec![Step::Wait(Distribution::Constant(3 * SECOND))];
    config.described.insert("call".to_owned(), long.clone());
    let seen = lives(&config, 15).1;
    assert_eq!(lost(&seen), [(Failure::Reset, 200)]);
    // On a machine of its own the balancer waits for them, unless it is told not to for so long.
    let ec2 = |delay| {
        let mut config = deploying(&[
            ("deploy.platform", "ec2"),
            ("deploy.max-surge", "1"),
            ("deploy.max-unavailable", "0"),
            ("server.shutdown", "immediate"),
            ("server.tomcat.threads.max", "unlimited"),
            ("balancer.deregistration-delay", delay),
        ]);
        config.described.insert("call".to_owned(), long.clone());
        lost(&lives(&config, 15).1)
    };
    assert_eq!(ec2("300s"), []);
    assert_eq!(ec2("1s"), [(Failure::Reset, 200)]);
}

#[test]
fn recreate_has_nobody_for_the_time_of_a_boot() {
    let (lives, seen) = lives(&deploying(&[("deploy.strategy", "recreate")]), 15);
    assert_eq!(lives[0].1[0], (5_000, Draining));
    let gone = lives[0].1[2].0;
    assert_eq!(lives[1], (1, vec![(gone, Booting), (gone + 2_000, Ready)]));
    // From the removal at 5 s to the new instance: 100 a second find nobody.
    let nobody = failures(&seen, Failure::NoInstance);
    assert_eq!(nobody, (gone + 2_000 - 5_000).div_ceil(10), "{:?}", lost(&seen));
    assert_eq!(lost(&seen).len(), 1);
}

/// Ten pods of half a core on 7.9 cores leave room for five green ones: the switch never comes,
/// and nobody notices but the deployment.
#[test]
fn a_second_fleet_that_does_not_fit_stays_pending() {
    let (_, seen) = lives(
        &deploying(&[
            ("app.instances", "10"),
            ("app.cpu-request", "0.5"),
            ("node.count", "1"),
            ("node.cpu", "7.9"),
            ("deploy.strategy", "blue-green"),
        ]),
        20,
    );
    let fleet = &seen.fleet;
    assert_eq!((fleet.extremes.pending_max, fleet.extremes.running_max), (5, 15));
    assert_eq!((fleet.deployed, fleet.rolled_back), (None, 0));
    // Five that run from 5 s to the end of the drain at 25 s; those that wait for a node cost nothing.
    assert_eq!((fleet.surplus_seconds, fleet.unfinished), (100.0, 1));
    assert_eq!(lost(&seen), []);
}

#[test]
fn blue_and_green_switch_at_once_and_blue_stays_as_long_as_it_is_kept() {
    let (lives, seen) = lives(
        &deploying(&[
            ("app.instances", "2"),
            ("deploy.strategy", "blue-green"),
            ("deploy.keep-old", "3s"),
        ]),
        15,
    );
    let boots = vec![(5_000, Booting), (7_000, Ready)];
    assert_eq!((&lives[2].1, &lives[3].1), (&boots, &boots));
    for old in [0, 1] {
        // Nothing is left in it after 3 s without traffic.
        assert_eq!(lives[old].1, [(10_000, Draining), (10_000, Stopping), (10_000, Gone)]);
    }
    assert_eq!((lost(&seen), seen.fleet.deployed), (vec![], Some(5.0)));
}

/// What the deployment took stands in its own line, 360 times a month; the service is billed as it
/// was configured, however much of the run the deployment filled.
#[test]
fn a_deployment_is_billed_by_the_instances_beyond_those_configured() {
    let billed = |strategy: &str| {
        let mut config = deploying(&[
            ("app.instances", "2"),
            ("deploy.strategy", strategy),
            ("deploy.keep-old", "3s"),
            ("bill.deploys-per-month", "360"),
        ]);
        let priced = |name: &str, price| BTreeMap::from([(name.to_owned(), price)]);
        config.prices = Prices {
            app: priced("t3.small", 1.0),
            db: priced("db.t3.micro", 0.0),
            cache: priced("cache.t3.micro", 0.0),
            ..Prices::default()
        };
        let seen = lives(&config, 15).1;
        let bill = seen.bill.unwrap();
        let of = |item: Item| bill.amounts[item as usize];
        (seen.fleet.surplus_seconds, of(Item::Deploys), of(Item::App))
    };
    // Two more from 5 s to 10 s; 360 x 10 s are an hour. 2 x 730 h.
    assert_eq!(billed("blue-green"), (10.0, 1.0, 1_460.0));
    // Fewer for a while, never more; what that saves is not credited.
    assert_eq!(billed("recreate"), (0.0, 0.0, 1_460.0));
}

/// A version that fails half of its requests gets 20 % of the traffic, at most 20 answers before
/// anybody judges, and is gone within two seconds of its first.
#[test]
fn a_bad_canary_is_taken_back() {
    let settings = [
        ("app.instances", "5"),
        ("deploy.strategy", "canary"),
        ("deploy.canary-steps", "20% 10s, 50% 10s"),
        ("deploy.new.error-share", "50%"),
        ("deploy.rollback.errors", "10%"),
    ];
    let (lives, seen) = lives(&deploying(&settings), 20);
    assert_eq!(lives.len(), 1, "nothing happens but to one canary: {lives:?}");
    let life = &lives[0].1;
    assert_eq!(life[..2], [(5_000, Booting), (7_000, Ready)]);
    assert_eq!(life.last().unwrap().1, Gone);
    assert!((8_000..=9_100).contains(&life.last().unwrap().0), "{life:?}");
    assert_eq!((seen.fleet.deployments, seen.fleet.rolled_back), (1, 1));
    let bad = failures(&seen, Failure::BadVersion);
    // 20 to 40 requests went there.
    assert!((5..=30).contains(&bad), "{bad}");
    assert_eq!(lost(&seen).len(), 1);
}

/// The old version misses its column from the deployment until its last instance is gone.
#[test]
fn a_column_dropped_too_early_fails_the_old_version() {
    let lost_with = |schema: &str| {
        let settings = [
            ("deploy.max-surge", "1"),
            ("deploy.max-unavailable", "0"),
            ("deploy.schema", schema),
            ("deploy.schema-share", "100%"),
        ];
        let seen = lives(&deploying(&settings), 15).1;
        assert!(lost(&seen).iter().all(|(failure, _)| *failure == Failure::Schema));
        failures(&seen, Failure::Schema)
    };
    // All that arrive from 5 s to 7 s, both ends included.
    assert_eq!(lost_with("drop-at-start"), 201);
    // The new version's until the last old one is gone, 50 ms at most after the new one is ready.
    assert!((1..=5).contains(&lost_with("add-at-end")));
    assert_eq!(lost_with("expand-contract"), 0);
}

#[test]
fn leaked_connections_empty_the_pool() {
    let mut config = service(
        vec![connection(vec![sql("1ms")])],
        &[
            ("load.l.rate", "100/s"),
            ("load.l.arrivals", "constant"),
            ("app.leak", "10%"),
            ("spring.datasource.hikari.maximum-pool-size", "5"),
            ("spring.datasource.hikari.connection-timeout", "1000"),
        ],
    );
    config.described.insert("call".to_owned(), vec![connection(vec![sql("1ms")])]);
    let seen = observe(&config, &plan(0, 10, 2, Counts::Intended));
    // Five leaks, one for ten requests or so, and then nobody gets any.
    assert!((10..=150).contains(&seen.all.ok), "{}", seen.all.ok);
    assert_eq!(seen.all.ok + failures(&seen, Failure::PoolTimeout), seen.all.offered);
}

/// The first request takes three times as long, the tenth as long as ever.
#[test]
fn cold_code_warms_up_with_the_requests_that_it_serves() {
    let mut config = deploying(&[
        ("deploy.strategy", "recreate"),
        ("app.cores", "1"),
        ("app.cold-factor", "3"),
        ("app.cold-requests", "10"),
        ("load.l.rate", "2/s"),
    ]);
    config
        .described
        .insert("call".to_owned(), vec![Step::Cpu(Distribution::Constant(40 * MILLISECOND))]);
    let seen = lives(&config, 15).1;
    let longest = seen.all.latency.max().unwrap() as f64 / 1e6;
    assert!((longest - 120.0).abs() < 1.0, "{longest}");
    let mean = seen.fleet.versions[1].1.latency.mean().unwrap() / 1e6;
    let served = seen.fleet.versions[1].1.ok as f64;
    // 40 ms each, and 80 + 72 + ... + 8 ms more in all.
    assert!((mean - (40.0 + 440.0 / served)).abs() < 0.5, "{mean} of {served}");
}

/// An instance dies while it leads a group commit of 100 ms: the database goes on with it, and so
/// do the commits of the other instance that wait for the log.
#[test]
fn a_commit_under_way_outlives_the_instance_that_asked_for_it() {
    let mut config = Config::of(Base::Marketplace);
    for (name, value) in [
        ("load.shoppers.rate", "40/s"),
        ("load.shoppers.mix", "place_bid 1"),
        ("mysql.redo-flush", "100ms"),
        ("mysql.binlog-sync", "0ms"),
        ("server.shutdown", "immediate"),
    ] {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    config.schedule.push(Action { at: Span(5 * SECOND), what: ActionKind::Deploy });
    assert_eq!(config.check(), Ok(()));
    let lost = lost(&lives(&config, 15).1);
    let [(Failure::Reset, reset)] = lost[..] else { panic!("{lost:?}") };
    assert!((2..=20).contains(&reset), "{reset}");
}
