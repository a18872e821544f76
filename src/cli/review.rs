//! `prep review`: asks what is due today, and plans to an interview.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::clock::{self, Now};
use super::quiz::{self, Manner};
use super::{Context, Done, Failure, data};
use crate::content::problem::printable;
use crate::content::text::{Text, both};
use crate::knowledge::inventory;
use crate::practice::card;
use crate::practice::day::Day;
use crate::practice::plan::{self, DAYS_MOST, Plan};
use crate::practice::review::{Deck, Wanted};
use crate::practice::session::{Item, Session};
use crate::quiz::question::Quiz;
use crate::quiz::read;
use crate::quiz::schedule::{self, NoFit, RETENTIONS, REVIEWS_MIN, Schedule};
use crate::report::document::Document;
use crate::report::render::terminal;
use crate::report::view;
use crate::store::{Attempt, Filter, Mode, Setting, Store};

/// Answer what is due today, and plan to an interview
///
/// Every question that you answer comes back when you are about to forget it (FSRS). A day begins
/// at 04:00.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep review                            answer what is due, or else new questions\n  prep review --list                     what is due, the most nearly forgotten first\n  prep review --interview 2026-12-15     plan to that day, and keep the date\n  prep review --interview none           forget the date\n  prep review --retention 0.85           fewer reviews, more forgetting\n  prep review --refit                    fit the model to your own answers\n  prep review --undo                     take the last answer back"
)]
pub(super) struct ReviewArgs {
    /// List what is due and ask nothing
    #[arg(long, group = "what")]
    list: bool,
    /// Plan to this day (YYYY-MM-DD) and keep it; `none` forgets it, no day shows the plan
    #[arg(long, group = "what", value_name = "DAY", num_args = 0..=1, default_missing_value = "")]
    interview: Option<String>,
    /// Keep the probability with which a question should be known when it comes back
    #[arg(long, group = "what", value_name = "0.7..0.97")]
    retention: Option<f64>,
    /// Fit the model of memory to your own answers
    #[arg(long, group = "what")]
    refit: bool,
    /// Take the last answer back
    #[arg(long, group = "what")]
    undo: bool,
    /// Line by line, for pipes and screen readers
    #[arg(long)]
    plain: bool,
    /// Most questions to ask
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Where answers are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(context: &mut Context, args: &ReviewArgs) -> Result<Done, Failure> {
    let dir = data::directory(args.data.as_deref())?;
    if let Some(date) = args.interview.as_deref().filter(|date| !date.is_empty()) {
        let now = clock::now()?;
        let date = if date == "none" { None } else { Some(interview_day(date, now.day())?) };
        let kept = date.map(|date| date.to_string()).unwrap_or_default();
        data::open(&dir, Mode::Write)?.set(Setting::InterviewDate, &kept, &now.at_utc)?;
        if date.is_none() {
            return tell(context, &both!("no interview any more", "면접 날짜를 지웠습니다"));
        }
    }
    if let Some(retention) = args.retention {
        return set_retention(context, &dir, retention);
    }
    if args.undo {
        return undo(context, &dir);
    }
    let study = Study::load(context, &dir)?;
    if args.refit {
        return refit(context, &dir, &study);
    }
    if args.interview.is_some() {
        let Some(plan) = study.plan(context) else {
            return Err(Failure::Words(
                both!("no interview is planned", "정해 둔 면접 날짜가 없습니다"),
                Some(both!(
                    "name its day: prep review --interview 2026-12-15",
                    "날짜를 지정하세요: prep review --interview 2026-12-15"
                )),
            ));
        };
        return show(context, &view::review::plan(&plan, &study.deck, context.lang));
    }
    let mut today = study.deck.today(&study.wanted, study.today);
    if let Some(count) = args.count {
        today.keep(count);
    }
    let questions = today.questions();
    if args.list || questions.is_empty() {
        let document =
            view::review::list(&study.deck, &today, &study.wanted, study.today, context.lang);
        return show(context, &document);
    }
    tell(context, &view::review::header(&study.deck, &today))?;
    ask(context, &dir, &questions, args.plain)
}

/// Asks these questions (`topic/question`), in this order.
fn ask(
    context: &mut Context,
    dir: &Path,
    questions: &[&str],
    plain: bool,
) -> Result<Done, Failure> {
    let mut quizzes: BTreeMap<&str, Quiz> = BTreeMap::new();
    for (slug, _) in questions.iter().filter_map(|question| question.split_once('/')) {
        if !quizzes.contains_key(slug) {
            quizzes.insert(slug, read::load(&context.library, slug)?);
        }
    }
    let item = |(slug, id): (&str, &str)| {
        let quiz = quizzes.get(slug)?;
        let question = quiz.questions.iter().find(|question| question.id == id)?;
        Some(Item { quiz, question })
    };
    let items: Vec<Item<'_>> =
        questions.iter().filter_map(|question| question.split_once('/')).filter_map(item).collect();
    let store = data::open(dir, Mode::Write)?;
    let session = Session::of(items, quiz::fresh_seed());
    let summary = quiz::sit(context, &store, session, Manner::Review, plain)?;
    show(context, &view::quiz::summary(&summary, context.lang))
}

/// Everything that the record and the content say about a person's practice.
pub(super) struct Study {
    pub(super) attempts: Vec<Attempt>,
    pub(super) deck: Deck,
    pub(super) wanted: Wanted,
    pub(super) today: Day,
    pub(super) now: Now,
    pub(super) interview: Option<Day>,
}

impl Study {
    /// Reads the record of a directory; one that does not exist is empty.
    ///
    /// # Errors
    /// The record cannot be read.
    pub(super) fn load(context: &Context, dir: &Path) -> Result<Study, Failure> {
        let now = clock::now()?;
        let store = data::open(dir, Mode::Read)?;
        let attempts = store.attempts(Filter::default())?;
        let mut wanted = wanted(&store)?;
        let interview = store.get(Setting::InterviewDate)?.and_then(|date| Day::parse(&date));
        let cards = card::all(&context.library);
        let today = now.day();
        let deck = Deck::of(&cards, &attempts, &wanted, today);
        if let Some(date) = interview {
            wanted.new_a_day = wanted.new_a_day.max(plan::new_today(&deck, today, date));
        }
        Ok(Study { attempts, deck, wanted, today, now, interview })
    }

