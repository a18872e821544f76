use super::*;
use crate::quiz::example;
use crate::quiz::formula::Formula;
use crate::quiz::question::{
    Accept, Choice, NumberQuestion, ParamValue, QuestionKind, SimQuestion, WrongSource, WrongValue,
};
use crate::quiz::unit::Unit;

/// Every problem as `file:line:column: what (hint)`, in English; `-` where the file as a whole is
/// meant.
fn faults(english: &str, korean: Option<&str>) -> Vec<String> {
    let english = Source::new("q.toml", english);
    let korean = korean.map(|text| Source::new("q.ko.toml", text));
    match read("hikaricp-pool", &english, korean.as_ref()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(shown).collect(),
    }
}

fn shown(problem: &Problem) -> String {
    let at = match &problem.place {
        Some(place) => format!("{}:{}", place.line, place.column),
        None => "-".to_owned(),
    };
    let hint = problem.hint.as_ref().map(|hint| format!(" ({})", hint.en)).unwrap_or_default();
    format!("{}:{at}: {}{hint}", problem.path, problem.what.en)
}

/// The faults after one change to the English example, without a Korean file.
fn planted(from: &str, to: &str) -> Vec<String> {
    assert_eq!(example::EN.matches(from).count(), 1, "{from} must occur once");
    faults(&example::EN.replace(from, to), None)
}

/// The faults after one change to the Korean example.
fn planted_korean(from: &str, to: &str) -> Vec<String> {
    assert_eq!(example::KO.matches(from).count(), 1, "{from} must occur once");
    faults(example::EN, Some(&example::KO.replace(from, to)))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one whole value")]
fn the_example_is_read_whole() {
    let quiz = example::quiz();
    assert_eq!(quiz.title, both!("HikariCP connection pool", "HikariCP 커넥션 풀"));
    let (slug, topic) = (quiz.slug.as_str(), quiz.topic.value.as_str());
    assert_eq!((slug, topic, quiz.translated), ("hikaricp-pool", "hikaricp-pool", true));
    let ids: Vec<&str> = quiz.questions.iter().map(|q| q.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "first-wall",
            "jdk-difference",
            "ceiling",
            "p99-of-pool",
            "steps",
            "ends-in",
            "guess",
            "fault",
            "explain"
        ]
    );

    let place = |text: &str| {
        let start = example::EN.find(text).unwrap();
        start..start + text.len()
    };
    let placed =
        |value: &str| Placed { value: value.to_owned(), span: place(&format!("\"{value}\"")) };
    let trap = |id: &str, before: &str| {
        let start = place(before).end;
        Placed { value: id.to_owned(), span: start..start + id.len() + 2 }
    };
    let wall = &quiz.questions[0];
    assert_eq!(wall.see, Some(placed("sim pool-size")));
    assert_eq!(wall.section.value, "mechanism");
    assert_eq!(example::EN[wall.section.span.clone()], *"\"mechanism\"");
    assert_eq!(
        wall.kind.options()[2],
        Choice {
            id: "all".to_owned(),
            text: both!("all of these", "모두"),
            why: both!("The second makes it worse.", "두 번째는 악화시킵니다."),
            right: false,
            trap: Some(trap("more-threads", "text = \"all of these\", trap = ")),
            keep_last: true,
            span: place(
                "{ id = \"all\", text = \"all of these\", trap = \"more-threads\", \
                 why = \"The second makes it worse.\", keep = \"last\" }"
            ),
        }
    );
    assert_eq!(
        quiz.questions[2].kind,
        QuestionKind::Number(NumberQuestion {
            answer: 200.0,
            unit: Unit::PerSecond,
            accept: Accept::Percent(2.0),
            wrong: vec![WrongValue {
                value: 500.0,
                trap: trap("other-hold", "{ value = 500, trap = "),
                why: both!(
                    "That is 10 / 20 ms: the hold time here is 50 ms.",
                    "10 / 20 ms를 계산한 값입니다. 점유 시간은 50 ms입니다."
                ),
            }],
        })
    );
    let int = |value, span: Range<usize>| Placed { value: ParamValue::Int(value), span };
    let sizes = place("[6, 8, 12]").start;
    let word = |text: &str| Placed {
        value: ParamValue::Word(text.to_owned()),
        span: place(&format!("\"{text}\"")),
    };
    let knob = "spring.datasource.hikari.maximum-pool-size";
    let answer = placed("latency_ms_p99");
    let sim_at = place("sim = \"pool-size\"");
    assert_eq!(
        quiz.questions[3].kind,
        QuestionKind::Sim(SimQuestion {
            sim: Placed { value: "pool-size".to_owned(), span: sim_at.start + 6..sim_at.end },
            params: vec![
                Param {
                    name: "pool".to_owned(),
                    knob: placed(knob),
                    values: vec![
                        int(6, sizes + 1..sizes + 2),
                        int(8, sizes + 4..sizes + 5),
                        int(12, sizes + 7..sizes + 9),
                    ],
                },
                Param {
                    name: "rate".to_owned(),
                    knob: placed("load.shoppers.rate"),
                    values: vec![word("300/s"), word("600/s")],
                },
            ],
            answer,
            accept: Accept::Percent(25.0),
            guard: Some(placed("error_share < 0.01")),
            variant: None,
            wrong: vec![
                WrongValue {
                    value: WrongSource::Metric(placed("latency_ms_p50")),
                    trap: trap("mean-for-tail", "{ metric = \"latency_ms_p50\", trap = "),
                    why: both!("That is the median.", "중앙값입니다."),
                },
                WrongValue {
                    value: WrongSource::Value(
                        Formula::parse("{pool} * 1000 / {rate}", &["pool", "rate"]).unwrap()
                    ),
                    trap: trap("no-variance", "{rate}\", trap = "),
                    why: both!("Arrivals come in bursts.", "요청은 몰려서 옵니다."),
                },
            ],
        })
    );
}

