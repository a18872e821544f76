//! What became of a commit that is not everywhere: which replica did not show it when somebody
//! asked, or which primary took it along when it died.

use super::Recording;
use super::episode::Hit;
use super::lives::{Life, Names};
use super::turns::{Behind, Lost, Turn, What};
use crate::engine::time::Nanos;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::probe::{Event, Fate, Recorded};
use crate::sims::spec::Wanted;

/// Most stretches of one episode that are left out.
const GAPS_MAX: usize = 5;
/// Stretches are left out until the requests take up this part of what is drawn.
const SHARE: u64 = 6;

/// Who is neither a client nor a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// Its number: 0 is the first primary.
    Database(u32),
    /// Of failovers.
    Manager,
}

/// What a party is or does during a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The commit is on its way to this replica.
    Sent,
    /// It is in the relay log.
    Relayed,
    /// It can be read here.
    Shows,
    /// This is the primary.
    Serves,
    CutOff,
    Down,
    Detects,
    Promotes,
}

impl State {
    /// The word in JSON.
    pub(crate) fn key(self) -> &'static str {
        match self {
            State::Sent => "sent",
            State::Relayed => "relayed",
            State::Shows => "shows",
            State::Serves => "serves",
            State::CutOff => "cut_off",
            State::Down => "down",
            State::Detects => "detects",
            State::Promotes => "promotes",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) state: State,
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
}

/// A party of an episode; its stays in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) party: Party,
    /// Whose commit it is about.
    pub(crate) request: u64,
    pub(crate) stays: Vec<Stay>,
}

/// Whether it is an anomaly of copies, which has a story of its own.
pub(super) fn concerns(wanted: Wanted) -> bool {
    use Anomaly::{BackwardRead, LostCommit, MissingOwnWrite, SplitBrain, StaleRead};
    let Wanted::Anomaly(anomaly) = wanted else { return false };
    matches!(anomaly, StaleRead | MissingOwnWrite | BackwardRead | LostCommit | SplitBrain)
}

/// The one who committed what the reader of a hit was not shown.
pub(super) fn writer(recorded: &[Recorded], hit: Hit) -> Option<u64> {
    missed(recorded, hit).map(|missed| missed.by)
}

/// A story about copies.
pub(super) enum Copies {
    Read(Read),
    Failover(Failover),
}

/// Somebody was not shown what had been committed.
pub(super) struct Read {
    reader: u64,
    anomaly: Anomaly,
    asked_of: Option<(Nanos, u32)>,
    shown: Nanos,
    missed: Missed,
    committed: Option<Nanos>,
    received: Option<Nanos>,
    applied: Option<Nanos>,
    behind: Option<Behind>,
    row: String,
}

#[derive(Clone, Copy)]
struct Missed {
    by: u64,
    age: Nanos,
    table: TableId,
    key: u64,
}

/// A commit stayed behind when another primary took over, or the same came back.
pub(super) struct Failover {
    writer: u64,
    committed: Option<Nanos>,
    /// If it is lost, and not on the wrong side of a split network.
    lost: Option<(Nanos, Lost)>,
    old: u32,
    steps: Vec<(Nanos, Step)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Fate(Fate),
    Promoted(u32),
}

impl Copies {
    pub(super) fn find(recording: &Recording, hit: Hit) -> Option<Copies> {
        let Wanted::Anomaly(anomaly) = hit.wanted else { return None };
        if !concerns(hit.wanted) {
            return None;
        }
        let recorded = &recording.recorded;
        match anomaly {
            Anomaly::LostCommit | Anomaly::SplitBrain => {
                Some(Copies::Failover(Failover::find(recorded, hit, anomaly)))
            }
            _ => Some(Copies::Read(Read::find(recorded, &recording.names, hit, anomaly)?)),
        }
    }

    /// From when to when there is something to see.
    pub(super) fn frame(&self, hit: Hit, requests: &[Life]) -> (Nanos, Nanos) {
        let lives = requests.iter().map(|life| (life.arrived, life.ended));
        let own = self.moments().into_iter().map(|at| (at, at));
        let all = lives.chain(own).chain([(hit.at, hit.at)]);
        let (from, to) =
            all.fold((hit.at, hit.at), |(from, to), (first, last)| (from.min(first), to.max(last)));
        (from, to.max(from + 1))
    }

