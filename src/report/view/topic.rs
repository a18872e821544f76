//! Topics: the page of one, and the list of all.

use crate::content::text::{Lang, both};
use crate::knowledge::markdown::{self, Inline, Target};
use crate::knowledge::topic::Topic;
use crate::quiz::question::Quiz;
use crate::report::document::{Align, Block, Column, Document, Page, Row, Span, Table, Tone};
use crate::store::Attempt;

/// The page of a topic: its body, then where it comes from and what to know before.
pub(crate) fn topic(topic: &Topic, lang: Lang) -> Document {
    let mut shown =
        vec![Block::Heading { level: 1, id: None, text: vec![Span::text(&topic.title)] }];
    shown.extend(blocks(&topic.body));
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
    lang: Lang,
) -> Document {
    let mut shown = blocks(blocks_of_it);
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
    quizzes: &[Quiz],
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

fn blocks(body: &[markdown::Block]) -> Vec<Block> {
    body.iter().map(block).collect()
}

fn block(block: &markdown::Block) -> Block {
    match block {
        markdown::Block::Heading { level, id, text, .. } => {
            Block::Heading { level: *level, id: id.clone(), text: spans(text) }
        }
        markdown::Block::Paragraph(text) => Block::Paragraph(spans(text)),
        markdown::Block::List { first, items } => {
            Block::List { first: *first, items: items.iter().map(|item| blocks(item)).collect() }
        }
        markdown::Block::Quote(inner) => Block::Quote(blocks(inner)),
        markdown::Block::Code(code) => {
            let is_command = |line: &str| code.language == "prep" && !line.trim().is_empty();
            let lines = code.lines.iter().map(|(line, _)| match is_command(line) {
                true => format!("prep {}\n", line.trim()),
                false => format!("{line}\n"),
            });
            Block::Code { language: code.language.clone(), text: lines.collect() }
        }
        markdown::Block::Table(table) => Block::Table(self::table(table)),
        markdown::Block::Rule => Block::Rule,
    }
}

fn table(table: &markdown::Table) -> Table {
    let columns = table.head.iter().zip(&table.right).map(|(head, right)| Column {
        head: spans(head),
        align: if *right { Align::Right } else { Align::Left },
    });
    let columns: Vec<Column> = columns.collect();
    let cells = |cells: &[Vec<Inline>]| cells.iter().map(|cell| spans(cell)).collect();
    let rows = table.rows.iter().map(|row| Row::Cells(cells(&row.cells))).collect();
    // Every column of a study text matters: a narrow terminal shows records instead.
    Table { keep: columns.len(), columns, rows }
}

fn spans(inlines: &[Inline]) -> Vec<Span> {
    let mut out = Vec::new();
    for inline in inlines {
        match inline {
            Inline::Text(words) => out.push(Span::text(words)),
            Inline::Strong(inner) => out.push(Span::Strong(spans(inner))),
            Inline::Emphasis(inner) => out.push(Span::Emphasis(spans(inner))),
            Inline::Code(words) => out.push(Span::code(words)),
            Inline::Break => out.push(Span::Break),
            Inline::Link { to, text, .. } => {
                let text = spans(text);
                out.push(match to {
                    Target::Web(url) => Span::Link { to: url.clone(), text },
                    Target::Section(id) => Span::Link { to: format!("#{id}"), text },
                    Target::Topic { slug, section } => {
                        let (slug, section) = (slug.clone(), section.clone());
                        Span::Jump { to: Page::Topic { slug, section }, text }
                    }
                    Target::Sim { slug } => {
                        Span::Jump { to: Page::Sim { slug: slug.clone() }, text }
                    }
                });
            }
        }
    }
    out
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
        let style = Style { width: 60, color: false, unicode: true, lang: Lang::Ko };
        let mut doc = topic(&pool(), Lang::Ko);
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

 먼저 볼 주제   prep topic tomcat-threads
 돌려 보기      prep sim pool-size   prep sim pool-leak
 확인한 버전    HikariCP 6.3, 2026-11-22
"#;
        assert_eq!(render(&doc, style), expected[1..]);
    }

    #[test]
    fn the_list_names_what_to_type() {
        let style = Style { width: 60, color: false, unicode: true, lang: Lang::Ko };
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
