//! From elsewhere to the writing page: a bookmark for any browser, and the share sheet of a phone.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use verbs::publish::drafts::{self, Saved};

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::Shared;
use crate::pages::desk::settings::{TABS, Tab};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

/// What another page or program hands over.
#[derive(Deserialize, Default)]
pub struct Begin {
    /// Words to begin with.
    #[serde(default)]
    text: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    /// Words marked on the page, which are somebody else's.
    #[serde(default)]
    quote: String,
}

/// The longest of each that is taken over.
const LETTERS_MAX: usize = 20_000;

impl Begin {
    /// As one text: the words, what was marked in quotes, the title, the address; nothing twice.
    pub fn words(&self) -> String {
        let cut = |s: &str| s.replace("\r\n", "\n").trim().chars().take(LETTERS_MAX).collect::<String>();
        let mut parts = vec![cut(&self.text)];
        if !self.quote.trim().is_empty() {
            parts.push(format!("“{}”", cut(&self.quote)));
        }
        // Some senders put the address into the text, some the title.
        if !parts[0].contains(self.title.trim()) {
            parts.push(cut(&self.title));
        }
        let url = self.url.trim();
        if (url.starts_with("https://") || url.starts_with("http://")) && !parts[0].contains(url) {
            parts.push(cut(url));
        }
        parts.retain(|p| !p.is_empty());
        parts.join("\n\n")
    }
}

#[derive(Template)]
#[template(path = "pages/publish/share.html")]
struct Page {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    bookmark: String,
}

pub async fn explain(seated: Seated) -> Answer {
    let bookmark = bookmark(&seated.site.app.config.public_url);
    seated.page(&Page { shell: seated.shell(Place::Settings), tabs: TABS, at: "share", bookmark })
}

/// Opens the writing page with the page it is pressed on. It runs there, not here: our own policy lets no script in.
fn bookmark(public_url: &str) -> String {
    let target = serde_json::Value::from(format!("{public_url}/write?")).to_string();
    format!(
        "javascript:(()=>{{const s=String(getSelection()).trim().slice(0,2000);open({target}+new URLSearchParams({{title:document.title,url:location.href,...(s&&{{quote:s}})}}),'_blank','noopener')}})()"
    )
}

/// What tells a browser that this desk can be put on the home screen, and that it takes what is shared.
pub async fn manifest() -> Response {
    let icon = format!("{}/favicon.svg", crate::assets::prefix());
    let json = serde_json::json!({
        "name": "Hobnob", "short_name": "Hobnob", "start_url": "/today", "scope": "/", "display": "standalone",
        "background_color": "#f7f5f2", "theme_color": "#5b2a4b",
        "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml"}],
        "share_target": {
            "action": "/write/shared", "method": "POST", "enctype": "multipart/form-data",
            "params": {"title": "title", "text": "text", "url": "url",
                "files": [{"name": "picture", "accept": ["image/jpeg", "image/png", "image/webp", "image/gif"]}]},
        },
    });
    let mut answer = json.to_string().into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}

/// Takes what the share sheet sends: it becomes a draft, and nothing is sent anywhere.
pub async fn shared(Shared { seated, form, files }: Shared<Begin>) -> Answer {
    let cx = seated.cx();
    let mut kept = drafts::fresh(cx).await?;
    kept.draft.text = form.words();
    let id = kept.draft.id;
    if let Saved::TooLate { .. } = drafts::save(cx, kept, Vec::new()).await? {
        return Err(Fault::broken("a fresh draft was there already"));
    }
    let mut missed = 0;
    for file in files {
        missed += usize::from(drafts::add_picture(cx, id, file.bytes.to_vec(), "").await.is_err());
    }
    let here = format!("/write/{id}");
    match missed {
        0 => Ok(Redirect::to(&here).into_response()),
        _ => seated.done(&here, Flash::bad("Not every picture could be read. What came is in the draft.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_twice() {
        let check = |text: &str, title: &str, url: &str, quote: &str, expected: &str| {
            let begin = Begin { text: text.into(), title: title.into(), url: url.into(), quote: quote.into() };
            assert_eq!(begin.words(), expected);
        };
        check("", "On bread", "https://a.example/b", "", "On bread\n\nhttps://a.example/b");
        check("", "On bread", "https://a.example/b", " It sulks. ", "“It sulks.”\n\nOn bread\n\nhttps://a.example/b");
        check("On bread https://a.example/b", "On bread", "https://a.example/b", "", "On bread https://a.example/b");
        check("", "", "javascript:alert(1)", "", "");
    }

    #[test]
    fn the_bookmark_holds_the_address_as_a_string() {
        let text = bookmark("https://desk.example/\"x");
        assert!(text.starts_with("javascript:(()=>{") && text.contains(r#"open("https://desk.example/\"x/write?"+new"#), "{text}");
    }
}
