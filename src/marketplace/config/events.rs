//! Knobs of what follows from a commit elsewhere: telling others about orders, the outbox, the
//! message broker, and models that are only read.

use crate::engine::distribution::Distribution;
use crate::marketplace::knobs::{Limit, Share, Span, Unit, choice, knobs};

choice! {
    /// How others hear of an order.
    Notify {
        /// Nobody is told.
        None = "none",
        /// The other service is called after the commit, inside the request.
        DirectCall = "direct-call",
        /// A message is published after the commit.
        Publish = "publish",
        /// A message is published inside the transaction, as soon as the order is stored.
        PublishBeforeCommit = "publish-before-commit",
        /// A row beside the order says what is to be published; a relay does it.
        Outbox = "outbox",
    }
}

choice! {
    /// Where bids are read.
    CqrsLevel {
        /// Where they are written.
        OneModel = "one-model",
        /// In a table of the same database that is made for reading.
        QueryTable = "query-table",
        /// In a store of its own that is fed by messages.
        Projection = "projection",
    }
}

choice! {
    /// When the query table is written.
    ViewSync {
        SameTransaction = "same-transaction",
        /// In a second transaction, after the commit of the first.
        AfterCommit = "after-commit",
    }
}

choice! {
    /// How a projection hears of changes.
    Feed {
        /// From outbox rows that were stored with the change.
        Outbox = "outbox",
        /// From messages published after the commit.
        Publish = "publish",
    }
}

knobs! {
    /// How orders of `buy_now` are told to others.
    OrderKnobs {
        notify: Notify = "none", "order.notify", Unit::Choice(Notify::WORDS), 0..=0,
            "how another service hears of an order, for its settlement", "다른 서비스(정산)가 주문을 알게 되는 방법",
            "ours";
        notify_time: Distribution = "0ms", "order.notify-time", Unit::RandomTime, 0..=600_000,
            "direct-call: how long the other service takes", "direct-call: 다른 서비스가 걸리는 시간",
            "ours";
        notify_fails: Share = "0%", "order.notify-fails", Unit::Share, 0..=1,
            "direct-call: share of the calls that fail; the order stands, the request fails", "direct-call: 호출이 실패하는 비율. 주문은 남고 요청은 실패한다",
            "assumption";
        crash_share: Share = "0%", "order.crash-share", Unit::Share, 0..=1,
            "share of the orders whose process dies between commit and telling, or between publishing and commit", "커밋과 통보 사이(또는 발행과 커밋 사이)에 프로세스가 죽는 주문의 비율",
            "assumption: rare in truth; large enough to be counted";
    }
}

knobs! {
    /// The relay between the outbox and the broker.
    OutboxKnobs {
        poll: Span = "1s", "outbox.poll", Unit::Duration, 1..=3_600_000,
            "pause of the relay after it has found nothing more to send", "릴레이가 더 보낼 것이 없을 때 쉬는 시간",
            "assumption";
        batch: u32 = "100", "outbox.batch", Unit::Count, 1..=100_000,
            "rows that the relay reads, publishes and marks at once", "릴레이가 한 번에 읽고 발행하고 표시하는 행 수",
            "assumption";
        crash_share: Share = "0%", "outbox.crash-share", Unit::Share, 0..=1,
            "share of the batches after whose publication the relay dies before it marks them; it is back at the next poll", "발행한 뒤 표시하기 전에 릴레이가 죽는 배치의 비율. 다음 폴링에 돌아온다",
            "assumption: rare in truth; large enough to be counted";
    }
}

knobs! {
    /// The message broker and those who consume.
    BrokerKnobs {
        publish: Distribution = "0ms", "broker.publish", Unit::RandomTime, 0..=60_000,
            "time until the broker has acknowledged a publication, there and back", "발행을 브로커가 확인해 줄 때까지의 왕복 시간",
            "ours";
        consumers: u32 = "1", "broker.consumers", Unit::Count, 1..=1024,
            "consumers of each topic; each handles one message at a time", "토픽마다 컨슈머 수. 하나가 한 번에 메시지 하나를 처리한다",
            "ours";
        handle: Distribution = "0ms", "broker.handle", Unit::RandomTime, 0..=600_000,
            "how long a consumer works on a message, besides statements", "컨슈머가 메시지 하나를 처리하는 시간(구문 제외)",
            "ours";
        idempotent: bool = "false", "broker.idempotent", Unit::Flag, 0..=0,
            "consumers remember, with the effect, which orders they have handled, and skip them", "컨슈머가 처리한 주문을 결과와 함께 기억해 두고 다시 오면 건너뛴다",
            "ours";
        ack_lost_share: Share = "0%", "broker.ack-lost-share", Unit::Share, 0..=0.99,
            "share of the acknowledgements that are lost after the handling", "처리한 뒤 잃어버리는 확인 응답(ack)의 비율",
            "assumption: rare in truth; large enough to be counted";
        redeliver_after: Span = "30s", "broker.redeliver-after", Unit::Duration, 0..=86_400_000,
            "when a message that was not acknowledged, or failed, comes again", "확인되지 않았거나 실패한 메시지가 다시 올 때까지의 시간",
            "Amazon SQS, visibility timeout (30 seconds)";
        poison_share: Share = "0%", "broker.poison-share", Unit::Share, 0..=1,
            "share of the messages that fail each time", "처리할 때마다 실패하는 메시지의 비율",
            "assumption";
        max_deliveries: u32 = "10", "broker.max-deliveries", Unit::Count, 1..=1000,
            "failures after which a message goes to the dead letters", "이 횟수만큼 실패하면 데드 레터로 보낸다",
            "Spring for Apache Kafka, DefaultErrorHandler: FixedBackOff(0, 9), ten deliveries";
    }
}

knobs! {
    /// Models of bids that are only read.
    CqrsKnobs {
        level: CqrsLevel = "one-model", "cqrs.level", Unit::Choice(CqrsLevel::WORDS), 0..=0,
            "where list_products and view_bid read", "list_products와 view_bid가 읽는 곳",
            "ours";
        sync: ViewSync = "same-transaction", "cqrs.sync", Unit::Choice(ViewSync::WORDS), 0..=0,
            "query-table: when its row is written", "query-table: 그 행을 쓰는 시점",
            "ours";
        feed: Feed = "outbox", "cqrs.feed", Unit::Choice(Feed::WORDS), 0..=0,
            "projection: how its messages come about", "projection: 메시지를 만드는 방법",
            "ours";
        view_cpu: Distribution = "0ms", "cqrs.view-cpu", Unit::RandomTime, 0..=60_000,
            "database CPU of a statement that reads the view: a page or one row", "뷰를 읽는 구문(한 페이지나 한 행)의 DB CPU 시간",
            "ours";
        project_cpu: Distribution = "0ms", "cqrs.project-cpu", Unit::RandomTime, 0..=60_000,
            "database CPU of the statement that writes one row of the view", "뷰의 행 하나를 쓰는 구문의 DB CPU 시간",
            "ours";
        cores: Limit = "unlimited", "cqrs.cores", Unit::Limit, 1..=1024,
            "projection: cores of its store", "projection: 그 저장소의 코어 수",
            "ours";
        crash_share: Share = "0%", "cqrs.crash-share", Unit::Share, 0..=1,
            "share of the changes whose process dies right after the commit", "커밋 직후 프로세스가 죽는 변경의 비율",
            "assumption: rare in truth; large enough to be counted";
    }
}
