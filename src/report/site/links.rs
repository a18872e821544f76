//! Commands of a document as links: what `prep topic x` shows is a page of the site.

use crate::report::document::{
    Block, Check, Column, Document, Footnote, Item, Page, Row, Span, Table,
};

/// Finds the address and the title of a page; `None` if the site does not have it.
pub(super) type Resolve<'a> = dyn Fn(&Page) -> Option<Target> + 'a;

pub(super) struct Target {
    pub(super) href: String,
    pub(super) title: String,
}

/// The document with its jumps and commands turned into links, where they lead to a page.
pub(super) fn linked(document: Document, resolve: &Resolve<'_>) -> Document {
    let links = Links { resolve };
    Document { title: document.title, blocks: links.blocks(document.blocks) }
}

struct Links<'a> {
    resolve: &'a Resolve<'a>,
}

/// How a command that leads to a page is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// As it is typed: it stands in a sentence or a list of commands.
    Command,
    /// As the title of the page.
    Title,
}

impl Links<'_> {
    fn blocks(&self, blocks: Vec<Block>) -> Vec<Block> {
        blocks.into_iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: Block) -> Block {
        let spans = |text| self.spans(text, Shown::Command);
        match block {
            Block::Heading { level, id, text } => Block::Heading { level, id, text: spans(text) },
            Block::Paragraph(text) => Block::Paragraph(spans(text)),
            Block::List { first, items } => {
                let item = |item: Item| Item { blocks: self.blocks(item.blocks), ..item };
                Block::List { first, items: items.into_iter().map(item).collect() }
            }
            Block::Quote(inner) => Block::Quote(self.blocks(inner)),
            Block::Admonition { kind, blocks } => {
                Block::Admonition { kind, blocks: self.blocks(blocks) }
            }
            Block::Footnotes(footnotes) => {
                let footnote =
                    |note: Footnote| Footnote { blocks: self.blocks(note.blocks), ..note };
                Block::Footnotes(footnotes.into_iter().map(footnote).collect())
            }
            Block::Code { language, text } if language == "prep" => self.commands(&text),
            Block::Table(table) => Block::Table(self.table(table)),
            Block::Checks(checks) => {
                let check = |check: Check| Check { text: spans(check.text), ..check };
                Block::Checks(checks.into_iter().map(check).collect())
            }
            Block::Labelled(rows) => {
                let row = |(label, text)| (label, self.spans(text, Shown::Title));
                Block::Labelled(rows.into_iter().map(row).collect())
            }
            other @ (Block::Code { .. }
            | Block::Chart(_)
            | Block::Bars(_)
            | Block::Timeline(_)
            | Block::Rule) => other,
        }
    }

    /// Lines of commands, each a link if it leads to a page.
    fn commands(&self, text: &str) -> Block {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let line = |line: &str| Item::of(self.spans(vec![Span::code(line)], Shown::Command));
        Block::List { first: None, items: lines.map(line).collect() }
    }

    fn table(&self, table: Table) -> Table {
        let spans = |text| self.spans(text, Shown::Command);
        let column = |column: Column| Column { head: spans(column.head), ..column };
        let row = |row| match row {
            Row::Cells(cells) => Row::Cells(cells.into_iter().map(spans).collect()),
            Row::Note { first, text } => Row::Note { first: spans(first), text: spans(text) },
        };
        Table {
            columns: table.columns.into_iter().map(column).collect(),
            rows: table.rows.into_iter().map(row).collect(),
            ..table
        }
    }

    fn spans(&self, spans: Vec<Span>, shown: Shown) -> Vec<Span> {
        let mut out = Vec::new();
        for span in spans {
            match span {
                Span::Strong(inner) => out.push(Span::Strong(self.spans(inner, shown))),
                Span::Emphasis(inner) => out.push(Span::Emphasis(self.spans(inner, shown))),
                Span::Code(words) => out.push(self.command(words, shown)),
                Span::Jump { to, text } => match (self.resolve)(&to) {
                    Some(target) => out.push(Span::Link { to: target.href, text }),
                    None => out.extend(to.spelled(&text)),
                },
                other @ (Span::Text(_)
                | Span::Link { .. }
                | Span::Toned(..)
                | Span::Footnote { .. }
                | Span::Break) => {
                    out.push(other);
                }
            }
        }
        out
    }

    fn command(&self, words: String, shown: Shown) -> Span {
        let target = Page::of_command(&words).and_then(|page| (self.resolve)(&page));
        match (target, shown) {
            (None, _) => Span::Code(words),
            (Some(target), Shown::Command) => {
                Span::Link { to: target.href, text: vec![Span::Code(words)] }
            }
            (Some(target), Shown::Title) => {
                Span::Link { to: target.href, text: vec![Span::Text(target.title)] }
            }
        }
    }
}
