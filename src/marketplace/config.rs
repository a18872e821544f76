//! One marketplace's settings: a struct of knobs per component, two bases, and the checked setter.

use std::collections::BTreeMap;

use super::knobs::{Knob, Limit, Mix, Rate, Raw, Share, Span, Stages, Unit, choice, knobs};
use super::request::described::Step;
use crate::content::problem::nearest;
use crate::content::text::{Text, both};
use crate::engine::distribution::Distribution;

choice! {
    /// How the balancer picks an instance.
    BalancerPolicy {
        RoundRobin = "round-robin",
        LeastOutstanding = "least-outstanding",
        Random = "random",
        /// The less loaded of two picked at random.
        TwoChoices = "two-choices",
    }
}

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
    /// The application: instances and their cores.
    AppKnobs {
        instances: u32 = "1", "app.instances", Unit::Count, 1..=64,
            "application instances behind the balancer", "로드 밸런서 뒤의 애플리케이션 인스턴스 수",
            "ours";
        cores: Limit = "unlimited", "app.cores", Unit::Limit, 1..=1024,
            "cores of each instance, shared by its threads", "인스턴스마다 스레드가 나눠 쓰는 코어 수",
            "ours";
        boot: Span = "0ms", "app.boot", Unit::Duration, 0..=3_600_000,
            "time from the start of an instance to ready", "인스턴스 시작부터 준비 완료까지의 시간",
            "ours";
    }
}

knobs! {
    /// The load balancer.
    BalancerKnobs {
        policy: BalancerPolicy = "round-robin", "balancer.policy", Unit::Choice(BalancerPolicy::WORDS), 0..=0,
            "how an instance is picked for a request", "요청을 보낼 인스턴스를 고르는 방법",
            "ours";
        delay: Distribution = "0ms", "balancer.delay", Unit::RandomTime, 0..=60_000,
            "time a request spends in the balancer", "요청이 로드 밸런서에서 보내는 시간",
            "ours";
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
            "time to make a commit of writes durable", "쓰기 커밋을 디스크에 안전하게 남기는 시간",
            "ours";
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
        keep_alive: bool = "true", "connections.keep-alive", Unit::Flag, 0..=0,
            "whether a connection is used again", "연결을 다시 쓰는지 여부",
            "ours";
        reuse: Reuse = "lifo", "connections.reuse", Unit::Choice(Reuse::WORDS), 0..=0,
            "which idle connection is used first", "놀고 있는 연결 중 먼저 쓸 것",
            "lab: the load generator reuses last-in first-out";
        mix: Mix = "view_product 1", "mix", Unit::Mix, 0..=0,
            "weights of the endpoints", "엔드포인트별 가중치",
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

/// Something that happens at a moment of the run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Action {
    pub(crate) at: Span,
    pub(crate) what: ActionKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ActionKind {
    LoadRate {
        load: String,
        rate: f64,
    },
    MysqlSpeed(f64),
    /// Stops sending new connections to an instance and lets it finish.
    Drain(u32),
    /// Boots an instance that is gone.
    Start(u32),
}

/// Everything about one marketplace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Config {
    pub(crate) app: AppKnobs,
    pub(crate) balancer: BalancerKnobs,
    pub(crate) tomcat: TomcatKnobs,
    pub(crate) hikari: HikariKnobs,
    pub(crate) spring: SpringKnobs,
    pub(crate) mysql: MysqlKnobs,
    pub(crate) endpoints: EndpointKnobs,
    pub(crate) loads: BTreeMap<String, LoadKnobs>,
    pub(crate) stations: BTreeMap<String, StationKnobs>,
    /// Endpoints given as data, by name.
    pub(crate) described: BTreeMap<String, Vec<Step>>,
    pub(crate) schedule: Vec<Action>,
    /// Whether the marketplace's own endpoints may be mixed in.
    pub(crate) built_in: bool,
}

/// Which settings a sim starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// The marketplace with its endpoints, mix and costs.
    Marketplace,
    /// The same components, one instance, no endpoint, every cost zero.
    Stack,
}

