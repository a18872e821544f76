use std::collections::BTreeSet;

use super::*;
use crate::content::{Kind, Library};
use crate::quiz::example;
use crate::quiz::grade::Band;
use crate::quiz::question::Quiz;
use crate::quiz::read;
use crate::quiz::unit::Unit;

/// With a value for every question that waits for one.
fn all(quiz: &Quiz) -> Vec<Asked<'_>> {
    let asked = quiz.questions.iter().map(|question| {
        let band = question.kind.simulated().map(|sim| Band {
            value: 2.0,
            low: 1.9,
            high: 2.1,
            unit: Unit::Milliseconds,
            wrong: vec![None; sim.wrong.len()],
        });
        let measured = Some(vec![vec!["a < b".to_owned()], vec!["1".to_owned()]]);
        Asked { quiz, question, measured, band }
    });
    asked.collect()
}

#[test]
fn every_embedded_question_is_one_line_of_six_fields_with_a_guid_of_its_own() {
    const TAGS: [&str; 24] = [
        "<br>",
        "<code>",
        "</code>",
        "<b>",
        "</b>",
        "<p>",
        "</p>",
        "<ol>",
        "<ol type=\"A\">",
        "</ol>",
        "<li>",
        "</li>",
        "<table>",
        "</table>",
        "<tr>",
        "</tr>",
        "<td>",
        "</td>",
        "<th>",
        "</th>",
        "<i>",
        "</i>",
        "<pre>",
        "</pre>",
    ];
    let library = Library::embedded();
    let mut guids = BTreeSet::new();
    let mut questions = 0;
    for slug in library.slugs(Kind::Quiz) {
        let quiz = read::load(&library, slug).unwrap();
        for lang in [Lang::En, Lang::Ko] {
            let (text, not_asked) = text(&all(&quiz), lang);
            assert_eq!(not_asked, [], "{slug}");
            let lines: Vec<&str> = text.strip_prefix(HEAD).unwrap().lines().collect();
            assert_eq!(lines.len(), quiz.questions.len(), "{slug}");
            questions += lines.len();
            for (line, question) in lines.iter().zip(&quiz.questions) {
                let fields: Vec<&str> = line.split('\t').collect();
                let [guid, note, deck, front, back, tags] = fields[..] else { panic!("{line}") };
                assert!(guids.insert(guid.to_owned()), "{guid} twice");
                assert!(guid.starts_with(&format!("prep:{slug}/{}", question.id)), "{guid}");
                let expected = ["Basic", &format!("prep::{slug}")];
                assert_eq!([note, deck], expected);
                assert_eq!(tags, format!("{slug} {}", question.kind.name()));
                for field in [front, back] {
                    let bare =
                        TAGS.iter().fold(field.to_owned(), |text, tag| text.replace(tag, ""));
                    assert!(!bare.contains(['<', '>', '"', '\r']), "{guid}: {bare}");
                    assert!(!bare.trim().is_empty(), "{guid}");
                }
            }
        }
    }
    assert_eq!(guids.len(), questions);
}

#[test]
fn a_card_asks_on_its_front_and_answers_on_its_back() {
    let quiz = example::quiz();
    let card = |id: &str, lang| {
        let all = all(&quiz);
        let asked = all.iter().find(|asked| asked.question.id == id).unwrap();
        note(asked, lang).unwrap()
    };
    assert_eq!(
        card("first-wall", Lang::En),
        [
            "prep:hikaricp-pool/first-wall",
            "Basic",
            "prep::hikaricp-pool",
            "p99 climbs to 900 ms, application CPU 20 %, database CPU 30 %. What do you look at \
             first?<ol type=\"A\"><li>the pool: <code>pending</code></li><li>Tomcat threads</li>\
             <li>all of these</li></ol>",
            "<p><b>A. the pool: <code>pending</code></b><br>CPU is idle: threads wait.</p><p>Threads \
             that wait for a connection use no CPU.</p><br><code>prep topic \
             hikaricp-pool#mechanism</code><br><code>prep sim pool-size</code>",
            "hikaricp-pool choice",
        ]
    );
    assert_eq!(card("first-wall", Lang::Ko)[0], "prep:hikaricp-pool/first-wall:ko");
    let number = &card("ceiling", Lang::En)[4];
    assert!(number.starts_with("<b>200/s</b> (196/s to 204/s is right)<p>"), "{number}");
    let [.., front, back, _] = card("steps", Lang::En);
    let right = "<li>borrow a connection</li><li>begin</li><li>commit</li>";
    assert!(!front.contains(right) && front.contains("<li>begin</li>"), "{front}");
    assert!(back.starts_with(&format!("<ol>{right}")), "{back}");
}

#[test]
fn steps_are_never_shown_in_the_right_order() {
    let quiz = example::quiz();
    let QuestionKind::Order(asked) = &example::question(&quiz, "steps").kind else { panic!() };
    for at in 0..200 {
        let order = mixed(asked, &format!("id-{at}"));
        assert!(!order.is_sorted() && order.len() == 4, "{order:?}");
    }
}
