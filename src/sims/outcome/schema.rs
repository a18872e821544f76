//! The published schema `docs/schema/outcome.schema.json` beside the outcomes that are written.

use serde_json::Value;

use super::outcome;
use crate::content::problem::Source;
use crate::content::text::Lang;
use crate::content::{Kind, Library};
use crate::sims::run::{Execution, run};
use crate::sims::spec::Overrides;
use crate::sims::{metric, read};

fn schema() -> Value {
    let file = Library::embedded().file("docs/schema/outcome.schema.json").unwrap();
    serde_json::from_str(&file.text).unwrap()
}

/// What the schema finds wrong, with the place.
fn faults(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The outcome of a sim file, as `--json` prints it.
fn printed(text: &str) -> Value {
    let spec = read::read("x", &Source::new("x.toml", text), None, &Overrides::default()).unwrap();
    let results =
        run(&spec, &Execution { threads: 1, progress: &|_, _| (), cancel: None }).unwrap();
    let found = outcome(&spec, &results, "prep sim --file x.toml --seed 1".to_owned(), Lang::En);
    serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap()
}

/// A variant that does not settle, a sweep over values that are no numbers, theory, and claims of
/// every verdict but `not_judged`.
const STEADY: &str = r#"
format = "prep.sim/1"
base = "stack"
[run]
kind = "steady"
measure = "20s"
replications = { min = 2 }
precision = { of = "latency_ms_p99", relative = "1%" }
target = "latency_ms_p99 < 10s, errors < 1%"
[set.load.calls]
rate = "80/s"
mix = { call = 1 }
[station.desk]
servers = 10
[endpoint.call]
steps = [{ use = "desk", for = "exp 100ms" }]
[vary]
knob = "station.desk.servers"
values = [2, 10, "unlimited"]
baseline = 10
sweep = { values = [10, 12, "unlimited"], plot = "latency_ms_p99" }
[show]
columns = ["latency_ms_p99", "station_busy_mean@desk"]
[theory]
formula = "mmc"
rate = "80/s"
servers = 10
service = "100ms"
[[claim]]
id = "fails"
says = "x"
holds = "latency_ms_mean(10) > 10s"
[[claim]]
id = "holds"
says = "x"
holds = "latency_ms_mean(10) < 10s"
[[claim]]
id = "exactly"
says = "x"
holds = "error_count@pool_timeout(10) == 0"
[[claim]]
id = "undecided"
says = "x"
holds = "failed_latency_ms_p50(10) < 1ms"
"#;

/// Series over time, some without a value, and metrics that one replication alone has.
const EPISODE: &str = r#"
format = "prep.sim/1"
base = "stack"
[run]
kind = "episode"
until = "4s"
step = "1s"
replications = { min = 3 }
[set.load.calls]
stages = "0s 0/s, 2s 0/s, 2s 1/s"
mix = { call = 1 }
[endpoint.call]
steps = [{ fail = "no", share = "50%" }]
"#;

#[test]
fn every_committed_outcome_fits_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let library = Library::embedded();
    for slug in library.slugs(Kind::Outcome) {
        let file = library.get(Kind::Outcome, slug, Lang::En).unwrap();
        let value = serde_json::from_str(&file.text).unwrap();
        assert_eq!(faults(&validator, &value), Vec::<String>::new(), "{slug}");
    }
}

#[test]
fn what_the_committed_outcomes_lack_fits_too() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let (steady, episode) = (printed(STEADY), printed(EPISODE));
    for value in [&steady, &episode] {
        assert_eq!(faults(&validator, value), Vec::<String>::new());
    }
    // The samples show what they are for.
    assert_eq!(steady["variants"][0]["steady"], false);
    assert_eq!(steady["sweep"]["points"][2]["at"], Value::Null);
    assert!(!steady["theory"].as_array().unwrap().is_empty());
    let verdicts: Vec<&Value> =
        steady["claims"].as_array().unwrap().iter().map(|claim| &claim["verdict"]).collect();
    assert_eq!(verdicts, ["fails", "holds", "holds", "undecided"]);
    let met: Vec<&Value> =
        steady["variants"].as_array().unwrap().iter().map(|v| &v["target_met"]).collect();
    assert_eq!(met, ["no", "yes", "yes"], "two servers do not settle");
    assert_eq!(episode["variants"][0]["series"][3]["values"][0], Value::Null);
}

/// Every field is required and no other is allowed: a reader of the schema can rely on it.
#[test]
fn the_schema_is_strict() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let (steady, episode) = (printed(STEADY), printed(EPISODE));
    let objects = [
        (&steady, "", vec!["sweep", "target", "prices"]),
        (&steady, "/prices", vec![]),
        (&steady, "/run", vec![]),
        (&steady, "/variants/0", vec!["target_met"]),
        (&steady, "/variants/0/metrics/latency_ms_p99", vec![]),
        (&steady, "/variants/0/metrics/failed_latency_ms_p50", vec![]),
        (&steady, "/variants/0/stages", vec![]),
        (&steady, "/variants/0/stages/median", vec![]),
        (&steady, "/variants/0/audit", vec![]),
        (&steady, "/sweep", vec![]),
        (&steady, "/sweep/points/0", vec![]),
        (&steady, "/comparisons/0", vec![]),
        (&steady, "/theory/0", vec![]),
        (&steady, "/claims/0", vec!["evidence"]),
        (&steady, "/claims/0/evidence", vec![]),
        (&steady, "/warnings/0", vec![]),
        (&episode, "/variants/0/series/0", vec![]),
    ];
    for (value, place, optional) in objects {
        let fields = value.pointer(place).and_then(Value::as_object).expect(place);
        for key in fields.keys().filter(|key| !optional.contains(&key.as_str())) {
            let mut broken = value.clone();
            broken.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&broken), "{place} without {key}");
        }
        let mut broken = value.clone();
        broken.pointer_mut(place).unwrap()["extra"] = 1.into();
        assert!(!validator.is_valid(&broken), "{place} with a field too many");
    }
}

/// Every field of the schema says what it is, and it knows the units of all metrics.
#[test]
fn the_schema_explains_every_field() {
    fn walk<'v>(schema: &'v Value, value: &'v Value, path: &str, silent: &mut Vec<String>) {
        let Some(object) = value.as_object() else { return };
        for (key, inner) in object {
            let path = format!("{path}/{key}");
            // What stands under `if` and `then` only narrows a field.
            if key == "properties" {
                for (name, field) in inner.as_object().unwrap() {
                    let target = field["$ref"].as_str().map(|to| to.trim_start_matches('#'));
                    let target = target.and_then(|to| schema.pointer(to)).unwrap_or(field);
                    let told = [field, target].iter().any(|at| at["description"].is_string());
                    if !told {
                        silent.push(format!("{path}/{name}"));
                    }
                    walk(schema, field, &format!("{path}/{name}"), silent);
                }
            } else if !["if", "then", "else"].contains(&key.as_str()) {
                walk(schema, inner, &path, silent);
            }
        }
    }
    let schema = schema();
    let mut silent = Vec::new();
    walk(&schema, &schema, "", &mut silent);
    assert_eq!(silent, Vec::<String>::new());
    let units = schema["$defs"]["unit"]["enum"].as_array().unwrap();
    for metric in metric::METRICS {
        assert!(units.contains(&metric.unit.into()), "{}: {}", metric.name, metric.unit);
    }
}
