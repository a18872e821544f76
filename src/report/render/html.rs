//! A document as one HTML page that needs nothing else: style and drawings inline, no script, no
//! request.

use super::{admonition_title, may_link, shown_lines, shown_words, svg, terminal_timeline};
use crate::content::text::{Lang, both};
use crate::knowledge::highlight::{self, Kind};
use crate::report::document::{
    Admonition, Align, Bars, Block, Chart, Check, Column, Document, Footnote, Item, Row, Span,
    Table, Tone, Verdict,
};

pub(in crate::report) const STYLE: &str = include_str!("page.css");
/// Only the style sheet of the page itself may act.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Renders a page. All words of the document are escaped; links lead to the web or to anchors,
/// any other target leaves the words alone.
pub(crate) fn page(doc: &Document, lang: Lang) -> String {
    let (code, title) = (lang.code(), escape(&doc.title));
    let body = blocks(&doc.blocks, lang);
    format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         {body}</main>\n</body>\n</html>\n"
    )
}

/// Blocks as they stand in a page.
pub(in crate::report) fn blocks(blocks: &[Block], lang: Lang) -> String {
    let mut out = String::new();
    for block in blocks {
        add_block(&mut out, block, lang);
    }
    out
}

/// Words as text or as the value of an attribute in double quotes.
pub(in crate::report) fn escape(words: &str) -> String {
    escape_shown(&shown_words(words))
}

fn escape_shown(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}

fn add_block(out: &mut String, block: &Block, lang: Lang) {
    match block {
        Block::Heading { level, id, text } => {
            let level = (*level).clamp(1, 6);
            let id = id.as_ref().map(|id| format!(" id=\"{}\"", escape(id))).unwrap_or_default();
            *out += &format!("<h{level}{id}>{}</h{level}>\n", spans(text));
        }
        Block::Paragraph(text) => *out += &format!("<p>{}</p>\n", spans(text)),
        Block::List { first, items } => add_list(out, *first, items, lang),
        Block::Quote(inner) => {
            *out += "<blockquote>\n";
            for block in inner {
                add_block(out, block, lang);
            }
            *out += "</blockquote>\n";
        }
        Block::Admonition { kind, blocks } => add_admonition(out, *kind, blocks, lang),
        Block::Code { language, text } => {
            let code = code(language, shown_lines(text).trim_end_matches('\n'));
            *out += &format!("<pre tabindex=\"0\"><code>{code}</code></pre>\n");
        }
        Block::Table(table) => add_table(out, table),
        Block::Chart(chart) => add_chart(out, chart, lang),
        Block::Bars(bars) => add_bars(out, bars),
        Block::Timeline(timeline) => {
            let text = escape_shown(&terminal_timeline::plain(timeline));
            *out += &format!("<pre tabindex=\"0\">{text}</pre>\n");
        }
        Block::Checks(checks) => add_checks(out, checks, lang),
        Block::Labelled(rows) => {
            *out += "<dl>\n";
            for (label, text) in rows {
                *out += &format!("<dt>{}</dt><dd>{}</dd>\n", escape(label), spans(text));
            }
            *out += "</dl>\n";
        }
        Block::Rule => *out += "<hr>\n",
        Block::Footnotes(footnotes) => add_footnotes(out, footnotes, lang),
    }
}

fn add_admonition(out: &mut String, kind: Admonition, blocks: &[Block], lang: Lang) {
    let (class, title) = (kind_class(kind), escape(admonition_title(kind).get(lang)));
    *out += &format!("<aside class=\"admonition {class}\">\n<p class=\"kind\">{title}</p>\n");
    for block in blocks {
        add_block(out, block, lang);
    }
    *out += "</aside>\n";
}

fn kind_class(kind: Admonition) -> &'static str {
    match kind {
        Admonition::Note => "remark",
        Admonition::Tip => "tip",
        Admonition::Important => "important",
        Admonition::Warning => "warning",
        Admonition::Caution => "caution",
    }
}

