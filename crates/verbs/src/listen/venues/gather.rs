//! Sorts what the topics saw into places, with the talks that began in each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use model::topic::Term;
use model::{Account, ConversationId, Kind as Deed, NetworkKey, Timestamp, Topic, TopicId};
use networks::Networks;
use store::sightings::{SeenPost, TalkPost};
use store::{Kept, Tx};

use super::stats::Talk;
use super::{Kind, Mix, Scope, Standing};
use crate::listen::selling::sells;
use crate::relate::ledger;

/// Followings are told apart at these sizes.
const SIZES: [u64; 3] = [100, 1_000, 10_000];
const LANGUAGES_MAX: usize = 4;

/// A place with what was said in it.
#[derive(Default)]
pub struct Place {
    pub network: NetworkKey,
    pub network_name: String,
    pub mark: String,
    /// Posts about the topics.
    pub posts: u32,
    pub talks: Vec<Talk>,
    /// Who spoke, and when.
    pub spoke: Vec<(i64, Timestamp)>,
    topics: BTreeSet<TopicId>,
    followings: BTreeMap<i64, u64>,
    languages: BTreeMap<i64, String>,
    known: BTreeSet<ConversationId>,
}

impl Place {
    /// Different people who spoke before and since.
    pub fn people_before_and_since(&self, when: Timestamp) -> (u32, u32) {
        let people =
            |is: &dyn Fn(&Timestamp) -> bool| self.spoke.iter().filter(|(_, at)| is(at)).map(|(who, _)| who).collect::<BTreeSet<_>>().len();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (count(people(&|at| *at < when)), count(people(&|at| *at >= when)))
    }

    pub fn mix(&self, zone: &TimeZone) -> Mix {
        let mut mix = Mix::default();
        for following in self.followings.values() {
            mix.followings[SIZES.iter().filter(|size| following >= size).count()] += 1;
        }
        let mut languages: BTreeMap<&str, u32> = BTreeMap::new();
        self.languages.values().for_each(|l| *languages.entry(l).or_default() += 1);
        mix.languages = languages.into_iter().map(|(l, n)| (l.to_owned(), n)).collect();
        mix.languages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        mix.languages.truncate(LANGUAGES_MAX);
        let by_hour: BTreeSet<(i64, usize)> =
            self.spoke.iter().map(|(who, at)| (*who, usize::try_from(at.to_zoned(zone.clone()).hour() / 6).unwrap_or(0))).collect();
        by_hour.into_iter().for_each(|(_, part)| mix.hours[part.min(3)] += 1);
        mix
    }
}

type Places = BTreeMap<(Kind, String), Place>;

/// Every place, and how many posts there are in all.
pub fn places(tx: &Tx<'_>, networks: &Networks, scope: Scope, since: Timestamp) -> Kept<(Places, u32)> {
    let topics: Vec<Topic> = tx.topics().list()?.into_iter().filter(|t| is_in(t, scope)).collect();
    let accounts = tx.accounts().list()?;
    let mut talks: HashMap<ConversationId, Vec<TalkPost>> = HashMap::new();
    for post in tx.sightings().talk_posts(since)?.into_iter().rev() {
        talks.entry(post.conversation).or_default().push(post);
    }
    let mut places = Places::new();
    let mut total = 0_u32;
    for seen in tx.sightings().seen(since)? {
        let Some(topic) = topics.iter().find(|t| t.id == seen.topic) else { continue };
        total += 1;
        let (network_name, mark) = names_of(networks, &seen.network);
        let home = home(networks, &accounts, topic, &seen, &network_name);
        let server = seen.handle.rsplit_once('@').map(|(_, server)| (Kind::Server, format!("{server} ({network_name})")));
        for key in [Some(home), server].into_iter().flatten() {
            let place = places.entry(key).or_default();
            place.network = seen.network.clone();
            place.mark.clone_from(&mark);
            place.network_name.clone_from(&network_name);
            place.add(&seen, seen.conversation.and_then(|c| talks.get(&c)).map_or(&[], Vec::as_slice), since);
        }
    }
    Ok((places, total))
}

/// How many of all posts about the topics stood in each place, most first, and how many there are in all: without a look at the talks.
pub fn shares(tx: &Tx<'_>, networks: &Networks, since: Timestamp) -> Kept<(Vec<(String, u32)>, u32)> {
    let topics = tx.topics().list()?;
    let accounts = tx.accounts().list()?;
    let mut places: BTreeMap<String, u32> = BTreeMap::new();
    let mut total = 0;
    for seen in tx.sightings().seen(since)? {
        let Some(topic) = topics.iter().find(|t| t.id == seen.topic) else { continue };
        let (network_name, _) = names_of(networks, &seen.network);
        *places.entry(home(networks, &accounts, topic, &seen, &network_name).1).or_default() += 1;
        total += 1;
    }
    let mut shares: Vec<(String, u32)> = places.into_iter().collect();
    shares.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok((shares, total))
}

