//! Open transactions: what each has changed, what it may see, and what becomes of it.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::lock::{LockTable, Mode, Owner, Part, SUPREMUM};
use super::pages::Page;
use super::replication::Entry;
use super::statement::{Access, Found, Statement};
use super::table::{Stretch, Table, TableId, TableSpec, Values, Version, View, Writer};
use super::{SqlError, Waited};
use crate::engine::channel::Signal;
use crate::marketplace::config::{Fault, Isolation};

/// A handle to an open transaction. Whoever holds it must end it, by a commit or by
/// [`super::Database::roll_back`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Transaction {
    pub(super) owner: Owner,
    id: u64,
}

/// One row that a transaction wrote, for who checks it from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) table: TableId,
    pub(crate) key: u64,
    /// `None`: inserted.
    pub(crate) before: Option<Values>,
    /// `None`: deleted.
    pub(crate) after: Option<Values>,
    /// The new version, the one that it replaces, and the one that its values were computed from.
    pub(crate) version: u64,
    pub(crate) over: u64,
    pub(crate) computed_from: Option<u64>,
}

/// Where the records of a commit end in the logs.
#[derive(Clone)]
pub(crate) struct Logged {
    pub(super) prepared: u64,
    pub(super) in_binlog: u64,
    pub(super) committed: u64,
    /// What the replicas get of it.
    pub(super) entry: Option<Rc<Entry>>,
}

/// What ending a transaction came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was still open, on behalf of this request.
    Now(u64),
    /// The server had ended it already, or there was nothing to roll back.
    Before,
}

pub(super) struct State<'w> {
    pub(super) tables: Vec<Table>,
    pub(super) locks: LockTable,
    open: Vec<Open<'w>>,
    /// Commits so far; the number of the last one.
    commits: u64,
    versions: u64,
    ids: u64,
    /// Snapshots in use, by the commits that they show.
    snapshots: BTreeMap<u64, u32>,
    /// Rows with versions that become superfluous once everybody sees this commit.
    history: VecDeque<(u64, TableId, u64)>,
    /// Commits that a loss of power would take back, in order, with their requests.
    pub(super) at_risk: VecDeque<(u64, u64, Logged)>,
    rows_per_page: u64,
    fault: Fault,
    faults: u64,
}

#[derive(Default)]
pub(super) struct Open<'w> {
    id: u64,
    active: bool,
    pub(super) request: u64,
    snapshot: Option<u64>,
    /// Rows changed, in order; each once.
    changed: Vec<(TableId, u64)>,
    pub(super) writes: Vec<Write>,
    pub(super) wait: Option<Rc<Signal<'w, Waited>>>,
    pub(super) ended: Option<SqlError>,
    pub(super) token: Option<u64>,
    /// CPU, and time without it, of the statements that wrote.
    pub(super) took: (u64, u64),
    /// Time spent waiting for locks, until somebody asks.
    pub(super) waited: u64,
    /// Keys of the page read last, until somebody asks.
    pub(super) page: Vec<u64>,
}

impl Open<'_> {
    pub(super) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }
}

