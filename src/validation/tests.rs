mod statistics;

use super::lab::{self, Group};
use super::theory;
use crate::content::{Kind, Library};
use crate::sims::run::Execution;
use crate::sims::spec::{Measured, Overrides};

pub(super) const TWO_THREADS: Execution<'_> =
    Execution { threads: 2, progress: &|_, _| (), cancel: None };

#[test]
fn the_simulator_meets_every_closed_form() {
    let library = Library::embedded();
    let models = theory::run(&library, &TWO_THREADS, &Overrides::default()).unwrap();
    assert_eq!(models.len(), library.slugs(Kind::Theory).len());
    let mut off = Vec::new();
    for model in &models {
        assert!(model.steady && !model.rows.is_empty(), "{}: {model:?}", model.file);
        for row in &model.rows {
            // A row without a spread would prove nothing.
            if row.z.is_nan() || row.z.abs() > theory::Z_MAX {
                let (metric, exact, value, z) = (&row.metric, row.exact, row.value, row.z);
                off.push(format!("{} {metric}: exact {exact}, found {value}, z {z}", model.file));
            }
        }
    }
    assert_eq!(off, Vec::<String>::new());
}

/// What the page publishes must not get worse unseen. Shares below the aim are explained there.
#[test]
fn the_measured_stack_is_met_as_far_as_published() {
    // Of the commits of E8 nothing is promised, since hardly a row is inside; they take long.
    // Pages have a test of their own.
    let promised = |row: &Measured| row.experiment != "E8" && row.experiment != "E5";
    let rows = lab::run(&Library::embedded(), &TWO_THREADS, &Overrides::default(), &promised);
    let rows = rows.unwrap();
    let floors = [
        (Group::Stable, 0.88),
        (Group::Overloaded, 0.75),
        (Group::ConnectionLimited, 0.85),
        (Group::HotRow, 0.5),
        (Group::Correctness, 0.9),
        (Group::Conflicts, 0.38),
        (Group::Replicas, 0.8),
        (Group::HotKey, 0.8),
    ];
    let mut below = Vec::new();
    for (group, floor) in floors {
        let share = lab::share(&rows, group);
        if share.of_all() < floor {
            below.push((group, share));
        }
    }
    assert_eq!(below, Vec::new());
}

#[test]
fn measured_pages_are_met_as_far_as_published() {
    let pages = |row: &Measured| row.experiment == "E5";
    let overrides = Overrides::default();
    let rows = lab::run(&Library::embedded(), &TWO_THREADS, &overrides, &pages).unwrap();
    assert_eq!(rows.len(), 49, "one number for each run");
    let found = lab::share(&rows, Group::Pages);
    assert_eq!(found.judged, 38, "what constants come from is not judged");
    assert!(found.agree >= 32, "{found:?}");
}

#[test]
fn every_measured_run_has_a_file_and_only_one() {
    let library = Library::embedded();
    let all = lab::measurements(&library, "measured.csv").unwrap();
    let all = all.into_iter().filter(|value| simulated_case(&value.experiment, &value.case));
    let mut wanted: Vec<_> =
        all.map(|value| (value.experiment, value.case, value.repeat)).collect();
    wanted.sort();
    wanted.dedup();
    let mut simulated = Vec::new();
    for slug in library.slugs(Kind::Lab) {
        let spec = super::load(&library, Kind::Lab, slug, &Overrides::default()).unwrap();
        let Some(row) = spec.measured else { continue };
        let mine = wanted.iter().filter(|(experiment, case, repeat)| {
            (experiment, case) == (&row.experiment, &row.case)
                && row.repeat.is_none_or(|only| only == *repeat)
        });
        simulated.extend(mine.cloned());
    }
    simulated.sort();
    assert_eq!(simulated, wanted);
}

/// Measured runs that have a file: not the time of the bare disk, nor what constants alone rest on.
fn simulated_case(experiment: &str, case: &str) -> bool {
    match experiment {
        "E1" | "E2" | "E3" | "E4" | "E5" => true,
        "E8" => !case.starts_with("fdatasync"),
        "E9" => case.contains("_wtx"),
        _ => false,
    }
}
