//! The one layer round every handler: a time limit, faults drawn for whom they are, the headers of a strict site, and
//! packing for those who ask. One layer and not six, because every page pays for it.

use std::{panic::AssertUnwindSafe, time::Duration};

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;

use crate::{
    assets::{pack, takes_gzip},
    errors::Fault,
    look::Look,
    pages::reflect::go::{self, Asked},
    session::{FRAGMENT, Seated},
    shell::Bare,
    site::Site,
};

/// Long enough for pictures over a slow line, short enough that nothing hangs for ever.
const REQUEST_MAX: Duration = Duration::from_secs(90);
/// Smaller pages fit one packet anyway.
const PACK_FROM_BYTES: u64 = 1024;
/// Larger answers are downloads, not pages.
const PACK_BYTES_MAX: u64 = 4_000_000;
/// Quick rather than small: a page is packed for one reader.
const PACK_LEVEL: u32 = 2;

/// Nothing from elsewhere, nothing inline. No `form-action` beyond ourselves: going on to a network's own page is a
/// link or a plain redirect after a GET.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PAGE_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];
const VARY: HeaderValue = HeaderValue::from_static("X-Fragment, Accept-Encoding, Cookie");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

pub(crate) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let is_secure = site.is_secure(request.headers());
    let packs = takes_gzip(request.headers());
    let asked = Asked::of(&request);
    if let Some(mut answer) = go::by_own_domain(&site, &asked).await {
        dress(answer.headers_mut(), is_secure);
        return answer;
    }
    if let Some(mut answer) = go::quickly(&site, &asked).await {
        if is_secure {
            answer.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
        }
        return answer;
    }
    let asker = Asker::of(&request);
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut answer = match tokio::time::timeout(REQUEST_MAX, work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => fault_answer(Fault::broken("a handler panicked")),
        Err(_) => fault_answer(Fault::busy()),
    };
    if answer.status().as_u16() >= 400 || answer.extensions().get::<Fault>().is_some() {
        answer = asker.draw(&site, answer).await;
    }
    dress(answer.headers_mut(), is_secure);
    if packs { packed(answer).await } else { answer }
}

fn fault_answer(fault: Fault) -> Response {
    axum::response::IntoResponse::into_response(fault)
}

/// What is needed of a request to draw a fault for it; cheap to keep, nothing is copied.
struct Asker {
    method: Method,
    uri: Uri,
    cookies: HeaderMap,
    is_program: bool,
}

impl Asker {
    fn of(request: &Request) -> Asker {
        let mut cookies = HeaderMap::with_capacity(4);
        for name in [header::COOKIE, header::HOST, HeaderName::from_static(FRAGMENT)] {
            if let Some(value) = request.headers().get(&name) {
                cookies.insert(name, value.clone());
            }
        }
        let is_program = request.uri().path().starts_with("/api/");
        Asker { method: request.method().clone(), uri: request.uri().clone(), cookies, is_program }
    }

    async fn draw(self, site: &Site, mut answer: Response) -> Response {
        let fault = match answer.extensions_mut().remove::<Fault>() {
            Some(fault) => fault,
            // A page drew its own trouble, such as a form with its words kept.
            None if is_drawn(&answer) => return answer,
            None => Fault::of_status(answer.status()),
        };
        fault.write_down(&self.method, self.uri.path());
        if self.is_program {
            return fault.json();
        }
        // The store may be what is broken: then it is drawn without a shell.
        let seated = Seated::find(site, &self.cookies).await.unwrap_or(None);
        fault.page(seated.as_ref(), Bare { look: Look::of(&self.cookies) })
    }
}

fn is_drawn(answer: &Response) -> bool {
    answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"text/html") || kind.starts_with(b"application/json") || kind.starts_with(b"image/")
    })
}

fn dress(headers: &mut HeaderMap, is_secure: bool) {
    headers.reserve(PAGE_HEADERS.len() + 3);
    for (name, value) in PAGE_HEADERS {
        // A picture from elsewhere brings a stricter policy of its own.
        headers.entry(name).or_insert(value);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, PRIVATE);
        headers.insert(header::VARY, VARY);
    }
    if is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
}

/// Packs a page that is in memory already; streams and pictures pass as they are.
async fn packed(answer: Response) -> Response {
    let size = answer.body().size_hint().exact().unwrap_or(0);
    let is_text = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"text/") || kind.starts_with(b"application/json")
    });
    if !is_text || !(PACK_FROM_BYTES..=PACK_BYTES_MAX).contains(&size) || answer.headers().contains_key(header::CONTENT_ENCODING) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, PACK_BYTES_MAX as usize).await else {
        return fault_answer(Fault::broken("a page could not be read back"));
    };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(pack(&bytes, PACK_LEVEL)))
}
