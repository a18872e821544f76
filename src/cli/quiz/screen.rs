//! The terminal interface: one question on a screen, its keys below.
#![expect(clippy::disallowed_methods, reason = "measures how long an answer took")]

use std::io;
use std::time::{Duration, Instant};

use ansi_to_tui::IntoText as _;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Text as Shown};
use ratatui::widgets::Paragraph;

use super::desk::{Desk, Manner, Ready};
use super::plain::level;
use crate::cli::Failure;
use crate::content::text::{Lang, Text, both};
use crate::practice::draft::{Draft, Edit};
use crate::quiz::grade::{Answer, AskAgain};
use crate::quiz::question::{OpenQuestion, QuestionKind};
use crate::quiz::schedule::Rating;
use crate::report::document::{Block, Document};
use crate::report::render::terminal;
use crate::report::view::practice::{self, keys};

/// How often the clock of an exam is looked at.
const TICK: Duration = Duration::from_millis(500);

/// What a person sees of one question.
enum Stage {
    Asking,
    /// The answer stands; how sure is the person?
    Sure(Answer),
    /// An open answer, and which points were ticked off.
    Points {
        text: String,
        cursor: usize,
        made: Vec<usize>,
    },
    /// The run beside the guess; the reasons come after a thought.
    Wondering(Document),
    Told(Document),
}

enum Step {
    Stay,
    /// To the next question.
    On,
    Away,
    Interrupted,
}

/// Asks until the questions, the time or the person is at an end.
pub(super) fn ask_all(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let mut terminal = ratatui::try_init().map_err(|error| no_terminal(&error))?;
    let asked = ask_on(&mut terminal, desk);
    ratatui::restore();
    asked?;
    for document in desk.kept_back() {
        super::show(desk.context, &document)?;
    }
    Ok(())
}

fn no_terminal(error: &io::Error) -> Failure {
    Failure::Words(
        both!("the terminal cannot be used: {error}", "터미널을 쓸 수 없습니다: {error}"),
        Some(both!("--plain asks line by line", "--plain은 한 줄씩 묻습니다")),
    )
}

fn ask_on(terminal: &mut DefaultTerminal, desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    loop {
        let wait = both!("The simulator runs ...", "시뮬레이터를 돌리는 중 ...");
        draw_words(terminal, wait.get(desk.lang()))?;
        let Some(ready) = desk.next()? else { return Ok(()) };
        let mut asked = Asked::new(&ready);
        loop {
            if desk.is_over() {
                return Ok(());
            }
            asked.draw(terminal, desk)?;
            let step = match next_event(desk.time_left())? {
                Some(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                    asked.key(key, desk)?
                }
                Some(Event::Paste(text)) => {
                    text.chars().for_each(|letter| asked.draft.edit(Edit::Type(letter)));
                    Step::Stay
                }
                _ => Step::Stay,
            };
            match step {
                Step::Stay => {}
                Step::On => break,
                Step::Away => return Ok(()),
                Step::Interrupted => return Err(Failure::Interrupted),
            }
        }
    }
}

/// The next key; `None` when an exam's clock is to be looked at.
fn next_event(left: Option<Duration>) -> Result<Option<Event>, Failure> {
    let ready = match left {
        Some(left) => event::poll(left.min(TICK)).map_err(|error| no_terminal(&error))?,
        None => true,
    };
    if ready { event::read().map(Some).map_err(|error| no_terminal(&error)) } else { Ok(None) }
}

fn draw_words(terminal: &mut DefaultTerminal, words: &str) -> Result<(), Failure> {
    let drawn = terminal.draw(|frame| {
        let words = Line::styled(format!(" {words}"), Style::new().add_modifier(Modifier::DIM));
        frame.render_widget(Paragraph::new(words), frame.area());
    });
    drawn.map(|_| ()).map_err(|error| no_terminal(&error))
}

/// One question while it is on the screen.
struct Asked<'r, 'q> {
    ready: &'r Ready<'q>,
    draft: Draft<'q>,
    stage: Stage,
    hint: bool,
    /// Why the last key did nothing.
    note: Option<Text>,
    /// Lines above the screen.
    scroll: u16,
    /// Lines of the whole page, and rows to show them in, when it was last drawn.
    size: (u16, u16),
    start: Instant,
    /// Fixed when the answer is given, before the person says how sure they are.
    took: Duration,
}

