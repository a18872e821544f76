//! Checkers: they watch what was committed and who believed to hold which lock, and say what went
//! wrong. Components never judge themselves.
//!
//! Each checker keeps its own books from what it is told, so that a component that is wrong about
//! itself is found out.

mod coupons;
mod double_holder;
mod events;
mod invariant;
mod lost_update;
mod oversell;
mod pages;
mod stale_read;
mod stale_write;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::broker::Fact;
use super::journey::Visitor;
use super::mysql::Write;
use super::mysql::table::{TableId, TableSpec};
use super::probe::{Event, Probe};
use crate::engine::time::Nanos;
use coupons::Coupons;
use double_holder::DoubleHolder;
use events::Events;
use invariant::Invariant;
use lost_update::LostUpdate;
use oversell::Oversell;
pub(crate) use pages::PageTurns;
use pages::Pages;
pub(crate) use stale_read::{Judged, Shown};
use stale_read::{Missed, StaleRead};
use stale_write::StaleWrite;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Anomaly {
    LostUpdate,
    Oversell,
    /// More coupons issued than there are.
    OverIssue,
    /// One user has a coupon twice.
    DoubleIssue,
    /// One coupon was redeemed twice.
    DoubleRedeem,
    /// Two clients believed to hold one lock at the same time.
    DoubleHolder,
    /// A write was accepted after one that came with a newer token.
    StaleWrite,
    /// A bid whose stock and orders do not add up to what it started with.
    BrokenInvariant,
    /// A walk over pages has shown a row twice.
    RepeatedRow,
    /// A walk over pages has passed a row that was there all the time, and not shown it.
    SkippedRow,
    /// A client was shown a version that had been replaced before it asked.
    StaleRead,
    /// An author was not shown what this author had written.
    MissingOwnWrite,
    /// A client was shown an older version than before.
    BackwardRead,
    /// An answered commit that a crash or a failover took back.
    LostCommit,
    /// A commit on a primary that had been replaced.
    SplitBrain,
    /// A committed change that others were to hear of, and nobody is going to tell them.
    LostEvent,
    /// What follows from an order was done once more.
    DuplicatedEvent,
    /// Something was done because of a change that is not there.
    PhantomEvent,
}

impl Anomaly {
    pub(crate) const ALL: [Anomaly; 18] = [
        Anomaly::LostUpdate,
        Anomaly::Oversell,
        Anomaly::OverIssue,
        Anomaly::DoubleIssue,
        Anomaly::DoubleRedeem,
        Anomaly::DoubleHolder,
        Anomaly::StaleWrite,
        Anomaly::BrokenInvariant,
        Anomaly::RepeatedRow,
        Anomaly::SkippedRow,
        Anomaly::StaleRead,
        Anomaly::MissingOwnWrite,
        Anomaly::BackwardRead,
        Anomaly::LostCommit,
        Anomaly::SplitBrain,
        Anomaly::LostEvent,
        Anomaly::DuplicatedEvent,
        Anomaly::PhantomEvent,
    ];

