//! What a résumé is told: findings with their lines, then what its technologies invite to ask.

use serde_json::{Value, json};

use crate::content::problem::printable;
use crate::content::text::{Lang, Text, both};
use crate::practice::resume::{Finding, Follow, Level, Review};
use crate::report::document::{Block, Document, Item, Span, Tone};

use super::quiz::inline;

/// `section` gives the title of a section of the topic `resume`, where there is one.
pub(crate) fn resume(
    path: &str,
    review: &Review,
    follow_ups: &[Follow],
    section: &dyn Fn(&str) -> Option<String>,
    lang: Lang,
) -> Document {
    let path = printable(path);
    let heading =
        |level, words: &str| Block::Heading { level, id: None, text: vec![Span::text(words)] };
    let mut blocks = vec![heading(1, &path), Block::Paragraph(summary(review, lang))];
    for finding in &review.findings {
        blocks.extend(shown(finding, section, lang));
    }
    if !follow_ups.is_empty() {
        let title = both!("What it invites to ask", "이어질 질문");
        blocks.push(heading(2, title.get(lang)));
    }
    let mut rest = follow_ups;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|it| it.technology == first.technology).count();
        blocks.push(Block::Paragraph(vec![Span::Strong(vec![Span::text(first.technology)])]));
        let items = rest[..count].iter().map(|follow| {
            let mut words = inline(follow.title.get(lang));
            let command = Span::code(format!("prep {}", follow.command));
            words.extend([Span::Break, command]);
            Item::of(words)
        });
        blocks.push(Block::List { first: None, items: items.collect() });
        rest = &rest[count..];
    }
    Document { title: path, blocks }
}

fn summary(review: &Review, lang: Lang) -> Vec<Span> {
    let mend = review.findings.iter().filter(|finding| finding.level == Level::Mend).count();
    let notes = review.findings.len() - mend;
    let technologies = review.technologies.len();
    let words = both!(
        "To mend: {mend}, to know: {notes}. Technologies named: {technologies}.",
        "고칠 것 {mend}개, 알아 둘 것 {notes}개. 적힌 기술 {technologies}개."
    );
    vec![Span::text(words.get(lang))]
}

fn shown(finding: &Finding, section: &dyn Fn(&str) -> Option<String>, lang: Lang) -> [Block; 2] {
    let line = finding.line;
    let place = match finding.level {
        Level::Mend => both!("line {line}: ", "{line}행: "),
        Level::Note => both!("line {line}, to know: ", "{line}행, 알아 둘 것: "),
    };
    let tone = match finding.level {
        Level::Mend => Tone::Bad,
        Level::Note => Tone::Muted,
    };
    let words = printable(&finding.words);
    let text = vec![Span::Toned(tone, place.get(lang).to_owned()), Span::text(words)];
    let label = |text: Text| text.get(lang).to_owned();
    let mut read = vec![Span::code(format!("prep topic resume#{}", finding.section))];
    if let Some(title) = section(finding.section) {
        read.push(Span::text(format!("  {title}")));
    }
    let rows = vec![
        (label(both!("Why", "이유")), inline(&printable(finding.why.get(lang)))),
        (label(both!("Mend", "고치기")), inline(finding.mend.get(lang))),
        (label(both!("Read", "읽기")), read),
    ];
    [Block::Heading { level: 2, id: None, text }, Block::Labelled(rows)]
}

/// `prep.resume/1`.
pub(crate) fn json(path: &str, review: &Review, follow_ups: &[Follow], lang: Lang) -> Value {
    let findings = review.findings.iter().map(|finding| {
        json!({
            "rule": finding.rule,
            "level": finding.level.word(),
            "line": finding.line,
            "words": finding.words,
            "why": finding.why.get(lang),
            "mend": finding.mend.get(lang),
            "section": format!("resume#{}", finding.section),
        })
    });
    let technologies = review.technologies.iter().map(|named| {
        json!({
            "name": named.name,
            "line": named.line,
            "version": named.version,
            "topics": named.topics,
        })
    });
    let questions = follow_ups.iter().map(|follow| {
        json!({
            "technology": follow.technology,
            "title": follow.title.get(lang),
            "command": format!("prep {}", follow.command),
        })
    });
    json!({
        "format": "prep.resume/1",
        "file": path,
        "findings": findings.collect::<Vec<_>>(),
        "technologies": technologies.collect::<Vec<_>>(),
        "questions": questions.collect::<Vec<_>>(),
    })
}
