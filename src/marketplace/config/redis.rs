//! Knobs of Redis: where it stands, what it forgets, and what its memory holds.

use crate::engine::distribution::Distribution;
use crate::marketplace::knobs::{Span, Unit, knobs};

knobs! {
    /// Redis.
    RedisKnobs {
        round_trip: Distribution = "0ms", "redis.round-trip", Unit::RandomTime, 0..=60_000,
            "network time of one command", "명령 하나의 네트워크 왕복 시간",
            "ours";
        replication_delay: Span = "0ms", "redis.replication-delay", Unit::Duration, 0..=600_000,
            "how far the replica is behind; a failover loses what it has not got", "복제본이 뒤처진 시간. 장애 조치 때 이만큼의 쓰기를 잃는다",
            "ours";
        failover_every: Span = "0ms", "redis.failover-every", Unit::Duration, 0..=86_400_000,
            "how often the primary dies and its replica takes over; 0ms is never", "프라이머리가 죽고 복제본이 이어받는 간격. 0ms면 없음",
            "ours";
    }
}
