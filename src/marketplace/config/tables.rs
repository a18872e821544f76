//! The marketplace's tables: products are offered in bids, orders buy one unit of a bid, coupons
//! are issued to users and redeemed once.

use super::{Config, DataKnobs};
use crate::marketplace::knobs::Limit;
use crate::marketplace::mysql::table::{TableId, TableSpec};

pub(crate) const PRODUCTS: TableId = TableId(0);
pub(crate) const BIDS: TableId = TableId(1);
pub(crate) const ORDERS: TableId = TableId(2);
pub(crate) const COUPONS: TableId = TableId(3);
pub(crate) const COUPON_ISSUES: TableId = TableId(4);
pub(crate) const AUDIT: TableId = TableId(5);

/// Columns of the built-in tables.
pub(crate) mod bids {
    pub(crate) const PRODUCT: usize = 0;
    pub(crate) const PRICE: usize = 1;
    pub(crate) const STOCK: usize = 2;
    pub(crate) const VERSION: usize = 3;
    pub(crate) const FENCE: usize = 4;
}
pub(crate) mod orders {
    pub(crate) const BID: usize = 0;
    pub(crate) const BUYER: usize = 1;
    pub(crate) const PRICE: usize = 2;
    pub(crate) const DISCOUNT: usize = 3;
    pub(crate) const PAID: usize = 4;
}
pub(crate) mod coupons {
    pub(crate) const TOTAL: usize = 0;
    pub(crate) const ISSUED: usize = 1;
    pub(crate) const DISCOUNT: usize = 2;
}
pub(crate) mod coupon_issues {
    pub(crate) const COUPON: usize = 0;
    pub(crate) const USER: usize = 1;
    pub(crate) const REDEEMED: usize = 2;
}

/// Price of every bid at the start, and the discount of a coupon, in won.
const PRICE: i64 = 10_000;
const DISCOUNT: i64 = 1_000;
/// The tables of the base have as many rows as anybody asks for; new ones come behind.
const ROWS: u64 = u64::MAX >> 2;

/// Every table by its id: those of the marketplace, or what the file declares under their names,
/// then the file's own.
pub(crate) fn specs(config: &Config) -> Vec<TableSpec> {
    let mut specs = built_in(&config.data, config.coupon.unique_key);
    for declared in &config.declared {
        match specs.iter_mut().find(|spec| spec.name == declared.name) {
            Some(spec) => *spec = declared.clone(),
            None => specs.push(declared.clone()),
        }
    }
    specs
}

/// A table without columns and with as many rows as anybody asks for.
pub(crate) fn undeclared(name: &str) -> TableSpec {
    table(name, ROWS, &[])
}

pub(crate) fn is_built_in(name: &str) -> bool {
    built_in(&DataKnobs::default(), true).iter().any(|spec| spec.name == name)
}

fn table(name: &str, rows: u64, columns: &[(&str, i64)]) -> TableSpec {
    let columns = columns.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    TableSpec { name: name.to_owned(), rows, columns, parent: None, unique: None }
}

fn built_in(data: &DataKnobs, unique_issues: bool) -> Vec<TableSpec> {
    let stock = i64::from(data.stock);
    let total = i64::from(data.coupons);
    let bids = match data.bids {
        Limit::Of(rows) => u64::from(rows),
        Limit::Unlimited => ROWS,
    };
    let bid = [("product", 0), ("price", PRICE), ("stock", stock), ("version", 0), ("fence", 0)];
    let order = [("bid", 0), ("buyer", 0), ("price", 0), ("discount", 0), ("paid", 0)];
    let coupon = [("total", total), ("issued", 0), ("discount", DISCOUNT)];
    let issue = [("coupon", 0), ("user", 0), ("redeemed", 0)];
    vec![
        table("products", ROWS, &[]),
        // A bid of the start belongs to the product with its own number; it names none.
        table("bids", bids, &bid),
        TableSpec { parent: Some((orders::BID, BIDS)), ..table("orders", 0, &order) },
        table("coupons", ROWS, &coupon),
        TableSpec {
            parent: Some((coupon_issues::COUPON, COUPONS)),
            unique: unique_issues.then_some((coupon_issues::COUPON, coupon_issues::USER)),
            ..table("coupon_issues", 0, &issue)
        },
        table("audit", 0, &[]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marketplace::mysql::table::COLUMNS_MAX;

    #[test]
    fn the_tables_stand_at_their_ids_and_columns() {
        let specs = specs(&Config::default());
        let column = |table: TableId, column: usize| {
            let spec = &specs[table.0 as usize];
            assert!(spec.columns.len() <= COLUMNS_MAX, "{}", spec.name);
            format!("{}.{}", spec.name, spec.columns[column].0)
        };
        let named = [
            column(BIDS, bids::PRODUCT),
            column(BIDS, bids::PRICE),
            column(BIDS, bids::STOCK),
            column(BIDS, bids::VERSION),
            column(BIDS, bids::FENCE),
            column(ORDERS, orders::BID),
            column(ORDERS, orders::BUYER),
            column(ORDERS, orders::PRICE),
            column(ORDERS, orders::DISCOUNT),
            column(ORDERS, orders::PAID),
            column(COUPONS, coupons::TOTAL),
            column(COUPONS, coupons::ISSUED),
            column(COUPONS, coupons::DISCOUNT),
            column(COUPON_ISSUES, coupon_issues::COUPON),
            column(COUPON_ISSUES, coupon_issues::USER),
            column(COUPON_ISSUES, coupon_issues::REDEEMED),
        ];
        let expected = [
            "bids.product",
            "bids.price",
            "bids.stock",
            "bids.version",
            "bids.fence",
            "orders.bid",
            "orders.buyer",
            "orders.price",
            "orders.discount",
            "orders.paid",
            "coupons.total",
            "coupons.issued",
            "coupons.discount",
            "coupon_issues.coupon",
            "coupon_issues.user",
            "coupon_issues.redeemed",
        ];
        assert_eq!(named, expected);
        assert_eq!(specs[AUDIT.0 as usize].name, "audit");
        assert_eq!(specs[PRODUCTS.0 as usize].name, "products");
    }
}
