//! A small content directory of one topic, one sim and one quiz without faults, for tests that
//! lay content of their own over the built-in one.

use crate::sandbox::Sandbox;

/// A sandbox with the content in `my/`.
pub(crate) fn sandbox() -> Sandbox {
    with(&[])
}

/// As [`sandbox`], with parts of files replaced: path, what stands there, what is to stand there.
pub(crate) fn with(faults: &[(&str, &str, &str)]) -> Sandbox {
    let mut files = FILES.map(|(path, text)| (path, text.to_owned()));
    for (path, from, to) in faults {
        let (_, text) = files.iter_mut().find(|(file, _)| file == path).unwrap();
        assert!(text.contains(from), "{path}: {from}");
        *text = text.replacen(from, to, 1);
    }
    let sandbox = Sandbox::new();
    for (path, text) in &files {
        sandbox.write(&format!("my/{path}"), text);
    }
    sandbox
}

const FILES: [(&str, &str); 7] = [
    ("topics/queues.md", TOPIC),
    ("topics/queues.ko.md", TOPIC_KO),
    ("sims/desk.toml", SIM),
    ("sims/desk.ko.toml", SIM_KO),
    ("quizzes/queues.toml", QUIZ),
    ("quizzes/queues.ko.toml", QUIZ_KO),
    ("outcomes/desk.json", include_str!("fixtures/desk.json")),
];

const TOPIC: &str = r#"+++
title = "Queues"
aliases = ["waiting lines"]
requires = []
sims = ["desk"]
checked = { what = "nothing", on = "2026-01-01" }
+++

## The 30-second answer {#short-answer}

Work waits where 1 server is not enough.

## Mechanism {#mechanism}

