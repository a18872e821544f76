//! The order in which questions, options and variants are shown: drawn from a seed, the same on
//! every platform and in every version, since a paper that was handed out must stay as it was.

use super::question::Choice;
use crate::random::{Stream, Streams};

/// A seed of its own for a purpose, so that two purposes share no draws.
pub(crate) fn seed_for(seed: u64, purpose: &str) -> u64 {
    Streams { seed, replication: 0 }.stream(purpose).bits()
}

/// The numbers `0..count` in an order where every permutation is equally likely.
pub(crate) fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    Stream::from_seed(seed).shuffle(&mut order);
    order
}

/// The indices of the options as they are shown: shuffled, but those that `keep = "last"` follow
/// in the order of the file.
pub(crate) fn of_options(options: &[Choice], seed: u64) -> Vec<usize> {
    let (last, free): (Vec<usize>, Vec<usize>) =
        (0..options.len()).partition(|at| options[*at].keep_last);
    shuffled(free.len(), seed).into_iter().map(|at| free[at]).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Text;

    #[test]
    fn every_order_is_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        let rounds = 24_000;
        for seed in 0..rounds {
            *counts.entry(shuffled(4, seed_for(seed, "options"))).or_insert(0u64) += 1;
        }
        assert_eq!(counts.len(), 24);
        // Chi-square with 23 degrees of freedom: 58.6 is passed once in 20,000 cases.
        let expected = rounds as f64 / 24.0;
        let chi: f64 = counts.values().map(|n| (*n as f64 - expected).powi(2) / expected).sum();
        assert!(chi < 58.6, "{chi}");
    }

    #[test]
    fn an_order_never_changes() {
        assert_eq!(shuffled(8, seed_for(1, "first-wall")), [7, 3, 4, 2, 1, 5, 6, 0]);
        assert_eq!(shuffled(0, 1), [0; 0]);
        assert_eq!(shuffled(1, 1), [0]);
    }

    #[test]
    fn options_that_stay_last_stay_last_in_their_order() {
        let option = |id: &str, keep_last| Choice {
            id: id.to_owned(),
            text: Text::same(id),
            why: Text::same(id),
            right: false,
            trap: None,
            keep_last,
            span: 0..1,
        };
        let options =
            [option("all", true), option("a", false), option("none", true), option("b", false)];
        let mut fronts = Vec::new();
        for seed in 0..64 {
            let order = of_options(&options, seed);
            assert_eq!(order[2..], [0, 2]);
            fronts.push(order[..2].to_vec());
        }
        assert!(fronts.contains(&vec![1, 3]) && fronts.contains(&vec![3, 1]));
    }
}
