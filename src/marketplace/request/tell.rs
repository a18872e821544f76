//! Telling others about orders: by a call, by a message, or by a row of the outbox.

use super::{Answer, Failure, Request, Transaction};
use crate::marketplace::broker::{Event, Fact};
use crate::marketplace::config::Notify;
use crate::marketplace::config::tables::{ORDERS, OUTBOX};
use crate::marketplace::mysql::Statement;
use crate::marketplace::outbox;

/// Purposes of draws that do not count.
const CRASH: u64 = 1_300;
const CALL: u64 = 1_301;
const CALL_FAILS: u64 = 1_302;
const PUBLISH: u64 = 1_303;
const OUTBOX_ROW: u64 = 1_304;

impl Request<'_> {
    fn event(&self, fact: Fact) -> Event {
        Event { fact, request: self.number }
    }

    fn notify(&self) -> Notify {
        self.market.config.order.notify
    }

    /// From now on the orders that this request stores are to be told of.
    pub(super) fn sets_out_to_tell(&self) {
        if self.notify() != Notify::None {
            self.market.witness.tells(self.number, ORDERS);
        }
    }

    /// What can be done about it has been done.
    pub(super) fn has_told(&self) {
        if self.notify() != Notify::None {
            self.market.witness.told(self.number, ORDERS);
        }
    }

    /// What is done about an order inside its transaction, as soon as it is stored.
    ///
    /// # Errors
    /// What the database says, and [`Failure::BrokerDown`].
    pub(super) async fn tell_inside(
        &self,
        transaction: &mut Transaction<'_, '_>,
        order: Fact,
    ) -> Answer {
        match self.notify() {
            Notify::Outbox => self.store_event(transaction, order).await,
            Notify::PublishBeforeCommit => self.publish(&[order]).await,
            Notify::None | Notify::DirectCall | Notify::Publish => Ok(()),
        }
    }

    /// The process may die with a transaction that has published and not committed.
    ///
    /// # Errors
    /// [`Failure::Crashed`].
    pub(super) fn survives_until_commit(&self) -> Answer {
        if self.notify() == Notify::PublishBeforeCommit { self.survives_order() } else { Ok(()) }
    }

    /// What is done about orders after the commit.
    ///
    /// # Errors
    /// [`Failure::Crashed`], [`Failure::NotifyFailed`], [`Failure::BrokerDown`]: the orders stand.
    pub(super) async fn tell_after(&self, orders: &[Fact]) -> Answer {
        let knobs = &self.market.config.order;
        match knobs.notify {
            Notify::None | Notify::PublishBeforeCommit => Ok(()),
            Notify::Outbox => self.survives_order(),
            Notify::Publish => {
                self.survives_order()?;
                self.publish(orders).await
            }
            Notify::DirectCall => {
                self.survives_order()?;
                self.away(self.draw_for(CALL, &knobs.notify_time)).await;
                if self.happens(knobs.notify_fails.0, CALL_FAILS) {
                    return Err(Failure::NotifyFailed);
                }
                for order in orders {
                    self.market.has_effect(&self.event(*order));
                }
                Ok(())
            }
        }
    }

    fn survives_order(&self) -> Answer {
        self.survives(self.market.config.order.crash_share.0, CRASH)
    }

    pub(super) fn survives(&self, crash_share: f64, purpose: u64) -> Answer {
        if self.happens(crash_share, purpose) { Err(Failure::Crashed) } else { Ok(()) }
    }

    /// Publishes and waits for the broker's acknowledgement.
    ///
    /// # Errors
    /// [`Failure::BrokerDown`].
    pub(super) async fn publish(&self, facts: &[Fact]) -> Answer {
        let market = self.market;
        let events: Vec<Event> = facts.iter().map(|fact| self.event(*fact)).collect();
        let round_trip = self.draw_for(PUBLISH, &market.config.broker.publish);
        let _stage = self.enter(crate::marketplace::probe::Stage::Remote);
        let published = market.broker.publish(&events, round_trip).await;
        published.map_err(|_| Failure::BrokerDown)
    }

    /// One more row in the same transaction.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn store_event(
        &self,
        transaction: &mut Transaction<'_, '_>,
        fact: Fact,
    ) -> Answer {
        let cpu = self.draw_for(OUTBOX_ROW, &self.market.config.endpoints.short_cpu);
        let row = outbox::row(&self.event(fact));
        transaction.run(Statement::insert(OUTBOX, row).cpu(cpu)).await.map(|_| ())
    }
}
