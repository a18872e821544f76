//! Drill files as typed drills: `quizzes/drills/<slug>.toml`, with the words of `<slug>.ko.toml`
//! laid over it.
//!
//! Whether topics, sections, commands and items of the inventory exist is for the check over all
//! content; a drill keeps the places that it needs.

use std::ops::Range;

use crate::content::problem::{Problem, Source, nearest, printable};
use crate::content::text::{Lang, Text, both};
use crate::content::toml_tree::{self, Node, Value, Walk};
use crate::content::{Kind, Library};
use crate::quiz::question::{Placed, RubricPoint};
use crate::quiz::read::{format_is, is_id, placed_words, words_at};

use super::{DEPTH_MAX, Drill, Missing, Trap, Turn, words};

const FORMAT: &str = "prep.drill/1";
const TURNS_MAX: usize = 20;
const MINUTES_MAX: i64 = 15;
const WEIGHT_MAX: i64 = 5;

/// Reads a drill from the library.
///
/// # Errors
/// No such drill, or every fault of its two files.
pub(crate) fn load(library: &Library, slug: &str) -> Result<Drill, Vec<Problem>> {
    let Some(english) = library.get(Kind::Drill, slug, Lang::En) else {
        let name = printable(slug);
        let problem = Source::new(format!("quizzes/drills/{name}.toml"), "")
            .problem_of_file(both!("there is no drill `{name}`", "`{name}` 모의 면접이 없습니다"));
        return Err(vec![match nearest(slug, library.slugs(Kind::Drill)) {
            Some(near) => problem.hint(both!("did you mean `{near}`?", "혹시 `{near}`인가요?")),
            None => problem.hint(both!(
                "`prep interview --list` lists them",
                "목록은 `prep interview --list`로 볼 수 있습니다"
            )),
        }]);
    };
    read(slug, &english, library.get(Kind::Drill, slug, Lang::Ko).as_ref())
}