First in, first out: see [the defaults](#defaults) and [a desk](sim:desk). At 90/s p99 is
{{desk latency_ms_p99(90/s)}}.

```claims
desk slower
desk half-load
```

## Numbers and defaults {#defaults}

| Setting | Default |
|---|---|
| `max_connections` | 151 |

## Trade-offs {#trade-offs}

2 servers cost more than 1.

## Follow-up questions {#follow-ups}

### Why does it grow? {#growth}

- Good: more than 100 arrive in the time of 100.
- Weak: "It is slow."

## Red flags {#red-flags}

- "Add servers" without a number.

## Common misconceptions {#misconceptions}

- "2 servers halve the wait": they do more than that.

## See it run {#see-it-run}

```prep
sim desk
quiz queues
```

## In your own project {#your-project}

Count who waits: 0 most of the time.

## Sources {#sources}

- A. K. Erlang, 1909
"#;

const TOPIC_KO: &str = r#"+++
title = "대기열"
aliases = ["줄 서기"]
requires = []
sims = ["desk"]
checked = { what = "없음", on = "2026-01-01" }
+++

## 30초 답변 {#short-answer}

서버 1대로 모자라면 일이 기다린다.

## 동작 원리 {#mechanism}

먼저 온 것이 먼저 나간다. [기본값](#defaults)과 [창구](sim:desk) 참고. 초당 90건이면
p99가 {{desk latency_ms_p99(90/s)}}.

```claims
desk slower
desk half-load
```

## 숫자와 기본값 {#defaults}

| 설정 | 기본값 |
|---|---|
| `max_connections` | 151 |

## 트레이드오프 {#trade-offs}

2대는 1대보다 비싸다.

## 꼬리 질문 {#follow-ups}

### 왜 길어지나? {#growth}

- 좋음: 100건을 처리할 시간에 100건 넘게 온다.
- 약함: "느려서."

## 감점 요인 {#red-flags}

- 숫자 없이 "서버를 늘린다".

## 흔한 오해 {#misconceptions}

- "서버가 2대면 대기가 절반이다": 절반보다 더 줄어든다.

## 돌려 보기 {#see-it-run}

```prep
sim desk
quiz queues
```

## 내 프로젝트에서 확인하기 {#your-project}

기다리는 수를 센다. 대개 0이어야 한다.

## 출처 {#sources}

- A. K. Erlang, 1909
"#;

const SIM: &str = r#"format = "prep.sim/1"
base = "stack"
topic = "queues"
title = "A desk"
question = "How long is the line?"
see = "One clerk never settles."
why = "More arrive than are served."
next = ["topic queues"]

[run]
kind = "window"
measure = "2s"
replications = { min = 4, max = 4 }

[station.desk]
servers = 1

[endpoint.ask]
steps = [{ use = "desk", for = "exp 10ms" }]

[set]
load.all.rate = "50/s"
load.all.mix = { ask = 1 }

[vary]
knob = "load.all.rate"
values = ["50/s", "90/s"]

[show]
columns = ["completed_per_s", "latency_ms_p99"]

[[claim]]
id = "slower"
says = "More load, longer tail."
holds = "latency_ms_p99(50/s) < latency_ms_p99(90/s)"

[[claim]]
id = "half-load"
control = true
says = "At half load everything is served."
holds = "completed_per_s(50/s) within 20% of 50/s"
"#;

const SIM_KO: &str = r#"format = "prep.words/1"
title = "창구"
question = "줄이 얼마나 긴가?"
see = "직원 한 명으로는 안정되지 않는다."
why = "처리하는 것보다 많이 온다."
claim.slower = "부하가 늘면 꼬리가 길어진다."
claim.half-load = "절반의 부하에서는 모두 처리한다."
"#;

const QUIZ: &str = r#"format = "prep.quiz/1"
topic = "queues"
title = "Queues"

[misconceptions]
stack = "The newest is served first"
more-is-longer = "More servers make a longer queue"
reply-first = "The answer goes out before the work"
one-at-a-time = "Waiting costs no time"

[[question]]
id = "first"
type = "choice"
ask = "Who is served first in a FIFO queue?"
hint = "What does the O stand for?"
section = "mechanism"
see = "sim desk"
options = [
  { id = "oldest", text = "who came first", right = true, why = "First in, first out." },
  { id = "newest", text = "who came last", trap = "stack", why = "That is a stack." },
]
why = "The name says it."

[[question]]
id = "ceiling"
type = "number"
ask = "10 servers, 50 ms each: the highest throughput?"
hint = "What does one server do in a second?"
section = "short-answer"
answer = 200
unit = "1/s"
accept = { percent = 2 }
why = "10 / 0.05 s."

[[question]]
id = "both"
type = "several"
ask = "What makes a queue longer?"
hint = "Who waits for whom?"
section = "growth"
options = [
  { id = "rate", text = "more arrivals", right = true, why = "They have to wait somewhere." },
  { id = "time", text = "longer service", right = true, why = "The server is busy for longer." },
  { id = "servers", text = "more servers", trap = "more-is-longer", why = "They shorten it." },
]
why = "Load is rate times time."

[[question]]
id = "half"
type = "number"
ask = "1 server, 10 ms, 50/s: how busy?"
hint = "How long is it busy in a second?"
section = "mechanism"
answer = 50
unit = "%"
accept = { percent = 1 }
why = "50/s × 10 ms."

[[question]]
id = "third"
type = "number"
ask = "2 servers, 10 ms: the highest throughput?"
hint = "What does one server do in a second?"
section = "mechanism"
answer = 200
unit = "1/s"
accept = { percent = 1 }
why = "2 / 10 ms."

[[question]]
id = "fourth"
type = "number"
ask = "100/s and 10 inside: how long does each stay?"
hint = "Whose law?"
section = "mechanism"
answer = 100
unit = "ms"
accept = { percent = 1 }
why = "Little's law."

[[question]]
id = "steps"
type = "order"
ask = "In which order?"
hint = "What does a server need first?"
section = "mechanism"
steps = [
  { id = "arrive", text = "arrive" },
  { id = "wait", text = "wait" },
  { id = "work", text = "be served" },
  { id = "leave", text = "leave" },
]
wrong = [ { first = "leave", then = "work", trap = "reply-first", why = "Nothing is done yet." } ]
why = "First in, first out."

[[question]]
id = "when"
type = "trace"
ask = "1 server, 10 ms each. When is B done?"
hint = "Who comes first?"
section = "mechanism"
schedule = [
  { by = "A", do = "arrive at 0 ms" },
  { by = "B", do = "arrive at 5 ms" },
]
options = [
  { id = "twenty", text = "at 20 ms", right = true, why = "A until 10, B until 20." },
  { id = "fifteen", text = "at 15 ms", trap = "one-at-a-time", why = "A is served until 10 ms." },
]
why = "B waits 5 ms."
"#;

const QUIZ_KO: &str = r#"format = "prep.words/1"
title = "대기열"

[misconceptions]
stack = "나중에 온 것이 먼저 나간다"
more-is-longer = "서버가 많으면 줄이 길어진다"
reply-first = "일하기 전에 응답이 나간다"
one-at-a-time = "기다리는 데는 시간이 들지 않는다"

[question.first]
ask = "FIFO 대기열에서 누가 먼저 나가나?"
hint = "O는 무엇의 약자인가?"
options.oldest = { text = "먼저 온 사람", why = "선입선출." }
options.newest = { text = "나중에 온 사람", why = "그것은 스택이다." }
why = "이름 그대로다."

[question.ceiling]
ask = "서버 10대, 각 50 ms. 처리량의 상한은?"
hint = "서버 한 대는 1초에 몇 건인가?"
why = "10 ÷ 0.05 s."

[question.both]
ask = "무엇이 줄을 길게 하나?"
hint = "누가 누구를 기다리나?"
options.rate = { text = "더 많은 도착", why = "어딘가에서 기다려야 한다." }
options.time = { text = "더 긴 처리", why = "서버가 더 오래 바쁘다." }
options.servers = { text = "더 많은 서버", why = "줄을 줄인다." }
why = "부하는 비율 × 시간이다."

[question.half]
ask = "서버 1대, 10 ms, 초당 50건. 얼마나 바쁜가?"
hint = "1초에 얼마 동안 바쁜가?"
why = "초당 50건 × 10 ms."

[question.third]
ask = "서버 2대, 10 ms. 처리량의 상한은?"
hint = "서버 한 대는 1초에 몇 건인가?"
why = "2 ÷ 10 ms."

[question.fourth]
ask = "초당 100건, 안에 10건. 한 건은 얼마나 머무나?"
hint = "누구의 법칙인가?"
why = "리틀의 법칙."

[question.steps]
ask = "어떤 순서인가?"
hint = "서버는 무엇부터 필요한가?"
steps.arrive = "도착한다"
steps.wait = "기다린다"
steps.work = "처리된다"
steps.leave = "나간다"
wrong = ["아직 아무 일도 하지 않았다."]
why = "선입선출."

[question.when]
ask = "서버 1대, 건당 10 ms. B는 언제 끝나나?"
hint = "누가 먼저 왔나?"
options.twenty = { text = "20 ms", why = "A는 10까지, B는 20까지." }
options.fifteen = { text = "15 ms", why = "A가 10 ms까지 처리된다." }
why = "B는 5 ms 기다린다."
"#;
