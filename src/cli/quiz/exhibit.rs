//! What a `diagnose` question shows, as it is drawn.

use crate::cli::sim::{available_threads, run_failed};
use crate::cli::{Context, Failure};
use crate::content::text::Lang;
use crate::export::jtl;
use crate::practice::exhibit::{Exhibit, NoExhibit, exhibit};
use crate::quiz::question::{Question, QuestionKind};
use crate::report::document::Block;
use crate::report::view;
use crate::sims::run::Execution;

/// Lines of a JMeter log that fit beside a question.
const JTL_LINES: usize = 12;

/// Nothing for questions of other kinds.
pub(super) fn blocks(context: &Context, question: &Question) -> Result<Vec<Block>, Failure> {
    let QuestionKind::Diagnose(run) = &question.kind else { return Ok(Vec::new()) };
    let execution = Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
    let found = exhibit(&context.library, run, &execution).map_err(failed)?;
    Ok(drawn(&found, context.lang))
}

/// An exhibit as blocks of a page.
pub(in crate::cli) fn drawn(found: &Exhibit, lang: Lang) -> Vec<Block> {
    match found {
        Exhibit::Metrics(rows) => vec![view::quiz::measured(rows, lang)],
        Exhibit::Timeline(replay) => {
            let (recording, episode) = (&replay.recording, replay.episode.as_ref());
            view::timeline::story(recording, episode, lang)
        }
        Exhibit::Jtl(replay) => {
            let text = excerpt(&jtl::text(&replay.recording));
            vec![Block::Code { language: "csv".to_owned(), text }]
        }
    }
}

pub(super) fn failed(error: NoExhibit) -> Failure {
    match error {
        NoExhibit::Problems(problems) => Failure::Input(problems),
        NoExhibit::Run(failed) => run_failed(&failed),
    }
}

/// The columns of a log that a person reads, and the lines around the first failure; without one
/// those around the slowest sample.
fn excerpt(log: &str) -> String {
    const SHOWN: [&str; 6] =
        ["timeStamp", "elapsed", "label", "responseCode", "success", "allThreads"];
    let mut lines = log.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let columns: Vec<usize> =
        SHOWN.iter().filter_map(|name| head.iter().position(|it| it == name)).collect();
    let cut = |line: &str| -> Vec<String> {
        let cells: Vec<&str> = line.split(',').collect();
        columns.iter().map(|at| cells.get(*at).copied().unwrap_or_default().to_owned()).collect()
    };
    let rows: Vec<Vec<String>> = lines.map(cut).collect();
    let elapsed = |row: &Vec<String>| row[1].parse::<u64>().unwrap_or(0);
    let failed = rows.iter().position(|row| row[4] == "false");
    let slowest = || (0..rows.len()).max_by_key(|at| elapsed(&rows[*at]));
    let middle = failed.or_else(slowest).unwrap_or(0);
    let from = middle.saturating_sub(JTL_LINES / 2).min(rows.len().saturating_sub(JTL_LINES));
    let shown = rows.iter().skip(from).take(JTL_LINES).map(|row| row.join(","));
    std::iter::once(SHOWN.join(",")).chain(shown).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_around_the_first_failure_are_shown_without_what_nobody_reads() {
        let head = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,\
                    success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL";
        let line = |at: usize, elapsed: usize, ok: bool| {
            let code = if ok { 200 } else { 500 };
            format!("{at},{elapsed},buy_now,{code},m,t 1-1,text,{ok},,0,0,1,{at},http://x/")
        };
        let log = |failed: Option<usize>| {
            let rows =
                (0..40).map(|at| line(at, if at == 30 { 900 } else { 5 }, Some(at) != failed));
            std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
        };
        let shown = excerpt(&log(Some(20)));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "timeStamp,elapsed,label,responseCode,success,allThreads");
        assert_eq!(lines.len(), 13);
        assert_eq!(lines[7], "20,5,buy_now,500,false,20");
        assert_eq!(excerpt(&log(None)).lines().nth(7), Some("30,900,buy_now,200,true,30"));
    }
}
