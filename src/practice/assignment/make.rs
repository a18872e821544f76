//! From an assignment to its two files: the paper for students and the key for the mentor.

use super::{Assignment, Choose, Scenario, Wanted};
use crate::content::problem::{Problem, Source, nearest};
use crate::content::text::{Text, both};
use crate::content::{Kind, Library};
use crate::practice::key::{Key, KeyQuestion, KeyVariant};
use crate::practice::paper::{
    self, Apart, Item, Paper, PaperQuestion, Setting, blinded, published,
};
use crate::practice::session::{self, SimAsk};
use crate::practice::signing::{self, Secret};
use crate::practice::simulated::NoAnswer;
use crate::quiz::grade::Band;
use crate::quiz::question::{
    DiagnoseQuestion, Misconception, Question, QuestionKind, Quiz, SimQuestion,
};
use crate::quiz::{order, read};

/// The two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) paper: String,
    pub(crate) key: String,
    /// Of the paper.
    pub(crate) digest: String,
    /// Questions that the paper has, and how many of them each student gets.
    pub(crate) questions: usize,
    pub(crate) asked: usize,
}

/// What only runs can tell, or their committed outcomes.
pub(crate) struct Simulator<'s> {
    /// The right value with some settings; `None` when a question with them is never given out.
    pub(crate) band: &'s mut dyn FnMut(&SimAsk) -> Result<Option<Band>, NoAnswer>,
    /// What a `diagnose` question shows, as text.
    pub(crate) exhibit: &'s mut dyn FnMut(&DiagnoseQuestion) -> Result<Text, NoAnswer>,
}

/// One question of an item with the settings that belong to it.
struct Chosen<'q> {
    id: String,
    quiz: &'q Quiz,
    question: &'q Question,
    scenario: Option<&'q Scenario>,
}

/// Makes the files. The simulator is asked once for each variant of each question that it answers.
///
/// # Errors
/// Quizzes, questions, kinds or settings that do not exist or do not suffice, with their places; a
/// run that failed.
pub(crate) fn make(
    library: &Library,
    source: &Source,
    assignment: &Assignment,
    secret: &Secret,
    simulator: &mut Simulator<'_>,
) -> Result<Made, NoAnswer> {
    let quizzes = quizzes(library, source, assignment).map_err(NoAnswer::Problems)?;
    let chosen = choose(source, assignment, &quizzes).map_err(NoAnswer::Problems)?;
    // The ids of options are drawn from the secret, so that nobody else can draw them.
    let seed = signing::digest(&secret.to_hex());
    let seed = u64::from_str_radix(&seed[..16], 16).expect("a digest is hexadecimal");
    let mut items = Vec::new();
    let mut answers: Vec<KeyQuestion> = Vec::new();
    for (wanted, chosen) in assignment.items.iter().zip(&chosen) {
        let mut questions = Vec::new();
        for chosen in chosen {
            let (asked, answer) = question(source, wanted, chosen, seed, simulator)?;
            questions.push(asked);
            if answers.iter().all(|other| other.id != answer.id) {
                answers.push(answer);
            }
        }
        let pick = match &wanted.choose {
            Choose::Pick { count, .. } => *count,
            Choose::One { .. } => 1,
        };
        items.push(Item { pick, points: wanted.points, questions });
    }
    let paper = Paper {
        format: paper::FORMAT.to_owned(),
        id: assignment.id.clone(),
        class: assignment.class.clone(),
        title: assignment.title.clone(),
        opens: assignment.opens.clone(),
        due: assignment.due.clone(),
        attempts: assignment.attempts,
        late: assignment.late,
        signer: secret.public(),
        prep: env!("CARGO_PKG_VERSION").to_owned(),
        items,
    };
    let file = paper::seal(&paper, secret);
    let digest = file.lines().next().map(signing::digest).unwrap_or_default();
    let asked = paper.items.iter().map(|item| item.pick).sum();
    let key = Key::new(secret, paper, digest.clone(), answers);
    let questions = key.questions.len();
    Ok(Made { paper: file, key: key.seal(secret), digest, questions, asked })
}

