//! HikariCP's pool: its times, its size against the database's limit and against the threads.

use super::{File, Finding, Level, shown};
use crate::content::text::both;

const SIZE: &str = "spring.datasource.hikari.maximum-pool-size";
const IDLE: &str = "spring.datasource.hikari.minimum-idle";
const TIMEOUT: &str = "spring.datasource.hikari.connection-timeout";
const LIFETIME: &str = "spring.datasource.hikari.max-lifetime";
const THREADS: &str = "server.tomcat.threads.max";
const VIRTUAL: &str = "spring.threads.virtual.enabled";

/// HikariConfig.java:189-200: a shorter timeout is refused.
const TIMEOUT_MIN: u64 = 250_000_000;
/// HikariCP README.md: a shorter lifetime is replaced by the default.
const LIFETIME_MIN: u64 = 30_000_000_000;

pub(super) fn pool(file: &File<'_>, findings: &mut Vec<Finding>) {
    connection_timeout(file, findings);
    max_lifetime(file, findings);
    minimum_idle(file, findings);
    max_connections(file, findings);
    pool_locking(file, findings);
}

fn finding(file: &File<'_>, rule: &'static str, name: &str) -> Finding {
    let (none, topic) = (crate::content::text::Text::default(), "hikaricp-pool");
    Finding {
        rule,
        level: Level::Warning,
        line: file.line(name),
        name: name.to_owned(),
        what: none.clone(),
        why: none.clone(),
        mend: none,
        topic,
    }
}

fn connection_timeout(file: &File<'_>, findings: &mut Vec<Finding>) {
    let Some(timeout) = file.time(TIMEOUT) else { return };
    let (gateway, took) = (shown(file.around.gateway_timeout), shown(timeout));
    if timeout > 0 && timeout < TIMEOUT_MIN {
        findings.push(Finding {
            what: both!("`connection-timeout` is {took}", "`connection-timeout`이 {took}입니다"),
            why: both!(
                "HikariCP refuses less than 250 ms: the application does not start.",
                "HikariCP는 250ms 미만을 거부합니다. 애플리케이션이 시작되지 않습니다."
            ),
            mend: both!(
                "write at least 250; 1000 to 3000 fails fast and still rides out a short burst",
                "250 이상을 쓰세요. 1000~3000이면 빨리 실패하면서도 짧은 몰림은 견딥니다"
            ),
            ..finding(file, "timeout-too-short", TIMEOUT)
        });
        return;
    }
    // HikariConfig.java:189-200: 0 is practically no limit. nginx's proxy_read_timeout and the idle
    // timeout of an Application Load Balancer are 60 s by default.
    if timeout == 0 || timeout >= file.around.gateway_timeout {
        let took = if timeout == 0 {
            both!("without limit (0)", "제한 없음(0)")
        } else {
            crate::content::text::Text::same(&took)
        };
        let (en, ko) = (took.en, took.ko);
        findings.push(Finding {
            what: both!(
                "a request may wait for a connection as long as the gateway waits for the answer: {en} against {gateway}",
                "커넥션을 기다리는 시간이 게이트웨이의 대기 시간보다 짧지 않습니다: {ko}, 게이트웨이 {gateway}"
            ),
            why: both!(
                "The user gets a 504 after {gateway} while the thread goes on waiting for a connection: work for nobody, and no error that names the pool.",
                "사용자는 {gateway} 뒤에 504를 받는데 스레드는 계속 커넥션을 기다립니다. 아무도 쓰지 않을 일을 하고, 풀을 가리키는 오류도 남지 않습니다."
            ),
            mend: both!(
                "set `connection-timeout` well below the gateway's timeout, 3000 for example",
                "`connection-timeout`을 게이트웨이 타임아웃보다 훨씬 짧게 두세요. 예: 3000"
            ),
            ..finding(file, "timeout-beyond-gateway", TIMEOUT)
        });
    }
}

