//! Whom our accounts follow, and what of theirs is kept, so that a person can prune.

use model::{AccountId, FollowingId, ProfileId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Followings<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn following(&self) -> Followings<'_, 'c> {
        Followings(self)
    }
}

/// Somebody followed. `state` is `followed`, `muted` or `let-go`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Following {
    pub id: FollowingId,
    pub account: AccountId,
    pub profile: ProfileId,
    pub state: String,
    pub seen_at: Timestamp,
}

/// What one of them said.
#[derive(Clone, Debug, PartialEq)]
pub struct TheirPost {
    pub text: String,
    pub has_links: bool,
    pub is_reply: bool,
}

/// Rows of one desk that are read.
pub const FOLLOWING_MAX: u32 = 1_000;

fn read(row: &Row<'_>) -> Kept<Following> {
    Ok(Following { id: row.get(0)?, account: row.get(1)?, profile: row.get(2)?, state: row.get(3)?, seen_at: row.get(4)? })
}

impl Followings<'_, '_> {
    /// Somebody is followed, as the network says. One that is muted stays so.
    pub fn put(&self, account: AccountId, profile: ProfileId, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into following (desk, id, account, profile, state, seen_at) values ($1, $2, $3, $4, 'followed', $5)
             on conflict (desk, account, profile) do update set seen_at = $5,
               state = case when following.state = 'let-go' then 'followed' else following.state end",
            &args![self.0.desk(), self.0.fresh::<FollowingId>(now), account, profile, now],
        )?;
        Ok(())
    }
    /// Whoever the network named no more when it was asked at `now` is followed no longer; what we let go ourselves stays, to be undone.
    pub fn drop_unseen(&self, account: AccountId, now: Timestamp) -> Kept<()> {
        self.0.run(
            "delete from following where desk = $1 and account = $2 and seen_at < $3 and state <> 'let-go'",
            &args![self.0.desk(), account, now],
        )?;
        Ok(())
    }
    pub fn all(&self) -> Kept<Vec<Following>> {
        self.0.all(
            &format!("select id, account, profile, state, seen_at from following where desk = $1 order by id limit {FOLLOWING_MAX}"),
            &args![self.0.desk()],
            read,
        )
    }
    pub fn get(&self, id: FollowingId) -> Kept<Following> {
        self.0
            .find(
                "select id, account, profile, state, seen_at from following where desk = $1 and id = $2",
                &args![self.0.desk(), id],
                read,
            )?
            .ok_or(StoreError::Missing("somebody who is followed"))
    }
    pub fn set_state(&self, id: FollowingId, state: &str) -> Kept<()> {
        self.0.run("update following set state = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, state])?;
        Ok(())
    }
    /// The newest posts of somebody since a time.
    pub fn said_by(&self, profile: ProfileId, since: Timestamp, max: u32) -> Kept<Vec<TheirPost>> {
        self.0.all(
            &format!(
                "select text, links, reply_to from posts where desk = $1 and author = $2 and created_at >= $3 and deleted_at is null and visibility <> 'direct'
                 order by created_at desc limit {max}"
            ),
            &args![self.0.desk(), profile, since],
            |row| {
                Ok(TheirPost {
                    text: row.get(0)?,
                    has_links: row.get::<String>(1)?.len() > 2,
                    is_reply: row.get::<Option<String>>(2)?.is_some(),
                })
            },
        )
    }
}
