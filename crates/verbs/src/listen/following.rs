//! Feed health: of everybody our accounts follow, how much is selling or canned, whether we ever talk; and muting or letting go, done on
//! the network, each with its way back. It follows nobody new. Begin with [`page`].

use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::{Account, AccountState, FollowingId, Timestamp};
pub use networks::Bond;
use networks::{Cursor, NetworkError};
use store::following::{Following, TheirPost};
use store::{Kept, StoreError, Tx};

use super::selling::{mostly_tags, sells};
use crate::calls::call;
use crate::{Cx, Done, VerbError};

/// What they said in so long is looked at, and so many posts of it.
const SPAN: SignedDuration = SignedDuration::from_hours(56 * 24);
const POSTS_MAX: u32 = 60;
/// Fewer posts say nothing.
pub const POSTS_MIN: u32 = 5;
/// Pages of a list of whom an account follows that are asked for at once.
const PAGES_MAX: usize = 10;
/// Rows of the page; it ends.
const ROWS_MAX: usize = 40;
/// From this share of selling and canned words on somebody is worth pruning.
const NOISY: f64 = 0.3;

/// What somebody's posts are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub posts: u32,
    pub selling: u32,
    pub canned: u32,
    /// Answers to others.
    pub talk: u32,
}

impl Health {
    /// In a hundred of their posts.
    pub fn share(&self, part: u32) -> u32 {
        if self.posts == 0 { 0 } else { (f64::from(part) / f64::from(self.posts) * 100.0).round() as u32 }
    }
    pub fn is_too_few(&self) -> bool {
        self.posts < POSTS_MIN
    }
    /// How much of it is noise, for the order; drawn towards nothing while there is little of it.
    fn noise(&self) -> f64 {
        f64::from((self.selling + self.canned).min(self.posts)) / f64::from(self.posts + POSTS_MIN)
    }
}

/// Somebody followed, with what speaks for letting go.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: FollowingId,
    pub account: String,
    pub name: String,
    pub handle: String,
    pub network_name: String,
    pub mark: String,
    pub health: Health,
    /// When we last talked, either way; `None`: never.
    pub talked_at: Option<Timestamp>,
    /// `followed`, `muted` or `let-go`.
    pub state: String,
    /// Noisy, or never talked with and silent: worth a look.
    pub is_doubtful: bool,
}

/// The page.
#[derive(Clone, Debug)]
pub struct FollowingPage {
    /// Those to look at first stand first.
    pub rows: Vec<Row>,
    /// Followed besides.
    pub rest: usize,
    pub followed: usize,
    /// When the networks were asked last.
    pub asked_at: Option<Timestamp>,
}

/// Everybody who is followed, those worth pruning first.
pub async fn page(cx: Cx<'_>) -> Done<FollowingPage> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let accounts: BTreeMap<_, Account> = tx.accounts().list()?.into_iter().map(|a| (a.id, a)).collect();
            let all = tx.following().all()?;
            let asked_at = all.iter().map(|f| f.seen_at).max();
            let mut rows = Vec::new();
            for one in &all {
                let Some(account) = accounts.get(&one.account) else { continue };
                rows.extend(row(tx, &networks, account, one, now)?);
            }
            rows.sort_by(|a, b| {
                let key = |r: &Row| (!r.is_doubtful, -(r.health.noise() * 1e6) as i64, r.talked_at);
                key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
            });
            let followed = rows.len();
            rows.truncate(ROWS_MAX);
            Ok(FollowingPage { rest: followed - rows.len(), rows, followed, asked_at })
        })
        .await
}

fn row(tx: &Tx<'_>, networks: &networks::Networks, account: &Account, one: &Following, now: Timestamp) -> Kept<Option<Row>> {
    let Some(profile) = tx.profiles().find(one.profile)? else { return Ok(None) };
    let health = health(&tx.following().said_by(one.profile, now - SPAN, POSTS_MAX)?);
    let talked_at = tx.persons().find(profile.person)?.and_then(|p| p.talk.last_at);
    let network = networks.get(&account.network);
    Ok(Some(Row {
        id: one.id,
        account: account.handle.clone(),
        name: profile.profile.name.clone(),
        handle: profile.profile.handle.clone(),
        network_name: network.map_or_else(|| account.network.to_string(), |n| n.about().name.to_owned()),
        mark: network.map_or_else(|| "··".to_owned(), |n| n.about().mark.to_owned()),
        is_doubtful: one.state == "followed"
            && !health.is_too_few()
            && health.noise() >= NOISY
            && talked_at.is_none_or(|at| at < now - SPAN),
        health,
        talked_at,
        state: one.state.clone(),
    }))
}

