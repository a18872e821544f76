//! The names that mean something here: Spring's own among the knobs, and those that only the lint
//! reads.

use crate::marketplace::config::all_knobs;
use crate::marketplace::knobs::Unit;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    /// In Spring's canonical spelling.
    pub(crate) name: String,
    pub(crate) unit: Unit,
    /// As an author would write it.
    pub(crate) default: &'static str,
    /// Whether a knob of the simulation has this name.
    pub(crate) simulated: bool,
}

/// Knobs below `spring.` that are no names of Spring's.
const OURS: [&str; 2] = ["spring.connection-acquire", "spring.self-invocation"];

const SHUTDOWN: Unit = Unit::Choice(&["graceful", "immediate"]);

/// Names that the lint reads although no knob has them: name, unit, default.
const READ_ONLY: [(&str, Unit, &str); 7] = [
    // HikariCP README.md and HikariConfig.java:52-58.
    ("spring.datasource.hikari.max-lifetime", Unit::Milliseconds, "1800000"),
    ("spring.datasource.hikari.idle-timeout", Unit::Milliseconds, "600000"),
    ("spring.datasource.hikari.keepalive-time", Unit::Milliseconds, "120000"),
    ("spring.datasource.hikari.validation-timeout", Unit::Milliseconds, "5000"),
    ("spring.datasource.hikari.leak-detection-threshold", Unit::Milliseconds, "0"),
    // Spring Boot 3.4.0 ServerProperties.java:116, LifecycleProperties.java:36.
    ("server.shutdown", SHUTDOWN, "graceful"),
    ("spring.lifecycle.timeout-per-shutdown-phase", Unit::Duration, "30s"),
];

impl Known {
    pub(crate) fn is_time(&self) -> bool {
        matches!(self.unit, Unit::Milliseconds | Unit::Seconds | Unit::Duration)
    }

    /// A number of HikariCP's: its setters take milliseconds, never a unit.
    pub(crate) fn is_hikari_time(&self) -> bool {
        self.is_time() && self.name.starts_with("spring.datasource.hikari.")
    }
}

/// Every known name, in order.
pub(crate) fn all() -> Vec<Known> {
    let of_spring = |name: &str| {
        (name.starts_with("server.") || name.starts_with("spring.")) && !OURS.contains(&name)
    };
    let knobs = all_knobs().into_iter().filter(|(name, _)| of_spring(name));
    let mut all: Vec<Known> = knobs
        .map(|(name, knob)| Known { name, unit: knob.unit, default: knob.default, simulated: true })
        .collect();
    for (name, unit, default) in READ_ONLY {
        if all.iter().all(|known| known.name != name) {
            all.push(Known { name: name.to_owned(), unit, default, simulated: false });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The known name that is meant by any of its spellings.
pub(super) fn find<'k>(all: &'k [Known], name: &str) -> Option<&'k Known> {
    let wanted = uniform(name);
    all.iter().find(|known| uniform(&known.name) == wanted)
}

/// A name without case and separators inside its parts, as Spring Boot compares them
/// (ConfigurationPropertyName, "uniform"): `maximumPoolSize`, `maximum_pool_size` and
/// `MAXIMUM-POOL-SIZE` are one.
pub(crate) fn uniform(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new knob below `server.` or `spring.` is a name that a reader's file may have; one that is
    /// ours goes into `OURS`.
    #[test]
    fn the_known_names_are_real_ones() {
        let families = [
            "server.shutdown",
            "server.tomcat.",
            "spring.datasource.hikari.",
            "spring.jpa.open-in-view",
            "spring.lifecycle.timeout-per-shutdown-phase",
            "spring.threads.virtual.enabled",
        ];
        let strange: Vec<String> = all()
            .into_iter()
            .map(|known| known.name)
            .filter(|name| families.iter().all(|family| !name.starts_with(family)))
            .collect();
        assert_eq!(strange, Vec::<String>::new());
    }

    #[test]
    fn every_spelling_of_a_name_is_that_name() {
        let all = all();
        let name = "spring.datasource.hikari.maximum-pool-size";
        for spelling in ["maximumPoolSize", "maximum_pool_size", "MAXIMUM-POOL-SIZE"] {
            let found = find(&all, &format!("spring.datasource.hikari.{spelling}"));
            assert_eq!(found.map(|known| known.name.as_str()), Some(name), "{spelling}");
        }
        assert_eq!(find(&all, "spring.self-invocation"), None);
    }
}
