//! Documents for the tests of the renderers.

use crate::content::text::Lang;
use crate::report::document::*;

fn t(words: &str) -> Span {
    Span::text(words)
}

fn cells(texts: &[&str]) -> Row {
    Row::Cells(texts.iter().map(|text| vec![t(text)]).collect())
}

fn point(x: f64, y: f64, half: f64, mark: Mark) -> Point {
    Point { x, y, low: y - half, high: y + half, mark }
}

/// Chooses the words of one language.
type Say = fn(&'static str, &'static str) -> &'static str;

/// A report of a sim with every block that one can have.
pub(super) fn report(lang: Lang) -> Document {
    let say: Say = match lang {
        Lang::En => |english, _| english,
        Lang::Ko => |_, korean| korean,
    };
    let question = say(
        "How many HikariCP connections does this service need?",
        "커넥션 풀은 몇 개면 충분한가?",
    );
    Document {
        title: "pool-size".to_owned(),
        blocks: vec![
            Block::Heading { level: 1, id: None, text: vec![t("pool-size   "), t(question)] },
            Block::Paragraph(vec![
                t(say("2 app instances, MySQL on 4 cores, ", "앱 인스턴스 2대, 4코어 MySQL, ")),
                Span::Strong(vec![t(say("900 requests/s", "초당 900 요청"))]),
                t(say(", open; a query holds its ", ", 열린 도착. 쿼리가 ")),
                Span::code("Connection"),
                t(say(" 18 ms.", "을 18 ms 동안 잡습니다.")),
            ]),
            Block::Table(table(say)),
            Block::Chart(chart(say)),
            Block::Bars(bars(say)),
            Block::Checks(checks(say)),
            Block::Labelled(labelled(say)),
        ],
    }
}

fn table(say: Say) -> Table {
    let head = |en, korean, align| Column { head: vec![t(say(en, korean))], align };
    let columns = vec![
        Column {
            head: vec![Span::code("spring.datasource.hikari.maximum-pool-size")],
            align: Align::Left,
        },
        head("completed per s", "초당 완료", Align::Right),
        head("p50 ms", "p50 ms", Align::Right),
        head("p99 ms", "p99 ms", Align::Right),
        head("pool wait p99, ms", "풀 대기 p99, ms", Align::Right),
        head("pool timeouts", "풀 타임아웃", Align::Right),
        head("database cores busy", "쓰는 DB 코어", Align::Right),
    ];
    let rows = vec![
        Row::Note {
            first: vec![t("5")],
            text: vec![Span::Toned(
                Tone::Bad,
                say(
                    "does not settle: 548/s served of 900/s offered; in the first 30 s p50 is 5900 ms",
                    "안정되지 않습니다: 초당 900건 중 548건만 처리하고, 첫 30초의 p50이 5900 ms입니다",
                )
                .to_owned(),
            )],
        },
        cells(&["10", "900 ±2", "21.4 ±0.2", "96 ±3", "61 ±3", "< 0.01 %", "3.4 of 4"]),
        cells(&["20", "900 ±2", "20.9 ±0.2", "112 ±4", "8 ±1", "< 0.01 %", "3.6 of 4"]),
        cells(&["50", "900 ±2", "22.8 ±0.3", "148 ±5", "0", "< 0.01 %", "3.6 of 4"]),
    ];
    Table { columns, rows, keep: 4 }
}

fn chart(say: Say) -> Chart {
    let points = vec![
        point(5.0, 2900.0, 600.0, Mark::Unsettled),
        point(6.0, 600.0, 90.0, Mark::Sweep),
        point(8.0, 130.0, 20.0, Mark::Variant),
        point(10.0, 96.0, 3.0, Mark::Variant),
        point(20.0, 112.0, 4.0, Mark::Variant),
        point(50.0, 148.0, 5.0, Mark::Variant),
    ];
    Chart {
        y_title: "p99 ms".to_owned(),
        x_title: say("connections per instance", "인스턴스당 커넥션").to_owned(),
        x_log: false,
        y_log: true,
        series: vec![Series { name: String::new(), points }],
    }
}

