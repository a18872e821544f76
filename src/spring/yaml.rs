//! YAML as Spring Boot flattens it: nested and dotted keys to one name, lists to `name[0]`.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::{Document, Entry, problem_at};
use crate::content::problem::{Problem, Source};
use crate::content::text::{Text, both};
use crate::content::toml_tree::DEPTH_MAX;

/// Most nodes of a file once its aliases are written out.
const NODES_MAX: usize = 100_000;

#[derive(Clone)]
enum Node {
    Scalar { value: String, line: usize },
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
}

/// # Errors
/// Not YAML, nested too deeply, too many nodes, or a key that is no text or stands twice.
pub(super) fn documents(source: &Source, text: &str) -> Result<Vec<Document>, Problem> {
    let events = Parser::new_from_str(text);
    let mut reader = Reader { events, anchors: BTreeMap::new(), nodes: 0, line: 1 };
    reader.documents().map_err(|what| problem_at(source, reader.line, what))
}

struct Reader<'t> {
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    /// Of the last event.
    line: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, Text> {
        let event: Option<Result<(Event<'t>, Span), ScanError>> = self.events.next_event();
        match event {
            None => Ok(Event::StreamEnd),
            Some(Ok((event, span))) => {
                self.line = span.start.line().max(1);
                Ok(event)
            }
            Some(Err(error)) => {
                self.line = error.marker().line().max(1);
                // The parser's reasons name rules and single characters, never a text of the file.
                let reason = error.info().to_owned();
                Err(both!("not valid YAML: {reason}", "올바른 YAML이 아닙니다: {reason}"))
            }
        }
    }

    fn documents(&mut self) -> Result<Vec<Document>, Text> {
        let mut documents = Vec::new();
        loop {
            match self.next()? {
                Event::StreamEnd => return Ok(documents),
                Event::DocumentStart(_) => {
                    let event = self.next()?;
                    let root = self.node(event, 0)?;
                    let empty = matches!(&root, Node::Scalar { value, .. } if value.is_empty());
                    if !empty && !matches!(root, Node::Map(_)) {
                        return Err(both!(
                            "a map of settings was expected: `name: value`",
                            "설정의 맵이 필요합니다: `이름: 값`"
                        ));
                    }
                    let mut entries = Vec::new();
                    flatten("", &root, &mut entries);
                    documents.push(entries);
                }
                _ => {}
            }
        }
    }

    fn count(&mut self, more: usize) -> Result<(), Text> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > NODES_MAX {
            return Err(both!(
                "more than {NODES_MAX} values once aliases are written out",
                "별칭(alias)을 풀면 값이 {NODES_MAX}개를 넘습니다"
            ));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Node, Text> {
        if depth > DEPTH_MAX {
            return Err(too_deep());
        }
        self.count(1)?;
        let (anchor, node) = match event {
            Event::Scalar(value, style, anchor, _) => {
                // Spring Boot turns null into an empty text.
                let null = style == ScalarStyle::Plain
                    && matches!(&*value, "~" | "null" | "Null" | "NULL");
                let value = if null { String::new() } else { value.into_owned() };
                (anchor, Node::Scalar { value, line: self.line })
            }
            Event::Alias(anchor) => return self.alias(anchor, depth),
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.node(event, depth + 1)?),
                    }
                }
                (anchor, Node::List(items))
            }
            Event::MappingStart(anchor, _) => (anchor, self.map(depth)?),
            _ => return Err(both!("a value was expected here", "값이 필요합니다")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: usize, depth: usize) -> Result<Node, Text> {
        // An anchor is known once its value is complete, so that none can hold itself.
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(both!(
                "an alias (*name) that refers to itself",
                "자기 자신을 가리키는 별칭(*이름)입니다"
            ));
        };
        let node = node.clone();
        let (nodes, deep) = extent(&node);
        self.count(nodes)?;
        if depth + deep > DEPTH_MAX { Err(too_deep()) } else { Ok(node) }
    }

    fn map(&mut self, depth: usize) -> Result<Node, Text> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut merged = BTreeMap::new();
        let mut keys = BTreeSet::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::Scalar(key, ..) => key.into_owned(),
                _ => {
                    return Err(both!("a key must be a plain text", "키는 단순한 글자여야 합니다"));
                }
            };
            let event = self.next()?;
            let line = self.line;
            let node = self.node(event, depth + 1)?;
            if key == "<<" {
                merge(node, &mut merged);
                continue;
            }
            // Spring Boot's loader does not allow duplicate keys (OriginTrackedYamlLoader).
            if !keys.insert(key.clone()) {
                self.line = line;
                return Err(both!(
                    "a key stands twice in the same map: Spring Boot refuses the file",
                    "같은 맵에 키가 두 번 있습니다. Spring Boot는 이런 파일을 거부합니다"
                ));
            }
            entries.push((key, node));
        }
        // What a map says itself wins over what it merges.
        let inherited = merged.into_iter().filter(|(key, _)| !keys.contains(key));
        Ok(Node::Map(inherited.chain(entries).collect()))
    }
}

/// `<<: *one` or `<<: [*one, *two]`; the earlier one wins.
fn merge(node: Node, into: &mut BTreeMap<String, Node>) {
    match node {
        Node::Map(entries) => {
            for (key, node) in entries {
                into.entry(key).or_insert(node);
            }
        }
        Node::List(items) => items.into_iter().for_each(|item| merge(item, into)),
        Node::Scalar { .. } => {}
    }
}

fn too_deep() -> Text {
    both!("nested more than {DEPTH_MAX} deep", "중첩이 {DEPTH_MAX}단계를 넘습니다")
}

/// Nodes, and levels below the first.
fn extent(node: &Node) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match node {
        Node::Scalar { .. } => return (1, 0),
        Node::Map(entries) => entries.iter().map(|(_, node)| extent(node)).collect(),
        Node::List(items) => items.iter().map(extent).collect(),
    };
    let nodes = inner.iter().map(|(nodes, _)| nodes).sum::<usize>() + 1;
    (nodes, inner.iter().map(|(_, deep)| deep + 1).max().unwrap_or(0))
}

fn flatten(name: &str, node: &Node, entries: &mut Vec<Entry>) {
    match node {
        Node::Scalar { value, line } => {
            // An empty document has no name.
            if !name.is_empty() {
                let (name, value) = (name.to_owned(), value.clone());
                entries.push(Entry { name, value, line: *line, certain: true });
            }
        }
        Node::Map(inner) => {
            for (key, node) in inner {
                let full = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(&full, node, entries);
            }
        }
        Node::List(items) => {
            for (at, node) in items.iter().enumerate() {
                flatten(&format!("{name}[{at}]"), node, entries);
            }
        }
    }
}
