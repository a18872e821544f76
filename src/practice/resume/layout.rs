//! The lines of a résumé, with what is no prose blanked out: code, addresses, tags. Characters keep
//! their line, and each line knows what it belongs to.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// Columns from which on a line may have been broken.
const BROKEN: usize = 60;
/// Lines that an item is looked for around a line.
const REACH: usize = 60;

/// A résumé as lines.
pub(super) struct Layout {
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    /// As in the file.
    pub(super) raw: String,
    /// With code, addresses and tags as blanks.
    pub(super) prose: String,
    pub(super) kind: Kind,
    /// Columns before the first word.
    indent: usize,
    /// Characters inside bold, colour or highlight.
    pub(super) emphasised: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Text,
    /// The first line of a list item.
    Item,
    Heading,
    /// The names of a table's columns.
    TableHead,
    Blank,
    Code,
}

impl Layout {
    pub(super) fn of(text: &str) -> Layout {
        let mut lines: Vec<Line> = Vec::new();
        let mut fence: Option<String> = None;
        let mut in_comment = false;
        for (number, raw) in (1..).zip(text.lines()) {
            let trimmed = raw.trim_start();
            let mut line = Line { number, raw: raw.to_owned(), ..Line::default() };
            line.indent = raw.chars().take_while(|c| c.is_whitespace()).count();
            let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
            if let Some(open) = &fence {
                line.kind = Kind::Code;
                if trimmed.starts_with(open.as_str()) {
                    fence = None;
                }
            } else if let (Some(mark), false) = (mark, in_comment) {
                fence = Some(mark.to_owned());
                line.kind = Kind::Code;
            } else {
                line.emphasised = emphasised(raw);
                line.prose = blanked(raw, &mut in_comment);
                line.kind = kind(&line.prose);
            }
            lines.push(line);
        }
        for at in 1..lines.len() {
            let rule: Vec<char> = lines[at].raw.trim().chars().collect();
            let is = |set: &str| rule.len() >= 3 && rule.iter().all(|c| set.contains(*c));
            if is("=-") && lines[at - 1].kind == Kind::Text {
                lines[at - 1].kind = Kind::Heading;
                lines[at].kind = Kind::Blank;
            } else if is("|-: ") && lines[at].raw.contains('|') {
                lines[at - 1].kind = Kind::TableHead;
                lines[at].kind = Kind::Blank;
            }
        }
        Layout { lines }
    }

    /// Lines that say something: no headings, heads of tables, code, blanks.
    pub(super) fn said(&self) -> impl Iterator<Item = (usize, &Line)> {
        let said = |line: &&Line| matches!(line.kind, Kind::Text | Kind::Item);
        self.lines.iter().enumerate().filter(move |(_, line)| said(line))
    }

    /// The lines that a line is part of: its item with everything below it. Plain lines stand for
    /// themselves, but for those that were broken.
    pub(super) fn item(&self, at: usize) -> Range<usize> {
        let reach = at.saturating_sub(REACH);
        let mut from = at;
        while from > reach && self.continues(from) {
            from -= 1;
        }
        let indent = self.lines[from].indent;
        let below = |line: &Line| line.kind == Kind::Item && line.indent > indent;
        let mut to = from + 1;
        while to < self.lines.len()
            && to <= at + REACH
            && (self.continues(to)
                || (self.lines[from].kind == Kind::Item && below(&self.lines[to])))
        {
            to += 1;
        }
        from..to
    }

    /// The prose of lines.
    pub(super) fn words(&self, lines: Range<usize>) -> String {
        let prose: Vec<&str> = self.lines[lines].iter().map(|line| line.prose.as_str()).collect();
        prose.join("\n")
    }

    /// The item of a line, and the items above that it is part of.
    pub(super) fn context(&self, at: usize) -> String {
        let item = self.item(at);
        let mut indent = self.lines[item.start].indent;
        let above = item.start.saturating_sub(REACH)..item.start;
        let mut words = self.words(item);
        for line in self.lines[above].iter().rev() {
            match line.kind {
                Kind::Item if line.indent < indent => {
                    indent = line.indent;
                    words = format!("{}\n{words}", line.prose);
                }
                Kind::Item | Kind::Text => {}
                _ => break,
            }
        }
        words
    }

