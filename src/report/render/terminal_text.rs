//! Styled words on lines of a terminal: flattening spans, wrapping, and escape sequences.

use std::rc::Rc;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::{may_link, shown_words};
use crate::knowledge::highlight::Kind;
use crate::report::document::{Span, Tone};

/// How a run of characters looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) code: bool,
    pub(super) tone: Option<Tone>,
    /// What part of highlighted code it is.
    pub(super) kind: Option<Kind>,
}

impl Look {
    pub(super) fn bold() -> Look {
        Look { bold: true, ..Look::default() }
    }

    pub(super) fn toned(tone: Tone) -> Look {
        Look { tone: Some(tone), ..Look::default() }
    }

    /// The escape sequence that begins this look; empty for plain text.
    fn sequence(self) -> String {
        let mut codes = Vec::new();
        if self.bold {
            codes.push("1");
        }
        if self.italic {
            codes.push("3");
        }
        match self.tone {
            Some(Tone::Good) => codes.push("32"),
            Some(Tone::Bad) => codes.push("31"),
            Some(Tone::Muted) => codes.push("2"),
            Some(Tone::Accent) => codes.push("36"),
            None => codes.extend(self.code_color()),
        }
        if codes.is_empty() { String::new() } else { format!("\u{1b}[{}m", codes.join(";")) }
    }

    fn code_color(self) -> Option<&'static str> {
        match self.kind {
            Some(Kind::Keyword) => Some("35"),
            Some(Kind::String) => Some("32"),
            Some(Kind::Number) => Some("33"),
            Some(Kind::Comment) => Some("2"),
            Some(Kind::Plain) => None,
            None => self.code.then_some("36"),
        }
    }
}

/// What a reader takes for one character (a grapheme cluster) and a terminal shows as one: it is
/// never cut. Or a line break that the author asked for (`'\n'`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    c: char,
    /// What belongs to `c`: combining marks, the other half of a flag, the rest of a family.
    rest: Option<Rc<str>>,
    width: usize,
    look: Look,
    link: Option<Rc<str>>,
}

impl Glyph {
    fn of(cluster: &str, look: Look) -> Option<Glyph> {
        let c = cluster.chars().next()?;
        let rest = &cluster[c.len_utf8()..];
        let rest = (!rest.is_empty()).then(|| Rc::from(rest));
        Some(Glyph { c, rest, width: cluster.width(), look, link: None })
    }

    pub(super) fn is_space(&self) -> bool {
        self.c == ' '
    }

    fn line_break() -> Glyph {
        Glyph { c: '\n', rest: None, width: 0, look: Look::default(), link: None }
    }
}

/// A cluster that is wider is taken apart: some scripts join without end.
const CLUSTER_MAX: usize = 4;
/// These change the character before them; without one they are nothing.
const JOINERS: [char; 3] = ['\u{fe0e}', '\u{fe0f}', JOINER];
/// Joins the characters around it.
const JOINER: char = '\u{200d}';

/// Whether inline code wears backticks: without colour nothing else tells it from words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeMark {
    Backticks,
    None,
}

/// How it is told what is code and what a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) code: CodeMark,
    pub(super) link: LinkMark,
}

/// Whether a terminal follows links by itself, or shows where they lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkMark {
    Hyperlink,
    Address,
}

/// The characters of spans, safe to show.
pub(super) fn glyphs(spans: &[Span], look: Look, mark: Marks) -> Vec<Glyph> {
    let mut out = Vec::new();
    add_glyphs(&mut out, spans, look, mark);
    out
}

pub(super) fn words(text: &str, look: Look) -> Vec<Glyph> {
    let text = shown_words(text);
    if text.is_ascii() {
        let glyph = |byte| Glyph { c: char::from(byte), rest: None, width: 1, look, link: None };
        return text.bytes().map(glyph).collect();
    }
    let mut out = Vec::with_capacity(text.len());
    let text = text.trim_start_matches(JOINERS).trim_end_matches(JOINER);
    for cluster in text.graphemes(true) {
        if cluster.width() <= CLUSTER_MAX {
            out.extend(Glyph::of(cluster, look));
        } else {
            let apart = cluster.chars().filter(|c| !JOINERS.contains(c));
            out.extend(apart.filter_map(|c| Glyph::of(c.encode_utf8(&mut [0; 4]), look)));
        }
    }
    out
}

