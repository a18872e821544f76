//! What is dangerous in an `application.yml`, with the reason in figures and what to write instead.
//! Each rule names its source.

mod names;
mod pool;
mod requests;
#[cfg(test)]
mod tests;

use super::{Application, Setting, Why, known, value};
use crate::content::text::{Text, both};
use crate::marketplace::knobs::{self, Raw};

/// What the file does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// Instances with a pool each.
    pub(crate) instances: u32,
    /// Connections that the database accepts.
    pub(crate) max_connections: u32,
    /// Connections that one request needs at once.
    pub(crate) connections_per_request: u32,
    /// How long the proxy before the service waits for an answer, in nanoseconds.
    pub(crate) gateway_timeout: u64,
    /// How long the database keeps an idle connection, in nanoseconds.
    pub(crate) wait_timeout: u64,
    /// From the request to stop to the kill, in nanoseconds.
    pub(crate) grace: u64,
}

impl Surroundings {
    /// What holds where nobody said anything else.
    pub(crate) fn usual() -> Surroundings {
        let second = 1_000_000_000;
        Surroundings {
            instances: 1,
            // MySQL 8.0 manual, server system variables.
            max_connections: 151,
            connections_per_request: 1,
            // nginx ngx_http_proxy_module (proxy_read_timeout); idle timeout of an Application
            // Load Balancer.
            gateway_timeout: 60 * second,
            // MySQL 8.0 manual, server system variables.
            wait_timeout: 28_800 * second,
            // Kubernetes pod-lifecycle.md.
            grace: 30 * second,
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) level: Level,
    /// From 1; `None` where the file does not say it.
    pub(crate) line: Option<usize>,
    pub(crate) name: String,
    pub(crate) what: Text,
    pub(crate) why: Text,
    pub(crate) mend: Text,
    /// Slug of the topic that explains it.
    pub(crate) topic: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Warning,
    /// To know, not to mend.
    Note,
}

impl Level {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

/// Every finding: warnings first, then in order of the file.
pub(crate) fn lint(application: &Application, around: &Surroundings) -> Vec<Finding> {
    let file = File { application, around, known: known::all() };
    let mut findings = values(&file);
    names::names(&file, &mut findings);
    pool::pool(&file, &mut findings);
    requests::requests(&file, &mut findings);
    findings.sort_by_key(|found| (found.level, found.line.unwrap_or(usize::MAX)));
    findings
}

/// A file with the defaults behind it.
struct File<'a> {
    application: &'a Application,
    around: &'a Surroundings,
    known: Vec<known::Known>,
}

impl File<'_> {
    fn setting(&self, name: &str) -> Option<&Setting> {
        self.application.setting(name)
    }

    fn line(&self, name: &str) -> Option<usize> {
        self.setting(name).map(|setting| setting.line)
    }

    fn value(&self, name: &str) -> Option<Raw> {
        if let Some(setting) = self.setting(name) {
            return Some(setting.value.clone());
        }
        let known = self.known.iter().find(|known| known.name == name)?;
        value::read(known, known.default)
    }

    /// The value in the file or the product's default; `None` without a limit.
    fn count(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            Raw::Int(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    /// In nanoseconds, as [`File::count`].
    fn time(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            Raw::Word(word) => knobs::duration(&word),
            _ => None,
        }
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name) == Some(Raw::Flag(true))
    }
}

/// Values that Spring Boot could not use either.
fn values(file: &File<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unusable in &file.application.unusable {
        let name = unusable.known.name.clone();
        let wanted = value::expected(&unusable.known);
        let (en, ko) = (wanted.en, wanted.ko);
        findings.push(match unusable.why {
            Why::Unresolved => Finding {
                rule: "unresolved",
                level: Level::Note,
                line: Some(unusable.line),
                what: both!(
                    "`{name}` has a placeholder without a default",
                    "`{name}`에 기본값 없는 플레이스홀더가 있습니다"
                ),
                why: both!(
                    "The environment is not read here, so the value is not known; the rules took the product's default instead.",
                    "여기서는 환경 변수를 읽지 않으므로 값을 알 수 없습니다. 규칙에는 제품 기본값을 썼습니다."
                ),
                mend: both!(
                    "write a default, `${{NAME:default}}`, if there is a sensible one",
                    "적당한 값이 있으면 `${{이름:기본값}}`처럼 기본값을 쓰세요"
                ),
                name,
                topic: "hikaricp-pool",
            },
            Why::NoValue => Finding {
                rule: "no-value",
                level: Level::Warning,
                line: Some(unusable.line),
                what: both!(
                    "`{name}` has a value that it cannot take",
                    "`{name}`의 값이 맞지 않습니다"
                ),
                why: both!(
                    "Spring Boot cannot convert it and the application does not start.",
                    "Spring Boot가 변환하지 못해 애플리케이션이 시작되지 않습니다."
                ),
                mend: both!("write {en}", "{ko}을(를) 쓰세요"),
                name,
                topic: "hikaricp-pool",
            },
        });
    }
    // HikariConfig.java: the setters of its times take a `long` in milliseconds (its issue 2191
    // asks for durations). Spring Boot binds these setters and cannot make a number of `30s`.
    for setting in &file.application.settings {
        if !setting.known.is_hikari_time() || !setting.with_unit {
            continue;
        }
        let name = setting.known.name.clone();
        let time = file.time(&name).unwrap_or(0) / 1_000_000;
        findings.push(Finding {
            rule: "unit",
            level: Level::Warning,
            line: Some(setting.line),
            what: both!(
                "`{name}` is written with a unit",
                "`{name}`에 단위가 붙어 있습니다"
            ),
            why: both!(
                "HikariCP takes its times as numbers of milliseconds (a `long`), not as Spring's durations: the application does not start.",
                "HikariCP는 시간을 Spring의 Duration이 아니라 밀리초 숫자(`long`)로 받습니다. 애플리케이션이 시작되지 않습니다."
            ),
            mend: both!("write {time}", "{time}으로 쓰세요"),
            name,
            topic: "hikaricp-pool",
        });
    }
    findings
}

/// `250 ms`, `90 s`, `28,800 s`.
fn shown(nanos: u64) -> String {
    let millis = nanos / 1_000_000;
    if !millis.is_multiple_of(1_000) {
        return format!("{} ms", grouped(millis));
    }
    format!("{} s", grouped(millis / 1_000))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
