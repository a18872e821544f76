//! Embeds every content file, so that `prep` runs from any directory without the repository.
#![expect(clippy::disallowed_methods, reason = "a build script writes the file it is asked for")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut rows = String::from("pub(super) const FILES: &[(&str, &str)] = &[\n");
    for folder in [
        "topics",
        "sims",
        "sims/lab",
        "sims/theory",
        "sims/prices",
        "quizzes",
        "quizzes/drills",
        "outcomes",
        "docs/schema",
    ] {
        println!("cargo::rerun-if-changed={folder}");
        let Ok(entries) = fs::read_dir(Path::new(&root).join(folder)) else { continue };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| [".md", ".toml", ".csv", ".json"].iter().any(|end| name.ends_with(end)))
            .collect();
        names.sort();
        for name in names {
            let path = format!("{folder}/{name}");
            let full = Path::new(&root).join(&path);
            writeln!(rows, "    ({path:?}, include_str!({full:?})),").map_err(io::Error::other)?;
        }
    }
    rows.push_str("];\n");
    fs::write(Path::new(&out).join("embedded.rs"), rows)
}
