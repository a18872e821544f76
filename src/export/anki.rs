//! Questions as notes for Anki: lines of fields with tabs between them, which Anki imports.
//!
//! A note is known by its id and by nothing of its words, so a file that is imported again mends
//! the notes and keeps what was learnt.

use crate::content::text::{Lang, Text, both};
use crate::quiz::order;
use crate::quiz::question::{Choice, OpenQuestion, OrderQuestion, QuestionKind};

use super::asked::{Asked, NotAsked, Value};
use super::html;

/// What the columns are, for Anki 2.1.55 and later.
const HEAD: &str = "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n\
                    #deck column:3\n#tags column:6\n";

/// The note type that every collection has; it has the fields Front and Back.
const NOTE_TYPE: &str = "Basic";

/// All questions that a card can ask as one file, and those that it cannot.
pub(crate) fn text(asked: &[Asked<'_>], lang: Lang) -> (String, Vec<NotAsked>) {
    let mut out = HEAD.to_owned();
    let mut not_asked = Vec::new();
    for asked in asked {
        match note(asked, lang) {
            Ok(fields) => out += &(fields.join("\t") + "\n"),
            Err(reason) => not_asked.push(reason),
        }
    }
    (out, not_asked)
}

/// The name under which Anki knows a question in a language.
fn guid(asked: &Asked<'_>, lang: Lang) -> String {
    let id = asked.id();
    match lang {
        Lang::En => format!("prep:{id}"),
        Lang::Ko => format!("prep:{id}:ko"),
    }
}

fn note(asked: &Asked<'_>, lang: Lang) -> Result<[String; 6], NotAsked> {
    let (topic, kind) = (&asked.quiz.slug, asked.question.kind.name());
    let deck = format!("prep::{topic}");
    let (front, back) = (front(asked, lang)?, back(asked, lang)?);
    let tags = format!("{topic} {kind}");
    Ok([guid(asked, lang), NOTE_TYPE.to_owned(), deck, front, back, tags])
}

fn front(asked: &Asked<'_>, lang: Lang) -> Result<String, NotAsked> {
    let ask = asked.html(lang)?;
    let shown = asked.question.kind.options();
    Ok(match &asked.question.kind {
        QuestionKind::Order(order) => {
            let steps = mixed(order, &asked.question.id);
            ask + &html::list(true, steps.into_iter().map(|at| order.steps[at].text.get(lang)))
        }
        QuestionKind::Several { .. } => {
            let several = both!("Several may be right.", "정답이 여럿일 수 있습니다.");
            format!("{ask}<br>{}{}", html::words(several.get(lang)), options(shown, lang))
        }
        _ if shown.is_empty() => ask,
        _ => ask + &options(shown, lang),
    })
}

fn options(options: &[Choice], lang: Lang) -> String {
    html::list(true, options.iter().map(|option| option.text.get(lang)))
}

/// The steps in an order that is not the right one, and always the same.
fn mixed(asked: &OrderQuestion, id: &str) -> Vec<usize> {
    let mut order = order::shuffled(asked.steps.len(), order::seed_for(0, id));
    if order.is_sorted() {
        order.rotate_left(1);
    }
    order
}

fn back(asked: &Asked<'_>, lang: Lang) -> Result<String, NotAsked> {
    let (quiz, question) = (asked.quiz, asked.question);
    let answer = match &question.kind {
        QuestionKind::Order(order) => {
            html::list(false, order.steps.iter().map(|step| step.text.get(lang)))
        }
        QuestionKind::Open(open) => rubric(open, lang),
        kind => match asked.value()? {
            Some(value) => number(&value, lang),
            None => right_options(kind.options(), lang),
        },
    };
    let why = html::words(question.why.get(lang));
    let read = format!("prep topic {}#{}", quiz.slug, question.section.value);
    let see = question.see.iter().map(|see| format!("prep {}", see.value));
    let commands = std::iter::once(read)
        .chain(see)
        .map(|command| format!("<br><code>{}</code>", html::escaped(&command)));
    Ok(format!("{answer}<p>{why}</p>{}", commands.collect::<String>()))
}

/// With the letters of the front, each with its reason.
fn right_options(options: &[Choice], lang: Lang) -> String {
    let right = ('A'..='Z').zip(options).filter(|(_, option)| option.right);
    let rows = right.map(|(letter, option)| {
        let (text, why) = (html::words(option.text.get(lang)), html::words(option.why.get(lang)));
        format!("<p><b>{letter}. {text}</b><br>{why}</p>")
    });
    rows.collect()
}

fn number(value: &Value<'_>, lang: Lang) -> String {
    let unit = value.unit;
    let right = unit.show(value.right);
    let (low, high) = (unit.show(value.low), unit.show(value.high));
    let range = both!("{low} to {high} is right", "{low}~{high}이면 정답");
    format!("<b>{}</b> ({})", html::escaped(&right), html::escaped(range.get(lang)))
}

fn rubric(open: &OpenQuestion, lang: Lang) -> String {
    let points = open.points.iter().map(|point| point.text.get(lang));
    let heading: Text = both!("What a good answer says", "좋은 답에 들어 있는 것");
    let (model, points) = (html::words(open.model.get(lang)), html::list(false, points));
    format!("{model}<br><b>{}</b>{points}", html::words(heading.get(lang)))
}

#[cfg(test)]
mod tests;
