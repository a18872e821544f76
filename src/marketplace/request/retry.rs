//! Repeating what failed: waiting, on whose thread, and how often.

use super::{Failure, Request};
use crate::engine::pool::Permit;
use crate::engine::time::Nanos;
use crate::marketplace::config::BidKnobs;
use crate::marketplace::knobs::Limit;
use crate::marketplace::probe::{Event, Stage};
use crate::random::Stream;

/// Purposes of the draws of waits between attempts, by attempt.
const BACKOFF: u64 = 5_000;
const JITTER: u64 = 6_000;

/// The attempts at one thing.
pub(super) struct Attempts<'r, 'w> {
    request: &'r Request<'w>,
    knobs: &'w BidKnobs,
    made: u32,
    /// The executor's thread, from the first repetition on.
    thread: Option<Permit<'w>>,
}

impl<'r, 'w> Attempts<'r, 'w> {
    pub(super) fn new(request: &'r Request<'w>) -> Attempts<'r, 'w> {
        let knobs = &request.market.config.bid;
        Attempts { request, knobs, made: 1, thread: None }
    }

    /// Waits until the next attempt may begin. Whoever asked waits with its thread, and with
    /// whatever it holds, even when another thread does the repeating.
    ///
    /// # Errors
    /// The failure itself when it is final or no attempt is left, and [`Failure::RetryRejected`].
    pub(super) async fn again(&mut self, failure: Failure) -> Result<(), Failure> {
        // A process that has died repeats nothing.
        if failure.is_final() || failure == Failure::Crashed || self.made > self.knobs.retry_max {
            return Err(failure);
        }
        let request = self.request;
        let _stage = request.enter(Stage::Retry);
        if self.knobs.retry_executor > 0 && self.thread.is_none() {
            let executor = &request.instance.retry_executor;
            let full = match self.knobs.retry_queue {
                Limit::Of(places) => executor.free() == 0 && executor.waiting() >= places,
                Limit::Unlimited => false,
            };
            if full {
                return Err(Failure::RetryRejected);
            }
            self.thread = Some(executor.acquire().await);
        }
        let wait = self.backoff();
        if wait > 0 {
            request.market.clock.sleep(wait).await;
        }
        self.made += 1;
        request.market.recorder.retried(request);
        let event = Event::Retries { request: request.number, attempt: self.made };
        request.market.probe.tell(event);
        Ok(())
    }

    fn backoff(&self) -> Nanos {
        let number = u64::from(self.made);
        let base = self.request.draw_for(BACKOFF + number, &self.knobs.retry_backoff);
        let grown = grown(base, self.knobs.retry_multiplier.0, self.made);
        if self.knobs.retry_jitter {
            let seed = super::draw_seed(self.request.times, number, JITTER);
            (grown as f64 * Stream::from_seed(seed).unit()) as Nanos
        } else {
            grown
        }
    }
}

/// A wait that has grown by a factor with each attempt after the first, an hour at most.
pub(crate) fn grown(base: Nanos, factor: f64, attempts: u32) -> Nanos {
    const LONGEST: f64 = 3.6e12;
    let mut wait = base as f64;
    for _ in 1..attempts {
        wait = (wait * factor).min(LONGEST);
    }
    wait as Nanos
}
