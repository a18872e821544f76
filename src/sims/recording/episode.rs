//! Which request to tell of, who else was in it, and from when to when.

use super::Recording;
use super::copies::{self, Copies, Server};
use super::lives::{Kind, Life, Span, lives};
use super::turns::{self, Turn};
use crate::engine::time::Nanos;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::probe::{Event, Recorded};
use crate::marketplace::request::Failure;
use crate::sims::spec::Wanted;

/// Most requests of one episode.
const REQUESTS_MAX: usize = 5;

/// The moment that makes a request worth telling of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(super) wanted: Wanted,
    /// Place in the recording.
    pub(super) place: usize,
    pub(super) at: Nanos,
    pub(super) request: u64,
}

/// What happened to one request, and to those that it met.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Episode {
    pub(crate) wanted: Wanted,
    /// The request that it happened to.
    pub(crate) request: u64,
    pub(crate) at: Nanos,
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
    /// In order of arrival.
    pub(crate) requests: Vec<Life>,
    /// In order of time.
    pub(crate) turns: Vec<Turn>,
    /// Databases, and the manager of failovers, where it is about them.
    pub(crate) servers: Vec<Server>,
    /// Stretches in which nothing happens, in order; not worth drawing.
    pub(crate) gaps: Vec<(Nanos, Nanos)>,
}

impl Episode {
    pub(crate) fn length(&self) -> Nanos {
        (self.to - self.from).max(1)
    }

    /// Without what is not drawn.
    pub(crate) fn drawn(&self) -> Nanos {
        self.length() - self.gaps.iter().map(|(from, to)| to - from).sum::<Nanos>()
    }
}

/// The first time that something of this kind happened; the slowest is the request at the 99th
/// percentile of those that were sent in the measured window.
pub(crate) fn first(recording: &Recording, wanted: Wanted) -> Option<Hit> {
    if wanted == Wanted::Slowest {
        return slowest(recording);
    }
    let recorded = &recording.recorded;
    let place = recorded.iter().position(|recorded| is(&recorded.event, wanted))?;
    let place = match wanted {
        Wanted::Anomaly(Anomaly::LostCommit) => answered(recorded, place),
        _ => place,
    };
    let Recorded { at, event } = recording.recorded[place];
    let request = super::lives::request_of(&event)?;
    Some(Hit { wanted, place, at, request })
}

fn is(event: &Event, wanted: Wanted) -> bool {
    match (wanted, *event) {
        (Wanted::Anomaly(anomaly), Event::Violation { anomaly: found, .. }) => found == anomaly,
        // What the database did counts, whether or not the application tried again.
        (Wanted::Failure(Failure::Deadlock), Event::InDeadlock { victim, .. }) => victim,
        (Wanted::Failure(Failure::LockWaitTimeout), Event::LockTimeout { .. }) => true,
        (Wanted::Failure(Failure::ClientTimeout), Event::GaveUp { .. }) => true,
        (Wanted::Failure(failure), Event::Answered { failure: found, .. }) => {
            found == Some(failure)
        }
        _ => false,
    }
}

/// Of commits that are lost together, the place of the first that had been answered.
fn answered(recorded: &[Recorded], first: usize) -> usize {
    let answered: std::collections::BTreeSet<u64> = recorded[..first]
        .iter()
        .filter_map(|recorded| match recorded.event {
            Event::Answered { request, failure: None } => Some(request),
            _ => None,
        })
        .collect();
    let together = recorded[first..].iter().take_while(|other| other.at == recorded[first].at);
    let mut together = together.enumerate().filter_map(|(after, recorded)| match recorded.event {
        Event::Violation { request, anomaly: Anomaly::LostCommit } => Some((after, request)),
        _ => None,
    });
    let found = together.find(|(_, request)| answered.contains(request));
    first + found.map_or(0, |(after, _)| after)
}

