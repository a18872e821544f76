//! A counting resource whose released units can be snatched by newcomers before the woken waiter
//! runs, as in HikariCP's `ConcurrentBag`.
//!
//! A released unit becomes visible at once and is offered to the first waiter, whose wake-up takes
//! time. Until the waiter runs, any newcomer that finds the unit free may take it; the waiter then
//! queues again, at the tail. So waiters are served first-in first-out among themselves, but the
//! resource as a whole is not fair, and the longer a wake-up takes the less fair it is.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::distribution::Distribution;
use super::executor::Clock;
use super::gauge::Gauge;
use super::pool::Occupancy;
use super::wait_queue::WaitQueue;
use crate::random::Stream;

pub(crate) struct RacingPool<'w> {
    clock: &'w Clock,
    wake_up: Distribution,
    state: RefCell<State>,
}

struct State {
    units: Vec<Unit>,
    queue: WaitQueue<Waiter>,
    busy: Gauge,
    waiting: Gauge,
    stream: Stream,
    lost_races: u64,
    /// So many units, the first ones, have gone: those in use go when they come back.
    retired: usize,
    /// Most that waited at once since it was last asked for.
    waiting_max: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Busy,
    /// Free, and not on offer to anybody.
    Free,
    /// Free, visible to newcomers, and on offer to a waiter that is being woken.
    Offered,
    Retired,
}

#[derive(Clone, Copy)]
enum Waiter {
    Queued,
    /// Has been offered a unit and runs when its timer fires.
    Waking {
        unit: u32,
        timer: u32,
    },
}

impl<'w> RacingPool<'w> {
    /// `wake_up` is the time from a hand-off to the moment the woken waiter runs; constant zero
    /// gives a strictly fair pool.
    pub(crate) fn new(
        clock: &'w Clock,
        units: u32,
        wake_up: Distribution,
        stream: Stream,
    ) -> RacingPool<'w> {
        let state = State {
            units: vec![Unit::Free; units as usize],
            queue: WaitQueue::default(),
            busy: Gauge::default(),
            waiting: Gauge::default(),
            stream,
            lost_races: 0,
            retired: 0,
            waiting_max: 0,
        };
        RacingPool { clock, wake_up, state: RefCell::new(state) }
    }

    /// Waits for a unit. Dropping the future gives up its place, or the unit on offer to it.
    #[inline]
    pub(crate) fn acquire(&self) -> RacingAcquire<'_> {
        RacingAcquire { pool: self, node: None }
    }

    /// Adds a unit: on offer to the first waiter, if any.
    pub(crate) fn add_unit(&self) {
        let state = &mut *self.state.borrow_mut();
        state.units.push(Unit::Free);
        let unit = state.units.len() as u32 - 1;
        self.offer(state, unit);
    }

    /// Takes all units away, those in use when they come back.
    pub(crate) fn close(&self) {
        let state = &mut *self.state.borrow_mut();
        state.retired = state.units.len();
        for unit in state.units.iter_mut().filter(|unit| **unit != Unit::Busy) {
            *unit = Unit::Retired;
        }
    }

    /// Units in existence.
    pub(crate) fn units(&self) -> u32 {
        let state = self.state.borrow();
        (state.units.len() - state.retired) as u32
    }

    /// Units not in use, on offer or not.
    pub(crate) fn free(&self) -> u32 {
        let state = self.state.borrow();
        let of_now = &state.units[state.retired..];
        of_now.iter().filter(|unit| **unit != Unit::Busy).count() as u32
    }

    /// Units in use.
    pub(crate) fn busy(&self) -> u32 {
        self.state.borrow().busy.level() as u32
    }

    /// Most processes that waited at once since the last call.
    pub(crate) fn take_waiting_max(&self) -> u32 {
        let state = &mut *self.state.borrow_mut();
        let now = state.waiting.level() as u32;
        std::mem::replace(&mut state.waiting_max, now)
    }

    /// Processes that wait, those being woken included.
    pub(crate) fn waiting(&self) -> u32 {
        self.state.borrow().waiting.level() as u32
    }

    /// Hand-offs that a newcomer snatched, so that the woken waiter queued again.
    pub(crate) fn lost_races(&self) -> u64 {
        self.state.borrow().lost_races
    }

    pub(crate) fn occupancy(&self) -> Occupancy {
        let state = self.state.borrow();
        let now = self.clock.now();
        Occupancy { busy: state.busy.area(now), waiting: state.waiting.area(now) }
    }

    /// Offers a free unit to the first waiter in the queue.
    fn offer(&self, state: &mut State, unit: u32) {
        let Some(node) = state.queue.pop() else {
            state.units[unit as usize] = Unit::Free;
            return;
        };
        state.units[unit as usize] = Unit::Offered;
        let span = self.wake_up.sample(&mut state.stream);
        let at = self.clock.now().saturating_add(span);
        let timer = self.clock.arm(at, state.queue.process(node));
        state.queue.set_state(node, Waiter::Waking { unit, timer });
    }

    fn release(&self, unit: u32) {
        let state = &mut *self.state.borrow_mut();
        state.busy.remove(self.clock.now());
        if (unit as usize) < state.retired {
            state.units[unit as usize] = Unit::Retired;
        } else {
            self.offer(state, unit);
        }
    }

    /// What a newcomer takes: the first free unit, one that is on offer included, unless the
    /// wake-up takes no time.
    fn snatch(&self, state: &mut State) -> Option<u32> {
        let fair = self.wake_up.is_zero();
        let open = |unit: &Unit| *unit == Unit::Free || *unit == Unit::Offered && !fair;
        let unit = state.units.iter().position(open)?;
        state.units[unit] = Unit::Busy;
        state.busy.add(self.clock.now());
        Some(unit as u32)
    }
}

