//! The questions that can be reviewed, in the order in which they are learnt. Read without the
//! checks, since what is due must be said at once; what is wrong with a file is said elsewhere.

use crate::content::text::{Lang, Text};
use crate::content::toml_strings::{self, Found};
use crate::content::{Kind, Library};
use crate::knowledge::{path, topic};

/// A question as the review list knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Card {
    /// `topic/question`, as in the record.
    pub(crate) question: String,
    pub(crate) topic: String,
    /// Of the topic.
    pub(crate) section: String,
}

/// A quiz as a list of quizzes shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) slug: String,
    pub(crate) title: Text,
    /// Of the cards, in the order of the file.
    pub(crate) questions: Vec<String>,
}

/// All quizzes of a library, in order of name.
pub(crate) fn quizzes(library: &Library) -> Vec<Listed> {
    let title = |slug: &str, lang| {
        let mut title = None;
        let text = library.text(Kind::Quiz, slug, lang)?;
        toml_strings::scan(text, |found| {
            if let Found::Str(["title"], words) = found {
                title.get_or_insert_with(|| words.into_owned());
            }
        });
        title
    };
    let listed = library.slugs(Kind::Quiz).into_iter().map(|slug| {
        let en = title(slug, Lang::En).unwrap_or_else(|| slug.to_owned());
        let ko = title(slug, Lang::Ko).unwrap_or_else(|| en.clone());
        let cards = of_quiz(library, slug).into_iter();
        let questions = cards.map(|card| card.question).collect();
        Listed { slug: slug.to_owned(), title: Text { en, ko }, questions }
    });
    listed.collect()
}

/// All questions of a library, along the path through its topics and as in their files.
pub(crate) fn all(library: &Library) -> Vec<Card> {
    let quizzes = library.slugs(Kind::Quiz);
    let requires: Vec<(&str, Vec<String>)> = quizzes
        .iter()
        .map(|slug| {
            let source = library.get(Kind::Topic, slug, Lang::En);
            let front = source.and_then(|source| topic::front_matter(&source).ok());
            let mut requires = front.map(|front| front.requires).unwrap_or_default();
            requires.retain(|other| quizzes.contains(&other.as_str()));
            (*slug, requires)
        })
        .collect();
    let order = path::order(&requires);
    order.into_iter().flat_map(|at| of_quiz(library, quizzes[at])).collect()
}

fn of_quiz(library: &Library, slug: &str) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    let text = library.text(Kind::Quiz, slug, Lang::En).unwrap_or_default();
    toml_strings::scan(text, |found| match (found, cards.last_mut()) {
        (Found::Header(["question"]), _) => {
            cards.push(Card { topic: slug.to_owned(), ..Card::default() });
        }
        (Found::Str(["question", "id"], words), Some(card)) => {
            card.question = format!("{slug}/{words}");
        }
        (Found::Str(["question", "section"], words), Some(card)) => {
            card.section = words.into_owned();
        }
        _ => {}
    });
    cards.retain(|card| !card.question.is_empty());
    cards
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::read;

    #[test]
    fn the_cards_are_the_questions_of_all_quizzes() {
        let library = Library::embedded();
        let mut found = all(&library);
        found.sort_by(|a, b| a.question.cmp(&b.question));
        let mut expected = Vec::new();
        for slug in library.slugs(Kind::Quiz) {
            let quiz = read::load(&library, slug).unwrap();
            expected.extend(quiz.questions.iter().map(|question| Card {
                question: format!("{slug}/{}", question.id),
                topic: slug.to_owned(),
                section: question.section.value.clone(),
            }));
        }
        expected.sort_by(|a, b| a.question.cmp(&b.question));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_cards_follow_the_path() {
        let front = |requires: &str| {
            format!(
                "+++\ntitle = \"T\"\naliases = []\nrequires = [{requires}]\nsims = []\nchecked = {{ what = \"x\", on = \"2026-11-22\" }}\n+++\n"
            )
        };
        let quiz = "[[question]]\nid = \"one\"\nsection = \"mechanism\"\noptions = [{ id = \"a\" }]\n[[question]]\nsection = \"defaults\"\nid = \"two\"\n";
        let library = Library::of(&[
            ("topics/a.md", &front("\"b\", \"nowhere\"")),
            ("topics/b.md", &front("")),
            ("quizzes/a.toml", quiz),
            ("quizzes/b.toml", quiz),
        ]);
        let found: Vec<(String, String)> =
            all(&library).into_iter().map(|card| (card.question, card.section)).collect();
        let expected = [
            ("b/one", "mechanism"),
            ("b/two", "defaults"),
            ("a/one", "mechanism"),
            ("a/two", "defaults"),
        ];
        assert_eq!(found, expected.map(|(id, section)| (id.to_owned(), section.to_owned())));
    }
}
