//! `prep search` and what is built on it.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::content;
use crate::sandbox::{Sandbox, root};

/// The command of each result, best first.
fn commands(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let args = [&["search", "--json"], words].concat();
    let output = sandbox.command(&args).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = json["results"].as_array().unwrap().iter();
    results.map(|result| result["command"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_result_says_what_to_type_and_why_it_was_found() {
    let sandbox = content::sandbox();
    let text = sandbox.stdout("search --content my --count 1 --width 60 zjsprtus vnf --lang ko");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], " 이것으로 찾음: 커넥션 풀");
    assert_eq!(lines[2], " 1. `prep topic hikaricp-pool`   주제");
    assert_eq!(lines[3], "    HikariCP 커넥션 풀");
}

#[test]
fn what_is_laid_over_is_found() {
    let topic = "+++\ntitle = \"Zebra crossings\"\naliases = [\"얼룩말\"]\nrequires = []\nsims = []\n+++\n\n## The answer {#short-answer}\n\nStop.\n\n## Stripes {#mechanism}\n\nBlack *quagga* stripes.\n";
    let sandbox = Sandbox::with(&[("my/topics/zebra.md", topic)]);
    for (words, command) in [
        ("quagga", "prep topic zebra#mechanism"),
        ("얼룩말", "prep topic zebra"),
        ("zebra crossing", "prep topic zebra"),
        ("ㅇㄹㅁ", "prep topic zebra"),
    ] {
        assert_eq!(commands(&sandbox, &["--content", "my", words])[0], command, "{words}");
    }
    assert_eq!(commands(&sandbox, &["quagga"]), [""; 0]);
}

#[test]
fn a_setting_leads_to_a_sim_that_varies_it() {
    let sandbox = Sandbox::new();
    let found = commands(&sandbox, &["spring.datasource.hikari.maximum-pool-size"]);
    assert_eq!(found[0], "prep sim pool-size --knobs");
    let found = commands(&sandbox, &["server.tomcat.threads.max"]);
    assert_eq!(found[0], "prep sim tomcat-threads --knobs");
}

#[test]
fn nothing_found_is_said_and_is_exit_code_1() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox.line("search qqzzxx --lang en --width 100"),
        "exit 1\n--- stdout\n Nothing found for “qqzzxx”.\n\n prep topic lists all topics, prep sim all simulations.\n"
    );
    assert!(sandbox.line("search ????").starts_with("exit 1\n--- stdout\n Nothing found"));
    let empty = sandbox.prep(&["search", "  "]);
    assert_eq!(
        empty,
        "exit 2\n--- stderr\nerror: there is nothing to look for\n  = for example: prep search deadlock\n"
    );
}

#[test]
fn every_page_fits_its_width_and_shows_no_control_character() {
    let sandbox = Sandbox::new();
    let long = "커넥션 pool ".repeat(8_000);
    let words = [
        "데드락",
        "spring.datasource.hikari.maximum-pool-size",
        "\u{1b}[31m lock\u{7}\u{202e}",
        &long,
    ];
    for words in words {
        for lang in ["en", "ko"] {
            for width in ["40", "100"] {
                let args = ["search", "--lang", lang, "--width", width, "--", words];
                let output = sandbox.command(&args).output().unwrap();
                let text = String::from_utf8(output.stdout).unwrap();
                assert_eq!(output.status.code(), Some(0), "{text}");
                let most = width.parse::<usize>().unwrap();
                let wide: Vec<&str> = text.lines().filter(|line| line.width() > most).collect();
                assert_eq!(wide, Vec::<&str>::new());
                assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}");
            }
        }
    }
}

#[test]
fn the_json_follows_its_schema() {
    let schema = std::fs::read_to_string(root().join("docs/schema/search.schema.json")).unwrap();
    let schema = serde_json::from_str::<Value>(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let sandbox = Sandbox::new();
    for words in ["데드락", "epemfkr", "maximumPoolSize", "qqzzxx", "victims rolled back"] {
        let output = sandbox.command(&["search", words, "--json"]).output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let faults: Vec<String> = validator.iter_errors(&json).map(|it| it.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{words}");
    }
}

#[test]
fn words_lead_to_topics_and_the_path_to_each() {
    let sandbox = Sandbox::new();
    let args = ["topic", "--for", "롤백", "--lang", "ko", "--data", "none", "--width", "100"];
    let text = sandbox.prep(&args);
    assert!(text.starts_with("exit 0\n--- stdout\n 어디서 시작할까\n"), "{text}");
    let start = sandbox.prep(&["topic", "--for", "hikari", "--data", "none", "--width", "100"]);
    let lines: Vec<&str> = start.lines().skip(4).take(4).collect();
    assert_eq!(lines[0].trim(), "HikariCP connection pool");
    assert_eq!(lines[2], " Start with    prep topic tomcat-threads");
    assert!(lines[3].starts_with(" Path, right   tomcat-threads 0/"), "{start}");
    assert!(lines[3].contains(" → hikaricp-pool 0/"), "{start}");
    assert!(sandbox.prep(&["topic", "--for", "qqzzxx"]).starts_with("exit 1\n"));
}

/// The first question of `tomcat-threads` answered: the path starts with what comes after it.
#[test]
fn the_path_starts_with_the_first_topic_that_was_not_touched() {
    let sandbox = Sandbox::new();
    let asked = sandbox.with_input("quiz tomcat-threads", "a\n1\na\nq\n");
    assert!(asked.starts_with("exit 0\n"), "{asked}");
    let start = sandbox.prep(&["topic", "--for", "hikari", "--width", "100"]);
    assert!(start.contains("\n Start with    prep topic hikaricp-pool\n"), "{start}");
}

#[test]
fn a_topic_that_has_another_name_is_found_by_its_words() {
    let sandbox = Sandbox::new();
    let said = sandbox.prep(&["topic", "rollbackFor"]);
    assert!(
        said.starts_with("exit 2\n--- stderr\nerror: no topic is called `rollbackFor`\n")
            && said.contains("   = these words are found in `spring-transactions`"),
        "{said}"
    );
}
