//! Messages between processes, and signals that are given once.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::executor::{Clock, NOBODY, ProcessId};
use super::wait_queue::WaitQueue;

/// An unbounded first-in first-out queue of messages; each message goes to one receiver, receivers
/// are served in order of arrival.
pub(crate) struct Channel<'w, T> {
    clock: &'w Clock,
    state: RefCell<ChannelState<T>>,
}

struct ChannelState<T> {
    messages: VecDeque<T>,
    /// Messages that are set aside for woken receivers, which count from the front.
    promised: usize,
    receivers: WaitQueue<bool>,
}

impl<'w, T> Channel<'w, T> {
    pub(crate) fn new(clock: &'w Clock) -> Channel<'w, T> {
        let state = ChannelState {
            messages: VecDeque::new(),
            promised: 0,
            receivers: WaitQueue::default(),
        };
        Channel { clock, state: RefCell::new(state) }
    }

    pub(crate) fn send(&self, message: T) {
        let state = &mut *self.state.borrow_mut();
        state.messages.push_back(message);
        self.promise(state);
    }

    /// Waits for a message. Dropping the future leaves the message to the next receiver.
    pub(crate) fn receive(&self) -> Receive<'_, T> {
        Receive { channel: self, node: None }
    }

    fn promise(&self, state: &mut ChannelState<T>) {
        if let Some(node) = state.receivers.pop() {
            state.promised += 1;
            state.receivers.set_state(node, true);
            self.clock.wake(state.receivers.process(node));
        }
    }
}

/// See [`Channel::receive`].
pub(crate) struct Receive<'c, T> {
    channel: &'c Channel<'c, T>,
    node: Option<u32>,
}

impl<T> Future for Receive<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let channel = self.channel;
        let state = &mut *channel.state.borrow_mut();
        let message = match self.node {
            None if state.messages.len() > state.promised => state.messages.remove(state.promised),
            None => None,
            Some(node) if state.receivers.state(node) => {
                state.receivers.free(node);
                self.node = None;
                state.promised -= 1;
                state.messages.pop_front()
            }
            Some(_) => return Poll::Pending,
        };
        match message {
            Some(message) => Poll::Ready(message),
            None => {
                self.node = Some(state.receivers.join(channel.clock.current(), false));
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Receive<'_, T> {
    fn drop(&mut self) {
        let Some(node) = self.node else { return };
        let state = &mut *self.channel.state.borrow_mut();
        let promised = state.receivers.state(node);
        if !promised {
            state.receivers.unlink(node);
        }
        state.receivers.free(node);
        if promised {
            state.promised -= 1;
            self.channel.promise(state);
        }
    }
}

/// Given once, with a value; all who wait, then or later, see it.
pub(crate) struct Signal<'w, T> {
    clock: &'w Clock,
    value: Cell<Option<T>>,
    /// Nearly always there is one waiter at most, and no list is needed.
    first: Cell<ProcessId>,
    others: RefCell<Vec<ProcessId>>,
}

impl<'w, T: Copy> Signal<'w, T> {
    pub(crate) fn new(clock: &'w Clock) -> Signal<'w, T> {
        let first = Cell::new(NOBODY);
        Signal { clock, value: Cell::new(None), first, others: RefCell::default() }
    }

    /// Gives the signal; only the first value counts.
    pub(crate) fn give(&self, value: T) {
        if self.value.get().is_some() {
            return;
        }
        self.value.set(Some(value));
        let first = self.first.replace(NOBODY);
        if first != NOBODY {
            self.clock.wake(first);
        }
        for process in self.others.take() {
            self.clock.wake(process);
        }
    }

    pub(crate) fn given(&self) -> Option<T> {
        self.value.get()
    }

    /// Waits for the signal.
    pub(crate) fn wait(&self) -> Wait<'_, T> {
        Wait { signal: self, listed: false }
    }
}

/// See [`Signal::wait`].
pub(crate) struct Wait<'s, T> {
    signal: &'s Signal<'s, T>,
    listed: bool,
}

impl<T: Copy> Future for Wait<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let signal = self.signal;
        if let Some(value) = signal.given() {
            return Poll::Ready(value);
        }
        if !self.listed {
            self.listed = true;
            // A waiter that gives up stays listed: its wake is one poll without a reason.
            if signal.first.get() == NOBODY {
                signal.first.set(signal.clock.current());
            } else {
                signal.others.borrow_mut().push(signal.clock.current());
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use std::cell::RefCell as Log;

    #[test]
    fn messages_go_to_receivers_in_order_and_a_dropped_receiver_loses_none() {
        let clock = Clock::new();
        let channel = Channel::new(&clock);
        let log = Log::new(Vec::new());
        let sim = Sim::new(&clock);
        for (name, patience) in [("a", 1_000), ("gives up at the delivery", 10), ("b", 1_000)] {
            let (clock, channel, log) = (&clock, &channel, &log);
            sim.spawn(name, async move {
                let got = clock.timeout(patience, channel.receive()).await;
                log.borrow_mut().push((name, clock.now(), got));
            });
        }
        sim.spawn("sender", async {
            clock.sleep(5).await;
            channel.send(1);
            clock.sleep(5).await;
            channel.send(2);
        });
        sim.run(Limits::default()).unwrap();
        drop(sim);
        // Both things happen at 10: the timer was armed first, so the receiver gives up first.
        let expected =
            [("a", 5, Some(1)), ("gives up at the delivery", 10, None), ("b", 10, Some(2))];
        assert_eq!(log.into_inner(), expected);
    }

    #[test]
    fn a_signal_reaches_early_and_late_waiters_once() {
        let clock = Clock::new();
        let signal = Signal::new(&clock);
        let log = Log::new(Vec::new());
        let sim = Sim::new(&clock);
        for (name, from) in [("early", 0), ("late", 50)] {
            let (clock, signal, log) = (&clock, &signal, &log);
            sim.spawn(name, async move {
                clock.sleep(from).await;
                let value = signal.wait().await;
                log.borrow_mut().push((name, clock.now(), value));
            });
        }
        sim.spawn("giver", async {
            clock.sleep(20).await;
            signal.give('x');
            signal.give('y');
        });
        sim.run(Limits::default()).unwrap();
        drop(sim);
        assert_eq!(log.into_inner(), [("early", 20, 'x'), ("late", 50, 'x')]);
    }
}
