//! Metrics: what a claim, a column or a target can name. One row each; the value comes from what
//! a replication observed.

mod bill;
mod events;
mod fleet;
mod monitoring;

use crate::content::text::{Text, both};
use crate::marketplace::bill::Item;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::observations::{CacheObservations, Group, Observations};
use crate::marketplace::request::Failure;
use crate::stats::comparison::Better;
use crate::stats::histogram::Histogram;

/// What may stand behind the `@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    None,
    /// An endpoint or a load; without a label, all requests.
    Group,
    /// A kind of error, always.
    Error,
    /// A station, always.
    Station,
    /// A line of the bill, always.
    Item,
}

/// How the estimate and its interval follow from the replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Mean,
    Percentile,
    Share,
    /// Events in one replication's window.
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    pub(crate) labels: Labels,
    pub(crate) kind: Kind,
    pub(crate) en: &'static str,
    pub(crate) ko: &'static str,
}

macro_rules! metrics {
    ($($name:literal, $unit:literal, $better:ident, $labels:ident, $kind:ident, $en:literal, $ko:literal;)+) => {
        pub(crate) static METRICS: &[Metric] = &[
            $(Metric {
                name: $name,
                unit: $unit,
                better: Better::$better,
                labels: Labels::$labels,
                kind: Kind::$kind,
                en: $en,
                ko: $ko,
            }),+
        ];
    };
}