#[test]
fn without_a_korean_file_the_english_words_stand_for_both() {
    let quiz = read("hikaricp-pool", &example::english(), None).unwrap();
    assert!(!quiz.translated);
    assert_eq!(quiz.title, Text::same("HikariCP connection pool"));
    assert_eq!(quiz.questions[1].why, Text::same("Two of four differ."));
}

#[test]
fn the_table_form_of_options_is_refused_alone() {
    let text = "format = \"prep.quiz/1\"\ntopic = \"hikaricp-pool\"\ntitle = \"T\"\n\n\
                [[question]]\nid = \"a\"\ntype = \"choice\"\nask = \"?\"\nsection = \"mechanism\"\n\
                [[question.options]]\nid = \"x\"\ntext = \"x\"\nright = true\n\
                [[question.options]]\nid = \"y\"\ntext = \"y\"\nwhy = \"lost\"\n";
    assert_eq!(
        faults(text, Some(&example::KO.replace("first-wall", "a")))[0],
        "q.toml:10:1: `[[question.options]]` is not allowed: a `why` below it would belong to the \
         last entry (write `options = [ { ... }, { ... } ]` inside the question)"
    );
    assert_eq!(faults(text, None).len(), 1);
}

#[test]
fn faults_of_the_file() {
    assert_eq!(
        planted("prep.quiz/1", "prep.quiz/2"),
        ["q.toml:1:10: unknown format `prep.quiz/2`: `prep.quiz/1` was expected"]
    );
    assert_eq!(
        planted("topic = \"hikaricp-pool\"", "topic = \"redis\""),
        ["q.toml:2:9: `topic` must be `hikaricp-pool`, as the file is named"]
    );
    assert_eq!(
        planted("title = \"HikariCP connection pool\"\n", "titl = \"x\"\n"),
        [
            "q.toml:1:1: `title` is missing",
            "q.toml:3:1: unknown field `titl` (did you mean `title`?)"
        ]
    );
    let head = "format = \"prep.quiz/1\"\ntopic = \"hikaricp-pool\"\ntitle = \"T\"\n";
    assert_eq!(faults(head, None), ["q.toml:1:1: `question` is missing"]);
    assert_eq!(
        faults(&format!("{head}question = []\n"), None),
        ["q.toml:1:1: there is no question"]
    );
    assert_eq!(
        faults(&format!("{head}[question]\nid = \"a\"\n"), None),
        ["q.toml:4:1: an array was expected, found: table"]
    );
}

