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
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let facts = Facts {
        user_agent: said("user-agent"),
        accept: said("accept"),
        purpose: [said("sec-purpose"), said("purpose"), said("x-moz")].join(" "),
        referer: said("referer"),
        place: crate::pages::desk::sign_in::place(peer, &headers),
        is_signed_in: seated.is_some(),
        is_head: method == Method::HEAD,
    };
    let Some(target) = visit::visit(&site.app, &code, &facts, site.now()).await? else { return Err(Fault::missing()) };
    let mut answer: Response = StatusCode::FOUND.into_response();
    let target = HeaderValue::from_str(&target).map_err(|_| Fault::missing())?;
    answer.headers_mut().insert(header::LOCATION, target);
    // Each arrival is to be counted; the site it leads to may know where it came from.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
