//! The order in which questions, options and variants are shown: drawn from a seed, the same on
//! every platform and in every version, since a paper that was handed out must stay as it was.

use super::question::Choice;

/// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit state, integer arithmetic only.
struct SplitMix64(u64);

impl SplitMix64 {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform below `bound`. The draws of the incomplete last cycle are thrown away: a bare
    /// remainder would prefer small results.
    fn below(&mut self, bound: u64) -> u64 {
        let excess = (u64::MAX % bound + 1) % bound;
        loop {
            let drawn = self.draw();
            if drawn <= u64::MAX - excess {
                return drawn % bound;
            }
        }
    }
}

/// A seed of its own for a purpose, so that two purposes share no draws (FNV-1a of the name, mixed
/// with the seed).
pub(crate) fn seed_for(seed: u64, purpose: &str) -> u64 {
    let name = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    SplitMix64(SplitMix64(seed).draw() ^ name).draw()
}

/// The numbers `0..count` in an order where every permutation is equally likely (Fisher–Yates).
pub(crate) fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut random = SplitMix64(seed);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        let other = random.below(last as u64 + 1) as usize;
        order.swap(last, other);
    }
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
    fn splitmix_is_the_published_one() {
        // First outputs for seed 1234567 of the reference implementation (prng.di.unimi.it).
        let mut random = SplitMix64(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.draw()).collect();
        assert_eq!(
            drawn,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

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
        assert_eq!(shuffled(8, seed_for(1, "first-wall")), [3, 4, 1, 7, 5, 0, 6, 2]);
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
