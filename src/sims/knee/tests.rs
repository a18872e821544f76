//! The knee of services whose knee is known.

use super::*;
use crate::content::Library;
use crate::content::problem::Source;
use crate::sims::read::read;
use crate::sims::spec::Overrides;
use crate::sims::target;

const DESK: &str = r#"
format = "prep.sim/1"
base = "stack"
[run]
kind = "steady"
measure = "100s"
[set]
server.tomcat.threads.max = "unlimited"
server.tomcat.max-connections = "unlimited"
[set.load.calls]
rate = "20/s"
mix = { call = 1 }
[station.desk]
servers = 1
[endpoint.call]
steps = [{ use = "desk", for = "exp 10ms" }]
"#;

fn spec(changes: &[(&str, &str)]) -> Spec {
    let mut text = DESK.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    read("desk", &Source::new("desk.toml", text), None, &Overrides::default()).unwrap()
}

fn knee(spec: &Spec, target: &str) -> VariantKnee {
    let target = target::parse(target).unwrap();
    let execution = Execution { threads: 1, progress: &|_, _| (), cancel: None };
    let found = find(spec, &[0], &target, String::new(), Lang::En, &execution).unwrap();
    found.variants.into_iter().next().unwrap()
}

/// Both ends lie around the known rate, and not far from it. One decision in twenty may be wrong,
/// but hardly ever by more than 1 %.
fn around(found: &VariantKnee, exact: f64) {
    let (yes, no) = (found.rate_per_s.unwrap(), found.missed_at_per_s.unwrap());
    assert!(
        yes < 1.01 * exact && 0.99 * exact < no,
        "{exact} is not between {yes} and {no}: {:?}",
        found.tried
    );
    assert!(no - yes < 0.1 * exact, "{yes}..{no} around {exact}: {:?}", found.tried);
}

/// M/M/1 with 100/s: p99 = ln(100) / (mu - lambda), so 300 ms at 100 - 4.605 / 0.3 = 84.65/s.
#[test]
fn the_p99_of_one_desk() {
    let found = knee(&spec(&[]), "latency_ms_p99 < 300ms");
    around(&found, 100.0 - libm::log(100.0) / 0.3);
    assert_eq!(found.stopped_by, StoppedBy::Precision);
    let there = found.there.unwrap();
    assert_eq!(
        (there.resources[0].name.as_str(), there.limits),
        ("station@desk", Limits::Resource)
    );
    // Utilisation is lambda / mu, the queue in front rho^2 / (1 - rho).
    let rho = found.rate_per_s.unwrap() / 100.0;
    assert!((there.resources[0].utilisation / rho - 1.0).abs() < 0.03, "{:?}", there.resources);
    let queue = rho * rho / (1.0 - rho);
    assert!((there.resources[0].waiting.unwrap() / queue - 1.0).abs() < 0.15, "{queue}");
}

/// M/M/1/K with room for two: the lost share is rho^2 / (1 + rho + rho^2), 1 % at rho = 0.1056.
#[test]
fn the_errors_of_a_short_queue() {
    let found = knee(&spec(&[("servers = 1", "servers = 1\nqueue = 1")]), "errors < 1%");
    let rho = (0.01 + libm::sqrt(0.01 * 0.01 + 4.0 * 0.99 * 0.01)) / (2.0 * 0.99);
    around(&found, 100.0 * rho);
}

/// Stages and schedule are scaled with the rate: the plateau of 50/s is what counts, so the
/// same desk is at its knee with a first load of 10/s too.
#[test]
fn every_rate_of_an_open_load_is_scaled() {
    let spec = spec(&[("rate = \"20/s\"", "rate = \"1/s\"\nstages = \"0s 10/s, 10s 50/s\"")]);
    let config = &spec.variants[0].config;
    assert_eq!(rate(config), 50.0);
    let double = scaled(config, 2.0);
    assert_eq!(double.loads["calls"].stages.0, [(0, 20.0), (10 * SECOND, 100.0)]);
    assert_eq!((double.loads["calls"].rate.0, rate(&double)), (2.0, 100.0));
    assert_eq!(measure(&spec, &scaled(config, 0.01)), 100 * SECOND, "stages have their times");
}

#[test]
fn a_quiet_rate_is_watched_longer() {
    let spec = spec(&[]);
    let config = &spec.variants[0].config;
    assert_eq!(measure(&spec, config), 100 * SECOND, "20/s are enough in 100 s");
    assert_eq!(measure(&spec, &scaled(config, 0.25)), 400 * SECOND);
    assert_eq!(measure(&spec, &scaled(config, 0.001)), 1_600 * SECOND);
}

#[test]
fn what_cannot_be_scaled_is_refused_with_a_way_out() {
    let closed = spec(&[("rate = \"20/s\"", "kind = \"closed\"\nusers = 3")]);
    let (what, hint) = check(&closed, 0).unwrap_err();
    assert!(what.en.contains("no open load"), "{}", what.en);
    assert!(hint.en.contains("--set load.calls.kind=open"), "{}", hint.en);
    assert_eq!(check(&spec(&[]), 0), Ok(()));
}

/// A target that is out of reach, and a run that is too small, end in words and not in a loop.
#[test]
fn a_search_ends() {
    let never = knee(&spec(&[("100s", "5s")]), "latency_ms_p50 < 1ms");
    assert_eq!((never.stopped_by, never.rate_per_s), (StoppedBy::NeverMet, None));
    let small =
        knee(&spec(&[("\"100s\"", "\"100s\"\nevents = 200_000")]), "latency_ms_p99 < 300ms");
    assert_eq!(small.stopped_by, StoppedBy::Events);
}

/// What `--json` prints fits the published schema, with and without a rate that meets the target.
#[test]
fn the_result_fits_its_schema() {
    let file = Library::embedded().file("docs/schema/knee.schema.json").unwrap();
    let schema = serde_json::from_str(&file.text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let execution = Execution { threads: 1, progress: &|_, _| (), cancel: None };
    let spec = spec(&[("100s", "5s")]);
    for text in ["errors < 1%, latency_ms_p50 < 30ms", "latency_ms_p50 < 1ms"] {
        let target = target::parse(text).unwrap();
        let found =
            find(&spec, &[0], &target, "prep sim".to_owned(), Lang::Ko, &execution).unwrap();
        let json = serde_json::to_value(&found).unwrap();
        let faults: Vec<_> = validator.iter_errors(&json).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{text}");
    }
}
