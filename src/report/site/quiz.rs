//! A quiz in the page: options and reasons stand in it, so that it can be read without a script;
//! the script hides the reasons until an answer is given.

use super::Site;
use super::address::Address;
use super::frame::Frame;
use crate::content::Library;
use crate::content::problem::Problem;
use crate::content::text::{Lang, Text, both};
use crate::practice::draft::letter_of as letter;
use crate::practice::exhibit;
use crate::practice::session::{Ask, Order, Pick, Session, SimAsk};
use crate::practice::simulated;
use crate::quiz::grade::{self, Band};
use crate::quiz::question::{
    Choice, NumberQuestion, Question, QuestionKind, Quiz, Show, WrongValue,
};
use crate::quiz::unit::Unit;
use crate::report::document::{Page, Span};
use crate::report::render::html::{self, escape};
use crate::report::view;
use crate::report::view::quiz::{how_to_answer, inline, right_answer};
use crate::sims::outcome::committed::Committed;

/// Fixes the order of options; the same in every export.
const SEED: u64 = 1;

/// A `sim` question with settings that a committed outcome has: it can be asked without a run.
pub(super) struct KnownBand {
    quiz: String,
    question: String,
    ask: Text,
    why: Text,
    band: Band,
}

/// All questions of a quiz as they are put in the page.
fn session(quiz: &Quiz) -> Session<'_> {
    Session::new(quiz, SEED, Pick { count: None, order: Order::File })
}

/// Looks for the settings of `sim` questions among the variants of committed outcomes.
///
/// # Errors
/// Settings that do not fit their sim.
pub(super) fn known_bands(
    library: &Library,
    quizzes: &[Quiz],
    sims: &[Committed],
) -> Result<Vec<KnownBand>, Vec<Problem>> {
    let mut known = Vec::new();
    for quiz in quizzes {
        let mut session = session(quiz);
        while let Some(first) = session.next() {
            let mut open = Some(first);
            while let Some(Ask { sim: Some(asked), ask, why, question, .. }) = open {
                if let Some(band) = committed_band(library, &asked, sims)? {
                    let (quiz, question) = (quiz.slug.clone(), question.id.clone());
                    known.push(KnownBand { quiz, question, ask, why, band });
                    break;
                }
                open = session.other_variant();
            }
        }
    }
    Ok(known)
}

/// What the committed outcome says of exactly these settings. A guard is judged on a run, so a
/// question that has one is not asked here.
fn committed_band(
    library: &Library,
    ask: &SimAsk,
    sims: &[Committed],
) -> Result<Option<Band>, Vec<Problem>> {
    let Some(sim) = sims.iter().find(|sim| sim.spec.name == ask.sim && ask.guard.is_none()) else {
        return Ok(None);
    };
    let wanted = simulated::spec(library, ask)?;
    let found = sim.spec.variants.iter().zip(&sim.outcome.variants).find_map(|(variant, found)| {
        (variant.config == wanted.variants[0].config && found.steady).then_some(found)
    });
    let estimate = found.and_then(|variant| {
        variant.metrics.iter().find(|(id, _)| *id == ask.metric).map(|(_, estimate)| estimate)
    });
    Ok(estimate.and_then(|estimate| {
        let unit = Unit::from_name(&estimate.unit)?;
        let (low, high, wrong) = (estimate.low?, estimate.high?, Vec::new());
        Some(Band { value: estimate.value?, low, high, unit, wrong })
    }))
}

impl Site {
    fn known(&self, quiz: &Quiz, question: &Question) -> Option<&KnownBand> {
        self.bands.iter().find(|it| it.quiz == quiz.slug && it.question == question.id)
    }

    /// Whether the question can be asked without a run.
    pub(super) fn is_asked_here(&self, quiz: &Quiz, question: &Question) -> bool {
        match &question.kind {
            QuestionKind::Choice { .. }
            | QuestionKind::Several { .. }
            | QuestionKind::Number(_)
            | QuestionKind::Trace { .. } => true,
            QuestionKind::Diagnose(run) => matches!(run.show, Show::Metrics(_)),
            QuestionKind::Sim(_) | QuestionKind::Predict(_) => self.known(quiz, question).is_some(),
            QuestionKind::Order(_) | QuestionKind::Open(_) => false,
        }
    }

    pub(super) fn asked_here(&self, quiz: &Quiz) -> usize {
        quiz.questions.iter().filter(|question| self.is_asked_here(quiz, question)).count()
    }

