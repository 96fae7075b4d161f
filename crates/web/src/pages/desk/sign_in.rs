//! Signing in and out, and the way to the right first page.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use verbs::VerbError;
use verbs::desk::session;

use crate::forms::{Posted, PostedOpen};
use crate::look::Look;
use crate::session::{Seated, SessionKey};
use crate::shell::{Answer, Bare, html};
use crate::site::Site;

#[derive(Template)]
#[template(path = "pages/desk/sign_in.html")]
struct Page {
    shell: Bare,
    name: String,
    to: String,
    wrong: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Where {
    #[serde(default)]
    to: String,
}

/// `/`: Today for who is signed in, the first run where nobody has a login, signing in for everybody else.
pub async fn door(State(site): State<Site>, seated: Option<Seated>) -> Answer {
    let to = if seated.is_some() {
        "/today"
    } else if session::is_first_run(&site.app).await? {
        "/hello/why"
    } else {
        "/sign-in"
    };
    Ok(Redirect::to(to).into_response())
}

pub async fn show(State(site): State<Site>, headers: HeaderMap, Query(Where { to }): Query<Where>) -> Answer {
    if session::is_first_run(&site.app).await? {
        return Ok(Redirect::to("/hello/why").into_response());
    }
    html(&Page { shell: Bare { look: Look::of(&headers) }, name: String::new(), to, wrong: None })
}

#[derive(Deserialize)]
pub struct Wish {
    name: String,
    password: String,
    #[serde(default)]
    to: String,
}

pub async fn open(ConnectInfo(peer): ConnectInfo<SocketAddr>, headers: HeaderMap, PostedOpen { site, form }: PostedOpen<Wish>) -> Answer {
    let key = SessionKey::fresh();
    let signed = session::sign_in(&site.app, &form.name, form.password, &place(peer, &headers), key.hash(), site.now()).await;
    match signed {
        Ok(_) => {
            let mut answer = Redirect::to(safe_path(&form.to)).into_response();
            answer.headers_mut().append(header::SET_COOKIE, key.keep(site.is_secure(&headers)));
            Ok(answer)
        }
        Err(error @ (VerbError::Wrong { .. } | VerbError::TooOften { .. })) => {
            let status = if matches!(error, VerbError::TooOften { .. }) { 429 } else { 422 };
            let page = Page { shell: Bare { look: Look::of(&headers) }, name: form.name, to: form.to, wrong: Some(error.to_string()) };
            let mut answer = html(&page)?;
            *answer.status_mut() = axum::http::StatusCode::from_u16(status).expect("these are statuses");
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn close(headers: HeaderMap, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    session::close(&seated.site.app, seated.key.hash()).await?;
    seated.changed();
    let mut answer = Redirect::to("/sign-in").into_response();
    answer.headers_mut().append(header::SET_COOKIE, SessionKey::forget(seated.site.is_secure(&headers)));
    Ok(answer)
}

/// Where somebody tries from. Behind a proxy on this machine, the proxy's last word for it.
pub(crate) fn place(peer: SocketAddr, headers: &HeaderMap) -> String {
    let forwarded = headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).and_then(|v| v.rsplit(',').next());
    match forwarded {
        Some(place) if peer.ip().is_loopback() => place.trim().to_owned(),
        _ => peer.ip().to_string(),
    }
}

/// Only a path of ours: never a way out to another site.
fn safe_path(to: &str) -> &str {
    if to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']) { to } else { "/today" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_else() {
        for (to, expected) in [
            ("/inbox?box=done", "/inbox?box=done"),
            ("//evil.example", "/today"),
            ("https://evil.example", "/today"),
            ("/\\evil", "/today"),
            ("", "/today"),
        ] {
            assert_eq!(safe_path(to), expected);
        }
    }
}
