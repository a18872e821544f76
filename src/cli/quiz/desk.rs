//! What both ways of asking share: questions that are ready to be put, and answers that are kept
//! before anything is said about them.
#![expect(clippy::disallowed_methods, reason = "an exam ends by the clock")]

use std::time::{Duration, Instant};

use super::exhibit;
use crate::cli::sim::{available_threads, run_failed};
use crate::cli::{Context, Failure, clock};
use crate::content::text::Lang;
use crate::practice::session::{Ask, Feedback, Moment, Session, SimAsk, Summary};
use crate::practice::simulated::{self, NoAnswer};
use crate::quiz::grade::{Answer, AskAgain, Band, grade};
use crate::quiz::schedule::Rating;
use crate::report::document::{Block, Document};
use crate::report::view;
use crate::sims::run::Execution;
use crate::store::{Attempt, Store};

/// What is said after an answer, and what is asked then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Manner {
    Practice,
    /// As practice; the person may rate how well the answer was remembered.
    Review,
    /// Nothing is said before the end.
    Exam {
        limit: Duration,
    },
}

/// A question with everything that it needs.
pub(super) struct Ready<'q> {
    pub(super) ask: Ask<'q>,
    band: Option<Band>,
    pub(super) exhibit: Vec<Block>,
}

/// An answer that was kept.
pub(super) struct Kept {
    id: String,
    attempt: Attempt,
}

pub(super) struct Desk<'c, 'q> {
    pub(super) context: &'c mut Context,
    store: &'c Store,
    session: Session<'q>,
    pub(super) manner: Manner,
    began: Instant,
    /// Of the sitting, in the record.
    id: String,
    /// The last answer that stands.
    last: Option<Kept>,
    /// What is said at the end of an exam.
    kept_back: Vec<Document>,
    topics: Vec<Sections>,
}

/// The titles of a topic's sections.
struct Sections {
    topic: String,
    titles: Vec<(String, String)>,
}

impl<'c, 'q> Desk<'c, 'q> {
    pub(super) fn new(
        context: &'c mut Context,
        store: &'c Store,
        session: Session<'q>,
        manner: Manner,
    ) -> Desk<'c, 'q> {
        let id = format!("{:016x}-{}", super::fresh_seed(), std::process::id());
        let (kept_back, topics) = (Vec::new(), Vec::new());
        let began = Instant::now();
        Desk { context, store, session, manner, began, id, last: None, kept_back, topics }
    }

    pub(super) fn lang(&self) -> Lang {
        self.context.lang
    }

    /// What is left of an exam's time; `None` where there is no limit.
    pub(super) fn time_left(&self) -> Option<Duration> {
        match self.manner {
            Manner::Exam { limit } => Some(limit.saturating_sub(self.began.elapsed())),
            Manner::Practice | Manner::Review => None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.time_left() == Some(Duration::ZERO)
    }

    /// The next question. A `sim` question is run, with other settings where its guard asks for
    /// them; one that cannot be asked with any is passed over.
    pub(super) fn next(&mut self) -> Result<Option<Ready<'q>>, Failure> {
        while let Some(mut ask) = self.session.next() {
            let Some(band) = self.settle(&mut ask)? else { continue };
            let exhibit = exhibit::blocks(self.context, ask.question)?;
            return Ok(Some(Ready { ask, band, exhibit }));
        }
        Ok(None)
    }

    /// The band of a `sim` question. `Some(None)` for other kinds, `None` when no settings do.
    #[expect(clippy::option_option, reason = "no band needed, and none found, are different")]
    fn settle(&mut self, ask: &mut Ask<'q>) -> Result<Option<Option<Band>>, Failure> {
        loop {
            let Some(sim) = &ask.sim else { return Ok(Some(None)) };
            if let Some(band) = self.band(sim)? {
                return Ok(Some(Some(band)));
            }
            match self.session.other_variant() {
                Some(other) => *ask = other,
                None => return Ok(None),
            }
        }
    }

