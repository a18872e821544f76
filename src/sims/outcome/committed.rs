//! The outcome of a sim's default run, as it was written down: reading it runs nothing.

use super::Outcome;
use crate::content::Library;
use crate::content::problem::{Problem, Source};
use crate::content::text::both;

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
