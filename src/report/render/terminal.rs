//! A document for a terminal of a given width.

use super::shown_lines;
use super::terminal_chart::chart_lines;
use super::terminal_table::table_lines;
use super::terminal_text::{CodeMark, Line, Look, clip, glyphs, natural_width, words, wrap};
use crate::content::text::Lang;
use crate::report::document::{Bars, Block, Check, Document, Span, Tone, Verdict};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Columns; fewer than 40 are taken as 40.
    pub(crate) width: usize,
    /// Whether escape sequences for colour and weight are understood.
    pub(crate) color: bool,
    /// Whether braille dots, blocks and rules may be drawn; otherwise plain ASCII is. The words of
    /// the document stay what they are.
    pub(crate) unicode: bool,
    /// The language of the few words that the renderer adds.
    pub(crate) lang: Lang,
}

/// The narrowest terminal that is served.
const WIDTH_MIN: usize = 40;
/// Prose wider than this is hard to read.
const PROSE_MAX: usize = 100;
/// Nested blocks move right while this many columns remain.
const INNER_MIN: usize = 20;

/// Renders a document; every line ends with a newline and none is wider than `style.width`.
pub(crate) fn render(doc: &Document, style: Style) -> String {
    let style = Style { width: style.width.max(WIDTH_MIN), ..style };
    let margin = Line::of(" ", Look::default());
    let mut out = String::new();
    for line in blocks(&doc.blocks, style, style.width - 1, Spacing::Loose) {
        out += &line.after(&margin).show(style.color);
        out.push('\n');
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    /// A blank line between blocks, none after a heading.
    Loose,
    Tight,
}

fn blocks(blocks: &[Block], style: Style, width: usize, spacing: Spacing) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut after_heading = true;
    for block in blocks {
        let inner = block_lines(block, style, width);
        if inner.is_empty() {
            continue;
        }
        if spacing == Spacing::Loose && !after_heading {
            lines.push(Line::default());
        }
        lines.extend(inner);
        after_heading = matches!(block, Block::Heading { .. });
    }
    lines
}

fn block_lines(block: &Block, style: Style, width: usize) -> Vec<Line> {
    let prose = width.min(PROSE_MAX);
    match block {
        Block::Heading { level, text, .. } => heading(*level, text, style, prose),
        Block::Paragraph(text) => wrap(&prose_glyphs(text, style), prose),
        Block::List { first, items } => list(*first, items, style, width),
        Block::Quote(inner) => {
            let bar = Line::of(if style.unicode { "│ " } else { "| " }, MUTED);
            indented(inner, style, width, &bar)
        }
        Block::Code { text, .. } => code(text, style, width),
        Block::Table(table) => table_lines(table, style, width),
        Block::Chart(chart) => chart_lines(chart, style, width),
        Block::Bars(bars) => bar_lines(bars, style, width),
        Block::Checks(checks) => {
            checks.iter().flat_map(|check| verdict(check, style, prose)).collect()
        }
        Block::Labelled(rows) => labelled(rows, prose),
        Block::Rule => vec![rule(prose, style)],
    }
}

const MUTED: Look = Look { bold: false, italic: false, code: false, tone: Some(Tone::Muted) };

fn prose_glyphs(text: &[Span], style: Style) -> Vec<super::terminal_text::Glyph> {
    let mark = if style.color { CodeMark::None } else { CodeMark::Backticks };
    glyphs(text, Look::default(), mark)
}

/// A heading; without colour the first two levels are underlined, as in plain-text mail.
fn heading(level: u8, text: &[Span], style: Style, width: usize) -> Vec<Line> {
    let look = match level {
        1 => Look { tone: Some(Tone::Accent), ..Look::bold() },
        _ => Look::bold(),
    };
    let mut lines = wrap(&glyphs(text, look, CodeMark::None), width);
    if level <= 2 && !style.color {
        let longest = lines.iter().map(Line::width).max().unwrap_or(0);
        lines.push(rule(longest, style));
    }
    lines
}

pub(super) fn rule(width: usize, style: Style) -> Line {
    Line::of(&(if style.unicode { "─" } else { "-" }).repeat(width), MUTED)
}

fn list(first: Option<u64>, items: &[Vec<Block>], style: Style, width: usize) -> Vec<Line> {
    let bullet = |at: usize| match first {
        Some(first) => format!("{}.", first.saturating_add(at as u64)),
        None => (if style.unicode { "•" } else { "-" }).to_owned(),
    };
    let column = (0..items.len()).map(|at| bullet(at).chars().count()).max().unwrap_or(1) + 1;
    let tight = items.iter().all(|item| {
        let paragraphs = item.iter().filter(|block| !matches!(block, Block::List { .. })).count();
        paragraphs <= 1
    });
    let spacing = if tight { Spacing::Tight } else { Spacing::Loose };
    let mut lines = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if spacing == Spacing::Loose && at > 0 {
            lines.push(Line::default());
        }
        let mut head = Line::of(&bullet(at), MUTED);
        head.pad_to(column);
        let inner_width = if width > column + INNER_MIN { width - column } else { width };
        let mut inner = blocks(item, style, inner_width, spacing);
        if inner.is_empty() {
            inner.push(Line::default());
        }
        if inner_width == width {
            // No room to move right: the bullet has a line of its own.
            lines.push(head);
            lines.extend(inner);
        } else {
            lines.extend(hanging(&inner, &head));
        }
    }
    lines
}

