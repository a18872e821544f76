//! A document for a terminal of a given width.

use super::terminal_chart::chart_lines;
use super::terminal_table::table_lines;
use super::terminal_text::{
    CodeMark, Glyph, Line, LinkMark, Look, Marks, glyphs, natural_width, words, wrap,
};
use super::terminal_timeline::timeline_lines;
use super::{admonition_title, shown_lines};
use crate::content::text::Lang;
use crate::knowledge::highlight;
use crate::report::document::{
    Admonition, Bars, Block, Check, Document, Footnote, Item, Span, Tone, Verdict,
};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Columns; fewer than 40 are taken as 40.
    pub(crate) width: usize,
    /// Whether escape sequences for colour and weight are understood.
    pub(crate) color: bool,
    /// Whether the terminal follows links by itself (OSC 8); where it does not, or shows no colour,
    /// addresses are shown.
    pub(crate) links: bool,
    /// Whether braille dots, blocks and rules may be drawn; otherwise plain ASCII is. The words of
    /// the document stay what they are.
    pub(crate) unicode: bool,
    /// The language of the few words that the renderer adds.
    pub(crate) lang: Lang,
}

impl Style {
    pub(super) fn marks(self, code: CodeMark) -> Marks {
        Marks {
            code,
            link: if self.links && self.color { LinkMark::Hyperlink } else { LinkMark::Address },
        }
    }
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
        Block::Admonition { kind, blocks } => admonition(*kind, blocks, style, width),
        Block::Code { language, text } => code(language, text, style, width),
        Block::Table(table) => table_lines(table, style, width),
        Block::Chart(chart) => chart_lines(chart, style, width),
        Block::Bars(bars) => bar_lines(bars, style, width),
        Block::Timeline(timeline) => timeline_lines(timeline, style, width),
        Block::Checks(checks) => {
            checks.iter().flat_map(|check| verdict(check, style, prose)).collect()
        }
        Block::Labelled(rows) => labelled(rows, style, prose),
        Block::Rule => vec![rule(prose, style)],
        Block::Footnotes(footnotes) => footnote_lines(footnotes, style, width),
    }
}

pub(super) const MUTED: Look =
    Look { bold: false, italic: false, code: false, tone: Some(Tone::Muted), kind: None };

fn prose_glyphs(text: &[Span], style: Style) -> Vec<Glyph> {
    let mark = if style.color { CodeMark::None } else { CodeMark::Backticks };
    glyphs(text, Look::default(), style.marks(mark))
}

/// A heading; without colour the first two levels are underlined, as in plain-text mail.
fn heading(level: u8, text: &[Span], style: Style, width: usize) -> Vec<Line> {
    let look = match level {
        1 => Look { tone: Some(Tone::Accent), ..Look::bold() },
        _ => Look::bold(),
    };
    let mut lines = wrap(&glyphs(text, look, style.marks(CodeMark::None)), width);
    if level <= 2 && !style.color {
        let longest = lines.iter().map(Line::width).max().unwrap_or(0);
        lines.push(rule(longest, style));
    }
    lines
}

pub(super) fn rule(width: usize, style: Style) -> Line {
    Line::of(&(if style.unicode { "─" } else { "-" }).repeat(width), MUTED)
}

/// What stands before an item: its number, its sign, or whether it is done.
fn bullet(first: Option<u64>, at: usize, item: &Item, style: Style) -> String {
    let sign = match (item.done, style.unicode) {
        (None, true) => "•",
        (None, false) => "-",
        (Some(true), true) => "☑",
        (Some(true), false) => "[x]",
        (Some(false), true) => "☐",
        (Some(false), false) => "[ ]",
    };
    match (first, item.done) {
        (Some(first), None) => format!("{}.", first.saturating_add(at as u64)),
        (Some(first), Some(_)) => format!("{}. {sign}", first.saturating_add(at as u64)),
        (None, _) => sign.to_owned(),
    }
}

