//! Every checker finds the fault that was planted for it, and finds nothing without one.

use super::{Anomaly, Counts};
use crate::engine::executor::{Clock, Limits, Sim};
use crate::engine::time::SECOND;
use crate::marketplace::Marketplace;
use crate::marketplace::config::tables::{
    BIDS, COUPON_ISSUES, ORDERS, bids, coupon_issues, orders,
};
use crate::marketplace::config::{Base, BidStrategy, Config};
use crate::marketplace::knobs::Raw;
use crate::marketplace::mysql::table::{TableId, Values};
use crate::marketplace::observations::{Counts as Belongs, Window};
use crate::marketplace::probe::Event;
use crate::marketplace::request::Failure;
use crate::marketplace::{Plan, start};
use crate::random::Streams;

/// What is left when everybody has gone home.
#[derive(Debug)]
struct Books {
    anomalies: Counts,
    failures: Vec<Failure>,
    stock: Option<i64>,
    orders: Vec<Values>,
    issues: Vec<Values>,
    locks: usize,
    deadlocks: u64,
    commits: u64,
    /// Commits that were brought to the disk, by log: redo and binary.
    synced: [u64; 2],
    groups: u64,
    /// Pages after the first of a walk.
    turns: u64,
}

impl Books {
    fn of(&self, anomaly: Anomaly) -> u64 {
        self.anomalies[anomaly as usize]
    }

    fn failed(&self, failure: Failure) -> usize {
        self.failures.iter().filter(|other| **other == failure).count()
    }
}

