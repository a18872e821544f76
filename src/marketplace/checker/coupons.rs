//! Coupons: not more than there are, one for each user, each redeemed once.
//!
//! Verifies what is stored, counted here and not by the column `issued`. Does not verify that
//! whoever was refused had to be, nor who came first.

use std::collections::BTreeMap;

use super::{Columns, Commit};
use crate::marketplace::mysql::Write;
use crate::marketplace::mysql::table::Values;

#[derive(Default)]
pub(super) struct Coupons {
    issued: BTreeMap<u64, i64>,
    by_user: BTreeMap<(u64, i64), u64>,
    redeemed: BTreeMap<u64, u64>,
}

/// What one commit did wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) over_issued: u64,
    pub(super) double_issued: u64,
    pub(super) double_redeemed: u64,
}

impl Coupons {
    pub(super) fn check(&mut self, columns: &Columns, commit: &Commit<'_>) -> Found {
        let mut found = Found::default();
        let (Some(coupon), Some(user)) = (columns.coupon_of_issue, columns.user_of_issue) else {
            return found;
        };
        for write in commit.writes.iter().filter(|write| Some(write.table) == columns.issues) {
            match (write.before, write.after) {
                (None, Some(values)) => {
                    let key = values[coupon] as u64;
                    let issued = self.issued.entry(key).or_default();
                    *issued += 1;
                    found.over_issued += u64::from(*issued > columns.first_total);
                    let of_user = self.by_user.entry((key, values[user])).or_default();
                    *of_user += 1;
                    found.double_issued += u64::from(*of_user > 1);
                }
                // The column says what is true, not how often it was made true: count the writes.
                (Some(_), Some(values)) if is_set(columns.redeemed, &values) => {
                    let times = self.redeemed.entry(write.key).or_default();
                    *times += 1;
                    found.double_redeemed += u64::from(*times > 1);
                }
                _ => {}
            }
        }
        found
    }

    pub(super) fn take_back(&mut self, columns: &Columns, undone: &[Write]) {
        let (Some(coupon), Some(user)) = (columns.coupon_of_issue, columns.user_of_issue) else {
            return;
        };
        for write in undone.iter().filter(|write| Some(write.table) == columns.issues) {
            match (write.before, write.after) {
                (Some(values), None) => {
                    let key = values[coupon] as u64;
                    if let Some(issued) = self.issued.get_mut(&key) {
                        *issued -= 1;
                    }
                    if let Some(of_user) = self.by_user.get_mut(&(key, values[user])) {
                        *of_user -= 1;
                    }
                }
                (Some(values), Some(_)) if is_set(columns.redeemed, &values) => {
                    if let Some(times) = self.redeemed.get_mut(&write.key) {
                        *times -= 1;
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_set(column: Option<usize>, values: &Values) -> bool {
    column.is_some_and(|column| values[column] != 0)
}
