//! `prep site`: what it writes and what it leaves alone, and its pages in a browser.

use std::path::Path;
use std::process::Command;

use crate::sandbox::{Sandbox, names, root, whole};

#[test]
fn a_site_is_written_and_written_again() {
    let sandbox = Sandbox::new();
    let said = sandbox.line("site out/deep --lang en");
    let pages = said.strip_prefix("exit 0\n--- stderr\n").expect(&said);
    assert!(pages.ends_with(" pages; open out/deep/index.html\n"), "{said}");
    assert_eq!(
        names(&sandbox.path("out/deep")),
        [".prep-site", "assets", "en", "index.html", "ko"]
    );
    let marker = sandbox.read("out/deep/.prep-site");
    for path in marker.lines() {
        assert!(sandbox.path("out/deep").join(path).is_file(), "{path}");
    }
    // What is gone from the content goes, what somebody else put there stays.
    sandbox.write("out/deep/en/topics/gone.html", "old");
    sandbox.write("out/deep/en/topics/mine.html", "mine");
    sandbox.write("out/deep/.prep-site", format!("{marker}en/topics/gone.html\n../../kept\n"));
    sandbox.write("kept", "kept");
    sandbox.write("out/deep/index.html", "spoiled");
    assert_eq!(sandbox.line("site out/deep --lang en"), said);
    assert_eq!(sandbox.read("out/deep/.prep-site"), marker);
    assert!(sandbox.read("out/deep/index.html").starts_with("<!doctype html>"));
    assert_eq!(sandbox.read("out/deep/en/topics/mine.html"), "mine");
    assert_eq!(sandbox.read("kept"), "kept");
    assert!(!sandbox.path("out/deep/en/topics/gone.html").exists());
}

#[test]
fn a_directory_of_somebody_else_is_refused() {
    let sandbox = Sandbox::with(&[("full/notes.txt", "mine"), ("file", "mine")]);
    assert_eq!(
        sandbox.line("site full --lang en"),
        "exit 2\n--- stderr\nerror: `full` is not empty and was not written by prep site\n  \
         = name a directory that is empty or does not exist\n"
    );
    assert_eq!(names(&sandbox.path("full")), ["notes.txt"]);
    let said = sandbox.line("site file --lang en");
    assert!(said.starts_with("exit 2\n--- stderr\nerror: cannot write `file`: "), "{said}");
    assert_eq!(sandbox.read("file"), "mine");
}

/// The same content gives the same bytes, whatever the language of the terminal.
#[test]
fn a_site_is_the_same_everywhere() {
    let sandbox = Sandbox::new();
    sandbox.line("site one --lang en");
    sandbox.line("site two --lang ko");
    for path in sandbox.read("one/.prep-site").lines() {
        let (one, two) =
            (sandbox.read(&format!("one/{path}")), sandbox.read(&format!("two/{path}")));
        assert!(one == two, "{path}");
    }
}

#[test]
fn what_cannot_be_shown_is_a_problem_and_nothing_is_written() {
    let sandbox = Sandbox::with(&[("my/outcomes/pool-size.json", "{}")]);
    let said = sandbox.line("site out --content my --lang en");
    assert!(said.starts_with("exit 2\n--- stderr\nerror: not an outcome: "), "{said}");
    assert!(!sandbox.path("out").exists());
}

#[expect(clippy::print_stderr, reason = "why a test shows nothing is said")]
pub(crate) fn browser() -> Option<&'static str> {
    let found = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
    let found = found.into_iter().find(|path| Path::new(path).exists());
    if found.is_none() {
        eprintln!("not tried: chromium is not installed");
    } else if !root().join("tests/web/node_modules/playwright-core").exists() {
        eprintln!("not tried: `npm ci` in tests/web has not been run");
        return None;
    }
    found
}

/// The pages as they are opened from a disk: no fault that axe knows, nothing that a browser
/// complains of, no request that leaves the disk, the search and a quiz by keyboard.
#[test]
fn a_browser_shows_the_site() {
    let Some(browser) = browser() else { return };
    let sandbox = Sandbox::new();
    sandbox.line("site out");
    let mut node = Command::new("node");
    node.arg(root().join("tests/web/site.mjs")).arg(sandbox.path("out"));
    let said = whole(&node.env("PREP_CHROMIUM", browser).output().unwrap());
    assert_eq!(said, "exit 0\n--- stdout\n72 pages\n", "{said}");
}
