use super::*;

fn moment(second: u32) -> Moment {
    let at_utc = format!("2026-12-02T10:00:{second:02}.000Z");
    Moment { ms: 1_000 + u64::from(second), at_utc, utc_offset_minutes: 540 }
}

fn secret() -> Secret {
    Secret::of([5; 32])
}

/// Three answers, one of them changed later, handed in.
fn file() -> String {
    let paper = signing::digest("paper");
    let (mut writer, mut text) = Writer::begin(&secret(), "week3", &paper, "김민지", 1);
    let options = |id: &str| Given::Options(vec![id.to_owned()]);
    let number = Given::Number("200/s".to_owned());
    text += &writer.answer("a/one", None, options("o1"), Some(4), moment(1));
    text += &writer.answer("a/two", Some(3), number, None, moment(2));
    text += &writer.answer("a/one", None, options("o2"), Some(5), moment(3));
    text + &writer.close("2026-12-02T10:01:00.000Z".to_owned())
}

fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

#[test]
fn the_last_answer_to_a_question_counts() {
    let read = read(file().as_bytes()).unwrap();
    let answers: Vec<(&str, &Given, Option<u8>)> = read
        .answers()
        .into_iter()
        .map(|line| (line.question.as_str(), &line.given, line.sure))
        .collect();
    assert_eq!(
        answers,
        [
            ("a/one", &Given::Options(vec!["o2".to_owned()]), Some(5)),
            ("a/two", &Given::Number("200/s".to_owned()), None),
        ]
    );
    assert_eq!((read.state, read.whole), (State::HandedIn, file().len()));
}

/// All flips of the lowest bit, and of one that makes bytes that are no text.
#[test]
fn every_flipped_byte_is_found_and_named() {
    let file = file();
    for bit in [1, 128] {
        for at in 0..file.len() {
            let mut bytes = file.clone().into_bytes();
            bytes[at] ^= bit;
            match read(&bytes) {
                Err(_) => {}
                // The end of the last line: what stands there now is no whole line.
                Ok(found) => {
                    assert_eq!(
                        (at, found.state),
                        (file.len() - 1, State::Open { torn: true }),
                        "byte {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_line_that_is_removed_moved_or_inserted_breaks_the_chain() {
    let own = lines(&file());
    let order = |order: &[usize]| {
        let text: String = order.iter().map(|at| own[*at].as_str()).collect();
        read(text.as_bytes()).map(|found| found.state)
    };
    assert_eq!(order(&[0, 1, 2, 3, 4]), Ok(State::HandedIn));
    assert_eq!(order(&[0, 2, 3, 4]), Err(Fault::Chain { line: 2 }), "removed");
    assert_eq!(order(&[0, 1, 2, 4]), Err(Fault::Chain { line: 4 }), "the last answer removed");
    assert_eq!(order(&[0, 2, 1, 3, 4]), Err(Fault::Chain { line: 2 }), "moved");
    assert_eq!(order(&[0, 1, 2, 2, 3, 4]), Err(Fault::Chain { line: 4 }), "inserted");
    assert_eq!(order(&[0, 1, 2, 3, 4, 4]), Err(Fault::Beyond { line: 6 }), "after the end");
    assert_eq!(order(&[0, 1, 2, 3]), Ok(State::Open { torn: false }), "not handed in");
    assert!(order(&[1, 2]).is_err(), "no head");
}

/// Lines of somebody else fit neither the chain nor the key.
#[test]
fn a_line_signed_with_another_key_is_found() {
    let mut own = lines(&file());
    let (mut writer, _) = Writer::begin(&Secret::of([6; 32]), "week3", "x", "lee", 1);
    own[1] = writer.answer("a/one", None, Given::Words("x".to_owned()), None, moment(1));
    assert_eq!(read(own.concat().as_bytes()).err(), Some(Fault::Signature { line: 2 }));
}

/// Whatever a kill leaves of a file, it can be gone on with, and no whole line is lost.
#[test]
fn every_cut_can_be_resumed() {
    let text = file();
    let head = lines(&text)[0].len();
    for end in head..text.len() {
        let found =
            read(&text.as_bytes()[..end]).unwrap_or_else(|fault| panic!("{end}: {fault:?}"));
        let whole = text[..end].matches('\n').count() - 1;
        assert_eq!(found.lines.len(), whole, "cut at {end}");
        assert_eq!(found.state, State::Open { torn: !text[..end].ends_with('\n') });
        let mut writer = Writer::resume(&secret(), &found).unwrap();
        let line = writer.answer("a/new", None, Given::Words("x".to_owned()), None, moment(9));
        let more = format!("{}{line}{}", &text[..found.whole], writer.close(moment(10).at_utc));
        let again = read(more.as_bytes()).unwrap();
        assert_eq!((again.state, again.lines.len()), (State::HandedIn, whole + 1));
    }
}

#[test]
fn only_its_owner_goes_on_with_a_submission_and_only_before_it_is_handed_in() {
    let handed_in = read(file().as_bytes()).unwrap();
    assert!(Writer::resume(&secret(), &handed_in).is_none());
    let open = read(lines(&file())[..3].concat().as_bytes()).unwrap();
    assert!(Writer::resume(&Secret::of([6; 32]), &open).is_none());
}

/// Random bytes, random edits, and texts of bad shapes: never a panic, always a sentence.
#[test]
fn hostile_files_are_refused_with_a_sentence() {
    use crate::random::Stream;
    let seed = 20_261_123;
    let mut random = Stream::from_seed(seed);
    let file = file();
    let own = lines(&file);
    let deep = "[".repeat(100_000);
    let shapes = [
        "\n".to_owned(),
        "{}\n".to_owned(),
        format!("{deep}\n"),
        format!("{{\"format\":\"prep.submission/1\",\"x\":{deep}}}\n"),
        "{\"format\":\"\\u001b[2J\"}\n".to_owned(),
        own[0].replace("김민지", "../../etc/passwd"),
        own[0].replace("week3", "../week3"),
        own[0].replace("\"attempt\":1", "\"attempt\":-1"),
        own[0].replace("\"attempt\":1", "\"attempt\":1e999"),
        format!("{}{}", own[0], own[1].replace("a/one", "a/../one")),
        format!("{}{}", own[0], own[1].replace("\"o1\"", "\"\\u202e\"")),
        "\u{feff}".to_owned() + &file,
    ];
    for (at, text) in shapes.iter().enumerate() {
        let fault = read(text.as_bytes()).expect_err(&format!("shape {at}"));
        let words = fault.text();
        assert!(!words.en.is_empty() && !words.ko.is_empty());
        assert!(!words.en.chars().any(crate::content::problem::is_control), "{:?}", words.en);
    }
    for round in 0..2_000 {
        let mut bytes = if round % 4 == 0 {
            (0..random.below(400)).map(|_| random.bits() as u8).collect()
        } else {
            file.clone().into_bytes()
        };
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len().max(1) as u64) as usize;
            match random.below(3) {
                0 if at < bytes.len() => drop(bytes.remove(at)),
                1 => bytes.insert(at.min(bytes.len()), random.bits() as u8),
                _ if at < bytes.len() => bytes[at] = random.bits() as u8,
                _ => {}
            }
        }
        if let Ok(found) = read(&bytes) {
            let same = bytes == file.as_bytes();
            let cut = found.state == State::Open { torn: true };
            assert!(same || cut, "seed {seed}, round {round}: an edit was not seen");
        }
    }
    assert_eq!(
        read(&vec![b'a'; BYTES_MAX + 1]),
        Err(Fault::TooLarge { bytes: BYTES_MAX + 1, most: BYTES_MAX })
    );
}