/// Code that may be shown, with its keywords and the like in spans.
fn code(language: &str, shown: &str) -> String {
    let Some(lines) = highlight::lines(language, shown) else { return escape_shown(shown) };
    let piece = |(kind, words): &(Kind, String)| {
        let class = match kind {
            Kind::Keyword => "keyword",
            Kind::String => "string",
            Kind::Comment => "comment",
            Kind::Number => "number",
            Kind::Plain => return escape_shown(words),
        };
        format!("<span class=\"{class}\">{}</span>", escape_shown(words))
    };
    let lines = lines.iter().map(|line| line.iter().map(piece).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchor of a reference to a footnote.
fn reference_id(number: usize, occurrence: usize) -> String {
    match occurrence {
        0 | 1 => format!("footnote-{number}-from"),
        _ => format!("footnote-{number}-from-{occurrence}"),
    }
}

/// Footnotes, each with the way back to its references.
fn add_footnotes(out: &mut String, footnotes: &[Footnote], lang: Lang) {
    let label = both!("Footnotes", "각주");
    *out += &format!("<section class=\"footnotes\" aria-label=\"{}\">\n<ol>\n", label.get(lang));
    for Footnote { number, references, blocks } in footnotes {
        let mut back = String::new();
        for occurrence in 1..=*references {
            let label = both!("Back to reference {number}", "{number}번 각주를 단 곳으로");
            let sign =
                if occurrence == 1 { String::new() } else { format!("<sup>{occurrence}</sup>") };
            back += &format!(
                " <a href=\"#{}\" aria-label=\"{}\">↩{sign}</a>",
                reference_id(*number, occurrence),
                label.get(lang)
            );
        }
        *out += &format!("<li id=\"footnote-{number}\" value=\"{number}\">");
        let (last, before) = match blocks.split_last() {
            Some((Block::Paragraph(text), before)) => (text.as_slice(), before),
            _ => (&[][..], blocks.as_slice()),
        };
        for block in before {
            add_block(out, block, lang);
        }
        *out += &format!("<p>{}{back}</p></li>\n", spans(last));
    }
    *out += "</ol>\n</section>\n";
}

/// Spans as they stand in a block.
pub(in crate::report) fn spans(spans: &[Span]) -> String {
    let mut out = String::new();
    add_spans(&mut out, spans);
    out
}

fn add_spans(out: &mut String, list: &[Span]) {
    for span in list {
        match span {
            Span::Text(words) => *out += &escape(words),
            Span::Strong(inner) => *out += &format!("<strong>{}</strong>", spans(inner)),
            Span::Emphasis(inner) => *out += &format!("<em>{}</em>", spans(inner)),
            Span::Code(words) => *out += &format!("<code>{}</code>", breakable(words)),
            Span::Link { to, text } if may_link(to) => {
                let to = escape(to);
                *out += &format!("<a href=\"{to}\" rel=\"noreferrer\">{}</a>", spans(text));
            }
            Span::Link { text, .. } => add_spans(out, text),
            Span::Toned(tone, words) => {
                let class = match tone {
                    Tone::Good => "good",
                    Tone::Bad => "bad",
                    Tone::Muted => "muted",
                    Tone::Accent => "accent",
                };
                *out += &format!("<span class=\"{class}\">{}</span>", escape(words));
            }
            Span::Footnote { number, occurrence } => {
                let id = reference_id(*number, *occurrence);
                *out +=
                    &format!("<sup><a href=\"#footnote-{number}\" id=\"{id}\">{number}</a></sup>");
            }
            Span::Jump { to, text } => add_spans(out, &to.spelled(text)),
            Span::Break => *out += "<br>",
        }
    }
}

/// Code whose long names may break after their signs.
fn breakable(words: &str) -> String {
    let parts = words.split_inclusive(['.', '/', '-', '=']).collect::<Vec<_>>();
    parts.into_iter().map(escape).collect::<Vec<_>>().join("<wbr>")
}

fn add_list(out: &mut String, first: Option<u64>, items: &[Item], lang: Lang) {
    let tasks = items.iter().any(|item| item.done.is_some());
    let (open, close) = match first {
        // Browsers read the number as a signed 32-bit one.
        Some(first) if first != 1 => {
            (format!("<ol start=\"{}\">\n", first.min(i32::MAX as u64)), "</ol>\n")
        }
        Some(_) => ("<ol>\n".to_owned(), "</ol>\n"),
        None if tasks => ("<ul class=\"tasks\">\n".to_owned(), "</ul>\n"),
        None => ("<ul>\n".to_owned(), "</ul>\n"),
    };
    *out += &open;
    for item in items {
        *out += "<li>";
        if let Some(done) = item.done {
            let (sign, said) = match done {
                true => ("☑", both!("done", "완료")),
                false => ("☐", both!("to be done", "할 일")),
            };
            let said = said.get(lang);
            *out +=
                &format!("<span class=\"task\" role=\"img\" aria-label=\"{said}\">{sign}</span> ");
        }
        match item.blocks.as_slice() {
            [Block::Paragraph(text)] => *out += &spans(text),
            [Block::Paragraph(text), rest @ ..]
                if rest.iter().all(|block| matches!(block, Block::List { .. })) =>
            {
                *out += &spans(text);
                *out += "\n";
                for block in rest {
                    add_block(out, block, lang);
                }
            }
            blocks => {
                *out += "\n";
                for block in blocks {
                    add_block(out, block, lang);
                }
            }
        }
        *out += "</li>\n";
    }
    *out += close;
}

fn add_table(out: &mut String, table: &Table) {
    if table.columns.is_empty() {
        return;
    }
    let right = |column: &Column| match column.align {
        Align::Left => "",
        Align::Right => " class=\"right\"",
    };
    *out += "<div class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n<tr>";
    for column in &table.columns {
        *out += &format!("<th scope=\"col\"{}>{}</th>", right(column), spans(&column.head));
    }
    *out += "</tr>\n</thead>\n<tbody>\n";
    for row in &table.rows {
        match row {
            Row::Cells(cells) => {
                *out += "<tr>";
                for (at, column) in table.columns.iter().enumerate() {
                    let text = cells.get(at).map(|cell| spans(cell)).unwrap_or_default();
                    let class = right(column);
                    *out += &match at {
                        0 => format!("<th scope=\"row\"{class}>{text}</th>"),
                        _ => format!("<td{class}>{text}</td>"),
                    };
                }
            }
            Row::Note { first, text } => {
                let class = right(&table.columns[0]);
                let rest = (table.columns.len() - 1).max(1);
                *out += &format!(
                    "<tr class=\"note\"><th scope=\"row\"{class}>{}</th><td colspan=\"{rest}\"><div>{}</div></td>",
                    spans(first),
                    spans(text)
                );
            }
        }
        *out += "</tr>\n";
    }
    *out += "</tbody>\n</table>\n</div>\n";
}

fn add_chart(out: &mut String, chart: &Chart, lang: Lang) {
    let Some(drawing) = svg::chart(chart, lang) else { return };
    *out += &format!("<figure class=\"chart\">\n<figcaption>{}", escape(&chart.y_title));
    for (at, series) in chart.series.iter().enumerate().filter(|(_, s)| !s.name.is_empty()) {
        let class = at % svg::COLORS;
        *out += &format!(" <span class=\"key s{class}\">{}</span>", escape(&series.name));
    }
    *out += &format!("</figcaption>\n{drawing}\n</figure>\n");
}

fn add_bars(out: &mut String, bars: &Bars) {
    *out += "<figure class=\"bars\">\n";
    if !bars.title.is_empty() {
        *out += &format!("<figcaption>{}</figcaption>\n", escape(&bars.title));
    }
    *out += "<table>\n";
    for row in &bars.rows {
        let share = if row.share.is_finite() { row.share.clamp(0.0, 1.0) * 100.0 } else { 0.0 };
        *out += &format!(
            "<tr><th scope=\"row\">{}</th><td class=\"right\">{}</td>\
             <td class=\"bar\" aria-hidden=\"true\"><i style=\"width:{share:.1}%\"></i></td></tr>\n",
            escape(&row.label),
            escape(&row.shown)
        );
    }
    *out += "</table>\n</figure>\n";
}

fn add_checks(out: &mut String, checks: &[Check], lang: Lang) {
    *out += "<ul class=\"checks\">\n";
    for check in checks {
        let (class, sign, said) = match check.verdict {
            Verdict::Yes => ("good", "✓", both!("holds", "성립")),
            Verdict::No => ("bad", "✗", both!("does not hold", "성립하지 않음")),
            Verdict::Open => ("muted", "?", both!("undecided", "판단 불가")),
        };
        *out += &format!(
            "<li><span class=\"{class}\" role=\"img\" aria-label=\"{}\">{sign}</span> <span>{}</span></li>\n",
            said.get(lang),
            spans(&check.text)
        );
    }
    *out += "</ul>\n";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::sample;

    /// Everything between `<` and `>`, quoted values left out.
    fn tags(page: &str) -> Vec<String> {
        let body = &page[page.find("<main>").unwrap()..];
        let tags = body.split('<').skip(1).map(|part| part.split(['>', ' ']).next().unwrap());
        let mut tags: Vec<String> = tags.map(str::to_owned).collect();
        tags.sort();
        tags.dedup();
        tags
    }

    #[test]
    fn words_never_become_markup() {
        let page = page(&sample::nasty(), Lang::Ko);
        let known = "a blockquote body circle code dd div dl dt em figcaption figure g h6 hr html \
                     i li line main ol p polygon polyline pre span strong svg table tbody td text \
                     th thead title tr ul wbr";
        let known: Vec<&str> = known.split_whitespace().collect();
        let unknown: Vec<String> = tags(&page)
            .into_iter()
            .filter(|tag| !known.contains(&tag.trim_start_matches('/')))
            .collect();
        assert_eq!(unknown, Vec::<String>::new());
        let control = |c: &char| *c != '\n' && crate::content::problem::is_control(*c);
        assert_eq!(page.chars().find(control), None);
        assert!(!page.contains("NaN") && !page.contains("inf\""), "a number that is none");
    }

    /// Values of the colours in the first `:root` after a place of the style sheet.
    fn color(sheet: &str, name: &str) -> [f64; 3] {
        let root = &sheet[sheet.find(":root").unwrap()..];
        let value = root.split(&format!("--{name}: #")).nth(1).unwrap();
        [0, 2, 4].map(|at| u32::from_str_radix(&value[at..at + 2], 16).unwrap() as f64 / 255.0)
    }

    /// The contrast ratio of WCAG 2.2.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let linear = |part: f64| match part <= 0.04045 {
            true => part / 12.92,
            false => libm::pow((part + 0.055) / 1.055, 2.4),
        };
        let luminance = |color: [f64; 3]| {
            let [red, green, blue] = color.map(linear);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn words_stand_out_enough_to_be_read() {
        let schemes = [STYLE, &STYLE[STYLE.find("prefers-color-scheme: dark").unwrap()..]];
        for (at, scheme) in schemes.into_iter().enumerate() {
            for ground in ["ground", "raised"] {
                for ink in ["ink", "muted", "accent", "good", "bad", "s1", "s2"] {
                    let ratio = contrast(color(scheme, ink), color(scheme, ground));
                    assert!(ratio >= 4.5, "{ink} on {ground} of scheme {at}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn code_is_in_spans_and_nothing_of_it_is_markup() {
        assert_eq!(
            code("sql", "select '<b>' -- \"&\n  from t"),
            "<span class=\"keyword\">select</span> \
             <span class=\"string\">&#39;&lt;b&gt;&#39;</span> \
             <span class=\"comment\">-- &quot;&amp;</span>\n  \
             <span class=\"keyword\">from</span> t"
        );
        assert_eq!(code("promql", "rate(x[5m]) < 1"), "rate(x[5m]) &lt; 1");
    }

    #[test]
    fn links_lead_to_the_web_or_to_anchors() {
        let link =
            |to: &str| spans(&[Span::Link { to: to.to_owned(), text: vec![Span::text("x")] }]);
        assert_eq!(link("javascript:alert(1)"), "x");
        assert_eq!(link("//example.com"), "x");
        assert_eq!(link("#a"), "<a href=\"#a\" rel=\"noreferrer\">x</a>");
        assert_eq!(
            link("https://a/?b=\"c\"&d"),
            "<a href=\"https://a/?b=&quot;c&quot;&amp;d\" rel=\"noreferrer\">x</a>"
        );
    }

    #[test]
    fn a_page_needs_nothing_else() {
        let page = page(&sample::report(Lang::En), Lang::Ko);
        let expected = "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
            style-src 'unsafe-inline'\">\n";
        assert_eq!(page.get(..expected.len()), Some(expected));
        for outside in ["src=", "url(", "@import", "<script", "<link"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_table_tells_its_heads_and_notes() {
        let column = |head: &str, align| Column { head: vec![Span::text(head)], align };
        let table = Table {
            columns: vec![column("pool", Align::Left), column("p99", Align::Right)],
            rows: vec![
                Row::Cells(vec![vec![Span::code("a.b")], vec![Span::text("96 ±3")]]),
                Row::Note { first: vec![Span::text("5")], text: vec![Span::text("no")] },
            ],
            keep: 1,
        };
        let mut out = String::new();
        add_table(&mut out, &table);
        assert_eq!(
            out,
            "<div class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n\
             <tr><th scope=\"col\">pool</th><th scope=\"col\" class=\"right\">p99</th></tr>\n\
             </thead>\n<tbody>\n\
             <tr><th scope=\"row\"><code>a.<wbr>b</code></th><td class=\"right\">96 ±3</td></tr>\n\
             <tr class=\"note\"><th scope=\"row\">5</th><td colspan=\"1\"><div>no</div></td></tr>\n\
             </tbody>\n</table>\n</div>\n"
        );
    }
}
