//! Databases in a story: their lines, and what is said of commits that are not everywhere.

use super::View;
use crate::content::text::{Text, both};
use crate::marketplace::checker::Anomaly;
use crate::marketplace::probe::Fate;
use crate::report::document::{Fill, Lane, Part, Verdict};
use crate::report::number;
use crate::sims::recording::copies::{Party, Server, State};
use crate::sims::recording::turns::{Behind, Lost, What};

impl View<'_> {
    /// A line for each database, and the manager.
    pub(super) fn servers(&self) -> Vec<Lane> {
        self.episode.servers.iter().map(|server| self.server(server)).collect()
    }

    fn server(&self, server: &Server) -> Lane {
        let change = |state| matches!(state, State::Sent | State::Relayed | State::Shows);
        let about = match server.party {
            _ if server.stays.iter().any(|stay| change(stay.state)) => both!("change", "변경"),
            Party::Manager => both!("does", "하는 일"),
            Party::Database(_) => both!("role", "역할"),
        };
        let parts = server.stays.iter().map(|stay| {
            let (fill, label) = state(stay.state);
            let (from, to) = (self.since(stay.from), self.since(stay.to));
            Part { from, to, fill, label: self.say(&label) }
        });
        let mut parts: Vec<Part> = parts.collect();
        // Both ends of a life as primary are worth a sign.
        let died = server.stays.windows(2).find(|pair| pair[0].state == State::Serves);
        if let Some(pair) = died {
            let at = self.since(pair[1].from);
            let fill = Fill::Ends(Verdict::No);
            parts.push(Part { from: at, to: at, fill, label: String::new() });
        }
        let party = match server.party {
            Party::Database(number) => database(number),
            Party::Manager => both!("manager", "매니저"),
        };
        Lane { party: self.say(&party), about: self.say(&about), parts }
    }

    /// What is said below a drawing from which something is left out.
    pub(super) fn left_out(&self) -> String {
        let gaps = &self.episode.gaps;
        if gaps.is_empty() {
            return String::new();
        }
        let spans: Vec<String> = gaps.iter().map(|(from, to)| length(to - from)).collect();
        let spans = spans.join(", ");
        self.say(&both!("left out, nothing happens: {spans}", "아무 일도 없어 생략: {spans}"))
    }

    pub(super) fn about_copies(&self, who: &str, what: &What) -> Text {
        match what {
            What::Publishes { row, replica, after, behind } => {
                self.publishes((who, row), *replica, *after, *behind)
            }
            What::IsReceived { replica } => both!(
                "Replica {replica} has received the change of {who}; it does not show it yet.",
                "복제본 {replica}: {who}의 변경을 받았지만 아직 보여 주지 않습니다."
            ),
            What::IsApplied { replica, after } => {
                let after = length(*after);
                both!(
                    "Replica {replica} shows the change of {who}, {after} after the commit.",
                    "복제본 {replica}: 커밋 {after} 뒤에야 {who}의 변경을 보여 줍니다."
                )
            }
            What::AsksReplica { replica, received: false } => both!(
                "{who} is sent to replica {replica}, which has not received the change.",
                "{who}: 변경을 아직 받지 못한 복제본 {replica}에서 읽습니다."
            ),
            What::AsksReplica { replica, received: true } => both!(
                "{who} is sent to replica {replica}, which has the change in its relay log and has not applied it.",
                "{who}: 변경을 릴레이 로그에 받아 두고 아직 적용하지 않은 복제본 {replica}에서 읽습니다."
            ),
            What::Misses { anomaly, row, age, by } => {
                misses(*anomaly, (who, row), &length(*age), &self.name(*by))
            }
            What::CommitsHere { lost: Lost::NotReceived(_) } => both!(
                "{who} has committed on the primary; the change is on its way to the replicas.",
                "{who}: 프라이머리에 커밋합니다. 변경은 복제본으로 가는 중입니다."
            ),
            What::CommitsHere { lost: Lost::NotFlushed } => both!(
                "{who} has committed; the disk does not have it yet.",
                "{who}: 커밋합니다. 아직 디스크에는 없습니다."
            ),
            What::Loses { lost: Lost::NotReceived(database) } => both!(
                "Replica {database} never received the commit of {who}: it is gone, although the client was told that it was done.",
                "복제본 {database}: {who}의 커밋을 받은 적이 없습니다. 클라이언트는 완료 응답을 받았지만 그 커밋은 사라집니다."
            ),
            What::Loses { lost: Lost::NotFlushed } => both!(
                "The commit of {who} was not on the disk: it is gone, although the client was told that it was done.",
                "{who}의 커밋이 디스크에 없었습니다. 클라이언트는 완료 응답을 받았지만 그 커밋은 사라집니다."
            ),
            What::Primary(fate) => primary(*fate),
            What::Promoted { database } => both!(
                "Replica {database} is the primary from now on.",
                "이제 프라이머리는 복제본 {database}입니다."
            ),
            _ => Text::default(),
        }
    }

    fn publishes(
        &self,
        (who, row): (&str, &str),
        replica: Option<u32>,
        after: Option<u64>,
        behind: Option<Behind>,
    ) -> Text {
        let Some(replica) = replica else {
            return both!(
                "{who} has committed a new version of {row}.",
                "{who}: {row}의 새 버전을 커밋합니다."
            );
        };
        let Some(after) = after.map(length) else {
            return both!(
                "{who} has committed a new version of {row}; replica {replica} does not show it before the recording ends.",
                "{who}: {row}의 새 버전을 커밋합니다. 복제본 {replica}에는 기록이 끝날 때까지 보이지 않습니다."
            );
        };
        let Some(Behind { request, rows }) = behind else {
            return both!(
                "{who} has committed a new version of {row}; replica {replica} will show it {after} later.",
                "{who}: {row}의 새 버전을 커밋합니다. 복제본 {replica}에는 {after} 뒤에 보입니다."
            );
        };
        let (other, rows) = (self.name(request), number::exact(rows as f64));
        both!(
            "{who} has committed a new version of {row}; replica {replica} will show it {after} later, behind a transaction of {rows} rows ({other}).",
            "{who}: {row}의 새 버전을 커밋합니다. 복제본 {replica}에는 {rows}행짜리 트랜잭션({other})에 밀려 {after} 뒤에 보입니다."
        )
    }
}

