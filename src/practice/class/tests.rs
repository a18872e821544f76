use super::*;
use crate::practice::assignment::tests::{WEEK, opened};
use crate::practice::paper::{Issued, PaperKind};
use crate::practice::received::is_student;
use crate::practice::signing::Secret;
use crate::practice::submission::{Given, Moment, Writer};
use crate::quiz::example;

/// How a student of a test answers.
#[derive(Clone, Copy, PartialEq)]
enum Will {
    Right,
    Wrong,
}

struct Student<'s> {
    name: &'s str,
    key: u8,
    attempt: u32,
    will: Will,
    /// Of December 2026, 10:00 UTC, each answer a second after the one before.
    day: u32,
    hands_in: bool,
}

fn student(name: &str) -> Student<'_> {
    // Whoever has another name has another key.
    let key = name.bytes().fold(7u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    Student { name, key, attempt: 1, will: Will::Right, day: 2, hands_in: true }
}

/// The answer to a drawn question, as the key knows it.
fn answer(key: &Key, drawn: &Drawn<'_>, will: Will) -> Given {
    let question = &key.question(&drawn.question.id).unwrap().question;
    let right = will == Will::Right;
    match &drawn.question.kind {
        PaperKind::Sim(_) | PaperKind::Predict(_) => {
            Given::Number(if right { "50 ms" } else { "900 ms" }.to_owned())
        }
        PaperKind::Open => Given::Words("CPU가 놀면 대기입니다".to_owned()),
        _ if right => match example::right_answer(question).unwrap() {
            crate::quiz::grade::Answer::Options(ids) => Given::Options(ids),
            crate::quiz::grade::Answer::Number(typed) => Given::Number(typed),
            crate::quiz::grade::Answer::Order(ids) => Given::Order(ids),
            other => panic!("{other:?}"),
        },
        _ => match example::wrong_answers(question)[0].0.clone() {
            crate::quiz::grade::Answer::Options(ids) => Given::Options(ids),
            crate::quiz::grade::Answer::Number(typed) => Given::Number(typed),
            other => panic!("{other:?}"),
        },
    }
}

fn at(day: u32, second: u32) -> Moment {
    let at_utc = format!("2026-12-{day:02}T10:00:{second:02}.000Z");
    Moment { ms: u64::from(second) * 1_000, at_utc, utc_offset_minutes: 540 }
}

fn file(issued: &Issued, key: &Key, student: &Student<'_>) -> Handed {
    let secret = Secret::of([student.key; 32]);
    let Student { name, attempt, will, day, .. } = *student;
    let (mut writer, mut text) =
        Writer::begin(&secret, &issued.paper.id, &issued.digest, name, attempt);
    let own = u32::from(student.key) % 30;
    for (second, drawn) in (own..).zip(draw(&issued.paper, &issued.digest, name)) {
        let given = answer(key, &drawn, will);
        let id = &drawn.question.id;
        text += &writer.answer(id, drawn.variant, given, Some(4), at(day, second));
    }
    if student.hands_in {
        text += &writer.close(at(day, 59).at_utc);
    }
    Handed { name: format!("{name}.{attempt}.submission"), bytes: text.into_bytes() }
}

fn graded<'k>(key: &'k Key, files: &[Handed]) -> Class<'k> {
    class(key, files, &Marks::default())
}

/// Student, points, ungraded answers, days late, notes in English.
fn rows(class: &Class<'_>) -> Vec<(String, f64, usize, u32, Vec<String>)> {
    let notes = |row: &Row<'_>| row.notes.iter().map(|note| note.text().en).collect();
    let rows = class.rows.iter();
    rows.map(|r| (r.student.clone(), r.points, r.ungraded, r.late_days, notes(r))).collect()
}

#[test]
fn answers_are_graded_and_those_in_words_wait() {
    let (issued, key) = opened(WEEK);
    let wrong = Student { will: Will::Wrong, ..student("lee") };
    let files = [file(&issued, &key, &student("김민지")), file(&issued, &key, &wrong)];
    let class = graded(&key, &files);
    assert_eq!(
        rows(&class),
        [("lee".to_owned(), 0.0, 1, 0, vec![]), ("김민지".to_owned(), 25.0, 1, 0, vec![]),]
    );
    assert_eq!(class.rows[0].of, 29.0);
    assert_eq!(class.refused, []);
}

