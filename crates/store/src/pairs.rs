//! The talk of others among themselves: who answered whom in what was read, whom they follow in public, and the tie that comes of both.

use model::{ConversationId, PersonId, PostId, ProfileId, Timestamp};

use crate::{Kept, Tx, args};

pub struct Pairs<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn pairs(&self) -> Pairs<'_, 'c> {
        Pairs(self)
    }
}

/// The tie of two, seen from one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Its key, as of `model::tie`; 0 where it is none yet.
    pub strength: f64,
    /// How often the one answered the other, and the other the one.
    pub said: u32,
    pub heard: u32,
    /// 1: the one follows the other; 2: the other the one; 3: both.
    pub follows: u32,
    pub last_at: Option<Timestamp>,
}

impl Pair {
    /// The same, seen from the other.
    pub fn turned(self) -> Self {
        Self { said: self.heard, heard: self.said, follows: (self.follows & 1) << 1 | self.follows >> 1, ..self }
    }
}

/// The last answer between two: evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct LastAnswer {
    pub post: PostId,
    pub by: PersonId,
    pub at: Timestamp,
    pub text: String,
    pub language: Option<String>,
    pub url: Option<String>,
    pub conversation: Option<ConversationId>,
}

/// Answers of two to each other that are looked at; the oldest beyond it have long faded.
pub const REPLIES_MAX: u32 = 400;

