//! The words of a drill in another language: the same ids, and nothing but words.

use crate::content::problem::{Problem, Source, nearest, printable};
use crate::content::text::{Text, both};
use crate::content::toml_tree::{self, Fields, Key, Node, Walk};
use crate::quiz::read::{format_is, placed_words, words_at};

use super::Turn;

const FORMAT: &str = "prep.words/1";

/// Puts the words of the Korean file into the title and the turns. Returns its faults: ids of the
/// English file that it lacks, ids that the English file does not have, empty words.
pub(super) fn lay_over(source: &Source, title: &mut Text, turns: &mut [Turn]) -> Vec<Problem> {
    let root = match toml_tree::parse(source) {
        Ok(root) => root,
        Err(problems) => return problems,
    };
    let mut walk = Walk::new(source);
    if let Some(mut fields) = walk.fields(&root) {
        format_is(&mut walk, &mut fields, FORMAT);
        if let Some(words) = words_at(&mut walk, &mut fields, "title") {
            title.ko = words.value;
        }
        if let Some(node) = fields.need(&mut walk, "turn") {
            let turns = turns.iter_mut().map(|turn| (turn.id.clone(), turn)).collect();
            each(&mut walk, node, turns, turn);
        }
        fields.finish(&mut walk);
    }
    walk.problems
}

fn turn(walk: &mut Walk<'_>, node: &Node, turn: &mut Turn) {
    let Some(mut fields) = walk.fields(node) else { return };
    for (name, text) in [("ask", &mut turn.ask), ("model", &mut turn.model)] {
        if let Some(words) = words_at(walk, &mut fields, name) {
            text.ko = words.value;
        }
    }
    let points = turn.points.iter_mut().map(|it| (it.id.clone(), &mut it.text)).collect();
    table(walk, &mut fields, "points", points, sentence);
    let traps = turn.traps.iter_mut().map(|it| (it.id.clone(), it)).collect();
    table(walk, &mut fields, "traps", traps, |walk, node, trap| {
        let Some(mut fields) = walk.fields(node) else { return };
        for (name, text) in [("text", &mut trap.text), ("reply", &mut trap.reply)] {
            if let Some(words) = words_at(walk, &mut fields, name) {
                text.ko = words.value;
            }
        }
        fields.finish(walk);
    });
    let missing = turn.missing.iter_mut().map(|it| (it.point.clone(), &mut it.hint)).collect();
    table(walk, &mut fields, "missing", missing, sentence);
    fields.finish(walk);
}

fn sentence(walk: &mut Walk<'_>, node: &Node, text: &mut Text) {
    if let Some(words) = placed_words(walk, node, "words") {
        text.ko = words.value;
    }
}

/// A table of ids that is needed where the English file has some.
fn table<T>(
    walk: &mut Walk<'_>,
    fields: &mut Fields<'_>,
    name: &'static str,
    known: Vec<(String, &mut T)>,
    read: impl Fn(&mut Walk<'_>, &Node, &mut T),
) {
    let node = if known.is_empty() { fields.take(name) } else { fields.need(walk, name) };
    if let Some(node) = node {
        each(walk, node, known, read);
    }
}

/// Reads what stands under each id; reports ids that are missing and ids that nobody knows.
fn each<T>(
    walk: &mut Walk<'_>,
    node: &Node,
    known: Vec<(String, &mut T)>,
    read: impl Fn(&mut Walk<'_>, &Node, &mut T),
) {
    let Some(mut fields) = walk.fields(node) else { return };
    let given = fields.rest();
    let ids: Vec<String> = known.iter().map(|(id, _)| id.clone()).collect();
    for (id, thing) in known {
        match given.iter().find(|(key, _)| key.name == id) {
            Some((_, words)) => read(walk, words, thing),
            None => walk.report(
                node.span.start..node.span.start + 1,
                both!("`{id}` of the English file is missing", "영어 파일의 `{id}`이(가) 없습니다"),
            ),
        }
    }
    for (key, _) in given {
        if !ids.contains(&key.name) {
            unknown(walk, key, &ids);
        }
    }
}

fn unknown(walk: &mut Walk<'_>, key: &Key, known: &[String]) {
    let name = printable(&key.name);
    let what = both!("the English file has no `{name}`", "영어 파일에 `{name}`이(가) 없습니다");
    match nearest(&key.name, known.iter().map(String::as_str)) {
        Some(near) => walk.report_with(
            key.span.clone(),
            what,
            both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
        ),
        None => walk.report(key.span.clone(), what),
    }
}
