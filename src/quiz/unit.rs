//! Units of answers, and the reading of a number as a person types it.

use crate::content::text::{Text, both};

/// The unit that a number is asked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Unit {
    #[serde(rename = "1/s")]
    PerSecond,
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "count")]
    Count,
    /// 20 means a fifth.
    #[serde(rename = "%")]
    Percent,
    /// 0.2 means a fifth.
    #[serde(rename = "share")]
    Share,
}

/// What a unit measures: values of one dimension can be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Rate,
    Time,
    Count,
    Fraction,
}

impl Unit {
    pub(crate) const ALL: [Unit; 6] = [
        Unit::PerSecond,
        Unit::Milliseconds,
        Unit::Seconds,
        Unit::Count,
        Unit::Percent,
        Unit::Share,
    ];

    /// As it is written in a quiz file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::PerSecond => "1/s",
            Unit::Milliseconds => "ms",
            Unit::Seconds => "s",
            Unit::Count => "count",
            Unit::Percent => "%",
            Unit::Share => "share",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// A value of this unit as it is shown: at least four significant digits, shares in percent.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Unit::PerSecond => format!("{}/s", significant(value)),
            Unit::Milliseconds => format!("{} ms", significant(value)),
            Unit::Seconds => format!("{} s", significant(value)),
            Unit::Count => significant(value),
            Unit::Percent => format!("{} %", significant(value)),
            Unit::Share => format!("{} %", significant(value * 100.0)),
        }
    }

    fn dimension(self) -> Dimension {
        match self {
            Unit::PerSecond => Dimension::Rate,
            Unit::Milliseconds | Unit::Seconds => Dimension::Time,
            Unit::Count => Dimension::Count,
            Unit::Percent | Unit::Share => Dimension::Fraction,
        }
    }

    /// How many base units (1/s, s, 1, share) one of these is, as a fraction: dividing by 1000 is
    /// exact where multiplying by 0.001 is not.
    fn scale(self) -> Scale {
        match self {
            Unit::PerSecond | Unit::Seconds | Unit::Count | Unit::Share => Scale(1.0, 1.0),
            Unit::Milliseconds => Scale(1.0, 1000.0),
            Unit::Percent => Scale(1.0, 100.0),
        }
    }

    /// A number of this unit as it may be typed.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Unit::PerSecond => "200/s",
            Unit::Milliseconds => "120 ms",
            Unit::Seconds => "1.5 s",
            Unit::Count => "12",
            Unit::Percent => "20 %",
            Unit::Share => "20 %",
        }
    }
}

/// Numerator and denominator of a conversion.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale(f64, f64);

/// Reads `200`, `200/s`, `1,157 TPS`, `1.16k`, `0.2 s`, `２００`, `초당 200건` as a value in `unit`.
/// A number without a unit is taken to be in `unit`.
///
/// # Errors
/// What was typed is no number, or has a unit that measures something else: a sentence that says
/// what to type. It is no answer, so nothing is to be graded or recorded.
pub(crate) fn parse(typed: &str, unit: Unit) -> Result<f64, Text> {
    let plain = half_width(typed);
    let (words, per) = strip_lead(plain.trim());
    let (number, rest) = number_at_start(words, unit)?;
    let suffix: String =
        rest.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let (factor, suffix) = multiplier(rest.trim_start(), &suffix);
    let number = number * factor;
    let value = match (measure(&suffix), per) {
        (None, None) if suffix.is_empty() => number,
        // Whatever is counted has a name of its own: connections, buyers, rows.
        (None, None) if unit == Unit::Count && suffix.chars().all(char::is_alphabetic) => number,
        (Some((Dimension::Count, _)), None) if unit == Unit::PerSecond => number,
        (Some((dimension, scale)), None) => convert(number, dimension, scale, unit, &suffix)?,
        (Some((Dimension::Count, _)), Some(scale)) => {
            convert(number, Dimension::Rate, scale, unit, "초당")?
        }
        (None, Some(scale)) if suffix.is_empty() => {
            convert(number, Dimension::Rate, scale, unit, "초당")?
        }
        (None, None) => return Err(unknown_unit(rest.trim(), unit)),
        (_, Some(_)) => return Err(unknown_unit(rest.trim(), unit)),
    };
    let unit_given = !suffix.is_empty();
    if unit == Unit::Share && !unit_given && value.abs() > 1.0 {
        let shown = significant(value);
        return Err(both!(
            "is `{shown}` in percent? Type `{shown} %`, or a share between 0 and 1",
            "`{shown}`은(는) 퍼센트인가요? `{shown} %` 또는 0과 1 사이의 비율로 입력하세요",
        ));
    }
    if value.is_finite() { Ok(value) } else { Err(no_number(unit)) }
}

