//! A mock interview as a walk through the tree of a drill: what the candidate said leads to a reply
//! and a harder question, to a hint and a second try, or on.
//!
//! Knows no clock and no terminal: the caller asks, listens, and says which points were made.

use std::collections::BTreeMap;

use crate::content::text::Text;
use crate::practice::session::Moment;
use crate::quiz::drill::{Drill, Trap, Turn};
use crate::quiz::grade::Answer;
use crate::quiz::order;
use crate::store::Attempt;

/// What a point counts that was made after a hint only.
const AFTER_A_HINT: f64 = 0.5;
/// A topic answered less well than this is weak.
const WEAK: f64 = 0.9;

/// An interview about one drill.
#[derive(Clone, Debug)]
pub(crate) struct Interview<'d> {
    drill: &'d Drill,
    /// The question that waits for an answer, as an index of the drill's turns.
    at: Option<usize>,
    /// What was missing in the first try, while the second one waits.
    hinted: Option<usize>,
    told: Vec<Told<'d>>,
}

/// A question as it is put.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Asked<'d> {
    pub(crate) drill: &'d Drill,
    pub(crate) turn: &'d Turn,
    /// From 1; a second try has the number of the first.
    pub(crate) number: usize,
    /// What the interviewer says in place of the question, for a second try.
    pub(crate) hint: Option<&'d Text>,
}

/// An answer, and what the candidate found it to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Empty if it was spoken.
    pub(crate) text: String,
    /// Ids of the points that were made.
    pub(crate) points: Vec<String>,
    /// Ids of the traps that were said.
    pub(crate) traps: Vec<String>,
    pub(crate) duration_ms: u64,
}

/// A graded answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told<'d> {
    pub(crate) asked: Asked<'d>,
    pub(crate) said: Said,
    /// Points made before the hint, for a second try.
    pub(crate) before: Vec<String>,
    /// 0 to 1, of both tries.
    pub(crate) score: f64,
}

/// What the interviewer does after an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reaction<'d> {
    pub(crate) replies: Vec<&'d Trap>,
    pub(crate) goes: Goes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    /// The same question once more, with a hint.
    Again,
    /// A follow-up because of what was said, or missing.
    Deeper,
    On,
    End,
}

impl<'d> Interview<'d> {
    pub(crate) fn new(drill: &'d Drill) -> Interview<'d> {
        Interview { drill, at: Some(drill.start), hinted: None, told: Vec::new() }
    }

    /// The question that waits for an answer; `None` at the end.
    pub(crate) fn asked(&self) -> Option<Asked<'d>> {
        let turn = &self.drill.turns[self.at?];
        let number = self.told.iter().filter(|told| told.asked.hint.is_none()).count();
        let hint = self.hinted.map(|at| &turn.missing[at].hint);
        let number = if hint.is_some() { number } else { number + 1 };
        Some(Asked { drill: self.drill, turn, number, hint })
    }

    /// Grades the answer to the question that waits, and goes to the next one. `None` if there is
    /// no question.
    pub(crate) fn answer(&mut self, said: Said) -> Option<Reaction<'d>> {
        let asked = self.asked()?;
        let turn = asked.turn;
        let before = match (asked.hint, self.told.last()) {
            (Some(_), Some(first)) => first.said.points.clone(),
            _ => Vec::new(),
        };
        let is_made = |id: &str| said.points.iter().chain(&before).any(|point| point == id);
        let replies: Vec<&Trap> =
            turn.traps.iter().filter(|trap| said.traps.contains(&trap.id)).collect();
        let harder = replies.iter().find_map(|trap| trap.goto);
        let (next, hinted, goes) = match (harder, self.hinted) {
            (Some(harder), _) => (Some(harder), None, Goes::Deeper),
            (None, None) => match turn.missing.iter().position(|it| !is_made(&it.point)) {
                Some(missing) => (self.at, Some(missing), Goes::Again),
                None => (turn.next, None, Goes::On),
            },
            (None, Some(at)) => {
                let missing = &turn.missing[at];
                match missing.goto.filter(|_| !is_made(&missing.point)) {
                    Some(goto) => (Some(goto), None, Goes::Deeper),
                    None => (turn.next, None, Goes::On),
                }
            }
        };
        let score = score(turn, &said.points, &before, asked.hint.is_some());
        self.told.push(Told { asked, said, before, score });
        (self.at, self.hinted) = (next, hinted);
        let goes = if next.is_none() { Goes::End } else { goes };
        Some(Reaction { replies, goes })
    }

    /// What was answered so far.
    pub(crate) fn told(&self) -> &[Told<'d>] {
        &self.told
    }
}

