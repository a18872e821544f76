//! The content check: everything that is listed exists, nothing unlisted exists, both languages
//! say the same, and what the text claims of the program is true.

mod commands;
pub(crate) mod coverage;
mod drills;
mod measured;
mod quizzes;

use std::collections::BTreeMap;

use crate::content::problem::{Problem, Source};
use crate::content::text::{Lang, Text, both};
use crate::content::toml_tree::BYTES_MAX;
use crate::content::{Kind, Library};
use crate::knowledge::markdown::Target;
use crate::knowledge::path;
use crate::knowledge::topic::{DefaultRow, Topic};
use crate::marketplace::checker::Anomaly;
use crate::marketplace::config::all_knobs;
use crate::marketplace::knobs::{self, Unit};
use crate::quiz::drill::Drill;
use crate::quiz::question::Quiz;
use crate::sims::outcome::committed::committed;
use crate::sims::outcome::{Outcome, VariantOutcome, layout, outcome};
use crate::sims::run::{Execution, RunFailed};
use crate::sims::spec::{Overrides, Spec};

/// Fewest claims of a sim, a control among them.
const CLAIMS_MIN: usize = 2;

/// A topic in one language, with its file.
struct Page {
    slug: String,
    source: Source,
    topic: Topic,
}

/// Everything of the static check.
struct Checker<'l> {
    library: &'l Library,
    problems: Vec<Problem>,
    pages: Vec<Page>,
    korean: Vec<Page>,
    sims: Vec<(Source, Spec)>,
    quizzes: Vec<(Source, Quiz)>,
    drills: Vec<(Source, Drill)>,
}

/// Checks all content without running anything.
pub(crate) fn content(library: &Library) -> Vec<Problem> {
    let mut checker = Checker::new(library);
    checker.read();
    checker.topics();
    checker.languages();
    checker.sims();
    checker.quizzes();
    checker.drills();
    checker.strays();
    checker.unwritten();
    checker.problems
}

impl<'l> Checker<'l> {
    fn new(library: &'l Library) -> Checker<'l> {
        Checker {
            library,
            problems: Vec::new(),
            pages: Vec::new(),
            korean: Vec::new(),
            sims: Vec::new(),
            quizzes: Vec::new(),
            drills: Vec::new(),
        }
    }
}

impl Checker<'_> {
    fn read(&mut self) {
        for slug in self.library.slugs(Kind::Topic) {
            for lang in [Lang::En, Lang::Ko] {
                let Some(source) = self.library.get(Kind::Topic, slug, lang) else {
                    let path = format!("topics/{slug}.ko.md");
                    self.problems.push(missing(&path));
                    continue;
                };
                match Topic::read(&source, slug) {
                    Err(problems) => self.problems.extend(problems),
                    Ok(topic) => {
                        let page = Page { slug: slug.to_owned(), source, topic };
                        match lang {
                            Lang::En => self.pages.push(page),
                            Lang::Ko => self.korean.push(page),
                        }
                    }
                }
            }
        }
        for slug in self.library.slugs(Kind::Sim) {
            match crate::sims::load(self.library, slug, &Overrides::default()) {
                Err(problems) => self.problems.extend(problems),
                Ok(spec) => {
                    if let Some(source) = self.library.get(Kind::Sim, slug, Lang::En) {
                        self.sims.push((source, spec));
                    }
                }
            }
        }
        for slug in self.library.slugs(Kind::Quiz) {
            match crate::quiz::read::load(self.library, slug) {
                Err(problems) => self.problems.extend(problems),
                Ok(quiz) => {
                    if let Some(source) = self.library.get(Kind::Quiz, slug, Lang::En) {
                        self.quizzes.push((source, quiz));
                    }
                }
            }
        }
        for slug in self.library.slugs(Kind::Drill) {
            match crate::quiz::drill::read::load(self.library, slug) {
                Err(problems) => self.problems.extend(problems),
                Ok(drill) => {
                    if let Some(source) = self.library.get(Kind::Drill, slug, Lang::En) {
                        self.drills.push((source, drill));
                    }
                }
            }
        }
    }

    /// Whether a file exists but could not be read: its own faults are told, and what others say
    /// of it cannot be judged.
    fn unread(&self, kind: Kind, slug: &str) -> bool {
        let read = match kind {
            Kind::Topic => self.pages.iter().any(|page| page.slug == slug),
            Kind::Sim => self.sims.iter().any(|(_, spec)| spec.name == slug),
            Kind::Quiz => self.quizzes.iter().any(|(_, quiz)| quiz.slug == slug),
            Kind::Drill => self.drills.iter().any(|(_, drill)| drill.slug == slug),
            Kind::Theory | Kind::Lab | Kind::Prices | Kind::Outcome | Kind::Schema => true,
        };
        !read && self.library.slugs(kind).contains(&slug)
    }

