//! Content files: embedded in the binary, or a directory laid over them; and what is wrong with
//! them.
//!
//! Invariant: this module and `store` are the only ones that read files.

pub(crate) mod problem;
pub(crate) mod text;
pub(crate) mod toml_strings;
pub(crate) mod toml_tree;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use problem::{Problem, Source};
use text::{Lang, both};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The folders of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Topic,
    Sim,
    /// A measured configuration as a sim file, `sims/lab/`.
    Lab,
    /// A textbook model with its closed form, `sims/theory/`.
    Theory,
    /// Prices that bills are made with, `sims/prices/`.
    Prices,
    Quiz,
    /// A mock interview as a tree of questions, `quizzes/drills/`.
    Drill,
    /// The committed outcome of a default run.
    Outcome,
    /// A published JSON schema.
    Schema,
}

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::Topic,
        Kind::Sim,
        Kind::Lab,
        Kind::Theory,
        Kind::Prices,
        Kind::Quiz,
        Kind::Drill,
        Kind::Outcome,
        Kind::Schema,
    ];

    fn folder(self) -> &'static str {
        match self {
            Kind::Topic => "topics",
            Kind::Sim => "sims",
            Kind::Lab => "sims/lab",
            Kind::Theory => "sims/theory",
            Kind::Prices => "sims/prices",
            Kind::Quiz => "quizzes",
            Kind::Drill => "quizzes/drills",
            Kind::Outcome => "outcomes",
            Kind::Schema => "docs/schema",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Kind::Topic => "md",
            Kind::Sim | Kind::Lab | Kind::Theory | Kind::Prices | Kind::Quiz | Kind::Drill => {
                "toml"
            }
            Kind::Outcome | Kind::Schema => "json",
        }
    }
}

/// All content that can be read: what is embedded, and a directory over it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    /// Path relative to the content root, to text.
    files: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
    /// Directory given with `--content`.
    overlay: Option<PathBuf>,
}

impl Library {
    /// The content that is part of the binary.
    pub(crate) fn embedded() -> Library {
        let files = embedded::FILES.iter().map(|(path, text)| ((*path).into(), (*text).into()));
        Library { files: files.collect(), overlay: None }
    }

    /// The embedded content with the files of `dir` (its `topics/`, `sims/`, `quizzes/`,
    /// `outcomes/`) over it.
    ///
    /// # Errors
    /// A directory or file that cannot be read, or is no UTF-8, or larger than 1 MiB.
    pub(crate) fn with_overlay(dir: &Path) -> Result<Library, Vec<Problem>> {
        let mut library = Library::embedded();
        library.overlay = Some(dir.to_owned());
        let mut problems = Vec::new();
        if let Err(error) = fs::read_dir(dir) {
            return Err(vec![unreadable(&dir.display().to_string(), &error)]);
        }
        for kind in Kind::ALL {
            let Ok(entries) = fs::read_dir(dir.join(kind.folder())) else { continue };
            for entry in entries.flatten() {
                let Ok(name) = entry.file_name().into_string() else { continue };
                if !name.ends_with(&format!(".{}", kind.extension())) {
                    continue;
                }
                match read_file(&entry.path()) {
                    Ok(source) => {
                        let path = format!("{}/{name}", kind.folder());
                        library.files.insert(path.into(), source.text.into());
                    }
                    Err(problem) => problems.push(problem),
                }
            }
        }
        if problems.is_empty() { Ok(library) } else { Err(problems) }
    }

