//! What the writing page points out before anything goes: that it stands in the calendar already, and that the same was said before.
//! Advice, never a lock: the second press goes.

use verbs::VerbError;
use verbs::publish::drafts::{Edit, KeptDraft};
use verbs::publish::placed::placed;
use verbs::publish::said::{Before, said_before};
use verbs::relate::ledger;

use super::calendar;
use crate::parts::{Hint, HintTone};
use crate::session::Seated;
use crate::words;

/// The hidden field by which a page says that it pointed out what was said before.
pub const AGAIN: &str = "again";

/// Where a planned draft stands in the calendar.
pub async fn in_the_calendar(seated: &Seated, kept: &KeptDraft) -> Result<Option<Hint>, VerbError> {
    if kept.planned_at.is_none() {
        return Ok(None);
    }
    let all = placed(seated.cx(), kept.draft.id).await?;
    let first = all.iter().filter(|p| p.part == 0 && p.state != model::DeliveryState::Cancelled).min_by_key(|p| (p.due, p.account));
    let words = "What you change here holds once you put it in the calendar again, or post it now.";
    let hint = Hint::new(HintTone::Wait, "This is in the calendar.", words);
    Ok(Some(match first {
        Some(p) => hint
            .press("See it there", format!("{}#slip-{}-{}", calendar::address(seated.now, p.due, seated.zone()), kept.draft.id, p.account)),
        None => hint,
    }))
}

/// An ask that is not earned yet where it shall go: one sentence, and it goes all the same.
pub async fn not_earned(seated: &Seated, kept: &KeptDraft) -> Result<Option<Hint>, VerbError> {
    let said = unearned(seated, kept.draft.kind, kept.accounts.clone()).await?;
    Ok(said.map(|said| Hint::new(HintTone::Advice, NOT_EARNED, said)))
}

/// The first sentence of that touch.
pub const NOT_EARNED: &str = "This asks before it has given.";

/// The rest of it: what was given and asked there; nothing where it is earned, or nothing is asked.
pub async fn unearned(seated: &Seated, kind: model::Kind, accounts: Vec<model::AccountId>) -> Result<Option<String>, VerbError> {
    let places = ledger::unearned(seated.cx(), kind, accounts).await?;
    let Some((place, standing)) = places.first() else { return Ok(None) };
    let times = |n: u32| match n {
        0 => "not given yet".to_owned(),
        1 => "given once".to_owned(),
        n => format!("given {} times", words::number(n.into())),
    };
    let asked = match standing.asked {
        0 => "not asked yet".to_owned(),
        1 => "asked once".to_owned(),
        n => format!("asked {} times", words::number(n.into())),
    };
    Ok(Some(format!("On {place} you have {} and {asked} in ninety days. It is yours to decide.", times(standing.gave))))
}

/// What a colleague says already, pointed out while one writes; it goes all the same.
pub fn by_a_colleague(seated: &Seated, before: &[Before]) -> Option<Hint> {
    let theirs: Vec<Before> = before.iter().filter(|b| b.by.is_some()).cloned().collect();
    if theirs.is_empty() {
        return None;
    }
    let said = format!("{}. Each of you is better heard in words of your own.", where_and_when(seated, &theirs));
    Some(Hint::new(HintTone::Advice, lead(&theirs), said))
}

/// Stops once before words go where they, or nearly they, stand already.
pub async fn stop_once(seated: &Seated, kept: &KeptDraft, edits: &[Edit], is_again: bool) -> Result<Option<Hint>, VerbError> {
    if is_again {
        return Ok(None);
    }
    let before = said_before(seated.cx(), kept, edits).await?;
    Ok((!before.is_empty()).then(|| Hint::new(HintTone::Advice, lead(&before), sentence(seated, &before))))
}

fn lead(before: &[Before]) -> &'static str {
    if let Some(one) = before.iter().find(|b| b.by.is_some()) {
        return if one.is_same { "A colleague said this in these words." } else { "A colleague said nearly this." };
    }
    if before.iter().any(|b| b.is_same) { "You said this already." } else { "You said nearly this already." }
}

fn sentence(seated: &Seated, before: &[Before]) -> String {
    format!("{}. Nothing was sent just now. Change it, or press again and it goes all the same.", where_and_when(seated, before))
}

fn where_and_when(seated: &Seated, before: &[Before]) -> String {
    let places: Vec<String> = (before.iter())
        .map(|b| {
            let verb = if b.is_ahead { "goes out" } else { "went out" };
            let whose = b.by.as_ref().map_or(String::new(), |name| format!(" from {name}"));
            format!("on {} it {verb}{whose} {}", b.place, words::day_and_clock(seated.now, b.at, seated.zone()))
        })
        .collect();
    let places = words::list(&places);
    let mut letters = places.chars();
    let first = letters.next().map_or(String::new(), |c| c.to_uppercase().collect());
    format!("{first}{}", letters.as_str())
}
