//! Shapes of load tests: how high the load is at each moment of the test, relative to the load
//! that was configured. Straight lines between points; pure functions of time.
//!
//! The kinds and their proportions follow k6's test types; the default lengths are compressed,
//! since virtual time starts from an empty and already running service.

use super::knobs::choice;
use crate::engine::time::{Nanos, SECOND};

choice! {
    /// The kinds of load test.
    Shape {
        /// The load as it is configured.
        None = "none",
        /// Hardly any load: does it work at all?
        Smoke = "smoke",
        /// A normal day: ramp, plateau, ramp down.
        Average = "average",
        /// Above a normal day, with longer ramps.
        Stress = "stress",
        /// A rush that comes and goes within seconds.
        Spike = "spike",
        /// A normal day for a long time.
        Soak = "soak",
        /// Ever more, until it breaks.
        Breakpoint = "breakpoint",
    }
}

/// Least of a smoke test: its share of the configured load, arrivals per second of an open load,
/// and users of a closed one. k6 "smoke testing": 2 to 5 virtual users.
const SMOKE_SHARE: f64 = 0.01;
const SMOKE_RATE: f64 = 1.0;
const SMOKE_USERS: (u32, u32) = (2, 5);

/// k6 "stress testing" gives no percentage; half above the average is common.
const STRESS: f64 = 1.5;
/// How high a spike is, and what stands before and after it. Ours.
const SPIKE: f64 = 5.0;
const SPIKE_BASE: f64 = 0.1;
/// How far a breakpoint test goes. Ours: far beyond what a load was sized for.
const BREAKPOINT: f64 = 10.0;

/// Most users that a shape brings into being.
const USERS_MAX: u32 = 1_000_000;

impl Shape {
    #[cfg(test)]
    const ALL: [Shape; 7] = [
        Shape::None,
        Shape::Smoke,
        Shape::Average,
        Shape::Stress,
        Shape::Spike,
        Shape::Soak,
        Shape::Breakpoint,
    ];

    /// How long a test of this kind takes unless its length is given. k6's pages say 30 s to 3 min
    /// for smoke, 5 to 60 min for average load, 3 to 72 h for soak, and minutes to hours for the
    /// others; compressed.
    pub(crate) fn default_length(self) -> Nanos {
        let minutes = |minutes: u64| minutes * 60 * SECOND;
        match self {
            Shape::None => 0,
            Shape::Smoke => minutes(1),
            Shape::Average => minutes(5),
            Shape::Spike => minutes(3),
            Shape::Stress | Shape::Breakpoint => minutes(10),
            Shape::Soak => minutes(60),
        }
    }

    /// Points as (share of the length, level), straight lines between them.
    fn points(self) -> &'static [(f64, f64)] {
        match self {
            Shape::None => &[(0.0, 1.0), (1.0, 1.0)],
            Shape::Smoke => &[(0.0, SMOKE_SHARE), (1.0, SMOKE_SHARE)],
            // k6 "average-load testing": ramps of 5 to 15 % of the whole.
            Shape::Average => &[(0.0, 0.0), (0.1, 1.0), (0.9, 1.0), (1.0, 0.0)],
            Shape::Stress => &[(0.0, 0.0), (0.2, STRESS), (0.8, STRESS), (1.0, 0.0)],
            Shape::Spike => &[
                (0.0, SPIKE_BASE),
                (0.4, SPIKE_BASE),
                (0.42, SPIKE),
                (0.46, SPIKE),
                (0.48, SPIKE_BASE),
                (1.0, SPIKE_BASE),
            ],
            Shape::Soak => &[(0.0, 0.0), (0.05, 1.0), (0.95, 1.0), (1.0, 0.0)],
            Shape::Breakpoint => &[(0.0, 0.0), (1.0, BREAKPOINT)],
        }
    }

    /// The highest level at any time.
    fn peak(self) -> f64 {
        self.points().iter().map(|(_, level)| *level).fold(0.0, f64::max)
    }
}

/// A shape with its length: the course of one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) shape: Shape,
    length: Nanos,
}

impl Course {
    /// `length` 0 is the shape's own.
    pub(crate) fn new(shape: Shape, length: Nanos) -> Course {
        Course { shape, length: if length > 0 { length } else { shape.default_length() } }
    }

    /// What the load is multiplied with at a moment. Once the course is over there is no load.
    pub(crate) fn level(self, now: Nanos) -> f64 {
        if self.shape == Shape::None {
            return 1.0;
        }
        if now >= self.length {
            return 0.0;
        }
        let at = now as f64 / self.length as f64;
        let segment = self.shape.points().windows(2).find(|pair| at < pair[1].0);
        segment.map_or(0.0, |pair| {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            low + (high - low) * (at - from) / (to - from)
        })
    }

    /// Arrivals per second of an open load that would have `rate`.
    pub(crate) fn rate(self, rate: f64, now: Nanos) -> f64 {
        let level = self.level(now);
        if self.shape == Shape::Smoke && level > 0.0 {
            return (rate * level).max(SMOKE_RATE).min(rate);
        }
        rate * level
    }

    /// The highest rate at any time of a load whose own is at most `rate`.
    pub(crate) fn rate_max(self, rate: f64) -> f64 {
        match self.shape {
            Shape::None => rate,
            Shape::Smoke => (rate * SMOKE_SHARE).max(SMOKE_RATE).min(rate),
            _ => rate * self.shape.peak(),
        }
    }

