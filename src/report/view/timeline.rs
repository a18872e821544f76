//! What happened to one request: drawn over time, then told turn by turn.

mod copies;

use crate::content::text::{Lang, Text, both};
use crate::marketplace::checker::Anomaly;
use crate::marketplace::request::Failure;
use crate::report::document::{Block, Document, Fill, Lane, Part, Span, Timeline, Verdict};
use crate::sims::recording::Recording;
use crate::sims::recording::episode::Episode;
use crate::sims::recording::lives::{self, Kind, Life};
use crate::sims::recording::turns::{Turn, What};
use crate::sims::spec::{Spec, Wanted};

/// The document of an episode; without one, that there is none.
pub(crate) fn timeline(
    spec: &Spec,
    recording: &Recording,
    episode: Option<&Episode>,
    lang: Lang,
) -> Document {
    let heading =
        |text: String| Block::Heading { level: 1, id: None, text: vec![Span::text(text)] };
    let title = spec.title.get(lang);
    let mut blocks = vec![heading(format!("{}   {title}", spec.name))];
    match episode {
        None => {
            let none = both!("No request was answered.", "응답을 받은 요청이 없습니다.");
            blocks.push(Block::Paragraph(vec![Span::text(none.get(lang))]));
        }
        Some(episode) => {
            let view = View { recording, episode, lang };
            blocks.push(Block::Paragraph(vec![Span::text(view.what())]));
            blocks.push(Block::Timeline(view.drawing()));
            blocks.push(Block::Labelled(view.told()));
        }
    }
    let (before, command) = next(spec);
    blocks.push(Block::Paragraph(vec![
        Span::text(format!("{} ", before.get(lang))),
        Span::code(command),
    ]));
    Document { title: spec.name.clone(), blocks }
}

/// The story alone: nothing names the sim and its variant, so that a question may show it.
pub(crate) fn story(recording: &Recording, episode: Option<&Episode>, lang: Lang) -> Vec<Block> {
    let Some(episode) = episode else { return Vec::new() };
    let view = View { recording, episode, lang };
    vec![Block::Timeline(view.drawing()), Block::Labelled(view.told())]
}

/// What to try after this.
fn next(spec: &Spec) -> (Text, String) {
    let other = |command: &&String| !command.contains("--timeline");
    let mut sims = spec.next.iter().filter(|command| command.starts_with("sim "));
    match (sims.find(other), &spec.topic) {
        (Some(command), _) => (both!("Next:", "다음:"), format!("prep {command}")),
        (None, Some(topic)) => {
            (both!("Why this is so:", "왜 그런지:"), format!("prep topic {topic}"))
        }
        (None, None) => (
            both!("To look at everything around it, add:", "주변을 모두 보려면 이렇게 덧붙이세요:"),
            "--export trace=trace.json".to_owned(),
        ),
    }
}

struct View<'v> {
    recording: &'v Recording,
    episode: &'v Episode,
    lang: Lang,
}