    /// When something happens to a database.
    fn moments(&self) -> Vec<Nanos> {
        match self {
            Copies::Read(read) => {
                [read.committed, read.received, read.applied].into_iter().flatten().collect()
            }
            Copies::Failover(failover) => failover.steps.iter().map(|(at, _)| *at).collect(),
        }
    }

    /// Stretches in which none of the requests is there and nothing changes, in order: the longest
    /// ones, as long as they leave little room to the requests.
    pub(super) fn gaps(
        &self,
        (from, to): (Nanos, Nanos),
        requests: &[Life],
    ) -> Vec<(Nanos, Nanos)> {
        let moments = self.moments().into_iter().map(|at| (at, at));
        let lives = requests.iter().map(|life| (life.arrived, life.ended));
        let mut busy: Vec<(Nanos, Nanos)> = lives.chain(moments).chain([(to, to)]).collect();
        busy.sort_unstable();
        let (mut empty, mut until, mut alive) = (Vec::new(), from, 0);
        for (first, last) in busy {
            if first > until {
                empty.push((until, first));
            }
            alive += last.saturating_sub(until.max(first));
            until = until.max(last);
        }
        empty.sort_by_key(|(from, to)| std::cmp::Reverse(to - from));
        let mut drawn = to - from;
        // Requests that take no time leave something to draw.
        let alive = alive.max(drawn / 1_000);
        let mut gaps: Vec<(Nanos, Nanos)> = Vec::new();
        for (first, last) in empty.into_iter().take(GAPS_MAX) {
            if drawn <= alive.saturating_mul(SHARE) || last - first < drawn / 10 {
                break;
            }
            drawn -= last - first;
            gaps.push((first, last));
        }
        // A little of the emptiness is left on both sides.
        let edge = drawn / 12;
        gaps.retain(|(first, last)| last - first > 4 * edge);
        for (first, last) in &mut gaps {
            (*first, *last) = (*first + edge, *last - edge);
        }
        gaps.sort_unstable();
        gaps
    }

    /// The databases and the manager, as far as they matter.
    pub(super) fn servers(&self, (from, to): (Nanos, Nanos)) -> Vec<Server> {
        let mut servers = match self {
            Copies::Read(read) => read.servers(to),
            Copies::Failover(failover) => failover.servers(from, to),
        };
        for server in &mut servers {
            server.stays.retain(|stay| stay.from < stay.to);
        }
        servers.retain(|server| !server.stays.is_empty());
        servers
    }

    /// Whether a turn is told better here.
    pub(super) fn tells(&self, turn: &Turn) -> bool {
        let commit = match self {
            Copies::Read(read) => read.committed.map(|at| (at, read.missed.by)),
            Copies::Failover(failover) => failover.committed.map(|at| (at, failover.writer)),
        };
        match turn.what {
            What::Commits => commit == Some((turn.at, turn.request)),
            What::Violates(Anomaly::SplitBrain) => false,
            What::Violates(anomaly) => concerns(Wanted::Anomaly(anomaly)),
            _ => false,
        }
    }

    pub(super) fn turns(&self) -> Vec<Turn> {
        match self {
            Copies::Read(read) => read.turns(),
            Copies::Failover(failover) => failover.turns(),
        }
    }
}

fn missed(recorded: &[Recorded], hit: Hit) -> Option<Missed> {
    recorded[..hit.place].iter().rev().find_map(|recorded| match recorded.event {
        Event::Missed { request, by, table, key, age } if request == hit.request => {
            Some(Missed { by, age, table, key })
        }
        _ => None,
    })
}

/// The primary at a place of the recording.
fn primary(recorded: &[Recorded]) -> u32 {
    let promoted = recorded.iter().rev().find_map(|recorded| match recorded.event {
        Event::Promoted { database } => Some(database as u32),
        _ => None,
    });
    promoted.unwrap_or(0)
}

