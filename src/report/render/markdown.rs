//! A document as GitHub markdown.

use super::{may_link, shown_lines, shown_words, terminal_timeline};
use crate::report::document::{
    Admonition, Align, Bars, Block, Chart, Column, Document, Footnote, Item, Mark, Row, Span,
    Table, Verdict,
};
use crate::report::number;

/// Renders a document. Charts become tables of their points (`○`: does not settle), bars become
/// tables, timelines text; all words are escaped.
pub(crate) fn render(doc: &Document) -> String {
    let mut out = blocks(&doc.blocks).join("\n");
    out.push('\n');
    out
}

/// Lines of blocks, with an empty line between blocks.
fn blocks(blocks: &[Block]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for block in blocks {
        let inner = block_lines(block);
        if !inner.is_empty() && !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(inner);
    }
    lines
}

fn block_lines(block: &Block) -> Vec<String> {
    match block {
        Block::Heading { level, text, .. } => {
            let text = line(text);
            vec![format!("{} {}", "#".repeat(usize::from((*level).clamp(1, 6))), text.trim())]
        }
        Block::Paragraph(text) => paragraph(text),
        Block::List { first, items } => list(*first, items),
        Block::Quote(inner) => quoted(blocks(inner)),
        Block::Admonition { kind, blocks: inner } => {
            let word = match kind {
                Admonition::Note => "NOTE",
                Admonition::Tip => "TIP",
                Admonition::Important => "IMPORTANT",
                Admonition::Warning => "WARNING",
                Admonition::Caution => "CAUTION",
            };
            let mut lines = vec![format!("[!{word}]")];
            lines.extend(blocks(inner));
            quoted(lines)
        }
        Block::Code { language, text } => code(language, text),
        Block::Table(shown) => table(shown),
        Block::Chart(chart) => points(chart),
        Block::Bars(bars) => bar_table(bars),
        Block::Timeline(timeline) => code("text", &terminal_timeline::plain(timeline)),
        Block::Checks(checks) => checks
            .iter()
            .map(|check| {
                let sign = match check.verdict {
                    Verdict::Yes => "✓",
                    Verdict::No => "✗",
                    Verdict::Open => "?",
                };
                format!("- {sign} {}", line(&check.text))
            })
            .collect(),
        Block::Labelled(rows) => rows
            .iter()
            .map(|(label, text)| format!("- **{}**: {}", escape(label), line(text)))
            .collect(),
        Block::Rule => vec!["---".to_owned()],
        Block::Footnotes(footnotes) => footnotes.iter().flat_map(footnote).collect(),
    }
}

fn quoted(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("> {line}").trim_end().to_owned()).collect()
}

/// A definition; what does not stand on its first line is indented.
fn footnote(footnote: &Footnote) -> Vec<String> {
    let mut lines = blocks(&footnote.blocks).into_iter();
    let first = format!("[^{}]: {}", footnote.number, lines.next().unwrap_or_default());
    let mut out = vec![first.trim_end().to_owned()];
    out.extend(lines.map(|line| format!("    {line}").trim_end().to_owned()));
    out
}

/// Spans with the line breaks that the author asked for; no line begins like another block.
fn paragraph(text: &[Span]) -> Vec<String> {
    let shown = spans(text, "\\\n");
    shown.split('\n').map(|line| unlike_a_block(line.trim())).collect()
}

/// Spans on one line.
fn line(text: &[Span]) -> String {
    spans(text, " ").trim().to_owned()
}

fn spans(list: &[Span], line_break: &str) -> String {
    let mut out = String::new();
    for span in list {
        match span {
            Span::Text(words) | Span::Toned(_, words) => out += &escape(words),
            Span::Strong(inner) => out += &marked("**", &spans(inner, line_break)),
            Span::Emphasis(inner) => out += &marked("*", &spans(inner, line_break)),
            Span::Code(words) => out += &inline_code(words),
            Span::Link { to, text } if may_link(to) => {
                out += &format!("[{}](<{}>)", spans(text, " "), target(to));
            }
            Span::Link { text, .. } => out += &spans(text, line_break),
            Span::Footnote { number, .. } => out += &format!("[^{number}]"),
            Span::Jump { to, text } => out += &spans(&to.spelled(text), line_break),
            Span::Break => out += line_break,
        }
    }
    out
}

