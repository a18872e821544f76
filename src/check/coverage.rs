//! Whether each item of the inventory is answered by a section, drilled by questions and, where it
//! is a mechanism, shown by a sim.

use super::Checker;
use crate::content::problem::Problem;
use crate::content::text::both;
use crate::content::{Kind, Library};
use crate::knowledge::inventory::{self, Item, Reference};

/// Fewest questions that drill an item.
const DRILLS_MIN: usize = 2;

/// The inventory, and its holes.
///
/// # Errors
/// Every problem of the inventory's own file.
pub(crate) fn coverage(library: &Library) -> Result<(Vec<Item>, Vec<Problem>), Vec<Problem>> {
    let (source, items) = inventory::load(library)?;
    let mut checker = Checker::new(library);
    checker.read();
    let mut holes = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut hole = |span: &std::ops::Range<usize>, what| {
            holes.push(source.problem(span.clone(), what));
        };
        let number = at + 1;
        if item.id != format!("S{number}") {
            let id = &item.id;
            let what = both!(
                "items are numbered in order: S{number} was expected, not {id}",
                "번호는 차례대로여야 합니다. {id}이(가) 아니라 S{number}입니다"
            );
            hole(&item.span, what);
        }
        if item.answered.is_empty() {
            hole(&item.span, both!("no section answers it", "답하는 절이 없습니다"));
        }
        if item.questions.len() < DRILLS_MIN {
            let count = item.questions.len();
            let what = both!(
                "{count} questions drill it; at least {DRILLS_MIN} have to",
                "연습 문제가 {count}개입니다. {DRILLS_MIN}개 이상이어야 합니다"
            );
            hole(&item.span, what);
        }
        if item.advice != item.sims.is_empty() {
            let what = both!(
                "a mechanism needs a sim that shows it; advice (`advice = true`) has none",
                "동작 원리라면 보여 줄 sim이 있어야 하고, 조언(`advice = true`)이라면 sim이 없어야 합니다"
            );
            hole(&item.span, what);
        }
        for reference in item.answered.iter().filter(|it| !checker.has_section(&it.to)) {
            hole(&reference.span, both!("there is no such section", "그런 절이 없습니다"));
        }
        for (at, reference) in item.questions.iter().enumerate() {
            let twice = item.questions[..at].iter().any(|other| other.to == reference.to);
            if twice || !checker.has_question(&reference.to) {
                hole(
                    &reference.span,
                    both!("there is no such other question", "그런 문제가 더 없습니다"),
                );
            }
        }
        let is_missing = |it: &&Reference| !library.slugs(Kind::Sim).contains(&it.to.as_str());
        for reference in item.sims.iter().filter(is_missing) {
            hole(&reference.span, both!("there is no such sim", "그런 sim이 없습니다"));
        }
    }
    Ok((items, holes))
}

impl Checker<'_> {
    fn has_section(&self, name: &str) -> bool {
        name.split_once('#').is_some_and(|(slug, id)| {
            let mut pages = self.pages.iter().filter(|page| page.slug == slug);
            pages.any(|page| page.topic.sections.iter().any(|section| section.id == id))
        })
    }

    fn has_question(&self, name: &str) -> bool {
        name.split_once('/').is_some_and(|(slug, id)| {
            let mut quizzes = self.quizzes.iter().filter(|(_, quiz)| quiz.slug == slug);
            quizzes.any(|(_, quiz)| quiz.questions.iter().any(|question| question.id == id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text::Lang;

    /// The acceptance list of the knowledge base: nothing that was asked is left without an answer,
    /// a drill and, where there is a mechanism, a run.
    #[test]
    fn the_inventory_has_no_hole() {
        let (items, holes) = coverage(&Library::embedded()).unwrap();
        let shown: Vec<String> = holes.iter().map(|hole| hole.show(Lang::En)).collect();
        assert_eq!(shown, Vec::<String>::new());
        assert_eq!(items.len(), 99);
    }

    #[test]
    fn every_kind_of_hole_is_found() {
        let inventory = "format = \"prep.inventory/1\"\n\
            [[item]]\nid = \"S1\"\nsays = { en = \"a\", ko = \"b\" }\nanswered = []\n\
            questions = [\"q/one\"]\nsims = []\n\
            [[item]]\nid = \"S3\"\nsays = { en = \"a\", ko = \"b\" }\nanswered = [\"t#nowhere\"]\n\
            questions = [\"db-locks/none\", \"db-locks/none\"]\nsims = [\"dusk\"]\nadvice = true\n";
        let library = Library::of(&[(inventory::PATH, inventory)]);
        let (_, holes) = coverage(&library).unwrap();
        let shown: Vec<String> = holes
            .iter()
            .map(|hole| {
                let line = hole.place.as_ref().map_or(0, |place| place.line);
                format!("{line}: {}", hole.what.en)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "2: no section answers it",
                "2: 1 questions drill it; at least 2 have to",
                "2: a mechanism needs a sim that shows it; advice (`advice = true`) has none",
                "6: there is no such other question",
                "8: items are numbered in order: S2 was expected, not S3",
                "8: a mechanism needs a sim that shows it; advice (`advice = true`) has none",
                "11: there is no such section",
                "12: there is no such other question",
                "12: there is no such other question",
                "13: there is no such sim",
            ]
        );
    }
}
