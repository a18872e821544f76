//! The rules that look at lines: numbers, verbs, graphs, links, load tests, emphasis.

use crate::content::text::both;

use super::layout::{Kind, Layout, Line};
use super::technologies::{Named, is_hangul};
use super::{Finding, Level};

/// Fewer characters than this are too few to speak of a share.
const EMPHASIS_OF: usize = 200;
/// More than this share of the characters shines.
const EMPHASIS_SHARE: f64 = 0.3;
/// More links to posts than anybody can speak about.
const POSTS: usize = 5;

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
const GRAPHS: [&str; 6] = [
    "ghchart.rshah.org",
    "activity-graph",
    "github-readme-stats",
    "github-contribution",
    "contribution graph",
    "activity graph",
];
const BLOGS: [&str; 8] = [
    "velog.io",
    "tistory.com",
    "medium.com",
    "brunch.co.kr",
    "blog.naver.com",
    "dev.to",
    "hashnode",
    "github.io",
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
const VAGUE_ENGLISH: [&str; 12] = [
    "used",
    "using",
    "utilized",
    "participated",
    "experienced",
    "worked on",
    "involved in",
    "responsible for",
    "helped",
    "familiar with",
    "experience with",
    "experience in",
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
    let item = layout.item(at);
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
    let has_figure = context.chars().any(|c| c.is_ascii_digit());
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
            "a load test without {en}: it invites \"which kind, which target, why?\" and costs points without an answer",
            "부하 테스트에 {ko}이(가) 없습니다. \"어떤 종류, 어떤 목표, 왜?\"라는 질문을 부르고 답이 없으면 마이너스입니다"
        ),
        mend: both!(
            "kind, target with its derivation, tool, result: \"average load 100/s for 30 min (k6), p99 < 300 ms held\"",
            "종류, 계산한 목표, 도구, 결과를 적으세요: \"평균 부하 초당 100건 30분(k6), p99 300 ms 미만 유지\""
        ),
        section: "arithmetic",
    })
}

/// A list of endpoints where work should stand.
fn api_list(layout: &Layout, at: usize, line: &Line, known: &[Named]) -> Option<Finding> {
    let count = line.prose.matches("API").count();
    let crud = line.prose.contains("CRUD");
    if (count < 3 && !crud) || has_figure(&layout.item(at), known) {
        return None;
    }
    Some(Finding {
        rule: "api-list",
        level: Level::Mend,
        line: line.number,
        words: shown(&line.prose),
        why: both!(
            "a list of APIs says what there is, not what you worked out",
            "API 목록은 무엇이 있는지만 말하고 무엇을 해결했는지는 말하지 않습니다"
        ),
        mend: both!(
            "one development with its difficulty and number: which problem, which decision, what came out",
            "개발한 것 하나를 어려웠던 점, 결정, 결과 숫자와 함께 구체적으로 쓰세요"
        ),
        section: "work",
    })
}