fn config(settings: &[&[(&str, &str)]]) -> Config {
    let mut config = Config::of(Base::Marketplace);
    for (name, value) in settings.iter().copied().flatten() {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    assert_eq!(config.check(), Ok(()));
    config
}

/// Two seconds of arrivals, and as long as it takes until all are answered.
fn books(settings: &[&[(&str, &str)]]) -> Books {
    let config = config(settings);
    let clock = Clock::new();
    let window = Window {
        from: 0,
        to: 2 * SECOND,
        until: 60 * SECOND,
        counts: Belongs::Intended,
        step: 0,
        requests: None,
    };
    let streams = Streams { seed: 7, replication: 0 };
    let plan = Plan { streams, window, events: 10_000_000, record: true };
    let market = Marketplace::new(&clock, &config, &plan);
    let sim = Sim::new(&clock);
    start(&sim, &market);
    sim.run(Limits { until: window.until, events: plan.events }).unwrap();
    let rows = |table: TableId| -> Vec<Values> {
        market.primary().with_table(table, |table| {
            table.changed().filter(|(_, row)| row.live).map(|(_, row)| row.values).collect()
        })
    };
    let committed = |table, column: usize, key| {
        let values = market.primary().with_table(table, |table| table.newest_committed(key));
        values.map(|values| values[column])
    };
    let answered = market.probe.take().into_iter().filter_map(|recorded| match recorded.event {
        Event::Answered { failure, .. } => failure,
        _ => None,
    });
    let (redo, binlog) = (market.primary().redo_seen(), market.primary().binlog_seen());
    let books = Books {
        anomalies: market.witness.counts(committed, &market.held_events()),
        failures: answered.collect(),
        stock: committed(BIDS, bids::STOCK, 1),
        orders: rows(ORDERS),
        issues: rows(COUPON_ISSUES),
        locks: market.primary().locks(),
        deadlocks: market.primary().work_done().deadlocks,
        commits: market.primary().work_done().commits,
        synced: [redo.synced_commits, binlog.synced_commits],
        groups: redo.syncs,
        turns: market.witness.page_turns().turns,
    };
    market.recorder.end(&market);
    sim.close();
    books
}

/// Ten buyers of one bid.
const BUYERS: &[(&str, &str)] = &[
    ("load.shoppers.kind", "closed"),
    ("load.shoppers.users", "10"),
    ("load.shoppers.mix", "buy_now 1"),
    ("load.shoppers.keys", "1"),
    ("bid.work", "exp 1ms"),
];

fn strategy(word: &str) -> [(&str, &str); 1] {
    [("bid.strategy", word)]
}

/// Users who want coupons of one of few kinds.
const COUPONS: &[(&str, &str)] = &[
    ("load.shoppers.kind", "closed"),
    ("load.shoppers.users", "20"),
    ("load.shoppers.mix", "issue_coupon 1"),
    ("load.shoppers.keys", "2"),
    ("coupon.work", "exp 1ms"),
];

const NOTHING: Counts = [0; Anomaly::ALL.len()];

/// A run without the fault finds nothing; with it, these.
fn finds(settings: &[&[(&str, &str)]], fault: &str, expected: &[Anomaly]) {
    let clean = books(settings);
    assert_eq!((clean.anomalies, clean.locks), (NOTHING, 0), "without {fault}");
    assert!(clean.orders.len() + clean.issues.len() > 50, "too little happened: {clean:?}");
    let plant = [("fault.plant", fault)];
    let faulty = books(&[settings, &[&plant]].concat());
    let found: Vec<Anomaly> =
        Anomaly::ALL.into_iter().filter(|anomaly| faulty.of(*anomaly) > 0).collect();
    assert_eq!(found, expected, "with {fault}: {:?}", faulty.anomalies);
}

#[test]
fn a_row_lock_that_is_not_taken_loses_updates() {
    let expected = [Anomaly::LostUpdate, Anomaly::BrokenInvariant];
    finds(&[BUYERS, &strategy("for-update")], "skip-row-lock", &expected);
}

#[test]
fn a_row_lock_that_is_not_taken_oversells_what_runs_out() {
    let expected = [Anomaly::LostUpdate, Anomaly::Oversell, Anomaly::BrokenInvariant];
    let few: &[(&str, &str)] = &[("data.bids.stock", "60")];
    finds(&[BUYERS, &strategy("for-update"), few], "skip-row-lock", &expected);
}

/// The update computes from the newest version, committed or not, in one step, and takings of one
/// unit add up in any order, whoever rolls back: nothing is wrong that a checker could find.
#[test]
fn an_atomic_update_without_its_row_lock_still_adds_up() {
    let settings: &[&[(&str, &str)]] = &[
        BUYERS,
        &strategy("atomic-update"),
        &[("bid.items", "2"), ("load.shoppers.keys", "4"), ("data.bids.stock", "100")],
    ];
    finds(settings, "skip-row-lock", &[]);
}

#[test]
fn an_order_that_is_not_stored_breaks_the_books() {
    let expected = [Anomaly::BrokenInvariant];
    finds(&[BUYERS, &strategy("for-update")], "drop-order", &expected);
}

#[test]
fn without_its_unique_key_a_user_gets_a_coupon_twice() {
    let few = [("data.users", "100")];
    finds(&[COUPONS, &few], "ignore-unique-key", &[Anomaly::DoubleIssue]);
    let none = [("coupon.unique-key", "false")];
    assert!(books(&[COUPONS, &few, &none]).of(Anomaly::DoubleIssue) > 0);
}

#[test]
fn checking_first_and_inserting_then_issues_too_many_coupons() {
    let few = [("data.coupons.total", "60")];
    let issued = |how| {
        let books = books(&[COUPONS, &few, &[("coupon.strategy", how)]]);
        (books.of(Anomaly::OverIssue), books.of(Anomaly::LostUpdate), books.issues.len())
    };
    for right in ["conditional-update", "redis-gate", "queue"] {
        assert_eq!(issued(right), (0, 0, 120), "{right}");
    }
    let (over, lost, coupons) = issued("check-then-insert");
    assert!(over > 0 && lost > 0, "{over} {lost}");
    assert_eq!(coupons as u64, 120 + over);
}

/// Coupons are issued and redeemed by many users, few of them at first.
const REDEEMERS: &[(&str, &str)] = &[
    ("load.shoppers.mix", "issue_coupon 1, redeem_coupon 3"),
    ("load.shoppers.keys", "200"),
    ("load.shoppers.skew", "0"),
];

#[test]
fn checking_first_and_writing_then_redeems_a_coupon_twice() {
    let redeemed = |how| {
        let books = books(&[COUPONS, REDEEMERS, &[("coupon.redeem", how)]]);
        let marked = books.issues.iter().filter(|issue| issue[coupon_issues::REDEEMED] == 1);
        (books.of(Anomaly::DoubleRedeem), marked.count() as u64, books.orders.len() as u64)
    };
    let (double, marked, orders) = redeemed("conditional-update");
    assert_eq!((double, orders), (0, marked));
    assert!(orders > 50, "{orders}");
    let (double, marked, orders) = redeemed("check-then-update");
    assert!(double > 0);
    assert_eq!(orders, marked + double, "each redemption pays an order");
}

#[test]
fn a_lock_that_is_granted_twice_has_two_holders() {
    let expected =
        [Anomaly::LostUpdate, Anomaly::DoubleHolder, Anomaly::StaleWrite, Anomaly::BrokenInvariant];
    finds(&[BUYERS, &strategy("redis-lock")], "double-grant", &expected);
}

/// A lease that is shorter than a pause: the next holder overtakes.
const PAUSES: &[(&str, &str)] = &[
    ("bid.lock.lease", "20ms"),
    ("bid.lock.fencing", "true"),
    ("bid.pause.time", "60ms"),
    ("bid.pause.share", "5%"),
];

#[test]
fn tokens_that_are_not_compared_let_stale_writes_in() {
    let settings: &[&[(&str, &str)]] = &[BUYERS, &strategy("redis-lock"), PAUSES];
    let fenced = books(settings);
    assert_eq!(fenced.of(Anomaly::StaleWrite), 0);
    assert!(fenced.failed(Failure::Fenced) > 0, "nobody was overtaken");
    assert!(fenced.of(Anomaly::DoubleHolder) > 0, "the lock itself is as weak as before");
    let ignored = books(&[settings, &[&[("fault.plant", "ignore-fence")]]].concat());
    assert!(ignored.of(Anomaly::StaleWrite) > 0);
    assert_eq!(ignored.failed(Failure::Fenced), 0);
}

#[test]
fn the_books_of_every_strategy_balance() {
    const STOCK: i64 = 1_000_000;
    for word in BidStrategy::WORDS {
        let books = books(&[BUYERS, &strategy(word)]);
        let sold = books.orders.len() as i64;
        assert!(sold > 40, "{word}: {sold}");
        let missing = books.stock.unwrap() + sold - STOCK;
        let lost = books.of(Anomaly::LostUpdate);
        let right = *word != "none";
        assert_eq!(right, lost == 0, "{word}: {lost}");
        assert_eq!(missing, lost as i64, "{word}: what is missing is what was lost");
        assert_eq!(books.of(Anomaly::BrokenInvariant), u64::from(!right), "{word}");
        assert_eq!(books.locks, 0, "{word}");
        let deadlocks = ["share", "insert-first"].contains(word);
        assert_eq!(deadlocks, books.deadlocks > 0, "{word}: {}", books.deadlocks);
        for order in &books.orders {
            assert_eq!(order[orders::PAID] + order[orders::DISCOUNT], order[orders::PRICE]);
        }
    }
}

/// Each commit is synchronised once in each log, in whatever company.
#[test]
fn commits_of_one_group_share_a_flush_and_none_is_left_out() {
    let logs = [("mysql.redo-flush", "2ms"), ("mysql.binlog-sync", "1ms")];
    for word in BidStrategy::WORDS {
        let grouped = |keys| {
            let books = books(&[BUYERS, &strategy(word), &logs, &[("load.shoppers.keys", keys)]]);
            assert_eq!(books.synced, [books.commits; 2], "{word}");
            assert_eq!(books.orders.len() as u64, books.commits, "{word}");
            books.commits as f64 / books.groups as f64
        };
        // Buyers of one bid commit one after the other: there is no group to make.
        assert_eq!(grouped("1"), 1.0, "{word}");
        assert!(grouped("10000") > 1.2, "{word}");
    }
}

#[test]
fn every_discount_is_paid_for_with_a_coupon() {
    for (how, twice) in [("conditional-update", false), ("check-then-update", true)] {
        let books = books(&[COUPONS, REDEEMERS, &[("coupon.redeem", how)]]);
        let sum = |column: usize| books.orders.iter().map(|order| order[column]).sum::<i64>();
        let marked = books.issues.iter().filter(|issue| issue[coupon_issues::REDEEMED] == 1);
        let redeemed = marked.count() as i64 + books.of(Anomaly::DoubleRedeem) as i64;
        assert_eq!(sum(orders::DISCOUNT), 1_000 * redeemed, "{how}");
        assert_eq!(sum(orders::PAID) + sum(orders::DISCOUNT), sum(orders::PRICE), "{how}");
        assert_eq!(books.of(Anomaly::DoubleRedeem) > 0, twice, "{how}");
        let others = Anomaly::ALL.into_iter().filter(|found| *found != Anomaly::DoubleRedeem);
        assert_eq!(others.map(|found| books.of(found)).sum::<u64>(), 0, "{how}");
        assert_eq!(books.locks, 0, "{how}");
    }
}

/// Orders that another service hears of.
fn told(how: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("order.notify", how),
        ("bid.strategy", "insert-first"),
        ("outbox.poll", "1ms"),
        ("broker.redeliver-after", "100ms"),
    ]
}

