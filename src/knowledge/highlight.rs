//! Which part of a piece of code is a keyword, a string, a comment or a number.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Keyword,
    String,
    Comment,
    Number,
    Plain,
}

/// Code longer than this, or with a longer line, stays plain: nobody reads it for its colours.
const CODE_MAX: usize = 32 * 1024;
const LINE_MAX: usize = 1000;

/// Reading the syntaxes takes about a millisecond, the first code of a language some tens of them:
/// both happen only when code is coloured.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// What the beginning of a scope's name says; the first that fits a scope counts.
static KINDS: LazyLock<Vec<(Scope, Kind)>> = LazyLock::new(|| {
    let names = [
        ("comment", Kind::Comment),
        // The keys of YAML, which are strings besides.
        ("entity.name.tag", Kind::Keyword),
        ("string", Kind::String),
        ("constant.numeric", Kind::Number),
        ("constant.language", Kind::Keyword),
        // The signs of operators are loud enough.
        ("keyword.operator", Kind::Plain),
        ("keyword", Kind::Keyword),
        ("storage", Kind::Keyword),
    ];
    names.into_iter().filter_map(|(name, kind)| Some((Scope::new(name).ok()?, kind))).collect()
});

/// The lines of `code`, each in pieces that together are the line without its end. `None` if the
/// language has no known syntax, or the code is too long.
pub(crate) fn lines(language: &str, code: &str) -> Option<Vec<Vec<(Kind, String)>>> {
    let plain = ["", "text", "txt", "plain", "prep"];
    let long = |code: &str| code.len() > CODE_MAX || code.lines().any(|line| line.len() > LINE_MAX);
    if plain.contains(&language) || long(code) {
        return None;
    }
    let syntax = SYNTAXES.find_syntax_by_token(language)?;
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut lines = Vec::new();
    for line in code.lines() {
        let ended = format!("{line}\n");
        let changes = state.parse_line(&ended, &SYNTAXES).ok()?;
        let mut pieces: Vec<(Kind, String)> = Vec::new();
        let mut from = 0;
        for (at, change) in &changes {
            add(&mut pieces, &stack, line.get(from..(*at).min(line.len())));
            from = (*at).min(line.len());
            stack.apply(change).ok()?;
        }
        add(&mut pieces, &stack, line.get(from..));
        lines.push(pieces);
    }
    Some(lines)
}

fn add(pieces: &mut Vec<(Kind, String)>, stack: &ScopeStack, words: Option<&str>) {
    let Some(words) = words.filter(|words| !words.is_empty()) else { return };
    let kind = kind(stack);
    match pieces.last_mut() {
        // A gap between two words of a kind is of that kind.
        Some((last, text)) if *last == kind => *text += words,
        _ => pieces.push((kind, words.to_owned())),
    }
}

/// The innermost scope that says something.
fn kind(stack: &ScopeStack) -> Kind {
    let says = |scope: &Scope| {
        KINDS.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, kind)| *kind)
    };
    stack.as_slice().iter().rev().find_map(says).unwrap_or(Kind::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces as `k:select` and the like, plain ones as they are.
    fn shown(language: &str, code: &str) -> Option<Vec<String>> {
        let piece = |(kind, words): &(Kind, String)| match kind {
            Kind::Keyword => format!("k:{words}"),
            Kind::String => format!("s:{words}"),
            Kind::Comment => format!("c:{words}"),
            Kind::Number => format!("n:{words}"),
            Kind::Plain => words.clone(),
        };
        let lines = lines(language, code)?;
        Some(
            lines.iter().map(|line| line.iter().map(piece).collect::<Vec<_>>().join("¦")).collect(),
        )
    }

    #[test]
    fn languages_of_the_topics_are_told_apart() {
        let cases: [(&str, &str, &[&str]); 5] = [
            (
                "sql",
                "select a, 'x' from t where n >= 10 -- why\n\nUPDATE t SET n = 1",
                &[
                    "k:select¦ a, ¦s:'x'¦ ¦k:from¦ t ¦k:where¦ n >= ¦n:10¦ ¦c:-- why",
                    "",
                    "k:UPDATE¦ t ¦k:SET¦ n = ¦n:1",
                ],
            ),
            (
                "yaml",
                "a:\n  b: 1 # c\n  d: \"x\"\n",
                &["k:a¦:", "  ¦k:b¦: ¦n:1¦ ¦c:# c", "  ¦k:d¦: ¦s:\"x\""],
            ),
            ("properties", "a.b=1\n# c\n", &["k:a.b¦=1", "c:# c"]),
            (
                "bash",
                "if curl -s \"$URL\"; then echo 1; fi # ok",
                &["k:if¦ curl -s ¦s:\"$URL\"¦; ¦k:then¦ echo 1; ¦k:fi¦ ¦c:# ok"],
            ),
            ("java", "public int x = 1; // 풀\n", &["k:public¦ ¦k:int¦ x = ¦n:1¦; ¦c:// 풀"]),
        ];
        for (language, code, expected) in cases {
            assert_eq!(shown(language, code).unwrap(), expected, "{language}");
        }
    }

    #[test]
    fn what_has_no_syntax_stays_plain() {
        for language in ["", "text", "prep", "promql", "no-such-language", "\u{1b}[31m"] {
            assert_eq!(lines(language, "select 1"), None, "{language:?}");
        }
        assert_eq!(lines("sql", &"select 1\n".repeat(CODE_MAX)), None);
        assert_eq!(lines("sql", &"x".repeat(LINE_MAX + 1)), None);
    }

    #[test]
    fn pieces_are_the_code_again() {
        for code in [
            "",
            "\n",
            "'",
            "/*\n",
            "\"\\\n\"",
            "select '\n' --\t가\u{301}👩\u{200d}👧",
            "<<X\n$(\n",
        ] {
            for language in ["sql", "yaml", "properties", "bash", "java", "json", "md", "html"] {
                let lines = lines(language, code).unwrap();
                let words = |line: &Vec<(Kind, String)>| {
                    line.iter().map(|(_, words)| words.as_str()).collect::<String>()
                };
                let again: Vec<String> = lines.iter().map(words).collect();
                assert_eq!(again, code.lines().collect::<Vec<_>>(), "{language}");
            }
        }
    }
}
