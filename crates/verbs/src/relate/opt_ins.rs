//! Who gave leave to be written to: asked by a public form and made sure by a link in a letter, noted by hand, or brought in with its proof; and
//! taken back by one press, which stops whatever still waits. Letters themselves are written in `rounds.rs` and `reflect/by_mail.rs`.

use jiff::SignedDuration;
use model::{DeskId, GivenBy, LeaveFor, MailKind, OptIn, OptInForm, OptInFormId, OptInId, Timestamp, VoiceId};
use networks::mail::is_address;
use sha2::{Digest, Sha256};
use store::opt_ins::{FORMS_MAX, OPT_INS_MAX};
use store::{Kept, StoreError, Tx};

use crate::desk::accounts::must_own;
use crate::desk::mail_server;
use crate::jobs::Job;
use crate::publish::mail::{self, Wished};
use crate::{App, Cx, Done, VerbError};

/// What stands before a form's key, before the token that makes a leave sure, and before the key that takes one back.
pub const FORM_PATH: &str = "/yes/";
pub const SURE_PATH: &str = "/yes/sure/";
pub const STOP_PATH: &str = "/stop/";
/// How long the link that makes it sure holds.
pub const SURE_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Whoever did not make it sure is forgotten so long after the link ceased to hold.
const UNSURE_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Askings from one place in a quarter of an hour.
const TRIES_MAX: u64 = 5;
const TRIES_SPAN: SignedDuration = SignedDuration::from_mins(15);
/// Letters that ask to make it sure: to one address, and from one desk, a day.
const CONFIRMS_OF_ADDRESS_MAX: u64 = 3;
const CONFIRMS_OF_DESK_MAX: u64 = 500;
const DAY: SignedDuration = SignedDuration::from_hours(24);
pub(super) const NAME_MAX: usize = 80;
const TITLE_MAX: usize = 120;
pub(super) const WORDS_MAX: usize = 1_000;
pub(super) const PLACE_MAX: usize = 300;
/// People that a page lists.
const LISTED_MAX: u32 = 500;

/// What somebody sends by the public form.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    pub address: String,
    pub name: String,
    /// A field that people don't see: whoever fills it in is a machine.
    pub trap: String,
}

/// A form as strangers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenForm {
    pub title: String,
    pub words: String,
    pub voice: String,
}

/// The form behind a key, while it is open and letters can be sent.
pub async fn form(app: &App, key: &str) -> Done<OpenForm> {
    let (desk, form) = find_form(app, key).await?;
    let has_of_all = app.config.mail.is_some();
    let (voice, is_there) = at(app, desk, move |tx| Ok((voice_name(tx, form.voice)?, mail_server::is_there(tx, has_of_all)?))).await?;
    if form.closed_at.is_some() || !is_there {
        return Err(VerbError::Missing("open form"));
    }
    Ok(OpenForm { title: form.title, words: form.words, voice })
}

/// Takes an asking in and sends the letter that makes it sure. The answer is the same whoever is known already, so that nobody learns who is.
/// `place` says where it came from; only its hash is kept, for a quarter of an hour.
pub async fn ask(app: &App, key: &str, asking: &Asking, place: &str, now: Timestamp) -> Done<()> {
    let (desk, form) = find_form(app, key).await?;
    if form.closed_at.is_some() {
        return Err(VerbError::Missing("open form"));
    }
    let address = asking.address.trim().to_owned();
    if !is_address(&address) {
        return Err(VerbError::wrong("address", "That is no mail address. One such as maren@desk.example is wanted."));
    }
    let name = line("name", &asking.name, NAME_MAX)?;
    let who = hashed("opt-in", place);
    let tries = app.store.write_unscoped::<_, StoreError>(move |tx| tx.count_sign_in_try(&who, now, now - TRIES_SPAN)).await?;
    if tries > TRIES_MAX {
        return Err(VerbError::TooOften { minutes: 15 });
    }
    if !asking.trap.trim().is_empty() {
        return Ok(());
    }
    let public = app.config.public_url.trim_end_matches('/').to_owned();
    let of_all = app.config.mail.as_ref().map(|(server, _)| server.from.clone());
    at(app, desk, move |tx| {
        let Some(from) = tx.mails().server()?.map(|(s, _)| s.from).or(of_all) else { return Err(VerbError::Missing("open form")) };
        let since = now - DAY;
        if tx.mails().count_since(MailKind::Confirm, None, since)? >= CONFIRMS_OF_DESK_MAX {
            return Err(VerbError::TooOften { minutes: 60 });
        }
        let Some(leave) = asked(tx, &form, &address, &name, &public, now)? else { return Ok(()) };
        if tx.mails().count_since(MailKind::Confirm, Some(&address), since)? >= CONFIRMS_OF_ADDRESS_MAX {
            return Ok(());
        }
        let token = mail::fresh_key();
        tx.opt_ins().set_token(leave, Some(&hashed("sure", &token)), Some(now + SURE_WITHIN))?;
        let words = confirm_words(&form, &voice_name(tx, form.voice)?, &format!("{public}{SURE_PATH}{token}"));
        let subject = format!("Was it you? {}", form.title);
        let wished =
            Wished { kind: MailKind::Confirm, about: None, opt_in: Some(leave), to: address, to_name: name, subject, words: Some(words) };
        if let Some(id) = mail::put(tx, wished, &from, now)? {
            Job::Mail(id).put(tx, now, now)?;
        }
        Ok(())
    })
    .await?;
    app.bell.notify_one();
    Ok(())
}

