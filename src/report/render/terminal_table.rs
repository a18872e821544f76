//! Tables for a terminal: one rule below the head, no vertical lines. Where the width does not
//! suffice columns wrap, then fall away from the right, then each row becomes a record.

use super::terminal::{Style, rule};
use super::terminal_text::{
    CodeMark, Glyph, Line, Look, Marks, glyphs, longest_word, natural_width, solid_width, words,
    wrap,
};
use crate::content::text::both;
use crate::report::document::{Align, Row, Span, Table, Tone};

/// Columns between columns: as many as fit.
const GAPS: [usize; 2] = [3, 2];
/// Lines of a head: as few as fit.
const HEAD_LINES: [usize; 2] = [2, 3];
/// A head up to this wide is not wrapped while there is room.
const HEAD_SHORT: usize = 10;
/// No head asks for more.
const HEAD_MAX: usize = 60;
/// Prose in a cell is not squeezed below this.
const PROSE_MIN: usize = 14;
/// A column's words may be cut if they are longer.
const WORD_MAX: usize = 30;
/// A note needs this much room beside the first column, else it goes below.
const NOTE_MIN: usize = 20;

pub(super) fn table_lines(table: &Table, style: Style, width: usize) -> Vec<Line> {
    if table.columns.is_empty() {
        return Vec::new();
    }
    let marks = style.marks(CodeMark::None);
    let sizes: Vec<Size> = (0..table.columns.len()).map(|at| Size::of(table, at, marks)).collect();
    let least = table.keep.clamp(1, sizes.len());
    for count in (least..=sizes.len()).rev() {
        if let Some(layout) = Layout::fitting(&sizes[..count], marks, width) {
            let mut lines = layout.lines(table, style, width);
            lines.extend(hidden(&sizes, count, style, width));
            return lines;
        }
    }
    records(table, marks, width)
}

/// The widths that a column can have.
#[derive(Clone, Copy)]
struct Size {
    min: usize,
    /// With a head of as many lines as [`HEAD_LINES`] says.
    preferred: [usize; 2],
}

impl Size {
    fn of(table: &Table, at: usize, marks: Marks) -> Size {
        let column = &table.columns[at];
        let head = head_glyphs(&column.head, marks);
        let head_min = longest_word(&head).min(WORD_MAX);
        let head_natural = natural_width(&head).min(HEAD_MAX).max(head_min);
        // Short heads stay on one line.
        let head_least = if head_natural <= HEAD_SHORT { head_natural } else { head_min };
        let head_preferred = HEAD_LINES.map(|most| {
            // Below this its words do not fit into so many lines, however they are cut.
            let least = head_least.max(solid_width(&head).div_ceil(most));
            let mut widths = least..head_natural;
            widths.find(|width| wrap(&head, *width).len() <= most).unwrap_or(head_natural)
        });
        let cells = || {
            table.rows.iter().filter_map(|row| cell(row, at)).map(|cell| cell_glyphs(cell, marks))
        };
        let natural = cells().map(|cell| natural_width(&cell)).max().unwrap_or(0);
        let min = match column.align {
            Align::Right => natural,
            Align::Left => {
                let word = cells().map(|cell| longest_word(&cell)).max().unwrap_or(0);
                word.min(WORD_MAX).max(natural.min(PROSE_MIN))
            }
        };
        Size { min: min.max(head_min), preferred: head_preferred.map(|head| natural.max(head)) }
    }
}

fn head_glyphs(spans: &[Span], marks: Marks) -> Vec<Glyph> {
    glyphs(spans, Look::bold(), marks)
}

fn cell_glyphs(spans: &[Span], marks: Marks) -> Vec<Glyph> {
    glyphs(spans, Look::default(), marks)
}

/// The cell of a row in a column; a note has only a first one.
fn cell(row: &Row, at: usize) -> Option<&[Span]> {
    match row {
        Row::Cells(cells) => cells.get(at).map(Vec::as_slice),
        Row::Note { first, .. } => (at == 0).then_some(first.as_slice()),
    }
}

/// Chosen widths of the columns that are shown.
struct Layout {
    widths: Vec<usize>,
    gap: usize,
    marks: Marks,
}

impl Layout {
    fn fitting(sizes: &[Size], marks: Marks, width: usize) -> Option<Layout> {
        let gaps = |gap: usize| gap * (sizes.len() - 1);
        for lines in 0..HEAD_LINES.len() {
            let widths: Vec<usize> = sizes.iter().map(|size| size.preferred[lines]).collect();
            let preferred: usize = widths.iter().sum();
            if let Some(gap) = GAPS.into_iter().find(|gap| preferred + gaps(*gap) <= width) {
                return Some(Layout { widths, gap, marks });
            }
        }
        let gap = GAPS[GAPS.len() - 1];
        let min: usize = sizes.iter().map(|size| size.min).sum();
        let spare = width.checked_sub(min + gaps(gap))?;
        // What is left over goes to the columns in proportion to what they lack.
        let lack = |size: &Size| size.preferred[1].saturating_sub(size.min);
        let lacking: usize = sizes.iter().map(lack).sum();
        let more = |size: &Size| (lack(size) * spare).checked_div(lacking).unwrap_or(0);
        let widths = sizes.iter().map(|size| size.min + more(size).min(lack(size))).collect();
        Some(Layout { widths, gap, marks })
    }

    fn width(&self) -> usize {
        self.widths.iter().sum::<usize>() + self.gap * (self.widths.len() - 1)
    }

