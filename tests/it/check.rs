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
fn topics_that_require_each_other_are_a_fault() {
    let sandbox = content::with(&[
        ("topics/queues.md", "requires = []", "requires = [\"queues\"]"),
        ("topics/queues.ko.md", "requires = []", "requires = [\"queues\"]"),
    ]);
    assert_eq!(
        sandbox.line("check --content my"),
        "exit 1\n--- stdout\n1 fault\n--- stderr\nerror: `requires` leads back to this topic\n  --> topics/queues.md\n"
    );
}

/// Such a question would never find a setting to be asked with.
#[test]
fn a_simulated_answer_without_a_readable_unit_is_a_fault() {
    let number = "type = \"number\"\nask = \"100/s and 10 inside: how long does each stay?\"\nhint = \"Whose law?\"\nsection = \"mechanism\"\nanswer = 100\nunit = \"ms\"";
    let simulated = "type = \"sim\"\nask = \"What does it cost with {pool}?\"\nhint = \"Whose law?\"\nsection = \"mechanism\"\nsim = \"cost\"\nparams = [{ name = \"pool\", knob = \"spring.datasource.hikari.maximum-pool-size\", values = [5, 20] }]\nanswer = \"cost_per_month\"";
    let korean = "초당 100건, 안에 10건. 한 건은 얼마나 머무나?";
    let sandbox = content::with(&[
        ("quizzes/queues.toml", number, simulated),
        ("quizzes/queues.ko.toml", korean, "{pool}이면 얼마인가?"),
    ]);
    let said = sandbox.line("check --content my");
    let expected =
        "error: nobody can be asked for `cost_per_month`: an answer in money cannot be read\n";
    assert!(said.contains(expected), "{said}");
}

/// What a text says that sims measured has to exist, in both languages.
#[test]
fn values_and_claims_that_do_not_exist_are_faults() {
    let sandbox = content::with(&[
        ("topics/queues.md", "(90/s)}}", "(80/s)}} {{desk latency_ms_p9(90/s)}} {{dusk a(b)}}"),
        ("topics/queues.md", "desk half-load\n", "desk half\ndusk slower\n"),
        ("topics/queues.ko.md", "(90/s)}}", "(50/s)}}"),
        ("topics/queues.ko.md", "sim desk\n", "sim desk --json\n"),
    ]);
    assert_eq!(sandbox.line("check --content my"), VALUE_FAULTS);
    let sandbox = content::with(&[
        ("topics/queues.md", "(90/s)}}", "(90/s)}} {{x}}"),
        ("topics/queues.md", "desk half-load\n", "slower\n"),
    ]);
    assert_eq!(sandbox.line("check --content my"), FORM_FAULTS);
}

#[test]
fn a_topic_with_sims_rests_on_two_claims() {
    let sandbox = content::with(&[
        ("topics/queues.md", "desk half-load\n", ""),
        ("topics/queues.ko.md", "desk half-load\n", ""),
    ]);
    let said = sandbox.line("check --content my");
    let fault = "error: 1 claims in `claims` blocks; a topic with sims rests on at least 2\n";
    assert_eq!(said.matches(fault).count(), 2, "{said}");
}

/// A default that is no knob's names its document, and no source is of nothing.
#[test]
fn every_default_has_a_source() {
    let with = |source: &str| {
        let row = "| `max_connections` | 151 |\n| servers | 1 |";
        let front = format!("on = \"2026-01-01\" }}\n[sources]\n{source}\n");
        let files = ["topics/queues.md", "topics/queues.ko.md"];
        let faults: Vec<(&str, &str, &str)> = files
            .iter()
            .flat_map(|file| {
                [
                    (*file, "| `max_connections` | 151 |", row),
                    (*file, "on = \"2026-01-01\" }\n", front.as_str()),
                ]
            })
            .collect();
        content::with(&faults).line("check --content my")
    };
    assert_eq!(with("servers = \"A. K. Erlang, 1909\""), "exit 0\n--- stdout\nno faults\n");
    let said = with("clerks = \"A. K. Erlang, 1909\"");
    for fault in [
        "error: `servers` has no source\n",
        "error: no default is called `clerks`, so this source is of nothing\n",
    ] {
        assert_eq!(said.matches(fault).count(), 2, "{said}");
    }
}

