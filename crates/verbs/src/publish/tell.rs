//! What stands on one's own site tells the pages it links to that it does (Webmention): after it has landed, after a change, and after
//! it was taken down, so that they can forget it. Telling twice is no harm, and a page that wants to know nothing is left alone.

use jiff::SignedDuration;
use model::{Account, Delivery, Part, Timestamp, WebmentionId, measure};
use networks::NetworkError;
use store::webmentions::{TellState, TellWay, Telling, Webmention};
use store::{Kept, Tx};

use crate::jobs::{Job, Next};
use crate::{Cx, Done, VerbError};

/// Sites that build their pages a moment later get that moment.
const AFTER: SignedDuration = SignedDuration::from_secs(5);
/// Pages told of one post.
const TARGETS_MAX: usize = 50;
/// The longest address that is kept.
const URL_BYTES_MAX: usize = 1000;
/// So many tries, then it is let go.
const TRIES_MAX: u32 = 6;
/// The wait before the second try; it doubles.
const WAIT_FIRST: SignedDuration = SignedDuration::from_secs(60);
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(6);

/// Puts in line whom a post that stands at `source` shall tell: whoever it links to now, and whoever it linked to before. Called in the
/// transaction in which it landed, was changed, or (without `part`) was taken down.
pub fn put(tx: &Tx<'_>, account: &Account, delivery: &Delivery, part: Option<&Part>, source: &str, now: Timestamp) -> Kept<()> {
    if !account.rules.site.is_own || !is_web(source) || source.len() > URL_BYTES_MAX {
        return Ok(());
    }
    let mut targets: Vec<String> = tx.webmentions().of_delivery(delivery.id)?.into_iter().map(|w| w.target).collect();
    targets.extend(part.map(linked).unwrap_or_default());
    let mut told: Vec<String> = Vec::new();
    for target in targets {
        let is_own = host(&target) == host(source);
        if is_own || told.contains(&target) || told.len() >= TARGETS_MAX || target.len() > URL_BYTES_MAX {
            continue;
        }
        let Some(host) = host(&target) else { continue };
        let telling = Telling { way: TellWay::Out, source, target: &target, host: &host, account: account.id, delivery: Some(delivery.id) };
        let id = tx.webmentions().put(&telling, now)?;
        Job::Tell(id).put(tx, now + AFTER, now)?;
        told.push(target);
    }
    Ok(())
}

/// Every page that a part links to: in its words, the people named, and what it answers.
fn linked(part: &Part) -> Vec<String> {
    let in_words = measure::links(&part.text).into_iter().map(|(start, end)| part.text[start..end].to_owned());
    let people = part.mentions.iter().map(|(_, page)| page.clone());
    let answered = part.reply_to.iter().map(|r| r.parent.id.clone());
    answered.chain(people).chain(in_words).filter(|to| is_web(to)).collect()
}

/// The job: tells one page.
pub async fn tell(cx: Cx<'_>, id: WebmentionId) -> Done<Next> {
    let found = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.webmentions().find(id)?)).await?;
    let Some(w) = found.filter(|w| !w.is_in && w.state == TellState::Waiting) else { return Ok(Next::Over) };
    let Some(pages) = cx.app.networks.all().find_map(|n| n.pages()) else { return Ok(Next::Over) };
    let answer = pages.tell(&cx.app.http, &w.source, &w.target, cx.now).await;
    let now = cx.now;
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(conclude(tx, &w, answer, now)?)).await
}

fn conclude(tx: &Tx<'_>, w: &Webmention, answer: Result<(), NetworkError>, now: Timestamp) -> Kept<Next> {
    let all = tx.webmentions();
    match answer {
        Ok(()) => all.settle(w.id, TellState::Done, None, now)?,
        Err(NetworkError::NotOffered) => all.settle(w.id, TellState::Done, Some("The page asks for no Webmentions."), now)?,
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

/// When to try again: when asked to, else after a wait that doubles.
pub fn again_at(error: &NetworkError, tries: u32, now: Timestamp) -> Timestamp {
    match error {
        NetworkError::SlowDown { until } => (*until).clamp(now + WAIT_FIRST, now + WAIT_MAX),
        _ => now + (WAIT_FIRST * 2_i32.pow(tries.saturating_sub(1).min(10))).min(WAIT_MAX),
    }
}

pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The host of an address, with its port where one is said.
pub fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    (!host.is_empty() && !host.contains(['@', ' '])).then_some(host)
}
