//! Our own sites: the script for their pages, what it sends, what their servers sign and send; and the settings' page of short links and sites, with
//! the QR code of a link. What is sent comes from strangers' browsers: it needs no sign-in, and is judged by the verb.

use std::net::SocketAddr;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::sites::{self, Signed};
use verbs::reflect::visitor::Rule;
use verbs::reflect::{aims, links};

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::Posted;
use crate::html::Safe;
use crate::pages::desk::settings::{TABS, Tab};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::site::Site;
use crate::words;

pub use verbs::reflect::sites::BODY_MAX;

/// How long a browser may keep the script.
const SCRIPT_CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// Any page may read the answer, since it says nothing.
const ANYBODY: (HeaderName, HeaderValue) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
const CROSS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));

/// `/in/KEY.js`: the script for the pages of a site.
pub async fn script(State(site): State<Site>, Path(file): Path<String>) -> Answer {
    let key = file.strip_suffix(".js").filter(|k| !k.is_empty() && k.len() <= 64 && k.bytes().all(|b| b.is_ascii_alphanumeric()));
    let Some(key) = key else { return Err(Fault::missing()) };
    let script = sites::script(&site.app.config.public_url, key);
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, SCRIPT_CACHE), ANYBODY, CROSS], script).into_response())
}

/// What the script sends. The answer is empty whatever became of it, but for what is plainly wrong.
pub async fn hear(
    State(site): State<Site>,
    Path(key): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut facts = super::go::facts(peer, &method, &headers, false);
    // A beacon asks for nothing that could be read.
    facts.accept = None;
    answered(sites::hear(&site.app, &key, &body, &facts, site.now()).await)
}

/// What a site's own server sends, signed.
pub async fn hook(State(site): State<Site>, Path(key): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let signed = Signed { id: said("webhook-id"), timestamp: said("webhook-timestamp"), signature: said("webhook-signature"), body: &body };
    answered(sites::hook(&site.app, &key, &signed, site.now()).await)
}

