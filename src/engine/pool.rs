//! A counting resource with first-in first-out hand-off: threads, cores, servers.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::executor::Clock;
use super::gauge::Gauge;
use super::wait_queue::WaitQueue;

/// `units` alike; a released unit goes straight to the first in the queue, so a newcomer can never
/// overtake a waiter.
pub(crate) struct Pool<'w> {
    clock: &'w Clock,
    state: RefCell<State>,
}

struct State {
    free: u32,
    busy: Gauge,
    queue: WaitQueue<bool>,
    waiting: Gauge,
}

/// What a gauge of a resource showed over time: the mean follows from the area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occupancy {
    /// Units in use, integrated over time (unit nanoseconds).
    pub(crate) busy: u128,
    /// Waiting processes, integrated over time.
    pub(crate) waiting: u128,
}

impl<'w> Pool<'w> {
    pub(crate) fn new(clock: &'w Clock, units: u32) -> Pool<'w> {
        let state = State {
            free: units,
            busy: Gauge::default(),
            queue: WaitQueue::default(),
            waiting: Gauge::default(),
        };
        Pool { clock, state: RefCell::new(state) }
    }

    /// Waits for a unit. Dropping the future leaves the queue; dropping it after the grant passes
    /// the unit on.
    #[inline]
    pub(crate) fn acquire(&self) -> Acquire<'_> {
        Acquire { pool: self, node: None }
    }

    pub(crate) fn free(&self) -> u32 {
        self.state.borrow().free
    }

    /// Units in use at this instant.
    pub(crate) fn busy(&self) -> u64 {
        self.state.borrow().busy.level()
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.state.borrow().queue.len()
    }

    pub(crate) fn occupancy(&self) -> Occupancy {
        let state = self.state.borrow();
        let now = self.clock.now();
        Occupancy { busy: state.busy.area(now), waiting: state.waiting.area(now) }
    }

    #[inline]
    fn release(&self) {
        let state = &mut *self.state.borrow_mut();
        match state.queue.pop() {
            Some(node) => {
                state.waiting.remove(self.clock.now());
                state.queue.set_state(node, true);
                self.clock.wake(state.queue.process(node));
            }
            None => {
                state.free += 1;
                state.busy.remove(self.clock.now());
            }
        }
    }
}

/// See [`Pool::acquire`].
pub(crate) struct Acquire<'p> {
    pool: &'p Pool<'p>,
    node: Option<u32>,
}

impl<'p> Future for Acquire<'p> {
    type Output = Permit<'p>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Permit<'p>> {
        let pool = self.pool;
        let state = &mut *pool.state.borrow_mut();
        match self.node {
            None if state.free > 0 => {
                state.free -= 1;
                state.busy.add(pool.clock.now());
                Poll::Ready(Permit { pool })
            }
            None => {
                self.node = Some(state.queue.join(pool.clock.current(), false));
                state.waiting.add(pool.clock.now());
                Poll::Pending
            }
            Some(node) if state.queue.state(node) => {
                state.queue.free(node);
                self.node = None;
                Poll::Ready(Permit { pool })
            }
            Some(_) => Poll::Pending,
        }
    }
}

impl Drop for Acquire<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some(node) = self.node else { return };
        let granted = {
            let state = &mut *self.pool.state.borrow_mut();
            let granted = state.queue.state(node);
            if !granted {
                state.queue.unlink(node);
                state.waiting.remove(self.pool.clock.now());
            }
            state.queue.free(node);
            granted
        };
        if granted {
            self.pool.release();
        }
    }
}

/// One unit; given back when dropped.
pub(crate) struct Permit<'p> {
    pool: &'p Pool<'p>,
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.pool.release();
    }
}
