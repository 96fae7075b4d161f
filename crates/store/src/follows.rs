//! Changes and takings down that follow a delivery to where it stands. One a delivery: the last wish holds.

use model::{DeliveryId, DraftId, Part, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args, json};

pub struct Follows<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn follows(&self) -> Follows<'_, 'c> {
        Follows(self)
    }
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowKind {
    Change,
    TakeDown,
}

impl FollowKind {
    pub fn word(self) -> &'static str {
        match self {
            FollowKind::Change => "change",
            FollowKind::TakeDown => "take-down",
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowState {
    Planned,
    Done,
    Refused,
}

impl FollowState {
    pub fn word(self) -> &'static str {
        match self {
            FollowState::Planned => "planned",
            FollowState::Done => "done",
            FollowState::Refused => "refused",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [FollowState::Planned, FollowState::Done, FollowState::Refused].into_iter().find(|s| s.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    pub delivery: DeliveryId,
    pub kind: FollowKind,
    /// What shall stand there after a change.
    pub part: Part,
    pub state: FollowState,
    /// Grows with every new wish, so that an answer to an older one settles nothing.
    pub number: u32,
    pub tries: u32,
    pub why: Option<String>,
    pub wished_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

const COLUMNS: &str = "delivery, kind, part, state, number, tries, why, wished_at, done_at";

fn read(row: &Row<'_>) -> Kept<Follow> {
    Ok(Follow {
        delivery: row.get(0)?,
        kind: if row.get::<String>(1)? == FollowKind::TakeDown.word() { FollowKind::TakeDown } else { FollowKind::Change },
        part: json::part_in(&row.get::<String>(2)?)?,
        state: FollowState::from_word(&row.get::<String>(3)?).ok_or_else(|| StoreError::Broken("a follow's state".into()))?,
        number: row.get(4)?,
        tries: row.get(5)?,
        why: row.get(6)?,
        wished_at: row.get(7)?,
        done_at: row.get(8)?,
    })
}

impl Follows<'_, '_> {
    /// Wishes for it; a former wish for the same delivery is over.
    pub fn put(&self, delivery: DeliveryId, kind: FollowKind, part: &Part, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into follows (desk, delivery, kind, part, state, number, tries, wished_at) values ($1, $2, $3, $4, 'planned', 1, 0, $5)
             on conflict (desk, delivery) do update set kind = excluded.kind, part = excluded.part, state = 'planned', number = follows.number + 1, tries = 0, why = null,
               wished_at = excluded.wished_at, done_at = null",
            &args![self.0.desk(), delivery, kind.word(), json::part_out(part), now],
        )?;
        Ok(())
    }
    pub fn find(&self, delivery: DeliveryId) -> Kept<Option<Follow>> {
        self.0.find(&format!("select {COLUMNS} from follows where desk = $1 and delivery = $2"), &args![self.0.desk(), delivery], read)
    }
    pub fn of_draft(&self, draft: DraftId) -> Kept<Vec<Follow>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from follows where desk = $1 and delivery in (select id from deliveries where desk = $1 and draft = $2) order by delivery limit 2000"
            ),
            &args![self.0.desk(), draft],
            read,
        )
    }
    /// Counts a try; answers how many by now.
    pub fn count_try(&self, delivery: DeliveryId, number: u32) -> Kept<u32> {
        let tries = self.0.find(
            "update follows set tries = tries + 1 where desk = $1 and delivery = $2 and number = $3 and state = 'planned' returning tries",
            &args![self.0.desk(), delivery, number],
            |row| row.get(0),
        )?;
        Ok(tries.unwrap_or(0))
    }
    /// Settles one. `false` where the wish is another by now.
    pub fn settle(&self, delivery: DeliveryId, number: u32, state: FollowState, why: Option<&str>, now: Timestamp) -> Kept<bool> {
        let done_at = (state == FollowState::Done).then_some(now);
        let n = self.0.run(
            "update follows set state = $4, why = $5, done_at = $6 where desk = $1 and delivery = $2 and number = $3 and state = 'planned'",
            &args![self.0.desk(), delivery, number, state.word(), why, done_at],
        )?;
        Ok(n > 0)
    }
}
