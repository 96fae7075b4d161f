//! The one way in for posts, from wherever they come: authors, posts, threads and turns in one transaction.

use std::collections::{BTreeSet, HashSet};

use model::{Account, ConversationId, Post, PostId, Timestamp};
use sha2::{Digest, Sha256};
use store::conversations::Marks;
use store::posts::{Put, Sight};
use store::{Kept, Tx};

use super::refresh::refresh;

/// Whether posts come as news, which may be somebody's turn, or as history, which never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    History,
    Fresh,
}

/// Keeps posts with their authors, joins them to their conversations and computes whose turn each is. Order and doubling do not
/// matter. Answers the posts' numbers, in the order given. Our own words count as news from the day we connected.
pub fn take_in(tx: &Tx<'_>, account: &Account, posts: &[Post], how: Arrival, now: Timestamp) -> Kept<Vec<PostId>> {
    let all: Vec<Arriving<'_>> = posts.iter().map(|post| Arriving { post, how, is_for_us: false }).collect();
    take_all(tx, account, &all, now)
}

/// A post on its way in.
pub(super) struct Arriving<'a> {
    pub post: &'a Post,
    pub how: Arrival,
    /// The network told us of it because it concerns us.
    pub is_for_us: bool,
}

pub(super) fn take_all(tx: &Tx<'_>, account: &Account, all: &[Arriving<'_>], now: Timestamp) -> Kept<Vec<PostId>> {
    let ours = Ours::at(tx)?;
    let mut ids = Vec::with_capacity(all.len());
    let mut touched = BTreeSet::new();
    for arriving in all {
        let (id, conversation) = take_one(tx, account, &ours, arriving, now)?;
        ids.push(id);
        touched.insert(conversation);
    }
    // Of two that were joined meanwhile only one is left.
    let touched: BTreeSet<ConversationId> = touched.into_iter().map(|id| tx.conversations().resolve(id)).collect::<Kept<_>>()?;
    for id in touched {
        refresh(tx, id, now)?;
    }
    Ok(ids)
}

/// Names longer than this don't fit into a database's index; no honest network has such.
const NAME_BYTES_MAX: usize = 1000;

/// Whether a post has a name that is too long to be kept as it is.
pub(super) fn has_long_names(post: &Post) -> bool {
    with_short_names(post).is_some()
}

