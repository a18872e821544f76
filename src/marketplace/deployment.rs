//! A new version comes in: recreate, rolling, blue/green, canary; and goes again when it is bad.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::Marketplace;
use super::config::{DeployStrategy, Platform, Reroute, SchemaChange};
use super::fleet::launch;
use super::instance::{Instance, Lifecycle, Version, retire};
use crate::engine::executor::Sim;
use crate::engine::time::{Nanos, SECOND};

/// What is known of the deployment of a run.
#[derive(Default)]
pub(crate) struct Deployment {
    began: Cell<Option<Nanos>>,
    ended: Cell<Option<Nanos>>,
    rolled_back: Cell<bool>,
    /// The rules have found the new version bad.
    bad: Cell<bool>,
    /// New instances are kept from the balancer until the switch.
    held_back: Cell<bool>,
    /// Answers of the new version: when, whether it was a success, how long it took.
    answers: RefCell<VecDeque<(Nanos, bool, Nanos)>>,
}

impl Deployment {
    /// Whether a version may get traffic.
    pub(super) fn admits(&self, version: Version) -> bool {
        version == Version::Old || !self.held_back.get()
    }

    /// Whether a version uses a column that is not there.
    pub(crate) fn misses_a_column(&self, change: SchemaChange, version: Version) -> bool {
        let (began, ended) = (self.began.get().is_some(), self.ended.get().is_some());
        match (change, version) {
            // A roll-back does not bring the column back.
            (SchemaChange::DropAtStart, Version::Old) => began,
            (SchemaChange::AddAtEnd, Version::New) => !ended,
            _ => false,
        }
    }

    /// The client of a request has its answer.
    pub(crate) fn note(&self, version: Version, now: Nanos, ok: bool, latency: Nanos) {
        if version == Version::New && self.began.get().is_some() && self.ended.get().is_none() {
            self.answers.borrow_mut().push_back((now, ok, latency));
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.began.get().is_some()
    }

    /// Seconds from the beginning until the last instance of the version that lost is gone.
    pub(crate) fn took(&self) -> Option<f64> {
        let span = self.ended.get()?.checked_sub(self.began.get()?)?;
        Some(crate::engine::time::to_seconds(span))
    }

    pub(crate) fn was_rolled_back(&self) -> bool {
        self.rolled_back.get()
    }
}

/// The new version is bad: bring the old one back.
struct Bad;

/// Brings the new version in.
pub(super) async fn deploy<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    let state = &market.deployment;
    if state.began.get().is_some() {
        return;
    }
    state.began.set(Some(market.clock.now()));
    sim.spawn("roll-back rules", watch(market));
    let done = match market.config.deploy.strategy {
        DeployStrategy::Recreate => recreate(sim, market).await,
        DeployStrategy::Rolling => roll(sim, market, Version::Old, Version::New).await,
        DeployStrategy::BlueGreen => blue_green(sim, market).await,
        DeployStrategy::Canary => canary(sim, market).await,
    };
    if done.is_err() {
        state.rolled_back.set(true);
        take_back(sim, market).await;
    }
    let loser = if done.is_err() { Version::New } else { Version::Old };
    while market
        .instances
        .iter()
        .any(|it| it.version == loser && it.lifecycle.get() != Lifecycle::Gone)
    {
        market.instances.changed().await;
    }
    state.ended.set(Some(market.clock.now()));
}

fn wanted(market: &Marketplace<'_>) -> u32 {
    market.config.app.instances
}

fn count(market: &Marketplace<'_>, version: Version) -> u32 {
    market.instances.wanted(version).count() as u32
}

fn start<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>, version: Version, so_many: u32) {
    for _ in 0..so_many {
        launch(sim, market, version);
    }
}

/// Ends instances of a version: first those that are not ready, then the youngest.
fn end<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>, version: Version, so_many: u32) {
    let mut victims: Vec<&'w Instance<'w>> = market.instances.wanted(version).collect();
    victims
        .sort_by_key(|it| (it.lifecycle.get() == Lifecycle::Ready, std::cmp::Reverse(it.number)));
    for victim in victims.into_iter().take(so_many as usize) {
        sim.spawn_now("retirement", retire(sim.clone(), market, victim));
    }
}

