//! Where words go: results to standard output (through a pager when asked and sensible), talk to
//! standard error, files through a temporary name.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::Failure;
use crate::content::problem::{Problem, printable};
use crate::content::text::{Lang, Text, both};
use crate::report::render::terminal::Style;

pub(super) struct Output {
    lang: Lang,
}

/// The language of the environment: `LC_ALL`, `LC_MESSAGES`, `LANG`, in that order.
pub(super) fn locale() -> Lang {
    let value = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    value.map_or(Lang::En, |value| Lang::from_locale(&value))
}

/// The directory for what the person did: `PREP_DATA_DIR`, or `prep` in the XDG data directory.
pub(super) fn data_dir() -> Option<std::path::PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(dir) = var("PREP_DATA_DIR") {
        return Some(dir.into());
    }
    if let Some(dir) = var("XDG_DATA_HOME") {
        return Some(Path::new(&dir).join("prep"));
    }
    var("HOME").map(|home| Path::new(&home).join(".local/share/prep"))
}

impl Output {
    pub(super) fn new(lang: Lang) -> Output {
        Output { lang }
    }

    /// What standard output can show. `width` overrides what the terminal says; where output is no
    /// terminal it is 100 columns, without colour.
    pub(super) fn style(&self, width: Option<usize>) -> Style {
        let terminal = io::stdout().is_terminal();
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let measured = terminal.then(terminal_width).flatten();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let charset = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        let unicode = match charset.as_deref() {
            None | Some("C" | "POSIX") => !terminal,
            Some(_) => true,
        };
        Style {
            width: width.or(measured).or(columns).unwrap_or(100).clamp(40, 1_000),
            color: terminal && !no_color && !dumb,
            links: follows_links(|name| std::env::var(name).ok()),
            unicode: unicode && !dumb,
            lang: self.lang,
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether there is somebody to ask: the input is a terminal.
    pub(super) fn is_asked(&self) -> bool {
        io::stdin().is_terminal()
    }

    /// Whether a person sits at both ends: a terminal shows what is written, and keys are read.
    pub(super) fn is_interactive(&self) -> bool {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        io::stdout().is_terminal() && io::stdin().is_terminal() && !dumb
    }

    /// Writes to standard output.
    ///
    /// # Errors
    /// The reader is gone ([`Failure::OutputClosed`]), or the output cannot be written.
    pub(super) fn print(&mut self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                Failure::OutputClosed
            } else {
                Failure::Words(
                    both!(
                        "cannot write to standard output: {error}",
                        "표준 출력에 쓸 수 없습니다: {error}"
                    ),
                    None,
                )
            }
        })
    }

    /// Writes to standard output, through `$PAGER` (or `less -FRX`) when it is a terminal that the
    /// text does not fit on.
    ///
    /// # Errors
    /// As [`Output::print`]. A pager that cannot be started is no error.
    pub(super) fn page(&mut self, text: &str) -> Result<(), Failure> {
        let rows = terminal_rows().unwrap_or(usize::MAX);
        if !self.is_terminal() || text.lines().count() < rows {
            return self.print(text);
        }
        let pager = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
        let pager = pager.unwrap_or_else(|| "less -FRX".to_owned());
        let mut words = pager.split_whitespace();
        let Some(program) = words.next() else { return self.print(text) };
        let mut command = Command::new(program);
        command.args(words).stdin(Stdio::piped());
        if std::env::var_os("LESSCHARSET").is_none() {
            // Where the locale is not installed `less` would show our UTF-8 as bytes.
            command.env("LESSCHARSET", "utf-8");
        }
        let Ok(mut child) = command.spawn() else { return self.print(text) };
        if let Some(mut input) = child.stdin.take() {
            // A pager that is left early closes its input: nothing is wrong.
            let _ = input.write_all(text.as_bytes());
        }
        let _ = child.wait();
        Ok(())
    }

    /// Writes a file under a temporary name, then renames it: an interruption leaves either the
    /// old file or the new one.
    ///
    /// # Errors
    /// The file cannot be written; nothing is left behind.
    pub(super) fn file(&self, path: &Path, text: &str) -> Result<(), Failure> {
        let shown = printable(&path.display().to_string());
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        let written = std::fs::File::create_new(&temporary)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&temporary, path));
        written.map_err(|error| {
            let _ = std::fs::remove_file(&temporary);
            Failure::Words(
                both!("cannot write `{shown}`: {error}", "`{shown}`에 쓸 수 없습니다: {error}"),
                None,
            )
        })
    }

    /// Makes a directory with those above it, or finds it.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn directory(&self, dir: &Path) -> Result<(), Failure> {
        std::fs::create_dir_all(dir).map_err(|error| {
            let shown = printable(&dir.display().to_string());
            Failure::Words(
                both!(
                    "cannot make `{shown}`: {error}",
                    "`{shown}`을(를) 만들 수 없습니다: {error}"
                ),
                None,
            )
        })
    }

    /// A line of standard input without its end; `None` at the end of the input.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn read_line(&mut self) -> Result<Option<String>, Failure> {
        const MOST: u64 = 64 * 1024;
        let mut line = Vec::new();
        let stdin = io::stdin().lock();
        let read = io::BufRead::read_until(&mut stdin.take(MOST), b'\n', &mut line);
        match read {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(String::from_utf8_lossy(&line).trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Failure::Interrupted),
            Err(error) => Err(Failure::Words(
                both!("cannot read the input: {error}", "입력을 읽을 수 없습니다: {error}"),
                None,
            )),
        }
    }

    /// Talk, to standard error. Nobody listening is no error.
    pub(super) fn tell(&mut self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    pub(super) fn problems(&mut self, problems: &[Problem]) {
        const MOST: usize = 50;
        let lang = self.lang;
        for problem in problems.iter().take(MOST) {
            self.tell(&problem.show(lang));
        }
        if let Some(more) = problems.len().checked_sub(MOST).filter(|more| *more > 0) {
            let text = both!("... and {more} more\n", "... 그 밖에 {more}개\n");
            self.tell(text.get(lang));
        }
    }

    pub(super) fn error(&mut self, what: &Text, hint: Option<&Text>) {
        let label = both!("error", "오류");
        let mut text = format!("{}: {}\n", label.get(self.lang), what.get(self.lang));
        if let Some(hint) = hint {
            text += &format!("  = {}\n", hint.get(self.lang));
        }
        self.tell(&text);
    }
}

