//! Textbook models that have a closed form: `sims/theory/*.toml`.

use super::{Failed, load};
use crate::content::text::Text;
use crate::content::{Kind, Library};
use crate::sims::outcome::{self, TheoryOutcome};
use crate::sims::run::{self, Execution};
use crate::sims::spec::Overrides;

/// One model: what its formula says, and what the simulator found.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Slug of the file.
    pub(crate) file: String,
    pub(crate) title: Text,
    /// Whether the run settled; a model that did not has no exact values to meet.
    pub(crate) steady: bool,
    /// By metric.
    pub(crate) rows: Vec<TheoryOutcome>,
}

/// Most standard errors between simulation and formula: of a thousand correct rows about one is
/// further off.
pub(crate) const Z_MAX: f64 = 3.3;

/// Runs every model of the folder.
///
/// # Errors
/// See [`Failed`].
pub(crate) fn run(
    library: &Library,
    execution: &Execution<'_>,
    overrides: &Overrides,
) -> Result<Vec<Model>, Failed> {
    let slugs = library.slugs(Kind::Theory);
    slugs.into_iter().map(|slug| model(library, slug, execution, overrides)).collect()
}

/// Runs one model.
///
/// # Errors
/// See [`Failed`].
pub(crate) fn model(
    library: &Library,
    slug: &str,
    execution: &Execution<'_>,
    overrides: &Overrides,
) -> Result<Model, Failed> {
    let spec = load(library, Kind::Theory, slug, overrides)?;
    let results =
        run::run(&spec, execution).map_err(|why| Failed::Run { file: slug.to_owned(), why })?;
    Ok(Model {
        file: slug.to_owned(),
        title: spec.title.clone(),
        steady: results.variants.iter().all(|found| found.steady),
        rows: outcome::theory(&spec, &results),
    })
}