    /// The metric that counts it.
    pub(crate) fn metric(self) -> &'static str {
        match self {
            Anomaly::LostUpdate => "lost_updates",
            Anomaly::Oversell => "oversold",
            Anomaly::OverIssue => "over_issued",
            Anomaly::DoubleIssue => "double_issued",
            Anomaly::DoubleRedeem => "double_redeemed",
            Anomaly::DoubleHolder => "double_holders",
            Anomaly::StaleWrite => "stale_writes",
            Anomaly::BrokenInvariant => "broken_invariants",
            Anomaly::RepeatedRow => "duplicated_rows",
            Anomaly::SkippedRow => "skipped_rows",
            Anomaly::StaleRead => "stale_reads",
            Anomaly::MissingOwnWrite => "own_writes_missing",
            Anomaly::BackwardRead => "backward_reads",
            Anomaly::LostCommit => "lost_commits",
            Anomaly::SplitBrain => "split_brain_writes",
            Anomaly::LostEvent => "lost_events",
            Anomaly::DuplicatedEvent => "duplicated_events",
            Anomaly::PhantomEvent => "phantom_events",
        }
    }

    /// The word in `[story] first = [...]`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Anomaly::LostUpdate => "lost_update",
            Anomaly::Oversell => "oversell",
            Anomaly::OverIssue => "over_issue",
            Anomaly::DoubleIssue => "double_issue",
            Anomaly::DoubleRedeem => "double_redeem",
            Anomaly::DoubleHolder => "double_holder",
            Anomaly::StaleWrite => "stale_write",
            Anomaly::BrokenInvariant => "broken_invariant",
            Anomaly::RepeatedRow => "duplicated_row",
            Anomaly::SkippedRow => "skipped_row",
            Anomaly::StaleRead => "stale_read",
            Anomaly::MissingOwnWrite => "missing_own_write",
            Anomaly::BackwardRead => "backward_read",
            Anomaly::LostCommit => "lost_commit",
            Anomaly::SplitBrain => "split_brain",
            Anomaly::LostEvent => "lost_event",
            Anomaly::DuplicatedEvent => "duplicated_event",
            Anomaly::PhantomEvent => "phantom_event",
        }
    }
}

/// Findings by [`Anomaly`].
pub(crate) type Counts = [u64; Anomaly::ALL.len()];

/// A transaction that has just been committed.
#[derive(Clone, Copy)]
pub(crate) struct Commit<'c> {
    /// Of the lock that it was made under.
    pub(crate) token: Option<u64>,
    pub(crate) writes: &'c [Write],
}

/// Where the columns are that checkers look at.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(crate) bids: Option<TableId>,
    /// Bids at the start.
    pub(crate) first_bids: u64,
    pub(crate) stock: Option<usize>,
    pub(crate) first_stock: i64,
    pub(crate) orders: Option<TableId>,
    pub(crate) bid_of_order: Option<usize>,
    pub(crate) first_total: i64,
    pub(crate) issues: Option<TableId>,
    pub(crate) coupon_of_issue: Option<usize>,
    pub(crate) user_of_issue: Option<usize>,
    pub(crate) redeemed: Option<usize>,
}

impl Columns {
    fn of(specs: &[TableSpec]) -> Columns {
        let table = |name: &str| specs.iter().position(|spec| spec.name == name);
        let column = |table: &str, column: &str| {
            specs.iter().find(|spec| spec.name == table).and_then(|spec| spec.column(column))
        };
        let first = |name: &str, at: Option<usize>| {
            let spec = specs.iter().find(|spec| spec.name == name);
            spec.zip(at).map_or(0, |(spec, at)| spec.columns[at].1)
        };
        let id = |name| table(name).map(|at| TableId(at as u16));
        let stock = column("bids", "stock");
        Columns {
            bids: id("bids"),
            first_bids: specs.iter().find(|spec| spec.name == "bids").map_or(0, |spec| spec.rows),
            stock,
            first_stock: first("bids", stock),
            orders: id("orders"),
            bid_of_order: column("orders", "bid"),
            first_total: first("coupons", column("coupons", "total")),
            issues: id("coupon_issues"),
            coupon_of_issue: column("coupon_issues", "coupon"),
            user_of_issue: column("coupon_issues", "user"),
            redeemed: column("coupon_issues", "redeemed"),
        }
    }

    /// The bid that an inserted order buys a unit of: its column, or, in a table without one, the
    /// bid that the same transaction changed.
    fn bid_of(&self, order: &Write, writes: &[Write]) -> Option<u64> {
        let values = order.after.or(order.before)?;
        match self.bid_of_order {
            Some(column) => Some(values[column] as u64),
            None => writes.iter().find(|write| Some(write.table) == self.bids).map(|w| w.key),
        }
    }

    /// Orders that a commit stored, with the bids that they buy.
    fn orders<'c>(&'c self, commit: &Commit<'c>) -> impl Iterator<Item = u64> + 'c {
        let writes = commit.writes;
        let inserted = writes.iter().filter(|write| write.before.is_none());
        let orders = inserted.filter(|write| Some(write.table) == self.orders);
        orders.filter_map(move |order| self.bid_of(order, writes))
    }
}

