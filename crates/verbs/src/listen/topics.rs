//! Topics: what is listened for. Keeping one makes a watch in every place that can look for it.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use model::topic::Term;
use model::{Account, AccountState, AimId, Ask, Query, QueryError, Timestamp, Topic, TopicId};
use networks::{Networks, Search};
use store::{Kept, StoreError, Tx, topics::TOPICS_MAX, watches::KeptWatch};

use super::firehose::may_be_on;
use super::notice::look_back;
use crate::jobs::Job;
use crate::{Cx, Done, VerbError};

/// Letters of a topic's name.
const NAME_MAX: usize = 80;
/// Watches that begin at once are set apart by this, so that no server is asked for all of them in one breath.
const APART: SignedDuration = SignedDuration::from_secs(2);

/// A topic as its page shows it.
#[derive(Clone, Debug)]
pub struct TopicRow {
    pub topic: Topic,
    pub aim_name: Option<String>,
    pub watches: Vec<WatchRow>,
    /// Posts caught in each of the last eight half-weeks, oldest first.
    pub course: [u32; 8],
    pub is_more_than_usual: bool,
}

impl TopicRow {
    pub fn posts(&self) -> u32 {
        self.course.iter().sum()
    }
}

/// Where a topic is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchRow {
    /// `#bread`, `bread oven`, `from ada`.
    pub what: String,
    pub network_name: String,
    pub handle: String,
    /// It reads there as it should.
    pub is_listening: bool,
    /// Why it does not, as a sentence.
    pub why: Option<String>,
    pub heard_at: Option<Timestamp>,
}

/// What a person filled in.
#[derive(Clone, Debug, Default)]
pub struct TopicWish {
    /// Empty: the query itself is the name.
    pub name: String,
    pub query: String,
    pub aim: Option<AimId>,
}

struct Checked {
    name: String,
    query: Query,
    aim: Option<AimId>,
}

fn check(cx: Cx<'_>, wish: &TopicWish) -> Done<Checked> {
    let query = Query::parse(&wish.query)?;
    for (key, place) in query.leaves().filter_map(|(term, place)| if let Term::On(key) = term { Some((key, place)) } else { None }) {
        if !cx.app.networks.all().any(|n| n.about().key == key) {
            let names: Vec<&str> = cx.app.networks.all().map(|n| n.about().key).collect();
            let at = place.at + "on:".len();
            let why = format!("No network is called “{key}” here. There are: {}.", names.join(", "));
            return Err(VerbError::Query(QueryError { at, why }));
        }
    }
    let name = match wish.name.trim() {
        "" => query.text().chars().take(NAME_MAX).collect(),
        name if name.chars().count() > NAME_MAX => {
            return Err(VerbError::wrong("name", format!("A topic's name has at most {NAME_MAX} letters.")));
        }
        name => name.to_owned(),
    };
    Ok(Checked { name, query, aim: wish.aim })
}

/// Whether a wish can be read; nothing is kept.
pub fn read(cx: Cx<'_>, wish: &TopicWish) -> Done<()> {
    check(cx, wish).map(|_| ())
}

/// Listens for something from now on, and in what is kept of the last days.
pub async fn add(cx: Cx<'_>, wish: TopicWish) -> Done<TopicId> {
    let (checked, networks, now) = (check(cx, &wish)?, cx.app.networks.clone(), cx.now);
    let id = cx
        .app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            if tx.topics().count()? >= u64::from(TOPICS_MAX) {
                return Err(VerbError::wrong("query", format!("A desk listens for at most {TOPICS_MAX} topics. Close one first.")));
            }
            let aim = known_aim(tx, checked.aim)?;
            let id = tx.topics().put(&checked.name, &checked.query, aim, now)?;
            let topic = tx.topics().get(id)?;
            set_watches(tx, &networks, &topic, now)?;
            look_back(tx, &topic, now)?;
            Ok(id)
        })
        .await?;
    cx.ring();
    Ok(id)
}

/// Changes a topic. Watches that it still wants keep their place; what it caught before stays.
pub async fn change(cx: Cx<'_>, id: TopicId, wish: TopicWish) -> Done<()> {
    let (checked, networks, now) = (check(cx, &wish)?, cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            tx.topics().get(id)?;
            let aim = known_aim(tx, checked.aim)?;
            tx.topics().change(id, &checked.name, &checked.query, aim)?;
            let topic = tx.topics().get(id)?;
            set_watches(tx, &networks, &topic, now)?;
            look_back(tx, &topic, now)?;
            Ok(())
        })
        .await?;
    cx.ring();
    Ok(())
}