metrics! {
    "offered_per_s", "1/s", Neither, Group, Mean, "requests that clients meant to send", "클라이언트가 보내려 한 요청";
    "completed_per_s", "1/s", More, Group, Mean, "successful answers, the goodput", "성공한 응답(goodput)";
    "ok_count", "count", More, Group, Count, "requests that succeeded, of those that belong to the window", "측정 구간에 속한 요청 중 성공한 수";
    "latency_ms_mean", "ms", Less, Group, Mean, "mean latency of successful requests, from the intended arrival", "성공한 요청의 평균 지연 시간(보내려던 시각부터)";
    "latency_ms_p50", "ms", Less, Group, Percentile, "median latency", "지연 시간 중앙값";
    "latency_ms_p90", "ms", Less, Group, Percentile, "latency that 9 of 10 requests do not exceed", "요청 10개 중 9개가 넘지 않는 지연 시간";
    "latency_ms_p95", "ms", Less, Group, Percentile, "latency that 19 of 20 requests do not exceed", "요청 20개 중 19개가 넘지 않는 지연 시간";
    "latency_ms_p99", "ms", Less, Group, Percentile, "latency that 99 of 100 requests do not exceed", "요청 100개 중 99개가 넘지 않는 지연 시간";
    "latency_ms_max", "ms", Less, Group, Mean, "longest latency of a replication", "반복 실행에서 가장 긴 지연 시간";
    "recorded_latency_ms_mean", "ms", Less, None, Mean, "mean latency as a tool records it that starts its clock when it sends", "보낸 순간부터 재는 도구가 기록한 평균 지연 시간";
    "recorded_latency_ms_p50", "ms", Less, None, Percentile, "the recorded median", "기록된 중앙값";
    "recorded_latency_ms_p99", "ms", Less, None, Percentile, "the recorded p99", "기록된 p99";
    "failed_latency_ms_mean", "ms", Less, None, Mean, "mean time until a failure", "실패까지 걸린 평균 시간";
    "failed_latency_ms_p50", "ms", Less, None, Percentile, "median time until a failure", "실패까지 걸린 시간의 중앙값";
    "failed_latency_ms_p99", "ms", Less, None, Percentile, "time until a failure that 99 of 100 do not exceed", "실패까지 걸린 시간의 p99";
    "error_share", "share", Less, Group, Share, "share of the requests that failed", "실패한 요청의 비율";
    "error_share", "share", Less, Error, Share, "share that failed in this way", "이 이유로 실패한 비율";
    "error_count", "count", Less, Error, Count, "failures of this kind in one replication's window", "반복 한 번의 측정 구간에서 이 이유로 실패한 수";
    "broke_at_per_s", "1/s", More, None, Mean, "offered rate in the first step of an episode of whose arrivals more than 1 %, and at least five, failed", "도착한 요청의 1%를 넘게, 다섯 건 이상 실패한 첫 구간(에피소드)의 요청률";
    "wasted_share", "share", Less, None, Mean, "server work finished after the client had left, per request; with retries it can exceed 100 %", "클라이언트가 떠난 뒤에 끝난 서버 작업의 비율";
    "inside_mean", "count", Less, None, Mean, "requests waiting for their answer", "응답을 기다리는 요청 수";
    "thread_busy_mean", "count", Neither, None, Mean, "busy Tomcat threads, all instances", "일하는 톰캣 스레드 수(전체 인스턴스)";
    "thread_queue_mean", "count", Less, None, Mean, "requests that wait for a thread", "스레드를 기다리는 요청 수";
    "thread_wait_ms_mean", "ms", Less, None, Mean, "mean wait for a thread", "스레드를 기다린 평균 시간";
    "thread_wait_ms_p99", "ms", Less, None, Percentile, "p99 of the wait for a thread", "스레드 대기 시간의 p99";
    "connections_mean", "count", Neither, None, Mean, "connections as Tomcat reports them (the one being accepted counts)", "톰캣이 보고하는 연결 수(받는 중인 하나 포함)";
    "connections_opened", "count", Neither, None, Count, "TCP connections that clients tried to open in the whole run", "전체 실행 동안 클라이언트가 열려 한 TCP 연결 수";
    "dropped_syns", "count", Less, None, Count, "connection attempts that the full backlog dropped", "백로그가 가득 차 버려진 연결 시도 수";
    "app_cores_busy_mean", "count", Neither, None, Mean, "busy application cores, all instances", "바쁜 애플리케이션 코어 수(전체 인스턴스)";
    "pool_wait_ms_mean", "ms", Less, None, Mean, "mean wait for a connection", "커넥션을 기다린 평균 시간";
    "pool_wait_ms_p50", "ms", Less, None, Percentile, "median wait for a connection", "커넥션 대기 시간의 중앙값";
    "pool_wait_ms_p90", "ms", Less, None, Percentile, "p90 of the wait for a connection", "커넥션 대기 시간의 p90";
    "pool_wait_ms_p99", "ms", Less, None, Percentile, "p99 of the wait for a connection", "커넥션 대기 시간의 p99";
    "pool_wait_ms_max", "ms", Less, None, Mean, "longest wait for a connection", "가장 긴 커넥션 대기 시간";
    "pool_hold_ms_mean", "ms", Less, None, Mean, "mean time a connection is held", "커넥션을 쥐고 있는 평균 시간";
    "pool_hold_ms_p99", "ms", Less, None, Percentile, "p99 of the time a connection is held", "커넥션 점유 시간의 p99";
    "pool_busy_mean", "count", Neither, None, Mean, "borrowed connections, all instances", "빌려 간 커넥션 수(전체 인스턴스)";
    "pool_busy_share_mean", "share", Neither, None, Mean, "borrowed connections over all connections", "전체 커넥션 중 빌려 간 비율";
    "pool_waiting_mean", "count", Less, None, Mean, "threads that wait for a connection, all instances", "커넥션을 기다리는 스레드 수(전체 인스턴스)";
    "pool_lost_races", "count", Less, None, Count, "hand-offs that a newcomer snatched", "새로 온 스레드가 가로챈 커넥션 인계 수";
    "refused_connections", "count", Less, None, Count, "pool connections refused because max_connections was reached", "max_connections에 걸려 거절된 풀 커넥션 수";
    "db_cores_busy_mean", "count", Neither, None, Mean, "busy cores of the primary", "바쁜 프라이머리 DB 코어 수";
    "retries", "count", Less, None, Count, "attempts beyond the first, of clients, balancer and services", "첫 시도 뒤의 재시도 수(클라이언트, 로드 밸런서, 서비스)";
    "attempts_mean", "count", Less, None, Mean, "attempts per request", "요청 하나당 시도 횟수";
    "commits_per_s", "1/s", More, None, Mean, "commits that wrote something", "무언가를 쓴 커밋의 초당 수";
    "commit_ms_mean", "ms", Less, None, Mean, "mean time of such a commit, network included", "쓰기 커밋의 평균 시간(네트워크 포함)";
    "commit_ms_p99", "ms", Less, None, Percentile, "p99 of the time of such a commit", "쓰기 커밋 시간의 p99";
    "commits_per_flush", "count", Neither, None, Mean, "commits that share one flush of the redo log", "리두 로그 플러시 하나를 나눠 쓰는 커밋 수";
    "redo_flushes_per_commit", "count", Less, None, Mean, "flushes of the redo log per commit", "커밋 하나당 리두 로그 플러시 수";
    "binlog_group_size", "count", Neither, None, Mean, "commits that share one synchronisation of the binary log", "바이너리 로그 동기화 하나를 나눠 쓰는 커밋 수";
    "unsynced_commits_mean", "count", Less, None, Mean, "answered commits that a loss of power would take back", "응답했지만 전원이 나가면 사라질 커밋 수";
    "lost_commits", "count", Less, None, Count, "answered commits that a crash took back, in the whole run", "장애로 사라진, 응답까지 한 커밋 수(전체 실행)";
    "deadlocks", "count", Less, None, Count, "deadlocks, in the whole run", "데드락 수(전체 실행)";
    "lock_waits", "count", Less, None, Count, "waits for a row lock, in the whole run", "행 락을 기다린 횟수(전체 실행)";
    "lock_wait_ms_mean", "ms", Less, None, Mean, "mean wait for a row lock, of those who waited", "행 락을 기다린 경우의 평균 대기 시간";
    "lock_wait_ms_p99", "ms", Less, None, Percentile, "p99 of the wait for a row lock, of those who waited", "행 락을 기다린 경우 대기 시간의 p99";
    "redis_lock_wait_ms_mean", "ms", Less, None, Mean, "mean time until a lock in Redis was granted or given up", "Redis 락을 얻거나 포기할 때까지의 평균 시간";
    "redis_lock_wait_ms_p99", "ms", Less, None, Percentile, "p99 of the time until a lock in Redis was granted or given up", "Redis 락을 얻거나 포기할 때까지 시간의 p99";
    "buffer_pool_hit_share", "share", More, None, Share, "look-ups that found their page in memory", "메모리에서 페이지를 찾은 조회의 비율";
    "disk_reads", "count", Less, None, Count, "pages read from the disk", "디스크에서 읽은 페이지 수";
    "db_cpu_ms_per_read", "ms", Less, None, Mean, "database CPU of a reading statement", "읽기 구문 하나의 DB CPU 시간";
    "db_cpu_ms_per_write", "ms", Less, None, Mean, "database CPU of a writing statement", "쓰기 구문 하나의 DB CPU 시간";
    "db_disk_ms_per_read", "ms", Less, None, Mean, "disk time of a reading statement", "읽기 구문 하나의 디스크 시간";
    "db_disk_ms_per_write", "ms", Less, None, Mean, "disk time of a writing statement, its share of the log flushes included", "쓰기 구문 하나의 디스크 시간(로그 플러시 몫 포함)";
    "db_lock_ms_per_write", "ms", Less, None, Mean, "wait for locks of a writing statement", "쓰기 구문 하나가 락을 기다린 시간";
    "orders_total", "count", Neither, None, Count, "orders stored, in the whole run", "저장된 주문 수(전체 실행)";
    "lost_updates", "count", Less, None, Count, "changes by others that were overwritten, in the whole run", "덮어써서 사라진 갱신 수(전체 실행)";
    "oversold", "count", Less, None, Count, "orders beyond the units that a bid had, in the whole run", "재고를 넘겨 팔린 주문 수(전체 실행)";
    "over_issued", "count", Less, None, Count, "coupons issued beyond those there were, in the whole run", "수량을 넘겨 발급된 쿠폰 수(전체 실행)";
    "double_issued", "count", Less, None, Count, "coupons that a user got a second time, in the whole run", "한 사용자가 두 번 받은 쿠폰 수(전체 실행)";
    "double_redeemed", "count", Less, None, Count, "coupons redeemed a second time, in the whole run", "두 번 사용된 쿠폰 수(전체 실행)";
    "double_holders", "count", Less, None, Count, "times that a lock in Redis had two holders, in the whole run", "Redis 락의 보유자가 둘이 된 횟수(전체 실행)";
    "stale_writes", "count", Less, None, Count, "writes accepted after one with a newer token, in the whole run", "더 새로운 토큰의 쓰기 뒤에 받아들여진 오래된 쓰기 수(전체 실행)";
    "broken_invariants", "count", Less, None, Count, "bids whose stock and orders do not add up at the end", "끝났을 때 재고와 주문이 맞지 않는 입찰 수";
    "duplicated_rows", "count", Less, None, Count, "rows that a page showed though an earlier page of the same walk had, in the whole run", "같은 사용자의 앞 페이지에 이미 나왔는데 다시 보인 행 수(전체 실행)";
    "skipped_rows", "count", Less, None, Count, "rows that were there all through a walk over pages and that it passed without showing them, in the whole run", "페이지를 넘기는 내내 있었는데 보이지 않고 지나간 행 수(전체 실행)";
    "rows_examined_per_page", "count", Less, None, Mean, "rows and index entries read for a page, in the whole run", "페이지 하나를 위해 읽은 행과 인덱스 항목 수(전체 실행)";
    "duplicated_rows_per_turn", "count", Less, None, Mean, "rows shown twice by a turn to the next page", "다음 페이지로 한 번 넘길 때 다시 보인 행 수";
    "skipped_rows_per_turn", "count", Less, None, Mean, "rows left out by a turn to the next page", "다음 페이지로 한 번 넘길 때 빠뜨린 행 수";
    "stale_read_share", "share", Less, Group, Share, "share of the rows shown that had been replaced by a newer version before the client asked", "요청하기 전에 이미 새 버전으로 바뀐 행을 보여 준 비율";
    "stale_reads", "count", Less, None, Count, "such rows shown, in the whole run", "그런 낡은 읽기의 수(전체 실행)";
    "intolerable_share", "share", Less, Group, Share, "share of the rows shown that were staler than read.tolerance", "read.tolerance보다 더 낡은 행을 보여 준 비율";
    "author_stale_share", "share", Less, Group, Share, "share of the reads of a row by its author that did not show what the author had written", "작성자가 자기가 쓴 것을 보지 못한 읽기의 비율";
    "own_writes_missing", "count", Less, None, Count, "reads by authors that did not show their own write, in the whole run", "작성자가 자기 글을 보지 못한 횟수(전체 실행)";
    "backward_read_share", "share", Less, Group, Share, "share of the rows shown in an older version than the same user was shown before", "같은 사용자가 앞서 본 것보다 오래된 버전을 보여 준 비율";
    "backward_reads", "count", Less, None, Count, "such reads back in time, in the whole run", "과거로 돌아간 읽기의 수(전체 실행)";
    "staleness_ms_mean", "ms", Less, None, Mean, "of stale reads: mean time since the version shown had been replaced", "낡은 읽기에서, 보여 준 버전이 바뀐 뒤 지난 평균 시간";
    "staleness_ms_p50", "ms", Less, None, Percentile, "median of that time", "그 시간의 중앙값";
    "staleness_ms_p99", "ms", Less, None, Percentile, "p99 of that time", "그 시간의 p99";
    "staleness_ms_max", "ms", Less, None, Mean, "longest such time of a replication", "반복 실행에서 가장 긴 그 시간";
    "replica_lag_ms_mean", "ms", Less, None, Mean, "mean time from a commit's visibility on the primary to that on a replica", "프라이머리에 보인 커밋이 복제본에 보이기까지의 평균 시간";
    "replica_lag_ms_p50", "ms", Less, None, Percentile, "median of the replication lag", "복제 지연의 중앙값";
    "replica_lag_ms_p95", "ms", Less, None, Percentile, "p95 of the replication lag", "복제 지연의 p95";
    "replica_lag_ms_p99", "ms", Less, None, Percentile, "p99 of the replication lag", "복제 지연의 p99";
    "replica_lag_ms_max", "ms", Less, None, Mean, "longest replication lag", "가장 긴 복제 지연";
    "position_wait_ms_mean", "ms", Less, None, Mean, "mean wait of a reader until the replica had the reader's own write", "복제본에 자기 쓰기가 도착할 때까지 읽기가 기다린 평균 시간";
    "position_wait_ms_p99", "ms", Less, None, Percentile, "p99 of that wait", "그 대기의 p99";
    "position_timeouts", "count", Less, None, Count, "such waits that gave up and read the primary", "포기하고 프라이머리에서 읽은 횟수";
    "replica_cores_busy_mean", "count", Neither, None, Mean, "busy cores of all replicas", "바쁜 복제본 코어 수(전체 복제본)";
    "unavailable_s", "s", Less, None, Mean, "seconds from the primary's death to the first commit after it", "프라이머리가 죽은 뒤 첫 커밋까지의 시간(초)";
    "split_brain_writes", "count", Less, None, Count, "commits on a primary that had been replaced, in the whole run", "교체된 옛 프라이머리에 커밋된 쓰기 수(전체 실행)";
    "lost_events", "count", Less, None, Count, "committed changes that others were to hear of and that nobody holds any more, in the whole run", "다른 서비스가 알아야 할 커밋인데 아무도 갖고 있지 않은 이벤트 수(전체 실행)";
    "duplicated_events", "count", Less, None, Count, "effects of an order beyond the first, in the whole run", "주문 하나에 두 번째 이후로 생긴 결과의 수(전체 실행)";
    "phantom_events", "count", Less, None, Count, "effects of changes that were never committed, in the whole run", "커밋된 적 없는 변경에서 생긴 결과의 수(전체 실행)";
    "event_lag_ms_mean", "ms", Less, None, Mean, "mean time from a commit to what others did because of it", "커밋부터 다른 곳에 결과가 생길 때까지의 평균 시간";
    "event_lag_ms_p50", "ms", Less, None, Percentile, "median of that time", "그 시간의 중앙값";
    "event_lag_ms_p99", "ms", Less, None, Percentile, "p99 of that time", "그 시간의 p99";
    "dead_letters", "count", Less, None, Count, "messages given up after broker.max-deliveries failures, in the whole run", "broker.max-deliveries번 실패해 포기한 메시지 수(전체 실행)";
    "consumer_lag_mean", "count", Less, None, Mean, "messages that wait for a consumer", "컨슈머를 기다리는 메시지 수";
    "read_store_cores_busy_mean", "count", Neither, None, Mean, "busy cores of the projection's store", "프로젝션 저장소의 바쁜 코어 수";
    "work_per_change_ms", "ms", Less, None, Mean, "CPU of writing statements in all databases per transaction that changes a bid", "입찰을 바꾸는 트랜잭션 하나당 모든 DB의 쓰기 구문이 쓴 CPU 시간";
    "pool_waiting_max", "count", Less, None, Mean, "most requests that waited for a connection in one pool of an instance", "한 인스턴스의 풀에서 커넥션을 기다린 요청의 최댓값";
    "dashboard_pool_waiting_max", "count", Neither, None, Mean, "the same as readings every monitoring.scrape show it", "monitoring.scrape 간격으로 읽은 값에 보이는 그 최댓값";
    "dashboard_latency_ms_p95_merged", "ms", Neither, None, Mean, "p95 from the buckets of all instances added up between readings", "읽은 사이에 늘어난 모든 인스턴스의 버킷을 합쳐 구한 p95";
    "dashboard_latency_ms_p95_averaged", "ms", Neither, None, Mean, "average of the p95 of each instance", "인스턴스마다 구한 p95의 평균";
    "dashboard_error_share", "share", Neither, None, Share, "share of answers with a status of 500 or more, from the counters of the instances", "인스턴스의 카운터로 구한 5xx 응답의 비율";
    "server_latency_ms_p95", "ms", Less, None, Percentile, "p95 as the service itself measures it, from its thread's start to the answer; only with monitoring.scrape", "서비스가 스스로 잰 p95(스레드 시작부터 응답까지). monitoring.scrape가 있을 때만 잰다";
    "cache_hit_share", "share", More, None, Share, "look-ups in the cache that found their row and had no need to load it", "캐시에서 행을 찾아 적재할 필요가 없던 조회의 비율";
    "cache_misses", "count", Less, None, Count, "the other look-ups", "그 밖의 조회 수";
    "cache_loads", "count", Less, None, Count, "rows loaded from the database for the cache", "캐시를 채우려고 DB에서 읽은 횟수";
    "cache_renewals", "count", Neither, None, Count, "expiries, deletions and losses of entries that were then loaded again", "만료·삭제·유실 뒤 다시 적재된 횟수";
    "cache_loads_per_expiry_mean", "count", Less, None, Mean, "loads that one such expiry causes", "만료 한 번이 일으키는 적재 수";
    "cache_loads_per_expiry_max", "count", Less, None, Mean, "most loads of one expiry", "만료 한 번의 가장 많은 적재 수";
    "cache_evictions", "count", Less, None, Count, "entries that had to make room", "자리를 비우려고 내보낸 항목 수";
    "cache_lost_writes", "count", Less, None, Count, "writes that the cache had answered and neither it nor the database has, in the whole run", "캐시가 응답했지만 캐시에도 DB에도 없는 쓰기 수(전체 실행)";
    "redis_ops_per_s", "1/s", Neither, None, Mean, "commands that Redis' servers ran, all together", "Redis 서버들이 실행한 초당 명령 수";
    "redis_busy_mean", "share", Neither, None, Mean, "share of its time that the busiest server's thread was busy", "가장 바쁜 Redis 서버의 스레드가 일한 시간의 비율";
    "redis_moved", "count", Less, None, Count, "commands sent to a server that had given the slot away", "이미 슬롯을 넘긴 서버로 보낸 명령 수(MOVED)";
    "cost_per_month", "money", Less, None, Mean, "what a month like the run costs, by the price file", "이 부하가 한 달 이어질 때의 비용(가격 파일 기준)";
    "cost_per_month", "money", Less, Item, Mean, "one line of that bill", "그 비용의 한 항목";
    "cost_per_1000_requests", "money", Less, None, Mean, "cost of a thousand successful requests", "성공한 요청 1,000건의 비용";
    "target_met_share", "share", More, None, Mean, "share of the replications that meet the target", "목표를 만족한 반복 실행의 비율";
    "instances_mean", "count", Neither, None, Mean, "instances whose process runs, on average", "프로세스가 떠 있는 인스턴스 수의 평균";
    "instances_max", "count", Neither, None, Mean, "most instances that ran at once", "동시에 떠 있던 인스턴스의 최대 수";
    "ready_instances_min", "count", More, None, Mean, "fewest instances that were ready at once", "동시에 준비 상태였던 인스턴스의 최소 수";
    "pending_instances_max", "count", Less, None, Mean, "most instances that waited for a node at once", "동시에 노드를 기다린(Pending) 인스턴스의 최대 수";
    "instance_hours", "h", Less, None, Mean, "hours of running instances within the window", "측정 구간에서 인스턴스가 떠 있던 시간의 합(시간)";
    "failed_starts", "count", Less, None, Count, "starts of instances that ended because the database gave no connection, in the whole run", "DB 커넥션을 얻지 못해 실패한 인스턴스 시작 수(전체 실행)";
    "scale_outs", "count", Neither, None, Mean, "times that the autoscaler added instances, in the whole run", "오토스케일러가 인스턴스를 늘린 횟수(전체 실행)";
    "scale_ins", "count", Neither, None, Mean, "times that the autoscaler took instances away, in the whole run", "오토스케일러가 인스턴스를 줄인 횟수(전체 실행)";
    "scale_out_s", "s", Less, None, Mean, "seconds from the first change of a load's rate until nine tenths of the most instances that ever were ready; no value if none were added", "부하가 처음 변한 때부터, 가장 많았던 준비 인스턴스 수의 90%에 이르기까지의 시간(초). 늘린 적이 없으면 값이 없다";
    "db_connections_max", "count", Neither, None, Mean, "most connections to the primary that were open at once", "프라이머리에 동시에 열려 있던 커넥션의 최대 수";
    "deploy_s", "s", Neither, None, Mean, "seconds until the version that lost is gone; no value if that was not reached", "밀려난 버전이 모두 사라질 때까지의 시간(초). 끝나지 않으면 값이 없다";
    "mixed_versions_s", "s", Less, None, Mean, "seconds in which both versions had ready instances, in the whole run", "두 버전이 함께 준비 상태였던 시간(초, 전체 실행)";
    "rolled_back_share", "share", Neither, None, Mean, "share of the deployments that were rolled back", "롤백된 배포의 비율";
    "station_busy_mean", "count", Neither, Station, Mean, "busy servers, over the whole run", "바쁜 서버 수(전체 실행 평균)";
    "station_waiting_mean", "count", Less, Station, Mean, "visitors that wait, over the whole run", "기다리는 손님 수(전체 실행 평균)";
    "station_wait_ms_mean", "ms", Less, Station, Mean, "mean wait at the station, given up or served", "스테이션에서 기다린 평균 시간";
    "station_wait_ms_p99", "ms", Less, Station, Percentile, "p99 of the wait at the station", "스테이션 대기 시간의 p99";
    "station_response_ms_mean", "ms", Less, Station, Mean, "mean time from joining to the end of service", "도착부터 서비스가 끝날 때까지의 평균 시간";
}

