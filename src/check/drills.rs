//! Drills: their topics, sections, commands and items of the inventory exist, and everything that
//! one review asked is asked in some drill.

use super::{Checker, missing};
use crate::content::Kind;
use crate::content::problem::{Problem, Source, nearest};
use crate::content::text::{Text, both};
use crate::knowledge::inventory;
use crate::quiz::drill::{Drill, Turn};

impl Checker<'_> {
    pub(super) fn drills(&mut self) {
        let mut problems = Vec::new();
        // Its own faults are told by the coverage check.
        let inventory = inventory::load(self.library).map(|(source, items)| (Some(source), items));
        let (inventory, items) = inventory.unwrap_or_default();
        for (source, drill) in &self.drills {
            if !drill.translated {
                problems.push(missing(&format!("quizzes/drills/{}.ko.toml", drill.slug)));
            }
            let topic = &drill.topic;
            if !self.library.slugs(Kind::Topic).contains(&topic.value.as_str()) {
                let name = &topic.value;
                let what =
                    both!("the topic `{name}` does not exist", "주제 `{name}`이(가) 없습니다");
                problems.push(source.problem(topic.span.clone(), what));
            }
            for turn in &drill.turns {
                problems.extend(self.section_of(source, drill, turn));
                if let Some(evidence) = &turn.evidence
                    && let Some(what) = self.command(&evidence.value)
                {
                    problems.push(source.problem(evidence.span.clone(), what));
                }
                for item in turn.from.iter().filter(|_| inventory.is_some()) {
                    if items.iter().all(|known| known.id != item.value) {
                        let id = crate::content::problem::printable(&item.value);
                        let what =
                            both!("the inventory has no `{id}`", "목록에 `{id}`이(가) 없습니다");
                        problems.push(source.problem(item.span.clone(), what));
                    }
                }
                if drill.translated {
                    problems
                        .extend(untranslated(turn).map(|text| not_translated(source, turn, text)));
                }
            }
        }
        if let Some(inventory) = inventory
            && self.drills.len() == self.library.slugs(Kind::Drill).len()
        {
            for item in items.iter().filter(|item| item.asked) {
                let mut turns = self.drills.iter().flat_map(|(_, drill)| &drill.turns);
                if turns.all(|turn| turn.from.iter().all(|from| from.value != item.id)) {
                    let what = both!(
                        "no drill asks it: name it in `from` of a turn",
                        "이 질문을 하는 모의 면접이 없습니다. 질문의 `from`에 적으세요"
                    );
                    problems.push(inventory.problem(item.span.clone(), what));
                }
            }
        }
        self.problems.extend(problems);
    }

    fn section_of(&self, source: &Source, drill: &Drill, turn: &Turn) -> Option<Problem> {
        let (topic, section) = drill.reading(turn);
        let fault = |what: Text| Some(source.problem(turn.section.span.clone(), what));
        let Some(page) = self.pages.iter().find(|page| page.slug == topic) else {
            let own = topic == drill.topic.value;
            if own || self.unread(Kind::Topic, topic) {
                return None;
            }
            return fault(both!(
                "the topic `{topic}` does not exist",
                "주제 `{topic}`이(가) 없습니다"
            ));
        };
        let known: Vec<&str> = page.topic.sections.iter().map(|it| it.id.as_str()).collect();
        if known.contains(&section) {
            return None;
        }
        let near = nearest(section, known).unwrap_or_default();
        fault(both!(
            "the topic has no section `{section}` (nearest: `{near}`)",
            "주제에 `{section}` 절이 없습니다(가장 비슷한 것: `{near}`)"
        ))
    }
}

/// Sentences that are the same in both languages.
fn untranslated(turn: &Turn) -> impl Iterator<Item = &Text> {
    let traps = turn.traps.iter().flat_map(|trap| [&trap.text, &trap.reply]);
    let points = turn.points.iter().map(|point| &point.text);
    let hints = turn.missing.iter().map(|missing| &missing.hint);
    let all = [&turn.ask, &turn.model].into_iter().chain(points).chain(traps).chain(hints);
    all.filter(|text| text.en == text.ko)
}

fn not_translated(source: &Source, turn: &Turn, text: &Text) -> Problem {
    let words: String = text.en.chars().take(40).collect();
    let head = turn.span.start..turn.span.start + 1;
    source.problem(head, both!("not translated: `{words}`", "번역되지 않았습니다: `{words}`"))
}

#[cfg(test)]
mod tests {
    use crate::check::Checker;
    use crate::content::Library;
    use crate::content::text::Lang;
    use crate::knowledge::inventory;

    const DRILL: &str = "format = \"prep.drill/1\"\ntitle = \"t\"\ntopic = \"dusk\"\nstart = \"a\"\n\
        [[turn]]\nid = \"a\"\nfrom = [\"S1\", \"S9\"]\nask = \"?\"\nminutes = 1\n\
        points = [{ id = \"p\", text = \"x\" }]\nmodel = \"m\"\nsection = \"dawn#noon\"\n\
        evidence = \"sim dusk\"\n";
    const INVENTORY: &str = "format = \"prep.inventory/1\"\n\
        [[item]]\nid = \"S1\"\nsays = { en = \"a\", ko = \"b\" }\nanswered = []\n\
        questions = []\nsims = []\nasked = true\n\
        [[item]]\nid = \"S2\"\nsays = { en = \"a\", ko = \"b\" }\nanswered = []\n\
        questions = []\nsims = []\nasked = true\n";

    #[test]
    fn everything_that_a_drill_names_must_exist_and_everything_asked_must_be_drilled() {
        let library =
            Library::of(&[(inventory::PATH, INVENTORY), ("quizzes/drills/d.toml", DRILL)]);
        let mut checker = Checker::new(&library);
        checker.read();
        checker.drills();
        let shown: Vec<String> = checker
            .problems
            .iter()
            .map(|problem| {
                let line = problem.place.as_ref().map_or(0, |place| place.line);
                format!("{}:{line}: {}", problem.path, problem.what.get(Lang::En))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "quizzes/drills/d.ko.toml:0: this file is missing",
                "quizzes/drills/d.toml:3: the topic `dusk` does not exist",
                "quizzes/drills/d.toml:12: the topic `dawn` does not exist",
                "quizzes/drills/d.toml:13: `dusk` does not exist",
                "quizzes/drills/d.toml:7: the inventory has no `S9`",
                "topics/inventory.toml:9: no drill asks it: name it in `from` of a turn",
            ]
        );
    }
}
