use std::collections::BTreeSet;

use super::*;
use crate::content::{Kind, Library};
use crate::quiz::drill::read;
use crate::quiz::drill::tests::example;

fn said(points: &[&str], traps: &[&str]) -> Said {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let text = "words".to_owned();
    Said { text, points: owned(points), traps: owned(traps), duration_ms: 1_500 }
}

/// Where an interview stands: number, turn, whether it is a second try.
fn place(interview: &Interview<'_>) -> Option<(usize, String, bool)> {
    let asked = interview.asked()?;
    Some((asked.number, asked.turn.id.clone(), asked.hint.is_some()))
}

fn at(number: usize, id: &str, second: bool) -> Option<(usize, String, bool)> {
    Some((number, id.to_owned(), second))
}

#[test]
fn a_good_answer_goes_on_to_the_end() {
    let drill = example();
    let mut interview = Interview::new(&drill);
    assert_eq!(place(&interview), at(1, "first", false));
    let reaction = interview.answer(said(&["rate", "time"], &[])).unwrap();
    assert_eq!(reaction, Reaction { replies: Vec::new(), goes: Goes::On });
    assert_eq!(place(&interview), at(2, "last", false));
    assert_eq!(interview.answer(said(&["more"], &[])).unwrap().goes, Goes::End);
    assert_eq!(place(&interview), None);
    assert_eq!(interview.answer(said(&[], &[])), None);
    assert_eq!(total(interview.told()), Some(1.0));
}

#[test]
fn the_most_important_missing_point_leads_to_a_hint_then_further_down() {
    let drill = example();
    let mut interview = Interview::new(&drill);
    assert_eq!(interview.answer(said(&["rate"], &[])).unwrap().goes, Goes::Again);
    assert_eq!(place(&interview), at(1, "first", true));
    assert_eq!(interview.asked().unwrap().hint.unwrap().en, "How long each?");
    let mut helped = interview.clone();
    assert_eq!(interview.answer(said(&["rate"], &[])).unwrap().goes, Goes::Deeper);
    assert_eq!(place(&interview), at(2, "harder", false));
    assert_eq!(helped.answer(said(&["time"], &[])).unwrap().goes, Goes::On);
    assert_eq!(place(&helped), at(2, "last", false));
    // Weights 1 and 3; what needed a hint counts half.
    let scores = |interview: &Interview<'_>| -> Vec<f64> {
        interview.told().iter().map(|told| told.score).collect()
    };
    assert_eq!((scores(&interview), scores(&helped)), (vec![0.25, 0.25], vec![0.25, 0.625]));
    assert_eq!(total(helped.told()), Some(0.625));
    assert_eq!(results(helped.told()).len(), 1);
}

#[test]
fn a_trap_leads_to_its_reply_and_its_question_in_either_try() {
    let drill = example();
    let mut interview = Interview::new(&drill);
    let reaction = interview.answer(said(&["rate", "time"], &["slow"])).unwrap();
    assert_eq!(reaction.replies[0].reply.en, "How slow?");
    assert_eq!((reaction.goes, place(&interview)), (Goes::Deeper, at(2, "harder", false)));
    let mut interview = Interview::new(&drill);
    interview.answer(said(&[], &[])).unwrap();
    let reaction = interview.answer(said(&["time"], &["slow"])).unwrap();
    assert_eq!((reaction.replies.len(), reaction.goes), (1, Goes::Deeper));
}

#[test]
fn an_attempt_keeps_words_points_and_traps() {
    let drill = example();
    let mut interview = Interview::new(&drill);
    interview.answer(said(&["rate"], &[])).unwrap();
    interview.answer(said(&["time"], &["slow"])).unwrap();
    let moment = Moment {
        at_utc: "2026-11-23T10:00:00.000Z".to_owned(),
        utc_offset_minutes: 540,
        duration_ms: 1_500,
        sure: None,
        session: "s".to_owned(),
        prep: "0.1.0".to_owned(),
    };
    let kept: Vec<(String, String, f64)> = interview
        .told()
        .iter()
        .map(|told| told.attempt(7, moment.clone()))
        .map(|attempt| (attempt.question, attempt.given, attempt.score))
        .collect();
    let id = "drill/desk/first".to_owned();
    let first = r#"{"open":{"text":"words","points":["rate"]}}"#.to_owned();
    let second = r#"{"open":{"text":"words","points":["rate","time"]},"traps":["slow"]}"#;
    assert_eq!(kept, [(id.clone(), first, 0.25), (id, second.to_owned(), 0.625)]);
    let whole = interview.told()[1].attempt(7, moment);
    assert_eq!((whole.topic.as_str(), whole.kind.as_str(), whole.seed), ("queues", "open", 7));
}

fn drills() -> Vec<Drill> {
    let library = Library::embedded();
    let slugs = library.slugs(Kind::Drill);
    slugs.into_iter().map(|slug| read::load(&library, slug).unwrap()).collect()
}

fn every<'i>(ids: impl Iterator<Item = &'i String>) -> Vec<String> {
    ids.cloned().collect()
}