    /// Whether a line goes on with what the line before began.
    fn continues(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|at| &self.lines[at]) else { return false };
        let line = &self.lines[at];
        line.kind == Kind::Text
            && match before.kind {
                Kind::Item => line.indent > before.indent || before.raw.width() >= BROKEN,
                Kind::Text => {
                    line.indent > 0 && line.indent == before.indent || before.raw.width() >= BROKEN
                }
                _ => false,
            }
    }

    /// The next line that is not blank.
    pub(super) fn next_after(&self, at: usize) -> Option<&Line> {
        self.lines[at + 1..].iter().find(|line| line.kind != Kind::Blank)
    }
}

fn kind(prose: &str) -> Kind {
    let words = prose.trim();
    let digits = words.chars().take_while(char::is_ascii_digit).count();
    let after = &words[digits..];
    let numbered =
        digits > 0 && digits <= 2 && (after.starts_with(". ") || after.starts_with(") "));
    let bullet = ["- ", "* ", "+ ", "• ", "· ", "– ", "▪ ", "■ ", "● ", "◦ "];
    if words.is_empty() {
        Kind::Blank
    } else if words.starts_with('#') {
        Kind::Heading
    } else if numbered || bullet.iter().any(|mark| words.starts_with(mark)) {
        Kind::Item
    } else {
        Kind::Text
    }
}

/// The line with everything that is no prose as blanks, character for character.
fn blanked(raw: &str, in_comment: &mut bool) -> String {
    let mut chars: Vec<char> = raw.chars().collect();
    let starts = |chars: &[char], at: usize, words: &str| {
        words
            .chars()
            .enumerate()
            .all(|(i, c)| chars.get(at + i).is_some_and(|d| d.eq_ignore_ascii_case(&c)))
    };
    let blank = |chars: &mut Vec<char>, from: usize, to: usize| {
        let to = to.min(chars.len());
        chars[from.min(to)..to].fill(' ');
    };
    let mut at = 0;
    while at < chars.len() {
        let end_of = |chars: &[char], from: usize, close: char| {
            (from..chars.len()).find(|i| chars[*i] == close)
        };
        if *in_comment {
            let end = (at..chars.len()).find(|i| starts(&chars, *i, "-->"));
            *in_comment = end.is_none();
            let to = end.map_or(chars.len(), |end| end + 3);
            blank(&mut chars, at, to);
            at = to;
        } else if starts(&chars, at, "<!--") {
            *in_comment = true;
        } else if chars[at] == '`' {
            let to = end_of(&chars, at + 1, '`').map_or(at + 1, |end| end + 1);
            blank(&mut chars, at, to);
            at = to;
        } else if chars[at] == ']' && chars.get(at + 1) == Some(&'(') {
            let to = end_of(&chars, at + 1, ')').map_or(chars.len(), |end| end + 1);
            blank(&mut chars, at, to);
            at = to;
        } else if chars[at] == '<'
            && chars.get(at + 1).is_some_and(|c| c.is_ascii_alphabetic() || *c == '/')
        {
            let to = end_of(&chars, at + 1, '>').map_or(at + 1, |end| end + 1);
            blank(&mut chars, at, to);
            at = to;
        } else if ["http://", "https://", "www."].iter().any(|head| starts(&chars, at, head)) {
            let is_end = |c: char| c.is_whitespace() || matches!(c, ')' | '>' | '|' | ',');
            let to = (at..chars.len()).find(|i| is_end(chars[*i])).unwrap_or(chars.len());
            blank(&mut chars, at, to);
            at = to;
        } else {
            at += 1;
        }
    }
    chars.into_iter().collect()
}

/// Characters of a line that are bold, coloured or highlighted.
fn emphasised(raw: &str) -> usize {
    const MARKS: [(&str, &str); 8] = [
        ("**", "**"),
        ("__", "__"),
        ("==", "=="),
        ("<b>", "</b>"),
        ("<strong>", "</strong>"),
        ("<mark>", "</mark>"),
        ("<span style", "</span>"),
        ("<font color", "</font>"),
    ];
    let lower = raw.to_ascii_lowercase();
    let mut count = 0;
    for (open, close) in MARKS {
        let mut rest = lower.as_str();
        while let Some((_, after)) = rest.split_once(open) {
            let Some((inner, behind)) = after.split_once(close) else { break };
            // What is left of a tag with attributes is no word.
            let inner = match open.starts_with('<') && !open.ends_with('>') {
                true => inner.split_once('>').map_or("", |(_, words)| words),
                false => inner,
            };
            count += inner.chars().filter(|c| !c.is_whitespace()).count();
            rest = behind;
        }
    }
    count
}
