//! The pictures of drafts: their bytes, already turned and stripped, and a small one for the page.

use model::{DraftId, Picture, PictureId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Pictures<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn pictures(&self) -> Pictures<'_, 'c> {
        Pictures(self)
    }
}

/// More pictures than any network takes with one post.
pub const PICTURES_OF_A_DRAFT_MAX: u32 = 20;

fn read(row: &Row<'_>) -> Kept<Picture> {
    Ok(Picture {
        id: row.get(0)?,
        mime: row.get(1)?,
        width: row.get(2)?,
        height: row.get(3)?,
        alt: row.get(4)?,
        size: row.get(5)?,
        length_ms: row.get(6)?,
    })
}

impl Pictures<'_, '_> {
    /// In the order in which they go.
    pub fn of_draft(&self, draft: DraftId) -> Kept<Vec<Picture>> {
        self.0.all(
            &format!(
                "select id, mime, width, height, alt, length(bytes), length_ms from pictures where desk = $1 and draft = $2 order by place, id limit {PICTURES_OF_A_DRAFT_MAX}"
            ),
            &args![self.0.desk(), draft],
            read,
        )
    }
    /// Puts one behind those that are there.
    pub fn put(&self, draft: DraftId, picture: &Picture, bytes: Vec<u8>, thumb: Vec<u8>, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into pictures (desk, id, draft, place, mime, width, height, alt, bytes, thumb, created_at, length_ms)
             values ($1, $2, $3, (select coalesce(max(place), 0) + 1 from pictures where desk = $1 and draft = $3), $4, $5, $6, $7, $8, $9, $10, $11)",
            &args![
                self.0.desk(),
                picture.id,
                draft,
                &picture.mime,
                picture.width,
                picture.height,
                &picture.alt,
                bytes,
                thumb,
                now,
                picture.length_ms
            ],
        )?;
        Ok(())
    }
    pub fn set_alt(&self, draft: DraftId, id: PictureId, alt: &str) -> Kept<()> {
        self.0.run("update pictures set alt = $4 where desk = $1 and draft = $2 and id = $3", &args![self.0.desk(), draft, id, alt])?;
        Ok(())
    }
    pub fn delete(&self, draft: DraftId, id: PictureId) -> Kept<bool> {
        Ok(self.0.run("delete from pictures where desk = $1 and draft = $2 and id = $3", &args![self.0.desk(), draft, id])? > 0)
    }
    /// The bytes to be sent.
    pub fn bytes(&self, id: PictureId) -> Kept<Vec<u8>> {
        let found = self.0.find("select bytes from pictures where desk = $1 and id = $2", &args![self.0.desk(), id], |row| row.get(0))?;
        found.ok_or(StoreError::Missing("a picture"))
    }
    /// A small one (JPEG or PNG) by its place in the draft, from 0.
    pub fn thumb(&self, draft: DraftId, place: u32) -> Kept<Vec<u8>> {
        let found = self.0.find(
            "select thumb from pictures where desk = $1 and draft = $2 order by place, id limit 1 offset $3",
            &args![self.0.desk(), draft, place],
            |row| row.get(0),
        )?;
        found.ok_or(StoreError::Missing("a picture"))
    }
}
