//! The rules of the house that can be read off the source tree.

use std::path::Path;

use crate::sandbox::{Sandbox, root, slugs};

/// Who may import whom, bottom layer first. A room that is missing here may not exist; a room that
/// is here may be missing.
const ARROWS: &[(&str, &[&str])] = &[
    ("content", &[]),
    ("random", &[]),
    ("stats", &[]),
    ("engine", &["random"]),
    ("marketplace", &["content", "engine", "random", "stats"]),
    ("bench", &["engine", "random"]),
    ("knowledge", &["content"]),
    ("quiz", &["content", "random"]),
    ("sims", &["content", "engine", "marketplace", "random", "stats"]),
    ("export", &["content", "quiz", "sims", "stats"]),
    ("spring", &["content", "marketplace"]),
    ("workload", &[]),
    ("store", &["content", "quiz"]),
    ("practice", &["content", "knowledge", "marketplace", "quiz", "sims", "store"]),
    ("validation", &["content", "sims", "stats"]),
    (
        "report",
        &[
            "bench",
            "content",
            "knowledge",
            "marketplace",
            "practice",
            "quiz",
            "sims",
            "spring",
            "stats",
            "store",
            "validation",
            "workload",
        ],
    ),
    ("check", &["content", "knowledge", "marketplace", "practice", "quiz", "sims"]),
    ("web", &["content", "report", "sims"]),
    (
        "cli",
        &[
            "bench",
            "check",
            "content",
            "engine",
            "export",
            "knowledge",
            "marketplace",
            "practice",
            "quiz",
            "random",
            "report",
            "sims",
            "spring",
            "stats",
            "store",
            "validation",
            "web",
            "workload",
        ],
    ),
];

/// Names that say nothing of what is inside.
const BANNED_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager"];

/// Most lines of a file in `src/` before its tests.
const LINES_MAX: usize = 700;

/// Every text file of the project below these, as (path from the root, text).
fn files(below: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in below {
        collect(&root().join(path), &mut found);
    }
    found.sort();
    found
}

fn collect(path: &Path, found: &mut Vec<(String, String)>) {
    if path.ends_with("node_modules") {
        // Not ours.
    } else if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), found);
        }
    } else if let Ok(text) = std::fs::read_to_string(path) {
        let shown = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        found.push((shown, text));
    }
}

/// Whether a file of `src/` is nothing but tests.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Lines with their number from 1, up to the tests, which stand last in a file.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines());
    lines.take_while(|(_, line)| !(line.starts_with("mod ") && line.ends_with("tests {")))
}

/// The room of a file: `src/sims/read.rs` and `src/sims.rs` are of `sims`.
fn room(path: &str) -> Option<&str> {
    let path = path.strip_prefix("src/")?;
    let room = path.split('/').next()?;
    Some(room.strip_suffix(".rs").unwrap_or(room))
}

#[test]
fn imports_follow_the_arrows() {
    let mut faults = Vec::new();
    for (path, text) in files(&["src"]) {
        let Some(room) = room(&path).filter(|room| !["lib", "main"].contains(room)) else {
            continue;
        };
        if is_test(&path) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("{path}: the room `{room}` is not in the table"));
            continue;
        };
        for (number, line) in code(&text) {
            // Inside a word it is another name; after `//` it is a comment.
            let line = line.split("//").next().unwrap_or("");
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let other = &rest[..end.unwrap_or(rest.len())];
                if other != room && !allowed.contains(&other) {
                    faults.push(format!("{path}:{number}: `{room}` may not import `{other}`"));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
}

/// An arrow may only point down, so the table itself can have no circle.
#[test]
fn the_table_of_arrows_has_no_circle() {
    for (at, (room, allowed)) in ARROWS.iter().enumerate() {
        for other in *allowed {
            let below = ARROWS[..at].iter().any(|(name, _)| name == other);
            assert!(below, "`{room}` may import `{other}`, which is not above it in the table");
        }
    }
}

/// Rooms that exist, in the order of the table.
fn rooms() -> Vec<&'static str> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let exists = |room: &&str| lib.contains(&format!("\nmod {room};\n"));
    ARROWS.iter().map(|(room, _)| *room).filter(exists).collect()
}

/// The page shows the table that holds.
#[test]
fn the_page_on_architecture_shows_the_arrows() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut shown = Vec::new();
    for line in page.lines() {
        let Some((from, to)) = line.split_once('─').filter(|(from, _)| !from.starts_with('`'))
        else {
            continue;
        };
        let Some(to) = to.strip_prefix("► ") else { continue };
        for room in from.split(',').map(str::trim) {
            let known = ARROWS.iter().find(|(name, _)| *name == room);
            let mut to: Vec<&str> = match to.trim() {
                "nothing of ours" => Vec::new(),
                "everything" => known.map_or_else(Vec::new, |(_, allowed)| allowed.to_vec()),
                rooms => rooms.split_whitespace().collect(),
            };
            to.retain(|room| rooms().contains(room));
            shown.push((room.to_owned(), to.join(" ")));
        }
    }
    let mut held: Vec<(String, String)> = Vec::new();
    for (room, allowed) in ARROWS.iter().filter(|(room, _)| rooms().contains(room)) {
        let mut allowed = allowed.to_vec();
        allowed.retain(|room| rooms().contains(room));
        held.push(((*room).to_owned(), allowed.join(" ")));
    }
    shown.retain(|(room, _)| ARROWS.iter().any(|(name, _)| name == room));
    shown.sort();
    held.sort();
    assert_eq!(shown, held);
}

