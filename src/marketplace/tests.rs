//! The marketplace as a whole: what clients see, what components hold, and whole traces.

mod autoscaling;
mod cache;
mod closed_forms;
mod deployment;
mod events;
mod load_shape;
mod monitoring;
mod replication;

use super::config::tables::{BIDS, ORDERS, PRODUCTS};
use super::config::{ActionKind, Base, Config};
use super::instance::Lifecycle;
use super::knobs::{Raw, Span};
use super::mysql::lock::{Mode, Part, SUPREMUM, Target};
use super::mysql::table::TableId;
use super::mysql::{Lock, Verb};
use super::observations::{Counts, Observations, Window};
use super::probe::{Event, Recorded, Stage, Unit};
use super::request::Failure;
use super::request::described::{Pick, SqlStep, Step};
use super::{Plan, Replication, run};
use crate::engine::distribution::Distribution;
use crate::engine::time::{MILLISECOND, SECOND};
use crate::marketplace::config::Action;
use crate::random::Streams;

fn config(base: Base, settings: &[(&str, &str)]) -> Config {
    let mut config = Config::of(base);
    for (name, value) in settings {
        config.set(name, &Raw::from_argument(value)).unwrap_or_else(|error| {
            panic!("{name} = {value}: {error:?}");
        });
    }
    config
}

fn sql(wait: &str) -> Step {
    let wait = super::knobs::distribution(wait).unwrap();
    Step::Sql(Box::new(SqlStep { wait, ..row_of(PRODUCTS) }))
}

/// Reads the first row of a table.
fn row_of(table: TableId) -> SqlStep {
    SqlStep {
        verb: Verb::Select,
        table: Some(table),
        row: Pick::Key(1),
        times: 1,
        ascending: false,
        lock: Lock::None,
        into: None,
        set: Vec::new(),
        when: None,
        none: None,
        cpu: Distribution::ZERO,
        wait: Distribution::ZERO,
    }
}

/// One endpoint `call` with these steps.
fn service(steps: Vec<Step>, settings: &[(&str, &str)]) -> Config {
    let mut config = Config::of(Base::Stack);
    config.described.insert("call".to_owned(), steps);
    for (name, value) in [("load.l.mix", "call 1")].iter().chain(settings) {
        assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
    }
    assert_eq!(config.check(), Ok(()));
    config
}

fn connection(steps: Vec<Step>) -> Step {
    Step::Connection {
        transaction: false,
        lazy: false,
        on_replica: false,
        retry: None,
        steps,
        after_commit: Vec::new(),
    }
}

fn plan(from_s: u64, to_s: u64, drain_s: u64, counts: Counts) -> Plan {
    let (from, to) = (from_s * SECOND, to_s * SECOND);
    let window = Window { from, to, until: to + drain_s * SECOND, counts, step: 0, requests: None };
    let streams = Streams { seed: 1, replication: 0 };
    Plan { streams, window, events: 100_000_000, record: false }
}

fn observe(config: &Config, plan: &Plan) -> Observations {
    match run(config, plan, None) {
        Ok(Replication { observations, .. }) => observations,
        Err(failed) => panic!("{failed:?}"),
    }
}

fn failures(seen: &Observations, failure: Failure) -> u64 {
    seen.all.failures[failure as usize]
}

/// Three users, 100 ms a request: they send at 0, 100 and, the one who is left to, at 200 ms.
#[test]
fn an_episode_ends_with_the_answer_to_its_last_request() {
    let wait = Step::Wait(Distribution::Constant(100 * MILLISECOND));
    let closed = [("load.l.kind", "closed"), ("load.l.users", "3")];
    let mut plan = plan(0, 10, 0, Counts::Intended);
    plan.window.requests = Some(7);
    let seen = observe(&service(vec![wait], &closed), &plan);
    assert_eq!((seen.all.offered, seen.all.completed, seen.all.ok), (7, 7, 7));
    assert_eq!((seen.seconds, seen.audit.inside_at_end), (0.3, 0));
    assert!((seen.levels.inside - 7.0 / 3.0).abs() < 1e-9, "{:?}", seen.levels);
    // Too slow for the window: what was not sent is not missed, what was sent stays unanswered.
    plan.window.requests = Some(1_000);
    plan.window.to = 250 * MILLISECOND;
    plan.window.until = plan.window.to;
    let wait = Step::Wait(Distribution::Constant(100 * MILLISECOND));
    let seen = observe(&service(vec![wait], &closed), &plan);
    assert_eq!((seen.seconds, seen.all.offered, seen.all.ok), (0.25, 9, 6));
    assert_eq!(failures(&seen, Failure::Unanswered), 3);
}

