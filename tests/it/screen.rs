//! The terminal interface of `prep quiz`, driven through a pseudo-terminal: what stands on the
//! screen after each key, narrow and wide, resized, with Hangul.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;

use crate::content::sandbox;
use crate::sandbox::{BINARY, Sandbox};

/// A program in a terminal of its own.
struct Terminal {
    session: OsSession,
    screen: vt100::Parser,
}

impl Terminal {
    fn start(sandbox: &Sandbox, words: &str, columns: u16, rows: u16) -> Terminal {
        let mut command = std::process::Command::new(BINARY);
        command.args(words.split_whitespace()).current_dir(sandbox.path("")).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", sandbox.path("")).env("LANG", "en_US.UTF-8");
        command.env("PREP_DATA_DIR", sandbox.path("data")).env("TERM", "xterm-256color");
        let mut session = OsSession::spawn(command).unwrap();
        session.get_process_mut().set_window_size(columns, rows).unwrap();
        // The program may have looked at the size before it was set.
        let screen = vt100::Parser::new(cells(rows), cells(columns), 0);
        let mut terminal = Terminal { session, screen };
        terminal.resize(columns, rows);
        terminal
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.session.get_process_mut().set_window_size(columns, rows).unwrap();
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// Reads until the screen holds these words.
    fn shows(&mut self, words: &str) -> String {
        let start = Instant::now();
        let mut bytes = [0; 4096];
        loop {
            match self.session.try_read(&mut bytes) {
                Ok(0) => {}
                Ok(count) => self.screen.process(&bytes[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(_) => {}
            }
            let shown = self.screen.screen().contents();
            if shown.contains(words) {
                return shown;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "no {words:?} in:\n{shown}");
        }
    }

    fn press(&mut self, keys: &str) {
        self.session.write_all(keys.as_bytes()).unwrap();
        self.session.flush().unwrap();
    }

    fn exit_code(mut self) -> i32 {
        let mut rest = Vec::new();
        let _ = self.session.read_to_end(&mut rest);
        match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        }
    }
}

fn cells(count: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(count).unwrap()
}

const DOWN: &str = "\x1b[B";

#[test]
fn a_question_is_answered_with_the_keys_that_the_screen_shows() {
    for (columns, rows) in [(40, 15), (80, 24)] {
        let sandbox = sandbox();
        let mut terminal =
            Terminal::start(&sandbox, "quiz queues#when --content my --seed 1", columns, rows);
        let first = terminal.shows("Enter answer");
        assert!(first.contains("queues") && first.contains("▸\u{a0}a"), "{first}");
        assert!(first.lines().all(|line| line.chars().count() <= usize::from(columns)), "{first}");
        terminal.press("?");
        terminal.shows("? ");
        terminal.press(DOWN);
        terminal.shows("▸\u{a0}b");
        terminal.press("\r");
        terminal.shows("How sure?");
        terminal.press("4");
        let told = terminal.shows("Enter next");
        assert!(told.contains('✓'), "{told}");
        terminal.press("\r");
        assert_eq!(terminal.exit_code(), 0);
        assert_eq!(sures(&sandbox), [Some(0.7)]);
    }
}

#[test]
fn hangul_stays_on_a_screen_that_is_resized() {
    let sandbox = sandbox();
    let words = "quiz queues#first --content my --lang ko";
    let mut terminal = Terminal::start(&sandbox, words, 80, 24);
    terminal.shows("Enter 답하기");
    terminal.resize(40, 15);
    let narrow = terminal.shows("q 끝내기");
    assert!(narrow.lines().count() <= 15, "{narrow}");
    terminal.resize(100, 30);
    terminal.shows("q 끝내기");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn ctrl_c_keeps_what_was_answered() {
    let sandbox = sandbox();
    let mut terminal = Terminal::start(&sandbox, "quiz queues#ceiling --content my", 80, 24);
    terminal.shows("Enter answer");
    for key in ["9", "0", "\r", "\r"] {
        terminal.press(key);
    }
    terminal.shows("Enter next");
    terminal.press("\x03");
    assert_eq!(terminal.exit_code(), 130);
    assert_eq!(sures(&sandbox), [None]);
}

/// How sure the person was of each answer, in order.
fn sures(sandbox: &Sandbox) -> Vec<Option<f64>> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = sandbox.path("data/prep.db");
    let database = rusqlite::Connection::open_with_flags(file, flags).unwrap();
    let mut query = database.prepare("select round(sure, 6) from attempt order by seq").unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