fn convert(
    number: f64,
    dimension: Dimension,
    from: Scale,
    unit: Unit,
    typed: &str,
) -> Result<f64, Text> {
    if dimension != unit.dimension() {
        return Err(wrong_unit(typed, dimension, unit));
    }
    let to = unit.scale();
    Ok(number * (from.0 * to.1) / (from.1 * to.0))
}

/// Full-width forms, ideographic space and the typographic minus as their ASCII ones.
fn half_width(typed: &str) -> String {
    typed
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
            '\u{2212}' => '-',
            '\u{b5}' | '\u{3bc}' => 'u',
            _ => c,
        })
        .collect()
}

/// Without `about`, `~`, `약`; and the denominator of a leading `초당` ("per second").
fn strip_lead(typed: &str) -> (&str, Option<Scale>) {
    let mut rest = typed;
    for lead in ["about", "~", "≈", "=", "약"] {
        rest = rest.strip_prefix(lead).unwrap_or(rest).trim_start();
    }
    for (lead, scale) in [("초당", Scale(1.0, 1.0)), ("분당", Scale(1.0, 60.0))] {
        if let Some(after) = rest.strip_prefix(lead) {
            return (after.trim_start(), Some(scale));
        }
    }
    (rest, None)
}

/// The number at the start and what follows it.
fn number_at_start(typed: &str, unit: Unit) -> Result<(f64, &str), Text> {
    let unsigned = typed.strip_prefix(['+', '-']).unwrap_or(typed);
    let sign = if typed.starts_with('-') { -1.0 } else { 1.0 };
    let end = unsigned
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))
        .unwrap_or(unsigned.len());
    let (digits, mut rest) = unsigned.split_at(end);
    if !digits.contains(|c: char| c.is_ascii_digit()) {
        return Err(no_number(unit));
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.contains([',', '.']) || !grouped_by_thousands(whole) {
        let typed = digits.to_owned();
        return Err(both!(
            "`{typed}` is not a number: write the fraction with a point, as in `0.2`, and \
             thousands as `1157` or `1,157`",
            "`{typed}`은(는) 숫자가 아닙니다. 소수는 `0.2`처럼 점으로, 천 단위는 `1157` 또는 `1,157`로 쓰세요",
        ));
    }
    let mut text = format!("{}.{fraction}", whole.replace(',', ""));
    if let Some((exponent, after)) = exponent(rest) {
        text += &format!("e{exponent}");
        rest = after;
    }
    // `.5` and `5.` have no digit on one side.
    let text = format!("0{}", text.replace(".e", ".0e"));
    let number = text.trim_end_matches('.').parse::<f64>().map_err(|_| no_number(unit))?;
    Ok((sign * number, rest))
}

fn grouped_by_thousands(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let others: Vec<&str> = groups.collect();
    others.is_empty()
        || (matches!(first.len(), 1..=3) && others.iter().all(|group| group.len() == 3))
}

/// The exponent of `e3`, and what follows it.
fn exponent(rest: &str) -> Option<(i32, &str)> {
    let after = rest.strip_prefix(['e', 'E'])?;
    let unsigned = after.strip_prefix(['+', '-']).unwrap_or(after);
    let digits = unsigned.find(|c: char| !c.is_ascii_digit()).unwrap_or(unsigned.len());
    let length = after.len() - unsigned.len() + digits;
    after[..length].parse().ok().map(|exponent| (exponent, &after[length..]))
}

/// Takes `k`, `M`, `천`, `만` off a suffix, unless the suffix is a unit as it stands. `typed` tells
/// `M` (million) from `m`.
fn multiplier(typed: &str, suffix: &str) -> (f64, String) {
    if measure(suffix).is_some() {
        return (1.0, suffix.to_owned());
    }
    let factor = match typed.chars().next() {
        Some('k' | 'K' | '천') => 1e3,
        Some('만') => 1e4,
        Some('M') => 1e6,
        _ => return (1.0, suffix.to_owned()),
    };
    let rest: String = suffix.chars().skip(1).collect();
    if rest.is_empty() || measure(&rest).is_some() {
        (factor, rest)
    } else {
        (1.0, suffix.to_owned())
    }
}