fn bars(say: Say) -> Bars {
    let bar = |label, shown: &str, share| Bar { label, shown: shown.to_owned(), share };
    Bars {
        title: say("Where the slowest 1 % spend their time", "가장 느린 1 %가 시간을 쓰는 곳")
            .to_owned(),
        rows: vec![
            bar(say("thread queue", "스레드 대기열").to_owned(), "0 ms", 0.0),
            bar(say("application", "애플리케이션").to_owned(), "3 ms", 0.03),
            bar(say("pool wait", "풀 대기").to_owned(), "62 ms", 0.65),
            bar(say("database", "데이터베이스").to_owned(), "31 ms", 0.325),
        ],
    }
}

fn checks(say: Say) -> Vec<Check> {
    vec![
        Check {
            verdict: Verdict::Yes,
            text: vec![t(say(
                "A pool below demand never settles: 5 connections of 18 ms carry 278 requests/s an instance",
                "수요보다 작은 풀은 안정되지 않는다: 18 ms짜리 커넥션 5개는 인스턴스당 초당 278건이 한계다",
            ))],
        },
        Check {
            verdict: Verdict::No,
            text: vec![t(say("more connections buy throughput", "커넥션을 늘리면 처리량이 는다"))],
        },
        Check {
            verdict: Verdict::Open,
            text: vec![t(say("not decided by these runs", "이 실행으로는 알 수 없다"))],
        },
    ]
}

fn labelled(say: Say) -> Vec<(String, Vec<Span>)> {
    vec![
        (
            say("Why", "이유").to_owned(),
            vec![t(say(
                "10 connections already keep the cores busy. A small pool is a queue in front of the database.",
                "커넥션 10개로 이미 코어가 꽉 찹니다. 작은 풀은 데이터베이스 앞의 대기열입니다.",
            ))],
        ),
        (
            say("Next", "다음").to_owned(),
            vec![
                Span::code("prep topic hikaricp-pool"),
                t("      "),
                Span::code("prep sim pool-size --set load.rate=300/s"),
            ],
        ),
    ]
}

/// Prose as topics have it.
pub(super) fn prose() -> Document {
    let item = |words: &str| Item::from(vec![Block::Paragraph(vec![t(words)])]);
    Document {
        title: "Prose".to_owned(),
        blocks: vec![
            Block::Heading {
                level: 2,
                id: Some("mechanism".to_owned()),
                text: vec![t("Mechanism")],
            },
            Block::Paragraph(vec![
                t("See "),
                Span::Link {
                    to: "https://example.com/a?b=1&c".to_owned(),
                    text: vec![t("the source")],
                },
                t(" and "),
                Span::Link { to: "javascript:alert(1)".to_owned(), text: vec![t("not this")] },
                t("; "),
                Span::Emphasis(vec![t("mind")]),
                t(" a|b, 1 < 2 & `x_y`."),
                Span::Break,
                t("- no list"),
            ]),
            Block::List {
                first: Some(9),
                items: vec![
                    item("nine"),
                    Item::from(vec![
                        Block::Paragraph(vec![t(
                            "ten, which is long enough to need a second line of text",
                        )]),
                        Block::List { first: None, items: vec![item("inner"), item("other")] },
                    ]),
                ],
            },
            Block::Quote(vec![Block::Paragraph(vec![t("A pool is a queue.")])]),
            Block::Code {
                language: "sql".to_owned(),
                text: "select *\n\tfrom bids -- ```\n".to_owned(),
            },
            Block::Rule,
        ],
    }
}

