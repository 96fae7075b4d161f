//! What we said stands on a network: it takes its place in its conversation at once, before the network tells us of it. Much of it lands
//! at the same time, so it is kept together; what is out of the ordinary takes the way of all posts (`take_in.rs`) afterwards.

use std::collections::{BTreeMap, HashMap};

use model::{Account, ConversationId, Delivery, Draft, NetworkKey, Post, PostId, Profile, Timestamp};
use networks::Landing;
use store::conversations::KeptConversation;
use store::posts::{OwnPost, Sight};
use store::profiles::KeptProfile;
use store::{Kept, Tx};

use super::refresh::{refresh, refresh_each};
use super::take_in::{Arrival, has_long_names, join_by, names_of, take_in};

/// The network under which our own drafts are names: what one draft became on two networks is one conversation.
const DRAFTS: &str = "";

/// A part of ours that stands on its network.
#[derive(Clone, Copy)]
pub struct Stands<'a> {
    pub account: &'a Account,
    pub delivery: &'a Delivery,
    pub draft: &'a Draft,
    pub landing: &'a Landing,
    /// The number under which the post is kept, or is going to be.
    pub post: PostId,
    /// The network has told us of it already.
    pub is_known: bool,
    pub now: Timestamp,
}

/// A post on its way into its conversation, with the name that its draft is.
struct Arriving<'a> {
    stands: &'a Stands<'a>,
    post: Post,
    draft: String,
    author: Option<&'a KeptProfile>,
}

impl Arriving<'_> {
    fn names(&self) -> Vec<(&str, &str)> {
        let mut names = names_of(&self.post);
        names.push((DRAFTS, &self.draft));
        // What answers a post of another network belongs to that post's talk, and so do the answers to it.
        names.extend(self.stands.draft.reply.as_ref().and_then(|r| r.to.parent.as_elsewhere()));
        names
    }
    fn sight(&self, author: &KeptProfile) -> Sight {
        Sight { author: author.id, account: Some(self.stands.account.id), is_mine: true, names_me: false }
    }
}

/// Keeps parts of ours that have landed as posts of their conversations, and passes the turns on. Called by publish in the transaction
/// that settles the deliveries; doing so twice changes nothing.
pub fn landed(tx: &Tx<'_>, all: &[Stands<'_>]) -> Kept<()> {
    let Some(now) = all.iter().map(|s| s.now).max() else { return Ok(()) };
    let mine = tx.profiles().mine()?;
    let by_account: HashMap<_, _> = mine.iter().filter_map(|p| Some((p.account?, p))).rev().collect();
    let arriving = all
        .iter()
        .map(|stands| {
            let author = by_account.get(&stands.account.id).copied();
            Ok(Arriving { stands, post: post_of(tx, stands, author)?, draft: format!("draft:{}", stands.draft.id), author })
        })
        .collect::<Kept<Vec<_>>>()?;
    let mut plan = Plan::of(tx, &arriving, now)?;
    plan.keep(tx, now)?;
    for odd in plan.odd {
        keep_alone(tx, odd)?;
    }
    Ok(())
}

/// Which post goes into which conversation.
struct Plan<'a> {
    /// By number; those that are not kept yet are marked.
    conversations: BTreeMap<ConversationId, (KeptConversation, bool)>,
    plain: Vec<(&'a Arriving<'a>, &'a KeptProfile, ConversationId)>,
    /// Names that mean nothing yet, with what they shall mean.
    names: Vec<(ConversationId, (&'a str, &'a str))>,
    /// Known already, or holding halves together that are to be joined.
    odd: Vec<&'a Arriving<'a>>,
}