impl Metric {
    pub(crate) fn doc(&self) -> Text {
        let (en, ko) = (self.en, self.ko);
        both!("{en}", "{ko}")
    }
}

/// The row of a reference `name` or `name@label`.
pub(crate) fn find(reference: &str) -> Option<&'static Metric> {
    let (name, label) = match reference.split_once('@') {
        Some((name, label)) => (name, Some(label)),
        None => (reference, None),
    };
    METRICS.iter().find(|metric| {
        metric.name == name
            && match (metric.labels, label) {
                (Labels::None | Labels::Group, None) => true,
                (Labels::None, Some(_)) | (_, None) => false,
                (Labels::Error, Some(label)) => is_error(label),
                (Labels::Item, Some(label)) => is_item(label),
                (Labels::Group | Labels::Station, Some(label)) => !is_error(label),
            }
    })
}

fn is_error(label: &str) -> bool {
    Failure::ALL.iter().any(|failure| failure.label() == label)
}

fn is_item(label: &str) -> bool {
    Item::ALL.iter().any(|item| item.label() == label)
}

/// One metric of one replication, or of several merged.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// `name` or `name@label`.
    pub(crate) id: String,
    pub(crate) metric: &'static Metric,
    pub(crate) value: Option<f64>,
    /// Of shares: events and chances.
    pub(crate) events: u64,
    pub(crate) trials: u64,
}

