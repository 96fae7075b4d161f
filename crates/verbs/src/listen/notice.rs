//! Holds kept posts against the topics and keeps what they catch, weighed. Everything that brings posts in ends here.

use std::collections::{BTreeSet, HashMap};

use jiff::SignedDuration;
use model::{ConversationId, Kind, Nature, NetworkKey, PersonId, PostId, Reading, TieWord, Timestamp, Topic, TopicId};
use store::posts::KeptPost;
use store::sightings::FreshSighting;
use store::threads::Said;
use store::{Kept, StoreError, Tx};

use super::ears::Ears;
use super::kinds::Judge;
use super::own_words::OwnWords;
use super::selling::is_mostly_tags;
use super::weigh::weighing;
use super::worth::{Facts, Inside, Known, Ours, Turn, Weighing, not_a_person, worth_joining};
use crate::relate::{ledger, tie};

/// Talk that is older than this is over.
pub const ALIVE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What we did somewhere counts for so long.
const STANDING_LASTS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// People of one thread who are looked up.
const PEOPLE_MAX: usize = 40;
/// The same words so often are canned.
const SAME_WORDS_MAX: u64 = 2;
/// A new topic is held against so many of the newest posts.
const LOOK_BACK_POSTS_MAX: u32 = 2_000;

/// Holds posts, just kept under `ids`, against every open topic, and weighs anew what stands open in their conversations. Answers how
/// many are new. Called by everything that brings posts in, in the transaction that keeps them.
pub fn notice(tx: &Tx<'_>, ids: &[PostId], now: Timestamp) -> Kept<u32> {
    let topics = tx.topics().list()?;
    if topics.is_empty() || ids.is_empty() {
        return Ok(0);
    }
    let (mut ears, mut weigher) = (Ears::of(&topics), Weigher::new(tx, now)?);
    let (mut made, mut touched) = (0, BTreeSet::new());
    for id in ids {
        let Some(post) = tx.posts().find(*id)? else { continue };
        touched.extend(post.conversation);
        made += weigher.catch(&mut ears, &post)?;
    }
    for conversation in touched {
        weigher.weigh_anew(&topics, conversation)?;
    }
    Ok(made)
}

/// Holds a new or changed topic against what is kept of the last days, so that its page is not empty until something new is said.
pub(super) fn look_back(tx: &Tx<'_>, topic: &Topic, now: Timestamp) -> Kept<u32> {
    let (mut ears, mut weigher) = (Ears::of(std::slice::from_ref(topic)), Weigher::new(tx, now)?);
    let mut made = 0;
    for id in tx.sightings().lately(now - ALIVE, LOOK_BACK_POSTS_MAX)? {
        let Some(post) = tx.posts().find(id)? else { continue };
        made += weigher.catch(&mut ears, &post)?;
    }
    Ok(made)
}

/// Weighs what stands open of these posts anew.
pub(super) fn weigh_posts(tx: &Tx<'_>, ids: &[PostId], now: Timestamp) -> Kept<()> {
    let topics = tx.topics().list()?;
    let (mut ears, mut weigher) = (Ears::of(&topics), Weigher::new(tx, now)?);
    for id in ids {
        if let Some(post) = tx.posts().find(*id)? {
            weigher.catch(&mut ears, &post)?;
        }
    }
    Ok(())
}

/// Whether a post can be a sighting at all: somebody else's, in public, lately, and not said to us, for that stands in the inbox.
fn is_to_be_seen(post: &KeptPost, now: Timestamp) -> bool {
    !post.is_mine
        && !post.names_me
        && post.deleted_at.is_none()
        && post.post.created_at >= now - ALIVE
        && matches!(post.post.visibility, model::Visibility::Public | model::Visibility::Unlisted)
}

struct Weigher<'t, 'c> {
    tx: &'t Tx<'c>,
    now: Timestamp,
    standings: HashMap<(TopicId, NetworkKey), (u32, u32, u32)>,
    weighing: Weighing,
    own: OwnWords,
    judge: Judge,
}

impl<'t, 'c> Weigher<'t, 'c> {
    fn new(tx: &'t Tx<'c>, now: Timestamp) -> Kept<Self> {
        Ok(Weigher { tx, now, standings: HashMap::new(), weighing: weighing(tx)?, own: OwnWords::default(), judge: Judge::of(tx)? })
    }

