//! `prep quiz --paper`: a student answers an assignment.
#![expect(clippy::disallowed_methods, reason = "measures how long an answer took")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::growing::{Growing, Readers, write_new};
use super::{Context, Done, Failure, clock, output};
use crate::content::problem::printable;
use crate::content::read_bytes;
use crate::content::text::{Text, both};
use crate::practice::draft::letter_of;
use crate::practice::paper::{self, Drawn, Issued, PaperKind, draw};
use crate::practice::received::{self, Fault, is_student};
use crate::practice::signing::Secret;
use crate::practice::submission::{self, Given, Moment, State, Submission, Writer};
use crate::quiz::unit::{self, Unit};
use crate::report::document::Document;
use crate::report::render::terminal;
use crate::report::view;

/// Options of `prep quiz` for an assignment.
#[derive(Args)]
pub(super) struct PaperArgs {
    /// Answer the paper of an assignment; the answers are kept beside it
    #[arg(long = "paper", value_name = "FILE", conflicts_with_all = ["topic", "count", "seed"])]
    file: Option<PathBuf>,
    /// Your name in the class list; otherwise it is asked
    #[arg(long, value_name = "NAME", requires = "file")]
    student: Option<String>,
    /// Begin the next attempt, after one that was handed in
    #[arg(long, requires = "file")]
    again: bool,
}

