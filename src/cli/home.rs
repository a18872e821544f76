//! `prep` alone: what to do now.

use super::review::{Study, show};
use super::{Context, Done, Failure, output};
use crate::content::Kind;
use crate::content::text::Lang;
use crate::knowledge::topic;
use crate::practice::statistics;
use crate::report::view;
use crate::report::view::home::{Home, Interview};

pub(super) fn run(context: &mut Context) -> Result<Done, Failure> {
    let home = match output::data_dir() {
        Some(dir) => home(context, &Study::load(context, &dir)?),
        None => Home { is_new: true, ..Home::default() },
    };
    show(context, &view::home::home(&home, context.lang))
}

fn home(context: &Context, study: &Study) -> Home {
    let today = study.deck.today(&study.wanted, study.today);
    let due = today.due.len() + today.leeches.len();
    let strengths = statistics::strengths(&study.deck, &study.wanted, study.today);
    let weakest = strengths.into_iter().next();
    let sim = weakest.as_ref().and_then(|weakest| first_sim(context, &weakest.topic));
    let interview = study.plan(context).map(|plan| Interview {
        date: plan.date,
        days: plan.date.since(study.today),
        as_is: plan.as_is,
        kept: plan.kept,
        unseen: plan.unseen,
    });
    Home {
        is_new: study.attempts.is_empty(),
        due,
        new: today.new.len(),
        minutes: study.deck.minutes(if due > 0 { due } else { today.new.len() }),
        interview,
        weakest,
        sim,
        paper: None,
    }
}

fn first_sim(context: &Context, slug: &str) -> Option<String> {
    let source = context.library.get(Kind::Topic, slug, Lang::En)?;
    topic::front_matter(&source).ok()?.sims.into_iter().next()
}