    /// Topics that require each other could not be learnt in any order.
    fn circles(&self) -> Vec<Problem> {
        let topics: Vec<Topic> = self.pages.iter().map(|page| page.topic.clone()).collect();
        let circle: Vec<&str> = path::circle(&topics).iter().map(|it| it.slug.as_str()).collect();
        let within = self.pages.iter().filter(|page| circle.contains(&page.slug.as_str()));
        let fault = |page: &Page| {
            page.source.problem_of_file(both!(
                "`requires` leads back to this topic",
                "`requires`를 따라가면 이 주제로 돌아옵니다"
            ))
        };
        within.map(fault).collect()
    }

    fn topics(&mut self) {
        let mut problems = self.circles();
        let mut aliases: BTreeMap<String, String> = BTreeMap::new();
        let mut outcomes = measured::Outcomes::default();
        for page in self.pages.iter().chain(&self.korean) {
            let whole = |what: Text| page.source.problem_of_file(what);
            for sim in &page.topic.sims {
                if !self.library.slugs(Kind::Sim).contains(&sim.as_str()) {
                    problems.push(whole(both!(
                        "`sims` names `{sim}`, which does not exist",
                        "`sims`의 `{sim}`은(는) 없는 sim입니다"
                    )));
                }
            }
            for topic in &page.topic.requires {
                if !self.library.slugs(Kind::Topic).contains(&topic.as_str()) {
                    problems.push(whole(both!(
                        "`requires` names `{topic}`, which does not exist",
                        "`requires`의 `{topic}`은(는) 없는 주제입니다"
                    )));
                }
            }
            for alias in &page.topic.aliases {
                let owner = aliases.entry(alias.to_lowercase()).or_insert(page.slug.clone());
                if *owner != page.slug {
                    let owner = owner.clone();
                    problems.push(whole(both!(
                        "the alias `{alias}` belongs to `{owner}` already",
                        "별칭 `{alias}`은(는) 이미 `{owner}`의 것입니다"
                    )));
                }
            }
            problems.extend(self.links(page));
            problems.extend(self.commands(page));
            problems.extend(self.measured(page, &mut outcomes));
            problems.extend(sources(page));
            problems.extend(page.topic.default_rows.iter().filter_map(|row| default(page, row)));
        }
        self.problems.extend(problems);
    }

    fn links(&self, page: &Page) -> Vec<Problem> {
        let topic_exists = |slug: &str| self.library.slugs(Kind::Topic).contains(&slug);
        let section_exists = |slug: &str, section: &str| {
            let pages = self.pages.iter().filter(|other| other.slug == slug);
            pages.flat_map(|other| &other.topic.sections).any(|known| known.id == section)
        };
        page.topic
            .links
            .iter()
            .filter_map(|link| {
                let broken = match &link.to {
                    Target::Topic { slug, section } => {
                        !topic_exists(slug)
                            || section.as_ref().is_some_and(|id| {
                                !section_exists(slug, id) && !self.unread(Kind::Topic, slug)
                            })
                    }
                    Target::Sim { slug } => !self.library.slugs(Kind::Sim).contains(&slug.as_str()),
                    Target::Section(id) => {
                        !section_exists(&page.slug, id) && !self.unread(Kind::Topic, &page.slug)
                    }
                    Target::Web(_) => false,
                };
                broken.then(|| {
                    let what = both!("this link leads nowhere", "이 링크가 가리키는 곳이 없습니다");
                    page.source.problem(link.span.clone(), what)
                })
            })
            .collect()
    }

