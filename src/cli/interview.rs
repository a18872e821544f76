//! `prep interview`: a mock interview, line by line.
#![expect(clippy::disallowed_methods, reason = "measures how long an answer took")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use super::quiz::{answered, fresh_seed, open_store};
use super::{Context, Done, Failure, clock, topic};
use crate::content::Kind;
use crate::content::problem::printable;
use crate::content::text::{Lang, Text, both};
use crate::knowledge::topic::Topic;
use crate::practice::draft::letter_of;
use crate::practice::interview::{Asked, Interview, Said, Told, weakest_first};
use crate::practice::session::Moment;
use crate::quiz::drill::{Drill, read};
use crate::report::document::Document;
use crate::report::render::{markdown, terminal};
use crate::report::view::interview as view;
use crate::store::Store;

/// Drills of an interview that nobody bounded.
const DRILLS: usize = 3;
/// Where an answer is cut off.
const ANSWER_MOST: usize = 64 * 1024;

/// Sit a mock interview: questions, follow-ups, hints, a debrief
///
/// The interviewer asks; answer in as many lines as you like and end with an empty one, or aloud
/// (--spoken). Then say yourself which points you made and which traps you fell into: a trap leads
/// to a harder question, a missing point to a hint and a second chance. "q" ends the interview.
/// Every answer that was graded is kept before the next question is shown. Without a name the
/// drills of your weakest topics come first.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep interview\n  prep interview missing-post\n  prep interview --list\n  prep interview --minutes 20 --spoken\n  prep interview why-500-tps --transcript answers.md\n\nAnswers are kept in PREP_DATA_DIR, or in prep/ of the XDG data directory."
)]
pub(super) struct InterviewArgs {
    /// A drill, or a topic; without it, some are chosen
    drill: Option<String>,
    /// List the drills and ask nothing
    #[arg(long)]
    list: bool,
    /// Begin no further question after so many minutes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: Option<u64>,
    /// Most drills to go through; otherwise 3, or as many as --minutes allows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100))]
    count: Option<u64>,
    /// Draws the drills; otherwise new each time
    #[arg(long)]
    seed: Option<u64>,
    /// Answer aloud: Enter when you are done
    #[arg(long)]
    spoken: bool,
    /// Without colour and signs, for pipes and screen readers
    #[arg(long)]
    plain: bool,
    /// Write the transcript as markdown; otherwise you are asked at the end
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Replace the file of --transcript if it exists
    #[arg(long, requires = "transcript")]
    overwrite: bool,
    /// Where answers are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(context: &mut Context, args: &InterviewArgs) -> Result<Done, Failure> {
    if args.list {
        let drills = all(context)?;
        let document = view::list(&drills, &answered(args.data.as_deref())?, context.lang);
        show(context, args, &document)?;
        return Ok(Done::Fine);
    }
    if let Some(path) = &args.transcript {
        refuse_existing(path, args.overwrite)?;
    }
    let seed = args.seed.unwrap_or_else(fresh_seed);
    let drills = chosen(context, args, seed)?;
    let store = open_store(args.data.as_deref())?;
    let mut room = Room { context, args, store, seed, began: Instant::now(), told: Vec::new() };
    let ended = room.interview(&drills)?;
    room.debrief(ended)?;
    Ok(Done::Fine)
}

/// How the interview ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Here,
    /// The input is at its end: nothing more can be asked.
    Away,
}

/// One interview.
struct Room<'c, 'd> {
    context: &'c mut Context,
    args: &'c InterviewArgs,
    store: Store,
    seed: u64,
    began: Instant,
    told: Vec<Told<'d>>,
}

