//! `prep new`.

use crate::sandbox::Sandbox;

/// The words that a person writes in place of every mark, in the language of the file.
fn filled(text: &str, korean: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut count = 0;
    while let Some((before, after)) = rest.split_once("FILL-IN") {
        let end = after.find(['"', '\n', '|', '{']).unwrap_or(after.len());
        out += before;
        count += 1;
        out += &match &after[..end] {
            ": slug of the topic" => "breaker".to_owned(),
            ": 2026-01-31" => "2026-01-31".to_owned(),
            // The row of a default and its source name each other.
            ": a setting" | ": a setting " | ": 설정" | ": 설정 " => "limit".to_owned(),
            _ if korean => format!("글 {count} "),
            _ => format!("Words {count} "),
        };
        rest = &after[end..];
    }
    out + rest
}

/// What is written passes the check once every mark is filled in; the outcome of the sim is left,
/// which a run writes.
#[test]
fn filled_skeletons_pass_the_check() {
    let sandbox = Sandbox::new();
    for kind in ["topic", "quiz", "sim"] {
        let folder = if kind == "quiz" { "quizzes" } else { &format!("{kind}s") };
        let end = if kind == "topic" { "md" } else { "toml" };
        let files = format!("{folder}/breaker.{end}\n{folder}/breaker.ko.{end}\n");
        let hint = "fill in what says FILL-IN; prep check --content . tells what is left\n";
        assert_eq!(
            sandbox.line(&format!("new {kind} breaker")),
            format!("exit 0\n--- stdout\n{files}--- stderr\n{hint}")
        );
    }
    let said = sandbox.line("check --content .");
    assert!(said.contains("error: still to be written\n"), "{said}");
    for file in ["topics/breaker.md", "sims/breaker.toml", "quizzes/breaker.toml"] {
        for (korean, file) in [(false, file.to_owned()), (true, file.replace('.', ".ko."))] {
            let text = filled(&sandbox.read(&file), korean);
            let text = text.replace("sims = []", "sims = [\"breaker\"]");
            let text = text.replace(
                "```prep\nquiz",
                "```claims\nbreaker first\nbreaker idle\n```\n\n```prep\nsim breaker\nquiz",
            );
            sandbox.write(&file, text);
        }
    }
    assert_eq!(
        sandbox.line("check --content ."),
        "exit 1\n--- stdout\n1 fault\n--- stderr\nerror: this file is missing\n  --> outcomes/breaker.json\n   = `prep check --run --write` writes it\n"
    );
}

#[test]
fn nothing_is_overwritten_and_names_are_slugs() {
    let sandbox = Sandbox::with(&[("quizzes/pools.ko.toml", "mine")]);
    assert_eq!(
        sandbox.line("new quiz pools"),
        "exit 2\n--- stderr\nerror: `quizzes/pools.ko.toml` exists already\n  = choose another name; files are never overwritten\n"
    );
    assert_eq!(sandbox.read("quizzes/pools.ko.toml"), "mine");
    assert!(!sandbox.path("quizzes/pools.toml").exists());
    for name in ["Pools", "../pools", "pools.toml", "풀"] {
        let said = sandbox.prep(&["new", "topic", name]);
        assert!(
            said.starts_with("exit 2\n--- stderr\nerror: ") && said.contains("no slug"),
            "{said}"
        );
    }
}
