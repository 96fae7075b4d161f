//! What the topics brought, best place to be useful first, and what a person does with each: join, later, not for me.

use std::collections::HashMap;

use jiff::SignedDuration;
use model::{ConversationId, Nature, NetworkKey, PersonId, PostId, ProfileId, SightingId, Timestamp, TopicId};
use networks::Networks;
use store::sightings::KeptSighting;
use store::{Kept, Tx};

use super::canned::{Mouths, Tables};
use super::notice::ALIVE;
use super::topics::{TopicRow, rows};
use super::venues::shares_in;
use super::weigh::weighing;
use super::worth::{Facts, Weighing, Worth, marks, worth_joining};
use crate::converse::refresh::refresh;
use crate::converse::snippet;
use crate::{Cx, Done, VerbError};

/// Below this a sighting is kept back until it is asked for.
pub const LOW: u32 = 40;
/// Sightings of one page; it ends.
const PAGE_MAX: usize = 25;
/// Rows of the page of what was passed by.
const PASSED_MAX: u32 = 50;

/// Which sightings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub topic: Option<TopicId>,
    /// A network's key; empty: every one.
    pub network: String,
    /// `None`: as long as talk is alive.
    pub since: Option<Timestamp>,
    pub with_low: bool,
}

/// A conversation worth joining, or not.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub id: SightingId,
    pub topic: TopicId,
    pub topic_name: String,
    pub conversation: Option<ConversationId>,
    pub who: String,
    /// Whose page to link to; `None` for a brand, a machine or a feed.
    pub person: Option<PersonId>,
    pub profile: ProfileId,
    pub has_picture: bool,
    pub network: NetworkKey,
    pub network_name: String,
    pub mark: String,
    /// Said by what is only listened to: it is joined there.
    pub is_read_only: bool,
    pub title: Option<String>,
    pub words: String,
    pub warning: Option<String>,
    pub language: Option<String>,
    pub url: Option<String>,
    pub said_at: Timestamp,
    pub worth: Worth,
    /// The post that a topic caught.
    pub post: model::PostId,
    /// Accounts that said nearly the same words, its own among them; 1 where nobody else did.
    pub mouths: usize,
    /// `open`, `joined`, `later` or `no`.
    pub state: String,
}

/// The page of conversations worth joining.
#[derive(Clone, Debug)]
pub struct ListenPage {
    pub sightings: Vec<Sighting>,
    /// How many more are below [`LOW`], or past the end of the page.
    pub low: usize,
    /// Posts that came in meanwhile, whether or not a topic caught them.
    pub heard: u64,
    pub since: Timestamp,
    pub topics: Vec<TopicRow>,
    /// Of a hundred posts about the topics, how many stood in each place; most first.
    pub venues: Vec<(String, u32)>,
    /// Networks that there are accounts on: key and name.
    pub networks: Vec<(String, String)>,
    pub zone: String,
}

/// What to listen to: the page.
pub async fn page(cx: Cx<'_>, filter: Filter) -> Done<ListenPage> {
    let (networks, canned, now) = (cx.app.networks.clone(), cx.app.canned.clone(), cx.now);
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let since = filter.since.unwrap_or(now - ALIVE).max(now - ALIVE);
            let (sightings, low) = chosen(tx, (&networks, &canned), &filter, PAGE_MAX, now)?;
            let mut on = Vec::new();
            for account in tx.accounts().list()? {
                let key = account.network.to_string();
                if !on.iter().any(|(known, _)| *known == key) {
                    let name = networks.get(&account.network).map_or_else(|| key.clone(), |n| n.about().name.to_owned());
                    on.push((key, name));
                }
            }
            Ok(ListenPage {
                sightings,
                low,
                heard: tx.sightings().posts_since(since)?,
                since,
                topics: rows(tx, &networks, now)?,
                venues: shares_in(tx, &networks, now)?,
                networks: on,
                zone: tx.this_desk()?.zone,
            })
        })
        .await
}

/// The best open sightings, one a conversation; for Today, the command line, and whoever asks.
pub async fn sightings(cx: Cx<'_>, filter: Filter, max: usize) -> Done<Vec<Sighting>> {
    let (networks, canned, now) = (cx.app.networks.clone(), cx.app.canned.clone(), cx.now);
    cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(chosen(tx, (&networks, &canned), &filter, max, now)?.0)).await
}

