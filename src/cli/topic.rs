//! `prep topic`: list the topics, read one.

use std::path::PathBuf;

use clap::Args;

use super::{Context, Done, Failure};
use crate::content::problem::Source;
use crate::content::text::{Lang, both};
use crate::content::{Kind, Library};
use crate::knowledge::{self, topic::Topic};
use crate::report::document::Document;
use crate::report::render::{html, markdown, terminal};
use crate::report::view;

/// Read a study topic
///
/// Without NAME, lists the topics. NAME is a slug, an alias in either language, or the beginning
/// of a slug.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep topic\n  prep topic hikari\n  prep topic 커넥션풀 --lang ko\n  prep topic tomcat-threads --html -o tomcat.html"
)]
pub(super) struct TopicArgs {
    name: Option<String>,
    /// Print the file as it is written
    #[arg(long, group = "format")]
    raw: bool,
    /// Print as markdown
    #[arg(long, group = "format")]
    markdown: bool,
    /// Print as one HTML page
    #[arg(long, group = "format")]
    html: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &TopicArgs) -> Result<Done, Failure> {
    let Some(name) = &args.name else { return list(context, args) };
    let slug = find(&context.library, name)?;
    let (source, lang) = source(&context.library, &slug, context.lang)?;
    if lang != context.lang {
        let note = both!("", "이 주제는 아직 한국어가 없어 영어로 보여 줍니다.\n");
        context.out.tell(note.get(context.lang));
    }
    if args.raw {
        return emit(context, args, &source.text);
    }
    let topic = Topic::read(&source, &slug)?;
    let document = view::topic::topic(&topic, lang);
    let text = show(context, args, &document, lang);
    emit(context, args, &text)
}

/// The slug that a name means.
pub(super) fn find(library: &Library, name: &str) -> Result<String, Failure> {
    knowledge::find(library, name).map_err(|miss| {
        Failure::from(Source::new("topics", "").problem_of_file(miss.what(name)).hint(miss.hint()))
    })
}

/// The file of a topic in the wanted language, or in English.
pub(super) fn source(library: &Library, slug: &str, lang: Lang) -> Result<(Source, Lang), Failure> {
    let wanted = library.get(Kind::Topic, slug, lang).map(|source| (source, lang));
    let found = wanted.or_else(|| Some((library.get(Kind::Topic, slug, Lang::En)?, Lang::En)));
    found.ok_or_else(|| {
        let source = Source::new(format!("topics/{slug}.md"), "");
        Failure::from(source.problem_of_file(both!("no such file", "파일이 없습니다")))
    })
}

fn list(context: &mut Context, args: &TopicArgs) -> Result<Done, Failure> {
    let mut topics = Vec::new();
    for slug in context.library.slugs(Kind::Topic) {
        let (source, _) = source(&context.library, slug, context.lang)?;
        topics.push(Topic::read(&source, slug)?);
    }
    let document = view::topic::topic_list(&topics, context.lang);
    let text = show(context, args, &document, context.lang);
    emit(context, args, &text)
}

fn show(context: &Context, args: &TopicArgs, document: &Document, lang: Lang) -> String {
    if args.html {
        html::page(document, lang)
    } else if args.markdown {
        markdown::render(document)
    } else {
        let mut style = context.out.style(args.width);
        style.color &= args.output.is_none();
        terminal::render(document, style)
    }
}

fn emit(context: &mut Context, args: &TopicArgs, text: &str) -> Result<Done, Failure> {
    match &args.output {
        Some(path) => context.out.file(path, text)?,
        None if args.html || args.markdown || args.raw => context.out.print(text)?,
        None => context.out.page(text)?,
    }
    Ok(Done::Fine)
}
