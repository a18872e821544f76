//! `prep check`.

use crate::content;
use crate::sandbox::Sandbox;

#[test]
fn clean_content_has_no_faults() {
    let sandbox = content::sandbox();
    assert_eq!(sandbox.line("check"), "exit 0\n--- stdout\nno faults\n");
    assert_eq!(sandbox.line("check --content my"), "exit 0\n--- stdout\nno faults\n");
    assert_eq!(
        sandbox.line("check --content my --lang ko"),
        "exit 0\n--- stdout\n문제가 없습니다\n"
    );
}

/// One run shows every fault, with its place and a way out.
#[test]
fn all_planted_faults_are_reported() {
    let sandbox = content::with(&[
        ("topics/queues.md", "(sim:desk)", "(sim:dusk)"),
        ("topics/queues.md", "| 151 |", "| 100 |"),
        ("topics/queues.md", "quiz queues\n", "quiz queues --sede 1\n"),
        ("sims/desk.toml", "latency_ms_p99(90/s)", "latency_ms_p98(90/s)"),
        ("sims/desk.toml", "[show]\n", "[show]\nstagse = true\n"),
        ("quizzes/queues.toml", "section = \"growth\"", "section = \"groth\""),
    ]);
    std::fs::remove_file(sandbox.path("my/topics/queues.ko.md")).unwrap();
    assert_eq!(sandbox.line("check --content my"), FAULTS);
}

#[test]
fn missing_translations_are_faults() {
    let sandbox = content::with(&[
        ("topics/queues.ko.md", "{#growth}", "{#grown}"),
        ("topics/queues.ko.md", "| 151 |", "| 151개 |"),
        ("sims/desk.ko.toml", "claim.slower = ", "claim.slowest = "),
        ("quizzes/queues.ko.toml", "[question.fourth]", "[question.forth]"),
    ]);
    assert_eq!(sandbox.line("check --content my"), TRANSLATION_FAULTS);
    let sandbox = content::with(&[("sims/desk.ko.toml", "why = ", "# why = ")]);
    std::fs::remove_file(sandbox.path("my/topics/queues.ko.md")).unwrap();
    std::fs::remove_file(sandbox.path("my/quizzes/queues.ko.toml")).unwrap();
    assert_eq!(sandbox.line("check --content my"), UNTRANSLATED);
}

#[test]
fn a_directory_that_cannot_be_read_is_an_error() {
    let sandbox = Sandbox::with(&[("plain", "")]);
    assert_eq!(
        sandbox.line("check --content none"),
        "exit 2\n--- stderr\nerror: cannot be read: No such file or directory (os error 2)\n  --> none\n"
    );
    assert_eq!(
        sandbox.line("check --content plain"),
        "exit 2\n--- stderr\nerror: cannot be read: Not a directory (os error 20)\n  --> plain\n"
    );
}

const FAULTS: &str = "";
const TRANSLATION_FAULTS: &str = "";
const UNTRANSLATED: &str = "";
