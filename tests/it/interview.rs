//! `prep interview`: interviews through standard input, what is kept of them, and the transcript.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use rusqlite::{Connection, OpenFlags};

use crate::content::sandbox as content;
use crate::sandbox::{Sandbox, slugs};

const DRILL: &str = r#"format = "prep.drill/1"
title = "A desk"
topic = "queues"
start = "first"

[[turn]]
id = "first"
ask = "Why does it grow?"
minutes = 2
points = [{ id = "rate", text = "the rate" }, { id = "time", text = "the time", weight = 3 }]
traps = [{ id = "slow", text = "It is slow.", reply = "How slow?", goto = "harder" }]
missing.time = { hint = "How long each?", goto = "harder" }
next = "last"
model = "Load is rate times time."
section = "growth"
evidence = "sim desk"

[[turn]]
id = "harder"
ask = "And then?"
minutes = 1
points = [{ id = "limit", text = "the limit" }]
next = "last"
model = "It does not end."
section = "mechanism"

[[turn]]
id = "last"
ask = "What do you do?"
minutes = 1
points = [{ id = "more", text = "more desks" }]
model = "Another desk."
section = "mechanism"
"#;
const DRILL_KO: &str = r#"format = "prep.words/1"
title = "창구"
[turn.first]
ask = "왜 늘어나나요?"
points.rate = "도착률"
points.time = "시간"
traps.slow.text = "느립니다."
traps.slow.reply = "얼마나요?"
missing.time = "한 명에 얼마나 걸리나요?"
model = "부하는 도착률 곱하기 시간입니다."
[turn.harder]
ask = "그다음은요?"
points.limit = "한계"
model = "끝나지 않습니다."
[turn.last]
ask = "어떻게 하시겠어요?"
points.more = "창구를 늘린다"
model = "창구를 하나 더 둡니다."
"#;

fn sandbox() -> Sandbox {
    let sandbox = content();
    sandbox.write("my/quizzes/drills/desk.toml", DRILL);
    sandbox.write("my/quizzes/drills/desk.ko.toml", DRILL_KO);
    sandbox
}

/// Question, topic, what was given and the score of every attempt, in order.
fn kept(sandbox: &Sandbox) -> Vec<(String, String, String, f64)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(sandbox.path("data/prep.db"), flags).unwrap();
    let columns = "select question, topic, given, score from attempt where kind = 'open'";
    let mut query = database.prepare(&format!("{columns} order by seq")).unwrap();
    let rows = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

fn row(turn: &str, given: &str, score: f64) -> (String, String, String, f64) {
    (format!("drill/desk/{turn}"), "queues".to_owned(), given.to_owned(), score)
}

/// The first answer lacks the heavier point, the second falls into a trap.
const INPUT: &str =
    "The rate.\nOf arrivals.\n\na\n\nIt is slow, and long.\n\nb\na\n\nanother\n\nx\nA\nn\n";

