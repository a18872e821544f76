//! Knobs of Redis: where its servers stand, what they forget, and what their memory holds.

use crate::engine::distribution::Distribution;
use crate::marketplace::knobs::{Limit, Size, Span, Unit, choice, knobs};

choice! {
    /// Which servers there are.
    TopologyKind {
        /// One server.
        Single = "single",
        /// One primary with replicas: ElastiCache's cluster mode disabled.
        Replicas = "replicas",
        /// Several primaries that share the slots, each with its replicas.
        Cluster = "cluster",
    }
}

choice! {
    /// Who answers reads.
    ReadFrom {
        Primary = "primary",
        /// The replicas in turn, where the topology has any.
        Replicas = "replicas",
    }
}

choice! {
    /// Who has to go when the memory is full.
    MemoryPolicy {
        NoEviction = "noeviction",
        AllkeysLru = "allkeys-lru",
        AllkeysLfu = "allkeys-lfu",
        AllkeysRandom = "allkeys-random",
        VolatileLru = "volatile-lru",
        VolatileLfu = "volatile-lfu",
        VolatileRandom = "volatile-random",
        VolatileTtl = "volatile-ttl",
    }
}

knobs! {
    /// Redis.
    RedisKnobs {
        round_trip: Distribution = "0ms", "redis.round-trip", Unit::RandomTime, 0..=60_000,
            "network time of one command", "명령 하나의 네트워크 왕복 시간",
            "ours";
        command: Distribution = "0ms", "redis.command", Unit::RandomTime, 0..=60_000,
            "time of the server's one thread for a command", "명령 하나가 서버의 단일 스레드를 쓰는 시간",
            "ours; redis.io/docs benchmarks: 70,000 to 80,000 commands a second without pipelining are about 13us each";
        replication_delay: Span = "0ms", "redis.replication-delay", Unit::Duration, 0..=600_000,
            "how far the replica is behind; a failover loses what it has not got", "복제본이 뒤처진 시간. 장애 조치 때 이만큼의 쓰기를 잃는다",
            "ours";
        failover_every: Span = "0ms", "redis.failover-every", Unit::Duration, 0..=86_400_000,
            "how often the primary dies and its replica takes over; 0ms is never", "프라이머리가 죽고 복제본이 이어받는 간격. 0ms면 없음",
            "ours";
        failover_time: Span = "0ms", "redis.failover-time", Unit::Duration, 0..=3_600_000,
            "how long nobody answers after the primary has died", "프라이머리가 죽은 뒤 아무도 응답하지 않는 시간",
            "ours; Sentinel's down-after-milliseconds alone is 30 s by default";
        topology: TopologyKind = "single", "redis.topology", Unit::Choice(TopologyKind::WORDS), 0..=0,
            "which servers there are", "서버 구성",
            "Redis documentation, replication and cluster specification";
        replicas: u32 = "1", "redis.replicas", Unit::Count, 0..=5,
            "replicas of each primary, where the topology has any", "프라이머리마다 붙는 복제본 수(single에는 없음)",
            "ElastiCache: 0 to 5 a shard";
        shards: u32 = "3", "redis.shards", Unit::Count, 1..=500,
            "primaries of a cluster", "클러스터의 프라이머리 수",
            "Redis documentation: a cluster needs 3 at least; ElastiCache: 1 to 500";
        read_from: ReadFrom = "primary", "redis.read-from", Unit::Choice(ReadFrom::WORDS), 0..=0,
            "who answers reads", "읽기에 응답하는 서버",
            "Lettuce ReadFrom: upstream is the default";
        maxmemory: Size = "0B", "maxmemory", Unit::Size, 0..=1_099_511_627_776.0,
            "memory of each server for its keys; 0 is no limit", "서버마다 키를 담는 메모리. 0이면 제한 없음",
            "redis.conf, maxmemory";
        maxmemory_policy: MemoryPolicy = "noeviction", "maxmemory-policy", Unit::Choice(MemoryPolicy::WORDS), 0..=0,
            "who has to go when the memory is full", "메모리가 가득 찼을 때 내보낼 키를 고르는 방법",
            "redis.conf, maxmemory-policy (ElastiCache's parameter group: volatile-lru)";
        maxmemory_samples: Limit = "5", "maxmemory-samples", Unit::Limit, 1..=64,
            "keys that are drawn to find who goes; \"unlimited\" looks at all of them", "내보낼 키를 찾으려고 뽑아 보는 키 수. \"unlimited\"면 모든 키를 본다",
            "redis.conf, maxmemory-samples";
    }
}
