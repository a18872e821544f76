//! The page of a sim in a site that is served: the report, and above it a form of knobs to run it
//! with other settings.

mod form;

use super::address::Address;
use super::frame::Frame;
use super::{Site, links};
use crate::content::problem::Problem;
use crate::content::text::{Lang, Text, both};
use crate::report::document::{Block, Document, Page, Span};
use crate::report::render::html::{self, escape};
use crate::report::view;
use crate::sims::outcome::Outcome;
use crate::sims::spec::Spec;
use crate::sims::typed::Typed;

pub(super) const SCRIPT: &str = include_str!("run.js");
pub(super) const STYLE: &str = include_str!("run.css");

/// What the form of a sim shows.
pub(crate) struct Filled<'a> {
    pub(crate) typed: &'a Typed,
    /// What is wrong with it.
    pub(crate) problems: &'a [Problem],
    /// Goes back with every run that is asked for, so that only a page of ours can ask.
    pub(crate) token: &'a str,
}

impl Site {
    /// The page of a sim with its form; `None` if there is no such sim.
    pub(crate) fn live_sim(&self, slug: &str, lang: Lang, filled: &Filled<'_>) -> Option<String> {
        let sim = self.sims.iter().find(|sim| sim.spec.name == slug)?;
        let address = Address::Sim(slug.to_owned());
        let mut document = self.sim_document(sim, lang);
        let body = document.blocks.split_off(1.min(document.blocks.len()));
        let title = both!("Report of the sim's own settings", "기본 설정의 보고서");
        let content = format!(
            "{}{}<section id=\"report\" class=\"report\" tabindex=\"-1\">\n{}</section>\n",
            html::blocks(&document.blocks, lang),
            form::form(&sim.spec, filled, lang),
            self.titled(&address, &title, body, lang)
        );
        let mut frame = Frame::new(&address, lang, &document.title, content);
        frame.live = true;
        Some(frame.page())
    }

    /// The report of a run, to stand in the page of its sim.
    pub(crate) fn fresh_report(&self, spec: &Spec, outcome: &Outcome, lang: Lang) -> String {
        let Document { mut blocks, .. } = view::outcome::outcome(spec, outcome, lang);
        let body = blocks.split_off(1.min(blocks.len()));
        let title = both!("Report of your run", "실행한 결과");
        self.titled(&Address::Sim(spec.name.clone()), &title, body, lang)
    }

    fn titled(&self, address: &Address, title: &Text, body: Vec<Block>, lang: Lang) -> String {
        let text = vec![Span::text(title.get(lang))];
        let mut blocks = vec![Block::Heading { level: 2, id: None, text }];
        blocks.extend(body);
        let resolve = |page: &Page| self.target(address, page, lang);
        let document = links::linked(Document { title: String::new(), blocks }, &resolve);
        html::blocks(&document.blocks, lang)
    }
}

/// Problems as they stand in a page beside the form: the sentences of the terminal.
pub(crate) fn problems(problems: &[Problem], lang: Lang) -> String {
    let shown = problems.iter().map(|problem| {
        let what = sentence(&problem.path, &problem.what, lang);
        let hint = problem.hint.as_ref();
        let hint = hint.map(|hint| format!("<br>{}", words(hint, lang))).unwrap_or_default();
        format!("<li>{what}{hint}</li>\n")
    });
    match shown.collect::<String>() {
        none if none.is_empty() => none,
        items => format!("<ul>\n{items}</ul>\n"),
    }
}

/// One sentence as it stands beside the form.
pub(crate) fn failure(what: &Text, hint: Option<&Text>, lang: Lang) -> String {
    let hint = hint.map(|hint| format!("<br>{}", words(hint, lang))).unwrap_or_default();
    format!("<ul>\n<li>{}{hint}</li>\n</ul>\n", words(what, lang))
}

fn sentence(path: &str, what: &Text, lang: Lang) -> String {
    format!("<code>{}</code>: {}", escape(path), words(what, lang))
}

/// Words with what stands between backticks as code.
fn words(text: &Text, lang: Lang) -> String {
    html::spans(&view::quiz::inline(text.get(lang)))
}