/// See [`RacingPool::acquire`].
pub(crate) struct RacingAcquire<'p> {
    pool: &'p RacingPool<'p>,
    node: Option<u32>,
}

impl<'p> Future for RacingAcquire<'p> {
    type Output = RacingPermit<'p>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<RacingPermit<'p>> {
        let pool = self.pool;
        let state = &mut *pool.state.borrow_mut();
        let Some(node) = self.node else {
            if let Some(unit) = pool.snatch(state) {
                return Poll::Ready(RacingPermit { pool, unit });
            }
            self.node = Some(state.queue.join(pool.clock.current(), Waiter::Queued));
            state.waiting.add(pool.clock.now());
            state.waiting_max = state.waiting_max.max(state.waiting.level() as u32);
            return Poll::Pending;
        };
        let Waiter::Waking { unit, timer } = state.queue.state(node) else { return Poll::Pending };
        if !pool.clock.take_fired(timer) {
            return Poll::Pending;
        }
        if matches!(state.units[unit as usize], Unit::Free | Unit::Offered) {
            state.units[unit as usize] = Unit::Busy;
            state.busy.add(pool.clock.now());
            state.waiting.remove(pool.clock.now());
            state.queue.free(node);
            self.node = None;
            return Poll::Ready(RacingPermit { pool, unit });
        }
        state.lost_races += 1;
        state.queue.set_state(node, Waiter::Queued);
        state.queue.link(node);
        // A returner keeps offering its unit while anybody waits.
        if let Some(free) = state.units.iter().position(|unit| *unit == Unit::Free) {
            pool.offer(state, free as u32);
        }
        Poll::Pending
    }
}

impl Drop for RacingAcquire<'_> {
    fn drop(&mut self) {
        let Some(node) = self.node else { return };
        let pool = self.pool;
        let state = &mut *pool.state.borrow_mut();
        state.waiting.remove(pool.clock.now());
        match state.queue.state(node) {
            Waiter::Queued => state.queue.unlink(node),
            Waiter::Waking { unit, timer } => {
                pool.clock.disarm(timer);
                if state.units[unit as usize] == Unit::Offered {
                    pool.offer(state, unit);
                }
            }
        }
        state.queue.free(node);
    }
}

/// One unit; given back when dropped.
pub(crate) struct RacingPermit<'p> {
    pool: &'p RacingPool<'p>,
    unit: u32,
}

impl RacingPermit<'_> {
    /// Which unit this is, counted from 0.
    pub(crate) fn unit(&self) -> u32 {
        self.unit
    }
}

