//! The recorded events as lives of requests: what each waited for, held and did, from when to when.

use std::collections::BTreeMap;

use crate::engine::time::Nanos;
use crate::marketplace::config::Config;
use crate::marketplace::mysql::lock::{Mode, Part, SUPREMUM, Target};
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::mysql::{Lock, Verb};
use crate::marketplace::probe::{Event, Recorded, Stage, Unit};
use crate::marketplace::request::Failure;

/// What a request does, holds or waits for during a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    ThreadWait,
    Thread,
    ConnectionWait,
    Connection,
    LockWait,
    Lock,
    RedisWait,
    RedisLock,
    Cpu,
    Statement,
    Commit,
    RollBack,
    Remote,
    Station,
    /// A command to Redis, or waiting between two.
    Redis,
    Retry,
}

impl Kind {
    /// The word in JSON.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Kind::ThreadWait => "thread_wait",
            Kind::Thread => "thread",
            Kind::ConnectionWait => "connection_wait",
            Kind::Connection => "connection",
            Kind::LockWait => "lock_wait",
            Kind::Lock => "lock",
            Kind::RedisWait => "redis_wait",
            Kind::RedisLock => "redis_lock",
            Kind::Cpu => "cpu",
            Kind::Statement => "statement",
            Kind::Commit => "commit",
            Kind::RollBack => "rollback",
            Kind::Remote => "remote",
            Kind::Station => "station",
            Kind::Redis => "redis",
            Kind::Retry => "retry",
        }
    }

    /// Waiting for something that somebody else has.
    pub(crate) fn waits(self) -> bool {
        matches!(self, Kind::ThreadWait | Kind::ConnectionWait | Kind::LockWait | Kind::RedisWait)
    }

    /// Doing something, rather than having or wanting it.
    pub(crate) fn works(self) -> bool {
        self >= Kind::Cpu
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) kind: Kind,
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
    /// The row, the key or the statement: `bids/1`, `update bids/1`; may be empty.
    pub(crate) name: String,
    /// Of a row lock: `S`, `X`, `gap`, `insert`.
    pub(crate) mode: &'static str,
    /// Which thread or connection, from 1.
    pub(crate) slot: Option<u32>,
    /// Of a wait: the requests that it is for.
    pub(crate) by: Vec<u64>,
}

impl Span {
    pub(crate) fn length(&self) -> Nanos {
        self.to - self.from
    }
}

/// One request from its sending to its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) request: u64,
    pub(crate) load: String,
    pub(crate) user: Option<u32>,
    pub(crate) endpoint: String,
    pub(crate) instance: u32,
    pub(crate) arrived: Nanos,
    /// Until the answer, or the end of the recording.
    pub(crate) ended: Nanos,
    /// The label of the failure it was answered with.
    pub(crate) failure: Option<&'static str>,
    /// In order of their beginnings.
    pub(crate) spans: Vec<Span>,
}

/// What numbers in events are called.
pub(crate) struct Names {
    loads: Vec<String>,
    endpoints: Vec<String>,
    tables: Vec<String>,
}

impl Names {
    pub(crate) fn of(config: &Config) -> Names {
        // An endpoint of the file stands in the place of a built-in one of its name.
        let mut endpoints: Vec<String> = Vec::new();
        for name in config.endpoint_names() {
            if !endpoints.contains(&name) {
                endpoints.push(name);
            }
        }
        Names {
            loads: config.loads.keys().cloned().collect(),
            endpoints,
            tables: config.tables().into_iter().map(|table| table.name).collect(),
        }
    }

    /// By the number that events name them with.
    pub(super) fn endpoints(&self) -> &[String] {
        &self.endpoints
    }

    pub(crate) fn row(&self, table: TableId, key: u64) -> String {
        format!("{}/{key}", self.table(table.0))
    }

    fn table(&self, table: u16) -> &str {
        self.tables.get(usize::from(table)).map_or("?", String::as_str)
    }

    pub(crate) fn target(&self, target: Target) -> String {
        let (table, key) = (self.table(target.table), target.key);
        match target.part {
            Part::Table => table.to_owned(),
            Part::Record => format!("{table}/{key}"),
            Part::Gap if key == SUPREMUM => format!("{table}/end"),
            Part::Gap => format!("{table}/<{key}"),
            Part::Unique => format!("{table}/unique/{key:x}"),
        }
    }