fn chosen(
    tx: &Tx<'_>,
    (networks, canned): (&Networks, &Tables),
    filter: &Filter,
    max: usize,
    now: Timestamp,
) -> Kept<(Vec<Sighting>, usize)> {
    let since = filter.since.unwrap_or(now - ALIVE).max(now - ALIVE);
    let mut open: Vec<(KeptSighting, Worth, Mouths)> = Vec::new();
    let weighing = weighing(tx)?;
    for one in tx.sightings().open(now, since, filter.topic, &filter.network)? {
        let mouths = canned.mouths(tx, one.post)?;
        let worth = worth_now(tx, &one, (&weighing, mouths.accounts > 1), now)?;
        open.push((one, worth, mouths));
    }
    open.sort_by_key(|(kept, worth, _)| std::cmp::Reverse((worth.score, kept.said_at, kept.id)));
    // One talk is one row, by its best sighting.
    let mut seen: HashMap<(Option<ConversationId>, Option<PostId>), ()> = HashMap::new();
    open.retain(|(one, ..)| {
        let key = (one.conversation, one.conversation.is_none().then_some(one.post));
        seen.insert(key, ()).is_none()
    });
    one_row_a_saying(&mut open);
    let all = open.len();
    open.retain(|(_, worth, _)| filter.with_low || worth.score >= LOW);
    open.truncate(max);
    let rest = all - open.len();
    let rows = open
        .into_iter()
        .filter_map(|(one, worth, mouths)| show(tx, networks, one, (worth, mouths.accounts)).transpose())
        .collect::<Kept<Vec<_>>>()?;
    Ok((rows, rest))
}

/// The same words from many mouths are one row, the best. Two that are both like a third are the same saying, though not like each other.
fn one_row_a_saying(open: &mut Vec<(KeptSighting, Worth, Mouths)>) {
    let mut leads: HashMap<PostId, PostId> = HashMap::new();
    fn lead(leads: &HashMap<PostId, PostId>, mut post: PostId) -> PostId {
        while let Some(next) = leads.get(&post) {
            post = *next;
        }
        post
    }
    let mut most: HashMap<PostId, usize> = HashMap::new();
    for (one, _, mouths) in open.iter() {
        for post in &mouths.posts {
            let (a, b) = (lead(&leads, one.post), lead(&leads, *post));
            if a != b {
                leads.insert(b, a);
            }
        }
    }
    for (one, _, mouths) in open.iter() {
        let accounts = most.entry(lead(&leads, one.post)).or_default();
        *accounts = mouths.accounts.max(*accounts);
    }
    open.retain_mut(|(one, _, mouths)| match most.remove(&lead(&leads, one.post)) {
        Some(accounts) => {
            mouths.accounts = accounts;
            true
        }
        None => false,
    });
}

/// What it is worth at this moment, by the facts as counted last and this desk's own way of weighing.
fn worth_now(tx: &Tx<'_>, one: &KeptSighting, (weighing, is_canned): (&Weighing, bool), now: Timestamp) -> Kept<Worth> {
    let mut facts: Facts = serde_json::from_str(&one.reasons).unwrap_or_default();
    if facts.ours.is_none() {
        // Kept by an earlier Hobnob, as points; it is counted anew when somebody speaks in it.
        return Ok(Worth { score: one.score, reasons: Vec::new() });
    }
    facts.is_canned |= is_canned;
    if let Some(conversation) = one.conversation
        && let Some(c) = tx.conversations().find(conversation)?
    {
        facts.inside.last_at = facts.inside.last_at.max(c.face.last_at.as_second());
    }
    Ok(worth_joining(&facts, weighing, now))
}

fn show(tx: &Tx<'_>, networks: &Networks, one: KeptSighting, (worth, mouths): (Worth, usize)) -> Kept<Option<Sighting>> {
    let Some(post) = tx.posts().find(one.post)? else { return Ok(None) };
    let Some(profile) = tx.profiles().find(post.author)? else { return Ok(None) };
    let person = tx.persons().find(profile.person)?.filter(|p| p.nature == Nature::Person && !p.is_me);
    let network = networks.get(&one.network);
    let is_read_only = network.is_none_or(|n| !n.takes_posts());
    let (text, title) = (&post.post.text, post.post.title.as_deref());
    let words = match (&post.post.warning, title) {
        (Some(warning), _) => snippet(warning),
        (None, Some(title)) if text.is_empty() || is_read_only => snippet(title),
        (None, _) => snippet(text),
    };
    Ok(Some(Sighting {
        id: one.id,
        topic: one.topic,
        topic_name: tx.topics().get_any(one.topic)?.name,
        conversation: one.conversation,
        who: profile.profile.name.clone(),
        person: person.map(|p| p.id),
        profile: profile.id,
        has_picture: profile.profile.avatar_url.is_some(),
        network_name: network.map_or_else(|| one.network.to_string(), |n| n.about().name.to_owned()),
        mark: network.map_or_else(|| "··".to_owned(), |n| n.about().mark.to_owned()),
        is_read_only,
        network: one.network,
        title: post.post.title.clone(),
        words,
        warning: post.post.warning.clone(),
        language: post.post.language.clone(),
        url: post.post.url.clone(),
        said_at: one.said_at,
        worth,
        post: one.post,
        mouths,
        state: one.state,
    }))
}

