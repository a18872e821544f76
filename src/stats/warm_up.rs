//! How much of the beginning to leave out: MSER-5 (White, Cobb and Spratt 2000).

/// Observations are averaged in groups of five before the rule is applied.
const GROUP: usize = 5;

/// The number of observations to leave out at the start of a series, so that the mean of the rest
/// has the least estimated squared error. `None` when the minimum lies in the second half: the
/// series is too short for what it does, or does not settle at all.
pub(crate) fn mser_5(series: &[f64]) -> Option<usize> {
    let groups: Vec<f64> =
        series.chunks_exact(GROUP).map(|group| group.iter().sum::<f64>() / GROUP as f64).collect();
    let n = groups.len();
    if n < 4 {
        return None;
    }
    // From the end, so that sums over the rest are running sums. The last few groups are no
    // candidates: the estimate from so few is worthless.
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut best = (f64::INFINITY, 0);
    for cut in (0..n).rev() {
        sum += groups[cut];
        squares += groups[cut] * groups[cut];
        let rest = (n - cut) as f64;
        if n - cut < GROUP {
            continue;
        }
        let variance = (squares - sum * sum / rest).max(0.0);
        let score = variance / (rest * rest);
        if score <= best.0 {
            best = (score, cut);
        }
    }
    (best.1 <= n / 2).then_some(best.1 * GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    #[test]
    fn a_settled_series_loses_nothing_and_a_transient_is_cut_near_its_end() {
        let mut stream = Streams { seed: 2, replication: 0 }.stream("series");
        let flat: Vec<f64> = (0..500).map(|_| 10.0 + stream.normal()).collect();
        assert!(mser_5(&flat).unwrap() <= 100, "{:?}", mser_5(&flat));
        let transient: Vec<f64> = (0..500)
            .map(|i| 10.0 * (1.0 - libm::exp(-f64::from(i) / 20.0)) + 0.2 * stream.normal())
            .collect();
        let cut = mser_5(&transient).unwrap();
        assert!((40..=150).contains(&cut), "{cut}");
    }

    #[test]
    fn a_series_that_grows_to_the_end_has_no_cut() {
        let growing: Vec<f64> = (0..500).map(f64::from).collect();
        assert_eq!(mser_5(&growing), None);
        assert_eq!(mser_5(&[1.0; 10]), None, "too short to say");
    }
}
