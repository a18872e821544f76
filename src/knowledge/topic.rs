//! One topic file: front matter, the sections, and what other checks need to know of it.

mod front_matter;

use std::collections::BTreeSet;
use std::ops::Range;

use self::front_matter::fences;
pub(crate) use self::front_matter::{Checked, DefaultSource, Shape, front_matter};
use super::markdown::{self, Block, ClaimRef, Inline, Measured, Target, control_character};
use crate::content::problem::{Problem, Source, is_control};
use crate::content::text::both;
use crate::content::toml_tree::BYTES_MAX;

/// The ids of the level-2 sections, in order.
pub(crate) const SECTIONS: [&str; 10] = [
    "short-answer",
    "mechanism",
    "defaults",
    "trade-offs",
    "follow-ups",
    "red-flags",
    "misconceptions",
    "see-it-run",
    "your-project",
    "sources",
];
/// Most words a topic may have in one language.
pub(crate) const WORDS_MAX: usize = 1200;
/// Most words of the page of myths.
const MYTHS_WORDS_MAX: usize = 2000;

/// One topic in one language.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Topic {
    pub(crate) slug: String,
    pub(crate) shape: Shape,
    pub(crate) title: String,
    pub(crate) aliases: Vec<String>,
    /// Slugs of topics to know before.
    pub(crate) requires: Vec<String>,
    pub(crate) sims: Vec<String>,
    pub(crate) checked: Checked,
    pub(crate) body: Vec<Block>,
    /// Tokens between white space, outside front matter and code blocks.
    pub(crate) words: usize,
    pub(crate) sections: Vec<Section>,
    pub(crate) links: Vec<Link>,
    /// Lines of `prep` blocks, without the leading `prep`.
    pub(crate) commands: Vec<Command>,
    /// What the table of section `defaults` says of knobs.
    pub(crate) default_rows: Vec<DefaultRow>,
    /// What that table is about, row by row: the first cells without marks.
    pub(crate) settings: Vec<(String, Range<usize>)>,
    pub(crate) sources: Vec<DefaultSource>,
    /// Values that sims measured, where the text shows them.
    pub(crate) measured: Vec<Measured>,
    /// Claims of sims that the text rests on.
    pub(crate) claims: Vec<ClaimRef>,
}

impl Topic {
    /// The sims of which the page shows something measured.
    pub(crate) fn sims_shown(&self) -> BTreeSet<&str> {
        let values = self.measured.iter().map(|measured| measured.sim.as_str());
        let claims = self.claims.iter().map(|claim| claim.sim.as_str());
        let tables = self.commands.iter().filter_map(|command| command.line.strip_prefix("sim "));
        values.chain(claims).chain(tables.filter(|sim| !sim.contains(' '))).collect()
    }

    /// What stands under a heading, itself included; `None` if there is no such id.
    pub(crate) fn part(&self, wanted: &str) -> Option<&[Block]> {
        let level_of = |block: &Block| match block {
            Block::Heading { level, .. } => Some(*level),
            _ => None,
        };
        let is_it =
            |block: &Block| matches!(block, Block::Heading { id: Some(id), .. } if id == wanted);
        let from = self.body.iter().position(is_it)?;
        let level = level_of(&self.body[from])?;
        let ends = |block: &Block| level_of(block).is_some_and(|other| other <= level);
        let length = self.body[from + 1..].iter().position(ends);
        let to = length.map_or(self.body.len(), |length| from + 1 + length);
        Some(&self.body[from..to])
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) level: u8,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) to: Target,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) line: String,
    pub(crate) span: Range<usize>,
}

/// A knob and the default that the topic claims for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultRow {
    pub(crate) knob: String,
    pub(crate) default: String,
    pub(crate) span: Range<usize>,
}

