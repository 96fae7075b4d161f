//! A part stands on its network: the next one may follow, and what we said is kept with the talk it belongs to.

use model::measure::links;
use model::{Account, Delivery, Hold, Kind, Media, MediaKind, Mention, Post, Profile, ReplyTo, Timestamp};
use networks::Landing;
use store::gestures::Gesture;
use store::posts::Sight;
use store::{Kept, Tx};

use crate::jobs::Job;

/// Words of a post by which a gesture is remembered.
const WHAT_MAX: usize = 80;

/// Called in the transaction that settles a delivery as landed.
pub fn landed(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    next_part(tx, delivery, landing, now)?;
    keep_own_post(tx, delivery, landing, now)
}

/// The next part of the thread learns what it answers, and is put in line.
fn next_part(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    let Some(mut next) = tx.deliveries().part(delivery.draft, delivery.account, delivery.part_index + 1)? else { return Ok(()) };
    let root = delivery.part.reply_to.as_ref().map_or_else(|| landing.at.clone(), |r| r.root.clone());
    next.part.reply_to = Some(ReplyTo { parent: landing.at.clone(), root });
    tx.deliveries().set_part(next.id, &next.part)?;
    if next.hold == Some(Hold::Before) {
        tx.deliveries().unhold(next.id)?;
    }
    Job::Deliver(next.id).put(tx, next.due.max(now), now)
}

/// What we said is known at once, before the network shows it to us.
fn keep_own_post(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    let Some(account) = tx.accounts().find(delivery.account)? else { return Ok(()) };
    let author = tx.profiles().put(&profile_of(&account), now)?;
    tx.profiles().set_mine(author.id, account.id)?;
    let post = post_of(&account, delivery, landing, now);
    let sight = Sight { author: author.id, account: Some(account.id), is_mine: true, names_me: false };
    let put = tx.posts().put(&post, &sight, now)?;
    tx.deliveries().set_post(delivery.id, put.id())?;
    let Some(kept) = tx.drafts().find(delivery.draft)? else { return Ok(()) };
    if let Some(reply) = &kept.draft.reply {
        tx.posts().set_conversation(put.id(), reply.conversation)?;
        if let Some(person) = reply.person.filter(|_| kept.draft.kind != Kind::Talks && delivery.part_index == 0) {
            let gesture = Gesture {
                person,
                is_mine: true,
                kind: kept.draft.kind,
                what: kept.draft.text.chars().take(WHAT_MAX).collect(),
                post: Some(put.id()),
                delivery: Some(delivery.id),
                at: now,
            };
            tx.gestures().put(&gesture, now)?;
        }
    }
    Ok(())
}

fn profile_of(account: &Account) -> Profile {
    Profile {
        network: account.network.clone(),
        remote_id: account.remote_id.clone(),
        handle: account.handle.clone(),
        name: account.name.clone(),
        url: account.url.clone(),
        avatar_url: account.avatar_url.clone(),
        ..Profile::default()
    }
}

fn post_of(account: &Account, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Post {
    let part = &delivery.part;
    let mut post = Post::new(landing.at.clone(), profile_of(account), part.text.clone(), now);
    post.title = part.title.clone();
    post.url = landing.url.clone();
    post.language = part.language.clone();
    post.reply_to = part.reply_to.as_ref().map(|r| r.parent.id.clone());
    post.root = part.reply_to.as_ref().map(|r| r.root.id.clone());
    post.mentions = part.mentions.iter().map(|(handle, id)| Mention { remote_id: id.clone(), handle: handle.clone() }).collect();
    post.tags =
        model::measure::tags(&part.text).into_iter().map(|(s, e)| part.text[s..e].trim_start_matches(['#', '＃']).to_owned()).collect();
    post.links = links(&part.text).into_iter().map(|(s, e)| part.text[s..e].to_owned()).collect();
    post.media = (part.pictures.iter().enumerate())
        .map(|(i, p)| Media {
            kind: MediaKind::Picture,
            url: format!("/drafts/{}/pictures/{i}", delivery.draft),
            preview_url: None,
            alt: p.alt.clone(),
        })
        .collect();
    post.warning = part.warning.clone();
    post.visibility = part.visibility;
    post
}
