//! A sealed file: one line of JSON, and one line with its digest, the signer's public key and the
//! signature. Every byte of it counts.

use serde::{Deserialize, Serialize};

use super::received::{self, Fault};
use super::signing::{self, Secret};

const PURPOSE: &str = "prep.seal/1";

/// What was found intact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opened<'t> {
    /// The first line.
    pub(crate) body: &'t str,
    /// Of the body.
    pub(crate) digest: String,
    /// The public key of whoever signed it.
    pub(crate) key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    sha256: String,
    key: String,
    sig: String,
}

/// The file of a body, which has no line break.
pub(crate) fn seal(body: &str, secret: &Secret) -> String {
    debug_assert!(!body.contains('\n'), "a body is one line");
    let (sha256, key) = (signing::digest(body), secret.public());
    let seal = Seal { sig: secret.sign(PURPOSE, body), sha256, key };
    format!("{body}\n{}\n", line(&seal))
}

/// Checks the seal of a file of at most `most` bytes. Who signed it is for the caller to judge.
///
/// # Errors
/// Anything but the bytes that [`seal`] wrote.
pub(crate) fn open(bytes: &[u8], most: usize) -> Result<Opened<'_>, Fault> {
    let text = received::text(bytes, most)?;
    let (body, rest) = text.split_once('\n').ok_or(Fault::Cut)?;
    let (last, beyond) = rest.split_once('\n').ok_or(Fault::Cut)?;
    if !beyond.is_empty() {
        return Err(Fault::Beyond { line: 3 });
    }
    let seal: Seal = received::json(last, 2, None)?;
    if line(&seal) != last {
        return Err(Fault::Malformed { line: 2, why: "not the seal of a file".to_owned() });
    }
    if seal.sha256 != signing::digest(body) {
        return Err(Fault::Damaged);
    }
    if !signing::is_signed(&seal.key, PURPOSE, body, &seal.sig) {
        return Err(Fault::Signature { line: 2 });
    }
    Ok(Opened { body, digest: seal.sha256, key: seal.key })
}

fn line(seal: &Seal) -> String {
    serde_json::to_string(seal).expect("strings can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_is_found_and_named() {
        let file = seal(r#"{"format":"prep.test/1","words":"풀"}"#, &Secret::of([7; 32]));
        let opened = open(file.as_bytes(), 1 << 20).unwrap();
        assert_eq!(opened.key, Secret::of([7; 32]).public());
        let mut named = std::collections::BTreeMap::new();
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut bytes = file.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let fault = open(&bytes, 1 << 20).expect_err(&format!("byte {at}, bit {bit}"));
                let name = format!("{fault:?}");
                let name = name.split([' ', '{']).next().unwrap_or_default().to_owned();
                *named.entry(name).or_insert(0) += 1;
            }
        }
        let names: Vec<&str> = named.keys().map(String::as_str).collect();
        assert_eq!(names, ["Cut", "Damaged", "Malformed", "NotUtf8", "Signature"]);
    }

    #[test]
    fn every_cut_and_every_addition_is_found() {
        let file = seal(r#"{"a":1}"#, &Secret::of([7; 32]));
        for end in 0..file.len() {
            assert!(open(&file.as_bytes()[..end], 1 << 20).is_err(), "cut at {end}");
        }
        for (more, fault) in [("\n", Fault::Beyond { line: 3 }), ("x", Fault::Beyond { line: 3 })] {
            assert_eq!(open(format!("{file}{more}").as_bytes(), 1 << 20), Err(fault));
        }
        assert_eq!(open(file.as_bytes(), 10), Err(Fault::TooLarge { bytes: file.len(), most: 10 }));
    }
}
