//! The whole way of an assignment: a mentor sets it, students answer it, the mentor grades it.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::sandbox::{Sandbox, names, root};

/// Two questions for everybody; what students choose from is drawn.
const WEEK: &str = r#"format = "prep.assignment/1"
id = "week3"
class = "반 7"
title = "=Week 3"
opens = 2026-12-01T09:00:00+09:00
due = 2026-12-07T23:59:00+09:00
attempts = 2
late = { per_day = "10%", until = 3 }
items = [
  { quiz = "hikaricp-pool", kinds = ["choice"], pick = 2, points = 10 },
  { quiz = "hikaricp-pool", kinds = ["open"], pick = 1, points = 4 },
]
"#;

const IN_TIME: &str = "2026-12-02T10:00:00+09:00";

fn at(sandbox: &Sandbox, moment: &str, args: &[&str], input: &str) -> String {
    let mut command = sandbox.command(args);
    let mut child = command.env("PREP_NOW", moment).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    crate::sandbox::whole(&child.wait_with_output().unwrap())
}

fn answers(sandbox: &Sandbox, student: &str, moment: &str, input: &str) -> String {
    at(sandbox, moment, &["quiz", "--paper", "week3.paper", "--student", student], input)
}

fn made() -> Sandbox {
    let sandbox = Sandbox::with(&[("week3.toml", WEEK)]);
    let said = sandbox.line("assign new week3.toml");
    assert!(
        said.starts_with("exit 0\n--- stdout\nweek3.paper  for students: 3 questions"),
        "{said}"
    );
    sandbox
}

fn collect(sandbox: &Sandbox) {
    for name in sandbox.files() {
        if name.ends_with(".submission") {
            sandbox.write(&format!("in/{name}"), sandbox.read(&name));
        }
    }
}

#[test]
fn from_the_assignment_to_the_table() {
    let sandbox = made();
    let kim = answers(&sandbox, "김민지", IN_TIME, "a\n4\na\n\nidle means waiting\n\n5\ndone\n");
    assert!(kim.starts_with("exit 0\n") && kim.contains("Handed in. Send `week3.김민지"), "{kim}");
    // Interrupted after the first answer, gone on with a day late.
    let lee = answers(&sandbox, "Lee", IN_TIME, "a\n\n");
    assert!(lee.contains("Not handed in yet."), "{lee}");
    let late = "2026-12-08T10:00:00+09:00";
    let lee = answers(&sandbox, "lee", late, "b\n\nwords\n\n\ndone\n");
    assert!(lee.contains("2 of 3") && !lee.contains("1 of 3   points"), "resumed: {lee}");
    let again = answers(&sandbox, "lee", late, "");
    assert!(again.contains("Handed in. Attempts left: 1."), "{again}");
    collect(&sandbox);
    sandbox.write("in/=cmd.txt", "hello\n");

    let graded =
        sandbox.line("grade week3.key in --csv t.csv --html t.html --feedback pages --json");
    // Standard output cannot be both; the table goes to a file elsewhere.
    assert!(graded.starts_with("exit 2\n"), "{graded}");
    let graded = sandbox.line("grade week3.key in --csv t.csv --html t.html --feedback pages");
    assert!(graded.starts_with("exit 1\n"), "one file is no submission: {graded}");
    assert!(graded.contains("late, day 1 by the student's clock: 90 % of the points"), "{graded}");
    assert_eq!(names(&sandbox.path("pages")), ["lee.html", "김민지.html"]);
    let csv = sandbox.read("t.csv");
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{csv}");
    assert!(lines[1].starts_with("lee,week3.lee.submission,1,"), "{csv}");
    assert!(lines[3].starts_with(",'=cmd.txt,"), "{csv}");
    assert!(sandbox.read("t.html").contains("=Week 3"));

    let json = sandbox.command(&["grade", "week3.key", "in", "--json"]).output().unwrap();
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let schema = std::fs::read_to_string(root().join("docs/schema/class.schema.json")).unwrap();
    let schema = serde_json::from_str::<Value>(&schema).unwrap();
    let faults: Vec<String> = jsonschema::draft202012::new(&schema)
        .unwrap()
        .iter_errors(&json)
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(json["students"][0]["days_late"], 1);
    assert_eq!(json["students"][1]["ungraded"], 1);
}

