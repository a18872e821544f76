use super::*;
use crate::content::{Kind, Library};
use crate::quiz::{drill, read};

/// Line, rule and words of what a text is told.
fn told(text: &str) -> Vec<(usize, &'static str, String)> {
    let review = review(&Source::new("r.md", text)).unwrap();
    let findings = review.findings.into_iter();
    findings.map(|finding| (finding.line, finding.rule, finding.words)).collect()
}

fn rules(text: &str) -> Vec<&'static str> {
    told(text).into_iter().map(|(_, rule, _)| rule).collect()
}

fn versions(text: &str) -> Vec<(&'static str, Option<String>)> {
    let review = review(&Source::new("r.md", text)).unwrap();
    review.technologies.into_iter().map(|named| (named.name, named.version)).collect()
}

#[test]
fn versions_are_found_as_people_write_them() {
    let is = |text: &str, version: &str| {
        assert_eq!(versions(text)[0].1.as_deref(), Some(version), "{text}");
    };
    is("Spring Boot 3.4", "3.4");
    is("spring boot v3.2.1", "3.2.1");
    is("스프링부트 3.4.0 기반", "3.4.0");
    is("Java21", "21");
    is("JDK 17 (Temurin)", "17");
    is("Redis(7.2)", "7.2");
    is("**MySQL** 8.0.27", "8.0.27");
    is("| MySQL | 8.4 |", "8.4");
    is("Kafka: 3.x", "3.x");
    is("Kubernetes version 1.30", "1.30");
    is("레디스 버전 7", "7");
    is("`Redis 7`", "7");
    is("Redis and, later, Redis 7", "7");
}

#[test]
fn counts_and_dates_are_no_versions() {
    for text in [
        "Redis 3 nodes",
        "Redis 3대",
        "Java 3년",
        "Kafka 3 brokers",
        "MySQL 100만 행",
        "Java 2024",
        "MySQL 2024.03",
        "Redis 10 ms",
        "MySQL 30 %",
        "Redis",
        "Redis 캐시",
        "MySQL, 8 tables",
    ] {
        assert_eq!(versions(text)[0].1, None, "{text}");
        assert_eq!(rules(text), ["version"], "{text}");
    }
}

#[test]
fn names_are_words_of_their_own() {
    let names = |text: &str| -> Vec<&'static str> {
        versions(text).into_iter().map(|(name, _)| name).collect()
    };
    for text in
        ["JavaScript", "자바스크립트", "in spring we met", "to react to it", "myredis", "offRDS"]
    {
        assert_eq!(names(text), [""; 0], "{text}");
    }
    assert_eq!(
        names("JPA/Hibernate, Redis를, Spring Boot"),
        ["JPA, Hibernate", "Redis", "Spring Boot"]
    );
    assert_eq!(names("https://redis.io/mysql [kept](https://kafka.apache.org) Kafka"), ["Kafka"]);
    assert_eq!(names("```\nRedis\n```\n<!-- MySQL\nKafka --> Java 21"), ["Java"]);
    // What comes with Boot is known by its version.
    assert_eq!(rules("Spring Boot 3.4, JPA, Tomcat, HikariCP, Spring Security"), [""; 0]);
    assert_eq!(rules("JPA"), ["version"]);
    assert_eq!(rules("AWS, EC2, RDS, Grafana, JMeter, k6, Docker"), [""; 0]);
}

