//! The one condition grammar, for claims, targets and question guards:
//!
//! ```text
//! condition = side op side
//! side      = number-with-unit | [number "*"] reference
//! op        = "<" | "<=" | ">" | ">=" | "==" | "within N% of"
//! reference = name ["@" label] ["(" variant ")"]
//! ```
//!
//! `== 0` is for counts: in no replication. `errors` is short for `error_share`.

use super::metric;
use crate::content::text::{Text, both};
use crate::marketplace::knobs;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) left: Side,
    pub(crate) op: Op,
    pub(crate) right: Side,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Side {
    /// In the metric's own unit: milliseconds, per second, a share.
    Number(f64),
    Metric(Reference),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference {
    pub(crate) factor: f64,
    /// `name` or `name@label`.
    pub(crate) id: String,
    /// Where no variant is named, the only one is meant.
    pub(crate) variant: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Op {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Exactly, in every replication.
    Equal,
    /// The share by which the left side may differ from the right one.
    Within(f64),
}

impl Condition {
    pub(crate) fn references(&self) -> impl Iterator<Item = &Reference> {
        [&self.left, &self.right].into_iter().filter_map(|side| match side {
            Side::Metric(reference) => Some(reference),
            Side::Number(_) => None,
        })
    }
}

/// Reads a condition.
///
/// # Errors
/// What was expected, in words.
pub(crate) fn parse(text: &str) -> Result<Condition, Text> {
    let (left, op, right) = split(text)?;
    let condition = Condition { left: side(left)?, op, right: side(right)? };
    if condition.references().next().is_none() {
        return Err(both!(
            "a condition needs at least one metric: `{text}`",
            "조건에는 지표가 하나 이상 있어야 합니다: `{text}`"
        ));
    }
    Ok(condition)
}

fn split(text: &str) -> Result<(&str, Op, &str), Text> {
    if let Some((left, rest)) = text.split_once(" within ") {
        let parts = rest.split_once("% of ").and_then(|(percent, right)| {
            let percent: f64 = percent.trim().parse().ok()?;
            (percent > 0.0 && percent <= 100.0).then_some((percent, right))
        });
        let Some((percent, right)) = parts else {
            return Err(both!(
                "`within 5% of` was expected in `{text}`",
                "`{text}`에는 `within 5% of` 같은 꼴이 필요합니다"
            ));
        };
        return Ok((left, Op::Within(percent / 100.0), right));
    }
    for (sign, op) in [
        ("<=", Op::LessOrEqual),
        (">=", Op::GreaterOrEqual),
        ("==", Op::Equal),
        ("<", Op::Less),
        (">", Op::Greater),
    ] {
        if let Some((left, right)) = text.split_once(sign) {
            return Ok((left, op, right));
        }
    }
    Err(both!(
        "no comparison in `{text}`: use <, <=, >, >=, == or `within N% of`",
        "`{text}`에 비교가 없습니다. <, <=, >, >=, ==, `within N% of` 중 하나를 쓰세요"
    ))
}

fn side(text: &str) -> Result<Side, Text> {
    let text = text.trim();
    if let Some(number) = number(text) {
        return Ok(Side::Number(number));
    }
    let (factor, reference) = match text.split_once('*') {
        None => (1.0, text),
        Some((factor, reference)) => {
            let Ok(factor) = factor.trim().parse::<f64>() else {
                return Err(both!(
                    "a number was expected before `*` in `{text}`",
                    "`{text}`의 `*` 앞에는 숫자가 필요합니다"
                ));
            };
            (factor, reference.trim())
        }
    };
    let (id, variant) = match reference.split_once('(') {
        None => (reference, None),
        Some((id, rest)) => {
            let Some(variant) = rest.strip_suffix(')') else {
                return Err(both!(
                    "`)` is missing in `{reference}`",
                    "`{reference}`에 `)`가 없습니다"
                ));
            };
            (id.trim(), Some(variant.trim().to_owned()))
        }
    };
    let id = match id.strip_prefix("errors") {
        Some(label) if label.is_empty() || label.starts_with('@') => format!("error_share{label}"),
        _ => id.to_owned(),
    };
    if metric::find(&id).is_none() {
        return Err(unknown_metric(&id));
    }
    Ok(Side::Metric(Reference { factor, id, variant }))
}

/// Says that a metric does not exist, with the nearest one.
pub(crate) fn unknown_metric(id: &str) -> Text {
    let id = crate::content::problem::printable(id);
    let names = metric::METRICS.iter().map(|metric| metric.name);
    let name = id.split('@').next().unwrap_or_default();
    match crate::content::problem::nearest(name, names) {
        Some(near) if near == name => both!(
            "`{name}` does not take this label, or needs one: `{id}`",
            "`{name}`에 맞지 않는 라벨이거나 라벨이 빠졌습니다: `{id}`"
        ),
        Some(near) => both!(
            "unknown metric `{id}`; did you mean `{near}`?",
            "알 수 없는 지표 `{id}`. 혹시 `{near}`인가요?"
        ),
        None => both!("unknown metric `{id}`", "알 수 없는 지표 `{id}`"),
    }
}

/// A bare number, or one with the unit of its metric: `300ms`, `0.1%`, `200/s`.
fn number(text: &str) -> Option<f64> {
    if let Ok(number) = text.replace('_', "").parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0);
    }
    knobs::rate(text).or_else(|| knobs::duration(text).map(|nanos| nanos as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(factor: f64, id: &str, variant: Option<&str>) -> Side {
        let variant = variant.map(str::to_owned);
        Side::Metric(Reference { factor, id: id.to_owned(), variant })
    }

    #[test]
    fn conditions_are_read() {
        let cases = [
            (
                "latency_ms_p99(5) >= 10 * latency_ms_p99(10)",
                metric(1.0, "latency_ms_p99", Some("5")),
                Op::GreaterOrEqual,
                metric(10.0, "latency_ms_p99", Some("10")),
            ),
            (
                "latency_ms_p99@buy_now < 0.3s",
                metric(1.0, "latency_ms_p99@buy_now", None),
                Op::Less,
                Side::Number(300.0),
            ),
            (
                "error_share<=0.1%",
                metric(1.0, "error_share", None),
                Op::LessOrEqual,
                Side::Number(0.001),
            ),
            (
                "errors@buy_now < 0.1%",
                metric(1.0, "error_share@buy_now", None),
                Op::Less,
                Side::Number(0.001),
            ),
            (
                "error_count@pool_timeout(a b) == 0",
                metric(1.0, "error_count@pool_timeout", Some("a b")),
                Op::Equal,
                Side::Number(0.0),
            ),
            (
                "completed_per_s(50) within 5% of completed_per_s(20)",
                metric(1.0, "completed_per_s", Some("50")),
                Op::Within(0.05),
                metric(1.0, "completed_per_s", Some("20")),
            ),
        ];
        for (text, left, op, right) in cases {
            assert_eq!(parse(text), Ok(Condition { left, op, right }), "{text}");
        }
    }

    #[test]
    fn faults_are_named() {
        for (text, expected) in [
            ("latency_ms_p98 < 3ms", "unknown metric `latency_ms_p98`; did you mean"),
            ("latency_ms_p99(5 < 3ms", "`)` is missing"),
            ("3 < 4", "at least one metric"),
            ("latency_ms_p99", "no comparison"),
            ("x * latency_ms_p99 < 3", "a number was expected before `*`"),
            ("latency_ms_p99(5) within 0% of 3", "`within 5% of` was expected"),
            ("error_count < 3", "does not take this label, or needs one"),
        ] {
            let error = parse(text).unwrap_err().en;
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
