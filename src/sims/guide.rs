//! The examples of `docs/sim-files.md` are sim files.

use super::metric::METRICS;
use super::read::read;
use super::run::{Execution, run};
use super::spec::{Overrides, Replications, Spec};
use super::theory::FORMULAS;
use crate::content::problem::Source;
use crate::content::text::Lang;
use crate::marketplace::bill::Item;
use crate::marketplace::config::{BillKnobs, LoadKnobs, StationKnobs};
use crate::marketplace::knobs::Knob;
use crate::marketplace::load_shape::Shape;
use crate::marketplace::request::Failure;

const GUIDE: &str = include_str!("../../docs/sim-files.md");

/// The fenced TOML blocks that are whole files.
fn examples() -> Vec<&'static str> {
    let blocks = GUIDE.split("```toml\n").skip(1);
    let blocks = blocks.filter_map(|rest| Some(rest.split_once("\n```")?.0));
    blocks.filter(|block| block.starts_with("format =")).collect()
}

fn spec(text: &str) -> Spec {
    let read = read("example", &Source::new("example.toml", text), None, &Overrides::default());
    read.unwrap_or_else(|problems| {
        let shown: Vec<String> = problems.iter().map(|problem| problem.show(Lang::En)).collect();
        panic!("{}", shown.join("\n"))
    })
}

#[test]
fn every_example_is_read_and_runs() {
    assert_eq!(examples().len(), 3);
    for text in examples() {
        let mut spec = spec(text);
        spec.run.replications = Replications { min: 2, max: 2, step: 1 };
        let results =
            run(&spec, &Execution { threads: 1, progress: &|_, _| (), cancel: None }).unwrap();
        for column in &spec.columns {
            for (variant, found) in spec.variants.iter().zip(&results.variants) {
                let row = found.rows.iter().find(|row| row.id == *column);
                assert!(row.is_some_and(|row| row.value.is_some()), "{column} of {}", variant.id);
            }
        }
    }
}

/// A metric, knob, kind of error or formula that the guide does not name cannot be found.
#[test]
fn the_guide_names_everything_that_a_file_can_say() {
    let mut missing: Vec<&str> = Vec::new();
    let named = |word: &str| GUIDE.contains(&format!("`{word}`"));
    // `latency_ms_mean`, `_p50`: only the first of a family is written out.
    let shortened = |name: &str| {
        GUIDE.lines().filter(|line| line.starts_with("| `")).any(|line| {
            let Some((family, part)) = name.rsplit_once('_') else { return false };
            line.contains(&format!("`{family}_")) && line.contains(&format!("`_{part}`"))
        })
    };
    let names = METRICS.iter().map(|metric| metric.name);
    missing.extend(names.filter(|name| !named(name) && !shortened(name)));
    let rows: [&[Knob]; 3] = [LoadKnobs::KNOBS, StationKnobs::KNOBS, BillKnobs::KNOBS];
    missing.extend(rows.into_iter().flatten().map(|row| row.name).filter(|name| !named(name)));
    missing.extend(Failure::ALL.map(Failure::label).into_iter().filter(|label| !named(label)));
    missing.extend(Item::ALL.map(Item::label).into_iter().filter(|label| !named(label)));
    missing.extend(Shape::WORDS.iter().filter(|shape| !named(shape)));
    missing.extend(FORMULAS.iter().filter(|formula| !named(formula)));
    assert_eq!(missing, Vec::<&str>::new());
}
