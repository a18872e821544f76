//! The strings of a TOML text without the checks: for search, which reads all files at once and
//! shall not wait for them. What is wrong with a file is said by `toml_tree`.

use std::borrow::Cow;

use super::toml_tree::DEPTH_MAX;

/// What a scan comes across, in the order of the text.
pub(crate) enum Found<'s, 't> {
    /// `[a.b]` or `[[a.b]]`.
    Header(&'s [&'t str]),
    /// A string, or one of an array, under the keys that lead to it from the root.
    Str(&'s [&'t str], Cow<'t, str>),
}

/// Calls `found` for every header and every string. A text that is no TOML gives what can be read
/// of it.
pub(crate) fn scan<'t>(text: &'t str, found: impl FnMut(Found<'_, 't>)) {
    let mut scan = Scan { text, at: 0, path: Vec::new(), found };
    let mut header = 0;
    while let Some(byte) = scan.skip_blank() {
        scan.path.truncate(header);
        if byte == b'[' {
            scan.path.clear();
            while scan.peek() == Some(b'[') {
                scan.at += 1;
            }
            scan.keys(b']');
            header = scan.path.len();
            while scan.peek() == Some(b']') {
                scan.at += 1;
            }
            (scan.found)(Found::Header(&scan.path));
        } else if scan.keys(b'=') {
            scan.at += 1;
            scan.value(0);
        }
    }
}

struct Scan<'t, F> {
    text: &'t str,
    at: usize,
    path: Vec<&'t str>,
    found: F,
}

impl<'t, F: FnMut(Found<'_, 't>)> Scan<'t, F> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Past white space, commas and comments to the next byte.
    fn skip_blank(&mut self) -> Option<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                b'#' => self.skip_to(b"\n"),
                byte => return Some(byte),
            }
        }
    }

    /// To the next of these bytes, or the end.
    fn skip_to(&mut self, stops: &[u8]) {
        let rest = &self.text.as_bytes()[self.at..];
        let found = rest.iter().position(|byte| stops.contains(byte));
        self.at = found.map_or(self.text.len(), |length| self.at + length);
    }

    /// Pushes the dotted keys up to `end`, which is not passed. False, and past the line, where
    /// there is no `end` on it.
    fn keys(&mut self, end: u8) -> bool {
        let from = self.at;
        self.skip_to(&[end, b'\n']);
        let keys = &self.text[from..self.at];
        let parts = keys.split('.').map(|key| key.trim().trim_matches(['"', '\'']));
        self.path.extend(parts);
        self.peek() == Some(end)
    }

    fn value(&mut self, depth: usize) {
        match self.skip_blank() {
            Some(b'"' | b'\'') => {
                let words = self.string();
                (self.found)(Found::Str(&self.path, words));
            }
            Some(b'[') if depth < DEPTH_MAX => {
                self.at += 1;
                while self.skip_blank().is_some_and(|byte| byte != b']' && byte != b'}') {
                    self.value(depth + 1);
                }
                self.at += 1;
            }
            Some(b'{') if depth < DEPTH_MAX => {
                self.at += 1;
                let outer = self.path.len();
                while self.skip_blank().is_some_and(|byte| byte != b'}' && byte != b']') {
                    if self.keys(b'=') {
                        self.at += 1;
                        self.value(depth + 1);
                    }
                    self.path.truncate(outer);
                }
                self.at += 1;
            }
            Some(_) => {
                let from = self.at;
                self.skip_to(b",]}\n#");
                // Where nothing can be read a byte is passed all the same.
                self.at = self.at.max(from + 1);
            }
            None => {}
        }
        self.at = self.at.min(self.text.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Cow<'t, str> {
        let quote = self.text.as_bytes()[self.at];
        let rest = &self.text[self.at..];
        let triple: &str = if quote == b'"' { "\"\"\"" } else { "'''" };
        let end: &str = if rest.starts_with(triple) { triple } else { &triple[..1] };
        let from = self.at + end.len();
        let mut at = from;
        let bytes = self.text.as_bytes();
        let stops = |byte: &u8| *byte == quote || *byte == b'\\' || *byte == b'\n';
        while let Some(length) = bytes.get(at..).and_then(|rest| rest.iter().position(stops)) {
            at += length;
            match bytes[at] {
                b'\n' if end.len() == 1 => break,
                b'\\' if quote == b'"' => at += 2,
                _ if bytes[at..].starts_with(end.as_bytes()) => break,
                _ => at += 1,
            }
        }
        if bytes.get(at).is_none_or(|byte| *byte != quote && *byte != b'\n') {
            at = bytes.len();
        }
        let mut at = at.min(bytes.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        self.at = (at + end.len()).min(bytes.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        let words = &self.text[from..at];
        if quote == b'"' && words.contains('\\') { unescape(words).into() } else { words.into() }
    }
}

/// The escapes that occur in prose; others stay as they are written.
fn unescape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut chars = words.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 't' | 'r' | '\n') => out.push(' '),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        scan(text, |found| {
            out.push(match found {
                Found::Header(path) => format!("[{}]", path.join("/")),
                Found::Str(path, words) => format!("{}: {words}", path.join("/")),
            });
        });
        out
    }

    #[test]
    fn strings_come_with_the_keys_that_lead_to_them() {
        let text = "a = 'x # y' # no\nn = 1_000\nlist = [\"p\", 2, { q = \"r\" }]\n\n[[b.c]]\nd.e = { f = \"say \\\"g\\\"\", h = [1, 2] }\ni = \"\"\"two\n]lines\"\"\"\n[x]\nk = 'l'\n";
        assert_eq!(
            scanned(text),
            [
                "a: x # y",
                "list: p",
                "list/q: r",
                "[b/c]",
                "b/c/d/e/f: say \"g\"",
                "b/c/i: two\n]lines",
                "[x]",
                "x/k: l"
            ]
        );
    }

    #[test]
    fn what_is_no_toml_ends() {
        for text in
            ["", "[", "[[", "a", "a =", "a = [", "a = {b", "a = \"\\", "\u{ac00} = \u{ac00}"]
        {
            scanned(text);
            scanned(&format!("{text}\n{text}가\\"));
        }
        scanned(&format!("a = {}", "[{x=".repeat(10_000)));
    }
}