/// Whether the terminal and the pager are known to understand hyperlinks (OSC 8). Not within tmux
/// or screen: what they do with them depends on the terminal around them, which nothing tells.
fn follows_links(var: impl Fn(&str) -> Option<String>) -> bool {
    let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
    let begins = |value: &str, names: &[&str]| names.iter().any(|name| value.starts_with(name));
    let term = var("TERM").unwrap_or_default();
    let other_pager = var("PAGER").is_some_and(|pager| !begins(&pager, &["less"]));
    if var("TMUX").is_some() || begins(&term, &["tmux", "screen"]) || other_pager {
        return false;
    }
    let version = |name: &str| var(name).and_then(|version| version.parse::<u64>().ok());
    let programs = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"];
    var("TERM_PROGRAM").is_some_and(|program| programs.contains(&program.as_str()))
        || begins(
            &term,
            &["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour"],
        )
        || version("VTE_VERSION").is_some_and(|version| version >= 5000)
        || version("KONSOLE_VERSION").is_some_and(|version| version >= 201_200)
        || var("WT_SESSION").is_some()
}

fn terminal_width() -> Option<usize> {
    console_size().map(|(_, columns)| columns)
}

fn terminal_rows() -> Option<usize> {
    console_size().map(|(rows, _)| rows)
}

/// Rows and columns of the terminal that standard output or error is.
fn console_size() -> Option<(usize, usize)> {
    let size = [console::Term::stdout(), console::Term::stderr()]
        .into_iter()
        .find_map(|term| term.size_checked());
    size.map(|(rows, columns)| (usize::from(rows), usize::from(columns)))
}

#[cfg(test)]
mod tests {
    use super::follows_links;

    #[test]
    fn links_are_for_terminals_that_are_known_to_follow_them() {
        let follows = |vars: &str| {
            follows_links(|name| {
                let mut vars = vars.split(' ').filter_map(|var| var.split_once('='));
                vars.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
            })
        };
        for yes in [
            "TERM=xterm-256color TERM_PROGRAM=WezTerm",
            "TERM=xterm-kitty",
            "TERM=xterm-256color VTE_VERSION=7600",
            "TERM=xterm-256color WT_SESSION=4d2c",
            "TERM=xterm-256color KONSOLE_VERSION=230401 PAGER=less",
        ] {
            assert!(follows(yes), "{yes}");
        }
        for no in [
            "",
            "TERM=xterm-256color",
            "TERM=linux TERM_PROGRAM=Apple_Terminal",
            "TERM=xterm-256color VTE_VERSION=4800",
            "TERM=tmux-256color VTE_VERSION=7600",
            "TERM=xterm-256color VTE_VERSION=7600 TMUX=1",
            "TERM=xterm-kitty PAGER=more",
        ] {
            assert!(!follows(no), "{no}");
        }
    }
}
