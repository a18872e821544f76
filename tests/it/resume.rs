//! `prep resume`: whole samples, good and bad, in both languages.

use serde_json::Value;

use crate::sandbox::{Sandbox, root};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for name in ["resume-good", "resume-good.ko", "resume-bad", "resume-bad.ko"] {
        let path = root().join("tests/it/fixtures").join(format!("{name}.md"));
        sandbox.write(&format!("{name}.md"), std::fs::read(path).unwrap());
    }
    sandbox
}

/// The JSON, which must follow its schema, and the exit code.
fn json(sandbox: &Sandbox, words: &str) -> (Value, i32) {
    let args: Vec<&str> = words.split_whitespace().collect();
    let output = sandbox.command(&args).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = std::fs::read_to_string(root().join("docs/schema/resume.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(&json).map(|it| it.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
    (json, output.status.code().unwrap())
}

fn findings(json: &Value) -> Vec<(u64, String)> {
    let rows = json["findings"].as_array().unwrap().iter();
    rows.map(|it| (it["line"].as_u64().unwrap(), it["rule"].as_str().unwrap().to_owned())).collect()
}

fn expected(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
    rows.iter().map(|(line, rule)| (*line, (*rule).to_owned())).collect()
}

#[test]
fn a_good_resume_is_left_alone() {
    let sandbox = sandbox();
    for (file, technologies) in [("resume-good.md", 16), ("resume-good.ko.md", 14)] {
        let (json, code) = json(&sandbox, &format!("resume {file} --json"));
        assert_eq!((findings(&json), code), (Vec::new(), 0), "{file}");
        assert_eq!(json["technologies"].as_array().unwrap().len(), technologies, "{file}");
        assert!(json["questions"].as_array().unwrap().len() > 10, "{file}");
    }
}

#[test]
fn a_bad_resume_is_told_every_line() {
    let sandbox = sandbox();
    let (english, code) = json(&sandbox, "resume resume-bad.md --json");
    let rows = [
        (3, "emphasis"),
        (7, "version"),
        (7, "version"),
        (7, "version"),
        (7, "version"),
        (7, "version"),
        (9, "graph"),
        (15, "verb"),
        (16, "number"),
        (17, "number"),
        (18, "verb"),
        (19, "load-test"),
        (20, "api-list"),
        (21, "quantity"),
        (22, "contribution"),
        (23, "verb"),
        (27, "blog"),
    ];
    assert_eq!((findings(&english), code), (expected(&rows), 1));
    let (korean, code) = json(&sandbox, "resume resume-bad.ko.md --json --lang ko");
    let rows = [
        (5, "version"),
        (5, "version"),
        (5, "version"),
        (5, "version"),
        (7, "graph"),
        (13, "verb"),
        (14, "number"),
        (15, "number"),
        (16, "verb"),
        (17, "load-test"),
        (18, "api-list"),
        (19, "quantity"),
        (20, "contribution"),
        (21, "verb"),
        (23, "blog"),
    ];
    assert_eq!((findings(&korean), code), (expected(&rows), 1));
    let why = korean["findings"][5]["why"].as_str().unwrap();
    assert!(why.contains("\"사용하여\""), "{why}");
}

#[test]
fn the_page_shows_line_reason_cure_section_and_questions() {
    let shown = sandbox().line("resume resume-bad.md --width 100");
    for part in [
        "exit 1\n--- stdout\n",
        "To mend: 16, to know: 1. Technologies named: 5.",
        "line 16: 60 %",
        "Why    \"60 %\" has no baseline",
        "Mend   both values with their unit",
        "Read   prep topic resume#four-parts  Four parts of a number",
        "line 27, to know: velog.io",
        "What it invites to ask",
        "prep interview redis-diagram",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn wrong_input_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("binary", [0x25, 0x50, 0xff, 0xfe]);
    sandbox.write("nul", b"%PDF\0");
    sandbox.write("large.md", "a\n".repeat(600_000));
    sandbox.write("nasty.md", "- \u{1b}[31mused\u{202e} it\n- Java \u{7}8\u{0}".replace('\0', ""));
    for (file, part) in [
        ("missing.md", "cannot be read"),
        ("binary", "not UTF-8"),
        ("nul", "this is no text"),
        ("large.md", "larger than 1 MiB"),
    ] {
        let shown = sandbox.line(&format!("resume {file}"));
        assert!(shown.starts_with("exit 2\n--- stderr\n") && shown.contains(part), "{shown}");
    }
    let shown = sandbox.line("resume nasty.md");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
}
