//! A slice of a recording as Chrome trace events, which Perfetto and `chrome://tracing` open.
//!
//! Components are processes, their slots threads: clients, the threads of each Tomcat, the
//! connections of each HikariCP, rows of MySQL, keys of Redis; in a story of copies each database
//! and the manager. Arrows lead from who has something
//! to who waits for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sims::recording::Recording;
use crate::sims::recording::copies::{Party, Server};
use crate::sims::recording::episode::Episode;
use crate::sims::recording::lives::{Kind, Life, Span};

/// Most events of one file: more than that is no fun to look at.
const EVENTS_MAX: usize = 20_000;
/// Least time on either side of the episode.
const MARGIN_MIN: u64 = 20_000_000;

/// What was exported.
pub(crate) struct Trace {
    /// The whole file.
    pub(crate) json: Value,
    pub(crate) events: usize,
    /// Nanoseconds since the start of the replication.
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// Exports the neighbourhood of an episode, or of the beginning where there is none.
pub(crate) fn trace(recording: &Recording, episode: Option<&Episode>) -> Trace {
    let (from, to) = episode.map_or((0, 1_000_000_000), |episode| (episode.from, episode.to));
    let (from, to) = (from.min(recording.end()), to.min(recording.end()));
    let middle = episode.map_or(from, |episode| episode.at).clamp(from, to.max(from));
    let margin = (to - from).max(MARGIN_MIN);
    let wide = |margin| (from.saturating_sub(margin), (to + margin).min(recording.end()));
    let (first, last) = wide(margin);
    let lives = recording.lives_between(first, last);
    let mut slices: Vec<((u64, u64), &[Life])> =
        [margin, margin / 4, 0].map(|margin| (wide(margin), &lives[..])).to_vec();
    let servers = episode.map_or(&[][..], |episode| &episode.servers);
    // A failover takes so long that its own requests are all there is room for.
    if let Some(episode) = episode.filter(|_| !servers.is_empty()) {
        slices.push((wide(0), &episode.requests));
    }
    // An episode that is too crowded itself is cut around its moment.
    let mut half = (to - from) / 2;
    while half > 0 {
        let range = (middle.saturating_sub(half).max(from), (middle + half).min(to));
        slices.push((range, &lives));
        half /= 2;
    }
    let mut slices = slices.into_iter().peekable();
    while let Some(((from, to), lives)) = slices.next() {
        let events = slice(lives, servers, (from, to));
        // The last slice has no length worth speaking of.
        if events.len() <= EVENTS_MAX || slices.peek().is_none() {
            return whole(recording, &events, from, to);
        }
    }
    whole(recording, &[], from, to)
}

fn whole(recording: &Recording, events: &[Value], from: u64, to: u64) -> Trace {
    let count = events.len();
    let json = json!({
        "displayTimeUnit": "ms",
        "otherData": {
            "format": "prep.trace/1",
            "sim": recording.sim,
            "variant": recording.variant,
            "seed": recording.seed,
            "replication": recording.replication,
            "from_us": us(from),
            "to_us": us(to),
        },
        "traceEvents": events,
    });
    Trace { json, events: count, from, to }
}

fn slice(lives: &[Life], servers: &[Server], (from, to): (u64, u64)) -> Vec<Value> {
    let mut drawing = Drawing { from, to, tracks: Tracks::default(), placed: Vec::new() };
    drawing.clients(lives);
    for life in lives {
        drawing.server(life);
    }
    drawing.shared(lives);
    drawing.databases(servers);
    let mut events = drawing.tracks.names();
    events.extend(drawing.placed.iter().map(Placed::event));
    events.extend(arrows(&drawing.placed));
    events
}

/// A process and one of its threads, as the format calls them.
type Track = (u32, u32);

const CLIENTS: u32 = 1;
const MYSQL: u32 = 2;
const REDIS: u32 = 3;
const DATABASES: u32 = 4;
const TOMCAT: u32 = 100;
const HIKARI: u32 = 200;
/// Lanes are numbered from here on: slots have their own numbers.
const LANES: u32 = 1_000_000;

/// Names of processes and threads, in the order in which they came up.
#[derive(Default)]
struct Tracks {
    names: BTreeMap<Track, String>,
    /// Until when each lane of a thing is taken: things such as shared locks overlap.
    lanes: BTreeMap<(u32, String), Vec<(u32, u64)>>,
}

impl Tracks {
    /// The first free lane of a thing.
    fn lane(&mut self, process: u32, thing: &str, from: u64, to: u64) -> Track {
        let lanes = self.lanes.entry((process, thing.to_owned())).or_default();
        if let Some((thread, until)) = lanes.iter_mut().find(|(_, until)| *until <= from) {
            *until = to;
            return (process, *thread);
        }
        let number = lanes.len() + 1;
        let used = self.names.range((process, LANES)..(process + 1, 0)).count();
        let thread = LANES + used as u32;
        lanes.push((thread, to));
        let name = if number == 1 { thing.to_owned() } else { format!("{thing} ({number})") };
        self.names.insert((process, thread), name);
        (process, thread)
    }

