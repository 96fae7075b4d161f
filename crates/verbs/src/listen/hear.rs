//! Reads on where a topic is followed: the search, the matching, a look at the threads of what was caught, and one transaction that keeps
//! posts, people, sightings and how far we have read.

use std::time::Duration;

use jiff::SignedDuration;
use model::{Account, Post, PostId, Timestamp, Topic, WatchId};
use networks::{Batch, Cursor, NetworkError, Search};
use store::watches::KeptWatch;
use store::{Kept, StoreError, Tx};

use super::notice::notice;
use super::pruning::leave_out_old;
use super::topics::search_of;
use super::{pace, push};
use crate::converse::{Arrival, take_in};
use crate::jobs::{Job, Next};
use crate::{Cx, Done, VerbError, calls};

/// How often a place is looked at when all is well.
const PACE: SignedDuration = SignedDuration::from_mins(10);
/// When there is more to read at once.
const PACE_MORE: SignedDuration = SignedDuration::from_secs(20);
/// After failures the pace doubles, up to this.
const PACE_MAX: SignedDuration = SignedDuration::from_hours(6);
const DOUBLINGS_MAX: u32 = 5;
/// A place that does not offer it is asked again after this, in case its server has learnt it.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(48);
/// Threads fetched round what one look caught.
const THREADS_MAX: usize = 3;
/// A short rest between two calls to the same server.
const REST: Duration = Duration::from_millis(300);

/// Reads on; answers when to look again.
pub async fn hear(cx: Cx<'_>, id: WatchId) -> Done<Next> {
    let kept = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let Some(watch) = tx.watches().find(id)? else { return Ok(None) };
            let (topic, account) = (tx.topics().find(watch.topic)?, tx.accounts().find(watch.account)?);
            Ok(topic.zip(account).map(|(topic, account)| (watch, topic, account)))
        })
        .await?;
    let Some((watch, topic, account)) = kept else { return Ok(Next::Over) };
    match read(cx, &watch, &topic, &account).await {
        Ok(next) => Ok(next),
        Err(VerbError::Network(error)) => put_off(cx, &watch, error).await,
        Err(other) => Err(other),
    }
}

async fn read(cx: Cx<'_>, watch: &KeptWatch, topic: &Topic, account: &Account) -> Done<Next> {
    let search = search(cx, watch, account).await?;
    let batch = look(cx, account, search, &watch.cursor).await?;
    let mut caught: Vec<Post> = batch.items.into_iter().filter(|post| topic.query.matches(post)).collect();
    let mut threads = threads(cx, account, &caught).await;
    let (id, account, now, next, has_more) = (watch.id, account.clone(), cx.now, batch.next, batch.has_more);
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            if tx.watches().find(id)?.is_none() {
                return Ok(());
            }
            leave_out_old(tx, &mut [&mut threads, &mut caught], now)?;
            take_in(tx, &account, &threads, Arrival::History, now)?;
            let ids = take_in(tx, &account, &caught, Arrival::History, now)?;
            notice(tx, &ids, now)?;
            tx.watches().set_heard(id, &next.0, now)
        })
        .await?;
    Ok(Next::At(cx.now + if has_more { PACE_MORE } else { PACE }))
}

/// What to ask for; for a handle, after finding whose it is.
async fn search(cx: Cx<'_>, watch: &KeptWatch, account: &Account) -> Done<Search> {
    if let Some(search) = search_of(&watch.kind, &watch.words) {
        return Ok(search);
    }
    let (network, handle) = (account.network.clone(), watch.words.clone());
    let known = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.profiles().find_handle(&network, &handle)).await?;
    if let Some(known) = known {
        return Ok(Search::By(known.profile.remote_id));
    }
    let handle = watch.words.clone();
    let profile = calls::call(cx, account.id, |network, call| {
        let handle = handle.clone();
        Box::pin(async move {
            match network.people() {
                Some(people) => people.profile(call, &handle).await,
                None => Err(NetworkError::NotOffered),
            }
        })
    })
    .await?;
    Ok(Search::By(profile.remote_id))
}

pub(super) async fn look(cx: Cx<'_>, account: &Account, search: Search, cursor: &str) -> Done<Batch<Post>> {
    let cursor = Cursor(cursor.to_owned());
    calls::call(cx, account.id, |network, call| {
        let (search, cursor) = (search.clone(), cursor.clone());
        Box::pin(async move {
            match network.listen() {
                Some(ears) if ears.can(&search) => ears.search(call, &search, &cursor).await,
                _ => Err(NetworkError::NotOffered),
            }
        })
    })
    .await
}

