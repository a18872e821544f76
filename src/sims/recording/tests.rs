//! Stories of a small service with one hot row.

use std::collections::BTreeMap;

use super::copies::{Party, State, Stay};
use super::episode::Episode;
use super::lives::{Kind, Life};
use super::turns::{Behind, Lost, What};
use super::{Recording, replay, story};
use crate::content::problem::Source;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::probe::Fate;
use crate::marketplace::request::Failure;
use crate::sims::metric;
use crate::sims::read::read;
use crate::sims::run::{Execution, run};
use crate::sims::spec::{Overrides, Spec, Wanted};

const CONTENTION: &str = include_str!("../../../tests/it/fixtures/contention.toml");
const FAILOVER: &str = include_str!("../../../tests/it/fixtures/failover.toml");
const EXECUTION: Execution<'_> = Execution { threads: 1, progress: &|_, _| (), cancel: None };

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

/// The story of an anomaly in the run that the fixture states: a change every 4/3 s that takes 2 ms,
/// 200 ms to the replica, and 100 ms of work there for a row. Texts of the fixture are replaced.
fn of_copies(first: Anomaly, changes: &[(&str, &str)]) -> Episode {
    let text = changes.iter().fold(FAILOVER.to_owned(), |text, (from, to)| text.replace(from, to));
    let mut spec = read("x", &Source::new("x.toml", &text), None, &Overrides::default()).unwrap();
    spec.story.first = vec![Wanted::Anomaly(first)];
    story(&spec, None, &EXECUTION).unwrap().1.unwrap()
}

/// Milliseconds with two decimals: arrivals lie at thirds.
fn ms(nanos: u64) -> f64 {
    (nanos as f64 / 1e4).round() / 100.0
}

type Line = (Party, Vec<(State, f64, f64)>);

fn servers(episode: &Episode) -> Vec<Line> {
    let stay = |stay: &Stay| (stay.state, ms(stay.from), ms(stay.to));
    let servers = episode.servers.iter();
    servers.map(|server| (server.party, server.stays.iter().map(stay).collect())).collect()
}

fn told_by_time(episode: &Episode) -> Vec<(f64, u64, What)> {
    episode.turns.iter().map(|turn| (ms(turn.at), turn.request, turn.what.clone())).collect()
}

const ANSWERED: What = What::Answered { failure: None };

/// The job's three rows of 1,250 ms reach the replica at 1,450 ms and are applied until 1,750 ms. The
/// change of 1,335.33 ms is there at 1,535.33 ms, and may not overtake them.
#[test]
fn a_stale_read_has_its_writer_and_the_replica() {
    let episode = of_copies(Anomaly::StaleRead, &[]);
    let (row, replica) = ("prices/1".to_owned(), 1);
    let (after, behind) = (414_666_667, Behind { request: 0, rows: 3 });
    let publishes = What::Publishes {
        row: row.clone(),
        replica: Some(replica),
        after: Some(after),
        behind: Some(behind),
    };
    let misses = What::Misses { anomaly: Anomaly::StaleRead, row, age: 50_000_000, by: 1 };
    let expected = [
        (1_335.33, 1, publishes),
        (1_335.33, 1, ANSWERED),
        (1_385.33, 2, What::AsksReplica { replica, received: false }),
        (1_387.33, 2, misses),
        (1_387.33, 2, ANSWERED),
        (1_535.33, 1, What::IsReceived { replica }),
        (1_750.0, 1, What::IsApplied { replica, after }),
    ];
    assert_eq!(told_by_time(&episode), expected);
    let stays = vec![
        (State::Sent, 1_335.33, 1_535.33),
        (State::Relayed, 1_535.33, 1_750.0),
        (State::Shows, 1_750.0, 1_750.12),
    ];
    assert_eq!(servers(&episode), [(Party::Database(1), stays)]);
    let requests: Vec<u64> = episode.requests.iter().map(|life| life.request).collect();
    assert_eq!(requests, [1, 2]);
}

