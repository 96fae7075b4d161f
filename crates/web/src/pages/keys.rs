//! Keys: which there are, and whether single ones act. The worked example of a page.

use askama::Template;
use axum::http::{StatusCode, header};
use serde::Deserialize;

use crate::{
    flash::Flash,
    forms::Posted,
    html::{Safe, escape_into},
    look::{Keys, Look},
    own_keys::{CHANGEABLE, OwnKeys},
    parts::{Choice, Radios},
    session::Seated,
    shell::{Answer, Place, Shell, html_with},
};

/// All that the template may see.
#[derive(Template)]
#[template(path = "pages/keys.html")]
struct Page {
    shell: Shell,
    modes: Radios,
}

impl Page {
    fn key(&self, key: char) -> char {
        self.shell.look.own.typed(key)
    }

    /// A capital is told by the key that is held.
    fn shifted(&self, key: char) -> Safe<String> {
        let typed = self.key(key);
        let mut out = String::new();
        if typed.is_ascii_uppercase() {
            out.push_str("<kbd>Shift</kbd> ");
        }
        out.push_str("<kbd>");
        escape_into(&mut out, &typed.to_ascii_lowercase().to_string()).expect("a String takes every letter");
        out.push_str("</kbd>");
        Safe(out)
    }
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

/// Changing keys for others.
#[derive(Template)]
#[template(path = "pages/keys_own.html")]
struct OwnPage {
    shell: Shell,
    /// What it does, its key, and what is typed.
    rows: Vec<(&'static str, char, String)>,
    wrong: Option<String>,
}

pub async fn own(seated: Seated) -> Answer {
    let rows = CHANGEABLE.map(|(key, what)| (what, key, seated.look.own.typed(key).to_string())).into();
    seated.page(&OwnPage { shell: seated.shell(Place::Keys), rows, wrong: None })
}

#[derive(Deserialize)]
pub struct OwnWish {
    #[serde(default)]
    key: Vec<String>,
    #[serde(default)]
    usual: Option<String>,
}

pub async fn keep_own(Posted { seated, form }: Posted<OwnWish>) -> Answer {
    let wished = if form.usual.is_some() { Ok(OwnKeys::default()) } else { OwnKeys::wished(&form.key) };
    match wished {
        Ok(own) => {
            let mut answer = seated.done("/keys", Flash::plain("Your keys are kept in this browser."))?;
            answer.headers_mut().append(header::SET_COOKIE, Look { own, ..seated.look }.keep());
            Ok(answer)
        }
        Err(why) => {
            let typed = form.key.into_iter().chain(std::iter::repeat(String::new()));
            let rows = CHANGEABLE.iter().zip(typed).map(|((key, what), typed)| (*what, *key, typed)).collect();
            let page = OwnPage { shell: seated.shell(Place::Keys), rows, wrong: Some(why) };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
