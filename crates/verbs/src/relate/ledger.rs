//! What a word between two people mostly was: something given, something asked for, or talk. Our own drafts say it of themselves; of
//! all else it is told from the words, and the page that shows it says so.

use jiff::SignedDuration;
use model::{AccountId, Kind, NetworkKey, PostId, Timestamp};
use store::{Kept, Tx};

use crate::converse::is_question;
use crate::{Cx, Done, VerbError};

/// An answer of at least so many letters to a question is something given.
const ANSWER_LETTERS_MIN: usize = 25;

/// What a word was. `declared`: what its draft said, for ours. `answers`: the words it answers.
pub fn kind_of(declared: Option<Kind>, text: &str, answers: Option<&str>, has_own_link: bool) -> Kind {
    if let Some(kind) = declared {
        return kind;
    }
    // A reply counts as giving unless it carries a link of ours; that is asking.
    if has_own_link || is_question(text) {
        return Kind::Asks;
    }
    let answers_a_question = answers.is_some_and(is_question);
    if answers_a_question && text.chars().filter(|c| c.is_alphanumeric()).count() >= ANSWER_LETTERS_MIN {
        return Kind::Gives;
    }
    Kind::Talks
}

/// Tells what a word was and keeps it. Called whenever what it is told from changes: the word itself, what it answers, or its draft.
pub fn judge(tx: &Tx<'_>, post: PostId) -> Kept<()> {
    match tx.between().facts(post)? {
        Some(f) => tx.between().set_kind(post, kind_of(f.declared, &f.text, f.answers.as_deref(), f.has_own_link)),
        None => Ok(()),
    }
}

/// The same for the words that answer a post, which has come in or changed.
pub fn judge_answers(tx: &Tx<'_>, post: PostId) -> Kept<()> {
    tx.between().words_answering(post)?.into_iter().try_for_each(|word| judge(tx, word))
}

/// Words that are told the kind of in one go, where a desk comes from before they were kept.
const UNTOLD_MAX: u32 = 2_000;

/// Tells what was never told; a slice at a time. `false` once nothing is left.
pub fn judge_untold(tx: &Tx<'_>) -> Kept<bool> {
    let all = tx.between().untold(UNTOLD_MAX)?;
    all.iter().try_for_each(|post| judge(tx, *post))?;
    Ok(!all.is_empty())
}

/// What a word really was, as somebody here says.
pub async fn correct(cx: Cx<'_>, post: PostId, kind: Kind) -> Done<()> {
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            if tx.between().correct_kind(post, kind)? { Ok(()) } else { Err(VerbError::Missing("word between you")) }
        })
        .await
}

/// What counts for one's standing in a place.
pub const STANDING_DAYS: i64 = 90;

/// What we gave and asked in a place lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub gave: u32,
    pub asked: u32,
    pub talked: u32,
}

impl Standing {
    /// The rule, in words: an ask is earned as long as no more was asked than given.
    pub const RULE: &'static str = "In ninety days: an ask is earned while you have given at least as often as you have asked.";
    pub fn is_earned(self) -> bool {
        self.gave > self.asked || (self.gave > 0 && self.gave == self.asked)
    }
}

/// Our standing on a network, from what we said to people there.
pub fn standing_on(tx: &Tx<'_>, network: &NetworkKey, now: Timestamp) -> Kept<Standing> {
    let mut standing = Standing::default();
    for (kind, n) in tx.between().kinds_on(network, now - SignedDuration::from_hours(24 * STANDING_DAYS))? {
        match kind {
            Kind::Gives => standing.gave += n,
            Kind::Asks => standing.asked += n,
            Kind::Talks => standing.talked += n,
        }
    }
    Ok(standing)
}

/// The soft touch before an ask: where it is not earned yet, each place with what was given and asked there. Never a lock.
pub async fn unearned(cx: Cx<'_>, kind: Kind, accounts: Vec<AccountId>) -> Done<Vec<(String, Standing)>> {
    if kind != Kind::Asks {
        return Ok(Vec::new());
    }
    let (all, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let mut found = Vec::new();
            let mut keys: Vec<NetworkKey> = Vec::new();
            for account in tx.accounts().list()?.into_iter().filter(|a| accounts.contains(&a.id)) {
                if !keys.contains(&account.network) {
                    keys.push(account.network);
                }
            }
            for key in keys {
                let standing = standing_on(tx, &key, now)?;
                if !standing.is_earned() {
                    let name = all.get(&key).map_or_else(|| key.to_string(), |n| n.about().name.to_owned());
                    found.push((name, standing));
                }
            }
            Ok(found)
        })
        .await
}

/// What was given or asked, in a few words for the ledger.
pub fn what_of(kind: Kind, has_own_link: bool, answers: Option<&str>) -> &'static str {
    match kind {
        Kind::Asks if has_own_link => "to come and look",
        Kind::Asks => "a question",
        Kind::Gives if answers.is_some() => "an answer",
        Kind::Gives => "something to have",
        Kind::Talks => "talk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_was() {
        let question = Some("Which thread should I take for a first book?");
        for (declared, text, answers, own_link, expected) in [
            (None, "Eighteen over three, waxed. Not more than that.", question, false, Kind::Gives),
            (None, "No idea", question, false, Kind::Talks),
            (None, "Eighteen over three, waxed. I wrote it all down here.", question, true, Kind::Asks),
            (None, "What do you take?", None, false, Kind::Asks),
            (None, "Lovely morning by the canal.", None, false, Kind::Talks),
            (Some(Kind::Gives), "Would you like my old press?", None, false, Kind::Gives),
        ] {
            assert_eq!(kind_of(declared, text, answers, own_link), expected, "{text}");
        }
    }
}
