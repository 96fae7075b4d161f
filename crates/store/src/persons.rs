//! The individuals, and the talk between each of their profiles and us.

use model::{Nature, PersonId, ProfileId, Talk, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Persons<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn persons(&self) -> Persons<'_, 'c> {
        Persons(self)
    }
}

/// A person as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPerson {
    pub id: PersonId,
    pub name: String,
    pub about: String,
    pub avatar_url: Option<String>,
    pub nature: Nature,
    /// Name and words were edited here, and follow no profile any more.
    pub is_edited: bool,
    pub is_me: bool,
    /// Grows with the tie and never has to be renewed as time goes by; see `verbs::relate::tie`.
    pub tie_key: f64,
    pub talk: Talk,
    pub created_at: Timestamp,
    /// Joined with this one, whose page stands for both.
    pub joined_into: Option<PersonId>,
}

/// Which people a list is of. Every bound that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeopleBounds {
    /// Words that the name, the description or a handle holds.
    pub words: Option<String>,
    pub tie_min: Option<f64>,
    pub tie_below: Option<f64>,
    /// They spoke to us at least so often.
    pub from_them_min: Option<u32>,
    /// Both spoke.
    pub is_two_way: bool,
    pub first_since: Option<Timestamp>,
    pub last_since: Option<Timestamp>,
    pub last_before: Option<Timestamp>,
}

/// In which order people are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PeopleOrder {
    #[default]
    TalkedLately,
    LongestSilence,
    Closest,
    Name,
}

const COLUMNS: &str = "id, name, about, avatar_url, nature, is_edited, is_me, tie, talk_me, talk_them, tie_at, from_me, from_them, first_at, last_at, created_at, joined_into";
/// No page of people is longer.
pub const PAGE_MAX: u32 = 200;

fn read(row: &Row<'_>) -> Kept<KeptPerson> {
    Ok(KeptPerson {
        id: row.get(0)?,
        name: row.get(1)?,
        about: row.get(2)?,
        avatar_url: row.get(3)?,
        nature: Nature::from_word(&row.get::<String>(4)?).ok_or_else(|| StoreError::Broken("a person's nature".into()))?,
        is_edited: row.get(5)?,
        is_me: row.get(6)?,
        tie_key: row.get(7)?,
        talk: Talk {
            weight_me: row.get(8)?,
            weight_them: row.get(9)?,
            weighed_at: row.get(10)?,
            from_me: row.get(11)?,
            from_them: row.get(12)?,
            first_at: row.get(13)?,
            last_at: row.get(14)?,
        },
        created_at: row.get(15)?,
        joined_into: row.get(16)?,
    })
}

fn read_talk(row: &Row<'_>) -> Kept<Talk> {
    Ok(Talk {
        weight_me: row.get(0)?,
        weight_them: row.get(1)?,
        weighed_at: Some(row.get(2)?),
        from_me: row.get(3)?,
        from_them: row.get(4)?,
        first_at: row.get(5)?,
        last_at: row.get(6)?,
    })
}