impl Topic {
    /// Reads a topic file.
    ///
    /// # Errors
    /// Every problem of the file: its front matter, its sections, its length, markup that topics
    /// do not have, links that lead nowhere, commands that repeat `prep`.
    pub(crate) fn read(source: &Source, slug: &str) -> Result<Topic, Vec<Problem>> {
        if source.text.len() > BYTES_MAX {
            return Err(vec![source.problem_of_file(both!(
                "the file is larger than 1 MiB, the most that is read",
                "파일이 1 MiB를 넘습니다. 그보다 큰 파일은 읽지 않습니다"
            ))]);
        }
        let mut problems = control_characters(source);
        let front = front_matter(source).map_err(|found| problems.extend(found)).ok();
        let Some((_, start)) = fences(source) else { return Err(problems) };
        let (body, found) = markdown::parse(source, start);
        problems.extend(found);
        let mut facts = Facts::default();
        facts.collect(&body, source, &mut problems);
        let words_max = match front.as_ref().map(|front| front.shape) {
            Some(Shape::Myths) => {
                problems.extend(myths_without_run(&body, source));
                MYTHS_WORDS_MAX
            }
            Some(Shape::Topic) | None => {
                check_sections(&facts.sections, source, &mut problems);
                WORDS_MAX
            }
        };
        let words = words(&source.text, start, &facts.code);
        if words > words_max {
            problems.push(source.problem_of_file(both!(
                "the topic has {words} words; at most {words_max} are read in one sitting",
                "주제가 {words}단어입니다. 최대 {words_max}단어입니다"
            )));
        }
        // In the order of the file; what concerns the file as a whole comes last.
        problems.sort_by_key(|problem| problem.place.as_ref().map_or(usize::MAX, |at| at.line));
        match front {
            Some(front) if problems.is_empty() => Ok(Topic {
                slug: slug.to_owned(),
                shape: front.shape,
                title: front.title,
                aliases: front.aliases,
                requires: front.requires,
                sims: front.sims,
                checked: front.checked,
                body,
                words,
                sections: facts.sections,
                links: facts.links,
                commands: facts.commands,
                default_rows: facts.default_rows,
                settings: facts.settings,
                sources: front.sources,
                measured: facts.measured,
                claims: facts.claims,
            }),
            _ => Err(problems),
        }
    }
}

/// Every control character of the file, line breaks and tabs aside.
fn control_characters(source: &Source) -> Vec<Problem> {
    const MOST: usize = 20;
    let text = &source.text;
    let bad = |(at, c): &(usize, char)| match c {
        '\n' | '\t' => false,
        '\r' => !text[at + 1..].starts_with('\n'),
        c => is_control(*c),
    };
    let found = text.char_indices().filter(bad).take(MOST);
    found.map(|(at, c)| control_character(source, at..at + c.len_utf8())).collect()
}

/// What a walk through the body finds.
#[derive(Default)]
struct Facts {
    sections: Vec<Section>,
    links: Vec<Link>,
    commands: Vec<Command>,
    default_rows: Vec<DefaultRow>,
    settings: Vec<(String, Range<usize>)>,
    measured: Vec<Measured>,
    claims: Vec<ClaimRef>,
    /// Places of code blocks.
    code: Vec<Range<usize>>,
}

impl Facts {
    fn collect(&mut self, blocks: &[Block], source: &Source, problems: &mut Vec<Problem>) {
        for block in blocks {
            match block {
                Block::Heading { level, id, text, span } => {
                    self.heading(*level, id.as_deref(), text, span, source, problems);
                }
                Block::Paragraph(text) => self.inlines(text),
                Block::List { items, .. } => {
                    for item in items {
                        self.collect(&item.blocks, source, problems);
                    }
                }
                Block::Quote(inner) | Block::Admonition { blocks: inner, .. } => {
                    self.collect(inner, source, problems);
                }
                Block::Footnotes(footnotes) => {
                    for footnote in footnotes {
                        self.collect(&footnote.blocks, source, problems);
                    }
                }
                Block::Code(code) => {
                    self.code.push(code.span.clone());
                    if code.language == "prep" {
                        self.commands(&code.lines, source, problems);
                    }
                }
                Block::Claims { claims, span } => {
                    self.code.push(span.clone());
                    self.claims.extend(claims.iter().cloned());
                }
                Block::Table(table) => self.table(table),
                Block::Rule => {}
            }
        }
    }

