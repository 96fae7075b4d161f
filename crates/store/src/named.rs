//! Who may be meant by a name or a handle in a text, and which post of ours by an address.

use model::{PersonId, PostRef};

use crate::{Kept, Tx, args};

/// Enough to tell one from several.
const MEANT_MAX: u32 = 5;

impl Tx<'_> {
    /// People of exactly that name, whatever its case; ourselves and people joined into others left out.
    pub fn people_named(&self, name: &str) -> Kept<Vec<PersonId>> {
        self.all(
            &format!(
                "select id from persons where desk = $1 and (name = $2 or lower(name) = $3) and is_me = 0 and joined_into is null order by id limit {MEANT_MAX}"
            ),
            &args![self.desk(), name, name.to_lowercase()],
            |row| row.get(0),
        )
    }
    /// People with a profile of exactly that handle, on any network.
    pub fn people_with_handle(&self, handle: &str) -> Kept<Vec<PersonId>> {
        self.all(
            &format!("select distinct person from profiles where desk = $1 and lower(handle) = $2 order by person limit {MEANT_MAX}"),
            &args![self.desk(), handle.to_lowercase()],
            |row| row.get(0),
        )
    }
    /// Our own post of that page, by what its network calls it.
    pub fn find_own_post(&self, url: &str) -> Kept<Option<PostRef>> {
        self.find(
            "select p.remote_id, t.tag from posts p left join post_tags t on t.desk = p.desk and t.post = p.id and t.account = p.account
             where p.desk = $1 and p.is_mine = 1 and (p.url = $2 or p.remote_id = $2) order by p.id desc limit 1",
            &args![self.desk(), url],
            |row| Ok(PostRef::new(row.get::<String>(0)?, row.get::<Option<String>>(1)?.unwrap_or_default())),
        )
    }
    /// The aims that are not closed, by name, newest first.
    pub fn open_aims(&self, max: u32) -> Kept<Vec<(model::AimId, String)>> {
        self.all(
            "select id, name from aims where desk = $1 and closed_at is null order by created_at desc, id desc limit $2",
            &args![self.desk(), max],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// When others spoke to us, newest first.
    pub fn times_spoken_to(&self, since: model::Timestamp, max: u32) -> Kept<Vec<model::Timestamp>> {
        self.all(
            "select created_at from posts where desk = $1 and names_me = 1 and visibility <> 'direct' and created_at >= $2 order by created_at desc limit $3",
            &args![self.desk(), since, max],
            |row| row.get(0),
        )
    }
}
