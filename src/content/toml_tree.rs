//! TOML as a tree in which every key and value knows its place, and a reader that collects all
//! faults instead of stopping at the first.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Source, is_control, nearest};
use super::text::both;

/// Most bytes a content file may have.
pub(crate) const BYTES_MAX: usize = 1 << 20;
/// Deepest nesting of arrays and tables.
pub(crate) const DEPTH_MAX: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Str(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Array(Vec<Node>),
    Table(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) span: Range<usize>,
}

impl Value {
    /// What a reader calls this kind of value.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Str(_) => "string",
            Value::Int(_) => "integer",
            Value::Float(_) => "float",
            Value::Bool(_) => "boolean",
            Value::Array(_) => "array",
            Value::Table(_) => "table",
        }
    }
}

/// Parses a TOML text. The root of the result is a table.
///
/// # Errors
/// Too large, not TOML, nested too deeply, or with control characters in a string: all problems
/// found, with their places.
pub(crate) fn parse(source: &Source) -> Result<Node, Vec<Problem>> {
    if source.text.len() > BYTES_MAX {
        let bytes = source.text.len();
        return Err(vec![source.problem_of_file(both!(
            "the file has {bytes} bytes; at most {BYTES_MAX} (1 MiB) are read",
            "파일이 {bytes}바이트입니다. 최대 {BYTES_MAX}바이트(1 MiB)까지 읽습니다",
        ))]);
    }
    // The parser recurses, so the depth is bounded before it starts.
    if let Some(at) = too_deep(&source.text) {
        return Err(vec![source.problem(
            at..at + 1,
            both!("nested more than {DEPTH_MAX} deep", "중첩이 {DEPTH_MAX}단계를 넘습니다",),
        )]);
    }
    let table = DeTable::parse(&source.text).map_err(|error| {
        let reason = error.message().to_owned();
        vec![source.problem(
            error.span().unwrap_or(0..1),
            both!("not valid TOML: {reason}", "올바른 TOML이 아닙니다: {reason}"),
        )]
    })?;
    let mut problems = Vec::new();
    let span = 0..source.text.len();
    let root = table_node(source, table.into_inner(), span, 0, &mut problems);
    if problems.is_empty() { Ok(root) } else { Err(problems) }
}

/// Where brackets outside strings and comments nest deeper than [`DEPTH_MAX`], if anywhere. Errs on the
/// side of refusing: brackets inside multi-line strings count.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let (mut quote, mut escaped, mut comment) = (None, false, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (_, '\n') => (quote, escaped, comment) = (None, false, false),
            _ if comment => {}
            (Some('"'), '\\') if !escaped => escaped = true,
            (Some(q), c) => {
                if c == q && !escaped {
                    quote = None;
                }
                escaped = false;
            }
            (None, '#') => comment = true,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Some(at);
                }
            }
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    None
}

fn table_node(
    source: &Source,
    table: DeTable<'_>,
    span: Range<usize>,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Node {
    let entries = table
        .into_iter()
        .map(|(key, value)| {
            let key = Key { name: key.get_ref().to_string(), span: key.span() };
            if key.name.chars().any(is_control) {
                problems.push(control_character(source, key.span.clone()));
            }
            let value_span = value.span();
            (key, node(source, value.into_inner(), value_span, depth + 1, problems))
        })
        .collect();
    Node { span, value: Value::Table(entries) }
}

fn node(
    source: &Source,
    value: DeValue<'_>,
    span: Range<usize>,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Node {
    if depth > DEPTH_MAX {
        problems.push(source.problem(
            span.clone(),
            both!("nested more than {DEPTH_MAX} deep", "중첩이 {DEPTH_MAX}단계를 넘습니다"),
        ));
        return Node { span, value: Value::Bool(false) };
    }
    let value = match value {
        DeValue::String(text) => {
            if text.chars().any(|c| is_control(c) && c != '\n') {
                problems.push(control_character(source, span.clone()));
            }
            Value::Str(text.into_owned())
        }
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(number) => Value::Int(number),
            Err(_) => {
                problems.push(source.problem(
                    span.clone(),
                    both!("the integer does not fit 64 bits", "정수가 64비트를 넘습니다"),
                ));
                Value::Int(0)
            }
        },
        DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => {
                problems.push(source.problem(
                    span.clone(),
                    both!("a finite number was expected", "유한한 숫자가 필요합니다"),
                ));
                Value::Float(0.0)
            }
        },
        DeValue::Boolean(yes) => Value::Bool(yes),
        DeValue::Datetime(moment) => Value::Str(moment.to_string()),
        DeValue::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| {
                    let span = item.span();
                    node(source, item.into_inner(), span, depth + 1, problems)
                })
                .collect(),
        ),
        DeValue::Table(table) => return table_node(source, table, span, depth, problems),
    };
    Node { span, value }
}