impl PaperArgs {
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

/// What came of asking one question.
enum Went {
    On,
    /// To the end of the input, or until later.
    Away,
}

pub(super) fn run(
    context: &mut Context,
    file: &Path,
    args: &PaperArgs,
    data: Option<&Path>,
) -> Result<Done, Failure> {
    let issued =
        paper::open(&read_bytes(file, paper::BYTES_MAX)?).map_err(|fault| refused(file, &fault))?;
    opens(&issued)?;
    let student = student(context, args)?;
    let secret = identity(data)?;
    let drawn = draw(&issued.paper, &issued.digest, &student);
    show(context, &view::paper::head(&issued, drawn.len(), &student, context.lang))?;
    let Some((mut growing, mut begun, mut writer)) =
        begin(context, file, args, &issued, &student, &secret)?
    else {
        return Ok(Done::Fine);
    };
    let mut sitting = Sitting { drawn: &drawn, growing: &mut growing, writer: &mut writer };
    let first: Vec<usize> = (0..drawn.len())
        .filter(|at| !begun.iter().any(|id| *id == drawn[*at].question.id))
        .collect();
    for at in first {
        match sitting.ask(context, at, &mut begun)? {
            Went::On => {}
            Went::Away => return later(context, file),
        }
    }
    loop {
        let answered: Vec<&str> = begun.iter().map(String::as_str).collect();
        show(context, &view::paper::overview(&drawn, &answered, context.lang))?;
        let how = both!(
            "A number answers that question again, `done` hands in, `q` leaves it for later.",
            "번호를 입력하면 그 문제에 다시 답하고, `done`은 제출, `q`는 나중에 이어서 하기입니다."
        );
        say(context, &how)?;
        context.out.print("> ")?;
        let Some(line) = context.out.read_line()? else { return later(context, file) };
        match line.as_str() {
            "q" | "quit" | "exit" => return later(context, file),
            "done" | "제출" => break,
            number => match number.parse::<usize>() {
                Ok(number) if (1..=drawn.len()).contains(&number) => {
                    if let Went::Away = sitting.ask(context, number - 1, &mut begun)? {
                        return later(context, file);
                    }
                }
                _ => {}
            },
        }
    }
    growing.append(&writer.close(clock::now()?.at_utc))?;
    let path = place(file, &issued, &student, attempt_of(file, &issued, &student)?);
    let path = printable(&path.display().to_string());
    say(
        context,
        &both!(
            "Handed in. Send `{path}` to your mentor.",
            "제출했습니다. `{path}` 파일을 멘토에게 보내세요."
        ),
    )?;
    Ok(Done::Fine)
}

/// Before it opens nothing is shown of it.
fn opens(issued: &Issued) -> Result<(), Failure> {
    let Some(opens) = &issued.paper.opens else { return Ok(()) };
    let now = clock::now()?.at_utc;
    let is_open = opens.parse::<jiff::Timestamp>().ok() <= now.parse::<jiff::Timestamp>().ok();
    if is_open {
        return Ok(());
    }
    Err(Failure::Words(
        both!(
            "the paper opens at {opens}; the clock of this machine says {now}",
            "이 시험지는 {opens}에 열립니다. 이 컴퓨터의 시계는 {now}입니다"
        ),
        None,
    ))
}

fn student(context: &mut Context, args: &PaperArgs) -> Result<String, Failure> {
    let name = match &args.student {
        Some(name) => name.clone(),
        None => {
            let ask = both!("Your name in the class list: ", "반 명단에 있는 이름: ");
            context.out.print(ask.get(context.lang))?;
            context.out.read_line()?.unwrap_or_default()
        }
    };
    let name = name.trim().to_lowercase();
    if is_student(&name) {
        return Ok(name);
    }
    let shown = printable(&name);
    Err(Failure::Words(
        both!("`{shown}` cannot be a name here", "`{shown}`은(는) 이름으로 쓸 수 없습니다"),
        Some(both!(
            "letters and digits, single hyphens between them, at most 40: `kim-minji`",
            "글자와 숫자, 사이에 하이픈 하나씩, 최대 40자: `김민지`"
        )),
    ))
}

/// The key that this person's answers are signed with, made at the first use.
fn identity(data: Option<&Path>) -> Result<Secret, Failure> {
    let dir = data.map(Path::to_owned).or_else(output::data_dir).ok_or_else(|| {
        Failure::Words(
            both!(
                "no place to keep your key: neither HOME nor XDG_DATA_HOME is set",
                "키를 저장할 곳이 없습니다. HOME과 XDG_DATA_HOME이 모두 비어 있습니다"
            ),
            Some(both!("name a directory with --data DIR", "--data DIR로 디렉터리를 지정하세요")),
        )
    })?;
    let path = dir.join("identity.key");
    if !path.exists() {
        output::Output::new(crate::content::text::Lang::En).directory(&dir)?;
        let text = format!("{}\n", Secret::of(fresh_bytes()?).to_hex());
        match write_new(&path, &text, Readers::Owner) {
            // Another process was faster: its key is as good.
            Err(_) if path.exists() => {}
            other => other?,
        }
    }
    let bytes = read_bytes(&path, 1_000)?;
    let text = received::text(&bytes, 1_000).map_err(|fault| refused(&path, &fault))?;
    Secret::from_hex(text.trim_end()).ok_or_else(|| {
        let shown = printable(&path.display().to_string());
        Failure::Words(
            both!("`{shown}` is no key", "`{shown}`은(는) 키 파일이 아닙니다"),
            Some(both!(
                "move it away; a new key is made, and your mentor sees that it changed",
                "다른 곳으로 옮기면 새 키가 만들어집니다. 키가 바뀐 것은 멘토에게 보입니다"
            )),
        )
    })
}

/// 32 bytes of the operating system's randomness.
pub(super) fn fresh_bytes() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::Words(
            both!("no random numbers: {error}", "난수를 만들 수 없습니다: {error}"),
            None,
        )
    })?;
    Ok(bytes)
}

/// `week3.kim.submission`, from the second attempt on `week3.kim.2.submission`.
fn place(paper: &Path, issued: &Issued, student: &str, attempt: u32) -> PathBuf {
    let id = &issued.paper.id;
    paper.with_file_name(match attempt {
        1 => format!("{id}.{student}.submission"),
        _ => format!("{id}.{student}.{attempt}.submission"),
    })
}

/// The last attempt that has a file, or 1.
fn attempt_of(paper: &Path, issued: &Issued, student: &str) -> Result<u32, Failure> {
    let exists = |attempt: &u32| place(paper, issued, student, *attempt).exists();
    Ok((1..=issued.paper.attempts).take_while(exists).last().unwrap_or(1))
}

type Begun = (Growing, Vec<String>, Writer);