/// Builds the rows of one observation.
struct Rows {
    rows: Vec<Row>,
    /// Requests that belong to the window: what counts rest on.
    requests: u64,
}

impl Rows {
    fn push(&mut self, id: String, value: Option<f64>, events: u64, trials: u64) {
        if let Some(metric) = find(&id) {
            let value = value.filter(|value| value.is_finite());
            self.rows.push(Row { id, metric, value, events, trials });
        }
    }

    fn mean(&mut self, id: impl Into<String>, value: impl Into<Option<f64>>) {
        self.push(id.into(), value.into(), 0, self.requests);
    }

    fn count(&mut self, id: impl Into<String>, count: u64) {
        self.push(id.into(), Some(count as f64), count, self.requests);
    }

    fn share(&mut self, id: impl Into<String>, events: u64, trials: u64) {
        let value = (trials > 0).then(|| events as f64 / trials as f64);
        self.push(id.into(), value, events, trials);
    }

    /// Mean, percentiles and maximum of durations, as far as the table knows them.
    fn durations(&mut self, name: &str, label: &str, histogram: &Histogram) {
        let ms = |nanos: f64| nanos / 1e6;
        let n = histogram.count();
        let at = |part: &str| format!("{name}_{part}{label}");
        self.push(at("mean"), histogram.mean().map(ms), 0, n);
        for (part, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
            self.push(at(part), histogram.quantile(share).map(ms), 0, n);
        }
        self.push(at("max"), histogram.max().map(|max| ms(max as f64)), 0, n);
    }

