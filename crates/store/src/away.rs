//! Deliveries that wait for a server that can't be reached. How long they are kept trying is decided in `verbs/src/publish/patience.rs`.

use model::{AccountId, DeliveryId, DraftId, Timestamp};

use crate::{Kept, Row, Tx, args};

pub struct Aways<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn aways(&self) -> Aways<'_, 'c> {
        Aways(self)
    }
}

/// A delivery that certainly did not go out and waits for its next try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    pub delivery: DeliveryId,
    /// When the first try failed since it was last put in line.
    pub since: Timestamp,
    /// The network asked not to be called before; `None` where it could not be reached.
    pub not_before: Option<Timestamp>,
}

/// More than one account ever has waiting.
const OF_AN_ACCOUNT_MAX: u32 = 1000;
/// More than a draft ever has: accounts times parts.
const OF_A_DRAFT_MAX: u32 = 2000;
/// Waiting for its next try: what a landing, a hold or a fresh start ends.
const WAITS: &str = "state = 'planned' and hold is null and tries > 0 and away_since is not null";

fn read(row: &Row<'_>) -> Kept<Away> {
    Ok(Away { delivery: row.get(0)?, since: row.get(1)?, not_before: row.get(2)? })
}

impl Aways<'_, '_> {
    /// Notes that a try failed at `now`; answers since when they have, from the first one since it was last put in line.
    pub fn put(&self, id: DeliveryId, not_before: Option<Timestamp>, now: Timestamp) -> Kept<Timestamp> {
        let since = self.0.find(
            "update deliveries set not_before = $4, away_since = case when tries <= 1 or away_since is null then $3 else away_since end
             where desk = $1 and id = $2 returning away_since",
            &args![self.0.desk(), id, now, not_before],
            |row| row.get(0),
        )?;
        Ok(since.unwrap_or(now))
    }
    /// Those of a draft that wait.
    pub fn of_draft(&self, draft: DraftId) -> Kept<Vec<Away>> {
        self.0.all(
            &format!(
                "select id, away_since, not_before from deliveries where desk = $1 and draft = $2 and {WAITS} order by id limit {OF_A_DRAFT_MAX}"
            ),
            &args![self.0.desk(), draft],
            read,
        )
    }
    /// Those of an account that wait for a later time than `now`, and that nobody asked us to put off.
    pub fn of_account(&self, account: AccountId, now: Timestamp) -> Kept<Vec<DeliveryId>> {
        self.0.all(
            &format!(
                "select id from deliveries where desk = $1 and account = $2 and {WAITS} and due > $3 and (not_before is null or not_before <= $3)
                 order by due, id limit {OF_AN_ACCOUNT_MAX}"
            ),
            &args![self.0.desk(), account, now],
            |row| row.get(0),
        )
    }
    /// Its next try is now.
    pub fn hurry(&self, id: DeliveryId, now: Timestamp) -> Kept<()> {
        self.0.run(
            &format!("update deliveries set due = $3 where desk = $1 and id = $2 and {WAITS} and due > $3"),
            &args![self.0.desk(), id, now],
        )?;
        Ok(())
    }
}
