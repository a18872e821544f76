//! Whole documents in every format and width, and hostile ones.

use std::path::PathBuf;

use unicode_width::UnicodeWidthStr as _;

use super::terminal::Style;
use super::{html, markdown, sample, terminal};
use crate::content::problem::{Source, is_control};
use crate::content::text::Lang;
use crate::knowledge::markdown::parse;
use crate::random::Stream;
use crate::report::document::*;
use crate::report::view::prose::Prose;

fn prose(lang: Lang) -> Prose<'static> {
    Prose { runs: &[], sources: &[], lang }
}

/// The page that a text of markdown makes.
fn page(text: &str) -> Document {
    let (blocks, _) = parse(&Source::new("t.md", text), 0);
    Document { title: "Every block".to_owned(), blocks: prose(Lang::En).body(&blocks, &blocks) }
}

/// What a topic can have, then what only reports have.
fn every_block(lang: Lang) -> Document {
    let text = match lang {
        Lang::En => include_str!("snapshots/every-block.md"),
        Lang::Ko => include_str!("snapshots/every-block.ko.md"),
    };
    let (blocks, problems) = parse(&Source::new("every-block.md", text), 0);
    assert_eq!(problems, []);
    let mut blocks = prose(lang).body(&blocks, &blocks);
    let part = |from, to, fill, label: &str| Part { from, to, fill, label: label.to_owned() };
    let lane = |party: &str, parts| Lane { party: party.to_owned(), about: "rows".into(), parts };
    blocks.push(Block::Timeline(Timeline {
        unit: "ms".to_owned(),
        from: 0.0,
        to: 40.0,
        gaps: vec![],
        left_out: String::new(),
        lanes: vec![
            lane("A", vec![part(0.0, 30.0, Fill::Holds, "A1")]),
            lane("B", vec![part(5.0, 30.0, Fill::Waits, "A1"), part(30.0, 40.0, Fill::Holds, "")]),
        ],
    }));
    blocks.extend(sample::report(lang).blocks);
    Document { title: "Every block".to_owned(), blocks }
}

/// Compares with a file of this folder; `PREP_WRITE=1` writes it instead.
#[expect(clippy::disallowed_methods, reason = "a test reads and writes its own files")]
#[track_caller]
fn check(name: &str, shown: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report/render/snapshots");
    let file = folder.join(name);
    if std::env::var_os("PREP_WRITE").is_some_and(|value| value == "1") {
        std::fs::write(&file, shown).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        shown, written,
        "\n{shown}\n{name} shows another page; look at it, then renew it with \
         PREP_WRITE=1 cargo test --lib render::tests"
    );
}

#[test]
fn every_block_at_every_width() {
    for lang in [Lang::En, Lang::Ko] {
        let doc = every_block(lang);
        for width in [40, 80, 120] {
            let style = Style { width, color: false, links: false, unicode: true, lang };
            check(&format!("{}-{width}.txt", lang.code()), &terminal::render(&doc, style));
        }
    }
}

#[test]
fn every_block_in_colour_and_in_ascii() {
    let doc = every_block(Lang::En);
    let style = Style { width: 80, color: true, links: true, unicode: true, lang: Lang::En };
    // Escape sequences as words, so that the file can be read and compared.
    let color = terminal::render(&doc, style).replace('\u{1b}', "␛");
    check("en-80-color.txt", &color);
    let style = Style { color: false, unicode: false, ..style };
    check("en-80-ascii.txt", &terminal::render(&doc, style));
}

#[test]
fn every_block_as_markdown_and_html() {
    for lang in [Lang::En, Lang::Ko] {
        let mut doc = every_block(lang);
        check(&format!("{}.out.md", lang.code()), &markdown::render(&doc));
        // A drawing has a test of its own.
        doc.blocks.retain(|block| !matches!(block, Block::Chart(_)));
        let page = html::page(&doc, lang);
        let main = &page[page.find("<main>").unwrap()..];
        check(&format!("{}.html", lang.code()), main);
    }
}

