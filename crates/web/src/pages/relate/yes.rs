//! Those who said yes to letters: each with when, where and in which words; the public forms; and lists that are brought in with their proofs.

use askama::Template;
use axum::http::StatusCode;
use model::{LeaveFor, OptIn, OptInFormId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::relate::opt_in_list::{self, Taken, WRONGS_MAX};
use verbs::relate::opt_ins::{self, Noted};
use verbs::relate::rounds::{self, Counts};

use crate::flash::Flash;
use crate::forms::{Posted, PostedParts};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

const HERE: &str = "/people/yes";

#[derive(Template)]
#[template(path = "pages/relate/yes.html")]
struct Page {
    shell: Shell,
    has_server: bool,
    summary: String,
    people: Vec<Somebody>,
    forms: Vec<FormRow>,
    rounds: Vec<(String, String, String)>,
    form: Wish,
    taken: Option<TakenPart>,
    wrong: Option<(&'static str, String)>,
}

impl Page {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

struct Somebody {
    id: String,
    who: String,
    person: Option<String>,
    proof: String,
    state: String,
    is_open: bool,
}

struct FormRow {
    id: String,
    title: String,
    words: String,
    voice: String,
    url: String,
    is_closed: bool,
}

struct TakenPart {
    sentence: String,
    wrong: Vec<(usize, String)>,
    more: Option<String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Wish {
    act: String,
    id: String,
    address: String,
    name: String,
    place: String,
    words: String,
    title: String,
    form_words: String,
}

/// How far letters about one thing are, in words.
pub fn how_far(counts: &Counts) -> String {
    let told = [
        (counts.sent, "taken"),
        (counts.waiting, "waiting"),
        (counts.refused, "not taken"),
        (counts.doubtful, "in doubt"),
        (counts.stopped, "stopped"),
    ];
    let told: Vec<String> = told.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", words::number(*n as i64))).collect();
    if told.is_empty() { "to nobody".to_owned() } else { words::list(&told) }
}

pub async fn show(seated: Seated) -> Answer {
    page(&seated, Wish::default(), None, None).await
}

async fn page(seated: &Seated, form: Wish, taken: Option<TakenPart>, wrong: Option<(&'static str, String)>) -> Answer {
    let all = opt_ins::everybody(seated.cx()).await?;
    let rounds = rounds::list(seated.cx()).await?;
    let public = seated.site.app.config.public_url.trim_end_matches('/');
    let [holding, unsure, over, bounced] = all.counts.map(|n| n as i64);
    let mut told = vec![match holding {
        0 => "nobody may be written to yet".to_owned(),
        n => format!("{} may be written to", words::number(n)),
    }];
    told.extend(
        [(unsure, "not made sure yet"), (over, "took it back"), (bounced, "whose letters come back")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{} {word}", words::number(*n))),
    );
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::People),
        has_server: all.has_server,
        summary: words::capital(&words::list(&told)) + ".",
        people: all.people.into_iter().map(|o| somebody(seated, o)).collect(),
        forms: all
            .forms
            .into_iter()
            .map(|(f, voice)| FormRow {
                id: f.id.to_string(),
                url: format!("{public}{}{}", opt_ins::FORM_PATH, f.key),
                title: f.title,
                words: f.words,
                voice,
                is_closed: f.closed_at.is_some(),
            })
            .collect(),
        rounds: rounds
            .into_iter()
            .map(|r| {
                let far = if r.round.sent_at.is_none() { "not sent yet".to_owned() } else { how_far(&r.counts) };
                let subject = if r.round.subject.is_empty() { "without a subject yet".to_owned() } else { r.round.subject };
                (r.round.id.to_string(), subject, far)
            })
            .collect(),
        form,
        taken,
        wrong,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

fn somebody(seated: &Seated, o: OptIn) -> Somebody {
    let when = |at| words::day_and_clock(seated.site.now(), at, seated.zone());
    let state = match (o.withdrawn_at, o.bounced_at, o.confirmed_at) {
        (Some(at), ..) => format!("taken back {} by {}", when(at), o.withdrawn_by.clone().unwrap_or_default()),
        (_, Some(at), _) => format!("letters come back since {}. {}", when(at), o.bounced_why.clone().unwrap_or_default()),
        (.., Some(at)) => format!("made sure {}", when(at)),
        _ => "asked, and not made sure yet".to_owned(),
    };
    Somebody {
        id: o.id.to_string(),
        person: o.person.map(|p| p.to_string()),
        proof: format!("{}, {}: “{}”", when(o.asked_at), o.place, o.words),
        is_open: o.withdrawn_at.is_none(),
        who: if o.name.is_empty() { o.address } else { format!("{} <{}>", o.name, o.address) },
        state,
    }
}

pub async fn act(Posted { seated, form }: Posted<Wish>) -> Answer {
    match form.act.as_str() {
        "withdraw" => {
            let id = form.id.parse().map_err(|_| VerbError::Missing("person"))?;
            let address = opt_ins::withdraw(seated.cx(), id).await?;
            seated.done(HERE, Flash::said("No letter goes to ", address, " any more. What waited is stopped."))
        }
        "close" | "open" => {
            let id: OptInFormId = form.id.parse().map_err(|_| VerbError::Missing("form"))?;
            opt_ins::close_form(seated.cx(), id, form.act == "close").await?;
            seated.done(
                HERE,
                Flash::plain(if form.act == "close" { "The form is closed. Who said yes by it stays." } else { "The form is open again." }),
            )
        }
        "form" => match opt_ins::open_form(seated.cx(), &form.title, &form.form_words).await {
            Ok(_) => seated.done(HERE, Flash::plain("The form is open. Its address is below.")),
            Err(VerbError::Wrong { field, why }) => page(&seated, form, None, Some((field, why))).await,
            Err(error) => Err(error.into()),
        },
        "round" => {
            let id = rounds::write(seated.cx(), None, "", "").await?;
            seated.go(&format!("/people/rounds/{id}"))
        }
        _ => {
            let noted =
                Noted { address: form.address.clone(), name: form.name.clone(), place: form.place.clone(), words: form.words.clone() };
            match opt_ins::note(seated.cx(), LeaveFor::Rounds, &noted).await {
                Ok(_) => seated.done(HERE, Flash::said("Noted: ", noted.address.trim(), " may be written to.")),
                Err(VerbError::Wrong { field, why }) => page(&seated, form, None, Some((field, why))).await,
                Err(error) => Err(error.into()),
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

/// Brings a list in; a row without its proof is told of and not taken.
pub async fn import(PostedParts { seated, files, .. }: PostedParts<Nothing>) -> Answer {
    let wrong = |why: &str| Some(("file", why.to_owned()));
    let Some(file) = files.into_iter().find(|f| f.field == "file") else {
        return page(&seated, Wish::default(), None, wrong("Choose a file first.")).await;
    };
    if file.is_too_large {
        return page(&seated, Wish::default(), None, wrong("The file is larger than a file may be here. Nothing was taken in.")).await;
    }
    match opt_in_list::import(seated.cx(), &file.bytes).await {
        Ok(taken) => page(&seated, Wish::default(), Some(part(taken)), None).await,
        Err(VerbError::Wrong { why, .. }) => page(&seated, Wish::default(), None, wrong(&format!("{why} Nothing was taken in."))).await,
        Err(error) => Err(error.into()),
    }
}

fn part(mut taken: Taken) -> TakenPart {
    let more = taken.wrong.len().saturating_sub(WRONGS_MAX);
    let sentence = format!(
        "{} taken in, {} had said yes already, {} without proof and not taken.",
        words::capital(&words::number(taken.new as i64)),
        words::number(taken.known as i64),
        words::number(taken.wrong.len() as i64)
    );
    taken.wrong.truncate(WRONGS_MAX);
    TakenPart { sentence, wrong: taken.wrong, more: (more > 0).then(|| format!("And {} more rows.", words::figures(more as i64))) }
}
