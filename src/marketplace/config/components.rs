//! The knobs of every component, each declared once.

use crate::engine::distribution::Distribution;
use crate::marketplace::journey::Journey;
use crate::marketplace::knobs::{Limit, Mix, Rate, Share, Size, Span, Stages, Unit, choice, knobs};
use crate::marketplace::redis::terms::{Acquisition, Lease};

choice! {
    /// When a transaction borrows its connection.
    Acquire {
        /// At begin, as `DataSourceTransactionManager` does.
        Begin = "begin",
        /// At the first statement, as with `LazyConnectionDataSourceProxy`.
        FirstStatement = "first-statement",
    }
}

choice! {
    /// Where a service calls another one.
    CallPlace {
        None = "none",
        BeforeTransaction = "before-transaction",
        /// Inside the transaction, before its first statement.
        TransactionStart = "transaction-start",
        InsideTransaction = "inside-transaction",
        AfterCommit = "after-commit",
    }
}

choice! {
    /// How an audit row is written.
    Audit {
        None = "none",
        SameTransaction = "same-transaction",
        /// In a transaction of its own while the outer one is suspended: a second connection.
        RequiresNew = "requires-new",
    }
}

choice! {
    /// What keeps two buyers of one bid apart.
    BidStrategy {
        /// Read, compute, write back.
        None = "none",
        /// `update ... set stock = stock - 1 where stock >= 1`.
        AtomicUpdate = "atomic-update",
        /// `select ... for share`, then update.
        Share = "share",
        /// `select ... for update`, then update.
        ForUpdate = "for-update",
        /// The order first, whose foreign key shares the bid's row, then the atomic update.
        InsertFirst = "insert-first",
        /// Update where the version is still the one that was read.
        Optimistic = "optimistic",
        /// A lock in Redis around read, compute, write back.
        RedisLock = "redis-lock",
    }
}

choice! {
    /// In which order an order of several bids takes them.
    LockOrder {
        AsPicked = "as-picked",
        Ascending = "ascending",
    }
}

choice! {
    /// Where a failed attempt is repeated.
    RetryPlace {
        /// Around the transaction: each attempt has its own.
        Outside = "outside",
        /// Inside it: the connection is kept while waiting.
        Inside = "inside",
    }
}

choice! {
    /// Where a distributed lock is taken.
    LockPlace {
        BeforeTransaction = "before-transaction",
        /// Given back before the commit.
        InsideTransaction = "inside-transaction",
    }
}

choice! {
    /// Why the holder of a lock stands still.
    PauseKind {
        /// The whole process stops, and with it the renewal of its locks.
        Gc = "gc",
        /// One slow call; the process goes on.
        SlowCall = "slow-call",
    }
}

choice! {
    /// How a coupon is issued.
    CouponStrategy {
        /// Read how many are issued, compare, insert.
        CheckThenInsert = "check-then-insert",
        /// `update coupons set issued = issued + 1 where issued < total`.
        ConditionalUpdate = "conditional-update",
        /// A counter in Redis lets in as many as there are coupons, each user once.
        RedisGate = "redis-gate",
        /// One consumer issues them, one after the other.
        Queue = "queue",
    }
}

choice! {
    /// How a coupon is redeemed.
    RedeemStrategy {
        /// Read whether it was redeemed, then write.
        CheckThenUpdate = "check-then-update",
        /// `update ... set redeemed = 1 where redeemed = 0`.
        ConditionalUpdate = "conditional-update",
    }
}

choice! {
    /// What a consistent read sees, and what a locking read locks.
    Isolation {
        ReadCommitted = "read-committed",
        RepeatableRead = "repeatable-read",
        Serializable = "serializable",
    }
}

choice! {
    /// What a crash takes with it.
    Crash {
        /// The server process: what was handed to the operating system survives.
        Process = "process",
        /// The machine: only what is on the disk survives.
        Power = "power",
        /// The network: the server lives on, cut off with the last
        /// `failover.cut-off-instances` instances.
        Partition = "partition",
    }
}

