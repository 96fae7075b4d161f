//! Edits and deletes follow the copies: what stands on the networks is changed or taken down there too. Both may safely be done
//! twice, so a doubt is simply tried again.

use jiff::SignedDuration;
use model::{AccountState, Delivery, DeliveryId, DeliveryState, DraftId, Part, Timestamp};
use networks::{Landing, NetworkError};
pub use store::follows::FollowState;
use store::follows::{Follow, FollowKind};
use store::posts::Sight;
use store::{Kept, Tx};

use super::drafts::Choice;
use super::later::take_back_in;
use super::plan::{Due, plan_each_in};
use super::render::{Press, render};
use crate::jobs::{Job, Next};
use crate::{Cx, Done, VerbError, calls, converse};

/// So many tries, then a person is told: a server that is down for a day is waited for.
const TRIES_MAX: u32 = 32;
const WAIT_FIRST: SignedDuration = SignedDuration::from_secs(20);
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);
const LOOK_AT_ACCOUNT: SignedDuration = SignedDuration::from_mins(15);

/// How a change or a taking down stands in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub delivery: DeliveryId,
    pub place: &'static str,
    pub handle: String,
    pub is_taking_down: bool,
    pub state: FollowState,
    pub why: Option<String>,
    /// How often it was tried without its going through.
    pub tries: u32,
    /// Trying once more may help.
    pub can_again: bool,
    /// A person does it there, and says so.
    pub is_by_hand: bool,
}

/// Takes a draft down wherever it stands, and back wherever it has not gone out.
pub async fn take_down(cx: Cx<'_>, draft: DraftId) -> Done<Vec<Followed>> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let standing = standing(tx, draft)?;
            match take_back_in(tx, draft, now) {
                Ok(_) => {}
                Err(VerbError::TooLate(_)) if !standing.is_empty() => {}
                Err(error) => return Err(error),
            }
            for d in standing {
                tx.follows().put(d.id, FollowKind::TakeDown, &d.part, now)?;
                Job::Follow(d.id).put(tx, now, now)?;
            }
            Ok::<_, VerbError>(())
        })
        .await?;
    cx.ring();
    followed(cx, draft).await
}

/// Changes the words of a draft wherever it stands and the network has edits, and where it is still in line; networks without edits say so,
/// and places with words of their own keep them.
pub async fn change(cx: Cx<'_>, draft: DraftId, text: &str) -> Done<Vec<Followed>> {
    let press = Press::of(cx);
    let (text, now) = (text.to_owned(), cx.now);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let mut kept = tx.drafts().get(draft)?;
            kept.draft.text = text;
            let standing = standing(tx, draft)?;
            if standing.is_empty() {
                return Err(VerbError::TooLate("It stands nowhere, so there is nothing to change.".into()));
            }
            let edits = tx.drafts().edits(draft)?;
            let has_own = |id| edits.iter().any(|e| e.account == id && e.choice == Choice::Own && !e.texts.is_empty());
            if standing.iter().all(|d| has_own(d.account)) {
                return Err(VerbError::wrong("text", "Every place it stands in has words of its own, which this does not change."));
            }
            for these in standing.chunk_by(|a, b| a.account == b.account).filter(|these| !has_own(these[0].account)) {
                let Some(account) = tx.accounts().find(these[0].account)? else { continue };
                let rendered = render(tx, &press, &kept, &account, None)?;
                let parts = rendered.outcome.map_err(VerbError::Misfits)?.parts;
                if parts.len() != these.len() {
                    let why = format!(
                        "On {} it stands as {}, and these words would make {}. Take it down and post anew, or keep to the length.",
                        rendered.place,
                        posts(these.len()),
                        posts(parts.len())
                    );
                    return Err(VerbError::wrong("text", why));
                }
                for (d, mut part) in these.iter().zip(parts) {
                    part.reply_to = d.part.reply_to.clone();
                    if part != d.part {
                        put_change(tx, d, &part, (account.rules.has_edit, rendered.place), now)?;
                    }
                }
            }
            if tx.drafts().save(&kept, now)?.is_none() {
                return Err(VerbError::TooLate("Somebody else changed it first. Nothing was changed.".into()));
            }
            plan_anew(tx, &press, draft, now)
        })
        .await?;
    cx.ring();
    followed(cx, draft).await
}

/// What is still in line goes out with the new words, when it was to go.
fn plan_anew(tx: &Tx<'_>, press: &Press, draft: DraftId, now: Timestamp) -> Done<()> {
    let all = tx.deliveries().of_draft(draft)?;
    let each: Vec<_> = (all.iter().filter(|d| d.part_index == 0 && d.state == DeliveryState::Planned))
        .map(|d| (d.account, Due { at: d.due, wished_at: d.wished_at.clone() }))
        .collect();
    if !each.is_empty() {
        plan_each_in(tx, press, draft, &each, now)?;
    }
    Ok(())
}