    fn band(&self, ask: &SimAsk) -> Result<Option<Band>, Failure> {
        let threads = available_threads();
        let execution = Execution { threads, progress: &|_, _| (), cancel: None };
        let found = simulated::band(&self.context.library, ask, &execution);
        found.map_err(|error| match error {
            NoAnswer::Problems(problems) => Failure::Input(problems),
            NoAnswer::Run(failed) => run_failed(&failed),
        })
    }

    /// Whether an answer can be graded, before anything is asked about it or kept.
    pub(super) fn fits(&self, ready: &Ready<'q>, answer: &Answer) -> Result<(), AskAgain> {
        grade(ready.ask.question, answer, ready.band.as_ref()).map(|_| ())
    }

    /// Grades an answer and keeps it; `Ok(Err(_))` where it cannot be graded.
    ///
    /// # Errors
    /// It was not kept.
    pub(super) fn answer(
        &mut self,
        ready: &Ready<'q>,
        answer: &Answer,
        sure: Option<f64>,
        took: Duration,
    ) -> Result<Result<Feedback<'q>, AskAgain>, Failure> {
        let feedback = match self.session.answer(answer, ready.band.as_ref()) {
            Ok(feedback) => feedback,
            Err(again) => return Ok(Err(again)),
        };
        let now = clock::now()?;
        let moment = Moment {
            at_utc: now.at_utc,
            utc_offset_minutes: now.utc_offset_minutes,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            sure,
            session: self.id.clone(),
            prep: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let attempt = self.session.attempt(&feedback, moment);
        let id = self.store.append(&attempt).map_err(|error| Failure::Words(error.text(), None))?;
        self.last = Some(Kept { id, attempt });
        if let Manner::Exam { .. } = self.manner {
            let question = view::quiz::question(&ready.ask, &ready.exhibit, self.lang());
            let said = self.feedback(&feedback);
            self.kept_back.extend([question, said]);
        }
        Ok(Ok(feedback))
    }

    pub(super) fn feedback(&mut self, feedback: &Feedback<'_>) -> Document {
        let title = self.section(&feedback.quiz.topic.value, feedback.section);
        view::quiz::feedback(feedback, title.as_deref(), self.lang())
    }

    /// How well the last answer was remembered, as its correctness and time say.
    pub(super) fn derived_rating(&self) -> Option<Rating> {
        let attempt = &self.last.as_ref()?.attempt;
        Some(Rating::derived(&attempt.kind, attempt.score, attempt.duration_ms))
    }

    /// The person's own rating of the last answer.
    pub(super) fn rate(&mut self, rating: Rating) -> Result<(), Failure> {
        let Some(Kept { id, mut attempt }) = self.last.take() else { return Ok(()) };
        attempt.rating = Some(rating);
        let at = clock::now()?.at_utc;
        let replaced = self.store.replace(&id, &attempt, &at);
        let id = replaced.map_err(|error| Failure::Words(error.text(), None))?;
        self.last = Some(Kept { id, attempt });
        Ok(())
    }

    /// Takes the last answer back; `false` where there is none.
    pub(super) fn undo(&mut self) -> Result<bool, Failure> {
        let Some(Kept { id, attempt }) = self.last.take() else { return Ok(false) };
        let at = clock::now()?.at_utc;
        self.store.retract(&id, &at).map_err(|error| Failure::Words(error.text(), None))?;
        self.session.take_back(&attempt.question, attempt.score);
        Ok(true)
    }

    pub(super) fn summary(&self) -> Summary {
        self.session.summary()
    }

    /// What was not said during an exam.
    pub(super) fn kept_back(&mut self) -> Vec<Document> {
        std::mem::take(&mut self.kept_back)
    }

    fn section(&mut self, topic: &str, section: &str) -> Option<String> {
        if self.topics.iter().all(|known| known.topic != topic) {
            let titles = super::sections(self.context, topic);
            self.topics.push(Sections { topic: topic.to_owned(), titles });
        }
        let known = self.topics.iter().find(|known| known.topic == topic)?;
        known.titles.iter().find(|(id, _)| id == section).map(|(_, title)| title.clone())
    }
}
