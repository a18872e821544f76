use super::*;
use crate::practice::interview::{Interview, Said};
use crate::quiz::drill::tests::example;
use crate::report::render::markdown;

fn said(text: &str, points: &[&str], traps: &[&str], duration_ms: u64) -> Said {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Said { text: text.to_owned(), points: owned(points), traps: owned(traps), duration_ms }
}

fn told(drill: &Drill) -> Vec<Told<'_>> {
    let mut interview = Interview::new(drill);
    interview.answer(said("The rate.\n# It *grows*.", &["rate"], &[], 65_000)).unwrap();
    interview.answer(said("", &["time"], &["slow"], 130_000)).unwrap();
    interview.answer(said("\u{1b}[31mred", &[], &[], 5_000)).unwrap();
    interview.answer(said("", &["more"], &[], 1_000));
    interview.told().to_vec()
}

fn title_of(topic: &str, section: &str) -> Option<String> {
    (topic == "queues" && section == "growth").then(|| "Why it grows".to_owned())
}

#[test]
fn the_transcript_has_every_word_and_the_whole_debrief() {
    let drill = example();
    let document = transcript(&told(&drill), "2026-11-23", &title_of, Lang::En);
    assert_eq!(markdown::render(&document), TRANSCRIPT);
}

#[test]
fn the_korean_debrief_is_korean() {
    let drill = example();
    let told = told(&drill);
    let shown = markdown::render(&debrief(&told, &title_of, Lang::Ko));
    for part in [
        "# 돌아보기",
        "한 말:",
        "힌트 뒤: 절반",
        "모범 답안",
        "2:00 중 2:10: 0:10 넘겼습니다",
        "왜 늘어나나요?",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let nothing = markdown::render(&debrief(&[], &title_of, Lang::Ko));
    assert_eq!(nothing, "# 돌아보기\n\n답한 질문이 없습니다.\n");
}

#[test]
fn the_list_shows_the_last_results() {
    let drill = example();
    let moment = crate::practice::session::Moment {
        at_utc: "2026-11-23T10:00:00.000Z".to_owned(),
        utc_offset_minutes: 0,
        duration_ms: 1,
        sure: None,
        session: "s".to_owned(),
        prep: "0.1.0".to_owned(),
    };
    let answered: Vec<Attempt> =
        results(&told(&drill)).iter().map(|told| told.attempt(1, moment.clone())).collect();
    let shown = markdown::render(&list(std::slice::from_ref(&drill), &answered, Lang::En));
    let row = shown.lines().last().unwrap().to_owned();
    assert_eq!(row, "| `desk` | A desk | 3 | 3 | 54 % |");
    let shown = markdown::render(&list(&[drill], &[], Lang::En));
    assert!(shown.ends_with("| `desk` | A desk | 3 | 0 | – |\n"), "{shown}");
}

const TRANSCRIPT: &str = "# Mock interview, 2026-11-23

## A desk

**Interviewer:** Why does it grow?

**You:** The rate.\\
\\# It \\*grows\\*.

**Interviewer:** How long each?

**You:** *(not written down)*

**Interviewer:** How slow?

**Interviewer:** And then?

**You:** \u{fffd}\\[31mred

**Interviewer:** What do you do?

**You:** *(not written down)*

---

## Debrief

**54 % of the points, questions: 3, speaking time: 3:21**

### Why does it grow?

- ✓ the rate
- ? the time  (after a hint: half)
- ✗ You said: It is slow.

- **Score**: 63 %
- **Time**: 2:10 of 2:00: 0:10 too long
- **Model**: Load is rate times time.
- **Read**: `prep topic queues#growth`  Why it grows
- **Run**: `prep sim desk`

### And then?

- ✗ the limit

- **Score**: 0 %
- **Time**: 0:05 of 1:00
- **Model**: It does not end.
- **Read**: `prep topic queues#mechanism`

### What do you do?

- ✓ more desks

- **Score**: 100 %
- **Time**: 0:01 of 1:00
- **Model**: Another desk.
- **Read**: `prep topic other#section`
";
