//! Transactions as a service has them: Spring borrows the connection, the database does the rest.

use super::{Failure, Request};
use crate::engine::time::Nanos;
use crate::marketplace::config::tables::BIDS;
use crate::marketplace::config::{Acquire, FailoverManager};
use crate::marketplace::hikari::Connection;
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::mysql::{self, Database, Found, SqlError, Statement};
use crate::marketplace::probe::{Event, Stage};

/// Purpose of the draws of a write's CPU beyond finding the row; they do not count.
const WRITE_CPU: u64 = 4_000;
/// Purpose of the draw of a standby's write; it does not count.
const STANDBY_WRITE: u64 = 1_300;

/// A transaction; dropping it without [`Transaction::commit`] rolls back and gives the connection
/// back at once.
pub(crate) struct Transaction<'r, 'w> {
    pub(super) request: &'r Request<'w>,
    /// Number of the database.
    database: usize,
    connection: Option<Connection<'w>>,
    session: Session<'w>,
    /// Whether the connection stays with the request after the commit.
    keep: bool,
    /// The annotation was ignored: there is no transaction, every statement commits alone.
    autocommit: bool,
}

/// What a connection has open in the database; rolled back when dropped.
pub(super) struct Session<'w> {
    database: &'w Database<'w>,
    open: Option<mysql::Transaction>,
    /// Of the lock that the next transaction is made under.
    pub(super) token: Option<u64>,
    /// Keys of the page that the last statement has read.
    page: Vec<u64>,
    /// Rows written, with their versions.
    written: Vec<(TableId, u64, u64)>,
}

