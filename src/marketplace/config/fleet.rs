//! Knobs of the fleet: instances, the nodes that they run on, the balancer, and deployments.

use crate::engine::distribution::Distribution;
use crate::marketplace::knobs::{Limit, Number, Share, Size, Span, Unit, choice, knobs};
use crate::marketplace::rollout::{CanarySteps, Portion};

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
    /// How a new version replaces the old one.
    DeployStrategy {
        /// All of the old end before the first of the new starts.
        Recreate = "recreate",
        /// A few at a time, within `deploy.max-surge` and `deploy.max-unavailable`.
        Rolling = "rolling",
        /// A second fleet beside the first, then the traffic is switched.
        BlueGreen = "blue-green",
        /// A growing share of the traffic, watched.
        Canary = "canary",
    }
}

choice! {
    /// What instances run on.
    Platform {
        /// Pods that must fit on nodes; the end of a pod begins while the balancer is being told.
        Kubernetes = "kubernetes",
        /// Machines of their own; an instance is stopped once the balancer has drained it.
        Ec2 = "ec2",
    }
}

choice! {
    /// How the traffic of a blue/green deployment moves over.
    Reroute {
        AllAtOnce = "all-at-once",
        HalfAtATime = "half-at-a-time",
        OneAtATime = "one-at-a-time",
    }
}

choice! {
    /// What Spring Boot does when it is told to end.
    Shutdown {
        /// Takes nothing new, and finishes what it has.
        Graceful = "graceful",
        Immediate = "immediate",
    }
}

choice! {
    /// What a deployment does to the schema that both versions share.
    SchemaChange {
        /// Nothing that either version would miss.
        ExpandContract = "expand-contract",
        /// A column that the old version uses is dropped when the deployment begins.
        DropAtStart = "drop-at-start",
        /// A column that the new version uses is added when the deployment is done.
        AddAtEnd = "add-at-end",
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
        boot: Distribution = "0ms", "app.boot", Unit::RandomTime, 0..=3_600_000,
            "time from the start of an instance until it listens; those of the beginning have booted", "인스턴스가 시작해서 요청을 받기까지의 시간. 처음부터 있던 인스턴스는 이미 부팅을 마쳤다",
            "ours";
        cold_factor: Number = "1", "app.cold-factor", Unit::Number, 1..=100,
            "how many times as much CPU the first request of a new instance takes", "새 인스턴스의 첫 요청이 쓰는 CPU 배수",
            "assumption: code that the JVM has not compiled yet is slower";
        cold_requests: u32 = "1000", "app.cold-requests", Unit::Count, 1..=1_000_000,
            "requests over which that falls to once", "그 배수가 1로 줄어들 때까지의 요청 수",
            "assumption";
        leak: Share = "0%", "app.leak", Unit::Share, 0..=1,
            "share of the requests that never give their connection back", "커넥션을 영영 반납하지 않는 요청의 비율",
            "ours; HikariCP README: leakDetectionThreshold only logs such a connection";
        cpu_request: Number = "0", "app.cpu-request", Unit::Number, 0..=1024,
            "cores that an instance asks its node for", "인스턴스가 노드에 요청하는 코어 수",
            "Kubernetes, manage-resources-containers (requests)";
        memory_request: Size = "0B", "app.memory-request", Unit::Size, 0..=1_099_511_627_776.0,
            "memory that an instance asks its node for", "인스턴스가 노드에 요청하는 메모리",
            "Kubernetes, manage-resources-containers (requests)";
    }
}

knobs! {
    /// Machines that instances are placed on.
    NodeKnobs {
        count: Limit = "unlimited", "node.count", Unit::Limit, 1..=1_000,
            "machines; unlimited always has room", "노드 수. unlimited면 늘 자리가 있다",
            "ours";
        cpu: Number = "2", "node.cpu", Unit::Number, 0..=1024,
            "cores of each that instances may ask for (allocatable)", "노드마다 인스턴스가 요청할 수 있는 코어 수(allocatable)",
            "ours";
        memory: Size = "4GiB", "node.memory", Unit::Size, 0..=1_099_511_627_776.0,
            "memory of each that instances may ask for (allocatable)", "노드마다 인스턴스가 요청할 수 있는 메모리(allocatable)",
            "ours";
    }
}

