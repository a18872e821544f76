//! The discrete-event engine: processes as `async fn`s in virtual time, and what they wait for.
//!
//! Knows nothing of the marketplace. Order is total: by time, then by the order in which things
//! were scheduled; the same program with the same random streams gives the same run, bit for bit.
//!
//! - [`executor`]: the clock, timers, processes, how a run ends
//! - [`calendar`]: the heap of what happens when
//! - [`pool`]: units with a fair queue; [`racing_pool`]: units that newcomers may snatch
//! - [`processor`]: cores shared by all who compute
//! - [`channel`]: messages and signals
//! - [`distribution`]: random durations; [`gauge`]: levels over time and Little's law

pub(crate) mod calendar;
pub(crate) mod cancel;
pub(crate) mod channel;
pub(crate) mod distribution;
pub(crate) mod executor;
pub(crate) mod gauge;
pub(crate) mod pool;
pub(crate) mod processor;
pub(crate) mod progress;
pub(crate) mod racing_pool;
pub(crate) mod time;
mod wait_queue;

#[cfg(test)]
mod tests;
