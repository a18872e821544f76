//! Names that are nearly known ones: Spring Boot ignores them without a word.

use super::{File, Finding, Level};
use crate::content::text::both;
use crate::spring::known::uniform;

/// Names beside the known ones, so that they are not taken for misspelt ones: last parts of
/// HikariConfig's properties and of Spring Boot's TomcatServerProperties, DataSourceProperties,
/// JpaProperties.
const REAL: &[(&str, &[&str])] = &[
    (
        "spring.datasource.hikari",
        &[
            "allow-pool-suspension",
            "auto-commit",
            "catalog",
            "connection-init-sql",
            "connection-test-query",
            "credentials",
            "data-source",
            "data-source-class-name",
            "data-source-jndi",
            "data-source-properties",
            "driver-class-name",
            "exception-override-class-name",
            "health-check-properties",
            "health-check-registry",
            "initialization-fail-timeout",
            "isolate-internal-queries",
            "jdbc-url",
            "login-timeout",
            "metric-registry",
            "metrics-tracker-factory",
            "password",
            "pool-name",
            "read-only",
            "register-mbeans",
            "scheduled-executor",
            "schema",
            "thread-factory",
            "transaction-isolation",
            "username",
        ],
    ),
    (
        "server.tomcat",
        &[
            "accesslog",
            "additional-tld-skip-patterns",
            "background-processor-delay",
            "basedir",
            "connection-timeout",
            "keep-alive-timeout",
            "max-http-form-post-size",
            "max-http-response-header-size",
            "max-parameter-count",
            "max-part-count",
            "max-part-header-size",
            "max-swallow-size",
            "mbeanregistry",
            "processor-cache",
            "redirect-context-root",
            "relaxed-path-chars",
            "relaxed-query-chars",
            "remoteip",
            "reject-illegal-header",
            "resource",
            "threads",
            "uri-encoding",
            "use-apr",
            "use-relative-redirects",
        ],
    ),
    ("server.tomcat.threads", &[]),
    (
        "spring.jpa",
        &[
            "database",
            "database-platform",
            "defer-datasource-initialization",
            "generate-ddl",
            "hibernate",
            "mapping-resources",
            "properties",
            "show-sql",
        ],
    ),
    ("spring.threads.virtual", &[]),
    ("spring.lifecycle", &[]),
];

/// Names of before Spring Boot 2.3 (its configuration metadata names the replacements).
const RENAMED: [(&str, &str); 2] = [
    ("server.tomcat.max-threads", "server.tomcat.threads.max"),
    ("server.tomcat.min-spare-threads", "server.tomcat.threads.min-spare"),
];

pub(super) fn names(file: &File<'_>, findings: &mut Vec<Finding>) {
    for stranger in &file.application.strangers {
        let Some(name) = &stranger.name else { continue };
        let Some(meant) = meant(name, file) else { continue };
        let name = name.clone();
        findings.push(Finding {
            rule: "name",
            level: Level::Warning,
            line: Some(stranger.line),
            what: both!("`{name}` is not a setting", "`{name}`은(는) 없는 설정입니다"),
            why: both!(
                "Spring Boot ignores a name that it does not know without a word: the default stays in force.",
                "Spring Boot는 모르는 이름을 말없이 무시하므로 기본값이 그대로 쓰입니다."
            ),
            mend: both!("did you mean `{meant}`?", "혹시 `{meant}`인가요?"),
            name,
            topic: if meant.starts_with("server.tomcat") { "tomcat-threads" } else { "hikaricp-pool" },
        });
    }
}

/// The known name that a stranger probably stands for.
fn meant(name: &str, file: &File<'_>) -> Option<String> {
    let written = uniform(name);
    if let Some((_, new)) = RENAMED.iter().find(|(old, _)| uniform(old) == written) {
        return Some((*new).to_owned());
    }
    let (parent, last) = written.rsplit_once('.')?;
    let is_real = REAL.iter().any(|(family, lasts)| {
        let below = written.strip_prefix(&uniform(family)).and_then(|rest| rest.strip_prefix('.'));
        let first = below.and_then(|below| below.split(['.', '[']).next());
        first.is_some_and(|first| lasts.iter().any(|last| uniform(last) == first))
    });
    if is_real {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for known in &file.known {
        let other = uniform(&known.name);
        let Some((other_parent, other_last)) = other.rsplit_once('.') else { continue };
        let distance = if parent == other_parent {
            Some(distance(last, other_last)).filter(|far| *far * 3 <= other_last.len())
        } else if last == other_last && last.len() > 8 && parent == "spring.datasource" {
            // The pool's settings one level too high.
            Some(0)
        } else {
            let far = distance(&written, &other);
            Some(far).filter(|far| *far <= 2)
        };
        if let Some(distance) = distance
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, &known.name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

/// Insertions, removals and replacements that lead from one name to the other.
fn distance(a: &str, b: &str) -> usize {
    // Long names differ too much anyway, and must not cost the square of their length.
    if a.len().abs_diff(b.len()) > 8 {
        return usize::MAX / 4;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
