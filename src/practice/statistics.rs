//! What the record tells about a person: how much stays, how well they know what they know, where
//! they are weak. Pure: today is an argument.

use std::collections::BTreeMap;

use serde::Serialize;

use super::day::Day;
use super::review::{Deck, Studied, Wanted, rating};
use crate::content::text::Text;
use crate::quiz::drill::is_of_a_drill;
use crate::quiz::question::Quiz;
use crate::quiz::schedule::Rating;
use crate::store::Attempt;

/// Weeks that the course of retention goes back.
const WEEKS: u32 = 12;
/// Days that the answers are counted for.
const DAYS: u32 = 14;
/// Days that the due questions are told for.
const FORECAST_DAYS: u32 = 14;
/// Fewer answers with a confidence than this say nothing about it.
pub(crate) const CALIBRATION_MIN: usize = 20;
/// Fewer questions answered than this say nothing about a topic.
const TOPIC_MIN: usize = 3;
/// Levels of confidence that are told apart.
const LEVELS: usize = 5;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Statistics {
    pub(crate) answers: usize,
    pub(crate) questions_answered: usize,
    pub(crate) questions: usize,
    /// By week, the oldest first; weeks without a review are left out.
    pub(crate) retention: Vec<Week>,
    /// The last days, the oldest first.
    pub(crate) answers_per_day: Vec<Count>,
    pub(crate) calibration: Calibration,
    /// What is believed wrongly most often.
    pub(crate) blind_spots: Vec<BlindSpot>,
    /// The weakest first.
    pub(crate) topics: Vec<Strength>,
    /// Questions due, today first.
    pub(crate) forecast: Vec<Count>,
    pub(crate) leeches: Vec<Leech>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    /// `2026-11-22`.
    pub(crate) day: String,
    pub(crate) count: usize,
}

