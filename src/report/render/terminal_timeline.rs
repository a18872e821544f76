//! A timeline: for each party the lines of what it had, wanted and did, over one axis of time.

use super::axis::{Axis, Tick};
use super::terminal::Style;
use super::terminal_text::{Line, Look, clip, natural_width, words, wrap};
use crate::content::text::Lang;
use crate::report::document::{Fill, Lane, Part, Timeline, Tone, Verdict};

/// Most columns for the names of parties, and for what lines are about.
const NAME_MAX: usize = 24;
/// What is left of a stretch that is left out.
const GAP_COLUMNS: usize = 3;
/// The least room that a line can be drawn in.
const ROOM_MIN: usize = 10;
/// Columns of a drawing on a page that is no terminal.
const PAGE: usize = 96;

/// The drawing as plain text, for pages with text of fixed width.
pub(super) fn plain(timeline: &Timeline) -> String {
    let style = Style { width: PAGE, color: false, links: false, unicode: true, lang: Lang::En };
    let lines = timeline_lines(timeline, style, PAGE);
    lines.iter().map(|line| line.show(false) + "\n").collect()
}

pub(super) fn timeline_lines(timeline: &Timeline, style: Style, width: usize) -> Vec<Line> {
    let longest = |name: fn(&Lane) -> &str| {
        let names = timeline.lanes.iter().map(name);
        let names = names.map(|name| natural_width(&words(name, Look::default())));
        names.max().unwrap_or(0).min(NAME_MAX).min(width / 4)
    };
    let (party, about) = (longest(|lane| &lane.party), longest(|lane| &lane.about));
    let left = party + 1 + about + 1;
    let room = width.saturating_sub(left).max(ROOM_MIN);
    let Some(axis) = Broken::of(timeline, room) else { return Vec::new() };
    let mut lines = Vec::new();
    for lane in &timeline.lanes {
        let sign = if style.unicode { "…" } else { "..." };
        let mut line = clip(&lane.party, Look::bold(), party, sign);
        line.pad_to(party + 1);
        line.append(&clip(&lane.about, Look::default(), about, sign));
        line.pad_to(left);
        line.append(&drawn(&lane.parts, &axis, room, style));
        lines.push(line);
    }
    lines.push(scale(timeline, &axis, (left, room), style));
    if axis.is_broken() {
        let muted = Look::toned(Tone::Muted);
        let said = format!("{} {}", break_sign(style), timeline.left_out);
        lines.extend(wrap(&words(&said, muted), width));
    }
    lines
}

fn break_sign(style: Style) -> &'static str {
    if style.unicode { "≈" } else { "~" }
}

/// A linear axis from which stretches are left out; each leaves a few columns with a sign.
struct Broken {
    /// Of values without what is left out.
    squeezed: Axis,
    /// Stretches, and what is left of each.
    gaps: Vec<(f64, f64)>,
    left: f64,
    from: f64,
    to: f64,
}

impl Broken {
    fn of(timeline: &Timeline, room: usize) -> Option<Broken> {
        let (from, to) = (timeline.from, timeline.to);
        let inside = |(first, last): &&(f64, f64)| *first > from && first < last && *last < to;
        let gaps: Vec<(f64, f64)> = timeline.gaps.iter().filter(inside).copied().collect();
        let out: f64 = gaps.iter().map(|(first, last)| last - first).sum();
        let columns = GAP_COLUMNS.min(room / (2 * gaps.len().max(1))).max(1);
        let others = room.saturating_sub(columns * gaps.len()).max(1);
        let left = (to - from - out) * columns as f64 / others as f64;
        let mut axis = Broken { squeezed: Axis::between(from, to)?, gaps, left, from, to };
        if axis.is_broken() {
            axis.squeezed = Axis::between(from, axis.squeeze(to))?;
        }
        Some(axis)
    }

    fn is_broken(&self) -> bool {
        !self.gaps.is_empty()
    }

    fn squeeze(&self, value: f64) -> f64 {
        let mut squeezed = value;
        for (first, last) in &self.gaps {
            let inside = value.clamp(*first, *last) - first;
            squeezed -= inside * (1.0 - self.left / (last - first));
        }
        squeezed
    }

