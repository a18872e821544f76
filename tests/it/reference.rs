//! `docs/cli.md` is the help of every command.

use crate::sandbox::{Sandbox, root};

/// Names under "Commands:" in a help text.
pub(crate) fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_reference_is_the_help() {
    let sandbox = Sandbox::new();
    let top = sandbox.stdout("--help");
    let mut text = format!(
        "# Commands\n\nThe help of every command, as it is printed.\n\n## prep\n\n```text\n{top}```\n"
    );
    for command in commands(&top) {
        let help = sandbox.stdout(&format!("{command} --help"));
        text += &format!("\n## prep {command}\n\n```text\n{help}```\n");
    }
    let path = root().join("docs/cli.md");
    if std::env::var_os("PREP_WRITE").is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/cli.md is not what the commands say now. This test renews it:\n  \
         PREP_WRITE=1 cargo test --test it the_reference_is_the_help"
    );
}