/// The post with every name short enough to be kept, where one is not: a hostile name must not stop the others from coming in.
fn with_short_names(post: &Post) -> Option<Post> {
    let is_long = |name: &String| name.len() > NAME_BYTES_MAX;
    let mut all =
        [Some(&post.at.id), post.local.as_ref(), post.reply_to.as_ref(), post.root.as_ref(), Some(&post.at.tag)].into_iter().flatten();
    if !all.any(is_long) && !is_long(&post.author.remote_id) && !is_long(&post.author.handle) {
        return None;
    }
    let mut post = post.clone();
    let names = [Some(&mut post.at.id), Some(&mut post.at.tag), Some(&mut post.author.remote_id), Some(&mut post.author.handle)];
    for name in names.into_iter().chain([post.local.as_mut(), post.reply_to.as_mut(), post.root.as_mut()]).flatten() {
        if name.len() > NAME_BYTES_MAX {
            let hash: String = Sha256::digest(name.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
            *name = format!("long:{hash}");
        }
    }
    Some(post)
}

/// A post was taken down by its author; `name` is its global name, or what this account's server calls it.
pub fn take_down(tx: &Tx<'_>, account: &Account, name: &str, now: Timestamp) -> Kept<()> {
    let id = match tx.posts().find_remote(&account.network, name)? {
        Some(kept) => Some(kept.id),
        None => tx.posts().find_tag(account.id, name)?,
    };
    let Some(id) = id else { return Ok(()) };
    tx.posts().set_deleted(id, now)?;
    match tx.threads().of_post(id)? {
        Some(conversation) => refresh(tx, conversation, now),
        None => Ok(()),
    }
}

/// Our own names, to know when we are meant.
struct Ours {
    remote_ids: HashSet<String>,
    handles: HashSet<String>,
}

impl Ours {
    fn at(tx: &Tx<'_>) -> Kept<Ours> {
        let mine = tx.profiles().mine()?;
        Ok(Ours {
            remote_ids: mine.iter().map(|p| p.profile.remote_id.clone()).collect(),
            handles: mine.iter().map(|p| p.profile.handle.to_lowercase()).collect(),
        })
    }
    fn are_meant(&self, post: &Post) -> bool {
        post.reply_to_author.as_ref().is_some_and(|id| self.remote_ids.contains(id))
            || post
                .mentions
                .iter()
                .any(|m| self.remote_ids.contains(&m.remote_id) || self.handles.contains(&m.handle.trim_start_matches('@').to_lowercase()))
    }
}

fn take_one(tx: &Tx<'_>, account: &Account, ours: &Ours, arriving: &Arriving<'_>, now: Timestamp) -> Kept<(PostId, ConversationId)> {
    let short = with_short_names(arriving.post);
    let post = short.as_ref().unwrap_or(arriving.post);
    let author = tx.profiles().put(&post.author, now)?;
    if author.is_changed {
        crate::relate::work::follow(tx, author.person, &author.profile)?;
        crate::relate::nature::tell(tx, author.person)?;
    }
    let is_mine = author.account.is_some() || ours.remote_ids.contains(&post.author.remote_id);
    let sight =
        Sight { author: author.id, account: Some(account.id), is_mine, names_me: !is_mine && (arriving.is_for_us || ours.are_meant(post)) };
    let put = if post.created_at > now {
        // A clock that runs ahead must not keep its owner's words the last for ever.
        tx.posts().put(&Post { created_at: now, ..post.clone() }, &sight, now)?
    } else {
        tx.posts().put(post, &sight, now)?
    };
    let is_news = if is_mine { post.created_at >= account.created_at } else { arriving.how == Arrival::Fresh };
    if is_news {
        tx.posts().set_heard(put.id(), now)?;
    }
    let conversation = join(tx, post, put.id(), now)?;
    crate::relate::tie::said(tx, put.id(), post, &sight)?;
    if !matches!(put, Put::Known(_)) {
        crate::relate::ledger::judge(tx, put.id())?;
        crate::relate::ledger::judge_answers(tx, put.id())?;
    }
    if let Put::New(_) = put {
        tx.threads().hole_filled(&post.network, &post.at.id)?;
        if let Some(local) = &post.local {
            tx.threads().hole_filled(&post.network, local)?;
        }
    }
    Ok((put.id(), conversation))
}

/// Puts a post into its conversation: all that share a name (its own, what it answers, its root) are one. Halves that it holds
/// together are joined, and the older number stays.
pub(super) fn join(tx: &Tx<'_>, post: &Post, id: PostId, now: Timestamp) -> Kept<ConversationId> {
    let conversation = join_by(tx, post, &names_of(post), now)?;
    tx.posts().set_conversation(id, conversation)?;
    Ok(conversation)
}

/// The names by which a post belongs to its conversation.
pub(crate) fn names_of(post: &Post) -> Vec<(&str, &str)> {
    let network = post.network.as_str();
    let mut names: Vec<(&str, &str)> = vec![(network, &post.at.id)];
    names.extend([&post.local, &post.reply_to, &post.root].into_iter().flatten().filter(|n| !n.is_empty()).map(|n| (network, n.as_str())));
    names.dedup();
    names
}

/// The one conversation that all these names mean from now on.
pub(super) fn join_by(tx: &Tx<'_>, post: &Post, names: &[(&str, &str)], now: Timestamp) -> Kept<ConversationId> {
    let found = tx.conversations().of_names(names)?;
    let kept = match found.first() {
        Some(first) => *first,
        None => tx.conversations().create(&post.network, now)?,
    };
    for gone in found.into_iter().skip(1) {
        let (a, b) = (tx.conversations().get(kept)?.marks, tx.conversations().get(gone)?.marks);
        tx.conversations().merge(kept, gone, &both(a, b))?;
    }
    tx.conversations().put_names(kept, names)?;
    Ok(kept)
}

/// What a person did with either half holds for the whole.
fn both(a: Marks, b: Marks) -> Marks {
    let (newer, older) = if b.later_at > a.later_at { (&b, &a) } else { (&a, &b) };
    Marks {
        later_until: newer.later_until,
        later_until_reply: newer.later_until_reply,
        later_firmly: newer.later_firmly,
        later_at: newer.later_at,
        done_at: a.done_at.max(b.done_at),
        joined_at: older.joined_at.or(newer.joined_at),
        answering: a.answering.or(b.answering),
        aim: a.aim.or(b.aim),
        assigned: a.assigned.or(b.assigned),
        muted_at: a.muted_at.or(b.muted_at),
    }
}