fn add_glyphs(out: &mut Vec<Glyph>, spans: &[Span], look: Look, mark: Marks) {
    for span in spans {
        match span {
            Span::Text(text) => out.extend(words(text, look)),
            Span::Strong(inner) => add_glyphs(out, inner, Look { bold: true, ..look }, mark),
            Span::Emphasis(inner) => add_glyphs(out, inner, Look { italic: true, ..look }, mark),
            Span::Code(text) => {
                let look = Look { code: true, ..look };
                let tick = if mark.code == CodeMark::Backticks { "`" } else { "" };
                out.extend(words(tick, look));
                out.extend(words(text, look));
                out.extend(words(tick, look));
            }
            Span::Toned(tone, text) => {
                out.extend(words(text, Look { tone: Some(*tone), ..look }));
            }
            Span::Link { to, text } => {
                let from = out.len();
                add_glyphs(out, text, look, mark);
                if !may_link(to) || to.starts_with('#') {
                    continue;
                }
                if mark.link == LinkMark::Hyperlink {
                    let link: Rc<str> = Rc::from(address(to));
                    out[from..].iter_mut().for_each(|glyph| glyph.link = Some(Rc::clone(&link)));
                } else if Span::plain(text) != *to {
                    let look = Look { tone: Some(Tone::Muted), ..look };
                    out.extend(words(&format!(" <{to}>"), look));
                }
            }
            Span::Footnote { number, .. } => {
                let look = Look { tone: Some(Tone::Muted), ..look };
                out.extend(words(&format!("[{number}]"), look));
            }
            Span::Jump { to, text } => add_glyphs(out, &to.spelled(text), look, mark),
            Span::Break => out.push(Glyph::line_break()),
        }
    }
}