    /// Both languages have the same sections, sims, commands, defaults and requirements.
    fn languages(&mut self) {
        let mut problems = Vec::new();
        for page in &self.korean {
            let Some(english) = self.pages.iter().find(|other| other.slug == page.slug) else {
                continue;
            };
            let same = |topic: &Topic| {
                let commands: Vec<String> =
                    topic.commands.iter().map(|command| command.line.clone()).collect();
                let sections: Vec<String> =
                    topic.sections.iter().map(|section| section.id.clone()).collect();
                let defaults: Vec<String> =
                    topic.default_rows.iter().map(|row| row.knob.clone()).collect();
                let mut values: Vec<String> = topic
                    .measured
                    .iter()
                    .map(|value| format!("{} {}({})", value.sim, value.metric, value.variant))
                    .collect();
                // Sentences are ordered as each language likes it.
                values.sort();
                let mut claims: Vec<String> = topic
                    .claims
                    .iter()
                    .map(|claim| format!("{} {}", claim.sim, claim.claim))
                    .collect();
                claims.sort();
                [
                    ("sections", sections),
                    ("sims", topic.sims.clone()),
                    ("requires", topic.requires.clone()),
                    ("commands", commands),
                    ("defaults", defaults),
                    ("values", values),
                    ("claims", claims),
                ]
            };
            for ((name, korean), (_, english)) in
                same(&page.topic).into_iter().zip(same(&english.topic))
            {
                if korean != english {
                    let (korean, english) = (korean.join(", "), english.join(", "));
                    problems.push(page.source.problem_of_file(both!(
                        "{name} differ from the English file: [{korean}], there [{english}]",
                        "영어 파일과 {name}이(가) 다릅니다: [{korean}], 영어는 [{english}]"
                    )));
                }
            }
        }
        self.problems.extend(problems);
    }

    fn sims(&mut self) {
        let mut problems = Vec::new();
        for (source, spec) in &self.sims {
            let mut fault = |what: Text| problems.push(source.problem_of_file(what));
            if !spec.translated {
                problems.push(missing(&format!("sims/{}.ko.toml", spec.name)));
                continue;
            }
            let words = [&spec.title, &spec.question, &spec.see, &spec.why];
            let says = spec.claims.iter().map(|claim| &claim.says);
            for text in words.into_iter().chain(says) {
                if text.en.is_empty() {
                    fault(both!(
                        "title, question, see, why and every claim need words",
                        "title, question, see, why와 모든 주장에 글이 있어야 합니다"
                    ));
                } else if text.en == text.ko {
                    let words: String = text.en.chars().take(40).collect();
                    fault(both!("not translated: `{words}`", "번역되지 않았습니다: `{words}`"));
                }
            }
            if spec.claims.len() < CLAIMS_MIN || !spec.claims.iter().any(|claim| claim.control) {
                fault(both!(
                    "a sim needs at least {CLAIMS_MIN} claims, one of them a control",
                    "sim에는 주장이 {CLAIMS_MIN}개 이상, 그중 대조가 하나 이상 있어야 합니다"
                ));
            }
            let topic = spec.topic.clone().unwrap_or_default();
            let page = self.pages.iter().find(|page| page.slug == topic);
            match page {
                None if self.unread(Kind::Topic, &topic) => {}
                None => fault(both!(
                    "its topic `{topic}` does not exist",
                    "주제 `{topic}`이(가) 없습니다"
                )),
                Some(page) if !page.topic.sims.contains(&spec.name) => fault(both!(
                    "the topic `{topic}` does not list this sim",
                    "주제 `{topic}`이(가) 이 sim을 싣지 않았습니다"
                )),
                Some(_) => {}
            }
            for line in &spec.next {
                if let Some(what) = self.command(line) {
                    let (en, ko) = (what.en, what.ko);
                    fault(both!("next: `{line}`: {en}", "next: `{line}`: {ko}"));
                }
            }
            problems.extend(committed(self.library, &spec.name).err());
        }
        self.problems.extend(problems);
    }

    /// Places that `prep new` left to be filled in.
    fn unwritten(&mut self) {
        const MARK: &str = "FILL-IN";
        let mut problems = Vec::new();
        for path in self.library.paths() {
            let Some(source) = self.library.file(path).filter(|file| file.text.contains(MARK))
            else {
                continue;
            };
            let is_text = ["topics/", "sims/", "quizzes/"].iter().any(|at| path.starts_with(at));
            let places = source.text.match_indices(MARK).filter(|_| is_text);
            problems.extend(places.map(|(at, _)| {
                let line = source.text[at..].lines().next().unwrap_or_default();
                let end = line.find('"').unwrap_or(line.len());
                source.problem(at..at + end, both!("still to be written", "아직 쓰지 않았습니다"))
            }));
        }
        self.problems.extend(problems);
    }