/// Begins an attempt or goes on with one; `None` when all is handed in.
fn begin(
    context: &mut Context,
    file: &Path,
    args: &PaperArgs,
    issued: &Issued,
    student: &str,
    secret: &Secret,
) -> Result<Option<Begun>, Failure> {
    let mut attempt = attempt_of(file, issued, student)?;
    loop {
        let path = place(file, issued, student, attempt);
        let (mut growing, bytes) = Growing::open(&path, submission::BYTES_MAX)?;
        let newline = bytes.contains(&b'\n');
        if !newline {
            // Nothing, or a first line that was cut off.
            growing.cut(0)?;
            let (writer, line) =
                Writer::begin(secret, &issued.paper.id, &issued.digest, student, attempt);
            growing.append(&line)?;
            return Ok(Some((growing, Vec::new(), writer)));
        }
        let found = submission::read(&bytes).map_err(|fault| refused(&path, &fault))?;
        own(&path, &found, issued, student)?;
        if found.state != State::HandedIn {
            let Some(writer) = Writer::resume(secret, &found) else { return Err(other_key(&path)) };
            growing.cut(found.whole)?;
            let answered = found.answers().into_iter().map(|line| line.question.clone());
            return Ok(Some((growing, answered.collect(), writer)));
        }
        let most = issued.paper.attempts;
        if attempt >= most {
            say(
                context,
                &both!(
                    "Handed in: there is no further attempt.",
                    "이미 제출했습니다. 남은 시도가 없습니다."
                ),
            )?;
            return Ok(None);
        }
        if !args.again {
            let left = most - attempt;
            say(
                context,
                &both!(
                    "Handed in. {left} more attempts are allowed: begin the next one with --again.",
                    "이미 제출했습니다. {left}번 더 시도할 수 있습니다. 다음 시도는 --again으로 시작하세요."
                ),
            )?;
            return Ok(None);
        }
        attempt += 1;
    }
}

/// A file of that name may belong to another paper.
fn own(path: &Path, found: &Submission, issued: &Issued, student: &str) -> Result<(), Failure> {
    if found.header.paper == issued.digest && found.header.student == student {
        return Ok(());
    }
    let shown = printable(&path.display().to_string());
    Err(Failure::Words(
        both!("`{shown}` answers another paper", "`{shown}`은(는) 다른 시험지의 답안입니다"),
        Some(both!("move it away first", "먼저 다른 곳으로 옮기세요")),
    ))
}

fn other_key(path: &Path) -> Failure {
    let shown = printable(&path.display().to_string());
    Failure::Words(
        both!(
            "`{shown}` was begun with another key: go on with the account or machine that began it",
            "`{shown}`은(는) 다른 키로 시작한 답안입니다. 시작한 계정이나 컴퓨터에서 이어서 하세요"
        ),
        None,
    )
}

pub(super) fn refused(path: &Path, fault: &Fault) -> Failure {
    let shown = printable(&path.display().to_string());
    let Text { en, ko } = fault.text();
    Failure::Words(both!("{shown}: {en}", "{shown}: {ko}"), None)
}

fn later(context: &mut Context, file: &Path) -> Result<Done, Failure> {
    let shown = printable(&file.display().to_string());
    say(
        context,
        &both!(
            "\nNot handed in yet. Go on with: prep quiz --paper {shown}",
            "\n아직 제출하지 않았습니다. 이어서 하려면: prep quiz --paper {shown}"
        ),
    )?;
    Ok(Done::Fine)
}

/// A student at a paper.
struct Sitting<'s, 'p> {
    drawn: &'s [Drawn<'p>],
    growing: &'s mut Growing,
    writer: &'s mut Writer,
}