impl<'d> Room<'_, 'd> {
    fn interview(&mut self, drills: &'d [Drill]) -> Result<Ended, Failure> {
        let session = format!("{:016x}-{}", self.seed, std::process::id());
        self.say(&both!(
            "A mock interview. End an answer with an empty line, the interview with \"q\".",
            "모의 면접을 시작합니다. 답은 빈 줄로, 면접은 \"q\"로 끝냅니다."
        ))?;
        for drill in drills {
            if self.is_over() {
                return Ok(Ended::Here);
            }
            self.show(&view::opening(drill, self.lang()))?;
            let mut interview = Interview::new(drill);
            while let Some(asked) = interview.asked() {
                if self.is_over() {
                    self.say(&both!("The time is over.", "시간이 다 됐습니다."))?;
                    return Ok(Ended::Here);
                }
                let said = match self.ask(&asked)? {
                    Heard::Said(said) => said,
                    Heard::Enough => return Ok(Ended::Here),
                    Heard::Nobody => return Ok(Ended::Away),
                };
                let Some(reaction) = interview.answer(said) else { break };
                let Some(told) = interview.told().last() else { break };
                let attempt = told.attempt(self.seed, moment(told, &session)?);
                self.store.append(&attempt)?;
                self.show(&view::reaction(told, &reaction, self.lang()))?;
                self.told.push(told.clone());
            }
        }
        Ok(Ended::Here)
    }

    /// Puts a question, and has the answer graded.
    fn ask(&mut self, asked: &Asked<'_>) -> Result<Heard, Failure> {
        self.show(&view::question(asked, self.lang()))?;
        let start = Instant::now();
        let text = match self.answer()? {
            Answered::Text(text) => text,
            Answered::Enough => return Ok(Heard::Enough),
            Answered::Nobody => return Ok(Heard::Nobody),
        };
        let duration_ms = start.elapsed().as_millis() as u64;
        let mut said = Said { text, duration_ms, ..Said::default() };
        let time = view::time(asked, duration_ms, self.lang());
        self.context.out.print(&format!("{time}\n\n"))?;
        // Who wrote nothing made no point.
        if said.text.is_empty() && !self.args.spoken {
            return Ok(Heard::Said(said));
        }
        let turn = asked.turn;
        let points: Vec<&str> = turn.points.iter().map(|point| point.id.as_str()).collect();
        self.show(&view::rubric(turn, self.lang()))?;
        let Some(points) = self.letters(&points)? else { return Ok(Heard::Nobody) };
        said.points = points;
        if !turn.traps.is_empty() {
            let traps: Vec<&str> = turn.traps.iter().map(|trap| trap.id.as_str()).collect();
            self.show(&view::traps(turn, self.lang()))?;
            let Some(traps) = self.letters(&traps)? else { return Ok(Heard::Nobody) };
            said.traps = traps;
        }
        Ok(Heard::Said(said))
    }

    /// An answer of several lines; spoken ones leave no words.
    fn answer(&mut self) -> Result<Answered, Failure> {
        if self.args.spoken {
            let words = both!(
                "Say it aloud, Enter when you are done. ",
                "소리 내어 말하고 Enter를 누르세요. "
            );
            self.context.out.print(words.get(self.lang()))?;
            return Ok(match self.context.out.read_line()? {
                None => Answered::Nobody,
                Some(line) if is_end(&line) => Answered::Enough,
                Some(_) => Answered::Text(String::new()),
            });
        }
        let mut lines: Vec<String> = Vec::new();
        let mut size = 0;
        loop {
            self.context.out.print("> ")?;
            match self.context.out.read_line()? {
                None if lines.is_empty() => return Ok(Answered::Nobody),
                Some(line) if lines.is_empty() && is_end(&line) => return Ok(Answered::Enough),
                Some(line) if !line.is_empty() && size + line.len() <= ANSWER_MOST => {
                    size += line.len();
                    lines.push(line);
                }
                _ => return Ok(Answered::Text(lines.join("\n"))),
            }
        }
    }

    /// The ids behind typed letters; `None` at the end of the input.
    fn letters(&mut self, ids: &[&str]) -> Result<Option<Vec<String>>, Failure> {
        loop {
            self.context.out.print("> ")?;
            let Some(line) = self.context.out.read_line()? else { return Ok(None) };
            let typed = line.chars().filter(|c| !c.is_whitespace() && *c != ',');
            let places: Option<Vec<usize>> = typed
                .map(|c| (0..ids.len()).find(|at| letter_of(*at) == c.to_ascii_lowercase()))
                .collect();
            match places {
                Some(places) => {
                    let chosen = ids.iter().enumerate().filter(|(at, _)| places.contains(at));
                    return Ok(Some(chosen.map(|(_, id)| (*id).to_owned()).collect()));
                }
                None => {
                    let last = letter_of(ids.len().saturating_sub(1));
                    self.say(&both!(
                        "answer with letters from a to {last}",
                        "a부터 {last}까지의 글자로 답하세요"
                    ))?;
                }
            }
        }
    }

    fn debrief(&mut self, ended: Ended) -> Result<(), Failure> {
        let titles = titles(self.context, &self.told);
        let title_of = |topic: &str, section: &str| {
            let known = titles.iter().find(|(t, s, _)| t == topic && s == section);
            known.map(|(_, _, title)| title.clone())
        };
        let lang = self.lang();
        self.context.out.print("\n")?;
        self.show(&view::debrief(&self.told, &title_of, lang))?;
        let Some(first) = self.told.first() else { return Ok(()) };
        let date = date()?;
        let transcript = markdown::render(&view::transcript(&self.told, &date, &title_of, lang));
        let path = match &self.args.transcript {
            Some(path) => Some(path.clone()),
            None if ended == Ended::Away => None,
            None => {
                let drill = first.asked.drill.slug.clone();
                self.where_to(&format!("interview-{date}-{drill}.md"))?
            }
        };
        let Some(path) = path else { return Ok(()) };
        if self.args.transcript.is_none() || !self.args.overwrite {
            refuse_existing(&path, false)?;
        }
        self.context.out.file(&path, &transcript)?;
        let shown = printable(&path.display().to_string());
        self.say(&both!("The transcript is in {shown}", "기록을 {shown}에 저장했습니다"))
    }

    /// Asks for the file of the transcript; `None` if it is not wanted.
    fn where_to(&mut self, default: &str) -> Result<Option<PathBuf>, Failure> {
        loop {
            let question = both!(
                "Save the transcript? Enter: {default}, another name, or n: ",
                "기록을 저장할까요? Enter: {default}, 다른 이름, 또는 n: "
            );
            self.context.out.print(question.get(self.lang()))?;
            let Some(line) = self.context.out.read_line()? else { return Ok(None) };
            let name = match line.as_str() {
                "" | "y" | "yes" => default,
                "n" | "no" | "q" => return Ok(None),
                other => other,
            };
            let path = PathBuf::from(name);
            if !path.exists() {
                return Ok(Some(path));
            }
            let shown = printable(name);
            self.say(&both!("`{shown}` exists already.", "`{shown}`이(가) 이미 있습니다."))?;
        }
    }

    fn is_over(&self) -> bool {
        let limit = self.args.minutes.map(|minutes| Duration::from_secs(minutes * 60));
        limit.is_some_and(|limit| self.began.elapsed() >= limit)
    }

    fn lang(&self) -> Lang {
        self.context.lang
    }

    fn say(&mut self, text: &Text) -> Result<(), Failure> {
        let line = format!("{}\n", text.get(self.lang()));
        self.context.out.print(&line)
    }

    fn show(&mut self, document: &Document) -> Result<(), Failure> {
        show(self.context, self.args, document)
    }
}