    /// What is asked, with the settings of a `sim` question filled in.
    pub(super) fn asked<'s>(&'s self, quiz: &Quiz, question: &'s Question, lang: Lang) -> &'s str {
        let known = self.known(quiz, question);
        known.map_or(&question.ask, |known| &known.ask).get(lang)
    }

    pub(super) fn quiz(&self, slug: &str, lang: Lang) -> Option<String> {
        let quiz = self.quizzes.iter().find(|quiz| quiz.slug == slug)?;
        let address = Address::Quiz(slug.to_owned());
        let name = quiz.title.get(lang);
        let title = both!("Quiz: {name}", "퀴즈: {name}").get(lang).to_owned();
        let (mut asks, mut session) = (Vec::new(), session(quiz));
        while let Some(ask) = session.next() {
            if self.is_asked_here(quiz, ask.question) {
                asks.push(ask);
            }
        }
        let (of, left) = (asks.len(), quiz.questions.len() - asks.len());
        let mut content = format!("<h1>{}</h1>\n{}", escape(&title), about(quiz, left, lang));
        content += &format!("<div class=\"quiz\"{}>\n", words_of_script(of, lang));
        for (number, ask) in (1..).zip(&asks) {
            let form = Form { site: self, address: &address, quiz, ask, lang };
            content += &form.section(number, of);
        }
        content += "<p class=\"score\" hidden></p>\n</div>\n";
        let read = both!("Read the topic", "주제 읽기");
        let topic = Page::Topic { slug: quiz.topic.value.clone(), section: None };
        if let Some(target) = self.target(&address, &topic, lang) {
            let (href, read, title) = (target.href, read.get(lang), escape(&target.title));
            content += &format!("<p>{read}: <a href=\"{href}\">{title}</a></p>\n");
        }
        Some(Frame::new(&address, lang, &title, content).page())
    }
}

/// What the page does with answers, and which questions it cannot ask.
fn about(quiz: &Quiz, left: usize, lang: Lang) -> String {
    let slug = &quiz.slug;
    let kept = both!(
        "Answers stay in this page. To keep a record, answer in a terminal: `prep quiz {slug}`",
        "답은 이 페이지에만 남습니다. 기록을 남기려면 터미널에서 푸세요: `prep quiz {slug}`"
    );
    let mut out = format!("<p>{}</p>\n", html::spans(&inline(kept.get(lang))));
    if left > 0 {
        let more = both!(
            "{left} more are asked in the terminal only: they run a simulation, are put in order or \
             answered in words.",
            "{left}문제가 더 있습니다. 시뮬레이션을 돌리거나, 순서를 맞추거나, 말로 답하는 문제라서 \
             터미널에서만 풀 수 있습니다."
        );
        out += &format!("<p>{}</p>\n", escape(more.get(lang)));
    }
    out
}

/// The sentences that the script says.
fn words_of_script(of: usize, lang: Lang) -> String {
    let words = [
        ("right", both!("Right", "맞았습니다")),
        ("wrong", both!("Not right", "틀렸습니다")),
        ("partly", both!("Partly right: {{n}} % of the point", "일부만 맞았습니다: 1점의 {{n}}%")),
        ("choose", both!("Choose an option first.", "먼저 보기를 고르세요.")),
        ("missed", both!("(right, not chosen)", "(정답, 고르지 않음)")),
        ("chosen", both!("(chosen)", "(고른 답)")),
        ("check", both!("Check", "확인")),
        ("again", both!("Answer again", "다시 풀기")),
        (
            "score",
            both!("{{n}} of {of} answered, {{p}} points", "{of}문제 중 {{n}}문제 답함, {{p}}점"),
        ),
    ];
    words
        .iter()
        .map(|(name, text)| format!(" data-{name}=\"{}\"", escape(text.get(lang))))
        .collect()
}

/// One question.
struct Form<'a> {
    site: &'a Site,
    address: &'a Address,
    quiz: &'a Quiz,
    ask: &'a Ask<'a>,
    lang: Lang,
}

