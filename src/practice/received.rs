//! Files that come from other people: what is checked before anything in them is believed or
//! shown.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::content::problem::{is_control, printable};
use crate::content::text::{Text, both};
use crate::content::toml_tree::DEPTH_MAX;

/// Why a file, or a line of it, is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Empty,
    TooLarge {
        bytes: usize,
        most: usize,
    },
    NotUtf8 {
        at: usize,
    },
    /// The file ends before it is complete.
    Cut,
    /// There is something where nothing may be.
    Beyond {
        line: usize,
    },
    TooDeep {
        line: usize,
    },
    /// No JSON, or not the fields that were expected.
    Malformed {
        line: usize,
        why: String,
    },
    /// A character that could drive a terminal.
    Control {
        line: usize,
        field: String,
    },
    OtherFormat {
        expected: &'static str,
        found: String,
    },
    /// The content is not what the digest says.
    Damaged,
    /// The signature does not belong to the content and the key.
    Signature {
        line: usize,
    },
    /// The line does not follow the one before it.
    Chain {
        line: usize,
    },
    /// A value that cannot be.
    Value {
        field: String,
        what: Text,
    },
}

impl Fault {
    /// One sentence.
    pub(crate) fn text(&self) -> Text {
        match self {
            Fault::Empty => both!("the file is empty", "파일이 비어 있습니다"),
            Fault::TooLarge { bytes, most } => both!(
                "the file has {bytes} bytes; at most {most} are read",
                "파일이 {bytes}바이트입니다. 최대 {most}바이트까지 읽습니다"
            ),
            Fault::NotUtf8 { at } => both!(
                "damaged: the byte at offset {at} is no part of a character (UTF-8)",
                "파일이 손상되었습니다: {at}번째 바이트가 글자를 이루지 않습니다(UTF-8)"
            ),
            Fault::Cut => both!(
                "damaged: the file ends before it is complete",
                "파일이 손상되었습니다: 끝부분이 잘렸습니다"
            ),
            Fault::Beyond { line } => both!(
                "damaged: line {line} is more than such a file has",
                "파일이 손상되었습니다: {line}번째 줄에 없어야 할 내용이 있습니다"
            ),
            Fault::TooDeep { line } => both!(
                "line {line} is nested more than {DEPTH_MAX} deep",
                "{line}번째 줄의 중첩이 {DEPTH_MAX}단계를 넘습니다"
            ),
            Fault::Malformed { line, why } => both!(
                "line {line} is not what such a file has there: {why}",
                "{line}번째 줄의 형식이 올바르지 않습니다: {why}"
            ),
            Fault::Control { line, field } => both!(
                "line {line} has a control character in `{field}`",
                "{line}번째 줄의 `{field}`에 제어 문자가 있습니다"
            ),
            Fault::OtherFormat { expected, found } => both!(
                "this is `{found}`; `{expected}` was expected",
                "`{found}` 형식입니다. `{expected}` 형식이 필요합니다"
            ),
            Fault::Damaged => both!(
                "damaged or edited: the content is not what its digest says",
                "손상되었거나 수정된 파일입니다: 내용이 다이제스트와 다릅니다"
            ),
            Fault::Signature { line } => both!(
                "damaged or edited: the signature in line {line} does not fit",
                "손상되었거나 수정된 파일입니다: {line}번째 줄의 서명이 맞지 않습니다"
            ),
            Fault::Chain { line } => both!(
                "edited: line {line} does not follow the line before it (a line was removed, \
                 inserted or moved)",
                "수정된 파일입니다: {line}번째 줄이 앞줄과 이어지지 않습니다(줄이 삭제, 삽입 또는 이동되었습니다)"
            ),
            Fault::Value { field, what } => {
                let (en, ko) = (&what.en, &what.ko);
                both!("`{field}`: {en}", "`{field}`: {ko}")
            }
        }
    }

    /// A value that cannot be.
    pub(crate) fn value(field: impl Into<String>, what: Text) -> Fault {
        Fault::Value { field: field.into(), what }
    }
}

/// The bytes as text of at most `most` bytes.
///
/// # Errors
/// Empty, too large, or no UTF-8.
pub(crate) fn text(bytes: &[u8], most: usize) -> Result<&str, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    if bytes.len() > most {
        return Err(Fault::TooLarge { bytes: bytes.len(), most });
    }
    std::str::from_utf8(bytes).map_err(|error| Fault::NotUtf8 { at: error.valid_up_to() })
}

