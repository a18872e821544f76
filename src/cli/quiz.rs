//! `prep quiz`: practise questions, in a terminal interface or line by line.

mod desk;
mod exchange;
pub(super) mod exhibit;
mod plain;
mod screen;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Context, Done, Failure, output, topic};
use crate::content::Kind;
use crate::content::problem::{nearest, printable};
use crate::content::text::both;
use crate::knowledge::topic::Topic;
use crate::practice::session::{Item, Order, Pick, Session, Summary};
use crate::quiz::question::{Question, QuestionKind, Quiz};
use crate::quiz::read;
use crate::report::document::Document;
use crate::report::render::terminal;
use crate::report::view;
use crate::store::{Attempt, Mode, Store};
use desk::Desk;
pub(super) use desk::Manner;

/// Practise the questions of a topic, or of all
///
/// In a terminal every screen shows its keys. Line by line (--plain, or through a pipe): answer
/// with letters ("a", "a c", an order: "c a b"), or a number with its unit, or words; "~4" behind
/// an answer says how sure you are, 1 to 5. "?" shows a hint, an empty line skips, "undo" takes the
/// last answer back, "q" ends. Every answer is kept before the next question is shown.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep quiz hikaricp-pool\n  prep quiz tomcat --count 5 --seed 7\n  prep quiz hikaricp-pool#first-wall\n  prep quiz --kind predict,diagnose --count 10\n  prep quiz --exam --count 20 --minutes 30\n  prep quiz --export anki=prep.txt\n  prep quiz tomcat --lang ko --export gift=tomcat.gift\n\nAnswers are kept in PREP_DATA_DIR, or in prep/ of the XDG data directory."
)]
pub(super) struct QuizArgs {
    /// A topic, or one of its questions as TOPIC#QUESTION; without it, lists the quizzes
    topic: Option<String>,
    /// Most questions to ask
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Only questions of these kinds
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',')]
    kind: Vec<KindArg>,
    /// Draws questions, settings and the order of options; otherwise new each time
    #[arg(long)]
    seed: Option<u64>,
    /// Say nothing about answers before the end; open questions are left out
    #[arg(long)]
    exam: bool,
    /// Time for an exam; otherwise a minute and a half for each question
    #[arg(long, value_name = "N", requires = "exam", value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: Option<u64>,
    /// Line by line, for pipes and screen readers
    #[arg(long)]
    plain: bool,
    /// Write the questions for another program instead of asking: gift=FILE (Moodle), anki=FILE
    /// (Anki); FILE may be - for standard output
    #[arg(long, value_name = "KIND=FILE", conflicts_with_all = ["count", "seed", "exam", "plain"])]
    export: Vec<String>,
    /// Where answers are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    paper: super::paper::PaperArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindArg {
    Choice,
    Several,
    Number,
    Order,
    Trace,
    Sim,
    Predict,
    Diagnose,
    Open,
}

impl KindArg {
    fn admits(self, kind: &QuestionKind) -> bool {
        self.to_possible_value().is_some_and(|value| value.get_name() == kind.name())
    }
}

pub(super) fn run(context: &mut Context, args: &QuizArgs) -> Result<Done, Failure> {
    if let Some(paper) = args.paper.file() {
        return super::paper::run(context, paper, &args.paper, args.data.as_deref());
    }
    let drawn = args.count.is_some() || args.seed.is_some() || args.exam || !args.kind.is_empty();
    if args.topic.is_none() && !drawn && args.export.is_empty() {
        return list(context, args);
    }
    let (slugs, only) = match &args.topic {
        None => (context.library.slugs(Kind::Quiz).into_iter().map(str::to_owned).collect(), None),
        Some(name) => {
            let (name, question) = match name.split_once('#') {
                Some((name, question)) => (name, Some(question)),
                None => (name.as_str(), None),
            };
            (vec![topic::find(&context.library, name)?], question)
        }
    };
    let mut quizzes = Vec::new();
    for slug in &slugs {
        quizzes.push(read::load(&context.library, slug)?);
    }
    let items = items(&quizzes, args, only)?;
    if !args.export.is_empty() {
        return exchange::run(context, &args.export, &items);
    }
    let store = open_store(args.data.as_deref())?;
    let seed = args.seed.unwrap_or_else(fresh_seed);
    let order = if drawn { Order::Shuffled } else { Order::File };
    let asked = args.count.unwrap_or(items.len()).min(items.len());
    let session = Session::drawn(&items, seed, Pick { count: args.count, order });
    let manner = match args.exam {
        true => Manner::Exam { limit: time_for(asked, args.minutes) },
        false => Manner::Practice,
    };
    let summary = sit(context, &store, session, manner, args.plain)?;
    let summary = view::quiz::summary(&summary, context.lang);
    show(context, &summary)?;
    Ok(Done::Fine)
}

