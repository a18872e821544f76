//! The routes without a socket: who is answered, and what is refused.

use std::sync::LazyLock;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use tower::ServiceExt as _;

use super::*;

const HERE: &str = "127.0.0.1:7737";
/// Small enough to end at once.
const QUICK: &str = "\
format = \"prep.sim/1\"
title = \"Quick\"
question = \"Is it quick?\"

[run]
kind = \"window\"
warmup = \"0s\"
measure = \"1s\"
drain = \"1s\"
replications = { min = 2, max = 2, step = 1 }
seed = 5

[set]
load.shoppers.rate = \"20/s\"
app.instances = 2

[vary]
knob = \"app.cores\"
values = [1, 2]
baseline = 1
";

/// The built-in sims, for what reads no run.
static BUILT_IN: LazyLock<Arc<Served>> = LazyLock::new(|| served(Library::embedded()));

fn served(library: Library) -> Arc<Served> {
    let site = Site::read(&library).unwrap();
    Arc::new(Served::new(library, site, 2).unwrap())
}

/// A site whose one sim ends at once.
fn quick() -> Arc<Served> {
    let spec = Library::of(&[("sims/quick.toml", QUICK)]);
    let read = crate::sims::load(&spec, "quick", &Default::default()).unwrap();
    let execution = crate::sims::run::Execution { threads: 1, progress: &|_, _| (), cancel: None };
    let results = crate::sims::run::run(&read, &execution).unwrap();
    let line = "prep sim quick --seed 5".to_owned();
    let outcome = crate::sims::outcome::outcome(&read, &results, line, Lang::En);
    let outcome = serde_json::to_string(&outcome).unwrap();
    served(Library::of(&[("sims/quick.toml", QUICK), ("outcomes/quick.json", &outcome)]))
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Body,
}

impl Answer {
    async fn text(self) -> String {
        String::from_utf8(to_bytes(self.body, 1 << 22).await.unwrap().to_vec()).unwrap()
    }
}