fn score(turn: &Turn, points: &[String], before: &[String], is_second: bool) -> f64 {
    let weight = |counted: &dyn Fn(&str) -> bool| -> f64 {
        let counted = turn.points.iter().filter(|point| counted(&point.id));
        counted.map(|point| f64::from(point.weight)).sum()
    };
    let has = |ids: &[String], id: &str| ids.iter().any(|known| known == id);
    let earned = match is_second {
        false => weight(&|id| has(points, id)),
        true => {
            let later = weight(&|id| has(points, id) && !has(before, id));
            weight(&|id| has(before, id)) + AFTER_A_HINT * later
        }
    };
    earned / f64::from(turn.weight().max(1))
}

impl<'d> Told<'d> {
    /// The answer as it goes into the record.
    pub(crate) fn attempt(&self, seed: u64, moment: Moment) -> Attempt {
        let Asked { drill, turn, .. } = self.asked;
        let made = turn.points.iter().filter(|point| self.is_made(&point.id));
        let points = made.map(|point| point.id.clone()).collect();
        let answer = Answer::Open { text: self.said.text.clone(), points };
        let mut given = serde_json::to_value(&answer).unwrap_or_default();
        if let (false, Some(fields)) = (self.said.traps.is_empty(), given.as_object_mut()) {
            fields.insert("traps".to_owned(), self.said.traps.clone().into());
        }
        Attempt {
            question: drill.id(turn),
            topic: drill.reading(turn).0.to_owned(),
            kind: "open".to_owned(),
            given: given.to_string(),
            score: self.score,
            sure: moment.sure,
            rating: None,
            duration_ms: moment.duration_ms,
            seed,
            variant: None,
            at_utc: moment.at_utc,
            utc_offset_minutes: moment.utc_offset_minutes,
            prep: moment.prep,
            session: moment.session,
        }
    }

    /// Whether a point was made, before or after the hint.
    pub(crate) fn is_made(&self, point: &str) -> bool {
        self.said.points.iter().chain(&self.before).any(|made| made == point)
    }

    /// The traps that were said, in the order of the file.
    pub(crate) fn traps(&self) -> impl Iterator<Item = &'d Trap> {
        let said = self.said.traps.clone();
        self.asked.turn.traps.iter().filter(move |trap| said.contains(&trap.id))
    }
}

/// The last try at each question, in the order in which they were asked.
pub(crate) fn results<'t, 'd>(told: &'t [Told<'d>]) -> Vec<&'t Told<'d>> {
    let mut last: Vec<&Told<'d>> = Vec::new();
    for told in told {
        if told.asked.hint.is_some() {
            last.pop();
        }
        last.push(told);
    }
    last
}

/// The mean of the questions, 0 to 1; `None` if nothing was answered.
pub(crate) fn total(told: &[Told<'_>]) -> Option<f64> {
    let results = results(told);
    let sum: f64 = results.iter().map(|told| told.score).sum();
    (!results.is_empty()).then(|| sum / results.len() as f64)
}

/// The order in which drills are best practised, as indices: those about weak topics first, the
/// weakest before the others, then all others as the seed draws them. `latest` has the last answer
/// to each question.
pub(crate) fn weakest_first(drills: &[Drill], latest: &[Attempt], seed: u64) -> Vec<usize> {
    let mut by_topic: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for attempt in latest {
        let entry = by_topic.entry(&attempt.topic).or_default();
        *entry = (entry.0 + attempt.score, entry.1 + 1);
    }
    let mean = |at: usize| {
        let (sum, count) = by_topic.get(drills[at].topic.value.as_str())?;
        Some(sum / *count as f64).filter(|mean| *mean < WEAK)
    };
    let mut all = order::shuffled(drills.len(), order::seed_for(seed, "drills"));
    all.sort_by(|a, b| {
        let of = |at: usize| mean(at).unwrap_or(1.0);
        of(*a).total_cmp(&of(*b))
    });
    all
}

#[cfg(test)]
mod tests;
