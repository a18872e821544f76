//! The lists of topics, simulations and quizzes.

use super::Site;
use super::address::Address;
use super::frame::Frame;
use super::links::{self, Target};
use crate::content::text::{Lang, Text, both};
use crate::report::document::{Align, Block, Column, Document, Page, Row, Span, Table};
use crate::report::render::html;
use crate::sims::outcome::committed::Committed;

impl Site {
    /// Where a page is, seen from another; `None` if there is no such topic, sim or quiz.
    pub(super) fn target(&self, from: &Address, page: &Page, lang: Lang) -> Option<Target> {
        let (address, section, title) = match page {
            Page::Topic { slug, section } => {
                let (topic, _) = self.topic_in(slug, lang)?;
                let section = section.as_deref();
                let known = |id: &str| topic.sections.iter().any(|section| section.id == id);
                if section.is_some_and(|id| !known(id)) {
                    return None;
                }
                (Address::Topic(slug.clone()), section, topic.title.clone())
            }
            Page::Sim { slug } => {
                let sim = self.sims.iter().find(|sim| sim.spec.name == *slug)?;
                (Address::Sim(slug.clone()), None, sim.spec.title.get(lang).to_owned())
            }
            Page::Quiz { slug } => {
                let quiz = self.quizzes.iter().find(|quiz| quiz.slug == *slug)?;
                let title = quiz.title.get(lang);
                let title = both!("Quiz: {title}", "퀴즈: {title}");
                (Address::Quiz(slug.clone()), None, title.get(lang).to_owned())
            }
        };
        let section = section.map(|id| format!("#{id}")).unwrap_or_default();
        Some(Target { href: format!("{}{section}", from.to(&address)), title })
    }

    /// A page of one document.
    pub(super) fn document(&self, address: &Address, document: Document, lang: Lang) -> String {
        let resolve = |page: &Page| self.target(address, page, lang);
        let document = links::linked(document, &resolve);
        let content = html::blocks(&document.blocks, lang);
        Frame::new(address, lang, &document.title, content).page()
    }

    pub(super) fn topic_list(&self, lang: Lang) -> String {
        let about = both!(
            "In the order of the learning path: each topic comes after those that it builds on.",
            "학습 순서입니다. 각 주제는 먼저 알아야 할 주제 뒤에 나옵니다."
        );
        let heads = [
            ("#", Align::Right),
            (both!("topic", "주제").get(lang), Align::Left),
            (both!("know before", "먼저 볼 주제").get(lang), Align::Left),
            (both!("simulations", "시뮬레이션").get(lang), Align::Left),
        ]
        .map(|(head, align)| column(head, align));
        let rows = (1..).zip(&self.topics).map(|(number, both)| {
            let (topic, _) = both.get(lang);
            let before = topic.requires.iter().filter_map(|slug| self.topic_in(slug, lang));
            let before = before.map(|(topic, _)| jump_to_topic(&topic.slug, &topic.title));
            let sims = self.sims.iter().filter(|sim| topic.sims.contains(&sim.spec.name));
            Row::Cells(vec![
                vec![Span::text(number.to_string())],
                vec![jump_to_topic(&topic.slug, &topic.title)],
                lines(before.collect()),
                lines(sims.map(|sim| jump_to_sim(sim, lang)).collect()),
            ])
        });
        let table = Table { columns: heads.into(), rows: rows.collect(), keep: 4 };
        self.document(&Address::Topics, page(both!("Topics", "주제"), about, table, lang), lang)
    }

    pub(super) fn sim_list(&self, lang: Lang) -> String {
        let about = both!(
            "Each report is that of the default run.",
            "보고서는 모두 기본 설정으로 실행한 결과입니다."
        );
        let heads =
            [both!("simulation", "시뮬레이션"), both!("question", "질문"), both!("topic", "주제")];
        let columns = heads.iter().map(|head| column(head.get(lang), Align::Left)).collect();
        let rows = self.sims.iter().map(|sim| {
            let topic = sim.spec.topic.as_ref().and_then(|slug| self.topic_in(slug, lang));
            let topic = topic.map(|(topic, _)| jump_to_topic(&topic.slug, &topic.title));
            Row::Cells(vec![
                vec![jump_to_sim(sim, lang)],
                vec![Span::text(sim.spec.question.get(lang))],
                topic.into_iter().collect(),
            ])
        });
        let table = Table { columns, rows: rows.collect(), keep: 3 };
        let document = page(both!("Simulations", "시뮬레이션"), about, table, lang);
        self.document(&Address::Sims, document, lang)
    }

    pub(super) fn quiz_list(&self, lang: Lang) -> String {
        let about = both!(
            "Choose, and see at once why each option is right or wrong. Answers stay in the page; `prep quiz` in a terminal keeps a record.",
            "답을 고르면 보기마다 맞고 틀린 이유를 바로 볼 수 있습니다. 답은 페이지에만 남습니다. 기록을 남기려면 터미널에서 `prep quiz`를 쓰세요."
        );
        let heads = [
            (both!("quiz", "퀴즈").get(lang), Align::Left),
            (both!("questions", "문제 수").get(lang), Align::Right),
        ]
        .map(|(head, align)| column(head, align));
        let rows = self.quizzes.iter().map(|quiz| {
            let to = Page::Quiz { slug: quiz.slug.clone() };
            let title = vec![Span::text(quiz.title.get(lang))];
            let asked = self.asked_here(quiz).to_string();
            Row::Cells(vec![vec![Span::Jump { to, text: title }], vec![Span::text(asked)]])
        });
        let table = Table { columns: heads.into(), rows: rows.collect(), keep: 2 };
        self.document(&Address::Quizzes, page(both!("Quizzes", "퀴즈"), about, table, lang), lang)
    }
}

fn column(head: &str, align: Align) -> Column {
    Column { head: vec![Span::text(head)], align }
}

fn jump_to_topic(slug: &str, title: &str) -> Span {
    let to = Page::Topic { slug: slug.to_owned(), section: None };
    Span::Jump { to, text: vec![Span::text(title)] }
}

fn jump_to_sim(sim: &Committed, lang: Lang) -> Span {
    let to = Page::Sim { slug: sim.spec.name.clone() };
    Span::Jump { to, text: vec![Span::text(sim.spec.title.get(lang))] }
}

/// One on each line.
fn lines(spans: Vec<Span>) -> Vec<Span> {
    let mut out = Vec::new();
    for span in spans {
        if !out.is_empty() {
            out.push(Span::Break);
        }
        out.push(span);
    }
    out
}

#[expect(clippy::needless_pass_by_value, reason = "called with sentences made on the spot")]
fn page(title: Text, about: Text, table: Table, lang: Lang) -> Document {
    let title = title.get(lang).to_owned();
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    let about = crate::report::view::quiz::inline(about.get(lang));
    Document { title, blocks: vec![heading, Block::Paragraph(about), Block::Table(table)] }
}