impl<'a> Plan<'a> {
    fn of(tx: &Tx<'_>, all: &'a [Arriving<'a>], now: Timestamp) -> Kept<Plan<'a>> {
        let asked: Vec<(&str, &str)> = all.iter().flat_map(Arriving::names).collect();
        let found = tx.conversations().named(&asked)?;
        let mut known: HashMap<(&str, &str), ConversationId> =
            asked.into_iter().zip(found).filter_map(|(name, id)| Some((name, id?))).collect();
        let mut plan = Plan { conversations: BTreeMap::new(), plain: Vec::new(), names: Vec::new(), odd: Vec::new() };
        let mut standing: Vec<ConversationId> = Vec::new();
        for one in all {
            let names = one.names();
            let mut found: Vec<ConversationId> = names.iter().filter_map(|name| known.get(name)).copied().collect();
            found.sort_unstable();
            found.dedup();
            let Some(author) = one.author.filter(|_| !one.stands.is_known && found.len() < 2 && !has_long_names(&one.post)) else {
                plan.odd.push(one);
                continue;
            };
            let conversation = match found.first() {
                Some(id) => {
                    standing.extend((!plan.conversations.contains_key(id)).then_some(*id));
                    *id
                }
                None => {
                    let id: ConversationId = tx.fresh(now);
                    plan.conversations.insert(id, (KeptConversation::fresh(id, &one.post.network, now), true));
                    id
                }
            };
            for name in names {
                if known.insert(name, conversation).is_none() {
                    plan.names.push((conversation, name));
                }
            }
            plan.plain.push((one, author, conversation));
        }
        standing.sort_unstable();
        standing.dedup();
        for kept in tx.conversations().get_each(&standing)? {
            plan.conversations.insert(kept.id, (kept, false));
        }
        Ok(plan)
    }

    fn keep(&mut self, tx: &Tx<'_>, now: Timestamp) -> Kept<()> {
        let own: Vec<OwnPost<'_>> = self
            .plain
            .iter()
            .map(|(one, author, conversation)| OwnPost {
                id: one.stands.post,
                post: &one.post,
                sight: one.sight(author),
                conversation: *conversation,
                delivery: one.stands.delivery.id,
                // Our own words count as news from the day we connected.
                heard_at: (one.post.created_at >= one.stands.account.created_at).then_some(one.stands.now),
            })
            .collect();
        tx.posts().put_own(&own, now)?;
        tx.conversations().put_names_of(&self.names)?;
        let has_holes = tx.threads().has_holes()?;
        for (one, author, conversation) in &self.plain {
            crate::relate::tie::said(tx, one.stands.post, &one.post, &one.sight(author))?;
            if has_holes {
                for name in [Some(&one.post.at.id), one.post.local.as_ref()].into_iter().flatten() {
                    tx.threads().hole_filled(&one.post.network, name)?;
                }
            }
            // Only what answers somebody can be a word between two.
            if one.post.reply_to.is_some() {
                crate::relate::ledger::judge(tx, one.stands.post)?;
            }
            if let Some((kept, is_new)) = self.conversations.get_mut(conversation) {
                mark(tx, kept, *is_new, one.stands.draft)?;
            }
        }
        refresh_each(tx, std::mem::take(&mut self.conversations).into_values().collect(), now)
    }
}

/// An answer is no longer on its way once it stands, and a talk serves the aim that was spoken for.
fn mark(tx: &Tx<'_>, kept: &mut KeptConversation, is_new: bool, draft: &Draft) -> Kept<()> {
    let before = kept.marks.clone();
    kept.marks.answering = kept.marks.answering.filter(|id| *id != draft.id);
    kept.marks.aim = kept.marks.aim.or(draft.aim);
    if kept.marks == before || is_new { Ok(()) } else { tx.conversations().set_marks(kept.id, &kept.marks) }
}

/// The way of all posts, for one.
fn keep_alone(tx: &Tx<'_>, one: &Arriving<'_>) -> Kept<()> {
    let (s, now) = (one.stands, one.stands.now);
    // The conversation is named first: else the post would open one of its own, to be joined to this one at once.
    let conversation = join_by(tx, &one.post, &one.names(), now)?;
    mark(tx, &mut tx.conversations().get(conversation)?, false, s.draft)?;
    for id in take_in(tx, s.account, std::slice::from_ref(&one.post), Arrival::Fresh, now)? {
        tx.deliveries().set_post(s.delivery.id, id)?;
        crate::relate::ledger::judge(tx, id)?;
    }
    Ok(())
}

/// An answer of ours will not land (refused, taken back, or nobody can tell): the conversation waits again.
pub fn not_landed(tx: &Tx<'_>, conversation: ConversationId, now: Timestamp) -> Kept<()> {
    let conversation = tx.conversations().resolve(conversation)?;
    let Some(kept) = tx.conversations().find(conversation)? else { return Ok(()) };
    let mut marks = kept.marks;
    marks.answering = None;
    marks.done_at = None;
    tx.conversations().set_marks(conversation, &marks)?;
    refresh(tx, conversation, now)
}

fn post_of(tx: &Tx<'_>, stands: &Stands<'_>, author: Option<&KeptProfile>) -> Kept<Post> {
    let Stands { account, landing, now, .. } = *stands;
    let author = match author {
        Some(kept) => kept.profile.clone(),
        None => Profile {
            network: account.network.clone(),
            remote_id: account.remote_id.clone(),
            handle: account.handle.clone(),
            name: account.name.clone(),
            url: account.url.clone(),
            avatar_url: account.avatar_url.clone(),
            ..Profile::default()
        },
    };
    let part = &stands.delivery.part;
    let mut post = Post::new(landing.at.clone(), author, part.text.clone(), now);
    post.local = landing.at.local();
    post.title = part.title.clone();
    post.url = landing.url.clone();
    post.language = part.language.clone();
    post.warning = part.warning.clone();
    post.visibility = part.visibility;
    post.mentions = part.mentions.iter().map(|(handle, id)| model::Mention { remote_id: id.clone(), handle: handle.clone() }).collect();
    post.links = model::measure::links(&part.text).into_iter().map(|(start, end)| part.text[start..end].to_owned()).collect();
    if let Some(reply) = &part.reply_to {
        post.reply_to = Some(reply.parent.id.clone());
        post.root = Some(reply.root.id.clone());
        post.reply_to_author = tx.posts().find_remote(&account.network, &reply.parent.id)?.map(|p| p.post.author.remote_id);
    } else if let Some((network, id)) = stands.draft.reply.as_ref().and_then(|r| r.to.parent.as_elsewhere()) {
        post.reply_to_author = tx.posts().find_remote(&NetworkKey::new(network), id)?.map(|p| p.post.author.remote_id);
    }
    Ok(post)
}
