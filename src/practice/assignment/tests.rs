use super::*;
use crate::content::Library;
use crate::content::problem::{Problem, Source};
use crate::content::text::{Lang, both};
use crate::practice::key::{self, Key};
use crate::practice::paper::{self, Issued};
use crate::practice::signing::Secret;
use crate::practice::simulated::NoAnswer;
use crate::quiz::example;
use crate::quiz::grade::Band;
use crate::quiz::unit::Unit;

/// Three of the example's questions for each student, one of them with settings of the mentor's.
pub(in crate::practice) const WEEK: &str = r#"format = "prep.assignment/1"
id = "week3"
class = "bootcamp-7"
title = "Week 3: pools"
opens = 2026-12-01T09:00:00+09:00
due = 2026-12-07T23:59:00+09:00
attempts = 2
late = { per_day = "10%", until = 3 }
items = [
  { quiz = "hikaricp-pool", kinds = ["choice", "several", "number"], pick = 2, points = 10 },
  { quiz = "hikaricp-pool", question = "p99-of-pool", scenario = "shop-a", points = 5 },
  { quiz = "hikaricp-pool", question = "explain", points = 4 },
]

[scenario.shop-a]
set = { "load.shoppers.seats" = 7, "app.cores" = 2 }
"#;

/// Every question of the example.
pub(in crate::practice) const ALL: &str = r#"format = "prep.assignment/1"
id = "all"
class = "c"
title = "All"
items = [ { quiz = "hikaricp-pool", pick = 9 } ]
"#;

pub(in crate::practice) fn library() -> Library {
    Library::of(&[
        ("quizzes/hikaricp-pool.toml", example::EN),
        ("quizzes/hikaricp-pool.ko.toml", example::KO),
    ])
}

/// The files of an assignment, with a simulator that always finds 40 to 60 ms.
pub(in crate::practice) fn files(library: &Library, text: &str) -> Result<Made, Vec<Problem>> {
    let source = Source::new("week3.toml", text);
    let assignment = read(&source)?;
    let band = Band { value: 50.0, low: 40.0, high: 60.0, unit: Unit::Milliseconds, wrong: vec![] };
    let mut simulator = Simulator {
        band: &mut |_| Ok(Some(band.clone())),
        exhibit: &mut |_| Ok(both!("pool_wait 900 ms", "풀 대기 900 ms")),
    };
    make(library, &source, &assignment, &Secret::of([3; 32]), &mut simulator).map_err(|error| {
        match error {
            NoAnswer::Problems(problems) => problems,
            NoAnswer::Run(_) => Vec::new(),
        }
    })
}

pub(in crate::practice) fn opened(text: &str) -> (Issued, Key) {
    let made = files(&library(), text).unwrap();
    let issued = paper::open(made.paper.as_bytes()).unwrap();
    (issued, key::open(made.key.as_bytes()).unwrap())
}

fn faults(from: &str, to: &str) -> Vec<String> {
    assert_eq!(WEEK.matches(from).count(), 1, "{from} must occur once");
    let problems = files(&library(), &WEEK.replace(from, to)).err().unwrap_or_default();
    let shown = |problem: &Problem| {
        let at = problem.place.as_ref().map_or(0, |place| place.line);
        let hint = problem.hint.as_ref().map(|hint| format!(" ({})", hint.en)).unwrap_or_default();
        format!("{at}: {}{hint}", problem.what.en)
    };
    problems.iter().map(shown).collect()
}

#[test]
fn the_example_is_made_whole() {
    let (issued, key) = opened(WEEK);
    assert_eq!(issued.digest, key.digest);
    assert_eq!(key.paper, issued.paper);
    let picks: Vec<(usize, f64, usize)> = issued
        .paper
        .items
        .iter()
        .map(|item| (item.pick, item.points, item.questions.len()))
        .collect();
    assert_eq!(picks, [(2, 10.0, 3), (1, 5.0, 1), (1, 4.0, 1)]);
    let sim = issued.paper.items[1].questions[0].kind.sim().unwrap();
    let settings: Vec<String> =
        sim.settings.iter().map(|setting| format!("{}={}", setting.name, setting.value)).collect();
    assert_eq!(settings, ["load.shoppers.seats=7", "app.cores=2"]);
    assert_eq!(sim.variants.len(), 6);
    assert_eq!(issued.paper.due.as_deref(), Some("2026-12-07T23:59:00+09:00"));
}

#[test]
fn the_settings_of_a_scenario_lie_under_those_of_the_question() {
    let source = Source::new("week3.toml", WEEK);
    let assignment = read(&source).unwrap();
    let mut asked = Vec::new();
    let mut simulator = Simulator {
        band: &mut |ask| {
            asked.push(ask.settings.clone());
            Ok(None)
        },
        exhibit: &mut |_| Ok(both!("x", "x")),
    };
    let result = make(&library(), &source, &assignment, &Secret::of([3; 32]), &mut simulator);
    assert!(matches!(result, Err(NoAnswer::Problems(_))), "no setting can be asked");
    let names: Vec<&str> = asked[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "load.shoppers.seats",
            "app.cores",
            "spring.datasource.hikari.maximum-pool-size",
            "load.shoppers.rate"
        ]
    );
}

