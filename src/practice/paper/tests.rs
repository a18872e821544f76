use super::*;
use crate::practice::assignment::tests::{ALL, WEEK, files, library, opened};
use crate::practice::key;

#[test]
fn every_flipped_byte_of_a_paper_and_a_key_is_found() {
    let made = files(&library(), WEEK).unwrap();
    let mut fates = std::collections::BTreeMap::new();
    for at in 0..made.paper.len() {
        let mut bytes = made.paper.clone().into_bytes();
        bytes[at] ^= 1;
        let fault = open(&bytes).expect_err(&format!("byte {at}"));
        let name = format!("{fault:?}");
        *fates.entry(name.split([' ', '{']).next().unwrap_or("").to_owned()).or_insert(0) += 1;
    }
    let names: Vec<&str> = fates.keys().map(String::as_str).collect();
    assert_eq!(names, ["Cut", "Damaged", "Malformed", "NotUtf8", "Signature"]);
    for at in 0..made.key.len() {
        let mut bytes = made.key.clone().into_bytes();
        bytes[at] ^= 4;
        key::open(&bytes).expect_err(&format!("byte {at}"));
    }
}

#[test]
fn a_paper_is_no_key_and_a_key_no_paper() {
    let made = files(&library(), WEEK).unwrap();
    let other = |expected, found: &str| Fault::OtherFormat { expected, found: found.to_owned() };
    assert_eq!(open(made.key.as_bytes()), Err(other("prep.paper/1", "prep.key/1")));
    assert_eq!(
        key::open(made.paper.as_bytes()).map(|_| ()),
        Err(other("prep.key/1", "prep.paper/1"))
    );
}

/// Somebody who changes a paper can sign it with a key of their own, but not keep the digest.
#[test]
fn a_paper_signed_by_somebody_else_has_another_fingerprint() {
    let (issued, _) = opened(WEEK);
    let other = Secret::of([9; 32]);
    let file = seal(&issued.paper, &other);
    assert_eq!(open(file.as_bytes()), Err(Fault::Signature { line: 2 }));
    let mut paper = issued.paper.clone();
    paper.signer = other.public();
    let forged = open(seal(&paper, &other).as_bytes()).unwrap();
    assert_ne!(forged.digest, issued.digest);
}

#[test]
fn every_student_has_a_draw_of_their_own_that_never_changes() {
    let (issued, _) = opened(WEEK);
    let ids = |student: &str| -> Vec<String> {
        let drawn = draw(&issued.paper, &issued.digest, student);
        drawn.iter().map(|drawn| format!("{} {:?}", drawn.question.id, drawn.variant)).collect()
    };
    let draws: std::collections::BTreeSet<Vec<String>> =
        (0..60).map(|at| ids(&format!("student{at}"))).collect();
    // 6 orders of 2 out of 3, and 6 settings.
    assert!(draws.len() > 20, "{}", draws.len());
    assert_eq!(ids("김민지"), ids("김민지"));
    for draw in &draws {
        assert_eq!(draw.len(), 4);
        assert!(draw[2].starts_with("hikaricp-pool/p99-of-pool Some("), "{draw:?}");
    }
}

#[test]
fn settings_are_filled_in_and_last_options_stay_last() {
    let (issued, _) = opened(ALL);
    for at in 0..20 {
        let drawn = draw(&issued.paper, &issued.digest, &format!("s{at}"));
        assert_eq!(drawn.len(), 9);
        for drawn in drawn {
            assert!(!drawn.ask.en.contains('{'), "{}", drawn.ask.en);
            let lasts: Vec<bool> = drawn.options.iter().map(|option| option.keep_last).collect();
            assert!(lasts.is_sorted(), "{lasts:?}");
        }
    }
}
