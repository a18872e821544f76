//! The markdown of topics as a small tree. What a topic may not use becomes a problem: raw HTML,
//! images, control characters, links that lead nowhere, deep nesting.

use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, Event, OffsetIter, Options, Parser, Tag,
};

use super::footnotes::{Footnote, Footnotes, undefined};
use crate::content::problem::{Problem, Source, is_control};
use crate::content::text::both;

/// Deepest nesting of lists, quotes and marks.
const DEPTH_MAX: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    Heading {
        level: u8,
        id: Option<String>,
        text: Vec<Inline>,
        span: Range<usize>,
    },
    Paragraph(Vec<Inline>),
    /// `first` is the number of the first item of an ordered list.
    List {
        first: Option<u64>,
        items: Vec<Item>,
    },
    Quote(Vec<Block>),
    Admonition {
        kind: Admonition,
        blocks: Vec<Block>,
    },
    Code(Code),
    /// Claims of sims, shown with what was measured.
    Claims {
        claims: Vec<ClaimRef>,
        span: Range<usize>,
    },
    Table(Table),
    Rule,
    /// The footnotes of the whole text by their numbers: the last block, if there are any.
    Footnotes(Vec<Footnote>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// Whether a task is done; `None` if the item is no task.
    pub(crate) done: Option<bool>,
    pub(crate) blocks: Vec<Block>,
}

/// What a paragraph set apart is for, as GitHub has them: `> [!NOTE]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admonition {
    Note,
    Tip,
    Important,
    Warning,
    Caution,
}

/// A claim of a sim, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimRef {
    pub(crate) sim: String,
    pub(crate) claim: String,
    pub(crate) span: Range<usize>,
}

