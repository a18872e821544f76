//! Settings as a person types them, in a terminal or in a page: `KNOB=VALUE` and `KNOB=A,B,C`.

use crate::content::problem::printable;
use crate::content::text::{Text, both};
use crate::marketplace::knobs::Raw;

/// Reads what is given to `--set`.
///
/// # Errors
/// One that has no `=`.
pub(crate) fn set(pairs: &[String]) -> Result<Vec<(String, Raw)>, Text> {
    let read = |pair: &String| {
        let (name, value) = split(pair, "--set")?;
        Ok((name.to_owned(), Raw::from_argument(value)))
    };
    pairs.iter().map(read).collect()
}

/// Reads what is given to `--vary`.
///
/// # Errors
/// One that has no `=`.
pub(crate) fn vary(pairs: &[String]) -> Result<Vec<(String, Vec<Raw>)>, Text> {
    let read = |pair: &String| {
        let (name, values) = split(pair, "--vary")?;
        Ok((name.to_owned(), values.split(',').map(Raw::from_argument).collect()))
    };
    pairs.iter().map(read).collect()
}

/// Name and value.
///
/// # Errors
/// There is no `=`; `option` is what the sentence names.
pub(crate) fn split<'p>(pair: &'p str, option: &str) -> Result<(&'p str, &'p str), Text> {
    pair.split_once('=').map(|(name, value)| (name.trim(), value)).ok_or_else(|| {
        let pair = printable(pair);
        both!(
            "{option} takes KNOB=VALUE, not `{pair}`",
            "{option}에는 KNOB=VALUE 꼴을 쓰세요(현재 값: `{pair}`)"
        )
    })
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let word = printable(word);
    let plain = |c: char| c.is_alphanumeric() || "-_./=,%:".contains(c);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
