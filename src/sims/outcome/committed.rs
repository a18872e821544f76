//! The outcome of a sim's default run, as it was written down: reading it runs nothing.

use super::{ClaimOutcome, Estimate, Outcome, VariantOutcome};
use crate::content::Library;
use crate::content::problem::{Problem, Source};
use crate::content::text::both;
use crate::sims::spec::{Overrides, Spec};

/// The committed outcome of a sim.
///
/// # Errors
/// One problem: the file is missing, or it is no outcome.
pub(crate) fn committed(library: &Library, sim: &str) -> Result<Outcome, Problem> {
    let path = format!("outcomes/{sim}.json");
    let hint = || {
        both!(
            "`prep check --run --write` writes it",
            "`prep check --run --write`로 만들 수 있습니다"
        )
    };
    let Some(file) = library.file(&path) else {
        let missing = Source::new(path, "");
        return Err(missing
            .problem_of_file(both!("this file is missing", "이 파일이 없습니다"))
            .hint(hint()));
    };
    serde_json::from_str(&file.text).map_err(|error| {
        let error = error.to_string();
        let what = both!("not an outcome: {error}", "결과 파일이 아닙니다: {error}");
        file.problem_of_file(what).hint(hint())
    })
}

/// A sim with what its default run gave.
#[derive(Clone, Debug)]
pub(crate) struct Committed {
    pub(crate) spec: Spec,
    pub(crate) outcome: Outcome,
}

/// The committed run of a sim.
///
/// # Errors
/// Every problem of the sim's file, or that of its outcome.
pub(crate) fn run(library: &Library, sim: &str) -> Result<Committed, Vec<Problem>> {
    let spec = crate::sims::load(library, sim, &Overrides::default())?;
    let outcome = committed(library, sim).map_err(|problem| vec![problem])?;
    Ok(Committed { spec, outcome })
}

/// The committed runs of these sims, as far as there are any: a page is shown all the same.
pub(crate) fn runs<'n>(
    library: &Library,
    sims: impl IntoIterator<Item = &'n str>,
) -> Vec<Committed> {
    sims.into_iter().filter_map(|sim| run(library, sim).ok()).collect()
}

impl VariantOutcome {
    /// The estimate of a metric, `name` or `name@label`.
    pub(crate) fn metric(&self, id: &str) -> Option<&Estimate> {
        self.metrics.iter().find(|(other, _)| other == id).map(|(_, estimate)| estimate)
    }
}

impl Outcome {
    pub(crate) fn variant(&self, name: &str) -> Option<&VariantOutcome> {
        self.variants.iter().find(|variant| variant.name == name)
    }

    pub(crate) fn claim(&self, id: &str) -> Option<&ClaimOutcome> {
        self.claims.iter().find(|claim| claim.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::*;
    use crate::content::Kind;

    /// Nothing is lost or changed on the way in and out again.
    #[test]
    fn a_committed_outcome_is_read_whole() {
        let library = Library::embedded();
        for sim in library.slugs(Kind::Outcome) {
            let outcome = committed(&library, sim).unwrap();
            let json = layout::laid_out(&serde_json::to_value(&outcome).unwrap());
            let file = library.file(&format!("outcomes/{}.json", outcome.sim)).unwrap();
            assert!(json == file.text, "{}", outcome.sim);
        }
    }
}
