//! A number that only grows, and processes that wait until it has come so far.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::channel::Signal;
use super::executor::Clock;

pub(crate) struct Progress<'w> {
    clock: &'w Clock,
    reached: Cell<u64>,
    /// Who waits, by what for.
    waiting: RefCell<BTreeMap<u64, Rc<Signal<'w, ()>>>>,
}

impl<'w> Progress<'w> {
    pub(crate) fn new(clock: &'w Clock) -> Progress<'w> {
        Progress { clock, reached: Cell::new(0), waiting: RefCell::default() }
    }

    pub(crate) fn reached(&self) -> u64 {
        self.reached.get()
    }

    /// Comes as far as `to`; wakes all who waited for that or less. Never goes back.
    pub(crate) fn advance(&self, to: u64) {
        if to <= self.reached.get() {
            return;
        }
        self.reached.set(to);
        let waiting = &mut *self.waiting.borrow_mut();
        while let Some(first) = waiting.first_entry()
            && *first.key() <= to
        {
            first.remove().give(());
        }
    }

    /// Waits until `goal` is reached.
    pub(crate) async fn reach(&self, goal: u64) {
        if goal <= self.reached.get() {
            return;
        }
        let signal = {
            let waiting = &mut *self.waiting.borrow_mut();
            let new = || Rc::new(Signal::new(self.clock));
            Rc::clone(waiting.entry(goal).or_insert_with(new))
        };
        signal.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};

    #[test]
    fn whoever_waits_goes_on_when_the_goal_is_reached_or_passed() {
        let clock = Clock::new();
        let progress = Progress::new(&clock);
        let seen = RefCell::new(Vec::new());
        let sim = Sim::new(&clock);
        for goal in [3, 1, 2, 3] {
            let (progress, seen, clock) = (&progress, &seen, &clock);
            sim.spawn("waiter", async move {
                progress.reach(goal).await;
                seen.borrow_mut().push((clock.now(), goal));
            });
        }
        sim.spawn("worker", async {
            clock.sleep(10).await;
            progress.advance(1);
            clock.sleep(10).await;
            progress.advance(3);
            progress.advance(2);
            progress.reach(3).await;
            seen.borrow_mut().push((clock.now(), 0));
        });
        sim.run(Limits::default()).unwrap();
        drop(sim);
        assert_eq!(progress.reached(), 3);
        let mut seen = seen.into_inner();
        seen.sort_unstable();
        assert_eq!(seen, [(10, 1), (20, 0), (20, 2), (20, 3), (20, 3)]);
    }
}
