//! The whole site of the built-in content, and small ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::*;

static BUILT_IN: LazyLock<Vec<File>> =
    LazyLock::new(|| Site::read(&Library::embedded()).unwrap().files());

/// The pages among the files.
fn pages() -> impl Iterator<Item = &'static File> {
    BUILT_IN.iter().filter(|file| file.path.ends_with(".html"))
}

/// Every start tag: its name and its attributes. Words of a page have no `<`, values no quotes.
fn tags(page: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let starts = page.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '!']));
    starts
        .map(|tag| {
            let tag = &tag[..tag.find('>').unwrap()];
            let name = tag.split(' ').next().unwrap();
            let mut attributes = Vec::new();
            let mut rest = &tag[name.len()..];
            while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
                rest = &rest[start..];
                let end = rest.find([' ', '=']).unwrap_or(rest.len());
                let attribute = &rest[..end];
                rest = &rest[end..];
                let mut value = "";
                if let Some(quoted) = rest.strip_prefix("=\"") {
                    let end = quoted.find('"').unwrap();
                    value = &quoted[..end];
                    rest = &quoted[end + 1..];
                }
                attributes.push((attribute, value));
            }
            (name, attributes)
        })
        .collect()
}

fn values<'p>(page: &'p str, wanted: &str) -> Vec<&'p str> {
    let attributes = tags(page).into_iter().flat_map(|(_, attributes)| attributes);
    attributes.filter(|(name, _)| *name == wanted).map(|(_, value)| value).collect()
}