#[test]
fn a_file_that_is_no_outcome_is_a_fault() {
    let sandbox = content::sandbox();
    sandbox.write("my/outcomes/desk.json", "{}\n");
    assert_eq!(
        sandbox.line("check --content my"),
        "exit 1\n--- stdout\n1 fault\n--- stderr\nerror: not an outcome: missing field `format` at line 1 column 2\n  --> outcomes/desk.json\n   = `prep check --run --write` writes it\n"
    );
}

/// Each myth needs a run and the way to its explanation; a page of another kind is refused.
#[test]
fn a_page_of_myths_has_its_own_rules() {
    let page = |kind: &str, myth: &str| {
        format!(
            "+++\ntitle = \"m\"\naliases = []\nrequires = []\nsims = []\nchecked = {{ what = \"x\", on = \"2026-01-01\" }}\npage = \"{kind}\"\n+++\n\n## One {{#one}}\n\n{myth}"
        )
    };
    let said = |kind: &str, myth: &str| {
        let sandbox = content::sandbox();
        sandbox.write("my/topics/tales.md", page(kind, myth));
        sandbox.write("my/topics/tales.ko.md", page(kind, myth));
        sandbox.line("check --content my")
    };
    let proof = "See [queues](topic:queues).\n\n```claims\ndesk slower\n```\n";
    assert_eq!(said("myths", proof), "exit 0\n--- stdout\nno faults\n");
    let bare = said("myths", "It is false.\n");
    for fault in
        ["the myth has no `claims` block with a claim of a sim\n", "the myth links to no topic\n"]
    {
        assert_eq!(bare.matches(fault).count(), 2, "{bare}");
    }
    let other = said("tales", proof);
    assert!(other.contains("error: `myths` was expected, or no `page` for a topic\n"), "{other}");
}

/// A file that is saved is checked at once.
#[test]
fn watching_checks_again_after_a_change() {
    use std::io::{BufRead as _, BufReader};
    let sandbox = content::sandbox();
    let mut command = sandbox.command(&["check", "--content", "my", "--watch"]);
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "no faults");
    let text = sandbox.read("my/topics/queues.md").replace("(sim:desk)", "(sim:dusk)");
    sandbox.write("my/topics/queues.md", text);
    assert_eq!(lines.next().unwrap().unwrap(), "1 fault");
    running.kill().unwrap();
    running.wait().unwrap();
    let nothing = Sandbox::new().line("check --watch");
    assert!(nothing.contains("there is no content to watch here"), "{nothing}");
}

