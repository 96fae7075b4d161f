//! Keeps ties true as posts come in: our own with everybody, and those of others among themselves. The formula is `model::tie`; here it is
//! fed, a word at a time. What comes to the same from scratch is [`tell_again`].

pub use model::tie::{CLOSE, DRIFTING_DAYS, NEW_DAYS, ONE_WAY_DAYS, WARM, exchange, key_of, tie, tie_word};
use model::tie::{Day, FOLLOW_WEIGHT, SIGN_WEIGHT, key, sum, talk_of, with_day, with_weights};
use model::{PersonId, Post, PostId, ProfileId, Talk, Timestamp, Visibility};
use store::pairs::Pair;
use store::{Kept, Tx, persons::KeptPerson, posts::Sight};

/// People named in one post of ours to whom it counts as said.
const NAMED_MAX: usize = 5;
/// Ties that are told again in one go, and the setting that says how far that is.
const AGAIN_MAX: u32 = 1_000;
const AGAIN: &str = "ties-told-again";
/// Grows when the formula or what counts changes, so that every tie is told again by it.
const FORMULA: &str = "3 done";
/// The same, and what each word was is told too.
const WHOLE: &str = "3 done, words too";
const TALKS: &str = "3 talks ";
const PAIRS: &str = "3 pairs ";

/// Notes a word between a profile and us, said at `at`, in any order of arrival; the same post is counted once.
pub fn talked(tx: &Tx<'_>, profile: ProfileId, post: PostId, is_mine: bool, at: Timestamp) -> Kept<()> {
    if !tx.between().put(profile, post, is_mine, at)? {
        return Ok(());
    }
    super::ledger::judge(tx, post)?;
    let before = tx.talk_days().get(profile, at)?;
    let mut after = before;
    let count = if is_mine { &mut after.mine } else { &mut after.theirs };
    *count = count.saturating_add(1);
    note(tx, profile, before, after, Some(at))
}

/// Notes a like, a passing-on or a follow.
pub fn signed(tx: &Tx<'_>, profile: ProfileId, is_mine: bool, at: Timestamp) -> Kept<()> {
    let before = tx.talk_days().get(profile, at)?;
    let mut after = before;
    let count = if is_mine { &mut after.signs_mine } else { &mut after.signs_theirs };
    *count = count.saturating_add(1);
    note(tx, profile, before, after, None)
}

/// Notes a post that is kept: theirs where it names or answers us, ours to whom it answers, or else to whom it names; and whom of
/// others it answers. What is said in private is nobody's to count.
pub fn said(tx: &Tx<'_>, id: PostId, post: &Post, sight: &Sight) -> Kept<()> {
    if post.visibility == Visibility::Direct {
        return Ok(());
    }
    if !sight.is_mine {
        if sight.names_me {
            talked(tx, sight.author, id, false, post.created_at)?;
        }
        return answered(tx, id, post, sight.author);
    }
    let to: Vec<&str> = match post.reply_to_author.as_deref() {
        Some(answered) => vec![answered],
        None => post.mentions.iter().map(|m| m.remote_id.as_str()).take(NAMED_MAX).collect(),
    };
    for remote_id in to {
        if let Some(known) = tx.profiles().find_remote(&post.network, remote_id)?
            && known.account.is_none()
        {
            talked(tx, known.id, id, true, post.created_at)?;
        }
    }
    Ok(())
}

/// Notes whom of others a post answers, and the answers to it that came before it.
fn answered(tx: &Tx<'_>, id: PostId, post: &Post, author: ProfileId) -> Kept<()> {
    let by_name = match post.reply_to_author.as_deref() {
        Some(remote_id) => tx.profiles().find_remote(&post.network, remote_id)?,
        None => None,
    };
    let to = match (by_name, post.reply_to.as_deref()) {
        (Some(known), _) => Some(known),
        (None, Some(parent)) => match tx.posts().find_remote(&post.network, parent)? {
            Some(parent) => tx.profiles().find(parent.author)?,
            None => None,
        },
        (None, None) => None,
    };
    if let Some(to) = to.filter(|to| to.account.is_none()) {
        reply(tx, id, (author, to.id), post.created_at)?;
    }
    for (child, by, at) in tx.pairs().waiting_replies(id)? {
        reply(tx, child, (by, author), at)?;
    }
    Ok(())
}

fn reply(tx: &Tx<'_>, post: PostId, (author, to): (ProfileId, ProfileId), at: Timestamp) -> Kept<()> {
    if author != to && tx.pairs().put_reply(post, author, to, at)? { pair_up(tx, author, to) } else { Ok(()) }
}

/// Notes whom somebody follows in public, as read at `at`.
pub fn follows(tx: &Tx<'_>, follower: ProfileId, followed: &[ProfileId], at: Timestamp) -> Kept<()> {
    for &one in followed.iter().filter(|one| **one != follower) {
        tx.pairs().put_follow(follower, one, at)?;
        pair_up(tx, follower, one)?;
    }
    Ok(())
}

