//! `prep serve`: the site on this machine, where sims can be run with settings of one's own.

use std::net::{Ipv4Addr, TcpListener};

use clap::Args;

use super::sim::available_threads;
use super::{Context, Done, Failure};
use crate::content::text::both;
use crate::report::site::Site;
use crate::web::{self, Served};

/// Show the site in a browser, and run sims there with your own settings
///
/// Serves the pages of `prep site` to this machine alone (127.0.0.1). The page of a sim has a form of
/// its knobs; a run is told while it goes on, ends when its page is closed, and is not kept. Ctrl-C
/// ends the server.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep serve\n  prep serve --port 9000\n\nExit codes: 0 ended by Ctrl-C, 2 the port cannot be used"
)]
pub(super) struct ServeArgs {
    /// Port to listen on; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 7737)]
    port: u16,
}

pub(super) fn run(context: &mut Context, args: &ServeArgs) -> Result<Done, Failure> {
    let port = args.port;
    let site = Site::read(&context.library)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        Failure::Words(
            both!("cannot listen on port {port}: {error}", "{port} 포트를 열 수 없습니다: {error}"),
            Some(both!("name another one: --port 9000", "다른 포트를 지정하세요: --port 9000")),
        )
    })?;
    let address = listener.local_addr().map_err(broken)?;
    let address = format!("http://{address}/{}/", context.lang.code());
    context.out.print(&format!("{address}\n"))?;
    context.out.tell(both!("Ctrl-C ends it.\n", "Ctrl-C로 끝냅니다.\n").get(context.lang));
    let library = std::mem::take(&mut context.library);
    let served = Served::new(library, site, available_threads()).map_err(broken)?;
    web::serve(listener, served).map_err(broken)?;
    Ok(Done::Fine)
}

#[expect(clippy::needless_pass_by_value, reason = "handed over by map_err")]
fn broken(error: std::io::Error) -> Failure {
    Failure::Words(both!("the server broke off: {error}", "서버가 중단되었습니다: {error}"), None)
}