impl Persons<'_, '_> {
    pub fn find(&self, id: PersonId) -> Kept<Option<KeptPerson>> {
        self.0.find(&format!("select {COLUMNS} from persons where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    pub fn get(&self, id: PersonId) -> Kept<KeptPerson> {
        self.find(id)?.ok_or(StoreError::Missing("a person"))
    }
    /// Somebody whom we name before any network showed them.
    pub fn put(&self, name: &str, about: &str, now: Timestamp) -> Kept<PersonId> {
        let id: PersonId = self.0.fresh(now);
        self.0.run(
            "insert into persons (desk, id, name, about, nature, is_edited, tie, from_me, from_them, is_me, created_at)
             values ($1, $2, $3, $4, $5, 1, 0, 0, 0, 0, $6)",
            &args![self.0.desk(), id, name, about, Nature::Person.word(), now],
        )?;
        Ok(id)
    }
    pub fn edit(&self, id: PersonId, name: &str, about: &str) -> Kept<()> {
        self.0.run(
            "update persons set name = $3, about = $4, is_edited = 1 where desk = $1 and id = $2",
            &args![self.0.desk(), id, name, about],
        )?;
        Ok(())
    }
    pub fn set_nature(&self, id: PersonId, nature: Nature) -> Kept<()> {
        self.0.run("update persons set nature = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, nature.word()])?;
        Ok(())
    }
    pub fn set_joined_into(&self, id: PersonId, into: Option<PersonId>) -> Kept<()> {
        self.0.run("update persons set joined_into = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, into])?;
        Ok(())
    }

    /// The talk with one profile.
    pub fn talk(&self, profile: ProfileId) -> Kept<Option<Talk>> {
        self.0.find(
            "select weight_me, weight_them, weighed_at, from_me, from_them, first_at, last_at from talks where desk = $1 and profile = $2",
            &args![self.0.desk(), profile],
            read_talk,
        )
    }
    /// The talk with each of a person's profiles, always in the same order.
    pub fn talks(&self, person: PersonId) -> Kept<Vec<Talk>> {
        self.0.all(
            "select t.weight_me, t.weight_them, t.weighed_at, t.from_me, t.from_them, t.first_at, t.last_at
             from profiles f join talks t on t.desk = f.desk and t.profile = f.id where f.desk = $1 and f.person = $2 order by f.id limit 100",
            &args![self.0.desk(), person],
            read_talk,
        )
    }
    pub fn put_talk(&self, profile: ProfileId, talk: &Talk) -> Kept<()> {
        self.0.run(
            "insert into talks (desk, profile, weight_me, weight_them, weighed_at, from_me, from_them, first_at, last_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (desk, profile) do update set weight_me = excluded.weight_me, weight_them = excluded.weight_them, weighed_at = excluded.weighed_at,
               from_me = excluded.from_me, from_them = excluded.from_them, first_at = excluded.first_at, last_at = excluded.last_at",
            &args![
                self.0.desk(),
                profile,
                talk.weight_me,
                talk.weight_them,
                talk.weighed_at.unwrap_or(Timestamp::UNIX_EPOCH),
                talk.from_me,
                talk.from_them,
                talk.first_at,
                talk.last_at
            ],
        )?;
        Ok(())
    }
    /// The person's own sum, and the key that lists are ordered by.
    pub fn set_talk(&self, person: PersonId, talk: &Talk, tie_key: f64) -> Kept<()> {
        self.0.run(
            "update persons set tie = $3, talk_me = $4, talk_them = $5, tie_at = $6, from_me = $7, from_them = $8, first_at = $9, last_at = $10
             where desk = $1 and id = $2",
            &args![
                self.0.desk(),
                person,
                tie_key,
                talk.weight_me,
                talk.weight_them,
                talk.weighed_at,
                talk.from_me,
                talk.from_them,
                talk.first_at,
                talk.last_at
            ],
        )?;
        Ok(())
    }
    /// Whose profile it is.
    pub fn of_profile(&self, profile: ProfileId) -> Kept<Option<PersonId>> {
        self.0.find("select person from profiles where desk = $1 and id = $2", &args![self.0.desk(), profile], |row| row.get(0))
    }

    /// People whom we talked with, or noted, or named; never ourselves, never one who is joined into another.
    pub fn list(&self, bounds: &PeopleBounds, order: PeopleOrder, skip: u32, max: u32) -> Kept<Vec<KeptPerson>> {
        let order = match order {
            PeopleOrder::TalkedLately => "case when last_at is null then 1 else 0 end, last_at desc, id desc",
            PeopleOrder::LongestSilence => "case when last_at is null then 1 else 0 end, last_at, id",
            PeopleOrder::Closest => "tie desc, id desc",
            PeopleOrder::Name => "lower(name), id",
        };
        let (condition, mut arguments) = self.condition(bounds);
        let place = arguments.len() + 1;
        arguments.push(max.min(PAGE_MAX).into());
        arguments.push(skip.into());
        self.0.all(
            &format!("select {COLUMNS} from persons where {condition} order by {order} limit ${place} offset ${}", place + 1),
            &arguments,
            read,
        )
    }
    pub fn count(&self, bounds: &PeopleBounds) -> Kept<u64> {
        let (condition, arguments) = self.condition(bounds);
        self.0.count(&format!("select count(*) from persons where {condition}"), &arguments)
    }

    fn condition(&self, b: &PeopleBounds) -> (String, Vec<crate::Value>) {
        let mut arguments: Vec<crate::Value> = args![self.0.desk()].into();
        let mut text = String::from(
            "desk = $1 and is_me = 0 and joined_into is null
             and (first_at is not null or is_edited = 1 or exists (select 1 from notes n where n.desk = persons.desk and n.person = persons.id))",
        );
        let mut and = |words: &str, value: crate::Value| {
            arguments.push(value);
            text.push_str(&format!(" and {words} ${}", arguments.len()));
        };
        if let Some(v) = b.tie_min {
            and("tie >=", v.into());
        }
        if let Some(v) = b.tie_below {
            and("tie <", v.into());
        }
        if let Some(v) = b.from_them_min {
            and("from_them >=", v.into());
        }
        if let Some(v) = b.first_since {
            and("first_at >=", v.into());
        }
        if let Some(v) = b.last_since {
            and("last_at >=", v.into());
        }
        if let Some(v) = b.last_before {
            and("last_at <", v.into());
        }
        if b.is_two_way {
            text.push_str(" and from_me > 0 and from_them > 0");
        }
        if let Some(words) = b.words.as_deref().map(str::trim).filter(|w| !w.is_empty()) {
            let dialect = self.0.dialect();
            arguments.push(dialect.words_argument(words).into());
            let n = arguments.len();
            text.push_str(&format!(
                " and ({} or {} or exists (select 1 from profiles f where f.desk = persons.desk and f.person = persons.id and {}))",
                dialect.holds("name", n),
                dialect.holds("about", n),
                dialect.holds("f.handle", n)
            ));
        }
        (text, arguments)
    }
}