/// The threads round the newest posts that were answered, as far as they can be had; a thread that can't be had is no failure.
pub(super) async fn threads(cx: Cx<'_>, account: &Account, caught: &[Post]) -> Vec<Post> {
    let mut found = Vec::new();
    let talked_about = caught.iter().rev().filter(|p| p.replies.unwrap_or(0) > 0 || p.reply_to.is_some());
    for post in talked_about.take(THREADS_MAX) {
        tokio::time::sleep(REST).await;
        let at = post.at.clone();
        let thread = calls::call(cx, account.id, |network, call| {
            let at = at.clone();
            Box::pin(async move {
                match network.listen() {
                    Some(ears) => ears.thread(call, &at).await,
                    None => Err(NetworkError::NotOffered),
                }
            })
        })
        .await;
        match thread {
            Ok(posts) => found.extend(posts),
            Err(_) => break,
        }
    }
    found
}

/// The place could not be read: says why, and when it is tried again.
async fn put_off(cx: Cx<'_>, watch: &KeptWatch, error: NetworkError) -> Done<Next> {
    let tries = watch.tries.saturating_add(1);
    let paced = (PACE * 2i32.pow(tries.min(DOUBLINGS_MAX))).min(PACE_MAX);
    let (state, why, again) = match error {
        NetworkError::NotOffered | NetworkError::Refused(_) => ("not-offered", "This server does not look for that.", ASK_AGAIN),
        NetworkError::NotThere => ("not-offered", "Nobody of that name is there.", ASK_AGAIN),
        NetworkError::SignInAgain | NetworkError::TokenOld => ("waiting", "The account has to be signed in again first.", PACE_MAX),
        NetworkError::SlowDown { until } => {
            let wait = until.duration_since(cx.now).clamp(PACE_MORE, PACE_MAX);
            ("waiting", "The server asks us to wait a little.", wait)
        }
        NetworkError::Forbidden(_) => ("waiting", "That address is not called from here.", PACE_MAX),
        NetworkError::Away(_) | NetworkError::Unanswered(_) | NetworkError::Garbled(_) => {
            ("waiting", "The server cannot be reached just now. It is tried again by itself.", paced)
        }
    };
    let id = watch.id;
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.watches().set_state(id, state, why, tries)).await?;
    Ok(Next::At(cx.now + again))
}

/// Everything of an account that is only listened to, such as a feed: its posts are kept, and the topics look at them. Converse's sync
/// hands such accounts over to this. Answers how many posts came.
pub async fn read_feed(cx: Cx<'_>, account: &Account) -> Done<u32> {
    let id = account.id;
    let kept = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.accounts().cursor_and_time(id, FEED)).await?;
    let (cursor, before) = kept.map_or((String::new(), None), |(cursor, at)| (cursor, Some(at)));
    let mut batch = look(cx, account, Search::Feed, &cursor).await?;
    let mut threads = comments(cx, account, &batch.items).await;
    let (account, now) = (account.clone(), cx.now);
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            leave_out_old(tx, &mut [&mut batch.items, &mut threads], now)?;
            push::notice_silence(tx, id, &batch.items, before, now)?;
            let ids = keep_feed(tx, &account, &batch.items, &threads, now)?;
            pace::note(tx, id, !batch.items.is_empty(), now)?;
            tx.accounts().set_cursor(id, FEED, &batch.next.0, now)?;
            Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
        })
        .await
        .map_err(VerbError::from)
}

/// Keeps what was said in a feed and under it, however it came, and holds it against the topics. What is there already stays as it is.
pub(super) fn keep_feed(tx: &Tx<'_>, account: &Account, posts: &[Post], threads: &[Post], now: Timestamp) -> Kept<Vec<PostId>> {
    let mut ids: Vec<PostId> = take_in(tx, account, posts, Arrival::History, now)?;
    ids.extend(take_in(tx, account, threads, Arrival::History, now)?);
    notice(tx, &ids, now)?;
    Ok(ids)
}

/// Where stands how far a feed was read.
pub(super) const FEED: &str = "feed";
/// Posts of a feed whose comments are looked at in one reading.
const COMMENTED_MAX: usize = 5;
/// Comments are looked for under posts not older than this.
const COMMENTS_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What was said under the newest posts that name where that is.
async fn comments(cx: Cx<'_>, account: &Account, posts: &[Post]) -> Vec<Post> {
    let lately = posts.iter().rev().filter(|p| p.comments_url.is_some() && p.created_at >= cx.now - COMMENTS_FOR);
    let mut found = Vec::new();
    for post in lately.take(COMMENTED_MAX) {
        tokio::time::sleep(REST).await;
        let at = model::PostRef::new(post.at.id.clone(), post.comments_url.clone().unwrap_or_default());
        let thread = calls::call(cx, account.id, |network, call| {
            let at = at.clone();
            Box::pin(async move {
                match network.listen() {
                    Some(ears) => ears.thread(call, &at).await,
                    None => Err(NetworkError::NotOffered),
                }
            })
        })
        .await;
        if let Ok(posts) = thread {
            found.extend(posts);
        }
    }
    found
}

/// Puts every watch of an account in line again, after it was signed in anew.
pub fn wake(tx: &store::Tx<'_>, account: model::AccountId, now: model::Timestamp) -> store::Kept<()> {
    for watch in tx.watches().list()?.into_iter().filter(|w| w.account == account) {
        Job::Hear(watch.id).put(tx, now, now)?;
    }
    Ok(())
}
