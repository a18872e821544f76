//! Stories of a small service with one hot row.

use std::collections::BTreeMap;

use super::episode::Episode;
use super::lives::{Kind, Life};
use super::turns::What;
use super::{Recording, replay, story};
use crate::content::problem::Source;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::request::Failure;
use crate::sims::metric;
use crate::sims::read::read;
use crate::sims::run::{Execution, run};
use crate::sims::spec::{Overrides, Spec, Wanted};

const CONTENTION: &str = include_str!("../../../tests/it/fixtures/contention.toml");
const EXECUTION: Execution<'_> = Execution { threads: 1, progress: &|_, _| () };

fn spec() -> Spec {
    read("x", &Source::new("x.toml", CONTENTION), None, &Overrides::default()).unwrap()
}

fn variant(spec: &Spec, id: &str) -> usize {
    spec.variants.iter().position(|variant| variant.id == id).unwrap()
}

/// The story of one variant, looked for by these words.
fn told(id: &str, first: &[Wanted]) -> (Recording, Episode) {
    let mut spec = spec();
    spec.story.first = first.to_vec();
    let at = variant(&spec, id);
    let (recording, episode) = story(&spec, Some(at), &EXECUTION).unwrap();
    (recording, episode.unwrap())
}

fn life(episode: &Episode, request: u64) -> &Life {
    episode.requests.iter().find(|life| life.request == request).unwrap()
}

/// Recording must not change what happens.
#[test]
fn a_replay_is_the_replication_that_was_measured() {
    let mut spec = spec();
    spec.run.kind = crate::sims::spec::RunKind::Steady { warm_up: None };
    let results = run(&spec, &EXECUTION).unwrap();
    for (at, measured) in results.variants.iter().enumerate() {
        for replication in [0, 1] {
            let replayed = replay(&spec, at, replication, &EXECUTION).unwrap();
            let rows = metric::rows(&replayed.observations);
            let again: BTreeMap<&str, Option<f64>> =
                rows.iter().map(|row| (row.id.as_str(), row.value)).collect();
            let values = measured.rows.iter().zip(&measured.values);
            let first: BTreeMap<&str, Option<f64>> = values
                .map(|(row, values)| (row.id.as_str(), values[replication as usize]))
                .collect();
            assert_eq!(again, first, "{}", spec.variants[at].id);
        }
    }
}

#[test]
fn words_are_looked_for_in_their_order_and_then_variants_in_theirs() {
    let mut spec = spec();
    let mut chosen = |first: &[Wanted]| {
        spec.story.first = first.to_vec();
        let (recording, episode) = story(&spec, None, &EXECUTION).unwrap();
        (recording.variant, episode.unwrap().wanted)
    };
    let (deadlock, lost) =
        (Wanted::Failure(Failure::Deadlock), Wanted::Anomaly(Anomaly::LostUpdate));
    assert_eq!(chosen(&[deadlock, lost]), ("share".to_owned(), deadlock));
    // `none` comes before `share`, but the first word counts before the first variant.
    assert_eq!(chosen(&[lost, deadlock]), ("none".to_owned(), lost));
    let never = Wanted::Anomaly(Anomaly::DoubleRedeem);
    assert_eq!(chosen(&[never, lost]), ("none".to_owned(), lost));
    // Nothing of the kind anywhere: the slowest of the baseline.
    assert_eq!(chosen(&[never]), ("for-update".to_owned(), Wanted::Slowest));
    assert_eq!(chosen(&[Wanted::Slowest, lost]), ("for-update".to_owned(), Wanted::Slowest));
}

