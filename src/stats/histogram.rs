//! Durations counted in buckets of 0.1 % width.

use hdrhistogram::Histogram as Hdr;

/// A histogram of durations in nanoseconds: 3 significant digits, 1 µs at the least; the mean is
/// exact.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    buckets: Hdr<u64>,
    sum: u128,
    max: u64,
}

/// Durations are clipped here (about 12 days), far beyond any run.
const LONGEST: u64 = 1 << 50;

impl Default for Histogram {
    fn default() -> Histogram {
        #[expect(clippy::expect_used, reason = "the bounds are constants that the crate accepts")]
        let mut buckets =
            Hdr::new_with_bounds(1_000, 1 << 22, 3).expect("valid bounds for a histogram");
        buckets.auto(true);
        Histogram { buckets, sum: 0, max: 0 }
    }
}

impl Histogram {
    #[inline]
    pub(crate) fn record(&mut self, nanos: u64) {
        let nanos = nanos.min(LONGEST);
        // The histogram grows by itself, so recording cannot fail.
        let _ = self.buckets.record(nanos);
        self.sum += u128::from(nanos);
        self.max = self.max.max(nanos);
    }

    pub(crate) fn count(&self) -> u64 {
        self.buckets.len()
    }

    /// Exact mean in nanoseconds; `None` without observations.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.sum as f64 / self.count() as f64)
    }

    /// Largest observation, exact.
    pub(crate) fn max(&self) -> Option<u64> {
        (self.count() > 0).then_some(self.max)
    }

    /// The value that a share of the observations does not exceed, in nanoseconds, within 0.05 %.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        if self.count() == 0 {
            return None;
        }
        let edge = self.buckets.value_at_quantile(share);
        if edge < 1_000 {
            return Some(0.0);
        }
        Some((self.buckets.median_equivalent(edge).min(self.max)) as f64)
    }

    pub(crate) fn merge(&mut self, other: &Histogram) {
        // Both grow by themselves, so adding cannot fail.
        let _ = self.buckets.add(&other.buckets);
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    #[test]
    fn quantiles_are_within_a_bucket_of_the_exact_ones_and_merging_adds() {
        let mut stream = Streams { seed: 3, replication: 0 }.stream("h");
        let values: Vec<u64> = (0..20_000).map(|_| (stream.exponential() * 5e7) as u64).collect();
        let (mut left, mut right) = (Histogram::default(), Histogram::default());
        for (i, value) in values.iter().enumerate() {
            if i % 3 == 0 { left.record(*value) } else { right.record(*value) }
        }
        left.merge(&right);
        let mut sorted = values.clone();
        sorted.sort_unstable();
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let exact = sorted[((share * sorted.len() as f64).ceil() as usize).max(1) - 1] as f64;
            let found = left.quantile(share).unwrap();
            assert!((found - exact).abs() <= 0.001 * exact + 1_000.0, "{share}: {found} {exact}");
        }
        let exact = values.iter().sum::<u64>() as f64 / 20_000.0;
        assert_eq!((left.mean(), left.max()), (Some(exact), sorted.last().copied()));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn very_long_and_zero_durations_are_counted() {
        let mut histogram = Histogram::default();
        histogram.record(0);
        histogram.record(u64::MAX);
        assert_eq!((histogram.count(), histogram.quantile(0.5)), (2, Some(0.0)));
        assert!(histogram.quantile(1.0).unwrap() > 1e15);
    }
}
