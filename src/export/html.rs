//! Words of a question as HTML, for programs that show nothing else.

/// Characters that HTML gives a meaning, as entities; quotation marks too, since some readers of
/// tables take a field that begins with one for a quoted field.
pub(super) fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "<br>",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Words with code in backticks. A backtick without a partner stays one.
pub(super) fn words(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(words);
    }
    let parts = parts.iter().enumerate().map(|(at, part)| match (at % 2, part.is_empty()) {
        (1, true) => "``".to_owned(),
        (1, false) => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    });
    parts.collect()
}

/// Rows of cells; the first row is the head.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let row = |(at, cells): (usize, &Vec<String>)| {
        let tag = if at == 0 { "th" } else { "td" };
        let cells = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    format!("<table>{}</table>", rows.iter().enumerate().map(row).collect::<String>())
}

/// Items under the letters of the alphabet, or under numbers.
pub(super) fn list<'w>(lettered: bool, items: impl Iterator<Item = &'w str>) -> String {
    let items: String = items.map(|item| format!("<li>{}</li>", words(item))).collect();
    let kind = if lettered { " type=\"A\"" } else { "" };
    format!("<ol{kind}>{items}</ol>")
}
