//! Study topics: what a file says, and finding one by name. Imports content only.

pub(crate) mod footnotes;
pub(crate) mod highlight;
pub(crate) mod inventory;
pub(crate) mod markdown;
pub(crate) mod path;
pub(crate) mod search;
pub(crate) mod topic;

use std::collections::BTreeMap;

use crate::content::problem::nearest;
use crate::content::text::{Lang, Text, both};
use crate::content::{Kind, Library};

/// Why a name leads to no topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    Unknown {
        nearest: Option<String>,
    },
    /// Slugs of the topics that are meant by the same name, in order.
    Ambiguous {
        candidates: Vec<String>,
    },
}

impl Miss {
    /// What is wrong with the name.
    pub(crate) fn what(&self, name: &str) -> Text {
        let name = crate::content::problem::printable(name);
        match self {
            Miss::Unknown { .. } => {
                both!("no topic is called `{name}`", "`{name}` 주제가 없습니다")
            }
            Miss::Ambiguous { candidates } => {
                let count = candidates.len();
                both!(
                    "`{name}` may mean {count} topics",
                    "`{name}`에 해당하는 주제가 {count}개입니다"
                )
            }
        }
    }

    /// What to type instead.
    pub(crate) fn hint(&self) -> Text {
        match self {
            Miss::Unknown { nearest: Some(near) } => {
                both!("did you mean `{near}`?", "혹시 `{near}`인가요?")
            }
            Miss::Unknown { nearest: None } => {
                both!("prep topic lists them all", "prep topic으로 전체 목록을 볼 수 있습니다")
            }
            Miss::Ambiguous { candidates } => {
                let names = candidates.join(", ");
                both!("name one of: {names}", "다음 중 하나를 쓰세요: {names}")
            }
        }
    }
}

/// The slug of the topic that a name means: a slug, a title or alias in any language without
/// regard to case, spaces and hyphens, or the beginning of exactly one topic's names. Topics with a faulty front
/// matter are found by slug only.
pub(crate) fn find(library: &Library, name: &str) -> Result<String, Miss> {
    let wanted = fold(name);
    let slugs = library.slugs(Kind::Topic);
    if let Some(slug) = slugs.iter().find(|slug| fold(slug) == wanted) {
        return Ok((*slug).to_owned());
    }
    let names: BTreeMap<&str, Vec<String>> =
        slugs.iter().map(|slug| (*slug, names_of(library, slug))).collect();
    let having = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        let topics = names.iter().filter(|(_, names)| names.iter().any(|name| fits(&fold(name))));
        topics.map(|(slug, _)| (*slug).to_owned()).collect()
    };
    let mut found = having(&|name| name == wanted);
    if found.is_empty() && !wanted.is_empty() {
        found = having(&|name| name.starts_with(&wanted));
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let all = || names.values().flatten().map(String::as_str);
            let near = nearest(name.trim(), slugs.iter().copied().chain(all()));
            Err(Miss::Unknown { nearest: near.map(str::to_owned) })
        }
        _ => Err(Miss::Ambiguous { candidates: found }),
    }
}

/// Slugs of the topics that build on this one, in order of name.
pub(crate) fn requiring(library: &Library, slug: &str) -> Vec<String> {
    let builds_on = |other: &&str| {
        let source = library.get(Kind::Topic, other, Lang::En);
        let front = source.and_then(|source| topic::front_matter(&source).ok());
        front.is_some_and(|front| front.requires.iter().any(|before| before == slug))
    };
    library.slugs(Kind::Topic).into_iter().filter(builds_on).map(str::to_owned).collect()
}

/// A name without case, spaces and hyphens: Korean is spaced in more than one way, and a slug is
/// a title with hyphens.
fn fold(name: &str) -> String {
    let letters = name.chars().filter(|c| !c.is_whitespace() && *c != '-');
    letters.flat_map(char::to_lowercase).collect()
}

/// Slug, titles and aliases in lower case.
fn names_of(library: &Library, slug: &str) -> Vec<String> {
    let mut names = vec![slug.to_owned()];
    for lang in [Lang::En, Lang::Ko] {
        let Some(source) = library.get(Kind::Topic, slug, lang) else { continue };
        let Ok(front) = topic::front_matter(&source) else { continue };
        names.push(front.title.to_lowercase());
        names.extend(front.aliases.iter().map(|alias| alias.to_lowercase()));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        let front = |title: &str, aliases: &str| {
            format!(
                "+++\ntitle = \"{title}\"\naliases = [{aliases}]\nrequires = []\nsims = []\nchecked = {{ what = \"x\", on = \"2026-11-22\" }}\n+++\n"
            )
        };
        let pool = front("HikariCP connection pool", "\"hikari\", \"Connection Pool\"");
        let pool_ko = front("HikariCP 커넥션 풀", "\"히카리\"");
        let redis = front("Redis cache", "\"cache\"");
        let replica = front("Replication lag", "\"connection routing\"");
        Library::of(&[
            ("topics/hikaricp-pool.md", &pool),
            ("topics/hikaricp-pool.ko.md", &pool_ko),
            ("topics/redis-cache.md", &redis),
            ("topics/replication-lag.md", &replica),
            ("topics/broken.md", "no front matter"),
        ])
    }

    #[test]
    fn a_topic_has_many_names() {
        let found = |name: &str| find(&library(), name);
        let pool = Ok("hikaricp-pool".to_owned());
        for name in
            ["hikaricp-pool", "HIKARI", "connection-pool", "히카리", "hikaricp-p", "connection p"]
        {
            assert_eq!(found(name), pool, "{name}");
        }
        assert_eq!(found("broken"), Ok("broken".to_owned()));
        let candidates = vec!["redis-cache".to_owned(), "replication-lag".to_owned()];
        assert_eq!(found("re"), Err(Miss::Ambiguous { candidates }));
        let near = Some("redis-cache".to_owned());
        assert_eq!(found("redis-cahce"), Err(Miss::Unknown { nearest: near }));
        assert_eq!(found(""), Err(Miss::Unknown { nearest: None }));
        assert_eq!(found("\u{1b}zebra crossing"), Err(Miss::Unknown { nearest: None }));
    }
}