impl Read {
    fn find(recorded: &[Recorded], names: &Names, hit: Hit, anomaly: Anomaly) -> Option<Read> {
        let missed = missed(recorded, hit)?;
        let before = &recorded[..hit.place];
        // Without a transaction on a replica it was shown from somewhere else.
        let begun = before.iter().rev().find_map(|recorded| match recorded.event {
            Event::Begins { request, database } if request == hit.request => {
                Some((recorded.at, database))
            }
            _ => None,
        });
        let asked_of = begun.filter(|(_, database)| *database != primary(before));
        let wrote = before.iter().rposition(|recorded| {
            matches!(recorded.event, Event::Wrote { request, table, key, .. }
                if (request, table, key) == (missed.by, missed.table, missed.key))
        });
        let after = &recorded[wrote.unwrap_or(0)..];
        let find =
            |is: &dyn Fn(Event) -> bool| after.iter().position(|recorded| is(recorded.event));
        let by = missed.by;
        let committed = find(&|event| event == Event::Committed { request: by });
        let on = asked_of.map(|(_, replica)| replica);
        let received =
            on.and_then(|replica| find(&|event| event == Event::Received { request: by, replica }));
        let applied =
            on.and_then(|replica| find(&|event| event == Event::Applied { request: by, replica }));
        let behind = match (on, received, applied) {
            (Some(replica), Some(received), Some(applied)) if received < applied => {
                behind(recorded, &after[received..=applied], by, replica)
            }
            _ => None,
        };
        let at = |place: Option<usize>| place.map(|place| after[place].at);
        Some(Read {
            reader: hit.request,
            anomaly,
            asked_of,
            shown: hit.at,
            missed,
            committed: at(committed),
            received: at(received),
            applied: at(applied),
            behind,
            row: names.row(missed.table, missed.key),
        })
    }

    fn servers(&self, to: Nanos) -> Vec<Server> {
        let (Some((_, replica)), Some(committed)) = (self.asked_of, self.committed) else {
            return Vec::new();
        };
        let received = self.received.unwrap_or(to).max(committed);
        let applied = self.applied.unwrap_or(to).max(received);
        let stay = |state, from, to| Stay { state, from, to };
        let stays = vec![
            stay(State::Sent, committed, received),
            stay(State::Relayed, received, applied),
            stay(State::Shows, applied, to),
        ];
        vec![Server { party: Party::Database(replica), request: self.missed.by, stays }]
    }

    fn turns(&self) -> Vec<Turn> {
        let writer = self.missed.by;
        let turn = |at, request, what| Turn { at, request, what };
        let mut turns = Vec::new();
        let row = || self.row.clone();
        if let Some(committed) = self.committed {
            let replica = self.asked_of.map(|(_, replica)| replica);
            let after = self.applied.map(|applied| applied.saturating_sub(committed));
            let behind = self.behind;
            let what = What::Publishes { row: row(), replica, after, behind };
            turns.push(turn(committed, writer, what));
        }
        if let Some((at, replica)) = self.asked_of {
            let has = |moment: Option<Nanos>| moment.is_some_and(|moment| moment <= at);
            let what = What::AsksReplica { replica, received: has(self.received) };
            turns.push(turn(at, self.reader, what));
            if let Some(received) = self.received {
                turns.push(turn(received, writer, What::IsReceived { replica }));
            }
            if let Some((applied, committed)) = self.applied.zip(self.committed) {
                let after = applied.saturating_sub(committed);
                turns.push(turn(applied, writer, What::IsApplied { replica, after }));
            }
        }
        let (anomaly, age) = (self.anomaly, self.missed.age);
        let what = What::Misses { anomaly, row: row(), age, by: writer };
        turns.push(turn(self.shown, self.reader, what));
        turns
    }
}

/// The transaction that an applier was busy with for most of the time that a change waited.
fn behind(recorded: &[Recorded], waited: &[Recorded], own: u64, replica: u32) -> Option<Behind> {
    let (first, last) = (waited.first()?.at, waited.last()?.at);
    let mut since = first;
    let mut longest = (0, own);
    for Recorded { at, event } in waited {
        if let Event::Applied { request, replica: on } = *event
            && on == replica
        {
            longest = longest.max((at - since, request));
            since = *at;
        }
    }
    let (took, request) = longest;
    if request == own || took < (last - first) / 2 {
        return None;
    }
    let wrote = |recorded: &&Recorded| matches!(recorded.event, Event::Wrote { request: by, .. } if by == request);
    Some(Behind { request, rows: recorded.iter().filter(wrote).count() as u64 })
}