fn put_change(tx: &Tx<'_>, d: &Delivery, part: &Part, (has_edit, place): (bool, &str), now: Timestamp) -> Kept<()> {
    tx.follows().put(d.id, FollowKind::Change, part, now)?;
    if has_edit {
        return Job::Follow(d.id).put(tx, now, now);
    }
    let number = tx.follows().find(d.id)?.map_or(0, |f| f.number);
    let why = format!("{place} has no edits. What stands there stays as it is; you can take it down and post anew.");
    tx.follows().settle(d.id, number, FollowState::Refused, Some(&why), now)?;
    Ok(())
}

/// Tries a change or a taking down again that a network refused.
pub async fn follow_again(cx: Cx<'_>, id: DeliveryId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let follow = tx.follows().find(id)?.ok_or(VerbError::Missing("change"))?;
            tx.follows().put(id, follow.kind, &follow.part, now)?;
            Ok::<_, VerbError>(Job::Follow(id).put(tx, now, now)?)
        })
        .await?;
    cx.ring();
    Ok(())
}

/// How changes and takings down of a draft stand, place by place.
pub async fn followed(cx: Cx<'_>, draft: DraftId) -> Done<Vec<Followed>> {
    let networks = cx.app.networks.clone();
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let mut all = Vec::new();
            for follow in tx.follows().of_draft(draft)? {
                let d = tx.deliveries().get(follow.delivery)?;
                let Some(account) = tx.accounts().find(d.account)? else { continue };
                let network = networks.get(&account.network);
                all.push(Followed {
                    delivery: d.id,
                    is_by_hand: network.is_some_and(|n| n.by_hand().is_some()),
                    place: network.map_or("This network", |n| n.about().name),
                    handle: account.handle,
                    is_taking_down: follow.kind == FollowKind::TakeDown,
                    can_again: follow.state == FollowState::Refused && (follow.kind == FollowKind::TakeDown || account.rules.has_edit),
                    state: follow.state,
                    why: follow.why,
                    tries: follow.tries,
                });
            }
            Ok(all)
        })
        .await
}

fn standing(tx: &Tx<'_>, draft: DraftId) -> Kept<Vec<Delivery>> {
    let all = tx.deliveries().of_draft(draft)?.into_iter();
    Ok(all.filter(|d| d.state == DeliveryState::Landed && d.deleted_at.is_none()).collect())
}

fn posts(n: usize) -> String {
    if n == 1 { "one post".into() } else { format!("{} posts", super::fit::spelt(n)) }
}

/// Does what is wished for, at the network.
pub async fn follow(cx: Cx<'_>, id: DeliveryId) -> Done<Next> {
    let found = cx
        .app
        .store
        .read(cx.seat, move |tx| {
            let Some(follow) = tx.follows().find(id)?.filter(|f| f.state == FollowState::Planned) else { return Ok(None) };
            let d = tx.deliveries().get(id)?;
            let account = tx.accounts().find(d.account)?;
            Ok::<_, VerbError>(Some((follow, d, account)))
        })
        .await?;
    let Some((follow, d, account)) = found else { return Ok(Next::Over) };
    if account.as_ref().is_some_and(|a| a.state != AccountState::Working) {
        return Ok(Next::At(cx.now + LOOK_AT_ACCOUNT));
    }
    if account.as_ref().and_then(|a| cx.app.networks.get(&a.network)).is_some_and(|n| n.by_hand().is_some()) {
        let now = cx.now;
        return cx.app.store.write(cx.seat, move |tx| Ok(leave_to_hand(tx, &follow, now)?)).await;
    }
    let answer = match (&d.landed, account) {
        (Some(at), Some(_)) => at_the_network(cx, &follow, &d, at.clone()).await?,
        _ => Err(NetworkError::NotOffered),
    };
    let now = cx.now;
    cx.app.store.write(cx.seat, move |tx| Ok(conclude(tx, &follow, &d, answer, now)?)).await
}

/// Nothing can be done there by a program: it is said, and a person does it.
fn leave_to_hand(tx: &Tx<'_>, f: &Follow, now: Timestamp) -> Kept<Next> {
    let what = if f.kind == FollowKind::TakeDown { "take it down" } else { "change the words" };
    let why = format!("It was posted by hand. Open it there, {what} yourself, and say here that it is done.");
    tx.follows().settle(f.delivery, f.number, FollowState::Refused, Some(&why), now)?;
    Ok(Next::Over)
}