async fn ask(served: &Arc<Served>, request: Request<Body>) -> Answer {
    let response = router(Arc::clone(served)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn get(served: &Arc<Served>, path: &str) -> Answer {
    let request = Request::get(path).header("host", HERE).body(Body::empty()).unwrap();
    ask(served, request).await
}

/// A run as the page of a sim asks for it, with these headers besides or instead.
fn run(served: &Served, path: &str, form: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let kind = "application/x-www-form-urlencoded;charset=UTF-8";
    let mut request = Request::post(path).body(Body::from(form.to_owned())).unwrap();
    let own = [("host", HERE), ("content-type", kind), ("x-prep-token", &served.token)];
    for (name, value) in own.iter().chain(headers) {
        let name = axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// The kinds of the events of a whole run, and the data of the last.
async fn events(answer: Answer) -> (Vec<String>, serde_json::Value) {
    let text = answer.text().await;
    let of = |name: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let last = of("data").pop().map(|data| serde_json::from_str(&data).unwrap());
    (of("event"), last.unwrap_or_default())
}

#[tokio::test]
async fn pages_are_where_the_static_site_has_them() {
    let served = &*BUILT_IN;
    for file in served.site.files() {
        let answer = get(served, &format!("/{}", file.path)).await;
        let live = file.path.contains("/sims/") && !file.path.ends_with("index.html");
        assert_eq!(answer.status, 200, "{}", file.path);
        if file.path != "index.html" && !live {
            assert!(answer.text().await == file.text, "{}", file.path);
        }
    }
    assert_eq!(get(served, "/").await.text().await, served.site.entrance());
    let home = get(served, "/ko").await;
    assert_eq!((home.status, home.headers["location"].as_bytes()), (303, &b"/ko/index.html"[..]));
    for file in served.site.live_assets() {
        assert_eq!(get(served, &format!("/{}", file.path)).await.text().await, file.text);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_404() {
    let served = &*BUILT_IN;
    for path in [
        "/fr/index.html",
        "/en/topics/zebra.html",
        "/en/sims/zebra.html",
        "/en/%2e%2e/Cargo.toml",
        "/assets/zebra.js",
        "/assets/..%2fsite.js",
        "/zebra",
        "/en/sims/pool-size/runs/1",
    ] {
        assert_eq!(get(served, path).await.status, 404, "{path}");
    }
    // Only a form starts a run.
    assert_eq!(get(served, "/en/sims/pool-size/runs").await.status, 405);
    let zebra = run(served, "/en/sims/zebra/runs", "", &[]);
    assert_eq!(ask(served, zebra).await.status, 404);
}

/// A page of somebody else whose name leads to this machine would be of the same origin.
#[tokio::test]
async fn other_names_of_this_machine_are_refused() {
    let served = &*BUILT_IN;
    let by = |hosts: &[&str]| {
        let request = hosts.iter().fold(Request::get("/"), |it, host| it.header("host", *host));
        ask(served, request.body(Body::empty()).unwrap())
    };
    for host in ["127.0.0.1:7737", "localhost:7737", "localhost", "127.0.0.1:9"] {
        assert_eq!(by(&[host]).await.status, 200, "{host}");
    }
    let others: [&[&str]; 7] = [
        &[],
        &["evil.example"],
        &["evil.example:7737"],
        &["127.0.0.1.evil.example:7737"],
        &["localhost:7737@evil.example"],
        &["127.0.0.1:x"],
        &["127.0.0.1:7737", "evil.example"],
    ];
    for hosts in others {
        let answer = by(hosts).await;
        assert_eq!(answer.status, 421, "{hosts:?}");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
    }
}

#[tokio::test]
async fn only_a_page_of_ours_can_start_a_run() {
    let served = quick();
    let path = "/en/sims/quick/runs";
    for (name, value, status) in [
        ("x-prep-token", "", 403),
        ("x-prep-token", "0123", 403),
        ("origin", "http://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://127.0.0.1:9999", 403),
        ("origin", "http://127.0.0.1:7737", 200),
    ] {
        let asked = run(&served, path, "", &[(name, value)]);
        let answer = ask(&served, asked).await;
        assert_eq!(answer.status, status, "{name}: {value}");
        if status == 200 {
            // No leave for other origins.
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
            let text = answer.text().await;
            assert!(text.contains("event: report"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_run_is_told_to_its_report() {
    let served = quick();
    let form = "set=load.shoppers.rate%3D30%2Fs&vary=app.cores%3D1%2C4&seed=9";
    let asked = run(&served, "/en/sims/quick/runs", form, &[]);
    let answer = ask(&served, asked).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let (kinds, report) = events(answer).await;
    assert_eq!(kinds.last().map(String::as_str), Some("report"));
    let report = report.as_str().unwrap();
    let line = "prep sim quick --set load.shoppers.rate=30/s --vary app.cores=1,4 --seed 9";
    assert!(report.replace("<wbr>", "").contains(line), "{report}");
    // The same numbers as in a terminal.
    let typed = Typed::from_pairs(&[
        ("set".to_owned(), "load.shoppers.rate=30/s".to_owned()),
        ("vary".to_owned(), "app.cores=1,4".to_owned()),
        ("seed".to_owned(), "9".to_owned()),
    ]);
    let spec = served.spec("quick", &typed).unwrap();
    let execution = crate::sims::run::Execution { threads: 1, progress: &|_, _| (), cancel: None };
    let results = crate::sims::run::run(&spec, &execution).unwrap();
    let outcome = crate::sims::outcome::outcome(&spec, &results, line.to_owned(), Lang::En);
    assert_eq!(report, served.site.fresh_report(&spec, &outcome, Lang::En));
}

#[tokio::test]
async fn wrong_settings_are_told_as_in_a_terminal() {
    let served = &*BUILT_IN;
    let wrong = [
        ("set=app.instances%3Dmany", "`app.instances`: a whole number was expected, found `many`"),
        ("set=load.shopper.rate%3D1%2Fs", "unknown knob `load.shopper.rate`"),
        ("set=rate", "--set takes KNOB=VALUE, not `rate`"),
        ("vary=app.instances%3D1%2C1", "`app.instances`: the value 1 is given twice"),
        ("seed=x", "a whole number was expected, found `x`"),
        ("set=%3Cscript%3E%3D1", "unknown knob `<script>`"),
    ];
    for (form, said) in wrong {
        let asked = run(served, "/en/sims/pool-size/runs", form, &[]);
        let answer = ask(served, asked).await;
        assert_eq!(answer.status, 422, "{form}");
        let html = answer.text().await;
        let sentence = format!("<li><code>--{}</code>: ", form.split('=').next().unwrap());
        assert!(
            html.contains(&sentence.replace("--", "--<wbr>")) || html.contains(&sentence),
            "{html}"
        );
        let plain = html.replace("<wbr>", "").replace("<code>", "`").replace("</code>", "`");
        let plain = plain.replace("&lt;", "<").replace("&gt;", ">");
        assert!(plain.contains(said), "{plain}");
        assert!(!html.contains("<script"), "{html}");
        // A link with the same settings shows the same, and the form as it was filled.
        let page = get(served, &format!("/en/sims/pool-size.html?{form}")).await;
        assert_eq!(page.status, 200);
        let page = page.text().await;
        assert!(page.contains(&format!("role=\"alert\">{html}")), "{form}");
    }
}

/// Opening a link runs nothing: it fills the form.
#[tokio::test]
async fn a_link_fills_the_form() {
    let served = &*BUILT_IN;
    let link = "/ko/sims/pool-size.html?set=mysql.cores%3D7&vary=spring.datasource.hikari.maximum-pool-size%3D3%2C6&vary=app.cores%3D1%2C2&seed=4";
    let page = get(served, link).await.text().await;
    for part in [
        "data-knob=\"mysql.cores\" data-option=\"set\" data-own=\"4\"",
        " value=\"7\"",
        "data-option=\"vary\" data-own=\"2, 4, 10, 50\"",
        " value=\"3,6\"",
        ">app.cores=1,2</textarea>",
        "id=\"seed\" inputmode=\"numeric\" value=\"4\"",
        "connect-src 'self'",
        "<html lang=\"ko\">",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(served.queue.free(), (RUNS, runs::RUNNING_MAX));
}

const RUNS: usize = 6;

#[tokio::test]
async fn requests_are_bounded() {
    let served = &*BUILT_IN;
    let long = format!("/en/sims/pool-size.html?set={}", "x".repeat(8 * 1024));
    assert_eq!(get(served, &long).await.status, 414);
    let large = format!("set={}", "x".repeat(BODY_MAX));
    let asked = run(served, "/en/sims/pool-size/runs", &large, &[]);
    assert_eq!(ask(served, asked).await.status, 413);
    let asked =
        run(served, "/en/sims/pool-size/runs", "{}", &[("content-type", "application/json")]);
    assert_eq!(ask(served, asked).await.status, 415);
}

/// A browser says who embeds a page; a link from anywhere is fine.
#[tokio::test]
async fn other_sites_cannot_embed_a_page() {
    let served = &*BUILT_IN;
    for (site, mode, status) in [
        ("cross-site", "no-cors", 403),
        ("same-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
    ] {
        let request =
            Request::get("/en/sims/pool-size.html?set=app.cores%3D1").header("host", HERE);
        let request = request.header("sec-fetch-site", site).header("sec-fetch-mode", mode);
        let answer = ask(served, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{site} {mode}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_takes_too_long_is_stopped() {
    let mut served = served(Library::embedded());
    Arc::get_mut(&mut served).unwrap().queue.wall = std::time::Duration::from_millis(1);
    let asked = run(&served, "/en/sims/pool-size/runs", ENDLESS, &[]);
    let (kinds, said) = events(ask(&served, asked).await).await;
    assert_eq!(kinds.last().map(String::as_str), Some("failed"));
    let said = said.as_str().unwrap();
    assert!(said.contains("stopped after 0 s: in a page no run may take longer"), "{said}");
}

/// A run that nobody could wait for the end of.
const ENDLESS: &str = "set=load.shoppers.rate%3D5000%2Fs";

/// Two run, four wait, the next is told to come back; whoever leaves makes room, and what they asked
/// for ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_are_bounded_and_end_with_their_page() {
    let served = served(Library::embedded());
    let ask_for = || ask(&served, run(&served, "/en/sims/pool-size/runs", ENDLESS, &[]));
    let mut open = Vec::new();
    for _ in 0..RUNS {
        let answer = ask_for().await;
        assert_eq!(answer.status, 200);
        open.push(answer);
    }
    let refused = ask_for().await;
    assert_eq!(refused.status, 429);
    let words = refused.text().await;
    assert!(words.contains("2 runs are going on and 4 more are waiting"), "{words}");
    let free_in_time = async |wanted: (usize, usize)| {
        for _ in 0..600 {
            if served.queue.free() == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{:?} places are free, not {wanted:?}", served.queue.free());
    };
    free_in_time((0, 0)).await;
    // One that waits leaves: there is room for one more to wait.
    open.pop();
    free_in_time((1, 0)).await;
    open.clear();
    free_in_time((RUNS, runs::RUNNING_MAX)).await;
}
