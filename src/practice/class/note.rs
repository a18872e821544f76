//! What a mentor should know about a submission besides its points.

use crate::content::text::{Text, both};

/// One remark. None of them judges a person: each says what the files show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    /// Never handed in; `torn`: the last line was cut off and is left out.
    Unfinished {
        torn: bool,
    },
    /// `kept`: the share of the points that is left.
    Late {
        days: u32,
        kept: f64,
    },
    /// Answers before the opening time.
    Early {
        answers: usize,
    },
    /// The times of the answers are not in their order.
    ClockBack,
    /// An answer to a question that this student was not asked.
    NotDrawn {
        question: String,
    },
    /// An answer to another setting than this student's.
    OtherVariant {
        question: String,
    },
    /// An answer that cannot be graded.
    NoAnswer {
        question: String,
        why: Text,
    },
    SameFile {
        file: String,
    },
    /// Two different files of one attempt; the one with the later last answer counts.
    TwoFiles {
        file: String,
        other_key: bool,
    },
    OtherAttempt {
        file: String,
        attempt: u32,
    },
    BeyondAttempts {
        file: String,
        attempt: u32,
    },
    /// Another student's file was signed with the same key.
    SameKey {
        student: String,
    },
    /// Answers that another student gave at the same millisecond after the same time.
    Copy {
        student: String,
        answers: usize,
    },
}

impl Note {
    pub(crate) fn text(&self) -> Text {
        match self {
            Note::Unfinished { torn: false } => both!("not handed in", "제출을 마치지 않았습니다"),
            Note::Unfinished { torn: true } => both!(
                "not handed in; the last line is cut off and left out",
                "제출을 마치지 않았습니다. 잘린 마지막 줄은 제외했습니다"
            ),
            Note::Late { days, kept } => {
                let percent = (kept * 100.0).round();
                both!(
                    "late, day {days} by the student's clock: {percent} % of the points",
                    "학생 시계 기준 {days}일째 지각: 점수의 {percent} %"
                )
            }
            Note::Early { answers } => both!(
                "{answers} answers before it opened, by the student's clock",
                "학생 시계 기준 시작 시각 전에 낸 답이 {answers}개 있습니다"
            ),
            Note::ClockBack => both!(
                "the student's clock was set back between two answers",
                "답안 사이에 학생의 시계가 뒤로 돌아갔습니다"
            ),
            Note::NotDrawn { question } => both!(
                "answers `{question}`, which this student was not asked: left out",
                "`{question}`은(는) 이 학생에게 낸 문제가 아니라서 제외했습니다"
            ),
            Note::OtherVariant { question } => both!(
                "answers `{question}` with settings that are not this student's: left out",
                "`{question}`의 설정이 이 학생의 것이 아니라서 제외했습니다"
            ),
            Note::NoAnswer { question, why } => {
                let (en, ko) = (&why.en, &why.ko);
                both!(
                    "the answer to `{question}` cannot be graded: {en}",
                    "`{question}`의 답을 채점할 수 없습니다: {ko}"
                )
            }
            Note::SameFile { file } => {
                both!("`{file}` is the same file", "`{file}`은(는) 같은 파일입니다")
            }
            Note::TwoFiles { file, other_key: false } => both!(
                "`{file}` is another file of the same attempt: the later one counts",
                "`{file}`은(는) 같은 시도의 다른 파일입니다. 나중 것으로 채점했습니다"
            ),
            Note::TwoFiles { file, other_key: true } => both!(
                "`{file}` is of the same student and attempt, signed with another key: the later \
                 one counts",
                "`{file}`은(는) 같은 학생의 같은 시도인데 다른 키로 서명되었습니다. 나중 것으로 채점했습니다"
            ),
            Note::OtherAttempt { file, attempt } => both!(
                "attempt {attempt} does not count (`{file}`)",
                "{attempt}번째 시도는 반영하지 않았습니다(`{file}`)"
            ),
            Note::BeyondAttempts { file, attempt } => both!(
                "attempt {attempt} is more than is allowed, and does not count (`{file}`)",
                "{attempt}번째 시도는 허용 횟수를 넘어 반영하지 않았습니다(`{file}`)"
            ),
            Note::SameKey { student } => both!(
                "signed with the same key as {student}: written with one account",
                "{student}와(과) 같은 키로 서명되었습니다. 한 계정에서 작성한 파일입니다"
            ),
            Note::Copy { student, answers } => both!(
                "{answers} answers equal those of {student} to the millisecond: a copy",
                "답 {answers}개가 {student}의 답과 밀리초까지 같습니다. 복사본입니다"
            ),
        }
    }
}
