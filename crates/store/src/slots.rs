//! Hours at which an account has room for a post.

use model::{AccountId, Slot, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Slots<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn slots(&self) -> Slots<'_, 'c> {
        Slots(self)
    }
}

/// Slots of one account: one every half hour of a week would be 336.
pub const SLOTS_MAX: u32 = 200;

fn read(row: &Row<'_>) -> Kept<Slot> {
    let (weekday, minute): (u32, u32) = (row.get(0)?, row.get(1)?);
    let slot = u8::try_from(weekday).ok().zip(u16::try_from(minute).ok()).and_then(|(w, m)| Slot::new(w, m));
    slot.ok_or_else(|| StoreError::Broken("a slot's weekday or minute".into()))
}

impl Slots<'_, '_> {
    /// From Monday on.
    pub fn of_account(&self, account: AccountId) -> Kept<Vec<Slot>> {
        self.0.all(
            &format!("select weekday, minute from slots where desk = $1 and account = $2 order by weekday, minute limit {SLOTS_MAX}"),
            &args![self.0.desk(), account],
            read,
        )
    }
    /// Sets an hour aside. `false` where it was already.
    pub fn put(&self, account: AccountId, slot: Slot, now: Timestamp) -> Kept<bool> {
        let made = self.0.run(
            "insert into slots (desk, account, weekday, minute, created_at) values ($1, $2, $3, $4, $5) on conflict (desk, account, weekday, minute) do nothing",
            &args![self.0.desk(), account, u32::from(slot.weekday()), u32::from(slot.minute()), now],
        )?;
        Ok(made > 0)
    }
    /// `false` where there was none.
    pub fn delete(&self, account: AccountId, slot: Slot) -> Kept<bool> {
        let gone = self.0.run(
            "delete from slots where desk = $1 and account = $2 and weekday = $3 and minute = $4",
            &args![self.0.desk(), account, u32::from(slot.weekday()), u32::from(slot.minute())],
        )?;
        Ok(gone > 0)
    }
    /// When posts of an account go out in `from..until`, first parts only; those of one draft and those taken back left out.
    pub fn taken(&self, account: AccountId, but: model::DraftId, from: Timestamp, until: Timestamp, max: u32) -> Kept<Vec<Timestamp>> {
        self.0.all(
            "select due from deliveries where desk = $1 and account = $2 and draft <> $3 and due >= $4 and due < $5 and part_index = 0 and state <> 'cancelled'
             order by due limit $6",
            &args![self.0.desk(), account, but, from, until, max],
            |row| row.get(0),
        )
    }
}