/// Reads a drill from its two files; without a Korean one the English words stand for both.
///
/// # Errors
/// Every fault of both files, with its place.
pub(crate) fn read(
    slug: &str,
    english: &Source,
    korean: Option<&Source>,
) -> Result<Drill, Vec<Problem>> {
    let root = match toml_tree::parse(english) {
        Ok(root) => root,
        Err(mut problems) => {
            problems
                .extend(korean.and_then(|words| toml_tree::parse(words).err()).unwrap_or_default());
            return Err(problems);
        }
    };
    let mut walk = Walk::new(english);
    let head = drill(&mut walk, &root);
    let mut problems = walk.problems;
    let Some(head) = head else {
        problems.extend(korean.and_then(|words| toml_tree::parse(words).err()).unwrap_or_default());
        return Err(problems);
    };
    let mut title = Text::same(head.title);
    let mut turns = head.turns;
    if let Some(korean) = korean {
        problems.extend(words::lay_over(korean, &mut title, &mut turns));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (topic, start) = (head.topic, head.start);
    Ok(Drill { slug: slug.to_owned(), title, topic, translated: korean.is_some(), start, turns })
}

/// The English file.
struct Head {
    title: String,
    topic: Placed<String>,
    start: usize,
    turns: Vec<Turn>,
}

/// A question whose ways on are still names.
struct Named {
    turn: Turn,
    next: Option<Placed<String>>,
    traps: Vec<Option<Placed<String>>>,
    missing: Vec<Option<Placed<String>>>,
}

/// `None` if there is a fault.
fn drill(walk: &mut Walk<'_>, root: &Node) -> Option<Head> {
    let mut fields = walk.fields(root)?;
    format_is(walk, &mut fields, FORMAT);
    let title = words_at(walk, &mut fields, "title");
    let topic = fields.need(walk, "topic").and_then(|node| id_at(walk, node));
    let start = fields.need(walk, "start").and_then(|node| id_at(walk, node));
    let nodes = fields.need(walk, "turn").and_then(|node| walk.array(node));
    fields.finish(walk);
    let nodes = nodes?;
    if nodes.is_empty() || nodes.len() > TURNS_MAX {
        let count = nodes.len();
        walk.report(
            root.span.clone(),
            both!(
                "{count} turns; 1 to {TURNS_MAX} were expected",
                "질문이 {count}개입니다. 1~{TURNS_MAX}개여야 합니다"
            ),
        );
    }
    let mut named: Vec<Named> = Vec::new();
    let mut all_read = true;
    for node in nodes {
        match turn(walk, node, &named) {
            Some(turn) => named.push(turn),
            None => all_read = false,
        }
    }
    // Whatever is said of the ways would be of the questions that could not be read.
    if !all_read {
        return None;
    }
    let (title, topic, start) = (title?, topic?, start?);
    let ids: Vec<String> = named.iter().map(|named| named.turn.id.clone()).collect();
    let start = way(walk, &ids, &start)?;
    let turns: Vec<Turn> = named.into_iter().map(|named| resolved(walk, &ids, named)).collect();
    if walk.problems.is_empty() {
        ways_end(walk, &turns, start);
    }
    walk.problems.is_empty().then_some(Head { title: title.value, topic, start, turns })
}

fn turn(walk: &mut Walk<'_>, node: &Node, before: &[Named]) -> Option<Named> {
    let faults = walk.problems.len();
    let mut fields = walk.fields(node)?;
    let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
    if let Some(id) = &id
        && before.iter().any(|other| other.turn.id == id.value)
    {
        let name = &id.value;
        walk.report(
            id.span.clone(),
            both!("two turns have the id `{name}`", "id가 `{name}`인 질문이 둘입니다"),
        );
    }
    if has_array_of_tables(walk, node) {
        return None;
    }
    let from = fields.take("from").map(|node| items(walk, node)).unwrap_or_default();
    let ask = words_at(walk, &mut fields, "ask");
    let minutes =
        fields.need(walk, "minutes").and_then(|node| walk.int(node, 1..=MINUTES_MAX)).unwrap_or(1);
    let points = fields.need(walk, "points").map(|node| points(walk, node)).unwrap_or_default();
    let traps = fields.take("traps").map(|node| traps(walk, node)).unwrap_or_default();
    let missing =
        fields.take("missing").map(|node| missing(walk, node, &points)).unwrap_or_default();
    let next = fields.take("next").and_then(|node| id_at(walk, node));
    let model = words_at(walk, &mut fields, "model");
    let section = fields.need(walk, "section").and_then(|node| section_at(walk, node));
    let evidence = fields.take("evidence").and_then(|node| command_at(walk, node));
    fields.finish(walk);
    let (id, ask, model, section) = (id?, ask?, model?, section?);
    if walk.problems.len() > faults {
        return None;
    }
    let (trap_ways, missing_ways): (Vec<_>, Vec<_>) = (
        traps.iter().map(|(_, goto)| goto.clone()).collect(),
        missing.iter().map(|(_, goto)| goto.clone()).collect(),
    );
    Some(Named {
        turn: Turn {
            id: id.value,
            ask: Text::same(ask.value),
            minutes: u32::try_from(minutes).unwrap_or(1),
            points,
            traps: traps.into_iter().map(|(trap, _)| trap).collect(),
            missing: missing.into_iter().map(|(missing, _)| missing).collect(),
            next: None,
            model: Text::same(model.value),
            section,
            evidence,
            from,
            span: node.span.clone(),
        },
        next,
        traps: trap_ways,
        missing: missing_ways,
    })
}

/// Reports `[[turn.points]]` and its like: a field below it would belong to the last entry.
fn has_array_of_tables(walk: &mut Walk<'_>, node: &Node) -> bool {
    let Value::Table(entries) = &node.value else { return false };
    let before = walk.problems.len();
    for (key, value) in entries {
        let Value::Array(items) = &value.value else { continue };
        let Some(item) = items.first() else { continue };
        if !walk.source.text[item.span.clone()].starts_with('[')
            || !matches!(item.value, Value::Table(_))
        {
            continue;
        }
        let name = printable(&key.name);
        walk.report_with(
            item.span.clone(),
            both!(
                "`[[turn.{name}]]` is not allowed: a `model` below it would belong to the last entry",
                "`[[turn.{name}]]`는 쓸 수 없습니다. 그 아래의 `model`이 마지막 항목에 속하게 됩니다"
            ),
            both!(
                "write `{name} = [ {{ ... }}, {{ ... }} ]` inside the turn",
                "질문 안에 `{name} = [ {{ ... }}, {{ ... }} ]`처럼 쓰세요"
            ),
        );
    }
    walk.problems.len() > before
}

fn points(walk: &mut Walk<'_>, node: &Node) -> Vec<RubricPoint> {
    let Some(nodes) = walk.array(node) else { return Vec::new() };
    if nodes.is_empty() {
        walk.report(
            node.span.clone(),
            both!("a turn needs a point", "항목이 하나는 있어야 합니다"),
        );
    }
    let mut points: Vec<RubricPoint> = Vec::new();
    for node in nodes {
        let Some(mut fields) = walk.fields(node) else { continue };
        let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
        let text = words_at(walk, &mut fields, "text");
        let weight = fields.take("weight").map_or(Some(1), |node| walk.int(node, 1..=WEIGHT_MAX));
        fields.finish(walk);
        let (Some(id), Some(text), Some(weight)) = (id, text, weight) else { continue };
        if points.iter().any(|other| other.id == id.value) {
            twice(walk, &id);
        }
        let weight = u32::try_from(weight).unwrap_or(1);
        points.push(RubricPoint { id: id.value, text: Text::same(text.value), weight });
    }
    points
}

fn traps(walk: &mut Walk<'_>, node: &Node) -> Vec<(Trap, Option<Placed<String>>)> {
    let Some(nodes) = walk.array(node) else { return Vec::new() };
    let mut traps: Vec<(Trap, Option<Placed<String>>)> = Vec::new();
    for node in nodes {
        let Some(mut fields) = walk.fields(node) else { continue };
        let id = fields.need(walk, "id").and_then(|node| id_at(walk, node));
        let text = words_at(walk, &mut fields, "text");
        let reply = words_at(walk, &mut fields, "reply");
        let goto = fields.take("goto").and_then(|node| id_at(walk, node));
        fields.finish(walk);
        let (Some(id), Some(text), Some(reply)) = (id, text, reply) else { continue };
        if traps.iter().any(|(other, _)| other.id == id.value) {
            twice(walk, &id);
        }
        let (text, reply) = (Text::same(text.value), Text::same(reply.value));
        traps.push((Trap { id: id.value, text, reply, goto: None }, goto));
    }
    traps
}

/// Sorted by the weight of the point, the heaviest first.
fn missing(
    walk: &mut Walk<'_>,
    node: &Node,
    points: &[RubricPoint],
) -> Vec<(Missing, Option<Placed<String>>)> {
    let Some(mut fields) = walk.fields(node) else { return Vec::new() };
    let mut found = Vec::new();
    for (key, node) in fields.rest() {
        let known: Vec<&str> = points.iter().map(|point| point.id.as_str()).collect();
        if !known.contains(&key.name.as_str()) {
            unknown(walk, &key.span, &key.name, &known, &both!("point", "항목"));
            continue;
        }
        let Some(mut fields) = walk.fields(node) else { continue };
        let hint = words_at(walk, &mut fields, "hint");
        let goto = fields.take("goto").and_then(|node| id_at(walk, node));
        fields.finish(walk);
        let Some(hint) = hint else { continue };
        let point = key.name.clone();
        found.push((Missing { point, hint: Text::same(hint.value), goto: None }, goto));
    }
    let place = |id: &str| {
        let at = points.iter().position(|point| point.id == id).unwrap_or(0);
        (std::cmp::Reverse(points[at].weight), at)
    };
    found.sort_by_key(|(missing, _)| place(&missing.point));
    found
}

fn items(walk: &mut Walk<'_>, node: &Node) -> Vec<Placed<String>> {
    let Some(nodes) = walk.array(node) else { return Vec::new() };
    nodes.iter().filter_map(|node| placed_words(walk, node, "from")).collect()
}

/// Puts places where there were names.
fn resolved(walk: &mut Walk<'_>, ids: &[String], named: Named) -> Turn {
    let mut turn = named.turn;
    let mut to = |name: Option<Placed<String>>| name.and_then(|name| way(walk, ids, &name));
    turn.next = to(named.next);
    for (trap, name) in turn.traps.iter_mut().zip(named.traps) {
        trap.goto = to(name);
    }
    for (missing, name) in turn.missing.iter_mut().zip(named.missing) {
        missing.goto = to(name);
    }
    turn
}

fn way(walk: &mut Walk<'_>, ids: &[String], name: &Placed<String>) -> Option<usize> {
    let found = ids.iter().position(|id| *id == name.value);
    if found.is_none() {
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        unknown(walk, &name.span, &name.value, &known, &both!("turn", "질문"));
    }
    found
}

/// Reports circles, questions that nothing leads to and paths that are too long.
fn ways_end(walk: &mut Walk<'_>, turns: &[Turn], start: usize) {
    let known = reached_from(turns, vec![start]);
    for (at, turn) in turns.iter().enumerate() {
        let id = &turn.id;
        let head = turn.span.start..turn.span.start + 1;
        if !known[at] {
            walk.report(
                head,
                both!(
                    "nothing leads to the turn `{id}`",
                    "질문 `{id}`(으)로 이어지는 길이 없습니다"
                ),
            );
        } else if reached_from(turns, turn.leads_to())[at] {
            walk.report_with(
                head,
                both!(
                    "the turn `{id}` leads back to itself",
                    "질문 `{id}`에서 자신으로 돌아옵니다"
                ),
                both!("a follow-up leads forward only", "꼬리 질문은 앞으로만 이어져야 합니다"),
            );
        }
    }
    if !walk.problems.is_empty() {
        return;
    }
    for (turn, depth) in turns.iter().zip(depths(turns, start)) {
        if depth > DEPTH_MAX {
            let id = &turn.id;
            walk.report(
                turn.span.start..turn.span.start + 1,
                both!(
                    "the turn `{id}` may come as number {depth}; a path has at most {DEPTH_MAX}",
                    "질문 `{id}`이(가) {depth}번째로 나올 수 있습니다. 한 갈래는 {DEPTH_MAX}개까지입니다"
                ),
            );
        }
    }
}

/// Which turns can be reached from these, themselves among them.
fn reached_from(turns: &[Turn], mut open: Vec<usize>) -> Vec<bool> {
    let mut reached = vec![false; turns.len()];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            open.extend(turns[at].leads_to());
        }
    }
    reached
}