    fn at(&self, value: f64) -> Option<f64> {
        self.squeezed.at(self.squeeze(value))
    }

    /// The columns in the middle of what is left out.
    fn breaks(&self, room: usize) -> Vec<usize> {
        let middle = |(first, last): &(f64, f64)| self.at((first + last) / 2.0);
        let column = |share: f64| ((share * room as f64) as usize).min(room - 1);
        self.gaps.iter().filter_map(middle).map(column).collect()
    }

    /// Round values: of each part between two breaks those that suit it.
    fn ticks(&self, room: usize) -> Vec<Tick> {
        if !self.is_broken() {
            return self.squeezed.ticks((room / 10).max(2));
        }
        let ends = self.gaps.iter().map(|(first, _)| *first).chain([self.to]);
        let begins = [self.from].into_iter().chain(self.gaps.iter().map(|(_, last)| *last));
        let parts = begins.zip(ends).filter_map(|(from, to)| {
            let columns = (self.at(to)? - self.at(from)?) * room as f64;
            let axis = Axis::between(from, to)?;
            Some(axis.ticks((columns / 12.0) as usize))
        });
        parts.flatten().collect()
    }
}

/// What one column shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Nothing,
    Part(usize),
    /// Something is left out.
    Break,
}

fn drawn(parts: &[Part], axis: &Broken, room: usize, style: Style) -> Line {
    let mut cells = vec![Cell::Nothing; room];
    for (at, part) in parts.iter().enumerate() {
        let (Some(from), Some(to)) = (axis.at(part.from), axis.at(part.to)) else { continue };
        let column = |share: f64| (share * room as f64) as usize;
        let from = column(from).min(room - 1);
        // However short, it leaves a trace; a moment is one column.
        let to = match part.fill {
            Fill::Ends(_) => from + 1,
            _ => ((to * room as f64).round() as usize).clamp(from + 1, room),
        };
        cells[from..to].fill(Cell::Part(at));
    }
    for at in axis.breaks(room) {
        cells[at] = Cell::Break;
    }
    let mut line = Line::default();
    let mut labelled = vec![false; parts.len()];
    for run in cells.chunk_by(|a, b| a == b) {
        match run[0] {
            Cell::Nothing => line.pad_to(line.width() + run.len()),
            Cell::Break => {
                line.push(&break_sign(style).repeat(run.len()), Look::toned(Tone::Muted));
            }
            Cell::Part(at) => {
                // A part that another one interrupts is named once.
                let label = if labelled[at] { "" } else { parts[at].label.as_str() };
                labelled[at] |= fill(&mut line, parts[at].fill, label, run.len(), style);
            }
        }
    }
    line
}

/// Draws a run of columns; tells whether there was room for the label.
fn fill(line: &mut Line, fill: Fill, label: &str, columns: usize, style: Style) -> bool {
    let (sign, ascii, tone) = match fill {
        Fill::Waits => ("░", ".", Tone::Bad),
        Fill::Holds => ("─", "-", Tone::Muted),
        Fill::Works => ("█", "#", Tone::Accent),
        Fill::Ends(Verdict::Yes) => ("✓", "+", Tone::Good),
        Fill::Ends(Verdict::No) => ("✗", "x", Tone::Bad),
        Fill::Ends(Verdict::Open) => ("?", "?", Tone::Muted),
    };
    let look = Look::toned(tone);
    let sign = if style.unicode { sign } else { ascii };
    let label = Line::of(label, Look::default());
    // The label stands between two signs and two spaces.
    if label.width() == 0 || label.width() + 4 > columns {
        line.push(&sign.repeat(columns), look);
        return false;
    }
    line.push(sign, look);
    line.push(" ", Look::default());
    line.append(&label);
    line.push(" ", Look::default());
    line.push(&sign.repeat(columns - label.width() - 3), look);
    true
}

