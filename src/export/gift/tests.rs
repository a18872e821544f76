use super::*;
use crate::content::problem::Source;
use crate::content::text::Text;
use crate::content::{Kind, Library};
use crate::quiz::example;
use crate::quiz::gift::{self, write};
use crate::quiz::grade::{Answer, Band, grade};
use crate::quiz::question::Quiz;
use crate::quiz::read;
use crate::quiz::unit::Unit;

fn asked<'q>(quiz: &'q Quiz, question: &'q Question) -> Asked<'q> {
    Asked { quiz, question, measured: None, band: None }
}

fn all(quiz: &Quiz) -> Vec<Asked<'_>> {
    quiz.questions.iter().map(|question| asked(quiz, question)).collect()
}

fn one(asked: Asked<'_>, lang: Lang) -> String {
    let (text, not_asked) = text(&[asked], lang);
    assert_eq!(not_asked, []);
    text.strip_prefix("$CATEGORY: prep/hikaricp-pool\n\n").unwrap().to_owned()
}

#[test]
fn a_question_of_each_kind() {
    let quiz = example::quiz();
    let of = |id: &str| asked(&quiz, example::question(&quiz, id));
    assert_eq!(
        one(of("first-wall"), Lang::En),
        "// [id:hikaricp-pool/first-wall] [tag:choice]\n\
         ::hikaricp-pool/first-wall::[html]p99 climbs to 900 ms, application CPU 20 %, database \
         CPU 30 %. What do you look at first?{\n\
         \t=the pool\\: <code>pending</code>#CPU is idle\\: threads wait.\n\
         \t~Tomcat threads#More threads only lengthen the queue.\n\
         \t~all of these#The second makes it worse.\n\
         \t####Threads that wait for a connection use no CPU.\n}\n\n"
    );
    let several = one(of("jdk-difference"), Lang::En);
    let weights =
        ["~%50%the version#", "~%50%the heap#", "~%-50%the collector#", "~%-50%the compiler#"];
    for weight in weights {
        assert!(several.contains(&format!("\t{weight}")), "{several}");
    }
    let number = one(of("ceiling"), Lang::En);
    let answers = "<p class\\=\"prep-unit-per-second\">Type the number alone, per second.</p>{#\n\
                   \t=%100%200:4\n\t=%0%500:10#That is 10 / 20 ms\\: the hold time here is 50 ms.\n\
                   \t####Throughput &lt;\\= pool / hold time \\= 10 / 0.05 s \\= 200/s.\n}";
    assert!(number.contains(answers), "{number}");
    let order = one(of("steps"), Lang::En);
    let steps = "1 to 4.</p>{\n\t=borrow a connection -> 1\n\t=begin -> 2\n\t=commit -> 3\n\
                 \t=give the connection back -> 4\n";
    assert!(order.contains(steps), "{order}");
    let trace = one(of("ends-in"), Lang::En);
    let row = "<tr><td>A</td><td>update bids set stock \\= 4 where id \\= 1</td></tr>";
    assert!(trace.contains(row) && trace.contains("\t=5#"), "{trace}");
}

#[test]
fn simulated_questions_need_their_value_and_shares_are_in_percent() {
    let quiz = example::quiz();
    let question = example::question(&quiz, "guess");
    let (nothing, not_asked) = text(&[asked(&quiz, question)], Lang::En);
    assert_eq!(nothing, "");
    let id = "hikaricp-pool/guess".to_owned();
    assert_eq!(not_asked, [NotAsked { id, reason: Reason::Simulated }]);
    let wrong = question.kind.simulated().unwrap().wrong.len();
    let band = |low: f64, high: f64, unit| {
        Some(Band { value: 0.2, low, high, unit, wrong: vec![None; wrong] })
    };
    let given = |band| one(Asked { band, ..asked(&quiz, question) }, Lang::En);
    let share = given(band(0.199, 0.201, Unit::Share));
    assert!(share.contains("prep-unit-percent") && share.contains("=%100%20:"), "{share}");
    let skewed = given(band(0.01, 0.201, Unit::Seconds));
    assert!(skewed.contains("\t=%100%0.01.."), "{skewed}");
}

