//! When the primary dies or is cut off: who notices, who takes over, and what is lost.

use std::rc::Rc;

use super::config::{Crash, FailoverManager};
use super::mysql::replication::Entry;
use super::mysql::{Role, Write};
use super::probe::{Event, Fate};
use super::{Marketplace, instance::Instance};
use crate::engine::distribution::Distribution;
use crate::engine::executor::Sim;
use crate::random::Stream;

/// The primary dies, or is cut off from everybody who matters.
pub(super) async fn crash<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    let config = market.config;
    if config.mysql.crash == Crash::Partition {
        return partition(sim, market).await;
    }
    let old = market.primary();
    market.probe.tell(Event::Server { up: false });
    tell(market, Fate::Dies);
    market.witness.primary_died();
    match config.failover.manager {
        FailoverManager::None => {
            old.crash(config.mysql.crash);
            market.clock.sleep(config.mysql.restart.0).await;
            old.restart();
            tell(market, Fate::Back);
            market.probe.tell(Event::Server { up: true });
        }
        // The standby has every write that was flushed.
        FailoverManager::Standby => {
            old.crash(Crash::Process);
            let knobs = &config.failover;
            wait(market, &knobs.detection).await;
            tell(market, Fate::Noticed);
            wait(market, &knobs.promotion).await;
            old.restart();
            wait(market, &knobs.reconnect).await;
            tell(market, Fate::Back);
            market.probe.tell(Event::Server { up: true });
        }
        FailoverManager::Mha => {
            old.crash(config.mysql.crash);
            take_over(sim, market).await;
        }
    }
}

/// The network splits: the manager, the replicas and most instances no longer reach the primary.
async fn partition<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    let old = market.primary();
    market.probe.tell(Event::Server { up: false });
    tell(market, Fate::CutOff);
    market.witness.primary_died();
    old.cut_off();
    let cut_off = market.config.failover.cut_off as usize;
    for instance in market.instances.iter().rev().take(cut_off) {
        instance.cut_off.set(true);
    }
    if market.config.failover.manager == FailoverManager::Mha {
        take_over(sim, market).await;
    }
}

/// What the manager does: believes it, switches the old primary off, levels the logs, promotes.
async fn take_over<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    let knobs = &market.config.failover;
    let old = market.primary();
    wait(market, &knobs.detection).await;
    tell(market, Fate::Noticed);
    if !knobs.power_off.is_zero() {
        wait(market, &knobs.power_off).await;
        if !old.is_down() {
            tell(market, Fate::PoweredOff);
            old.crash(Crash::Power);
        }
    }
    let replicas = market.databases.iter().filter(|database| database.role.get() == Role::Replica);
    // The first of the most advanced.
    let chosen = replicas.rev().max_by_key(|replica| replica.replication.received());
    let Some(chosen) = chosen else { return };
    let number = chosen.replication.number;
    if knobs.binlog_reachable {
        for entry in old.replication.missing_at(number) {
            if !entry.taken_back() {
                chosen.receive(entry);
            }
        }
    }
    // The others get what only the chosen one has: its differential relay log.
    for other in &market.databases {
        if other.role.get() == Role::Replica {
            let missing = old.replication.missing_at(other.replication.number);
            for entry in missing.into_iter().filter(|entry| entry.has_reached(number)) {
                other.receive(entry);
            }
        }
    }
    chosen.replication.applied.reach(chosen.replication.received()).await;
    wait(market, &knobs.promotion).await;
    lose(market, &old.replication.missing_at(number));
    // Whoever asked for these was never told; now they are there.
    for entry in old.replication.unshown_at(number) {
        market.witness.committed(entry.request, None, &entry.writes);
    }
    old.role.set(Role::Replaced);
    chosen.promote(old);
    market.probe.tell(Event::Promoted { database: number });
    for instance in market.instances.iter().filter(|instance| !instance.cut_off.get()) {
        sim.spawn("reconnection", reconnect(market, instance, number));
    }
}

async fn reconnect<'w>(market: &'w Marketplace<'w>, instance: &'w Instance<'w>, number: usize) {
    wait(market, &market.config.failover.reconnect).await;
    instance.writer.set(number);
    tell(market, Fate::Back);
    market.probe.tell(Event::Server { up: true });
}

fn tell(market: &Marketplace<'_>, fate: Fate) {
    market.probe.tell(Event::Primary { fate });
}

async fn wait(market: &Marketplace<'_>, time: &Distribution) {
    let span = time.sample(&mut market.managing.borrow_mut());
    if span > 0 {
        market.clock.sleep(span).await;
    }
}

/// Commits that the old primary had shown and that the new one does not have.
fn lose(market: &Marketplace<'_>, missing: &[Rc<Entry>]) {
    let mut undone = Vec::new();
    for entry in missing.iter().rev().filter(|entry| entry.was_shown() && !entry.taken_back()) {
        market.witness.commit_lost(entry.request);
        undone.extend(entry.writes.iter().rev().map(|write| Write {
            before: write.after,
            after: write.before,
            version: write.over,
            over: write.version,
            computed_from: None,
            ..*write
        }));
    }
    market.witness.lost(&undone);
}

/// A stream of the manager's own.
pub(super) fn stream(streams: crate::random::Streams) -> Stream {
    streams.stream("failover")
}
