//! What every page has: head, navigation, search, the other language.

use super::LANGS;
use super::address::Address;
use crate::content::text::{Lang, Text, both};
use crate::report::render::html::{self, escape};

pub(super) const SCRIPT: &str = include_str!("site.js");
pub(super) const STYLE_PATH: &str = "assets/site.css";
pub(super) const SCRIPT_PATH: &str = "assets/site.js";
pub(super) const LIVE_STYLE_PATH: &str = "assets/run.css";
pub(super) const LIVE_SCRIPT_PATH: &str = "assets/run.js";

/// Nothing but the files of the site itself. `file:` beside `'self'`: opened as a file, a page has
/// no origin in some browsers. Bars have their length in an attribute.
const POLICY: &str = "default-src 'none'; script-src 'self' file:; style-src 'self' file:; \
                      style-src-attr 'unsafe-inline'; img-src data:; form-action 'self' file:; \
                      base-uri 'none'";

/// The index of the search, by language.
pub(super) fn index_path(lang: Lang) -> String {
    format!("assets/search-{}.js", lang.code())
}

pub(super) fn style() -> String {
    format!("{}\n{}", html::STYLE, include_str!("site.css"))
}

/// One page of the site.
pub(super) struct Frame<'a> {
    pub(super) address: &'a Address,
    pub(super) lang: Lang,
    pub(super) title: &'a str,
    /// The language of the content, where it is not that of the page.
    pub(super) content_lang: Lang,
    /// As HTML.
    pub(super) content: String,
    /// Whether the page talks to the server that it came from.
    pub(super) live: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn new(address: &'a Address, lang: Lang, title: &'a str, content: String) -> Self {
        Frame { address, lang, title, content_lang: lang, content, live: false }
    }

    /// The whole page.
    pub(super) fn page(&self) -> String {
        let (lang, root) = (self.lang, self.address.to_root());
        let title = escape(self.title);
        let title = if *self.address == Address::Home { title } else { format!("{title} · prep") };
        let others: String = LANGS
            .into_iter()
            .map(|lang| {
                let (code, to) = (lang.code(), self.address.to_language(lang));
                format!("<link rel=\"alternate\" hreflang=\"{code}\" href=\"{to}\">\n")
            })
            .collect();
        let content_lang = match self.content_lang == lang {
            true => String::new(),
            false => format!(" lang=\"{}\"", self.content_lang.code()),
        };
        let class = if *self.address == Address::Home { " class=\"home\"" } else { "" };
        let (code, content) = (lang.code(), &self.content);
        let (skip, header, foot) = (self.say(&skip()), self.header(), self.say(&foot()));
        format!(
            "<!doctype html>\n<html lang=\"{code}\">\n<head>\n{}{others}\
             <link rel=\"stylesheet\" href=\"{root}{STYLE_PATH}\">\n\
             <script defer src=\"{root}{SCRIPT_PATH}\"></script>\n</head>\n\
             <body>\n<a class=\"skip\" href=\"#page-content\">{skip}</a>\n{header}\
             <main id=\"page-content\"{class}{content_lang}>\n{content}</main>\n\
             <footer><p>{foot}</p></footer>\n</body>\n</html>\n",
            self.head(&title)
        )
    }

    fn head(&self, title: &str) -> String {
        if !self.live {
            return head(title, POLICY);
        }
        let root = self.address.to_root();
        let policy = format!("{POLICY}; connect-src 'self'");
        format!(
            "{}<link rel=\"stylesheet\" href=\"{root}{LIVE_STYLE_PATH}\">\n\
             <script defer src=\"{root}{LIVE_SCRIPT_PATH}\"></script>\n",
            head(title, &policy)
        )
    }

    fn say(&self, text: &Text) -> String {
        escape(text.get(self.lang))
    }

    fn header(&self) -> String {
        let to = |address: &Address| self.address.to(address);
        let entries = [
            (Address::Topics, both!("Topics", "주제")),
            (Address::Sims, both!("Simulations", "시뮬레이션")),
            (Address::Quizzes, both!("Quizzes", "퀴즈")),
        ];
        let entry = |(address, label): (Address, Text)| {
            let current = match (address == *self.address, self.is_below(&address)) {
                (true, _) => " aria-current=\"page\"",
                (false, true) => " aria-current=\"true\"",
                (false, false) => "",
            };
            format!("<li><a href=\"{}\"{current}>{}</a></li>\n", to(&address), self.say(&label))
        };
        let entries: String = entries.into_iter().map(entry).collect();
        let other = match self.lang {
            Lang::En => (Lang::Ko, "한국어"),
            Lang::Ko => (Lang::En, "English"),
        };
        let (code, way) = (other.0.code(), self.address.to_language(other.0));
        format!(
            "<header class=\"site\">\n<a class=\"brand\" href=\"{}\">prep</a>\n\
             <nav aria-label=\"{}\">\n<ul>\n{entries}</ul>\n</nav>\n{}\
             <a class=\"language\" lang=\"{code}\" hreflang=\"{code}\" href=\"{way}\">{}</a>\n</header>\n",
            to(&Address::Home),
            self.say(&both!("Site", "사이트")),
            self.search(),
            other.1
        )
    }

    /// Whether the page belongs to one of the lists.
    fn is_below(&self, list: &Address) -> bool {
        matches!(
            (self.address, list),
            (Address::Topic(_), Address::Topics)
                | (Address::Sim(_), Address::Sims)
                | (Address::Quiz(_), Address::Quizzes)
        )
    }

    /// The search: without a script the form leads to a page that says what to do instead.
    fn search(&self) -> String {
        let (to, root) = (self.address.to(&Address::Search), self.address.to_root());
        let index = format!("{root}{}", index_path(self.lang));
        let pages = format!("{root}{}/", self.lang.code());
        let label = self.say(&both!("Search", "검색"));
        let none = self.say(&both!("Nothing found for “{{q}}”.", "“{{q}}”에 맞는 것이 없습니다."));
        let some = self.say(&both!("{{n}} found", "{{n}}개 찾음"));
        let kinds = [
            ("topic", both!("Topic", "주제")),
            ("sim", both!("Simulation", "시뮬레이션")),
            ("quiz", both!("Question", "문제")),
        ];
        let kinds: String = kinds
            .iter()
            .map(|(kind, label)| format!(" data-{kind}=\"{}\"", self.say(label)))
            .collect();
        format!(
            "<form class=\"search\" role=\"search\" action=\"{to}\" data-index=\"{index}\" \
             data-pages=\"{pages}\" data-none=\"{none}\" data-some=\"{some}\"{kinds}>\n\
             <input type=\"search\" name=\"q\" aria-label=\"{label}\" placeholder=\"{label}  /\" \
             autocomplete=\"off\" spellcheck=\"false\" maxlength=\"100\">\n\
             <div class=\"found\" hidden>\n<p role=\"status\"></p>\n<ol></ol>\n</div>\n</form>\n"
        )
    }
}

fn head(title: &str, policy: &str) -> String {
    format!(
        "<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n"
    )
}

fn skip() -> Text {
    both!("Skip to the content", "본문으로 건너뛰기")
}

fn foot() -> Text {
    let version = env!("CARGO_PKG_VERSION");
    both!(
        "prep {version}. Every number of a simulation is that of a run whose line stands below it; answers to questions stay in the page.",
        "prep {version}. 시뮬레이션의 수치는 모두 보고서 끝의 명령으로 다시 얻을 수 있습니다. 문제의 답은 이 페이지에만 남습니다."
    )
}

/// The page above the languages.
pub(super) fn entrance() -> String {
    let links = [(Lang::En, "English"), (Lang::Ko, "한국어")].map(|(lang, name)| {
        let code = lang.code();
        format!("<li><a lang=\"{code}\" hreflang=\"{code}\" href=\"{code}/index.html\">{name}</a></li>\n")
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n{}\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n\
         <body>\n<main class=\"entrance\">\n<h1>prep</h1>\n<ul>\n{}</ul>\n</main>\n</body>\n</html>\n",
        head("prep", POLICY),
        links.concat()
    )
}
