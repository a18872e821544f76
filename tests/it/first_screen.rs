//! How long it takes until something is to be seen on a large record.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::sandbox::Sandbox;

const ANSWERS: usize = 10_000;
const RUNS: usize = 21;

/// A record of 10,000 answers to the questions of the built-in quizzes, over a hundred days.
fn large_record() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.stdout("review --retention 0.9");
    let mut questions = Vec::new();
    for slug in crate::sandbox::slugs("quizzes", ".toml") {
        let path = crate::sandbox::root().join(format!("quizzes/{slug}.toml"));
        let text = std::fs::read_to_string(path).unwrap();
        let ids = text.lines().filter_map(|line| line.strip_prefix("id = \""));
        let ids = ids.map(|id| id.trim_end_matches('"').to_owned());
        questions.extend(ids.map(|id| (slug.clone(), format!("{slug}/{id}"))));
    }
    let mut database = Connection::open(sandbox.path("data/prep.db")).unwrap();
    let transaction = database.transaction().unwrap();
    for at in 0..ANSWERS {
        let (topic, question) = &questions[at * 7 % questions.len()];
        let (day, minute) = (at / 100, at % 100);
        let date = jiff::civil::date(2026, 6, 1).checked_add(jiff::Span::new().days(day as i64));
        let at_utc = format!("{}T{:02}:{:02}:00.000Z", date.unwrap(), 9 + minute / 60, minute % 60);
        let insert = "insert into attempt (question, topic, kind, given, score, sure, duration_ms,
            seed, at_utc, utc_offset_minutes, prep, session)
            values (?1, ?2, 'choice', '{\"options\":[\"a\"]}', ?3, 0.8, 21400, '7', ?4, 540,
            '0.1.0', 's')";
        let score = f64::from(u8::from(!at.is_multiple_of(5)));
        transaction.execute(insert, params![question, topic, score, at_utc]).unwrap();
    }
    transaction.commit().unwrap();
    sandbox
}

/// The median of the time until the first bytes are there.
fn median(sandbox: &Sandbox, words: &str) -> Duration {
    let args: Vec<&str> = words.split_whitespace().collect();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let mut command = sandbox.command(&args);
            command.env("PREP_NOW", "2026-09-10T20:00:00+09:00").stdin(Stdio::piped());
            let start = Instant::now();
            let mut child = command.spawn().unwrap();
            let mut first = [0];
            std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
            let time = start.elapsed();
            drop(child.stdin.take());
            child.wait_with_output().unwrap();
            time
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

/// `cargo test --release --test it first_screen -- --ignored --nocapture` prints the times; they
/// are to stay below 100 ms.
#[test]
#[ignore = "a measurement: it prints and asserts nothing"]
#[expect(clippy::print_stdout, reason = "that is what it is for")]
fn time_to_the_first_screen_with_ten_thousand_answers() {
    let sandbox = large_record();
    let commands =
        ["", "quiz", "quiz hikaricp-pool --seed 1", "review --list", "stats", "review --interview"];
    sandbox.stdout("review --interview 2027-06-01");
    for words in commands {
        println!("prep {words}: {:?}", median(&sandbox, words));
    }
}
