//! A target for a load test, each formula with its figures, and the simulated values beside it.

use serde_json::{Value, json};

use crate::content::text::{Lang, Text, both};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table, Tone};
use crate::report::number;
use crate::sims::outcome::{Estimate, Outcome};
use crate::stats::six_digits;
use crate::workload::{CORES_BUSY_MAX, Demand, HEADROOM, Needs};

/// One formula.
struct Formula {
    /// In JSON.
    id: &'static str,
    name: Text,
    formula: Text,
    /// With the figures in it.
    figures: String,
    value: f64,
    unit: Text,
    /// Variant and metric of the check that show the same.
    simulated: Option<(&'static str, &'static str)>,
}

pub(crate) fn target(demand: &Demand, check: Option<&Outcome>, lang: Lang) -> Document {
    let title = both!("A target, derived", "근거 있는 목표값").get(lang).to_owned();
    let mut blocks = vec![Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] }];
    blocks.push(Block::Table(table(demand, check, lang)));
    let (percent, times) = (CORES_BUSY_MAX * 100.0, HEADROOM);
    let assumed = both!(
        "Assumptions: arrivals do not wait for each other, so a pool with a mean of m in use has room for m + {times} √m; at most {percent} % of the cores are busy. Take users, requests and the peak factor from analytics, and say where they come from.",
        "가정: 요청은 서로 기다리지 않고 도착하므로 평균 m개를 쓰는 풀에는 m + {times} √m개를 둡니다. 코어는 최대 {percent} %까지 씁니다. 사용자 수, 요청 수, 피크 배수는 분석 데이터에서 가져오고 출처를 밝히세요."
    );
    blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, assumed.get(lang).to_owned())]));
    if check.is_some() {
        blocks.push(Block::Paragraph(vec![Span::text(said(lang))]));
    }
    let next = demand.next();
    if next.is_empty() {
        let text = both!(
            "Too large, or too small, to be simulated as a whole: take one instance and its share of the rate.",
            "통째로 시뮬레이션하기에는 너무 크거나 작습니다. 인스턴스 하나와 그 몫의 요청만 따져 보세요."
        );
        blocks.push(Block::Paragraph(vec![Span::text(text.get(lang))]));
    } else {
        let text = both!("Go on with these figures:", "이 값으로 이어서 해 볼 것:");
        blocks.push(Block::Paragraph(vec![Span::text(text.get(lang))]));
        let lines: Vec<String> = next.iter().map(|words| lines(words)).collect();
        blocks.push(Block::Code { language: "sh".to_owned(), text: lines.join("\n") + "\n" });
    }
    Document { title, blocks }
}

fn said(lang: Lang) -> String {
    both!(
        "Simulated: an open rate at the peak on the described stack, and below \"users\" as many users as the formula names. Times are exponential. Where the interval misses the formula, requests waited for a thread, a connection or a core, which the formula does not know.",
        "시뮬레이션: 설명한 구성에 피크 요청률을 열린 부하로 주고, 사용자 수는 공식이 말하는 만큼의 사용자를 돌려 처리량을 봅니다. 시간은 지수 분포입니다. 구간이 공식과 어긋나면 공식이 모르는 대기(스레드, 커넥션, 코어)가 있었다는 뜻입니다."
    )
    .get(lang)
    .to_owned()
}

/// A line that can be typed.
fn command(words: &[String]) -> String {
    let quoted = words.iter().map(|word| quote(word));
    format!("prep {}", quoted.collect::<Vec<_>>().join(" "))
}

/// The same with an option on each line, so that none is cut off.
fn lines(words: &[String]) -> String {
    let mut out = "prep".to_owned();
    for word in words {
        out += if word.starts_with("--") { " \\\n  " } else { " " };
        out += &quote(word);
    }
    out
}

fn quote(word: &str) -> String {
    if word.contains(' ') { format!("'{word}'") } else { word.to_owned() }
}

