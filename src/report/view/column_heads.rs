//! What the columns of metrics and the rows of stages are called.

use crate::content::text::{Lang, Text, both};

/// The head of a metric's column: words, then unit and label.
pub(super) fn head(id: &str, lang: Lang) -> String {
    let (name, label) = match id.split_once('@') {
        Some((name, label)) => (name, Some(label)),
        None => (id, None),
    };
    let words = match name {
        "offered_per_s" => both!("offered /s", "들어온 요청 /s"),
        "completed_per_s" => both!("completed /s", "처리량 /s"),
        "latency_ms_mean" => both!("mean ms", "평균 ms"),
        "latency_ms_p50" => both!("p50 ms", "p50 ms"),
        "latency_ms_p90" => both!("p90 ms", "p90 ms"),
        "latency_ms_p95" => both!("p95 ms", "p95 ms"),
        "latency_ms_p99" => both!("p99 ms", "p99 ms"),
        "latency_ms_max" => both!("max ms", "최대 ms"),
        "recorded_latency_ms_p50" => both!("recorded p50 ms", "기록된 p50 ms"),
        "recorded_latency_ms_p99" => both!("recorded p99 ms", "기록된 p99 ms"),
        "error_share" => both!("errors", "오류"),
        "error_count" => both!("errors, count", "오류 수"),
        "wasted_share" => both!("wasted work", "헛일"),
        "inside_mean" => both!("requests inside", "처리 중인 요청"),
        "thread_busy_mean" => both!("threads busy", "바쁜 스레드"),
        "thread_queue_mean" => both!("wait for a thread", "스레드 대기 수"),
        "thread_wait_ms_p99" => both!("thread wait p99 ms", "스레드 대기 p99 ms"),
        "pool_wait_ms_mean" => both!("pool wait mean ms", "풀 대기 평균 ms"),
        "pool_wait_ms_p50" => both!("pool wait p50 ms", "풀 대기 p50 ms"),
        "pool_wait_ms_p99" => both!("pool wait p99 ms", "풀 대기 p99 ms"),
        "pool_hold_ms_mean" => both!("held, mean ms", "커넥션 점유 평균 ms"),
        "pool_busy_mean" => both!("connections busy", "사용 중 커넥션"),
        "pool_waiting_max" => both!("wait for a connection, most", "커넥션 대기 최대"),
        "pool_waiting_mean" => both!("wait for a connection", "커넥션 대기 수"),
        "app_cores_busy_mean" => both!("app cores busy", "바쁜 앱 코어"),
        "db_cores_busy_mean" => both!("db cores busy", "바쁜 DB 코어"),
        "station_wait_ms_mean" => both!("wait mean ms", "대기 평균 ms"),
        "station_wait_ms_p99" => both!("wait p99 ms", "대기 p99 ms"),
        "retries" => both!("retries", "재시도"),
        "attempts_mean" => both!("attempts", "시도 횟수"),
        "commits_per_s" => both!("commits /s", "커밋 /s"),
        "commit_ms_mean" => both!("commit mean ms", "커밋 평균 ms"),
        "commit_ms_p99" => both!("commit p99 ms", "커밋 p99 ms"),
        "commits_per_flush" => both!("commits a flush", "플러시당 커밋"),
        "redo_flushes_per_commit" => both!("flushes a commit", "커밋당 플러시"),
        "binlog_group_size" => both!("commits a binlog sync", "binlog 동기화당 커밋"),
        "unsynced_commits_mean" => both!("commits at risk", "위험한 커밋"),
        "lost_commits" => both!("commits lost", "잃은 커밋"),
        "deadlocks" => both!("deadlocks", "데드락"),
        "lock_waits" => both!("lock waits", "락 대기 횟수"),
        "lock_wait_ms_mean" => both!("lock wait mean ms", "락 대기 평균 ms"),
        "lock_wait_ms_p99" => both!("lock wait p99 ms", "락 대기 p99 ms"),
        "redis_lock_wait_ms_mean" => both!("Redis lock mean ms", "Redis 락 평균 ms"),
        "redis_lock_wait_ms_p99" => both!("Redis lock p99 ms", "Redis 락 p99 ms"),
        "buffer_pool_hit_share" => both!("pages in memory", "메모리 적중"),
        "disk_reads" => both!("disk reads", "디스크 읽기"),
        "db_cpu_ms_per_read" => both!("CPU a read ms", "읽기당 CPU ms"),
        "db_cpu_ms_per_write" => both!("CPU a write ms", "쓰기당 CPU ms"),
        "db_disk_ms_per_read" => both!("disk a read ms", "읽기당 디스크 ms"),
        "db_disk_ms_per_write" => both!("disk a write ms", "쓰기당 디스크 ms"),
        "db_lock_ms_per_write" => both!("lock wait a write ms", "쓰기당 락 대기 ms"),
        "orders_total" => both!("orders", "주문"),
        "lost_updates" => both!("lost updates", "잃은 갱신"),
        "oversold" => both!("oversold", "초과 판매"),
        "over_issued" => both!("over-issued", "초과 발급"),
        "double_issued" => both!("issued twice", "중복 발급"),
        "double_redeemed" => both!("redeemed twice", "중복 사용"),
        "double_holders" => both!("two holders", "보유자 둘"),
        "stale_writes" => both!("stale writes", "늦은 쓰기"),
        "broken_invariants" => both!("books broken", "안 맞는 장부"),
        "ok_count" => both!("succeeded", "성공"),
        "failed_latency_ms_p50" => both!("failed p50 ms", "실패 p50 ms"),
        "failed_latency_ms_p99" => both!("failed p99 ms", "실패 p99 ms"),
        other => head_of_copies(other),
    };
    let words = words.get(lang);
    match label {
        Some(label) => format!("{words} {label}"),
        None => words.to_owned(),
    }
}

