//! The secret address at which a desk's calendar can be read without signing in.

use model::{DeskId, Timestamp};

use crate::{Kept, Tx, Unscoped, args};

/// The name under which the secret is sealed.
const PLACE: &str = "calendar-feed";

impl Tx<'_> {
    /// The secret, where one was made. One sealed under another key, as after restoring without it, counts as none.
    pub fn calendar_feed(&self) -> Kept<Option<String>> {
        let sealed: Option<Vec<u8>> =
            self.find("select sealed from calendar_feeds where desk = $1", &args![self.desk()], |row| row.get(0))?;
        Ok(sealed.and_then(|s| self.unseal(PLACE, &s).ok()))
    }
    /// A new secret in place of the old one. `hash` is what it is found by.
    pub fn put_calendar_feed(&self, secret: &str, hash: &str, now: Timestamp) -> Kept<()> {
        let sealed = self.seal(PLACE, secret)?;
        self.run(
            "insert into calendar_feeds (desk, hash, sealed, created_at) values ($1, $2, $3, $4)
             on conflict (desk) do update set hash = excluded.hash, sealed = excluded.sealed, created_at = excluded.created_at",
            &args![self.desk(), hash, sealed, now],
        )?;
        Ok(())
    }
    pub fn delete_calendar_feed(&self) -> Kept<()> {
        self.run("delete from calendar_feeds where desk = $1", &args![self.desk()])?;
        Ok(())
    }
}

impl Unscoped<'_> {
    /// Whose calendar a secret opens.
    pub fn desk_of_calendar_feed(&self, hash: &str) -> Kept<Option<DeskId>> {
        self.find("select desk from calendar_feeds where hash = $1", &args![hash], |row| row.get(0))
    }
}
