//! How far the simulator is right: closed forms, and a real stack that was measured.

mod words;

use crate::content::text::{Lang, Text, both};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table};
use crate::report::number;
use crate::validation::Validation;
use crate::validation::lab::{self, Group, LabRow, Share};
use crate::validation::theory::Z_MAX;

/// The metric that the model has at exactly zero while threads are free.
const THREAD_QUEUE: &str = "thread_queue_mean";

/// The page `docs/validation.md`.
pub(crate) fn validation(found: &Validation, lang: Lang) -> Document {
    let title = both!("Validation", "검증");
    let mut blocks = vec![heading(1, &title, lang)];
    blocks.push(list(&summary(found), lang));
    blocks.push(shares(&found.lab, lang));
    blocks.push(paragraph(&queue_note(&found.lab), lang));
    blocks.push(paragraph(&collapse_note(&found.lab), lang));
    blocks.push(heading(
        2,
        &both!("Where the model is off, and why", "모델이 어긋나는 곳과 이유"),
        lang,
    ));
    blocks.push(list(&[words::misses(), words::misses_of_rows()].concat(), lang));
    blocks.push(heading(2, &both!("The stack that was measured", "측정한 스택"), lang));
    blocks.push(list(&words::stack(), lang));
    blocks.push(heading(
        2,
        &both!("Rows, locks and commits: what was calibrated", "행, 락, 커밋: 보정한 것"),
        lang,
    ));
    blocks.push(list(&words::calibration(), lang));
    blocks.push(heading(2, &both!("Closed forms", "이론값"), lang));
    blocks.push(theory(found, lang));
    for group in Group::ALL {
        let name = group_name(group);
        let (en, ko) = (name.en, name.ko);
        let title = both!("Measured runs: {en}", "측정한 실행: {ko}");
        blocks.push(heading(2, &title, lang));
        blocks.push(measured(&found.lab, group, lang));
    }
    Document { title: title.get(lang).to_owned(), blocks }
}

fn heading(level: u8, words: &Text, lang: Lang) -> Block {
    Block::Heading { level, id: None, text: vec![Span::text(words.get(lang))] }
}

/// Words between backticks are code.
fn spans(words: &str) -> Vec<Span> {
    let parts = words.split('`').enumerate();
    let spans =
        parts.map(|(at, part)| if at % 2 == 1 { Span::code(part) } else { Span::text(part) });
    spans.filter(|span| *span != Span::text("")).collect()
}

fn paragraph(words: &Text, lang: Lang) -> Block {
    Block::Paragraph(spans(words.get(lang)))
}

