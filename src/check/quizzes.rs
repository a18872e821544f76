//! Quizzes: their topics, sections, commands, sims, variants and metrics exist.

use super::{Checker, missing};
use crate::content::Kind;
use crate::content::problem::{Problem, Source, nearest};
use crate::content::text::{Text, both};
use crate::knowledge::topic::Shape;
use crate::practice::session::SimAsk;
use crate::practice::{exhibit, simulated};
use crate::quiz::question::{
    DiagnoseQuestion, Placed, QuestionKind, Show, SimQuestion, WrongSource,
};
use crate::quiz::unit;
use crate::sims::outcome::committed::committed;
use crate::sims::{condition, metric};

/// Fewest questions of a topic.
const QUESTIONS_MIN: usize = 8;

impl Checker<'_> {
    pub(super) fn quizzes(&mut self) {
        let mut problems = Vec::new();
        for page in self.pages.iter().filter(|page| page.topic.shape == Shape::Topic) {
            let quiz = self.quizzes.iter().find(|(_, quiz)| quiz.topic.value == page.slug);
            let count = quiz.map_or(0, |(_, quiz)| quiz.questions.len());
            if count < QUESTIONS_MIN && !self.unread(Kind::Quiz, &page.slug) {
                problems.push(page.source.problem_of_file(both!(
                    "{count} questions; a topic needs at least {QUESTIONS_MIN}",
                    "문제가 {count}개입니다. 주제마다 {QUESTIONS_MIN}개 이상이어야 합니다"
                )));
            }
        }
        for (source, quiz) in &self.quizzes {
            if !quiz.translated {
                problems.push(missing(&format!("quizzes/{}.ko.toml", quiz.slug)));
            }
            let page = self.pages.iter().find(|page| page.slug == quiz.topic.value);
            let Some(page) = page else {
                if self.unread(Kind::Topic, &quiz.topic.value) {
                    continue;
                }
                let topic = &quiz.topic.value;
                problems.push(source.problem(
                    quiz.topic.span.clone(),
                    both!("the topic `{topic}` does not exist", "주제 `{topic}`이(가) 없습니다"),
                ));
                continue;
            };
            for question in &quiz.questions {
                let section = &question.section.value;
                let known: Vec<&str> =
                    page.topic.sections.iter().map(|section| section.id.as_str()).collect();
                if !known.contains(&section.as_str()) {
                    let near = nearest(section, known.iter().copied()).unwrap_or_default();
                    problems.push(source.problem(
                        question.section.span.clone(),
                        both!(
                            "the topic has no section `{section}` (nearest: `{near}`)",
                            "주제에 `{section}` 절이 없습니다(가장 비슷한 것: `{near}`)"
                        ),
                    ));
                }
                if let Some(see) = &question.see
                    && let Some(what) = self.command(&see.value)
                {
                    problems.push(source.problem(see.span.clone(), what));
                }
                problems.extend(self.run_of(source, &question.kind));
            }
        }
        self.problems.extend(problems);
    }

    /// The simulation that a question is about.
    fn run_of(&self, source: &Source, kind: &QuestionKind) -> Vec<Problem> {
        let sim = match kind {
            QuestionKind::Sim(question) | QuestionKind::Predict(question) => &question.sim,
            QuestionKind::Diagnose(question) => &question.sim,
            _ => return Vec::new(),
        };
        let name = &sim.value;
        if !self.library.slugs(Kind::Sim).contains(&name.as_str()) {
            let what = both!("there is no sim `{name}`", "`{name}` sim은 없습니다");
            return vec![source.problem(sim.span.clone(), what)];
        }
        if self.unread(Kind::Sim, name) {
            return Vec::new();
        }
        match kind {
            QuestionKind::Sim(question) | QuestionKind::Predict(question) => {
                self.sim_question(source, question)
            }
            QuestionKind::Diagnose(question) => self.diagnose(source, question),
            _ => Vec::new(),
        }
    }

    fn sim_question(&self, source: &Source, question: &SimQuestion) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut metrics = vec![&question.answer];
        metrics.extend(question.wrong.iter().filter_map(|wrong| match &wrong.value {
            WrongSource::Metric(metric) => Some(metric),
            WrongSource::Value(_) => None,
        }));
        for metric in metrics {
            if let Some(what) = no_answer(&metric.value) {
                problems.push(source.problem(metric.span.clone(), what));
            }
        }
        if let Some(guard) = &question.guard
            && let Err(what) = condition::parse(&guard.value)
        {
            problems.push(source.problem(guard.span.clone(), what));
        }
        let ask = |settings| SimAsk {
            sim: question.sim.value.clone(),
            variant: question.variant.as_ref().map(|variant| variant.value.clone()),
            settings,
            metric: question.answer.value.clone(),
            accept: question.accept,
            wrong: Vec::new(),
            guard: None,
        };
        let fault = |settings| {
            let found = simulated::spec(self.library, &ask(settings)).err()?;
            found.into_iter().next().map(|problem| problem.what)
        };
        if question.params.is_empty() {
            let place = question.variant.as_ref().unwrap_or(&question.sim);
            let what = fault(Vec::new()).or_else(|| self.no_band(question));
            problems.extend(what.map(|what| source.problem(place.span.clone(), what)));
        }
        for param in &question.params {
            for value in &param.values {
                let setting = (param.knob.value.clone(), value.value.to_string());
                if let Some(what) = fault(vec![setting]) {
                    problems.push(source.problem(value.span.clone(), what));
                }
            }
        }
        problems
    }

    /// Why a question that changes nothing of its sim would never be asked.
    fn no_band(&self, question: &SimQuestion) -> Option<Text> {
        let outcome = committed(self.library, &question.sim.value).ok()?;
        let name = question.variant.as_ref().map_or(&outcome.baseline, |variant| &variant.value);
        let name = crate::content::problem::printable(name);
        let found = outcome.variant(&name)?;
        if question.guard.is_some() {
            return None;
        }
        if !found.steady {
            return Some(both!(
                "`{name}` does not settle, so nobody can be asked for its values",
                "`{name}`은(는) 안정되지 않으므로 그 값을 물을 수 없습니다"
            ));
        }
        let ask = SimAsk::of(question);
        simulated::committed_band(self.library, &ask)
            .is_none_or(|band| !simulated::is_fair(&band, &ask))
            .then(|| {
                both!(
                    "with `{name}` a wrong value is accepted as right, or the value is not known exactly enough",
                    "`{name}`에서는 오답이 정답으로 인정되거나 값이 충분히 정확하지 않습니다"
                )
            })
    }

    /// Variants are those of the sim, metrics those of its committed outcome.
    fn diagnose(&self, source: &Source, question: &DiagnoseQuestion) -> Vec<Problem> {
        let Ok(outcome) = committed(self.library, &question.sim.value) else {
            // That it is missing is said of the sim.
            return Vec::new();
        };
        let mut problems = Vec::new();
        let named = [Some(&question.variant), question.beside.as_ref()];
        for variant in named.into_iter().flatten() {
            if outcome.variant(&variant.value).is_none() {
                let known: Vec<&str> = outcome.variants.iter().map(|it| it.name.as_str()).collect();
                problems.push(unknown(source, variant, &known));
            }
        }
        if let (Show::Metrics(metrics), true) = (&question.show, problems.is_empty()) {
            for metric in metrics {
                let one = std::slice::from_ref(metric);
                if let Err(problem) = exhibit::measured(&outcome, question, one) {
                    problems.push(source.problem(metric.span.clone(), problem.what));
                }
            }
        }
        problems
    }
}

/// Why nobody can be asked for a metric.
fn no_answer(name: &str) -> Option<Text> {
    match metric::find(name) {
        None => Some(condition::unknown_metric(name)),
        Some(metric) if unit::Unit::from_name(metric.unit).is_none() => {
            let unit = metric.unit;
            Some(both!(
                "nobody can be asked for `{name}`: an answer in {unit} cannot be read",
                "`{name}`은(는) 물을 수 없습니다. 단위가 {unit}인 답은 읽을 수 없습니다"
            ))
        }
        Some(_) => None,
    }
}

fn unknown(source: &Source, variant: &Placed<String>, known: &[&str]) -> Problem {
    let name = crate::content::problem::printable(&variant.value);
    let known = known.join(", ");
    let what = both!(
        "the sim has no variant `{name}`: {known}",
        "sim에 `{name}` 변형이 없습니다: {known}"
    );
    source.problem(variant.span.clone(), what)
}