/// What was written as markdown looks the same when it is read again.
#[test]
fn markdown_is_read_back_as_the_same_page() {
    for text in
        [include_str!("snapshots/every-block.md"), include_str!("snapshots/every-block.ko.md")]
    {
        // Commands would get their `prep` twice.
        let text = text.replace("```prep", "```sh");
        let shown = |doc: &Document| {
            let (color, links) = (true, true);
            let style = Style { width: 80, color, links, unicode: true, lang: Lang::En };
            terminal::render(doc, style)
        };
        let first = page(&text);
        assert_eq!(shown(&page(&markdown::render(&first))), shown(&first));
    }
}

/// Pieces that a hostile text is made of.
const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "\n\n",
    " ",
    " ",
    "> ",
    "> [!NOTE]\n> ",
    "- ",
    "- [ ] ",
    "- [x] ",
    "7. ",
    "999999999. ",
    "    ",
    "\t",
    "# ",
    "###### ",
    "```",
    "```sql\n",
    "```bash\n",
    "~~~",
    "`",
    "``",
    "*",
    "**",
    "_",
    "[",
    "]",
    "(",
    ")",
    "![",
    "[^1]",
    "[^1]: ",
    "\n\n[^2]: ",
    "[^2]",
    "|",
    "|-|-|\n",
    "| a | b |\n|---|--:|\n",
    "| x |",
    "<",
    ">",
    "<script>",
    "</main>",
    "<!--",
    "<b onclick=x>",
    "\" onclick=\"",
    "'",
    "&",
    "&#27;",
    "&#x1b;[31m",
    "&#0;",
    "&lt;script&gt;",
    "&#x202e;",
    "&#x9b;",
    "\u{1b}[31m",
    "\u{1b}]8;;https://x\u{1b}\\",
    "\u{7}",
    "\u{9b}1m",
    "\u{0}",
    "\u{202e}",
    "\u{2066}",
    "\u{200f}",
    "\u{200d}",
    "\u{fe0f}",
    "\u{2028}",
    "\u{feff}",
    "\r",
    "\r\n",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:x)",
    "[x](data:text/html,x)",
    "<javascript:x>",
    "[x](https://a.b/\"><script>)",
    "[x](https://a.b/&#27;&quot;)",
    "<https://a.b/c>",
    "[x](#a)",
    "[x](topic:a-b#c)",
    "[x](sim:a)",
    "[x](vbscript:x)",
    "[x](//a.b)",
    "[r]: javascript:x\n",
    "[r]",
    "가나다라",
    "커넥션 풀은 ",
    "العربية ",
    "לא",
    "👩\u{200d}👧\u{200d}👦",
    "🇰🇷",
    "❤\u{fe0f}",
    "☺",
    "e\u{301}\u{301}",
    "\u{1112}\u{1161}\u{11ab}",
    "क्ष्म्य",
    "接続数上限",
    "word ",
    "a.b.c-d/e_f=",
    "select 1 -- ",
    "supercalifragilisticexpialidocious",
    "---\n",
    "***\n",
    "\\",
    "{#id}",
    " {#a onclick=x}\n",
];

/// A text of random pieces, some of them many times over.
fn hostile(random: &mut Stream) -> String {
    let mut text = String::new();
    for _ in 0..random.below(60) {
        let piece = PIECES[random.below(PIECES.len() as u64) as usize];
        let times = match random.below(40) {
            0 => 30,
            1 | 2 => 5,
            _ => 1,
        };
        text += &piece.repeat(times);
    }
    text
}

/// The text of a line without our own sequences; whatever is left of an escape is a fault.
fn without_sequences(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out += before;
        rest = if let Some(link) = after.strip_prefix("]8;") {
            let (target, rest) = link.split_once("\u{1b}\\").expect(line);
            let ours = |to: &str| to.starts_with("http://") || to.starts_with("https://");
            let fine = target == ";" || target.strip_prefix("id=prep;").is_some_and(ours);
            assert!(fine && target.bytes().all(|byte| (b'!'..=b'~').contains(&byte)), "{line:?}");
            rest
        } else {
            let (codes, rest) = after.strip_prefix('[').expect(line).split_once('m').expect(line);
            assert!(codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{line:?}");
            rest
        };
    }
    out + rest
}

