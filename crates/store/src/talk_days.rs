//! How much was said and signed between a profile and us on each day.

use model::tie::Day;
use model::{ProfileId, Timestamp};

use crate::{Kept, Row, Tx, args};

pub struct TalkDays<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn talk_days(&self) -> TalkDays<'_, 'c> {
        TalkDays(self)
    }
}

/// Days of one profile that are read at once: more than a century.
const DAYS_MAX: u32 = 50_000;

fn read(row: &Row<'_>) -> Kept<Day> {
    Ok(Day { day: row.get(0)?, mine: row.get(1)?, theirs: row.get(2)?, signs_mine: row.get(3)?, signs_theirs: row.get(4)? })
}

impl TalkDays<'_, '_> {
    /// What is known of the day of an instant; nothing yet where there was nothing.
    pub fn get(&self, profile: ProfileId, at: Timestamp) -> Kept<Day> {
        let day = Day::of(at);
        let known = self.0.find(
            "select day, mine, theirs, signs_mine, signs_theirs from talk_days where desk = $1 and profile = $2 and day = $3",
            &args![self.0.desk(), profile, day.day],
            read,
        )?;
        Ok(known.unwrap_or(day))
    }
    pub fn put(&self, profile: ProfileId, day: Day) -> Kept<()> {
        self.0.run(
            "insert into talk_days (desk, profile, day, mine, theirs, signs_mine, signs_theirs) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (desk, profile, day) do update set mine = excluded.mine, theirs = excluded.theirs,
               signs_mine = excluded.signs_mine, signs_theirs = excluded.signs_theirs",
            &args![self.0.desk(), profile, day.day, day.mine, day.theirs, day.signs_mine, day.signs_theirs],
        )?;
        Ok(())
    }
    /// All days of a profile, oldest first.
    pub fn of(&self, profile: ProfileId) -> Kept<Vec<Day>> {
        self.0.all(
            &format!(
                "select day, mine, theirs, signs_mine, signs_theirs from talk_days where desk = $1 and profile = $2 order by day limit {DAYS_MAX}"
            ),
            &args![self.0.desk(), profile],
            read,
        )
    }
    /// The same, counted again from every word and sign that is kept, and the first and last word.
    pub fn counted(&self, profile: ProfileId) -> Kept<(Vec<Day>, Option<Timestamp>, Option<Timestamp>)> {
        let days = self.0.all(
            &format!(
                "select day, cast(sum(mine) as bigint), cast(sum(theirs) as bigint), cast(sum(signs_mine) as bigint), cast(sum(signs_theirs) as bigint) from (
                   select at / 86400000 as day, is_mine as mine, 1 - is_mine as theirs, 0 as signs_mine, 0 as signs_theirs
                     from between_us where desk = $1 and profile = $2
                   union all select at / 86400000, 0, 0, is_mine, 1 - is_mine from signs where desk = $1 and profile = $2
                 ) as t group by day order by day limit {DAYS_MAX}"
            ),
            &args![self.0.desk(), profile],
            read,
        )?;
        let ends = self.0.find(
            "select min(at), max(at) from between_us where desk = $1 and profile = $2",
            &args![self.0.desk(), profile],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let (first, last) = ends.unwrap_or((None, None));
        Ok((days, first, last))
    }
    /// Profiles that were ever talked with or signed, from `after` on by number.
    pub fn profiles(&self, after: ProfileId, max: u32) -> Kept<Vec<ProfileId>> {
        self.0.all(
            &format!("select distinct profile from talk_days where desk = $1 and profile > $2 order by profile limit {max}"),
            &args![self.0.desk(), after],
            |row| row.get(0),
        )
    }
}