fn list(items: &[Text], lang: Lang) -> Block {
    Block::List {
        first: None,
        items: items.iter().map(|item| vec![paragraph(item, lang)].into()).collect(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// What was done, in five sentences.
fn summary(found: &Validation) -> [Text; 5] {
    // A model that did not settle has met nothing.
    let rows = || found.theory.iter().filter(|model| model.steady).flat_map(|model| &model.rows);
    let (models, metrics) = (found.theory.len(), rows().count());
    let held = rows().filter(|row| row.z.abs() <= Z_MAX).count();
    let largest = format!("{:.1}", rows().map(|row| row.z.abs()).fold(0.0, f64::max));
    let mut widths: Vec<f64> =
        rows().map(|row| (row.high - row.low) / 2.0 / row.exact.abs()).collect();
    widths.sort_by(f64::total_cmp);
    let width = |at: usize| percent(widths.get(at).copied().unwrap_or(f64::NAN));
    let (median, widest) = (width(metrics / 2), width(metrics.saturating_sub(1)));
    let mut cases: Vec<(&str, &str, u32)> =
        found.lab.iter().map(|row| (&*row.experiment, &*row.case, row.repeat)).collect();
    cases.dedup();
    let (runs, judged) = (cases.len(), lab::count(found.lab.iter(), |_| true).judged);
    let (share, ms) = (100.0 * lab::WIDER_SHARE, lab::WIDER_MS);
    let (part, page_ms) = (100.0 * lab::PAGE_SHARE, lab::PAGE_MS);
    [
        both!(
            "Closed forms: {models} textbook models with {metrics} exact values, known from the simulation within {median} in the median and {widest} at the worst (half the 95 % interval). {held} of {metrics} lie within {Z_MAX} standard errors; the largest distance is {largest}. Models of a like load share arrivals, so the values are not independent.",
            "이론값: 교과서 모델 {models}개, 정확한 값 {metrics}개. 시뮬레이션의 정밀도(95 % 구간의 절반)는 중앙값 {median}, 가장 나쁜 것이 {widest}다. {metrics}개 중 {held}개가 표준 오차 {Z_MAX}배 안에 있고, 가장 먼 것은 {largest}배다. 비슷한 부하의 모델은 도착을 함께 쓰므로 값들이 서로 독립은 아니다."
        ),
        both!(
            "A real stack: {runs} measured runs of Tomcat, HikariCP, MariaDB and Redis with {judged} judged numbers. Each configuration was simulated 60 times over the same window from an empty start (E8 and E9 10 times, E5 twice), since a single window says little about the average.",
            "실제 스택: 톰캣, HikariCP, MariaDB, Redis를 측정한 실행 {runs}개, 판정하는 값 {judged}개. 구간 하나로는 평균을 알 수 없으므로, 설정마다 빈 상태에서 시작하는 같은 구간을 60번(E8과 E9는 10번, E5는 2번) 시뮬레이션했다."
        ),
        both!(
            "A measured number is inside when it lies in the central 95 % of the simulated windows, widened by {share} %, times by at least {ms} ms (not in E8, whose statements take a tenth of that). Pages (E5) cost the same each time in the model: their measured medians agree within {part} % of its time, or within {page_ms} ms.",
            "측정값이 시뮬레이션한 구간들의 가운데 95 %를 {share} %(시간은 적어도 {ms} ms) 넓힌 범위에 있으면 '안'이다. 구문이 그 10분의 1밖에 걸리지 않는 E8에는 {ms} ms를 더하지 않는다. 모델에서 페이지(E5)의 비용은 늘 같으므로, 측정한 중앙값이 모델 시간의 {part} % 이내이거나 {page_ms} ms 이내이면 맞는 것으로 본다."
        ),
        both!(
            "No constant was fitted to the judged rows. Calibrated elsewhere: the wake-up time of a thread (E10), the contention of the database's cores (E9), and what rows, locks and commits cost (E8 with one connection, two runs of E9), what rows of a page cost (eleven rows of E5), and the way to a replica (the idle runs of E6; see below); stated with the measurement: about 0.3 ms inside and 0.3 ms outside the connection beyond the database's time.",
            "판정하는 행에 맞춘 상수는 없다. 다른 행에서 정한 것: 스레드가 깨어나는 시간(E10), DB 코어의 경합(E9), 행과 락과 커밋의 비용(커넥션 1개인 E8, E9의 두 실행), 페이지의 행이 드는 비용(E5의 열한 행), 복제본까지 가는 시간(E6의 한가한 실행. 아래 설명). 측정 기록에 적힌 것: DB 시간 말고도 커넥션 안에서 약 0.3 ms, 밖에서 약 0.3 ms가 든다."
        ),
        both!(
            "The numbers of one run hang together (a light window is light in all of them), and the runs of E2 with the same load were offered the same number of requests, so probably the same arrivals. The shares are rougher than their counts suggest.",
            "한 실행의 값들은 함께 움직이고(한가한 구간은 모든 값이 낮다), 부하가 같은 E2 실행들은 들어온 요청 수가 같아 도착도 같았을 것이다. 그래서 비율은 개수에서 보이는 것보다 거칠다."
        ),
    ]
}

fn group_name(group: Group) -> Text {
    match group {
        Group::Stable => both!("stable", "안정"),
        Group::Overloaded => both!("overloaded", "과부하"),
        Group::ConnectionLimited => both!("limited by max-connections", "max-connections 제한"),
        Group::HotRow => both!("one hot row (E4)", "인기 행 하나(E4)"),
        Group::Correctness => both!(
            "of these, deadlocks, lost updates and oversold units",
            "그중 데드락, 갱신 손실, 초과 판매 수"
        ),
        Group::Conflicts => both!("updates that meet on rows (E9)", "행에서 부딪치는 갱신(E9)"),
        Group::Commits => both!("commits (E8)", "커밋(E8)"),
        Group::Replicas => both!("reads from a replica (E6)", "복제본 읽기(E6)"),
        Group::HotKey => both!("one cached hot key (E7)", "캐시한 인기 키 하나(E7)"),
        Group::Pages => both!("pages by depth (E5)", "깊이별 페이지(E5)"),
        Group::Calibration => both!("calibration, not judged", "보정용, 판정하지 않음"),
    }
}

fn shares(rows: &[LabRow], lang: Lang) -> Block {
    let columns = vec![
        column(&both!("runs", "실행"), Align::Left, lang),
        column(&both!("judged", "판정"), Align::Right, lang),
        column(&both!("agree", "일치"), Align::Right, lang),
        column(&both!("share", "비율"), Align::Right, lang),
        column(&both!("aim", "목표"), Align::Right, lang),
        column(&both!("what agreement means", "일치의 뜻"), Align::Left, lang),
    ];
    let (inside, factor) = (both!("inside the band", "범위 안"), lab::FACTOR);
    let (part, ms) = (100.0 * lab::PAGE_SHARE, lab::PAGE_MS);
    let near = both!(
        "within {part} % of the model's time, or within {ms} ms",
        "모델 시간의 {part} % 이내이거나 {ms} ms 이내"
    );
    let direction = both!(
        "inside the band, or within a factor of {factor}, or on the same side of the run of the same load without the limit",
        "범위 안이거나, {factor}배 이내이거나, 같은 부하에서 제한이 없는 실행과 견주어 같은 쪽"
    );
    let groups = Group::ALL.iter().filter(|group| **group != Group::Calibration);
    let rows = groups.map(|group| {
        let Share { judged, agree } = lab::share(rows, *group);
        let share = percent(lab::share(rows, *group).of_all());
        let (aim, meaning) = match (group.aim(), group) {
            (Some(aim), _) => (format!("{:.0} %", 100.0 * aim), &inside),
            (None, Group::ConnectionLimited) => {
                (both!("direction", "방향").get(lang).to_owned(), &direction)
            }
            (None, Group::Pages) => ("–".to_owned(), &near),
            (None, _) => ("–".to_owned(), &inside),
        };
        cells([
            group_name(*group).get(lang).to_owned(),
            judged.to_string(),
            agree.to_string(),
            share,
            aim,
            meaning.get(lang).to_owned(),
        ])
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 4 })
}

/// The one metric that decides over the stable share.
fn queue_note(rows: &[LabRow]) -> Text {
    let stable = || rows.iter().filter(|row| row.group == Group::Stable);
    let is_queue = |row: &&LabRow| row.metric == THREAD_QUEUE;
    let missed = |share: Share| share.judged - share.agree;
    let all = missed(lab::count(stable(), |row| row.inside));
    let of_queue = missed(lab::count(stable().filter(is_queue), |row| row.inside));
    let without = lab::count(stable().filter(|row| !is_queue(row)), |row| row.inside);
    let without = percent(without.of_all());
    both!(
        "{of_queue} of the {all} stable misses are one metric, `{THREAD_QUEUE}`, where the model says 0 and the measurement 0.003 to 0.04 (see below). Of all other stable rows {without} are inside.",
        "안정 실행에서 벗어난 {all}개 중 {of_queue}개는 `{THREAD_QUEUE}` 하나다. 모델은 0, 측정은 0.003~0.04다(아래 설명). 나머지 안정 행은 {without}가 범위 안이다."
    )
}

/// Whether many connections collapse on few rows and not on many.
fn collapse_note(rows: &[LabRow]) -> Text {
    // Of the last repeat; those of the control differ by 30 % (see below).
    let rate = |case: &str| {
        let mut of_case = rows.iter().filter(|row| row.case == case);
        let row = of_case.rfind(|row| row.measured_metric == "completed");
        let pair = row.and_then(|row| Some((row.measured, row.median?)));
        let (measured, model) = pair.unwrap_or((f64::NAN, f64::NAN));
        (number::plain(measured), number::plain(model))
    };
    let (few_8, model_few_8) = rate("closed_wtx_pool8");
    let (few_128, model_few_128) = rate("closed_wtx_pool128");
    let (many_8, model_many_8) = rate("closed_wtx1m_pool8");
    let (many_128, model_many_128) = rate("closed_wtx1m_pool128");
    let (open, model_open) = rate("open_wtx_pool128");
    both!(
        "Does the model collapse where the stack does? Ten updates of random rows, 200 users: from 8 to 128 connections the throughput goes from {few_8} to {few_128}/s on 10,000 rows (model {model_few_8} to {model_few_128}) and from {many_8} to {many_128}/s on 1,000,000 (model {model_many_8} to {model_many_128}). The fall on few rows at 128 closed connections is not evidence by itself, since the CPU of a lock wait comes from that row. Nor is the open load at 128 connections untouched evidence (1,709/s offered, {open}/s served, model {model_open}): it needs the same constant, and was seen when the place of that CPU was chosen (see below). On many rows the model does not fall either, but it cannot rise, because CPU is the same for every number of connections (see below).",
        "모델도 실제 스택처럼 무너지는가? 무작위 행 10개를 갱신하는 사용자 200명에서 커넥션을 8개에서 128개로 늘리면, 10,000행에서는 처리량이 초당 {few_8}건에서 {few_128}건이 되고(모델 {model_few_8} → {model_few_128}), 1,000,000행에서는 {many_8}건에서 {many_128}건이 된다(모델 {model_many_8} → {model_many_128}). 락 대기의 CPU는 바로 그 행에서 얻었으므로, 닫힌 부하 128개에서 떨어지는 것만으로는 증거가 되지 못한다. 커넥션 128개의 열린 부하(초당 1,709건이 들어와 {open}건 처리, 모델 {model_open}건)도 손대지 않은 증거는 아니다. 같은 상수가 필요하고, 그 CPU를 쓸 곳을 고를 때 이 행을 보았다(아래 설명). 행이 많을 때는 모델도 떨어지지 않는다. 다만 커넥션 수와 상관없이 CPU가 같으므로 오르지도 못한다(아래 설명)."
    )
}

fn column(head: &Text, align: Align, lang: Lang) -> Column {
    Column { head: vec![Span::text(head.get(lang))], align }
}

fn cells<const N: usize>(texts: [String; N]) -> Row {
    Row::Cells(texts.into_iter().map(|text| vec![Span::text(text)]).collect())
}

fn theory(found: &Validation, lang: Lang) -> Block {
    let columns = vec![
        column(&both!("model", "모델"), Align::Left, lang),
        column(&both!("metric", "지표"), Align::Left, lang),
        column(&both!("exact", "이론값"), Align::Right, lang),
        column(&both!("simulated", "시뮬레이션"), Align::Right, lang),
        column(&both!("standard errors off", "차이(표준 오차)"), Align::Right, lang),
        column(&both!("file", "파일"), Align::Left, lang),
    ];
    let rows = found.theory.iter().flat_map(|model| {
        model.rows.iter().map(|row| {
            cells([
                model.title.get(lang).to_owned(),
                row.metric.clone(),
                number::with_interval(row.exact, row.exact, row.exact),
                number::with_interval(row.value, row.low, row.high),
                format!("{:+.1}", row.z),
                model.file.clone(),
            ])
        })
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 3 })
}

fn measured(rows: &[LabRow], group: Group, lang: Lang) -> Block {
    let mut columns = vec![
        column(&both!("run", "실행"), Align::Left, lang),
        column(&both!("repeat", "반복"), Align::Right, lang),
        column(&both!("metric", "지표"), Align::Left, lang),
        column(&both!("unit", "단위"), Align::Left, lang),
        column(&both!("measured", "측정"), Align::Right, lang),
        column(&both!("simulated median", "시뮬레이션 중앙값"), Align::Right, lang),
        column(&both!("band", "범위"), Align::Right, lang),
        column(&both!("inside", "안"), Align::Left, lang),
    ];
    let directed = group == Group::ConnectionLimited;
    if directed {
        columns.push(column(&both!("direction", "방향"), Align::Left, lang));
    }
    let of_group = rows.iter().filter(|row| row.group == group);
    let rows = of_group.map(|row| {
        let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number::plain);
        let mark = |yes: bool| if yes { "✓" } else { "✗" }.to_owned();
        let judged = |yes: bool| if row.judged { mark(yes) } else { String::new() };
        let mut texts = vec![
            format!("{} {}", row.experiment, row.case),
            row.repeat.to_string(),
            row.metric.clone(),
            row.unit.to_owned(),
            number::plain(row.measured),
            shown(row.median),
            format!("{} … {}", shown(row.low.map(|low| low.max(0.0))), shown(row.high)),
            judged(row.inside),
        ];
        if directed {
            texts.push(judged(row.direction.unwrap_or(false)));
        }
        Row::Cells(texts.into_iter().map(|text| vec![Span::text(text)]).collect())
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 5 })
}
