//! `prep sim --timeline` and `--export`.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::sandbox::Sandbox;

const CONTENTION: &str = include_str!("fixtures/contention.toml");

const FAILOVER: &str = include_str!("fixtures/failover.toml");

fn sandbox() -> Sandbox {
    Sandbox::with(&[("contention.toml", CONTENTION)])
}

const STORY: &str = "sim --file contention.toml --timeline";

/// The first words of the lines of the drawing.
fn names(shown: &str) -> Vec<String> {
    let lines = shown.lines().skip_while(|line| !line.contains("\u{2588}"));
    let lines = lines.take_while(|line| !line.trim_start().starts_with("ms"));
    let about = |line: &str| {
        let end = line.find(|c| "\u{2588}\u{2591}\u{2500}".contains(c)).unwrap_or(line.len());
        line[..end].split_whitespace().collect::<Vec<_>>().join(" ")
    };
    lines.map(about).collect()
}

#[test]
fn a_timeline_fits_the_terminal_in_both_languages() {
    let sandbox = sandbox();
    for width in [80, 120] {
        for (lang, next) in [("en", "Next: `prep sim tx-hold`"), ("ko", "다음: `prep sim tx-hold`")]
        {
            let words = format!("{STORY} --variant share --width {width} --lang {lang}");
            let shown = sandbox.stdout(&words);
            let widest = shown.lines().map(UnicodeWidthStr::width).max();
            assert!(widest.is_some_and(|widest| widest <= width), "{shown}");
            assert!(shown.contains("1213"), "{shown}");
            assert_eq!(shown.lines().last().map(str::trim), Some(next));
            let (does, connection) =
                if lang == "en" { ("does", "connection") } else { ("하는 일", "커넥션") };
            let names = names(&shown);
            assert!(names.len().is_multiple_of(3) && names.len() >= 6, "{names:?}\n{shown}");
            for lines in names.chunks(3) {
                assert!(lines[0].starts_with("buyers ") && lines[0].ends_with(does), "{shown}");
                assert_eq!(lines[1..], [connection, "bids/1"], "{shown}");
            }
        }
    }
}

/// Thirteen seconds, of which a few milliseconds are worth their room.
#[test]
fn a_lost_commit_fits_the_terminal_in_both_languages() {
    let sandbox = Sandbox::with(&[("failover.toml", FAILOVER)]);
    for width in [60, 80, 120] {
        for (lang, left_out, gone, old) in [
            ("en", "≈ left out, nothing happens: 131 ms, 10.0 s", "never received", "primary"),
            ("ko", "≈ 아무 일도 없어 생략: 131 ms, 10.0 s", "받은 적이", "프라이머리"),
        ] {
            let words =
                format!("sim --file failover.toml --timeline --width {width} --lang {lang}");
            let shown = sandbox.stdout(&words);
            let widest = shown.lines().map(UnicodeWidthStr::width).max();
            assert!(widest.is_some_and(|widest| widest <= width), "{shown}");
            assert!(shown.contains(left_out) && shown.contains(gone), "{shown}");
            let lines: Vec<&str> = shown.lines().filter(|line| line.contains('░')).collect();
            assert!(lines.iter().all(|line| line.matches('≈').count() == 4), "{shown}");
            assert!(lines[0].trim_start().starts_with(old) && lines[0].contains('✗'), "{shown}");
        }
    }
}

#[test]
fn a_timeline_is_a_document_in_every_format() {
    let sandbox = sandbox();
    let markdown = sandbox.stdout(&format!("{STORY} --markdown"));
    assert!(markdown.contains("\n```text\nbuyers ") && markdown.contains("1213"), "{markdown}");
    let html = sandbox.stdout(&format!("{STORY} --html"));
    assert!(html.contains("<pre tabindex=\"0\">buyers ") && html.contains("1213"), "{html}");
    let json: Value = serde_json::from_str(&sandbox.stdout(&format!("{STORY} --json"))).unwrap();
    for (key, value) in [
        ("format", Value::from("prep.episode/1")),
        ("sim", "contention".into()),
        ("variant", "share".into()),
        ("seed", 1.into()),
        ("replication", 0.into()),
        ("word", "deadlock".into()),
    ] {
        assert_eq!(json[key], value, "{key}");
    }
    let requests = json["requests"].as_array().unwrap();
    let own = requests.iter().find(|request| request["request"] == json["request"]).unwrap();
    assert_eq!(own["failure"], "deadlock");
    assert_eq!(own["endpoint"], "buy_now");
    assert_eq!(json["servers"], serde_json::json!([]));
}

#[test]
fn an_export_says_what_it_wrote_and_leaves_nothing_else() {
    let sandbox = sandbox();
    let said = sandbox.line("sim --file contention.toml --variant none --export trace=t.json");
    assert!(said.starts_with("exit 0\n--- stderr\nt.json: "), "{said}");
    assert!(said.contains(" of variant none, "), "{said}");
    assert_eq!(sandbox.files(), ["contention.toml", "t.json"]);
    let trace: Value = serde_json::from_str(&sandbox.read("t.json")).unwrap();
    assert_eq!(trace["otherData"]["variant"], "none");
    let again = sandbox.line("sim --file contention.toml --variant none --export trace=u.json");
    assert_eq!(again, said.replace("t.json", "u.json"));
    assert!(sandbox.read("t.json") == sandbox.read("u.json"), "two exports differ");
}

#[test]
fn wrong_words_are_refused_with_what_is_known() {
    let sandbox = sandbox();
    for (words, expected) in [
        (
            "--export foo=x",
            "error: nothing is exported as `foo`\n  = known: trace=FILE (Chrome trace events), openmetrics=FILE \
             (Prometheus), jtl=FILE (JMeter), k6=FILE (k6's summary)\n",
        ),
        ("--export trace=", "error: --export trace=FILE needs the name of a file\n"),
        ("--export k6", "error: --export k6=FILE needs the name of a file\n"),
        (
            "--export openmetrics=a.om --export k6=a.dashboard.json",
            "error: --export would write `a.dashboard.json` twice\n",
        ),
        (
            "--timeline --variant shar",
            "error: there is no variant `shar`\n  = the variants are: for-update, none, share, \
             redis, small-pool\n",
        ),
        (
            "--export trace=no/such/t.json --variant none",
            "error: cannot write `no/such/t.json`: No such file or directory (os error 2)\n",
        ),
    ] {
        let shown = sandbox.line(&format!("sim --file contention.toml {words}"));
        assert_eq!(shown, format!("exit 2\n--- stderr\n{expected}"), "{words}");
    }
    assert_eq!(sandbox.files(), ["contention.toml"]);
}