    fn statement(&self, verb: Verb, lock: Lock, place: (Option<TableId>, Option<u64>)) -> String {
        let mut name = verb.name().to_owned();
        if let Some(table) = place.0 {
            name += " ";
            name += &match place.1 {
                Some(key) => self.row(table, key),
                None => self.table(table.0).to_owned(),
            };
        }
        name + match lock {
            Lock::None => "",
            Lock::Share => " for share",
            Lock::Update => " for update",
        }
    }
}

pub(crate) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::IntentionShared => "IS",
        Mode::IntentionExclusive => "IX",
        Mode::Shared => "S",
        Mode::Exclusive => "X",
        Mode::Gap => "gap",
        Mode::Insert => "insert",
    }
}

/// The lives of the requests that are wanted, by number.
pub(crate) fn lives(
    recorded: &[Recorded],
    names: &Names,
    wanted: impl Fn(u64) -> bool,
) -> BTreeMap<u64, Life> {
    let mut watch = Watch { names, wanted, open: BTreeMap::new(), slots: Slots::default() };
    for Recorded { at, event } in recorded {
        watch.see(*at, *event);
    }
    let end = recorded.last().map_or(0, |last| last.at);
    let open = watch.open.into_iter();
    open.map(|(request, open)| (request, open.finish(end))).collect()
}

/// Who has what, over all requests.
#[derive(Default)]
struct Slots {
    /// By instance: threads in use, each by its request. All threads are alike, so a request gets
    /// the lowest number that is free.
    threads: BTreeMap<u32, Vec<Option<u64>>>,
    /// Who had a thread of the instance last.
    freed: BTreeMap<u32, u64>,
    /// Who has, or had last, a connection.
    connections: BTreeMap<(u32, u32), u64>,
    /// Who believes to hold a key in Redis.
    redis: BTreeMap<u64, Vec<u64>>,
}

struct Watch<'n, W> {
    names: &'n Names,
    wanted: W,
    open: BTreeMap<u64, Open>,
    slots: Slots,
}

/// A life that goes on.
struct Open {
    life: Life,
    answered: Option<Nanos>,
    spans: Vec<(Option<Target>, Span)>,
    /// The next thing that the database does is a commit.
    commits: bool,
}

impl Open {
    fn begin(&mut self, kind: Kind, at: Nanos, name: String) -> &mut Span {
        self.begin_on(kind, at, name, None)
    }

    fn begin_on(
        &mut self,
        kind: Kind,
        at: Nanos,
        name: String,
        target: Option<Target>,
    ) -> &mut Span {
        let by = Vec::new();
        let span = Span { kind, from: at, to: at, name, mode: "", slot: None, by };
        let place = self.spans.len();
        self.spans.push((target, span));
        &mut self.spans[place].1
    }

    fn end(&mut self, at: Nanos, which: impl Fn(&Option<Target>, &Span) -> bool) {
        let (over, on): (Vec<_>, Vec<_>) =
            self.spans.drain(..).partition(|(target, span)| which(target, span));
        self.spans = on;
        let over = over.into_iter().map(|(_, span)| Span { to: at, ..span });
        // What took no time is nothing to see, except a lock: somebody had it.
        self.life.spans.extend(over.filter(|span| span.to > span.from || span.kind == Kind::Lock));
    }

    fn end_kind(&mut self, kind: Kind, at: Nanos) {
        self.end(at, |_, span| span.kind == kind);
    }

    fn current(&mut self, kind: Kind) -> Option<&mut Span> {
        self.spans.iter_mut().map(|(_, span)| span).find(|span| span.kind == kind)
    }

    fn finish(mut self, end: Nanos) -> Life {
        self.end(end, |_, _| true);
        self.life.ended = self.answered.unwrap_or(end);
        self.life.spans.sort_by_key(|span| (span.from, span.kind, span.to));
        self.life
    }
}

