//! Arrivals by our own short links. No address is kept, and nothing that tells one visitor from another.

use model::{AimId, LinkId, Timestamp, Visit, Visitor};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Visits<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn visits(&self) -> Visits<'_, 'c> {
        Visits(self)
    }
}

/// Instants read for one chart; a busier aim is counted, and drawn, up to these.
const INSTANTS_MAX: u32 = 100_000;

fn read(row: &Row<'_>) -> Kept<Visit> {
    Ok(Visit {
        id: row.get(0)?,
        link: row.get(1)?,
        at: row.get(2)?,
        visitor: Visitor::from_word(&row.get::<String>(3)?).ok_or_else(|| StoreError::Broken("a visit's kind".into()))?,
        from: row.get(4)?,
    })
}

impl Visits<'_, '_> {
    pub fn put(&self, v: &Visit) -> Kept<()> {
        self.0.run(
            "insert into visits (desk, id, link, at, visitor, from_host) values ($1, $2, $3, $4, $5, $6)",
            &args![self.0.desk(), v.id, v.link, v.at, v.visitor.word(), v.from.as_deref()],
        )?;
        Ok(())
    }
    /// People who came by a link.
    pub fn count_of_link(&self, link: LinkId) -> Kept<u64> {
        self.0.count("select count(*) from visits where desk = $1 and link = $2 and visitor = 'person'", &args![self.0.desk(), link])
    }
    /// People who came for an aim in a span.
    pub fn count_for(&self, aim: AimId, since: Timestamp, until: Timestamp) -> Kept<u64> {
        self.0.count(
            "select count(*) from visits v join links l on l.desk = v.desk and l.id = v.link
             where v.desk = $1 and l.aim = $2 and v.visitor = 'person' and v.at >= $3 and v.at < $4",
            &args![self.0.desk(), aim, since, until],
        )
    }
    /// When people came for an aim since `since`, oldest first.
    pub fn instants_for(&self, aim: AimId, since: Timestamp) -> Kept<Vec<Timestamp>> {
        self.0.all(
            &format!(
                "select v.at from visits v join links l on l.desk = v.desk and l.id = v.link
                 where v.desk = $1 and l.aim = $2 and v.visitor = 'person' and v.at >= $3 order by v.at limit {INSTANTS_MAX}"
            ),
            &args![self.0.desk(), aim, since],
            |row| row.get(0),
        )
    }
    /// A link's newest visits.
    pub fn of_link(&self, link: LinkId, max: u32) -> Kept<Vec<Visit>> {
        self.0.all(
            "select id, link, at, visitor, from_host from visits where desk = $1 and link = $2 order by at desc, id desc limit $3",
            &args![self.0.desk(), link, max],
            read,
        )
    }
}
