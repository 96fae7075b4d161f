//! Everything that happens by itself: the closed list. It holds no work; it only says which function.

use model::{AccountId, DeliveryId, MailId, SubscriptionId, Timestamp, WatchId, WebmentionId};
use store::jobs::{Claimed, Line};

use crate::{Cx, Done, VerbError};

/// A kind of due work and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Bring in what was said to an account and around it.
    Sync(AccountId),
    /// Ask an account's server what it allows today, and how we look there.
    LookAgain(AccountId),
    /// Bring back what was put off, fill holes in threads, keep house. One a desk.
    KeepHouse,
    /// Read on where a topic is followed.
    Hear(WatchId),
    /// Send one part to one account, once.
    Deliver(DeliveryId),
    /// Change or take down a part where it stands.
    Follow(DeliveryId),
    /// Tell a page elsewhere that one of ours links to it.
    Tell(WebmentionId),
    /// Read a page elsewhere that is said to link to one of ours.
    Verify(WebmentionId),
    /// Ask the hub that a feed names to tell us at once, or once more before that ends.
    Subscribe(AccountId),
    /// Tell a hub that we want nothing more of a feed.
    Unsubscribe(SubscriptionId),
    /// Hand one letter to the mail server, once.
    Mail(MailId),
    /// Write the week's letter and send it to those who get it. One a desk.
    WriteLetter,
}

/// What becomes of a job that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is over.
    Over,
    /// Again then.
    At(Timestamp),
}

impl Job {
    /// As it stands in the store: kind and subject.
    pub fn row(self) -> (&'static str, i64) {
        match self {
            Job::Sync(id) => ("sync", id.0),
            Job::LookAgain(id) => ("look-again", id.0),
            Job::KeepHouse => ("keep-house", 0),
            Job::Hear(id) => ("hear", id.0),
            Job::Deliver(id) => ("deliver", id.0),
            Job::Follow(id) => ("follow", id.0),
            Job::Tell(id) => ("tell", id.0),
            Job::Verify(id) => ("verify", id.0),
            Job::Subscribe(id) => ("subscribe", id.0),
            Job::Unsubscribe(id) => ("unsubscribe", id.0),
            Job::Mail(id) => ("mail", id.0),
            Job::WriteLetter => ("write-letter", 0),
        }
    }
    pub fn from_row(kind: &str, subject: i64) -> Option<Job> {
        Some(match kind {
            "sync" => Job::Sync(AccountId(subject)),
            "look-again" => Job::LookAgain(AccountId(subject)),
            "keep-house" => Job::KeepHouse,
            "hear" => Job::Hear(WatchId(subject)),
            "deliver" => Job::Deliver(DeliveryId(subject)),
            "follow" => Job::Follow(DeliveryId(subject)),
            "tell" => Job::Tell(WebmentionId(subject)),
            "verify" => Job::Verify(WebmentionId(subject)),
            "subscribe" => Job::Subscribe(AccountId(subject)),
            "unsubscribe" => Job::Unsubscribe(SubscriptionId(subject)),
            "mail" => Job::Mail(MailId(subject)),
            "write-letter" => Job::WriteLetter,
            _ => return None,
        })
    }
    /// Puts it in line, in the transaction of what it is about. Ring ([`Cx::ring`]) after the transaction if it is due now.
    pub fn put(self, tx: &store::Tx<'_>, due: Timestamp, now: Timestamp) -> store::Kept<()> {
        let (kind, subject) = self.row();
        tx.jobs().put(kind, subject, self.line(tx)?, due, now)
    }
    /// Puts it in line at `due`, even if it stood earlier.
    pub fn move_to(self, tx: &store::Tx<'_>, due: Timestamp, now: Timestamp) -> store::Kept<()> {
        let (kind, subject) = self.row();
        tx.jobs().move_to(kind, subject, self.line(tx)?, due, now)
    }
    /// Whose network it calls, and whether it sends.
    fn line(self, tx: &store::Tx<'_>) -> store::Kept<Line> {
        let (account, is_sending) = match self {
            Job::Sync(id) | Job::LookAgain(id) | Job::Subscribe(id) => (Some(id), false),
            Job::KeepHouse | Job::Tell(_) | Job::Verify(_) | Job::Unsubscribe(_) | Job::WriteLetter => (None, false),
            Job::Mail(_) => (None, true),
            Job::Hear(id) => (tx.watches().account_of(id)?, false),
            Job::Deliver(id) | Job::Follow(id) => (tx.deliveries().account_of(id)?, true),
        };
        Ok(Line { account, is_sending })
    }
    pub fn delete(self, tx: &store::Tx<'_>) -> store::Kept<()> {
        let (kind, subject) = self.row();
        tx.jobs().delete(kind, subject)
    }
}

/// Does one piece of due work that a worker has claimed. `None`: it was crossed off in the transaction of what came of it; else that is
/// left to the worker. A kind that this Hobnob does not know answers [`VerbError::Missing`].
pub async fn perform_claimed(cx: Cx<'_>, claimed: &Claimed) -> Done<Option<Next>> {
    match Job::from_row(&claimed.kind, claimed.subject).ok_or(VerbError::Missing("kind of work"))? {
        Job::Deliver(id) => crate::publish::deliver::deliver_claimed(cx, id, Some(claimed)).await,
        other => perform(cx, other).await.map(Some),
    }
}

/// Does one piece of due work.
pub async fn perform(cx: Cx<'_>, job: Job) -> Done<Next> {
    match job {
        Job::LookAgain(id) => crate::desk::accounts::look_again(cx, id).await,
        Job::Sync(id) => crate::converse::sync::sync(cx, id).await,
        Job::KeepHouse => crate::converse::later::keep_house(cx).await,
        Job::Deliver(id) => crate::publish::deliver(cx, id).await,
        Job::Follow(id) => crate::publish::follow::follow(cx, id).await,
        Job::Hear(id) => crate::listen::hear(cx, id).await,
        Job::Tell(id) => crate::publish::tell::tell(cx, id).await,
        Job::Verify(id) => crate::converse::webmention::verify(cx, id).await,
        Job::Subscribe(id) => crate::listen::push::subscribe(cx, id).await,
        Job::Unsubscribe(id) => crate::listen::push::unsubscribe(cx, id).await,
        Job::Mail(id) => crate::publish::mail::send(cx, id).await,
        Job::WriteLetter => crate::reflect::by_mail::write(cx).await,
    }
}
