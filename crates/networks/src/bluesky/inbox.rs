//! Notifications: what was said to us and done about us.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::Bluesky;
use super::listen::{posts_at, readable};
use super::reading::{Reading, onward};
use super::translate::{instant, post_from_notification, post_from_view, profile_from_actor};
use super::wire::{Notification, NotificationPage, PostView};
use super::xrpc::Xrpc;
use crate::{Answer, Batch, Call, Cursor, Heard, HeardKind, Inbox, NetworkError};

/// Notifications a page; the most the network gives.
const PAGE: &str = "100";
/// A first reading brings this many pages, as history.
const FIRST_PAGES: usize = 3;

#[async_trait]
impl Inbox for Bluesky {
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        let (xrpc, _) = Xrpc::of(call)?;
        let mut reading = Reading::from(from, FIRST_PAGES);
        while let Some(page) = reading.wants() {
            let mut parameters = vec![("limit", PAGE)];
            parameters.extend(page.as_deref().map(|c| ("cursor", c)));
            match xrpc.query::<NotificationPage>("app.bsky.notification.listNotifications", &parameters).await {
                Ok(answer) => {
                    let next = onward(answer.cursor, answer.notifications.len());
                    reading.take(readable(answer.notifications).into_iter().filter_map(line).collect(), next);
                }
                Err(NetworkError::Refused(_)) if reading.give_up() => {}
                Err(other) => return Err(other),
            }
        }
        let batch = reading.finish();
        let told: Vec<(HeardKind, Notification)> = batch.items.into_iter().flatten().collect();
        let wanted: BTreeSet<String> = told.iter().filter_map(|(kind, n)| post_of(*kind, n)).collect();
        let posts = posts_at(&xrpc, &wanted.into_iter().collect::<Vec<_>>()).await?;
        let items = told.iter().filter_map(|(kind, n)| heard(*kind, n, &posts)).collect();
        Ok(Batch { items, next: batch.next, has_more: batch.has_more })
    }
}

/// When a notification came, its name, and what it tells; nothing where it is of no kind that concerns us.
type Line = (i64, String, Option<(HeardKind, Notification)>);

pub fn line(n: Notification) -> Option<Line> {
    let kind = match n.reason.as_str() {
        "mention" | "reply" | "quote" => Some(HeardKind::Spoke),
        "like" | "like-via-repost" => Some(HeardKind::Liked),
        "repost" | "repost-via-repost" => Some(HeardKind::PassedOn),
        "follow" => Some(HeardKind::Followed),
        _ => None,
    };
    Some((instant(&n.indexed_at)?.as_millisecond(), n.uri.clone(), kind.map(|kind| (kind, n))))
}

/// The address of the post that a notification is about.
pub fn post_of(kind: HeardKind, n: &Notification) -> Option<String> {
    match kind {
        HeardKind::Spoke => Some(n.uri.clone()),
        HeardKind::Liked | HeardKind::PassedOn => {
            n.record["subject"]["uri"].as_str().map(str::to_owned).or_else(|| n.reason_subject.clone())
        }
        HeardKind::Followed => None,
    }
}

pub fn heard(kind: HeardKind, n: &Notification, posts: &BTreeMap<String, PostView>) -> Option<Heard> {
    let post = post_of(kind, n).and_then(|uri| posts.get(&uri)).and_then(post_from_view);
    // The notification carries the words too; without pictures is better than not at all.
    let post = if kind == HeardKind::Spoke { Some(post.or_else(|| post_from_notification(n))?) } else { post };
    Some(Heard { id: n.uri.clone(), kind, by: profile_from_actor(&n.author), at: instant(&n.indexed_at)?, post })
}
