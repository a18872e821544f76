//! Questions as GIFT, the text format that Moodle imports.
//!
//! Every text is HTML: of Moodle's formats the one that shows exactly what is meant. Nothing of it
//! can be taken for markup of GIFT, since its characters are escaped.

use crate::content::text::{Lang, both};
use crate::quiz::gift::{UNIT_CLASS, class_of};
use crate::quiz::question::{Choice, OpenQuestion, Question, QuestionKind, Worded};

use super::asked::{Asked, NotAsked, Reason, Value, unit_words};
use super::html;

/// Weights in percent that Moodle knows, for 1 to 10 right options.
const WEIGHTS: [&str; 10] =
    ["100", "50", "33.33333", "25", "20", "16.66667", "14.28571", "12.5", "11.11111", "10"];

/// All questions that Moodle can ask as one file, and those that it cannot.
pub(crate) fn text(asked: &[Asked<'_>], lang: Lang) -> (String, Vec<NotAsked>) {
    let mut out = String::new();
    let mut not_asked = Vec::new();
    let mut category = None;
    for asked in asked {
        match question(asked, lang) {
            Err(reason) => not_asked.push(reason),
            Ok(question) => {
                if category != Some(&asked.quiz.slug) {
                    category = Some(&asked.quiz.slug);
                    out += &format!("$CATEGORY: prep/{}\n\n", asked.quiz.slug);
                }
                out += &question;
            }
        }
    }
    (out, not_asked)
}

fn question(asked: &Asked<'_>, lang: Lang) -> Result<String, NotAsked> {
    let Asked { question, .. } = asked;
    let (id, kind) = (asked.id(), question.kind.name());
    let ask = escaped(&asked.html(lang)?);
    let (note, answers) = match &question.kind {
        QuestionKind::Choice { options } | QuestionKind::Trace { options, .. } => {
            (String::new(), one_of(options, lang))
        }
        QuestionKind::Diagnose(run) => (String::new(), one_of(&run.options, lang)),
        QuestionKind::Several { options } => {
            let answers = some_of(options, lang);
            (String::new(), answers.ok_or_else(|| asked.not_asked(Reason::Weights))?)
        }
        QuestionKind::Number(_) | QuestionKind::Sim(_) | QuestionKind::Predict(_) => {
            let value = asked.value()?.ok_or_else(|| asked.not_asked(Reason::Simulated))?;
            (unit_paragraph(&value, lang), numerical(&value, lang))
        }
        QuestionKind::Order(order) => {
            (place_paragraph(order.steps.len(), lang), matching(&order.steps, lang))
        }
        QuestionKind::Open(_) => (String::new(), String::new()),
    };
    let general = escaped(&general_feedback(question, lang));
    Ok(format!(
        "// [id:{id}] [tag:{kind}]\n::{}::[html]{ask}{note}{{{answers}\n\t####{general}\n}}\n\n",
        escaped(&id)
    ))
}

/// Shown after any answer.
fn general_feedback(question: &Question, lang: Lang) -> String {
    let why = leading(&html::words(question.why.get(lang)));
    match &question.kind {
        QuestionKind::Open(open) => why + &rubric(open, lang),
        _ => why,
    }
}

/// The model answer, and what a good answer says with its weight.
fn rubric(open: &OpenQuestion, lang: Lang) -> String {
    let points: Vec<String> = open
        .points
        .iter()
        .map(|point| format!("{} (×{})", point.text.get(lang), point.weight))
        .collect();
    let model = html::words(open.model.get(lang));
    format!("<p>{model}</p>{}", html::list(false, points.iter().map(String::as_str)))
}

fn unit_paragraph(value: &Value<'_>, lang: Lang) -> String {
    let (class, words) = (class_of(value.unit), unit_words(value.unit));
    escaped(&format!("<p class=\"{UNIT_CLASS}{class}\">{}</p>", html::words(words.get(lang))))
}

fn place_paragraph(steps: usize, lang: Lang) -> String {
    let words = both!(
        "Give each step its place, 1 to {steps}.",
        "단계마다 몇 번째인지 1~{steps}에서 고르세요."
    );
    escaped(&format!("<p>{}</p>", html::words(words.get(lang))))
}

fn one_of(options: &[Choice], lang: Lang) -> String {
    let rows = options.iter().map(|option| {
        let mark = if option.right { '=' } else { '~' };
        format!("\n\t{mark}{}", option_text(option, lang))
    });
    rows.collect()
}

/// A wrong option takes off what a right one gives, and Moodle gives no less than nothing: the
/// same points as ours. `None` where Moodle knows no such weight.
fn some_of(options: &[Choice], lang: Lang) -> Option<String> {
    let right = options.iter().filter(|option| option.right).count();
    let weight = WEIGHTS.get(right.checked_sub(1)?)?;
    let rows = options.iter().map(|option| {
        let sign = if option.right { "" } else { "-" };
        format!("\n\t~%{sign}{weight}%{}", option_text(option, lang))
    });
    Some(rows.collect())
}

fn option_text(option: &Choice, lang: Lang) -> String {
    format!("{}#{}", part(option.text.get(lang)), part(option.why.get(lang)))
}

/// The first range that fits decides, so the right one comes first.
fn numerical(value: &Value<'_>, lang: Lang) -> String {
    let right = range(100, value.low, value.right, value.high);
    let wrong = value.wrong.iter().map(|wrong| {
        let middle = f64::midpoint(wrong.low, wrong.high);
        format!("{}#{}", range(0, wrong.low, middle, wrong.high), part(wrong.why.get(lang)))
    });
    format!("#{right}{}", wrong.collect::<String>())
}

/// A value with its tolerance, or two ends where the value is not in the middle.
fn range(weight: u32, low: f64, value: f64, high: f64) -> String {
    let (below, above) = (value - low, high - value);
    let is_even = (below - above).abs() <= 1e-9 * value.abs().max(1e-9);
    let span = match is_even {
        true => format!("{}:{}", short(value), short(above)),
        false => format!("{}..{}", short(low), short(high)),
    };
    format!("\n\t=%{weight}%{span}")
}

/// Twelve significant digits: what lies beyond them comes from the arithmetic.
fn short(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// Every step is to be matched with its place.
fn matching(steps: &[Worded], lang: Lang) -> String {
    let rows = steps.iter().zip(1..).map(|(step, place): (&Worded, usize)| {
        // The words of HTML have no arrow: its head is an entity.
        format!("\n\t={} -> {place}", part(step.text.get(lang)))
    });
    rows.collect()
}

/// A text within the answers.
fn part(words: &str) -> String {
    escaped(&leading(&html::words(words)))
}

/// What would be read as a weight or as the name of a format at the start of a text, as an entity.
fn leading(html: &str) -> String {
    if let Some(rest) = html.strip_prefix('%') {
        return format!("&#37;{rest}");
    }
    html.strip_prefix('[').map_or_else(|| html.to_owned(), |rest| format!("&#91;{rest}"))
}

/// The characters that GIFT gives a meaning behind a backslash.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '~' | '=' | '#' | '{' | '}' | ':') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests;
