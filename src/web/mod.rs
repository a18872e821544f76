//! The site over HTTP, for one reader on their own machine: the pages, and runs of sims. Routes
//! only: what a page looks like is `report`'s, what a run does is `sims`'.

mod guard;
mod runs;

#[cfg(test)]
mod tests;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::content::Library;
use crate::content::problem::Problem;
use crate::content::text::{Lang, Text, both};
use crate::report::site::live::Filled;
use crate::report::site::{Address, LANGS, Site};
use crate::sims::spec::Spec;
use crate::sims::typed::Typed;
use runs::Queue;

/// Most bytes of the settings that a page sends.
const BODY_MAX: usize = 16 * 1024;
/// How long runs get to notice that the server ends.
const GOODBYE: Duration = Duration::from_secs(2);

/// What is served.
pub(crate) struct Served {
    library: Library,
    site: Site,
    /// Known to our own pages only.
    token: String,
    queue: Queue,
}

impl Served {
    /// `threads` is how many the runs share.
    ///
    /// # Errors
    /// The operating system has no random bytes.
    pub(crate) fn new(library: Library, site: Site, threads: usize) -> io::Result<Served> {
        Ok(Served { library, site, token: guard::token()?, queue: Queue::new(threads) })
    }

    /// Reads a sim with what was typed.
    fn spec(&self, slug: &str, typed: &Typed) -> Result<Spec, Vec<Problem>> {
        let overrides = typed.overrides().map_err(|problem| vec![problem])?;
        crate::sims::load(&self.library, slug, &overrides)
    }
}

/// Serves until Ctrl-C. Whatever still runs then is cancelled.
///
/// # Errors
/// The socket cannot be used.
pub(crate) fn serve(listener: TcpListener, served: Served) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(runs::RUNNING_MAX + 1)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::select! {
            ended = axum::serve(listener, router(Arc::new(served))) => ended,
            heard = tokio::signal::ctrl_c() => heard,
        }
    });
    runtime.shutdown_timeout(GOODBYE);
    ended
}

fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/", get(entrance))
        .route("/index.html", get(entrance))
        .route("/assets/{file}", get(asset))
        .route("/{lang}/sims/{slug}/runs", post(runs::start))
        .route("/{lang}", get(home))
        .route("/{lang}/", get(home))
        .route("/{lang}/{*path}", get(page))
        .fallback(|| async { missing(Lang::En) })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(guard::check))
        .with_state(served)
}

async fn entrance(State(served): State<Arc<Served>>) -> Response {
    html(served.site.entrance())
}

async fn home(Path(lang): Path<String>) -> Response {
    let Some(lang) = lang_of(&lang) else { return missing(Lang::En) };
    let to = format!("/{}/{}", lang.code(), Address::Home.path());
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

async fn asset(State(served): State<Arc<Served>>, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let files = served.site.assets().into_iter().chain(served.site.live_assets());
    let Some(file) = files.into_iter().find(|file| file.path == path) else {
        return missing(Lang::En);
    };
    let kind = match path.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        _ => "text/javascript; charset=utf-8",
    };
    ([(CONTENT_TYPE, kind)], file.text).into_response()
}

async fn page(
    State(served): State<Arc<Served>>,
    Path((lang, path)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let Some(lang) = lang_of(&lang) else { return missing(Lang::En) };
    let Some(address) = served.site.address(&path) else { return missing(lang) };
    let Address::Sim(slug) = &address else {
        return served.site.page(&address, lang).map_or_else(|| missing(lang), html);
    };
    let typed = Typed::from_pairs(&pairs);
    let problems = served.spec(slug, &typed).err().unwrap_or_default();
    let filled = Filled { typed: &typed, problems: &problems, token: &served.token };
    served.site.live_sim(slug, lang, &filled).map_or_else(|| missing(lang), html)
}

fn lang_of(code: &str) -> Option<Lang> {
    LANGS.into_iter().find(|lang| lang.code() == code)
}

fn html(text: String) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

fn missing(lang: Lang) -> Response {
    let what = both!(
        "There is no such page. The first one is /",
        "없는 페이지입니다. 첫 페이지는 / 입니다"
    );
    refused(StatusCode::NOT_FOUND, &what, lang)
}

/// A sentence where a page was asked for.
fn refused(status: StatusCode, what: &Text, lang: Lang) -> Response {
    let text = format!("{}\n", what.get(lang));
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
