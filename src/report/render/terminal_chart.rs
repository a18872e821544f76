//! Line charts in braille dots, or in ASCII.

use super::axis::{Axis, Tick, tick};
use super::terminal::{MUTED, Style};
use super::terminal_text::{Line, Look, natural_width, words, wrap};
use crate::report::document::{Chart, Mark, Point, Tone};

/// Rows of the plot.
const HEIGHT: usize = 9;
/// Columns of the plot, at most.
const WIDTH_MAX: usize = 72;
/// Dots of a braille character.
const DOTS_X: usize = 2;
const DOTS_Y: usize = 4;
/// A filled and a hollow mark for each series in turn.
const MARKS: [(char, char); 8] = [
    ('●', '○'),
    ('■', '□'),
    ('▲', '△'),
    ('◆', '◇'),
    ('▼', '▽'),
    ('★', '☆'),
    ('▶', '▷'),
    ('◀', '◁'),
];
const MARKS_ASCII: [(char, char); 8] = [
    ('*', 'o'),
    ('#', '0'),
    ('x', 'v'),
    ('%', '&'),
    ('+', 't'),
    ('@', 'a'),
    ('$', 's'),
    ('=', '-'),
];
/// Columns from one mark on a line among several to its next.
const MARK_EVERY: usize = 12;

pub(super) fn chart_lines(chart: &Chart, style: Style, width: usize) -> Vec<Line> {
    let mut lines = wrap(&words(&chart.y_title, Look::bold()), width);
    let Some((x, y)) = Axis::of_chart(chart) else { return lines };
    lines.extend(legend(chart, style, width));
    let y_ticks = y_rows(&y);
    let label_width = |text: &str| natural_width(&words(text, Look::default()));
    let gutter = y_ticks.iter().map(|(_, label)| label_width(label)).max().unwrap_or(0);
    let plot_width = width.saturating_sub(gutter + 3).clamp(10, WIDTH_MAX);
    let mut grid = Grid::new(plot_width);
    for (at, series) in chart.series.iter().enumerate() {
        grid.band(&x, &y, &series.points);
        grid.line(&x, &y, &series.points);
        let marks = if style.unicode { MARKS } else { MARKS_ASCII };
        grid.marks(&x, &y, &series.points, marks[at % marks.len()]);
    }
    if chart.series.len() > 1 {
        let marks = if style.unicode { MARKS } else { MARKS_ASCII };
        for (at, series) in chart.series.iter().enumerate() {
            let first = at * MARK_EVERY / chart.series.len();
            grid.tags(&x, &y, &series.points, marks[at % marks.len()].0, first);
        }
    }
    let (tick_sign, side) = if style.unicode { ("┤", "│") } else { ("+", "|") };
    for row in 0..HEIGHT {
        let label = y_ticks.iter().find(|(at, _)| *at == row).map(|(_, label)| label.as_str());
        let mut line = Line::default();
        line.pad_to(gutter - label.map_or(0, label_width));
        line.push(label.unwrap_or(""), MUTED);
        line.push(" ", Look::default());
        line.push(if label.is_some() { tick_sign } else { side }, MUTED);
        grid.write_row(row, style, &mut line);
        lines.push(line);
    }
    lines.extend(x_axis(chart, &x, style, gutter + 1, plot_width, width));
    lines
}

/// Names of the series with their marks, where there is more than one.
fn legend(chart: &Chart, style: Style, width: usize) -> Vec<Line> {
    if chart.series.iter().all(|series| series.name.is_empty()) {
        return Vec::new();
    }
    let marks = if style.unicode { MARKS } else { MARKS_ASCII };
    let named = chart.series.iter().enumerate();
    let names = named.map(|(at, series)| format!("{} {}", marks[at % marks.len()].0, series.name));
    wrap(&words(&names.collect::<Vec<_>>().join("   "), Look::default()), width)
}