/// Marks touch the words: spaces at the ends go outside.
fn marked(mark: &str, words: &str) -> String {
    let inner = words.trim();
    if inner.is_empty() {
        return words.to_owned();
    }
    let before = &words[..words.len() - words.trim_start().len()];
    let after = &words[words.trim_end().len()..];
    format!("{before}{mark}{inner}{mark}{after}")
}

/// A link target between `<` and `>`.
fn target(to: &str) -> String {
    let to = shown_words(to).replace(' ', "%20");
    to.replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C").replace('|', "%7C")
}

fn inline_code(words: &str) -> String {
    let words = shown_words(words);
    if words.trim().is_empty() {
        return words;
    }
    let fence = "`".repeat(longest_run(&words, '`') + 1);
    let touches = words.starts_with(['`', ' ']) || words.ends_with(['`', ' ']);
    let pad = if touches { " " } else { "" };
    format!("{fence}{pad}{words}{pad}{fence}")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// Words whose signs mean nothing to markdown.
fn escape(words: &str) -> String {
    let words: Vec<char> = shown_words(words).chars().collect();
    let mut out = String::new();
    for (at, &c) in words.iter().enumerate() {
        let beside = |at: Option<usize>| {
            at.and_then(|at| words.get(at)).is_some_and(|c| c.is_alphanumeric())
        };
        let special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' => true,
            // Inside a word an underscore is only that.
            '_' => !(beside(at.checked_sub(1)) && beside(Some(at + 1))),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A line of words that cannot be taken for a heading, a list or a rule.
fn unlike_a_block(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 && line[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    if line.starts_with(['#', '-', '+', '=']) { format!("\\{line}") } else { line.to_owned() }
}

fn list(first: Option<u64>, items: &[Item]) -> Vec<String> {
    let mut lines = Vec::new();
    let loose = items
        .iter()
        .any(|item| item.blocks.iter().filter(|it| !matches!(it, Block::List { .. })).count() > 1);
    for (at, item) in items.iter().enumerate() {
        // Longer numbers are no list markers.
        let marker = match first {
            Some(first) => format!("{}. ", first.saturating_add(at as u64).min(999_999_999)),
            None => "- ".to_owned(),
        };
        if loose && at > 0 {
            lines.push(String::new());
        }
        let task = match item.done {
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
            None => "",
        };
        let inner: Vec<String> = match loose {
            true => blocks(&item.blocks),
            false => item.blocks.iter().flat_map(block_lines).collect(),
        };
        if inner.is_empty() {
            lines.push(format!("{marker}{task}").trim_end().to_owned());
        }
        for (at, line) in inner.into_iter().enumerate() {
            let before = if at == 0 { format!("{marker}{task}") } else { " ".repeat(marker.len()) };
            lines.push(format!("{before}{line}").trim_end().to_owned());
        }
    }
    lines
}

fn code(language: &str, text: &str) -> Vec<String> {
    let text = shown_lines(text);
    let fence = "`".repeat((longest_run(&text, '`') + 1).max(3));
    let known = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    let language: String = language.chars().take_while(known).collect();
    let mut lines = vec![format!("{fence}{language}")];
    lines.extend(text.trim_end_matches('\n').split('\n').map(str::to_owned));
    lines.push(fence);
    lines
}

/// A cell: spans on one line, with the bars inside code escaped too, as GitHub wants it.
fn cell(text: &[Span]) -> String {
    let mut out = String::new();
    let mut previous = ' ';
    for c in line(text).chars() {
        if c == '|' && previous != '\\' {
            out.push('\\');
        }
        out.push(c);
        previous = c;
    }
    out
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let mut out = "|".to_owned();
    for cell in cells {
        out += &format!(" {cell} |");
    }
    out
}

fn table(table: &Table) -> Vec<String> {
    if table.columns.is_empty() {
        return Vec::new();
    }
    let rule = |column: &Column| match column.align {
        Align::Left => "---".to_owned(),
        Align::Right => "---:".to_owned(),
    };
    let mut lines = vec![
        row(table.columns.iter().map(|column| cell(&column.head))),
        row(table.columns.iter().map(rule)),
    ];
    for shown in &table.rows {
        let mut cells: Vec<String> = match shown {
            Row::Cells(cells) => cells.iter().map(|text| cell(text)).collect(),
            Row::Note { first, text } => vec![cell(first), cell(text)],
        };
        cells.resize(table.columns.len(), String::new());
        lines.push(row(cells));
    }
    lines
}

fn points(chart: &Chart) -> Vec<String> {
    let named = chart.series.iter().any(|series| !series.name.is_empty());
    let name = |words: &str| named.then(|| escape(words));
    let heads = name("").into_iter().chain([escape(&chart.x_title), escape(&chart.y_title)]);
    let mut lines = vec![row(heads)];
    let rules = named.then_some("---").into_iter().chain(["---:", "---:"]);
    lines.push(row(rules.map(str::to_owned)));
    for series in &chart.series {
        for point in &series.points {
            let value = number::with_interval(point.y, point.low, point.high);
            let sign = match point.mark {
                Mark::Unsettled => " ○",
                Mark::Variant | Mark::Sweep => "",
            };
            let cells = name(&series.name).into_iter();
            lines.push(row(cells.chain([number::plain(point.x), format!("{value}{sign}")])));
        }
    }
    lines
}

fn bar_table(bars: &Bars) -> Vec<String> {
    let mut lines = vec![row([escape(&bars.title), String::new()])];
    lines.push(row(["---".to_owned(), "---:".to_owned()]));
    lines.extend(bars.rows.iter().map(|bar| row([escape(&bar.label), escape(&bar.shown)])));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;
    use crate::report::render::sample;

    #[test]
    fn prose_is_written_as_markdown() {
        let expected = "## Mechanism\n\nSee [the source](<https://example.com/a?b=1&c>) and not this; \
            *mind* a\\|b, 1 \\< 2 \\& \\`x_y\\`.\\\n\\- no list\n\n9. nine\n\
            10. ten, which is long enough to need a second line of text\n    - inner\n    - other\n\n\
            > A pool is a queue.\n\n````sql\nselect *\n    from bids -- ```\n````\n\n---\n";
        assert_eq!(render(&sample::prose()), expected);
    }

    #[test]
    fn charts_and_bars_are_tables() {
        let report = sample::report(Lang::En);
        let shown = render(&report);
        for part in [
            "| connections per instance | p99 ms |\n| ---: | ---: |\n| 5 | 2,900 ±600 ○ |\n| 6 |",
            "| Where the slowest 1 % spend their time |  |\n| --- | ---: |\n| thread queue | 0 ms |\n",
            "| 5 | does not settle: 548/s served of 900/s offered; in the first 30 s p50 is 5900 ms \
             |  |  |  |  |  |\n",
            "\n- ✗ more connections buy throughput\n- ? not",
        ] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
    }

    #[test]
    fn control_characters_do_not_pass() {
        let shown = render(&sample::nasty());
        let controls: Vec<char> = shown
            .chars()
            .filter(|c| *c != '\n' && crate::content::problem::is_control(*c))
            .collect();
        assert_eq!(controls, []);
    }

    #[test]
    fn words_stay_words() {
        let words = |text: &str| paragraph(&[Span::text(text)]).join("\n");
        assert_eq!(
            words("# a_b _c_ *d* [e](f) <g> h|i"),
            "\\# a_b \\_c\\_ \\*d\\* \\[e\\](f) \\<g\\> h\\|i"
        );
        assert_eq!(words("1. x"), "1\\. x");
        assert_eq!(inline_code("a`b``c"), "```a`b``c```");
        assert_eq!(inline_code("`x"), "`` `x ``");
        assert_eq!(cell(&[Span::code("a|b"), Span::text(" a|b")]), "`a\\|b` a\\|b");
        assert_eq!(marked("**", " x "), " **x** ");
    }
}
