//! One quiz with a question of every kind, for tests.

use crate::content::problem::Source;

use super::grade::Answer;
use super::question::{Choice, Question, QuestionKind, Quiz, WrongPair};
use super::unit::Unit;

pub(crate) const EN: &str = r#"format = "prep.quiz/1"
topic = "hikaricp-pool"
title = "HikariCP connection pool"

[misconceptions]
more-threads = "More threads get more work through a pool"
runtime = "Everything changes with the version"
other-hold = "The hold time is that of the other service"
mean-for-tail = "The tail is about twice the mean"
no-variance = "Arrivals come evenly"
commit-releases = "The connection goes back before the commit"
reads-wait = "A plain read waits for the writer"
small-pool = "A small pool is always the fault"

[[question]]
id = "first-wall"
type = "choice"
ask = "p99 climbs to 900 ms, application CPU 20 %, database CPU 30 %. What do you look at first?"
hint = "Which resource is idle?"
section = "mechanism"
see = "sim pool-size"
options = [
  { id = "pool", text = "the pool: `pending`", right = true, why = "CPU is idle: threads wait." },
  { id = "threads", text = "Tomcat threads", trap = "more-threads", why = "More threads only lengthen the queue." },
  { id = "all", text = "all of these", trap = "more-threads", why = "The second makes it worse.", keep = "last" },
]
why = "Threads that wait for a connection use no CPU."

[[question]]
id = "jdk-difference"
type = "several"
ask = "Which of these differ?"
hint = "Two of them do."
section = "defaults"
options = [
  { id = "java", text = "the version", right = true, why = "It does." },
  { id = "heap", text = "the heap", right = true, why = "It does too." },
  { id = "gc", text = "the collector", trap = "runtime", why = "It is the same." },
  { id = "jit", text = "the compiler", trap = "runtime", why = "It is the same, too." },
]
why = "Two of four differ."

[[question]]
id = "ceiling"
type = "number"
ask = "Pool of 10, each request holds a connection 50 ms. Highest throughput?"
hint = "What does one connection do in a second?"
section = "mechanism"
answer = 200
unit = "1/s"
accept = { percent = 2 }
wrong = [ { value = 500, trap = "other-hold", why = "That is 10 / 20 ms: the hold time here is 50 ms." } ]
why = "Throughput <= pool / hold time = 10 / 0.05 s = 200/s."

[[question]]
id = "p99-of-pool"
type = "sim"
ask = "Pool {pool} on each of two instances, {rate} requests/s in all: p99 in ms?"
hint = "Is it below the ceiling?"
section = "see-it-run"
sim = "pool-size"
params = [
  { name = "pool", knob = "spring.datasource.hikari.maximum-pool-size", values = [6, 8, 12] },
  { name = "rate", knob = "load.shoppers.rate", values = ["300/s", "600/s"] },
]
answer = "latency_ms_p99"
accept = { percent = 25 }
guard = "error_share < 0.01"
wrong = [
  { metric = "latency_ms_p50", trap = "mean-for-tail", why = "That is the median." },
  { value = "{pool} * 1000 / {rate}", trap = "no-variance", why = "Arrivals come in bursts." },
]
why = "Below the ceiling the pool of {pool} hardly queues."

[[question]]
id = "steps"
type = "order"
ask = "What happens in which order?"
hint = "What does a transaction need?"
section = "mechanism"
steps = [
  { id = "borrow", text = "borrow a connection" },
  { id = "begin", text = "begin" },
  { id = "commit", text = "commit" },
  { id = "give-back", text = "give the connection back" },
]
wrong = [ { first = "give-back", then = "commit", trap = "commit-releases", why = "It commits on it." } ]
why = "The connection is held from begin to commit."

[[question]]
id = "ends-in"
type = "trace"
ask = "stock = 5. What does B read?"
hint = "Does a plain read lock?"
section = "mechanism"
schedule = [
  { by = "A", do = "begin" },
  { by = "A", do = "update bids set stock = 4 where id = 1" },
  { by = "B", do = "select stock from bids where id = 1" },
]
options = [
  { id = "five", text = "5", right = true, why = "The last committed version." },
  { id = "waits", text = "it waits for A", trap = "reads-wait", why = "A plain read takes no lock." },
]
why = "MVCC: readers see the committed version."

