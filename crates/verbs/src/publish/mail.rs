//! One letter to one address, once, as far as mail allows: its Message-ID stands before the first try, and it is noted that its words are about to be
//! given away before they are. Where no answer came after that, it is not sent again unasked.

use jiff::SignedDuration;
use model::{Mail, MailId, MailKind, MailServer, MailState, OptInId, RoundId, Secret, Timestamp, WeekLetterId};
pub use networks::mail::ALL_MAX;
use networks::mail::{Letter, Trouble, domain_of, knock};
use store::{Kept, StoreError, Tx};

use crate::desk::mail_server;
use crate::jobs::{Job, Next};
use crate::relate::{opt_ins, rounds};
use crate::{Cx, Done, VerbError};

/// Tries of one letter; with the pauses between them some twenty hours.
const TRIES_MAX: u32 = 10;
/// Pauses between tries: they double from the first to the longest.
const PAUSE_FIRST: SignedDuration = SignedDuration::from_secs(60);
const PAUSE_LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// While there is no server, a letter waits so long between looks.
const NO_SERVER: SignedDuration = SignedDuration::from_mins(30);

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// A letter to be put in line.
#[derive(Clone, Debug)]
pub struct Wished {
    pub kind: MailKind,
    pub about: Option<i64>,
    pub opt_in: Option<OptInId>,
    pub to: String,
    pub to_name: String,
    pub subject: String,
    /// Where only this letter says them.
    pub words: Option<String>,
}

/// Puts a letter in line, without its job. Nothing where that address has it already.
pub(crate) fn put(tx: &Tx<'_>, w: Wished, from: &str, now: Timestamp) -> Kept<Option<MailId>> {
    let key = fresh_key();
    let mail = Mail {
        id: tx.fresh(now),
        kind: w.kind,
        about: w.about,
        opt_in: w.opt_in,
        to: w.to,
        to_name: w.to_name,
        subject: w.subject,
        message_id: format!("<{key}@{}>", domain_of(from).unwrap_or("localhost")),
        key,
        state: MailState::Waiting,
        tries: 0,
        why: None,
        created_at: now,
        sent_at: None,
    };
    Ok(tx.mails().put(&mail, w.words.as_deref())?.then_some(mail.id))
}

/// Sixteen letters by chance: nobody guesses them, and they fit an address.
pub(crate) fn fresh_key() -> String {
    data_key(rand::random())
}

fn data_key(bytes: [u8; 16]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// All that is needed to hand one letter over.
struct Packed {
    mail: Mail,
    server: MailServer,
    password: Option<Secret>,
    plain: String,
    html: Option<String>,
    stop: Option<String>,
}

enum Look {
    Go(Box<Packed>),
    /// Nothing is to be done about it.
    Over,
    NoServer,
    /// So many went in the last minute already.
    Early,
}

/// The job: hands one letter over. A second call for the same letter sends nothing.
pub async fn send(cx: Cx<'_>, id: MailId) -> Done<Next> {
    let packed = match look(cx, id).await? {
        Look::Over => return Ok(Next::Over),
        // By chance, so that those that wait don't all come back at once.
        Look::Early => return Ok(Next::At(cx.now + SignedDuration::from_secs(20 + i64::from(rand::random::<u8>() % 60)))),
        Look::NoServer => return Ok(Next::At(cx.now + NO_SERVER)),
        Look::Go(packed) => packed,
    };
    let Packed { mail, server, .. } = &*packed;
    let returns_to = match &server.bounces {
        Some(address) => address.replacen('@', &format!("+{}@", mail.key), 1),
        None => server.from.clone(),
    };
    let letter = Letter {
        from: (&server.from, &server.from_name),
        to: (&mail.to, &mail.to_name),
        returns_to: &returns_to,
        subject: &mail.subject,
        message_id: &mail.message_id,
        at: mail.created_at,
        plain: &packed.plain,
        html: packed.html.as_deref(),
        stop: packed.stop.as_deref(),
        is_automatic: mail.kind != MailKind::Round,
    };
    let _turn = cx.app.post.acquire().await;
    let ready = match knock(&cx.app.http, server, packed.password.as_ref(), &letter).await {
        Ok(ready) => ready,
        Err(trouble) => return not_given(cx, mail, trouble, MailState::Waiting).await,
    };
    let now = cx.now;
    let opt_in = mail.opt_in;
    let may_go = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let holds = opt_in.map(|leave| tx.opt_ins().get(leave)).transpose()?.is_none_or(|leave| is_wanted(&leave));
            Ok(holds && tx.mails().begin(id, now)?)
        })
        .await?;
    if !may_go {
        ready.leave().await;
        return Ok(Next::Over);
    }
    match ready.hand_over().await {
        Ok(()) => settle(cx, id, MailState::Sent, None).await,
        Err(Trouble::Doubtful(why)) => settle(cx, id, MailState::Doubtful, Some(Trouble::Doubtful(why).sentence())).await,
        Err(trouble) => not_given(cx, mail, trouble, MailState::Sending).await,
    }
}