/// The leave that is to be made sure; none where it is sure already.
fn asked(tx: &Tx<'_>, form: &OptInForm, address: &str, name: &str, public: &str, now: Timestamp) -> Done<Option<OptInId>> {
    if let Some(known) = tx.opt_ins().open_of(LeaveFor::Rounds, form.voice, address)? {
        if known.holds() {
            return Ok(None);
        }
        if known.bounced_at.is_none() && known.form == Some(form.id) {
            return Ok(Some(known.id));
        }
        // What they were asked before has other words, or letters to it came back: they are asked anew, and the old record stays.
        tx.opt_ins().withdraw(known.id, "asked anew", now)?;
    }
    room(tx)?;
    let leave = OptIn {
        id: tx.fresh(now),
        leave_for: LeaveFor::Rounds,
        voice: form.voice,
        form: Some(form.id),
        address: address.to_owned(),
        name: name.to_owned(),
        given_by: GivenBy::Form,
        place: format!("{public}{FORM_PATH}{}", form.key),
        words: form.words.clone(),
        asked_at: now,
        confirmed_at: None,
        withdrawn_at: None,
        withdrawn_by: None,
        bounced_at: None,
        bounced_why: None,
        stop_key: mail::fresh_key(),
        person: tx.contact_points().whose("mail", &address.to_lowercase())?,
    };
    tx.opt_ins().put(&leave)?;
    Ok(Some(leave.id))
}

pub(super) fn room(tx: &Tx<'_>) -> Done<()> {
    if tx.opt_ins().count()? >= u64::from(OPT_INS_MAX) {
        return Err(VerbError::wrong("address", format!("A desk keeps {OPT_INS_MAX} people who said yes at most.")));
    }
    Ok(())
}

fn confirm_words(form: &OptInForm, voice: &str, link: &str) -> String {
    format!(
        "Somebody, most likely you, asked for letters from {voice} and agreed to this:\n\n  “{}”\n\nIf it was you, open this page and say yes once more, within a day:\n\n  \
         {link}\n\nIf it was not you, do nothing. No other letter will come, and your address is forgotten.\n",
        form.words
    )
}

/// Whose leave a token would make sure, for the page that asks.
pub async fn to_be_sure(app: &App, token: &str, now: Timestamp) -> Done<OpenForm> {
    let (desk, leave) = find_by_token(app, token, now).await?;
    at(app, desk, move |tx| {
        let title = leave.form.map(|id| tx.opt_ins().form(id)).transpose()?.map_or_else(String::new, |f| f.title);
        Ok(OpenForm { title, words: leave.words, voice: voice_name(tx, leave.voice)? })
    })
    .await
}

/// Makes a leave sure by its token, which is used up. Answers whose letters they are.
pub async fn make_sure(app: &App, token: &str, now: Timestamp) -> Done<String> {
    let (desk, leave) = find_by_token(app, token, now).await?;
    at(app, desk, move |tx| {
        tx.opt_ins().confirm(leave.id, now)?;
        Ok(voice_name(tx, leave.voice)?)
    })
    .await
}

/// Whom the stop link speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopping {
    pub address: String,
    pub from: String,
    pub leave_for: LeaveFor,
    pub is_over: bool,
}

/// Whose leave a stop link would take back.
pub async fn to_be_stopped(app: &App, key: &str) -> Done<Stopping> {
    let (desk, leave) = find_by_stop(app, key).await?;
    at(app, desk, move |tx| {
        let from = match leave.leave_for {
            LeaveFor::Rounds => voice_name(tx, leave.voice)?,
            LeaveFor::Week => tx.this_desk()?.name,
        };
        Ok(Stopping { address: leave.address, from, leave_for: leave.leave_for, is_over: leave.withdrawn_at.is_some() })
    })
    .await
}

