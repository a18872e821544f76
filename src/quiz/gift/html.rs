//! The words of a text in HTML: code in backticks, breaks as lines, every other tag left away.

use crate::quiz::unit::Unit;

use super::{CLASSES, UNIT_CLASS};

/// Takes the paragraph that tells the unit of a number out of a text.
pub(super) fn without_unit(text: &str) -> (String, Option<Unit>) {
    let head = format!("<p class=\"{UNIT_CLASS}");
    let found = text.split_once(&head).and_then(|(before, rest)| {
        let (class, rest) = rest.split_once('"')?;
        let unit = CLASSES.iter().find(|(_, name)| *name == class)?.0;
        let (_, after) = rest.split_once("</p>")?;
        Some((format!("{before}{after}"), Some(unit)))
    });
    found.unwrap_or_else(|| (text.to_owned(), None))
}

pub(super) fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '<' => tag(rest).map(|(words, length)| (words.to_owned(), length)),
            '&' => entity(rest).map(|(c, length)| (c.to_string(), length)),
            // The end of a line is a space, and so are several.
            _ if c.is_ascii_whitespace() => Some((" ".to_owned(), 1)),
            _ => None,
        };
        let (words, length) = taken.unwrap_or_else(|| (c.to_string(), c.len_utf8()));
        out += &words;
        rest = &rest[length..];
    }
    let lines: Vec<&str> = out.split('\n').map(str::trim).collect();
    let mut kept = String::new();
    for line in lines {
        if !(line.is_empty() && (kept.is_empty() || kept.ends_with("\n\n"))) {
            kept += line;
            kept.push('\n');
        }
    }
    kept.trim().to_owned()
}

/// What a tag at the start stands for, and its length; `None` where `<` is a character.
fn tag(text: &str) -> Option<(&'static str, usize)> {
    const LONGEST: usize = 1000;
    let inner = &text[1..];
    let begins = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '!';
    if !inner.starts_with(begins) {
        return None;
    }
    let end = inner.bytes().take(LONGEST).position(|byte| byte == b'>')?;
    let name: String = inner[..end]
        .chars()
        .take_while(|c| *c == '/' || c.is_ascii_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let stands_for = match name.trim_end_matches('/') {
        "code" | "/code" => "`",
        "br" | "/p" | "/div" | "/li" | "/tr" | "pre" | "/pre" | "table" | "ul" | "ol" => "\n",
        "/td" | "/th" => "  ",
        _ => "",
    };
    Some((stands_for, end + 2))
}

/// The character of an entity at the start, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 10;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let c = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}