choice! {
    /// A fault planted to prove that a checker finds it.
    #[derive(Default)]
    Fault {
        #[default]
        None = "none",
        /// Locks on bids are granted without being taken.
        SkipRowLock = "skip-row-lock",
        /// Every tenth order is not stored.
        DropOrder = "drop-order",
        IgnoreUniqueKey = "ignore-unique-key",
        /// Redis grants a lock that is held.
        DoubleGrant = "double-grant",
        /// Tokens are not compared.
        IgnoreFence = "ignore-fence",
        /// The broker forgets every tenth message.
        DropMessage = "drop-message",
        /// Consumers do not remember what they have handled.
        ForgetHandled = "forget-handled",
        /// The outbox's relay sends rows that are not committed yet.
        RelayUncommitted = "relay-uncommitted",
        /// A walk by key goes on one row too far down.
        CursorTooLow = "cursor-too-low",
        /// A walk by key goes on with the last row that it has shown.
        CursorTooHigh = "cursor-too-high",
    }
}

choice! {
    /// What makes requests arrive.
    LoadKind {
        /// Arrivals do not wait for answers.
        Open = "open",
        /// Users send, wait for the answer, think, and send again.
        Closed = "closed",
    }
}

choice! {
    /// The pattern of open arrivals.
    Arrivals {
        Poisson = "poisson",
        Constant = "constant",
    }
}

choice! {
    /// How waiting jobs are served.
    Order {
        Fifo = "fifo",
        /// All at once, sharing the servers.
        Sharing = "ps",
    }
}

choice! {
    /// Which idle connection a client uses again.
    Reuse {
        Lifo = "lifo",
        Fifo = "fifo",
    }
}

knobs! {
    /// Tomcat's connector and executor.
    TomcatKnobs {
        threads_max: Limit = "200", "server.tomcat.threads.max", Unit::Limit, 1..=1_000_000,
            "worker threads; a request keeps one from start to answer", "작업 스레드 수. 요청은 시작부터 응답까지 하나를 점유한다",
            "Spring Boot TomcatServerProperties.java; Tomcat 10.1.33 AbstractEndpoint.java:767";
        threads_min_spare: u32 = "10", "server.tomcat.threads.min-spare", Unit::Count, 0..=1_000_000,
            "threads that exist from the start", "처음부터 만들어 두는 스레드 수",
            "Spring Boot TomcatServerProperties.java; Tomcat 10.1.33 AbstractEndpoint.java:794";
        thread_creation: Distribution = "0ms", "tomcat.thread-creation", Unit::RandomTime, 0..=60_000,
            "time to start a thread beyond min-spare", "min-spare를 넘는 스레드를 만드는 시간",
            "ours; not measured, so zero";
        max_connections: Limit = "8192", "server.tomcat.max-connections", Unit::Limit, 1..=1_000_000,
            "open sockets; idle keep-alive connections count", "열린 소켓 수. 놀고 있는 keep-alive 연결도 센다",
            "Spring Boot TomcatServerProperties.java:120; Tomcat http.xml";
        accept_count: u32 = "100", "server.tomcat.accept-count", Unit::Count, 0..=65_535,
            "accept backlog of the operating system once max-connections is full", "max-connections가 찬 뒤 운영체제가 쌓아 두는 연결 수(백로그)",
            "Spring Boot TomcatServerProperties.java:126; Tomcat http.xml";
        queue_max: Limit = "2147483647", "server.tomcat.threads.max-queue-capacity", Unit::Limit, 0..=2_147_483_647,
            "requests that wait for a thread; more are rejected", "스레드를 기다릴 수 있는 요청 수. 넘치면 거절된다",
            "Spring Boot TomcatServerProperties.java (since 3.3.0)";
        keep_alive_requests: Limit = "100", "server.tomcat.max-keep-alive-requests", Unit::Limit, 1..=1_000_000_000,
            "requests on one connection before it is closed", "연결 하나로 처리하는 최대 요청 수",
            "Tomcat http.xml (maxKeepAliveRequests)";
        virtual_threads: bool = "false", "spring.threads.virtual.enabled", Unit::Flag, 0..=0,
            "a virtual thread per request: the thread limits no longer apply", "요청마다 가상 스레드를 쓴다. 스레드 수 제한이 없어진다",
            "Spring Boot spring-application.adoc (3.2 and later, Java 21)";
    }
}

