//! First run: why, who, where, begin. The why is asked before anything else, and waits in a cookie until there is a desk to keep it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use verbs::VerbError;
use verbs::desk::session::{self, FirstOwner};
use verbs::desk::{accounts, begin, sample};

use crate::forms::{Posted, PostedOpen};
use crate::look::Look;
use crate::session::{Seated, SessionKey, cookie};
use crate::shell::{Answer, Bare, html};
use crate::site::Site;
use crate::words;

const COOKIE: &str = "hobnob-hello";
/// A cookie holds about four thousand letters; the why is cut to fit with what is around it.
const WORDS_MAX: usize = 900;

/// What was said so far.
#[derive(Serialize, Deserialize, Default, Clone)]
pub struct Why {
    #[serde(default)]
    year: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    sign: String,
}

impl Why {
    fn of(headers: &HeaderMap) -> Why {
        let kept = cookie(headers, COOKIE).and_then(|v| URL_SAFE_NO_PAD.decode(v).ok());
        kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
    fn keep(&self) -> HeaderValue {
        let cut = |s: &str| s.chars().take(WORDS_MAX).collect::<String>();
        let short = Why { year: cut(&self.year), who: cut(&self.who), sign: cut(&self.sign) };
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&short).expect("three texts are JSON"));
        HeaderValue::from_str(&format!("{COOKIE}={text}; Path=/hello; Max-Age=86400; HttpOnly; SameSite=Lax"))
            .expect("base64 fits a header")
    }
    fn forget() -> HeaderValue {
        HeaderValue::from_static("hobnob-hello=; Path=/hello; Max-Age=0; HttpOnly; SameSite=Lax")
    }
}

/// The signs by which it is noticed: what is kept, and what is read.
const SIGNS: [(&str, &str); 4] = [
    ("visits", "Visits to my own site"),
    ("replies", "People who write to me"),
    ("people", "People I come to know"),
    ("other", "Something else I count"),
];

#[derive(Template)]
#[template(path = "pages/desk/hello_why.html")]
struct WhyPage {
    shell: Bare,
    why: Why,
}

