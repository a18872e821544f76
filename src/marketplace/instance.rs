//! One application instance with its life cycle, and the balancer in front of them.

use std::cell::{Cell, RefCell};

use super::config::{BalancerPolicy, Config};
use super::hikari::Hikari;
use super::probe::{Event, Probe};
use super::tomcat::Tomcat;
use super::{Counter, Marketplace};
use crate::engine::executor::{Clock, Sim};
use crate::engine::pool::Pool;
use crate::engine::processor::Cores;
use crate::random::{Stream, Streams};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifecycle {
    Booting,
    Ready,
    /// Gets no new connections, and finishes what it has.
    Draining,
    Gone,
}

pub(crate) struct Instance<'w> {
    pub(crate) number: u32,
    pub(crate) lifecycle: Cell<Lifecycle>,
    pub(crate) tomcat: Tomcat<'w>,
    /// The pool of connections to the primary, and one to each replica.
    pub(crate) hikari: Hikari<'w>,
    pub(crate) readers: Vec<Hikari<'w>>,
    /// The database that it takes for the primary.
    pub(crate) writer: Cell<usize>,
    /// On the old primary's side of a split network.
    pub(crate) cut_off: Cell<bool>,
    pub(crate) cores: Cores<'w>,
    /// Threads of the executor that repeats failed attempts, where there is one.
    pub(crate) retry_executor: Pool<'w>,
    /// Requests on their way to or inside this instance, for the balancer.
    pub(crate) outstanding: Counter,
}

impl<'w> Instance<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        config: &'w Config,
        number: u32,
        streams: Streams,
    ) -> Instance<'w> {
        Instance {
            number,
            lifecycle: Cell::new(Lifecycle::Gone),
            tomcat: Tomcat::new(clock, config, number, streams),
            hikari: Hikari::new(clock, config, number, None, streams),
            readers: (1..=config.replica.count)
                .map(|replica| Hikari::new(clock, config, number, Some(replica), streams))
                .collect(),
            writer: Cell::new(0),
            cut_off: Cell::new(false),
            cores: Cores::new(clock, config.app.cores.count(), 0.0),
            retry_executor: Pool::new(clock, config.bid.retry_executor),
            outstanding: Cell::new(0),
        }
    }

    /// The pool of connections to a database.
    pub(crate) fn pool(&self, database: usize) -> &Hikari<'w> {
        match database.checked_sub(1).and_then(|replica| self.readers.get(replica)) {
            Some(pool) if database != self.writer.get() => pool,
            _ => &self.hikari,
        }
    }

    /// All its pools.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &Hikari<'w>> {
        std::iter::once(&self.hikari).chain(&self.readers)
    }

    fn enter(&self, state: Lifecycle, probe: &Probe<'_>) {
        self.lifecycle.set(state);
        probe.tell(Event::Instance { number: self.number, state });
    }

    /// Takes the instance out of balancing; it is gone once its last request has been answered.
    pub(crate) fn drain(&self, probe: &Probe<'_>) {
        if matches!(self.lifecycle.get(), Lifecycle::Booting | Lifecycle::Ready) {
            self.enter(Lifecycle::Draining, probe);
            self.leave_if_drained(probe);
        }
    }

    pub(crate) fn leave_if_drained(&self, probe: &Probe<'_>) {
        if self.lifecycle.get() == Lifecycle::Draining && self.outstanding.get() == 0 {
            self.enter(Lifecycle::Gone, probe);
        }
    }
}

/// From the start of an instance to ready.
pub(crate) async fn boot<'w>(
    sim: Sim<'w>,
    market: &'w Marketplace<'w>,
    instance: &'w Instance<'w>,
) {
    instance.enter(Lifecycle::Booting, &market.probe);
    let span = market.config.app.boot.0;
    if span > 0 {
        market.clock.sleep(span).await;
    }
    if instance.lifecycle.get() == Lifecycle::Booting {
        if instance.hikari.size() == 0 {
            instance.hikari.fill(&sim, &market.databases[0]);
            for (pool, replica) in instance.readers.iter().zip(&market.databases[1..]) {
                pool.fill(&sim, replica);
            }
        }
        instance.enter(Lifecycle::Ready, &market.probe);
    }
}

/// Picks an instance for a new connection.
pub(crate) struct Balancer {
    policy: BalancerPolicy,
    next: Cell<usize>,
    stream: RefCell<Stream>,
}

impl Balancer {
    pub(crate) fn new(policy: BalancerPolicy, streams: Streams) -> Balancer {
        let stream = RefCell::new(streams.stream("balancer"));
        Balancer { policy, next: Cell::new(0), stream }
    }

    /// A ready instance; `None` if there is none.
    pub(crate) fn pick<'i, 'w>(&self, instances: &'i [Instance<'w>]) -> Option<&'i Instance<'w>> {
        let ready = |at: usize| instances[at].lifecycle.get() == Lifecycle::Ready;
        let count = (0..instances.len()).filter(|at| ready(*at)).count();
        if count == 0 {
            return None;
        }
        let nth = |n: usize| (0..instances.len()).filter(|at| ready(*at)).nth(n);
        let fewest = |a: usize, b: usize| {
            let load = |at: usize| instances[at].outstanding.get();
            if load(b) < load(a) { b } else { a }
        };
        let at = match self.policy {
            BalancerPolicy::RoundRobin => {
                let turn = self.next.get();
                self.next.set(turn.wrapping_add(1));
                nth(turn % count)?
            }
            BalancerPolicy::Random => nth(self.below(count))?,
            BalancerPolicy::TwoChoices => fewest(nth(self.below(count))?, nth(self.below(count))?),
            BalancerPolicy::LeastOutstanding => {
                (0..instances.len()).filter(|at| ready(*at)).reduce(fewest)?
            }
        };
        Some(&instances[at])
    }

    fn below(&self, count: usize) -> usize {
        self.stream.borrow_mut().below(count as u64) as usize
    }
}
