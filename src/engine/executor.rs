//! Processes in virtual time: the clock, its timers, and the executor that polls `async fn`s.
//!
//! A process is a future. A leaf future that must wait notes which process is running and returns
//! `Pending`; a timer or a resource names that process when it may go on. No waker is involved:
//! leaf futures tolerate being polled without a reason, so ordinary combinators work.
//!
//! The clock outlives the model and the model outlives the executor:
//!
//! ```ignore
//! let clock = Clock::new();
//! let model = Model::new(&clock);
//! let sim = Sim::new(&clock);
//! sim.spawn("client", client(&sim, &model));
//! let ended = sim.run(Limits::default())?;
//! ```

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::calendar::{Calendar, Entry};
use super::cancel::Cancel;
use super::time::Nanos;

const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
/// Slots from here on in a calendar entry name a lane, not a timer.
const LANE_BASE: u32 = SLOT_MASK as u32 - 63;
const LANES_MAX: usize = 64;
const FIRED: u64 = u64::MAX;
const FREE: u64 = 0;
/// Polls at one instant after which virtual time is taken to stand still.
pub(crate) const STANDSTILL: u64 = 10_000_000;
/// Calendar entries between two looks at the wish to cancel: a power of two, some milliseconds.
const CANCEL_EVERY: u64 = 1 << 14;

/// A process, as leaf futures and resources name it.
pub(super) type ProcessId = u32;
pub(super) const NOBODY: ProcessId = u32::MAX;

/// The virtual clock with its timers, and the processes that are due at this instant.
pub(crate) struct Clock {
    now: Cell<Nanos>,
    current: Cell<ProcessId>,
    timers: RefCell<Timers>,
    ready: RefCell<VecDeque<ProcessId>>,
    running: Cell<bool>,
    stopped: Cell<bool>,
    events: Cell<u64>,
    cancel: Option<Cancel>,
}

#[derive(Default)]
struct Timers {
    calendar: Calendar,
    slots: Vec<Timer>,
    free: Vec<u32>,
    lanes: Vec<Lane>,
    sequence: u64,
}

#[derive(Clone, Copy)]
struct Timer {
    /// Sequence number while armed, [`FIRED`] or [`FREE`] afterwards. A calendar entry whose
    /// sequence differs is stale: cancelling only clears the slot.
    sequence: u64,
    process: ProcessId,
}