#[test]
fn nothing_is_overwritten_and_the_key_is_private() {
    let sandbox = made();
    let (paper, key) = (sandbox.read("week3.paper"), sandbox.read("week3.key"));
    let again = sandbox.line("assign new week3.toml");
    assert!(again.contains("`week3.paper` exists and is never overwritten"), "{again}");
    assert_eq!((sandbox.read("week3.paper"), sandbox.read("week3.key")), (paper, key));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| std::fs::metadata(sandbox.path(path)).unwrap().permissions().mode();
        assert_eq!(mode("week3.key") & 0o777, 0o600);
        answers(&sandbox, "kim", IN_TIME, "");
        assert_eq!(mode("data/identity.key") & 0o777, 0o600);
    }
    assert_eq!(
        sandbox.files(),
        ["data", "week3.key", "week3.kim.submission", "week3.paper", "week3.toml"]
    );
}

#[test]
fn nothing_is_shown_before_it_opens_and_nothing_of_a_damaged_paper() {
    let sandbox = made();
    let early = answers(&sandbox, "kim", "2026-11-30T10:00:00+09:00", "a\n");
    assert_eq!(
        early,
        "exit 2\n--- stderr\nerror: the paper opens at 2026-12-01T09:00:00+09:00; the clock of this machine says 2026-11-30T01:00:00.000Z\n"
    );
    for name in ["../kim", "a/b", "", "=1"] {
        let refused = answers(&sandbox, name, IN_TIME, "");
        assert!(refused.starts_with("exit 2\n"), "{refused}");
    }
    let damaged = sandbox.read("week3.paper").replacen("week3", "week4", 1);
    sandbox.write("week3.paper", damaged);
    assert_eq!(
        answers(&sandbox, "kim", IN_TIME, ""),
        "exit 2\n--- stderr\nerror: week3.paper: damaged or edited: the content is not what its digest says\n"
    );
}

/// What was said to be kept survives a kill, and the attempt goes on behind it.
#[test]
fn an_answer_that_was_kept_survives_a_kill() {
    use std::io::{BufRead as _, BufReader};
    let sandbox = made();
    let args = ["quiz", "--paper", "week3.paper", "--student", "kim"];
    let mut command = sandbox.command(&args);
    let mut child = command.env("PREP_NOW", IN_TIME).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"a\n3\n").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("Kept.")));
    child.kill().unwrap();
    child.wait().unwrap();
    let torn = sandbox.read("week3.kim.submission") + "{\"question\":\"hik";
    sandbox.write("week3.kim.submission", torn);
    let on = answers(&sandbox, "kim", IN_TIME, "b\n\nwords\n\n\ndone\n");
    assert!(on.contains("3 of 3 answered") && on.contains("Handed in."), "{on}");
    assert_eq!(sandbox.read("week3.kim.submission").lines().count(), 5);
}

/// Asked in the terminal, the file is written that would have been needed.
#[test]
fn an_assignment_can_be_asked_for() {
    let sandbox = Sandbox::new();
    let input = "Week 4\nweek4\n반\nTitle\nzebra\ntomcat-threads\n2\nchoice\n\n\n\n";
    let said = sandbox.with_input("assign new", input);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(sandbox.files(), ["week4.key", "week4.paper", "week4.toml"]);
    let stopped = sandbox.with_input("assign new", "week5\n");
    assert!(stopped.contains("the input ended before everything was asked"), "{stopped}");
}

/// In a terminal the answers in words are put to the mentor once, point by point.
#[cfg(unix)]
#[test]
fn answers_in_words_are_marked_in_the_terminal_and_asked_once() {
    use expectrl::{Eof, Expect as _, Regex, Session};
    let sandbox = made();
    answers(&sandbox, "kim", IN_TIME, "a\n\na\n\nidle means waiting\n\n\ndone\n");
    collect(&sandbox);
    let grade = |answer: &str| {
        let mut command = sandbox.command(&["grade", "week3.key", "in", "--csv", "t.csv"]);
        // Whatever is not set is the terminal.
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let mut terminal = Session::spawn(command).unwrap();
        terminal.set_expect_timeout(Some(std::time::Duration::from_secs(20)));
        let mut asked = 0;
        // The report begins when nothing is left to ask.
        while terminal.expect(Regex("q later|Students graded")).unwrap()[0].starts_with(b"q") {
            asked += 1;
            terminal.send_line(answer).unwrap();
        }
        terminal.expect(Eof).unwrap();
        asked
    };
    let points = |csv: &str| csv.lines().nth(1).unwrap().split(',').nth(6).unwrap().to_owned();
    assert_eq!(grade("q"), 1, "left for later at the first point");
    assert_eq!(points(&sandbox.read("t.csv")), "1");
    let asked = grade("y");
    assert!(asked >= 3, "{asked} points of a rubric");
    assert_eq!(points(&sandbox.read("t.csv")), "0");
    assert_eq!(grade("y"), 0, "nothing is asked twice");
    assert_eq!(sandbox.read("week3.grades").lines().count(), 1);
}
