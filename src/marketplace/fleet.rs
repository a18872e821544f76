//! The fleet: every instance that ever was, how many are in which state, and the nodes that they
//! stand on.

use std::cell::{Cell, OnceCell, RefCell};

use super::config::{Config, Platform};
use super::instance::{self, Instance, Lifecycle, Version};
use super::knobs::Limit;
use super::probe::{Event, Probe};
use super::{Counter, Marketplace};
use crate::engine::executor::{Clock, Sim};
use crate::engine::gauge::Gauge;
use crate::engine::progress::Progress;

/// Instances of the first chunk; each further one is twice as long.
const FIRST_CHUNK: usize = 64;
const CHUNKS: usize = 16;

/// Instances live until the run ends, so that references to them stay good; the collection grows
/// in chunks that never move.
pub(crate) struct Fleet<'w> {
    clock: &'w Clock,
    chunks: [OnceCell<Box<[OnceCell<Instance<'w>>]>>; CHUNKS],
    count: Cell<usize>,
    /// What each node has left; `None` where there is always room.
    nodes: Option<RefCell<Vec<Room>>>,
    wish: Room,
    /// Grows with every change of state.
    changes: Progress<'w>,
    states: [Cell<u32>; Lifecycle::COUNT],
    ready: [Cell<u32>; Version::ALL.len()],
    running: RefCell<Gauge>,
    /// 1 while both versions have a ready instance.
    mixed: RefCell<Gauge>,
    extremes: Cell<Extremes>,
    /// Starts that ended because the database gave no connection.
    pub(crate) failed_starts: Counter,
}

/// What a node has to give, and an instance asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Room {
    cores: f64,
    memory: u64,
}

impl Room {
    fn holds(&self, wish: &Room) -> bool {
        // Sums of halves and tenths: a billionth of a core is noise.
        self.cores + 1e-9 >= wish.cores && self.memory >= wish.memory
    }
}

/// The least and most since the window began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extremes {
    pub(crate) ready_min: u32,
    pub(crate) running_max: u32,
    pub(crate) pending_max: u32,
}

impl<'w> Fleet<'w> {
    pub(crate) fn new(clock: &'w Clock, config: &Config) -> Fleet<'w> {
        let node = Room { cores: config.node.cpu.0, memory: config.node.memory.0 };
        let nodes = match (config.deploy.platform, config.node.count) {
            (Platform::Kubernetes, Limit::Of(count)) => {
                Some(RefCell::new(vec![node; count as usize]))
            }
            (Platform::Kubernetes, Limit::Unlimited) | (Platform::Ec2, _) => None,
        };
        Fleet {
            clock,
            chunks: Default::default(),
            count: Cell::new(0),
            nodes,
            wish: Room { cores: config.app.cpu_request.0, memory: config.app.memory_request.0 },
            changes: Progress::new(clock),
            states: Default::default(),
            ready: Default::default(),
            running: RefCell::default(),
            mixed: RefCell::default(),
            extremes: Cell::default(),
            failed_starts: Cell::new(0),
        }
    }

    /// Where an instance lies: its chunk, and its place there.
    fn place(number: usize) -> (usize, usize) {
        let shifted = number + FIRST_CHUNK;
        let chunk = (shifted.ilog2() - FIRST_CHUNK.ilog2()) as usize;
        (chunk, shifted - (FIRST_CHUNK << chunk))
    }

    /// Takes in an instance whose number is the next one; `None` when there is no room for more in
    /// a single run.
    pub(crate) fn add(&self, instance: Instance<'w>) -> Option<&Instance<'w>> {
        let number = self.count.get();
        let (chunk, at) = Fleet::place(number);
        let new = || (0..FIRST_CHUNK << chunk).map(|_| OnceCell::new()).collect();
        let slot = self.chunks.get(chunk)?.get_or_init(new).get(at)?;
        let instance = slot.get_or_init(|| instance);
        self.count.set(number + 1);
        let state = &self.states[Lifecycle::Gone as usize];
        state.set(state.get() + 1);
        Some(instance)
    }

    /// Instances that ever were.
    pub(crate) fn len(&self) -> usize {
        self.count.get()
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Instance<'w>> {
        let (chunk, at) = Fleet::place(number);
        self.chunks.get(chunk)?.get()?.get(at)?.get()
    }

    /// All that ever were, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Instance<'w>> {
        (0..self.count.get()).filter_map(|number| self.get(number))
    }

    /// Those of a version that are wanted: neither ending nor gone.
    pub(crate) fn wanted(
        &self,
        version: Version,
    ) -> impl DoubleEndedIterator<Item = &Instance<'w>> {
        self.iter().filter(move |instance| {
            instance.version == version && instance.lifecycle.get().is_wanted()
        })
    }

