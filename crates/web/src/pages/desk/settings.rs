//! The other settings: voices, time and words, look, short links, backup.

use askama::Template;
use axum::http::{StatusCode, header};
use serde::Deserialize;
use verbs::VerbError;
use verbs::desk::choices::{self, Choices};
use verbs::desk::session;

use crate::flash::Flash;
use crate::forms::Posted;
use crate::look::{Keys, Look, Theme};
use crate::parts::{Choice, Radios};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

/// One tab of the settings.
pub struct Tab {
    pub path: &'static str,
    pub name: &'static str,
}

pub static TABS: &[Tab] = &[
    Tab { path: "accounts", name: "Accounts" },
    Tab { path: "voices", name: "Voices" },
    Tab { path: "time", name: "Time and words" },
    Tab { path: "kept", name: "Kept" },
    Tab { path: "look", name: "Look" },
    Tab { path: "links", name: "Short links" },
    Tab { path: "mail", name: "Mail" },
    Tab { path: "share", name: "From elsewhere" },
    Tab { path: "backup", name: "Backup" },
];

#[derive(Template)]
#[template(path = "pages/desk/voices.html")]
struct Voices {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    voices: Vec<(String, &'static str)>,
    wrong: Option<(&'static str, String)>,
}

impl Voices {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

pub async fn voices(seated: Seated) -> Answer {
    show_voices(&seated, None).await
}

async fn show_voices(seated: &Seated, wrong: Option<(&'static str, String)>) -> Answer {
    let voices = choices::voices(seated.cx()).await?;
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Voices { shell: seated.shell(Place::Settings), tabs: TABS, at: "voices", voices, wrong })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

#[derive(Deserialize)]
pub struct NewPassword {
    old: String,
    new: String,
}

pub async fn set_password(Posted { seated, form }: Posted<NewPassword>) -> Answer {
    let changed =
        session::change_password(&seated.site.app, seated.seat(), form.old, form.new, seated.key.hash(), &seated.who.voice_name).await;
    match changed {
        Ok(()) => {
            seated.site.sessions.forget_all();
            seated.done("/settings/voices", Flash::plain("Your password is changed. Every other browser is signed out."))
        }
        Err(VerbError::Wrong { field, why }) => show_voices(&seated, Some((field, why))).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "pages/desk/time.html")]
struct Time {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    form: Wish,
    wrong: Option<(&'static str, String)>,
}

impl Time {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

#[derive(Deserialize)]
pub struct Wish {
    name: String,
    zone: String,
    hold: String,
    /// A box that is not ticked is not sent.
    #[serde(default)]
    late: Option<String>,
}

pub async fn time(seated: Seated) -> Answer {
    let Choices { desk, hold_seconds, sends_late } = choices::get(seated.cx()).await?;
    let form = Wish { name: desk.name, zone: desk.zone, hold: hold_seconds.to_string(), late: sends_late.then(String::new) };
    seated.page(&Time { shell: seated.shell(Place::Settings), tabs: TABS, at: "time", form, wrong: None })
}

pub async fn set_time(Posted { seated, form }: Posted<Wish>) -> Answer {
    let set = match form.hold.trim().parse() {
        Ok(hold) => choices::set(seated.cx(), &form.name, &form.zone, hold, form.late.is_some()).await,
        Err(_) => Err(VerbError::wrong("hold", "A whole number of seconds is wanted.")),
    };
    match set {
        Ok(()) => {
            seated.site.sessions.forget_all();
            seated.done("/settings/time", Flash::plain("Kept."))
        }
        Err(VerbError::Wrong { field, why }) => {
            let mut answer =
                seated.page(&Time { shell: seated.shell(Place::Settings), tabs: TABS, at: "time", form, wrong: Some((field, why)) })?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "pages/desk/look.html")]
struct LookPage {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    themes: Radios,
    keys: Radios,
}

pub async fn look(seated: Seated) -> Answer {
    let themes = Theme::ALL.map(|t| Choice::new(t.word(), theme_label(t), t == seated.look.theme));
    let keys = Keys::ALL.map(|k| Choice::new(k.word(), k.label(), k == seated.look.keys));
    let page = LookPage {
        shell: seated.shell(Place::Settings),
        tabs: TABS,
        at: "look",
        themes: Radios::labelled_by("theme", "theme-label", themes),
        keys: Radios::labelled_by("keys", "keys-label", keys),
    };
    seated.page(&page)
}

fn theme_label(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "as the system says",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

#[derive(Deserialize)]
pub struct LookWish {
    theme: String,
    keys: String,
}

pub async fn set_look(Posted { seated, form }: Posted<LookWish>) -> Answer {
    let look = Look {
        theme: Theme::from_word(&form.theme).unwrap_or(seated.look.theme),
        keys: Keys::from_word(&form.keys).unwrap_or(seated.look.keys),
        ..seated.look
    };
    let mut answer = seated.done("/settings/look", Flash::plain("Kept in this browser."))?;
    answer.headers_mut().append(header::SET_COOKIE, look.keep());
    Ok(answer)
}

#[derive(Template)]
#[template(path = "pages/desk/backup.html")]
struct Backup {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    data: String,
}

pub async fn backup(seated: Seated) -> Answer {
    let data = seated.site.app.config.data.display().to_string();
    seated.page(&Backup { shell: seated.shell(Place::Settings), tabs: TABS, at: "backup", data })
}
