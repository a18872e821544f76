//! Loads that change with a shape.

use super::*;
use crate::marketplace::knobs::distribution;
use crate::marketplace::observations::{SeriesStep, broke_at};

const SHORT: (&str, &str) = ("load.l.shape-length", "100s");

/// What an episode of 100 s showed, in steps of 10 s.
fn over_time(wait: &str, settings: &[(&str, &str)]) -> Vec<SeriesStep> {
    let wait = Step::Wait(distribution(wait).unwrap());
    let mut plan = plan(0, 100, 0, Counts::Intended);
    plan.window.step = 10 * SECOND;
    observe(&service(vec![wait], settings), &plan).series
}

fn arrived(series: &[SeriesStep]) -> Vec<u64> {
    series.iter().map(|step| step.arrived).collect()
}

/// A straight line from nothing to ten times 10/s: the integral over each tenth is exact to one
/// arrival, and to one more for rounding.
#[test]
fn constant_arrivals_follow_a_ramp() {
    let settings =
        [("load.l.rate", "10/s"), ("load.l.arrivals", "constant"), ("load.l.shape", "breakpoint")];
    let seen = arrived(&over_time("1ms", &[&settings[..], &[SHORT]].concat()));
    for (tenth, count) in (0..).zip(seen) {
        let exact = 50.0 + 100.0 * f64::from(tenth);
        assert!((count as f64 - exact).abs() <= 2.0, "{tenth}: {count} of {exact}");
    }
}

/// Poisson arrivals with the same integral: within four standard deviations.
#[test]
fn poisson_arrivals_follow_a_spike() {
    let settings = [("load.l.rate", "100/s"), ("load.l.shape", "spike"), SHORT];
    let seen = arrived(&over_time("1ms", &settings));
    // From 40 to 50 s: ramps of 2 s at 2.55 on average, 4 s at 5, 2 s at 0.1.
    let exact = |tenth| if tenth == 4 { 3_040.0 } else { 100.0 };
    for (tenth, count) in seen.into_iter().enumerate() {
        let exact: f64 = exact(tenth);
        assert!((count as f64 - exact).abs() < 4.0 * exact.sqrt(), "{tenth}: {count} of {exact}");
    }
}

/// Users who answer in a second and do not think: as many requests a second as there are users.
#[test]
fn closed_users_come_and_go() {
    let settings =
        [("load.l.kind", "closed"), ("load.l.users", "20"), ("load.l.shape", "stress"), SHORT];
    let seen = arrived(&over_time("1s", &settings));
    // 30 users on the plateau; half of the ramp on average, whose last users begin one late turn.
    assert_eq!(seen[2..8], [300; 6]);
    for (tenth, exact) in [(0, 75.0), (1, 225.0), (8, 225.0), (9, 75.0)] {
        assert!((seen[tenth] as f64 - exact).abs() <= 30.0, "{tenth}: {}", seen[tenth]);
    }
    let smoke =
        [("load.l.kind", "closed"), ("load.l.users", "20"), ("load.l.shape", "smoke"), SHORT];
    assert_eq!(arrived(&over_time("1s", &smoke)), [20; 10], "two users");
}

#[test]
fn the_first_step_with_more_than_one_percent_of_failures_broke() {
    let step = |arrived, lost| SeriesStep { arrived, lost, ..SeriesStep::default() };
    let fine = [step(50, 0), step(0, 0), step(50, 4), step(600, 6)];
    assert_eq!(broke_at(&fine, 2.0), None, "exactly 1 %, and four, are no break");
    let broken = [fine[2], step(300, 5), step(400, 400)];
    assert_eq!(broke_at(&broken, 2.0), Some(150.0));
}