    fn group(&mut self, group: &Group, latency: &Histogram, label: &str, seconds: f64) {
        self.mean(format!("offered_per_s{label}"), group.offered as f64 / seconds);
        self.mean(format!("completed_per_s{label}"), group.completed as f64 / seconds);
        self.count(format!("ok_count{label}"), group.ok);
        self.durations("latency_ms", label, latency);
        self.share(format!("error_share{label}"), group.failed(), group.ok + group.failed());
        let reads = &group.reads;
        self.share(format!("stale_read_share{label}"), reads.stale, reads.reads);
        self.share(format!("intolerable_share{label}"), reads.intolerable, reads.reads);
        self.share(format!("author_stale_share{label}"), reads.missing, reads.of_authors);
        self.share(format!("backward_read_share{label}"), reads.backward, reads.reads);
    }
}

/// All metrics of an observation, always in the same order for the same configuration.
pub(crate) fn rows(seen: &Observations) -> Vec<Row> {
    let finished = seen.all.ok + seen.all.failed();
    let mut rows = Rows { rows: Vec::new(), requests: finished };
    rows.group(&seen.all, &seen.all.latency, "", seen.seconds);
    for (name, group) in &seen.endpoints {
        let alone = seen.endpoints.len() == 1;
        let latency = if alone { &seen.all.latency } else { &group.latency };
        rows.group(group, latency, &format!("@{name}"), seen.seconds);
    }
    for (name, group) in &seen.loads {
        let alone = seen.loads.len() == 1;
        let latency = if alone { &seen.all.latency } else { &group.latency };
        rows.group(group, latency, &format!("@{name}"), seen.seconds);
    }
    for failure in Failure::ALL {
        let failed = seen.all.failures[failure as usize];
        rows.share(format!("error_share@{}", failure.label()), failed, finished);
        rows.count(format!("error_count@{}", failure.label()), failed);
    }
    rows.durations("recorded_latency_ms", "", &seen.recorded_latency);
    rows.durations("failed_latency_ms", "", &seen.failed_latency);
    let wasted = (finished > 0).then(|| seen.wasted as f64 / finished as f64);
    rows.mean("broke_at_per_s", seen.broke_at);
    rows.mean("wasted_share", wasted);
    let levels = &seen.levels;
    rows.mean("inside_mean", levels.inside);
    rows.mean("thread_busy_mean", levels.thread_busy);
    rows.mean("thread_queue_mean", levels.thread_queue);
    rows.durations("thread_wait_ms", "", &seen.thread_wait);
    rows.mean("connections_mean", levels.connections);
    rows.count("connections_opened", seen.connections_opened);
    rows.count("dropped_syns", seen.dropped_syns);
    rows.mean("app_cores_busy_mean", levels.app_cores_busy);
    rows.durations("pool_wait_ms", "", &seen.pool_wait);
    rows.durations("pool_hold_ms", "", &seen.pool_hold);
    rows.mean("pool_busy_mean", levels.pool_busy);
    let size = f64::from(seen.pool_size);
    rows.mean("pool_busy_share_mean", (size > 0.0).then(|| levels.pool_busy / size));
    rows.mean("pool_waiting_mean", levels.pool_waiting);
    rows.count("pool_lost_races", seen.lost_races);
    rows.count("refused_connections", seen.refused_connections);
    rows.mean("db_cores_busy_mean", levels.db_cores_busy);
    database_rows(&mut rows, seen, finished);
    let replication = &seen.replication;
    rows.durations("staleness_ms", "", &replication.staleness);
    rows.durations("replica_lag_ms", "", &replication.lag);
    rows.durations("position_wait_ms", "", &replication.position_waits);
    rows.count("position_timeouts", replication.position_timeouts);
    rows.mean("replica_cores_busy_mean", levels.replica_cores_busy);
    rows.mean("unavailable_s", replication.unavailable);
    events::rows(&mut rows, seen);
    fleet::rows(&mut rows, seen);
    monitoring::rows(&mut rows, seen);
    cache_rows(&mut rows, &seen.cache);
    bill::rows(&mut rows, seen);
    for station in &seen.stations {
        let label = format!("@{}", station.name);
        rows.mean(format!("station_busy_mean{label}"), station.busy);
        rows.mean(format!("station_waiting_mean{label}"), station.waiting);
        rows.durations("station_wait_ms", &label, &station.waits);
        rows.durations("station_response_ms", &label, &station.responses);
    }
    rows.rows
}

