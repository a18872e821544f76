//! Virtual time: whole nanoseconds since the start of the run.

/// A moment or a span of virtual time, in nanoseconds.
pub(crate) type Nanos = u64;

pub(crate) const MICROSECOND: Nanos = 1_000;
pub(crate) const MILLISECOND: Nanos = 1_000_000;
pub(crate) const SECOND: Nanos = 1_000_000_000;

/// Seconds as nanoseconds, rounded to the nearest; negative and NaN become 0.
pub(crate) fn from_seconds(seconds: f64) -> Nanos {
    (seconds * 1e9 + 0.5) as Nanos
}

pub(crate) fn to_seconds(span: Nanos) -> f64 {
    span as f64 / 1e9
}