#[test]
fn faults_of_any_question() {
    assert_eq!(
        planted("id = \"jdk-difference\"", "id = \"first-wall\""),
        ["q.toml:30:6: two questions have the id `first-wall`"]
    );
    assert_eq!(
        planted("\"jdk-difference\"", "\"JDK difference\""),
        ["q.toml:30:6: `JDK difference` is no id (lower-case letters, digits and single \
             hyphens: `first-wall`)"]
    );
    assert_eq!(
        planted("type = \"several\"", "type = \"severl\""),
        ["q.toml:31:8: unknown type `severl` (did you mean `several`?)"]
    );
    assert_eq!(
        planted("type = \"several\"", "type = \"essay\""),
        ["q.toml:31:8: unknown type `essay` (known types: choice, several, number, \
         order, trace, sim, predict, diagnose, open)"]
    );
    assert_eq!(planted("type = \"several\"\n", ""), ["q.toml:29:1: `type` is missing"]);
    assert_eq!(planted("\"Which of these differ?\"", "\" \""), ["q.toml:32:7: `ask` is empty"]);
    assert_eq!(planted("\"Two of four differ.\"", "\"\""), ["q.toml:41:7: `why` is empty"]);
    assert_eq!(planted("section = \"defaults\"\n", ""), ["q.toml:29:1: `section` is missing"]);
    assert_eq!(
        planted("see = \"sim pool-size\"", "see = \"prep sim pool-size\""),
        ["q.toml:21:7: write `see` without the leading `prep`"]
    );
    assert_eq!(
        planted("section = \"defaults\"", "section = \"defaults\"\nsees = \"x\""),
        ["q.toml:35:1: unknown field `sees` (did you mean `see`?)"]
    );
}

#[test]
fn faults_of_options() {
    assert_eq!(
        planted(
            "right = true, why = \"CPU is idle",
            "trap = \"more-threads\", why = \"CPU is idle"
        ),
        ["q.toml:17:8: a `choice` has exactly one option with `right = true`; here are 0"]
    );
    assert_eq!(
        planted(
            "text = \"Tomcat threads\", trap = \"more-threads\",",
            "text = \"Tomcat threads\", right = true,"
        ),
        ["q.toml:17:8: a `choice` has exactly one option with `right = true`; here are 2"]
    );
    let wrong = "trap = \"runtime\"";
    let several = example::EN
        .replace("\"the version\", right = true", &format!("\"the version\", {wrong}"))
        .replace("\"the heap\", right = true", &format!("\"the heap\", {wrong}"));
    assert_eq!(
        faults(&several, None),
        ["q.toml:31:8: no option has `right = true`: `several` needs at least one"]
    );
    assert_eq!(planted(", why = \"It does.\"", ""), ["q.toml:36:3: `why` is missing"]);
    assert_eq!(planted("\"the heap\"", "\"\""), ["q.toml:37:25: `text` is empty"]);
    assert_eq!(
        planted("id = \"jit\"", "id = \"gc\""),
        ["q.toml:39:3: two options have the id `gc`"]
    );
    assert_eq!(
        planted("keep = \"last\"", "keep = \"first\""),
        ["q.toml:25:106: `keep` can only be `last`, found: `first`"]
    );
    assert_eq!(
        planted(
            "trap = \"runtime\", why = \"It is the same.\"",
            "rigt = true, trap = \"runtime\", why = \"x\""
        ),
        ["q.toml:38:40: unknown field `rigt` (did you mean `right`?)"]
    );
    assert_eq!(
        planted("right = true, why = \"It does.\"", "right = \"yes\", why = \"It does.\""),
        ["q.toml:36:48: true or false was expected, found: string"]
    );
    let lone = "options = [ { id = \"x\", text = \"x\", right = true, why = \"x\" } ]";
    let start = example::EN.find("options = [\n  { id = \"java\"").unwrap();
    let end = start + example::EN[start..].find("\n]").unwrap() + 2;
    let text = format!("{}{lone}{}", &example::EN[..start], &example::EN[end..]);
    assert_eq!(faults(&text, None), ["q.toml:35:11: 2 to 26 options were expected, found: 1"]);
}