fn cache_rows(rows: &mut Rows, seen: &CacheObservations) {
    let tally = &seen.tally;
    rows.share("cache_hit_share", tally.hits, tally.looks);
    rows.count("cache_misses", tally.looks - tally.hits);
    rows.count("cache_loads", tally.loads);
    rows.count("cache_renewals", tally.renewals);
    let renewed = tally.renewals > 0;
    let mean = renewed.then(|| tally.loads as f64 / tally.renewals as f64);
    rows.mean("cache_loads_per_expiry_mean", mean);
    let most = renewed.then(|| f64::from(tally.most_loads));
    rows.mean("cache_loads_per_expiry_max", most);
    rows.count("cache_evictions", seen.evictions);
    rows.count("cache_lost_writes", seen.lost_writes);
    rows.mean("redis_ops_per_s", seen.commands_per_s);
    rows.mean("redis_busy_mean", seen.busiest);
    rows.count("redis_moved", seen.moved);
}

fn database_rows(rows: &mut Rows, seen: &Observations, finished: u64) {
    let database = &seen.database;
    let per = |sum: u64, count: u64| (count > 0).then(|| sum as f64 / count as f64);
    let ms_per = |sum: u64, count: u64| per(sum, count).map(|nanos| nanos / 1e6);
    rows.count("retries", seen.retries);
    rows.mean("attempts_mean", per(finished + seen.retries, finished));
    rows.mean("commits_per_s", database.commits as f64 / seen.seconds);
    rows.durations("commit_ms", "", &database.commit);
    rows.mean("commits_per_flush", per(database.redo.synced_commits, database.redo.syncs));
    rows.mean("redo_flushes_per_commit", per(database.redo.syncs, database.commits));
    rows.mean("binlog_group_size", per(database.binlog.synced_commits, database.binlog.syncs));
    rows.mean("unsynced_commits_mean", database.unsynced);
    rows.count("deadlocks", database.deadlocks);
    rows.count("lock_waits", database.lock_waits);
    rows.durations("lock_wait_ms", "", &database.lock_wait);
    rows.durations("redis_lock_wait_ms", "", &seen.redis_lock_wait);
    let pages = database.pages.unwrap_or_default();
    rows.share("buffer_pool_hit_share", pages.lookups - pages.misses, pages.lookups);
    rows.count("disk_reads", pages.misses);
    let (reads, writes) = (&database.reads, &database.writes);
    rows.mean("db_cpu_ms_per_read", ms_per(reads.cpu, reads.statements));
    rows.mean("db_cpu_ms_per_write", ms_per(writes.cpu, writes.statements));
    rows.mean("db_disk_ms_per_read", ms_per(reads.disk, reads.statements));
    let flushes = database.redo.busy + database.binlog.busy;
    rows.mean("db_disk_ms_per_write", ms_per(writes.disk + flushes, writes.statements));
    rows.mean("db_lock_ms_per_write", ms_per(writes.locks, writes.statements));
    rows.count("orders_total", database.orders);
    for anomaly in Anomaly::ALL {
        rows.count(anomaly.metric(), database.anomalies[anomaly as usize]);
    }
    let pages = &seen.pages;
    rows.mean("rows_examined_per_page", per(pages.rows_examined, pages.pages));
    rows.mean("duplicated_rows_per_turn", per(pages.turns.repeated, pages.turns.turns));
    rows.mean("skipped_rows_per_turn", per(pages.turns.skipped, pages.turns.turns));
}