/// What can be answered at a place: everything, nothing, everything but one point that has a hint,
/// and every single trap.
fn answers(interview: &Interview<'_>) -> Vec<Said> {
    let turn = interview.asked().unwrap().turn;
    let all = || every(turn.points.iter().map(|point| &point.id));
    let mut answers = vec![Said::default(), Said { points: all(), ..Said::default() }];
    for missing in &turn.missing {
        let points = all().into_iter().filter(|id| *id != missing.point).collect();
        answers.push(Said { points, ..Said::default() });
    }
    for trap in &turn.traps {
        let traps = vec![trap.id.clone()];
        answers.push(Said { points: all(), traps, ..Said::default() });
    }
    answers
}

/// What the rest of an interview depends on: the turn, the hint, the points made before it.
type State = (String, Option<String>, Vec<String>);

/// Goes through every state of an interview, by every answer.
fn walk(interview: &Interview<'_>, seen: &mut BTreeSet<State>) {
    let Some(asked) = interview.asked() else { return };
    assert!(interview.told().len() < 12, "{} does not end", asked.drill.slug);
    let hint = asked.hint.map(|hint| hint.en.clone());
    let before = interview.told().last().filter(|_| hint.is_some());
    let before = before.map(|told| told.said.points.clone()).unwrap_or_default();
    if !seen.insert((asked.turn.id.clone(), hint, before)) {
        return;
    }
    for answer in answers(interview) {
        let mut other = interview.clone();
        let reaction = other.answer(answer.clone()).unwrap();
        leads_where_it_says(&asked, &answer, &reaction, other.asked());
        walk(&other, seen);
    }
}

/// What the file says of this answer, worked out anew.
fn leads_where_it_says(
    asked: &Asked<'_>,
    answer: &Said,
    reaction: &Reaction<'_>,
    next: Option<Asked<'_>>,
) {
    let turn = asked.turn;
    let id = |at: Option<usize>| at.map(|at| asked.drill.turns[at].id.clone());
    let there = next.map(|next| next.turn.id.clone());
    let replies: Vec<&str> = reaction.replies.iter().map(|trap| trap.id.as_str()).collect();
    assert_eq!(replies, answer.traps.iter().map(String::as_str).collect::<Vec<_>>());
    if let Some(goto) = reaction.replies.first().and_then(|trap| trap.goto) {
        assert_eq!((there, reaction.goes), (id(Some(goto)), Goes::Deeper));
    } else if reaction.goes == Goes::Again {
        assert_eq!((there, asked.hint), (Some(turn.id.clone()), None));
        let hint = next.and_then(|next| next.hint);
        assert!(turn.missing.iter().any(|missing| {
            Some(&missing.hint) == hint && !answer.points.contains(&missing.point)
        }));
    } else if reaction.goes == Goes::Deeper {
        let goto = turn.missing.iter().find(|it| Some(&it.hint) == asked.hint).unwrap().goto;
        assert_eq!(there, id(goto));
    } else {
        assert_eq!(there, id(turn.next));
    }
}

#[test]
fn every_path_of_every_embedded_drill_ends_and_meets_every_turn() {
    for drill in drills() {
        let mut seen = BTreeSet::new();
        walk(&Interview::new(&drill), &mut seen);
        let met: BTreeSet<String> = seen.iter().map(|(turn, ..)| turn.clone()).collect();
        let known: BTreeSet<String> =
            every(drill.turns.iter().map(|turn| &turn.id)).into_iter().collect();
        assert_eq!(met, known, "{}", drill.slug);
        let hints: BTreeSet<&String> =
            seen.iter().filter_map(|(_, hint, _)| hint.as_ref()).collect();
        let all = drill.turns.iter().map(|turn| turn.missing.len()).sum::<usize>();
        assert_eq!(hints.len(), all, "{}: a hint that nobody hears", drill.slug);
    }
}

#[test]
fn weak_topics_come_first_then_the_seed_decides() {
    let drills = drills();
    let answered = |topic: &str, score| Attempt {
        question: format!("{topic}/x"),
        topic: topic.to_owned(),
        kind: "choice".to_owned(),
        given: "{}".to_owned(),
        score,
        sure: None,
        rating: None,
        duration_ms: 1,
        seed: 1,
        variant: None,
        at_utc: "2026-11-23T10:00:00.000Z".to_owned(),
        utc_offset_minutes: 0,
        prep: "0.1.0".to_owned(),
        session: "s".to_owned(),
    };
    let latest = [
        answered("pagination", 0.4),
        answered("pagination", 0.6),
        answered("coupons", 0.2),
        answered("caching", 1.0),
    ];
    let topics = |latest: &[Attempt], seed| -> Vec<String> {
        weakest_first(&drills, latest, seed)
            .into_iter()
            .map(|at| drills[at].topic.value.clone())
            .collect()
    };
    assert_eq!(topics(&latest, 1)[..2], ["coupons", "pagination"]);
    assert_eq!(topics(&latest, 2)[..2], ["coupons", "pagination"]);
    assert_ne!(topics(&[], 1), topics(&[], 2));
    assert_eq!(topics(&[], 1), topics(&[], 1));
}
