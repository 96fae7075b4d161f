//! What can go wrong, as a person reads it. A handler returns a [`Fault`]; `guard.rs` draws it as a page in the shell, as
//! a fragment for the script or as JSON, and logs it, once. No fault holds people's words or secrets.

use std::ops::{Deref, DerefMut};

use askama::Template;
use axum::{
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use verbs::{StoreError, VerbError};

use crate::{
    session::Seated,
    shell::{Bare, Place, Shell, html_with},
};

/// Something that did not go well: what happened, what is safe, and what to press. Boxed, because it rides beside every
/// answer that went well.
#[derive(Clone, Debug)]
pub struct Fault(Box<Trouble>);

/// What a [`Fault`] says.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub status: StatusCode,
    /// For programs: one short word.
    pub code: &'static str,
    pub title: String,
    pub words: String,
    /// What to press: words and address.
    pub press: Option<(String, String)>,
    /// When to come again, for 429 and 503.
    pub after_seconds: Option<u32>,
    /// For the log alone: what a person who runs the desk can act on.
    pub log: Option<String>,
    /// Not a page at all: go there.
    pub go: Option<String>,
    /// What was being sent, so that it can be sent again.
    pub kept: Option<Kept>,
}

impl Deref for Fault {
    type Target = Trouble;
    fn deref(&self) -> &Trouble {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut Trouble {
        &mut self.0
    }
}

/// The fields of a form that we could not take.
#[derive(Clone, Default)]
pub struct Kept {
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// May one press send it again? Only when it came from a page of ours.
    pub is_ours: bool,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({} fields)", self.fields.len())
    }
}

impl Fault {
    pub fn new(status: StatusCode, code: &'static str, title: impl Into<String>, words: impl Into<String>) -> Fault {
        let (title, words) = (title.into(), words.into());
        Fault(Box::new(Trouble { status, code, title, words, press: None, after_seconds: None, log: None, go: None, kept: None }))
    }

    pub fn press(mut self, words: impl Into<String>, href: impl Into<String>) -> Fault {
        self.press = Some((words.into(), href.into()));
        self
    }

    /// Nothing is at this address.
    pub fn missing() -> Fault {
        let words = "It may have been deleted by the person who began it, or the address was mistyped.";
        Fault::new(StatusCode::NOT_FOUND, "missing", "Nothing is at this address", words).press("Back to the inbox", "/inbox")
    }

    /// It exists, and this voice may not.
    pub fn not_yours(words: impl Into<String>) -> Fault {
        Fault::new(StatusCode::FORBIDDEN, "not-yours", "This is not open to you", words).press("Back to Today", "/today")
    }

    /// What was asked for cannot be understood: say what and where.
    pub fn bad(words: impl Into<String>) -> Fault {
        Fault::new(StatusCode::BAD_REQUEST, "bad", "Hobnob did not understand that", words)
    }

