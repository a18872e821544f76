//! Fields of `[run]` that need more than a look at the outcome.

use super::read;
use crate::content::problem::Source;
use crate::content::text::Lang;
use crate::engine::time::SECOND;
use crate::sims::spec::{Overrides, RunKind};

/// The kind and length of an episode with these lines in `[run]`, or the faults.
fn episode(lines: &str) -> Result<(RunKind, u64), Vec<String>> {
    let text = format!("format = \"prep.sim/1\"\n[run]\nkind = \"episode\"\n{lines}\n");
    match read("file", &Source::new("file.toml", &text), None, &Overrides::default()) {
        Ok(spec) => Ok((spec.run.kind, spec.run.measure)),
        Err(problems) => Err(problems.iter().map(|p| p.what.get(Lang::En).to_owned()).collect()),
    }
}

#[test]
fn an_episode_ends_at_a_moment_or_after_so_many_requests() {
    let kind = |requests| RunKind::Episode { step: SECOND, requests, drain: 0 };
    assert_eq!(episode("until = \"3s\""), Ok((kind(None), 3 * SECOND)));
    assert_eq!(episode("until = { requests = 400 }"), Ok((kind(Some(400)), 10 * SECOND)));
    let both = "until = { requests = 400 }\nmeasure = \"60s\"";
    assert_eq!(episode(both), Ok((kind(Some(400)), 60 * SECOND)));
    assert_eq!(episode("until = { requests = 0 }").map_err(|faults| faults.len()), Err(1));
    let misspelt = episode("until = { request = 400 }").map_err(|faults| faults.len());
    assert_eq!(misspelt, Err(2), "the unknown field and the missing one");
}
