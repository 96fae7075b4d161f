//! Keys: which there are, and whether single ones act. The worked example of a page.

use askama::Template;
use axum::http::header;
use serde::Deserialize;

use crate::{
    flash::Flash,
    forms::Posted,
    look::{Keys, Look},
    parts::{Choice, Radios},
    session::Seated,
    shell::{Answer, Place, Shell},
};

/// All that the template may see.
#[derive(Template)]
#[template(path = "pages/keys.html")]
struct Page {
    shell: Shell,
    modes: Radios,
}

/// GET: one verb's answer becomes a page.
pub async fn show(seated: Seated) -> Answer {
    let modes = Keys::ALL.map(|k| Choice::new(k.word(), k.label(), k == seated.look.keys));
    seated.page(&Page { shell: seated.shell(Place::Keys), modes: Radios::labelled_by("keys", "single-keys", modes) })
}

#[derive(Deserialize)]
pub struct Wish {
    keys: String,
}

/// POST: does it, says so, and goes back to a page.
pub async fn keep(Posted { seated, form }: Posted<Wish>) -> Answer {
    let keys = Keys::from_word(&form.keys).unwrap_or(seated.look.keys);
    let words = match keys {
        Keys::On => "Single keys are on.",
        Keys::Alt => "Single keys act only with Alt.",
        Keys::Off => "Single keys are off.",
    };
    let mut answer = seated.done("/keys", Flash::plain(words))?;
    answer.headers_mut().append(header::SET_COOKIE, Look { keys, ..seated.look }.keep());
    Ok(answer)
}