knobs! {
    /// The connection pool of each instance.
    HikariKnobs {
        pool_max: u32 = "10", "spring.datasource.hikari.maximum-pool-size", Unit::Count, 1..=100_000,
            "connections of each instance's pool", "인스턴스마다 갖는 커넥션 풀의 크기",
            "HikariCP 6.0.1 HikariConfig.java:52";
        minimum_idle: Limit = "unlimited", "spring.datasource.hikari.minimum-idle", Unit::Limit, 0..=100_000,
            "connections opened at the start; unlimited means as many as the maximum", "처음에 열어 두는 커넥션 수. unlimited는 최대 크기와 같다는 뜻",
            "HikariCP README (minimumIdle: same as maximumPoolSize)";
        timeout: Span = "30000", "spring.datasource.hikari.connection-timeout", Unit::Milliseconds, 250..=86_400_000,
            "longest wait for a connection", "커넥션을 기다리는 최대 시간",
            "HikariCP 6.0.1 HikariConfig.java:53,189-200 (below 250 ms is refused)";
        creation: Distribution = "0ms", "hikari.connection-creation", Unit::RandomTime, 0..=60_000,
            "time to open a connection to the database", "DB 커넥션 하나를 여는 시간",
            "ours; not measured, so zero";
        wake_up: Distribution = "0ms", "hikari.wake-up", Unit::RandomTime, 0..=60_000,
            "time from the hand-off of a connection to the moment the woken thread runs; newcomers may take it meanwhile",
            "커넥션을 넘겨받은 스레드가 깨어나 실행되기까지의 시간. 그 사이 새로 온 스레드가 가로챌 수 있다",
            "calibrated: lab E10 squeue_busy0 (see the marketplace base); zero is a fair queue";
    }
}

knobs! {
    /// Spring's side of a transaction.
    SpringKnobs {
        open_in_view: bool = "true", "spring.jpa.open-in-view", Unit::Flag, 0..=0,
            "keeps the connection of a built-in endpoint until the response is written", "내장 엔드포인트가 응답을 다 쓸 때까지 커넥션을 놓지 않는다",
            "Spring Boot JpaBaseConfiguration.java:248-264";
        acquire: Acquire = "begin", "spring.connection-acquire", Unit::Choice(Acquire::WORDS), 0..=0,
            "whether a transaction borrows its connection at begin or at its first statement", "트랜잭션이 커넥션을 시작할 때 빌리는지 첫 구문에서 빌리는지",
            "Spring Framework DataSourceTransactionManager.java:270; LazyConnectionDataSourceProxy";
        self_invocation: bool = "false", "spring.self-invocation", Unit::Flag, 0..=0,
            "transactional methods are called through `this`: no proxy, no transaction, every statement commits alone", "트랜잭션 메서드를 this로 호출한다. 프록시를 거치지 않아 트랜잭션이 없고 구문마다 따로 커밋된다",
            "Spring Framework annotations.adoc:219-227";
    }
}

