//! What is pressed on a conversation: Done, Later, back again, a sign, a note.

use model::{ConversationId, PostId};
use serde::Deserialize;
use verbs::converse::later::{Undoable, bring_back, done, put_back};
use verbs::converse::sign::Sign;
use verbs::converse::{notes, sign};
use verbs::reflect::hanging;

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Asked, Posted, Row};
use crate::session::Seated;
use crate::shell::Answer;
use crate::words;

/// The page one came from.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct From {
    pub from: String,
}

impl From {
    /// Where to go on after an act on a conversation.
    pub fn path(&self, id: ConversationId) -> String {
        match self.from.as_str() {
            "today" => "/today".into(),
            "sitting" => "/sitting".into(),
            "talk" => format!("/talks/{id}"),
            _ => "/inbox".into(),
        }
    }
    pub fn word(&self) -> &'static str {
        match self.from.as_str() {
            "today" => "today",
            "sitting" => "sitting",
            "talk" => "talk",
            _ => "inbox",
        }
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn finish(Row(id): Row<ConversationId>, Asked(from): Asked<From>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let undo = done(seated.cx(), id).await?;
    let path = match from.from.as_str() {
        // The next person opens; the list comes when nobody is left.
        "talk" if verbs::converse::sitting::is_going_on(seated.cx()).await? => "/sitting".to_owned(),
        "talk" => next_or_inbox(&seated).await?,
        _ => from.path(id),
    };
    seated.done(&path, with_undo(Flash::said("Done with ", &undo.who, "."), &undo, &from))
}

async fn next_or_inbox(seated: &Seated) -> Result<String, Fault> {
    let next = verbs::converse::talk::first_waiting(seated.cx()).await?;
    Ok(next.map_or("/inbox".to_owned(), |id| format!("/talks/{id}")))
}

/// The flash's own way back.
pub fn with_undo(flash: Flash, undo: &Undoable, from: &From) -> Flash {
    flash.undo(format!("/talks/{}/back?from={}", undo.conversation, from.word()), &[("before", undo.before.as_str())])
}

#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    before: String,
}

/// Takes Done or Later back as it was, or brings a conversation back to where it belongs.
pub async fn back(Row(id): Row<ConversationId>, Asked(from): Asked<From>, Posted { seated, form }: Posted<Back>) -> Answer {
    let undo = if form.before.is_empty() { bring_back(seated.cx(), id).await? } else { put_back(seated.cx(), id, &form.before).await? };
    seated.done(&from.path(undo.conversation), Flash::said("", &undo.who, " is back."))
}

#[derive(Deserialize)]
pub struct On {
    /// `1` or `0`; without it, the other way round than it is.
    #[serde(default)]
    on: String,
}

pub async fn like(row: Row<PostId>, posted: Posted<On>) -> Answer {
    signed(row.0, Sign::Like, posted).await
}

pub async fn boost(row: Row<PostId>, posted: Posted<On>) -> Answer {
    signed(row.0, Sign::Boost, posted).await
}

async fn signed(post: PostId, which: Sign, Posted { seated, form }: Posted<On>) -> Answer {
    let wish = match form.on.as_str() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    };
    let done = sign::sign(seated.cx(), post, which, wish).await?;
    let is_on = done.is_on;
    let whose = format!("{}’s words", words::first_name(&done.who));
    let flash = match (which, is_on) {
        (Sign::Like, true) => Flash::said("You like ", whose, "."),
        (Sign::Like, false) => Flash::said("You no longer like ", whose, "."),
        (Sign::Boost, true) => Flash::said("Passed on: ", whose, "."),
        (Sign::Boost, false) => Flash::said("No longer passed on: ", whose, "."),
    };
    let flash = flash.undo(format!("/posts/{post}/{}", sign::word(which)), &[("on", if is_on { "0" } else { "1" })]);
    let path = done.conversation.map_or("/inbox".to_owned(), |id| format!("/talks/{id}#post-{post}"));
    seated.done(&path, flash)
}

#[derive(Deserialize)]
pub struct NoteWish {
    note: String,
}

#[derive(Deserialize)]
pub struct AimWish {
    #[serde(default)]
    aim: String,
}

/// Which aim the talk serves; an empty one: none of its own.
pub async fn serve(Row(id): Row<ConversationId>, Posted { seated, form }: Posted<AimWish>) -> Answer {
    hanging::serve(seated.cx(), id, form.aim.parse().ok()).await?;
    seated.done(&format!("/talks/{id}"), Flash::plain("Kept."))
}

pub async fn note(Row(id): Row<ConversationId>, Posted { seated, form }: Posted<NoteWish>) -> Answer {
    let who = notes::keep_note(seated.cx(), id, &form.note).await?;
    seated.done(&format!("/talks/{id}"), Flash::said("Your note about ", who, " is kept."))
}
