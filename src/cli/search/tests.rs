use std::collections::BTreeMap;

use super::*;
use crate::content::problem::Source;
use crate::content::text::Lang;
use crate::content::toml_tree::{self, Value};
use crate::knowledge::search::Hit;

/// (kind of query, query, expected).
fn queries() -> Vec<(String, String, String)> {
    let source = Source::new("queries.toml", include_str!("queries.toml"));
    let Value::Table(groups) = toml_tree::parse(&source).unwrap().value else { panic!() };
    let mut found = Vec::new();
    for (group, node) in groups {
        let Value::Table(rows) = node.value else { panic!("{}", group.name) };
        for (query, expected) in rows {
            let Value::Str(expected) = expected.value else { panic!("{}", query.name) };
            found.push((group.name.clone(), query.name, expected));
        }
    }
    found
}

fn is_expected(hit: &Hit<'_>, expected: &str) -> bool {
    let (kind, name) = expected.split_once(' ').unwrap();
    match kind {
        "about" => hit.entry.topic.as_deref() == Some(name),
        kind => hit.entry.kind.name() == kind && hit.entry.id == name,
    }
}

#[test]
fn every_query_finds_first_what_it_should() {
    let entries = entries(&Library::embedded());
    let mut faults = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (group, query, expected) in queries() {
        *counts.entry(group.clone()).or_default() += 1;
        for lang in [Lang::Ko, Lang::En] {
            let answer = search(&entries, &query, lang, 3);
            if !answer.hits.first().is_some_and(|hit| is_expected(hit, &expected)) {
                let found: Vec<String> = answer
                    .hits
                    .iter()
                    .map(|hit| format!("{} {:.1}", hit.command, hit.score))
                    .collect();
                let shown = answer.shown_for.unwrap_or_default();
                let lang = lang.code();
                faults.push(format!(
                    "{group} {lang} `{query}`: {expected} expected, {found:?} {shown}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {counts:?}\n{}", faults.len(), faults.join("\n"));
    assert!(counts.values().sum::<usize>() >= 60, "{counts:?}");
}