/// They take it back by the link in a letter. Once or ten times, it is over.
pub async fn stop(app: &App, key: &str, now: Timestamp) -> Done<()> {
    let (desk, leave) = find_by_stop(app, key).await?;
    at(app, desk, move |tx| Ok(take_back(tx, leave.id, "themselves, by the link in a letter", now)?)).await
}

/// Taken back by a voice, who was told so.
pub async fn withdraw(cx: Cx<'_>, id: OptInId) -> Done<String> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let leave = tx.opt_ins().get(id)?;
            take_back(tx, id, "a voice of this desk", now)?;
            Ok(leave.address)
        })
        .await
}

fn take_back(tx: &Tx<'_>, id: OptInId, by: &str, now: Timestamp) -> Kept<()> {
    tx.opt_ins().withdraw(id, by, now)?;
    stop_what_waits(tx, id, "They took their leave back.")
}

/// An address takes no letters any more.
pub(crate) fn bounced(tx: &Tx<'_>, id: OptInId, why: &str, now: Timestamp) -> Kept<()> {
    tx.opt_ins().bounce(id, why, now)?;
    stop_what_waits(tx, id, "Letters to that address come back.")
}

fn stop_what_waits(tx: &Tx<'_>, id: OptInId, why: &str) -> Kept<()> {
    for mail in tx.mails().stop(id, why)? {
        Job::Mail(mail).delete(tx)?;
    }
    Ok(())
}

/// Who was asked and did not make it sure is forgotten.
pub(crate) fn tidy(tx: &Tx<'_>, now: Timestamp) -> Kept<()> {
    tx.opt_ins().forget_unsure(now - UNSURE_KEPT)?;
    Ok(())
}

/// What a voice notes of somebody who said yes, in a call or by letter.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    pub address: String,
    pub name: String,
    /// Where it was said.
    pub place: String,
    /// In which words.
    pub words: String,
}

/// Notes a leave that was given to a voice.
pub async fn note(cx: Cx<'_>, leave_for: LeaveFor, noted: &Noted) -> Done<OptInId> {
    let voice = cx.seat.voice.ok_or(VerbError::NotYours)?;
    if !is_address(noted.address.trim()) {
        return Err(VerbError::wrong("address", "That is no mail address. One such as maren@desk.example is wanted."));
    }
    let noted = Noted {
        address: noted.address.trim().to_owned(),
        name: line("name", &noted.name, NAME_MAX)?,
        place: wanted("place", &noted.place, PLACE_MAX, "Say where they said so: in a call, at a fair, on a page.")?,
        words: wanted("words", &noted.words, WORDS_MAX, "Say in which words they asked for it.")?,
    };
    let now = cx.now;
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| keep(tx, (leave_for, voice, GivenBy::Hand), &noted, (now, now))).await
}

/// Keeps a leave that is sure: asked at, and kept at.
pub(super) fn keep(
    tx: &Tx<'_>,
    (leave_for, voice, given_by): (LeaveFor, VoiceId, GivenBy),
    noted: &Noted,
    (asked_at, now): (Timestamp, Timestamp),
) -> Done<OptInId> {
    if let Some(known) = tx.opt_ins().open_of(leave_for, voice, &noted.address)? {
        if known.holds() {
            return Err(VerbError::wrong("address", format!("{} has said yes already.", known.address)));
        }
        tx.opt_ins().withdraw(known.id, "noted anew", now)?;
    }
    room(tx)?;
    let leave = OptIn {
        id: tx.fresh(now),
        leave_for,
        voice,
        form: None,
        address: noted.address.clone(),
        name: noted.name.clone(),
        given_by,
        place: noted.place.clone(),
        words: noted.words.clone(),
        asked_at,
        confirmed_at: Some(asked_at),
        withdrawn_at: None,
        withdrawn_by: None,
        bounced_at: None,
        bounced_why: None,
        stop_key: mail::fresh_key(),
        person: tx.contact_points().whose("mail", &noted.address.to_lowercase())?,
    };
    tx.opt_ins().put(&leave)?;
    Ok(leave.id)
}

/// Everything on the page of those who said yes.
#[derive(Clone, Debug)]
pub struct Everybody {
    pub people: Vec<OptIn>,
    /// May be written to; not made sure; took it back; letters come back.
    pub counts: [u64; 4],
    pub forms: Vec<(OptInForm, String)>,
    pub has_server: bool,
}

