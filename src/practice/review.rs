//! What is to be reviewed on a day, from the record of answers. Pure: today is an argument.

use std::collections::{BTreeMap, BTreeSet};

use super::card::Card;
use super::day::Day;
use crate::quiz::drill::is_of_a_drill;
use crate::quiz::schedule::{Memory, RETENTION, Rating, Review, Schedule};
use crate::store::Attempt;

/// New questions a day, unless something else is wanted.
pub(crate) const NEW_A_DAY: usize = 10;
/// From so many lapses on a question is a leech: asking it again does not help, reading does.
pub(crate) const LEECH_LAPSES: u32 = 4;
/// Days of stability from which on a leech has been learnt after all.
const LEARNT_DAYS: f32 = 21.0;
/// An answer that took longer was interrupted.
const LONGEST_MS: u64 = 5 * 60_000;
/// What an answer takes before there are any, reading the feedback included.
const USUAL_MS: u64 = 45_000;
/// So many of the last answers tell how long one takes.
const LATEST: usize = 200;

/// How a person wants to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) schedule: Schedule,
    /// The probability with which a question should still be known when it comes up again.
    pub(crate) retention: f64,
    pub(crate) new_a_day: usize,
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted { schedule: Schedule::default(), retention: RETENTION, new_a_day: NEW_A_DAY }
    }
}

/// A question that was answered at least once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Studied {
    pub(crate) card: Card,
    pub(crate) reviews: Vec<Review>,
    /// Of the last answer.
    pub(crate) last: Day,
    pub(crate) first: Day,
    pub(crate) memory: Memory,
    pub(crate) due: Day,
    /// How often it was known and then not any more.
    pub(crate) lapses: u32,
}

impl Studied {
    /// The probability that it is known on a day, which for an answer of the same day is that of
    /// the day after: what was read a minute ago is no knowledge.
    pub(crate) fn known_on(&self, day: Day, schedule: &Schedule) -> f64 {
        schedule.retrievability(self.memory, day.since(self.last).max(1))
    }

    pub(crate) fn is_leech(&self) -> bool {
        self.lapses >= LEECH_LAPSES && self.memory.stability < LEARNT_DAYS
    }
}

/// All questions with what is known of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deck {
    /// In the order of the cards.
    pub(crate) studied: Vec<Studied>,
    /// Never answered; in the order of the cards.
    pub(crate) unseen: Vec<Card>,
    /// What one answer takes this person.
    pub(crate) answer_ms: u64,
}

/// What a day holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Today<'d> {
    /// To be asked, the most nearly forgotten first.
    pub(crate) due: Vec<&'d Studied>,
    /// To be asked as well, after their sections were read again.
    pub(crate) leeches: Vec<&'d Studied>,
    /// Due, but put off to another day: a question of the same section is asked or was answered.
    pub(crate) buried: Vec<&'d Studied>,
    /// To be asked when nothing is due.
    pub(crate) new: Vec<&'d Card>,
}

impl Today<'_> {
    /// At most so many questions: those due before leeches, both before new ones.
    pub(crate) fn keep(&mut self, count: usize) {
        self.due.truncate(count);
        self.leeches.truncate(count - self.due.len());
        self.new.truncate(count);
    }

    /// Questions to be asked: those due, or else new ones; `topic/question`, in order.
    pub(crate) fn questions(&self) -> Vec<&str> {
        let due: Vec<&str> =
            self.due.iter().chain(&self.leeches).map(|s| s.card.question.as_str()).collect();
        if due.is_empty() {
            return self.new.iter().map(|card| card.question.as_str()).collect();
        }
        due
    }
}

