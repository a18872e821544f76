//! The result of the benchmark.

use crate::bench::BenchResult;
use crate::content::text::{Lang, both};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table, Tone};
use crate::report::number;

pub(crate) fn bench(result: &BenchResult, lang: Lang) -> Document {
    let title = both!("Engine benchmark", "엔진 벤치마크").get(lang).to_owned();
    let heads = [
        both!("workload", "작업"),
        both!("processes, per s", "프로세스, 초당"),
        both!("bare event loop, per s", "이벤트 루프, 초당"),
        both!("ratio", "비율"),
        both!("same result", "같은 결과"),
    ];
    let columns = heads
        .iter()
        .enumerate()
        .map(|(at, head)| Column {
            head: vec![Span::text(head.get(lang))],
            align: if at == 0 { Align::Left } else { Align::Right },
        })
        .collect();
    let rows = result.workloads.iter().map(|workload| {
        let name = format!("{}  {}", workload.name, workload.what);
        let same = if workload.same { both!("yes", "예") } else { both!("no", "아니요") };
        Row::Cells(vec![
            vec![Span::text(name)],
            vec![Span::text(number::plain(workload.processes_per_s))],
            vec![Span::text(number::plain(workload.raw_per_s))],
            vec![Span::text(format!("{:.2}", workload.ratio))],
            vec![Span::text(same.get(lang))],
        ])
    });
    let table = Table { columns, rows: rows.collect(), keep: 4 };
    let gain = format!("{:.2}", result.two_threads);
    let memory = result.peak_mib.map_or_else(|| "–".to_owned(), |mib| format!("{mib:.1} MiB"));
    let note = both!(
        "Two threads do {gain} times the work of one. Peak memory {memory}. Only ratios within one run mean anything: these machines are shared.",
        "스레드 두 개는 하나의 {gain}배를 처리합니다. 최대 메모리 {memory}. 한 번의 실행 안에서 잰 비율만 의미가 있습니다."
    );
    let note = Block::Paragraph(vec![Span::Toned(Tone::Muted, note.get(lang).to_owned())]);
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    Document { title, blocks: vec![heading, Block::Table(table), note] }
}