impl<'w> Session<'w> {
    pub(super) fn new(request: &Request<'w>, database: usize) -> Session<'w> {
        if request.market.databases.len() > 1 {
            let number = database as u32;
            request.market.probe.tell(Event::Begins { request: request.number, database: number });
        }
        let database = request.market.database(database);
        Session { database, open: None, token: None, page: Vec::new(), written: Vec::new() }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn open(&mut self, request: &Request<'w>) -> mysql::Transaction {
        let (database, token) = (self.database, self.token);
        *self.open.get_or_insert_with(|| {
            let open = database.begin(request.number);
            database.fence(open, token);
            open
        })
    }

    /// One statement on the borrowed connection. In autocommit it is a transaction of its own.
    ///
    /// # Errors
    /// Whatever the database says; then the transaction is rolled back already.
    pub(super) async fn execute(
        &mut self,
        request: &Request<'w>,
        statement: Statement,
        autocommit: bool,
    ) -> Result<Found, Failure> {
        self.reach(request)?;
        let stage = request.enter(Stage::Database);
        let open = self.open(request);
        let Statement { verb, lock, table, access, .. } = statement;
        let row = match access {
            mysql::Access::Row(row) => Some(row),
            _ => None,
        };
        let number = request.number;
        request.market.probe.tell(Event::Statement { request: number, verb, lock, table, row });
        let write_cpu = self.database.write_cpu();
        let extra = if verb.writes() && !write_cpu.is_zero() {
            request.draw_for(WRITE_CPU + request.drawn.get(), write_cpu)
        } else {
            0
        };
        let statement = Statement { cpu: statement.cpu + extra, ..statement };
        let round_trip = request.draw(self.database.round_trip());
        let (there, back) = (round_trip / 2, round_trip - round_trip / 2);
        let last = autocommit && verb.writes();
        let reply = if last { 0 } else { back };
        let mut found = self.database.execute(open, &statement, there, reply).await;
        if let (Ok(found), Some(table)) = (&found, table)
            && verb.writes()
            && found.rows > 0
        {
            self.written.push((table, found.key, found.version));
        }
        let waited = self.database.take_lock_wait(open);
        self.page = self.database.take_page(open);
        if last && found.is_ok() {
            let committed = self.finish(request, 0, back).await;
            found = found.and_then(|found| committed.map(|()| found));
        } else if autocommit {
            self.forget();
        }
        drop(stage);
        request.move_time(Stage::Database, Stage::LockWait, waited);
        if let Err(error) = found
            && self.open.is_some()
        {
            self.roll_back(request).await;
            return Err(error.into());
        }
        found.map_err(Failure::from)
    }

    /// Commits; a transaction that wrote nothing has nothing to make durable.
    ///
    /// # Errors
    /// [`Failure::DatabaseDown`].
    pub(super) async fn commit(&mut self, request: &Request<'w>) -> Result<(), Failure> {
        request.market.probe.tell(Event::Commits { request: request.number });
        if self.open.is_none() {
            return Ok(());
        }
        let _stage = request.enter(Stage::Database);
        let round_trip = request.draw(self.database.round_trip());
        let (there, back) = (round_trip / 2, round_trip - round_trip / 2);
        self.finish(request, there, back).await.map_err(Failure::from)
    }

    async fn finish(
        &mut self,
        request: &Request<'w>,
        there: Nanos,
        back: Nanos,
    ) -> Result<(), SqlError> {
        let Some(open) = self.open else { return Ok(()) };
        let extra = request.draw(self.database.commit_extra()) + request.standby_write();
        self.reach(request).map_err(|_| SqlError::Down)?;
        request.commits.set(true);
        let committed = self.database.commit(open, there, extra, back).await;
        request.commits.set(false);
        self.open = None;
        match committed {
            Ok(position) => {
                if !self.written.is_empty() {
                    request.has_written(position, &mut self.written);
                }
                Ok(())
            }
            Err(error) => {
                self.database.roll_back(open);
                self.written.clear();
                Err(error)
            }
        }
    }

    /// The command to roll back travels to the database; the locks are held until it is there.
    pub(super) async fn roll_back(&mut self, request: &Request<'w>) {
        let _stage = request.enter(Stage::Database);
        let round_trip = request.draw(self.database.round_trip());
        if round_trip > 0 {
            request.market.clock.sleep(round_trip / 2).await;
        }
        self.forget();
        if round_trip > 0 {
            request.market.clock.sleep(round_trip - round_trip / 2).await;
        }
    }

    /// # Errors
    /// [`Failure::DatabaseDown`] across a split network.
    fn reach(&mut self, request: &Request<'w>) -> Result<(), Failure> {
        if self.database.is_cut_off() == request.instance.cut_off.get() {
            return Ok(());
        }
        self.forget();
        Err(Failure::DatabaseDown)
    }

    fn forget(&mut self) {
        self.written.clear();
        if let Some(open) = self.open.take() {
            self.database.roll_back(open);
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl<'w> Request<'w> {
    /// Begins a transaction, as `@Transactional` does. The connection is borrowed now or at the
    /// first statement (`spring.connection-acquire`), and taken over from the view when
    /// open-in-view kept one.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    pub(crate) async fn begin<'r>(&'r self) -> Result<Transaction<'r, 'w>, Failure> {
        self.begin_on(self.instance.writer.get()).await
    }

    /// Begins a transaction on one of the databases.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    pub(super) async fn begin_on<'r>(
        &'r self,
        database: usize,
    ) -> Result<Transaction<'r, 'w>, Failure> {
        // A connection that the view keeps is one to a certain database.
        let kept = self.kept.borrow_mut().take().filter(|(number, _)| *number == database);
        let kept = kept.map(|(_, connection)| connection);
        self.begin_with(database, kept, self.market.config.spring.open_in_view).await
    }

    /// Begins a transaction of its own while another one is suspended (`REQUIRES_NEW`): the
    /// suspended one keeps its connection, so this needs a second one.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    pub(crate) async fn begin_new<'r>(&'r self) -> Result<Transaction<'r, 'w>, Failure> {
        self.begin_with(self.instance.writer.get(), None, false).await
    }

    async fn begin_with<'r>(
        &'r self,
        database: usize,
        kept: Option<Connection<'w>>,
        keep: bool,
    ) -> Result<Transaction<'r, 'w>, Failure> {
        let session = Session::new(self, database);
        let spring = &self.market.config.spring;
        let autocommit = spring.self_invocation;
        let mut transaction =
            Transaction { request: self, database, connection: kept, session, keep, autocommit };
        if spring.acquire == Acquire::Begin && !autocommit {
            transaction.connect().await?;
        }
        Ok(transaction)
    }

    /// What a commit waits for a synchronous standby.
    fn standby_write(&self) -> Nanos {
        let knobs = &self.market.config.failover;
        match knobs.manager {
            FailoverManager::Standby => self.draw_for(STANDBY_WRITE, &knobs.standby_write),
            FailoverManager::None | FailoverManager::Mha => 0,
        }
    }

    /// A commit of this request's user has been answered.
    fn has_written(&self, position: u64, written: &mut Vec<(TableId, u64, u64)>) {
        let visitor = &self.visitor;
        let wrote = &mut *visitor.wrote.borrow_mut();
        wrote.extend(written.drain(..).map(|(table, key, version)| ((table, key), version)));
        visitor.position.set(visitor.position.get().max(position));
        visitor.wrote_at.set(Some(self.now()));
    }

    /// Time that was booked on one stage belongs to another.
    fn move_time(&self, from: Stage, to: Stage, span: Nanos) {
        if span > 0 {
            let from = &self.stages[from as usize];
            from.set(from.get().saturating_sub(span));
            self.spent(to, span);
        }
    }
}

impl Transaction<'_, '_> {
    async fn connect(&mut self) -> Result<(), Failure> {
        if self.connection.is_none() {
            self.connection = Some(self.request.borrow(self.database).await?);
        }
        Ok(())
    }