/// Two users on one row. What a wait burns keeps a core busy, but the row passes from hand to hand
/// as fast as without it: two cores have room for both.
#[test]
fn cpu_of_lock_waits_costs_cores_and_not_the_row() {
    let of = |cpu| {
        let update = SqlStep { verb: Verb::Update, ..row_of(PRODUCTS) };
        let wait = Step::Wait(Distribution::Constant(10 * MILLISECOND));
        let steps = vec![Step::Connection {
            transaction: true,
            lazy: false,
            on_replica: false,
            retry: None,
            steps: vec![Step::Sql(Box::new(update)), wait],
            after_commit: Vec::new(),
        }];
        let settings = [
            ("load.l.kind", "closed"),
            ("load.l.users", "2"),
            ("mysql.cores", "2"),
            ("mysql.lock-wait-cpu", cpu),
        ];
        observe(&service(steps, &settings), &plan(1, 2, 0, Counts::Finished))
    };
    let (free, dear) = (of("0ms"), of("5ms"));
    assert_eq!((free.all.completed, dear.all.completed), (100, 100));
    // One wait each 10 ms that burns 5 of them.
    assert_eq!(free.levels.db_cores_busy, 0.0);
    assert!((dear.levels.db_cores_busy - 0.5).abs() < 0.01, "{:?}", dear.levels);
}

/// At twice the capacity with a client timeout far below the wait, the servers stay busy with work
/// that nobody waits for any more: goodput collapses. If the client's giving up ended the server's
/// work, overload would heal itself.
#[test]
fn clients_that_give_up_leave_wasted_work_behind() {
    let steps = || vec![connection(vec![sql("20ms")])];
    let pool = ("spring.datasource.hikari.maximum-pool-size", "10");
    let load =
        |timeout| service(steps(), &[pool, ("load.l.rate", "1000/s"), ("load.l.timeout", timeout)]);
    let window = plan(10, 20, 0, Counts::Finished);
    let patient = observe(&load("0ms"), &window);
    let impatient = observe(&load("300ms"), &window);
    // 10 connections of 20 ms carry 500/s, and every answer counts while clients wait for ever.
    assert!(patient.all.completed.abs_diff(5_000) < 20, "{}", patient.all.completed);
    assert!(impatient.all.completed < 500, "{}", impatient.all.completed);
    assert!(impatient.levels.pool_busy > 9.9, "the pool stays busy: {:?}", impatient.levels);
    assert!(impatient.wasted > 4_500, "and works for nobody: {}", impatient.wasted);
}

#[test]
fn holding_a_connection_during_a_remote_call_divides_capacity() {
    let rate = ("load.l.rate", "400/s");
    let wait = || Step::Wait(Distribution::Constant(30 * MILLISECOND));
    let window = plan(10, 20, 0, Counts::Finished);
    let inside = service(vec![connection(vec![sql("20ms"), wait()])], &[rate]);
    let outside = service(vec![wait(), connection(vec![sql("20ms")])], &[rate]);
    let (inside, outside) = (observe(&inside, &window), observe(&outside, &window));
    // 10 / 50 ms = 200/s against an offered 400/s that 10 / 20 ms = 500/s carries.
    assert!(inside.all.completed.abs_diff(2_000) < 10, "{}", inside.all.completed);
    assert!(outside.all.completed.abs_diff(4_000) < 300, "{}", outside.all.completed);
    assert_eq!(outside.all.completed.abs_diff(outside.all.offered) / 20, 0);
}

/// A pool timeout protects only if (threads - pool) / throughput exceeds it.
#[test]
fn the_pool_times_out_only_with_enough_threads_in_front() {
    let overloaded = |threads| {
        let config = service(
            vec![connection(vec![sql("20ms")])],
            &[
                ("load.l.rate", "700/s"),
                ("server.tomcat.threads.max", threads),
                ("spring.datasource.hikari.connection-timeout", "1000"),
            ],
        );
        observe(&config, &plan(10, 20, 0, Counts::Finished))
    };
    // (200 - 10) / 500 = 0.38 s and (800 - 10) / 500 = 1.58 s, against 1 s.
    let (few, many) = (overloaded("200"), overloaded("800"));
    assert_eq!(failures(&few, Failure::PoolTimeout), 0);
    assert!(few.levels.thread_queue > 1_000.0, "they wait in Tomcat: {:?}", few.levels);
    assert!(failures(&many, Failure::PoolTimeout) > 500, "{:?}", many.all.failures);
}

