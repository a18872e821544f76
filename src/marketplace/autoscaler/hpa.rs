//! The rule of Kubernetes' HorizontalPodAutoscaler. Source: horizontal-pod-autoscale, algorithm
//! details, and the default behaviour of autoscaling/v2.

use std::collections::VecDeque;

use super::{Reading, ceiling};
use crate::engine::time::{Nanos, SECOND};
use crate::marketplace::config::AutoscaleKnobs;

/// Within this time the number may double, or grow by four, whichever is more.
const GROWTH_PERIOD: Nanos = 15 * SECOND;
const GROWTH_PODS: u32 = 4;

/// What the controller remembers.
pub(super) struct Hpa {
    /// What it would have liked, newest last.
    recommended: VecDeque<(Nanos, u32)>,
    /// What it added, newest last.
    added: VecDeque<(Nanos, u32)>,
}

impl Hpa {
    /// Begins with the present number as its first recommendation.
    pub(super) fn new(now: Nanos, present: u32) -> Hpa {
        Hpa { recommended: VecDeque::from([(now, present)]), added: VecDeque::new() }
    }

    pub(super) fn wants(
        &mut self,
        now: Nanos,
        reading: &Reading,
        present: u32,
        knobs: &AutoscaleKnobs,
    ) -> u32 {
        let recommended = recommend(reading, present, knobs.target.0, knobs.tolerance.0)
            .clamp(knobs.min, knobs.max);
        self.recommended.push_back((now, recommended));
        forget(&mut self.recommended, now, knobs.stabilization.0);
        forget(&mut self.added, now, GROWTH_PERIOD);
        if recommended < present {
            let highest = self.recommended.iter().map(|(_, wanted)| *wanted).max();
            return highest.unwrap_or(recommended).min(present);
        }
        let before = present - self.added.iter().map(|(_, by)| *by).sum::<u32>().min(present);
        let most = (2 * before).max(before + GROWTH_PODS).max(present);
        let wanted = recommended.min(most);
        if wanted > present {
            self.added.push_back((now, wanted - present));
        }
        wanted
    }
}

/// Drops what is as old as `age`, or older; what was added just one period ago no longer counts.
fn forget(entries: &mut VecDeque<(Nanos, u32)>, now: Nanos, age: Nanos) {
    while entries.front().is_some_and(|(at, _)| at + age <= now && *at < now) {
        entries.pop_front();
    }
}

/// The formula: present × metric / target, rounded up; pods that do not count yet are taken for
/// idle when it goes up.
fn recommend(reading: &Reading, present: u32, target: f64, tolerance: f64) -> u32 {
    let Some(mean) = reading.mean() else { return present };
    let near = |ratio: f64| (ratio - 1.0).abs() <= tolerance + 1e-9;
    let ratio = mean / target;
    if near(ratio) {
        return present;
    }
    if ratio < 1.0 || reading.waiting == 0 {
        return ceiling(ratio * f64::from(reading.counted));
    }
    let all = reading.counted + reading.waiting;
    let damped = reading.sum / f64::from(all) / target;
    // Had they all been ready, there would have been no need.
    if damped < 1.0 || near(damped) {
        return present;
    }
    ceiling(damped * f64::from(all)).max(present)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marketplace::knobs::{Number, Share, Span};

    fn of(counted: u32, waiting: u32, mean: f64) -> Reading {
        Reading { counted, waiting, sum: mean * f64::from(counted) }
    }

    #[test]
    fn the_formula_gives_the_worked_examples() {
        let recommend = |reading: Reading, present| recommend(&reading, present, 60.0, 0.1);
        // 4 x 90 / 60 = 6; 63 / 60 = 1.05 and 66 / 60 = 1.1 are within the tolerance.
        assert_eq!(recommend(of(4, 0, 90.0), 4), 6);
        assert_eq!(recommend(of(4, 0, 63.0), 4), 4);
        assert_eq!(recommend(of(4, 0, 66.0), 4), 4);
        assert_eq!(recommend(of(4, 0, 66.1), 4), 5);
        // Kubernetes' own: 200m of 100m doubles, 50m of 100m halves.
        assert_eq!(recommend(of(3, 0, 120.0), 3), 6);
        assert_eq!(recommend(of(6, 0, 30.0), 6), 3);
        // Saturated: 100 % hides that 200 % are needed, so that it takes three rounds.
        assert_eq!(recommend(of(4, 0, 100.0), 4), 7);
        assert_eq!(recommend(of(7, 0, 100.0), 7), 12);
        // Two that boot count as idle: 4 x 90 / 6 = 60, no change; 4 x 100 / 5 = 80, 7 of them.
        assert_eq!(recommend(of(4, 2, 90.0), 6), 6);
        assert_eq!(recommend(of(4, 1, 100.0), 5), 7);
        // They would turn it round: 4 x 70 / 8 = 35 stays.
        assert_eq!(recommend(of(4, 4, 70.0), 8), 8);
        // Nobody to ask.
        assert_eq!(recommend(of(0, 3, 0.0), 3), 3);
    }

    fn knobs() -> AutoscaleKnobs {
        AutoscaleKnobs {
            min: 1,
            max: 100,
            target: Number(60.0),
            tolerance: Share(0.1),
            stabilization: Span(300 * SECOND),
            ..AutoscaleKnobs::default()
        }
    }

    #[test]
    fn it_scales_in_to_the_highest_recommendation_of_five_minutes() {
        let (knobs, mut hpa) = (knobs(), Hpa::new(0, 4));
        let mut at =
            |s: u64, mean, present| hpa.wants(s * SECOND, &of(present, 0, mean), present, &knobs);
        assert_eq!(at(15, 90.0, 4), 6);
        // 6 x 20 / 60 = 2, but it wanted 6 five minutes ago, and then 3.
        assert_eq!(at(30, 20.0, 6), 6);
        assert_eq!(at(45, 30.0, 6), 6);
        assert_eq!(at(300, 20.0, 6), 6);
        assert_eq!(at(315, 20.0, 6), 3);
    }

    #[test]
    fn within_15_s_it_doubles_or_adds_four() {
        let (knobs, mut hpa) = (knobs(), Hpa::new(0, 1));
        let mut at =
            |s: u64, present| hpa.wants(s * SECOND, &of(present, 0, 6_000.0), present, &knobs);
        assert_eq!(at(15, 1), 5);
        // Sooner than 15 s after: what was added counts.
        assert_eq!(at(20, 5), 5);
        assert_eq!(at(30, 5), 10);
        assert_eq!(at(45, 10), 20);
        assert_eq!(at(60, 20), 40);
        assert_eq!(at(75, 40), 80);
        assert_eq!(at(90, 80), 100);
    }
}