/// Heads of what copies show: replicas, caches, pages.
fn head_of_copies(name: &str) -> Text {
    match name {
        "duplicated_rows" => both!("rows twice", "중복 행"),
        "skipped_rows" => both!("rows left out", "누락 행"),
        "rows_examined_per_page" => both!("rows read a page", "페이지당 읽은 행"),
        "duplicated_rows_per_turn" => both!("rows twice a turn", "넘길 때마다 중복 행"),
        "skipped_rows_per_turn" => both!("rows left out a turn", "넘길 때마다 누락 행"),
        "stale_read_share" => both!("stale reads", "낡은 읽기"),
        "stale_reads" => both!("stale reads", "낡은 읽기 수"),
        "intolerable_share" => both!("too stale", "허용치 초과"),
        "author_stale_share" => both!("author misses it", "작성자가 못 봄"),
        "own_writes_missing" => both!("own writes missing", "자기 글 못 봄"),
        "backward_read_share" => both!("back in time", "과거로 읽기"),
        "backward_reads" => both!("reads back in time", "과거로 읽기 수"),
        "staleness_ms_mean" => both!("staleness mean ms", "낡음 평균 ms"),
        "staleness_ms_p50" => both!("staleness p50 ms", "낡음 p50 ms"),
        "staleness_ms_p99" => both!("staleness p99 ms", "낡음 p99 ms"),
        "staleness_ms_max" => both!("staleness max ms", "낡음 최대 ms"),
        "replica_lag_ms_mean" => both!("lag mean ms", "복제 지연 평균 ms"),
        "replica_lag_ms_p50" => both!("lag p50 ms", "복제 지연 p50 ms"),
        "replica_lag_ms_p95" => both!("lag p95 ms", "복제 지연 p95 ms"),
        "replica_lag_ms_p99" => both!("lag p99 ms", "복제 지연 p99 ms"),
        "replica_lag_ms_max" => both!("lag max ms", "복제 지연 최대 ms"),
        "replica_cores_busy_mean" => both!("replica cores busy", "바쁜 복제본 코어"),
        "position_wait_ms_mean" => both!("position wait ms", "위치 대기 ms"),
        "position_wait_ms_p99" => both!("position wait p99 ms", "위치 대기 p99 ms"),
        "position_timeouts" => both!("waits given up", "포기한 대기"),
        "unavailable_s" => both!("unavailable s", "중단 시간 s"),
        "split_brain_writes" => both!("split-brain writes", "스플릿 브레인 쓰기"),
        "cache_hit_share" => both!("hits", "적중률"),
        "cache_misses" => both!("misses", "미스"),
        "cache_loads" => both!("loads", "적재"),
        "cache_renewals" => both!("renewals", "갱신"),
        "cache_loads_per_expiry_mean" => both!("loads per expiry", "만료당 적재"),
        "cache_loads_per_expiry_max" => both!("most loads", "최다 적재"),
        "cache_evictions" => both!("evictions", "축출"),
        "cache_lost_writes" => both!("lost writes", "잃은 쓰기"),
        "redis_ops_per_s" => both!("Redis ops/s", "Redis 명령/s"),
        "redis_busy_mean" => both!("busiest Redis", "가장 바쁜 Redis"),
        "redis_moved" => both!("MOVED", "MOVED"),
        other => of_events(other),
    }
}

