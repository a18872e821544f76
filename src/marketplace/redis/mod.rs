//! Redis: servers with one thread each, what they have in memory, and the locks and gates that
//! services keep in them.
//!
//! `key` names what is kept, `slots` says where in a cluster, `store` and `eviction` are the memory
//! of a server, `node` is a server, `topology` all of them together. Locks and gates have a memory
//! of their own, which is not counted.

mod eviction;
pub(crate) mod gates;
pub(crate) mod key;
pub(crate) mod locks;
mod node;
mod slots;
pub(crate) mod store;
pub(crate) mod terms;
pub(crate) mod topology;

use super::config::{Config, Fault};
use crate::engine::distribution::Distribution;
use crate::engine::executor::Clock;
use crate::engine::time::Nanos;
use crate::random::Streams;
use gates::Gates;
use key::Key;
use locks::Locks;
use topology::Topology;

pub(crate) struct Redis<'w> {
    clock: &'w Clock,
    pub(crate) round_trip: &'w Distribution,
    /// Time of a server's thread for a command.
    pub(crate) command: &'w Distribution,
    replication_delay: Nanos,
    pub(crate) locks: Locks<'w>,
    pub(crate) gates: Gates,
    pub(crate) servers: Topology<'w>,
}

impl<'w> Redis<'w> {
    pub(crate) fn new(clock: &'w Clock, config: &'w Config, streams: Streams) -> Redis<'w> {
        let knobs = &config.redis;
        Redis {
            clock,
            round_trip: &knobs.round_trip,
            command: &knobs.command,
            replication_delay: knobs.replication_delay.0,
            locks: Locks::new(clock, config.fault == Fault::DoubleGrant),
            gates: Gates::default(),
            servers: Topology::new(clock, knobs, config.app.instances, streams),
        }
    }

    /// The replica takes over: what it had not received is gone. In a cluster it is the first
    /// shard's.
    pub(crate) fn fail_over(&self) {
        let received = self.clock.now().saturating_sub(self.replication_delay);
        self.locks.forget(received, |lock| self.servers.on_first_shard(Key::Lock(lock)));
        self.servers.fail_over();
    }

    /// The primary dies: a replica takes over where the topology has one, otherwise it comes back
    /// empty. In a cluster it is the first shard's.
    pub(crate) fn crash(&self) {
        if self.servers.has_replicas() {
            return self.fail_over();
        }
        self.locks.forget_all(|lock| self.servers.on_first_shard(Key::Lock(lock)));
        self.servers.restart_empty();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use crate::engine::time::SECOND;
    use crate::marketplace::config::Base;
    use locks::Set;

    const STREAMS: Streams = Streams { seed: 1, replication: 0 };

    #[test]
    fn a_failover_loses_the_locks_that_the_replica_had_not_received() {
        let clock = Clock::new();
        let mut config = Config::of(Base::Stack);
        config.redis.replication_delay.0 = 50;
        let redis = Redis::new(&clock, &config, STREAMS);
        redis.locks.set_if_absent(1, SECOND);
        let sim = Sim::new(&clock);
        sim.run(Limits { until: 100, ..Limits::default() }).unwrap();
        redis.locks.set_if_absent(2, SECOND);
        redis.fail_over();
        assert_eq!(redis.locks.set_if_absent(1, SECOND), Set::Held(SECOND - 100));
        let lost = redis.locks.set_if_absent(2, SECOND);
        assert!(matches!(lost, Set::Taken(_)), "the lost one is free");
        redis.crash();
        let lost = redis.locks.set_if_absent(1, SECOND);
        assert!(matches!(lost, Set::Taken(_)), "a crash loses all");
    }
}
