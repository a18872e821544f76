//! What is dangerous in a Spring Boot configuration, and what a simulation takes from it.

use serde_json::{Value, json};

use crate::content::problem::printable;
use crate::content::text::{Lang, Text, both};
use crate::report::document::{Block, Document, Span, Tone};
use crate::spring::lint::{Finding, Level};
use crate::spring::{Application, Stranger, Why};

/// Names that are listed before the rest is only counted.
const NAMES_MAX: usize = 40;

pub(crate) fn lint(
    application: &Application,
    findings: &[Finding],
    topics: &[&str],
    lang: Lang,
) -> Document {
    let path = printable(&application.path);
    let heading = Block::Heading { level: 1, id: None, text: vec![Span::text(&path)] };
    let mut blocks = vec![heading, Block::Paragraph(summary(application, findings, lang))];
    for finding in findings {
        let tone = match finding.level {
            Level::Warning => Tone::Bad,
            Level::Note => Tone::Muted,
        };
        let place = format!("{}: {}: ", place(finding, lang), level(finding, lang));
        let what = spans(finding.what.get(lang));
        let head = std::iter::once(Span::Toned(tone, place)).chain(what).collect();
        blocks.push(Block::Heading { level: 2, id: None, text: head });
        let label = |text: Text| text.get(lang).to_owned();
        let mut rows = vec![
            (label(both!("Why", "이유")), spans(finding.why.get(lang)).collect()),
            (label(both!("Mend", "고치기")), spans(finding.mend.get(lang)).collect()),
        ];
        if topics.contains(&finding.topic) {
            let command = Span::code(format!("prep topic {}", finding.topic));
            rows.push((label(both!("More", "더 보기")), vec![command]));
        }
        blocks.push(Block::Labelled(rows));
    }
    if let Some(names) = strangers(&application.strangers, lang) {
        blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, names)]));
    }
    Document { title: path, blocks }
}

/// A sentence with its `code`.
fn spans(text: &str) -> impl Iterator<Item = Span> {
    let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(at, part)| if at % 2 == 1 { Span::code(part) } else { Span::text(part) })
}

fn summary(application: &Application, findings: &[Finding], lang: Lang) -> Vec<Span> {
    let warnings = findings.iter().filter(|finding| finding.level == Level::Warning).count();
    let notes = findings.len() - warnings;
    let profiles = profiles(application);
    let read = application.settings.len() + application.unusable.len();
    let unknown = application.strangers.len();
    let text = both!(
        "Profiles: {profiles}. Settings judged: {read}, others: {unknown}. To mend: {warnings}, to know: {notes}.",
        "프로필: {profiles}. 검사한 설정 {read}개, 그 밖의 설정 {unknown}개. 고칠 것 {warnings}개, 알아 둘 것 {notes}개."
    );
    vec![Span::text(text.get(lang))]
}

fn profiles(application: &Application) -> String {
    let shown = application.profiles.iter().map(|name| printable(name));
    shown.collect::<Vec<_>>().join(", ")
}

fn place(finding: &Finding, lang: Lang) -> String {
    let text = match finding.line {
        Some(line) => both!("line {line}", "{line}행"),
        None => both!("default", "기본값"),
    };
    text.get(lang).to_owned()
}

fn level(finding: &Finding, lang: Lang) -> String {
    let text = match finding.level {
        Level::Warning => both!("warning", "경고"),
        Level::Note => both!("note", "참고"),
    };
    text.get(lang).to_owned()
}

/// Names without their values: those may be secrets.
fn strangers(strangers: &[Stranger], lang: Lang) -> Option<String> {
    if strangers.is_empty() {
        return None;
    }
    let mut names: Vec<String> = strangers
        .iter()
        .take(NAMES_MAX)
        .map(|stranger| match &stranger.name {
            Some(name) => name.clone(),
            None => {
                let line = stranger.line;
                both!("(line {line})", "({line}행)").get(lang).to_owned()
            }
        })
        .collect();
    if let Some(more) = strangers.len().checked_sub(NAMES_MAX).filter(|more| *more > 0) {
        names.push(both!("{more} more", "그 밖에 {more}개").get(lang).to_owned());
    }
    let names = names.join(", ");
    let text = both!(
        "Without meaning here (names only): {names}",
        "여기서 쓰지 않는 설정(이름만 표시): {names}"
    );
    Some(text.get(lang).to_owned())
}

