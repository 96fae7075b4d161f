//! Somebody says that a page of theirs links to one of ours. It is kept and looked at later; nothing of it is believed before their page
//! has been read. What it says takes its place in the conversation of our post, follows its changes, and goes with it.

use jiff::SignedDuration;
use model::{Account, DeskId, PostId, Timestamp, WebmentionId};
use networks::{NetworkError, Saying, Speaks, Told};
use store::posts::KeptPost;
use store::signs::KeptSign;
use store::webmentions::{TellState, TellWay, Telling, Webmention};
use store::{Kept, StoreError, Tx};

use super::refresh::refresh;
use super::take_in::{Arrival, Arriving, join_by, take_all};
use crate::jobs::{Job, Next};
use crate::publish::tell::{again_at, host, is_web};
use crate::reflect::links;
use crate::relate::tie;
use crate::{App, Cx, Done, VerbError};

/// The longest address that is taken.
const URL_BYTES_MAX: usize = 1000;
/// Pages of one host in a minute; more is no talk.
const PER_HOST_MAX: u64 = 20;
const PER_HOST_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// Pages that wait to be read; until some have been, no more are taken.
const WAITING_MAX: u64 = 1000;
/// The same pair again sooner than this is not looked at again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// So many tries at a page that cannot be had, then it is let go.
const TRIES_MAX: u32 = 5;

/// What comes of being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// It is in line to be looked at.
    Kept,
    /// It was looked at a moment ago.
    Known,
    /// It cannot be meant for us, or not be meant: why, as a sentence.
    Wrong(&'static str),
    /// Too much at once.
    TooMany,
}

/// Where something of ours is told of.
struct Ours {
    account: Account,
    post: Option<KeptPost>,
}

/// Takes notice. Needs no sign-in; nothing is fetched here.
pub async fn hear(app: &App, source: &str, target: &str, now: Timestamp) -> Done<Hearing> {
    let (source, target) = (source.trim().to_owned(), target.trim().to_owned());
    if ![&source, &target].iter().all(|u| is_web(u) && u.len() <= URL_BYTES_MAX && !u.contains(char::is_whitespace) && host(u).is_some()) {
        return Ok(Hearing::Wrong("Both source and target are needed, as web addresses."));
    }
    if source == target {
        return Ok(Hearing::Wrong("A page does not tell itself."));
    }
    let public_url = app.config.public_url.clone();
    let heard = app
        .store
        .write_unscoped::<_, StoreError>(move |tx| {
            let Some(desk) = desk_of(tx, &target, &public_url)? else {
                return Ok(Hearing::Wrong("The target is no page of ours."));
            };
            tx.at(desk, |tx| keep(tx, &source, &target, &public_url, now))
        })
        .await?;
    if heard == Hearing::Kept {
        app.bell.notify_one();
    }
    Ok(heard)
}

/// The desk whose page it is: of a connected own site, or one of its short links.
fn desk_of(tx: &mut store::Unscoped<'_>, target: &str, public_url: &str) -> Kept<Option<DeskId>> {
    if let Some(code) = code_of(target, public_url) {
        return Ok(tx.link_by_code(code)?.map(|(desk, _)| desk));
    }
    Ok(tx.own_sites()?.into_iter().find(|(_, account)| is_of(account, target)).map(|(desk, _)| desk))
}

fn code_of<'t>(target: &'t str, public_url: &str) -> Option<&'t str> {
    let own = format!("{}{}", public_url.trim_end_matches('/'), links::PATH);
    target.strip_prefix(&own).map(|rest| rest.split(['?', '#', '/']).next().unwrap_or_default()).filter(|c| !c.is_empty())
}

/// Whether an address lies on an account's own site.
fn is_of(account: &Account, target: &str) -> bool {
    let home = account.url.as_deref().unwrap_or(&account.server);
    let bare = |url: &str| url.split_once("://").map_or(String::new(), |(_, rest)| rest.trim_end_matches('/').to_owned());
    let (home, target) = (bare(home), bare(target));
    account.rules.site.is_own
        && !home.is_empty()
        && (target == home || target.starts_with(&format!("{home}/")) || target.starts_with(&format!("{home}?")))
}

