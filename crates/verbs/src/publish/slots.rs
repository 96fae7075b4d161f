//! Hours at which an account has room for a post, kept as wall-clock time in the desk's zone, and putting a draft into the next free
//! one. An hour that the clocks leave out is moved on, of one that comes twice the first is meant, as with any wish.

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use model::{AccountId, DraftId, Slot, Timestamp};
use store::Tx;
pub use store::slots::SLOTS_MAX;

use super::plan::{Due, plan_each_in};
use super::render::Press;
use super::when;
use crate::{Cx, Done, VerbError};

/// The word that stands for a wish in a draft that goes into the next free slot of each place.
pub const NEXT: &str = "slot";
/// So far ahead a free slot is looked for.
const DAYS_AHEAD_MAX: i32 = 366;
/// Posts of one account that may stand in so many days; beyond it the account counts as full.
const TAKEN_MAX: u32 = 20_000;
/// Coming slots that the page of an account shows.
const COMING_MAX: usize = 10;

/// The hours of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotsPage {
    pub account: AccountId,
    pub place: &'static str,
    pub handle: String,
    /// IANA name of the desk's zone.
    pub zone: String,
    pub slots: Vec<Slot>,
    /// The next of them: when, and whether a post stands there.
    pub coming: Vec<(Timestamp, bool)>,
}

/// When a draft would go out in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placing {
    pub account: AccountId,
    pub place: &'static str,
    pub at: Timestamp,
    /// Wall-clock time, as wished.
    pub clock: String,
    /// The place has no slots and goes along with the first of the others.
    pub is_along: bool,
}

pub async fn show(cx: Cx<'_>, account: AccountId) -> Done<SlotsPage> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let of = speaking(tx, &networks, account)?;
            let (slots, zone) = (tx.slots().of_account(account)?, tx.this_desk()?.zone);
            let taken = taken(tx, account, DraftId(0), now)?;
            let coming = ahead(&slots, &when::zone(&zone)?, now).take(COMING_MAX).map(|(at, _)| (at, taken.contains(&at))).collect();
            let place = networks.get(&of.network).map_or("This network", |n| n.about().name);
            Ok(SlotsPage { account, place, handle: of.handle, zone, slots, coming })
        })
        .await
}

/// An account through which posts can go: one that is only read has no use for hours.
fn speaking(tx: &Tx<'_>, networks: &networks::Networks, account: AccountId) -> Done<model::Account> {
    let of = tx.accounts().get(account)?;
    if networks.get(&of.network).is_none_or(|n| !n.takes_posts()) {
        return Err(VerbError::Missing("account for posts"));
    }
    Ok(of)
}

/// Sets a clock time aside on some weekdays (from Monday, 0). Answers how many of them are new.
pub async fn put(cx: Cx<'_>, account: AccountId, weekdays: &[u8], clock: &str) -> Done<usize> {
    if weekdays.is_empty() {
        return Err(VerbError::wrong("day", "Choose at least one day of the week."));
    }
    let slots: Option<Vec<Slot>> = weekdays.iter().map(|day| Slot::at(*day, clock)).collect();
    let slots = slots.ok_or_else(|| VerbError::wrong("clock", "A time is written as 09:30."))?;
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            speaking(tx, &networks, account)?;
            let mut made = 0;
            for slot in slots {
                made += usize::from(tx.slots().put(account, slot, now)?);
            }
            if tx.slots().of_account(account)?.len() >= SLOTS_MAX as usize {
                return Err(VerbError::wrong("clock", "These are more slots than a week has use for. Take some away first."));
            }
            Ok(made)
        })
        .await
}

/// Posts that stand in it stay in the calendar.
pub async fn delete(cx: Cx<'_>, account: AccountId, weekday: u8, clock: &str) -> Done<()> {
    let slot = Slot::at(weekday, clock).ok_or(VerbError::Missing("slot"))?;
    let gone = cx.app.store.write(cx.seat, move |tx| tx.slots().delete(account, slot)).await?;
    if gone { Ok(()) } else { Err(VerbError::Missing("slot")) }
}

/// When a draft would go out in each of these places; nothing is planned. Empty where none of them has slots.
pub async fn look(cx: Cx<'_>, draft: DraftId, accounts: &[AccountId]) -> Done<Vec<Placing>> {
    let (networks, accounts, now) = (cx.app.networks.clone(), accounts.to_vec(), cx.now);
    let found = cx.app.store.read(cx.seat, move |tx| next_in(tx, &networks, draft, &accounts, now)).await;
    match found {
        Err(VerbError::Wrong { .. }) => Ok(Vec::new()),
        other => other,
    }
}

/// Puts a draft into the next free slot of each of these places. Doing it again leaves it where it stands.
pub async fn plan(cx: Cx<'_>, draft: DraftId, accounts: &[AccountId]) -> Done<Vec<Placing>> {
    let press = Press::of(cx);
    let (accounts, now) = (accounts.to_vec(), cx.now);
    let placings = cx.app.store.write(cx.seat, move |tx| plan_in(tx, &press, draft, &accounts, now)).await?;
    cx.ring();
    Ok(placings)
}

/// [`plan`] inside a transaction that does more. Ring after it.
pub fn plan_in(tx: &Tx<'_>, press: &Press, draft: DraftId, accounts: &[AccountId], now: Timestamp) -> Done<Vec<Placing>> {
    let placings = next_in(tx, &press.networks, draft, accounts, now)?;
    let each: Vec<_> = placings.iter().map(|p| (p.account, Due { at: p.at, wished_at: Some(p.clock.clone()) })).collect();
    plan_each_in(tx, press, draft, &each, now)?;
    Ok(placings)
}

