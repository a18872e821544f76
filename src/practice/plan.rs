//! The way to an interview on a known date: what to do on each day, and what is to be expected on
//! the day itself. Pure: today is an argument.

use std::collections::BTreeMap;

use super::day::Day;
use super::review::{Deck, Wanted};
use crate::quiz::schedule::{Memory, Rating, Review};

/// New questions that one day can take besides its reviews; more are forgotten faster than learnt.
pub(crate) const NEW_MOST: usize = 30;
/// A plan looks no further ahead.
pub(crate) const DAYS_MOST: u32 = 366;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) date: Day,
    /// From today to the day before; none when the day has come.
    pub(crate) days: Vec<PlanDay>,
    /// On the date, if nothing more is done.
    pub(crate) as_is: Expected,
    /// On the date, if the plan is kept to and each review is answered right.
    pub(crate) kept: Expected,
    /// Questions that will not have been seen.
    pub(crate) unseen: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlanDay {
    pub(crate) day: Day,
    pub(crate) reviews: usize,
    pub(crate) new: usize,
}

/// How much will be known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Expected {
    /// Items of the inventory, each counted by the mean of its questions.
    pub(crate) items: f64,
    pub(crate) items_of: usize,
    pub(crate) questions: f64,
    pub(crate) questions_of: usize,
}

/// What the simulation of the days to come knows of a question.
#[derive(Clone, Copy)]
struct State {
    memory: Option<Memory>,
    last: Day,
    due: Day,
}

/// New questions of this day, those begun already included, so that all will have been seen by the
/// date.
pub(crate) fn new_today(deck: &Deck, today: Day, date: Day) -> usize {
    let open = deck.unseen.len() + deck.begun(today);
    open.div_ceil(date.since(today).max(1) as usize).min(NEW_MOST)
}

/// The plan. `items` has the questions (`topic/question`) that drill each item of the inventory.
pub(crate) fn plan(
    deck: &Deck,
    items: &[Vec<String>],
    wanted: &Wanted,
    today: Day,
    date: Day,
) -> Plan {
    let mut states: BTreeMap<&str, State> = BTreeMap::new();
    for studied in &deck.studied {
        let memory = Some(studied.memory);
        let state = State { memory, last: studied.last, due: studied.due };
        states.insert(&studied.card.question, state);
    }
    for card in &deck.unseen {
        states.insert(&card.question, State { memory: None, last: today, due: today });
    }
    let as_is = expected(&states, items, wanted, date);
    let mut unseen = deck.unseen.iter().map(|card| card.question.as_str()).peekable();
    let mut left = deck.unseen.len();
    let count = date.since(today).min(DAYS_MOST);
    let mut days = Vec::new();
    for at in 0..count {
        let day = today.plus(at);
        let mut reviews = 0;
        for state in states.values_mut() {
            // What was answered today is done for today.
            if state.memory.is_some() && state.due <= day && state.last < day {
                answer(state, day, wanted);
                reviews += 1;
            }
        }
        let new = match at {
            0 => new_today(deck, today, date).saturating_sub(deck.begun(today)).min(left),
            _ => left.div_ceil((count - at) as usize).min(NEW_MOST),
        };
        for question in unseen.by_ref().take(new) {
            if let Some(state) = states.get_mut(question) {
                answer(state, day, wanted);
            }
        }
        left -= new;
        days.push(PlanDay { day, reviews, new });
    }
    let kept = expected(&states, items, wanted, date);
    Plan { date, days, as_is, kept, unseen: left }
}

fn answer(state: &mut State, day: Day, wanted: &Wanted) {
    let elapsed_days = if state.memory.is_some() { day.since(state.last) } else { 0 };
    let review = Review { elapsed_days, rating: Rating::Good };
    if let Some(memory) = wanted.schedule.after(state.memory, review) {
        let due = day.plus(wanted.schedule.days(memory, wanted.retention));
        *state = State { memory: Some(memory), last: day, due };
    }
}