#[test]
fn the_inventory_names_what_answers_each_item() {
    let shown = Sandbox::new().stdout("check --coverage");
    let items = shown.lines().filter(|line| line.starts_with(" S")).count();
    assert_eq!(items, 99);
    assert!(shown.ends_with("no faults\n"), "{shown}");
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

const VALUE_FAULTS: &str = r#"exit 1
--- stdout
9 faults
--- stderr
error: `desk` has no variant `80/s`: 50/s, 90/s
  --> topics/queues.md:16:1
    |
 16 | {{desk latency_ms_p99(80/s)}} {{desk latency_ms_p9(90/s)}} {{dusk a(b)}}.
    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
error: `desk` gives no `latency_ms_p9` (nearest: `latency_ms_p99`)
  --> topics/queues.md:16:31
    |
 16 | {{desk latency_ms_p99(80/s)}} {{desk latency_ms_p9(90/s)}} {{dusk a(b)}}.
    |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
error: there is no sim `dusk`
  --> topics/queues.md:16:60
    |
 16 | {{desk latency_ms_p99(80/s)}} {{desk latency_ms_p9(90/s)}} {{dusk a(b)}}.
    |                                                            ^^^^^^^^^^^^^
error: `desk` has no claim `half`: slower, half-load
  --> topics/queues.md:20:1
    |
 20 | desk half
    | ^^^^^^^^^
error: there is no sim `dusk`
  --> topics/queues.md:21:1
    |
 21 | dusk slower
    | ^^^^^^^^^^^
error: no `prep` block has the plain line `sim desk`, whose table is shown
  --> topics/queues.ko.md
error: commands differ from the English file: [sim desk --json, quiz queues], there [sim desk, quiz queues]
  --> topics/queues.ko.md
error: values differ from the English file: [desk latency_ms_p99(50/s)], there [desk latency_ms_p9(90/s), desk latency_ms_p99(80/s), dusk a(b)]
  --> topics/queues.ko.md
error: claims differ from the English file: [desk half-load, desk slower], there [desk half, desk slower, dusk slower]
  --> topics/queues.ko.md
"#;
const FORM_FAULTS: &str = r#"exit 1
--- stdout
2 faults
--- stderr
error: no value of a sim: `{{sim metric(variant)}}` was expected
  --> topics/queues.md:16:31
    |
 16 | {{desk latency_ms_p99(90/s)}} {{x}}.
    |                               ^^^^^
    = for example {{pool-size latency_ms_p99@view_product(10)}}
error: a sim and the id of one of its claims were expected
  --> topics/queues.md:20:1
    |
 20 | slower
    | ^^^^^^
"#;
const FAULTS: &str = r#"exit 1
--- stdout
7 faults
--- stderr
error: this file is missing
  --> topics/queues.ko.md
error: unknown field `stagse`
  --> sims/desk.toml:30:1
    |
 30 | stagse = true
    | ^^^^^^
    = did you mean `stages`?
error: unknown metric `latency_ms_p98`; did you mean `latency_ms_p90`?
  --> sims/desk.toml:36:9
    |
 36 | holds = "latency_ms_p99(50/s) < latency_ms_p98(90/s)"
    |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
error: this link leads nowhere
  --> topics/queues.md:15:56
    |
 15 | First in, first out: see [the defaults](#defaults) and [a desk](sim:dusk). At 90/s p99 is
    |                                                        ^^^^^^^^^^^^^^^^^^
error: unknown option `--sede`
  --> topics/queues.md:52:1
    |
 52 | quiz queues --sede 1
    | ^^^^^^^^^^^^^^^^^^^^
error: the default of `max_connections` is 151, not 100
  --> topics/queues.md:27:1
    |
 27 | | `max_connections` | 100 |
    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
error: the topic has no section `groth` (nearest: `growth`)
  --> quizzes/queues.toml:40:11
    |
 40 | section = "groth"
    |           ^^^^^^^
"#;
const TRANSLATION_FAULTS: &str = r#"exit 1
--- stdout
4 faults
--- stderr
error: there is no claim `slowest`
  --> sims/desk.ko.toml:6:7
   |
 6 | claim.slowest = "부하가 늘면 꼬리가 길어진다."
   |       ^^^^^^^
error: the question `fourth` of the English file is missing: add `[question.fourth]`
  --> quizzes/queues.ko.toml
error: the English file has no `forth`
  --> quizzes/queues.ko.toml:40:11
    |
 40 | [question.forth]
    |           ^^^^^
    = did you mean `fourth`?
error: sections differ from the English file: [short-answer, mechanism, defaults, trade-offs, follow-ups, grown, red-flags, misconceptions, see-it-run, your-project, sources], there [short-answer, mechanism, defaults, trade-offs, follow-ups, growth, red-flags, misconceptions, see-it-run, your-project, sources]
  --> topics/queues.ko.md
"#;
const UNTRANSLATED: &str = r#"exit 1
--- stdout
3 faults
--- stderr
error: this file is missing
  --> topics/queues.ko.md
error: not translated: `More arrive than are served.`
  --> sims/desk.toml
error: this file is missing
  --> quizzes/queues.ko.toml
"#;