impl Pairs<'_, '_> {
    /// Notes that a post answers somebody. Answers whether that is new.
    pub fn put_reply(&self, post: PostId, author: ProfileId, answered: ProfileId, at: Timestamp) -> Kept<bool> {
        let made = self.0.run(
            "insert into replies (desk, post, author, answered, at) values ($1, $2, $3, $4, $5) on conflict (desk, post) do nothing",
            &args![self.0.desk(), post, author, answered, at],
        )?;
        Ok(made > 0)
    }
    /// When `one` answered `other`, newest first.
    pub fn replies(&self, one: ProfileId, other: ProfileId) -> Kept<Vec<Timestamp>> {
        self.0.all(
            &format!("select at from replies where desk = $1 and author = $2 and answered = $3 order by at desc limit {REPLIES_MAX}"),
            &args![self.0.desk(), one, other],
            |row| row.get(0),
        )
    }
    /// Answers to a post that came before it, and so could not be noted: post, author, time.
    pub fn waiting_replies(&self, post: PostId) -> Kept<Vec<(PostId, ProfileId, Timestamp)>> {
        self.0.all(
            "select a.id, a.author, a.created_at from posts p join posts a on a.desk = p.desk and a.network = p.network and a.reply_to = p.remote_id
             join profiles f on f.desk = a.desk and f.id = a.author and f.account is null
             where p.desk = $1 and a.visibility <> 'direct' and a.author <> p.author and p.id = $2 and not exists (select 1 from replies r where r.desk = a.desk and r.post = a.id) limit 1000",
            &args![self.0.desk(), post],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }

    /// Notes that one follows another in public.
    pub fn put_follow(&self, follower: ProfileId, followed: ProfileId, at: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into public_follows (desk, follower, followed, at) values ($1, $2, $3, $4)
             on conflict (desk, follower, followed) do update set at = excluded.at",
            &args![self.0.desk(), follower, followed, at],
        )?;
        Ok(())
    }
    /// Takes away the follows of somebody that were not seen when they were read at `at`; answers whom they followed.
    pub fn drop_unseen(&self, follower: ProfileId, at: Timestamp) -> Kept<Vec<ProfileId>> {
        self.0.all(
            "delete from public_follows where desk = $1 and follower = $2 and at < $3 returning followed",
            &args![self.0.desk(), follower, at],
            |row| row.get(0),
        )
    }
    /// When it was read that `one` follows `other`, if they do.
    pub fn follow(&self, one: ProfileId, other: ProfileId) -> Kept<Option<Timestamp>> {
        self.0.find(
            "select at from public_follows where desk = $1 and follower = $2 and followed = $3",
            &args![self.0.desk(), one, other],
            |row| row.get(0),
        )
    }
    /// When somebody's public follows were read last, how many there were, and whether those were all.
    pub fn reading(&self, profile: ProfileId) -> Kept<Option<(Timestamp, u32, bool)>> {
        self.0.find("select at, n, is_whole from follow_readings where desk = $1 and profile = $2", &args![self.0.desk(), profile], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }
    /// Whom somebody follows of those who are kept here.
    pub fn count_follows(&self, follower: ProfileId) -> Kept<u32> {
        let n = self.0.count("select count(*) from public_follows where desk = $1 and follower = $2", &args![self.0.desk(), follower])?;
        Ok(u32::try_from(n).unwrap_or(u32::MAX))
    }
    pub fn put_reading(&self, profile: ProfileId, at: Timestamp, n: u32, is_whole: bool) -> Kept<()> {
        self.0.run(
            "insert into follow_readings (desk, profile, at, n, is_whole) values ($1, $2, $3, $4, $5)
             on conflict (desk, profile) do update set at = excluded.at, n = excluded.n, is_whole = excluded.is_whole",
            &args![self.0.desk(), profile, at, n, is_whole],
        )?;
        Ok(())
    }

    /// Keeps the tie of two, both ways.
    pub fn put(&self, one: ProfileId, other: ProfileId, pair: Pair) -> Kept<()> {
        for (one, other, p) in [(one, other, pair), (other, one, pair.turned())] {
            self.0.run(
                "insert into pairs (desk, one, other, strength, said, heard, follows, last_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
                 on conflict (desk, one, other) do update set strength = excluded.strength, said = excluded.said, heard = excluded.heard,
                   follows = excluded.follows, last_at = excluded.last_at",
                &args![self.0.desk(), one, other, p.strength, p.said, p.heard, p.follows, p.last_at],
            )?;
        }
        Ok(())
    }
    pub fn find(&self, one: ProfileId, other: ProfileId) -> Kept<Option<Pair>> {
        self.0.find(
            "select strength, said, heard, follows, last_at from pairs where desk = $1 and one = $2 and other = $3",
            &args![self.0.desk(), one, other],
            |row| Ok(Pair { strength: row.get(0)?, said: row.get(1)?, heard: row.get(2)?, follows: row.get(3)?, last_at: row.get(4)? }),
        )
    }
    /// All that is kept of ties, each both ways; after `(one, other)`, in that order.
    pub fn walk(&self, after: (ProfileId, ProfileId), max: u32) -> Kept<Vec<(ProfileId, ProfileId)>> {
        self.0.all(
            &format!(
                "select one, other from pairs where desk = $1 and (one > $2 or (one = $2 and other > $3)) order by one, other limit {max}"
            ),
            &args![self.0.desk(), after.0, after.1],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// Every two who answered each other or follow each other, the lesser number first; after `(one, other)`, in that order.
    pub fn walk_sources(&self, after: (ProfileId, ProfileId), max: u32) -> Kept<Vec<(ProfileId, ProfileId)>> {
        self.0.all(
            &format!(
                "select one, other from (
                   select distinct case when author < answered then author else answered end as one, case when author < answered then answered else author end as other
                     from replies where desk = $1
                   union select case when follower < followed then follower else followed end, case when follower < followed then followed else follower end
                     from public_follows where desk = $1
                 ) as t where one > $2 or (one = $2 and other > $3) order by one, other limit {max}"
            ),
            &args![self.0.desk(), after.0, after.1],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// The last answer between two people, over all their profiles.
    pub fn last_answer(&self, one: PersonId, other: PersonId) -> Kept<Option<LastAnswer>> {
        let mut found: Option<LastAnswer> = None;
        for (by, to) in [(one, other), (other, one)] {
            let last = self.0.find(
                "select p.id, p.created_at, p.text, p.language, p.url, p.conversation from replies r
                 join posts p on p.desk = r.desk and p.id = r.post and p.deleted_at is null
                 where r.desk = $1 and r.author in (select id from profiles where desk = $1 and person = $2)
                   and r.answered in (select id from profiles where desk = $1 and person = $3) order by r.at desc limit 1",
                &args![self.0.desk(), by, to],
                |row| {
                    Ok(LastAnswer {
                        post: row.get(0)?,
                        by,
                        at: row.get(1)?,
                        text: row.get(2)?,
                        language: row.get(3)?,
                        url: row.get(4)?,
                        conversation: row.get(5)?,
                    })
                },
            )?;
            if let Some(last) = last
                && found.as_ref().is_none_or(|f| f.at < last.at)
            {
                found = Some(last);
            }
        }
        Ok(found)
    }
}
