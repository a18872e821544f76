//! Reading `[story]`.

use super::Reader;
use crate::content::problem::{nearest, printable};
use crate::content::text::both;
use crate::content::toml_tree::Node;
use crate::sims::spec::{Overrides, Spec, Story, Wanted};

impl Reader<'_> {
    pub(super) fn story(&mut self, node: &Node, spec: &Spec, overrides: &Overrides) -> Story {
        let mut story = Story::default();
        let Some(mut fields) = self.walk.fields(node) else { return story };
        if let Some(node) = fields.need(&mut self.walk, "first") {
            let items = self.walk.array(node).unwrap_or_default();
            story.first = items.iter().filter_map(|item| self.wanted(item)).collect();
        }
        if let Some(node) = fields.take("variant") {
            let id = self.settings(node, "variant").pop().map(|(_, raw, _)| raw.show());
            story.variant =
                spec.variants.iter().position(|variant| Some(&variant.id) == id.as_ref());
            // With --vary the file's variants are gone.
            if story.variant.is_none() && overrides.vary.is_empty() {
                let known: Vec<&str> = spec.variants.iter().map(|v| v.id.as_str()).collect();
                let known = known.join(", ");
                let id = printable(&id.unwrap_or_default());
                self.walk.report_with(
                    node.span.clone(),
                    both!("there is no variant `{id}`", "`{id}` 변형은 없습니다"),
                    both!("the variants are: {known}", "변형 목록: {known}"),
                );
            }
        }
        fields.finish(&mut self.walk);
        story
    }

    fn wanted(&mut self, node: &Node) -> Option<Wanted> {
        let word = self.walk.str(node)?;
        let found = Wanted::all().find(|wanted| wanted.word() == word);
        if found.is_none() {
            let shown = printable(word);
            let words: Vec<&str> = Wanted::all().map(Wanted::word).collect();
            let hint = match nearest(word, words.iter().copied()) {
                Some(near) => both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                None => {
                    let words = words.join(", ");
                    both!("known here: {words}", "여기서 쓸 수 있는 단어: {words}")
                }
            };
            self.walk.report_with(
                node.span.clone(),
                both!("nothing is called `{shown}`", "`{shown}`(이)라는 일은 없습니다"),
                hint,
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::content::problem::Source;
    use crate::content::text::Lang;
    use crate::marketplace::checker::Anomaly;
    use crate::marketplace::request::Failure;
    use crate::sims::read::read;
    use crate::sims::spec::{Overrides, Story, Wanted};

    fn story(text: &str) -> Result<Story, String> {
        let whole = format!(
            "format = \"prep.sim/1\"\nrun.kind = \"steady\"\n\
             vary = {{ knob = \"mysql.cores\", values = [2, 4] }}\n{text}"
        );
        let read = read("x", &Source::new("x.toml", whole), None, &Overrides::default());
        read.map(|spec| spec.story).map_err(|problems| {
            problems.iter().map(|problem| problem.show(Lang::En)).collect::<String>()
        })
    }

    #[test]
    fn words_of_anomalies_failures_and_the_slowest_are_read_in_their_order() {
        let first = [
            Wanted::Failure(Failure::Deadlock),
            Wanted::Anomaly(Anomaly::LostUpdate),
            Wanted::Slowest,
        ];
        let expected = Story { first: first.to_vec(), variant: Some(1) };
        let text = "[story]\nfirst = [\"deadlock\", \"lost_update\", \"slowest\"]\nvariant = 4\n";
        assert_eq!(story(text), Ok(expected));
        assert_eq!(story(""), Ok(Story::default()));
    }

    #[test]
    fn unknown_words_and_variants_are_refused_at_their_place() {
        let shown = story("[story]\nfirst = [\"deadlok\"]\nvariant = \"8\"\n").unwrap_err();
        assert_eq!(
            shown,
            "error: nothing is called `deadlok`\n  --> x.toml:5:10\n   |\n 5 | first = [\"deadlok\"]\n\
             \x20  |          ^^^^^^^^^\n   = did you mean `deadlock`?\n\
             error: there is no variant `8`\n  --> x.toml:6:11\n   |\n 6 | variant = \"8\"\n\
             \x20  |           ^^^\n   = the variants are: 2, 4\n"
        );
    }

    /// Two things under one word could not be told apart in a file.
    #[test]
    fn every_word_means_one_thing() {
        let mut words: Vec<&str> = Wanted::all().map(Wanted::word).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
