//! Topics, sims and quizzes as web pages that link to each other: a static site, in both languages,
//! that works from a file as well as from any server. Nothing is run: reports are those of the
//! committed outcomes.
//!
//! [`Site::page`] makes one page, [`Site::files`] all that belongs to a site.

mod address;
mod frame;
mod home;
mod links;
mod lists;
pub(crate) mod live;
mod quiz;
mod search;
mod sim;
mod topic;

#[cfg(test)]
mod tests;

pub(crate) use address::Address;

use crate::content::problem::{Problem, Source};
use crate::content::text::{Lang, both};
use crate::content::{Kind, Library};
use crate::knowledge::path;
use crate::knowledge::topic::{Shape, Topic};
use crate::quiz::question::Quiz;
use crate::sims::outcome::committed::{self, Committed};
use crate::sims::outcome::{Outcome, translation};
use crate::sims::spec::Overrides;

/// The languages of the site, each below a folder of its code.
pub(crate) const LANGS: [Lang; 2] = [Lang::En, Lang::Ko];

/// Everything that pages are made of.
pub(crate) struct Site {
    /// In the order of the learning path; pages that are no topics come last.
    topics: Vec<BothTopics>,
    /// Outcomes are in English, as they are committed.
    sims: Vec<Committed>,
    quizzes: Vec<Quiz>,
    /// Right values of `sim` questions.
    bands: Vec<quiz::KnownBand>,
}

struct BothTopics {
    english: Topic,
    korean: Option<Topic>,
}

