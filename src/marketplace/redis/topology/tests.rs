use super::super::store::{Value, plain};
use super::*;
use crate::engine::executor::{Limits, Sim};
use crate::engine::time::SECOND;

const STREAMS: Streams = Streams { seed: 1, replication: 0 };
const PRIMARY: Route = Route { shard: 0, replica: None };

fn knobs(topology: TopologyKind, delay: Nanos) -> RedisKnobs {
    let mut knobs = RedisKnobs { topology, read_from: ReadFrom::Replicas, ..Default::default() };
    (knobs.replicas, knobs.replication_delay.0) = (2, delay);
    knobs
}

fn go(sim: &Sim<'_>, until: Nanos) {
    sim.run(Limits { until, ..Limits::default() }).unwrap();
}

fn number(number: i64) -> super::super::store::Item {
    super::super::store::Item { value: Value::Number(number), ..plain(1, None) }
}

fn set(servers: &Topology<'_>, key: u64, value: i64) {
    let key = Key::Bid(key);
    let route = Route { replica: None, ..servers.route(0, key, Access::Write) };
    servers.run(route, |store, now| store.set(key, number(value), now)).unwrap();
}

fn get(servers: &Topology<'_>, route: Route, key: u64) -> Option<i64> {
    let item = servers.run(route, |store, now| store.get(Key::Bid(key), now));
    item.map(|item| match item.value {
        Value::Number(number) => number,
        Value::Row { .. } => panic!("a row"),
    })
}

#[test]
fn replicas_serve_what_they_have_received_in_turn() {
    let clock = Clock::new();
    let servers = Topology::new(&clock, &knobs(TopologyKind::Replicas, 50), 1, STREAMS);
    let sim = Sim::new(&clock);
    let read = || servers.route(0, Key::Bid(1), Access::Read);
    assert_eq!([read().replica, read().replica, read().replica], [Some(0), Some(1), Some(0)]);
    assert_eq!(servers.route(0, Key::Bid(1), Access::Write), PRIMARY);
    set(&servers, 1, 7);
    let seen = || (get(&servers, PRIMARY, 1), get(&servers, read(), 1));
    assert_eq!(seen(), (Some(7), None));
    go(&sim, 30);
    set(&servers, 1, 8);
    go(&sim, 49);
    assert_eq!(seen(), (Some(8), None));
    go(&sim, 50);
    assert_eq!(seen(), (Some(8), Some(7)));
    go(&sim, 80);
    assert_eq!(seen(), (Some(8), Some(8)));
}

#[test]
fn a_failover_loses_exactly_the_tail_that_was_not_replicated() {
    let clock = Clock::new();
    let mut knobs = knobs(TopologyKind::Replicas, 50);
    knobs.failover_time.0 = 1_000;
    let servers = Topology::new(&clock, &knobs, 1, STREAMS);
    let sim = Sim::new(&clock);
    for at in 0..100 {
        go(&sim, at);
        set(&servers, at, 1);
        set(&servers, 1_000, at as i64);
    }
    servers.fail_over();
    assert_eq!(servers.up(PRIMARY).err(), Some(Refused::Down));
    go(&sim, 1_098);
    assert_eq!(servers.up(PRIMARY).err(), Some(Refused::Down));
    go(&sim, 1_099);
    assert!(servers.up(PRIMARY).is_ok());
    // At 99 all from 49 and before had arrived; what was on its way never does.
    for route in
        [PRIMARY, Route { replica: Some(0), ..PRIMARY }, Route { replica: Some(1), ..PRIMARY }]
    {
        let kept: Vec<u64> = (0..100).filter(|key| get(&servers, route, *key).is_some()).collect();
        assert_eq!(kept, (0..50).collect::<Vec<u64>>());
        assert_eq!(get(&servers, route, 1_000), Some(49));
    }
    // The new primary replicates as the old one did.
    set(&servers, 200, 1);
    go(&sim, 1_149);
    assert_eq!(get(&servers, Route { replica: Some(1), ..PRIMARY }, 200), Some(1));
    servers.restart_empty();
    assert_eq!((get(&servers, PRIMARY, 200), get(&servers, PRIMARY, 3)), (None, None));
}

