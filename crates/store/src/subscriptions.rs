//! Feeds whose hub was asked to tell us at once: whom we asked, how that stands, and by what the hub finds us.

use model::{AccountId, DeskId, Secret, SubscriptionId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, Unscoped, args};

pub struct Subscriptions<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn subscriptions(&self) -> Subscriptions<'_, 'c> {
        Subscriptions(self)
    }
}

/// How it stands with a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// The feed names no hub.
    NoHub,
    /// It was asked, and has not asked us in turn.
    Asked,
    /// It tells us, until the lease ends.
    Active,
    /// It will not tell us.
    Denied,
    /// It could not be asked.
    Failed,
    /// It is told that we want nothing more.
    Leaving,
}

impl SubscriptionState {
    pub fn word(self) -> &'static str {
        match self {
            SubscriptionState::NoHub => "no-hub",
            SubscriptionState::Asked => "asked",
            SubscriptionState::Active => "active",
            SubscriptionState::Denied => "denied",
            SubscriptionState::Failed => "failed",
            SubscriptionState::Leaving => "leaving",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        [Self::NoHub, Self::Asked, Self::Active, Self::Denied, Self::Failed, Self::Leaving].into_iter().find(|s| s.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub account: AccountId,
    pub hub: String,
    pub topic: String,
    /// Our own address when we asked.
    pub base: String,
    pub state: SubscriptionState,
    pub why: Option<String>,
    /// Askings in a row that came to nothing.
    pub tries: u32,
    /// When it was asked; `None` once it has answered.
    pub asked_at: Option<Timestamp>,
    /// Until when the hub may ask whether we meant it.
    pub answer_until: Option<Timestamp>,
    /// Since when it tells us without a break.
    pub verified_at: Option<Timestamp>,
    pub lease_until: Option<Timestamp>,
    pub heard_at: Option<Timestamp>,
    /// Since when it has been found not to tell us, though it should.
    pub silent_since: Option<Timestamp>,
}

/// What only the hub and we know.
pub struct Known {
    /// The end of the address at which it tells us.
    pub key: String,
    /// What it signs with.
    pub secret: Secret,
}

/// A hub to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub account: AccountId,
    pub hub: &'a str,
    pub topic: &'a str,
    pub base: &'a str,
    pub tries: u32,
}

const COLUMNS: &str =
    "id, account, hub, topic, base, state, why, tries, asked_at, answer_until, verified_at, lease_until, heard_at, silent_since";
/// More feeds than this no desk follows.
const SUBSCRIPTIONS_MAX: u32 = 1000;

fn read(row: &Row<'_>) -> Kept<Subscription> {
    let state: String = row.get(5)?;
    Ok(Subscription {
        id: row.get(0)?,
        account: row.get(1)?,
        hub: row.get(2)?,
        topic: row.get(3)?,
        base: row.get(4)?,
        state: SubscriptionState::from_word(&state).ok_or_else(|| StoreError::Broken("a subscription's state".into()))?,
        why: row.get(6)?,
        tries: row.get(7)?,
        asked_at: row.get(8)?,
        answer_until: row.get(9)?,
        verified_at: row.get(10)?,
        lease_until: row.get(11)?,
        heard_at: row.get(12)?,
        silent_since: row.get(13)?,
    })
}

impl Unscoped<'_> {
    /// Whose subscription the key in a hub's call is of.
    pub fn subscription_by_key(&self, hash: &str) -> Kept<Option<(DeskId, SubscriptionId)>> {
        self.find("select desk, id from subscriptions where key_hash = $1", &args![hash], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

impl Subscriptions<'_, '_> {
    pub fn find(&self, id: SubscriptionId) -> Kept<Option<Subscription>> {
        self.0.find(&format!("select {COLUMNS} from subscriptions where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// The one of an account that holds, which is none that is being left.
    pub fn of_account(&self, account: AccountId) -> Kept<Option<Subscription>> {
        self.0.find(
            &format!(
                "select {COLUMNS} from subscriptions where desk = $1 and account = $2 and state <> 'leaving' order by id desc limit 1"
            ),
            &args![self.0.desk(), account],
            read,
        )
    }
    /// Each account's, without those that are being left.
    pub fn list(&self) -> Kept<Vec<Subscription>> {
        self.0.all(
            &format!("select {COLUMNS} from subscriptions where desk = $1 and state <> 'leaving' order by id limit {SUBSCRIPTIONS_MAX}"),
            &args![self.0.desk()],
            read,
        )
    }
    /// Notes that an account's feed names no hub.
    pub fn put_no_hub(&self, account: AccountId, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into subscriptions (desk, id, account, hub, topic, base, state, tries, created_at) values ($1, $2, $3, '', '', '', 'no-hub', 0, $4)",
            &args![self.0.desk(), self.0.fresh::<SubscriptionId>(now), account, now],
        )?;
        Ok(())
    }
    /// A new one, that nobody has been asked for yet. `hash` is what the key is found by.
    pub fn put(&self, wish: &Wish<'_>, known: &Known, hash: &str, now: Timestamp) -> Kept<SubscriptionId> {
        let id = self.0.fresh::<SubscriptionId>(now);
        let key = self.0.seal(&key_place(id), &known.key)?;
        let secret = self.0.seal(&secret_place(id), known.secret.reveal())?;
        self.0.run(
            "insert into subscriptions (desk, id, account, hub, topic, base, key_hash, key_sealed, secret_sealed, state, tries, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', $10, $11)",
            &args![self.0.desk(), id, wish.account, wish.hub, wish.topic, wish.base, hash, key, secret, wish.tries, now],
        )?;
        Ok(id)
    }
    /// What only the hub and we know. Sealed under another key, as after restoring without it, it counts as lost.
    pub fn known(&self, id: SubscriptionId) -> Kept<Option<Known>> {
        let sealed = self.0.find(
            "select key_sealed, secret_sealed from subscriptions where desk = $1 and id = $2 and key_hash is not null",
            &args![self.0.desk(), id],
            |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<Vec<u8>>(1)?)),
        )?;
        let open = |(key, secret): (Vec<u8>, Vec<u8>)| {
            let key = self.0.unseal(&key_place(id), &key).ok()?;
            let secret = self.0.unseal(&secret_place(id), &secret).ok()?;
            Some(Known { key, secret: Secret::new(secret) })
        };
        Ok(sealed.and_then(open))
    }
    /// It is about to be asked, or told that we want nothing more; until then it may ask whether we meant it.
    pub fn set_asked(&self, id: SubscriptionId, now: Timestamp, answer_until: Timestamp) -> Kept<()> {
        self.0.run(
            "update subscriptions set asked_at = $3, answer_until = $4, state = case when state in ('active', 'leaving') then state else 'asked' end
             where desk = $1 and id = $2",
            &args![self.0.desk(), id, now, answer_until],
        )?;
        Ok(())
    }
    /// An asking came to nothing, and why. Answers how many did in a row. What is active stays so until its lease ends.
    pub fn count_try(&self, id: SubscriptionId, why: &str) -> Kept<u32> {
        self.0.get(
            "a subscription",
            "update subscriptions set tries = tries + 1, why = $3, asked_at = null, state = case when state = 'asked' then 'failed' else state end
             where desk = $1 and id = $2 returning tries",
            &args![self.0.desk(), id, why],
            |row| row.get(0),
        )
    }
    /// The hub asked whether we meant it, and was told that we did. It may ask the same again until `answer_until`.
    pub fn set_active(&self, id: SubscriptionId, now: Timestamp, lease_until: Timestamp, answer_until: Timestamp) -> Kept<()> {
        self.0.run(
            "update subscriptions set verified_at = case when state = 'active' and lease_until >= $3 then verified_at else $3 end,
               silent_since = case when state = 'active' and lease_until >= $3 then silent_since end,
               why = case when state = 'active' and lease_until >= $3 and silent_since is not null then why end,
               state = 'active', tries = 0, asked_at = null, lease_until = $4, answer_until = $5
             where desk = $1 and id = $2",
            &args![self.0.desk(), id, now, lease_until, answer_until],
        )?;
        Ok(())
    }
    /// It ended, for a reason in the hub's words or ours.
    pub fn set_state(&self, id: SubscriptionId, state: SubscriptionState, why: Option<&str>) -> Kept<()> {
        self.0.run(
            "update subscriptions set state = $3, why = $4, asked_at = null, answer_until = null, lease_until = null, verified_at = null
             where desk = $1 and id = $2",
            &args![self.0.desk(), id, state.word(), why],
        )?;
        Ok(())
    }
    /// It told us, and was believed.
    pub fn set_heard(&self, id: SubscriptionId, now: Timestamp) -> Kept<()> {
        self.0.run(
            "update subscriptions set heard_at = $3, silent_since = null, why = null where desk = $1 and id = $2",
            &args![self.0.desk(), id, now],
        )?;
        Ok(())
    }
    /// It was found not to tell us, or not so that it can be believed.
    pub fn set_silent(&self, id: SubscriptionId, now: Timestamp, why: &str) -> Kept<()> {
        self.0.run(
            "update subscriptions set silent_since = coalesce(silent_since, $3), why = $4 where desk = $1 and id = $2",
            &args![self.0.desk(), id, now, why],
        )?;
        Ok(())
    }
    pub fn delete(&self, id: SubscriptionId) -> Kept<()> {
        self.0.run("delete from subscriptions where desk = $1 and id = $2", &args![self.0.desk(), id])?;
        Ok(())
    }
}

fn key_place(id: SubscriptionId) -> String {
    format!("subscription-key/{id}")
}

fn secret_place(id: SubscriptionId) -> String {
    format!("subscription-secret/{id}")
}
