//! The message broker: topics of messages, and the consumers that handle them.
//!
//! Real about: at-least-once delivery. A message stays with the broker until it is acknowledged; an
//! acknowledgement that gets lost, or comes while the broker is down, brings it back, and so does a
//! failure, until it goes to the dead letters. Not real about: partitions, consumer groups that
//! rebalance, replicas of the broker, prefetching, and a producer that tries again by itself:
//! a publication that fails is the caller's affair.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Marketplace;
use super::config::tables::ORDERS;
use super::config::{BrokerKnobs, Fault};
use super::draw_seed;
use super::mysql::Write;
use super::mysql::table::TableId;
use crate::engine::channel::Channel;
use crate::engine::distribution::Distribution;
use crate::engine::executor::{Clock, Sim};
use crate::engine::gauge::{Census, CensusReport};
use crate::engine::time::Nanos;
use crate::random::{Stream, Streams};
use crate::stats::histogram::Histogram;

/// Purposes of the draws of a message, by delivery.
const HANDLE: u64 = 1 << 32;
const ACKNOWLEDGE: u64 = 2 << 32;
const POISON: u64 = 3 << 32;
const EFFECT: u64 = 4 << 32;

/// What an event says: a row has this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fact {
    pub(crate) table: TableId,
    pub(crate) key: u64,
    pub(crate) version: u64,
}

impl Fact {
    pub(crate) fn of(write: &Write) -> Fact {
        Fact { table: write.table, key: write.key, version: write.version }
    }

    /// Orders are known by their key, changes of bids by their version.
    fn topic(self) -> Topic {
        if self.table == ORDERS { Topic::Orders } else { Topic::Bids }
    }
}

/// An event, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) fact: Fact,
    pub(crate) request: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// For the settlement of another service.
    Orders,
    /// For the projection.
    Bids,
}

/// The broker did not take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable;

#[derive(Clone, Copy, Debug)]
struct Message {
    /// In order of publication.
    number: u64,
    event: Event,
    deliveries: u64,
    failures: u32,
    waits_since: Nanos,
}

pub(crate) struct Broker<'w> {
    clock: &'w Clock,
    knobs: &'w BrokerKnobs,
    fault: Fault,
    draws: u64,
    down_until: Cell<Nanos>,
    published: Cell<u64>,
    topics: [Queue<'w>; 2],
    /// Taken and not acknowledged, by number: waiting, being handled, or to come again.
    held: RefCell<BTreeMap<u64, Fact>>,
    dead: RefCell<Vec<Fact>>,
    /// From the commit to the effect.
    pub(crate) lag: RefCell<Histogram>,
}

struct Queue<'w> {
    messages: RefCell<VecDeque<Message>>,
    /// One for each message.
    arrivals: Channel<'w, ()>,
    waiting: RefCell<Census>,
    /// Orders that were handled, remembered together with the effect.
    handled: RefCell<BTreeSet<u64>>,
}

