//! Random numbers that are the same on every platform.
//!
//! Every purpose draws from a stream of its own, seeded by hashing (seed, replication, purpose):
//! a knob that adds a draw in one place leaves all other draws as they were, so two variants of
//! one replication see the same arrivals (common random numbers).
//!
//! The generator is xoshiro256++ by name (a portable algorithm, unlike `StdRng`); the
//! transformations use `libm` alone, because std's `ln` and `exp` may differ between platforms.

mod zipf;

use std::sync::LazyLock;

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(crate) use zipf::Zipf;

/// Where the streams of one replication come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Streams {
    pub(crate) seed: u64,
    pub(crate) replication: u64,
}

impl Streams {
    /// The stream of one purpose: `load.shoppers.arrivals`.
    pub(crate) fn stream(self, purpose: &str) -> Stream {
        // FNV-1a over the purpose, then one SplitMix64 round per part: every bit of each part
        // reaches every bit of the state.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in purpose.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let state = split_mix(split_mix(split_mix(self.seed) ^ self.replication) ^ hash);
        Stream::from_seed(state)
    }
}

/// One round of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits.
pub(crate) fn split_mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// One sequence of draws.
#[derive(Clone, Debug)]
pub(crate) struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// A stream from a seed that was hashed already.
    pub(crate) fn from_seed(seed: u64) -> Stream {
        Stream(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on [0, 1), a multiple of 2^-53.
    #[inline]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform on 0..n, unbiased (Lemire's multiplication with rejection). `n` is at least 1.
    #[inline]
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        debug_assert!(n > 0, "nothing to choose from");
        let threshold = n.wrapping_neg() % n.max(1);
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// Exponential with mean 1, by the ziggurat of Marsaglia and Tsang (2000) with 256 layers.
    #[inline]
    pub(crate) fn exponential(&mut self) -> f64 {
        let table = &*ZIGGURAT;
        loop {
            let bits = self.bits();
            let layer = (bits & 0xff) as usize;
            let x = (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64) * table.x[layer];
            if x < table.x[layer + 1] {
                return x;
            }
            if layer == 0 {
                return ZIGGURAT_R - libm::log(1.0 - self.unit());
            }
            let (low, high) = (table.density[layer], table.density[layer + 1]);
            if low + (high - low) * self.unit() < libm::exp(-x) {
                return x;
            }
        }
    }

    /// Standard normal, by Marsaglia's polar method; the second value of a pair is not kept, so
    /// that the number of draws does not depend on who asked before.
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (a, b) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                return a * libm::sqrt(-2.0 * libm::log(square) / square);
            }
        }
    }

    /// Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000). `shape` is positive.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(1.0 - self.unit(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = 1.0 - self.unit();
            if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }

    /// Shuffles in place; every order is equally likely (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// Right edge of the base layer and the area of each layer, for 256 layers (Marsaglia and Tsang
/// 2000, exponential density).
const ZIGGURAT_R: f64 = 7.697_117_470_131_05;
const ZIGGURAT_AREA: f64 = 3.949_659_822_581_557e-3;

