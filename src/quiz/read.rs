//! Quiz files as typed questions: `quizzes/<slug>.toml`, with the words of `<slug>.ko.toml` laid
//! over it.
//!
//! Whether sections, sims, knobs, metrics and guards exist is for the check over all content; the
//! questions keep the places it needs.

mod kind;
mod number;
mod simulated;
mod steps;

use std::ops::Range;

use crate::content::problem::{Problem, Source, nearest};
use crate::content::text::{Lang, Text, both};
use crate::content::toml_tree::{self, Fields, Node, Value, Walk};
use crate::content::{Kind, Library};

use super::question::{Misconception, Param, Placed, Question, Quiz};
use super::words;

const FORMAT: &str = "prep.quiz/1";

/// A question as far as it could be read.
pub(super) struct Entry {
    /// Absent when the file gives none, or a bad one.
    pub(super) id: Option<String>,
    /// Absent when it has faults.
    pub(super) question: Option<Question>,
}

/// Reads the quiz of a slug from the library.
///
/// # Errors
/// No such quiz, or every fault of its two files.
pub(crate) fn load(library: &Library, slug: &str) -> Result<Quiz, Vec<Problem>> {
    let Some(english) = library.get(Kind::Quiz, slug, Lang::En) else {
        let name = crate::content::problem::printable(slug);
        let problem = Source::new(format!("quizzes/{name}.toml"), "")
            .problem_of_file(both!("there is no quiz `{name}`", "`{name}` 퀴즈가 없습니다"));
        let near = nearest(slug, library.slugs(Kind::Quiz));
        return Err(vec![match near {
            Some(near) => problem.hint(both!("did you mean `{near}`?", "혹시 `{near}`인가요?")),
            None => problem,
        }]);
    };
    read(slug, &english, library.get(Kind::Quiz, slug, Lang::Ko).as_ref())
}

/// Reads a quiz from its two files; without a Korean one the English words stand for both.
///
/// # Errors
/// Every fault of both files, with its place.
pub(crate) fn read(
    slug: &str,
    english: &Source,
    korean: Option<&Source>,
) -> Result<Quiz, Vec<Problem>> {
    let root = match toml_tree::parse(english) {
        Ok(root) => root,
        // Without English ids nothing can be said about the ids of the words, only their syntax.
        Err(mut problems) => {
            problems
                .extend(korean.and_then(|words| toml_tree::parse(words).err()).unwrap_or_default());
            return Err(problems);
        }
    };
    let mut walk = Walk::new(english);
    let Head { topic, title, mut misconceptions, mut entries } = quiz(&mut walk, &root, slug);
    let mut problems = walk.problems;
    let mut title = Text::same(title.unwrap_or_default());
    if let Some(korean) = korean {
        problems.extend(words::lay_over(korean, &mut title, &mut misconceptions, &mut entries));
    }
    match topic {
        Some(topic) if problems.is_empty() => Ok(Quiz {
            slug: slug.to_owned(),
            topic,
            title,
            translated: korean.is_some(),
            misconceptions,
            questions: entries.into_iter().filter_map(|entry| entry.question).collect(),
        }),
        _ => Err(problems),
    }
}

/// A file as far as it could be read.
#[derive(Default)]
struct Head {
    topic: Option<Placed<String>>,
    title: Option<String>,
    misconceptions: Vec<Misconception>,
    entries: Vec<Entry>,
}

fn quiz(walk: &mut Walk<'_>, root: &Node, slug: &str) -> Head {
    let Some(mut fields) = walk.fields(root) else { return Head::default() };
    format_is(walk, &mut fields, FORMAT);
    let topic = words_at(walk, &mut fields, "topic");
    if let Some(topic) = &topic
        && topic.value != slug
    {
        walk.report(
            topic.span.clone(),
            both!(
                "`topic` must be `{slug}`, as the file is named",
                "`topic`은 파일 이름과 같은 `{slug}`이어야 합니다",
            ),
        );
    }
    let title = words_at(walk, &mut fields, "title");
    let misconceptions = match fields.take("misconceptions") {
        Some(node) => misconceptions(walk, node),
        None => Vec::new(),
    };
    let mut entries = Vec::new();
    if let Some(nodes) = fields.need(walk, "question").and_then(|node| walk.array(node)) {
        if nodes.is_empty() {
            walk.report(root.span.clone(), both!("there is no question", "문제가 없습니다"));
        }
        for node in nodes {
            let entry = question(walk, node, &entries);
            entries.push(entry);
        }
    }
    fields.finish(walk);
    traps_are_known(walk, &misconceptions, &entries);
    Head { topic, title: title.map(|title| title.value), misconceptions, entries }
}

