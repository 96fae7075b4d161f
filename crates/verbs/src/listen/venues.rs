//! The places where the topics are talked about, compared by how well people talk there. A first, small table: what it counts is little,
//! and it says so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use model::topic::Term;
use model::{ConversationId, ProfileId, Timestamp, Topic};
use networks::Networks;
use store::sightings::SeenPost;
use store::{Kept, Tx};

use crate::{Cx, Done, VerbError};

/// The table is of so long.
const SPAN: SignedDuration = SignedDuration::from_hours(28 * 24);
/// Below so many talks nothing is said of a place but that it is too early.
pub const TALKS_MIN: u32 = 5;
/// One account weighs no more than this in a place, so that a loud one does not move it.
const TALKS_OF_ONE_MAX: u32 = 5;
const VENUES_MAX: usize = 30;

/// A place as its table shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Venue {
    /// `#bread on Mastodon`, `Bluesky`, a feed's name.
    pub name: String,
    pub network_name: String,
    pub mark: String,
    /// Conversations about the topics that began there.
    pub talks: u32,
    /// Of those, with two voices or more.
    pub two_voices: u32,
    /// Of those, answered at all.
    pub answered: u32,
    /// Different people who spoke.
    pub people: u32,
    /// Of all posts about the topics, how much of a hundred.
    pub share: u32,
}

impl Venue {
    /// Too few to tell.
    pub fn is_early(&self) -> bool {
        self.talks < TALKS_MIN
    }
    /// In a hundred.
    pub fn answered_share(&self) -> u32 {
        percent(self.answered, self.talks)
    }
    pub fn two_voices_share(&self) -> u32 {
        percent(self.two_voices, self.talks)
    }
}

fn percent(part: u32, of: u32) -> u32 {
    if of == 0 { 0 } else { (f64::from(part) / f64::from(of) * 100.0).round() as u32 }
}

/// The places of the last four weeks, most talk first.
pub async fn venues(cx: Cx<'_>) -> Done<Vec<Venue>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(venues_in(tx, &networks, now)?)).await
}

#[derive(Default)]
struct Place {
    network_name: String,
    mark: String,
    posts: u32,
    by: BTreeMap<ProfileId, u32>,
    talks: BTreeMap<(Option<ConversationId>, i64), (bool, bool)>,
}

pub(super) fn venues_in(tx: &Tx<'_>, networks: &Networks, now: Timestamp) -> Kept<Vec<Venue>> {
    let topics = tx.topics().list()?;
    let accounts = tx.accounts().list()?;
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    let seen = tx.sightings().seen(now - SPAN)?;
    let total = u32::try_from(seen.len()).unwrap_or(u32::MAX);
    for (number, post) in seen.iter().enumerate() {
        let network = networks.get(&post.network);
        let network_name = network.map_or_else(|| post.network.to_string(), |n| n.about().name.to_owned());
        let is_read_only = network.is_some_and(|n| !n.takes_posts());
        let account = accounts.iter().find(|a| Some(a.id) == post.account);
        let name = match (is_read_only, account, tag_of(&topics, post)) {
            (true, Some(account), _) => account.name.clone(),
            (_, _, Some(tag)) => format!("#{tag} on {network_name}"),
            _ => network_name.clone(),
        };
        let place = places.entry(name).or_default();
        place.mark = network.map_or_else(|| "··".to_owned(), |n| n.about().mark.to_owned());
        place.network_name = network_name;
        place.posts += 1;
        let by_one = place.by.entry(post.author).or_default();
        *by_one += 1;
        if post.is_reply || *by_one > TALKS_OF_ONE_MAX {
            continue;
        }
        let key = (post.conversation, if post.conversation.is_some() { 0 } else { i64::try_from(number).unwrap_or(0) });
        let talk = place.talks.entry(key).or_default();
        talk.0 |= post.voices >= 2;
        talk.1 |= post.voices >= 2 || post.replies > 0;
    }
    let mut venues: Vec<Venue> = places.into_iter().map(|(name, place)| venue(name, &place, total)).collect();
    venues.sort_by(|a, b| (b.share, b.talks, &a.name).cmp(&(a.share, a.talks, &b.name)));
    venues.truncate(VENUES_MAX);
    Ok(venues)
}

fn venue(name: String, place: &Place, total: u32) -> Venue {
    let count = |is: fn(&(bool, bool)) -> bool| u32::try_from(place.talks.values().filter(|t| is(t)).count()).unwrap_or(u32::MAX);
    Venue {
        name,
        network_name: place.network_name.clone(),
        mark: place.mark.clone(),
        talks: count(|_| true),
        two_voices: count(|t| t.0),
        answered: count(|t| t.1),
        people: u32::try_from(place.by.keys().collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX),
        share: percent(place.posts, total),
    }
}

/// The tag of the topic's query that the post carries, as the query writes it.
fn tag_of(topics: &[Topic], post: &SeenPost) -> Option<String> {
    fn walk<'t>(term: &'t Term, tags: &mut Vec<&'t str>) {
        match term {
            Term::Tag(tag) => tags.push(tag),
            Term::All(list) | Term::Any(list) => list.iter().for_each(|t| walk(t, tags)),
            _ => {}
        }
    }
    let topic = topics.iter().find(|t| t.id == post.topic)?;
    let mut tags = Vec::new();
    walk(topic.query.term(), &mut tags);
    tags.into_iter().find(|tag| post.tags.iter().any(|t| t.to_lowercase() == tag.to_lowercase())).map(str::to_lowercase)
}