/// A quantity that is only called large.
fn large(layout: &Layout, at: usize, line: &Line, known: &[Named]) -> Option<Finding> {
    let lower = line.prose.to_lowercase();
    let word = LARGE.iter().find(|word| lower.contains(*word))?;
    if has_figure(&layout.item(at), known) {
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

/// `Contribution: 40 %`.
fn share_of_work(line: &Line) -> Option<Finding> {
    let lower = line.prose.to_lowercase();
    let (place, word) =
        ["기여도", "contribution"].iter().find_map(|it| Some((lower.find(it)?, *it)))?;
    let after = &lower[place + word.len()..];
    let percent = after.find('%')?;
    let between = &after[..percent];
    if between.chars().count() > 12 || !between.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    Some(Finding {
        rule: "contribution",
        level: Level::Mend,
        line: line.number,
        words: lower[place..=place + word.len() + percent].to_owned(),
        why: both!("a share of what? It invites that question", "무엇의 비율인지 묻게 됩니다"),
        mend: both!(
            "write the work: \"orders and payment, 4 of 9 endpoints\"",
            "한 일을 적으세요: \"주문·결제 담당, API 9개 중 4개\""
        ),
        section: "surroundings",
    })
}

/// A verb that says that a tool was there, and nothing else.
fn vague(layout: &Layout, at: usize, line: &Line, known: &[Named]) -> Option<Finding> {
    let words = vague_english(&line.prose).or_else(|| vague_korean(&line.prose))?;
    if has_figure(&layout.item(at), known) {
        return None;
    }
    Some(Finding {
        rule: "verb",
        level: Level::Mend,
        line: line.number,
        why: both!(
            "\"{words}\" says that it was there, not what you did",
            "\"{words}\"은(는) 있었다는 말이지 무엇을 했다는 말이 아닙니다"
        ),
        mend: both!(
            "say what you built or changed, and what came out, with a number",
            "무엇을 만들거나 바꿨고 결과가 어땠는지 숫자와 함께 쓰세요"
        ),
        words,
        section: "work",
    })
}

fn vague_english(prose: &str) -> Option<String> {
    let lower = prose.to_lowercase();
    let is_word = |at: usize, word: &str| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    // `is used by`, `memory used` are about things.
    let passive = ["is used", "are used", "be used", "was used", "were used", "memory used"];
    VAGUE_ENGLISH
        .iter()
        .find(|word| {
            let mut places = lower.match_indices(**word);
            places.any(|(at, word)| is_word(at, word))
                && !(**word == "used" && passive.iter().any(|passive| lower.contains(passive)))
        })
        .map(|word| (*word).to_owned())
}

/// `~을 사용`, `활용`, `경험`, `참여`, `담당` where a sentence ends in them.
fn vague_korean(prose: &str) -> Option<String> {
    let ends = |after: &str, verbs: &[&str]| {
        let after = after.trim_start_matches(['*', '_']);
        after.trim().is_empty()
            || after.trim_start().starts_with(['.', ',', ';'])
            || verbs.iter().any(|verb| after.starts_with(verb))
    };
    let verbs: &[(&str, &[&str])] = &[
        ("사용", &["했", "하여", "해", "함", "한 ", "하는", "하였", " 경험", "하고", "합니다"]),
        ("활용", &["했", "하여", "해", "함", "한 ", "하는", "하였", " 경험", "하고", "합니다"]),
        (
            "경험",
            &[
                "했",
                "함",
                "이 있",
                "보유",
                " 보유",
                " 있음",
                "하였",
                "해 봤",
                "해봤",
                "합니다",
                "이 있습니다",
            ],
        ),
        ("참여", &["했", "함", "하여", "해", "하였", " 경험", "합니다"]),
        ("담당", &["했", "함", "하여", "하였", "합니다"]),
    ];
    for (verb, endings) in verbs {
        for (at, _) in prose.match_indices(verb) {
            let before = prose[..at].trim_end();
            // The experience of users is a thing of its own; a label says nothing alone.
            let is_thing = *verb == "경험" && before.ends_with("사용자");
            let joined = prose[..at].chars().next_back().is_some_and(is_hangul)
                && !before.ends_with(['을', '를', '의'])
                && prose[..at].chars().next_back().is_some_and(|c| !c.is_whitespace())
                && *verb == "사용"
                && ["재", "미", "남", "공"].iter().any(|head| before.ends_with(head));
            let is_bare = before.trim_start_matches(['-', '*', '•', '·', ' ']).is_empty();
            if !is_thing && !joined && !is_bare && ends(&prose[at + verb.len()..], endings) {
                let tail: String = prose[at..].chars().take(verb.chars().count() + 1).collect();
                return Some(tail.trim_end_matches(['.', ',', ' ', '*', '_']).to_owned());
            }
        }
    }
    None
}

/// Whether a text has a figure that is neither a version nor a date nor the number of a list.
fn has_figure(text: &str, known: &[Named]) -> bool {
    let mut words = text.to_owned();
    for named in known {
        let Some(version) = &named.version else { continue };
        let version = version.trim_end_matches(".x");
        words = words.replace(&format!("{} {version}", named.words), &named.words);
        words = words.replace(&format!("{}{version}", named.words), &named.words);
    }
    for line in words.lines() {
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

/// An activity graph, above all one that is called a contribution.
fn graphs(layout: &Layout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in layout.lines.iter().enumerate().filter(|(_, it)| it.kind != Kind::Code) {
        let lower = line.raw.to_lowercase();
        let by_name =
            GRAPHS.iter().find(|name| lower.contains(*name)).map(|name| (*name).to_owned());
        let grass = line.prose.contains("잔디").then(|| "잔디".to_owned());
        let title = lower.trim().trim_matches(['#', '*', ' ', ':', '_']);
        let is_title =
            matches!(title, "contribution" | "contributions" | "github contributions" | "기여도");
        let has_image = layout.next_after(at).is_some_and(|next| {
            next.raw.contains("![") || next.raw.to_lowercase().contains("<img")
        });
        let label = (is_title && has_image).then(|| title.to_owned());
        let Some(words) = label.or(by_name).or(grass) else { continue };
        if findings.iter().any(|known: &Finding| line.number - known.line <= 3) {
            continue;
        }
        findings.push(Finding {
            rule: "graph",
            level: Level::Mend,
            line: line.number,
            words,
            why: both!(
                "an activity graph shows when, not what; with months left empty it has no merit, and it is no contribution",
                "잔디는 무엇을 했는지가 아니라 언제 했는지만 보여 줍니다. 몇 달이 비어 있으면 장점이 없고, 기여도도 아닙니다"
            ),
            mend: both!(
                "leave it out, and write under contribution what you built",
                "빼고, 기여에는 직접 만든 것을 적으세요"
            ),
            section: "surroundings",
        });
    }
    findings
}

/// Links to posts: each is a question.
fn posts(layout: &Layout) -> Vec<Finding> {
    let links: Vec<(&Line, &str)> = layout
        .lines
        .iter()
        .filter(|line| line.kind != Kind::Code)
        .flat_map(|line| {
            let lower = line.raw.to_lowercase();
            let hosts = BLOGS.iter().filter(move |host| lower.contains(*host));
            hosts.map(move |host| (line, *host))
        })
        .collect();
    let Some((first, host)) = links.first() else { return Vec::new() };
    let count = links.len();
    let many = count > POSTS;
    vec![Finding {
        rule: "blog",
        level: if many { Level::Mend } else { Level::Note },
        line: first.number,
        words: (*host).to_owned(),
        why: both!(
            "{count} links to a blog: be ready to speak about every post, and copied ones fall at the first \"why?\"",
            "블로그 링크가 {count}개입니다. 글마다 자신 있게 말할 수 있어야 하고, 복붙한 글은 첫 번째 \"왜요?\"에서 드러납니다"
        ),
        mend: both!(
            "link those that you can explain for 5 minutes without notes, and read them again before the interview",
            "메모 없이 5분 설명할 수 있는 글만 걸고 면접 전에 다시 읽으세요"
        ),
        section: "surroundings",
    }]
}

/// Too much that shines.
fn emphasis(layout: &Layout) -> Option<Finding> {
    let visible = |line: &&Line| matches!(line.kind, Kind::Text | Kind::Item);
    let lines = || layout.lines.iter().filter(visible);
    let all: usize =
        lines().map(|line| line.prose.chars().filter(|c| !c.is_whitespace()).count()).sum();
    let shining: usize = lines().map(|line| line.emphasised).sum();
    let share = shining as f64 / all.max(1) as f64;
    if all < EMPHASIS_OF || share <= EMPHASIS_SHARE {
        return None;
    }
    let first = lines().find(|line| line.emphasised > 0)?;
    let percent = (share * 100.0).round().min(100.0);
    Some(Finding {
        rule: "emphasis",
        level: Level::Mend,
        line: first.number,
        words: shown(&first.raw),
        why: both!(
            "{percent} % of the words are bold or coloured: if nearly all shine, none does",
            "글자의 {percent} %가 굵거나 색이 있습니다. 거의 다 빛나면 아무것도 눈에 띄지 않습니다"
        ),
        mend: both!("one figure a project", "프로젝트마다 숫자 하나만 강조하세요"),
        section: "surroundings",
    })
}

/// The beginning of a line.
fn shown(words: &str) -> String {
    const MOST: usize = 60;
    let words = words.trim().trim_start_matches(['-', '*', '•', ' ']);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}
