//! Files of drafts that were handed in: as they came until they are confirmed, and afterwards only that they were.

use model::{ImportId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Imports<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn imports(&self) -> Imports<'_, 'c> {
        Imports(self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub id: ImportId,
    /// The file's name.
    pub name: String,
    /// SHA-256 of its bytes, in hex.
    pub hash: String,
    /// Gone once it is taken in or dropped.
    pub content: Option<String>,
    /// How many of its rows became drafts.
    pub rows_taken: u32,
    pub created_at: Timestamp,
    pub taken_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, name, hash, content, rows_taken, created_at, taken_at";

fn read(row: &Row<'_>) -> Kept<Import> {
    Ok(Import {
        id: row.get(0)?,
        name: row.get(1)?,
        hash: row.get(2)?,
        content: row.get(3)?,
        rows_taken: row.get(4)?,
        created_at: row.get(5)?,
        taken_at: row.get(6)?,
    })
}

impl<'c> Imports<'_, 'c> {
    pub(crate) fn tx(&self) -> &Tx<'c> {
        self.0
    }
    pub fn put(&self, i: &Import) -> Kept<()> {
        self.0.run(
            "insert into imports (desk, id, name, hash, content, rows_taken, created_at, taken_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &args![self.0.desk(), i.id, &i.name, &i.hash, i.content.as_deref(), i.rows_taken, i.created_at, i.taken_at],
        )?;
        Ok(())
    }
    pub fn get(&self, id: ImportId) -> Kept<Import> {
        self.0
            .find(&format!("select {COLUMNS} from imports where desk = $1 and id = $2"), &args![self.0.desk(), id], read)?
            .ok_or(StoreError::Missing("a file"))
    }
    /// When the very same bytes were taken in last.
    pub fn find_taken(&self, hash: &str) -> Kept<Option<Import>> {
        self.0.find(
            &format!("select {COLUMNS} from imports where desk = $1 and hash = $2 and taken_at is not null order by taken_at desc limit 1"),
            &args![self.0.desk(), hash],
            read,
        )
    }
    /// Its rows are drafts now. `false` where that was done before.
    pub fn set_taken(&self, id: ImportId, rows: u32, now: Timestamp) -> Kept<bool> {
        let n = self.0.run(
            "update imports set taken_at = $3, rows_taken = $4, content = null where desk = $1 and id = $2 and taken_at is null",
            &args![self.0.desk(), id, now, rows],
        )?;
        self.delete_pictures()?;
        Ok(n > 0)
    }
    /// Forgets one that was never taken in.
    pub fn delete(&self, id: ImportId) -> Kept<()> {
        self.0.run("delete from imports where desk = $1 and id = $2 and taken_at is null", &args![self.0.desk(), id])?;
        self.delete_pictures()
    }
    /// Forgets those that nobody confirmed.
    pub fn delete_before(&self, before: Timestamp) -> Kept<()> {
        self.0.run("delete from imports where desk = $1 and taken_at is null and created_at < $2", &args![self.0.desk(), before])?;
        self.delete_pictures()
    }
}