#[test]
fn files_are_named_by_their_content_and_short() {
    let mut faults = Vec::new();
    for (path, text) in files(&["src", "tests", "benches/peers/src"]) {
        for part in path.split('/').map(|part| part.split('.').next().unwrap_or(part)) {
            if BANNED_NAMES.contains(&part) {
                faults.push(format!("{path}: `{part}` says nothing of what is inside"));
            }
        }
        let lines = code(&text).count();
        if path.starts_with("src/") && !is_test(&path) && lines > LINES_MAX {
            faults.push(format!("{path}: {lines} lines without tests; at most {LINES_MAX}"));
        }
    }
    assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
}

/// Neither a note to oneself nor a path of whoever wrote a file belongs into it.
#[test]
fn files_have_no_leftovers() {
    // Written so that this file does not contain them.
    let leftovers = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("to", "do!("),
        concat!("unimplemented", "!("),
        concat!("/wo", "rk/"),
        concat!("/tmp", "/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
    ];
    let mut faults = Vec::new();
    let places = [
        "src",
        "tests",
        "topics",
        "sims",
        "quizzes",
        "docs",
        "outcomes",
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "build.rs",
        "clippy.toml",
        "rustfmt.toml",
        ".ci",
        ".github",
    ];
    let places: Vec<&str> =
        places.into_iter().filter(|place| root().join(place).exists()).collect();
    for (path, text) in files(&places) {
        for (number, line) in (1..).zip(text.lines()) {
            for leftover in leftovers.iter().filter(|leftover| line.contains(**leftover)) {
                faults.push(format!("{path}:{number}: `{leftover}`"));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
}

/// Every `prep ...` in a text: lines of fenced blocks, and inline code.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            let line = line.trim().trim_start_matches("$ ");
            if line.starts_with("prep ") {
                found.push(line.split(" #").next().unwrap_or(line).trim().to_owned());
            } else if line.starts_with("cargo run ")
                && let Some((_, rest)) = line.split_once(" -- ")
            {
                found.push(format!("prep {rest}"));
            }
        } else {
            let code = line.split('`').skip(1).step_by(2);
            found.extend(code.filter(|code| code.starts_with("prep ")).map(str::to_owned));
        }
    }
    found
}

/// What is wrong with a `prep` command line, judged by the help and the lists.
fn fault(sandbox: &Sandbox, command: &str) -> Option<String> {
    let mut words = command.split_whitespace().skip(1);
    let verb = words.next()?;
    let known = crate::reference::commands(&sandbox.stdout("--help"));
    if verb.starts_with('-') || verb == "help" {
        return None;
    }
    if !known.iter().any(|name| name == verb) {
        return Some(format!("there is no command `{verb}`"));
    }
    let help = sandbox.stdout(&format!("{verb} --help"));
    let takes_value = |option: &str| {
        let line = help.lines().find(|line| {
            line.split_whitespace().map(|word| word.trim_end_matches(',')).any(|w| w == option)
        })?;
        let after = line.split(option).nth(1).unwrap_or_default();
        Some(after.trim_start().starts_with('<') || line.contains(" <"))
    };
    while let Some(word) = words.next() {
        let placeholder = word.chars().all(|c| c.is_uppercase() || "<>[].".contains(c));
        if let Some((option, _)) = word.split_once('=').filter(|_| word.starts_with('-')) {
            takes_value(option)?;
        } else if word.starts_with('-') {
            match takes_value(word) {
                None => return Some(format!("`{verb}` has no option `{word}`")),
                Some(true) => {
                    words.next();
                }
                Some(false) => {}
            }
        } else if !placeholder {
            let line = match verb {
                "sim" => sandbox.prep(&["sim", word, "--knobs"]),
                "topic" => sandbox.prep(&["topic", word]),
                "quiz" => sandbox.prep(&["quiz", word]),
                // A file, words, a directory or a new name of the reader's.
                "lint" | "search" | "site" | "new" | "assign" | "grade" | "resume" | "data" => {
                    continue;
                }
                _ => format!("`{verb}` takes no name"),
            };
            if !line.starts_with("exit 0\n") {
                return Some(line);
            }
        }
    }
    None
}

#[test]
fn commands_in_the_documents_can_be_typed() {
    let sandbox = Sandbox::new();
    let mut faults = Vec::new();
    let mut checked = 0;
    for path in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        for command in commands(&text) {
            checked += 1;
            if let Some(fault) = fault(&sandbox, &command) {
                faults.push(format!("{path}: `{command}`: {fault}"));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
    assert!(checked > 0, "README.md shows no command at all");
}

/// The judge above must itself be able to say no.
#[test]
fn a_command_that_cannot_be_typed_is_found() {
    let sandbox = Sandbox::new();
    let text = "Try `prep sim pool-size --set a=b` or:\n\n```sh\nprep simm\n$ prep quiz zebra   # no such topic\nprep sim --jsn\ncargo run --release -- topic hikari\n```\n";
    let faulty: Vec<(String, bool)> = commands(text)
        .into_iter()
        .map(|command| (command.clone(), fault(&sandbox, &command).is_some()))
        .collect();
    assert_eq!(
        faulty,
        [
            ("prep sim pool-size --set a=b".to_owned(), false),
            ("prep simm".to_owned(), true),
            ("prep quiz zebra".to_owned(), true),
            ("prep sim --jsn".to_owned(), true),
            ("prep topic hikari".to_owned(), false),
        ]
    );
    assert!(slugs("topics", ".md").iter().all(|topic| topic != "zebra"));
}