fn answered(heard: Result<sites::Heard, VerbError>) -> Response {
    let (status, why) = match heard {
        Ok(_) => (StatusCode::NO_CONTENT, String::new()),
        Err(VerbError::Missing(_)) => (StatusCode::NOT_FOUND, "There is no such site here.\n".to_owned()),
        Err(VerbError::Wrong { field: "signature", why }) => (StatusCode::UNAUTHORIZED, format!("{why}\n")),
        Err(VerbError::Wrong { why, .. }) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{why}\n")),
        Err(error) => {
            tracing::warn!(%error, "what a site sent could not be kept");
            (StatusCode::SERVICE_UNAVAILABLE, "Try again.\n".to_owned())
        }
    };
    let mut answer = (status, [ANYBODY], why).into_response();
    // It is drawn already: no page is put in its place.
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[derive(Template)]
#[template(path = "pages/reflect/sites.html")]
struct Page {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    is_private: bool,
    links: Vec<LinkRow>,
    sites: Vec<SiteRow>,
    aims: Vec<(String, String)>,
    rules: Vec<(&'static str, &'static str)>,
    has_marks: bool,
    /// What new links begin with, and the domain of their own.
    base: String,
    domain: String,
    domain_wrong: Option<String>,
    wrong: Option<String>,
    fresh: Option<String>,
}

struct LinkRow {
    code: String,
    target: String,
    aim: Option<(String, String)>,
    visits: String,
}

struct SiteRow {
    id: String,
    host: String,
    line: String,
    hook: String,
    from: String,
}

pub async fn show(seated: Seated) -> Answer {
    page(&seated, None, None).await
}

async fn page(seated: &Seated, wrong: Option<String>, fresh: Option<String>) -> Answer {
    page_with(seated, wrong, fresh, None).await
}

async fn page_with(seated: &Seated, wrong: Option<String>, fresh: Option<String>, domain_wrong: Option<String>) -> Answer {
    let (domain, base) = links::domain(seated.cx()).await?;
    let public_url = seated.site.app.config.public_url.trim_end_matches('/').to_owned();
    let is_private = ["http://127.", "http://localhost", "http://[::1]"].iter().any(|p| public_url.starts_with(p));
    let links = links::list(seated.cx()).await?;
    let known = sites::list(seated.cx()).await?;
    let aims = aims::list(seated.cx()).await?;
    let status = if wrong.is_some() || domain_wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::Settings),
        tabs: TABS,
        at: "links",
        links: links
            .into_iter()
            .map(|l| LinkRow {
                target: l.target,
                code: l.code,
                aim: l.aim.map(|(id, name)| (id.to_string(), name)),
                visits: words::count(l.visits as i64, "visit"),
            })
            .collect(),
        sites: known.iter().map(|(site, from)| site_row(&public_url, site, from)).collect(),
        aims: aims.open.into_iter().map(|row| (row.aim.id.to_string(), row.aim.name)).collect(),
        rules: Rule::ALL.into_iter().map(|r| (r.why(), r.visitor().word())).collect(),
        has_marks: links::marks(seated.cx()).await?,
        base,
        domain: domain.unwrap_or_default(),
        domain_wrong,
        is_private,
        wrong,
        fresh,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

fn site_row(public_url: &str, site: &model::Site, from: &[(String, u64)]) -> SiteRow {
    let told: Vec<String> = from
        .iter()
        .take(5)
        .map(|(host, n)| format!("{} from {}", words::figures(*n as i64), if host.is_empty() { "somewhere unsaid" } else { host }))
        .collect();
    SiteRow {
        id: site.id.to_string(),
        host: site.host.clone(),
        line: format!("<script defer src=\"{public_url}{}{}.js\"></script>", sites::PATH, site.key),
        hook: format!("{public_url}{}{}/hook", sites::PATH, site.key),
        from: if told.is_empty() { "Nobody came yet that it told of.".to_owned() } else { format!("Four weeks: {}.", words::list(&told)) },
    }
}

#[derive(Deserialize)]
pub struct Act {
    #[serde(default)]
    host: String,
    #[serde(default)]
    aim: String,
    #[serde(default)]
    forget: String,
    /// From the form of the domain.
    domain: Option<String>,
    /// "yes" or "no" from the form of marks.
    #[serde(default)]
    marks: String,
}

/// Makes a site known, or forgets one.
pub async fn act(Posted { seated, form }: Posted<Act>) -> Answer {
    if let Ok(id) = form.forget.parse() {
        sites::forget(seated.cx(), id).await?;
        return seated.done("/settings/links", Flash::plain("Nothing is taken from that site any more. What came stays."));
    }
    if let Some(domain) = form.domain {
        return match links::set_domain(seated.cx(), &domain).await {
            Ok(Some(domain)) => seated.done("/settings/links", Flash::said("New links begin with ", domain, ".")),
            Ok(None) => seated.done("/settings/links", Flash::plain("New links begin with this desk’s own address.")),
            Err(VerbError::Wrong { why, .. }) => page_with(&seated, None, None, Some(why)).await,
            Err(error) => Err(error.into()),
        };
    }
    if !form.marks.is_empty() {
        links::set_marks(seated.cx(), form.marks == "yes").await?;
        let words = if form.marks == "yes" { "Targets are marked from now on." } else { "Targets are left as they are." };
        return seated.done("/settings/links", Flash::plain(words));
    }
    match sites::add(seated.cx(), &form.host, &form.aim).await {
        Ok((_, secret)) => page(&seated, None, Some(secret)).await,
        Err(VerbError::Wrong { why, .. }) => page(&seated, Some(why), None).await,
        Err(error) => Err(error.into()),
    }
}

/// The QR code of a short link, as a drawing.
pub async fn qr(seated: Seated, Path(code): Path<String>) -> Answer {
    let code = code.strip_suffix(".svg").unwrap_or(&code);
    if !links::list(seated.cx()).await?.iter().any(|l| l.code == code) {
        return Err(Fault::missing());
    }
    let address = format!("{}{code}", links::domain(seated.cx()).await?.1);
    let drawn = qr_svg(&address).ok_or_else(|| Fault::broken("an address too long for a QR code"))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], drawn.0).into_response())
}

/// Modules of quiet round the code, as its standard asks.
const QUIET: usize = 4;

/// Black on white in either theme, since cameras want it so.
fn qr_svg(address: &str) -> Option<Safe<String>> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (i, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", QUIET + i % width, QUIET + i / width));
        }
    }
    Some(Safe(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{0}\" height=\"{0}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>",
        side * 8
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_eyes_and_its_quiet() {
        let drawn = qr_svg("https://desk.example/go/Ab3dE7x").unwrap().0;
        // A code of 31 letters at this level has 29 modules a side: version 3.
        assert!(drawn.contains("viewBox=\"0 0 37 37\""), "{}", &drawn[..120]);
        assert!(drawn.contains("M4 4h1v1h-1zM5 4h1") && !drawn.contains("M3 4h1"));
        assert!(drawn.contains("M32 4h1") && drawn.contains("M4 32h1"));
    }
}
