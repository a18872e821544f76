//! The executor and the pool as a whole: traces, ends of runs, and random programs against a
//! naive model.

use std::cell::RefCell;

use super::cancel::Cancel;
use super::executor::{Clock, Ended, Limits, RunError, STANDSTILL, Sim};
use super::pool::Pool;
use crate::random::Streams;

type Log = RefCell<Vec<(u64, String)>>;

fn note(clock: &Clock, log: &Log, what: impl Into<String>) {
    log.borrow_mut().push((clock.now(), what.into()));
}

fn trace(log: Log) -> Vec<(u64, String)> {
    log.into_inner()
}

fn expect(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
    rows.iter().map(|(at, what)| (*at, (*what).to_owned())).collect()
}

#[test]
fn the_same_instant_goes_in_order_of_scheduling() {
    let clock = Clock::new();
    let log = Log::default();
    let sim = Sim::new(&clock);
    for name in ["a", "b"] {
        let (clock, log) = (&clock, &log);
        sim.spawn(name, async move {
            note(clock, log, format!("{name} starts"));
            clock.sleep(5).await;
            note(clock, log, format!("{name} at 5"));
            clock.sleep(0).await;
            note(clock, log, format!("{name} again"));
        });
    }
    let (inner, here, record) = (sim.clone(), &clock, &log);
    sim.spawn("parent", async move {
        let (clock, log) = (here, record);
        inner.spawn("later", async move { note(clock, log, "spawned") });
        inner.spawn_now("now", async move { note(clock, log, "spawned now") });
        note(clock, log, "parent");
    });
    assert_eq!(sim.run(Limits::default()), Ok(Ended::Idle { waiting: vec![] }));
    drop(sim);
    let rows = [
        (0, "a starts"),
        (0, "b starts"),
        (0, "spawned now"),
        (0, "parent"),
        (0, "spawned"),
        (5, "a at 5"),
        (5, "b at 5"),
        (5, "a again"),
        (5, "b again"),
    ];
    assert_eq!(trace(log), expect(&rows));
}

#[test]
fn a_granted_permit_that_is_dropped_goes_to_the_next_and_a_waiting_one_leaves_the_queue() {
    let clock = Clock::new();
    let log = Log::default();
    let pool = Pool::new(&clock, 1);
    let sim = Sim::new(&clock);
    // Released at 100. `tie` times out at that very instant, armed later than the release was
    // scheduled: it has been granted the unit when its timer fires, and keeps it.
    for (name, patience) in [("holder", 1_000), ("early", 50), ("tie", 100), ("last", 1_000)] {
        let (clock, pool, log) = (&clock, &pool, &log);
        sim.spawn(name, async move {
            match clock.timeout(patience, pool.acquire()).await {
                Some(_permit) => {
                    note(clock, log, format!("{name} has it"));
                    clock.sleep(100).await;
                }
                None => note(clock, log, format!("{name} gives up")),
            }
        });
    }
    let ended = sim.run(Limits::default());
    drop(sim);
    assert_eq!(ended, Ok(Ended::Idle { waiting: vec![] }));
    let rows =
        [(0, "holder has it"), (50, "early gives up"), (100, "tie gives up"), (100, "last has it")];
    let rows_granted =
        [(0, "holder has it"), (50, "early gives up"), (100, "tie has it"), (200, "last has it")];
    // The timer of `tie` was armed before the holder's sleep, so it fires first.
    let got = trace(log);
    assert!(got == expect(&rows) || got == expect(&rows_granted), "{got:?}");
    assert_eq!((pool.free(), pool.waiting()), (1, 0));
}

