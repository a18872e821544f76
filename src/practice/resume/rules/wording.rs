//! Words that say that something was there: verbs, lists of endpoints, shares of work.

use crate::content::text::both;

use super::super::layout::{Layout, Line};
use super::super::technologies::Named;
use super::super::{Finding, Level};
use super::{has_figure, shown};

const VAGUE_ENGLISH: [&str; 11] = [
    "used",
    "utilized",
    "participated",
    "experienced",
    "worked on",
    "involved in",
    "responsible for",
    "helped",
    "familiar with",
    "experience with",
    "experience in",
];

/// A list of endpoints where work should stand.
pub(super) fn api_list(
    layout: &Layout,
    at: usize,
    line: &Line,
    known: &[Named],
) -> Option<Finding> {
    let count = line.prose.matches("API").count();
    let crud = line.prose.contains("CRUD");
    if (count < 3 && !crud) || has_figure(layout, at, known) {
        return None;
    }
    Some(Finding {
        rule: "api-list",
        level: Level::Mend,
        line: line.number,
        words: shown(&line.prose),
        why: both!(
            "a list of APIs says what there is, not what you worked out",
            "API 목록은 무엇이 있는지만 말하고 무엇을 해결했는지는 말하지 않습니다"
        ),
        mend: both!(
            "one development with its difficulty and number: which problem, which decision, what came out",
            "개발한 것 하나를 어려웠던 점, 결정, 결과 숫자와 함께 구체적으로 쓰세요"
        ),
        section: "work",
    })
}

/// `Contribution: 40 %`.
pub(super) fn share_of_work(line: &Line) -> Option<Finding> {
    let lower = line.prose.to_lowercase();
    let (place, word) =
        ["기여도", "contribution"].iter().find_map(|it| Some((lower.find(it)?, *it)))?;
    let after = &lower[place + word.len()..];
    let percent = after.find('%')?;
    let between = &after[..percent];
    if between.chars().count() > 12 || !between.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    Some(Finding {
        rule: "contribution",
        level: Level::Mend,
        line: line.number,
        words: lower[place..=place + word.len() + percent].to_owned(),
        why: both!("a share of what? It invites that question", "무엇의 비율인지 묻게 됩니다"),
        mend: both!(
            "write the work: \"orders and payment, 4 of 9 endpoints\"",
            "한 일을 적으세요: \"주문·결제 담당, API 9개 중 4개\""
        ),
        section: "surroundings",
    })
}

/// A verb that says that a tool was there, and nothing else.
pub(super) fn vague(layout: &Layout, at: usize, line: &Line, known: &[Named]) -> Option<Finding> {
    let words = vague_english(&line.prose).or_else(|| vague_korean(&line.prose))?;
    if has_figure(layout, at, known) {
        return None;
    }
    Some(Finding {
        rule: "verb",
        level: Level::Mend,
        line: line.number,
        why: both!(
            "\"{words}\" says that it was there, not what you did",
            "\"{words}\"은(는) 있었다는 말이지 무엇을 했다는 말이 아닙니다"
        ),
        mend: both!(
            "say what you built or changed, and what came out, with a number",
            "무엇을 만들거나 바꿨고 결과가 어땠는지 숫자와 함께 쓰세요"
        ),
        words,
        section: "work",
    })
}

fn vague_english(prose: &str) -> Option<String> {
    let lower = prose.to_lowercase();
    let is_word = |at: usize, word: &str| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    // `is used by`, `memory used` are about things.
    let passive = ["is used", "are used", "be used", "was used", "were used", "memory used"];
    VAGUE_ENGLISH
        .iter()
        .find(|word| {
            let mut places = lower.match_indices(**word);
            places.any(|(at, word)| is_word(at, word))
                && !(**word == "used" && passive.iter().any(|passive| lower.contains(passive)))
        })
        .map(|word| (*word).to_owned())
}

/// `~을 사용`, `활용`, `경험`, `참여`, `담당` where a sentence ends in them.
fn vague_korean(prose: &str) -> Option<String> {
    let ends = |after: &str, verbs: &[&str]| {
        let after = after.trim_start_matches(['*', '_']);
        after.trim().is_empty()
            || after.trim_start().starts_with(['.', ',', ';'])
            || verbs.iter().any(|verb| after.starts_with(verb))
    };
    let verbs: &[(&str, &[&str])] = &[
        ("사용", &["했", "하여", "해", "함", "한 ", "하는", "하였", " 경험", "하고", "합니다"]),
        ("활용", &["했", "하여", "해", "함", "한 ", "하는", "하였", " 경험", "하고", "합니다"]),
        (
            "경험",
            &[
                "했",
                "함",
                "이 있",
                "보유",
                " 보유",
                " 있음",
                "하였",
                "해 봤",
                "해봤",
                "합니다",
                "이 있습니다",
            ],
        ),
        ("참여", &["했", "함", "하여", "해", "하였", " 경험", "합니다"]),
        ("담당", &["했", "함", "하여", "하였", "합니다"]),
    ];
    for (verb, endings) in verbs {
        for (at, _) in prose.match_indices(verb) {
            let before = prose[..at].trim_end();
            // The experience of users is a thing of its own; a label says nothing alone.
            let is_thing = *verb == "경험" && before.ends_with("사용자");
            // Used again, or not used, is said of things.
            let is_other = *verb == "사용" && prose[..at].ends_with(['재', '미']);
            let is_bare = before.trim_start_matches(['-', '*', '•', '·', ' ']).is_empty();
            if !is_thing && !is_other && !is_bare && ends(&prose[at + verb.len()..], endings) {
                let is_end =
                    |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '*' | '_');
                return Some(prose[at..].split(is_end).next().unwrap_or(verb).to_owned());
            }
        }
    }
    None
}
