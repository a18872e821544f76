//! `prep assign new`: a paper for a class, and its key.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::growing::{Readers, write_new};
use super::paper::fresh_bytes;
use super::quiz::exhibit::drawn;
use super::sim::{available_threads, run_failed};
use super::{Context, Done, Failure};
use crate::content::problem::{Source, printable};
use crate::content::text::{Lang, Text, both};
use crate::content::{Kind, read_file};
use crate::practice::assignment::{self, Made, Simulator, Wish};
use crate::practice::exhibit::{NoExhibit, exhibit};
use crate::practice::received::is_id;
use crate::practice::signing::{Secret, fingerprint};
use crate::practice::simulated::{self, NoAnswer};
use crate::quiz::question::{DiagnoseQuestion, QuestionKind};
use crate::report::document::Document;
use crate::report::render::terminal::{self, Style};
use crate::sims::run::Execution;

/// Set an assignment for a class
#[derive(Args)]
pub(super) struct AssignArgs {
    #[command(subcommand)]
    command: AssignCommand,
}

#[derive(Subcommand)]
enum AssignCommand {
    New(NewArgs),
}

/// Make the paper that students get and the key that stays with you
///
/// Without a file it asks in the terminal, writes the file that says the same, and goes on. The
/// paper has no answers. Whoever has the key can grade and can sign papers: keep it.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep assign new\n  prep assign new week3.toml\n  prep assign new week3.toml -o pools\n\nExit codes: 0 both files written, 2 wrong input"
)]
struct NewArgs {
    /// The assignment (prep.assignment/1, see docs/assignments.md)
    file: Option<PathBuf>,
    /// Names the files NAME.paper and NAME.key; otherwise the id of the assignment
    #[arg(short, long, value_name = "NAME")]
    output: Option<PathBuf>,
}

pub(super) fn run(context: &mut Context, args: &AssignArgs) -> Result<Done, Failure> {
    match &args.command {
        AssignCommand::New(args) => new(context, args),
    }
}

