//! The rules that look at lines; here those about numbers and load tests.

mod surroundings;
mod wording;

use crate::content::text::both;

use super::layout::{Layout, Line};
use super::technologies::Named;
use super::{Finding, Level};
use surroundings::{emphasis, graphs, posts};
use wording::{api_list, share_of_work, vague};

/// Words of a change for the better.
const IMPROVED: [&str; 26] = [
    "improv",
    "faster",
    "reduc",
    "decreas",
    "increas",
    "cut ",
    "lower",
    "boost",
    "speed",
    "sped",
    "optimi",
    "saved",
    "shorten",
    "개선",
    "향상",
    "단축",
    "감소",
    "증가",
    "절감",
    "줄였",
    "줄임",
    "줄여",
    "높였",
    "빨라",
    "빠르게",
    "최적화",
];
/// Words of how, and under which load, something was measured.
const MEASURED: [&str; 35] = [
    "/s",
    "tps",
    "rps",
    "qps",
    "per second",
    "a second",
    "users",
    "vus",
    "jmeter",
    "ngrinder",
    "k6",
    "gatling",
    "locust",
    "load test",
    "measured",
    "benchmark",
    "explain",
    "rows",
    "for 10 min",
    " min",
    "초당",
    "동시",
    "명",
    "부하",
    "측정",
    "실측",
    "분간",
    "분 동안",
    "시간 동안",
    "건 기준",
    "만 건",
    "행",
    "실행 계획",
    "프로파일",
    "모니터링",
];
const TOOLS: [&str; 9] =
    ["jmeter", "ngrinder", "k6", "gatling", "locust", "artillery", "wrk", "vegeta", "hey "];
const RATES: [&str; 12] = [
    "/s",
    "tps",
    "rps",
    "qps",
    "per second",
    "a second",
    "users",
    "vus",
    "초당",
    "명",
    "스레드",
    "threads",
];
const RESULTS: [&str; 14] = [
    "p50",
    "p90",
    "p95",
    "p99",
    "ms",
    "→",
    "->",
    "error",
    "latency",
    "bottleneck",
    "오류",
    "에러",
    "응답",
    "병목",
];
const LOAD_TESTS: [&str; 8] = [
    "load test",
    "load-test",
    "stress test",
    "performance test",
    "부하 테스트",
    "부하테스트",
    "성능 테스트",
    "스트레스 테스트",
];
const LARGE: [&str; 15] = [
    "대용량 트래픽",
    "대규모 트래픽",
    "많은 트래픽",
    "높은 트래픽",
    "크게 개선",
    "크게 향상",
    "대폭",
    "획기적",
    "large-scale traffic",
    "high traffic",
    "heavy traffic",
    "massive traffic",
    "significantly",
    "dramatically",
    "greatly improved",
];

/// Every finding but those of versions.
pub(super) fn all(layout: &Layout, technologies: &[Named]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in layout.said() {
        let rules: [Option<Finding>; 5] = [
            number(layout, at, line),
            load_test(layout, at, line),
            api_list(layout, at, line, technologies),
            large(layout, at, line, technologies),
            share_of_work(line),
        ];
        let before = findings.len();
        findings.extend(rules.into_iter().flatten());
        // A line that is to be written anew is not told of its verb too.
        if findings.len() == before {
            findings.extend(vague(layout, at, line, technologies));
        }
    }
    findings.extend(graphs(layout));
    findings.extend(posts(layout));
    findings.extend(emphasis(layout));
    findings
}

/// A percentage of improvement: from what to what, measured how?
fn number(layout: &Layout, at: usize, line: &Line) -> Option<Finding> {
    let lower = line.prose.to_lowercase();
    let words = relative(&line.prose)?;
    if !IMPROVED.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let item = layout.words(layout.item(at));
    let context = layout.context(at).to_lowercase();
    let mend = both!(
        "both values with their unit, how measured, under which load: \"p95 820 → 310 ms at 300/s over 10 min\"",
        "두 값을 단위와 함께, 측정 방법과 부하를 적으세요: \"초당 300건 10분, p95 820 → 310 ms\""
    );
    let why = if !has_both_values(&item) {
        both!(
            "\"{words}\" has no baseline: 1,000 → 400 ms and 10 → 4 ms are both 60 %",
            "\"{words}\"에 기준값이 없습니다. 1,000 → 400 ms도 10 → 4 ms도 60 %입니다"
        )
    } else if !MEASURED.iter().any(|word| context.contains(word)) {
        both!(
            "\"{words}\": measured how, and under which load? Nobody could repeat it",
            "\"{words}\"를 어떻게, 어떤 부하에서 쟀는지 없습니다. 다시 재 볼 수 없습니다"
        )
    } else {
        return None;
    };
    Some(Finding {
        rule: "number",
        level: Level::Mend,
        line: line.number,
        words,
        why,
        mend,
        section: "four-parts",
    })
}

/// A share or a multiple as it stands there: `40 %`, `3배`, `3x`, `3 times`.
fn relative(prose: &str) -> Option<String> {
    let chars: Vec<char> = prose.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while at < chars.len() && (chars[at].is_ascii_digit() || matches!(chars[at], '.' | ',')) {
            at += 1;
        }
        let rest: String = chars[at..].iter().take(10).collect::<String>().to_lowercase();
        let behind = rest.trim_start();
        let ends = |unit: &str| {
            behind
                .strip_prefix(unit)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        let unit =
            ["%", "percent", "퍼센트", "프로 ", "배", "times", "x"].into_iter().find(|it| ends(it));
        if let Some(unit) = unit {
            let spaces = rest.chars().count() - behind.chars().count();
            let to = (at + spaces + unit.chars().count()).min(chars.len());
            return Some(chars[from..to].iter().collect::<String>().trim().to_owned());
        }
    }
    None
}