#[test]
fn marks_are_asked_once_and_count_by_weight() {
    let (issued, key) = opened(WEEK);
    let files = [file(&issued, &key, &student("kim"))];
    let class = graded(&key, &files);
    let (row, answer) = class.waiting()[0];
    let line = class.rows[row].answers[answer].line.clone().unwrap();
    let text = mark_line(&line.digest(), "kim", &line.question, &["pending".to_owned()]);
    let torn = format!("{text}{{\"answer\":\"");
    let (marks, whole) = Marks::read(torn.as_bytes()).unwrap();
    assert_eq!(whole, text.len());
    let again = super::class(&key, &files, &marks);
    // 3 of the 4 weights, worth 4 points.
    assert_eq!((again.waiting(), again.rows[0].points), (vec![], 28.0));
    assert!(Marks::read(b"{\"answer\":\"x\"}\n").is_err());
}

#[test]
fn lateness_costs_what_the_paper_says() {
    let (issued, key) = opened(WEEK);
    let on = |day| file(&issued, &key, &Student { day, ..student("kim") });
    // Due on the 7th at 14:59 UTC; answers at 10:00.
    let late = |day| {
        let files = [on(day)];
        let class = graded(&key, &files);
        (class.rows[0].late_days, class.rows[0].points)
    };
    assert_eq!(
        [late(7), late(8), late(9), late(10), late(11)],
        [(0, 25.0), (1, 22.5), (2, 20.0), (3, 17.5), (4, 0.0)]
    );
}

