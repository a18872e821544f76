//! `prep sim`.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::sandbox::{Sandbox, slugs, whole};

const QUICK: &str = "sim pool-size --replications 2 --duration 1s";

/// An M/M/2 queue as somebody would describe a service of theirs.
const MMC: &str = r#"format = "prep.sim/1"
base = "stack"
[run]
kind = "steady"
measure = "10s"
replications = { min = 4, max = 4 }
[station.desk]
servers = 2
[endpoint.ask]
steps = [{ use = "desk", for = "exp 10ms" }]
[set]
load.all.rate = "120/s"
load.all.mix = { ask = 1 }
[theory]
formula = "mmc"
rate = "120/s"
servers = 2
service = "10ms"
"#;

/// A sim file with one changed part.
fn file(from: &str, to: &str) -> Sandbox {
    assert!(MMC.contains(from), "{from}");
    Sandbox::with(&[("my.toml", &MMC.replacen(from, to, 1))])
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Five percent are more than three standard errors in the runs below.
fn near(outcome: &Value, id: &str, exact: f64) {
    let estimate = &outcome["variants"][0]["metrics"][id];
    let value = estimate["value"].as_f64().unwrap();
    assert!((value / exact - 1.0).abs() < 0.05, "{id}: {exact} is not near {estimate}");
}

/// What the program says to a wrong input, which must be all that it says.
fn refused(sandbox: &Sandbox, words: &str) -> String {
    let text = sandbox.line(words);
    text.strip_prefix("exit 2\n--- stderr\n")
        .unwrap_or_else(|| panic!("{words}: {text}"))
        .to_owned()
}

#[test]
fn the_list_has_every_sim() {
    let list = Sandbox::new().stdout("sim");
    let listed: Vec<&str> = list
        .lines()
        .skip(4)
        .filter(|line| line.starts_with(' ') && !line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, slugs("sims", ".toml"));
}

#[test]
fn every_sim_runs_in_both_languages() {
    let sandbox = Sandbox::new();
    for slug in slugs("sims", ".toml") {
        for lang in ["en", "ko"] {
            let words = format!("sim {slug} --replications 2 --duration 500ms --lang {lang}");
            let report = sandbox.stdout(&words);
            assert!(report.trim_start().starts_with(&slug), "{report}");
        }
    }
}

#[test]
fn the_outcome_as_json_keeps_its_contract() {
    let outcome = json(&Sandbox::new().stdout(&format!("{QUICK} --json")));
    assert_eq!(
        keys(&outcome),
        [
            "format",
            "sim",
            "title",
            "lang",
            "version",
            "model",
            "seed",
            "command",
            "modified",
            "run",
            "baseline",
            "prices",
            "variants",
            "sweep",
            "comparisons",
            "theory",
            "claims",
            "warnings"
        ]
        .into_iter()
        .filter(|key| outcome.get(key).is_some())
        .collect::<Vec<_>>()
    );
    for (key, value) in [
        ("format", Value::from("prep.outcome/1")),
        ("sim", "pool-size".into()),
        ("seed", 1.into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("modified", true.into()),
        ("baseline", "10".into()),
    ] {
        assert_eq!(outcome[key], value, "{key}");
    }
    let variants = outcome["variants"].as_array().unwrap();
    let names: Vec<&Value> = variants.iter().map(|variant| &variant["name"]).collect();
    assert_eq!(names, ["2", "4", "10", "50"]);
    for variant in variants {
        assert_eq!(variant["knobs"]["mysql.cores"], 4);
        let metrics = variant["metrics"].as_object().unwrap();
        assert!(metrics.contains_key("latency_ms_p99") && metrics.contains_key("completed_per_s"));
        for (id, estimate) in metrics {
            let fields = keys(estimate);
            assert!(
                ["value", "low", "high", "unit"].iter().all(|key| fields.contains(key)),
                "{id}"
            );
            let number = |key: &str| estimate[key].as_f64();
            if let (Some(low), Some(value), Some(high)) =
                (number("low"), number("value"), number("high"))
            {
                assert!(low <= value && value <= high, "{id}: {low} {value} {high}");
            }
        }
    }
    assert!(!outcome["comparisons"].as_array().unwrap().is_empty());
    let claims = outcome["claims"].as_array().unwrap();
    assert!(claims.iter().all(|claim| claim["says"].is_string() && claim["holds"].is_null()));
    assert!(outcome["warnings"].is_array());
}

#[test]
fn claims_are_judged_on_the_sim_as_it_is() {
    let sandbox = Sandbox::with(&[(
        "my.toml",
        &format!(
            "{MMC}
[[claim]]
id = \"keeps-up\"
says = \"It keeps up.\"
holds = \"completed_per_s > 60/s\"
[[claim]]
id = \"wrong\"
says = \"It does not.\"
holds = \"completed_per_s < 60/s\"
"
        ),
    )]);
    let verdicts = |words: &str, code: &str| {
        let text = sandbox.line(words);
        let text = text.strip_prefix(code).unwrap_or_else(|| panic!("{text}"));
        let claims = json(text)["claims"].clone();
        let of = |claim: &Value| (claim["says"].clone(), claim["holds"].clone());
        claims.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let (yes, no) = (Value::from("It keeps up."), Value::from("It does not."));
    assert_eq!(
        verdicts("sim --file my.toml --json", "exit 1\n--- stdout\n"),
        [(yes.clone(), true.into()), (no.clone(), false.into())]
    );
    assert_eq!(
        verdicts("sim --file my.toml --json --duration 2s", "exit 0\n--- stdout\n"),
        [(yes, Value::Null), (no, Value::Null)]
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_at_any_number_of_threads() {
    let sandbox = Sandbox::new();
    let run = |more: &str| sandbox.stdout(&format!("{QUICK} --json {more}"));
    let one = run("--threads 1");
    for more in ["--threads 2", "--threads 4", "--threads 2", ""] {
        assert_eq!(run(more), one, "{more}");
    }
    assert_ne!(json(&run("--seed 2"))["variants"], json(&one)["variants"]);
}

#[test]
fn the_line_of_the_report_gives_the_same_numbers_again() {
    let sandbox = Sandbox::new();
    let first = sandbox.stdout(&format!("{QUICK} --set mysql.cores=8 --json"));
    let again = json(&first)["command"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.stdout(&format!("{} --json", &again["prep ".len()..])), first);
}

#[test]
fn a_sim_is_found_by_the_beginning_of_its_name() {
    let sandbox = Sandbox::new();
    let more = "--replications 2 --duration 1s --csv";
    let by_prefix = sandbox.stdout(&format!("sim pool {more}"));
    assert_eq!(by_prefix, sandbox.stdout(&format!("sim pool-size {more}")));
    assert_eq!(
        sandbox.line("sim pol-size"),
        "exit 2\n--- stderr\nerror: there is no sim `pol-size`\n  --> sims\n   = did you mean `pool-size`?\n"
    );
    assert_eq!(
        sandbox.line("sim pol-size --lang ko"),
        "exit 2\n--- stderr\n오류: `pol-size` sim은 없습니다\n  --> sims\n   = 혹시 `pool-size`인가요?\n"
    );
}

#[test]
fn wrong_settings_are_refused_with_what_to_write_instead() {
    let sandbox = Sandbox::new();
    let pool = "spring.datasource.hikari.maximum-pool-size";
    let many = (1..=9).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let cases = [
        (
            "--set load.shoppers.rat=300/s".to_owned(),
            "error: unknown knob `load.shoppers.rat`\n  --> --set\n   = did you mean `load.shoppers.rate`?\n".to_owned(),
        ),
        (
            "--set mysql.cores=100000000".to_owned(),
            "error: `mysql.cores`: 100000000 is out of range: 1 to 1024\n  --> --set\n".to_owned(),
        ),
        (
            "--set load.shoppers.rate=300".to_owned(),
            "error: `load.shoppers.rate`: `300` has no unit: write \"300/s\"\n  --> --set\n".to_owned(),
        ),
        (
            "--set nonsense".to_owned(),
            "error: --set takes KNOB=VALUE, not `nonsense`\n".to_owned(),
        ),
        (
            format!("--set {pool}=5"),
            format!("error: `{pool}` is what the variants differ in: use `--vary {pool}=A,B`\n  --> --set\n"),
        ),
        (
            "--vary mysql.cores=2,4 --set mysql.cores=8".to_owned(),
            "error: `mysql.cores` is what the variants differ in: use `--vary mysql.cores=A,B`\n  --> --set\n".to_owned(),
        ),
        (
            format!("--vary {pool}={many} --vary mysql.cores={many}"),
            "error: 81 variants; at most 64 are run\n  --> --vary\n".to_owned(),
        ),
        (
            format!("--vary {pool}=5,0"),
            format!("error: `{pool}`: 0 is out of range: 1 to 100000\n  --> --vary\n"),
        ),
        (
            "--vary mysql.cores=2,2".to_owned(),
            "error: `mysql.cores`: the value 2 is given twice\n  --> --vary\n".to_owned(),
        ),
        (
            "--duration 0s".to_owned(),
            "error: must be more than nothing and at most 7 days\n  --> --duration\n".to_owned(),
        ),
        (
            "--precision 0%".to_owned(),
            "error: --precision takes a percentage from 0.1% to 100%, not `0%`\n".to_owned(),
        ),
    ];
    for (words, expected) in cases {
        assert_eq!(refused(&sandbox, &format!("sim pool-size {words}")), expected, "{words}");
    }
    assert_eq!(
        refused(&sandbox, &format!("sim tx-hold --set {pool}=0")),
        format!("error: `{pool}`: 0 is out of range: 1 to 100000\n  --> --set\n")
    );
    assert_eq!(
        refused(&sandbox, "sim pool-size --set load.shoppers.rate=300 --lang ko"),
        "오류: `load.shoppers.rate`: `300`에 단위가 없습니다. \"300/s\"처럼 쓰세요\n  --> --set\n"
    );
}

#[test]
fn a_value_can_be_varied_in_place_of_the_files() {
    let words = "sim pool-size --replications 2 --duration 1s --json --vary mysql.cores=2,4 \
                 --set spring.datasource.hikari.maximum-pool-size=5";
    let outcome = json(&Sandbox::new().stdout(words));
    let of = |variant: &Value| {
        let knobs = &variant["knobs"];
        let pool = &knobs["spring.datasource.hikari.maximum-pool-size"];
        (variant["name"].clone(), knobs["mysql.cores"].clone(), pool.clone())
    };
    let variants: Vec<_> = outcome["variants"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(variants, [("2".into(), 2.into(), 5.into()), ("4".into(), 4.into(), 5.into())]);
}

#[test]
fn an_endless_load_is_refused_before_it_runs() {
    let sandbox = file("measure = \"10s\"", "measure = \"168h\"");
    let started = Instant::now();
    assert_eq!(
        refused(&sandbox, "sim --file my.toml --set load.all.rate=1000000/s"),
        "error: a load of 1000000/s, 2419200000000 requests in all, cannot be simulated with 200000000 events: shorten `measure`, lower the rate or raise `events`\n  --> --set\n"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// `events` bounds the whole run: neither one replication nor all of them may take more.
#[test]
fn a_run_ends_when_its_events_are_spent() {
    let error = |events: &str| {
        format!(
            "error: stopped after {events} events: the run is larger than `run.events` allows\n  = lower the rate, shorten `measure` (--duration), or raise `events` in the file\n"
        )
    };
    // About 3,600 calendar entries a replication; 4,800 requests in all pass the static check.
    for events in ["5000", "6000"] {
        let sandbox = file("[station", &format!("events = {events}\n[station"));
        for threads in ["1", "2"] {
            let words = format!("sim --file my.toml --threads {threads}");
            assert_eq!(refused(&sandbox, &words), error(events), "{threads} threads");
        }
    }
    // Users without pause send requests as fast as they are answered: no rate tells how many.
    let users = "load.all.kind = \"closed\"\nload.all.users = 100\nload.all.think = \"0ms\"";
    let endless = MMC.replacen("measure = \"10s\"", "measure = \"168h\"\nevents = 50_000", 1);
    let endless = endless.replacen("load.all.rate = \"120/s\"", users, 1);
    let sandbox = Sandbox::with(&[("my.toml", &endless)]);
    assert_eq!(refused(&sandbox, "sim --file my.toml"), error("50000"));
}

#[test]
fn an_unusable_file_is_refused_with_its_place() {
    let sandbox = Sandbox::new();
    let said = |bytes: &[u8]| {
        sandbox.write("my.toml", bytes);
        refused(&sandbox, "sim --file my.toml")
    };
    assert_eq!(
        said(b"format = \"prep.sim/1\"\ntitle = \"x\n"),
        "error: not valid TOML: invalid basic string, expected `\"`\n  --> my.toml:2:11\n   |\n 2 | title = \"x\n   |           ^\n"
    );
    assert_eq!(
        said(&vec![b'#'; 2 << 20]),
        "error: the file is larger than 1 MiB, the most that is read\n  --> my.toml\n"
    );
    assert_eq!(
        said(b"format = \"\xff\xfe\""),
        "error: not UTF-8: the byte at offset 10 is no part of a character\n  --> my.toml\n"
    );
    assert_eq!(
        said(b"title = \"a\\u001b[31m\"\n"),
        "error: control characters are not allowed here\n  --> my.toml:1:9\n   |\n 1 | title = \"a\\u001b[31m\"\n   |         ^^^^^^^^^^^^^\n"
    );
    assert_eq!(
        said(b"x = [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n"),
        "error: nested more than 16 deep\n  --> my.toml:1:21\n   |\n 1 | x = [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n   |                     ^\n"
    );
    let deep = format!("[{}]\n", vec!["a"; 400_000].join("."));
    let deep = said(deep.as_bytes());
    assert!(
        deep.starts_with("error: not valid TOML: recursion limit\n  --> my.toml:1:1\n"),
        "{deep}"
    );
    assert_eq!(
        refused(&sandbox, "sim --file none.toml"),
        "error: cannot be read: No such file or directory (os error 2)\n  --> none.toml\n"
    );
    assert_eq!(
        refused(&sandbox, "sim --file ."),
        "error: cannot be read: Is a directory (os error 21)\n  --> .\n"
    );
}

#[test]
fn all_faults_of_a_file_are_told_at_once() {
    let sandbox = file(
        "load.all.rate = \"120/s\"",
        "load.all.rate = 120\nmysql.coers = 2\n[shows]\ncolumns = []",
    );
    assert_eq!(
        refused(&sandbox, "sim --file my.toml"),
        "error: `load.all.rate`: `120` has no unit: write \"120/s\"
  --> my.toml:12:17
    |
 12 | load.all.rate = 120
    |                 ^^^
error: unknown knob `mysql.coers`
  --> my.toml:13:15
    |
 13 | mysql.coers = 2
    |               ^
    = did you mean `mysql.cores`?
error: unknown field `shows`
  --> my.toml:14:2
    |
 14 | [shows]
    |  ^^^^^
    = did you mean `show`?
"
    );
}

#[test]
fn a_queue_of_ones_own_agrees_with_its_closed_form() {
    let sandbox = Sandbox::with(&[("my.toml", MMC)]);
    let outcome = json(&sandbox.stdout("sim --file my.toml --replications 40 --json"));
    let theory = outcome["theory"].as_array().unwrap();
    let mean = theory.iter().find(|row| row["metric"] == "latency_ms_mean").unwrap();
    // M/M/2 at 0.6: probability of waiting 0.45, mean wait 5.625 ms, service 10 ms.
    assert_eq!(mean["exact"], 15.625);
    near(&outcome, "latency_ms_mean", 15.625);
    let report = sandbox.stdout("sim --file my.toml");
    assert!(report.contains("Beside the closed form"), "{report}");
}

#[test]
fn two_stations_in_a_row_are_estimated_each() {
    let sandbox = Sandbox::with(&[(
        "tandem.toml",
        r#"format = "prep.sim/1"
base = "stack"
[run]
kind = "steady"
measure = "10s"
replications = { min = 40, max = 40 }
[station.first]
servers = 1
[station.second]
servers = 2
[endpoint.visit]
steps = [{ use = "first", for = "exp 5ms" }, { use = "second", for = "exp 10ms" }]
[set]
load.all.rate = "100/s"
load.all.mix = { visit = 1 }
"#,
    )]);
    let outcome = json(&sandbox.stdout("sim --file tandem.toml --json"));
    // By Burke's theorem both are as if alone: M/M/1 at 0.5 and M/M/2 at 0.5.
    for (id, exact) in [
        ("station_wait_ms_mean@first", 5.0),
        ("station_wait_ms_mean@second", 10.0 / 3.0),
        ("latency_ms_mean", 5.0 + 5.0 + 10.0 / 3.0 + 10.0),
    ] {
        near(&outcome, id, exact);
    }
}

#[test]
fn an_output_file_is_whole_or_absent() {
    let sandbox = Sandbox::with(&[("my.toml", MMC)]);
    let run = "sim --file my.toml --json -o";
    assert_eq!(
        refused(&sandbox, &format!("{run} no/such/report.json")),
        "error: cannot write `no/such/report.json`: No such file or directory (os error 2)\n"
    );
    assert_eq!(sandbox.files(), ["my.toml"]);
    assert_eq!(sandbox.line(&format!("{run} report.json")), "exit 0\n");
    assert_eq!(sandbox.files(), ["my.toml", "report.json"]);
    assert_eq!(sandbox.read("report.json"), sandbox.stdout("sim --file my.toml --json"));
    sandbox.write("old/report.json", "old");
    assert_eq!(sandbox.line(&format!("{run} old/report.json")), "exit 0\n");
    assert_eq!(sandbox.read("old/report.json"), sandbox.read("report.json"));
}

#[cfg(unix)]
#[test]
fn an_interruption_leaves_nothing_half_written() {
    use std::os::unix::process::ExitStatusExt as _;
    let sandbox = Sandbox::with(&[("report.json", "old")]);
    // Whoever starts the tests in the background may have had the interrupt ignored for all.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let (name, number) = if ignored & 2 == 0 { ("-INT", 2) } else { ("-TERM", 15) };
    let words = "sim pool-size --duration 600s --replications 2 --json -o report.json --set load.shoppers.rate=900/s";
    let args: Vec<&str> = words.split_whitespace().collect();
    let mut child = sandbox.command(&args).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the run was over too soon to be interrupted");
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(number) || status.code() == Some(130), "{status}");
    assert_eq!(sandbox.files(), ["report.json"]);
    assert_eq!(sandbox.read("report.json"), "old");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::with(&[("my.toml", MMC)]);
    for words in ["sim --file my.toml", "sim pool-size --knobs", "topic hikaricp-pool --html"] {
        let args: Vec<&str> = words.split_whitespace().collect();
        let mut child = sandbox.command(&args).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(whole(&child.wait_with_output().unwrap()), "exit 0\n", "{words}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = sandbox.command(&["sim"]).stdout(Stdio::from(full)).output().unwrap();
    assert_eq!(
        whole(&output),
        "exit 2\n--- stderr\nerror: cannot write to standard output: No space left on device (os error 28)\n"
    );
}

#[test]
fn nothing_is_wider_than_asked() {
    let sandbox = Sandbox::with(&[("my.toml", MMC)]);
    for lang in ["en", "ko"] {
        for words in [QUICK, "sim", "sim --file my.toml", "sim pool-size --knobs"] {
            let text = sandbox.stdout(&format!("{words} --width 40 --lang {lang}"));
            let wide: Vec<&str> = text.lines().filter(|line| line.width() > 40).collect();
            assert_eq!(wide, Vec::<&str>::new(), "{words} {lang}");
        }
    }
}

#[test]
fn the_page_stands_alone() {
    let sandbox = Sandbox::new();
    for words in [QUICK, "sim", "sim pool-size --knobs"] {
        let page = sandbox.stdout(&format!("{words} --html"));
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{words}");
        for banned in ["http://", "https://", "<script", "<link", "@import", "url("] {
            let page = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!page.to_lowercase().contains(banned), "{words}: {banned}");
        }
    }
}

#[test]
fn a_name_from_a_file_is_escaped_on_the_page() {
    let sandbox = Sandbox::with(&[(
        "my.toml",
        &MMC.replacen(
            "base",
            "title = \"<script>alert(1)</script>\"\nquestion = \"a < b & c\"\nbase",
            1,
        ),
    )]);
    let page = sandbox.stdout("sim --file my.toml --html");
    assert!(!page.contains("<script") && page.contains("a &lt; b &amp; c"), "{page}");
}

#[test]
fn csv_and_markdown_are_for_other_programs() {
    let sandbox = Sandbox::with(&[("my.toml", MMC)]);
    let csv = sandbox.stdout("sim --file my.toml --csv");
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        rows[0],
        ["sim", "variant", "steady", "metric", "value", "low", "high", "unit", "n"]
    );
    assert!(rows.iter().all(|row| row.len() == 9), "{csv}");
    assert!(
        rows.iter().any(|row| row[..4] == ["my", "default", "true", "latency_ms_p99"]),
        "{csv}"
    );
    let markdown = sandbox.stdout("sim --file my.toml --markdown");
    assert!(markdown.starts_with("# my\n\n") && markdown.contains("| --- |"), "{markdown}");
    assert_eq!(
        refused(&sandbox, "sim --file my.toml --csv --json").lines().next(),
        Some("error: the argument '--csv' cannot be used with '--json'")
    );
}
