//! `prep quiz`: sessions through standard input, and what is kept of them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use rusqlite::{Connection, OpenFlags};

use crate::content::sandbox;
use crate::sandbox::Sandbox;

/// Question, what was given and the score of every attempt, in order.
fn kept(sandbox: &Sandbox) -> Vec<(String, String, f64)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(sandbox.path("data/prep.db"), flags).unwrap();
    let mut query =
        database.prepare("select question, given, score from attempt order by seq").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn ids(sandbox: &Sandbox) -> Vec<String> {
    kept(sandbox).into_iter().map(|(question, ..)| question).collect()
}

#[test]
fn a_whole_session_is_asked_graded_and_kept() {
    let sandbox = sandbox();
    let words = "quiz queues --content my --seed 1";
    let session = sandbox.with_input(words, SESSION_INPUT);
    assert_eq!(session, SESSION);
    assert_eq!(
        kept(&sandbox),
        SESSION_KEPT.map(|(id, given, score)| (id.to_owned(), given.to_owned(), score))
    );
    assert_eq!(sandbox.with_input(words, SESSION_INPUT), SESSION, "the seed fixes everything");
    assert_eq!(ids(&sandbox).len(), 14, "a second session adds to the first");
}

#[test]
fn a_sim_question_is_answered_by_the_simulator() {
    let sandbox = Sandbox::new();
    let words = "quiz hikaricp-pool --seed 1 --kind sim";
    let session = sandbox.with_input(words, &"x\n\n".repeat(13));
    assert!(session.contains("the simulator gives the right one"), "{session}");
    assert!(session.ends_with("No question was answered.\n\n"), "{session}");
}

#[test]
fn q_and_the_end_of_the_input_end_a_session() {
    let sandbox = sandbox();
    let words = "quiz queues --content my --seed 1";
    for (input, count) in
        [("100\nq\n", 1), ("100\n", 2), ("", 2), ("q", 2), ("quit\n", 2), ("\n\n\n", 2)]
    {
        let session = sandbox.with_input(words, input);
        assert!(session.starts_with("exit 0\n--- stdout\n"), "{input:?}: {session}");
        assert_eq!(ids(&sandbox).len(), count, "{input:?}");
    }
}

#[test]
fn bytes_that_are_no_answer_end_in_no_panic() {
    let sandbox = sandbox();
    let long = "9".repeat(200_000);
    let input = format!("\u{1b}[31m\n{long}\n-\nNaN\n1e999\n가나다\n\u{0}\nq\n");
    let session = sandbox.with_input("quiz queues --content my --seed 1", &input);
    assert!(session.starts_with("exit 0\n--- stdout\n"), "{session}");
    assert!(!session.contains('\u{1b}') && !session.contains("panicked"), "{session}");
}

/// What the feedback has acknowledged survives whatever happens to the program.
#[test]
fn an_acknowledged_answer_survives_a_kill() {
    let sandbox = sandbox();
    let args = ["quiz", "queues#fourth", "--content", "my"];
    let mut child = sandbox.command(&args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"100\n").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let acknowledged = lines.by_ref().map(Result::unwrap).find(|line| line.contains('✓'));
    // SIGKILL: nothing can be tidied up.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(acknowledged.is_some());
    assert_eq!(ids(&sandbox), ["queues/fourth"]);
    sandbox.with_input("quiz queues#fourth --content my", "100\nq\n");
    assert_eq!(
        ids(&sandbox),
        ["queues/fourth", "queues/fourth"],
        "the record can still be written"
    );
}

#[test]
fn two_sessions_may_write_at_once() {
    let sandbox = sandbox();
    let args = ["quiz", "queues", "--content", "my"];
    let mut sessions: Vec<_> =
        (0..4).map(|_| sandbox.command(&args).stdin(Stdio::piped()).spawn().unwrap()).collect();
    for session in &mut sessions {
        session.stdin.take().unwrap().write_all(b"a\n200\na b\n").unwrap();
    }
    for session in sessions {
        let output = session.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    }
    assert_eq!(ids(&sandbox).len(), 12);
}