#[test]
fn faults_of_numbers() {
    assert_eq!(
        planted("unit = \"1/s\"", "unit = \"TPS\""),
        ["q.toml:50:8: unknown unit `TPS` (one of: 1/s, ms, s, count, %, share)"]
    );
    assert_eq!(
        planted("answer = 200", "answer = \"200\""),
        ["q.toml:49:10: a number was expected, found: string"]
    );
    let either = "q.toml:51:10: `accept` is either `{ percent = 2 }` or `{ absolute = 1 }`";
    assert_eq!(planted("{ percent = 2 }", "{ percent = 2, absolute = 1 }"), [either]);
    assert_eq!(planted("{ percent = 2 }", "{}"), [either]);
    assert_eq!(
        planted("{ percent = 2 }", "{ percent = -2 }"),
        ["q.toml:51:22: must not be below 0"]
    );
    assert_eq!(
        planted("value = 500", "value = 203"),
        ["q.toml:52:11: 203 is accepted as right, so it is no wrong value"]
    );
    assert_eq!(
        planted(", why = \"That is 10 / 20 ms: the hold time here is 50 ms.\"", ""),
        ["q.toml:52:11: `why` is missing"]
    );
}

#[test]
fn faults_of_simulations() {
    assert_eq!(
        planted("{rate} requests/s", "{rat} requests/s"),
        [
            "q.toml:58:7: `{rat}` names no param (did you mean `{rate}`?)",
            "q.toml:58:7: `ask` does not show the param `rate`: write `{rate}` where its value \
             belongs",
        ]
    );
    assert_eq!(
        planted("name = \"rate\"", "name = \"pool\""),
        ["q.toml:64:12: two params have the name `pool`", "q.toml:71:13: `{rate}` names no param",]
    );
    assert_eq!(planted("[6, 8, 12]", "[]"), ["q.toml:63:82: at least one value is needed"]);
    assert_eq!(
        planted("[6, 8, 12]", "[[6], 8]"),
        ["q.toml:63:83: a number, a string, true or false was expected"]
    );
    let many: Vec<String> = (1..=33).map(|n| n.to_string()).collect();
    assert_eq!(
        planted("[6, 8, 12]", &format!("[{}]", many.join(", "))),
        ["q.toml:62:10: 66 combinations of values; at most 64 are allowed"]
    );
    assert_eq!(
        planted("sim = \"pool-size\"\nvariant = \"50\"\n", ""),
        ["q.toml:107:1: `sim` is missing"]
    );
    assert_eq!(
        planted(
            "answer = \"latency_ms_p99\"\naccept = { percent = 30 }",
            "accept = { percent = 30 }"
        ),
        ["q.toml:107:1: `answer` is missing"]
    );
    assert_eq!(planted("\"error_share < 0.01\"", "\"\""), ["q.toml:68:9: `guard` is empty"]);
}

