//! What may be forgotten with time: whole talks of others, in which nobody here has a part.

use model::{ConversationId, PostId, Timestamp};

use crate::{Kept, Tx, args};

pub struct Pruning<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn pruning(&self) -> Pruning<'_, 'c> {
        Pruning(self)
    }
}

/// A post on a walk from the oldest to the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Old {
    pub said_at: Timestamp,
    pub post: PostId,
    pub conversation: Option<ConversationId>,
}

/// A talk ($2) last spoken in before a time ($3) in which nobody here has a part: it stands in no box; nothing was pressed on it; none of
/// its posts is ours, is meant for us, was liked by us or answers us; nothing was written, noted, promised, corrected or counted about it.
const IS_FREE: &str = "select 1 from conversations c where c.desk = $1 and c.id = $2 and c.last_at < $3 and c.box = '' and c.visibility <> 'direct'
  and c.later_until is null and c.later_until_reply = 0 and c.done_at is null and c.joined_at is null and c.answering is null and c.aim is null
  and c.touches is null and c.assigned is null and c.muted_at is null
  and not exists (select 1 from drafts d where d.desk = c.desk and d.conversation = c.id)
  and not exists (select 1 from notes n where n.desk = c.desk and n.conversation = c.id)
  and not exists (select 1 from promises r where r.desk = c.desk and r.conversation = c.id)
  and not exists (select 1 from outcomes o where o.desk = c.desk and o.conversation = c.id)
  and not exists (select 1 from posts p where p.desk = c.desk and p.conversation = c.id and (
    p.is_mine = 1 or p.names_me = 1 or p.delivery is not null
    or exists (select 1 from between_us b where b.desk = p.desk and b.post = p.id)
    or exists (select 1 from signs g where g.desk = p.desk and g.post = p.id)
    or exists (select 1 from kind_corrections k where k.desk = p.desk and k.post = p.id)
    or exists (select 1 from sightings s where s.desk = p.desk and s.post = p.id and s.state <> 'open')))";
/// What hangs on the posts of a talk. Who answered whom stays: ties are told from it, and it holds no words.
const HANGING: [&str; 5] = ["sightings", "post_tags", "earlier_words", "holes", "search_rows"];

impl Pruning<'_, '_> {
    /// Posts from the oldest on, behind the one that was walked to last, said before a time.
    pub fn walk(&self, after: (Timestamp, PostId), before: Timestamp, max: u32) -> Kept<Vec<Old>> {
        self.0.all(
            &format!(
                "select created_at, id, conversation from posts where desk = $1 and created_at >= $2 and (created_at > $2 or id > $3) and created_at < $4
                 order by created_at, id limit {max}"
            ),
            &args![self.0.desk(), after.0, after.1, before],
            |row| Ok(Old { said_at: row.get(0)?, post: row.get(1)?, conversation: row.get(2)? }),
        )
    }
    /// Whether a talk is nobody's here, and was last spoken in before a time.
    pub fn is_free(&self, talk: ConversationId, before: Timestamp) -> Kept<bool> {
        Ok(self.0.find(IS_FREE, &args![self.0.desk(), talk, before], |row| row.get::<i64>(0))?.is_some())
    }
    /// Forgets a talk with all that hangs on it; answers how many posts that were, and when it was last spoken in.
    pub fn forget(&self, talk: ConversationId) -> Kept<(u64, Timestamp)> {
        let last_at = self.0.conversations().get(talk)?.face.last_at;
        let which = args![self.0.desk(), talk];
        for table in HANGING {
            self.0.run(
                &format!("delete from {table} where desk = $1 and post in (select id from posts where desk = $1 and conversation = $2)"),
                &which,
            )?;
        }
        let posts = self.0.run("delete from posts where desk = $1 and conversation = $2", &which)?;
        self.0.run("delete from conversation_moves where desk = $1 and kept = $2", &which)?;
        self.0.conversations().delete(talk)?;
        Ok((posts as u64, last_at))
    }
    /// All posts that are kept.
    pub fn count(&self) -> Kept<u64> {
        self.0.count("select count(*) from posts where desk = $1", &args![self.0.desk()])
    }
}