pub async fn everybody(cx: Cx<'_>) -> Done<Everybody> {
    let has_of_all = cx.app.config.mail.is_some();
    let work = move |tx: &Tx<'_>| {
        let forms = tx.opt_ins().forms()?;
        let forms = forms.into_iter().map(|f| Ok((f.clone(), voice_name(tx, f.voice)?))).collect::<Kept<Vec<_>>>()?;
        Ok(Everybody {
            people: tx.opt_ins().list(LeaveFor::Rounds, LISTED_MAX)?,
            counts: tx.opt_ins().counts(LeaveFor::Rounds)?,
            forms,
            has_server: mail_server::is_there(tx, has_of_all)?,
        })
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}

/// Those who get the week's letter, newest first.
pub async fn week_readers(cx: Cx<'_>) -> Done<Vec<OptIn>> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.opt_ins().list(LeaveFor::Week, LISTED_MAX)).await?)
}

/// Opens a form for this voice's letters.
pub async fn open_form(cx: Cx<'_>, title: &str, words: &str) -> Done<OptInFormId> {
    must_own(cx)?;
    let voice = cx.seat.voice.ok_or(VerbError::NotYours)?;
    let title = wanted("title", title, TITLE_MAX, "Say what the letters are called.")?;
    let words = wanted("form_words", words, WORDS_MAX, "Say in plain words what they say yes to: what comes, from whom, and how often.")?;
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            if tx.opt_ins().forms()?.len() >= FORMS_MAX as usize {
                return Err(VerbError::wrong("title", format!("A desk has at most {FORMS_MAX} forms.")));
            }
            let form = OptInForm { id: tx.fresh(now), voice, key: mail::fresh_key(), title, words, created_at: now, closed_at: None };
            tx.opt_ins().put_form(&form)?;
            Ok(form.id)
        })
        .await
}

/// Closes a form, or opens it again. Who said yes by it stays.
pub async fn close_form(cx: Cx<'_>, id: OptInFormId, is_closed: bool) -> Done<()> {
    must_own(cx)?;
    let at = is_closed.then_some(cx.now);
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.opt_ins().close_form(id, at)).await?)
}

pub(super) fn line(field: &'static str, text: &str, max: usize) -> Done<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        n if n > max => Err(VerbError::wrong(field, format!("That is {n} letters; at most {max} are kept."))),
        _ => Ok(text),
    }
}

pub(super) fn wanted(field: &'static str, text: &str, max: usize, missing: &str) -> Done<String> {
    let text = line(field, text, max)?;
    if text.is_empty() { Err(VerbError::wrong(field, missing)) } else { Ok(text) }
}

pub(super) fn voice_name(tx: &Tx<'_>, id: VoiceId) -> Kept<String> {
    tx.voices()?.into_iter().find(|(v, _)| v.id == id).map_or_else(|| tx.this_desk().map(|d| d.name), |(v, _)| Ok(v.name))
}

fn hashed(kind: &str, words: &str) -> String {
    Sha256::digest(format!("{kind}\0{words}")).iter().take(16).map(|b| format!("{b:02x}")).collect()
}

async fn find_form(app: &App, key: &str) -> Done<(DeskId, OptInForm)> {
    let key = key.to_owned();
    app.store.read_unscoped::<_, StoreError>(move |tx| tx.opt_in_form_by_key(&key)).await?.ok_or(VerbError::Missing("form"))
}

async fn find_by_token(app: &App, token: &str, now: Timestamp) -> Done<(DeskId, OptIn)> {
    let hash = hashed("sure", token);
    let found = app.store.read_unscoped::<_, StoreError>(move |tx| tx.opt_in_by_token(&hash, now)).await?;
    found.ok_or(VerbError::Missing("link any more: it holds for one day, and once; ask again"))
}

async fn find_by_stop(app: &App, key: &str) -> Done<(DeskId, OptIn)> {
    let key = key.to_owned();
    app.store.read_unscoped::<_, StoreError>(move |tx| tx.opt_in_by_stop_key(&key)).await?.ok_or(VerbError::Missing("letter"))
}

async fn at<T: Send + 'static>(app: &App, desk: DeskId, work: impl FnOnce(&Tx<'_>) -> Done<T> + Send + 'static) -> Done<T> {
    app.store.write_unscoped::<_, VerbError>(move |tx| tx.at(desk, work)).await
}
