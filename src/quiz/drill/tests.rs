use super::read::{load, read};
use super::*;
use crate::content::problem::Source;
use crate::content::text::Lang;
use crate::content::toml_tree::{self, Node, Value};
use crate::content::{Kind, Library};

const EN: &str = r#"format = "prep.drill/1"
title = "A desk"
topic = "queues"
start = "first"

[[turn]]
id = "first"
from = ["S1"]
ask = "Why does it grow?"
minutes = 2
points = [
  { id = "rate", text = "the rate" },
  { id = "time", text = "the time", weight = 3 },
]
traps = [{ id = "slow", text = "It is slow.", reply = "How slow?", goto = "harder" }]
missing.rate = { hint = "How many come?" }
missing.time = { hint = "How long each?", goto = "harder" }
next = "last"
model = "Load is rate times time."
section = "growth"
evidence = "sim desk"

[[turn]]
id = "harder"
ask = "And then?"
minutes = 1
points = [{ id = "limit", text = "the limit" }]
next = "last"
model = "It does not end."
section = "mechanism"

[[turn]]
id = "last"
ask = "What do you do?"
minutes = 1
points = [{ id = "more", text = "more desks" }]
model = "Another desk."
section = "other#section"
"#;

const KO: &str = r#"format = "prep.words/1"
title = "창구"
[turn.first]
ask = "왜 늘어나나요?"
points.rate = "도착률"
points.time = "시간"
traps.slow.text = "느립니다."
traps.slow.reply = "얼마나요?"
missing.rate = "몇 명이 오나요?"
missing.time = "한 명에 얼마나 걸리나요?"
model = "부하는 도착률 곱하기 시간입니다."
[turn.harder]
ask = "그다음은요?"
points.limit = "한계"
model = "끝나지 않습니다."
[turn.last]
ask = "어떻게 하시겠어요?"
points.more = "창구를 늘린다"
model = "창구를 하나 더 둡니다."
"#;

/// The drill that tests of other rooms walk through.
pub(crate) fn example() -> Drill {
    read("desk", &Source::new("d.toml", EN), Some(&Source::new("d.ko.toml", KO))).unwrap()
}

fn faults(english: &str, korean: Option<&str>) -> Vec<String> {
    let korean = korean.map(|text| Source::new("d.ko.toml", text));
    match read("desk", &Source::new("d.toml", english), korean.as_ref()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .iter()
            .map(|problem| {
                let line = problem.place.as_ref().map_or(0, |place| place.line);
                let hint =
                    problem.hint.as_ref().map_or(String::new(), |it| format!(" ({})", it.en));
                format!("{}:{line}: {}{hint}", problem.path, problem.what.en)
            })
            .collect(),
    }
}

/// The faults of the example with one part replaced.
fn faults_with(from: &str, to: &str) -> Vec<String> {
    assert!(EN.contains(from), "{from}");
    faults(&EN.replacen(from, to, 1), None)
}

#[test]
fn a_drill_has_its_ways_and_both_languages() {
    let drill = example();
    let ids: Vec<&str> = drill.turns.iter().map(|turn| turn.id.as_str()).collect();
    assert_eq!((drill.start, ids), (0, vec!["first", "harder", "last"]));
    let first = &drill.turns[0];
    assert_eq!(first.leads_to(), [1, 2]);
    assert_eq!(first.weight(), 4);
    // The heavier point comes first, though it stands second.
    let missing: Vec<(&str, Option<usize>)> =
        first.missing.iter().map(|it| (it.point.as_str(), it.goto)).collect();
    assert_eq!(missing, [("time", Some(1)), ("rate", None)]);
    let words = [&first.ask, &first.traps[0].reply, &first.missing[1].hint, &drill.turns[2].model];
    let shown: Vec<&str> = words.iter().map(|text| text.get(Lang::Ko)).collect();
    assert_eq!(shown, ["왜 늘어나나요?", "얼마나요?", "몇 명이 오나요?", "창구를 하나 더 둡니다."]);
    assert_eq!(drill.reading(first), ("queues", "growth"));
    assert_eq!(drill.reading(&drill.turns[2]), ("other", "section"));
    assert_eq!(drill.topics(), ["queues", "other"]);
    assert_eq!(drill.id(first), "drill/desk/first");
    assert!(is_of_a_drill(&drill.id(first)) && !is_of_a_drill("drills/first"));
}