/// Timers of one constant delay, in order of arming and so in order of expiry: only the first
/// stands in the calendar. Timeouts are nearly always cancelled; here that costs no heap work.
struct Lane {
    delay: Nanos,
    queue: VecDeque<(Entry, u32)>,
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock::cancelled_by(None)
    }

    /// A clock whose runs end with [`RunError::Cancelled`] soon after they are cancelled.
    pub(crate) fn cancelled_by(cancel: Option<&Cancel>) -> Clock {
        Clock {
            now: Cell::new(0),
            current: Cell::new(NOBODY),
            timers: RefCell::default(),
            ready: RefCell::default(),
            running: Cell::new(false),
            stopped: Cell::new(false),
            events: Cell::new(0),
            cancel: cancel.cloned(),
        }
    }

    #[inline]
    pub(crate) fn now(&self) -> Nanos {
        self.now.get()
    }

    /// Ends the run at this instant, once everything that is due now is done; further runs end at
    /// once.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
    }

    /// Calendar entries taken so far.
    pub(crate) fn events(&self) -> u64 {
        self.events.get()
    }

    /// The process that is being polled.
    #[inline]
    pub(super) fn current(&self) -> ProcessId {
        self.current.get()
    }

    /// Makes a process due at this instant, after those that are due already.
    #[inline]
    pub(super) fn wake(&self, process: ProcessId) {
        self.ready.borrow_mut().push_back(process);
    }

    /// Ends after `span`. A span that would overflow the clock never ends.
    #[inline]
    pub(crate) fn sleep(&self, span: Nanos) -> Sleep<'_> {
        Sleep { clock: self, at: self.now().saturating_add(span), slot: None }
    }

    /// The output of `future`, or `None` if `span` passes first; then the future is dropped, so a
    /// waiting acquisition leaves its queue.
    #[inline]
    pub(crate) fn timeout<F: Future + Unpin>(&self, span: Nanos, future: F) -> Timeout<'_, F> {
        Timeout { clock: self, future: Some(future), span, slot: None }
    }

    /// Arms a timer for a process. The timer must be given back with [`Clock::disarm`] or by a
    /// true [`Clock::take_fired`].
    #[inline]
    pub(super) fn arm(&self, at: Nanos, process: ProcessId) -> u32 {
        let timers = &mut *self.timers.borrow_mut();
        let (slot, entry) = timers.reserve(at, process);
        timers.calendar.push(entry);
        slot
    }

    /// Arms a timer that expires after one of few recurring delays.
    #[inline]
    fn arm_after(&self, delay: Nanos, process: ProcessId) -> u32 {
        let at = self.now().saturating_add(delay);
        let timers = &mut *self.timers.borrow_mut();
        let lane = match timers.lanes.iter().position(|lane| lane.delay == delay) {
            Some(lane) => lane,
            None if timers.lanes.len() < LANES_MAX => {
                timers.lanes.push(Lane { delay, queue: VecDeque::new() });
                timers.lanes.len() - 1
            }
            None => {
                let (slot, entry) = timers.reserve(at, process);
                timers.calendar.push(entry);
                return slot;
            }
        };
        let (slot, entry) = timers.reserve(at, process);
        let queue = &mut timers.lanes[lane].queue;
        queue.push_back((entry, slot));
        if queue.len() == 1 {
            timers.announce(lane);
        }
        slot
    }

    /// Gives an armed timer back before it fires.
    #[inline]
    pub(super) fn disarm(&self, slot: u32) {
        let timers = &mut *self.timers.borrow_mut();
        timers.slots[slot as usize].sequence = FREE;
        timers.free.push(slot);
    }

    /// Whether the timer has fired; if so it is given back.
    #[inline]
    pub(super) fn take_fired(&self, slot: u32) -> bool {
        let timers = &mut *self.timers.borrow_mut();
        let fired = timers.slots[slot as usize].sequence == FIRED;
        if fired {
            timers.slots[slot as usize].sequence = FREE;
            timers.free.push(slot);
        }
        fired
    }
}

impl Timers {
    #[inline]
    fn reserve(&mut self, at: Nanos, process: ProcessId) -> (u32, Entry) {
        self.sequence += 1;
        let timer = Timer { sequence: self.sequence, process };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = timer;
                slot
            }
            None => {
                self.slots.push(timer);
                self.slots.len() as u32 - 1
            }
        };
        assert!(slot < LANE_BASE, "more than {LANE_BASE} timers armed at once");
        (slot, Entry { at, key: self.sequence << SLOT_BITS | u64::from(slot) })
    }

    /// Puts the first live timer of a lane into the calendar.
    fn announce(&mut self, lane: usize) {
        while let Some((entry, slot)) = self.lanes[lane].queue.front().copied() {
            if self.slots[slot as usize].sequence == entry.key >> SLOT_BITS {
                let key = entry.key & !SLOT_MASK | u64::from(LANE_BASE + lane as u32);
                self.calendar.push(Entry { at: entry.at, key });
                return;
            }
            self.lanes[lane].queue.pop_front();
        }
    }

    /// Takes the next calendar entry: its moment, and the process to poll unless it is stale.
    #[inline]
    fn expire(&mut self) -> Option<(Nanos, Option<ProcessId>)> {
        let entry = self.calendar.pop()?;
        let mut slot = (entry.key & SLOT_MASK) as u32;
        if slot >= LANE_BASE {
            let lane = (slot - LANE_BASE) as usize;
            if let Some((_, first)) = self.lanes[lane].queue.pop_front() {
                slot = first;
            }
            self.announce(lane);
        }
        let timer = &mut self.slots[slot as usize];
        if timer.sequence != entry.key >> SLOT_BITS {
            return Some((entry.at, None));
        }
        timer.sequence = FIRED;
        Some((entry.at, Some(timer.process)))
    }
}

type Process<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;

