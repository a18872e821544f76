//! What is wrong with an input: file, line, column, what was expected and how to mend it.

use std::ops::Range;

use super::text::{Lang, Text, both};

/// A text with the name it is shown under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Path as the reader knows it: `sims/pool-size.toml`, `my.toml`, `--set`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// One fault in one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) path: String,
    /// Where in the file; `None` when the file as a whole is meant.
    pub(crate) place: Option<Place>,
    pub(crate) what: Text,
    pub(crate) hint: Option<Text>,
}

/// A position in a file, with the line for the excerpt. Line and column count from 1, the column
/// in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// Characters to underline, at least 1.
    pub(crate) width: usize,
    pub(crate) excerpt: String,
}

impl Source {
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    /// A fault at a byte range of this text.
    pub(crate) fn problem(&self, span: Range<usize>, what: Text) -> Problem {
        let start = floor_boundary(&self.text, span.start);
        let end = floor_boundary(&self.text, span.end.max(span.start));
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let place = Place {
            line: self.text[..start].matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end.clamp(start, line_end)].chars().count().max(1),
            excerpt: printable(&self.text[line_start..line_end]),
        };
        Problem { path: self.path.clone(), place: Some(place), what, hint: None }
    }

    /// A fault of the file as a whole.
    pub(crate) fn problem_of_file(&self, what: Text) -> Problem {
        Problem { path: self.path.clone(), place: None, what, hint: None }
    }
}

impl Problem {
    pub(crate) fn hint(mut self, hint: Text) -> Problem {
        self.hint = Some(hint);
        self
    }

    /// The problem as lines of plain text:
    ///
    /// ```text
    /// error: unknown knob `x`
    ///   --> my.toml:7:3
    ///    |
    ///  7 | x = 20
    ///    | ^
    ///    = did you mean `y`?
    /// ```
    pub(crate) fn show(&self, lang: Lang) -> String {
        let label = both!("error", "오류");
        let mut out = format!("{}: {}\n", label.get(lang), self.what.get(lang));
        let gutter = match &self.place {
            None => {
                out += &format!("  --> {}\n", self.path);
                2
            }
            Some(place) => {
                out += &format!("  --> {}:{}:{}\n", self.path, place.line, place.column);
                let digits = place.line.to_string().len();
                let pad = " ".repeat(digits);
                let marked = excerpt_around(place);
                out += &format!(" {pad} |\n {} | {}\n", place.line, marked.0);
                out += &format!(" {pad} | {}{}\n", " ".repeat(marked.1), "^".repeat(marked.2));
                digits + 1
            }
        };
        if let Some(hint) = &self.hint {
            out += &format!("{} = {}\n", " ".repeat(gutter), hint.get(lang));
        }
        out
    }
}

/// The part of a long line that holds the marked place, the marker's column (in terminal cells)
/// and width.
fn excerpt_around(place: &Place) -> (String, usize, usize) {
    use unicode_width::UnicodeWidthStr;
    const MOST: usize = 90;
    let from = place.column.saturating_sub(1).saturating_sub(MOST / 2);
    let from = if place.excerpt.chars().count() <= MOST { 0 } else { from };
    let shown: String = place.excerpt.chars().skip(from).take(MOST).collect();
    let before: String = shown.chars().take(place.column - 1 - from).collect();
    let room = MOST.saturating_sub(place.column - 1 - from).max(1);
    let under: String =
        shown.chars().skip(place.column - 1 - from).take(place.width.min(room)).collect();
    let (column, width) = (before.width(), under.width().max(1));
    (shown, column, width)
}

/// Control characters as `\u{..}`, so that no file can drive the reader's terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\t' {
            out.push(' ');
        } else if is_control(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that may not stand in any text field: C0, C1, and the bidirectional controls.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The candidate nearest to a misspelt name, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let folded = fold(name);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(&folded, &fold(candidate)), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance * 5 <= candidate.chars().count().max(3) * 2)
        .map(|(_, candidate)| candidate)
}

/// Spelling without case and separators: `maximumPoolSize` and `maximum-pool-size` are one.
fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_points_at_its_place() {
        let source = Source::new("my.toml", "a = 1\n풀 = \"x\"\n");
        let span = source.text.find('"').unwrap()..source.text.find('"').unwrap() + 3;
        let problem = source
            .problem(span, both!("a number was expected", "숫자가 필요합니다"))
            .hint(both!("write 20", "20처럼 쓰세요"));
        assert_eq!(
            problem.show(Lang::En),
            "error: a number was expected\n  --> my.toml:2:5\n   |\n 2 | 풀 = \"x\"\n   |      ^^^\n   = write 20\n"
        );
    }

    #[test]
    fn an_excerpt_cannot_drive_the_terminal() {
        let source = Source::new("x", "\u{1b}[31m\u{202e}abc");
        let shown = source.problem(0..1, both!("x", "x")).show(Lang::En);
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    }

    #[test]
    fn a_span_outside_the_text_is_no_panic() {
        let source = Source::new("x", "가나");
        for start in 0..9 {
            let _ = source.problem(start..start + 5, both!("x", "x")).show(Lang::Ko);
        }
    }

    #[test]
    fn nearest_forgives_case_and_separators_but_not_everything() {
        let names = ["maximum-pool-size", "connection-timeout"];
        assert_eq!(nearest("maximumPoolsize", names), Some("maximum-pool-size"));
        assert_eq!(nearest("conection-timeout", names), Some("connection-timeout"));
        assert_eq!(nearest("zebra", names), None);
    }
}
