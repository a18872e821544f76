//! Which database a transaction goes to, and what the client is shown in the end.

use super::{Failure, Request, Transaction};
use crate::engine::time::Nanos;
use crate::marketplace::Marketplace;
use crate::marketplace::checker::Shown;
use crate::marketplace::config::Routing;
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::mysql::{Found, Role};
use crate::marketplace::probe::Stage;

impl<'w> Request<'w> {
    /// Begins a transaction that only reads, as `@Transactional(readOnly = true)` does, where the
    /// routing sends it.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`], [`Failure::DatabaseDown`].
    pub(crate) async fn begin_reading<'r>(&'r self) -> Result<Transaction<'r, 'w>, Failure> {
        let market = self.market;
        let knobs = &market.config.read;
        let writer = self.instance.writer.get();
        if knobs.routing == Routing::Primary {
            return self.begin_on(writer).await;
        }
        let Some(replica) = market.next_replica(self) else { return self.begin_on(writer).await };
        match knobs.routing {
            Routing::Primary => self.begin_on(writer).await,
            Routing::Replica => self.begin_on(replica).await,
            Routing::PinWriter => {
                let wrote = self.visitor.wrote_at.get();
                let pinned = wrote.is_some_and(|at| self.now() < at.saturating_add(knobs.pin.0));
                self.begin_on(if pinned { writer } else { replica }).await
            }
            Routing::BoundedLag => {
                let age = market.databases[replica].replication.heartbeat_age();
                let fresh = age <= knobs.tolerance.0;
                self.begin_on(if fresh { replica } else { writer }).await
            }
            Routing::WaitForPosition => {
                let transaction = self.begin_on(replica).await?;
                let position = self.visitor.position.get();
                if position == 0 || self.wait_for(replica, position, knobs.wait.0).await {
                    return Ok(transaction);
                }
                drop(transaction);
                self.begin_on(writer).await
            }
        }
    }

    /// A replica, if it may be one and there is one, or the primary.
    pub(super) fn database(&self, on_replica: bool) -> usize {
        let replica = on_replica.then(|| self.market.next_replica(self)).flatten();
        replica.unwrap_or(self.instance.writer.get())
    }

    /// `select WAIT_FOR_EXECUTED_GTID_SET(...)`: a statement of its own, whose connection is held
    /// while the replica catches up. Returns whether it has.
    async fn wait_for(&self, replica: usize, position: u64, patience: Nanos) -> bool {
        let database = &self.market.databases[replica];
        let stage = self.enter(Stage::Database);
        let round_trip = self.draw_for(WAIT_ROUND_TRIP, database.round_trip());
        if round_trip > 0 {
            self.market.clock.sleep(round_trip).await;
        }
        let since = self.now();
        let reached = Box::pin(database.replication.applied.reach(position));
        let reached = self.market.clock.timeout(patience, reached).await.is_some();
        drop(stage);
        self.market.recorder.position_wait(self, self.now() - since, reached);
        reached
    }

    /// The client is going to see this row of a table.
    pub(crate) fn shows(&self, table: TableId, key: u64, found: &Found) {
        self.shows_version(table, key, (found.rows > 0).then_some(found.version));
    }

    /// The client is going to see a row in this version, or that there is none.
    pub(crate) fn shows_version(&self, table: TableId, key: u64, version: Option<u64>) {
        let shown = Shown { table, key, version, asked: self.intended };
        let judged = self.market.witness.read(self.number, &self.visitor, &shown);
        if let Some(judged) = judged {
            self.market.recorder.read(self, &judged);
        }
    }
}

/// Purpose of the draw of the network time of waiting for a position; it does not count.
const WAIT_ROUND_TRIP: u64 = 1_200;

impl Marketplace<'_> {
    /// The replica whose turn it is, of those that the request's instance reaches.
    fn next_replica(&self, request: &Request<'_>) -> Option<usize> {
        let databases = self.databases.len();
        if databases == 1 {
            return None;
        }
        let turn = self.turns.get() as usize;
        self.turns.set(self.turns.get() + 1);
        let reached = |number: &usize| {
            self.databases[*number].role.get() == Role::Replica && self.reaches(request, *number)
        };
        (0..databases - 1).map(|step| 1 + (turn + step) % (databases - 1)).find(reached)
    }

    /// Whether a request's instance can talk to a database: not across a split network.
    pub(crate) fn reaches(&self, request: &Request<'_>, number: usize) -> bool {
        let database = &self.databases[number];
        !database.is_down() && database.is_cut_off() == request.instance.cut_off.get()
    }
}