/// What was passed by: said no to, or gone by untouched. Newest first.
pub async fn passed(cx: Cx<'_>) -> Done<Vec<Sighting>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let mut rows = Vec::new();
            let weighing = weighing(tx)?;
            for one in tx.sightings().passed(now - ALIVE, PASSED_MAX)? {
                let worth = worth_now(tx, &one, (&weighing, false), now)?;
                rows.extend(show(tx, &networks, one, (worth, 1))?);
            }
            Ok(rows)
        })
        .await
}

/// Joins: the conversation is ours from now on. Answers where it stands.
pub async fn join(cx: Cx<'_>, id: SightingId) -> Done<ConversationId> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let one = tx.sightings().get(id)?;
            let conversation = one.conversation.ok_or(VerbError::Missing("conversation"))?;
            mark(tx, &one, "joined", None, now)?;
            let mut marks = tx.conversations().get(conversation)?.marks;
            marks.joined_at = marks.joined_at.or(Some(now));
            tx.conversations().set_marks(conversation, &marks)?;
            refresh(tx, conversation, now)?;
            Ok(conversation)
        })
        .await
}

/// When a sighting that was put off comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    At(Timestamp),
    /// When somebody speaks in it again.
    Reply,
}

/// No sighting is put off for longer: its talk is over by then.
const LATER_MAX: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Puts it off. Answers who began it.
pub async fn later(cx: Cx<'_>, id: SightingId, until: Until) -> Done<String> {
    let at = match until {
        Until::At(at) if at <= cx.now => return Err(VerbError::wrong("until", "That time has passed. Choose a later one.")),
        Until::At(at) if at > cx.now + LATER_MAX => return Err(VerbError::wrong("until", "That is more than a year away.")),
        Until::At(at) => Some(at),
        Until::Reply => None,
    };
    set(cx, id, "later", at).await
}

/// Not for me: it goes, and the next by the same writer is worth less. Answers who began it.
pub async fn pass(cx: Cx<'_>, id: SightingId) -> Done<String> {
    set(cx, id, "no", None).await
}

/// Takes back what was done with it, and what was learnt from that.
pub async fn reopen(cx: Cx<'_>, id: SightingId) -> Done<String> {
    set(cx, id, "open", None).await
}

async fn set(cx: Cx<'_>, id: SightingId, state: &'static str, until: Option<Timestamp>) -> Done<String> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let one = tx.sightings().get(id)?;
            mark(tx, &one, state, until, now)?;
            let who = tx.profiles().find(one.author)?.map(|p| p.profile.name);
            Ok(who.unwrap_or_default())
        })
        .await
}

/// One talk is one row, so all its sightings go together.
fn mark(tx: &Tx<'_>, one: &KeptSighting, state: &str, until: Option<Timestamp>, now: Timestamp) -> Kept<()> {
    learn(tx, one, state, now)?;
    for same in tx.sightings().of_talk(one.post, one.conversation)? {
        tx.sightings().set_state(same.id, state, now, until)?;
    }
    // Open sightings by the same writer are worth less, or as much again, at once.
    let others = tx.sightings().open_by(one.author)?;
    super::notice::weigh_posts(tx, &others, now)
}

/// A Join and a Not for me teach; putting off, or taking back, teaches nothing.
fn learn(tx: &Tx<'_>, one: &KeptSighting, state: &str, now: Timestamp) -> Kept<()> {
    let facts: Facts = serde_json::from_str(&one.reasons).unwrap_or_default();
    match state {
        "joined" | "no" if facts.ours.is_some() => tx.weighing().choose(one.id, state == "joined", &marks(&facts).join("\n"), now),
        _ => tx.weighing().unchoose(one.id),
    }
}
