//! The footnotes of a page: those that it refers to, and how often.

use std::collections::BTreeMap;

use crate::report::document::{Block, Footnote, Row, Span};

/// References by the number of the footnote.
type Counts = BTreeMap<usize, usize>;

/// Counts the references of a page and puts the footnotes that it refers to behind it.
pub(super) fn append(page: &mut Vec<Block>, footnotes: Vec<Footnote>) {
    let mut counts = Counts::new();
    count(page, &mut counts);
    let mut left = footnotes;
    let mut kept = Vec::new();
    // A footnote may refer to another one.
    while let Some(at) = left.iter().position(|footnote| counts.contains_key(&footnote.number)) {
        let mut footnote = left.remove(at);
        count(&mut footnote.blocks, &mut counts);
        kept.push(footnote);
    }
    for footnote in &mut kept {
        footnote.references = counts.get(&footnote.number).copied().unwrap_or(0);
    }
    kept.sort_by_key(|footnote| footnote.number);
    if !kept.is_empty() {
        page.push(Block::Footnotes(kept));
    }
}

fn count(blocks: &mut [Block], counts: &mut Counts) {
    for block in blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) => count_spans(text, counts),
            Block::List { items, .. } => {
                items.iter_mut().for_each(|item| count(&mut item.blocks, counts));
            }
            Block::Quote(inner) | Block::Admonition { blocks: inner, .. } => count(inner, counts),
            Block::Table(table) => {
                table.columns.iter_mut().for_each(|column| count_spans(&mut column.head, counts));
                for row in &mut table.rows {
                    match row {
                        Row::Cells(cells) => {
                            cells.iter_mut().for_each(|cell| count_spans(cell, counts));
                        }
                        Row::Note { first, text } => {
                            count_spans(first, counts);
                            count_spans(text, counts);
                        }
                    }
                }
            }
            Block::Checks(checks) => {
                checks.iter_mut().for_each(|check| count_spans(&mut check.text, counts));
            }
            Block::Labelled(rows) => {
                rows.iter_mut().for_each(|(_, text)| count_spans(text, counts));
            }
            Block::Footnotes(_)
            | Block::Code { .. }
            | Block::Chart(_)
            | Block::Bars(_)
            | Block::Timeline(_)
            | Block::Rule => {}
        }
    }
}

fn count_spans(spans: &mut [Span], counts: &mut Counts) {
    for span in spans {
        match span {
            Span::Footnote { number, occurrence } => {
                let count = counts.entry(*number).or_default();
                *count += 1;
                *occurrence = *count;
            }
            Span::Strong(inner)
            | Span::Emphasis(inner)
            | Span::Link { text: inner, .. }
            | Span::Jump { text: inner, .. } => count_spans(inner, counts),
            Span::Text(_) | Span::Code(_) | Span::Toned(..) | Span::Break => {}
        }
    }
}
