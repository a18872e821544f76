//! Which servers there are, which of them a command goes to, and what happens when one dies.
//!
//! Left out: ASK while a slot is on its way (a resharding moves all at once), the time of a
//! replica's first copy, WAIT, elections and gossip (`redis.failover-time` stands for them).

use std::cell::{Cell, RefCell};

use super::key::Key;
use super::node::Node;
use super::slots::{SLOTS, dealt, slot};
use super::store::Store;
use crate::engine::executor::Clock;
use crate::engine::time::Nanos;
use crate::marketplace::config::{ReadFrom, RedisKnobs, TopologyKind};
use crate::random::Streams;

/// Whether a replica may answer a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Where a client sends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    shard: usize,
    /// `None`: the primary.
    replica: Option<usize>,
}

/// Why a server does not run a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Nobody answers.
    Down,
    /// The slot belongs to another shard now.
    Moved,
    /// The keys belong to several slots.
    CrossSlot,
}

pub(crate) struct Topology<'w> {
    clock: &'w Clock,
    cluster: bool,
    read_from: ReadFrom,
    delay: Nanos,
    failover: Nanos,
    shards: Vec<Shard<'w>>,
    /// The shard of each slot; empty where there is no cluster.
    owners: RefCell<Vec<u16>>,
    /// What the client of each instance takes for the owners.
    maps: RefCell<Vec<Vec<u16>>>,
    /// Counts reads, for the round robin over replicas.
    turn: Cell<u64>,
    /// Commands that were sent to the wrong shard.
    pub(crate) moved: Cell<u64>,
    /// Writes that the database had not got when Redis lost them.
    lost_writes: Cell<u64>,
}

/// A primary and its replicas. There is one replica at least, which nobody reads where the
/// topology has none: it takes over.
struct Shard<'w> {
    primary: Node<'w>,
    replicas: Vec<Node<'w>>,
    /// How many of the replicas answer reads.
    readable: usize,
    /// Nobody answers before.
    down_until: Cell<Nanos>,
}

