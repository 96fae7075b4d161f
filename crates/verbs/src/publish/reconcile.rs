//! An attempt that was begun and never settled: looked up before anything is sent again. What is found is believed at once. That nothing
//! is there is believed as soon as the network's proof allows ([`Proof`]): at once where the key is the post's name, once the network
//! has surely shown it where its posts have to be looked through, and never where nobody can tell: then a person is asked, once.

use std::sync::Arc;

use jiff::SignedDuration;
use model::{AccountState, Delivery, Timestamp};
use networks::{Found, Landing, NetworkError, Proof, Sought};
use store::{Kept, Tx};

use super::deliver::{LEASE, QUIET, TRIES_MAX};
use super::settle::{hold_those_behind, settle};
use super::{doubts, landed};
use crate::jobs::Next;
use crate::{Cx, Done, VerbError, calls};

/// When we look while the doubt is young, by how long it has been waited out; the last look is at [`QUIET`].
const LOOKS: [SignedDuration; 5] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_secs(90),
    SignedDuration::from_mins(3),
    SignedDuration::from_mins(5),
    SignedDuration::from_secs(450),
];
/// Whoever is asked can look by then: no attempt is on the wire any more.
const ASK_AFTER: SignedDuration = SignedDuration::from_secs(LEASE.as_secs() as i64);
/// So many looks without an answer after [`QUIET`], a fortnight of them, then a person is asked: the server is not coming back.
pub const LOOKS_MAX: u32 = 342;
/// The wait before the second of these; it doubles.
const WAIT_FIRST: SignedDuration = SignedDuration::from_mins(1);
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);
/// An account that cannot speak cannot look either; no look is counted meanwhile.
const LOOK_AT_ACCOUNT: SignedDuration = SignedDuration::from_mins(15);
/// Others that landed so long before the first attempt are still told apart: a server's clock may be minutes off.
const OTHERS_BEFORE: SignedDuration = SignedDuration::from_hours(1);
/// Words of a post by which a person finds it.
const WORDS_MAX: usize = 60;

/// What comes of a look.
pub(super) enum After {
    Next(Next),
    /// It is not there, and the next attempt has begun: send it.
    Send(Box<Delivery>),
}

/// What a look brought.
struct Look {
    proof: Proof,
    found: Result<Found, NetworkError>,
    waited: SignedDuration,
    now: Timestamp,
}

/// Did it land? Here: it is settled. Not there: sent again, or back in line. Nobody can tell: a person is asked.
pub(super) async fn reconcile(cx: Cx<'_>, delivery: Delivery) -> Done<After> {
    let d = delivery.clone();
    let read = move |tx: &Tx<'_>| Ok::<_, VerbError>((tx.accounts().find(d.account)?, others(tx, &d)?));
    let (account, others) = cx.app.store.read(cx.seat, read).await?;
    if account.is_some_and(|a| a.state != AccountState::Working) {
        return Ok(After::Next(Next::At(cx.now + LOOK_AT_ACCOUNT)));
    }
    let waited = doubts::waited(cx, &delivery);
    let (proof, found) = look(cx, &delivery, others).await?;
    let look = Look { proof, found, waited, now: cx.now };
    let (desk, id) = (cx.seat.desk, delivery.id);
    let after = cx.app.store.write(cx.seat, move |tx| conclude(tx, &delivery, look)).await?;
    match &after {
        After::Next(Next::At(_)) => {}
        _ => cx.app.doubts.forget(desk, id),
    }
    cx.ring();
    Ok(after)
}

/// What stands there by the same words and is surely another delivery's.
fn others(tx: &Tx<'_>, d: &Delivery) -> Kept<Vec<String>> {
    let since = d.first_attempt_at.unwrap_or(d.due) - OTHERS_BEFORE;
    let all = tx.deliveries().landed_since(d.account, since)?;
    let others = all.into_iter().filter(|other| other.id != d.id && are_twins(other, d));
    Ok(others.filter_map(|other| Some(other.landed?.id)).collect())
}

/// Whether nothing but their numbers tells them apart on the network.
fn are_twins(a: &Delivery, b: &Delivery) -> bool {
    a.part.text == b.part.text && a.part.reply_to == b.part.reply_to
}

async fn look(cx: Cx<'_>, d: &Delivery, others: Vec<String>) -> Done<(Proof, Result<Found, NetworkError>)> {
    let since = d.first_attempt_at.unwrap_or(cx.now).min(cx.now);
    let sought = Arc::new((d.part.clone(), d.key.clone(), others));
    let answer = calls::call(cx, d.account, move |network, call| {
        let sought = sought.clone();
        Box::pin(async move {
            let publish = network.publish().ok_or(NetworkError::NotOffered)?;
            let found = match publish.find(call, &Sought { part: &sought.0, key: &sought.1, since, others: &sought.2 }).await {
                // Those are for the caller: the token is renewed, or the account waits for its owner.
                Err(error @ (NetworkError::TokenOld | NetworkError::SignInAgain)) => return Err(error),
                found => found,
            };
            Ok((publish.proof(call), found))
        })
    })
    .await;
    match answer {
        Ok(looked) => Ok(looked),
        Err(VerbError::Network(error)) => Ok((Proof::ByLook, Err(error))),
        Err(VerbError::Missing(_)) => Ok((Proof::None, Err(NetworkError::NotOffered))),
        Err(other) => Err(other),
    }
}