#[test]
fn a_number_needs_both_values_and_a_method() {
    let why = |text: &str| {
        let review = review(&Source::new("r.md", text)).unwrap();
        review.findings.first().map_or("", |finding| match &finding.why.en {
            why if why.contains("no baseline") => "baseline",
            why if why.contains("measured how") => "method",
            _ => "other",
        })
    };
    for (text, expected) in [
        ("- Improved performance by 40 %", "baseline"),
        ("- 조회 성능 40% 개선", "baseline"),
        ("- 응답 3배 향상", "baseline"),
        ("- made it 3x faster", "baseline"),
        ("- p95 820 → 310 ms, 60 % faster", "method"),
        ("- p95를 820 ms에서 310 ms로 60% 단축", "method"),
        ("- p95 820 → 310 ms at 300/s, 60 % faster", ""),
        ("- p95를 820 ms에서 310 ms로 60% 단축(초당 300건, 10분)", ""),
        ("- Cut latency by 60 %\n  - p95 820 -> 310 ms (k6, 300/s)", ""),
        ("- At 300/s with k6\n  - p95 from 820 to 310 ms, 62 % faster", ""),
        ("- Hit share 95 %, CPU 20 %", ""),
        ("- 적중률 95 %", ""),
        ("## 40 % improved", ""),
        ("```\nimproved by 40 %\n```", ""),
        ("See `improved by 40 %`", ""),
        ("[x](https://a.example/40%25-faster)", ""),
    ] {
        assert_eq!(why(text), expected, "{text}");
    }
}

#[test]
fn a_verb_alone_says_nothing_and_a_figure_beside_it_does() {
    for text in [
        "- Used the Redis 7 API for caching",
        "- Participated in a project",
        "- Responsible for the backend",
        "- Redis 7을 사용하여 캐싱 적용",
        "- QueryDSL 5.1을 활용한 조회",
        "- 프로젝트 참여",
        "- 배포 경험",
        "- 대규모 배포 경험이 있습니다.",
        "3. 주문 도메인을 담당했습니다.",
        "- 2024.03 프로젝트 참여",
        "- EC2 배포 담당",
    ] {
        assert_eq!(rules(text), ["verb"], "{text}");
    }
    for text in [
        "- Used Redis 7 for product pages: reads 400 → 20/s",
        "- memory used is watched",
        "- 주문·결제 담당, API 9개 중 4개",
        "- Redis 7을 사용해 DB 조회 초당 400 → 20건",
        "- 사용자 경험",
        "- 사용자가 보는 화면",
        "- 커넥션 사용률, 사용량, 사용 중인 커넥션",
        "- 재사용할 수 있는 모듈",
        "- 담당: 주문",
        "- 담당 업무",
        "## 경험",
        "경험\n====",
        "| 담당 | 경험 |\n|---|---|",
    ] {
        assert_eq!(rules(text), [""; 0], "{text}");
    }
}

#[test]
fn a_load_test_has_target_tool_and_result() {
    for text in [
        "- Performed load tests",
        "- JMeter로 부하 테스트 진행",
        "- 부하 테스트 500 TPS",
        "- Load tests with k6",
    ] {
        assert_eq!(rules(text), ["load-test"], "{text}");
    }
    for text in [
        "- Load test with k6 at 300/s for 10 min: p99 250 ms",
        "- JMeter 부하 테스트, 초당 300건 10분, p99 250 ms",
        "- Load testing: JMeter, k6",
        "- 부하 테스트: nGrinder",
    ] {
        assert_eq!(rules(text), [""; 0], "{text}");
    }
    let review = review(&Source::new("r.md", "- 부하 테스트 500 TPS")).unwrap();
    assert_eq!(
        review.findings[0].why.en.split(". ").next(),
        Some("missing in this load test: tool, result")
    );
}