#[test]
fn a_message_that_the_broker_forgets_is_a_lost_event() {
    finds(&[BUYERS, &told("outbox"), SPREAD], "drop-message", &[Anomaly::LostEvent]);
    finds(&[BUYERS, &told("publish"), SPREAD], "drop-message", &[Anomaly::LostEvent]);
}

#[test]
fn consumers_that_forget_what_they_have_done_do_it_twice() {
    let lossy = [("broker.ack-lost-share", "20%"), ("broker.idempotent", "true")];
    let settings = [BUYERS, &told("publish"), &lossy, SPREAD];
    finds(&settings, "forget-handled", &[Anomaly::DuplicatedEvent]);
}

/// Few units of many bids: orders are stored, told of, and rolled back when there was none left.
#[test]
fn a_relay_that_reads_what_is_not_committed_makes_phantoms() {
    let scarce = [("data.bids.stock", "2"), ("load.shoppers.rate", "100/s"), ("bid.work", "20ms")];
    let settings = [BUYERS, &told("outbox"), SPREAD, &scarce];
    finds(&settings, "relay-uncommitted", &[Anomaly::PhantomEvent]);
}

/// Buyers of many bids.
const SPREAD: &[(&str, &str)] = &[("load.shoppers.keys", "100")];
/// Users who walk ten pages from the head, while sellers insert and withdraw there.
const WALKS: &[(&str, &str)] = &[
    ("load.shoppers.kind", "closed"),
    ("load.shoppers.users", "10"),
    ("load.shoppers.mix", "list_products 1"),
    ("load.shoppers.journey", "9 x list_products after exp 50ms"),
    ("data.bids.rows", "100000"),
    ("page.depth", "100"),
    ("load.sellers.rate", "60/s"),
];