/// Everything that could make a renderer stumble.
pub(super) fn nasty() -> Document {
    let evil =
        "\u{1b}[31m\u{7}\u{202e}\u{9b}31m<script>&\"'\r\n\t\u{2028}☺\u{fe0f}👩\u{200d}👧가나다";
    let long = "x".repeat(300);
    let words = || vec![t(evil), Span::code(evil), t(&long), Span::Toned(Tone::Bad, long.clone())];
    let mut nested = vec![Block::Paragraph(words())];
    for depth in 0..16 {
        nested = match depth % 2 {
            0 => vec![Block::Quote(nested)],
            _ => {
                let items = vec![nested.into(), Item { done: Some(false), blocks: vec![] }];
                vec![Block::List { first: Some(u64::MAX), items }]
            }
        };
    }
    let column = |align| Column { head: words(), align };
    let strange = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300, -1e300, 1e-300];
    let strange = strange.map(|x| Point { x, y: x, low: -x, high: f64::NAN, mark: Mark::Variant });
    let series = |points: Vec<Point>| Series { name: evil.to_owned(), points };
    let chart = |points: Vec<Point>, log| {
        Block::Chart(Chart {
            y_title: evil.to_owned(),
            x_title: long.clone(),
            x_log: log,
            y_log: log,
            series: vec![series(points), series(Vec::new())],
        })
    };
    let bars = [f64::NAN, -1.0, 7.0, 1e-9].map(|share| Bar {
        label: evil.to_owned(),
        shown: long.clone(),
        share,
    });
    let wide = |count: usize| {
        let note = Row::Note { first: words(), text: words() };
        let rows = vec![Row::Cells(vec![words(); count + 2]), Row::Cells(Vec::new()), note];
        let columns = vec![column(Align::Left), column(Align::Right)];
        let columns = columns.into_iter().cycle().take(count).collect();
        Block::Table(Table { columns, rows, keep: 99 })
    };
    let mut blocks = nested;
    blocks.extend([
        Block::Heading { level: 9, id: Some(evil.to_owned()), text: words() },
        Block::List { first: None, items: Vec::new() },
        Block::Code { language: evil.to_owned(), text: format!("{evil}\n{long}````") },
        Block::Checks(vec![Check { verdict: Verdict::No, text: words() }]),
        Block::Labelled(vec![(long.clone(), words()), (evil.to_owned(), Vec::new())]),
        Block::Bars(Bars { title: evil.to_owned(), rows: bars.to_vec() }),
        Block::Table(Table { columns: Vec::new(), rows: Vec::new(), keep: 0 }),
        chart(strange.to_vec(), false),
        chart(strange.to_vec(), true),
        chart(vec![point(1.0, 5.0, 0.0, Mark::Unsettled)], true),
        chart(Vec::new(), false),
    ]);
    for (from, to) in [(0.0, 1.0), (f64::NAN, 1.0), (1.0, 1.0), (-1e300, 1e300)] {
        let part = |fill| Part { from: f64::NAN, to: 2.0, fill, label: evil.to_owned() };
        let fills = [Fill::Waits, Fill::Holds, Fill::Works, Fill::Ends(Verdict::No)];
        let lane = |party: &str| Lane {
            party: party.to_owned(),
            about: evil.to_owned(),
            parts: fills
                .iter()
                .map(|fill| part(*fill))
                .chain([
                    Part { from: 0.5, to: 0.1, fill: Fill::Works, label: long.clone() },
                    Part { from: 0.1, to: 0.9, fill: Fill::Holds, label: evil.to_owned() },
                ])
                .collect(),
        };
        let lanes = vec![lane(&long), lane(""), lane(evil)];
        let (unit, left_out) = (evil.to_owned(), evil.to_owned());
        let gaps = vec![(0.2, 0.3), (0.7, 0.7), (0.9, f64::NAN)];
        blocks.push(Block::Timeline(Timeline { unit, from, to, gaps, left_out, lanes }));
    }
    blocks.extend([1, 2, 30].map(wide));
    let link = Span::Link { to: format!("https://x/\"><script>{evil}"), text: words() };
    blocks.push(Block::Paragraph(vec![link, Span::Link { to: evil.to_owned(), text: Vec::new() }]));
    Document { title: evil.to_owned(), blocks }
}
