//! Values as Spring Boot converts them.

use super::known::Known;
use crate::content::text::{Text, both};
use crate::marketplace::knobs::{self, Raw, Unit};

/// The units of `DurationStyle.SIMPLE` in nanoseconds (Spring Boot reference, "Converting
/// Durations").
const DURATIONS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// The units of `DataSize` in bytes (Spring Boot reference, "Converting Data Sizes").
const SIZES: [(&str, i64); 5] =
    [("B", 1), ("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)];

/// The value of a known name; `None` if it is none of its kind. Durations become words such as
/// `30s`, whatever they were written as.
pub(super) fn read(known: &Known, text: &str) -> Option<Raw> {
    let text = text.trim();
    match known.unit {
        Unit::Count | Unit::Limit => {
            let number = whole(text)?;
            // Tomcat's http.xml: -1 is no limit.
            let unlimited = known.unit == Unit::Limit && number == -1;
            Some(if unlimited { Raw::Word("unlimited".to_owned()) } else { Raw::Int(number) })
        }
        Unit::Milliseconds | Unit::Duration => duration(text, 1_000_000).map(span),
        Unit::Seconds => duration(text, 1_000_000_000).map(span),
        // StringToBooleanConverter.java of Spring Framework.
        Unit::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Some(Raw::Flag(true)),
            "false" | "off" | "no" | "0" => Some(Raw::Flag(false)),
            _ => None,
        },
        Unit::Choice(words) => {
            let word = text.to_ascii_lowercase().replace('_', "-");
            words.contains(&word.as_str()).then_some(Raw::Word(word))
        }
        Unit::Size => size(text).map(Raw::Int),
        Unit::RandomTime
        | Unit::Number
        | Unit::Portion
        | Unit::CanarySteps
        | Unit::Durations
        | Unit::Rate
        | Unit::Share
        | Unit::Mix
        | Unit::Stages
        | Unit::Acquisition
        | Unit::Lease
        | Unit::Journey => None,
    }
}

/// What a known name takes.
pub(super) fn expected(known: &Known) -> Text {
    match known.unit {
        Unit::Count | Unit::Limit => both!("a whole number", "정수"),
        Unit::Flag => both!("true or false", "true 또는 false"),
        Unit::Choice(words) => {
            let words = words.join(", ");
            both!("one of {words}", "{words} 중 하나")
        }
        Unit::Size => both!("a size such as 2MB", "2MB 같은 크기"),
        _ => both!("a duration such as 30000, 30s or PT30S", "30000, 30s, PT30S 같은 시간"),
    }
}

fn span(nanos: u64) -> Raw {
    Raw::Word(knobs::show_duration(nanos))
}

/// Digits may be grouped as in YAML: `10_000`.
fn whole(text: &str) -> Option<i64> {
    text.replace('_', "").parse().ok()
}

/// Nanoseconds of `30s`, `PT30S`, or of a bare number in units of `bare`.
fn duration(text: &str, bare: u64) -> Option<u64> {
    if text.starts_with(['P', 'p']) {
        return iso(&text.to_ascii_uppercase());
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let number = u64::try_from(whole(&text[..end])?).ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" => bare,
        name => DURATIONS.iter().find(|(unit, _)| *unit == name)?.1,
    };
    number.checked_mul(unit).filter(|nanos| *nanos < 1 << 62)
}

/// `PT1M30S`, `P1DT2H`; seconds may have a fraction.
fn iso(text: &str) -> Option<u64> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let day = parts(days, &[('D', 86_400)])?;
    let time = parts(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    let nanos = (day + time) * 1e9;
    (nanos < 4e18).then_some((nanos + 0.5) as u64)
}

/// Seconds of numbers, each before its letter, in this order.
fn parts(mut text: &str, letters: &[(char, u32)]) -> Option<f64> {
    let mut seconds = 0.0;
    for (letter, unit) in letters {
        if let Some((number, rest)) = text.split_once(*letter) {
            let digits = number.bytes().all(|b| b.is_ascii_digit() || *letter == 'S' && b == b'.');
            let number: f64 = number.parse().ok().filter(|_| digits)?;
            seconds += number * f64::from(*unit);
            text = rest;
        }
    }
    text.is_empty().then_some(seconds)
}

/// Bytes of `2MB`, or of a bare number.
fn size(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let number = whole(&text[..end])?;
    let unit = match text[end..].trim() {
        "" => 1,
        name => SIZES.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(name))?.1,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_spring() {
        let read = |text| duration(text, 1_000_000);
        let second = 1_000_000_000;
        let rows = [
            ("30000", Some(30 * second)),
            ("30s", Some(30 * second)),
            ("PT30S", Some(30 * second)),
            ("pt1m30.5s", Some(90 * second + second / 2)),
            ("P1DT2H", Some(26 * 3_600 * second)),
            ("2 m", Some(120 * second)),
            ("1_000", Some(second)),
            ("99999999999999999999", None),
            ("99999999999d", None),
            ("30 parsecs", None),
            ("P", None),
            ("PT", None),
            ("PT5", None),
            ("PTS", None),
            ("-5s", None),
            ("", None),
        ];
        let found: Vec<_> = rows.iter().map(|(text, _)| (*text, read(text))).collect();
        assert_eq!(found, rows);
    }

    #[test]
    fn sizes_are_those_of_spring() {
        let read = ["2MB", "10kb", "512", "1GB", "3 apples"].map(size);
        assert_eq!(read, [Some(2 << 20), Some(10 << 10), Some(512), Some(1 << 30), None]);
    }
}
