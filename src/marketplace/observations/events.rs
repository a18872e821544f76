//! What was seen of messages, and of models that are only read.

use crate::stats::histogram::Histogram;

#[derive(Clone, Debug, Default)]
pub(crate) struct EventObservations {
    /// From a commit to what others did because of it.
    pub(crate) lag: Histogram,
    /// Messages that waited for a consumer, on average.
    pub(crate) waiting: f64,
    /// In the whole run.
    pub(crate) dead_letters: u64,
    /// CPU that writing statements took in all databases, nanoseconds, and the changes of bids that
    /// it was for.
    pub(crate) write_cpu: u64,
    pub(crate) changes: u64,
}

impl EventObservations {
    pub(crate) fn merge(&mut self, other: &EventObservations) {
        self.lag.merge(&other.lag);
        self.dead_letters += other.dead_letters;
        self.write_cpu += other.write_cpu;
        self.changes += other.changes;
    }
}
