//! `prep quiz`: practise the questions of a topic, line by line.
#![expect(
    clippy::disallowed_methods,
    reason = "measures how long an answer took, and draws a seed"
)]

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::sim::{available_threads, run_failed};
use super::{Context, Done, Failure, clock, output, topic};
use crate::content::Kind;
use crate::content::text::both;
use crate::knowledge::topic::Topic;
use crate::practice::session::{Ask, Moment, Order, Pick, Session, SimAsk};
use crate::practice::simulated::{self, NoAnswer};
use crate::quiz::grade::{Answer, AskAgain, Band};
use crate::quiz::question::{QuestionKind, Quiz};
use crate::quiz::read;
use crate::report::document::Document;
use crate::report::render::terminal;
use crate::report::view;
use crate::sims::run::Execution;
use crate::store::{Attempt, Mode, Store};

/// Practise the questions of a topic
///
/// Answer with the letter of an option (several: "a c"), or with a number and its unit. An empty
/// line skips a question, "q" ends. Every answer is kept before the next question is shown.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep quiz hikaricp-pool\n  prep quiz tomcat --count 5 --seed 7\n\nAnswers are kept in PREP_DATA_DIR, or in prep/ of the XDG data directory."
)]
pub(super) struct QuizArgs {
    /// A topic; without it, lists the quizzes
    topic: Option<String>,
    /// Most questions to ask
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Draws questions, settings and the order of options; otherwise new each time
    #[arg(long)]
    seed: Option<u64>,
    /// Where answers are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(context: &mut Context, args: &QuizArgs) -> Result<Done, Failure> {
    let Some(name) = &args.topic else { return list(context, args) };
    let slug = topic::find(&context.library, name)?;
    let quiz = read::load(&context.library, &slug)?;
    let dir = args.data.clone().or_else(output::data_dir).ok_or_else(|| {
        Failure::Words(
            both!(
                "no place to keep your answers: neither HOME nor XDG_DATA_HOME is set",
                "답을 저장할 곳이 없습니다. HOME과 XDG_DATA_HOME이 모두 비어 있습니다"
            ),
            Some(both!("name a directory with --data DIR", "--data DIR로 디렉터리를 지정하세요")),
        )
    })?;
    let store =
        Store::open(&dir, Mode::Write).map_err(|error| Failure::Words(error.text(), None))?;
    let seed = args.seed.unwrap_or_else(fresh_seed);
    let order =
        if args.seed.is_some() || args.count.is_some() { Order::Shuffled } else { Order::File };
    let mut practice = Practice {
        store,
        sections: sections(context, &slug),
        session_id: format!("{seed:016x}-{}", std::process::id()),
    };
    let mut session = Session::new(&quiz, seed, Pick { count: args.count, order });
    while let Some(mut ask) = session.next() {
        let band = match settle(context, &mut session, &mut ask)? {
            Some(band) => band,
            None => continue,
        };
        match practice.ask(context, &mut session, &ask, band)? {
            Went::On => {}
            Went::Away => break,
        }
    }
    let summary = view::quiz::summary(&session.summary(), &quiz.slug, context.lang);
    show(context, &summary)?;
    Ok(Done::Fine)
}

enum Went {
    On,
    Away,
}

struct Practice {
    store: Store,
    /// Section titles of the topic, by id.
    sections: Vec<(String, String)>,
    session_id: String,
}

impl Practice {
    /// Asks until there is an answer, a skip or the end.
    fn ask(
        &mut self,
        context: &mut Context,
        session: &mut Session<'_>,
        ask: &Ask<'_>,
        band: Option<Band>,
    ) -> Result<Went, Failure> {
        show(context, &view::quiz::question(ask, &[], context.lang))?;
        let start = Instant::now();
        loop {
            context.out.print("> ")?;
            let Some(line) = context.out.read_line()? else {
                context.out.print("\n")?;
                return Ok(Went::Away);
            };
            match line.as_str() {
                "" => return Ok(Went::On),
                "q" | "quit" | "exit" => return Ok(Went::Away),
                _ => {}
            }
            let graded =
                answer(ask, &line).and_then(|answer| session.answer(&answer, band.as_ref()));
            let feedback = match graded {
                Ok(feedback) => feedback,
                Err(AskAgain(why)) => {
                    context.out.print(&format!("{}\n", why.get(context.lang)))?;
                    continue;
                }
            };
            let now = clock::now()?;
            let moment = Moment {
                at_utc: now.at_utc,
                utc_offset_minutes: now.utc_offset_minutes,
                duration_ms: start.elapsed().as_millis() as u64,
                sure: None,
                session: self.session_id.clone(),
                prep: env!("CARGO_PKG_VERSION").to_owned(),
            };
            let attempt = session.attempt(&feedback, moment);
            self.store.append(&attempt).map_err(|error| Failure::Words(error.text(), None))?;
            let title = self.sections.iter().find(|(id, _)| id == feedback.section);
            let title = title.map(|(_, title)| title.as_str());
            show(context, &view::quiz::feedback(&feedback, title, context.lang))?;
            return Ok(Went::On);
        }
    }
}

/// Finds settings of a `sim` question that obey its guard, with the band of the right answer.
/// `Some(None)` for other kinds, `None` when no settings do.
#[expect(clippy::option_option, reason = "no band needed, and no band found, are different things")]
fn settle<'q>(
    context: &mut Context,
    session: &mut Session<'q>,
    ask: &mut Ask<'q>,
) -> Result<Option<Option<Band>>, Failure> {
    loop {
        let Some(sim) = &ask.sim else { return Ok(Some(None)) };
        if let Some(band) = band(context, sim)? {
            return Ok(Some(Some(band)));
        }
        match session.other_variant() {
            Some(other) => *ask = other,
            None => return Ok(None),
        }
    }
}

fn band(context: &Context, ask: &SimAsk) -> Result<Option<Band>, Failure> {
    let execution = Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
    simulated::band(&context.library, ask, &execution).map_err(|error| match error {
        NoAnswer::Problems(problems) => Failure::Input(problems),
        NoAnswer::Run(failed) => run_failed(&failed),
    })
}

/// What a person typed: letters for options, anything else for a number.
fn answer(ask: &Ask<'_>, line: &str) -> Result<Answer, AskAgain> {
    if matches!(
        ask.question.kind,
        QuestionKind::Number(_) | QuestionKind::Sim(_) | QuestionKind::Predict(_)
    ) {
        return Ok(Answer::Number(line.to_owned()));
    }
    let letters = line.chars().filter(|c| !c.is_whitespace() && *c != ',');
    let mut ids = Vec::new();
    for letter in letters {
        let shown = view::quiz::letter;
        let at = (0..ask.options.len()).find(|at| shown(*at) == letter.to_ascii_lowercase());
        let Some(at) = at else {
            let last = shown(ask.options.len().saturating_sub(1));
            return Err(AskAgain(both!(
                "answer with letters from a to {last}",
                "a부터 {last}까지의 글자로 답하세요"
            )));
        };
        if !ids.contains(&ask.options[at].id) {
            ids.push(ask.options[at].id.clone());
        }
    }
    Ok(Answer::Options(ids))
}

fn show(context: &mut Context, document: &Document) -> Result<(), Failure> {
    let text = terminal::render(document, context.out.style(None));
    context.out.print(&format!("{text}\n"))
}

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

fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    crate::random::split_mix(now.as_nanos() as u64 ^ u64::from(std::process::id()))
}