/// What a unit measures and how many base units it is; `suffix` is lower case without spaces.
fn measure(suffix: &str) -> Option<(Dimension, Scale)> {
    if let Some(seconds) = duration(suffix) {
        return Some((Dimension::Time, seconds));
    }
    match suffix {
        "tps" | "rps" | "qps" | "hz" => Some((Dimension::Rate, Scale(1.0, 1.0))),
        "rpm" => Some((Dimension::Rate, Scale(1.0, 60.0))),
        "%" | "percent" | "퍼센트" | "프로" => Some((Dimension::Fraction, Scale(1.0, 100.0))),
        "share" | "비율" => Some((Dimension::Fraction, Scale(1.0, 1.0))),
        _ if is_counted(suffix) => Some((Dimension::Count, Scale(1.0, 1.0))),
        _ => {
            let (counted, per) = suffix.split_once('/').or_else(|| suffix.split_once("per"))?;
            let seconds = duration(per)?;
            let known = matches!(counted, "" | "1") || is_counted(counted);
            known.then_some((Dimension::Rate, Scale(seconds.1, seconds.0)))
        }
    }
}

/// Seconds in a unit of time.
fn duration(name: &str) -> Option<Scale> {
    Some(match name {
        "us" | "usec" | "microsecond" | "microseconds" | "마이크로초" => Scale(1.0, 1e6),
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" | "밀리초" => {
            Scale(1.0, 1e3)
        }
        "s" | "sec" | "secs" | "second" | "seconds" | "초" => Scale(1.0, 1.0),
        "min" | "mins" | "minute" | "minutes" | "분" => Scale(60.0, 1.0),
        "h" | "hour" | "hours" | "시간" => Scale(3600.0, 1.0),
        _ => return None,
    })
}

fn is_counted(name: &str) -> bool {
    const COUNTED: [&str; 24] = [
        "count",
        "req",
        "reqs",
        "request",
        "requests",
        "tx",
        "transaction",
        "transactions",
        "query",
        "queries",
        "connection",
        "connections",
        "thread",
        "threads",
        "row",
        "rows",
        "times",
        "건",
        "개",
        "회",
        "번",
        "요청",
        "커넥션",
        "스레드",
    ];
    COUNTED.contains(&name)
}

fn no_number(unit: Unit) -> Text {
    let example = unit.example();
    both!("a number was expected, such as `{example}`", "숫자가 필요합니다. 예: `{example}`")
}

fn unknown_unit(typed: &str, unit: Unit) -> Text {
    let (typed, example) = (crate::content::problem::printable(typed), unit.example());
    both!(
        "unknown unit `{typed}`: type the number alone, or as in `{example}`",
        "알 수 없는 단위 `{typed}`: 숫자만 쓰거나 `{example}`처럼 쓰세요",
    )
}

fn wrong_unit(typed: &str, found: Dimension, unit: Unit) -> Text {
    let words = |dimension| match dimension {
        Dimension::Rate => both!("a rate", "초당 처리량"),
        Dimension::Time => both!("a time", "시간"),
        Dimension::Count => both!("a count", "개수"),
        Dimension::Fraction => both!("a share", "비율"),
    };
    let (found, expected) = (words(found), words(unit.dimension()));
    let example = unit.example();
    Text {
        en: format!(
            "`{typed}` measures {}; {} was expected, such as `{example}`",
            found.en, expected.en
        ),
        ko: format!(
            "`{typed}`의 단위는 {}입니다. 필요한 것은 {}입니다. 예: `{example}`",
            found.ko, expected.ko
        ),
    }
}

