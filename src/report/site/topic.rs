//! The page of a topic: its sections beside it, its quiz, and its neighbours on the path.

use super::address::Address;
use super::frame::Frame;
use super::{Site, links};
use crate::content::text::{Lang, both};
use crate::report::document::{Block, Page, Span};
use crate::report::render::html::{self, escape};
use crate::report::view;

impl Site {
    pub(super) fn topic(&self, slug: &str, lang: Lang) -> Option<String> {
        let (topic, own) = self.topic_in(slug, lang)?;
        let address = Address::Topic(slug.to_owned());
        let resolve = |page: &Page| self.target(&address, page, lang);
        let mut document = view::topic::topic(topic, own);
        let quiz = Page::Quiz { slug: slug.to_owned() };
        if let (Some(Block::Labelled(rows)), true) =
            (document.blocks.last_mut(), self.quizzes.iter().any(|quiz| quiz.slug == slug))
        {
            let label = both!("Practise", "문제 풀기").get(own).to_owned();
            rows.insert(rows.len() - 1, (label, vec![Span::code(quiz.command())]));
        }
        let document = links::linked(document, &resolve);
        let (title, body) = document.blocks.split_at(1.min(document.blocks.len()));
        let content = format!(
            "{}<div class=\"with-sections\">\n{}<div>\n{}{}</div>\n</div>\n",
            html::blocks(title, own),
            sections(body, own),
            html::blocks(body, own),
            self.neighbours(&address, slug, lang)
        );
        let mut frame = Frame::new(&address, lang, &topic.title, content);
        frame.content_lang = own;
        Some(frame.page())
    }

    /// The topics before and after this one on the path.
    fn neighbours(&self, from: &Address, slug: &str, lang: Lang) -> String {
        let Some(at) = self.topics.iter().position(|it| it.english.slug == slug) else {
            return String::new();
        };
        let way = |class: &str, label: &str, to: Option<usize>| {
            let Some((topic, own)) = to.and_then(|at| self.topics.get(at)).map(|it| it.get(lang))
            else {
                return String::new();
            };
            let href = from.to(&Address::Topic(topic.slug.clone()));
            let (own, title) = (own.code(), escape(&topic.title));
            format!(
                "<a class=\"{class}\" rel=\"{class}\" href=\"{href}\"><span>{label}</span> \
                 <span lang=\"{own}\">{title}</span></a>\n"
            )
        };
        let label = both!("Learning path", "학습 순서");
        let (before, after) = (both!("Before", "이전"), both!("After", "다음"));
        format!(
            "<nav class=\"neighbours\" lang=\"{}\" aria-label=\"{}\">\n{}{}</nav>\n",
            lang.code(),
            label.get(lang),
            way("prev", before.get(lang), at.checked_sub(1)),
            way("next", after.get(lang), Some(at + 1)),
        )
    }
}

/// The list of the sections of a page.
fn sections(blocks: &[Block], lang: Lang) -> String {
    let entries: String = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading { level: 2, id: Some(id), text } => {
                let words = escape(&Span::plain(text));
                Some(format!("<li><a href=\"#{}\">{words}</a></li>\n", escape(id)))
            }
            _ => None,
        })
        .collect();
    if entries.is_empty() {
        return entries;
    }
    let label = both!("On this page", "이 페이지의 내용");
    format!(
        "<nav class=\"sections\" aria-label=\"{}\">\n<ol>\n{entries}</ol>\n</nav>\n",
        label.get(lang)
    )
}