knobs! {
    /// The database.
    MysqlKnobs {
        max_connections: u32 = "151", "max_connections", Unit::Count, 1..=100_000,
            "connections that the database accepts from all instances together", "모든 인스턴스를 합쳐 DB가 받아 주는 커넥션 수",
            "MySQL 8.0 manual, server system variables";
        cores: Limit = "unlimited", "mysql.cores", Unit::Limit, 1..=1024,
            "cores of the database, shared by its running statements", "실행 중인 구문이 나눠 쓰는 DB 코어 수",
            "ours";
        contention: Share = "0%", "mysql.contention", Unit::Share, 0..=0.5,
            "share of the capacity lost when far more statements than cores are active", "코어보다 훨씬 많은 구문이 동시에 실행될 때 잃는 처리 능력의 비중",
            "calibrated: lab E9 closed_bench, 2 to 128 connections: loss -1.3 % [-2.7, 0.2] over 7 comparisons with 2 connections, which includes zero";
        round_trip: Distribution = "0ms", "mysql.round-trip", Unit::RandomTime, 0..=60_000,
            "network time of one statement", "구문 하나의 네트워크 왕복 시간",
            "ours";
        commit: Distribution = "0ms", "mysql.commit", Unit::RandomTime, 0..=60_000,
            "time of a commit of writes besides its flushes", "쓰기 커밋에서 플러시를 뺀 시간",
            "ours";
        isolation: Isolation = "repeatable-read", "mysql.isolation", Unit::Choice(Isolation::WORDS), 0..=0,
            "transaction isolation level", "트랜잭션 격리 수준",
            "MySQL 8.0 manual, transaction_isolation";
        lock_wait_timeout: Span = "50", "innodb_lock_wait_timeout", Unit::Seconds, 1_000..=1_073_741_824_000.0,
            "longest wait for a row lock, then error 1205", "행 락을 기다리는 최대 시간. 넘으면 1205 오류",
            "MySQL 8.0 manual, innodb_lock_wait_timeout";
        deadlock_detect: bool = "true", "innodb_deadlock_detect", Unit::Flag, 0..=0,
            "whether a cycle of waits is found at once; if not, the timeout ends it", "대기 순환을 바로 찾을지 여부. 끄면 타임아웃까지 기다린다",
            "MySQL 8.0 manual, innodb_deadlock_detect";
        flush_log: u32 = "1", "innodb_flush_log_at_trx_commit", Unit::Count, 0..=2,
            "redo log at commit: 1 written and flushed, 2 written, 0 neither; otherwise once a second", "커밋 때의 리두 로그. 1은 기록+플러시, 2는 기록만, 0은 아무것도 안 함(1초마다 처리)",
            "MySQL 8.0 manual, innodb_flush_log_at_trx_commit";
        sync_binlog: u32 = "1", "sync_binlog", Unit::Count, 0..=1_000_000,
            "binary log is synchronised every so many commit groups; 0 leaves it to the operating system", "바이너리 로그를 몇 번의 커밋 그룹마다 동기화할지. 0은 운영체제에 맡긴다",
            "MySQL 8.0 manual, sync_binlog (1 since 5.7.7)";
        log_bin: bool = "true", "log_bin", Unit::Flag, 0..=0,
            "whether commits go to the binary log", "커밋을 바이너리 로그에 남길지 여부",
            "MySQL 8.0 manual, log_bin";
        redo_write: Distribution = "0ms", "mysql.redo-write", Unit::RandomTime, 0..=60_000,
            "time to write a group of commits to the redo log", "커밋 그룹을 리두 로그에 기록하는 시간",
            "ours; lab E8 flush2 against buffered flush2, one connection";
        redo_flush: Distribution = "0ms", "mysql.redo-flush", Unit::RandomTime, 0..=60_000,
            "time to bring the redo log to the disk", "리두 로그를 디스크에 내리는 시간",
            "ours; lab E8 flush1 against flush2, one connection";
        binlog_sync: Distribution = "0ms", "mysql.binlog-sync", Unit::RandomTime, 0..=60_000,
            "time to bring the binary log to the disk", "바이너리 로그를 디스크에 내리는 시간",
            "ours; lab E8 syncbinlog1 against syncbinlog0, one connection";
        write_cpu: Distribution = "0ms", "mysql.write-cpu", Unit::RandomTime, 0..=60_000,
            "CPU of a changed row beyond finding it: undo, redo, indexes, binary log", "행을 찾은 뒤 바꾸는 데 드는 CPU(언두, 리두, 인덱스, 바이너리 로그)",
            "ours; lab E8 update against select, one connection";
        lock_wait_cpu: Distribution = "0ms", "mysql.lock-wait-cpu", Unit::RandomTime, 0..=60_000,
            "CPU that each wait for a row lock burns, beside the waiting itself", "행 락을 한 번 기다릴 때마다 대기와 별도로 태우는 CPU",
            "ours; lab E9 closed_wtx_pool128 against closed_wtx1m_pool128";
        buffer_pool: Size = "128MiB", "innodb_buffer_pool_size", Unit::Size, 5_242_880..=1_099_511_627_776.0,
            "memory for pages; matters where mysql.disk-read is set", "페이지를 담는 메모리. mysql.disk-read를 정했을 때만 의미가 있다",
            "MySQL 8.0 manual, innodb_buffer_pool_size";
        rows_per_page: u32 = "100", "mysql.rows-per-page", Unit::Count, 1..=10_000,
            "rows on a page of 16 KiB", "16KiB 페이지 하나에 들어가는 행 수",
            "assumption: 160 bytes a row";
        disk_read: Distribution = "0ms", "mysql.disk-read", Unit::RandomTime, 0..=60_000,
            "time to read a page that is not in memory; 0ms keeps all in memory", "메모리에 없는 페이지를 읽는 시간. 0ms면 모두 메모리에 있다",
            "ours";
        disk_write: Distribution = "0ms", "mysql.disk-write", Unit::RandomTime, 0..=60_000,
            "time to write a changed page that must make room", "자리를 비우려고 바뀐 페이지를 내려쓰는 시간",
            "ours";
        crash: Crash = "power", "mysql.crash", Unit::Choice(Crash::WORDS), 0..=0,
            "what a crash that is scheduled takes with it", "예약한 장애가 무엇을 앗아 가는지",
            "MySQL 8.0 manual, innodb_flush_log_at_trx_commit";
        restart: Span = "5s", "mysql.restart", Unit::Duration, 0..=3_600_000,
            "time from a crash to the first statement afterwards", "장애 뒤 다시 구문을 받기까지의 시간",
            "assumption";
        speed: Share = "100%", "mysql.speed", Unit::Share, 0..=10,
            "speed of the database's cores; can change during a run", "DB 코어의 속도. 실행 중에도 바꿀 수 있다",
            "ours";
    }
}