[[question]]
id = "guess"
type = "predict"
ask = "Pool 50: p99 in ms?"
hint = "Who shares the cores?"
section = "see-it-run"
sim = "pool-size"
variant = "50"
answer = "latency_ms_p99"
accept = { percent = 30 }
why = "They share the cores."

[[question]]
id = "fault"
type = "diagnose"
ask = "What was changed?"
hint = "Who waits?"
section = "mechanism"
sim = "pool-size"
variant = "2"
beside = "10"
show = ["completed_per_s", "pool_wait_ms_p99"]
options = [
  { id = "pool", text = "a pool of 2", right = true, why = "The pool wait says it." },
  { id = "threads", text = "fewer threads", trap = "small-pool", why = "Then the pool would idle." },
]
why = "The wait grew, the throughput fell."

[[question]]
id = "explain"
type = "open"
ask = "p99 climbs, the CPUs idle. What do you look at?"
hint = "Who waits for whom?"
section = "mechanism"
points = [
  { id = "idle", text = "idle CPUs mean waiting" },
  { id = "pending", text = "names pending", weight = 3 },
]
model = "Idle CPUs mean waiting, so I look at pending."
why = "Waits before work."
"#;

pub(crate) const KO: &str = r#"format = "prep.words/1"
title = "HikariCP 커넥션 풀"

[misconceptions]
more-threads = "스레드를 늘리면 풀을 더 많이 통과한다"
runtime = "버전이 바뀌면 다 바뀐다"
other-hold = "점유 시간은 다른 서비스와 같다"
mean-for-tail = "꼬리는 평균의 두 배쯤이다"
no-variance = "요청은 고르게 온다"
commit-releases = "커밋하기 전에 커넥션을 돌려준다"
reads-wait = "일반 조회는 쓰기를 기다린다"
small-pool = "원인은 늘 작은 풀이다"

[question.first-wall]
ask = "p99가 900 ms까지 오르고 애플리케이션 CPU는 20 %, DB CPU는 30 %입니다. 무엇부터 보나요?"
hint = "어떤 자원이 노나요?"
why = "커넥션을 기다리는 스레드는 CPU를 쓰지 않습니다."
options.pool = { text = "풀: `pending`", why = "스레드가 기다리느라 CPU가 놉니다." }
options.threads = { text = "톰캣 스레드", why = "풀 앞의 대기열만 길어집니다." }
options.all = { text = "모두", why = "두 번째는 악화시킵니다." }

[question.jdk-difference]
ask = "무엇이 다른가요?"
hint = "둘이 다릅니다."
why = "넷 중 둘이 다릅니다."
options.java = { text = "버전", why = "다릅니다." }
options.heap = { text = "힙", why = "역시 다릅니다." }
options.gc = { text = "수집기", why = "같습니다." }
options.jit = { text = "컴파일러", why = "역시 같습니다." }

[question.ceiling]
ask = "풀 10, 요청마다 커넥션을 50 ms 점유합니다. 최대 처리량은?"
hint = "커넥션 하나가 1초에 몇 번 일하나요?"
why = "처리량 <= 풀 / 점유 시간 = 10 / 0.05 s = 200/s."
wrong = ["10 / 20 ms를 계산한 값입니다. 점유 시간은 50 ms입니다."]

[question.p99-of-pool]
ask = "인스턴스 두 대에 풀 {pool}개씩, 전체 {rate}입니다. p99는 몇 ms인가요?"
hint = "한계 아래인가요?"
why = "한계 아래에서는 풀 {pool}에 대기가 거의 없습니다."
wrong = ["중앙값입니다.", "요청은 몰려서 옵니다."]

[question.steps]
ask = "어떤 순서로 일어나나요?"
hint = "트랜잭션에는 무엇이 필요한가요?"
why = "커넥션은 시작부터 커밋까지 잡혀 있습니다."
steps.borrow = "커넥션을 빌린다"
steps.begin = "시작한다"
steps.commit = "커밋한다"
steps.give-back = "커넥션을 돌려준다"
wrong = ["커밋도 그 커넥션으로 합니다."]