fn misconceptions(walk: &mut Walk<'_>, node: &Node) -> Vec<Misconception> {
    let Some(mut fields) = walk.fields(node) else { return Vec::new() };
    let mut found = Vec::new();
    for (key, node) in fields.rest() {
        if !is_id(&key.name) {
            no_id(walk, key.span.clone(), &key.name);
        } else if let Some(text) = placed_words(walk, node, "misconceptions") {
            let (id, text, span) = (key.name.clone(), Text::same(text.value), key.span.clone());
            found.push(Misconception { id, text, span });
        }
    }
    found
}

/// Reports traps that the file does not have, and misconceptions that nothing leads to.
fn traps_are_known(walk: &mut Walk<'_>, misconceptions: &[Misconception], entries: &[Entry]) {
    let read = || entries.iter().filter_map(|entry| entry.question.as_ref());
    let traps: Vec<&Placed<String>> = read().flat_map(|question| question.kind.traps()).collect();
    for trap in &traps {
        let name = &trap.value;
        if misconceptions.iter().any(|known| known.id == *name) {
            continue;
        }
        let what = both!(
            "`[misconceptions]` has no `{name}`",
            "`[misconceptions]`에 `{name}`이(가) 없습니다"
        );
        match nearest(name, misconceptions.iter().map(|known| known.id.as_str())) {
            Some(near) => walk.report_with(
                trap.span.clone(),
                what,
                both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
            ),
            None => walk.report(trap.span.clone(), what),
        }
    }
    // A question that could not be read may use any of them.
    let all_read = entries.iter().all(|entry| entry.question.is_some());
    for known in misconceptions {
        if all_read && traps.iter().all(|trap| trap.value != known.id) {
            let name = &known.id;
            walk.report(
                known.span.clone(),
                both!(
                    "no wrong answer names the misconception `{name}`",
                    "오해 `{name}`을(를) 가리키는 오답이 없습니다"
                ),
            );
        }
    }
}

pub(super) fn format_is(walk: &mut Walk<'_>, fields: &mut Fields<'_>, expected: &str) {
    let Some(node) = fields.need(walk, "format") else { return };
    if let Some(found) = walk.str(node)
        && found != expected
    {
        walk.report(
            node.span.clone(),
            both!(
                "unknown format `{found}`: `{expected}` was expected",
                "알 수 없는 형식 `{found}`: `{expected}`이어야 합니다",
            ),
        );
    }
}

fn question(walk: &mut Walk<'_>, node: &Node, before: &[Entry]) -> Entry {
    let mut entry = Entry { id: None, question: None };
    let faults = walk.problems.len();
    let Some(mut fields) = walk.fields(node) else { return entry };
    let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
    if let Some(id) = &id
        && before.iter().any(|other| other.id.as_ref() == Some(&id.value))
    {
        let name = &id.value;
        walk.report(
            id.span.clone(),
            both!("two questions have the id `{name}`", "id가 `{name}`인 문제가 둘입니다"),
        );
    }
    entry.id = id.map(|id| id.value);
    // In that form the fields below it belong to the last element, so nothing else can be said.
    if has_array_of_tables(walk, node) {
        return entry;
    }
    let ask = words_at(walk, &mut fields, "ask");
    let hint = words_at(walk, &mut fields, "hint");
    let section = fields.need(walk, "section").and_then(|node| id_at(walk, node));
    let see = see(walk, &mut fields);
    let why = words_at(walk, &mut fields, "why");
    let Some(kind) = kind::kind(walk, &mut fields) else { return entry };
    fields.finish(walk);
    if let (Some(sim), Some(ask)) = (kind.simulated(), &ask) {
        placeholders_match(walk, &ask.span, &ask.value, &sim.params);
    }
    if let (Some(ask), Some(hint), Some(section), Some(why), Some(id)) =
        (ask, hint, section, why, &entry.id)
        && walk.problems.len() == faults
    {
        let (ask, why, hint) =
            (Text::same(ask.value), Text::same(why.value), Text::same(hint.value));
        let (id, span) = (id.clone(), node.span.clone());
        entry.question = Some(Question { id, ask, hint, section, see, why, kind, span });
    }
    entry
}