/// HikariCP README.md (maxLifetime): some seconds below any limit of the database; MySQL's
/// `wait_timeout` is 28,800 s.
fn max_lifetime(file: &File<'_>, findings: &mut Vec<Finding>) {
    let Some(lifetime) = file.time(LIFETIME) else { return };
    let (lived, waits) = (shown(lifetime), shown(file.around.wait_timeout));
    if lifetime > 0 && lifetime < LIFETIME_MIN {
        findings.push(Finding {
            what: both!("`max-lifetime` is {lived}", "`max-lifetime`이 {lived}입니다"),
            why: both!(
                "HikariCP takes less than 30 s for a mistake and uses its default of 30 min.",
                "HikariCP는 30초 미만을 실수로 보고 기본값 30분을 씁니다."
            ),
            mend: both!("write at least 30000", "30000 이상을 쓰세요"),
            ..finding(file, "lifetime-too-short", LIFETIME)
        });
        return;
    }
    if lifetime > 0 && lifetime < file.around.wait_timeout {
        return;
    }
    let less = (file.around.wait_timeout / 1_000_000).saturating_sub(30_000).max(30_000);
    let lived = if lifetime == 0 {
        both!("without limit (0)", "제한 없음(0)")
    } else {
        crate::content::text::Text::same(&lived)
    };
    let (en, ko) = (lived.en, lived.ko);
    findings.push(Finding {
        what: both!(
            "connections may live longer ({en}) than the database keeps idle ones (`wait_timeout` {waits})",
            "커넥션 수명({ko})이 DB가 유휴 연결을 끊는 시간(`wait_timeout` {waits})보다 짧지 않습니다"
        ),
        why: both!(
            "The database closes a connection that was idle for {waits}; the pool notices only when it is borrowed, and the request that borrows it pays for a new one.",
            "DB는 {waits} 동안 쉰 연결을 닫습니다. 풀은 빌려 줄 때에야 알아채고, 그 요청이 새 연결을 만드는 시간을 부담합니다."
        ),
        mend: both!(
            "set `max-lifetime` some seconds below it: {less}",
            "`max-lifetime`을 그보다 몇 초 짧게 두세요: {less}"
        ),
        ..finding(file, "lifetime-beyond-database", LIFETIME)
    });
}

/// HikariConfig.java, validateNumerics: more than the maximum is lowered to it.
fn minimum_idle(file: &File<'_>, findings: &mut Vec<Finding>) {
    let (Some(size), Some(idle)) = (file.count(SIZE), file.count(IDLE)) else { return };
    if idle <= size {
        return;
    }
    findings.push(Finding {
        what: both!(
            "`minimum-idle` {idle} is more than `maximum-pool-size` {size}",
            "`minimum-idle` {idle}이(가) `maximum-pool-size` {size}보다 큽니다"
        ),
        why: both!(
            "HikariCP lowers it to {size}: the pool is not as large as the file says.",
            "HikariCP가 {size}(으)로 낮춥니다. 풀이 파일에 적힌 만큼 크지 않습니다."
        ),
        mend: both!(
            "leave `minimum-idle` out: it then equals the maximum, which HikariCP recommends",
            "`minimum-idle`을 지우세요. 그러면 최대 크기와 같아지며, HikariCP가 권하는 방식입니다"
        ),
        ..finding(file, "idle-beyond-size", IDLE)
    });
}

/// HikariCP "About Pool Sizing": connections are counted over all instances, against what the
/// database accepts (`max_connections`, 151 in MySQL).
fn max_connections(file: &File<'_>, findings: &mut Vec<Finding>) {
    let Some(size) = file.count(SIZE) else { return };
    let (instances, most) =
        (u64::from(file.around.instances), u64::from(file.around.max_connections));
    let all = instances.saturating_mul(size);
    if all <= most {
        return;
    }
    let each = most / instances.max(1);
    findings.push(Finding {
        what: both!(
            "the pools together want {all} connections, the database accepts {most}",
            "풀을 모두 합치면 커넥션 {all}개가 필요한데 DB는 {most}개까지 받습니다"
        ),
        why: both!(
            "{instances} instances x {size} = {all} > max_connections {most}: the last instances to start, or new ones during a deployment, get \"Too many connections\".",
            "인스턴스 {instances}개 x {size} = {all} > max_connections {most}. 나중에 뜨는 인스턴스나 배포 중의 새 인스턴스가 \"Too many connections\" 오류를 받습니다."
        ),
        mend: both!(
            "at most {each} for each instance, fewer if a deployment runs old and new ones at once",
            "인스턴스마다 최대 {each}개로 두고, 배포 중에 신구 인스턴스가 함께 뜬다면 더 줄이세요"
        ),
        ..finding(file, "pools-beyond-database", SIZE)
    });
}

