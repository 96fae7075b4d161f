//! The desk's own choices: its name and zone, how long a reply is held, what becomes of a post that is late.

use model::Desk;
use store::StoreError;

use crate::desk::accounts::must_own;
use crate::{Cx, Done, VerbError};

/// Seconds for which a reply is held before it goes out, so that it can be taken back.
pub const HOLD_DEFAULT: u32 = 20;
const HOLD_MIN: u32 = 5;
const HOLD_MAX: u32 = 120;
const NAME_MAX: usize = 80;

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    pub desk: Desk,
    pub hold_seconds: u32,
    /// A post whose time passed while Hobnob was not running goes out all the same, instead of waiting for a word.
    pub sends_late: bool,
}

pub async fn get(cx: Cx<'_>) -> Done<Choices> {
    Ok(cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, |tx| Ok(Choices { desk: tx.this_desk()?, hold_seconds: hold(tx)?, sends_late: sends_late(tx)? }))
        .await?)
}

/// How long a reply is held, in a transaction.
pub fn hold(tx: &store::Tx<'_>) -> store::Kept<u32> {
    Ok(tx.setting("hold")?.and_then(|v| v.parse().ok()).unwrap_or(HOLD_DEFAULT))
}

/// Whether what is late goes out unasked, in a transaction.
pub fn sends_late(tx: &store::Tx<'_>) -> store::Kept<bool> {
    Ok(tx.setting("late")?.as_deref() == Some("send"))
}

pub async fn set(cx: Cx<'_>, name: &str, zone: &str, hold_seconds: u32, sends_late: bool) -> Done<()> {
    must_own(cx)?;
    let (name, zone) = (name.trim().to_owned(), zone.trim().to_owned());
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(VerbError::wrong("name", format!("A name of 1 to {NAME_MAX} letters is wanted.")));
    }
    if jiff::tz::TimeZone::get(&zone).is_err() {
        return Err(VerbError::wrong("zone", "There is no time zone of that name. One such as Europe/London is wanted."));
    }
    if !(HOLD_MIN..=HOLD_MAX).contains(&hold_seconds) {
        return Err(VerbError::wrong("hold", format!("{HOLD_MIN} to {HOLD_MAX} seconds can be chosen.")));
    }
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            tx.set_desk(&name, &zone)?;
            tx.set_setting("hold", &hold_seconds.to_string())?;
            tx.set_setting("late", if sends_late { "send" } else { "ask" })
        })
        .await?;
    Ok(())
}

/// Who sits at this desk, with their role in a word.
pub async fn voices(cx: Cx<'_>) -> Done<Vec<(String, &'static str)>> {
    let all = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.voices()).await?;
    Ok(all.into_iter().map(|(voice, role)| (voice.name, role.word())).collect())
}
