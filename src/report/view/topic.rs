//! Topics: the page of one, and the list of all.

use super::prose::Prose;
use crate::content::text::{Lang, both};
use crate::knowledge::markdown;
use crate::knowledge::search::Answer;
use crate::knowledge::topic::Topic;
use crate::practice::card::Listed;
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table, Tone};
use crate::sims::outcome::committed::Committed;
use crate::store::Attempt;

/// The page of a topic: its body, then its neighbours and where it comes from. `after` are the
/// topics that build on it, `runs` the committed runs of the sims that it shows.
pub(crate) fn topic(topic: &Topic, after: &[String], runs: &[Committed], lang: Lang) -> Document {
    let mut shown =
        vec![Block::Heading { level: 1, id: None, text: vec![Span::text(&topic.title)] }];
    shown.extend(Prose { runs, sources: &topic.sources, lang }.body(&topic.body, &topic.body));
    shown.push(Block::Rule);
    let say = |text: crate::content::text::Text| text.get(lang).to_owned();
    let commands = |verb: &str, names: &[String]| -> Vec<Span> {
        let mut spans = Vec::new();
        for name in names {
            if !spans.is_empty() {
                spans.push(Span::text("   "));
            }
            spans.push(Span::code(format!("prep {verb} {name}")));
        }
        spans
    };
    let mut rows = Vec::new();
    if !topic.requires.is_empty() {
        rows.push((say(both!("Know before", "먼저 볼 주제")), commands("topic", &topic.requires)));
    }
    if !topic.sims.is_empty() {
        rows.push((say(both!("See it run", "돌려 보기")), commands("sim", &topic.sims)));
    }
    if !after.is_empty() {
        rows.push((say(both!("Go on with", "이어서 볼 주제")), commands("topic", after)));
    }
    let (what, on) = (&topic.checked.what, &topic.checked.on);
    let checked = Span::Toned(Tone::Muted, format!("{what}, {on}"));
    rows.push((say(both!("Checked against", "확인한 버전")), vec![checked]));
    shown.push(Block::Labelled(rows));
    Document { title: topic.title.clone(), blocks: shown }
}

/// One section of a topic, with the way to its neighbours.
pub(crate) fn part(
    topic: &Topic,
    section: &str,
    blocks_of_it: &[markdown::Block],
    runs: &[Committed],
    lang: Lang,
) -> Document {
    let mut shown = Prose { runs, sources: &topic.sources, lang }.body(blocks_of_it, &topic.body);
    shown.push(Block::Rule);
    let level = topic.sections.iter().find(|it| it.id == section).map(|it| it.level);
    let alike: Vec<&str> = topic
        .sections
        .iter()
        .filter(|it| Some(it.level) == level)
        .map(|it| it.id.as_str())
        .collect();
    let at = alike.iter().position(|id| *id == section).unwrap_or_default();
    let neighbours = [
        (both!("Before", "이전"), at.checked_sub(1)),
        (both!("After", "다음"), Some(at + 1).filter(|at| *at < alike.len())),
    ];
    let slug = &topic.slug;
    let mut rows: Vec<(String, Vec<Span>)> = neighbours
        .into_iter()
        .filter_map(|(label, at)| {
            let command = Span::code(format!("prep topic {slug}#{}", alike[at?]));
            Some((label.get(lang).to_owned(), vec![command]))
        })
        .collect();
    let whole = both!("All of it", "전체").get(lang).to_owned();
    rows.push((whole, vec![Span::code(format!("prep topic {slug}"))]));
    shown.push(Block::Labelled(rows));
    Document { title: topic.title.clone(), blocks: shown }
}

/// Topics in the order in which they build on each other, with what has been answered of each.
pub(crate) fn path(
    steps: &[&Topic],
    quizzes: &[Listed],
    answered: &[Attempt],
    lang: Lang,
) -> Document {
    let title = both!("The path", "학습 순서").get(lang).to_owned();
    let column = |head: &str, align| Column { head: vec![Span::text(head)], align };
    let columns = vec![
        column("", Align::Right),
        column("prep topic", Align::Left),
        column(both!("title", "제목").get(lang), Align::Left),
        column(both!("right", "맞힌 문제").get(lang), Align::Right),
        column(both!("know before", "먼저 볼 주제").get(lang), Align::Left),
    ];
    let rows = steps.iter().enumerate().map(|(at, topic)| {
        let quiz = quizzes.iter().find(|quiz| quiz.slug == topic.slug);
        let right = quiz.map_or_else(String::new, |quiz| {
            let (_, right) = super::quiz::tally(quiz, answered);
            format!("{right}/{}", quiz.questions.len())
        });
        Row::Cells(vec![
            vec![Span::text((at + 1).to_string())],
            vec![Span::code(&topic.slug)],
            vec![Span::text(&topic.title)],
            vec![Span::text(right)],
            vec![Span::text(topic.requires.join(", "))],
        ])
    });
    let table = Table { columns, rows: rows.collect(), keep: 4 };
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    Document { title, blocks: vec![heading, Block::Table(table)] }
}

