//! Threads, the time a request keeps its connection, and the end of an instance.

use super::{File, Finding, Level, shown};
use crate::content::text::{Text, both};

const SIZE: &str = "spring.datasource.hikari.maximum-pool-size";
const THREADS: &str = "server.tomcat.threads.max";
const VIRTUAL: &str = "spring.threads.virtual.enabled";
const VIEW: &str = "spring.jpa.open-in-view";
const SHUTDOWN: &str = "server.shutdown";
const PHASE: &str = "spring.lifecycle.timeout-per-shutdown-phase";

/// Threads for each connection that the products' own defaults have: 200 for 10.
const THREADS_PER_CONNECTION: u64 = 20;

pub(super) fn requests(file: &File<'_>, findings: &mut Vec<Finding>) {
    if file.flag(VIRTUAL) {
        virtual_threads(file, findings);
    } else {
        threads(file, findings);
    }
    open_in_view(file, findings);
    shutdown(file, findings);
}

/// Little's law: X = threads / response = connections / hold.
fn threads(file: &File<'_>, findings: &mut Vec<Finding>) {
    let (Some(threads), Some(size)) = (file.count(THREADS), file.count(SIZE)) else { return };
    if size == 0 || threads <= size.saturating_mul(THREADS_PER_CONNECTION) {
        return;
    }
    let waiting = threads - size;
    let share = format!("{:.1}", size as f64 * 100.0 / threads as f64);
    let wait = format!("{:.1}", waiting as f64 / size as f64);
    // The case of 20 ms, as a figure to compare with.
    let rate = size * 50;
    let seconds = format!("{:.1}", waiting as f64 / rate as f64);
    findings.push(Finding {
        rule: "threads-beyond-pool",
        level: Level::Warning,
        line: file.line(THREADS).or(file.line(SIZE)),
        name: THREADS.to_owned(),
        what: both!(
            "{threads} threads for {size} connections: the pool cannot feed them",
            "커넥션 {size}개에 스레드가 {threads}개입니다. 풀이 감당하지 못합니다"
        ),
        why: both!(
            "Little's law: throughput = threads / response = connections / hold. All threads are of use only if a request holds its connection for less than {share} % of its time; otherwise up to {waiting} of them wait, the last one {wait} holds long. At a hold of 20 ms the pool carries {rate}/s and that wait is {seconds} s.",
            "리틀의 법칙: 처리량 = 스레드 / 응답 시간 = 커넥션 / 점유 시간. 요청이 커넥션을 쥐는 시간이 전체의 {share} % 미만일 때만 모든 스레드가 쓸모 있습니다. 아니면 최대 {waiting}개가 기다리고 마지막은 점유 시간의 {wait}배를 기다립니다. 점유 시간이 20ms면 풀은 초당 {rate}건을 처리하고 그 대기는 {seconds}초입니다."
        ),
        mend: both!(
            "lower `threads.max` so that the excess waits before the threads or is refused, or shorten the hold",
            "`threads.max`를 줄여 남는 요청이 스레드 앞에서 기다리거나 거절되게 하고, 커넥션 점유 시간을 줄이세요"
        ),
        topic: "tomcat-threads",
    });
}

/// Spring Boot spring-application.adoc:400-419: with virtual threads the properties of thread pools
/// have no effect.
fn virtual_threads(file: &File<'_>, findings: &mut Vec<Finding>) {
    let size = file.count(SIZE).unwrap_or(0);
    if let Some(setting) = file.setting(THREADS) {
        let threads = setting.value.show();
        findings.push(Finding {
            rule: "threads-without-effect",
            level: Level::Warning,
            line: Some(setting.line),
            name: THREADS.to_owned(),
            what: both!(
                "`threads.max` {threads} has no effect with virtual threads",
                "가상 스레드를 켜면 `threads.max` {threads}은(는) 효과가 없습니다"
            ),
            why: both!(
                "Every request gets a virtual thread of its own; the pool of {size} connections is the only limit, and up to `max-connections` requests queue for it.",
                "요청마다 가상 스레드를 따로 씁니다. 커넥션 {size}개짜리 풀이 유일한 제한이고, `max-connections`만큼의 요청이 그 앞에 줄을 섭니다."
            ),
            mend: both!(
                "remove it, and limit what may wait: a short `connection-timeout`, or a semaphore",
                "이 설정을 지우고, 짧은 `connection-timeout`이나 세마포어로 대기를 제한하세요"
            ),
            topic: "tomcat-threads",
        });
        return;
    }
    findings.push(Finding {
        rule: "pool-is-the-limit",
        level: Level::Note,
        line: file.line(VIRTUAL),
        name: VIRTUAL.to_owned(),
        what: both!(
            "with virtual threads the pool of {size} connections is the only limit",
            "가상 스레드에서는 커넥션 {size}개짜리 풀이 유일한 제한입니다"
        ),
        why: both!(
            "No number of threads holds requests back any more: they queue for a connection and fail together when `connection-timeout` ends.",
            "스레드 수가 더는 요청을 막지 않습니다. 요청들은 커넥션 앞에 줄을 서고 `connection-timeout`이 지나면 함께 실패합니다."
        ),
        mend: both!(
            "give `connection-timeout` a value that users would wait for",
            "`connection-timeout`을 사용자가 기다릴 만한 값으로 두세요"
        ),
        topic: "tomcat-threads",
    });
}

