//! The words of a topic file by heading, without the checks of [`topic`](crate::knowledge::topic):
//! a search reads all files at once.

use super::{Entry, EntryKind, Passage};
use crate::content::text::{Lang, Text};
use crate::content::toml_strings::{self, Found};

/// A topic with a passage for each of its headings, in each of its languages.
pub(crate) fn entry(slug: &str, english: &str, korean: Option<&str>) -> Entry {
    let mut entry = Entry {
        kind: EntryKind::Topic,
        id: slug.to_owned(),
        target: format!("topic {slug}"),
        topic: Some(slug.to_owned()),
        title: Text::default(),
        aliases: Vec::new(),
        passages: Vec::new(),
    };
    for (lang, text) in [(Lang::En, Some(english)), (Lang::Ko, korean)] {
        let Some(text) = text else { continue };
        let (front, body) = front_and_body(text);
        toml_strings::scan(front, |found| match found {
            Found::Str(["title"], words) if lang == Lang::En => {
                entry.title = Text::same(words.into_owned());
            }
            Found::Str(["title"], words) => entry.title.ko = words.into_owned(),
            Found::Str(["aliases"], words) if entry.aliases.iter().all(|alias| *alias != words) => {
                entry.aliases.push(words.into_owned());
            }
            _ => {}
        });
        passages(body, lang, &mut entry.passages);
    }
    entry
}

fn front_and_body(text: &str) -> (&str, &str) {
    let inner = text.strip_prefix("+++").unwrap_or("");
    inner.split_once("\n+++").unwrap_or(("", text))
}

fn passages(body: &str, lang: Lang, passages: &mut Vec<Passage>) {
    let (mut fenced, mut claims) = (false, false);
    let first = passages.len();
    for line in body.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            fenced = !fenced;
            claims = language.trim() == "claims";
            continue;
        }
        // Names of claims: their sentences are found with their sims.
        if claims {
            continue;
        }
        let heading = line.trim_start_matches('#');
        if !fenced && heading.len() < line.len() && heading.starts_with(' ') {
            let (words, id) = heading.split_once("{#").unwrap_or((heading, ""));
            let id = id.trim_end().trim_end_matches('}');
            passages.push(Passage {
                lang,
                section: Some(id.to_owned()).filter(|id| !id.is_empty()),
                heading: plain(words.trim()),
                text: String::new(),
            });
            continue;
        }
        let Some(passage) = passages[first..].last_mut() else { continue };
        let is_rule = line.bytes().all(|byte| b"|-: ".contains(&byte));
        if is_rule {
            continue;
        }
        if fenced {
            passage.text += line.trim_end();
        } else {
            add_plain(line.trim().trim_start_matches(['-', '>', '|', ' ']), &mut passage.text);
        }
        passage.text.push('\n');
    }
}

fn plain(words: &str) -> String {
    let mut out = String::new();
    add_plain(words, &mut out);
    out
}

/// The words of a line of markdown.
fn add_plain(line: &str, out: &mut String) {
    let line = line.trim_end_matches(['|', ' ']);
    let mut code = false;
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '[', ']', '|', '\\', '{']) {
        out.push_str(&rest[..at]);
        let (mark, after) = rest[at..].split_at(1);
        rest = after;
        match mark {
            "`" => code = !code,
            "|" if !code => out.push('·'),
            "*" | "[" | "\\" if !code => {}
            // A value that is filled in where the page is shown.
            "{" if !code && rest.starts_with('{') => {
                out.push('…');
                rest = rest.find("}}").map_or("", |end| &rest[end + 2..]);
            }
            // The target of a link.
            "]" if !code && rest.starts_with('(') => {
                rest = rest.find(')').map_or("", |end| &rest[end + 1..]);
            }
            mark => out.push_str(mark),
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_read_by_its_headings() {
        let english = "+++\ntitle = \"Locks\"\naliases = [\"row lock\", \"락\"]\nrequires = [\"x\"]\n+++\n\nLost.\n\n## A `b` {#short-answer}\n\nSee **the** [page *x*](topic:pool#a), `COUNT(*)`.\n\n| a | `b|c` |\n|---|--:|\n| 1 | 2 |\n\n### Sub {#sub}\n\n```text\n# no heading *\n```\n- item {{pool p99(1)}} a day\n\n```claims\npool big\n```\n";
        let korean =
            "+++\ntitle = \"락\"\naliases = [\"row lock\"]\n+++\n## 답 {#short-answer}\n짧다.\n";
        let entry = entry("locks", english, Some(korean));
        assert_eq!(entry.title, Text { en: "Locks".to_owned(), ko: "락".to_owned() });
        assert_eq!(entry.aliases, ["row lock", "락"]);
        let shown: Vec<String> = entry
            .passages
            .iter()
            .map(|p| {
                let section = p.section.as_deref().unwrap_or_default();
                format!("{} {section} {} > {}", p.lang.code(), p.heading, p.text)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "en short-answer A b > See the page x, COUNT(*).\na · b|c\n1 · 2\n",
                "en sub Sub > # no heading *\nitem … a day\n",
                "ko short-answer 답 > 짧다.\n",
            ]
        );
    }
}
