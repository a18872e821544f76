//! What a user does after a first request: the stops of a journey, and what the user remembers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::knobs::{Knob, KnobValue, Raw, distribution, show_distribution};
use super::mysql::table::TableId;
use super::walk::Walk;
use crate::content::text::{Text, both};
use crate::engine::distribution::Distribution;
use crate::engine::time::Nanos;

/// One stop, or several alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stop {
    pub(crate) times: u32,
    pub(crate) endpoint: String,
    /// Pause before each.
    pub(crate) after: Distribution,
    /// Somebody else goes there, who has heard of the first request the moment it was answered.
    pub(crate) other: bool,
}

/// Stops in order; nothing at all for most loads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Journey(pub(crate) Vec<Stop>);

/// Stops of one kind that a journey may have.
const TIMES_MAX: u32 = 1_000;

impl KnobValue for Journey {
    fn parse(raw: &Raw, _: &Knob) -> Result<Journey, Text> {
        let found = raw.show();
        let wrong = || {
            both!(
                "stops such as \"9 x list_products after exp 2s, view_bid after 200ms as other\", or \"none\", were expected, found `{found}`",
                "\"9 x list_products after exp 2s, view_bid after 200ms as other\" 같은 여정이나 \"none\"이 필요합니다(현재 값: `{found}`)"
            )
        };
        match raw {
            Raw::Word(word) if word == "none" => Ok(Journey::default()),
            Raw::Word(word) => {
                let stops: Option<Vec<Stop>> = word.split(',').map(stop).collect();
                stops.map(Journey).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        if self.0.is_empty() {
            return "none".into();
        }
        let stops: Vec<String> = self.0.iter().map(show).collect();
        stops.join(", ").into()
    }
}

/// `9 x list_products after exp 2s as other`
fn stop(text: &str) -> Option<Stop> {
    let (what, rest) = text.trim().split_once(" after ")?;
    let (times, endpoint) = match what.split_once(" x ") {
        None => (1, what),
        Some((times, endpoint)) => (times.trim().parse().ok()?, endpoint),
    };
    let (after, other) = match rest.strip_suffix(" as other") {
        None => (rest, false),
        Some(after) => (after, true),
    };
    let named = !endpoint.trim().is_empty() && (1..=TIMES_MAX).contains(&times);
    named.then_some(())?;
    let (endpoint, after) = (endpoint.trim().to_owned(), distribution(after)?);
    Some(Stop { times, endpoint, after, other })
}

fn show(stop: &Stop) -> String {
    let Stop { times, endpoint, after, other } = stop;
    let times = if *times > 1 { format!("{times} x ") } else { String::new() };
    let other = if *other { " as other" } else { "" };
    format!("{times}{endpoint} after {}{other}", show_distribution(after))
}

/// A user on a journey: what has been written and shown so far. A cookie, so to speak.
#[derive(Default)]
pub(crate) struct Visitor {
    /// What the journey is about: the row that its first request wrote or named.
    subject: Cell<Option<u64>>,
    /// Newest version that this user has written, and that this user was shown, by row.
    pub(crate) wrote: RefCell<BTreeMap<(TableId, u64), u64>>,
    pub(crate) shown: RefCell<BTreeMap<(TableId, u64), u64>>,
    /// Through the pages of a list.
    pub(crate) walk: Cell<Option<Walk>>,
    /// Of the last commit: its place in the binary log, and when it was answered.
    pub(crate) position: Cell<u64>,
    pub(crate) wrote_at: Cell<Option<Nanos>>,
}

impl Visitor {
    /// Another user who has heard of what this one did.
    pub(crate) fn other(&self) -> Visitor {
        Visitor { subject: self.subject.clone(), ..Visitor::default() }
    }

    pub(crate) fn subject(&self) -> Option<u64> {
        self.subject.get()
    }

    /// The row with the highest key in a table that this user has written.
    pub(crate) fn newest_written(&self, table: TableId) -> Option<u64> {
        let wrote = self.wrote.borrow();
        let of_table = wrote.range((table, 0)..=(table, u64::MAX));
        of_table.map(|((_, key), _)| *key).next_back()
    }

    /// The journey is about this row.
    pub(crate) fn set_subject(&self, key: u64) {
        self.subject.set(Some(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;
    use crate::marketplace::config::LoadKnobs;

    fn parse(text: &str) -> Result<Journey, Text> {
        let knob = LoadKnobs::KNOBS.iter().find(|knob| knob.name == "journey").unwrap();
        Journey::parse(&Raw::Word(text.to_owned()), knob)
    }

    #[test]
    fn a_journey_is_read_and_shown_alike() {
        let knob = &LoadKnobs::KNOBS[0];
        for text in ["none", "9 x list_products after exp 2s, view_bid after 200ms as other"] {
            assert_eq!(parse(text).unwrap().json(knob), text);
        }
        for wrong in ["", "view_bid", "0 x view_bid after 1s", "view_bid after soon", " after 1s"] {
            assert!(parse(wrong).unwrap_err().get(Lang::En).contains("stops such as"), "{wrong}");
        }
    }
}