enum Heard {
    Said(Said),
    /// The person ends the interview.
    Enough,
    /// The input is at its end.
    Nobody,
}

enum Answered {
    Text(String),
    Enough,
    Nobody,
}

fn is_end(line: &str) -> bool {
    matches!(line, "q" | "quit" | "exit")
}

fn show(context: &mut Context, args: &InterviewArgs, document: &Document) -> Result<(), Failure> {
    let mut style = context.out.style(None);
    if args.plain {
        style.color = false;
    }
    let text = terminal::render(document, style);
    context.out.print(&format!("{text}\n"))
}

fn all(context: &Context) -> Result<Vec<Drill>, Failure> {
    let mut drills = Vec::new();
    for slug in context.library.slugs(Kind::Drill) {
        drills.push(read::load(&context.library, slug)?);
    }
    Ok(drills)
}

/// The drills of an interview, in the order in which they are asked.
fn chosen(context: &Context, args: &InterviewArgs, seed: u64) -> Result<Vec<Drill>, Failure> {
    let bound = args.count.map(|count| count as usize);
    if let Some(name) = &args.drill {
        let slugs = context.library.slugs(Kind::Drill);
        let prefixed: Vec<&str> =
            slugs.iter().copied().filter(|slug| slug.starts_with(name.as_str())).collect();
        let exact = slugs.contains(&name.as_str()).then_some(name.as_str());
        let only = (prefixed.len() == 1).then(|| prefixed[0]);
        if let Some(slug) = exact.or(only) {
            return Ok(vec![read::load(&context.library, slug)?]);
        }
        // No drill of that name: those about a topic of that name.
        if let Ok(topic) = topic::find(&context.library, name) {
            let mut drills = all(context)?;
            drills.retain(|drill| drill.topics().contains(&topic.as_str()));
            drills.sort_by_key(|drill| drill.topic.value != topic);
            drills.truncate(bound.unwrap_or(1));
            if !drills.is_empty() {
                return Ok(drills);
            }
        }
        return Ok(vec![read::load(&context.library, name)?]);
    }
    let mut drills: Vec<Option<Drill>> = Vec::new();
    let known = all(context)?;
    let order = weakest_first(&known, &answered(args.data.as_deref())?, seed);
    drills.extend(known.into_iter().map(Some));
    let most = bound.unwrap_or(if args.minutes.is_some() { usize::MAX } else { DRILLS });
    Ok(order.into_iter().filter_map(|at| drills[at].take()).take(most).collect())
}