fn expected(
    states: &BTreeMap<&str, State>,
    items: &[Vec<String>],
    wanted: &Wanted,
    date: Day,
) -> Expected {
    let known = |state: &State| {
        let elapsed = date.since(state.last).max(1);
        state.memory.map_or(0.0, |memory| wanted.schedule.retrievability(memory, elapsed))
    };
    let item = |questions: &Vec<String>| {
        let known: Vec<f64> =
            questions.iter().filter_map(|id| states.get(id.as_str())).map(known).collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    };
    Expected {
        items: items.iter().map(item).sum(),
        items_of: items.len(),
        questions: states.values().map(known).sum(),
        questions_of: states.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::card::Card;
    use crate::practice::review::tests::{attempt, card, day};
    use crate::store::Attempt;

    fn cards(count: usize) -> Vec<Card> {
        (0..count).map(|at| card(&format!("t/{at:03}"), &at.to_string())).collect()
    }

    fn planned(cards: &[Card], attempts: &[Attempt], items: &[Vec<String>], date: &str) -> Plan {
        let (wanted, today) = (Wanted::default(), day("2026-11-22"));
        let deck = Deck::of(cards, attempts, &wanted, today);
        plan(&deck, items, &wanted, today, day(date))
    }

    #[test]
    fn new_questions_are_spread_evenly_and_come_back_before_the_day() {
        let found = planned(&cards(10), &[], &[], "2026-11-26");
        let new: Vec<usize> = found.days.iter().map(|day| day.new).collect();
        assert_eq!((new, found.unseen), (vec![3, 3, 2, 2], 0));
        // A first good answer comes up again two days later.
        let reviews: Vec<usize> = found.days.iter().map(|day| day.reviews).collect();
        assert_eq!(reviews, [0, 0, 3, 3]);
        assert_eq!(found.as_is.questions, 0.0);
        assert!(found.kept.questions > 9.0 && found.kept.questions < 10.0, "{found:?}");
    }

    #[test]
    fn what_was_begun_today_counts_for_today() {
        let cards = cards(10);
        let begun: Vec<Attempt> =
            cards[..3].iter().map(|c| attempt(&c.question, "2026-11-22", Rating::Good)).collect();
        let found = planned(&cards, &begun, &[], "2026-11-26");
        let new: Vec<usize> = found.days.iter().map(|day| day.new).collect();
        assert_eq!(new, [0, 3, 2, 2]);
    }

    #[test]
    fn too_few_days_leave_questions_unseen() {
        let found = planned(&cards(100), &[], &[], "2026-11-24");
        let new: Vec<usize> = found.days.iter().map(|day| day.new).collect();
        assert_eq!((new, found.unseen), (vec![NEW_MOST, NEW_MOST], 40));
        assert_eq!(found.kept.questions_of, 100);
        assert!(found.kept.questions < 60.0);
        for date in ["2026-11-22", "2026-11-01"] {
            let found = planned(&cards(100), &[], &[], date);
            assert_eq!((found.days.len(), found.unseen), (0, 100));
        }
    }

    #[test]
    fn an_item_counts_by_the_mean_of_its_questions() {
        let cards = cards(3);
        let attempts = [attempt("t/000", "2026-11-21", Rating::Easy)];
        let ids = |at: &[usize]| at.iter().map(|at| format!("t/{at:03}")).collect::<Vec<_>>();
        let items = [ids(&[0]), ids(&[0, 1]), ids(&[2]), vec!["t/gone".to_owned()], vec![]];
        let found = planned(&cards, &attempts, &items, "2026-11-22").as_is;
        let wanted = Wanted::default();
        let deck = Deck::of(&cards, &attempts, &wanted, day("2026-11-22"));
        let known = deck.studied[0].known_on(day("2026-11-22"), &wanted.schedule);
        assert!(known > 0.97 && known < 1.0, "{known}");
        assert_eq!(
            found,
            Expected { items: known + known / 2.0, items_of: 5, questions: known, questions_of: 3 }
        );
    }

    #[test]
    fn what_is_left_alone_is_forgotten() {
        let cards = cards(1);
        let attempts = [attempt("t/000", "2026-11-21", Rating::Good)];
        let expected = |date| {
            let found = planned(&cards, &attempts, &[], date);
            (found.as_is.questions, found.kept.questions)
        };
        let (soon, late) = (expected("2026-11-23"), expected("2026-12-23"));
        assert!(late.0 < soon.0 && late.0 < 0.8, "{soon:?} {late:?}");
        assert!(late.1 > 0.85, "{late:?}");
    }
}
