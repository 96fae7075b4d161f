//! What stands round a page: the desk's and the voice's names, the places, who waits, the flash. Every page struct holds
//! it as `shell`, because `layout.html` draws it from there. Pages without a seat (signing in, first run) hold a [`Bare`].

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    errors::Fault,
    flash::{Flash, FlashPart},
    look::Look,
    parts::Face,
    session::{Seated, Sitter},
};

/// What a handler answers with; `?` works on everything that can go wrong.
pub type Answer = Result<Response, Fault>;

/// The place in the rail that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Today,
    Inbox,
    Listen,
    Write,
    Calendar,
    People,
    Aims,
    Balance,
    Desks,
    Settings,
    Keys,
    More,
    /// In none of them: search, errors.
    Elsewhere,
}

pub struct Shell {
    pub who: Arc<Sitter>,
    pub place: Place,
    /// How many wait; a page that has just counted them may put its own number here.
    pub waiting: u32,
    pub look: Look,
    pub flash: Option<Flash>,
    /// For every form's hidden `token` field.
    pub token: String,
}

impl Shell {
    /// `page` for the current place, empty for the others (as the value of `aria-current`).
    pub fn is_at(&self, place: Place) -> bool {
        self.place == place
    }

    /// Is the page behind "More" on a small screen?
    pub fn is_in_more(&self) -> bool {
        !matches!(self.place, Place::Today | Place::Inbox | Place::Write | Place::Listen | Place::Elsewhere)
    }

    pub fn flash(&self) -> Option<FlashPart<'_>> {
        self.flash.as_ref().map(|flash| FlashPart { flash, token: &self.token })
    }

    /// The voice's own face.
    pub fn face(&self, size: u16) -> Face {
        Face { src: self.who.face.clone(), name: self.who.voice_name.clone(), size }
    }
}

/// For pages that need no seat.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bare {
    pub look: Look,
}

impl Seated {
    pub fn shell(&self, place: Place) -> Shell {
        Shell { who: self.who.clone(), place, waiting: self.who.waiting, look: self.look, flash: self.flash.clone(), token: self.token() }
    }

    /// The whole page.
    pub fn page(&self, page: &impl Template) -> Answer {
        let mut answer = html(page)?;
        if self.flash.is_some() {
            answer.headers_mut().append(header::SET_COOKIE, Flash::forget());
        }
        Ok(answer)
    }

    /// After an act: on to `path`, where the flash is said. The script gets the flash alone and stays where it is.
    pub fn done(&self, path: &str, flash: Flash) -> Answer {
        self.changed();
        if self.fragment.is_some() {
            return html(&FlashPart { flash: &flash, token: &self.token() });
        }
        let mut answer = Redirect::to(path).into_response();
        answer.headers_mut().append(header::SET_COOKIE, flash.keep(&self.key));
        Ok(answer)
    }

    /// After an act that needs no words: on to `path`.
    pub fn go(&self, path: &str) -> Answer {
        self.changed();
        Ok(Redirect::to(path).into_response())
    }
}

/// A template as an answer.
pub fn html(page: &(impl Template + ?Sized)) -> Answer {
    html_with(StatusCode::OK, page)
}

/// Most pages are larger than askama's own guess.
const PAGE_BYTES: usize = 24 * 1024;

pub fn html_with(status: StatusCode, page: &(impl Template + ?Sized)) -> Answer {
    let mut answer = Response::new(Body::from(draw(page)?));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(answer)
}

pub(crate) fn draw(page: &(impl Template + ?Sized)) -> Result<String, Fault> {
    let mut out = String::with_capacity(PAGE_BYTES);
    page.render_into(&mut out).map_err(|_| Fault::broken("a page could not be drawn"))?;
    Ok(out)
}