#[test]
fn what_the_files_show_is_noted() {
    let (issued, key) = opened(WEEK);
    let open = Student { hands_in: false, ..student("open") };
    let mut torn = file(&issued, &key, &Student { hands_in: false, ..student("torn") });
    torn.bytes.extend(b"{\"question\":\"a");
    let twin = Student { key: 200, ..student("twin-a") };
    let other = Student { key: 200, day: 3, ..student("twin-b") };
    let files =
        [file(&issued, &key, &open), torn, file(&issued, &key, &twin), file(&issued, &key, &other)];
    let notes: Vec<(String, Vec<String>)> =
        rows(&graded(&key, &files)).into_iter().map(|row| (row.0, row.4)).collect();
    let of = |name: &str, note: &[&str]| {
        (name.to_owned(), note.iter().map(|note| (*note).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        notes,
        [
            of("open", &["not handed in"]),
            of("torn", &["not handed in; the last line is cut off and left out"]),
            of("twin-a", &["signed with the same key as twin-b: written with one account"]),
            of("twin-b", &["signed with the same key as twin-a: written with one account"]),
        ]
    );
}

#[test]
fn answers_before_the_opening_are_noted() {
    let (issued, key) = opened(&WEEK.replace("2026-12-01T09", "2026-12-03T09"));
    let files = [file(&issued, &key, &student("kim"))];
    let notes = &rows(&graded(&key, &files))[0].4;
    assert_eq!(notes, &["4 answers before it opened, by the student's clock"]);
}

/// Two students whose answers have the same times to the millisecond.
#[test]
fn copied_answers_are_noted() {
    let (issued, key) =
        opened(&WEEK.replace(
            "items = [",
            "items = [ { quiz = \"hikaricp-pool\", question = \"ends-in\" },",
        ));
    let one = file(&issued, &key, &Student { key: 31, ..student("kim") });
    let two = file(&issued, &key, &Student { key: 61, ..student("lee") });
    let notes = rows(&graded(&key, &[one, two])).remove(0).4;
    let copied = notes.iter().any(|n| n.ends_with("equal those of lee to the millisecond: a copy"));
    assert!(copied, "{notes:?}");
}

/// The last allowed attempt that was handed in counts.
#[test]
fn attempts_and_duplicates() {
    let (issued, key) = opened(WEEK);
    let of = |attempt, will, hands_in| {
        file(&issued, &key, &Student { attempt, will, hands_in, ..student("kim") })
    };
    let (wrong, right) = (of(1, Will::Wrong, true), of(2, Will::Right, true));
    let third = of(3, Will::Wrong, true);
    let copy = Handed { name: "again".to_owned(), bytes: right.bytes.clone() };
    let files = [wrong.clone(), right, third.clone(), copy];
    let class = graded(&key, &files);
    let row = &rows(&class)[0];
    assert_eq!((row.1, class.rows[0].attempt), (25.0, 2));
    assert_eq!(
        row.4,
        [
            "attempt 1 does not count (`kim.1.submission`)",
            "`again` is the same file",
            "attempt 3 is more than is allowed, and does not count (`kim.3.submission`)",
        ]
    );
    let unfinished = of(2, Will::Right, false);
    assert_eq!(graded(&key, &[wrong, unfinished]).rows[0].attempt, 1);
    let only = [third];
    let class = graded(&key, &only);
    assert_eq!(class.rows.len(), 0);
    assert_eq!(class.refused[0].1.en, "attempt 3; only 2 are allowed");
}

/// What a student signs with the own key is intact, and still no answer to the own questions.
#[test]
fn answers_outside_the_draw_and_to_other_settings_do_not_count() {
    let (issued, key) = opened(WEEK);
    let drawn = draw(&issued.paper, &issued.digest, "kim");
    let secret = Secret::of([5; 32]);
    let (mut writer, mut text) = Writer::begin(&secret, "week3", &issued.digest, "kim", 1);
    let asked: Vec<&str> = drawn.iter().map(|drawn| drawn.question.id.as_str()).collect();
    let all = issued.paper.questions();
    let other = all.iter().find(|question| !asked.contains(&question.id.as_str())).unwrap();
    text += &writer.answer(&other.id, None, Given::Number("200/s".to_owned()), None, at(2, 1));
    let sim = drawn.iter().find(|drawn| drawn.variant.is_some()).unwrap();
    let variant = sim.variant.map(|at| (at + 1) % 6);
    let fifty = Given::Number("50 ms".to_owned());
    text += &writer.answer(&sim.question.id, variant, fifty.clone(), None, at(2, 2));
    text += &writer.answer("hikaricp-pool/none", None, fifty, None, at(2, 3));
    text += &writer.close(at(2, 4).at_utc);
    let files = [Handed { name: "f".to_owned(), bytes: text.into_bytes() }];
    let row = rows(&graded(&key, &files)).remove(0);
    assert_eq!(row.1, 0.0);
    assert_eq!(
        row.4,
        [
            format!("answers `{}`, which this student was not asked: left out", other.id),
            "answers `hikaricp-pool/none`, which this student was not asked: left out".to_owned(),
            "answers `hikaricp-pool/p99-of-pool` with settings that are not this student's: left \
             out"
            .to_owned(),
        ]
    );
}

#[test]
fn files_that_are_no_submission_to_this_paper_are_refused_with_the_reason() {
    let (issued, key) = opened(WEEK);
    let (other, other_key) = opened(&WEEK.replace("points = 5", "points = 6"));
    let good = file(&issued, &key, &student("kim"));
    let edited = String::from_utf8(good.bytes.clone()).unwrap().replacen("50 ms", "51 ms", 1);
    let scored =
        String::from_utf8(good.bytes).unwrap().replacen("\"given\"", "\"score\":1,\"given\"", 1);
    let named = |name: &str, bytes: Vec<u8>| Handed { name: name.to_owned(), bytes };
    let files = [
        named("1-edited", edited.into_bytes()),
        named("2-other", file(&other, &other_key, &student("kim")).bytes),
        named("3-text", b"hello\n".to_vec()),
        named("4-empty", Vec::new()),
        named("5-image", vec![0x89, b'P', b'N', b'G', 0xff, b'\n']),
        named("6-scored", scored.into_bytes()),
    ];
    let class = graded(&key, &files);
    assert_eq!(class.rows.len(), 0);
    let whys: Vec<&str> = class.refused.iter().map(|(_, why)| why.en.as_str()).collect();
    assert!(whys[0].starts_with("damaged or edited: the signature in line "), "{whys:?}");
    assert_eq!(whys[1], "wrong paper: it answers another paper named `week3`");
    assert!(whys[2].starts_with("not a submission: line 1 is not"), "{whys:?}");
    assert_eq!(whys[3], "not a submission: the file is empty");
    assert!(whys[4].starts_with("damaged: the byte at offset 0"), "{whys:?}");
    assert!(whys[5].contains("unknown field `score`"), "{whys:?}");
}

#[test]
fn questions_show_what_the_class_believes() {
    let (issued, key) = opened(WEEK);
    let names: Vec<String> = (0..12).map(|at| format!("s{at}")).collect();
    let files: Vec<Handed> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let will = if at % 2 == 0 { Will::Right } else { Will::Wrong };
            file(&issued, &key, &Student { will, key: 40 + at as u8, ..student(name) })
        })
        .collect();
    let class = graded(&key, &files);
    let sim = class.questions.iter().find(|row| row.key.id.ends_with("p99-of-pool")).unwrap();
    assert_eq!((sim.asked, sim.graded, sim.right, sim.sure), (12, 12, Some(0.5), Some(4.0)));
    assert_eq!(sim.trap, None, "900 ms is no known wrong value");
    // Whoever is right here is right in all else, and the other way round.
    assert!((sim.discrimination.unwrap() - 1.0).abs() < 1e-9);
    let open = class.questions.iter().find(|row| row.key.id.ends_with("explain")).unwrap();
    assert_eq!((open.asked, open.graded, open.right, open.discrimination), (12, 0, None, None));
    let trapped = class.questions.iter().filter_map(|row| row.trap.as_ref()).count();
    assert!(trapped >= 2, "wrong options name their misconception");
    assert!(names.iter().all(|name| is_student(name)));
}
