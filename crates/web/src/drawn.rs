//! Pages drawn a moment ago, for those that are opened most. One serves again as long as nothing of it can have changed: the
//! same voice, session, address and look, no word to be said once, nothing written to the database since (asked at every
//! request), and so short a while that "five minutes ago" stays true. The forms' token is another one each time. Begin with
//! [`Seated::again`]; a handler that uses it ends with [`Seated::page_kept`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use askama::Template;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use model::Timestamp;
use verbs::Mark;

use crate::{
    look::Look,
    session::{Seated, SessionHash, Sitter},
    shell::{Answer, draw},
};

/// Times in words are in minutes.
const KEPT: SignedDuration = SignedDuration::from_secs(20);
/// Pages kept at once, and the largest that is; past that it begins anew.
const PAGES_MAX: usize = 64;
const PAGE_BYTES_MAX: usize = 128 * 1024;

const HTML: [(HeaderName, HeaderValue); 1] = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];

/// What a page is known by: whose browser, and the address as asked for.
type Name = (SessionHash, String);

struct Drawn {
    mark: Mark,
    until: Timestamp,
    who: Arc<Sitter>,
    look: Look,
    /// The text, and where the token stands in it.
    page: Arc<(String, Vec<usize>)>,
}

#[derive(Default)]
pub(crate) struct DrawnPages(Mutex<HashMap<Name, Drawn>>);

/// Taken before the page's verbs read anything: what is written meanwhile makes the page old, not wrong.
pub(crate) struct Ticket {
    name: Name,
    mark: Mark,
}

pub(crate) enum Again {
    /// The page as it was drawn a moment ago, with a fresh token.
    Page(Response),
    /// To be drawn; with a ticket it may be kept.
    Draw(Option<Ticket>),
}

impl Seated {
    /// The page at `address` as it was drawn a moment ago, if it still is what would be drawn now.
    pub(crate) fn again(&self, address: &str) -> Again {
        if self.fragment.is_some() || self.flash.is_some() {
            return Again::Draw(None);
        }
        let Some(mark) = self.site.app.store.mark() else { return Again::Draw(None) };
        let name = (self.key.hash(), address.to_owned());
        let known = {
            let pages = self.site.drawn.0.lock().expect("nothing panics while holding it");
            pages.get(&name).filter(|d| d.serves(self, mark)).map(|d| d.page.clone())
        };
        let Some(page) = known else { return Again::Draw(Some(Ticket { name, mark })) };
        let (body, tokens) = &*page;
        let token = self.token();
        let mut fresh = String::with_capacity(body.len());
        let mut from = 0;
        for &at in tokens {
            fresh.push_str(&body[from..at]);
            fresh.push_str(&token);
            from = at + token.len();
        }
        fresh.push_str(&body[from..]);
        Again::Page((HTML, fresh).into_response())
    }

    /// As [`Seated::page`]; with a ticket the page is kept for the next request.
    pub(crate) fn page_kept(&self, page: &impl Template, ticket: Option<Ticket>) -> Answer {
        let Some(Ticket { name, mark }) = ticket else { return self.page(page) };
        let body = draw(page)?;
        if body.len() <= PAGE_BYTES_MAX {
            let drawn = Drawn {
                mark,
                until: self.now + KEPT,
                who: self.who.clone(),
                look: self.look,
                page: Arc::new((body.clone(), body.match_indices(&self.token()).map(|(at, _)| at).collect())),
            };
            let mut pages = self.site.drawn.0.lock().expect("nothing panics while holding it");
            if pages.len() >= PAGES_MAX && !pages.contains_key(&name) {
                pages.clear();
            }
            pages.insert(name, drawn);
        }
        Ok((HTML, body).into_response())
    }
}

impl Drawn {
    fn serves(&self, seated: &Seated, mark: Mark) -> bool {
        self.mark == mark && seated.now < self.until && self.look == seated.look && Arc::ptr_eq(&self.who, &seated.who)
    }
}