    /// The writes of this transaction come with this token of a lock.
    pub(crate) fn fence(&mut self, token: Option<u64>) {
        self.session.token = token;
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// What the database says; it has rolled the transaction back then. [`Failure::PoolTimeout`]
    /// when this is the first statement and the connection is borrowed only now.
    pub(crate) async fn run(&mut self, statement: Statement) -> Result<Found, Failure> {
        self.connect().await?;
        let found = self.session.execute(self.request, statement, self.autocommit).await;
        if self.autocommit && !self.keep {
            self.connection = None;
        }
        found
    }

    /// Reads a page; gives the keys of its rows.
    ///
    /// # Errors
    /// As [`Transaction::run`].
    pub(crate) async fn read_page(&mut self, statement: Statement) -> Result<Vec<u64>, Failure> {
        self.run(statement).await?;
        Ok(std::mem::take(&mut self.session.page))
    }

    /// Commits and returns the connection, unless open-in-view keeps it.
    ///
    /// # Errors
    /// [`Failure::DatabaseDown`].
    pub(crate) async fn commit(mut self) -> Result<(), Failure> {
        if self.written().iter().any(|(table, ..)| *table == BIDS) {
            crate::marketplace::count(&self.request.market.bid_changes);
        }
        let changes = self.changes_to_follow();
        if !changes.is_empty() {
            return Box::pin(self.commit_and_follow(&changes)).await;
        }
        self.commit_session().await?;
        self.give_back();
        Ok(())
    }

    /// Commits and keeps the connection.
    pub(super) async fn commit_session(&mut self) -> Result<(), Failure> {
        if self.connection.is_some() && !self.autocommit {
            self.session.commit(self.request).await?;
        }
        Ok(())
    }

    /// Returns the connection, unless open-in-view keeps it.
    pub(super) fn give_back(mut self) {
        if let Some(connection) = self.connection.take()
            && self.keep
        {
            *self.request.kept.borrow_mut() = Some((self.database, connection));
        }
    }

    /// Rows written since the last commit, with their versions.
    pub(super) fn written(&self) -> &[(TableId, u64, u64)] {
        &self.session.written
    }

    /// Rolls back because the business says no, and returns the connection. The failure is handed
    /// through.
    pub(crate) async fn refuse(mut self, failure: Failure) -> Failure {
        if self.session.open.is_some() {
            self.session.roll_back(self.request).await;
        }
        failure
    }
}
