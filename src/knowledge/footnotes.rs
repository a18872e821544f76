//! Footnotes of one topic: which reference means which definition, and what does not match.

use std::ops::Range;

use super::markdown::Block;
use crate::content::problem::{Problem, Source, printable};
use crate::content::text::both;

/// A footnote that is referred to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Footnote {
    /// From 1, in the order of the first references.
    pub(crate) number: usize,
    pub(crate) blocks: Vec<Block>,
}

struct Definition {
    label: String,
    span: Range<usize>,
    blocks: Vec<Block>,
}

/// What has been read so far.
#[derive(Default)]
pub(super) struct Footnotes {
    /// Labels in the order of their first references.
    referred: Vec<String>,
    defined: Vec<Definition>,
}

impl Footnotes {
    /// The number of the footnote that a label refers to.
    pub(super) fn refer(&mut self, label: &str) -> usize {
        let label = label.to_lowercase();
        let at = self.referred.iter().position(|known| *known == label);
        let at = at.unwrap_or_else(|| {
            self.referred.push(label);
            self.referred.len() - 1
        });
        at + 1
    }

    pub(super) fn define(&mut self, label: &str, span: Range<usize>, blocks: Vec<Block>) {
        self.defined.push(Definition { label: label.to_owned(), span, blocks });
    }

    /// The footnotes by their numbers. A definition that nothing refers to, or a second one of the
    /// same label, is a problem.
    pub(super) fn finish(self, source: &Source, problems: &mut Vec<Problem>) -> Vec<Footnote> {
        let mut found: Vec<Footnote> = Vec::new();
        for Definition { label, span, blocks } in self.defined {
            let shown = printable(&label);
            let head = span.start..span.start + label.len() + "[^]".len();
            let folded = label.to_lowercase();
            let Some(at) = self.referred.iter().position(|known| *known == folded) else {
                problems.push(
                    source
                        .problem(
                            head,
                            both!(
                                "nothing refers to the footnote `{shown}`",
                                "각주 `{shown}`을(를) 가리키는 곳이 없습니다"
                            ),
                        )
                        .hint(both!(
                            "write `[^{shown}]` where it belongs, or remove it",
                            "본문에 `[^{shown}]`를 쓰거나 각주를 지우세요"
                        )),
                );
                continue;
            };
            if found.iter().any(|footnote| footnote.number == at + 1) {
                problems.push(source.problem(
                    head,
                    both!(
                        "the footnote `{shown}` is defined twice",
                        "각주 `{shown}`의 정의가 두 번 나옵니다"
                    ),
                ));
                continue;
            }
            found.push(Footnote { number: at + 1, blocks });
        }
        found.sort_by_key(|footnote| footnote.number);
        found
    }
}

/// References in words (a byte range of the source) that have no definition: markdown leaves them
/// as words.
pub(super) fn undefined(source: &Source, words: Range<usize>) -> Vec<Problem> {
    let text = source.text.as_str();
    let begins = |at: &usize| {
        text.get(*at..).is_some_and(|rest| rest.starts_with("[^"))
            && !text.get(..*at).is_some_and(|before| before.ends_with('\\'))
    };
    let problem = |at: usize| {
        let label = text.get(at + 2..)?.split([']', '\n', ' ', '[']).next()?;
        let end = at + 2 + label.len();
        if label.is_empty() || !text[end..].starts_with(']') {
            return None;
        }
        let shown = printable(label);
        let what =
            both!("the footnote `{shown}` is not defined", "각주 `{shown}`의 정의가 없습니다");
        Some(source.problem(at..end + 1, what).hint(both!(
            "add a line `[^{shown}]: ...` with an empty line before it; `\\[^` is a mere bracket",
            "빈 줄 뒤에 `[^{shown}]: ...` 줄을 쓰세요. 그냥 괄호라면 `\\[^`로 씁니다"
        )))
    };
    words.filter(begins).filter_map(problem).collect()
}