impl Deck {
    /// Replays the answers (in order of time) to these cards. Answers to other questions count for
    /// nothing; one that is dated after today counts as given today.
    ///
    /// When an answer is given, the next review is put on the day with the fewest reviews within
    /// the usual fuzz, and stays there until the question is answered again.
    pub(crate) fn of(cards: &[Card], attempts: &[Attempt], wanted: &Wanted, today: Day) -> Deck {
        let mut studied: BTreeMap<&str, Studied> = BTreeMap::new();
        let mut load: BTreeMap<Day, u32> = BTreeMap::new();
        let by_question: BTreeMap<&str, &Card> =
            cards.iter().map(|card| (card.question.as_str(), card)).collect();
        for attempt in attempts {
            let Some(card) = by_question.get(attempt.question.as_str()) else { continue };
            let Some(day) = Day::of(&attempt.at_utc, attempt.utc_offset_minutes) else { continue };
            let before = studied.get(card.question.as_str());
            let Some(after) = answered(card, before, attempt, day.min(today), wanted, &mut load)
            else {
                continue;
            };
            studied.insert(&card.question, after);
        }
        let unseen = cards.iter().filter(|card| !studied.contains_key(card.question.as_str()));
        let unseen = unseen.cloned().collect();
        let in_order = cards.iter().filter_map(|card| studied.get(card.question.as_str()).cloned());
        Deck { studied: in_order.collect(), unseen, answer_ms: answer_ms(attempts) }
    }

    /// What is to be asked today.
    pub(crate) fn today(&self, wanted: &Wanted, today: Day) -> Today<'_> {
        // Sections of which a question was answered today.
        let mut sections: BTreeSet<(&str, &str)> = self
            .studied
            .iter()
            .filter(|studied| studied.last >= today)
            .map(|studied| (studied.card.topic.as_str(), studied.card.section.as_str()))
            .collect();
        let mut open: Vec<&Studied> =
            self.studied.iter().filter(|s| s.due <= today && s.last < today).collect();
        open.sort_by(|a, b| {
            let known = |s: &Studied| s.known_on(today, &wanted.schedule);
            let by_question = || a.card.question.cmp(&b.card.question);
            known(a).total_cmp(&known(b)).then_with(by_question)
        });
        let mut found = Today::default();
        for studied in open {
            if !sections.insert((&studied.card.topic, &studied.card.section)) {
                found.buried.push(studied);
            } else if studied.is_leech() {
                found.leeches.push(studied);
            } else {
                found.due.push(studied);
            }
        }
        let room = wanted.new_a_day.saturating_sub(self.begun(today));
        for card in &self.unseen {
            if found.new.len() < room && sections.insert((&card.topic, &card.section)) {
                found.new.push(card);
            }
        }
        found
    }

    /// Questions answered for the first time today.
    pub(crate) fn begun(&self, today: Day) -> usize {
        self.studied.iter().filter(|studied| studied.first >= today).count()
    }

    /// The minutes that so many answers take, at least 1.
    pub(crate) fn minutes(&self, answers: usize) -> u64 {
        (answers as u64).saturating_mul(self.answer_ms).div_ceil(60_000).max(1)
    }

    /// The reviews of the next days, today first; what is overdue counts today.
    pub(crate) fn forecast(&self, today: Day, days: u32) -> Vec<(Day, usize)> {
        let mut counts = vec![0; days as usize];
        for studied in &self.studied {
            if let Some(count) = counts.get_mut(studied.due.since(today) as usize) {
                *count += 1;
            }
        }
        (0..days).map(|day| today.plus(day)).zip(counts).collect()
    }

    /// The answers to each question, for fitting parameters.
    pub(crate) fn histories(&self) -> Vec<Vec<Review>> {
        self.studied.iter().map(|studied| studied.reviews.clone()).collect()
    }
}

/// The rating of an answer: the person's own, or that of score, time and kind.
pub(crate) fn rating(attempt: &Attempt) -> Rating {
    let derived = || Rating::derived(&attempt.kind, attempt.score, attempt.duration_ms);
    attempt.rating.unwrap_or_else(derived)
}

