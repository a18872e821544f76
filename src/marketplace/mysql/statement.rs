//! One statement: what it touches, what it costs, and which locks it takes for that.

use super::lock::{Mode, Part, SUPREMUM, Target};
use super::pages::Page;
use super::session::Transaction;
use super::table::{TableId, Values};
use super::{Database, SqlError};
use crate::engine::time::Nanos;
use crate::marketplace::config::Isolation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Select,
    Insert,
    Update,
    Delete,
    /// A statement without a table: `DO SLEEP(0.02)`.
    Do,
}

impl Verb {
    pub(crate) const ALL: [(Verb, &'static str); 5] = [
        (Verb::Select, "select"),
        (Verb::Insert, "insert"),
        (Verb::Update, "update"),
        (Verb::Delete, "delete"),
        (Verb::Do, "do"),
    ];

    /// Whether a commit has something to make durable afterwards.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Verb::Insert | Verb::Update | Verb::Delete)
    }

    pub(crate) fn name(self) -> &'static str {
        Verb::ALL.into_iter().find(|(verb, _)| *verb == self).map_or("", |(_, name)| name)
    }
}

/// Which lock a reading statement asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// A consistent read.
    None,
    Share,
    Update,
}

/// The rows that a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// None in particular: only its time counts.
    Nothing,
    /// By primary key. Of an insert: 0 takes the next key.
    Row(u64),
    /// All rows with keys in this range, both ends included.
    Range(u64, u64),
    /// A page of the table, newest rows first.
    Page(Page),
}

/// What a statement does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    /// Up to three columns.
    Change([Option<Change>; 3]),
    Insert(Values),
}

/// A change of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Computed by the database from the newest value.
    Add { column: usize, by: i64 },
    /// Computed by the application.
    Set { column: usize, to: i64 },
}

/// A condition on the row besides its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    AtLeast { column: usize, value: i64 },
    AtMost { column: usize, value: i64 },
    Equals { column: usize, value: i64 },
}

impl Guard {
    pub(crate) fn holds(self, values: &Values) -> bool {
        match self {
            Guard::AtLeast { column, value } => values[column] >= value,
            Guard::AtMost { column, value } => values[column] <= value,
            Guard::Equals { column, value } => values[column] == value,
        }
    }
}

/// One statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) verb: Verb,
    pub(crate) table: Option<TableId>,
    pub(crate) access: Access,
    pub(crate) lock: Lock,
    pub(crate) effect: Effect,
    pub(crate) guard: Option<Guard>,
    /// The version that the application computed its values from; only checkers look at it.
    pub(crate) computed_from: Option<u64>,
    /// CPU of the database, nanoseconds of one core.
    pub(crate) cpu: Nanos,
    /// Time in the database without CPU.
    pub(crate) wait: Nanos,
}

impl Statement {
    /// Time that touches no table.
    pub(crate) fn plain(verb: Verb) -> Statement {
        Statement {
            verb,
            table: None,
            access: Access::Nothing,
            lock: Lock::None,
            effect: Effect::Read,
            guard: None,
            computed_from: None,
            cpu: 0,
            wait: 0,
        }
    }

    /// `select ... where id = key`
    pub(crate) fn select(table: TableId, key: u64) -> Statement {
        let access = Access::Row(key);
        Statement { table: Some(table), access, ..Statement::plain(Verb::Select) }
    }

    /// `update ... where id = key`
    pub(crate) fn update(table: TableId, key: u64) -> Statement {
        let effect = Effect::Change([None; 3]);
        let (table, access) = (Some(table), Access::Row(key));
        Statement { table, access, effect, ..Statement::plain(Verb::Update) }
    }

    /// `delete from ... where id = key`
    pub(crate) fn delete(table: TableId, key: u64) -> Statement {
        Statement { verb: Verb::Delete, ..Statement::update(table, key) }
    }

    /// `insert into ... values (...)`, with the next key.
    pub(crate) fn insert(table: TableId, values: Values) -> Statement {
        let effect = Effect::Insert(values);
        let (table, access) = (Some(table), Access::Row(0));
        Statement { table, access, effect, ..Statement::plain(Verb::Insert) }
    }

    pub(crate) fn cpu(self, cpu: Nanos) -> Statement {
        Statement { cpu, ..self }
    }

    /// `for share`, `for update`
    pub(crate) fn lock(self, lock: Lock) -> Statement {
        Statement { lock, ..self }
    }

    /// One more column to change, three at most.
    pub(crate) fn change(mut self, change: Change) -> Statement {
        if let Effect::Change(changes) = &mut self.effect
            && let Some(free) = changes.iter_mut().find(|change| change.is_none())
        {
            *free = Some(change);
        }
        self
    }

    /// `and ...`
    pub(crate) fn when(self, guard: Guard) -> Statement {
        Statement { guard: Some(guard), ..self }
    }

    /// Notes which version the application computed its values from.
    pub(crate) fn computed_from(self, read: &Found) -> Statement {
        Statement { computed_from: Some(read.version), ..self }
    }

    pub(crate) fn locks(&self) -> bool {
        self.lock != Lock::None || self.verb.writes()
    }
}

