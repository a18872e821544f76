//! Knobs of the cache that the service keeps in Redis: who fills it, who clears it, who guards it.

use crate::engine::distribution::Distribution;
use crate::marketplace::knobs::{Share, Size, Span, Unit, choice, knobs};

choice! {
    /// Who fills the cache, and what a write does.
    CacheStrategy {
        /// There is no cache.
        None = "none",
        /// The service asks the cache, loads on a miss, stores; a write clears by `cache.on-write`.
        Aside = "aside",
        /// As aside, with the loading inside the cache's library: the same commands.
        ReadThrough = "read-through",
        /// A write stores the new value as well; the cache keeps the order of versions.
        WriteThrough = "write-through",
        /// A write goes to the database alone.
        WriteAround = "write-around",
        /// A write goes to the cache, and to the database a while later.
        WriteBehind = "write-behind",
    }
}

choice! {
    /// What a write does to the entry of its row.
    OnWrite {
        Delete = "delete",
        Update = "update",
        Nothing = "nothing",
    }
}

choice! {
    /// When it does so.
    WritePlace {
        BeforeCommit = "before-commit",
        AfterCommit = "after-commit",
    }
}

choice! {
    /// What keeps everybody from loading the same row at once.
    CacheGuard {
        None = "none",
        /// Within an instance one loads and the others wait for it.
        SingleFlight = "single-flight",
        /// One of all instances loads, under a lock in Redis; the others look again and again.
        RedisLock = "redis-lock",
        /// XFetch: some reader loads before the entry has expired.
        Early = "early",
    }
}

knobs! {
    /// The cache of bids.
    CacheKnobs {
        strategy: CacheStrategy = "none", "cache.strategy", Unit::Choice(CacheStrategy::WORDS), 0..=0,
            "who fills the cache of bids, and what a write does", "입찰 캐시를 누가 채우고 쓰기가 무엇을 하는지",
            "ElastiCache user guide, caching strategies";
        ttl: Span = "60s", "cache.ttl", Unit::Duration, 1..=86_400_000,
            "how long an entry lives", "캐시 항목의 수명",
            "assumption";
        ttl_jitter: Share = "0", "cache.ttl-jitter", Unit::Share, 0..=1,
            "share by which the life of each entry is drawn longer or shorter", "항목마다 수명을 이 비율까지 길거나 짧게 뽑는다",
            "ours";
        on_write: OnWrite = "delete", "cache.on-write", Unit::Choice(OnWrite::WORDS), 0..=0,
            "aside, read-through: what a write does to the entry", "aside, read-through: 쓰기가 항목에 하는 일",
            "ours";
        write_place: WritePlace = "after-commit", "cache.write-place", Unit::Choice(WritePlace::WORDS), 0..=0,
            "aside, read-through: when it does so", "aside, read-through: 그 일을 하는 시점",
            "ours";
        load_work: Distribution = "0ms", "cache.load-work", Unit::RandomTime, 0..=600_000,
            "application work between the load's commit and the storing; holds a connection only with open-in-view", "적재 커밋과 캐시 저장 사이의 애플리케이션 작업. open-in-view일 때만 커넥션을 쥐고 있다",
            "ours";
        entry_size: Size = "1KiB", "cache.entry-size", Unit::Size, 1..=1_073_741_824,
            "memory of an entry with its key", "키를 포함한 항목 하나의 메모리",
            "assumption";
        guard: CacheGuard = "none", "cache.guard", Unit::Choice(CacheGuard::WORDS), 0..=0,
            "what keeps everybody from loading the same row at once", "같은 행을 한꺼번에 적재하지 않게 막는 방법",
            "ours";
        lock_poll: Span = "10ms", "cache.lock-poll", Unit::Duration, 1..=60_000,
            "redis-lock: how often who waits looks again", "redis-lock: 기다리는 쪽이 다시 확인하는 간격",
            "ours";
        lock_wait: Span = "500ms", "cache.lock-wait", Unit::Duration, 0..=600_000,
            "redis-lock: longest wait, then the row is loaded without the lock", "redis-lock: 최대 대기. 넘으면 락 없이 적재한다",
            "ours";
        lock_lease: Span = "5s", "cache.lock-lease", Unit::Duration, 1..=600_000,
            "redis-lock: how long a lock lasts that nobody gives back", "redis-lock: 반납되지 않은 락의 수명",
            "ours";
        beta: Share = "1", "cache.beta", Unit::Share, 0..=100,
            "early: how eagerly; 1 is the optimum of the paper", "early: 얼마나 일찍 적재하려 드는지. 1이 논문의 최적값",
            "Vattani, Chierichetti, Lowenstein 2015 (XFetch)";
        flush_every: Span = "1s", "cache.flush-every", Unit::Duration, 1..=3_600_000,
            "write-behind: how often writes go on to the database", "write-behind: 쓰기를 DB로 내보내는 간격",
            "ours";
        cart_items: u32 = "5", "cache.cart-items", Unit::Count, 1..=100,
            "keys that view_cart asks for at once", "view_cart가 한 번에 읽는 키 수",
            "ours";
        hash_tags: bool = "false", "redis.hash-tags", Unit::Flag, 0..=0,
            "whether the keys of a cart are named cart:{user}:n, so that they share a slot", "장바구니 키를 cart:{user}:n으로 지어 한 슬롯에 둘지 여부",
            "Redis cluster specification, hash tags";
    }
}
