//! What to do now, in one screen.

use super::review::headline;
use crate::content::text::{Lang, Text, both};
use crate::practice::day::Day;
use crate::practice::plan::Expected;
use crate::practice::statistics::Strength;
use crate::report::document::{Block, Document, Span, Tone};

/// What there is to say to a person who types `prep`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Home {
    /// Nothing was ever answered.
    pub(crate) is_new: bool,
    pub(crate) due: usize,
    pub(crate) new: usize,
    /// For what is due, or else for the new questions.
    pub(crate) minutes: u64,
    pub(crate) interview: Option<Interview>,
    pub(crate) weakest: Option<Strength>,
    /// A sim of the weakest topic.
    pub(crate) sim: Option<String>,
    /// A paper that was begun and not handed in: its name, and the command that goes on with it.
    pub(crate) paper: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interview {
    pub(crate) date: Day,
    pub(crate) days: u32,
    pub(crate) as_is: Expected,
    pub(crate) kept: Expected,
    pub(crate) unseen: usize,
}

pub(crate) fn home(home: &Home, lang: Lang) -> Document {
    let mut rows: Vec<(String, Vec<Span>)> = Vec::new();
    let mut row = |words: Text, commands: &[&str]| {
        let mut spans = Vec::new();
        for command in commands {
            if !spans.is_empty() {
                spans.push(Span::text("   "));
            }
            spans.push(Span::code(*command));
        }
        rows.push((words.get(lang).to_owned(), spans));
    };
    if home.is_new {
        row(both!("Read a topic", "주제 읽기"), &["prep topic hikaricp-pool"]);
        row(both!("Run the experiment", "실험하기"), &["prep sim pool-size"]);
        row(both!("Answer questions", "문제 풀기"), &["prep quiz hikaricp-pool"]);
    } else {
        due(home, &mut row);
        weakest(home, &mut row);
    }
    if let Some(interview) = &home.interview {
        let (date, days) = (interview.date, interview.days);
        row(
            both!("Interview on {date}, {days} days", "{date} 면접, {days}일 남음"),
            &["prep review --interview"],
        );
        let words = prospect(interview);
        rows.push((String::new(), vec![Span::text(words.get(lang))]));
    }
    if let Some((name, command)) = &home.paper {
        let words = both!("Unfinished paper {name}", "풀다 만 시험지 {name}");
        rows.insert(0, (words.get(lang).to_owned(), vec![Span::code(command)]));
    }
    let mut blocks = vec![Block::Labelled(rows)];
    let more = both!("prep --help lists all commands", "prep --help로 모든 명령을 볼 수 있습니다");
    blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, more.get(lang).to_owned())]));
    Document { title: "prep".to_owned(), blocks }
}

fn due(home: &Home, row: &mut impl FnMut(Text, &[&str])) {
    let command = if home.due + home.new > 0 { "prep review" } else { "prep stats" };
    row(headline(home.due, home.new, home.minutes), &[command]);
}

fn weakest(home: &Home, row: &mut impl FnMut(Text, &[&str])) {
    let Some(weakest) = &home.weakest else { return };
    let (topic, known) = (&weakest.topic, format!("{:.0} %", 100.0 * weakest.known));
    let read = format!("prep topic {topic}");
    let run = home.sim.as_ref().map(|sim| format!("prep sim {sim}"));
    let mut commands = vec![read.as_str()];
    commands.extend(run.as_deref());
    row(both!("Weakest: {topic} ({known})", "가장 약한 주제: {topic} ({known})"), &commands);
}

/// What is to be expected on the day.
fn prospect(interview: &Interview) -> Text {
    let (now, kept) = (interview.as_is.items.round(), interview.kept.items.round());
    let (of, unseen) = (interview.kept.items_of, interview.unseen);
    if interview.days == 0 {
        return both!(
            "{now} of {of} items answerable",
            "{of}개 항목 중 {now}개에 답할 수 있습니다"
        );
    }
    if unseen > 0 {
        return both!(
            "{kept} of {of} items answerable with the plan, {now} without; {unseen} questions \
             stay unseen",
            "계획대로 하면 {of}개 항목 중 {kept}개, 아니면 {now}개. 문제 {unseen}개는 못 봅니다"
        );
    }
    both!(
        "on track for {kept} of {of} items with the plan, {now} without",
        "계획대로 하면 {of}개 항목 중 {kept}개, 아니면 {now}개에 답할 수 있습니다"
    )
}
