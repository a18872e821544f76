//! An episode as JSON: `prep.episode/1`, described in `docs/sim-files.md`.

use serde_json::{Value, json};

use crate::sims::recording::Recording;
use crate::sims::recording::copies::{Party, Server};
use crate::sims::recording::episode::Episode;
use crate::sims::recording::lives::{Life, Span};

/// `null` where nothing was answered.
pub(crate) fn json(recording: &Recording, episode: Option<&Episode>) -> Value {
    let Some(episode) = episode else { return Value::Null };
    json!({
        "format": "prep.episode/1",
        "sim": recording.sim,
        "variant": recording.variant,
        "seed": recording.seed,
        "replication": recording.replication,
        "word": episode.wanted.word(),
        "request": episode.request,
        "at_ms": ms(episode.at),
        "from_ms": ms(episode.from),
        "to_ms": ms(episode.to),
        "requests": episode.requests.iter().map(request).collect::<Vec<_>>(),
        "servers": episode.servers.iter().map(server).collect::<Vec<_>>(),
    })
}

fn request(life: &Life) -> Value {
    json!({
        "request": life.request,
        "load": life.load,
        "user": life.user.map(|user| u64::from(user) + 1),
        "endpoint": life.endpoint,
        "instance": life.instance,
        "arrived_ms": ms(life.arrived),
        "ended_ms": ms(life.ended),
        "failure": life.failure,
        "spans": life.spans.iter().map(span).collect::<Vec<_>>(),
    })
}

/// A database by its number, or the manager of failovers.
fn server(server: &Server) -> Value {
    let database = match server.party {
        Party::Database(number) => Some(number),
        Party::Manager => None,
    };
    let stays = server.stays.iter().map(
        |stay| json!({ "kind": stay.state.key(), "from_ms": ms(stay.from), "to_ms": ms(stay.to) }),
    );
    json!({ "database": database, "request": server.request, "spans": stays.collect::<Vec<_>>() })
}

fn span(span: &Span) -> Value {
    let mut value = json!({
        "kind": span.kind.key(),
        "from_ms": ms(span.from),
        "to_ms": ms(span.to),
    });
    if !span.name.is_empty() {
        value["name"] = span.name.as_str().into();
    }
    if !span.mode.is_empty() {
        value["mode"] = span.mode.into();
    }
    if let Some(slot) = span.slot {
        value["slot"] = slot.into();
    }
    if span.kind.waits() {
        value["by"] = span.by.clone().into();
    }
    value
}

/// Milliseconds since the start of the replication, to the nanosecond.
fn ms(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}
