//! The command line: one file per command. Alone in writing to standard output and in reading the
//! environment and the wall clock.

mod assign;
mod bench;
mod check;
mod clock;
mod data;
mod export;
mod grade;
mod growing;
mod home;
mod interview;
mod lint;
mod new;
mod output;
mod paper;
mod quiz;
mod resume;
mod review;
mod search;
mod serve;
mod sim;
mod site;
mod spring;
mod stats;
mod target_tps;
mod topic;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::content::Library;
use crate::content::problem::Problem;
use crate::content::text::{Lang, Text};
use crate::store::StoreError;
use output::Output;

/// Prepare for backend interviews: read a topic, predict, run the experiment, explain the result
///
/// Without a command it says what to do now.
#[derive(Parser)]
#[command(name = "prep", version, max_term_width = 100)]
#[command(
    after_help = "Examples:\n  prep sim pool-size\n  prep topic hikaricp-pool\n  prep quiz hikaricp-pool"
)]
struct Args {
    /// Language of topics, reports and errors; otherwise that of the locale
    #[arg(long, global = true, value_enum)]
    lang: Option<LangArg>,
    /// A directory with topics/, sims/ and quizzes/ laid over the built-in content
    #[arg(long, global = true, value_name = "DIR")]
    content: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LangArg {
    En,
    Ko,
}

#[derive(Subcommand)]
enum Command {
    Topic(topic::TopicArgs),
    Sim(Box<sim::SimArgs>),
    Quiz(quiz::QuizArgs),
    Interview(interview::InterviewArgs),
    Resume(resume::ResumeArgs),
    Review(review::ReviewArgs),
    Stats(stats::StatsArgs),
    Data(data::DataArgs),
    Assign(assign::AssignArgs),
    Grade(grade::GradeArgs),
    Search(search::SearchArgs),
    Site(site::SiteArgs),
    Serve(serve::ServeArgs),
    Lint(lint::LintArgs),
    TargetTps(target_tps::TargetTpsArgs),
    Check(check::CheckArgs),
    New(new::NewArgs),
    Bench(bench::BenchArgs),
}

/// How a command ended, when it did not fail.
enum Done {
    Fine,
    /// The answer is no: a claim fails, a check finds faults.
    No,
}

/// Why a command could not do what it was asked.
enum Failure {
    /// Something is wrong with the input; exit code 2.
    Input(Vec<Problem>),
    /// One sentence, and what to do about it; exit code 2.
    Words(Text, Option<Text>),
    /// Whoever read the output is gone: nothing is wrong.
    OutputClosed,
    /// The terminal ended the input, or the user interrupted; exit code 130.
    Interrupted,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Input(vec![problem])
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Failure {
        Failure::Input(problems)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Words(error.text(), None)
    }
}

/// What every command gets.
struct Context {
    lang: Lang,
    library: Library,
    out: Output,
}

/// Runs the command line and returns the process's exit code: 0 fine, 1 the answer is no, 2 usage
/// or input error, 130 interrupted.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let lang = match args.lang {
        Some(LangArg::En) => Lang::En,
        Some(LangArg::Ko) => Lang::Ko,
        None => output::locale(),
    };
    let mut out = Output::new(lang);
    let result = (|| {
        let library = match &args.content {
            None => Library::embedded(),
            Some(dir) => Library::with_overlay(dir)?,
        };
        let mut context = Context { lang, library, out: Output::new(lang) };
        let Some(command) = args.command else { return home::run(&mut context) };
        match command {
            Command::Topic(args) => topic::run(&mut context, &args),
            Command::Sim(args) => sim::run(&mut context, &args),
            Command::Quiz(args) => quiz::run(&mut context, &args),
            Command::Interview(args) => interview::run(&mut context, &args),
            Command::Resume(args) => resume::run(&mut context, &args),
            Command::Review(args) => review::run(&mut context, &args),
            Command::Stats(args) => stats::run(&mut context, &args),
            Command::Data(args) => data::run(&mut context, &args),
            Command::Assign(args) => assign::run(&mut context, &args),
            Command::Grade(args) => grade::run(&mut context, &args),
            Command::Search(args) => search::run(&mut context, &args),
            Command::Site(args) => site::run(&mut context, &args),
            Command::Serve(args) => serve::run(&mut context, &args),
            Command::Lint(args) => lint::run(&mut context, &args),
            Command::TargetTps(args) => target_tps::run(&mut context, &args),
            Command::Check(args) => check::run(&mut context, &args),
            Command::New(args) => new::run(&mut context, &args),
            Command::Bench(args) => bench::run(&mut context, &args),
        }
    })();
    match result {
        Ok(Done::Fine) | Err(Failure::OutputClosed) => ExitCode::SUCCESS,
        Ok(Done::No) => ExitCode::from(1),
        Err(Failure::Interrupted) => ExitCode::from(130),
        Err(Failure::Input(problems)) => {
            out.problems(&problems);
            ExitCode::from(2)
        }
        Err(Failure::Words(what, hint)) => {
            out.error(&what, hint.as_ref());
            ExitCode::from(2)
        }
    }
}
