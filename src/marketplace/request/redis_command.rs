//! Commands that the service sends to Redis.

use super::{Failure, Request};
use crate::engine::time::Nanos;
use crate::marketplace::redis::key::Key;
use crate::marketplace::redis::store::Store;
use crate::marketplace::redis::topology::{Access, Refused};

/// Purpose of the draws of the server's work; they do not count.
const WORK: u64 = 9_000;

impl Request<'_> {
    /// One command on keys: to the server that the client takes for the right one, done there when
    /// it is its turn, and back. A server that has given the slot away costs one more round trip.
    ///
    /// # Errors
    /// [`Failure::RedisDown`], [`Failure::CrossSlot`].
    pub(super) async fn command<T>(
        &self,
        keys: &[Key],
        access: Access,
        run: impl FnOnce(&mut Store, Nanos) -> T,
    ) -> Result<T, Failure> {
        let redis = &self.market.redis;
        let work = self.draw_for(WORK + self.drawn.get(), redis.command);
        let round_trip = self.draw(redis.round_trip);
        let (there, back) = (round_trip / 2, round_trip - round_trip / 2);
        let Some(first) = keys.first().copied() else { return Err(Failure::CrossSlot) };
        let route = loop {
            let route = redis.servers.route(self.instance.number, first, access);
            self.travel(there).await;
            let Err(refused) = redis.servers.occupy(route, keys, work).await else { break route };
            self.travel(back).await;
            match refused {
                Refused::Down => return Err(Failure::RedisDown),
                Refused::CrossSlot => return Err(Failure::CrossSlot),
                Refused::Moved => redis.servers.learn(self.instance.number, first),
            }
        };
        let answer = redis.servers.run(route, run);
        if access == Access::Write && work > 0 {
            for replica in 0..redis.servers.repeaters(route) {
                self.sim.spawn("replica", redis.servers.repeat(route, replica, work));
            }
        }
        self.travel(back).await;
        Ok(answer)
    }

    pub(super) async fn travel(&self, span: Nanos) {
        if span > 0 {
            self.market.clock.sleep(span).await;
        }
    }
}