    /// Translations and outcomes of things that do not exist.
    fn strays(&mut self) {
        let mut problems = Vec::new();
        for path in self.library.paths() {
            let source = || Source::new(path, "");
            let stem = path.rsplit('/').next().unwrap_or(path);
            let (kind, slug) = match path.split_once('/') {
                Some(("topics", name)) => (Kind::Topic, name.strip_suffix(".ko.md")),
                Some(("sims", name)) => (Kind::Sim, name.strip_suffix(".ko.toml")),
                Some(("quizzes", name)) => match name.strip_prefix("drills/") {
                    Some(name) => (Kind::Drill, name.strip_suffix(".ko.toml")),
                    None => (Kind::Quiz, name.strip_suffix(".ko.toml")),
                },
                Some(("outcomes", name)) => (Kind::Sim, name.strip_suffix(".json")),
                _ => continue,
            };
            if let Some(slug) = slug
                && !self.library.slugs(kind).contains(&slug)
            {
                problems.push(source().problem_of_file(both!(
                    "`{stem}` belongs to nothing: there is no `{slug}`",
                    "`{stem}`에 맞는 `{slug}`이(가) 없습니다"
                )));
            }
            if self.library.file(path).is_some_and(|file| file.text.len() > BYTES_MAX) {
                problems
                    .push(source().problem_of_file(both!("larger than 1 MiB", "1 MiB를 넘습니다")));
            }
        }
        self.problems.extend(problems);
    }
}

fn missing(path: &str) -> Problem {
    Source::new(path, "").problem_of_file(both!("this file is missing", "이 파일이 없습니다"))
}

/// Every default has a source: its knob's, or one in the front matter.
fn sources(page: &Page) -> Vec<Problem> {
    let knobs = all_knobs();
    let topic = &page.topic;
    let needs_none = |setting: &str| {
        knobs.iter().any(|(name, _)| name == setting)
            || topic.sources.iter().any(|own| own.setting == setting)
    };
    let without = topic.settings.iter().filter(|(setting, _)| !needs_none(setting));
    let mut problems: Vec<Problem> = without
        .map(|(setting, span)| {
            page.source
                .problem(
                    span.clone(),
                    both!("`{setting}` has no source", "`{setting}`의 출처가 없습니다"),
                )
                .hint(both!(
                    "name the document in the front matter, last: `[sources]`, then `\"{setting}\" = \"...\"`",
                    "머리말 끝에 `[sources]`를 두고 `\"{setting}\" = \"...\"`로 문서를 적으세요"
                ))
        })
        .collect();
    for own in &topic.sources {
        if topic.settings.iter().all(|(setting, _)| *setting != own.setting) {
            let setting = &own.setting;
            let what = both!(
                "no default is called `{setting}`, so this source is of nothing",
                "`{setting}`이라는 기본값이 없어 이 출처는 쓰이지 않습니다"
            );
            problems.push(page.source.problem(own.span.clone(), what));
        }
    }
    problems
}

/// A default that a topic quotes must be the knob's.
fn default(page: &Page, row: &DefaultRow) -> Option<Problem> {
    let fault = |what: Text| Some(page.source.problem(row.span.clone(), what));
    let rows = all_knobs();
    // Settings that the model does not have are no fault of the text.
    let (_, knob) = rows.iter().find(|(name, _)| *name == row.knob)?;
    let quoted = row.default.replace([',', '`'], "");
    let quoted = quoted.trim();
    let number = |text: &str| {
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        text[..digits].parse::<f64>().ok()
    };
    let same = match knob.unit {
        Unit::Milliseconds => knobs::duration(&quoted.replace(' ', ""))
            .map(|nanos| nanos as f64 / 1e6)
            .or_else(|| number(quoted))
            .is_some_and(|quoted| number(knob.default) == Some(quoted)),
        Unit::Flag | Unit::Choice(_) => quoted.starts_with(knob.default),
        _ if knob.default == "unlimited" => true,
        _ => number(quoted).is_some() && number(quoted) == number(knob.default),
    };
    if same {
        return None;
    }
    let (name, real) = (&row.knob, knob.default);
    fault(both!(
        "the default of `{name}` is {real}, not {quoted}",
        "`{name}`의 기본값은 {quoted}이(가) 아니라 {real}입니다"
    ))
}

/// One default run, and what is wrong with it.
pub(crate) struct Judged {
    pub(crate) slug: String,
    /// The outcome's JSON text, for the committed file.
    pub(crate) json: String,
    /// Claims that do not hold, and a committed outcome that differs.
    pub(crate) faults: Vec<Problem>,
}