impl View<'_> {
    fn say(&self, text: &Text) -> String {
        text.get(self.lang).to_owned()
    }

    /// `buyers 17`: a user of a closed load; `shoppers #1234`: a request of an open one.
    fn name(&self, request: u64) -> String {
        let lives = &self.episode.requests;
        let Some(life) = lives.iter().find(|life| life.request == request) else {
            return self.say(&both!("request #{request}", "요청 #{request}"));
        };
        let load = &life.load;
        let twice = |user| {
            lives.iter().filter(|other| other.load == *load && other.user == Some(user)).count() > 1
        };
        match life.user {
            Some(user) if !twice(user) => format!("{load} {}", u64::from(user) + 1),
            _ => format!("{load} #{request}"),
        }
    }

    fn names(&self, requests: &[u64]) -> String {
        const MOST: usize = 4;
        let mut names: Vec<String> =
            requests.iter().take(MOST).map(|request| self.name(*request)).collect();
        if requests.len() > MOST {
            let more = requests.len() - MOST;
            names.push(self.say(&both!("{more} more", "외 {more}건")));
        }
        names.join(", ")
    }

    /// Milliseconds since the beginning of the episode.
    fn since(&self, at: u64) -> f64 {
        (at as f64 - self.episode.from as f64) / 1e6
    }

    /// As many decimals as the length of the episode is worth.
    fn ms(&self, nanos: u64) -> String {
        let ms = nanos as f64 / 1e6;
        match self.episode.drawn() {
            0..10_000_000 => format!("{ms:.2}"),
            10_000_000..1_000_000_000 => format!("{ms:.1}"),
            _ => format!("{ms:.0}"),
        }
    }

    fn what(&self) -> String {
        let at = format!("{:.3}", self.episode.at as f64 / 1e9);
        let what = kind(self.episode.wanted);
        let (en, ko) = (what.en, what.ko);
        let variant = &self.recording.variant;
        let replication = self.recording.replication + 1;
        let name = self.name(self.episode.request);
        let endpoint = self.episode.requests.iter().find(|l| l.request == self.episode.request);
        let endpoint = endpoint.map_or("", |life| life.endpoint.as_str());
        let of = if variant.is_empty() {
            Text::default()
        } else {
            both!(" of variant {variant}", ", {variant} 변형")
        };
        let (of_en, of_ko) = (of.en, of.ko);
        self.say(&both!(
            "{en}: {name} ({endpoint}), {at} s into replication {replication}{of_en}.",
            "{ko}: {name}({endpoint}), 반복 {replication}의 {at}초{of_ko}."
        ))
    }

    fn drawing(&self) -> Timeline {
        let mut lanes = Vec::new();
        for life in &self.episode.requests {
            let mut own = self.lanes(life);
            if let Some(first) = own.first_mut() {
                first.party = self.name(life.request);
            }
            lanes.extend(own);
        }
        lanes.extend(self.servers());
        let to = self.since(self.episode.to);
        let gaps = self.episode.gaps.iter().map(|(from, to)| (self.since(*from), self.since(*to)));
        let (unit, gaps) = ("ms".to_owned(), gaps.collect());
        Timeline { unit, from: 0.0, to, gaps, left_out: self.left_out(), lanes }
    }

    /// The lines of one request: what it does, then what it has or waits for, as far as that
    /// matters.
    fn lanes(&self, life: &Life) -> Vec<Lane> {
        let (from, to) = (self.episode.from, self.episode.to);
        let seen = |span: &&lives::Span| span.to > from && span.from < to;
        let spans: Vec<&lives::Span> = life.spans.iter().filter(seen).collect();
        let long = self.episode.drawn() / 50;
        let waits = |kind| spans.iter().any(|span| span.kind == kind && span.length() > long);
        let mut lanes = Vec::new();
        let works = spans.iter().filter(|span| span.kind.works());
        let mut parts: Vec<Part> = works.map(|span| self.part(span, Fill::Works)).collect();
        // A statement that waits for a lock does nothing.
        let idle = spans.iter().filter(|span| span.kind.waits());
        parts
            .extend(idle.map(|span| Part { label: String::new(), ..self.part(span, Fill::Waits) }));
        if (from..=to).contains(&life.ended) {
            let at = self.since(life.ended);
            let verdict = if life.failure.is_none() { Verdict::Yes } else { Verdict::No };
            parts.push(Part { from: at, to: at, fill: Fill::Ends(verdict), label: String::new() });
        }
        lanes.push(self.lane(&both!("does", "하는 일"), parts));
        if waits(Kind::ThreadWait) {
            let parts = self.had(&spans, (Kind::ThreadWait, Kind::Thread), None);
            lanes.push(self.lane(&both!("thread", "스레드"), parts));
        }
        let parts = self.had(&spans, (Kind::ConnectionWait, Kind::Connection), None);
        if !parts.is_empty() {
            lanes.push(self.lane(&both!("connection", "커넥션"), parts));
        }
        for (kinds, redis) in
            [((Kind::LockWait, Kind::Lock), ""), ((Kind::RedisWait, Kind::RedisLock), "redis ")]
        {
            for name in self.wanted_by_several(kinds) {
                let parts = self.had(&spans, kinds, Some(&name));
                if !parts.is_empty() {
                    lanes.push(self.lane(&Text::same(format!("{redis}{name}")), parts));
                }
            }
        }
        lanes
    }

    fn lane(&self, about: &Text, parts: Vec<Part>) -> Lane {
        Lane { party: String::new(), about: self.say(about), parts }
    }

    /// What somebody waits for and what two of the story have, in order of name.
    fn wanted_by_several(&self, (wait, hold): (Kind, Kind)) -> Vec<String> {
        let lives = &self.episode.requests;
        let in_time =
            |span: &&lives::Span| span.to > self.episode.from && span.from < self.episode.to;
        let all = lives.iter().flat_map(|life| life.spans.iter().filter(in_time));
        let mut names: Vec<&str> = all
            .filter(|span| span.kind == wait || span.kind == hold)
            .map(|span| span.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let wanted = |name: &&str| {
            let users = lives.iter().filter(|life| {
                let mut spans = life.spans.iter().filter(in_time);
                spans.any(|s| (s.kind == wait || s.kind == hold) && s.name == **name)
            });
            let mut spans = lives.iter().flat_map(|life| life.spans.iter().filter(in_time));
            users.count() > 1 || spans.any(|s| s.kind == wait && s.name == **name)
        };
        names.into_iter().filter(wanted).map(str::to_owned).collect()
    }

    fn had(
        &self,
        spans: &[&lives::Span],
        (wait, hold): (Kind, Kind),
        name: Option<&str>,
    ) -> Vec<Part> {
        let on = |span: &&&lives::Span| name.is_none_or(|name| span.name == name);
        let parts = spans.iter().filter(on).filter_map(|span| match span.kind {
            kind if kind == wait => Some(self.part(span, Fill::Waits)),
            kind if kind == hold => Some(self.part(span, Fill::Holds)),
            _ => None,
        });
        parts.collect()
    }

    fn part(&self, span: &lives::Span, fill: Fill) -> Part {
        let label = match (span.kind, span.slot) {
            (Kind::Cpu, _) => "cpu".to_owned(),
            (Kind::Commit, _) => "commit".to_owned(),
            (Kind::RollBack, _) => "rollback".to_owned(),
            (Kind::Remote, _) => self.say(&both!("work", "작업")),
            (Kind::Station, _) => self.say(&both!("station", "스테이션")),
            (Kind::Retry, _) => self.say(&both!("before retry", "재시도 대기")),
            (Kind::Redis, _) => "redis".to_owned(),
            (Kind::Statement, _) => span.name.split(' ').next().unwrap_or_default().to_owned(),
            (Kind::LockWait, _) => {
                let mode = span.mode;
                self.say(&both!("wants {mode}", "{mode} 대기"))
            }
            (Kind::Lock, _) => span.mode.to_owned(),
            (_, Some(slot)) => slot.to_string(),
            (_, None) => String::new(),
        };
        Part { from: self.since(span.from), to: self.since(span.to), fill, label }
    }

    fn told(&self) -> Vec<(String, Vec<Span>)> {
        let turns = &self.episode.turns;
        let row = |turn: &Turn| {
            let at = self.ms(turn.at.saturating_sub(self.episode.from));
            (format!("{at} ms"), vec![Span::text(self.say(&self.sentence(turn)))])
        };
        turns.iter().map(row).collect()
    }

    fn sentence(&self, turn: &Turn) -> Text {
        let who = self.name(turn.request);
        match &turn.what {
            What::Locks { .. }
            | What::WaitsForLock { .. }
            | What::LockAfter { .. }
            | What::Deadlock { .. }
            | What::LockTimeout { .. } => self.about_locks(&who, &turn.what),
            What::WaitsForRedis { .. } | What::LocksRedis { .. } | What::UnlocksRedis { .. } => {
                self.about_redis(&who, &turn.what)
            }
            What::Publishes { .. }
            | What::IsReceived { .. }
            | What::IsApplied { .. }
            | What::AsksReplica { .. }
            | What::Misses { .. }
            | What::CommitsHere { .. }
            | What::Loses { .. }
            | What::Primary(_)
            | What::Promoted { .. } => self.about_copies(&who, &turn.what),
            What::Reads { row } => {
                both!("{who} reads {row} without a lock.", "{who}: 락 없이 {row} 행을 읽습니다.")
            }
            What::Writes { row, stale: false } => {
                both!("{who} writes {row}.", "{who}: {row} 행을 씁니다.")
            }
            What::Writes { row, stale: true } => both!(
                "{who} writes {row} from what it read before: a newer version is overwritten.",
                "{who}: 앞서 읽은 값을 바탕으로 {row} 행을 씁니다. 그 사이 커밋된 새 버전을 덮어씁니다."
            ),
            What::Commits => both!(
                "{who} has committed: its changes are visible and its locks gone.",
                "{who}: 커밋이 끝나 변경이 보이고 락이 풀립니다."
            ),
            What::RollsBack => {
                both!("{who} rolls back and lets its locks go.", "{who}: 롤백하고 락을 놓습니다.")
            }
            What::Pauses => both!("{who} stands still.", "{who}: 실행을 멈춥니다."),
            What::Retries { attempt } => {
                both!(
                    "{who} tries again: attempt {attempt}.",
                    "{who}: 다시 시도합니다({attempt}번째)."
                )
            }
            What::Violates(anomaly) => violation(&who, *anomaly),
            What::Answered { failure: None } => {
                both!("{who} has its answer.", "{who}: 응답을 받습니다.")
            }
            What::Answered { failure: Some(failure) } => {
                let label = failure.label();
                both!("{who} is answered with {label}.", "{who}: {label} 오류로 실패합니다.")
            }
            What::GivesUp => both!(
                "{who} waits no longer; the server works on.",
                "{who}: 더 기다리지 않고 떠납니다. 서버는 계속 일합니다."
            ),
            What::WaitsForConnection => both!(
                "{who} finds no free connection and waits with its thread.",
                "{who}: 빈 커넥션이 없어 스레드를 쥔 채 기다립니다."
            ),
            What::ThreadAfter { waited, by } => {
                self.after(&who, *waited, by, &both!("a thread", "스레드를"))
            }
            What::ConnectionAfter { waited, by } => {
                self.after(&who, *waited, by, &both!("a connection", "커넥션을"))
            }
        }
    }

    fn after(&self, who: &str, waited: u64, by: &[u64], what: &Text) -> Text {
        let (en, ko) = (&what.en, &what.ko);
        let waited = self.ms(waited);
        if by.is_empty() {
            return both!(
                "{who} gets {en} after {waited} ms.",
                "{who}: {waited} ms 만에 {ko} 얻습니다."
            );
        }
        let by = self.names(by);
        both!(
            "{who} gets {en} after {waited} ms, given back by {by}.",
            "{who}: {by} 쪽에서 돌려준 {ko} {waited} ms 만에 얻습니다."
        )
    }

    fn about_redis(&self, who: &str, what: &What) -> Text {
        match what {
            What::WaitsForRedis { key, by } if by.is_empty() => both!(
                "{who} finds the Redis lock {key} taken and waits.",
                "{who}: {key}번 Redis 락이 이미 잡혀 있어 기다립니다."
            ),
            What::WaitsForRedis { key, by } => {
                let by = self.names(by);
                both!(
                    "{who} finds the Redis lock {key} taken by {by} and waits.",
                    "{who}: {key}번 Redis 락을 {by} 쪽이 쥐고 있어 기다립니다."
                )
            }
            What::LocksRedis { key, with } if with.is_empty() => {
                both!("{who} has the Redis lock {key}.", "{who}: {key}번 Redis 락을 얻습니다.")
            }
            What::LocksRedis { key, with } => {
                let with = self.names(with);
                both!(
                    "{who} gets the Redis lock {key} although {with} believes to hold it: the lease ran out, or a failover forgot it.",
                    "{who}: {key}번 Redis 락을 얻습니다. {with} 쪽은 아직 자기가 쥐고 있다고 믿지만 리스가 끝났거나 페일오버로 잊혔습니다."
                )
            }
            What::UnlocksRedis { key } => both!(
                "{who} gives the Redis lock {key} back.",
                "{who}: {key}번 Redis 락을 놓습니다."
            ),
            _ => Text::default(),
        }
    }

    fn about_locks(&self, who: &str, what: &What) -> Text {
        match what {
            What::Locks { mode, row, with } if with.is_empty() => {
                both!("{who} has the {mode} lock on {row}.", "{who}: {row}의 {mode} 락을 얻습니다.")
            }
            What::Locks { mode, row, with } => {
                let with = self.names(with);
                both!(
                    "{who} has the {mode} lock on {row}, as {with} has: compatible, so neither has noticed the other.",
                    "{who}: {row}의 {mode} 락을 얻습니다. {with} 쪽도 같은 락을 쥐고 있지만, 서로 호환되므로 아직 아무도 상대를 알아채지 못합니다."
                )
            }
            What::WaitsForLock { mode, row, by } => {
                let by = self.names(by);
                both!(
                    "{who} asks for the {mode} lock on {row} and waits for {by}.",
                    "{who}: {row}의 {mode} 락을 요청하지만 {by} 때문에 기다립니다."
                )
            }
            What::LockAfter { mode, row, waited } => {
                let waited = self.ms(*waited);
                both!(
                    "{who} has the {mode} lock on {row}, after waiting {waited} ms.",
                    "{who}: {waited} ms를 기다린 끝에 {row}의 {mode} 락을 얻습니다."
                )
            }
            What::Deadlock { victim, members } => {
                let (count, victim) = (members.len(), self.name(*victim));
                both!(
                    "That closes a cycle of {count}. InnoDB rolls {victim} back (error 1213).",
                    "이로써 {count}건의 대기가 순환합니다. InnoDB가 {victim} 쪽을 롤백합니다(오류 1213)."
                )
            }
            What::LockTimeout { row, waited } => {
                let waited = self.ms(*waited);
                both!(
                    "{who} has waited {waited} ms for {row}: innodb_lock_wait_timeout ends the statement (error 1205).",
                    "{who}: {row} 락을 {waited} ms 기다렸습니다. innodb_lock_wait_timeout에 걸려 문장이 실패합니다(오류 1205)."
                )
            }
            _ => Text::default(),
        }
    }
}