knobs! {
    /// What the built-in endpoints cost. Not measured: examples of a small service with an ORM,
    /// stated here so that they can be questioned and changed.
    EndpointKnobs {
        app_cpu: Distribution = "0ms", "endpoints.app-cpu", Unit::RandomTime, 0..=60_000,
            "application CPU of a request before its transaction", "트랜잭션 앞에서 쓰는 애플리케이션 CPU 시간",
            "assumption";
        render: Distribution = "0ms", "endpoints.render", Unit::RandomTime, 0..=60_000,
            "time to write the response after the commit, connection held only with open-in-view", "커밋 후 응답을 만드는 시간. open-in-view일 때만 커넥션을 쥐고 있다",
            "assumption";
        short_cpu: Distribution = "0ms", "endpoints.short-statement-cpu", Unit::RandomTime, 0..=60_000,
            "database CPU of a look-up or a write of one row", "한 행을 조회하거나 쓰는 구문의 DB CPU 시간",
            "assumption";
        list_cpu: Distribution = "0ms", "endpoints.list-statement-cpu", Unit::RandomTime, 0..=60_000,
            "database CPU of the statement that lists products", "상품 목록 구문의 DB CPU 시간",
            "assumption";
        call: CallPlace = "none", "order.external-call.place", Unit::Choice(CallPlace::WORDS), 0..=0,
            "where place_bid calls another service", "place_bid가 외부 서비스를 호출하는 위치",
            "ours";
        call_time: Distribution = "0ms", "order.external-call.time", Unit::RandomTime, 0..=600_000,
            "how long that call takes", "그 호출에 걸리는 시간",
            "assumption";
        audit: Audit = "none", "order.audit", Unit::Choice(Audit::WORDS), 0..=0,
            "how place_bid writes its audit row", "place_bid가 감사 로그 행을 쓰는 방법",
            "Spring Framework tx-propagation.adoc:64-70 (REQUIRES_NEW)";
    }
}

