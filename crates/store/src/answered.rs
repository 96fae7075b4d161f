//! Which of our own posts were answered: the evidence for good hours.

use model::{AccountId, Timestamp};

use crate::{Kept, Tx, args};

impl Tx<'_> {
    /// Our own posts since `since` and before `until` (answers to others left out), newest first: when, and how many people answered within
    /// `within_ms`. Machines and ourselves are not counted; `None`: through any account.
    pub fn own_posts_answered(
        &self,
        account: Option<AccountId>,
        since: Timestamp,
        until: Timestamp,
        within_ms: i64,
        max: u32,
    ) -> Kept<Vec<(Timestamp, u32)>> {
        let through = if account.is_some() { "and p.account = $6" } else { "and $6 = 0" };
        self.all(
            &format!(
                "select p.created_at, (select count(distinct pe.id) from posts a
                     join profiles f on f.desk = a.desk and f.id = a.author
                     join persons pe on pe.desk = f.desk and pe.id = f.person and pe.is_me = 0 and pe.nature <> 'bot'
                     where a.desk = p.desk and a.network = p.network and (a.reply_to = p.remote_id or a.reply_to = p.local_id)
                       and a.is_mine = 0 and a.visibility <> 'direct' and a.created_at < p.created_at + $4)
                 from posts p where p.desk = $1 and p.is_mine = 1 and p.reply_to is null and p.deleted_at is null and p.visibility <> 'direct' and p.created_at >= $2 and p.created_at < $3 {through}
                 order by p.created_at desc, p.id desc limit $5"
            ),
            &args![self.desk(), since, until, within_ms, max, account.map_or(0, |a| a.0)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