/// Spring Boot JpaBaseConfiguration.java:248-264: on unless disabled, with a warning in the log.
fn open_in_view(file: &File<'_>, findings: &mut Vec<Finding>) {
    let application = file.application;
    let known = application.settings.iter().map(|setting| setting.known.name.as_str());
    let strangers = application.strangers.iter().filter_map(|stranger| stranger.name.as_deref());
    let mut names = known.chain(strangers).map(str::to_ascii_lowercase);
    let set = file.setting(VIEW).is_some();
    if !file.flag(VIEW) || application.unusable.iter().any(|it| it.known.name == VIEW) {
        return;
    }
    // A service without JPA has no view that could be open.
    if !set && !names.any(|name| name.starts_with("spring.jpa.")) {
        return;
    }
    let what = if set {
        both!("`spring.jpa.open-in-view` is on", "`spring.jpa.open-in-view`가 켜져 있습니다")
    } else {
        both!(
            "`spring.jpa.open-in-view` is not set, and so it is on",
            "`spring.jpa.open-in-view`를 설정하지 않아 켜져 있습니다"
        )
    };
    // The log warns only where nobody decided.
    let warned = if set {
        Text::default()
    } else {
        both!(
            " Spring Boot itself warns of it at the start.",
            " Spring Boot도 시작할 때 경고합니다."
        )
    };
    let (en, ko) = (warned.en, warned.ko);
    findings.push(Finding {
        rule: "open-in-view",
        level: Level::Warning,
        line: file.line(VIEW),
        name: VIEW.to_owned(),
        what,
        why: both!(
            "From its first use a request keeps its connection until the response is written, external calls included: a pool carries connections / hold requests a second, and this makes the hold longer.{en}",
            "요청이 커넥션을 처음 쓴 뒤 응답을 다 쓸 때까지 놓지 않습니다. 외부 호출 시간도 들어갑니다. 풀의 처리량은 커넥션 / 점유 시간인데 점유 시간이 길어집니다.{ko}"
        ),
        mend: both!(
            "set `spring.jpa.open-in-view: false` and load in the service what the view needs",
            "`spring.jpa.open-in-view: false`로 두고, 화면에 필요한 것은 서비스에서 미리 읽으세요"
        ),
        topic: "spring-transactions",
    });
}

/// Kubernetes pod-lifecycle.md: 30 s from the request to stop to the kill, the preStop hook
/// included.
fn shutdown(file: &File<'_>, findings: &mut Vec<Finding>) {
    let immediate = file.setting(SHUTDOWN).is_some_and(|it| it.value.show() == "immediate");
    let Some(phase) = file.time(PHASE).filter(|_| file.setting(PHASE).is_some()) else { return };
    if immediate || phase <= file.around.grace {
        return;
    }
    let (phase, grace) = (shown(phase), shown(file.around.grace));
    let what: Text = both!(
        "a shutdown may take {phase}, but the instance is killed after {grace}",
        "종료에 {phase}까지 걸릴 수 있는데 인스턴스는 {grace} 뒤에 강제로 끝납니다"
    );
    findings.push(Finding {
        rule: "shutdown-beyond-grace",
        level: Level::Warning,
        line: file.line(PHASE),
        name: PHASE.to_owned(),
        what,
        why: both!(
            "Requests that still run after {grace} are cut off: what is left of {phase} never comes. A preStop hook counts inside the {grace}.",
            "{grace} 뒤에도 처리 중인 요청은 끊깁니다. {phase}의 나머지는 오지 않습니다. preStop 훅도 {grace} 안에 들어갑니다."
        ),
        mend: both!(
            "raise `terminationGracePeriodSeconds` above preStop + {phase}, or shorten the phase",
            "`terminationGracePeriodSeconds`를 preStop + {phase}보다 길게 하거나 이 값을 줄이세요"
        ),
        topic: "deployment",
    });
}
