//! Who our people are: everyone we talk with, the tribe, those who drift, those who are new.

use std::collections::HashMap;

use jiff::SignedDuration;
use model::{Kind, Nature, PersonId, ProfileId, TieWord, Timestamp};
use networks::Networks;
pub use store::persons::PeopleOrder;
use store::persons::{KeptPerson, PeopleBounds};
use store::profiles::KeptProfile;
use store::{Kept, Tx};

use super::{proof, tie};
use crate::converse::refresh::WAITING;
use crate::{Cx, Done, VerbError};

/// People of one page.
pub const PAGE: u32 = 25;
/// Who spoke to us so often comes back of themselves.
const TRIBE_WORDS_MIN: u32 = 3;
/// Silent for longer than the first and not yet longer than the second.
const A_WHILE: SignedDuration = SignedDuration::from_hours(21 * 24);
const TOO_LONG: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Profiles that are held against each other for stating the same address.
const STATING_MAX: u32 = 500;
const PERHAPS_MAX: usize = 3;
/// Letters of a search.
const WORDS_LETTERS_MAX: usize = 200;

/// Which people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    #[default]
    All,
    /// They come back again and again, and we answer.
    Tribe,
    /// We used to talk.
    Drifting,
    New,
}

impl Who {
    pub const ALL: [Who; 4] = [Who::All, Who::Tribe, Who::Drifting, Who::New];
    pub fn word(self) -> &'static str {
        match self {
            Who::All => "all",
            Who::Tribe => "tribe",
            Who::Drifting => "drifting",
            Who::New => "new",
        }
    }
    pub fn from_word(word: &str) -> Option<Who> {
        Who::ALL.into_iter().find(|w| w.word() == word)
    }
    fn bounds(self, now: Timestamp) -> PeopleBounds {
        let days = |n: i64| Some(now - SignedDuration::from_hours(24 * n));
        match self {
            Who::All => PeopleBounds::default(),
            Who::Tribe => PeopleBounds {
                tie_min: Some(tie::key_of(tie::WARM, now)),
                from_them_min: Some(TRIBE_WORDS_MIN),
                is_two_way: true,
                ..PeopleBounds::default()
            },
            Who::Drifting => PeopleBounds {
                is_two_way: true,
                tie_below: Some(tie::key_of(tie::CLOSE, now)),
                last_before: days(tie::DRIFTING_DAYS),
                ..PeopleBounds::default()
            },
            Who::New => PeopleBounds {
                tie_below: Some(tie::key_of(tie::WARM, now)),
                first_since: days(tie::NEW_DAYS),
                last_since: days(tie::DRIFTING_DAYS),
                ..PeopleBounds::default()
            },
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub who: Who,
    pub words: String,
    pub order: PeopleOrder,
    /// From 0.
    pub page: u32,
}

/// Where somebody is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    pub profile: ProfileId,
    pub network_name: String,
    pub mark: String,
    pub handle: String,
    pub name: String,
    pub url: Option<String>,
    pub has_picture: bool,
}

/// One row of the people page.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: PersonId,
    pub name: String,
    pub about: String,
    pub nature: Nature,
    /// Whose picture is shown.
    pub face: Option<ProfileId>,
    pub tie: Option<TieWord>,
    pub is_waiting: bool,
    /// What we gave and asked.
    pub gave: u32,
    pub asked: u32,
    pub last_at: Option<Timestamp>,
    pub presences: Vec<Presence>,
}

/// Two who may be one; never joined without a person saying so.
#[derive(Clone, Debug)]
pub struct Perhaps {
    pub a: PersonId,
    pub b: PersonId,
    /// Why it is asked, as a sentence.
    pub why: String,
}

#[derive(Clone, Debug)]
pub struct PeoplePage {
    pub rows: Vec<PersonRow>,
    /// How many the filter holds.
    pub total: u64,
    /// Everyone, tribe, drifting, new; in the order of [`Who::ALL`].
    pub counts: [u64; 4],
    pub perhaps: Vec<Perhaps>,
    pub zone: String,
}

/// A page of people.
pub async fn people(cx: Cx<'_>, filter: Filter) -> Done<PeoplePage> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    if filter.words.chars().count() > WORDS_LETTERS_MAX {
        return Err(VerbError::wrong("q", format!("A search has at most {WORDS_LETTERS_MAX} letters.")));
    }
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let mut counts = [0; 4];
            for (count, who) in counts.iter_mut().zip(Who::ALL) {
                *count = tx.persons().count(&who.bounds(now))?;
            }
            // Nobody has been silent who never spoke.
            let has_spoken = filter.order == PeopleOrder::LongestSilence;
            let bounds = PeopleBounds { words: Some(filter.words), has_spoken, ..filter.who.bounds(now) };
            let is_whole = !has_spoken && bounds.words.as_deref().is_none_or(|words| words.trim().is_empty());
            let counted = Who::ALL.iter().zip(counts).find(|(who, _)| is_whole && **who == filter.who).map(|(_, n)| n);
            let skip = filter.page.saturating_mul(PAGE);
            let kept = tx.persons().list(&bounds, filter.order, skip, PAGE)?;
            let rows = kept.iter().map(|person| row(tx, &networks, person, now)).collect::<Kept<Vec<_>>>()?;
            Ok(PeoplePage {
                rows,
                total: match counted {
                    Some(n) => n,
                    None => tx.persons().count(&bounds)?,
                },
                counts,
                perhaps: perhaps(tx, &networks)?,
                zone: tx.this_desk()?.zone,
            })
        })
        .await
}