/// Committed at 2,668.67 ms, it would have been received at 2,868.67 ms; the primary dies at
/// 2,800 ms.
#[test]
fn a_lost_commit_has_the_failover_that_lost_it() {
    let episode = of_copies(Anomaly::LostCommit, &[]);
    let lost = Lost::NotReceived(1);
    let expected = [
        (2_668.67, 4, What::CommitsHere { lost }),
        (2_668.67, 4, ANSWERED),
        (2_800.0, 4, What::Primary(Fate::Dies)),
        (12_800.0, 4, What::Primary(Fate::Noticed)),
        (14_800.0, 4, What::Promoted { database: 1 }),
        (14_800.0, 4, What::Loses { lost }),
        (15_800.0, 4, What::Primary(Fate::Back)),
    ];
    assert_eq!(told_by_time(&episode), expected);
    let old = vec![(State::Serves, 2_666.6, 2_800.0), (State::Down, 2_800.0, 15_800.07)];
    let manager = vec![(State::Detects, 2_800.0, 12_800.0), (State::Promotes, 12_800.0, 14_800.0)];
    let new = vec![(State::Serves, 14_800.0, 15_800.07)];
    let expected =
        [(Party::Database(0), old), (Party::Manager, manager), (Party::Database(1), new)];
    assert_eq!(servers(&episode), expected);
    // What is drawn are the 2 ms of the request, a sixth of a millisecond beside each moment, and a
    // fiftieth of it all at both ends.
    let gaps: Vec<(f64, f64)> = episode.gaps.iter().map(|(a, b)| (ms(*a), ms(*b))).collect();
    let expected = [
        (2_668.83, 2_799.83),
        (2_800.17, 12_799.83),
        (12_800.17, 14_799.83),
        (14_800.17, 15_799.83),
    ];
    assert_eq!(gaps, expected);
}

/// Without a sync of the logs, a commit is lost when the machine dies, not at a promotion.
#[test]
fn a_commit_that_was_not_flushed_is_lost_with_the_machine() {
    let risk = "mysql.crash = \"power\"\nsync_binlog = 0\ninnodb_flush_log_at_trx_commit = 2";
    let alone = ("failover.manager = \"mha\"", risk);
    let episode = of_copies(Anomaly::LostCommit, &[alone, ("replica.count = 1", "")]);
    let mut told = told_by_time(&episode);
    told.retain(|(.., what)| matches!(what, What::Primary(_) | What::Loses { .. }));
    assert_eq!(told[0], (2_800.0, episode.request, What::Primary(Fate::Dies)));
    let loses = What::Loses { lost: Lost::NotFlushed };
    assert_eq!(told[1], (2_800.0, episode.request, loses));
}

/// On the old side of a split network the old primary goes on after the promotion: the job of
/// 15,000 ms is committed there.
#[test]
fn a_commit_on_the_old_primary_comes_after_the_promotion() {
    let split =
        "[set]\napp.instances = 2\nfailover.cut-off-instances = 1\nmysql.crash = \"partition\"";
    let episode = of_copies(Anomaly::SplitBrain, &[("[set]", split)]);
    let mut told = told_by_time(&episode);
    told.retain(|(.., what)| *what != ANSWERED);
    let writer = episode.request;
    let expected = [
        (2_800.0, writer, What::Primary(Fate::CutOff)),
        (12_800.0, writer, What::Primary(Fate::Noticed)),
        (14_800.0, writer, What::Promoted { database: 1 }),
        (15_000.0, writer, What::Violates(Anomaly::SplitBrain)),
        (15_800.0, writer, What::Primary(Fate::Back)),
    ];
    assert_eq!(told, expected);
}

/// Semi-synchronous commits are not shown before a replica has them.
#[test]
fn where_nothing_is_lost_the_slowest_is_told_of() {
    let semi = ("[set]", "[set]\nrpl_semi_sync_source_enabled = true");
    let episode = of_copies(Anomaly::LostCommit, &[semi]);
    assert_eq!((episode.wanted, episode.servers), (Wanted::Slowest, Vec::new()));
}