/// Listens no longer. What it caught stays out of sight until it is opened again. Answers its name.
pub async fn close(cx: Cx<'_>, id: TopicId) -> Done<String> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let topic = tx.topics().get(id)?;
            tx.topics().set_closed(id, Some(now))?;
            for watch in tx.watches().of_topic(id)? {
                drop_watch(tx, &watch)?;
            }
            Ok(topic.name)
        })
        .await
}

/// Takes closing back.
pub async fn reopen(cx: Cx<'_>, id: TopicId) -> Done<String> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    let name = cx
        .app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            tx.topics().get_any(id)?;
            tx.topics().set_closed(id, None)?;
            let topic = tx.topics().get(id)?;
            set_watches(tx, &networks, &topic, now)?;
            Ok(topic.name)
        })
        .await?;
    cx.ring();
    Ok(name)
}

/// A topic, for its form.
pub async fn one(cx: Cx<'_>, id: TopicId) -> Done<Topic> {
    cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.topics().get(id)?)).await
}

/// All open topics with where each is followed and how much it caught.
pub async fn list(cx: Cx<'_>) -> Done<Vec<TopicRow>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    let mut all = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| rows(tx, &networks, now)).await?;
    for row in &mut all {
        row.watches.extend(cx.app.config.firehoses.iter().filter_map(|(network, _)| whole_row(cx, network, &row.topic)));
    }
    Ok(all)
}

/// Behind by more than this, a firehose is said to lag.
const LAG_TOLD: SignedDuration = SignedDuration::from_secs(60);

/// The whole of a network, as a place where a topic is followed.
fn whole_row(cx: Cx<'_>, network: &model::NetworkKey, topic: &Topic) -> Option<WatchRow> {
    let name = cx.app.networks.get(network)?.about().name;
    if !may_be_on(topic, network) {
        return None;
    }
    let gauge = cx.app.firehoses.of(network);
    let why = match &gauge {
        None => Some("It has not been read yet: an account there has to be connected, and its stream has to open.".to_owned()),
        Some(gauge) if gauge.is_broken => Some("Its stream broke. It is opened again by itself, and read on from where it was.".to_owned()),
        Some(gauge) if gauge.behind() > LAG_TOLD => {
            Some(format!("It is {} minutes behind, and catches up by itself.", gauge.behind().as_mins()))
        }
        Some(_) => None,
    };
    Some(WatchRow {
        what: "everything said there".into(),
        network_name: name.to_owned(),
        handle: String::new(),
        is_listening: gauge.as_ref().is_some_and(|g| !g.is_broken),
        why,
        heard_at: gauge.map(|g| g.at),
    })
}

fn known_aim(tx: &Tx<'_>, aim: Option<AimId>) -> Done<Option<AimId>> {
    match aim {
        Some(aim) if tx.aims().find(aim)?.is_none() => Err(VerbError::wrong("aim", "There is no such aim here.")),
        aim => Ok(aim),
    }
}

const HALF_WEEK_S: i64 = 302_400;

pub(super) fn rows(tx: &Tx<'_>, networks: &Networks, now: Timestamp) -> Kept<Vec<TopicRow>> {
    let accounts = tx.accounts().list()?;
    let watches = tx.watches().list()?;
    let seen = tx.sightings().seen(now - SignedDuration::from_secs(8 * HALF_WEEK_S))?;
    let mut rows = Vec::new();
    for topic in tx.topics().list()? {
        let mut course = [0u32; 8];
        for post in seen.iter().filter(|s| s.topic == topic.id) {
            let ago = usize::try_from((now.as_second() - post.said_at.as_second()).max(0) / HALF_WEEK_S).unwrap_or(7).min(7);
            course[7 - ago] += 1;
        }
        let watches = watches.iter().filter(|w| w.topic == topic.id).filter_map(|w| watch_row(networks, &accounts, w)).collect();
        let aim_name = topic.aim.map(|aim| tx.aims().find(aim)).transpose()?.flatten().map(|a| a.name);
        rows.push(TopicRow { aim_name, watches, is_more_than_usual: is_more_than_usual(&course), course, topic });
    }
    Ok(rows)
}