/// A value that the default run of a sim gave: `{{sim metric@label(variant)}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) sim: String,
    /// `name` or `name@label`.
    pub(crate) metric: String,
    pub(crate) variant: String,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Code {
    pub(crate) language: String,
    /// Each line with the place it has in the file.
    pub(crate) lines: Vec<(String, Range<usize>)>,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// For each column whether it is aligned right.
    pub(crate) right: Vec<bool>,
    pub(crate) head: Vec<Vec<Inline>>,
    pub(crate) rows: Vec<TableRow>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableRow {
    pub(crate) cells: Vec<Vec<Inline>>,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Inline {
    Text(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Code(String),
    Link {
        to: Target,
        text: Vec<Inline>,
        span: Range<usize>,
    },
    Measured(Measured),
    /// A reference to the footnote of this number.
    Footnote(usize),
    Break,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Topic {
        slug: String,
        section: Option<String>,
    },
    Sim {
        slug: String,
    },
    /// A section of the same topic.
    Section(String),
    Web(String),
}

impl Inline {
    /// The words alone.
    pub(crate) fn plain(inlines: &[Inline]) -> String {
        let mut out = String::new();
        for inline in inlines {
            match inline {
                Inline::Text(words) | Inline::Code(words) => out += words,
                Inline::Strong(inner) | Inline::Emphasis(inner) => out += &Inline::plain(inner),
                Inline::Link { text, .. } => out += &Inline::plain(text),
                Inline::Measured(_) => out.push('…'),
                Inline::Footnote(_) => {}
                Inline::Break => out.push(' '),
            }
        }
        out
    }
}

/// Parses the text of `source` from the byte `start`; spans are bytes of the whole text.
pub(crate) fn parse(source: &Source, start: usize) -> (Vec<Block>, Vec<Problem>) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let events = Parser::new_ext(&source.text[start..], options).into_offset_iter().peekable();
    let mut reader = Reader {
        source,
        start,
        events,
        tasks: Vec::new(),
        footnotes: Footnotes::default(),
        problems: Vec::new(),
    };
    let mut blocks = reader.blocks(0);
    let footnotes = reader.footnotes.finish(source, &mut reader.problems);
    if !footnotes.is_empty() {
        blocks.push(Block::Footnotes(footnotes));
    }
    (blocks, reader.problems)
}

struct Reader<'s> {
    source: &'s Source,
    start: usize,
    events: Peekable<OffsetIter<'s>>,
    /// For each list item being read, innermost last, whether it is a task that is done.
    tasks: Vec<Option<bool>>,
    footnotes: Footnotes,
    problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    /// The next event with its place in the file, unless it ends the element being read.
    fn next_inside(&mut self) -> Option<(Event<'s>, Range<usize>)> {
        let (event, span) = self.events.next()?;
        let span = span.start + self.start..span.end + self.start;
        (!matches!(event, Event::End(_))).then_some((event, span))
    }

    fn blocks(&mut self, depth: usize) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        loop {
            // Words directly in a tight list item are a paragraph without its tag.
            if self.events.peek().is_some_and(|(event, _)| is_inline(event)) {
                blocks.push(Block::Paragraph(self.inlines(depth, Until::Block)));
                continue;
            }
            let Some((event, span)) = self.next_inside() else { return blocks };
            match event {
                Event::Rule => blocks.push(Block::Rule),
                Event::Start(tag) => blocks.extend(self.block(tag, span, depth + 1)),
                Event::Html(_) => self.html(span),
                Event::TaskListMarker(done) => self.task(done),
                _ => {}
            }
        }
    }

    /// Reads an element whose start has been taken.
    fn block(&mut self, tag: Tag<'s>, span: Range<usize>, depth: usize) -> Option<Block> {
        if depth > DEPTH_MAX {
            self.too_deep(span);
            return None;
        }
        match tag {
            Tag::Paragraph => Some(Block::Paragraph(self.inlines(depth, Until::End))),
            Tag::Heading { level, id, .. } => {
                let id = id.map(|id| id.into_string());
                let text = self.inlines(depth, Until::End);
                Some(Block::Heading { level: level as u8, id, text, span })
            }
            Tag::BlockQuote(None) => Some(Block::Quote(self.blocks(depth))),
            Tag::BlockQuote(Some(kind)) => {
                let kind = match kind {
                    BlockQuoteKind::Note => Admonition::Note,
                    BlockQuoteKind::Tip => Admonition::Tip,
                    BlockQuoteKind::Important => Admonition::Important,
                    BlockQuoteKind::Warning => Admonition::Warning,
                    BlockQuoteKind::Caution => Admonition::Caution,
                };
                Some(Block::Admonition { kind, blocks: self.blocks(depth) })
            }
            Tag::List(first) => Some(Block::List { first, items: self.items(depth) }),
            Tag::FootnoteDefinition(label) => {
                let blocks = self.blocks(depth);
                self.footnotes.define(&label, span, blocks);
                None
            }
            Tag::CodeBlock(kind) => {
                let code = self.code(kind, span);
                Some(if code.language == "claims" {
                    Block::Claims { claims: self.claims(&code), span: code.span }
                } else {
                    Block::Code(code)
                })
            }
            Tag::Table(alignments) => {
                let right = alignments.iter().map(|align| *align == Alignment::Right).collect();
                Some(Block::Table(self.table(right, depth)))
            }
            Tag::HtmlBlock => {
                self.html(span);
                self.skip();
                None
            }
            _ => {
                self.skip();
                None
            }
        }
    }

    fn items(&mut self, depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some((event, _)) = self.next_inside() {
            if matches!(event, Event::Start(Tag::Item)) {
                self.tasks.push(None);
                let blocks = self.blocks(depth);
                items.push(Item { done: self.tasks.pop().flatten(), blocks });
            }
        }
        items
    }

    /// The innermost item is a task.
    fn task(&mut self, done: bool) {
        if let Some(task) = self.tasks.last_mut() {
            *task = Some(done);
        }
    }

    fn code(&mut self, kind: CodeBlockKind<'_>, span: Range<usize>) -> Code {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split(' ').next().unwrap_or("").to_owned(),
            CodeBlockKind::Indented => String::new(),
        };
        let mut lines: Vec<(String, Range<usize>)> = Vec::new();
        let mut unfinished = false;
        while let Some((event, at)) = self.next_inside() {
            let Event::Text(text) = event else { continue };
            self.check_words(&text, &at);
            let mut from = at.start;
            for line in text.split_inclusive('\n') {
                let words = line.trim_end_matches(['\n', '\r']);
                let to = (from + words.len()).min(at.end);
                match lines.last_mut().filter(|_| unfinished) {
                    Some((last, place)) => {
                        *last += words;
                        place.end = to;
                    }
                    None => lines.push((words.to_owned(), from..to)),
                }
                unfinished = !line.ends_with('\n');
                from = (from + line.len()).min(at.end);
            }
        }
        Code { language, lines, span }
    }

    /// The lines of a `claims` block, `SIM CLAIM` each.
    fn claims(&mut self, code: &Code) -> Vec<ClaimRef> {
        let mut claims = Vec::new();
        for (line, span) in code.lines.iter().filter(|(line, _)| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let [sim, claim] = words[..] {
                let (sim, claim) = (sim.to_owned(), claim.to_owned());
                claims.push(ClaimRef { sim, claim, span: span.clone() });
            } else {
                self.problems.push(self.source.problem(
                    span.clone(),
                    both!(
                        "a sim and the id of one of its claims were expected",
                        "sim 이름과 그 sim의 주장 id가 필요합니다"
                    ),
                ));
            }
        }
        claims
    }

    fn table(&mut self, right: Vec<bool>, depth: usize) -> Table {
        let mut table = Table { right, head: Vec::new(), rows: Vec::new() };
        while let Some((event, span)) = self.next_inside() {
            match event {
                Event::Start(Tag::TableHead) => table.head = self.cells(depth),
                Event::Start(Tag::TableRow) => {
                    let cells = self.cells(depth);
                    table.rows.push(TableRow { cells, span });
                }
                _ => {}
            }
        }
        table
    }

    fn cells(&mut self, depth: usize) -> Vec<Vec<Inline>> {
        let mut cells = Vec::new();
        while let Some((event, _)) = self.next_inside() {
            if matches!(event, Event::Start(Tag::TableCell)) {
                cells.push(self.inlines(depth, Until::End));
            }
        }
        cells
    }

    fn inlines(&mut self, depth: usize, until: Until) -> Vec<Inline> {
        let from = self.events.peek().map_or(0, |(_, span)| span.start + self.start);
        let inlines = self.inlines_as_written(depth, until);
        self.with_measured(inlines, from)
    }

    fn inlines_as_written(&mut self, depth: usize, until: Until) -> Vec<Inline> {
        let mut inlines: Vec<Inline> = Vec::new();
        loop {
            if until == Until::Block && !self.events.peek().is_some_and(|(e, _)| is_inline(e)) {
                return inlines;
            }
            let Some((event, span)) = self.next_inside() else { return inlines };
            match event {
                Event::Text(text) => {
                    self.check_words(&text, &span);
                    self.problems.extend(undefined(self.source, span));
                    match inlines.last_mut() {
                        Some(Inline::Text(words)) => words.push_str(&text),
                        _ => inlines.push(Inline::Text(text.into_string())),
                    }
                }
                Event::Code(text) => {
                    self.check_words(&text, &span);
                    inlines.push(Inline::Code(text.into_string()));
                }
                Event::SoftBreak => match inlines.last_mut() {
                    Some(Inline::Text(words)) => words.push(' '),
                    _ => inlines.push(Inline::Text(" ".to_owned())),
                },
                Event::FootnoteReference(label) => {
                    inlines.push(Inline::Footnote(self.footnotes.refer(&label)));
                }
                Event::TaskListMarker(done) => self.task(done),
                Event::HardBreak => inlines.push(Inline::Break),
                Event::InlineHtml(_) | Event::Html(_) => self.html(span),
                Event::Start(tag) => inlines.extend(self.inline(tag, span, depth + 1)),
                _ => {}
            }
        }
    }

    /// Takes the placeholders out of the words; `from` is where they begin in the file.
    fn with_measured(&mut self, inlines: Vec<Inline>, mut from: usize) -> Vec<Inline> {
        let mut out = Vec::new();
        for inline in inlines {
            let Inline::Text(words) = inline else {
                out.push(inline);
                continue;
            };
            let mut rest = words.as_str();
            while let Some((before, after)) = rest.split_once("{{") {
                let (inside, behind) = after.split_once("}}").unwrap_or((after, ""));
                let shown = format!("{{{{{inside}");
                let text = &self.source.text;
                let at = text
                    .get(from..)
                    .and_then(|text| text.find(&shown))
                    .map_or(from, |at| from + at);
                let span = at..(at + shown.len() + 2).min(text.len());
                from = at;
                if !before.is_empty() {
                    out.push(Inline::Text(before.to_owned()));
                }
                match measured(inside, span.clone()) {
                    Some(measured) => out.push(Inline::Measured(measured)),
                    None => self.problems.push(
                        self.source
                            .problem(
                                span,
                                both!(
                                    "no value of a sim: `{{{{sim metric(variant)}}}}` was expected",
                                    "sim의 값이 아닙니다. `{{{{sim 지표(변형)}}}}` 꼴이어야 합니다"
                                ),
                            )
                            .hint(both!(
                                "for example {{{{pool-size latency_ms_p99@view_product(10)}}}}",
                                "예: {{{{pool-size latency_ms_p99@view_product(10)}}}}"
                            )),
                    ),
                }
                rest = behind;
            }
            if !rest.is_empty() {
                out.push(Inline::Text(rest.to_owned()));
            }
        }
        out
    }

    fn inline(&mut self, tag: Tag<'s>, span: Range<usize>, depth: usize) -> Option<Inline> {
        if depth > DEPTH_MAX {
            self.too_deep(span);
            return None;
        }
        match tag {
            Tag::Emphasis => Some(Inline::Emphasis(self.inlines(depth, Until::End))),
            Tag::Strong => Some(Inline::Strong(self.inlines(depth, Until::End))),
            Tag::Link { dest_url, .. } => {
                self.check_words(&dest_url, &span);
                let text = self.inlines(depth, Until::End);
                let to = target(&dest_url);
                if to.is_none() {
                    self.problems.push(self.source.problem(span.clone(), both!(
                        "the link leads nowhere",
                        "링크가 가리키는 곳이 없습니다"
                    )).hint(both!(
                        "write `topic:slug`, `topic:slug#section`, `sim:slug`, `#section` or `https://...`",
                        "`topic:slug`, `topic:slug#section`, `sim:slug`, `#section`, `https://...` 중 하나로 쓰세요"
                    )));
                }
                Some(Inline::Link { to: to?, text, span })
            }
            Tag::Image { .. } => {
                self.skip();
                self.problems.push(
                    self.source
                        .problem(
                            span,
                            both!("images are not shown", "이미지는 보여 줄 수 없습니다"),
                        )
                        .hint(both!("say it in words or a table", "글이나 표로 쓰세요")),
                );
                None
            }
            _ => {
                self.skip();
                None
            }
        }
    }

    /// Leaves the element whose start has been taken.
    fn skip(&mut self) {
        let mut open = 1usize;
        while open > 0 {
            match self.events.next() {
                Some((Event::Start(_), _)) => open += 1,
                Some((Event::End(_), _)) => open -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    fn too_deep(&mut self, span: Range<usize>) {
        self.skip();
        self.problems.push(self.source.problem(
            span.start..span.start + 1,
            both!("nested more than {DEPTH_MAX} deep", "중첩이 {DEPTH_MAX}단계를 넘습니다"),
        ));
    }

    fn html(&mut self, span: Range<usize>) {
        self.problems.push(
            self.source
                .problem(span, both!("raw HTML is not allowed", "HTML은 쓸 수 없습니다"))
                .hint(both!(
                    "write a `<` of the text in backticks",
                    "글자 `<`는 백틱으로 감싸세요"
                )),
        );
    }

    /// Entities such as `&#27;` bring in characters that the text of the file does not have.
    fn check_words(&mut self, words: &str, span: &Range<usize>) {
        let literal = self.source.text.get(span.clone()).is_some_and(|text| text.contains(words));
        let bad = |c: char| is_control(c) && !matches!(c, '\n' | '\t');
        if !literal && words.chars().any(bad) {
            self.problems.push(control_character(self.source, span.clone()));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The end of the element, which is taken.
    End,
    /// The next block or the end of the item, which stays.
    Block,
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) => true,
        Event::SoftBreak | Event::HardBreak | Event::FootnoteReference(_) => true,
        Event::Start(tag) => {
            matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
        }
        _ => false,
    }
}

/// What stands between the braces of a placeholder.
fn measured(inside: &str, span: Range<usize>) -> Option<Measured> {
    let (sim, reference) = inside.trim().split_once(' ')?;
    let (metric, variant) = reference.trim().strip_suffix(')')?.split_once('(')?;
    let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    (is_word(sim) && is_word(metric) && !variant.trim().is_empty()).then(|| Measured {
        sim: sim.to_owned(),
        metric: metric.to_owned(),
        variant: variant.trim().to_owned(),
        span,
    })
}

pub(super) fn control_character(source: &Source, span: Range<usize>) -> Problem {
    source.problem(
        span,
        both!("control characters are not allowed here", "제어 문자는 쓸 수 없습니다"),
    )
}

fn target(url: &str) -> Option<Target> {
    let is_id = |id: &str| {
        let mut chars = id.chars();
        !id.is_empty() && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if let Some(name) = url.strip_prefix("topic:") {
        let (slug, section) = match name.split_once('#') {
            Some((slug, section)) => (slug, Some(section)),
            None => (name, None),
        };
        let fits = is_id(slug) && section.is_none_or(is_id);
        let section = section.map(str::to_owned);
        return fits.then(|| Target::Topic { slug: slug.to_owned(), section });
    }
    if let Some(slug) = url.strip_prefix("sim:") {
        return is_id(slug).then(|| Target::Sim { slug: slug.to_owned() });
    }
    if let Some(id) = url.strip_prefix('#') {
        return is_id(id).then(|| Target::Section(id.to_owned()));
    }
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    (!host.is_empty()).then(|| Target::Web(url.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;

    /// A text with every mark that the tree has, as one line for each block.
    fn tree(blocks: &[Block]) -> Vec<String> {
        let mut out = Vec::new();
        for block in blocks {
            match block {
                Block::Paragraph(text) => out.push(words(text)),
                Block::List { first, items } => {
                    for (at, item) in items.iter().enumerate() {
                        let sign = match (first, item.done) {
                            (Some(first), _) => format!("{}. ", first + at as u64),
                            (None, None) => "- ".to_owned(),
                            (None, Some(done)) => format!("- {done} "),
                        };
                        let inner = tree(&item.blocks);
                        let before = |at| if at == 0 { sign.clone() } else { "  ".to_owned() };
                        let lines = inner.iter().enumerate();
                        out.extend(lines.map(|(at, line)| before(at) + line));
                    }
                }
                Block::Quote(inner) => {
                    out.extend(tree(inner).iter().map(|line| format!("> {line}")))
                }
                Block::Admonition { kind, blocks } => {
                    out.extend(tree(blocks).iter().map(|line| format!("{kind:?}> {line}")));
                }
                Block::Footnotes(footnotes) => {
                    for footnote in footnotes {
                        let number = footnote.number;
                        out.extend(
                            tree(&footnote.blocks).iter().map(|line| format!("{number}: {line}")),
                        );
                    }
                }
                other => out.push(format!("{other:?}")),
            }
        }
        out
    }

    fn words(text: &[Inline]) -> String {
        let word = |inline: &Inline| match inline {
            Inline::Footnote(number) => format!("^{number}"),
            Inline::Strong(inner) => format!("**{}**", words(inner)),
            other => Inline::plain(std::slice::from_ref(other)),
        };
        text.iter().map(word).collect()
    }

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let (blocks, problems) = parse(&Source::new("t.md", text), 0);
        let shown = problems.iter().map(|problem| {
            assert!(!problem.show(Lang::Ko).is_empty());
            let place = problem.place.as_ref().unwrap();
            let (line, column, width) = (place.line, place.column, place.width);
            format!("{line}:{column}+{width}: {}", problem.what.en)
        });
        (tree(&blocks), shown.collect())
    }

    #[test]
    fn lists_nest_and_keep_their_numbers() {
        let text = "7. seven\n8. eight\n   - [x] done\n   - [ ] open\n\n     3. three\n9. nine\n\n\
                    - [X] loose\n\n  more\n\n- [ ] other [x]\n- [y] none\n";
        let expected = [
            "7. seven",
            "8. eight",
            "  - true done",
            "  - false open",
            "    3. three",
            "9. nine",
            "- true loose",
            "  more",
            "- false other [x]",
            "- [y] none",
        ];
        assert_eq!(read(text), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn admonitions_are_those_of_github() {
        let text = "> [!NOTE]\n> a\n>\n> b\n\n> [!caution]\n> c\n\n> [!HINT]\n> d\n\n> e\n";
        let expected = ["Note> a", "Note> b", "Caution> c", "> [!HINT] d", "> e"];
        assert_eq!(read(text), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn footnotes_are_numbered_by_their_first_references() {
        let text = "**a[^b]** b[^1] c[^B]\n\n- `[^x]` d[^2]\n\n[^1]: One[^2].\n\n    More.\n[^b]: Bee.\n\
                    [^2]: Two.\n";
        let expected =
            ["**a^1** b^2 c^1", "- [^x] d^3", "1: Bee.", "2: One^3.", "2: More.", "3: Two."];
        assert_eq!(read(text), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn footnotes_that_do_not_match_are_problems() {
        let text = "a[^1] b[^none] \\[^c] `[^d]` [^e f] x[^]\n\n[^1]: One.\n\n[^unused]: Two\n   lines.\n\n\
                    [^1]: Again.\n";
        let (_, problems) = read(text);
        assert_eq!(
            problems,
            [
                "1:8+7: the footnote `none` is not defined",
                "5:1+9: nothing refers to the footnote `unused`",
                "8:1+4: the footnote `1` is defined twice",
            ]
        );
    }
}