knobs! {
    /// The load balancer.
    BalancerKnobs {
        policy: BalancerPolicy = "round-robin", "balancer.policy", Unit::Choice(BalancerPolicy::WORDS), 0..=0,
            "how an instance is picked for a request", "요청을 보낼 인스턴스를 고르는 방법",
            "ours";
        retry_max: u32 = "0", "balancer.retry.max", Unit::Count, 0..=10,
            "further instances that are tried when one answers with an overload error or refuses the connection", "과부하 오류가 나거나 연결이 거부되면 더 시도해 볼 인스턴스 수",
            "ours";
        delay: Distribution = "0ms", "balancer.delay", Unit::RandomTime, 0..=60_000,
            "time a request spends in the balancer", "요청이 로드 밸런서에서 보내는 시간",
            "ours";
        propagation: Span = "0ms", "balancer.propagation", Unit::Duration, 0..=600_000,
            "time until the balancer sends nothing more to an instance that is leaving", "떠나는 인스턴스로 로드 밸런서가 더는 보내지 않기까지의 시간",
            "Kubernetes, pod-lifecycle: removal from endpoints begins together with the shutdown";
        deregistration_delay: Span = "300s", "balancer.deregistration-delay", Unit::Duration, 0..=3_600_000,
            "ec2: longest wait for requests in flight before an instance is stopped; ends at once when there are none", "ec2: 인스턴스를 멈추기 전에 처리 중인 요청을 기다리는 한계. 없으면 바로 끝난다",
            "AWS Elastic Load Balancing, deregistration delay";
    }
}