#[test]
fn a_whole_interview_is_asked_graded_and_kept() {
    let sandbox = sandbox();
    let words = "interview desk --content my --seed 1";
    let shown = sandbox.with_input(words, INPUT);
    let mut from = 0;
    for part in [
        "exit 0\n--- stdout\n",
        "A desk",
        "question 1 · 2 min",
        "Why does it grow?",
        "0:00 of 2:00",
        "Which points did you make?",
        "a   the rate",
        "Did you say any of these?",
        "25 % of the points",
        "One more chance.",
        "question 1, second try",
        "How long each?",
        "63 % of the points",
        "How slow?",
        "question 2 · 1 min",
        "And then?",
        "0 % of the points",
        "question 3 · 1 min",
        "What do you do?",
        "answer with letters from a to a",
        "100 % of the points",
        "Debrief",
        "54 % of the points, questions: 3",
        "? the time  (after a hint: half)",
        "✗ You said: It is slow.",
        "Load is rate times time.",
        "prep topic queues#growth",
        "prep sim desk",
        "Save the transcript? Enter: interview-",
    ] {
        let at = shown[from..].find(part);
        from += at.unwrap_or_else(|| panic!("{part} after {}\n{shown}", &shown[..from]));
    }
    assert_eq!(
        kept(&sandbox),
        [
            row("first", r#"{"open":{"text":"The rate.\nOf arrivals.","points":["rate"]}}"#, 0.25),
            row(
                "first",
                r#"{"open":{"text":"It is slow, and long.","points":["rate","time"]},"traps":["slow"]}"#,
                0.625
            ),
            row("harder", r#"{"open":{"text":"","points":[]}}"#, 0.0),
            row("last", r#"{"open":{"text":"another","points":["more"]}}"#, 1.0),
        ]
    );
    // Drills are no questions of a quiz, and nothing that could be due.
    let list = sandbox.stdout("quiz --content my");
    let queues = list.lines().find(|line| line.contains("queues")).unwrap();
    assert_eq!(queues.split_whitespace().rev().take(2).collect::<Vec<_>>(), ["0", "0"]);
    let listed = sandbox.stdout("interview --list --content my");
    let desk = listed.lines().find(|line| line.contains("desk ")).unwrap();
    assert!(desk.ends_with("54 %"), "{desk}");
}

#[test]
fn the_transcript_is_written_and_never_over_another_file() {
    let sandbox = sandbox();
    let words = "interview desk --content my --seed 1";
    let saved = INPUT.replace("\nn\n", "\n\n");
    let run = |input: &str| {
        let mut command = sandbox.command(&words.split(' ').collect::<Vec<_>>());
        command.env("PREP_NOW", "2026-11-23T12:00:00+09:00").stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        crate::sandbox::whole(&child.wait_with_output().unwrap())
    };
    let shown = run(&saved);
    let name = "interview-2026-11-23-desk.md";
    assert!(shown.contains(&format!("The transcript is in {name}\n")), "{shown}");
    let text = sandbox.read(name);
    assert!(text.starts_with("# Mock interview, 2026-11-23\n\n## A desk\n"), "{text}");
    assert!(text.contains("**You:** The rate.\\\nOf arrivals.\n"), "{text}");
    sandbox.write(name, "mine");
    let shown = run(&saved.replace("A\n\n", "A\n\nother.md\n"));
    assert!(shown.contains(&format!("`{name}` exists already.")), "{shown}");
    assert_eq!((sandbox.read(name).as_str(), sandbox.read("other.md") == text), ("mine", true));
    // The end of the input saves nothing, and asks nothing.
    assert!(!run(&saved.replace("A\n\n", "A\n")).contains("The transcript is in"));
    let named = format!("{words} --transcript {name}");
    assert_eq!(
        sandbox.with_input(&named, "q\n"),
        format!(
            "exit 2\n--- stderr\nerror: `{name}` exists already\n  = choose another name, or replace it with --overwrite\n"
        )
    );
    sandbox.with_input(&format!("{named} --overwrite"), "q\n");
    assert_eq!(sandbox.read(name), "mine", "nothing was answered");
    sandbox.with_input(&format!("{named} --overwrite"), INPUT);
    assert!(sandbox.read(name).starts_with("# Mock interview"), "{}", sandbox.read(name));
}

#[test]
fn a_spoken_interview_in_korean_is_graded_without_words() {
    let sandbox = sandbox();
    let words = "interview desk --content my --spoken --lang ko --transcript t.md";
    let shown = sandbox.with_input(words, "\na b\n\n\na\n");
    for part in ["왜 늘어나나요?", "소리 내어 말하고", "100 %", "돌아보기", "t.md에 저장했습니다"]
    {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert_eq!(
        kept(&sandbox),
        [
            row("first", r#"{"open":{"text":"","points":["rate","time"]}}"#, 1.0),
            row("last", r#"{"open":{"text":"","points":["more"]}}"#, 1.0),
        ]
    );
    assert!(sandbox.read("t.md").contains("**나:** *(적지 않음)*"), "{}", sandbox.read("t.md"));
}

/// What the reaction has acknowledged survives whatever happens to the program.
#[test]
fn an_acknowledged_answer_survives_a_kill() {
    let sandbox = sandbox();
    let args = ["interview", "desk", "--content", "my"];
    for round in 1..=3 {
        let mut child = sandbox.command(&args).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.as_mut().unwrap().write_all(b"both\n\na b\n\n").unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged =
            lines.by_ref().map(Result::unwrap).any(|line| line.contains("100 % of the points"));
        // SIGKILL: nothing can be tidied up.
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(acknowledged);
        let all: Vec<String> = kept(&sandbox).into_iter().map(|(question, ..)| question).collect();
        assert_eq!(all, vec!["drill/desk/first".to_owned(); round]);
    }
}

#[test]
fn q_and_the_end_of_the_input_end_an_interview() {
    let sandbox = sandbox();
    let words = "interview desk --content my";
    for (input, count) in [
        ("q\n", 0),
        ("", 0),
        ("words\n\n", 0),
        ("words\n\na b\n", 0),
        ("words\n\na b\n\nq\nn\n", 1),
        ("\n\n", 3),
    ] {
        let shown = sandbox.with_input(words, input);
        assert!(shown.starts_with("exit 0\n"), "{input:?}: {shown}");
        assert!(shown.contains("Debrief"), "{input:?}: {shown}");
        assert_eq!(kept(&sandbox).len(), count, "{input:?}");
    }
    let nasty = format!("\u{1b}[31m\n{}\n\u{0}\n\n\u{1b}\na\n\n", "가".repeat(100_000));
    let shown = sandbox.with_input(words, &nasty);
    assert!(!shown.contains('\u{1b}') && !shown.contains("panicked"), "{shown}");
}

#[test]
fn drills_are_chosen_by_name_topic_count_and_seed() {
    let sandbox = Sandbox::new();
    let titles = |words: &str| -> Vec<String> {
        // Nothing is said to any question: every drill is walked through.
        let shown = sandbox.with_input(words, &"\n".repeat(200));
        let mut lines = shown.lines().collect::<Vec<_>>();
        lines.truncate(lines.iter().position(|line| line.contains("Debrief")).unwrap());
        let after = lines.windows(2).filter(|pair| pair[1].trim_start().starts_with("──"));
        after.map(|pair| pair[0].trim().to_owned()).collect()
    };
    assert_eq!(titles("interview missing-post"), ["B does not see A's post"]);
    assert_eq!(titles("interview missing"), ["B does not see A's post"]);
    assert_eq!(titles("interview replication-lag --data d1"), ["B does not see A's post"]);
    assert_eq!(titles("interview --seed 3 --data d2").len(), 3);
    assert_eq!(titles("interview --seed 3 --count 2 --data d3").len(), 2);
    assert_eq!(
        titles("interview --seed 3 --count 2 --data d4"),
        titles("interview --seed 3 --count 2 --data d5")
    );
    let shown = sandbox.line("interview nothing-like-it");
    assert!(shown.starts_with("exit 2\n--- stderr\nerror: there is no drill"), "{shown}");
    let list = sandbox.stdout("interview --list");
    for slug in slugs("quizzes/drills", ".toml") {
        assert!(list.lines().any(|line| line.split_whitespace().next() == Some(&slug)), "{slug}");
    }
}
