//! Random durations.

use super::time::Nanos;
use crate::random::Stream;

/// A distribution of durations. Means and other times are nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Distribution {
    Constant(Nanos),
    Exponential {
        mean: f64,
    },
    Uniform {
        low: Nanos,
        high: Nanos,
    },
    /// `cv` is the coefficient of variation: standard deviation over mean.
    Gamma {
        mean: f64,
        cv: f64,
    },
    Lognormal {
        mean: f64,
        cv: f64,
    },
    /// Pareto of the first kind; `shape` above 1, so that the mean exists.
    Pareto {
        mean: f64,
        shape: f64,
    },
    /// Given by (share, value) pairs of its quantile function, straight lines between them; the
    /// first share is 0, the last 1.
    Quantiles(Vec<(f64, f64)>),
    /// Equally likely observed values.
    Empirical(Vec<Nanos>),
}

impl Distribution {
    pub(crate) const ZERO: Distribution = Distribution::Constant(0);

    /// Whether every draw is zero.
    pub(crate) fn is_zero(&self) -> bool {
        *self == Distribution::ZERO
    }

    /// The exact mean, nanoseconds.
    pub(crate) fn mean(&self) -> f64 {
        match self {
            Distribution::Constant(span) => *span as f64,
            Distribution::Exponential { mean }
            | Distribution::Gamma { mean, .. }
            | Distribution::Lognormal { mean, .. }
            | Distribution::Pareto { mean, .. } => *mean,
            Distribution::Uniform { low, high } => (*low as f64 + *high as f64) / 2.0,
            Distribution::Quantiles(points) => points
                .windows(2)
                .map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0)
                .sum(),
            Distribution::Empirical(values) => {
                values.iter().map(|value| *value as f64).sum::<f64>() / values.len().max(1) as f64
            }
        }
    }

    /// One draw. Constant distributions draw nothing from the stream.
    #[inline]
    pub(crate) fn sample(&self, stream: &mut Stream) -> Nanos {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Exponential { mean } => (stream.exponential() * mean) as Nanos,
            Distribution::Uniform { low, high } => low + stream.below(high - low + 1),
            Distribution::Gamma { mean, cv } => {
                let shape = 1.0 / (cv * cv);
                (stream.gamma(shape) * mean / shape) as Nanos
            }
            Distribution::Lognormal { mean, cv } => {
                let variance = libm::log(1.0 + cv * cv);
                let log =
                    libm::log(*mean) - variance / 2.0 + stream.normal() * libm::sqrt(variance);
                libm::exp(log) as Nanos
            }
            Distribution::Pareto { mean, shape } => {
                let least = mean * (shape - 1.0) / shape;
                (least * libm::pow(1.0 - stream.unit(), -1.0 / shape)) as Nanos
            }
            Distribution::Quantiles(points) => {
                let share = stream.unit();
                let above = points.partition_point(|(at, _)| *at <= share).min(points.len() - 1);
                let (from, to) = (points[above.saturating_sub(1)], points[above]);
                let width = to.0 - from.0;
                let part = if width > 0.0 { (share - from.0) / width } else { 0.0 };
                (from.1 + (to.1 - from.1) * part) as Nanos
            }
            Distribution::Empirical(values) => values[stream.below(values.len() as u64) as usize],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    #[test]
    fn each_distribution_has_its_mean_and_variation() {
        let ms = 1e6;
        let cases = [
            (Distribution::Constant(20_000_000), 0.0),
            (Distribution::Exponential { mean: 20.0 * ms }, 1.0),
            (Distribution::Uniform { low: 5_000_000, high: 35_000_000 }, 0.433),
            (Distribution::Gamma { mean: 20.0 * ms, cv: 0.5 }, 0.5),
            (Distribution::Gamma { mean: 20.0 * ms, cv: 2.0 }, 2.0),
            (Distribution::Lognormal { mean: 20.0 * ms, cv: 0.5 }, 0.5),
            (Distribution::Pareto { mean: 20.0 * ms, shape: 6.0 }, 0.204),
            (Distribution::Quantiles(vec![(0.0, 0.0), (0.5, 20.0 * ms), (1.0, 40.0 * ms)]), 0.577),
            (Distribution::Empirical(vec![10_000_000, 30_000_000]), 0.5),
        ];
        for (distribution, cv) in cases {
            let mut stream = Streams { seed: 5, replication: 0 }.stream("d");
            let n = 400_000;
            let draws: Vec<f64> = (0..n).map(|_| distribution.sample(&mut stream) as f64).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            let variance =
                draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
            assert!((distribution.mean() - 20.0 * ms).abs() < 1.0, "{distribution:?}");
            let error = 3.3 * cv * 20.0 * ms / f64::from(n).sqrt() + 1.0;
            assert!((mean - 20.0 * ms).abs() < error, "{distribution:?}: mean {mean}");
            assert!((variance.sqrt() / mean - cv).abs() < 0.03 * cv + 0.001, "{distribution:?}");
        }
    }
}
