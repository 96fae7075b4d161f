//! The individuals, and the talk between each of their profiles and us.

use model::{Nature, PersonId, PostId, ProfileId, Talk, Timestamp};

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
    pub more: More,
}

/// What is known of a person beyond their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct More {
    pub organisation: String,
    pub role: String,
    /// Both were edited here, and follow no profile any more.
    pub is_work_edited: bool,
    /// Why they count as a person, a brand or a bot, as a sentence; empty where nobody has looked.
    pub nature_why: String,
    /// Somebody here said what they are.
    pub is_nature_edited: bool,
    /// They asked not to be the one in the middle.
    pub is_no_go_between: bool,
    /// Days of silence after which to remind of them.
    pub remind_days: Option<u32>,
    /// Their mail address, from contacts.
    pub mail: String,
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
    /// Something was said, ever, either way.
    pub has_spoken: bool,
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

const COLUMNS: &str = "id, name, about, avatar_url, nature, is_edited, is_me, tie, talk_me, talk_them, tie_at, from_me, from_them, first_at, last_at, created_at, joined_into, \
    places, organisation, role, is_work_edited, nature_why, is_nature_edited, is_no_go_between, remind_days, mail";
/// Newest posts that are looked through for what people know about.
const KNOWING_POSTS_MAX: u32 = 50_000;

/// Somebody we know, and how often they wrote about something.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowing {
    pub person: PersonId,
    pub posts: u32,
    /// The newest of those posts.
    pub last: Option<(Timestamp, String)>,
}

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
            places: row.get(17)?,
        },
        created_at: row.get(15)?,
        joined_into: row.get(16)?,
        more: More {
            organisation: row.get(18)?,
            role: row.get(19)?,
            is_work_edited: row.get(20)?,
            nature_why: row.get(21)?,
            is_nature_edited: row.get(22)?,
            is_no_go_between: row.get(23)?,
            remind_days: row.get(24)?,
            mail: row.get(25)?,
        },
    })
}