    fn heading(
        &mut self,
        level: u8,
        id: Option<&str>,
        text: &[Inline],
        span: &Range<usize>,
        source: &Source,
        problems: &mut Vec<Problem>,
    ) {
        self.inlines(text);
        if level == 1 {
            problems.push(source.problem(
                span.clone(),
                both!(
                    "no level-1 heading: the title is in the front matter",
                    "`#` 제목은 쓰지 않습니다. 제목은 머리말에 있습니다"
                ),
            ));
            return;
        }
        let Some(id) = id else {
            problems.push(
                source
                    .problem(span.clone(), both!("the heading has no id", "제목에 id가 없습니다"))
                    .hint(both!("end it with `{{#some-id}}`", "끝에 `{{#some-id}}`를 붙이세요")),
            );
            return;
        };
        if self.sections.iter().any(|section| section.id == id) {
            problems.push(source.problem(
                span.clone(),
                both!("the id `{id}` occurs twice", "id `{id}`가 두 번 나옵니다"),
            ));
        }
        let title = Inline::plain(text);
        self.sections.push(Section { level, id: id.to_owned(), title, span: span.clone() });
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Link { to, text, span } => {
                    self.links.push(Link { to: to.clone(), span: span.clone() });
                    self.inlines(text);
                }
                Inline::Strong(inner) | Inline::Emphasis(inner) => self.inlines(inner),
                Inline::Measured(measured) => self.measured.push(measured.clone()),
                Inline::Text(_) | Inline::Code(_) | Inline::Footnote(_) | Inline::Break => {}
            }
        }
    }

    fn commands(
        &mut self,
        lines: &[(String, Range<usize>)],
        source: &Source,
        problems: &mut Vec<Problem>,
    ) {
        for (line, span) in lines {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if line == "prep" || line.starts_with("prep ") {
                problems.push(source.problem(
                    span.clone(),
                    both!(
                        "a line of a `prep` block begins without `prep`",
                        "`prep` 블록의 줄은 `prep` 없이 시작합니다"
                    ),
                ));
            }
            self.commands.push(Command { line: line.to_owned(), span: span.clone() });
        }
    }

    fn table(&mut self, table: &markdown::Table) {
        let rows = table.rows.iter().map(|row| (&row.cells, Some(&row.span)));
        let in_defaults = self
            .sections
            .iter()
            .rfind(|section| section.level == 2)
            .is_some_and(|section| section.id == "defaults");
        for (cells, span) in std::iter::once((&table.head, None)).chain(rows) {
            cells.iter().for_each(|cell| self.inlines(cell));
            if let (Some(first), Some(span), true) = (cells.first(), span, in_defaults) {
                self.settings.push((Inline::plain(first).trim().to_owned(), span.clone()));
            }
            let (Some([Inline::Code(knob)]), Some(default), Some(span), true) =
                (cells.first().map(Vec::as_slice), cells.get(1), span, in_defaults)
            else {
                continue;
            };
            let (knob, default) = (knob.clone(), Inline::plain(default));
            self.default_rows.push(DefaultRow { knob, default, span: span.clone() });
        }
    }
}

/// The sections, in their order, each exactly once.
fn check_sections(sections: &[Section], source: &Source, problems: &mut Vec<Problem>) {
    let found: Vec<&Section> = sections.iter().filter(|section| section.level == 2).collect();
    for expected in SECTIONS {
        if found.iter().all(|section| section.id != expected) {
            problems.push(source.problem_of_file(both!(
                "the section `{expected}` is missing: a level-2 heading with `{{#{expected}}}`",
                "`{expected}` 절이 없습니다: `{{#{expected}}}`가 붙은 `##` 제목이 필요합니다"
            )));
        }
    }
    let mut last = 0;
    for section in found {
        let id = &section.id;
        let Some(at) = SECTIONS.iter().position(|expected| expected == id) else {
            let known = SECTIONS.join(", ");
            problems.push(
                source
                    .problem(
                        section.span.clone(),
                        both!("topics have no section `{id}`", "주제에는 `{id}` 절이 없습니다"),
                    )
                    .hint(both!(
                        "use a level-3 heading, or one of: {known}",
                        "`###` 제목을 쓰거나 다음 중 하나를 쓰세요: {known}"
                    )),
            );
            continue;
        };
        if at < last {
            let before = SECTIONS[last];
            problems.push(source.problem(
                section.span.clone(),
                both!(
                    "the section `{id}` stands before `{before}`",
                    "`{id}` 절은 `{before}` 절보다 앞에 옵니다"
                ),
            ));
        }
        last = last.max(at);
    }
}

