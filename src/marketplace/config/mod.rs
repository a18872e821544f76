//! One marketplace's settings: a struct of knobs per component, two bases, and the checked setter.

use std::collections::BTreeMap;

pub(crate) mod cache;
pub(crate) mod components;
pub(crate) mod events;
pub(crate) mod fleet;
pub(crate) mod monitoring;
pub(crate) mod pages;
pub(crate) mod redis;
pub(crate) mod replication;
pub(crate) mod tables;

use super::knobs::{Knob, KnobValue as _, Raw, Span, Unit};
use super::mysql::table::TableSpec;
use super::request::described::Step;
use crate::content::problem::nearest;
use crate::content::text::{Text, both};
pub(crate) use cache::*;
pub(crate) use components::*;
pub(crate) use events::*;
pub(crate) use fleet::*;
pub(crate) use monitoring::*;
pub(crate) use pages::*;
pub(crate) use redis::*;
pub(crate) use replication::*;

/// Not among the knobs that are listed: it makes the model wrong on purpose.
const FAULT: Knob = Knob {
    name: "fault.plant",
    unit: Unit::Choice(Fault::WORDS),
    least: 0.0,
    most: 0.0,
    default: "none",
    en: "a fault planted to prove that a checker finds it",
    ko: "검사기가 찾아내는지 보려고 심은 결함",
    source: "ours",
};

/// Something that happens at a moment of the run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Action {
    pub(crate) at: Span,
    pub(crate) what: ActionKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ActionKind {
    LoadRate {
        load: String,
        rate: f64,
    },
    MysqlSpeed(f64),
    /// The primary dies, or is cut off, in the way of `mysql.crash`.
    MysqlCrash,
    /// Redis' primary dies and its replica takes over.
    RedisFailover,
    /// The broker takes and gives nothing for so long.
    BrokerDown(Span),
    /// The projection is emptied, and every bid that was ever changed is sent to it again.
    Rebuild,
    /// Redis' primary dies: a replica takes over if the topology has one, or it comes back empty.
    RedisCrash,
    /// Half of the slots of a cluster's first shard go to the last one.
    RedisReshard,
    /// Stops sending new connections to an instance and lets it finish.
    Drain(u32),
    /// Boots an instance that is gone.
    Start(u32),
    /// A new version comes in.
    Deploy,
}

/// Declares the settings of the whole marketplace: each component once, and what stands beside them.
macro_rules! config {
    ($($field:ident: $knobs:ident,)+) => {
        /// Everything about one marketplace.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Config {
            $(pub(crate) $field: $knobs,)+
            pub(crate) loads: BTreeMap<String, LoadKnobs>,
            pub(crate) stations: BTreeMap<String, StationKnobs>,
            /// Tables declared in the sim file, in order.
            pub(crate) declared: Vec<TableSpec>,
            /// Planted to test a checker; no knob that anyone sees.
            pub(crate) fault: Fault,
            /// Endpoints given as data, by name.
            pub(crate) described: BTreeMap<String, Vec<Step>>,
            pub(crate) schedule: Vec<Action>,
            /// Whether the marketplace's own endpoints may be mixed in.
            pub(crate) built_in: bool,
        }

        impl Config {
            /// Sets a knob of a component, if there is one of this name.
            fn set_component(&mut self, name: &str, raw: &Raw) -> Option<Result<(), Text>> {
                None$(.or_else(|| self.$field.set(name, raw)))+
            }

            fn component_values(&self) -> Vec<(&'static str, serde_json::Value)> {
                [$(self.$field.values()),+].into_iter().flatten().collect()
            }
        }

        /// Declarations of all components.
        const COMPONENTS: &[&[Knob]] = &[$($knobs::KNOBS),+];
    };
}

config! {
    app: AppKnobs,
    node: NodeKnobs,
    balancer: BalancerKnobs,
    deploy: DeployKnobs,
    tomcat: TomcatKnobs,
    hikari: HikariKnobs,
    spring: SpringKnobs,
    mysql: MysqlKnobs,
    endpoints: EndpointKnobs,
    bid: BidKnobs,
    coupon: CouponKnobs,
    data: DataKnobs,
    page: PageKnobs,
    redis: RedisKnobs,
    cache: CacheKnobs,
    replica: ReplicaKnobs,
    read: ReadKnobs,
    failover: FailoverKnobs,
    order: OrderKnobs,
    outbox: OutboxKnobs,
    broker: BrokerKnobs,
    cqrs: CqrsKnobs,
    monitoring: MonitoringKnobs,
    slow: SlowKnobs,
}