    fn catch(&mut self, ears: &mut Ears<'_>, post: &KeptPost) -> Kept<u32> {
        if !is_to_be_seen(post, self.now) {
            return Ok(0);
        }
        let caught: Vec<&Topic> = ears.caught(&post.post).collect();
        if caught.is_empty() {
            return Ok(0);
        }
        let reading = Reading::of(&post.post);
        let mut made = 0;
        for topic in caught {
            let facts = self.facts(topic, post, &reading)?;
            made += u32::from(self.put(topic, post, &facts)?);
        }
        Ok(made)
    }

    fn weigh_anew(&mut self, topics: &[Topic], conversation: ConversationId) -> Kept<()> {
        for sighting in self.tx.sightings().open_in(conversation)? {
            let (Some(topic), Some(post)) = (topics.iter().find(|t| t.id == sighting.topic), self.tx.posts().find(sighting.post)?) else {
                continue;
            };
            let facts = self.facts(topic, &post, &Reading::of(&post.post))?;
            self.put(topic, &post, &facts)?;
        }
        Ok(())
    }

    /// The facts are kept, not the points: what a person turns down, and what his choices teach, holds at once for what stands open.
    fn put(&self, topic: &Topic, post: &KeptPost, facts: &Facts) -> Kept<bool> {
        let reasons = serde_json::to_string(facts).map_err(|_| StoreError::Broken("facts can't be written".into()))?;
        let fresh = FreshSighting {
            topic: topic.id,
            post: post.id,
            author: post.author,
            said_at: post.post.created_at,
            score: worth_joining(facts, &self.weighing, self.now).score,
            reasons: &reasons,
        };
        let is_new = self.tx.sightings().put(&fresh, self.now)?;
        if is_new {
            self.follow_the_others(topic.id, post)?;
        }
        Ok(is_new)
    }

    /// What was done with a talk holds for what is said in it later.
    fn follow_the_others(&self, topic: TopicId, post: &KeptPost) -> Kept<()> {
        let same = self.tx.sightings().of_talk(post.id, post.conversation)?;
        let Some(new) = same.iter().find(|s| s.post == post.id && s.topic == topic) else { return Ok(()) };
        match same.iter().find(|s| s.state != "open") {
            Some(done) => self.tx.sightings().set_state(new.id, &done.state, done.state_at.unwrap_or(self.now), done.later_until),
            None => Ok(()),
        }
    }

    fn facts(&mut self, topic: &Topic, post: &KeptPost, reading: &Reading<'_>) -> Kept<Facts> {
        let said = match post.conversation {
            Some(conversation) => self.tx.threads().said(conversation)?,
            None => Vec::new(),
        };
        let hits = topic.query.hits(reading);
        let (gave, asked, talked) = self.standing(topic.id, &post.post.network)?;
        let (noes_here, noes) = self.tx.sightings().noes(post.author, topic.id)?;
        let speakers = self.speakers(post, &said)?;
        let (known, nature) = self.people(post, &speakers)?;
        let aim = self.aim(topic, &speakers)?;
        let inside = inside(post, &said, self.now);
        let have = if inside.is_question { self.own.answers(self.tx, &post.post.text)? } else { None };
        Ok(Facts {
            is_selling: self.judge.is_selling(post),
            is_canned: is_mostly_tags(&post.post) || self.tx.sightings().same_words(post.author, &post.post.text)? > SAME_WORDS_MAX,
            inside,
            ours: Some(Ours {
                topic: topic.name.clone(),
                found: u32::try_from(hits.found.len()).unwrap_or(u32::MAX),
                times: hits.times,
                is_about_it: hits.is_about_it,
                aim,
                known,
                venue: venue(&post.post.network),
                gave,
                asked,
                talked,
                have,
                not_a_person: not_a_person(nature),
                noes_here,
                noes_elsewhere: noes.saturating_sub(noes_here),
                are_we_in: said.iter().any(|s| s.is_mine),
                marks: vec![format!("topic {}", topic.id), format!("network {}", post.post.network)],
            }),
        })
    }

    /// The open aim that it serves, by name: its topic's, else that of somebody who speaks in it.
    fn aim(&self, topic: &Topic, speakers: &[PersonId]) -> Kept<Option<String>> {
        let open = |id| Ok(self.tx.aims().find(id)?.filter(|a| a.closed_at.is_none()).map(|a| a.name));
        if let Some(name) = topic.aim.map_or(Ok(None), open)? {
            return Ok(Some(name));
        }
        self.tx.aims().of_people(speakers)?.map_or(Ok(None), open)
    }

