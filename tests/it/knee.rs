//! `prep sim --find-max-rate`, `--shape` and `--prices`.

use serde_json::Value;

use crate::sandbox::Sandbox;

const DESK: &str = r#"format = "prep.sim/1"
base = "stack"
[run]
kind = "steady"
measure = "20s"
replications = { min = 4, max = 4 }
[station.desk]
servers = 1
[endpoint.ask]
steps = [{ use = "desk", for = "exp 10ms" }]
[set]
load.all.rate = "40/s"
load.all.mix = { ask = 1 }
"#;

fn desk() -> Sandbox {
    Sandbox::with(&[("my.toml", DESK)])
}

/// p50 < 30 ms holds up to 100 - ln(2) / 0.03 = 76.9/s.
#[test]
fn the_highest_rate_is_found_and_told() {
    let words =
        ["sim", "--file", "my.toml", "--find-max-rate", "--slo", "latency_ms_p50 < 30ms", "--json"];
    let printed = desk().prep(&words);
    let found: Value =
        serde_json::from_str(printed.strip_prefix("exit 0\n--- stdout\n").unwrap_or(&printed))
            .unwrap_or_else(|error| panic!("{error}: {printed}"));
    let rate = found["variants"][0]["rate_per_s"].as_f64().unwrap();
    let missed = found["variants"][0]["missed_at_per_s"].as_f64().unwrap();
    assert!(rate < 78.0 && missed > 75.0 && missed - rate < 9.0, "{rate}..{missed}");
    assert_eq!(found["variants"][0]["there"]["resources"][0]["name"], "station@desk");
    let report = desk().prep(&words[..6]);
    assert!(report.contains("meets the target") && report.contains("station desk"), "{report}");
}

#[test]
fn wrong_targets_shapes_and_prices_are_refused_with_a_way_out() {
    for (words, expected) in [
        (vec!["--find-max-rate"], "give --slo"),
        (vec!["--find-max-rate", "--slo", "latency_ms_p98 < 3"], "did you mean"),
        (vec!["--find-max-rate", "--slo", "errors@nobody < 1%"], "known here: "),
        (
            vec![
                "--find-max-rate",
                "--slo",
                "errors < 1%",
                "--set",
                "load.all.kind=closed",
                "--set",
                "load.all.users=3",
            ],
            "--set load.all.kind=open",
        ),
        (vec!["--shape", "stres"], "none, smoke, average, stress"),
        (vec!["--prices", "my.toml"], "not the format `prep.prices/1`"),
        (vec!["--set", "bill.app-type=huge"], "it has: t3.large"),
    ] {
        let line = [vec!["sim", "--file", "my.toml"], words.clone()].concat();
        let said = desk().prep(&line);
        assert!(said.starts_with("exit 2\n") && said.contains(expected), "{words:?}: {said}");
    }
}

/// A ramp to ten times a load that half fills the desk: the run is as long as the shape.
#[test]
fn a_shape_makes_an_episode_of_its_length() {
    let line = ["sim", "--file", "my.toml", "--shape", "average", "--duration", "30s", "--json"];
    let printed = desk().prep(&line);
    let outcome: Value =
        serde_json::from_str(printed.strip_prefix("exit 0\n--- stdout\n").unwrap_or(&printed))
            .unwrap_or_else(|error| panic!("{error}: {printed}"));
    assert_eq!(
        (&outcome["run"]["kind"], &outcome["run"]["measured_s"]),
        (&"episode".into(), &30.0.into())
    );
    let knobs = &outcome["variants"][0]["knobs"];
    assert_eq!(knobs["load.all.shape"], "average");
    // Ramps of a tenth at both ends cost one tenth of the requests.
    let offered = outcome["variants"][0]["metrics"]["offered_per_s"]["value"].as_f64().unwrap();
    assert!((offered - 36.0).abs() < 3.0, "{offered}");
}
