//! Ways to reach somebody that contacts brought in: mail addresses, pages, or the card itself.

use model::{PersonId, Timestamp};

use crate::{Kept, Tx, args};

pub struct ContactPoints<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn contact_points(&self) -> ContactPoints<'_, 'c> {
        ContactPoints(self)
    }
}

/// Ways to reach one person that are read.
const LISTED_MAX: u32 = 50;

impl ContactPoints<'_, '_> {
    /// Whose it is. `kind` is `mail`, `url` or `card`.
    pub fn whose(&self, kind: &str, value: &str) -> Kept<Option<PersonId>> {
        self.0.find(
            "select person from contact_points where desk = $1 and kind = $2 and value = $3",
            &args![self.0.desk(), kind, value],
            |row| row.get(0),
        )
    }
    /// Notes one; whose it was before it stays. Answers whether it is new.
    pub fn put(&self, person: PersonId, (kind, value): (&str, &str), source: &str, now: Timestamp) -> Kept<bool> {
        let id: PersonId = self.0.fresh(now);
        let made = self.0.run(
            "insert into contact_points (desk, id, person, kind, value, source, at) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (desk, kind, value) do nothing",
            &args![self.0.desk(), id, person, kind, value, source, now],
        )?;
        Ok(made > 0)
    }
    /// Kind and value of each of a person's.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<(String, String)>> {
        self.0.all(
            &format!(
                "select kind, value from contact_points where desk = $1 and person = $2 and kind <> 'card' order by id limit {LISTED_MAX}"
            ),
            &args![self.0.desk(), person],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// The person whose profile stands at one of these addresses, where it is one.
    pub fn at_url(&self, urls: &[String]) -> Kept<Option<PersonId>> {
        for url in urls {
            let found: Vec<PersonId> = self.0.all(
                "select distinct f.person from profiles f join persons p on p.desk = f.desk and p.id = f.person and p.is_me = 0
                 where f.desk = $1 and f.url = $2 limit 2",
                &args![self.0.desk(), url],
                |row| row.get(0),
            )?;
            if let [one] = found[..] {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }
}