/// The path that a relative link means, and its anchor.
fn resolved(from: &str, link: &str) -> (String, String) {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return (from.to_owned(), anchor.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        if part == ".." {
            parts.pop().expect("a link out of the site");
        } else {
            parts.push(part);
        }
    }
    (parts.join("/"), anchor.to_owned())
}

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut faults = Vec::new();
    for file in BUILT_IN.iter() {
        ids.insert(&file.path, BTreeSet::new());
    }
    for page in pages() {
        for id in values(&page.text, "id") {
            if !ids.get_mut(page.path.as_str()).unwrap().insert(id) {
                faults.push(format!("{}: the id {id} twice", page.path));
            }
        }
    }
    let mut links = 0;
    for page in pages() {
        let targets = ["href", "src", "action", "data-index"].map(|name| values(&page.text, name));
        for link in targets.concat() {
            if link.starts_with("http") || link == "data:," {
                continue;
            }
            links += 1;
            let (path, anchor) = resolved(&page.path, link);
            match ids.get(path.as_str()) {
                None => faults.push(format!("{}: {link}: no such file", page.path)),
                Some(ids) if !anchor.is_empty() && !ids.contains(anchor.as_str()) => {
                    faults.push(format!("{}: {link}: no such anchor", page.path));
                }
                Some(_) => {}
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
    assert!(links > 2_000, "{links}");
}

/// What the search offers exists as well.
#[test]
fn every_entry_of_the_search_leads_somewhere() {
    for lang in LANGS {
        let index = BUILT_IN.iter().find(|file| file.path == frame::index_path(lang)).unwrap();
        let json = index.text.strip_prefix("globalThis.prepEntries = ").unwrap();
        let entries: serde_json::Value =
            serde_json::from_str(json.strip_suffix(";\n").unwrap()).unwrap();
        let mut faults = Vec::new();
        for entry in entries.as_array().unwrap() {
            let path = format!("{}/{}", lang.code(), entry[1].as_str().unwrap());
            let page = pages().find(|page| page.path == path).expect(&path);
            let ids = values(&page.text, "id");
            for passage in entry[4].as_array().unwrap() {
                let id = passage[0].as_str().unwrap();
                if !id.is_empty() && !ids.contains(&id) {
                    faults.push(format!("{path}#{id}"));
                }
            }
        }
        assert_eq!(faults, Vec::<String>::new());
    }
}

#[test]
fn pages_load_only_what_is_theirs_and_have_no_code_in_them() {
    let mut faults = Vec::new();
    for page in pages() {
        for (tag, attributes) in tags(&page.text) {
            for (name, value) in attributes {
                let outside = value.contains("//") && !(tag == "a" && name == "href");
                let loads = ["src", "srcset", "poster", "data", "background"].contains(&name);
                let fine = match (tag, name) {
                    ("script", "src") => value.ends_with(frame::SCRIPT_PATH),
                    ("i", "style") => value.starts_with("width:"),
                    _ => !name.starts_with("on") && !loads && name != "style",
                };
                let words = name.starts_with("data-") || name == "content" || name == "aria-label";
                if !fine || (outside && !words) || value.starts_with("javascript:") {
                    faults.push(format!("{}: <{tag} {name}=\"{value}\">", page.path));
                }
            }
        }
        for banned in ["<style", "<iframe", "<img", "<object", "<base"] {
            assert!(!page.text.contains(banned), "{}: {banned}", page.path);
        }
        assert!(page.text.contains("default-src 'none'"), "{}", page.path);
        assert_eq!(
            page.text.matches("<script").count(),
            page.text.matches("<script defer src=").count()
        );
    }
    assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
}

#[test]
fn both_languages_have_the_same_pages() {
    let below = |code: &str| -> Vec<&str> {
        pages().filter_map(|page| page.path.strip_prefix(code)?.strip_prefix('/')).collect()
    };
    let english = below("en");
    assert_eq!(english, below("ko"));
    assert_eq!(english.len() * 2 + 1, pages().count());
    for page in pages().filter(|page| page.path.contains('/')) {
        let code = &page.path[..2];
        assert_eq!(values(&page.text, "lang")[0], code, "{}", page.path);
    }
}

/// Topics, sims and quizzes are all there, and every question is either in the page or counted
/// among those that are not.
#[test]
fn nothing_is_left_out() {
    let library = Library::embedded();
    for (kind, folder) in [(Kind::Topic, "topics"), (Kind::Sim, "sims"), (Kind::Quiz, "quizzes")] {
        for slug in library.slugs(kind) {
            let path = format!("en/{folder}/{slug}.html");
            let page = pages().find(|page| page.path == path).expect(&path);
            if kind == Kind::Quiz {
                let quiz = crate::quiz::read::load(&library, slug).unwrap();
                let shown = page.text.matches("<section class=\"question\"").count();
                let left = page
                    .text
                    .split(" more are asked in the terminal")
                    .next()
                    .filter(|_| page.text.contains(" more are asked in the terminal"));
                let left = left.map_or(0, |text| text.rsplit('>').next().unwrap().parse().unwrap());
                assert_eq!(shown + left, quiz.questions.len(), "{slug}");
            }
        }
    }
}

/// A jump between topics is a link, a command that leads to a page too; another command stays.
#[test]
fn commands_become_links() {
    let page = |path: &str| &pages().find(|page| page.path == path).unwrap().text;
    let topic = page("en/topics/hikaricp-pool.html");
    assert!(topic.contains(
        "<a href=\"../topics/tomcat-threads.html\" rel=\"noreferrer\">Tomcat threads</a>"
    ));
    assert!(topic.contains("<a href=\"../sims/pool-size.html\" rel=\"noreferrer\"><code>prep sim pool-<wbr>size</code></a>"));
    assert!(!topic.contains("(<code>prep topic"));
    let sim = page("en/sims/pool-size.html");
    assert!(sim.contains("<code>prep sim pool-<wbr>size -<wbr>-<wbr>seed 1</code>"));
}

/// A topic that is not translated is shown in English and says so to whoever reads aloud.
#[test]
fn a_topic_without_korean_is_in_english() {
    let text = "+++\ntitle = \"T\"\naliases = []\nrequires = []\nsims = []\nchecked = { what = \"x\", on = \"2026-11-22\" }\n+++\n";
    let sections =
        crate::knowledge::topic::SECTIONS.map(|id| format!("\n## The {id} {{#{id}}}\n\nTen.\n"));
    let library = Library::of(&[("topics/t.md", &format!("{text}{}", sections.concat()))]);
    let site = Site::read(&library).unwrap();
    let page = site.page(&Address::Topic("t".to_owned()), Lang::Ko).unwrap();
    assert_eq!(values(&page, "lang")[..3], ["ko", "en", "en"]);
    assert!(page.contains("<main id=\"page-content\" lang=\"en\">"));
    assert_eq!(site.page(&Address::Topic("u".to_owned()), Lang::En), None);
}

#[test]
fn a_sim_without_its_outcome_is_a_problem() {
    let embedded = Library::embedded();
    let sim = embedded.file("sims/pool-size.toml").unwrap().text;
    let library = Library::of(&[("sims/pool-size.toml", &sim), ("outcomes/pool-size.json", "{}")]);
    let problems: Vec<String> =
        Site::read(&library).err().unwrap().into_iter().map(|problem| problem.what.en).collect();
    assert_eq!(problems, ["not an outcome: missing field `format` at line 1 column 2"]);
}

/// The script of the page reads the same table in a browser.
#[test]
fn the_page_is_promised_numbers_as_they_are_read_here() {
    let table = include_str!("../../../tests/web/numbers.json");
    let table: Vec<(String, String, Option<f64>)> = serde_json::from_str(table).unwrap();
    for (typed, unit, expected) in table {
        let unit = crate::quiz::unit::Unit::from_name(&unit).unwrap();
        let read = crate::quiz::unit::parse(&typed, unit).ok();
        assert_eq!(read, expected, "{typed} in {}", unit.name());
    }
}
