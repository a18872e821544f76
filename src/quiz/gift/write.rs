//! Questions out of GIFT as the two files of a quiz, with marks where GIFT says nothing.

use crate::content::text::Lang;
use crate::quiz::unit::Unit;

use super::{Gift, GiftKind, GiftNumber, GiftOption, GiftQuestion};

/// What `prep check` looks for.
const MARK: &str = "FILL-IN";

/// The English and the Korean file of a quiz. `lang` is the language of the words; in the file of
/// the other language they stand behind the mark, to be translated.
pub(crate) fn files(slug: &str, gift: &Gift, lang: Lang) -> [String; 2] {
    let english = Words { own: lang == Lang::En, lang: Lang::En };
    let korean = Words { own: lang == Lang::Ko, lang: Lang::Ko };
    [english.quiz(slug, gift), korean.words(gift)]
}

/// The writer of one of the two files.
#[derive(Clone, Copy)]
struct Words {
    /// Whether the words are in the language of the file.
    own: bool,
    lang: Lang,
}

impl Words {
    fn quiz(self, slug: &str, gift: &Gift) -> String {
        let (title, belief) = (self.left("the title", "제목"), self.belief());
        let mut out = format!("format = \"prep.quiz/1\"\ntopic = {}\n", quoted(slug));
        out += &format!("title = {title}\n\n");
        out += "# Every wrong answer names the misconception that leads to it as its `trap`.\n";
        out += &format!("[misconceptions]\nfirst-belief = {belief}\n");
        for question in &gift.questions {
            out += &self.question(question);
        }
        out
    }

    fn question(self, question: &GiftQuestion) -> String {
        let kind = match &question.kind {
            GiftKind::Choice(_) => "choice",
            GiftKind::Several(_) => "several",
            GiftKind::Number(_) => "number",
            GiftKind::Open => "open",
        };
        let mut out = format!("\n[[question]]\nid = {}\n", quoted(&question.id));
        out += &format!("type = \"{kind}\"\nask = {}\n", self.text(&question.ask));
        out += &format!("hint = {}\nsection = \"{MARK}\"\n", self.hint());
        out += &match &question.kind {
            GiftKind::Choice(options) | GiftKind::Several(options) => self.options(options),
            GiftKind::Number(number) => self.number(number),
            GiftKind::Open => self.open(),
        };
        out + &format!("why = {}\n", self.why(question.why.as_deref()))
    }

    fn options(self, options: &[GiftOption]) -> String {
        let rows = options.iter().zip(ids()).map(|(option, id)| {
            let answer =
                if option.right { "right = true".to_owned() } else { format!("trap = \"{MARK}\"") };
            let (text, why) = (self.text(&option.text), self.why(option.why.as_deref()));
            format!("  {{ id = \"{id}\", text = {text}, {answer}, why = {why} }},\n")
        });
        format!("options = [\n{}]\n", rows.collect::<String>())
    }

    fn number(self, number: &GiftNumber) -> String {
        let GiftNumber { answer, tolerance, unit, wrong } = number;
        let unit = unit.map_or_else(
            || format!("\"{MARK}: {}\"", Unit::ALL.map(Unit::name).join(", ")),
            |unit| quoted(unit.name()),
        );
        let mut out = format!("answer = {answer}\nunit = {unit}\n");
        out += &format!("accept = {{ absolute = {tolerance} }}\n");
        if !wrong.is_empty() {
            let rows = wrong.iter().map(|(value, why)| {
                let why = self.why(why.as_deref());
                format!("  {{ value = {value}, trap = \"{MARK}\", why = {why} }},\n")
            });
            out += &format!("wrong = [\n{}]\n", rows.collect::<String>());
        }
        out
    }

    fn open(self) -> String {
        let rows = ids().take(2).map(|id| {
            let point = self.point();
            format!("  {{ id = \"{id}\", text = {point}, weight = 1 }},\n")
        });
        format!("points = [\n{}]\nmodel = {}\n", rows.collect::<String>(), self.model())
    }

    /// The file of words alone.
    fn words(self, gift: &Gift) -> String {
        let (title, belief) = (self.left("the title", "제목"), self.belief());
        let mut out = format!("format = \"prep.words/1\"\ntitle = {title}\n\n");
        out += &format!("[misconceptions]\nfirst-belief = {belief}\n");
        for question in &gift.questions {
            out += &format!("\n[question.{}]\nask = {}\n", question.id, self.text(&question.ask));
            out += &format!("hint = {}\n", self.hint());
            match &question.kind {
                GiftKind::Choice(options) | GiftKind::Several(options) => {
                    for (option, id) in options.iter().zip(ids()) {
                        let text = self.text(&option.text);
                        let why = self.why(option.why.as_deref());
                        out += &format!("options.{id} = {{ text = {text}, why = {why} }}\n");
                    }
                }
                GiftKind::Number(GiftNumber { wrong, .. }) => {
                    if !wrong.is_empty() {
                        let rows = wrong
                            .iter()
                            .map(|(_, why)| format!("  {},\n", self.why(why.as_deref())));
                        out += &format!("wrong = [\n{}]\n", rows.collect::<String>());
                    }
                }
                GiftKind::Open => {
                    for id in ids().take(2) {
                        out += &format!("points.{id} = {}\n", self.point());
                    }
                    out += &format!("model = {}\n", self.model());
                }
            }
            out += &format!("why = {}\n", self.why(question.why.as_deref()));
        }
        out
    }

    /// A text of the file, or the same to be translated.
    fn text(self, words: &str) -> String {
        if self.own { quoted(words) } else { quoted(&format!("{MARK}: {words}")) }
    }

    fn why(self, words: Option<&str>) -> String {
        words.map_or_else(|| self.left("why", "이유"), |words| self.text(words))
    }

    fn hint(self) -> String {
        self.left("what sends the thought the right way", "생각을 바른 쪽으로 돌려 줄 말")
    }

    fn belief(self) -> String {
        self.left("what somebody believes who answers wrongly", "틀리게 답한 사람이 믿고 있는 것")
    }

    fn point(self) -> String {
        self.left("what a good answer says", "좋은 답에 들어 있는 것")
    }

    fn model(self) -> String {
        self.left("an answer as you would give it", "모범 답안")
    }

    /// What a person has to write.
    fn left(self, english: &str, korean: &str) -> String {
        let what = match self.lang {
            Lang::En => english,
            Lang::Ko => korean,
        };
        quoted(&format!("{MARK}: {what}"))
    }
}

/// `a` to `z`.
fn ids() -> impl Iterator<Item = char> {
    'a'..='z'
}

/// A basic string of TOML.
fn quoted(words: &str) -> String {
    let mut out = String::from("\"");
    for c in words.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