fn conclude(tx: &Tx<'_>, d: &Delivery, look: Look) -> Done<After> {
    let Look { proof, found, waited, now } = look;
    let is_over = waited >= SignedDuration::from_secs(QUIET.as_secs() as i64);
    tx.deliveries().set_waited(d, millis(waited))?;
    let next = match found {
        Ok(Found::Here(landing)) => return here(tx, d, landing, (proof, waited, is_over), now),
        Ok(Found::NotThere) if proof == Proof::ByName && d.tries < TRIES_MAX => {
            // Without ever being in line between, where it could be taken back while the first try is still on its way.
            return Ok(match tx.deliveries().begin_again(d.id, d.attempts, now)? {
                Some(begun) => After::Send(Box::new(begun)),
                None => After::Next(Next::Over),
            });
        }
        // Settled as a call that certainly did nothing, so that its tries stay bounded.
        Ok(Found::NotThere) if is_over => settle(tx, d, Err(NetworkError::Away("it did not land".into())), now)?,
        Ok(Found::NotThere) => soon(waited, now),
        Err(NetworkError::SignInAgain) => Next::At(now + LOOK_AT_ACCOUNT),
        Err(NetworkError::SlowDown { until }) if !is_over => Next::At(until.clamp(now + SignedDuration::from_secs(1), now + WAIT_MAX)),
        Ok(Found::CannotTell) if proof == Proof::ByLook && !is_over => soon(waited, now),
        Ok(Found::CannotTell) if waited < ASK_AFTER => soon(waited, now),
        Ok(Found::CannotTell) => ask(tx, d, "it can't be looked up", now)?,
        Err(error) if cannot_be_asked(&error) && waited < ASK_AFTER => soon(waited, now),
        Err(error) if cannot_be_asked(&error) => ask(tx, d, &error.to_string(), now)?,
        Err(_) if !is_over => soon(waited, now),
        Err(error) => look_on(tx, d, &error.to_string(), now)?,
    };
    Ok(After::Next(next))
}

/// Looks again, more and more seldom, and in the end asks a person.
fn look_on(tx: &Tx<'_>, d: &Delivery, why: &str, now: Timestamp) -> Kept<Next> {
    let looks = tx.deliveries().count_look(d.id, d.attempts)?;
    if looks >= LOOKS_MAX {
        return ask(tx, d, why, now);
    }
    Ok(Next::At(now + (WAIT_FIRST * 2_i32.pow(looks.saturating_sub(1).min(10))).min(WAIT_MAX)))
}

/// The server does not give out what would have to be looked through. Anything else it says may pass, and is no reason to ask a person.
fn cannot_be_asked(error: &NetworkError) -> bool {
    matches!(error, NetworkError::NotThere | NetworkError::NotOffered)
}

/// Something stands there that is ours, unless the same words were sent twice on purpose. Then whose it is does not matter once nothing
/// of it can still be on its way: each takes what no other has, and whoever finds none sends again.
fn here(
    tx: &Tx<'_>,
    d: &Delivery,
    landing: Landing,
    (proof, waited, is_over): (Proof, SignedDuration, bool),
    now: Timestamp,
) -> Done<After> {
    let is_taken = tx.deliveries().find_landed(d.account, &landing.at.id)?.is_some_and(|other| other.id != d.id);
    // Somebody's own, while its answer may still come, is left to it.
    let lately = |other: &Delivery| other.attempted_at.is_some_and(|at| now.duration_since(at).abs() < ASK_AFTER);
    let is_anothers = || -> Kept<bool> {
        let all = tx.deliveries().on_their_way(d.account, d.id)?;
        Ok(all.iter().any(|other| are_twins(other, d) && (!is_over || lately(other))))
    };
    Ok(After::Next(if is_taken || (proof == Proof::ByLook && is_anothers()?) {
        if is_over { look_on(tx, d, "what stands there is another delivery's", now)? } else { soon(waited, now) }
    } else {
        settle(tx, d, Ok(landing), now)?
    }))
}

/// When to look again: a little later.
fn soon(waited: SignedDuration, now: Timestamp) -> Next {
    let quiet = SignedDuration::from_secs(QUIET.as_secs() as i64);
    let then = LOOKS.into_iter().find(|at| *at > waited).unwrap_or(quiet);
    Next::At(now + (then - waited).max(SignedDuration::from_secs(1)))
}

fn millis(span: SignedDuration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn ask(tx: &Tx<'_>, d: &Delivery, why: &str, now: Timestamp) -> Kept<Next> {
    tx.deliveries().end_attempt(d.id, d.attempts, "nobody can tell", now)?;
    tx.deliveries().add_to_outcome(d.id, d.attempts, why)?;
    if tx.deliveries().set_ask_human(d.id, d.attempts, &question(d))? {
        hold_those_behind(tx, d)?;
        landed::not_landed(tx, d.draft, now)?;
    }
    Ok(Next::Over)
}

/// What a person is asked, with what to look for.
fn question(d: &Delivery) -> String {
    let words: String = d.part.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(WORDS_MAX).collect();
    let short = if short.len() < words.len() { format!("{}…", short.trim_end()) } else { short };
    format!(
        "No clear answer came, and it can't be looked up from here. Please look among your newest posts there for “{short}”. Nothing more is sent until you say."
    )
}
