//! The ledger of gives and asks: one line each, who to whom, by which post.

use model::{DeliveryId, Kind, PersonId, PostId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Gestures<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn gestures(&self) -> Gestures<'_, 'c> {
        Gestures(self)
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Gesture {
    pub person: PersonId,
    /// We gave or asked; else they did.
    pub is_mine: bool,
    pub kind: Kind,
    /// What was given or asked for, in a few words.
    pub what: String,
    pub post: Option<PostId>,
    pub delivery: Option<DeliveryId>,
    pub at: Timestamp,
}

/// The longest ledger that is read whole.
pub const LEDGER_MAX: u32 = 500;

fn read(row: &Row<'_>) -> Kept<Gesture> {
    Ok(Gesture {
        person: row.get(0)?,
        is_mine: row.get(1)?,
        kind: Kind::from_word(&row.get::<String>(2)?).ok_or_else(|| StoreError::Broken("a gesture's kind".into()))?,
        what: row.get(3)?,
        post: row.get(4)?,
        delivery: row.get(5)?,
        at: row.get(6)?,
    })
}

impl Gestures<'_, '_> {
    pub fn put(&self, g: &Gesture, now: Timestamp) -> Kept<()> {
        let id: PostId = self.0.fresh(now);
        self.0.run(
            "insert into gestures (desk, id, person, is_mine, kind, what, post, delivery, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &args![self.0.desk(), id.0, g.person, g.is_mine, g.kind.word(), &g.what, g.post, g.delivery, g.at],
        )?;
        Ok(())
    }
    /// A person's ledger, newest first.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<Gesture>> {
        self.0.all(
            &format!(
                "select person, is_mine, kind, what, post, delivery, at from gestures where desk = $1 and person = $2 order by at desc, id desc limit {LEDGER_MAX}"
            ),
            &args![self.0.desk(), person],
            read,
        )
    }
}
