//! The words of a quiz in another language: the same ids, and nothing but words.

use crate::content::problem::{Problem, Source};
use crate::content::text::{Text, both};
use crate::content::toml_tree::{self, Fields, Key, Node, Walk};

use super::question::{Choice, DiagnoseQuestion, Misconception, Question, QuestionKind};
use super::read::{Entry, format_is, placed_words, placeholders_match, words_at};

const FORMAT: &str = "prep.words/1";

/// Puts the words of the Korean file into the title and the questions. Returns its faults: ids of
/// the English file that it lacks, ids that the English file does not have, empty words.
pub(super) fn lay_over(
    source: &Source,
    title: &mut Text,
    misconceptions: &mut [Misconception],
    entries: &mut [Entry],
) -> Vec<Problem> {
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
        if !misconceptions.is_empty()
            && let Some(node) = fields.need(&mut walk, "misconceptions")
        {
            let words = misconceptions.iter_mut().map(|it| (it.id.as_str(), &mut it.text));
            sentences(&mut walk, node, words.collect());
        }
        if let Some(node) = fields.need(&mut walk, "question") {
            questions(&mut walk, node, entries);
        }
        fields.finish(&mut walk);
    }
    walk.problems
}

fn questions(walk: &mut Walk<'_>, node: &Node, entries: &mut [Entry]) {
    let Some(mut fields) = walk.fields(node) else { return };
    let given = fields.rest();
    // A question whose English id cannot be read may be any of those given here.
    let all_known = entries.iter().all(|entry| entry.id.is_some());
    for entry in entries.iter_mut() {
        let Some(id) = &entry.id else { continue };
        let Some((_, words)) = given.iter().find(|(key, _)| key.name == *id) else {
            walk.problems.push(walk.source.problem_of_file(both!(
                "the question `{id}` of the English file is missing: add `[question.{id}]`",
                "영어 파일의 문제 `{id}`이(가) 없습니다. `[question.{id}]`를 추가하세요",
            )));
            continue;
        };
        if let Some(question) = &mut entry.question {
            question_words(walk, words, question);
        }
    }
    for (key, _) in given {
        if all_known && entries.iter().all(|entry| entry.id.as_ref() != Some(&key.name)) {
            unknown(walk, key, &entries.iter().filter_map(|e| e.id.as_deref()).collect::<Vec<_>>());
        }
    }
}

fn question_words(walk: &mut Walk<'_>, node: &Node, question: &mut Question) {
    let Some(mut fields) = walk.fields(node) else { return };
    if let Some(ask) = words_at(walk, &mut fields, "ask") {
        if let Some(sim) = question.kind.simulated() {
            placeholders_match(walk, &ask.span, &ask.value, &sim.params);
        }
        question.ask.ko = ask.value;
    }
    for (name, text) in [("hint", &mut question.hint), ("why", &mut question.why)] {
        if let Some(words) = words_at(walk, &mut fields, name) {
            text.ko = words.value;
        }
    }
    match &mut question.kind {
        QuestionKind::Choice { options }
        | QuestionKind::Several { options }
        | QuestionKind::Trace { options, .. }
        | QuestionKind::Diagnose(DiagnoseQuestion { options, .. }) => {
            if let Some(node) = fields.need(walk, "options") {
                option_words(walk, node, options);
            }
        }
        QuestionKind::Number(number) => {
            wrong_words(walk, &mut fields, number.wrong.iter_mut().map(|it| &mut it.why).collect());
        }
        QuestionKind::Sim(sim) | QuestionKind::Predict(sim) => {
            wrong_words(walk, &mut fields, sim.wrong.iter_mut().map(|it| &mut it.why).collect());
        }
        QuestionKind::Order(order) => {
            if let Some(node) = fields.need(walk, "steps") {
                let steps = order.steps.iter_mut().map(|it| (it.id.as_str(), &mut it.text));
                sentences(walk, node, steps.collect());
            }
            wrong_words(walk, &mut fields, order.wrong.iter_mut().map(|it| &mut it.why).collect());
        }
        QuestionKind::Open(open) => {
            if let Some(node) = fields.need(walk, "points") {
                let points = open.points.iter_mut().map(|it| (it.id.as_str(), &mut it.text));
                sentences(walk, node, points.collect());
            }
            if let Some(model) = words_at(walk, &mut fields, "model") {
                open.model.ko = model.value;
            }
        }
    }
    fields.finish(walk);
}

/// A table of ids with one sentence each.
fn sentences(walk: &mut Walk<'_>, node: &Node, mut known: Vec<(&str, &mut Text)>) {
    let Some(mut fields) = walk.fields(node) else { return };
    let given = fields.rest();
    for (id, text) in &mut known {
        match given.iter().find(|(key, _)| key.name == *id) {
            Some((_, words)) => {
                if let Some(words) = placed_words(walk, words, id) {
                    text.ko = words.value;
                }
            }
            None => walk.report(
                node.span.clone(),
                both!("`{id}` of the English file is missing", "영어 파일의 `{id}`이(가) 없습니다"),
            ),
        }
    }
    for (key, _) in given {
        if known.iter().all(|(id, _)| *id != key.name) {
            unknown(walk, key, &known.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        }
    }
}

fn option_words(walk: &mut Walk<'_>, node: &Node, options: &mut [Choice]) {
    let Some(mut fields) = walk.fields(node) else { return };
    let given = fields.rest();
    for option in options.iter_mut() {
        let id = &option.id;
        let Some((_, words)) = given.iter().find(|(key, _)| key.name == *id) else {
            walk.report(
                node.span.start..node.span.end,
                both!(
                    "the option `{id}` of the English file is missing",
                    "영어 파일의 보기 `{id}`이(가) 없습니다",
                ),
            );
            continue;
        };
        let Some(mut fields) = walk.fields(words) else { continue };
        if let Some(text) = words_at(walk, &mut fields, "text") {
            option.text.ko = text.value;
        }
        if let Some(why) = words_at(walk, &mut fields, "why") {
            option.why.ko = why.value;
        }
        fields.finish(walk);
    }
    for (key, _) in given {
        if options.iter().all(|option| option.id != key.name) {
            unknown(walk, key, &options.iter().map(|o| o.id.as_str()).collect::<Vec<_>>());
        }
    }
}

/// The explanations of wrong answers, in the order of the English file.
fn wrong_words(walk: &mut Walk<'_>, fields: &mut Fields<'_>, wrong: Vec<&mut Text>) {
    if wrong.is_empty() {
        return;
    }
    let Some(node) = fields.need(walk, "wrong") else { return };
    let Some(items) = walk.array(node) else { return };
    let (expected, found) = (wrong.len(), items.len());
    if expected != found {
        walk.report(
            node.span.clone(),
            both!(
                "`wrong` has {found} texts; the English file has {expected} wrong answers",
                "`wrong`의 문장이 {found}개입니다. 영어 파일의 오답은 {expected}개입니다",
            ),
        );
    }
    for (why, item) in wrong.into_iter().zip(items) {
        if let Some(words) = placed_words(walk, item, "wrong") {
            why.ko = words.value;
        }
    }
}

fn unknown(walk: &mut Walk<'_>, key: &Key, known: &[&str]) {
    let name = crate::content::problem::printable(&key.name);
    let what = both!("the English file has no `{name}`", "영어 파일에 `{name}`이(가) 없습니다");
    match crate::content::problem::nearest(&key.name, known.iter().copied()) {
        Some(near) => walk.report_with(
            key.span.clone(),
            what,
            both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
        ),
        None => walk.report(key.span.clone(), what),
    }
}
