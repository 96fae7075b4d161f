//! What we said stands on a network: it takes its place in its conversation at once, before the network tells us of it.

use model::{Account, ConversationId, Delivery, Draft, Post, Profile, Timestamp};
use networks::Landing;
use store::{Kept, Tx};

use super::refresh::refresh;
use super::take_in::{Arrival, join_by, names_of, take_in};

/// The network under which our own drafts are names: what one draft became on two networks is one conversation.
const DRAFTS: &str = "";

/// Keeps a part of ours that has landed as a post of its conversation and passes the turn on. Called by publish in the transaction
/// that settles the delivery; doing so twice changes nothing.
pub fn landed(tx: &Tx<'_>, account: &Account, delivery: &Delivery, draft: &Draft, landing: &Landing, now: Timestamp) -> Kept<()> {
    let post = post_of(tx, account, delivery, landing, now)?;
    // The conversation is named first: else the post would open one of its own, to be joined to this one at once.
    let name = format!("draft:{}", draft.id);
    let mut names = names_of(&post);
    names.push((DRAFTS, &name));
    let conversation = join_by(tx, &post, &names, now)?;
    let mut marks = tx.conversations().get(conversation)?.marks;
    let before = marks.clone();
    if marks.answering == Some(draft.id) {
        marks.answering = None;
    }
    marks.aim = marks.aim.or(draft.aim);
    if marks != before {
        tx.conversations().set_marks(conversation, &marks)?;
    }
    for id in take_in(tx, account, std::slice::from_ref(&post), Arrival::Fresh, now)? {
        tx.posts().set_delivery(id, delivery.id)?;
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

fn post_of(tx: &Tx<'_>, account: &Account, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<Post> {
    let author = match tx.profiles().of_account(account.id)? {
        Some(kept) => kept.profile,
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
    let part = &delivery.part;
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
    }
    Ok(post)
}