fn control_character(source: &Source, span: Range<usize>) -> Problem {
    source.problem(
        span,
        both!("control characters are not allowed here", "제어 문자는 쓸 수 없습니다"),
    )
}

/// Reads a tree into typed values; what does not fit becomes a problem and `None`.
pub(crate) struct Walk<'s> {
    pub(crate) source: &'s Source,
    pub(crate) problems: Vec<Problem>,
}

/// The entries of one table, taken one by one; what is left at the end is unknown.
pub(crate) struct Fields<'n> {
    pub(crate) span: Range<usize>,
    entries: &'n [(Key, Node)],
    taken: Vec<bool>,
    asked: Vec<&'static str>,
}

impl<'s> Walk<'s> {
    pub(crate) fn new(source: &'s Source) -> Walk<'s> {
        Walk { source, problems: Vec::new() }
    }

    pub(crate) fn report(&mut self, span: Range<usize>, what: super::text::Text) {
        self.problems.push(self.source.problem(span, what));
    }

    /// Reports a problem with a hint on how to mend it.
    pub(crate) fn report_with(
        &mut self,
        span: Range<usize>,
        what: super::text::Text,
        hint: super::text::Text,
    ) {
        self.problems.push(self.source.problem(span, what).hint(hint));
    }

    fn expected(&mut self, node: &Node, en: &str, ko: &str) {
        let found = node.value.kind();
        self.report(
            node.span.clone(),
            both!("{en} was expected, found: {found}", "{ko}이(가) 필요합니다(현재: {found})"),
        );
    }

    pub(crate) fn fields<'n>(&mut self, node: &'n Node) -> Option<Fields<'n>> {
        match &node.value {
            Value::Table(entries) => Some(Fields {
                span: node.span.clone(),
                entries,
                taken: vec![false; entries.len()],
                asked: Vec::new(),
            }),
            _ => {
                self.expected(node, "a table", "테이블");
                None
            }
        }
    }

    pub(crate) fn array<'n>(&mut self, node: &'n Node) -> Option<&'n [Node]> {
        match &node.value {
            Value::Array(items) => Some(items),
            _ => {
                self.expected(node, "an array", "배열");
                None
            }
        }
    }

    pub(crate) fn str<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        match &node.value {
            Value::Str(text) => Some(text),
            _ => {
                self.expected(node, "a string", "문자열");
                None
            }
        }
    }

    pub(crate) fn bool(&mut self, node: &Node) -> Option<bool> {
        match node.value {
            Value::Bool(yes) => Some(yes),
            _ => {
                self.expected(node, "true or false", "true 또는 false");
                None
            }
        }
    }

    /// An integer within `range`, both ends included.
    pub(crate) fn int(&mut self, node: &Node, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        match node.value {
            Value::Int(number) if range.contains(&number) => Some(number),
            Value::Int(number) => {
                let (low, high) = (range.start(), range.end());
                self.report(
                    node.span.clone(),
                    both!(
                        "{number} is out of range: {low} to {high}",
                        "{number}은(는) 범위를 벗어났습니다: {low}~{high}"
                    ),
                );
                None
            }
            _ => {
                self.expected(node, "an integer", "정수");
                None
            }
        }
    }

    pub(crate) fn number(&mut self, node: &Node) -> Option<f64> {
        match node.value {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => {
                self.expected(node, "a number", "숫자");
                None
            }
        }
    }

    pub(crate) fn strings(&mut self, node: &Node) -> Option<Vec<String>> {
        let items = self.array(node)?;
        items.iter().map(|item| self.str(item).map(str::to_owned)).collect()
    }
}

