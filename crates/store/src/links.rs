//! Our own short links.

use model::{AccountId, Link, LinkId, Timestamp};

use crate::{Kept, Row, Tx, Unscoped, args};

pub struct Links<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn links(&self) -> Links<'_, 'c> {
        Links(self)
    }
}

const COLUMNS: &str = "id, code, target, aim, draft, conversation, person, created_at";

fn read(row: &Row<'_>) -> Kept<Link> {
    Ok(Link {
        id: row.get(0)?,
        code: row.get(1)?,
        target: row.get(2)?,
        aim: row.get(3)?,
        draft: row.get(4)?,
        conversation: row.get(5)?,
        person: row.get(6)?,
        created_at: row.get(7)?,
    })
}

impl Links<'_, '_> {
    /// Puts a link. `Conflict` where its code is taken.
    pub fn put(&self, link: &Link, account: Option<AccountId>) -> Kept<()> {
        self.0.run(
            "insert into links (desk, id, code, target, aim, draft, conversation, person, account, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &args![
                self.0.desk(),
                link.id,
                &link.code,
                &link.target,
                link.aim,
                link.draft,
                link.conversation,
                link.person,
                account,
                link.created_at
            ],
        )?;
        Ok(())
    }
    /// Of this desk.
    pub fn find(&self, id: LinkId) -> Kept<Option<Link>> {
        self.0.find(&format!("select {COLUMNS} from links where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// Of this desk, by its code.
    pub fn find_code(&self, code: &str) -> Kept<Option<Link>> {
        self.0.find(&format!("select {COLUMNS} from links where desk = $1 and code = $2"), &args![self.0.desk(), code], read)
    }
    /// Whether the code is taken, at any desk.
    pub fn is_taken(&self, code: &str) -> Kept<bool> {
        Ok(self.0.find("select id from links where code = $1", &args![code], |row| row.get::<i64>(0))?.is_some())
    }
    /// The network of the account through which a link goes out.
    pub fn network(&self, id: LinkId) -> Kept<Option<String>> {
        self.0.find(
            "select ac.network from links l join accounts ac on ac.desk = l.desk and ac.id = l.account where l.desk = $1 and l.id = $2",
            &args![self.0.desk(), id],
            |row| row.get(0),
        )
    }
    /// The desk's newest links.
    pub fn list(&self, since: Timestamp, max: u32) -> Kept<Vec<Link>> {
        self.0.all(
            &format!("select {COLUMNS} from links where desk = $1 and created_at >= $2 order by created_at desc, id desc limit $3"),
            &args![self.0.desk(), since, max],
            read,
        )
    }
}

impl Unscoped<'_> {
    /// Whose link a code is; following one needs no desk.
    pub fn link_by_code(&self, code: &str) -> Kept<Option<(model::DeskId, Link)>> {
        self.find(&format!("select {COLUMNS}, desk from links where code = $1"), &args![code], |row| Ok((row.get(8)?, read(row)?)))
    }
}