impl Form<'_> {
    fn say(&self, text: &Text) -> String {
        escape(text.get(self.lang))
    }

    fn section(&self, number: usize, of: usize) -> String {
        let question = self.ask.question;
        let id = escape(&question.id);
        let asked = self.site.asked(self.quiz, question, self.lang);
        let asked = html::spans(&inline(asked));
        let place = self.say(&both!("{number} of {of}", "{of}문제 중 {number}번"));
        let (data, fields, reasons) = match &question.kind {
            QuestionKind::Choice { .. }
            | QuestionKind::Trace { .. }
            | QuestionKind::Diagnose(_) => self.options("radio"),
            QuestionKind::Several { .. } => self.options("checkbox"),
            QuestionKind::Number(number) => self.number(&Asked::of(number)),
            QuestionKind::Sim(sim) | QuestionKind::Predict(sim) => {
                match self.site.known(self.quiz, question) {
                    Some(known) => self.number(&Asked::of_band(&known.band, sim.accept)),
                    None => return String::new(),
                }
            }
            QuestionKind::Order(_) | QuestionKind::Open(_) => return String::new(),
        };
        let shown = self.shown();
        let (check, answer) = (both!("Check", "확인"), both!("Answer and reasons", "정답과 이유"));
        format!(
            "<section class=\"question\" id=\"{id}\" data-kind=\"{}\"{data}>\n<h2>{place}</h2>\n\
             <form>\n<fieldset>\n<legend>{asked}</legend>\n{shown}{fields}</fieldset>\n\
             <button type=\"submit\" hidden>{}</button>\n</form>\n\
             <div class=\"feedback\" aria-live=\"polite\"></div>\n\
             <details>\n<summary>{}</summary>\n{reasons}{}</details>\n</section>\n",
            form_of(&question.kind),
            self.say(&check),
            self.say(&answer),
            self.go_on()
        )
    }

    /// The schedule or the measurements that the question is about.
    fn shown(&self) -> String {
        let block = match &self.ask.question.kind {
            QuestionKind::Trace { schedule, .. } => view::quiz::schedule(schedule),
            QuestionKind::Diagnose(run) => {
                let sims = &self.site.sims;
                let sim = sims.iter().find(|sim| sim.spec.name == run.sim.value);
                match (&run.show, sim) {
                    (Show::Metrics(metrics), Some(sim)) => {
                        let rows = exhibit::measured(&sim.outcome, run, metrics);
                        view::quiz::measured(&rows.unwrap_or_default(), self.lang)
                    }
                    _ => return String::new(),
                }
            }
            _ => return String::new(),
        };
        html::blocks(&[block], self.lang)
    }

    /// Options to choose from, and the reason of each.
    fn options(&self, input: &str) -> (String, String, String) {
        let id = escape(&self.ask.question.id);
        let rows = || self.ask.options.iter().enumerate();
        let field = |(at, option): (usize, &&Choice)| {
            format!(
                "<li><label><input type=\"{input}\" name=\"q-{id}\" value=\"{}\"> \
                 <span class=\"letter\">{}</span> <span>{}</span></label></li>\n",
                escape(&option.id),
                letter(at),
                html::spans(&inline(option.text.get(self.lang)))
            )
        };
        let reason = |(at, option): (usize, &&Choice)| {
            let (class, sign, said, right) = match option.right {
                true => ("good", "✓", both!("right", "정답"), " data-right"),
                false => ("bad", "✗", both!("wrong", "오답"), ""),
            };
            format!(
                "<li data-option=\"{}\"{right}><span class=\"{class}\" role=\"img\" aria-label=\"{}\">{sign}</span> \
                 <span><strong>{}</strong> {}</span></li>\n",
                escape(&option.id),
                self.say(&said),
                letter(at),
                html::spans(&inline(option.why.get(self.lang)))
            )
        };
        let hint = match &self.ask.question.kind {
            QuestionKind::Several { .. } => {
                let hint = both!("Choose every right one.", "맞는 것을 모두 고르세요.");
                format!("<p class=\"muted\">{}</p>\n", self.say(&hint))
            }
            _ => String::new(),
        };
        let fields: String = rows().map(field).collect();
        let reasons: String = rows().map(reason).collect();
        (
            String::new(),
            format!("{hint}<ul class=\"options\">\n{fields}</ul>\n"),
            format!("<ul class=\"checks\">\n{reasons}</ul>\n"),
        )
    }

    /// A number to type, the right one, and what leads to known wrong ones.
    fn number(&self, asked: &Asked<'_>) -> (String, String, String) {
        let Asked { unit, right, low, high, wrong } = asked;
        let (name, example) = (unit.name(), unit.example());
        let again =
            both!("A number was expected, such as {example}.", "숫자가 필요합니다. 예: {example}");
        let again = self.say(&again);
        let data = format!(
            " data-unit=\"{name}\" data-low=\"{low}\" data-high=\"{high}\" data-expected=\"{again}\""
        );
        let how = html::spans(&inline(how_to_answer(&self.ask.question.kind).get(self.lang)));
        let fields = format!(
            "<label class=\"number\"><span class=\"muted\">{how}</span>\n\
             <input type=\"text\" name=\"number\" autocomplete=\"off\" spellcheck=\"false\" \
             maxlength=\"40\"></label>\n"
        );
        let row = |class: &str, sign: &str, said: &Text, data: &str, words: &str| {
            format!(
                "<li{data}><span class=\"{class}\" role=\"img\" aria-label=\"{}\">{sign}</span> <span>{words}</span></li>\n",
                self.say(said)
            )
        };
        let answer = right_answer(*unit, *right, *low, *high);
        let (yes, no) = (both!("right", "정답"), both!("wrong", "오답"));
        let mut reasons = row("good", "✓", &yes, " data-right", &self.say(&answer));
        for (low, high, shown, why) in wrong {
            let data = format!(" data-low=\"{low}\" data-high=\"{high}\"");
            let why = html::spans(&inline(why.get(self.lang)));
            let words = format!("<strong>{}</strong> {why}", escape(shown));
            reasons += &row("bad", "✗", &no, &data, &words);
        }
        (data, fields, format!("<ul class=\"checks\">\n{reasons}</ul>\n"))
    }

    /// Why, what to run, where to read.
    fn go_on(&self) -> String {
        let question = self.ask.question;
        let known = self.site.known(self.quiz, question);
        let why = known.map_or(&question.why, |known| &known.why).get(self.lang);
        let row =
            |label: &Text, words: String| format!("<dt>{}</dt><dd>{words}</dd>\n", self.say(label));
        let link = |page: &Page| self.site.target(self.address, page, self.lang);
        let mut rows = row(&both!("Why", "이유"), html::spans(&inline(why)));
        if let Some(see) = &question.see {
            let command = format!("prep {}", see.value);
            let code = html::spans(&[Span::code(&command)]);
            let target = Page::of_command(&command).and_then(|page| link(&page));
            let words = target.map_or(code, |target| {
                format!("<a href=\"{}\">{}</a>", target.href, escape(&target.title))
            });
            rows += &row(&both!("See", "실험"), words);
        }
        let section = question.section.value.clone();
        let topic = self.site.topic_in(&self.quiz.topic.value, self.lang);
        let heading = topic.and_then(|(topic, _)| {
            let own = topic.sections.iter().find(|it| it.id == section);
            own.map(|section| section.title.as_str())
        });
        let page = Page::Topic { slug: self.quiz.topic.value.clone(), section: Some(section) };
        if let (Some(target), Some(heading)) = (link(&page), heading) {
            let words = format!("{}: {heading}", target.title);
            let words = format!("<a href=\"{}\">{}</a>", target.href, escape(&words));
            rows += &row(&both!("Read", "읽기"), words);
        }
        format!("<dl>\n{rows}</dl>\n")
    }
}

