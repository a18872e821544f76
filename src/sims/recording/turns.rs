//! The turning points of an episode: who got what, who waited for whom, how it ended.

use super::Recording;
use super::copies::Copies;
use super::episode::{Episode, cycle};
use super::lives::{Kind, Life, mode_name, request_of};
use crate::engine::time::Nanos;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::mysql::lock::{Mode, Target};
use crate::marketplace::mysql::{Lock, Verb};
use crate::marketplace::probe::{Event, Fate, Recorded};
use crate::marketplace::request::Failure;
use crate::sims::spec::Wanted;

/// Most turns of one episode.
const TURNS_MAX: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turn {
    pub(crate) at: Nanos,
    pub(crate) request: u64,
    pub(crate) what: What,
}

/// Times are nanoseconds of waiting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    ThreadAfter {
        waited: Nanos,
        by: Vec<u64>,
    },
    WaitsForConnection,
    ConnectionAfter {
        waited: Nanos,
        by: Vec<u64>,
    },
    /// Without waiting; `with`: who shares it.
    Locks {
        mode: &'static str,
        row: String,
        with: Vec<u64>,
    },
    WaitsForLock {
        mode: &'static str,
        row: String,
        by: Vec<u64>,
    },
    /// A lock that it waited for.
    LockAfter {
        mode: &'static str,
        row: String,
        waited: Nanos,
    },
    /// Error 1213; the last one to ask is told of.
    Deadlock {
        victim: u64,
        members: Vec<u64>,
    },
    /// Error 1205.
    LockTimeout {
        row: String,
        waited: Nanos,
    },
    Reads {
        row: String,
    },
    Writes {
        row: String,
        stale: bool,
    },
    Commits,
    RollsBack,
    WaitsForRedis {
        key: u64,
        by: Vec<u64>,
    },
    LocksRedis {
        key: u64,
        with: Vec<u64>,
    },
    UnlocksRedis {
        key: u64,
    },
    Pauses,
    Retries {
        attempt: u32,
    },
    Violates(Anomaly),
    Answered {
        failure: Option<Failure>,
    },
    GivesUp,
    /// A commit that somebody will not see; `after`: how long until the replica shows it, if it
    /// does before the end.
    Publishes {
        row: String,
        replica: Option<u32>,
        after: Option<Nanos>,
        behind: Option<Behind>,
    },
    IsReceived {
        replica: u32,
    },
    /// So long after the commit.
    IsApplied {
        replica: u32,
        after: Nanos,
    },
    /// Of a replica that does not show the commit; `received`: but has it.
    AsksReplica {
        replica: u32,
        received: bool,
    },
    /// Is not shown what somebody had committed so long before.
    Misses {
        anomaly: Anomaly,
        row: String,
        age: Nanos,
        by: u64,
    },
    /// A commit that will be lost.
    CommitsHere {
        lost: Lost,
    },
    Loses {
        lost: Lost,
    },
    Primary(Fate),
    Promoted {
        database: u32,
    },
}

/// The transaction that a change waited behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behind {
    pub(crate) request: u64,
    pub(crate) rows: u64,
}

/// Why a commit is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The primary died before it was on its disk.
    NotFlushed,
    /// This database did not have it when it was promoted.
    NotReceived(u32),
}

impl What {
    /// What is left out first where there is too much to tell: the larger.
    fn rank(&self) -> u8 {
        match self {
            What::Deadlock { .. } | What::LockTimeout { .. } | What::Violates(_) => 0,
            What::Misses { .. } | What::Loses { .. } => 0,
            What::Primary(_) | What::Promoted { .. } | What::Publishes { .. } => 0,
            What::CommitsHere { .. } | What::AsksReplica { .. } | What::IsApplied { .. } => 1,
            What::IsReceived { .. } => 2,
            What::GivesUp | What::Answered { failure: Some(_) } => 1,
            What::WaitsForLock { .. } | What::LocksRedis { .. } | What::Pauses => 2,
            What::Writes { stale: true, .. } | What::WaitsForRedis { .. } => 2,
            What::Locks { .. } | What::LockAfter { .. } | What::Reads { .. } => 3,
            What::Writes { .. } | What::Commits | What::Retries { .. } => 4,
            What::ConnectionAfter { .. } | What::ThreadAfter { .. } => 4,
            What::RollsBack | What::UnlocksRedis { .. } | What::WaitsForConnection => 5,
            What::Answered { failure: None } => 6,
        }
    }
}

