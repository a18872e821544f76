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

#[test]
#[allow(clippy::all, clippy::disallowed_methods)]
fn zz_probe() {
    let library = Library::embedded();
    let seed = std::env::var("PROBE_SEED").ok().map(|s| s.parse().unwrap());
    let only = std::env::var("PROBE_ONLY").ok();
    let overrides = Overrides { seed, ..Overrides::default() };
    for slug in library.slugs(Kind::Theory) {
        if only.as_ref().is_some_and(|only| !slug.contains(only.as_str())) {
            continue;
        }
        let t = std::time::Instant::now();
        let m = theory::model(&library, slug, &TWO_THREADS, &overrides).unwrap();
        eprintln!("{slug} steady {} events {} {:?}", m.steady, m.events, t.elapsed());
        for r in &m.rows {
            let flag = if r.z.abs() > 3.3 { "  <<<<" } else { "" };
            eprintln!(
                "    {:36} exact {:>10} value {:>10} hw {:.2}% z {:.2}{flag}",
                r.metric,
                r.exact,
                r.value,
                100.0 * (r.high - r.low) / 2.0 / r.exact,
                r.z
            );
        }
    }
}

#[test]
#[allow(clippy::all, clippy::disallowed_methods)]
fn zz_lab() {
    let library = Library::embedded();
    let seed = std::env::var("PROBE_SEED").ok().map(|s| s.parse().unwrap());
    let overrides = Overrides { seed, ..Overrides::default() };
    let t = std::time::Instant::now();
    let rows = super::lab::run(&library, &TWO_THREADS, &overrides).unwrap();
    eprintln!("lab took {:?}", t.elapsed());
    for group in super::lab::Group::ALL {
        eprintln!("{group:?} {:?}", super::lab::share(&rows, group));
    }
    for r in &rows {
        eprintln!(
            "{} {:?} {} {} r{} {} measured {:.4} median {:.4} [{:.4}, {:.4}] dir {:?}",
            if !r.judged {
                "-"
            } else if r.inside {
                "ok"
            } else {
                "OUT"
            },
            r.group,
            r.experiment,
            r.case,
            r.repeat,
            r.measured_metric,
            r.measured,
            r.median.unwrap_or(f64::NAN),
            r.low.unwrap_or(f64::NAN),
            r.high.unwrap_or(f64::NAN),
            r.direction
        );
    }
}
