//! How a desk weighs talk: the features it has turned down, and the choices that its own Join and Not for me made.

use model::{SightingId, Timestamp};

use crate::{Kept, Tx, args};

pub struct WeighingRows<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn weighing(&self) -> WeighingRows<'_, 'c> {
        WeighingRows(self)
    }
}

/// So many of the newest choices teach; older ones are forgotten with them.
pub const CHOICES_MAX: u32 = 400;

impl WeighingRows<'_, '_> {
    /// Features that are turned down, by key, with the level's word.
    pub fn levels(&self) -> Kept<Vec<(String, String)>> {
        self.0.all("select feature, level from weighing where desk = $1 order by feature limit 200", &args![self.0.desk()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
    pub fn put_level(&self, feature: &str, level: &str) -> Kept<()> {
        self.0.run(
            "insert into weighing (desk, feature, level) values ($1, $2, $3) on conflict (desk, feature) do update set level = $3",
            &args![self.0.desk(), feature, level],
        )?;
        Ok(())
    }
    /// It counts in full again.
    pub fn drop_level(&self, feature: &str) -> Kept<()> {
        self.0.run("delete from weighing where desk = $1 and feature = $2", &args![self.0.desk(), feature])?;
        Ok(())
    }
    /// Keeps what was chosen about a sighting; the last choice holds.
    pub fn choose(&self, sighting: SightingId, joined: bool, marks: &str, at: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into choices (desk, sighting, joined, marks, at) values ($1, $2, $3, $4, $5)
             on conflict (desk, sighting) do update set joined = $3, marks = $4, at = $5",
            &args![self.0.desk(), sighting, joined, marks, at],
        )?;
        Ok(())
    }
    /// Takes a choice back.
    pub fn unchoose(&self, sighting: SightingId) -> Kept<()> {
        self.0.run("delete from choices where desk = $1 and sighting = $2", &args![self.0.desk(), sighting])?;
        Ok(())
    }
    /// The newest choices: marks, and whether it was joined.
    pub fn choices(&self) -> Kept<Vec<(String, bool)>> {
        self.0.all(
            &format!("select marks, joined from choices where desk = $1 order by at desc, sighting desc limit {CHOICES_MAX}"),
            &args![self.0.desk()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// What we noted in the notebook and said ourselves, newest first of each: words to hold a question against.
    pub fn own_words(&self, max: u32) -> Kept<Vec<String>> {
        let mut words = self.0.all(
            &format!("select text from notes where desk = $1 and person is null order by at desc limit {max}"),
            &args![self.0.desk()],
            |row| row.get(0),
        )?;
        words.extend(self.0.all(
            &format!("select text from posts where desk = $1 and is_mine = 1 and deleted_at is null and visibility <> 'direct' order by created_at desc limit {max}"),
            &args![self.0.desk()],
            |row| row.get::<String>(0),
        )?);
        Ok(words)
    }
}