fn keep(tx: &Tx<'_>, source: &str, target: &str, public_url: &str, now: Timestamp) -> Kept<Hearing> {
    let all = tx.webmentions();
    let Some(ours) = ours(tx, target, public_url)? else { return Ok(Hearing::Wrong("The target is no page of ours.")) };
    if let Some(known) = all.find_pair(TellWay::In, source, target)?
        && now.duration_since(known.told_at) < AGAIN_AFTER
    {
        return Ok(Hearing::Known);
    }
    let from = host(source).unwrap_or_default();
    if all.count_from(&from, now - PER_HOST_WITHIN)? >= PER_HOST_MAX || all.count_waiting()? >= WAITING_MAX {
        return Ok(Hearing::TooMany);
    }
    let telling = Telling { way: TellWay::In, source, target, host: &from, account: ours.account.id, delivery: None };
    let id = all.put(&telling, now)?;
    Job::Verify(id).put(tx, now, now)?;
    Ok(Hearing::Kept)
}

/// What of ours stands at an address, at this desk.
fn ours(tx: &Tx<'_>, target: &str, public_url: &str) -> Kept<Option<Ours>> {
    let accounts = tx.accounts().list()?;
    if let Some(code) = code_of(target, public_url) {
        let Some(draft) = tx.links().find_code(code)?.and_then(|l| l.draft) else { return Ok(None) };
        let landed = tx.deliveries().of_draft(draft)?.into_iter().find(|d| d.post.is_some());
        let Some(delivery) = landed else { return Ok(None) };
        let post = delivery.post.map(|id| tx.posts().find(id)).transpose()?.flatten();
        return Ok(accounts.into_iter().find(|a| a.id == delivery.account).map(|account| Ours { account, post }));
    }
    let Some(account) = accounts.into_iter().find(|a| is_of(a, target)) else { return Ok(None) };
    let bare = target.split('#').next().unwrap_or(target);
    let slashed = format!("{}/", bare.trim_end_matches('/'));
    for name in [bare, bare.trim_end_matches('/'), &slashed] {
        let post = match tx.posts().find_remote(&account.network, name)? {
            Some(post) => Some(post),
            None => tx.deliveries().post_landed_at(account.id, name)?.map(|id| tx.posts().find(id)).transpose()?.flatten(),
        };
        if let Some(post) = post.filter(|p| p.is_mine) {
            return Ok(Some(Ours { account, post: Some(post) }));
        }
    }
    Ok(Some(Ours { account, post: None }))
}

/// The job: reads the page that told us.
pub async fn verify(cx: Cx<'_>, id: WebmentionId) -> Done<Next> {
    let found = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.webmentions().find(id)?)).await?;
    let Some(w) = found.filter(|w| w.is_in && w.state == TellState::Waiting) else { return Ok(Next::Over) };
    let Some(pages) = cx.app.networks.all().find_map(|n| n.pages()) else { return Ok(Next::Over) };
    let told = pages.check(&cx.app.http, &w.source, &w.target, cx.now).await;
    let (now, public_url) = (cx.now, cx.app.config.public_url.clone());
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(conclude(tx, &w, told, &public_url, now)?)).await
}

