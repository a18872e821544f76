//! A FIFO pool of equal units on nothing but `std::task::Waker`, for the async engines that have no
//! such resource. A unit that comes free goes to the longest waiting directly, so nobody overtakes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

enum Place {
    Waiting(Waker),
    Granted,
    Left,
}

struct State {
    free: u32,
    waiting: u32,
    /// The places of the tickets from `first` on.
    places: VecDeque<Place>,
    first: u64,
    /// Every ticket before this one has been granted or has left.
    next: u64,
}

impl State {
    fn place(&mut self, ticket: u64) -> &mut Place {
        let at = (ticket - self.first) as usize;
        &mut self.places[at]
    }

    /// Forgets `ticket`, and with it all that left at the head.
    fn leave(&mut self, ticket: u64) {
        *self.place(ticket) = Place::Left;
        while let Some(Place::Left) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
        self.next = self.next.max(self.first);
    }

    /// Grants the unit that came free; the waker is of the customer that got it.
    fn release(&mut self) -> Option<Waker> {
        while self.next < self.first + self.places.len() as u64 {
            let ticket = self.next;
            self.next += 1;
            let place = self.place(ticket);
            if matches!(place, Place::Waiting(_))
                && let Place::Waiting(waker) = std::mem::replace(place, Place::Granted)
            {
                self.waiting -= 1;
                return Some(waker);
            }
        }
        self.free += 1;
        None
    }
}

pub struct Pool(RefCell<State>);

impl Pool {
    pub fn new(units: u32) -> Pool {
        Pool(RefCell::new(State {
            free: units,
            waiting: 0,
            places: VecDeque::new(),
            first: 0,
            next: 0,
        }))
    }

    /// Whether a newcomer would have to wait behind `queue_max` others.
    pub fn full(&self, queue_max: u32) -> bool {
        let state = self.0.borrow();
        state.free == 0 && state.waiting >= queue_max
    }

    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { pool: self, ticket: None }
    }

    fn release(&self) {
        // Woken outside the borrow: an engine may do anything in `wake`.
        let granted = self.0.borrow_mut().release();
        if let Some(waker) = granted {
            waker.wake();
        }
    }
}

/// Waits for a unit. Dropped early, it leaves the queue or passes the unit on.
pub struct Acquire<'p> {
    pool: &'p Pool,
    ticket: Option<u64>,
}

impl<'p> Future for Acquire<'p> {
    type Output = Unit<'p>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Unit<'p>> {
        let pool = self.pool;
        let mut state = pool.0.borrow_mut();
        match self.ticket {
            None if state.free > 0 => {
                state.free -= 1;
                Poll::Ready(Unit(pool))
            }
            None => {
                self.ticket = Some(state.first + state.places.len() as u64);
                state.places.push_back(Place::Waiting(cx.waker().clone()));
                state.waiting += 1;
                Poll::Pending
            }
            Some(ticket) if matches!(state.place(ticket), Place::Granted) => {
                state.leave(ticket);
                self.ticket = None;
                Poll::Ready(Unit(pool))
            }
            // The first waker still serves: these engines never move a future between tasks.
            Some(_) => Poll::Pending,
        }
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.pool.0.borrow_mut();
        let granted = matches!(state.place(ticket), Place::Granted);
        if !granted {
            state.waiting -= 1;
        }
        state.leave(ticket);
        drop(state);
        if granted {
            self.pool.release();
        }
    }
}

/// One unit of the pool, given back when dropped.
pub struct Unit<'p>(&'p Pool);

impl Drop for Unit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    fn poll<'p>(acquire: Pin<&mut Acquire<'p>>) -> Option<Unit<'p>> {
        match acquire.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(unit) => Some(unit),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_unit_goes_to_the_longest_waiting_and_a_newcomer_cannot_overtake() {
        let pool = Pool::new(1);
        let held = poll(pin!(pool.acquire()));
        let (mut first, mut second) = (pin!(pool.acquire()), pin!(pool.acquire()));
        assert!(poll(first.as_mut()).is_none() && poll(second.as_mut()).is_none());
        assert!(pool.full(2) && !pool.full(3));
        drop(held);
        assert!(poll(pin!(pool.acquire())).is_none(), "overtook the one that was granted");
        assert!(poll(second.as_mut()).is_none(), "second before first");
        let held = poll(first.as_mut());
        assert!(held.is_some());
        drop(held);
        assert!(poll(second.as_mut()).is_some());
        assert_eq!(pool.0.borrow().free, 1);
    }

    #[test]
    fn who_gives_up_leaves_the_queue_and_passes_a_granted_unit_on() {
        let pool = Pool::new(1);
        let held = poll(pin!(pool.acquire()));
        let (mut first, mut second) = (Box::pin(pool.acquire()), Box::pin(pool.acquire()));
        let mut third = Box::pin(pool.acquire());
        for waiting in [&mut first, &mut second, &mut third] {
            assert!(poll(waiting.as_mut()).is_none());
        }
        drop(second);
        drop(held);
        drop(first);
        assert!(!pool.full(1), "nobody waits any more");
        assert!(poll(third.as_mut()).is_some(), "the unit was lost");
        let state = pool.0.borrow();
        assert_eq!((state.free, state.waiting, state.places.len()), (1, 0, 0));
    }
}
