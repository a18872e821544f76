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
use crate::sims::run::RunFailed;
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

/// Reads one file of a folder.
fn load(library: &Library, kind: Kind, slug: &str, overrides: &Overrides) -> Result<Spec, Failed> {
    let missing = || {
        let source = crate::content::problem::Source::new(slug, "");
        Failed::Content(vec![source.problem_of_file(both!("no such file", "파일이 없습니다"))])
    };
    let source = library.get(kind, slug, Lang::En).ok_or_else(missing)?;
    crate::sims::read::read(slug, &source, None, overrides).map_err(Failed::Content)
}