#[test]
fn a_record_that_cannot_be_kept_is_refused_before_the_first_question() {
    let sandbox = sandbox();
    sandbox.write("plain", "");
    assert_eq!(
        sandbox.line("quiz queues --content my --data plain/below"),
        "exit 2\n--- stderr\nerror: plain/below/prep.db cannot be opened or written: Not a directory (os error 20). Check the permissions of its directory, or choose another one\n"
    );
    let damaged: Vec<u8> = (0..5_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    sandbox.write("data/prep.db", &damaged);
    let file = sandbox.path("data/prep.db");
    let shown = file.display();
    assert_eq!(
        sandbox.line("quiz queues --content my"),
        format!(
            "exit 2\n--- stderr\nerror: {shown} is damaged or no SQLite file. Nothing was changed. To start a new record, set it aside: mv '{shown}' '{shown}.damaged'\n"
        )
    );
    assert_eq!(std::fs::read(&file).unwrap(), damaged);
    assert_eq!(crate::sandbox::names(&sandbox.path("data")), ["prep.db"]);
}

#[test]
fn without_a_home_there_is_no_place_for_answers() {
    let sandbox = sandbox();
    let mut command = sandbox.command(&["quiz", "queues", "--content", "my"]);
    let output = command.env_remove("HOME").env_remove("PREP_DATA_DIR").output().unwrap();
    assert_eq!(
        crate::sandbox::whole(&output),
        "exit 2\n--- stderr\nerror: no place to keep your answers: neither HOME nor XDG_DATA_HOME is set\n  = name a directory with --data DIR\n"
    );
    let mut command = sandbox.command(&["quiz", "queues", "--content", "my", "--data", "mine"]);
    let mut child = command
        .env_remove("HOME")
        .env_remove("PREP_DATA_DIR")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a\nq\n").unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!((child.wait().unwrap().code(), errors.as_str()), (Some(0), ""));
    assert!(sandbox.path("mine/prep.db").is_file());
}

#[test]
fn without_a_topic_the_quizzes_are_listed() {
    let list = sandbox().stdout("quiz --content my");
    for slug in
        crate::sandbox::slugs("quizzes", ".toml").iter().map(String::as_str).chain(["queues"])
    {
        assert!(list.lines().any(|line| line.split_whitespace().next() == Some(slug)), "{slug}");
    }
}

const SESSION_INPUT: &str = "?\nfast\n100 ms\n90 ~4\n\n200\n100 ms ~5\nz\na,b\n50 ~2\nb\nc a b d\n";
const SESSION: &str = r#"exit 0
--- stdout
 queues   1 of 8

 10 servers, 50 ms each: the highest throughput?

 a number in 1/s

>  Hint   What does one server do in a second?

> a number was expected, such as `200/s`
> `ms` measures a time; a rate was expected, such as `200/s`
>  ✗ 90/s
 ✓ The answer is 200/s (right from 196/s to 204/s)

 Why    10 / 0.05 s.
 Read   prep topic queues, section "The 30-second answer"

 queues   2 of 8

 1 server, 10 ms each. When is B done?

 A   arrive at 0 ms
 B   arrive at 5 ms

 a   at 20 ms
 b   at 15 ms

 one letter

>  queues   3 of 8

 2 servers, 10 ms: the highest throughput?

 a number in 1/s

>  ✓ 200/s  The answer is 200/s (right from 198/s to 202/s)

 Why    2 / 10 ms.
 Read   prep topic queues, section "Mechanism"

 queues   4 of 8

 100/s and 10 inside: how long does each stay?

 a number in ms

>  ✓ 100 ms  The answer is 100 ms (right from 99 ms to 101 ms)

 Why    Little's law.
 Read   prep topic queues, section "Mechanism"

 queues   5 of 8

 What makes a queue longer?

 a   more servers
 b   longer service
 c   more arrivals

 every right one: `a c`

> answer with letters from a to c
>  ✗ a  They shorten it.
 ✓ b  The server is busy for longer.
 ✓ c  They have to wait somewhere.  (right, not chosen)

 Why    Load is rate times time.
 Read   prep topic queues, section "Why does it grow?"

 queues   6 of 8

 1 server, 10 ms, 50/s: how busy?

 a number in %

>  ✓ 50 %  The answer is 50 % (right from 49.5 % to 50.5 %)

 Why    50/s × 10 ms.
 Read   prep topic queues, section "Mechanism"

 queues   7 of 8

 Who is served first in a FIFO queue?

 a   who came last
 b   who came first

 one letter

>  ✓ b  First in, first out.

 Why    The name says it.
 See    prep sim desk
 Read   prep topic queues, section "Mechanism"

 queues   8 of 8

 In which order?

 a   wait
 b   be served
 c   arrive
 d   leave

 all letters in the right order: `c a b`

>  ✓ 1  arrive
 ✓ 2  wait
 ✓ 3  be served
 ✓ 4  leave

 Why    First in, first out.
 Read   prep topic queues, section "Mechanism"

 5 of 7 points

 To read again:

 ✗ ceiling  `prep topic queues`, section "short-answer"
 ✗ both  `prep topic queues`, section "growth"

"#;
const SESSION_KEPT: [(&str, &str, f64); 7] = [
    ("queues/ceiling", r#"{"number":"90"}"#, 0.0),
    ("queues/third", r#"{"number":"200"}"#, 1.0),
    ("queues/fourth", r#"{"number":"100 ms"}"#, 1.0),
    ("queues/both", r#"{"options":["servers","time"],"traps":["more-is-longer"]}"#, 0.0),
    ("queues/half", r#"{"number":"50"}"#, 1.0),
    ("queues/first", r#"{"options":["oldest"]}"#, 1.0),
    ("queues/steps", r#"{"order":["arrive","wait","work","leave"]}"#, 1.0),
];
