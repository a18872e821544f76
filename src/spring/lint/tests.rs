use super::*;
use crate::content::problem::Source;
use crate::spring;

const SECOND: u64 = 1_000_000_000;

fn around() -> Surroundings {
    Surroundings::usual()
}

/// Rules that a file breaks, with level and line. The note that every small pool gets is left out.
fn broken(text: &str, around: &Surroundings) -> Vec<(&'static str, &'static str, Option<usize>)> {
    let application = spring::read(&Source::new("a.yml", text), &[]).unwrap();
    let findings = lint(&application, around).into_iter();
    findings
        .map(|found| (found.rule, found.level.word(), found.line))
        .filter(|found| (found.0, found.1) != ("pool-locking", "note"))
        .collect()
}

#[test]
fn each_rule_finds_its_case_and_leaves_the_next_one_alone() {
    let pool = |text: &str| format!("spring.datasource.hikari.{text}\n");
    let rows = [
        ("server.tomcat.threads.max: 201".to_owned(), Some("threads-beyond-pool")),
        ("server.tomcat.threads.max: 200".to_owned(), None),
        (pool("connection-timeout: 249"), Some("timeout-too-short")),
        (pool("connection-timeout: 250"), None),
        (pool("connection-timeout: 60000"), Some("timeout-beyond-gateway")),
        (pool("connection-timeout: 0"), Some("timeout-beyond-gateway")),
        (pool("connection-timeout: 59999"), None),
        (pool("connection-timeout: 3s"), Some("unit")),
        (pool("max-lifetime: 28800000"), Some("lifetime-beyond-database")),
        (pool("max-lifetime: 0"), Some("lifetime-beyond-database")),
        (pool("max-lifetime: 28799999"), None),
        (pool("max-lifetime: 29999"), Some("lifetime-too-short")),
        (pool("minimum-idle: 11"), Some("idle-beyond-size")),
        (pool("minimum-idle: 10"), None),
        (pool("maximum-pool-size: 152"), Some("pools-beyond-database")),
        (pool("maximum-pool-size: 151"), None),
        (pool("maximum-pool-size: many"), Some("no-value")),
        (pool("maximum-poolsise: 20"), Some("name")),
        (pool("pool-name: market"), None),
        ("spring.datasource.maximum-pool-size: 20".to_owned(), Some("name")),
        ("spring.datasource.driver-class-name: x".to_owned(), None),
        ("server.tomcat.max-threads: 20".to_owned(), Some("name")),
        ("server.tomcat.accesslog.enabled: true".to_owned(), None),
        ("spring.jpa.open-in-view: true".to_owned(), Some("open-in-view")),
        ("spring.jpa.show-sql: true".to_owned(), Some("open-in-view")),
        ("spring.jpa.open-in-view: false".to_owned(), None),
        (
            "spring.lifecycle.timeout-per-shutdown-phase: 31s".to_owned(),
            Some("shutdown-beyond-grace"),
        ),
        ("spring.lifecycle.timeout-per-shutdown-phase: 30s".to_owned(), None),
        (
            "server.shutdown: immediate\nspring.lifecycle.timeout-per-shutdown-phase: 31s"
                .to_owned(),
            None,
        ),
        ("spring.threads.virtual.enabled: true".to_owned(), Some("pool-is-the-limit")),
        ("server.port: 80".to_owned(), None),
    ];
    for (text, wanted) in rows {
        let found: Vec<&str> = broken(&text, &around()).iter().map(|found| found.0).collect();
        assert_eq!(found, Vec::from_iter(wanted), "{text}");
    }
}

#[test]
fn what_the_file_does_not_say_counts() {
    let text = "spring:\n  datasource:\n    hikari:\n      maximum-pool-size: 20\n";
    let line = Some(4);
    let with = |change: fn(&mut Surroundings)| {
        let mut around = around();
        change(&mut around);
        broken(text, &around)
    };
    assert_eq!(with(|_| ()), []);
    let found = with(|around| around.instances = 8);
    assert_eq!(found, [("pools-beyond-database", "warning", line)]);
    let found = with(|around| around.connections_per_request = 2);
    assert_eq!(found, [("pool-locking", "warning", line)]);
    let found = with(|around| around.gateway_timeout = 30 * SECOND);
    assert_eq!(found, [("timeout-beyond-gateway", "warning", None)]);
    let found = with(|around| around.wait_timeout = 600 * SECOND);
    assert_eq!(found, [("lifetime-beyond-database", "warning", None)]);
}

/// 200 threads that need two connections each: 200 x 1 + 1 = 201, the wiki's own example.
#[test]
fn the_pool_locking_rule_gives_201_for_200_threads() {
    for (size, level) in [(200, Some(Level::Warning)), (201, None)] {
        let text = format!("spring.datasource.hikari.maximum-pool-size: {size}");
        let application = spring::read(&Source::new("a.yml", text), &[]).unwrap();
        let around = Surroundings { connections_per_request: 2, max_connections: 999, ..around() };
        let found = lint(&application, &around).into_iter().find(|f| f.rule == "pool-locking");
        assert_eq!(found.as_ref().map(|found| found.level), level);
        if let Some(found) = found {
            assert!(found.why.en.contains("200 x 1 + 1 = 201"), "{}", found.why.en);
        }
    }
}

#[test]
fn threads_have_no_effect_beside_virtual_ones() {
    let text = "spring.threads.virtual.enabled: true\nserver.tomcat.threads.max: 500\n";
    assert_eq!(
        broken(text, &Surroundings { connections_per_request: 2, ..around() }),
        [("threads-without-effect", "warning", Some(2)), ("pool-locking", "warning", None),]
    );
}
