//! When a question should be asked again: the memory model FSRS 6, as the crate `fsrs` computes it.
//!
//! A question answered once has a *memory*: its stability (the days after which it is still known
//! with a probability of 90 %) and its difficulty (1 to 10). Each later answer changes both.

use fsrs::{
    ComputeParametersInput, DEFAULT_PARAMETERS, FSRS, FSRSItem, FSRSReview, MemoryState,
    check_and_fill_parameters, compute_parameters, current_retrievability,
};

/// The probability with which a question should still be known when it comes up again.
pub(crate) const RETENTION: f64 = 0.9;
/// What can be asked for instead. Below, most answers would be wrong; above, reviews come daily.
pub(crate) const RETENTIONS: (f64, f64) = (0.7, 0.97);
/// Fewer reviews on a later day than this tell nothing about one person: below, the crate fits the
/// stability after a first answer at most (`training.rs` of fsrs 6.6.2).
pub(crate) const REVIEWS_MIN: usize = 64;
/// No question waits longer than this, however well it is known.
pub(crate) const INTERVAL_MAX: u32 = 365;

/// How well an answer was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rating {
    /// Not known: a lapse.
    Again,
    Hard,
    Good,
    Easy,
}

impl Rating {
    pub(crate) const ALL: [Rating; 4] = [Rating::Again, Rating::Hard, Rating::Good, Rating::Easy];

    /// 1 to 4, as it is kept and typed.
    pub(crate) fn number(self) -> u8 {
        match self {
            Rating::Again => 1,
            Rating::Hard => 2,
            Rating::Good => 3,
            Rating::Easy => 4,
        }
    }

    pub(crate) fn from_number(number: u8) -> Option<Rating> {
        Rating::ALL.into_iter().find(|rating| rating.number() == number)
    }

    /// The rating of an answer that the person did not rate: wrong is again, partly right is hard,
    /// right is good, and right within the time in which the question can hardly be read and
    /// worked out is easy. That time depends on the kind: 6 s for a choice, 10 s for several, 15 s
    /// for what has to be computed, ordered or written.
    pub(crate) fn derived(kind: &str, score: f64, duration_ms: u64) -> Rating {
        let quick_ms = match kind {
            "choice" => 6_000,
            "several" => 10_000,
            _ => 15_000,
        };
        if score <= 0.0 {
            Rating::Again
        } else if score < 1.0 {
            Rating::Hard
        } else if duration_ms > quick_ms {
            Rating::Good
        } else {
            Rating::Easy
        }
    }
}

/// One answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Review {
    /// Study days since the answer before; 0 for the first one and for more on the same day.
    pub(crate) elapsed_days: u32,
    pub(crate) rating: Rating,
}

/// What is left of a question in a person's memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Memory {
    /// Days after which it is known with a probability of 90 %.
    pub(crate) stability: f32,
    /// 1 to 10.
    pub(crate) difficulty: f32,
}

/// The model with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    fsrs: FSRS,
    decay: f32,
}

impl Default for Schedule {
    /// With the parameters that fit most people.
    fn default() -> Schedule {
        Schedule { fsrs: FSRS::default(), decay: DEFAULT_PARAMETERS[20] }
    }
}

impl Schedule {
    /// A model with other parameters; `None` if they are none (17, 19 or 21 finite numbers).
    pub(crate) fn with(parameters: &[f32]) -> Option<Schedule> {
        if parameters.is_empty() {
            return None;
        }
        let filled = check_and_fill_parameters(parameters).ok()?;
        // The range that the crate keeps it in.
        let decay = filled.get(20)?.clamp(0.1, 0.8);
        Some(Schedule { fsrs: FSRS::new(parameters).ok()?, decay })
    }

    /// The memory after these answers, the oldest first; `None` without any.
    #[cfg(test)]
    pub(crate) fn memory(&self, reviews: &[Review]) -> Option<Memory> {
        if reviews.is_empty() {
            return None;
        }
        self.state(reviews, None)
    }

    /// The memory after one more answer. More answers on one day count as the crate's short-term
    /// stability has it: they add little, and a lapse is not undone by knowing it a minute later.
    pub(crate) fn after(&self, memory: Option<Memory>, review: Review) -> Option<Memory> {
        self.state(&[review], memory)
    }