/// Ticks of the vertical axis by row, never two on one row.
fn y_rows(axis: &Axis) -> Vec<(usize, String)> {
    let mut rows: Vec<(usize, String)> = Vec::new();
    for tick in axis.ticks(HEIGHT.div_ceil(2)) {
        let Some(share) = axis.at(tick.value) else { continue };
        let row = dot(1.0 - share, HEIGHT * DOTS_Y) / DOTS_Y;
        if rows.iter().all(|(taken, _)| *taken != row) {
            rows.push((row, tick.label));
        }
    }
    rows
}

/// The dot at a share of `count` dots.
fn dot(share: f64, count: usize) -> usize {
    (share * (count - 1) as f64).round() as usize
}

/// What is drawn: dots of lines and bands, marks over them.
struct Grid {
    columns: usize,
    line: Vec<u8>,
    band: Vec<u8>,
    marks: Vec<Option<(char, Tone)>>,
}

impl Grid {
    fn new(columns: usize) -> Grid {
        let cells = columns * HEIGHT;
        Grid { columns, line: vec![0; cells], band: vec![0; cells], marks: vec![None; cells] }
    }

    /// The dot of a value: column and row of dots, from the top left.
    fn place(&self, x: &Axis, y: &Axis, at: f64, value: f64) -> Option<(usize, usize)> {
        let column = dot(x.at(at)?, self.columns * DOTS_X);
        Some((column, dot(1.0 - y.at(value)?, HEIGHT * DOTS_Y)))
    }

    fn cell(&self, (column, row): (usize, usize)) -> usize {
        row / DOTS_Y * self.columns + column / DOTS_X
    }

    fn line(&mut self, x: &Axis, y: &Axis, points: &[Point]) {
        let places = points.iter().filter_map(|point| self.place(x, y, point.x, point.y));
        let places: Vec<(usize, usize)> = places.collect();
        for pair in places.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
            for step in 0..=steps {
                let place =
                    (between(from.0, to.0, step, steps), between(from.1, to.1, step, steps));
                let cell = self.cell(place);
                self.line[cell] |= bit(place);
            }
        }
    }

    /// The interval as sparse dots, where it is taller than two rows.
    fn band(&mut self, x: &Axis, y: &Axis, points: &[Point]) {
        let edges = points.iter().filter_map(|point| {
            let low = self.place(x, y, point.x, point.low)?;
            Some((low.0, low.1, self.place(x, y, point.x, point.high)?.1))
        });
        let edges: Vec<(usize, usize, usize)> = edges.collect();
        for pair in edges.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let steps = from.0.abs_diff(to.0).max(1);
            for step in 0..=steps {
                let column = between(from.0, to.0, step, steps);
                let bottom = between(from.1, to.1, step, steps);
                let top = between(from.2, to.2, step, steps);
                if bottom < top + 2 * DOTS_Y {
                    continue;
                }
                for row in (top..=bottom).filter(|row| (row + column * 2).is_multiple_of(4)) {
                    let cell = self.cell((column, row));
                    self.band[cell] |= bit((column, row));
                }
            }
        }
    }

    fn marks(&mut self, x: &Axis, y: &Axis, points: &[Point], signs: (char, char)) {
        for point in points {
            let Some(place) = self.place(x, y, point.x, point.y) else { continue };
            let cell = self.cell(place);
            self.marks[cell] = match point.mark {
                Mark::Variant => Some((signs.0, Tone::Accent)),
                Mark::Unsettled => Some((signs.1, Tone::Bad)),
                Mark::Sweep => self.marks[cell],
            };
        }
    }

    /// Marks on a line now and then, from a column on, so that it is told from the others.
    fn tags(&mut self, x: &Axis, y: &Axis, points: &[Point], sign: char, first: usize) {
        let mut next = first;
        for point in points.iter().filter(|point| point.mark == Mark::Sweep) {
            let Some(place) = self.place(x, y, point.x, point.y) else { continue };
            let cell = self.cell(place);
            if place.0 / DOTS_X >= next && self.marks[cell].is_none() {
                self.marks[cell] = Some((sign, Tone::Accent));
                next = place.0 / DOTS_X + MARK_EVERY;
            }
        }
    }

    fn write_row(&self, row: usize, style: Style, line: &mut Line) {
        for cell in row * self.columns..(row + 1) * self.columns {
            let (c, look) = match (self.marks[cell], self.line[cell], self.band[cell]) {
                (Some((sign, tone)), ..) => (sign, Look { bold: true, ..Look::toned(tone) }),
                (None, 0, 0) => (' ', Look::default()),
                (None, 0, _) if !style.unicode => (' ', Look::default()),
                (None, 0, dots) => (braille(dots), MUTED),
                (None, ..) if !style.unicode => ('.', Look::default()),
                (None, dots, _) => (braille(dots), Look::toned(Tone::Accent)),
            };
            line.push(c.encode_utf8(&mut [0; 4]), look);
        }
    }
}