/// Reviews on a later day than the answer before: was it still known?
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Week {
    /// The first day of the week that ends today, or so many weeks ago.
    pub(crate) from: String,
    pub(crate) weeks_ago: u32,
    pub(crate) known: usize,
    pub(crate) of: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Calibration {
    /// Answers that were given with a confidence.
    pub(crate) of: usize,
    /// Mean squared distance of confidence and truth: 0 is perfect, 0.25 is a coin.
    pub(crate) brier: Option<f64>,
    pub(crate) levels: Vec<Level>,
}

/// Answers with about the same confidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Level {
    /// Mean confidence, 0 to 1.
    pub(crate) sure: f64,
    /// How many were right.
    pub(crate) right: usize,
    pub(crate) of: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BlindSpot {
    /// `topic/misconception`.
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) believes: Text,
    pub(crate) count: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Strength {
    pub(crate) topic: String,
    /// Mean probability that an answered question is known tomorrow.
    pub(crate) known: f64,
    pub(crate) answered: usize,
    pub(crate) of: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Leech {
    pub(crate) question: String,
    pub(crate) topic: String,
    /// The section to read.
    pub(crate) section: String,
    pub(crate) lapses: u32,
}

impl Leech {
    pub(crate) fn of(studied: &Studied) -> Leech {
        Leech {
            question: studied.card.question.clone(),
            topic: studied.card.topic.clone(),
            section: studied.card.section.clone(),
            lapses: studied.lapses,
        }
    }
}

/// All of it. `attempts` are in order of time.
pub(crate) fn of(
    deck: &Deck,
    attempts: &[Attempt],
    quizzes: &[Quiz],
    wanted: &Wanted,
    today: Day,
) -> Statistics {
    let forecast = deck.forecast(today, FORECAST_DAYS).into_iter();
    let forecast = forecast.map(|(day, count)| Count { day: day.to_string(), count });
    Statistics {
        answers: attempts.len(),
        questions_answered: deck.studied.len(),
        questions: deck.studied.len() + deck.unseen.len(),
        retention: retention(attempts, today),
        answers_per_day: per_day(attempts, today),
        calibration: calibration(attempts),
        blind_spots: blind_spots(attempts, quizzes),
        topics: strengths(deck, wanted, today),
        forecast: forecast.collect(),
        leeches: deck.studied.iter().filter(|s| s.is_leech()).map(Leech::of).collect(),
    }
}

/// Topics by what is known of them, the weakest first; those with too few answers are left out.
pub(crate) fn strengths(deck: &Deck, wanted: &Wanted, today: Day) -> Vec<Strength> {
    let mut topics: BTreeMap<&str, (f64, usize, usize)> = BTreeMap::new();
    for studied in &deck.studied {
        let topic = topics.entry(&studied.card.topic).or_default();
        topic.0 += studied.known_on(today.plus(1), &wanted.schedule);
        topic.1 += 1;
        topic.2 += 1;
    }
    for card in &deck.unseen {
        topics.entry(&card.topic).or_default().2 += 1;
    }
    let mut strengths: Vec<Strength> = topics
        .into_iter()
        .filter(|(_, (_, answered, of))| *answered >= TOPIC_MIN.min(*of))
        .map(|(topic, (known, answered, of))| Strength {
            topic: topic.to_owned(),
            known: known / answered as f64,
            answered,
            of,
        })
        .collect();
    strengths.sort_by(|a, b| a.known.total_cmp(&b.known).then_with(|| a.topic.cmp(&b.topic)));
    strengths
}

fn day_of(attempt: &Attempt, today: Day) -> Option<Day> {
    Day::of(&attempt.at_utc, attempt.utc_offset_minutes).map(|day| day.min(today))
}

fn retention(attempts: &[Attempt], today: Day) -> Vec<Week> {
    let mut last: BTreeMap<&str, Day> = BTreeMap::new();
    let mut weeks: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    // Interviews come by choice, not when something is about to be forgotten.
    for attempt in attempts.iter().filter(|attempt| !is_of_a_drill(&attempt.question)) {
        let Some(day) = day_of(attempt, today) else { continue };
        let before = last.insert(&attempt.question, day);
        if before.is_some_and(|before| day.since(before) > 0) {
            let week = weeks.entry(today.since(day) / 7).or_default();
            week.0 += usize::from(rating(attempt) > Rating::Again);
            week.1 += 1;
        }
    }
    let weeks = weeks.into_iter().rev().filter(|(ago, _)| *ago < WEEKS);
    weeks
        .map(|(weeks_ago, (known, of))| Week {
            from: today.minus(weeks_ago * 7 + 6).to_string(),
            weeks_ago,
            known,
            of,
        })
        .collect()
}

fn per_day(attempts: &[Attempt], today: Day) -> Vec<Count> {
    let mut counts = vec![0; DAYS as usize];
    for attempt in attempts {
        if let Some(day) = day_of(attempt, today)
            && let Some(count) = counts.get_mut(today.since(day) as usize)
        {
            *count += 1;
        }
    }
    let days = (0..DAYS).zip(counts).rev();
    days.map(|(ago, count)| Count { day: today.minus(ago).to_string(), count }).collect()
}

fn calibration(attempts: &[Attempt]) -> Calibration {
    let mut levels = [(0.0, 0, 0); LEVELS];
    let mut squares = 0.0;
    let mut of = 0;
    for attempt in attempts {
        let Some(sure) = attempt.sure else { continue };
        let right = attempt.score >= 1.0;
        let distance = sure - f64::from(u8::from(right));
        squares += distance * distance;
        of += 1;
        let level = ((sure * LEVELS as f64) as usize).min(LEVELS - 1);
        levels[level].0 += sure;
        levels[level].1 += usize::from(right);
        levels[level].2 += 1;
    }
    let levels = levels.into_iter().filter(|(_, _, of)| *of > 0);
    Calibration {
        of,
        brier: (of > 0).then(|| squares / of as f64),
        levels: levels
            .map(|(sure, right, of)| Level { sure: sure / of as f64, right, of })
            .collect(),
    }
}

/// The most frequent misconceptions that answers show, those of right answers left out.
fn blind_spots(attempts: &[Attempt], quizzes: &[Quiz]) -> Vec<BlindSpot> {
    const MOST: usize = 10;
    let by_slug: BTreeMap<&str, &Quiz> =
        quizzes.iter().map(|quiz| (quiz.slug.as_str(), quiz)).collect();
    let mut counts: BTreeMap<String, (Text, usize)> = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.score < 1.0) {
        let Some(quiz) = by_slug.get(attempt.topic.as_str()) else { continue };
        for (id, believes) in misconceptions(quiz, attempt) {
            counts.entry(id).or_insert((believes, 0)).1 += 1;
        }
    }
    let spots = counts.into_iter();
    let mut spots: Vec<BlindSpot> =
        spots.map(|(id, (believes, count))| BlindSpot { id, believes, count }).collect();
    spots.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.id.cmp(&b.id)));
    spots.truncate(MOST);
    spots
}