fn table(demand: &Demand, check: Option<&Outcome>, lang: Lang) -> Table {
    let mut heads = vec![
        (both!("quantity", "값"), Align::Left),
        (both!("formula", "공식"), Align::Left),
        (both!("figures", "숫자"), Align::Left),
        (both!("result", "결과"), Align::Right),
        (both!("unit", "단위"), Align::Left),
    ];
    if check.is_some() {
        heads.push((both!("simulated", "시뮬레이션"), Align::Right));
    }
    let columns = heads
        .iter()
        .map(|(head, align)| Column { head: vec![Span::text(head.get(lang))], align: *align })
        .collect();
    let rows = formulas(demand).into_iter().map(|formula| {
        let mut cells = vec![
            vec![Span::text(formula.name.get(lang))],
            vec![Span::text(formula.formula.get(lang))],
            vec![Span::text(formula.figures.clone())],
            vec![Span::Strong(vec![Span::text(result(formula.value))])],
            vec![Span::text(formula.unit.get(lang))],
        ];
        if let Some(outcome) = check {
            cells.push(vec![Span::text(simulated(&formula, outcome))]);
        }
        Row::Cells(cells)
    });
    Table { rows: rows.collect(), columns, keep: 4 }
}

/// Whole numbers from 100 on: more would pretend to know them.
fn result(value: f64) -> String {
    if value >= 100.0 { number::exact(value.round()) } else { number::plain(value) }
}

fn simulated(formula: &Formula, outcome: &Outcome) -> String {
    let found = estimate(formula, outcome)
        .and_then(|found| Some(number::with_interval(found.value?, found.low?, found.high?)));
    let of_users = formula.id == "users";
    match found {
        Some(shown) if of_users => format!("→ {shown} /s"),
        Some(shown) => shown,
        None => "–".to_owned(),
    }
}

fn estimate<'o>(formula: &Formula, outcome: &'o Outcome) -> Option<&'o Estimate> {
    let (variant, metric) = formula.simulated?;
    let variant = outcome.variants.iter().find(|found| found.name == variant)?;
    variant.metrics.iter().find(|(name, _)| name == metric).map(|(_, found)| found)
}

/// A figure inside a formula.
fn f(value: f64) -> String {
    if value >= 1e15 { format!("{value:e}") } else { number::exact(value) }
}

fn formulas(demand: &Demand) -> Vec<Formula> {
    let needs = demand.needs();
    let mut formulas = rates(demand, &needs);
    formulas.extend(sizes(demand, &needs));
    formulas
}

fn rates(demand: &Demand, needs: &Needs) -> Vec<Formula> {
    let per_second = || both!("/s", "건/초");
    let row = |id, name, formula, figures, value, unit, simulated| Formula {
        id,
        name,
        formula,
        figures,
        value,
        unit,
        simulated,
    };
    let seconds = demand.active_hours * 3_600.0;
    // The check simulates the time on a thread; an answer that takes longer is not in it.
    let whole = demand.response == demand.thread_time;
    vec![
        row(
            "daily_requests",
            both!("daily requests", "하루 요청"),
            both!("users a day x requests per user", "DAU x 1인당 요청"),
            format!("{} x {}", f(demand.daily_users), f(demand.requests_per_user)),
            needs.daily_requests,
            both!("requests", "건"),
            None,
        ),
        row(
            "average_per_s",
            both!("average", "평균"),
            both!("daily requests / active seconds", "하루 요청 / 활동 시간(초)"),
            format!("{} / {}", f(needs.daily_requests), f(seconds)),
            needs.average,
            per_second(),
            None,
        ),
        row(
            "peak_per_s",
            both!("peak, the target X", "피크(목표 TPS X)"),
            both!("average x peak factor x margin", "평균 x 피크 배수 x 여유"),
            format!("{} x {} x {}", f(needs.average), f(demand.peak_factor), f(demand.margin)),
            needs.peak,
            per_second(),
            Some(("open-rate", "completed_per_s")),
        ),
        row(
            "users",
            both!("virtual users N", "가상 사용자 N"),
            both!("X (R + Z)", "X (R + Z)"),
            format!("{} x ({} s + {} s)", f(needs.peak), f(demand.response), f(demand.think)),
            needs.users,
            both!("users", "명"),
            Some(("users", "completed_per_s")).filter(|_| whole),
        ),
        row(
            "active_requests",
            both!("active requests", "동시 처리 요청"),
            both!("X R", "X R"),
            format!("{} x {} s", f(needs.peak), f(demand.response)),
            needs.active,
            both!("requests", "건"),
            Some(("open-rate", "inside_mean")).filter(|_| whole),
        ),
    ]
}

