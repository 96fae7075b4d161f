//! What is kept of what others said: for so many days, and so many posts. What is past that is forgotten a whole talk at a time, and only
//! where nobody here has a part in it (`store::pruning`); talk of ours is kept for ever. House-keeping walks over the posts once a day,
//! from the oldest on, a little at a time, so that whoever writes meanwhile hardly waits.

use std::collections::HashSet;

use jiff::SignedDuration;
use model::{Post, PostId, Timestamp};
use store::{Kept, StoreError, Tx};

use crate::converse::take_in::names_of;
use crate::desk::accounts::must_own;
use crate::{Cx, Done, VerbError};

/// Between two walks.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Posts walked over in one transaction.
const STEP: u32 = 500;
/// Talks forgotten in one transaction.
const FORGET_MAX: usize = 100;
/// However much is kept: what was last spoken in so lately stays.
const YOUNG: SignedDuration = SignedDuration::from_hours(14 * 24);
pub const DAYS_DEFAULT: u32 = 400;
pub const DAYS_MIN: u32 = 90;
pub const DAYS_MAX: u32 = 36_500;
pub const POSTS_DEFAULT: u64 = 1_000_000;
pub const POSTS_MIN: u64 = 10_000;
pub const POSTS_MAX: u64 = 1_000_000_000;
const KEEPING: &str = "keeping";
const WALK: &str = "pruning";
const HORIZON: &str = "pruned-until";

/// How much of what others said is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// Days since a talk was last spoken in; 0: for ever.
    pub days: u32,
    /// Posts in all; 0: as many as come.
    pub posts: u64,
}

impl Default for Keeping {
    fn default() -> Keeping {
        Keeping { days: DAYS_DEFAULT, posts: POSTS_DEFAULT }
    }
}

impl Keeping {
    fn at(tx: &Tx<'_>) -> Kept<Keeping> {
        let kept = tx.setting(KEEPING)?;
        let read = |text: &str| {
            let (days, posts) = text.split_once(' ')?;
            Some(Keeping { days: days.parse().ok()?, posts: posts.parse().ok()? })
        };
        Ok(kept.as_deref().and_then(read).unwrap_or_default())
    }
    fn before(self, now: Timestamp) -> Timestamp {
        if self.days == 0 { Timestamp::MIN } else { now - SignedDuration::from_hours(24 * i64::from(self.days)) }
    }
}

/// What is chosen, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub keeping: Keeping,
    /// All posts that are kept, ours among them.
    pub posts: u64,
    /// Talks and posts forgotten since the desk was begun.
    pub forgotten: (u64, u64),
    /// When the last walk ended.
    pub walked_at: Option<Timestamp>,
}

/// How far the walk is, and what it has come to; kept between two steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Walk {
    /// Behind which post it goes on, while it is under way.
    at: Option<(i64, i64)>,
    /// Posts that are too many.
    over: u64,
    ended_ms: Option<i64>,
    talks: u64,
    posts: u64,
}

impl Walk {
    fn at(tx: &Tx<'_>) -> Kept<Walk> {
        let kept = tx.setting(WALK)?;
        Ok(kept.as_deref().and_then(Walk::read).unwrap_or_default())
    }
    fn read(text: &str) -> Option<Walk> {
        let [ms, post, over, ended, talks, posts] = text.split(' ').collect::<Vec<_>>()[..] else { return None };
        let at = if ms == "-" { None } else { Some((ms.parse().ok()?, post.parse().ok()?)) };
        let ended_ms = if ended == "-" { None } else { Some(ended.parse().ok()?) };
        Some(Walk { at, over: over.parse().ok()?, ended_ms, talks: talks.parse().ok()?, posts: posts.parse().ok()? })
    }
    fn write(&self) -> String {
        let (ms, post) = self.at.map_or(("-".into(), "-".into()), |(ms, post)| (ms.to_string(), post.to_string()));
        let ended = self.ended_ms.map_or("-".into(), |ms| ms.to_string());
        format!("{ms} {post} {} {ended} {} {}", self.over, self.talks, self.posts)
    }
}

/// What is chosen, and how it stands.
pub async fn standing(cx: Cx<'_>) -> Done<Standing> {
    Ok(cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, |tx| {
            let walk = Walk::at(tx)?;
            Ok(Standing {
                keeping: Keeping::at(tx)?,
                posts: tx.pruning().count()?,
                forgotten: (walk.talks, walk.posts),
                walked_at: walk.ended_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            })
        })
        .await?)
}

/// Chooses how much is kept; the walk begins with the next house-keeping.
pub async fn set(cx: Cx<'_>, keeping: Keeping) -> Done<()> {
    must_own(cx)?;
    if keeping.days != 0 && !(DAYS_MIN..=DAYS_MAX).contains(&keeping.days) {
        return Err(VerbError::wrong(
            "days",
            format!("{DAYS_MIN} to {DAYS_MAX} days can be chosen, or 0 for ever: how a place answers is told from the last {DAYS_MIN}."),
        ));
    }
    if keeping.posts != 0 && !(POSTS_MIN..=POSTS_MAX).contains(&keeping.posts) {
        return Err(VerbError::wrong("posts", format!("{POSTS_MIN} to {POSTS_MAX} posts can be chosen, or 0 for as many as come.")));
    }
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            if Keeping::at(tx)? == keeping {
                return Ok(());
            }
            let walk = Walk { at: None, over: 0, ended_ms: None, ..Walk::at(tx)? };
            tx.set_setting(WALK, &walk.write())?;
            // What more is kept from now on may come again.
            tx.set_setting(HORIZON, "")?;
            tx.set_setting(KEEPING, &format!("{} {}", keeping.days, keeping.posts))
        })
        .await?;
    Ok(())
}

