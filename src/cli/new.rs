//! `prep new`: the files of a new topic, sim or quiz, to be filled in.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Context, Done, Failure};
use crate::content;
use crate::content::problem::{Problem, printable};
use crate::content::text::both;
use crate::content::toml_tree::BYTES_MAX;
use crate::quiz::gift;

/// Write the files of a new topic, sim or quiz, in both languages, to be filled in
///
/// They are commented; `prep check --content DIR` tells what is still to be written. A file that
/// exists is never touched.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep new topic circuit-breaker\n  prep new quiz circuit-breaker\n  prep new sim breaker --content my\n  prep new quiz pools --from moodle.gift    questions out of Moodle\n  prep check --content . --watch    what is still to be written, after every save"
)]
pub(super) struct NewArgs {
    kind: NewKind,
    /// The slug: lower-case letters, digits and hyphens. A quiz bears the name of its topic
    name: String,
    /// Take the questions of a GIFT file (Moodle's text format); its words are in the language of
    /// --lang
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
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
    let (taken, left_out) = match &args.from {
        None => (None, Vec::new()),
        Some(from) => {
            let (texts, left_out) = out_of_gift(context, args.kind, name, from)?;
            (Some(texts), left_out)
        }
    };
    let mut taken = taken.into_iter().flatten();
    let files = args.kind.files().map(|(folder, end, skeleton)| {
        let text = taken.next().unwrap_or_else(|| skeleton.replace(NAME, name));
        (root.join(folder).join(format!("{name}{end}")), text)
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
    for problem in &left_out {
        let line = problem.place.as_ref().map_or(1, |place| place.line);
        let (path, what) = (&problem.path, problem.what.get(context.lang));
        context.out.tell(&format!("{path}:{line}: {what}\n"));
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

/// The files of a quiz with the questions of a GIFT file, and what of that file was left out.
///
/// # Errors
/// The file cannot be read or has faults, or something else than a quiz is to be made of it.
fn out_of_gift(
    context: &Context,
    kind: NewKind,
    name: &str,
    from: &Path,
) -> Result<([String; 2], Vec<Problem>), Failure> {
    if !matches!(kind, NewKind::Quiz) {
        return Err(Failure::Words(
            both!("--from makes quizzes only", "--from으로는 퀴즈만 만듭니다"),
            Some(both!(
                "write prep new quiz NAME --from FILE",
                "prep new quiz NAME --from FILE처럼 쓰세요"
            )),
        ));
    }
    let source = content::read_file(from)?;
    let gift = gift::read(&source)?;
    let files = gift::write::files(name, &gift, context.lang);
    if files.iter().any(|text| text.len() > BYTES_MAX) {
        return Err(Failure::Input(vec![source.problem_of_file(both!(
            "its questions fill more than 1 MiB, the most that a quiz may have",
            "문제가 1 MiB를 넘습니다. 퀴즈 하나에 담을 수 있는 것은 그만큼입니다"
        ))]));
    }
    Ok((files, gift.left_out))
}
