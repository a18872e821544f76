//! Knobs of replicas, of who reads where, and of failover.

use crate::engine::distribution::Distribution;
use crate::marketplace::knobs::{Limit, Span, Unit, choice, knobs};

choice! {
    /// What the binary log holds of a change.
    BinlogFormat {
        /// The changed rows.
        Row = "row",
        /// The statement, which the replica runs again.
        Statement = "statement",
    }
}

choice! {
    /// Where a reading transaction goes.
    Routing {
        Primary = "primary",
        Replica = "replica",
        /// Whoever has just written reads from the primary for a while.
        PinWriter = "pin-writer",
        /// Whoever has written waits on the replica until it has that write.
        WaitForPosition = "wait-for-position",
        /// The replica, as long as the last heartbeat on it is young enough.
        BoundedLag = "bounded-lag",
    }
}

choice! {
    /// Who replaces a primary that died.
    FailoverManager {
        /// Nobody: it is restarted.
        None = "none",
        /// A manager that watches it, levels the replicas and promotes the most advanced one.
        Mha = "mha",
        /// A synchronous standby without readers, as a managed service keeps it.
        Standby = "standby",
    }
}

knobs! {
    /// Replicas, and how the binary log reaches them.
    ReplicaKnobs {
        count: u32 = "0", "replica.count", Unit::Count, 0..=5,
            "replicas of the database", "DB 복제본 수",
            "ours";
        cores: Limit = "unlimited", "replica.cores", Unit::Limit, 1..=1024,
            "cores of each replica, shared by its readers and its appliers", "복제본마다 읽기와 적용 스레드가 나눠 쓰는 코어 수",
            "ours";
        delay: Distribution = "0ms", "replica.delay", Unit::RandomTime, 0..=600_000,
            "time from the primary's binary log to the replica's relay log", "프라이머리의 바이너리 로그에서 복제본의 릴레이 로그까지 걸리는 시간",
            "ours";
        workers: u32 = "4", "replica_parallel_workers", Unit::Count, 0..=1024,
            "appliers of a replica, which commit in the primary's order; 0 and 1 are one", "복제본의 적용 스레드 수. 커밋 순서는 프라이머리와 같다. 0과 1은 한 개",
            "MySQL manual, replica_parallel_workers (4 since 8.0.27)";
        apply_cpu: Distribution = "0ms", "replica.apply-cpu", Unit::RandomTime, 0..=60_000,
            "CPU of the replica for each changed row", "바뀐 행 하나를 적용하는 복제본의 CPU 시간",
            "ours";
        format: BinlogFormat = "row", "binlog_format", Unit::Choice(BinlogFormat::WORDS), 0..=0,
            "whether the replica gets the rows, or runs the statements again", "복제본이 바뀐 행을 받는지, 구문을 다시 실행하는지",
            "MySQL manual, binlog_format (row since 5.7.7)";
        semi_sync: bool = "false", "rpl_semi_sync_source_enabled", Unit::Flag, 0..=0,
            "a commit waits until a replica has received it, before anybody sees it (AFTER_SYNC)", "복제본 하나가 받을 때까지 커밋이 기다린다. 그 전에는 아무도 보지 못한다(AFTER_SYNC)",
            "MySQL manual, replication-semisync-interface";
        semi_sync_timeout: Span = "10000", "rpl_semi_sync_source_timeout", Unit::Milliseconds, 0..=86_400_000,
            "longest such wait; then commits are asynchronous until a replica has caught up", "그 대기의 한계. 지나면 복제본이 따라잡을 때까지 비동기로 커밋한다",
            "MySQL manual, rpl_semi_sync_source_timeout";
    }
}

