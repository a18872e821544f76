//! Zipf-distributed keys: some rows are much more popular than others.

use super::Stream;

/// Keys 1..=n with P(k) proportional to 1/k^s, by rejection-inversion (Hörmann and Derflinger
/// 1996): constant memory, about 1.1 draws a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Zipf {
    n: f64,
    s: f64,
    h_first: f64,
    h_last: f64,
    shortcut: f64,
}

impl Zipf {
    /// `n` at least 1, `s` at least 0 (0 is uniform).
    pub(crate) fn new(n: u64, s: f64) -> Zipf {
        let n = n.max(1) as f64;
        let mut zipf = Zipf { n, s, h_first: 0.0, h_last: 0.0, shortcut: 0.0 };
        zipf.h_first = zipf.h(1.5) - 1.0;
        zipf.h_last = zipf.h(n + 0.5);
        zipf.shortcut = 2.0 - zipf.h_inverse(zipf.h(2.5) - libm::pow(2.0, -s));
        zipf
    }

    pub(crate) fn sample(&self, stream: &mut Stream) -> u64 {
        loop {
            let u = self.h_last + stream.unit() * (self.h_first - self.h_last);
            let x = self.h_inverse(u);
            let k = libm::floor(x + 0.5).clamp(1.0, self.n);
            if k - x <= self.shortcut || u >= self.h(k + 0.5) - libm::pow(k, -self.s) {
                return k as u64;
            }
        }
    }

    /// Integral of x^-s, shifted so that it is continuous in s at 1.
    fn h(&self, x: f64) -> f64 {
        let log = libm::log(x);
        exp_minus_one_over((1.0 - self.s) * log) * log
    }

    fn h_inverse(&self, x: f64) -> f64 {
        let t = (x * (1.0 - self.s)).max(-1.0);
        libm::exp(log_one_plus_over(t) * x)
    }
}

/// (e^x - 1) / x, also near 0.
fn exp_minus_one_over(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::expm1(x) / x } else { 1.0 + x / 2.0 }
}

/// ln(1 + x) / x, also near 0.
fn log_one_plus_over(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::log1p(x) / x } else { 1.0 - x / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    #[test]
    fn frequencies_are_those_of_the_law() {
        for (n, s) in [(5u64, 0.0), (5, 0.8), (5, 1.0), (5, 2.0), (1, 1.1)] {
            let zipf = Zipf::new(n, s);
            let mut stream = Streams { seed: 1, replication: 0 }.stream("keys");
            let draws = 200_000;
            let mut counts = vec![0u32; n as usize];
            for _ in 0..draws {
                counts[zipf.sample(&mut stream) as usize - 1] += 1;
            }
            let norm: f64 = (1..=n).map(|k| libm::pow(k as f64, -s)).sum();
            for (k, count) in counts.iter().enumerate() {
                let p = libm::pow(k as f64 + 1.0, -s) / norm;
                let sd = (f64::from(draws) * p * (1.0 - p)).sqrt();
                let off = f64::from(*count) - f64::from(draws) * p;
                assert!(
                    off.abs() <= 3.7 * sd + 1e-9,
                    "n {n} s {s} key {}: {off} of sd {sd}",
                    k + 1
                );
            }
        }
    }
}