    /// An instance comes into a state.
    pub(crate) fn enter(&self, instance: &Instance<'_>, state: Lifecycle, probe: &Probe<'_>) {
        let before = instance.lifecycle.replace(state);
        let change = |state: Lifecycle, by: i32| {
            let count = &self.states[state as usize];
            count.set(count.get().saturating_add_signed(by));
            if state == Lifecycle::Ready {
                let ready = &self.ready[instance.version as usize];
                ready.set(ready.get().saturating_add_signed(by));
            }
        };
        change(before, -1);
        change(state, 1);
        self.running.borrow_mut().set(self.clock.now(), u64::from(self.running()));
        let mixed = Version::ALL.into_iter().all(|version| self.ready(version) > 0);
        self.mixed.borrow_mut().set(self.clock.now(), u64::from(mixed));
        let seen = self.extremes.get();
        self.extremes.set(Extremes {
            ready_min: seen.ready_min.min(self.in_state(Lifecycle::Ready)),
            running_max: seen.running_max.max(self.running()),
            pending_max: seen.pending_max.max(self.in_state(Lifecycle::Pending)),
        });
        probe.tell(Event::Instance { number: instance.number, state });
        self.touch();
    }

    /// Wakes whoever waits for a change.
    pub(crate) fn touch(&self) {
        self.changes.advance(self.changes.reached() + 1);
    }

    /// Waits for the next change.
    pub(crate) async fn changed(&self) {
        self.changed_since(self.changes.reached()).await;
    }

    /// Changes so far, for [`Fleet::changed_since`].
    pub(crate) fn changes(&self) -> u64 {
        self.changes.reached()
    }

    /// Waits for a change after the first `seen`.
    pub(crate) async fn changed_since(&self, seen: u64) {
        self.changes.reach(seen + 1).await;
    }

    pub(crate) fn in_state(&self, state: Lifecycle) -> u32 {
        self.states[state as usize].get()
    }

    pub(crate) fn ready(&self, version: Version) -> u32 {
        self.ready[version as usize].get()
    }

    /// Instances that somebody pays for: from the start of the process to its end.
    pub(crate) fn running(&self) -> u32 {
        let states =
            [Lifecycle::Booting, Lifecycle::Ready, Lifecycle::Draining, Lifecycle::Stopping];
        states.into_iter().map(|state| self.in_state(state)).sum()
    }

    /// Running instances integrated over time (instance nanoseconds).
    pub(crate) fn running_area(&self) -> u128 {
        self.running.borrow().area(self.clock.now())
    }

    /// Time in which both versions had ready instances (nanoseconds).
    pub(crate) fn mixed_area(&self) -> u128 {
        self.mixed.borrow().area(self.clock.now())
    }

    /// The window begins: extremes count from here.
    pub(crate) fn open(&self) {
        self.extremes.set(Extremes {
            ready_min: self.in_state(Lifecycle::Ready),
            running_max: self.running(),
            pending_max: self.in_state(Lifecycle::Pending),
        });
    }

    pub(crate) fn extremes(&self) -> Extremes {
        self.extremes.get()
    }

    /// Gives an instance a node with room: the one with the most free cores, as Kubernetes spreads
    /// by default. Whether there was one.
    pub(super) fn seat(&self, instance: &Instance<'_>) -> bool {
        let Some(nodes) = &self.nodes else { return true };
        let nodes = &mut *nodes.borrow_mut();
        let open = nodes.iter().enumerate().filter(|(_, room)| room.holds(&self.wish));
        // The first of the emptiest.
        let best = open.rev().max_by(|a, b| a.1.cores.total_cmp(&b.1.cores)).map(|(at, _)| at);
        let Some(at) = best else { return false };
        nodes[at].cores -= self.wish.cores;
        nodes[at].memory -= self.wish.memory;
        instance.node.set(Some(at));
        true
    }

    /// The node has its room back.
    pub(super) fn unseat(&self, instance: &Instance<'_>) {
        if let (Some(nodes), Some(at)) = (&self.nodes, instance.node.take()) {
            let node = &mut nodes.borrow_mut()[at];
            node.cores += self.wish.cores;
            node.memory += self.wish.memory;
        }
    }
}

impl<'f, 'w> IntoIterator for &'f Fleet<'w> {
    type Item = &'f Instance<'w>;
    type IntoIter = Box<dyn Iterator<Item = &'f Instance<'w>> + 'f>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// Starts one more instance of a version: it waits for a node with room, boots, and joins the
/// balancing when it is ready. `None` when a run cannot have more.
pub(crate) fn launch<'w>(
    sim: &Sim<'w>,
    market: &'w Marketplace<'w>,
    version: Version,
) -> Option<&'w Instance<'w>> {
    let number = market.instances.len() as u32;
    let new = Instance::new(market.clock, market.config, number, version, market.streams);
    let instance = market.instances.add(new)?;
    let state =
        if market.instances.seat(instance) { Lifecycle::Booting } else { Lifecycle::Pending };
    market.instances.enter(instance, state, &market.probe);
    sim.spawn("instance", instance::start(sim.clone(), market, instance));
    Some(instance)
}