/// Tells what happened to the requests of an episode.
pub(super) fn turns(
    recording: &Recording,
    episode: &Episode,
    copies: Option<&Copies>,
) -> Vec<Turn> {
    let (wanted, requests) = (episode.wanted, &episode.requests);
    let (from, to) = (episode.from, episode.to);
    let long = episode.drawn() / 50;
    let mut teller = Teller { recording, wanted, requests, long, turns: Vec::new() };
    teller.waits(from, to);
    let range = recording.recorded.partition_point(|recorded| recorded.at < from)
        ..recording.recorded.partition_point(|recorded| recorded.at <= to);
    for place in range {
        let request = request_of(&recording.recorded[place].event);
        if request.is_some_and(|request| requests.iter().any(|life| life.request == request)) {
            teller.see(place);
        }
    }
    let mut turns = teller.turns;
    if let Some(copies) = copies {
        // At one moment what a client is shown comes before its answer.
        turns.retain(|turn| !copies.tells(turn));
        turns.splice(0..0, copies.turns());
    }
    turns.sort_by_key(|turn| turn.at);
    while turns.len() > TURNS_MAX {
        let worst = turns.iter().map(|turn| turn.what.rank()).max().unwrap_or(0);
        // Of equals the last one goes: a story is worth its beginning.
        let Some(at) = turns.iter().rposition(|turn| turn.what.rank() == worst) else { break };
        turns.remove(at);
    }
    turns
}

struct Teller<'r> {
    recording: &'r Recording,
    wanted: Wanted,
    requests: &'r [Life],
    /// Waits shorter than this are not worth a word.
    long: Nanos,
    turns: Vec<Turn>,
}

