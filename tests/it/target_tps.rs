//! `prep target-tps`.

use serde_json::Value;

use crate::sandbox::{Sandbox, root};

const MILLION: &str =
    "target-tps --dau 1000000 --requests-per-user 10 --active-hours 12 --peak-factor 5";

/// What `--json` prints, which follows its schema.
fn json(sandbox: &Sandbox, words: &str) -> Value {
    let json = serde_json::from_str(&sandbox.stdout(&format!("{words} --json"))).unwrap();
    let schema = std::fs::read_to_string(root().join("docs/schema/target.schema.json")).unwrap();
    let schema = serde_json::from_str::<Value>(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(&json).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
    json
}

#[test]
fn every_formula_is_shown_with_its_figures() {
    let sandbox = Sandbox::new();
    let target = json(&sandbox, MILLION);
    let rows = target["rows"].as_array().unwrap().iter();
    let shown: Vec<String> = rows
        .map(|row| {
            format!("{} = {} = {}", row["id"], row["figures"], row["value"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "daily_requests = 1,000,000 x 10 = 10000000.0",
            "average_per_s = 10,000,000 / 43,200 = 231.481",
            "peak_per_s = 231.481 x 5 x 1 = 1157.41",
            "users = 1,157.41 x (0.5 s + 5 s) = 6365.74",
            "active_requests = 1,157.41 x 0.5 s = 578.704",
            "connections_busy = 1,157.41 x 0.02 s = 23.1481",
            "connections = 11.5741 + 2 √11.5741 = 19.0",
            "threads_busy = 1,157.41 x 0.5 s = 578.704",
            "threads = 289.352 + 2 √289.352 = 324.0",
        ]
    );
    let korean = sandbox.stdout(&format!("{MILLION} --lang ko"));
    assert!(korean.contains("근거 있는 목표값") && korean.contains("피크"), "{korean}");
}

/// Words of a command line, with single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// Sims, knobs and values of the commands exist: `--knobs` reads all of them.
#[test]
fn the_next_commands_can_be_typed() {
    let sandbox = Sandbox::new();
    for target in [
        MILLION,
        "target-tps --dau 864000 --requests-per-user 10 --instances 5",
        "target-tps --dau 500 --requests-per-user 3",
    ] {
        let next = json(&sandbox, target)["next"].clone();
        let next = next.as_array().unwrap();
        assert_eq!(next.len(), 2, "{target}");
        for line in next {
            let words = words(line.as_str().unwrap());
            let mut args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
            args.push("--knobs");
            let said = sandbox.prep(&args);
            assert!(said.starts_with("exit 0\n"), "{line}: {said}");
        }
    }
    let huge = json(&sandbox, "target-tps --dau 1e9 --requests-per-user 100");
    assert_eq!(huge["next"], serde_json::json!([]));
}

/// Formula and simulation agree where nothing waits: the interval is not far from the formula.
#[test]
fn the_check_puts_the_simulation_beside_the_formula() {
    let sandbox = Sandbox::new();
    let target = json(
        &sandbox,
        "target-tps --dau 100000 --requests-per-user 20 --peak-factor 3 --cpu-per-request 3ms --check",
    );
    let mut compared = Vec::new();
    for row in target["rows"].as_array().unwrap() {
        let (id, found) = (row["id"].as_str().unwrap(), &row["simulated"]);
        if id == "users" || found.is_null() {
            continue;
        }
        let (exact, value) = (row["value"].as_f64().unwrap(), found["value"].as_f64().unwrap());
        assert!((value / exact - 1.0).abs() < 0.1, "{id}: {exact}, simulated {found}");
        compared.push(id.to_owned());
    }
    let wanted =
        ["peak_per_s", "active_requests", "connections_busy", "threads_busy", "cores_busy"];
    assert_eq!(compared, wanted);
}

#[test]
fn figures_that_make_no_sense_are_refused() {
    let sandbox = Sandbox::new();
    for words in [
        "target-tps --dau 0 --requests-per-user 1",
        "target-tps --dau NaN --requests-per-user 1",
        "target-tps --dau inf --requests-per-user 1",
        "target-tps --dau 1 --requests-per-user 1 --active-hours 25",
        "target-tps --dau 1 --requests-per-user 1 --response soon",
        "target-tps --dau 1 --requests-per-user 1 --response 10ms --hold 20ms",
        "target-tps --dau 1e9 --requests-per-user 100 --check",
    ] {
        let said = sandbox.line(words);
        assert!(said.starts_with("exit 2\n--- stderr\nerror: "), "{words}: {said}");
    }
}
