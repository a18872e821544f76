use super::*;

fn entry(kind: EntryKind, id: &str, title: &str, aliases: &[&str], texts: &[&str]) -> Entry {
    let passage = |(at, text): (usize, &&str)| Passage {
        lang: if text.is_ascii() { Lang::En } else { Lang::Ko },
        section: Some(["short-answer", "mechanism", "defaults"][at % 3].to_owned()),
        heading: String::new(),
        text: (*text).to_owned(),
    };
    Entry {
        kind,
        id: id.to_owned(),
        target: format!("{} {id}", kind.name()),
        topic: None,
        title: Text::same(title),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        passages: texts.iter().enumerate().map(passage).collect(),
    }
}

fn entries() -> Vec<Entry> {
    use EntryKind::{Knob, Question, Sim, Topic};
    let pool = &["A permit to use the database.", "Who waits, waits.", "maximumPoolSize is 10."];
    let locks = &["Rows.", "A deadlock is a circle.", "데드락은 대기의 순환이다."];
    vec![
        entry(Topic, "hikaricp-pool", "HikariCP", &["커넥션 풀", "pool size"], pool),
        entry(Topic, "db-locks", "InnoDB locks", &["데드락", "deadlock"], locks),
        entry(Sim, "deadlock", "Who deadlocks", &[], &["Ten buyers."]),
        entry(Sim, "pool-size", "How many", &[], &["Connections in a pool."]),
        entry(Question, "db-locks/a", "InnoDB locks", &[], &["Which deadlock is it?"]),
        entry(Knob, "hikari.maximum-pool-size", "hikari.maximum-pool-size", &[], &["connections"]),
    ]
}

/// Commands of the results, after what was looked for instead.
fn found(typed: &str) -> Vec<String> {
    let entries = entries();
    let answer = search(&entries, typed, Lang::En, 10);
    let shown = answer.shown_for.map(|shown| format!("for {shown}"));
    shown.into_iter().chain(answer.hits.into_iter().map(|hit| hit.command)).collect()
}

#[test]
fn a_name_comes_first_and_its_topic_before_all() {
    assert_eq!(found("deadlock")[..2], ["topic db-locks", "sim deadlock"]);
    assert_eq!(found("Pool Size")[..2], ["topic hikaricp-pool", "sim pool-size"]);
    // To the letter against but for a space.
    assert_eq!(found("pool-size")[..2], ["sim pool-size", "topic hikaricp-pool"]);
    assert_eq!(found("커넥션풀이"), ["topic hikaricp-pool"]);
    assert_eq!(found("hikari.maximumPoolSize")[0], "knob hikari.maximum-pool-size");
}

#[test]
fn what_stands_in_a_section_leads_to_the_section() {
    assert_eq!(found("circle"), ["topic db-locks#mechanism"]);
    assert_eq!(found("순환"), ["topic db-locks#defaults"]);
    assert_eq!(found("permit"), ["topic hikaricp-pool"]);
}

#[test]
fn only_unknown_words_are_replaced() {
    assert_eq!(found("epemfkr")[..2], ["for 데드락", "topic db-locks"]);
    assert_eq!(found("circle epemfkr")[..2], ["for circle 데드락", "topic db-locks#mechanism"]);
    assert_eq!(found("ㅇㄷㅁ이ㅐ차")[..2], ["for deadlock", "topic db-locks"]);
    assert_eq!(found("deadlokc")[..2], ["for deadlock", "topic db-locks"]);
    assert_eq!(found("데드록")[..2], ["for 데드락", "topic db-locks"]);
    assert_eq!(found("ㄷㄷㄹ"), ["topic db-locks"]);
    // The keys of 풀, but a syllable alone is no evidence.
    assert_eq!(found("vnf"), [""; 0]);
    assert_eq!(found("zebra"), [""; 0]);
}

#[test]
fn matches_are_marked_and_a_long_line_is_cut_around_them() {
    let long =
        format!("{} 데드락이 난다. {}", "앞 문장이다. ".repeat(40), "뒤 문장이다. ".repeat(40));
    let entries = [entry(EntryKind::Topic, "a", "b", &[], &["Nothing.", &long])];
    let answer = search(&entries, "데드락", Lang::Ko, 10);
    let snippet = &answer.hits[0].snippet;
    let marked: Vec<&str> =
        snippet.iter().filter(|piece| piece.is_match).map(|piece| piece.text.as_str()).collect();
    assert_eq!(marked, ["데드락"]);
    let text: String = snippet.iter().map(|piece| piece.text.as_str()).collect();
    assert!(text.starts_with('…') && text.ends_with('…'), "{text}");
    assert!(text.chars().count() < 110, "{text}");
}

#[test]
fn a_name_is_suggested_where_nothing_is_found() {
    let entries = entries();
    let answer = search(&entries, "hykkaricppol", Lang::Ko, 10);
    assert_eq!((answer.hits.len(), answer.nearest.as_deref()), (0, Some("hikaricp-pool")));
}