/// The quiz of each item.
fn quizzes(
    library: &Library,
    source: &Source,
    assignment: &Assignment,
) -> Result<Vec<Quiz>, Vec<Problem>> {
    let known = library.slugs(Kind::Quiz);
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for wanted in &assignment.items {
        let slug = &wanted.quiz.value;
        if known.contains(&slug.as_str()) {
            match read::load(library, slug) {
                Ok(quiz) => found.push(quiz),
                Err(more) => problems.extend(more),
            }
            continue;
        }
        let what = both!("there is no quiz `{slug}`", "`{slug}` 퀴즈가 없습니다");
        let problem = source.problem(wanted.quiz.span.clone(), what);
        problems.push(match nearest(slug, known.iter().copied()) {
            Some(near) => problem.hint(both!("did you mean `{near}`?", "혹시 `{near}`인가요?")),
            None => problem.hint(both!("`prep quiz` lists them", "`prep quiz`로 볼 수 있습니다")),
        });
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// The questions of each item.
fn choose<'q>(
    source: &Source,
    assignment: &'q Assignment,
    quizzes: &'q [Quiz],
) -> Result<Vec<Vec<Chosen<'q>>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut all: Vec<Vec<Chosen<'q>>> = Vec::new();
    let named: Vec<String> =
        assignment.items.iter().filter_map(|wanted| one(wanted).map(|(id, _)| id)).collect();
    for (wanted, quiz) in assignment.items.iter().zip(quizzes) {
        let chosen = match &wanted.choose {
            Choose::One { question, scenario } => {
                let id = &question.value;
                let found = quiz.questions.iter().find(|question| question.id == *id);
                if found.is_none() {
                    problems.push(no_question(source, quiz, question.span.clone(), id));
                }
                let scenario = scenario.as_ref().and_then(|name| {
                    assignment.scenarios.iter().find(|scenario| scenario.name == name.value)
                });
                let chosen = found.map(|question| {
                    let id = format!("{}/{}", quiz.slug, question.id);
                    Chosen { id, quiz, question, scenario }
                });
                problems.extend(chosen.as_ref().and_then(|c| misplaced(source, wanted, c)));
                chosen.into_iter().collect()
            }
            Choose::Pick { count, kinds } => {
                let fits = |question: &&Question| {
                    let id = format!("{}/{}", quiz.slug, question.id);
                    let kind = question.kind.name();
                    !named.contains(&id) && (kinds.is_empty() || kinds.iter().any(|k| k == kind))
                };
                let pool: Vec<&Question> = quiz.questions.iter().filter(fits).collect();
                problems.extend(too_few(source, wanted, *count, &pool, &all, assignment, quiz));
                let chosen = |question: &'q Question| Chosen {
                    id: format!("{}/{}", quiz.slug, question.id),
                    quiz,
                    question,
                    scenario: None,
                };
                pool.into_iter().map(chosen).collect()
            }
        };
        if let Some((id, _)) = one(wanted)
            && all.iter().flatten().any(|other| other.id == id && named.contains(&id))
        {
            let what = both!("the question `{id}` is asked twice", "`{id}` 문제가 두 번 나옵니다");
            problems.push(source.problem(wanted.span.clone(), what));
        }
        all.push(chosen);
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// The question that an item names, in full, with its scenario.
fn one(wanted: &Wanted) -> Option<(String, Option<&str>)> {
    match &wanted.choose {
        Choose::One { question, scenario } => {
            let id = format!("{}/{}", wanted.quiz.value, question.value);
            Some((id, scenario.as_ref().map(|name| name.value.as_str())))
        }
        Choose::Pick { .. } => None,
    }
}

fn no_question(source: &Source, quiz: &Quiz, span: std::ops::Range<usize>, id: &str) -> Problem {
    let slug = &quiz.slug;
    let what = both!(
        "the quiz `{slug}` has no question `{id}`",
        "`{slug}` 퀴즈에는 `{id}` 문제가 없습니다"
    );
    let problem = source.problem(span, what);
    match nearest(id, quiz.questions.iter().map(|question| question.id.as_str())) {
        Some(near) => problem.hint(both!("did you mean `{near}`?", "혹시 `{near}`인가요?")),
        None => problem,
    }
}

/// A scenario for a question that runs no simulation, or for one that turns the same knob.
fn misplaced(source: &Source, wanted: &Wanted, chosen: &Chosen<'_>) -> Option<Problem> {
    let (scenario, id) = (chosen.scenario?, &chosen.id);
    let Some(sim) = chosen.question.kind.simulated() else {
        let what = both!(
            "`{id}` asks no simulation, so it takes no scenario",
            "`{id}`은(는) 시뮬레이션 문제가 아니므로 시나리오를 쓸 수 없습니다"
        );
        return Some(source.problem(wanted.span.clone(), what));
    };
    let twice = scenario.set.iter().map(|setting| &setting.name);
    let knob = twice.into_iter().find(|name| sim.params.iter().any(|p| p.knob.value == **name))?;
    let what = both!(
        "`{id}` draws `{knob}` itself, so a scenario cannot set it",
        "`{knob}`은(는) `{id}` 문제가 직접 정하는 값이라 시나리오에서 바꿀 수 없습니다"
    );
    Some(source.problem(scenario.span.clone(), what))
}

/// Whether so many can always be drawn: earlier items may have taken some of the same questions.
fn too_few(
    source: &Source,
    wanted: &Wanted,
    count: usize,
    pool: &[&Question],
    earlier: &[Vec<Chosen<'_>>],
    assignment: &Assignment,
    quiz: &Quiz,
) -> Option<Problem> {
    let shared = |chosen: &[Chosen<'_>]| {
        let is_shared = |c: &Chosen<'_>| {
            c.id.starts_with(&format!("{}/", quiz.slug)) && pool.contains(&c.question)
        };
        chosen.iter().any(is_shared)
    };
    let taken = earlier.iter().zip(&assignment.items).filter(|(chosen, _)| shared(chosen));
    let taken: usize = taken
        .map(|(_, item)| match &item.choose {
            Choose::Pick { count, .. } => *count,
            Choose::One { .. } => 0,
        })
        .sum();
    let left = pool.len().saturating_sub(taken);
    (left < count).then(|| {
        let slug = &quiz.slug;
        let what = both!(
            "only {left} questions of `{slug}` are left to pick from, not {count}",
            "`{slug}`에서 뽑을 수 있는 문제가 {left}개뿐입니다({count}개 필요)"
        );
        source.problem(wanted.span.clone(), what)
    })
}

/// A question for the paper and its answers for the key.
fn question(
    source: &Source,
    wanted: &Wanted,
    chosen: &Chosen<'_>,
    seed: u64,
    simulator: &mut Simulator<'_>,
) -> Result<(PaperQuestion, KeyQuestion), NoAnswer> {
    let id = &chosen.id;
    let question = blinded(chosen.question, order::seed_for(seed, id));
    let (apart, variants) = match &question.kind {
        QuestionKind::Diagnose(asked) => (Apart::Exhibit((simulator.exhibit)(asked)?), Vec::new()),
        kind => match kind.simulated() {
            Some(sim) => variants(source, wanted, chosen, sim, simulator)?,
            None => (Apart::Nothing, Vec::new()),
        },
    };
    let traps = question.kind.traps();
    let named = |it: &&Misconception| traps.iter().any(|trap| trap.value == it.id);
    let misconceptions = chosen.quiz.misconceptions.iter().filter(named).cloned().collect();
    let asked = published(id, &question, apart);
    Ok((asked, KeyQuestion { id: id.clone(), question, misconceptions, variants }))
}

/// Every setting of a question that obeys its guard, with the right value.
fn variants(
    source: &Source,
    wanted: &Wanted,
    chosen: &Chosen<'_>,
    sim: &SimQuestion,
    simulator: &mut Simulator<'_>,
) -> Result<(Apart, Vec<KeyVariant>), NoAnswer> {
    let id = &chosen.id;
    let settings = chosen.scenario.map(|scenario| scenario.set.clone()).unwrap_or_default();
    let mut variants = Vec::new();
    for (values, mut ask) in session::variants(sim) {
        let own = settings.iter().map(|setting| (setting.name.clone(), setting.value.clone()));
        ask.settings = own.chain(ask.settings).collect();
        let band = (simulator.band)(&ask).map_err(|error| at_scenario(source, chosen, error))?;
        let values = values.into_iter().map(|(name, value)| Setting { name, value }).collect();
        variants.extend(band.map(|band| KeyVariant { values, band }));
    }
    let Some(first) = variants.first() else {
        let what = both!(
            "`{id}` cannot be asked so: no setting settles, obeys its guard and tells the right \
             value from its wrong ones",
            "`{id}` 문제는 이대로 낼 수 없습니다. 안정되고 조건을 지키면서 정답과 오답이 구별되는 설정이 없습니다"
        );
        return Err(NoAnswer::Problems(vec![source.problem(wanted.span.clone(), what)]));
    };
    let unit = first.band.unit;
    let values = variants.iter().map(|variant| variant.values.clone()).collect();
    Ok((Apart::Sim { unit, settings, variants: values }, variants))
}

/// What is wrong with the settings of a scenario is said at the scenario.
fn at_scenario(source: &Source, chosen: &Chosen<'_>, error: NoAnswer) -> NoAnswer {
    match (error, chosen.scenario) {
        (NoAnswer::Problems(problems), Some(scenario)) => {
            let moved = |problem: Problem| Problem {
                hint: problem.hint,
                ..source.problem(scenario.span.clone(), problem.what)
            };
            NoAnswer::Problems(problems.into_iter().map(moved).collect())
        }
        (error, _) => error,
    }
}