/// Waits until something about the fleet is so, or the new version is found bad.
async fn until(market: &Marketplace<'_>, so: impl Fn() -> bool) -> Result<(), Bad> {
    loop {
        if market.deployment.bad.get() {
            return Err(Bad);
        }
        if so() {
            return Ok(());
        }
        market.instances.changed().await;
    }
}

/// Lets time pass, unless the new version is found bad.
async fn watch_for(market: &Marketplace<'_>, span: Nanos) -> Result<(), Bad> {
    let found_bad = Box::pin(until(market, || false));
    market.clock.timeout(span, found_bad).await.unwrap_or(Ok(()))
}

/// Everything ends before anything starts.
async fn recreate<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) -> Result<(), Bad> {
    end(sim, market, Version::Old, u32::MAX);
    let gone = |it: &Instance<'_>| it.lifecycle.get() == Lifecycle::Gone;
    until(market, || market.instances.iter().all(gone)).await?;
    start(sim, market, Version::New, wanted(market));
    until(market, || market.instances.ready(Version::New) == wanted(market)).await
}

/// A rolling update as Kubernetes' Deployment does it: never more than wanted and surge, never
/// fewer ready than wanted less what may be missing. Instances that are ending no longer count,
/// though they may still stand on their node.
async fn roll<'w>(
    sim: &Sim<'w>,
    market: &'w Marketplace<'w>,
    from: Version,
    to: Version,
) -> Result<(), Bad> {
    let (knobs, wanted) = (&market.config.deploy, wanted(market));
    let most = wanted + knobs.max_surge.rounded_up(wanted);
    let least = wanted.saturating_sub(knobs.max_unavailable.rounded_down(wanted));
    loop {
        // What is done here changes the fleet at once, and then there is more to do.
        let seen = market.instances.changes();
        if to == Version::New && market.deployment.bad.get() {
            return Err(Bad);
        }
        let room = most.saturating_sub(count(market, from) + count(market, to));
        start(sim, market, to, room.min(wanted.saturating_sub(count(market, to))));
        let ready = market.instances.ready(from) + market.instances.ready(to);
        let unready = count(market, from) - market.instances.ready(from);
        end(sim, market, from, unready + ready.saturating_sub(least));
        if count(market, from) == 0 && market.instances.ready(to) >= wanted {
            return Ok(());
        }
        market.instances.changed_since(seen).await;
    }
}

/// A second fleet beside the first; the traffic moves when all of it is ready.
async fn blue_green<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) -> Result<(), Bad> {
    let (knobs, wanted) = (&market.config.deploy, wanted(market));
    market.deployment.held_back.set(true);
    start(sim, market, Version::New, wanted);
    until(market, || market.instances.ready(Version::New) == wanted).await?;
    market.deployment.held_back.set(false);
    let at_a_time = match knobs.reroute {
        Reroute::AllAtOnce => wanted,
        Reroute::HalfAtATime => wanted.div_ceil(2),
        Reroute::OneAtATime => 1,
    } as usize;
    let side = |version| market.instances.wanted(version).collect::<Vec<&Instance<'w>>>();
    let (old, new) = (side(Version::Old), side(Version::New));
    for (blue, green) in old.chunks(at_a_time).zip(new.chunks(at_a_time)) {
        for instance in green {
            market.balancer.add(instance);
        }
        watch_for(market, market.config.balancer.propagation.0).await?;
        for instance in blue {
            market.balancer.remove(instance);
        }
        if knobs.platform == Platform::Ec2 {
            let most = market.config.balancer.deregistration_delay.0;
            for instance in blue {
                instance.empty(market.clock, most).await;
            }
        }
    }
    watch_for(market, knobs.keep_old.0).await?;
    end(sim, market, Version::Old, u32::MAX);
    Ok(())
}