/// It has been a while: first those of whom one wished to be reminded, longest overdue; then people who were warm or close when we last
/// talked, weeks ago, closest first. Talk with them anywhere ends it.
pub async fn a_while(cx: Cx<'_>, max: usize) -> Done<Vec<PersonRow>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let bounds = PeopleBounds {
                is_two_way: true,
                last_before: Some(now - A_WHILE),
                last_since: Some(now - TOO_LONG),
                ..PeopleBounds::default()
            };
            let silent = tx.persons().list(&bounds, PeopleOrder::Closest, 0, store::persons::PAGE_MAX)?;
            let reminded = tx.persons().to_be_reminded(now, u32::try_from(max).unwrap_or(u32::MAX))?;
            let silent = silent.iter().filter(|p| !reminded.iter().any(|r| r.id == p.id) && p.more.remind_days.is_none());
            reminded
                .iter()
                .map(|p| (p, true))
                .chain(silent.map(|p| (p, false)))
                .filter(|(p, is_wished)| {
                    *is_wished || p.nature == Nature::Person && p.talk.last_at.is_some_and(|last| tie::exchange(&p.talk, last) >= tie::WARM)
                })
                .take(max)
                .map(|(p, _)| Ok(row(tx, &networks, p, now)?))
                .collect()
        })
        .await
}

pub(super) fn row(tx: &Tx<'_>, networks: &Networks, person: &KeptPerson, now: Timestamp) -> Kept<PersonRow> {
    let profiles = tx.profiles().of_person(person.id)?;
    let (mut gave, mut asked) = (0, 0);
    for (_, kind, n) in tx.between().kinds(person.id)?.into_iter().filter(|(is_mine, ..)| *is_mine) {
        match kind {
            Kind::Gives => gave += n,
            Kind::Asks => asked += n,
            Kind::Talks => {}
        }
    }
    Ok(PersonRow {
        id: person.id,
        name: person.name.clone(),
        about: first_line(&person.about),
        nature: person.nature,
        face: face(&profiles),
        tie: tie::tie_word(&person.talk, now),
        is_waiting: tx.conversations().with_person(person.id, 20)?.iter().any(|c| c.face.inbox == WAITING),
        gave,
        asked,
        last_at: person.talk.last_at,
        presences: profiles.iter().map(|p| presence(networks, p)).collect(),
    })
}

/// Letters of a description that stand in a row.
const ABOUT_MAX: usize = 90;

pub(super) fn first_line(about: &str) -> String {
    let line = about.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(ABOUT_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

pub(super) fn face(profiles: &[KeptProfile]) -> Option<ProfileId> {
    profiles.iter().find(|p| p.profile.avatar_url.is_some()).map(|p| p.id)
}

pub(super) fn presence(networks: &Networks, kept: &KeptProfile) -> Presence {
    let about = networks.get(&kept.profile.network).map(|n| n.about());
    Presence {
        profile: kept.id,
        network_name: about.map_or_else(|| kept.profile.network.to_string(), |a| a.name.to_owned()),
        mark: about.map_or_else(|| "··".to_owned(), |a| a.mark.to_owned()),
        handle: kept.profile.handle.clone(),
        name: kept.profile.name.clone(),
        url: kept.profile.url.clone(),
        has_picture: kept.profile.avatar_url.is_some(),
    }
}

/// Under this name stands that two are two.
pub(super) fn two_setting(a: PersonId, b: PersonId) -> String {
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    format!("two-people-{a}-{b}")
}

/// Pairs of whom one states the other's page as their own, or both state the same.
fn perhaps(tx: &Tx<'_>, networks: &Networks) -> Kept<Vec<Perhaps>> {
    let stating = tx.between().stating(STATING_MAX)?;
    let mut by: HashMap<String, Vec<&KeptProfile>> = HashMap::new();
    for one in &stating {
        let domain = [one.profile.handle.trim_start_matches("_@").to_owned()].into_iter().filter(|h| h.contains('.') && !h.contains('@'));
        for url in one.profile.links.iter().chain(&one.profile.url).cloned().chain(domain) {
            let all = by.entry(proof::plain(&url)).or_default();
            if !all.iter().any(|p| p.id == one.id) {
                all.push(one);
            }
        }
    }
    let mut found: Vec<Perhaps> = Vec::new();
    let mut urls: Vec<_> = by.into_iter().filter(|(url, all)| !url.is_empty() && all.len() == 2).collect();
    urls.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, pair) in urls {
        let (a, b) = (pair[0], pair[1]);
        let is_known = found.iter().any(|p| (p.a, p.b) == (a.person, b.person) || (p.b, p.a) == (a.person, b.person));
        if a.person == b.person || is_known || tx.setting(&two_setting(a.person, b.person))?.is_some() {
            continue;
        }
        let Some(proof) = proof::between(&a.profile, &b.profile) else { continue };
        let on = |p: &KeptProfile| format!("“{}” on {}", p.profile.name, presence(networks, p).network_name);
        found.push(Perhaps { a: a.person, b: b.person, why: format!("{} and {}: {}.", on(a), on(b), proof.words) });
        if found.len() >= PERHAPS_MAX {
            break;
        }
    }
    Ok(found)
}