#[test]
fn every_fault_of_a_file_is_told_with_its_place() {
    let cases: [(&str, &str, &[&str]); 16] = [
        (
            "prep.drill/1",
            "prep.drill/2",
            &["d.toml:1: unknown format `prep.drill/2`: `prep.drill/1` was expected"],
        ),
        ("start = \"first\"", "", &["d.toml:1: `start` is missing"]),
        (
            "start = \"first\"",
            "start = \"frist\"",
            &["d.toml:4: there is no turn `frist` (did you mean `first`?)"],
        ),
        (
            "next = \"last\"",
            "next = \"lost\"",
            &["d.toml:18: there is no turn `lost` (did you mean `last`?)"],
        ),
        ("goto = \"harder\"", "goto = \"nowhere\"", &["d.toml:15: there is no turn `nowhere`"]),
        (
            "missing.rate",
            "missing.rat",
            &["d.toml:16: there is no point `rat` (did you mean `rate`?)"],
        ),
        ("id = \"harder\"", "id = \"first\"", &["d.toml:24: two turns have the id `first`"]),
        (
            "id = \"time\"",
            "id = \"rate\"",
            &["d.toml:13: `rate` stands here twice", "d.toml:17: there is no point `time`"],
        ),
        ("minutes = 2", "minutes = 60", &["d.toml:10: 60 is out of range: 1 to 15"]),
        (
            "weight = 3",
            "weight = 0",
            &["d.toml:13: 0 is out of range: 1 to 5", "d.toml:17: there is no point `time`"],
        ),
        (
            "section = \"growth\"",
            "section = \"a#b#c\"",
            &["d.toml:20: `a#b#c` is no section: write `section` or `topic#section`"],
        ),
        (
            "\"sim desk\"",
            "\"prep sim desk\"",
            &["d.toml:21: write `evidence` without the leading `prep`"],
        ),
        (
            "evidence",
            "evidense",
            &["d.toml:21: unknown field `evidense` (did you mean `evidence`?)"],
        ),
        (
            "points = [{ id = \"limit\", text = \"the limit\" }]",
            "points = []",
            &["d.toml:27: a turn needs a point"],
        ),
        ("reply = \"How slow?\"", "reply = \" \"", &["d.toml:15: `reply` is empty"]),
        (
            "id = \"first\"",
            "id = \"First!\"",
            &[
                "d.toml:7: `First!` is no id (lower-case letters, digits and single hyphens: `first-wall`)",
            ],
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(faults_with(from, to), expected, "{from} -> {to}");
    }
}

#[test]
fn a_tree_has_no_circle_no_loose_turn_and_no_endless_path() {
    assert_eq!(
        faults_with("model = \"Another desk.\"", "model = \"x\"\nnext = \"first\""),
        [
            "d.toml:6: the turn `first` leads back to itself (a follow-up leads forward only)",
            "d.toml:23: the turn `harder` leads back to itself (a follow-up leads forward only)",
            "d.toml:32: the turn `last` leads back to itself (a follow-up leads forward only)",
        ]
    );
    let loose = EN
        .replace("goto = \"harder\"", "")
        .replace("reply = \"How slow?\", ", "reply = \"How slow?\" ");
    let loose = loose.replace("hint = \"How long each?\", ", "hint = \"How long each?\" ");
    assert_eq!(faults(&loose, None), ["d.toml:23: nothing leads to the turn `harder`"]);
    let mut chain =
        "format = \"prep.drill/1\"\ntitle = \"t\"\ntopic = \"t\"\nstart = \"t1\"\n".to_owned();
    for at in 1..=7 {
        let next = if at < 7 { format!("next = \"t{}\"\n", at + 1) } else { String::new() };
        chain += &format!(
            "[[turn]]\nid = \"t{at}\"\nask = \"?\"\nminutes = 1\nmodel = \"m\"\nsection = \"s\"\n\
             points = [{{ id = \"p\", text = \"x\" }}]\n{next}"
        );
    }
    assert_eq!(
        faults(&chain, None),
        ["d.toml:53: the turn `t7` may come as number 7; a path has at most 6"]
    );
}

#[test]
fn fields_below_an_array_of_tables_are_refused() {
    let text = EN.replacen(
        "points = [{ id = \"limit\", text = \"the limit\" }]",
        "[[turn.points]]\nid = \"limit\"\ntext = \"the limit\"",
        1,
    );
    let found = faults(&text, None);
    assert!(found[0].starts_with("d.toml:27: `[[turn.points]]` is not allowed"), "{found:?}");
}

#[test]
fn the_words_have_the_same_ids_and_nothing_else() {
    let cases = [
        ("points.rate = \"도착률\"\n", "", "d.ko.toml:5: `rate` of the English file is missing"),
        ("points.rate", "points.rats", "d.ko.toml:5: `rate` of the English file is missing"),
        ("[turn.last]", "[turn.lost]", "d.ko.toml:3: `last` of the English file is missing"),
        ("title = \"창구\"", "title = \" \"", "d.ko.toml:2: `title` is empty"),
        ("model = \"끝나지 않습니다.\"", "", "d.ko.toml:12: `model` is missing"),
        (
            "model = \"끝나지 않습니다.\"",
            "model = \"x\"\nminutes = 3",
            "d.ko.toml:16: unknown field `minutes`",
        ),
        ("prep.words/1", "prep.drill/1", "d.ko.toml:1: unknown format"),
    ];
    for (from, to, expected) in cases {
        assert!(KO.contains(from), "{from}");
        let found = faults(EN, Some(&KO.replacen(from, to, 1)));
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{from}: {found:?}");
    }
    assert!(!read("desk", &Source::new("d.toml", EN), None).unwrap().translated);
}

#[test]
fn no_cut_of_a_file_panics() {
    for (at, _) in EN.char_indices() {
        let _ = faults(&EN[..at], Some(&KO[..0]));
    }
    for (at, _) in KO.char_indices() {
        let _ = faults(EN, Some(&KO[..at]));
    }
}

#[test]
fn a_misspelt_drill_is_answered_with_the_nearest() {
    let problems = load(&Library::embedded(), "missing-pots").unwrap_err();
    let shown = problems[0].show(Lang::En);
    assert!(shown.contains("there is no drill `missing-pots`"), "{shown}");
    assert!(shown.contains("did you mean `missing-post`?"), "{shown}");
}

/// Every embedded drill can be read, has 3 to 7 turns and a hint for its most important point.
#[test]
fn the_embedded_drills_are_whole() {
    let library = Library::embedded();
    let slugs = library.slugs(Kind::Drill);
    assert!(slugs.len() >= 16, "{slugs:?}");
    for slug in slugs {
        let drill = load(&library, slug).unwrap_or_else(|problems| {
            let shown: Vec<String> = problems.iter().map(|it| it.show(Lang::En)).collect();
            panic!("{}", shown.join("\n"))
        });
        assert!((3..=7).contains(&drill.turns.len()), "{slug}");
        assert!(drill.translated, "{slug}");
        for turn in &drill.turns {
            let id = drill.id(turn);
            assert!(!turn.missing.is_empty(), "{id}: no hint");
            assert!(turn.evidence.is_some(), "{id}: no evidence");
            assert!(turn.points.len() + turn.traps.len() <= 26, "{id}: more than letters");
            for text in [&turn.ask.en, &turn.model.en, &turn.ask.ko, &turn.model.ko] {
                assert!(!text.contains("  ") && text.len() < 1_000, "{id}: {text}");
            }
        }
    }
}

/// A TOML tree as the JSON that the schema speaks of.
fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Str(text) => text.as_str().into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Table(entries) => serde_json::Value::Object(
            entries.iter().map(|(key, value)| (key.name.clone(), json(value))).collect(),
        ),
    }
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let library = Library::embedded();
    let schema = library.file("docs/schema/drill.schema.json").unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema.text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let is_valid = |text: &str| {
        let root = toml_tree::parse(&Source::new("d.toml", text)).unwrap();
        validator.is_valid(&json(&root))
    };
    assert!(is_valid(EN));
    for slug in library.slugs(Kind::Drill) {
        let source = library.get(Kind::Drill, slug, Lang::En).unwrap();
        assert!(is_valid(&source.text), "{slug}");
    }
    for (from, to) in [
        ("prep.drill/1", "prep.drill/2"),
        ("title = \"A desk\"\n", ""),
        ("start = \"first\"\n", ""),
        ("id = \"harder\"", "id = \"Harder\""),
        ("\"And then?\"", "\" \""),
        ("minutes = 2", "minutes = 0"),
        ("weight = 3", "weight = 9"),
        ("reply = \"How slow?\"", "replies = \"How slow?\""),
        ("hint = \"How many come?\"", "goto = \"harder\""),
        ("evidence = \"sim", "evidence = \"prep sim"),
        ("section = \"growth\"", "section = \"a b\""),
        ("points = [{ id = \"limit\", text = \"the limit\" }]", "points = []"),
        ("model = \"Another desk.\"\n", ""),
    ] {
        let text = EN.replacen(from, to, 1);
        assert_ne!(faults(&text, None), Vec::<String>::new(), "{from} -> {to}");
        assert!(!is_valid(&text), "{from} -> {to}");
    }
}
