//! What a search found: one list, best first, with what to type.

use serde_json::{Value, json};

use crate::content::text::{Lang, both};
use crate::knowledge::search::{Answer, EntryKind, Hit, Snippet};
use crate::report::document::{Block, Document, Item, Span, Tone};

/// Most characters of the query that the page repeats.
const QUERY_MAX: usize = 60;

pub(crate) fn search(typed: &str, answer: &Answer<'_>, lang: Lang) -> Document {
    let say = |text: crate::content::text::Text| text.get(lang).to_owned();
    let title = say(both!("Search", "검색"));
    let mut blocks: Vec<Block> = shown_for(answer, lang).into_iter().collect();
    if answer.hits.is_empty() {
        let query = cut(typed);
        let nothing = both!("Nothing found for “{query}”.", "‘{query}’에 맞는 것이 없습니다.");
        blocks.push(Block::Paragraph(vec![Span::text(say(nothing))]));
        let hint = match &answer.nearest {
            Some(near) => both!(
                "Did you mean: prep search {near}",
                "혹시 이것을 찾으시나요: prep search {near}"
            ),
            None => both!(
                "prep topic lists all topics, prep sim all simulations.",
                "prep topic은 모든 주제를, prep sim은 모든 시뮬레이션을 보여 줍니다."
            ),
        };
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, say(hint))]));
    } else {
        let items = answer.hits.iter().map(|hit| Item::of(result(hit, lang)));
        blocks.push(Block::List { first: Some(1), items: items.collect() });
    }
    Document { title, blocks }
}

/// What was looked for, where that is not what was typed.
pub(super) fn shown_for(answer: &Answer<'_>, lang: Lang) -> Option<Block> {
    let shown = answer.shown_for.as_ref()?;
    let label = both!("shown for: ", "이것으로 찾음: ").get(lang).to_owned();
    let words = Span::Strong(vec![Span::text(shown)]);
    Some(Block::Paragraph(vec![Span::Toned(Tone::Muted, label), words]))
}

fn result(hit: &Hit<'_>, lang: Lang) -> Vec<Span> {
    let kind = match hit.entry.kind {
        EntryKind::Topic => both!("topic", "주제"),
        EntryKind::Sim => both!("sim", "시뮬레이션"),
        EntryKind::Question => both!("question", "문제"),
        EntryKind::Knob => both!("knob", "설정"),
    };
    let mut spans = vec![Span::code(format!("prep {}", hit.command))];
    let question = hit.entry.id.split_once('/').filter(|_| hit.entry.kind == EntryKind::Question);
    let kind = match question {
        Some((_, id)) => format!("   {} {id}", kind.get(lang)),
        None => format!("   {}", kind.get(lang)),
    };
    spans.push(Span::Toned(Tone::Muted, kind));
    spans.push(Span::Break);
    if question.is_none() {
        spans.extend(marked(&hit.title));
        let heading = hit.passage.map(|passage| passage.heading.as_str());
        if let Some(heading) = heading.filter(|_| hit.command.contains('#')) {
            spans.push(Span::Toned(Tone::Muted, format!(" › {heading}")));
        }
        spans.push(Span::Break);
    }
    spans.extend(marked(&hit.snippet));
    spans
}

pub(super) fn marked(snippet: &Snippet) -> impl Iterator<Item = Span> {
    snippet.iter().map(|piece| {
        let words = Span::text(&piece.text);
        if piece.is_match { Span::Strong(vec![words]) } else { words }
    })
}

fn cut(typed: &str) -> String {
    let mut shown: String = typed.trim().chars().take(QUERY_MAX).collect();
    if shown.len() < typed.trim().len() {
        shown.push('…');
    }
    shown
}

/// The same as JSON: `docs/schema/search.schema.json`.
pub(crate) fn json(typed: &str, answer: &Answer<'_>) -> Value {
    let plain = |snippet: &Snippet| snippet.iter().map(|it| it.text.as_str()).collect::<String>();
    let hits = answer.hits.iter().map(|hit| {
        json!({
            "kind": hit.entry.kind.name(),
            "id": hit.entry.id,
            "command": format!("prep {}", hit.command),
            "title": plain(&hit.title),
            "section": hit.passage.and_then(|passage| passage.section.as_deref()),
            "language": hit.passage.map(|passage| passage.lang.code()),
            "passage": hit.snippet.iter().map(|piece| json!({
                "text": piece.text,
                "match": piece.is_match,
            })).collect::<Vec<_>>(),
            "score": (hit.score * 1000.0).round() / 1000.0,
        })
    });
    json!({
        "format": "prep.search/1",
        "query": typed.chars().take(400).collect::<String>(),
        "shown_for": answer.shown_for,
        "nearest": answer.nearest,
        "results": hits.collect::<Vec<_>>(),
    })
}
