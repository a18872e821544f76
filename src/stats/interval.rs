//! Estimates and their 95 % intervals.

use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

/// An estimate with a 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    /// The larger distance from the value to an end.
    pub(crate) fn half_width(&self) -> f64 {
        (self.high - self.value).max(self.value - self.low)
    }

    /// Cuts the ends to a range that the quantity cannot leave.
    pub(crate) fn within(mut self, least: f64, most: f64) -> Interval {
        self.low = self.low.clamp(least, most);
        self.high = self.high.clamp(least, most);
        self
    }
}

/// Two-sided 95 % quantile of Student's t.
pub(crate) fn t_95(degrees: usize) -> f64 {
    student(degrees as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

/// Probability of a |t| at least this large.
pub(super) fn t_tail(t: f64, degrees: usize) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    student(degrees as f64).map_or(1.0, |student| 2.0 * student.cdf(-t.abs()))
}

fn student(degrees: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, degrees).ok().filter(|_| degrees > 0.0)
}

/// Mean and standard error; `None` for fewer than two values.
pub(super) fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    Some((mean, libm::sqrt(squares / (n - 1.0) / n)))
}

/// The mean over independent replications, with Student's interval. With a single value the
/// interval is unbounded.
pub(crate) fn of_mean(values: &[f64]) -> Option<Interval> {
    if let [value] = values {
        return Some(Interval { value: *value, low: f64::NEG_INFINITY, high: f64::INFINITY });
    }
    let (value, error) = mean_and_error(values)?;
    let half = t_95(values.len() - 1) * error;
    Some(Interval { value, low: value - half, high: value + half })
}

/// The standard error of an estimate from the spread of the replications' values around it.
pub(crate) fn error_around(estimate: f64, per_replication: &[f64]) -> f64 {
    let n = per_replication.len() as f64;
    let squares = per_replication.iter().map(|x| (x - estimate) * (x - estimate)).sum::<f64>();
    libm::sqrt(squares / (n - 1.0) / n)
}

/// A percentile: the value of all observations together (whose bias is smaller than that of the
/// mean of the replications' percentiles), with the spread of the replications' percentiles around
/// it (sectioning, as in Asmussen and Glynn 2007, III.5). With a single value the interval is
/// unbounded.
pub(crate) fn of_percentile(pooled: f64, per_replication: &[f64]) -> Option<Interval> {
    let n = per_replication.len() as f64;
    if n < 2.0 {
        return of_mean(per_replication).map(|_| Interval {
            value: pooled,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        });
    }
    let squares = || per_replication.iter().map(|x| (x - pooled) * (x - pooled));
    let variance = squares().sum::<f64>() / n;
    let fourth = squares().map(|square| square * square).sum::<f64>() / n;
    // High percentiles of a replication are skewed, with heavy tails: their spread is known less
    // well than that of as many normal values, so it has fewer degrees of freedom.
    let excess = if variance > 0.0 { (fourth / (variance * variance) - 3.0).max(0.0) } else { 0.0 };
    let degrees = 2.0 * n / (excess + 2.0 * n / (n - 1.0));
    let t = student(degrees).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    let half = t * error_around(pooled, per_replication);
    Some(Interval { value: pooled, low: pooled - half, high: pooled + half })
}

/// Events seen `events` times in `trials` chances, with the replications' shares beside. Events
/// that never happened get the rule of three as an upper bound; while they are few, the interval
/// is at least as wide as the exact Poisson one.
pub(crate) fn of_share(events: u64, trials: u64, per_replication: &[f64]) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let value = events as f64 / n;
    if events == 0 {
        return Some(Interval { value: 0.0, low: 0.0, high: (3.0 / n).min(1.0) });
    }
    let mut interval = of_percentile(value, per_replication)?;
    if events < 30 {
        let (low, high) = poisson(events);
        interval.low = interval.low.min(low / n);
        interval.high = interval.high.max(high / n);
    }
    Some(interval.within(0.0, 1.0))
}

/// Mean number of events a replication.
pub(crate) fn of_count(per_replication: &[f64]) -> Option<Interval> {
    let replications = per_replication.len() as f64;
    let events = per_replication.iter().sum::<f64>();
    if events == 0.0 && replications > 0.0 {
        return Some(Interval { value: 0.0, low: 0.0, high: 3.0 / replications });
    }
    let mut interval = of_mean(per_replication)?;
    if events < 30.0 {
        let (low, high) = poisson(events as u64);
        interval.low = interval.low.min(low / replications);
        interval.high = interval.high.max(high / replications);
    }
    Some(interval.within(0.0, f64::INFINITY))
}

/// Exact 95 % interval for the mean of a Poisson variable seen once as `events` (Garwood 1936).
fn poisson(events: u64) -> (f64, f64) {
    let chi =
        |degrees: f64, p: f64| ChiSquared::new(degrees).map_or(0.0, |chi| chi.inverse_cdf(p) / 2.0);
    let k = events as f64;
    let low = if events == 0 { 0.0 } else { chi(2.0 * k, 0.025) };
    (low, chi(2.0 * k + 2.0, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_and_poisson_match_the_tables() {
        for (degrees, exact) in [(1, 12.706), (9, 2.262), (19, 2.093), (59, 2.001)] {
            assert!((t_95(degrees) - exact).abs() < 0.001, "{degrees}");
        }
        assert!((t_tail(2.093, 19) - 0.05).abs() < 1e-4);
        // Garwood's interval for 5 events: 1.6235 to 11.668.
        let (low, high) = poisson(5);
        assert!((low - 1.6235).abs() < 1e-3 && (high - 11.668).abs() < 1e-3, "{low} {high}");
    }

    #[test]
    fn what_never_happened_gets_an_upper_bound() {
        let none = Interval { value: 0.0, low: 0.0, high: 3.0 / 540_120.0 };
        assert_eq!(of_share(0, 540_120, &[0.0; 20]), Some(none));
        assert_eq!(of_count(&[0.0; 20]), Some(Interval { value: 0.0, low: 0.0, high: 0.15 }));
        assert_eq!(of_share(0, 0, &[]), None);
    }

    #[test]
    fn few_events_get_at_least_the_poisson_width() {
        // Two events, both in one replication of twenty.
        let mut shares = [0.0; 20];
        shares[3] = 0.002;
        let interval = of_share(2, 20_000, &shares).unwrap();
        assert!(interval.high >= 7.22 / 20_000.0 && interval.low >= 0.0, "{interval:?}");
    }

    #[test]
    fn one_replication_tells_nothing_about_the_spread() {
        let alone = of_mean(&[5.0]).unwrap();
        assert_eq!((alone.value, alone.low, alone.high), (5.0, f64::NEG_INFINITY, f64::INFINITY));
    }
}
