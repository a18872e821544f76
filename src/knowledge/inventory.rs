//! The inventory: what interviewers asked, answered and advised in one long review, and where each
//! of it is answered, drilled and shown.

use std::ops::Range;

use crate::content::Library;
use crate::content::problem::{Problem, Source};
use crate::content::text::{Text, both};
use crate::content::toml_tree::{self, Node, Walk};

/// The file, relative to the content root.
pub(crate) const PATH: &str = "topics/inventory.toml";

/// One thing that was asked or said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) says: Text,
    /// Sections that answer it, `topic#section`, the best first.
    pub(crate) answered: Vec<Reference>,
    /// Questions that drill it, `quiz/question`.
    pub(crate) questions: Vec<Reference>,
    /// Sims that show it.
    pub(crate) sims: Vec<Reference>,
    /// Advice, which no sim can show.
    pub(crate) advice: bool,
    /// Somebody asked it, so a mock interview asks it too.
    pub(crate) asked: bool,
    pub(crate) span: Range<usize>,
}

/// A name of other content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) to: String,
    pub(crate) span: Range<usize>,
}

/// The inventory of a library, with its file.
///
/// # Errors
/// The file is missing, or every problem that it has.
pub(crate) fn load(library: &Library) -> Result<(Source, Vec<Item>), Vec<Problem>> {
    let Some(source) = library.file(PATH) else {
        let missing = both!("this file is missing", "이 파일이 없습니다");
        return Err(vec![Source::new(PATH, "").problem_of_file(missing)]);
    };
    let items = read(&source)?;
    Ok((source, items))
}

fn read(source: &Source) -> Result<Vec<Item>, Vec<Problem>> {
    let root = toml_tree::parse(source)?;
    let mut walk = Walk::new(source);
    let items = items(&mut walk, &root);
    match items {
        Some(items) if walk.problems.is_empty() => Ok(items),
        _ => Err(walk.problems),
    }
}

fn items(walk: &mut Walk<'_>, root: &Node) -> Option<Vec<Item>> {
    let mut fields = walk.fields(root)?;
    if let Some(node) = fields.need(walk, "format")
        && walk.str(node).is_some_and(|format| format != "prep.inventory/1")
    {
        let what = both!(
            "`prep.inventory/1` is the format that is read",
            "읽을 수 있는 형식은 `prep.inventory/1`입니다"
        );
        walk.report(node.span.clone(), what);
    }
    let nodes = fields.need(walk, "item").and_then(|node| walk.array(node));
    fields.finish(walk);
    // Every item is read, so that all faults are told.
    let items: Vec<Option<Item>> = nodes?.iter().map(|node| item(walk, node)).collect();
    items.into_iter().collect()
}

fn item(walk: &mut Walk<'_>, node: &Node) -> Option<Item> {
    let mut fields = walk.fields(node)?;
    let id = fields.need(walk, "id").and_then(|node| walk.str(node).map(str::to_owned));
    let says = fields.need(walk, "says").and_then(|node| {
        let mut words = walk.fields(node)?;
        let mut of = |walk: &mut Walk<'_>, lang: &'static str| {
            words.need(walk, lang).and_then(|node| walk.str(node)).map(str::to_owned)
        };
        let (en, ko) = (of(walk, "en"), of(walk, "ko"));
        words.finish(walk);
        Some(Text { en: en?, ko: ko? })
    });
    let mut list = |walk: &mut Walk<'_>, name: &'static str| {
        let nodes = fields.need(walk, name).and_then(|node| walk.array(node))?;
        let read = |node: &Node| {
            let to = walk.str(node)?.to_owned();
            Some(Reference { to, span: node.span.clone() })
        };
        nodes.iter().map(read).collect::<Option<Vec<_>>>()
    };
    let answered = list(walk, "answered");
    let questions = list(walk, "questions");
    let sims = list(walk, "sims");
    let advice = fields.take("advice").and_then(|node| walk.bool(node));
    let asked = fields.take("asked").and_then(|node| walk.bool(node));
    fields.finish(walk);
    Some(Item {
        id: id?,
        says: says?,
        answered: answered?,
        questions: questions?,
        sims: sims?,
        advice: advice.unwrap_or(false),
        asked: asked.unwrap_or(false),
        span: node.span.clone(),
    })
}