    fn lines(&self, table: &Table, style: Style, width: usize) -> Vec<Line> {
        let marks = self.marks;
        let heads: Vec<Vec<Line>> = table
            .columns
            .iter()
            .zip(&self.widths)
            .map(|(column, width)| wrap(&head_glyphs(&column.head, marks), *width))
            .collect();
        let mut lines = Vec::new();
        if table.columns.iter().any(|column| !column.head.is_empty()) {
            lines.extend(self.side_by_side(table, &heads, Vertical::Bottom));
            lines.push(rule(self.width(), style));
        }
        let wraps = |row: &Row| match row {
            Row::Cells(cells) => cells
                .iter()
                .zip(&self.widths)
                .any(|(cell, width)| wrap(&cell_glyphs(cell, marks), *width).len() > 1),
            Row::Note { .. } => false,
        };
        // Rows of several lines need air to be told apart.
        let airy = table.rows.iter().filter(|row| wraps(row)).count() > 1;
        for (at, row) in table.rows.iter().enumerate() {
            if airy && at > 0 {
                lines.push(Line::default());
            }
            match row {
                Row::Cells(cells) => {
                    let cells: Vec<Vec<Line>> = cells
                        .iter()
                        .zip(&self.widths)
                        .map(|(cell, width)| wrap(&cell_glyphs(cell, marks), *width))
                        .collect();
                    lines.extend(self.side_by_side(table, &cells, Vertical::Top));
                }
                Row::Note { first, text } => lines.extend(self.note(table, first, text, width)),
            }
        }
        lines
    }

    /// Cells next to each other, each in its column.
    fn side_by_side(&self, table: &Table, cells: &[Vec<Line>], to: Vertical) -> Vec<Line> {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let mut lines = vec![Line::default(); height];
        let mut start = 0;
        for ((cell, width), column) in cells.iter().zip(&self.widths).zip(&table.columns) {
            let top = match to {
                Vertical::Top => 0,
                Vertical::Bottom => height - cell.len(),
            };
            for (text, line) in cell.iter().zip(&mut lines[top..]) {
                let before = match column.align {
                    Align::Left => 0,
                    Align::Right => width.saturating_sub(text.width()),
                };
                line.pad_to(start + before);
                line.append(text);
            }
            start += width + self.gap;
        }
        lines
    }

    /// A sentence across all columns after the first; it may use the whole width.
    fn note(&self, table: &Table, first: &[Span], text: &[Span], width: usize) -> Vec<Line> {
        let marks = self.marks;
        let start = self.widths[0] + self.gap;
        let firsts = wrap(&cell_glyphs(first, marks), self.widths[0]);
        let below = width < start + NOTE_MIN;
        let start = if below { 2 } else { start };
        let texts = wrap(&cell_glyphs(text, marks), width - start);
        let cells = if below { vec![firsts] } else { vec![firsts, Vec::new()] };
        let mut lines = self.side_by_side(table, &cells, Vertical::Top);
        let from = if below { lines.len() } else { 0 };
        for (at, text) in texts.iter().enumerate() {
            if from + at == lines.len() {
                lines.push(Line::default());
            }
            lines[from + at].pad_to(start);
            lines[from + at].append(text);
        }
        lines
    }
}

#[derive(Clone, Copy)]
enum Vertical {
    Top,
    Bottom,
}

/// What is not shown, and the terminal that would show it.
fn hidden(sizes: &[Size], shown: usize, style: Style, width: usize) -> Vec<Line> {
    let count = sizes.len() - shown;
    if count == 0 {
        return Vec::new();
    }
    let min: usize = sizes.iter().map(|size| size.min).sum();
    let gap = GAPS[GAPS.len() - 1];
    // What surrounds the table, such as the margin, is needed there too.
    let needed = min + gap * (sizes.len() - 1) + style.width.saturating_sub(width);
    let text = both!(
        "hidden columns: {count} (widen the terminal to {needed})",
        "숨긴 열: {count}개(터미널 폭 {needed}칸부터 보입니다)"
    );
    wrap(&words(text.get(style.lang), Look::toned(Tone::Muted)), width)
}

/// Each row as its first cell and `head: cell` lines below it; nothing is said of empty cells.
fn records(table: &Table, marks: Marks, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        if at > 0 {
            lines.push(Line::default());
        }
        let first = cell(row, 0).unwrap_or(&[]);
        let first = field(&table.columns[0].head, first, Look::bold(), marks);
        lines.extend(wrap(&first, width));
        let fields: Vec<Vec<Glyph>> = match row {
            Row::Note { text, .. } => vec![cell_glyphs(text, marks)],
            Row::Cells(cells) => {
                let named = cells.iter().zip(&table.columns).skip(1);
                let said = named.filter(|(cell, _)| !Span::plain(cell).trim().is_empty());
                said.map(|(cell, column)| field(&column.head, cell, Look::default(), marks))
                    .collect()
            }
        };
        for field in fields {
            for (at, line) in wrap(&field, width - 4).iter().enumerate() {
                let indent = if at == 0 { "  " } else { "    " };
                lines.push(line.after(&Line::of(indent, Look::default())));
            }
        }
    }
    lines
}

fn field(head: &[Span], cell: &[Span], look: Look, marks: Marks) -> Vec<Glyph> {
    let mut out = glyphs(head, Look::toned(Tone::Muted), marks);
    if !out.is_empty() {
        out.extend(words(": ", Look::toned(Tone::Muted)));
    }
    out.extend(glyphs(cell, look, marks));
    out
}
