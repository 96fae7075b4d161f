//! Notifications: what was said to us and done about us.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::Bluesky;
use super::listen::{posts_at, readable};
use super::reading::Reading;
use super::translate::{instant, post_from_notification, post_from_view, profile_from_actor};
use super::wire::{Notification, NotificationPage, PostView};
use super::xrpc::Xrpc;
use crate::{Answer, Batch, Call, Cursor, Heard, HeardKind, Inbox};

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
            let answer: NotificationPage = xrpc.query("app.bsky.notification.listNotifications", &parameters).await?;
            reading.take(readable(answer.notifications).into_iter().filter_map(line).collect(), answer.cursor);
        }
        let batch = reading.finish();
        let wanted: BTreeSet<String> = batch.items.iter().filter_map(|(kind, n)| post_of(*kind, n)).collect();
        let posts = posts_at(&xrpc, &wanted.into_iter().collect::<Vec<_>>()).await?;
        let items = batch.items.iter().filter_map(|(kind, n)| heard(*kind, n, &posts)).collect();
        Ok(Batch { items, next: batch.next, has_more: batch.has_more })
    }
}

pub fn line(n: Notification) -> Option<(i64, String, (HeardKind, Notification))> {
    let kind = match n.reason.as_str() {
        "mention" | "reply" | "quote" => HeardKind::Spoke,
        "like" | "like-via-repost" => HeardKind::Liked,
        "repost" | "repost-via-repost" => HeardKind::PassedOn,
        "follow" => HeardKind::Followed,
        _ => return None,
    };
    Some((instant(&n.indexed_at)?.as_millisecond(), n.uri.clone(), (kind, n)))
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
