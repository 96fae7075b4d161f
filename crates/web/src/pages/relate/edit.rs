//! What is changed about a person: name and nature, notes, joining and taking apart, forgetting.

use askama::Template;
use axum::http::StatusCode;
use model::{AimId, Kind, Nature, NoteId, PersonId, PostId, Timestamp};
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::hanging;
use verbs::relate::people::{Filter, people};
use verbs::relate::person::{PersonPage, person};
use verbs::relate::{edit, follows, ledger};

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Asked, Posted, Row};
use crate::parts::{Choice, Face, Net, Nets, Radios};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// A form that sends nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

async fn get(seated: &Seated, id: PersonId) -> Result<PersonPage, Fault> {
    Ok(person(seated.cx(), id, None).await?)
}

#[derive(Deserialize)]
pub struct Change {
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    nature: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    organisation: String,
    /// A box: they may not be the one in the middle.
    #[serde(default)]
    no_go_between: String,
}

#[derive(Template)]
#[template(path = "pages/relate/edit.html")]
struct EditPage {
    shell: Shell,
    id: PersonId,
    was: String,
    name: String,
    about: String,
    role: String,
    organisation: String,
    is_no_go_between: bool,
    nature: Radios,
    wrong: Option<String>,
}

fn draw(seated: &Seated, id: PersonId, was: String, form: Change, wrong: Option<String>) -> Answer {
    let chosen = Nature::from_word(&form.nature).unwrap_or_default();
    let choices = [(Nature::Person, "a person"), (Nature::Brand, "a brand"), (Nature::Bot, "a machine")];
    let nature = Radios::labelled_by("nature", "nature", choices.map(|(n, label)| Choice::new(n.word(), label, n == chosen)));
    let is_wrong = wrong.is_some();
    let shell = seated.shell(Place::People);
    let mut answer = seated.page(&EditPage {
        shell,
        id,
        was,
        name: form.name,
        about: form.about,
        role: form.role,
        organisation: form.organisation,
        is_no_go_between: !form.no_go_between.is_empty(),
        nature,
        wrong,
    })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn form(seated: Seated, Row(id): Row<PersonId>) -> Answer {
    let p = get(&seated, id).await?;
    let form = Change {
        name: p.name.clone(),
        about: p.about,
        nature: p.nature.word().into(),
        role: p.role,
        organisation: p.organisation,
        no_go_between: if p.is_no_go_between { "yes".into() } else { String::new() },
    };
    draw(&seated, p.id, p.name, form, None)
}

pub async fn change(Row(id): Row<PersonId>, Posted { seated, form }: Posted<Change>) -> Answer {
    let nature = Nature::from_word(&form.nature).unwrap_or_default();
    let change = edit::Change {
        name: form.name.clone(),
        about: form.about.clone(),
        nature,
        role: form.role.clone(),
        organisation: form.organisation.clone(),
        may_be_go_between: form.no_go_between.is_empty(),
    };
    match edit::change(seated.cx(), id, change).await {
        Ok(()) => seated.done(&format!("/people/{id}"), Flash::said("Kept ", form.name, ".")),
        Err(VerbError::Wrong { why, .. }) => {
            let was = get(&seated, id).await?.name;
            draw(&seated, id, was, form, Some(why))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Remind {
    #[serde(default)]
    days: String,
}

pub async fn remind(Row(id): Row<PersonId>, Posted { seated, form }: Posted<Remind>) -> Answer {
    let path = format!("/people/{id}");
    let days = match form.days.trim() {
        "" => None,
        words => match words.parse::<u32>() {
            Ok(days) => Some(days),
            Err(_) => return seated.done(&path, Flash::bad("Days are a number, such as 42.")),
        },
    };
    match edit::set_remind(seated.cx(), id, days).await {
        Ok(()) if days.is_none() => seated.done(&path, Flash::plain("You are not reminded any more.")),
        Ok(()) => seated.done(&path, Flash::plain("Kept. Whenever you talk, the days begin anew.")),
        Err(VerbError::Wrong { why, .. }) => seated.done(&path, Flash::bad(why)),
        Err(error) => Err(error.into()),
    }
}

/// Reads whom they follow in public.
pub async fn read_follows(Row(id): Row<PersonId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let path = format!("/people/{id}");
    match follows::read(seated.cx(), id).await {
        Ok(read) => {
            let name = get(&seated, id).await?.name;
            let told = super::person::follows_words(&read, words::first_name(&name), seated.now, seated.zone());
            seated.done(&path, Flash::plain(told))
        }
        Err(VerbError::Wrong { why, .. }) => seated.done(&path, Flash::bad(why)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Hang {
    aim: i64,
}

pub async fn hang(Row(id): Row<PersonId>, Posted { seated, form }: Posted<Hang>) -> Answer {
    let path = format!("/people/{id}");
    match hanging::hang(seated.cx(), id, AimId(form.aim)).await {
        Ok((name, aim, _)) => {
            let flash = Flash::said("", name, format!(" matters for “{aim}” now: what you talk about touches it."));
            seated.done(&path, flash.undo(format!("{path}/aims/off"), &[("aim", &form.aim.to_string())]))
        }
        Err(VerbError::Wrong { why, .. }) => seated.done(&path, Flash::bad(why)),
        Err(error) => Err(error.into()),
    }
}

pub async fn take_off(Row(id): Row<PersonId>, Posted { seated, form }: Posted<Hang>) -> Answer {
    let (name, aim) = hanging::take_off(seated.cx(), id, AimId(form.aim)).await?;
    let path = format!("/people/{id}");
    let flash = Flash::said("", name, format!(" does not matter for “{aim}” any more."));
    seated.done(&path, flash.undo(format!("{path}/aims"), &[("aim", &form.aim.to_string())]))
}

#[derive(Deserialize)]
pub struct KindForm {
    post: i64,
    kind: String,
}

/// What a word of the ledger really was.
pub async fn kind(Row(id): Row<PersonId>, Posted { seated, form }: Posted<KindForm>) -> Answer {
    let kind = Kind::from_word(&form.kind).ok_or_else(|| Fault::bad("A word gives, asks or talks."))?;
    ledger::correct(seated.cx(), PostId(form.post), kind).await?;
    seated.done(&format!("/people/{id}"), Flash::plain("Corrected. It counts so from now on."))
}

#[derive(Deserialize)]
pub struct NoteForm {
    text: String,
}

pub async fn note(Row(id): Row<PersonId>, Posted { seated, form }: Posted<NoteForm>) -> Answer {
    edit::note(seated.cx(), id, &form.text).await?;
    seated.done(&format!("/people/{id}"), Flash::plain("The note is kept. Only this desk sees it."))
}

#[derive(Deserialize)]
pub struct NoteOf {
    person: i64,
}

pub async fn delete_note(Row(id): Row<NoteId>, Posted { seated, form }: Posted<NoteOf>) -> Answer {
    let note = edit::delete_note(seated.cx(), id).await?;
    let path = format!("/people/{}", form.person);
    let (number, at) = (id.to_string(), note.at.as_millisecond().to_string());
    let flash = Flash::plain("The note is deleted.");
    // Words that do not fit the cookie cannot be brought back from it.
    if note.text.len() > UNDO_BYTES_MAX {
        return seated.done(&path, flash);
    }
    seated.done(&path, flash.undo(format!("{path}/note/back"), &[("id", &number), ("at", &at), ("text", &note.text)]))
}

/// A note of so many bytes can be put back by Undo.
const UNDO_BYTES_MAX: usize = 1_500;

#[derive(Deserialize)]
pub struct NoteBack {
    id: i64,
    at: i64,
    text: String,
}

pub async fn note_back(Row(person): Row<PersonId>, Posted { seated, form }: Posted<NoteBack>) -> Answer {
    let at = Timestamp::from_millisecond(form.at).map_err(|_| Fault::bad("That is no time."))?;
    edit::put_note_back(seated.cx(), person, NoteId(form.id), &form.text, at).await?;
    seated.done(&format!("/people/{person}"), Flash::plain("The note is back."))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct JoinQuestion {
    q: String,
}

#[derive(Template)]
#[template(path = "pages/relate/join.html")]
struct JoinPage {
    shell: Shell,
    id: PersonId,
    name: String,
    q: String,
    found: Vec<Candidate>,
}

struct Candidate {
    id: PersonId,
    face: Face,
    name: String,
    about: String,
    nets: Nets,
    handles: String,
}

pub async fn join_form(seated: Seated, Row(id): Row<PersonId>, Asked(question): Asked<JoinQuestion>) -> Answer {
    let p = get(&seated, id).await?;
    let mut found = Vec::new();
    if !question.q.trim().is_empty() {
        let filter = Filter { words: question.q.clone(), ..Filter::default() };
        found = people(seated.cx(), filter)
            .await?
            .rows
            .into_iter()
            .filter(|r| r.id != p.id)
            .map(|r| Candidate {
                id: r.id,
                face: r.face.map_or_else(|| Face::drawn(&r.name, 40), |f| Face::of(f, &r.name, true, 40)),
                about: r.about,
                handles: words::list(&r.presences.iter().map(|x| format!("@{}", x.handle)).collect::<Vec<_>>()),
                nets: Nets(r.presences.into_iter().map(|x| Net::mark(x.mark, x.network_name)).collect()),
                name: r.name,
            })
            .collect();
    }
    seated.page(&JoinPage { shell: seated.shell(Place::People), id: p.id, name: p.name, q: question.q, found })
}

#[derive(Deserialize)]
pub struct JoinWish {
    with: i64,
}

pub async fn join(Row(id): Row<PersonId>, Posted { seated, form }: Posted<JoinWish>) -> Answer {
    let join = edit::join(seated.cx(), id, PersonId(form.with)).await?;
    let flash = Flash::plain("They are one person now.").undo(format!("/joins/{join}/undo"), &[]);
    seated.done(&format!("/people/{id}"), flash)
}

pub async fn undo_join(Row(id): Row<model::JobId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let (person, name) = edit::undo_join(seated.cx(), id.0).await?;
    seated.done(&format!("/people/{person}"), Flash::said("", name, " stands alone again, as before."))
}

#[derive(Template)]
#[template(path = "pages/relate/forget.html")]
struct ForgetPage {
    shell: Shell,
    id: PersonId,
    name: String,
    first_name: String,
    said: String,
}

pub async fn forget_form(seated: Seated, Row(id): Row<PersonId>) -> Answer {
    let p = get(&seated, id).await?;
    let first_name = words::first_name(&p.name).to_owned();
    seated.page(&ForgetPage {
        shell: seated.shell(Place::People),
        id: p.id,
        said: words::count(p.from_them.into(), "word"),
        first_name,
        name: p.name,
    })
}

pub async fn forget(Row(id): Row<PersonId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let name = edit::forget(seated.cx(), id).await?;
    seated.done("/people", Flash::said("Nothing is kept of ", name, " any more."))
}
