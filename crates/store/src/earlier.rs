//! What posts said before their authors changed them.

use model::{ConversationId, PostId, Timestamp};

use crate::{Kept, Tx, args};

pub struct Earlier<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn earlier(&self) -> Earlier<'_, 'c> {
        Earlier(self)
    }
}

/// The most that is kept of one post: the newest.
pub const EARLIER_MAX: u32 = 20;
/// The most that is read for one conversation.
const READ_MAX: u32 = 200;

/// The words of a post until they were changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierWords {
    pub until: Timestamp,
    pub title: Option<String>,
    pub text: String,
    pub warning: Option<String>,
}

impl Earlier<'_, '_> {
    /// Keeps a post's words as they stand, before they are changed at `until`. The oldest go where there are too many.
    pub(crate) fn put(&self, post: PostId, until: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into earlier_words (desk, post, until_at, title, text, warning) select desk, id, cast($3 as bigint), title, text, warning from posts where desk = $1 and id = $2
             on conflict (desk, post, until_at) do nothing",
            &args![self.0.desk(), post, until],
        )?;
        self.0.run(
            &format!(
                "delete from earlier_words where desk = $1 and post = $2 and until_at not in
                   (select until_at from earlier_words where desk = $1 and post = $2 order by until_at desc limit {EARLIER_MAX})"
            ),
            &args![self.0.desk(), post],
        )?;
        Ok(())
    }
    /// Those of a conversation's posts, oldest first.
    pub fn of_conversation(&self, conversation: ConversationId) -> Kept<Vec<(PostId, EarlierWords)>> {
        self.0.all(
            &format!(
                "select e.post, e.until_at, e.title, e.text, e.warning from posts p join earlier_words e on e.desk = p.desk and e.post = p.id
                 where p.desk = $1 and p.conversation = $2 and p.deleted_at is null order by e.post, e.until_at limit {READ_MAX}"
            ),
            &args![self.0.desk(), conversation],
            |row| {
                Ok((row.get(0)?, EarlierWords { until: row.get(1)?, title: row.get(2)?, text: row.get(3)?, warning: row.get(4)? }))
            },
        )
    }
    /// Its author took it down: what it said before goes too.
    pub(crate) fn delete(&self, post: PostId) -> Kept<()> {
        self.0.run("delete from earlier_words where desk = $1 and post = $2", &args![self.0.desk(), post])?;
        Ok(())
    }
}