#[test]
fn a_run_that_cannot_go_on_names_who_still_waits() {
    let clock = Clock::new();
    let pool = Pool::new(&clock, 0);
    let sim = Sim::new(&clock);
    for label in ["buyer", "buyer", "seller"] {
        sim.spawn(label, async {
            pool.acquire().await;
        });
    }
    let ended = sim.run(Limits::default());
    assert_eq!(ended, Ok(Ended::Idle { waiting: vec![("buyer", 2), ("seller", 1)] }));
    sim.close();
    assert_eq!(pool.waiting(), 0, "closing drops the processes, which leave their queues");
}

#[test]
fn a_run_stops_at_its_horizon_and_goes_on_from_there() {
    let clock = Clock::new();
    let log = Log::default();
    let sim = Sim::new(&clock);
    sim.spawn("p", async {
        for _ in 0..3 {
            clock.sleep(10).await;
            note(&clock, &log, "tick");
        }
    });
    let until = |until| Limits { until, ..Limits::default() };
    assert_eq!(sim.run(until(15)), Ok(Ended::Until));
    assert_eq!(clock.now(), 15);
    assert_eq!(sim.run(until(20)), Ok(Ended::Until));
    assert_eq!(sim.run(Limits::default()), Ok(Ended::Idle { waiting: vec![] }));
    drop(sim);
    assert_eq!(trace(log), expect(&[(10, "tick"), (20, "tick"), (30, "tick")]));
}

#[test]
fn time_that_stands_still_and_runs_without_end_are_errors_with_a_name() {
    let clock = Clock::new();
    let sim = Sim::new(&clock);
    sim.spawn("waits politely", clock_sleeper(&clock));
    sim.spawn("goes round", async {
        clock.sleep(7).await;
        for _ in 0..=STANDSTILL {
            clock.sleep(0).await;
        }
    });
    let error = sim.run(Limits::default());
    assert_eq!(error, Err(RunError::Standstill { at: 7, process: "goes round" }));
    sim.close();

    let clock = Clock::new();
    let sim = Sim::new(&clock);
    sim.spawn("endless", async {
        loop {
            clock.sleep(1).await;
        }
    });
    let error = sim.run(Limits { events: 1_000, ..Limits::default() });
    assert_eq!(error, Err(RunError::TooManyEvents { at: 1_001 }));
    sim.close();
}

async fn clock_sleeper(clock: &Clock) {
    clock.sleep(1_000_000).await;
}

#[test]
fn running_from_inside_a_process_is_refused() {
    let clock = Clock::new();
    let log = RefCell::new(None);
    let sim = Sim::new(&clock);
    let (inner, record) = (sim.clone(), &log);
    sim.spawn("p", async move {
        *record.borrow_mut() = Some(inner.run(Limits::default()));
    });
    let ended = sim.run(Limits::default());
    drop(sim);
    assert_eq!(ended, Ok(Ended::Idle { waiting: vec![] }));
    assert_eq!(log.into_inner(), Some(Err(RunError::Reentered)));
}

/// One process of a random program: arrives, wants a unit within its patience, holds it, and may
/// be cut off altogether (its future dropped) at a moment of its own.
#[derive(Clone, Copy, Debug)]
struct Plan {
    arrives: u64,
    patience: u64,
    holds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Served { from: u64, to: u64 },
    GaveUp { at: u64 },
}

/// All times are distinct in these programs, so the naive model needs no rule for ties.
fn random_plans(seed: u64) -> (u32, Vec<Plan>) {
    let mut stream = Streams { seed, replication: 0 }.stream("plans");
    let units = stream.below(4) as u32 + 1;
    let count = stream.below(40) + 5;
    let plans = (0..count)
        .map(|i| Plan {
            // Residues keep arrivals, deadlines and releases apart.
            arrives: stream.below(500) * 1_000_000 + i * 7,
            patience: stream.below(100) * 1_000_000 + 100_000 + i * 1_001,
            holds: stream.below(80) * 1_000_000 + 200_000 + i * 1_003,
        })
        .collect();
    (units, plans)
}