fn read_talk(row: &Row<'_>) -> Kept<Talk> {
    let (from_me, from_them) = (row.get(3)?, row.get(4)?);
    Ok(Talk {
        weight_me: row.get(0)?,
        weight_them: row.get(1)?,
        weighed_at: Some(row.get(2)?),
        from_me,
        from_them,
        first_at: row.get(5)?,
        last_at: row.get(6)?,
        places: u32::from(from_me > 0 && from_them > 0),
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
            "insert into persons (desk, id, name, about, nature, is_edited, tie, from_me, from_them, is_me, created_at, is_listed)
             values ($1, $2, $3, $4, $5, 1, 0, 0, 0, 0, $6, 1)",
            &args![self.0.desk(), id, name, about, Nature::Person.word(), now],
        )?;
        Ok(id)
    }
    pub fn edit(&self, id: PersonId, name: &str, about: &str) -> Kept<()> {
        self.0.run(
            "update persons set name = $3, about = $4, is_edited = 1 where desk = $1 and id = $2",
            &args![self.0.desk(), id, name, about],
        )?;
        self.relist(id)
    }
    /// Tells again whether somebody stands in the list of people: whom we talked with, or noted, or named; never ourselves, never one who
    /// is joined into another. Called by whoever changes one of these.
    pub(crate) fn relist(&self, id: PersonId) -> Kept<()> {
        self.0.run(
            "update persons set spoke_at = coalesce(last_at, 0), is_listed = case when is_me = 0 and joined_into is null and (first_at is not null or is_edited = 1
               or exists (select 1 from notes n where n.desk = persons.desk and n.person = persons.id)) then 1 else 0 end
             where desk = $1 and id = $2",
            &args![self.0.desk(), id],
        )?;
        Ok(())
    }
    pub fn set_joined_into(&self, id: PersonId, into: Option<PersonId>) -> Kept<()> {
        self.0.run("update persons set joined_into = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, into])?;
        self.relist(id)
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
            "select t.weight_me, t.weight_them, t.weighed_at, t.from_me, t.from_them, t.first_at, t.last_at from talks t
             where t.desk = $1 and t.profile in (select id from profiles where desk = $1 and person = $2) order by t.profile limit 100",
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
            "update persons set tie = $3, talk_me = $4, talk_them = $5, tie_at = $6, from_me = $7, from_them = $8, first_at = $9, last_at = $10,
               places = $11 where desk = $1 and id = $2",
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
                talk.last_at,
                talk.places
            ],
        )?;
        self.relist(person)
    }
    /// What they do and where; by hand, or from their own words.
    pub fn set_work(&self, id: PersonId, organisation: &str, role: &str, is_edited: bool) -> Kept<()> {
        self.0.run(
            "update persons set organisation = $3, role = $4, is_work_edited = $5 where desk = $1 and id = $2",
            &args![self.0.desk(), id, organisation, role, is_edited],
        )?;
        Ok(())
    }
    /// What they are and why we think so.
    pub fn set_told_nature(&self, id: PersonId, nature: Nature, why: &str, is_edited: bool) -> Kept<()> {
        self.0.run(
            "update persons set nature = $3, nature_why = $4, is_nature_edited = $5 where desk = $1 and id = $2",
            &args![self.0.desk(), id, nature.word(), why, is_edited],
        )?;
        Ok(())
    }
    /// Who else spoke in posts that were kept behind that place: the post, and whose it is; in the order in which they were kept.
    pub fn spoke_after(&self, after: PostId, max: u32) -> Kept<Vec<(PostId, PersonId)>> {
        self.0.all(
            &format!(
                "select p.id, f.person from posts p join profiles f on f.desk = p.desk and f.id = p.author
                 where p.desk = $1 and p.id > $2 and p.is_mine = 0 order by p.id limit {max}"
            ),
            &args![self.0.desk(), after],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    pub fn set_no_go_between(&self, id: PersonId, is_none: bool) -> Kept<()> {
        self.0.run("update persons set is_no_go_between = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, is_none])?;
        Ok(())
    }
    pub fn set_remind(&self, id: PersonId, days: Option<u32>) -> Kept<()> {
        self.0.run("update persons set remind_days = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, days])?;
        Ok(())
    }
    pub fn set_mail(&self, id: PersonId, mail: &str) -> Kept<()> {
        self.0.run("update persons set mail = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, mail])?;
        Ok(())
    }
    /// Whose profile it is.
    pub fn of_profile(&self, profile: ProfileId) -> Kept<Option<PersonId>> {
        self.0.find("select person from profiles where desk = $1 and id = $2", &args![self.0.desk(), profile], |row| row.get(0))
    }

    /// People whom we talked with, or noted, or named; never ourselves, never one who is joined into another.
    pub fn list(&self, bounds: &PeopleBounds, order: PeopleOrder, skip: u32, max: u32) -> Kept<Vec<KeptPerson>> {
        let by = match order {
            PeopleOrder::TalkedLately | PeopleOrder::LongestSilence => "spoke_at",
            PeopleOrder::Closest => "tie",
            PeopleOrder::Name => "",
        };
        let order = match order {
            PeopleOrder::TalkedLately => "spoke_at desc, id desc",
            PeopleOrder::LongestSilence => "spoke_at, id",
            PeopleOrder::Closest => "tie desc, id desc",
            PeopleOrder::Name => "lower(name), id",
        };
        let (condition, mut arguments) = self.condition(bounds, Some(by));
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
        let (condition, arguments) = self.condition(bounds, None);
        self.0.count(&format!("select count(*) from persons where {condition}"), &arguments)
    }

    /// People of whom one wished to be reminded, and with whom nothing was said for that long; longest overdue first.
    pub fn to_be_reminded(&self, now: Timestamp, max: u32) -> Kept<Vec<KeptPerson>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from persons where desk = $1 and remind_days is not null and joined_into is null and is_me = 0
                   and coalesce(last_at, created_at) + remind_days * {} < $2
                 order by coalesce(last_at, created_at) + remind_days * {}, id limit {}",
                model::tie::DAY_MS,
                model::tie::DAY_MS,
                max.min(PAGE_MAX)
            ),
            &args![self.0.desk(), now],
            read,
        )
    }
    /// Whose name, handle, organisation, role or own words hold each of these words; those we know best first, then those who hold them
    /// in a name or an office.
    pub fn fitting(&self, terms: &[String], max: u32) -> Kept<Vec<KeptPerson>> {
        let mut arguments: Vec<crate::Value> = args![self.0.desk()].into();
        let dialect = self.0.dialect();
        let mut text = String::from("desk = $1 and is_me = 0 and joined_into is null");
        let mut office = Vec::new();
        for term in terms {
            arguments.push(dialect.words_argument(term).into());
            let n = arguments.len();
            let held = ["name", "organisation", "role"].map(|column| dialect.holds(column, n)).join(" or ");
            text.push_str(&format!(
                " and ({held} or {} or id in (select f.person from profiles f where f.desk = $1 and {}))",
                dialect.holds("about", n),
                dialect.holds("f.handle", n)
            ));
            office.push(format!("({held})"));
        }
        let order = format!("case when {} then 0 else 1 end, tie desc, id", office.join(" and "));
        self.0.all(&format!("select {COLUMNS} from persons where {text} order by {order} limit {}", max.min(PAGE_MAX)), &arguments, read)
    }
    /// People with whom we talk both ways and whose posts hold all of these words, most posts first. A bounded look at the newest.
    pub fn knowing(&self, terms: &[String], max: u32) -> Kept<Vec<Knowing>> {
        let mut arguments: Vec<crate::Value> = args![self.0.desk()].into();
        let dialect = self.0.dialect();
        let mut text = String::from("1 = 1");
        for term in terms {
            arguments.push(dialect.words_argument(term).into());
            text.push_str(&format!(" and {}", dialect.holds("q.text", arguments.len())));
        }
        let found: Vec<(PersonId, Timestamp, String)> = self.0.all(
            &format!(
                "select p.id, q.created_at, q.text from (select desk, author, created_at, text from posts
                   where desk = $1 and is_mine = 0 and deleted_at is null and visibility <> 'direct' order by created_at desc limit {KNOWING_POSTS_MAX}) q
                 join profiles f on f.desk = q.desk and f.id = q.author join persons p on p.desk = f.desk and p.id = f.person
                 where {text} and p.is_me = 0 and p.from_me > 0 and p.from_them > 0 and p.nature = 'person'
                 order by q.created_at desc limit 1000"
            ),
            &arguments,
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let mut all: Vec<Knowing> = Vec::new();
        for (person, at, text) in found {
            match all.iter_mut().find(|k| k.person == person) {
                Some(known) => known.posts += 1,
                None => all.push(Knowing { person, posts: 1, last: Some((at, text)) }),
            }
        }
        all.sort_by_key(|k| std::cmp::Reverse(k.posts));
        all.truncate(max as usize);
        Ok(all)
    }

    /// `by`: the column that a list is ordered by. The others stand behind a plus, which no index answers to: so the planner walks the
    /// order and stops when the page is full, and does not sort everyone.
    fn condition(&self, b: &PeopleBounds, by: Option<&str>) -> (String, Vec<crate::Value>) {
        let plus = |column: &'static str| if by.is_some_and(|by| by != column) { "+" } else { "" };
        let mut arguments: Vec<crate::Value> = args![self.0.desk()].into();
        let mut text = String::from("desk = $1 and is_listed = 1");
        let mut and = |words: &str, value: crate::Value| {
            arguments.push(value);
            text.push_str(&format!(" and {words} ${}", arguments.len()));
        };
        if let Some(v) = b.tie_min {
            and(&format!("{}tie >=", plus("tie")), v.into());
        }
        if let Some(v) = b.tie_below {
            and(&format!("{}tie <", plus("tie")), v.into());
        }
        if let Some(v) = b.from_them_min {
            and("from_them >=", v.into());
        }
        if let Some(v) = b.first_since {
            and(&format!("{}first_at >=", plus("first_at")), v.into());
        }
        if let Some(v) = b.last_since {
            and(&format!("{}spoke_at >=", plus("spoke_at")), v.into());
        }
        if let Some(v) = b.last_before {
            and(&format!("{}spoke_at <", plus("spoke_at")), v.into());
        }
        if b.last_before.is_some() || b.has_spoken {
            text.push_str(&format!(" and {}spoke_at > 0", plus("spoke_at")));
        }
        if b.is_two_way {
            text.push_str(" and from_me > 0 and from_them > 0");
        }
        if let Some(words) = b.words.as_deref().map(str::trim).filter(|w| !w.is_empty()) {
            let dialect = self.0.dialect();
            arguments.push(dialect.words_argument(words).into());
            let n = arguments.len();
            text.push_str(&format!(
                " and ({} or {} or {} or {} or id in (select f.person from profiles f where f.desk = $1 and {}))",
                dialect.holds("name", n),
                dialect.holds("about", n),
                dialect.holds("organisation", n),
                dialect.holds("role", n),
                dialect.holds("f.handle", n)
            ));
        }
        (text, arguments)
    }
}
