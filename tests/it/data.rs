//! `prep data`: the record on its way from one machine to another, and records that cannot be used.

use std::process::Stdio;

use rusqlite::Connection;

use crate::sandbox::{QUIZ, Sandbox, names, whole};

const EMPTY: &str =
    "{\"format\":\"prep.record/1\",\"attempts\":0,\"retractions\":0,\"settings\":0}";

/// A sandbox with four answers, one of them taken back.
fn practised() -> Sandbox {
    let sandbox = Sandbox::with(QUIZ);
    sandbox.with_input("quiz queues --content my --seed 1", "a\n100\na\n100\na\n100\na\nq\n");
    sandbox.stdout("review --undo");
    sandbox
}

#[test]
fn two_machines_joined_in_both_directions_are_equal() {
    let (here, there) = (practised(), practised());
    here.stdout("review --retention 0.85");
    for (from, to) in [(&here, &there), (&there, &here)] {
        assert_eq!(from.line("data export -o record.jsonl"), "exit 0\n");
        to.write("other.jsonl", from.read("record.jsonl"));
    }
    let told = there.stdout("data import other.jsonl --dry-run");
    assert!(told.starts_with("would be added: ") && told.contains("1 settings"), "{told}");
    let before = there.stdout("data export");
    let told = there.stdout("data import other.jsonl");
    assert!(told.starts_with("added: ") && told.ends_with("; 0 were there already\n"), "{told}");
    assert_ne!(there.stdout("data export"), before);
    here.stdout("data import other.jsonl");
    assert_eq!(here.stdout("data export"), there.stdout("data export"));
    let again = here.stdout("data import other.jsonl --lang ko");
    assert!(again.starts_with("추가: 답 0개, 취소 0개, 설정 0개. 이미 있던 것:"), "{again}");
}

#[test]
fn an_empty_record_is_exported_and_the_path_is_told() {
    let sandbox = Sandbox::new();
    assert!(sandbox.stdout("data export").starts_with(EMPTY));
    let path = sandbox.path("data/prep.db");
    assert_eq!(sandbox.stdout("data path"), format!("{}\n", path.display()));
    assert_eq!(sandbox.stdout("data path --data mine"), "mine/prep.db\n");
    // Neither made anything.
    assert_eq!(sandbox.files(), [""; 0]);
}

#[test]
fn a_file_that_was_damaged_is_refused_whole() {
    let sandbox = practised();
    let text = sandbox.stdout("data export");
    let before = sandbox.stdout("data export");
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines[..lines.len() - 1].join("\n");
    let changed = text.replacen("\"score\":\"", "\"score\":\"x", 1);
    let missing = [&lines[..1], &lines[2..]].concat().join("\n");
    for (bytes, said) in [
        (cut.as_str(), "the file was cut"),
        (&changed, "--> bad.jsonl:2:1"),
        (&missing, "lines are missing"),
        ("notes", "this is no record of prep"),
    ] {
        sandbox.write("bad.jsonl", bytes);
        let refused = sandbox.line("data import bad.jsonl");
        assert!(refused.starts_with("exit 2\n--- stderr\nerror: "), "{refused}");
        assert!(refused.contains(said), "{refused}");
        assert_eq!(sandbox.stdout("data export"), before);
    }
    sandbox.write("latin.jsonl", b"{\"format\":\"\xe9\"}");
    assert!(sandbox.line("data import latin.jsonl").contains("not UTF-8"));
    assert!(sandbox.line("data import none.jsonl").contains("cannot be read"));
}

/// The error says how to set a damaged record aside; done so, a new one begins and the old one is
/// still there.
#[test]
fn a_damaged_record_is_set_aside_by_the_command_that_the_error_names() {
    let sandbox = Sandbox::with(QUIZ);
    let damaged = b"no database at all".repeat(500);
    sandbox.write("data/prep.db", &damaged);
    let refused = sandbox.line("review --list");
    let command = refused.split("set it aside: ").nth(1).unwrap().trim();
    let done = std::process::Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(done.success());
    sandbox.with_input("quiz queues --content my --seed 1", "a\n100\nq\n");
    assert_eq!(std::fs::read(sandbox.path("data/prep.db.damaged")).unwrap(), damaged);
    assert!(sandbox.stdout("data export").lines().count() > 2);
}

/// No file may grow any more: what a full disk does.
#[test]
fn a_disk_that_takes_nothing_more_is_named_and_costs_nothing() {
    let sandbox = practised();
    let before = sandbox.stdout("data export");
    let limited = |words: &str, input: &str| {
        // The signal would kill the program before it can say what is wrong.
        let script = format!("trap '' XFSZ; ulimit -f 8; exec \"$PREP\" {words}");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).current_dir(sandbox.path("")).env_clear();
        command.env("PREP", crate::sandbox::BINARY).env("PREP_DATA_DIR", sandbox.path("data"));
        command.env("LANG", "en_US.UTF-8").env("PATH", std::env::var_os("PATH").unwrap());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        whole(&child.wait_with_output().unwrap())
    };
    let answers = "a\n100\na\n100\na\n100\na\n100\na\n100\n".repeat(2);
    let said = limited("quiz queues --content my --seed 2", &answers);
    assert!(said.starts_with("exit 2"), "{said}");
    assert!(said.contains("prep.db") && !said.contains("panicked"), "{said}");
    let after = sandbox.stdout("data export");
    let rows = |text: &str| -> Vec<String> { text.lines().skip(1).map(str::to_owned).collect() };
    let old = rows(&before);
    assert!(old[..old.len() - 1].iter().all(|row| rows(&after).contains(row)), "{after}");
}

#[test]
fn a_record_of_the_first_version_is_migrated_and_a_copy_is_left() {
    let sandbox = practised();
    let file = sandbox.path("data/prep.db");
    // What the second version added is taken away again.
    let database = Connection::open(&file).unwrap();
    database
        .execute_batch(
            "drop table retraction; drop table setting; alter table attempt drop column rating;
             pragma user_version = 1",
        )
        .unwrap();
    drop(database);
    let processes: Vec<_> = (0..4)
        .map(|_| {
            let args = ["quiz", "queues", "--content", "my"];
            let mut child = sandbox.command(&args).stdin(Stdio::piped()).spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"a\n100\n").unwrap();
            child
        })
        .collect();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{}", whole(&output));
    }
    assert_eq!(names(&sandbox.path("data")), ["prep.db", "prep.db.v1.backup"]);
    let count = |path: &str| -> i64 {
        let database = Connection::open(sandbox.path(path)).unwrap();
        database.query_row("select count(*) from attempt", [], |row| row.get(0)).unwrap()
    };
    // At least one answer each.
    let (old, new) = (count("data/prep.db.v1.backup"), count("data/prep.db"));
    assert!(old > 2 && new >= old + 4, "{old} {new}");
}
