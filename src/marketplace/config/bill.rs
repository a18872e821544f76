//! Knobs of the bill: what is rented, and how the load of a run becomes that of a month. Prices
//! stand in a price file and nowhere else.

use crate::marketplace::bill::Name;
use crate::marketplace::knobs::{Share, Size, Span, Unit, knobs};

knobs! {
    /// What the month is charged for.
    BillKnobs {
        app_type: Name = "t3.small", "bill.app-type", Unit::Name, 0..=0,
            "type of the application instances in the price file", "가격 파일에 있는 앱 인스턴스 타입",
            "assumption: a small team's cloud project";
        nodes: u32 = "0", "bill.nodes", Unit::Count, 0..=10_000,
            "machines of a cluster that are paid instead of the instances on them; 0: each instance is a machine", "인스턴스 대신 요금을 내는 클러스터 노드 수. 0이면 인스턴스마다 머신 한 대",
            "ours";
        db_type: Name = "db.t3.micro", "bill.db-type", Unit::Name, 0..=0,
            "type of the databases and replicas in the price file", "가격 파일에 있는 DB·복제본 타입",
            "assumption: a small team's cloud project";
        cache_type: Name = "cache.t3.micro", "bill.cache-type", Unit::Name, 0..=0,
            "type of the cache nodes in the price file", "가격 파일에 있는 캐시 노드 타입",
            "assumption: a small team's cloud project";
        cache_nodes: u32 = "1", "bill.cache-nodes", Unit::Count, 0..=1_000,
            "cache nodes", "캐시 노드 수",
            "assumption: one small Redis";
        storage: Size = "20GiB", "bill.storage", Unit::Size, 0..=1_000_000_000_000_000i64,
            "storage of each database and replica", "DB와 복제본마다의 저장 용량",
            "assumption";
        multi_az: bool = "false", "bill.multi-az", Unit::Flag, 0..=0,
            "a standby in another zone for each database that takes writes: its hours and storage are paid twice", "쓰기 DB마다 다른 가용 영역에 스탠바이를 둔다. 시간과 저장 용량을 두 번 낸다",
            "ours";
        nat_gateways: u32 = "1", "bill.nat-gateways", Unit::Count, 0..=100,
            "NAT gateways; without one nothing passes through it", "NAT 게이트웨이 수. 없으면 지나는 트래픽도 없다",
            "assumption: one for the private subnet";
        balancer: bool = "true", "bill.balancer", Unit::Flag, 0..=0,
            "a load balancer is rented", "로드 밸런서 사용 여부",
            "ours";
        public_addresses: u32 = "2", "bill.public-addresses", Unit::Count, 0..=10_000,
            "public IPv4 addresses", "공인 IPv4 주소 수",
            "assumption: a balancer has one in each of two zones";
        hours: u32 = "730", "bill.hours-per-month", Unit::Count, 0..=730,
            "hours a month that instances, nodes and databases run and requests come; the rest of the bill is for 730", "인스턴스, 노드, DB가 켜져 있고 요청이 오는 한 달 시간. 나머지 항목은 730시간",
            "8,760 hours / 12";
        mean_load: Share = "100%", "bill.mean-load", Unit::Share, 0..=1,
            "mean load of those hours, relative to that of the run", "그 시간의 평균 부하(실행한 부하 대비)",
            "ours: a run shows the peak, a month has quiet hours";
        response_size: Size = "10KiB", "bill.response-size", Unit::Size, 0..=1_000_000_000_000i64,
            "bytes of a response that leave for the internet", "인터넷으로 나가는 응답의 크기",
            "assumption";
        nat_share: Share = "5%", "bill.nat-share", Unit::Share, 0..=1_000,
            "bytes through the NAT gateway, relative to those of the responses", "NAT 게이트웨이를 지나는 바이트(응답 바이트 대비)",
            "assumption: calls to outside services, updates, logs";
        cross_zone_share: Share = "0%", "bill.cross-zone-share", Unit::Share, 0..=1_000,
            "bytes between zones, relative to those of the responses", "가용 영역을 넘나드는 바이트(응답 바이트 대비)",
            "ours";
        deploys: u32 = "0", "bill.deploys-per-month", Unit::Count, 0..=100_000,
            "deployments a month, each with the extra instance hours of its strategy", "한 달 배포 횟수. 배포 전략에 따라 인스턴스 시간이 더 든다",
            "ours";
        overlap: Span = "0s", "bill.deploy-overlap", Unit::Duration, 0..=2_628_000_000i64,
            "how long old and new instances run side by side at a deployment, beyond what the run shows", "배포 때 옛 인스턴스와 새 인스턴스가 함께 떠 있는 시간(실행에 나타나지 않은 몫)",
            "ours";
    }
}
