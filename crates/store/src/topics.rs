//! What is listened for.

use model::{AimId, Query, Timestamp, Topic, TopicId};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Topics<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn topics(&self) -> Topics<'_, 'c> {
        Topics(self)
    }
}

/// No desk listens for more topics than this.
pub const TOPICS_MAX: u32 = 200;
const COLUMNS: &str = "id, name, query, aim, created_at";

fn read(row: &Row<'_>) -> Kept<Topic> {
    let query = Query::parse(&row.get::<String>(2)?).map_err(|_| StoreError::Broken("a topic's query".into()))?;
    Ok(Topic { id: row.get(0)?, name: row.get(1)?, query, aim: row.get(3)?, created_at: row.get(4)? })
}

impl Topics<'_, '_> {
    pub fn put(&self, name: &str, query: &Query, aim: Option<AimId>, now: Timestamp) -> Kept<TopicId> {
        let id: TopicId = self.0.fresh(now);
        self.0.run(
            "insert into topics (desk, id, name, query, aim, created_at) values ($1, $2, $3, $4, $5, $6)",
            &args![self.0.desk(), id, name, query.text(), aim, now],
        )?;
        Ok(id)
    }
    pub fn change(&self, id: TopicId, name: &str, query: &Query, aim: Option<AimId>) -> Kept<()> {
        self.0.run(
            "update topics set name = $3, query = $4, aim = $5 where desk = $1 and id = $2",
            &args![self.0.desk(), id, name, query.text(), aim],
        )?;
        Ok(())
    }
    /// An open topic.
    pub fn find(&self, id: TopicId) -> Kept<Option<Topic>> {
        self.0.find(
            &format!("select {COLUMNS} from topics where desk = $1 and id = $2 and closed_at is null"),
            &args![self.0.desk(), id],
            read,
        )
    }
    pub fn get(&self, id: TopicId) -> Kept<Topic> {
        self.find(id)?.ok_or(StoreError::Missing("a topic"))
    }
    /// A topic, open or closed.
    pub fn get_any(&self, id: TopicId) -> Kept<Topic> {
        self.0.get("a topic", &format!("select {COLUMNS} from topics where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// Those that are open, by name.
    pub fn list(&self) -> Kept<Vec<Topic>> {
        self.0.all(
            &format!("select {COLUMNS} from topics where desk = $1 and closed_at is null order by lower(name), id limit {TOPICS_MAX}"),
            &args![self.0.desk()],
            read,
        )
    }
    pub fn count(&self) -> Kept<u64> {
        self.0.count("select count(*) from topics where desk = $1 and closed_at is null", &args![self.0.desk()])
    }
    pub fn set_closed(&self, id: TopicId, at: Option<Timestamp>) -> Kept<()> {
        self.0.run("update topics set closed_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }
}