/// Of messages, and of models that are only read.
fn of_events(name: &str) -> Text {
    match name {
        "lost_events" => both!("lost events", "유실 이벤트"),
        "duplicated_events" => both!("duplicated", "중복 이벤트"),
        "phantom_events" => both!("phantoms", "유령 이벤트"),
        "event_lag_ms_mean" => both!("event lag mean ms", "이벤트 지연 평균 ms"),
        "event_lag_ms_p50" => both!("event lag p50 ms", "이벤트 지연 p50 ms"),
        "event_lag_ms_p99" => both!("event lag p99 ms", "이벤트 지연 p99 ms"),
        "dead_letters" => both!("dead letters", "데드 레터"),
        "consumer_lag_mean" => both!("consumer lag", "컨슈머 랙"),
        "read_store_cores_busy_mean" => both!("read store busy", "조회 저장소 코어"),
        "work_per_change_ms" => both!("work per change ms", "변경당 작업 ms"),
        other => of_the_fleet(other),
    }
}

/// Of instances that come and go.
fn of_the_fleet(name: &str) -> Text {
    match name {
        "ready_instances" => both!("ready instances", "준비된 인스턴스"),
        "instances_mean" => both!("instances, mean", "인스턴스 평균"),
        "instances_max" => both!("instances, most", "인스턴스 최대"),
        "ready_instances_min" => both!("ready, fewest", "준비된 인스턴스 최소"),
        "pending_instances_max" => both!("Pending, most", "Pending 최대"),
        "instance_hours" => both!("instance hours", "인스턴스 시간"),
        "failed_starts" => both!("failed starts", "시작 실패"),
        "scale_outs" => both!("scale-outs", "스케일 아웃"),
        "scale_ins" => both!("scale-ins", "스케일 인"),
        "scale_out_s" => both!("until they are there, s", "갖추기까지 s"),
        "db_connections_max" => both!("db connections, most", "DB 커넥션 최대"),
        "deploy_s" => both!("deployment took, s", "배포 시간 s"),
        "mixed_versions_s" => both!("both versions, s", "두 버전 공존 s"),
        "rolled_back_share" => both!("rolled back", "롤백"),
        other => of_tests_and_dashboards(other),
    }
}

/// Of load tests, bills and dashboards; other metrics by their names.
fn of_tests_and_dashboards(name: &str) -> Text {
    match name {
        "cost_per_month" => both!("cost a month", "월 비용"),
        "cost_per_1000_requests" => both!("cost per 1,000", "1,000건당 비용"),
        "target_met_share" => both!("target met", "목표 만족"),
        "broke_at_per_s" => both!("broke at /s", "무너진 부하 /s"),
        "dashboard_pool_waiting_max" => both!("the same, as read", "읽힌 대기 최대"),
        "dashboard_latency_ms_p95_merged" => both!("p95 of all buckets ms", "버킷을 합친 p95 ms"),
        "dashboard_latency_ms_p95_averaged" => both!("average of p95 ms", "p95의 평균 ms"),
        "dashboard_error_share" => both!("errors as read", "읽힌 오류"),
        "server_latency_ms_p95" => both!("service's own p95 ms", "서비스가 잰 p95 ms"),
        other => Text::same(other),
    }
}

/// The words of a stage's JSON key.
pub(super) fn stage(key: &str) -> Text {
    match key {
        "connect_ms" => both!("connecting", "연결"),
        "thread_queue_ms" => both!("thread queue", "스레드 대기"),
        "app_cpu_ms" => both!("application", "애플리케이션"),
        "pool_wait_ms" => both!("pool wait", "풀 대기"),
        "database_ms" => both!("database", "데이터베이스"),
        "remote_ms" => both!("remote calls", "외부 호출"),
        "station_ms" => both!("station", "스테이션"),
        "lock_wait_ms" => both!("row lock wait", "행 락 대기"),
        "redis_lock_ms" => both!("Redis lock", "Redis 락"),
        "retry_ms" => both!("between attempts", "재시도 대기"),
        "redis_ms" => both!("cache", "캐시"),
        other => Text::same(other),
    }
}