impl<W: Fn(u64) -> bool> Watch<'_, W> {
    fn see(&mut self, at: Nanos, event: Event) {
        match event {
            Event::Arrives { request, load, endpoint, user } if (self.wanted)(request) => {
                let name = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
                let life = Life {
                    request,
                    load: name(&self.names.loads, load),
                    user,
                    endpoint: name(&self.names.endpoints, endpoint),
                    instance: 0,
                    arrived: at,
                    ended: at,
                    failure: None,
                    spans: Vec::new(),
                };
                let open = Open { life, answered: None, spans: Vec::new(), commits: false };
                self.open.insert(request, open);
            }
            Event::Granted { .. } | Event::Released { .. } | Event::WaitsFor { .. } => {
                self.see_unit(at, event);
            }
            Event::RedisWaits { .. } | Event::RedisLocked { .. } | Event::RedisUnlocked { .. } => {
                self.see_redis(at, event);
            }
            Event::Enters { request, stage } => {
                if let Some(open) = self.open.get_mut(&request) {
                    let kind = kind_of(stage, std::mem::take(&mut open.commits));
                    open.begin(kind, at, String::new());
                }
            }
            Event::Leaves { request, stage } => {
                if let Some(open) = self.open.get_mut(&request) {
                    let over = |kind| match stage {
                        Stage::Database => {
                            matches!(kind, Kind::Statement | Kind::Commit | Kind::RollBack)
                        }
                        Stage::RedisLock => matches!(kind, Kind::Redis | Kind::RedisWait),
                        stage => kind == kind_of(stage, false),
                    };
                    open.end(at, |_, span| over(span.kind));
                }
            }
            _ => self.see_database(at, event),
        }
    }

    fn see_unit(&mut self, at: Nanos, event: Event) {
        let slots = &mut self.slots;
        match event {
            Event::WaitsFor { request, unit: Unit::Thread { instance } } => {
                if let Some(open) = self.open.get_mut(&request) {
                    open.life.instance = instance;
                }
            }
            Event::Granted { request, unit: Unit::Thread { instance } } => {
                let threads = slots.threads.entry(instance).or_default();
                let free = threads.iter().position(Option::is_none);
                let slot = free.unwrap_or_else(|| {
                    threads.push(None);
                    threads.len() - 1
                });
                threads[slot] = Some(request);
                let before = slots.freed.get(&instance).copied();
                if let Some(open) = self.open.get_mut(&request) {
                    // The wait has just ended; a span of no length was not kept.
                    let last = open.life.spans.iter_mut().rfind(|s| s.kind == Kind::ThreadWait);
                    if let Some(last) = last.filter(|last| last.to == at) {
                        last.by.extend(before);
                    }
                    open.begin(Kind::Thread, at, String::new()).slot = Some(slot as u32 + 1);
                }
            }
            Event::Released { request, unit: Unit::Thread { instance } } => {
                for thread in slots.threads.entry(instance).or_default() {
                    if *thread == Some(request) {
                        *thread = None;
                    }
                }
                slots.freed.insert(instance, request);
                if let Some(open) = self.open.get_mut(&request) {
                    open.end_kind(Kind::Thread, at);
                }
            }
            Event::Granted { request, unit: Unit::Connection { instance, number } } => {
                let number = number.unwrap_or(0);
                let before = slots.connections.insert((instance, number), request);
                if let Some(open) = self.open.get_mut(&request) {
                    if let Some(wait) = open.current(Kind::ConnectionWait) {
                        wait.by.extend(before.filter(|before| *before != request));
                    }
                    open.begin(Kind::Connection, at, String::new()).slot = Some(number + 1);
                }
            }
            Event::Released { request, unit: Unit::Connection { number, .. } } => {
                let slot = number.map(|number| number + 1);
                if let Some(open) = self.open.get_mut(&request) {
                    open.end(at, |_, span| span.kind == Kind::Connection && span.slot == slot);
                }
            }
            _ => {}
        }
    }

    fn see_redis(&mut self, at: Nanos, event: Event) {
        match event {
            Event::RedisWaits { request, key } => {
                let by = self.slots.redis.get(&key).cloned().unwrap_or_default();
                if let Some(open) = self.open.get_mut(&request) {
                    open.begin(Kind::RedisWait, at, key.to_string()).by = by;
                }
            }
            Event::RedisLocked { request, key, .. } => {
                self.slots.redis.entry(key).or_default().push(request);
                if let Some(open) = self.open.get_mut(&request) {
                    open.end_kind(Kind::RedisWait, at);
                    open.begin(Kind::RedisLock, at, key.to_string());
                }
            }
            Event::RedisUnlocked { request, key } => {
                self.slots.redis.entry(key).or_default().retain(|holder| *holder != request);
                if let Some(open) = self.open.get_mut(&request) {
                    open.end_kind(Kind::RedisLock, at);
                }
            }
            _ => {}
        }
    }

    fn see_database(&mut self, at: Nanos, event: Event) {
        let Some(request) = request_of(&event) else { return };
        let Some(open) = self.open.get_mut(&request) else { return };
        let is_lock = |span: &Span| matches!(span.kind, Kind::Lock | Kind::LockWait);
        match event {
            Event::Statement { verb, lock, table, row, .. } => {
                let name = self.names.statement(verb, lock, (table, row));
                let now = open.spans.iter_mut().map(|(_, span)| span);
                let mut now = now.filter(|s| matches!(s.kind, Kind::RollBack | Kind::Commit));
                if let Some(span) = now.next() {
                    (span.kind, span.name) = (Kind::Statement, name);
                }
            }
            Event::Commits { .. } => open.commits = true,
            Event::Locked { target, mode, .. } => open.locked(at, target, mode, self.names),
            Event::WaitsForLock { target, mode, by, .. } => {
                let wait = |(on, span): &&mut (Option<Target>, Span)| {
                    span.kind == Kind::LockWait && *on == Some(target)
                };
                match open.spans.iter_mut().find(wait) {
                    Some((_, span)) if span.by.contains(&by) => {}
                    Some((_, span)) => span.by.push(by),
                    None => {
                        let name = self.names.target(target);
                        let span = open.begin_on(Kind::LockWait, at, name, Some(target));
                        span.mode = mode_name(mode);
                        span.by.push(by);
                    }
                }
            }
            Event::LockTimeout { .. } => open.end_kind(Kind::LockWait, at),
            Event::Unlocked { target, .. } => {
                open.end(at, |on, span| span.kind == Kind::Lock && *on == Some(target));
            }
            Event::Committed { .. } | Event::RolledBack { .. } => {
                open.end(at, |_, span| is_lock(span));
            }
            Event::Answered { failure, .. } if open.answered.is_none() => {
                open.answered = Some(at);
                open.life.failure = failure.map(Failure::label);
            }
            Event::GaveUp { .. } => {
                open.answered = Some(at);
                open.life.failure = Some(Failure::ClientTimeout.label());
            }
            _ => {}
        }
    }
}