impl<'w> Broker<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        knobs: &'w BrokerKnobs,
        fault: Fault,
        streams: Streams,
    ) -> Broker<'w> {
        let queue = || Queue {
            messages: RefCell::default(),
            arrivals: Channel::new(clock),
            waiting: RefCell::default(),
            handled: RefCell::default(),
        };
        Broker {
            clock,
            knobs,
            fault,
            draws: streams.stream("broker").bits(),
            down_until: Cell::new(0),
            published: Cell::new(0),
            topics: [queue(), queue()],
            held: RefCell::default(),
            dead: RefCell::default(),
            lag: RefCell::default(),
        }
    }

    /// Takes and gives nothing for so long.
    pub(crate) fn go_down(&self, span: Nanos) {
        let until = self.clock.now().saturating_add(span);
        self.down_until.set(self.down_until.get().max(until));
    }

    fn is_down(&self) -> bool {
        self.clock.now() < self.down_until.get()
    }

    async fn until_up(&self) {
        while self.is_down() {
            self.clock.sleep(self.down_until.get() - self.clock.now()).await;
        }
    }

    /// Publishes all or nothing; they are with the broker after half of the round trip.
    ///
    /// # Errors
    /// [`Unavailable`], known after the round trip.
    pub(crate) async fn publish(
        &self,
        events: &[Event],
        round_trip: Nanos,
    ) -> Result<(), Unavailable> {
        if round_trip > 0 {
            self.clock.sleep(round_trip / 2).await;
        }
        let taken = if self.is_down() { Err(Unavailable) } else { Ok(()) };
        if taken.is_ok() {
            for event in events {
                self.take_in(*event);
            }
        }
        if round_trip > 0 {
            self.clock.sleep(round_trip - round_trip / 2).await;
        }
        taken
    }

    /// A message is with the broker from now on.
    pub(super) fn take_in(&self, event: Event) {
        let number = self.published.get() + 1;
        self.published.set(number);
        if self.fault == Fault::DropMessage && number.is_multiple_of(10) {
            return;
        }
        self.held.borrow_mut().insert(number, event.fact);
        self.enqueue(Message { number, event, deliveries: 0, failures: 0, waits_since: 0 });
    }

    fn queue(&self, topic: Topic) -> &Queue<'w> {
        &self.topics[topic as usize]
    }

    fn enqueue(&self, message: Message) {
        let now = self.clock.now();
        let queue = self.queue(message.event.fact.topic());
        queue.messages.borrow_mut().push_back(Message { waits_since: now, ..message });
        queue.waiting.borrow_mut().enter(now);
        queue.arrivals.send(());
    }

    /// The next message for a consumer.
    async fn deliver(&self, topic: Topic) -> Message {
        let queue = self.queue(topic);
        loop {
            queue.arrivals.receive().await;
            self.until_up().await;
            let message = queue.messages.borrow_mut().pop_front();
            if let Some(mut message) = message {
                queue.waiting.borrow_mut().leave(self.clock.now(), message.waits_since);
                message.deliveries += 1;
                return message;
            }
        }
    }

    fn drawn(&self, message: &Message, purpose: u64) -> Stream {
        Stream::from_seed(draw_seed(self.draws, message.number, purpose + message.deliveries))
    }

    /// Whether a message fails each time: the same for every copy of an event.
    fn is_poison(&self, message: &Message) -> bool {
        let share = self.knobs.poison_share.0;
        let fact = message.event.fact;
        let id = if fact.table == ORDERS { fact.key } else { fact.version };
        share > 0.0 && Stream::from_seed(draw_seed(self.draws, id, POISON)).unit() < share
    }

    fn loses_acknowledgement(&self, message: &Message) -> bool {
        let share = self.knobs.ack_lost_share.0;
        self.is_down() || share > 0.0 && self.drawn(message, ACKNOWLEDGE).unit() < share
    }

    /// Whether consumers remember an order as handled.
    fn knows(&self, event: &Event) -> bool {
        let orders = self.queue(Topic::Orders);
        self.knobs.idempotent && orders.handled.borrow().contains(&event.fact.key)
    }

    fn remember(&self, event: &Event) {
        if self.knobs.idempotent && self.fault != Fault::ForgetHandled {
            self.queue(Topic::Orders).handled.borrow_mut().insert(event.fact.key);
        }
    }

    /// Messages that wait for a consumer, times nanoseconds.
    pub(crate) fn waiting_area(&self) -> u128 {
        let now = self.clock.now();
        self.topics.iter().map(|queue| queue.waiting.borrow().area(now)).sum()
    }

    pub(crate) fn dead_letters(&self) -> u64 {
        self.dead.borrow().len() as u64
    }

    /// What has not been acknowledged, dead letters included.
    pub(crate) fn held(&self) -> BTreeSet<Fact> {
        let (held, dead) = (self.held.borrow(), self.dead.borrow());
        held.values().chain(dead.iter()).copied().collect()
    }

    /// The run is over: whoever waits leaves, so that the books can be checked.
    pub(crate) fn end(&self) {
        let now = self.clock.now();
        for queue in &self.topics {
            for message in queue.messages.take() {
                queue.waiting.borrow_mut().leave(now, message.waits_since);
            }
        }
    }

    pub(crate) fn reports(&self) -> [CensusReport; 2] {
        let now = self.clock.now();
        [0, 1].map(|at| self.topics[at].waiting.borrow().report(now))
    }
}

/// Whether the work on a message is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handled {
    Done,
    Failed,
}

/// One consumer: takes a message, handles it, acknowledges it, and again.
pub(crate) async fn consume<'w>(sim: Sim<'w>, market: &'w Marketplace<'w>, topic: Topic) {
    let broker = &market.broker;
    loop {
        let mut message = broker.deliver(topic).await;
        let handled = handle(market, topic, &message).await;
        if handled == Handled::Failed {
            message.failures += 1;
        }
        let acknowledged = handled == Handled::Done && !broker.loses_acknowledgement(&message);
        let dead = message.failures >= broker.knobs.max_deliveries;
        if acknowledged || dead {
            broker.held.borrow_mut().remove(&message.number);
            if dead {
                broker.dead.borrow_mut().push(message.event.fact);
            }
        } else {
            sim.spawn("redelivery", async move {
                market.clock.sleep(broker.knobs.redeliver_after.0).await;
                broker.enqueue(message);
            });
        }
    }
}

async fn handle<'w>(market: &'w Marketplace<'w>, topic: Topic, message: &Message) -> Handled {
    let (broker, event) = (&market.broker, &message.event);
    if topic == Topic::Orders && broker.knows(event) {
        return Handled::Done;
    }
    let span = sample(&broker.knobs.handle, || broker.drawn(message, HANDLE));
    if span > 0 {
        market.clock.sleep(span).await;
    }
    if broker.is_poison(message) {
        return Handled::Failed;
    }
    match topic {
        Topic::Orders => {
            // What was handled is stored with the effect: a copy that was faster is found out.
            if !broker.knows(event) {
                broker.remember(event);
                market.has_effect(event);
            }
            Handled::Done
        }
        Topic::Bids => {
            let projected = market.project(event, &mut broker.drawn(message, EFFECT)).await;
            projected.map_or(Handled::Failed, |()| Handled::Done)
        }
    }
}

/// A draw whose stream is made only if it is needed.
fn sample(distribution: &Distribution, stream: impl FnOnce() -> Stream) -> Nanos {
    match distribution {
        Distribution::Constant(span) => *span,
        drawn => drawn.sample(&mut stream()),
    }
}

impl Marketplace<'_> {
    /// What follows from a change has been done by somebody else.
    pub(crate) fn has_effect(&self, event: &Event) {
        if let Some(lag) = self.witness.effect(event.request, event.fact) {
            self.broker.lag.borrow_mut().record(lag);
        }
    }
}
