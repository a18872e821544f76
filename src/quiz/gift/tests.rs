use super::*;
use crate::content::text::Lang;
use crate::content::toml_tree;
use crate::quiz::question::{Accept, QuestionKind};
use crate::quiz::read as quiz_read;
use crate::random::Stream;

fn source(text: &str) -> Source {
    Source::new("my.gift", text)
}

fn gift(text: &str) -> Gift {
    read(&source(text)).unwrap()
}

/// Line and words of every problem.
fn said(problems: &[Problem]) -> Vec<String> {
    let line = |problem: &Problem| problem.place.as_ref().map_or(0, |place| place.line);
    problems.iter().map(|problem| format!("{}: {}", line(problem), problem.what.en)).collect()
}

fn faults(text: &str) -> Vec<String> {
    said(&read(&source(text)).unwrap_err())
}

fn option(text: &str, why: &str, right: bool) -> GiftOption {
    let why = Some(why.to_owned()).filter(|why| !why.is_empty());
    GiftOption { text: text.to_owned(), why, right }
}

fn question(id: &str, ask: &str, why: Option<&str>, kind: GiftKind) -> GiftQuestion {
    GiftQuestion { id: id.to_owned(), ask: ask.to_owned(), why: why.map(str::to_owned), kind }
}

#[test]
fn every_kind_that_is_taken() {
    let text = "\u{feff}// from Moodle\r\n$CATEGORY: a/b\r\n\r\n\
        ::Pool size::Who waits? {\r\n\t=the thread#it holds none\r\n\t~the driver # no\r\n\t~%-50%nobody\r\n####Waiting is quiet.}\r\n\
        \r\n\
        // a comment\r\n::pools/which::Which?{~%50%a#x ~%50%b ~%-50%c}\r\n\r\n\
        Two{\r\n//=no\r\n=and ~or} three\r\n\r\n\
        It is so.{F#wrong#right}\r\n\r\nIt is.{ TRUE }\r\n\r\n\
        ::n::How many?{#200:4 =%0%500:10#other hold ####why}\r\n\r\n\
        ::r::Range?{#1.5..2.5}\r\n\r\n\
        Explain.{}\r\n";
    let truth = |wrong, right, is_true| {
        let why = |holds| if holds { right } else { wrong };
        GiftKind::Choice(vec![
            option("True", why(is_true), is_true),
            option("False", why(!is_true), !is_true),
        ])
    };
    let number = |answer, tolerance, wrong| {
        GiftKind::Number(GiftNumber { answer, tolerance, unit: None, wrong })
    };
    let read = gift(text);
    assert_eq!(
        read.questions,
        [
            question(
                "pool-size",
                "Who waits?",
                Some("Waiting is quiet."),
                GiftKind::Choice(vec![
                    option("the thread", "it holds none", true),
                    option("the driver", "no", false),
                    option("nobody", "", false),
                ])
            ),
            question(
                "which",
                "Which?",
                None,
                GiftKind::Several(vec![
                    option("a", "x", true),
                    option("b", "", true),
                    option("c", "", false),
                ])
            ),
            question(
                "two-three",
                "Two_____ three",
                None,
                GiftKind::Choice(vec![option("and", "", true), option("or", "", false)])
            ),
            question("it-is-so", "It is so.", None, truth("wrong", "right", false)),
            question("it-is", "It is.", None, truth("", "", true)),
            question(
                "n",
                "How many?",
                Some("why"),
                number(200.0, 4.0, vec![(500.0, Some("other hold".to_owned()))])
            ),
            question("r", "Range?", None, number(2.0, 0.5, Vec::new())),
            question("explain", "Explain.", None, GiftKind::Open),
        ]
    );
    assert_eq!(said(&read.left_out), [""; 0]);
}

#[test]
fn escaped_characters_stand_for_themselves() {
    let read = gift(
        "::a\\:\\:b::x \\{ \\} \\~ \\= \\# \\\\n \\n y \\z \\:: {=1 \\= 1#a \\# b ~\\~ ####\\#\\#\\#\\# z}",
    );
    let asked = "x { } ~ = # \\n \n y \\z ::";
    assert_eq!(read.questions[0].ask, asked.replace(" \n ", "\n"));
    assert_eq!(
        read.questions[0].kind,
        GiftKind::Choice(vec![option("1 = 1", "a # b", true), option("~", "", false)])
    );
    assert_eq!(read.questions[0].why.as_deref(), Some("#### z"));
    assert_eq!(read.questions[0].id, "a-b");
}