/// Which settings a sim starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// The marketplace with its endpoints, mix and costs.
    Marketplace,
    /// The same components, one instance, no endpoint, every cost zero.
    Stack,
}

/// The measured wake-up of a thread that is handed a connection, on idle cores: means of the three
/// repeats of lab E10 `squeue_busy0` at the quantiles that were recorded.
pub(crate) const WAKE_UP_IDLE: &str = "quantiles 0% 2.8us, 50% 12.67us, 90% 21.97us, 95% 25.2us, 99% 100.3us, 99.9% 242.4us, 100% 467.3us";

/// What the marketplace sets over the product defaults: a small team's cloud project.
pub(crate) const MARKETPLACE: &[(&str, &str)] = &[
    ("app.instances", "2"),
    ("app.cores", "2"),
    ("mysql.cores", "2"),
    // Same availability zone 0.1-0.5 ms, cloud SSD flush 0.5-3 ms: orders of magnitude, not
    // measurements of ours.
    ("mysql.round-trip", "0.3ms"),
    ("mysql.redo-flush", "gamma 1ms cv 0.5"),
    ("mysql.binlog-sync", "gamma 1ms cv 0.5"),
    ("mysql.write-cpu", "0.02ms"),
    ("mysql.lock-wait-cpu", "1.07ms"),
    ("redis.round-trip", "0.3ms"),
    ("replica.cores", "2"),
    ("replica.delay", "exp 0.3ms"),
    ("replica.apply-cpu", "exp 0.1ms"),
    ("hikari.wake-up", WAKE_UP_IDLE),
    ("endpoints.app-cpu", "exp 0.4ms"),
    ("endpoints.render", "exp 0.5ms"),
    ("endpoints.short-statement-cpu", "exp 1ms"),
    ("endpoints.list-statement-cpu", "exp 10ms"),
    ("broker.publish", "gamma 2ms cv 0.5"),
    ("cqrs.view-cpu", "exp 1ms"),
    ("cqrs.project-cpu", "exp 0.5ms"),
    ("cqrs.cores", "2"),
    ("page.sort-from", "3%"),
    ("page.base", "103us"),
    ("page.row-clustered", "164ns"),
    ("page.row-covering", "132ns"),
    ("page.row-lookup", "2420ns"),
    ("page.sort-row", "466ns"),
];

const MARKETPLACE_LOAD: &[(&str, &str)] = &[
    ("rate", "200/s"),
    ("mix", "view_product 70, list_products 15, view_orders 5, buy_now 7, place_bid 3"),
    ("skew", "0.8"),
    ("keys", "1000"),
];

impl Config {
    /// # Panics
    /// Never: the bases are constants that a test sets.
    pub(crate) fn of(base: Base) -> Config {
        let mut config = Config::default();
        if base == Base::Marketplace {
            config.built_in = true;
            for (name, value) in MARKETPLACE {
                let set = config.set(name, &Raw::from_argument(value));
                debug_assert_eq!(set, Ok(()), "{name}");
            }
            config.loads.insert("shoppers".to_owned(), LoadKnobs::default());
            for (name, value) in MARKETPLACE_LOAD {
                let set = config.set(&format!("load.shoppers.{name}"), &Raw::from_argument(value));
                debug_assert_eq!(set, Ok(()), "{name}");
            }
        }
        config
    }

    /// Sets one knob by its dotted name. A load or station that is named for the first time comes
    /// into being.
    ///
    /// # Errors
    /// An unknown name, with the nearest known one, or a value that does not fit.
    pub(crate) fn set(&mut self, name: &str, raw: &Raw) -> Result<(), SetError> {
        if let Some(result) = self.set_component(name, raw) {
            return result.map_err(SetError::Value);
        }
        if name == FAULT.name {
            self.fault = Fault::parse(raw, &FAULT).map_err(SetError::Value)?;
            return Ok(());
        }
        if let Some((load, knob)) = member(name, "load.")
            && LoadKnobs::KNOBS.iter().any(|row| row.name == knob)
        {
            let knobs = self.loads.entry(load.to_owned()).or_default();
            if let Some(result) = knobs.set(knob, raw) {
                return result.map_err(SetError::Value);
            }
        }
        if let Some((station, knob)) = member(name, "station.")
            && StationKnobs::KNOBS.iter().any(|row| row.name == knob)
        {
            let knobs = self.stations.entry(station.to_owned()).or_default();
            if let Some(result) = knobs.set(knob, raw) {
                return result.map_err(SetError::Value);
            }
        }
        Err(SetError::Unknown { nearest: self.nearest_name(name) })
    }

