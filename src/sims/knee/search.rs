//! The search for the highest rate that meets a target: doubling until the target is missed, then
//! bisection. A rate that even the most replications do not decide lies in the noise around the
//! knee; the search then closes in from both sides.

use crate::sims::target::Met;

/// Gaps of the search are closed to this part of the rate.
pub(super) const PRECISION: f64 = 0.02;
/// Rates are tried between these parts and multiples of the first one.
const RANGE: f64 = 4_096.0;

/// What has been learned so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Search {
    first: f64,
    /// Nothing above this rate can be simulated.
    ceiling: f64,
    /// Highest rate that meets the target, lowest that misses it.
    pub(super) yes: Option<f64>,
    pub(super) no: Option<f64>,
    /// Lowest and highest rate between those that nothing decided.
    open: Option<(f64, f64)>,
}

/// Why no further rate is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Both sides are as near as wanted.
    Closed,
    /// Missed even at hardly any load.
    NeverMet,
    /// Met at every rate that can be simulated.
    NeverMissed,
}

impl Search {
    pub(super) fn new(first: f64, ceiling: f64) -> Search {
        let ceiling = ceiling.min(first * RANGE);
        Search { first, ceiling, yes: None, no: None, open: None }
    }

    /// The next rate to try.
    pub(super) fn next(&self) -> Result<f64, Ended> {
        let lowest = self.open.map(|(low, _)| low).or(self.no);
        let highest = self.open.map(|(_, high)| high).or(self.yes);
        match (self.yes, self.no) {
            (None, None) if self.open.is_none() => Ok(self.first.min(self.ceiling)),
            (None, _) => {
                let next = lowest.unwrap_or(self.first) / 2.0;
                if next < self.first / RANGE { Err(Ended::NeverMet) } else { Ok(next) }
            }
            (Some(_), None) => {
                let highest = highest.unwrap_or(self.first);
                if highest >= self.ceiling {
                    return Err(Ended::NeverMissed);
                }
                Ok((2.0 * highest).min(self.ceiling))
            }
            (Some(yes), Some(no)) => {
                let (from, to) = self.open.unwrap_or((no, yes));
                if from - yes > PRECISION * from {
                    Ok((yes + from) / 2.0)
                } else if self.open.is_some() && no - to > PRECISION * no {
                    Ok((to + no) / 2.0)
                } else {
                    Err(Ended::Closed)
                }
            }
        }
    }

    /// Takes what was found at a rate.
    pub(super) fn note(&mut self, rate: f64, met: Met) {
        match met {
            Met::Yes => self.yes = Some(self.yes.map_or(rate, |yes| yes.max(rate))),
            Met::No => self.no = Some(self.no.map_or(rate, |no| no.min(rate))),
            Met::Undecided => {
                let (low, high) = self.open.unwrap_or((rate, rate));
                self.open = Some((low.min(rate), high.max(rate)));
            }
        }
        // What a higher rate met, or a lower one missed, is no longer open.
        if let Some((low, high)) = self.open {
            let low = self.yes.map_or(low, |yes| low.max(yes));
            let high = self.no.map_or(high, |no| high.min(no));
            let left = self.yes.is_none_or(|yes| high > yes) && self.no.is_none_or(|no| low < no);
            self.open = left.then_some((low, high));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches where everything up to `yes` meets the target and everything from `no` on misses
    /// it; gives the ends, how it ended and how many rates it took.
    fn found(first: f64, yes: f64, no: f64) -> (Option<f64>, Option<f64>, Ended, usize) {
        let mut search = Search::new(first, 1e6);
        for tried in 0..100 {
            match search.next() {
                Err(ended) => return (search.yes, search.no, ended, tried),
                Ok(rate) if rate <= yes => search.note(rate, Met::Yes),
                Ok(rate) if rate >= no => search.note(rate, Met::No),
                Ok(rate) => search.note(rate, Met::Undecided),
            }
        }
        panic!("no end: {search:?}");
    }

    #[test]
    fn a_sharp_knee_is_found_from_below_and_from_above() {
        for (first, knee) in [(25.0, 183.0), (1.0, 183.0), (2_000.0, 183.0), (183.0, 183.0)] {
            let (yes, no, ended, tried) = found(first, knee, knee);
            let (yes, no) = (yes.unwrap(), no.unwrap());
            assert!(
                yes <= knee && knee <= no && no - yes <= PRECISION * no,
                "{first}: {yes}..{no}"
            );
            assert_eq!(ended, Ended::Closed);
            assert!(tried <= 18, "{first}: {tried} rates");
        }
    }

    /// Noise from 170 to 190: both ends come near to it, and the search ends.
    #[test]
    fn an_undecided_stretch_is_closed_in_from_both_sides() {
        let (yes, no, ended, tried) = found(25.0, 170.0, 190.0);
        let (yes, no) = (yes.unwrap(), no.unwrap());
        assert!((165.0..=170.0).contains(&yes) && (190.0..=195.0).contains(&no), "{yes}..{no}");
        assert_eq!(ended, Ended::Closed);
        assert!(tried <= 22, "{tried}");
    }

    #[test]
    fn a_target_that_nothing_meets_or_everything_does() {
        let (yes, no, ended, _) = found(100.0, 0.0, 0.001);
        assert_eq!((yes, ended), (None, Ended::NeverMet));
        assert!(no.unwrap() < 0.1);
        let (yes, no, ended, _) = found(1_000.0, 1e9, 1e9);
        assert_eq!((yes, no, ended), (Some(1e6), None, Ended::NeverMissed));
        assert_eq!(found(100.0, -1.0, 1e9).2, Ended::NeverMet, "nothing is ever decided");
    }
}