fn between(from: usize, to: usize, step: usize, steps: usize) -> usize {
    (from * (steps - step) + to * step + steps / 2) / steps
}

/// The bit of a dot within its braille character.
fn bit((column, row): (usize, usize)) -> u8 {
    const BITS: [[u8; DOTS_X]; DOTS_Y] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    BITS[row % DOTS_Y][column % DOTS_X]
}

fn braille(dots: u8) -> char {
    char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ')
}

/// The horizontal axis: a line with ticks, their labels, and the title after or below them.
fn x_axis(
    chart: &Chart,
    x: &Axis,
    style: Style,
    start: usize,
    plot: usize,
    width: usize,
) -> Vec<Line> {
    let (corner, dash, tee) = if style.unicode { ("└", "─", '┬') } else { ("+", "-", '+') };
    let mut axis: Vec<char> = dash.repeat(plot).chars().collect();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut labels: Vec<(usize, String)> = Vec::new();
    // A label may stand out on both sides of the plot.
    let room = width - start;
    for tick in x_ticks(chart, x, plot) {
        let Some(share) = x.at(tick.value) else { continue };
        let column = dot(share, plot * DOTS_X) / DOTS_X;
        let size = tick.label.chars().count();
        let from = (start + 1 + column).saturating_sub(size / 2);
        let from = from.min((start + room).saturating_sub(size));
        let free = taken.iter().all(|(a, b)| from > *b || from + size < *a);
        if free {
            taken.push((from, from + size));
            labels.push((from, tick.label));
            axis[column] = tee;
        }
    }
    labels.sort();
    let mut line = Line::default();
    line.pad_to(start);
    line.push(corner, MUTED);
    line.push(&axis.into_iter().collect::<String>(), MUTED);
    let mut below = Line::default();
    for (from, label) in labels {
        below.pad_to(from);
        below.push(&label, MUTED);
    }
    let title = words(&chart.x_title, MUTED);
    let mut lines = vec![line];
    if below.width() + 3 + natural_width(&title) <= width {
        below.push("   ", Look::default());
        below.append(&wrap(&title, width)[0]);
        lines.push(below);
    } else {
        lines.push(below);
        let mut indent = Line::default();
        indent.pad_to((start + 1).min(8));
        let room = width - indent.width();
        lines.extend(wrap(&title, room).iter().map(|line| line.after(&indent)));
    }
    lines
}

/// The variants where there are any, the outermost first because they must not fall away; round
/// values otherwise.
fn x_ticks(chart: &Chart, x: &Axis, plot: usize) -> Vec<Tick> {
    let points = chart.series.iter().flat_map(|series| &series.points);
    let variants = points.filter(|point| point.mark != Mark::Sweep && point.x.is_finite());
    let mut values: Vec<f64> = variants.map(|point| point.x).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    if values.len() < 2 {
        return x.ticks((plot / 10).max(2));
    }
    let last = values.pop();
    let first = values.remove(0);
    [first].into_iter().chain(last).chain(values).map(tick).collect()
}