fn conclude(tx: &Tx<'_>, w: &Webmention, told: Result<Told, NetworkError>, public_url: &str, now: Timestamp) -> Kept<Next> {
    let all = tx.webmentions();
    match told {
        Ok(Told::Says(saying)) => match ours(tx, &w.target, public_url)? {
            Some(ours) => {
                let why = believe(tx, w, &ours, &saying, now)?;
                all.settle(w.id, if why.is_none() { TellState::Done } else { TellState::Refused }, why, now)?;
            }
            None => all.settle(w.id, TellState::Refused, Some("The target is no page of ours any more."), now)?,
        },
        Ok(Told::Nothing) => {
            forget(tx, w, now)?;
            all.settle(w.id, TellState::Refused, Some("The page does not link to ours."), now)?;
        }
        Ok(Told::Gone) => {
            forget(tx, w, now)?;
            all.settle(w.id, TellState::Gone, None, now)?;
        }
        Err(error) if error.may_pass() => {
            let tries = all.count_try(w.id, &error.to_string())?;
            if tries < TRIES_MAX {
                return Ok(Next::At(again_at(&error, tries, now)));
            }
            all.settle(w.id, TellState::Refused, Some(&error.to_string()), now)?;
        }
        Err(error) => all.settle(w.id, TellState::Refused, Some(&error.to_string()), now)?,
    }
    Ok(Next::Over)
}

/// Their page was read and links to ours. Answers why it is left out all the same, where it is.
fn believe(tx: &Tx<'_>, w: &Webmention, ours: &Ours, saying: &Saying, now: Timestamp) -> Kept<Option<&'static str>> {
    let mut post = saying.post.clone();
    if tx.profiles().mine()?.iter().any(|p| p.profile.remote_id == post.author.remote_id) {
        return Ok(Some("It is a page of our own."));
    }
    let sign = match saying.how {
        Speaks::Likes => Some("like"),
        Speaks::PassesOn => Some("boost"),
        Speaks::Answers | Speaks::Names => None,
    };
    if let Some(kind) = sign {
        return like(tx, w, ours, saying, kind, now).map(|()| None);
    }
    if let Some(before) = &w.sign {
        tx.signs().undo(w.account, before, &w.source, now)?;
    }
    if let (Speaks::Answers, Some(mine)) = (saying.how, &ours.post) {
        post.reply_to_author = Some(mine.post.author.remote_id.clone());
        if mine.post.network == post.network {
            post.reply_to = Some(mine.post.at.id.clone());
        }
    }
    let arriving = Arriving { post: &post, how: Arrival::Fresh, is_for_us: true };
    let ids = take_all(tx, &ours.account, &[arriving], now)?;
    tx.webmentions().set_kept(w.id, ids.first().copied(), None)?;
    if let Some(mine) = &ours.post {
        let names = [(mine.post.network.as_str(), mine.post.at.id.as_str()), (post.network.as_str(), post.at.id.as_str())];
        let conversation = join_by(tx, &post, &names, now)?;
        refresh(tx, conversation, now)?;
    }
    Ok(None)
}

fn like(tx: &Tx<'_>, w: &Webmention, ours: &Ours, saying: &Saying, kind: &'static str, now: Timestamp) -> Kept<()> {
    if let Some(before) = w.post {
        take_away(tx, before, now)?;
    }
    let by = tx.profiles().put(&saying.post.author, now)?;
    let sign = KeptSign {
        account: ours.account.id,
        post: ours.post.as_ref().map(|p| p.id),
        profile: Some(by.id),
        kind,
        is_mine: false,
        remote_id: w.source.clone(),
        receipt: None,
        at: saying.post.created_at,
    };
    if tx.signs().put(&sign)? {
        tie::signed(tx, by.id, false, saying.post.created_at)?;
    }
    tx.webmentions().set_kept(w.id, None, Some(kind))
}

/// What their page said goes with it.
fn forget(tx: &Tx<'_>, w: &Webmention, now: Timestamp) -> Kept<()> {
    if let Some(post) = w.post {
        take_away(tx, post, now)?;
    }
    if let Some(kind) = &w.sign {
        tx.signs().undo(w.account, kind, &w.source, now)?;
    }
    tx.webmentions().set_kept(w.id, None, None)
}

fn take_away(tx: &Tx<'_>, post: PostId, now: Timestamp) -> Kept<()> {
    tx.posts().set_deleted(post, now)?;
    match tx.threads().of_post(post)? {
        Some(conversation) => refresh(tx, conversation, now),
        None => Ok(()),
    }
}