fn list(first: Option<u64>, items: &[Item], style: Style, width: usize) -> Vec<Line> {
    let bullets: Vec<String> =
        items.iter().enumerate().map(|(at, item)| bullet(first, at, item, style)).collect();
    let column = bullets.iter().map(|bullet| bullet.chars().count()).max().unwrap_or(1) + 1;
    let tight = items.iter().all(|item| {
        let others = item.blocks.iter().filter(|block| !matches!(block, Block::List { .. }));
        others.count() <= 1
    });
    let spacing = if tight { Spacing::Tight } else { Spacing::Loose };
    let mut lines = Vec::new();
    for (at, (item, bullet)) in items.iter().zip(&bullets).enumerate() {
        if spacing == Spacing::Loose && at > 0 {
            lines.push(Line::default());
        }
        let look = if item.done == Some(true) { Look::toned(Tone::Good) } else { MUTED };
        let mut head = Line::of(bullet, look);
        head.pad_to(column);
        let inner_width = if width > column + INNER_MIN { width - column } else { width };
        let mut inner = blocks(&item.blocks, style, inner_width, spacing);
        if inner.is_empty() {
            inner.push(Line::default());
        }
        if inner_width == width {
            // No room to move right: the bullet has a line of its own.
            lines.extend(wrap(&words(bullet, look), width));
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

/// Paragraphs beside a bar, under the word of their kind.
fn admonition(kind: Admonition, inner: &[Block], style: Style, width: usize) -> Vec<Line> {
    let tone = match kind {
        Admonition::Note | Admonition::Important => Tone::Accent,
        Admonition::Tip => Tone::Good,
        Admonition::Warning | Admonition::Caution => Tone::Bad,
    };
    let bar = Line::of(if style.unicode { "┃ " } else { "| " }, Look::toned(tone));
    let title = admonition_title(kind);
    let look = Look { tone: Some(tone), ..Look::bold() };
    let mut lines = vec![Line::of(title.get(style.lang), look).after(&bar)];
    lines.extend(indented(inner, style, width, &bar));
    lines
}

/// Footnotes hang beside their numbers, below a short rule.
fn footnote_lines(footnotes: &[Footnote], style: Style, width: usize) -> Vec<Line> {
    const RULE: usize = 12;
    let mut lines = vec![rule(RULE, style)];
    let column = footnotes.iter().map(|it| it.number.to_string().len()).max().unwrap_or(1) + 3;
    for footnote in footnotes {
        let mut head = Line::of(&format!("[{}]", footnote.number), MUTED);
        head.pad_to(column);
        let room = width.saturating_sub(column).max(INNER_MIN);
        lines.extend(hanging(&blocks(&footnote.blocks, style, room, Spacing::Loose), &head));
    }
    lines
}

/// A code block: indented; what does not fit goes on below, further in and behind a sign.
fn code(language: &str, text: &str, style: Style, width: usize) -> Vec<Line> {
    let text = shown_lines(text);
    let text = text.trim_end_matches('\n');
    let look = Look { code: true, ..Look::default() };
    // Which takes its time, so only where it is seen.
    let colored = if style.color { highlight::lines(language, text) } else { None };
    let lines: Vec<Vec<Glyph>> = match colored {
        None => text.split('\n').map(|line| words(line, look)).collect(),
        Some(lines) => {
            let piece = |(kind, text): &(highlight::Kind, String)| {
                words(text, Look { kind: Some(*kind), ..look })
            };
            lines.iter().map(|pieces| pieces.iter().flat_map(piece).collect()).collect()
        }
    };
    let sign = Line::of(if style.unicode { "… " } else { "... " }, MUTED);
    lines.iter().flat_map(|line| code_line(line, &sign, width)).collect()
}

fn code_line(line: &[Glyph], sign: &Line, width: usize) -> Vec<Line> {
    const INDENT: usize = 2;
    let (spaces, rest) = line.split_at(line.iter().take_while(|glyph| glyph.is_space()).count());
    let mut indent = Line::default();
    // A line that begins far to the right leaves no room for its own words.
    indent.pad_to(INDENT + spaces.len().min(width.saturating_sub(INDENT + INNER_MIN)));
    let whole = wrap(rest, width.saturating_sub(indent.width()));
    let [_, _, ..] = whole.as_slice() else {
        return whole.iter().map(|line| line.after(&indent)).collect();
    };
    let further = sign.after(&indent);
    let room = width.saturating_sub(further.width());
    let mut lines = vec![whole[0].after(&indent)];
    let begun = whole[0].len();
    let left = &rest[begun..];
    let left = &left[left.iter().take_while(|glyph| glyph.is_space()).count()..];
    lines.extend(wrap(left, room).iter().map(|line| line.after(&further)));
    lines
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

fn labelled(rows: &[(String, Vec<Span>)], style: Style, width: usize) -> Vec<Line> {
    let label_width = |label: &str| natural_width(&words(label, Look::default()));
    let longest = rows.iter().map(|(label, _)| label_width(label)).max().unwrap_or(0);
    let column = longest.min(width / 3) + 3;
    let mut lines = Vec::new();
    for (label, text) in rows {
        let labels = wrap(&words(label, Look::toned(Tone::Muted)), column - 2);
        let marks = style.marks(CodeMark::None);
        let texts = wrap(&glyphs(text, Look::default(), marks), width - column);
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

    use unicode_width::UnicodeWidthStr as _;

    fn style(width: usize, lang: Lang) -> Style {
        Style { width, color: false, links: false, unicode: true, lang }
    }

    /// Compares with a text that begins on a line of its own.
    #[track_caller]
    fn check(doc: &Document, style: Style, expected: &str) {
        let shown = render(doc, style);
        assert_eq!(shown, expected[1..], "\n{shown}");
    }

    /// The English report, the given blocks of it alone.
    fn part(keep: fn(&Block) -> bool) -> Document {
        let mut doc = sample::report(Lang::En);
        doc.blocks.retain(keep);
        doc
    }

    #[test]
    fn a_report_at_80_columns() {
        let expected = r#"
 pool-size   How many HikariCP connections does this service need?
 ─────────────────────────────────────────────────────────────────
 2 app instances, MySQL on 4 cores, 900 requests/s, open; a query holds its
 `Connection` 18 ms.

 spring.datasource.                                   pool            database
 hikari.maximum-     completed                        wait      pool     cores
 pool-size               per s     p50 ms  p99 ms  p99, ms  timeouts      busy
 ─────────────────────────────────────────────────────────────────────────────
 5                   does not settle: 548/s served of 900/s offered; in the
                     first 30 s p50 is 5900 ms
 10                     900 ±2  21.4 ±0.2   96 ±3    61 ±3  < 0.01 %  3.4 of 4
 20                     900 ±2  20.9 ±0.2  112 ±4     8 ±1  < 0.01 %  3.6 of 4
 50                     900 ±2  22.8 ±0.3  148 ±5        0  < 0.01 %  3.6 of 4

 p99 ms
       │○
 2,000 ┤⢸
 1,000 ┤ ⡇
       │ ⢣
   500 ┤ ⠘⡄
       │  ⠸⡀
   200 ┤   ⢱
       │    ●⡀                                         ⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⠤⠤⠤⠤⠤⠤⠤●
   100 ┤     ⠈⠑⠢●⠤⠤⠤⠤⠤⠤⠤⠒⠒⠒⠒⠒⠒⠒●⠒⠒⠒⠒⠒⠒⠒⠊⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁
       └┬───┬───┬──────────────┬──────────────────────────────────────────────┬
        5   8  10             20                                             50
        connections per instance

 Where the slowest 1 % spend their time
 thread queue   0 ms
 application    3 ms █▎
 pool wait     62 ms ██████████████████████████
 database      31 ms █████████████

 ✓ A pool below demand never settles: 5 connections of 18 ms carry 278
   requests/s an instance
 ✗ more connections buy throughput
 ? not decided by these runs

 Why    10 connections already keep the cores busy. A small pool is a queue in
        front of the database.
 Next   prep topic hikaricp-pool      prep sim pool-size --set load.rate=300/s
"#;
        check(&sample::report(Lang::En), style(80, Lang::En), expected);
    }

    #[test]
    fn a_korean_report_at_40_columns_drops_columns() {
        let expected = r#"
 pool-size   커넥션 풀은 몇 개면
 충분한가?
 ───────────────────────────────
 앱 인스턴스 2대, 4코어 MySQL, 초당 900
 요청, 열린 도착. 쿼리가 `Connection`을
 18 ms 동안 잡습니다.

 spring.
 datasource.
 hikari.
 maximum-       초당
 pool-size      완료     p50 ms  p99 ms
 ──────────────────────────────────────
 5            안정되지 않습니다: 초당
              900건 중 548건만 처리하고,
              첫 30초의 p50이 5900
              ms입니다
 10           900 ±2  21.4 ±0.2   96 ±3
 20           900 ±2  20.9 ±0.2  112 ±4
 50           900 ±2  22.8 ±0.3  148 ±5
 숨긴 열: 3개(터미널 폭 66칸부터
 보입니다)

 p99 ms
       │○
 2,000 ┤⡇
 1,000 ┤⢸
       │⢸
   500 ┤⠸⡀
       │ ⡇
   200 ┤ ⢸
       │ ⠈●                 ⢀⣀⣀⣀⣀⣀⣀⡠⠤⠤●
   100 ┤  ⠈●⠤⠤⠤⠒⠒⠒●⠒⠒⠊⠉⠉⠉⠉⠉⠉⠁
       └┬─┬───────┬───────────────────┬
        5 8      20                  50
        인스턴스당 커넥션

 가장 느린 1 %가 시간을 쓰는 곳
 스레드 대기열   0 ms
 애플리케이션    3 ms ▌
 풀 대기        62 ms ███████████▊
 데이터베이스   31 ms █████▉

 ✓ 수요보다 작은 풀은 안정되지 않는다:
   18 ms짜리 커넥션 5개는 인스턴스당
   초당 278건이 한계다
 ✗ 커넥션을 늘리면 처리량이 는다
 ? 이 실행으로는 알 수 없다

 이유   커넥션 10개로 이미 코어가 꽉
        찹니다. 작은 풀은 데이터베이스
        앞의 대기열입니다.
 다음   prep topic hikaricp-pool
        prep sim pool-size --set
        load.rate=300/s
"#;
        check(&sample::report(Lang::Ko), style(40, Lang::Ko), expected);
    }

    #[test]
    fn a_wide_terminal_has_room_for_two_lines_of_head_and_the_axis_title() {
        let doc = part(|block| matches!(block, Block::Table(_) | Block::Chart(_)));
        let expected = r#"
 spring.datasource.         completed                        pool wait       pool     database
 hikari.maximum-pool-size       per s      p50 ms   p99 ms     p99, ms   timeouts   cores busy
 ─────────────────────────────────────────────────────────────────────────────────────────────
 5                          does not settle: 548/s served of 900/s offered; in the first 30 s p50 is 5900 ms
 10                            900 ±2   21.4 ±0.2    96 ±3       61 ±3   < 0.01 %     3.4 of 4
 20                            900 ±2   20.9 ±0.2   112 ±4        8 ±1   < 0.01 %     3.6 of 4
 50                            900 ±2   22.8 ±0.3   148 ±5           0   < 0.01 %     3.6 of 4

 p99 ms
       │○
 2,000 ┤⢸
 1,000 ┤ ⡇
       │ ⢣
   500 ┤ ⠘⡄
       │  ⠘⡄
   200 ┤   ⠘⡄
       │    ⠘●                                          ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⠤⠤⠤⠤⠤⠤⠤●
   100 ┤     ⠈⠑⠢●⠤⠤⠤⠤⠤⠤⠤⠔⠒⠒⠒⠒⠒⠒⠒●⠒⠒⠒⠒⠒⠒⠒⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
       └┬────┬──┬───────────────┬──────────────────────────────────────────────┬
        5    8 10              20                                             50   connections per instance
"#;
        check(&doc, style(120, Lang::En), expected);
    }

    #[test]
    fn prose_in_ascii() {
        let expected = r#"
 Mechanism
 ---------
 See the source
 <https://example.com/a?b=1&c> and not this;
 mind a|b, 1 < 2 & `x_y`.
 - no list

 9.  nine
 10. ten, which is long enough to need a
     second line of text
     - inner
     - other

 | A pool is a queue.

   select *
       from bids -- ```

 -------------------------------------------
"#;
        check(&sample::prose(), Style { unicode: false, ..style(44, Lang::En) }, expected);
    }

    #[test]
    fn a_table_that_may_lose_no_column_becomes_records() {
        let mut doc = part(|block| matches!(block, Block::Table(_)));
        if let Some(Block::Table(table)) = doc.blocks.first_mut() {
            table.keep = 7;
            table.rows.truncate(2);
        }
        let expected = r#"
 spring.datasource.hikari.maximum-pool-
 size: 5
   does not settle: 548/s served of
     900/s offered; in the first 30 s
     p50 is 5900 ms

 spring.datasource.hikari.maximum-pool-
 size: 10
   completed per s: 900 ±2
   p50 ms: 21.4 ±0.2
   p99 ms: 96 ±3
   pool wait p99, ms: 61 ±3
   pool timeouts: < 0.01 %
   database cores busy: 3.4 of 4
"#;
        check(&doc, style(40, Lang::En), expected);
    }

    /// Columns of a line, escape sequences aside.
    fn columns(line: &str) -> usize {
        let mut words = String::new();
        for (at, part) in line.split("\u{1b}[").enumerate() {
            let Some((codes, rest)) = part.split_once('m').filter(|_| at > 0) else {
                assert_eq!(at, 0, "a sequence without an end: {line:?}");
                words += part;
                continue;
            };
            assert!(codes.chars().all(|c| c.is_ascii_digit() || c == ';'), "{line:?}");
            words += rest;
        }
        assert_eq!(words.chars().find(|c| crate::content::problem::is_control(*c)), None);
        words.width()
    }

    #[test]
    fn no_line_is_too_wide_and_nothing_drives_the_terminal() {
        let docs = [
            sample::report(Lang::En),
            sample::report(Lang::Ko),
            sample::prose(),
            sample::nasty(),
            Document::default(),
        ];
        for width in [0, 40, 41, 57, 80, 120, 200] {
            for (color, unicode) in [(false, true), (true, true), (true, false)] {
                for doc in &docs {
                    let style = Style { color, unicode, ..style(width, Lang::Ko) };
                    let shown = render(doc, style);
                    for line in shown.lines() {
                        assert!(columns(line) <= width.max(WIDTH_MIN), "{width}: {line:?}");
                        assert_eq!(line.trim_end_matches(' '), line, "{width}");
                        let opened = line.matches("\u{1b}[").count();
                        assert_eq!(opened, 2 * line.matches("\u{1b}[0m").count(), "{line:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn ascii_drawings_are_ascii() {
        let doc =
            part(|block| matches!(block, Block::Chart(_) | Block::Bars(_) | Block::Checks(_)));
        let shown = render(&doc, Style { unicode: false, ..style(80, Lang::En) });
        assert_eq!(shown.chars().find(|c| !c.is_ascii()), None, "{shown}");
    }

    #[test]
    fn code_that_does_not_fit_goes_on_below() {
        let text = "  select id, price from bids where id in (1, 2)  and x = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n\nend\n";
        let code = Block::Code { language: "sql".to_owned(), text: text.to_owned() };
        let doc = Document { title: String::new(), blocks: vec![code] };
        let expected = r#"
     select id, price from bids where id
     … in (1, 2)  and x =
     … 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
     … aaaaa'

   end
"#;
        check(&doc, style(40, Lang::En), expected);
        let color = Style { color: true, ..style(40, Lang::En) };
        let shown = render(&doc, color);
        let plain: Vec<String> = shown
            .split('\u{1b}')
            .enumerate()
            .map(|(at, part)| match part.split_once('m').filter(|_| at > 0) {
                Some((_, rest)) => rest.to_owned(),
                None => part.to_owned(),
            })
            .collect();
        assert_eq!(plain.concat(), expected[1..]);
        assert!(shown.contains("\u{1b}[35mselect\u{1b}[0m id"), "{shown}");
    }

    #[test]
    fn colour_replaces_backticks_and_underlines() {
        let text = vec![Span::code("a"), Span::text(" b")];
        let heading = Block::Heading { level: 2, id: None, text: vec![Span::text("T")] };
        let checks = vec![Check { verdict: Verdict::No, text: vec![Span::text("x")] }];
        let blocks = vec![heading, Block::Paragraph(text), Block::Checks(checks)];
        let doc = Document { title: String::new(), blocks };
        let color = Style { color: true, ..style(80, Lang::En) };
        check(
            &doc,
            color,
            "\n \u{1b}[1mT\u{1b}[0m\n \u{1b}[36ma\u{1b}[0m b\n\n \u{1b}[31m✗ \u{1b}[0mx\n",
        );
        check(&doc, style(80, Lang::En), "\n T\n ─\n `a` b\n\n ✗ x\n");
    }

    #[test]
    fn bars_are_as_long_as_their_share() {
        let bars = |share| bar(share, 4, style(80, Lang::En));
        assert_eq!(
            [0.0, 0.001, 0.5, 0.53, 1.0, 7.0, f64::NAN].map(bars),
            ["", "▏", "██", "██▏", "████", "████", ""]
        );
    }
}
