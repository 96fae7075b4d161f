//! Filling holes: a post that somebody answered and that we do not have is asked for with its thread, a few times and no more.

use jiff::SignedDuration;
use model::{Account, Post, PostId};
use networks::NetworkError;
use store::StoreError;

use super::take_in::{Arrival, take_in};
use crate::calls::call;
use crate::{Cx, Done, VerbError};

/// Holes asked for in one go.
const AT_ONCE_MAX: u32 = 5;
/// After so many fruitless tries the page says that a post is missing, and that is that.
const TRIES_MAX: u32 = 3;
/// The pause after the first fruitless try; each further one is ten times as long.
const PAUSE_FIRST: SignedDuration = SignedDuration::from_mins(2);
/// The longest thread that is taken in at once.
const POSTS_MAX: usize = 500;

/// Asks for what is missing in the conversations of one account.
pub async fn mend(cx: Cx<'_>, account: &Account) -> Done<()> {
    let (id, now) = (account.id, cx.now);
    let holes = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.threads().holes(id, now, TRIES_MAX, AT_ONCE_MAX)).await?;
    for hole in holes {
        let thread = ask(cx, account, &hole.at).await;
        let posts = match thread {
            Ok(posts) => posts,
            // The whole account has to wait; holes come next time.
            Err(error @ VerbError::Network(NetworkError::SlowDown { .. } | NetworkError::SignInAgain)) => return Err(error),
            Err(_) => Vec::new(),
        };
        let account = account.clone();
        cx.app
            .store
            .write::<_, StoreError>(cx.seat, move |tx| {
                take_in(tx, &account, &posts, Arrival::History, now)?;
                let pause = PAUSE_FIRST * 10i32.pow(hole.tries.min(4));
                tx.threads().hole_tried(&hole.network, &hole.wanted, hole.tries + 1, now + pause)
            })
            .await?;
    }
    Ok(())
}

/// Fetches the thread around a post and keeps it, as history: for a conversation that is about to be read or joined.
pub async fn fetch_thread(cx: Cx<'_>, post: PostId) -> Done<()> {
    let found = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let kept = tx.posts().get(post)?;
            let account = match kept.account {
                Some(id) => tx.accounts().find(id)?,
                None => None,
            };
            Ok(account.map(|a| (a, kept.post.at)))
        })
        .await?;
    let Some((account, at)) = found else { return Ok(()) };
    let posts = ask(cx, &account, &at).await?;
    let now = cx.now;
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| take_in(tx, &account, &posts, Arrival::History, now)).await?;
    Ok(())
}

async fn ask(cx: Cx<'_>, account: &Account, at: &model::PostRef) -> Done<Vec<Post>> {
    let mut posts = call(cx, account.id, |network, call| {
        let at = at.clone();
        Box::pin(async move { network.listen().ok_or(NetworkError::NotOffered)?.thread(call, &at).await })
    })
    .await?;
    posts.truncate(POSTS_MAX);
    Ok(posts)
}
