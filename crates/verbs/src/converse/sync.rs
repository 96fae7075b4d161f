//! Bringing in what was said to an account and around it: each batch is kept with its cursor in one transaction. The first time it
//! brings history, and nobody's turn comes of that.

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, Post, Timestamp, Visibility};
use networks::{Batch, Cursor, Heard, HeardKind, NetworkError, Search};
use store::signs::KeptSign;
use store::{Kept, StoreError, Tx};

use super::mend::mend;
use super::private;
use super::take_in::{Arrival, Arriving, take_all, take_in};
use crate::calls::call;
use crate::jobs::Next;
use crate::publish::patience;
use crate::relate::tie;
use crate::{Cx, Done, VerbError, listen};

/// How often an account is looked at.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Spread over this much, so that accounts don't all ask in the same second.
const JITTER_S: i64 = 15;
/// Batches read of notifications, and of the home timeline, in one go; the rest comes next time.
const HEARD_BATCHES_MAX: u32 = 10;
const HOME_BATCHES_MAX: u32 = 3;
/// Where each was read to.
const HEARD: &str = "heard";
const HOME: &str = "home";

/// What a sync brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Posts, whoever they are by.
    pub posts: u32,
    /// Of those, what was said to us before the account was connected: kept, and nobody's turn.
    pub history: u32,
    /// Said to us since.
    pub news: u32,
    /// Likes, passings on and follows.
    pub signs: u32,
    /// It is only listened to, and in no hurry.
    pub is_feed: bool,
}

impl Brought {
    pub(super) fn add(&mut self, other: Brought) {
        self.posts += other.posts;
        self.history += other.history;
        self.news += other.news;
        self.signs += other.signs;
    }
}

/// The job: brings in, and says when again.
pub async fn sync(cx: Cx<'_>, id: AccountId) -> Done<Next> {
    let key = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| Ok(tx.accounts().find(id)?.map(|a| a.network))).await?;
    // Where a person carries everything over by hand, nothing can be heard.
    if key.and_then(|k| cx.app.networks.get(&k)).is_some_and(|n| n.inbox().is_none() && n.listen().is_none()) {
        return Ok(Next::Over);
    }
    match bring(cx, id).await {
        Ok(brought) if brought.is_feed => {
            let pace = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| listen::pace::of(tx, id)).await?;
            let paced = cx.now + pace + SignedDuration::from_secs(jitter(id, cx.now));
            Ok(Next::At(listen::push::read_again(cx, id).await?.unwrap_or(paced)))
        }
        Ok(_) => Ok(Next::At(cx.now + EVERY + SignedDuration::from_secs(jitter(id, cx.now)))),
        Err(VerbError::Network(NetworkError::SlowDown { until })) => Ok(Next::At(until.max(cx.now + EVERY))),
        // Connecting again puts it back in line.
        Err(VerbError::Network(NetworkError::SignInAgain) | VerbError::Missing(_) | VerbError::NotYours) => Ok(Next::Over),
        Err(error) => {
            let why = error.to_string();
            cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.accounts().set_why(id, Some(&why))).await?;
            Err(error)
        }
    }
}

/// Brings in once, now.
pub async fn bring(cx: Cx<'_>, id: AccountId) -> Done<Brought> {
    let account = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.accounts().get(id)).await?;
    match account.state {
        AccountState::Working => {}
        AccountState::SignInAgain => return Err(NetworkError::SignInAgain.into()),
        AccountState::Resting => return Err(VerbError::NotYours),
    }
    let network = cx.app.networks.get(&account.network).ok_or(VerbError::Missing("network"))?;
    let mut brought = Brought::default();
    if network.inbox().is_some() {
        for _ in 0..HEARD_BATCHES_MAX {
            let (some, has_more) = bring_heard(cx, &account).await?;
            brought.add(some);
            if !has_more {
                break;
            }
        }
    }
    if network.private().is_some() {
        brought.add(private::bring(cx, &account).await?);
    }
    if network.listen().is_some_and(|ears| ears.can(&Search::Feed)) {
        brought.posts += listen::read_feed(cx, &account).await?;
        listen::push::begin(cx, &account).await?;
        brought.is_feed = true;
    }
    if network.listen().is_some_and(|ears| ears.can(&Search::Home)) {
        for _ in 0..HOME_BATCHES_MAX {
            let (some, has_more) = bring_home(cx, &account).await?;
            brought.add(some);
            if !has_more {
                break;
            }
        }
        mend(cx, &account).await?;
    }
    let now = cx.now;
    let woken = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            if brought.history > 0 {
                let name = history_setting(id);
                let before: u32 = tx.setting(&name)?.and_then(|n| n.parse().ok()).unwrap_or(0);
                tx.set_setting(&name, &before.saturating_add(brought.history).to_string())?;
            }
            // Where reading goes well all the while, a look says nothing new about sending.
            let was_away = tx.accounts().health(id)?.0.is_some();
            tx.accounts().set_synced(id, now)?;
            if was_away { patience::is_back(tx, id, now) } else { Ok(0) }
        })
        .await?;
    if woken > 0 {
        cx.ring();
    }
    Ok(brought)
}

