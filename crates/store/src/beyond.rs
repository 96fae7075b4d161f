//! How far one's talk reaches: networks, languages, new and old faces, sizes of following, and how rich it is. Counted, never a score of people.

use model::{PersonId, Timestamp};

use crate::{Kept, Tx, args};

pub struct Beyond<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn beyond(&self) -> Beyond<'_, 'c> {
        Beyond(self)
    }
}

/// People of one look.
const PEOPLE_MAX: u32 = 20_000;

/// Somebody we talked with in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    pub person: PersonId,
    pub first_at: Option<Timestamp>,
    /// When they last said something to us in the span.
    pub last_theirs: Option<Timestamp>,
    /// The most that follow one of their profiles, where a network says.
    pub followers: Option<u64>,
}

impl Beyond<'_, '_> {
    /// Everybody we talked with since, machines and ourselves left out.
    pub fn met(&self, since: Timestamp) -> Kept<Vec<Met>> {
        self.0.all(
            &format!(
                "select pe.id, pe.first_at, max(case when b.is_mine = 0 then b.at end), max(f.followers) from between_us b
                 join profiles f on f.desk = b.desk and f.id = b.profile
                 join persons pe on pe.desk = f.desk and pe.id = f.person and pe.is_me = 0 and pe.nature <> 'bot'
                 where b.desk = $1 and b.at >= $2 group by pe.id, pe.first_at order by pe.id limit {PEOPLE_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| Ok(Met { person: row.get(0)?, first_at: row.get(1)?, last_theirs: row.get(2)?, followers: row.get(3)? }),
        )
    }
    /// The networks we talked on, with how many words to and fro, most first.
    pub fn networks(&self, since: Timestamp) -> Kept<Vec<(String, u64)>> {
        self.0.all(
            "select f.network, count(*) from between_us b join profiles f on f.desk = b.desk and f.id = b.profile
             where b.desk = $1 and b.at >= $2 group by f.network order by count(*) desc, f.network limit 50",
            &args![self.0.desk(), since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// The languages in which others spoke to us, most first; what says none is left out.
    pub fn languages(&self, since: Timestamp) -> Kept<Vec<(String, u64)>> {
        self.0.all(
            "select p.language, count(*) from between_us b join posts p on p.desk = b.desk and p.id = b.post and p.language is not null
             where b.desk = $1 and b.at >= $2 and b.is_mine = 0 group by p.language order by count(*) desc, p.language limit 50",
            &args![self.0.desk(), since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// Conversations with us in them since, and of those how many have at least `turns` words of ours and as many of others.
    pub fn exchanges(&self, since: Timestamp, turns: u32) -> Kept<(u64, u64)> {
        self.0.get(
            "exchanges",
            "select count(*), cast(coalesce(sum(case when t.mine >= $3 and t.theirs >= $3 then 1 else 0 end), 0) as bigint) from
             (select p.conversation, cast(sum(p.is_mine) as bigint) as mine, cast(sum(1 - p.is_mine) as bigint) as theirs from posts p
              where p.desk = $1 and p.created_at >= $2 and p.conversation is not null and p.deleted_at is null and p.visibility <> 'direct'
              group by p.conversation having sum(p.is_mine) > 0 and sum(1 - p.is_mine) > 0) t",
            &args![self.0.desk(), since, turns],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