/// `accept-count` is no request queue: with connections to spare it changes nothing.
#[test]
fn accept_count_matters_only_once_the_connections_are_full() {
    let load = |accept: &str, connections: &str| {
        let config = service(
            vec![connection(vec![sql("20ms")])],
            &[
                ("load.l.rate", "550/s"),
                ("load.l.connections.keep-alive", "false"),
                ("server.tomcat.accept-count", accept),
                ("server.tomcat.max-connections", connections),
            ],
        );
        observe(&config, &plan(2, 10, 12, Counts::Intended))
    };
    let (ten, hundred) = (load("10", "8192"), load("100", "8192"));
    assert_eq!(ten.all.latency.max(), hundred.all.latency.max());
    assert_eq!((ten.dropped_syns, hundred.dropped_syns), (0, 0));
    let full = load("10", "20");
    assert!(full.dropped_syns > 100, "{}", full.dropped_syns);
    // Dropped once, twice or three times: a second, three or seven on top.
    let p99 = full.all.latency.quantile(0.99).unwrap() / 1e9;
    assert!(p99 > 1.0, "retries after 1, 3, 7 s show in the tail: {p99}");
    assert!(full.all.latency.quantile(0.5).unwrap() < 0.2e9, "while the admitted stay fast");
}

/// With keep-alive the connections are taken by who came first: those are served fast, the others
/// get nothing.
#[test]
fn keep_alive_clients_with_a_slot_are_served_and_the_others_starve() {
    let config = service(
        vec![connection(vec![sql("20ms")])],
        &[
            ("load.l.rate", "600/s"),
            ("server.tomcat.accept-count", "10"),
            ("server.tomcat.max-connections", "20"),
            ("server.tomcat.max-keep-alive-requests", "unlimited"),
        ],
    );
    let seen = observe(&config, &plan(2, 10, 12, Counts::Intended));
    assert!(seen.all.latency.quantile(0.99).unwrap() < 0.1e9);
    assert!(failures(&seen, Failure::Unanswered) > 400, "{:?}", seen.all.failures);
}

#[test]
fn a_slow_wake_up_lets_newcomers_barge_and_the_wait_spreads() {
    let overloaded = |wake_up| {
        let config = service(
            vec![Step::Wait(Distribution::Constant(300_000)), connection(vec![sql("20ms")])],
            &[("load.l.rate", "700/s"), ("hikari.wake-up", wake_up)],
        );
        observe(&config, &plan(5, 15, 0, Counts::Finished))
    };
    let (fair, racing) = (overloaded("0ms"), overloaded("exp 1ms"));
    assert_eq!(fair.lost_races, 0);
    assert!(racing.lost_races > 100, "{}", racing.lost_races);
    let wait = |seen: &Observations, share| seen.pool_wait.quantile(share).unwrap() / 1e6;
    // Strictly fair: everybody waits (200 - 10) / 500 = 0.38 s.
    assert!((wait(&fair, 0.99) - 380.0).abs() < 10.0, "{}", wait(&fair, 0.99));
    assert!(wait(&racing, 0.99) > 1.8 * wait(&fair, 0.99), "{}", wait(&racing, 0.99));
}

#[test]
fn pools_larger_than_max_connections_stay_incomplete() {
    let config = service(
        vec![connection(vec![sql("20ms")])],
        &[("load.l.rate", "10/s"), ("app.instances", "3"), ("max_connections", "25")],
    );
    let seen = observe(&config, &plan(0, 2, 0, Counts::Finished));
    assert_eq!(seen.pool_size, 25);
    assert!(seen.refused_connections >= 5, "{}", seen.refused_connections);
}

#[test]
fn a_full_thread_queue_rejects_and_virtual_threads_have_no_limit() {
    let load = |virtual_threads| {
        let config = service(
            vec![Step::Wait(Distribution::Constant(100 * MILLISECOND))],
            &[
                ("load.l.rate", "100/s"),
                ("server.tomcat.threads.max", "2"),
                ("server.tomcat.threads.max-queue-capacity", "3"),
                ("spring.threads.virtual.enabled", virtual_threads),
            ],
        );
        observe(&config, &plan(0, 5, 1, Counts::Intended))
    };
    let (platform, unlimited) = (load("false"), load("true"));
    assert!(failures(&platform, Failure::Rejected) > 300, "{:?}", platform.all.failures);
    assert_eq!((unlimited.all.failed(), unlimited.all.latency.max()), (0, Some(100_000_000)));
}

