//! A reader's own `application.yml` or `application.properties`, as Spring Boot reads it: documents,
//! profiles, relaxed names, placeholders, durations and sizes.
//!
//! Invariant: of a setting that is not understood only the name is kept once [`read`] returns. Its
//! value may be a secret, so no error shows a line of the file either.

mod known;
pub(crate) mod lint;
mod placeholder;
mod profiles;
mod properties;
#[cfg(test)]
mod tests;
mod value;
mod yaml;

pub(crate) use known::Known;

use crate::content::problem::{Place, Problem, Source, is_control};
use crate::content::text::{Text, both};
use crate::content::toml_tree::BYTES_MAX;
use crate::marketplace::config::{Base, Config};
use crate::marketplace::knobs::Raw;

/// Longest name that is shown, and longest part of one.
const NAME_CHARACTERS_MAX: usize = 120;
const PART_CHARACTERS_MAX: usize = 40;

/// A file as far as it is understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Application {
    /// As the reader named it.
    pub(crate) path: String,
    /// Profiles that were active, in order.
    pub(crate) profiles: Vec<String>,
    /// Settings that mean something here, each once, in order of their names.
    pub(crate) settings: Vec<Setting>,
    /// Known names whose value cannot be used, each once.
    pub(crate) unusable: Vec<Unusable>,
    /// Names that mean nothing here, in order of the file.
    pub(crate) strangers: Vec<Stranger>,
}

/// One understood setting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) known: Known,
    pub(crate) value: Raw,
    /// From 1.
    pub(crate) line: usize,
    /// Whether a duration was written with its unit.
    pub(crate) with_unit: bool,
}

/// A known name without a usable value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unusable {
    pub(crate) known: Known,
    pub(crate) line: usize,
    pub(crate) why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// A placeholder without a default that the file does not define either.
    Unresolved,
    /// Not a value of its kind.
    NoValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stranger {
    /// As written; `None` where it may be a value that stands in the place of a name.
    pub(crate) name: Option<String>,
    pub(crate) line: usize,
}

/// One `name = value` of a document, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    value: String,
    line: usize,
    /// Whether the file's syntax leaves no doubt that it is a name.
    certain: bool,
}

type Document = Vec<Entry>;

/// Reads a file by the ending of its name. `wanted` are the profiles to activate; without any,
/// those of `spring.profiles.active`.
///
/// # Errors
/// Too large, neither kind of file, not well-formed, nested too deeply, control characters: with
/// the line, and without a word of the file.
pub(crate) fn read(source: &Source, wanted: &[String]) -> Result<Application, Vec<Problem>> {
    let documents = documents(source).map_err(|problem| vec![problem])?;
    let (profiles, entries) = profiles::active(source, documents, wanted)?;
    let mut application = Application {
        path: source.path.clone(),
        profiles,
        settings: Vec::new(),
        unusable: Vec::new(),
        strangers: Vec::new(),
    };
    let effective = last_of_each(&entries);
    let names = placeholder::Names::of(&effective);
    let all = known::all();
    for entry in effective {
        match known::find(&all, &entry.name) {
            Some(known) => application.take(known.clone(), entry, &names),
            None => application.strangers.push(Stranger {
                name: is_name(entry).then(|| entry.name.clone()),
                line: entry.line,
            }),
        }
    }
    application.settings.sort_by(|a, b| a.known.name.cmp(&b.known.name));
    Ok(application)
}

fn documents(source: &Source) -> Result<Vec<Document>, Problem> {
    if source.text.len() > BYTES_MAX {
        let bytes = source.text.len();
        return Err(source.problem_of_file(both!(
            "the file has {bytes} bytes; at most {BYTES_MAX} (1 MiB) are read",
            "파일이 {bytes}바이트입니다. 최대 {BYTES_MAX}바이트(1 MiB)까지 읽습니다"
        )));
    }
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let forbidden = |c: char| is_control(c) && !matches!(c, '\n' | '\r' | '\t');
    if let Some(at) = text.find(forbidden) {
        let line = text[..at].matches('\n').count() + 1;
        return Err(problem_at(source, line, both!("a control character", "제어 문자가 있습니다"))
            .hint(both!("remove it", "제어 문자를 지우세요")));
    }
    let lower = source.path.to_ascii_lowercase();
    if lower.ends_with(".yml") || lower.ends_with(".yaml") {
        yaml::documents(source, text)
    } else if lower.ends_with(".properties") {
        properties::documents(source, text)
    } else {
        Err(source
            .problem_of_file(both!(
                "neither .yml, .yaml nor .properties",
                ".yml, .yaml, .properties 파일이 아닙니다"
            ))
            .hint(both!(
                "name the file application.yml or application.properties",
                "파일 이름을 application.yml이나 application.properties로 하세요"
            )))
    }
}