/// Each myth needs a claim that a run has judged, and the way to where it is explained.
fn myths_without_run(body: &[Block], source: &Source) -> Vec<Problem> {
    let is_myth = |block: &Block| matches!(block, Block::Heading { level: 2, .. });
    let myths = body.chunk_by(|_, next| !is_myth(next)).filter_map(|myth| match myth.first() {
        Some(Block::Heading { level: 2, span, .. }) => Some((span, myth)),
        _ => None,
    });
    let mut problems = Vec::new();
    for (span, myth) in myths {
        let mut facts = Facts::default();
        facts.collect(myth, source, &mut Vec::new());
        if facts.claims.is_empty() {
            problems.push(source.problem(
                span.clone(),
                both!(
                    "the myth has no `claims` block with a claim of a sim",
                    "통설에 sim의 주장을 담은 `claims` 블록이 없습니다"
                ),
            ));
        }
        if !facts.links.iter().any(|link| matches!(link.to, Target::Topic { .. })) {
            problems.push(source.problem(
                span.clone(),
                both!("the myth links to no topic", "통설에 주제로 가는 링크가 없습니다"),
            ));
        }
    }
    problems
}

fn words(text: &str, start: usize, code: &[Range<usize>]) -> usize {
    let mut from = start;
    let mut count = 0;
    for span in code {
        let to = span.start.clamp(from, text.len());
        count += text[from..to].split_whitespace().count();
        from = span.end.clamp(to, text.len());
    }
    count + text[from..].split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;

    const FRONT: &str = "+++\ntitle = \"Pool\"\naliases = [\"풀\"]\nrequires = [\"tomcat-threads\"]\nsims = [\"pool-size\"]\nchecked = { what = \"HikariCP 6.3\", on = \"2026-11-22\" }\n+++\n";

    fn with(section: &str, body: &str) -> String {
        let mut text = FRONT.to_owned();
        for id in SECTIONS {
            text += &format!("\n## The {id} {{#{id}}}\n\n");
            text += if id == section { body } else { "Ten is enough.\n" };
        }
        text
    }

    fn problems(text: &str) -> Vec<String> {
        match Topic::read(&Source::new("topics/pool.md", text), "pool") {
            Ok(_) => Vec::new(),
            Err(found) => found
                .iter()
                .map(|p| {
                    let line = p.place.as_ref().map_or(0, |place| place.line);
                    assert!(!p.show(Lang::Ko).is_empty());
                    format!("{line}: {}", p.what.en)
                })
                .collect(),
        }
    }

    #[test]
    fn a_topic_is_read_whole() {
        let body = "| Setting | Default |\n|---|--:|\n| `pool.size` | 10 |\n| no knob | 1 |\n\n\
                    See [threads](topic:tomcat-threads#mechanism), **[sim](sim:pool-size)**.\n\n\
                    - item\n\n  ```prep\n  sim pool-size --set a=1\n\n  quiz pool\n  ```\n";
        let source = Source::new("topics/pool.md", with("defaults", body));
        let topic = Topic::read(&source, "pool").unwrap();
        let at = |span: &Range<usize>| source.text[span.clone()].trim().to_owned();
        let rows: Vec<_> =
            topic.default_rows.iter().map(|r| (&*r.knob, &*r.default, at(&r.span))).collect();
        assert_eq!(rows, [("pool.size", "10", "| `pool.size` | 10 |".to_owned())]);
        let commands: Vec<_> = topic.commands.iter().map(|c| (&*c.line, at(&c.span))).collect();
        let expected = ["sim pool-size --set a=1", "quiz pool"];
        assert_eq!(commands, expected.map(|line| (line, line.to_owned())));
        let links: Vec<_> = topic.links.iter().map(|l| (l.to.clone(), at(&l.span))).collect();
        let section = Some("mechanism".to_owned());
        assert_eq!(
            links,
            [
                (
                    Target::Topic { slug: "tomcat-threads".to_owned(), section },
                    "[threads](topic:tomcat-threads#mechanism)".to_owned()
                ),
                (Target::Sim { slug: "pool-size".to_owned() }, "[sim](sim:pool-size)".to_owned()),
            ]
        );
        let ids: Vec<_> = topic.sections.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, SECTIONS);
        assert_eq!(at(&topic.sections[0].span), "## The short-answer {#short-answer}");
        assert_eq!((topic.title.as_str(), topic.checked.on.as_str()), ("Pool", "2026-11-22"));
        assert_eq!(topic.words, 10 * 4 + 9 * 3 + 22);
    }

    #[test]
    fn a_file_with_carriage_returns_is_the_same_topic() {
        let text = with("mechanism", "One\ntwo `three`.\n\n```sql\na\nb\n```\n");
        let unix = Topic::read(&Source::new("t", text.clone()), "pool").unwrap();
        let dos = Topic::read(&Source::new("t", text.replace('\n', "\r\n")), "pool").unwrap();
        let code = |topic: &Topic| -> Vec<Vec<String>> {
            let code = topic.body.iter().filter_map(|block| match block {
                Block::Code(code) => {
                    Some(code.lines.iter().map(|(line, _)| line.clone()).collect())
                }
                _ => None,
            });
            code.collect()
        };
        assert_eq!(code(&unix), [["a".to_owned(), "b".to_owned()]]);
        assert_eq!(code(&dos), code(&unix));
        assert_eq!((dos.words, dos.title), (unix.words, unix.title));
    }

    #[test]
    fn every_problem_has_its_line() {
        let body = "A <b>tag</b> and ![x](y.png) &#27; [a](javascript:x) \u{7}.\n\n\
                    <div>x</div>\n\n# Title\n\n### No id\n\n## Extra {#extra}\n\n\
                    ```prep\nprep sim x\n```\n";
        assert_eq!(
            problems(&with("mechanism", body)),
            [
                "15: control characters are not allowed here",
                "15: raw HTML is not allowed",
                "15: raw HTML is not allowed",
                "15: images are not shown",
                "15: control characters are not allowed here",
                "15: the link leads nowhere",
                "17: raw HTML is not allowed",
                "19: no level-1 heading: the title is in the front matter",
                "21: the heading has no id",
                "23: topics have no section `extra`",
                "26: a line of a `prep` block begins without `prep`",
            ]
        );
    }

    #[test]
    fn front_matter_problems_name_the_line_of_the_file() {
        let text = with("", "").replace("title = \"Pool\"", "titel = \"Pool\"");
        assert_eq!(problems(&text), ["1: `title` is missing", "2: unknown field `titel`"]);
        let text = with("", "").replace("2026-11-22", "yesterday");
        assert_eq!(problems(&text), ["6: a day such as 2026-11-22 was expected"]);
        assert_eq!(problems("# Pool\n"), ["1: the front matter is missing or has no end"]);
        assert_eq!(
            problems("+++\na = \n+++\n")[0],
            "2: not valid TOML: string values must be quoted, expected literal string"
        );
    }

    #[test]
    fn sections_are_complete_and_in_order() {
        let text = with("", "");
        let swapped = text.replace("#mechanism", "#x").replace("#defaults", "#mechanism");
        assert_eq!(
            problems(&swapped.replace("#x", "#defaults")),
            ["17: the section `mechanism` stands before `defaults`"]
        );
        assert_eq!(
            problems(&text.replace(" {#sources}", " {#mechanism}")),
            [
                "45: the id `mechanism` occurs twice",
                "45: the section `mechanism` stands before `your-project`",
                "0: the section `sources` is missing: a level-2 heading with `{#sources}`",
            ]
        );
        assert_eq!(
            problems(&with("mechanism", &"word ".repeat(1201))),
            ["0: the topic has 1268 words; at most 1200 are read in one sitting"]
        );
    }

    #[test]
    fn hostile_markdown_is_refused_or_read_but_never_panics() {
        for text in [
            ">".repeat(3000),
            "- ".repeat(3000),
            "*".repeat(3001) + "a" + &"*".repeat(3001),
            "[".repeat(3000),
            "```prep\nsim x".to_owned(),
            format!("|{}\n|{}\n{}", "a|".repeat(500), "-|".repeat(500), "|b\n".repeat(500)),
            "\u{feff}+++ {#".to_owned(),
            "<!--".to_owned(),
            "&#0;&#x1b;".to_owned(),
        ] {
            let found = problems(&with("mechanism", &text));
            assert!(found.len() < 5000, "{text:.20}");
            let _ = problems(&text);
        }
        let deep = problems(&with("mechanism", &format!("{}a", ">".repeat(40))));
        assert_eq!(deep, ["15: nested more than 16 deep"]);
    }
}
