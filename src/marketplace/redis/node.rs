//! One Redis server: one thread that runs one command at a time, and what it has in memory. A
//! replica gets the changes of its primary a while later.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::store::{Change, Store};
use crate::engine::executor::Clock;
use crate::engine::pool::Pool;
use crate::engine::time::Nanos;

pub(crate) struct Node<'w> {
    clock: &'w Clock,
    thread: Pool<'w>,
    pub(super) store: RefCell<Store>,
    /// Changes on their way from the primary, with the moment at which they arrive.
    coming: RefCell<VecDeque<(Nanos, Change)>>,
    /// Commands run so far.
    commands: Cell<u64>,
    /// Times that it died: who was in its queue then gets no answer.
    deaths: Cell<u32>,
}

/// The server died before it came to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Died;

impl<'w> Node<'w> {
    pub(super) fn new(clock: &'w Clock, store: Store) -> Node<'w> {
        Node {
            clock,
            thread: Pool::new(clock, 1),
            store: RefCell::new(store),
            coming: RefCell::default(),
            commands: Cell::new(0),
            deaths: Cell::new(0),
        }
    }

    /// Waits for the thread and occupies it for `work`.
    ///
    /// # Errors
    /// [`Died`], in between.
    pub(super) async fn occupy(&self, work: Nanos) -> Result<(), Died> {
        let deaths = self.deaths.get();
        super::super::count(&self.commands);
        if work > 0 {
            let _thread = self.thread.acquire().await;
            if self.deaths.get() == deaths {
                self.clock.sleep(work).await;
            }
        }
        if self.deaths.get() == deaths { Ok(()) } else { Err(Died) }
    }

    /// A replica does what its primary has done: the thread works on it as on a command.
    pub(super) async fn repeat(&self, work: Nanos) {
        let _thread = self.thread.acquire().await;
        self.clock.sleep(work).await;
    }

    /// Runs a command on what is stored, with everything that has arrived from the primary.
    pub(super) fn run<T>(&self, command: impl FnOnce(&mut Store, Nanos) -> T) -> T {
        let now = self.clock.now();
        self.receive(now);
        let store = &mut *self.store.borrow_mut();
        store.before_command(now);
        command(store, now)
    }

    /// Changes set out from the primary and arrive at `at`, in order.
    pub(super) fn send(&self, changes: &[Change], at: Nanos) {
        self.receive(self.clock.now());
        self.coming.borrow_mut().extend(changes.iter().map(|change| (at, *change)));
    }

    /// Repeats the changes that have arrived by `now`.
    pub(super) fn receive(&self, now: Nanos) {
        let coming = &mut *self.coming.borrow_mut();
        let store = &mut *self.store.borrow_mut();
        while let Some((at, change)) = coming.front().copied()
            && at <= now
        {
            coming.pop_front();
            store.repeat(change, now);
        }
    }

    /// What has not arrived never will.
    pub(super) fn cut_off(&self) {
        self.coming.borrow_mut().clear();
    }

    pub(super) fn die(&self) {
        self.deaths.set(self.deaths.get() + 1);
    }

    /// Time that the thread was busy, and commands, so far.
    pub(super) fn busy(&self) -> (u128, u64) {
        (self.thread.occupancy().busy, self.commands.get())
    }
}