knobs! {
    /// Buying: what keeps the stock of a bid right, and what is done when it fails.
    BidKnobs {
        strategy: BidStrategy = "for-update", "bid.strategy", Unit::Choice(BidStrategy::WORDS), 0..=0,
            "what keeps two buyers of one bid apart", "같은 입찰을 사는 두 구매자를 무엇으로 막는지",
            "ours";
        work: Distribution = "0ms", "bid.work", Unit::RandomTime, 0..=600_000,
            "application work between reading and writing the stock", "재고를 읽고 쓰는 사이의 애플리케이션 작업 시간",
            "assumption";
        items: u32 = "1", "bid.items", Unit::Count, 1..=8,
            "bids in one order", "주문 하나에 담긴 입찰 수",
            "ours";
        lock_order: LockOrder = "ascending", "bid.lock-order", Unit::Choice(LockOrder::WORDS), 0..=0,
            "in which order they are taken", "입찰을 잠그는 순서",
            "ours";
        retry_max: u32 = "0", "bid.retry.max", Unit::Count, 0..=1_000,
            "attempts after the first that failed by a version conflict or a deadlock", "버전 충돌이나 데드락으로 실패한 뒤의 추가 시도 횟수",
            "Spring Framework resilience.adoc:27-37 counts retries, spring-retry counts attempts";
        retry_backoff: Distribution = "0ms", "bid.retry.backoff", Unit::RandomTime, 0..=600_000,
            "wait before the second attempt", "두 번째 시도 전의 대기 시간",
            "ours";
        retry_multiplier: Share = "1", "bid.retry.multiplier", Unit::Share, 1..=10,
            "by how much each wait is longer than the one before", "대기 시간이 시도할 때마다 늘어나는 배수",
            "ours";
        retry_jitter: bool = "false", "bid.retry.jitter", Unit::Flag, 0..=0,
            "full jitter: each wait is drawn between nothing and its length", "풀 지터. 대기 시간을 0과 정한 길이 사이에서 뽑는다",
            "ours";
        retry_place: RetryPlace = "outside", "bid.retry.place", Unit::Choice(RetryPlace::WORDS), 0..=0,
            "whether an attempt is repeated around the transaction or inside it", "재시도를 트랜잭션 밖에서 하는지 안에서 하는지",
            "ours";
        retry_executor: u32 = "0", "bid.retry.executor", Unit::Count, 0..=10_000,
            "threads of an executor of its own for retries; 0 retries on the request's thread", "재시도 전용 실행기의 스레드 수. 0이면 요청 스레드에서 재시도한다",
            "ours";
        retry_queue: Limit = "unlimited", "bid.retry.queue", Unit::Limit, 0..=1_000_000_000,
            "retries that may wait for that executor; more fail with `retry_rejected`", "그 실행기를 기다릴 수 있는 재시도 수. 넘치면 retry_rejected로 실패한다",
            "ours";
        lock_acquire: Acquisition = "pubsub", "bid.lock.acquire", Unit::Acquisition, 0..=60_000,
            "how a lock in Redis is waited for: \"poll 10ms\", or \"pubsub\" as Redisson does", "Redis 락을 기다리는 방법. \"poll 10ms\" 또는 Redisson처럼 \"pubsub\"",
            "Redisson RedissonLock.java:60-330";
        lock_wait: Span = "2s", "bid.lock.wait", Unit::Duration, 0..=86_400_000,
            "longest wait for the lock, then `redis_lock_timeout`", "락을 기다리는 최대 시간. 넘으면 redis_lock_timeout",
            "ours";
        lock_lease: Lease = "watchdog", "bid.lock.lease", Unit::Lease, 1..=86_400_000,
            "how long a lock lasts, or \"watchdog\": 30 s, renewed every 10 s", "락의 임대 시간 또는 \"watchdog\"(30초, 10초마다 갱신)",
            "Redisson Config.java:81,645-656";
        lock_place: LockPlace = "before-transaction", "bid.lock.place", Unit::Choice(LockPlace::WORDS), 0..=0,
            "whether the lock is taken around the transaction or inside it", "락을 트랜잭션 밖에서 잡는지 안에서 잡는지",
            "ours";
        lock_fencing: bool = "false", "bid.lock.fencing", Unit::Flag, 0..=0,
            "whether the row refuses writes with an older token than it has seen", "행이 이미 본 것보다 오래된 토큰의 쓰기를 거절하는지 여부",
            "Kleppmann 2016, How to do distributed locking";
        pause_time: Distribution = "0ms", "bid.pause.time", Unit::RandomTime, 0..=3_600_000,
            "how long a buyer stands still between reading and writing", "읽기와 쓰기 사이에 구매 처리가 멈춰 있는 시간",
            "assumption";
        pause_share: Share = "0%", "bid.pause.share", Unit::Share, 0..=1,
            "share of the buyers that do", "멈추는 구매 처리의 비율",
            "assumption";
        pause_kind: PauseKind = "slow-call", "bid.pause.kind", Unit::Choice(PauseKind::WORDS), 0..=0,
            "whether the renewal of the lock stops as well", "멈추는 동안 락 갱신도 멈추는지",
            "ours";
    }
}