fn names_of(networks: &Networks, key: &NetworkKey) -> (String, String) {
    networks.get(key).map_or_else(|| (key.to_string(), "··".to_owned()), |n| (n.about().name.to_owned(), n.about().mark.to_owned()))
}

/// The place that a post stands in: its feed, the topic's tag that it bears, or else its network.
fn home(networks: &Networks, accounts: &[Account], topic: &Topic, seen: &SeenPost, network_name: &str) -> (Kind, String) {
    let account = accounts.iter().find(|a| Some(a.id) == seen.account);
    let is_read_only = networks.get(&seen.network).is_some_and(|n| !n.takes_posts());
    match (is_read_only, account, tag_of(topic, seen)) {
        (true, Some(account), _) => (Kind::Feed, account.name.clone()),
        (_, _, Some(tag)) => (Kind::Tag, format!("#{tag} on {network_name}")),
        _ => (Kind::Network, network_name.to_owned()),
    }
}

fn is_in(topic: &Topic, scope: Scope) -> bool {
    scope.topic.is_none_or(|t| topic.id == t) && scope.aim.is_none_or(|a| topic.aim == Some(a))
}

impl Place {
    fn add(&mut self, seen: &SeenPost, said: &[TalkPost], since: Timestamp) {
        self.posts += 1;
        self.topics.insert(seen.topic);
        let is_new = seen.conversation.is_none_or(|c| self.known.insert(c));
        if !is_new {
            return;
        }
        // Alone, or not threaded yet: the post is the whole talk.
        let Some(first) = said.iter().find(|p| !p.is_mine) else {
            self.spoke.push((seen.author.0, seen.said_at));
            let has_unseen_answers = seen.replies > 0;
            self.talks.push(Talk { by: seen.author.0, begun: seen.said_at.as_second(), has_unseen_answers, ..Talk::default() });
            return;
        };
        for post in said.iter().filter(|p| !p.is_mine && p.at >= since) {
            let who = post.author.0;
            self.spoke.push((who, post.at));
            self.followings.extend(post.followers.map(|n| (who, n)));
            if let Some(language) = &post.language {
                self.languages.entry(who).or_insert_with(|| language.clone());
            }
        }
        // A talk that began before is known by what was said since, but not judged by how it began.
        if said[0].at < since || said[0].is_mine {
            return;
        }
        let answers: Vec<(i64, i64)> =
            said.iter().filter(|p| !p.is_mine && p.author != first.author).map(|p| (p.author.0, p.at.as_second())).collect();
        self.talks.push(Talk {
            by: first.author.0,
            begun: first.at.as_second(),
            is_selling: sells(&first.text, first.has_links),
            is_back: said.iter().skip(1).any(|p| p.author == first.author && answers.iter().any(|(_, at)| *at <= p.at.as_second())),
            has_unseen_answers: u32::try_from(answers.len()).is_ok_and(|known| first.replies > known),
            is_newcomer: first.first_heard >= first.at,
            answers,
        });
    }
}

/// What we did there since.
pub fn standing(tx: &Tx<'_>, place: &Place, since: Timestamp) -> Kept<Standing> {
    let mut standing = Standing::default();
    for topic in &place.topics {
        for (declared, text, is_answer) in tx.sightings().ours_in(*topic, &place.network, since)? {
            match ledger::kind_of(declared.as_deref().and_then(Deed::from_word), &text, is_answer.then_some("?"), false) {
                Deed::Gives => standing.gave += 1,
                Deed::Asks => standing.asked += 1,
                Deed::Talks => standing.talked += 1,
            }
        }
    }
    Ok(standing)
}

/// The tag of the topic's query that the post carries, as the query writes it.
fn tag_of(topic: &Topic, post: &SeenPost) -> Option<String> {
    fn walk<'t>(term: &'t Term, tags: &mut Vec<&'t str>) {
        match term {
            Term::Tag(tag) => tags.push(tag),
            Term::All(list) | Term::Any(list) => list.iter().for_each(|t| walk(t, tags)),
            _ => {}
        }
    }
    let mut tags = Vec::new();
    walk(topic.query.term(), &mut tags);
    tags.into_iter().find(|tag| post.tags.iter().any(|t| t.to_lowercase() == tag.to_lowercase())).map(str::to_lowercase)
}
