//! What a month costs: prices of a file, times what was rented and sent. Pure arithmetic; no price
//! stands here.

use std::collections::BTreeMap;

use super::config::BillKnobs;
use super::knobs::{Knob, KnobValue, Raw};
use crate::content::problem::nearest;
use crate::content::text::{Text, both};
use crate::engine::time::to_seconds;

/// Hours of a month, 8,760 / 12: what cannot be switched off is paid for all of them.
const MONTH: f64 = 730.0;
/// Bytes that are charged as one GB.
const GB: f64 = (1u64 << 30) as f64;

/// A price file. Empty where there is none; then there is no bill.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prices {
    /// Path, as shown.
    pub(crate) file: String,
    pub(crate) currency: String,
    pub(crate) date: String,
    pub(crate) source: String,
    /// Whether the file calls its figures examples.
    pub(crate) example: bool,
    /// By type, for each hour.
    pub(crate) app: BTreeMap<String, f64>,
    pub(crate) db: BTreeMap<String, f64>,
    pub(crate) cache: BTreeMap<String, f64>,
    /// For each hour.
    pub(crate) balancer: f64,
    pub(crate) nat_gateway: f64,
    pub(crate) node: f64,
    pub(crate) public_address: f64,
    /// For each GB.
    pub(crate) nat: f64,
    pub(crate) internet: f64,
    pub(crate) cross_zone: f64,
    pub(crate) storage_month: f64,
}

/// The lines of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    App,
    Nodes,
    /// Instance hours of deployments, beyond those of the service itself.
    Deploys,
    Database,
    Replicas,
    Storage,
    Cache,
    Balancer,
    NatGateways,
    NatTraffic,
    Internet,
    CrossZone,
    Addresses,
}

impl Item {
    pub(crate) const ALL: [Item; 13] = [
        Item::App,
        Item::Nodes,
        Item::Deploys,
        Item::Database,
        Item::Replicas,
        Item::Storage,
        Item::Cache,
        Item::Balancer,
        Item::NatGateways,
        Item::NatTraffic,
        Item::Internet,
        Item::CrossZone,
        Item::Addresses,
    ];

    /// The label in `cost_per_month@...`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Item::App => "app_instances",
            Item::Nodes => "nodes",
            Item::Deploys => "deploys",
            Item::Database => "databases",
            Item::Replicas => "replicas",
            Item::Storage => "storage",
            Item::Cache => "cache_nodes",
            Item::Balancer => "balancer",
            Item::NatGateways => "nat_gateways",
            Item::NatTraffic => "nat_traffic",
            Item::Internet => "internet_traffic",
            Item::CrossZone => "cross_zone_traffic",
            Item::Addresses => "public_addresses",
        }
    }
}

/// What a run used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// Mean number of running application instances.
    pub(crate) instances: f64,
    /// Instance hours that the run's deployment took beyond those; 0 without one.
    pub(crate) extra_instance_hours_per_deploy: f64,
    /// Successful answers.
    pub(crate) requests_per_s: f64,
    /// Databases that take writes, and copies that do not.
    pub(crate) databases: u32,
    pub(crate) replicas: u32,
}

/// A month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bill {
    /// By [`Item`], in the currency of the prices.
    pub(crate) amounts: [f64; Item::ALL.len()],
    pub(crate) requests: f64,
}

impl Bill {
    pub(crate) fn total(&self) -> f64 {
        self.amounts.iter().sum()
    }

    /// `None` without a request.
    pub(crate) fn per_1000_requests(&self) -> Option<f64> {
        (self.requests > 0.0).then(|| self.total() / self.requests * 1_000.0)
    }
}

