//! The requests of all clients as k6's summary (`k6 run --summary-export`), described by
//! `docs/schema/k6-summary.schema.json`.
//!
//! An attempt is an iteration with one request. Sizes are not simulated and stand as 0; sending and
//! receiving take no time, so that a request's duration is its waiting.

use serde_json::{Map, Value, json};

use crate::sims::recording::Recording;
use crate::sims::recording::watched::Sample;
use crate::stats::six_digits;

const SECOND: u64 = 1_000_000_000;

/// The whole file.
pub(crate) fn json(recording: &Recording) -> Value {
    let watched = &recording.watched;
    let samples = &watched.samples;
    let end = recording.watched_until();
    let per_second = |count: usize| count as f64 / (end.max(1) as f64 / SECOND as f64);
    let counter = |count: usize| json!({ "count": count, "rate": per_second(count) });
    let trend = |of: &dyn Fn(&Sample) -> u64| trend(samples.iter().map(of).collect());
    let waiting = |sample: &Sample| sample.ended - sample.connected.unwrap_or(sample.sent);
    let connecting = |sample: &Sample| sample.connected.map_or(0, |at| at - sample.sent);
    let whole = |sample: &Sample| sample.ended - sample.sent;
    let expected = |sample: &&Sample| sample.status().is_some_and(|status| status < 400);
    let fine: Vec<u64> = samples.iter().filter(expected).map(waiting).collect();
    let failed = samples.len() - fine.len();
    let active = watched.active();
    let users: Vec<usize> = (0..=end / SECOND).map(|second| active.all(second * SECOND)).collect();
    let least = users.iter().min().copied().unwrap_or(0);
    let most = users.iter().max().copied().unwrap_or(0);
    let mut metrics = Map::new();
    let mut put = |name: &str, value: Value| metrics.insert(name.to_owned(), value);
    put("data_received", counter(0));
    put("data_sent", counter(0));
    put("http_req_blocked", trend(&connecting));
    put("http_req_connecting", trend(&connecting));
    put("http_req_duration", trend(&waiting));
    put("http_req_duration{expected_response:true}", self::trend(fine));
    // k6 counts what the metric's name says: a pass is a failed request.
    let share = failed as f64 / samples.len().max(1) as f64;
    put(
        "http_req_failed",
        json!({ "passes": failed, "fails": samples.len() - failed, "value": share }),
    );
    put("http_req_receiving", trend(&|_| 0));
    put("http_req_sending", trend(&|_| 0));
    put("http_req_tls_handshaking", trend(&|_| 0));
    put("http_req_waiting", trend(&waiting));
    put("http_reqs", counter(samples.len()));
    put("iteration_duration", trend(&whole));
    put("iterations", counter(samples.len()));
    let last = users.last().copied().unwrap_or(0);
    put("vus", json!({ "value": last, "min": least, "max": most }));
    put("vus_max", json!({ "value": most, "min": most, "max": most }));
    json!({
        // The id is k6's: MD5 of the empty path.
        "root_group": {
            "name": "",
            "path": "",
            "id": "d41d8cd98f00b204e9800998ecf8427e",
            "groups": {},
            "checks": {},
        },
        "metrics": metrics,
    })
}

/// Milliseconds, with k6's default statistics; percentiles lie on straight lines between samples.
fn trend(mut nanos: Vec<u64>) -> Value {
    nanos.sort_unstable();
    let ms = |nanos: f64| six_digits(nanos / 1e6);
    let sum: u64 = nanos.iter().sum();
    let at = |share: f64| {
        let place = share * nanos.len().saturating_sub(1) as f64;
        let (low, part) = (place as usize, place - place as usize as f64);
        let value = |at: usize| nanos.get(at).or(nanos.last()).copied().unwrap_or(0) as f64;
        ms(value(low) + (value(low + 1) - value(low)) * part)
    };
    json!({
        "avg": ms(sum as f64 / nanos.len().max(1) as f64),
        "min": at(0.0),
        "med": at(0.5),
        "max": at(1.0),
        "p(90)": at(0.9),
        "p(95)": at(0.95),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five samples: the 90th percentile lies at place 0.9 * 4 = 3.6, so at 4.6 ms.
    #[test]
    fn percentiles_lie_on_straight_lines_between_samples() {
        let found = trend((1..=5).rev().map(|ms| ms * 1_000_000).collect());
        let expected = json!({
            "avg": 3.0, "min": 1.0, "med": 3.0, "max": 5.0, "p(90)": 4.6, "p(95)": 4.8,
        });
        assert_eq!(found, expected);
        assert_eq!(trend(Vec::new())["p(95)"], 0.0);
    }
}