/// Under this name stands how many posts came as history with an account.
pub fn history_setting(account: AccountId) -> String {
    format!("history-{account}")
}

async fn bring_heard(cx: Cx<'_>, account: &Account) -> Done<(Brought, bool)> {
    let id = account.id;
    let from = Cursor(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.accounts().cursor(id, HEARD)).await?);
    let batch: Batch<Heard> = call(cx, id, |network, call| {
        let from = from.clone();
        Box::pin(async move { network.inbox().ok_or(NetworkError::NotOffered)?.since(call, &from).await })
    })
    .await?;
    let has_more = batch.has_more && batch.next != from;
    let (account, now) = (account.clone(), cx.now);
    let brought = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let brought = take_heard(tx, &account, &batch.items, now)?;
            tx.accounts().set_cursor(account.id, HEARD, &batch.next.0, now)?;
            Ok(brought)
        })
        .await?;
    Ok((brought, has_more))
}

/// The home timeline is kept for threads, people and worth; nothing of it is work.
async fn bring_home(cx: Cx<'_>, account: &Account) -> Done<(Brought, bool)> {
    let id = account.id;
    let from = Cursor(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.accounts().cursor(id, HOME)).await?);
    let mut batch: Batch<Post> = call(cx, id, |network, call| {
        let from = from.clone();
        Box::pin(async move { network.listen().ok_or(NetworkError::NotOffered)?.search(call, &Search::Home, &from).await })
    })
    .await?;
    let has_more = batch.has_more && batch.next != from;
    let (account, now) = (account.clone(), cx.now);
    let posts = u32::try_from(batch.items.len()).unwrap_or(u32::MAX);
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            listen::pruning::leave_out_old(tx, &mut [&mut batch.items], now)?;
            let ids = take_in(tx, &account, &batch.items, Arrival::History, now)?;
            listen::notice(tx, &ids, now)?;
            tx.accounts().set_cursor(account.id, HOME, &batch.next.0, now)
        })
        .await?;
    Ok((Brought { posts, ..Brought::default() }, has_more))
}

/// Keeps notifications: what was said to us, and the signs. What is older than the connection is history.
pub fn take_heard(tx: &Tx<'_>, account: &Account, heard: &[Heard], now: Timestamp) -> Kept<Brought> {
    let mut brought = Brought::default();
    let mut posts = Vec::new();
    for one in heard {
        let how = match one.kind {
            HeardKind::Spoke if one.at >= account.created_at => Arrival::Fresh,
            _ => Arrival::History,
        };
        if let Some(post) = &one.post {
            brought.posts += 1;
            posts.push(Arriving { post, how, is_for_us: one.kind == HeardKind::Spoke });
        }
        match (one.kind, how) {
            (HeardKind::Spoke, Arrival::Fresh) => brought.news += 1,
            (HeardKind::Spoke, Arrival::History) => brought.history += 1,
            _ => brought.signs += 1,
        }
    }
    take_all(tx, account, &posts, now)?;
    for one in heard {
        take_sign(tx, account, one, now)?;
    }
    Ok(brought)
}

fn take_sign(tx: &Tx<'_>, account: &Account, heard: &Heard, now: Timestamp) -> Kept<()> {
    let kind = match heard.kind {
        HeardKind::Spoke => return Ok(()),
        HeardKind::Liked => "like",
        HeardKind::PassedOn => "boost",
        HeardKind::Followed => "follow",
    };
    let by = tx.profiles().put(&heard.by, now)?;
    let post = match &heard.post {
        Some(post) => tx.posts().find_remote(&post.network, &post.at.id)?.map(|kept| kept.id),
        None => None,
    };
    let is_new = tx.signs().put(&KeptSign {
        account: account.id,
        post,
        profile: Some(by.id),
        kind,
        is_mine: false,
        remote_id: heard.id.clone(),
        receipt: None,
        at: heard.at,
    })?;
    let is_private = heard.post.as_ref().is_some_and(|p| p.visibility == Visibility::Direct);
    if is_new && !is_private { tie::signed(tx, by.id, false, heard.at) } else { Ok(()) }
}

/// Some seconds more or less, the same for an account within a minute.
fn jitter(id: AccountId, now: Timestamp) -> i64 {
    (id.0 ^ (now.as_second() / 60)).wrapping_mul(2_654_435_761).rem_euclid(2 * JITTER_S) - JITTER_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_spread() {
        let all: std::collections::HashSet<i64> = (0..50).map(|n| jitter(AccountId(n << 20), Timestamp::UNIX_EPOCH)).collect();
        assert!(all.len() > 5 && all.iter().all(|s| (-JITTER_S..JITTER_S).contains(s)), "{all:?}");
    }
}