/// A fault at a line, of which nothing is shown: it may hold a secret.
fn problem_at(source: &Source, line: usize, what: Text) -> Problem {
    let place = Place { line, column: 1, width: 1, excerpt: "…".to_owned() };
    Problem { path: source.path.clone(), place: Some(place), what, hint: None }
}

/// The last value of each name counts, where it stands last.
fn last_of_each(entries: &[Entry]) -> Vec<&Entry> {
    let mut last = std::collections::BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        last.insert(known::uniform(&entry.name), at);
    }
    let mut order: Vec<usize> = last.into_values().collect();
    order.sort_unstable();
    order.into_iter().map(|at| &entries[at]).collect()
}

/// Whether a name can be shown: a line of a key that lost its continuation, or `{secret}` in
/// braces, is read as a name without a value.
fn is_name(entry: &Entry) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._-[]".contains(c);
    let short = |part: &str| part.chars().count() <= PART_CHARACTERS_MAX;
    let name = &entry.name;
    entry.certain
        && !entry.value.trim().is_empty()
        && name.chars().count() <= NAME_CHARACTERS_MAX
        && name.chars().all(plain)
        && name.split('.').all(short)
}

impl Application {
    fn take(&mut self, known: Known, entry: &Entry, names: &placeholder::Names<'_>) {
        let line = entry.line;
        let Some(text) = names.resolve(&entry.value) else {
            self.unusable.push(Unusable { known, line, why: Why::Unresolved });
            return;
        };
        match value::read(&known, &text) {
            Some(value) => {
                let bare = text.trim().bytes().all(|byte| byte.is_ascii_digit());
                let with_unit = known.is_time() && !bare;
                self.settings.push(Setting { known, value, line, with_unit });
            }
            None => self.unusable.push(Unusable { known, line, why: Why::NoValue }),
        }
    }

    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.known.name == name)
    }

    /// What a simulation can use, by the names of its knobs.
    ///
    /// # Errors
    /// A value of a simulated setting that cannot be used or is out of the knob's range.
    pub(crate) fn knobs(&self) -> Result<Vec<(String, Raw)>, Vec<Problem>> {
        let source = Source::new(self.path.clone(), "");
        let mut problems = Vec::new();
        let mut knobs = Vec::new();
        let mut config = Config::of(Base::Stack);
        for unusable in self.unusable.iter().filter(|unusable| unusable.known.simulated) {
            // Without a value the simulation keeps its own; that is told, and is no fault.
            if unusable.why == Why::NoValue {
                let (name, wanted) = (&unusable.known.name, value::expected(&unusable.known));
                let (en, ko) = (wanted.en, wanted.ko);
                problems.push(problem_at(
                    &source,
                    unusable.line,
                    both!("`{name}`: {en} was expected", "`{name}`: {ko}이(가) 필요합니다"),
                ));
            }
        }
        for setting in self.settings.iter().filter(|setting| setting.known.simulated) {
            let name = &setting.known.name;
            let value = match &setting.value {
                // HikariConfig.java:189-200: 0 is practically no limit. No run is longer.
                Raw::Word(zero) if zero == "0ms" && name.ends_with(".connection-timeout") => {
                    Raw::Word("24h".to_owned())
                }
                value => value.clone(),
            };
            match config.set(name, &value) {
                Ok(()) => knobs.push((name.clone(), value)),
                Err(crate::marketplace::config::SetError::Value(text)) => {
                    let (en, ko) = (text.en, text.ko);
                    let what = both!("`{name}`: {en}", "`{name}`: {ko}");
                    let path = &self.path;
                    problems.push(problem_at(&source, setting.line, what).hint(both!(
                        "`prep lint {path}` says more",
                        "`prep lint {path}`에서 자세히 볼 수 있습니다"
                    )));
                }
                Err(crate::marketplace::config::SetError::Unknown { .. }) => {}
            }
        }
        if problems.is_empty() { Ok(knobs) } else { Err(problems) }
    }
}
