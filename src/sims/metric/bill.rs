//! Rows of the bill, and of the target.

use super::Rows;
use crate::marketplace::bill::Item;
use crate::marketplace::observations::Observations;

pub(super) fn rows(rows: &mut Rows, seen: &Observations) {
    if let Some((met, judged)) = seen.target_met {
        rows.mean("target_met_share", met as f64 / judged.max(1) as f64);
    }
    let Some(bill) = &seen.bill else { return };
    rows.mean("cost_per_month", bill.total());
    rows.mean("cost_per_1000_requests", bill.per_1000_requests());
    for (item, amount) in Item::ALL.into_iter().zip(bill.amounts) {
        rows.mean(format!("cost_per_month@{}", item.label()), amount);
    }
}