/// A person says that a change or a taking down was done there by hand.
pub async fn done_by_hand(cx: Cx<'_>, id: DeliveryId) -> Done<()> {
    let now = cx.now;
    let networks = cx.app.networks.clone();
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let follow = tx.follows().find(id)?.ok_or(VerbError::Missing("change"))?;
            let d = tx.deliveries().get(id)?;
            let account = tx.accounts().find(d.account)?;
            let is_by_hand = account.and_then(|a| networks.get(&a.network).map(|n| n.by_hand().is_some())).unwrap_or(false);
            if !is_by_hand || follow.state == FollowState::Done {
                return Err(VerbError::TooLate("That was settled already.".into()));
            }
            Job::Follow(id).delete(tx)?;
            // Wished for once more, so that what was said about it before is over.
            tx.follows().put(id, follow.kind, &follow.part, now)?;
            let follow = tx.follows().find(id)?.ok_or(VerbError::Missing("change"))?;
            tx.follows().settle(id, follow.number, FollowState::Done, None, now)?;
            Ok(done(tx, &follow, &d, None, now)?)
        })
        .await
}

async fn at_the_network(cx: Cx<'_>, follow: &Follow, d: &Delivery, at: model::PostRef) -> Done<Result<Option<Landing>, NetworkError>> {
    let is_taking_down = follow.kind == FollowKind::TakeDown;
    let goods = std::sync::Arc::new((at, follow.part.clone(), super::baggage::pack(cx, d).await?));
    let answer = calls::call(cx, d.account, move |network, call| {
        let goods = goods.clone();
        Box::pin(async move {
            let (at, part, baggage) = &*goods;
            let publish = network.publish().ok_or(NetworkError::NotOffered)?;
            if is_taking_down {
                publish.delete(call, at).await.map(|()| None)
            } else {
                publish.edit(call, at, part, baggage).await.map(Some)
            }
        })
    })
    .await;
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(VerbError::Network(error)) => Ok(Err(error)),
        Err(other) => Err(other),
    }
}

fn conclude(tx: &Tx<'_>, f: &Follow, d: &Delivery, answer: Result<Option<Landing>, NetworkError>, now: Timestamp) -> Kept<Next> {
    let error = match answer {
        Ok(landing) => {
            if tx.follows().settle(f.delivery, f.number, FollowState::Done, None, now)? {
                done(tx, f, d, landing, now)?;
            }
            return Ok(Next::Over);
        }
        Err(NetworkError::NotThere) if f.kind == FollowKind::TakeDown => {
            if tx.follows().settle(f.delivery, f.number, FollowState::Done, None, now)? {
                done(tx, f, d, None, now)?;
            }
            return Ok(Next::Over);
        }
        Err(error) => error,
    };
    if error == NetworkError::SignInAgain {
        return Ok(Next::At(now + LOOK_AT_ACCOUNT));
    }
    let tries = tx.follows().count_try(f.delivery, f.number)?;
    if error.may_pass() && tries < TRIES_MAX {
        let wait = (WAIT_FIRST * 2_i32.pow(tries.min(10))).min(WAIT_MAX);
        let at = match error {
            NetworkError::SlowDown { until } => until.clamp(now + WAIT_FIRST, now + WAIT_MAX),
            _ => now + wait,
        };
        return Ok(Next::At(at));
    }
    let why = match error {
        NetworkError::NotThere => "It is not there any more.".to_owned(),
        NetworkError::NotOffered => "This server cannot do that.".to_owned(),
        NetworkError::Refused(why) => why,
        other => other.to_string(),
    };
    tx.follows().settle(f.delivery, f.number, FollowState::Refused, Some(&why), now)?;
    Ok(Next::Over)
}

/// What was done there is noted here.
fn done(tx: &Tx<'_>, f: &Follow, d: &Delivery, landing: Option<Landing>, now: Timestamp) -> Kept<()> {
    let Some(account) = tx.accounts().find(d.account)? else { return Ok(()) };
    // It may be so young that it is not filed yet.
    super::filing::file(tx, &[d.id])?;
    let d = &tx.deliveries().get(d.id)?;
    let page = d.landed_url.as_deref().or(d.landed.as_ref().map(|at| at.id.as_str())).unwrap_or_default();
    let part = (f.kind == FollowKind::Change).then_some(&f.part);
    super::tell::put(tx, &account, d, part, page, now)?;
    match f.kind {
        FollowKind::TakeDown => {
            tx.deliveries().set_deleted(d.id, now)?;
            if let Some(at) = &d.landed {
                converse::take_in::take_down(tx, &account, &at.id, now)?;
            }
        }
        FollowKind::Change => {
            tx.deliveries().set_part_changed(d.id, &f.part, landing.as_ref().map_or("", |l| l.at.tag.as_str()))?;
            let kept = match d.post {
                Some(post) => tx.posts().find(post)?,
                None => None,
            };
            if let Some(mut kept) = kept {
                kept.post.text = f.part.text.clone();
                kept.post.edited_at = Some(now);
                let sight = Sight { author: kept.author, account: Some(account.id), is_mine: true, names_me: false };
                tx.posts().put(&kept.post, &sight, now)?;
                if let Some(conversation) = kept.conversation {
                    converse::refresh::refresh(tx, conversation, now)?;
                }
            }
        }
    }
    Ok(())
}