    /// Name, time and size of every content file of a directory: they differ when one was changed,
    /// made or removed.
    pub(crate) fn stamps(dir: &Path) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
        let mut stamps = Vec::new();
        for kind in Kind::ALL {
            let Ok(entries) = fs::read_dir(dir.join(kind.folder())) else { continue };
            for entry in entries.flatten() {
                let Ok(about) = entry.metadata() else { continue };
                stamps.push((entry.path(), about.modified().ok(), about.len()));
            }
        }
        stamps.sort();
        stamps
    }

    /// Slugs of a kind in order of name; translations are not counted.
    pub(crate) fn slugs(&self, kind: Kind) -> Vec<&str> {
        let (folder, end) = (kind.folder(), format!(".{}", kind.extension()));
        self.files
            .keys()
            .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(&end))
            .filter(|slug| !slug.contains('/') && !slug.ends_with(".ko"))
            .collect()
    }

    /// The file of a slug in exactly this language.
    pub(crate) fn get(&self, kind: Kind, slug: &str, lang: Lang) -> Option<Source> {
        self.file(&path(kind, slug, lang))
    }

    /// The same without its name, and without a copy.
    pub(crate) fn text(&self, kind: Kind, slug: &str, lang: Lang) -> Option<&str> {
        self.files.get(path(kind, slug, lang).as_str()).map(|text| &**text)
    }

    /// A file that is part of the binary.
    pub(crate) fn embedded_file(path: &str) -> Option<Source> {
        let (_, text) = embedded::FILES.iter().find(|(name, _)| *name == path)?;
        Some(Source::new(path, *text))
    }

    /// A file by its path relative to the content root.
    pub(crate) fn file(&self, path: &str) -> Option<Source> {
        self.files.get(path).map(|text| Source::new(path, text.clone()))
    }

    /// The directory that is laid over the embedded content, if any.
    pub(crate) fn overlay(&self) -> Option<&Path> {
        self.overlay.as_deref()
    }

    /// Every path, for checks that nothing lies about unlisted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|path| &**path)
    }

    /// A library of these files alone, for tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Library {
        let owned = |text: &str| Cow::Owned(text.to_owned());
        let files = files.iter().map(|(path, text)| (owned(path), owned(text))).collect();
        Library { files, overlay: None }
    }
}

/// Where a file stands below the content root.
fn path(kind: Kind, slug: &str, lang: Lang) -> String {
    let middle = match lang {
        Lang::En => "",
        Lang::Ko => ".ko",
    };
    format!("{}/{slug}{middle}.{}", kind.folder(), kind.extension())
}

/// Reads a file that the user named.
///
/// # Errors
/// One problem: missing, unreadable, a directory, over 1 MiB, or no UTF-8.
pub(crate) fn read_file(path: &Path) -> Result<Source, Problem> {
    read_file_up_to(path, 1)
}

/// As [`read_file`], for files that may be larger.
///
/// # Errors
/// As [`read_file`]: over that many MiB.
pub(crate) fn read_file_up_to(path: &Path, mib: usize) -> Result<Source, Problem> {
    use io::Read as _;
    let shown = problem::printable(&path.display().to_string());
    let most = mib * toml_tree::BYTES_MAX;
    let open = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = open().map_err(|error| unreadable(&shown, &error))?;
    let source = Source::new(shown, String::new());
    if bytes.len() > most {
        return Err(source.problem_of_file(both!(
            "the file is larger than {mib} MiB, the most that is read",
            "파일이 {mib} MiB를 넘습니다. 그보다 큰 파일은 읽지 않습니다",
        )));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { text, ..source }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(source.problem_of_file(both!(
                "not UTF-8: the byte at offset {at} is no part of a character",
                "UTF-8이 아닙니다: {at}번째 바이트가 글자를 이루지 않습니다",
            )))
        }
    }
}

/// Reads at most `most` bytes and one of a file that somebody else wrote: whoever gets one byte too
/// many knows that it is too large.
///
/// # Errors
/// Missing, unreadable, or a directory.
pub(crate) fn read_bytes(path: &Path, most: usize) -> Result<Vec<u8>, Problem> {
    use io::Read as _;
    let mut bytes = Vec::new();
    let file = fs::File::open(path);
    file.and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&problem::printable(&path.display().to_string()), &error))?;
    Ok(bytes)
}

/// The files in a directory that the user named, in order of name; hidden ones and directories
/// are left out.
///
/// # Errors
/// It cannot be listed.
pub(crate) fn files_of(dir: &Path) -> Result<Vec<PathBuf>, Problem> {
    let failed = |error| unreadable(&problem::printable(&dir.display().to_string()), &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && !entry.path().is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn unreadable(path: &str, error: &io::Error) -> Problem {
    Source::new(path, "")
        .problem_of_file(both!("cannot be read: {error}", "읽을 수 없습니다: {error}"))
}