pub(super) fn next_in(
    tx: &Tx<'_>,
    networks: &networks::Networks,
    draft: DraftId,
    accounts: &[AccountId],
    now: Timestamp,
) -> Done<Vec<Placing>> {
    let zone = when::zone(&tx.this_desk()?.zone)?;
    let (mut placings, mut without) = (Vec::new(), Vec::new());
    for &account in accounts {
        let of = tx.accounts().get(account)?;
        let place = networks.get(&of.network).map_or("This network", |n| n.about().name);
        let slots = tx.slots().of_account(account)?;
        if slots.is_empty() {
            without.push((account, place));
            continue;
        }
        let taken = taken(tx, account, draft, now)?;
        let Some((at, clock)) = ahead(&slots, &zone, now).find(|(at, _)| !taken.contains(at)) else {
            return Err(VerbError::wrong("when", format!("Every slot of {} is taken for a year. Add some, or choose a time.", of.handle)));
        };
        placings.push(Placing { account, place, at, clock: written(clock), is_along: false });
    }
    let Some(first) = placings.iter().min_by_key(|p| p.at).cloned() else {
        return Err(VerbError::wrong(
            "when",
            "None of these places has slots yet. Set hours aside under Settings, Accounts, or choose a time.",
        ));
    };
    placings.extend(without.into_iter().map(|(account, place)| Placing { account, place, is_along: true, ..first.clone() }));
    Ok(placings)
}

fn written(clock: DateTime) -> String {
    clock.strftime("%Y-%m-%d %H:%M").to_string()
}

fn taken(tx: &Tx<'_>, account: AccountId, but: DraftId, now: Timestamp) -> Done<std::collections::BTreeSet<Timestamp>> {
    let until = now + jiff::SignedDuration::from_hours(24 * (i64::from(DAYS_AHEAD_MAX) + 2));
    Ok(tx.slots().taken(account, but, now, until, TAKEN_MAX)?.into_iter().collect())
}

/// The slots to come, in order of time: instant, and wall-clock time as wished.
fn ahead<'s>(slots: &'s [Slot], zone: &'s TimeZone, now: Timestamp) -> impl Iterator<Item = (Timestamp, DateTime)> + 's {
    let today = now.to_zoned(zone.clone()).date();
    let days = (0..=DAYS_AHEAD_MAX).map(move |n| today.saturating_add(n.days()));
    days.flat_map(move |day| {
        let mut here: Vec<_> = (slots.iter().filter_map(|s| s.on(day)))
            .filter_map(|clock| Some((zone.to_ambiguous_zoned(clock).compatible().ok()?.timestamp(), clock)))
            .collect();
        here.sort();
        here
    })
    .filter(move |(at, _)| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(slots: &[(u8, &str)], now: &str, zone: &str) -> Vec<String> {
        let slots: Vec<Slot> = slots.iter().map(|(day, clock)| Slot::at(*day, clock).unwrap()).collect();
        let zone = TimeZone::get(zone).unwrap();
        ahead(&slots, &zone, now.parse().unwrap()).take(3).map(|(at, clock)| format!("{} {at}", written(clock))).collect()
    }

    #[test]
    fn the_hour_is_kept_when_the_clocks_change() {
        assert_eq!(
            next(&[(5, "09:30"), (6, "09:30")], "2026-10-24T07:00:00Z", "Europe/London"),
            ["2026-10-24 09:30 2026-10-24T08:30:00Z", "2026-10-25 09:30 2026-10-25T09:30:00Z", "2026-10-31 09:30 2026-10-31T09:30:00Z"]
        );
    }

    #[test]
    fn an_hour_left_out_is_moved_on_and_one_that_comes_twice_is_used_once() {
        assert_eq!(
            next(&[(6, "01:30")], "2027-03-27T12:00:00Z", "Europe/London")[..2],
            ["2027-03-28 01:30 2027-03-28T01:30:00Z", "2027-04-04 01:30 2027-04-04T00:30:00Z"]
        );
        // 01:30 comes at 00:30 and at 01:30 UTC; between the two it is past.
        assert_eq!(next(&[(6, "01:30")], "2026-10-25T00:00:00Z", "Europe/London")[0], "2026-10-25 01:30 2026-10-25T00:30:00Z");
        assert_eq!(next(&[(6, "01:30")], "2026-10-25T00:45:00Z", "Europe/London")[0], "2026-11-01 01:30 2026-11-01T01:30:00Z");
        // What is moved on keeps its place in time.
        assert_eq!(
            next(&[(6, "01:30"), (6, "02:10")], "2027-03-27T12:00:00Z", "Europe/London")[..2],
            ["2027-03-28 02:10 2027-03-28T01:10:00Z", "2027-03-28 01:30 2027-03-28T01:30:00Z"]
        );
    }

    #[test]
    fn the_present_minute_is_past_and_no_slots_are_none() {
        assert_eq!(next(&[(1, "12:00")], "2026-09-08T12:00:00Z", "UTC")[0], "2026-09-15 12:00 2026-09-15T12:00:00Z");
        assert!(next(&[], "2026-09-08T12:00:00Z", "UTC").is_empty());
    }
}