/// What somebody believes who gave this answer: `topic/misconception`, and in words. The traps stand
/// in the record beside the answer.
fn misconceptions(quiz: &Quiz, attempt: &Attempt) -> Vec<(String, Text)> {
    #[derive(serde::Deserialize)]
    struct Given {
        #[serde(default)]
        traps: Vec<String>,
    }
    let traps =
        serde_json::from_str(&attempt.given).map_or_else(|_| Vec::new(), |Given { traps }| traps);
    let believed = traps.into_iter().filter_map(|trap| {
        let believes = quiz.misconception(&trap)?;
        Some((format!("{}/{trap}", quiz.slug), believes.clone()))
    });
    believed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::review::tests::{attempt, card, day};
    use crate::practice::session::{Item, Session};
    use crate::quiz::example;
    use crate::quiz::grade::Answer;

    fn on(dates: &[(&str, Rating)]) -> Vec<Attempt> {
        dates.iter().map(|(date, rating)| attempt("t/a", date, *rating)).collect()
    }

    #[test]
    fn retention_counts_reviews_on_later_days_by_week() {
        let attempts = on(&[
            ("2026-11-01", Rating::Again),
            ("2026-11-01", Rating::Good),
            ("2026-11-08", Rating::Good),
            ("2026-11-09", Rating::Again),
            ("2026-11-22", Rating::Hard),
        ]);
        let week =
            |from: &str, weeks_ago, known, of| Week { from: from.to_owned(), weeks_ago, known, of };
        assert_eq!(
            retention(&attempts, day("2026-11-22")),
            [week("2026-11-02", 2, 1, 1), week("2026-11-09", 1, 0, 1), week("2026-11-16", 0, 1, 1),]
        );
        assert_eq!(retention(&attempts, day("2027-11-22")), []);
    }

    #[test]
    fn answers_are_counted_by_day() {
        let attempts = on(&[
            ("2026-11-01", Rating::Good),
            ("2026-11-09", Rating::Good),
            ("2026-11-22", Rating::Good),
            // Of a clock that was wrong.
            ("2027-01-01", Rating::Good),
        ]);
        let counts = per_day(&attempts, day("2026-11-22"));
        let ends = [&counts[0], &counts[DAYS as usize - 1]].map(|c| (c.day.as_str(), c.count));
        assert_eq!(ends, [("2026-11-09", 1), ("2026-11-22", 2)]);
        assert_eq!(counts.iter().map(|c| c.count).sum::<usize>(), 3);
    }

    #[test]
    fn calibration_by_hand() {
        let with =
            |sure, score| Attempt { sure, score, ..attempt("t/a", "2026-11-22", Rating::Good) };
        assert_eq!(calibration(&[with(None, 1.0)]), Calibration::default());
        let found = calibration(&[
            with(Some(1.0), 1.0),
            with(Some(0.9), 0.5),
            with(Some(0.25), 0.0),
            with(None, 0.0),
        ]);
        // (0 + 0.81 + 0.0625) / 3.
        assert!((found.brier.unwrap() - 0.290_833_333).abs() < 1e-8, "{found:?}");
        assert_eq!(
            (found.of, found.levels),
            (
                3,
                vec![Level { sure: 0.25, right: 0, of: 1 }, Level { sure: 0.95, right: 1, of: 2 },]
            )
        );
    }

    #[test]
    fn the_weakest_topic_is_the_one_that_is_least_known_tomorrow() {
        let cards: Vec<_> =
            ["a/1", "a/2", "a/3", "b/1", "b/2", "b/3", "b/4", "c/1", "d/1", "d/2", "d/3"]
                .map(|id| card(id, "x"))
                .to_vec();
        let mut attempts = Vec::new();
        for card in &cards[..9] {
            let rating = if card.topic == "b" { Rating::Again } else { Rating::Good };
            attempts.push(attempt(&card.question, "2026-11-22", rating));
        }
        let (wanted, today) = (Wanted::default(), day("2026-11-22"));
        let deck = Deck::of(&cards, &attempts, &wanted, today);
        let found = strengths(&deck, &wanted, today);
        let shown: Vec<(&str, usize, usize)> =
            found.iter().map(|s| (s.topic.as_str(), s.answered, s.of)).collect();
        // Of `d` too little is known.
        assert_eq!(shown, [("b", 4, 4), ("a", 3, 3), ("c", 1, 1)]);
        assert!(found[0].known < 0.8 && found[1].known > 0.9, "{found:?}");
    }

    #[test]
    fn what_is_chosen_wrongly_most_often_comes_first() {
        let quiz = example::quiz();
        let question = example::question(&quiz, "first-wall");
        // As a session keeps it.
        let chosen = |id: &str| {
            let item = Item { quiz: &quiz, question };
            let mut session = Session::of(vec![item], 1);
            session.next();
            let answer = Answer::Options(vec![id.to_owned()]);
            let feedback = session.answer(&answer, None).unwrap();
            Attempt {
                given: feedback.given(),
                topic: quiz.slug.clone(),
                score: feedback.grade.score,
                ..attempt(&format!("{}/first-wall", quiz.slug), "2026-11-22", Rating::Again)
            }
        };
        let unknown = r#"{"options":["x"],"traps":["gone"]}"#;
        let attempts = [
            chosen("all"),
            chosen("threads"),
            chosen("threads"),
            chosen("pool"),
            Attempt { given: unknown.to_owned(), ..chosen("all") },
            Attempt { given: "{\"number\":\"7\"}".to_owned(), ..chosen("all") },
            Attempt { given: "[".to_owned(), ..chosen("all") },
        ];
        let found = blind_spots(&attempts, std::slice::from_ref(&quiz));
        let shown: Vec<(&str, usize)> =
            found.iter().map(|spot| (spot.id.as_str(), spot.count)).collect();
        // Both wrong options come from the same belief.
        assert_eq!(shown, [("hikaricp-pool/more-threads", 3)]);
    }
}