/// At least four significant digits, no digit before the point lost, no trailing zeros.
fn significant(value: f64) -> String {
    let magnitude = value.abs();
    let decimals = [1000.0, 100.0, 10.0, 1.0, 0.1, 0.01, 0.001]
        .iter()
        .position(|limit| magnitude >= *limit)
        .unwrap_or(7);
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_type_them() {
        let cases = [
            ("200", Unit::PerSecond, 200.0),
            ("200/s", Unit::PerSecond, 200.0),
            ("200 1/s", Unit::PerSecond, 200.0),
            ("200 TPS", Unit::PerSecond, 200.0),
            ("200 requests per second", Unit::PerSecond, 200.0),
            ("200건/초", Unit::PerSecond, 200.0),
            ("초당 200건", Unit::PerSecond, 200.0),
            ("약 초당 200", Unit::PerSecond, 200.0),
            ("200건", Unit::PerSecond, 200.0),
            ("12000/min", Unit::PerSecond, 200.0),
            ("분당 1.2만 건", Unit::PerSecond, 200.0),
            ("1,157", Unit::PerSecond, 1157.0),
            ("1,157.5 rps", Unit::PerSecond, 1157.5),
            ("1.16k", Unit::PerSecond, 1160.0),
            ("1.16k/s", Unit::PerSecond, 1160.0),
            ("2천 건/초", Unit::PerSecond, 2000.0),
            ("1e3", Unit::PerSecond, 1000.0),
            ("1.5e-1 s", Unit::Milliseconds, 150.0),
            ("0.2 s", Unit::Milliseconds, 200.0),
            ("0.2초", Unit::Milliseconds, 200.0),
            ("200밀리초", Unit::Milliseconds, 200.0),
            ("200ms", Unit::Seconds, 0.2),
            ("1500 us", Unit::Milliseconds, 1.5),
            ("1500 µs", Unit::Milliseconds, 1.5),
            ("2 min", Unit::Seconds, 120.0),
            ("２００．５　ｍｓ", Unit::Milliseconds, 200.5),
            ("~ 200", Unit::Milliseconds, 200.0),
            (".5", Unit::Seconds, 0.5),
            ("5.", Unit::Seconds, 5.0),
            ("-3", Unit::Count, -3.0),
            ("−3", Unit::Count, -3.0),
            ("12 connections", Unit::Count, 12.0),
            ("12 buyers", Unit::Count, 12.0),
            ("2M", Unit::Count, 2e6),
            ("20", Unit::Percent, 20.0),
            ("20 %", Unit::Percent, 20.0),
            ("20％", Unit::Share, 0.2),
            ("0.2 share", Unit::Percent, 20.0),
            ("0.2", Unit::Share, 0.2),
            ("20퍼센트", Unit::Share, 0.2),
        ];
        let read: Vec<_> =
            cases.iter().map(|(typed, unit, _)| (*typed, parse(typed, *unit))).collect();
        let expected: Vec<_> = cases.iter().map(|(typed, _, value)| (*typed, Ok(*value))).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_answer_is_asked_again() {
        let cases = [
            ("", Unit::PerSecond, "a number was expected, such as `200/s`"),
            ("많이", Unit::Milliseconds, "a number was expected, such as `120 ms`"),
            (
                "200 ms",
                Unit::PerSecond,
                "`ms` measures a time; a rate was expected, such as `200/s`",
            ),
            ("10 ms", Unit::Count, "`ms` measures a time; a count was expected, such as `12`"),
            (
                "5 %",
                Unit::Milliseconds,
                "`%` measures a share; a time was expected, such as `120 ms`",
            ),
            (
                "초당 5",
                Unit::Seconds,
                "`초당` measures a rate; a time was expected, such as `1.5 s`",
            ),
            (
                "200 parsecs",
                Unit::Milliseconds,
                "unknown unit `parsecs`: type the number alone, or as in `120 ms`",
            ),
            (
                "200 \u{1b}[31m",
                Unit::Milliseconds,
                "unknown unit `\\u{1b}[31m`: type the number alone, or as in `120 ms`",
            ),
            (
                "0,25",
                Unit::Seconds,
                "`0,25` is not a number: write the fraction with a point, as in `0.2`, and \
                 thousands as `1157` or `1,157`",
            ),
            ("20", Unit::Share, "is `20` in percent? Type `20 %`, or a share between 0 and 1"),
            ("1e999", Unit::Count, "a number was expected, such as `12`"),
            (
                "10-20",
                Unit::Milliseconds,
                "unknown unit `-20`: type the number alone, or as in `120 ms`",
            ),
        ];
        let read: Vec<_> = cases
            .iter()
            .map(|(typed, unit, _)| (*typed, parse(typed, *unit).map_err(|text| text.en)))
            .collect();
        let expected: Vec<_> =
            cases.iter().map(|(typed, _, words)| (*typed, Err((*words).to_owned()))).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn values_are_shown_with_their_unit() {
        let shown = [
            Unit::PerSecond.show(1157.41),
            Unit::PerSecond.show(200.0),
            Unit::Milliseconds.show(23.4567),
            Unit::Seconds.show(0.05),
            Unit::Share.show(0.0342),
            Unit::Count.show(0.0),
            Unit::Count.show(-0.0),
            Unit::Count.show(100.0),
        ];
        assert_eq!(shown, ["1157/s", "200/s", "23.46 ms", "0.05 s", "3.42 %", "0", "0", "100"]);
    }
}