/// The last half-week against the mean of those before: half as much again, and not by one or two posts.
fn is_more_than_usual(course: &[u32; 8]) -> bool {
    let before: u32 = course[..7].iter().sum();
    let usual = f64::from(before) / 7.0;
    f64::from(course[7]) >= 1.5 * usual && f64::from(course[7]) >= usual + 3.0
}

fn watch_row(networks: &Networks, accounts: &[Account], watch: &KeptWatch) -> Option<WatchRow> {
    let account = accounts.iter().find(|a| a.id == watch.account)?;
    let what = match watch.kind.as_str() {
        "tag" => format!("#{}", watch.words),
        "from" => format!("what {} says", watch.words),
        _ => watch.words.clone(),
    };
    Some(WatchRow {
        what,
        network_name: networks.get(&account.network).map_or_else(|| account.network.to_string(), |n| n.about().name.to_owned()),
        handle: account.handle.clone(),
        is_listening: watch.state == "listening",
        why: watch.why.clone(),
        heard_at: watch.heard_at,
    })
}

/// What a watch asks its network for. `None` for a handle: its profile has to be found first.
pub(super) fn search_of(kind: &str, words: &str) -> Option<Search> {
    match kind {
        "tag" => Some(Search::Tag(words.to_owned())),
        "words" => Some(Search::Words(words.to_owned())),
        _ => None,
    }
}

/// Watches for every open topic, in every place; after an account was connected, or its server can do something new.
pub fn watch_everywhere(tx: &Tx<'_>, networks: &Networks, now: Timestamp) -> Kept<()> {
    for topic in tx.topics().list()? {
        set_watches(tx, networks, &topic, now)?;
    }
    Ok(())
}

/// Makes the watches that a topic wants and takes away the others.
fn set_watches(tx: &Tx<'_>, networks: &Networks, topic: &Topic, now: Timestamp) -> Kept<()> {
    let wanted = wanted(&tx.accounts().list()?, networks, topic);
    let standing = tx.watches().of_topic(topic.id)?;
    for watch in &standing {
        if !wanted.contains(&(watch.account, watch.kind.clone(), watch.words.clone())) {
            drop_watch(tx, watch)?;
        }
    }
    let mut due = now;
    for (account, kind, words) in wanted {
        let known = standing.iter().find(|w| w.account == account && w.kind == kind && w.words == words);
        // One that is read already goes on at its own pace.
        if let Some(watch) = known
            && tx.jobs().due(Job::Hear(watch.id).row().0, watch.id.0)?.is_some()
        {
            continue;
        }
        let id = tx.watches().put(topic.id, account, &kind, &words, now)?;
        Job::Hear(id).put(tx, due, now)?;
        due += APART;
    }
    Ok(())
}

/// Which account shall look for what. One account a server is enough: another on it would be told the same.
fn wanted(accounts: &[Account], networks: &Networks, topic: &Topic) -> BTreeSet<(model::AccountId, String, String)> {
    let mut servers = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for account in accounts.iter().filter(|a| a.state == AccountState::Working) {
        let Some(network) = networks.get(&account.network) else { continue };
        let Some(ears) = network.listen() else { continue };
        if !servers.insert((account.network.clone(), account.server.clone())) {
            continue;
        }
        for ask in topic.query.searches() {
            let (kind, words, search) = match ask {
                Ask::Tag(tag) => ("tag", tag.clone(), Search::Tag(tag)),
                Ask::Words(words) => ("words", words.clone(), Search::Words(words)),
                Ask::From(handle) => ("from", handle, Search::By(String::new())),
            };
            if ears.can(&search) {
                wanted.insert((account.id, kind.to_owned(), words));
            }
        }
    }
    wanted
}

fn drop_watch(tx: &Tx<'_>, watch: &KeptWatch) -> Kept<()> {
    Job::Hear(watch.id).delete(tx)?;
    tx.watches().delete(watch.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_usual_is_not_said_of_two_posts() {
        for (course, expected) in [
            ([0, 0, 0, 0, 0, 0, 0, 2], false),
            ([0, 0, 0, 0, 0, 0, 0, 4], true),
            ([5, 5, 5, 5, 5, 5, 5, 7], false),
            ([5, 5, 5, 5, 5, 5, 5, 9], true),
            ([0; 8], false),
        ] {
            assert_eq!(is_more_than_usual(&course), expected, "{course:?}");
        }
    }
}
