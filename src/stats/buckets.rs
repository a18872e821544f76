//! Classic histograms as Prometheus keeps them: cumulative counts of what does not exceed each
//! bound, and what can be said from them. Inside a bucket everything is assumed to be spread
//! evenly, so a quantile is as exact as its bucket is narrow.

/// What was counted between two readings of one counter, or of one bucket. A counter that is lower
/// than before began anew.
pub(crate) fn increase(before: u64, after: u64) -> u64 {
    after.checked_sub(before).unwrap_or(after)
}

/// `histogram_quantile`: the value that a share of the observations does not exceed, by straight
/// lines between the bounds; above the last bound nothing is known, and the last bound is given.
/// `counts` are cumulative, one for each bound and one for everything. `None` without observations.
pub(crate) fn histogram_quantile(share: f64, bounds: &[f64], counts: &[u64]) -> Option<f64> {
    let all = *counts.last().filter(|all| **all > 0)?;
    let rank = share * all as f64;
    let at = counts.iter().position(|count| *count as f64 >= rank)?;
    let Some(end) = bounds.get(at) else { return bounds.last().copied() };
    let (start, below) = match at.checked_sub(1) {
        Some(before) => (bounds[before], counts[before]),
        None => (0.0, 0),
    };
    let inside = counts[at] - below;
    if inside == 0 {
        return Some(start);
    }
    Some(start + (end - start) * ((rank - below as f64) / inside as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Prometheus' own documentation: with all requests at 220 ms in the bucket from
    /// 200 to 300 ms the p95 seems to be 295 ms.
    #[test]
    fn a_quantile_is_as_exact_as_its_bucket() {
        let bounds = [0.1, 0.2, 0.3, 0.45];
        let p95 = histogram_quantile(0.95, &bounds, &[0, 0, 1000, 1000, 1000]).unwrap();
        assert!((p95 - 0.295).abs() < 1e-12, "{p95}");
    }

    #[test]
    fn ends_are_those_of_prometheus() {
        let bounds = [0.1, 0.2];
        // The first bucket begins at zero; above the last bound the last bound is all there is.
        assert_eq!(histogram_quantile(0.5, &bounds, &[10, 10, 10]), Some(0.05));
        assert_eq!(histogram_quantile(0.99, &bounds, &[10, 10, 100]), Some(0.2));
        assert_eq!(histogram_quantile(0.5, &bounds, &[0, 0, 0]), None);
        assert_eq!(histogram_quantile(0.5, &bounds, &[]), None);
    }

    /// By hand: a fast instance has 100 requests below 100 ms, so its p95 is 95 ms; a slow one has
    /// 100 between 800 and 1000 ms: 800 + 200 * 0.95 = 990 ms. Their average is 542.5 ms. Together
    /// the 190th of 200 is the 90th of the slow 100: 800 + 200 * 0.9 = 980 ms.
    #[test]
    fn an_average_of_quantiles_is_no_quantile() {
        let bounds = [0.1, 0.8, 1.0];
        let (fast, slow) = ([100, 100, 100, 100], [0, 0, 100, 100]);
        let of = |counts: &[u64]| histogram_quantile(0.95, &bounds, counts).unwrap();
        let averaged = (of(&fast) + of(&slow)) / 2.0;
        let added: Vec<u64> = fast.iter().zip(slow).map(|(a, b)| a + b).collect();
        assert!((averaged - 0.5425).abs() < 1e-12, "{averaged}");
        assert!((of(&added) - 0.980).abs() < 1e-12, "{}", of(&added));
    }

    #[test]
    fn a_counter_that_began_anew_has_counted_what_it_shows() {
        assert_eq!((increase(5, 12), increase(5, 5), increase(5, 3)), (7, 0, 3));
    }
}