knobs! {
    /// How a new version comes in, where one is scheduled, and how instances end.
    DeployKnobs {
        strategy: DeployStrategy = "rolling", "deploy.strategy", Unit::Choice(DeployStrategy::WORDS), 0..=0,
            "how a new version replaces the old one", "새 버전이 옛 버전을 대신하는 방법",
            "Kubernetes, Deployment: RollingUpdate is the default";
        platform: Platform = "kubernetes", "deploy.platform", Unit::Choice(Platform::WORDS), 0..=0,
            "whether instances are pods on nodes or machines of their own", "인스턴스가 노드 위의 파드인지 독립된 머신인지",
            "ours";
        max_surge: Portion = "25%", "deploy.max-surge", Unit::Portion, 0..=0,
            "instances beyond the wanted number during a rolling update; a share is rounded up", "롤링 업데이트 중 원하는 수보다 더 띄울 수 있는 인스턴스. 비율은 올림한다",
            "Kubernetes, Deployment (maxSurge)";
        max_unavailable: Portion = "25%", "deploy.max-unavailable", Unit::Portion, 0..=0,
            "instances that may be missing during a rolling update; a share is rounded down", "롤링 업데이트 중 빠져도 되는 인스턴스. 비율은 내림한다",
            "Kubernetes, Deployment (maxUnavailable)";
        reroute: Reroute = "all-at-once", "deploy.reroute", Unit::Choice(Reroute::WORDS), 0..=0,
            "how the traffic of a blue/green deployment moves over", "블루/그린 배포에서 트래픽을 옮기는 방법",
            "AWS CodeDeploy, deployment configurations";
        keep_old: Span = "0ms", "deploy.keep-old", Unit::Duration, 0..=172_800_000,
            "how long the old fleet of a blue/green deployment is kept after the switch", "블루/그린 전환 뒤 옛 인스턴스를 남겨 두는 시간",
            "AWS CodeDeploy, BlueInstanceTerminationOption (at most 2,880 minutes)";
        canary_steps: CanarySteps = "5% 30s, 25% 30s, 50% 30s", "deploy.canary-steps", Unit::CanarySteps, 0..=0,
            "shares of the traffic for the new version, and how long each is watched", "새 버전으로 보내는 트래픽 비율과 각각 지켜보는 시간",
            "assumption";
        rollback_errors: Share = "0%", "deploy.rollback.errors", Unit::Share, 0..=1,
            "error share of the new version above which it is rolled back; 0% never", "새 버전의 오류율이 이를 넘으면 롤백한다. 0%면 하지 않는다",
            "ours; Kubernetes by itself only reports a stalled rollout";
        rollback_latency: Span = "0ms", "deploy.rollback.latency", Unit::Duration, 0..=3_600_000,
            "p99 of the new version above which it is rolled back; 0ms never", "새 버전의 p99가 이를 넘으면 롤백한다. 0ms면 하지 않는다",
            "ours";
        rollback_window: Span = "10s", "deploy.rollback.window", Unit::Duration, 1_000..=3_600_000,
            "time over which both are judged, once a second", "두 값을 판단하는 구간. 1초마다 본다",
            "assumption";
        rollback_least: u32 = "20", "deploy.rollback.least", Unit::Count, 1..=1_000_000,
            "answers of the new version in that time below which nothing is judged", "그 구간에 새 버전의 응답이 이보다 적으면 판단하지 않는다",
            "assumption";
        readiness: bool = "true", "deploy.readiness", Unit::Flag, 0..=0,
            "whether the balancer waits for the readiness probe of a new instance; if not, it sends from the start", "새 인스턴스의 준비 상태 검사를 기다리는지. 아니면 시작하자마자 요청을 보낸다",
            "Kubernetes, pod-lifecycle: without a probe the state is Success";
        readiness_period: Span = "10s", "deploy.readiness-period", Unit::Duration, 0..=3_600_000,
            "how often the probe asks, from the start of the instance", "인스턴스가 시작한 뒤 검사하는 간격",
            "Kubernetes, Probe (periodSeconds)";
        pre_stop: Span = "0ms", "deploy.pre-stop", Unit::Duration, 0..=3_600_000,
            "kubernetes: sleep before the process is told to end (preStop), part of the grace", "kubernetes: 프로세스에 종료를 알리기 전의 대기(preStop). 유예 시간에 포함된다",
            "Kubernetes, pod-lifecycle (preStop)";
        grace: Span = "30s", "deploy.grace", Unit::Duration, 0..=3_600_000,
            "kubernetes: time from the beginning of a pod's end until it is killed (terminationGracePeriodSeconds)", "kubernetes: 파드 종료가 시작된 뒤 강제로 끝내기까지의 시간(terminationGracePeriodSeconds)",
            "Kubernetes, pod-lifecycle (terminationGracePeriodSeconds)";
        shutdown: Shutdown = "graceful", "server.shutdown", Unit::Choice(Shutdown::WORDS), 0..=0,
            "whether an instance that is told to end finishes the requests that it has", "종료를 통보받은 인스턴스가 처리 중인 요청을 끝내는지",
            "Spring Boot ServerProperties.java (graceful since 3.4.0, immediate before)";
        shutdown_phase: Span = "30000", "spring.lifecycle.timeout-per-shutdown-phase", Unit::Milliseconds, 0..=3_600_000,
            "longest time for that", "그렇게 기다리는 한계",
            "Spring Boot LifecycleProperties.java:36";
        new_errors: Share = "0%", "deploy.new.error-share", Unit::Share, 0..=1,
            "share of the requests that a bug of the new version fails", "새 버전의 버그로 실패하는 요청의 비율",
            "ours";
        new_leak: Share = "0%", "deploy.new.leak", Unit::Share, 0..=1,
            "share of the new version's requests that never give their connection back", "새 버전에서 커넥션을 반납하지 않는 요청의 비율",
            "ours";
        new_slow: Number = "1", "deploy.new.slow", Unit::Number, 0.1..=100,
            "how many times as much application CPU the new version takes", "새 버전이 쓰는 애플리케이션 CPU의 배수",
            "ours";
        schema: SchemaChange = "expand-contract", "deploy.schema", Unit::Choice(SchemaChange::WORDS), 0..=0,
            "what the deployment does to the schema", "배포가 스키마를 바꾸는 방법",
            "expand, migrate, contract in deployments of their own";
        schema_share: Share = "20%", "deploy.schema-share", Unit::Share, 0..=1,
            "share of the requests that use the column in question", "문제의 컬럼을 쓰는 요청의 비율",
            "assumption";
    }
}