/// Walks a little further where it is time to. Whether there is more to do at once.
pub async fn step(cx: Cx<'_>) -> Done<bool> {
    let now = cx.now;
    // Counting reads them all: apart from whoever writes, and once a walk.
    let begun = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, move |tx| {
            let (keeping, walk) = (Keeping::at(tx)?, Walk::at(tx)?);
            if walk.at.is_some() {
                return Ok(Some((keeping, walk)));
            }
            let is_due = walk.ended_ms.is_none_or(|ms| ms + i64::try_from(EVERY.as_millis()).unwrap_or(i64::MAX) <= now.as_millisecond());
            if !is_due {
                return Ok(None);
            }
            let over = if keeping.posts == 0 { 0 } else { tx.pruning().count()?.saturating_sub(keeping.posts) };
            Ok(Some((keeping, Walk { at: Some((i64::MIN, i64::MIN)), over, ..walk })))
        })
        .await?;
    let Some((keeping, walk)) = begun else { return Ok(false) };
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, move |tx| go_on(tx, keeping, walk, now)).await?)
}

fn go_on(tx: &Tx<'_>, keeping: Keeping, mut walk: Walk, now: Timestamp) -> Kept<bool> {
    let old = keeping.before(now);
    let until = if walk.over > 0 { old.max(now - YOUNG) } else { old };
    let (ms, post) = walk.at.unwrap_or((i64::MIN, i64::MIN));
    let after = (Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MIN), PostId(post));
    let passed = tx.pruning().walk(after, until, STEP)?;
    let mut seen = HashSet::new();
    let mut forgotten = 0;
    let (mut last, mut horizon) = (None, old);
    for one in &passed {
        let until = if walk.over > 0 { until } else { old };
        if one.said_at >= until || forgotten == FORGET_MAX {
            break;
        }
        last = Some(one);
        let Some(talk) = one.conversation.filter(|talk| seen.insert(*talk)) else { continue };
        if !tx.pruning().is_free(talk, until)? {
            continue;
        }
        let (posts, last_at) = tx.pruning().forget(talk)?;
        (walk.over, walk.talks, walk.posts) = (walk.over.saturating_sub(posts), walk.talks + 1, walk.posts + posts);
        forgotten += 1;
        horizon = horizon.max(last_at);
    }
    match last {
        Some(last) => walk.at = Some((last.said_at.as_millisecond(), last.post.0)),
        None => (walk.at, walk.over, walk.ended_ms) = (None, 0, Some(now.as_millisecond())),
    }
    if horizon > old {
        // It went for their number, before its age: it would be brought in again.
        let known = pruned_until(tx)?;
        tx.set_setting(HORIZON, &horizon.max(known).as_millisecond().to_string())?;
    }
    tx.set_setting(WALK, &walk.write())?;
    Ok(walk.at.is_some())
}

/// Until when talk was forgotten for its number, where any was.
fn pruned_until(tx: &Tx<'_>) -> Kept<Timestamp> {
    let kept = tx.setting(HORIZON)?.and_then(|ms| ms.parse().ok()).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    Ok(kept.unwrap_or(Timestamp::MIN))
}

/// Leaves out what was said so long ago that it would be forgotten again, unless its talk is kept, or goes on in what comes with it.
pub(crate) fn leave_out_old(tx: &Tx<'_>, batches: &mut [&mut Vec<Post>], now: Timestamp) -> Kept<()> {
    let horizon = Keeping::at(tx)?.before(now).max(pruned_until(tx)?);
    if batches.iter().all(|posts| posts.iter().all(|p| p.created_at > horizon)) {
        return Ok(());
    }
    let mut going: HashSet<(String, String)> = HashSet::new();
    let names = |post: &Post| names_of(post).into_iter().map(|(network, name)| (network.to_owned(), name.to_owned())).collect::<Vec<_>>();
    for post in batches.iter().flat_map(|posts| posts.iter()) {
        if post.created_at > horizon || tx.conversations().named(&names_of(post))?.iter().any(Option::is_some) {
            going.extend(names(post));
        }
    }
    // A post brings its thread's names in, by which the next may belong: each round finds one at least, or is the last.
    loop {
        let before = going.len();
        for post in batches.iter().flat_map(|posts| posts.iter()) {
            let all = names(post);
            if all.iter().any(|name| going.contains(name)) {
                going.extend(all);
            }
        }
        if going.len() == before {
            break;
        }
    }
    for posts in batches {
        posts.retain(|post| names(post).iter().any(|name| going.contains(name)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_goes_through_a_setting() {
        let walk = Walk { at: Some((-5, 7)), over: 3, ended_ms: Some(9), talks: 1, posts: 2 };
        assert_eq!(Walk::read(&walk.write()), Some(walk));
        assert_eq!(Walk::read(&Walk::default().write()), Some(Walk::default()));
        for bad in ["", "1 2 3", "x 2 3 4 5 6", "1 2 -3 - 0 0"] {
            assert_eq!(Walk::read(bad), None, "{bad}");
        }
    }
}
