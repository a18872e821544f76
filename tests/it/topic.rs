//! `prep topic`.

use unicode_width::UnicodeWidthStr;

use crate::content;
use crate::sandbox::{Sandbox, root, slugs};

#[test]
fn the_list_has_every_topic() {
    let list = Sandbox::new().stdout("topic");
    let listed: Vec<&str> = list
        .lines()
        .skip(4)
        .filter(|line| line.starts_with(' ') && !line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, slugs("topics", ".md"));
}

#[test]
fn a_topic_has_many_names() {
    let sandbox = Sandbox::new();
    let whole = sandbox.stdout("topic hikaricp-pool --raw");
    let file = std::fs::read_to_string(root().join("topics/hikaricp-pool.md")).unwrap();
    assert_eq!(whole, file);
    for names in [&["hikari"][..], &["커넥션풀"], &["커넥션 풀"], &["HikariCP-p"]] {
        let args = [&["topic"][..], names, &["--raw"]].concat();
        assert_eq!(sandbox.prep(&args), format!("exit 0\n--- stdout\n{file}"), "{names:?}");
    }
    let korean = std::fs::read_to_string(root().join("topics/hikaricp-pool.ko.md")).unwrap();
    assert_eq!(sandbox.stdout("topic 커넥션풀 --raw --lang ko"), korean);
}

#[test]
fn the_locale_chooses_the_language() {
    let sandbox = Sandbox::new();
    let korean = std::fs::read_to_string(root().join("topics/hikaricp-pool.ko.md")).unwrap();
    let mut command = sandbox.command(&["topic", "hikari", "--raw"]);
    let output = command.env("LANG", "ko_KR.UTF-8").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), korean);
}

#[test]
fn an_unknown_topic_suggests_the_nearest() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox.line("topic hikarii"),
        "exit 2\n--- stderr\nerror: no topic is called `hikarii`\n  --> topics\n   = did you mean `hikari`?\n"
    );
    assert_eq!(
        sandbox.line("topic zebra-crossing --lang ko"),
        "exit 2\n--- stderr\n오류: `zebra-crossing` 주제가 없습니다\n  --> topics\n   = prep topic으로 전체 목록을 볼 수 있습니다\n"
    );
}

#[test]
fn a_section_is_shown_with_its_neighbours() {
    let sandbox = content::sandbox();
    assert_eq!(
        sandbox.stdout("topic queues#mechanism --content my --width 50 --lang en"),
        " Mechanism\n ─────────\n First in, first out: see the defaults and a desk\n (`prep sim desk`). At 90/s p99 is 130\u{a0}±30\u{a0}ms.\n\n ✓ More load, longer tail.\n   p99 ms: 69.3 (50/s), 131 (90/s); difference\n   [−92.7, −10.7], 95 % `prep sim desk`\n ✓ control: At half load everything is served.\n   completed /s (50/s): 48.2, 50; difference\n   [−4.83, 1.33], 95 % `prep sim desk`\n\n ─────────────────────────────────────────────────\n\n Before      prep topic queues#short-answer\n After       prep topic queues#defaults\n All of it   prep topic queues\n"
    );
    assert_eq!(
        sandbox.line("topic queues#mechanics --content my"),
        "exit 2\n--- stderr\nerror: the topic `queues` has no section `mechanics`\n  --> topics/queues.md\n   = did you mean `mechanism`?\n"
    );
}

#[test]
fn the_path_leads_to_a_topic_by_what_it_requires() {
    let sandbox = Sandbox::new();
    let text = sandbox.stdout("topic --path spring-transactions --data none --width 100");
    let slugs: Vec<&str> = text
        .lines()
        .skip(4)
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            words.next()?.parse::<u32>().ok()?;
            words.next()
        })
        .collect();
    assert_eq!(slugs, ["tomcat-threads", "hikaricp-pool", "spring-transactions"]);
}

#[test]
fn a_topic_without_korean_is_shown_in_english_and_says_so() {
    let english = "+++\ntitle = \"Only English\"\naliases = []\nrequires = []\nsims = []\nchecked = { what = \"nothing\", on = \"2026-01-01\" }\n+++\n\n## The 30-second answer {#short-answer}\n\nYes.\n";
    let sandbox = Sandbox::with(&[("my/topics/only-english.md", english)]);
    assert_eq!(
        sandbox.line("topic only-english --raw --content my --lang ko"),
        format!(
            "exit 0\n--- stdout\n{english}--- stderr\n이 주제는 아직 한국어가 없어 영어로 보여 줍니다.\n"
        )
    );
}

#[test]
fn every_topic_fits_the_asked_width_without_escape_sequences() {
    let sandbox = Sandbox::new();
    for slug in slugs("topics", ".md") {
        for lang in ["en", "ko"] {
            let text = sandbox.stdout(&format!("topic {slug} --width 40 --lang {lang}"));
            let wide: Vec<&str> = text.lines().filter(|line| line.width() > 40).collect();
            assert_eq!(wide, Vec::<&str>::new(), "{slug} {lang}");
            assert!(!text.contains('\u{1b}'), "{slug} {lang}");
        }
    }
}

#[test]
fn a_page_links_out_but_loads_nothing() {
    let sandbox = Sandbox::new();
    for slug in slugs("topics", ".md") {
        let page = sandbox.stdout(&format!("topic {slug} --html"));
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{slug}");
        for banned in ["<script", "<link", "@import", "url(", " src="] {
            assert!(!page.contains(banned), "{slug}: {banned}");
        }
    }
}
