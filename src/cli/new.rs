//! `prep new`: the files of a new topic, sim or quiz, to be filled in.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Context, Done, Failure};
use crate::content::problem::printable;
use crate::content::text::both;

/// Write the files of a new topic, sim or quiz, in both languages, to be filled in
///
/// They are commented; `prep check --content DIR` tells what is still to be written. A file that
/// exists is never touched.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep new topic circuit-breaker\n  prep new quiz circuit-breaker\n  prep new sim breaker --content my\n  prep check --content . --watch    what is still to be written, after every save"
)]
pub(super) struct NewArgs {
    kind: NewKind,
    /// The slug: lower-case letters, digits and hyphens. A quiz bears the name of its topic
    name: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum NewKind {
    Topic,
    Sim,
    Quiz,
}

/// Stands for the slug in the skeletons.
const NAME: &str = "NAME";

impl NewKind {
    /// Paths below the content directory, `{}` for the slug, and what to write there.
    fn files(self) -> [(&'static str, &'static str, &'static str); 2] {
        match self {
            NewKind::Topic => [
                ("topics", ".md", include_str!("new/topic.md")),
                ("topics", ".ko.md", include_str!("new/topic.ko.md")),
            ],
            NewKind::Sim => [
                ("sims", ".toml", include_str!("new/sim.toml")),
                ("sims", ".ko.toml", include_str!("new/sim.ko.toml")),
            ],
            NewKind::Quiz => [
                ("quizzes", ".toml", include_str!("new/quiz.toml")),
                ("quizzes", ".ko.toml", include_str!("new/quiz.ko.toml")),
            ],
        }
    }
}

pub(super) fn run(context: &mut Context, args: &NewArgs) -> Result<Done, Failure> {
    let name = args.name.as_str();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 60 || !name.chars().all(fits) || name.starts_with('-') {
        let shown = printable(name);
        return Err(Failure::Words(
            both!("`{shown}` is no slug", "`{shown}`은(는) 슬러그로 쓸 수 없습니다"),
            Some(both!(
                "use lower-case letters, digits and hyphens, such as circuit-breaker",
                "circuit-breaker처럼 소문자, 숫자, 하이픈으로 쓰세요"
            )),
        ));
    }
    let root = context.library.overlay().map_or_else(PathBuf::new, Path::to_path_buf);
    let files = args.kind.files().map(|(folder, end, text)| {
        (root.join(folder).join(format!("{name}{end}")), text.replace(NAME, name))
    });
    for (path, _) in &files {
        if path.exists() {
            let shown = printable(&path.display().to_string());
            return Err(Failure::Words(
                both!("`{shown}` exists already", "`{shown}`이(가) 이미 있습니다"),
                Some(both!(
                    "choose another name; files are never overwritten",
                    "다른 이름을 고르세요. 있는 파일은 덮어쓰지 않습니다"
                )),
            ));
        }
    }
    for (path, text) in &files {
        context.out.directory(path.parent().unwrap_or(&root))?;
        context.out.file(path, text)?;
        let shown = printable(&path.display().to_string());
        context.out.print(&format!("{shown}\n"))?;
    }
    let shown = match root.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => printable(&root.display().to_string()),
    };
    context.out.tell(
        both!(
            "fill in what says FILL-IN; prep check --content {shown} tells what is left\n",
            "FILL-IN를 채우세요. 남은 곳은 prep check --content {shown}로 볼 수 있습니다\n"
        )
        .get(context.lang),
    );
    Ok(Done::Fine)
}
