//! Which rows of a box of the inbox are wanted, as conditions of its statement.

use model::{AccountId, AimId, VoiceId};

use crate::Value;

/// Which rows of a box. What is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Narrow {
    /// A network's key; empty: every one.
    pub network: String,
    pub account: Option<AccountId>,
    pub aim: Option<AimId>,
    /// The person's tie is at least so close, as `verbs::relate::tie::key_of` makes it.
    pub tie_min: Option<f64>,
    /// Given to this colleague; `Some(None)`: to nobody.
    pub assigned: Option<Option<VoiceId>>,
    /// In the name, the words shown or the title; empty: any.
    pub words: String,
}

impl Narrow {
    /// What follows a `where`. `place` keeps a value and answers by which name the statement knows it.
    pub(crate) fn conditions(&self, place: &mut impl FnMut(Value) -> String) -> String {
        let mut sql = String::new();
        if !self.network.is_empty() {
            sql += &format!(" and network = {}", place(self.network.as_str().into()));
        }
        if let Some(account) = self.account {
            sql += &format!(" and account = {}", place(account.into()));
        }
        if let Some(aim) = self.aim {
            sql += &format!(" and touches = {}", place(aim.into()));
        }
        match self.assigned {
            Some(Some(voice)) => sql += &format!(" and assigned = {}", place(voice.into())),
            Some(None) => sql += " and assigned is null",
            None => {}
        }
        if let Some(least) = self.tie_min {
            let least = place(least.into());
            sql += &format!(
                " and exists (select 1 from persons p where p.desk = conversations.desk and p.id = conversations.person and p.tie >= {least})"
            );
        }
        if !self.words.is_empty() {
            let like = place(format!("%{}%", escaped(&self.words)).as_str().into());
            sql += &format!(
                " and (lower(who) like {like} escape '!' or lower(words) like {like} escape '!' or lower(coalesce(title, '')) like {like} escape '!')"
            );
        }
        sql
    }
}

/// Words to be found as they stand.
fn escaped(words: &str) -> String {
    words.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
