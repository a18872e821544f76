//! `prep review`, `prep stats` and `prep` alone, on days that the tests choose.

use std::io::Write as _;
use std::process::Stdio;

use crate::sandbox::{QUIZ, Sandbox, whole};

/// Runs the program at a moment.
fn at(sandbox: &Sandbox, now: &str, words: &str, input: &str) -> String {
    let args: Vec<&str> = words.split_whitespace().collect();
    let mut command = sandbox.command(&args);
    let mut child = command.env("PREP_NOW", now).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    whole(&child.wait_with_output().unwrap())
}

const ANSWERS: &str = "a\n100\na\n100\na\n100\na\n100\na\n100\n";

/// Monday evening in Seoul.
const MONDAY: &str = "2026-11-23T20:00:00+09:00";

fn practised() -> Sandbox {
    let sandbox = Sandbox::with(QUIZ);
    let session = at(&sandbox, MONDAY, "quiz queues --content my --seed 1", ANSWERS);
    assert!(session.starts_with("exit 0"), "{session}");
    sandbox
}

fn due(said: &str) -> String {
    said.lines().nth(2).unwrap_or_default().trim().to_owned()
}

#[test]
fn the_next_day_begins_at_four_in_the_zone_of_the_person() {
    let sandbox = practised();
    let list = |now: &str| at(&sandbox, now, "review --list --content my", "");
    let first = |now: &str| due(&list(now));
    // The same day, also past midnight and on a machine in another zone.
    for same_day in [MONDAY, "2026-11-24T03:59:00+09:00", "2026-11-23T19:59:00+01:00"] {
        assert!(first(same_day).starts_with("Nothing is due;"), "{same_day}: {}", list(same_day));
    }
    for next_day in ["2026-11-24T04:00:00+09:00", "2026-11-24T04:00:00-08:00"] {
        let said = first(next_day);
        assert!(said.contains("due (about") && !said.starts_with("Nothing"), "{next_day}: {said}");
    }
    // A clock that was set back: nothing is due, and nothing breaks.
    assert!(first("2020-01-01T12:00:00+09:00").starts_with("Nothing is due;"));
    assert_eq!(
        at(&sandbox, "yesterday", "review", ""),
        "exit 2\n--- stderr\nerror: PREP_NOW is no moment: `yesterday`\n  = such as 2026-11-22T18:30:00+09:00\n"
    );
}

#[test]
fn answers_are_dated_in_utc_with_the_offset_of_the_person() {
    let sandbox = practised();
    let record = sandbox.stdout("data export");
    let row = record.lines().nth(1).unwrap();
    assert!(row.contains("\"at_utc\":\"2026-11-23T11:00:00.000Z\""), "{row}");
    assert!(row.contains("\"utc_offset_minutes\":540"), "{row}");
    // And without a clock of the tests, in the zone of the environment.
    let other = sandbox;
    let mut command = other.command(&["quiz", "queues", "--content", "my", "--seed", "2"]);
    let mut child = command.env("TZ", "<-0330>3:30").stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(ANSWERS.as_bytes()).unwrap();
    child.wait_with_output().unwrap();
    assert!(other.stdout("data export").contains("\"utc_offset_minutes\":-210"));
}

#[test]
fn an_answer_can_be_taken_back_once() {
    let sandbox = Sandbox::with(QUIZ);
    at(&sandbox, MONDAY, "quiz queues --content my --seed 1", "a\n100\nq\n");
    let list = "review --list --content my";
    let later = "2026-12-24T20:00:00+09:00";
    assert!(!due(&at(&sandbox, later, list, "")).starts_with("Nothing"));
    let mut undone = 0;
    while at(&sandbox, MONDAY, "review --undo", "").starts_with("exit 0\n--- stdout\ntaken back:") {
        undone += 1;
        assert!(undone < 5);
    }
    assert!(undone >= 1);
    assert_eq!(
        at(&sandbox, MONDAY, "review --undo", ""),
        "exit 2\n--- stderr\nerror: there is no answer to take back\n"
    );
    assert!(due(&at(&sandbox, later, list, "")).starts_with("Nothing is due;"));
}