    fn slot(&mut self, process: u32, thing: &str, slot: u32) -> Track {
        self.names.entry((process, slot)).or_insert_with(|| format!("{thing} {slot}"));
        (process, slot)
    }

    fn names(&self) -> Vec<Value> {
        let mut events = Vec::new();
        let mut last = None;
        for ((process, thread), name) in &self.names {
            if last != Some(*process) {
                last = Some(*process);
                let name = process_name(*process);
                events.push(meta("process_name", (*process, 0), &json!({ "name": name })));
                let order = json!({ "sort_index": process_order(*process) });
                events.push(meta("process_sort_index", (*process, 0), &order));
            }
            events.push(meta("thread_name", (*process, *thread), &json!({ "name": name })));
        }
        events
    }
}

fn process_name(process: u32) -> String {
    match process {
        CLIENTS => "clients".to_owned(),
        MYSQL => "MySQL".to_owned(),
        REDIS => "Redis".to_owned(),
        DATABASES => "replication".to_owned(),
        HIKARI.. => format!("HikariCP instance {}", process - HIKARI),
        _ => format!("Tomcat instance {}", process - TOMCAT),
    }
}

/// From the client to the database, as a request goes.
fn process_order(process: u32) -> u32 {
    match process {
        CLIENTS => 0,
        MYSQL => 1_000,
        REDIS => 1_001,
        DATABASES => 1_002,
        other => other,
    }
}

fn meta(what: &str, (process, thread): Track, args: &Value) -> Value {
    json!({ "ph": "M", "name": what, "pid": process, "tid": thread, "args": args })
}

/// One slice of a track.
struct Placed<'l> {
    track: Track,
    name: String,
    /// `slot`: has the track to itself; `stage`: lies inside a slot.
    category: &'static str,
    from: u64,
    to: u64,
    request: u64,
    /// The span that it shows; none for a whole request and for a database.
    span: Option<&'l Span>,
}

impl Placed<'_> {
    fn event(&self) -> Value {
        let mut args = json!({ "request": self.request });
        if let Some(span) = self.span.filter(|span| !span.by.is_empty()) {
            args["waits_for"] = span.by.clone().into();
        }
        json!({
            "ph": "X",
            "name": self.name,
            "cat": self.category,
            "pid": self.track.0,
            "tid": self.track.1,
            "ts": us(self.from),
            // The difference of the ends: what touches must not overlap after rounding.
            "dur": us(self.to - self.from),
            "args": args,
        })
    }
}

struct Drawing<'l> {
    from: u64,
    to: u64,
    tracks: Tracks,
    placed: Vec<Placed<'l>>,
}

impl<'l> Drawing<'l> {
    /// What of a span lies inside the slice.
    fn cut(&self, from: u64, to: u64) -> Option<(u64, u64)> {
        let cut = (from.max(self.from), to.min(self.to));
        (cut.0 < cut.1).then_some(cut)
    }

    fn place(
        &mut self,
        track: Track,
        category: &'static str,
        (from, to): (u64, u64),
        (name, request): (String, u64),
        span: Option<&'l Span>,
    ) {
        self.placed.push(Placed { track, name, category, from, to, request, span });
    }

    /// A user of a closed load has a line; requests of an open one share as few as will do.
    fn clients(&mut self, lives: &'l [Life]) {
        let mut lives: Vec<&Life> = lives.iter().collect();
        lives.sort_by_key(|life| (life.arrived, life.request));
        for life in lives {
            let Some((from, to)) = self.cut(life.arrived, life.ended) else { continue };
            let line = match life.user {
                Some(user) => format!("{} {}", life.load, u64::from(user) + 1),
                None => life.load.clone(),
            };
            let track = self.tracks.lane(CLIENTS, &line, from, to);
            let name = match life.failure {
                Some(failure) => format!("{} ({failure})", life.endpoint),
                None => life.endpoint.clone(),
            };
            self.place(track, "slot", (from, to), (name, life.request), None);
        }
    }

    /// Threads and connections with what is done in them.
    fn server(&mut self, life: &'l Life) {
        let (tomcat, hikari) = (TOMCAT + life.instance, HIKARI + life.instance);
        let mut thread = None;
        let mut connections: Vec<(Track, &Span)> = Vec::new();
        for span in &life.spans {
            let Some(range) = self.cut(span.from, span.to) else { continue };
            let label = |name: &str| (name.to_owned(), life.request);
            match (span.kind, span.slot) {
                (Kind::Thread, Some(slot)) => {
                    let track = self.tracks.slot(tomcat, "thread", slot);
                    thread = Some(track);
                    self.place(track, "slot", range, label(&life.endpoint), Some(span));
                }
                (Kind::Connection, Some(slot)) => {
                    let track = self.tracks.slot(hikari, "connection", slot);
                    connections.push((track, span));
                    self.place(track, "slot", range, label(&life.endpoint), Some(span));
                }
                (Kind::ThreadWait, _) => {
                    let track = self.tracks.lane(tomcat, "queue", range.0, range.1);
                    self.place(track, "slot", range, label("waits for a thread"), Some(span));
                }
                (Kind::Statement | Kind::Commit | Kind::RollBack, _) => {
                    // The connection borrowed last is the one in use.
                    let own =
                        |(_, held): &&(Track, &Span)| held.from <= span.from && held.to >= span.to;
                    let name = if span.name.is_empty() { span.kind.key() } else { &span.name };
                    if let Some((track, _)) = connections.iter().rfind(own) {
                        self.place(*track, "stage", range, label(name), Some(span));
                    }
                }
                (kind, _) if kind.works() || kind == Kind::ConnectionWait => {
                    if let Some(track) = thread {
                        self.place(track, "stage", range, label(kind.key()), Some(span));
                    }
                }
                _ => {}
            }
        }
    }