#[test]
fn faults_of_traps_and_misconceptions() {
    assert_eq!(
        planted(
            "text = \"Tomcat threads\", trap = \"more-threads\",",
            "text = \"Tomcat threads\","
        ),
        ["q.toml:24:3: a wrong option names its misconception: `trap` is missing (write `trap = \
          \"...\"` with an id of the table `[misconceptions]`)"]
    );
    assert_eq!(
        planted(
            "right = true, why = \"It does.\"",
            "right = true, trap = \"runtime\", why = \"x\""
        ),
        ["q.toml:36:61: a right option is no trap"]
    );
    assert_eq!(
        planted("trap = \"other-hold\"", "trap = \"other-holds\""),
        [
            "q.toml:52:33: `[misconceptions]` has no `other-holds` (did you mean `other-hold`?)",
            "q.toml:8:1: no wrong answer names the misconception `other-hold`",
        ]
    );
    assert_eq!(
        planted("hint = \"Which resource is idle?\"\n", ""),
        ["q.toml:15:1: `hint` is missing"]
    );
}

#[test]
fn faults_of_steps_points_and_runs() {
    let pair = "first = \"give-back\", then = \"commit\"";
    assert_eq!(
        planted(pair, "first = \"borrow\", then = \"commit\""),
        ["q.toml:87:11: `borrow` does come before `commit`: that is no wrong order"]
    );
    assert_eq!(
        planted(pair, "first = \"give-back\", then = \"rollback\""),
        ["q.toml:87:11: there is no step `rollback`"]
    );
    assert_eq!(
        planted("id = \"idle\", text", "id = \"pending\", text"),
        ["q.toml:141:10: two entries have the id `pending`"]
    );
    assert_eq!(planted("weight = 3", "weight = 0"), ["q.toml:143:54: 0 is out of range: 1 to 9"]);
    assert_eq!(
        planted("show = [\"completed_per_s\", \"pool_wait_ms_p99\"]", "show = \"trace\""),
        ["q.toml:128:8: `show` is a list of 1 to 10 metrics, \"timeline\" or \"jtl\""]
    );
    assert_eq!(
        planted("{ metric = \"latency_ms_p50\", trap", "{ trap"),
        ["q.toml:70:3: either `metric` or `value` is needed"]
    );
}

#[test]
fn faults_of_the_korean_words() {
    assert_eq!(
        planted_korean("steps.begin = \"시작한다\"\n", ""),
        ["q.ko.toml:47:1: `begin` of the English file is missing"]
    );
    assert_eq!(
        planted_korean("points.idle =", "points.idly ="),
        [
            "q.ko.toml:76:1: `idle` of the English file is missing",
            "q.ko.toml:76:8: the English file has no `idly` (did you mean `idle`?)",
        ]
    );
    assert_eq!(
        planted_korean("small-pool = \"원인은 늘 작은 풀이다\"\n", ""),
        ["q.ko.toml:4:1: `small-pool` of the English file is missing"]
    );
    assert_eq!(
        planted_korean("prep.words/1", "prep.quiz/1"),
        ["q.ko.toml:1:10: unknown format `prep.quiz/1`: `prep.words/1` was expected"]
    );
    assert_eq!(
        planted_korean("[question.ceiling]", "[question.celing]"),
        [
            "q.ko.toml:-: the question `ceiling` of the English file is missing: add \
             `[question.ceiling]`",
            "q.ko.toml:31:11: the English file has no `celing` (did you mean `ceiling`?)",
        ]
    );
    assert_eq!(
        planted_korean("options.heap = { text = \"힙\", why = \"역시 다릅니다.\" }\n", ""),
        ["q.ko.toml:26:1: the option `heap` of the English file is missing"]
    );
    assert_eq!(
        planted_korean(
            "options.jit =",
            "options.zgc = { text = \"x\", why = \"x\" }\noptions.jit ="
        ),
        ["q.ko.toml:29:9: the English file has no `zgc` (did you mean `gc`?)"]
    );
    assert_eq!(
        planted_korean("text = \"톰캣 스레드\", ", ""),
        ["q.ko.toml:19:19: `text` is missing"]
    );
    assert_eq!(planted_korean("\"무엇이 다른가요?\"", "\"\""), ["q.ko.toml:23:7: `ask` is empty"]);
    assert_eq!(
        planted_korean("점유 시간은 50 ms입니다.\"]", "점유 시간은 50 ms입니다.\", \"둘\"]"),
        ["q.ko.toml:35:9: `wrong` has 2 texts; the English file has 1 wrong answers"]
    );
    assert_eq!(
        planted_korean("전체 {rate}입니다", "전체입니다"),
        ["q.ko.toml:38:7: `ask` does not show the param `rate`: write `{rate}` where its value \
             belongs"]
    );
    assert_eq!(
        planted_korean("[question.ceiling]", "[question.ceiling]\nanswer = 200"),
        ["q.ko.toml:32:1: unknown field `answer` (known here: ask, hint, why, wrong)"]
    );
}

