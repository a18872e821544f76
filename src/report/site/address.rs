//! Where each page is, and the way from one to another.

use crate::content::text::Lang;

/// A page of the site, in whatever language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Home,
    Topics,
    Topic(String),
    Sims,
    Sim(String),
    Quizzes,
    Quiz(String),
    Search,
}

impl Address {
    /// Below the folder of a language. Each path names a file, since files have no default page.
    pub(crate) fn path(&self) -> String {
        match self {
            Address::Home => "index.html".to_owned(),
            Address::Topics => "topics/index.html".to_owned(),
            Address::Topic(slug) => format!("topics/{slug}.html"),
            Address::Sims => "sims/index.html".to_owned(),
            Address::Sim(slug) => format!("sims/{slug}.html"),
            Address::Quizzes => "quizzes/index.html".to_owned(),
            Address::Quiz(slug) => format!("quizzes/{slug}.html"),
            Address::Search => "search.html".to_owned(),
        }
    }

    /// The relative link from this page to another in the same language.
    pub(super) fn to(&self, other: &Address) -> String {
        let up = "../".repeat(self.path().matches('/').count());
        format!("{up}{}", other.path())
    }

    /// From this page to the same page in another language.
    pub(super) fn to_language(&self, lang: Lang) -> String {
        format!("{}{}/{}", self.to_root(), lang.code(), self.path())
    }

    /// From this page to the folder that holds the languages, `/` included.
    pub(super) fn to_root(&self) -> String {
        "../".repeat(self.path().matches('/').count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_relative() {
        let pool = Address::Topic("pool".to_owned());
        assert_eq!(pool.to(&Address::Home), "../index.html");
        assert_eq!(pool.to(&Address::Sim("size".to_owned())), "../sims/size.html");
        assert_eq!(Address::Home.to(&pool), "topics/pool.html");
        assert_eq!(pool.to_language(Lang::Ko), "../../ko/topics/pool.html");
        assert_eq!(Address::Search.to_language(Lang::En), "../en/search.html");
    }
}