/// Told of everything that checkers need, in the order in which it happens.
pub(crate) struct Witness<'w> {
    /// Whether reads can be anything but fresh: if not, no history is kept.
    watches_reads: bool,
    probe: Rc<Probe<'w>>,
    columns: Columns,
    counts: Cell<Counts>,
    /// When the primary died for the first time, and the first commit after it.
    died: Cell<Option<Nanos>>,
    served: Cell<Option<Nanos>>,
    checkers: RefCell<Checkers>,
}

#[derive(Default)]
struct Checkers {
    lost_update: LostUpdate,
    oversell: Oversell,
    coupons: Coupons,
    stale_write: StaleWrite,
    double_holder: DoubleHolder,
    invariant: Invariant,
    pages: Pages,
    stale_read: StaleRead,
    events: Events,
}

impl<'w> Witness<'w> {
    pub(crate) fn new(
        specs: &[TableSpec],
        watches_reads: bool,
        probe: Rc<Probe<'w>>,
    ) -> Witness<'w> {
        Witness {
            watches_reads,
            probe,
            columns: Columns::of(specs),
            counts: Cell::default(),
            died: Cell::default(),
            served: Cell::default(),
            checkers: RefCell::default(),
        }
    }

    /// A transaction has been committed; its changes are visible from now on.
    pub(crate) fn committed(&self, request: u64, token: Option<u64>, writes: &[Write]) {
        let commit = Commit { token, writes };
        let checkers = &mut *self.checkers.borrow_mut();
        let columns = &self.columns;
        self.found(request, Anomaly::LostUpdate, checkers.lost_update.check(&commit));
        self.found(request, Anomaly::Oversell, checkers.oversell.check(columns, &commit));
        self.found(request, Anomaly::StaleWrite, checkers.stale_write.check(columns, &commit));
        let coupons = checkers.coupons.check(columns, &commit);
        self.found(request, Anomaly::OverIssue, coupons.over_issued);
        self.found(request, Anomaly::DoubleIssue, coupons.double_issued);
        self.found(request, Anomaly::DoubleRedeem, coupons.double_redeemed);
        checkers.invariant.note(columns, &commit);
        checkers.events.note(request, &commit, self.probe.now());
        checkers.pages.note(columns, &commit);
        if self.watches_reads {
            checkers.stale_read.note(request, &commit, self.probe.now());
        }
    }

    /// A client was shown a row. `None` where reads are not watched.
    pub(crate) fn read(&self, request: u64, visitor: &Visitor, shown: &Shown) -> Option<Judged> {
        if !self.watches_reads {
            return None;
        }
        let judged = self.checkers.borrow().stale_read.judge(shown, visitor);
        if let Some(Missed { by, age }) = judged.missed {
            let (table, key) = (shown.table, shown.key);
            self.probe.tell(Event::Missed { request, by, table, key, age });
        }
        self.found(request, Anomaly::StaleRead, u64::from(judged.stale.is_some()));
        self.found(request, Anomaly::MissingOwnWrite, u64::from(judged.own_write_missing));
        self.found(request, Anomaly::BackwardRead, u64::from(judged.backward));
        Some(judged)
    }

    /// The primary is gone, for all that most clients can tell.
    pub(crate) fn primary_died(&self) {
        self.died.set(self.died.get().or(Some(self.probe.now())));
    }

    /// A primary that everybody uses has committed something.
    pub(crate) fn primary_serves(&self) {
        if self.died.get().is_some() && self.served.get().is_none() {
            self.served.set(Some(self.probe.now()));
        }
    }

    /// From the first death of the primary to the first commit after it.
    pub(crate) fn unavailable(&self) -> Option<Nanos> {
        Some(self.served.get()? - self.died.get()?)
    }

    /// A commit that had been answered is gone.
    pub(crate) fn commit_lost(&self, request: u64) {
        self.found(request, Anomaly::LostCommit, 1);
    }

    /// A primary that had been replaced committed something.
    pub(crate) fn split_brain(&self, request: u64) {
        self.found(request, Anomaly::SplitBrain, 1);
    }

    /// A crash has taken commits back.
    pub(crate) fn lost(&self, undone: &[Write]) {
        let checkers = &mut *self.checkers.borrow_mut();
        checkers.lost_update.take_back(undone);
        checkers.oversell.take_back(&self.columns, undone);
        checkers.invariant.take_back(&self.columns, undone);
        checkers.coupons.take_back(&self.columns, undone);
        checkers.pages.take_back(&self.columns, undone);
        checkers.stale_read.take_back(undone);
        checkers.events.take_back(undone);
    }

    /// A request is going to tell others of the rows of a table that it writes.
    pub(crate) fn tells(&self, request: u64, table: TableId) {
        self.checkers.borrow_mut().events.tells(request, table);
    }

    /// It has, or it never will.
    pub(crate) fn told(&self, request: u64, table: TableId) {
        self.checkers.borrow_mut().events.told(request, table);
    }

    /// Somebody else has done what follows from a change. Returns the time since its commit, of a
    /// first effect.
    pub(crate) fn effect(&self, request: u64, fact: Fact) -> Option<Nanos> {
        let effect = self.checkers.borrow_mut().events.effect(request, fact, self.probe.now());
        self.found(request, Anomaly::DuplicatedEvent, u64::from(effect.again));
        effect.lag
    }

    /// Commits so far: the moment at which a page is asked for.
    pub(crate) fn commits(&self) -> u64 {
        self.checkers.borrow().pages.commits()
    }

    /// A client was shown a page of a walk, which it asked for after so many commits.
    pub(crate) fn page_shown(&self, request: u64, walk: u64, since: u64, keys: &[u64]) {
        let found = self.checkers.borrow_mut().pages.check(&self.columns, walk, since, keys);
        self.found(request, Anomaly::RepeatedRow, found.repeated);
        self.found(request, Anomaly::SkippedRow, found.skipped);
    }

    /// What the pages shown so far came to.
    pub(crate) fn page_turns(&self) -> PageTurns {
        self.checkers.borrow().pages.turns()
    }

    /// A client has been told that it holds a lock.
    pub(crate) fn lock_taken(&self, request: u64, key: u64) {
        let others = self.checkers.borrow_mut().double_holder.taken(key, request);
        self.found(request, Anomaly::DoubleHolder, others);
    }

    /// A client gives a lock back, whether or not it still had it.
    pub(crate) fn lock_given_back(&self, request: u64, key: u64) {
        self.checkers.borrow_mut().double_holder.given_back(key, request);
    }

    fn found(&self, request: u64, anomaly: Anomaly, times: u64) {
        if times == 0 {
            return;
        }
        let mut counts = self.counts.get();
        counts[anomaly as usize] += times;
        self.counts.set(counts);
        self.probe.tell(Event::Violation { request, anomaly });
    }

    /// What has been found so far. `stock` looks up the stock that a bid has now; `held` are the
    /// events that somebody still has.
    pub(crate) fn counts(
        &self,
        stock: impl Fn(TableId, usize, u64) -> Option<i64>,
        held: &BTreeSet<Fact>,
    ) -> Counts {
        let mut counts = self.counts.get();
        let checkers = self.checkers.borrow();
        counts[Anomaly::LostUpdate as usize] = checkers.lost_update.missing();
        counts[Anomaly::LostEvent as usize] = checkers.events.lost(held);
        counts[Anomaly::PhantomEvent as usize] = checkers.events.phantoms();
        counts[Anomaly::SkippedRow as usize] = checkers.pages.turns().skipped;
        counts[Anomaly::BrokenInvariant as usize] = checkers.invariant.broken(&self.columns, stock);
        counts
    }

    /// Orders stored so far.
    pub(crate) fn orders(&self) -> u64 {
        self.checkers.borrow().oversell.orders()
    }
}
