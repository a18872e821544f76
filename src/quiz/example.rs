//! One quiz with a question of every kind, for tests.

use crate::content::problem::Source;

use super::question::{Question, Quiz};

pub(crate) const EN: &str = r#"format = "prep.quiz/1"
topic = "hikaricp-pool"
title = "HikariCP connection pool"

[[question]]
id = "first-wall"
type = "choice"
ask = "p99 climbs to 900 ms, application CPU 20 %, database CPU 30 %. What do you look at first?"
section = "mechanism"
see = "sim pool-size"
options = [
  { id = "pool", text = "the pool: `pending`", right = true, why = "CPU is idle: threads wait." },
  { id = "threads", text = "Tomcat threads", why = "More threads only lengthen the queue." },
  { id = "all", text = "all of these", why = "The second makes it worse.", keep = "last" },
]
why = "Threads that wait for a connection use no CPU."

[[question]]
id = "jdk-difference"
type = "several"
ask = "Which of these differ?"
section = "defaults"
options = [
  { id = "java", text = "the version", right = true, why = "It does." },
  { id = "heap", text = "the heap", right = true, why = "It does too." },
  { id = "gc", text = "the collector", why = "It is the same." },
  { id = "jit", text = "the compiler", why = "It is the same, too." },
]
why = "Two of four differ."

[[question]]
id = "ceiling"
type = "number"
ask = "Pool of 10, each request holds a connection 50 ms. Highest throughput?"
section = "mechanism"
answer = 200
unit = "1/s"
accept = { percent = 2 }
wrong = [ { value = 500, why = "That is 10 / 20 ms: the hold time here is 50 ms." } ]
why = "Throughput <= pool / hold time = 10 / 0.05 s = 200/s."

[[question]]
id = "p99-of-pool"
type = "sim"
ask = "Pool {pool} on each of two instances, {rate} requests/s in all: p99 in ms?"
section = "see-it-run"
sim = "pool-size"
params = [
  { name = "pool", knob = "spring.datasource.hikari.maximum-pool-size", values = [6, 8, 12] },
  { name = "rate", knob = "load.shoppers.rate", values = ["300/s", "600/s"] },
]
answer = "latency_ms_p99"
accept = { percent = 25 }
guard = "error_share < 0.01"
why = "Below the ceiling the pool of {pool} hardly queues."
"#;

pub(crate) const KO: &str = r#"format = "prep.words/1"
title = "HikariCP 커넥션 풀"

[question.first-wall]
ask = "p99가 900 ms까지 오르고 애플리케이션 CPU는 20 %, DB CPU는 30 %입니다. 무엇부터 보나요?"
why = "커넥션을 기다리는 스레드는 CPU를 쓰지 않습니다."
options.pool = { text = "풀: `pending`", why = "스레드가 기다리느라 CPU가 놉니다." }
options.threads = { text = "톰캣 스레드", why = "풀 앞의 대기열만 길어집니다." }
options.all = { text = "모두", why = "두 번째는 악화시킵니다." }

[question.jdk-difference]
ask = "무엇이 다른가요?"
why = "넷 중 둘이 다릅니다."
options.java = { text = "버전", why = "다릅니다." }
options.heap = { text = "힙", why = "역시 다릅니다." }
options.gc = { text = "수집기", why = "같습니다." }
options.jit = { text = "컴파일러", why = "역시 같습니다." }

[question.ceiling]
ask = "풀 10, 요청마다 커넥션을 50 ms 점유합니다. 최대 처리량은?"
why = "처리량 <= 풀 / 점유 시간 = 10 / 0.05 s = 200/s."
wrong = ["10 / 20 ms를 계산한 값입니다. 점유 시간은 50 ms입니다."]

[question.p99-of-pool]
ask = "인스턴스 두 대에 풀 {pool}개씩, 전체 {rate}입니다. p99는 몇 ms인가요?"
why = "한계 아래에서는 풀 {pool}에 대기가 거의 없습니다."
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