/// As which number, at most, each turn can come. There are no circles.
fn depths(turns: &[Turn], start: usize) -> Vec<usize> {
    let mut depths = vec![0; turns.len()];
    depths[start] = 1;
    for _ in turns {
        for (at, turn) in turns.iter().enumerate() {
            for to in turn.leads_to() {
                depths[to] = depths[to].max(depths[at] + 1);
            }
        }
    }
    depths
}

fn twice(walk: &mut Walk<'_>, id: &Placed<String>) {
    let name = &id.value;
    walk.report(
        id.span.clone(),
        both!("`{name}` stands here twice", "`{name}`이(가) 두 번 있습니다"),
    );
}

fn unknown(walk: &mut Walk<'_>, span: &Range<usize>, name: &str, known: &[&str], what: &Text) {
    let name = printable(name);
    let (en, ko) = (&what.en, &what.ko);
    let fault = both!("there is no {en} `{name}`", "{ko} `{name}`이(가) 없습니다");
    match nearest(&name, known.iter().copied()) {
        Some(near) => walk.report_with(
            span.clone(),
            fault,
            both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
        ),
        None => walk.report(span.clone(), fault),
    }
}

fn id_at(walk: &mut Walk<'_>, node: &Node) -> Option<Placed<String>> {
    let id = walk.str(node)?;
    if !is_id(id) {
        let id = printable(id);
        walk.report_with(
            node.span.clone(),
            both!("`{id}` is no id", "`{id}`은(는) id로 쓸 수 없습니다"),
            both!(
                "lower-case letters, digits and single hyphens: `first-wall`",
                "영문 소문자, 숫자, 하이픈 하나씩만 씁니다: `first-wall`",
            ),
        );
        return None;
    }
    Some(Placed { value: id.to_owned(), span: node.span.clone() })
}

/// `section` or `topic#section`.
fn section_at(walk: &mut Walk<'_>, node: &Node) -> Option<Placed<String>> {
    let text = walk.str(node)?;
    let parts: Vec<&str> = text.split('#').collect();
    if parts.len() > 2 || !parts.iter().all(|part| is_id(part)) {
        let text = printable(text);
        walk.report(
            node.span.clone(),
            both!(
                "`{text}` is no section: write `section` or `topic#section`",
                "`{text}`은(는) 절이 아닙니다. `절` 또는 `주제#절`로 쓰세요"
            ),
        );
        return None;
    }
    Some(Placed { value: text.to_owned(), span: node.span.clone() })
}

fn command_at(walk: &mut Walk<'_>, node: &Node) -> Option<Placed<String>> {
    let command = placed_words(walk, node, "evidence")?;
    if command.value.split_whitespace().next() == Some("prep") {
        walk.report(
            command.span,
            both!(
                "write `evidence` without the leading `prep`",
                "`evidence`에는 앞의 `prep`을 빼고 쓰세요"
            ),
        );
        return None;
    }
    Some(command)
}
