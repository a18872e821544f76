//! What topics say that sims measured: values and claims exist, in both languages alike.

use std::collections::BTreeMap;

use super::{Checker, Page};
use crate::content::problem::{Problem, nearest};
use crate::content::text::{Text, both};
use crate::content::{Kind, Library};
use crate::knowledge::markdown::{ClaimRef, Measured};
use crate::knowledge::topic::Shape;
use crate::sims::outcome::Outcome;
use crate::sims::outcome::committed::committed;

/// Fewest claims of a topic that has sims.
const CLAIMS_MIN: usize = 2;

/// Committed outcomes, each read once.
#[derive(Default)]
pub(super) struct Outcomes(BTreeMap<String, Option<Outcome>>);

impl Outcomes {
    fn of(&mut self, library: &Library, sim: &str) -> Option<&Outcome> {
        let read = || committed(library, sim).ok();
        self.0.entry(sim.to_owned()).or_insert_with(read).as_ref()
    }
}

impl Checker<'_> {
    pub(super) fn measured(&self, page: &Page, outcomes: &mut Outcomes) -> Vec<Problem> {
        let topic = &page.topic;
        let mut problems = Vec::new();
        for measured in &topic.measured {
            if let Some(what) = self.value(measured, outcomes) {
                problems.push(page.source.problem(measured.span.clone(), what));
            }
        }
        for claim in &topic.claims {
            if let Some(what) = self.claim(claim) {
                problems.push(page.source.problem(claim.span.clone(), what));
            }
        }
        if topic.shape == Shape::Myths {
            return problems;
        }
        let claims = topic.claims.len();
        if !topic.sims.is_empty() && claims < CLAIMS_MIN {
            problems.push(page.source.problem_of_file(both!(
                "{claims} claims in `claims` blocks; a topic with sims rests on at least {CLAIMS_MIN}",
                "`claims` 블록의 주장이 {claims}개입니다. sim이 있는 주제에는 {CLAIMS_MIN}개 이상이 필요합니다"
            )));
        }
        for sim in &topic.sims {
            let line = format!("sim {sim}");
            if !topic.commands.iter().any(|command| command.line == line) {
                problems.push(page.source.problem_of_file(both!(
                    "no `prep` block has the plain line `{line}`, whose table is shown",
                    "`prep` 블록에 옵션 없는 `{line}` 줄이 없습니다. 그 줄 뒤에 결과표를 보여 줍니다"
                )));
            }
        }
        problems
    }

    fn value(&self, measured: &Measured, outcomes: &mut Outcomes) -> Option<Text> {
        let Measured { sim, metric, variant, .. } = measured;
        if !self.library.slugs(Kind::Sim).contains(&sim.as_str()) {
            return Some(both!("there is no sim `{sim}`", "`{sim}` sim은 없습니다"));
        }
        // A missing outcome is told once, with its file.
        let outcome = outcomes.of(self.library, sim)?;
        let Some(found) = outcome.variant(variant) else {
            let known = outcome.variants.iter().map(|variant| variant.name.as_str());
            let known = known.collect::<Vec<_>>().join(", ");
            return Some(both!(
                "`{sim}` has no variant `{variant}`: {known}",
                "`{sim}`에 `{variant}` 변형이 없습니다: {known}"
            ));
        };
        match found.metric(metric) {
            None => {
                let ids = found.metrics.iter().map(|(id, _)| id.as_str());
                let near = nearest(metric, ids).unwrap_or_default();
                Some(both!(
                    "`{sim}` gives no `{metric}` (nearest: `{near}`)",
                    "`{sim}`의 결과에 `{metric}`이(가) 없습니다(가장 비슷한 것: `{near}`)"
                ))
            }
            Some(estimate) if estimate.value.is_none() => Some(both!(
                "`{metric}({variant})` of `{sim}` has no value",
                "`{sim}`의 `{metric}({variant})`에는 값이 없습니다"
            )),
            Some(_) => None,
        }
    }

    fn claim(&self, claim: &ClaimRef) -> Option<Text> {
        let ClaimRef { sim, claim, .. } = claim;
        if self.unread(Kind::Sim, sim) {
            return None;
        }
        let Some((_, spec)) = self.sims.iter().find(|(_, spec)| spec.name == *sim) else {
            return Some(both!("there is no sim `{sim}`", "`{sim}` sim은 없습니다"));
        };
        let ids: Vec<&str> = spec.claims.iter().map(|claim| claim.id.as_str()).collect();
        (!ids.contains(&claim.as_str())).then(|| {
            let known = ids.join(", ");
            both!(
                "`{sim}` has no claim `{claim}`: {known}",
                "`{sim}`에 `{claim}` 주장이 없습니다: {known}"
            )
        })
    }
}
