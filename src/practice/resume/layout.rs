//! The lines of a résumé, with what is no prose blanked out: code, addresses, tags. Characters keep
//! their line, and each line knows what it belongs to.

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

    /// The prose of what a line is part of: its item with everything below it.
    pub(super) fn item(&self, at: usize) -> String {
        let from = (0..=at).rev().find(|i| self.begins(*i, at)).unwrap_or(at);
        let indent = self.lines[from].indent;
        let rest = self.lines[from + 1..].iter().take_while(|line| match line.kind {
            Kind::Item => line.indent > indent,
            Kind::Text => true,
            _ => false,
        });
        let mut words = self.lines[from].prose.clone();
        for line in rest {
            words.push('\n');
            words += &line.prose;
        }
        words
    }

    /// The item of a line, and the items above that it is part of.
    pub(super) fn context(&self, at: usize) -> String {
        let mut words = self.item(at);
        let mut indent = self.lines[at].indent;
        for line in self.lines[..at].iter().rev() {
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

    /// Whether the part that a line belongs to begins here.
    fn begins(&self, here: usize, at: usize) -> bool {
        let line = &self.lines[here];
        let after_break =
            here == 0 || !matches!(self.lines[here - 1].kind, Kind::Text | Kind::Item);
        line.kind == Kind::Item || (here <= at && after_break)
            // A line of plain text is wrapped only if it is indented below an item.
            || (line.kind == Kind::Text && line.indent == 0 && self.is_plain(here))
    }

    /// Whether a text line stands for itself: each line of a plain résumé does.
    fn is_plain(&self, at: usize) -> bool {
        self.lines[at].kind == Kind::Text
            && (at == 0 || !matches!(self.lines[at - 1].kind, Kind::Item))
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
    let lower = raw.to_ascii_lowercase();
    let between = |open: &str, close: &str| {
        let mut count = 0;
        let mut rest = lower.as_str();
        while let Some(from) = rest.find(open) {
            rest = &rest[from + open.len()..];
            let Some(to) = rest.find(close) else { break };
            let inner = &rest[..to];
            let inner =
                inner.split_once('>').filter(|_| open.ends_with('<')).map_or(inner, |it| it.1);
            count += inner.chars().filter(|c| !c.is_whitespace()).count();
            rest = &rest[to + close.len()..];
        }
        count
    };
    let pairs = [
        ("**", "**"),
        ("__", "__"),
        ("==", "=="),
        ("<b>", "</b>"),
        ("<strong>", "</strong>"),
        ("<mark>", "</mark>"),
    ];
    let marked: usize = pairs.iter().map(|(open, close)| between(open, close)).sum();
    let coloured: usize = ["<span style", "<font color"]
        .iter()
        .map(|open| {
            let close = if open.starts_with("<s") { "</span>" } else { "</font>" };
            let pieces = lower.split(open).skip(1);
            let inner = pieces.filter_map(|piece| piece.split_once('>')?.1.split_once(close));
            inner
                .map(|(words, _)| words.chars().filter(|c| !c.is_whitespace()).count())
                .sum::<usize>()
        })
        .sum();
    marked + coloured
}