impl<'w> Topology<'w> {
    pub(super) fn new(
        clock: &'w Clock,
        knobs: &RedisKnobs,
        instances: u32,
        streams: Streams,
    ) -> Topology<'w> {
        let cluster = knobs.topology == TopologyKind::Cluster;
        let shards = if cluster { knobs.shards } else { 1 };
        let replicas = if knobs.topology == TopologyKind::Single { 0 } else { knobs.replicas };
        let node = |shard: u32, number: u32| {
            let draws = streams.stream(&format!("redis.{shard}.{number}.sampling"));
            Node::new(clock, Store::new(knobs, draws, number > 0))
        };
        let shard = |number: u32| Shard {
            primary: node(number, 0),
            replicas: (1..=replicas.max(1)).map(|replica| node(number, replica)).collect(),
            readable: replicas as usize,
            down_until: Cell::new(0),
        };
        let owners = if cluster { dealt(shards) } else { Vec::new() };
        Topology {
            clock,
            cluster,
            read_from: knobs.read_from,
            delay: knobs.replication_delay.0,
            failover: knobs.failover_time.0,
            shards: (0..shards).map(shard).collect(),
            maps: RefCell::new(vec![owners.clone(); instances as usize]),
            owners: RefCell::new(owners),
            turn: Cell::new(0),
            moved: Cell::new(0),
            lost_writes: Cell::new(0),
        }
    }

    /// Where the client of an instance sends a command on a key.
    pub(crate) fn route(&self, instance: u32, key: Key, access: Access) -> Route {
        let shard = if self.cluster {
            let slot = usize::from(slot(&key.name()));
            let maps = &mut *self.maps.borrow_mut();
            // The client of an instance that has come since asked when it connected.
            while maps.len() <= instance as usize {
                maps.push(self.owners.borrow().clone());
            }
            usize::from(maps[instance as usize][slot])
        } else {
            0
        };
        let readable = self.shards[shard].readable;
        let reads = access == Access::Read && self.read_from == ReadFrom::Replicas;
        let replica = (reads && readable > 0).then(|| {
            let turn = self.turn.get();
            self.turn.set(turn + 1);
            (turn % readable as u64) as usize
        });
        Route { shard, replica }
    }

    /// The server at the end of a route works on a command for `work`, or says why it does not.
    ///
    /// # Errors
    /// See [`Refused`].
    pub(crate) async fn occupy(
        &self,
        route: Route,
        keys: &[Key],
        work: Nanos,
    ) -> Result<(), Refused> {
        let node = self.up(route)?;
        node.occupy(work).await.map_err(|_| Refused::Down)?;
        if !self.cluster {
            return Ok(());
        }
        let mut slots = keys.iter().map(|key| slot(&key.name()));
        let Some(first) = slots.next() else { return Ok(()) };
        if slots.any(|other| other != first) {
            return Err(Refused::CrossSlot);
        }
        let owner = usize::from(self.owners.borrow()[usize::from(first)]);
        if owner == route.shard { Ok(()) } else { Err(Refused::Moved) }
    }

    fn up(&self, route: Route) -> Result<&Node<'w>, Refused> {
        let shard = &self.shards[route.shard];
        if self.clock.now() < shard.down_until.get() {
            return Err(Refused::Down);
        }
        Ok(route.replica.map_or(&shard.primary, |replica| &shard.replicas[replica]))
    }

    /// Runs a command that a server was occupied for. What it changed sets out for the replicas.
    pub(crate) fn run<T>(&self, route: Route, command: impl FnOnce(&mut Store, Nanos) -> T) -> T {
        let shard = &self.shards[route.shard];
        if let Some(replica) = route.replica {
            return shard.replicas[replica].run(command);
        }
        let answer = shard.primary.run(command);
        let changes = shard.primary.store.borrow_mut().take_changes();
        if !changes.is_empty() {
            let at = self.clock.now() + self.delay;
            for replica in &shard.replicas {
                replica.send(&changes, at);
            }
        }
        answer
    }

    /// Every readable replica of a shard does a write once more, as soon as it has arrived.
    pub(crate) async fn repeat(&self, route: Route, replica: usize, work: Nanos) {
        self.clock.sleep(self.delay).await;
        self.shards[route.shard].replicas[replica].repeat(work).await;
    }

    /// How many replicas repeat what is written on a route.
    pub(crate) fn repeaters(&self, route: Route) -> usize {
        self.shards[route.shard].readable
    }

    /// The client of an instance has learnt from `MOVED` where a key is.
    pub(crate) fn learn(&self, instance: u32, key: Key) {
        super::super::count(&self.moved);
        let slot = usize::from(slot(&key.name()));
        let owner = self.owners.borrow()[slot];
        if let Some(map) = self.maps.borrow_mut().get_mut(instance as usize) {
            map[slot] = owner;
        }
    }

    /// Moves half of the first shard's slots, with their keys, to the last shard.
    pub(crate) fn reshard(&self) {
        let last = self.shards.len().saturating_sub(1);
        if last == 0 {
            return;
        }
        let moving = {
            let owners = &mut *self.owners.borrow_mut();
            let first: Vec<usize> =
                (0..usize::from(SLOTS)).filter(|slot| owners[*slot] == 0).collect();
            let moving = first[first.len() / 2..].to_vec();
            for slot in &moving {
                owners[*slot] = last as u16;
            }
            moving
        };
        let all: Vec<_> = self.shards[0].primary.store.borrow().items().collect();
        for (key, item) in all {
            if moving.binary_search(&usize::from(slot(&key.name()))).is_ok() {
                self.run(Route { shard: last, replica: None }, |store, now| {
                    store.set(key, item, now)
                })
                .ok();
                self.run(Route { shard: 0, replica: None }, |store, _| store.delete(key));
            }
        }
    }

    /// The primary of the first shard dies and a replica takes over, without what it had not
    /// received. Until then, for `redis.failover-time`, nobody answers.
    pub(crate) fn fail_over(&self) {
        let Some(shard) = self.shards.first() else { return };
        let now = self.clock.now();
        shard.down_until.set(now + self.failover);
        shard.primary.die();
        let Some(heir) = shard.replicas.first() else { return };
        heir.receive(now);
        let lost = lost_writes(&shard.primary.store.borrow(), Some(&heir.store.borrow()));
        self.lost_writes.set(self.lost_writes.get() + lost);
        let mut content = heir.store.borrow().clone();
        content.set_replica(false, now);
        // Every replica begins anew from what the new primary has.
        for replica in &shard.replicas {
            replica.cut_off();
            let mut copy = content.clone();
            copy.set_replica(true, now);
            *replica.store.borrow_mut() = copy;
        }
        let counts = {
            let old = shard.primary.store.borrow();
            (old.evictions, old.lost_writes)
        };
        (content.evictions, content.lost_writes) = counts;
        *shard.primary.store.borrow_mut() = content;
    }

    /// Whether the topology has replicas.
    pub(crate) fn has_replicas(&self) -> bool {
        self.shards.first().is_some_and(|shard| shard.readable > 0)
    }

    /// The primary of the first shard, which has no replica, dies and comes back empty after
    /// `redis.failover-time`: a server without persistence that starts again.
    pub(crate) fn restart_empty(&self) {
        let Some(shard) = self.shards.first() else { return };
        shard.down_until.set(self.clock.now() + self.failover);
        shard.primary.die();
        let lost = lost_writes(&shard.primary.store.borrow(), None);
        self.lost_writes.set(self.lost_writes.get() + lost);
        shard.primary.store.borrow_mut().clear();
        for replica in &shard.replicas {
            replica.cut_off();
            replica.store.borrow_mut().clear();
        }
    }

    /// Whether a key is kept by the shard that dies.
    pub(crate) fn on_first_shard(&self, key: Key) -> bool {
        !self.cluster || self.owners.borrow()[usize::from(slot(&key.name()))] == 0
    }

    /// Rows that have writes that the database has not, of all primaries.
    pub(crate) fn unflushed(&self) -> Vec<(Key, super::store::Item)> {
        let stores = self.shards.iter().map(|shard| shard.primary.store.borrow());
        let mut rows: Vec<_> = stores
            .flat_map(|store| store.items().collect::<Vec<_>>())
            .filter(|(_, item)| item.written > item.flushed)
            .collect();
        rows.sort_by_key(|(key, _)| *key);
        rows
    }

    /// Of each server: time that its thread was busy and commands, so far.
    pub(crate) fn busy(&self) -> Vec<(u128, u64)> {
        let nodes = self.shards.iter().flat_map(|shard| {
            std::iter::once(&shard.primary).chain(&shard.replicas[..shard.readable])
        });
        nodes.map(Node::busy).collect()
    }

    /// Evictions, and writes that they took along, so far.
    pub(crate) fn evictions(&self) -> (u64, u64) {
        let stores = self.shards.iter().map(|shard| shard.primary.store.borrow());
        stores.fold((0, 0), |(evictions, lost), store| {
            (evictions + store.evictions, lost + store.lost_writes)
        })
    }

    /// Writes that were answered and are nowhere.
    pub(crate) fn writes_lost(&self) -> u64 {
        self.lost_writes.get() + self.evictions().1
    }

    /// Whether the first shard does not answer.
    pub(crate) fn is_down(&self) -> bool {
        self.shards.first().is_some_and(|shard| self.clock.now() < shard.down_until.get())
    }
}

/// Writes that neither the heir nor the database has.
fn lost_writes(dead: &Store, heir: Option<&Store>) -> u64 {
    let lost = dead.items().map(|(key, item)| {
        let kept = heir.and_then(|heir| heir.peek(key)).map_or(0, |kept| kept.written);
        item.written - item.flushed.max(kept).min(item.written)
    });
    lost.sum()
}

#[cfg(test)]
mod tests;
