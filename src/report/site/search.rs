//! The index that the search in the page reads, and the page that a search without it leads to.

use serde_json::{Value, json};

use super::Site;
use super::address::Address;
use super::frame::Frame;
use crate::content::text::{Lang, both};
use crate::report::document::{Block, Row, Span};
use crate::report::render::html::escape;
use crate::report::view;

impl Site {
    /// A script that hands the entries of one language to the search: kind, path, title, other
    /// names, and passages of anchor, heading and text. A script, since a page that was opened as
    /// a file may not fetch.
    pub(super) fn search_index(&self, lang: Lang) -> String {
        let entries: Vec<Value> = self
            .topic_entries(lang)
            .chain(self.sim_entries(lang))
            .chain(self.questions(lang))
            .collect();
        format!("globalThis.prepEntries = {};\n", Value::from(entries))
    }

    fn topic_entries(&self, lang: Lang) -> impl Iterator<Item = Value> {
        self.topics.iter().map(move |both| {
            let (topic, own) = both.get(lang);
            let path = Address::Topic(topic.slug.clone()).path();
            let mut names = topic.aliases.clone();
            names.push(topic.slug.clone());
            let passages = passages(&view::topic::topic(topic, &[], &self.sims, own).blocks);
            json!(["topic", path, topic.title, names, passages])
        })
    }

    fn sim_entries(&self, lang: Lang) -> impl Iterator<Item = Value> {
        self.sims.iter().map(move |sim| {
            let spec = &sim.spec;
            let path = Address::Sim(spec.name.clone()).path();
            let mut text = vec![spec.question.get(lang), spec.see.get(lang), spec.why.get(lang)];
            text.extend(spec.claims.iter().map(|claim| claim.says.get(lang)));
            text.extend(spec.varied.as_deref());
            json!(["sim", path, spec.title.get(lang), [spec.name], [["", "", text.join(" ")]]])
        })
    }

    fn questions(&self, lang: Lang) -> impl Iterator<Item = Value> {
        self.quizzes.iter().flat_map(move |quiz| {
            let path = Address::Quiz(quiz.slug.clone()).path();
            let here = quiz.questions.iter().filter(|question| self.is_asked_here(quiz, question));
            here.map(move |question| {
                let ask = self.asked(quiz, question, lang);
                let title = quiz.title.get(lang);
                let no_names: [&str; 0] = [];
                json!(["quiz", path, title, no_names, [[question.id, "", ask]]])
            })
        })
    }

    /// The page of results. The script fills it.
    pub(super) fn search(&self, lang: Lang) -> String {
        let title = both!("Search", "검색").get(lang).to_owned();
        let (topics, sims) =
            (Address::Search.to(&Address::Topics), Address::Search.to(&Address::Sims));
        let without = both!(
            "The search needs JavaScript. Everything is also in the lists:",
            "검색에는 JavaScript가 필요합니다. 모든 내용은 목록에서도 찾을 수 있습니다."
        );
        let (topic_words, sim_words) =
            (both!("Topics", "주제"), both!("Simulations", "시뮬레이션"));
        let content = format!(
            "<h1>{}</h1>\n<noscript><p>{} <a href=\"{topics}\">{}</a>, <a href=\"{sims}\">{}</a></p></noscript>\n\
             <div class=\"results\"></div>\n",
            escape(&title),
            escape(without.get(lang)),
            topic_words.get(lang),
            sim_words.get(lang),
        );
        Frame::new(&Address::Search, lang, &title, content).page()
    }
}

/// Anchor, heading and words of each part of a document that has an anchor.
fn passages(blocks: &[Block]) -> Vec<(String, String, String)> {
    let mut passages: Vec<(String, String, String)> = Vec::new();
    for block in blocks {
        if let Block::Heading { id: Some(id), text, .. } = block {
            passages.push((id.clone(), Span::plain(text), String::new()));
        } else if let Some((_, _, words)) = passages.last_mut() {
            add_words(words, block);
        }
    }
    passages
}

fn add_words(out: &mut String, block: &Block) {
    let mut add = |text: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        *out += text.trim();
    };
    match block {
        Block::Heading { text, .. } | Block::Paragraph(text) => add(&Span::plain(text)),
        Block::Checks(checks) => checks.iter().for_each(|check| add(&Span::plain(&check.text))),
        Block::Code { text, .. } => add(&text.replace('\n', " ")),
        Block::List { items, .. } => {
            items.iter().flat_map(|item| &item.blocks).for_each(|block| add_words(out, block));
        }
        Block::Quote(inner) | Block::Admonition { blocks: inner, .. } => {
            inner.iter().for_each(|block| add_words(out, block))
        }
        Block::Table(table) => {
            for row in &table.rows {
                match row {
                    Row::Cells(cells) => cells.iter().for_each(|cell| add(&Span::plain(cell))),
                    Row::Note { first, text } => {
                        add(&Span::plain(first));
                        add(&Span::plain(text));
                    }
                }
            }
        }
        // The foot of the page and drawings have no words to find.
        _ => {}
    }
}
