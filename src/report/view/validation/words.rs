//! What the comparison taught, written after looking at it. The numbers in these sentences are
//! those of the committed page; a changed model has to be looked at again.

use crate::content::text::{Text, both};

/// The rows that miss, with the mechanism behind them.
pub(super) fn misses() -> Vec<Text> {
    vec![
        both!(
            "Tomcat's queue is never quite empty. The mean queue of a stable run is 0.003 to 0.04 requests where the model has 0. Divided by the rate (Little's law) it is 0.02 to 0.1 ms a request: the hand-over from Tomcat's poller to a worker thread, which the model does at once and counts within the 0.3 ms outside the connection. A band of no width cannot hold it, and it is left as a miss.",
            "톰캣의 대기열은 완전히 비지 않는다. 안정 실행의 평균 대기열은 0.003~0.04건인데 모델은 0이다. 도착률로 나누면(리틀의 법칙) 요청마다 0.02~0.1 ms, 곧 톰캣의 폴러가 작업 스레드에 넘기는 시간이다. 모델은 이를 즉시 넘기고 커넥션 밖의 0.3 ms에 포함한다. 폭이 없는 범위에는 들어갈 수 없어 빗나간 것으로 둔다."
        ),
        both!(
            "Overload: HikariCP is less fair than the model. With 200 threads at 120 % (E2) throughput, mean and median are right, but pool waits have a p90 of 1,169 ms and a p99 of 1,952 ms, three and five rounds of the queue; the model gives 386 and 771 ms, and for requests a p99 of 2.2 instead of 3.2 s. A returned connection is visible to every newcomer until the woken waiter runs, and a waiter who loses starts again at the end. How often that happens depends on how long waking takes. The model uses the wake-up on idle cores (p50 13 µs), but generator, application and database shared two cores. With the wake-up measured beside two busy threads (p50 36 µs, p99 3.8 ms) the model gives 1,163 and 2,329 ms, with a fair queue 386 and 386: the measurement lies between the two. No measurement says how busy the cores were when connections were handed over, so the idle value stays.",
            "과부하: HikariCP는 모델보다 덜 공정하다. 스레드 200개, 부하 120 %(E2)에서 처리량과 평균과 중앙값은 맞지만, 커넥션 대기의 p90은 1,169 ms, p99는 1,952 ms로 대기열을 세 바퀴, 다섯 바퀴 도는 시간이다. 모델은 386 ms와 771 ms이고, 요청의 p99도 3.2초가 아니라 2.2초다. 돌려준 커넥션은 깨어난 스레드가 실행될 때까지 새로 온 스레드에게도 보이고, 빼앗긴 스레드는 맨 뒤에서 다시 기다린다. 얼마나 자주 빼앗기는지는 깨어나는 시간에 달렸다. 모델은 한가한 코어에서 잰 값(p50 13 µs)을 쓰지만, 실제로는 부하 발생기와 애플리케이션과 DB가 코어 두 개를 나눠 썼다. 바쁜 스레드 두 개 옆에서 잰 값(p50 36 µs, p99 3.8 ms)을 쓰면 모델은 1,163 ms와 2,329 ms, 공정한 대기열이면 386 ms와 386 ms다. 측정은 그 사이에 있다. 커넥션을 넘길 때 코어가 얼마나 바빴는지는 재지 않았으므로 한가한 값을 그대로 둔다."
        ),
        both!(
            "The same race makes the tails of two other runs longer than the model's: 200 users on 20 connections (E3: p99 215 instead of 195 ms, mean and median right), and the keep-alive clients on 20 connections at 120 % (p99 51 instead of 41 ms: one round of the pool more).",
            "같은 경쟁 때문에 다른 두 실행의 꼬리도 모델보다 길다. 커넥션 20개에 사용자 200명(E3: p99가 195 ms가 아니라 215 ms, 평균과 중앙값은 맞음), 그리고 연결 20개에 부하 120 %인 keep-alive 클라이언트(p99가 41 ms가 아니라 51 ms, 풀을 한 바퀴 더 돈다)다."
        ),
        both!(
            "New connections against a full max-connections at 120 %: in both worlds waits jump to seconds because dropped SYNs are sent again after 1, 3 and 7 s. The measured ones are longer (p90 5.4 instead of 3.1 s) and 144 of 4,754 requests got no answer, where the model answers all. The model drops SYNs only; a real kernel also drops the last packet of a handshake while the backlog is full, and then both sides repeat by timers of their own (our explanation, not measured). The machine was also 97 % busy in this run, so that it served 472 requests a second instead of 492. Judge the direction only.",
            "max-connections가 찬 상태에서 매번 새 연결을 여는 부하 120 %: 양쪽 모두 버려진 SYN을 1, 3, 7초 뒤에 다시 보내므로 대기가 초 단위로 뛴다. 측정이 더 길고(p90이 3.1초가 아니라 5.4초) 4,754건 중 144건은 응답을 받지 못했는데, 모델은 모두 응답한다. 모델은 SYN만 버리지만 실제 커널은 백로그가 차 있으면 핸드셰이크의 마지막 패킷도 버리고, 그 뒤에는 양쪽이 각자의 타이머로 다시 보낸다(우리의 설명이며 재지는 않았다). 이 실행에서 기계는 97 % 바빴고, 초당 492건이 아니라 472건을 처리했다. 방향만 보아야 한다."
        ),
        both!(
            "A constant time is never quite constant. Two sleeps of 30 and 20 ms one after the other have a p99 of 52.8 ms where the model allows 51.7: timers of a real machine end late.",
            "일정한 시간도 완전히 일정하지는 않다. 30 ms와 20 ms를 이어서 쉬면 p99가 52.8 ms인데 모델의 범위는 51.7 ms까지다. 실제 기계의 타이머는 늦게 끝난다."
        ),
        both!(
            "Two connections (E1 pool2): connections were held longer than 20.3 ms in all six runs, 21.2 ms in the mean. If the draws of the runs are independent that is 3.8 standard errors, more than chance; runs with 5 and 20 connections show nothing of the kind (20.2 and 20.3 ms). We do not know why, and the model has no mechanism for it. It makes most of the misses of pool2_load50 and pool2_load80.",
            "커넥션 2개(E1 pool2): 여섯 실행 모두 커넥션 점유 시간이 20.3 ms보다 길었고 평균은 21.2 ms다. 실행마다 난수가 독립이라면 표준 오차의 3.8배로 우연이라 하기 어렵다. 커넥션이 5개와 20개인 실행에는 그런 것이 없다(20.2 ms와 20.3 ms). 이유는 모르고, 모델에는 이를 설명할 장치가 없다. pool2_load50과 pool2_load80에서 벗어난 값은 대부분 여기서 나온다."
        ),
        both!(
            "The few others are windows at the edge: 5 of 100 lie outside a 95 % band even if the model is exact, and the numbers of one window miss together. In the first repeat of pool5_load50 services were short (held 19.4 ms).",
            "나머지 몇 개는 가장자리에 놓인 구간이다. 모델이 정확해도 100개 중 5개는 95 % 범위를 벗어나고, 한 구간의 값들은 함께 벗어난다. pool5_load50의 첫 반복은 서비스 시간이 짧게 뽑혔다(점유 19.4 ms)."
        ),
        both!(
            "Shown and not judged: maxima, and the time a connection is held, which is an input. Not compared: one request with a connection reset (the model has no such failure), maxima of sampled levels, CPU, and how late the generator sent (0.1 ms, inside every measured latency).",
            "보여 주기만 하고 판정하지 않는 것: 최댓값, 그리고 입력값인 커넥션 점유 시간. 비교하지 않는 것: 연결이 리셋된 요청 하나(모델에 없는 실패), 표본으로 잰 수준의 최댓값, CPU, 부하 발생기가 늦게 보낸 시간(0.1 ms, 측정한 모든 지연 시간에 들어 있음)."
        ),
    ]
}