/// Runs every sim once with its own settings, judges its claims and compares the outcome with the
/// committed one.
///
/// # Errors
/// Problems of a sim file; a run that cannot be finished is among the faults.
pub(crate) fn runs(
    library: &Library,
    execution: &Execution<'_>,
    mut done: impl FnMut(&Judged),
) -> Result<Vec<Judged>, Vec<Problem>> {
    let mut all = Vec::new();
    for slug in library.slugs(Kind::Sim) {
        let spec = crate::sims::load(library, slug, &Overrides::default())?;
        let judged = judge(library, &spec, execution);
        done(&judged);
        all.push(judged);
    }
    Ok(all)
}

fn judge(library: &Library, spec: &Spec, execution: &Execution<'_>) -> Judged {
    let slug = spec.name.clone();
    let source = Source::new(format!("sims/{slug}.toml"), "");
    let found = match crate::sims::run::run(spec, execution) {
        Ok(results) => {
            let command = format!("prep sim {slug} --seed {}", spec.run.seed);
            outcome(spec, &results, command, Lang::En)
        }
        Err(failed) => {
            let why = match failed {
                RunFailed::Events(events) => format!("more than {events} events"),
                RunFailed::Standstill { process } => format!("{process} goes round in circles"),
                RunFailed::Audit(books) => books,
                RunFailed::Cancelled => "cancelled".to_owned(),
            };
            let fault = source.problem_of_file(both!("the run failed: {why}", "실행 실패: {why}"));
            return Judged { slug, json: String::new(), faults: vec![fault] };
        }
    };
    let mut faults: Vec<Problem> = found
        .claims
        .iter()
        .filter(|claim| claim.holds != Some(true))
        .map(|claim| {
            let (id, verdict) = (&claim.id, format!("{:?}", claim.verdict).to_lowercase());
            let condition = &claim.condition;
            source.problem_of_file(both!(
                "the claim `{id}` {verdict}: {condition}",
                "주장 `{id}`의 판정: {verdict}. 조건: {condition}"
            ))
        })
        .collect();
    faults.extend(unexplained(&found).into_iter().map(|variant| {
        source.problem_of_file(both!(
            "variant `{variant}`: stock and orders do not add up, and no lost update says why",
            "`{variant}` 변형: 재고와 주문이 맞지 않는데 이를 설명할 갱신 손실이 없습니다"
        ))
    }));
    let json = text(&found);
    let path = format!("outcomes/{slug}.json");
    let committed = library.file(&path);
    if committed.as_ref().is_none_or(|committed| committed.text != json) {
        let fault = Source::new(path, "").problem_of_file(both!(
            "differs from what the sim gives now",
            "지금 sim이 내는 결과와 다릅니다"
        ));
        faults.push(fault.hint(both!(
            "if the change is meant: `prep check --run --write`",
            "의도한 변경이면 `prep check --run --write`로 갱신하세요"
        )));
    }
    Judged { slug, json, faults }
}

/// Variants whose books are broken without a checker having found the reason.
fn unexplained(outcome: &Outcome) -> Vec<&str> {
    let found = |variant: &VariantOutcome, anomaly: Anomaly| {
        variant.violations.iter().any(|violation| violation == anomaly.word())
    };
    let broken = outcome.variants.iter().filter(|variant| {
        found(variant, Anomaly::BrokenInvariant) && !found(variant, Anomaly::LostUpdate)
    });
    broken.map(|variant| variant.name.as_str()).collect()
}

fn text(outcome: &Outcome) -> String {
    layout::laid_out(&serde_json::to_value(outcome).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A planted fault drops orders: the books are broken and nothing explains it.
    #[test]
    fn broken_books_that_nothing_explains_are_a_fault() {
        let file = "format = \"prep.sim/1\"\ntitle = \"t\"\n[run]\nkind = \"window\"\nmeasure = \"2s\"\nreplications = { min = 2 }\n[set]\nload.shoppers.mix = { buy_now = 1 }\n";
        let judged = |extra: &str| {
            let source = Source::new("t.toml", format!("{file}{extra}"));
            let spec = crate::sims::read::read("t", &source, None, &Overrides::default());
            let execution = Execution { threads: 1, progress: &|_, _| (), cancel: None };
            judge(&Library::embedded(), &spec.unwrap(), &execution).faults.len()
        };
        // Without a committed outcome there is always that one fault.
        assert_eq!(judged(""), 1);
        assert_eq!(judged("fault.plant = \"drop-order\"\n"), 2);
    }

    #[test]
    fn the_embedded_content_is_clean() {
        let shown: Vec<String> =
            content(&Library::embedded()).iter().map(|problem| problem.show(Lang::En)).collect();
        assert_eq!(shown, Vec::<String>::new());
    }
}