impl Teller<'_> {
    fn tell(&mut self, at: Nanos, request: u64, what: What) {
        self.turns.push(Turn { at, request, what });
    }

    /// Waits for threads and connections, which are told at their end.
    fn waits(&mut self, from: Nanos, to: Nanos) {
        let mut turns = Vec::new();
        for life in self.requests {
            let waits = life
                .spans
                .iter()
                .filter(|span| span.length() > self.long.max(1) && span.to > from && span.to <= to);
            for span in waits {
                let (waited, by) = (span.length(), span.by.clone());
                let what = match span.kind {
                    Kind::ThreadWait => What::ThreadAfter { waited, by },
                    Kind::ConnectionWait => {
                        let got = life
                            .spans
                            .iter()
                            .any(|other| other.kind == Kind::Connection && other.from == span.to);
                        if span.from >= from {
                            let what = What::WaitsForConnection;
                            turns.push(Turn { at: span.from, request: life.request, what });
                        }
                        if !got {
                            continue;
                        }
                        What::ConnectionAfter { waited, by }
                    }
                    _ => continue,
                };
                turns.push(Turn { at: span.to, request: life.request, what });
            }
        }
        self.turns.extend(turns);
    }

    /// Whether anybody in the story waits for a lock on this.
    fn contended(&self, name: &str) -> bool {
        let spans = || self.requests.iter().flat_map(|life| &life.spans);
        spans().any(|span| span.kind == Kind::LockWait && span.name == name)
    }

    /// Whether reading and writing the row matters: an anomaly is about it.
    fn watched(&self, name: &str) -> bool {
        let writers = self.requests.iter().filter(|life| {
            life.spans.iter().any(|span| span.kind == Kind::Lock && span.name == name)
        });
        matches!(self.wanted, Wanted::Anomaly(_)) && writers.count() > 1
    }

    /// Who else in the story holds a lock on the same thing at a moment.
    fn sharing(&self, at: Nanos, request: u64, kind: Kind, name: &str) -> Vec<u64> {
        let others = self.requests.iter().filter(|life| life.request != request);
        let holds = |life: &&Life| {
            let mut spans = life.spans.iter();
            spans.any(|s| s.kind == kind && s.name == name && s.from <= at && s.to > at)
        };
        others.filter(holds).map(|life| life.request).collect()
    }

    fn see(&mut self, place: usize) {
        let Recorded { at, event } = self.recording.recorded[place];
        match event {
            Event::Statement { request, verb: Verb::Select, lock: Lock::None, table, row } => {
                if let (Some(table), Some(row)) = (table, row) {
                    let row = self.recording.names.row(table, row);
                    if self.watched(&row) {
                        self.tell(at, request, What::Reads { row });
                    }
                }
            }
            Event::Wrote { request, table, key, stale } => {
                let row = self.recording.names.row(table, key);
                if self.watched(&row) {
                    self.tell(at, request, What::Writes { row, stale });
                }
            }
            Event::Commits { .. } | Event::Enters { .. } | Event::Leaves { .. } => {}
            Event::Committed { request } if self.has_locked(request, at) => {
                self.tell(at, request, What::Commits);
            }
            Event::RolledBack { request } if self.has_locked(request, at) => {
                // A deadlock says so itself.
                let told = self.turns.iter().any(|turn| {
                    turn.at == at
                        && matches!(turn.what, What::Deadlock { victim, .. } if victim == request)
                });
                if !told {
                    self.tell(at, request, What::RollsBack);
                }
            }
            Event::Pauses { request } => self.tell(at, request, What::Pauses),
            Event::Retries { request, attempt } => {
                self.tell(at, request, What::Retries { attempt });
            }
            Event::Violation { request, anomaly } => {
                self.tell(at, request, What::Violates(anomaly));
            }
            Event::Answered { request, failure } => {
                self.tell(at, request, What::Answered { failure });
            }
            Event::GaveUp { request } => self.tell(at, request, What::GivesUp),
            Event::RedisWaits { request, key } => {
                let by = self.sharing(at, request, Kind::RedisLock, &key.to_string());
                let told = |turn: &Turn| {
                    turn.request == request
                        && matches!(turn.what, What::WaitsForRedis { key: of, .. } if of == key)
                };
                if !self.turns.iter().any(told) {
                    self.tell(at, request, What::WaitsForRedis { key, by });
                }
            }
            Event::RedisLocked { request, key, .. } => {
                let with = self.sharing(at, request, Kind::RedisLock, &key.to_string());
                self.tell(at, request, What::LocksRedis { key, with });
            }
            Event::RedisUnlocked { request, key } => {
                self.tell(at, request, What::UnlocksRedis { key });
            }
            _ => self.see_lock(place),
        }
    }

    fn see_lock(&mut self, place: usize) {
        let Recorded { at, event } = self.recording.recorded[place];
        match event {
            Event::Locked { request, target, mode } => self.locked(at, request, target, mode),
            Event::WaitsForLock { request, target, mode, by } => {
                let row = self.recording.names.target(target);
                let mode = mode_name(mode);
                let same =
                    self.turns.iter_mut().find(|turn| turn.at == at && turn.request == request);
                match same.map(|turn| &mut turn.what) {
                    Some(What::WaitsForLock { row: on, by: all, .. }) if *on == row => {
                        if !all.contains(&by) {
                            all.push(by);
                        }
                    }
                    _ => self.tell(at, request, What::WaitsForLock { mode, row, by: vec![by] }),
                }
            }
            Event::LockTimeout { request } => {
                let wait = self.wait_ending(request, at);
                let (row, waited) = wait.unwrap_or_default();
                self.tell(at, request, What::LockTimeout { row, waited });
            }
            // The members of a cycle are told in a row, the one that closed it first.
            Event::InDeadlock { request, .. } => {
                let recorded = &self.recording.recorded;
                let told = |place: usize| matches!(recorded[place].event, Event::InDeadlock { .. });
                if place > 0 && told(place - 1) {
                    return;
                }
                let members = cycle(recorded, place);
                let victim = recorded[place..].iter().find_map(|recorded| match recorded.event {
                    Event::InDeadlock { request, victim: true } => Some(request),
                    _ => None,
                });
                let victim = victim.unwrap_or(request);
                self.tell(at, request, What::Deadlock { victim, members });
            }
            _ => {}
        }
    }

    fn locked(&mut self, at: Nanos, request: u64, target: Target, mode: Mode) {
        let row = self.recording.names.target(target);
        if !self.contended(&row) {
            return;
        }
        let mode = mode_name(mode);
        if let Some((_, waited)) = self.wait_ending(request, at).filter(|(on, _)| *on == row) {
            return self.tell(at, request, What::LockAfter { mode, row, waited });
        }
        // A lock that was there already is not told again.
        let begins = |life: &Life| {
            let mut spans = life.spans.iter();
            life.request == request
                && spans.any(|s| {
                    s.kind == Kind::Lock && s.name == row && s.mode == mode && s.from == at
                })
        };
        if self.requests.iter().any(begins) {
            let shared = mode == "S" || mode == "gap";
            let with = if shared { self.earlier(at, request, &row, mode) } else { Vec::new() };
            self.tell(at, request, What::Locks { mode, row, with });
        }
    }

    /// Who of the story has been told to hold this lock and still does.
    fn earlier(&self, at: Nanos, request: u64, row: &str, mode: &str) -> Vec<u64> {
        let others = self.requests.iter().filter(|life| life.request != request);
        let holds = |life: &&Life| {
            let mut spans = life.spans.iter();
            spans.any(|s| {
                s.kind == Kind::Lock && s.name == row && s.mode == mode && s.from < at && s.to > at
            })
        };
        others.filter(holds).map(|life| life.request).collect()
    }

    /// The wait for a lock that ends for a request at a moment: what for, how long.
    fn wait_ending(&self, request: u64, at: Nanos) -> Option<(String, Nanos)> {
        let life = self.requests.iter().find(|life| life.request == request)?;
        let wait = life.spans.iter().find(|span| span.kind == Kind::LockWait && span.to == at)?;
        Some((wait.name.clone(), wait.length()))
    }

    /// Whether a request holds locks that end at a moment.
    fn has_locked(&self, request: u64, at: Nanos) -> bool {
        let mut lives = self.requests.iter().filter(|life| life.request == request);
        lives.any(|life| life.spans.iter().any(|span| span.kind == Kind::Lock && span.to == at))
    }
}