/// The topics that fit some words, each with the path that leads to it and how much of every
/// step has been answered. `paths` belong to the hits of `answer` by their place.
pub(crate) fn start(
    answer: &Answer<'_>,
    paths: &[Vec<&Topic>],
    quizzes: &[Listed],
    answered: &[Attempt],
    lang: Lang,
) -> Document {
    let say = |text: crate::content::text::Text| text.get(lang).to_owned();
    let title = say(both!("Where to start", "어디서 시작할까"));
    let mut blocks = vec![Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] }];
    blocks.extend(super::search::shown_for(answer, lang));
    for (hit, path) in answer.hits.iter().zip(paths) {
        let heading = super::search::marked(&hit.title).collect();
        blocks.push(Block::Heading { level: 2, id: None, text: heading });
        let tally = |topic: &Topic| {
            let quiz = quizzes.iter().find(|quiz| quiz.slug == topic.slug)?;
            let (seen, right) = super::quiz::tally(quiz, answered);
            Some((seen, right, quiz.questions.len()))
        };
        let mut steps = Vec::new();
        for topic in path {
            if !steps.is_empty() {
                steps.push(Span::text(" → "));
            }
            steps.push(Span::text(&topic.slug));
            if let Some((_, right, of)) = tally(topic) {
                let tone = if right > 0 { Tone::Good } else { Tone::Muted };
                steps.push(Span::Toned(tone, format!(" {right}/{of}")));
            }
        }
        let untouched = |topic: &&&Topic| tally(topic).is_some_and(|(seen, ..)| seen == 0);
        let first = path.iter().find(untouched).map_or(hit.entry.id.as_str(), |it| &it.slug);
        let words = super::search::marked(&hit.snippet).collect();
        blocks.push(Block::Labelled(vec![
            (say(both!("Start with", "시작")), vec![Span::code(format!("prep topic {first}"))]),
            (say(both!("Path, right", "순서, 정답")), steps),
            (say(both!("Found at", "찾은 곳")), vec![Span::code(format!("prep {}", hit.command))]),
            (String::new(), words),
        ]));
    }
    Document { title, blocks }
}

/// All topics as a table of slug, title and sims.
pub(crate) fn topic_list(topics: &[Topic], lang: Lang) -> Document {
    let title = both!("Topics", "주제").get(lang).to_owned();
    let column = |head: &str| Column { head: vec![Span::text(head)], align: Align::Left };
    let columns = vec![
        column(both!("prep topic", "prep topic").get(lang)),
        column(both!("title", "제목").get(lang)),
        column(both!("sims", "시뮬레이션").get(lang)),
    ];
    let row = |topic: &Topic| {
        let sims = Span::text(topic.sims.join(", "));
        Row::Cells(vec![vec![Span::code(&topic.slug)], vec![Span::text(&topic.title)], vec![sims]])
    };
    let table = Table { columns, rows: topics.iter().map(row).collect(), keep: 2 };
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    Document { title, blocks: vec![heading, Block::Table(table)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::problem::Source;
    use crate::knowledge::topic::SECTIONS;
    use crate::report::render::terminal::{Style, render};

    fn pool() -> Topic {
        let mut text =
            "+++\ntitle = \"커넥션 풀\"\naliases = []\nrequires = [\"tomcat-threads\"]\n\
                        sims = [\"pool-size\", \"pool-leak\"]\n\
                        checked = { what = \"HikariCP 6.3\", on = \"2026-11-22\" }\n+++\n"
                .to_owned();
        for id in SECTIONS {
            text += &format!("## {id} {{#{id}}}\n");
            text += match id {
                "mechanism" => {
                    "A **pool** is [a queue](topic:queueing#littles-law), see [below](#sources).\n\n\
                     1. *borrow*\n2. `close()`\n"
                }
                "defaults" => "| Setting | Default |\n|---|--:|\n| `maximum-pool-size` | 10 |\n",
                "see-it-run" => "```prep\nsim pool-size\n```\n",
                _ => "",
            };
        }
        Topic::read(&Source::new("topics/pool.ko.md", text), "pool").unwrap()
    }

    #[test]
    fn a_topic_is_a_page() {
        let style = Style { width: 60, color: false, links: false, unicode: true, lang: Lang::Ko };
        let mut doc = topic(&pool(), &["tx".to_owned()], &[], Lang::Ko);
        doc.blocks.retain(|block| !matches!(block, Block::Heading { level: 2, .. }));
        let expected = r#"
 커넥션 풀
 ─────────
 A pool is a queue (`prep topic queueing`), see below.

 1. borrow
 2. `close()`

 Setting             Default
 ───────────────────────────
 maximum-pool-size        10

   prep sim pool-size

 ───────────────────────────────────────────────────────────

 먼저 볼 주제     prep topic tomcat-threads
 돌려 보기        prep sim pool-size   prep sim pool-leak
 이어서 볼 주제   prep topic tx
 확인한 버전      HikariCP 6.3, 2026-11-22
"#;
        assert_eq!(render(&doc, style), expected[1..]);
    }

    #[test]
    fn the_list_names_what_to_type() {
        let style = Style { width: 60, color: false, links: false, unicode: true, lang: Lang::Ko };
        let expected = r#"
 주제
 ────
 prep topic   제목        시뮬레이션
 ─────────────────────────────────────────────
 pool         커넥션 풀   pool-size, pool-leak
"#;
        assert_eq!(render(&topic_list(&[pool()], Lang::Ko), style), expected[1..]);
    }
}
