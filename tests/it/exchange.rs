//! Questions on their way to Moodle and Anki, and out of Moodle.

use crate::sandbox::Sandbox;

/// What a person writes in place of the marks that have to be something else than words.
fn filled(text: &str) -> String {
    let text = text.replace("trap = \"FILL-IN\"", "trap = \"first-belief\"");
    text.replace("section = \"FILL-IN\"", "section = \"mechanism\"").replace("FILL-IN: ", "")
}

#[test]
fn choices_go_to_moodle_and_come_back_to_the_byte() {
    let sandbox = Sandbox::new();
    let export = "quiz hikaricp-pool --kind choice,several --export gift=-";
    for lang in ["en", "ko"] {
        let there = sandbox.line(&format!("--lang {lang} {export}"));
        assert!(
            there.starts_with("exit 0\n--- stdout\n$CATEGORY: prep/hikaricp-pool\n"),
            "{there}"
        );
        let gift = there.split("--- stdout\n").nth(1).unwrap();
        let gift = gift.split("--- stderr\n").next().unwrap();
        sandbox.write("out.gift", gift);
        let dir = format!("my-{lang}");
        sandbox.write(&format!("{dir}/quizzes/.keep"), "");
        let new = "new quiz hikaricp-pool --from out.gift --content";
        let said = sandbox.line(&format!("--lang {lang} {new} {dir}"));
        assert!(said.starts_with("exit 0\n") && !said.contains("out.gift"), "{said}");
        for file in ["hikaricp-pool.toml", "hikaricp-pool.ko.toml"] {
            let file = format!("{dir}/quizzes/{file}");
            sandbox.write(&file, filled(&sandbox.read(&file)));
        }
        let back = sandbox.line(&format!("--lang {lang} --content {dir} {export}"));
        assert_eq!(back, there);
    }
}

#[test]
fn what_cannot_be_asked_elsewhere_is_counted() {
    let sandbox = Sandbox::new();
    let said = sandbox.line("quiz coupons --export gift=c.gift --export anki=c.txt");
    let count = |file: &str, what: &str| {
        sandbox.read(file).lines().filter(|line| line.starts_with(what)).count()
    };
    let (gift, anki) = (count("c.gift", "::coupons/"), count("c.txt", "prep:coupons/"));
    assert_eq!(gift, anki);
    let line = |file: &str| said.lines().find(|line| line.starts_with(file)).unwrap().to_owned();
    assert!(line("c.gift: ").starts_with(&format!("c.gift: {gift} of ")), "{said}");
    assert!(line("c.gift: ").contains("left out: their right value comes from a run"), "{said}");
    assert!(!sandbox.path("data").exists(), "an export is no practice");
    let answer = |words: &str| sandbox.line(words).lines().nth(2).unwrap_or_default().to_owned();
    assert_eq!(answer("quiz coupons --export csv=x"), "error: questions are not exported as `csv`");
    assert_eq!(
        answer("quiz coupons --export gift="),
        "error: --export gift=FILE needs the name of a file"
    );
    assert_eq!(
        answer("quiz coupons --export gift=x --export anki=x"),
        "error: --export would write `x` twice"
    );
}

#[test]
fn the_check_names_what_a_gift_file_does_not_say() {
    let gift = "::a/one::Who waits?{=the thread#yes ~the driver}\n\nCapital?{=A->B =C->D}\n\n\
                ::n::How many?{#3:1}\n";
    let sandbox = Sandbox::with(&[("moodle.gift", gift)]);
    assert_eq!(
        sandbox.line("new quiz pools --from moodle.gift"),
        "exit 0\n--- stdout\nquizzes/pools.toml\nquizzes/pools.ko.toml\n--- stderr\n\
         moodle.gift:3: left out: there is no kind for matching questions\n\
         fill in what says FILL-IN; prep check --content . tells what is left\n"
    );
    let said = sandbox.line("check --content .");
    let places: Vec<&str> =
        said.lines().filter_map(|line| line.strip_prefix("  --> quizzes/pools.toml:")).collect();
    let text = sandbox.read("quizzes/pools.toml");
    for (line, words) in (1..).zip(text.lines()) {
        let named = places.iter().any(|place| place.starts_with(&format!("{line}:")));
        assert_eq!(named, words.contains("= \"FILL-IN"), "{line}: {words}");
    }
}

#[test]
fn a_file_with_faults_makes_no_quiz() {
    let sandbox = Sandbox::with(&[("open.gift", "x{=1 ~2\n\ny{#z}\n"), ("ok.gift", "x{=1 ~2}\n")]);
    sandbox.write("latin.gift", b"caf\xe9{=1 ~2}\n");
    sandbox.write("huge.gift", "x".repeat((1 << 20) + 1));
    assert_eq!(
        sandbox.line("new quiz pools --from open.gift"),
        "exit 2\n--- stderr\nerror: `{` is not closed before the next `{` or empty line\n  \
         --> open.gift:1:2\n   |\n 1 | x{=1 ~2\n   |  ^\n   = close the answers with `}`; a brace \
         of a text is written `\\{`\nerror: `z` is no number\n  --> open.gift:3:4\n   |\n 3 | \
         y{#z}\n   |    ^\n   = write `200`, `200:4` (value and tolerance) or `196..204`\n"
    );
    for (words, expected) in [
        ("new quiz pools --from latin.gift", "error: not UTF-8"),
        ("new quiz pools --from huge.gift", "error: the file is larger than 1 MiB"),
        ("new quiz pools --from missing.gift", "error: cannot be read"),
        ("new topic pools --from ok.gift", "error: --from makes quizzes only"),
    ] {
        let said = sandbox.line(words);
        assert!(said.starts_with(&format!("exit 2\n--- stderr\n{expected}")), "{said}");
    }
    assert!(!sandbox.path("quizzes").exists());
}