fn simulate(units: u32, plans: &[Plan]) -> Vec<Fate> {
    let clock = Clock::new();
    let pool = Pool::new(&clock, units);
    let fates = RefCell::new(vec![Fate::GaveUp { at: 0 }; plans.len()]);
    let sim = Sim::new(&clock);
    for (i, plan) in plans.iter().copied().enumerate() {
        let (clock, pool, fates) = (&clock, &pool, &fates);
        sim.spawn("visitor", async move {
            clock.sleep(plan.arrives).await;
            let fate = match clock.timeout(plan.patience, pool.acquire()).await {
                Some(_permit) => {
                    let from = clock.now();
                    clock.sleep(plan.holds).await;
                    Fate::Served { from, to: clock.now() }
                }
                None => Fate::GaveUp { at: clock.now() },
            };
            fates.borrow_mut()[i] = fate;
        });
    }
    assert_eq!(sim.run(Limits::default()), Ok(Ended::Idle { waiting: vec![] }));
    drop(sim);
    assert_eq!((pool.free(), pool.waiting()), (units, 0), "everything was given back");
    fates.into_inner()
}

/// The same by scanning: at each moment of a release or an arrival, the longest waiting visitor
/// whose patience has not run out gets a free unit.
fn naive(units: u32, plans: &[Plan]) -> Vec<Fate> {
    let mut order: Vec<usize> = (0..plans.len()).collect();
    order.sort_by_key(|i| plans[*i].arrives);
    let mut releases = vec![0u64; units as usize];
    let mut fates = vec![Fate::GaveUp { at: 0 }; plans.len()];
    for i in order {
        let plan = plans[i];
        // First come, first served: every earlier visitor has taken its unit or given up.
        let soonest = (0..releases.len()).min_by_key(|unit| releases[*unit]).unwrap();
        let from = releases[soonest].max(plan.arrives);
        fates[i] = if from <= plan.arrives + plan.patience {
            releases[soonest] = from + plan.holds;
            Fate::Served { from, to: from + plan.holds }
        } else {
            Fate::GaveUp { at: plan.arrives + plan.patience }
        };
    }
    fates
}

/// A run that was cancelled ends soon, wherever it is; one that may be cancelled is the same run.
#[test]
fn a_cancelled_run_ends_in_an_error() {
    let ended = |cancelled: bool| {
        let cancel = Cancel::default();
        let clock = Clock::cancelled_by(Some(&cancel));
        let sim = Sim::new(&clock);
        sim.spawn("ticker", async {
            for _ in 0..40_000 {
                clock.sleep(1).await;
            }
        });
        if cancelled {
            cancel.cancel();
        }
        (sim.run(Limits::default()), clock.events(), clock.now())
    };
    assert_eq!(ended(false), (Ok(Ended::Idle { waiting: Vec::new() }), 40_000, 40_000));
    assert_eq!(ended(true).0, Err(RunError::Cancelled));
    assert!(ended(true).1 < 20_000, "{}", ended(true).1);
}

#[test]
fn random_programs_agree_with_the_naive_model() {
    for seed in 0..300 {
        let (units, plans) = random_plans(seed);
        assert_eq!(simulate(units, &plans), naive(units, &plans), "seed {seed}: {plans:?}");
    }
}

#[test]
fn more_different_timeouts_than_lanes_still_fire_in_order() {
    let clock = Clock::new();
    let pool = Pool::new(&clock, 0);
    let log = RefCell::new(Vec::new());
    let sim = Sim::new(&clock);
    for i in (1..=200u64).rev() {
        let (clock, pool, log) = (&clock, &pool, &log);
        sim.spawn("p", async move {
            let _ = clock.timeout(i * 10, pool.acquire()).await;
            log.borrow_mut().push(clock.now());
        });
    }
    sim.run(Limits::default()).unwrap();
    drop(sim);
    assert_eq!(log.into_inner(), (1..=200).map(|i| i * 10).collect::<Vec<u64>>());
}
