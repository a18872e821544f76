//! Autoscaling: when instances are started and ended, counted by hand.

use super::*;
use crate::marketplace::instance::Lifecycle::{Booting, Draining};

/// Constant arrivals at a rate, and at other rates from some seconds on; a boot of 14 s.
fn scaled(steps: Vec<Step>, rates: &[(u64, f64)], settings: &[(&str, &str)]) -> Config {
    let mut all = vec![
        ("load.l.arrivals", "constant"),
        ("app.boot", "14s"),
        ("app.cores", "1"),
        ("server.tomcat.threads.max", "unlimited"),
        ("deploy.readiness-period", "1s"),
    ];
    all.extend(settings);
    let first = format!("{}/s", rates[0].1);
    all.push(("load.l.rate", &first));
    let mut config = service(steps, &all);
    for (at, rate) in &rates[1..] {
        let what = ActionKind::LoadRate { load: "l".to_owned(), rate: *rate };
        config.schedule.push(Action { at: Span(at * SECOND), what });
    }
    assert_eq!(config.check(), Ok(()));
    config
}

/// Seconds at which instances were started and ended, with their numbers, and what was seen.
fn changes(config: &Config, until_s: u64) -> (Vec<(u64, char, u32)>, Observations) {
    let plan = Plan { record: true, ..plan(0, until_s, 5, Counts::Intended) };
    let Ok(done) = run(config, &plan, None) else { panic!("the run failed") };
    let change = |recorded: &Recorded| match recorded.event {
        Event::Instance { number, state: Booting } if recorded.at > 0 => {
            Some((recorded.at / SECOND, '+', number))
        }
        Event::Instance { number, state: Draining } => Some((recorded.at / SECOND, '-', number)),
        _ => None,
    };
    (done.recorded.iter().filter_map(change).collect(), done.observations)
}

fn work(ms: u64) -> Vec<Step> {
    vec![Step::Cpu(Distribution::Constant(ms * MILLISECOND))]
}

/// 100 requests a second of 6 ms are 60 % of one core; from 30 s on 290 are 174 %.
///
/// One core cannot be busier than 100 %, which asks for 2 at 45 s. That one is ready at 59 s, counts
/// from the look at 60 s on as one that was there, and at 75 s both are read: the first with what has
/// piled up (100 %), the second with its half (87 %): 187 / 60 is 4. While those boot and until they
/// have been ready for a whole period, they count as idle, and nothing changes. The first works off
/// its 21 core seconds until 120 s: until then 4 are right, and from 135 s on 174 / 60, which is 3.
/// Down to 3 it goes 300 s after it last wanted 4.
#[test]
fn the_horizontal_pod_autoscaler_needs_two_rounds_where_the_metric_is_saturated() {
    let settings = [("autoscale.kind", "hpa")];
    let config = scaled(work(6), &[(0, 100.0), (30, 290.0)], &settings);
    let (changes, seen) = changes(&config, 500);
    assert_eq!(changes, [(45, '+', 1), (75, '+', 2), (75, '+', 3), (420, '-', 3)]);
    assert_eq!((seen.fleet.scale_outs, seen.fleet.scale_ins), (2, 1));
    // The last of them were ready at 89 s.
    assert_eq!(seen.fleet.scale_out, Some(59.0));
}

/// Requests per instance are not bounded by what the instances can do: 180 / 65 is 3 at once.
/// Three values above the target (40 s, 50 s, 60 s), three below nine tenths of it (110 s, 120 s,
/// 130 s): back to 30 / 65, which is 1.
#[test]
fn target_tracking_adds_in_proportion_after_values_in_a_row() {
    let tracking = |warm_up| {
        let settings = [
            ("autoscale.kind", "target-tracking"),
            ("autoscale.metric", "requests-per-instance"),
            ("autoscale.target", "65"),
            ("autoscale.period", "10s"),
            ("autoscale.in-datapoints", "3"),
            ("autoscale.warm-up", warm_up),
        ];
        let config = scaled(work(1), &[(0, 60.0), (30, 180.0), (100, 30.0)], &settings);
        changes(&config, 200)
    };
    let (changes, seen) = tracking("40s");
    assert_eq!(changes, [(60, '+', 1), (60, '+', 2), (130, '-', 2), (130, '-', 1)]);
    assert_eq!((seen.fleet.scale_outs, seen.fleet.scale_ins), (1, 1));
    assert_eq!(seen.fleet.scale_out, Some(44.0));
    // Nothing is taken away while instances warm up: until 160 s.
    let (changes, _) = tracking("95s");
    assert_eq!(changes[2..], [(160, '-', 2), (160, '-', 1)]);
}