/// What the constants of the database rest on.
pub(super) fn calibration() -> Vec<Text> {
    vec![both!("", "")]
}

/// What was measured, and how.
pub(super) fn stack() -> Vec<Text> {
    vec![
        both!(
            "One machine with 2 virtual x86-64 cores and Debian 12 ran everything: load generator, application, MariaDB and Redis. Where queues were the question the database slept (`DO SLEEP`) instead of computing, so that the shared cores were not the limit.",
            "가상 x86-64 코어 2개와 Debian 12를 쓰는 기계 한 대에서 부하 발생기, 애플리케이션, MariaDB, Redis를 모두 돌렸다. 대기열이 관심사인 실험에서는 함께 쓰는 코어가 한계가 되지 않도록 DB가 계산하는 대신 쉬게 했다(`DO SLEEP`)."
        ),
        both!(
            "Application: OpenJDK 17 with SerialGC, embedded Tomcat 10.1.60 (NIO) with one plain servlet, HikariCP 2.7.9 with as many idle connections as its maximum, mariadb-java-client 2.7.6. Threads, connections, backlog, pool and timeout as each run states; a throw-away run came first.",
            "애플리케이션: SerialGC를 쓰는 OpenJDK 17, 서블릿 하나만 있는 내장 톰캣 10.1.60(NIO), 유휴 커넥션 수를 최대 크기와 같게 둔 HikariCP 2.7.9, mariadb-java-client 2.7.6. 스레드, 연결, 백로그, 풀, 타임아웃은 실행마다 적힌 대로이며, 버리는 실행을 먼저 한 번 했다."
        ),
        both!(
            "Database: MariaDB 10.11.19, max_connections 600, 2 GiB buffer pool, REPEATABLE READ.",
            "DB: MariaDB 10.11.19, max_connections 600, 버퍼 풀 2 GiB, REPEATABLE READ."
        ),
        both!(
            "Load: open runs send by a Poisson process that does not wait for answers, over connections that are kept and used again last in, first out; latency counts from the intended moment. Closed runs have users who think for an exponential time. Levels were sampled every 5 ms.",
            "부하: open 실행은 응답을 기다리지 않는 푸아송 과정으로 보내고, 연결은 유지하며 나중에 쓴 것부터 다시 쓴다. 지연 시간은 보내려던 순간부터 잰다. closed 실행의 사용자는 지수 분포 시간만큼 생각한다. 수준은 5 ms마다 표본을 얻었다."
        ),
        both!(
            "E1 varies the size of the pool and the load (exponential 20 ms in the database, timeout 1 s). E2 varies threads, connections and backlog, and adds 30 ms of other work inside or outside the connection (constant 20 ms in the database). E3 has closed users who think for 100 ms. Every run starts empty; a request belongs to the window in which it was meant to be sent.",
            "E1은 풀의 크기와 부하를 바꾼다(DB 시간은 평균 20 ms의 지수 분포, 타임아웃 1초). E2는 스레드, 연결, 백로그를 바꾸고, 커넥션 안이나 밖에 30 ms의 다른 일을 더한다(DB 시간 20 ms 고정). E3은 100 ms 동안 생각하는 closed 사용자다. 모든 실행은 빈 상태에서 시작하고, 요청은 보내려던 시각이 속한 구간에 센다."
        ),
        both!(
            "maxKeepAliveRequests is not among the recorded settings. That the clients opened only as many connections as they used at once shows that it was unlimited; Tomcat's default of 100 would have closed many more.",
            "maxKeepAliveRequests는 기록에 없다. 클라이언트가 동시에 쓴 만큼만 연결을 연 것으로 보아 무제한이었다. 톰캣 기본값 100이었다면 훨씬 많은 연결이 닫혔을 것이다."
        ),
        both!(
            "The files are `sims/lab/*.toml`, the measurements `sims/lab/measured.csv`; any of them can be run with `prep sim --file`.",
            "파일은 `sims/lab/*.toml`, 측정값은 `sims/lab/measured.csv`에 있다. 어느 것이나 `prep sim --file`로 돌려 볼 수 있다."
        ),
    ]
}