    /// Its author, and who else speaks in its thread.
    fn speakers(&self, post: &KeptPost, said: &[Said]) -> Kept<Vec<PersonId>> {
        let mut ids: Vec<PersonId> = Vec::new();
        if let Some(author) = self.tx.persons().of_profile(post.author)? {
            ids.push(author);
        }
        for one in said.iter().filter(|s| !s.is_mine) {
            if !ids.contains(&one.person) {
                ids.push(one.person);
            }
        }
        Ok(ids)
    }

    /// Who in it we know, closest first, and what kind of somebody its author is.
    fn people(&self, post: &KeptPost, speakers: &[PersonId]) -> Kept<(Vec<Known>, Nature)> {
        let mut nature = Nature::Person;
        let mut known = Vec::new();
        for (i, &id) in speakers.iter().take(PEOPLE_MAX).enumerate() {
            let Some(person) = self.tx.persons().find(id)? else { continue };
            if i == 0 {
                // What somebody here said of them goes before the network's own word.
                let is_flagged = post.post.author.is_bot && !person.more.is_nature_edited;
                nature = if is_flagged { Nature::Bot } else { person.nature };
            }
            // Only talk both ways makes somebody known; a name seen once does not.
            if person.is_me || person.talk.from_me == 0 || person.talk.from_them == 0 {
                continue;
            }
            let word = tie::tie_word(&person.talk, self.now);
            let one = Known { name: person.name, is_close: word == Some(TieWord::Close), is_warm: word == Some(TieWord::Warm) };
            known.push((tie::exchange(&person.talk, self.now), one));
        }
        known.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok((known.into_iter().map(|(_, one)| one).collect(), nature))
    }

    /// What we gave, asked and talked lately where this topic is talked about on this network.
    fn standing(&mut self, topic: TopicId, network: &NetworkKey) -> Kept<(u32, u32, u32)> {
        let key = (topic, network.clone());
        if let Some(known) = self.standings.get(&key) {
            return Ok(*known);
        }
        let mut sum = (0, 0, 0);
        for (declared, text, is_answer) in self.tx.sightings().ours_in(topic, network, self.now - STANDING_LASTS)? {
            // In a talk that a topic brought, an answer of ours was asked for by the talk itself.
            let answers = is_answer.then_some("?");
            match ledger::kind_of(declared.as_deref().and_then(Kind::from_word), &text, answers, false) {
                Kind::Gives => sum.0 += 1,
                Kind::Asks => sum.1 += 1,
                Kind::Talks => sum.2 += 1,
            }
        }
        self.standings.insert(key, sum);
        Ok(sum)
    }
}

/// The conversation from the inside, as a topic's catch in it is weighed. A network may count more answers than we have.
fn inside(post: &KeptPost, said: &[Said], now: Timestamp) -> Inside {
    let mut turns: Vec<Turn<'_>> = said
        .iter()
        .filter(|s| !s.is_deleted)
        .map(|s| Turn {
            id: &s.remote_id,
            reply_to: s.reply_to.as_deref(),
            who: Some(s.person.0),
            at: s.created_at.as_second(),
            text: &s.text,
            has_link: false,
            is_mine: s.is_mine,
        })
        .collect();
    let opening = turns.iter().position(|t| t.id == post.post.at.id).unwrap_or_else(|| {
        turns.push(Turn {
            id: &post.post.at.id,
            who: Some(0),
            at: post.post.created_at.as_second(),
            text: &post.post.text,
            ..Turn::default()
        });
        turns.len() - 1
    });
    turns[opening].has_link = !post.post.links.is_empty();
    let words = post.post.title.as_deref().map(|title| format!("{title}\n\n{}", post.post.text));
    if let Some(words) = &words {
        turns[opening].text = words;
    }
    let mut inside = Inside::of(&turns, opening, true, now.as_second());
    let counted = post.post.replies.unwrap_or(0);
    inside.answers = inside.answers.max(counted);
    inside.posts = inside.posts.max(counted);
    inside.direct = inside.direct.max(counted);
    inside
}

/// What a person calls a network, from its key.
fn venue(network: &NetworkKey) -> String {
    let words = network.as_str().replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
