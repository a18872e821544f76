//! A student's own paper, drawn from the paper and the student's name: which questions, in which
//! order, with which options first and which settings. The mentor draws it again when grading.

use super::{Paper, PaperOption, PaperQuestion, Setting};
use crate::content::text::Text;
use crate::practice::signing;
use crate::quiz::order::{seed_for, shuffled};

/// One question as it is put to one student.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawn<'p> {
    pub(crate) question: &'p PaperQuestion,
    pub(crate) points: f64,
    /// With the values of the variant filled in.
    pub(crate) ask: Text,
    /// In the order to show.
    pub(crate) options: Vec<&'p PaperOption>,
    /// Of a question that a simulation answers: its place in the paper.
    pub(crate) variant: Option<usize>,
}

/// The questions of a student in the order in which they are asked: items as in the paper, within
/// an item as drawn.
pub(crate) fn draw<'p>(paper: &'p Paper, digest: &str, student: &str) -> Vec<Drawn<'p>> {
    let digits = signing::digest(&format!("{digest}\n{student}"));
    let seed = digits.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let seed = seed.expect("a digest has 64 hexadecimal digits");
    let mut drawn: Vec<Drawn<'p>> = Vec::new();
    for (at, item) in paper.items.iter().enumerate() {
        let order = shuffled(item.questions.len(), seed_for(seed, &format!("item {at}")));
        let mut left = item.pick;
        for question in order.into_iter().map(|at| &item.questions[at]) {
            let is_taken = drawn.iter().any(|other| other.question.id == question.id);
            if left > 0 && !is_taken {
                left -= 1;
                drawn.push(one(question, item.points, seed_for(seed, &question.id)));
            }
        }
    }
    drawn
}

fn one(question: &PaperQuestion, points: f64, seed: u64) -> Drawn<'_> {
    let shown = question.kind.options();
    let (last, free): (Vec<_>, Vec<_>) = shown.iter().partition(|option| option.keep_last);
    let order = shuffled(free.len(), seed_for(seed, "options"));
    let options = order.into_iter().map(|at| free[at]).chain(last).collect();
    let mut drawn = Drawn { question, points, ask: question.ask.clone(), options, variant: None };
    if let Some(sim) = question.kind.sim() {
        let at = shuffled(sim.variants.len(), seed_for(seed, "variant")).first().copied();
        let values = at.and_then(|at| sim.variants.get(at)).map_or(&[][..], Vec::as_slice);
        drawn.ask = filled(&question.ask, values);
        drawn.variant = at;
    }
    drawn
}

/// The text with each `{name}` replaced by its value.
pub(crate) fn filled(text: &Text, values: &[Setting]) -> Text {
    let fill = |words: &str| {
        values.iter().fold(words.to_owned(), |words, setting| {
            words.replace(&format!("{{{}}}", setting.name), &setting.value)
        })
    };
    Text { en: fill(&text.en), ko: fill(&text.ko) }
}
