//! Two persons who are one: what was moved, so that it can be undone exactly; and forgetting somebody for good.

use std::collections::HashSet;

use model::{ConversationId, PersonId, ProfileId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args, json};

pub struct Joins<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn joins(&self) -> Joins<'_, 'c> {
        Joins(self)
    }
}

/// A joining.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    pub id: i64,
    pub kept: PersonId,
    pub gone: PersonId,
    /// How we know, in words: `by hand`, `since their pages name each other`.
    pub proof: String,
    pub at: Timestamp,
}

/// The tables whose rows name a person and move with one, and the column that numbers their rows.
const MOVED: [(&str, &str); 8] = [
    ("profiles", "id"),
    ("notes", "id"),
    ("gestures", "id"),
    ("links", "id"),
    ("drafts", "id"),
    ("conversations", "id"),
    ("contact_points", "id"),
    ("aim_people", "id"),
];
/// Rows of one table that move in one joining. Beyond it the joining is refused rather than half undone.
const ROWS_MAX: usize = 50_000;
/// How often one may have been joined into another in turn.
const CHAIN_MAX: usize = 64;

fn read(row: &Row<'_>) -> Kept<Join> {
    Ok(Join { id: row.get(0)?, kept: row.get(1)?, gone: row.get(2)?, proof: row.get(3)?, at: row.get(4)? })
}