/// What a simulation takes from the file, as lines.
pub(crate) fn used(
    application: &Application,
    used: &[&str],
    overruled: &[(&str, bool)],
    lang: Lang,
) -> String {
    let path = printable(&application.path);
    let profiles = profiles(application);
    let head = both!("{path} (profiles: {profiles})\n", "{path} (프로필: {profiles})\n");
    let mut out = head.get(lang).to_owned();
    let mut line = |text: Text, items: Vec<String>| {
        if !items.is_empty() {
            out += &format!("  {}: {}\n", text.get(lang), items.join(", "));
        }
    };
    let with_value = |name: &&str| match application.setting(name) {
        Some(setting) => format!("{name} = {}", setting.value.show()),
        None => (*name).to_owned(),
    };
    line(both!("used", "사용"), used.iter().map(with_value).collect());
    let beaten = |by_set: bool| {
        let names = overruled.iter().filter(move |(_, set)| *set == by_set);
        names.map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
    };
    line(both!("overruled by the variants", "변형이 덮어씀"), beaten(false));
    line(both!("overruled by --set", "--set이 덮어씀"), beaten(true));
    let idle = application.settings.iter().filter(|setting| !setting.known.simulated);
    let idle = idle.map(|setting| setting.known.name.clone());
    line(both!("read by the lint only", "검사에만 사용"), idle.collect());
    let lost = application.unusable.iter().filter(|lost| lost.why == Why::Unresolved);
    let lost = lost.map(|lost| lost.known.name.clone());
    line(
        both!(
            "no value (a placeholder without a default; the environment is not read)",
            "값 없음(기본값 없는 플레이스홀더이며 환경 변수는 읽지 않음)"
        ),
        lost.collect(),
    );
    if used.is_empty() && overruled.is_empty() {
        let text = both!(
            "  nothing in it changes the simulation\n",
            "  시뮬레이션을 바꾸는 설정이 없습니다\n"
        );
        out += text.get(lang);
    }
    if let Some(names) = strangers(&application.strangers, lang) {
        out += &format!("  {names}\n");
    }
    out
}

/// What is to mend, a line for each.
pub(crate) fn brief(application: &Application, findings: &[Finding], lang: Lang) -> String {
    let warnings = findings.iter().filter(|finding| finding.level == Level::Warning);
    let mut out = String::new();
    for finding in warnings {
        let (place, level) = (place(finding, lang), level(finding, lang));
        out += &format!("  {place}: {level}: {}\n", finding.what.get(lang));
    }
    if !out.is_empty() {
        let path = printable(&application.path);
        let text = both!(
            "  `prep lint {path}` says why and how to mend it\n",
            "  이유와 고치는 법은 `prep lint {path}`에서 볼 수 있습니다\n"
        );
        out += text.get(lang);
    }
    out
}

/// `prep.lint/1`.
pub(crate) fn json(
    application: &Application,
    findings: &[Finding],
    topics: &[&str],
    lang: Lang,
) -> Value {
    let found = findings.iter().map(|finding| {
        json!({
            "rule": finding.rule,
            "level": finding.level.word(),
            "line": finding.line,
            "name": finding.name,
            "what": finding.what.get(lang),
            "why": finding.why.get(lang),
            "mend": finding.mend.get(lang),
            "topic": Some(finding.topic).filter(|topic| topics.contains(topic)),
        })
    });
    let settings = application.settings.iter().map(|setting| {
        json!({
            "name": setting.known.name,
            "value": setting.value.show(),
            "line": setting.line,
            "simulated": setting.known.simulated,
        })
    });
    let strangers = application.strangers.iter();
    json!({
        "format": "prep.lint/1",
        "file": application.path,
        "profiles": application.profiles,
        "settings": settings.collect::<Vec<_>>(),
        "not_understood": strangers
            .map(|stranger| json!({ "name": stranger.name, "line": stranger.line }))
            .collect::<Vec<_>>(),
        "findings": found.collect::<Vec<_>>(),
    })
}