/// One who was asked to make it sure is written to once more, for that alone.
fn is_wanted(leave: &model::OptIn) -> bool {
    leave.holds() || (leave.confirmed_at.is_none() && leave.withdrawn_at.is_none() && leave.bounced_at.is_none())
}

async fn look(cx: Cx<'_>, id: MailId) -> Done<Look> {
    let now = cx.now;
    let (mail, own, is_early) = cx
        .app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let Some(mail) = tx.mails().find(id)? else { return Ok((None, None, false)) };
            if mail.state == MailState::Sending {
                // Whoever began it has died: nobody can tell whether its words were taken.
                let why = Trouble::Doubtful("Hobnob was stopped meanwhile".into()).sentence();
                tx.mails().settle(id, MailState::Sending, MailState::Doubtful, Some(&why), now)?;
                return Ok((None, None, false));
            }
            let is_early =
                mail.kind == MailKind::Round && tx.mails().count_tried(MailKind::Round, now - MINUTE)? >= rounds::A_MINUTE as u64;
            if is_early && mail.state == MailState::Waiting {
                return Ok((None, None, true));
            }
            Ok((Some(mail).filter(|m| m.state == MailState::Waiting), tx.mails().server()?, false))
        })
        .await?;
    if is_early {
        return Ok(Look::Early);
    }
    let Some(mail) = mail else { return Ok(Look::Over) };
    let Some((server, password)) = mail_server::holding(cx.app, own) else {
        let why = "There is no mail server yet.";
        cx.app
            .store
            .write::<_, StoreError>(cx.seat, move |tx| tx.mails().settle(id, MailState::Waiting, MailState::Waiting, Some(why), now))
            .await?;
        return Ok(Look::NoServer);
    };
    let public = cx.app.config.public_url.trim_end_matches('/').to_owned();
    let (kind, about, leave) = (mail.kind, mail.about, mail.opt_in);
    let (plain, html, stop) = cx
        .app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let stop = match (kind, leave) {
                (MailKind::Week | MailKind::Round, Some(leave)) => {
                    Some(format!("{public}{}{}", opt_ins::STOP_PATH, tx.opt_ins().get(leave)?.stop_key))
                }
                _ => None,
            };
            let (plain, html) = match (kind, about) {
                (MailKind::Week, Some(about)) => {
                    let letter = tx.mails().week(WeekLetterId(about))?;
                    let stop = stop.as_deref().unwrap_or_default();
                    (crate::reflect::by_mail::with_stop(&letter.plain, stop), Some(crate::reflect::by_mail::with_stop(&letter.html, stop)))
                }
                (MailKind::Round, Some(about)) => {
                    let round = tx.opt_ins().round(RoundId(about))?;
                    (rounds::plain(&round.words, stop.as_deref().unwrap_or_default()), None)
                }
                _ => (tx.mails().words(id)?.unwrap_or_default(), None),
            };
            Ok((plain, html, stop))
        })
        .await?;
    Ok(Look::Go(Box::new(Packed { mail, server, password, plain, html, stop })))
}