fn sizes(demand: &Demand, needs: &Needs) -> Vec<Formula> {
    let instances = demand.instances;
    let row = |id, name, formula, figures, value, unit, simulated| Formula {
        id,
        name,
        formula,
        figures,
        value,
        unit,
        simulated,
    };
    let headroom = |busy: f64| {
        let mean = f(busy / f64::from(instances));
        format!("{mean} + {HEADROOM} √{mean}")
    };
    let mut rows = vec![
        row(
            "connections_busy",
            both!("connections in use", "사용 중 커넥션"),
            both!("X x hold", "X x 점유 시간"),
            format!("{} x {} s", f(needs.peak), f(demand.hold)),
            needs.connections_busy,
            both!("of all", "전체"),
            Some(("open-rate", "pool_busy_mean")),
        ),
        row(
            "connections",
            both!("maximum-pool-size", "maximum-pool-size"),
            both!("m + headroom, m in use of each", "m + 여유 (m: 인스턴스당)"),
            headroom(needs.connections_busy),
            needs.connections,
            both!("of each", "인스턴스당"),
            None,
        ),
        row(
            "threads_busy",
            both!("threads in use", "사용 중 스레드"),
            both!("X x time on a thread", "X x 스레드 점유 시간"),
            format!("{} x {} s", f(needs.peak), f(demand.thread_time)),
            needs.threads_busy,
            both!("of all", "전체"),
            Some(("open-rate", "thread_busy_mean")),
        ),
        row(
            "threads",
            both!("threads.max, at least", "threads.max 최소"),
            both!("m + headroom, m in use of each", "m + 여유 (m: 인스턴스당)"),
            headroom(needs.threads_busy),
            needs.threads,
            both!("of each", "인스턴스당"),
            None,
        ),
    ];
    if let (Some(cpu), Some(busy), Some(wanted)) =
        (demand.cpu_per_request, needs.cores_busy, needs.instances)
    {
        rows.push(row(
            "cores_busy",
            both!("cores in use", "사용 중 코어"),
            both!("X x CPU of a request", "X x 요청당 CPU"),
            format!("{} x {} s", f(needs.peak), f(cpu)),
            busy,
            both!("of all", "전체"),
            Some(("open-rate", "app_cores_busy_mean")),
        ));
        rows.push(row(
            "instances",
            both!("instances", "인스턴스"),
            both!("cores in use / (cores x busy share)", "사용 중 코어 / (코어 x 사용률)"),
            format!("{} / ({} x {CORES_BUSY_MAX})", f(busy), demand.cores),
            wanted,
            both!("instances", "대"),
            None,
        ));
    }
    rows
}

/// `prep.target/1`.
pub(crate) fn json(demand: &Demand, check: Option<&Outcome>, lang: Lang) -> Value {
    let rows = formulas(demand).into_iter().map(|formula| {
        let found = check.and_then(|outcome| estimate(&formula, outcome));
        let metric = formula.simulated.map(|(variant, metric)| format!("{metric}({variant})"));
        json!({
            "id": formula.id,
            "name": formula.name.get(lang),
            "formula": formula.formula.get(lang),
            "figures": formula.figures,
            "value": six_digits(formula.value),
            "unit": formula.unit.get(lang),
            "simulated": found.map(|found| json!({
                "metric": metric,
                "value": found.value,
                "low": found.low,
                "high": found.high,
            })),
        })
    });
    let next: Vec<String> = demand.next().iter().map(|words| command(words)).collect();
    json!({ "format": "prep.target/1", "rows": rows.collect::<Vec<_>>(), "next": next })
}
