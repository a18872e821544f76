//! The page of a sim: the report of its default run.

use super::Site;
use super::address::Address;
use crate::content::text::{Lang, both};
use crate::report::document::{Block, Document, Page, Span};
use crate::report::view;
use crate::sims::outcome::committed::Committed;

impl Site {
    pub(super) fn sim(&self, slug: &str, lang: Lang) -> Option<String> {
        let sim = self.sims.iter().find(|sim| sim.spec.name == slug)?;
        let document = self.sim_document(sim, lang);
        Some(self.document(&Address::Sim(slug.to_owned()), document, lang))
    }

    pub(super) fn sim_document(&self, sim: &Committed, lang: Lang) -> Document {
        let slug = &sim.spec.name;
        let mut document = view::outcome::outcome(&sim.spec, &super::outcome_in(sim, lang), lang);
        let mut rows = Vec::new();
        if let Some(topic) = &sim.spec.topic {
            let to = Page::Topic { slug: topic.clone(), section: None };
            let quiz = Page::Quiz { slug: topic.clone() };
            let read = both!("Read", "읽기").get(lang).to_owned();
            let practise = both!("Practise", "문제 풀기").get(lang).to_owned();
            rows.push((read, vec![Span::code(to.command())]));
            rows.push((practise, vec![Span::code(quiz.command())]));
        }
        let own = both!("Your settings", "설정 바꾸기").get(lang).to_owned();
        rows.push((own, vec![Span::code(format!("prep sim {slug} --set KNOB=VALUE"))]));
        document.blocks.push(Block::Labelled(rows));
        document
    }
}