#[test]
fn html_becomes_plain_words() {
    let read = gift(
        "[html]<p>Is <b>a</b> &lt; <code>List&lt;T&gt;</code>\n&amp; b &#44032;?</p><ul><li>one</li></ul> 1 < 2 &nope; \
         {=[plain]<i>#<i>why</i> ~[x] y}",
    );
    assert_eq!(read.questions[0].ask, "Is a < `List<T>` & b 가?\n\none\n1 < 2 &nope;");
    assert_eq!(
        read.questions[0].kind,
        GiftKind::Choice(vec![option("<i>", "why", true), option("[x] y", "", false)])
    );
}

#[test]
fn ids_are_unique_and_never_empty() {
    let read = gift("::무엇::가?{}\n\n::a/b::x{}\n\n::c/b::x{}\n\n::B!::x{}\n\n왜?{}");
    let ids: Vec<&str> = read.questions.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["question-1", "b", "b-2", "b-3", "question-5"]);
}

#[test]
fn what_has_no_kind_is_left_out_with_its_line() {
    let text = "One.{=1 ~2}\n\nA description.\n\nCapital?{=Canada->Ottawa =Italy->Rome}\n\n\
                Who?{=no one =nobody}\n\nBoth?{=a =b ~c}\n\nTwo?{#=1:0 =2:0}\n\n\
                Part?{=a ~%50%b}\n\nUneven?{~%70%a ~%30%b}\n\nOther?{#5:1 =%50%5:2 ~#else}\n";
    let read = gift(text);
    assert_eq!(read.questions.len(), 4);
    assert_eq!(
        said(&read.left_out),
        [
            "3: left out: a description, which asks nothing",
            "5: left out: there is no kind for matching questions",
            "7: left out: there is no kind for short answers; a choice asks the same",
            "9: left out: 2 options are right and only one can be chosen",
            "11: left out: several numbers are right, and a question has one",
            "13: taken without its weights: every right option counts the same",
            "15: taken without its weights: every right option counts the same",
            "17: taken without what is said of other numbers: one is right, some are wrong",
        ]
    );
}

#[test]
fn every_fault_is_told_with_its_line() {
    let text = "a{=1 ~2\n\nb}\n\nc{=1 ~{2}}\n\nd{=1 ~2} e{=3 ~4}\n\nf{~1 ~2}\n\ng{#x}\n\n\
                h{#1:-1}\n\ni{#}\n\nj{1 ~2}\n\nk{=1}\n\nl{=1 ~ #x}\n\nm{~%900%a ~b}\n\n{=1 ~2}\n\n\
                n\u{1b}{=1 ~2}\n\n[html]o&#7;{=1 ~2}\n\np{#inf}\n\nq{#2..1}\n\nr{#1e999}\n";
    assert_eq!(
        faults(text),
        [
            "1: `{` is not closed before the next `{` or empty line",
            "3: a question has one pair of braces; this one is too much",
            "5: `{` is not closed before the next `{` or empty line",
            "7: a question has one pair of braces; this one is too much",
            "9: no option is right: mark it with `=`, or several with `~%50%`",
            "11: `x` is no number",
            "13: `1:-1` is no number",
            "15: no number counts in full",
            "17: `~` or `=` was expected before an option",
            "19: left out: there is no kind for short answers; a choice asks the same",
            "21: an option is empty",
            "23: a weight is between -100 and 100 percent",
            "25: nothing is asked before `{`",
            "27: control characters are not allowed here",
            "29: control characters are not allowed here",
            "31: `inf` is no number",
            "33: `2..1` is no number",
            "35: `1e999` is no number",
        ]
        .into_iter()
        .filter(|fault| !fault.contains("left out"))
        .collect::<Vec<_>>()
    );
    for empty in ["", "\n\n", "// only\n", "A description.\n"] {
        let said = faults(empty);
        assert_eq!(said.last().unwrap(), "0: there is no question that can be taken over");
    }
}