impl Joins<'_, '_> {
    /// Moves everything of `gone` to `kept` and remembers what it was.
    pub fn put(&self, kept: PersonId, gone: PersonId, proof: &str, now: Timestamp) -> Kept<i64> {
        let mut before = Vec::new();
        for (table, number) in MOVED {
            let rows: Vec<i64> = self.0.all(
                &format!("select {number} from {table} where desk = $1 and person = $2 order by {number} limit {}", ROWS_MAX + 1),
                &args![self.0.desk(), gone],
                |row| row.get(0),
            )?;
            if rows.len() > ROWS_MAX {
                return Err(StoreError::Conflict("too much is kept of this person to be joined".into()));
            }
            self.0.run(&format!("update {table} set person = $3 where desk = $1 and person = $2"), &args![self.0.desk(), gone, kept])?;
            before.extend(rows.into_iter().map(|row| format!("{table} {row}")));
        }
        let id: PersonId = self.0.fresh(now);
        self.0.run(
            "insert into joins (desk, id, kept, gone, proof, before_text, at) values ($1, $2, $3, $4, $5, $6, $7)",
            &args![self.0.desk(), id.0, kept, gone, proof, json::strings_out(&before), now],
        )?;
        self.0.persons().set_joined_into(gone, Some(kept))?;
        // Notes moved.
        self.0.persons().relist(kept)?;
        Ok(id.0)
    }
    pub fn find(&self, id: i64) -> Kept<Option<Join>> {
        self.0.find(
            "select id, kept, gone, proof, at from joins where desk = $1 and id = $2 and undone_at is null",
            &args![self.0.desk(), id],
            read,
        )
    }
    /// Those that hold for a person, also by way of others, newest first.
    pub fn of_person(&self, kept: PersonId) -> Kept<Vec<Join>> {
        let mut found = Vec::new();
        for gone in self.joined_into(kept)? {
            found.extend(self.0.find(
                "select id, kept, gone, proof, at from joins where desk = $1 and gone = $2 and undone_at is null",
                &args![self.0.desk(), gone],
                read,
            )?);
        }
        found.sort_by_key(|j: &Join| std::cmp::Reverse((j.at, j.id)));
        Ok(found)
    }
    /// The newest that holds.
    pub fn newest(&self) -> Kept<Option<Join>> {
        self.0.find(
            "select id, kept, gone, proof, at from joins where desk = $1 and undone_at is null order by at desc, id desc limit 1",
            &args![self.0.desk()],
            read,
        )
    }
    /// Gives back to `gone` what was theirs and stands with `holder` today, with the talk that came to their profiles since.
    pub fn undo(&self, id: i64, holder: PersonId, now: Timestamp) -> Kept<Join> {
        let (join, before) = self.0.get(
            "a joining",
            "select id, kept, gone, proof, at, before_text from joins where desk = $1 and id = $2 and undone_at is null",
            &args![self.0.desk(), id],
            |row| Ok((read(row)?, json::strings_in(&row.get::<String>(5)?)?)),
        )?;
        for row in &before {
            let (table, number) = row.split_once(' ').ok_or_else(|| StoreError::Broken("a joining's memory".into()))?;
            let (table, column) =
                MOVED.into_iter().find(|(name, _)| *name == table).ok_or_else(|| StoreError::Broken("a joining's memory".into()))?;
            let number: i64 = number.parse().map_err(|_| StoreError::Broken("a joining's memory".into()))?;
            self.0.run(
                &format!("update {table} set person = $3 where desk = $1 and {column} = $2 and person = $4"),
                &args![self.0.desk(), number, join.gone, holder],
            )?;
        }
        self.0.run(
            "update conversations set person = $2 where desk = $1 and profile in (select id from profiles where desk = $1 and person = $2)",
            &args![self.0.desk(), join.gone],
        )?;
        self.0.run("update joins set undone_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, now])?;
        self.0.persons().set_joined_into(join.gone, None)?;
        self.0.persons().relist(holder)?;
        self.unlearn(join.kept, &before)?;
        Ok(join)
    }
    /// Joinings that carried these rows further, up from `person`, carry them no longer: undoing one of them must not take them along.
    fn unlearn(&self, mut person: PersonId, rows: &[String]) -> Kept<()> {
        let rows: HashSet<&str> = rows.iter().map(String::as_str).collect();
        for _ in 0..CHAIN_MAX {
            let further = self.0.find(
                "select id, kept, before_text from joins where desk = $1 and gone = $2 and undone_at is null",
                &args![self.0.desk(), person],
                |row| Ok((row.get::<i64>(0)?, row.get::<PersonId>(1)?, json::strings_in(&row.get::<String>(2)?)?)),
            )?;
            let Some((id, kept, mut before)) = further else { return Ok(()) };
            before.retain(|row| !rows.contains(row.as_str()));
            self.0.run(
                "update joins set before_text = $3 where desk = $1 and id = $2",
                &args![self.0.desk(), id, json::strings_out(&before)],
            )?;
            person = kept;
        }
        Ok(())
    }

    /// Everyone who was joined into a person, also by way of others.
    fn joined_into(&self, person: PersonId) -> Kept<Vec<PersonId>> {
        let mut all: Vec<PersonId> = vec![person];
        let mut next = 0;
        while next < all.len() && all.len() < ROWS_MAX {
            let more: Vec<PersonId> = self.0.all(
                "select id from persons where desk = $1 and joined_into = $2 limit 1000",
                &args![self.0.desk(), all[next]],
                |row| row.get(0),
            )?;
            all.extend(more.into_iter().filter(|one| *one != person));
            next += 1;
        }
        all.remove(0);
        Ok(all)
    }

    /// Removes what is kept of a person: profiles, words, signs, notes, gestures, sightings, the person. What we ourselves said stays.
    /// Answers the conversations in which something is missing now.
    pub fn forget(&self, person: PersonId) -> Kept<Vec<ConversationId>> {
        let mut touched: Vec<ConversationId> = self.0.all(
            &format!("select id from conversations where desk = $1 and person = $2 limit {ROWS_MAX}"),
            &args![self.0.desk(), person],
            |row| row.get(0),
        )?;
        let profiles: Vec<ProfileId> = self.0.profiles().of_person(person)?.into_iter().map(|p| p.id).collect();
        for profile in profiles {
            let of_profile = args![self.0.desk(), profile];
            touched.extend(self.0.all(
                &format!(
                    "select distinct conversation from posts where desk = $1 and author = $2 and conversation is not null limit {ROWS_MAX}"
                ),
                &of_profile,
                |row| row.get::<ConversationId>(0),
            )?);
            for sql in [
                "delete from post_tags where desk = $1 and post in (select id from posts where desk = $1 and author = $2)",
                "delete from earlier_words where desk = $1 and post in (select id from posts where desk = $1 and author = $2)",
                "delete from between_us where desk = $1 and (profile = $2 or post in (select id from posts where desk = $1 and author = $2))",
                "delete from sightings where desk = $1 and author = $2",
                "delete from signs where desk = $1 and (profile = $2 or post in (select id from posts where desk = $1 and author = $2))",
                "delete from posts where desk = $1 and author = $2",
                "delete from talks where desk = $1 and profile = $2",
                "delete from talk_days where desk = $1 and profile = $2",
                "delete from replies where desk = $1 and (author = $2 or answered = $2)",
                "delete from pairs where desk = $1 and (one = $2 or other = $2)",
                "delete from public_follows where desk = $1 and (follower = $2 or followed = $2)",
                "delete from follow_readings where desk = $1 and profile = $2",
                "delete from profiles where desk = $1 and id = $2",
            ] {
                self.0.run(sql, &of_profile)?;
            }
        }
        let joined = self.joined_into(person)?;
        let of_person = args![self.0.desk(), person];
        for sql in [
            "delete from notes where desk = $1 and person = $2",
            "delete from gestures where desk = $1 and person = $2",
            "delete from contact_points where desk = $1 and person = $2",
            "delete from aim_people where desk = $1 and person = $2",
            "delete from introductions where desk = $1 and (target = $2 or via = $2)",
            "delete from joins where desk = $1 and (kept = $2 or gone = $2)",
            "update links set person = null where desk = $1 and person = $2",
            "update drafts set person = null where desk = $1 and person = $2",
            "delete from persons where desk = $1 and id = $2",
        ] {
            self.0.run(sql, &of_person)?;
        }
        for gone in joined {
            self.0.run("delete from persons where desk = $1 and id = $2", &args![self.0.desk(), gone])?;
        }
        touched.sort_unstable();
        touched.dedup();
        Ok(touched)
    }
}
