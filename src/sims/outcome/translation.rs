//! An outcome that was written in one language, in another: a committed one is in English.

use super::{Outcome, nothing_happened, warnings};
use crate::content::text::Lang;
use crate::sims::spec::Spec;

/// Whether the sim as it is now could have given the outcome: the same variants, baseline and
/// claims.
pub(crate) fn is_of(outcome: &Outcome, spec: &Spec) -> bool {
    let variants = outcome.variants.iter().map(|variant| &variant.name);
    let claims = outcome.claims.iter().map(|claim| &claim.id);
    outcome.sim == spec.name
        && outcome.baseline == spec.variants[spec.baseline].id
        && variants.eq(spec.variants.iter().map(|variant| &variant.id))
        && claims.eq(spec.claims.iter().map(|claim| &claim.id))
}

/// Puts the sentences of an English outcome of the sim into `lang`; the numbers stay.
pub(crate) fn translate(outcome: &mut Outcome, spec: &Spec, lang: Lang) {
    outcome.lang = lang.code().into();
    outcome.title = spec.title.get(lang).to_owned();
    for found in &mut outcome.claims {
        if let Some(claim) = spec.claims.iter().find(|claim| claim.id == found.id) {
            found.says = claim.says.get(lang).to_owned();
        }
    }
    for warning in &mut outcome.warnings {
        warnings::translate(warning, lang);
    }
    let estimates = outcome.variants.iter_mut().flat_map(|variant| &mut variant.metrics);
    for why in estimates.filter_map(|(_, estimate)| estimate.why.as_mut()) {
        *why = nothing_happened().get(lang).to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Kind, Library};
    use crate::sims::outcome::committed;
    use crate::sims::spec::Overrides;

    /// No sentence of a committed outcome is left in English, and none changes on the way through
    /// English.
    #[test]
    fn every_committed_outcome_has_korean_words() {
        let library = Library::embedded();
        let hangul = |words: &str| words.chars().any(|c| ('가'..='힣').contains(&c));
        let words = |outcome: &Outcome| -> Vec<String> {
            let warnings = outcome.warnings.iter().map(|warning| warning.text.clone());
            warnings.chain(outcome.claims.iter().map(|claim| claim.says.clone())).collect()
        };
        for sim in library.slugs(Kind::Outcome) {
            let english = committed::committed(&library, sim).unwrap();
            let spec = crate::sims::load(&library, &english.sim, &Overrides::default()).unwrap();
            assert!(is_of(&english, &spec), "{}", english.sim);
            let (mut same, mut korean) = (english.clone(), english.clone());
            translate(&mut same, &spec, Lang::En);
            assert_eq!(words(&same), words(&english), "{}", english.sim);
            translate(&mut korean, &spec, Lang::Ko);
            let left: Vec<String> =
                words(&korean).into_iter().filter(|words| !hangul(words)).collect();
            assert_eq!(left, Vec::<String>::new(), "{}", english.sim);
        }
    }

    #[test]
    fn the_figures_of_a_warning_keep_their_places() {
        let library = Library::embedded();
        let mut outcome = committed::committed(&library, "pool-size").unwrap();
        let spec = crate::sims::load(&library, "pool-size", &Overrides::default()).unwrap();
        translate(&mut outcome, &spec, Lang::Ko);
        let said = "초당 1002건이 들어오는데 896건만 처리됩니다. 대기열이 실행 내내 늘어나므로, \
                    지연 시간은 빈 상태에서 시작한 처음 10초의 값입니다";
        assert!(outcome.warnings.iter().any(|warning| warning.text == said));
    }
}