fn indented(inner: &[Block], style: Style, width: usize, prefix: &Line) -> Vec<Line> {
    if width <= prefix.width() + INNER_MIN {
        return blocks(inner, style, width, Spacing::Loose);
    }
    let lines = blocks(inner, style, width - prefix.width(), Spacing::Loose);
    lines.iter().map(|line| line.after(prefix)).collect()
}

/// The first line after `head`, the others below it.
fn hanging(lines: &[Line], head: &Line) -> Vec<Line> {
    let mut blank = Line::default();
    blank.pad_to(head.width());
    let rows = lines.iter().enumerate();
    rows.map(|(at, line)| line.after(if at == 0 { head } else { &blank })).collect()
}

/// A code block: indented, never wrapped, cut only at the edge of the terminal.
fn code(text: &str, style: Style, width: usize) -> Vec<Line> {
    let text = shown_lines(text);
    let look = Look { code: true, ..Look::default() };
    let indent = Line::of("  ", Look::default());
    let sign = if style.unicode { "…" } else { "..." };
    let lines = text.trim_end_matches('\n').split('\n');
    lines.map(|line| clip(line, look, width - 2, sign).after(&indent)).collect()
}

fn bar_lines(bars: &Bars, style: Style, width: usize) -> Vec<Line> {
    const LABEL_MAX: usize = 28;
    const BAR_MAX: usize = 40;
    let shown_width = |text: &str| natural_width(&words(text, Look::default()));
    let value = bars.rows.iter().map(|row| shown_width(&row.shown)).max().unwrap_or(0);
    let value = value.min(width / 3);
    let label = bars.rows.iter().map(|row| shown_width(&row.label)).max().unwrap_or(0);
    let label = label.min(LABEL_MAX).min(width / 3);
    let room = width.saturating_sub(label + value + 3).min(BAR_MAX);
    let mut lines = Vec::new();
    if !bars.title.is_empty() {
        lines.extend(wrap(&words(&bars.title, Look::bold()), width));
    }
    for row in &bars.rows {
        let labels = wrap(&words(&row.label, Look::default()), label);
        let values = wrap(&words(&row.shown, Look::default()), value);
        let empty = Line::default();
        for at in 0..labels.len().max(values.len()) {
            let mut line = labels.get(at).unwrap_or(&empty).clone();
            let shown = values.get(at).unwrap_or(&empty);
            line.pad_to(label + 2 + value - shown.width().min(value));
            line.append(shown);
            if at == 0 {
                line.push(" ", Look::default());
                line.push(&bar(row.share, room, style), Look::toned(Tone::Accent));
            }
            lines.push(line);
        }
    }
    lines
}

/// A bar of eighths of a column; anything above zero leaves a trace.
fn bar(share: f64, room: usize, style: Style) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * (room * 8) as f64).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    if !style.unicode {
        return "#".repeat(eighths.div_ceil(8).min(room));
    }
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    "█".repeat(eighths / 8) + rest
}

fn verdict(check: &Check, style: Style, width: usize) -> Vec<Line> {
    let (sign, ascii, tone) = match check.verdict {
        Verdict::Yes => ("✓ ", "+ ", Tone::Good),
        Verdict::No => ("✗ ", "x ", Tone::Bad),
        Verdict::Open => ("? ", "? ", Tone::Muted),
    };
    let head = Line::of(if style.unicode { sign } else { ascii }, Look::toned(tone));
    hanging(&wrap(&prose_glyphs(&check.text, style), width - head.width()), &head)
}

fn labelled(rows: &[(String, Vec<Span>)], width: usize) -> Vec<Line> {
    let label_width = |label: &str| natural_width(&words(label, Look::default()));
    let longest = rows.iter().map(|(label, _)| label_width(label)).max().unwrap_or(0);
    let column = longest.min(width / 3) + 3;
    let mut lines = Vec::new();
    for (label, text) in rows {
        let labels = wrap(&words(label, Look::toned(Tone::Muted)), column - 2);
        let texts = wrap(&glyphs(text, Look::default(), CodeMark::None), width - column);
        let empty = Line::default();
        for at in 0..labels.len().max(texts.len()) {
            let mut line = labels.get(at).unwrap_or(&empty).clone();
            line.pad_to(column);
            line.append(texts.get(at).unwrap_or(&empty));
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::sample;

    #[test]
    fn look() {
        for (w, l) in [(100, Lang::En), (80, Lang::Ko), (60, Lang::En), (40, Lang::Ko)] {
            let s = Style { width: w, color: false, unicode: l == Lang::Ko || w == 100, lang: l };
            let text = render(&sample::report(l), s);
            let _ =
                std::fs::write(format!("/tmp/look{w}.txt"), text + &render(&sample::prose(), s));
        }
    }
}