knobs! {
    /// Coupons.
    CouponKnobs {
        strategy: CouponStrategy = "conditional-update", "coupon.strategy", Unit::Choice(CouponStrategy::WORDS), 0..=0,
            "how a coupon is issued", "쿠폰을 발급하는 방법",
            "ours";
        unique_key: bool = "true", "coupon.unique-key", Unit::Flag, 0..=0,
            "whether coupon and user together are a unique key", "쿠폰과 사용자를 유니크 키로 묶는지 여부",
            "ours";
        redeem: RedeemStrategy = "conditional-update", "coupon.redeem", Unit::Choice(RedeemStrategy::WORDS), 0..=0,
            "how a coupon is redeemed", "쿠폰을 사용 처리하는 방법",
            "ours";
        work: Distribution = "0ms", "coupon.work", Unit::RandomTime, 0..=600_000,
            "application work between checking and writing", "확인과 쓰기 사이의 애플리케이션 작업 시간",
            "assumption";
    }
}

knobs! {
    /// What the marketplace's tables hold at the start.
    DataKnobs {
        bids: Limit = "unlimited", "data.bids.rows", Unit::Limit, 0..=2_000_000_000,
            "bids at the start; unlimited: as many as anybody asks for", "처음에 있는 입찰 수. unlimited는 누가 찾든 있다는 뜻",
            "ours";
        stock: u32 = "1000000", "data.bids.stock", Unit::Count, 0..=2_000_000_000,
            "units of each bid", "입찰마다의 재고 수",
            "ours";
        coupons: u32 = "1000000", "data.coupons.total", Unit::Count, 0..=2_000_000_000,
            "coupons of each kind", "쿠폰 종류마다의 총 수량",
            "ours";
        users: u32 = "100000", "data.users", Unit::Count, 1..=1_000_000_000,
            "users; each request is of one of them, picked at random", "사용자 수. 요청마다 무작위로 한 명이 보낸다",
            "ours";
    }
}

