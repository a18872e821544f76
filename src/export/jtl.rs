//! The requests of all clients as JMeter writes them down: CSV with the fields of its default
//! `jmeter.save.saveservice`, which JMeter's listeners and its HTML report read.
//!
//! Sizes are not simulated and stand as 0. An attempt that is repeated has a line of its own, as in
//! a test plan that repeats it.

use std::fmt::Write as _;

use super::openmetrics::EPOCH_S;
use crate::sims::recording::Recording;
use crate::sims::recording::watched::Sample;

const FIELDS: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect";

/// The whole file.
pub(crate) fn text(recording: &Recording) -> String {
    let watched = &recording.watched;
    let active = watched.active();
    let mut text = format!("{FIELDS}\n");
    let mut numbers = vec![0_u64; watched.loads().len()];
    for sample in &watched.samples {
        let load = &watched.loads()[sample.load];
        let endpoint = watched.endpoint(sample.endpoint);
        // An open model has a thread for each arrival.
        let number = match sample.user {
            Some(user) => u64::from(user) + 1,
            None => {
                numbers[sample.load] += 1;
                numbers[sample.load]
            }
        };
        let (code, message) = response(sample);
        let elapsed = (sample.ended - sample.sent) / 1_000_000;
        let connect = sample.connected.map_or(elapsed, |at| (at - sample.sent) / 1_000_000);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{elapsed},{},{code},{message},{},text,{},{},0,0,{},{},{},{elapsed},0,{connect}",
            EPOCH_S * 1_000 + sample.sent / 1_000_000,
            quoted(&endpoint.name),
            quoted(&format!("{} 1-{number}", load.name)),
            sample.answer.is_ok(),
            sample.failure().unwrap_or(""),
            active.of(sample.load, sample.ended),
            active.all(sample.ended),
            quoted(&format!("http://localhost:8080{}", endpoint.uri)),
        );
    }
    text
}

/// Code and message, as JMeter's HTTP sampler gives them.
fn response(sample: &Sample) -> (String, &'static str) {
    let none = |exception: &str, message| (format!("Non HTTP response code: {exception}"), message);
    match sample.status() {
        Some(code) => {
            let message = match code {
                200 => "OK",
                409 => "Conflict",
                502 => "Bad Gateway",
                503 => "Service Unavailable",
                _ => "Internal Server Error",
            };
            (code.to_string(), message)
        }
        None => match sample.failure() {
            Some("connect_timeout") => none(
                "org.apache.http.conn.ConnectTimeoutException",
                "Non HTTP response message: Connect timed out",
            ),
            Some("client_timeout") => {
                none("java.net.SocketTimeoutException", "Non HTTP response message: Read timed out")
            }
            _ => none(
                "org.apache.http.NoHttpResponseException",
                "Non HTTP response message: The target server failed to respond",
            ),
        },
    }
}

/// A field of CSV, in quotation marks where it must be.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
