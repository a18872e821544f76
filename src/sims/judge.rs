//! Judging claims: a condition holds when the interval of the paired difference of its two sides
//! lies wholly on one side.

use super::condition::{Condition, Op, Reference, Side};
use super::outcome::{ClaimOutcome, ClaimVerdict, Evidence, interval_of};
use super::run::Results;
use super::spec::{Claim, Spec};
use crate::content::text::Lang;
use crate::stats::interval::{self};
use crate::stats::six_digits;

/// Judges one claim by the interval of the paired difference of its two sides.
pub(super) fn judge(
    spec: &Spec,
    results: &Results,
    at: usize,
    claim: &Claim,
    lang: Lang,
) -> ClaimOutcome {
    let (verdict, evidence) = if spec.modified {
        (ClaimVerdict::NotJudged, None)
    } else {
        judge_condition(spec, results, at, &claim.condition)
    };
    ClaimOutcome {
        id: claim.id.clone(),
        says: claim.says.get(lang).to_owned(),
        control: claim.control,
        holds: match verdict {
            ClaimVerdict::Holds => Some(true),
            ClaimVerdict::Fails => Some(false),
            ClaimVerdict::Undecided | ClaimVerdict::NotJudged => None,
        },
        verdict,
        condition: claim.holds.clone(),
        evidence,
    }
}

/// Decides a condition on a run's own variants.
pub(crate) fn decide(spec: &Spec, results: &Results, condition: &Condition) -> ClaimVerdict {
    judge_condition(spec, results, usize::MAX, condition).0
}

/// One side of a condition: pooled value, and the values by replication (a constant has none).
struct SideValues {
    value: f64,
    by_replication: Option<Vec<Option<f64>>>,
}

fn side_values(spec: &Spec, results: &Results, claim: usize, side: &Side) -> Option<SideValues> {
    let Side::Metric(Reference { factor, id, variant }) = side else {
        let Side::Number(number) = side else { return None };
        return Some(SideValues { value: *number, by_replication: None });
    };
    let at = match variant {
        None => 0,
        Some(variant) => spec.variants.iter().position(|other| other.id == *variant)?,
    };
    let own = results.claims.get(claim);
    let own = own.and_then(|own| own.iter().find(|(variant, _)| *variant == at));
    let found = own.map_or(&results.variants[at], |(_, found)| found);
    let row = found.rows.iter().position(|row| row.id == *id)?;
    let value = interval_of(&found.rows[row], &found.values[row])?.value * factor;
    let values = found.values[row].iter().map(|value| value.map(|value| value * factor));
    Some(SideValues { value, by_replication: Some(values.collect()) })
}

fn judge_condition(
    spec: &Spec,
    results: &Results,
    claim: usize,
    condition: &Condition,
) -> (ClaimVerdict, Option<Evidence>) {
    let left = side_values(spec, results, claim, &condition.left);
    let right = side_values(spec, results, claim, &condition.right);
    let (Some(left), Some(right)) = (left, right) else { return (ClaimVerdict::Undecided, None) };
    let counts = [&left.by_replication, &right.by_replication];
    let n = counts.into_iter().flatten().map(Vec::len).min().unwrap_or(0);
    let at = |side: &SideValues, number: usize| match &side.by_replication {
        None => Some(side.value),
        Some(values) => values[number],
    };
    let pairs: Vec<(f64, f64)> =
        (0..n).filter_map(|number| Some((at(&left, number)?, at(&right, number)?))).collect();
    if condition.op == Op::Equal {
        let holds = !pairs.is_empty() && pairs.iter().all(|(a, b)| a == b);
        let verdict = if holds { ClaimVerdict::Holds } else { ClaimVerdict::Fails };
        return (verdict, None);
    }
    let difference = |scale: f64| {
        let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - scale * b).collect();
        interval::of_mean(&differences)
    };
    let Some(plain) = difference(1.0) else { return (ClaimVerdict::Undecided, None) };
    // `low` and `high` bound what has to be below or above zero.
    let settle = |below: f64, above: f64| match (below < 0.0, above > 0.0) {
        (true, _) => ClaimVerdict::Holds,
        (_, true) => ClaimVerdict::Fails,
        _ => ClaimVerdict::Undecided,
    };
    let verdict = match condition.op {
        Op::Less | Op::LessOrEqual if plain.high == 0.0 && plain.low == 0.0 => {
            // Exactly equal in every replication.
            if condition.op == Op::LessOrEqual { ClaimVerdict::Holds } else { ClaimVerdict::Fails }
        }
        Op::Greater | Op::GreaterOrEqual if plain.high == 0.0 && plain.low == 0.0 => {
            if condition.op == Op::GreaterOrEqual {
                ClaimVerdict::Holds
            } else {
                ClaimVerdict::Fails
            }
        }
        Op::Less | Op::LessOrEqual => settle(plain.high, plain.low),
        Op::Greater | Op::GreaterOrEqual => settle(-plain.low, -plain.high),
        Op::Within(share) => {
            let (Some(over), Some(under)) = (difference(1.0 + share), difference(1.0 - share))
            else {
                return (ClaimVerdict::Undecided, None);
            };
            if over.high < 0.0 && under.low > 0.0 {
                ClaimVerdict::Holds
            } else if over.low > 0.0 || under.high < 0.0 {
                ClaimVerdict::Fails
            } else {
                ClaimVerdict::Undecided
            }
        }
        Op::Equal => ClaimVerdict::Undecided,
    };
    let evidence = Evidence {
        left: six_digits(left.value),
        right: six_digits(right.value),
        difference_low: six_digits(plain.low),
        difference_high: six_digits(plain.high),
    };
    (verdict, Some(evidence))
}