    pub fn too_large(what: &str, max_bytes: usize) -> Fault {
        let words = format!("{what} may be up to {} MB. Nothing was sent anywhere.", (max_bytes / 1_000_000).max(1));
        Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "That is too large", words)
    }

    pub fn too_often(after_seconds: u32) -> Fault {
        let words = format!("Try again in {}. Nothing is lost.", crate::words::span_seconds(after_seconds));
        let mut fault = Fault::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "That was tried too often", words);
        fault.after_seconds = Some(after_seconds);
        fault
    }

    /// Ours to mend. `log` says what, without anybody's words.
    pub fn broken(log: impl Into<String>) -> Fault {
        let words = "Hobnob could not do that, and has written down why. What you had saved is safe. Try again; if it \
                     fails twice, copy your words somewhere safe.";
        let mut fault = Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", "Something went wrong here", words);
        fault.log = Some(log.into());
        fault
    }

    pub fn busy() -> Fault {
        let words = "The desk is busy with something long. Nothing is lost; try again in a moment.";
        let mut fault = Fault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "One moment", words);
        fault.after_seconds = Some(5);
        fault
    }

    /// Nobody is signed in: a page leads to signing in, an act says that nothing was done.
    pub(crate) fn sign_in_first(method: &Method, uri: &Uri) -> Fault {
        let is_view = matches!(*method, Method::GET | Method::HEAD);
        let path = if is_view { uri.path_and_query().map_or("/", |p| p.as_str()) } else { "/" };
        let to: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        let href = if path == "/" { "/sign-in".to_owned() } else { format!("/sign-in?to={to}") };
        let words = "Your sign-in has ended. Nothing was done; your words are kept in this tab. Sign in and send again.";
        let mut fault = Fault::new(StatusCode::UNAUTHORIZED, "sign-in", "Please sign in", words).press("Sign in", href.clone());
        fault.go = is_view.then_some(href);
        fault
    }

    /// A form that was not sent from a page of this session.
    pub(crate) fn stale(kept: Kept) -> Fault {
        let words = if kept.is_ours { "Nothing was lost: send again." } else { "It was sent from somewhere else. Nothing was done." };
        let mut fault = Fault::new(StatusCode::FORBIDDEN, "stale", "This page had been open too long", words);
        fault.kept = Some(kept);
        fault
    }

    /// For an answer that some extractor of the framework gave in its own words.
    pub(crate) fn of_status(status: StatusCode) -> Fault {
        match status {
            StatusCode::NOT_FOUND => Fault::missing(),
            StatusCode::METHOD_NOT_ALLOWED => {
                Fault::new(status, "method", "That cannot be done here", "This address answers another kind of request.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Fault::too_large("A form", crate::forms::FORM_BYTES_MAX),
            s if s.is_server_error() => Fault::broken(format!("answered {s}")),
            s => {
                let mut fault = Fault::bad("Part of this address or form is not as it should be.");
                fault.status = s;
                fault
            }
        }
    }

    /// Log once: what and where, never whose words.
    pub(crate) fn write_down(&self, method: &Method, path: &str) {
        if let Some(log) = &self.log {
            tracing::error!(status = self.status.as_u16(), code = self.code, %method, path, "{log}");
        } else if self.go.is_none() {
            tracing::debug!(status = self.status.as_u16(), code = self.code, %method, path, "refused");
        }
    }

    /// For programs.
    pub(crate) fn json(&self) -> Response {
        let words = serde_json::json!({ "error": { "code": self.code, "title": self.title, "words": self.words } });
        let mut answer = (self.status, axum::Json(words)).into_response();
        self.add_headers(&mut answer);
        answer
    }

    /// For people: in the shell when they are signed in.
    pub(crate) fn page(self, seated: Option<&Seated>, bare: Bare) -> Response {
        if let Some(href) = &self.go {
            return Redirect::to(href).into_response();
        }
        let drawn = match seated {
            Some(s) if s.fragment.is_some() => html_with(self.status, &FaultPart { fault: &self, token: s.token() }),
            Some(s) => {
                html_with(self.status, &FaultPage { part: FaultPart { fault: &self, token: s.token() }, shell: s.shell(Place::Elsewhere) })
            }
            None => {
                let part = FaultPart { fault: &self, token: String::new() };
                html_with(self.status, &BareFaultPage { part, shell: bare })
            }
        };
        let mut answer = drawn.unwrap_or_else(|_| self.status.into_response());
        self.add_headers(&mut answer);
        answer
    }

    fn add_headers(&self, answer: &mut Response) {
        if let Some(seconds) = self.after_seconds {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

impl From<VerbError> for Fault {
    /// The one place where a verb's refusal becomes what a person reads.
    fn from(error: VerbError) -> Fault {
        let code = error.code();
        let words = error.to_string();
        match error {
            VerbError::NotYours => Fault::not_yours(words),
            VerbError::Missing(_) => Fault::missing(),
            VerbError::Wrong { .. } | VerbError::Misfits(_) | VerbError::Query(_) => {
                Fault::new(StatusCode::UNPROCESSABLE_ENTITY, code, "That does not fit yet", words)
            }
            VerbError::TooLate(_) => Fault::new(StatusCode::CONFLICT, code, "Too late", words),
            VerbError::TooOften { minutes } => Fault::too_often(minutes.saturating_mul(60)),
            VerbError::Network(error) => {
                let mut fault = Fault::new(StatusCode::BAD_GATEWAY, code, "The network did not do that", words);
                fault.log = Some(format!("a network did not do it: {error}"));
                fault
            }
            VerbError::Store(StoreError::Busy) => Fault::busy(),
            VerbError::Store(StoreError::Conflict(_)) => Fault::new(StatusCode::CONFLICT, code, "Somebody else was first", words),
            VerbError::Store(error) => {
                let mut fault = Fault::broken(format!("the store: {error}"));
                fault.words = words;
                fault
            }
        }
    }
}

impl IntoResponse for Fault {
    /// An empty answer with the fault beside it; `guard.rs` draws it, because only there is it known for whom.
    fn into_response(self) -> Response {
        let mut answer = self.status.into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

/// The label of a kept field: what the form called it, as words.
pub(crate) fn field_label(name: &str) -> String {
    match name {
        "text" => "Your words".to_owned(),
        other => other.replace(['_', '-'], " "),
    }
}

#[derive(Template)]
#[template(path = "errors/fault.html")]
struct FaultPart<'a> {
    fault: &'a Fault,
    token: String,
}
impl askama::filters::HtmlSafe for FaultPart<'_> {}

#[derive(Template)]
#[template(path = "errors/page.html")]
struct FaultPage<'a> {
    shell: Shell,
    part: FaultPart<'a>,
}

#[derive(Template)]
#[template(path = "errors/bare.html")]
struct BareFaultPage<'a> {
    shell: Bare,
    part: FaultPart<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_lead_to_signing_in_and_back() {
        let fault = Fault::sign_in_first(&Method::GET, &Uri::from_static("/inbox?box=later"));
        assert_eq!(fault.go.as_deref(), Some("/sign-in?to=%2Finbox%3Fbox%3Dlater"));
        let act = Fault::sign_in_first(&Method::POST, &Uri::from_static("/talks/7/done"));
        assert_eq!((act.status, &act.go), (StatusCode::UNAUTHORIZED, &None));
    }

    #[test]
    fn kept_words_are_never_in_a_log() {
        let kept = Kept { action: "/x".into(), fields: vec![("text".into(), "my secret words".into())], is_ours: true };
        assert!(!format!("{:?}", Fault::stale(kept)).contains("secret"));
    }
}
