//! `${NAME:default}`, resolved with the file's own names and never with the environment.

use std::collections::BTreeMap;

use super::Entry;
use super::known::uniform;

/// Deepest nesting of placeholders, in defaults and through names.
const DEPTH_MAX: usize = 16;
/// Placeholders that one value may take.
const STEPS_MAX: usize = 1_000;

pub(super) struct Names<'e> {
    values: BTreeMap<String, &'e str>,
}

impl<'e> Names<'e> {
    pub(super) fn of(entries: &[&'e Entry]) -> Names<'e> {
        let named = entries.iter().map(|entry| (uniform(&entry.name), entry.value.as_str()));
        Names { values: named.collect() }
    }

    /// The value with its placeholders replaced; `None` when one has neither a default nor a name
    /// in the file, or when they go round in circles.
    pub(super) fn resolve(&self, text: &str) -> Option<String> {
        self.replace(text, 0, &mut 0)
    }

    fn replace(&self, text: &str, depth: usize, steps: &mut usize) -> Option<String> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            *steps += 1;
            if *steps > STEPS_MAX {
                return None;
            }
            out += &rest[..start];
            let inner = &rest[start + 2..];
            // Without its end it is a text like any other.
            let Some(end) = closing(inner) else {
                out += &rest[start..];
                return Some(out);
            };
            let (name, default) = match colon(&inner[..end]) {
                Some(at) => (&inner[..at], Some(&inner[at + 1..end])),
                None => (&inner[..end], None),
            };
            let name = self.replace(name, depth + 1, steps)?;
            let found = self.values.get(&uniform(name.trim())).copied();
            out += &self.replace(found.or(default)?, depth + 1, steps)?;
            rest = &inner[end + 1..];
        }
        out += rest;
        Some(out)
    }
}

/// The `}` that belongs to a `${` before the text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if previous == '$' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        previous = c;
    }
    None
}

/// The first `:` outside inner placeholders.
fn colon(text: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if previous == '$' => open += 1,
            '}' => open = open.saturating_sub(1),
            ':' if open == 0 => return Some(at),
            _ => {}
        }
        previous = c;
    }
    None
}