#[test]
fn all_faults_of_both_files_come_at_once() {
    let english = example::EN.replace("\"Two of four differ.\"", "\"\"").replace("1/s", "x");
    let korean = example::KO.replace("\"모두\"", "\"\"");
    assert_eq!(
        faults(&english, Some(&korean)),
        [
            "q.toml:41:7: `why` is empty",
            "q.toml:50:8: unknown unit `x` (one of: 1/s, ms, s, count, %, share)",
            "q.ko.toml:20:24: `text` is empty",
        ]
    );
    assert_eq!(faults("a =", Some("b =")).len(), 2);
}

#[test]
fn a_missing_quiz_names_the_nearest() {
    let library = Library::of(&[
        ("quizzes/hikaricp-pool.toml", example::EN),
        ("quizzes/hikaricp-pool.ko.toml", example::KO),
    ]);
    assert_eq!(load(&library, "hikaricp-pool"), Ok(example::quiz()));
    let problems = load(&library, "hikaricp-pol").unwrap_err();
    assert_eq!(
        problems.iter().map(shown).collect::<Vec<_>>(),
        ["quizzes/hikaricp-pol.toml:-: there is no quiz `hikaricp-pol` (did you mean \
          `hikaricp-pool`?)"]
    );
}

#[test]
fn no_cut_or_mangled_file_panics() {
    for (at, _) in example::EN.char_indices() {
        let _ = faults(&example::EN[..at], Some(&example::KO[..0]));
    }
    for (at, _) in example::KO.char_indices() {
        let _ = faults(example::EN, Some(&example::KO[..at]));
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
    let schema = Library::embedded().file("docs/schema/quiz.schema.json").unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema.text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let is_valid = |text: &str| {
        let root = toml_tree::parse(&Source::new("q.toml", text)).unwrap();
        validator.is_valid(&json(&root))
    };
    assert!(is_valid(example::EN));
    let broken = [
        ("prep.quiz/1", "prep.quiz/2"),
        ("title = \"HikariCP connection pool\"\n", ""),
        ("\"jdk-difference\"", "\"JDK difference\""),
        ("type = \"several\"", "type = \"essay\""),
        ("type = \"several\"", "type = \"number\""),
        ("\"Which of these differ?\"", "\" \""),
        ("see = \"sim pool-size\"", "see = \"prep sim pool-size\""),
        ("section = \"defaults\"", "section = \"defaults\"\nsees = \"x\""),
        ("right = true, why = \"CPU is idle", "why = \"CPU is idle"),
        ("text = \"Tomcat threads\",", "text = \"Tomcat threads\", right = true,"),
        (", why = \"It does.\"", ""),
        ("keep = \"last\"", "keep = \"first\""),
        ("unit = \"1/s\"", "unit = \"TPS\""),
        ("{ percent = 2 }", "{ percent = 2, absolute = 1 }"),
        ("{ percent = 2 }", "{ percent = -2 }"),
        ("[6, 8, 12]", "[]"),
        ("sim = \"pool-size\"\n", ""),
    ];
    for (from, to) in broken {
        let text = example::EN.replace(from, to);
        assert_ne!(faults(&text, None), Vec::<String>::new(), "{from} -> {to}");
        assert!(!is_valid(&text), "{from} -> {to}");
    }
}