/// The measured wake-up of a thread that is handed a connection, on idle cores: means of the three
/// repeats of lab E10 `squeue_busy0` at the quantiles that were recorded.
pub(crate) const WAKE_UP_IDLE: &str = "quantiles 0% 2.8us, 50% 12.67us, 90% 21.97us, 95% 25.2us, 99% 100.3us, 99.9% 242.4us, 100% 467.3us";

/// What the marketplace sets over the product defaults: a small team's cloud project.
pub(crate) const MARKETPLACE: &[(&str, &str)] = &[
    ("app.instances", "2"),
    ("app.cores", "2"),
    ("mysql.cores", "2"),
    // Same availability zone 0.1-0.5 ms, cloud SSD flush 0.5-3 ms: orders of magnitude, not
    // measurements of ours.
    ("mysql.round-trip", "0.3ms"),
    ("mysql.commit", "exp 1ms"),
    ("hikari.wake-up", WAKE_UP_IDLE),
    ("endpoints.app-cpu", "exp 0.4ms"),
    ("endpoints.render", "exp 0.5ms"),
    ("endpoints.short-statement-cpu", "exp 1ms"),
    ("endpoints.list-statement-cpu", "exp 10ms"),
];

const MARKETPLACE_LOAD: &[(&str, &str)] = &[
    ("rate", "200/s"),
    ("mix", "view_product 70, list_products 15, view_orders 5, buy_now 7, place_bid 3"),
    ("skew", "0.8"),
    ("keys", "1000"),
];

impl Config {
    /// # Panics
    /// Never: the bases are constants that a test sets.
    pub(crate) fn of(base: Base) -> Config {
        let mut config = Config::default();
        if base == Base::Marketplace {
            config.built_in = true;
            for (name, value) in MARKETPLACE {
                let set = config.set(name, &Raw::from_argument(value));
                debug_assert_eq!(set, Ok(()), "{name}");
            }
            config.loads.insert("shoppers".to_owned(), LoadKnobs::default());
            for (name, value) in MARKETPLACE_LOAD {
                let set = config.set(&format!("load.shoppers.{name}"), &Raw::from_argument(value));
                debug_assert_eq!(set, Ok(()), "{name}");
            }
        }
        config
    }

    /// Sets one knob by its dotted name. A load or station that is named for the first time comes
    /// into being.
    ///
    /// # Errors
    /// An unknown name, with the nearest known one, or a value that does not fit.
    pub(crate) fn set(&mut self, name: &str, raw: &Raw) -> Result<(), SetError> {
        let fixed = self
            .app
            .set(name, raw)
            .or_else(|| self.balancer.set(name, raw))
            .or_else(|| self.tomcat.set(name, raw))
            .or_else(|| self.hikari.set(name, raw))
            .or_else(|| self.spring.set(name, raw))
            .or_else(|| self.mysql.set(name, raw))
            .or_else(|| self.endpoints.set(name, raw));
        if let Some(result) = fixed {
            return result.map_err(SetError::Value);
        }
        if let Some((load, knob)) = member(name, "load.")
            && LoadKnobs::KNOBS.iter().any(|row| row.name == knob)
        {
            let knobs = self.loads.entry(load.to_owned()).or_default();
            if let Some(result) = knobs.set(knob, raw) {
                return result.map_err(SetError::Value);
            }
        }
        if let Some((station, knob)) = member(name, "station.")
            && StationKnobs::KNOBS.iter().any(|row| row.name == knob)
        {
            let knobs = self.stations.entry(station.to_owned()).or_default();
            if let Some(result) = knobs.set(knob, raw) {
                return result.map_err(SetError::Value);
            }
        }
        Err(SetError::Unknown { nearest: self.nearest_name(name) })
    }

    fn nearest_name(&self, name: &str) -> Option<String> {
        let names = self.values().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let mut candidates: Vec<String> = names;
        for (prefix, knobs) in [("load.", LoadKnobs::KNOBS), ("station.", StationKnobs::KNOBS)] {
            if let Some((middle, _)) = member(name, prefix) {
                candidates.extend(knobs.iter().map(|row| format!("{prefix}{middle}.{}", row.name)));
            }
        }
        nearest(name, candidates.iter().map(String::as_str)).map(str::to_owned)
    }

