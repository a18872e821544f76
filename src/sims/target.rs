//! Targets: conditions that a service has to meet, `latency_ms_p99 < 300, errors < 0.1%`. One
//! grammar with claims; each condition compares a metric with a number.

use serde::{Deserialize, Serialize};

use super::condition::{self, Op, Side};
use super::metric::Row;
use super::outcome::interval_of;
use super::run::Measurement;
use crate::content::problem::printable;
use crate::content::text::{Text, both};
use crate::stats::interval::Interval;

/// What a service has to meet, all of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// As written.
    pub(crate) text: String,
    pub(crate) bounds: Vec<Bound>,
}

/// One condition of a target.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bound {
    /// `name` or `name@label`.
    pub(crate) id: String,
    op: Op,
    /// In the metric's own unit.
    limit: f64,
    /// As written.
    pub(crate) text: String,
}

/// Whether a target is met, by the 95 % intervals of its metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Met {
    Yes,
    No,
    Undecided,
}

/// Reads a target.
///
/// # Errors
/// What was expected, in words.
pub(crate) fn parse(text: &str) -> Result<Target, Text> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let bounds = parts.iter().map(|part| bound(part)).collect::<Result<_, _>>()?;
    Ok(Target { text: parts.join(", "), bounds })
}

fn bound(text: &str) -> Result<Bound, Text> {
    let shown = printable(text);
    let condition = condition::parse(text)?;
    let (Side::Metric(metric), Side::Number(limit)) = (&condition.left, &condition.right) else {
        return Err(both!(
            "a target compares a metric with a number, such as `latency_ms_p99 < 300`: `{shown}`",
            "목표는 `latency_ms_p99 < 300`처럼 지표를 숫자와 비교합니다: `{shown}`"
        ));
    };
    if metric.variant.is_some() {
        return Err(both!(
            "a target holds for every variant and names none: `{shown}`",
            "목표는 모든 변형에 적용되므로 변형 이름을 쓰지 않습니다: `{shown}`"
        ));
    }
    if matches!(condition.op, Op::Equal | Op::Within(_)) || metric.factor <= 0.0 {
        return Err(both!(
            "a target is a bound: <, <=, > or >=, not `{shown}`",
            "목표에는 <, <=, >, >= 중 하나를 쓰세요: `{shown}`"
        ));
    }
    let (id, limit) = (metric.id.clone(), limit / metric.factor);
    Ok(Bound { id, op: condition.op, limit, text: text.to_owned() })
}

impl Bound {
    fn holds(&self, value: f64) -> bool {
        match self.op {
            Op::Less => value < self.limit,
            Op::LessOrEqual => value <= self.limit,
            Op::Greater => value > self.limit,
            Op::GreaterOrEqual => value >= self.limit,
            Op::Equal | Op::Within(_) => false,
        }
    }

    /// Decided where both ends of the interval are on one side.
    fn met(&self, interval: Option<&Interval>) -> Met {
        let Some(interval) = interval else { return Met::Undecided };
        match (self.holds(interval.low), self.holds(interval.high)) {
            (true, true) => Met::Yes,
            (false, false) => Met::No,
            _ => Met::Undecided,
        }
    }
}

impl Target {
    /// Whether one replication, taken alone, meets it. A metric without a value meets nothing.
    pub(super) fn holds(&self, rows: &[Row]) -> bool {
        self.bounds.iter().all(|bound| {
            let row = rows.iter().find(|row| row.id == bound.id);
            row.and_then(|row| row.value).is_some_and(|value| bound.holds(value))
        })
    }

    /// Judges a variant: one that does not settle meets no target.
    pub(crate) fn judge(&self, found: &Measurement) -> Met {
        self.judge_wider(found, 1.0)
    }

    /// As [`Target::judge`], with intervals so many times as wide.
    pub(super) fn judge_wider(&self, found: &Measurement, times: f64) -> Met {
        if !found.steady {
            return Met::No;
        }
        let wider = |id: &str| {
            let Interval { value, low, high } = interval(found, id)?;
            let (low, high) = (value - times * (value - low), value + times * (high - value));
            Some(Interval { value, low, high })
        };
        together(self.bounds.iter().map(|bound| bound.met(wider(&bound.id).as_ref())))
    }
}

fn together(met: impl Iterator<Item = Met>) -> Met {
    met.fold(Met::Yes, |all, one| match (all, one) {
        (Met::No, _) | (_, Met::No) => Met::No,
        (Met::Undecided, _) | (_, Met::Undecided) => Met::Undecided,
        (Met::Yes, Met::Yes) => Met::Yes,
    })
}

/// The interval of one metric of a measurement.
pub(super) fn interval(found: &Measurement, id: &str) -> Option<Interval> {
    let at = found.rows.iter().position(|row| row.id == id)?;
    interval_of(&found.rows[at], &found.values[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_list_of_bounds() {
        let target = parse("latency_ms_p99@buy_now < 0.3s,errors<=0.1%").unwrap();
        assert_eq!(target.text, "latency_ms_p99@buy_now < 0.3s, errors<=0.1%");
        let bounds: Vec<_> =
            target.bounds.iter().map(|bound| (bound.id.as_str(), bound.op, bound.limit)).collect();
        assert_eq!(
            bounds,
            [("latency_ms_p99@buy_now", Op::Less, 300.0), ("error_share", Op::LessOrEqual, 0.001)]
        );
        assert_eq!(parse("2 * latency_ms_p99 < 300").unwrap().bounds[0].limit, 150.0);
    }

    #[test]
    fn what_is_no_bound_is_refused() {
        for (text, expected) in [
            ("", "no comparison"),
            ("latency_ms_p99 < 300,", "no comparison"),
            ("latency_ms_p99 < latency_ms_p50", "compares a metric with a number"),
            ("300 > latency_ms_p99", "compares a metric with a number"),
            ("latency_ms_p99(5) < 300", "names none"),
            ("error_count@pool_timeout == 0", "a target is a bound"),
            ("latency_ms_p99 within 5% of 300", "a target is a bound"),
            ("latancy_ms_p99 < 300", "did you mean `latency_ms_p99`"),
        ] {
            let error = parse(text).unwrap_err().en;
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn an_interval_across_the_limit_decides_nothing() {
        let bound = &parse("latency_ms_p99 < 300").unwrap().bounds[0];
        let met = |low, high| bound.met(Some(&Interval { value: low, low, high }));
        assert_eq!((met(280.0, 299.0), met(290.0, 310.0)), (Met::Yes, Met::Undecided));
        assert_eq!((met(300.0, 310.0), bound.met(None)), (Met::No, Met::Undecided));
        let more = &parse("completed_per_s >= 99").unwrap().bounds[0];
        let met = |low, high| more.met(Some(&Interval { value: low, low, high }));
        assert_eq!((met(99.0, 120.0), met(90.0, 98.0)), (Met::Yes, Met::No));
        let all = |of: &[Met]| together(of.iter().copied());
        assert_eq!(all(&[Met::Yes, Met::Yes]), Met::Yes);
        assert_eq!(all(&[Met::Undecided, Met::No]), Met::No);
        assert_eq!(all(&[Met::Undecided, Met::Yes]), Met::Undecided);
    }
}