    fn state(&self, reviews: &[Review], before: Option<Memory>) -> Option<Memory> {
        let item = FSRSItem { reviews: reviews.iter().map(as_fsrs).collect() };
        let before =
            before.map(|m| MemoryState { stability: m.stability, difficulty: m.difficulty });
        let state = self.fsrs.memory_state(item, before).ok()?;
        Some(Memory { stability: state.stability, difficulty: state.difficulty })
    }

    /// Days until the question is known with the wanted probability only.
    pub(crate) fn interval(&self, memory: Memory, retention: f64) -> f32 {
        self.fsrs.next_interval(Some(memory.stability), retention as f32, 0)
    }

    /// As [`Schedule::interval`], in whole days from 1 to [`INTERVAL_MAX`].
    pub(crate) fn days(&self, memory: Memory, retention: f64) -> u32 {
        let days = self.interval(memory, retention).round();
        // A cast of a float saturates.
        (days as u32).clamp(1, INTERVAL_MAX)
    }

    /// The days among which a review may be put so that no day has too many: within the usual
    /// fuzz of FSRS (15 % of the days from 2.5 to 7, 10 % of those to 20, 5 % of the rest, and 1).
    pub(crate) fn window(&self, memory: Memory, retention: f64) -> (u32, u32) {
        let exact = self.days(memory, retention);
        let interval = f64::from(self.interval(memory, retention)).min(f64::from(INTERVAL_MAX));
        if interval < 2.5 {
            return (exact, exact);
        }
        let ranges = [(2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, f64::INFINITY, 0.05)];
        let spread =
            |(from, to, share): (f64, f64, f64)| share * (interval.min(to) - from).max(0.0);
        let fuzz = 1.0 + ranges.into_iter().map(spread).sum::<f64>();
        let low = ((interval - fuzz).round() as u32).max(2);
        let high = ((interval + fuzz).round() as u32).min(INTERVAL_MAX);
        (low.min(exact), high.max(exact))
    }

    /// The probability that the question is known so many days after the last answer, 0 to 1.
    pub(crate) fn retrievability(&self, memory: Memory, elapsed_days: u32) -> f64 {
        let state = MemoryState { stability: memory.stability, difficulty: memory.difficulty };
        f64::from(current_retrievability(state, elapsed_days as f32, self.decay)).clamp(0.0, 1.0)
    }
}

/// Why the parameters stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoFit {
    /// So many reviews on a later day than the first; [`REVIEWS_MIN`] are needed.
    TooFew(usize),
    /// The reviews are such that nothing can be fitted, for instance all alike.
    Unusable,
}

/// Parameters fitted to the history of a person: the answers to each question, the oldest first.
///
/// # Errors
/// The history does not suffice.
pub(crate) fn fit(histories: &[Vec<Review>]) -> Result<Vec<f32>, NoFit> {
    let mut train_set = Vec::new();
    for reviews in histories {
        let reviews: Vec<FSRSReview> = reviews.iter().map(as_fsrs).collect();
        // A review on the day of the one before tells nothing about forgetting.
        let later = (1..reviews.len()).filter(|at| reviews[*at].delta_t > 0);
        train_set.extend(later.map(|at| FSRSItem { reviews: reviews[..=at].to_vec() }));
    }
    if train_set.len() < REVIEWS_MIN {
        return Err(NoFit::TooFew(train_set.len()));
    }
    let input = ComputeParametersInput { train_set, ..ComputeParametersInput::default() };
    let fitted = compute_parameters(input).map_err(|_| NoFit::Unusable)?;
    if Schedule::with(&fitted).is_none() || fitted == DEFAULT_PARAMETERS {
        return Err(NoFit::Unusable);
    }
    Ok(fitted)
}