#[derive(Template)]
#[template(path = "pages/desk/hello_who.html")]
struct WhoPage {
    shell: Bare,
    form: Who,
    wrong: Option<(&'static str, String)>,
}

impl WhoPage {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

#[derive(Template)]
#[template(path = "pages/desk/hello_where.html")]
struct WherePage {
    shell: Bare,
    token: String,
    topics: String,
    wrong: Option<String>,
    offers: Vec<accounts::Offer>,
    connected: Vec<accounts::AccountRow>,
}

#[derive(Template)]
#[template(path = "pages/desk/hello_begin.html")]
struct BeginPage {
    shell: Bare,
    voice: String,
    connected: Vec<accounts::AccountRow>,
    topics: usize,
}

impl BeginPage {
    /// What was set up, as a sentence.
    fn sentence(&self) -> String {
        let (places, topics) = (self.connected.len() as i64, self.topics as i64);
        let mut words = format!("{} {} connected", words::number_first(places), words::plural(places, "place is", "places are"));
        if topics > 0 {
            words += &format!(", and Hobnob listens for {}", words::count(topics, "topic"));
        }
        words + "."
    }
}

/// Once somebody has a login, the first two steps are over.
async fn is_over(site: &Site) -> Result<bool, crate::errors::Fault> {
    Ok(!session::is_first_run(&site.app).await?)
}

pub async fn why(State(site): State<Site>, headers: HeaderMap) -> Answer {
    if is_over(&site).await? {
        return Ok(Redirect::to("/").into_response());
    }
    html(&WhyPage { shell: Bare { look: Look::of(&headers) }, why: Why::of(&headers) })
}

pub async fn say_why(PostedOpen { form, .. }: PostedOpen<Why>) -> Answer {
    let mut answer = Redirect::to("/hello/who").into_response();
    answer.headers_mut().append(header::SET_COOKIE, form.keep());
    Ok(answer)
}

#[derive(Deserialize, Default, Clone)]
pub struct Who {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    desk: String,
    #[serde(default)]
    zone: String,
}

pub async fn who(State(site): State<Site>, headers: HeaderMap) -> Answer {
    if is_over(&site).await? {
        return Ok(Redirect::to("/").into_response());
    }
    html(&WhoPage { shell: Bare { look: Look::of(&headers) }, form: Who { zone: begin::home_zone(), ..Who::default() }, wrong: None })
}

pub async fn say_who(headers: HeaderMap, PostedOpen { site, form }: PostedOpen<Who>) -> Answer {
    let key = SessionKey::fresh();
    let why = Why::of(&headers);
    let owner =
        FirstOwner { name: form.name.clone(), password: form.password.clone(), desk: form.desk.clone(), zone: form.zone.trim().to_owned() };
    let seat = match session::begin(&site.app, owner, key.hash(), site.now()).await {
        Ok(seat) => seat,
        Err(VerbError::Wrong { field, why }) => {
            let page = WhoPage {
                shell: Bare { look: Look::of(&headers) },
                form: Who { password: String::new(), ..form },
                wrong: Some((field, why)),
            };
            let mut answer = html(&page)?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(answer);
        }
        Err(error) => return Err(error.into()),
    };
    let cx = verbs::Cx { app: &site.app, seat: &seat, now: site.now() };
    begin::keep_why(cx, &why.year, &why.who, &why.sign).await?;
    let mut answer = Redirect::to("/hello/where").into_response();
    answer.headers_mut().append(header::SET_COOKIE, key.keep(site.is_secure(&headers)));
    answer.headers_mut().append(header::SET_COOKIE, Why::forget());
    Ok(answer)
}

pub async fn whereabouts(seated: Seated) -> Answer {
    show_where(&seated, String::new(), None).await
}

async fn show_where(seated: &Seated, topics: String, wrong: Option<String>) -> Answer {
    let (offers, connected) =
        (accounts::offers(seated.cx()).into_iter().filter(|o| !o.is_by_hand).collect(), accounts::list(seated.cx()).await?);
    let is_wrong = wrong.is_some();
    let mut answer = html(&WherePage { shell: Bare { look: seated.look }, token: seated.token(), topics, wrong, offers, connected })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

#[derive(Deserialize)]
pub struct Topics {
    #[serde(default)]
    topics: String,
}

pub async fn say_where(Posted { seated, form }: Posted<Topics>) -> Answer {
    match begin::keep_topics(seated.cx(), &form.topics).await {
        Ok(_) => seated.go("/hello/begin"),
        Err(error @ (VerbError::Query(_) | VerbError::Wrong { .. })) => show_where(&seated, form.topics, Some(error.to_string())).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn ready(seated: Seated) -> Answer {
    let (connected, topics) = (accounts::list(seated.cx()).await?, begin::topics_count(seated.cx()).await?);
    html(&BeginPage { shell: Bare { look: seated.look }, voice: seated.who.voice_name.clone(), connected, topics })
}

/// A desk of invented people, to look round in.
pub async fn sample(headers: HeaderMap, PostedOpen { site, .. }: PostedOpen<Why>) -> Answer {
    if is_over(&site).await? {
        return Ok(Redirect::to("/").into_response());
    }
    let key = SessionKey::fresh();
    sample::open(&site.app, key.hash(), site.now()).await?;
    enter(&site, &headers, &key)
}

/// `hobnob demo` prints this address: it signs in to the demonstration's desk.
pub async fn demo(State(site): State<Site>, headers: HeaderMap) -> Answer {
    if !site.app.config.is_demo {
        return Err(crate::errors::Fault::missing());
    }
    let key = SessionKey::fresh();
    sample::enter(&site.app, key.hash(), site.now()).await?;
    enter(&site, &headers, &key)
}

fn enter(site: &Site, headers: &HeaderMap, key: &SessionKey) -> Answer {
    let mut answer = Redirect::to("/today").into_response();
    answer.headers_mut().append(header::SET_COOKIE, key.keep(site.is_secure(headers)));
    Ok(answer)
}

#[derive(Deserialize)]
pub struct Nothing {}

/// Throws the sample desk away and begins in earnest.
pub async fn throw(headers: HeaderMap, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    sample::throw(&seated.site.app, seated.seat()).await?;
    seated.site.sessions.forget_all();
    let mut answer = Redirect::to("/hello/why").into_response();
    answer.headers_mut().append(header::SET_COOKIE, SessionKey::forget(seated.site.is_secure(&headers)));
    Ok(answer)
}

/// The four steps, with the one we are at.
pub struct Stages(pub usize);

impl std::fmt::Display for Stages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<ol class=\"stages\">")?;
        for (i, word) in ["Why", "Who", "Where", "Begin"].iter().enumerate() {
            let current = if i + 1 == self.0 { " aria-current=\"step\"" } else { "" };
            write!(f, "<li{current}><b>{}</b>{word}</li>", i + 1)?;
        }
        f.write_str("</ol>")
    }
}

impl askama::filters::HtmlSafe for Stages {}