#[derive(Default)]
struct Tasks<'w> {
    slots: Vec<Task<'w>>,
    free: Vec<ProcessId>,
}

struct Task<'w> {
    label: &'static str,
    /// `None` while it is being polled, and when the slot is free.
    process: Option<Process<'w>>,
    alive: bool,
}

/// A handle to the executor; cloning it is cheap, and processes hold one to spawn others.
#[derive(Clone)]
pub(crate) struct Sim<'w> {
    pub(crate) clock: &'w Clock,
    tasks: Rc<RefCell<Tasks<'w>>>,
}

/// When a run stops although processes could go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Nothing after this moment happens; the clock stands at it when the run ends.
    pub(crate) until: Nanos,
    /// Most calendar entries to take.
    pub(crate) events: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { until: Nanos::MAX, events: u64::MAX }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Nothing is left to happen. Processes that still wait will wait for ever: their labels, with
    /// how many there are of each.
    Idle { waiting: Vec<(&'static str, usize)> },
    /// The moment [`Limits::until`] was reached.
    Until,
    /// A process called [`Clock::stop`].
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunError {
    /// Ten million polls at one instant: a process goes round in circles without waiting.
    Standstill { at: Nanos, process: &'static str },
    /// The run took [`Limits::events`] calendar entries.
    TooManyEvents { at: Nanos },
    /// `run` was called from inside a process.
    Reentered,
    /// The run was given up from outside.
    Cancelled,
}

impl<'w> Sim<'w> {
    pub(crate) fn new(clock: &'w Clock) -> Sim<'w> {
        Sim { clock, tasks: Rc::default() }
    }

    /// Starts a process at this instant, after those that are due already.
    pub(crate) fn spawn(&self, label: &'static str, process: impl Future<Output = ()> + 'w) {
        let id = self.admit(label);
        self.tasks.borrow_mut().slots[id as usize].process = Some(Box::pin(process));
        self.clock.wake(id);
    }

    /// Starts a process and runs it at once, up to its first wait.
    #[inline]
    pub(crate) fn spawn_now(&self, label: &'static str, process: impl Future<Output = ()> + 'w) {
        let id = self.admit(label);
        let before = self.clock.current.replace(id);
        let mut process: Process<'w> = Box::pin(process);
        let done = process.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        self.clock.current.set(before);
        let tasks = &mut *self.tasks.borrow_mut();
        if done {
            tasks.release(id);
        } else {
            tasks.slots[id as usize].process = Some(process);
        }
    }

    #[inline]
    fn admit(&self, label: &'static str) -> ProcessId {
        let tasks = &mut *self.tasks.borrow_mut();
        match tasks.free.pop() {
            Some(id) => {
                let task = &mut tasks.slots[id as usize];
                task.label = label;
                task.alive = true;
                id
            }
            None => {
                tasks.slots.push(Task { label, process: None, alive: true });
                tasks.slots.len() as ProcessId - 1
            }
        }
    }

    /// Runs until nothing is left to happen or a limit is reached. The run can be continued with
    /// later limits; [`Sim::close`] ends it.
    ///
    /// # Errors
    /// See [`RunError`].
    pub(crate) fn run(&self, limits: Limits) -> Result<Ended, RunError> {
        if self.clock.running.replace(true) {
            return Err(RunError::Reentered);
        }
        let ended = self.run_loop(limits);
        self.clock.running.set(false);
        ended
    }

    fn run_loop(&self, limits: Limits) -> Result<Ended, RunError> {
        let clock = self.clock;
        let mut context = Context::from_waker(Waker::noop());
        let (mut instant, mut polls) = (clock.now(), 0u64);
        loop {
            loop {
                let Some(process) = clock.ready.borrow_mut().pop_front() else { break };
                polls += 1;
                if polls > STANDSTILL {
                    return Err(RunError::Standstill { at: instant, process: self.label(process) });
                }
                self.poll(process, &mut context);
            }
            if clock.stopped.get() {
                return Ok(Ended::Stopped);
            }
            let due = {
                let timers = &mut *clock.timers.borrow_mut();
                if limits.until != Nanos::MAX
                    && timers.calendar.peek().is_none_or(|entry| entry.at > limits.until)
                {
                    clock.now.set(limits.until);
                    return Ok(Ended::Until);
                }
                timers.expire()
            };
            let Some((at, process)) = due else {
                return Ok(Ended::Idle { waiting: self.waiting() });
            };
            let events = clock.events.get() + 1;
            clock.events.set(events);
            if events > limits.events {
                return Err(RunError::TooManyEvents { at });
            }
            if events.is_multiple_of(CANCEL_EVERY)
                && clock.cancel.as_ref().is_some_and(Cancel::is_cancelled)
            {
                return Err(RunError::Cancelled);
            }
            let Some(process) = process else { continue };
            clock.now.set(at);
            if at != instant {
                (instant, polls) = (at, 0);
            }
            polls += 1;
            if polls > STANDSTILL {
                return Err(RunError::Standstill { at, process: self.label(process) });
            }
            self.poll(process, &mut context);
        }
    }

    #[inline]
    fn poll(&self, id: ProcessId, context: &mut Context<'_>) {
        let taken = self.tasks.borrow_mut().slots[id as usize].process.take();
        // A wake may arrive for a process that has ended meanwhile.
        let Some(mut process) = taken else { return };
        self.clock.current.set(id);
        let done = process.as_mut().poll(context).is_ready();
        let tasks = &mut *self.tasks.borrow_mut();
        if done {
            tasks.release(id);
        } else {
            tasks.slots[id as usize].process = Some(process);
        }
    }

    fn label(&self, id: ProcessId) -> &'static str {
        self.tasks.borrow().slots[id as usize].label
    }

    fn waiting(&self) -> Vec<(&'static str, usize)> {
        let mut counts = BTreeMap::new();
        for task in self.tasks.borrow().slots.iter().filter(|task| task.alive) {
            *counts.entry(task.label).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }

    /// Drops all processes, whatever they wait for. Processes hold handles to the executor, so
    /// without this a run that did not end by itself would keep its memory.
    pub(crate) fn close(&self) {
        loop {
            // Dropping a process may wake or even spawn others; the borrow must not be held.
            let slots = std::mem::take(&mut self.tasks.borrow_mut().slots);
            if slots.is_empty() {
                break;
            }
            drop(slots);
        }
        self.tasks.borrow_mut().free.clear();
        self.clock.ready.borrow_mut().clear();
    }
}

impl Tasks<'_> {
    #[inline]
    fn release(&mut self, id: ProcessId) {
        self.slots[id as usize].alive = false;
        self.free.push(id);
    }
}

/// Waits for a moment.
pub(crate) struct Sleep<'c> {
    clock: &'c Clock,
    at: Nanos,
    slot: Option<u32>,
}

impl Future for Sleep<'_> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.slot {
            None => {
                self.slot = Some(self.clock.arm(self.at, self.clock.current()));
                Poll::Pending
            }
            Some(slot) if self.clock.take_fired(slot) => {
                self.slot = None;
                Poll::Ready(())
            }
            Some(_) => Poll::Pending,
        }
    }
}

impl Drop for Sleep<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            self.clock.disarm(slot);
        }
    }
}

/// See [`Clock::timeout`].
pub(crate) struct Timeout<'c, F> {
    clock: &'c Clock,
    future: Option<F>,
    span: Nanos,
    slot: Option<u32>,
}

impl<F: Future + Unpin> Future for Timeout<'_, F> {
    type Output = Option<F::Output>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let this = &mut *self;
        let Some(future) = &mut this.future else { return Poll::Ready(None) };
        if let Poll::Ready(output) = Pin::new(future).poll(context) {
            return Poll::Ready(Some(output));
        }
        match this.slot {
            None => {
                this.slot = Some(this.clock.arm_after(this.span, this.clock.current()));
                Poll::Pending
            }
            Some(slot) if this.clock.take_fired(slot) => {
                this.slot = None;
                this.future = None;
                Poll::Ready(None)
            }
            Some(_) => Poll::Pending,
        }
    }
}

impl<F> Drop for Timeout<'_, F> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            self.clock.disarm(slot);
        }
    }
}
