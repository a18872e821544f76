//! The list of sims, and the knobs of one.

use serde_json::json;

use crate::content::text::{Lang, both};
use crate::marketplace::config::all_knobs;
use crate::marketplace::knobs::{Knob, Unit};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table};
use crate::sims::metric::{Labels, METRICS};
use crate::sims::spec::Spec;

fn column(head: &str) -> Column {
    Column { head: vec![Span::text(head)], align: Align::Left }
}

/// All sims with the question each answers.
pub(crate) fn list(specs: &[Spec], lang: Lang) -> Document {
    let title = both!("Simulations", "시뮬레이션").get(lang).to_owned();
    let columns = vec![
        column("prep sim"),
        column(both!("question", "질문").get(lang)),
        column(both!("topic", "주제").get(lang)),
    ];
    let rows = specs.iter().map(|spec| {
        Row::Cells(vec![
            vec![Span::code(&spec.name)],
            vec![Span::text(spec.question.get(lang))],
            vec![Span::text(spec.topic.clone().unwrap_or_default())],
        ])
    });
    let table = Table { columns, rows: rows.collect(), keep: 2 };
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    Document { title, blocks: vec![heading, Block::Table(table)] }
}

/// The declaration of a knob by its full name.
pub(in crate::report) fn declaration(name: &str) -> Option<&'static Knob> {
    all_knobs().into_iter().find_map(|(declared, knob)| {
        let fits = match declared.split_once("<name>") {
            None => declared == name,
            Some((before, after)) => {
                name.starts_with(before)
                    && name.ends_with(after)
                    && name.len() > before.len() + after.len()
            }
        };
        fits.then_some(knob)
    })
}

pub(in crate::report) fn range(knob: &Knob) -> String {
    match knob.unit {
        Unit::Count | Unit::Limit | Unit::Number => format!("{}..{}", knob.least, knob.most),
        Unit::Milliseconds | Unit::Seconds | Unit::Duration | Unit::RandomTime => {
            format!("{}..{} ms", knob.least, knob.most)
        }
        Unit::Rate => format!("{}..{}/s", knob.least, knob.most),
        Unit::Share => format!("{}..{}", knob.least, knob.most),
        Unit::Choice(words) => words.join(", "),
        Unit::Size => format!("{}..{} bytes", knob.least, knob.most),
        Unit::Acquisition => "poll 10ms, pubsub".to_owned(),
        Unit::Lease => "5s, watchdog".to_owned(),
        Unit::Flag
        | Unit::Mix
        | Unit::Stages
        | Unit::Journey
        | Unit::Durations
        | Unit::Portion
        | Unit::CanarySteps
        | Unit::Name => String::new(),
    }
}

/// Every knob with its value in the sim's baseline.
pub(crate) fn knobs(spec: &Spec, lang: Lang) -> Document {
    let title = both!("Knobs", "설정").get(lang).to_owned();
    let intro = both!(
        "Set one with --set KNOB=VALUE, compare several with --vary KNOB=A,B,C. Values are those of the baseline.",
        "--set KNOB=VALUE로 바꾸고, --vary KNOB=A,B,C로 비교합니다. 값은 기준 변형의 것입니다."
    );
    let columns = vec![
        column(both!("knob", "설정").get(lang)),
        column(both!("value", "값").get(lang)),
        column(both!("what it is", "뜻").get(lang)),
        column(both!("range", "범위").get(lang)),
        column(both!("source", "출처").get(lang)),
    ];
    let rows =
        spec.variants[spec.baseline].config.values().into_iter().filter_map(|(name, value)| {
            let knob = declaration(&name)?;
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let doc = match lang {
                Lang::En => knob.en,
                Lang::Ko => knob.ko,
            };
            Some(Row::Cells(vec![
                vec![Span::code(name)],
                vec![Span::text(value)],
                vec![Span::text(doc)],
                vec![Span::text(range(knob))],
                vec![Span::text(knob.source)],
            ]))
        });
    let table = Table { columns, rows: rows.collect(), keep: 2 };
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] };
    let intro = Block::Paragraph(vec![Span::text(intro.get(lang))]);
    let metrics = both!("Metrics", "지표").get(lang).to_owned();
    let metrics = Block::Heading { level: 2, id: None, text: vec![Span::text(metrics)] };
    Document {
        title,
        blocks: vec![heading, intro, Block::Table(table), metrics, metric_table(lang)],
    }
}

/// What claims, columns and conditions can name.
fn metric_table(lang: Lang) -> Block {
    let columns = vec![
        column(both!("metric", "지표").get(lang)),
        column(both!("unit", "단위").get(lang)),
        column(both!("what it is", "뜻").get(lang)),
        column(both!("label after @", "@ 뒤의 라벨").get(lang)),
    ];
    let rows = METRICS.iter().map(|metric| {
        let label = match metric.labels {
            Labels::None => both!("none", "없음"),
            Labels::Group => both!("endpoint or load, if any", "엔드포인트나 부하(선택)"),
            Labels::Error => both!("kind of error", "오류 종류"),
            Labels::Station => both!("station", "스테이션"),
            Labels::Item => both!("line of the bill", "청구 항목"),
        };
        Row::Cells(vec![
            vec![Span::code(metric.name)],
            vec![Span::text(metric.unit)],
            vec![Span::text(metric.doc().get(lang))],
            vec![Span::text(label.get(lang))],
        ])
    });
    Block::Table(Table { columns, rows: rows.collect(), keep: 2 })
}

/// The same as JSON.
pub(crate) fn knobs_json(spec: &Spec, lang: Lang) -> serde_json::Value {
    let rows =
        spec.variants[spec.baseline].config.values().into_iter().filter_map(|(name, value)| {
            let knob = declaration(&name)?;
            Some(json!({
                "name": name,
                "value": value,
                "unit": knob.unit.name(),
                "default": knob.default,
                "range": range(knob),
                "doc": match lang { Lang::En => knob.en, Lang::Ko => knob.ko },
                "source": knob.source,
            }))
        });
    json!({ "format": "prep.knobs/1", "sim": spec.name, "knobs": rows.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Library;
    use crate::sims::spec::Overrides;

    #[test]
    fn the_knobs_of_every_sim_fit_the_published_schema() {
        let library = Library::embedded();
        let schema = library.file("docs/schema/knobs.schema.json").unwrap();
        let schema = serde_json::from_str(&schema.text).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for slug in library.slugs(crate::content::Kind::Sim) {
            let spec = crate::sims::load(&library, slug, &Overrides::default()).unwrap();
            for lang in [Lang::En, Lang::Ko] {
                let value = knobs_json(&spec, lang);
                let faults: Vec<String> =
                    validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert_eq!(faults, Vec::<String>::new(), "{slug}");
                let knobs = value["knobs"].as_array().unwrap();
                let all = spec.variants[spec.baseline].config.values().len();
                assert_eq!(knobs.len(), all, "{slug} leaves knobs out");
            }
        }
    }
}