#[test]
fn an_interview_is_kept_planned_and_forgotten() {
    let sandbox = practised();
    let run = |words: &str| at(&sandbox, MONDAY, words, "");
    assert!(run("review --interview").contains("error: no interview is planned"));
    for (bad, said) in [
        ("2026-11-22", "2026-11-22 is past"),
        ("tomorrow", "`tomorrow` is no day"),
        ("2028-01-01", "more than a year away"),
    ] {
        let refused = run(&format!("review --interview {bad}"));
        assert!(refused.starts_with("exit 2") && refused.contains(said), "{refused}");
    }
    let plan = run("review --interview 2026-11-26");
    assert!(plan.contains("Interview on 2026-11-26, in 3 days"), "{plan}");
    assert!(plan.contains("The days do not suffice"), "{plan}");
    for day in ["2026-11-23", "2026-11-24", "2026-11-25"] {
        assert!(plan.lines().any(|line| line.trim_start().starts_with(day)), "{plan}");
    }
    assert_eq!(run("review --interview"), plan);
    assert!(run("").contains("Interview on 2026-11-26, 3 days"), "{}", run(""));
    let korean = run("review --interview --lang ko");
    assert!(korean.contains("2026-11-26 면접, 3일 남음"), "{korean}");
    run("review --interview none");
    assert!(run("review --interview").contains("error: no interview is planned"));
}

#[test]
fn retention_and_parameters_are_refused_with_the_reason() {
    let sandbox = practised();
    let run = |words: &str| at(&sandbox, MONDAY, words, "");
    assert!(run("review --retention 0.5").contains("must lie between 0.7 and 0.97"));
    assert!(run("review --retention NaN").starts_with("exit 2"));
    assert!(run("review --retention 0.8").starts_with("exit 0"));
    assert_eq!(
        run("review --refit"),
        "exit 2\n--- stderr\nerror: there are 0 reviews on a later day; 64 are needed to fit the model\n  = until then the parameters that fit most people are used\n"
    );
}

#[test]
fn prep_alone_says_what_to_do_now() {
    let sandbox = Sandbox::with(QUIZ);
    let new = sandbox.stdout("");
    for command in ["prep topic hikaricp-pool", "prep sim pool-size", "prep quiz hikaricp-pool"] {
        assert!(new.contains(command), "{new}");
    }
    // Looking makes nothing.
    assert!(!sandbox.path("data").exists());
    at(&sandbox, MONDAY, "quiz queues --content my --seed 1", ANSWERS);
    let tuesday = at(&sandbox, "2026-11-24T20:00:00+09:00", "--content my", "");
    assert!(tuesday.contains("due (about") && tuesday.contains("prep review"), "{tuesday}");
    assert!(tuesday.contains("Weakest: queues (") && tuesday.contains("prep topic queues"));
    let korean = at(&sandbox, "2026-11-24T20:00:00+09:00", "--content my --lang ko", "");
    assert!(
        korean.contains("복습할 문제") && korean.contains("가장 약한 주제: queues"),
        "{korean}"
    );
}

#[test]
fn statistics_are_words_or_json() {
    let sandbox = practised();
    let run = |words: &str| at(&sandbox, "2026-11-24T20:00:00+09:00", words, "");
    let words = run("stats --content my");
    for part in ["Answers a day", "Reviews due", "Weakest topics", "Do you know what you know?"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let json = run("stats --content my --json");
    let json = json.strip_prefix("exit 0\n--- stdout\n").unwrap();
    let stats: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(stats["topics"][0]["topic"], "queues");
    assert_eq!(stats["answers_per_day"][12]["day"], "2026-11-23");
    assert_eq!(stats["answers"], stats["answers_per_day"][12]["count"]);
    let empty = Sandbox::new().stdout("stats");
    assert!(empty.contains("There are no answers yet."), "{empty}");
}

#[test]
fn a_review_asks_what_is_due_and_keeps_the_ratings() {
    let sandbox = practised();
    let later = "2026-12-24T20:00:00+09:00";
    let list = || at(&sandbox, later, "review --list --content my", "");
    let before = list();
    assert!(due(&before).contains("due (about"), "{before}");
    let answers = format!("{ANSWERS}{ANSWERS}");
    let session = at(&sandbox, later, "review --content my --plain --count 1", &answers);
    assert!(session.starts_with("exit 0\n--- stdout\n1 question due"), "{session}");
    assert!(session.contains("Why ") && session.contains(" of 1 points"), "{session}");
    assert_ne!(list(), before);
}