/// The axis below: the unit, and round values where they stand.
fn scale(timeline: &Timeline, axis: &Broken, (left, room): (usize, usize), style: Style) -> Line {
    let muted = Look::toned(Tone::Muted);
    let mut line = clip(&timeline.unit, muted, left.saturating_sub(1), "");
    line.pad_to(left);
    let mut free = left;
    for tick in axis.ticks(room) {
        let Some(at) = axis.at(tick.value) else { continue };
        let column = left + ((at * room as f64) as usize).min(room - 1);
        let label = format!("{}{}", if style.unicode { "╵" } else { "'" }, tick.label);
        let wide = natural_width(&words(&label, muted));
        if column < free || column + wide > left + room {
            continue;
        }
        line.pad_to(column);
        line.push(&label, muted);
        free = column + wide + 1;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(from: f64, to: f64, fill: Fill, label: &str) -> Part {
        Part { from, to, fill, label: label.to_owned() }
    }

    fn lane(party: &str, about: &str, parts: Vec<Part>) -> Lane {
        Lane { party: party.to_owned(), about: about.to_owned(), parts }
    }

    /// Names in two columns, Hangul two columns wide; labels where there is room; the shortest
    /// part and an end at the edge are seen.
    #[test]
    fn parts_stand_at_their_time() {
        let lanes = vec![
            lane(
                "buyers 1",
                "does",
                vec![
                    part(0.0, 16.0, Fill::Works, "select"),
                    part(12.0, 16.0, Fill::Waits, ""),
                    part(20.0, 20.0, Fill::Ends(Verdict::Yes), ""),
                ],
            ),
            lane(
                "",
                "bids/1",
                vec![
                    part(2.0, 12.0, Fill::Waits, "X 대기"),
                    part(12.0, 20.0, Fill::Holds, "X"),
                    part(22.0, 22.1, Fill::Works, "too long"),
                ],
            ),
            lane("구매 2", "does", vec![part(24.0, 24.0, Fill::Ends(Verdict::No), "")]),
        ];
        let (unit, gaps, left_out) = ("ms".to_owned(), Vec::new(), String::new());
        let timeline = Timeline { unit, from: 0.0, to: 24.0, gaps, left_out, lanes };
        let expected = [
            "buyers 1 does   █ select ███░░░░    ✓",
            "         bids/1   ░ X 대기 ░─ X ────  █",
            "구매 2   does                          ✗",
            "ms              ╵0                  ╵20",
        ];
        let mut style =
            Style { width: 40, color: false, links: false, unicode: true, lang: Lang::En };
        let shown = |style| -> Vec<String> {
            timeline_lines(&timeline, style, 40).iter().map(|line| line.show(false)).collect()
        };
        assert_eq!(shown(style), expected);
        style.unicode = false;
        let signs = [("█", "#"), ("░", "."), ("─", "-"), ("✓", "+"), ("✗", "x"), ("╵", "'")];
        let ascii = expected.map(|line| {
            signs.iter().fold(line.to_owned(), |line, (sign, ascii)| line.replace(sign, ascii))
        });
        assert_eq!(shown(style), ascii);
    }

    /// 50 ms of 100 are left out: 17 columns for the rest, 3 for them, with a sign in the middle of
    /// every line; what is said below is wrapped.
    #[test]
    fn what_is_left_out_leaves_a_sign() {
        let ends = part(90.0, 90.0, Fill::Ends(Verdict::Yes), "");
        let lanes = vec![
            lane("a", "b", vec![part(0.0, 20.0, Fill::Works, ""), ends]),
            lane("", "c", vec![part(0.0, 100.0, Fill::Holds, "")]),
        ];
        let (unit, left_out) = ("ms".to_owned(), "left out: fifty ms of it".to_owned());
        let gaps = vec![(30.0, 80.0)];
        let timeline = Timeline { unit, from: 0.0, to: 100.0, gaps, left_out, lanes };
        let style = Style { width: 24, color: false, links: false, unicode: true, lang: Lang::En };
        let lines = timeline_lines(&timeline, style, 24);
        let shown: Vec<String> = lines.iter().map(|line| line.show(false)).collect();
        let expected = [
            "a b ███████    ≈    ✓",
            "  c ───────────≈────────",
            "ms  ╵0           ╵80",
            "≈ left out: fifty ms of",
            "it",
        ];
        assert_eq!(shown, expected);
    }
}