impl<'n> Fields<'n> {
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'n Node> {
        self.take_keyed(name).map(|(_, node)| node)
    }

    pub(crate) fn take_keyed(&mut self, name: &'static str) -> Option<&'n (Key, Node)> {
        self.asked.push(name);
        let at = self.entries.iter().position(|(key, _)| key.name == name)?;
        self.taken[at] = true;
        Some(&self.entries[at])
    }

    /// Takes a field that must be there; its absence is a problem at the table.
    pub(crate) fn need(&mut self, walk: &mut Walk<'_>, name: &'static str) -> Option<&'n Node> {
        let found = self.take(name);
        if found.is_none() {
            let head = self.span.start..self.span.start + 1;
            walk.report(head, both!("`{name}` is missing", "`{name}` 항목이 없습니다"));
        }
        found
    }

    /// Every entry that was not taken, taking it: for tables whose keys the author chooses.
    pub(crate) fn rest(&mut self) -> Vec<&'n (Key, Node)> {
        let left = self.entries.iter().zip(&self.taken).filter(|(_, taken)| !**taken);
        let left = left.map(|(entry, _)| entry).collect();
        self.taken.fill(true);
        left
    }

    /// Reports every entry that nobody asked for.
    pub(crate) fn finish(self, walk: &mut Walk<'_>) {
        for ((key, _), taken) in self.entries.iter().zip(&self.taken) {
            if *taken {
                continue;
            }
            let name = super::problem::printable(&key.name);
            let what = both!("unknown field `{name}`", "알 수 없는 항목 `{name}`");
            match nearest(&key.name, self.asked.iter().copied()) {
                Some(near) => walk.report_with(
                    key.span.clone(),
                    what,
                    both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                ),
                None => {
                    let known = self.asked.join(", ");
                    walk.report_with(
                        key.span.clone(),
                        what,
                        both!("known here: {known}", "여기서 쓸 수 있는 항목: {known}"),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;

    fn problems(text: &str) -> Vec<String> {
        let source = Source::new("t.toml", text);
        match parse(&source) {
            Ok(_) => Vec::new(),
            Err(found) => found.iter().map(|p| p.show(Lang::En)).collect(),
        }
    }

    #[test]
    fn faults_have_places() {
        assert_eq!(
            problems("a = 1\nb = \"\\u001b[31m\"\n"),
            [
                "error: control characters are not allowed here\n  --> t.toml:2:5\n   |\n 2 | b = \"\\u001b[31m\"\n   |     ^^^^^^^^^^^^\n"
            ]
        );
        assert!(problems("a = ")[0].starts_with("error: not valid TOML"), "{:?}", problems("a = "));
    }

    #[test]
    fn too_large_and_too_deep_are_refused_without_recursion() {
        assert!(problems(&"#".repeat(BYTES_MAX + 1))[0].contains("1 MiB"));
        let deep = format!("a = {}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(problems(&deep)[0].contains("nested more than 16 deep"));
        let fine = format!("a = {}{}", "[".repeat(12), "]".repeat(12));
        assert!(problems(&fine).is_empty());
        let dotted = format!("{} = 1", ["a"; 40].join("."));
        assert!(problems(&dotted)[0].contains("nested more than 16 deep"));
    }

    #[test]
    fn every_unknown_field_is_named_with_the_nearest_one() {
        let source = Source::new("t.toml", "titel = 'x'\nzebra = 1\n");
        let root = parse(&source).unwrap();
        let mut walk = Walk::new(&source);
        let mut fields = walk.fields(&root).unwrap();
        assert_eq!(fields.take("title"), None);
        fields.finish(&mut walk);
        let hints: Vec<_> =
            walk.problems.iter().map(|p| p.hint.as_ref().map(|h| h.en.clone())).collect();
        assert_eq!(
            hints,
            [Some("did you mean `title`?".to_owned()), Some("known here: title".to_owned())]
        );
    }
}