/// Tags of a page and what their attributes may be.
fn check_tags(page: &str) {
    let known = "a aside blockquote br code dd div dl dt em h1 h2 h3 h4 h5 h6 hr li main ol p pre \
                 section span strong sup table tbody td th thead tr ul wbr body html";
    let known: Vec<&str> = known.split_whitespace().collect();
    let main = &page[page.find("<main>").unwrap()..];
    for part in main.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect(part);
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(known.contains(&name.trim_start_matches('/')), "<{tag}>");
        let quoted: Vec<&str> = attributes.split('"').collect();
        for pair in quoted.chunks(2) {
            let [name, value] = pair else {
                assert_eq!(pair, [""], "<{tag}>");
                continue;
            };
            let fine = match name.trim() {
                "href=" => ["https://", "http://", "#"].iter().any(|to| value.starts_with(to)),
                "class=" | "id=" | "rel=" | "role=" | "scope=" | "start=" | "value=" => true,
                "tabindex=" | "colspan=" | "aria-label=" => true,
                _ => false,
            };
            assert!(fine, "<{tag}>");
        }
    }
    assert_eq!(page.chars().find(|c| *c != '\n' && is_control(*c)), None);
}

#[track_caller]
fn check_terminal(doc: &Document, text: &str) {
    for (width, color, unicode) in [(40, false, true), (40, true, true), (83, true, false)] {
        let style = Style { width, color, links: color, unicode, lang: Lang::Ko };
        for line in terminal::render(doc, style).lines() {
            let words = without_sequences(line);
            assert!(words.width() <= width, "{width}: {} {line:?}\n{text:?}", words.width());
            assert_eq!(words.chars().find(|c| is_control(*c)), None, "{line:?}\n{text:?}");
        }
    }
}

#[track_caller]
fn check_hostile(text: &str) {
    let doc = page(text);
    check_terminal(&doc, text);
    let control = |c: &char| *c != '\n' && is_control(*c);
    assert_eq!(markdown::render(&doc).chars().find(control), None, "{text:?}");
    check_tags(&html::page(&doc, Lang::Ko));
}

#[test]
fn hostile_markdown_neither_drives_the_terminal_nor_the_browser() {
    const SEED: u64 = 20_261_122;
    for round in 0..400 {
        let text = hostile(&mut Stream::from_seed(SEED + round));
        let caught = std::panic::catch_unwind(|| check_hostile(&text));
        assert!(caught.is_ok(), "seed {}:\n{text:?}", SEED + round);
    }
}

#[test]
fn hostile_documents_do_not_drive_the_terminal() {
    check_terminal(&sample::nasty(), "nasty");
}

#[test]
fn hostile_markdown_of_great_size() {
    for text in [
        ">".repeat(3000) + " a",
        "- ".repeat(3000) + "a",
        (0..40).map(|depth| "  ".repeat(depth) + "- a\n").collect(),
        "*".repeat(3001) + "a" + &"*".repeat(3001),
        format!("|{}\n|{}\n{}", "a|".repeat(60), "-|".repeat(60), "|b가|c".repeat(30) + "\n"),
        format!("| a | b |\n|-|-|\n{}", "| x | y |\n".repeat(2000)),
        "가".repeat(5000),
        "x".repeat(5000),
        "e".to_owned() + &"\u{301}".repeat(5000),
        "👩\u{200d}".repeat(2000),
        "क्".repeat(2000) + "क",
        "```sql\n".to_owned() + &"(".repeat(5000),
        "```bash\n".to_owned() + &"$(\"".repeat(300),
    ] {
        check_hostile(&text);
    }
}