knobs! {
    /// Where readers go.
    ReadKnobs {
        routing: Routing = "primary", "read.routing", Unit::Choice(Routing::WORDS), 0..=0,
            "which database a reading transaction is sent to", "읽기 트랜잭션을 보낼 DB",
            "ours";
        pin: Span = "2s", "read.pin", Unit::Duration, 0..=86_400_000,
            "pin-writer: how long a user reads from the primary after writing", "pin-writer: 사용자가 쓴 뒤 프라이머리에서 읽는 시간",
            "assumption";
        wait: Span = "1s", "read.wait", Unit::Duration, 0..=86_400_000,
            "wait-for-position: longest wait on the replica, then the primary is read", "wait-for-position: 복제본에서 기다리는 한계. 지나면 프라이머리에서 읽는다",
            "MySQL manual, WAIT_FOR_EXECUTED_GTID_SET: the timeout must be given, or it waits forever";
        tolerance: Span = "1s", "read.tolerance", Unit::Duration, 0..=86_400_000,
            "how stale a read may be, as agreed with the business; bounded-lag leaves the replica beyond it", "업무와 합의한, 읽기가 뒤처져도 되는 시간. bounded-lag는 이를 넘으면 복제본을 쓰지 않는다",
            "assumption";
        heartbeat: Span = "1s", "read.heartbeat", Unit::Duration, 1..=3_600_000,
            "bounded-lag: how often the primary writes the time that the lag is measured by", "bounded-lag: 지연을 재려고 프라이머리가 시각을 기록하는 간격",
            "assumption: a heartbeat table is written once a second";
    }
}

knobs! {
    /// Who takes over when the primary dies, and how long it takes.
    FailoverKnobs {
        manager: FailoverManager = "none", "failover.manager", Unit::Choice(FailoverManager::WORDS), 0..=0,
            "who replaces a primary that died: none restarts it after mysql.restart", "죽은 프라이머리를 누가 대신하는지. none이면 mysql.restart 뒤에 다시 뜬다",
            "ours";
        detection: Distribution = "0ms", "failover.detection", Unit::RandomTime, 0..=3_600_000,
            "time until the failure is believed", "장애로 판단하기까지의 시간",
            "MHA wiki: 9 to 12 s";
        power_off: Distribution = "0ms", "failover.power-off", Unit::RandomTime, 0..=3_600_000,
            "time to switch the old primary off against split brain; 0ms leaves it alone", "스플릿 브레인을 막으려고 옛 프라이머리의 전원을 끄는 시간. 0ms면 그대로 둔다",
            "MHA wiki: 7 to 10 s";
        promotion: Distribution = "0ms", "failover.promotion", Unit::RandomTime, 0..=3_600_000,
            "time to promote once the logs are level: addresses, roles", "로그를 맞춘 뒤 승격하는 시간(주소와 역할 변경)",
            "assumption; a managed standby takes 60 to 120 s in all (RDS Multi-AZ)";
        reconnect: Distribution = "0ms", "failover.reconnect", Unit::RandomTime, 0..=3_600_000,
            "time until an instance uses the new primary: DNS and pool", "인스턴스가 새 프라이머리를 쓰기까지의 시간(DNS와 풀)",
            "assumption";
        binlog_reachable: bool = "false", "failover.binlog-reachable", Unit::Flag, 0..=0,
            "whether the dead primary's binary log can still be read", "죽은 프라이머리의 바이너리 로그를 아직 읽을 수 있는지",
            "MHA wiki: the binary log of the dead primary is saved if it can be reached";
        standby_write: Distribution = "0ms", "failover.standby-write", Unit::RandomTime, 0..=60_000,
            "standby: what each commit waits for the synchronous copy", "standby: 동기 복사를 위해 커밋마다 더 기다리는 시간",
            "assumption: a write to another zone";
        cut_off: u32 = "0", "failover.cut-off-instances", Unit::Count, 0..=64,
            "partition: instances, the last ones, that stay on the old primary's side", "partition: 옛 프라이머리 쪽에 남는 인스턴스 수(뒤 번호부터)",
            "ours";
    }
}