async fn settle(cx: Cx<'_>, id: MailId, state: MailState, why: Option<String>) -> Done<Next> {
    let now = cx.now;
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.mails().settle(id, MailState::Sending, state, why.as_deref(), now)).await?;
    Ok(Next::Over)
}

/// It was certainly not taken: again later, or never.
async fn not_given(cx: Cx<'_>, mail: &Mail, trouble: Trouble, was: MailState) -> Done<Next> {
    let (id, now, leave, tries) = (mail.id, cx.now, mail.opt_in, mail.tries);
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let why = trouble.sentence();
            // Whoever had begun to hand it over has counted the try already.
            let tries = if was == MailState::Waiting { tx.mails().count_try(id, &why, now)? } else { tries + 1 };
            if trouble.may_be_tried_again() && tries < TRIES_MAX {
                tx.mails().settle(id, was, MailState::Waiting, Some(&why), now)?;
                return Ok(Next::At(now + pause(tries)));
            }
            let why = if trouble.may_be_tried_again() { format!("Given up after {tries} tries. {why}") } else { why };
            tx.mails().settle(id, was, MailState::Refused, Some(&why), now)?;
            if let (Trouble::Address(_), Some(leave)) = (&trouble, leave) {
                opt_ins::bounced(tx, leave, &why, now)?;
            }
            Ok(Next::Over)
        })
        .await
        .map_err(VerbError::from)
}

fn pause(tries: u32) -> SignedDuration {
    let doubled = PAUSE_FIRST.checked_mul(1 << tries.saturating_sub(1).min(16)).unwrap_or(PAUSE_LONGEST);
    doubled.min(PAUSE_LONGEST)
}

/// What a person does with a letter of which nobody can tell whether it arrived, or that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It arrived after all.
    Arrived,
    /// Send it again; it may come twice.
    Again,
    /// Let it be.
    Drop,
}

impl Word {
    pub fn from_word(word: &str) -> Option<Word> {
        Some(match word {
            "arrived" => Word::Arrived,
            "again" => Word::Again,
            "drop" => Word::Drop,
            _ => return None,
        })
    }
}

/// Settles a letter by a person's word.
pub async fn decide(cx: Cx<'_>, id: MailId, word: Word) -> Done<()> {
    crate::desk::accounts::must_own(cx)?;
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let mail = tx.mails().get(id)?;
            let too_late = || VerbError::TooLate("That letter is settled already. Nothing was changed.".into());
            let (from, to) = match (word, mail.state) {
                (Word::Arrived, MailState::Doubtful) => (MailState::Doubtful, MailState::Sent),
                (Word::Again, MailState::Doubtful | MailState::Refused) => (mail.state, MailState::Waiting),
                (Word::Drop, MailState::Doubtful | MailState::Waiting) => (mail.state, MailState::Stopped),
                _ => return Err(too_late()),
            };
            if word == Word::Again
                && let Some(leave) = mail.opt_in
                && !is_wanted(&tx.opt_ins().get(leave)?)
            {
                return Err(VerbError::TooLate("They are not to be written to any more. Nothing was sent.".into()));
            }
            if !tx.mails().settle(id, from, to, None, now)? {
                return Err(too_late());
            }
            if to == MailState::Waiting {
                Job::Mail(id).put(tx, now, now)?;
            }
            Ok(())
        })
        .await?;
    cx.ring();
    Ok(())
}

/// The newest letters.
pub async fn list(cx: Cx<'_>) -> Done<Vec<Mail>> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.mails().list(None, store::mails::LISTED_MAX)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let all: Vec<i64> = (1..TRIES_MAX).map(|n| pause(n).as_mins()).collect();
        assert_eq!(all, [1, 2, 4, 8, 16, 32, 64, 128, 256]);
        assert_eq!(pause(60), PAUSE_LONGEST);
    }
}