/// One file of the site.
pub(crate) struct File {
    /// Relative, with `/` between folders.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Site {
    /// Reads all content and the committed outcomes.
    ///
    /// # Errors
    /// Every problem of any file, and every outcome that is missing or of another sim.
    pub(crate) fn read(library: &Library) -> Result<Site, Vec<Problem>> {
        let mut problems = Vec::new();
        let topics = topics(library, &mut problems);
        let sims = sims(library, &mut problems);
        let mut quizzes = Vec::new();
        for slug in library.slugs(Kind::Quiz) {
            match crate::quiz::read::load(library, slug) {
                Ok(quiz) => quizzes.push(quiz),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let order = |quiz: &Quiz| topics.iter().position(|it| it.english.slug == quiz.slug);
        quizzes.sort_by_key(|quiz| order(quiz).unwrap_or(usize::MAX));
        let bands = quiz::known_bands(library, &quizzes, &sims)?;
        Ok(Site { topics, sims, quizzes, bands })
    }

    /// Every page that exists in each language.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        let mut all =
            vec![Address::Home, Address::Topics, Address::Sims, Address::Quizzes, Address::Search];
        all.extend(self.topics.iter().map(|it| Address::Topic(it.english.slug.clone())));
        all.extend(self.sims.iter().map(|it| Address::Sim(it.spec.name.clone())));
        all.extend(self.quizzes.iter().map(|quiz| Address::Quiz(quiz.slug.clone())));
        all
    }

    /// The page at a path below the folder of a language, if there is one. A folder's own page is
    /// its index.
    pub(crate) fn address(&self, path: &str) -> Option<Address> {
        let index = if path.ends_with('/') { "index.html" } else { "" };
        let path = format!("{path}{index}");
        self.addresses().into_iter().find(|address| address.path() == path)
    }

    pub(crate) fn has_sim(&self, slug: &str) -> bool {
        self.sims.iter().any(|sim| sim.spec.name == slug)
    }

    /// One page as HTML; `None` if there is no such topic, sim or quiz.
    pub(crate) fn page(&self, address: &Address, lang: Lang) -> Option<String> {
        Some(match address {
            Address::Home => self.home(lang),
            Address::Topics => self.topic_list(lang),
            Address::Topic(slug) => self.topic(slug, lang)?,
            Address::Sims => self.sim_list(lang),
            Address::Sim(slug) => self.sim(slug, lang)?,
            Address::Quizzes => self.quiz_list(lang),
            Address::Quiz(slug) => self.quiz(slug, lang)?,
            Address::Search => self.search(lang),
        })
    }

    /// Style and scripts, by path.
    pub(crate) fn assets(&self) -> Vec<File> {
        let file = |path: &str, text: String| File { path: path.to_owned(), text };
        let mut files = vec![
            file(frame::STYLE_PATH, frame::style()),
            file(frame::SCRIPT_PATH, frame::SCRIPT.to_owned()),
        ];
        files.extend(LANGS.map(|lang| file(&frame::index_path(lang), self.search_index(lang))));
        files
    }

    /// What the pages of a served site have besides.
    pub(crate) fn live_assets(&self) -> [File; 2] {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        [file(frame::LIVE_STYLE_PATH, live::STYLE), file(frame::LIVE_SCRIPT_PATH, live::SCRIPT)]
    }

    /// The page above the languages.
    pub(crate) fn entrance(&self) -> String {
        frame::entrance()
    }

    /// All files of the static site, in a fixed order.
    pub(crate) fn files(&self) -> Vec<File> {
        let mut files = vec![File { path: "index.html".to_owned(), text: self.entrance() }];
        files.extend(self.assets());
        for lang in LANGS {
            for address in self.addresses() {
                let path = format!("{}/{}", lang.code(), address.path());
                files.extend(self.page(&address, lang).map(|text| File { path, text }));
            }
        }
        files
    }

    /// A topic, and the language that it is in: English where there is no Korean.
    fn topic_in(&self, slug: &str, lang: Lang) -> Option<(&Topic, Lang)> {
        self.topics.iter().find(|it| it.english.slug == slug).map(|it| it.get(lang))
    }
}

impl BothTopics {
    fn get(&self, lang: Lang) -> (&Topic, Lang) {
        match (lang, &self.korean) {
            (Lang::Ko, Some(korean)) => (korean, Lang::Ko),
            _ => (&self.english, Lang::En),
        }
    }
}

/// The outcome of a sim in a language; it is committed in English.
fn outcome_in(sim: &Committed, lang: Lang) -> Outcome {
    let mut outcome = sim.outcome.clone();
    translation::translate(&mut outcome, &sim.spec, lang);
    outcome
}

fn topics(library: &Library, problems: &mut Vec<Problem>) -> Vec<BothTopics> {
    let (mut english, mut korean) = (Vec::new(), Vec::new());
    for slug in library.slugs(Kind::Topic) {
        for (lang, found) in [(Lang::En, &mut english), (Lang::Ko, &mut korean)] {
            let Some(source) = library.get(Kind::Topic, slug, lang) else { continue };
            match Topic::read(&source, slug) {
                Ok(topic) => found.push(topic),
                Err(faults) => problems.extend(faults),
            }
        }
    }
    let others = english.iter().filter(|page| page.shape != Shape::Topic);
    let steps = path::path(&english).into_iter().chain(others).cloned();
    let both = steps.map(|english| {
        let own = korean.iter().position(|topic| topic.slug == english.slug);
        BothTopics { korean: own.map(|at| korean.swap_remove(at)), english }
    });
    both.collect()
}

fn sims(library: &Library, problems: &mut Vec<Problem>) -> Vec<Committed> {
    let mut sims = Vec::new();
    for slug in library.slugs(Kind::Sim) {
        let spec = match crate::sims::load(library, slug, &Overrides::default()) {
            Ok(spec) => spec,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        match committed::committed(library, slug) {
            Ok(outcome) if translation::is_of(&outcome, &spec) => {
                sims.push(Committed { spec, outcome });
            }
            Ok(_) => {
                let source = Source::new(format!("outcomes/{slug}.json"), "");
                let what = both!("of another version of the sim", "지금과 다른 sim의 결과입니다");
                let hint = both!(
                    "`prep check --run --write` renews it",
                    "`prep check --run --write`로 갱신하세요"
                );
                problems.push(source.problem_of_file(what).hint(hint));
            }
            Err(problem) => problems.push(problem),
        }
    }
    sims
}