impl<'w> State<'w> {
    pub(super) fn new(tables: &[TableSpec], rows_per_page: u64, fault: Fault) -> State<'w> {
        State {
            tables: tables.iter().map(Table::new).collect(),
            locks: LockTable::default(),
            open: Vec::new(),
            commits: 0,
            versions: 0,
            ids: 0,
            snapshots: BTreeMap::new(),
            history: VecDeque::new(),
            at_risk: VecDeque::new(),
            rows_per_page,
            fault,
            faults: 0,
        }
    }

    pub(super) fn begin(&mut self, request: u64) -> Transaction {
        let owner = self.locks.enter();
        self.ids += 1;
        let id = self.ids;
        if self.open.len() <= owner as usize {
            self.open.resize_with(owner as usize + 1, Open::default);
        }
        let open = &mut self.open[owner as usize];
        open.id = id;
        open.active = true;
        open.request = request;
        open.token = None;
        open.waited = 0;
        open.page.clear();
        open.took = (0, 0);
        open.ended = None;
        open.writes.clear();
        Transaction { owner, id }
    }

    pub(super) fn open(&mut self, owner: Owner) -> &mut Open<'w> {
        &mut self.open[owner as usize]
    }

    /// Transactions that are open, by owner.
    pub(super) fn active(&self) -> Vec<Owner> {
        let open = self.open.iter().enumerate();
        let open = open.filter(|(_, open)| open.active && open.ended.is_none());
        open.map(|(owner, _)| owner as Owner).collect()
    }

    /// Why a transaction cannot go on, if the server has ended it.
    pub(super) fn ended(&self, transaction: Transaction) -> Option<SqlError> {
        let open = &self.open[transaction.owner as usize];
        debug_assert!(
            open.id == transaction.id && open.active,
            "a handle outlived its transaction"
        );
        open.ended
    }

    /// Of a cycle, the transaction that weighs least; of equals the one that closed it.
    pub(super) fn victim(&self, cycle: &[Owner]) -> Owner {
        // The first member is the one that closed the cycle, and the first of equals wins.
        cycle.iter().min_by_key(|owner| self.weight(**owner)).copied().unwrap_or(cycle[0])
    }

    /// What InnoDB weighs a transaction by: rows changed, and lock objects, of which a page has one
    /// for each mode. New rows are locked without one.
    fn weight(&self, owner: Owner) -> usize {
        let open = &self.open[owner as usize];
        let objects = self.locks.held(owner).iter().filter(|(target, mode)| {
            let own = || {
                let inserted = |write: &Write| {
                    write.before.is_none()
                        && write.table.0 == target.table
                        && write.key == target.key
                };
                *mode == Mode::Exclusive && open.writes.iter().any(inserted)
            };
            target.part == Part::Table || !own()
        });
        let mut objects: Vec<(u16, Part, Mode, u64)> = objects
            .map(|(target, mode)| {
                let page = if target.key == SUPREMUM { 0 } else { target.key / self.rows_per_page };
                (target.table, target.part, *mode, page)
            })
            .collect();
        objects.sort_unstable();
        objects.dedup();
        open.changed.len() + objects.len()
    }

    /// What a consistent read of a transaction sees.
    fn view(&mut self, owner: Owner, isolation: Isolation) -> View {
        let open = &mut self.open[owner as usize];
        let commits = match (isolation, open.snapshot) {
            (Isolation::ReadCommitted, _) => self.commits,
            (_, Some(snapshot)) => snapshot,
            (_, None) => {
                // The snapshot is taken by the first consistent read, not by the begin.
                open.snapshot = Some(self.commits);
                *self.snapshots.entry(self.commits).or_default() += 1;
                self.commits
            }
        };
        View { commits, own: open.id }
    }

    /// A consistent read of a page.
    pub(super) fn read_page(
        &mut self,
        owner: Owner,
        table: TableId,
        page: &Page,
        isolation: Isolation,
    ) -> Stretch {
        let view = self.view(owner, isolation);
        let table = &self.tables[table.0 as usize];
        let below = page.below.unwrap_or(u64::MAX);
        table.newest_first(view, below, page.skip, page.size as usize)
    }

    /// Rows that a table has by now.
    pub(super) fn rows(&self, table: TableId) -> u64 {
        self.tables[table.0 as usize].count()
    }

    /// A consistent read.
    pub(super) fn read(
        &mut self,
        owner: Owner,
        statement: &Statement,
        isolation: Isolation,
    ) -> Found {
        let Some(table) = statement.table else { return Found::default() };
        let view = self.view(owner, isolation);
        let table = &self.tables[table.0 as usize];
        match statement.access {
            Access::Nothing | Access::Page(_) => Found::default(),
            Access::Row(key) => match table.read(key, view) {
                None => Found::default(),
                Some(Version { values, number, .. }) => {
                    Found { rows: 1, key, values, version: number }
                }
            },
            Access::Range(from, to) => {
                let mut rows = 0;
                let mut key = table.after(from.saturating_sub(1));
                while key <= to {
                    rows += u64::from(table.read(key, view).is_some());
                    key = table.after(key);
                }
                Found { rows, ..Found::default() }
            }
        }
    }

    /// Puts a new version of a row in place; the caller holds the exclusive lock. Returns its
    /// number.
    pub(super) fn write(
        &mut self,
        owner: Owner,
        table: TableId,
        key: u64,
        values: Values,
        live: bool,
        statement: &Statement,
    ) -> u64 {
        self.versions += 1;
        let number = self.versions;
        let open = &mut self.open[owner as usize];
        let rows = &mut self.tables[table.0 as usize];
        let before = rows.newest(key).filter(|version| version.live);
        let version = Version { values, live, writer: Writer::Open(open.id), number };
        if rows.write(key, version) {
            open.changed.push((table, key));
        }
        open.writes.push(Write {
            table,
            key,
            before: before.map(|version| version.values),
            after: live.then_some(values),
            version: number,
            over: before.map_or(0, |version| version.number),
            computed_from: statement.computed_from,
        });
        number
    }

    /// Undoes what a transaction changed and gives its locks up.
    pub(super) fn roll_back(&mut self, owner: Owner, granted: &mut Vec<Owner>) {
        let changed = std::mem::take(&mut self.open[owner as usize].changed);
        for (table, key) in changed.iter().rev() {
            self.tables[table.0 as usize].undo(*key);
        }
        let open = &mut self.open[owner as usize];
        open.changed = changed;
        open.changed.clear();
        open.writes.clear();
        self.forget_snapshot(owner);
        self.locks.release(owner, granted);
    }

    /// Makes the changes of a transaction visible. Returns the number of the commit.
    pub(super) fn commit(&mut self, owner: Owner) -> u64 {
        self.commits += 1;
        let number = self.commits;
        let changed = std::mem::take(&mut self.open[owner as usize].changed);
        for (table, key) in &changed {
            if self.tables[table.0 as usize].commit(*key, number) {
                self.history.push_back((number, *table, *key));
            }
        }
        let open = &mut self.open[owner as usize];
        open.changed = changed;
        open.changed.clear();
        number
    }

    /// Takes over what a primary has committed: shown from now on.
    pub(super) fn apply(&mut self, writes: &[Write]) {
        self.commits += 1;
        let commit = self.commits;
        for write in writes {
            let (values, number) = (write.after.or(write.before), write.version);
            let version = Version {
                values: values.unwrap_or_default(),
                live: write.after.is_some(),
                writer: Writer::Commit(commit),
                number,
            };
            let table = &mut self.tables[write.table.0 as usize];
            if table.write(write.key, version) {
                self.history.push_back((commit, write.table, write.key));
            }
            table.skip_key(write.key);
            self.versions = self.versions.max(number);
        }
        self.purge();
    }

    /// Numbers its versions behind those of the primary before.
    pub(super) fn take_over(&mut self, before: &State<'w>) {
        self.versions = self.versions.max(before.versions);
    }

    /// Ends a transaction and gives its handle up, rolling back what is still open.
    pub(super) fn leave(&mut self, transaction: Transaction, granted: &mut Vec<Owner>) -> Ended {
        let owner = transaction.owner;
        let open = &self.open[owner as usize];
        if open.id != transaction.id || !open.active {
            return Ended::Before;
        }
        let ended = match (open.ended, open.changed.is_empty()) {
            (None, false) => Ended::Now(open.request),
            _ => Ended::Before,
        };
        self.roll_back(owner, granted);
        self.open[owner as usize].active = false;
        self.locks.leave(owner);
        self.purge();
        ended
    }

    fn forget_snapshot(&mut self, owner: Owner) {
        let Some(snapshot) = self.open[owner as usize].snapshot.take() else { return };
        if let Some(users) = self.snapshots.get_mut(&snapshot) {
            *users -= 1;
            if *users == 0 {
                self.snapshots.remove(&snapshot);
            }
        }
    }

    /// Drops the versions that no snapshot needs any more, and no crash could bring back.
    fn purge(&mut self) {
        let oldest = self.snapshots.first_key_value().map_or(self.commits, |(first, _)| *first);
        let safe = self.at_risk.front().map_or(self.commits, |(number, ..)| number - 1);
        let horizon = oldest.min(safe);
        while let Some((number, table, key)) = self.history.front().copied()
            && number <= horizon
        {
            self.history.pop_front();
            self.tables[table.0 as usize].prune(key, horizon);
        }
    }

    /// Takes commits back that a crash has cost. Returns the rows that changed, with what they are
    /// again and what they were.
    pub(super) fn lose(&mut self, lost: &[u64]) -> Vec<Write> {
        let tables = self.tables.iter_mut().enumerate();
        tables.flat_map(|(at, table)| table.lose(TableId(at as u16), lost)).collect()
    }

    /// Whether this time the planted fault leaves a row lock out.
    pub(super) fn skips(&self, table: TableId) -> bool {
        self.fault == Fault::SkipRowLock && table == crate::marketplace::config::tables::BIDS
    }

    /// Whether the planted fault loses this insert: every tenth order.
    pub(super) fn drops_insert(&mut self, table: TableId) -> bool {
        if self.fault != Fault::DropOrder || table != crate::marketplace::config::tables::ORDERS {
            return false;
        }
        self.faults += 1;
        self.faults.is_multiple_of(10)
    }

    pub(super) fn ignores_unique(&self) -> bool {
        self.fault == Fault::IgnoreUniqueKey
    }

    /// Versions that are kept for snapshots, and the queue of those to drop.
    #[cfg(test)]
    pub(super) fn kept(&self) -> (usize, usize) {
        (self.tables.iter().map(Table::kept).sum(), self.history.len())
    }
}