impl Sitting<'_, '_> {
    /// Asks one question; the answer is on the disk before anything else is shown.
    fn ask(
        &mut self,
        context: &mut Context,
        at: usize,
        answered: &mut Vec<String>,
    ) -> Result<Went, Failure> {
        let drawn = &self.drawn[at];
        let (number, of) = (at + 1, self.drawn.len());
        show(context, &view::paper::question(drawn, number, of, context.lang))?;
        let start = Instant::now();
        let given = loop {
            context.out.print("> ")?;
            let Some(line) = context.out.read_line()? else { return Ok(Went::Away) };
            match line.as_str() {
                "" => return Ok(Went::On),
                "q" | "quit" | "exit" => return Ok(Went::Away),
                _ => {}
            }
            match given(context, drawn, &line)? {
                Ok(given) => break given,
                Err(why) => say(context, &why)?,
            }
        };
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let sure = confidence(context)?;
        let now = clock::now()?;
        let (at_utc, utc_offset_minutes) = (now.at_utc, now.utc_offset_minutes);
        let moment = Moment { ms, at_utc, utc_offset_minutes };
        let id = &drawn.question.id;
        let line = self.writer.answer(id, drawn.variant, given, sure, moment);
        self.growing.append(&line)?;
        if !answered.contains(id) {
            answered.push(id.clone());
        }
        say(context, &both!("Kept.", "저장했습니다."))?;
        Ok(Went::On)
    }
}

/// How sure the student is; nothing but a number from 1 to 5 counts.
fn confidence(context: &mut Context) -> Result<Option<u8>, Failure> {
    let how =
        both!("How sure, 1 to 5 (Enter skips)? ", "얼마나 확신하나요, 1~5(Enter는 건너뛰기)? ");
    context.out.print(how.get(context.lang))?;
    let line = context.out.read_line()?.unwrap_or_default();
    Ok(line.parse().ok().filter(|sure| (1..=5).contains(sure)))
}

/// What a student typed as an answer, or why it is none.
fn given(
    context: &mut Context,
    drawn: &Drawn<'_>,
    line: &str,
) -> Result<Result<Given, Text>, Failure> {
    let line: String = line.chars().filter(|c| !crate::content::problem::is_control(*c)).collect();
    let number = |unit: Unit, line: String| unit::parse(&line, unit).map(|_| Given::Number(line));
    Ok(match &drawn.question.kind {
        PaperKind::Number { unit } => number(*unit, line),
        PaperKind::Sim(sim) | PaperKind::Predict(sim) => number(sim.unit, line),
        PaperKind::Open => {
            let mut text = line;
            while let Some(more) = context.out.read_line()?.filter(|line| !line.is_empty()) {
                text += "\n";
                text += &more;
            }
            let clean = |c: char| c == '\n' || !crate::content::problem::is_control(c);
            text.retain(clean);
            Ok(Given::Words(text.chars().take(submission::ANSWER_MAX).collect()))
        }
        PaperKind::Order { steps } => {
            letters(drawn, &line).and_then(|ids| match ids.len() == steps.len() {
                true => Ok(Given::Order(ids)),
                false => Err(both!("every letter once", "모든 글자를 한 번씩 쓰세요")),
            })
        }
        PaperKind::Several { .. } => letters(drawn, &line).map(Given::Options),
        PaperKind::Choice { .. } | PaperKind::Trace { .. } | PaperKind::Diagnose { .. } => {
            letters(drawn, &line).and_then(|ids| match ids.len() {
                1 => Ok(Given::Options(ids)),
                _ => Err(both!("choose one option", "보기를 하나만 고르세요")),
            })
        }
    })
}

/// The ids behind letters, each once.
fn letters(drawn: &Drawn<'_>, line: &str) -> Result<Vec<String>, Text> {
    let mut ids = Vec::new();
    for letter in line.chars().filter(|c| !c.is_whitespace() && *c != ',') {
        let letter = letter.to_ascii_lowercase();
        let at = (0..drawn.options.len()).find(|at| letter_of(*at) == letter);
        let Some(option) = at.and_then(|at| drawn.options.get(at)) else {
            let last = letter_of(drawn.options.len().saturating_sub(1));
            return Err(both!(
                "answer with letters from a to {last}",
                "a부터 {last}까지의 글자로 답하세요"
            ));
        };
        if !ids.contains(&option.id) {
            ids.push(option.id.clone());
        }
    }
    Ok(ids)
}

fn say(context: &mut Context, words: &Text) -> Result<(), Failure> {
    let line = format!("{}\n", words.get(context.lang));
    context.out.print(&line)
}

pub(super) fn show(context: &mut Context, document: &Document) -> Result<(), Failure> {
    let text = terminal::render(document, context.out.style(None));
    context.out.print(&format!("{text}\n"))
}
