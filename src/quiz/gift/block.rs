//! A GIFT file as blocks between empty lines, and a block as characters that know whether they
//! were escaped and where they stand.

/// The characters that GIFT gives a meaning; a backslash takes it away.
const SPECIAL: &str = "~=#{}:\\";

/// Lines between two empty ones, without comments.
pub(super) struct Block {
    pub(super) tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) c: char,
    /// It stands for itself, whatever it is.
    pub(super) escaped: bool,
    /// Byte offset in the file.
    pub(super) at: usize,
}

impl Token {
    /// Whether it is this character with its meaning.
    pub(super) fn is(self, c: char) -> bool {
        self.c == c && !self.escaped
    }
}

pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut tokens = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        // A mark that some editors put at the start of a file.
        let skipped =
            if start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let words = line[skipped..].trim_end_matches(['\n', '\r']);
        if words.trim().is_empty() {
            if !tokens.is_empty() {
                blocks.push(Block { tokens: std::mem::take(&mut tokens) });
            }
        } else if !words.trim_start().starts_with("//") {
            if !tokens.is_empty() {
                tokens.push(Token { c: '\n', escaped: false, at: start.saturating_sub(1) });
            }
            line_tokens(words, start + skipped, &mut tokens);
        }
    }
    if !tokens.is_empty() {
        blocks.push(Block { tokens });
    }
    blocks
}

fn line_tokens(line: &str, start: usize, tokens: &mut Vec<Token>) {
    let mut chars = line.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let at = start + offset;
        let next = chars.peek().map(|(_, next)| *next);
        match next {
            Some('n') if c == '\\' => tokens.push(Token { c: '\n', escaped: true, at }),
            Some(next) if c == '\\' && SPECIAL.contains(next) => {
                tokens.push(Token { c: next, escaped: true, at });
            }
            _ => {
                tokens.push(Token { c, escaped: false, at });
                continue;
            }
        }
        chars.next();
    }
}

/// Without the line `$CATEGORY: ...` at its start.
pub(super) fn without_category(tokens: &[Token]) -> &[Token] {
    const HEAD: &str = "$CATEGORY:";
    let tokens = trim(tokens);
    let is_category =
        tokens.len() >= HEAD.len() && HEAD.chars().zip(tokens).all(|(c, token)| token.c == c);
    if !is_category {
        return tokens;
    }
    tokens.iter().position(|token| token.is('\n')).map_or(&[], |end| &tokens[end..])
}

/// The name in double colons, and what follows it.
pub(super) fn name(tokens: &[Token]) -> (Option<&[Token]>, &[Token]) {
    let is_mark = |pair: &[Token]| pair[0].is(':') && pair[1].is(':');
    if tokens.len() < 2 || !is_mark(&tokens[..2]) {
        return (None, tokens);
    }
    let rest = &tokens[2..];
    match rest.windows(2).position(is_mark) {
        Some(end) => (Some(&rest[..end]), trim(&rest[end + 2..])),
        None => (None, rest),
    }
}

/// The answers, and what follows the last `####`.
pub(super) fn general_feedback(tokens: &[Token]) -> (&[Token], &[Token]) {
    let mark = tokens.windows(4).rposition(|four| four.iter().all(|token| token.is('#')));
    match mark {
        Some(at) => (&tokens[..at], &tokens[at + 4..]),
        None => (tokens, &[]),
    }
}

pub(super) fn find(tokens: &[Token], c: char) -> Option<usize> {
    tokens.iter().position(|token| token.is(c))
}

pub(super) fn trim(tokens: &[Token]) -> &[Token] {
    let is_word = |token: &Token| !token.c.is_whitespace();
    match (tokens.iter().position(is_word), tokens.iter().rposition(is_word)) {
        (Some(first), Some(last)) => &tokens[first..=last],
        _ => &[],
    }
}

/// The characters; a tab is a space.
pub(super) fn text(tokens: &[Token]) -> String {
    tokens.iter().map(|token| if token.c == '\t' { ' ' } else { token.c }).collect()
}