[question.ends-in]
ask = "stock = 5입니다. B는 무엇을 읽나요?"
hint = "일반 조회가 락을 잡나요?"
why = "MVCC라서 커밋된 버전을 봅니다."
options.five = { text = "5", why = "마지막으로 커밋된 버전입니다." }
options.waits = { text = "A를 기다린다", why = "일반 조회는 락을 잡지 않습니다." }

[question.guess]
ask = "풀 50: p99는 몇 ms인가요?"
hint = "누가 코어를 나눠 쓰나요?"
why = "코어를 나눠 씁니다."

[question.fault]
ask = "무엇을 바꿨나요?"
hint = "누가 기다리나요?"
why = "대기가 늘고 처리량이 줄었습니다."
options.pool = { text = "풀을 2로", why = "풀 대기가 말해 줍니다." }
options.threads = { text = "스레드를 줄임", why = "그랬다면 풀이 놉니다." }

[question.explain]
ask = "p99는 오르고 CPU는 놉니다. 무엇을 보나요?"
hint = "누가 누구를 기다리나요?"
why = "일보다 대기를 먼저 봅니다."
points.idle = "CPU가 놀면 대기다"
points.pending = "pending을 말한다"
model = "CPU가 놀면 기다리는 것이므로 pending을 봅니다."
"#;

pub(crate) fn english() -> Source {
    Source::new("quizzes/hikaricp-pool.toml", EN)
}

pub(crate) fn korean() -> Source {
    Source::new("quizzes/hikaricp-pool.ko.toml", KO)
}

pub(crate) fn quiz() -> Quiz {
    super::read::read("hikaricp-pool", &english(), Some(&korean())).unwrap()
}

pub(crate) fn question<'q>(quiz: &'q Quiz, id: &str) -> &'q Question {
    quiz.questions.iter().find(|question| question.id == id).unwrap()
}

/// An answer that is right in full; `None` where the simulator has to be asked.
pub(crate) fn right_answer(question: &Question) -> Option<Answer> {
    let kind = &question.kind;
    match kind {
        QuestionKind::Number(number) => {
            Some(Answer::Number(format!("{}{}", number.answer, suffix(number.unit))))
        }
        QuestionKind::Order(order) => {
            Some(Answer::Order(order.steps.iter().map(|step| step.id.clone()).collect()))
        }
        QuestionKind::Open(open) => {
            let points = open.points.iter().map(|point| point.id.clone()).collect();
            Some(Answer::Open { text: open.model.en.clone(), points })
        }
        QuestionKind::Sim(_) | QuestionKind::Predict(_) => None,
        QuestionKind::Choice { .. }
        | QuestionKind::Several { .. }
        | QuestionKind::Trace { .. }
        | QuestionKind::Diagnose(_) => {
            let right = kind.options().iter().filter(|option| option.right);
            Some(Answer::Options(right.map(|option| option.id.clone()).collect()))
        }
    }
}

/// Each wrong answer that the file names, with its trap.
pub(crate) fn wrong_answers(question: &Question) -> Vec<(Answer, String)> {
    match &question.kind {
        QuestionKind::Number(number) => {
            let typed = |value: f64| Answer::Number(format!("{value}{}", suffix(number.unit)));
            let wrong = number.wrong.iter();
            wrong.map(|wrong| (typed(wrong.value), wrong.trap.value.clone())).collect()
        }
        QuestionKind::Order(order) => {
            let swapped = |pair: &WrongPair| {
                let mut ids: Vec<String> = order.steps.iter().map(|it| it.id.clone()).collect();
                let place = |id: &str| order.steps.iter().position(|it| it.id == id).unwrap();
                ids.swap(place(&pair.first), place(&pair.then));
                (Answer::Order(ids), pair.trap.value.clone())
            };
            order.wrong.iter().map(swapped).collect()
        }
        kind => {
            let wrong = kind.options().iter().filter(|option| !option.right);
            let answer = |option: &Choice| Answer::Options(vec![option.id.clone()]);
            wrong.map(|it| (answer(it), it.trap.clone().unwrap().value)).collect()
        }
    }
}

fn suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::PerSecond => "/s",
        Unit::Milliseconds => "ms",
        Unit::Seconds => "s",
        Unit::Percent => "%",
        Unit::Count | Unit::Share => "",
    }
}