#[test]
fn a_drained_instance_finishes_and_gets_nothing_new() {
    let mut config = service(
        vec![Step::Wait(Distribution::Constant(50 * MILLISECOND))],
        &[
            ("load.l.rate", "100/s"),
            ("app.instances", "2"),
            ("app.boot", "200ms"),
            ("deploy.readiness-period", "0ms"),
        ],
    );
    for (at, what) in [(2, ActionKind::Drain(0)), (4, ActionKind::Start(0))] {
        config.schedule.push(Action { at: Span(at * SECOND), what });
    }
    let plan = Plan { record: true, ..plan(0, 6, 1, Counts::Intended) };
    let Ok(done) = run(&config, &plan, None) else { panic!("the run failed") };
    let life: Vec<(u64, Lifecycle)> = done
        .recorded
        .iter()
        .filter_map(|recorded| match recorded.event {
            Event::Instance { number: 0, state } => Some((recorded.at / MILLISECOND, state)),
            _ => None,
        })
        .collect();
    let (gone_at, gone) = life[3];
    let expected = [
        (0, Lifecycle::Booting),
        (0, Lifecycle::Ready),
        (2_000, Lifecycle::Draining),
        (gone_at, Lifecycle::Gone),
        (4_000, Lifecycle::Pending),
        (4_000, Lifecycle::Booting),
        (4_200, Lifecycle::Ready),
    ];
    assert_eq!((life.as_slice(), gone), (expected.as_slice(), Lifecycle::Gone));
    assert!((2_000..=2_050).contains(&gone_at), "within one request: {gone_at}");
    assert_eq!(done.observations.all.failed(), 0);
}

/// The built-in script and its description as data are one and the same thing.
#[test]
fn a_built_in_script_and_its_description_give_the_same_trace() {
    let settings = [
        ("load.shoppers.rate", "120/s"),
        ("load.shoppers.mix", "view_product 1"),
        ("load.shoppers.keys", "1"),
        ("spring.jpa.open-in-view", "false"),
        ("spring.datasource.hikari.maximum-pool-size", "1"),
    ];
    let built_in = config(Base::Marketplace, &settings);
    let select = |table| {
        let cpu = built_in.endpoints.short_cpu.clone();
        let Step::Sql(step) = sql("0ms") else { panic!("a statement") };
        Step::Sql(Box::new(SqlStep { table: Some(table), row: Pick::Key(1), cpu, ..*step }))
    };
    let mut described = built_in.clone();
    described.described.insert(
        "view_product".to_owned(),
        vec![
            Step::Cpu(built_in.endpoints.app_cpu.clone()),
            Step::Connection {
                transaction: true,
                lazy: false,
                on_replica: false,
                retry: None,
                steps: vec![select(PRODUCTS), select(BIDS)],
                after_commit: Vec::new(),
            },
            Step::Cpu(built_in.endpoints.render.clone()),
        ],
    );
    let trace = |config: &Config| -> Vec<Recorded> {
        let plan = Plan { record: true, ..plan(0, 3, 1, Counts::Intended) };
        let Ok(done) = run(config, &plan, None) else { panic!("the run failed") };
        // Endpoints are numbered by name, and the lists of the two differ.
        let unnumbered = |mut recorded: Recorded| {
            if let Event::Arrives { endpoint, .. } = &mut recorded.event {
                *endpoint = 0;
            }
            recorded
        };
        done.recorded.into_iter().map(unnumbered).collect()
    };
    let (one, other) = (trace(&built_in), trace(&described));
    assert!(one.len() > 3_000, "{}", one.len());
    let differs = one.iter().zip(&other).find(|(a, b)| a != b);
    assert_eq!((differs, one.len()), (None, other.len()));
}

/// One order every half second, with every time constant.
const ONE_ORDER: &[(&str, &str)] = &[
    ("app.instances", "1"),
    ("load.shoppers.arrivals", "constant"),
    ("load.shoppers.rate", "2/s"),
    ("load.shoppers.mix", "buy_now 1"),
    ("load.shoppers.keys", "1"),
    ("spring.jpa.open-in-view", "false"),
    ("endpoints.app-cpu", "1ms"),
    ("endpoints.render", "2ms"),
    ("endpoints.short-statement-cpu", "3ms"),
    ("mysql.round-trip", "500us"),
    ("mysql.commit", "4ms"),
    ("mysql.redo-flush", "0ms"),
    ("mysql.binlog-sync", "0ms"),
];