    /// The plan to the interview, if there is one.
    pub(super) fn plan(&self, context: &Context) -> Option<Plan> {
        let date = self.interview?;
        // Without an inventory the questions alone are counted.
        let items = inventory::load(&context.library).map(|(_, items)| items).unwrap_or_default();
        let questions = |item: inventory::Item| {
            item.questions.into_iter().map(|question| question.to).collect::<Vec<_>>()
        };
        let items: Vec<Vec<String>> = items.into_iter().map(questions).collect();
        Some(plan::plan(&self.deck, &items, &self.wanted, self.today, date))
    }
}

/// What a person set; what cannot be read is as if it were not set.
fn wanted(store: &Store) -> Result<Wanted, Failure> {
    let mut wanted = Wanted::default();
    if let Some(retention) = store.get(Setting::Retention)?
        && let Ok(retention) = retention.parse::<f64>()
        && (RETENTIONS.0..=RETENTIONS.1).contains(&retention)
    {
        wanted.retention = retention;
    }
    if let Some(parameters) = store.get(Setting::Parameters)? {
        let parameters: Vec<f32> =
            parameters.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        wanted.schedule = Schedule::with(&parameters).unwrap_or_default();
    }
    Ok(wanted)
}

fn interview_day(text: &str, today: Day) -> Result<Day, Failure> {
    let shown = printable(text);
    let wrong = |what: Text| {
        let hint = both!("such as 2026-12-15, or `none`", "예: 2026-12-15, 또는 `none`");
        Failure::Words(what, Some(hint))
    };
    let Some(day) = Day::parse(text) else {
        return Err(wrong(both!("`{shown}` is no day", "`{shown}`은(는) 날짜가 아닙니다")));
    };
    if day < today {
        return Err(wrong(both!("{shown} is past", "{shown}은(는) 지난 날짜입니다")));
    }
    if day.since(today) > DAYS_MOST {
        return Err(wrong(both!(
            "{shown} is more than a year away",
            "{shown}은(는) 1년보다 더 남았습니다"
        )));
    }
    Ok(day)
}

fn set_retention(context: &mut Context, dir: &Path, retention: f64) -> Result<Done, Failure> {
    let (low, high) = RETENTIONS;
    if !(low..=high).contains(&retention) {
        return Err(Failure::Words(
            both!(
                "the retention must lie between {low} and {high}",
                "기억할 확률은 {low}에서 {high} 사이여야 합니다"
            ),
            Some(both!(
                "0.9 is usual; lower means fewer reviews",
                "보통 0.9이고, 낮을수록 복습이 줄어듭니다"
            )),
        ));
    }
    let now = clock::now()?;
    let store = data::open(dir, Mode::Write)?;
    store.set(Setting::Retention, &retention.to_string(), &now.at_utc)?;
    tell(
        context,
        &both!(
            "questions come back when they are known with a probability of {retention}",
            "기억할 확률이 {retention}로 떨어질 때 문제가 다시 나옵니다"
        ),
    )
}

fn refit(context: &mut Context, dir: &Path, study: &Study) -> Result<Done, Failure> {
    let fitted = schedule::fit(&study.deck.histories()).map_err(|error| {
        let what = match error {
            NoFit::TooFew(found) => both!(
                "there are {found} reviews on a later day; {REVIEWS_MIN} are needed to fit the model",
                "다른 날에 한 복습이 {found}번입니다. 모델을 맞추려면 {REVIEWS_MIN}번이 필요합니다"
            ),
            NoFit::Unusable => both!(
                "your answers are too much alike to fit the model",
                "답이 서로 너무 비슷해서 모델을 맞출 수 없습니다"
            ),
        };
        let hint = both!(
            "until then the parameters that fit most people are used",
            "그때까지는 대다수에게 맞는 값을 씁니다"
        );
        Failure::Words(what, Some(hint))
    })?;
    let text: Vec<String> = fitted.iter().map(f32::to_string).collect();
    let store = data::open(dir, Mode::Write)?;
    store.set(Setting::Parameters, &text.join(" "), &study.now.at_utc)?;
    tell(context, &both!("the model was fitted to your answers", "모델을 내 답에 맞췄습니다"))
}

fn undo(context: &mut Context, dir: &Path) -> Result<Done, Failure> {
    let now = clock::now()?;
    let store = data::open(dir, Mode::Write)?;
    let Some((id, attempt)) = store.last()? else {
        return Err(Failure::Words(
            both!("there is no answer to take back", "취소할 답이 없습니다"),
            None,
        ));
    };
    store.retract(&id, &now.at_utc)?;
    let (question, at) = (printable(&attempt.question), printable(&attempt.at_utc));
    tell(
        context,
        &both!(
            "taken back: the answer to {question} of {at}",
            "취소했습니다: {at}에 {question}에 한 답"
        ),
    )
}

fn tell(context: &mut Context, words: &Text) -> Result<Done, Failure> {
    context.out.print(&format!("{}\n", words.get(context.lang)))?;
    Ok(Done::Fine)
}

pub(super) fn show(context: &mut Context, document: &Document) -> Result<Done, Failure> {
    let text = terminal::render(document, context.out.style(None));
    context.out.print(&format!("{text}\n"))?;
    Ok(Done::Fine)
}
