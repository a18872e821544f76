//! Reading a price file (`prep.prices/1`). Prices exist in such files only; the one that comes with
//! the program has rough examples.

use std::collections::BTreeMap;

use crate::content::problem::{Problem, Source};
use crate::content::text::both;
use crate::content::toml_tree::{self, Fields, Node, Walk};
use crate::content::{Kind, Library};
use crate::marketplace::bill::Prices;

/// Highest price that is read, in any currency.
const PRICE_MAX: f64 = 1e9;

/// The prices that come with the program, as the content directory may have replaced them.
///
/// # Errors
/// Every problem of the file.
pub(crate) fn of_library(library: &Library) -> Result<Prices, Vec<Problem>> {
    let file = library.get(Kind::Prices, "example", crate::content::text::Lang::En);
    file.map_or_else(|| Ok(Prices::default()), |source| read(&source))
}

/// The prices that are part of the binary.
pub(super) fn embedded() -> Prices {
    let file = Library::embedded_file("sims/prices/example.toml");
    file.and_then(|source| read(&source).ok()).unwrap_or_default()
}

/// Reads a price file.
///
/// # Errors
/// Every problem found, with its place.
pub(crate) fn read(source: &Source) -> Result<Prices, Vec<Problem>> {
    let root = toml_tree::parse(source)?;
    let mut walk = Walk::new(source);
    let prices = prices(&mut walk, &root, source);
    match prices {
        Some(prices) if walk.problems.is_empty() => Ok(prices),
        _ => {
            let hint = || {
                both!(
                    "all prices of sims/prices/example.toml are needed, from 0 up: copy that file and put in yours",
                    "sims/prices/example.toml에 있는 가격이 모두, 0 이상으로 있어야 합니다. 그 파일을 복사해 고쳐 쓰세요"
                )
            };
            let told = |problem: Problem| match problem.hint {
                Some(_) => problem,
                None => problem.hint(hint()),
            };
            Err(walk.problems.into_iter().map(told).collect())
        }
    }
}

fn prices(walk: &mut Walk<'_>, root: &Node, source: &Source) -> Option<Prices> {
    let mut fields = walk.fields(root)?;
    if let Some(node) = fields.need(walk, "format")
        && walk.str(node).is_some_and(|format| format != "prep.prices/1")
    {
        walk.report(
            node.span.clone(),
            both!("this is not the format `prep.prices/1`", "`prep.prices/1` 형식이 아닙니다"),
        );
    }
    let mut word = |walk: &mut Walk<'_>, name| {
        let node = fields.need(walk, name)?;
        let word = walk.str(node)?;
        if word.trim().is_empty() {
            let what = both!("`{name}` is empty", "`{name}`이(가) 비어 있습니다");
            walk.report(node.span.clone(), what);
        }
        Some(word.to_owned())
    };
    let (currency, date, from) = (word(walk, "currency"), word(walk, "date"), word(walk, "source"));
    let example = fields.take("example").and_then(|node| walk.bool(node)).unwrap_or(false);
    let mut part = |walk: &mut Walk<'_>, name| {
        let node = fields.need(walk, name)?;
        walk.fields(node)
    };
    let mut hour = part(walk, "hour")?;
    let mut gb = part(walk, "gb")?;
    let [app, db, cache] = ["app-type", "db-type", "cache-type"]
        .map(|name| part(walk, name).map(|own| types(walk, own)));
    fields.finish(walk);
    let at = |walk: &mut Walk<'_>, from: &mut Fields<'_>, name| {
        let node = from.need(walk, name);
        node.and_then(|node| price(walk, node)).unwrap_or(0.0)
    };
    let prices = Prices {
        file: source.path.clone(),
        currency: currency.unwrap_or_default(),
        date: date.unwrap_or_default(),
        source: from.unwrap_or_default(),
        example,
        app: app?,
        db: db?,
        cache: cache?,
        balancer: at(walk, &mut hour, "balancer"),
        nat_gateway: at(walk, &mut hour, "nat-gateway"),
        node: at(walk, &mut hour, "node"),
        public_address: at(walk, &mut hour, "public-address"),
        nat: at(walk, &mut gb, "nat"),
        internet: at(walk, &mut gb, "internet"),
        cross_zone: at(walk, &mut gb, "cross-zone"),
        storage_month: at(walk, &mut gb, "storage-month"),
    };
    hour.finish(walk);
    gb.finish(walk);
    Some(prices)
}

/// Prices by type; the author chooses the names.
fn types(walk: &mut Walk<'_>, mut fields: Fields<'_>) -> BTreeMap<String, f64> {
    let rest = fields.rest();
    if rest.is_empty() {
        let head = fields.span.start..fields.span.start + 1;
        walk.report(head, both!("no type has a price here", "가격이 있는 타입이 하나도 없습니다"));
    }
    let priced = rest.into_iter().map(|(key, node)| (key.name.clone(), price(walk, node)));
    priced.filter_map(|(name, price)| Some((name, price?))).collect()
}

fn price(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let price = walk.number(node)?;
    if !(0.0..=PRICE_MAX).contains(&price) {
        let what = both!(
            "a price from 0 to 1,000,000,000 was expected",
            "0 이상 1,000,000,000 이하의 가격이 필요합니다"
        );
        walk.report(node.span.clone(), what);
        return None;
    }
    Some(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;
    use crate::marketplace::bill;
    use crate::marketplace::config::BillKnobs;

    fn faults(from: &str, to: &str) -> String {
        let text = Library::embedded_file("sims/prices/example.toml").unwrap().text;
        assert!(text.contains(from), "{from}");
        match read(&Source::new("p.toml", text.replacen(from, to, 1))) {
            Ok(_) => String::new(),
            Err(problems) => problems.iter().map(|problem| problem.show(Lang::En)).collect(),
        }
    }

    /// The defaults of the knobs have a price, and the file says that it is an example.
    #[test]
    fn the_example_prices_can_be_used_as_they_are() {
        let prices = embedded();
        assert_eq!((prices.currency.as_str(), prices.example), ("USD", true));
        assert_eq!(bill::check(&BillKnobs::default(), &prices), Ok(()));
        assert_eq!(prices.app["t3.small"], 0.026);
        assert_eq!((prices.nat, prices.cross_zone, prices.storage_month), (0.059, 0.02, 0.131));
        assert_eq!(of_library(&Library::embedded()), Ok(prices));
    }

    #[test]
    fn what_is_wrong_with_a_price_file_has_its_place() {
        for (from, to, expected) in [
            ("prep.prices/1", "prep.sim/1", "not the format `prep.prices/1`"),
            ("currency = \"USD\"", "", "`currency` is missing"),
            ("nat = 0.059", "", "copy that file"),
            ("balancer = 0.024", "balancr = 0.024", "did you mean `balancer`?"),
            ("nat = 0.059", "nat = -1", "a price from 0"),
            ("nat = 0.059", "nat = \"1\"", "a number was expected"),
            ("date = \"2026-11-22\"", "date = \" \"", "`date` is empty"),
        ] {
            let found = faults(from, to);
            assert!(found.contains(expected) && found.contains("p.toml:"), "{to}: {found}");
        }
        assert_eq!(
            faults("date = \"2026-11-22\"", "date = 2026-11-22"),
            "",
            "a date of TOML's own"
        );
    }
}
