//! `prep serve`: its address, its end, and a sim run in a browser.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};

use crate::sandbox::{Sandbox, root, whole};

/// A server on a free port; it ends with the test.
struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT/en/`.
    address: String,
}

impl Server {
    fn start(sandbox: &Sandbox) -> Server {
        let mut child = sandbox.command(&["serve", "--port", "0", "--lang", "en"]).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Server { child, address: address.trim().to_owned() }
    }

    fn port(&self) -> &str {
        let host = self.address.strip_prefix("http://127.0.0.1:").unwrap();
        host.strip_suffix("/en/").unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status line and the rest of an answer.
fn ask(port: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (status, rest) = answer.split_once("\r\n").unwrap();
    (status.to_owned(), rest.to_owned())
}

#[test]
fn it_prints_its_address_answers_there_and_ends_cleanly() {
    let sandbox = Sandbox::new();
    let mut server = Server::start(&sandbox);
    let port = server.port().to_owned();
    let get = |host: &str| {
        ask(
            &port,
            &format!("GET /en/index.html HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
    };
    let (status, page) = get(&format!("127.0.0.1:{port}"));
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(page.contains("<html lang=\"en\">"), "{page}");
    assert_eq!(get("evil.example").0, "HTTP/1.1 421 Misdirected Request");

    let taken = sandbox.line(&format!("serve --port {port} --lang en"));
    let (said, hint) = taken.split_once("\n  = ").unwrap();
    assert!(
        said.starts_with(&format!("exit 2\n--- stderr\nerror: cannot listen on port {port}: "))
    );
    assert_eq!(hint, "name another one: --port 9000\n");

    // A connection that stays open holds nobody up.
    let _idle = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let sent = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

/// From the list of sims to a knob, a run, its progress, cancelled and done, the link that it
/// leaves; wrong settings; pages that are closed; strangers.
#[test]
fn a_browser_runs_a_sim() {
    let Some(browser) = crate::site::browser() else { return };
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    let mut node = Command::new("node");
    node.arg(root().join("tests/web/serve.mjs")).arg(&server.address);
    let said = whole(&node.env("PREP_CHROMIUM", browser).output().unwrap());
    assert_eq!(said, "exit 0\n--- stdout\n2 runs\n", "{said}");
}