fn slowest(recording: &Recording) -> Option<Hit> {
    let window = recording.window;
    let mut sent = std::collections::BTreeMap::new();
    let mut answered: Vec<(Nanos, Hit)> = Vec::new();
    for (place, Recorded { at, event }) in recording.recorded.iter().enumerate() {
        match *event {
            Event::Arrives { request, .. } if *at >= window.from && *at < window.to => {
                sent.insert(request, *at);
            }
            Event::Answered { request, failure: None } => {
                if let Some(since) = sent.remove(&request) {
                    let hit = Hit { wanted: Wanted::Slowest, place, at: *at, request };
                    answered.push((at - since, hit));
                }
            }
            _ => {}
        }
    }
    answered.sort_by_key(|(latency, hit)| (*latency, hit.place));
    let rank = (answered.len() * 99).div_ceil(100).checked_sub(1)?;
    answered.get(rank).map(|(_, hit)| *hit)
}

/// The episode around a moment.
pub(crate) fn around(recording: &Recording, hit: Hit) -> Episode {
    let names = &recording.names;
    let focus = lives(&recording.recorded, names, |request| request == hit.request);
    let company = match focus.get(&hit.request) {
        Some(life) => company(recording, hit, life),
        None => vec![hit.request],
    };
    let lives = lives(&recording.recorded, names, |request| company.contains(&request));
    let mut requests: Vec<Life> = lives.into_values().collect();
    requests.sort_by_key(|life| (life.arrived, life.request));
    let copies = Copies::find(recording, hit);
    let (mut gaps, mut servers) = (Vec::new(), Vec::new());
    let (from, to) = match &copies {
        Some(copies) => {
            let inner = copies.frame(hit, &requests);
            gaps = copies.gaps(inner, &requests);
            let drawn = inner.1 - inner.0 - gaps.iter().map(|(from, to)| to - from).sum::<Nanos>();
            let frame = with_margins(inner, drawn);
            servers = copies.servers(frame);
            frame
        }
        None => frame(hit, &requests),
    };
    let turns = Vec::new();
    let (wanted, request, at) = (hit.wanted, hit.request, hit.at);
    let mut episode = Episode { wanted, request, at, from, to, requests, turns, servers, gaps };
    episode.turns = turns::turns(recording, &episode, copies.as_ref());
    episode
}

/// Who took part, the one that it happened to first.
fn company(recording: &Recording, hit: Hit, life: &Life) -> Vec<u64> {
    let others = match hit.wanted {
        Wanted::Failure(Failure::Deadlock) => cycle(&recording.recorded, hit.place),
        Wanted::Anomaly(Anomaly::DoubleHolder) => holders(&recording.recorded, hit),
        wanted if copies::concerns(wanted) => {
            copies::writer(&recording.recorded, hit).into_iter().collect()
        }
        Wanted::Anomaly(_) => rivals(&recording.recorded, hit),
        Wanted::Failure(_) | Wanted::Slowest => met(&recording.recorded, life),
    };
    let mut company = vec![hit.request];
    for other in others {
        if company.len() < REQUESTS_MAX && !company.contains(&other) {
            company.push(other);
        }
    }
    company
}

/// Members of the cycle that one of them is told to be in: they are told in a row.
pub(super) fn cycle(recorded: &[Recorded], place: usize) -> Vec<u64> {
    let member = |recorded: &Recorded| match recorded.event {
        Event::InDeadlock { request, .. } => Some(request),
        _ => None,
    };
    let before = recorded[..place].iter().rev().map_while(member).collect::<Vec<_>>();
    let after = recorded[place..].iter().map_while(member);
    before.into_iter().rev().chain(after).collect()
}