/// Reports `[[question.options]]` and its like.
fn has_array_of_tables(walk: &mut Walk<'_>, node: &Node) -> bool {
    let Value::Table(entries) = &node.value else { return false };
    let before = walk.problems.len();
    for (key, value) in entries {
        let Value::Array(items) = &value.value else { continue };
        let Some(item) = items.first() else { continue };
        let is_header = walk.source.text[item.span.clone()].starts_with('[');
        if !(is_header && matches!(item.value, Value::Table(_))) {
            continue;
        }
        let name = crate::content::problem::printable(&key.name);
        walk.report_with(
            item.span.clone(),
            both!(
                "`[[question.{name}]]` is not allowed: a `why` below it would belong to \
                 the last entry",
                "`[[question.{name}]]`는 쓸 수 없습니다. 그 아래의 `why`가 마지막 항목에 속하게 됩니다",
            ),
            both!(
                "write `{name} = [ {{ ... }}, {{ ... }} ]` inside the question",
                "문제 안에 `{name} = [ {{ ... }}, {{ ... }} ]`처럼 쓰세요",
            ),
        );
    }
    walk.problems.len() > before
}

fn see(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> Option<Placed<String>> {
    let see = placed_words(walk, fields.take("see")?, "see")?;
    if see.value.split_whitespace().next() == Some("prep") {
        walk.report(
            see.span,
            both!("write `see` without the leading `prep`", "`see`에는 앞의 `prep`을 빼고 쓰세요",),
        );
        return None;
    }
    Some(see)
}

/// Reports placeholders without a param and params without a placeholder.
pub(super) fn placeholders_match(
    walk: &mut Walk<'_>,
    span: &Range<usize>,
    ask: &str,
    params: &[Param],
) {
    let found = placeholders(ask);
    for name in &found {
        if params.iter().all(|param| param.name != *name) {
            let what =
                both!("`{{{name}}}` names no param", "`{{{name}}}`에 해당하는 param이 없습니다");
            let names = params.iter().map(|param| param.name.as_str());
            match nearest(name, names) {
                Some(near) => walk.report_with(
                    span.clone(),
                    what,
                    both!("did you mean `{{{near}}}`?", "혹시 `{{{near}}}`인가요?"),
                ),
                None => walk.report(span.clone(), what),
            }
        }
    }
    for param in params {
        if !found.contains(&param.name.as_str()) {
            let name = &param.name;
            walk.report(
                span.clone(),
                both!(
                    "`ask` does not show the param `{name}`: write `{{{name}}}` where its \
                     value belongs",
                    "`ask`에 param `{name}`이(가) 없습니다. 값이 들어갈 자리에 `{{{name}}}`을(를) 쓰세요",
                ),
            );
        }
    }
}

/// The ids in braces.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|after| after.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| is_id(name))
        .collect()
}

/// A string field that must be there and not empty.
pub(super) fn words_at(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'_>,
    name: &'static str,
) -> Option<Placed<String>> {
    let node = fields.need(walk, name)?;
    placed_words(walk, node, name)
}

pub(super) fn placed_words(walk: &mut Walk<'_>, node: &Node, name: &str) -> Option<Placed<String>> {
    let text = walk.str(node)?;
    if text.trim().is_empty() {
        walk.report(node.span.clone(), both!("`{name}` is empty", "`{name}`이(가) 비어 있습니다"));
        return None;
    }
    Some(Placed { value: text.to_owned(), span: node.span.clone() })
}

fn id_at(walk: &mut Walk<'_>, node: &Node) -> Option<Placed<String>> {
    let id = walk.str(node)?;
    if !is_id(id) {
        no_id(walk, node.span.clone(), id);
        return None;
    }
    Some(Placed { value: id.to_owned(), span: node.span.clone() })
}

fn no_id(walk: &mut Walk<'_>, span: Range<usize>, id: &str) {
    let id = crate::content::problem::printable(id);
    walk.report_with(
        span,
        both!("`{id}` is no id", "`{id}`은(는) id로 쓸 수 없습니다"),
        both!(
            "lower-case letters, digits and single hyphens: `first-wall`",
            "영문 소문자, 숫자, 하이픈 하나씩만 씁니다: `first-wall`",
        ),
    );
}

/// Kebab case: `first-wall`.
pub(crate) fn is_id(text: &str) -> bool {
    text.split('-').all(|part| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests;
