//! The inventory with what answers each item.

use crate::content::text::{Lang, both};
use crate::knowledge::inventory::{Item, Reference};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table};

/// A row for each item: what was asked, where it is answered, drilled and shown.
pub(crate) fn coverage(items: &[Item], lang: Lang) -> Document {
    let title = both!("The inventory", "점검 목록").get(lang).to_owned();
    let column = |head: &str| Column { head: vec![Span::text(head)], align: Align::Left };
    let columns = vec![
        column(""),
        column(both!("asked or said", "질문과 조언").get(lang)),
        column(both!("answered by", "답하는 절").get(lang)),
        column(both!("drilled by", "연습 문제").get(lang)),
        column(both!("shown by", "보여 주는 sim").get(lang)),
    ];
    let names = |references: &[Reference]| {
        let mut spans = Vec::new();
        for reference in references {
            if !spans.is_empty() {
                spans.push(Span::Break);
            }
            spans.push(Span::text(&reference.to));
        }
        spans
    };
    let rows = items.iter().map(|item| {
        let sims = match item.advice {
            true => vec![Span::text(both!("advice", "조언").get(lang))],
            false => names(&item.sims),
        };
        Row::Cells(vec![
            vec![Span::text(&item.id)],
            vec![Span::text(item.says.get(lang))],
            names(&item.answered),
            names(&item.questions),
            sims,
        ])
    });
    let table = Table { columns, rows: rows.collect(), keep: 5 };
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    Document { title, blocks: vec![heading, Block::Table(table)] }
}
