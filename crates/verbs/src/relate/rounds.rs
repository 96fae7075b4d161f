//! Letters to those who said yes: written as a draft, looked at as they will arrive, and sent to each address once, so many a minute.

use jiff::SignedDuration;
use model::{LeaveFor, Mail, MailKind, Round, RoundId};
use networks::mail::is_address;
pub use store::mails::Counts;
use store::{Kept, StoreError, Tx};

use super::opt_ins::voice_name;
use crate::jobs::Job;
use crate::publish::mail::{self, Wished};
use crate::{Cx, Done, VerbError};

const SUBJECT_MAX: usize = 200;
const WORDS_MAX: usize = 50_000;
/// Letters that go out in a minute: mail servers shut out who sends many at once.
pub const A_MINUTE: i64 = 30;
/// Rounds that a page lists.
const LISTED_MAX: u32 = 50;
/// Letters of a round that a page lists.
const MAILS_MAX: u32 = 500;

/// A round in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRow {
    pub round: Round,
    pub counts: Counts,
}

/// A round with all that its page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundPage {
    pub round: Round,
    pub voice: String,
    /// As it arrives.
    pub preview: String,
    /// To how many it would go now.
    pub readers: usize,
    pub counts: Counts,
    pub mails: Vec<Mail>,
}

/// All of them, newest first.
pub async fn list(cx: Cx<'_>) -> Done<Vec<RoundRow>> {
    let work = |tx: &Tx<'_>| {
        let rounds = tx.opt_ins().rounds(LISTED_MAX)?;
        rounds
            .into_iter()
            .map(|round| Ok(RoundRow { counts: tx.mails().counts(MailKind::Round, round.id.0)?, round }))
            .collect::<Kept<Vec<_>>>()
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}

pub async fn get(cx: Cx<'_>, id: RoundId) -> Done<RoundPage> {
    let stop = format!("{}{}…", cx.app.config.public_url.trim_end_matches('/'), super::opt_ins::STOP_PATH);
    let work = move |tx: &Tx<'_>| {
        let round = tx.opt_ins().round(id)?;
        Ok(RoundPage {
            voice: voice_name(tx, round.voice)?,
            preview: plain(&round.words, &stop),
            readers: tx.opt_ins().holding(LeaveFor::Rounds, Some(round.voice))?.len(),
            counts: tx.mails().counts(MailKind::Round, id.0)?,
            mails: tx.mails().list(Some((MailKind::Round, id.0)), MAILS_MAX)?,
            round,
        })
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}

/// Keeps what is written so far; a fresh one without an `id`. What was sent does not change any more.
pub async fn write(cx: Cx<'_>, id: Option<RoundId>, subject: &str, words: &str) -> Done<RoundId> {
    let voice = cx.seat.voice.ok_or(VerbError::NotYours)?;
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.replace("\r\n", "\n").trim_end().to_owned();
    let too_long = |field, n: usize, max: usize| Err(VerbError::wrong(field, format!("That is {n} letters; at most {max} are kept.")));
    match (subject.chars().count(), words.chars().count()) {
        (n, _) if n > SUBJECT_MAX => return too_long("subject", n, SUBJECT_MAX),
        (_, n) if n > WORDS_MAX => return too_long("words", n, WORDS_MAX),
        _ => {}
    }
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let before = id.map(|id| tx.opt_ins().round(id)).transpose()?;
            if before.as_ref().is_some_and(|r| r.sent_at.is_some()) {
                return Err(VerbError::TooLate("That letter is sent. Nothing of it can be changed any more.".into()));
            }
            let blank = Round { id: tx.fresh(now), voice, subject: String::new(), words: String::new(), created_at: now, sent_at: None };
            let round = Round { subject, words, ..before.unwrap_or(blank) };
            tx.opt_ins().put_round(&round)?;
            Ok(round.id)
        })
        .await
}

/// Throws a round away that was not sent.
pub async fn throw(cx: Cx<'_>, id: RoundId) -> Done<()> {
    let is_gone = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.opt_ins().delete_round(id)).await?;
    if is_gone { Ok(()) } else { Err(VerbError::TooLate("That letter is sent, or gone already.".into())) }
}

/// Sends it to each who said yes to its voice, once, a few a minute. Only that voice may. Answers to how many.
pub async fn send(cx: Cx<'_>, id: RoundId) -> Done<usize> {
    let (now, voice) = (cx.now, cx.seat.voice.ok_or(VerbError::NotYours)?);
    let of_all = cx.app.config.mail.as_ref().map(|(s, _)| s.from.clone());
    let n = cx
        .app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let round = tx.opt_ins().round(id)?;
            if round.voice != voice {
                return Err(VerbError::NotYours);
            }
            if round.subject.is_empty() {
                return Err(VerbError::wrong("subject", "A letter needs a subject."));
            }
            if round.words.trim().is_empty() {
                return Err(VerbError::wrong("words", "There are no words in it yet."));
            }
            let Some(from) = tx.mails().server()?.map(|(s, _)| s.from).or(of_all) else {
                return Err(VerbError::wrong("server", "There is no mail server yet. Name one in the settings first."));
            };
            let readers = tx.opt_ins().holding(LeaveFor::Rounds, Some(voice))?;
            if readers.is_empty() {
                return Err(VerbError::wrong("readers", "Nobody has said yes to your letters yet. Nothing was sent."));
            }
            if !tx.opt_ins().send_round(id, now)? {
                return Err(VerbError::TooLate("That letter is sent already. Nobody gets it twice.".into()));
            }
            let mut n = 0;
            for leave in readers.into_iter().filter(|l| is_address(&l.address)) {
                let wished = Wished {
                    kind: MailKind::Round,
                    about: Some(id.0),
                    opt_in: Some(leave.id),
                    to: leave.address,
                    to_name: leave.name,
                    subject: round.subject.clone(),
                    words: None,
                };
                if let Some(mail) = mail::put(tx, wished, &from, now)? {
                    Job::Mail(mail).put(tx, now + SignedDuration::from_millis(n * 60_000 / A_MINUTE), now)?;
                    n += 1;
                }
            }
            Ok(n as usize)
        })
        .await?;
    cx.ring();
    Ok(n)
}

/// A round's words as they arrive, with the way to stop under them.
pub(crate) fn plain(words: &str, stop: &str) -> String {
    format!("{}\n\n-- \nYou get this because you said yes to it. To stop it, open this page and press once:\n{stop}\n", words.trim_end())
}
