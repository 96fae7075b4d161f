//! Today: who waits, what is worth joining, what goes out, how we stand. It asks the other rooms and decides nothing.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{PersonId, ProfileId, TieWord, Timestamp};
use store::StoreError;
use store::conversations::Order;
use store::persons::{PeopleBounds, PeopleOrder};

use super::inbox::{Row, row};
use super::refresh::{PRIVATE, PRIVATE_WAITS, SPOKE, WAITING};
use crate::listen::sightings::{Filter, Sighting, sightings};
use crate::publish::by_hand::ToCarry;
use crate::publish::calendar::{Slip, Stuck, calendar};
use crate::reflect::balance::{self, Stand};
use crate::relate::tie;
use crate::{Cx, Done};

/// The rest of those who wait are in the inbox.
pub const WAITING_MAX: u32 = 7;
const WORTH_MAX: usize = 3;
const DRIFTING_MAX: usize = 3;
/// People looked through for those with whom it has been a while.
const DRIFTING_LOOK: u32 = 30;
const STUCK_MAX: usize = 3;

/// Somebody with whom it has been a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Drifting {
    pub person: PersonId,
    pub name: String,
    pub about: String,
    pub face: Option<ProfileId>,
    pub last_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Today {
    pub waiting: Vec<Row>,
    pub waiting_count: u32,
    /// They spoke of us, and no answer is needed.
    pub spoke_count: u32,
    /// Private conversations in which somebody waits.
    pub private_count: u32,
    /// Answered since the day began.
    pub answered_today: u32,
    pub worth: Vec<Sighting>,
    pub slips: Vec<Slip>,
    pub stuck: Vec<Stuck>,
    pub stand: Stand,
    /// What waits to be carried over by hand.
    pub by_hand: Vec<ToCarry>,
    pub drifting: Vec<Drifting>,
    pub has_accounts: bool,
    /// What came in as history with the accounts, and is nobody's turn.
    pub history: u32,
}

/// The page of the day.
pub async fn today(cx: Cx<'_>) -> Done<Today> {
    let now = cx.now;
    let zone = cx.app.store.read::<_, StoreError>(cx.seat, |tx| Ok(tx.this_desk()?.zone)).await?;
    let (begins, ends) = day(now, &zone);
    let out = calendar(cx, begins, ends).await?;
    let worth = sightings(cx, Filter::default(), WORTH_MAX).await?;
    let mut today = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let accounts = tx.accounts().list()?;
            let mut history = 0;
            for account in &accounts {
                let n: u32 = tx.setting(&super::sync::history_setting(account.id))?.and_then(|n| n.parse().ok()).unwrap_or(0);
                history += n;
            }
            let waiting = tx.conversations().page(WAITING, Order::Matters, "", None, WAITING_MAX)?;
            Ok((
                waiting,
                Today {
                    waiting: Vec::new(),
                    waiting_count: tx.waiting()?,
                    spoke_count: u32::try_from(tx.conversations().count(SPOKE)?).unwrap_or(u32::MAX),
                    private_count: tx.conversations().count_ranked(PRIVATE, PRIVATE_WAITS)?,
                    answered_today: tx.threads().answered_since(begins)?,
                    worth,
                    slips: out.slips,
                    stuck: out.stuck,
                    stand: balance::stand(tx, now)?,
                    by_hand: out.by_hand,
                    drifting: drifting(tx, now)?,
                    has_accounts: !accounts.is_empty(),
                    history,
                },
            ))
        })
        .await
        .map(|(waiting, mut today)| {
            today.waiting = waiting.into_iter().map(|c| row(cx.app, c)).collect();
            today
        })?;
    today.stuck.truncate(STUCK_MAX);
    Ok(today)
}

/// The desk's own day: its first moment and the next day's.
fn day(now: Timestamp, zone: &str) -> (Timestamp, Timestamp) {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let begins = now.to_zoned(zone).start_of_day();
    let ends = begins.as_ref().ok().and_then(|b| b.tomorrow().ok());
    let begins = begins.map_or(now, |b| b.timestamp());
    (begins, ends.map_or(begins + SignedDuration::from_hours(24), |e| e.timestamp()))
}

/// Close people first, who have not been spoken with for long.
pub(super) fn drifting(tx: &store::Tx<'_>, now: Timestamp) -> store::Kept<Vec<Drifting>> {
    let before = now - SignedDuration::from_hours(24 * tie::DRIFTING_DAYS);
    let bounds = PeopleBounds { is_two_way: true, last_before: Some(before), ..PeopleBounds::default() };
    let mut found = Vec::new();
    for person in tx.persons().list(&bounds, PeopleOrder::Closest, 0, DRIFTING_LOOK)? {
        if found.len() >= DRIFTING_MAX {
            break;
        }
        let (Some(TieWord::Drifting), Some(last_at)) = (tie::tie_word(&person.talk, now), person.talk.last_at) else { continue };
        let face = tx.profiles().of_person(person.id)?.into_iter().find(|p| p.profile.avatar_url.is_some()).map(|p| p.id);
        found.push(Drifting { person: person.id, name: person.name, about: person.about, face, last_at });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_desk_s_own() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(day(at("2026-09-08T23:30:00Z"), "Europe/London"), (at("2026-09-08T23:00:00Z"), at("2026-09-09T23:00:00Z")));
        // The day on which the clocks go back has 25 hours.
        assert_eq!(day(at("2026-10-25T12:00:00Z"), "Europe/London"), (at("2026-10-24T23:00:00Z"), at("2026-10-26T00:00:00Z")));
    }
}
