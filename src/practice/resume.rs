//! A résumé against the advice of one long review: versions, numbers with baseline and method,
//! work in place of tools, what a graph and a link promise. And the questions that follow from the
//! technologies that it names.
//!
//! Rules look at words, not at meaning: each is narrow, so that a good line is left alone.

mod layout;
mod rules;
mod technologies;

use crate::content::problem::{Problem, Source};
use crate::content::text::{Text, both};
use crate::quiz::drill::Drill;
use crate::quiz::question::{QuestionKind, Quiz};

use layout::Layout;
pub(crate) use technologies::Named;

/// Most questions that are listed for one technology.
const QUESTIONS_EACH: usize = 4;

/// What a résumé is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Review {
    /// In the order of the lines.
    pub(crate) findings: Vec<Finding>,
    /// In the order in which they are named first.
    pub(crate) technologies: Vec<Named>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// To be mended.
    Mend,
    /// To be known before the interview.
    Note,
}

/// One line that an interviewer would stop at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) level: Level,
    /// From 1.
    pub(crate) line: usize,
    /// As they stand there.
    pub(crate) words: String,
    pub(crate) why: Text,
    pub(crate) mend: Text,
    /// Of the topic `resume`.
    pub(crate) section: &'static str,
}

/// What somebody who reads the résumé may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Follow {
    pub(crate) technology: &'static str,
    pub(crate) title: Text,
    /// What practises it, without `prep`.
    pub(crate) command: String,
}

impl Level {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Level::Mend => "mend",
            Level::Note => "note",
        }
    }
}

/// Reviews a résumé, as markdown or plain text, English or Korean.
///
/// # Errors
/// The file is no text.
pub(crate) fn review(source: &Source) -> Result<Review, Problem> {
    if source.text.contains('\0') {
        return Err(source.problem_of_file(both!(
            "this is no text: it has bytes that are 0. Save the résumé as markdown or plain text",
            "텍스트 파일이 아닙니다. 값이 0인 바이트가 있습니다. 마크다운이나 일반 텍스트로 저장하세요"
        )));
    }
    let layout = Layout::of(&source.text);
    let technologies = technologies::named(&layout);
    let mut findings = technologies::without_version(&technologies);
    findings.extend(rules::all(&layout, &technologies));
    findings.sort_by_key(|finding| finding.line);
    let mut named: Vec<Named> = Vec::new();
    for technology in technologies {
        match named.iter_mut().find(|known| known.name == technology.name) {
            Some(known) => known.version = known.version.take().or(technology.version),
            None => named.push(technology),
        }
    }
    Ok(Review { findings, technologies: named })
}

/// What the technologies invite to ask, those first that have a finding; nothing twice.
pub(crate) fn follow_ups(review: &Review, quizzes: &[Quiz], drills: &[Drill]) -> Vec<Follow> {
    let has_finding = |named: &&Named| {
        let about = |finding: &Finding| finding.rule == "version" && finding.words == named.words;
        review.findings.iter().any(about)
    };
    let (first, rest): (Vec<&Named>, Vec<&Named>) =
        review.technologies.iter().partition(has_finding);
    let mut all: Vec<Follow> = Vec::new();
    for named in first.into_iter().chain(rest) {
        let mut own = Vec::new();
        for topic in named.topics {
            own.extend(of_topic(named, topic, quizzes, drills));
        }
        own.retain(|follow| all.iter().all(|other| other.command != follow.command));
        own.truncate(QUESTIONS_EACH);
        all.extend(own);
    }
    all
}

/// The drills of a topic, then its questions: those to be answered in words first.
fn of_topic<'a>(
    named: &'a Named,
    topic: &'a str,
    quizzes: &'a [Quiz],
    drills: &'a [Drill],
) -> impl Iterator<Item = Follow> + 'a {
    let technology = named.name;
    let drills = drills.iter().filter(move |drill| drill.topic.value == topic).map(move |drill| {
        let turn = &drill.turns[drill.start];
        let command = format!("interview {}", drill.slug);
        Follow { technology, title: turn.ask.clone(), command }
    });
    let quiz = quizzes.iter().filter(move |quiz| quiz.slug == topic);
    let mut questions: Vec<Follow> = Vec::new();
    for quiz in quiz {
        let (open, closed): (Vec<_>, Vec<_>) = quiz
            .questions
            .iter()
            .filter(|question| question.kind.simulated().is_none())
            .partition(|question| matches!(question.kind, QuestionKind::Open(_)));
        questions.extend(open.into_iter().chain(closed).map(|question| Follow {
            technology,
            title: question.ask.clone(),
            command: format!("quiz {}#{}", quiz.slug, question.id),
        }));
    }
    drills.chain(questions)
}

#[cfg(test)]
mod tests;
