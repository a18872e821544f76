//! Orders that others hear of, and models of bids that are only read.

use super::*;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::config::Notify;

/// The built-in endpoints without any cost, and buyers of many bids.
fn buyers(settings: &[&[(&str, &str)]]) -> Config {
    let base = [
        ("load.buyers.mix", "buy_now 1"),
        ("load.buyers.keys", "1000"),
        ("load.buyers.rate", "100/s"),
        ("bid.strategy", "atomic-update"),
    ];
    let mut config = config(Base::Stack, &base);
    config.built_in = true;
    for (name, value) in settings.iter().copied().flatten() {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    assert_eq!(config.check(), Ok(()));
    config
}

fn seeded(plan: Plan, seed: u64) -> Plan {
    Plan { streams: Streams { seed, replication: 0 }, ..plan }
}

/// Lost, duplicated and phantom events, and the orders.
fn events(config: &Config, plan: &Plan) -> ([u64; 3], u64) {
    let seen = observe(config, plan);
    let kinds = [Anomaly::LostEvent, Anomaly::DuplicatedEvent, Anomaly::PhantomEvent];
    (kinds.map(|kind| seen.database.anomalies[kind as usize]), seen.database.orders)
}

/// Whether so many of so many lie within 3.3 standard errors of the exact share.
fn is_near(events: u64, trials: u64, exact: f64) -> bool {
    let error = (exact * (1.0 - exact) / trials as f64).sqrt();
    (events as f64 / trials as f64 - exact).abs() <= 3.3 * error
}

/// Whatever dies whenever, and however long the broker is away: each order has its effect, and
/// nothing else has.
#[test]
fn the_outbox_loses_nothing_and_makes_nothing_up() {
    for seed in 0..60 {
        let mut stream = crate::random::Stream::from_seed(seed);
        let mut share = || format!("{}%", stream.below(40));
        let (order, relay, acknowledgement) = (share(), share(), share());
        let poll = format!("{}ms", 1 + stream.below(500));
        let batch = format!("{}", 1 + stream.below(20));
        let consumers = format!("{}", 1 + stream.below(4));
        let mut config = buyers(&[&[
            ("order.notify", "outbox"),
            ("order.crash-share", &order),
            ("outbox.crash-share", &relay),
            ("outbox.poll", &poll),
            ("outbox.batch", &batch),
            ("broker.ack-lost-share", &acknowledgement),
            ("broker.redeliver-after", "300ms"),
            ("broker.consumers", &consumers),
            ("broker.idempotent", "true"),
            ("broker.handle", "exp 3ms"),
            ("broker.publish", "exp 2ms"),
            // Rolled back after the event was stored: sold out, and deadlocks.
            ("bid.strategy", "insert-first"),
            ("bid.work", "exp 2ms"),
            ("data.bids.stock", "3"),
            ("load.buyers.keys", "40"),
            ("mysql.redo-flush", "exp 1ms"),
            ("endpoints.short-statement-cpu", "exp 1ms"),
        ]]);
        let down = Span(stream.below(2_000) * MILLISECOND);
        let at = Span(stream.below(3_000) * MILLISECOND);
        config.schedule.push(Action { at, what: ActionKind::BrokerDown(down) });
        let (found, orders) = events(&config, &seeded(plan(0, 4, 60, Counts::Intended), seed));
        assert!(orders > 50, "seed {seed}: {orders}");
        assert_eq!(found, [0, 0, 0], "seed {seed}");
    }
}

#[test]
fn a_crash_after_the_commit_loses_what_was_to_be_published() {
    for notify in ["publish", "direct-call"] {
        let config = buyers(&[&[("order.notify", notify), ("order.crash-share", "3%")]]);
        let ([lost, duplicated, phantoms], orders) =
            events(&config, &plan(0, 100, 10, Counts::Intended));
        assert!(orders > 9_000, "{notify}: {orders}");
        assert!(is_near(lost, orders, 0.03), "{notify}: {lost} of {orders}");
        assert_eq!((duplicated, phantoms), (0, 0), "{notify}");
    }
    let config = buyers(&[&[("order.notify", "direct-call"), ("order.notify-fails", "2%")]]);
    let ([lost, ..], orders) = events(&config, &plan(0, 100, 10, Counts::Intended));
    assert!(is_near(lost, orders, 0.02), "{lost} of {orders}");
}

#[test]
fn a_crash_before_the_commit_leaves_a_phantom() {
    let first = [("order.notify", "publish-before-commit"), ("order.crash-share", "3%")];
    let ([lost, duplicated, phantoms], orders) =
        events(&buyers(&[&first]), &plan(0, 100, 10, Counts::Intended));
    assert!(is_near(phantoms, orders + phantoms, 0.03), "{phantoms} beside {orders}");
    assert_eq!((lost, duplicated), (0, 0));
    // So does an order of two bids whose second is sold out.
    let sold_out = [("order.crash-share", "0%"), ("bid.items", "2"), ("data.bids.stock", "1")];
    let ([lost, _, phantoms], _) =
        events(&buyers(&[&first, &sold_out]), &plan(0, 20, 10, Counts::Intended));
    assert!(phantoms > 50, "{phantoms}");
    assert_eq!(lost, 0);
}

/// A copy for each lost acknowledgement, whose own may be lost as well: p / (1 - p) an event.
#[test]
fn lost_acknowledgements_duplicate_unless_consumers_remember() {
    let lossy = [
        ("order.notify", "publish"),
        ("broker.ack-lost-share", "10%"),
        ("broker.redeliver-after", "100ms"),
    ];
    let window = plan(0, 100, 30, Counts::Intended);
    let ([lost, duplicated, phantoms], orders) = events(&buyers(&[&lossy]), &window);
    assert_eq!((lost, phantoms), (0, 0));
    // The number of copies is geometric: mean p / (1 - p), variance p / (1 - p)^2.
    let (mean, variance) = (0.1 / 0.9, 0.1 / 0.81);
    let error = (variance / orders as f64).sqrt();
    let copies = duplicated as f64 / orders as f64;
    assert!((copies - mean).abs() < 3.3 * error, "{copies} copies an event, not {mean}");
    let idempotent = [("broker.idempotent", "true")];
    assert_eq!(events(&buyers(&[&lossy, &idempotent]), &window).0, [0, 0, 0]);
}

/// A relay that dies after each second batch publishes each batch twice on average.
#[test]
fn a_relay_that_dies_publishes_again() {
    let dying = [
        ("order.notify", "outbox"),
        ("outbox.crash-share", "50%"),
        ("outbox.batch", "1"),
        ("outbox.poll", "1ms"),
    ];
    let ([lost, duplicated, phantoms], orders) =
        events(&buyers(&[&dying]), &plan(0, 100, 30, Counts::Intended));
    let copies = duplicated as f64 / orders as f64;
    // Geometric with p = 1/2: mean 1, variance 2.
    assert!((copies - 1.0).abs() < 3.3 * (2.0 / orders as f64).sqrt(), "{copies}");
    assert_eq!((lost, phantoms), (0, 0));
}

/// Orders arrive at the broker as they arrive at the service, at random: a queue with exponential
/// handling is M/M/1, with two consumers M/M/2.
#[test]
fn consumers_lag_as_queueing_theory_says() {
    // Waiting messages: rho^2 / (1 - rho), and C(2, a) rho / (1 - rho) with a = 1.6.
    for (consumers, handle, exact) in [("1", "exp 8ms", 3.2), ("2", "exp 16ms", 2.844_444)] {
        let config = buyers(&[&[
            ("order.notify", "publish"),
            ("broker.consumers", consumers),
            ("broker.handle", handle),
        ]]);
        let (mut waiting, mut lags) = (Vec::new(), Vec::new());
        for seed in 0..12 {
            let seen = observe(&config, &seeded(plan(10, 210, 0, Counts::Intended), seed));
            waiting.push(seen.events.waiting);
            lags.push(seen.events.lag.mean().unwrap() / 1e6);
        }
        // Little: a message waits as long as ten milliseconds for each that waits, and is handled.
        let handled = if consumers == "1" { 8.0 } else { 16.0 };
        for (values, exact) in [(waiting, exact), (lags, exact * 10.0 + handled)] {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let error = (variance / n).sqrt();
            assert!((mean - exact).abs() < 3.3 * error, "{mean} ± {error}, exact {exact}");
            assert!(error < 0.1 * exact, "too vague to say anything: ± {error}");
        }
    }
}

#[test]
fn poison_goes_to_the_dead_letters_and_holds_nobody_up_for_ever() {
    let config = buyers(&[&[
        ("order.notify", "publish"),
        ("broker.poison-share", "10%"),
        ("broker.max-deliveries", "3"),
        ("broker.redeliver-after", "50ms"),
        ("broker.handle", "1ms"),
        ("load.buyers.stages", "0s 100/s, 50s 100/s, 51s 0/s"),
    ]]);
    let seen = observe(&config, &plan(0, 55, 0, Counts::Intended));
    let (dead, orders) = (seen.events.dead_letters, seen.database.orders);
    assert!(is_near(dead, orders, 0.1), "{dead} of {orders}");
    // A dead letter is kept: it is not lost. It has had no effect.
    assert_eq!(seen.database.anomalies[Anomaly::LostEvent as usize], 0);
    assert_eq!(seen.events.lag.count() + dead, orders);
}

#[test]
fn while_the_broker_is_down_publishing_fails_and_the_outbox_waits() {
    for (notify, expected) in [(Notify::Publish, true), (Notify::Outbox, false)] {
        let word = Notify::WORDS[notify as usize];
        let mut config = buyers(&[&[("order.notify", word), ("outbox.poll", "100ms")]]);
        let what = ActionKind::BrokerDown(Span(2 * SECOND));
        config.schedule.push(Action { at: Span(4 * SECOND), what });
        let seen = observe(&config, &plan(0, 10, 10, Counts::Intended));
        let lost = seen.database.anomalies[Anomaly::LostEvent as usize];
        assert_eq!(failures(&seen, Failure::BrokerDown), lost, "{word}");
        assert_eq!((150..250).contains(&lost), expected, "{word}: {lost}");
        let longest = seen.events.lag.max().unwrap();
        assert_eq!(longest > 1_900 * MILLISECOND, !expected, "{word}: {longest}");
    }
}

/// Sellers who change prices, and what they and others see of it.
fn sellers(settings: &[&[(&str, &str)]]) -> Config {
    let base: &[(&str, &str)] = &[
        ("load.buyers.mix", "change_price 3, place_bid 1"),
        ("load.buyers.keys", "20"),
        ("load.buyers.journey", "view_bid after exp 50ms, view_bid after exp 50ms as other"),
        ("endpoints.short-statement-cpu", "exp 1ms"),
        ("cqrs.view-cpu", "exp 1ms"),
        ("cqrs.project-cpu", "exp 1ms"),
    ];
    buyers(&[&[base], settings].concat())
}

fn views(seen: &Observations) -> crate::marketplace::observations::ReadTally {
    let views = seen.endpoints.iter().find(|(name, _)| name == "view_bid");
    views.map(|(_, group)| group.reads).unwrap()
}

#[test]
fn a_query_table_in_the_same_transaction_is_never_stale() {
    let exact = sellers(&[&[("cqrs.level", "query-table"), ("cqrs.crash-share", "5%")]]);
    let reads = views(&observe(&exact, &plan(0, 20, 10, Counts::Intended)));
    assert!(reads.reads > 3_000 && reads.of_authors > 1_500, "{reads:?}");
    assert_eq!((reads.stale, reads.missing, reads.backward), (0, 0, 0));
    // In a transaction after the commit it can be lost, and is not repaired.
    let later = [("cqrs.sync", "after-commit"), ("cqrs.crash-share", "5%")];
    let wait = [("load.buyers.journey", "view_bid after 2s")];
    let later = sellers(&[&[("cqrs.level", "query-table")], &later, &wait]);
    let reads = views(&observe(&later, &plan(0, 20, 10, Counts::Intended)));
    assert!(reads.stale > 25, "{reads:?}");
    assert_eq!(reads.backward, 0, "a view does not go back");
}

/// However many consumers handle them, and however often they come: a row of the projection never
/// goes back, and in the end it shows the last change.
#[test]
fn a_projection_follows_and_never_goes_back() {
    for (seed, feed) in [(1, "outbox"), (2, "outbox"), (3, "publish"), (4, "publish")] {
        let projection = [
            ("cqrs.level", "projection"),
            ("cqrs.feed", feed),
            ("broker.consumers", "4"),
            ("broker.handle", "exp 10ms"),
            ("broker.publish", "exp 2ms"),
            ("broker.ack-lost-share", "20%"),
            ("broker.redeliver-after", "200ms"),
            ("outbox.poll", "50ms"),
            ("outbox.crash-share", "20%"),
        ];
        let config = sellers(&[&projection]);
        let seen = observe(&config, &seeded(plan(0, 20, 20, Counts::Intended), seed));
        let reads = views(&seen);
        assert!(reads.stale > 100, "{feed}: it is behind: {reads:?}");
        assert_eq!(reads.backward, 0, "{feed}: {reads:?}");
        let found = seen.database.anomalies;
        let of = |kind: Anomaly| found[kind as usize];
        assert_eq!(
            [Anomaly::LostEvent, Anomaly::PhantomEvent, Anomaly::DuplicatedEvent].map(of),
            [0, 0, 0],
            "{feed}"
        );
        assert!(seen.events.lag.count() > 1_800, "{feed}");
        // Late readers see everything: those who come long after the last change.
        let late = sellers(&[
            &projection,
            &[("load.buyers.journey", "view_bid after 5s"), ("load.buyers.keys", "100000")],
        ]);
        let reads = views(&observe(&late, &seeded(plan(0, 12, 20, Counts::Intended), seed)));
        assert!(reads.of_authors > 500, "{feed}: {reads:?}");
        assert_eq!(reads.missing, 0, "{feed}: {reads:?}");
    }
}

#[test]
fn a_projection_that_is_fed_after_the_commit_misses_what_crashes_swallow() {
    let of = |feed| {
        let config = sellers(&[&[
            ("cqrs.level", "projection"),
            ("cqrs.feed", feed),
            ("cqrs.crash-share", "5%"),
            ("outbox.poll", "50ms"),
        ]]);
        let seen = observe(&config, &plan(0, 50, 10, Counts::Intended));
        let lost = seen.database.anomalies[Anomaly::LostEvent as usize];
        (lost, seen.events.changes)
    };
    let (lost, changes) = of("publish");
    assert!(is_near(lost, changes, 0.05), "{lost} of {changes}");
    assert_eq!(of("outbox").0, 0);
}

/// A rebuild shows nothing at first, and everything again after as long as the consumers need.
#[test]
fn a_rebuild_brings_every_changed_bid_back() {
    let mut config = sellers(&[&[
        ("cqrs.level", "projection"),
        ("broker.handle", "2ms"),
        ("outbox.poll", "10ms"),
        ("load.buyers.rate", "50/s"),
        ("load.buyers.mix", "place_bid 1"),
        ("load.buyers.journey", "view_bid after 1s"),
    ]]);
    let missing = |config: &Config| {
        let seen = observe(config, &plan(0, 20, 10, Counts::Intended));
        assert_eq!(seen.database.anomalies[Anomaly::PhantomEvent as usize], 0);
        (views(&seen).missing, seen.events.waiting)
    };
    let (before, short) = missing(&config);
    assert_eq!(before, 0);
    config.schedule.push(Action { at: Span(10 * SECOND), what: ActionKind::Rebuild });
    let (during, long) = missing(&config);
    // 500 bids of 2 ms and more: a second or so, in which some 50 readers come by.
    assert!((5..100).contains(&during), "{during}");
    assert!(long > short + 5.0, "{long} against {short}");
}
