//! The posts behind a number of the balance, each of which can be corrected: what it does, and whether it is about the person.

use jiff::SignedDuration;
use model::{DraftId, Kind};
pub use store::balance::Spoken;
use store::{StoreError, Tx};

use super::balance::SPANS;
use crate::{Cx, Done, VerbError};

/// One number of the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Gave,
    Asked,
    Answers,
    Own,
    Work,
    Personal,
}

impl Which {
    pub const ALL: [Which; 6] = [Which::Gave, Which::Asked, Which::Answers, Which::Own, Which::Work, Which::Personal];
    pub fn word(self) -> &'static str {
        match self {
            Which::Gave => "gave",
            Which::Asked => "asked",
            Which::Answers => "answers",
            Which::Own => "own",
            Which::Work => "work",
            Which::Personal => "personal",
        }
    }
    pub fn from_word(word: &str) -> Option<Which> {
        Self::ALL.into_iter().find(|w| w.word() == word)
    }
    /// As the page's heading says it.
    pub fn heading(self) -> &'static str {
        match self {
            Which::Gave => "What you gave",
            Which::Asked => "What you asked",
            Which::Answers => "What you answered",
            Which::Own => "Posts of your own",
            Which::Work => "About work",
            Which::Personal => "About you",
        }
    }
    fn has(self, s: &Spoken) -> bool {
        match self {
            Which::Gave => s.kind == Kind::Gives,
            Which::Asked => s.kind == Kind::Asks,
            Which::Answers => s.is_reply,
            Which::Own => !s.is_reply,
            Which::Work => s.draft.is_some() && !s.is_personal,
            Which::Personal => s.draft.is_some() && s.is_personal,
        }
    }
}

/// The posts behind a number over the last `days`, at most twelve times thirty of them; newest first.
pub async fn behind(cx: Cx<'_>, which: Which, days: u32) -> Done<Vec<(Spoken, &'static str)>> {
    let days = days.clamp(1, 30 * SPANS as u32);
    let (since, until) = (cx.now - SignedDuration::from_hours(24 * i64::from(days)), cx.now + SignedDuration::from_secs(1));
    let networks = cx.app.networks.clone();
    let all = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.balance().spoken(since, until)).await?;
    let named = |s: Spoken| {
        let name = networks.get(&s.network).map_or("elsewhere", |n| n.about().name);
        (s, name)
    };
    Ok(all.into_iter().filter(|s| which.has(s)).map(named).collect())
}

/// Corrects what a post does.
pub async fn correct(cx: Cx<'_>, draft: DraftId, kind: &str, is_personal: bool) -> Done<()> {
    let kind = Kind::from_word(kind).ok_or_else(|| VerbError::wrong("kind", "A post gives, asks or talks."))?;
    let found = cx.app.store.write::<_, StoreError>(cx.seat, move |tx: &Tx<'_>| tx.balance().correct(draft, kind, is_personal)).await?;
    if found { Ok(()) } else { Err(VerbError::Missing("post")) }
}
