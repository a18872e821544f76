//! The screens of the terminal interface: a question with an answer in the making, the rubric of an
//! open one, what was earned.

use crate::content::text::{Lang, Text};
use crate::practice::draft::{Draft, letter_of};
use crate::practice::session::Ask;
use crate::quiz::question::OpenQuestion;
use crate::report::document::{Block, Document, Span, Tone};

use super::quiz::{how_to_answer, inline, question_head};

/// Stands before what a key would choose, move or write behind.
pub(crate) const CURSOR: char = '▸';

/// A question and the answer as far as it is.
pub(crate) fn asking(
    ask: &Ask<'_>,
    exhibit: &[Block],
    draft: &Draft<'_>,
    hint: Option<&Text>,
    lang: Lang,
) -> Document {
    let mut blocks = question_head(ask, exhibit, lang);
    if let Some(hint) = hint {
        let mut words = vec![Span::Toned(Tone::Accent, "? ".to_owned())];
        words.extend(inline(hint.get(lang)));
        blocks.push(Block::Paragraph(words));
    }
    match draft {
        Draft::Choosing { options, cursor, chosen, several } => {
            let rows = options.iter().enumerate().map(|(at, option)| {
                let mark = several.then(|| chosen.contains(&at));
                row(at, *cursor, mark, &option.text, lang)
            });
            blocks.push(Block::Labelled(rows.collect()));
        }
        Draft::Ordering { steps, cursor, held } => {
            let rows = steps.iter().enumerate().map(|(at, step)| {
                let (label, mut words) = row(at, *cursor, None, &step.text, lang);
                if *held && at == *cursor {
                    words.push(Span::Toned(Tone::Accent, "  ↕".to_owned()));
                }
                (label, words)
            });
            blocks.push(Block::Labelled(rows.collect()));
        }
        Draft::Typing { text, .. } => {
            let how = how_to_answer(&ask.question.kind).get(lang).to_owned();
            blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, how)]));
            blocks.push(Block::Labelled(vec![(
                CURSOR.to_string(),
                vec![Span::text(format!("{text}_"))],
            )]));
        }
    }
    Document { title: ask.quiz.slug.clone(), blocks }
}

/// An option or a step, with the cursor where it stands.
fn row(
    at: usize,
    cursor: usize,
    chosen: Option<bool>,
    text: &Text,
    lang: Lang,
) -> (String, Vec<Span>) {
    let letter = letter_of(at);
    // Spaces that do not break keep their place at the beginning of a label.
    let sign = if at == cursor { CURSOR } else { '\u{a0}' };
    let label = match chosen {
        Some(true) => format!("{sign}\u{a0}[x] {letter}"),
        Some(false) => format!("{sign}\u{a0}[ ] {letter}"),
        None => format!("{sign}\u{a0}{letter}"),
    };
    let words = inline(text.get(lang));
    (label, if at == cursor { vec![Span::Strong(words)] } else { words })
}

/// The answer to an open question beside the points that it may make.
pub(crate) fn points(
    ask: &Ask<'_>,
    open: &OpenQuestion,
    text: &str,
    (cursor, made): (usize, &[usize]),
    lang: Lang,
) -> Document {
    let mut blocks = question_head(ask, &[], lang);
    blocks.push(Block::Quote(vec![Block::Paragraph(vec![Span::text(text)])]));
    let rows = open.points.iter().enumerate();
    let rows = rows.map(|(at, point)| row(at, cursor, Some(made.contains(&at)), &point.text, lang));
    blocks.push(Block::Labelled(rows.collect()));
    Document { title: ask.quiz.slug.clone(), blocks }
}

/// The question in short, and what the answer earned.
pub(crate) fn told(ask: &Ask<'_>, told: &Document, lang: Lang) -> Document {
    let mut blocks = question_head(ask, &[], lang);
    blocks.extend(told.blocks.iter().cloned());
    Document { title: ask.quiz.slug.clone(), blocks }
}

/// The keys of each screen; two spaces part them.
pub(crate) mod keys {
    use crate::content::text::{Lang, Text, both};
    use crate::practice::draft::Draft;
    use crate::quiz::schedule::Rating;
    use crate::report::view::quiz::ratings;

    pub(crate) fn asking(draft: &Draft<'_>, exam: bool) -> Text {
        let move_it = match draft {
            Draft::Choosing { several: false, .. } => {
                both!("↑↓ choose  Enter answer", "↑↓ 고르기  Enter 답하기")
            }
            Draft::Choosing { several: true, .. } => {
                both!("↑↓ move  Space mark  Enter answer", "↑↓ 이동  Space 표시  Enter 답하기")
            }
            Draft::Ordering { held: false, .. } => {
                both!("↑↓ move  Space take  Enter answer", "↑↓ 이동  Space 잡기  Enter 답하기")
            }
            Draft::Ordering { held: true, .. } => {
                both!("↑↓ move the step  Space let go", "↑↓ 단계 옮기기  Space 놓기")
            }
            Draft::Typing { .. } => both!("Enter answer", "Enter 답하기"),
        };
        let rest = match (draft, exam) {
            (Draft::Typing { words: true, .. }, _) | (Draft::Typing { .. }, true) => {
                both!("Tab skip  Esc end", "Tab 건너뛰기  Esc 끝내기")
            }
            (Draft::Typing { .. }, false) => {
                both!("? hint  Tab skip  Esc end", "? 힌트  Tab 건너뛰기  Esc 끝내기")
            }
            (_, true) => both!("s skip  q end", "s 건너뛰기  q 끝내기"),
            (_, false) => both!("? hint  s skip  q end", "? 힌트  s 건너뛰기  q 끝내기"),
        };
        Text {
            en: format!("{}  {}", move_it.en, rest.en),
            ko: format!("{}  {}", move_it.ko, rest.ko),
        }
    }

    pub(crate) fn sure() -> Text {
        both!(
            "How sure?  1 a guess  2  3  4  5 certain  Enter not said  Esc back",
            "얼마나 확신하나요?  1 찍음  2  3  4  5 확실  Enter 말하지 않음  Esc 뒤로"
        )
    }

    pub(crate) fn points() -> Text {
        both!(
            "Which points did you make?  ↑↓ move  Space mark  Enter done",
            "어떤 항목을 말했나요?  ↑↓ 이동  Space 표시  Enter 끝"
        )
    }

    pub(crate) fn wondering() -> Text {
        both!(
            "Why? Say it aloud first.  Enter reasons",
            "왜일까요? 먼저 말해 보세요.  Enter 이유 보기"
        )
    }

    pub(crate) fn told() -> Text {
        both!("Enter next  u undo  q end", "Enter 다음  u 답 취소  q 끝내기")
    }

    pub(crate) fn rating(derived: Rating, lang: Lang) -> Text {
        let words = ratings(derived, lang);
        both!("{words}  Enter keeps *  u undo  q end", "{words}  Enter *대로  u 답 취소  q 끝내기")
    }
}