/// A line of JSON as a typed value. `line` is its number, for the fault.
///
/// # Errors
/// Nested too deeply, no JSON, control characters in a string, another `format` than `format`
/// (where one is asked for), or not the fields of `T`.
pub(crate) fn json<T: DeserializeOwned>(
    text: &str,
    line: usize,
    format: Option<&'static str>,
) -> Result<T, Fault> {
    // The parser recurses, so the depth is bounded before it starts.
    if is_too_deep(text) {
        return Err(Fault::TooDeep { line });
    }
    let malformed = |error: serde_json::Error| {
        // Where the fault stands in a line of thousands of characters helps nobody.
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        let why: String = printable(why).chars().take(120).collect();
        Fault::Malformed { line, why }
    };
    let value: Value = serde_json::from_str(text).map_err(malformed)?;
    if let Some(expected) = format {
        let found = value.get("format").and_then(Value::as_str).unwrap_or("?");
        if found != expected {
            let found = printable(found).chars().take(40).collect();
            return Err(Fault::OtherFormat { expected, found });
        }
    }
    if let Some(field) = control(&value, "") {
        return Err(Fault::Control { line, field });
    }
    serde_json::from_value(value).map_err(malformed)
}

fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match (quoted, byte) {
            (true, b'\\') if !escaped => {
                escaped = true;
                continue;
            }
            (true, b'"') if !escaped => quoted = false,
            (false, b'"') => quoted = true,
            (false, b'[' | b'{') => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return true;
                }
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = false;
    }
    false
}

/// The path of the first string or key with a control character; line breaks are allowed.
fn control(value: &Value, path: &str) -> Option<String> {
    let is_bad = |text: &str| text.chars().any(|c| is_control(c) && c != '\n');
    match value {
        Value::String(text) => is_bad(text).then(|| path.to_owned()),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(at, item)| control(item, &format!("{path}[{at}]")))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let dot = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{dot}{}", printable(name));
            if is_bad(name) { Some(path) } else { control(value, &path) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Kebab case, at most 80 characters: `week3`, `first-wall`.
pub(crate) fn is_id(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= 80 && text.split('-').all(is_part)
}

/// `topic/question`.
pub(crate) fn is_question_id(text: &str) -> bool {
    text.split_once('/').is_some_and(|(topic, question)| is_id(topic) && is_id(question))
}

/// What a student is called in files and tables: letters and digits of any script, single hyphens
/// and underscores between them, at most 40 characters. Nothing in it means anything to a file
/// system.
pub(crate) fn is_student(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    text.chars().count() <= 40 && text == text.to_lowercase() && text.split(['-', '_']).all(is_part)
}

/// Whether a text is a digest or a public key: 64 lower-case hexadecimal digits.
pub(crate) fn is_hex_64(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        json::<Value>(text, 3, None).map_or_else(|fault| fault.text().en, |v| v.to_string())
    }

    #[test]
    fn what_is_shown_later_has_no_control_characters() {
        assert_eq!(
            fault(r#"{"a":[1,{"b":"x\u001b[2J"}]}"#),
            "line 3 has a control character in `a[1].b`"
        );
        assert_eq!(fault(r#"{"\u202e":1}"#), "line 3 has a control character in `\\u{202e}`");
        assert_eq!(fault(r#"{"a":"one\ntwo"}"#), r#"{"a":"one\ntwo"}"#);
    }

    #[test]
    fn deep_nesting_is_refused_without_recursion() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(fault(&nested(16)), nested(16));
        assert_eq!(fault(&nested(17)), "line 3 is nested more than 16 deep");
        assert_eq!(fault(&"[".repeat(1_000_000)), "line 3 is nested more than 16 deep");
        let quoted = format!(r#"["\"{}"]"#, "[".repeat(40));
        assert_eq!(fault(&quoted), quoted);
    }

    #[test]
    fn names_cannot_leave_a_directory() {
        for good in ["kim", "김민지", "kim-2", "lee_so-ra", "r2d2"] {
            assert!(is_student(good), "{good}");
        }
        for bad in ["", "Kim", "..", "a/b", "a\\b", "a.b", "-a", "a--b", "a b", "a\u{0}", "=1"] {
            assert!(!is_student(bad), "{bad:?}");
        }
        assert!(!is_student(&"a".repeat(41)));
        for bad in ["", "../x", "a/../b", "a/b/c", "/etc", "a", "a/", "A/b"] {
            assert!(!is_question_id(bad), "{bad:?}");
        }
        assert!(is_question_id("hikaricp-pool/first-wall"));
    }
}