#[test]
fn a_failover_counts_the_writes_that_neither_the_heir_nor_the_database_has() {
    let clock = Clock::new();
    let servers = Topology::new(&clock, &knobs(TopologyKind::Replicas, 50), 1, STREAMS);
    let sim = Sim::new(&clock);
    let write = |written, flushed| {
        let item = super::super::store::Item { written, flushed, ..plain(1, None) };
        servers.run(PRIMARY, |store, now| store.set(Key::Bid(1), item, now)).unwrap();
    };
    write(2, 0);
    go(&sim, 60);
    // The heir has 2 of 5; the database has 3.
    write(5, 3);
    servers.fail_over();
    assert_eq!(servers.lost_writes.get(), 2);
    // The heir's two are written and not known to be flushed.
    assert_eq!(servers.unflushed().len(), 1);
    servers.restart_empty();
    assert_eq!(servers.lost_writes.get(), 4);
}

#[test]
fn a_cluster_refuses_keys_of_several_slots_and_sends_on_after_a_resharding() {
    let clock = Clock::new();
    let servers = Topology::new(&clock, &knobs(TopologyKind::Cluster, 0), 2, STREAMS);
    let cart = |tagged| [0, 1].map(|item| Key::CartItem { user: 3, item, tagged });
    let asked = std::cell::RefCell::new(Vec::new());
    // A key of the first shard, in the upper half of its slots.
    let moving = (0..).map(Key::Bid).find(|key| (3_000..5_000).contains(&slot(&key.name())));
    let moving = moving.expect("some key has such a slot");
    let sim = Sim::new(&clock);
    sim.spawn("client", async {
        let ask = async |instance, keys: &[Key]| {
            let route = servers.route(instance, keys[0], Access::Write);
            let answer = servers.occupy(route, keys, 0).await;
            asked.borrow_mut().push(answer.err());
            answer
        };
        let _ = ask(0, &cart(false)).await;
        let _ = ask(0, &cart(true)).await;
        let _ = ask(0, &[moving]).await;
        let route = servers.route(0, moving, Access::Write);
        servers.run(route, |store, now| store.set(moving, plain(1, None), now)).unwrap();
        servers.reshard();
        for instance in [0, 0, 1] {
            if ask(instance, &[moving]).await.is_err() {
                servers.learn(instance, moving);
            }
        }
        let route = servers.route(0, moving, Access::Write);
        assert_eq!(route.shard, 2);
        assert!(servers.run(route, |store, now| store.get(moving, now)).is_some());
    });
    go(&sim, SECOND);
    let (cross, moved) = (Some(Refused::CrossSlot), Some(Refused::Moved));
    assert_eq!(asked.take(), [cross, None, None, moved, None, moved]);
    assert_eq!(servers.moved.get(), 2);
}

#[test]
fn commands_wait_for_the_one_thread_and_die_with_it() {
    let clock = Clock::new();
    let servers = Topology::new(&clock, &knobs(TopologyKind::Single, 0), 1, STREAMS);
    let ends = std::cell::RefCell::new(Vec::new());
    let sim = Sim::new(&clock);
    for client in 0..3 {
        let (servers, ends, clock) = (&servers, &ends, &clock);
        sim.spawn("client", async move {
            let answer = servers.occupy(PRIMARY, &[Key::Bid(1)], 10).await;
            ends.borrow_mut().push((client, clock.now(), answer));
        });
    }
    go(&sim, 15);
    servers.fail_over();
    go(&sim, 100);
    let down = Err(Refused::Down);
    assert_eq!(ends.take(), [(0, 10, Ok(())), (1, 20, down), (2, 20, down)]);
    assert_eq!(servers.busy(), [(20, 3)]);
}
