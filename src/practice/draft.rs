//! An answer that is being put together: what is chosen, typed or moved so far.

use super::session::Ask;
use crate::content::text::both;
use crate::quiz::grade::{Answer, AskAgain};
use crate::quiz::question::{Choice, QuestionKind, Worded};

/// More than an interviewer would listen to.
const TYPED_MAX: usize = 4_000;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Draft<'q> {
    Choosing {
        options: Vec<&'q Choice>,
        /// The option that a key would choose.
        cursor: usize,
        chosen: Vec<usize>,
        several: bool,
    },
    Ordering {
        steps: Vec<&'q Worded>,
        cursor: usize,
        /// Whether the step under the cursor moves with it.
        held: bool,
    },
    /// A number, or words.
    Typing { text: String, words: bool },
}

/// What a person does to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Up,
    Down,
    /// Chooses or drops what is under the cursor; takes hold of a step or lets go.
    Toggle,
    Type(char),
    Erase,
    EraseAll,
}

impl<'q> Draft<'q> {
    pub(crate) fn of(ask: &Ask<'q>) -> Draft<'q> {
        match &ask.question.kind {
            QuestionKind::Choice { .. }
            | QuestionKind::Several { .. }
            | QuestionKind::Trace { .. }
            | QuestionKind::Diagnose(_) => Draft::Choosing {
                options: ask.options.clone(),
                cursor: 0,
                chosen: Vec::new(),
                several: matches!(ask.question.kind, QuestionKind::Several { .. }),
            },
            QuestionKind::Order(_) => {
                Draft::Ordering { steps: ask.steps.clone(), cursor: 0, held: false }
            }
            QuestionKind::Number(_) | QuestionKind::Sim(_) | QuestionKind::Predict(_) => {
                Draft::Typing { text: String::new(), words: false }
            }
            QuestionKind::Open(_) => Draft::Typing { text: String::new(), words: true },
        }
    }

    /// Whether a letter is part of the answer, and not a command.
    pub(crate) fn takes_letters(&self) -> bool {
        matches!(self, Draft::Typing { .. })
    }

    pub(crate) fn edit(&mut self, edit: Edit) {
        match self {
            Draft::Choosing { options, cursor, chosen, several } => match edit {
                Edit::Up => *cursor = cursor.saturating_sub(1),
                Edit::Down => *cursor = (*cursor + 1).min(options.len().saturating_sub(1)),
                Edit::Toggle => toggle(chosen, *cursor, *several),
                Edit::Type(letter) => {
                    let at = (0..options.len()).find(|at| letter_of(*at) == letter);
                    if let Some(at) = at {
                        *cursor = at;
                        if *several {
                            toggle(chosen, at, true);
                        }
                    }
                }
                Edit::Erase | Edit::EraseAll => chosen.clear(),
            },
            Draft::Ordering { steps, cursor, held } => {
                let last = steps.len().saturating_sub(1);
                let to = match edit {
                    Edit::Up => cursor.saturating_sub(1),
                    Edit::Down => (*cursor + 1).min(last),
                    Edit::Toggle => {
                        *held = !*held;
                        *cursor
                    }
                    Edit::Type(letter) => {
                        (0..steps.len()).find(|at| letter_of(*at) == letter).unwrap_or(*cursor)
                    }
                    Edit::Erase | Edit::EraseAll => *cursor,
                };
                if *held {
                    let step = steps.remove(*cursor);
                    steps.insert(to, step);
                }
                *cursor = to;
            }
            Draft::Typing { text, .. } => match edit {
                Edit::Type(letter) if text.chars().count() < TYPED_MAX => text.push(letter),
                Edit::Erase => {
                    let last = unicode_segmentation::UnicodeSegmentation::grapheme_indices(
                        text.as_str(),
                        true,
                    );
                    let at = last.into_iter().next_back().map_or(0, |(at, _)| at);
                    text.truncate(at);
                }
                Edit::EraseAll => text.clear(),
                _ => {}
            },
        }
    }

    /// The answer as it stands; an open one without its points.
    ///
    /// # Errors
    /// There is none yet.
    pub(crate) fn answer(&self) -> Result<Answer, AskAgain> {
        match self {
            Draft::Choosing { options, cursor, chosen, several } => {
                let chosen = if *several { chosen.clone() } else { vec![*cursor] };
                if chosen.is_empty() {
                    return Err(AskAgain(both!(
                        "choose at least one option",
                        "보기를 하나 이상 고르세요"
                    )));
                }
                Ok(Answer::Options(chosen.into_iter().map(|at| options[at].id.clone()).collect()))
            }
            Draft::Ordering { steps, .. } => {
                Ok(Answer::Order(steps.iter().map(|step| step.id.clone()).collect()))
            }
            Draft::Typing { text, .. } if text.trim().is_empty() => {
                Err(AskAgain(both!("nothing is typed yet", "아직 적은 답이 없습니다")))
            }
            Draft::Typing { text, words: false } => Ok(Answer::Number(text.trim().to_owned())),
            Draft::Typing { text, words: true } => {
                Ok(Answer::Open { text: text.trim().to_owned(), points: Vec::new() })
            }
        }
    }
}

fn toggle(chosen: &mut Vec<usize>, at: usize, several: bool) {
    match chosen.iter().position(|other| *other == at) {
        Some(place) => {
            chosen.remove(place);
        }
        None if several => {
            chosen.push(at);
            chosen.sort_unstable();
        }
        None => *chosen = vec![at],
    }
}

/// The letter in front of the option or step at this place.
pub(crate) fn letter_of(at: usize) -> char {
    u8::try_from(at).ok().filter(|at| *at < 26).map_or('?', |at| char::from(b'a' + at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::session::{Order, Pick, Session};
    use crate::quiz::example;
    use crate::quiz::question::Quiz;

    fn draft<'q>(quiz: &'q Quiz, id: &str) -> Draft<'q> {
        let mut session = Session::new(quiz, 1, Pick { count: None, order: Order::File });
        while let Some(ask) = session.next() {
            if ask.question.id == id {
                return Draft::of(&ask);
            }
        }
        panic!("{id}");
    }

    fn after(quiz: &Quiz, id: &str, edits: &[Edit]) -> Result<Answer, String> {
        let mut draft = draft(quiz, id);
        for edit in edits {
            draft.edit(*edit);
        }
        draft.answer().map_err(|again| again.0.en)
    }

    #[test]
    fn one_option_is_the_one_under_the_cursor() {
        let quiz = example::quiz();
        let Draft::Choosing { options, .. } = draft(&quiz, "first-wall") else { panic!() };
        let ids: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
        let chosen = |edits: &[Edit]| after(&quiz, "first-wall", edits);
        let one = |at: usize| Ok(Answer::Options(vec![ids[at].to_owned()]));
        assert_eq!(chosen(&[]), one(0));
        assert_eq!(chosen(&[Edit::Up]), one(0));
        assert_eq!(chosen(&[Edit::Down; 9]), one(2));
        assert_eq!(chosen(&[Edit::Type('b')]), one(1));
        assert_eq!(chosen(&[Edit::Type('z')]), one(0));
    }

    #[test]
    fn several_options_are_toggled() {
        let quiz = example::quiz();
        let Draft::Choosing { options, .. } = draft(&quiz, "jdk-difference") else { panic!() };
        let ids = |at: &[usize]| {
            Ok(Answer::Options(at.iter().map(|at| options[*at].id.clone()).collect()))
        };
        let chosen = |edits: &[Edit]| after(&quiz, "jdk-difference", edits);
        assert_eq!(chosen(&[Edit::Down]), Err("choose at least one option".to_owned()));
        assert_eq!(chosen(&[Edit::Type('c'), Edit::Up, Edit::Toggle]), ids(&[1, 2]));
        assert_eq!(chosen(&[Edit::Type('c'), Edit::Toggle, Edit::Type('a')]), ids(&[0]));
    }

    #[test]
    fn a_held_step_moves_with_the_cursor() {
        let quiz = example::quiz();
        let Draft::Ordering { steps, .. } = draft(&quiz, "steps") else { panic!() };
        let shown: Vec<String> = steps.iter().map(|step| step.id.clone()).collect();
        let order = |at: [usize; 4]| Ok(Answer::Order(at.map(|at| shown[at].clone()).to_vec()));
        let placed = |edits: &[Edit]| after(&quiz, "steps", edits);
        assert_eq!(placed(&[Edit::Down, Edit::Down]), order([0, 1, 2, 3]));
        assert_eq!(placed(&[Edit::Toggle, Edit::Down, Edit::Down]), order([1, 2, 0, 3]));
        assert_eq!(placed(&[Edit::Type('d'), Edit::Toggle, Edit::Type('a')]), order([3, 0, 1, 2]));
        assert_eq!(
            placed(&[Edit::Toggle, Edit::Down, Edit::Toggle, Edit::Down]),
            order([1, 0, 2, 3])
        );
    }

    #[test]
    fn a_number_is_typed_and_erased_by_what_is_seen() {
        let quiz = example::quiz();
        let typed = |edits: &[Edit]| after(&quiz, "ceiling", edits);
        let nothing = Err("nothing is typed yet".to_owned());
        assert_eq!(typed(&[]), nothing);
        let keys = "20한".chars().map(Edit::Type).collect::<Vec<_>>();
        let number = |text: &str| Ok(Answer::Number(text.to_owned()));
        assert_eq!(typed(&keys), number("20한"));
        assert_eq!(typed(&[&keys[..], &[Edit::Erase]].concat()), number("20"));
        assert_eq!(typed(&[&keys[..], &[Edit::EraseAll]].concat()), nothing);
    }
}