fn as_fsrs(review: &Review) -> FSRSReview {
    FSRSReview { rating: u32::from(review.rating.number()), delta_t: review.elapsed_days }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the crate's own tests (`inference.rs` of fsrs 6.6.2), in the form of FSRS 5.
    const PUBLISHED: [f32; 19] = [
        0.684_542_2,
        1.679_082_5,
        4.734_942_4,
        10.042_885,
        7.441_023_3,
        0.642_197_97,
        1.071_918,
        0.002_519_525_4,
        1.432_437,
        0.154_4,
        0.869_276_6,
        2.069_675_2,
        0.095_3,
        0.297_5,
        2.469_124_8,
        0.195_420_35,
        3.201_072,
        0.180_462_61,
        0.121_442_534,
    ];

    fn reviews(all: &[(u32, u8)]) -> Vec<Review> {
        let review = |(elapsed_days, rating): &(u32, u8)| Review {
            elapsed_days: *elapsed_days,
            rating: Rating::from_number(*rating).unwrap(),
        };
        all.iter().map(review).collect()
    }

    fn memory(schedule: &Schedule, all: &[(u32, u8)]) -> (f32, f32) {
        let memory = schedule.memory(&reviews(all)).unwrap();
        (memory.stability, memory.difficulty)
    }

    /// `test_memo_state` and `test_next_states` of the crate.
    #[test]
    fn memories_are_those_of_the_published_vectors() {
        let schedule = Schedule::with(&PUBLISHED).unwrap();
        let after = |rating| memory(&schedule, &[(0, 1), (1, 3), (3, 3), (8, 3), (21, rating)]);
        assert_eq!(after(1), (2.969_145_5, 8.000_659));
        assert_eq!(after(2), (17.091_452, 7.691_393_4));
        assert_eq!(after(3), (31.722_992, 7.382_128));
        assert_eq!(after(4), (71.750_2, 7.072_862_6));
        // With a retention of 0.9 the interval is the stability.
        let known = schedule.memory(&reviews(&[(0, 1), (1, 3), (3, 3), (8, 3), (21, 3)])).unwrap();
        assert_eq!(schedule.interval(known, 0.9), 31.722_992);
        let long = Memory { stability: 121.015_52, difficulty: 5.0 };
        assert_eq!(schedule.interval(long, 0.9), 121.015_51);
    }

    /// `test_memory_state` of the crate: the second answer falls on the day of the first.
    #[test]
    fn a_repetition_on_the_same_day_is_the_one_of_the_published_vectors() {
        let answers = [(0, 1), (0, 3), (1, 3), (3, 3), (8, 3), (21, 3)];
        let near = |schedule: &Schedule, stability: f32, difficulty: f32| {
            let found = memory(schedule, &answers);
            // The tolerance of the crate's test.
            assert!((found.0 - stability).abs() < 1e-4, "{found:?}");
            assert!((found.1 - difficulty).abs() < 1e-4, "{found:?}");
        };
        near(&Schedule::default(), 53.626_91, 6.357_486_7);
        let mut frozen = DEFAULT_PARAMETERS;
        frozen[17..20].fill(0.0);
        near(&Schedule::with(&frozen).unwrap(), 53.335_106, 6.357_486_7);
    }

    /// The example of `next_states` in the crate's documentation.
    #[test]
    fn first_answers_are_those_of_the_published_vectors() {
        let schedule = Schedule::default();
        let first = [1, 2, 3, 4].map(|rating| memory(&schedule, &[(0, rating)]));
        assert_eq!(
            first,
            [(0.212, 6.4133), (1.2931, 5.112_170_7), (2.3065, 2.118_104), (8.2956, 1.0)]
        );
        let days = [1, 2, 3, 4].map(|rating| {
            schedule.days(schedule.memory(&reviews(&[(0, rating)])).unwrap(), RETENTION)
        });
        assert_eq!(days, [1, 1, 2, 8]);
    }

    /// `test_next_interval` of the crate.
    #[test]
    fn intervals_are_those_of_the_published_vectors() {
        let schedule = Schedule::default();
        let one = Memory { stability: 1.0, difficulty: 5.0 };
        let intervals: Vec<i32> = (1..=10)
            .map(|tenth| schedule.interval(one, f64::from(tenth) / 10.0).round().max(1.0) as i32)
            .collect();
        assert_eq!(intervals, [3_116_766, 34_793, 2_508, 387, 90, 27, 9, 3, 1, 1]);
        assert_eq!(schedule.days(one, 0.1), INTERVAL_MAX);
    }

    /// `test_current_retrievability` of the crate, whose decay is 0.2.
    #[test]
    fn retrievability_is_the_one_of_the_published_vectors() {
        let mut parameters = DEFAULT_PARAMETERS;
        parameters[20] = 0.2;
        let schedule = Schedule::with(&parameters).unwrap();
        let memory = Memory { stability: 1.0, difficulty: 5.0 };
        let found = [0, 1, 2, 3].map(|days| schedule.retrievability(memory, days) as f32);
        assert_eq!(found, [1.0, 0.9, 0.840_289_35, 0.798_500_1]);
    }

    #[test]
    fn step_by_step_is_the_same_as_all_at_once() {
        let schedule = Schedule::default();
        let all = reviews(&[(0, 1), (0, 3), (1, 2), (9, 4), (40, 1), (0, 3), (3, 3)]);
        let steps = all.iter().fold(None, |memory, review| schedule.after(memory, *review));
        assert_eq!(steps, schedule.memory(&all));
    }

    #[test]
    fn a_review_may_move_by_the_usual_fuzz() {
        let schedule = Schedule::default();
        let window = |stability| schedule.window(Memory { stability, difficulty: 5.0 }, RETENTION);
        // By hand: 10 ± (1 + 0.15 × 4.5 + 0.1 × 3) = 10 ± 1.975, and
        // 100 ± (1 + 0.675 + 0.1 × 13 + 0.05 × 80) = 100 ± 6.975.
        let found = [0.3, 2.4, 3.0, 10.0, 100.0, 10_000.0].map(window);
        assert_eq!(found, [(1, 1), (2, 2), (2, 4), (8, 12), (93, 107), (345, 365)]);
    }

    #[test]
    fn no_answer_leaves_no_memory_and_bad_parameters_make_no_schedule() {
        assert_eq!(Schedule::default().memory(&[]), None);
        for bad in [&[][..], &[1.0; 5], &[f32::NAN; 21]] {
            assert!(Schedule::with(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn an_answer_without_a_rating_is_rated_by_score_and_time() {
        let rated = |kind, score, duration_ms| Rating::derived(kind, score, duration_ms);
        assert_eq!(rated("choice", 0.0, 1_000), Rating::Again);
        assert_eq!(rated("several", 0.5, 1_000), Rating::Hard);
        assert_eq!(rated("choice", 1.0, 6_001), Rating::Good);
        assert_eq!(rated("choice", 1.0, 6_000), Rating::Easy);
        assert_eq!(rated("several", 1.0, 10_000), Rating::Easy);
        assert_eq!(rated("number", 1.0, 15_000), Rating::Easy);
        assert_eq!(rated("sim", 1.0, 15_001), Rating::Good);
    }

    /// Questions forgotten sooner or later than most people's.
    fn histories(known_after_days: u32, questions: usize) -> Vec<Vec<Review>> {
        (0..questions)
            .map(|at| {
                let steps = [1_u32, 2, 4, 8].map(|days| days + at as u32 % 3);
                let later = steps.map(|days| (days, if days > known_after_days { 1 } else { 3 }));
                let mut all = vec![(0, 3)];
                all.extend(later);
                reviews(&all)
            })
            .collect()
    }

    #[test]
    fn a_refit_follows_the_person() {
        let half_life = |known_after_days| {
            let fitted = fit(&histories(known_after_days, 60)).unwrap();
            let schedule = Schedule::with(&fitted).unwrap();
            schedule.days(schedule.memory(&reviews(&[(0, 3)])).unwrap(), RETENTION)
        };
        let (forgetful, lasting) = (half_life(2), half_life(9));
        assert!(forgetful < lasting, "{forgetful} {lasting}");
    }

    #[test]
    fn a_refit_needs_enough_reviews_on_later_days() {
        assert_eq!(fit(&[]), Err(NoFit::TooFew(0)));
        assert_eq!(fit(&histories(2, 15)), Err(NoFit::TooFew(60)));
        let same_day = vec![reviews(&[(0, 1), (0, 3), (0, 3)]); 100];
        assert_eq!(fit(&same_day), Err(NoFit::TooFew(0)));
    }
}
