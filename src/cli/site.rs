//! `prep site`: everything that can be read, as a static site.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Context, Done, Failure};
use crate::content::problem::printable;
use crate::content::text::both;
use crate::report::site::Site;

/// Lists, a line each, the files that an export wrote; a directory that has it may be written
/// again.
const MARKER: &str = ".prep-site";

/// Write topics, reports and quizzes as a static web site
///
/// The pages are in both languages, need no server, and load nothing from elsewhere: open
/// DIR/index.html. Nothing is simulated: reports are those of the default runs. DIR must be empty,
/// missing, or written by an earlier export, whose files are replaced; others are left alone.
#[derive(Args)]
#[command(after_help = "Examples:\n  prep site site\n  prep site site --content my")]
pub(super) struct SiteArgs {
    dir: PathBuf,
}

pub(super) fn run(context: &mut Context, args: &SiteArgs) -> Result<Done, Failure> {
    let earlier = earlier(&args.dir)?;
    let site = Site::read(&context.library)?;
    let files = site.files();
    let mut paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    // Before the first file, so that an export that was interrupted can be repeated.
    let union: Vec<String> = paths.iter().chain(&earlier).cloned().collect();
    context.out.directory(&args.dir)?;
    write(context, &args.dir, MARKER, &marker(union))?;
    for file in &files {
        write(context, &args.dir, &file.path, &file.text)?;
    }
    for path in earlier.iter().filter(|path| !paths.contains(path)) {
        // Gone already is as good.
        let _ = fs::remove_file(args.dir.join(path));
    }
    paths.sort();
    write(context, &args.dir, MARKER, &marker(paths))?;
    let dir = printable(&args.dir.display().to_string());
    let pages = files.iter().filter(|file| file.path.ends_with(".html")).count();
    let said = both!(
        "{pages} pages; open {dir}/index.html\n",
        "{pages}쪽을 만들었습니다. {dir}/index.html을 여세요\n"
    );
    context.out.tell(said.get(context.lang));
    Ok(Done::Fine)
}

/// The files of the export that the directory holds.
///
/// # Errors
/// It holds something else, or is no directory.
fn earlier(dir: &Path) -> Result<Vec<String>, Failure> {
    let shown = printable(&dir.display().to_string());
    let mut entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure::Words(
                both!("cannot write `{shown}`: {error}", "`{shown}`에 쓸 수 없습니다: {error}"),
                None,
            ));
        }
    };
    if entries.next().is_none() {
        return Ok(Vec::new());
    }
    // Its first file was written after it, so without it nothing here is ours.
    if !dir.join(MARKER).is_file() {
        return Err(Failure::Words(
            both!(
                "`{shown}` is not empty and was not written by prep site",
                "`{shown}`은(는) 비어 있지 않고, prep site가 만든 것도 아닙니다"
            ),
            Some(both!(
                "name a directory that is empty or does not exist",
                "비어 있거나 없는 디렉터리를 지정하세요"
            )),
        ));
    }
    let marker = crate::content::read_file(&dir.join(MARKER))?;
    Ok(marker.text.lines().filter(|path| is_ours(path)).map(str::to_owned).collect())
}

/// Whether a line of a marker names a file as exports name them: nothing outside the directory.
fn is_ours(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.chars().all(plain)
    };
    path.split('/').all(part)
}

fn marker(mut paths: Vec<String>) -> String {
    paths.sort();
    paths.dedup();
    paths.join("\n") + "\n"
}

fn write(context: &Context, dir: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let path = dir.join(path);
    context.out.directory(path.parent().unwrap_or(dir))?;
    context.out.file(&path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_leads_nowhere_else() {
        for path in ["index.html", "en/topics/a-b.html", "assets/search-en.js"] {
            assert!(is_ours(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../a", "en/../../a", "en//a", ".prep-site", "a\\b", "en/"]
        {
            assert!(!is_ours(path), "{path}");
        }
    }
}