/// Adds the histograms and counts of another replication; levels and times are not merged, their
/// estimates come from the replications' own values.
pub(crate) fn merge(into: &mut Observations, other: &Observations) {
    into.all.add(&other.all);
    for (name, group) in [(&mut into.endpoints, &other.endpoints), (&mut into.loads, &other.loads)]
        .into_iter()
        .flat_map(|(mine, theirs)| mine.iter_mut().zip(theirs))
        .map(|(mine, theirs)| (&mut mine.1, &theirs.1))
    {
        name.add(group);
    }
    into.failed_latency.merge(&other.failed_latency);
    into.recorded_latency.merge(&other.recorded_latency);
    into.pool_wait.merge(&other.pool_wait);
    into.pool_hold.merge(&other.pool_hold);
    into.thread_wait.merge(&other.thread_wait);
    into.wasted += other.wasted;
    if let (Some(mine), Some(theirs)) = (&mut into.target_met, other.target_met) {
        *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
    }
    into.retries += other.retries;
    into.redis_lock_wait.merge(&other.redis_lock_wait);
    into.cache.merge(&other.cache);
    into.replication.merge(&other.replication);
    into.events.merge(&other.events);
    into.fleet.merge(&other.fleet);
    into.monitoring.merge(&other.monitoring);
    let (mine, theirs) = (&mut into.database, &other.database);
    mine.lock_wait.merge(&theirs.lock_wait);
    mine.commit.merge(&theirs.commit);
    mine.commits += theirs.commits;
    mine.reads.add(&theirs.reads);
    mine.writes.add(&theirs.writes);
    mine.deadlocks += theirs.deadlocks;
    mine.lock_waits += theirs.lock_waits;
    mine.orders += theirs.orders;
    for (sum, more) in mine.anomalies.iter_mut().zip(theirs.anomalies) {
        *sum += more;
    }
    if let Some(theirs) = theirs.pages {
        let mine = mine.pages.get_or_insert_default();
        mine.lookups += theirs.lookups;
        mine.misses += theirs.misses;
        mine.written += theirs.written;
    }
    into.pages.merge(&other.pages);
    for (mine, theirs) in into.stations.iter_mut().zip(&other.stations) {
        mine.waits.merge(&theirs.waits);
        mine.responses.merge(&theirs.responses);
    }
    into.breakdown.merge(&other.breakdown);
    into.audit.arrived += other.audit.arrived;
    into.audit.completed += other.audit.completed;
    into.audit.failed += other.audit.failed;
    into.audit.inside_at_end += other.audit.inside_at_end;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_find_their_row() {
        let labels = |reference: &str| find(reference).map(|metric| metric.labels);
        assert_eq!(labels("latency_ms_p99"), Some(Labels::Group));
        assert_eq!(labels("latency_ms_p99@buy_now"), Some(Labels::Group));
        assert_eq!(labels("error_share"), Some(Labels::Group));
        assert_eq!(labels("error_share@pool_timeout"), Some(Labels::Error));
        assert_eq!(labels("error_count"), None);
        assert_eq!(labels("db_cores_busy_mean@x"), None);
        assert_eq!(labels("latency"), None);
    }

    #[test]
    fn every_row_of_the_table_is_produced() {
        let mut seen = Observations { seconds: 1.0, pool_size: 1, ..Observations::default() };
        seen.endpoints.push(("e".to_owned(), Group::default()));
        seen.stations.push(Default::default());
        seen.stations[0].name = "s".to_owned();
        (seen.bill, seen.target_met) = (Some(Default::default()), Some((1, 1)));
        let produced = rows(&seen);
        for metric in METRICS {
            assert!(
                produced.iter().any(|row| std::ptr::eq(row.metric, metric)),
                "{} is promised but never produced",
                metric.name
            );
        }
    }
}
