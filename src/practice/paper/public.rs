//! What of a question may be published.

use super::{PaperKind, PaperOption, PaperQuestion, PaperSim, Setting};
use crate::practice::received::is_id;
use crate::quiz::order::{seed_for, shuffled};
use crate::quiz::question::{Choice, NumberQuestion, Question, QuestionKind, SimQuestion};
use crate::quiz::unit::Unit;

/// The question with other ids for its options, drawn from a secret seed: those of a quiz file may
/// be words such as `right`, and every student has the file.
pub(in crate::practice) fn blinded(question: &Question, seed: u64) -> Question {
    let mut blinded = question.clone();
    match &mut blinded.kind {
        QuestionKind::Choice { options } | QuestionKind::Several { options } => {
            let ids = shuffled(options.len(), seed_for(seed, &question.id));
            for (option, id) in options.iter_mut().zip(ids) {
                option.id = format!("o{}", id + 1);
            }
        }
        QuestionKind::Number(_) | QuestionKind::Sim(_) => {}
    }
    blinded
}

/// The public part of a blinded question. `sim` belongs to a question that a simulation answers.
pub(in crate::practice) fn published(
    id: &str,
    question: &Question,
    sim: Option<(Unit, &[Setting], Vec<Vec<Setting>>)>,
) -> PaperQuestion {
    debug_assert!(is_id(&question.id), "the reader of quizzes checked it");
    // Every field is named, so that a new one is a decision.
    let Question { id: _, ask, section: _, see: _, why: _, kind, span: _ } = question;
    let kind = match kind {
        QuestionKind::Choice { options } => PaperKind::Choice { options: listed(options) },
        QuestionKind::Several { options } => PaperKind::Several { options: listed(options) },
        QuestionKind::Number(number) => {
            let NumberQuestion { answer: _, unit, accept: _, wrong: _ } = number;
            PaperKind::Number { unit: *unit }
        }
        QuestionKind::Sim(asked) => {
            let SimQuestion { sim: _, params: _, answer: _, accept: _, guard: _ } = asked;
            let (unit, settings, variants) = sim.unwrap_or((Unit::Count, &[], Vec::new()));
            PaperKind::Sim(PaperSim { unit, settings: settings.to_vec(), variants })
        }
    };
    PaperQuestion { id: id.to_owned(), ask: ask.clone(), kind }
}

/// In the order of the new ids: that of the file may have the right one first.
fn listed(options: &[Choice]) -> Vec<PaperOption> {
    let mut listed: Vec<PaperOption> = options
        .iter()
        .map(|option| {
            let Choice { id, text, why: _, right: _, keep_last, span: _ } = option;
            PaperOption { id: id.clone(), text: text.clone(), keep_last: *keep_last }
        })
        .collect();
    listed.sort_by_key(|option| (option.id.len(), option.id.clone()));
    listed
}