impl Failover {
    fn find(recorded: &[Recorded], hit: Hit, anomaly: Anomaly) -> Failover {
        let gone = |recorded: &Recorded| {
            matches!(recorded.event, Event::Primary { fate: Fate::Dies | Fate::CutOff })
        };
        let before = &recorded[..hit.place];
        let begins = before.iter().rposition(gone).unwrap_or(hit.place);
        let mut steps = Vec::new();
        for (place, Recorded { at, event }) in recorded.iter().enumerate().skip(begins) {
            let step = match *event {
                Event::Primary { fate } => Step::Fate(fate),
                Event::Promoted { database } => Step::Promoted(database as u32),
                _ => continue,
            };
            let back = step == Step::Fate(Fate::Back);
            // That instances reconnect is told once.
            if !(back && steps.iter().any(|(_, told)| *told == step)) {
                steps.push((*at, step));
            }
            if back && place > hit.place {
                break;
            }
        }
        let lost = (anomaly == Anomaly::LostCommit).then(|| {
            let promoted = steps.iter().find_map(|step| match step {
                (at, Step::Promoted(database)) if *at == hit.at => Some(*database),
                _ => None,
            });
            (hit.at, promoted.map_or(Lost::NotFlushed, Lost::NotReceived))
        });
        let committed = Event::Committed { request: hit.request };
        let is = |recorded: &&Recorded| recorded.event == committed;
        let committed = match lost {
            Some(_) => before.iter().rfind(is),
            // The checker speaks first.
            None => recorded[hit.place..].iter().find(is),
        };
        let committed = committed.map(|recorded| recorded.at);
        let old = primary(&recorded[..begins]);
        Failover { writer: hit.request, committed, lost, old, steps }
    }

    fn at(&self, step: Step) -> Option<Nanos> {
        self.steps.iter().find(|(_, of)| *of == step).map(|(at, _)| *at)
    }

    fn servers(&self, from: Nanos, to: Nanos) -> Vec<Server> {
        let stay = |state, from, to| Stay { state, from, to };
        let fate = |fate| self.at(Step::Fate(fate));
        let promoted = self.steps.iter().find_map(|(at, step)| match step {
            Step::Promoted(database) => Some((*at, *database)),
            Step::Fate(_) => None,
        });
        let back = fate(Fate::Back);
        let mut own = Vec::new();
        let (dies, cut) = (fate(Fate::Dies), fate(Fate::CutOff));
        let gone = dies.or(cut).unwrap_or(to);
        own.push(stay(State::Serves, from, gone));
        let returns = if promoted.is_some() { to } else { back.unwrap_or(to) };
        if dies.is_some() {
            own.push(stay(State::Down, gone, returns));
            own.push(stay(State::Serves, returns, to));
        } else {
            let off = fate(Fate::PoweredOff).unwrap_or(to);
            own.push(stay(State::CutOff, gone, off));
            own.push(stay(State::Down, off, to));
        }
        let server = |party, stays| Server { party, request: self.writer, stays };
        let mut servers = vec![server(Party::Database(self.old), own)];
        if let Some(noticed) = fate(Fate::Noticed) {
            let done = promoted.map(|(at, _)| at).or(back).unwrap_or(to);
            let stays =
                vec![stay(State::Detects, gone, noticed), stay(State::Promotes, noticed, done)];
            servers.push(server(Party::Manager, stays));
        }
        if let Some((at, database)) = promoted {
            let stays = vec![stay(State::Serves, at, to)];
            servers.push(server(Party::Database(database), stays));
        }
        servers
    }

    fn turns(&self) -> Vec<Turn> {
        let turn = |at, what| Turn { at, request: self.writer, what };
        let mut turns = Vec::new();
        if let Some((committed, (_, lost))) = self.committed.zip(self.lost) {
            turns.push(turn(committed, What::CommitsHere { lost }));
        }
        for (at, step) in &self.steps {
            let what = match *step {
                Step::Fate(fate) => What::Primary(fate),
                Step::Promoted(database) => What::Promoted { database },
            };
            turns.push(turn(*at, what));
            // What is lost is lost by this step.
            let loses = matches!(
                (self.lost, step),
                (Some((_, Lost::NotReceived(_))), Step::Promoted(_))
                    | (Some((_, Lost::NotFlushed)), Step::Fate(Fate::Dies | Fate::PoweredOff))
            );
            if let Some((_, lost)) = self.lost.filter(|(when, _)| loses && when == at) {
                turns.push(turn(*at, What::Loses { lost }));
            }
        }
        turns
    }
}