fn kind(wanted: Wanted) -> Text {
    match wanted {
        Wanted::Anomaly(anomaly) => match anomaly {
            Anomaly::LostUpdate => both!("The first lost update", "첫 갱신 손실"),
            Anomaly::Oversell => both!("The first unit oversold", "첫 초과 판매"),
            Anomaly::OverIssue => both!("The first coupon too many", "처음 초과 발급된 쿠폰"),
            Anomaly::DoubleIssue => both!("The first coupon issued twice", "처음 중복 발급된 쿠폰"),
            Anomaly::DoubleRedeem => {
                both!("The first coupon redeemed twice", "처음 중복 사용된 쿠폰")
            }
            Anomaly::DoubleHolder => {
                both!("The first lock with two holders", "처음으로 보유자가 둘이 된 락")
            }
            Anomaly::StaleWrite => {
                both!("The first write with an old token", "오래된 토큰으로 쓴 첫 사례")
            }
            Anomaly::BrokenInvariant => both!("The first broken invariant", "첫 불변식 위반"),
            Anomaly::RepeatedRow => both!("The first row shown twice", "처음 두 번 보인 행"),
            Anomaly::SkippedRow => both!("The first row left out", "처음 빠뜨린 행"),
            Anomaly::StaleRead => both!("The first stale read", "첫 낡은 읽기"),
            Anomaly::MissingOwnWrite => {
                both!("The first author who misses an own write", "자기 글을 못 본 첫 작성자")
            }
            Anomaly::BackwardRead => {
                both!("The first read back in time", "처음 과거로 돌아간 읽기")
            }
            Anomaly::LostCommit => both!("The first lost commit", "처음 사라진 커밋"),
            Anomaly::SplitBrain => {
                both!("The first commit on the old primary", "옛 프라이머리에 남은 첫 커밋")
            }
            Anomaly::LostEvent => both!("The first lost event", "첫 이벤트 유실"),
            Anomaly::DuplicatedEvent => both!("The first duplicated event", "첫 이벤트 중복"),
            Anomaly::PhantomEvent => both!("The first phantom event", "첫 유령 이벤트"),
        },
        Wanted::Failure(Failure::Deadlock) => both!("The first deadlock", "첫 데드락"),
        Wanted::Failure(Failure::LockWaitTimeout) => {
            both!("The first lock wait timeout", "첫 락 대기 타임아웃")
        }
        Wanted::Failure(failure) => {
            let label = failure.label();
            both!("The first {label}", "첫 {label}")
        }
        Wanted::Slowest => both!("One of the slowest 1 %", "가장 느린 1 % 중 하나"),
    }
}