/// What a statement found or did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Rows read or changed.
    pub(crate) rows: u64,
    /// Of one row: its key, values and version.
    pub(crate) key: u64,
    pub(crate) values: Values,
    pub(crate) version: u64,
}

impl Database<'_> {
    /// Takes the locks of a statement, runs it, applies its effect.
    pub(super) async fn run_locking(
        &self,
        transaction: Transaction,
        statement: &Statement,
    ) -> Result<Found, SqlError> {
        let Some(table) = statement.table else { return Ok(Found::default()) };
        let writes = statement.verb.writes();
        let intention = match statement.lock {
            _ if writes => Mode::IntentionExclusive,
            Lock::Update => Mode::IntentionExclusive,
            Lock::None | Lock::Share => Mode::IntentionShared,
        };
        let whole = Target { table: table.0, part: Part::Table, key: 0 };
        self.acquire(transaction, whole, intention, writes).await?;
        match (statement.verb, statement.access) {
            (Verb::Insert, Access::Row(key)) => {
                self.insert(transaction, statement, table, key).await
            }
            (_, Access::Row(key)) => self.touch(transaction, statement, table, key).await,
            (_, Access::Range(from, to)) => {
                self.range(transaction, statement, table, from, to).await
            }
            (_, Access::Nothing | Access::Page(_)) => Ok(Found::default()),
        }
    }

    /// A locking read, an update or a delete of one row.
    async fn touch(
        &self,
        transaction: Transaction,
        statement: &Statement,
        table: TableId,
        key: u64,
    ) -> Result<Found, SqlError> {
        let writes = statement.verb.writes();
        let mode =
            if writes || statement.lock == Lock::Update { Mode::Exclusive } else { Mode::Shared };
        let record = Target { table: table.0, part: Part::Record, key };
        let newest = |db: &Self| {
            db.state.borrow().tables[table.0 as usize].newest(key).filter(|row| row.live)
        };
        // Whoever is about to insert or delete the row has it locked: the state of the row is
        // known only under the lock.
        let skips = self.state.borrow().skips(table);
        let had = self.state.borrow().locks.holds(transaction.owner, record);
        let known = self.is_known(table, key);
        if known && !skips {
            self.acquire(transaction, record, mode, writes).await?;
        }
        self.cores.run(statement.cpu).await;
        self.check(transaction)?;
        // The row may have come into being since.
        if !known && !skips && self.is_known(table, key) {
            self.acquire(transaction, record, mode, writes).await?;
        }
        let Some(row) = newest(self) else {
            if self.isolation() != Isolation::ReadCommitted {
                let next = self.state.borrow().tables[table.0 as usize].after(key);
                let gap = Target { table: table.0, part: Part::Gap, key: next };
                self.acquire(transaction, gap, Mode::Gap, writes).await?;
            }
            return Ok(Found::default());
        };
        if statement.guard.is_some_and(|guard| !guard.holds(&row.values)) {
            // READ COMMITTED lets go of rows that turn out not to match.
            if self.isolation() == Isolation::ReadCommitted && !had {
                self.let_go(transaction, record);
            }
            return Ok(Found::default());
        }
        if !writes {
            return Ok(Found { rows: 1, key, values: row.values, version: row.number });
        }
        let mut values = row.values;
        if let Effect::Change(changes) = statement.effect {
            for change in changes.into_iter().flatten() {
                match change {
                    Change::Add { column, by } => {
                        values[column] = values[column].saturating_add(by);
                    }
                    Change::Set { column, to } => values[column] = to,
                }
            }
        }
        let live = statement.verb != Verb::Delete;
        let state = &mut *self.state.borrow_mut();
        let version = state.write(transaction.owner, table, key, values, live, statement);
        self.tell_write(state, transaction, table, key);
        Ok(Found { rows: 1, key, values, version })
    }

    /// Whether there is a row, or somebody is about to insert one and has it locked.
    fn is_known(&self, table: TableId, key: u64) -> bool {
        let state = self.state.borrow();
        let record = Target { table: table.0, part: Part::Record, key };
        state.tables[table.0 as usize].newest(key).is_some() || state.locks.is_locked(record)
    }

    async fn insert(
        &self,
        transaction: Transaction,
        statement: &Statement,
        table: TableId,
        key: u64,
    ) -> Result<Found, SqlError> {
        let Effect::Insert(values) = statement.effect else { return Ok(Found::default()) };
        let at = |part, key| Target { table: table.0, part, key };
        let after = |key| self.state.borrow().tables[table.0 as usize].after(key);
        let given = key != 0;
        let key = match key {
            0 => self.state.borrow_mut().tables[table.0 as usize].take_key(),
            key => key,
        };
        loop {
            if given {
                self.check_duplicate(transaction, table, key).await?;
            }
            let next = after(key);
            self.acquire(transaction, at(Part::Gap, next), Mode::Insert, true).await?;
            // Who had to wait may find the gap split.
            if after(key) == next {
                break;
            }
        }
        self.check_unique(transaction, table, &values).await?;
        // The record is locked before its foreign key is looked at.
        self.acquire(transaction, at(Part::Record, key), Mode::Exclusive, true).await?;
        // Another one that waited for the same gap may have been first.
        if given {
            self.check_duplicate(transaction, table, key).await?;
        }
        let parent = self.state.borrow().tables[table.0 as usize].spec.parent;
        if let Some((column, parent)) = parent {
            self.check_parent(transaction, parent, values[column] as u64).await?;
        }
        self.cores.run(statement.cpu).await;
        self.check(transaction)?;
        // Until now the row was not there to be seen: somebody may have locked its gap meanwhile.
        let closed = |owner, next| self.state.borrow().locks.is_closed(owner, at(Part::Gap, next));
        while closed(transaction.owner, after(key)) {
            self.acquire(transaction, at(Part::Gap, after(key)), Mode::Insert, true).await?;
        }
        let next = after(key);
        let state = &mut *self.state.borrow_mut();
        if state.drops_insert(table) {
            return Ok(Found { rows: 1, key, values, version: 0 });
        }
        state.locks.split_gap(table.0, key, next);
        let version = state.write(transaction.owner, table, key, values, true, statement);
        self.tell_write(state, transaction, table, key);
        Ok(Found { rows: 1, key, values, version })
    }

    /// A row with this primary key: waits, by a shared lock, until it is known to stay or to go.
    async fn check_duplicate(
        &self,
        transaction: Transaction,
        table: TableId,
        key: u64,
    ) -> Result<(), SqlError> {
        let newest = || self.state.borrow().tables[table.0 as usize].newest(key);
        if !self.is_known(table, key) {
            return Ok(());
        }
        let record = Target { table: table.0, part: Part::Record, key };
        self.acquire(transaction, record, Mode::Shared, true).await?;
        match newest() {
            Some(row) if row.live => Err(SqlError::DuplicateKey),
            _ => Ok(()),
        }
    }

    async fn check_unique(
        &self,
        transaction: Transaction,
        table: TableId,
        values: &Values,
    ) -> Result<(), SqlError> {
        let Some((a, b)) = self.state.borrow().tables[table.0 as usize].spec.unique else {
            return Ok(());
        };
        if self.state.borrow().ignores_unique() {
            return Ok(());
        }
        let key = (values[a] as u64) << 32 | (values[b] as u64 & u64::from(u32::MAX));
        let entry = Target { table: table.0, part: Part::Unique, key };
        let taken = || self.state.borrow().tables[table.0 as usize].unique_row(values).is_some();
        if taken() {
            self.acquire(transaction, entry, Mode::Shared, true).await?;
            if taken() {
                return Err(SqlError::DuplicateKey);
            }
        }
        self.acquire(transaction, entry, Mode::Exclusive, true).await?;
        if taken() { Err(SqlError::DuplicateKey) } else { Ok(()) }
    }

    /// The foreign key: the parent must be there, and stay until this transaction ends.
    async fn check_parent(
        &self,
        transaction: Transaction,
        parent: TableId,
        key: u64,
    ) -> Result<(), SqlError> {
        let whole = Target { table: parent.0, part: Part::Table, key: 0 };
        self.acquire(transaction, whole, Mode::IntentionShared, true).await?;
        let newest = || self.state.borrow().tables[parent.0 as usize].newest(key);
        if newest().is_some() && !self.state.borrow().skips(parent) {
            let record = Target { table: parent.0, part: Part::Record, key };
            self.acquire(transaction, record, Mode::Shared, true).await?;
        }
        if newest().is_some_and(|row| row.live) {
            return Ok(());
        }
        // Nobody shall insert it before this transaction ends, at any isolation level.
        let next = self.state.borrow().tables[parent.0 as usize].after(key);
        let gap = Target { table: parent.0, part: Part::Gap, key: next };
        self.acquire(transaction, gap, Mode::Gap, true).await?;
        Err(SqlError::NoParent)
    }

    /// A locking read of a range: every record and, unless READ COMMITTED, every gap in it.
    async fn range(
        &self,
        transaction: Transaction,
        statement: &Statement,
        table: TableId,
        from: u64,
        to: u64,
    ) -> Result<Found, SqlError> {
        let mode = if statement.lock == Lock::Update { Mode::Exclusive } else { Mode::Shared };
        let gaps = self.isolation() != Isolation::ReadCommitted;
        let mut found = Found::default();
        let mut key = self.state.borrow().tables[table.0 as usize].after(from.saturating_sub(1));
        loop {
            let at = |part| Target { table: table.0, part, key };
            if gaps {
                self.acquire(transaction, at(Part::Gap), Mode::Gap, false).await?;
            }
            // The first row behind the range is locked as well where gaps are.
            if key <= to || gaps && key != SUPREMUM {
                self.acquire(transaction, at(Part::Record), mode, false).await?;
            }
            if key > to {
                break;
            }
            let row = self.state.borrow().tables[table.0 as usize].newest(key);
            found.rows += u64::from(row.is_some_and(|row| row.live));
            key = self.state.borrow().tables[table.0 as usize].after(key);
        }
        self.cores.run(statement.cpu).await;
        self.check(transaction)?;
        Ok(found)
    }
}
