//! Everything that can be found, as plain entries. The files are read without their checks, so
//! that a search takes no longer than a look at all texts.

use std::collections::BTreeMap;

use crate::content::text::{Lang, Text};
use crate::content::toml_strings::{self, Found};
use crate::content::{Kind, Library};
use crate::knowledge::search::{Entry, EntryKind, Passage, in_halves, topic_text};
use crate::marketplace::config::all_knobs;

/// Topics by heading, sims with their words, questions, knobs.
pub(in crate::cli) fn entries(library: &Library) -> Vec<Entry> {
    let rest = || {
        let sims = library.slugs(Kind::Sim).into_iter().map(|slug| sim(library, slug));
        let mut rest: Vec<Entry> = sims.collect();
        for slug in library.slugs(Kind::Quiz) {
            questions(library, slug, &mut rest);
        }
        rest.extend(knobs(library));
        rest
    };
    in_halves(|| topics(library), rest)
}

/// Topics alone.
pub(in crate::cli) fn topics(library: &Library) -> Vec<Entry> {
    let text = |slug, lang| library.text(Kind::Topic, slug, lang);
    let slugs = library.slugs(Kind::Topic).into_iter();
    slugs
        .map(|slug| {
            let english = text(slug, Lang::En).unwrap_or_default();
            topic_text::entry(slug, english, text(slug, Lang::Ko))
        })
        .collect()
}

/// Title, question, result, reasons and claims of a sim.
fn sim(library: &Library, slug: &str) -> Entry {
    let mut entry = Entry {
        kind: EntryKind::Sim,
        id: slug.to_owned(),
        target: format!("sim {slug}"),
        topic: None,
        title: Text::same(slug),
        aliases: Vec::new(),
        passages: Vec::new(),
    };
    for lang in [Lang::En, Lang::Ko] {
        let Some(text) = library.text(Kind::Sim, slug, lang) else { continue };
        let mut passage =
            Passage { lang, section: None, heading: String::new(), text: String::new() };
        toml_strings::scan(text, |found| match found {
            Found::Str(["topic"], words) => entry.topic = Some(words.into_owned()),
            Found::Str(["title"], words) if lang == Lang::En => {
                entry.title = Text::same(words.into_owned());
            }
            Found::Str(["title"], words) => entry.title.ko = words.into_owned(),
            Found::Str(["question"], words) => passage.heading = words.into_owned(),
            Found::Str(["see"] | ["why"] | ["claim", "says"], words) => {
                passage.text += &words;
                passage.text.push('\n');
            }
            // In a Korean file claims go by their ids: `claim.too-small = "..."`.
            Found::Str(["claim", _], words) if lang == Lang::Ko => {
                passage.text += &words;
                passage.text.push('\n');
            }
            _ => {}
        });
        entry.passages.push(passage);
    }
    entry
}

/// What each question of a quiz asks. Options and reasons would give the answers away.
fn questions(library: &Library, slug: &str, entries: &mut Vec<Entry>) {
    let Some(english) = library.text(Kind::Quiz, slug, Lang::En) else { return };
    let mut title = Text::default();
    let mut asked: Vec<(String, String)> = Vec::new();
    toml_strings::scan(english, |found| match (found, asked.last_mut()) {
        (Found::Header(["question"]), _) => asked.push((String::new(), String::new())),
        (Found::Str(["title"], words), _) => title = Text::same(words.into_owned()),
        (Found::Str(["question", "id"], words), Some((id, _))) => *id = words.into_owned(),
        (Found::Str(["question", "ask"], words), Some((_, ask))) => *ask = words.into_owned(),
        _ => {}
    });
    let mut korean: BTreeMap<&str, String> = BTreeMap::new();
    toml_strings::scan(library.text(Kind::Quiz, slug, Lang::Ko).unwrap_or_default(), |found| {
        match found {
            Found::Str(["title"], words) => title.ko = words.into_owned(),
            Found::Str(["question", id, "ask"], words) => {
                korean.insert(id, words.into_owned());
            }
            _ => {}
        }
    });
    for (id, ask) in asked {
        let passage = |lang, text| Passage { lang, section: None, heading: String::new(), text };
        let mut passages = vec![passage(Lang::En, ask)];
        passages.extend(korean.remove(id.as_str()).map(|ask| passage(Lang::Ko, ask)));
        entries.push(Entry {
            kind: EntryKind::Question,
            id: format!("{slug}/{id}"),
            target: format!("quiz {slug}"),
            topic: Some(slug.to_owned()),
            title: title.clone(),
            aliases: Vec::new(),
            passages,
        });
    }
}

fn knobs(library: &Library) -> impl Iterator<Item = Entry> {
    let sims = library.slugs(Kind::Sim);
    let sim = sims.iter().find(|slug| **slug == KNOBS_OF).or(sims.first());
    let target = sim.map_or_else(|| "sim".to_owned(), |sim| format!("sim {sim} --knobs"));
    all_knobs().into_iter().map(move |(name, knob)| {
        let passage = |lang, text: &str| Passage {
            lang,
            section: None,
            heading: String::new(),
            text: text.to_owned(),
        };
        Entry {
            kind: EntryKind::Knob,
            target: target.clone(),
            topic: None,
            title: Text::same(&name),
            id: name,
            aliases: Vec::new(),
            passages: vec![passage(Lang::En, knob.en), passage(Lang::Ko, knob.ko)],
        }
    })
}

/// The sim that shows knobs: every sim has them all.
const KNOBS_OF: &str = "pool-size";