struct Ziggurat {
    /// Right edge of each layer, falling; `x[256]` is 0.
    x: [f64; 257],
    /// `exp(-x)` at each edge.
    density: [f64; 257],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
    let mut x = [0.0; 257];
    x[0] = ZIGGURAT_AREA / libm::exp(-ZIGGURAT_R);
    x[1] = ZIGGURAT_R;
    for i in 2..256 {
        x[i] = -libm::log(ZIGGURAT_AREA / x[i - 1] + libm::exp(-x[i - 1]));
    }
    let mut density = [0.0; 257];
    for (slot, edge) in density.iter_mut().zip(x) {
        *slot = libm::exp(-edge);
    }
    Ziggurat { x, density }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(n: u32, mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = draw();
            sum += x;
            squares += x * x;
        }
        let mean = sum / f64::from(n);
        (mean, squares / f64::from(n) - mean * mean)
    }

    /// Largest distance between the empirical and the exact distribution function, times sqrt(n):
    /// beyond 1.95 with probability 0.1 % (Kolmogorov).
    fn kolmogorov(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
        sample.sort_by(f64::total_cmp);
        let n = sample.len() as f64;
        let far = sample.iter().enumerate().map(|(i, x)| {
            let exact = cdf(*x);
            (exact - i as f64 / n).abs().max((exact - (i + 1) as f64 / n).abs())
        });
        far.fold(0.0, f64::max) * n.sqrt()
    }

    const HERE: Streams = Streams { seed: 7, replication: 3 };

    #[test]
    fn the_first_draws_are_pinned_on_every_platform() {
        let mut stream = HERE.stream("load.shoppers.arrivals");
        let bits: Vec<u64> = (0..3).map(|_| stream.bits()).collect();
        let real: Vec<u64> = vec![
            stream.exponential().to_bits(),
            stream.normal().to_bits(),
            stream.gamma(0.5).to_bits(),
        ];
        let pinned_bits = [11511630025612858747, 13573260150229129653, 1002241721437259598];
        let pinned_real = [4604887312797212245, 13837499952682510739, 4583544308374652331];
        assert_eq!((bits, real), (pinned_bits.to_vec(), pinned_real.to_vec()));
    }

    #[test]
    fn streams_of_other_purposes_replications_and_seeds_differ() {
        let first =
            |seed, replication, purpose| Streams { seed, replication }.stream(purpose).bits();
        let mut seen = vec![
            first(1, 0, "a"),
            first(1, 0, "b"),
            first(1, 1, "a"),
            first(2, 0, "a"),
            first(0, 1, "a"),
            first(1, 0, ""),
        ];
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 6);
    }

    #[test]
    fn the_ziggurat_draws_an_exponential() {
        let mut stream = HERE.stream("x");
        let sample: Vec<f64> = (0..1_000_000).map(|_| stream.exponential()).collect();
        let tail = sample.iter().filter(|x| **x > ZIGGURAT_R).count() as f64;
        let distance = kolmogorov(sample, |x| 1.0 - libm::exp(-x));
        assert!(distance < 1.95, "{distance}");
        // The tail has its own branch: P(X > 7.697) = 4.54e-4, so 454 of a million, sd 21.
        assert!((tail - 454.0).abs() < 85.0, "{tail}");
    }

    #[test]
    fn normal_and_gamma_have_their_moments() {
        let mut stream = HERE.stream("x");
        // Standard errors for a million draws: mean sd/1000, variance about sd^2 * sqrt(kurtosis-1)/1000.
        let (mean, variance) = moments(1_000_000, || stream.normal());
        assert!(mean.abs() < 0.0033 && (variance - 1.0).abs() < 0.0047, "{mean} {variance}");
        for shape in [0.3, 1.0, 4.0] {
            let (mean, variance) = moments(1_000_000, || stream.gamma(shape));
            let sd = f64::sqrt(shape);
            let kurtosis = 3.0 + 6.0 / shape;
            assert!((mean - shape).abs() < 3.3 * sd / 1000.0, "{shape}: mean {mean}");
            let error = shape * f64::sqrt(kurtosis - 1.0) / 1000.0;
            assert!((variance - shape).abs() < 3.3 * error, "{shape}: variance {variance}");
        }
    }

    #[test]
    fn below_is_uniform_and_a_shuffle_gives_every_order() {
        let mut stream = HERE.stream("x");
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            let mut items = [0, 1, 2];
            stream.shuffle(&mut items);
            counts[match items {
                [0, 1, 2] => 0,
                [0, 2, 1] => 1,
                [1, 0, 2] => 2,
                [1, 2, 0] => 3,
                [2, 0, 1] => 4,
                _ => 5,
            }] += 1;
        }
        // sd of one count is 91; six counts, 3.5 sd.
        assert!(counts.iter().all(|c| c.abs_diff(10_000) < 320), "{counts:?}");
    }
}
