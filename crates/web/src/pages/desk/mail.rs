//! The settings' page of mail: the server, a letter to oneself, and what became of the newest letters.

use askama::Template;
use axum::http::StatusCode;
use model::{Mail, MailId, MailState};
use serde::Deserialize;
use verbs::VerbError;
use verbs::desk::mail_server::{self, ServerWish};
use verbs::publish::mail::{self, Word};

use super::settings::{TABS, Tab};
use crate::flash::Flash;
use crate::forms::Posted;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/desk/mail.html")]
struct Page {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    form: ServerWish,
    has_own: bool,
    /// The server that whoever runs Hobnob named, where the desk names none.
    of_all: Option<String>,
    has_server: bool,
    to: String,
    mails: Vec<MailRow>,
    hook: Option<(String, String)>,
    wrong: Option<(&'static str, String)>,
}

impl Page {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

/// A letter in a list.
pub struct MailRow {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub state: &'static str,
    pub why: Option<String>,
    pub when: String,
    /// Nobody can tell whether it arrived.
    pub is_doubtful: bool,
    pub is_refused: bool,
    pub is_waiting: bool,
}

pub fn mail_row(seated: &Seated, mail: Mail) -> MailRow {
    let at = mail.sent_at.unwrap_or(mail.created_at);
    MailRow {
        id: mail.id.to_string(),
        to: mail.to,
        subject: mail.subject,
        state: state_words(mail.state),
        why: mail.why,
        when: words::day_and_clock(seated.site.now(), at, seated.zone()),
        is_doubtful: mail.state == MailState::Doubtful,
        is_refused: mail.state == MailState::Refused,
        is_waiting: mail.state == MailState::Waiting,
    }
}

fn state_words(state: MailState) -> &'static str {
    match state {
        MailState::Waiting => "waits",
        MailState::Sending => "is being handed over",
        MailState::Sent => "was taken by the mail server",
        MailState::Refused => "was not taken",
        MailState::Doubtful => "may have arrived",
        MailState::Stopped => "was stopped",
    }
}

pub async fn show(seated: Seated) -> Answer {
    page(&seated, None, String::new(), None).await
}

async fn page(seated: &Seated, form: Option<ServerWish>, to: String, wrong: Option<(&'static str, String)>) -> Answer {
    let holding = mail_server::get(seated.cx()).await?;
    let own = holding.as_ref().filter(|h| !h.is_of_all);
    let public = seated.site.app.config.public_url.trim_end_matches('/');
    let hook = match own.filter(|h| h.server.bounces.is_some()) {
        Some(_) => mail_server::hook_secret(seated.cx())
            .await
            .ok()
            .flatten()
            .map(|s| (format!("{public}{}", verbs::relate::bounces::HOOK_PATH), s)),
        None => None,
    };
    let blank = ServerWish { safety: "tls".into(), ..ServerWish::default() };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mails = mail::list(seated.cx()).await?.into_iter().map(|m| mail_row(seated, m)).collect();
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::Settings),
        tabs: TABS,
        at: "mail",
        form: form.or_else(|| own.map(|h| ServerWish::of(&h.server))).unwrap_or(blank),
        has_own: own.is_some(),
        of_all: holding.as_ref().filter(|h| h.is_of_all).map(|h| format!("{}, as {}", h.server.host, h.server.from)),
        has_server: holding.is_some(),
        to,
        mails,
        hook,
        wrong,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Act {
    act: String,
    host: String,
    port: String,
    safety: String,
    login: String,
    password: String,
    from: String,
    from_name: String,
    bounces: String,
    to: String,
    mail: String,
}

pub async fn act(Posted { seated, form }: Posted<Act>) -> Answer {
    match form.act.as_str() {
        "keep" => keep(&seated, form).await,
        "test" => test(&seated, form.to).await,
        "forget" => {
            mail_server::forget(seated.cx()).await?;
            seated.done("/settings/mail", Flash::plain("No letters are sent by that server any more. What waits, waits."))
        }
        word => {
            let (Some(word), Ok(id)) = (Word::from_word(word), form.mail.parse::<MailId>()) else { return seated.go("/settings/mail") };
            mail::decide(seated.cx(), id, word).await?;
            let said = match word {
                Word::Arrived => "Noted: it arrived.",
                Word::Again => "It is sent again.",
                Word::Drop => "It is let be.",
            };
            seated.done("/settings/mail", Flash::plain(said))
        }
    }
}

async fn keep(seated: &Seated, form: Act) -> Answer {
    let wish = ServerWish {
        host: form.host,
        port: form.port,
        safety: form.safety,
        login: form.login,
        password: form.password,
        from: form.from,
        from_name: form.from_name,
        bounces: form.bounces,
    };
    match mail_server::set(seated.cx(), &wish).await {
        Ok(()) => seated.done("/settings/mail", Flash::plain("Kept: the mail server answers. Now send yourself a letter.")),
        Err(VerbError::Wrong { field, why }) => {
            page(seated, Some(ServerWish { password: String::new(), ..wish }), String::new(), Some((field, why))).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn test(seated: &Seated, to: String) -> Answer {
    match mail_server::test(seated.cx(), &to).await {
        Ok((MailState::Sent, sentence)) => seated.done("/settings/mail", Flash::plain(sentence)),
        Ok((_, sentence)) => page(seated, None, to, Some(("to", sentence))).await,
        Err(VerbError::Wrong { field, why }) => page(seated, None, to, Some((field, why))).await,
        Err(error) => Err(error.into()),
    }
}