/// In the words of a failover, the first primary or a replica.
fn database(number: u32) -> Text {
    match number {
        0 => both!("primary", "프라이머리"),
        number => both!("replica {number}", "복제본 {number}"),
    }
}

fn state(state: State) -> (Fill, Text) {
    match state {
        State::Sent => (Fill::Waits, both!("on its way", "전송 중")),
        State::Relayed => (Fill::Works, both!("to be applied", "적용 대기")),
        State::Shows => (Fill::Holds, both!("shown", "보임")),
        State::Serves => (Fill::Holds, both!("primary", "프라이머리")),
        State::CutOff => (Fill::Waits, both!("cut off", "고립")),
        State::Down => (Fill::Waits, both!("down", "중단")),
        State::Detects => (Fill::Waits, both!("detects", "감지")),
        State::Promotes => (Fill::Works, both!("promotes", "승격")),
    }
}

fn primary(fate: Fate) -> Text {
    match fate {
        Fate::Dies => both!("The primary dies.", "프라이머리가 죽습니다."),
        Fate::CutOff => both!(
            "The network splits: the primary is alive, but replicas and the manager no longer reach it.",
            "네트워크가 갈라집니다. 프라이머리는 살아 있지만 복제본과 매니저가 닿지 못합니다."
        ),
        Fate::Noticed => both!(
            "The manager is sure that the primary is gone.",
            "매니저가 프라이머리가 사라졌다고 판단합니다."
        ),
        Fate::PoweredOff => both!(
            "The manager has switched the old primary off.",
            "매니저가 옛 프라이머리의 전원을 끕니다."
        ),
        Fate::Back => {
            both!("Instances have a primary again.", "인스턴스가 다시 프라이머리를 씁니다.")
        }
    }
}

fn misses(anomaly: Anomaly, (who, row): (&str, &str), age: &str, by: &str) -> Text {
    match anomaly {
        Anomaly::MissingOwnWrite => both!(
            "{who} is shown {row} without what the same user had committed {age} before asking ({by}).",
            "{who}: 요청 {age} 전에 같은 사용자가 커밋한 변경({by})이 빠진 {row} 행을 받습니다."
        ),
        Anomaly::BackwardRead => both!(
            "{who} is shown an older {row} than before: the version of {by}, committed {age} before it asked, is not there.",
            "{who}: 앞서 본 것보다 오래된 {row} 행을 받습니다. 요청 {age} 전에 커밋된 {by}의 버전이 없습니다."
        ),
        _ => both!(
            "{who} is shown a version of {row} that {by} had replaced {age} before it asked.",
            "{who}: 요청 {age} 전에 {by} 쪽이 이미 바꾼 {row}의 옛 버전을 받습니다."
        ),
    }
}

/// A span of time in the unit that suits it.
fn length(nanos: u64) -> String {
    let ms = nanos as f64 / 1e6;
    match nanos {
        0..10_000_000 => format!("{ms:.2} ms"),
        10_000_000..1_000_000_000 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1e3),
    }
}