    /// Whether a name is of a load or station that this configuration does not have; then with the
    /// nearest name that it has.
    pub(crate) fn stranger(&self, name: &str) -> Option<Option<String>> {
        let of = |family: &str, members: &mut dyn Iterator<Item = &String>| {
            let (member, knob) = member(name, family)?;
            let members: Vec<&String> = members.collect();
            if members.iter().any(|known| *known == member) {
                return None;
            }
            let near = nearest(member, members.iter().map(|known| known.as_str()));
            let near = near.or(members.first().map(|known| known.as_str()));
            Some(near.map(|near| format!("{family}{near}.{knob}")))
        };
        of("load.", &mut self.loads.keys()).or_else(|| of("station.", &mut self.stations.keys()))
    }

    /// Every knob with its value as JSON, by full name.
    pub(crate) fn values(&self) -> Vec<(String, serde_json::Value)> {
        let fixed = [
            self.app.values(),
            self.balancer.values(),
            self.tomcat.values(),
            self.hikari.values(),
            self.spring.values(),
            self.mysql.values(),
            self.endpoints.values(),
        ];
        let mut values: Vec<(String, serde_json::Value)> =
            fixed.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
        for (load, knobs) in &self.loads {
            let named = knobs.values().into_iter();
            values.extend(named.map(|(name, value)| (format!("load.{load}.{name}"), value)));
        }
        for (station, knobs) in &self.stations {
            let named = knobs.values().into_iter();
            values.extend(named.map(|(name, value)| (format!("station.{station}.{name}"), value)));
        }
        values
    }

    /// Combinations of valid values that no run could make sense of.
    ///
    /// # Errors
    /// One sentence for the first that is found.
    pub(crate) fn check(&self) -> Result<(), Text> {
        if self.loads.is_empty() {
            return Err(both!(
                "no load is given: set load.NAME.rate and load.NAME.mix",
                "부하가 없습니다. load.이름.rate와 load.이름.mix를 지정하세요"
            ));
        }
        for (name, load) in &self.loads {
            match load.kind {
                LoadKind::Open if load.rate.0 <= 0.0 && load.stages.0.is_empty() => {
                    return Err(both!(
                        "load `{name}` is open but has no rate: set load.{name}.rate",
                        "`{name}` 부하는 open인데 rate가 없습니다. load.{name}.rate를 지정하세요"
                    ));
                }
                LoadKind::Closed if load.users == 0 => {
                    return Err(both!(
                        "load `{name}` is closed but has no users: set load.{name}.users",
                        "`{name}` 부하는 closed인데 사용자가 없습니다. load.{name}.users를 지정하세요"
                    ));
                }
                _ => {}
            }
            for (endpoint, _) in &load.mix.0 {
                if !self.has_endpoint(endpoint) {
                    let known = self.endpoint_names().join(", ");
                    return Err(both!(
                        "load `{name}` mixes in `{endpoint}`, which is no endpoint here; known: {known}",
                        "`{name}` 부하의 `{endpoint}`은(는) 없는 엔드포인트입니다. 가능한 값: {known}"
                    ));
                }
            }
        }
        self.check_instances()
    }

    fn check_instances(&self) -> Result<(), Text> {
        for action in &self.schedule {
            if let ActionKind::Drain(instance) | ActionKind::Start(instance) = action.what
                && instance >= self.app.instances
            {
                let instances = self.app.instances;
                return Err(both!(
                    "there is no instance {instance}: app.instances is {instances}, counted from 0",
                    "인스턴스 {instance}은(는) 없습니다. app.instances는 {instances}이고 0부터 셉니다"
                ));
            }
        }
        Ok(())
    }

    fn has_endpoint(&self, name: &str) -> bool {
        self.described.contains_key(name)
            || self.built_in && super::request::BuiltIn::from_name(name).is_some()
    }