/// The whole story of one request of `buy_now`, with every time constant.
#[test]
fn the_trace_of_one_order() {
    let config = config(Base::Marketplace, ONE_ORDER);
    let plan = Plan { record: true, ..plan(0, 1, 1, Counts::Intended) };
    let Ok(done) = run(&config, &plan, None) else { panic!("the run failed") };
    let told: Vec<(u64, Event)> = done
        .recorded
        .iter()
        .filter(|recorded| !matches!(recorded.event, Event::Instance { .. }))
        .map(|recorded| (recorded.at / 100_000, recorded.event))
        .collect();
    let request = 0;
    let thread = Unit::Thread { instance: 0 };
    let wanted = Unit::Connection { instance: 0, number: None };
    let held = Unit::Connection { instance: 0, number: Some(0) };
    let enters = |stage| Event::Enters { request, stage };
    let leaves = |stage| Event::Leaves { request, stage };
    let statement = |verb, lock, table, row| Event::Statement {
        request,
        verb,
        lock,
        table: Some(table),
        row: Some(row),
    };
    let locked = |table: TableId, part, key, mode| Event::Locked {
        request,
        target: Target { table: table.0, part, key },
        mode,
    };
    let wrote = |table, key| Event::Wrote { request, table, key, stale: false };
    let expected = [
        (5_000, Event::Arrives { request, load: 0, endpoint: 3, user: None }),
        (5_000, enters(Stage::ThreadQueue)),
        (5_000, Event::WaitsFor { request, unit: thread }),
        (5_000, leaves(Stage::ThreadQueue)),
        (5_000, Event::Granted { request, unit: thread }),
        (5_000, enters(Stage::AppCpu)),
        (5_010, leaves(Stage::AppCpu)),
        (5_010, enters(Stage::PoolWait)),
        (5_010, Event::WaitsFor { request, unit: wanted }),
        (5_010, Event::Granted { request, unit: held }),
        (5_010, leaves(Stage::PoolWait)),
        (5_010, enters(Stage::Database)),
        (5_010, statement(Verb::Select, Lock::Update, BIDS, 1)),
        // Half a round trip later the lock is taken, then the statement computes.
        (5_012, locked(BIDS, Part::Table, 0, Mode::IntentionExclusive)),
        (5_012, locked(BIDS, Part::Record, 1, Mode::Exclusive)),
        (5_045, leaves(Stage::Database)),
        (5_045, enters(Stage::Database)),
        (5_045, statement(Verb::Update, Lock::None, BIDS, 1)),
        (5_047, locked(BIDS, Part::Table, 0, Mode::IntentionExclusive)),
        (5_047, locked(BIDS, Part::Record, 1, Mode::Exclusive)),
        (5_077, wrote(BIDS, 1)),
        (5_080, leaves(Stage::Database)),
        (5_080, enters(Stage::Database)),
        (5_080, statement(Verb::Insert, Lock::None, ORDERS, 0)),
        (5_082, locked(ORDERS, Part::Table, 0, Mode::IntentionExclusive)),
        (5_082, locked(ORDERS, Part::Gap, SUPREMUM, Mode::Insert)),
        (5_082, locked(ORDERS, Part::Record, 1, Mode::Exclusive)),
        (5_082, locked(BIDS, Part::Table, 0, Mode::IntentionShared)),
        (5_082, locked(BIDS, Part::Record, 1, Mode::Shared)),
        (5_112, wrote(ORDERS, 1)),
        (5_115, leaves(Stage::Database)),
        (5_115, Event::Commits { request }),
        (5_115, enters(Stage::Database)),
        // Half a round trip and the commit itself; the answer takes the other half.
        (5_157, Event::Committed { request }),
        (5_160, leaves(Stage::Database)),
        (5_160, Event::Released { request, unit: held }),
        (5_160, enters(Stage::AppCpu)),
        (5_180, leaves(Stage::AppCpu)),
        (5_180, Event::Answered { request, failure: None }),
        (5_180, Event::Released { request, unit: thread }),
    ];
    assert_eq!(told, expected);
}