impl Open {
    fn locked(&mut self, at: Nanos, target: Target, mode: Mode, names: &Names) {
        self.end(at, |on, span| span.kind == Kind::LockWait && *on == Some(target));
        // Intentions stop nobody, and an insert keeps no lock on the gap.
        if target.part == Part::Table || mode == Mode::Insert {
            return;
        }
        let held = self.spans.iter().find(|(on, s)| s.kind == Kind::Lock && *on == Some(target));
        match held {
            Some((_, held)) if !(held.mode == "S" && mode == Mode::Exclusive) => return,
            Some(_) => self.end(at, |on, span| span.kind == Kind::Lock && *on == Some(target)),
            None => {}
        }
        let name = names.target(target);
        self.begin_on(Kind::Lock, at, name, Some(target)).mode = mode_name(mode);
    }
}

fn kind_of(stage: Stage, commits: bool) -> Kind {
    match stage {
        // What is no statement and no commit is the way back; a statement says so itself.
        Stage::Database if commits => Kind::Commit,
        Stage::Database => Kind::RollBack,
        Stage::Connect | Stage::ThreadQueue => Kind::ThreadWait,
        Stage::AppCpu => Kind::Cpu,
        Stage::PoolWait => Kind::ConnectionWait,
        Stage::Remote => Kind::Remote,
        Stage::Station => Kind::Station,
        Stage::LockWait => Kind::LockWait,
        Stage::RedisLock | Stage::Redis => Kind::Redis,
        Stage::Retry => Kind::Retry,
    }
}

/// Whom an event happens to.
pub(super) fn request_of(event: &Event) -> Option<u64> {
    match event {
        Event::Arrives { request, .. }
        | Event::Enters { request, .. }
        | Event::Leaves { request, .. }
        | Event::WaitsFor { request, .. }
        | Event::Granted { request, .. }
        | Event::Released { request, .. }
        | Event::Begins { request, .. }
        | Event::Statement { request, .. }
        | Event::Locked { request, .. }
        | Event::WaitsForLock { request, .. }
        | Event::LockTimeout { request }
        | Event::InDeadlock { request, .. }
        | Event::Unlocked { request, .. }
        | Event::Wrote { request, .. }
        | Event::Commits { request }
        | Event::Committed { request }
        | Event::RolledBack { request }
        | Event::RedisWaits { request, .. }
        | Event::RedisLocked { request, .. }
        | Event::RedisUnlocked { request, .. }
        | Event::Retries { request, .. }
        | Event::Pauses { request }
        | Event::Violation { request, .. }
        | Event::Missed { request, .. }
        | Event::Received { request, .. }
        | Event::Applied { request, .. }
        | Event::Answered { request, .. }
        | Event::GaveUp { request } => Some(*request),
        Event::Primary { .. }
        | Event::Promoted { .. }
        | Event::Server { .. }
        | Event::Instance { .. } => None,
    }
}