/// An address as a terminal may have it: ASCII without spaces and controls.
fn address(to: &str) -> String {
    let mut out = String::new();
    for byte in to.bytes() {
        match byte {
            b'!'..=b'~' => out.push(char::from(byte)),
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

/// One line of styled text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    glyphs: Vec<Glyph>,
    width: usize,
}

impl Line {
    pub(super) fn of(text: &str, look: Look) -> Line {
        let mut line = Line::default();
        line.push(text, look);
        line
    }

    /// Columns that the line takes.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Glyphs of the line.
    pub(super) fn len(&self) -> usize {
        self.glyphs.len()
    }

    pub(super) fn push(&mut self, text: &str, look: Look) {
        self.extend(&words(text, look));
    }

    pub(super) fn append(&mut self, other: &Line) {
        self.extend(&other.glyphs);
    }

    /// Spaces up to a column.
    pub(super) fn pad_to(&mut self, width: usize) {
        let missing = width.saturating_sub(self.width);
        self.push(&" ".repeat(missing), Look::default());
    }

    /// The line with another before it, such as an indent or a bullet.
    pub(super) fn after(&self, prefix: &Line) -> Line {
        let mut line = prefix.clone();
        line.append(self);
        line
    }

    fn extend(&mut self, glyphs: &[Glyph]) {
        self.width += width_of(glyphs);
        self.glyphs.extend_from_slice(glyphs);
    }

    /// The text, without spaces at the end; with escape sequences if `color`, each closed on the
    /// line that it begins on, and hyperlinks where glyphs have them.
    pub(super) fn show(&self, color: bool) -> String {
        let end = self.glyphs.iter().rposition(|glyph| glyph.c != ' ').map_or(0, |at| at + 1);
        let mut out = String::new();
        for linked in self.glyphs[..end].chunk_by(|a, b| a.link == b.link) {
            let link = linked[0].link.as_ref();
            if let Some(to) = link {
                // With an id the parts of a link that wraps are one: same id, same address.
                out += &format!("\u{1b}]8;id=prep;{to}\u{1b}\\");
            }
            for run in linked.chunk_by(|a, b| a.look == b.look) {
                let sequence = if color { run[0].look.sequence() } else { String::new() };
                out += &sequence;
                for glyph in run {
                    out.push(glyph.c);
                    out += glyph.rest.as_deref().unwrap_or("");
                }
                if !sequence.is_empty() {
                    out += "\u{1b}[0m";
                }
            }
            if link.is_some() {
                out += "\u{1b}]8;;\u{1b}\\";
            }
        }
        out
    }
}

/// The columns that text takes without wrapping: its longest line.
pub(super) fn natural_width(glyphs: &[Glyph]) -> usize {
    glyphs.split(|glyph| glyph.c == '\n').map(width_of).max().unwrap_or(0)
}

/// The columns of all words together, without the spaces.
pub(super) fn solid_width(glyphs: &[Glyph]) -> usize {
    glyphs.iter().filter(|glyph| !glyph.is_space()).map(|glyph| glyph.width).sum()
}

/// The widest piece that wrapping would rather not cut.
pub(super) fn longest_word(glyphs: &[Glyph]) -> usize {
    let words = glyphs.split(|glyph| matches!(glyph.c, '\n' | ' ')).flat_map(tokens);
    let pieces = words.flat_map(|word| {
        let whole = if width_of(word) > LONG_WORD { None } else { Some(word) };
        let cut = word.split_inclusive(|glyph| breaks_after(glyph.c));
        whole.into_iter().chain(cut.filter(move |_| whole.is_none()))
    });
    pieces.map(width_of).max().unwrap_or(0)
}

/// A word longer than this is a dotted name or a URL that may be cut after its signs.
const LONG_WORD: usize = 20;

fn width_of(glyphs: &[Glyph]) -> usize {
    glyphs.iter().map(|glyph| glyph.width).sum()
}

fn breaks_after(c: char) -> bool {
    matches!(c, '.' | '-' | '/' | '_' | '=' | ',' | ':' | '?' | '&')
}

/// Wraps at spaces and between ideographs; a piece longer than a line is cut, after a sign such
/// as `.` or `/` if there is one. Never empty.
pub(super) fn wrap(glyphs: &[Glyph], width: usize) -> Vec<Line> {
    let width = width.max(2);
    let mut lines = Vec::new();
    for paragraph in glyphs.split(|glyph| glyph.c == '\n') {
        let mut line = Line::default();
        // Spaces between words; dropped where a line ends.
        let mut gap: &[Glyph] = &[];
        for piece in paragraph.chunk_by(|a, b| (a.c == ' ') == (b.c == ' ')) {
            if piece[0].c == ' ' {
                gap = piece;
                continue;
            }
            for token in tokens(piece) {
                place(&mut lines, &mut line, std::mem::take(&mut gap), token, width);
            }
        }
        lines.push(line);
    }
    lines
}

/// Puts a word on the line, or on a new one.
fn place(lines: &mut Vec<Line>, line: &mut Line, gap: &[Glyph], token: &[Glyph], width: usize) {
    let gap_width = if line.width == 0 { 0 } else { gap.len() };
    if line.width + gap_width + width_of(token) <= width {
        if line.width > 0 {
            line.extend(gap);
        }
        line.extend(token);
        return;
    }
    let mut rest = token;
    if line.width > 0 && width_of(token) > width {
        // A long name may begin on this line if one of its parts fits.
        let room = width.saturating_sub(line.width + gap_width);
        let part = fitting(rest, room);
        if part > 0 && breaks_after(rest[part - 1].c) && width_of(&rest[..part]) >= LONG_WORD / 2 {
            line.extend(gap);
            line.extend(&rest[..part]);
            rest = &rest[part..];
        }
    }
    if line.width > 0 {
        lines.push(std::mem::take(line));
    }
    while width_of(rest) > width {
        let part = fitting(rest, width).max(1);
        line.extend(&rest[..part]);
        lines.push(std::mem::take(line));
        rest = &rest[part..];
    }
    line.extend(rest);
}

/// How many glyphs fit into `room` columns, ending after a sign if that keeps at least a third of
/// the room in use.
fn fitting(glyphs: &[Glyph], room: usize) -> usize {
    let (mut used, mut fit, mut best) = (0, 0, 0);
    for (at, glyph) in glyphs.iter().enumerate() {
        used += glyph.width;
        if used > room {
            break;
        }
        fit = at + 1;
        if breaks_after(glyph.c) && used * 3 >= room {
            best = fit;
        }
    }
    if best > 0 { best } else { fit }
}

/// A word in the parts between which a line may end: around ideographs and kana. Korean is set
/// by words, as its readers expect.
fn tokens(word: &[Glyph]) -> impl Iterator<Item = &[Glyph]> {
    word.chunk_by(|a, b| !(is_ideograph(a.c) && is_ideograph(b.c)))
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// One line cut to the width, with a sign at the cut.
pub(super) fn clip(text: &str, look: Look, width: usize, sign: &str) -> Line {
    let whole = Line::of(text, look);
    if whole.width <= width {
        return whole;
    }
    let room = width.saturating_sub(sign.chars().count());
    let mut line = Line::default();
    for glyph in &whole.glyphs {
        if line.width + glyph.width > room {
            break;
        }
        line.extend(std::slice::from_ref(glyph));
    }
    line.push(sign, Look::toned(Tone::Muted));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Marks = Marks { code: CodeMark::None, link: LinkMark::Address };

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let lines = wrap(&words(text, Look::default()), width);
        lines.iter().map(|line| line.show(false)).collect()
    }

    #[test]
    fn wraps_by_words_and_counts_columns() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("커넥션 풀이 작다", 8), ["커넥션", "풀이", "작다"]);
        assert_eq!(wrapped("커넥션 풀이 작다", 11), ["커넥션 풀이", "작다"]);
        assert_eq!(wrapped("接続数上限", 6), ["接続数", "上限"]);
        assert_eq!(wrapped("가나다라마바사", 6), ["가나다", "라마바", "사"]);
        assert_eq!(wrapped("", 8), [""]);
    }

    #[test]
    fn long_names_are_cut_after_signs() {
        assert_eq!(
            wrapped("spring.datasource.hikari.maximum-pool-size", 26),
            ["spring.datasource.hikari.", "maximum-pool-size"]
        );
        assert_eq!(wrapped("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
    }

    #[test]
    fn spaces_inside_a_line_stay() {
        assert_eq!(wrapped("prep a      prep b", 40), ["prep a      prep b"]);
    }

    #[test]
    fn sequences_end_on_their_line_and_controls_are_replaced() {
        let spans = [Span::Toned(Tone::Bad, "red \u{1b}[31m words".to_owned())];
        let lines = wrap(&glyphs(&spans, Look::default(), PLAIN), 10);
        let shown: Vec<String> = lines.iter().map(|line| line.show(true)).collect();
        assert_eq!(shown, ["\u{1b}[31mred \u{fffd}[31m\u{1b}[0m", "\u{1b}[31mwords\u{1b}[0m"]);
    }

    #[test]
    fn clusters_are_as_wide_as_terminals_show_them_and_never_cut() {
        let (family, flag, heart, accent, jamo) =
            ("👩\u{200d}👧", "🇰🇷", "❤\u{fe0f}", "e\u{301}\u{323}", "\u{1112}\u{1161}\u{11ab}");
        for (cluster, width) in
            [(family, 2), (flag, 2), (heart, 2), (accent, 1), (jamo, 2), ("가", 2)]
        {
            assert_eq!(Line::of(cluster, Look::default()).width(), width, "{cluster:?}");
            let text = cluster.repeat(3);
            assert_eq!(wrapped(&text, 2 * width), [cluster.repeat(2), cluster.to_owned()]);
            let cut = clip(&text, Look::default(), 2 * width, "…").show(false);
            assert_eq!(cut, format!("{cluster}…"));
        }
        // Selectors and joiners at the ends would change what stands beside them.
        assert_eq!(Line::of("\u{fe0f}\u{200d}a\u{200d}", Look::default()).show(false), "a");
    }

    #[test]
    fn links_are_followed_by_the_terminal_or_tell_their_address() {
        let spans = [
            Span::Link {
                to: "https://a.b/가 ?c=\u{1b}".to_owned(),
                text: vec![Span::text("two "), Span::Strong(vec![Span::text("words")])],
            },
            Span::text(" "),
            Span::Link { to: "javascript:x".to_owned(), text: vec![Span::text("no")] },
            Span::text(" "),
            Span::Link { to: "#part".to_owned(), text: vec![Span::text("part")] },
        ];
        let shown = |link, color| -> Vec<String> {
            let marks = Marks { code: CodeMark::None, link };
            let lines = wrap(&glyphs(&spans, Look::default(), marks), 24);
            lines.iter().map(|line| line.show(color)).collect()
        };
        let open = "\u{1b}]8;id=prep;https://a.b/%EA%B0%80%20?c=%1B\u{1b}\\";
        let close = "\u{1b}]8;;\u{1b}\\";
        assert_eq!(
            shown(LinkMark::Hyperlink, true),
            [format!("{open}two \u{1b}[1mwords\u{1b}[0m{close} no part")]
        );
        assert_eq!(
            shown(LinkMark::Address, false),
            ["two words", "<https://a.b/가 ?c=\u{fffd}> no", "part"]
        );
        // Each line closes what it opens.
        let spans = &spans[..1];
        let marks = Marks { code: CodeMark::None, link: LinkMark::Hyperlink };
        let lines = wrap(&glyphs(spans, Look::default(), marks), 5);
        let shown: Vec<String> = lines.iter().map(|line| line.show(false)).collect();
        assert_eq!(shown, [format!("{open}two{close}"), format!("{open}words{close}")]);
    }

    #[test]
    fn clipped_lines_are_as_wide_as_allowed() {
        assert_eq!(clip("가나다라", Look::default(), 6, "…").show(false), "가나…");
        assert_eq!(clip("abcd", Look::default(), 4, "…").show(false), "abcd");
    }
}
