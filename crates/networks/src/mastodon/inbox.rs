//! What was said to us and done about us: the notifications.

use async_trait::async_trait;

use super::client::Client;
use super::place::since;
use super::translate::heard_from_notifications;
use super::{Mastodon, wire};
use crate::{Answer, Batch, Call, Cursor, Heard, Inbox};

/// How much of the past a first reading brings, in pages.
const FIRST_PAGES: usize = 3;

#[async_trait]
impl Inbox for Mastodon {
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        let client = Client::of(call)?;
        // Every kind is asked for: some servers refuse a request that names a kind they do not know.
        let read = since::<wire::Notification>(&client, &["api", "v1", "notifications"], &[], &from.0, FIRST_PAGES).await?;
        let items = heard_from_notifications(&read.items, &client.here());
        Ok(Batch { items, next: read.next, has_more: read.has_more })
    }
}
