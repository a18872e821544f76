use std::collections::BTreeMap;

use super::*;
use crate::content::Library;
use crate::content::problem::Source;
use crate::sims::read::read;
use crate::sims::recording::story;
use crate::sims::run::Execution;
use crate::sims::spec::{Overrides, Spec};

const CONTENTION: &str = include_str!("../../../tests/it/fixtures/contention.toml");

/// Open arrivals on every resource at once: threads, connections, rows.
const CROWDED: &str = r#"
format = "prep.sim/1"
[run]
kind = "window"
measure = "20s"
drain = "5s"
replications = { min = 2 }
[set]
app.instances = 2
server.tomcat.threads.max = 12
spring.datasource.hikari.maximum-pool-size = 5
spring.jpa.open-in-view = true
bid.work = "2ms"
[set.load.shoppers]
rate = "700/s"
keys = 20
mix = { view_product = 5, buy_now = 4, place_bid = 1 }
[story]
first = ["slowest"]
"#;

const LOST: &str = r#"
[set.replica]
count = 1
delay = "50ms"
[set.failover]
manager = "mha"
detection = "8s"
promotion = "2s"
[[at]]
time = "5s"
crash = true
"#;

fn spec(text: &str) -> Spec {
    read("x", &Source::new("x.toml", text), None, &Overrides::default()).unwrap()
}

/// Exports of all variants of the contention sim, of a crowded service, and of a failover in one.
fn exports() -> Vec<Trace> {
    let execution = Execution { threads: 1, progress: &|_, _| (), cancel: None };
    let mut found = Vec::new();
    let failover = format!("{CROWDED}{LOST}").replace("slowest", "lost_commit");
    for spec in [spec(CONTENTION), spec(CROWDED), spec(&failover)] {
        for variant in 0..spec.variants.len() {
            let (recording, episode) = story(&spec, Some(variant), &execution).unwrap();
            found.push(trace(&recording, episode.as_ref()));
        }
    }
    found
}

fn events<'t>(trace: &'t Trace, kind: &str) -> Vec<&'t Value> {
    let all = trace.json["traceEvents"].as_array().unwrap();
    all.iter().filter(|event| event["ph"] == kind).collect()
}

fn number(event: &Value, field: &str) -> f64 {
    event[field].as_f64().unwrap()
}

fn track(event: &Value) -> (u64, u64) {
    (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap())
}

/// Beginning and end in whole nanoseconds.
fn range(event: &Value) -> (u64, u64) {
    let nanos = |us: f64| (us * 1e3).round() as u64;
    let from = nanos(number(event, "ts"));
    (from, from + nanos(number(event, "dur")))
}

#[test]
fn an_export_fits_its_schema_and_its_slice() {
    let file = Library::embedded().file("docs/schema/trace.schema.json").unwrap();
    let schema = serde_json::from_str(&file.text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for trace in exports() {
        let faults: Vec<String> = validator
            .iter_errors(&trace.json)
            .take(3)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
        assert!((10..=EVENTS_MAX).contains(&trace.events), "{}", trace.events);
        for event in events(&trace, "X") {
            let (from, to) = range(event);
            assert!(trace.from <= from && from < to && to <= trace.to, "{event}");
        }
        for event in events(&trace, "s").into_iter().chain(events(&trace, "f")) {
            let ts = (number(event, "ts") * 1e3).round() as u64;
            assert!(trace.from <= ts && ts <= trace.to, "{event}");
        }
    }
}

#[test]
fn a_slot_has_one_holder_at_a_time_and_stages_lie_in_their_slot() {
    for trace in exports() {
        let mut slots: BTreeMap<(u64, u64), Vec<&Value>> = BTreeMap::new();
        let all = events(&trace, "X");
        for event in all.iter().filter(|event| event["cat"] == "slot") {
            slots.entry(track(event)).or_default().push(event);
        }
        for held in slots.values_mut() {
            held.sort_by_key(|event| range(event));
            for pair in held.windows(2) {
                assert!(range(pair[0]).1 <= range(pair[1]).0, "{} {}", pair[0], pair[1]);
            }
        }
        for stage in all.iter().filter(|event| event["cat"] == "stage") {
            let (from, to) = range(stage);
            let around = slots[&track(stage)].iter().any(|slot| {
                let (begin, end) = range(slot);
                begin <= from && to <= end && slot["args"]["request"] == stage["args"]["request"]
            });
            assert!(around, "{stage}");
        }
    }
}

#[test]
fn arrows_have_two_ends_and_each_lies_on_a_slice() {
    let mut arrows = 0;
    for trace in exports() {
        let slices = events(&trace, "X");
        let (starts, ends) = (events(&trace, "s"), events(&trace, "f"));
        assert_eq!(starts.len(), ends.len());
        for (start, end) in starts.iter().zip(&ends) {
            assert_eq!((&start["id"], &start["ts"]), (&end["id"], &end["ts"]));
            let under = |arrow: &Value| {
                let at = (number(arrow, "ts") * 1e3).round() as u64;
                let slice = slices.iter().find(|slice| {
                    let (from, to) = range(slice);
                    track(slice) == track(arrow) && from <= at && at < to
                });
                slice.unwrap_or_else(|| panic!("nothing under {arrow}"))["args"].clone()
            };
            let (_, waiter) = (under(start), under(end));
            assert!(track(start) != track(end));
            assert!(waiter["request"].is_u64());
            arrows += 1;
        }
        let mut ids: Vec<u64> = starts.iter().map(|start| start["id"].as_u64().unwrap()).collect();
        ids.dedup();
        assert_eq!(ids.len(), starts.len());
    }
    assert!(arrows > 50, "{arrows}");
}

/// A viewer shows numbers where a name is missing, and a name twice says nothing.
#[test]
fn every_track_has_one_name() {
    for trace in exports() {
        let names = events(&trace, "M");
        let named = |what: &str| -> Vec<(u64, u64)> {
            names.iter().filter(|event| event["name"] == what).map(|event| track(event)).collect()
        };
        let mut threads = named("thread_name");
        let mut used: Vec<(u64, u64)> =
            events(&trace, "X").iter().map(|event| track(event)).collect();
        used.sort_unstable();
        used.dedup();
        threads.sort_unstable();
        assert_eq!(threads, used);
        let labels = names.iter().filter(|event| event["name"] == "thread_name");
        let mut labels: Vec<String> =
            labels.map(|event| format!("{} {}", event["pid"], event["args"]["name"])).collect();
        labels.sort();
        let count = labels.len();
        labels.dedup();
        assert_eq!(labels.len(), count);
    }
}

/// Ten seconds of a crowded service are too much for one file; its own request and what the databases
/// did are not.
#[test]
fn a_failover_is_exported_with_the_commit_that_it_loses() {
    let trace = exports().pop().unwrap();
    let slices = events(&trace, "X");
    let lines: Vec<&str> = slices
        .iter()
        .filter(|event| event["pid"] == DATABASES)
        .filter_map(|event| event["name"].as_str())
        .collect();
    assert_eq!(lines, ["serves", "down", "detects", "promotes", "serves"]);
    assert!(slices.iter().any(|event| event["pid"] == CLIENTS), "{slices:?}");
}