/// A file that exists is only replaced on request.
fn refuse_existing(path: &Path, overwrite: bool) -> Result<(), Failure> {
    if overwrite || !path.exists() {
        return Ok(());
    }
    let shown = printable(&path.display().to_string());
    Err(Failure::Words(
        both!("`{shown}` exists already", "`{shown}`이(가) 이미 있습니다"),
        Some(both!(
            "choose another name, or replace it with --overwrite",
            "다른 이름을 쓰거나 --overwrite로 덮어쓰세요"
        )),
    ))
}

fn moment(told: &Told<'_>, session: &str) -> Result<Moment, Failure> {
    let now = clock::now()?;
    Ok(Moment {
        at_utc: now.at_utc,
        utc_offset_minutes: now.utc_offset_minutes,
        duration_ms: told.said.duration_ms,
        sure: None,
        session: session.to_owned(),
        prep: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The study day, for the name of a file.
fn date() -> Result<String, Failure> {
    let day = clock::now()?.day();
    Ok(day.date().map_or_else(String::new, |date| date.to_string()))
}

/// The titles of the sections to read: topic, id, title.
fn titles(context: &Context, told: &[Told<'_>]) -> Vec<(String, String, String)> {
    let mut topics: Vec<&str> = Vec::new();
    for told in told {
        let (topic, _) = told.asked.drill.reading(told.asked.turn);
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    let mut titles = Vec::new();
    for slug in topics {
        let Ok((source, _)) = topic::source(&context.library, slug, context.lang) else { continue };
        let Ok(topic) = Topic::read(&source, slug) else { continue };
        let sections = topic.sections.into_iter();
        titles.extend(sections.map(|section| (slug.to_owned(), section.id, section.title)));
    }
    titles
}
