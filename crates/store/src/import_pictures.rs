//! Pictures that came with a file of drafts: as they will be kept, until the file is confirmed or dropped.

use model::{DraftId, ImportId, Picture, Timestamp};

use crate::imports::Imports;
use crate::{Kept, args};

/// More than one file ever names.
const OF_A_FILE_MAX: u32 = 1000;

/// What is known of a picture that a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// As the row names it.
    pub name: String,
    /// Why it could not be had.
    pub wrong: Option<String>,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    pub length_ms: u32,
    /// In bytes.
    pub size: u64,
}

impl Imports<'_, '_> {
    /// Keeps a picture, or why there is none.
    pub fn put_picture(&self, import: ImportId, known: &Known, bytes: Vec<u8>, thumb: Vec<u8>) -> Kept<()> {
        let tx = self.tx();
        tx.run(
            "insert into import_pictures (desk, import, name, wrong, mime, width, height, length_ms, bytes, thumb)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &args![
                tx.desk(),
                import,
                &known.name,
                known.wrong.as_deref(),
                &known.mime,
                known.width,
                known.height,
                known.length_ms,
                bytes,
                thumb
            ],
        )?;
        Ok(())
    }
    /// All that came with a file.
    pub fn pictures(&self, import: ImportId) -> Kept<Vec<Known>> {
        let tx = self.tx();
        tx.all(
            &format!(
                "select name, wrong, mime, width, height, length_ms, length(bytes) from import_pictures where desk = $1 and import = $2
                 order by name limit {OF_A_FILE_MAX}"
            ),
            &args![tx.desk(), import],
            |row| {
                Ok(Known {
                    name: row.get(0)?,
                    wrong: row.get(1)?,
                    mime: row.get(2)?,
                    width: row.get(3)?,
                    height: row.get(4)?,
                    length_ms: row.get(5)?,
                    size: row.get(6)?,
                })
            },
        )
    }
    /// Puts a picture of the file to a draft, behind those that are there.
    pub fn give_picture(&self, import: ImportId, name: &str, draft: DraftId, picture: &Picture, now: Timestamp) -> Kept<()> {
        let tx = self.tx();
        tx.run(
            "insert into pictures (desk, id, draft, place, mime, width, height, alt, bytes, thumb, created_at, length_ms)
             select $1, $2, $3, (select coalesce(max(place), 0) + 1 from pictures where desk = $1 and draft = $3), p.mime, p.width, p.height, $4, p.bytes,
               p.thumb, $5, p.length_ms
             from import_pictures p where p.desk = $1 and p.import = $6 and p.name = $7 and p.wrong is null",
            &args![tx.desk(), picture.id, draft, &picture.alt, now, import, name],
        )?;
        Ok(())
    }
    /// Forgets those whose file is taken in, dropped, or gone.
    pub fn delete_pictures(&self) -> Kept<()> {
        let tx = self.tx();
        tx.run(
            "delete from import_pictures where desk = $1 and import not in (select id from imports where desk = $1 and taken_at is null)",
            &args![tx.desk()],
        )?;
        Ok(())
    }
}
