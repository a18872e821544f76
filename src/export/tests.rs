//! What others would have written down: the files agree with the replay and with each other.

use std::collections::BTreeMap;

use super::*;
use crate::content::Library;
use crate::content::problem::Source;
use crate::sims::read::read;
use crate::sims::recording::{Recording, story};
use crate::sims::run::Execution;
use crate::sims::spec::Overrides;

fn recording(variant: usize) -> Recording {
    let text = include_str!("../../tests/it/fixtures/watched.toml");
    let spec = read("x", &Source::new("x.toml", text), None, &Overrides::default()).unwrap();
    let execution = Execution { threads: 1, progress: &|_, _| (), cancel: None };
    story(&spec, Some(variant), &execution).unwrap().0
}

/// By series: its moments and values.
fn series(text: &str) -> BTreeMap<&str, Vec<(f64, f64)>> {
    let mut found: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (rest, at) = line.rsplit_once(' ').unwrap();
        let (name, value) = rest.rsplit_once(' ').unwrap();
        found.entry(name).or_default().push((at.parse().unwrap(), value.parse().unwrap()));
    }
    found
}

#[test]
fn metrics_stand_in_their_families_and_their_values_in_order() {
    let (text, values) = openmetrics::text(&recording(1));
    assert!(text.ends_with("\n# EOF\n"));
    let (mut family, mut seen) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.split(' ').next().unwrap().to_owned();
            assert!(!seen.contains(&family), "{family} stands twice");
            seen.push(family.clone());
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, unit) = rest.split_once(' ').unwrap();
            assert!(name == family && name.ends_with(&format!("_{unit}")), "{line}");
        } else if !line.starts_with('#') {
            let name = line.split('{').next().unwrap();
            let suffix = name.strip_prefix(family.as_str()).expect(line);
            assert!(["", "_total", "_bucket", "_count", "_sum"].contains(&suffix), "{line}");
        }
    }
    let series = series(&text);
    assert_eq!(series.values().map(Vec::len).sum::<usize>(), values);
    for (name, values) in &series {
        assert!(values.is_sorted_by(|a, b| a.0 < b.0), "{name}: {values:?}");
        let grows = ["_total", "_bucket", "_count", "_sum"];
        if grows.iter().any(|suffix| name.split('{').next().unwrap().ends_with(suffix)) {
            assert!(values.is_sorted_by(|a, b| a.1 <= b.1), "{name}: {values:?}");
        }
        if name.contains("le=\"+Inf\"") {
            let count = name.replace(",le=\"+Inf\"", "").replace("_bucket", "_count");
            assert_eq!(values, &series[count.as_str()], "{name}");
        }
    }
    assert!(text.contains("variant=\"b \\\"quoted\\\"\""), "labels are escaped");
}

/// The service has counted what clients were answered, and what they did not wait for; it has not
/// counted whom Tomcat turned away.
#[test]
fn counters_agree_with_the_requests_of_the_clients() {
    let recording = recording(0);
    let watched = &recording.watched;
    let last = watched.scrapes.iter().map(|scrape| scrape.at).max().unwrap();
    let counted: u64 = (0..2)
        .filter_map(|number| watched.scrapes.iter().rfind(|scrape| scrape.instance == number))
        .flat_map(|scrape| &scrape.http)
        .map(|http| http.timing.count)
        .sum();
    let by = |failure: Option<&str>| {
        watched.samples.iter().filter(|sample| sample.failure() == failure).count() as u64
    };
    let rejected = by(Some("rejected"));
    let others = [None, Some("pool_timeout"), Some("sold_out"), Some("client_timeout")].map(by);
    assert!(rejected > 10 && others.iter().all(|count| *count > 10), "{rejected} {others:?}");
    // Everything is over by the last reading but one; a timeout may end at Tomcat's door too.
    assert!(watched.samples.iter().all(|sample| sample.ended < last));
    let answered: u64 = others[..3].iter().sum();
    assert!(counted >= answered && counted <= answered + others[3], "{counted} {others:?}");
}

#[test]
fn a_summary_fits_its_schema_and_the_requests() {
    let file = Library::embedded().file("docs/schema/k6-summary.schema.json").unwrap();
    let schema = serde_json::from_str(&file.text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let recording = recording(0);
    let json = k6::json(&recording);
    let faults: Vec<String> = validator
        .iter_errors(&json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    let samples = &recording.watched.samples;
    let metric = |name: &str, part: &str| json["metrics"][name][part].as_f64().unwrap();
    assert_eq!(metric("http_reqs", "count"), samples.len() as f64);
    let failed = samples.iter().filter(|sample| sample.answer.is_err()).count() as f64;
    assert_eq!(metric("http_req_failed", "passes"), failed);
    assert_eq!(metric("http_req_failed", "fails"), samples.len() as f64 - failed);
    // Five users at least, and the burst.
    assert!(metric("vus", "max") > 20.0, "{}", json["metrics"]["vus"]);
}

#[test]
fn lines_of_a_jtl_are_those_of_the_requests() {
    let recording = recording(0);
    let text = jtl::text(&recording);
    let mut lines = text.lines();
    let fields: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |field: &str| fields.iter().position(|one| *one == field).unwrap();
    let mut codes: BTreeMap<String, u32> = BTreeMap::new();
    for (line, sample) in lines.zip(&recording.watched.samples) {
        let values: Vec<&str> = line.split(',').collect();
        assert_eq!(values.len(), fields.len(), "{line}");
        let number = |field: &str| values[place(field)].parse::<u64>().unwrap();
        assert_eq!(number("elapsed"), (sample.ended - sample.sent) / 1_000_000, "{line}");
        assert!(
            number("grpThreads") >= 1 && number("grpThreads") <= number("allThreads"),
            "{line}"
        );
        assert_eq!(values[place("success")], sample.answer.is_ok().to_string());
        if values[place("threadName")].starts_with("users ") {
            assert!(number("grpThreads") <= 5, "{line}");
        }
        *codes.entry(values[place("responseCode")].to_owned()).or_default() += 1;
    }
    assert_eq!(text.lines().count() - 1, recording.watched.samples.len());
    let codes: Vec<&String> = codes.keys().collect();
    let timeout = "Non HTTP response code: java.net.SocketTimeoutException";
    let refused = "Non HTTP response code: org.apache.http.NoHttpResponseException";
    assert_eq!(codes, ["200", "409", "500", timeout, refused]);
}

/// A query that names a metric that is not there shows an empty panel for ever.
#[test]
fn panels_ask_for_metrics_that_are_there() {
    let recording = recording(0);
    let (text, _) = openmetrics::text(&recording);
    let series = series(&text);
    let names: Vec<&str> = series.keys().map(|name| name.split('{').next().unwrap()).collect();
    let dashboard = grafana::dashboard(&recording);
    let mut asked = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            for (at, _) in query.match_indices('{') {
                let before = &query[..at];
                let begin = before.rfind(|c: char| !c.is_alphanumeric() && c != '_');
                let name = &before[begin.map_or(0, |begin| begin + 1)..];
                assert!(names.contains(&name), "{name} in {query}");
                asked += 1;
            }
        }
    }
    assert!(asked > 10, "{asked}");
}