/// 1.8 cores of work: the first instance alone shows 100 %, which is 2, and nothing else counts
/// until the second has warmed up at 120 s. Then both do, with 100 % and 90 %: 4.
#[test]
fn target_tracking_leaves_instances_that_warm_up_out_of_the_cpu() {
    let settings = [
        ("autoscale.kind", "target-tracking"),
        ("autoscale.period", "10s"),
        ("autoscale.warm-up", "60s"),
    ];
    let config = scaled(work(6), &[(0, 100.0), (30, 300.0)], &settings);
    let (changes, _) = changes(&config, 170);
    assert_eq!(changes, [(60, '+', 1), (120, '+', 2), (120, '+', 3)]);
}

/// One at a time with a minute between: three instances for 180 requests a second at 65 each.
#[test]
fn a_simple_policy_takes_a_step_and_rests() {
    let settings = [
        ("autoscale.kind", "simple"),
        ("autoscale.metric", "requests-per-instance"),
        ("autoscale.target", "65"),
        ("autoscale.period", "10s"),
        ("autoscale.in-datapoints", "3"),
        ("autoscale.cooldown", "60s"),
    ];
    let config = scaled(work(1), &[(0, 60.0), (30, 180.0), (200, 30.0)], &settings);
    let (changes, seen) = changes(&config, 400);
    assert_eq!(changes, [(60, '+', 1), (120, '+', 2), (230, '-', 2), (290, '-', 1)]);
    assert_eq!(seen.fleet.extremes.running_max, 3);
}

/// Pools of 20 against 50 connections: two fill theirs, the third gets 10, the fourth none.
#[test]
fn instances_times_pool_meets_max_connections() {
    let settings = [
        ("autoscale.kind", "hpa"),
        ("autoscale.metric", "requests-per-instance"),
        ("autoscale.target", "65"),
        ("spring.datasource.hikari.maximum-pool-size", "20"),
        ("max_connections", "50"),
    ];
    let steps = vec![connection(vec![Step::Wait(Distribution::Constant(MILLISECOND))])];
    let config = scaled(steps, &[(0, 60.0), (30, 240.0)], &settings);
    let (changes, seen) = changes(&config, 100);
    assert_eq!(changes, [(45, '+', 1), (45, '+', 2), (45, '+', 3)]);
    assert_eq!(seen.fleet.db_connections_max, 50);
    assert!(seen.fleet.failed_starts >= 1, "{}", seen.fleet.failed_starts);
    assert_eq!(seen.fleet.extremes.running_max, 4);
}

/// The load stays at 60 a second until 30 s, and grows to 180 within a second.
#[test]
fn a_load_of_stages_changes_where_its_rate_first_does() {
    let settings = [
        ("load.l.stages", "0s 60/s, 30s 60/s, 31s 180/s, 100s 180/s"),
        ("autoscale.kind", "hpa"),
        ("autoscale.metric", "requests-per-instance"),
        ("autoscale.target", "65"),
    ];
    let (changes, seen) = changes(&scaled(work(1), &[(0, 60.0)], &settings), 100);
    assert_eq!(changes, [(45, '+', 1), (45, '+', 2)]);
    assert_eq!(seen.fleet.scale_out, Some(29.0));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let said = |settings: &[(&str, &str)]| {
        let mut config = service(work(1), &[("load.l.rate", "1/s"), ("autoscale.kind", "none")]);
        for (name, value) in settings {
            assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
        }
        config.check().err().map(|text| text.en)
    };
    let hpa = ("autoscale.kind", "hpa");
    assert_eq!(
        said(&[hpa]).as_deref(),
        Some(
            "autoscale.metric is cpu, but a percentage of unlimited cores says nothing: set app.cpu-request or app.cores"
        )
    );
    assert_eq!(said(&[hpa, ("app.cpu-request", "0.5")]), None);
    assert_eq!(
        said(&[hpa, ("app.cores", "1"), ("app.instances", "11")]).as_deref(),
        Some("app.instances is 11, but autoscale.min is 1 and autoscale.max 10")
    );
}