/// Rows repeated and left out, and whatever else was found.
fn pages(method: &str, settings: &[(&str, &str)]) -> (u64, u64, Vec<Anomaly>) {
    let asked = [("page.method", method), ("load.sellers.mix", "place_bid 1, withdraw_bid 1")];
    let books = books(&[WALKS, &asked, settings]);
    assert!(books.turns > 300, "{} turns test little", books.turns);
    let pages = [Anomaly::RepeatedRow, Anomaly::SkippedRow];
    let found = |anomaly: &Anomaly| books.of(*anomaly) > 0 && !pages.contains(anomaly);
    let others = Anomaly::ALL.into_iter().filter(found).collect();
    let [repeated, skipped] = pages.map(|anomaly| books.of(anomaly));
    assert_eq!(books.locks, 0);
    (repeated, skipped, others)
}

#[test]
fn a_walk_that_goes_on_at_the_wrong_row_is_found() {
    for method in ["keyset", "offset", "deferred-join"] {
        let still = pages(method, &[("load.sellers.mix", "view_product 1")]);
        assert_eq!(still, (0, 0, Vec::new()), "{method}, nothing changes");
    }
    assert_eq!(pages("keyset", &[]), (0, 0, Vec::new()));
    let fault = |fault| pages("keyset", &[("fault.plant", fault)]);
    let (repeated, skipped, others) = fault("cursor-too-low");
    assert!(skipped > 300 && repeated == 0 && others.is_empty(), "{repeated} {skipped}");
    let (repeated, skipped, others) = fault("cursor-too-high");
    assert!(repeated > 300 && skipped == 0 && others.is_empty(), "{repeated} {skipped}");
}

#[test]
fn pages_by_offset_repeat_what_inserts_push_down_and_skip_what_deletes_pull_up() {
    for method in ["offset", "deferred-join"] {
        let (repeated, skipped, others) = pages(method, &[("load.sellers.mix", "place_bid 1")]);
        assert!(repeated > 100 && skipped == 0 && others.is_empty(), "{repeated} {skipped}");
        let (repeated, skipped, others) = pages(method, &[("load.sellers.mix", "withdraw_bid 1")]);
        assert!(skipped > 100 && repeated == 0 && others.is_empty(), "{repeated} {skipped}");
    }
}
