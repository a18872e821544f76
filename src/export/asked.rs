//! What a question needs to be asked by another program.

use crate::content::text::{Lang, Text, both};
use crate::quiz::grade::{Band, accepted, accepted_of};
use crate::quiz::question::{
    NumberQuestion, Question, QuestionKind, Quiz, ScheduledStep, SimQuestion,
};
use crate::quiz::unit::Unit;

use super::html;

/// A question with what is known of it without running anything.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'q> {
    pub(crate) quiz: &'q Quiz,
    pub(crate) question: &'q Question,
    /// What a `diagnose` question shows, as rows of cells, the head first.
    pub(crate) measured: Option<Vec<Vec<String>>>,
    /// The right value of a `sim` or `predict` question.
    pub(crate) band: Option<Band>,
}

/// A question that another program cannot ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAsked {
    /// `topic/question`.
    pub(crate) id: String,
    pub(crate) reason: Reason,
}

/// Why another program cannot ask a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Its settings are drawn and simulated anew each time.
    Simulated,
    /// It shows a replay.
    Replayed,
    /// No weight of that program divides a point by so many right options.
    Weights,
}

impl Reason {
    pub(crate) fn words(self) -> Text {
        match self {
            Reason::Simulated => both!(
                "their right value comes from a run",
                "정답을 시뮬레이션으로 구해야 하는 문제"
            ),
            Reason::Replayed => {
                both!("they show a timeline or a log", "타임라인이나 로그를 보여 주는 문제")
            }
            Reason::Weights => {
                both!("they have more than 10 right options", "정답인 보기가 10개를 넘는 문제")
            }
        }
    }
}

/// A right value with the ends of what is accepted, and the known wrong ones.
pub(super) struct Value<'q> {
    pub(super) right: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) unit: Unit,
    pub(super) wrong: Vec<WrongRange<'q>>,
}

pub(super) struct WrongRange<'q> {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) why: &'q Text,
}

impl Asked<'_> {
    /// `topic/question`, the name under which answers are kept.
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.quiz.slug, self.question.id)
    }

    pub(super) fn not_asked(&self, reason: Reason) -> NotAsked {
        NotAsked { id: self.id(), reason }
    }

    /// The question in HTML, with the schedule or the measured values that belong to it.
    pub(super) fn html(&self, lang: Lang) -> Result<String, NotAsked> {
        let ask = html::words(self.question.ask.get(lang));
        Ok(match (&self.question.kind, &self.measured) {
            (QuestionKind::Trace { schedule, .. }, _) => ask + &schedule_html(schedule, lang),
            (QuestionKind::Diagnose(_), Some(rows)) => ask + &html::table(rows),
            (QuestionKind::Diagnose(_), None) => return Err(self.not_asked(Reason::Replayed)),
            _ => ask,
        })
    }

    /// The value of a question that asks for a number, in a unit that a person types: a share is
    /// in percent.
    pub(super) fn value(&self) -> Result<Option<Value<'_>>, NotAsked> {
        let value = match &self.question.kind {
            QuestionKind::Number(number) => of_number(number),
            QuestionKind::Sim(sim) | QuestionKind::Predict(sim) => {
                let band = self.band.as_ref().ok_or_else(|| self.not_asked(Reason::Simulated))?;
                of_band(sim, band)
            }
            _ => return Ok(None),
        };
        Ok(Some(value.in_percent()))
    }
}

impl Value<'_> {
    fn in_percent(mut self) -> Self {
        if self.unit == Unit::Share {
            self.unit = Unit::Percent;
            let scaled = [&mut self.right, &mut self.low, &mut self.high];
            let ends = self.wrong.iter_mut().flat_map(|wrong| [&mut wrong.low, &mut wrong.high]);
            for value in scaled.into_iter().chain(ends) {
                *value *= 100.0;
            }
        }
        self
    }
}

fn of_number(number: &NumberQuestion) -> Value<'_> {
    let (low, high) = accepted(number.answer, number.accept);
    let wrong = number.wrong.iter().map(|wrong| {
        let (low, high) = accepted(wrong.value, number.accept);
        WrongRange { low, high, why: &wrong.why }
    });
    Value { right: number.answer, low, high, unit: number.unit, wrong: wrong.collect() }
}

fn of_band<'q>(sim: &'q SimQuestion, band: &Band) -> Value<'q> {
    let (low, high) = accepted_of(band, sim.accept);
    let wrong = band.wrong.iter().zip(&sim.wrong).filter_map(|(value, wrong)| {
        let (low, high) = accepted((*value)?, sim.accept);
        Some(WrongRange { low, high, why: &wrong.why })
    });
    Value { right: band.value, low, high, unit: band.unit, wrong: wrong.collect() }
}

/// The sentence that says in which unit a number is to be typed.
pub(super) fn unit_words(unit: Unit) -> Text {
    match unit {
        Unit::PerSecond => both!("Type the number alone, per second.", "초당 값을 숫자만 쓰세요."),
        Unit::Milliseconds => {
            both!("Type the number alone, in milliseconds.", "밀리초 단위로 숫자만 쓰세요.")
        }
        Unit::Seconds => both!("Type the number alone, in seconds.", "초 단위로 숫자만 쓰세요."),
        Unit::Count => both!("Type the number alone.", "숫자만 쓰세요."),
        Unit::Percent | Unit::Share => {
            both!("Type the number alone, in percent.", "퍼센트 값을 숫자만 쓰세요.")
        }
    }
}

fn schedule_html(schedule: &[ScheduledStep], lang: Lang) -> String {
    let has_answers = schedule.iter().any(|step| step.sees.is_some());
    let (by, does) = (both!("session", "세션"), both!("statement", "문장"));
    let sees = both!("returns", "결과");
    let heads = [&by, &does, &sees].map(|head| head.get(lang).to_owned());
    let rows = schedule.iter().map(|step| {
        vec![step.by.clone(), step.does.clone(), step.sees.clone().unwrap_or_default()]
    });
    let mut rows: Vec<Vec<String>> = std::iter::once(heads.to_vec()).chain(rows).collect();
    if !has_answers {
        rows.iter_mut().for_each(|row| row.truncate(2));
    }
    html::table(&rows)
}