    /// What becomes of a commit at each database, and what the manager does.
    fn databases(&mut self, servers: &'l [Server]) {
        for server in servers {
            let line = match server.party {
                Party::Database(0) => "primary".to_owned(),
                Party::Database(number) => format!("replica {number}"),
                Party::Manager => "manager".to_owned(),
            };
            for stay in &server.stays {
                let Some(range) = self.cut(stay.from, stay.to) else { continue };
                let track = self.tracks.lane(DATABASES, &line, range.0, range.1);
                let name = (stay.state.key().to_owned(), server.request);
                self.place(track, "slot", range, name, None);
            }
        }
    }

    /// Locks on rows and keys, in order of time so that lanes are found.
    fn shared(&mut self, lives: &'l [Life]) {
        let shared =
            |kind| matches!(kind, Kind::Lock | Kind::LockWait | Kind::RedisLock | Kind::RedisWait);
        let mut spans: Vec<(&Span, u64)> = lives
            .iter()
            .flat_map(|life| life.spans.iter().map(|span| (span, life.request)))
            .filter(|(span, _)| shared(span.kind))
            .collect();
        spans.sort_by_key(|(span, request)| (span.from, *request, span.kind));
        for (span, request) in spans {
            let Some(range) = self.cut(span.from, span.to) else { continue };
            let redis = matches!(span.kind, Kind::RedisLock | Kind::RedisWait);
            let process = if redis { REDIS } else { MYSQL };
            let waits = span.kind.waits();
            let thing = if waits { format!("{} queue", span.name) } else { span.name.clone() };
            let track = self.tracks.lane(process, &thing, range.0, range.1);
            let verb = if waits { "waits for" } else { "has" };
            let what = if redis { "the lock" } else { span.mode };
            let name = format!("#{request} {verb} {what}");
            self.place(track, "slot", range, (name, request), Some(span));
        }
    }
}

/// Arrows from what somebody has, or waits for in front, to the waits for it.
fn arrows(placed: &[Placed<'_>]) -> Vec<Value> {
    let mut by_request: BTreeMap<u64, Vec<&Placed<'_>>> = BTreeMap::new();
    for place in placed {
        by_request.entry(place.request).or_default().push(place);
    }
    let mut events = Vec::new();
    let mut number = 0;
    for wait in placed {
        let Some(span) = wait.span.filter(|span| span.kind.waits()) else { continue };
        for by in &span.by {
            let theirs = by_request.get(by).map_or(&[][..], Vec::as_slice);
            let Some((from, at)) = source(span.kind, wait, theirs) else { continue };
            number += 1;
            let end = |kind: &str, track: Track, at: u64| {
                json!({
                    "ph": kind,
                    "name": "blocks",
                    "cat": "blocks",
                    "id": number,
                    "pid": track.0,
                    "tid": track.1,
                    "ts": us(at),
                })
            };
            events.push(end("s", from, at));
            let mut target = end("f", wait.track, at);
            target["bp"] = "e".into();
            events.push(target);
        }
    }
    events
}

/// Where an arrow to a wait begins: in a slice of the blocker, at a moment within both.
fn source(kind: Kind, wait: &Placed<'_>, theirs: &[&Placed<'_>]) -> Option<(Track, u64)> {
    let span = wait.span?;
    let held = match kind {
        Kind::ThreadWait => Kind::Thread,
        Kind::ConnectionWait => Kind::Connection,
        Kind::LockWait => Kind::Lock,
        _ => Kind::RedisLock,
    };
    let fits = |place: &&&Placed<'_>| {
        let same = |other: &Span| {
            other.kind == held && (other.name == span.name || other.slot.is_some())
                || other.kind == kind && other.name == span.name && !other.name.is_empty()
        };
        place.span.is_some_and(same) && place.from.max(wait.from) < place.to.min(wait.to)
    };
    // What is had comes before what is wanted.
    let mut found: Vec<&&Placed<'_>> = theirs.iter().filter(fits).collect();
    found.sort_by_key(|place| place.span.is_none_or(|span| span.kind != held));
    found.first().map(|place| (place.track, place.from.max(wait.from)))
}

/// Microseconds, to the nanosecond.
fn us(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

#[cfg(test)]
mod tests;
