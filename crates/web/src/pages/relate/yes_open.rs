//! What strangers see of letters: the form by which they say yes, the page that makes it sure, the page that stops it; and the hook for letters that came
//! back. Needs no sign-in and sets no cookie. Looking at a page changes nothing, since mail programs look at links by themselves.

use std::net::SocketAddr;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::LeaveFor;
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::sites::Signed;
use verbs::relate::bounces;
use verbs::relate::opt_ins::{self, Asking, OpenForm};

pub use verbs::relate::bounces::BODY_MAX;

use crate::forms::PostedOpen;
use crate::look::Look;
use crate::shell::{Answer, Bare, html, html_with};
use crate::site::Site;

#[derive(Template)]
#[template(path = "pages/relate/yes_open.html")]
struct Page {
    shell: Bare,
    key: String,
    form: OpenForm,
    address: String,
    name: String,
    is_asked: bool,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/relate/yes_sure.html")]
struct SurePage {
    shell: Bare,
    token: String,
    form: Option<OpenForm>,
    voice: String,
}

#[derive(Template)]
#[template(path = "pages/relate/stop.html")]
struct StopPage {
    shell: Bare,
    key: String,
    address: String,
    from: String,
    is_weekly: bool,
    is_over: bool,
}

pub async fn form(State(site): State<Site>, Path(key): Path<String>, headers: HeaderMap) -> Answer {
    let form = opt_ins::form(&site.app, &key).await?;
    html(&Page { shell: bare(&headers), key, form, address: String::new(), name: String::new(), is_asked: false, wrong: None })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wish {
    address: String,
    name: String,
    /// Seen by machines alone.
    website: String,
}

pub async fn ask(
    Path(key): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    PostedOpen { site, form: wish }: PostedOpen<Wish>,
) -> Answer {
    let form = opt_ins::form(&site.app, &key).await?;
    let place = crate::pages::desk::sign_in::place(peer, &headers);
    let asking = Asking { address: wish.address.clone(), name: wish.name.clone(), trap: wish.website };
    let asked = opt_ins::ask(&site.app, &key, &asking, &place, site.now()).await;
    let (status, wrong) = match asked {
        Ok(()) => (StatusCode::OK, None),
        Err(error @ VerbError::Wrong { .. }) => (StatusCode::UNPROCESSABLE_ENTITY, Some(error.to_string())),
        Err(error @ VerbError::TooOften { .. }) => (StatusCode::TOO_MANY_REQUESTS, Some(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let page = Page { shell: bare(&headers), key, form, address: wish.address, name: wish.name, is_asked: wrong.is_none(), wrong };
    html_with(status, &page)
}

pub async fn sure(State(site): State<Site>, Path(token): Path<String>, headers: HeaderMap) -> Answer {
    let form = opt_ins::to_be_sure(&site.app, &token, site.now()).await?;
    html(&SurePage { shell: bare(&headers), token, voice: form.voice.clone(), form: Some(form) })
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn make_sure(Path(token): Path<String>, headers: HeaderMap, PostedOpen { site, .. }: PostedOpen<Nothing>) -> Answer {
    let voice = opt_ins::make_sure(&site.app, &token, site.now()).await?;
    html(&SurePage { shell: bare(&headers), token, voice, form: None })
}

pub async fn stop(State(site): State<Site>, Path(key): Path<String>, headers: HeaderMap) -> Answer {
    stop_page(&site, key, &headers).await
}

/// One press, by the page or by a mail program (RFC 8058): whatever is sent, and from wherever, it is a no.
pub async fn stop_now(State(site): State<Site>, Path(key): Path<String>, headers: HeaderMap) -> Answer {
    opt_ins::stop(&site.app, &key, site.now()).await?;
    stop_page(&site, key, &headers).await
}

async fn stop_page(site: &Site, key: String, headers: &HeaderMap) -> Answer {
    let found = opt_ins::to_be_stopped(&site.app, &key).await?;
    html(&StopPage {
        shell: bare(headers),
        key,
        address: found.address,
        from: found.from,
        is_weekly: found.leave_for == LeaveFor::Week,
        is_over: found.is_over,
    })
}

/// Word of a letter that came back.
pub async fn bounce(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let signed = Signed { id: said("webhook-id"), timestamp: said("webhook-timestamp"), signature: said("webhook-signature"), body: &body };
    let (status, why) = match bounces::bounce(&site.app, &signed, site.now()).await {
        Ok(_) => (StatusCode::NO_CONTENT, String::new()),
        Err(VerbError::Wrong { field: "signature", why }) => (StatusCode::UNAUTHORIZED, why + "\n"),
        Err(VerbError::Wrong { why, .. }) => (StatusCode::UNPROCESSABLE_ENTITY, why + "\n"),
        Err(error) => {
            tracing::warn!(%error, "word of a letter that came back could not be kept");
            (StatusCode::SERVICE_UNAVAILABLE, "Try again.\n".to_owned())
        }
    };
    let mut answer = (status, why).into_response();
    // It is drawn already: no page is put in its place.
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn bare(headers: &HeaderMap) -> Bare {
    Bare { look: Look::of(headers) }
}
