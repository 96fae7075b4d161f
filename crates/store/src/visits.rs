//! Arrivals by our own short links. No address is kept, and nothing that tells one visitor from another.

use std::sync::{Arc, LazyLock};

use model::{AimId, DeskId, LinkId, Timestamp, Visit, Visitor};

use crate::{Kept, Row, StoreError, Tx, Unscoped, Value, args};

/// A visit on its way in, at any desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub desk: DeskId,
    pub visit: Visit,
    /// The day, `YYYY-MM-DD` of UTC, and a hash with that day's salt; only for people, who count once a day by one link.
    pub who: Option<(Arc<str>, i64)>,
}

/// Arrivals that one statement puts in: their values stay under what either database takes.
const TOGETHER: usize = 64;

// Two texts of SQL alone, so that both stay prepared.
static MANY: LazyLock<String> = LazyLock::new(|| insert(TOGETHER));
static ONE: LazyLock<String> = LazyLock::new(|| insert(1));

fn insert(rows: usize) -> String {
    let places = |row: usize| (1..=8).map(|i| format!("${}", 8 * row + i)).collect::<Vec<_>>().join(", ");
    let rows: Vec<String> = (0..rows).map(|row| format!("({})", places(row))).collect();
    format!("insert into visits (desk, id, link, at, visitor, from_host, day, who) values {} on conflict do nothing", rows.join(", "))
}

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

impl Unscoped<'_> {
    /// Puts many arrivals; who came by the same link on the same day already is passed over. Answers how many were new.
    pub fn put_arrivals(&self, arrivals: &[Arrival]) -> Kept<usize> {
        let mut new = 0;
        let (whole, rest) = arrivals.split_at(arrivals.len() - arrivals.len() % TOGETHER);
        for some in whole.chunks(TOGETHER) {
            new += self.run(&MANY, &some.iter().flat_map(values).collect::<Vec<Value>>())?;
        }
        for one in rest {
            new += self.run(&ONE, &values(one))?;
        }
        Ok(new)
    }
    /// The salt of a day: the one that is kept, or `fresh`, which then is. Every earlier day's is thrown away.
    pub fn day_salt(&self, day: &str, fresh: &[u8]) -> Kept<Vec<u8>> {
        self.run("insert into day_salts (day, salt) values ($1, $2) on conflict do nothing", &args![day, fresh])?;
        self.run("delete from day_salts where day < $1", &args![day])?;
        self.get("a day's salt", "select salt from day_salts where day = $1", &args![day], |row| row.get(0))
    }
}

fn values(a: &Arrival) -> [Value; 8] {
    let v = &a.visit;
    let (day, who) = a.who.as_ref().map_or((None, None), |(day, who)| (Some(&**day), Some(*who)));
    args![a.desk, v.id, v.link, v.at, v.visitor.word(), v.from.as_deref(), day, who]
}
