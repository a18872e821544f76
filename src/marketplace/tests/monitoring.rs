//! What readings show: against what there was, and without any effect on it.

use super::*;
use crate::stats::histogram::Histogram;

fn ms(histogram: &Histogram, share: f64) -> f64 {
    histogram.quantile(share).unwrap() / 1e6
}

const WAIT: Step = Step::Wait(Distribution::Constant(100 * MILLISECOND));

fn closed(settings: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let own = [("load.l.kind", "closed"), ("load.l.users", "3"), ("monitoring.scrape", "1s")];
    let all = own.iter().chain(settings);
    all.map(|(name, value)| (Box::leak(Box::from(*name)) as &str, (*value).to_owned())).collect()
}

fn watched(steps: Vec<Step>, settings: &[(&str, &str)]) -> Observations {
    let settings = closed(settings);
    let settings: Vec<(&str, &str)> =
        settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    observe(&service(steps, &settings), &plan(10, 40, 0, Counts::Finished))
}

/// One thread and three users: each waits twice as long for the thread as for the answer, and the
/// service sees the answer's 100 ms alone, which lie in the bucket from 50 to 100 ms.
#[test]
fn the_wait_for_a_thread_is_not_in_what_the_service_measures() {
    let seen = watched(vec![WAIT], &[("server.tomcat.threads.max", "1")]);
    assert!((ms(&seen.all.latency, 0.5) - 300.0).abs() < 1.0, "{:?}", seen.all.latency);
    assert!((ms(&seen.monitoring.served, 0.95) - 100.0).abs() < 0.2);
    let merged = seen.monitoring.p95_merged_ms.unwrap();
    assert!((merged - 97.5).abs() < 1e-9, "{merged}");
    assert_eq!(seen.monitoring.p95_averaged_ms, Some(merged));
    // One request in 100 ms, between readings that lie 29 s apart.
    assert_eq!((seen.monitoring.requests, seen.monitoring.errors), (290, 0));
}

/// One connection and three users: two always wait, which a reading at any moment shows.
#[test]
fn a_queue_that_stays_is_read_as_long_as_it_is() {
    let pool = [("spring.datasource.hikari.maximum-pool-size", "1")];
    let seen = watched(vec![connection(vec![sql("100ms")])], &pool).monitoring;
    assert_eq!((seen.pool_waiting_max, seen.dashboard_pool_waiting_max), (2, Some(2)));
}

#[test]
fn reading_changes_nothing_and_nobody_reads_by_default() {
    let seen = |scrape: &str| {
        let settings = [("load.shoppers.rate", "400/s"), ("monitoring.scrape", scrape)];
        let config = config(Base::Marketplace, &settings);
        let Ok(done) = run(&config, &plan(2, 6, 0, Counts::Finished), None) else {
            panic!("{scrape}")
        };
        let seen = done.observations;
        let all = format!("{:?} {:?} {:?}", seen.all, seen.levels, seen.pool_wait);
        (all, done.events, seen.monitoring.dashboard_pool_waiting_max.is_some())
    };
    let (unwatched, watched) = (seen("0s"), seen("250ms"));
    assert_eq!(unwatched.0, watched.0);
    assert_eq!((unwatched.2, watched.2), (false, true));
    // A reading is one event: two instances four times a second, and the beginnings of intervals.
    assert!((48..=24 * 3 + 3).contains(&(watched.1 - unwatched.1)), "{unwatched:?} {watched:?}");
}

/// Round robin over two instances: one takes 10 ms, the slow one three times as long.
#[test]
fn a_slow_instance_takes_its_factor_longer() {
    let steps = vec![Step::Cpu(Distribution::Constant(10 * MILLISECOND))];
    let settings = [
        ("app.instances", "2"),
        ("app.slow.instances", "1"),
        ("app.slow.factor", "3"),
        ("load.l.rate", "10/s"),
        ("load.l.arrivals", "constant"),
    ];
    let seen = observe(&service(steps, &settings), &plan(0, 10, 1, Counts::Intended));
    let (fast, slow) = (ms(&seen.all.latency, 0.25), ms(&seen.all.latency, 0.75));
    assert!((fast - 10.0).abs() < 0.02 && (slow - 30.0).abs() < 0.05, "{fast} {slow}");
}

/// An instance that is gone is not read, and one that has begun anew counts from zero.
#[test]
fn readings_end_with_an_instance_and_begin_anew_with_its_successor() {
    let settings = [
        ("app.instances", "2"),
        ("load.l.rate", "50/s"),
        ("app.boot", "1s"),
        ("deploy.readiness-period", "0ms"),
    ];
    let mut config = service(vec![WAIT], &settings);
    let at = |second: u64, what| Action { at: Span(second * SECOND), what };
    config.schedule = vec![at(20, ActionKind::Drain(1)), at(30, ActionKind::Start(1))];
    let plan = Plan { record: true, ..plan(0, 50, 0, Counts::Intended) };
    let Ok(done) = run(&config, &plan, None) else { panic!() };
    let own: Vec<_> = done.scrapes.iter().filter(|scrape| scrape.instance == 1).collect();
    let counts = |from: u64, to: u64| -> Vec<u64> {
        let within = |at| at >= from * SECOND && at < to * SECOND;
        let scrapes = own.iter().filter(|scrape| within(scrape.at));
        scrapes.map(|scrape| scrape.http.iter().map(|http| http.timing.count).sum()).collect()
    };
    assert!(counts(22, 31).is_empty(), "gone, booting");
    let (before, after) = (counts(1, 20), counts(31, 50));
    assert!(before.len() == 19 && before.is_sorted() && *before.last().unwrap() > 300);
    assert!((18..=19).contains(&after.len()) && after[0] < 50, "{after:?}");
}