    pub(crate) fn endpoint_names(&self) -> Vec<String> {
        let described = self.described.keys().cloned();
        let built_in: &[super::request::BuiltIn] =
            if self.built_in { &super::request::BuiltIn::ALL } else { &[] };
        described.chain(built_in.iter().map(|endpoint| endpoint.name().to_owned())).collect()
    }
}

/// `load.shoppers.rate` is the member `shoppers` of the family `load.` and its knob `rate`.
fn member<'n>(name: &'n str, family: &str) -> Option<(&'n str, &'n str)> {
    name.strip_prefix(family)?.split_once('.')
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SetError {
    Unknown { nearest: Option<String> },
    Value(Text),
}

/// All declarations with their full names (families with `<name>` in the middle).
pub(crate) fn all_knobs() -> Vec<(String, &'static Knob)> {
    let fixed = [
        AppKnobs::KNOBS,
        BalancerKnobs::KNOBS,
        TomcatKnobs::KNOBS,
        HikariKnobs::KNOBS,
        SpringKnobs::KNOBS,
        MysqlKnobs::KNOBS,
        EndpointKnobs::KNOBS,
    ];
    let mut rows: Vec<(String, &'static Knob)> =
        fixed.into_iter().flatten().map(|row| (row.name.to_owned(), row)).collect();
    rows.extend(LoadKnobs::KNOBS.iter().map(|row| (format!("load.<name>.{}", row.name), row)));
    rows.extend(
        StationKnobs::KNOBS.iter().map(|row| (format!("station.<name>.{}", row.name), row)),
    );
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_valid_and_no_name_is_the_beginning_of_another() {
        let config = Config::of(Base::Marketplace);
        assert_eq!(config.check(), Ok(()));
        let names: Vec<String> = all_knobs().into_iter().map(|(name, _)| name).collect();
        for a in &names {
            for b in &names {
                assert!(!b.starts_with(&format!("{a}.")), "{a} is a prefix of {b}");
            }
        }
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "a name is declared twice");
    }

    #[test]
    fn every_knob_has_words_in_both_languages_and_a_source() {
        for (name, row) in all_knobs() {
            assert!(!row.en.is_empty() && !row.ko.is_empty() && !row.source.is_empty(), "{name}");
            assert!(row.least <= row.most, "{name}");
        }
    }

    #[test]
    fn the_bases_are_made_of_settings_that_exist() {
        for (name, value) in MARKETPLACE {
            let mut config = Config::default();
            assert_eq!(config.set(name, &Raw::from_argument(value)), Ok(()), "{name}");
            assert_ne!(config, Config::default(), "{name} repeats the default");
        }
    }

    /// The page that gives each constant its source lists them all, with these values. Measured
    /// distributions are named there, not repeated.
    #[test]
    fn the_model_page_lists_the_base() {
        let page = include_str!("../../docs/model.md");
        let fixed = MARKETPLACE.iter().map(|(name, value)| ((*name).to_owned(), *value));
        let load = MARKETPLACE_LOAD.iter();
        let load = load.map(|(name, value)| (format!("load.shoppers.{name}"), *value));
        for (name, value) in fixed.chain(load) {
            let value = if value.starts_with("quantiles") { "quantiles ..." } else { value };
            assert!(page.contains(&format!("| `{name}` | `{value}`")), "{name} = {value}");
        }
    }

    #[test]
    fn unknown_names_suggest_the_nearest() {
        let mut config = Config::of(Base::Marketplace);
        let mut set = |name: &str| config.set(name, &Raw::Int(1));
        assert_eq!(
            set("spring.datasource.hikari.maximumPoolsize"),
            Err(SetError::Unknown {
                nearest: Some("spring.datasource.hikari.maximum-pool-size".to_owned())
            })
        );
        assert_eq!(
            set("load.shoppers.rat"),
            Err(SetError::Unknown { nearest: Some("load.shoppers.rate".to_owned()) })
        );
        assert_eq!(set("zzz"), Err(SetError::Unknown { nearest: None }));
    }
}