/// HikariCP "About Pool Sizing" (pool-locking) and Spring Framework tx-propagation.adoc:64-70:
/// pool >= threads x (connections - 1) + 1.
fn pool_locking(file: &File<'_>, findings: &mut Vec<Finding>) {
    let Some(size) = file.count(SIZE) else { return };
    let needs = u64::from(file.around.connections_per_request);
    let threads = if file.flag(VIRTUAL) { None } else { file.count(THREADS) };
    let base = Finding { topic: "spring-transactions", ..finding(file, "pool-locking", SIZE) };
    let Some(threads) = threads else {
        if needs > 1 {
            findings.push(Finding {
                what: both!(
                    "requests that need {needs} connections at once, and no limit on their number",
                    "요청마다 커넥션이 동시에 {needs}개 필요한데 요청 수에 제한이 없습니다"
                ),
                why: both!(
                    "Without a limit of threads any pool can be held by requests that all wait for a further connection; HikariCP ends it with timeouts.",
                    "스레드 수 제한이 없으면 어떤 크기의 풀이든 다음 커넥션을 기다리는 요청들이 다 차지할 수 있습니다. HikariCP에서는 타임아웃으로 끝납니다."
                ),
                mend: both!(
                    "use one connection for a request (no REQUIRES_NEW inside a transaction), or limit the requests with a semaphore",
                    "요청마다 커넥션을 하나만 쓰거나(트랜잭션 안에서 REQUIRES_NEW를 쓰지 않기) 세마포어로 동시 요청 수를 제한하세요"
                ),
                ..base
            });
        }
        return;
    };
    // With one connection the bound is 1, which every pool meets: then the bound for two is told.
    let counted = needs.max(2);
    let bound = threads.saturating_mul(counted - 1).saturating_add(1);
    if size >= bound {
        return;
    }
    let factor = counted - 1;
    let level = if needs > 1 { Level::Warning } else { Level::Note };
    let what = if needs > 1 {
        both!(
            "{threads} threads that need {needs} connections at once can lock up a pool of {size}",
            "커넥션이 동시에 {needs}개 필요한 스레드 {threads}개가 크기 {size}인 풀을 서로 막을 수 있습니다"
        )
    } else {
        both!(
            "no REQUIRES_NEW inside a transaction with this pool: it needs {bound}, there are {size}",
            "이 풀에서는 트랜잭션 안에 REQUIRES_NEW를 쓰면 안 됩니다. {bound}개가 필요한데 {size}개입니다"
        )
    };
    findings.push(Finding {
        level,
        what,
        why: both!(
            "pool >= threads x (connections - 1) + 1 = {threads} x {factor} + 1 = {bound}. Below it all connections can be held by threads that each wait for one more: REQUIRES_NEW keeps the outer connection while it borrows a second.",
            "풀 >= 스레드 x (커넥션 - 1) + 1 = {threads} x {factor} + 1 = {bound}. 이보다 작으면 저마다 하나씩 더 기다리는 스레드들이 커넥션을 모두 쥘 수 있습니다. REQUIRES_NEW는 바깥 커넥션을 쥔 채 두 번째를 빌립니다."
        ),
        mend: both!(
            "do not nest transactions that need a connection of their own, or make threads fewer; a larger pool only prevents the lock-up, it is no optimum",
            "커넥션을 따로 쓰는 트랜잭션을 중첩하지 말거나 스레드를 줄이세요. 풀을 키우면 막히지 않을 뿐 가장 좋은 크기는 아닙니다"
        ),
        ..base
    });
}
