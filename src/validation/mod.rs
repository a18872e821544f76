//! The simulator against what is known: closed forms, and a real stack that was measured.
//!
//! Knows sims and statistics, and no output format.

pub(crate) mod lab;
pub(crate) mod theory;

#[cfg(test)]
mod tests;

use crate::content::problem::Problem;
use crate::content::text::{Lang, both};
use crate::content::{Kind, Library};
use crate::sims::run::{Execution, RunFailed};
use crate::sims::spec::{Overrides, Spec};

/// Why a validation could not be finished.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failed {
    /// A file of it cannot be read.
    Content(Vec<Problem>),
    Run {
        file: String,
        why: RunFailed,
    },
}

/// Everything that the simulator was compared with.
#[derive(Clone, Debug)]
pub(crate) struct Validation {
    pub(crate) theory: Vec<theory::Model>,
    pub(crate) lab: Vec<lab::LabRow>,
}

/// Runs all models and measured configurations; takes a minute or two.
///
/// # Errors
/// See [`Failed`].
pub(crate) fn run(library: &Library, execution: &Execution<'_>) -> Result<Validation, Failed> {
    let overrides = Overrides::default();
    Ok(Validation {
        theory: theory::run(library, execution, &overrides)?,
        lab: lab::run(library, execution, &overrides, &|_| true)?,
    })
}

/// Reads one file of a folder.
fn load(library: &Library, kind: Kind, slug: &str, overrides: &Overrides) -> Result<Spec, Failed> {
    let missing = || {
        let source = crate::content::problem::Source::new(slug, "");
        Failed::Content(vec![source.problem_of_file(both!("no such file", "파일이 없습니다"))])
    };
    let source = library.get(kind, slug, Lang::En).ok_or_else(missing)?;
    crate::sims::read::read(slug, &source, None, overrides).map_err(Failed::Content)
}