knobs! {
    /// One load: `load.<name>.*`.
    LoadKnobs {
        kind: LoadKind = "open", "kind", Unit::Choice(LoadKind::WORDS), 0..=0,
            "open: arrivals do not wait for answers; closed: users do", "open: 응답과 무관하게 도착. closed: 사용자가 응답을 기다린다",
            "Schroeder, Wierman, Harchol-Balter 2006";
        arrivals: Arrivals = "poisson", "arrivals", Unit::Choice(Arrivals::WORDS), 0..=0,
            "pattern of open arrivals", "open 부하의 도착 패턴",
            "ours";
        rate: Rate = "0/s", "rate", Unit::Rate, 0..=1_000_000,
            "open arrivals per second", "open 부하의 초당 도착 수",
            "ours";
        stages: Stages = "", "stages", Unit::Stages, 0..=0,
            "rate over time, straight lines between the points; replaces rate", "시간에 따른 비율. 점 사이는 직선이고 rate를 대신한다",
            "ours";
        users: u32 = "0", "users", Unit::Count, 0..=1_000_000,
            "closed: users", "closed: 사용자 수",
            "ours";
        think: Distribution = "0ms", "think", Unit::RandomTime, 0..=86_400_000,
            "closed: time between an answer and the next request", "closed: 응답을 받고 다음 요청까지의 시간",
            "ours";
        ramp_up: Span = "0ms", "ramp-up", Unit::Duration, 0..=86_400_000,
            "closed: time over which the users start", "closed: 사용자가 차례로 시작하는 데 걸리는 시간",
            "JMeter component_reference.xml:6555";
        pace: Span = "0ms", "pace", Unit::Duration, 0..=86_400_000,
            "closed: planned time between a user's sends; a late answer delays them all", "closed: 사용자가 요청을 보내기로 한 간격. 응답이 늦으면 모두 밀린다",
            "JMeter Constant Throughput Timer, component_reference.xml:5041";
        timeout: Span = "0ms", "timeout", Unit::Duration, 0..=86_400_000,
            "how long a client waits for the answer; 0ms is without limit", "클라이언트가 응답을 기다리는 시간. 0ms는 제한 없음",
            "ours";
        retry_max: u32 = "0", "retry.max", Unit::Count, 0..=100,
            "further attempts of a client whose request failed", "실패한 요청을 클라이언트가 다시 시도하는 횟수",
            "ours";
        retry_backoff: Distribution = "0ms", "retry.backoff", Unit::RandomTime, 0..=3_600_000,
            "wait before the second attempt", "두 번째 시도 전의 대기 시간",
            "ours";
        retry_multiplier: Share = "1", "retry.multiplier", Unit::Share, 1..=10,
            "by how much each wait is longer than the one before", "대기 시간이 시도할 때마다 늘어나는 배수",
            "ours";
        retry_jitter: bool = "false", "retry.jitter", Unit::Flag, 0..=0,
            "full jitter: each wait is drawn between nothing and its length", "풀 지터. 대기 시간을 0과 정한 길이 사이에서 뽑는다",
            "ours";
        retry_budget: Share = "0%", "retry.budget", Unit::Share, 0..=100,
            "retries that the load may send per first attempt; 0% is without limit", "첫 시도 대비 허용되는 재시도 비율. 0%는 제한 없음",
            "ours";
        keep_alive: bool = "true", "connections.keep-alive", Unit::Flag, 0..=0,
            "whether a connection is used again", "연결을 다시 쓰는지 여부",
            "ours";
        reuse: Reuse = "lifo", "connections.reuse", Unit::Choice(Reuse::WORDS), 0..=0,
            "which idle connection is used first", "놀고 있는 연결 중 먼저 쓸 것",
            "lab: the load generator reuses last-in first-out";
        mix: Mix = "view_product 1", "mix", Unit::Mix, 0..=0,
            "weights of the endpoints", "엔드포인트별 가중치",
            "ours";
        journey: Journey = "none", "journey", Unit::Journey, 0..=0,
            "what a user does after a first request that succeeded", "첫 요청이 성공한 뒤 사용자가 이어서 하는 일",
            "ours";
        keys: u32 = "10000", "keys", Unit::Count, 1..=1_000_000_000,
            "rows that requests touch", "요청이 건드리는 행의 수",
            "ours";
        skew: Share = "0", "skew", Unit::Share, 0..=5,
            "exponent of the Zipf law by which rows are popular; 0 is uniform", "행의 인기도를 정하는 지프 분포의 지수. 0이면 균등",
            "ours";
    }
}

knobs! {
    /// One described station: `station.<name>.*`.
    StationKnobs {
        servers: Limit = "1", "servers", Unit::Limit, 1..=1_000_000,
            "servers", "서버 수",
            "ours";
        order: Order = "fifo", "order", Unit::Choice(Order::WORDS), 0..=0,
            "first come first served, or shared by all (ps)", "선착순(fifo) 또는 모두가 나눠 씀(ps)",
            "ours";
        queue: Limit = "unlimited", "queue", Unit::Limit, 0..=1_000_000_000,
            "places to wait; whoever finds them full fails with `station_full`", "대기 자리 수. 가득 차면 station_full로 실패한다",
            "ours";
        patience: Distribution = "0ms", "patience", Unit::RandomTime, 0..=86_400_000,
            "longest wait, then `station_timeout`; 0ms is without limit", "최대 대기 시간. 넘으면 station_timeout. 0ms는 제한 없음",
            "ours";
    }
}
