//! The report in README.md is what its first command prints.

use crate::sandbox::{Sandbox, root};

#[test]
fn the_readme_shows_todays_report() {
    let report = Sandbox::new().stdout("sim pool-size --width 100");
    let path = root().join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("```text\n").unwrap();
    let (shown, after) = rest.split_once("```").unwrap();
    if std::env::var_os("PREP_WRITE").is_some_and(|value| value == "1") {
        std::fs::write(&path, format!("{before}```text\n{report}```{after}")).unwrap();
        return;
    }
    assert!(
        shown == report,
        "README.md does not show what `prep sim pool-size` prints now. This test renews it:\n  \
         PREP_WRITE=1 cargo test --test it the_readme_shows_todays_report"
    );
}
