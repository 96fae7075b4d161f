//! Likes, passings on and follows: of us by others, and by us of others.

use model::{AccountId, PostId, ProfileId, Timestamp};

use crate::{Kept, Tx, args};

pub struct Signs<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn signs(&self) -> Signs<'_, 'c> {
        Signs(self)
    }
}

/// A sign as it is kept. `kind` is `like`, `boost` or `follow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSign<'a> {
    pub account: AccountId,
    pub post: Option<PostId>,
    pub profile: Option<ProfileId>,
    pub kind: &'a str,
    pub is_mine: bool,
    /// The network's own id of it; for ours, made of the post's.
    pub remote_id: String,
    /// What the network wants to take ours back.
    pub receipt: Option<String>,
    pub at: Timestamp,
}

impl Signs<'_, '_> {
    /// Keeps a sign; one that is known stays, and one that was taken back holds again. Answers whether it is new.
    pub fn put(&self, sign: &KeptSign<'_>) -> Kept<bool> {
        let id: model::JobId = self.0.fresh(sign.at);
        let n = self.0.run(
            "insert into signs (desk, id, account, post, profile, kind, is_mine, remote_id, receipt, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (desk, account, kind, remote_id) do nothing",
            &args![
                self.0.desk(),
                id.0,
                sign.account,
                sign.post,
                sign.profile,
                sign.kind,
                sign.is_mine,
                &sign.remote_id,
                sign.receipt.as_deref(),
                sign.at
            ],
        )?;
        if n == 0 {
            self.0.run(
                "update signs set undone_at = null, receipt = coalesce($5, receipt) where desk = $1 and account = $2 and kind = $3 and remote_id = $4",
                &args![self.0.desk(), sign.account, sign.kind, &sign.remote_id, sign.receipt.as_deref()],
            )?;
        }
        Ok(n > 0)
    }
    /// Our own sign on a post, if it stands: what its network wants to take it back.
    pub fn mine(&self, account: AccountId, kind: &str, post: PostId) -> Kept<Option<String>> {
        let found = self.0.find(
            "select receipt from signs where desk = $1 and account = $2 and kind = $3 and remote_id = $4 and undone_at is null",
            &args![self.0.desk(), account, kind, mine_id(post)],
            |row| row.get::<Option<String>>(0),
        )?;
        Ok(found.map(Option::unwrap_or_default))
    }
    /// All our own signs on the posts of a conversation: post and kind.
    pub fn mine_in(&self, conversation: model::ConversationId) -> Kept<Vec<(PostId, String)>> {
        self.0.all(
            "select s.post, s.kind from posts p join signs s on s.desk = p.desk and s.post = p.id and s.is_mine = 1 and s.undone_at is null
             where p.desk = $1 and p.conversation = $2 limit 1000",
            &args![self.0.desk(), conversation],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// Somebody took theirs back.
    pub fn undo(&self, account: AccountId, kind: &str, remote_id: &str, at: Timestamp) -> Kept<()> {
        self.0.run(
            "update signs set undone_at = $5 where desk = $1 and account = $2 and kind = $3 and remote_id = $4",
            &args![self.0.desk(), account, kind, remote_id, at],
        )?;
        Ok(())
    }
    pub fn undo_mine(&self, account: AccountId, kind: &str, post: PostId, at: Timestamp) -> Kept<()> {
        self.0.run(
            "update signs set undone_at = $5 where desk = $1 and account = $2 and kind = $3 and remote_id = $4",
            &args![self.0.desk(), account, kind, mine_id(post), at],
        )?;
        Ok(())
    }
}

/// The name of our own sign on a post: one of a kind a post and account.
pub fn mine_id(post: PostId) -> String {
    format!("mine:{post}")
}
