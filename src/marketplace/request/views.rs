//! Models of bids that are only read: how a change of a bid reaches them, and how they are read.
//!
//! Whatever a built-in endpoint changes of a bid is followed here, as an entity listener would do
//! it. Endpoints described as steps, and statements that commit alone, are not.

use super::{Answer, Failure, Request, Transaction};
use crate::engine::time::Nanos;
use crate::marketplace::broker::Fact;
use crate::marketplace::config::tables::{BID_VIEWS, BIDS, bid_views};
use crate::marketplace::config::{CqrsLevel, Feed, ViewSync};
use crate::marketplace::mysql::{Found, Statement};
use crate::marketplace::projection;

/// Purposes of draws that do not count.
const VIEW_ROW: u64 = 1_400;
const CRASH: u64 = 1_401;

impl<'w> Request<'w> {
    fn level(&self) -> CqrsLevel {
        self.market.config.cqrs.level
    }

    /// Begins a transaction that reads bids where they are read.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`], [`Failure::DatabaseDown`].
    pub(super) async fn begin_viewing<'r>(&'r self) -> Result<Transaction<'r, 'w>, Failure> {
        match self.level() {
            CqrsLevel::OneModel | CqrsLevel::QueryTable => self.begin_reading().await,
            CqrsLevel::Projection => self.begin_on(self.market.databases.len()).await,
        }
    }

    /// Draws the CPU of a page of the list.
    pub(super) fn page_cpu(&self) -> Nanos {
        let config = self.market.config;
        match self.level() {
            CqrsLevel::OneModel => self.draw(&config.endpoints.list_cpu),
            CqrsLevel::QueryTable | CqrsLevel::Projection => self.draw(&config.cqrs.view_cpu),
        }
    }

    /// The statement that reads one bid.
    pub(super) fn select_bid(&self, bid: u64) -> Statement {
        let config = self.market.config;
        match self.level() {
            CqrsLevel::OneModel => {
                Statement::select(BIDS, bid).cpu(self.draw(&config.endpoints.short_cpu))
            }
            CqrsLevel::QueryTable | CqrsLevel::Projection => {
                Statement::select(BID_VIEWS, bid).cpu(self.draw(&config.cqrs.view_cpu))
            }
        }
    }

    /// The client is going to see what was found: the bid, or the version of it in the view.
    pub(super) fn shows_bid(&self, bid: u64, found: &Found) {
        let version = match self.level() {
            CqrsLevel::OneModel => found.version,
            CqrsLevel::QueryTable | CqrsLevel::Projection => {
                found.values[bid_views::VERSION] as u64
            }
        };
        self.shows_version(BIDS, bid, (found.rows > 0).then_some(version));
    }
}

impl Transaction<'_, '_> {
    /// The changes of bids in this transaction that others are to follow: of each bid the last.
    pub(super) fn changes_to_follow(&self) -> Vec<Fact> {
        if self.request.level() == CqrsLevel::OneModel {
            return Vec::new();
        }
        let mut changes: Vec<Fact> = Vec::new();
        for (table, key, version) in self.written().iter().filter(|(table, ..)| *table == BIDS) {
            let fact = Fact { table: *table, key: *key, version: *version };
            match changes.iter_mut().find(|change| change.key == fact.key) {
                Some(change) => *change = fact,
                None => changes.push(fact),
            }
        }
        changes
    }

    /// Commits, and lets the read model follow.
    ///
    /// # Errors
    /// As of the commit; after it [`Failure::Crashed`], [`Failure::BrokerDown`], and what the
    /// database says about a second transaction: the change stands.
    pub(super) async fn commit_and_follow(mut self, changes: &[Fact]) -> Answer {
        let (request, knobs) = (self.request, &self.request.market.config.cqrs);
        let witness = &request.market.witness;
        let projects = knobs.level == CqrsLevel::Projection;
        if projects {
            witness.tells(request.number, BIDS);
        }
        for change in changes {
            if projects && knobs.feed == Feed::Outbox {
                request.store_event(&mut self, *change).await?;
            } else if !projects && knobs.sync == ViewSync::SameTransaction {
                self.write_view(*change).await?;
            }
        }
        self.commit_session().await?;
        let followed = self.follow(changes).await;
        if projects {
            witness.told(request.number, BIDS);
        }
        self.give_back();
        followed
    }

    /// What happens after the commit, with the connection still held.
    async fn follow(&mut self, changes: &[Fact]) -> Answer {
        let (request, knobs) = (self.request, &self.request.market.config.cqrs);
        request.survives(knobs.crash_share.0, CRASH)?;
        match (knobs.level, knobs.feed, knobs.sync) {
            (CqrsLevel::Projection, Feed::Publish, _) => request.publish(changes).await,
            (CqrsLevel::QueryTable, _, ViewSync::AfterCommit) => {
                for change in changes {
                    self.write_view(*change).await?;
                }
                self.commit_session().await
            }
            _ => Ok(()),
        }
    }

    async fn write_view(&mut self, change: Fact) -> Answer {
        let request = self.request;
        let cpu = request.draw_for(VIEW_ROW, &request.market.config.cqrs.project_cpu);
        let upsert = || projection::upsert(request.market.primary(), change, cpu);
        match self.run(upsert()).await {
            // Somebody else was faster with a new row: now there is one to update.
            Err(Failure::DuplicateKey) => self.run(upsert()).await.map(|_| ()),
            stored => stored.map(|_| ()),
        }
    }
}