/// A growing share of the traffic goes to the new version, as long as the rules are content.
async fn canary<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) -> Result<(), Bad> {
    let wanted = wanted(market);
    market.balancer.split(Some(0.0));
    let grow = async |share: f64| {
        let needed = (libm::ceil(share * f64::from(wanted) - 1e-9) as u32).clamp(1, wanted);
        start(sim, market, Version::New, needed.saturating_sub(count(market, Version::New)));
        until(market, || market.instances.ready(Version::New) >= needed).await?;
        market.balancer.split(Some(share));
        Ok(())
    };
    for step in &market.config.deploy.canary_steps.0 {
        grow(step.share).await?;
        watch_for(market, step.bake).await?;
    }
    grow(1.0).await?;
    end(sim, market, Version::Old, u32::MAX);
    Ok(())
}

/// Back to the old version: at once where its instances are still there, by a rolling update where
/// they are not.
async fn take_back<'w>(sim: &Sim<'w>, market: &'w Marketplace<'w>) {
    if count(market, Version::Old) < wanted(market) {
        let _never_bad = roll(sim, market, Version::New, Version::Old).await;
        return;
    }
    market.deployment.held_back.set(true);
    market.balancer.split(None);
    for instance in market.instances.wanted(Version::Old) {
        market.balancer.add(instance);
    }
    for instance in market.instances.wanted(Version::New) {
        market.balancer.remove(instance);
    }
    end(sim, market, Version::New, u32::MAX);
}

/// Judges the new version once a second by its latest answers.
async fn watch(market: &Marketplace<'_>) {
    let knobs = &market.config.deploy;
    let (errors, latency) = (knobs.rollback_errors.0, knobs.rollback_latency.0);
    let state = &market.deployment;
    while (errors > 0.0 || latency > 0) && state.ended.get().is_none() {
        market.clock.sleep(SECOND).await;
        let answers = &mut *state.answers.borrow_mut();
        let since = market.clock.now().saturating_sub(knobs.rollback_window.0);
        while answers.front().is_some_and(|(at, ..)| *at < since) {
            answers.pop_front();
        }
        if is_bad(answers.make_contiguous(), knobs.rollback_least, errors, latency) {
            state.bad.set(true);
            market.instances.touch();
            return;
        }
    }
}

/// Whether answers (when, success, time taken) break a rule: more than this share failed, or the
/// p99 of the successful is longer than this. A limit of zero is no rule.
fn is_bad(answers: &[(Nanos, bool, Nanos)], least: u32, errors: f64, latency: Nanos) -> bool {
    if answers.len() < least as usize {
        return false;
    }
    let mut times: Vec<Nanos> =
        answers.iter().filter(|(_, ok, _)| *ok).map(|(.., latency)| *latency).collect();
    times.sort_unstable();
    let failed = (answers.len() - times.len()) as f64;
    let too_many = errors > 0.0 && failed > errors * answers.len() as f64;
    // The smallest time that at least 99 of 100 do not exceed.
    let rank = (times.len() * 99).div_ceil(100);
    let p99 = rank.checked_sub(1).and_then(|at| times.get(at));
    too_many || latency > 0 && p99.is_some_and(|p99| *p99 > latency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_judge_the_share_of_failures_and_the_p99_of_the_others() {
        let of = |ok: usize, failed: usize, slow: usize| {
            let mut answers = vec![(0, true, 10); ok - slow];
            answers.extend(vec![(0, true, 500); slow]);
            answers.extend(vec![(0, false, 900); failed]);
            answers
        };
        let judged = |answers: &[(Nanos, bool, Nanos)]| is_bad(answers, 20, 0.05, 100);
        assert!(!judged(&of(10, 9, 0)), "19 answers are too few");
        assert!(!judged(&of(95, 5, 0)), "5 of 100 is not more than 5 %");
        assert!(judged(&of(94, 6, 0)));
        assert!(!judged(&of(100, 0, 1)), "the p99 of 100 is the 99th");
        assert!(judged(&of(100, 0, 2)));
        assert!(!is_bad(&of(50, 50, 50), 20, 0.0, 0), "without limits nothing is bad");
    }
}