/// Counts what somebody said. The same words twice are canned.
pub fn health(posts: &[TheirPost]) -> Health {
    let mut said: BTreeMap<String, u32> = BTreeMap::new();
    let plain = |text: &str| text.split_whitespace().filter(|w| !w.contains("://")).collect::<Vec<_>>().join(" ").to_lowercase();
    posts.iter().for_each(|p| *said.entry(plain(&p.text)).or_default() += 1);
    let mut health = Health::default();
    for post in posts {
        health.posts += 1;
        let words = plain(&post.text);
        if sells(&post.text, post.has_links) {
            health.selling += 1;
        } else if mostly_tags(&post.text) || (!words.is_empty() && said.get(&words).is_some_and(|n| *n > 1)) {
            health.canned += 1;
        }
        health.talk += u32::from(post.is_reply);
    }
    health
}

/// What came of asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub followed: usize,
    /// Accounts whose network did not answer, and why.
    pub failed: Vec<(String, String)>,
}

/// Asks every account's network whom it follows.
pub async fn ask(cx: Cx<'_>) -> Done<Asked> {
    let accounts = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.accounts().list()).await?;
    let mut asked = Asked::default();
    for account in accounts.into_iter().filter(|a| a.state == AccountState::Working) {
        if cx.app.networks.get(&account.network).is_none_or(|n| n.people().is_none()) {
            continue;
        }
        match ask_one(cx, &account).await {
            Ok(n) => asked.followed += n,
            Err(VerbError::Network(NetworkError::NotOffered)) => {}
            Err(VerbError::Network(why)) => asked.failed.push((account.handle.clone(), why.to_string())),
            Err(other) => return Err(other),
        }
    }
    Ok(asked)
}

async fn ask_one(cx: Cx<'_>, account: &Account) -> Done<usize> {
    let (id, now) = (account.id, cx.now);
    let (mut from, mut all, mut is_whole) = (Cursor::default(), Vec::new(), false);
    for _ in 0..PAGES_MAX {
        let page = call(cx, id, |network, call| {
            let from = from.clone();
            Box::pin(async move { network.people().ok_or(NetworkError::NotOffered)?.following(call, None, &from).await })
        })
        .await?;
        all.extend(page.items);
        from = page.next;
        if !page.has_more {
            is_whole = true;
            break;
        }
    }
    let count = all.len();
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            for profile in &all {
                let kept = tx.profiles().put(profile, now)?;
                tx.following().put(id, kept.id, now)?;
            }
            // Of a list that was not read to its end nobody is missing.
            if is_whole { tx.following().drop_unseen(id, now) } else { Ok(()) }
        })
        .await?;
    Ok(count)
}

/// Mutes or lets go of somebody on the network, or takes that back. Answers the name.
pub async fn set(cx: Cx<'_>, id: FollowingId, bond: Bond, is_on: bool) -> Done<String> {
    let (one, profile) = cx
        .app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let one = tx.following().get(id)?;
            let profile = tx.profiles().find(one.profile)?.ok_or(VerbError::Missing("profile"))?;
            Ok((one, profile.profile))
        })
        .await?;
    let name = profile.name.clone();
    call(cx, one.account, |network, call| {
        let profile = profile.clone();
        Box::pin(async move {
            let people = network.people().ok_or(NetworkError::NotOffered)?;
            if is_on { people.bind(call, &profile, bond).await } else { people.unbind(call, &profile, bond).await }
        })
    })
    .await?;
    let state = match (bond, is_on) {
        (Bond::Mute, true) => "muted",
        (Bond::Follow, false) => "let-go",
        (Bond::Mute, false) | (Bond::Follow, true) => "followed",
    };
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.following().set_state(id, state)).await?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_s_posts_are_like() {
        let said = |text: &str, is_reply| TheirPost { text: text.into(), has_links: text.contains("://"), is_reply };
        let posts = [
            said("Order now, 20 % off https://shop.example", false),
            said("Good morning friends, have a lovely day", false),
            said("Good morning  friends, have a lovely day https://x.example", false),
            said("#a #b #c #d #e #f #g", false),
            said("I would let it rise longer.", true),
        ];
        let health = health(&posts);
        assert_eq!(health, Health { posts: 5, selling: 1, canned: 3, talk: 1 });
        assert_eq!((health.share(health.canned), health.is_too_few()), (60, false));
        assert!(health.noise() < 0.5, "little is drawn towards nothing");
        assert_eq!(super::health(&[]).share(0), 0);
    }
}
