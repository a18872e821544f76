//! The Korean words of a sim: the same ids, and only words.

use super::spec::Spec;
use crate::content::problem::{Problem, Source};
use crate::content::text::{Text, both};
use crate::content::toml_tree::{self, Walk};

/// Fills in the Korean side of a sim's words; what is missing stays English.
pub(super) fn apply(spec: &mut Spec, source: &Source) -> Vec<Problem> {
    let root = match toml_tree::parse(source) {
        Ok(root) => root,
        Err(problems) => return problems,
    };
    let mut walk = Walk::new(source);
    let Some(mut fields) = walk.fields(&root) else { return walk.problems };
    if let Some(node) = fields.need(&mut walk, "format")
        && walk.str(node).is_some_and(|format| format != "prep.words/1")
    {
        walk.report(
            node.span.clone(),
            both!("this is not the format `prep.words/1`", "`prep.words/1` 형식이 아닙니다"),
        );
    }
    for (name, text) in [
        ("title", &mut spec.title),
        ("question", &mut spec.question),
        ("see", &mut spec.see),
        ("why", &mut spec.why),
    ] {
        if let Some(words) = fields.take(name).and_then(|node| walk.str(node)) {
            text.ko = words.to_owned();
        }
    }
    if let Some(node) = fields.take("claim")
        && let Some(mut claims) = walk.fields(node)
    {
        for (key, node) in claims.rest() {
            let claim = spec.claims.iter_mut().find(|claim| claim.id == key.name);
            match (claim, walk.str(node)) {
                (Some(claim), Some(words)) => {
                    claim.says = Text { en: claim.says.en.clone(), ko: words.to_owned() };
                }
                // With --vary the claims are gone; their words are not wrong.
                (None, _) if spec.modified => {}
                (None, _) => {
                    let id = crate::content::problem::printable(&key.name);
                    walk.report(
                        key.span.clone(),
                        both!("there is no claim `{id}`", "`{id}` 주장은 없습니다"),
                    );
                }
                (Some(_), None) => {}
            }
        }
    }
    fields.finish(&mut walk);
    walk.problems
}