#[test]
fn faults_are_named_with_their_line() {
    let cases = [
        (
            "prep.assignment/1",
            "prep.quiz/1",
            "1: unknown format `prep.quiz/1`: `prep.assignment/1` was expected",
        ),
        (
            "\"week3\"",
            "\"../week3\"",
            "2: `../week3` is no id (lower-case letters, digits and single hyphens: `week3`)",
        ),
        (
            "2026-12-01T09:00:00+09:00",
            "2026-12-01T09:00:00",
            "5: `opens` must be a date and time with its offset from UTC (write 2026-12-07T23:59:00+09:00)",
        ),
        ("2026-12-07T", "2026-11-07T", "6: `due` must be after `opens`"),
        ("attempts = 2", "attempts = 0", "7: 0 is out of range: 1 to 100"),
        ("\"10%\"", "\"ten\"", "8: a percentage from `0%` to `100%` was expected"),
        ("\"several\", ", "\"severl\", ", "10: unknown type `severl` (did you mean `several`?)"),
        (
            "pick = 2",
            "pick = 4",
            "10: only 3 questions of `hikaricp-pool` are left to pick from, not 4",
        ),
        ("points = 10", "points = 0", "10: `points` must be more than 0 and at most 1000"),
        (
            "\"hikaricp-pool\", question = \"p99",
            "\"hikari-pool\", question = \"p99",
            "11: there is no quiz `hikari-pool` (did you mean `hikaricp-pool`?)",
        ),
        (
            "\"p99-of-pool\"",
            "\"p99-of-pol\"",
            "11: the quiz `hikaricp-pool` has no question `p99-of-pol` (did you mean `p99-of-pool`?)",
        ),
        (
            "\"shop-a\"",
            "\"shop-b\"",
            "11: there is no `[scenario.shop-b]` (did you mean `shop-a`?)",
        ),
        (
            "\"explain\"",
            "\"explain\", scenario = \"shop-a\"",
            "12: `hikaricp-pool/explain` asks no simulation, so it takes no scenario",
        ),
        (
            "\"explain\"",
            "\"p99-of-pool\"",
            "12: the question `hikaricp-pool/p99-of-pool` is asked twice",
        ),
        (
            "\"load.shoppers.seats\"",
            "\"load.shoppers.rate\"",
            "15: `hikaricp-pool/p99-of-pool` draws `load.shoppers.rate` itself, so a scenario cannot set it",
        ),
        ("class =", "clas =", "1: `class` is missing"),
    ];
    for (from, to, fault) in cases {
        let found = faults(from, to);
        assert!(found.contains(&fault.to_owned()), "{from} -> {to}: {found:#?}");
    }
}

#[test]
fn what_a_mentor_answers_is_the_file_that_it_would_have_needed() {
    let wish = Wish {
        id: "week4".to_owned(),
        class: "반 \"7\"".to_owned(),
        title: "풀 = 지연".to_owned(),
        opens: String::new(),
        due: "2026-12-07T23:59:00+09:00".to_owned(),
        items: vec![("hikaricp-pool".to_owned(), 2, vec!["choice".to_owned(), "trace".to_owned()])],
        attempts: 3,
        late: Some((20, 2)),
    };
    let assignment = read(&Source::new("week4.toml", toml(&wish))).unwrap();
    assert_eq!(
        (assignment.id, assignment.class, assignment.title, assignment.opens, assignment.due),
        (wish.id, wish.class, wish.title, None, Some(wish.due))
    );
    assert_eq!(
        assignment.items[0].choose,
        Choose::Pick { count: 2, kinds: vec!["choice".to_owned(), "trace".to_owned()] }
    );
    assert_eq!(assignment.late, Late { percent_per_day: 20.0, until_days: 2 });
    assert_eq!(assignment.attempts, 3);
}

/// The schema and the reader agree on the examples.
#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let file = Library::embedded().file("docs/schema/assignment.schema.json").unwrap();
    let schema = serde_json::from_str(&file.text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let fits = |text: &str| {
        // Dates as their text, as a schema knows them.
        let text = text.replace("2026-12-01T09:00:00+09:00", "\"2026-12-01T09:00:00+09:00\"");
        let text = text.replace("2026-12-07T23:59:00+09:00", "\"2026-12-07T23:59:00+09:00\"");
        let value: toml_value::Value = toml_value::from_str(&text).unwrap();
        validator.is_valid(&serde_json::to_value(&value).unwrap())
    };
    assert!(fits(WEEK) && fits(ALL));
    for (from, to) in [
        ("pick = 2", "pick = 0"),
        ("\"10%\"", "\"ten\""),
        ("\"several\", ", "\"severl\", "),
        ("attempts = 2", "attempts = 0"),
        ("class = ", "clas = "),
        ("question = \"p99-of-pool\"", "pick = 1, question = \"p99-of-pool\""),
    ] {
        assert!(!fits(&WEEK.replace(from, to)), "{to}");
    }
}

