//! Aims: why we are here, as something countable; and who hangs on one.

use model::{Aim, AimId, Measure, PersonId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Aims<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn aims(&self) -> Aims<'_, 'c> {
        Aims(self)
    }
}

const COLUMNS: &str =
    "id, name, why, measure, target, by_date, hours, url, created_at, closed_at, worth, elsewhere, elsewhere_an_hour, like_these";
/// A desk has no more of them.
pub const AIMS_MAX: u32 = 200;
/// People who hang on one aim.
pub const PEOPLE_MAX: u32 = 10_000;
/// People of one talk that are looked through for one who hangs on an aim.
const ASKED_MAX: usize = 8;

fn read(row: &Row<'_>) -> Kept<Aim> {
    Ok(Aim {
        id: row.get(0)?,
        name: row.get(1)?,
        why: row.get(2)?,
        measure: Measure::from_word(&row.get::<String>(3)?).ok_or_else(|| StoreError::Broken("an aim's measure".into()))?,
        target: row.get(4)?,
        by: row.get(5)?,
        hours: row.get(6)?,
        url: row.get(7)?,
        created_at: row.get(8)?,
        closed_at: row.get(9)?,
        worth: row.get(10)?,
        elsewhere: row.get(11)?,
        elsewhere_an_hour: row.get(12)?,
        like_these: row.get(13)?,
    })
}

impl Aims<'_, '_> {
    /// Puts an aim, new or changed.
    pub fn put(&self, a: &Aim) -> Kept<()> {
        self.0.run(
            "insert into aims (desk, id, name, why, measure, target, by_date, hours, url, created_at, closed_at, worth, elsewhere, elsewhere_an_hour, like_these)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             on conflict (desk, id) do update set name = excluded.name, why = excluded.why, measure = excluded.measure, target = excluded.target,
               by_date = excluded.by_date, hours = excluded.hours, url = excluded.url, closed_at = excluded.closed_at,
               worth = excluded.worth, elsewhere = excluded.elsewhere, elsewhere_an_hour = excluded.elsewhere_an_hour,
               like_these = excluded.like_these",
            &args![self.0.desk(), a.id, &a.name, &a.why, a.measure.word(), a.target, a.by.as_deref(), a.hours, a.url.as_deref(), a.created_at, a.closed_at, a.worth.as_deref(), a.elsewhere.as_deref(), a.elsewhere_an_hour, a.like_these.as_deref()],
        )?;
        Ok(())
    }
    pub fn find(&self, id: AimId) -> Kept<Option<Aim>> {
        self.0.find(&format!("select {COLUMNS} from aims where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    pub fn get(&self, id: AimId) -> Kept<Aim> {
        self.find(id)?.ok_or(StoreError::Missing("an aim"))
    }
    /// Open ones first, then closed ones; oldest first.
    pub fn list(&self) -> Kept<Vec<Aim>> {
        self.0.all(
            &format!("select {COLUMNS} from aims where desk = $1 order by case when closed_at is null then 0 else 1 end, created_at, id limit {AIMS_MAX}"),
            &args![self.0.desk()],
            read,
        )
    }
    pub fn count(&self) -> Kept<u64> {
        self.0.count("select count(*) from aims where desk = $1", &args![self.0.desk()])
    }
    pub fn close(&self, id: AimId, at: Option<Timestamp>) -> Kept<()> {
        self.0.run("update aims set closed_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }
    /// Hangs a person on an aim. `false`: they hung there already.
    pub fn hang(&self, aim: AimId, person: PersonId, now: Timestamp) -> Kept<bool> {
        if self.of_person(person)?.contains(&aim) {
            return Ok(false);
        }
        let id: AimId = self.0.fresh(now);
        self.0.run(
            "insert into aim_people (desk, id, aim, person, at) values ($1, $2, $3, $4, $5)",
            &args![self.0.desk(), id, aim, person, now],
        )?;
        Ok(true)
    }
    /// Takes a person off an aim. `false`: they did not hang there.
    pub fn take_off(&self, aim: AimId, person: PersonId) -> Kept<bool> {
        let gone = self.0.run("delete from aim_people where desk = $1 and aim = $2 and person = $3", &args![self.0.desk(), aim, person])?;
        Ok(gone > 0)
    }
    /// The aims a person hangs on, the earliest first.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<AimId>> {
        self.0.all(
            &format!("select aim from aim_people where desk = $1 and person = $2 group by aim order by min(at), aim limit {AIMS_MAX}"),
            &args![self.0.desk(), person],
            |row| row.get(0),
        )
    }
    /// The open aim on which one of these people hangs; of several, the one that was hung on first.
    pub fn of_people(&self, people: &[PersonId]) -> Kept<Option<AimId>> {
        let people = &people[..people.len().min(ASKED_MAX)];
        if people.is_empty() {
            return Ok(None);
        }
        let places = (2..people.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let mut all: Vec<crate::Value> = args![self.0.desk()].into();
        all.extend(people.iter().map(|p| crate::Value::from(*p)));
        self.0.find(
            &format!(
                "select h.aim from aim_people h join aims a on a.desk = h.desk and a.id = h.aim and a.closed_at is null
                 where h.desk = $1 and h.person in ({places}) order by h.at, h.aim limit 1"
            ),
            &all,
            |row| row.get(0),
        )
    }
    /// Who hangs on an aim.
    pub fn people(&self, aim: AimId) -> Kept<Vec<PersonId>> {
        self.0.all(
            &format!(
                "select person from aim_people where desk = $1 and aim = $2 group by person order by min(at), person limit {PEOPLE_MAX}"
            ),
            &args![self.0.desk(), aim],
            |row| row.get(0),
        )
    }
}