/// The tie of two others, from what is kept of them. The same whatever came first.
pub fn pair_up(tx: &Tx<'_>, one: ProfileId, other: ProfileId) -> Kept<()> {
    let (said, heard) = (tx.pairs().replies(one, other)?, tx.pairs().replies(other, one)?);
    let mut days: Vec<Day> = Vec::new();
    for (is_said, at) in said.iter().map(|at| (true, at)).chain(heard.iter().map(|at| (false, at))) {
        let day = Day::of(*at);
        let place = days.iter().position(|d| d.day == day.day).unwrap_or_else(|| {
            days.push(day);
            days.len() - 1
        });
        let count = if is_said { &mut days[place].mine } else { &mut days[place].theirs };
        *count = count.saturating_add(1);
    }
    let mut talk = talk_of(&days);
    let (out, back) = (tx.pairs().follow(one, other)?, tx.pairs().follow(other, one)?);
    let weight = if out.is_some() && back.is_some() { FOLLOW_WEIGHT } else { SIGN_WEIGHT };
    for (at, (mine, theirs)) in [(out, (weight, 0.0)), (back, (0.0, weight))] {
        if let Some(at) = at {
            talk = with_weights(talk, mine, theirs, Day::of(at).start());
        }
    }
    let last_at = [said.first(), heard.first()].into_iter().flatten().max().copied();
    let count = |all: &[Timestamp]| u32::try_from(all.len()).unwrap_or(u32::MAX);
    let pair = Pair {
        // One place is all that two profiles can share.
        strength: key(&Talk { places: 1, ..talk }),
        said: count(&said),
        heard: count(&heard),
        follows: u32::from(out.is_some()) | u32::from(back.is_some()) << 1,
        last_at,
    };
    tx.pairs().put(one, other, pair)
}

fn note(tx: &Tx<'_>, profile: ProfileId, before: Day, after: Day, spoke_at: Option<Timestamp>) -> Kept<()> {
    tx.talk_days().put(profile, after)?;
    let talk = with_day(tx.persons().talk(profile)?.unwrap_or_default(), before, after, spoke_at);
    put(tx, profile, &talk)
}

fn put(tx: &Tx<'_>, profile: ProfileId, talk: &Talk) -> Kept<()> {
    tx.persons().put_talk(profile, talk)?;
    if let Some(person) = tx.persons().of_profile(profile)? {
        add_up(tx, person)?;
    }
    Ok(())
}

/// A person's talk anew from their profiles; after talk, a joining, or its undoing.
pub fn add_up(tx: &Tx<'_>, person: PersonId) -> Kept<()> {
    let sum = sum(&tx.persons().talks(person)?);
    tx.persons().set_talk(person, &sum, key(&sum))
}

/// The talk with a profile from scratch: every word and sign that is kept, counted again.
pub fn from_scratch(tx: &Tx<'_>, profile: ProfileId) -> Kept<(Vec<Day>, Talk)> {
    let (days, first_at, last_at) = tx.talk_days().counted(profile)?;
    let talk = Talk { first_at, last_at, ..talk_of(&days) };
    Ok((days, talk))
}

/// A desk that has just begun has nothing to tell again.
pub fn begin(tx: &Tx<'_>) -> Kept<()> {
    tx.set_setting(AGAIN, WHOLE)
}

/// Tells ties again from scratch where that is due: after the formula changed; then what each word was, where nobody told it yet. A slice
/// at a time; `false` once nothing is left.
pub fn tell_again(tx: &Tx<'_>) -> Kept<bool> {
    let told = tx.setting(AGAIN)?.unwrap_or_default();
    if told == WHOLE {
        return Ok(false);
    }
    let next = match told.strip_prefix(PAIRS) {
        _ if told == FORMULA => told.clone(),
        Some(after) => pairs_again(tx, after)?,
        None => match talks_again(tx, told.strip_prefix(TALKS).unwrap_or_default())? {
            Some(next) => next,
            None => pairs_again(tx, "")?,
        },
    };
    let is_more = next != FORMULA || super::ledger::judge_untold(tx)?;
    tx.set_setting(AGAIN, if is_more { &next } else { WHOLE })?;
    Ok(is_more)
}

fn number(word: Option<&str>) -> ProfileId {
    ProfileId(word.and_then(|w| w.parse().ok()).unwrap_or(0))
}

fn talks_again(tx: &Tx<'_>, after: &str) -> Kept<Option<String>> {
    let all = tx.talk_days().profiles(number(Some(after)), AGAIN_MAX)?;
    for &profile in &all {
        let (days, talk) = from_scratch(tx, profile)?;
        days.into_iter().try_for_each(|day| tx.talk_days().put(profile, day))?;
        put(tx, profile, &talk)?;
    }
    Ok(all.last().filter(|_| all.len() >= AGAIN_MAX as usize).map(|last| format!("{TALKS}{last}")))
}

fn pairs_again(tx: &Tx<'_>, after: &str) -> Kept<String> {
    let mut words = after.split(' ');
    let all = tx.pairs().walk_sources((number(words.next()), number(words.next())), AGAIN_MAX)?;
    all.iter().try_for_each(|&(one, other)| pair_up(tx, one, other))?;
    let last = all.last().filter(|_| all.len() >= AGAIN_MAX as usize);
    Ok(last.map_or(FORMULA.to_owned(), |(one, other)| format!("{PAIRS}{one} {other}")))
}

/// A kept person as the rest of the house knows them.
pub fn person_at(kept: &KeptPerson, now: Timestamp) -> model::Person {
    model::Person {
        id: kept.id,
        name: kept.name.clone(),
        about: kept.about.clone(),
        avatar_url: kept.avatar_url.clone(),
        nature: kept.nature,
        tie: tie(&kept.talk, now),
        first_at: kept.talk.first_at,
        last_at: kept.talk.last_at,
    }
}
