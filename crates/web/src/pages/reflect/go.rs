//! `/go/CODE`: counts an arrival and sends the visitor on. Needs no sign-in, sets no cookie.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, State};
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
    let mut answer: Response = StatusCode::FOUND.into_response();
    let target = HeaderValue::from_str(&target).map_err(|_| Fault::missing())?;
    answer.headers_mut().insert(header::LOCATION, target);
    // Each arrival is to be counted; the site it leads to may know where it came from.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
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
