//! `.properties` as `java.util.Properties` reads it, with Spring Boot's documents (`#---`).

use super::{Document, Entry, problem_at};
use crate::content::problem::{Problem, Source};
use crate::content::text::both;

/// # Errors
/// A `\u` that four hexadecimal digits do not follow.
pub(super) fn documents(source: &Source, text: &str) -> Result<Vec<Document>, Problem> {
    let mut documents = vec![Vec::new()];
    let mut lines = (1..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)));
    while let Some((number, line)) = lines.next() {
        // Spring Boot reference, "Working With Multi-Document Files": `#---` or `!---`.
        if matches!(line.trim_end(), "#---" | "!---") {
            documents.push(Vec::new());
            continue;
        }
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut whole = line.to_owned();
        while continues(&whole) {
            whole.pop();
            let Some((_, more)) = lines.next() else { break };
            whole += more.trim_start();
        }
        let (name, value, signed) = split(&whole);
        let unescaped = unescape(name).zip(unescape(value));
        let Some((name, value)) = unescaped else {
            return Err(problem_at(
                source,
                number,
                both!("\\u without four hexadecimal digits", "\\u 뒤에 16진수 네 자리가 없습니다"),
            )
            .hint(both!("write a backslash as \\\\", "역슬래시는 \\\\로 쓰세요")));
        };
        if let Some(document) = documents.last_mut() {
            let certain = signed && name.contains('.');
            document.push(Entry { name, value, line: number, certain });
        }
    }
    Ok(documents)
}

/// Whether a line ends with an odd number of backslashes.
fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Name and value: the name ends at the first `=`, `:` or blank that is not escaped. And whether
/// it is a sign that parts them.
fn split(line: &str) -> (&str, &str, bool) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && (c == '=' || c == ':' || c.is_ascii_whitespace());
        escaped = c == '\\' && !escaped;
        ends
    });
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    match rest.strip_prefix(['=', ':']) {
        Some(value) => (name, value.trim_start(), true),
        None => (name, rest, false),
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = characters.by_ref().take(4).collect();
                let hexadecimal =
                    digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| hexadecimal)?;
                // Half of a surrogate pair is no character of its own.
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    Some(out)
}
