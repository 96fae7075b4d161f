//! Tells what everybody is, as they come in and as more is known of how they speak; what somebody here said wins for good.

use model::nature::{Spoken, nature_of, nature_of_all};
use model::{PersonId, Timestamp};
use store::{Kept, Tx};

/// The newest posts of a profile that show how it speaks.
const SPOKEN_MAX: u32 = 40;
/// Authors looked at in one go, and the setting that says up to which post that was done.
const AUTHORS_MAX: u32 = 500;
const LOOKED: &str = "natures-looked";

/// What a person is, told anew from all their profiles; unless somebody here said it.
pub fn tell(tx: &Tx<'_>, person: PersonId) -> Kept<()> {
    let Some(kept) = tx.persons().find(person)? else { return Ok(()) };
    if kept.is_me || kept.more.is_nature_edited {
        return Ok(());
    }
    let mut all = Vec::new();
    for known in tx.profiles().of_person(person)? {
        let said = tx.following().said_by(known.id, Timestamp::UNIX_EPOCH, SPOKEN_MAX)?;
        let spoken: Vec<Spoken> = said.into_iter().map(|s| Spoken { has_link: s.has_links, is_answer: s.is_reply, text: s.text }).collect();
        all.push(nature_of(&known.profile, &spoken));
    }
    let (nature, why) = nature_of_all(&all);
    if all.is_empty() || (nature, &why) == (kept.nature, &kept.more.nature_why) {
        return Ok(());
    }
    tx.persons().set_told_nature(person, nature, &why, false)
}

/// Looks at those who spoke since the last look, a slice at a time; `true` while there are more.
pub fn look(tx: &Tx<'_>) -> Kept<bool> {
    let from = tx.setting(LOOKED)?.and_then(|n| n.parse().ok()).unwrap_or(0);
    let spoke = tx.persons().spoke_after(model::PostId(from), AUTHORS_MAX)?;
    let Some(last) = spoke.iter().map(|(post, ..)| post.0).max() else { return Ok(false) };
    let mut persons: Vec<PersonId> = spoke.iter().map(|(_, person)| *person).collect();
    persons.sort_unstable();
    persons.dedup();
    persons.into_iter().try_for_each(|person| tell(tx, person))?;
    tx.set_setting(LOOKED, &last.to_string())?;
    Ok(spoke.len() >= AUTHORS_MAX as usize)
}
