//! Technologies that a résumé names, with the version that stands beside them, and the topics that
//! are about them.

use std::collections::BTreeSet;

use crate::content::text::both;

use super::layout::{Kind, Layout};
use super::{Finding, Level};

/// A technology as a résumé names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    /// As it stands there.
    pub(crate) words: String,
    /// From 1.
    pub(crate) line: usize,
    pub(crate) version: Option<String>,
    /// Whether an interviewer asks for its version.
    needs_version: Versioned,
    /// Slugs of topics that are about it.
    pub(crate) topics: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Versioned {
    /// A version is expected.
    Yes,
    /// It comes with Spring Boot, whose version says enough.
    WithBoot,
    /// Managed, or used from outside only.
    No,
}

use Versioned::{No, WithBoot, Yes};

const BOOT: &str = "Spring Boot";

/// Name, spellings, whether a version is expected, topics. A spelling in capitals and small letters
/// is found in any case, but for those of [`CASED`].
type Row = (&'static str, &'static [&'static str], Versioned, &'static [&'static str]);

const TABLE: &[Row] = &[
    (
        BOOT,
        &["Spring Boot", "SpringBoot", "스프링 부트", "스프링부트"],
        Yes,
        &["spring-transactions", "deployment"],
    ),
    ("Spring Data JPA", &["Spring Data JPA"], WithBoot, &["spring-transactions"]),
    ("Spring Security", &["Spring Security", "스프링 시큐리티"], WithBoot, &[]),
    ("Spring Batch", &["Spring Batch", "스프링 배치"], WithBoot, &[]),
    ("Spring Cloud", &["Spring Cloud", "스프링 클라우드"], Yes, &[]),
    ("Spring Retry", &["spring-retry", "Spring Retry", "@Retryable"], WithBoot, &["retry-backoff"]),
    (
        "Spring Framework",
        &[
            "Spring Framework",
            "Spring MVC",
            "Spring WebFlux",
            "스프링 프레임워크",
            "Spring",
            "스프링",
        ],
        WithBoot,
        &["spring-transactions"],
    ),
    ("Java", &["Java", "JDK", "OpenJDK", "자바"], Yes, &["tomcat-threads"]),
    ("Kotlin", &["Kotlin", "코틀린"], Yes, &[]),
    ("JPA, Hibernate", &["JPA", "Hibernate", "하이버네이트"], WithBoot, &["spring-transactions"]),
    ("QueryDSL", &["QueryDSL"], Yes, &["pagination"]),
    ("MyBatis", &["MyBatis", "마이바티스"], Yes, &[]),
    ("HikariCP", &["HikariCP", "Hikari", "히카리"], WithBoot, &["hikaricp-pool"]),
    ("Tomcat", &["Tomcat", "톰캣"], WithBoot, &["tomcat-threads"]),
    ("MySQL", &["MySQL"], Yes, &["mysql-internals", "db-locks", "replication-lag", "failover-mha"]),
    ("MariaDB", &["MariaDB", "마리아DB"], Yes, &["mysql-internals", "db-locks"]),
    ("PostgreSQL", &["PostgreSQL", "Postgres"], Yes, &["pagination"]),
    ("MongoDB", &["MongoDB", "몽고DB"], Yes, &[]),
    ("Redis", &["Redis", "레디스"], Yes, &["redis-topologies", "caching"]),
    ("Redisson", &["Redisson", "레디슨"], Yes, &["distributed-locks"]),
    ("Kafka", &["Apache Kafka", "Kafka", "카프카"], Yes, &["message-queues"]),
    ("RabbitMQ", &["RabbitMQ", "래빗MQ"], Yes, &["message-queues"]),
    ("Elasticsearch", &["Elasticsearch", "Elastic Search", "엘라스틱서치"], Yes, &["cqrs"]),
    ("Kubernetes", &["Kubernetes", "K8s", "쿠버네티스"], Yes, &["deployment", "autoscaling"]),
    ("Docker", &["Docker", "도커"], No, &["iac-stages"]),
    ("Terraform", &["Terraform", "테라폼"], Yes, &["iac-stages"]),
    ("GitHub Actions", &["GitHub Actions", "깃허브 액션"], No, &["deployment"]),
    ("Jenkins", &["Jenkins", "젠킨스"], No, &["deployment"]),
    ("CodeDeploy", &["AWS CodeDeploy", "CodeDeploy"], No, &["deployment", "iac-stages"]),
    ("ElastiCache", &["AWS ElastiCache", "ElastiCache", "엘라스티캐시"], No, &["redis-topologies"]),
    ("RDS", &["AWS RDS", "Amazon RDS", "RDS"], No, &["failover-mha", "replication-lag"]),
    ("AWS", &["AWS", "EC2"], No, &["cost-finops"]),
    ("Prometheus", &["Prometheus", "프로메테우스"], No, &["observability"]),
    ("Grafana", &["Grafana", "그라파나"], No, &["observability"]),
    ("JMeter", &["JMeter"], No, &["load-test-kinds", "load-targets"]),
    ("k6", &["k6"], No, &["load-test-kinds", "load-targets"]),
    ("nGrinder", &["nGrinder"], No, &["load-test-kinds", "load-targets"]),
    ("Python", &["Python", "파이썬"], Yes, &[]),
    ("Django", &["Django", "장고"], Yes, &[]),
    ("Node.js", &["Node.js", "NodeJS"], Yes, &[]),
    ("NestJS", &["NestJS"], Yes, &[]),
    ("React", &["React", "리액트"], Yes, &[]),
];

/// Words of the language too: only as they stand here.
const CASED: [&str; 2] = ["Spring", "React"];

/// What follows a number that is no version: a count of something.
const COUNTED: [&str; 30] = [
    "대",
    "개",
    "년",
    "명",
    "건",
    "만",
    "천",
    "초",
    "분",
    "번",
    "회",
    "시간",
    "배",
    "%",
    "ms",
    "s ",
    "node",
    "broker",
    "year",
    "replica",
    "instance",
    "shard",
    "row",
    "time",
    "gb",
    "mb",
    "tps",
    "/s",
    "connection",
    "quer",
];

/// Every mention, in the order of the text.
pub(super) fn named(layout: &Layout) -> Vec<Named> {
    let mut found = Vec::new();
    // The longest first: `Spring` stands in `Spring Boot` too.
    let mut spellings: Vec<(&str, &Row)> =
        TABLE.iter().flat_map(|row| row.1.iter().map(move |spelling| (*spelling, row))).collect();
    spellings.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.chars().count()));
    for line in layout.lines.iter().filter(|line| line.kind != Kind::Code) {
        // Code between backticks names a technology too.
        let words = if line.prose.is_empty() { &line.prose } else { &line.raw };
        let visible: Vec<char> = masked(words, &line.prose);
        let mut taken = vec![false; visible.len()];
        let mut of_line: Vec<(usize, Named)> = Vec::new();
        for (spelling, row) in &spellings {
            for at in places(&visible, spelling) {
                let end = at + spelling.chars().count();
                if taken[at..end].iter().any(|taken| *taken) {
                    continue;
                }
                taken[at..end].fill(true);
                let (name, _, needs_version, topics) = **row;
                let words = visible[at..end].iter().collect();
                let version = version(&visible[end..]);
                let named =
                    Named { name, words, line: line.number, version, needs_version, topics };
                of_line.push((at, named));
            }
        }
        of_line.sort_by_key(|(at, _)| *at);
        found.extend(of_line.into_iter().map(|(_, named)| named));
    }
    found
}

/// The prose, with what stands in backticks.
fn masked(raw: &str, prose: &str) -> Vec<char> {
    let mut code = false;
    raw.chars()
        .zip(prose.chars())
        .map(|(raw, prose)| {
            if raw == '`' {
                code = !code;
                return ' ';
            }
            if code { raw } else { prose }
        })
        .collect()
}

/// Where a spelling stands as a word of its own.
fn places(line: &[char], spelling: &str) -> Vec<usize> {
    let cased = CASED.contains(&spelling);
    let wanted: Vec<char> = spelling.chars().collect();
    let same = |a: char, b: char| a == b || (!cased && a.eq_ignore_ascii_case(&b));
    let is_latin = wanted[0].is_ascii();
    (0..(line.len() + 1).saturating_sub(wanted.len()))
        .filter(|at| wanted.iter().enumerate().all(|(i, c)| same(line[at + i], *c)))
        .filter(|at| {
            let before = at.checked_sub(1).map(|at| line[at]);
            let after = line.get(at + wanted.len()).copied();
            if is_latin {
                let in_word =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-');
                !before.is_some_and(|c| in_word(c) && c != '/')
                    && !after.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            } else {
                let next: String = line[at + wanted.len()..].iter().take(4).collect();
                !before.is_some_and(is_hangul) && !next.starts_with("스크립트")
            }
        })
        .collect()
}

/// The version right behind a name: `3.4`, ` v8.0.27`, `(21)`, `: 7.x`.
fn version(after: &[char]) -> Option<String> {
    let text: String = after.iter().take(40).collect();
    let mut rest = text.trim_start_matches([' ', '*', '_', '(', '|', ':', '-', '[']);
    for word in ["version", "ver.", "버전", "v", "V"] {
        if let Some(behind) = rest.strip_prefix(word) {
            rest = behind.trim_start_matches([' ', '.', ':']);
            break;
        }
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let mut number = rest[..end].trim_end_matches('.');
    if number.is_empty() || !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // A date is no version.
    if number.len() >= 4 && number.bytes().take(4).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let behind = rest[number.len()..].trim_start().to_ascii_lowercase() + " ";
    if COUNTED.iter().any(|unit| behind.starts_with(unit)) {
        return None;
    }
    let with_x = format!("{number}.x");
    if rest[number.len()..].starts_with(".x") {
        number = &with_x;
    }
    Some(number.to_owned())
}

/// Technologies of which no mention says the version, at their first one.
pub(super) fn without_version(all: &[Named]) -> Vec<Finding> {
    let versioned: BTreeSet<&str> =
        all.iter().filter(|named| named.version.is_some()).map(|named| named.name).collect();
    let has_boot = all.iter().any(|named| named.name == BOOT);
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut findings = Vec::new();
    for named in all {
        let name = named.name;
        let expected = match named.needs_version {
            Yes => true,
            // Without Boot there is nothing that fixes it; with it, Boot is the one to ask for.
            WithBoot => !has_boot,
            No => false,
        };
        if !expected || versioned.contains(name) || !told.insert(name) {
            continue;
        }
        findings.push(Finding {
            rule: "version",
            level: Level::Mend,
            line: named.line,
            words: named.words.clone(),
            why: both!(
                "{name} without a version: why this one, what changed from the one before, what of it did you use?",
                "{name}의 버전이 없습니다. 왜 채택했는지, 이전 버전과 무엇이 다른지, 그 버전의 무엇을 썼는지 물어봅니다"
            ),
            mend: both!(
                "write the version that really runs, and prepare three sentences about it",
                "실제로 도는 버전을 적고 세 문장을 준비하세요"
            ),
            section: "versions",
        });
    }
    findings
}

pub(super) fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Every topic that the table names.
#[cfg(test)]
pub(super) fn topics() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|row| row.3.iter().copied())
}
