//! A document as text for a terminal, as markdown, or as an HTML page. Renderers know documents
//! only: no sim, no topic.
//!
//! Whatever a document holds, no control character of it reaches the output.

mod axis;
pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod markdown;
mod svg;
pub(crate) mod terminal;
mod terminal_chart;
mod terminal_table;
mod terminal_text;
mod terminal_timeline;

use crate::content::problem::is_control;
use crate::content::text::{Text, both};
use crate::report::document::Admonition;

/// What stands for a character that may not be shown.
const REPLACEMENT: char = '\u{fffd}';

/// A character as it may be shown on one line: white space is a space, controls and invisible
/// line breaks are replaced, invisible direction marks vanish.
fn shown(c: char) -> Option<char> {
    match c {
        '\n' | '\t' | '\r' => Some(' '),
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' => None,
        '\u{2028}' | '\u{2029}' => Some(REPLACEMENT),
        c if is_control(c) => Some(REPLACEMENT),
        c => Some(c),
    }
}

/// The words as they may be shown on one line.
fn shown_words(words: &str) -> String {
    words.chars().filter_map(shown).collect()
}

/// The same for a text of several lines: line breaks stay, tabs become four spaces.
fn shown_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    let lines: Vec<String> = text.split('\n').map(shown_words).collect();
    lines.join("\n")
}

/// What stands above paragraphs set apart.
fn admonition_title(kind: Admonition) -> Text {
    match kind {
        Admonition::Note => both!("Note", "참고"),
        Admonition::Tip => both!("Tip", "팁"),
        Admonition::Important => both!("Important", "중요"),
        Admonition::Warning => both!("Warning", "주의"),
        Admonition::Caution => both!("Caution", "경고"),
    }
}

/// Whether a link may be followed from a page: the web, an anchor, or another page of the site.
fn may_link(to: &str) -> bool {
    let page = to.split('#').next().unwrap_or(to);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_');
    to.starts_with("https://")
        || to.starts_with("http://")
        || to.starts_with('#')
        || (page.ends_with(".html") && !page.starts_with('/') && page.chars().all(plain))
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
