//! The places where the topics are talked about, compared by how well people talk there, not by how many shout there. `stats.rs` reckons a
//! place, `burst.rs` whether it grows; both are pure. Begin with [`venues_in`].

mod burst;
mod gather;
mod stats;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{AccountState, AimId, NetworkKey, Timestamp, TopicId};
use networks::{NetworkError, Networks};
use store::{Kept, Tx};

use crate::calls::call;
use crate::{Cx, Done, VerbError};
use gather::Place;
pub use stats::{Share, Stats, Talk, stats};

/// The table is of so long; growth is the last quarter of it against the rest.
const SPAN: SignedDuration = SignedDuration::from_hours(WEEKS * 7 * 24);
const WEEKS: i64 = 8;
const LATE_WEEKS: i64 = 2;
/// Where we have read for less long before those, growth can't be told from our own beginning.
const BEFORE_WEEKS_MIN: f64 = 2.0;
const WEEK_S: f64 = 7.0 * 24.0 * 3600.0;
/// Below so many people who began a talk nothing is said of a place but that it is too early.
pub const STARTERS_MIN: u32 = 5;
const VENUES_MAX: usize = 30;

/// What kind of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Tag,
    Feed,
    Network,
    /// One server of a network that has many, by where people have their accounts.
    Server,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Tag => "a tag",
            Kind::Feed => "a feed",
            Kind::Network => "a network",
            Kind::Server => "a server",
        }
    }
}

/// Which talk is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub topic: Option<TopicId>,
    pub aim: Option<AimId>,
}

/// Who talks there: the middle following, languages and hours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    /// People by size of following: under 100, under 1,000, under 10,000, more; those whose following is known.
    pub followings: [u32; 4],
    /// People by the language they began in, most first.
    pub languages: Vec<(String, u32)>,
    /// People by the hours in which they spoke, in the desk's zone: night, morning, afternoon, evening.
    pub hours: [u32; 4],
}

/// What we did in a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub gave: u32,
    pub asked: u32,
    pub talked: u32,
}

/// A place as its table shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Venue {
    /// `#bread on Mastodon`, `Bluesky`, a feed's name.
    pub name: String,
    pub kind: Kind,
    pub network: NetworkKey,
    pub network_name: String,
    pub mark: String,
    pub stats: Stats,
    pub mix: Mix,
    pub standing: Standing,
    /// Of all posts about the topics, how much of a hundred.
    pub share: u32,
    /// People who spoke in the last two weeks, and in the six before.
    pub late: u32,
    pub early: u32,
    pub is_growing: bool,
    /// Nobody was seen there before the last four weeks.
    pub is_new: bool,
}

impl Venue {
    /// Too few to tell.
    pub fn is_too_early(&self) -> bool {
        self.stats.starters < STARTERS_MIN
    }
}

/// The places of the last eight weeks, best talk first: by the low end of how many talks are answered, so that few people never win by luck.
pub async fn venues(cx: Cx<'_>, scope: Scope) -> Done<Vec<Venue>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(venues_in(tx, &networks, scope, now)?)).await
}

/// One place by its name.
pub async fn venue(cx: Cx<'_>, name: String, scope: Scope) -> Done<Venue> {
    let all = venues(cx, scope).await?;
    all.into_iter().find(|v| v.name == name).ok_or(VerbError::Missing("venue"))
}

/// Under which the rules of a network's server are kept: ours of it, for that is whom we can ask.
fn norms_name(network: &NetworkKey) -> String {
    format!("norms {network}")
}

/// What the server of our account there asks of those who talk, as it said when it was asked; `None`: it was not asked yet.
pub async fn norms(cx: Cx<'_>, network: NetworkKey) -> Done<Option<Vec<String>>> {
    let kept = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.setting(&norms_name(&network))?)).await?;
    Ok(kept.map(|lines| lines.lines().map(str::to_owned).collect()))
}

