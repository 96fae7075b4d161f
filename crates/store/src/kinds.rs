//! What a person put right about the kinds of posts, and the words that are held beside each other to find canned ones.

use model::kinds::{Correction, Does, Side};
use model::{PostId, ProfileId, Timestamp};

use crate::{Kept, StoreError, Tx, args};

pub struct Kinds<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn kinds(&self) -> Kinds<'_, 'c> {
        Kinds(self)
    }
}

/// Words as they were said, by whoever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidWords {
    pub post: PostId,
    pub author: ProfileId,
    pub is_mine: bool,
    pub text: String,
}

/// Something we said elsewhere than here, which no draft says the kind of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    pub post: PostId,
    pub at: Timestamp,
    pub network: String,
    pub title: Option<String>,
    pub text: String,
    pub is_reply: bool,
}

/// Posts of our own that are read for a balance.
const UNSAID_MAX: u32 = 2_000;

impl Kinds<'_, '_> {
    /// Keeps what a post is; what was said of it before is forgotten.
    pub fn put(&self, post: PostId, correction: &Correction, at: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into kind_corrections (desk, post, does, side, lesson, at) values ($1, $2, $3, $4, $5, $6)
             on conflict (desk, post) do update set does = excluded.does, side = excluded.side, lesson = excluded.lesson, at = excluded.at",
            &args![self.0.desk(), post, correction.does.word(), correction.side.word(), correction.to_bytes(), at],
        )?;
        Ok(())
    }
    /// Takes back what was put right; whether there was anything.
    pub fn delete(&self, post: PostId) -> Kept<bool> {
        Ok(self.0.run("delete from kind_corrections where desk = $1 and post = $2", &args![self.0.desk(), post])? > 0)
    }
    /// What was put right last, the oldest of it first, each with its post.
    pub fn list(&self, max: usize) -> Kept<Vec<(PostId, Correction)>> {
        let mut all = self.0.all(
            &format!("select post, does, side, lesson from kind_corrections where desk = $1 order by at desc, post desc limit {max}"),
            &args![self.0.desk()],
            |row| {
                let (does, side) = (Does::from_word(&row.get::<String>(1)?), Side::from_word(&row.get::<String>(2)?));
                let lesson = row.get::<Vec<u8>>(3)?;
                let correction = does.zip(side).and_then(|(does, side)| Correction::from_bytes(does, side, &lesson));
                Ok((row.get(0)?, correction.ok_or_else(|| StoreError::Broken("what was put right about a post".into()))?))
            },
        )?;
        all.reverse();
        Ok(all)
    }

    /// The place in the order of posts behind which so many stand.
    pub fn before_last(&self, posts: usize) -> Kept<PostId> {
        let found = self.0.find(
            &format!("select id from posts where desk = $1 order by id desc limit 1 offset {posts}"),
            &args![self.0.desk()],
            |row| row.get(0),
        )?;
        Ok(found.unwrap_or(PostId(0)))
    }
    /// What was kept behind that place, in the order in which it was kept.
    pub fn said_after(&self, after: PostId, max: usize) -> Kept<Vec<SaidWords>> {
        self.0.all(
            &format!(
                "select id, author, is_mine, text from posts where desk = $1 and id > $2 and deleted_at is null and visibility <> 'direct' order by id limit {max}"
            ),
            &args![self.0.desk(), after],
            |row| Ok(SaidWords { post: row.get(0)?, author: row.get(1)?, is_mine: row.get(2)?, text: row.get(3)? }),
        )
    }
    /// What anybody said since then, newest first.
    pub fn said_since(&self, since: Timestamp, max: u32) -> Kept<Vec<SaidWords>> {
        self.0.all(
            &format!(
                "select id, author, is_mine, text from posts where desk = $1 and created_at >= $2 and deleted_at is null
                 order by created_at desc, id desc limit {max}"
            ),
            &args![self.0.desk(), since],
            |row| Ok(SaidWords { post: row.get(0)?, author: row.get(1)?, is_mine: row.get(2)?, text: row.get(3)? }),
        )
    }
    /// One of these posts' words, if it still stands.
    pub fn words(&self, post: PostId) -> Kept<Option<SaidWords>> {
        self.0.find(
            "select id, author, is_mine, text from posts where desk = $1 and id = $2 and deleted_at is null and visibility <> 'direct'",
            &args![self.0.desk(), post],
            |row| Ok(SaidWords { post: row.get(0)?, author: row.get(1)?, is_mine: row.get(2)?, text: row.get(3)? }),
        )
    }
    /// Our own posts since then that were not written here, newest first.
    pub fn unsaid(&self, since: Timestamp) -> Kept<Vec<Unsaid>> {
        self.0.all(
            &format!(
                "select id, created_at, network, title, text, reply_to from posts
                 where desk = $1 and is_mine = 1 and delivery is null and deleted_at is null and visibility <> 'direct' and created_at >= $2
                 order by created_at desc, id desc limit {UNSAID_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| {
                Ok(Unsaid {
                    post: row.get(0)?,
                    at: row.get(1)?,
                    network: row.get(2)?,
                    title: row.get(3)?,
                    text: row.get(4)?,
                    is_reply: row.get::<Option<String>>(5)?.is_some(),
                })
            },
        )
    }
}