impl Drop for RacingPermit<'_> {
    fn drop(&mut self) {
        self.pool.release(self.unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use crate::random::Streams;
    use std::cell::RefCell as Log;

    /// One unit, three processes; the log says who got it when.
    fn race(wake_up: u64) -> (Vec<(&'static str, u64)>, u64) {
        let clock = Clock::new();
        let stream = Streams { seed: 1, replication: 0 }.stream("wake-up");
        let pool = RacingPool::new(&clock, 1, Distribution::Constant(wake_up), stream);
        let log = Log::new(Vec::new());
        let sim = Sim::new(&clock);
        for (name, arrives) in [("holder", 0), ("waiter", 10), ("newcomer", 103)] {
            let (clock, pool, log) = (&clock, &pool, &log);
            sim.spawn(name, async move {
                clock.sleep(arrives).await;
                let permit = pool.acquire().await;
                log.borrow_mut().push((name, clock.now()));
                clock.sleep(100).await;
                drop(permit);
            });
        }
        sim.run(Limits::default()).unwrap();
        drop(sim);
        let lost = pool.lost_races();
        (log.into_inner(), lost)
    }

    #[test]
    fn a_newcomer_wins_only_while_the_waiter_is_being_woken() {
        // The unit is free at 100; the waiter runs at 100 + wake-up, the newcomer comes at 103.
        assert_eq!(race(0), (vec![("holder", 0), ("waiter", 100), ("newcomer", 200)], 0));
        assert_eq!(race(2), (vec![("holder", 0), ("waiter", 102), ("newcomer", 204)], 0));
        // The waiter loses at 105, queues again, and is woken by the newcomer's release at 203.
        assert_eq!(race(5), (vec![("holder", 0), ("newcomer", 103), ("waiter", 208)], 1));
    }

    #[test]
    fn a_waiter_that_gives_up_while_being_woken_passes_the_offer_on() {
        let clock = Clock::new();
        let stream = Streams { seed: 1, replication: 0 }.stream("wake-up");
        let pool = RacingPool::new(&clock, 1, Distribution::Constant(50), stream);
        let log = Log::new(Vec::new());
        let sim = Sim::new(&clock);
        for (name, patience) in [("holder", 1_000), ("impatient", 110), ("patient", 1_000)] {
            let (clock, pool, log) = (&clock, &pool, &log);
            sim.spawn(name, async move {
                let got = clock.timeout(patience, pool.acquire()).await;
                log.borrow_mut().push((name, clock.now(), got.is_some()));
                if got.is_some() {
                    clock.sleep(100).await;
                }
            });
        }
        sim.run(Limits::default()).unwrap();
        drop(sim);
        // Released at 100, offered to the impatient until 110, then woken again for 50.
        let expected = vec![("holder", 0, true), ("impatient", 110, false), ("patient", 160, true)];
        assert_eq!(log.into_inner(), expected);
        assert_eq!((pool.free(), pool.waiting()), (1, 0));
    }

    #[test]
    fn a_unit_that_comes_back_after_the_pool_was_closed_is_given_to_nobody() {
        let clock = Clock::new();
        let stream = Streams { seed: 1, replication: 0 }.stream("wake-up");
        let pool = RacingPool::new(&clock, 2, Distribution::Constant(0), stream);
        let log = Log::new(Vec::new());
        let sim = Sim::new(&clock);
        // Two hold until 30; the pool is closed at 10 and gets one new unit at 20. Of those who
        // come at 15, one gets that, and the other waits until it is free, at 50.
        for (arrives, holds) in [(0, 30), (0, 30), (15, 30), (15, 30)] {
            let (clock, pool, log) = (&clock, &pool, &log);
            sim.spawn("user", async move {
                clock.sleep(arrives).await;
                let permit = pool.acquire().await;
                log.borrow_mut().push((permit.unit(), clock.now()));
                clock.sleep(holds).await;
            });
        }
        let (its_clock, its_pool, its_log) = (&clock, &pool, &log);
        sim.spawn("owner", async move {
            its_clock.sleep(10).await;
            its_pool.close();
            assert_eq!((its_pool.units(), its_pool.free(), its_pool.busy()), (0, 0, 2));
            its_clock.sleep(10).await;
            its_pool.add_unit();
            assert_eq!((its_pool.units(), its_pool.free()), (1, 1));
            its_clock.sleep(20).await;
            assert_eq!(its_log.borrow().len(), 3);
        });
        sim.run(Limits::default()).unwrap();
        drop(sim);
        assert_eq!(*log.borrow(), [(0, 0), (1, 0), (2, 20), (2, 50)]);
        assert_eq!((pool.units(), pool.free(), pool.busy()), (1, 1, 0));
    }
}