/// An instance that refuses is passed over for another one: two servers behind one door lose less
/// than two doors with a server each (Erlang's loss formula: a fifth instead of a third).
#[test]
fn the_balancer_tries_another_instance_after_an_overload_error() {
    let refused = |retries| {
        let config = service(
            vec![Step::Wait(Distribution::Constant(100 * MILLISECOND))],
            &[
                ("app.instances", "2"),
                ("balancer.policy", "random"),
                ("balancer.retry.max", retries),
                ("load.l.rate", "10/s"),
                ("server.tomcat.threads.max", "1"),
                ("server.tomcat.threads.max-queue-capacity", "0"),
            ],
        );
        let seen = observe(&config, &plan(0, 400, 1, Counts::Intended));
        let share = failures(&seen, Failure::Rejected) as f64 / seen.all.offered as f64;
        (share, seen.retries)
    };
    let (without, none) = refused("0");
    // The other one is picked at random, too: eight more tries find it.
    let (with, some) = refused("8");
    assert!((without - 1.0 / 3.0).abs() < 0.05 && none == 0, "{without}");
    assert!((with - 0.2).abs() < 0.04 && some > 0, "{with}");
}

/// Work after the commit holds the connection, but no lock any more.
#[test]
fn after_the_commit_the_connection_is_held_and_the_row_is_free() {
    let work = || vec![Step::Wait(Distribution::Constant(10 * MILLISECOND))];
    let sale = |inside: bool| {
        let Step::Sql(step) = sql("0ms") else { panic!("a statement") };
        let update = SqlStep { verb: Verb::Update, table: Some(BIDS), ..*step };
        let mut steps = vec![Step::Sql(Box::new(update))];
        let after_commit = if inside { Vec::new() } else { work() };
        if inside {
            steps.extend(work());
        }
        let (transaction, lazy, retry) = (true, false, None);
        let block =
            Step::Connection { transaction, lazy, on_replica: false, retry, steps, after_commit };
        let load = [("load.l.kind", "closed"), ("load.l.users", "4")];
        observe(&service(vec![block], &load), &plan(1, 3, 0, Counts::Finished))
    };
    let (inside, after) = (sale(true), sale(false));
    let held = |seen: &Observations| seen.pool_hold.mean().unwrap() / 1e6;
    assert_eq!((inside.all.completed, after.all.completed), (200, 800));
    assert!((held(&inside) - 40.0).abs() < 0.5, "a row for each in turn: {}", held(&inside));
    assert!((held(&after) - 10.0).abs() < 0.1, "{}", held(&after));
}

/// The same plan gives the same observations, whatever ran before.
#[test]
fn a_replication_repeats_to_the_bit() {
    let config = Config::of(Base::Marketplace);
    let plan = plan(1, 4, 0, Counts::Finished);
    let (one, other) = (observe(&config, &plan), observe(&config, &plan));
    assert_eq!((one.audit, one.levels), (other.audit, other.levels));
    assert_eq!(one.breakdown, other.breakdown);
    assert_eq!(one.all.latency.mean(), other.all.latency.mean());
}

/// Switching one knob leaves all other draws as they were: arrivals, endpoints and work.
#[test]
fn variants_see_the_same_requests() {
    let window = plan(0, 5, 5, Counts::Intended);
    let with = |pool| {
        let setting = ("spring.datasource.hikari.maximum-pool-size", pool);
        observe(&config(Base::Marketplace, &[setting]), &window)
    };
    let (small, large) = (with("2"), with("50"));
    let offered = |seen: &Observations| -> Vec<u64> {
        seen.endpoints.iter().map(|(_, group)| group.offered).collect()
    };
    assert_eq!(offered(&small), offered(&large));
    assert_eq!(small.levels.db_cores_busy > 0.0, large.levels.db_cores_busy > 0.0);
    let gap = (small.levels.db_cores_busy - large.levels.db_cores_busy).abs();
    assert!(gap < 0.01, "the same work reaches the database: {gap}");
}

#[test]
fn the_schedule_changes_rates_and_speeds_while_the_run_goes_on() {
    let mut config = service(
        vec![connection(vec![sql("1ms")])],
        &[("load.l.rate", "100/s"), ("mysql.cores", "1")],
    );
    let rate = ActionKind::LoadRate { load: "l".to_owned(), rate: 300.0 };
    config.schedule.push(Action { at: Span(5 * SECOND), what: rate });
    let window = |from, to| plan(from, to, 1, Counts::Intended);
    let (before, after) = (observe(&config, &window(0, 5)), observe(&config, &window(5, 10)));
    assert!(before.all.offered.abs_diff(500) < 75, "{}", before.all.offered);
    assert!(after.all.offered.abs_diff(1_500) < 130, "{}", after.all.offered);
}
