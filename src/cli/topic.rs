//! `prep topic`: list the topics, read one.

use std::path::PathBuf;

use clap::Args;

use super::{Context, Done, Failure};
use crate::content::problem::{Source, nearest};
use crate::content::text::{Lang, Text, both};
use crate::content::{Kind, Library};
use crate::knowledge::search::search;
use crate::knowledge::{
    self, Miss, path,
    topic::{Shape, Topic},
};
use crate::practice::card;
use crate::report::document::Document;
use crate::report::render::{html, markdown, terminal};
use crate::report::view;
use crate::sims::outcome::committed;

/// Read a study topic
///
/// Without NAME, lists the topics. NAME is a slug, an alias in either language, or the beginning
/// of a slug; NAME#SECTION shows one section.
#[derive(Args)]
#[command(
    group(clap::ArgGroup::new("order").args(["path", "wanted"])),
    after_help = "Examples:\n  prep topic\n  prep topic hikari\n  prep topic db-locks#red-flags    one section of it\n  prep topic --path                what to learn after what, and what you have answered\n  prep topic --path caching        only what leads there\n  prep topic --for \"stale reads\"   where to start for these words\n  prep topic 커넥션풀 --lang ko\n  prep topic tomcat-threads --html -o tomcat.html"
)]
pub(super) struct TopicArgs {
    name: Option<String>,
    /// The topics in the order in which they build on each other; with NAME only those that lead
    /// there
    #[arg(long, conflicts_with = "raw")]
    path: bool,
    /// Find where to start: the topics that fit the words best, and the path that leads to each
    #[arg(long = "for", value_name = "WORDS", conflicts_with_all = ["name", "raw"])]
    wanted: Option<String>,
    /// Directory of the record of answers, for --path and --for; otherwise the user's data
    /// directory
    #[arg(long, value_name = "DIR", requires = "order")]
    data: Option<PathBuf>,
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
    if let Some(words) = &args.wanted {
        return start(context, args, words);
    }
    if args.path {
        return path(context, args);
    }
    let Some(name) = &args.name else { return list(context, args) };
    let (name, section) = match name.split_once('#') {
        Some((name, section)) => (name, Some(section)),
        None => (name.as_str(), None),
    };
    let slug = find(&context.library, name)?;
    let (source, lang) = source(&context.library, &slug, context.lang)?;
    if lang != context.lang {
        let note = both!("", "이 주제는 아직 한국어가 없어 영어로 보여 줍니다.\n");
        context.out.tell(note.get(context.lang));
    }
    if args.raw && section.is_none() {
        return emit(context, args, &source.text);
    }
    let topic = Topic::read(&source, &slug)?;
    let runs = committed::runs(&context.library, topic.sims_shown());
    let document = match section {
        None => {
            let after = knowledge::requiring(&context.library, &slug);
            view::topic::topic(&topic, &after, &runs, lang)
        }
        Some(section) => {
            let part = topic.part(section).ok_or_else(|| no_section(&source, &topic, section))?;
            view::topic::part(&topic, section, part, &runs, lang)
        }
    };
    let text = show(context, args, &document, lang);
    emit(context, args, &text)
}

/// The slug that a name means.
pub(super) fn find(library: &Library, name: &str) -> Result<String, Failure> {
    knowledge::find(library, name).map_err(|miss| {
        let found = match miss {
            Miss::Unknown { nearest: None } => found_by_words(library, name),
            _ => None,
        };
        let hint = found.unwrap_or_else(|| miss.hint());
        Failure::from(Source::new("topics", "").problem_of_file(miss.what(name)).hint(hint))
    })
}

/// Topics that are no topic's name but have these words in them.
fn found_by_words(library: &Library, words: &str) -> Option<Text> {
    let topics = super::search::topics(library);
    let answer = search(&topics, words, Lang::default(), START_MAX);
    let slugs: Vec<String> = answer.hits.iter().map(|hit| format!("`{}`", hit.entry.id)).collect();
    let names = slugs.join(", ");
    (!slugs.is_empty())
        .then(|| both!("these words are found in {names}", "이 말이 나오는 주제: {names}"))
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

fn no_section(source: &Source, topic: &Topic, section: &str) -> Failure {
    let ids = || topic.sections.iter().map(|section| section.id.as_str());
    let slug = &topic.slug;
    let problem = source.problem_of_file(both!(
        "the topic `{slug}` has no section `{section}`",
        "`{slug}` 주제에는 `{section}` 절이 없습니다"
    ));
    let near = nearest(section, ids());
    let known = ids().collect::<Vec<_>>().join(", ");
    Failure::from(problem.hint(match near {
        Some(near) => both!("did you mean `{near}`?", "`{near}`을(를) 찾으시나요?"),
        None => both!("its sections: {known}", "있는 절: {known}"),
    }))
}

fn all(context: &Context) -> Result<Vec<Topic>, Failure> {
    let mut topics = Vec::new();
    for slug in context.library.slugs(Kind::Topic) {
        let (source, _) = source(&context.library, slug, context.lang)?;
        topics.push(Topic::read(&source, slug)?);
    }
    Ok(topics)
}

fn path(context: &mut Context, args: &TopicArgs) -> Result<Done, Failure> {
    let topics = all(context)?;
    let wanted = match &args.name {
        None => None,
        Some(name) => Some(path::leading_to(&topics, &find(&context.library, name)?)),
    };
    let steps = path::path(&topics);
    let steps: Vec<&Topic> = steps
        .into_iter()
        .filter(|topic| wanted.as_ref().is_none_or(|wanted| wanted.contains(topic.slug.as_str())))
        .collect();
    let quizzes = card::quizzes(&context.library);
    let answered = super::quiz::answered(args.data.as_deref())?;
    let document = view::topic::path(&steps, &quizzes, &answered, context.lang);
    let text = show(context, args, &document, context.lang);
    emit(context, args, &text)
}

/// Most topics that `--for` and a hint name.
const START_MAX: usize = 3;

/// Where to start for these words.
fn start(context: &mut Context, args: &TopicArgs, words: &str) -> Result<Done, Failure> {
    let topics = all(context)?;
    let is_topic =
        |slug: &str| topics.iter().any(|topic| topic.slug == slug && topic.shape == Shape::Topic);
    let mut entries = super::search::topics(&context.library);
    entries.retain(|entry| is_topic(&entry.id));
    let answer = search(&entries, words, context.lang, START_MAX);
    if answer.hits.is_empty() {
        let document = view::search::search(words, &answer, context.lang);
        let text = show(context, args, &document, context.lang);
        emit(context, args, &text)?;
        return Ok(Done::No);
    }
    let steps = path::path(&topics);
    let paths: Vec<Vec<&Topic>> = answer
        .hits
        .iter()
        .map(|hit| {
            let leading = path::leading_to(&topics, &hit.entry.id);
            steps.iter().copied().filter(|topic| leading.contains(topic.slug.as_str())).collect()
        })
        .collect();
    let quizzes = card::quizzes(&context.library);
    let answered = super::quiz::answered(args.data.as_deref())?;
    let document = view::topic::start(&answer, &paths, &quizzes, &answered, context.lang);
    let text = show(context, args, &document, context.lang);
    emit(context, args, &text)
}

fn list(context: &mut Context, args: &TopicArgs) -> Result<Done, Failure> {
    let topics = all(context)?;
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