/// `toml` is at home in `content`; its values are needed here for the schema alone.
use ::toml as toml_value;

/// No right answer, reason, trap, hint, rubric or model answer of any embedded question is in the
/// paper that asks it.
#[test]
fn no_paper_has_an_answer() {
    let embedded = Library::embedded();
    let mut kinds = std::collections::BTreeSet::new();
    let (example, example_text) = (library(), "hikaricp-pool".to_owned());
    let slugs = embedded.slugs(crate::content::Kind::Quiz);
    let all = slugs.iter().map(|slug| (&embedded, (*slug).to_owned()));
    for (library, slug) in all.chain([(&example, example_text)]) {
        let quiz = crate::quiz::read::load(library, &slug).unwrap();
        let count = quiz.questions.len();
        let text = ALL.replace("hikaricp-pool", &slug).replace('9', &count.to_string());
        let made = files(library, &text).unwrap();
        let body: serde_json::Value =
            serde_json::from_str(made.paper.lines().next().unwrap()).unwrap();
        let (mut public, mut keys) = (Vec::new(), Vec::new());
        strings(&body, &mut public, &mut keys);
        for key in ["right", "why", "trap", "wrong", "answer", "accept", "model", "hint", "guard"] {
            assert!(!keys.contains(&key.to_owned()), "{slug}: a field `{key}`");
        }
        for question in &quiz.questions {
            kinds.insert(question.kind.name());
            for secret in secrets(&quiz, question) {
                let leak = public.iter().find(|words| words.contains(&secret));
                // A reason may repeat what the question itself asks or offers.
                let own = |lang| question.ask.get(lang).contains(&secret);
                assert!(
                    leak.is_none() || own(Lang::En) || own(Lang::Ko),
                    "{slug}/{}: `{secret}` is in `{leak:?}`",
                    question.id
                );
            }
        }
    }
    assert_eq!(kinds.len(), 9, "{kinds:?}");
}

/// Every string and every key of a value.
fn strings(value: &serde_json::Value, words: &mut Vec<String>, keys: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => words.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|it| strings(it, words, keys)),
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                keys.push(key.clone());
                strings(value, words, keys);
            }
        }
        _ => {}
    }
}

/// What a student must not read before answering; short words would be found anywhere.
fn secrets(
    quiz: &crate::quiz::question::Quiz,
    question: &crate::quiz::question::Question,
) -> Vec<String> {
    use crate::quiz::question::QuestionKind;
    let mut texts = vec![&question.why, &question.hint];
    for option in question.kind.options() {
        texts.push(&option.why);
    }
    for trap in question.kind.traps() {
        texts.extend(quiz.misconception(&trap.value));
    }
    match &question.kind {
        QuestionKind::Number(number) => texts.extend(number.wrong.iter().map(|wrong| &wrong.why)),
        QuestionKind::Order(order) => texts.extend(order.wrong.iter().map(|pair| &pair.why)),
        QuestionKind::Sim(sim) | QuestionKind::Predict(sim) => {
            texts.extend(sim.wrong.iter().map(|wrong| &wrong.why));
        }
        QuestionKind::Open(open) => {
            texts.push(&open.model);
            texts.extend(open.points.iter().map(|point| &point.text));
        }
        _ => {}
    }
    let both = texts.into_iter().flat_map(|text| [text.en.clone(), text.ko.clone()]);
    both.filter(|text| text.chars().count() >= 8).collect()
}

/// Neither the order nor the ids of a paper tell which option or order is right.
#[test]
fn order_and_ids_tell_nothing() {
    let quiz = example::quiz();
    let order = example::question(&quiz, "steps");
    let mut first_right = 0;
    let mut in_order = 0;
    for seed in 0..64 {
        let blinded = paper::blinded(example::question(&quiz, "ends-in"), seed);
        let shown = paper::published("a/b", &blinded, paper::Apart::Nothing);
        let right = blinded.kind.options().iter().find(|option| option.right).unwrap();
        first_right += usize::from(shown.kind.options()[0].id == right.id);
        let steps = paper::published("a/b", &paper::blinded(order, seed), paper::Apart::Nothing);
        let words: Vec<&str> = steps.kind.options().iter().map(|o| o.text.en.as_str()).collect();
        in_order += usize::from(
            words == ["borrow a connection", "begin", "commit", "give the connection back"],
        );
    }
    assert!((16..=48).contains(&first_right), "{first_right} of 64");
    assert!(in_order <= 12, "{in_order} of 64");
}
