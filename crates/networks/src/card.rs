//! A card for a link, where whoever posts has to bring it along: the page's own title and description, read from its head. A page that
//! can't be had in time still gets a card, with its host for a title: nothing waits for it, and nothing fails with it.

use std::cell::RefCell;
use std::time::Duration;

use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use url::Url;

use crate::{Card, Http};

/// How long a page may take, and how much of it is taken in.
const WAIT_MAX: Duration = Duration::from_secs(5);
const PAGE_MAX: usize = 1024 * 1024;
/// How much of a page is looked through for its head.
const HEAD_MAX: usize = 256 * 1024;
/// Letters of a title and a description.
const TITLE_MAX: usize = 200;
const ABOUT_MAX: usize = 300;

/// The card of a link. `page` is what is read for it, which is where the link leads.
pub async fn of_link(http: &Http, link: &str, page: &str) -> Card {
    let host = Url::parse(page).ok().and_then(|u| u.host_str().map(|h| h.trim_start_matches("www.").to_owned()));
    let found = tokio::time::timeout(WAIT_MAX, head_of(http, page)).await.ok().flatten().unwrap_or_default();
    let title = Some(found.title).filter(|t| !t.is_empty()).or(host).unwrap_or_else(|| link.to_owned());
    Card { url: link.to_owned(), title, about: found.about }
}

async fn head_of(http: &Http, page: &str) -> Option<Head> {
    let request = http.get(page).ok()?.header(ACCEPT, "text/html");
    let reply = http.send_within(request, PAGE_MAX).await.ok()?;
    let is_page = reply.header(CONTENT_TYPE.as_str()).is_some_and(|t| t.contains("html"));
    let body = &reply.body[..reply.body.len().min(HEAD_MAX)];
    ((200..300).contains(&reply.status) && is_page).then(|| head(&String::from_utf8_lossy(body)))
}

/// What a page says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Head {
    title: String,
    about: String,
}

/// Said for cards first, else for everyone; the first of each kind holds.
#[derive(Default)]
struct Said {
    card: Head,
    plain: Head,
    is_in_title: bool,
}

fn head(html: &str) -> Head {
    let sink = Looker(RefCell::new(Said::default()));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(crate::tags::bounded(html).as_ref().into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let said = tokenizer.sink.0.take();
    let first = |card: String, plain: String, max: usize| tidy(if card.trim().is_empty() { &plain } else { &card }, max);
    Head { title: first(said.card.title, said.plain.title, TITLE_MAX), about: first(said.card.about, said.plain.about, ABOUT_MAX) }
}

struct Looker(RefCell<Said>);

impl TokenSink for Looker {
    type Handle = ();
    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut said = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if &*tag.name == "title" => {
                said.is_in_title = tag.kind == TagKind::StartTag && said.plain.title.is_empty()
            }
            Token::TagToken(tag) if &*tag.name == "meta" => meta(&mut said, &tag),
            Token::TagToken(_) => said.is_in_title = false,
            Token::CharacterTokens(words) if said.is_in_title && said.plain.title.len() < TITLE_MAX * 8 => {
                said.plain.title.push_str(&words)
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn meta(said: &mut Said, tag: &Tag) {
    let value = |name: &str| tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.to_string());
    let Some(content) = value("content") else { return };
    let slot = match value("property").or_else(|| value("name")).unwrap_or_default().to_ascii_lowercase().as_str() {
        "og:title" => &mut said.card.title,
        "og:description" => &mut said.card.about,
        "description" => &mut said.plain.about,
        _ => return,
    };
    if slot.is_empty() {
        *slot = content;
    }
}

/// On one line, and no longer than may be.
fn tidy(words: &str, max: usize) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let cut: String = line.chars().take(max - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, title: &str, about: &str) {
        assert_eq!(head(html), Head { title: title.into(), about: about.into() }, "{html}");
    }

    #[test]
    fn what_a_page_says_of_itself() {
        check("<title>Rye &amp;\n more</title><meta name=description content='A loaf.'>", "Rye & more", "A loaf.");
        check(
            "<title>Plain</title><meta property='og:title' content='For cards'><meta content='Of cards' property='OG:description'>",
            "For cards",
            "Of cards",
        );
        check("<svg><title>No</title></svg><p>words", "No", "");
        check("no page at all <", "", "");
        check("<meta name=description>", "", "");
        assert_eq!(head(&format!("<title>{}</title>", "word ".repeat(500))).title.chars().count(), 200);
        head(&"<meta ".repeat(50_000));
    }

    #[tokio::test]
    async fn a_page_that_can_not_be_had_is_called_by_its_host() {
        let http = Http::new(crate::http::Reach::default());
        let card = of_link(&http, "https://desk.example/go/k7", "http://www.127.0.0.1.invalid/rye").await;
        assert_eq!(card, Card { url: "https://desk.example/go/k7".into(), title: "127.0.0.1.invalid".into(), about: String::new() });
        // What is not to be reached is not reached, and no error either.
        assert_eq!(of_link(&http, "http://127.0.0.1:1/", "http://127.0.0.1:1/").await.title, "127.0.0.1");
    }
}