/// A number that is asked for.
struct Asked<'q> {
    unit: Unit,
    right: f64,
    low: f64,
    high: f64,
    /// Accepted ranges of known wrong values, as they are shown, and what led to them.
    wrong: Vec<(f64, f64, String, &'q Text)>,
}

impl<'q> Asked<'q> {
    fn of(question: &'q NumberQuestion) -> Asked<'q> {
        let NumberQuestion { answer, unit, accept, wrong } = question;
        let (low, high) = grade::accepted(*answer, *accept);
        let wrong = wrong.iter().map(|WrongValue { value, why, .. }| {
            let (low, high) = grade::accepted(*value, *accept);
            (low, high, unit.show(*value), why)
        });
        Asked { unit: *unit, right: *answer, low, high, wrong: wrong.collect() }
    }

    fn of_band(band: &Band, accept: crate::quiz::question::Accept) -> Asked<'q> {
        let (low, high) = grade::accepted_of(band, accept);
        Asked { unit: band.unit, right: band.value, low, high, wrong: Vec::new() }
    }
}

/// The form that the script knows: choosing one, several, or typing a number.
fn form_of(kind: &QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Trace { .. } | QuestionKind::Diagnose(_) => "choice",
        QuestionKind::Predict(_) => "sim",
        kind => kind.name(),
    }
}
