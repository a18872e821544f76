//! Sims: named experiments on the marketplace. A file says what to vary; a run gives an outcome,
//! which is plain data.

pub(crate) mod condition;
#[cfg(test)]
mod guide;
pub(crate) mod judge;
pub(crate) mod knee;
pub(crate) mod metric;
pub(crate) mod outcome;
pub(crate) mod prices;
pub(crate) mod read;
pub(crate) mod recording;
pub(crate) mod run;
pub(crate) mod spec;
mod steps;
pub(crate) mod target;
pub(crate) mod theory;
pub(crate) mod typed;
mod words;

use crate::content::problem::{Problem, nearest};
use crate::content::text::{Lang, both};
use crate::content::{Kind, Library};
use spec::{Overrides, Spec};

/// Finds a sim by slug or unique prefix.
///
/// # Errors
/// No such sim, with the nearest name, or several that begin so.
pub(crate) fn find<'l>(library: &'l Library, name: &str) -> Result<&'l str, Problem> {
    let slugs = library.slugs(Kind::Sim);
    if let Some(slug) = slugs.iter().find(|slug| **slug == name) {
        return Ok(slug);
    }
    let beginning: Vec<&str> =
        slugs.iter().copied().filter(|slug| !name.is_empty() && slug.starts_with(name)).collect();
    let shown = crate::content::problem::printable(name);
    let problem = |what| crate::content::problem::Source::new("sims", "").problem_of_file(what);
    match beginning.as_slice() {
        [slug] => Ok(slug),
        [] => {
            let what = both!("there is no sim `{shown}`", "`{shown}` sim은 없습니다");
            let known = slugs.join(", ");
            let hint = match nearest(name, slugs) {
                Some(near) => both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                None => both!("the sims are: {known}", "sim 목록: {known}"),
            };
            Err(problem(what).hint(hint))
        }
        several => {
            let several = several.join(", ");
            Err(problem(both!(
                "`{shown}` begins several sims: {several}",
                "`{shown}`(으)로 시작하는 sim이 여럿입니다: {several}"
            )))
        }
    }
}

/// Reads a built-in sim.
///
/// # Errors
/// Every problem of its files or of the overrides.
pub(crate) fn load(
    library: &Library,
    slug: &str,
    overrides: &Overrides,
) -> Result<Spec, Vec<Problem>> {
    let missing = || {
        let source = crate::content::problem::Source::new(format!("sims/{slug}.toml"), "");
        vec![source.problem_of_file(both!("no such file", "파일이 없습니다"))]
    };
    let english = library.get(Kind::Sim, slug, Lang::En).ok_or_else(missing)?;
    let korean = library.get(Kind::Sim, slug, Lang::Ko);
    let prices = prices::of_library(library)?;
    read::read_priced(slug, &english, korean.as_ref(), overrides, prices)
}
