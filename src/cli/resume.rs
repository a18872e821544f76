//! `prep resume`: a résumé against the advice of interviewers.

use std::path::PathBuf;

use clap::Args;

use super::{Context, Done, Failure, topic};
use crate::content::{Kind, read_file};
use crate::knowledge::topic::Topic;
use crate::practice::resume::{Level, follow_ups, review};
use crate::quiz::drill::Drill;
use crate::quiz::question::Quiz;
use crate::quiz::{drill, read};
use crate::report::render::terminal;
use crate::report::view;

/// Check a résumé: versions, numbers with baseline and method, work in place of tools
///
/// Reads markdown or plain text, English or Korean. Each finding has its line, the reason and how
/// to mend it. Then the questions that the technologies named there invite. Nothing is kept or
/// sent.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep resume resume.md\n  prep resume resume.ko.md --lang ko\n  prep resume resume.txt --json\n\nExit codes: 0 nothing to mend, 1 findings, 2 wrong input"
)]
pub(super) struct ResumeArgs {
    /// Markdown or plain text, at most 1 MiB
    file: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &ResumeArgs) -> Result<Done, Failure> {
    let source = read_file(&args.file)?;
    let review = review(&source)?;
    let (quizzes, drills) = practice(context)?;
    let follow_ups = follow_ups(&review, &quizzes, &drills);
    if args.json {
        let json = view::resume::json(&source.path, &review, &follow_ups, context.lang);
        let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
        context.out.print(&text)?;
    } else {
        let sections = sections(context);
        let section = |id: &str| {
            let known = sections.iter().find(|(known, _)| known == id);
            known.map(|(_, title)| title.clone())
        };
        let document =
            view::resume::resume(&source.path, &review, &follow_ups, &section, context.lang);
        let text = terminal::render(&document, context.out.style(args.width));
        context.out.print(&text)?;
    }
    let mend = review.findings.iter().any(|finding| finding.level == Level::Mend);
    Ok(if mend { Done::No } else { Done::Fine })
}

/// All quizzes and drills.
fn practice(context: &Context) -> Result<(Vec<Quiz>, Vec<Drill>), Failure> {
    let mut quizzes = Vec::new();
    for slug in context.library.slugs(Kind::Quiz) {
        quizzes.push(read::load(&context.library, slug)?);
    }
    let mut drills = Vec::new();
    for slug in context.library.slugs(Kind::Drill) {
        drills.push(drill::read::load(&context.library, slug)?);
    }
    Ok((quizzes, drills))
}

/// Sections of the topic that holds the advice: id and title.
fn sections(context: &Context) -> Vec<(String, String)> {
    const TOPIC: &str = "resume";
    let Ok((source, _)) = topic::source(&context.library, TOPIC, context.lang) else {
        return Vec::new();
    };
    Topic::read(&source, TOPIC).map_or_else(
        |_| Vec::new(),
        |topic| topic.sections.into_iter().map(|section| (section.id, section.title)).collect(),
    )
}