#[test]
fn a_deadlock_has_its_members_and_each_waits_for_another_of_them() {
    let (_, episode) = told("share", &[Wanted::Failure(Failure::Deadlock)]);
    let cycles: Vec<(u64, &Vec<u64>)> = episode
        .turns
        .iter()
        .filter_map(|turn| match &turn.what {
            What::Deadlock { victim, members } => Some((*victim, members)),
            _ => None,
        })
        .collect();
    let (victim, members) = cycles[0];
    assert_eq!(victim, episode.request);
    let mut told: Vec<u64> = episode.requests.iter().map(|life| life.request).collect();
    let mut in_cycle = members.clone();
    told.sort_unstable();
    in_cycle.sort_unstable();
    assert_eq!(told, in_cycle);
    for member in members {
        let life = life(&episode, *member);
        let waits = |span: &&super::lives::Span| {
            span.kind == Kind::LockWait && span.name == "bids/1" && span.to >= episode.at
        };
        let wait = life.spans.iter().find(waits);
        // The one that closed the cycle has no wait that lasted.
        let waited: Vec<u64> = wait.map(|wait| wait.by.clone()).unwrap_or_default();
        assert!(
            *member == members[0] || waited.iter().any(|by| members.contains(by)),
            "{member} waits for {waited:?}, the cycle is {members:?}"
        );
    }
    assert_eq!(life(&episode, victim).failure, Some("deadlock"));
}

#[test]
fn a_lost_update_has_who_read_first_and_who_wrote_in_between() {
    let (_, episode) = told("none", &[Wanted::Anomaly(Anomaly::LostUpdate)]);
    assert_eq!(episode.requests.len(), 2);
    let loser = episode.requests.iter().find(|life| life.request != episode.request).unwrap();
    let place = |request: u64, what: &What| {
        let found = episode.turns.iter();
        let mut found = found.filter(|turn| turn.request == request && turn.what == *what);
        found.next().map(|turn| turn.at)
    };
    let row = || "bids/1".to_owned();
    let read = place(episode.request, &What::Reads { row: row() }).unwrap();
    let between = place(loser.request, &What::Writes { row: row(), stale: false }).unwrap();
    let over = place(episode.request, &What::Writes { row: row(), stale: true }).unwrap();
    let found = place(episode.request, &What::Violates(Anomaly::LostUpdate)).unwrap();
    assert!(read < between && between < over && over <= found, "{:?}", episode.turns);
}

#[test]
fn a_wait_for_a_connection_is_for_who_had_it_before() {
    let (recording, episode) = told("small-pool", &[Wanted::Slowest]);
    let slow = life(&episode, episode.request);
    let wait = slow.spans.iter().find(|span| span.kind == Kind::ConnectionWait).unwrap();
    let got = slow.spans.iter().find(|span| span.kind == Kind::Connection).unwrap();
    assert_eq!((wait.to, wait.by.len()), (got.from, 1));
    let lives = recording.lives_between(0, recording.end());
    let before = lives.iter().find(|life| life.request == wait.by[0]).unwrap();
    let had = before.spans.iter().rfind(|s| s.kind == Kind::Connection && s.slot == got.slot);
    // Waking up takes the waiter a few microseconds.
    assert!(had.is_some_and(|had| wait.from < had.to && had.to <= wait.to), "{had:?} {wait:?}");
}

/// A span that is never closed, or one that belongs to another request, breaks one of these.
#[test]
fn every_life_is_consistent() {
    let spec = spec();
    for at in 0..spec.variants.len() {
        let recording = replay(&spec, at, 0, &EXECUTION).unwrap();
        let lives = recording.lives_between(0, recording.end());
        assert!(lives.len() > 30, "{}", lives.len());
        for life in &lives {
            for span in &life.spans {
                assert!(span.from <= span.to && span.from >= life.arrived, "{life:?}");
            }
            let mut works: Vec<_> = life.spans.iter().filter(|s| s.kind.works()).collect();
            works.sort_by_key(|span| span.from);
            for pair in works.windows(2) {
                assert!(pair[0].to <= pair[1].from, "does two things at once: {pair:?}");
            }
            let thread: Vec<_> = life.spans.iter().filter(|s| s.kind == Kind::Thread).collect();
            assert_eq!(thread.len(), 1, "{life:?}");
            for held in life.spans.iter().filter(|s| s.kind == Kind::Connection) {
                assert!(held.from >= thread[0].from && held.to <= thread[0].to, "{life:?}");
            }
        }
    }
}
