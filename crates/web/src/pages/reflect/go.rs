//! `/go/CODE`: counts an arrival and sends the visitor on. Needs no sign-in, sets no cookie.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use verbs::reflect::visit::{self, Facts};

use crate::errors::Fault;
use crate::session::Seated;
use crate::shell::Answer;
use crate::site::Site;

pub async fn go(
    State(site): State<Site>,
    Path(code): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    seated: Option<Seated>,
) -> Answer {
    let facts = facts(peer, &method, &headers, seated.is_some());
    let Some(target) = visit::visit(&site.app, &code, &facts, site.now()).await? else { return Err(Fault::missing()) };
    led_on(&target).ok_or_else(Fault::missing)
}

/// What a request says, without its body, which can't be lent to two at once.
pub(crate) struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    headers: &'a HeaderMap,
    peer: SocketAddr,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(request: &'a Request) -> Asked<'a> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |c| c.0);
        Asked { method: request.method(), path: request.uri().path(), headers: request.headers(), peer }
    }
}

/// The answer to whoever comes by a domain that answers nothing but links; `None` where the host is no such domain.
pub(crate) async fn by_own_domain(site: &Site, asked: &Asked<'_>) -> Option<Response> {
    let host = asked.headers.get(header::HOST)?.to_str().ok()?;
    let desk = match visit::whose_domain(&site.app, host, site.now()).await {
        Ok(desk) => desk?,
        Err(_) => return None,
    };
    let nothing =
        || Some((StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "There is nothing here.\n").into_response());
    let code = asked.path.trim_start_matches('/');
    let code = code.strip_prefix(verbs::reflect::links::PATH.trim_start_matches('/')).unwrap_or(code);
    if !matches!(*asked.method, Method::GET | Method::HEAD) {
        return nothing();
    }
    let facts = facts(asked.peer, asked.method, asked.headers, false);
    match visit::visit_of(&site.app, desk, code, &facts, site.now()).await {
        Ok(Some(target)) => led_on(&target).or_else(nothing),
        Ok(None) => nothing(),
        Err(_) => Some((StatusCode::SERVICE_UNAVAILABLE, "Try again.\n").into_response()),
    }
}

/// The quick way of whoever follows a link and has no cookie of ours, which is nearly everybody; `None` sends all others the way of the pages.
/// A post may go round the world, and what the pages need is of no use here.
pub(crate) async fn quickly(site: &Site, asked: &Asked<'_>) -> Option<Response> {
    let code = asked.path.strip_prefix(verbs::reflect::links::PATH)?;
    if *asked.method != Method::GET || asked.headers.contains_key(header::COOKIE) {
        return None;
    }
    let facts = facts(asked.peer, asked.method, asked.headers, false);
    led_on(&visit::visit(&site.app, code, &facts, site.now()).await.ok()??)
}

fn led_on(target: &str) -> Option<Response> {
    let mut answer: Response = StatusCode::FOUND.into_response();
    answer.headers_mut().insert(header::LOCATION, HeaderValue::from_str(target).ok()?);
    // Each arrival is to be counted; the site it leads to may know where it came from.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    Some(answer)
}

/// What a request says of whoever sent it.
pub(super) fn facts(peer: SocketAddr, method: &Method, headers: &HeaderMap, is_signed_in: bool) -> Facts {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let purpose: Vec<&str> = ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().map(said).filter(|p| !p.is_empty()).collect();
    Facts {
        user_agent: Some(said("user-agent").to_owned()),
        accept: Some(said("accept").to_owned()),
        purpose: purpose.join(" "),
        referer: said("referer").to_owned(),
        place: crate::pages::desk::sign_in::place(peer, headers),
        is_signed_in,
        method: method.as_str().to_owned(),
    }
}