/// Asks the questions of a session one after another, in a terminal interface or line by line.
/// Every answer is in the store before anything is said about it.
///
/// # Errors
/// An answer could not be kept, a simulation fails, or the person interrupted.
pub(super) fn sit(
    context: &mut Context,
    store: &Store,
    session: Session<'_>,
    manner: Manner,
    plain: bool,
) -> Result<Summary, Failure> {
    let screen = !plain && context.out.is_interactive();
    let mut desk = Desk::new(context, store, session, manner);
    if screen {
        screen::ask_all(&mut desk)?;
    } else {
        plain::ask_all(&mut desk)?;
    }
    Ok(desk.summary())
}

fn time_for(questions: usize, minutes: Option<u64>) -> Duration {
    const SECONDS_EACH: u64 = 90;
    let seconds = minutes.map_or(questions as u64 * SECONDS_EACH, |minutes| minutes * 60);
    Duration::from_secs(seconds)
}

/// The questions that may be asked.
fn items<'q>(
    quizzes: &'q [Quiz],
    args: &QuizArgs,
    only: Option<&str>,
) -> Result<Vec<Item<'q>>, Failure> {
    let all = quizzes
        .iter()
        .flat_map(|quiz| quiz.questions.iter().map(move |question| Item { quiz, question }));
    let wanted = |question: &Question| {
        let is_open = matches!(question.kind, QuestionKind::Open(_));
        only.is_none_or(|id| question.id == id)
            && (args.kind.is_empty() || args.kind.iter().any(|kind| kind.admits(&question.kind)))
            && !(args.exam && is_open)
    };
    let items: Vec<Item<'q>> = all.clone().filter(|item| wanted(item.question)).collect();
    if !items.is_empty() {
        return Ok(items);
    }
    let hint = only.and_then(|id| {
        let near = nearest(id, all.map(|item| item.question.id.as_str()))?;
        Some(both!("did you mean `{near}`?", "혹시 `{near}`인가요?"))
    });
    let words = match only {
        Some(id) => {
            let id = printable(id);
            both!(
                "there is no question `{id}` of these kinds",
                "조건에 맞는 `{id}` 문제가 없습니다"
            )
        }
        None => both!("there is no question of these kinds", "조건에 맞는 문제가 없습니다"),
    };
    Err(Failure::Words(words, hint))
}

/// The record of answers, made where it is missing.
///
/// # Errors
/// There is no place for it, or it cannot be opened.
pub(super) fn open_store(data: Option<&Path>) -> Result<Store, Failure> {
    let dir = data.map(Path::to_owned).or_else(output::data_dir).ok_or_else(|| {
        Failure::Words(
            both!(
                "no place to keep your answers: neither HOME nor XDG_DATA_HOME is set",
                "답을 저장할 곳이 없습니다. HOME과 XDG_DATA_HOME이 모두 비어 있습니다"
            ),
            Some(both!("name a directory with --data DIR", "--data DIR로 디렉터리를 지정하세요")),
        )
    })?;
    Store::open(&dir, Mode::Write).map_err(|error| Failure::Words(error.text(), None))
}

fn show(context: &mut Context, document: &Document) -> Result<(), Failure> {
    let text = terminal::render(document, context.out.style(None));
    context.out.print(&format!("{text}\n"))
}

/// The titles of a topic's sections, by id.
fn sections(context: &Context, slug: &str) -> Vec<(String, String)> {
    let Ok((source, _)) = topic::source(&context.library, slug, context.lang) else {
        return Vec::new();
    };
    let topic = Topic::read(&source, slug);
    topic.map_or_else(
        |_| Vec::new(),
        |topic| topic.sections.into_iter().map(|section| (section.id, section.title)).collect(),
    )
}

fn list(context: &mut Context, args: &QuizArgs) -> Result<Done, Failure> {
    let mut quizzes: Vec<Quiz> = Vec::new();
    for slug in context.library.slugs(Kind::Quiz) {
        quizzes.push(read::load(&context.library, slug)?);
    }
    let answered = answered(args.data.as_deref())?;
    let document = view::quiz::list(&quizzes, &answered, context.lang);
    show(context, &document)?;
    Ok(Done::Fine)
}

/// The last answer to each question, where there is a record: a list needs none.
pub(super) fn answered(data: Option<&Path>) -> Result<Vec<Attempt>, Failure> {
    let Some(dir) = data.map(Path::to_owned).or_else(output::data_dir) else {
        return Ok(Vec::new());
    };
    Store::open(&dir, Mode::Read)
        .and_then(|store| store.latest_by_question())
        .map_err(|error| Failure::Words(error.text(), None))
}

pub(super) fn fresh_seed() -> u64 {
    getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()))
}