/// Whatever is in a text, GIFT reads the same text back.
#[test]
fn hostile_words_come_back() {
    let words = [
        "~ = # { } : \\ \\n \\\\",
        "####",
        "->",
        "%50% of it",
        "[html] is no format",
        "a\nb",
        "// no comment",
        "<b>&amp;</b> \"q\"",
        "`List<T>` and `a = b`",
        "odd ` tick",
        "$CATEGORY: x",
        "::x::",
        "TRUE",
        "1 < 2 && 3 > 2",
    ];
    let mut quiz = example::quiz();
    let question = &mut quiz.questions[0];
    for word in words {
        question.ask = Text::same(word);
        question.why = Text::same(word);
        let QuestionKind::Choice { options } = &mut question.kind else { panic!() };
        for option in options.iter_mut() {
            option.text = Text::same(word);
            option.why = Text::same(word);
        }
        let given = Quiz { questions: vec![question.clone()], ..example::quiz() };
        let (text, _) = text(&all(&given), Lang::En);
        let read = gift::read(&Source::new("x.gift", text)).unwrap();
        let gift::GiftKind::Choice(options) = &read.questions[0].kind else { panic!("{word}") };
        let mut back =
            vec![read.questions[0].ask.as_str(), read.questions[0].why.as_deref().unwrap()];
        back.extend(options.iter().flat_map(|it| [it.text.as_str(), it.why.as_deref().unwrap()]));
        assert_eq!(back, vec![word; 8]);
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// Everything that GIFT can carry is the same after a way out and back.
#[test]
fn embedded_questions_come_back() {
    let library = Library::embedded();
    let mut compared = 0;
    for slug in library.slugs(Kind::Quiz) {
        let quiz = read::load(&library, slug).unwrap();
        for lang in [Lang::En, Lang::Ko] {
            let (text, _) = text(&all(&quiz), lang);
            let read = gift::read(&Source::new(format!("{slug}.gift"), text)).unwrap();
            let files = write::files(slug, &read, lang).map(|text| {
                text.replace("trap = \"FILL-IN\"", "trap = \"first-belief\"")
                    .replace("section = \"FILL-IN\"", "section = \"mechanism\"")
            });
            let [english, korean] = files.map(|text| Source::new(slug, text));
            let back = read::read(slug, &english, Some(&korean)).unwrap();
            for question in &quiz.questions {
                let Some(other) = back.questions.iter().find(|it| it.id == question.id) else {
                    let kind = question.kind.name();
                    assert!(["order", "sim", "predict", "diagnose"].contains(&kind), "{kind}");
                    continue;
                };
                compared += usize::from(is_same(question, other, lang));
            }
        }
    }
    assert!(compared >= 800, "{compared} questions compared");
}

/// Compares what has to survive; `false` for kinds of which not all does.
fn is_same(question: &Question, other: &Question, lang: Lang) -> bool {
    let id = &question.id;
    match (&question.kind, &other.kind) {
        (QuestionKind::Choice { options }, QuestionKind::Choice { options: others })
        | (QuestionKind::Several { options }, QuestionKind::Several { options: others }) => {
            let words = |options: &[Choice]| -> Vec<(String, String, bool)> {
                let of = |text: &Text| text.get(lang).to_owned();
                options.iter().map(|it| (of(&it.text), of(&it.why), it.right)).collect()
            };
            assert_eq!(words(options), words(others), "{id}");
        }
        (QuestionKind::Number(number), QuestionKind::Number(back)) => {
            assert_eq!((number.answer, number.unit), (back.answer, back.unit), "{id}");
            let (there, here) =
                (number.accept.distance(number.answer), back.accept.distance(back.answer));
            assert!(near(there, here), "{id}: {there} {here}");
            assert_eq!(number.wrong.len(), back.wrong.len(), "{id}");
            for (wrong, other) in number.wrong.iter().zip(&back.wrong) {
                assert!(near(wrong.value, other.value), "{id}");
                assert_eq!(wrong.why.get(lang), other.why.get(lang), "{id}");
            }
        }
        (QuestionKind::Open(_) | QuestionKind::Trace { .. }, _) => return false,
        (kind, other) => panic!("{id}: {} came back as {}", kind.name(), other.name()),
    }
    assert_eq!(question.ask.get(lang), other.ask.get(lang), "{id}");
    assert_eq!(question.why.get(lang), other.why.get(lang), "{id}");
    true
}

/// Moodle adds the weights of what was chosen and gives no less than nothing.
#[test]
fn weights_give_the_points_that_we_give() {
    let library = Library::embedded();
    let mut compared = 0;
    for slug in library.slugs(Kind::Quiz) {
        let quiz = read::load(&library, slug).unwrap();
        for question in &quiz.questions {
            let QuestionKind::Several { options } = &question.kind else { continue };
            let text = one_of_several(&quiz, question);
            let weights: Vec<f64> = text
                .lines()
                .filter_map(|line| line.strip_prefix("\t~%")?.split('%').next()?.parse().ok())
                .collect();
            assert_eq!(weights.len(), options.len());
            for chosen in 1..1_u32 << options.len() {
                let at: Vec<usize> =
                    (0..options.len()).filter(|at| chosen & (1 << at) != 0).collect();
                let points = at.iter().map(|at| weights[*at]).sum::<f64>().max(0.0) / 100.0;
                let ids = at.iter().map(|at| options[*at].id.clone()).collect();
                let ours = grade(question, &Answer::Options(ids), None).unwrap().score;
                assert!((points - ours).abs() < 1e-6, "{}: {points} {ours}", question.id);
                compared += 1;
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

fn one_of_several(quiz: &Quiz, question: &Question) -> String {
    let (text, not_asked) = text(&[asked(quiz, question)], Lang::En);
    assert_eq!(not_asked, []);
    text
}
