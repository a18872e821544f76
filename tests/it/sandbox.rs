//! A fresh directory for one test, and the program run inside it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_prep");

/// Six questions, for tests of what is kept of the answers: for `--content my`.
pub(crate) const QUIZ: &[(&str, &str)] = &[
    ("my/quizzes/queues.toml", include_str!("fixtures/queues.toml")),
    (
        "my/topics/queues.md",
        "+++\ntitle = \"Queues\"\naliases = []\nrequires = []\nsims = []\nchecked = { what = \"x\", on = \"2026-11-22\" }\n+++\n",
    ),
];

/// A directory that is removed in the end. Programs run in it with nothing but it in their
/// environment, so messages show relative paths and nothing depends on the machine.
pub(crate) struct Sandbox {
    dir: PathBuf,
}

impl Sandbox {
    pub(crate) fn new() -> Sandbox {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("prep-it-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Sandbox { dir }
    }

    /// A sandbox with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Sandbox {
        let sandbox = Sandbox::new();
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// Names in the sandbox, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        names(&self.dir)
    }

    /// The program with its arguments, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(args).current_dir(&self.dir).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.dir).env("LANG", "en_US.UTF-8");
        command.env("PREP_DATA_DIR", self.path("data"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program: exit code, standard output and standard error as one text.
    pub(crate) fn prep(&self, args: &[&str]) -> String {
        whole(&self.command(args).output().unwrap())
    }

    /// As [`Sandbox::prep`], with words separated by spaces.
    pub(crate) fn line(&self, words: &str) -> String {
        self.prep(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the program and returns its standard output; it must succeed and say nothing else.
    pub(crate) fn stdout(&self, words: &str) -> String {
        let output = self.command(&words.split_whitespace().collect::<Vec<_>>()).output().unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert_eq!(whole(&output), format!("exit 0\n--- stdout\n{text}"));
        text
    }

    /// Runs the program with this standard input.
    pub(crate) fn with_input(&self, words: &str, input: &str) -> String {
        let mut command = self.command(&words.split_whitespace().collect::<Vec<_>>());
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        whole(&child.wait_with_output().unwrap())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Exit code, standard output and standard error as one text; what is empty is left out.
pub(crate) fn whole(output: &Output) -> String {
    let code = output.status.code().map_or("none".to_owned(), |code| code.to_string());
    let mut text = format!("exit {code}\n");
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            text += &format!("--- {name}\n{}", String::from_utf8_lossy(bytes));
        }
    }
    text
}

/// Names in a directory, sorted.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The directory of the sources.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Slugs of a content folder, translations left out.
pub(crate) fn slugs(folder: &str, extension: &str) -> Vec<String> {
    names(&root().join(folder))
        .into_iter()
        .filter_map(|name| Some(name.strip_suffix(extension)?.to_owned()))
        .filter(|slug| !slug.ends_with(".ko"))
        .collect()
}