impl<'r, 'q> Asked<'r, 'q> {
    fn new(ready: &'r Ready<'q>) -> Asked<'r, 'q> {
        Asked {
            ready,
            draft: Draft::of(&ready.ask),
            stage: Stage::Asking,
            hint: false,
            note: None,
            scroll: 0,
            size: (0, 0),
            start: Instant::now(),
            took: Duration::ZERO,
        }
    }

    fn key(&mut self, key: KeyEvent, desk: &mut Desk<'_, 'q>) -> Result<Step, Failure> {
        self.note = None;
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return Ok(match key.code {
                KeyCode::Char('c' | 'd') => Step::Interrupted,
                KeyCode::Char('u') => self.edit(Edit::EraseAll),
                _ => Step::Stay,
            });
        }
        match key.code {
            KeyCode::PageDown => return Ok(self.scroll_by(true)),
            KeyCode::PageUp => return Ok(self.scroll_by(false)),
            _ => {}
        }
        match &mut self.stage {
            Stage::Asking => self.asking(key, desk),
            Stage::Sure(answer) => {
                let sure = match key.code {
                    KeyCode::Char(digit) => level(&digit.to_string()),
                    KeyCode::Enter => None,
                    KeyCode::Esc => {
                        self.stage = Stage::Asking;
                        return Ok(Step::Stay);
                    }
                    _ => return Ok(Step::Stay),
                };
                if sure.is_none() && key.code != KeyCode::Enter {
                    return Ok(Step::Stay);
                }
                let answer = answer.clone();
                self.give(&answer, sure, desk)
            }
            Stage::Points { text, cursor, made } => {
                let QuestionKind::Open(open) = &self.ready.ask.question.kind else {
                    return Ok(Step::On);
                };
                match key.code {
                    KeyCode::Up => *cursor = cursor.saturating_sub(1),
                    KeyCode::Down => *cursor = (*cursor + 1).min(open.points.len() - 1),
                    KeyCode::Char(' ') => toggle(made, *cursor),
                    KeyCode::Char(letter) => {
                        let at = u32::from(letter).wrapping_sub(u32::from('a')) as usize;
                        if at < open.points.len() {
                            *cursor = at;
                            toggle(made, at);
                        }
                    }
                    KeyCode::Enter => {
                        let (text, points) = (text.clone(), ids(open, made));
                        return self.give(&Answer::Open { text, points }, None, desk);
                    }
                    _ => {}
                }
                Ok(Step::Stay)
            }
            Stage::Wondering(told) => {
                if let KeyCode::Enter | KeyCode::Char(' ') = key.code {
                    self.stage = Stage::Told(told.clone());
                    self.scroll = 0;
                }
                Ok(Step::Stay)
            }
            Stage::Told(_) => self.told(key, desk),
        }
    }

    fn asking(&mut self, key: KeyEvent, desk: &mut Desk<'_, 'q>) -> Result<Step, Failure> {
        let command = !self.draft.takes_letters();
        let words = matches!(self.draft, Draft::Typing { words: true, .. });
        Ok(match key.code {
            KeyCode::Esc => Step::Away,
            KeyCode::Tab => Step::On,
            KeyCode::Up | KeyCode::BackTab => self.edit(Edit::Up),
            KeyCode::Down => self.edit(Edit::Down),
            KeyCode::Backspace => self.edit(Edit::Erase),
            KeyCode::Enter => return self.finished(desk),
            KeyCode::Char('?') if !words => {
                self.hint = !matches!(desk.manner, Manner::Exam { .. });
                Step::Stay
            }
            KeyCode::Char(' ') if command => self.edit(Edit::Toggle),
            KeyCode::Char('q') if command => Step::Away,
            KeyCode::Char('s') if command => Step::On,
            KeyCode::Char(letter) => self.edit(Edit::Type(letter)),
            _ => Step::Stay,
        })
    }

    /// The draft is to be the answer.
    fn finished(&mut self, desk: &mut Desk<'_, 'q>) -> Result<Step, Failure> {
        self.took = self.start.elapsed();
        match self.draft.answer() {
            Ok(Answer::Open { text, .. }) => {
                self.scroll = 0;
                self.stage = Stage::Points { text, cursor: 0, made: Vec::new() };
            }
            Ok(answer) => match desk.fits(self.ready, &answer) {
                Ok(()) => self.stage = Stage::Sure(answer),
                Err(AskAgain(why)) => self.note = Some(why),
            },
            Err(AskAgain(why)) => self.note = Some(why),
        }
        Ok(Step::Stay)
    }

    fn give(
        &mut self,
        answer: &Answer,
        sure: Option<f64>,
        desk: &mut Desk<'_, 'q>,
    ) -> Result<Step, Failure> {
        match desk.answer(self.ready, answer, sure, self.took)? {
            Err(AskAgain(why)) => {
                self.note = Some(why);
                self.stage = Stage::Asking;
            }
            Ok(_) if matches!(desk.manner, Manner::Exam { .. }) => return Ok(Step::On),
            Ok(feedback) => {
                let told = desk.feedback(&feedback);
                self.scroll = 0;
                self.stage = match self.ready.ask.question.kind {
                    QuestionKind::Predict(_) => Stage::Wondering(told),
                    _ => Stage::Told(told),
                };
            }
        }
        Ok(Step::Stay)
    }

    /// After the feedback.
    fn told(&mut self, key: KeyEvent, desk: &mut Desk<'_, 'q>) -> Result<Step, Failure> {
        Ok(match key.code {
            KeyCode::Enter | KeyCode::Char(' ' | 'n') | KeyCode::Tab => Step::On,
            KeyCode::Esc | KeyCode::Char('q') => Step::Away,
            KeyCode::Up => self.scroll_to(self.scroll.saturating_sub(1)),
            KeyCode::Down => self.scroll_to(self.scroll.saturating_add(1)),
            KeyCode::Char('u') => {
                desk.undo()?;
                self.note = Some(both!("The answer is taken back.", "답을 취소했습니다."));
                Step::Stay
            }
            KeyCode::Char(digit) if desk.manner == Manner::Review => {
                let rating = digit.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
                match rating.and_then(Rating::from_number) {
                    Some(rating) => {
                        if Some(rating) != desk.derived_rating() {
                            desk.rate(rating)?;
                        }
                        Step::On
                    }
                    None => Step::Stay,
                }
            }
            _ => Step::Stay,
        })
    }

    fn edit(&mut self, edit: Edit) -> Step {
        self.draft.edit(edit);
        Step::Stay
    }

    fn scroll_by(&mut self, down: bool) -> Step {
        let page = self.size.1.saturating_sub(2).max(1);
        let to = if down { self.scroll + page } else { self.scroll.saturating_sub(page) };
        self.scroll_to(to)
    }

    fn scroll_to(&mut self, to: u16) -> Step {
        self.scroll = to.min(self.size.0.saturating_sub(self.size.1));
        Step::Stay
    }

    fn page(&self, lang: Lang) -> Document {
        let (ask, exhibit) = (&self.ready.ask, &self.ready.exhibit);
        let hint = self.hint.then_some(&ask.question.hint);
        match (&self.stage, &ask.question.kind) {
            (Stage::Points { text, cursor, made }, QuestionKind::Open(open)) => {
                practice::points(ask, open, text, (*cursor, made), lang)
            }
            (Stage::Told(told), _) => practice::told(ask, told, lang),
            (Stage::Wondering(told), _) => {
                let drawn = told.blocks.iter().filter(|block| matches!(block, Block::Bars(_)));
                let chart = Document { blocks: drawn.cloned().collect(), ..told.clone() };
                practice::told(ask, &chart, lang)
            }
            _ => practice::asking(ask, exhibit, &self.draft, hint, lang),
        }
    }

    fn keys(&self, desk: &Desk<'_, '_>) -> Text {
        match &self.stage {
            Stage::Asking => keys::asking(&self.draft, matches!(desk.manner, Manner::Exam { .. })),
            Stage::Sure(_) => keys::sure(),
            Stage::Points { .. } => keys::points(),
            Stage::Wondering(_) => keys::wondering(),
            Stage::Told(_) => match (desk.manner, desk.derived_rating()) {
                (Manner::Review, Some(derived)) => keys::rating(derived, desk.lang()),
                _ => keys::told(),
            },
        }
    }

    fn draw(&mut self, terminal: &mut DefaultTerminal, desk: &Desk<'_, '_>) -> Result<(), Failure> {
        let lang = desk.lang();
        let foot = match &self.note {
            Some(note) => note.get(lang).to_owned(),
            None => self.keys(desk).get(lang).to_owned(),
        };
        let foot = match desk.time_left() {
            Some(left) => {
                let seconds = left.as_secs();
                format!("{:02}:{:02}  {foot}", seconds / 60, seconds % 60)
            }
            None => foot,
        };
        let page = self.page(lang);
        let style = desk.context.out.style(None);
        let drawn = terminal.draw(|frame| {
            let area = frame.area();
            let style = terminal::Style { width: usize::from(area.width), links: false, ..style };
            let rendered = terminal::render(&page, style);
            let text = rendered.into_text().unwrap_or_else(|_| Shown::raw(&rendered));
            let foot = wrapped(&foot, usize::from(area.width.saturating_sub(2)));
            let foot_rows = u16::try_from(foot.len()).unwrap_or(1);
            let rows = Layout::vertical([
                Constraint::Min(1),
                Constraint::Length(1),
                Constraint::Length(foot_rows),
            ])
            .split(area);
            let lines = u16::try_from(text.height()).unwrap_or(u16::MAX);
            self.size = (lines, rows[0].height);
            if let Stage::Asking | Stage::Points { .. } = self.stage
                && let Some(at) = text.iter().position(|line| line_has_cursor(line))
            {
                let at = u16::try_from(at).unwrap_or(u16::MAX);
                // The cursor and one line below it stay on the screen.
                let bottom = at.saturating_add(2).saturating_sub(rows[0].height);
                self.scroll = self.scroll.clamp(bottom.min(at), at);
            }
            self.scroll = self.scroll.min(lines.saturating_sub(rows[0].height));
            frame.render_widget(Paragraph::new(text).scroll((self.scroll, 0)), rows[0]);
            let dim = Style::new().add_modifier(Modifier::DIM);
            let more = lines.saturating_sub(rows[0].height).saturating_sub(self.scroll);
            let rule = if more > 0 { format!(" ↓ {more}") } else { String::new() };
            frame.render_widget(Paragraph::new(Line::styled(rule, dim)), rows[1]);
            let foot: Vec<Line<'_>> =
                foot.into_iter().map(|line| Line::styled(line, dim)).collect();
            frame.render_widget(Paragraph::new(foot), rows[2]);
        });
        drawn.map(|_| ()).map_err(|error| no_terminal(&error))
    }
}

fn line_has_cursor(line: &Line<'_>) -> bool {
    line.spans.iter().any(|span| span.content.contains(practice::CURSOR))
}

/// Keys in as many lines as they need; two spaces part them.
fn wrapped(keys: &str, width: usize) -> Vec<String> {
    use unicode_width::UnicodeWidthStr as _;
    let mut lines = vec![String::new()];
    for key in keys.split("  ").filter(|key| !key.is_empty()) {
        let line = lines.last_mut().map_or(0, |line| line.width());
        if line > 0 && line + 3 + key.width() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            *line += if line.is_empty() { " " } else { "  " };
            *line += key;
        }
    }
    lines
}

fn toggle(made: &mut Vec<usize>, at: usize) {
    match made.iter().position(|other| *other == at) {
        Some(place) => {
            made.remove(place);
        }
        None => made.push(at),
    }
}

fn ids(open: &OpenQuestion, made: &[usize]) -> Vec<String> {
    let points = open.points.iter().enumerate();
    points.filter(|(at, _)| made.contains(at)).map(|(_, point)| point.id.clone()).collect()
}
