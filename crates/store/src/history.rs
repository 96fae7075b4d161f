//! What a draft said before it was changed: its last versions, words alone.

use model::{DraftId, Timestamp};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct History<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn history(&self) -> History<'_, 'c> {
        History(self)
    }
}

/// Versions of one draft that are kept; the oldest goes.
pub const VERSIONS_MAX: u32 = 50;

/// The words as they were, and until when they stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub text: String,
    pub title: Option<String>,
    pub warning: Option<String>,
    pub at: Timestamp,
}

const COLUMNS: &str = "version, text, title, warning, at";

fn read(row: &Row<'_>) -> Kept<Version> {
    Ok(Version { version: row.get(0)?, text: row.get(1)?, title: row.get(2)?, warning: row.get(3)?, at: row.get(4)? })
}

impl History<'_, '_> {
    pub fn put(&self, draft: DraftId, v: &Version) -> Kept<()> {
        self.0.run(
            "insert into draft_versions (desk, draft, version, text, title, warning, at) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (desk, draft, version) do nothing",
            &args![self.0.desk(), draft, v.version, &v.text, v.title.as_deref(), v.warning.as_deref(), v.at],
        )?;
        self.0.run(
            &format!(
                "delete from draft_versions where desk = $1 and draft = $2 and version not in
                   (select version from draft_versions where desk = $1 and draft = $2 order by version desc limit {VERSIONS_MAX})"
            ),
            &args![self.0.desk(), draft],
        )?;
        Ok(())
    }
    /// Newest first.
    pub fn list(&self, draft: DraftId) -> Kept<Vec<Version>> {
        self.0.all(
            &format!("select {COLUMNS} from draft_versions where desk = $1 and draft = $2 order by version desc limit {VERSIONS_MAX}"),
            &args![self.0.desk(), draft],
            read,
        )
    }
    pub fn last(&self, draft: DraftId) -> Kept<Option<Version>> {
        self.0.find(
            &format!("select {COLUMNS} from draft_versions where desk = $1 and draft = $2 order by version desc limit 1"),
            &args![self.0.desk(), draft],
            read,
        )
    }
    pub fn get(&self, draft: DraftId, version: i64) -> Kept<Version> {
        self.0
            .find(
                &format!("select {COLUMNS} from draft_versions where desk = $1 and draft = $2 and version = $3"),
                &args![self.0.desk(), draft, version],
                read,
            )?
            .ok_or(StoreError::Missing("a version"))
    }
    pub fn count(&self, draft: DraftId) -> Kept<u64> {
        self.0.count("select count(*) from draft_versions where desk = $1 and draft = $2", &args![self.0.desk(), draft])
    }
}
