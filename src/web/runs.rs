//! Runs of sims that a page asks for. The answer is the course of the run as server-sent events; a
//! page that is closed closes the answer, and that cancels the run. Nothing is kept.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::{Served, guard, html, lang_of, missing};
use crate::content::text::{Lang, Text, both};
use crate::report::site::live;
use crate::sims::outcome::outcome;
use crate::sims::run::{Cancel, Execution, RunFailed};
use crate::sims::spec::Spec;
use crate::sims::typed::Typed;

/// Most runs at a time.
pub(super) const RUNNING_MAX: usize = 2;
/// Most runs that wait for one of those to end.
const WAITING_MAX: usize = 4;
/// Longest that a run may take, without its waiting.
const WALL: Duration = Duration::from_secs(300);
/// Between two words of progress.
const TICK: Duration = Duration::from_millis(100);

/// Who may run, and who has to wait.
pub(super) struct Queue {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
    /// Of each run.
    threads: usize,
    pub(super) wall: Duration,
}

/// Given back when the run has ended, not when it was cancelled.
type Permit = OwnedSemaphorePermit;

impl Queue {
    pub(super) fn new(threads: usize) -> Queue {
        Queue {
            places: Arc::new(Semaphore::new(RUNNING_MAX + WAITING_MAX)),
            running: Arc::new(Semaphore::new(RUNNING_MAX)),
            threads: (threads / RUNNING_MAX).max(1),
            wall: WALL,
        }
    }

    /// `None` if too many wait already.
    pub(super) fn enter(&self) -> Option<Permit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// How many may still ask, and how many of those would run at once.
    #[cfg(test)]
    pub(super) fn free(&self) -> (usize, usize) {
        (self.places.available_permits(), self.running.available_permits())
    }
}

/// Cancels when whoever waits for the run is gone.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Reads the settings, finds a place, and tells how the run goes on.
pub(super) async fn start(
    State(served): State<Arc<Served>>,
    Path((lang, slug)): Path<(String, String)>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let Some(lang) = lang_of(&lang) else { return missing(Lang::En) };
    if !guard::is_ours(&headers, &served.token) {
        let what = both!(
            "This page belongs to another run of `prep serve`, or to somebody else: reload it.",
            "이 페이지는 지금 실행 중인 `prep serve`의 것이 아닙니다. 새로 고치세요."
        );
        return refused(StatusCode::FORBIDDEN, &what, lang);
    }
    let pairs = match form {
        Ok(Form(pairs)) => pairs,
        Err(rejected) => {
            let what = both!(
                "The settings are too long, or no form.",
                "설정이 너무 길거나 폼이 아닙니다."
            );
            return refused(rejected.status(), &what, lang);
        }
    };
    if !served.site.has_sim(&slug) {
        return missing(lang);
    }
    let typed = Typed::from_pairs(&pairs);
    let spec = match served.spec(&slug, &typed) {
        Ok(spec) => spec,
        Err(problems) => {
            let shown = live::problems(&problems, lang);
            return (StatusCode::UNPROCESSABLE_ENTITY, html(shown)).into_response();
        }
    };
    let Some(place) = served.queue.enter() else {
        let what = both!(
            "{RUNNING_MAX} runs are going on and {WAITING_MAX} more are waiting: try again when one has ended.",
            "{RUNNING_MAX}개를 실행 중이고 {WAITING_MAX}개가 기다리고 있습니다. 끝난 뒤에 다시 시도하세요."
        );
        return refused(StatusCode::TOO_MANY_REQUESTS, &what, lang);
    };
    let (events, told) = mpsc::channel(4);
    tokio::spawn(Asked { served, spec, typed, lang, events }.attend(place));
    Sse::new(Told(told))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(1)))
        .into_response()
}

fn refused(status: StatusCode, what: &Text, lang: Lang) -> Response {
    (status, html(live::failure(what, None, lang))).into_response()
}

/// A run that was asked for.
struct Asked {
    served: Arc<Served>,
    spec: Spec,
    typed: Typed,
    lang: Lang,
    events: mpsc::Sender<Event>,
}