fn answered(
    card: &Card,
    before: Option<&Studied>,
    attempt: &Attempt,
    day: Day,
    wanted: &Wanted,
    load: &mut BTreeMap<Day, u32>,
) -> Option<Studied> {
    let elapsed_days = before.map_or(0, |before| day.since(before.last));
    let review = Review { elapsed_days, rating: rating(attempt) };
    let memory = wanted.schedule.after(before.map(|before| before.memory), review)?;
    let lapsed = elapsed_days > 0 && review.rating == Rating::Again;
    // A clock that was set back does not bring a review forward.
    let last = before.map_or(day, |before| before.last.max(day));
    if let Some(before) = before
        && let Some(count) = load.get_mut(&before.due)
    {
        *count = count.saturating_sub(1);
    }
    let exact = wanted.schedule.days(memory, wanted.retention);
    let (low, high) = wanted.schedule.window(memory, wanted.retention);
    let busy = |days: u32| load.get(&last.plus(days)).copied().unwrap_or(0);
    let days = (low..=high).min_by_key(|days| (busy(*days), days.abs_diff(exact), *days));
    let due = last.plus(days.unwrap_or(exact));
    *load.entry(due).or_default() += 1;
    let mut reviews = before.map(|before| before.reviews.clone()).unwrap_or_default();
    reviews.push(review);
    Some(Studied {
        card: card.clone(),
        reviews,
        last,
        first: before.map_or(day, |before| before.first),
        memory,
        due,
        lapses: before.map_or(0, |before| before.lapses) + u32::from(lapsed),
    })
}