#[test]
fn too_much_is_refused_at_once() {
    let huge = "x".repeat(BYTES_MAX + 1);
    assert_eq!(faults(&huge), ["0: the file is larger than 1 MiB, the most that is read"]);
    let many = "q{=1 ~2}\n\n".repeat(BLOCKS_MAX + 1);
    assert_eq!(
        faults(&many),
        ["2001: the file has more than 1000 questions, the most that are read"]
    );
    for part in ["<a", "{", "~", "&#1", "\\", "=", "#", "::", "%1", "a{=1 ~2}\n//\n"] {
        let text = format!("[html]q {}", part.repeat(BYTES_MAX / part.len() - 10));
        let _ = read(&source(&text));
    }
}

#[test]
fn the_files_are_a_quiz_once_the_marks_are_gone() {
    let text = "::one::Who \\\"waits\\\" in C:\\\\pool?{=a#x ~b}\n\n::two::Which?{~%100%a ~%-100%b}\n\n\
                ::three::How many?{#200:4 =%0%500:10}\n\n::four::Explain.{####so}";
    let gift = gift(text);
    for (lang, other) in [(Lang::En, Lang::Ko), (Lang::Ko, Lang::En)] {
        let files = write::files("pools", &gift, lang);
        let filled = files.map(|text| {
            let text = text.replace("trap = \"FILL-IN\"", "trap = \"first-belief\"");
            text.replace("section = \"FILL-IN\"", "section = \"mechanism\"")
                .replace("unit = \"FILL-IN: 1/s, ms, s, count, %, share\"", "unit = \"count\"")
        });
        let [english, korean] = &filled;
        let korean = Source::new("pools.ko.toml", korean.as_str());
        let english = Source::new("pools.toml", english.as_str());
        let quiz = quiz_read::read("pools", &english, Some(&korean)).unwrap();
        let asks: Vec<&str> = quiz.questions.iter().map(|it| it.ask.get(lang)).collect();
        let expected = ["Who \\\"waits\\\" in C:\\pool?", "Which?", "How many?", "Explain."];
        assert_eq!(asks, expected);
        assert_eq!(quiz.questions[1].ask.get(other), "FILL-IN: Which?");
        let kinds: Vec<&str> = quiz.questions.iter().map(|it| it.kind.name()).collect();
        assert_eq!(kinds, ["choice", "several", "number", "open"]);
        let QuestionKind::Number(number) = &quiz.questions[2].kind else { panic!() };
        assert_eq!((number.answer, number.accept), (200.0, Accept::Absolute(4.0)));
        assert_eq!(quiz.questions[3].why.get(lang), "so");
    }
}

/// Pieces of GIFT, HTML and worse in any order: no panic, faults have a place, and what is taken
/// is TOML that can be read.
#[test]
fn whatever_is_read_ends_in_faults_or_in_toml() {
    const PIECES: [&str; 40] = [
        "::",
        ":",
        "{",
        "}",
        "~",
        "=",
        "#",
        "####",
        "\\",
        "\\n",
        "%50%",
        "%-33.33333%",
        "%",
        "->",
        "\n",
        "\n\n",
        "\r\n",
        "TRUE",
        "F",
        "1:2",
        "1..2",
        "-3.5",
        "1e999",
        "*",
        "[html]",
        "[markdown]",
        "<code>",
        "</p>",
        "<",
        "&amp;",
        "&#0;",
        "&#xd800;",
        "가나",
        "\u{feff}",
        "//",
        "$CATEGORY:",
        "\u{1b}",
        "\"",
        "{=a ~b}",
        "<p class=\"prep-unit-ms\">x</p>",
    ];
    let seed = std::process::id().into();
    #[expect(clippy::print_stdout, reason = "shown where the test fails")]
    {
        println!("seed {seed}");
    }
    let mut stream = Stream::from_seed(seed);
    let mut taken = 0;
    for _ in 0..4000 {
        let count = stream.bits() % 14;
        let mut text = String::new();
        for _ in 0..count {
            text += PIECES[(stream.bits() % PIECES.len() as u64) as usize];
            if stream.bits().is_multiple_of(4) {
                text += "word ";
            }
        }
        match read(&source(&text)) {
            Err(problems) => assert!(!problems.is_empty(), "{text:?}"),
            Ok(gift) => {
                taken += gift.questions.len();
                for file in write::files("x", &gift, Lang::En) {
                    let parsed = toml_tree::parse(&source(&file));
                    assert!(parsed.is_ok(), "{text:?} gave {file:?}");
                }
            }
        }
    }
    assert!(taken > 100, "{taken}");
}
