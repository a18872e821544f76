//! Rows of messages, and of models that are only read.

use super::Rows;
use crate::marketplace::observations::Observations;

pub(super) fn rows(rows: &mut Rows, seen: &Observations) {
    let events = &seen.events;
    rows.durations("event_lag_ms", "", &events.lag);
    rows.count("dead_letters", events.dead_letters);
    rows.mean("consumer_lag_mean", events.waiting);
    rows.mean("read_store_cores_busy_mean", seen.levels.read_store_cores_busy);
    let changes = events.changes;
    let work = (changes > 0).then(|| events.write_cpu as f64 / changes as f64 / 1e6);
    rows.mean("work_per_change_ms", work);
}