/// Who believed to hold the same key.
fn holders(recorded: &[Recorded], hit: Hit) -> Vec<u64> {
    // The checker speaks just before the lock is told.
    let key = recorded[hit.place..].iter().find_map(|recorded| match recorded.event {
        Event::RedisLocked { request, key, .. } if request == hit.request => Some(key),
        _ => None,
    });
    let mut holders = Vec::new();
    for Recorded { event, .. } in &recorded[..hit.place] {
        match *event {
            Event::RedisLocked { request, key: of, .. } if Some(of) == key => holders.push(request),
            Event::RedisUnlocked { request, key: of } if Some(of) == key => {
                holders.retain(|holder| *holder != request);
            }
            _ => {}
        }
    }
    holders
}

/// Who wrote, just before, the rows that the request wrote; those that it overwrote unseen if it
/// did.
fn rivals(recorded: &[Recorded], hit: Hit) -> Vec<u64> {
    let begins = |recorded: &Recorded| matches!(recorded.event, Event::Arrives { request, .. } if request == hit.request);
    let mut own = Vec::new();
    for (place, recorded) in recorded[..hit.place].iter().enumerate().rev() {
        match recorded.event {
            Event::Wrote { request, table, key, stale } if request == hit.request => {
                own.push((place, table, key, stale));
            }
            _ if begins(recorded) => break,
            _ => {}
        }
    }
    if own.iter().any(|(.., stale)| *stale) {
        own.retain(|(.., stale)| *stale);
    }
    let before = |(place, table, key): (usize, _, u64)| {
        recorded[..place].iter().rev().find_map(|recorded| match recorded.event {
            Event::Wrote { request, table: on, key: of, .. }
                if on == table && of == key && request != hit.request =>
            {
                Some(request)
            }
            _ => None,
        })
    };
    own.into_iter().filter_map(|(place, table, key, _)| before((place, table, key))).collect()
}

/// Whom the request waited for, the longest wait first, then who waited for it.
fn met(recorded: &[Recorded], life: &Life) -> Vec<u64> {
    let mut waits: Vec<&Span> = life.spans.iter().filter(|span| span.kind.waits()).collect();
    waits.sort_by_key(|span| std::cmp::Reverse(span.length()));
    let blockers = waits.into_iter().flat_map(|span| span.by.iter().copied());
    let waiters = recorded.iter().filter_map(|recorded| match recorded.event {
        Event::WaitsForLock { request, by, .. } if by == life.request => Some(request),
        _ => None,
    });
    blockers.chain(waiters).collect()
}

/// From when to when there is something to see. Queues in front of the connection are part of it
/// only where they are what it is about.
fn frame(hit: Hit, requests: &[Life]) -> (Nanos, Nanos) {
    let queues = !matches!(
        hit.wanted,
        Wanted::Anomaly(_) | Wanted::Failure(Failure::Deadlock | Failure::LockWaitTimeout)
    );
    let focus = requests.iter().find(|life| life.request == hit.request);
    let (arrived, ended) = focus.map_or((hit.at, hit.at), |life| (life.arrived, life.ended));
    let start = |life: &Life| {
        let held = life.spans.iter().filter(|span| {
            matches!(span.kind, Kind::Connection | Kind::RedisLock | Kind::RedisWait)
                && span.from <= hit.at
                && span.to >= arrived
        });
        held.map(|span| span.from).max().unwrap_or(life.arrived)
    };
    // A neighbour's life counts only as far as it goes along with this one.
    let length = ended.saturating_sub(arrived).max(1);
    let (early, late) = (arrived.saturating_sub(length), ended.saturating_add(length));
    let from = if queues {
        arrived
    } else {
        requests.iter().map(start).min().unwrap_or(arrived).max(early)
    };
    let ends = requests.iter().map(|life| life.ended.min(late));
    let to = if queues { ended } else { ends.max().unwrap_or(ended) };
    let to = to.max(hit.at).max(from + 1);
    with_margins((from, to), to - from)
}

fn with_margins((from, to): (Nanos, Nanos), drawn: Nanos) -> (Nanos, Nanos) {
    let margin = drawn / 50;
    (from.saturating_sub(margin), to + margin)
}
