mod statistics;

use super::theory;
use crate::content::{Kind, Library};
use crate::sims::run::Execution;
use crate::sims::spec::Overrides;

pub(super) const TWO_THREADS: Execution<'_> = Execution { threads: 2, progress: &|_, _| () };

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