fn new(context: &mut Context, args: &NewArgs) -> Result<Done, Failure> {
    let source = match &args.file {
        Some(file) => read_file(file)?,
        None => asked(context)?,
    };
    let wanted = assignment::read(&source)?;
    let base = args.output.clone().unwrap_or_else(|| PathBuf::from(&wanted.id));
    let with = |end: &str| {
        let mut name = base.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let (paper, key) = (with(".paper"), with(".key"));
    for path in [&paper, &key] {
        free(path)?;
    }
    let secret = Secret::of(fresh_bytes()?);
    let made = make(context, &source, &wanted, &secret)?;
    write_new(&key, &made.key, Readers::Owner)?;
    write_new(&paper, &made.paper, Readers::Everybody)?;
    tell_made(context, &made, &paper, &key)?;
    Ok(Done::Fine)
}

/// Said before the simulations run, not after.
fn free(path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    let shown = printable(&path.display().to_string());
    Err(Failure::Words(
        both!(
            "`{shown}` exists and is never overwritten",
            "`{shown}` 파일이 이미 있습니다. 덮어쓰지 않습니다"
        ),
        Some(both!("choose another name with -o", "-o로 다른 이름을 지정하세요")),
    ))
}

fn make(
    context: &mut Context,
    source: &Source,
    wanted: &assignment::Assignment,
    secret: &Secret,
) -> Result<Made, Failure> {
    let lang = context.lang;
    let mut runs = 0;
    let library = context.library.clone();
    let execution = Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
    let out = &mut context.out;
    let made = assignment::make(
        &library,
        source,
        wanted,
        secret,
        &mut Simulator {
            band: &mut |ask| {
                runs += 1;
                let sim = &ask.sim;
                let words = both!("run {runs}: {sim}\n", "{runs}번째 실행: {sim}\n");
                out.tell(words.get(lang));
                simulated::band(&library, ask, &execution)
            },
            exhibit: &mut |question| exhibit_text(&library, question, &execution),
        },
    );
    made.map_err(|error| match error {
        NoAnswer::Problems(problems) => Failure::Input(problems),
        NoAnswer::Run(failed) => run_failed(&failed),
    })
}

/// What a `diagnose` question shows, as text of 80 columns in both languages.
fn exhibit_text(
    library: &crate::content::Library,
    question: &DiagnoseQuestion,
    execution: &Execution<'_>,
) -> Result<Text, NoAnswer> {
    let found = exhibit(library, question, execution).map_err(|error| match error {
        NoExhibit::Problems(problems) => NoAnswer::Problems(problems),
        NoExhibit::Run(failed) => NoAnswer::Run(failed),
    })?;
    let text = |lang: Lang| {
        let document = Document { title: String::new(), blocks: drawn(&found, lang) };
        let style = Style { width: 80, color: false, links: false, unicode: true, lang };
        terminal::render(&document, style).trim_end().to_owned()
    };
    Ok(Text { en: text(Lang::En), ko: text(Lang::Ko) })
}

fn tell_made(context: &mut Context, made: &Made, paper: &Path, key: &Path) -> Result<(), Failure> {
    let (asked, of) = (made.asked, made.questions);
    let (paper, key) = (shown(paper), shown(key));
    let print = fingerprint(&made.digest);
    let words = both!(
        "{paper}  for students: {asked} questions each, out of {of}\n\
         {key}  for you alone: it grades\n\
         Fingerprint of the paper, to tell your class: {print}\n",
        "{paper}  학생용: 전체 {of}문제 중 학생마다 {asked}문제\n\
         {key}  멘토 전용: 채점에 쓰입니다\n\
         반에 알려 줄 시험지 지문: {print}\n"
    );
    context.out.print(words.get(context.lang))
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

/// Asks for everything, and writes the file that says the same.
fn asked(context: &mut Context) -> Result<Source, Failure> {
    let id = ask_until(
        context,
        &both!("Name of the assignment, such as week3: ", "과제 이름(예: week3): "),
        |line| is_id(line).then(|| line.to_owned()),
    )?;
    let file = PathBuf::from(format!("{id}.toml"));
    free(&file)?;
    let class = words(context, &both!("Class: ", "반: "))?;
    let title = words(context, &both!("Title: ", "제목: "))?;
    let items = items(context)?;
    let (opens, due) = times(context)?;
    let attempts =
        ask_until(context, &both!("Attempts (Enter: 1): ", "시도 횟수(Enter: 1): "), |line| {
            match line {
                "" => Some(1),
                line => line.parse::<u32>().ok().filter(|count| (1..=100).contains(count)),
            }
        })?;
    let late = match due.as_str() {
        "" => None,
        _ => late(context)?,
    };
    let wish = Wish { id, class, title, opens, due, items, attempts, late };
    let text = assignment::toml(&wish);
    write_new(&file, &text, Readers::Everybody)?;
    let name = shown(&file);
    let kept = both!("Kept as {name}.\n", "{name} 파일로 저장했습니다.\n");
    context.out.print(kept.get(context.lang))?;
    Ok(Source::new(name, text))
}

/// What is to be asked: quiz, how many of its questions, which kinds.
fn items(context: &mut Context) -> Result<Vec<(String, usize, Vec<String>)>, Failure> {
    let topics: Vec<String> =
        context.library.slugs(Kind::Quiz).into_iter().map(str::to_owned).collect();
    let list = topics.join(", ");
    context.out.print(both!("Topics: {list}\n", "토픽: {list}\n").get(context.lang))?;
    let known = |line: &str| {
        let names: Vec<String> = listed(line);
        let all = !names.is_empty() && names.iter().all(|name| topics.contains(name));
        all.then_some(names)
    };
    let chosen = ask_until(
        context,
        &both!("Which, separated by commas: ", "출제할 토픽(쉼표로 구분): "),
        known,
    )?;
    let count =
        ask_until(context, &both!("Questions of each: ", "토픽별 문제 수: "), |line| {
            line.parse::<usize>().ok().filter(|count| (1..=200).contains(count))
        })?;
    let names = QuestionKind::NAMES.join(", ");
    let kinds = ask_until(
        context,
        &both!("Kinds (Enter for all: {names}): ", "유형(Enter는 모두: {names}): "),
        |line| {
            let kinds = listed(line);
            kinds.iter().all(|k| QuestionKind::NAMES.contains(&k.as_str())).then_some(kinds)
        },
    )?;
    Ok(chosen.into_iter().map(|topic| (topic, count, kinds.clone())).collect())
}

/// When it opens and when it is due; empty for at once and never.
fn times(context: &mut Context) -> Result<(String, String), Failure> {
    let moment = |line: &str| {
        let fits = line.is_empty() || line.parse::<jiff::Timestamp>().is_ok();
        fits.then(|| line.to_owned())
    };
    let opens = ask_until(
        context,
        &both!(
            "Opens, as 2026-12-01T09:00:00+09:00 (Enter: at once): ",
            "시작 시각, 예: 2026-12-01T09:00:00+09:00 (Enter: 바로): "
        ),
        moment,
    )?;
    let due = ask_until(
        context,
        &both!(
            "Due, as 2026-12-07T23:59:00+09:00 (Enter: never): ",
            "마감 시각, 예: 2026-12-07T23:59:00+09:00 (Enter: 없음): "
        ),
        moment,
    )?;
    Ok((opens, due))
}

fn late(context: &mut Context) -> Result<Option<(u32, u32)>, Failure> {
    let percent = ask_until(
        context,
        &both!(
            "Percent lost for each day late (Enter: late answers do not count): ",
            "하루 지각마다 깎을 백분율(Enter: 늦으면 점수 없음): "
        ),
        |line| match line.trim_end_matches('%').trim() {
            "" => Some(None),
            line => line.parse::<u32>().ok().filter(|percent| *percent <= 100).map(Some),
        },
    )?;
    let Some(percent) = percent else { return Ok(None) };
    let days = ask_until(context, &both!("Most days late: ", "최대 지각 일수: "), |line| {
        line.parse::<u32>().ok().filter(|days| *days <= 365)
    })?;
    Ok(Some((percent, days)))
}

fn listed(line: &str) -> Vec<String> {
    let names = line.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn words(context: &mut Context, question: &Text) -> Result<String, Failure> {
    ask_until(context, question, |line| (!line.is_empty()).then(|| line.to_owned()))
}

/// Asks again until what was typed can be read.
fn ask_until<T>(
    context: &mut Context,
    question: &Text,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Failure> {
    loop {
        context.out.print(question.get(context.lang))?;
        let Some(line) = context.out.read_line()? else {
            return Err(Failure::Words(
                both!("the input ended before everything was asked", "입력이 중간에 끝났습니다"),
                Some(both!(
                    "write a file and name it: prep assign new week3.toml",
                    "파일로 작성해 지정하세요: prep assign new week3.toml"
                )),
            ));
        };
        match read(&line) {
            Some(value) => return Ok(value),
            None => {
                let again = both!("That cannot be read here.\n", "읽을 수 없는 값입니다.\n");
                context.out.print(again.get(context.lang))?;
            }
        }
    }
}