    /// How many users of a closed load there ever are.
    pub(crate) fn users_max(self, users: u32) -> u32 {
        match self.shape {
            Shape::None => users,
            Shape::Smoke => {
                let some = (f64::from(users) * SMOKE_SHARE) as u32;
                some.clamp(SMOKE_USERS.0, SMOKE_USERS.1).min(users)
            }
            _ => (libm::ceil(f64::from(users) * self.shape.peak()) as u32).min(USERS_MAX),
        }
    }

    /// The first moment from `now` on at which user number `user` (from 0) of a closed load of
    /// `users` takes part; `None` if there is none any more.
    pub(crate) fn turn(self, user: u32, users: u32, now: Nanos) -> Option<Nanos> {
        match self.shape {
            Shape::None => return Some(now),
            // All that there are take part.
            Shape::Smoke => return (now < self.length).then_some(now),
            _ => {}
        }
        // As many users as the level asks for: the first, the second ...
        let wanted = f64::from(user) / f64::from(users.max(1));
        let length = self.length as f64;
        self.shape.points().windows(2).find_map(|pair| {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            let start = (now as f64 / length).max(from);
            if start >= to {
                return None;
            }
            let level = low + (high - low) * (start - from) / (to - from);
            if level > wanted {
                return Some(now.max((start * length) as Nanos));
            }
            // One nanosecond later the level is above what is wanted.
            let reached = from + (to - from) * (wanted - low) / (high - low);
            (high > wanted).then(|| now.max((reached * length) as Nanos + 1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Nanos = 1_000 * SECOND;

    fn levels(shape: Shape, seconds: &[u64]) -> Vec<f64> {
        let course = Course::new(shape, LENGTH);
        let level = |at: &u64| (course.level(at * SECOND) * 1e9 + 0.5) as u64 as f64 / 1e9;
        seconds.iter().map(level).collect()
    }

    #[test]
    fn every_corner_of_every_shape() {
        assert_eq!(levels(Shape::None, &[0, 999, 5_000]), [1.0, 1.0, 1.0]);
        assert_eq!(levels(Shape::Smoke, &[0, 500, 999, 1_000]), [0.01, 0.01, 0.01, 0.0]);
        assert_eq!(
            levels(Shape::Average, &[0, 50, 100, 500, 900, 950, 1_000, 2_000]),
            [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
        );
        assert_eq!(
            levels(Shape::Stress, &[0, 100, 200, 500, 800, 900, 1_000]),
            [0.0, 0.75, 1.5, 1.5, 1.5, 0.75, 0.0]
        );
        assert_eq!(
            levels(Shape::Spike, &[0, 399, 400, 410, 420, 460, 470, 480, 999, 1_000]),
            [0.1, 0.1, 0.1, 2.55, 5.0, 5.0, 2.55, 0.1, 0.1, 0.0]
        );
        assert_eq!(
            levels(Shape::Soak, &[0, 25, 50, 500, 950, 975, 1_000]),
            [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0]
        );
        assert_eq!(
            levels(Shape::Breakpoint, &[0, 100, 500, 999, 1_000]),
            [0.0, 1.0, 5.0, 9.99, 0.0]
        );
    }

    #[test]
    fn a_length_of_nothing_is_the_shapes_own() {
        let lengths = Shape::ALL.map(|shape| Course::new(shape, 0).length / SECOND);
        assert_eq!(lengths, [0, 60, 300, 600, 180, 3_600, 600]);
    }

    /// A smoke test of a small load is not larger than the load.
    #[test]
    fn smoke_is_small_but_not_nothing() {
        let smoke = Course::new(Shape::Smoke, LENGTH);
        let rates = [0.5, 20.0, 1_000.0].map(|rate| (smoke.rate(rate, 0), smoke.rate_max(rate)));
        assert_eq!(rates, [(0.5, 0.5), (1.0, 1.0), (10.0, 10.0)]);
        assert_eq!([1, 10, 300, 5_000].map(|users| smoke.users_max(users)), [1, 2, 3, 5]);
        assert_eq!(smoke.rate(1_000.0, LENGTH), 0.0);
    }

    /// Thinning from less than the highest rate would lose arrivals.
    #[test]
    fn no_rate_is_above_the_highest() {
        for shape in Shape::ALL {
            let course = Course::new(shape, LENGTH);
            let seen = (0..=1_000).map(|at| course.rate(50.0, at * SECOND)).fold(0.0, f64::max);
            let most = course.rate_max(50.0);
            assert!(seen <= most + 1e-9 && seen > 0.98 * most, "{shape:?}: {seen} of {most}");
        }
    }

    /// A user takes part exactly while the level asks for so many.
    #[test]
    fn users_come_and_go_with_the_level() {
        let stress = Course::new(Shape::Stress, LENGTH);
        assert_eq!(stress.users_max(100), 150);
        let at = |user, now| stress.turn(user, 100, now * SECOND).map(|at| at / SECOND);
        // The ramp reaches 75 of 150 users after half of its 200 s.
        assert_eq!((at(0, 0), at(75, 0), at(149, 0)), (Some(0), Some(100), Some(198)));
        assert_eq!(at(75, 300), Some(300), "the plateau");
        assert_eq!((at(75, 899), at(75, 901)), (Some(899), None), "the way down");
        assert_eq!(at(0, 1_000), None);
        let spike = Course::new(Shape::Spike, LENGTH);
        let at = |now: u64| spike.turn(50, 100, now * SECOND).map(|at| at / SECOND);
        assert_eq!((at(0), at(440), at(490)), (Some(401), Some(440), None));
        assert_eq!(Course::new(Shape::None, 0).turn(7, 8, 3), Some(3));
    }
}
