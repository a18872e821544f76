//! Who may ask: a browser that was sent to this very address, and for runs a page of ours. A server
//! on one's own machine can be reached by every page that the browser has open.

use std::io;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

use super::refused;
use crate::content::text::{Lang, both};

/// Most bytes of path and query.
const ADDRESS_MAX: usize = 8 * 1024;

/// Carries the token. A page of another origin may not send such a header without asking first, and
/// it is never allowed to.
pub(super) const TOKEN: HeaderName = HeaderName::from_static("x-prep-token");

/// A word that nobody can guess.
///
/// # Errors
/// The operating system has no random bytes.
pub(super) fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Refuses what did not come to this address by its own name, and what is too long; tells browsers
/// what they may do with the answer.
pub(super) async fn check(request: Request, next: Next) -> Response {
    // A name that somebody else's server gives out for this address is not ours (DNS rebinding).
    if !host(request.headers()).is_some_and(is_local) {
        let what = both!(
            "This server answers to 127.0.0.1 and localhost only.",
            "이 서버는 127.0.0.1과 localhost로만 접속할 수 있습니다."
        );
        return hardened(refused(StatusCode::MISDIRECTED_REQUEST, &what, Lang::En));
    }
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if length > ADDRESS_MAX {
        let what = both!("The address is too long.", "주소가 너무 깁니다.");
        return hardened(refused(StatusCode::URI_TOO_LONG, &what, Lang::En));
    }
    if is_embedded_elsewhere(request.headers()) {
        let what = both!(
            "Another site asks for this page: open it yourself.",
            "다른 사이트가 이 페이지를 요청했습니다. 직접 여세요."
        );
        return hardened(refused(StatusCode::FORBIDDEN, &what, Lang::En));
    }
    hardened(next.run(request).await)
}

/// Whether a browser says that a page of another site loads this one as a part of it.
fn is_embedded_elsewhere(headers: &HeaderMap) -> bool {
    let of = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let foreign = matches!(of("sec-fetch-site"), Some(b"cross-site" | b"same-site"));
    foreign && of("sec-fetch-mode") != Some(b"navigate")
}

/// Whether a request comes from a page of ours.
pub(super) fn is_ours(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(TOKEN).map(HeaderValue::as_bytes);
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    let own = host(headers).map(|host| format!("http://{host}"));
    given == Some(token.as_bytes())
        && origin.is_none_or(|origin| own.is_some_and(|own| own.as_bytes() == origin))
}

/// The one host that a request names.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}

/// Any port: it may have been forwarded.
fn is_local(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    ["127.0.0.1", "localhost"].contains(&name) && port.parse::<u16>().is_ok()
}

fn hardened(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