impl Asked {
    /// Waits for its turn, runs, and tells of it until nobody listens.
    async fn attend(self, place: Permit) {
        let queue = &self.served.queue;
        let turn = match Arc::clone(&queue.running).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                self.tell("waiting", &()).await;
                let turn = Arc::clone(&queue.running).acquire_owned();
                tokio::select! {
                    turn = turn => match turn { Ok(turn) => turn, Err(_) => return },
                    () = self.events.closed() => return,
                }
            }
        };
        let cancel = CancelOnDrop(Cancel::default());
        let (progress, seen) = watch::channel((0, 0));
        let (threads, wish) = (queue.threads, cancel.0.clone());
        let (served, spec) = (Arc::clone(&self.served), self.spec.clone());
        let (typed, lang) = (self.typed.clone(), self.lang);
        let run = tokio::task::spawn_blocking(move || {
            let _until_the_end = (place, turn);
            let tell = |done, planned| {
                progress.send_replace((done, planned));
            };
            let execution = Execution { threads, progress: &tell, cancel: Some(&wish) };
            report(&served, &spec, &typed, lang, &execution)
        });
        let Some(ended) = self.watch(run, seen, &cancel.0).await else { return };
        match ended {
            Ok(report) => self.tell("report", &report).await,
            Err((what, hint)) => {
                self.tell("failed", &live::failure(&what, hint.as_ref(), self.lang)).await;
            }
        }
    }

    /// Tells of the progress until the run has ended; `None` if nobody listens any more.
    async fn watch(
        &self,
        mut run: tokio::task::JoinHandle<Result<String, RunFailed>>,
        mut seen: watch::Receiver<(u64, u64)>,
        cancel: &Cancel,
    ) -> Option<Result<String, (Text, Option<Text>)>> {
        let mut tick = tokio::time::interval(TICK);
        let late = tokio::time::sleep(self.served.queue.wall);
        tokio::pin!(late);
        let mut is_late = false;
        loop {
            tokio::select! {
                ended = &mut run => {
                    return Some(match ended {
                        Ok(Err(RunFailed::Cancelled)) if is_late => Err(too_long(self.served.queue.wall)),
                        Ok(ended) => ended.map_err(|failed| failed.words()),
                        Err(_) => Err((both!("the run broke off, which is a bug in prep", "실행이 중단되었습니다. prep의 버그입니다"), None)),
                    });
                }
                () = self.events.closed() => return None,
                () = &mut late, if !is_late => {
                    is_late = true;
                    cancel.cancel();
                }
                _ = tick.tick() => {
                    if seen.has_changed().unwrap_or(false) {
                        let now = *seen.borrow_and_update();
                        self.tell("progress", &now).await;
                    }
                }
            }
        }
    }

    /// Nobody listening is no error.
    async fn tell<T: serde::Serialize>(&self, kind: &str, data: &T) {
        let data = serde_json::to_string(data).unwrap_or_default();
        let _ = self.events.send(Event::default().event(kind).data(data)).await;
    }
}

fn too_long(wall: Duration) -> (Text, Option<Text>) {
    let most = wall.as_secs();
    (
        both!(
            "stopped after {most} s: in a page no run may take longer",
            "{most}초가 지나 멈췄습니다. 페이지에서는 이보다 오래 실행할 수 없습니다"
        ),
        Some(both!(
            "compare fewer values or lower the rate, or run it in a terminal",
            "비교할 값을 줄이거나 비율을 낮추거나 터미널에서 실행하세요"
        )),
    )
}

/// Runs a sim; its report as HTML.
fn report(
    served: &Served,
    spec: &Spec,
    typed: &Typed,
    lang: Lang,
    execution: &Execution<'_>,
) -> Result<String, RunFailed> {
    let results = crate::sims::run::run(spec, execution)?;
    let command = typed.command(&spec.name, spec.run.seed);
    let outcome = outcome(spec, &results, command, lang);
    Ok(served.site.fresh_report(spec, &outcome, lang))
}

/// What is told, one event after the other.
struct Told(mpsc::Receiver<Event>);

impl Stream for Told {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}