/// The bill of a month in which the load of a run goes on; `None` where there are no prices.
pub(crate) fn bill(knobs: &BillKnobs, prices: &Prices, usage: &Usage) -> Option<Bill> {
    let app = *prices.app.get(&knobs.app_type.0)?;
    let db = *prices.db.get(&knobs.db_type.0)?;
    let cache = *prices.cache.get(&knobs.cache_type.0)?;
    let hours = f64::from(knobs.hours);
    let requests = usage.requests_per_s * knobs.mean_load.0 * hours * 3_600.0;
    let sent = requests * knobs.response_size.0 as f64 / GB;
    let zones = if knobs.multi_az { 2.0 } else { 1.0 };
    let (databases, replicas) = (f64::from(usage.databases) * zones, f64::from(usage.replicas));
    let nodes = f64::from(knobs.nodes);
    // Instances on the machines of a cluster are paid with those.
    let machine = if knobs.nodes == 0 { app } else { 0.0 };
    let through_nat = if knobs.nat_gateways > 0 { sent * knobs.nat_share.0 } else { 0.0 };
    let side_by_side = usage.instances * to_seconds(knobs.overlap.0) / 3_600.0;
    let extra = usage.extra_instance_hours_per_deploy + side_by_side;
    let extra = extra * f64::from(knobs.deploys);
    let amount = |item| match item {
        Item::App => usage.instances * hours * machine,
        Item::Nodes => nodes * hours * prices.node,
        Item::Deploys => extra * machine,
        Item::Database => databases * hours * db,
        Item::Replicas => replicas * hours * db,
        Item::Storage => {
            (databases + replicas) * knobs.storage.0 as f64 / GB * prices.storage_month
        }
        Item::Cache => f64::from(knobs.cache_nodes) * MONTH * cache,
        Item::Balancer => f64::from(u8::from(knobs.balancer)) * MONTH * prices.balancer,
        Item::NatGateways => f64::from(knobs.nat_gateways) * MONTH * prices.nat_gateway,
        Item::NatTraffic => through_nat * prices.nat,
        Item::Internet => sent * prices.internet,
        Item::CrossZone => sent * knobs.cross_zone_share.0 * prices.cross_zone,
        Item::Addresses => f64::from(knobs.public_addresses) * MONTH * prices.public_address,
    };
    Some(Bill { amounts: Item::ALL.map(amount), requests })
}

/// Whether the prices have the types that are rented.
///
/// # Errors
/// The first that is missing, with those that there are.
pub(crate) fn check(knobs: &BillKnobs, prices: &Prices) -> Result<(), Text> {
    if *prices == Prices::default() {
        return Ok(());
    }
    for (knob, name, known) in [
        ("bill.app-type", &knobs.app_type, &prices.app),
        ("bill.db-type", &knobs.db_type, &prices.db),
        ("bill.cache-type", &knobs.cache_type, &prices.cache),
    ] {
        if known.contains_key(&name.0) {
            continue;
        }
        let (name, file) = (&name.0, &prices.file);
        let types: Vec<&str> = known.keys().map(String::as_str).collect();
        let near = nearest(name, types.iter().copied()).map(str::to_owned);
        let types = types.join(", ");
        return Err(match near {
            Some(near) => both!(
                "`{knob}`: {file} has no price of `{name}`; did you mean `{near}`? It has: {types}",
                "`{knob}`: {file}에 `{name}`의 가격이 없습니다. 혹시 `{near}`인가요? 있는 것: {types}"
            ),
            None => both!(
                "`{knob}`: {file} has no price of `{name}`; it has: {types}",
                "`{knob}`: {file}에 `{name}`의 가격이 없습니다. 있는 것: {types}"
            ),
        });
    }
    Ok(())
}

/// The name of something in a price file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(pub(crate) String);

impl KnobValue for Name {
    fn parse(raw: &Raw, _: &Knob) -> Result<Name, Text> {
        let plain = |c: char| c.is_alphanumeric() || "-_./ ".contains(c);
        match raw {
            Raw::Word(word) if !word.is_empty() && word.len() <= 80 && word.chars().all(plain) => {
                Ok(Name(word.clone()))
            }
            _ => {
                let found = raw.show();
                Err(both!(
                    "a name such as \"t3.small\" was expected, found `{found}`",
                    "\"t3.small\" 같은 이름이 필요합니다(현재 값: `{found}`)"
                ))
            }
        }
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        self.0.clone().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        let types = |of: &[(&str, f64)]| of.iter().map(|(n, p)| ((*n).to_owned(), *p)).collect();
        Prices {
            file: "p.toml".to_owned(),
            currency: "USD".to_owned(),
            app: types(&[("small", 0.02), ("large", 0.08)]),
            db: types(&[("db", 0.05)]),
            cache: types(&[("cache", 0.025)]),
            balancer: 0.03,
            nat_gateway: 0.06,
            node: 0.1,
            public_address: 0.005,
            nat: 0.07,
            internet: 0.12,
            cross_zone: 0.01,
            storage_month: 0.15,
            ..Prices::default()
        }
    }

    fn knobs(settings: &[(&str, &str)]) -> BillKnobs {
        let mut knobs = BillKnobs::default();
        let base =
            [("bill.app-type", "small"), ("bill.db-type", "db"), ("bill.cache-type", "cache")];
        for (name, value) in base.iter().chain(settings) {
            assert_eq!(knobs.set(name, &Raw::from_argument(value)), Some(Ok(())), "{name}");
        }
        knobs
    }

    const USAGE: Usage = Usage {
        instances: 2.5,
        extra_instance_hours_per_deploy: 0.5,
        requests_per_s: 10.0,
        databases: 1,
        replicas: 2,
    };

