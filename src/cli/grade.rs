//! `prep grade`: a class's submissions in, one table back.

use std::path::{Path, PathBuf};

use clap::Args;

use super::growing::Growing;
use super::paper::{refused, show};
use super::{Context, Done, Failure};
use crate::content::text::{Text, both};
use crate::content::{files_of, read_bytes};
use crate::practice::class::{self, Class, Handed, Marks, mark_line};
use crate::practice::key::{self, Key};
use crate::practice::{paper, submission};
use crate::quiz::question::QuestionKind;
use crate::report::document::{Block, Document, Span};
use crate::report::render::{html, terminal};
use crate::report::view;

/// Grade the submissions of a class
///
/// Everything is graded again from the answers; a score inside a submission does not exist. Damage,
/// later edits, the wrong paper, lateness, duplicates and copies are named. Answers in words are
/// put to you in the terminal, point by point; the marks are kept beside the key in NAME.grades.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep grade week3.key submissions/\n  prep grade week3.key submissions/ --csv week3.csv --feedback pages/\n  prep grade week3.key submissions/ --json\n\nExit codes: 0 every file graded, 1 a file was not, 2 wrong input"
)]
pub(super) struct GradeArgs {
    /// The key that `prep assign new` wrote
    key: PathBuf,
    /// A directory with the files that students sent
    submissions: PathBuf,
    /// Write the table of students as CSV; - for standard output
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the whole report as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a page for each student
    #[arg(long, value_name = "DIR")]
    feedback: Option<PathBuf>,
    /// Print as JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Leave answers in words for later
    #[arg(long)]
    no_marking: bool,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &GradeArgs) -> Result<Done, Failure> {
    let bytes = read_bytes(&args.key, paper::BYTES_MAX)?;
    let key = key::open(&bytes).map_err(|fault| refused(&args.key, &fault))?;
    let files = files(&args.submissions)?;
    let marks = marked(context, args, &key, &files)?;
    let graded = class::class(&key, &files, &marks);
    if let Some(path) = &args.html {
        let page = html::page(&view::class::class(&graded, context.lang), context.lang);
        context.out.file(path, &page)?;
    }
    if let Some(dir) = &args.feedback {
        feedback(context, dir, &graded)?;
    }
    match &args.csv {
        Some(path) if path.as_os_str() == "-" => {
            context.out.print(&view::class::csv(&graded, context.lang))?;
        }
        Some(path) => context.out.file(path, &view::class::csv(&graded, context.lang))?,
        None => {}
    }
    if args.json {
        let json = view::class::json(&graded, context.lang);
        context.out.print(&(serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"))?;
    } else if args.csv.as_ref().is_none_or(|path| path.as_os_str() != "-") {
        let document = view::class::class(&graded, context.lang);
        let text = terminal::render(&document, context.out.style(args.width));
        context.out.print(&text)?;
    }
    Ok(if graded.refused.is_empty() { Done::Fine } else { Done::No })
}

fn files(dir: &Path) -> Result<Vec<Handed>, Failure> {
    let mut files = Vec::new();
    for path in files_of(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = read_bytes(&path, submission::BYTES_MAX)?;
        files.push(Handed { name, bytes });
    }
    Ok(files)
}

/// One page each. The names of students are letters, digits and hyphens: no path leads out of the
/// directory.
fn feedback(context: &mut Context, dir: &Path, graded: &Class<'_>) -> Result<(), Failure> {
    context.out.directory(dir)?;
    for row in &graded.rows {
        let page = html::page(&view::class::page(graded, row, context.lang), context.lang);
        context.out.file(&dir.join(format!("{}.html", row.student)), &page)?;
    }
    Ok(())
}

/// All marks, after those that were missing were asked for where there is somebody to ask.
fn marked(
    context: &mut Context,
    args: &GradeArgs,
    key: &Key,
    files: &[Handed],
) -> Result<Marks, Failure> {
    let path = args.key.with_extension("grades");
    let waiting = |marks: &Marks| class::class(key, files, marks).waiting().len();
    let asks = !args.no_marking && context.out.is_asked();
    if !path.exists() && (!asks || waiting(&Marks::default()) == 0) {
        return Ok(Marks::default());
    }
    let (mut growing, bytes) = Growing::open(&path, class::MARKS_MAX)?;
    let (mut marks, whole) = Marks::read(&bytes).map_err(|fault| refused(&path, &fault.0))?;
    if whole < bytes.len() {
        growing.cut(whole)?;
    }
    let graded = class::class(key, files, &marks.clone());
    let waiting = graded.waiting();
    if !asks {
        return Ok(marks);
    }
    let of = waiting.len();
    for (number, (row, answer)) in (1..).zip(waiting) {
        let row = &graded.rows[row];
        let answered = &row.answers[answer];
        let Some(line) = &answered.line else { continue };
        let Some(points) = mark(context, answered, (number, of))? else { break };
        let digest = line.digest();
        growing.append(&mark_line(&digest, &row.student, &line.question, &points))?;
        marks.add(digest, points);
    }
    Ok(marks)
}

/// Asks which points of the rubric an answer makes; `None` to go on later. The student's name is
/// not shown: the answer is marked.
fn mark(
    context: &mut Context,
    answered: &class::Answered<'_>,
    (number, of): (usize, usize),
) -> Result<Option<Vec<String>>, Failure> {
    let QuestionKind::Open(open) = &answered.key.question.kind else { return Ok(None) };
    let Some(line) = &answered.line else { return Ok(None) };
    let lang = context.lang;
    let place = both!("Answer {number} of {of}", "답안 {of}개 중 {number}번");
    let blocks = vec![
        Block::Paragraph(vec![Span::Strong(vec![Span::text(place.get(lang))])]),
        Block::Paragraph(view::quiz::inline(answered.drawn.ask.get(lang))),
        view::class::answer(line),
    ];
    show(context, &Document { title: String::new(), blocks })?;
    let mut made = Vec::new();
    for point in &open.points {
        loop {
            let text = &point.text;
            let (en, ko) = (&text.en, &text.ko);
            let ask: Text = both!("{en} (y/n, q later)? ", "{ko} (y/n, q는 나중에)? ");
            context.out.print(ask.get(lang))?;
            match context.out.read_line()?.as_deref() {
                None | Some("q") => return Ok(None),
                Some("y" | "Y" | "ㅛ") => made.push(point.id.clone()),
                Some("n" | "N" | "ㅜ") => {}
                Some(_) => continue,
            }
            break;
        }
    }
    Ok(Some(made))
}