    fn nearest_name(&self, name: &str) -> Option<String> {
        let names = self.values().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let mut candidates: Vec<String> = names;
        for (prefix, knobs) in [("load.", LoadKnobs::KNOBS), ("station.", StationKnobs::KNOBS)] {
            if let Some((middle, _)) = member(name, prefix) {
                candidates.extend(knobs.iter().map(|row| format!("{prefix}{middle}.{}", row.name)));
            }
        }
        nearest(name, candidates.iter().map(String::as_str)).map(str::to_owned)
    }

    /// Whether a name is of a load or station that this configuration does not have; then with the
    /// nearest name that it has.
    pub(crate) fn stranger(&self, name: &str) -> Option<Option<String>> {
        let of = |family: &str, members: &mut dyn Iterator<Item = &String>| {
            let (member, knob) = member(name, family)?;
            let members: Vec<&String> = members.collect();
            if members.iter().any(|known| *known == member) {
                return None;
            }
            let near = nearest(member, members.iter().map(|known| known.as_str()));
            let near = near.or(members.first().map(|known| known.as_str()));
            Some(near.map(|near| format!("{family}{near}.{knob}")))
        };
        of("load.", &mut self.loads.keys()).or_else(|| of("station.", &mut self.stations.keys()))
    }

    /// Every knob with its value as JSON, by full name.
    pub(crate) fn values(&self) -> Vec<(String, serde_json::Value)> {
        let fixed = self.component_values().into_iter();
        let mut values: Vec<(String, serde_json::Value)> =
            fixed.map(|(name, value)| (name.to_owned(), value)).collect();
        for (load, knobs) in &self.loads {
            let named = knobs.values().into_iter();
            values.extend(named.map(|(name, value)| (format!("load.{load}.{name}"), value)));
        }
        for (station, knobs) in &self.stations {
            let named = knobs.values().into_iter();
            values.extend(named.map(|(name, value)| (format!("station.{station}.{name}"), value)));
        }
        values
    }

    /// Combinations of valid values that no run could make sense of.
    ///
    /// # Errors
    /// One sentence for the first that is found.
    pub(crate) fn check(&self) -> Result<(), Text> {
        if self.loads.is_empty() {
            return Err(both!(
                "no load is given: set load.NAME.rate and load.NAME.mix",
                "부하가 없습니다. load.이름.rate와 load.이름.mix를 지정하세요"
            ));
        }
        for (name, load) in &self.loads {
            match load.kind {
                LoadKind::Open if load.rate.0 <= 0.0 && load.stages.0.is_empty() => {
                    return Err(both!(
                        "load `{name}` is open but has no rate: set load.{name}.rate",
                        "`{name}` 부하는 open인데 rate가 없습니다. load.{name}.rate를 지정하세요"
                    ));
                }
                LoadKind::Closed if load.users == 0 => {
                    return Err(both!(
                        "load `{name}` is closed but has no users: set load.{name}.users",
                        "`{name}` 부하는 closed인데 사용자가 없습니다. load.{name}.users를 지정하세요"
                    ));
                }
                _ => {}
            }
            let visited = load.journey.0.iter().map(|stop| &stop.endpoint);
            for endpoint in load.mix.0.iter().map(|(endpoint, _)| endpoint).chain(visited) {
                if !self.has_endpoint(endpoint) {
                    let known = self.endpoint_names().join(", ");
                    return Err(both!(
                        "load `{name}` names `{endpoint}`, which is no endpoint here; known: {known}",
                        "`{name}` 부하의 `{endpoint}`은(는) 없는 엔드포인트입니다. 가능한 값: {known}"
                    ));
                }
            }
        }
        self.check_instances()
    }

    fn check_instances(&self) -> Result<(), Text> {
        for action in &self.schedule {
            if let ActionKind::Drain(instance) | ActionKind::Start(instance) = action.what
                && instance >= self.app.instances
            {
                let instances = self.app.instances;
                return Err(both!(
                    "there is no instance {instance}: app.instances is {instances}, counted from 0",
                    "인스턴스 {instance}은(는) 없습니다. app.instances는 {instances}이고 0부터 셉니다"
                ));
            }
        }
        Ok(())
    }

    /// Whether a read can be anything but fresh.
    pub(crate) fn watches_reads(&self) -> bool {
        self.replica.count > 0
            || self.cache.strategy != CacheStrategy::None
            || self.cqrs.level != CqrsLevel::OneModel
    }

