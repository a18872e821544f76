//! What a topic file says of itself, between its `+++` lines.

use std::ops::Range;

use crate::content::problem::{Problem, Source};
use crate::content::text::both;
use crate::content::toml_tree::{self, Walk};

const FENCE: &str = "+++";

/// What is known of a topic without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrontMatter {
    pub(crate) title: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) requires: Vec<String>,
    pub(crate) sims: Vec<String>,
    pub(crate) checked: Checked,
    pub(crate) shape: Shape,
    pub(crate) sources: Vec<DefaultSource>,
}

/// Where a default comes from that is no knob's: those have theirs in the table of knobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultSource {
    /// The first cell of its row, without marks.
    pub(crate) setting: String,
    /// The document.
    pub(crate) source: String,
    pub(crate) span: Range<usize>,
}

/// What kind of page a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A topic with its ten sections.
    Topic,
    /// Statements that are often heard, a section each, with runs that show where they fail.
    Myths,
}

/// The versions that the facts of a topic were checked against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) what: String,
    /// The day, as `2026-11-22`.
    pub(crate) on: String,
}

/// Reads the part between the `+++` lines.
///
/// # Errors
/// Every problem of that part, at its place in the whole file.
pub(crate) fn front_matter(source: &Source) -> Result<FrontMatter, Vec<Problem>> {
    let Some((end, _)) = fences(source) else {
        let missing =
            both!("the front matter is missing or has no end", "머리말이 없거나 끝나지 않았습니다");
        let hint = both!(
            "begin the file with a line `+++`, then `title = \"...\"` and the others, then `+++`",
            "파일을 `+++` 줄로 시작하고 `title = \"...\"` 등을 쓴 뒤 `+++` 줄로 닫으세요"
        );
        return Err(vec![source.problem(0..1, missing).hint(hint)]);
    };
    // The first fence becomes a comment of the same length, so that every place stays true.
    let toml = format!("###{}", &source.text[FENCE.len()..end]);
    let toml = Source::new(source.path.clone(), toml);
    let root = toml_tree::parse(&toml)?;
    let mut walk = Walk::new(&toml);
    let front = read_fields(&mut walk, &root);
    match front {
        Some(front) if walk.problems.is_empty() => Ok(front),
        _ => Err(walk.problems),
    }
}

fn read_fields(walk: &mut Walk<'_>, root: &toml_tree::Node) -> Option<FrontMatter> {
    let mut fields = walk.fields(root)?;
    let title = fields.need(walk, "title").and_then(|node| {
        let title = walk.str(node)?;
        if title.trim().is_empty() {
            walk.report(node.span.clone(), both!("the title is empty", "제목이 비어 있습니다"));
        }
        Some(title.to_owned())
    });
    let mut strings = |walk: &mut Walk<'_>, name: &'static str| {
        fields.need(walk, name).and_then(|node| walk.strings(node))
    };
    let aliases = strings(walk, "aliases");
    let requires = strings(walk, "requires");
    let sims = strings(walk, "sims");
    let checked = fields.need(walk, "checked").and_then(|node| {
        let mut inner = walk.fields(node)?;
        let what = inner.need(walk, "what").and_then(|node| walk.str(node));
        let on = inner.need(walk, "on").and_then(|node| {
            let on = walk.str(node)?;
            if !is_day(on) {
                walk.report(
                    node.span.clone(),
                    both!(
                        "a day such as 2026-11-22 was expected",
                        "2026-11-22 같은 날짜가 필요합니다"
                    ),
                );
            }
            Some(on)
        });
        inner.finish(walk);
        Some(Checked { what: what?.to_owned(), on: on?.to_owned() })
    });
    let shape = match fields.take("page") {
        None => Some(Shape::Topic),
        Some(node) => match walk.str(node) {
            Some("myths") => Some(Shape::Myths),
            Some(_) => {
                walk.report(
                    node.span.clone(),
                    both!(
                        "`myths` was expected, or no `page` for a topic",
                        "`myths`여야 합니다. 주제라면 `page`를 쓰지 않습니다"
                    ),
                );
                None
            }
            None => None,
        },
    };
    let sources = match fields.take("sources") {
        None => Some(Vec::new()),
        Some(node) => sources(walk, node),
    };
    fields.finish(walk);
    Some(FrontMatter {
        title: title?,
        aliases: aliases?,
        requires: requires?,
        sims: sims?,
        checked: checked?,
        shape: shape?,
        sources: sources?,
    })
}

fn sources(walk: &mut Walk<'_>, node: &toml_tree::Node) -> Option<Vec<DefaultSource>> {
    let read = |walk: &mut Walk<'_>, (key, node): &(toml_tree::Key, toml_tree::Node)| {
        let source = walk.str(node)?.to_owned();
        if source.trim().is_empty() {
            walk.report(node.span.clone(), both!("the source is empty", "출처가 비어 있습니다"));
        }
        Some(DefaultSource { setting: key.name.clone(), source, span: key.span.clone() })
    };
    walk.fields(node)?.rest().into_iter().map(|entry| read(walk, entry)).collect()
}

fn is_day(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00"
}

/// Where the closing fence begins and where the body begins.
pub(super) fn fences(source: &Source) -> Option<(usize, usize)> {
    let mut lines = source.text.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == FENCE)?;
    let mut at = first.len();
    for line in lines {
        if line.trim_end() == FENCE {
            return Some((at, at + line.len()));
        }
        at += line.len();
    }
    None
}