/// The median of the last answers; those of interviews are of another length.
fn answer_ms(attempts: &[Attempt]) -> u64 {
    let latest = attempts.iter().rev().filter(|a| !is_of_a_drill(&a.question)).take(LATEST);
    let mut times: Vec<u64> = latest.map(|a| a.duration_ms.min(LONGEST_MS)).collect();
    times.sort_unstable();
    // A few answers tell nothing.
    if times.len() < 10 { USUAL_MS } else { times[times.len() / 2].max(1_000) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn day(date: &str) -> Day {
        Day::parse(date).unwrap()
    }

    pub(crate) fn card(question: &str, section: &str) -> Card {
        let topic = question.split('/').next().unwrap().to_owned();
        Card { question: question.to_owned(), topic, section: section.to_owned() }
    }

    /// An answer at noon of a day.
    pub(crate) fn attempt(question: &str, date: &str, rating: Rating) -> Attempt {
        Attempt {
            question: question.to_owned(),
            topic: question.split('/').next().unwrap().to_owned(),
            kind: "choice".to_owned(),
            given: r#"{"options":["a"]}"#.to_owned(),
            score: if rating == Rating::Again { 0.0 } else { 1.0 },
            sure: None,
            rating: Some(rating),
            duration_ms: 30_000,
            seed: 1,
            variant: None,
            at_utc: format!("{date}T12:00:00.000Z"),
            utc_offset_minutes: 0,
            prep: "0.1.0".to_owned(),
            session: "s".to_owned(),
        }
    }

    fn names<'d>(studied: &[&'d Studied]) -> Vec<&'d str> {
        studied.iter().map(|s| s.card.question.as_str()).collect()
    }

    #[test]
    fn what_was_known_well_comes_later() {
        let cards = ["t/a", "t/b", "t/c", "t/d"].map(|id| card(id, id));
        let attempts: Vec<Attempt> = cards
            .iter()
            .zip(Rating::ALL)
            .map(|(c, r)| attempt(&c.question, "2026-11-20", r))
            .collect();
        let wanted = Wanted::default();
        let deck = Deck::of(&cards, &attempts, &wanted, day("2026-11-20"));
        let due: Vec<String> = deck.studied.iter().map(|s| s.due.to_string()).collect();
        // After 0.2, 1.3, 2.3 and 8.3 days.
        assert_eq!(due, ["2026-11-21", "2026-11-21", "2026-11-22", "2026-11-28"]);
        let on = |date: &str| names(&deck.today(&wanted, day(date)).due).join(" ");
        assert_eq!(on("2026-11-20"), "");
        assert_eq!(on("2026-11-21"), "t/a t/b");
        assert_eq!(on("2026-11-28"), "t/a t/b t/c t/d");
        assert_eq!(
            deck.forecast(day("2026-11-22"), 7).into_iter().map(|(_, n)| n).collect::<Vec<_>>(),
            [3, 0, 0, 0, 0, 0, 1]
        );
    }

    #[test]
    fn one_question_of_a_section_a_day() {
        let cards = [card("t/a", "x"), card("t/b", "x"), card("t/c", "y"), card("u/d", "x")];
        let mut attempts: Vec<Attempt> =
            cards.iter().map(|c| attempt(&c.question, "2026-11-20", Rating::Again)).collect();
        let wanted = Wanted::default();
        let today = day("2026-11-21");
        let deck = Deck::of(&cards, &attempts, &wanted, today);
        let found = deck.today(&wanted, today);
        assert_eq!(names(&found.due), ["t/a", "t/c", "u/d"]);
        assert_eq!(names(&found.buried), ["t/b"]);
        attempts.push(attempt("t/a", "2026-11-21", Rating::Good));
        let deck = Deck::of(&cards, &attempts, &wanted, today);
        assert_eq!(names(&deck.today(&wanted, today).due), ["t/c", "u/d"]);
        assert_eq!(names(&deck.today(&wanted, today.plus(1)).due).len(), 3);
    }

    #[test]
    fn new_questions_come_in_order_when_nothing_is_due_and_no_more_than_wanted() {
        let cards: Vec<Card> =
            (0..6).map(|at| card(&format!("t/{at}"), &(at / 2).to_string())).collect();
        let wanted = Wanted { new_a_day: 2, ..Wanted::default() };
        let today = day("2026-11-21");
        let asked = |attempts: &[Attempt]| {
            let deck = Deck::of(&cards, attempts, &wanted, today);
            let found = deck.today(&wanted, today);
            found.questions().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(asked(&[]), ["t/0", "t/2"]);
        let first = attempt("t/0", "2026-11-21", Rating::Good);
        assert_eq!(asked(std::slice::from_ref(&first)), ["t/2"]);
        let second = attempt("t/2", "2026-11-21", Rating::Again);
        assert_eq!(asked(&[first, second]), [""; 0]);
        let yesterday = attempt("t/0", "2026-11-20", Rating::Again);
        assert_eq!(asked(&[yesterday]), ["t/0"]);
    }

    #[test]
    fn reviews_are_spread_over_the_days_around_and_stay_where_they_were_put() {
        let cards: Vec<Card> =
            (0..50).map(|at| card(&format!("t/{at:02}"), &at.to_string())).collect();
        let mut attempts: Vec<Attempt> =
            cards.iter().map(|c| attempt(&c.question, "2026-11-20", Rating::Easy)).collect();
        let wanted = Wanted::default();
        let deck = |attempts: &[Attempt]| Deck::of(&cards, attempts, &wanted, day("2026-12-31"));
        let before = deck(&attempts);
        let mut load: BTreeMap<u32, u32> = BTreeMap::new();
        for studied in &before.studied {
            *load.entry(studied.due.since(studied.last)).or_default() += 1;
        }
        // 8.3 days, and 1.8 of fuzz: five days with ten reviews each.
        assert_eq!(
            load.into_iter().collect::<Vec<_>>(),
            [(6, 10), (7, 10), (8, 10), (9, 10), (10, 10)]
        );
        attempts.push(attempt("t/00", "2026-11-26", Rating::Again));
        assert_eq!(deck(&attempts).studied[1..], before.studied[1..]);
    }

    #[test]
    fn a_question_that_is_forgotten_again_and_again_is_a_leech() {
        let cards = [card("t/a", "x")];
        let dates: Vec<String> = (1..=6).map(|at| format!("2026-11-{:02}", at * 3)).collect();
        let mut attempts: Vec<Attempt> =
            dates.iter().map(|date| attempt("t/a", date, Rating::Again)).collect();
        let wanted = Wanted::default();
        let today = day("2026-12-24");
        let lapses = |attempts: &[Attempt]| {
            let deck = Deck::of(&cards, attempts, &wanted, today);
            let found = deck.today(&wanted, today);
            (deck.studied[0].lapses, found.due.len(), found.leeches.len())
        };
        // The first answer is no lapse: nothing was known before.
        assert_eq!(lapses(&attempts[..4]), (3, 1, 0));
        assert_eq!(lapses(&attempts[..5]), (4, 0, 1));
        assert_eq!(lapses(&attempts[..6]), (5, 0, 1));
        // On the same day it does not lapse twice.
        attempts[5].at_utc = format!("{}T13:00:00.000Z", dates[4]);
        assert_eq!(lapses(&attempts[..6]).0, 4);
    }

    #[test]
    fn a_clock_that_was_wrong_makes_no_time_pass() {
        let cards = [card("t/a", "x")];
        let wanted = Wanted::default();
        let today = day("2026-11-21");
        // In order of time the answer of the future comes last; it counts as one of today.
        let attempts = [
            attempt("t/a", "2026-11-20", Rating::Good),
            attempt("t/a", "2031-01-01", Rating::Good),
        ];
        let deck = Deck::of(&cards, &attempts, &wanted, today);
        let elapsed: Vec<u32> = deck.studied[0].reviews.iter().map(|r| r.elapsed_days).collect();
        assert_eq!((elapsed, deck.studied[0].last), (vec![0, 1], today));
        // And today may be before all answers.
        let past = Deck::of(&cards, &attempts, &wanted, day("2020-01-01"));
        let elapsed: Vec<u32> = past.studied[0].reviews.iter().map(|r| r.elapsed_days).collect();
        assert_eq!((elapsed, past.studied[0].last), (vec![0, 0], day("2020-01-01")));
        // Seoul in the evening, then San Francisco: the date is the day before.
        let seoul =
            Attempt { utc_offset_minutes: 540, ..attempt("t/a", "2026-11-20", Rating::Good) };
        let mut west = Attempt { utc_offset_minutes: -480, ..seoul.clone() };
        west.at_utc = "2026-11-20T12:01:00.000Z".to_owned();
        let deck = Deck::of(&cards, &[seoul, west], &wanted, today);
        let elapsed: Vec<u32> = deck.studied[0].reviews.iter().map(|r| r.elapsed_days).collect();
        assert_eq!((elapsed, deck.studied[0].last), (vec![0, 0], day("2026-11-20")));
    }

    #[test]
    fn minutes_follow_the_persons_own_answers() {
        let cards = [card("t/a", "x")];
        let with = |duration_ms: u64, answers: usize| {
            let one = Attempt { duration_ms, ..attempt("t/a", "2026-11-20", Rating::Good) };
            Deck::of(&cards, &vec![one; answers], &Wanted::default(), day("2026-11-20"))
        };
        assert_eq!(with(1, 9).minutes(12), 9);
        assert_eq!(with(20_000, 10).minutes(12), 4);
        assert_eq!(with(3_600_000, 10).minutes(12), 60);
        assert_eq!(with(20_000, 10).minutes(0), 1);
    }

    #[test]
    fn answers_to_questions_that_are_gone_count_for_nothing() {
        let deck = Deck::of(
            &[card("t/a", "x")],
            &[attempt("t/gone", "2026-11-20", Rating::Good)],
            &Wanted::default(),
            day("2026-11-20"),
        );
        assert_eq!((deck.studied, deck.unseen), (vec![], vec![card("t/a", "x")]));
    }
}