/// Asks our account's server there for its rules, and keeps them. Answers how many it has.
pub async fn ask_norms(cx: Cx<'_>, network: NetworkKey) -> Done<usize> {
    let key = network.clone();
    let account = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| {
        let all = tx.accounts().list()?;
        Ok(all.into_iter().find(|a| a.network == key && a.state == AccountState::Working))
    });
    let account = account.await?.ok_or_else(|| VerbError::wrong("name", "You have no account there that could ask."))?;
    let asked =
        call(cx, account.id, |network, call| Box::pin(async move { network.listen().ok_or(NetworkError::NotOffered)?.norms(call).await }));
    let norms = match asked.await {
        Err(VerbError::Network(NetworkError::NotOffered)) => Vec::new(),
        other => other?,
    };
    // One line a rule.
    let lines: Vec<String> = norms.iter().map(|n| n.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(tx.set_setting(&norms_name(&network), &lines.join("\n"))?)).await?;
    Ok(norms.len())
}

/// Of a hundred posts about the topics, how many stood in each place; most first.
pub(super) fn shares_in(tx: &Tx<'_>, networks: &Networks, now: Timestamp) -> Kept<Vec<(String, u32)>> {
    let (shares, total) = gather::shares(tx, networks, now - SPAN)?;
    Ok(shares.into_iter().map(|(name, n)| (name, percent(n, total))).collect())
}

fn percent(part: u32, of: u32) -> u32 {
    if of == 0 { 0 } else { (f64::from(part) / f64::from(of) * 100.0).round() as u32 }
}

fn venues_in(tx: &Tx<'_>, networks: &Networks, scope: Scope, now: Timestamp) -> Kept<Vec<Venue>> {
    let zone = tx.this_desk()?.zone;
    let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    let (places, total) = gather::places(tx, networks, scope, now - SPAN)?;
    let began = places.values().flat_map(|place| place.spoke.iter().map(|(_, at)| (place.network.clone(), *at)));
    let read_since = began.fold(BTreeMap::new(), |mut since: BTreeMap<NetworkKey, Timestamp>, (network, at)| {
        since.entry(network).and_modify(|first| *first = at.min(*first)).or_insert(at);
        since
    });
    let mut venues = Vec::new();
    for (key, place) in places {
        let standing = gather::standing(tx, &place, now - SPAN)?;
        let since = read_since.get(&place.network).copied().unwrap_or(now);
        venues.push(reckon(key, &place, standing, (total, since), &zone, now));
    }
    venues.sort_by(|a, b| {
        let key = |v: &Venue| (v.kind == Kind::Server, v.is_too_early(), -(v.stats.answered.low * 1e6) as i64, u32::MAX - v.share);
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    venues.truncate(VENUES_MAX);
    Ok(venues)
}

/// `since` is when we began to read on the network: of the time before, that nobody spoke is only that nobody read.
fn reckon(
    (kind, name): (Kind, String),
    place: &Place,
    standing: Standing,
    (total, since): (u32, Timestamp),
    zone: &TimeZone,
    now: Timestamp,
) -> Venue {
    let before_weeks = (late_from(now).duration_since(since).as_secs_f64() / WEEK_S).min((WEEKS - LATE_WEEKS) as f64);
    let (early, late) = place.people_before_and_since(late_from(now));
    Venue {
        name,
        kind,
        network: place.network.clone(),
        network_name: place.network_name.clone(),
        mark: place.mark.clone(),
        stats: stats(&place.talks),
        mix: place.mix(zone),
        standing,
        share: percent(place.posts, total),
        late,
        early,
        is_growing: before_weeks >= BEFORE_WEEKS_MIN && burst::is_growing(early, before_weeks, late, LATE_WEEKS as f64),
        is_new: now.duration_since(since) >= SPAN / 2 && late > 0 && place.spoke.iter().all(|(_, at)| *at >= now - SPAN / 2),
    }
}

fn late_from(now: Timestamp) -> Timestamp {
    now - SignedDuration::from_hours(LATE_WEEKS * 7 * 24)
}