/// Whether a text says from what to what.
fn has_both_values(text: &str) -> bool {
    let lower = text.to_lowercase();
    let digit_before = |head: &str| {
        let tail: String = head.chars().rev().take(14).collect();
        tail.chars().any(|c| c.is_ascii_digit())
    };
    let digit_after = |tail: &str| tail.chars().take(14).any(|c| c.is_ascii_digit());
    let between = ["→", "->", "=>", "➔", "⇒", " to ", "에서", "~>"];
    between.iter().any(|sign| {
        lower
            .match_indices(sign)
            .any(|(at, sign)| digit_before(&lower[..at]) && digit_after(&lower[at + sign.len()..]))
    })
}

/// A claim of load tests without target, tool or result.
fn load_test(layout: &Layout, at: usize, line: &Line) -> Option<Finding> {
    let lower = line.prose.to_lowercase();
    let (place, name) = LOAD_TESTS.iter().find_map(|name| Some((lower.find(name)?, *name)))?;
    let context = layout.context(at).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| context.contains(word));
    let has_figure = states_a_figure(&context);
    let (tool, rate, result) =
        (has(&TOOLS), has(&RATES) && has_figure, has(&RESULTS) && has_figure);
    // `Load testing: JMeter` is a list of tools.
    let is_label = lower[place..].chars().skip(name.chars().count()).take(6).any(|c| c == ':');
    if (tool && rate && result) || (is_label && tool && !has_figure) {
        return None;
    }
    let mut en = Vec::new();
    let mut ko = Vec::new();
    for (known, english, korean) in [
        (rate, "target or rate", "목표나 도착률"),
        (tool, "tool", "도구"),
        (result, "result", "결과"),
    ] {
        if !known {
            en.push(english);
            ko.push(korean);
        }
    }
    let (en, ko) = (en.join(", "), ko.join(", "));
    Some(Finding {
        rule: "load-test",
        level: Level::Mend,
        line: line.number,
        words: name.to_owned(),
        why: both!(
            "missing in this load test: {en}. It invites \"which kind, which target, why?\" and costs points without an answer",
            "이 부하 테스트에 없는 것: {ko}. \"어떤 종류, 어떤 목표, 왜?\"라는 질문을 부르고 답이 없으면 마이너스입니다"
        ),
        mend: both!(
            "kind, target with its derivation, tool, result: \"average load 100/s for 30 min (k6), p99 < 300 ms held\"",
            "종류, 계산한 목표, 도구, 결과를 적으세요: \"평균 부하 초당 100건 30분(k6), p99 300 ms 미만 유지\""
        ),
        section: "arithmetic",
    })
}

/// A quantity that is only called large.
fn large(layout: &Layout, at: usize, line: &Line, known: &[Named]) -> Option<Finding> {
    let lower = line.prose.to_lowercase();
    let word = LARGE.iter().find(|word| lower.contains(*word))?;
    if has_figure(layout, at, known) {
        return None;
    }
    Some(Finding {
        rule: "quantity",
        level: Level::Mend,
        line: line.number,
        words: (*word).to_owned(),
        why: both!(
            "\"{word}\" is no quantity: the reader cannot calculate with it",
            "\"{word}\"은(는) 수치가 아닙니다. 읽는 사람이 계산해 볼 수 없습니다"
        ),
        mend: both!(
            "be kind to the reader and say how many: \"50 orders a day come in\"",
            "읽는 사람에게 친절하게 구체적인 수를 적으세요: \"하루 주문 50건\""
        ),
        section: "arithmetic",
    })
}

/// Whether the item of a line has a figure that is neither a version nor a date nor the number of
/// a list. `known` is in the order of the lines.
fn has_figure(layout: &Layout, at: usize, known: &[Named]) -> bool {
    let item = layout.item(at);
    let from = known.partition_point(|named| named.line <= item.start);
    let here = known[from..].iter().take_while(|named| named.line <= item.end);
    let mut words = layout.words(item.clone());
    for named in here {
        let Some(version) = &named.version else { continue };
        let version = version.trim_end_matches(".x");
        for between in [" ", "", " v", "(", " ("] {
            words = words.replace(&format!("{}{between}{version}", named.words), &named.words);
        }
    }
    states_a_figure(&words)
}

/// Whether a text has a number that is neither a date nor that of a list nor part of a name.
fn states_a_figure(text: &str) -> bool {
    for line in text.lines() {
        let line = line.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '-' | '*' | '•' | '.' | ')' | ' ' | '\t')
        });
        for number in
            line.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '/')))
        {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let starts_as_year = number.len() >= 4
                && ["19", "20"].iter().any(|head| number.starts_with(head))
                && number.bytes().take(4).all(|b| b.is_ascii_digit());
            let is_stuck = digits.is_empty() || in_a_name(line, number);
            if !is_stuck && !starts_as_year {
                return true;
            }
        }
    }
    false
}

/// Whether every place of a number is part of a name: `EC2`, `S3`, `k6`, `p99`.
fn in_a_name(line: &str, number: &str) -> bool {
    let mut places = line.match_indices(number);
    places.all(|(at, _)| line[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphabetic()))
}

/// The beginning of a line.
fn shown(words: &str) -> String {
    const MOST: usize = 60;
    let words = words.trim().trim_start_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '-' | '*' | '•' | '.' | ')' | ' ')
    });
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}