    /// Whether a new version comes in.
    pub(crate) fn deploys(&self) -> bool {
        self.schedule.iter().any(|action| action.what == ActionKind::Deploy)
    }

    /// Whether rows of the outbox come about.
    pub(crate) fn has_outbox(&self) -> bool {
        let feeds = self.cqrs.level == CqrsLevel::Projection && self.cqrs.feed == Feed::Outbox;
        self.order.notify == Notify::Outbox || feeds
    }

    /// Whether bids are read in a store of their own.
    pub(crate) fn has_read_store(&self) -> bool {
        self.cqrs.level == CqrsLevel::Projection
    }

    /// Every table by its id.
    pub(crate) fn tables(&self) -> Vec<TableSpec> {
        tables::specs(self)
    }

    fn has_endpoint(&self, name: &str) -> bool {
        self.described.contains_key(name)
            || self.built_in && super::request::BuiltIn::from_name(name).is_some()
    }

    pub(crate) fn endpoint_names(&self) -> Vec<String> {
        let described = self.described.keys().cloned();
        let built_in: &[super::request::BuiltIn] =
            if self.built_in { &super::request::BuiltIn::ALL } else { &[] };
        described.chain(built_in.iter().map(|endpoint| endpoint.name().to_owned())).collect()
    }
}

/// `load.shoppers.rate` is the member `shoppers` of the family `load.` and its knob `rate`.
fn member<'n>(name: &'n str, family: &str) -> Option<(&'n str, &'n str)> {
    name.strip_prefix(family)?.split_once('.')
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SetError {
    Unknown { nearest: Option<String> },
    Value(Text),
}

/// All declarations with their full names (families with `<name>` in the middle).
pub(crate) fn all_knobs() -> Vec<(String, &'static Knob)> {
    let fixed = COMPONENTS.iter().copied().flatten();
    let mut rows: Vec<(String, &'static Knob)> =
        fixed.map(|row| (row.name.to_owned(), row)).collect();
    rows.extend(LoadKnobs::KNOBS.iter().map(|row| (format!("load.<name>.{}", row.name), row)));
    rows.extend(
        StationKnobs::KNOBS.iter().map(|row| (format!("station.<name>.{}", row.name), row)),
    );
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_valid_and_no_name_is_the_beginning_of_another() {
        let config = Config::of(Base::Marketplace);
        assert_eq!(config.check(), Ok(()));
        let names: Vec<String> = all_knobs().into_iter().map(|(name, _)| name).collect();
        for a in &names {
            for b in &names {
                assert!(!b.starts_with(&format!("{a}.")), "{a} is a prefix of {b}");
            }
        }
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "a name is declared twice");
    }

    #[test]
    fn every_knob_has_words_in_both_languages_and_a_source() {
        for (name, row) in all_knobs() {
            assert!(!row.en.is_empty() && !row.ko.is_empty() && !row.source.is_empty(), "{name}");
            assert!(row.least <= row.most, "{name}");
        }
    }

    #[test]
    fn the_bases_are_made_of_settings_that_exist() {
        for (name, value) in MARKETPLACE {
            let mut config = Config::default();
            assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
            assert_ne!(config, Config::default(), "{name} repeats the default");
        }
    }

    /// The page that gives each constant its source lists them all, with these values. Measured
    /// distributions are named there, not repeated.
    #[test]
    fn the_model_page_lists_the_base() {
        let page = include_str!("../../../docs/model.md");
        let fixed = MARKETPLACE.iter().map(|(name, value)| ((*name).to_owned(), *value));
        let load = MARKETPLACE_LOAD.iter();
        let load = load.map(|(name, value)| (format!("load.shoppers.{name}"), *value));
        for (name, value) in fixed.chain(load) {
            let value = if value.starts_with("quantiles") { "quantiles ..." } else { value };
            assert!(page.contains(&format!("| `{name}` | `{value}`")), "{name} = {value}");
        }
    }

    #[test]
    fn unknown_names_suggest_the_nearest() {
        let mut config = Config::of(Base::Marketplace);
        let mut set = |name: &str| config.set(name, &Raw::Int(1));
        assert_eq!(
            set("spring.datasource.hikari.maximumPoolsize"),
            Err(SetError::Unknown {
                nearest: Some("spring.datasource.hikari.maximum-pool-size".to_owned())
            })
        );
        assert_eq!(
            set("load.shoppers.rat"),
            Err(SetError::Unknown { nearest: Some("load.shoppers.rate".to_owned()) })
        );
        assert_eq!(set("zzz"), Err(SetError::Unknown { nearest: None }));
    }
}
