//! What of a question may be published.

use super::{PaperKind, PaperOption, PaperQuestion, PaperSim, Setting};
use crate::content::text::Text;
use crate::quiz::order::{seed_for, shuffled};
use crate::quiz::question::{
    Choice, DiagnoseQuestion, NumberQuestion, OpenQuestion, OrderQuestion, Question, QuestionKind,
    SimQuestion, Worded,
};
use crate::quiz::unit::Unit;

/// What a paper shows of a question besides the question.
pub(in crate::practice) enum Apart {
    Nothing,
    Sim { unit: Unit, settings: Vec<Setting>, variants: Vec<Vec<Setting>> },
    Exhibit(Text),
}

/// The question with other ids for its options and steps, drawn from a secret seed: those of a
/// quiz file may be words such as `right`, and the numbers of steps their order.
pub(in crate::practice) fn blinded(question: &Question, seed: u64) -> Question {
    let mut blinded = question.clone();
    let drawn = |count: usize| -> Vec<String> {
        let ids = shuffled(count, seed_for(seed, &question.id));
        ids.into_iter().map(|id| format!("o{}", id + 1)).collect()
    };
    match &mut blinded.kind {
        QuestionKind::Choice { options }
        | QuestionKind::Several { options }
        | QuestionKind::Trace { options, .. }
        | QuestionKind::Diagnose(DiagnoseQuestion { options, .. }) => {
            for (option, id) in options.iter_mut().zip(drawn(question.kind.options().len())) {
                option.id = id;
            }
        }
        QuestionKind::Order(order) => {
            let ids = drawn(order.steps.len());
            for pair in &mut order.wrong {
                for end in [&mut pair.first, &mut pair.then] {
                    let at = order.steps.iter().position(|step| step.id == *end);
                    if let Some(id) = at.and_then(|at| ids.get(at)) {
                        id.clone_into(end);
                    }
                }
            }
            for (step, id) in order.steps.iter_mut().zip(ids) {
                step.id = id;
            }
        }
        QuestionKind::Number(_)
        | QuestionKind::Sim(_)
        | QuestionKind::Predict(_)
        | QuestionKind::Open(_) => {}
    }
    blinded
}

/// The public part of a blinded question.
pub(in crate::practice) fn published(id: &str, question: &Question, apart: Apart) -> PaperQuestion {
    // Every field is named, so that a new one is a decision.
    let Question { id: _, ask, hint: _, section: _, see: _, why: _, kind, span: _ } = question;
    let kind = match kind {
        QuestionKind::Choice { options } => PaperKind::Choice { options: listed(options) },
        QuestionKind::Several { options } => PaperKind::Several { options: listed(options) },
        QuestionKind::Number(number) => {
            let NumberQuestion { answer: _, unit, accept: _, wrong: _ } = number;
            PaperKind::Number { unit: *unit }
        }
        QuestionKind::Order(order) => {
            let OrderQuestion { steps, wrong: _ } = order;
            let step = |step: &Worded| {
                let Worded { id, text } = step;
                PaperOption { id: id.clone(), text: text.clone(), keep_last: false }
            };
            PaperKind::Order { steps: in_order_of_ids(steps.iter().map(step).collect()) }
        }
        QuestionKind::Trace { schedule, options } => {
            PaperKind::Trace { schedule: schedule.clone(), options: listed(options) }
        }
        QuestionKind::Sim(asked) => PaperKind::Sim(sim(asked, apart)),
        QuestionKind::Predict(asked) => PaperKind::Predict(sim(asked, apart)),
        QuestionKind::Diagnose(asked) => {
            let DiagnoseQuestion { sim: _, variant: _, beside: _, show: _, options } = asked;
            let exhibit = match apart {
                Apart::Exhibit(exhibit) => exhibit,
                Apart::Nothing | Apart::Sim { .. } => Text::default(),
            };
            PaperKind::Diagnose { exhibit, options: listed(options) }
        }
        QuestionKind::Open(OpenQuestion { points: _, model: _ }) => PaperKind::Open,
    };
    PaperQuestion { id: id.to_owned(), ask: ask.clone(), kind }
}

fn sim(asked: &SimQuestion, apart: Apart) -> PaperSim {
    let SimQuestion { sim: _, variant: _, params: _, answer: _, accept: _, guard: _, wrong: _ } =
        asked;
    match apart {
        Apart::Sim { unit, settings, variants } => PaperSim { unit, settings, variants },
        Apart::Nothing | Apart::Exhibit(_) => {
            PaperSim { unit: Unit::Count, settings: Vec::new(), variants: Vec::new() }
        }
    }
}

fn listed(options: &[Choice]) -> Vec<PaperOption> {
    let option = |option: &Choice| {
        let Choice { id, text, why: _, right: _, trap: _, keep_last, span: _ } = option;
        PaperOption { id: id.clone(), text: text.clone(), keep_last: *keep_last }
    };
    in_order_of_ids(options.iter().map(option).collect())
}

/// The order of the file may have the right one first.
fn in_order_of_ids(mut options: Vec<PaperOption>) -> Vec<PaperOption> {
    options.sort_by_key(|option| (option.id.len(), option.id.clone()));
    options
}
