//! Which documents of a file count: `spring.config.activate.on-profile`, `spring.profiles.active`.

use super::known::uniform;
use super::placeholder::Names;
use super::{Document, Entry, problem_at};
use crate::content::problem::{Problem, Source};
use crate::content::text::both;

/// Deepest nesting of an expression such as `prod & (eu | us)`.
const DEPTH_MAX: usize = 16;

/// Most active profiles.
const PROFILES_MAX: usize = 100;

/// The active profiles, and the settings of all documents that count, later ones last.
///
/// # Errors
/// An `on-profile` that is no expression, or too many profiles.
pub(super) fn active(
    source: &Source,
    documents: Vec<Document>,
    wanted: &[String],
) -> Result<(Vec<String>, Vec<Entry>), Vec<Problem>> {
    let mut profiles: Vec<String> = wanted.to_vec();
    if profiles.is_empty() {
        // A document of a profile may not activate one (Spring Boot reference, profiles.adoc).
        for document in documents.iter().filter(|document| condition(document).is_none()) {
            let named = values(document, "spring.profiles.active");
            if !named.is_empty() {
                profiles = named;
            }
        }
    }
    for document in documents.iter().filter(|document| condition(document).is_none()) {
        profiles.extend(values(document, "spring.profiles.include"));
        if profiles.len() > PROFILES_MAX {
            return Err(vec![source.problem_of_file(both!(
                "more than {PROFILES_MAX} profiles are active",
                "활성 프로필이 {PROFILES_MAX}개를 넘습니다"
            ))]);
        }
        let mut at = 0;
        // A group stands for its members; a member may name a group.
        while let Some(profile) = profiles.get(at).filter(|_| at < PROFILES_MAX) {
            let group = values(document, &format!("spring.profiles.group.{profile}"));
            let more: Vec<String> =
                group.into_iter().filter(|member| !profiles.contains(member)).collect();
            profiles.extend(more);
            at += 1;
        }
    }
    let mut seen = Vec::new();
    profiles.retain(|profile| {
        let first = !seen.contains(profile);
        seen.push(profile.clone());
        first
    });
    if profiles.is_empty() {
        profiles.push("default".to_owned());
    }
    let mut entries = Vec::new();
    for document in documents {
        let counts = match condition(&document) {
            None => true,
            Some(Condition::Elsewhere) => false,
            Some(Condition::Profiles(line, expressions)) => {
                let mut counts = false;
                for expression in expressions {
                    let Some(holds) = holds(&expression, &profiles) else {
                        let what = both!(
                            "`on-profile` is no profile expression",
                            "`on-profile`이 프로필 표현식이 아닙니다"
                        );
                        return Err(vec![problem_at(source, line, what).hint(both!(
                            "write names with !, &, | and parentheses: \"prod & !eu\"",
                            "이름과 !, &, |, 괄호로 쓰세요: \"prod & !eu\""
                        ))]);
                    };
                    counts |= holds;
                }
                counts
            }
        };
        if counts {
            entries.extend(document.into_iter().filter(|entry| !selects(&entry.name)));
        }
    }
    Ok((profiles, entries))
}

enum Condition {
    Profiles(usize, Vec<String>),
    /// On a cloud platform: not here.
    Elsewhere,
}

fn condition(document: &Document) -> Option<Condition> {
    let mut found = None;
    for entry in document {
        let name = uniform(base(&entry.name));
        if name == uniform("spring.config.activate.on-cloud-platform") {
            return Some(Condition::Elsewhere);
        }
        // `spring.profiles` is the name of before Spring Boot 2.4.
        if name == uniform("spring.config.activate.on-profile") || name == "spring.profiles" {
            let expressions = list(&entry.value);
            match &mut found {
                Some(Condition::Profiles(_, known)) => known.extend(expressions),
                _ => found = Some(Condition::Profiles(entry.line, expressions)),
            }
        }
    }
    found
}

/// Names that say which documents count, and set nothing.
fn selects(name: &str) -> bool {
    let name = uniform(base(name));
    name.starts_with("spring.config.activate.")
        || name == "spring.profiles"
        || name.starts_with("spring.profiles.")
}

/// `a, b` or `name[0]`, `name[1]`.
fn values(document: &Document, name: &str) -> Vec<String> {
    let wanted = uniform(name);
    // Profiles are shown, other values of the file are not: only defaults stand in for them.
    let names = Names::of(&[]);
    let entries = document.iter().filter(|entry| uniform(base(&entry.name)) == wanted);
    // A profile that the environment names is not known here.
    entries.filter_map(|entry| names.resolve(&entry.value)).flat_map(|v| list(&v)).collect()
}

fn list(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

/// A name without the index of a list.
fn base(name: &str) -> &str {
    match name.rfind('[') {
        Some(at) if name.ends_with(']') => &name[..at],
        _ => name,
    }
}

/// Whether an expression holds; `None` if it is none.
fn holds(expression: &str, profiles: &[String]) -> Option<bool> {
    let mut rest = expression;
    let holds = any(&mut rest, profiles, 0)?;
    rest.trim().is_empty().then_some(holds)
}

fn any(rest: &mut &str, profiles: &[String], depth: usize) -> Option<bool> {
    let mut holds = all(rest, profiles, depth)?;
    while eat(rest, '|') {
        holds |= all(rest, profiles, depth)?;
    }
    Some(holds)
}

fn all(rest: &mut &str, profiles: &[String], depth: usize) -> Option<bool> {
    let mut holds = one(rest, profiles, depth)?;
    while eat(rest, '&') {
        holds &= one(rest, profiles, depth)?;
    }
    Some(holds)
}

fn one(rest: &mut &str, profiles: &[String], depth: usize) -> Option<bool> {
    if depth > DEPTH_MAX {
        return None;
    }
    if eat(rest, '!') {
        return one(rest, profiles, depth + 1).map(|holds| !holds);
    }
    if eat(rest, '(') {
        let holds = any(rest, profiles, depth + 1)?;
        return eat(rest, ')').then_some(holds);
    }
    let text = rest.trim_start();
    let end = text.find(|c: char| "!&|()".contains(c)).unwrap_or(text.len());
    let name = text[..end].trim();
    *rest = &text[end..];
    (!name.is_empty()).then(|| profiles.iter().any(|profile| profile == name))
}

fn eat(rest: &mut &str, c: char) -> bool {
    match rest.trim_start().strip_prefix(c) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_profiles() {
        let profiles = ["prod".to_owned(), "eu".to_owned()];
        let judged =
            ["prod", "!prod", "prod & eu", "prod & !eu", "us | eu", "!(us | eu)", "prod &"];
        let judged = judged.map(|expression| holds(expression, &profiles));
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(judged, [yes, no, yes, no, yes, no, None]);
        assert_eq!(holds(&"(".repeat(100_000), &profiles), None);
    }
}