    /// Cents are enough.
    fn cents(knobs: &BillKnobs) -> Vec<(&'static str, i64)> {
        let bill = bill(knobs, &prices(), &USAGE).unwrap();
        let cents = |amount: f64| (amount * 100.0 + 0.5) as i64;
        let items = Item::ALL.into_iter().zip(bill.amounts);
        let items = items.filter(|(_, amount)| *amount > 0.0);
        let mut rows: Vec<_> = items.map(|(item, amount)| (item.label(), cents(amount))).collect();
        rows.push(("total", cents(bill.total())));
        rows
    }

    /// 10/s at a quarter of the load for 730 h: 2.5 x 2,628,000 s = 6,570,000 requests; 64 KiB each
    /// are 6,570,000 / 16,384 = 401.0 GB.
    #[test]
    fn a_month_by_hand() {
        let settings = [
            ("bill.mean-load", "25%"),
            ("bill.response-size", "64KiB"),
            ("bill.cross-zone-share", "50%"),
            ("bill.nat-share", "10%"),
            ("bill.deploys-per-month", "40"),
            ("bill.deploy-overlap", "30min"),
            ("bill.cache-nodes", "2"),
            ("bill.multi-az", "true"),
        ];
        let expected = [
            ("app_instances", 3_650),    // 2.5 x 730 h x 0.02
            ("deploys", 140),            // 40 x (0.5 h + 2.5 x 0.5 h) x 0.02
            ("databases", 7_300),        // 1 and its standby: 2 x 730 h x 0.05
            ("replicas", 7_300),         // 2 x 730 h x 0.05
            ("storage", 1_200),          // 2 + 2 times 20 GB x 0.15
            ("cache_nodes", 3_650),      // 2 x 730 h x 0.025
            ("balancer", 2_190),         // 730 h x 0.03
            ("nat_gateways", 4_380),     // 730 h x 0.06
            ("nat_traffic", 281),        // 40.10 GB x 0.07 = 2.807
            ("internet_traffic", 4_812), // 401.0 GB x 0.12 = 48.12
            ("cross_zone_traffic", 201), // 200.5 GB x 0.01 = 2.005
            ("public_addresses", 730),   // 2 x 730 h x 0.005
            ("total", 35_833),           // 358.33
        ];
        assert_eq!(cents(&knobs(&settings)), expected);
        let bill = bill(&knobs(&settings), &prices(), &USAGE).unwrap();
        // 358.33 / 6,570 thousands
        assert!((bill.per_1000_requests().unwrap() - 0.054_541).abs() < 1e-6);
    }

    /// Half the hours halve what can be switched off, and the traffic, and nothing else.
    #[test]
    fn nights_off_by_hand() {
        let settings = [
            ("bill.hours-per-month", "365"),
            ("bill.response-size", "64KiB"),
            ("bill.nat-gateways", "0"),
            ("bill.balancer", "false"),
            ("bill.public-addresses", "0"),
        ];
        let expected = [
            ("app_instances", 1_825),    // 2.5 x 365 h x 0.02
            ("databases", 1_825),        // 365 h x 0.05
            ("replicas", 3_650),         // 2 x 365 h x 0.05
            ("storage", 900),            // 3 x 20 GB x 0.15, all month
            ("cache_nodes", 1_825),      // 730 h x 0.025: a managed cache cannot be stopped
            ("internet_traffic", 9_624), // 13,140,000 requests, 802.0 GB x 0.12
            ("total", 19_649),
        ];
        assert_eq!(cents(&knobs(&settings)), expected);
    }

    #[test]
    fn machines_of_a_cluster_are_paid_instead_of_instances() {
        let settings = [("bill.nodes", "3"), ("bill.deploys-per-month", "40")];
        let rows = cents(&knobs(&settings));
        assert_eq!(rows[0], ("nodes", 21_900), "3 x 730 h x 0.1");
        assert_eq!(rows[1].0, "databases", "neither instances nor deployments");
    }

    #[test]
    fn a_type_without_a_price_is_named() {
        let says = |knobs: &BillKnobs| check(knobs, &prices()).map_err(|text| text.en);
        assert_eq!(says(&knobs(&[])), Ok(()));
        assert_eq!(
            says(&knobs(&[("bill.app-type", "lage")])),
            Err("`bill.app-type`: p.toml has no price of `lage`; did you mean `large`? It has: large, small".to_owned())
        );
        assert_eq!(check(&knobs(&[("bill.app-type", "x")]), &Prices::default()), Ok(()));
        assert_eq!(bill(&knobs(&[("bill.app-type", "x")]), &prices(), &USAGE), None);
        assert!(BillKnobs::default().set("bill.app-type", &Raw::Int(3)).unwrap().is_err());
    }
}