fn violation(who: &str, anomaly: Anomaly) -> Text {
    match anomaly {
        Anomaly::LostUpdate => both!(
            "An update is lost: what was committed before is gone, and nobody was told.",
            "갱신이 사라집니다. 앞서 커밋된 변경이 덮어써졌는데 아무도 통보받지 못합니다."
        ),
        Anomaly::Oversell => {
            both!("{who} has bought a unit that there was not.", "{who}: 없는 재고를 샀습니다.")
        }
        Anomaly::OverIssue => both!(
            "{who} has a coupon beyond the number that there are.",
            "{who}: 정해진 수를 넘긴 쿠폰을 받았습니다."
        ),
        Anomaly::DoubleIssue => both!(
            "The user of {who} has the coupon twice.",
            "{who}의 사용자가 쿠폰을 두 번 받았습니다."
        ),
        Anomaly::DoubleRedeem => both!(
            "{who} has redeemed a coupon that was redeemed before.",
            "{who}: 이미 사용된 쿠폰을 다시 사용했습니다."
        ),
        Anomaly::DoubleHolder => both!(
            "Two now believe to hold the same lock.",
            "이제 둘이 같은 락을 쥐고 있다고 믿습니다."
        ),
        Anomaly::StaleWrite => both!(
            "{who} has written with an older token than the row has seen.",
            "{who}: 행이 이미 본 토큰보다 오래된 토큰으로 썼습니다."
        ),
        Anomaly::BrokenInvariant => {
            both!("Stock and orders no longer add up.", "재고와 주문의 합이 더는 맞지 않습니다.")
        }
        Anomaly::RepeatedRow => both!(
            "The page of {who} shows rows that an earlier page of the same walk has shown.",
            "{who}의 페이지에 같은 사용자가 앞 페이지에서 이미 본 행이 다시 나옵니다."
        ),
        Anomaly::SkippedRow => both!(
            "The page of {who} has passed rows that were there all the time and were on no page.",
            "{who}의 페이지가 내내 있었는데 어느 페이지에도 나오지 않은 행을 지나쳤습니다."
        ),
        Anomaly::StaleRead => both!(
            "{who} is shown a version that had been replaced before it asked.",
            "{who}: 요청하기 전에 이미 바뀐 옛 버전을 받았습니다."
        ),
        Anomaly::MissingOwnWrite => both!(
            "{who} does not see what the same user has just written.",
            "{who}: 방금 자기가 쓴 것이 보이지 않습니다."
        ),
        Anomaly::BackwardRead => both!(
            "{who} is shown an older version than the same user was shown before.",
            "{who}: 같은 사용자가 앞서 본 것보다 오래된 버전을 받았습니다."
        ),
        Anomaly::LostCommit => both!(
            "{who} had been told that its commit was done; it is gone.",
            "{who}: 커밋됐다는 응답까지 받았지만 그 커밋이 사라졌습니다."
        ),
        Anomaly::SplitBrain => both!(
            "{who} is committed on a primary that has been replaced: nobody else will see it.",
            "{who}: 이미 교체된 프라이머리에 커밋됐습니다. 아무도 보지 못합니다."
        ),
        Anomaly::LostEvent => both!(
            "Nobody is going to hear of what {who} has committed.",
            "{who}: 커밋한 변경을 아무도 전해 듣지 못합니다."
        ),
        Anomaly::DuplicatedEvent => {
            both!("The order of {who} is settled once more.", "{who}: 같은 주문이 또 정산됐습니다.")
        }
        Anomaly::PhantomEvent => both!(
            "Something was done because of {who}, which never committed.",
            "{who}: 커밋된 적이 없는데 그 이벤트가 처리됐습니다."
        ),
    }
}
