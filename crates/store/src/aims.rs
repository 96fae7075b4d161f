//! Aims: why we are here, as something countable.

use model::{Aim, AimId, Measure, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Aims<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn aims(&self) -> Aims<'_, 'c> {
        Aims(self)
    }
}

const COLUMNS: &str = "id, name, why, measure, target, by_date, hours, url, created_at, closed_at, worth, elsewhere, elsewhere_an_hour";
/// A desk has no more of them.
pub const AIMS_MAX: u32 = 200;

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
    })
}

impl Aims<'_, '_> {
    /// Puts an aim, new or changed.
    pub fn put(&self, a: &Aim) -> Kept<()> {
        self.0.run(
            "insert into aims (desk, id, name, why, measure, target, by_date, hours, url, created_at, closed_at, worth, elsewhere, elsewhere_an_hour)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             on conflict (desk, id) do update set name = excluded.name, why = excluded.why, measure = excluded.measure, target = excluded.target,
               by_date = excluded.by_date, hours = excluded.hours, url = excluded.url, closed_at = excluded.closed_at,
               worth = excluded.worth, elsewhere = excluded.elsewhere, elsewhere_an_hour = excluded.elsewhere_an_hour",
            &args![self.0.desk(), a.id, &a.name, &a.why, a.measure.word(), a.target, a.by.as_deref(), a.hours, a.url.as_deref(), a.created_at, a.closed_at, a.worth.as_deref(), a.elsewhere.as_deref(), a.elsewhere_an_hour],
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
}