#[test]
fn graphs_links_lists_and_quantities() {
    let many = "https://velog.io/@a/1\n\nhttps://velog.io/@a/2\n\n".repeat(3);
    let one = |text: &str| {
        let told = told(text);
        assert_eq!(told.len(), 1, "{text}: {told:?}");
        told[0].clone()
    };
    let is = |text: &str, line, rule, words: &str| {
        assert_eq!(one(text), (line, rule, words.to_owned()), "{text}");
    };
    is("# A\n\n## Contributions\n\n![g](x.svg)", 3, "graph", "contributions");
    is("![g](https://ghchart.rshah.org/a)", 1, "graph", "ghchart.rshah.org");
    is("매일 잔디를 심었다", 1, "graph", "잔디");
    is("- Contribution: 40 %", 1, "contribution", "contribution: 40 %");
    is("- 기여도 40%", 1, "contribution", "기여도 40%");
    is("블로그: https://a.tistory.com", 1, "blog", "tistory.com");
    is(&many, 1, "blog", "velog.io");
    is("- 회원 API, 상품 API, 주문 API 개발", 1, "api-list", "회원 API, 상품 API, 주문 API 개발");
    is("- 게시판 CRUD 구현", 1, "api-list", "게시판 CRUD 구현");
    is("- 대용량 트래픽 처리", 1, "quantity", "대용량 트래픽");
    is("- Handled high traffic", 1, "quantity", "high traffic");
    for text in [
        "## Contributions\n\n- Orders and payment, 4 of 9 endpoints",
        "- Contributed a fix to HikariCP 6.0",
        "- 기여: 주문·결제, API 9개 중 4개",
        "- 대용량 트래픽: 초당 1,157건",
        "- Order API: 4 of 9 API endpoints, 620 → 0 deadlocks/s with one API change",
    ] {
        assert!(!rules(text).iter().any(|rule| *rule != "version"), "{text}: {:?}", told(text));
    }
    let level = |text: &str| review(&Source::new("r.md", text)).unwrap().findings[0].level;
    assert_eq!((level("https://velog.io/@a/1"), level(&many)), (Level::Note, Level::Mend));
}

#[test]
fn emphasis_is_for_one_figure() {
    let dull = "- We measured the time of an order before and after the change of the locks.\n";
    let bright =
        "- **We measured the time of an order before and after the change of the locks.**\n";
    assert_eq!(rules(&dull.repeat(9)), [""; 0]);
    assert_eq!(rules(&format!("{}{bright}", dull.repeat(9))), [""; 0]);
    let told = told(&format!("{}{}", dull.repeat(3), bright.repeat(6)));
    assert_eq!((told.len(), told[0].0, told[0].1), (1, 4, "emphasis"));
    let coloured =
        bright.replacen("**", "<span style=\"color:red\">", 1).replacen("**", "</span>", 1);
    assert_eq!(rules(&coloured.repeat(6)), ["emphasis"]);
    assert_eq!(rules(bright), [""; 0], "too short to speak of a share");
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let problem = review(&Source::new("r.pdf", "%PDF\0x")).unwrap_err();
    assert!(problem.what.en.starts_with("this is no text"), "{problem:?}");
}

#[test]
fn no_cut_of_a_text_panics_and_a_large_one_takes_no_time() {
    let text = "# İ 경험\n- **Redis** 7.을 사용, 60%→ 개선 `x\n<!-- [a](b <span style 기여도 4% http://x\n";
    for (at, _) in text.char_indices() {
        let _ = told(&text[..at]);
        let _ = told(&text[at..]);
    }
    // Quadratic rules would take minutes.
    for line in ["- 60% 개선\n", "Redis JPA 사용\n", "잔디 https://velog.io/a\n", "부하 테스트\n"]
    {
        assert!(!told(&line.repeat(20_000)).is_empty());
    }
}

#[test]
fn questions_follow_the_technologies_with_findings_first_and_none_twice() {
    let library = Library::embedded();
    let quizzes: Vec<Quiz> =
        library.slugs(Kind::Quiz).iter().map(|slug| read::load(&library, slug).unwrap()).collect();
    let drills: Vec<Drill> = library
        .slugs(Kind::Drill)
        .iter()
        .map(|slug| drill::read::load(&library, slug).unwrap())
        .collect();
    let review = review(&Source::new("r.md", "MySQL 8.0, Redis, Redis, MariaDB 10.11")).unwrap();
    let follow_ups = follow_ups(&review, &quizzes, &drills);
    let mut order: Vec<&str> = follow_ups.iter().map(|follow| follow.technology).collect();
    order.dedup();
    assert_eq!(order, ["Redis", "MySQL", "MariaDB"]);
    let mut commands: Vec<&str> = follow_ups.iter().map(|follow| follow.command.as_str()).collect();
    assert_eq!(commands[0], "interview redis-diagram");
    let count = commands.len();
    commands.sort_unstable();
    commands.dedup();
    assert_eq!(commands.len(), count);
    // Every topic of the table exists.
    for row in technologies::topics() {
        assert!(library.slugs(Kind::Topic).contains(&row), "{row}");
    }
}
