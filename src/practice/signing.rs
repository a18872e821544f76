//! Digests and signatures of papers, keys and submissions, as lower-case hexadecimal.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The secret half of a signing key. It is never shown: no `Debug`, no `Display`.
#[derive(Clone)]
pub(crate) struct Secret(SigningKey);

impl Secret {
    /// From 32 random bytes of the operating system.
    pub(crate) fn of(seed: [u8; 32]) -> Secret {
        Secret(SigningKey::from_bytes(&seed))
    }

    /// From what [`Secret::to_hex`] gave; `None` for anything else.
    pub(crate) fn from_hex(text: &str) -> Option<Secret> {
        bytes(text).map(Secret::of)
    }

    /// For a file that only its owner may read.
    pub(crate) fn to_hex(&self) -> String {
        hex(&self.0.to_bytes())
    }

    /// The public half.
    pub(crate) fn public(&self) -> String {
        hex(&self.0.verifying_key().to_bytes())
    }

    /// Signs a message. `purpose` separates kinds of messages: a signature for one is none for
    /// another.
    pub(crate) fn sign(&self, purpose: &str, message: &str) -> String {
        hex(&self.0.sign(&with_purpose(purpose, message)).to_bytes())
    }
}

/// Whether a signature was made by the secret half of `key`.
pub(crate) fn is_signed(key: &str, purpose: &str, message: &str, signature: &str) -> bool {
    let key = bytes(key).and_then(|key| VerifyingKey::from_bytes(&key).ok());
    let signature = bytes(signature).map(|signature| Signature::from_bytes(&signature));
    key.zip(signature).is_some_and(|(key, signature)| {
        key.verify_strict(&with_purpose(purpose, message), &signature).is_ok()
    })
}

/// SHA-256.
pub(crate) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The first 20 digits in groups of four: short enough to be read aloud and compared.
pub(crate) fn fingerprint(digest: &str) -> String {
    let digits: Vec<char> = digest.chars().take(20).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn with_purpose(purpose: &str, message: &str) -> Vec<u8> {
    [purpose.as_bytes(), b"\n", message.as_bytes()].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly `N` bytes in lower-case digits.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1, and RFC 8032, section 7.1, test 2 (its message with our purpose
    /// in front cannot be had, so the key alone).
    #[test]
    fn digests_and_keys_are_the_published_ones() {
        assert_eq!(
            digest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let secret =
            Secret::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        assert_eq!(
            secret.unwrap().public(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
    }

    #[test]
    fn a_signature_is_for_one_key_one_purpose_and_one_message() {
        let (own, other) = (Secret::of([1; 32]), Secret::of([2; 32]));
        let signature = own.sign("paper", "words");
        let is = |key: &Secret, purpose: &str, message: &str| {
            is_signed(&key.public(), purpose, message, &signature)
        };
        assert_eq!(
            [
                is(&own, "paper", "words"),
                is(&other, "paper", "words"),
                is(&own, "key", "words"),
                is(&own, "paper", "word"),
                is_signed(&own.public().to_uppercase(), "paper", "words", &signature),
                is_signed(&own.public(), "paper", "words", ""),
            ],
            [true, false, false, false, false, false]
        );
    }

    #[test]
    fn a_fingerprint_can_be_read_aloud() {
        assert_eq!(fingerprint(&digest("abc")), "ba78 16bf 8f01 cfea 4141");
    }
}
